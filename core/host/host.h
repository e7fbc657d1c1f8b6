// SPDX-License-Identifier: MIT
// The host's side of plugins: the voc_host table, instances with accounted memory, sinks, streams, writers.
#ifndef VOC_HOST_HOST_H
#define VOC_HOST_HOST_H
#include <pthread.h>
#include "base/diag.h"
#include "base/hash.h"
#include "host/plugin/options.h"
#include "host/plugin/plugin.h"
#include "io/in.h"
#include "io/out.h"

struct swap;
struct voc_context { // one plugin instance
    const struct plugin *plugin;
    struct diag *diag;
    const char *file;       // for messages
    uint64_t memory_max;    // 0: none
    uint64_t memory_program; // what of the bound that the user gave is left to the program itself
    _Atomic uint64_t memory_used;
    _Atomic uint64_t *memory_all; // what all instances of a walk hold and the walk itself, under the bound together; NULL: this one alone
    uint64_t memory_base;   // what the walk itself holds
    _Atomic uint32_t walked; // thousandths of the units: for how much would have been needed
    _Atomic uint64_t refused; // bytes that were wanted when the bound was met first; 0: never
    _Atomic uint64_t refused_beside; // of these, what no instance had asked for: it does not grow with the units
    _Atomic uint32_t refused_at; // of `walked`
    struct swap *swap;      // where large blocks go that memory does not hold; NULL: nowhere
    _Atomic int swap_rc;    // why they could not, after that was said; 0: they could
    _Atomic bool short_of_memory; // an allocation failed (not: over its bound); plugins do not always say so
    pthread_mutex_t lock;   // over the two lists
    struct context_block *blocks; // live allocations, freed by context_done
    struct context_thing *things; // compiled patterns and time formats, freed by context_done
};
const voc_host *host_table(void);
void context_init(struct voc_context *cx, const struct plugin *p, struct diag *d, const char *file);
void context_done(struct voc_context *cx);
// What a plugin's call came to: a failure after memory had run out is that, whatever the plugin took it for. Where the bound was
// met it is said what would be needed.
voc_rc context_rc(struct voc_context *cx, voc_rc rc);
static inline uint64_t memory_program(uint64_t memory_max) // of --memory: what the program and its libraries take, which nobody counts
{
    const uint64_t most = UINT64_C(48) << 20;
    return memory_max / 4 < most ? memory_max / 4 : most;
}
void context_bound(struct voc_context *cx, uint64_t memory_max); // as the user gave it: for the whole process
// Accounting: false where it would go beyond the bound, and then nothing is charged.
bool context_charge(struct voc_context *cx, uint64_t size);
void context_give_back(struct voc_context *cx, uint64_t size);
uint64_t context_used(const struct voc_context *cx); // what the bound is held against
// Accounted, but for what lies in the swap. NULL: it was refused, or there is none.
void *context_alloc(struct voc_context *cx, size_t size);
void *context_resize(struct voc_context *cx, void *old, size_t size);
void context_free(struct voc_context *cx, void *ptr);
struct context_thing { // a compiled pattern or time format, whichever is not NULL
    struct context_thing *next;
    struct voc_regex *regex;
    struct time_format *format;
};
struct context_thing *context_thing_new(struct voc_context *cx); // freed with the instance; NULL: out of memory
struct time_turns context_turns(struct voc_context *cx); // of all time formats of the instance
// Set by the signal handler of the cli; read by host->cancelled and all long loops.
void host_cancel(void);
bool host_cancelled(void);

// STREAM framing. Keeps the last bytes given, so that a reject can carry its raw text.
#define STREAM_WINDOW ((size_t)1 << 20)
struct voc_stream {
    struct in *in;
    uint64_t at;     // decoded bytes given so far
    uint64_t needed; // where the record begins that may still be rejected: what is before it need not be kept
    voc_rc rc;
    struct buf window; // the last of them
};
// The raw bytes [from, to) if they are still in the window, else as much of their end as is.
voc_str stream_raw(const struct voc_stream *s, uint64_t from, uint64_t to);
struct voc_writer { struct out *out; struct hash_state *hash; uint64_t bytes; /* written; hashed too if there is a hash */ };
#endif
