// SPDX-License-Identifier: MIT
// The walk of units.h: like the fold's, but what is done with a batch is a function of the host. Threads take the next piece,
// a part of the file or some units of a timeline that holds all events; a piece that fails stops the others.
#include "host/fold/units.h"

#include <stdatomic.h>

#include "base/cancel.h"
#include "host/host.h"
#include "host/parallel.h"

#define PIECE_UNITS 256u // of a timeline that holds all events

struct walking {
    const struct units_walk *w;
    size_t n_pieces;
    _Atomic size_t next;
};

static voc_rc walk_part(const struct walking *k, uint32_t slot, struct batch *b, size_t part)
{
    bool more = true;
    if (k->w->part && !k->w->part(k->w->user, part)) return VOC_OK;
    voc_rc rc = batch_part(b, part);
    while (!rc && more) {
        rc = batch_more(b, NULL, NULL, &more);
        if (!rc && more) rc = k->w->batch(k->w->user, slot, b, batch_view(b));
    }
    return rc;
}

static voc_rc walk_held(const struct walking *k, uint32_t slot, struct batch *b, size_t piece)
{
    size_t n = timeline_n_units(k->w->timeline), from = piece * PIECE_UNITS, to = n - from < PIECE_UNITS ? n : from + PIECE_UNITS;
    voc_rc rc = VOC_OK;
    batch_clear(b);
    for (size_t u = from; u < to && !rc; u++) rc = batch_add(b, u);
    return rc ? rc : k->w->batch(k->w->user, slot, b, batch_view(b));
}

static voc_rc walk_slot(void *user, size_t slot)
{
    struct walking *k = user;
    struct batch *b = NULL;
    voc_rc rc = batch_new(&b, k->w->timeline, k->w->columns);
    while (!rc) {
        size_t i = atomic_fetch_add(&k->next, 1);
        if (i >= k->n_pieces) break;
        if (cancel_requested()) rc = VOC_CANCELLED;
        else rc = timeline_in_parts(k->w->timeline) ? walk_part(k, (uint32_t)slot, b, i) : walk_held(k, (uint32_t)slot, b, i);
        if (rc) atomic_store(&k->next, k->n_pieces);
    }
    batch_free(b);
    return rc;
}

voc_rc units_walk(const struct units_walk *w)
{
    struct walking k = {.w = w};
    voc_rc rc = timeline_columns(w->timeline, w->columns);
    if (rc) return rc;
    k.n_pieces = timeline_in_parts(w->timeline) ? timeline_n_parts(w->timeline) : (timeline_n_units(w->timeline) + PIECE_UNITS - 1) / PIECE_UNITS;
    uint32_t threads = w->threads < UNITS_THREADS_MAX ? w->threads : UNITS_THREADS_MAX;
    if (threads > k.n_pieces) threads = (uint32_t)k.n_pieces;
    return threads ? parallel_for(threads, threads, walk_slot, &k) : VOC_OK;
}

voc_rc units_memory(uint64_t allowed, const char *what, struct diag *d)
{
    if (!allowed) return VOC_OK;
    const uint64_t held = mem_stats().live_bytes, program = memory_program(allowed);
    if (held <= allowed - program) return VOC_OK;
    diag_error(d, "MEMORY-003", NULL, 0, "allow more with --memory", "%s takes %llu MiB at least, and %llu MiB are allowed", what, (unsigned long long)((held + program) >> 20) + 1,
               (unsigned long long)(allowed >> 20));
    return VOC_E_LIMIT;
}
