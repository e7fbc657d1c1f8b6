// SPDX-License-Identifier: MIT
// The fold: a piece is a part of the file, or, where all events are held, units of about so many events; each thread takes the
// next piece, makes a batch of whole units of it and feeds its own states; states are merged in index order of the threads' slots.
// Analyses gather by unit name or in integers, so tables do not depend on which thread took which piece, nor on the order
// of units. Analyses of one walk share timeline and batches; each is shown only the part that it asked for.
#include "host/fold/fold.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "host/fold/beside.h"
#include "host/fold/calls.h"
#include "host/memory/swap.h"
#include "journey/predicate/event_text.h"
#include "journey/predicate/predicate_eval.h"

#define PIECE_EVENTS 16384u // events of one batch, about
#define THREADS_MAX PARALLEL_MAX

// ---- the fold ---------------------------------------------------------------------------------------------------------------

struct part { // one analysis of the walk
    struct fold_item *item;
    struct beside *guest; // it is run for others only; NULL: for itself
    size_t beside;        // part whose tables it may read, or BESIDE_NONE
    bool finished;
    const struct plugin *plugin; // NULL: a guest that there is not
    void *analysis;
    struct voc_run run;
    struct voc_context cx;
};

struct slot { // one thread's
    void **state; // of each part
    struct batch *batch;
    voc_journeys view;                // what the part at work sees of the batch
    VEC(const uint8_t *) predicates;
    VEC(voc_unit) units;
};

struct fold {
    const struct fold_request *req;
    struct part *parts;
    size_t n_parts;
    struct timeline *timeline;
    uint32_t columns; // of all parts
    VEC(size_t) cut;  // events are held: unit where each piece begins, and the end
    size_t n_pieces;
    struct slot *slots;
    uint32_t n_slots;
    _Atomic size_t next_piece;
    _Atomic size_t failed; // the part that failed
    _Atomic bool in_part;  // it was a part that failed
    _Atomic uint64_t units_taken, events_taken; // of this shard
    _Atomic uint64_t memory; // of all parts, and what was there before they began
    struct swap swap;        // of all parts
};

static voc_rc part_rc(struct fold *f, size_t k, voc_rc rc)
{
    if (rc) atomic_store(&f->failed, k), atomic_store(&f->in_part, true);
    return rc;
}

static void tell(const struct fold *f, enum fold_phase phase, size_t done, size_t of)
{
    struct fold_progress p = {phase, done, of};
    if (f->req->progress) f->req->progress(f->req->user, &p);
}

static voc_rc cut_pieces(struct fold *f)
{
    size_t n = timeline_n_units(f->timeline), events = 0;
    if (timeline_in_parts(f->timeline)) {
        voc_rc planned = timeline_columns(f->timeline, f->columns);
        f->n_pieces = planned ? 0 : timeline_n_parts(f->timeline);
        return planned;
    }
    voc_rc rc = vec_reserve(&f->cut, 2, SIZE_MAX);
    if (rc) return rc;
    f->cut.at[f->cut.n++] = 0;
    for (size_t u = 0; u < n; u++) {
        events += timeline_unit_events(f->timeline, u) + 1;
        if (events < PIECE_EVENTS && u + 1 < n) continue;
        rc = vec_reserve(&f->cut, 1, SIZE_MAX);
        if (rc) return rc;
        f->cut.at[f->cut.n++] = u + 1;
        events = 0;
    }
    f->n_pieces = f->cut.n - 1;
    return VOC_OK;
}

