// SPDX-License-Identifier: MIT
//
// The map of a group's journeys (METHODS 4.1): how often one thing followed another at once, with (start) and (end), and which of these
// steps the typical journey takes, because a map shows those however rare they are. An open journey has no (end).
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"

struct edge {
    uint32_t from, to;  // ranks; n_nodes: (start), n_nodes + 1: (end)
    uint64_t count, source;
    uint32_t step;      // of the typical way, from 1; 0: none. Behind its last step: its length
    const struct journeys *all;
};
struct edges {
    const struct journeys *all;
    uint32_t *slots;  // 1 + number; 0: free
    size_t n_slots;
    struct edge *at;
    size_t n, room;
};

static size_t slot_of(const struct edges *e, uint32_t from, uint32_t to)
{
    const uint64_t h = ((uint64_t)from << 32 | to) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(h ^ h >> 29) & (e->n_slots - 1);
    while (e->slots[at] && (e->at[e->slots[at] - 1].from != from || e->at[e->slots[at] - 1].to != to)) at = (at + 1) & (e->n_slots - 1);
    return at;
}

static voc_rc grow(struct edges *e)
{
    const struct analysis *a = &e->all->d->base;
    const size_t room = e->room ? e->room * 2 : 256;
    struct edge *at = a->host->resize(a->cx, e->at, room * sizeof *at);
    if (!at) return VOC_E_NOMEM;
    e->at = at;
    e->room = room;
    a->host->free(a->cx, e->slots);
    e->slots = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&e->slots, room * 2, sizeof *e->slots);
    if (rc) return rc;
    e->n_slots = room * 2;
    for (size_t i = 0; i < e->n; i++) e->slots[slot_of(e, e->at[i].from, e->at[i].to)] = (uint32_t)i + 1;
    return VOC_OK;
}

static voc_rc count(struct edges *e, uint32_t from, uint32_t to)
{
    voc_rc rc = e->n == e->room ? grow(e) : VOC_OK;
    if (rc) return rc;
    const size_t at = slot_of(e, from, to);
    if (!e->slots[at]) {
        e->at[e->n] = (struct edge){.from = from, .to = to, .all = e->all};
        e->slots[at] = (uint32_t)++e->n;
    }
    e->at[e->slots[at] - 1].count++;
    return VOC_OK;
}

static voc_rc gather(struct edges *e, size_t group)
{
    const uint32_t start = e->all->d->w.n_nodes;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < e->all->n && !rc; i++) {
        const struct journey *j = &e->all->at[i];
        const uint32_t *node = e->all->node + j->first_node;
        if (j->group != group || j->cut) continue;
        rc = count(e, start, node[0]);
        for (uint32_t k = 1; k < j->n && !rc; k++) rc = count(e, node[k - 1], node[k]);
        if (!rc && !j->open) rc = count(e, node[j->n - 1], start + 1);
    }
    return rc;
}

static void mark(struct edges *e, uint32_t from, uint32_t to, uint32_t step)
{
    const size_t at = e->n ? slot_of(e, from, to) : 0;
    if (e->n && e->slots[at]) e->at[e->slots[at] - 1].step = step;
}

// ---- order ------------------------------------------------------------------------------------------------------------------------

