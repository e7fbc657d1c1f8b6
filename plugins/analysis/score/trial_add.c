// SPDX-License-Identifier: MIT
//
// What one set adds to the sums of its segment (METHODS 3.4, 3.6): O, E, Q and each account's part in them for every outcome,
// the placebo, and the checks that travel with the estimate.
#include "plugins/analysis/score/trial_internal.h"

#include <string.h>

// Distinct event times up to the exposed's follow-up, ascending. At most one for each member and one for the exposed.
static size_t event_times(const struct trial_set *set, uint32_t k, int64_t *times)
{
    size_t n = 0;
    for (size_t i = 0; i <= set->n_members; i++) {
        const struct trial_follow *f = i < set->n_members ? &set->members[i].follow[k] : &set->follow[k];
        if (!f->event || f->length > set->follow[k].length)
            continue;
        size_t at = n;
        while (at > 0 && times[at - 1] > f->length)
            at--;
        if (at > 0 && times[at - 1] == f->length)
            continue;
        memmove(times + at + 1, times + at, (n - at) * sizeof *times);
        times[at] = f->length;
        n++;
    }
    return n;
}

struct part {
    double o, e;
};

// The terms of one event time for the totals, the exposed's account, and each comparator still followed.
static void weigh(enum trial_weights weights, double m, double d0, double d1, double total[3], struct part *exposed,
                  struct part *each, double *own_event)
{
    if (weights == TRIAL_SMR) {
        total[0] = d1;
        total[1] = d0 / m;
        total[2] = (d0 + d1) / m;
        *exposed = (struct part){d1, d0 / m};
        *each = (struct part){0.0, -d0 / (m * m)};
        *own_event = 1.0 / m;
        return;
    }
    // Stratified log-rank weights; the parts are the derivatives of d1 m / (n1 + m) and d0 n1 / (n1 + m) at n1 = 1.
    double n = m + 1.0;
    total[0] = d1 * m / n;
    total[1] = d0 / n;
    total[2] = (d0 + d1) * m / (n * n);
    *exposed = (struct part){d1 * m / n - d1 * m / (n * n), d0 * m / (n * n)};
    *each = (struct part){d1 / (n * n), -d0 / (n * n)};
    *own_event = 1.0 / n;
}

static enum trial_rc add_part(struct trial_run_state *r, uint32_t account, uint32_t k, struct part part)
{
    struct trial_slot *slot = trial_level_slot(&r->level[SEGMENT], &r->alloc, account);
    if (!slot)
        return TRIAL_NOMEM;
    slot->o[k] += part.o;
    slot->e[k] += part.e;
    return TRIAL_OK;
}

static enum trial_rc add_outcome(struct trial_run_state *r, const struct trial_set *set, uint32_t k)
{
    struct trial_level *level = &r->level[SEGMENT];
    int64_t *times = r->times;
    size_t n = event_times(set, k, times);
    for (size_t t = 0; t < n; t++) {
        const int64_t v = times[t];
        double m = 0.0, d0 = 0.0, d1 = set->follow[k].event && set->follow[k].length == v ? 1.0 : 0.0;
        for (size_t i = 0; i < set->n_members; i++) {
            m += set->members[i].follow[k].length >= v;
            d0 += set->members[i].follow[k].event && set->members[i].follow[k].length == v;
        }
        if (m < 1.0)
            continue;
        double total[3], own_event = 0.0;
        struct part exposed, each;
        weigh(r->request->weights, m, d0, d1, total, &exposed, &each, &own_event);
        stats_add(&level->o[k], total[0]);
        stats_add(&level->e[k], total[1]);
        stats_add(&level->q[k], total[2]);
        if (add_part(r, set->account, k, exposed) != TRIAL_OK)
            return TRIAL_NOMEM;
        for (size_t i = 0; i < set->n_members; i++) {
            const struct trial_follow *f = &set->members[i].follow[k];
            if (f->length < v)
                continue;
            struct part part = each;
            if (f->event && f->length == v)
                part.e += own_event;
            if (add_part(r, set->members[i].account, k, part) != TRIAL_OK)
                return TRIAL_NOMEM;
        }
    }
    return TRIAL_OK;
}

static enum trial_rc add_placebo(struct trial_run_state *r, const struct trial_set *set)
{
    struct trial_level *level = &r->level[SEGMENT];
    if (set->lag_length <= 0)
        return TRIAL_OK;
    int64_t sum = 0;
    for (size_t i = 0; i < set->n_members; i++)
        sum += set->members[i].before;
    double m = (double)set->n_members, mean = (double)sum / m;
    level->placebo_sets++;
    stats_add(&level->placebo_o, (double)set->before);
    stats_add(&level->placebo_e, mean);
    for (size_t i = 0; i <= set->n_members; i++) {
        bool exposed = i == set->n_members;
        struct trial_slot *slot = trial_level_slot(level, &r->alloc, exposed ? set->account : set->members[i].account);
        if (!slot)
            return TRIAL_NOMEM;
        slot->in_placebo = true;
        slot->placebo_o += exposed ? (double)set->before : 0.0;
        slot->placebo_e += exposed ? mean : ((double)set->members[i].before - mean) / m;
    }
    return TRIAL_OK;
}

