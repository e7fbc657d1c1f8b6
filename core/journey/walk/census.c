// SPDX-License-Identifier: MIT
// Passes over all events before the first unit is given out: only where the layout does not say what must be known, and over no
// more columns than that takes. Parts are counted in parallel; sums, sets and lowest numbers do not depend on who counts.
#include "journey/walk/stream.h"
#include <pthread.h>
#include "base/cancel.h"

struct tally { // owns its arrays
    struct lane *lane;
    uint8_t *seen;
    uint32_t *lowest;
    struct source_end *ends;
    uint64_t n_units, n_events;
};
struct census {
    const struct timeline *t;
    const struct stream *s;
    struct event_parts *parts;
    uint32_t make, settle;
    struct tally *tally; // of each thread
    uint32_t n_tallies;
    bool ends;           // where sources end, and nothing else
    voc_rc (*work)(void *user, size_t slot);
    pthread_mutex_t lock;
    size_t next;
};

static voc_rc tally_new(struct census *c, struct tally *y)
{
    size_t n = (size_t)c->s->types.n + 1;
    if (c->ends) y->ends = mem_zalloc((size_t)c->t->s->n_strings[SPACE_SOURCE] + 1, sizeof *y->ends);
    if (!c->ends) y->seen = mem_zalloc(n, 1);
    if (!c->ends) y->lowest = mem_alloc(n * sizeof *y->lowest);
    if (c->ends ? !y->ends : !y->seen || !y->lowest) return VOC_E_NOMEM;
    if (!c->ends) memset(y->lowest, 0xFF, n * sizeof *y->lowest);
    return lane_new(&y->lane, c->t, c->s, c->parts, c->make, c->settle);
}

static void tally_done(struct tally *y)
{
    lane_free(y->lane);
    mem_free(y->seen);
    mem_free(y->lowest);
    mem_free(y->ends);
}

static void count_ends(struct tally *y)
{
    const struct event_set *r = &y->lane->rows;
    for (size_t i = 0; i < r->n; i++) {
        struct source_end *e = &y->ends[r->source[i]];
        int64_t us = r->time_us[i];
        uint32_t res = r->resolution[i];
        if (!e->events || us > e->last_us || (us == e->last_us && res > e->resolution)) *e = (struct source_end){us, res, e->events};
        e->events++;
    }
}

static void count_events(const struct census *c, struct tally *y)
{
    const struct lane *l = y->lane;
    const struct types *types = &c->s->types;
    for (size_t i = 0; i < l->rows.n; i++) y->seen[l->type[i]] |= TYPE_THERE;
    for (size_t u = 0; u < l->span.n_units; u++) {
        const struct unit_entry *e = &l->units[u];
        y->n_events += e->n;
        for (size_t i = e->first; i < e->first + e->n; i++) {
            uint32_t type = l->type[i];
            y->seen[type] |= TYPE_SEEN;
            if (!(types->asks[type] & TYPE_ASKS_CLAIM)) continue;
            if (l->resolved[i] == VOC_NONE) y->seen[type] |= TYPE_UNCLAIMED;
            else if (l->resolved[i] < y->lowest[type]) y->lowest[type] = l->resolved[i];
        }
    }
    y->n_units += l->span.n_units;
}

static voc_rc count_parts(void *user, size_t slot)
{
    struct census *c = user;
    struct tally *y = &c->tally[slot];
    voc_rc rc = tally_new(c, y);
    while (!rc) {
        pthread_mutex_lock(&c->lock);
        size_t part = c->next++;
        pthread_mutex_unlock(&c->lock);
        if (part >= event_parts_n(c->parts)) break;
        bool more = true;
        rc = cancel_requested() ? VOC_CANCELLED : lane_read(y->lane, part);
        while (!rc && more) {
            rc = lane_next(y->lane, &more);
            if (rc || !more) break;
            if (c->ends) count_ends(y);
            else count_events(c, y);
        }
    }
    return rc;
}

