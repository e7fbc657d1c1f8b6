// SPDX-License-Identifier: MIT
//
// Blocks of durations, each twice as large as the one before it up to a limit. The median is found over the blocks in two or
// three passes: bins of a thirtysecond of an octave, then bins within the one where it lies; so it needs no memory and cannot
// fail. Portable bytes are numbers of seven bits a byte: whole seconds doubled, others as microseconds doubled and one more.
#include "plugins/common/gaps.h"

#include <string.h>

#define CHUNK_LEAST ((size_t)1 << 16)
#define CHUNK_MOST ((size_t)1 << 20)
#define BLOCK_LEAST 6u     // values
#define BLOCK_MOST 2048u
#define DIGIT 11u          // bits of a bin's number
#define FEW 48u
#define SECOND 1000000u

struct pool_chunk {
    struct pool_chunk *next;
    size_t used, size;
};
struct gaps_block {
    struct gaps_block *before;
    uint32_t used, size;  // used: of the last block of whole seconds it is gaps.at that tells
};

void *pool_take(struct pool *p, size_t size)
{
    struct pool_chunk *c = p->chunks;
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + 7) & ~(size_t)7;
    if (!c || c->size - c->used < size) {
        size_t room = c && c->size <= CHUNK_MOST / 2 ? c->size * 2 : c ? CHUNK_MOST : CHUNK_LEAST;
        if (room < size) room = size;
        c = p->host->alloc(p->cx, sizeof *c + room);
        if (!c) return NULL;
        *c = (struct pool_chunk){p->chunks, 0, room};
        p->chunks = c;
    }
    char *at = (char *)(c + 1) + c->used;
    c->used += size;
    return at;
}

void pool_join(struct pool *into, struct pool *from)
{
    struct pool_chunk **end = &from->chunks;  // what is left of the last chunk of `into` stays in use
    if (!into->chunks) into->chunks = from->chunks;
    else {
        while (*end) end = &(*end)->next;
        *end = into->chunks->next;
        into->chunks->next = from->chunks;
    }
    from->chunks = NULL;
}

void pool_done(struct pool *p)
{
    for (struct pool_chunk *c = p->chunks, *next; c; c = next) {
        next = c->next;
        p->host->free(p->cx, c);
    }
    p->chunks = NULL;
}

// ---- numbers -----------------------------------------------------------------------------------------------------------

size_t varint_put(unsigned char out[10], uint64_t v)
{
    size_t n = 0;
    for (; v >= 128; v >>= 7) out[n++] = (unsigned char)(v | 128);
    out[n++] = (unsigned char)v;
    return n;
}

int varint_get(struct bytes *b, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; shift < 64 && b->at < b->end; shift += 7) {
        unsigned char c = *b->at++;
        if (shift == 63 && c > 1) return 0;
        *v |= (uint64_t)(c & 127) << shift;
        if (c < 128) return 1;
    }
    return 0;
}

voc_rc varint_write(const voc_host *host, voc_writer *w, uint64_t v)
{
    unsigned char out[10];
    return host->write(w, out, varint_put(out, v));
}

// ---- gathering ---------------------------------------------------------------------------------------------------------

static uint32_t *seconds_of(const struct gaps_block *b) { return (uint32_t *)(void *)((char *)(uintptr_t)b + sizeof *b); }
static uint64_t *micros_of(const struct gaps_block *b) { return (uint64_t *)(void *)((char *)(uintptr_t)b + sizeof *b); }
static size_t used(const struct gaps *g, const struct gaps_block *b) { return b == g->whole ? (size_t)(g->at - seconds_of(b)) : b->used; }

static struct gaps_block *block_after(struct gaps_block *b, struct pool *p, size_t width)
{
    uint32_t size = !b ? BLOCK_LEAST : b->size < BLOCK_MOST / 2 ? b->size * 2 : BLOCK_MOST;
    struct gaps_block *made = pool_take(p, sizeof *made + size * width);
    if (made) *made = (struct gaps_block){b, 0, size};
    return made;
}

static void seal(struct gaps *g)
{
    if (g->whole) g->whole->used = (uint32_t)used(g, g->whole);
}

static voc_rc add_odd(struct gaps *g, struct pool *p, uint64_t us)
{
    if (!g->odd || g->odd->used == g->odd->size) {
        struct gaps_block *made = block_after(g->odd, p, sizeof us);
        if (!made) return VOC_E_NOMEM;
        g->odd = made;
    }
    micros_of(g->odd)[g->odd->used++] = us;
    return VOC_OK;
}

