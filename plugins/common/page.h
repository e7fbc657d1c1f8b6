// SPDX-License-Identifier: MIT
//
// A table as an analysis writes it, cell after cell. The first failure stays in `rc`, and what follows does nothing. NaN, VOC_NA and an
// empty text are cells that are not available.
#ifndef VOC_PLUGINS_COMMON_PAGE_H
#define VOC_PLUGINS_COMMON_PAGE_H

#include <stdbool.h>
#include <voc/plugin.h>

struct page {
    const voc_host *host;
    voc_run *run;
    voc_table_builder *t;
    voc_rc rc;
    const void *of;  // whatever the analysis tells of
};

struct page_column {
    const char *name, *title;
    uint32_t type;
    const char *unit;
    uint32_t flags;
    const char *help;
};

static inline struct page page_of(const voc_host *host, voc_run *run) { return (struct page){.host = host, .run = run}; }
void page_open(struct page *p, const char *name, const char *title, uint32_t flags, const struct page_column *columns, size_t n);
void page_column(struct page *p, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help);
void page_note(struct page *p, uint32_t kind, const char *text);
void page_notef(struct page *p, uint32_t kind, const char *format, ...) __attribute__((format(printf, 3, 4)));  // cut off behind 1,000 bytes
void page_semantics(struct page *p, const char *text);
void cell_na(struct page *p);
void cell_str(struct page *p, voc_str s);
void cell_text(struct page *p, const char *s);
void cell_int(struct page *p, uint64_t n);
void cell_signed(struct page *p, int64_t i);  // VOC_NA: not available
void cell_real(struct page *p, double x, uint32_t digits);
void cell_share(struct page *p, double x, uint32_t digits);
void cell_part(struct page *p, uint64_t n, uint64_t of);  // as a share; of nothing: not available
void cell_range(struct page *p, double x, double lo, double hi, uint32_t digits);
void cell_money(struct page *p, double x, uint32_t digits);
void cell_time(struct page *p, int64_t us);
void cell_duration(struct page *p, int64_t us);
void cell_yes(struct page *p, bool yes);

#endif
