// SPDX-License-Identifier: MIT
//
// Linked responses (METHODS 1.4): a customer action whose ref names the touch, its touchpoint by the same individual, or its
// thread. They are engagement: they protect from "nobody acts", they show harm, and last-touch credit goes to them first.
// Here too: what a touchpoint is last-touch credited with, and what everything cost.
#include <math.h>

#include "plugins/analysis/score/score.h"

static bool is_touch(const struct score *s, const struct event *e)
{
    return e->actor == VOC_ACTOR_COMPANY && e->delivered && e->touchpoint != VOC_NONE &&
           definition_touchpoint(s->def, e->touchpoint)->kind == VOC_TOUCH_PUSH;
}

static bool same_person(const struct more *a, const struct more *b)
{
    return !a->individual || !b->individual || a->individual == b->individual;
}

// The touch that the action answers, or SIZE_MAX. `first` and `end` bound the events of its unit.
static size_t linked_touch(const struct score *s, size_t first, size_t end, size_t action)
{
    const struct event *events = s->data.events, *e = &events[action];
    if (e->ref_event >= 0) {
        size_t touch = first + (size_t)e->ref_event;
        return is_touch(s, &events[touch]) ? touch : SIZE_MAX;
    }
    const struct more *own = data_more(&s->data, e);
    bool named = own->ref_touchpoint != VOC_NONE;
    if (!named && !own->thread) return SIZE_MAX;
    size_t k = action + 1;
    while (k < end && events[k].time == e->time) k++;  // customers sort before the company within one moment
    while (k-- > first) {
        const struct event *t = &events[k];
        if (k == action || !is_touch(s, t)) continue;
        const struct more *its = data_more(&s->data, t);
        if (named ? t->touchpoint == own->ref_touchpoint && same_person(its, own) : its->thread == own->thread) return k;
    }
    return SIZE_MAX;
}

static bool is_customer_action(const struct event *e)
{
    return e->actor == VOC_ACTOR_CUSTOMER && e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED;
}

// ---- answers ---------------------------------------------------------------------------------------------------------------

enum { LINKED = 1, LINKED_HARM = 2 };

struct tally {  // adds what is linked to a touch
    const struct study *st;
    struct finding **cell;  // by touchpoint, stage, segment
    size_t n_segments;
};

static struct finding **cell_of(const struct tally *y, uint32_t touchpoint, uint32_t stage, uint32_t segment)
{
    size_t k = segment == TRIAL_ALL ? y->n_segments : segment;
    return &y->cell[((size_t)touchpoint * y->st->s->def->n_stages + stage) * (y->n_segments + 1) + k];
}

static void add_link(struct finding *f, bool harm, bool first)
{
    if (!f) return;
    f->linked += !harm;
    f->linked_touches += !harm && first;
    f->linked_harm += harm && first;
}

static void link_one(const struct tally *y, size_t unit, size_t touch, bool harm, bool first)
{
    const struct data *d = &y->st->s->data;
    const struct event *t = &d->events[touch];
    add_link(&y->st->pooled[t->touchpoint], harm, first);
    size_t stay = stay_of(d, unit, t->time + 1);
    if (stay == SIZE_MAX) return;
    add_link(*cell_of(y, t->touchpoint, d->stays[stay].stage, TRIAL_ALL), harm, first);
    add_link(*cell_of(y, t->touchpoint, d->stays[stay].stage, d->stays[stay].segment), harm, first);
}

voc_rc study_links(struct study *st)
{
    const struct score *s = st->s;
    const struct data *d = &s->data;
    struct tally y = {.st = st, .n_segments = s->def->n_segments};
    y.cell = score_alloc(s, st->n_pooled * s->def->n_stages * (y.n_segments + 1), sizeof *y.cell);
    uint8_t *seen = score_alloc(s, d->n_events, 1);
    st->answers = score_alloc(s, d->n_events, sizeof *st->answers);
    if (!y.cell || !seen || !st->answers) return VOC_E_NOMEM;
    for (size_t i = 0; i < st->n_cells; i++) *cell_of(&y, st->cells[i].touchpoint, st->cells[i].stage, st->cells[i].segment) = &st->cells[i];
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            st->answers[i] = VOC_NONE;
            if (!is_customer_action(e)) continue;
            size_t touch = linked_touch(s, d->first_event[u], d->first_event[u + 1], i);
            if (touch == SIZE_MAX) continue;
            st->answers[i] = d->events[touch].touchpoint;
            if (!score_counts(s, &d->events[touch]) || e->time >= s->info->end_us) continue;
            bool harm = e->class_ == VOC_CLASS_HARM;
            uint8_t bit = harm ? LINKED_HARM : LINKED;
            link_one(&y, u, touch, harm, !(seen[touch] & bit));
            seen[touch] |= bit;
        }
    s->host->free(s->cx, seen);
    s->host->free(s->cx, y.cell);
    return VOC_OK;
}

