// SPDX-License-Identifier: MIT
//
// Curves whose X is a text: a line for each, with its value as a point on the one scale, its range, and what it is held against as an
// upright stroke. Several series stand a little below each other, each with a sign of its own, and a rail from the least to the most shows
// how far they are apart. The numbers stand beside, and what stands out says so in words.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"
#include "plugins/common/show.h"

#define ROWS_MAX 40u
#define SERIES_MAX 8u
#define APART 7.0 // series of a line
#define TALL 9.0  // a sign
#define PAD 7.0
#define WORDS 176.0 // wide, beside the plane
#define NOTHING SIZE_MAX

struct dots {
    struct picture *p;
    voc_str name[ROWS_MAX], series[SERIES_MAX];
    size_t n, n_series;
    double left, right;      // of the plane
    double lo, hi, step;
    bool stacked, ranges, held;
};

static double at(const struct dots *d, double x) { return d->left + (d->hi > d->lo ? (x - d->lo) / (d->hi - d->lo) : 0) * (d->right - d->left); }

// The row of the table for a line and a series; NOTHING: there is none, or its value is not known.
static size_t row_of(const struct dots *d, size_t line, size_t series)
{
    double x;
    for (size_t r = 0; r < d->p->t->n_rows; r++)
        if (row_shown(d->p, r) && same_text(part_text(d->p, r, VOC_AS_X), d->name[line]) &&
            (!d->n_series || same_text(part_text(d->p, r, VOC_AS_SERIES), d->series[series])))
            return part_number(d->p, r, VOC_AS_Y, &x) ? r : NOTHING;
    return NOTHING;
}

static size_t places(const struct dots *d) { return d->n_series ? d->n_series : 1; }

static void see(struct dots *d, double x, bool *any)
{
    if (!*any || x < d->lo) d->lo = x;
    if (!*any || x > d->hi) d->hi = x;
    *any = true;
}

// Of all pictures of the series, from 0 on; both ends are ends of a step.
static void extent(struct dots *d)
{
    static const uint32_t parts[] = {VOC_AS_Y, VOC_AS_LO, VOC_AS_HI, VOC_AS_VALUE};
    bool any = false;
    double x;
    for (size_t r = 0; r < d->p->t->n_rows; r++)
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (part_number(d->p, r, parts[i], &x)) see(d, x, &any);
    if (d->lo > 0) d->lo = 0;
    if (d->hi < 0) d->hi = 0;
    if (!(d->hi > d->lo)) d->hi = d->lo + 1;
    d->step = scale_step(d->hi - d->lo, (d->right - d->left) / 70, false);
    d->lo = floor(d->lo / d->step + 1e-9) * d->step;
    d->hi = ceil(d->hi / d->step - 1e-9) * d->step;
}

// ---- what stands beside a line -------------------------------------------------------------------------------------------------------

static void say_part(const struct dots *d, size_t r, uint32_t part, char *out, size_t size)
{
    const voc_cell *c = part_cell(d->p, r, part);
    if (c) say_cell(out, size, d->p->t, c);
    else snprintf(out, size, "-");
}

static bool stands_out(const struct dots *d, size_t r)
{
    const voc_cell *c = part_cell(d->p, r, VOC_AS_ALWAYS);
    return c && c->type == VOC_CELL_BOOL && c->i;
}

// "61.9% (58.1% to 65.5%)"; of several series the least and the most.
static void say_values(const struct dots *d, size_t line, char *out, size_t size)
{
    char y[80], lo[80], hi[80];
    size_t least = NOTHING, most = NOTHING;
    double x, a = 0, b = 0;
    for (size_t s = 0; s < places(d); s++) {
        const size_t r = row_of(d, line, s);
        if (r == NOTHING || !part_number(d->p, r, VOC_AS_Y, &x)) continue;
        if (least == NOTHING || x < a) least = r, a = x;
        if (most == NOTHING || x > b) most = r, b = x;
    }
    out[0] = 0;
    if (least == NOTHING) return;
    say_part(d, least, VOC_AS_Y, y, sizeof y);
    say_part(d, most, VOC_AS_Y, hi, sizeof hi);
    if (d->n_series) {
        snprintf(out, size, strcmp(y, hi) ? "%s to %s" : "%s", y, hi);
    } else if (d->ranges && part_number(d->p, least, VOC_AS_LO, &x)) {
        say_part(d, least, VOC_AS_LO, lo, sizeof lo);
        say_part(d, least, VOC_AS_HI, hi, sizeof hi);
        snprintf(out, size, "%s (%s to %s)", y, lo, hi);
    } else {
        snprintf(out, size, "%s", y);
    }
}

