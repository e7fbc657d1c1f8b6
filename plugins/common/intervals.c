// SPDX-License-Identifier: MIT
//
// Intervals of shares, differences, counts and ratios, and the two operations on samples that every report needs
// (quantile, adjusted p-values). Pure functions; see stats.h for the sources of the formulas.
#include "plugins/common/stats.h"

#include <stdlib.h>

struct stats_interval stats_wilson(double x, double n)
{
    const double z = STATS_Z95;
    if (!(n > 0.0))
        return (struct stats_interval){NAN, NAN};
    double share = x / n, scale = 1.0 + z * z / n;
    double centre = (share + z * z / (2.0 * n)) / scale;
    double half = z / scale * sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    return (struct stats_interval){x <= 0.0 ? 0.0 : fmax(0.0, centre - half), x >= n ? 1.0 : fmin(1.0, centre + half)};
}

struct stats_interval stats_newcombe(double x1, double n1, double x2, double n2)
{
    if (!(n1 > 0.0) || !(n2 > 0.0))
        return (struct stats_interval){NAN, NAN};
    double p1 = x1 / n1, p2 = x2 / n2;
    struct stats_interval first = stats_wilson(x1, n1), second = stats_wilson(x2, n2);
    return (struct stats_interval){p1 - p2 - sqrt((p1 - first.lo) * (p1 - first.lo) + (second.hi - p2) * (second.hi - p2)),
                                   p1 - p2 + sqrt((first.hi - p1) * (first.hi - p1) + (p2 - second.lo) * (p2 - second.lo))};
}

// The mean at which P(a, mean), which rises with the mean, reaches `level`.
static double gamma_p_inverse(double a, double level, double hi)
{
    double lo = 0.0;
    for (int i = 0; i < 200; i++) {
        double middle = lo + (hi - lo) / 2.0;
        if (middle <= lo || middle >= hi)
            break;
        if (stats_gamma_p(a, middle) < level)
            lo = middle;
        else
            hi = middle;
    }
    return lo + (hi - lo) / 2.0;
}

struct stats_interval stats_garwood(double x)
{
    if (isnan(x) || x < 0.0)
        return (struct stats_interval){NAN, NAN};
    return (struct stats_interval){x > 0.0 ? gamma_p_inverse(x, 0.025, x + 1.0) : 0.0,
                                   gamma_p_inverse(x + 1.0, 0.975, x + 10.0 * sqrt(x + 1.0) + 20.0)};
}

struct stats_interval stats_ratio_set(double a, double b, double c)
{
    double discriminant = b * b - 4.0 * a * c;
    if (a > 0.0) {
        if (discriminant < 0.0)
            return (struct stats_interval){INFINITY, -INFINITY};
        double root = sqrt(discriminant);
        return (struct stats_interval){fmax(0.0, (b - root) / (2.0 * a)), (b + root) / (2.0 * a)};
    }
    if (!(a < 0.0))
        return (struct stats_interval){b > 0.0 ? fmax(0.0, c / b) : 0.0, INFINITY};
    if (discriminant < 0.0)
        return (struct stats_interval){0.0, INFINITY};
    double root = sqrt(discriminant), r1 = (b - root) / (2.0 * a), r2 = (b + root) / (2.0 * a);
    double smaller = fmin(r1, r2), larger = fmax(r1, r2);
    return (struct stats_interval){smaller < 0.0 ? fmax(0.0, larger) : 0.0, INFINITY};
}

double stats_quantile7(const double *ascending, size_t n, double p)
{
    if (n == 0 || !(p >= 0.0) || !(p <= 1.0))
        return NAN;
    double h = (double)(n - 1) * p;
    size_t i = (size_t)floor(h);
    if (i + 1 >= n)
        return ascending[n - 1];
    return ascending[i] + (h - (double)i) * (ascending[i + 1] - ascending[i]);
}

static int by_p_then_index(const void *left, const void *right)
{
    const struct stats_ranked *l = left, *r = right;
    if (l->p < r->p || l->p > r->p)
        return l->p < r->p ? -1 : 1;
    return l->index < r->index ? -1 : l->index > r->index;
}

void stats_bh(double *adjusted, const double *p, size_t n, struct stats_ranked *work)
{
    size_t family = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i]))
            adjusted[i] = NAN;
        else
            work[family++] = (struct stats_ranked){p[i], i};
    }
    if (family == 0)
        return;
    qsort(work, family, sizeof *work, by_p_then_index);
    double running = 1.0;
    for (size_t rank = family; rank > 0; rank--) {
        running = fmin(running, work[rank - 1].p * (double)family / (double)rank);
        adjusted[work[rank - 1].index] = running;
    }
}
