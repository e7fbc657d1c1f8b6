// SPDX-License-Identifier: MIT
//
// Step curves with bands: a value stays until the next row. Where X is a time of the calendar, points with their ranges on low pictures
// that stand below each other, and a line from one to the next. Each curve has its colour, its dashes and its name in the legend with
// both, so that it is found without colour; the table gives the numbers.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

#define CURVES_MAX 8u
#define UNSEEN 1.0 // a step of less in both directions waits for the next: half as wide as the line

struct curves {
    struct picture *p;
    double left, right, top, bottom; // of the plane
    double x_lo, x_hi, y_lo, y_hi;
    voc_str name[CURVES_MAX];
    bool here[CURVES_MAX]; // in this picture of the series
    size_t n;
    bool calendar;
};

static double at_x(const struct curves *c, double x)
{
    return c->left + (c->x_hi > c->x_lo ? (x - c->x_lo) / (c->x_hi - c->x_lo) : 0) * (c->right - c->left);
}
static double at_y(const struct curves *c, double y)
{
    return c->bottom - (c->y_hi > c->y_lo ? (y - c->y_lo) / (c->y_hi - c->y_lo) : 0) * (c->bottom - c->top);
}

static bool of_series(const struct curves *c, size_t row, size_t k)
{
    if (!row_shown(c->p, row)) return false;
    return part_column(c->p->t, c->p->f, VOC_AS_SERIES) == NO_PART || same_text(part_text(c->p, row, VOC_AS_SERIES), c->name[k]);
}

static bool is_time(const struct curves *c)
{
    for (size_t r = 0; r < c->p->t->n_rows; r++) {
        const voc_cell *x = part_cell(c->p, r, VOC_AS_X);
        if (x && x->type != VOC_CELL_NA) return x->type == VOC_CELL_DURATION;
    }
    return false;
}

static int by_size(const void *x, const void *y) { return (*(const double *)x > *(const double *)y) - (*(const double *)x < *(const double *)y); }

// A date below every so many-th of the times that rows have. Months are written without their day where all begin on the first.
static void dates(const struct curves *c)
{
    struct pen *pen = c->p->pen;
    double *x = pen_room(pen, c->p->t->n_rows, sizeof *x);
    size_t n = 0, k = 0;
    bool months = true;
    char s[80];
    for (size_t r = 0; x && r < c->p->t->n_rows; r++) n += part_number(c->p, r, VOC_AS_X, &x[n]);
    if (n) qsort(x, n, sizeof *x, by_size);
    for (size_t i = 0; i < n; i++)
        if (!k || x[i] > x[k - 1]) x[k++] = x[i];
    for (size_t i = 0; i < k; i++) {
        say_at(c->p, VOC_AS_X, x[i], 1, s, sizeof s);
        months = months && strlen(s) == 10 && strcmp(s + 8, "01") == 0;
    }
    const size_t room = (size_t)((c->right - c->left) / (months ? 70 : 90)), each = k ? (k + room - 1) / room : 1;
    for (size_t i = 0; i < k; i++) {
        pen_f(pen, "<path d=\"M%.1f %.1fv%d\" class=\"f-axis\"/>", at_x(c, x[i]), c->bottom, i % each ? 3 : 6);
        if (i % each) continue;
        say_at(c->p, VOC_AS_X, x[i], 1, s, sizeof s);
        if (months) s[7] = 0;
        text_label(pen, s, at_x(c, x[i]), c->bottom + 20, AT_MIDDLE, "f-soft f-scale");
    }
    pen_free(pen, x);
}

