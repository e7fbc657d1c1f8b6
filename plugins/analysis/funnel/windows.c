// SPDX-License-Identifier: MIT
//
// Steps that have times of their own beside the time of the whole. A chain that began later leaves more time for all, one whose last
// step came later leaves more for the next: neither alone decides. At each link those chains are kept to which no other is better in
// both: in the order in which they came to it, their first steps never later than that of the one before. What is too old for the next
// step leaves at the front, what a newer one betters at the back: the front is the best that is left. Nodes live as long as the unit,
// as the steps before them are found through them.
#include "plugins/analysis/funnel/funnel.h"

#define NO_NODE SIZE_MAX

struct node {
    size_t event, first;   // of the chain: its last event, its first
    size_t before;         // node of the step before
    size_t older, newer;   // of the same link
};

struct links {
    struct walk *w;
    size_t n;                                                    // nodes
    struct { size_t oldest, newest; } of[FUNNEL_STEPS_MAX];      // by link
};

static struct node *node_at(const struct links *l, size_t i) { return (struct node *)l->w->s->room + i; }

static void clear(struct links *l, size_t k) { l->of[k].oldest = l->of[k].newest = NO_NODE; }

// The best chain at a link from which event e is the next step, or NO_NODE.
static size_t best_before(struct links *l, size_t k, size_t e)
{
    const struct funnel *f = l->w->f;
    const uint64_t within = f->step[f->line_of[k + 1]].within_us;
    size_t i = l->of[k].oldest;
    while (i != NO_NODE && walk_since(l->w, node_at(l, i)->event, e) > within) i = node_at(l, i)->newer;  // and so for all that come
    l->of[k].oldest = i;
    if (i == NO_NODE) l->of[k].newest = NO_NODE;
    else node_at(l, i)->older = NO_NODE;
    return i == NO_NODE || walk_since(l->w, node_at(l, i)->first, e) > f->within_us ? NO_NODE : i;
}

// Where the next step has no time of its own, who came earlier from the same first step is as good.
static bool no_better(const struct links *l, size_t k, size_t first)
{
    const struct funnel *f = l->w->f;
    const size_t best = l->of[k].oldest;
    return best != NO_NODE && (k + 1 == f->n_links || f->step[f->line_of[k + 1]].within_us == FUNNEL_ANY_TIME) && node_at(l, best)->first >= first;
}

static voc_rc add(struct links *l, size_t k, struct node node)
{
    voc_rc rc = walk_room(l->w, (l->n + 1) * sizeof node);
    if (rc) return rc;
    size_t last = l->of[k].newest;
    while (last != NO_NODE && node_at(l, last)->first < node.first) last = node_at(l, last)->older;
    const size_t at = l->n++;
    node.older = last;
    node.newer = NO_NODE;
    *node_at(l, at) = node;
    l->of[k].newest = at;
    if (last == NO_NODE) l->of[k].oldest = at;
    else node_at(l, last)->newer = at;
    return VOC_OK;
}

static void keep_best(struct links *l, size_t k, const struct node *node)
{
    struct walk *w = l->w;
    w->reached = k + 1;
    w->first = node->first;
    w->last = node->event;
    w->at[k] = node->event;
    for (size_t i = node->before; k-- > 0; i = node_at(l, i)->before) w->at[k] = node_at(l, i)->event;
}

static voc_rc event(struct links *l, size_t e, uint32_t mask)
{
    struct walk *w = l->w;
    const struct funnel *f = w->f;
    if (mask & FUNNEL_NOT)
        for (uint32_t left = walk_excluded(w, e); left; left &= left - 1) clear(l, (size_t)__builtin_ctz(left));
    const uint32_t between = walk_between(w, e, mask);
    voc_rc rc = VOC_OK;
    for (uint32_t left = (mask & f->links) | between, k; left && !rc; left ^= UINT32_C(1) << k) {  // from the last: no event serves two steps
        k = 31u - (uint32_t)__builtin_clz(left);
        const bool is = (mask >> k & 1u) != 0;
        const size_t before = is && k ? best_before(l, k - 1, e) : NO_NODE;
        if (between >> k & 1u) clear(l, k);
        if (!is || (k && before == NO_NODE)) continue;
        const struct node node = {.event = e, .first = k ? node_at(l, before)->first : e, .before = before};
        if (k >= w->reached) keep_best(l, k, &node);
        if (!no_better(l, k, node.first)) rc = add(l, k, node);
    }
    return rc;
}

voc_rc walk_windows(struct walk *w, size_t from, size_t end)
{
    struct links l = {.w = w};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < w->f->n_links; k++) clear(&l, k);
    for (; from < end && w->reached < w->f->n_links && !rc; from++) {
        const uint32_t mask = walk_mask(w, from);
        if (mask || w->f->order == FUNNEL_EXACT) rc = event(&l, from, mask);
    }
    return rc;
}
