// SPDX-License-Identifier: MIT
//
// Tables cell after cell (page.h).
#include "plugins/common/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MONEY_MAX 9e12
#define TEXT_ROOM 1200u

void page_open(struct page *p, const char *name, const char *title, uint32_t flags, const struct page_column *columns, size_t n)
{
    p->n = n;
    p->at = 0;
    p->left_out = 0;
    if (!p->rc) p->rc = p->host->table(p->run, &p->t, name, title, flags);
    for (size_t i = 0; i < n && !p->rc; i++) {
        const struct page_column *c = &columns[i];
        if (c->flags & PAGE_CHECK && i >= 64) p->rc = VOC_E_BUG;
        else if (c->flags & PAGE_CHECK && flags & VOC_TABLE_BRIEF) p->left_out |= UINT64_C(1) << i;
        else page_column(p, c->name, c->title, c->type, c->unit, c->flags & ~PAGE_CHECK, c->help);
    }
}

void page_open_in(struct page *p, const struct analysis *a, const char *name, const char *title, uint32_t flags,
                  const struct page_column *columns, size_t n)
{
    p->host = a->host;
    p->run = a->run;
    page_open(p, name, title, flags, columns, n);
}

void page_column(struct page *p, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help)
{
    if (!p->rc) p->rc = p->host->column(p->t, name, title, type, !*unit && type == VOC_CELL_DURATION ? "s" : unit, flags, help);
}

void page_note(struct page *p, uint32_t kind, const char *text)
{
    if (!p->rc) p->rc = p->host->note(p->t, kind, text);
}

void page_notef(struct page *p, uint32_t kind, const char *format, ...)
{
    char text[TEXT_ROOM];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    page_note(p, kind, text);
}

void page_semantics(struct page *p, const char *text)
{
    if (!p->rc) p->rc = p->host->semantics(p->t, text);
}

void page_say(struct page *p, const char *format, ...)
{
    char text[TEXT_ROOM];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    page_semantics(p, text);
}

void page_group(struct page *p, const char *title, const char *subtitle)
{
    if (!p->rc) p->rc = p->host->group(p->t, title, subtitle);
}

static void put(struct page *p, voc_cell c)
{
    const bool out = p->at < 64 && p->left_out >> p->at & 1;
    p->at = p->at + 1 >= p->n ? 0 : p->at + 1;
    if (!p->rc && !out) p->rc = p->host->cell(p->t, &c);
}

// A cell of this type, where there is a value.
static uint32_t given(bool there, uint32_t type) { return there ? type : VOC_CELL_NA; }

void cell_na(struct page *p) { put(p, (voc_cell){.type = VOC_CELL_NA}); }
void cell_str(struct page *p, voc_str s) { put(p, (voc_cell){.type = given(s.len > 0, VOC_CELL_TEXT), .s = s}); }
void cell_text(struct page *p, const char *s) { cell_str(p, (voc_str){s, strlen(s)}); }
void cell_blank(struct page *p) { put(p, (voc_cell){.type = VOC_CELL_TEXT, .s = {"", 0}}); }
void cell_int(struct page *p, uint64_t n) { put(p, (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}); }
void cell_signed(struct page *p, int64_t i) { put(p, (voc_cell){.type = given(i != VOC_NA, VOC_CELL_INT), .i = i}); }
void cell_real(struct page *p, double x, uint32_t digits) { put(p, (voc_cell){.type = given(!isnan(x), VOC_CELL_REAL), .r = x, .digits = digits}); }
void cell_share(struct page *p, double x, uint32_t digits) { put(p, (voc_cell){.type = given(!isnan(x), VOC_CELL_SHARE), .r = x, .digits = digits}); }
void cell_part(struct page *p, uint64_t n, uint64_t of) { cell_share(p, of ? (double)n / (double)of : (double)NAN, 1); }

void cell_range(struct page *p, double x, double lo, double hi, uint32_t digits)
{
    put(p, (voc_cell){.type = given(!isnan(x), VOC_CELL_RANGE), .r = x, .lo = lo, .hi = hi, .digits = digits});
}

void cell_money(struct page *p, double x, uint32_t digits)
{
    const bool there = !isnan(x) && fabs(x) <= MONEY_MAX;
    put(p, (voc_cell){.type = given(there, VOC_CELL_MONEY), .i = there ? (int64_t)llround(x * 1e6) : 0, .digits = digits});
}

void cell_time(struct page *p, int64_t us) { put(p, (voc_cell){.type = given(us != VOC_NA, VOC_CELL_TIME), .i = us}); }
void cell_duration(struct page *p, int64_t us) { put(p, (voc_cell){.type = given(us != VOC_NA, VOC_CELL_DURATION), .i = us}); }
void cell_lasting(struct page *p, double us) { cell_duration(p, isnan(us) || fabs(us) > 9e18 ? VOC_NA : (int64_t)floor(us)); }

void cell_ratio(struct page *p, uint64_t x, uint64_t n)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, x, n);
    cell_text(p, n ? text : "");
}

void cell_yes(struct page *p, bool yes) { put(p, (voc_cell){.type = VOC_CELL_BOOL, .i = yes}); }
