// SPDX-License-Identifier: MIT
//
// Three customers behind a verdict (METHODS 3.8): a responder, a non-responder, and that one's nearest comparator. The one with
// the median time in stage is taken, ties by unit name, so that the choice is nobody's.
#include <stdlib.h>

#include "plugins/analysis/score/score.h"

struct example {
    int64_t in_stage, time, comparator_time;
    uint32_t unit, comparator;  // indices of units
    bool responded;
};

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
                                     .unit = x->unit_of_stay[set->stay],
                                     .comparator = x->unit_of_stay[set->members[0].stay],
                                     .responded = set->follow[0].event};
    return 0;
}

static int order(const void *a, const void *b)
{
    const struct example *x = a, *y = b;
    if (x->responded != y->responded) return x->responded ? -1 : 1;
    if (x->in_stage != y->in_stage) return x->in_stage < y->in_stage ? -1 : 1;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    return (x->time > y->time) - (x->time < y->time);
}

void examples_choose(struct examples *x, struct finding *f)
{
    const struct unit *units = x->s->data.units;
    size_t yes = 0;
    if (x->n) qsort(x->at, x->n, sizeof *x->at, order);
    while (yes < x->n && x->at[yes].responded) yes++;
    if (yes) {
        const struct example *e = &x->at[(yes - 1) / 2];
        f->responder = units[e->unit].name;
        f->responder_at = e->time;
    }
    if (yes < x->n) {
        const struct example *e = &x->at[yes + (x->n - yes - 1) / 2];
        f->non_responder = units[e->unit].name;
        f->comparator = units[e->comparator].name;
        f->non_responder_at = e->time;
        f->comparator_at = e->comparator_time;
    }
    x->s->host->free(x->s->cx, x->at);
    x->at = NULL;
    x->n = x->cap = 0;
}
