// SPDX-License-Identifier: MIT
// Events of an import in the order of the file, one partition after the other. Private to core/store.
#ifndef VOC_STORE_IMPORT_ORDER_H
#define VOC_STORE_IMPORT_ORDER_H
#include "store/import/pending.h"

struct ordered_rows { // arrays by place; codes of the import
    int64_t *time_us;
    int64_t *line;     // less record; NULL: the same for all, pending.first_line
    uint64_t *record;
    uint32_t *who, *tuple, *rare;
};
voc_rc ordered_rows_init(struct ordered_rows *r, size_t n, bool lines); // r is zero
void ordered_rows_done(struct ordered_rows *r);

struct ordering { // owns
    const struct pending *q;
    uint32_t *unit_of;            // of each partition's people from first[partition] on: number of its unit within the partition
    size_t first[PARTITIONS];
    uint32_t units[PARTITIONS];   // of each partition
    bool lines;                   // lines less records differ: rows have them
    uint64_t shift;               // from the record of the file to that of the source: ordering_take gives the latter
    bool wide;                    // some rows of the partition at hand have times of their own
    struct pending_row *row;      // of the partition in their order
    uint32_t *rare;               // their places in pending.rare
    int64_t *line;                // where they differ: less record
    int64_t *time_us;             // where they are wide
    uint64_t *record;             // likewise
    size_t n, cap;
    VEC(size_t) end;              // of each of its units: the place behind its last row
};
voc_rc ordering_open(struct ordering *o, const struct pending *q);
void ordering_close(struct ordering *o);
// Gives the rows of a partition, n and end: by hash of the unit's text, that text, time, actor class, own id, record, sub; rows that
// were dropped are left out.
voc_rc ordering_part(struct ordering *o, unsigned part);
// n of them, from `first` on, into columns, from place `at` on. Of `to` only what is not NULL.
void ordering_take(const struct ordering *o, size_t first, size_t n, struct ordered_rows *to, size_t at);
#endif
