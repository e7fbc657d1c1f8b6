// SPDX-License-Identifier: MIT
// truth.json: what was planted in the demo company and what the score must say about it.
#ifndef VOC_CLI_DEMO_DEMO_TRUTH_H
#define VOC_CLI_DEMO_DEMO_TRUTH_H
#include "cli/demo/demo_sim.h"

// Appends the whole document; a failure stays in b->rc. Marks the people who are seen.
void demo_truth(struct buf *b, struct demo_sim *sim, uint64_t seed);
#endif
