// SPDX-License-Identifier: MIT
//
// From sums to estimates (METHODS 3.4): variance with the Poisson floor, test, extra actions, and the union of a Sato and a
// clustered Fieller interval of the lift. Also searches in a unit's events, which every part of the trial uses.
#include "plugins/analysis/score/trial/trial_internal.h"

void trial_solve(struct trial_estimate *out, double o, double e, double q, size_t clusters, double voo, double voe,
                 double vee)
{
    const double z = STATS_Z95, zz = z * z;
    struct trial_estimate r = {.o = o, .e = e, .q = q, .clusters = clusters, .voo = voo, .voe = voe, .vee = vee};

    r.extra = o - e;
    r.lift = e > 0.0 ? o / e : o > 0.0 ? INFINITY : NAN;
    r.v = fmax(voo - 2.0 * voe + vee, q);
    r.z = r.v > 0.0 ? r.extra / sqrt(r.v) : 0.0;
    r.p = stats_normal_two_sided(r.z);
    r.extra_lo = r.extra - z * sqrt(r.v);
    r.extra_hi = r.extra + z * sqrt(r.v);
    r.sato = stats_ratio_set(e * e, 2.0 * o * e + zz * q, o * o);
    r.fieller = stats_ratio_set(e * e - zz * vee, 2.0 * (o * e - zz * voe), o * o - zz * voo);
    r.lo = fmin(r.sato.lo, r.fieller.lo);
    r.hi = fmax(r.sato.hi, r.fieller.hi);
    *out = r;
}

// ---- sums over accounts ----------------------------------------------------------------------------------------------------

static void add_block(double *sum, struct trial_tally *tally, const struct trial_slot *slots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct trial_slot *s = &slots[i];
        for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
            sum[TRIAL_OO + k] += s->o[k] * s->o[k];
            sum[TRIAL_OE + k] += s->o[k] * s->e[k];
            sum[TRIAL_EE + k] += s->e[k] * s->e[k];
        }
        sum[TRIAL_PLACEBO] += s->placebo_o * s->placebo_o;  // 0 where it is in no placebo
        sum[TRIAL_PLACEBO + 1] += s->placebo_o * s->placebo_e;
        sum[TRIAL_PLACEBO + 2] += s->placebo_e * s->placebo_e;
        sum[TRIAL_MONEY] += s->money * s->money;
        sum[TRIAL_PARTS_ALL] += fabs(s->o[0] - s->e[0]);
        tally->exposed += s->exposed;
        tally->in_placebo += s->in_placebo;
    }
}

static void take_largest(struct trial_tally *tally, double part, uint32_t account)
{
    if (part > tally->largest_part || account < tally->largest) {
        tally->largest_part = part;
        tally->largest = account;
    }
}

static void find_largest(struct trial_tally *tally, const struct trial_slot *slots, size_t n, const uint32_t *account_of)
{
    for (size_t i = 0; i < n; i++) {
        const double part = fabs(slots[i].o[0] - slots[i].e[0]);
        if (part >= tally->largest_part && part > 0.0)
            take_largest(tally, part, account_of ? account_of[slots[i].account] : slots[i].account);
    }
}

void trial_tally_add(struct trial_tally *tally, const struct trial_slot *slots, size_t n, const uint32_t *account_of)
{
    tally->n += n;
    for (size_t at = 0, next; at < n; at = next) {
        double block[TRIAL_TALLIES] = {0};
        next = n - at < TRIAL_SLOTS ? n : at + TRIAL_SLOTS;
        add_block(block, tally, slots + at, next - at);
        find_largest(tally, slots + at, next - at, account_of);
        for (size_t i = 0; i < TRIAL_TALLIES; i++)
            stats_add(&tally->sums[i], block[i]);
    }
}

void trial_tally_fold(struct trial_tally *into, const struct trial_tally *from, double value)
{
    for (size_t i = 0; i < TRIAL_TALLIES; i++) {
        stats_add(&into->sums[i], from->sums[i].sum);
        stats_add(&into->sums[i], from->sums[i].lost);
    }
    // The squares of value (o - e): what is folded had no money yet.
    if (!isnan(value))
        stats_add(&into->sums[TRIAL_MONEY], value * value *
                                                (stats_total(&from->sums[TRIAL_OO]) - 2.0 * stats_total(&from->sums[TRIAL_OE]) +
                                                 stats_total(&from->sums[TRIAL_EE])));
    into->n += from->n;
    into->exposed += from->exposed;
    into->in_placebo += from->in_placebo;
    if (from->largest_part >= into->largest_part && from->largest_part > 0.0)
        take_largest(into, from->largest_part, from->largest);
}

void trial_parts_of(struct trial_parts *out, const struct trial_tally *alone, const struct trial_slot *slots, size_t n, const uint32_t *account_of)
{
    struct trial_tally all = *alone;
    trial_tally_add(&all, slots, n, account_of);
    *out = (struct trial_parts){.n = all.n, .exposed = all.exposed, .in_placebo = all.in_placebo, .largest_part = all.largest_part,
                                .largest = all.largest_part > 0.0 ? all.largest : TRIAL_NONE};
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        out->oo[k] = stats_total(&all.sums[TRIAL_OO + k]);
        out->oe[k] = stats_total(&all.sums[TRIAL_OE + k]);
        out->ee[k] = stats_total(&all.sums[TRIAL_EE + k]);
    }
    out->placebo_oo = stats_total(&all.sums[TRIAL_PLACEBO]);
    out->placebo_oe = stats_total(&all.sums[TRIAL_PLACEBO + 1]);
    out->placebo_ee = stats_total(&all.sums[TRIAL_PLACEBO + 2]);
    out->money2 = stats_total(&all.sums[TRIAL_MONEY]);
    out->all = stats_total(&all.sums[TRIAL_PARTS_ALL]);
}

void trial_cluster(struct trial_estimate *out, const struct trial_parts *parts, uint32_t k, double o, double e, double q)
{
    const double factor = parts->n > 1 ? (double)parts->n / (double)(parts->n - 1) : 1.0;
    trial_solve(out, o, e, q, parts->n, factor * parts->oo[k], factor * parts->oe[k], factor * parts->ee[k]);
}

// ---- searches --------------------------------------------------------------------------------------------------------------

size_t trial_first_after(const struct trial_events *events, const int64_t *unit_of, uint32_t unit, struct trial_at at)
{
    size_t end = events->first[unit + 1], i = trial_upper(events->time, events->first[unit], end, at.time);
    // What is later by stored time can still be in the same day or second as `at`: not strictly after.
    while (!at.exact && i < end &&
           !trial_strictly_after(events->time[i], trial_unit(events, unit_of, i), at.time, at.unit))
        i++;
    return i;
}

struct trial_follow trial_follow(const struct trial_events *events, const int64_t *unit_of, uint32_t unit,
                                 struct trial_at at, int64_t end, size_t *position)
{
    struct trial_follow follow = {end - at.time, false};
    if (!events)
        return follow;
    size_t i = trial_first_after(events, unit_of, unit, at);
    if (i < events->first[unit + 1] && events->time[i] <= end) {
        follow.length = events->time[i] - at.time;
        follow.event = true;
        *position = i;
    }
    return follow;
}