static uint32_t member_unit(const struct trial_run_state *r, const struct trial_member *m)
{
    return r->frame->local_of[r->frame->in.stays[m->stay].unit];
}

// Other types that touched this person in [index - 7 d, index + W]: each once. `looker` must be new for every call of a set.
static size_t look_around(struct trial_run_state *r, uint32_t unit, int64_t index, int64_t window, uint32_t looker, size_t n_seen)
{
    const struct trial_events *touches = &r->frame->touches;
    const int64_t week = 7 * 86400 * r->frame->options.second;
    size_t end = touches->first[unit + 1];
    for (size_t i = trial_lower(touches->time, touches->first[unit], end, index - week);
         i < end && touches->time[i] <= index + window; i++) {
        uint32_t type = r->frame->touch_type[i];
        if (type == r->request->type || r->seen_by[type] == looker)
            continue;
        if (r->seen_by[type] == 0) {
            r->seen_types[n_seen++] = type;
            r->seen_count[type] = 0;
        }
        r->seen_by[type] = looker;
        r->seen_count[type]++;
    }
    return n_seen;
}

static void add_bundle(struct trial_run_state *r, const struct trial_set *set, uint32_t unit)
{
    struct trial_level *level = &r->level[SEGMENT];
    size_t n_seen = look_around(r, unit, set->time, set->window, 1, 0), n_exposed = n_seen;
    for (size_t s = 0; s < n_seen; s++)
        r->seen_count[r->seen_types[s]] = 0;  // from here on: comparators only
    for (size_t i = 0; i < set->n_members; i++)
        n_seen = look_around(r, member_unit(r, &set->members[i]), set->members[i].index, set->window, (uint32_t)i + 2, n_seen);
    for (size_t s = 0; s < n_seen; s++) {
        uint32_t type = r->seen_types[s];
        double share = (double)r->seen_count[type] / (double)set->n_members;
        stats_add(&level->bundle[type], (s < n_exposed ? 1.0 : 0.0) - share);
        r->seen_by[type] = 0;
    }
}

static void add_checks(struct trial_run_state *r, const struct trial_set *set, struct trial_view exposed)
{
    struct trial_level *level = &r->level[SEGMENT];
    size_t acted = 0;
    int64_t longest = 0;
    for (size_t i = 0; i < set->n_members; i++) {
        const struct trial_member *m = &set->members[i];
        acted += trial_acted_just_before(r, (struct trial_view){member_unit(r, m), {m->index, exposed.at.unit, r->exact}});
        longest = m->follow[0].length > longest ? m->follow[0].length : longest;
    }
    stats_add(&level->trigger, (trial_acted_just_before(r, exposed) ? 1.0 : 0.0) - (double)acted / (double)set->n_members);
    stats_add(&level->followed, (double)set->follow[0].length);
    stats_add(&level->covered, (double)(longest < set->follow[0].length ? longest : set->follow[0].length));
    add_bundle(r, set, exposed.unit);

    const struct trial_events *aim = trial_outcome(r, 0, set->stage);
    if (set->follow[0].event && set->follow[0].length <= longest && aim && aim->value) {
        double worth = aim->value[r->event_at[0]];
        if (!isnan(worth)) {
            level->worth_min = level->n_worth ? fmin(level->worth_min, worth) : worth;
            level->worth_max = level->n_worth ? fmax(level->worth_max, worth) : worth;
            level->n_worth++;
            stats_add(&level->worth, worth);
        }
    }
}

enum trial_rc trial_add_set(struct trial_run_state *r, const struct trial_set *set, struct trial_view exposed)
{
    struct trial_level *level = &r->level[SEGMENT];
    // Every account of a set is a cluster, also where nothing happened.
    struct trial_slot *slot = trial_level_slot(level, &r->alloc, set->account);
    if (!slot)
        return TRIAL_NOMEM;
    slot->exposed = true;
    for (size_t i = 0; i < set->n_members; i++)
        if (!trial_level_slot(level, &r->alloc, set->members[i].account))
            return TRIAL_NOMEM;
    enum trial_rc rc = trial_level_time(level, &r->alloc, set->time);
    for (uint32_t k = 0; k < r->request->n_outcomes && rc == TRIAL_OK; k++)
        rc = add_outcome(r, set, k);
    if (rc == TRIAL_OK)
        rc = add_placebo(r, set);
    if (rc == TRIAL_OK)
        add_checks(r, set, exposed);
    return rc;
}
