// SPDX-License-Identifier: MIT
// Shared by settle.c, settle_merge.c and settle_write.c. Private to core/store.
#ifndef VOC_STORE_SETTLE_H
#define VOC_STORE_SETTLE_H
#include "store/events/event_columns.h"
#include "store/sort.h"

// All that a row has; what tuples say is left to them.
#define SETTLE_COLUMNS (EV_TIME | EV_OBJECT | EV_CASE | EV_THREAD | EV_CUSTOMER | EV_ACCOUNT | EV_SOURCE | EV_REF | EV_MONEY | EV_ID | EV_TEXT | EV_ATTRS | EV_PLACE | EV_TUPLE)
enum { SETTLE_RUNS = 16 }; // that are merged at a time: of each one block is decoded

// settle.c: at the end of an import, in its transaction.
voc_rc settle_some(struct project *p);

struct settle_block { int64_t id; uint32_t rows; };
struct settle_run { // blocks in the order of units
    int64_t owner;   // block.import: an import, or less than 0
    size_t first, n; // of the blocks
    uint64_t rows;
};

struct settle_writer { // owns; settle_write.c
    struct project *p;
    int64_t owner;            // block.import of what is written
    struct event_columns out; // the block at hand
    uint64_t *key;            // by row: of its unit
    bool *begins;             // by row: its unit begins here
    size_t unit_at, text;     // where the last unit began; bytes of texts
    struct arena texts;
    struct shares shares;
    struct block_writer block;
    struct buf blob;
    sqlite3_stmt *insert;
    int64_t *ints;
    VEC(struct settle_block) written;
};
voc_rc settle_writer_open(struct settle_writer *w, struct project *p, int64_t owner);
void settle_writer_close(struct settle_writer *w);
voc_rc settle_writer_row(struct settle_writer *w, const struct event_columns *from, size_t row, uint64_t key, bool begins); // copies it
voc_rc settle_writer_end(struct settle_writer *w); // the last block, and what the imports have

// settle_merge.c: the hashes by which units have their places, and the merge of some runs into one.
struct settle_keys { uint64_t *cases, *aliases; }; // by code; owns
voc_rc settle_keys_load(struct settle_keys *k, struct project *p);
void settle_keys_free(struct settle_keys *k);
struct settle_blocks { VEC(struct settle_block) v; };
// At most SETTLE_RUNS runs become *out, whose blocks are added to the list; theirs are taken out of the file as they are read.
voc_rc settle_merge(struct project *p, const struct settle_keys *keys, struct settle_blocks *blocks, const struct settle_run *runs,
                    size_t n, int64_t owner, struct settle_run *out);
#endif
