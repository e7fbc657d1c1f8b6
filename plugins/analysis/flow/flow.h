// SPDX-License-Identifier: MIT
//
// The state of flow: for each segment and pair of nodes, how often one followed the other at once, and the gaps between.
#ifndef VOC_PLUGINS_FLOW_H
#define VOC_PLUGINS_FLOW_H

#include "plugins/common/walk.h"

enum { OPT_BY, OPT_EVENTS, OPT_COLLAPSE, OPT_ALL, OPT_MEDIAN, OPT_DETAIL, OPT_GAP, OPT_WITHIN, OPT_FROM, OPT_TO, N_OPTIONS };
enum { BY_NOTHING, BY_SEGMENT };

struct edge {  // a line of the cache, because nearly every event is for another edge
    union {
        struct gaps gaps;  // edge_has_gaps
        struct sum sum;    // others; of (start) and (end) only how many
    } of;
    uint32_t units, last_unit;
    uint32_t segment, from, to;  // nodes; n_nodes: (start), n_nodes + 1: (end)
    uint32_t reserved;
};

struct tally {  // of a pair of nodes, where the mean is all that is asked: a third of an edge, found without looking where it is
    uint64_t micros;
    uint64_t counts;  // steps, and units in the upper half: one addition counts both
};

struct flow {
    struct walk w;
    const voc_value *options;
    size_t stride, n_dense;  // nodes with (start) and (end); slots of all pairs, 0: too many for a table of their own
    bool medians;
    bool tallies;  // no medians, and few pairs
};

struct state {
    struct walker walker;
    struct pool pool;
    struct edge *edges;  // in edges_room, from a multiple of 64 bytes on
    void *edges_room;
    size_t n, cap;
    uint32_t *slots;  // 1 + index of an edge, 0: free; by segment, from and to where all pairs have one, else by hash
    size_t n_slots;   // by hash: a power of two
    struct tally *tallies;     // by segment, from and to, as slots; steps since they were put to the edges
    uint32_t *tally_unit;      // the last unit that each was counted for
    uint64_t tallied;          // at most so many steps
    uint64_t tallied_micros;   // no pair took longer in all
    uint32_t unit_number;
    const voc_unit *unit;
    const struct flow *flow;
};

static inline bool edge_has_gaps(const struct flow *f, const struct edge *e) { return f->medians && e->from < f->w.n_nodes && e->to < f->w.n_nodes; }

// connect.c: steps of one segment by count, the first `main` of them the most frequent. keep[i]: it belongs to a way from (start) to one of these.
struct flow_step { uint32_t from, to; };
voc_rc flow_connect(const struct flow *f, const struct flow_step *steps, size_t n, size_t main, uint8_t *keep);

// table.c
voc_rc flow_tables(struct flow *f, struct state *st);

#endif
