// SPDX-License-Identifier: MIT
//
// A table read by the parts of its figure, cells as people read them, and the two scales that several kinds share: shades of a
// value, and the grade of its evidence. A shade never stands alone: the number or the text stands on it.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"
#include "plugins/common/format.h"

static const voc_column *column_at(const voc_table *t, size_t k)
{
    return (const voc_column *)(const void *)((const char *)t->columns + k * t->column_size);
}

static const voc_cell *cell_at(const voc_table *t, size_t row, size_t k)
{
    return (const voc_cell *)(const void *)((const char *)t->cells + (row * t->n_columns + k) * t->cell_size);
}

bool same_text(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }

size_t part_column(const voc_table *t, const voc_figure *f, uint32_t part)
{
    for (size_t i = 0; i < f->n_parts; i++) {
        const voc_figure_part *p = (const voc_figure_part *)(const void *)((const char *)f->parts + i * f->part_size);
        if (p->part != part) continue;
        for (size_t k = 0; k < t->n_columns; k++)
            if (same_text(column_at(t, k)->name, p->column)) return k;
    }
    return NO_PART;
}

const voc_cell *part_cell(const struct picture *p, size_t row, uint32_t part)
{
    const size_t k = part_column(p->t, p->f, part);
    return k == NO_PART ? NULL : cell_at(p->t, row, k);
}

voc_str part_text(const struct picture *p, size_t row, uint32_t part)
{
    const voc_cell *c = part_cell(p, row, part);
    return c && c->type == VOC_CELL_TEXT ? c->s : (voc_str){"", 0};
}

bool part_number(const struct picture *p, size_t row, uint32_t part, double *x)
{
    const voc_cell *c = part_cell(p, row, part);
    if (!c) return false;
    switch (c->type) {
    case VOC_CELL_INT:
    case VOC_CELL_BOOL:
    case VOC_CELL_TIME:
    case VOC_CELL_DURATION: *x = (double)c->i; return true;
    case VOC_CELL_MONEY: *x = (double)c->i / 1e6; return true;
    case VOC_CELL_REAL:
    case VOC_CELL_SHARE:
    case VOC_CELL_RANGE: *x = c->r; return isfinite(c->r) != 0;
    default: return false;
    }
}

bool row_shown(const struct picture *p, size_t row)
{
    const voc_cell *c = p->series ? part_cell(p, row, p->panel) : NULL;
    return !p->series || (c && c->type == p->series->type && same_text(c->s, p->series->s));
}

uint32_t part_type(const struct picture *p, uint32_t part)
{
    const size_t k = part_column(p->t, p->f, part);
    return k == NO_PART ? VOC_CELL_NA : column_at(p->t, k)->type;
}

voc_str column_title(const voc_table *t, size_t k)
{
    const voc_column *c = column_at(t, k);
    return c->title.len ? c->title : c->name;
}

void say_cell(char *out, size_t size, const voc_table *t, const voc_cell *c)
{
    char s[FORMAT_MAX];
    switch (c->type) {
    case VOC_CELL_TEXT: snprintf(out, size, "%.*s", (int)(c->s.len < size ? c->s.len : size - 1), c->s.ptr); return;
    case VOC_CELL_INT: format_integer(s, sizeof s, c->i, false); break;
    case VOC_CELL_REAL:
    case VOC_CELL_RANGE: format_number(s, sizeof s, c->r, c->digits, false); break;
    case VOC_CELL_TIME: format_time(s, sizeof s, c->i); break;
    case VOC_CELL_DURATION: format_duration(s, sizeof s, c->i); break;
    case VOC_CELL_MONEY:
        format_number(s, sizeof s, (double)c->i / 1e6, c->digits, false);
        if (t->currency.len && t->currency.len < 8) {
            snprintf(out, size, "%s %.*s", s, (int)t->currency.len, t->currency.ptr);
            return;
        }
        break;
    case VOC_CELL_SHARE:
        format_number(s, sizeof s, c->r * 100, c->digits, false);
        snprintf(out, size, "%s%%", s);
        return;
    case VOC_CELL_BOOL: snprintf(s, sizeof s, "%s", c->i ? "yes" : "no"); break;
    default: snprintf(s, sizeof s, "-"); break;
    }
    snprintf(out, size, "%s", s);
}

size_t find_text(const voc_str *in, size_t n, voc_str s)
{
    for (size_t i = 0; i < n; i++)
        if (same_text(in[i], s)) return i;
    return n;
}

size_t distinct(const struct picture *p, uint32_t part, voc_str *to, size_t most, size_t *more)
{
    size_t n = 0, beyond = 0;
    voc_str last = {"", 0};
    for (size_t r = 0; r < p->t->n_rows; r++) {
        const voc_str s = part_text(p, r, part);
        if (!row_shown(p, r) || find_text(to, n, s) < n) continue;
        if (n < most) to[n++] = s;
        else if (!beyond || !same_text(last, s)) beyond++, last = s; // of rows in order of this text: exact
    }
    if (more) *more = beyond;
    return n;
}

