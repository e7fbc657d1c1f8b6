// SPDX-License-Identifier: MIT
//
// One batch of units into counts. Stages: the stays that the host's tracker made; what a move passed over follows from two stays
// in a row (METHODS 2.3), so that every figure is that of `voc stages`. Steps: at each link the chain with the latest first
// step is kept; no chain that began earlier can reach further within the time, so the longest prefix is found in one walk
// (ClickHouse's windowFunnel gives the same levels). An event serves one step only.
#include "plugins/analysis/funnel/funnel.h"

// ---- stages ---------------------------------------------------------------------------------------------------------------

static voc_rc count_stay(const struct funnel *f, struct funnel_line *lines, const voc_stay *v, const voc_stay *before)
{
    static const uint8_t end[] = {[VOC_END_FORWARD] = FUNNEL_ADVANCED, [VOC_END_BACKWARD] = FUNNEL_BACK, [VOC_END_EXIT] = FUNNEL_EXITS,
                                  [VOC_END_LAPSED] = FUNNEL_LAPSED, [VOC_END_CENSORED] = FUNNEL_OPEN};
    if (v->stage >= f->n_lines || v->end < VOC_END_FORWARD || v->end > VOC_END_CENSORED) return VOC_E_BUG;
    lines[v->stage].n[FUNNEL_ENTERED]++;
    lines[v->stage].n[end[v->end]]++;
    if (!before || before->end != VOC_END_BACKWARD)  // a start passes all before it
        for (size_t k = before && before->end == VOC_END_FORWARD ? before->stage + (size_t)1 : 0; k < v->stage; k++) lines[k].n[FUNNEL_PASSED]++;
    if (v->end != VOC_END_FORWARD || v->flags & VOC_STAY_TRUNCATED) return VOC_OK;
    return gathered_add(f->base.host, f->base.cx, &lines[v->stage].times_us, v->out_us - v->in_us);
}

static voc_rc walk_stages(const struct funnel *f, struct funnel_state *s, const voc_journeys *j, const voc_unit *u)
{
    size_t i = u->first_stay, end = i + u->n_stays;
    const voc_stay *before = NULL;
    s->units++;
    s->without += u->n_stays == 0;
    while (i < end) {  // one journey
        const uint32_t episode = analysis_stay(j, i)->episode, segment = f->by_segment ? analysis_stay(j, i)->segment : 0;
        if (segment >= f->n_segments) return VOC_E_BUG;
        struct funnel_line *lines = s->lines + segment * f->n_lines;
        uint32_t furthest = 0;
        for (; i < end && analysis_stay(j, i)->episode == episode; i++) {
            const voc_stay *v = analysis_stay(j, i);
            voc_rc rc = count_stay(f, lines, v, before);
            if (rc) return rc;
            if (v->stage > furthest) furthest = v->stage;
            before = v;
        }
        for (size_t k = 0; k <= furthest; k++) lines[k].n[FUNNEL_REACHED]++;
    }
    return VOC_OK;
}

// ---- what an event is -----------------------------------------------------------------------------------------------------

static inline bool is_touch(const struct walk *w, size_t e)
{
    return w->f->touches && w->touchpoint[e] != VOC_NONE && w->actor[e] == VOC_ACTOR_COMPANY && w->delivered[e];
}

uint32_t walk_mask(const struct walk *w, size_t e)
{
    const struct funnel *f = w->f;
    uint32_t mask = f->of_action[w->action[e]];
    if (is_touch(w, e)) mask |= f->of_touchpoint[w->touchpoint[e]];
    for (size_t i = 0; i < f->n_conditions; i++)
        if (w->predicates[f->condition[i].index][e]) mask |= f->condition[i].mask;
    return mask;
}

uint32_t walk_excluded(const struct walk *w, size_t e)
{
    const struct funnel *f = w->f;
    uint32_t broken = f->breaks_action[w->action[e]];
    if (is_touch(w, e)) broken |= f->breaks_touchpoint[w->touchpoint[e]];
    for (size_t i = 0; i < f->n_conditions; i++)
        if (w->predicates[f->condition[i].index][e]) broken |= f->condition[i].broken;
    return broken;
}

