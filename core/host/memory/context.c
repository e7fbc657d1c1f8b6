// SPDX-License-Identifier: MIT
// Instances of plugins: what they own, and their memory, which is counted against a bound and freed with them. Thread-safe.
#include <stdatomic.h>
#include <string.h>

#include "base/regex.h"
#include "base/time.h"
#include "host/host.h"
#include "host/memory/swap.h"

#define SWAP_LEAST ((uint64_t)16 << 10) // bytes of a block that may go out
#define SWAP_ANY ((uint64_t)256 << 10) // of so many it does, however much is allowed
#define SWAP_ROOM ((uint64_t)64 << 20) // of what is allowed, beyond half of it, is left to what is looked at

struct context_block {
    _Alignas(16) struct context_block *next;
    struct context_block *prev;
    size_t size;
    struct swapped *out; // where memory did not hold it; else NULL
};

void context_init(struct voc_context *cx, const struct plugin *p, struct diag *d, const char *file)
{
    memset(cx, 0, sizeof *cx);
    cx->plugin = p;
    cx->diag = d;
    cx->file = file;
    pthread_mutex_init(&cx->lock, NULL);
}

static void block_drop(struct voc_context *cx, struct context_block *b)
{
    if (b->out) {
        swap_free(b->out);
        return;
    }
    context_give_back(cx, b->size);
    mem_free(b);
}

void context_done(struct voc_context *cx)
{
    for (struct context_block *b = cx->blocks, *next; b; b = next) {
        next = b->next;
        block_drop(cx, b);
    }
    for (struct context_thing *t = cx->things, *next; t; t = next) {
        next = t->next;
        regex_free(t->regex);
        time_format_free(t->format);
        mem_free(t);
    }
    cx->blocks = NULL;
    cx->things = NULL;
    pthread_mutex_destroy(&cx->lock);
}

struct time_turns context_turns(struct voc_context *cx)
{
    struct time_turns all = {0, 0};
    pthread_mutex_lock(&cx->lock);
    for (const struct context_thing *t = cx->things; t; t = t->next) {
        if (!t->format) continue;
        const struct time_turns one = time_format_turns(t->format);
        all.repeated += one.repeated;
        all.skipped += one.skipped;
    }
    pthread_mutex_unlock(&cx->lock);
    return all;
}

// ---- memory of an instance -------------------------------------------------------------------------------------------

void context_bound(struct voc_context *cx, uint64_t memory_max)
{
    cx->memory_program = memory_program(memory_max);
    cx->memory_max = memory_max - cx->memory_program;
}

// In a walk all that is live counts, whoever asked for it: buffers to read with, what grows, what the host keeps of a spool.
static uint64_t held(const struct voc_context *cx, uint64_t accounted, uint64_t more)
{
    const uint64_t live = cx->memory_all ? mem_live() + more : 0;
    return live > accounted ? live : accounted;
}

uint64_t context_used(const struct voc_context *cx) { return held(cx, atomic_load(cx->memory_all ? cx->memory_all : &cx->memory_used), 0); }

void context_give_back(struct voc_context *cx, uint64_t size)
{
    atomic_fetch_sub(&cx->memory_used, size);
    if (cx->memory_all) atomic_fetch_sub(cx->memory_all, size);
}

// What was freed lies idle between what is live, and counts for the system as memory of this process: near the bound it goes back
// before so much more is taken that it would show.
static void give_idle_back(const struct voc_context *cx, uint64_t size)
{
    static atomic_uint_least64_t taken;
    if (atomic_fetch_add(&taken, size) + size < cx->memory_max / 64) return;
    atomic_store(&taken, 0);
    mem_trim();
}

bool context_charge(struct voc_context *cx, uint64_t size)
{
    uint64_t used = atomic_fetch_add(&cx->memory_used, size) + size, never = 0;
    if (cx->memory_all) used = atomic_fetch_add(cx->memory_all, size) + size;
    const uint64_t accounted = used;
    if (cx->memory_max) used = held(cx, accounted, size);
    if (cx->memory_max && used > cx->memory_max / 4 * 3) give_idle_back(cx, size);
    if (cx->memory_max == 0 || used <= cx->memory_max) return true;
    context_give_back(cx, size);
    if (atomic_compare_exchange_strong(&cx->refused, &never, used)) {
        atomic_store(&cx->refused_beside, used - accounted);
        atomic_store(&cx->refused_at, atomic_load(&cx->walked));
    }
    return false;
}

// By what the units so far took, where only a part of them had been walked.
static voc_rc beyond_bound(struct voc_context *cx)
{
    static const char hint[] = "allow more with --memory, or analyse a segment or a shorter time";
    const uint64_t wanted = atomic_load(&cx->refused), at = atomic_load(&cx->refused_at),
                   base = cx->memory_base + atomic_load(&cx->refused_beside), own = wanted > base ? wanted - base : 0;
    unsigned long long allowed = (cx->memory_max + cx->memory_program) >> 20;
    if (at >= 20 && at < 1000)
        diag_error(cx->diag, "MEMORY-001", NULL, 0, hint, "the analysis needs more than %llu MiB: about %llu MiB, by what the first %u %% of the journeys took", allowed,
                   (unsigned long long)((cx->memory_program + base + own / at * 1000) >> 20) + 1, (unsigned)(at / 10));
    else
        diag_error(cx->diag, "MEMORY-001", NULL, 0, hint, "the analysis needs more than %llu MiB: at least %llu MiB", allowed,
                   (unsigned long long)((cx->memory_program + wanted) >> 20) + 1);
    return VOC_E_LIMIT;
}

