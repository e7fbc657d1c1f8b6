// SPDX-License-Identifier: MIT
//
// Matching of the touch trial (METHODS 3.3): what is known about a person strictly before a moment, and the nearest comparable
// stays of the group. Who is a comparator does not depend on the outcome, so all outcomes share one search; each candidate
// costs a few binary searches in its own events, the cheapest refusals first.
#include "plugins/analysis/score/trial_internal.h"

// ---- questions about the time before ------------------------------------------------------------------------------

// Events of the unit in [from, at) that are strictly before `at`; `most`: enough to know.
static size_t count_before(const struct trial_run_state *r, const struct trial_events *events, struct trial_view v, int64_t from, size_t most)
{
    const int64_t *unit_of = r->frame->in.unit_of;
    size_t lo = trial_lower(events->time, events->first[v.unit], events->first[v.unit + 1], from);
    size_t hi = trial_lower(events->time, lo, events->first[v.unit + 1], v.at.time);
    size_t n = hi - lo;
    if (v.at.exact)
        return n < most ? n : most;
    // Only what shares the coarser unit with `at` can be undecided.
    int64_t unit = events->coarsest > v.at.unit ? events->coarsest : v.at.unit;
    int64_t zone = trial_floor(v.at.time, unit);
    for (size_t i = hi; i > lo && events->time[i - 1] >= zone; i--)
        if (!trial_strictly_after(v.at.time, v.at.unit, events->time[i - 1], trial_unit(events, unit_of, i - 1)))
            n--;
    return n < most ? n : most;
}

uint8_t trial_recency(const struct trial_run_state *r, struct trial_view v)
{
    const struct trial_events *actions = &r->frame->actions;
    const struct trial_options *o = &r->frame->options;
    size_t first = actions->first[v.unit];
    size_t i = trial_lower(actions->time, first, actions->first[v.unit + 1], v.at.time);
    while (!v.at.exact && i > first &&
           !trial_strictly_after(v.at.time, v.at.unit, actions->time[i - 1],
                                 trial_unit(actions, r->frame->in.unit_of, i - 1)))
        i--;
    uint8_t class = 0;
    while (class < o->n_recency && (i == first || v.at.time - actions->time[i - 1] > o->recency[class]))
        class++;
    return class;
}

// Neither side has a touch of the type itself in [at - W, at), so all touches there are of other types.
uint8_t trial_touches(const struct trial_run_state *r, struct trial_view v, int64_t window)
{
    return (uint8_t)count_before(r, &r->frame->touches, v, v.at.time - window, 2);
}

uint8_t trial_engagement(const struct trial_run_state *r, struct trial_view v)
{
    const struct trial_options *o = &r->frame->options;
    size_t n = count_before(r, &r->frame->actions, v, v.at.time - o->engagement_span, SIZE_MAX);
    uint8_t class = 0;
    while (class < o->n_engagement && (int64_t)n > o->engagement[class])
        class++;
    return class;
}

// Actions in [from, to) by stored time: the placebo's window ends days before the touch.
int64_t trial_count_between(const struct trial_events *events, uint32_t unit, int64_t from, int64_t to)
{
    size_t lo = trial_lower(events->time, events->first[unit], events->first[unit + 1], from);
    return (int64_t)(trial_lower(events->time, lo, events->first[unit + 1], to) - lo);
}

// An action in the hour before; where either time is coarser than an hour, in the same unit of the coarser one.
bool trial_acted_just_before(const struct trial_run_state *r, struct trial_view v)
{
    const struct trial_events *actions = &r->frame->actions;
    const int64_t hour = 3600 * r->frame->options.second;
    const int64_t coarser = actions->coarsest > v.at.unit ? actions->coarsest : v.at.unit;
    size_t end = actions->first[v.unit + 1];
    int64_t from = v.at.time - hour, to = v.at.time;
    if (coarser > hour) {
        int64_t zone = trial_floor(v.at.time, coarser);
        from = zone < from ? zone : from;
        to = zone + coarser;
    }
    for (size_t i = trial_lower(actions->time, actions->first[v.unit], end, from); i < end && actions->time[i] < to; i++) {
        int64_t own = trial_unit(actions, r->frame->in.unit_of, i), unit = own > v.at.unit ? own : v.at.unit;
        if (unit > hour ? trial_floor(actions->time[i], unit) == trial_floor(v.at.time, unit)
                        : actions->time[i] >= v.at.time - hour && actions->time[i] < v.at.time)
            return true;
    }
    return false;
}

// ---- matching -----------------------------------------------------------------------------------------------------

static bool fill_member(const struct trial_run_state *r, const struct trial_set *set, const struct trial_stay *c, uint32_t position,
                        int64_t touch_unit, struct trial_member *m)
{
    const struct trial_frame *f = r->frame;
    const struct trial_options *o = &f->options;
    const int64_t x = c->in + set->in_stage;
    if (c->account == set->account || c->account == r->request->without_account || x >= c->out || x >= f->in.data_end)
        return false;
    size_t last = r->first[c->unit + 1], next = trial_lower(r->time, r->first[c->unit], last, x - set->window);
    if (next < last && r->time[next] <= x)
        return false;
    struct trial_view v = {c->unit, {x, touch_unit, r->exact}};
    if ((o->match_recency && trial_recency(r, v) != set->recency) ||
        (o->match_touches && trial_touches(r, v, set->window) != set->touches) ||
        (o->match_engagement && trial_engagement(r, v) != set->engagement))
        return false;

    int64_t end = x + set->window;
    end = c->out < end ? c->out : end;
    end = f->in.data_end < end ? f->in.data_end : end;
    if (next < last && r->time[next] < end)
        end = r->time[next];
    if (end <= x)
        return false;
    *m = (struct trial_member){.stay = f->origin[position], .account = c->account, .index = x};
    size_t at = 0;
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        m->follow[k] = trial_follow(trial_outcome(r, k, set->stage), f->in.unit_of, f->unit_of_local[c->unit], v.at, end, &at);
    if (set->lag_length > 0)
        m->before = trial_count_between(&f->actions, c->unit, x - o->lag - set->lag_length, x - o->lag);
    return true;
}

// The M nearest comparable stays in entry time, left neighbour first at equal distance.
void trial_find_members(struct trial_run_state *r, struct trial_set *set, uint32_t position, int64_t touch_unit,
                         const struct trial_group *group)
{
    const struct trial_stay *stays = r->frame->stays;
    const int64_t in = stays[position].in;
    uint32_t left = position, right = position + 1;  // next candidates: left - 1 and right
    size_t found = 0;
    for (uint32_t looked = 0; found < r->frame->options.comparators && looked < r->frame->options.scan; looked++) {
        bool has_left = left > group->begin, has_right = right < group->end;
        if (!has_left && !has_right)
            break;
        bool go_left = has_left && (!has_right || in - stays[left - 1].in <= stays[right].in - in);
        uint32_t candidate = go_left ? --left : right++;
        found += fill_member(r, set, &stays[candidate], candidate, touch_unit, &r->members[found]);
    }
    set->members = r->members;
    set->n_members = found;
}
