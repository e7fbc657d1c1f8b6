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
enum sipoc_kind { SIPOC_CAMPAIGN, SIPOC_CHANNEL, SIPOC_NOBODY, SIPOC_TOUCH, SIPOC_EXIT, SIPOC_ROLE, SIPOC_INPUT, SIPOC_REQUIREMENT, SIPOC_KINDS };

struct sipoc_tally {
    uint64_t visits;   // suppliers: opened by it; touches: with at least one; exits: that ended so; roles: that it acted after; inputs: with
                       // it at entry; requirements: that went on and did not meet it
    uint64_t finished, forward; // suppliers: of these, over, and moved on
    uint64_t times, minutes;    // touches: how often; micro-minutes
};

struct sipoc_stage {
    uint64_t visits, forward, back, exits, lapsed, open;
    uint64_t complete;               // visits with all required inputs
    uint64_t checked, defects, whole; // visits that went on: looked at; defects in all; without one
};

struct sipoc {
    struct analysis base;
    size_t n_stages, first[SIPOC_KINDS + 1];
    uint32_t *asked;  // the index of the predicate of each input and requirement, in the order of their tallies
    size_t n_asked, first_of[65]; // of each stage: its first input or requirement; a journey has 64 stages at most
    size_t only; // this stage, SIZE_MAX: all
};

struct sipoc_state {
    struct sipoc_stage *stages;
    struct sipoc_tally *tallies; // [stage][kind and code]
    uint64_t *seen;              // the last visit that each tally was counted for
    uint64_t visit;
};

static inline size_t sipoc_slot(const struct sipoc *s, size_t stage, enum sipoc_kind kind, size_t code) { return stage * s->first[SIPOC_KINDS] + s->first[kind] + code; }

// Inputs, then requirements of a stage; a host that is older than they are has none.
static inline bool sipoc_knows(const struct sipoc *s) { return s->base.def->stage_size >= offsetof(voc_def_stage, n_requirements) + sizeof(size_t); }
static inline size_t sipoc_n_inputs(const struct sipoc *s, size_t stage) { return sipoc_knows(s) ? analysis_stage(&s->base, stage)->n_inputs : 0; }
static inline size_t sipoc_n_requirements(const struct sipoc *s, size_t stage) { return sipoc_knows(s) ? analysis_stage(&s->base, stage)->n_requirements : 0; }
static inline const voc_def_input *sipoc_input(const struct sipoc *s, size_t stage, size_t i)
{
    const voc_def_stage *g = analysis_stage(&s->base, stage);
    return (const voc_def_input *)(const void *)((const char *)g->inputs + i * g->input_size);
}
static inline const voc_def_requirement *sipoc_requirement(const struct sipoc *s, size_t stage, size_t i)
{
    const voc_def_stage *g = analysis_stage(&s->base, stage);
    return (const voc_def_requirement *)(const void *)((const char *)g->requirements + i * g->requirement_size);
}

voc_rc sipoc_walk(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j);
voc_rc sipoc_write(const struct sipoc *s, const struct sipoc_state *st);

#endif