static void axes(const struct curves *c)
{
    struct pen *pen = c->p->pen;
    char s[80];
    struct wrapped w;
    const double dy = scale_step(c->y_hi - c->y_lo, 5, false), dx = scale_step(c->x_hi - c->x_lo, (c->right - c->left) / 80, is_time(c));
    for (double y = ceil(c->y_lo / dy - 1e-9) * dy; y <= c->y_hi + dy * 1e-9; y += dy) {
        pen_f(pen, "<path d=\"M%.1f %.1fH%.1f\" class=\"f-gridline\"/>", c->left, at_y(c, y), c->right);
        say_at(c->p, VOC_AS_Y, y, dy, s, sizeof s);
        text_label(pen, s, c->left - 8, at_y(c, y) + SMALL * 0.36, AT_RIGHT, "f-soft f-scale");
    }
    if (c->calendar) dates(c);
    for (double x = ceil(c->x_lo / dx - 1e-9) * dx; !c->calendar && x <= c->x_hi + dx * 1e-9; x += dx) {
        pen_f(pen, "<path d=\"M%.1f %.1fv5\" class=\"f-axis\"/>", at_x(c, x), c->bottom);
        say_at(c->p, VOC_AS_X, x, dx, s, sizeof s);
        text_label(pen, s, at_x(c, x), c->bottom + 20, AT_MIDDLE, "f-soft f-scale");
    }
    pen_f(pen, "<path d=\"M%.1f %.1fH%.1f\" class=\"f-axis\"/>\n", c->left, c->bottom, c->right);
    const voc_str xt = column_title(c->p->t, part_column(c->p->t, c->p->f, VOC_AS_X)),
                  yt = column_title(c->p->t, part_column(c->p->t, c->p->f, VOC_AS_Y));
    text_wrap(&w, xt, c->right - c->left, SMALL, false, c->calendar ? 0 : 1); // what dates are, everybody sees
    text_put(pen, &w, xt, (c->left + c->right) / 2, c->bottom + 26, SMALL, AT_MIDDLE, "f-soft");
    text_wrap(&w, yt, c->p->width, SMALL, false, 1);
    text_put(pen, &w, yt, 0, c->top - 26, SMALL, AT_LEFT, "f-soft");
}

// The steps of one column as a path; `back`: from the end to the beginning, to close a band.
static void steps(const struct curves *c, size_t k, uint32_t part, bool back)
{
    double last_x = 0, last_y = 0;
    bool first = true;
    const size_t n = c->p->t->n_rows;
    for (size_t i = 0; i < n; i++) {
        const size_t r = back ? n - 1 - i : i;
        double x, y;
        if (!of_series(c, r, k) || !part_number(c->p, r, VOC_AS_X, &x) || !part_number(c->p, r, part, &y)) continue;
        x = at_x(c, x), y = at_y(c, y);
        if (first && !back) pen_f(c->p->pen, "M%.1f %.1f", x, y);
        else if (first) pen_f(c->p->pen, "L%.1f %.1f", x, y);
        else if (fabs(x - last_x) < UNSEEN && fabs(y - last_y) < UNSEEN) continue;
        else if (back) pen_f(c->p->pen, "V%.1fH%.1f", y, x);
        else pen_f(c->p->pen, "H%.1fV%.1f", x, y);
        first = false;
        last_x = x, last_y = y;
    }
}

// Of all pictures of the series: they are compared.
static void extent(struct curves *c)
{
    static const uint32_t parts[] = {VOC_AS_Y, VOC_AS_LO, VOC_AS_HI};
    bool any = false, any_y = false;
    for (size_t r = 0; r < c->p->t->n_rows; r++) {
        double x, y;
        if (!part_number(c->p, r, VOC_AS_X, &x)) continue;
        if (!any || x < c->x_lo) c->x_lo = x;
        if (!any || x > c->x_hi) c->x_hi = x;
        any = true;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            if (!part_number(c->p, r, parts[i], &y)) continue;
            if (!any_y || y < c->y_lo) c->y_lo = y;
            if (!any_y || y > c->y_hi) c->y_hi = y;
            any_y = true;
        }
    }
    const voc_cell *first = c->p->t->n_rows ? part_cell(c->p, 0, VOC_AS_Y) : NULL;
    if (c->y_lo > 0) c->y_lo = 0;
    if (first && first->type == VOC_CELL_SHARE && c->y_lo >= 0 && c->y_hi <= 1) c->y_lo = 0, c->y_hi = 1;
    if (!c->calendar && c->x_lo > 0 && c->x_lo < c->x_hi / 4) c->x_lo = 0;
    if (!(c->x_hi > c->x_lo)) c->x_hi = c->x_lo + 1;
    if (!(c->y_hi > c->y_lo)) c->y_hi = c->y_lo + 1;
}

