// SPDX-License-Identifier: MIT
// What is known beside the events: tables with declared columns, which hold from a day on.
//   tables.c     the tables: names, columns, what else a column may be called
//   reference.c  which table a file is, and its rows
#ifndef VOC_PLUGINS_INPUT_REFERENCE_H
#define VOC_PLUGINS_INPUT_REFERENCE_H

#include "plugins/common/table/table.h"

enum { TABLE_ACCOUNTS, TABLE_LEDGER, TABLE_TARGETS, TABLE_CAPACITY, TABLE_EFFORT, TABLE_ORDERS, TABLE_HOLIDAYS, TABLE_PARTNERS, TABLE_N };
enum {
    COLUMN_REQUIRED = 1u, // each row has it
    COLUMN_KEY = 2u,      // rows of the same key and day replace each other
    COLUMN_ONE_OF = 4u,   // a row has one of these at least
    COLUMN_MARK = 8u,     // a file with it is this table, whatever its name
    COLUMN_FROM = 16u,    // from when the row holds
    COLUMN_POSITIVE = 32u // not below 0
};
struct table_column { const char *name, *also; uint32_t type, flags; const char *about; }; // also: folded names, blanks between
struct reference_table {
    const char *name, *files; // files: folded beginnings of names of files or sheets, blanks between
    const char *title;
    const struct table_column *columns;
    size_t n_columns;
};
extern const struct reference_table reference_tables[TABLE_N];
extern const char *const reference_names[TABLE_N + 2]; // "auto" first

#endif
