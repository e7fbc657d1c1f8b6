// SPDX-License-Identifier: MIT
//
// Three customers behind a verdict (METHODS 3.8): a responder, a non-responder, and that one's nearest comparator. The one with
// the median time in stage is taken, ties by unit name, then time, so that the choice is nobody's.
#include <stdlib.h>

#include "plugins/analysis/score/score.h"

struct example {
    int64_t in_stage, time, comparator_time;
    uint32_t stay, comparator;  // stays: those of a unit follow each other, units are in order of name
    bool responded;
};

const size_t examples_room = 2 * sizeof(struct example);

int examples_add(void *ctx, const struct trial_set *set)
{
    struct examples *x = ctx;
    const struct score *s = x->s;
    if (set->time >= x->recent_from) {
        struct recent *r = &x->recent[set->stage * s->def->n_segments + set->segment];
        r->fresh++;
        r->matched += set->n_members > 0;
    }
    if (set->n_members == 0) return 0;
    if (x->n == x->cap) {
        size_t cap = x->cap ? x->cap * 2 : 64;
        struct example *to = s->host->resize(s->cx, x->at, cap * sizeof *to);
        if (!to) return x->failed = true, 1;
        x->at = to;
        x->cap = cap;
    }
    x->at[x->n++] = (struct example){.in_stage = set->in_stage,
                                     .time = set->time,
                                     .comparator_time = set->members[0].index,
                                     .stay = set->stay,
                                     .comparator = set->members[0].stay,
                                     .responded = set->follow[0].event};
    return 0;
}

static int order(const void *a, const void *b)
{
    const struct example *x = a, *y = b;
    if (x->in_stage != y->in_stage) return x->in_stage < y->in_stage ? -1 : 1;
    if (x->stay != y->stay) return x->stay < y->stay ? -1 : 1;
    return (x->time > y->time) - (x->time < y->time);
}

// Number k of them in that order, k < n: Hoare's selection; where it goes badly 64 times over, what is left is sorted.
static struct example nth(struct example *at, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    for (unsigned turns = 0; lo < hi; turns++) {
        if (turns == 64) {
            qsort(at + lo, hi - lo + 1, sizeof *at, order);
            break;
        }
        const struct example pivot = at[lo + (hi - lo) / 2];
        size_t i = lo, j = hi;
        for (;;) {
            while (order(&at[i], &pivot) < 0) i++;
            while (order(&at[j], &pivot) > 0) j--;
            if (i >= j) break;
            const struct example swap = at[i];
            at[i++] = at[j];
            at[j--] = swap;
        }
        // Now at[lo..i-1] <= pivot <= at[j+1..hi], and i >= j.
        if (k < i) hi = i - 1;
        else if (k > j) lo = i > j ? i : i + 1;
        else break;
    }
    return at[k];
}

// Those who responded come first; gives how many.
static size_t part(struct example *at, size_t n)
{
    size_t yes = 0;
    for (size_t i = 0; i < n; i++) {
        if (!at[i].responded) continue;
        const struct example swap = at[yes];
        at[yes++] = at[i];
        at[i] = swap;
    }
    return yes;
}

void examples_choose(struct examples *x, struct finding *f)
{
    const struct unit *units = x->s->data.units;
    const size_t yes = part(x->at, x->n);
    if (yes) {
        const struct example e = nth(x->at, yes, (yes - 1) / 2);
        f->responder = units[x->unit_of_stay[e.stay]].name;
        f->responder_at = e.time;
    }
    if (yes < x->n) {
        const struct example e = nth(x->at + yes, x->n - yes, (x->n - yes - 1) / 2);
        f->non_responder = units[x->unit_of_stay[e.stay]].name;
        f->comparator = units[x->unit_of_stay[e.comparator]].name;
        f->non_responder_at = e.time;
        f->comparator_at = e.comparator_time;
    }
    x->s->host->free(x->s->cx, x->at);
    x->at = NULL;
    x->n = x->cap = 0;
}