// ---- grades ------------------------------------------------------------------------------------------------------------

static const char *const grades[] = {"none", "anecdote", "weak", "moderate", "strong"};

int grade_of(voc_str s)
{
    for (int i = 0; i < 5; i++)
        if (s.len == strlen(grades[i]) && memcmp(s.ptr, grades[i], s.len) == 0) return i;
    return -1;
}

void grade_put(struct pen *p, int grade, double x, double y)
{
    if (grade < 0) return;
    pen_f(p, "<g class=\"f-grade\"><title>evidence: %s</title>", grades[grade]);
    for (int i = 0; i < 4; i++)
        pen_f(p, "<rect x=\"%.1f\" y=\"%.1f\" width=\"4\" height=\"%d\" class=\"%s\"/>", x + i * 6, y - 3 - 2 * i, 3 + 2 * i,
              i < grade ? "f-full" : "f-hollow");
    pen_s(p, "</g>\n");
}

double grades_legend(struct picture *p, double x, double y)
{
    double at = x + 62;
    text_label(p->pen, "evidence", x, y + SMALL, AT_LEFT, "f-soft");
    for (int i = 0; i < 5; i++) {
        const double w = 34 + drawn_width((voc_str){grades[i], strlen(grades[i])}, SMALL, false) + 14;
        if (at + w > p->width && at > x) at = x, y += 20;
        grade_put(p->pen, i, at, y + SMALL);
        text_label(p->pen, grades[i], at + 30, y + SMALL, AT_LEFT, "f-soft");
        at += w;
    }
    return y + 20;
}

// ---- verdicts ------------------------------------------------------------------------------------------------------------

static const char *const marks[] = {"value", "incidental", "waste", "unproven"};

int mark_of(voc_str s)
{
    for (int i = 0; i < 4; i++)
        if (s.len >= strlen(marks[i]) && memcmp(s.ptr, marks[i], strlen(marks[i])) == 0) return i;
    return -1;
}

// Told apart by their shapes: an arrow up, a square, a cross, an empty ring.
void mark_put(struct pen *p, int mark, double x, double y)
{
    switch (mark) {
    case 0: pen_f(p, "<path d=\"M%.1f %.1fl5 -10l5 10z\" class=\"f-full\"/>", x, y); break;
    case 1: pen_f(p, "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" class=\"f-full\"/>", x + 1, y - 9); break;
    case 2: pen_f(p, "<path d=\"M%.1f %.1fl8 8m0 -8l-8 8\" class=\"f-cross\"/>", x + 1, y - 9); break;
    case 3: pen_f(p, "<path d=\"M%.1f %.1fa4 4 0 1 0 8 0a4 4 0 1 0 -8 0z\" class=\"f-ring\"/>", x + 1, y - 5); break;
    default: break;
    }
}

double marks_legend(struct picture *p, double x, double y)
{
    double at = x + 62;
    text_label(p->pen, "worth", x, y + SMALL, AT_LEFT, "f-soft");
    for (int i = 0; i < 4; i++) {
        const double w = MARK + drawn_width((voc_str){marks[i], strlen(marks[i])}, SMALL, false) + 22;
        if (at + w > p->width && at > x) at = x, y += 20;
        pen_f(p->pen, "<g class=\"f-mark f-m%d\">", i);
        mark_put(p->pen, i, at, y + SMALL);
        pen_s(p->pen, "</g>\n");
        text_label(p->pen, marks[i], at + MARK, y + SMALL, AT_LEFT, "f-soft");
        at += w;
    }
    return y + 20;
}

// ---- signs of series -------------------------------------------------------------------------------------------------------

void sign_put(struct pen *p, size_t series, double x, double y)
{
    pen_f(p, "<g class=\"f-mark f-c%zu\">", series % 8);
    switch (series % 8) {
    case 0: pen_f(p, "<path d=\"M%.1f %.1fa4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z\" class=\"f-full\"/>", x - 4.5, y); break;
    case 1: pen_f(p, "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\" class=\"f-full\"/>", x - 4, y - 4); break;
    case 2: pen_f(p, "<path d=\"M%.1f %.1fl5 -9l5 9z\" class=\"f-full\"/>", x - 5, y + 4.5); break;
    case 3: pen_f(p, "<path d=\"M%.1f %.1fa4 4 0 1 0 8 0a4 4 0 1 0 -8 0z\" class=\"f-ring\"/>", x - 4, y); break;
    case 4: pen_f(p, "<path d=\"M%.1f %.1fl7 7m0 -7l-7 7\" class=\"f-cross\"/>", x - 3.5, y - 3.5); break;
    case 5: pen_f(p, "<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\" class=\"f-full\"/>", x, y - 5); break;
    case 6: pen_f(p, "<path d=\"M%.1f %.1fv9m-4.5 -4.5h9\" class=\"f-cross\"/>", x, y - 4.5); break;
    default: pen_f(p, "<path d=\"M%.1f %.1fl5 9l5 -9z\" class=\"f-full\"/>", x - 5, y - 4.5); break;
    }
    pen_s(p, "</g>\n");
}

