// SPDX-License-Identifier: MIT
// Rows of the tables, as one reading of the project gives them: every unit is walked once, in several threads, and
// of its rows only the fields are kept that a query reads, and, where it says which rows, only those that may fit. Threads fill slabs
// of their own, which are numbered when all is read; rows of a unit are a segment, and segments are put in order of the units'
// names where that shows. Sets that hold whole tables are kept for the next question.
#include <stdlib.h>

#include "host/views/views_fill.h"

#include "base/str.h"

#define UNITS_OFTEN 64u // single units looked for in one statement, before all are read at once
#define PLANS_OFTEN 3u  // likewise, of other conditions

// ---- reading -------------------------------------------------------------------------------------------------------------------------------

// What threads have filled, one after the other.
static voc_rc take_in(struct set *s, struct filling *f)
{
    size_t slabs = s->slabs.n;
    voc_rc rc = vec_reserve(&s->slabs, f->slabs.n, UINT32_MAX);
    if (!rc) rc = vec_reserve(&s->segments, f->segments.n, UINT32_MAX);
    if (!rc) rc = vec_reserve(&s->texts, f->texts.n, UINT32_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < f->slabs.n; i++) {
        f->slabs.at[i].first = s->n;
        s->n += f->slabs.at[i].n;
        s->slabs.at[s->slabs.n++] = f->slabs.at[i];
    }
    for (size_t i = 0; i < f->segments.n; i++) {
        struct segment x = f->segments.at[i];
        x.first = s->slabs.at[slabs + (size_t)(x.first >> 32)].first + (x.first & UINT32_MAX);
        s->segments.at[s->segments.n++] = x;
    }
    for (size_t i = 0; i < f->texts.n; i++) s->texts.at[s->texts.n++] = f->texts.at[i];
    f->slabs.n = f->segments.n = f->texts.n = 0;
    return s->n > VIEWS_ROWS_MAX ? VOC_E_LIMIT : VOC_OK;
}

static voc_rc walk_one(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads);

// What batches shall have, beside their columns.
static voc_rc ask_timeline(struct views *v, struct shown *s, uint32_t reads)
{
    timeline_read_also(s->timeline, reads & READS_EVENTS);
    timeline_rows_only(s->timeline, !(reads & READS_STAYS));
    voc_rc rc = timeline_with(s->timeline, reads & READS_PERSONS, reads & READS_WORDS);
    return rc ? rc : units_memory(v->memory_max, "what customers said", v->diag);
}

static voc_rc gather_all(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads)
{
    uint32_t threads = g->v->threads < UNITS_THREADS_MAX ? g->v->threads : UNITS_THREADS_MAX;
    if (threads < 1 || !timeline_in_parts(s->timeline)) threads = 1; // units that are held come in their order
    g->by_slot = mem_zalloc(threads, sizeof *g->by_slot);
    if (!g->by_slot) return VOC_E_NOMEM;
    voc_rc rc;
    if (g->unit.ptr) {
        rc = walk_one(g, s, columns, reads);
    } else {
        batch_free(s->one); // its parts are planned anew
        s->one = NULL;
        rc = ask_timeline(g->v, s, reads);
        const struct units_walk walk = {.timeline = s->timeline, .columns = columns, .threads = threads, .batch = fill_batch, .user = g};
        if (!rc) rc = units_walk(&walk);
    }
    for (uint32_t i = 0; i < threads && !rc; i++) rc = take_in(g->set, &g->by_slot[i]);
    for (uint32_t i = 0; i < threads; i++) filling_done(&g->by_slot[i]);
    mem_free(g->by_slot);
    return rc;
}

// ---- single units ----------------------------------------------------------------------------------------------------------------------------

static bool is_unit(void *user, voc_str name) { return str_eq(name, *(const voc_str *)user); }

static voc_rc one_batch(struct views *v, struct shown *s, uint32_t columns, uint32_t reads)
{
    voc_rc rc = ask_timeline(v, s, reads); // another reading may have asked for something else since
    if (rc || (s->one && s->one_columns == columns && s->one_also == reads)) return rc;
    batch_free(s->one);
    s->one = NULL;
    if (!rc) rc = timeline_columns(s->timeline, columns);
    s->one_columns = columns;
    s->one_also = reads;
    return rc ? rc : batch_new(&s->one, s->timeline, columns);
}

