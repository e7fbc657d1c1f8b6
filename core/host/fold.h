// SPDX-License-Identifier: MIT
// The fold: an analysis plugin over all units of a project, in parallel, merged in index order; the tables it makes.
#ifndef VOC_HOST_FOLD_H
#define VOC_HOST_FOLD_H
#include "host/host.h"
#include "journey/timeline.h"
#include "report/table.h"

struct fold_request {
    struct project *project;
    const struct journey *journey;
    struct plugin *plugin;          // ANALYSIS, loaded
    const voc_value *options;       // in its table's order
    uint32_t threads;
    int64_t end_us;                 // --until, or VOC_NA
    uint32_t unit;                  // --unit override or 0
    const struct event_set *events; // NULL: read from the project (tests give their own)
};
struct voc_run { // what an analysis sees as its run
    struct timeline *timeline;
    struct voc_context *cx;
    uint32_t threads;
    uint32_t columns;               // mask of wanted columns
    bool sealed;                    // begin is over: no more wants
    VEC(struct table *) tables;     // owns
    VEC(struct voc_spool *) spools; // owns
};
struct fold_result { struct table **tables; size_t n_tables; voc_run_info info; }; // owned by the caller: fold_free
voc_rc fold_run(const struct fold_request *r, struct fold_result *out, struct diag *d);
void fold_free(struct fold_result *r);
// A pool-less parallel loop: pieces 0..n-1 on at most `threads` threads; the error of the lowest failing piece.
voc_rc parallel_for(uint32_t threads, size_t n, voc_rc (*piece)(void *user, size_t i), void *user);

struct voc_spool { // records in memory until the store can spill them; sorted by key once sealed
    struct voc_run *run;
    VEC(struct spool_record { voc_str key; void *data; size_t size; uint64_t order; }) records;
    uint64_t bytes;
    bool sealed;
};
#endif
