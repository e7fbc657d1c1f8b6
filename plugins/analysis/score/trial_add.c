// SPDX-License-Identifier: MIT
//
// What one set adds to the sums of its segment (METHODS 3.4, 3.6): O, E, Q and each account's part in them for every outcome,
// the placebo, and the checks that travel with the estimate.
#include "plugins/analysis/score/trial_internal.h"

#include "plugins/analysis/score/trial_record.h"

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

// Adds what the event times of one outcome give to the totals and to the exposed's account, and reads what they are for the
// comparators: their shares up to each time, and how far each of them comes. The times come ascending; where the exposed's own is
// among them, it is the last.
static const uint8_t *read_outcome(struct trial_run_state *r, const struct trial_set *set, struct trial_slot *exposed_slot, uint32_t k, const uint8_t *at)
{
    struct trial_level *level = &r->level[SEGMENT];
    struct trial_share *share = r->shares[k];
    const size_t n_times = (size_t)trial_get(&at);
    r->n_times[k] = n_times;
    share[0] = (struct trial_share){0};
    for (size_t t = 1; t <= n_times; t++) {
        const double m = (double)trial_get(&at), d0 = (double)trial_get(&at), d1 = (double)trial_get(&at);
        double total[3], own_event = 0.0;
        struct part exposed, each;
        weigh(r->request->weights, m, d0, d1, total, &exposed, &each, &own_event);
        stats_add(&level->o[k], total[0]);
        stats_add(&level->e[k], total[1]);
        stats_add(&level->q[k], total[2]);
        exposed_slot->o[k] += exposed.o;
        exposed_slot->e[k] += exposed.e;
        share[t] = (struct trial_share){share[t - 1].o + each.o, share[t - 1].e + each.e, own_event};
    }
    return n_times > 0 ? trial_get_small(at, r->ranks[k], set->n_members, trial_ranks_are_bytes(r->frame->options.comparators)) : at;
}

static double add_placebo(struct trial_run_state *r, const struct trial_set *set, struct trial_slot *exposed)
{
    struct trial_level *level = &r->level[SEGMENT];
    uint64_t sum = 0;
    for (size_t i = 0; i < set->n_members; i++)
        sum += r->before[i];
    const double mean = (double)sum / (double)set->n_members;
    level->placebo_sets++;
    stats_add(&level->placebo_o, (double)set->before);
    stats_add(&level->placebo_e, mean);
    exposed->in_placebo = true;
    exposed->placebo_o += (double)set->before;
    exposed->placebo_e += mean;
    return mean;
}

// What each comparator's account gets of all that.
static void add_members(struct trial_run_state *r, const struct trial_set *set, double mean)
{
    const size_t n = set->n_members;
    const double m = (double)n;
    const bool placebo = set->lag_length > 0, shared = r->request->weights != TRIAL_SMR;  // else no comparator has a part in o
    for (size_t i = 0; i < n; i++) {
        struct trial_slot *slot = r->slots[i];
        if (placebo) {
            slot->in_placebo = true;
            slot->placebo_e += ((double)r->before[i] - mean) / m;
        }
        for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
            if (r->n_times[k] == 0)
                continue;
            const uint32_t rank = r->ranks[k][i];
            const struct trial_share *share = &r->shares[k][rank / 2];
            slot->e[k] += rank & 1 ? share->e + share->own : share->e;
            if (shared)
                slot->o[k] += share->o;
        }
    }
}

static const uint8_t *add_bundle(struct trial_run_state *r, const struct trial_set *set, const uint8_t *at)
{
    struct stats_sum *bundle = r->level[SEGMENT].bundle;
    const bool bytes = trial_bundle_is_bytes(r->frame->options.comparators, r->frame->in.n_types);
    const double members = (double)set->n_members;
    for (size_t n = (size_t)trial_get(&at); n > 0; n--) {
        const uint32_t type = bytes ? at[0] : (uint32_t)trial_get(&at);
        const uint64_t seen = bytes ? at[1] : trial_get(&at);
        at += bytes ? 2 : 0;
        stats_add(&bundle[type], (seen & 1 ? 1.0 : 0.0) - (double)(seen >> 1) / members);
    }
    return at;
}

static void add_worth(struct trial_level *level, double worth)
{
    level->worth_min = level->n_worth ? fmin(level->worth_min, worth) : worth;
    level->worth_max = level->n_worth ? fmax(level->worth_max, worth) : worth;
    level->n_worth++;
    stats_add(&level->worth, worth);
}

// The account's slot, made if need be in room that was reserved. Neighbours in a segment are neighbours in its map by position,
// where accounts lie anywhere in one of all.
static inline struct trial_slot *slot_at(struct trial_run_state *r, uint32_t position)
{
    struct trial_level *level = &r->level[SEGMENT];
    uint32_t *at = &r->slot_at[r->frame->first_of_account[position]];
    if (!*at) {
        level->slots[level->n_slots] = (struct trial_slot){.account = r->frame->owner[position]};
        level->mapped = false;
        *at = ++level->n_slots;
    }
    return &level->slots[*at - 1];
}

// Every account of a set is a cluster, also where nothing happened. All slots are made before any is kept.
static enum trial_rc find_slots(struct trial_run_state *r, const struct trial_set *set, uint32_t position, struct trial_slot **exposed)
{
    struct trial_level *level = &r->level[SEGMENT];
    const size_t n = set->n_members;
    if (trial_level_reserve(level, &r->alloc, n + 1) != TRIAL_OK)
        return TRIAL_NOMEM;
    *exposed = slot_at(r, position);
    for (size_t i = 0; i < n; i++)
        r->slots[i] = slot_at(r, r->position[i]);
    return TRIAL_OK;
}

enum trial_rc trial_add_set(struct trial_run_state *r, const struct trial_set *set, uint32_t position, const struct trial_told *told)
{
    struct trial_level *level = &r->level[SEGMENT];
    struct trial_slot *exposed = NULL;
    const uint8_t *at = told->rest;
    double mean = 0.0;
    enum trial_rc rc = find_slots(r, set, position, &exposed);
    if (rc == TRIAL_OK)
        rc = trial_level_time(level, &r->alloc, set->time);
    if (rc != TRIAL_OK)
        return rc;
    exposed->exposed = true;
    stats_add(&level->trigger, (told->flags & TRIAL_ACTED ? 1.0 : 0.0) - (double)told->acted / (double)set->n_members);
    stats_add(&level->followed, (double)set->follow[0].length);
    stats_add(&level->covered, (double)told->covered);
    at = add_bundle(r, set, at);
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++)
        r->n_times[k] = 0;
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        at = read_outcome(r, set, exposed, k, at);
    if (set->lag_length > 0)
        mean = add_placebo(r, set, exposed);
    add_members(r, set, mean);
    if (told->flags & TRIAL_WORTH)
        add_worth(level, told->worth);
    return TRIAL_OK;
}
