// SPDX-License-Identifier: MIT
// One cell as people read it and as machines read it; shared by all renderers. Numbers never depend on the locale.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "report/render.h"

// Digits of a non-negative integer in groups of three: "1,072".
static void grouped(struct buf *out, const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) buf_byte(out, ',');
        buf_byte(out, digits[i]);
    }
}

static void number(struct buf *out, double r, unsigned digits, bool with_sign)
{
    char text[400];
    if (isnan(r)) { // an end of a range that is not known
        buf_byte(out, '-');
        return;
    }
    if (isinf(r)) {
        buf_cstr(out, r > 0 ? "inf" : "-inf");
        return;
    }
    snprintf(text, sizeof text, "%.*f", (int)(digits > 15 ? 15 : digits), fabs(r));
    bool zero = strspn(text, "0.") == strlen(text);
    if (r < 0 && !zero) buf_byte(out, '-');
    if (with_sign && r > 0 && !zero) buf_byte(out, '+');
    size_t whole = strcspn(text, ".");
    grouped(out, text, whole);
    buf_cstr(out, text + whole);
}

static void integer(struct buf *out, int64_t i, bool with_sign)
{
    char text[24];
    uint64_t u = i < 0 ? (uint64_t)0 - (uint64_t)i : (uint64_t)i;
    if (i < 0) buf_byte(out, '-');
    if (with_sign && i > 0) buf_byte(out, '+');
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)u);
    grouped(out, text, (size_t)n);
}

void render_cell(struct buf *out, const voc_cell *c, const voc_column *col)
{
    bool sign = (col->flags & VOC_COLUMN_SIGNED) != 0;
    switch (c->type) {
    case VOC_CELL_TEXT: buf_str(out, c->s); break;
    case VOC_CELL_INT: integer(out, c->i, sign); break;
    case VOC_CELL_REAL: number(out, c->r, c->digits, sign); break;
    case VOC_CELL_TIME: {
        bool midnight = c->i % US_PER_DAY == 0;
        time_print(out, c->i, midnight ? VOC_RES_DAY : VOC_RES_SECOND);
        break;
    }
    case VOC_CELL_DURATION: time_print_duration(out, c->i); break;
    case VOC_CELL_MONEY: number(out, (double)c->i / 1e6, c->digits, sign); break;
    case VOC_CELL_SHARE:
        number(out, c->r * 100, c->digits, sign);
        buf_byte(out, '%');
        break;
    case VOC_CELL_BOOL: buf_cstr(out, c->i ? "yes" : "no"); break;
    case VOC_CELL_RANGE:
        number(out, c->r, c->digits, sign);
        buf_cstr(out, " (");
        number(out, c->lo, c->digits, sign);
        buf_cstr(out, " to ");
        number(out, c->hi, c->digits, sign);
        buf_byte(out, ')');
        break;
    default: buf_byte(out, '-'); break;
    }
}

// The shortest decimal that reads back as the same number.
static void exact(struct buf *out, double r)
{
    char text[STR_REAL_MAX];
    if (isnan(r)) return;
    if (isinf(r)) {
        buf_cstr(out, r > 0 ? "inf" : "-inf");
        return;
    }
    buf_add(out, text, str_of_real_shortest(text, r == 0 ? 0.0 : r));
}

static void money(struct buf *out, int64_t micro)
{
    uint64_t u = micro < 0 ? (uint64_t)0 - (uint64_t)micro : (uint64_t)micro;
    char fraction[8];
    if (micro < 0) buf_byte(out, '-');
    buf_printf(out, "%llu", (unsigned long long)(u / 1000000));
    if (u % 1000000 == 0) return;
    int n = snprintf(fraction, sizeof fraction, "%06llu", (unsigned long long)(u % 1000000));
    while (n > 0 && fraction[n - 1] == '0') n--;
    buf_byte(out, '.');
    buf_add(out, fraction, (size_t)n);
}

void render_value(struct buf *out, const voc_cell *c)
{
    switch (c->type) {
    case VOC_CELL_TEXT: buf_str(out, c->s); break;
    case VOC_CELL_INT: buf_printf(out, "%lld", (long long)c->i); break;
    case VOC_CELL_REAL:
    case VOC_CELL_SHARE:
    case VOC_CELL_RANGE: exact(out, c->r); break;
    case VOC_CELL_TIME: time_print(out, c->i, VOC_RES_US); break;
    case VOC_CELL_DURATION: exact(out, (double)c->i / 1e6); break;
    case VOC_CELL_MONEY: money(out, c->i); break;
    case VOC_CELL_BOOL: buf_cstr(out, c->i ? "true" : "false"); break;
    default: break;
    }
}
