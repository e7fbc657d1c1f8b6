// SPDX-License-Identifier: MIT
//
// The heat table: rows by columns, each cell with its number or its words on a shade of the value, and the grade of the evidence as
// marks. Where the columns do not fit beside each other, as on a phone, each row becomes a list of its columns.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

#define ROWS_MAX 80u
#define COLUMNS_MAX 24u
#define CELL_MIN 74.0 // wide
#define PAD 6.0

struct heat {
    struct picture *p;
    voc_str row[ROWS_MAX], column[COLUMNS_MAX];
    size_t n_rows, n_columns;
    size_t *at; // row of the table of [row][column], NO_PART: none
    struct shades shades;
    bool graded;
};

// The number or the words of a cell.
static voc_str said(const struct heat *h, size_t r, char room[SAID_MAX])
{
    const voc_str words = part_text(h->p, r, VOC_AS_TEXT);
    if (words.len) return words;
    const voc_cell *c = part_cell(h->p, r, VOC_AS_TEXT);
    if (!c) c = part_cell(h->p, r, VOC_AS_VALUE);
    if (!c) return (voc_str){"", 0};
    if (c->type == VOC_CELL_TEXT) return c->s;
    say_cell(room, SAID_MAX, h->p->t, c);
    return (voc_str){room, strlen(room)};
}

static int graded(const struct heat *h, size_t r) { return h->graded ? grade_of(part_text(h->p, r, VOC_AS_GRADE)) : -1; }

static double cell_height(const struct heat *h, size_t r, double width)
{
    char room[SAID_MAX];
    struct wrapped w;
    if (r == NO_PART) return 0;
    text_wrap(&w, said(h, r, room), width - 2 * PAD, SMALL, false, 4);
    return text_height(&w, SMALL) + 2 * PAD + (graded(h, r) >= 0 ? 14 : 0);
}

static void draw_cell(const struct heat *h, size_t r, double x, double y, double width, double height)
{
    char room[SAID_MAX], class_[40];
    struct pen *pen = h->p->pen;
    struct wrapped w;
    double value;
    if (r == NO_PART) {
        pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-empty\"/>\n", x, y, width, height);
        return;
    }
    const bool known = part_number(h->p, r, VOC_AS_VALUE, &value);
    const char *shade = known ? shade_of(&h->shades, value) : NULL;
    pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s%s f-edge\"/>\n", x, y, width, height, shade ? "f-h" : "f-empty", shade ? shade : "");
    snprintf(class_, sizeof class_, "%s%s", shade ? "f-t" : "f-soft", shade ? shade : "");
    const voc_str s = said(h, r, room);
    text_wrap(&w, s, width - 2 * PAD, SMALL, false, 4);
    const int grade = graded(h, r);
    const double text = text_height(&w, SMALL), all = text + (grade >= 0 ? 14 : 0);
    text_put(pen, &w, s, x + width / 2, y + (height - all) / 2, SMALL, AT_MIDDLE, class_);
    if (grade >= 0) {
        pen_f(pen, "<g class=\"%s\">", class_);
        grade_put(pen, grade, x + width / 2 - 11, y + (height - all) / 2 + text + 12);
        pen_s(pen, "</g>\n");
    }
}

static double draw_beside(const struct heat *h, double y)
{
    struct pen *pen = h->p->pen;
    struct wrapped w;
    double widest = 40, head = 0, top = y;
    for (size_t i = 0; i < h->n_rows; i++) {
        const double is = drawn_width(h->row[i], SMALL, true);
        if (is > widest) widest = is;
    }
    const double most = h->p->width * 0.24, left = (widest > most ? most : widest) + 12, width = (h->p->width - left) / (double)h->n_columns;
    for (size_t k = 0; k < h->n_columns; k++) {
        text_wrap(&w, h->column[k], width - 2, SMALL, true, 4);
        if (text_height(&w, SMALL) > head) head = text_height(&w, SMALL);
    }
    for (size_t k = 0; k < h->n_columns; k++) {
        text_wrap(&w, h->column[k], width - 2, SMALL, true, 4);
        text_put(pen, &w, h->column[k], left + ((double)k + 0.5) * width, y + head - text_height(&w, SMALL), SMALL, AT_MIDDLE, "f-bold");
    }
    y += head + 8;
    for (size_t i = piece_from(h->p); i < piece_to(h->p, h->n_rows); i++) {
        double height = 30;
        text_wrap(&w, h->row[i], left - 12, SMALL, true, 4);
        if (text_height(&w, SMALL) + 8 > height) height = text_height(&w, SMALL) + 8;
        for (size_t k = 0; k < h->n_columns; k++) {
            const double is = cell_height(h, h->at[i * h->n_columns + k], width - 2);
            if (is > height) height = is;
        }
        text_put(pen, &w, h->row[i], 0, y + (height - text_height(&w, SMALL)) / 2, SMALL, AT_LEFT, "f-bold");
        for (size_t k = 0; k < h->n_columns; k++) draw_cell(h, h->at[i * h->n_columns + k], left + (double)k * width + 1, y, width - 2, height);
        y += height + 2;
    }
    return y - top;
}

