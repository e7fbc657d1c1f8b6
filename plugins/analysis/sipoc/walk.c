// SPDX-License-Identifier: MIT
//
// One batch of units into counts, visit by visit: who opened it, what was done in it, how it ended, and who acted after it went on. Stays
// are the host's, so that visits and ends are those of voc stages.
#include "plugins/analysis/sipoc/sipoc.h"

static const voc_stay *stay_at(const voc_journeys *j, size_t i) { return (const voc_stay *)(const void *)((const char *)j->stays + i * j->stay_size); }

static const voc_def_exit *exit_at(const struct sipoc *s, size_t i) { return (const voc_def_exit *)(const void *)((const char *)s->base.def->exits + i * s->base.def->exit_size); }

// Codes are bounded by what the host said before the first event.
static size_t bounded(const struct sipoc *s, enum sipoc_kind kind, size_t code) { return code < s->first[kind + 1] - s->first[kind] ? code : 0; }

static struct sipoc_tally *once(struct sipoc_state *st, size_t slot)
{
    struct sipoc_tally *t = &st->tallies[slot];
    t->visits += st->seen[slot] != st->visit;
    st->seen[slot] = st->visit;
    return t;
}

// What ends in winning has gone on.
static bool won(const struct sipoc *s, const voc_stay *v)
{
    const voc_str outcome = exit_at(s, v->exit)->outcome;
    return outcome.len == 3 && memcmp(outcome.ptr, "won", 3) == 0;
}

// The campaign of the event that opened the visit, else its channel.
static void count_supplier(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    const uint32_t *campaign = j->columns[VOC_COL_CAMPAIGN], *channel = j->columns[VOC_COL_CHANNEL];
    const int64_t *time = j->columns[VOC_COL_TIME];
    const size_t e = u->first_event + v->first_event;
    const bool opened = v->n_events > 0 && v->first_event < u->n_events && time[e] == v->in_us;
    const enum sipoc_kind kind = opened && campaign[e] ? SIPOC_CAMPAIGN : opened && channel[e] ? SIPOC_CHANNEL : SIPOC_NOBODY;
    struct sipoc_tally *t = once(st, sipoc_slot(s, v->stage, kind, bounded(s, kind, kind == SIPOC_CAMPAIGN ? campaign[e] : kind == SIPOC_CHANNEL ? channel[e] : 0)));
    t->finished += v->end != VOC_END_CENSORED;
    t->forward += v->end == VOC_END_FORWARD || (v->end == VOC_END_EXIT && won(s, v));
}

static void count_work(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    const uint32_t *touchpoint = j->columns[VOC_COL_TOUCHPOINT];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *delivered = j->columns[VOC_COL_DELIVERED];
    const int64_t *minutes = j->columns[VOC_COL_MINUTES];
    for (size_t e = u->first_event + v->first_event, end = e + v->n_events; e < end && e < u->first_event + u->n_events; e++) {
        if (actor[e] != VOC_ACTOR_COMPANY || !delivered[e] || touchpoint[e] >= s->base.def->n_touchpoints) continue;
        const int64_t own = minutes[e] != VOC_NA ? minutes[e] : analysis_touchpoint(&s->base, touchpoint[e])->minutes;
        struct sipoc_tally *t = once(st, sipoc_slot(s, v->stage, SIPOC_TOUCH, touchpoint[e]));
        t->times++;
        if (own != VOC_NA && own > 0) t->minutes += (uint64_t)own;
    }
}

// Of a visit that went on: the roles whose acts follow within the window of the stage.
static void count_customers(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    const uint32_t *role = j->columns[VOC_COL_ROLE];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS];
    const int64_t *time = j->columns[VOC_COL_TIME], until = v->out_us + analysis_stage(&s->base, v->stage)->window_us;
    if (v->end != VOC_END_FORWARD) return;
    for (size_t e = u->first_event + v->first_event, end = u->first_event + u->n_events; e < end && time[e] <= until; e++)
        if (time[e] >= v->out_us && actor[e] == VOC_ACTOR_CUSTOMER && class_[e] != VOC_CLASS_MECHANICAL && class_[e] != VOC_CLASS_UNDELIVERED)
            (void)once(st, sipoc_slot(s, v->stage, SIPOC_ROLE, bounded(s, SIPOC_ROLE, role[e])));
}

// At the event that opened the visit.
static void count_inputs(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    const size_t e = u->first_event + v->first_event, n = sipoc_n_inputs(s, v->stage);
    bool all = n > 0;
    for (size_t i = 0; i < n; i++) {
        const bool there = v->n_events > 0 && v->first_event < u->n_events && j->predicates[s->asked[s->first_of[v->stage] + i]][e];
        if (there) (void)once(st, sipoc_slot(s, v->stage, SIPOC_INPUT, i));
        all = all && (there || !sipoc_input(s, v->stage, i)->required);
    }
    st->stages[v->stage].complete += all;
}

// Of a visit that went on: an event at that time meets it, or it is a defect.
static void count_requirements(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const size_t n = sipoc_n_requirements(s, v->stage), end = u->first_event + u->n_events;
    uint64_t defects = 0;
    if (!n) return;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *met = j->predicates[s->asked[s->first_of[v->stage] + sipoc_n_inputs(s, v->stage) + i]];
        bool any = false;
        for (size_t e = u->first_event + v->first_event; e < end && time[e] <= v->out_us && !any; e++) any = time[e] == v->out_us && met[e];
        if (any) continue;
        (void)once(st, sipoc_slot(s, v->stage, SIPOC_REQUIREMENT, i));
        defects++;
    }
    st->stages[v->stage].checked++;
    st->stages[v->stage].defects += defects;
    st->stages[v->stage].whole += !defects;
}

static voc_rc count_visit(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j, const voc_unit *u, const voc_stay *v)
{
    if (v->stage >= s->n_stages || (v->end == VOC_END_EXIT && v->exit >= s->base.def->n_exits)) return VOC_E_BUG;
    struct sipoc_stage *g = &st->stages[v->stage];
    st->visit++;
    g->visits++;
    switch (v->end) {
    case VOC_END_FORWARD: g->forward++; break;
    case VOC_END_BACKWARD: g->back++; break;
    case VOC_END_EXIT:
        if (won(s, v)) g->forward++;
        else g->exits++;
        (void)once(st, sipoc_slot(s, v->stage, SIPOC_EXIT, v->exit));
        break;
    case VOC_END_LAPSED: g->lapsed++; break;
    case VOC_END_CENSORED: g->open++; break;
    default: return VOC_E_BUG;
    }
    count_supplier(s, st, j, u, v);
    count_work(s, st, j, u, v);
    count_customers(s, st, j, u, v);
    count_inputs(s, st, j, u, v);
    if (v->end == VOC_END_FORWARD || (v->end == VOC_END_EXIT && won(s, v))) count_requirements(s, st, j, u, v);
    return VOC_OK;
}

voc_rc sipoc_walk(const struct sipoc *s, struct sipoc_state *st, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = (const voc_unit *)(const void *)((const char *)j->units + i * j->unit_size);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        for (size_t k = u->first_stay, end = k + u->n_stays; k < end && !rc; k++) rc = count_visit(s, st, j, u, stay_at(j, k));
    }
    return rc;
}
