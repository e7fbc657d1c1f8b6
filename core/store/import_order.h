// SPDX-License-Identifier: MIT
// Events of an import in the order of the file, one partition after the other. Private to core/store.
#ifndef VOC_STORE_IMPORT_ORDER_H
#define VOC_STORE_IMPORT_ORDER_H
#include "store/pending.h"

struct ordered_row { // an event in its place; codes of the import
    int64_t time_us;
    uint64_t record;
    int64_t line;  // less record
    uint32_t who, tuple, rare;
    uint32_t unit; // number of its unit within the partition
};
struct ordering { // owns
    const struct pending *q;
    uint32_t *unit_of;            // by who: number of its unit within its partition
    uint32_t units[PARTITIONS];   // of each partition
    VEC(struct ordered_row) rows; // of the partition at hand
    VEC(size_t) start;
};
voc_rc ordering_open(struct ordering *o, const struct pending *q);
void ordering_close(struct ordering *o);
// Fills o->rows: by hash of the unit's text, that text, time, actor class, own id, record, sub; rows that were dropped are left out.
voc_rc ordering_part(struct ordering *o, unsigned part);
#endif