// What was said when there was none; of memory nothing is.
static voc_rc no_room_out(struct voc_context *cx)
{
    if (diag_n(cx->swap->said)) diag_add(cx->diag, diag_at(cx->swap->said, 0));
    return (voc_rc)atomic_load(&cx->swap_rc);
}

voc_rc context_rc(struct voc_context *cx, voc_rc rc)
{
    if (rc && rc != VOC_CANCELLED && atomic_load(&cx->swap_rc)) return no_room_out(cx);
    if (rc && rc != VOC_CANCELLED && atomic_load(&cx->refused)) return beyond_bound(cx);
    return rc && atomic_load(&cx->short_of_memory) ? VOC_E_NOMEM : rc;
}

// Beyond a good third of what is allowed large blocks lie in files; the rest is for small ones, and for what is looked at of the large.
static bool goes_out(const struct voc_context *cx, size_t size, size_t more)
{
    const uint64_t all = cx->memory_max, part = all / 1024, least = part < SWAP_LEAST ? SWAP_LEAST : part < SWAP_ANY ? part : SWAP_ANY;
    const uint64_t room = all / 4 < SWAP_ROOM ? all / 4 : SWAP_ROOM;
    return cx->swap && all && size >= least && context_used(cx) + more > all / 2 - room;
}

static struct context_block *block_out(struct voc_context *cx, size_t whole)
{
    struct swapped *out = NULL;
    voc_rc rc = swap_new(cx->swap, whole, &out);
    if (rc) {
        int never = 0;
        atomic_compare_exchange_strong(&cx->swap_rc, &never, (int)rc);
        return NULL;
    }
    struct context_block *b = swap_at(out);
    b->out = out;
    return b;
}

static struct context_block *block_new(struct voc_context *cx, size_t size, size_t whole)
{
    if (goes_out(cx, size, size)) return block_out(cx, whole);
    if (!context_charge(cx, size)) return NULL;
    struct context_block *b = mem_alloc(whole);
    if (b) {
        b->out = NULL;
        return b;
    }
    context_give_back(cx, size);
    atomic_store(&cx->short_of_memory, true);
    return NULL;
}

static void block_add(struct voc_context *cx, struct context_block *b, size_t size)
{
    b->size = size;
    b->prev = NULL;
    pthread_mutex_lock(&cx->lock);
    b->next = cx->blocks;
    if (b->next) b->next->prev = b;
    cx->blocks = b;
    pthread_mutex_unlock(&cx->lock);
}

void *context_alloc(struct voc_context *cx, size_t size)
{
    size_t whole;
    struct context_block *b = mem_add(size, sizeof *b, &whole) ? block_new(cx, size, whole) : NULL;
    if (!b) return NULL;
    block_add(cx, b, size);
    return b + 1;
}

void context_free(struct voc_context *cx, void *ptr)
{
    if (!ptr) return;
    struct context_block *b = (struct context_block *)ptr - 1;
    pthread_mutex_lock(&cx->lock);
    if (b->prev)
        b->prev->next = b->next;
    else
        cx->blocks = b->next;
    if (b->next) b->next->prev = b->prev;
    pthread_mutex_unlock(&cx->lock);
    block_drop(cx, b);
}

static void *copied(struct voc_context *cx, void *old, size_t had, size_t size)
{
    void *to = context_alloc(cx, size);
    if (!to) return NULL;
    memcpy(to, old, had < size ? had : size);
    context_free(cx, old);
    return to;
}

// The system may move a large block without copying it, or let it grow where it lies.
void *context_resize(struct voc_context *cx, void *old, size_t size)
{
    if (!old) return context_alloc(cx, size);
    struct context_block *b = (struct context_block *)old - 1, *to;
    const size_t had = b->size, more = size > had ? size - had : 0;
    size_t whole;
    if (b->out && !more) return old;
    if (b->out || (more && goes_out(cx, size, more))) return copied(cx, old, had, size);
    if (!mem_add(size, sizeof *b, &whole) || (more && !context_charge(cx, more))) return NULL;
    pthread_mutex_lock(&cx->lock); // neighbours of the list point at it
    to = mem_realloc(b, whole);
    if (to) {
        to->size = size;
        *(to->prev ? &to->prev->next : &cx->blocks) = to;
        if (to->next) to->next->prev = to;
    }
    pthread_mutex_unlock(&cx->lock);
    if (!to) atomic_store(&cx->short_of_memory, true);
    if (to ? size < had : size > had) context_give_back(cx, to ? had - size : more);
    return to ? to + 1 : NULL;
}

struct context_thing *context_thing_new(struct voc_context *cx)
{
    struct context_thing *t = mem_zalloc(1, sizeof *t);
    if (!t) {
        atomic_store(&cx->short_of_memory, true);
        return NULL;
    }
    pthread_mutex_lock(&cx->lock);
    t->next = cx->things;
    cx->things = t;
    pthread_mutex_unlock(&cx->lock);
    return t;
}

