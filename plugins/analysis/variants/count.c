// SPDX-License-Identifier: MIT
//
// From journeys to variants: buckets are counted one by one, and only what may be told of is kept of each. Which journeys were
// a variant's is found by counting its bucket once more, which few buckets need. Threads take shares of the buckets.
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/variants/variants.h"

// ---- one bucket --------------------------------------------------------------------------------------------------------

voc_rc counter_new(struct counter *c, const struct walk *w, size_t journeys)
{
    const voc_host *h = w->host;
    *c = (struct counter){.w = w, .n_slots = 64};
    if (journeys > UINT32_MAX / 4) return VOC_E_LIMIT;
    while (c->n_slots / 4 * 3 < journeys) c->n_slots *= 2;
    c->slots = h->alloc(w->cx, c->n_slots * sizeof *c->slots);
    c->at = h->alloc(w->cx, (journeys + 1) * sizeof *c->at);
    c->of = h->alloc(w->cx, (journeys + 1) * sizeof *c->of);
    c->told = h->alloc(w->cx, (journeys + 1) * sizeof *c->told);
    c->best = h->alloc(w->cx, (journeys + 1) * sizeof *c->best);
    return c->slots && c->at && c->of && c->told && c->best ? VOC_OK : VOC_E_NOMEM;
}

void counter_free(struct counter *c)
{
    void *const own[] = {c->slots, c->at, c->of, c->told, c->best};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) c->w->host->free(c->w->cx, own[i]);
}

static uint32_t nodes_of(const struct walk *w, const struct journey *j)
{
    uint32_t n = 0;
    if (w->n_nodes <= 128) return j->size;
    for (uint32_t i = 0; i < j->size; i++) n += j->path[i] < 128;
    return n;
}

static bool same_path(const unsigned char *a, const unsigned char *b, size_t size)
{
    uint64_t x, y;
    for (size_t i = 0; i < size; i += 8) {
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        if (x != y) return false;
    }
    return true;
}

static uint32_t variant_at(struct counter *c, const struct journey *j)
{
    const uint64_t hash = hash_of(j->path, j->size, j->kind);
    size_t at = (size_t)hash & (c->n_slots - 1);
    for (; c->slots[at]; at = (at + 1) & (c->n_slots - 1)) {
        const struct variant *v = &c->at[c->slots[at] - 1];
        if (v->hash == hash && v->size == j->size && v->kind == j->kind && same_path(v->path, j->path, j->size)) return v->number;
    }
    c->at[c->n] = (struct variant){hash, 0, j->path, j->size, nodes_of(c->w, j), j->kind, (uint32_t)c->n};
    c->slots[at] = (uint32_t)++c->n;
    return (uint32_t)c->n - 1;
}

void count_bucket(struct counter *c, const struct bucket *b)
{
    struct journey j;
    struct bucket_at at = bucket_first(b);
    while (c->n_slots > 64 && c->n_slots / 8 * 3 >= b->n) c->n_slots /= 2;  // what is not needed is not cleared
    while (c->n_slots / 4 * 3 < b->n) c->n_slots *= 2;
    memset(c->slots, 0, c->n_slots * sizeof *c->slots);
    c->n = 0;
    for (size_t i = 0; bucket_next(&at, &j); i++) c->at[c->of[i] = variant_at(c, &j)].count++;
}

static bool before(voc_str a, voc_str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c < 0 : a.len < b.len;
}

voc_rc measure_bucket(const struct counter *c, const struct bucket *b, struct pool *pool)
{
    struct journey j;
    struct bucket_at at = bucket_first(b);
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && bucket_next(&at, &j); i++) {
        struct chosen *to = c->told[c->of[i]];
        if (!to) continue;
        if (!to->example.ptr || before(j.unit, to->example)) to->example = j.unit;
        rc = gaps_add(&to->lasted, pool, j.us);
    }
    return rc;
}

// ---- order: segments as declared, count desc, shorter, bytewise name by name, ended before open ------------------------------------------------

struct named { const struct walk *w; uint32_t node; };

static int by_name(const void *x, const void *y)
{
    return walk_compare(((const struct named *)x)->w, ((const struct named *)x)->node, ((const struct named *)y)->node);
}

