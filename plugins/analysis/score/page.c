// SPDX-License-Identifier: MIT
//
// Cells of the score's tables.
#include "plugins/analysis/score/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/format.h"

#define MONEY_MAX 9e12

void page_open(struct page *p, const char *name, const char *title, uint32_t flags, const struct page_column *columns, size_t n)
{
    const voc_host *h = p->s->host;
    if (!p->rc) p->rc = h->table(p->s->run, &p->t, name, title, flags);
    for (size_t i = 0; i < n && !p->rc; i++) p->rc = h->column(p->t, columns[i].name, columns[i].title, columns[i].type, columns[i].unit, columns[i].flags, columns[i].help);
}

void page_note(struct page *p, uint32_t kind, const char *text)
{
    if (!p->rc) p->rc = p->s->host->note(p->t, kind, text);
}

void page_day(int64_t us, char *out, size_t size)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t year, rest;
    unsigned month, d;
    format_civil(us, &year, &month, &d, &rest);
    snprintf(out, size, "%u %s %" PRId64, d, months[month - 1], year);
}

static void put(struct page *p, voc_cell c)
{
    if (!p->rc) p->rc = p->s->host->cell(p->t, &c);
}

void put_na(struct page *p) { put(p, (voc_cell){.type = VOC_CELL_NA}); }
void put_str(struct page *p, voc_str s) { put(p, (voc_cell){.type = s.len ? VOC_CELL_TEXT : VOC_CELL_NA, .s = s}); }
void put_text(struct page *p, const char *s) { put_str(p, (voc_str){s, strlen(s)}); }
void put_int(struct page *p, size_t n) { put(p, (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}); }
void put_signed(struct page *p, int64_t i) { put(p, (voc_cell){.type = VOC_CELL_INT, .i = i}); }
void put_real(struct page *p, double x, uint32_t digits) { put(p, (voc_cell){.type = VOC_CELL_REAL, .r = x, .digits = digits}); }
void put_share(struct page *p, double x, uint32_t digits) { put(p, (voc_cell){.type = VOC_CELL_SHARE, .r = x, .digits = digits}); }

void put_range(struct page *p, double x, double lo, double hi, uint32_t digits)
{
    put(p, (voc_cell){.type = VOC_CELL_RANGE, .r = x, .lo = lo, .hi = hi, .digits = digits});
}

void put_money(struct page *p, double x, uint32_t digits)
{
    if (isnan(x) || fabs(x) > MONEY_MAX)
        put_na(p);
    else
        put(p, (voc_cell){.type = VOC_CELL_MONEY, .i = (int64_t)llround(x * 1e6), .digits = digits});
}

void put_time(struct page *p, int64_t us) { put(p, (voc_cell){.type = us == VOC_NA ? VOC_CELL_NA : VOC_CELL_TIME, .i = us}); }
void put_yes(struct page *p, bool yes) { put(p, (voc_cell){.type = VOC_CELL_BOOL, .i = yes}); }
