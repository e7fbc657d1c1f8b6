// SPDX-License-Identifier: MIT
// Shared by parts.c and part_read.c. Private to core/store.
#ifndef VOC_STORE_PARTS_INT_H
#define VOC_STORE_PARTS_INT_H
#include <pthread.h>
#include "store/events/event_columns.h"
#include "store/events/parts.h"

struct part_piece { // decoded rows of one or more blocks of a run that follow each other, with their units; owns
    struct event_columns columns;
    struct piece_bytes { struct buf blob; struct block_reader r; } *bytes; // one a block: texts borrow from it
    size_t n_bytes, cap_bytes;
    VEC(size_t) unit_first;  // by unit; and the end
    VEC(uint32_t) unit_code;
    VEC(uint8_t) unit_kind;
    VEC(uint64_t) unit_key;  // where there are several runs
    struct code_run *code_runs; // of one block, where event_parts.sole says so
};
struct part_block {
    int64_t id;
    uint64_t first, last; // keys of its units
    int64_t owner;        // block.import
    int64_t run;
    uint32_t rows, import, source; // import 0: its rows say it
    struct part_piece *shared; // decoded for all readers, from the first reader on; or NULL; owned by the plan
};
struct part_run { size_t first, n; uint64_t rows; }; // of event_parts.blocks
struct event_parts { // owns
    struct project *p; // borrows
    struct diag *d;    // borrows
    struct event_layout layout;
    uint32_t wanted, columns; // asked for; decoded by row
    uint32_t sole;         // the one column that names units, where nobody asked for it by row: read as runs; EV_*, or 0
    uint32_t sole_limit;   // its codes are below
    VEC(struct part_block) blocks;
    VEC(struct part_run) runs;
    VEC(uint64_t) bounds; // the first key of each part; of a held one: its first partition
    sqlite3_blob *blob; // of the block that was read last, or NULL; behind the lock, as all use of the connection
    pthread_mutex_t lock;
    pthread_mutex_t decoding; // who wants to read waits until what all share is decoded
    bool has_lock, decoded;
};
voc_rc parts_damaged(struct event_parts *e, int64_t block, const char *why);
voc_rc parts_ready(struct event_parts *e); // what readers share is there
bool parts_within(const struct event_parts *e, size_t part, uint64_t first, uint64_t last);
voc_rc part_piece_open(struct part_piece *p, struct event_parts *e);
void part_piece_close(struct part_piece *p);
void part_piece_clear(struct part_piece *p);
void part_piece_fit(struct part_piece *p); // no block comes any more: gives back what only decoding needs
voc_rc part_piece_load(struct part_piece *p, struct event_parts *e, const struct part_block *b); // appends a block
#endif