voc_rc gaps_add_slow(struct gaps *g, struct pool *p, int64_t us)
{
    const uint64_t v = (uint64_t)us;
    if (us < 0) return VOC_E_BUG;
    if (v % SECOND || v / SECOND > UINT32_MAX) return add_odd(g, p, v);
    if (g->at == g->end) {
        struct gaps_block *made = block_after(g->whole, p, sizeof *g->at);
        if (!made) return VOC_E_NOMEM;
        seal(g);
        g->whole = made;
        g->at = seconds_of(made);
        g->end = g->at + made->size;
    }
    return gaps_add(g, p, us);
}

// The blocks of `from` come after those of `into`.
static struct gaps_block *chain(struct gaps_block *into, struct gaps_block *from)
{
    struct gaps_block *first = from;
    if (!from) return into;
    while (first->before) first = first->before;
    first->before = into;
    return from;
}

void gaps_join(struct gaps *into, struct gaps *from)
{
    seal(into);
    if (from->whole) {
        into->at = from->at;
        into->end = from->end;
    }
    into->whole = chain(into->whole, from->whole);
    into->odd = chain(into->odd, from->odd);
    into->seconds += from->seconds;
    memset(from, 0, sizeof *from);
}

uint64_t gaps_n(const struct gaps *g)
{
    uint64_t n = 0;
    for (const struct gaps_block *b = g->whole; b; b = b->before) n += used(g, b);
    for (const struct gaps_block *b = g->odd; b; b = b->before) n += b->used;
    return n;
}

int64_t sum_mean(const struct sum *s)
{
    if (!s->n) return VOC_NA;
    return (int64_t)(s->seconds / s->n * SECOND + (s->seconds % s->n * SECOND + s->micros) / s->n);
}

int64_t gaps_mean(const struct gaps *g)
{
    struct sum s = {0};
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++) sum_add(&s, (int64_t)micros_of(b)[i]);
    s.n = gaps_n(g);
    s.seconds += g->seconds;
    return sum_mean(&s);
}

// ---- median ------------------------------------------------------------------------------------------------------------
//
// Counted in seconds where all are whole (a second is then 1 unit), else in microseconds (a second is 10^6).

struct pair { uint64_t low, high; };  // number k in order, and k + 1 if it was asked for

static struct pair pick_of_few(const struct gaps *g, uint64_t unit, uint64_t k, bool next)
{
    uint64_t v[FEW];
    size_t n = 0;
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0; i < used(g, b); i++) v[n++] = seconds_of(b)[i] * unit;
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++) v[n++] = micros_of(b)[i];
    for (size_t i = 1; i < n; i++) {
        const uint64_t x = v[i];
        size_t at = i;
        for (; at && v[at - 1] > x; at--) v[at] = v[at - 1];
        v[at] = x;
    }
    return (struct pair){v[k], v[k + next]};
}

struct bins {
    uint64_t low;       // the first value of bin 0
    unsigned bits;      // values from low on that are counted: 2 to this power
    unsigned shift;     // 2 to this power share a bin
    uint64_t seen[1u << DIGIT];
};

// Small numbers have a bin each, larger ones share thirty-two an octave.
static unsigned octave_bin(uint64_t v)
{
    if (v < 32) return (unsigned)v;
    const unsigned top = 63u - (unsigned)__builtin_clzll(v);
    return (top - 4) * 32 + (unsigned)(v >> (top - 5) & 31);
}

static void count_octaves(const struct gaps *g, uint64_t unit, struct bins *h)
{
    memset(h->seen, 0, sizeof h->seen);
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0, n = used(g, b); i < n; i++) h->seen[octave_bin(seconds_of(b)[i] * unit)]++;
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++) h->seen[octave_bin(micros_of(b)[i])]++;
}

static void count_within(const struct gaps *g, uint64_t unit, struct bins *h)
{
    const uint64_t width = UINT64_C(1) << h->bits;
    memset(h->seen, 0, sizeof h->seen);
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0, n = used(g, b); i < n; i++) {
            const uint64_t d = seconds_of(b)[i] * unit - h->low;
            if (d < width) h->seen[d >> h->shift]++;
        }
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++) {
            const uint64_t d = micros_of(b)[i] - h->low;
            if (d < width) h->seen[d >> h->shift]++;
        }
}

static uint64_t least_from(const struct gaps *g, uint64_t unit, uint64_t from)
{
    uint64_t least = UINT64_MAX;
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0, n = used(g, b); i < n; i++) {
            const uint64_t v = seconds_of(b)[i] * unit;
            if (v >= from && v < least) least = v;
        }
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++)
            if (micros_of(b)[i] >= from && micros_of(b)[i] < least) least = micros_of(b)[i];
    return least;
}

// The bin of number *k; *k is then its number among those in the bin.
static unsigned find(const struct bins *h, uint64_t *k)
{
    unsigned bin = 0;
    for (; *k >= h->seen[bin]; bin++) *k -= h->seen[bin];
    return bin;
}

