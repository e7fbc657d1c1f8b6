// SPDX-License-Identifier: MIT
//
// Sizes of hold-outs: the two-proportion formula with unequal arms, its inverse by bisection, and the time to fill the arms.
#include "plugins/analysis/score/size.h"

#include <stdbool.h>

#include "plugins/common/stats.h"

static bool inside(double p) { return p > 0 && p < 1; }

double size_controls_exact(double p0, double p1, double ratio)
{
    if (!inside(p0) || !inside(p1) || !(fabs(p1 - p0) > 0) || !(ratio > 0)) return NAN;
    const double mean = (p0 + ratio * p1) / (ratio + 1);
    const double a = STATS_Z95 * sqrt((ratio + 1) * mean * (1 - mean)), b = SIZE_Z_POWER * sqrt(ratio * p0 * (1 - p0) + p1 * (1 - p1));
    return (a + b) * (a + b) / (ratio * (p1 - p0) * (p1 - p0));
}

double size_controls(double p0, double p1, double ratio) { return ceil(size_controls_exact(p0, p1, ratio)); }

double size_lift_found(double p0, double controls, double ratio)
{
    if (!inside(p0) || !(controls > 0) || !(ratio > 0)) return NAN;
    double lo = 1, hi = 1 / p0;
    if (!(size_controls_exact(p0, p0 * (1 + (hi - 1) * (1 - 1e-9)), ratio) <= controls)) return INFINITY;
    for (int i = 0; i < 60; i++) {  // the size falls as the lift grows
        double middle = (lo + hi) / 2, n = size_controls_exact(p0, p0 * middle, ratio);
        if (n <= controls)
            hi = middle;
        else
            lo = middle;
    }
    return hi;
}

static double worth(double cases, double customers, double alike)
{
    return cases > customers && customers > 0 ? cases / (1 + (cases / customers - 1) * alike) : cases;
}

struct size_time size_days(const struct size_flow *f, double n)
{
    struct size_time t = {INFINITY, 0, 0};
    double cases = 0, customers = 0;
    if (isnan(n) || f->days == 0) return (struct size_time){NAN, NAN, NAN};
    for (size_t d = 0; d < f->days; d++) {
        t.cases += f->cases[d];
        t.customers += f->customers[d];
        if (worth(t.cases, t.customers, f->alike) >= n) return t.days = (double)(d + 1), t;
        if (d >= f->days / 2) cases += f->cases[d], customers += f->customers[d];
    }
    const double half = (double)(f->days - f->days / 2), begin_cases = t.cases, begin_customers = t.customers, far = 36525;
    double lo = 0, hi = far;
    if (!(worth(begin_cases + cases / half * far, begin_customers + customers / half * far, f->alike) >= n)) return t;
    while (hi - lo > 1) {  // whole days; more days are never worth less
        double middle = floor((lo + hi) / 2);
        if (worth(begin_cases + cases / half * middle, begin_customers + customers / half * middle, f->alike) >= n)
            hi = middle;
        else
            lo = middle;
    }
    return (struct size_time){(double)f->days + hi, begin_cases + cases / half * hi, begin_customers + customers / half * hi};
}

double size_alike(const struct size_alike *s)
{
    double n = s->customers, all = s->cases;
    if (n < 2 || all <= n) return 0;
    double between = (s->yes2 - s->yes * s->yes / all) / (n - 1), within = (s->yes - s->yes2) / (all - n), k = (all - s->cases2 / all) / (n - 1);
    double alike = (between - within) / (between + (k - 1) * within);
    return alike > 0 ? fmin(alike, 1) : 0;  // 0 also where all are the same: not a number
}
