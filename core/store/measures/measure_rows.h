// SPDX-License-Identifier: MIT
// Measures as they lie in the file: block by block, by import and in the order of their coming, each column decoded when it
// is first asked for. Private to core/store.
#ifndef VOC_STORE_MEASURE_ROWS_H
#define VOC_STORE_MEASURE_ROWS_H
#include "store/columns/block.h"
#include "store/project.h"

enum { MEASURE_INTS = 12 };
struct measure_rows { // owns
    struct project *p; // borrows
    sqlite3_stmt *s;
    struct block_reader block;
    int64_t *ints[MEASURE_INTS]; // BLOCK_ROWS each, by place in the list of columns; NULL: never asked for
    voc_str *text, *id;
    uint64_t decoded;            // bit c: column c of this block
    // of the block at hand
    int64_t number, import;
    voc_str source;              // of the import; borrows until the next block
    size_t n;
    uint64_t first;              // rows before it
};
voc_rc measure_rows_open(struct measure_rows *r, struct project *p); // who opens it holds the project
void measure_rows_close(struct measure_rows *r); // also of one that was never opened, but zeroed
voc_rc measure_rows_next(struct measure_rows *r); // n = 0: the end
voc_rc measure_rows_ints(struct measure_rows *r, unsigned column, const int64_t **out);
voc_rc measure_rows_text(struct measure_rows *r, unsigned column, const voc_str **out); // COLUMN_TEXT or COLUMN_ID; until the next block

// measure_move.c: what formats 1 to 3 have in table `measure` becomes blocks; the table is left as it is.
voc_rc measures_move(struct project *p);
#endif