// Stays of persons, attributes and words that only another part asked for are nowhere: not in the units either.
static voc_rc own_units(struct slot *s, const struct voc_run *run, voc_journeys *v)
{
    bool persons = run->person_stays || !v->n_person_stays, attributes = run->attributes || !v->n_attributes, words = run->words || !v->n_words;
    if (persons && attributes && words) return VOC_OK;
    s->units.n = 0;
    voc_rc rc = vec_reserve(&s->units, v->n_units, SIZE_MAX);
    for (size_t u = 0; !rc && u < v->n_units; u++) {
        voc_unit one = v->units[u];
        if (!persons) one.first_person_stay = one.n_person_stays = 0;
        if (!attributes) one.first_attribute = one.n_attributes = 0;
        if (!words) one.first_word = one.n_words = 0;
        s->units.at[u] = one;
    }
    if (rc) return rc;
    v->units = s->units.at;
    if (!persons) v->person_stays = NULL, v->n_person_stays = 0;
    if (!attributes) v->attributes = NULL, v->n_attributes = 0;
    if (!words) v->words = NULL, v->n_words = 0;
    return VOC_OK;
}

// What this part asked for, of a batch that holds what all of them asked for.
static voc_rc part_view(struct slot *s, const struct voc_run *run, const voc_journeys *all, const voc_journeys **out)
{
    voc_journeys *v = &s->view;
    voc_rc rc = vec_reserve(&s->predicates, run->wants.n, SIZE_MAX);
    if (rc) return rc;
    *v = *all;
    for (size_t c = 0; c < VOC_N_COLUMNS; c++)
        if (!(run->columns >> c & 1u)) v->columns[c] = NULL;
    for (size_t i = 0; i < run->wants.n; i++) s->predicates.at[i] = all->predicates[run->wants.at[i]];
    v->predicates = s->predicates.at;
    v->n_predicates = run->wants.n;
    if (!run->fields) v->fields = NULL, v->n_fields = 0;
    *out = v;
    return own_units(s, run, v);
}

static bool is_out(const struct part *p) { return p->guest && p->guest->out; }

static voc_rc feed(struct fold *f, struct slot *slot)
{
    const voc_journeys *all = batch_view(slot->batch), *view = all;
    for (size_t k = 0; k < f->n_parts; k++) {
        const struct part *p = &f->parts[k];
        if (is_out(p)) continue;
        voc_rc rc = f->n_parts > 1 ? part_view(slot, &p->run, all, &view) : VOC_OK;
        if (!rc) rc = part_rc(f, k, call_batch(p->plugin, p->analysis, slot->state[k], view));
        if (rc) return rc;
    }
    return VOC_OK;
}

static bool takes(void *user, voc_str unit) { return fold_takes(user, unit); }

// Feeds what the batch holds to all analyses.
static voc_rc feed_batch(struct fold *f, struct slot *slot)
{
    voc_rc rc = feed(f, slot);
    if (rc) return rc;
    const voc_journeys *all = batch_view(slot->batch);
    atomic_fetch_add(&f->events_taken, all->n_events);
    uint64_t units = atomic_fetch_add(&f->units_taken, all->n_units) + all->n_units, of = timeline_info(f->timeline)->n_units;
    uint64_t share = of ? units * (f->req->shards ? f->req->shards : 1) * 1000 / of : 1000; // shards hold about as many units each
    for (size_t k = 0; k < f->n_parts; k++) atomic_store(&f->parts[k].cx.walked, share < 1000 ? (uint32_t)share : 1000);
    tell(f, FOLD_WALK, units, of);
    return VOC_OK;
}

static voc_rc feed_part(struct fold *f, struct slot *slot, size_t part)
{
    bool more = true;
    voc_rc rc = batch_part(slot->batch, part);
    while (!rc && more) {
        rc = batch_more(slot->batch, f->req->shards ? takes : NULL, (void *)(uintptr_t)f->req, &more);
        if (!rc && more) rc = feed_batch(f, slot);
    }
    return rc;
}

static voc_rc feed_units(struct fold *f, struct slot *slot, size_t from, size_t to)
{
    voc_rc rc = VOC_OK;
    batch_clear(slot->batch);
    for (size_t u = from; u < to && !rc; u++)
        if (fold_takes(f->req, timeline_unit_name(f->timeline, u))) rc = batch_add(slot->batch, u);
    return rc ? rc : feed_batch(f, slot);
}

