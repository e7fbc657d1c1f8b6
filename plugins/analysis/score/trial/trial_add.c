// SPDX-License-Identifier: MIT
//
// What one set adds to the sums of its segment (METHODS 3.4, 3.6): O, E, Q and each account's part in them for every outcome,
// the placebo, and the checks that travel with the estimate.
#include "plugins/analysis/score/trial/trial_internal.h"

#include <string.h>

#include "plugins/analysis/score/trial/trial_record.h"

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

// Most are followed beyond all event times.
static const uint8_t *read_ranks(uint32_t *ranks, size_t n, uint32_t n_times, const uint8_t *at)
{
    for (size_t i = 0; i < n; i++)
        ranks[i] = 2 * n_times;
    for (uint64_t early = trial_get(&at); early > 0; early--) {
        const size_t i = (size_t)trial_get(&at);
        ranks[i] = (uint32_t)trial_get(&at);
    }
    return at;
}

// Adds what the event times of one outcome give to the totals and to the exposed's account, and reads what they are for the
// comparators: what each gets by how far it comes, and how far that is. The times come ascending; where the exposed's own is
// among them, it is the last.
static const uint8_t *read_outcome(struct trial_run_state *r, const struct trial_set *set, struct trial_slot *exposed_slot,
                                   uint32_t k, const uint8_t *at)
{
    struct trial_level *level = &r->level[SEGMENT];
    struct trial_share *share = r->shares[k];
    const size_t n_times = (size_t)trial_get(&at);
    r->n_times[k] = n_times;
    share[0] = share[1] = (struct trial_share){0};
    for (size_t t = 1; t <= n_times; t++) {
        const double m = (double)trial_get(&at);
        const uint64_t events = trial_get(&at);
        const double d0 = (double)(events / 2), d1 = (double)(events & 1);
        double total[3], own_event = 0.0;
        struct part exposed, each;
        weigh(r->request->weights, m, d0, d1, total, &exposed, &each, &own_event);
        stats_add(&level->o[k], total[0]);
        stats_add(&level->e[k], total[1]);
        stats_add(&level->q[k], total[2]);
        exposed_slot->o[k] += exposed.o;
        exposed_slot->e[k] += exposed.e;
        share[2 * t] = (struct trial_share){share[2 * t - 2].o + each.o, share[2 * t - 2].e + each.e};
        share[2 * t + 1] = (struct trial_share){share[2 * t].o, share[2 * t].e + own_event};
    }
    return n_times > 0 ? read_ranks(r->ranks[k], set->n_members, (uint32_t)n_times, at) : at;
}

static double add_placebo(struct trial_run_state *r, const struct trial_set *set, struct trial_slot *exposed)
{
    struct trial_level *level = &r->level[SEGMENT];
    uint64_t sum = 0;
    for (size_t i = 0; i < set->n_members; i++)
        sum += trial_small(&r->before, i);
    const double mean = (double)sum / (double)set->n_members;
    level->placebo_sets++;
    stats_add(&level->placebo_o, (double)set->before);
    stats_add(&level->placebo_e, mean);
    exposed->in_placebo = true;
    exposed->placebo_o += (double)set->before;
    exposed->placebo_e += mean;
    return mean;
}

// ---- accounts ---------------------------------------------------------------------------------------------------------------

static inline struct trial_slot *slot_at(const struct trial_run_state *r, uint32_t position)
{
    return &r->ring[position & r->ring_mask];
}

// The slot of an account that has several stays in the segment, made if need be in room that was reserved.
static struct trial_slot *shared_slot(struct trial_run_state *r, uint32_t first, uint32_t account)
{
    struct trial_level *level = &r->level[SEGMENT];
    uint32_t *at = &r->slot_at[first];
    if (!*at) {
        level->slots[level->n_slots] = (struct trial_slot){.account = account};
        *at = ++level->n_slots;
    }
    return &level->slots[*at - 1];
}

static void add_alone(struct trial_run_state *r)
{
    trial_tally_add(&r->level[SEGMENT].alone, r->alone, r->n_alone, r->frame->account_of_owner);
    r->n_alone = 0;
}

// Positions before `to` are in no set to come: what their accounts got goes to the slots of the segment, in their order.
static enum trial_rc settle_slots(struct trial_run_state *r, uint32_t to)
{
    const struct trial_frame *f = r->frame;
    struct trial_level *level = &r->level[SEGMENT];
    const uint32_t end = to < r->reached ? to : r->reached;
    if (end > r->settled && trial_level_reserve(level, &r->alloc, end - r->settled) != TRIAL_OK)
        return TRIAL_NOMEM;
    for (uint32_t p = r->settled; p < end; p++) {
        struct trial_slot *slot = slot_at(r, p);
        if (!slot->used)
            continue;
        slot->account = f->owner[p];
        if (f->first_of_account[p] == TRIAL_ALONE) {
            r->alone[r->n_alone++] = *slot;
            if (r->n_alone == TRIAL_SLOTS)
                add_alone(r);
        } else if (f->first_of_account[p] == TRIAL_NONE) {
            level->mapped = false;
            level->slots[level->n_slots++] = *slot;
        } else {
            level->mapped = false;
            trial_slot_add(shared_slot(r, f->first_of_account[p], f->owner[p]), slot);
        }
        *slot = (struct trial_slot){0};
    }
    r->settled = to;
    r->reached = to > r->reached ? to : r->reached;
    return TRIAL_OK;
}

