// SPDX-License-Identifier: MIT
//
// The journey map: what one thread counts. Whole numbers and gathered times only, so that states can be added in any order. What is
// counted in a stage (an action, a touchpoint, a theme, a need) is a thing: they have one row of numbers each, stage by stage.
#ifndef VOC_PLUGINS_ANALYSIS_MAP_H
#define VOC_PLUGINS_ANALYSIS_MAP_H

#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

enum map_kind { MAP_ACTION, MAP_TOUCH, MAP_THEME, MAP_SOUGHT, MAP_SERVED, MAP_KINDS }; // SOUGHT, SERVED: of needs

struct map_tally {
    uint64_t times, units, people;
    uint64_t answered; // MAP_TOUCH: an act of value within the window after it
};

struct map_stage {
    uint64_t stays, units, forward, back, exits, lapsed, open;
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
static inline const voc_def_theme *map_theme(const struct map *m, size_t i) { return (const voc_def_theme *)(const void *)((const char *)m->base.def->themes + i * m->base.def->theme_size); }
static inline const voc_def_need *map_need(const struct map *m, size_t i) { return (const voc_def_need *)(const void *)((const char *)m->base.def->needs + i * m->base.def->need_size); }

voc_rc map_walk(const struct map *m, struct map_state *s, const voc_journeys *j);
voc_rc map_write(const struct map *m, struct map_state *s);

#endif
