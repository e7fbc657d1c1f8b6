// SPDX-License-Identifier: MIT
//
// The state of variants: the journeys themselves, dealt out into buckets by the hash of their way. Equal ways lie in one bucket,
// so each bucket is counted by itself (count.c), in a table small enough to stay next to the processor; nothing is merged.
#ifndef VOC_PLUGINS_VARIANTS_H
#define VOC_PLUGINS_VARIANTS_H

#include "plugins/common/walk.h"

enum { OPT_TOP, OPT_COLLAPSE, OPT_EVENTS, OPT_BY, OPT_GAP, OPT_WITHIN, OPT_FROM, OPT_TO, N_OPTIONS };

struct variants {
    struct walk w;
    const voc_value *options;
    size_t n_buckets;  // a power of two
    bool by_segment;
};

// What tells ways apart besides what was done: whether they are open, and the segment if that is asked for.
static inline uint32_t kind_of(bool open, uint32_t segment) { return (uint32_t)open | segment << 1; }
static inline bool kind_open(uint32_t kind) { return kind & 1u; }
static inline uint32_t kind_segment(uint32_t kind) { return kind >> 1; }
#define SEGMENTS_MOST 32767u

struct journey {
    const unsigned char *path;  // nodes as varints, with zeros behind them up to a multiple of 8 bytes
    uint32_t size, kind;        // bytes of the path
    voc_str unit;               // for the run
    int64_t us;                 // how long it lasted
};

struct page;
struct bucket {
    struct page *pages;  // the last is first; owned by the state
    size_t n;            // journeys
};

struct state {
    struct walker walker;
    struct bucket *buckets;
    struct pool pool;     // names of units that come of saved states
    unsigned char *path;  // of the journey at hand
    size_t path_room;
    const struct variants *variants;
};

// ---- bucket.c ----------------------------------------------------------------------------------------------------------
size_t bucket_of(const struct variants *v, uint64_t hash);
voc_rc bucket_add(const struct walk *w, struct bucket *b, const struct journey *j);  // its path is copied, the unit's name is not
void bucket_join(struct bucket *into, struct bucket *from);                          // from is empty then
void bucket_done(const struct walk *w, struct bucket *b);
struct bucket_at { const struct page *page; size_t at; };  // the next journey
static inline struct bucket_at bucket_first(const struct bucket *b) { return (struct bucket_at){b->pages, 0}; }
bool bucket_next(struct bucket_at *at, struct journey *j);

// Of whole words: size is rounded up to a multiple of 8.
static inline uint64_t hash_begin(size_t size, uint32_t kind) { return (UINT64_C(0xcbf29ce484222325) ^ size) + kind; }
static inline uint64_t hash_word(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}
static inline uint64_t hash_end(uint64_t h)
{
    h *= UINT64_C(0xc2b2ae3d27d4eb4f);
    return h ^ h >> 32;
}
uint64_t hash_of(const unsigned char *path, size_t size, uint32_t kind);

// ---- count.c -----------------------------------------------------------------------------------------------------------
struct variant {
    uint64_t hash, count;
    const unsigned char *path;
    uint32_t size, n;  // of the path: bytes, nodes
    uint32_t kind;
    uint32_t number;  // in its bucket
};

struct chosen {  // a variant that may be told of
    struct variant v;
    bool told;
    voc_str example;  // the first by name; this and the next of those that are told of
    struct gaps lasted;
};

struct counter {  // room for the variants of one bucket after the other
    const struct walk *w;
    uint32_t *slots;     // 1 + number of a variant, 0: free
    size_t n_slots;      // a power of two
    struct variant *at;  // in the order in which they come
    size_t n;
    uint32_t *of;  // by journey: its variant
    struct chosen **told;         // by number, or NULL
    const struct variant **best;  // for a ranking
};
voc_rc counter_new(struct counter *c, const struct walk *w, size_t journeys /* of the largest bucket */);
void counter_free(struct counter *c);
void count_bucket(struct counter *c, const struct bucket *b);
// Of a bucket just counted: examples, and how long they lasted, of those that c->told names.
voc_rc measure_bucket(const struct counter *c, const struct bucket *b, struct pool *pool);

#define SHARES 16u  // of the buckets; a thread counts those of one share
struct ranking {
    const struct variants *v;
    const struct state *st;
    uint32_t *rank;  // of a node's name among all
    const struct variant **at;  // in order; each begins a struct chosen
    size_t top, n;   // kept in order, all
    uint64_t *of_segment;  // journeys of each, by segment
    size_t largest;  // bucket, in journeys
    uint64_t journeys, ways_told, journeys_told;
    struct share {
        struct chosen *at;  // the first of each bucket
        size_t n, room, *end;  // end: of those of each bucket
        size_t variants;
        struct pool pool;
    } shares[SHARES];
};
static inline struct chosen *ranked(const struct ranking *r, size_t i) { return (struct chosen *)(uintptr_t)r->at[i]; }
voc_rc ranking_new(struct ranking *r, const struct variants *v, const struct state *st);
void ranking_done(struct ranking *r);

// table.c
voc_rc variants_tables(struct variants *v, struct state *st);

#endif
