// SPDX-License-Identifier: MIT
//
// The lines of a SIPOC: what stands under each part of a section, with its numbers.
#ifndef VOC_PLUGINS_ANALYSIS_SIPOC_ROWS_H
#define VOC_PLUGINS_ANALYSIS_SIPOC_ROWS_H

#include "plugins/analysis/sipoc/sipoc.h"
#include "plugins/common/page.h"
#include "plugins/common/stats.h"

enum sipoc_part { PART_SUPPLIER, PART_INPUT, PART_PROCESS, PART_OUTPUT, PART_CUSTOMER, PART_REQUIREMENT, PART_WRITTEN, PARTS };
enum sipoc_origin { FROM_EVENTS, FROM_DEFINITION, FROM_PEOPLE }; // found only; declared, with what was found of it; typed, never measured

struct sipoc_row {
    enum sipoc_part part;
    enum sipoc_origin origin;
    char what[400];
    uint64_t n, among;            // visits, of how many; among 0: not counted in visits
    double went_on;               // suppliers; NaN: none
    struct stats_interval range;  // of went_on, or of the share that met a requirement
    bool work;
    uint64_t times, minutes;      // work
    voc_str author, date;         // FROM_PEOPLE
};

struct sipoc_rows { // owns rows
    struct sipoc_row *at;
    size_t n, room;
};

// All lines of a section: part by part, the most frequent first.
voc_rc sipoc_rows_of(const struct sipoc *s, const struct sipoc_state *st, size_t section, struct sipoc_rows *out);

// The sheet (sheet.c): its table, then each section that stands on it.
void sipoc_sheet_open(struct page *p, const struct sipoc *s);
void sipoc_sheet_put(struct page *p, const struct sipoc *s, const struct sipoc_state *st, size_t section,
                     const struct sipoc_rows *rows, size_t number);

static inline uint64_t sipoc_over(const struct sipoc_counts *g) { return g->visits - g->open; }

#endif
