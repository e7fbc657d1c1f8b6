// SPDX-License-Identifier: MIT
// Why a stage is empty, and what to do about it: which definition matches nothing, which actions no definition asks for, a
// sources.xml that came after the import. Notes for the table of stages; nothing is looked for where all is well.
#ifndef VOC_CLI_STAGES_WHY_H
#define VOC_CLI_STAGES_WHY_H
#include "cli/cli.h"

struct stage_seen { uint64_t entries, passed, blocked; };
struct stages_seen { // what the table counted
    const struct stage_seen *stage; // j->n_stages
    const uint64_t *touched;        // events of each declared touchpoint, j->n_claims
    uint64_t units, without;
    uint64_t events, customers, companies; // events of units, and by whom
    bool actor_assumed;
    uint32_t unit;                  // VOC_UNIT_*, or 0 for the journey's
};
// held: all events, where they are held already, or NULL.
voc_rc stages_why(struct table *t, struct cli *c, struct project *p, const struct journey *j, const struct event_set *held,
                  const struct stages_seen *seen);
#endif
