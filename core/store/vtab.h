// SPDX-License-Identifier: MIT
// Virtual tables fed by struct sql_table. Private to core/store.
#ifndef VOC_STORE_VTAB_H
#define VOC_STORE_VTAB_H
#include "store/project.h"

struct sql_module { // owns itself; SQLite borrows it
    struct project *p;             // borrows
    const struct sql_table *table; // borrows until the project closes
    const struct sql_walk *walk;   // borrows likewise; NULL: every row is walked
    uint64_t opened;               // the statement for which the table was opened, 0: none
    uint64_t n_rows;
    struct sql_module *next;
};
#endif