// What stands between two steps where nothing else may: acts of the customer (METHODS 1.0), and touches where one of them is a step.
static bool is_act(const struct walk *w, size_t e)
{
    return is_touch(w, e) || (w->actor[e] == VOC_ACTOR_CUSTOMER && w->class_[e] != VOC_CLASS_MECHANICAL && w->class_[e] != VOC_CLASS_UNDELIVERED);
}

uint32_t walk_between(const struct walk *w, size_t e, uint32_t mask)
{
    const struct funnel *f = w->f;
    if (f->order != FUNNEL_STRICT && f->order != FUNNEL_EXACT) return 0;
    if (!(mask & FUNNEL_STEPS) && !(f->order == FUNNEL_EXACT && is_act(w, e))) return 0;
    uint32_t broken = f->links;
    for (uint32_t left = mask & FUNNEL_STEPS & ~f->links; left; left &= left - 1) broken &= ~f->after[__builtin_ctz(left)];  // it may be made there
    return broken;
}

voc_rc walk_room(const struct walk *w, size_t size)
{
    struct funnel_state *s = w->s;
    const struct analysis *a = &w->f->base;
    if (size <= s->room_size) return VOC_OK;
    if (size > SIZE_MAX / 2) return VOC_E_NOMEM;
    void *room = a->host->resize(a->cx, s->room, size * 2);
    if (!room) return VOC_E_NOMEM;
    s->room = room;
    s->room_size = size * 2;
    return VOC_OK;
}

// ---- steps in their order -------------------------------------------------------------------------------------------------

struct chain {  // that ends in link k; the first of all with this first step
    size_t first;  // its first event, or NO_EVENT
    size_t at[FUNNEL_STEPS_MAX];
};

// Those of events [e, end) that are a step of any, without a branch on what they are. At most NEAR events.
#define NEAR 64u
static size_t steps_among(const struct walk *w, size_t e, size_t end, size_t found[NEAR])
{
    const uint32_t *of_action = w->f->of_action, *action = w->action;
    const bool exact = w->f->order == FUNNEL_EXACT;
    size_t n = 0;
    if (!w->f->looks) {
        for (; e < end; e++) {
            found[n] = e;
            n += of_action[action[e]] != 0;
        }
        return n;
    }
    for (; e < end; e++) {
        found[n] = e;
        n += walk_mask(w, e) != 0 || (exact && is_act(w, e));
    }
    return n;
}

static void event(struct walk *w, struct chain *chains, size_t e, uint32_t mask)
{
    const struct funnel *f = w->f;
    if (mask & FUNNEL_NOT)
        for (uint32_t left = walk_excluded(w, e); left; left &= left - 1) chains[__builtin_ctz(left)].first = NO_EVENT;
    const uint32_t between = f->order == FUNNEL_ORDERED ? 0 : walk_between(w, e, mask);
    uint32_t left = (mask & f->links) | between;  // the others stay as they are
    for (uint32_t k; left; left ^= UINT32_C(1) << k) {  // from the last, so that no event serves two steps of a chain
        k = 31u - (uint32_t)__builtin_clz(left);
        struct chain *c = &chains[k];
        const struct chain *from = k ? &chains[k - 1] : NULL;
        const bool ends = (between >> k & 1u) != 0;
        bool fits = (mask >> k & 1u) != 0 && (!from || (from->first != NO_EVENT && walk_since(w, from->first, e) <= f->within_us));
        if (!fits) {
            if (ends) c->first = NO_EVENT;  // this event came between
            continue;
        }
        if (from && from->first == c->first && !ends) continue;  // it got here earlier
        if (from) memcpy(c->at, from->at, k * sizeof *c->at);
        c->at[k] = e;
        c->first = from ? from->first : e;
        if (k < w->reached) continue;
        w->reached = k + 1;
        w->first = c->first;
        w->last = e;
        memcpy(w->at, c->at, (k + 1) * sizeof *c->at);
    }
}

static void walk_ordered(struct walk *w, size_t from, size_t end)
{
    const struct funnel *f = w->f;
    struct chain chains[FUNNEL_STEPS_MAX];
    for (size_t k = 0; k < f->n_links; k++) chains[k].first = NO_EVENT;
    for (size_t found[NEAR], to; from < end && w->reached < f->n_links; from = to) {
        to = end - from < NEAR ? end : from + NEAR;
        const size_t n = steps_among(w, from, to, found);
        for (size_t i = 0; i < n && w->reached < f->n_links; i++)
            event(w, chains, found[i], f->looks ? walk_mask(w, found[i]) : f->of_action[w->action[found[i]]]);
    }
}

