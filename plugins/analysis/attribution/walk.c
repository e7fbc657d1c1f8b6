// SPDX-License-Identifier: MIT
//
// Journeys cut into paths: the touches from the beginning, or from behind what ended the path before, up to a conversion or the end of
// the journey. What happens in the instant of a conversion did not come before it (METHODS 0.3): it belongs to the next path.
#include <math.h>

#include "plugins/analysis/attribution/attribution.h"

static voc_rc room_for(const struct attribution *a, struct attribution_state *s, size_t n)
{
    size_t room = s->room;
    voc_rc rc = analysis_reach(&a->base, (void **)&s->at, &room, n, sizeof *s->at);
    return rc ? rc : analysis_reach(&a->base, (void **)&s->kind, &s->room, n, sizeof *s->kind);
}

// The kind of touch that an event is, or VOC_NONE: an encounter that reached the customer, and did not drive them away.
static uint32_t touch_of(const struct attribution *a, const voc_journeys *j, size_t e)
{
    const uint32_t *touchpoint = j->columns[VOC_COL_TOUCHPOINT];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR], *class_ = j->columns[VOC_COL_CLASS], *delivered = j->columns[VOC_COL_DELIVERED];
    if (!delivered[e] || class_[e] == VOC_CLASS_MECHANICAL || class_[e] == VOC_CLASS_UNDELIVERED || class_[e] == VOC_CLASS_HARM) return VOC_NONE;
    if (a->by == BY_TOUCHPOINT || a->by == BY_GROUP) return touchpoint[e] < a->base.def->n_touchpoints ? a->of_touchpoint[touchpoint[e]] : VOC_NONE;
    if (actor[e] != VOC_ACTOR_COMPANY && actor[e] != VOC_ACTOR_CUSTOMER) return VOC_NONE;
    const uint32_t *code = j->columns[a->by == BY_CHANNEL ? VOC_COL_CHANNEL : VOC_COL_CAMPAIGN];
    return code[e] ? code[e] : VOC_NONE;
}

// Conversions by the time before them: each touch weighs 2^(-age / half-life), their sum is one (METHODS 3.10). Ages count from the last
// touch, which leaves the parts as they are and none of them too small to see.
static voc_rc credit_recent(const struct attribution *a, struct attribution_state *s, size_t first, size_t n)
{
    double sum = 0;
    voc_rc rc = VOC_OK;
    const int64_t last = s->at[first + n - 1];
    for (size_t i = first; i < first + n; i++) sum += exp2(-(double)(last - s->at[i]) / (double)a->half_life_us);
    for (size_t i = first; i < first + n && !rc; i++) {
        const double part = exp2(-(double)(last - s->at[i]) / (double)a->half_life_us) / sum;
        rc = attribution_credit(a, s, s->kind[i], (struct credit){(uint64_t)ldexp(part, 60), 0});
    }
    return rc;
}

enum { PATH_WON, PATH_ENDED, PATH_OPEN };

// The touches [first, first + n) end in `how`.
static voc_rc close_path(const struct attribution *a, struct attribution_state *s, size_t first, size_t n, int how)
{
    const bool won = how == PATH_WON;
    s->open += how == PATH_OPEN;
    if (!n) {
        *(won ? &s->won_untouched : &s->lost_untouched) += 1;
        return VOC_OK;
    }
    voc_rc rc = ways_add(&a->base, &s->ways, s->kind + first, n, won, !won);
    return rc || !won ? rc : credit_recent(a, s, first, n);
}

struct end {
    int64_t at, over;  // touches before `at` are the path's (at `at` too, where it was not won); those before `over` are nobody's
    int how;
};

// What ends paths, one by one in the order of time. False: there is no more.
struct ends {
    const struct attribution *a;
    const voc_journeys *j;
    const voc_unit *u;
    size_t i;  // stay or event
};

