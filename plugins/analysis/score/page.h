// SPDX-License-Identifier: MIT
//
// A table of the score as it is written, cell after cell. The first failure stays in `rc`, and what follows does nothing.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_PAGE_H
#define VOC_PLUGINS_ANALYSIS_SCORE_PAGE_H

#include "plugins/analysis/score/score.h"

struct page {
    const struct score *s;
    const struct study *st;  // NULL: there is none
    voc_table_builder *t;
    voc_rc rc;
};

struct page_column {
    const char *name, *title;
    uint32_t type;
    const char *unit;
    uint32_t flags;
    const char *help;
};

static inline struct page page_of(const struct study *st) { return (struct page){.s = st->s, .st = st}; }
void page_open(struct page *p, const char *name, const char *title, uint32_t flags, const struct page_column *columns, size_t n);
void page_day(int64_t us, char *out, size_t size); // "1 Jul 2024"
void page_note(struct page *p, uint32_t kind, const char *text);
void put_na(struct page *p);
void put_str(struct page *p, voc_str s);      // empty: not available
void put_text(struct page *p, const char *s); // likewise
void put_int(struct page *p, size_t n);
void put_signed(struct page *p, int64_t i);
void put_real(struct page *p, double x, uint32_t digits); // NaN: not available, here and below
void put_share(struct page *p, double x, uint32_t digits);
void put_range(struct page *p, double x, double lo, double hi, uint32_t digits);
void put_money(struct page *p, double x, uint32_t digits);
void put_time(struct page *p, int64_t us); // VOC_NA: not available
void put_yes(struct page *p, bool yes);

#endif