static int compare_text(voc_str a, voc_str b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static voc_str name_of(const struct journeys *all, uint32_t rank)
{
    static const voc_str start = VOC_LIT("(start)"), end = VOC_LIT("(end)");
    if (rank >= all->d->w.n_nodes) return rank == all->d->w.n_nodes ? start : end;
    const uint32_t node = all->of_rank[rank];
    const char *kind = walk_kind(&all->d->w, node);
    return kind[0] ? (voc_str){kind, strlen(kind)} : walk_name(&all->d->w, node);
}

// By name; ranks are in that order among themselves.
static int compare_ranks(const struct journeys *all, uint32_t a, uint32_t b)
{
    const int c = a < all->d->w.n_nodes && b < all->d->w.n_nodes ? 0 : compare_text(name_of(all, a), name_of(all, b));
    return c ? c : (a > b) - (a < b);
}

static int by_source(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;
    return (a->from > b->from) - (a->from < b->from);
}

static int in_order(const void *x, const void *y)
{
    const struct edge *a = x, *b = y;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    const int c = compare_ranks(a->all, a->from, b->from);
    return c ? c : compare_ranks(a->all, a->to, b->to);
}

static void order(struct edges *e)
{
    if (e->n) qsort(e->at, e->n, sizeof *e->at, by_source);
    for (size_t i = 0, next; i < e->n; i = next) {
        uint64_t sum = 0;
        for (next = i; next < e->n && e->at[next].from == e->at[i].from; next++) sum += e->at[next].count;
        for (size_t k = i; k < next; k++) e->at[k].source = sum;
    }
    if (e->n) qsort(e->at, e->n, sizeof *e->at, in_order);
}

// ---- the table ----------------------------------------------------------------------------------------------------------------------

static void end_text(struct page *s, const struct journeys *all, uint32_t rank)
{
    if (rank < all->d->w.n_nodes) put_node(s, all, rank);
    else cell_str(s, name_of(all, rank));
}

static void write_group(struct page *s, const struct edges *e, size_t group, const struct typical *t)
{
    const struct journeys *all = e->all;
    uint64_t sum = 0, so_far = 0;
    voc_str name;
    group_name(all->d, group, &name);
    for (size_t i = 0; i < e->n; i++) sum += e->at[i].count;
    for (size_t i = 0; i < e->n; i++) {
        const struct edge *x = &e->at[i];
        cell_str(s, name);
        end_text(s, all, x->from);
        end_text(s, all, x->to);
        cell_int(s, x->count);
        cell_share(s, (double)x->count / (double)x->source, 1);
        cell_lasting(s, x->step && x->step < t->best.n && x->from < all->d->w.n_nodes ? (double)t->half[x->step] : NAN);
        cell_yes(s, x->step != 0);
        cell_yes(s, x->step != 0 || so_far * 5 < sum * 4);
        so_far += x->count;
    }
}

static void figure(struct page *s)
{
    static const voc_figure_part parts[] = {{VOC_AS_SERIES, 0, VOC_LIT("group")}, {VOC_AS_FROM, 0, VOC_LIT("from")},       {VOC_AS_TO, 0, VOC_LIT("to")},
                                            {VOC_AS_COUNT, 0, VOC_LIT("count")},  {VOC_AS_TIME, 0, VOC_LIT("median_gap")}, {VOC_AS_ALWAYS, 0, VOC_LIT("typical")}};
    static const voc_figure f = {.struct_size = sizeof f, .kind = VOC_FIGURE_MAP, .part_size = sizeof *parts, .title = VOC_LIT("The ways of each kind of customer"),
                                 .description = VOC_LIT("What customers do one after the other, most frequent steps thickest; the steps of the typical journey are always drawn."),
                                 .parts = parts, .n_parts = sizeof parts / sizeof *parts, .detail = 0.8};
    const voc_host *h = s->host;
    if (!s->rc && VOC_HOST_HAS(h, figure)) s->rc = h->figure(s->t, &f);
}

voc_rc map_table(const struct journeys *all, const struct typical *of, size_t n)
{
    static const struct page_column columns[] = {
        {"group", "group", VOC_CELL_TEXT, "", 0, "whose journeys"},
        {"from", "from", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what was done; (start): a journey began"},
        {"to", "to", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "what came next; (end): the journey ended"},
        {"count", "times", VOC_CELL_INT, "", 0, "how often the one followed the other at once"},
        {"share", "of all from there", VOC_CELL_SHARE, "", 0, "share of all that came next"},
        {"median_gap", "half within", VOC_CELL_DURATION, "", 0, "median time between the two, of the steps of the typical journey"},
        {"typical", "typical", VOC_CELL_BOOL, "", 0, "the typical journey takes this step"},
        {"shown", "main", VOC_CELL_BOOL, "", 0, "typical, or one of the most frequent steps that make up 80 % of all"},
    };
    struct page s = {.rc = VOC_OK};
    const uint32_t start = all->d->w.n_nodes;
    page_open_in(&s, &all->d->base, "typical_map", "What follows what, with the typical journey", VOC_TABLE_HIDDEN, columns, sizeof columns / sizeof *columns);
    for (size_t g = 0; g < n && !s.rc; g++) {
        const struct medoid_way *way = &of[g].best;
        struct edges e = {.all = all};
        s.rc = gather(&e, g);
        if (!s.rc && way->n) mark(&e, start, way->node[0], way->n);
        for (uint32_t i = 1; i < way->n && !s.rc; i++) mark(&e, way->node[i - 1], way->node[i], i);
        if (!s.rc && way->n) mark(&e, way->node[way->n - 1], start + 1, way->n);
        order(&e);
        write_group(&s, &e, g, &of[g]);
        all->d->base.host->free(all->d->base.cx, e.at);
        all->d->base.host->free(all->d->base.cx, e.slots);
    }
    page_say(&s, "%s", "Journeys of each group; most frequent first, then by name; a journey that is still open has no (end).");
    figure(&s);
    return s.rc;
}