static size_t held_unit(const struct timeline *t, voc_str name)
{
    size_t lo = 0, hi = timeline_n_units(t);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(timeline_unit_name(t, mid), name) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static voc_rc walk_held(struct gather *g, struct shown *s)
{
    voc_rc rc = VOC_OK;
    for (size_t u = held_unit(s->timeline, g->unit);
         !rc && u < timeline_n_units(s->timeline) && str_eq(timeline_unit_name(s->timeline, u), g->unit); u++) {
        batch_clear(s->one);
        rc = batch_add(s->one, u);
        if (!rc) rc = fill_batch(g, 0, s->one, batch_view(s->one));
    }
    return rc;
}

static voc_rc walk_one(struct gather *g, struct shown *s, uint32_t columns, uint32_t reads)
{
    size_t part;
    bool more = true;
    voc_rc rc = one_batch(g->v, s, columns, reads);
    if (rc) return rc;
    if (!timeline_in_parts(s->timeline)) return walk_held(g, s);
    rc = timeline_part_of(s->timeline, g->unit, &part);
    if (rc || part == SIZE_MAX) return rc;
    rc = batch_part(s->one, part);
    while (!rc && more && !g->by_slot[0].segments.n) {
        rc = batch_more(s->one, is_unit, &g->unit, &more);
        if (!rc && more) rc = fill_batch(g, 0, s->one, batch_view(s->one));
    }
    return rc;
}

// ---- sets ------------------------------------------------------------------------------------------------------------------------------------

static void set_free(struct set *s)
{
    for (size_t i = 0; i < s->slabs.n; i++) mem_free(s->slabs.at[i].bytes);
    for (size_t i = 0; i < s->texts.n; i++) mem_free(s->texts.at[i]);
    vec_free(&s->slabs);
    vec_free(&s->texts);
    vec_free(&s->segments);
    mem_free(s->by_name);
    mem_free(s->numbers);
    for (size_t i = 0; i < sizeof s->index / sizeof *s->index; i++) mem_free(s->index[i].at);
    s->of->refs--;
    mem_free(s);
}

void set_let_go(struct set *s)
{
    if (s && --s->refs == 0) set_free(s);
}

void sets_drop(struct views *v, const struct shown *of)
{
    for (size_t i = 0; i < VIEWS_SETS; i++) {
        if (!v->sets[i] || (of && v->sets[i]->of != of)) continue;
        set_let_go(v->sets[i]);
        v->sets[i] = NULL;
    }
}

struct reading { // what of a table is read
    unsigned table;
    uint64_t stored;
    const struct plan *plan;
    voc_str unit, from, to; // ptr NULL: all
    uint64_t most;
};

static voc_rc set_read(struct views *v, struct shown **of, const struct reading *r, struct set **out)
{
    uint32_t reads;
    voc_rc rc = shown_open(v, *of);
    uint32_t columns = fill_columns(r->table, r->stored, &reads);
    if (!rc) rc = shown_columns(v, of, reads & READS_EVENTS);
    if (rc) return rc;
    struct set *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    *s = (struct set){.of = *of, .table = r->table, .stored = r->stored, .refs = 1, .all = !r->plan && !r->unit.ptr && !r->from.ptr && !r->to.ptr};
    s->of->refs++;
    struct gather g = {.v = v, .set = s, .plan = r->plan, .unit = r->unit, .from = r->from, .to = r->to, .most = r->most, .width = fill_layout(s)};
    if (!r->stored && s->all) s->n = timeline_info((*of)->timeline)->n_events;
    else rc = gather_all(&g, *of, columns, reads);
    if (!rc && (r->stored || !s->all)) s->stored |= STORED_UNITS;
    if (rc) set_free(s);
    else *out = s;
    return rc;
}

static struct set *kept(struct views *v, const struct shown *of, unsigned table, uint64_t stored)
{
    for (size_t i = 0; i < VIEWS_SETS; i++) {
        struct set *s = v->sets[i];
        if (s && s->of == of && s->table == table && !(stored & ~s->stored)) return s;
    }
    return NULL;
}

static void keep(struct views *v, struct set *s)
{
    size_t oldest = 0;
    for (size_t i = 0; i < VIEWS_SETS; i++) { // what has no more than the new one goes
        struct set *x = v->sets[i];
        if (x && x->of == s->of && x->table == s->table && !(x->stored & ~s->stored)) {
            set_let_go(x);
            v->sets[i] = NULL;
        }
    }
    for (size_t i = 0; i < VIEWS_SETS; i++)
        if (!v->sets[i] || (v->sets[oldest] && v->sets[i]->used < v->sets[oldest]->used)) oldest = i;
    set_let_go(v->sets[oldest]);
    v->sets[oldest] = s;
    s->refs++;
}

// Tells a reading that took too much from one that failed.
static voc_rc too_much(voc_rc rc, struct set **out)
{
    if (rc != TOO_MUCH) return rc;
    *out = NULL;
    return VOC_OK;
}

voc_rc set_get(struct views *v, struct shown **of, unsigned table, uint64_t stored, const struct plan *p, uint64_t most, struct set **out)
{
    struct set *s = kept(v, *of, table, stored);
    struct reading r = {.table = table, .stored = stored, .most = most};
    if (s) s->refs++;
    if (!s && p && v->asked_rows[table]++ < PLANS_OFTEN) {
        r.plan = p;
        r.stored |= STORED(S_PLACE);
        return too_much(set_read(v, of, &r, out), out);
    }
    if (!s) {
        voc_rc rc = set_read(v, of, &r, &s);
        if (rc) return too_much(rc, out);
        if (stored) keep(v, s);
    }
    s->used = ++v->uses;
    *out = s;
    return VOC_OK;
}

voc_rc set_get_range(struct views *v, struct shown **of, unsigned table, uint64_t stored, const struct plan *p, voc_str from,
                     voc_str to, struct set **out)
{
    const struct reading r = {.table = table, .stored = stored | STORED_UNITS | (p ? STORED(S_PLACE) : 0), .plan = p, .from = from, .to = to};
    return set_read(v, of, &r, out);
}

voc_rc set_get_unit(struct views *v, struct shown **of, unsigned table, uint64_t stored, voc_str unit, struct set **out)
{
    const struct reading r = {.table = table, .stored = stored | STORED_UNITS, .unit = unit};
    voc_rc rc = shown_open(v, *of);
    if (rc) return rc;
    bool often = timeline_in_parts((*of)->timeline) && v->asked_units[table]++ >= UNITS_OFTEN;
    return often || kept(v, *of, table, r.stored) ? set_get(v, of, table, r.stored, NULL, 0, out) : set_read(v, of, &r, out);
}

// ---- looking -----------------------------------------------------------------------------------------------------------------------------------

const struct slab *set_slab(const struct set *s, uint64_t row)
{
    size_t lo = 0, hi = s->slabs.n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->slabs.at[mid].first <= row) lo = mid;
        else hi = mid;
    }
    return &s->slabs.at[lo];
}

const struct segment *set_segment(const struct set *s, uint64_t row)
{
    size_t lo = 0, hi = s->segments.n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->segments.at[mid].first <= row) lo = mid;
        else hi = mid;
    }
    return &s->segments.at[lo];
}

struct fields set_fields(const struct set *s, const struct slab *b)
{
#define COLUMN(c) (s->stored & STORED(c) ? slab_column(s, b, c) : NULL)
    return (struct fields){.time_us = COLUMN(S_TIME), .actor = COLUMN(S_ACTOR), .action = COLUMN(S_ACTION), .touchpoint = COLUMN(S_TOUCHPOINT),
                           .channel = COLUMN(S_CHANNEL), .campaign = COLUMN(S_CAMPAIGN), .stage = COLUMN(S_STAGE), .stay = COLUMN(S_STAY)};
#undef COLUMN
}

size_t set_find(const struct set *s, voc_str unit)
{
    size_t lo = 0, hi = s->segments.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(s->segments.at[s->by_name[mid]].unit, unit) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo < s->segments.n && str_eq(s->segments.at[s->by_name[lo]].unit, unit) ? lo : s->segments.n;
}
