// SPDX-License-Identifier: MIT
//
// A table as an analysis writes it, cell after cell, of at most 64 columns. The first failure stays in `rc`, and what follows does nothing.
#ifndef VOC_PLUGINS_COMMON_SHEET_H
#define VOC_PLUGINS_COMMON_SHEET_H

#include <stdbool.h>
#include <voc/plugin.h>

#include "plugins/common/analysis.h"

struct sheet {
    const struct analysis *a;
    voc_table_builder *t;
    uint64_t left_out;  // columns that a brief table has not
    size_t n, at;       // columns; of the next cell
    voc_rc rc;
};
// A column for those who check: tests and limits. A brief table (VOC_TABLE_BRIEF) leaves it out; its cells are put all the same.
#define SHEET_CHECK (UINT32_C(1) << 31)
struct sheet_column {
    const char *name, *title;
    uint32_t type, flags;
    const char *help;
};

void sheet_open(struct sheet *s, const struct analysis *a, const char *name, const char *title, uint32_t flags, const struct sheet_column *columns, size_t n);
void sheet_say(struct sheet *s, const char *format, ...) __attribute__((format(printf, 2, 3)));  // semantics
void sheet_note(struct sheet *s, uint32_t kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
void sheet_na(struct sheet *s);
void sheet_str(struct sheet *s, voc_str text);  // empty: not available
void sheet_text(struct sheet *s, const char *text);
void sheet_int(struct sheet *s, uint64_t n);
void sheet_share(struct sheet *s, double x);  // NaN: not available, here and below
void sheet_real(struct sheet *s, double x, uint32_t digits);
void sheet_range(struct sheet *s, double x, double lo, double hi, uint32_t digits);
void sheet_duration(struct sheet *s, double us);
void sheet_time(struct sheet *s, int64_t us);  // VOC_NA: not available
void sheet_yes(struct sheet *s, bool yes);

#endif
