// SPDX-License-Identifier: MIT
// Tuples of a block: what rows have in common, each combination once, found by a hash of its codes.
#include "host/coding/coding.h"

#include <string.h>

static inline bool same_tuple(const struct coded_tuple *a, const struct coded_tuple *b)
{
    return ((a->action ^ b->action) | (a->touchpoint ^ b->touchpoint) | (a->channel ^ b->channel) | (a->campaign ^ b->campaign) |
            (a->role ^ b->role) | (a->owner ^ b->owner) | (a->language ^ b->language)) == 0 &&
           a->resolution == b->resolution && a->actor == b->actor && a->ref_kind == b->ref_kind;
}

static inline uint64_t tuple_hash(const struct coded_tuple *t)
{
    const uint64_t k = UINT64_C(0x9E3779B97F4A7C15), l = UINT64_C(0xE7037ED1A0B428DB);
    uint64_t a = (uint64_t)t->action << 32 | t->channel, b = (uint64_t)t->campaign << 32 | t->role, c = (uint64_t)t->touchpoint << 32 | t->owner;
    uint64_t small = (uint64_t)t->language << 24 | (uint64_t)t->resolution << 16 | (uint64_t)t->actor << 8 | t->ref_kind;
    return coder_fold(a ^ k, b ^ l) ^ coder_fold(c ^ l, small ^ k);
}

// A slot holds the number + 1, and above it some of the hash: a tuple that is another is hardly ever looked at.
#define NUMBER_BITS 25u
_Static_assert(CODING_ROWS < 1u << NUMBER_BITS, "a slot holds the number of any tuple");
static inline uint32_t slot_of(uint64_t hash, uint32_t number) { return (uint32_t)(hash >> 32) << NUMBER_BITS | number; }
static inline uint32_t number_of(uint32_t slot) { return slot & ((1u << NUMBER_BITS) - 1); }

static voc_rc more_slots(struct coder *c)
{
    size_t n = c->slots.n * 2;
    voc_rc rc = vec_reserve(&c->slots, c->slots.n, SIZE_MAX);
    if (rc) return rc;
    memset(c->slots.at, 0, n * sizeof *c->slots.at);
    c->slots.n = n;
    for (uint32_t k = 0; k < c->tuples.n; k++) {
        const uint64_t hash = tuple_hash(&c->tuples.at[k]);
        size_t at = hash & (n - 1);
        while (c->slots.at[at]) at = (at + 1) & (n - 1);
        c->slots.at[at] = slot_of(hash, k + 1);
    }
    return VOC_OK;
}

static __attribute__((noinline)) voc_rc tuple_new(struct coder *c, const struct coded_tuple *t, size_t at, uint64_t hash, uint32_t *out)
{
    voc_rc rc = vec_reserve(&c->tuples, 1, CODING_ROWS);
    if (rc) return rc;
    *out = (uint32_t)c->tuples.n;
    c->tuples.at[c->tuples.n++] = *t;
    c->slots.at[at] = slot_of(hash, (uint32_t)c->tuples.n);
    return c->tuples.n > c->slots.n / 2 ? more_slots(c) : VOC_OK;
}

static inline voc_rc tuple_code(struct coder *c, const struct coded_tuple *t, uint64_t hash, uint32_t *out)
{
    size_t mask = c->slots.n - 1, at = hash & mask;
    for (; c->slots.at[at]; at = (at + 1) & mask)
        if ((c->slots.at[at] ^ slot_of(hash, 0)) >> NUMBER_BITS == 0 && same_tuple(&c->tuples.at[number_of(c->slots.at[at]) - 1], t))
            return *out = number_of(c->slots.at[at]) - 1, VOC_OK;
    return tuple_new(c, t, at, hash, out);
}

// A file may have a hundred thousand tuples: what a lookup touches is fetched while others are looked up.
voc_rc coder_tuples(struct coder *c, const struct coded_tuple *t, size_t n, uint32_t *to)
{
    uint64_t hash[CODING_AT_ONCE];
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n; i++) {
        hash[i] = tuple_hash(&t[i]);
        __builtin_prefetch(&c->slots.at[hash[i] & (c->slots.n - 1)]);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t likely = c->slots.at[hash[i] & (c->slots.n - 1)];
        if (likely && (likely ^ slot_of(hash[i], 0)) >> NUMBER_BITS == 0) __builtin_prefetch(&c->tuples.at[number_of(likely) - 1]);
    }
    for (size_t i = 0; i < n && !rc; i++) rc = tuple_code(c, &t[i], hash[i], &to[i]);
    return rc;
}