// The words beside or below the name; gives their height, and draws where `draw` is true.
static double words(const struct dots *d, size_t line, double x, double y, double width, bool draw)
{
    struct pen *pen = d->p->pen;
    const size_t r = row_of(d, line, 0);
    char s[SAID_MAX], value[120];
    struct wrapped w;
    double height = 0, held;
    say_values(d, line, s, sizeof s);
    const voc_str all = {s, strlen(s)};
    text_wrap(&w, all, width, SMALL, false, 2);
    if (draw) text_put(pen, &w, all, x, y, SMALL, AT_LEFT, "f-text");
    height += text_height(&w, SMALL);
    if (d->held && r != NOTHING && part_number(d->p, r, VOC_AS_VALUE, &held)) {
        const voc_str title = column_title(d->p->t, part_column(d->p->t, d->p->f, VOC_AS_VALUE));
        say_part(d, r, VOC_AS_VALUE, value, sizeof value);
        snprintf(s, sizeof s, "%.*s %s", SHOW_AT_MOST(title, 60), value);
        const voc_str against = {s, strlen(s)};
        text_wrap(&w, against, width, SMALL, false, 2);
        if (draw) text_put(pen, &w, against, x, y + height, SMALL, AT_LEFT, "f-soft");
        height += text_height(&w, SMALL);
    }
    if (r != NOTHING && stands_out(d, r)) {
        const voc_str title = column_title(d->p->t, part_column(d->p->t, d->p->f, VOC_AS_ALWAYS));
        text_wrap(&w, title, width - MARK, SMALL, true, 2);
        if (draw) {
            pen_f(pen, "<path d=\"M%.1f %.1fh10l-5 8z\" class=\"f-loss\"/>", x, y + height + 4);
            text_put(pen, &w, title, x + MARK, y + height, SMALL, AT_LEFT, "f-bold");
        }
        height += text_height(&w, SMALL);
    }
    return height;
}

// ---- the plane ------------------------------------------------------------------------------------------------------------------------

static void points(const struct dots *d, size_t line, double y)
{
    struct pen *pen = d->p->pen;
    double x, lo, hi, least = INFINITY, most = -INFINITY;
    const double top = y - (double)(places(d) - 1) * APART / 2;
    for (size_t s = 0; s < d->n_series; s++) {
        const size_t r = row_of(d, line, s);
        if (r == NOTHING || !part_number(d->p, r, VOC_AS_Y, &x)) continue;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    if (most > least)
        pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-rail\"/>\n", at(d, least), top - TALL / 2,
              at(d, most) - at(d, least), (double)(places(d) - 1) * APART + TALL);
    for (size_t s = 0; s < places(d); s++) {
        const size_t r = row_of(d, line, s);
        const double here = top + (double)s * APART;
        if (r == NOTHING || !part_number(d->p, r, VOC_AS_Y, &x)) continue;
        if (d->held && part_number(d->p, r, VOC_AS_VALUE, &lo)) pen_f(pen, "<path d=\"M%.1f %.1fv22\" class=\"f-held\"/>", at(d, lo), here - 11);
        if (d->ranges && part_number(d->p, r, VOC_AS_LO, &lo) && part_number(d->p, r, VOC_AS_HI, &hi))
            pen_f(pen, "<path d=\"M%.1f %.1fH%.1f\" class=\"f-range f-s%zu\"/>", at(d, lo), here, at(d, hi), s);
        sign_put(pen, s, at(d, x), here);
    }
}

static void scale(const struct dots *d, double y)
{
    char s[80];
    for (double x = d->lo; x <= d->hi + d->step * 1e-9; x += d->step) {
        say_at(d->p, VOC_AS_Y, fabs(x) < d->step * 1e-9 ? 0 : x, d->step, s, sizeof s);
        text_label(d->p->pen, s, at(d, x), y + SMALL, AT_MIDDLE, "f-soft f-scale");
    }
}

static void grid_lines(const struct dots *d, double top, double bottom)
{
    for (double x = d->lo; x <= d->hi + d->step * 1e-9; x += d->step)
        pen_f(d->p->pen, "<path d=\"M%.1f %.1fV%.1f\" class=\"%s\"/>", at(d, x), top, bottom, fabs(x) < d->step * 1e-9 ? "f-axis" : "f-gridline");
    pen_s(d->p->pen, "\n");
}

