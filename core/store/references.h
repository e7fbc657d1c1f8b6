// SPDX-License-Identifier: MIT
// Reference tables of a project: what is known beside the events (ledger, targets, holidays ...), as rows of named cells that
// hold from a time on.
#ifndef VOC_STORE_REFERENCES_H
#define VOC_STORE_REFERENCES_H
#include "store/store.h"

struct store_table { // borrowed until the callback returns
    voc_str name, sources; // sources: their ids, joined by ", "
    uint64_t rows;
    int64_t first_us, last_us; // from when its rows hold, or VOC_NA: none says
};
voc_rc store_tables(struct project *p, voc_rc (*each)(void *user, const struct store_table *t), void *user); // by name

struct store_cell { // one cell of a row; borrowed until the callback returns
    int64_t row;               // rows of one number follow each other
    int64_t from_us, until_us; // of the row, or VOC_NA
    uint32_t resolution;
    uint64_t line;
    voc_str source, file_name, key, text;
    uint32_t type; // VOC_CELL_TEXT, INT, REAL or BOOL: then `integer` or `number` holds it
    int64_t integer;
    double number;
};
// The rows of a table by the time from which they hold (those without one first), then as they were read; cells by key.
voc_rc store_table_cells(struct project *p, voc_str name, voc_rc (*each)(void *user, const struct store_cell *c), void *user);
#endif
