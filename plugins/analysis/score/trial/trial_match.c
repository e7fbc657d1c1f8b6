// SPDX-License-Identifier: MIT
//
// Questions about one person at one time that are rare enough to be answered by searching: where times are coarser than an hour,
// and for those who look at single sets.
#include "plugins/analysis/score/trial/trial_internal.h"

// Actions in [from, to) by stored time: the placebo's window ends days before the touch.
int64_t trial_count_between(const struct trial_events *events, uint32_t unit, int64_t from, int64_t to)
{
    size_t lo = trial_lower(events->time, events->first[unit], events->first[unit + 1], from);
    return (int64_t)(trial_lower(events->time, lo, events->first[unit + 1], to) - lo);
}

// An action in the hour before; where either time is coarser than an hour, in the same unit of the coarser one.
bool trial_acted_just_before(const struct trial_frame *f, uint32_t local, int64_t time, int64_t unit)
{
    const struct trial_events *actions = &f->actions;
    const int64_t hour = 3600 * f->options.second;
    const int64_t coarser = actions->coarsest > unit ? actions->coarsest : unit;
    size_t end = actions->first[local + 1];
    int64_t from = time - hour, to = time;
    if (coarser > hour) {
        int64_t zone = trial_floor(time, coarser);
        from = zone < from ? zone : from;
        to = zone + coarser;
    }
    for (size_t i = trial_lower(actions->time, actions->first[local], end, from); i < end && actions->time[i] < to; i++) {
        int64_t own = trial_unit(actions, f->in.unit_of, i), both = own > unit ? own : unit;
        if (both > hour ? trial_floor(actions->time[i], both) == trial_floor(time, both)
                        : actions->time[i] >= time - hour && actions->time[i] < time)
            return true;
    }
    return false;
}

// A comparator is followed until its next touch of the type at most.
void trial_look_up(const struct trial_run_state *r, const struct trial_set *set, uint32_t position, int64_t touch_unit, struct trial_member *m)
{
    const struct trial_frame *f = r->frame;
    const struct trial_stay *c = &f->stays[position];
    const int64_t x = m->index, from = x - f->options.lag - set->lag_length;
    const size_t last = f->touches.first[c->unit + 1];
    int64_t end = x + set->window;
    end = c->out < end ? c->out : end;
    end = f->in.data_end < end ? f->in.data_end : end;
    for (size_t i = trial_upper(f->touches.time, f->touches.first[c->unit], last, x); i < last && f->touches.time[i] < end; i++)
        if (f->touch_type[i] == r->request->type)
            end = f->touches.time[i];
    size_t at = 0;
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        m->follow[k] = trial_follow(trial_outcome(r, k, set->stage), f->in.unit_of, c->unit, (struct trial_at){x, touch_unit, false}, end, &at);
    m->before = set->lag_length > 0 ? trial_count_between(&f->actions, c->unit, from, x - f->options.lag) : 0;
}