// One line of the plane; gives its height. Measured first, as what lies behind is drawn first.
static double line_of(const struct dots *d, size_t line, double y, bool draw)
{
    struct wrapped w;
    const double signs = (double)(places(d) - 1) * APART + 22 + 2;
    if (d->stacked) {
        text_wrap(&w, d->name[line], d->p->width, SMALL, true, 3);
        const double name = text_height(&w, SMALL), said = words(d, line, 0, y + PAD + name, d->p->width, draw);
        if (draw) {
            text_put(d->p->pen, &w, d->name[line], 0, y + PAD, SMALL, AT_LEFT, "f-bold");
            points(d, line, y + PAD + name + said + signs / 2);
        }
        return PAD + name + said + signs + 2;
    }
    const double beside = d->p->width - WORDS;
    text_wrap(&w, d->name[line], d->left - 26, SMALL, true, 4);
    const double name = text_height(&w, SMALL), said = words(d, line, beside, 0, WORDS, false);
    const double height = fmax(fmax(name, said) + 2 * PAD, signs);
    if (draw) {
        text_put(d->p->pen, &w, d->name[line], 0, y + (height - name) / 2, SMALL, AT_LEFT, "f-bold");
        (void)words(d, line, beside, y + (height - said) / 2, WORDS, true);
        points(d, line, y + height / 2);
    }
    return height;
}

// ---- what the signs mean -----------------------------------------------------------------------------------------------------------------

static double key(const struct dots *d, double *x, double y, voc_str name, double sign)
{
    struct wrapped w;
    text_wrap(&w, name, d->p->width - sign - 8, SMALL, false, 1);
    if (*x > 0 && *x + sign + 6 + w.width > d->p->width) *x = 0, y += 20;
    text_put(d->p->pen, &w, name, *x + sign + 6, y, SMALL, AT_LEFT, "f-soft");
    return y;
}

static double legend(const struct dots *d, double y)
{
    static const voc_str range = VOC_LIT("its range");
    struct pen *pen = d->p->pen;
    double x = 0;
    for (size_t s = 0; s < places(d); s++) {
        const voc_str name = d->n_series ? d->series[s] : column_title(d->p->t, part_column(d->p->t, d->p->f, VOC_AS_Y));
        y = key(d, &x, y, name, 12);
        sign_put(pen, s, x + 6, y + 9);
        x += 12 + 6 + drawn_width(name, SMALL, false) + 20;
    }
    if (d->ranges) {
        y = key(d, &x, y, range, 24);
        pen_f(pen, "<path d=\"M%.1f %.1fh24\" class=\"f-range f-s0\"/>", x, y + 9);
        x += 24 + 6 + drawn_width(range, SMALL, false) + 20;
    }
    if (d->held) {
        y = key(d, &x, y, column_title(d->p->t, part_column(d->p->t, d->p->f, VOC_AS_VALUE)), 6);
        pen_f(pen, "<path d=\"M%.1f %.1fv14\" class=\"f-held\"/>\n", x + 3, y + 2);
    }
    return y + 22;
}

double draw_dots(struct picture *p, double y)
{
    struct dots d = {.p = p, .stacked = p->width < 500,
                     .ranges = part_column(p->t, p->f, VOC_AS_LO) != NO_PART && part_column(p->t, p->f, VOC_AS_HI) != NO_PART,
                     .held = part_column(p->t, p->f, VOC_AS_VALUE) != NO_PART};
    const double top = y;
    size_t more = 0, more_series = 0;
    double widest = 60;
    d.n = distinct(p, VOC_AS_X, d.name, ROWS_MAX, &more);
    if (part_column(p->t, p->f, VOC_AS_SERIES) != NO_PART)
        d.n_series = distinct(&(struct picture){.t = p->t, .f = p->f}, VOC_AS_SERIES, d.series, SERIES_MAX, &more_series);
    for (size_t i = 0; i < d.n; i++) widest = fmax(widest, drawn_width(d.name[i], SMALL, true));
    d.left = d.stacked ? 20 : fmin(widest, p->width * 0.3) + 28;
    d.right = p->width - (d.stacked ? 24 : WORDS + 28);
    extent(&d);
    y += piece_head(p, d.name, d.n, y);
    y = legend(&d, y);
    if (!d.stacked) scale(&d, y), y += 18; // on a phone the lines are far apart: the scale below is enough
    const double plane = y;
    for (size_t i = 0; i < d.n; i++)
        if (piece_has(p, i)) y += line_of(&d, i, y, false);
    if (!d.stacked) grid_lines(&d, plane, y);
    y = plane;
    for (size_t i = 0; i < d.n; i++) {
        if (!piece_has(p, i)) continue;
        const double height = line_of(&d, i, y, false);
        if (d.stacked) grid_lines(&d, y + height - ((double)(places(&d) - 1) * APART + 24), y + height - 2);
        pen_f(p->pen, "<path d=\"M0 %.1fH%.1f\" class=\"f-gridline\"/>\n", y, p->width);
        y += line_of(&d, i, y, true);
    }
    scale(&d, y + 2);
    if (more) snprintf(p->left_out, sizeof p->left_out, "Drawn are the first %zu lines: all are in the table.", d.n);
    if (more_series) snprintf(p->left_out, sizeof p->left_out, "Drawn are the first %zu of each line: all are in the table.", d.n_series);
    return y + 22 - top;
}
