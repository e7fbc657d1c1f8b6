// SPDX-License-Identifier: MIT
// The fold: units in order of name are cut into pieces of about equal numbers of events; each thread takes the next piece,
// builds batches of whole units and feeds its own state; states are merged in index order of the threads' slots. Analyses
// gather by unit name or in integers, so tables do not depend on which thread took which piece (DESIGN section 9).
#include "host/fold.h"

#include <stdatomic.h>
#include <string.h>

#define PIECE_EVENTS 16384u // events of one batch, about
#define THREADS_MAX 256u

// ---- parallel_for --------------------------------------------------------------------------------------------------------

struct loop {
    voc_rc (*piece)(void *user, size_t i);
    void *user;
    size_t n;
    _Atomic size_t next;
    pthread_mutex_t lock;
    size_t failed_at; // lowest failing piece
    voc_rc rc;
};

static void *loop_run(void *arg)
{
    struct loop *l = arg;
    for (;;) {
        size_t i = atomic_fetch_add(&l->next, 1);
        if (i >= l->n) return NULL;
        voc_rc rc = host_cancelled() ? VOC_CANCELLED : l->piece(l->user, i);
        if (!rc) continue;
        pthread_mutex_lock(&l->lock);
        if (!l->rc || i < l->failed_at) {
            l->rc = rc;
            l->failed_at = i;
        }
        pthread_mutex_unlock(&l->lock);
        atomic_store(&l->next, l->n); // pieces below i are already under way, so the lowest failure still wins
        return NULL;
    }
}

voc_rc parallel_for(uint32_t threads, size_t n, voc_rc (*piece)(void *user, size_t i), void *user)
{
    struct loop l = {.piece = piece, .user = user, .n = n};
    pthread_t id[THREADS_MAX];
    uint32_t started = 0;
    if (threads > THREADS_MAX) threads = THREADS_MAX;
    if (threads > n) threads = (uint32_t)n;
    pthread_mutex_init(&l.lock, NULL);
    for (uint32_t t = 1; t < threads; t++) // fewer threads than asked for is no error
        if (pthread_create(&id[started], NULL, loop_run, &l) == 0) started++;
    loop_run(&l);
    for (uint32_t t = 0; t < started; t++) pthread_join(id[t], NULL);
    pthread_mutex_destroy(&l.lock);
    return l.rc;
}

// ---- the fold ---------------------------------------------------------------------------------------------------------------

struct slot { // one thread's
    void *state;
    struct batch *batch;
};

struct fold {
    const struct fold_request *req;
    const voc_analysis_ops *ops;
    void *analysis;
    struct voc_run run;
    struct voc_context cx;
    VEC(size_t) cut; // unit where each piece begins, and the end
    struct slot *slots;
    uint32_t n_slots;
    _Atomic size_t next_piece;
};

static voc_rc cut_pieces(struct fold *f)
{
    size_t n = timeline_n_units(f->run.timeline), events = 0;
    voc_rc rc = vec_reserve(&f->cut, 2, SIZE_MAX);
    if (rc) return rc;
    f->cut.at[f->cut.n++] = 0;
    for (size_t u = 0; u < n; u++) {
        events += timeline_unit_events(f->run.timeline, u) + 1;
        if (events < PIECE_EVENTS && u + 1 < n) continue;
        rc = vec_reserve(&f->cut, 1, SIZE_MAX);
        if (rc) return rc;
        f->cut.at[f->cut.n++] = u + 1;
        events = 0;
    }
    return VOC_OK;
}

static voc_rc run_slot(void *user, size_t s)
{
    struct fold *f = user;
    struct slot *slot = &f->slots[s];
    size_t n = f->cut.n - 1;
    for (;;) {
        size_t p = atomic_fetch_add(&f->next_piece, 1);
        if (p >= n) return VOC_OK;
        if (host_cancelled()) return VOC_CANCELLED;
        batch_clear(slot->batch);
        voc_rc rc = VOC_OK;
        for (size_t u = f->cut.at[p]; u < f->cut.at[p + 1] && !rc; u++) rc = batch_add(slot->batch, u);
        if (!rc) rc = f->ops->batch(f->analysis, slot->state, batch_view(slot->batch));
        if (rc) {
            atomic_store(&f->next_piece, n);
            return rc;
        }
    }
}

