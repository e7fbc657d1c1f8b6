// SPDX-License-Identifier: MIT
//
// Inside of plugins/common/figure: the pen that writes SVG, text that is measured, and a table read by the parts of its figure.
#ifndef VOC_PLUGINS_COMMON_FIGURE_DRAW_H
#define VOC_PLUGINS_COMMON_FIGURE_DRAW_H

#include "plugins/common/figure/figure.h"
#include "plugins/common/room.h"

#define SMALL 12.0  // 9 pt on paper
#define LARGE 14.0
#define LEADING 1.3 // lines, as a multiple of the size
#define LINES_MAX 12u
#define SAID_MAX 600u

#if defined(__GNUC__)
#define PEN_PRINTF __attribute__((format(printf, 2, 3)))
#else
#define PEN_PRINTF
#endif

struct pen { // growing SVG; a failure sticks
    const voc_host *host;
    voc_context *cx;
    struct room room;
    voc_rc rc;
};
void pen_s(struct pen *p, const char *s);
void pen_raw(struct pen *p, const char *s, size_t n); // what another pen wrote
void pen_f(struct pen *p, const char *format, ...) PEN_PRINTF; // trusted text and numbers only
void pen_text(struct pen *p, voc_str s);                       // escaped
void *pen_room(struct pen *p, size_t n, size_t size);          // zeroed; NULL and p->rc: out of memory. Freed by pen_free
void pen_free(struct pen *p, void *room);

// ---- text (text.c) -----------------------------------------------------------------------------------------------------

enum anchor { AT_LEFT, AT_MIDDLE, AT_RIGHT };
struct line { voc_str s, tail; bool rtl, cut; double width; }; // cut: an ellipsis stands behind it, and then how the text ends
struct wrapped { struct line line[LINES_MAX]; size_t n; double width; bool cut; };

double drawn_width(voc_str s, double size, bool bold);
// At most `most` lines of at most `width`; breaks at blanks and after joints, within words where one is too long. What does not fit is
// left out of the last one's middle, as names that are alike often differ in their ends.
void text_wrap(struct wrapped *w, voc_str s, double width, double size, bool bold, size_t most);
double text_height(const struct wrapped *w, double size); // of all lines
// The lines below each other, the first from y (its top) on; x is the left, middle or right as `at` says. What was cut gets all of
// it as <title>, so it must not be drawn within a group that has one.
void text_put(struct pen *p, const struct wrapped *w, voc_str whole, double x, double y, double size, enum anchor at, const char *class_);
// One line of our own words, with its baseline at y.
void text_label(struct pen *p, const char *s, double x, double y, enum anchor at, const char *class_);

// ---- the table by its parts (parts.c) ----------------------------------------------------------------------------------

struct picture { // one table, one figure, and what of it is drawn now
    struct pen *pen;
    const voc_table *t;
    const voc_figure *f;
    double width;
    double limit; // how wide a map may become; 0: as it needs
    const char *id;
    uint32_t panel;         // the part of which each text has a picture
    const voc_cell *series; // rows of this text only; NULL: all
    const struct figure_cut *cut;
    size_t piece, items;    // which piece of the cut, 0: all of it; how much there is to be cut between, 0: nothing
    char left_out[SAID_MAX]; // what was not drawn, as a sentence; empty: nothing
};

#define NO_PART SIZE_MAX
size_t part_column(const voc_table *t, const voc_figure *f, uint32_t part); // NO_PART: none
const voc_cell *part_cell(const struct picture *p, size_t row, uint32_t part); // NULL: no such part
voc_str part_text(const struct picture *p, size_t row, uint32_t part);         // empty: no text
bool part_number(const struct picture *p, size_t row, uint32_t part, double *x); // false: not available
bool row_shown(const struct picture *p, size_t row);
voc_str column_title(const voc_table *t, size_t k);
void say_cell(char *out, size_t size, const voc_table *t, const voc_cell *c); // as people read it; "-" for NA. Text as it is, cut to size
bool same_text(voc_str a, voc_str b);
// The distinct texts of a part in the order of their first rows, at most `most`; *more: how many there are beyond.
size_t distinct(const struct picture *p, uint32_t part, voc_str *to, size_t most, size_t *more);
size_t find_text(const voc_str *in, size_t n, voc_str s); // n: not among them
uint32_t part_type(const struct picture *p, uint32_t part); // of its column; VOC_CELL_NA: no such part
int grade_of(voc_str s); // 0 none .. 4 strong; -1: no grade
int mark_of(voc_str s);  // of the verdict that the text begins with: 0 value, 1 incidental, 2 waste, 3 unproven; -1: none

// ---- pieces (pieces.c) ----------------------------------------------------------------------------------------------------

// Says what stands on this sheet and what on the next, of all that it is cut between. The height that it took.
double piece_head(struct picture *p, const voc_str *names, size_t n, double y);
bool piece_has(const struct picture *p, size_t i);
size_t piece_from(const struct picture *p);
size_t piece_to(const struct picture *p, size_t n); // at most n
size_t grid_beside(double width); // stages that have room beside each other (grid.c)

// ---- scales (parts.c) ----------------------------------------------------------------------------------------------------

double scale_step(double span, double wanted, bool time); // 1, 2 or 5 times a power of ten, at most `wanted` in the span; of a time days, weeks, hours
void say_at(const struct picture *p, uint32_t part, double x, double step, char *out, size_t size); // a value of the part's column, as on an axis

// ---- shades (parts.c) ----------------------------------------------------------------------------------------------------

struct shades { double lo, hi; bool diverging, any; };
void shades_see(struct shades *s, double x);
const char *shade_of(const struct shades *s, double x); // "3", "n2", "p1": ends the classes f-h and f-t
double shades_legend(struct picture *p, const struct shades *s, uint32_t part, double x, double y); // the height it took
double grades_legend(struct picture *p, double x, double y);
#define MARK 15.0 // of the width of a line that begins with a mark
void mark_put(struct pen *p, int mark, double x, double y); // its sign, in the colour of the text; the left end of its base line
double marks_legend(struct picture *p, double x, double y);
void sign_put(struct pen *p, size_t series, double x, double y); // of a series: a shape and a colour of its own, around this point
void grade_put(struct pen *p, int grade, double x, double y); // four marks, `grade` of them filled; the left end of their base line

// ---- kinds: each draws into p->pen from y on and gives the height that it took ------------------------------------------------

double draw_funnel(struct picture *p, double y);
double draw_curves(struct picture *p, double y);
double draw_dots(struct picture *p, double y); // curves whose X is a text
double draw_heat(struct picture *p, double y);
double draw_grid(struct picture *p, double y);
double draw_map(struct picture *p, double y); // sets p->width to what it took where that is more
bool map_possible(void);

#endif
