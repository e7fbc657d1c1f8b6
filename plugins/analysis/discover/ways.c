// SPDX-License-Identifier: MIT
//
// The different ways of a group of journeys, each once with its count, and the typical one among them: the medoid (METHODS 4.2, 4.3). How
// long its steps take is the median over all journeys of the group in which the one followed the other at once.
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/gathered.h"

static bool belongs(const struct journey *j, size_t group) { return j->group == group && !j->cut; }

static uint64_t hash_of(const uint32_t *node, uint32_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ n;
    for (uint32_t i = 0; i < n; i++) {
        h = (h ^ node[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

bool ways_count(struct ways *w, const uint32_t *node, uint32_t n)
{
    const struct medoid_way one = {node, n, 1};
    size_t at = (size_t)hash_of(node, n) & (w->n_slots - 1);
    for (; w->slots[at]; at = (at + 1) & (w->n_slots - 1))
        if (medoid_compare(&w->at[w->slots[at] - 1], &one) == 0) {
            w->at[w->slots[at] - 1].count++;
            return false;
        }
    w->at[w->n] = one;
    w->slots[at] = (uint32_t)++w->n;
    return true;
}

voc_rc ways_new(struct ways *w, const struct analysis *a, uint64_t most)
{
    *w = (struct ways){.n_slots = 64};
    if (most > UINT32_MAX / 2) return VOC_E_LIMIT;
    while (w->n_slots < most * 2) w->n_slots *= 2;
    voc_rc rc = analysis_zeroed(a, (void **)&w->slots, w->n_slots, sizeof *w->slots);
    return rc ? rc : analysis_zeroed(a, (void **)&w->at, (size_t)most, sizeof *w->at);
}

void ways_done(struct ways *w, const struct analysis *a)
{
    void *const own[] = {w->slots, w->at, w->letters};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) a->host->free(a->cx, own[i]);
    *w = (struct ways){0};
}

static int in_order(const void *x, const void *y) { return medoid_compare(x, y); }

static voc_rc ways_of(struct ways *w, const struct journeys *all, size_t group, uint64_t journeys)
{
    voc_rc rc = ways_new(w, &all->d->base, journeys);
    for (size_t i = 0; i < all->n && !rc; i++)
        if (belongs(&all->at[i], group)) (void)ways_count(w, all->node + all->at[i].first_node, all->at[i].n);
    if (!rc) qsort(w->at, w->n, sizeof *w->at, in_order);
    return rc;
}

// ---- the steps of the typical way ----------------------------------------------------------------------------------------------

struct steps {  // of the best way: where each rank leads to
    const struct medoid_way *way;
    uint32_t *first, *next;  // 1 + number of a step from a rank, and of the next one from the same; 0: none
    struct gathered *gaps;
};

static voc_rc steps_of(struct steps *s, const struct journeys *all, const struct medoid_way *way)
{
    const struct analysis *a = &all->d->base;
    s->way = way;
    voc_rc rc = analysis_zeroed(a, (void **)&s->first, all->d->w.n_nodes, sizeof *s->first);
    if (!rc) rc = analysis_zeroed(a, (void **)&s->next, way->n, sizeof *s->next);
    if (!rc) rc = analysis_zeroed(a, (void **)&s->gaps, way->n, sizeof *s->gaps);
    for (uint32_t i = 0; i + 1 < way->n && !rc; i++) {
        s->next[i] = s->first[way->node[i]];
        s->first[way->node[i]] = i + 1;
    }
    return rc;
}

// A pair that the way has twice is gathered once, at its last place.
static uint32_t step_at(const struct steps *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = s->first[from]; i; i = s->next[i - 1])
        if (s->way->node[i] == to) return i;
    return 0;
}

static voc_rc gather_steps(struct typical *t, struct steps *s, const struct journeys *all, size_t group)
{
    const struct analysis *a = &all->d->base;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < all->n && !rc; i++) {
        const struct journey *j = &all->at[i];
        const uint32_t *node = all->node + j->first_node;
        if (!belongs(j, group)) continue;
        for (uint32_t k = 1; k < j->n && !rc; k++) {
            const uint32_t step = step_at(s, node[k - 1], node[k]);
            if (step) rc = gathered_add(a->host, a->cx, &s->gaps[step], all->gap[j->first_node + k]);
        }
    }
    for (uint32_t i = 1; i < t->best.n && !rc; i++) {
        struct gathered *g = &s->gaps[step_at(s, t->best.node[i - 1], t->best.node[i])];
        bool halved;
        t->half[i] = gathered_median(g, 0, 0, &halved);
        t->times[i] = g->n;
    }
    return rc;
}

// In how many journeys each step is made at all, and how long those of exactly this way lasted.
static voc_rc gather_reach(struct typical *t, const struct journeys *all, size_t group)
{
    const struct analysis *a = &all->d->base;
    struct gathered lasted = {0};
    uint64_t *seen, *journeys;  // by rank: the last journey that had it, and how many
    bool halved;
    voc_rc rc = analysis_zeroed(a, (void **)&seen, all->d->w.n_nodes, sizeof *seen);
    if (!rc) rc = analysis_zeroed(a, (void **)&journeys, all->d->w.n_nodes, sizeof *journeys);
    for (size_t i = 0; i < all->n && !rc; i++) {
        const struct journey *j = &all->at[i];
        const struct medoid_way way = {all->node + j->first_node, j->n, 1};
        if (!belongs(j, group)) continue;
        for (uint32_t k = 0; k < j->n; k++) {
            journeys[way.node[k]] += seen[way.node[k]] != i + 1;
            seen[way.node[k]] = i + 1;
        }
        if (medoid_compare(&way, &t->best) == 0) rc = gathered_add(a->host, a->cx, &lasted, j->lasted_us);
    }
    if (rc) return rc;
    for (uint32_t i = 0; i < t->best.n; i++) t->reach[i] = journeys[t->best.node[i]];
    t->half_lasted = gathered_median(&lasted, 0, 0, &halved);
    gathered_done(a->host, a->cx, &lasted);
    a->host->free(a->cx, seen);
    a->host->free(a->cx, journeys);
    return VOC_OK;
}

static voc_rc measure(struct typical *t, const struct journeys *all, size_t group)
{
    const struct analysis *a = &all->d->base;
    struct steps s = {0};
    voc_rc rc = analysis_zeroed(a, (void **)&t->half, t->best.n, sizeof *t->half);
    if (!rc) rc = analysis_zeroed(a, (void **)&t->times, t->best.n, sizeof *t->times);
    if (!rc) rc = analysis_zeroed(a, (void **)&t->reach, t->best.n, sizeof *t->reach);
    if (!rc) rc = steps_of(&s, all, &t->best);
    if (!rc) rc = gather_steps(t, &s, all, group);
    for (uint32_t i = 0; s.gaps && i < t->best.n; i++) gathered_done(a->host, a->cx, &s.gaps[i]);
    a->host->free(a->cx, s.gaps);
    a->host->free(a->cx, s.first);
    a->host->free(a->cx, s.next);
    return rc ? rc : gather_reach(t, all, group);
}

voc_rc typical_find(struct typical *out, const struct journeys *all, size_t group)
{
    const struct analysis *a = &all->d->base;
    struct ways ways = {0};
    struct medoid m;
    *out = (struct typical){.half_lasted = VOC_NA};
    for (size_t i = 0; i < all->n; i++) out->journeys += belongs(&all->at[i], group);
    if (!out->journeys) return VOC_OK;
    voc_rc rc = ways_of(&ways, all, group, out->journeys);
    const struct medoid_set set = {.host = a->host, .cx = a->cx, .run = a->run, .ways = ways.at, .n = ways.n, .alphabet = all->d->w.n_nodes};
    if (!rc) rc = medoid_find(&m, &set);
    if (!rc) {
        out->ways = ways.n;
        out->best = ways.at[m.best];
        out->frequent = ways.at[m.frequent];
        out->mean = m.mean;
        out->mean_of_frequent = m.mean_of_frequent;
        out->candidates = m.candidates;
        rc = measure(out, all, group);
    }
    ways_done(&ways, a);
    return rc;
}

void typical_done(struct typical *t, const struct discover *d)
{
    void *const own[] = {t->half, t->times, t->reach};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) d->base.host->free(d->base.cx, own[i]);
}
