// SPDX-License-Identifier: MIT
//
// The funnel plugin's own structures: what it is asked, and what one thread counts. Counts and gathered times only, so that
// states can be added in any order. A line is a stage of the journey, or a step that was named. Steps that must be made are the
// links of a chain, numbered from 0; those that may be left out lie between two of them.
#ifndef VOC_PLUGINS_ANALYSIS_FUNNEL_H
#define VOC_PLUGINS_ANALYSIS_FUNNEL_H

#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

#define FUNNEL_STEPS_MAX 30u
#define FUNNEL_OR (UINT32_C(1) << 30)   // in the place of a step: what may be done instead of it
#define FUNNEL_NOT (UINT32_C(1) << 31)  // in the place of a step: what may not come between
#define FUNNEL_STEPS (FUNNEL_OR - 1)
#define FUNNEL_CONDITIONS_MAX 32u
#define FUNNEL_ANY_TIME UINT64_MAX

enum { OPT_STEPS, OPT_WITHIN, OPT_STRICT, OPT_BY, OPT_NOT, OPT_OR, OPT_ORDER, N_OPTIONS };

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

enum funnel_order {
    FUNNEL_ORDERED,  // as they are named, others may lie between
    FUNNEL_STRICT,   // no other event of the steps between
    FUNNEL_EXACT,    // no other act of the customer between
    FUNNEL_ANY       // in whatever order
};

struct funnel_step {
    voc_str text, name;  // as given; without what is said of it
    bool optional;
    uint32_t bit;        // in masks: links first, then the steps that may be left out
    uint32_t link;       // its own, or of the one before it
    uint64_t within_us;  // of the link before it
};

struct funnel_condition { uint32_t index, mask, broken; };  // a predicate of the journey: what an event is where it holds

struct funnel {  // of the instance
    struct analysis base;
    bool by_segment, of_stages;
    enum funnel_order order;
    bool touches;        // some step is a touchpoint
    bool looks;          // more than the action says what an event is
    bool windows;        // some step has its own time
    uint64_t within_us;  // of the first step
    size_t n_lines, n_segments, n_links;
    struct funnel_step step[FUNNEL_STEPS_MAX];  // by line
    uint32_t links;                             // the bits of all of them
    uint32_t line_of[FUNNEL_STEPS_MAX];         // of a link
    uint32_t after[FUNNEL_STEPS_MAX];           // by bit of one that may be left out: the bit of the link before it
    voc_str excluded, instead;                  // as given
    uint32_t *of_action, *of_touchpoint;        // by code: steps by their bits, FUNNEL_NOT and FUNNEL_OR
    uint32_t *breaks_action, *breaks_touchpoint;  // by code, of those with FUNNEL_NOT: links behind which it may not come
    struct funnel_condition condition[FUNNEL_CONDITIONS_MAX];
    size_t n_conditions;
};

struct funnel_state {
    struct funnel_line *lines;  // [segment][line]
    uint64_t units, without;    // units in all; without a stage, or without the first step
    void *room;                 // of a walk, from batch to batch
    size_t room_size;
};

// ask.c: what was asked, from the options; said and VOC_E_OPTION where that cannot be.
voc_rc funnel_ask(struct funnel *f, const voc_value *options);
// write.c
voc_rc funnel_write(const struct funnel *f, struct funnel_state *s);

// ---- one unit's steps -----------------------------------------------------------------------------------------------------

#define NO_EVENT SIZE_MAX

struct walk {
    const struct funnel *f;
    struct funnel_state *s;
    const int64_t *time;
    const uint32_t *action, *touchpoint;
    const uint8_t *actor, *delivered, *class_;
    const uint8_t *const *predicates;
    size_t reached;  // links of the best chain
    size_t first, last;
    size_t at[FUNNEL_STEPS_MAX];         // its events; not in any order
    uint64_t took_us[FUNNEL_STEPS_MAX];  // in any order: from the first of the steps so far to the last
};

static inline uint64_t walk_since(const struct walk *w, size_t from, size_t to) { return (uint64_t)w->time[to] - (uint64_t)w->time[from]; }
uint32_t walk_mask(const struct walk *w, size_t e);                  // of_action and the like
uint32_t walk_excluded(const struct walk *w, size_t e);              // of one with FUNNEL_NOT: links behind which it may not come
uint32_t walk_between(const struct walk *w, size_t e, uint32_t mask);  // strict, exact: links that do not go on behind it
// Room of the state for so many bytes; what was there stays.
voc_rc walk_room(const struct walk *w, size_t size);

// walk.c: counts of a batch. windows.c, any.c: the best of one unit's events [from, end), where steps have times of their own, or come in any order.
voc_rc funnel_walk(const struct funnel *f, struct funnel_state *s, const voc_journeys *j);
voc_rc walk_windows(struct walk *w, size_t from, size_t end);
voc_rc walk_any(struct walk *w, size_t from, size_t end);

#endif
