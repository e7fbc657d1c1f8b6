// SPDX-License-Identifier: MIT
//
// One batch of units into counts. Stages: the stays that the host's tracker made; what a move passed over follows from two stays
// in a row (METHODS 2.3), so that every figure is that of `voc stages`. Steps: at each step the chain with the latest first
// step is kept; no chain that began earlier can reach further within the time, so the longest prefix is found in one walk
// (ClickHouse's windowFunnel gives the same levels). An event serves one step only.
#include "plugins/analysis/funnel/funnel.h"

#define NO_EVENT SIZE_MAX

static const voc_stay *stay_at(const voc_journeys *j, size_t i) { return (const voc_stay *)(const void *)((const char *)j->stays + i * j->stay_size); }

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
        const uint32_t episode = stay_at(j, i)->episode, segment = f->by_segment ? stay_at(j, i)->segment : 0;
        if (segment >= f->n_segments) return VOC_E_BUG;
        struct funnel_line *lines = s->lines + segment * f->n_lines;
        uint32_t furthest = 0;
        for (; i < end && stay_at(j, i)->episode == episode; i++) {
            const voc_stay *v = stay_at(j, i);
            voc_rc rc = count_stay(f, lines, v, before);
            if (rc) return rc;
            if (v->stage > furthest) furthest = v->stage;
            before = v;
        }
        for (size_t k = 0; k <= furthest; k++) lines[k].n[FUNNEL_REACHED]++;
    }
    return VOC_OK;
}

// ---- steps ----------------------------------------------------------------------------------------------------------------

struct chain {  // that ends in step k; the first of all with this first step
    size_t first, last;  // its first event, or NO_EVENT; its last one
    int64_t at_us[FUNNEL_STEPS_MAX];
};

struct walk {
    const struct funnel *f;
    const int64_t *time;
    const uint32_t *action, *touchpoint;
    const uint8_t *actor, *delivered;
    struct chain chain[FUNNEL_STEPS_MAX], best;
    size_t reached;  // steps of the best
};

static inline uint32_t steps_of(const struct walk *w, size_t e)
{
    uint32_t mask = w->f->of_action[w->action[e]];
    if (w->f->touches && w->touchpoint[e] != VOC_NONE && w->actor[e] == VOC_ACTOR_COMPANY && w->delivered[e]) mask |= w->f->of_touchpoint[w->touchpoint[e]];
    return mask;
}

// Those of events [e, end) that are a step of any, without a branch on what they are. At most NEAR events.
#define NEAR 64u
static size_t steps_among(const struct walk *w, size_t e, size_t end, size_t found[NEAR])
{
    const uint32_t *of_action = w->f->of_action, *action = w->action;
    size_t n = 0;
    for (; e < end; e++) {
        found[n] = e;
        n += (w->f->touches ? steps_of(w, e) : of_action[action[e]]) != 0;
    }
    return n;
}

static void event(struct walk *w, size_t e, uint32_t mask)
{
    const struct funnel *f = w->f;
    if (mask & FUNNEL_NOT) {
        for (size_t k = 0; k < f->n_lines; k++) w->chain[k].first = NO_EVENT;
        return;
    }
    mask &= FUNNEL_STEPS;
    if (!mask) return;
    uint32_t left = f->strict ? UINT32_MAX >> (32 - f->n_lines) : mask;  // the others stay as they are, unless it came between
    for (uint32_t k; left; left ^= UINT32_C(1) << k) {  // from the last, so that no event serves two steps of a chain
        k = 31u - (uint32_t)__builtin_clz(left);
        struct chain *c = &w->chain[k];
        const struct chain *from = k ? &w->chain[k - 1] : NULL;
        bool fits = (mask >> k & 1u) != 0 && (!from || (from->first != NO_EVENT && (uint64_t)w->time[e] - (uint64_t)from->at_us[0] <= f->within_us));
        if (!fits) {
            if (f->strict) c->first = NO_EVENT;  // this event came between
            continue;
        }
        if (from && from->first == c->first && !f->strict) continue;  // it got here earlier
        if (from) memcpy(c->at_us, from->at_us, k * sizeof *c->at_us);
        c->at_us[k] = w->time[e];
        c->first = from ? from->first : e;
        if (k < w->reached) continue;
        w->reached = k + 1;
        w->best.first = c->first;
        w->best.last = e;
        memcpy(w->best.at_us, c->at_us, (k + 1) * sizeof *c->at_us);
    }
}

// Did who went no further do what --or names, after the last step and within the time?
static bool did_instead(const struct walk *w, size_t end)
{
    if (!w->f->instead.len || w->reached == w->f->n_lines) return false;
    for (size_t e = w->best.last + 1; e < end && (uint64_t)w->time[e] - (uint64_t)w->best.at_us[0] <= w->f->within_us; e++)
        if (steps_of(w, e) & FUNNEL_OR) return true;
    return false;
}

static voc_rc walk_steps(struct walk *w, struct funnel_state *s, const voc_journeys *j, const voc_unit *u)
{
    const struct funnel *f = w->f;
    s->units++;
    w->reached = 0;
    for (size_t k = 0; k < f->n_lines; k++) w->chain[k].first = NO_EVENT;
    const size_t end = u->first_event + u->n_events;
    size_t from = u->first_event;
    while (from < end && w->time[from] < f->base.info->start_us) from++;
    for (size_t found[NEAR], to; from < end && w->reached < f->n_lines; from = to) {
        to = end - from < NEAR ? end : from + NEAR;
        const size_t n = steps_among(w, from, to, found);
        for (size_t i = 0; i < n && w->reached < f->n_lines; i++) event(w, found[i], steps_of(w, found[i]));
    }
    if (!w->reached) {
        s->without++;
        return VOC_OK;
    }
    const uint32_t segment = f->by_segment ? ((const uint32_t *)j->columns[VOC_COL_SEGMENT])[w->best.first] : 0;
    if (segment >= f->n_segments) return VOC_E_BUG;
    struct funnel_line *lines = s->lines + segment * f->n_lines;
    lines[w->reached - 1].n[FUNNEL_INSTEAD] += did_instead(w, end);
    for (size_t k = 0; k < w->reached; k++) {
        lines[k].n[FUNNEL_REACHED]++;
        voc_rc rc = k ? gathered_add(f->base.host, f->base.cx, &lines[k].times_us, w->best.at_us[k] - w->best.at_us[k - 1]) : VOC_OK;
        if (rc) return rc;
    }
    return VOC_OK;
}

voc_rc funnel_walk(const struct funnel *f, struct funnel_state *s, const voc_journeys *j)
{
    struct walk w;  // chains are set as they are reached
    w.f = f;
    w.time = j->columns[VOC_COL_TIME];
    w.action = j->columns[VOC_COL_ACTION];
    w.touchpoint = j->columns[VOC_COL_TOUCHPOINT];
    w.actor = j->columns[VOC_COL_ACTOR];
    w.delivered = j->columns[VOC_COL_DELIVERED];
    for (size_t i = 0; i < j->n_units; i++) {
        const voc_unit *u = (const voc_unit *)(const void *)((const char *)j->units + i * j->unit_size);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;  // nobody's journey
        voc_rc rc = f->of_stages ? walk_stages(f, s, j, u) : walk_steps(&w, s, j, u);
        if (rc) return rc;
    }
    return VOC_OK;
}
