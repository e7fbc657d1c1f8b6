// SPDX-License-Identifier: MIT
// The host's side of plugins: the voc_host table, instances with accounted memory, sinks, streams, writers.
#ifndef VOC_HOST_HOST_H
#define VOC_HOST_HOST_H
#include "base/diag.h"
#include "host/options.h"
#include "host/plugin.h"
#include "io/in.h"
#include "io/out.h"

struct voc_context { // one plugin instance
    const struct plugin *plugin;
    struct diag *diag;
    const char *file;       // for messages
    uint64_t memory_max;    // 0: none
    _Atomic uint64_t memory_used;
    void *blocks;           // live allocations, freed by context_done
    void *things;           // compiled regexes and time formats
};
const voc_host *host_table(void);
void context_init(struct voc_context *cx, const struct plugin *p, struct diag *d, const char *file);
void context_done(struct voc_context *cx);
// Set by the signal handler of the cli; read by host->cancelled and all long loops.
void host_cancel(void);
bool host_cancelled(void);

struct voc_stream { struct in *in; uint64_t at; voc_rc rc; };
struct voc_writer { struct out *out; };
#endif
