// SPDX-License-Identifier: MIT
// What was read, as hashes of rows in their order: two readings of one input are the same if these are.
#ifndef VOC_HOST_ROW_SUMS_H
#define VOC_HOST_ROW_SUMS_H
#include "base/buf.h"
#include "store/store.h"

struct row_sums { uint64_t events, facts, rejects; uint64_t n_events, n_facts, n_rejects; };
struct row_summing { struct row_sums sums; struct buf row; voc_rc rc; }; // rc: the first failure
void row_summing_init(struct row_summing *w);
void row_summing_done(struct row_summing *w);
voc_rc row_sums_block(void *user, const struct coded_block *b); // `block` of an import_request; user: the row_summing
bool row_sums_same(const struct row_sums *a, const struct row_sums *b);
#endif
