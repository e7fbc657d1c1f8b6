// SPDX-License-Identifier: MIT
//
// Durations gathered for exact medians: four bytes for whole seconds, eight for others. The blocks are a pool's and go with
// it. No answer depends on the order in which durations came.
#ifndef VOC_PLUGINS_COMMON_GAPS_H
#define VOC_PLUGINS_COMMON_GAPS_H

#include <stdbool.h>
#include <voc/plugin.h>

// Memory of one state: given out piece by piece, freed as a whole.
struct pool {
    const voc_host *host;
    voc_context *cx;
    struct pool_chunk *chunks;
};
void *pool_take(struct pool *p, size_t size);  // aligned to 8; NULL: out of memory
void pool_join(struct pool *into, struct pool *from);  // from is empty then
void pool_done(struct pool *p);

struct gaps {  // zero-initialised
    uint32_t *at, *end;              // room for whole seconds in the last block
    uint64_t seconds;                // sum of the whole ones
    struct gaps_block *whole, *odd;  // the last block of each
};
voc_rc gaps_add_slow(struct gaps *g, struct pool *p, int64_t us);
// As many seconds, where they are whole and fit 32 bits; else more than 32 bits hold: 10^6 is 2^6 times 15625, and the product
// with the number that is inverse to 15625 modulo 2^64 is the quotient of a multiple, and too large for all others.
static inline uint64_t gaps_seconds(int64_t us)
{
    const uint64_t x = (uint64_t)us * UINT64_C(0x790fb65668c26139);
    return x >> 6 | x << 58;
}
static inline voc_rc gaps_add(struct gaps *g, struct pool *p, int64_t us)  // us >= 0
{
    const uint64_t s = gaps_seconds(us);
    if (s > UINT32_MAX || g->at == g->end) return gaps_add_slow(g, p, us);
    *g->at++ = (uint32_t)s;
    g->seconds += s;
    return VOC_OK;
}
// The same if `keep`, else nothing; without a branch on it, for where nothing foretells it.
static inline voc_rc gaps_add_if(struct gaps *g, struct pool *p, int64_t us, bool keep)
{
    const uint64_t s = gaps_seconds(us);
    if (s > UINT32_MAX || g->at == g->end) return keep ? gaps_add_slow(g, p, us) : VOC_OK;
    *g->at = (uint32_t)s;
    g->at += keep;
    g->seconds += keep ? s : 0;
    return VOC_OK;
}
uint64_t gaps_n(const struct gaps *g);
void gaps_join(struct gaps *into, struct gaps *from);  // from is empty then; its pool must be joined too

struct sum { uint64_t n, seconds, micros; };  // of durations: seconds + micros / 10^6, where micros stays below 2^62
static inline void sum_carry(struct sum *s)
{
    s->seconds += s->micros / 1000000u;
    s->micros %= 1000000u;
}
static inline void sum_add(struct sum *s, int64_t us)  // us >= 0
{
    s->n++;
    s->micros += (uint64_t)us;
    if (s->micros >> 62) sum_carry(s);
}
int64_t sum_mean(const struct sum *s);      // rounded down to a microsecond; VOC_NA: none
int64_t gaps_mean(const struct gaps *g);    // rounded down to a microsecond; VOC_NA: none
int64_t gaps_median(const struct gaps *g);  // of an even number: the middle of the two, rounded down; VOC_NA: none
int64_t gaps_median_with(const struct gaps *g, uint64_t zeros);  // and so many of no time

// Portable bytes: the number of durations, of bytes, and the durations. load adds; VOC_E_INPUT: not such bytes.
voc_rc gaps_save(const struct gaps *g, const voc_host *host, voc_writer *w);
struct bytes { const unsigned char *at, *end; };
voc_rc gaps_load(struct gaps *g, struct pool *p, struct bytes *b);
voc_rc gaps_each(struct bytes *b, voc_rc (*each)(void *user, int64_t us), void *user);  // the same bytes, one by one

// Numbers of seven bits a byte, the lowest first.
size_t varint_put(unsigned char out[10], uint64_t v);
int varint_get(struct bytes *b, uint64_t *v);  // 0: the bytes end, or are none
voc_rc varint_write(const voc_host *host, voc_writer *w, uint64_t v);

#endif
