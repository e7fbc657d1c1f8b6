// SPDX-License-Identifier: MIT
//
// See sheet.h.
#include "plugins/common/sheet.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_ROOM 1200u

void sheet_open(struct sheet *s, const struct analysis *a, const char *name, const char *title, uint32_t flags, const struct sheet_column *columns, size_t n)
{
    *s = (struct sheet){.a = a, .n = n, .rc = s->rc ? s->rc : n > 64 ? VOC_E_BUG : VOC_OK};
    if (!s->rc) s->rc = a->host->table(a->run, &s->t, name, title, flags);
    for (size_t i = 0; i < n && !s->rc; i++) {
        const struct sheet_column *c = &columns[i];
        if (c->flags & SHEET_CHECK && flags & VOC_TABLE_BRIEF) s->left_out |= UINT64_C(1) << i;
        else s->rc = a->host->column(s->t, c->name, c->title, c->type, c->type == VOC_CELL_DURATION ? "s" : "", c->flags & ~SHEET_CHECK, c->help);
    }
}

void sheet_say(struct sheet *s, const char *format, ...)
{
    char text[TEXT_ROOM];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!s->rc) s->rc = s->a->host->semantics(s->t, text);
}

void sheet_note(struct sheet *s, uint32_t kind, const char *format, ...)
{
    char text[TEXT_ROOM];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!s->rc) s->rc = s->a->host->note(s->t, kind, text);
}

static void put(struct sheet *s, voc_cell c)
{
    const bool out = s->left_out >> s->at & 1;
    s->at = s->at + 1 == s->n ? 0 : s->at + 1;
    if (!s->rc && !out) s->rc = s->a->host->cell(s->t, &c);
}

void sheet_na(struct sheet *s) { put(s, (voc_cell){.type = VOC_CELL_NA}); }
void sheet_str(struct sheet *s, voc_str text) { put(s, (voc_cell){.type = text.len ? VOC_CELL_TEXT : VOC_CELL_NA, .s = text}); }
void sheet_text(struct sheet *s, const char *text) { sheet_str(s, (voc_str){text, strlen(text)}); }
void sheet_int(struct sheet *s, uint64_t n) { put(s, (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}); }
void sheet_share(struct sheet *s, double x) { put(s, isnan(x) ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_SHARE, .r = x, .digits = 1}); }
void sheet_real(struct sheet *s, double x, uint32_t digits) { put(s, isnan(x) ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_REAL, .r = x, .digits = digits}); }

void sheet_range(struct sheet *s, double x, double lo, double hi, uint32_t digits)
{
    put(s, isnan(x) ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_RANGE, .r = x, .lo = lo, .hi = hi, .digits = digits});
}

void sheet_duration(struct sheet *s, double us)
{
    put(s, isnan(us) || fabs(us) > 9e18 ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_DURATION, .i = (int64_t)floor(us)});
}

void sheet_time(struct sheet *s, int64_t us) { put(s, (voc_cell){.type = us == VOC_NA ? VOC_CELL_NA : VOC_CELL_TIME, .i = us}); }
void sheet_yes(struct sheet *s, bool yes) { put(s, (voc_cell){.type = VOC_CELL_BOOL, .i = yes}); }
