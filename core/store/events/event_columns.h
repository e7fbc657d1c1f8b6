// SPDX-License-Identifier: MIT
// Columns of events as arrays, decoded from blocks one behind the other. Everything that a block says is checked against
// the dictionaries before anyone may index with it. Private to core/store.
#ifndef VOC_STORE_EVENT_COLUMNS_H
#define VOC_STORE_EVENT_COLUMNS_H
#include "store/columns/block.h"
#include "store/events/shares.h"

enum {
    EC_ACTION, EC_TOUCHPOINT, EC_CHANNEL, EC_CAMPAIGN, EC_OBJECT, EC_CASE, EC_ROLE, EC_OWNER, EC_THREAD, EC_CUSTOMER,
    EC_ACCOUNT, EC_LANGUAGE, EC_SUB, EC_CODES
};
enum { EC_TIME, EC_MINUTES, EC_COST, EC_VALUE, EC_RECORD, EC_LINE, EC_WIDE };
enum { EC_SMALL = 3, EC_TEXTS = 4 };
struct event_columns { // owns its arrays
    uint32_t columns; // EV_* and EV_TUPLE: which there are
    size_t n, cap;
    uint32_t limit[EC_CODES]; // codes are below
    const struct event_tuple *tuples; // borrows from the project
    uint32_t n_tuples;
    const struct import_source *imports; // borrows from the project; where EV_SOURCE or EV_PLACE are asked for
    size_t n_imports;
    int64_t *wide[EC_WIDE], *scratch; // scratch: BLOCK_ROWS, as
    uint32_t *tuples_of_rows;         // of one block, where tuples are not asked for
    uint8_t *small[EC_SMALL];
    uint32_t *code[EC_CODES], *tuple, *source, *import;
    voc_str *text[EC_TEXTS];
};
voc_rc event_columns_open(struct event_columns *c, struct project *p, uint32_t columns);
void event_columns_close(struct event_columns *c);
uint64_t event_columns_read(const struct event_columns *c); // of a block: bit k for COLUMN_ k; those of either format
// Appends the rows of the block that r has open; texts borrow from r. import 0: the rows say it (shares.h). VOC_E_INPUT:
// r->why says what is wrong.
voc_rc event_columns_add(struct event_columns *c, struct block_reader *r, uint32_t import, uint32_t source);
voc_rc event_columns_room(struct event_columns *c, size_t rows); // in all
void event_columns_fit(struct event_columns *c); // to the rows there are; no block can be added any more
void event_columns_of_tuples(struct event_columns *c, size_t at, const uint32_t *tuple, size_t n); // those columns of n rows, for which there is room
void event_columns_copy(struct event_columns *to, size_t at, const struct event_columns *from, size_t row); // same columns, room is there
struct row_origin { const struct event_columns *from; size_t row, place; int64_t time_us; }; // of a merged row
void event_columns_gather(struct event_columns *to, const struct row_origin *o, size_t n); // its rows; likewise
void event_columns_show(const struct event_columns *c, struct event_block *out); // all rows
#endif