// ---- scales ------------------------------------------------------------------------------------------------------------

double scale_step(double span, double wanted, bool time)
{
    static const double times[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 259200, 432000, 604800, 1209600, 2592000, 5184000, 7776000, 15552000, 31536000};
    if (time && span < 31536000e6 * 6)
        for (size_t i = 0; i < sizeof times / sizeof *times; i++)
            if (span / (times[i] * 1e6) <= wanted) return times[i] * 1e6;
    double step = pow(10, floor(log10(span / wanted)));
    if (span / step > wanted) step *= 2;
    if (span / step > wanted) step *= 2.5;
    if (span / step > wanted) step *= 2;
    return step;
}

void say_at(const struct picture *p, uint32_t part, double x, double step, char *out, size_t size)
{
    const size_t k = part_column(p->t, p->f, part);
    voc_cell cell = {.type = column_at(p->t, k)->type, .r = x, .i = (int64_t)llround(x)};
    if (cell.type == VOC_CELL_MONEY) cell.i = (int64_t)llround(x * 1e6);
    if (cell.type == VOC_CELL_REAL || cell.type == VOC_CELL_RANGE) cell.digits = step < 1 ? (uint32_t)ceil(-log10(step)) : 0;
    say_cell(out, size, p->t, &cell);
}

// ---- shades ------------------------------------------------------------------------------------------------------------

void shades_see(struct shades *s, double x)
{
    if (!isfinite(x)) return;
    if (!s->any || x < s->lo) s->lo = x;
    if (!s->any || x > s->hi) s->hi = x;
    s->any = true;
    if (!s->diverging && s->lo > 0) s->lo = 0; // twice the value is twice the shade
    if (s->diverging) {
        s->hi = fmax(fabs(s->lo), fabs(s->hi));
        s->lo = -s->hi;
    }
}

const char *shade_of(const struct shades *s, double x)
{
    static const char *const one[] = {"0", "1", "2", "3", "4", "5", "6"}, *const two[] = {"n3", "n2", "n1", "z", "p1", "p2", "p3"};
    const double all = s->hi - s->lo;
    int i = all > 0 ? (int)floor((x - s->lo) / all * 7) : s->diverging ? 3 : 0;
    i = i < 0 ? 0 : i > 6 ? 6 : i;
    return s->diverging ? two[i] : one[i];
}

double shades_legend(struct picture *p, const struct shades *s, uint32_t part, double x, double y)
{
    const size_t k = part_column(p->t, p->f, part);
    char lo[64], hi[64];
    if (!s->any || k == NO_PART) return y;
    voc_cell c = {.type = column_at(p->t, k)->type};
    for (size_t r = 0; r < p->t->n_rows; r++)
        if (cell_at(p->t, r, k)->type == c.type) {
            c.digits = cell_at(p->t, r, k)->digits;
            break;
        }
    const bool whole = c.type != VOC_CELL_REAL && c.type != VOC_CELL_SHARE && c.type != VOC_CELL_RANGE;
    const double scale = c.type == VOC_CELL_MONEY ? 1e6 : 1;
    c.r = s->lo, c.i = whole ? (int64_t)(s->lo * scale) : 0;
    say_cell(lo, sizeof lo, p->t, &c);
    c.r = s->hi, c.i = whole ? (int64_t)(s->hi * scale) : 0;
    say_cell(hi, sizeof hi, p->t, &c);
    struct wrapped w;
    const voc_str title = column_title(p->t, k);
    text_wrap(&w, title, fmin(p->width * 0.4, 240), SMALL, false, 1);
    text_put(p->pen, &w, title, x, y, SMALL, AT_LEFT, "f-soft");
    double at = x + w.width + 10;
    text_label(p->pen, lo, at, y + SMALL, AT_LEFT, "f-soft");
    at += drawn_width((voc_str){lo, strlen(lo)}, SMALL, false) + 6;
    for (int i = 0; i < 7; i++)
        pen_f(p->pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"16\" height=\"12\" class=\"f-h%s f-edge\"/>", at + i * 16, y + 1,
              shade_of(s, s->lo + (s->hi - s->lo) * ((double)i + 0.5) / 7));
    text_label(p->pen, hi, at + 7 * 16 + 6, y + SMALL, AT_LEFT, "f-soft");
    return y + 22;
}