// ---- counting -------------------------------------------------------------------------------------------------------------

// Did who went no further do what --or names, after the last step and while the next could still be made?
static bool did_instead(const struct walk *w, size_t end)
{
    const struct funnel *f = w->f;
    if (!f->instead.len || w->reached == f->n_links) return false;
    const uint64_t next_us = f->step[f->line_of[w->reached]].within_us;
    for (size_t e = w->last + 1; e < end && walk_since(w, w->first, e) <= f->within_us && walk_since(w, w->last, e) <= next_us; e++)
        if (walk_mask(w, e) & FUNNEL_OR) return true;
    return false;
}

// The first event of a step that may be left out, between the events that count before and behind it, or NO_EVENT.
static size_t made(const struct walk *w, const struct funnel_step *step, size_t end)
{
    const struct funnel *f = w->f;
    const size_t before = w->at[step->link];
    if (step->link + 1 < w->reached) end = w->at[step->link + 1];
    for (size_t e = before + 1; e < end && walk_since(w, before, e) <= step->within_us && walk_since(w, w->first, e) <= f->within_us; e++) {
        const uint32_t mask = walk_mask(w, e), is = UINT32_C(1) << step->bit, link = UINT32_C(1) << step->link;
        if (mask & FUNNEL_NOT && walk_excluded(w, e) & link) break;
        if (mask & is) return e;
        if (walk_between(w, e, mask) & link) break;
    }
    return NO_EVENT;
}

static voc_rc count(struct walk *w, struct funnel_line *lines, size_t end)
{
    const struct funnel *f = w->f;
    voc_rc rc = VOC_OK;
    lines[f->line_of[w->reached - 1]].n[FUNNEL_INSTEAD] += did_instead(w, end);
    for (size_t i = 0; i < f->n_lines && !rc; i++) {
        const struct funnel_step *step = &f->step[i];
        const size_t k = step->link, before = !step->optional && k ? k - 1 : k;
        if (k >= w->reached) break;
        const size_t at = f->order == FUNNEL_ANY ? 0 : step->optional ? made(w, step, end) : w->at[k];
        if (at == NO_EVENT) continue;
        lines[i].n[FUNNEL_REACHED]++;
        if (i)
            rc = gathered_add(f->base.host, f->base.cx, &lines[i].times_us,
                              (int64_t)(f->order == FUNNEL_ANY ? w->took_us[k] : walk_since(w, w->at[before], at)));
    }
    return rc;
}

static voc_rc walk_steps(struct walk *w, const voc_journeys *j, const voc_unit *u)
{
    const struct funnel *f = w->f;
    struct funnel_state *s = w->s;
    const size_t end = u->first_event + u->n_events;
    size_t from = u->first_event;
    voc_rc rc = VOC_OK;
    s->units++;
    w->reached = 0;
    while (from < end && w->time[from] < f->base.info->start_us) from++;
    if (f->order == FUNNEL_ANY) rc = walk_any(w, from, end);
    else if (f->windows) rc = walk_windows(w, from, end);
    else walk_ordered(w, from, end);
    if (rc || !w->reached) {
        s->without += !rc;
        return rc;
    }
    const uint32_t segment = f->by_segment ? ((const uint32_t *)j->columns[VOC_COL_SEGMENT])[w->first] : 0;
    return segment < f->n_segments ? count(w, s->lines + segment * f->n_lines, end) : VOC_E_BUG;
}

voc_rc funnel_walk(const struct funnel *f, struct funnel_state *s, const voc_journeys *j)
{
    struct walk w;  // of the best only what was reached is set
    w.f = f;
    w.s = s;
    w.time = j->columns[VOC_COL_TIME];
    w.action = j->columns[VOC_COL_ACTION];
    w.touchpoint = j->columns[VOC_COL_TOUCHPOINT];
    w.actor = j->columns[VOC_COL_ACTOR];
    w.delivered = j->columns[VOC_COL_DELIVERED];
    w.class_ = j->columns[VOC_COL_CLASS];
    w.predicates = j->predicates;
    for (size_t i = 0; i < j->n_units; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;  // nobody's journey
        voc_rc rc = f->of_stages ? walk_stages(f, s, j, u) : walk_steps(&w, j, u);
        if (rc) return rc;
    }
    return VOC_OK;
}