static voc_rc run_slot(void *user, size_t s)
{
    struct fold *f = user;
    for (;;) {
        size_t p = atomic_fetch_add(&f->next_piece, 1);
        if (p >= f->n_pieces) return VOC_OK;
        if (host_cancelled()) return VOC_CANCELLED;
        voc_rc rc = timeline_in_parts(f->timeline) ? feed_part(f, &f->slots[s], p) : feed_units(f, &f->slots[s], f->cut.at[p], f->cut.at[p + 1]);
        if (!rc) continue;
        atomic_store(&f->next_piece, f->n_pieces);
        return rc;
    }
}

static voc_rc slot_new(struct fold *f, struct slot *slot)
{
    voc_rc rc = batch_new(&slot->batch, f->timeline, f->columns);
    if (!rc && !(slot->state = mem_zalloc(f->n_parts, sizeof *slot->state))) rc = VOC_E_NOMEM;
    for (size_t k = 0; k < f->n_parts && !rc; k++)
        if (!is_out(&f->parts[k])) rc = part_rc(f, k, call_state_new(f->parts[k].plugin, f->parts[k].analysis, &slot->state[k]));
    return rc;
}

static voc_rc finish_part(struct fold *f, size_t k);

static void states_free(struct fold *f, size_t k)
{
    for (uint32_t s = 0; s < f->n_slots; s++)
        if (f->slots[s].state && f->slots[s].state[k]) {
            call_state_free(f->parts[k].plugin, f->parts[k].analysis, f->slots[s].state[k]);
            f->slots[s].state[k] = NULL;
        }
}

// Memory of the machine that ends is no answer of one of them, and leaves nothing to go on with.
static bool fails_all(voc_rc rc) { return rc == VOC_CANCELLED || rc == VOC_E_NOMEM; }

// What fails in one that nobody asked to see leaves it out; what it held is free again before the others finish.
static voc_rc finish_guest(struct fold *f, size_t k)
{
    struct part *p = &f->parts[k];
    voc_rc rc = context_rc(&p->cx, finish_part(f, k));
    if (!rc) rc = fold_tables(&p->run, timeline_definition(f->timeline));
    states_free(f, k);
    for (size_t i = 0; i < p->run.spools.n; i++) spool_empty(p->run.spools.at[i]);
    if (rc && !fails_all(rc)) beside_leave_out(p->guest, rc);
    return fails_all(rc) ? rc : VOC_OK;
}

// What it may read is finished before it.
static voc_rc show_beside(struct fold *f, struct part *p)
{
    if (p->beside == BESIDE_NONE) return VOC_OK;
    struct part *b = &f->parts[p->beside];
    voc_rc rc = b->finished || is_out(b) ? VOC_OK : b->guest ? finish_guest(f, p->beside) : finish_part(f, p->beside);
    if (is_out(b)) p->run.beside_why = b->guest->why, p->run.beside_next = b->guest->next;
    else p->run.beside = &b->run;
    return rc;
}

static voc_rc finish_part(struct fold *f, size_t k)
{
    struct part *p = &f->parts[k];
    p->finished = true;
    voc_rc rc = show_beside(f, p);
    if (rc) return rc;
    tell(f, FOLD_FINISH, k, f->n_parts);
    for (uint32_t s = 1; s < f->n_slots && !rc; s++) rc = call_merge(p->plugin, p->analysis, f->slots[0].state[k], f->slots[s].state[k]);
    const struct fold_kept kept = {p->plugin, p->analysis, f->slots[0].state[k], &p->run, atomic_load(&f->units_taken), atomic_load(&f->events_taken)};
    if (!rc && host_cancelled()) rc = VOC_CANCELLED;
    if (!rc) rc = f->req->keep ? f->req->keep(f->req->keep_user, &kept) : call_finish(p->plugin, p->analysis, kept.state);
    return part_rc(f, k, rc);
}

