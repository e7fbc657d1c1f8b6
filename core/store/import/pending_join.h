// SPDX-License-Identifier: MIT
// A block of a worker on its way into what is pending: pending.c takes it in, pending_rare.c what only few events have, pending_rows.c
// its rows. The first
// failure stays in the joiner, and what follows does nothing. Private to pending*.c.
#ifndef VOC_STORE_PENDING_JOIN_H
#define VOC_STORE_PENDING_JOIN_H
#include "store/import/pending.h"

enum { JOIN_GROUP = 64 }; // rows: each step is taken for all of them before the next one

struct joiner { // one block on its way in
    struct pending *q;
    const struct coded_block *b;
    struct pending_maps *maps; // of the sender
    bool has_texts;            // some event has what rows keep apart: an object, a thread ...
    size_t next_amount;        // of the block's amounts, where they are those of some rows
    const char *why;
    voc_rc rc; // the first failure
};

uint32_t join_fail(struct joiner *j, voc_rc rc, const char *why); // 0
uint32_t join_name(struct joiner *j, unsigned space, uint32_t local); // the code in a dictionary of the import
uint32_t join_text(struct joiner *j, uint32_t local, bool raw); // the place in the heap; raw: bytes of a reject, which need not be text

// What few events have (pending_rare.c). Begun before other work of the group, fetched amid it, joined behind it: what rows share
// with earlier ones is there when it is asked for. rare: of each row its place in pending.rare; 0: it has nothing of it.
struct rare_group { // rows that may have something
    size_t from, n;
    bool all; // they may have more than amounts
    uint32_t row[JOIN_GROUP]; // less from
    uint32_t at[JOIN_GROUP];  // of their amounts; VOC_NONE: they have none
    uint64_t hash[JOIN_GROUP];
};
void join_rare_begin(struct joiner *j, size_t from, size_t to, struct rare_group *g);
void join_rare_fetch(const struct joiner *j, const struct rare_group *g);
void join_rare(struct joiner *j, const struct rare_group *g, uint32_t rare[JOIN_GROUP]);

// Rows to their partitions (pending_rows.c).
void join_rows_begin(struct pending *q, const struct coded_events *c); // the first that is held
void join_rows(struct joiner *j, size_t from, size_t to, const uint32_t who[JOIN_GROUP], const uint32_t tuple[JOIN_GROUP],
               const uint32_t rare[JOIN_GROUP]);
void join_rows_count(struct pending *q, unsigned part); // what its last chunk has

static inline uint32_t at(const uint32_t *column, size_t i) { return column ? column[i] : 0; }
#endif