static voc_rc fold_units(struct fold *f)
{
    voc_rc rc = cut_pieces(f);
    if (rc) return rc;
    size_t pieces = f->cut.n - 1;
    uint32_t want = f->run.threads < 1 ? 1 : f->run.threads;
    if (want > THREADS_MAX) want = THREADS_MAX;
    if (want > pieces) want = pieces ? (uint32_t)pieces : 1;
    f->slots = mem_zalloc(want, sizeof *f->slots);
    if (!f->slots) return VOC_E_NOMEM;
    for (f->n_slots = 0; f->n_slots < want && !rc; f->n_slots++) {
        rc = batch_new(&f->slots[f->n_slots].batch, f->run.timeline, f->run.columns);
        if (!rc) rc = f->ops->state_new(f->analysis, &f->slots[f->n_slots].state);
    }
    if (!rc) rc = parallel_for(want, want, run_slot, f);
    for (uint32_t s = 1; s < f->n_slots && !rc; s++) rc = f->ops->merge(f->analysis, f->slots[0].state, f->slots[s].state);
    if (!rc) rc = f->ops->finish(f->analysis, f->slots[0].state);
    return rc;
}

static void fold_done(struct fold *f)
{
    for (uint32_t s = 0; s < f->n_slots; s++) {
        if (f->slots[s].state) f->ops->state_free(f->analysis, f->slots[s].state);
        batch_free(f->slots[s].batch);
    }
    mem_free(f->slots);
    if (f->analysis) f->ops->end(f->analysis);
    for (size_t i = 0; i < f->run.spools.n; i++) spool_free(f->run.spools.at[i]);
    for (size_t i = 0; i < f->run.tables.n; i++) table_free(f->run.tables.at[i]);
    vec_free(&f->run.spools);
    vec_free(&f->run.tables);
    vec_free(&f->cut);
    timeline_free(f->run.timeline);
    pthread_mutex_destroy(&f->run.lock);
    context_done(&f->cx);
}

voc_rc fold_run(const struct fold_request *r, struct fold_result *out, struct diag *d)
{
    struct fold f = {.req = r, .ops = r->plugin->ops};
    struct event_set *own = NULL;
    const struct event_set *events = r->events;
    struct timeline_options to = {.unit = r->unit, .end_us = r->end_us};
    context_init(&f.cx, r->plugin, d, NULL);
    f.cx.memory_max = r->memory_max;
    pthread_mutex_init(&f.run.lock, NULL);
    f.run.cx = &f.cx;
    f.run.threads = r->threads;
    voc_rc rc = VOC_OK;
    if (!events) {
        rc = event_set_load(&own, r->project, EV_ALL, d);
        events = own;
    }
    if (!rc) rc = timeline_new(&f.run.timeline, events, r->journey, &to, d);
    if (!rc) {
        f.run.info = *timeline_info(f.run.timeline);
        if (r->project) f.run.info.project = str_of(project_name(r->project));
    }
    if (!rc) rc = f.ops->begin(host_table(), &f.cx, &f.run, r->options, &f.analysis);
    f.run.sealed = true;
    if (!rc) rc = fold_units(&f);
    rc = context_rc(&f.cx, rc);
    if (!rc) {
        for (size_t i = 0; i < f.run.tables.n && !rc; i++) {
            voc_table view;
            if (timeline_definition(f.run.timeline)->evidence_declared)
                rc = table_note(f.run.tables.at[i], VOC_NOTE_ASSUMED, "Stages are as the company recorded them, not as customers acted.");
            if (!rc) rc = table_view(f.run.tables.at[i], &view);
        }
    }
    if (!rc) {
        out->tables = f.run.tables.at;
        out->n_tables = f.run.tables.n;
        out->info = *timeline_info(f.run.timeline);
        out->info.end_source = out->info.project = (voc_str){"", 0}; // they lived in the timeline
        f.run.tables.at = NULL;
        f.run.tables.n = 0;
    } else if (rc == VOC_E_BUG) {
        diag_error(d, "FOLD-001", NULL, 0, "tell its author", "analysis %s broke its contract", r->plugin->note.name);
    }
    fold_done(&f);
    event_set_free(own);
    return rc;
}

void fold_free(struct fold_result *r)
{
    for (size_t i = 0; i < r->n_tables; i++) table_free(r->tables[i]);
    mem_free(r->tables);
    memset(r, 0, sizeof *r);
}
