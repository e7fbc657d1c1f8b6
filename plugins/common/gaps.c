// SPDX-License-Identifier: MIT
//
// Durations as numbers of seven bits a byte: whole seconds doubled, others as microseconds doubled and one more. The median
// is found digit by digit over the bytes, so that it needs no memory and cannot fail.
#include "plugins/common/gaps.h"

#include <string.h>

#define CHUNK ((size_t)1 << 16)
#define BLOCK_LEAST 24u
#define BLOCK_MOST 8192u
#define DIGIT 11u
#define FEW 48u
#define SECOND 1000000u

struct pool_chunk {
    struct pool_chunk *next;
    size_t used, size;
};
struct gaps_block {
    struct gaps_block *next;
    uint32_t used, size;
};

void *pool_take(struct pool *p, size_t size)
{
    struct pool_chunk *c = p->chunks;
    if (size > SIZE_MAX / 2) return NULL;
    size = (size + 7) & ~(size_t)7;
    if (!c || c->size - c->used < size) {
        size_t room = size > CHUNK ? size : CHUNK;
        c = p->host->alloc(p->cx, sizeof *c + room);
        if (!c) return NULL;
        *c = (struct pool_chunk){p->chunks, 0, room};
        p->chunks = c;
    }
    char *at = (char *)(c + 1) + c->used;
    c->used += size;
    return at;
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

static unsigned char *bytes_of(struct gaps_block *b) { return (unsigned char *)(b + 1); }

// A number never lies across two blocks.
static struct gaps_block *room(struct gaps *g, struct pool *p)
{
    struct gaps_block *b = g->last;
    if (b && b->size - b->used >= 10) return b;
    uint32_t size = b ? b->size * 2 : BLOCK_LEAST;
    if (size > BLOCK_MOST) size = BLOCK_MOST;
    struct gaps_block *made = pool_take(p, sizeof *made + size);
    if (!made) return NULL;
    *made = (struct gaps_block){NULL, 0, size};
    if (b)
        b->next = made;
    else
        g->first = made;
    return g->last = made;
}

voc_rc gaps_add(struct gaps *g, struct pool *p, int64_t us)
{
    if (us < 0) return VOC_E_BUG;
    uint64_t v = (uint64_t)us;
    struct gaps_block *b = room(g, p);
    if (!b) return VOC_E_NOMEM;
    b->used += (uint32_t)varint_put(bytes_of(b) + b->used, v % SECOND == 0 ? v / SECOND << 1 : v << 1 | 1);
    g->n++;
    g->seconds += v / SECOND;
    g->micros += v % SECOND;
    if (v > g->most) g->most = v;
    return VOC_OK;
}

struct reader {
    struct gaps_block *block;
    struct bytes bytes;
};

static struct reader read_from(const struct gaps *g)
{
    struct reader r = {.block = g->first};
    if (r.block) r.bytes = (struct bytes){bytes_of(r.block), bytes_of(r.block) + r.block->used};
    return r;
}

static int read_next(struct reader *r, uint64_t *us)
{
    uint64_t v;
    while (r->block && r->bytes.at == r->bytes.end) {
        r->block = r->block->next;
        if (r->block) r->bytes = (struct bytes){bytes_of(r->block), bytes_of(r->block) + r->block->used};
    }
    if (!r->block || !varint_get(&r->bytes, &v)) return 0;
    *us = v & 1 ? v >> 1 : (v >> 1) * SECOND;
    return 1;
}

voc_rc gaps_merge(struct gaps *into, struct pool *p, const struct gaps *from)
{
    struct reader r = read_from(from);
    voc_rc rc = VOC_OK;
    for (uint64_t us; !rc && read_next(&r, &us);) rc = gaps_add(into, p, (int64_t)us);
    return rc;
}

int64_t gaps_mean(const struct gaps *g)
{
    if (!g->n) return VOC_NA;
    return (int64_t)(g->seconds / g->n * SECOND + (g->seconds % g->n * SECOND + g->micros) / g->n);
}

// ---- median ------------------------------------------------------------------------------------------------------------

static int64_t middle(uint64_t low, uint64_t high) { return (int64_t)(low + (high - low) / 2); }

static int64_t median_of_few(const struct gaps *g)
{
    uint64_t v[FEW], us;
    size_t n = 0;
    struct reader r = read_from(g);
    while (n < FEW && read_next(&r, &us)) {
        size_t at = n++;
        for (; at && v[at - 1] > us; at--) v[at] = v[at - 1];
        v[at] = us;
    }
    return middle(v[(n - 1) / 2], v[n / 2]);
}

// The value that k others precede in order.
static uint64_t select_kth(const struct gaps *g, uint64_t k)
{
    uint64_t seen[1u << DIGIT], found = 0, us;
    unsigned bits = 0;
    while (bits < 63 && g->most >> bits) bits++;
    unsigned shift = (bits + DIGIT - 1) / DIGIT * DIGIT;
    while (shift) {
        struct reader r = read_from(g);
        unsigned above = shift;
        shift -= DIGIT;
        memset(seen, 0, sizeof seen);
        while (read_next(&r, &us))
            if ((above < 64 ? us >> above : 0) == found) seen[us >> shift & ((1u << DIGIT) - 1)]++;
        uint64_t digit = 0;
        for (; k >= seen[digit]; digit++) k -= seen[digit];
        found = found << DIGIT | digit;
    }
    return found;
}

int64_t gaps_median(const struct gaps *g)
{
    if (!g->n) return VOC_NA;
    if (g->n <= FEW) return median_of_few(g);
    uint64_t low = select_kth(g, (g->n - 1) / 2), not_above = 0, next = UINT64_MAX, us;
    if (g->n % 2) return (int64_t)low;
    struct reader r = read_from(g);
    while (read_next(&r, &us)) {
        if (us <= low)
            not_above++;
        else if (us < next)
            next = us;
    }
    return middle(low, not_above > g->n / 2 ? low : next);
}

// ---- bytes -------------------------------------------------------------------------------------------------------------

voc_rc gaps_save(const struct gaps *g, const voc_host *host, voc_writer *w)
{
    uint64_t size = 0;
    for (struct gaps_block *b = g->first; b; b = b->next) size += b->used;
    voc_rc rc = varint_write(host, w, g->n);
    if (!rc) rc = varint_write(host, w, size);
    for (struct gaps_block *b = g->first; b && !rc; b = b->next) rc = host->write(w, bytes_of(b), b->used);
    return rc;
}

voc_rc gaps_load(struct gaps *g, struct pool *p, struct bytes *b)
{
    uint64_t n, size, v;
    voc_rc rc = VOC_OK;
    if (!varint_get(b, &n) || !varint_get(b, &size) || size > (uint64_t)(b->end - b->at)) return VOC_E_INPUT;
    struct bytes own = {b->at, b->at + size};
    for (; n && !rc; n--) {
        if (!varint_get(&own, &v)) return VOC_E_INPUT;
        if (!(v & 1) && v >> 1 > (uint64_t)INT64_MAX / SECOND) return VOC_E_INPUT;
        rc = gaps_add(g, p, (int64_t)(v & 1 ? v >> 1 : (v >> 1) * SECOND));
    }
    if (!rc && own.at != own.end) return VOC_E_INPUT;
    b->at = own.end;
    return rc;
}