static voc_rc fold_units(struct fold *f)
{
    voc_rc rc = cut_pieces(f);
    if (rc) return rc;
    size_t pieces = f->n_pieces;
    uint32_t want = f->req->threads < 1 ? 1 : f->req->threads;
    if (want > THREADS_MAX) want = THREADS_MAX;
    if (want > pieces) want = pieces ? (uint32_t)pieces : 1;
    f->slots = mem_zalloc(want, sizeof *f->slots);
    if (!f->slots) return VOC_E_NOMEM;
    for (f->n_slots = 0; f->n_slots < want && !rc; f->n_slots++) rc = slot_new(f, &f->slots[f->n_slots]);
    if (!rc) rc = parallel_for(want, want, run_slot, f);
    for (size_t k = 0; k < f->n_parts && !rc; k++)
        if (!f->parts[k].guest && !f->parts[k].finished) rc = finish_part(f, k);
    return rc;
}

static void part_done(struct part *p)
{
    if (p->analysis) call_end(p->plugin, p->analysis);
    for (size_t i = 0; i < p->run.spools.n; i++) spool_free(p->run.spools.at[i]);
    for (size_t i = 0; i < p->run.tables.n; i++) table_free(p->run.tables.at[i]);
    vec_free(&p->run.spools);
    vec_free(&p->run.tables);
    vec_free(&p->run.wants);
    spill_done(&p->run.spill);
    arena_done(&p->run.answers);
    pthread_mutex_destroy(&p->run.lock);
    context_done(&p->cx);
}

static void fold_done(struct fold *f)
{
    for (size_t k = 0; k < f->n_parts; k++) states_free(f, k);
    for (uint32_t s = 0; s < f->n_slots; s++) {
        struct slot *slot = &f->slots[s];
        batch_free(slot->batch);
        vec_free(&slot->predicates);
        vec_free(&slot->units);
        mem_free(slot->state);
    }
    mem_free(f->slots);
    for (size_t k = 0; k < f->n_parts; k++) part_done(&f->parts[k]);
    mem_free(f->parts);
    swap_done(&f->swap);
    vec_free(&f->cut);
    timeline_free(f->timeline);
}

static voc_rc parts_new(struct fold *f, struct fold_item *items, size_t n, struct besides *b, struct diag *d)
{
    const size_t all = n + b->n;
    f->parts = mem_zalloc(all ? all : 1, sizeof *f->parts);
    if (!f->parts) return VOC_E_NOMEM;
    for (f->n_parts = 0; f->n_parts < all; f->n_parts++) {
        struct part *p = &f->parts[f->n_parts];
        const size_t k = f->n_parts;
        p->guest = k < n ? NULL : &b->at[k - n];
        p->beside = k < n ? b->of[k] : BESIDE_NONE;
        p->item = k < n ? &items[k] : &p->guest->item;
        p->plugin = p->item->plugin;
        context_init(&p->cx, p->plugin, p->item->diag ? p->item->diag : d, NULL);
        context_bound(&p->cx, f->req->memory_max);
        pthread_mutex_init(&p->run.lock, NULL);
        arena_init(&p->run.answers, 0);
        p->run.cx = &p->cx;
        p->run.threads = f->req->threads;
    }
    return VOC_OK;
}

// All parts are under one bound, together with what is there before they begin: the definition, and what is known of all events.
static voc_rc share_memory(struct fold *f, struct diag *d)
{
    const uint64_t held = mem_stats().live_bytes, allowed = f->req->memory_max;
    if (!allowed) return VOC_OK;
    atomic_store(&f->memory, held);
    for (size_t k = 0; k < f->n_parts; k++) {
        f->parts[k].cx.memory_all = &f->memory;
        f->parts[k].cx.memory_base = held;
    }
    if (!f->n_parts || held <= f->parts[0].cx.memory_max) return VOC_OK;
    diag_error(d, "MEMORY-003", NULL, 0, "allow more with --memory",
               "what is known of all events takes %llu MiB before the analysis begins, and %llu MiB are allowed",
               (unsigned long long)((held + f->parts[0].cx.memory_program) >> 20) + 1, (unsigned long long)(allowed >> 20));
    return VOC_E_LIMIT;
}