static voc_rc rank_names(struct ranking *r)
{
    const struct walk *w = &r->v->w;
    struct named *all = w->host->alloc(w->cx, ((size_t)w->n_nodes + 1) * sizeof *all);
    r->rank = all ? w->host->alloc(w->cx, ((size_t)w->n_nodes + 1) * sizeof *r->rank) : NULL;
    for (uint32_t i = 0; r->rank && i < w->n_nodes; i++) all[i] = (struct named){w, i};
    if (r->rank) qsort(all, w->n_nodes, sizeof *all, by_name);
    for (uint32_t i = 0; r->rank && i < w->n_nodes; i++) r->rank[all[i].node] = i;
    w->host->free(w->cx, all);
    return r->rank ? VOC_OK : VOC_E_NOMEM;
}

static int compare(const struct ranking *r, const struct variant *a, const struct variant *b)
{
    if (kind_segment(a->kind) != kind_segment(b->kind)) return kind_segment(a->kind) < kind_segment(b->kind) ? -1 : 1;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    struct bytes x = {a->path, a->path + a->size}, y = {b->path, b->path + b->size};
    for (uint64_t p, q; varint_get(&x, &p) && varint_get(&y, &q);)
        if (p != q) return r->rank[p] < r->rank[q] ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

// Moves an element of a heap, whose root is the last in order, down to where it belongs.
static void sift(const struct ranking *r, const struct variant **heap, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare(r, heap[child + 1], heap[child]) > 0) child++;
        if (compare(r, heap[child], heap[at]) <= 0) return;
        const struct variant *v = heap[at];
        heap[at] = heap[child];
        heap[child] = v;
    }
}

// Puts the first `top` of n in front, as a heap.
static void choose(const struct ranking *r, const struct variant **of, size_t n, size_t top)
{
    for (size_t i = top / 2; i-- > 0;) sift(r, of, i, top);
    for (size_t i = top; top && i < n; i++) {
        if ((!r->v->by_segment && of[i]->count < of[0]->count) || compare(r, of[i], of[0]) > 0) continue;
        of[0] = of[i];
        sift(r, of, 0, top);
    }
}

static void in_order(const struct ranking *r, const struct variant **heap, size_t n)
{
    for (; n > 1; n--) {
        const struct variant *last = heap[0];
        heap[0] = heap[n - 1];
        heap[n - 1] = last;
        sift(r, heap, 0, n - 1);
    }
}

// ---- all buckets -------------------------------------------------------------------------------------------------------

static size_t buckets_of(const struct ranking *r, size_t share) { return (r->v->n_buckets + SHARES - 1 - share) / SHARES; }

// Of each segment so many are asked for: then all are kept, as no bucket knows the segments of the others.
static size_t asked_of(const struct ranking *r) { return r->v->by_segment ? 0 : (size_t)r->v->options[OPT_TOP].i; }

// Keeps of the bucket just counted what may be among the first of all.
static voc_rc keep(struct ranking *r, struct share *s, const struct counter *c, size_t bucket)
{
    const voc_host *h = r->v->w.host;
    const size_t asked = asked_of(r), top = asked && asked < c->n ? asked : c->n;
    if (s->n + top > s->room) {
        const size_t room = (s->n + top) * 2;
        struct chosen *at = h->resize(r->v->w.cx, s->at, room * sizeof *at);
        if (!at) return VOC_E_NOMEM;
        s->at = at;
        s->room = room;
    }
    for (size_t i = 0; i < c->n; i++) c->best[i] = &c->at[i];
    choose(r, c->best, c->n, top);
    for (size_t i = 0; i < top; i++) s->at[s->n++] = (struct chosen){.v = *c->best[i]};
    s->end[bucket] = s->n;
    s->variants += c->n;
    return VOC_OK;
}

static voc_rc count_share(void *user, size_t number)
{
    struct ranking *r = user;
    struct share *s = &r->shares[number];
    struct counter c;
    const size_t n = buckets_of(r, number);
    voc_rc rc = counter_new(&c, &r->v->w, r->largest);
    s->end = rc ? NULL : r->v->w.host->alloc(r->v->w.cx, (n + 1) * sizeof *s->end);
    if (!rc && !s->end) rc = VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++) {
        count_bucket(&c, &r->st->buckets[number + i * SHARES]);
        rc = keep(r, s, &c, i);
    }
    counter_free(&c);
    return rc;
}