static struct pair pick_of_many(const struct gaps *g, uint64_t unit, uint64_t k, bool next)
{
    struct bins h;
    count_octaves(g, unit, &h);
    unsigned bin = find(&h, &k);
    h.bits = bin < 64 ? 0 : bin / 32 - 1;
    h.low = bin < 32 ? bin : (uint64_t)(32 + bin % 32) << h.bits;
    for (;;) {
        h.shift = h.bits > DIGIT ? h.bits - DIGIT : 0;
        count_within(g, unit, &h);
        bin = find(&h, &k);
        if (!h.shift) break;
        h.low += (uint64_t)bin << h.shift;
        h.bits = h.shift;
    }
    const uint64_t low = h.low + bin;
    if (!next || k + 1 < h.seen[bin]) return (struct pair){low, low};
    while (++bin < 1u << DIGIT && bin < UINT64_C(1) << h.bits)
        if (h.seen[bin]) return (struct pair){low, h.low + bin};
    return (struct pair){low, least_from(g, unit, low + 1)};
}

int64_t gaps_median_with(const struct gaps *g, uint64_t zeros)
{
    const uint64_t unit = g->odd ? SECOND : 1, us = g->odd ? 1 : SECOND, n = gaps_n(g);
    if (!n && !zeros) return VOC_NA;
    uint64_t low = (n + zeros - 1) / 2, high = (n + zeros) / 2;
    if (high < zeros) return 0;
    const bool both = low != high && low >= zeros;
    const uint64_t k = (low >= zeros ? low : high) - zeros;
    struct pair m = n <= FEW ? pick_of_few(g, unit, k, both) : pick_of_many(g, unit, k, both);
    if (low < zeros) m.low = 0;
    return (int64_t)(m.low * us + (m.high - m.low) * us / 2);
}

int64_t gaps_median(const struct gaps *g) { return gaps_median_with(g, 0); }

// ---- bytes -------------------------------------------------------------------------------------------------------------

struct small { unsigned char bytes[4096]; size_t n; };

static voc_rc put_number(struct small *s, uint64_t v, const voc_host *host, voc_writer *w)
{
    voc_rc rc = VOC_OK;
    if (s->n + 10 > sizeof s->bytes) {
        rc = host->write(w, s->bytes, s->n);
        s->n = 0;
    }
    s->n += varint_put(s->bytes + s->n, v);
    return rc;
}

static uint64_t size_of(const struct gaps *g)
{
    unsigned char out[10];
    uint64_t size = 0;
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0; i < used(g, b); i++) size += varint_put(out, (uint64_t)seconds_of(b)[i] << 1);
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used; i++) size += varint_put(out, micros_of(b)[i] << 1 | 1);
    return size;
}

voc_rc gaps_save(const struct gaps *g, const voc_host *host, voc_writer *w)
{
    struct small s = {.n = 0};
    voc_rc rc = put_number(&s, gaps_n(g), host, w);
    if (!rc) rc = put_number(&s, size_of(g), host, w);
    for (const struct gaps_block *b = g->whole; b; b = b->before)
        for (size_t i = 0; i < used(g, b) && !rc; i++) rc = put_number(&s, (uint64_t)seconds_of(b)[i] << 1, host, w);
    for (const struct gaps_block *b = g->odd; b; b = b->before)
        for (size_t i = 0; i < b->used && !rc; i++) rc = put_number(&s, micros_of(b)[i] << 1 | 1, host, w);
    return rc ? rc : host->write(w, s.bytes, s.n);
}

voc_rc gaps_each(struct bytes *b, voc_rc (*each)(void *user, int64_t us), void *user)
{
    uint64_t n, size, v;
    voc_rc rc = VOC_OK;
    if (!varint_get(b, &n) || !varint_get(b, &size) || size > (uint64_t)(b->end - b->at)) return VOC_E_INPUT;
    struct bytes own = {b->at, b->at + size};
    for (; n && !rc; n--) {
        if (!varint_get(&own, &v)) return VOC_E_INPUT;
        if (!(v & 1) && v >> 1 > (uint64_t)INT64_MAX / SECOND) return VOC_E_INPUT;
        rc = each(user, (int64_t)(v & 1 ? v >> 1 : (v >> 1) * SECOND));
    }
    if (!rc && own.at != own.end) return VOC_E_INPUT;
    b->at = own.end;
    return rc;
}

struct loading { struct gaps *g; struct pool *p; };
static voc_rc load_one(void *user, int64_t us)
{
    const struct loading *l = user;
    return gaps_add(l->g, l->p, us);
}

voc_rc gaps_load(struct gaps *g, struct pool *p, struct bytes *b)
{
    struct loading l = {g, p};
    return gaps_each(b, load_one, &l);
}
