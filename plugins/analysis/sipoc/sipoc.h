// SPDX-License-Identifier: MIT
//
// SIPOC (METHODS 7), drafted from events: what one thread counts of each stage. Whole numbers only, so that states can be added in any
// order. The unit is a visit: a stay of a customer in the stage.
#ifndef VOC_PLUGINS_ANALYSIS_SIPOC_H
#define VOC_PLUGINS_ANALYSIS_SIPOC_H

#include <stdlib.h>
#include <string.h>

#include "plugins/common/analysis.h"

// What is told apart within a stage, by code: suppliers are campaigns, then channels, then neither.
enum sipoc_kind { SIPOC_CAMPAIGN, SIPOC_CHANNEL, SIPOC_NOBODY, SIPOC_TOUCH, SIPOC_EXIT, SIPOC_ROLE, SIPOC_KINDS };

struct sipoc_tally {
    uint64_t visits;   // suppliers: opened by it; touches: with at least one; exits: that ended so; roles: that it acted after
    uint64_t finished, forward; // suppliers: of these, over, and moved on
    uint64_t times, minutes;    // touches: how often; micro-minutes
};

struct sipoc_stage { uint64_t visits, forward, back, exits, lapsed, open; };

struct sipoc {
    struct analysis base;
    size_t n_stages, first[SIPOC_KINDS + 1];
    size_t only; // this stage, SIZE_MAX: all
};

struct sipoc_state {
    struct sipoc_stage *stages;
    struct sipoc_tally *tallies; // [stage][kind and code]
    uint64_t *seen;              // the last visit that each tally was counted for
    uint64_t visit;
};

static inline size_t sipoc_slot(const struct sipoc *s, size_t stage, enum sipoc_kind kind, size_t code) { return stage * s->first[SIPOC_KINDS] + s->first[kind] + code; }

voc_rc sipoc_walk(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j);
voc_rc sipoc_write(const struct sipoc *s, const struct sipoc_state *st);

#endif