// A point with its range for each row, and lines between those that follow each other.
static void points_of(const struct curves *c, size_t k)
{
    struct pen *pen = c->p->pen;
    double x, y, lo, hi;
    bool open = false;
    pen_f(pen, "<path class=\"f-curve f-s%zu\" d=\"", k);
    for (size_t r = 0; r < c->p->t->n_rows; r++) {
        if (!of_series(c, r, k)) continue;
        const bool known = part_number(c->p, r, VOC_AS_X, &x) && part_number(c->p, r, VOC_AS_Y, &y);
        if (known) pen_f(pen, "%c%.1f %.1f", open ? 'L' : 'M', at_x(c, x), at_y(c, y));
        open = known;
    }
    pen_s(pen, "\"/>\n");
    for (size_t r = 0; r < c->p->t->n_rows; r++) {
        if (!of_series(c, r, k) || !part_number(c->p, r, VOC_AS_X, &x) || !part_number(c->p, r, VOC_AS_Y, &y)) continue;
        if (part_number(c->p, r, VOC_AS_LO, &lo) && part_number(c->p, r, VOC_AS_HI, &hi))
            pen_f(pen, "<path class=\"f-range f-s%zu\" d=\"M%.1f %.1fV%.1f\"/>", k, at_x(c, x), at_y(c, lo), at_y(c, hi));
        sign_put(pen, k, at_x(c, x), at_y(c, y));
    }
}

static void lines_of(const struct curves *c)
{
    struct pen *pen = c->p->pen;
    const bool bands = part_column(c->p->t, c->p->f, VOC_AS_LO) != NO_PART && part_column(c->p->t, c->p->f, VOC_AS_HI) != NO_PART;
    for (size_t k = 0; k < c->n && c->calendar; k++)
        if (c->here[k]) points_of(c, k);
    if (c->calendar) return;
    for (size_t k = 0; k < c->n && bands; k++) {
        if (!c->here[k]) continue;
        pen_f(pen, "<path class=\"f-band f-s%zu\" d=\"", k);
        steps(c, k, VOC_AS_HI, false);
        steps(c, k, VOC_AS_LO, true);
        pen_s(pen, "z\"/>\n");
    }
    for (size_t k = 0; k < c->n; k++) {
        if (!c->here[k]) continue;
        pen_f(pen, "<path class=\"f-curve f-s%zu\" d=\"", k);
        steps(c, k, VOC_AS_Y, false);
        pen_s(pen, "\"/>\n");
    }
}

// Names below the picture, each behind a piece of its line.
static double names(const struct curves *c, double y)
{
    double x = 0;
    struct wrapped w;
    for (size_t k = 0; k < c->n; k++) {
        if (!c->here[k]) continue;
        text_wrap(&w, c->name[k], c->p->width - 44, SMALL, false, 1);
        if (x > 0 && x + 40 + w.width > c->p->width) x = 0, y += 22;
        pen_f(c->p->pen, "<path class=\"f-curve f-s%zu\" d=\"M%.1f %.1fh30\"/>", k, x, y + 8);
        text_put(c->p->pen, &w, c->name[k], x + 38, y, SMALL, AT_LEFT, "f-text");
        x += 38 + w.width + 20;
    }
    return y + 24;
}

bool figure_same_curve(const voc_table *t, const voc_figure *f, size_t a, size_t b)
{
    const struct picture p = {.t = t, .f = f};
    return same_text(part_text(&p, a, VOC_AS_ROW), part_text(&p, b, VOC_AS_ROW)) &&
           same_text(part_text(&p, a, VOC_AS_SERIES), part_text(&p, b, VOC_AS_SERIES));
}

double draw_curves(struct picture *p, double y)
{
    struct curves c = {.p = p, .calendar = part_type(p, VOC_AS_X) == VOC_CELL_TIME};
    size_t more = 0;
    const bool series = part_column(p->t, p->f, VOC_AS_SERIES) != NO_PART;
    const struct picture all = {.t = p->t, .f = p->f};
    c.n = series ? distinct(&all, VOC_AS_SERIES, c.name, CURVES_MAX, &more) : 1; // a name has one colour in all pictures of the series
    for (size_t k = 0; k < c.n; k++)
        for (size_t r = 0; r < p->t->n_rows && !c.here[k]; r++) c.here[k] = of_series(&c, r, k);
    extent(&c);
    c.left = 58;
    c.right = p->width - 24;
    c.top = y + 30;
    c.bottom = c.top + (c.calendar ? 130 : p->width < 500 ? 220 : 300);
    axes(&c);
    lines_of(&c);
    double end = c.bottom + (c.calendar ? 28 : 52);
    if (series) end = names(&c, end);
    if (more) snprintf(p->left_out, sizeof p->left_out, "Drawn are the first %zu curves: all are in the table.", c.n);
    return end - y;
}
