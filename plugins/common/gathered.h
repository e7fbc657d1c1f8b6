// SPDX-License-Identifier: MIT
//
// What a fold gathers so that its answer depends on no order: whole numbers whose exact median is asked for at the end, and a
// state as portable bytes (little-endian, 8 bytes a number) for save and load. Memory is the host's. No state of its own: safe
// in threads, as long as each thread has its own arrays.
#ifndef VOC_PLUGINS_COMMON_GATHERED_H
#define VOC_PLUGINS_COMMON_GATHERED_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <voc/plugin.h>

struct gathered {  // zero-initialised; its array is the host's, freed with gathered_done or with the instance
    int64_t *at;
    size_t n, room;
};

static inline voc_rc gathered_room(const voc_host *host, voc_context *cx, struct gathered *g, size_t extra)
{
    size_t need, bytes, room = g->room ? g->room : 64;
    if (__builtin_add_overflow(g->n, extra, &need)) return VOC_E_NOMEM;
    if (need <= g->room) return VOC_OK;
    while (room < need)
        if (__builtin_mul_overflow(room, (size_t)2, &room)) return VOC_E_NOMEM;
    if (__builtin_mul_overflow(room, sizeof *g->at, &bytes)) return VOC_E_NOMEM;
    int64_t *at = host->resize(cx, g->at, bytes);
    if (!at) return VOC_E_NOMEM;
    g->at = at;
    g->room = room;
    return VOC_OK;
}

static inline voc_rc gathered_add(const voc_host *host, voc_context *cx, struct gathered *g, int64_t x)
{
    if (g->n == g->room) {
        voc_rc rc = gathered_room(host, cx, g, 1);
        if (rc) return rc;
    }
    g->at[g->n++] = x;
    return VOC_OK;
}

static inline voc_rc gathered_join(const voc_host *host, voc_context *cx, struct gathered *into, const struct gathered *from)
{
    voc_rc rc = gathered_room(host, cx, into, from->n);
    if (rc || !from->n) return rc;
    memcpy(into->at + into->n, from->at, from->n * sizeof *from->at);
    into->n += from->n;
    return VOC_OK;
}

static inline void gathered_done(const voc_host *host, voc_context *cx, struct gathered *g)
{
    host->free(cx, g->at);
    *g = (struct gathered){0};
}

static inline int gathered_ascending(const void *x, const void *y)
{
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static inline void gathered_sort(struct gathered *g)
{
    if (g->n > 1) qsort(g->at, g->n, sizeof *g->at, gathered_ascending);
}

static inline void gathered_distinct(struct gathered *g)  // each once, ascending
{
    size_t n = 0;
    gathered_sort(g);
    for (size_t i = 0; i < g->n; i++)
        if (!n || g->at[n - 1] != g->at[i]) g->at[n++] = g->at[i];
    g->n = n;
}

// Number k of them in ascending order, k < n; those before it are then no larger, those behind it no smaller. Hoare's
// selection with a median of three; where that goes badly 64 times over, the part that is left is sorted.
static inline int64_t gathered_nth(struct gathered *g, size_t k)
{
    int64_t *a = g->at;
    size_t lo = 0, hi = g->n - 1;
    for (unsigned turns = 0; lo < hi; turns++) {
        if (turns == 64 || hi - lo < 16) {
            qsort(a + lo, hi - lo + 1, sizeof *a, gathered_ascending);
            break;
        }
        int64_t x = a[lo], y = a[lo + (hi - lo) / 2], z = a[hi];
        int64_t pivot = x < y ? (y < z ? y : x < z ? z : x) : (x < z ? x : y < z ? z : y);
        size_t i = lo, j = hi;
        for (;;) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i >= j) break;
            int64_t swap = a[i];
            a[i++] = a[j];
            a[j--] = swap;
        }
        // Now a[lo..i-1] <= pivot <= a[j+1..hi], and i >= j.
        if (k < i) hi = i - 1;
        else if (k > j) lo = i > j ? i : i + 1;
        else return a[k];
    }
    return a[k];
}

// The median of them together with `more` values that are `least` each and no larger than any of them: the middle one, or half
// way between the two in the middle (Hyndman & Fan type 7; microseconds rounded down). `halved`: a half is left over, for
// counts. VOC_NA where there are none.
static inline int64_t gathered_median(struct gathered *g, uint64_t more, int64_t least, bool *halved)
{
    const uint64_t n = g->n + more;
    *halved = false;
    if (!n) return VOC_NA;
    const uint64_t upper = n / 2;
    const int64_t high = upper < more ? least : gathered_nth(g, (size_t)(upper - more));
    if (n % 2 == 1) return high;
    int64_t low = least;
    if (upper > more) {  // the largest of those before it
        low = g->at[0];
        for (size_t i = 1; i < (size_t)(upper - more); i++)
            if (g->at[i] > low) low = g->at[i];
    }
    *halved = ((uint64_t)high - (uint64_t)low) % 2 == 1;
    return low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
}

// ---- portable bytes -------------------------------------------------------------------------------------------------------

struct portable_out {  // {host, writer}, the rest zero
    const voc_host *host;
    voc_writer *writer;
    size_t n;
    voc_rc rc;
    unsigned char bytes[4096];
};

static inline voc_rc portable_flush(struct portable_out *o)
{
    if (!o->rc && o->n) o->rc = o->host->write(o->writer, o->bytes, o->n);
    o->n = 0;
    return o->rc;
}

static inline void portable_put(struct portable_out *o, uint64_t x)
{
    if (o->n == sizeof o->bytes) portable_flush(o);
    for (unsigned i = 0; i < 8; i++) o->bytes[o->n++] = (unsigned char)(x >> (8 * i));
}

// Sorted first, so that the same numbers are the same bytes however they were gathered.
static inline void portable_put_gathered(struct portable_out *o, struct gathered *g)
{
    gathered_sort(g);
    portable_put(o, g->n);
    for (size_t i = 0; i < g->n; i++) portable_put(o, (uint64_t)g->at[i]);
}

struct portable_in {
    const unsigned char *at;
    size_t left;
    bool broken;  // asked for more than there is
};

static inline uint64_t portable_get(struct portable_in *in)
{
    uint64_t x = 0;
    if (in->left < 8) {
        in->broken = true;
        return 0;
    }
    for (unsigned i = 0; i < 8; i++) x |= (uint64_t)in->at[i] << (8 * i);
    in->at += 8;
    in->left -= 8;
    return x;
}

// Adds what was put; the count is held against the bytes that are left before anything is allocated.
static inline voc_rc portable_get_gathered(struct portable_in *in, const voc_host *host, voc_context *cx, struct gathered *g)
{
    const uint64_t n = portable_get(in);
    if (in->broken || n > in->left / 8) {
        in->broken = true;
        return VOC_E_INPUT;
    }
    voc_rc rc = gathered_room(host, cx, g, (size_t)n);
    for (uint64_t i = 0; i < n && !rc; i++) g->at[g->n++] = (int64_t)portable_get(in);
    return rc;
}

#endif