// NULL: nothing can be kept but in memory.
static const char *beside_of(const struct fold_request *r) { return r->beside || !r->project ? r->beside : project_beside(r->project); }

static voc_rc part_begin(struct fold *f, size_t k)
{
    struct part *p = &f->parts[k];
    p->run.timeline = f->timeline;
    p->run.info = *timeline_info(f->timeline);
    p->run.project = f->req->events ? NULL : f->req->project;
    if (f->req->project) p->run.info.project = str_of(project_name(f->req->project));
    p->run.spill.beside = beside_of(f->req);
    if (f->swap.spill.beside) p->cx.swap = &f->swap;
    voc_rc rc = call_begin(p->plugin, &p->cx, &p->run, p->item->options, &p->analysis);
    p->run.sealed = true;
    if (p->guest) rc = context_rc(&p->cx, rc);
    if (rc && p->guest && !fails_all(rc)) {
        beside_leave_out(p->guest, rc);
        return VOC_OK;
    }
    f->columns |= p->run.columns;
    return part_rc(f, k, rc);
}

static voc_rc parts_begin(struct fold *f)
{
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < f->n_parts && !rc; k++)
        if (!is_out(&f->parts[k])) rc = part_begin(f, k);
    return rc;
}

static uint32_t exchange_needs(const struct exchange *x)
{
    uint32_t kept = 0;
    for (size_t k = 0; k < x->n_suppliers; k++) kept |= event_text_columns(x->suppliers[k]);
    for (size_t k = 0; k < x->n_inputs; k++) kept |= predicate_columns_of(x->inputs[k].present);
    for (size_t k = 0; k < x->n_outputs; k++) kept |= predicate_columns_of(x->outputs[k].shown);
    for (size_t k = 0; k < x->n_requirements; k++) kept |= predicate_columns_of(x->requirements[k].met);
    return kept;
}

// What the definition and these columns (VOC_COL_*) take of events: without stages, predicates and segments nobody is asked for more.
static uint32_t needs(const struct journey *j, const struct timeline *t, uint32_t columns, bool words)
{
    static const struct { uint32_t column, kept; } of[] = {{VOC_COL_COST, EV_MONEY}, {VOC_COL_VALUE, EV_MONEY}, {VOC_COL_MINUTES, EV_MONEY}, {VOC_COL_CHANNEL, EV_CHANNEL},
                                                           {VOC_COL_CAMPAIGN, EV_CAMPAIGN}, {VOC_COL_ROLE, EV_ROLE}, {VOC_COL_OWNER, EV_OWNER}};
    const uint32_t said = EV_CHANNEL | EV_CAMPAIGN | EV_ROLE | EV_OWNER, asked = EV_MONEY | EV_TEXT | EV_ATTRS;
    uint32_t kept = (EV_ALL & ~(said | asked)) | predicate_columns(j) | (t ? timeline_wanted_columns(t) : 0);
    if (j->n_stages || j->n_predicates || j->n_segments) kept |= said;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (columns >> of[i].column & 1u) kept |= of[i].kept;
    for (size_t i = 0; i < j->n_needs; i++)
        if (j->needs[i].sought) kept |= predicate_columns_of(j->needs[i].sought);
    for (size_t i = 0; i < j->n_stages; i++) kept |= exchange_needs(&j->stages[i].exchange);
    for (size_t i = 0; i < j->n_steps; i++) {
        kept |= exchange_needs(&j->steps[i].exchange) | (j->steps[i].enter ? predicate_columns_of(j->steps[i].enter) : 0);
        for (size_t k = 0; k < j->steps[i].n_leaves; k++) kept |= predicate_columns_of(j->steps[i].leaves[k].when);
    }
    return words ? kept | EV_TEXT : kept;
}

static bool words_wanted(const struct fold *f)
{
    bool any = false;
    for (size_t k = 0; k < f->n_parts; k++) any = any || (f->parts[k].run.words && !is_out(&f->parts[k]));
    return any;
}

