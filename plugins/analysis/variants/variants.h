// SPDX-License-Identifier: MIT
//
// The state of variants: every sequence that occurs, once, with how many journeys took it and how long they lasted.
#ifndef VOC_PLUGINS_VARIANTS_H
#define VOC_PLUGINS_VARIANTS_H

#include "plugins/common/walk.h"

enum { OPT_TOP, OPT_COLLAPSE, OPT_EVENTS, N_OPTIONS };

struct variant {
    uint64_t hash, count;
    const unsigned char *path;  // nodes as varints
    size_t size;
    uint32_t n;  // nodes
    uint32_t open;
    voc_str example;  // unit, the first by name
    struct gaps lasted;
};

struct variants {
    struct walk w;
    const voc_value *options;
};

struct state {
    struct walker walker;
    struct pool pool;
    struct variant *all;
    size_t n, cap;
    uint32_t *slots;  // 1 + index, 0: free
    size_t n_slots;   // a power of two
    unsigned char *path;  // of the journey in hand
    size_t path_cap;
    const struct variants *variants;
};

// table.c
voc_rc variants_tables(struct variants *v, struct state *st);

#endif
