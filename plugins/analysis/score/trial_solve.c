// SPDX-License-Identifier: MIT
//
// From sums to estimates (METHODS 3.4): variance with the Poisson floor, test, extra actions, and the union of a Sato and a
// clustered Fieller interval of the lift. Also searches in a unit's events, which every part of the trial uses.
#include "plugins/analysis/score/trial_internal.h"

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

void trial_cluster(struct trial_estimate *out, const struct trial_slot *slots, size_t n, uint32_t k, double o, double e,
                   double q)
{
    struct stats_sum oo = {0}, oe = {0}, ee = {0};
    for (size_t i = 0; i < n; i++) {
        stats_add(&oo, slots[i].o[k] * slots[i].o[k]);
        stats_add(&oe, slots[i].o[k] * slots[i].e[k]);
        stats_add(&ee, slots[i].e[k] * slots[i].e[k]);
    }
    double factor = n > 1 ? (double)n / (double)(n - 1) : 1.0;
    trial_solve(out, o, e, q, n, factor * stats_total(&oo), factor * stats_total(&oe), factor * stats_total(&ee));
}

void trial_largest(uint32_t *account, double *share, const struct trial_slot *slots, size_t n)
{
    struct stats_sum total = {0};
    double largest = 0.0;
    *account = TRIAL_NONE;
    for (size_t i = 0; i < n; i++) {
        double part = fabs(slots[i].o[0] - slots[i].e[0]);
        stats_add(&total, part);
        if (part > largest || (part > 0.0 && part >= largest && slots[i].account < *account)) {
            largest = part;
            *account = slots[i].account;
        }
    }
    *share = largest > 0.0 ? largest / stats_total(&total) : 0.0;
}

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
