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
    uint32_t number;  // its place in the state
    uint32_t reserved;
};

struct variants {
    struct walk w;
    const voc_value *options;
};

struct slot { uint32_t tag, at; };  // high half of the hash; 1 + index of a variant, 0: free

#define LASTED 1024u
struct lasted {  // of so many journeys, in any order: their variant, and how long they lasted
    struct lasted *before;
    size_t n;
    int64_t us[LASTED];
    uint32_t of[LASTED];
};

#define TOGETHER 1024u  // variants that lie behind each other
#define WAITING 32u
struct waiting {  // a journey whose variant is still to be found: meanwhile the machine fetches what it will need
    size_t from;  // its path in st->paths
    uint32_t size, n, open;
    voc_str unit;
    int64_t us;
};

struct state {
    struct walker walker;
    struct pool pool;
    struct variant **some;  // TOGETHER each, of the pool: they stay where they are
    size_t n, n_some, room_some;
    struct slot *slots;
    size_t n_slots;         // a power of two
    struct lasted *lasted;  // the last of them; of the pool
    unsigned char *paths;  // of those waiting, with zeros up to a multiple of 8 bytes each
    size_t paths_used, paths_cap;
    struct waiting waiting[WAITING];
    uint64_t hash[WAITING];  // of their paths
    size_t n_waiting;
    const struct variants *variants;
};

static inline struct variant *variant_of(const struct state *st, size_t number) { return &st->some[number / TOGETHER][number % TOGETHER]; }

// How long the journeys of each variant lasted, of those that have a place (NULL: all, each in its own); blocks of pool.
voc_rc variants_lasted(const struct state *st, const uint32_t *place, struct gaps *to, struct pool *pool);
// table.c
voc_rc variants_tables(struct variants *v, struct state *st);

#endif