// An episode that is won has one end, whatever comes later in it.
static void pass_episode(struct ends *x, struct end *out)
{
    const size_t end = x->u->first_stay + x->u->n_stays;
    const uint32_t episode = analysis_stay(x->j, x->i)->episode;
    const voc_stay *last = NULL;
    for (; x->i < end && analysis_stay(x->j, x->i)->episode == episode; x->i++) last = analysis_stay(x->j, x->i);
    if (last) out->over = last->end == VOC_END_CENSORED ? INT64_MAX : last->out_us;
}

static bool next_stay_end(struct ends *x, struct end *out)
{
    const voc_definition *d = x->a->base.def;
    for (const size_t end = x->u->first_stay + x->u->n_stays; x->i < end; x->i++) {
        const voc_stay *stay = analysis_stay(x->j, x->i);
        const bool reached = d->win_stage != VOC_NONE && stay->stage == d->win_stage;
        const bool won = reached || (stay->end == VOC_END_EXIT && d->win_exit != VOC_NONE && stay->exit == d->win_exit);
        if (!won && stay->end != VOC_END_EXIT && stay->end != VOC_END_LAPSED) continue;
        out->at = out->over = reached ? stay->in_us : stay->out_us;
        out->how = won ? PATH_WON : PATH_ENDED;
        if (won) pass_episode(x, out);
        else x->i++;
        return true;
    }
    return false;
}

static bool next_conversion(struct ends *x, struct end *out)
{
    const int64_t *time = x->j->columns[VOC_COL_TIME];
    const uint32_t *action = x->j->columns[VOC_COL_ACTION];
    const uint8_t *actor = x->j->columns[VOC_COL_ACTOR];
    for (const size_t end = x->u->first_event + x->u->n_events; x->i < end; x->i++)
        if (actor[x->i] == VOC_ACTOR_CUSTOMER && x->a->converts[action[x->i]] && time[x->i] >= x->a->base.info->start_us) {
            out->at = out->over = time[x->i++];
            out->how = PATH_WON;
            return true;
        }
    return false;
}

// Touches of the unit in s->kind and s->at. A conversion is none, whatever channel it came by.
static size_t touches_of(const struct attribution *a, struct attribution_state *s, const voc_journeys *j, const voc_unit *u)
{
    const int64_t *time = j->columns[VOC_COL_TIME];
    const uint32_t *action = j->columns[VOC_COL_ACTION];
    const uint8_t *actor = j->columns[VOC_COL_ACTOR];
    size_t n = 0;
    for (size_t e = u->first_event, end = e + u->n_events; e < end; e++) {
        s->at[n] = time[e];
        s->kind[n] = touch_of(a, j, e);
        const bool converts = a->converts && actor[e] == VOC_ACTOR_CUSTOMER && a->converts[action[e]];
        n += s->kind[n] != VOC_NONE && !converts && time[e] >= a->base.info->start_us;
    }
    return n;
}

static voc_rc walk_unit(const struct attribution *a, struct attribution_state *s, const voc_journeys *j, const voc_unit *u)
{
    voc_rc rc = room_for(a, s, u->n_events + 1);
    if (rc) return rc;
    const size_t n = touches_of(a, s, j, u);
    struct ends ends = {a, j, u, a->converts ? u->first_event : u->first_stay};
    size_t first = 0, past = 0;
    struct end end;
    bool any = false;
    while (!rc && (a->converts ? next_conversion : next_stay_end)(&ends, &end)) {
        while (past < n && (s->at[past] < end.at || (s->at[past] == end.at && end.how == PATH_ENDED))) past++;
        rc = close_path(a, s, first, past - first, end.how);
        for (; past < n && s->at[past] < end.over; past++) s->behind++;
        first = past;
        any = true;
    }
    if (!rc && (first < n || !any)) rc = close_path(a, s, first, n - first, PATH_OPEN);
    return rc;
}

voc_rc attribution_walk(const struct attribution *a, struct attribution_state *s, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (!(u->flags & VOC_JOURNEY_INTERNAL)) rc = walk_unit(a, s, j, u);
    }
    return rc;
}
