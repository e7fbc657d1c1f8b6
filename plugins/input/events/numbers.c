// SPDX-License-Identifier: MIT
// Numbers as people export them, and whether a file writes 1,234.50 or 1.234,50. What only one of the two can read is the
// proof; a value that both read differently ("1,234") proves nothing, and if a column has no better, it is an error to ask.
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/events/events.h"

#define DIGITS_MAX 40u
#define MICRO 1000000

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of a mark between groups of three digits at p: the other one of point and comma, an apostrophe or a blank (also the
// no-break blanks). 0: none.
static size_t group_mark(const char *p, const char *end, char decimal)
{
    size_t left = (size_t)(end - p);
    if (left && (*p == '.' || *p == ',') && *p != decimal) return 1;
    if (left && (*p == '\'' || *p == ' ')) return 1;
    if (left >= 2 && memcmp(p, "\xC2\xA0", 2) == 0) return 2;
    if (left >= 3 && (memcmp(p, "\xE2\x80\xAF", 3) == 0 || memcmp(p, "\xE2\x80\x99", 3) == 0)) return 3;
    return 0;
}

struct digits { // value = 0.d1d2d3... * 10^point
    char d[DIGITS_MAX + 1];
    size_t n;
    int point;
    bool minus, some;
};

static void add_digit(struct digits *x, char c, bool behind_point)
{
    x->some = true;
    if (c == '0' && x->n == 0) { // leading zeros
        x->point -= behind_point;
        return;
    }
    if (x->n < DIGITS_MAX) x->d[x->n++] = c;
    x->point += !behind_point;
}

static bool read_whole(const char **at, const char *end, char decimal, struct digits *x)
{
    const char *p = *at;
    size_t in_group = 0, mark_len = 0;
    const char *mark = NULL, *first = p;
    for (;;) {
        if (p < end && is_digit(*p)) {
            add_digit(x, *p++, false);
            in_group++;
            continue;
        }
        size_t len = group_mark(p, end, decimal);
        if (!len || p + len >= end || !is_digit(p[len])) break;
        bool right = mark ? in_group == 3 && len == mark_len && memcmp(mark, p, len) == 0 : in_group >= 1 && in_group <= 3 && *first != '0';
        if (!right) return false;
        mark = p;
        mark_len = len;
        in_group = 0;
        p += len;
    }
    *at = p;
    return !mark || in_group == 3;
}

static bool read_digits(voc_str cell, char decimal, struct digits *x)
{
    cell = ev_trim(cell);
    const char *p = cell.ptr, *end = p + cell.len;
    memset(x, 0, sizeof *x);
    if (p < end && (*p == '-' || *p == '+')) x->minus = *p++ == '-';
    else if (end - p >= 3 && memcmp(p, "\xE2\x88\x92", 3) == 0) x->minus = true, p += 3; // minus sign
    if (!read_whole(&p, end, decimal, x)) return false;
    if (p < end && *p == decimal) {
        for (p++; p < end && is_digit(*p); p++) add_digit(x, *p, true);
    }
    if (!x->some) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        bool minus = false;
        int exponent = 0;
        if (++p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
        if (p == end) return false;
        for (; p < end && is_digit(*p); p++)
            if ((exponent = exponent * 10 + (*p - '0')) > 300) return false;
        x->point += minus ? -exponent : exponent;
    }
    x->d[x->n] = 0;
    return p == end;
}

static int64_t micro_of(const struct digits *x)
{
    int64_t value = 0;
    long places = (long)x->point + 6; // digits that count
    if (x->n == 0) return 0;
    for (long i = 0; i < places; i++) {
        int d = i < (long)x->n ? x->d[i] - '0' : 0;
        if (value > (INT64_MAX - 10) / 10) return VOC_NA;
        value = value * 10 + d;
    }
    if (places >= 0 && places < (long)x->n && x->d[places] >= '5') value++;
    return x->minus ? -value : value;
}

static double real_of(const struct digits *x)
{
    char text[DIGITS_MAX + 32];
    snprintf(text, sizeof text, "%s0.%se%d", x->minus ? "-" : "", x->n ? x->d : "0", x->point);
    return strtod(text, NULL); // the program never leaves the C locale
}

bool number_read(voc_str cell, char decimal, int64_t *micro, double *real)
{
    struct digits x;
    if (!read_digits(cell, decimal, &x)) return false;
    *micro = micro_of(&x);
    *real = real_of(&x);
    return true;
}

// ---- point or comma -------------------------------------------------------------------------------------------------------

struct evidence {
    size_t point, comma;              // cells that only one of them reads
    size_t either_point, either_comma; // cells that both read, to different values, with a point or a comma in them
    voc_str either;                   // one of these
};

static void weigh(struct evidence *v, voc_str cell)
{
    int64_t a = 0, b = 0;
    double x = 0, y = 0;
    bool point = number_read(cell, '.', &a, &x), comma = number_read(cell, ',', &b, &y);
    if (point && !comma) v->point++;
    if (comma && !point) v->comma++;
    if (!point || !comma || (a == b && x == y)) return;
    bool has_comma = memchr(cell.ptr, ',', cell.len) != NULL;
    v->either_comma += has_comma;
    v->either_point += !has_comma;
    if (v->either.len == 0 || has_comma) v->either = cell;
}

bool number_column_plausible(struct events *e, uint32_t column)
{
    size_t n = 0, point = 0, comma = 0;
    for (size_t i = 0; i < e->n_samples; i++) {
        int64_t micro;
        double real;
        voc_str cell = column_cell(e, i, column);
        if (cell_missing(cell)) continue;
        n++;
        point += number_read(cell, '.', &micro, &real);
        comma += number_read(cell, ',', &micro, &real);
    }
    return n ? point == n || comma == n : e->n_samples == 0;
}

static voc_rc evidence_of(struct events *e, const voc_block *first, const struct origin *o, struct evidence *v)
{
    voc_str *cells = NULL;
    char *scratch = NULL;
    size_t n = 0;
    voc_rc rc = column_gather(e, first, o->column, &cells, &n, &scratch);
    for (size_t i = 0; i < n && !rc; i++) weigh(v, cells[i]);
    if (!rc && v->either.len && !ev_copy(e, ev_clip(v->either, 60), &v->either)) rc = VOC_E_NOMEM;
    e->host->free(e->cx, cells);
    e->host->free(e->cx, scratch);
    return rc;
}

static voc_rc decide(struct events *e, struct origin *o, const struct evidence *own, const struct evidence *file)
{
    const struct evidence *by = own->point || own->comma ? own : file;
    if (by->point || by->comma)
        o->decimal = by->comma > by->point ? ',' : '.';
    else if (own->either_comma && e->rule.separator != ';')
        return ev_error(e, VOC_E_INPUT, "EVENTS-007", "say which it is with -O decimal=point (it is large) or -O decimal=comma",
                        "in column \"%.*s\" it cannot be told whether the comma of \"%.*s\" stands before decimals", EV_STR(e->columns[o->column].name, 80),
                        EV_STR(own->either, 60));
    else
        o->decimal = own->either_comma ? ',' : '.'; // a comma in a file of semicolons, which are written where commas are decimal
    return VOC_OK;
}

static bool is_number(const struct attr_origin *a) { return a->type == VOC_TYPE_INT || a->type == VOC_TYPE_REAL || a->type == VOC_TYPE_MONEY; }

voc_rc numbers_resolve(struct events *e, const voc_block *first)
{
    size_t n = 0, max = FIELD_N - FIELD_MINUTES + e->n_attrs;
    struct origin **all = ev_alloc(e, max * sizeof *all);
    struct evidence *own = ev_alloc(e, max * sizeof *own), file = {0};
    voc_rc rc = all && own ? VOC_OK : VOC_E_NOMEM;
    if (rc) return rc;
    memset(own, 0, max * sizeof *own);
    for (size_t f = FIELD_MINUTES; f < FIELD_N; f++) all[n++] = &e->field[f];
    for (size_t i = 0; i < e->n_attrs; i++)
        if (is_number(&e->attrs[i])) all[n++] = &e->attrs[i].from;
    for (size_t i = 0; i < n && !rc; i++) {
        struct origin *o = all[i];
        if (ev_is(o->format, "comma") || ev_is(o->format, "point")) o->decimal = ev_is(o->format, "comma") ? ',' : '.';
        else if (o->format.len)
            rc = ev_error(e, VOC_E_OPTION, "EVENTS-008", NULL, "line %u of the sources: the format of a number is point or comma, not \"%.*s\"", o->line,
                          EV_STR(o->format, 60));
        else if (e->decimal_said || o->column == NO_COLUMN) o->decimal = e->decimal_said && o->column != NO_COLUMN ? e->decimal_said : '.';
        if (rc || o->decimal || o->column == NO_COLUMN) continue;
        rc = evidence_of(e, first, o, &own[i]);
        file.point += own[i].point;
        file.comma += own[i].comma;
    }
    for (size_t i = 0; i < n && !rc; i++)
        if (all[i]->decimal == 0) rc = decide(e, all[i], &own[i], &file);
    return rc;
}
