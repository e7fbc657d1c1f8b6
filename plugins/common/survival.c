// SPDX-License-Identifier: MIT
//
// Survival curves and tests (survival.h). Cases of one time are counted together: who leaves at a time, and who was last seen then, was
// at risk at it.
#include "plugins/common/survival.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/common/linear.h"
#include "plugins/common/stats.h"

#define TOLERANCE 1.4901161193847656e-08  // square root of the double's epsilon

static int by_time(const void *x, const void *y)
{
    const struct survival_case *a = x, *b = y;
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    return (a->status > b->status) - (a->status < b->status);
}

void survival_sort(struct survival_case *cases, size_t n)
{
    if (n > 1) qsort(cases, n, sizeof *cases, by_time);
}

// Log-log band of a share s with Greenwood's sum v (METHODS 4.6).
static void band(struct survival_step *to, double v)
{
    to->lo = to->hi = NAN;
    if (to->stay <= 0 || to->stay >= 1) return;
    const double u = log(-log(to->stay)), e = STATS_Z95 * sqrt(v) / fabs(log(to->stay));
    to->lo = exp(-exp(u + e));
    to->hi = exp(-exp(u - e));
}

size_t survival_curve(struct survival_step *out, const struct survival_case *sorted, size_t n)
{
    double stay = 1, v = 0, to_advance = 0, to_leave = 0;
    size_t steps = 0;
    for (size_t i = 0, next; i < n; i = next) {
        uint64_t advanced = 0, left = 0;
        for (next = i; next < n && sorted[next].time == sorted[i].time; next++) {
            advanced += sorted[next].status == SURVIVAL_ADVANCED;
            left += sorted[next].status == SURVIVAL_LEFT;
        }
        const double risk = (double)(n - i), gone = (double)(advanced + left);
        if (advanced + left == 0) continue;
        to_advance += stay * (double)advanced / risk;
        to_leave += stay * (double)left / risk;
        stay *= 1 - gone / risk;
        v += risk > gone ? gone / (risk * (risk - gone)) : INFINITY;
        out[steps] = (struct survival_step){.time = sorted[i].time, .at_risk = n - i, .advanced = advanced, .left = left,
                                            .stay = stay, .to_advance = to_advance, .to_leave = to_leave};
        band(&out[steps++], v);
    }
    return steps;
}

static double value_of(const struct survival_step *s, enum survival_of of)
{
    return of == SURVIVAL_CURVE ? s->stay : of == SURVIVAL_LOWER ? s->lo : s->hi;
}

double survival_quantile(const struct survival_step *steps, size_t n, double p, enum survival_of of)
{
    size_t first = 0;
    while (first < n && !(value_of(&steps[first], of) < p + TOLERANCE)) first++;  // a band that is NaN is skipped
    if (first == n) return NAN;
    const double at = value_of(&steps[first], of);
    if (fabs(at - p) >= TOLERANCE) return (double)steps[first].time;
    for (size_t i = first + 1; i < n; i++)
        if (value_of(&steps[i], of) < at) return ((double)steps[first].time + (double)steps[i].time) / 2;
    return (double)steps[first].time;
}

const struct survival_step *survival_at(const struct survival_step *steps, size_t n, int64_t time)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (steps[middle].time <= time) low = middle + 1;
        else high = middle;
    }
    return low ? &steps[low - 1] : NULL;
}

double survival_beyond(const struct survival_step *steps, size_t n_steps, const struct survival_case *sorted, size_t n, int64_t time)
{
    const struct survival_step *at = survival_at(steps, n_steps, time);
    if (!n || (time > sorted[n - 1].time && !(at && at->stay <= 0))) return NAN;
    return at ? at->stay : 1;
}

// ---- the log-rank test ----------------------------------------------------------------------------------------------------------

struct sums {  // over times, of the groups that are counted
    double observed[SURVIVAL_GROUPS], expected[SURVIVAL_GROUPS], v[SURVIVAL_GROUPS * SURVIVAL_GROUPS];
    uint64_t risk[SURVIVAL_GROUPS];
    size_t k;
};

static void add_time(struct sums *s, const uint64_t *gone, uint64_t all_gone)
{
    double n = 0;
    const double d = (double)all_gone;
    for (size_t i = 0; i < s->k; i++) n += (double)s->risk[i];
    for (size_t i = 0; i < s->k; i++) {
        const double part = (double)s->risk[i] / n;
        s->observed[i] += (double)gone[i];
        s->expected[i] += d * part;
        for (size_t j = 0; j < s->k && n > 1; j++)
            s->v[i * s->k + j] += d * (n - d) / (n - 1) * part * ((i == j ? 1.0 : 0.0) - (double)s->risk[j] / n);
    }
}

// z' V^-1 z without the last group, whose row follows from the others.
static void settle(struct survival_logrank *out, const struct sums *s)
{
    double a[SURVIVAL_GROUPS * SURVIVAL_GROUPS], z[SURVIVAL_GROUPS], chi2 = 0;
    const size_t df = s->k - 1;
    size_t column;
    for (size_t i = 0; i < df; i++) {
        z[i] = s->observed[i] - s->expected[i];
        for (size_t j = 0; j < df; j++) a[i * df + j] = s->v[i * s->k + j];
    }
    out->df = df;
    out->variance = s->v[0];
    if (!linear_solve(a, z, df, 1, &column)) return;
    for (size_t i = 0; i < df; i++) chi2 += (s->observed[i] - s->expected[i]) * z[i];
    out->chi2 = chi2;
    out->p = stats_chi2_sf(chi2, (double)df);
}

// Cases before anybody has left tell nothing of the order in which groups leave, and a group of only such cases is not compared: it would
// have no expectation, and no inverse of the variance with it.
static size_t first_to_compare(const struct survival_case *sorted, size_t n)
{
    size_t i = 0;
    while (i < n && sorted[i].status == SURVIVAL_STAYED) i++;
    while (i > 0 && i < n && sorted[i - 1].time == sorted[i].time) i--;
    return i;
}

void survival_logrank(struct survival_logrank *out, const struct survival_case *sorted, size_t n, size_t k)
{
    struct sums s = {.k = 0};
    uint64_t cases[SURVIVAL_GROUPS] = {0};
    size_t of[SURVIVAL_GROUPS], dense[SURVIVAL_GROUPS];
    const size_t first = first_to_compare(sorted, n);
    memset(out, 0, sizeof *out);
    out->chi2 = out->p = out->variance = NAN;
    if (k > SURVIVAL_GROUPS) return;
    for (size_t i = first; i < n; i++) cases[sorted[i].group]++;
    for (size_t g = 0; g < k; g++) {
        dense[g] = s.k;
        if (cases[g]) {
            of[s.k] = g;
            s.risk[s.k++] = cases[g];
        }
    }
    if (s.k < 2) return;
    for (size_t i = first, next; i < n; i = next) {
        uint64_t gone[SURVIVAL_GROUPS] = {0}, seen[SURVIVAL_GROUPS] = {0}, all_gone = 0;
        for (next = i; next < n && sorted[next].time == sorted[i].time; next++) {
            const size_t g = dense[sorted[next].group];
            seen[g]++;
            gone[g] += sorted[next].status != SURVIVAL_STAYED;
            all_gone += sorted[next].status != SURVIVAL_STAYED;
        }
        if (all_gone) add_time(&s, gone, all_gone);
        for (size_t g = 0; g < s.k; g++) s.risk[g] -= seen[g];
    }
    for (size_t g = 0; g < s.k; g++) {
        out->observed[of[g]] = s.observed[g];
        out->expected[of[g]] = s.expected[g];
    }
    settle(out, &s);
}
