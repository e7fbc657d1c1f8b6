// SPDX-License-Identifier: MIT
//
// Numerical building blocks that several analyses share: distribution functions, intervals, Benjamini-Hochberg,
// quantiles and exact-order summation. Everything is a pure function of its arguments (no allocation, no state, no errno
// contract), so any thread may call anything. A result that cannot be computed is NaN; an unbounded limit is infinity.
// Reference values: tests/truth/expected/sec00_special.json. Split over special.c (distributions) and intervals.c.
#ifndef VOC_PLUGINS_COMMON_STATS_H
#define VOC_PLUGINS_COMMON_STATS_H

#include <math.h>
#include <stddef.h>

// The 97.5 % point of the standard normal distribution: the only confidence level that reports print is 95 %.
#define STATS_Z95 1.959963984540054

// ---- sums -------------------------------------------------------------------------------------------------------

// A running sum whose error does not grow with the number of terms (Neumaier 1974: Kahan's sum, improved).
// Initialise with {0}; the order of additions is still part of the result, so add in a fixed order.
struct stats_sum {
    double sum, lost;
};

static inline void stats_add(struct stats_sum *s, double x)
{
    double t = s->sum + x;
    s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
    s->sum = t;
}

static inline double stats_total(const struct stats_sum *s)
{
    return s->sum + s->lost;
}

// ---- distributions (special.c) ----------------------------------------------------------------------------------

// P(Z <= x), from erfc, so that far tails keep their relative accuracy.
double stats_normal_cdf(double x);

// P(|Z| >= |z|): the two-sided p-value of a normal statistic.
double stats_normal_two_sided(double z);

// The p quantile of the standard normal distribution: Acklam's rational start, then two Halley steps on erfc.
// p <= 0 gives -infinity, p >= 1 infinity.
double stats_normal_quantile(double p);

// Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, a > 0: series for x < a + 1, else a continued
// fraction by Lentz's method (Numerical Recipes 6.2; Abramowitz & Stegun 6.5.29, 6.5.31).
double stats_gamma_p(double a, double x);
double stats_gamma_q(double a, double x);

// Regularised incomplete beta function I_x(a, b), a, b > 0: continued fraction by Lentz's method (A&S 26.5.8).
double stats_beta(double a, double b, double x);

// Upper tail of chi-square with df degrees of freedom.
double stats_chi2_sf(double x, double df);

// P(|T| >= |t|) with df degrees of freedom, and the p quantile of T (bisection on the former).
double stats_t_two_sided(double t, double df);
double stats_t_quantile(double p, double df);

// Upper tail of F with d1 and d2 degrees of freedom.
double stats_f_sf(double f, double d1, double d2);

// ln(n choose k); P(X = k), P(X >= k) and P(X <= k) for X ~ Binomial(n, p). k and n are whole numbers.
double stats_log_choose(double n, double k);
double stats_binomial_pmf(double k, double n, double p);
double stats_binomial_sf(double k, double n, double p);
double stats_binomial_cdf(double k, double n, double p);

// P(X <= k) and P(X >= k) for X ~ Poisson(mean).
double stats_poisson_cdf(double k, double mean);
double stats_poisson_sf(double k, double mean);

// ---- intervals (intervals.c), all at 95 % -------------------------------------------------------------------------

struct stats_interval {
    double lo, hi;
};

// Wilson 1927 score interval of x successes in n, no continuity correction; the lower limit is exactly 0 at x = 0 and
// the upper exactly 1 at x = n. n = 0 gives NaN.
struct stats_interval stats_wilson(double x, double n);

// Newcombe 1998, method 10 (hybrid score): the difference x1/n1 - x2/n2. An empty side gives NaN.
struct stats_interval stats_newcombe(double x1, double n1, double x2, double n2);

// Garwood 1936 exact interval of a Poisson mean after x events (bisection, so 1e-7 is the promised accuracy).
struct stats_interval stats_garwood(double x);

// The range of {theta >= 0 : a theta^2 - b theta + c <= 0} that METHODS 3.4 uses for ratio intervals: between the roots
// when a > 0 (empty, that is {inf, -inf}, when there are none), unbounded above otherwise.
struct stats_interval stats_ratio_set(double a, double b, double c);

// ---- samples (intervals.c) --------------------------------------------------------------------------------------------

// Hyndman & Fan type 7 quantile of n ascending values, 0 <= p <= 1. n = 0 gives NaN.
double stats_quantile7(const double *ascending, size_t n, double p);

struct stats_ranked {
    double p;
    size_t index;
};

// Benjamini & Hochberg 1995 adjusted p-values: running minimum from the largest p, capped at 1. A NaN marks a cell that
// failed the evidence rule: it is no member of the family and stays NaN. `work` has room for n entries; p and adjusted
// may be the same array.
void stats_bh(double *adjusted, const double *p, size_t n, struct stats_ranked *work);

#endif
