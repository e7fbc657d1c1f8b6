// SPDX-License-Identifier: MIT
//
// The journey map: what one thread counts. Whole numbers and gathered times only, so that states can be added in any order. What is
// counted in a stage (an action, a touchpoint, a theme, a need) is a thing: they have one row of numbers each, stage by stage.
#ifndef VOC_PLUGINS_ANALYSIS_MAP_H
#define VOC_PLUGINS_ANALYSIS_MAP_H

#include <string.h>

#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

enum map_kind { MAP_ACTION, MAP_TOUCH, MAP_TAKEN, MAP_THEME, MAP_SOUGHT, MAP_SERVED, MAP_KINDS }; // TAKEN: touchpoints that customers help themselves to; SOUGHT, SERVED: of needs

struct map_tally {
    uint64_t times, units, people;
    uint64_t answered; // MAP_TOUCH: an act of value within the window after it
};

struct map_stage {
    uint64_t stays, units, forward, back, exits, won, lapsed, open; // won: of the exits
    struct gathered ended_us, open_us; // of stays whose beginning was observed
    uint64_t cost[2];                  // micro-units of all touches, 128 bits: low, high
    uint64_t costless, touches;        // touches whose cost is not known; all
};

struct map { // of the instance
    struct analysis base;
    size_t top;              // lines of a cell
    size_t n_stages;
    size_t first[MAP_KINDS + 1]; // things of a kind: from first[kind] to first[kind + 1]
    uint32_t *sought;        // index of the predicate of each need, or VOC_NONE
    bool words;
    bool verdicts;           // asked for
};

struct map_met { uint64_t slot; uint32_t person; }; // of one unit

struct map_state {
    struct map_stage *stages;
    struct map_tally *tallies; // [stage][thing]
    uint64_t units;
    struct map_met *met;
    size_t n_met, room;
};

static inline size_t map_things(const struct map *m) { return m->first[MAP_KINDS]; }
static inline struct map_tally *map_tally(const struct map *m, struct map_state *s, size_t stage, enum map_kind kind, size_t i)
{
    return &s->tallies[stage * map_things(m) + m->first[kind] + i];
}
static inline const voc_def_theme *map_theme(const struct map *m, size_t i)
{
    return (const voc_def_theme *)(const void *)((const char *)m->base.def->themes + i * m->base.def->theme_size);
}
static inline const voc_def_need *map_need(const struct map *m, size_t i)
{
    return (const voc_def_need *)(const void *)((const char *)m->base.def->needs + i * m->base.def->need_size);
}

enum { MAP_VALUE, MAP_INCIDENTAL, MAP_WASTE, MAP_UNPROVEN, MAP_CLASSES };
struct map_verdicts { // of score, verdicts.c; row: NULL, there are none
    const voc_table *table[2]; // by stage; over all stages
    uint32_t *row;             // [stage, or behind the last one for all][touchpoint]
    voc_str why, next;         // why there are none, and what to do about it
};
struct map_verdict {
    int class_;
    bool whole;       // not of this stage: over all of them
    char words[800];  // begins with what it is: "value: do more"
    voc_str code, reason;
    double lift, lo, hi, spent; // NaN: none
};
voc_rc map_verdicts(const struct map *m, struct map_verdicts *v); // map_verdicts_free in any case
bool map_verdict(const struct map *m, const struct map_verdicts *v, size_t stage, size_t touch, struct map_verdict *out); // false: none
void map_verdicts_free(const struct map *m, struct map_verdicts *v);

voc_rc map_walk(const struct map *m, struct map_state *s, const voc_journeys *j);
voc_rc map_write(const struct map *m, struct map_state *s);

#endif