static voc_rc check_kept(const struct fold *f, struct diag *d)
{
    if (!f->req->kept || !(needs(f->req->journey, f->timeline, f->columns, words_wanted(f)) & ~f->req->kept)) return VOC_OK;
    diag_error(d, "FOLD-006", NULL, 0, "import the files into a project, and ask that", "an analysis asks for more when it sees events than it did before");
    return VOC_E_BUG;
}

uint32_t fold_wants(const struct fold_request *r, const struct fold_item *items, size_t n)
{
    struct fold f = {.req = r};
    struct timeline_options to = {.unit = r->unit, .end_us = r->end_us, .threads = 1};
    struct fold_item *silent = mem_zalloc(n ? n : 1, sizeof *silent);
    struct diag *d = diag_new();
    struct besides b;
    voc_rc rc = besides_find(&b, r, items, n);
    if (!rc && !(silent && d)) rc = VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) silent[k] = (struct fold_item){.plugin = items[k].plugin, .options = items[k].options};
    if (!rc) rc = parts_new(&f, silent, n, &b, d);
    if (!rc) rc = timeline_open(&f.timeline, r->project, r->journey, &to, false, d);
    if (!rc) rc = parts_begin(&f);
    for (size_t k = 0; k < f.n_parts; k++) rc = context_rc(&f.parts[k].cx, rc);
    uint32_t kept = rc ? EV_ALL : needs(r->journey, f.timeline, f.columns, words_wanted(&f));
    fold_done(&f);
    besides_done(&b);
    mem_free(silent);
    diag_free(d);
    return kept;
}

voc_rc fold_tables(struct voc_run *run, const voc_definition *def)
{
    voc_rc rc = run->tables.n ? VOC_OK : run_broke(run, "it made no table");
    for (size_t i = 0; i < run->tables.n && !rc; i++) {
        voc_table view;
        if (def->evidence_declared) rc = table_note(run->tables.at[i], VOC_NOTE_ASSUMED, "Stages are as the company recorded them, not as customers acted.");
        if (!rc) rc = table_view(run->tables.at[i], &view);
    }
    return rc;
}

static void hand_out(const struct fold *f, struct part *p)
{
    struct fold_result *out = &p->item->result;
    out->tables = p->run.tables.at;
    out->n_tables = p->run.tables.n;
    out->info = *timeline_info(f->timeline);
    out->info.end_source = out->info.project = (voc_str){"", 0}; // they lived in the timeline
    p->run.tables.at = NULL;
    p->run.tables.n = 0;
}

// Whether names of units may stay empty: no analysis reads one, nor is asked which shard a unit belongs to.
static bool nameless(const struct fold *f)
{
    bool all = !f->req->shards && !f->req->keep;
    for (size_t k = 0; k < f->n_parts; k++) {
        const struct plugin *p = f->parts[k].item->plugin;
        if (!is_out(&f->parts[k])) all = all && p->desc && (p->desc->flags & VOC_NAMELESS);
    }
    return all;
}

static size_t n_errors(const struct fold_item *items, size_t n, const struct diag *d)
{
    size_t all = diag_count(d, VOC_ERROR);
    for (size_t k = 0; k < n; k++) all += items[k].diag ? diag_count(items[k].diag, VOC_ERROR) : 0;
    return all;
}

