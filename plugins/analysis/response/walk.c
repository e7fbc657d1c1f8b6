// SPDX-License-Identifier: MIT
//
// The walk of the response: one pass over the moments of a unit (touches and acts of customers) for the first response after
// each, one for the moments, and one for the time between them. What happens in the same instant counts together: which came
// first is not known, and it is no response (METHODS 0.3).
#include "plugins/analysis/response/response.h"

#define NEVER INT64_MAX

static voc_rc room_for(const struct response *a, struct response_state *s, size_t n)
{
    const struct { void **at; size_t size; } arrays[] = {
        {(void **)&s->at, sizeof *s->at},       {(void **)&s->next, sizeof *s->next}, {(void **)&s->stage, sizeof *s->stage},
        {(void **)&s->touch, sizeof *s->touch}, {(void **)&s->acts, sizeof *s->acts},
    };
    size_t room = s->room;
    if (n <= s->room) return VOC_OK;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        room = s->room;
        voc_rc rc = analysis_reach(&a->base, arrays[i].at, &room, n, arrays[i].size);
        if (rc) return rc;
    }
    s->room = room;
    return VOC_OK;
}

// The touches asked about and the acts of customers, with the stage after each.
static size_t moments_of(const struct response *a, struct response_state *s, const voc_journeys *j, const voc_unit *u)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *action = j->columns[VOC_COL_ACTION], *touchpoint = j->columns[VOC_COL_TOUCHPOINT], *stage = j->columns[VOC_COL_STAGE];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS], *delivered = j->columns[VOC_COL_DELIVERED];
    size_t n = 0;
    uint32_t far = 0;
    for (size_t e = u->first_event, end = e + u->n_events; e < end; e++) {
        const bool customer = (actor[e] == VOC_ACTOR_CUSTOMER) & (class_[e] != VOC_CLASS_MECHANICAL) & (class_[e] != VOC_CLASS_UNDELIVERED);
        uint8_t touch = a->of_action[action[e]];
        if (a->by_touchpoint && actor[e] == VOC_ACTOR_COMPANY && touchpoint[e] < a->base.def->n_touchpoints &&
            a->of_touchpoint[touchpoint[e]])
            touch = a->of_touchpoint[touchpoint[e]];
        if (!delivered[e]) touch = 0;
        const uint8_t rank = a->rank ? a->rank[action[e]] : class_[e] == VOC_CLASS_VALUE;
        const bool acts = customer & !touch & (rank > 0);
        if (a->rank && acts && rank > far) far = rank;
        s->at[n] = time[e];
        s->touch[n] = touch;
        s->acts[n] = acts;
        s->stage[n] = a->rank ? far : stage[e] == VOC_NONE ? 0 : stage[e] + 1;
        n += (customer | (touch > 0)) & (time[e] >= a->base.info->start_us);
    }
    return n;
}

static void find_next(struct response_state *s, size_t n)
{
    int64_t next = NEVER, later = NEVER;  // not before this moment; after it
    for (size_t i = n; i-- > 0;) {
        if (i + 1 < n && s->at[i] != s->at[i + 1]) later = next;
        s->next[i] = later;
        if (s->acts[i]) next = s->at[i];
    }
}

// Which of them are under way: a set, and of each how many.
struct window {
    uint64_t set;
    uint32_t n[RESPONSE_TOUCHES_MAX];
};

static inline void enter(struct window *w, uint8_t touch)
{
    if (!touch) return;
    w->n[touch - 1]++;
    w->set |= UINT64_C(1) << (touch - 1);
}

static inline void leave(struct window *w, uint8_t touch)
{
    if (touch && --w->n[touch - 1] == 0) w->set &= ~(UINT64_C(1) << (touch - 1));
}

static inline size_t stratum(uint32_t stage, size_t active) { return (size_t)stage * RESPONSE_BANDS + (active > 1) + (active > 5); }

static inline size_t same_instant(const struct response_state *s, size_t i, size_t n)
{
    size_t end = i + 1;
    while (end < n && s->at[end] == s->at[i]) end++;
    return end;
}

// Each moment with what there was in [t - W, t].
static voc_rc count_moments(const struct response *a, struct response_state *s, size_t n)
{
    struct window w = {0};
    size_t from = 0;
    for (size_t i = 0, end; i < n; i = end) {
        end = same_instant(s, i, n);
        for (size_t k = i; k < end; k++) enter(&w, s->touch[k]);
        for (; s->at[from] < s->at[i] - a->within_us; from++) leave(&w, s->touch[from]);
        const size_t at = stratum(s->stage[end - 1], end - from);
        if (at >= a->n_strata) return VOC_E_BUG;
        for (size_t k = i; k < end; k++) {
            const uint64_t y = s->next[k] != NEVER && s->next[k] - s->at[k] <= a->within_us;
            s->moments[at].n++;
            s->moments[at].y += y;
            if (s->touch[k]) {
                struct tally *t = &s->touches[(size_t)(s->touch[k] - 1) * a->n_strata + at];
                t->n++;
                t->y += y;
            }
            for (uint64_t left = w.set; left; left &= left - 1) {
                struct tally *t = &s->exposed[(size_t)__builtin_ctzll(left) * a->n_strata + at];
                t->n++;
                t->y += y;
            }
        }
    }
    return VOC_OK;
}

static inline void pass(const struct response *a, struct response_state *s, size_t at, uint64_t set, uint64_t us, uint64_t y)
{
    pace_add(&s->time[at], us, y);
    for (; set; set &= set - 1) pace_add(&s->after[(size_t)__builtin_ctzll(set) * a->n_strata + at], us, y);
}

// The time between moments; how active is by acts in (t - W, t], that a touch is none of. The window after a touch ends by itself,
// and what happens at its end is still in it.
static voc_rc count_time(const struct response *a, struct response_state *s, size_t n)
{
    struct window w = {0};
    const int64_t within = a->within_us;
    size_t touch = 0, from = 0, active = 0, at = 0;  // first touch whose window is open; first act that is still recent
    int64_t now = n ? s->at[0] : 0;
    uint32_t stage = 0;
    for (size_t i = 0, end; i < n; i = end) {
        end = same_instant(s, i, n);
        for (; s->at[touch] < s->at[i] - within; touch++) {
            if (!s->touch[touch]) continue;
            const int64_t over = s->at[touch] + within;
            pass(a, s, at, w.set, (uint64_t)(over - now), 0);
            now = over;
            leave(&w, s->touch[touch]);
            for (; s->at[from] <= over - within; from++) active -= !s->touch[from];
            at = stratum(stage, active);
        }
        uint64_t y = 0;
        for (size_t k = i; k < end; k++) y += s->acts[k];
        if (i > 0) pass(a, s, at, w.set, (uint64_t)(s->at[i] - now), y);
        now = s->at[i];
        stage = s->stage[end - 1];
        for (size_t k = i; k < end; k++) {
            enter(&w, s->touch[k]);
            active += !s->touch[k];
        }
        for (; s->at[touch] <= now - within; touch++) leave(&w, s->touch[touch]);
        for (; s->at[from] <= now - within; from++) active -= !s->touch[from];
        at = stratum(stage, active);
        if (at >= a->n_strata) return VOC_E_BUG;
    }
    return VOC_OK;
}

voc_rc response_walk(const struct response *a, struct response_state *s, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        rc = room_for(a, s, u->n_events + 1);
        if (rc) return rc;
        const size_t n = moments_of(a, s, j, u);
        find_next(s, n);
        rc = count_moments(a, s, n);
        if (!rc) rc = count_time(a, s, n);
    }
    return rc;
}
