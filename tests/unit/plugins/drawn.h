// SPDX-License-Identifier: MIT
//
// For tests of pictures: a table of a few columns whose names are of any kind, a picture of it that is drawn and read back as XML, with
// the box that each text takes, and what must hold of all of them.
#ifndef VOC_TEST_DRAWN_H
#define VOC_TEST_DRAWN_H

#include <stdbool.h>
#include <string.h>

#include "plugins/common/figure/declare.h"
#include "plugins/common/figure/draw.h"

extern const voc_host host; // memory of base/mem.h

// ---- a picture read back ---------------------------------------------------------------------------------------------------

#define TEXTS_MAX 600u

struct box { double x0, y0, x1, y1; };
struct seen {
    double left, top, right, bottom; // the viewBox
    double shift[16];
    size_t depth;
    bool in_text, in_title, in_style, rtl;
    double x, y;
    int anchor;
    char class_[64], text[40000];
    size_t len;
    struct box box[TEXTS_MAX];
    char said[TEXTS_MAX][80];
    size_t n, cut, rects, paths, titles, descriptions;
    char all[200000]; // all text in order, '|' between
    size_t n_all;
};

extern struct seen seen; // the last one
void read_back(const struct figure_drawn *d);
void nothing_lies_outside_or_on_another(void);
bool says(const char *part); // within one text, or with '|' at its end

// ---- tables ----------------------------------------------------------------------------------------------------------------

#define LONG_NAME 10000u
#define N_NAMES 13u
extern char long_name[LONG_NAME + 1]; // filled by main
extern const char *const names[N_NAMES]; // of many scripts, and of strangers

#define N_COLUMNS 6u // a, b, n, share, time, grade
#define ROWS_MAX 400u
extern voc_cell cells[ROWS_MAX * N_COLUMNS];
static inline voc_cell text(const char *s) { return (voc_cell){.type = VOC_CELL_TEXT, .s = {s, strlen(s)}}; }
void put_row(size_t r, const char *a, const char *b, int64_t n); // the others follow from n
voc_table table_of(size_t rows, const voc_figure *f);
voc_figure figure_of(uint32_t kind, const voc_figure_part *parts, size_t n);
extern const voc_figure_part funnel_parts[3], map_parts[4], cross_parts[4], curve_parts[3];

void draw(const voc_table *t, double width); // twice: the same bytes; then reads back

#endif
