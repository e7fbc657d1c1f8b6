// SPDX-License-Identifier: MIT
//
// The funnel plugin's own structures: what it is asked, and what one thread counts. Counts and gathered times only, so that
// states can be added in any order. A line is a stage of the journey, or a step that was named.
#ifndef VOC_PLUGINS_ANALYSIS_FUNNEL_H
#define VOC_PLUGINS_ANALYSIS_FUNNEL_H

#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

#define FUNNEL_STEPS_MAX 30u
#define FUNNEL_OR (UINT32_C(1) << 30)   // in the place of a step: what may be done instead of it
#define FUNNEL_NOT (UINT32_C(1) << 31)  // in the place of a step: what may not come between
#define FUNNEL_STEPS (FUNNEL_OR - 1)

enum funnel_count {
    FUNNEL_REACHED,  // stages: journeys that came to it or beyond; steps: units that made it and all before it
    FUNNEL_ENTERED, FUNNEL_PASSED, FUNNEL_ADVANCED, FUNNEL_BACK, FUNNEL_EXITS, FUNNEL_LAPSED, FUNNEL_OPEN,  // of stages, as voc stages
    FUNNEL_COUNTS,
    FUNNEL_INSTEAD = FUNNEL_EXITS  // of steps: went no further, and did something else
};

struct funnel_line {
    uint64_t n[FUNNEL_COUNTS];
    struct gathered times_us;  // stages: of observed stays, until the move forward; steps: since the step before
};

struct funnel {  // of the instance
    struct analysis base;
    bool by_segment, of_stages, strict;
    bool touches;        // some step is a touchpoint
    uint64_t within_us;  // UINT64_MAX: any time
    size_t n_lines, n_segments;
    voc_str step[FUNNEL_STEPS_MAX], excluded, instead;  // as given
    uint32_t *of_action, *of_touchpoint;  // by code: bit k is step k, or FUNNEL_NOT and FUNNEL_OR
};

struct funnel_state {
    struct funnel_line *lines;  // [segment][line]
    uint64_t units, without;    // units in all; without a stage, or without the first step
};

voc_rc funnel_walk(const struct funnel *f, struct funnel_state *s, const voc_journeys *j);
voc_rc funnel_write(const struct funnel *f, struct funnel_state *s);

#endif
