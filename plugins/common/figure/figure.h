// SPDX-License-Identifier: MIT
//
// Figures as SVG: draws a voc_figure of a neutral table. One picture, no script, nothing fetched, the same bytes for the same table;
// a title and a description for who cannot see it; text of any script is measured, wrapped and, where it does not fit, shortened,
// with all of it in a <title>. Colours are classes (figure_style), light and dark, and never say anything alone. Used by the output
// plugins that show figures. Memory is the host's; no state, so any thread may draw.
#ifndef VOC_PLUGINS_COMMON_FIGURE_H
#define VOC_PLUGINS_COMMON_FIGURE_H

#include <stdbool.h>
#include <voc/plugin.h>

#define FIGURE_PIECES_MAX 40u
struct figure_cut { // into sheets: piece i, from 1 on, has what stands before end[i - 1] and not in those before
    double width;
    size_t n, end[FIGURE_PIECES_MAX];
};

struct figure_look {
    double width;   // in units of 1/96 inch, in which the smallest text is 12 (9 pt); 0: what the figure itself wants
    const char *id; // begins the ids of the picture: a page must not have one twice
    bool alone;     // a file of its own: with style sheet and name space
    bool poster;    // a map takes the room that it needs; else it leaves out its rarest steps until it fits
    size_t panel;   // 1 to figure_panels: that picture of a series alone; 0: all, below each other
    const struct figure_cut *cut; // with `piece`, from 1 on: that piece of one picture; its width is the cut's
    size_t piece;
};

struct figure_drawn { // the caller frees ptr with host->free
    char *ptr;
    size_t len;
    double width, height;
    size_t items; // of the last picture: stages, cards or rows between which it can be cut; 0: it cannot
};

#define FIGURE_NARROW 344.0    // a phone
#define FIGURE_PORTRAIT 690.0  // A4 less its margins
#define FIGURE_LANDSCAPE 1010.0
#define FIGURE_PORTRAIT_HEIGHT 960.0 // of a map
#define FIGURE_LANDSCAPE_HEIGHT 660.0
#define FIGURE_PAGE 1.4 // height of a sheet of A4 by its width, less its margins
#define FIGURE_SHEET 1.17 // the same less a heading

// What the figure wants: FIGURE_PORTRAIT, or FIGURE_LANDSCAPE where it has many columns.
double figure_width(const voc_table *t, const voc_figure *f);
// VOC_E_BUG: the figure names no column that it needs. VOC_E_LIMIT: it cannot be laid out; figure_undrawable says why.
voc_rc figure_draw(const voc_host *host, voc_context *cx, const voc_table *t, const voc_figure *f, const struct figure_look *look,
                   struct figure_drawn *out);
// The pieces of a picture that each fit a sheet of this shape (height by width). n 0: it cannot be cut.
voc_rc figure_cut_for(const voc_host *host, voc_context *cx, const voc_table *t, const voc_figure *f, size_t panel, double shape,
                      struct figure_cut *out);
// NULL: it can be drawn. Else why not, as a sentence: there is nothing in it, or the library for it is not there.
const char *figure_undrawable(const voc_table *t, const voc_figure *f);
const char *figure_style(void); // rules of the classes; of the variables of colour too. No '<' and no '&'

const voc_figure *figure_at(const voc_table *t, size_t i);
size_t figure_panels(const voc_table *t, const voc_figure *f); // pictures of a series, at most 12; 1: it has none
size_t figure_count(const voc_table *t); // 0 for a host that knows no figures
bool figure_same_curve(const voc_table *t, const voc_figure *f, size_t a, size_t b); // two rows of a table with curves

#endif
