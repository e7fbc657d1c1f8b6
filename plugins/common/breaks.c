// SPDX-License-Identifier: MIT
//
// See breaks.h.
#include "plugins/common/breaks.h"

#include <math.h>

#define LEAST_EXCESS 0.05
#define EXPECTED_LEAST 5

void breaks_find(struct breaks *stages, size_t n, double *p, struct stats_ranked *work)
{
    double later = 1;
    for (size_t i = n; i-- > 0;) {
        struct breaks *b = &stages[i];
        const double all = (double)b->n, lost = (double)(b->n - b->advanced), moved = (double)b->advanced / all;
        const struct stats_interval w = stats_wilson(lost, all);
        const bool known = b->n && !isnan(b->reference);
        b->attrition = b->n ? lost / all : NAN;
        b->lo = w.lo;
        b->hi = w.hi;
        b->excess = known ? b->attrition - b->reference : NAN;
        b->p = p[i] = known ? stats_binomial_sf(lost, all, b->reference) : NAN;
        b->wins_lost = known ? fmax(0, all * (1 - b->reference - moved)) * later : NAN;
        if (b->n) later *= moved;
    }
    stats_bh(p + n, p, n, work);
    for (size_t i = 0; i < n; i++) {
        stages[i].adjusted = p[n + i];
        stages[i].is_break = stages[i].adjusted <= 0.05 && stages[i].excess >= LEAST_EXCESS;
    }
}

// ln P(x of the first side), given the margins.
static double table(double x, double n1, double n2, double successes)
{
    return stats_log_choose(n1, x) + stats_log_choose(n2, successes - x) - stats_log_choose(n1 + n2, successes);
}

double breaks_two_shares(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2)
{
    const double a = (double)n1, b = (double)n2, n = a + b, x = (double)x1 + (double)x2, share = x / n;
    if (!n1 || !n2 || x <= 0 || x >= n) return NAN;
    if (fmin(a, b) * fmin(share, 1 - share) >= EXPECTED_LEAST)
        return stats_normal_two_sided(((double)x1 / a - (double)x2 / b) / sqrt(share * (1 - share) * (1 / a + 1 / b)));
    const double seen = table((double)x1, a, b, x);
    double p = 0;
    for (double k = fmax(0, x - b); k <= fmin(a, x); k++) {
        const double t = table(k, a, b, x);
        if (t <= seen + 1e-7) p += exp(t);
    }
    return fmin(1, p);
}
