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
    const char *example;        // unit, the first by name
    uint32_t size, n;           // of the path: bytes, nodes
    uint32_t example_len;
    uint32_t open;
};

struct variants {
    struct walk w;
    const voc_value *options;
};

struct slot { uint32_t tag, at; };  // high half of the hash; 1 + index of a variant, 0: free

#define WAITING 32u
struct waiting {  // a journey whose variant is still to be found: meanwhile the machine fetches what it will need
    uint64_t hash;
    size_t from;  // its path in st->paths
    uint32_t size, n, open;
    voc_str unit;
    int64_t us;
};

struct state {
    struct walker walker;
    struct pool pool;
    struct variant *all;
    size_t n, cap;
    struct slot *slots;
    size_t n_slots;  // a power of two
    uint32_t *of;    // of each journey, in any order: its variant, and how long it lasted
    int64_t *us;
    size_t n_lasted, lasted_cap;
    unsigned char *paths;  // of those waiting, with zeros up to a multiple of 8 bytes each
    size_t paths_used, paths_cap;
    struct waiting waiting[WAITING];
    size_t n_waiting;
    const struct variants *variants;
};

// How long the journeys of each variant lasted, of those that have a place (NULL: all, each in its own); blocks of pool.
voc_rc variants_lasted(const struct state *st, const uint32_t *place, struct gaps *to, struct pool *pool);
// table.c
voc_rc variants_tables(struct variants *v, struct state *st);

#endif