// ---- counts and costs of everything --------------------------------------------------------------------------------------------

// All touches of each touchpoint, also those that were not delivered: they cost. Their own costs and minutes, where they say.
voc_rc study_work(struct study *st)
{
    const struct score *s = st->s;
    const struct data *d = &s->data;
    double *cost = score_alloc(s, st->n_pooled, sizeof *cost);
    size_t *costed = score_alloc(s, st->n_pooled, sizeof *costed);
    if (!cost || !costed) return VOC_E_NOMEM;
    for (size_t i = 0; i < d->n_events; i++) {
        const struct event *e = &d->events[i];
        if (e->touchpoint == VOC_NONE || !score_counts(s, e)) continue;
        struct finding *f = &st->pooled[e->touchpoint];
        uint32_t kind = definition_touchpoint(s->def, e->touchpoint)->kind;
        if ((kind == VOC_TOUCH_PULL) != (e->actor == VOC_ACTOR_CUSTOMER)) continue;
        f->all_touches++;
        f->delivered += is_touch(s, e);
        f->work = kind == VOC_TOUCH_WORK;
        const struct more *m = data_more(d, e);
        if (m->cost != VOC_NA) cost[e->touchpoint] += (double)m->cost / 1e6, costed[e->touchpoint]++;
        int64_t minutes = m->minutes != VOC_NA ? m->minutes : definition_touchpoint(s->def, e->touchpoint)->minutes;
        if (minutes != VOC_NA) f->minutes += (double)minutes / 1e6;
    }
    for (uint32_t i = 0; i < st->n_pooled; i++) {
        struct finding *f = &st->pooled[i];
        int64_t declared = definition_touchpoint(s->def, i)->unit_cost;
        // the declared cost, else the mean of what the touches themselves say, if all of them do
        f->unit_cost = declared != VOC_NA                              ? (double)declared / 1e6
                       : f->all_touches && costed[i] == f->all_touches ? cost[i] / (double)f->all_touches
                                                                       : NAN;
        f->spend = f->all_touches ? f->unit_cost * (double)f->all_touches : 0;
    }
    for (size_t i = 0; i < st->n_cells; i++) st->cells[i].unit_cost = st->pooled[st->cells[i].touchpoint].unit_cost;
    s->host->free(s->cx, cost);
    s->host->free(s->cx, costed);
    return VOC_OK;
}

// ---- last-touch credit -----------------------------------------------------------------------------------------------------------

static int64_t floor_to(int64_t t, int64_t unit) { return t - ((t % unit) + unit) % unit; }

// Strictly after, in the coarser unit of both (METHODS 0.2).
bool score_strictly_after(const struct event *y, const struct event *t)
{
    int64_t a = score_unit_of[y->resolution], b = score_unit_of[t->resolution], unit = a > b ? a : b;
    return floor_to(y->time, unit) > floor_to(t->time, unit);
}

// The last touch in [action - W, action), W being that of the touch in the stage of the action.
static uint32_t last_touch(const struct score *s, size_t first, size_t action, uint32_t stage, int64_t longest)
{
    const struct event *e = &s->data.events[action];
    for (size_t k = action; k-- > first;) {
        const struct event *t = &s->data.events[k];
        if (e->time - t->time > longest) break;
        if (is_touch(s, t) && score_strictly_after(e, t) && e->time - t->time <= window_of(s, t->touchpoint, stage)) return t->touchpoint;
    }
    return VOC_NONE;
}

static int64_t longest_window(const struct score *s)
{
    int64_t longest = 0;
    for (uint32_t i = 0; i < s->def->n_touchpoints; i++)
        for (uint32_t k = 0; k < s->def->n_stages; k++) {
            int64_t w = window_of(s, i, k);
            if (w > longest) longest = w;
        }
    return longest;
}

// Each aimed action is credited once: to the touch it is linked to, else to the last touch before it.
voc_rc study_credit(struct study *st)
{
    const struct score *s = st->s;
    const struct data *d = &s->data;
    int64_t longest = longest_window(s);
    st->credit = score_alloc(s, st->n_pooled, sizeof *st->credit);
    if (!st->credit) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const struct event *e = &d->events[i];
            if (e->actor != VOC_ACTOR_CUSTOMER || !score_counts(s, e)) continue;
            size_t stay = stay_of(d, u, e->time);
            if (stay == SIZE_MAX || !outcome_is(s, i, d->first_event[u], VOC_NONE, d->stays[stay].stage)) continue;
            st->n_aimed++;
            uint32_t to = st->answers[i] != VOC_NONE ? st->answers[i] : last_touch(s, d->first_event[u], i, d->stays[stay].stage, longest);
            if (to == VOC_NONE) continue;
            st->n_credited++;
            st->credit[to]++;
        }
    return VOC_OK;
}