// *failed: the part, items first.
static voc_rc run(const struct fold_request *r, struct fold_item *items, size_t n, struct besides *b, size_t *failed, struct diag *d)
{
    struct fold f = {.req = r};
    struct timeline_options to = {.unit = r->unit, .end_us = r->end_us, .threads = r->threads, .parallel = parallel_for};
    const size_t before = n_errors(items, n, d);
    voc_rc rc = parts_new(&f, items, n, b, d);
    to.nameless = nameless(&f);
    swap_init(&f.swap, beside_of(r), r->memory_max);
    tell(&f, FOLD_READ, 0, 0);
    if (!rc)
        rc = r->events ? timeline_new(&f.timeline, r->events, r->journey, &to, d)
                       : timeline_open(&f.timeline, r->project, r->journey, &to, r->whole, d);
    if (!rc) rc = share_memory(&f, d);
    if (!rc) rc = parts_begin(&f);
    if (!rc) rc = check_kept(&f, d);
    if (!rc) rc = fold_units(&f);
    for (size_t k = 0; k < f.n_parts; k++) rc = context_rc(&f.parts[k].cx, rc);
    for (size_t k = 0; k < n && !rc && !r->keep; k++) rc = part_rc(&f, k, fold_tables(&f.parts[k].run, timeline_definition(f.timeline)));
    *failed = atomic_load(&f.failed);
    if ((unsigned)rc > VOC_E_BUSY) rc = VOC_E_BUG;
    if (atomic_load(&f.in_part) && *failed < n)
        run_say_failure(&f.parts[*failed].run, items[*failed].plugin->note.name, rc, n_errors(items, n, d) == before, d);
    for (size_t k = 0; k < n && !rc; k++) hand_out(&f, &f.parts[k]);
    fold_done(&f);
    return rc;
}

static void pass_on(struct diag *from, struct diag *to)
{
    for (size_t i = 0; to && i < diag_n(from); i++) diag_add(to, diag_at(from, i));
}

static void leave_out_all(struct besides *b, size_t failed, voc_rc rc)
{
    for (size_t i = 0; i < b->n; i++) {
        if (b->at[i].out) continue;
        beside_leave_out(&b->at[i], rc);
        if (failed == i) continue;
        snprintf(b->at[i].why, sizeof b->at[i].why, "both together need more memory than is allowed");
        snprintf(b->at[i].next, sizeof b->at[i].next, "allow more with --memory");
    }
}

// With what is run beside them. *again: that was too much or failed, is left out now, and nothing was said.
static voc_rc run_with(const struct fold_request *r, struct fold_item *items, size_t n, struct besides *b, bool *again, struct diag *d)
{
    struct diag *said = diag_new();
    struct fold_item *own = mem_zalloc(n, sizeof *own);
    size_t failed = 0;
    voc_rc rc = said && own ? VOC_OK : VOC_E_NOMEM;
    for (size_t k = 0; k < n && !rc; k++) {
        own[k] = (struct fold_item){.plugin = items[k].plugin, .options = items[k].options};
        if (items[k].diag && !(own[k].diag = diag_new())) rc = VOC_E_NOMEM;
    }
    if (!rc) {
        rc = run(r, own, n, b, &failed, said);
        *again = rc && !fails_all(rc) && (failed >= n || rc == VOC_E_LIMIT);
        if (*again) leave_out_all(b, failed - n, rc);
    }
    if (!*again) pass_on(said, d);
    for (size_t k = 0; k < n && own; k++) {
        if (!*again && own[k].diag) pass_on(own[k].diag, items[k].diag);
        if (!rc) items[k].result = own[k].result;
        diag_free(own[k].diag);
    }
    mem_free(own);
    diag_free(said);
    return rc;
}

voc_rc fold_run_all(const struct fold_request *r, struct fold_item *items, size_t n, struct diag *d)
{
    struct besides b;
    size_t failed = 0;
    bool again = false;
    voc_rc rc = besides_find(&b, r, items, n);
    if (!rc && b.n) rc = run_with(r, items, n, &b, &again, d);
    if ((!rc && !b.n) || again) rc = run(r, items, n, &b, &failed, d);
    besides_done(&b);
    return rc;
}

voc_rc fold_run(const struct fold_request *r, struct fold_result *out, struct diag *d)
{
    struct fold_item one = {.plugin = r->plugin, .options = r->options};
    voc_rc rc = fold_run_all(r, &one, 1, d);
    if (!rc) *out = one.result;
    return rc;
}

void fold_free(struct fold_result *r)
{
    for (size_t i = 0; i < r->n_tables; i++) table_free(r->tables[i]);
    mem_free(r->tables);
    memset(r, 0, sizeof *r);
}