// Makes the ring reach as far as the comparators of a position can be.
static enum trial_rc make_room(struct trial_run_state *r, uint32_t position)
{
    const uint32_t scan = r->frame->options.scan, n = r->frame->n_stays;
    const uint32_t lo = position > scan ? position - scan : 0, hi = n - position > scan ? position + scan + 1 : n;
    if (r->reached == r->settled)
        r->settled = r->reached = lo;
    enum trial_rc rc = hi - r->settled > r->ring_mask + 1 ? settle_slots(r, lo) : TRIAL_OK;
    r->reached = hi > r->reached ? hi : r->reached;
    return rc;
}

// What each comparator's account gets of all that. Every account of a set is a cluster, also where nothing happened.
static void add_members(struct trial_run_state *r, const struct trial_set *set, double mean)
{
    const size_t n = set->n_members;
    const double m = (double)n;
    const bool placebo = set->lag_length > 0, shared = r->request->weights != TRIAL_SMR;  // else no comparator has a part in o
    for (size_t i = 0; i < n; i++) {
        struct trial_slot *slot = slot_at(r, r->position[i]);
        slot->used = true;
        if (placebo) {
            slot->in_placebo = true;
            slot->placebo_e += ((double)trial_small(&r->before, i) - mean) / m;
        }
        for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
            if (r->n_times[k] == 0)
                continue;
            const struct trial_share *share = &r->shares[k][r->ranks[k][i]];
            slot->e[k] += share->e;
            if (shared)
                slot->o[k] += share->o;
        }
    }
}

// Adds up what has been counted of the sets since the last time.
static void add_counts(struct trial_run_state *r)
{
    struct trial_level *level = &r->level[SEGMENT];
    const uint32_t n_types = r->frame->in.n_types, own = r->request->type;
    for (uint32_t m = 0; m <= r->frame->options.comparators; m++) {
        struct trial_bundles *b = &r->bundles[m];
        uint32_t *saw = r->saw + (size_t)m * r->saw_types;
        if (!b->any)
            continue;
        stats_add(&level->trigger, m == 0 ? (double)b->acted : -(double)b->acted / m);
        for (uint32_t t = 0; t < n_types; t++)
            if (saw[t] && t != own)
                stats_add(&level->bundle[t], m == 0 ? (double)saw[t] : -(double)saw[t] / m);
        memset(saw, 0, r->saw_types * sizeof *saw);
        *b = (struct trial_bundles){0};
    }
    r->n_saw = 0;
}

// Who saw which types, and who acted just before.
static const uint8_t *count_bundle(struct trial_run_state *r, const struct trial_set *set, const struct trial_told *told)
{
    const uint32_t members = (uint32_t)set->n_members;
    const bool bytes = trial_bundle_is_bytes(r->frame->options.comparators);
    const uint8_t *at = told->rest;
    uint32_t *saw = r->saw + (size_t)members * r->saw_types;
    if (r->n_saw++ == UINT32_MAX / r->frame->options.comparators)
        add_counts(r);
    r->bundles[0].any = r->bundles[members].any = true;
    r->bundles[0].acted += (told->flags & TRIAL_ACTED) != 0;
    r->bundles[members].acted += told->acted;
    for (uint64_t eight = trial_get(&at); eight; eight = trial_get(&at)) {
        const size_t first = 8 * (size_t)(eight - 1);
        for (uint32_t exposed = *at++; exposed; exposed &= exposed - 1)
            r->saw[first + (uint32_t)__builtin_ctz(exposed)]++;
        struct trial_smalls counts;
        at = trial_see_small(at, &counts, 8, bytes);
        for (uint32_t i = 0; i < 8; i++)
            saw[first + i] += bytes ? counts.at[i] : trial_small(&counts, i);
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

enum trial_rc trial_add_set(struct trial_run_state *r, const struct trial_set *set, uint32_t position, const struct trial_told *told)
{
    struct trial_level *level = &r->level[SEGMENT];
    struct trial_slot *exposed = slot_at(r, position);
    const uint8_t *at;
    double mean = 0.0;
    enum trial_rc rc = make_room(r, position);
    if (rc == TRIAL_OK)
        rc = trial_level_time(level, &r->alloc, set->time);
    if (rc != TRIAL_OK)
        return rc;
    for (size_t i = 0; i < set->n_members; i++)
        __builtin_prefetch(slot_at(r, r->position[i]), 1);
    exposed->used = exposed->exposed = true;
    stats_add(&level->followed, (double)set->follow[0].length);
    stats_add(&level->covered, (double)told->covered);
    at = count_bundle(r, set, told);
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

enum trial_rc trial_add_settle(struct trial_run_state *r)
{
    enum trial_rc rc = settle_slots(r, r->reached);
    add_alone(r);
    add_counts(r);
    r->settled = r->reached = 0;
    return rc;
}
