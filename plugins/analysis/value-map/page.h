// SPDX-License-Identifier: MIT
//
// Short forms in which the value map fills its tables; the first failure sticks.
#ifndef VOC_PLUGINS_ANALYSIS_VALUE_MAP_PAGE_H
#define VOC_PLUGINS_ANALYSIS_VALUE_MAP_PAGE_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/value-map/value_map.h"

#define SHOW(s) (int)((s).len > 100 ? 100 : (s).len), (s).ptr  // for %.*s

struct page {
    const struct vm_tally *t;
    voc_table_builder *b;
    voc_rc rc;
};

static inline struct page page_of(const struct vm_tally *t, const char *name, const char *title, uint32_t flags)
{
    struct page p = {.t = t};
    p.rc = t->v->base.host->table(t->v->base.run, &p.b, name, title, flags);
    return p;
}
static inline void page_column(struct page *p, const char *name, const char *title, uint32_t type, uint32_t flags, const char *help)
{
    if (!p->rc) p->rc = p->t->v->base.host->column(p->b, name, title, type, "", flags, help);
}
static inline void page_cell(struct page *p, voc_cell c)
{
    if (!p->rc) p->rc = p->t->v->base.host->cell(p->b, &c);
}
static inline void page_text(struct page *p, voc_str s) { page_cell(p, (voc_cell){.type = VOC_CELL_TEXT, .s = s}); }
static inline void page_words(struct page *p, const char *s) { page_text(p, (voc_str){s, strlen(s)}); }
static inline void page_na(struct page *p) { page_cell(p, (voc_cell){.type = VOC_CELL_NA}); }
static inline void page_int(struct page *p, uint64_t n) { page_cell(p, (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}); }
static inline void page_real(struct page *p, double x, uint32_t digits)
{
    if (isnan(x)) page_na(p);
    else page_cell(p, (voc_cell){.type = VOC_CELL_REAL, .r = x, .digits = digits});
}
static inline void page_share(struct page *p, double x)
{
    if (isnan(x)) page_na(p);
    else page_cell(p, (voc_cell){.type = VOC_CELL_SHARE, .r = x});
}
// "8 of 11"; nothing of nothing is not available.
static inline void page_of_n(struct page *p, uint64_t x, uint64_t n)
{
    char s[64];
    if (!n) {
        page_na(p);
        return;
    }
    (void)snprintf(s, sizeof s, "%llu of %llu", (unsigned long long)x, (unsigned long long)n);
    page_words(p, s);
}
static inline void page_note(struct page *p, uint32_t kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
static inline void page_note(struct page *p, uint32_t kind, const char *format, ...)
{
    char s[1200];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(s, sizeof s, format, ap);
    va_end(ap);
    if (!p->rc) p->rc = p->t->v->base.host->note(p->b, kind, s);
}
static inline void page_semantics(struct page *p, const char *s)
{
    if (!p->rc) p->rc = p->t->v->base.host->semantics(p->b, s);
}
static inline void page_group(struct page *p, const char *title, const char *subtitle)
{
    if (!p->rc) p->rc = p->t->v->base.host->group(p->b, title, subtitle);
}

// "price 9, proof of savings 2": themes of a need that people of this role spoke of, the most frequent first.
void vm_reasons(const struct vm_tally *t, uint32_t role, size_t need, char *out, size_t size);
const char *vm_in_words(enum vm_agreement a);  // "say it, and do not act for it"

#endif