static double draw_lists(const struct heat *h, double y)
{
    struct pen *pen = h->p->pen;
    const double top = y, left = h->p->width * 0.5;
    struct wrapped w;
    for (size_t i = piece_from(h->p); i < piece_to(h->p, h->n_rows); i++) {
        text_wrap(&w, h->row[i], h->p->width, LARGE, true, 3);
        text_put(pen, &w, h->row[i], 0, y, LARGE, AT_LEFT, "f-large");
        y += text_height(&w, LARGE) + 6;
        for (size_t k = 0; k < h->n_columns; k++) {
            const size_t r = h->at[i * h->n_columns + k];
            if (r == NO_PART) continue;
            double height = 26;
            text_wrap(&w, h->column[k], left - 10, SMALL, false, 3);
            if (text_height(&w, SMALL) + 6 > height) height = text_height(&w, SMALL) + 6;
            if (cell_height(h, r, h->p->width - left) > height) height = cell_height(h, r, h->p->width - left);
            text_put(pen, &w, h->column[k], 0, y + (height - text_height(&w, SMALL)) / 2, SMALL, AT_LEFT, "f-text");
            draw_cell(h, r, left, y, h->p->width - left, height);
            y += height + 2;
        }
        y += 14;
    }
    return y - top;
}

double draw_heat(struct picture *p, double y)
{
    struct heat h = {.p = p, .shades.diverging = (p->f->flags & VOC_FIGURE_DIVERGING) != 0};
    const double top = y;
    size_t more_rows, more_columns;
    double x;
    h.n_rows = distinct(p, VOC_AS_ROW, h.row, ROWS_MAX, &more_rows);
    h.n_columns = distinct(p, VOC_AS_COLUMN, h.column, COLUMNS_MAX, &more_columns);
    h.graded = part_column(p->t, p->f, VOC_AS_GRADE) != NO_PART;
    if (!h.n_rows || !h.n_columns || !(h.at = pen_room(p->pen, h.n_rows * h.n_columns, sizeof *h.at))) return 0;
    for (size_t i = 0; i < h.n_rows * h.n_columns; i++) h.at[i] = NO_PART;
    for (size_t r = 0; r < p->t->n_rows; r++) {
        if (!row_shown(p, r)) continue;
        const size_t i = find_text(h.row, h.n_rows, part_text(p, r, VOC_AS_ROW)),
                     k = find_text(h.column, h.n_columns, part_text(p, r, VOC_AS_COLUMN));
        if (i == h.n_rows || k == h.n_columns) continue;
        if (h.at[i * h.n_columns + k] == NO_PART) h.at[i * h.n_columns + k] = r;
        if (part_number(p, r, VOC_AS_VALUE, &x)) shades_see(&h.shades, x);
    }
    y += piece_head(p, h.row, h.n_rows, y);
    const bool fits = p->width * 0.76 / (double)h.n_columns >= CELL_MIN;
    y += fits ? draw_beside(&h, y) : draw_lists(&h, y);
    y = shades_legend(p, &h.shades, VOC_AS_VALUE, 0, y + 8);
    if (h.graded) y = grades_legend(p, 0, y);
    if (more_rows || more_columns)
        snprintf(p->left_out, sizeof p->left_out, "Drawn are the first %zu rows and %zu columns: all are in the table.", h.n_rows, h.n_columns);
    pen_free(p->pen, h.at);
    return y - top;
}
