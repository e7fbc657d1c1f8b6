// SPDX-License-Identifier: MIT
//
// A table as an analysis writes it, cell after cell. The first failure stays in `rc`, and what follows does nothing. NaN, VOC_NA and an
// empty text are cells that are not available.
#ifndef VOC_PLUGINS_COMMON_PAGE_H
#define VOC_PLUGINS_COMMON_PAGE_H

#include <stdbool.h>
#include <voc/plugin.h>

#include "plugins/common/analysis.h"

struct page {
    const voc_host *host;
    voc_run *run;
    voc_table_builder *t;
    voc_rc rc;
    const void *of;     // whatever the analysis tells of
    size_t n, at;       // columns; of the next cell
    uint64_t left_out;  // columns that a brief table has not
};

// A column for those who check: tests and limits, among the first 64. A brief table leaves it out; its cells are put all the same.
#define PAGE_CHECK (UINT32_C(1) << 31)

struct page_column {
    const char *name, *title;
    uint32_t type;
    const char *unit;  // empty: of a duration seconds
    uint32_t flags;
    const char *help;
};

static inline struct page page_of(const voc_host *host, voc_run *run) { return (struct page){.host = host, .run = run}; }
void page_open(struct page *p, const char *name, const char *title, uint32_t flags, const struct page_column *columns, size_t n);
// The same of an analysis, whatever the page was before, unless it has failed.
void page_open_in(struct page *p, const struct analysis *a, const char *name, const char *title, uint32_t flags,
                  const struct page_column *columns, size_t n);
void page_column(struct page *p, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help);
void page_note(struct page *p, uint32_t kind, const char *text);
void page_notef(struct page *p, uint32_t kind, const char *format, ...) __attribute__((format(printf, 3, 4)));  // cut off behind 1,200 bytes
void page_semantics(struct page *p, const char *text);
void page_say(struct page *p, const char *format, ...) __attribute__((format(printf, 2, 3)));  // the same; cut off likewise
void page_group(struct page *p, const char *title, const char *subtitle);
void cell_na(struct page *p);
void cell_str(struct page *p, voc_str s);
void cell_text(struct page *p, const char *s);
void cell_blank(struct page *p);  // an empty text
void cell_int(struct page *p, uint64_t n);
void cell_signed(struct page *p, int64_t i);  // VOC_NA: not available
void cell_real(struct page *p, double x, uint32_t digits);
void cell_share(struct page *p, double x, uint32_t digits);
void cell_part(struct page *p, uint64_t n, uint64_t of);  // as a share; of nothing: not available
void cell_range(struct page *p, double x, double lo, double hi, uint32_t digits);
void cell_money(struct page *p, double x, uint32_t digits);
void cell_time(struct page *p, int64_t us);
void cell_duration(struct page *p, int64_t us);
void cell_lasting(struct page *p, double us);  // whole microseconds of it
void cell_ratio(struct page *p, uint64_t x, uint64_t n);  // "8 of 11"; of nothing: not available
void cell_yes(struct page *p, bool yes);

#endif