static voc_rc run(struct census *c, uint32_t read)
{
    const struct timeline_options *o = &c->t->o;
    c->n_tallies = o->parallel && o->threads > 1 ? o->threads : 1;
    if (!(c->tally = mem_zalloc(c->n_tallies, sizeof *c->tally))) return VOC_E_NOMEM;
    voc_rc rc = event_parts_plan(&c->parts, c->s->p, read, PART_ROWS, c->s->d);
    if (rc) return rc;
    return o->parallel ? o->parallel(c->n_tallies, c->n_tallies, c->work, c) : c->work(c, 0);
}

static void done(struct census *c)
{
    for (uint32_t i = 0; c->tally && i < c->n_tallies; i++) tally_done(&c->tally[i]);
    mem_free(c->tally);
    event_parts_free(c->parts);
    pthread_mutex_destroy(&c->lock);
}

// ---- units, and nothing else -----------------------------------------------------------------------------------------------------

static voc_rc count_units(void *user, size_t slot)
{
    struct census *c = user;
    struct tally *y = &c->tally[slot];
    struct part_reader *r = NULL;
    voc_rc rc = part_reader_new(&r, c->parts);
    while (!rc) {
        struct event_part part;
        pthread_mutex_lock(&c->lock);
        size_t k = c->next++;
        pthread_mutex_unlock(&c->lock);
        if (k >= event_parts_n(c->parts)) break;
        rc = cancel_requested() ? VOC_CANCELLED : part_read(r, k, &part);
        if (!rc) y->n_units += part.n_units;
    }
    part_reader_free(r);
    return rc;
}

voc_rc census_units(struct timeline *t, struct stream *s)
{
    struct census c = {.t = t, .s = s, .work = count_units, .lock = PTHREAD_MUTEX_INITIALIZER};
    voc_rc rc = run(&c, 0);
    t->info.n_units = 0;
    for (uint32_t k = 0; !rc && k < c.n_tallies; k++) t->info.n_units += c.tally[k].n_units;
    done(&c);
    return rc;
}

static bool later(const struct source_end *a, const struct source_end *b)
{
    return !b->events || a->last_us > b->last_us || (a->last_us == b->last_us && a->resolution > b->resolution);
}

voc_rc census_ends(struct timeline *t, struct stream *s, struct source_end *ends)
{
    struct census c = {.t = t, .s = s, .ends = true, .work = count_parts, .make = EV_RESOLUTION, .lock = PTHREAD_MUTEX_INITIALIZER};
    voc_rc rc = run(&c, EV_TIME | EV_TUPLE | EV_SOURCE);
    for (uint32_t i = 0; !rc && i < c.n_tallies; i++)
        for (uint32_t k = 0; c.tally[i].ends && k < t->s->n_strings[SPACE_SOURCE]; k++) {
            const struct source_end *from = &c.tally[i].ends[k];
            uint64_t n = ends[k].events + from->events;
            if (from->events && later(from, &ends[k])) ends[k] = *from;
            ends[k].events = n;
        }
    done(&c);
    return rc;
}

voc_rc census_events(struct timeline *t, struct stream *s, uint64_t *n_set_aside)
{
    struct types *y = &s->types;
    struct census c = {.t = t, .s = s, .work = count_parts, .lock = PTHREAD_MUTEX_INITIALIZER};
    uint32_t read = EV_TIME | EV_TUPLE;
    uint64_t n_events = 0;
    stream_needs(t, s, 0, s->asks_claims, &read, &c.make, &c.settle);
    voc_rc rc = run(&c, read);
    for (uint32_t i = 0; !rc && i < y->n; i++) {
        uint8_t seen = 0;
        for (uint32_t k = 0; k < c.n_tallies; k++) {
            if (!c.tally[k].seen) continue;
            seen |= c.tally[k].seen[i];
            if (c.tally[k].lowest[i] < y->lowest[i]) y->lowest[i] = c.tally[k].lowest[i];
        }
        y->seen[i] = (uint8_t)((y->seen[i] & TYPE_NAMED) | seen);
    }
    t->info.n_units = 0;
    for (uint32_t k = 0; !rc && k < c.n_tallies; k++) {
        t->info.n_units += c.tally[k].n_units;
        n_events += c.tally[k].n_events;
    }
    *n_set_aside = s->layout.n_events - n_events;
    done(&c);
    return rc;
}