static voc_rc measure_share(void *user, size_t number)
{
    struct ranking *r = user;
    struct share *s = &r->shares[number];
    struct counter c;
    voc_rc rc = counter_new(&c, &r->v->w, r->largest);
    for (size_t i = 0, k = 0, told; i < buckets_of(r, number) && !rc; i++) {
        const struct bucket *b = &r->st->buckets[number + i * SHARES];
        const size_t first = k;
        for (told = 0; k < s->end[i]; k++) told += s->at[k].told;
        if (!told) continue;
        count_bucket(&c, b);
        memset(c.told, 0, c.n * sizeof *c.told);
        for (size_t t = first; t < k; t++)
            if (s->at[t].told) c.told[s->at[t].v.number] = &s->at[t];
        rc = measure_bucket(&c, b, &s->pool);
    }
    counter_free(&c);
    return rc;
}

// The first of all, or of each segment, are told of; journeys of a segment are counted.
static voc_rc tell(struct ranking *r)
{
    const size_t asked = (size_t)r->v->options[OPT_TOP].i, segments = r->v->by_segment ? r->v->w.def->n_segments : 1;
    r->of_segment = r->v->w.host->alloc(r->v->w.cx, (segments + 1) * sizeof *r->of_segment);
    if (!r->of_segment) return VOC_E_NOMEM;
    memset(r->of_segment, 0, (segments + 1) * sizeof *r->of_segment);
    for (size_t i = 0, first = 0; i < r->top; i++) {
        const uint32_t segment = kind_segment(r->at[i]->kind);
        if (i && segment != kind_segment(r->at[i - 1]->kind)) first = i;
        r->of_segment[segment] += r->at[i]->count;
        if (asked && i - first >= asked) continue;
        ranked(r, i)->told = true;
        r->ways_told++;
        r->journeys_told += r->at[i]->count;
    }
    if (!r->v->by_segment) r->of_segment[0] = r->journeys;
    return VOC_OK;
}

static voc_rc rank_all(struct ranking *r)
{
    const size_t asked = asked_of(r);
    size_t n = 0;
    for (size_t s = 0; s < SHARES; s++) {
        r->n += r->shares[s].variants;
        n += r->shares[s].n;
    }
    r->top = asked && asked < r->n ? asked : r->n;
    const struct variant **all = r->v->w.host->alloc(r->v->w.cx, (n + 1) * sizeof *all);
    if (!all) return VOC_E_NOMEM;
    r->at = all;
    n = 0;
    for (size_t s = 0; s < SHARES; s++)
        for (size_t i = 0; i < r->shares[s].n; i++) all[n++] = &r->shares[s].at[i].v;
    choose(r, all, n, r->top);
    in_order(r, all, r->top);
    return tell(r);
}

voc_rc ranking_new(struct ranking *r, const struct variants *v, const struct state *st)
{
    *r = (struct ranking){.v = v, .st = st, .journeys = st->walker.counts[WALK_JOURNEYS] - st->walker.counts[WALK_CUT]};
    for (size_t b = 0; b < v->n_buckets; b++)
        r->largest = st->buckets[b].n > r->largest ? st->buckets[b].n : r->largest;
    for (size_t s = 0; s < SHARES; s++) r->shares[s].pool = (struct pool){v->w.host, v->w.cx, NULL};
    voc_rc rc = rank_names(r);
    if (!rc) rc = v->w.host->parallel(v->w.run, SHARES, count_share, r);
    if (!rc) rc = rank_all(r);
    return rc ? rc : v->w.host->parallel(v->w.run, SHARES, measure_share, r);
}

void ranking_done(struct ranking *r)
{
    const struct walk *w = &r->v->w;
    for (size_t s = 0; s < SHARES; s++) {
        pool_done(&r->shares[s].pool);
        w->host->free(w->cx, r->shares[s].at);
        w->host->free(w->cx, r->shares[s].end);
    }
    w->host->free(w->cx, r->at);
    w->host->free(w->cx, r->rank);
    w->host->free(w->cx, r->of_segment);
}
