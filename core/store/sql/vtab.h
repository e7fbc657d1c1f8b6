// SPDX-License-Identifier: MIT
// Virtual tables fed by struct sql_table: in the project's own connection (voc sql), or in a connection of another program
// that has loaded the extension (guest.c). Private to core/store.
#ifndef VOC_STORE_VTAB_H
#define VOC_STORE_VTAB_H
#include "store/project.h"

struct sql_module { // owns itself; SQLite borrows it
    struct sql_tables *all;        // borrows
    const struct sql_table *table; // borrows until the connection closes
    const struct sql_walk *walk;   // borrows likewise; NULL: every row is walked
    void *user;                    // the table's; of one of the store's own: all
    uint64_t opened;               // the statement for which the table was opened last, 0: none
    uint64_t n_rows;
    struct sql_module *next;
};

// Makes a table of the connection; SQLite calls done(module) when the connection has closed. A status of SQLite.
int sql_module_add(struct sql_tables *all, const struct sql_table *t, const struct sql_walk *w, void (*done)(void *module));
#endif
