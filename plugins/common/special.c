// SPDX-License-Identifier: MIT
//
// Distribution functions from libm alone (erfc, lgamma_r, log1p). lgamma_r and not lgamma: the plain one writes the
// global `signgam`, and analyses run in threads. Iteration limits are far above what converges at double precision;
// reaching one returns the best value so far, never hangs.
#include "plugins/common/stats.h"

#include <float.h>

#define ITERATIONS 1000000
#define TINY 1e-300

static double log_gamma(double x)
{
    int sign = 0;
    return lgamma_r(x, &sign);
}

double stats_normal_cdf(double x)
{
    return 0.5 * erfc(-x / sqrt(2.0));
}

double stats_normal_two_sided(double z)
{
    return erfc(fabs(z) / sqrt(2.0));
}

static double polynomial(const double *coefficient, size_t n, double x)
{
    double y = 0.0;
    for (size_t i = 0; i < n; i++)
        y = y * x + coefficient[i];
    return y;
}

// Acklam's approximation of the quantile, relative error 1.15e-9, for 0 < p <= 1 - 0.02425.
static double quantile_start(double p)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                               1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                               6.680131188771972e+01,  -1.328068155288572e+01, 1.0};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00, 1.0};

    if (p < 0.02425) {
        double q = sqrt(-2.0 * log(p));
        return polynomial(c, 6, q) / polynomial(d, 5, q);
    }
    double q = p - 0.5, r = q * q;
    return polynomial(a, 6, r) * q / polynomial(b, 6, r);
}

double stats_normal_quantile(double p)
{
    if (isnan(p))
        return NAN;
    if (!(p > 0.0))
        return -INFINITY;
    if (!(p < 1.0))
        return INFINITY;
    if (p > 1.0 - 0.02425)
        return -stats_normal_quantile(1.0 - p);
    double x = quantile_start(p);
    for (int step = 0; step < 2; step++) {
        double error = stats_normal_cdf(x) - p;
        double u = error * sqrt(2.0 * 3.14159265358979323846) * exp(x * x / 2.0);
        x -= u / (1.0 + x * u / 2.0);
    }
    return x;
}

static double gamma_series(double a, double x)
{
    double term = 1.0 / a, sum = term, n = a;
    for (int i = 0; i < ITERATIONS; i++) {
        n += 1.0;
        term *= x / n;
        sum += term;
        if (fabs(term) < fabs(sum) * 1e-17)
            break;
    }
    return sum * exp(-x + a * log(x) - log_gamma(a));
}

static double gamma_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1.0 / TINY, d = 1.0 / b, h = d;
    for (int i = 1; i < ITERATIONS; i++) {
        double an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = fabs(d) < TINY ? TINY : d;
        c = b + an / c;
        c = fabs(c) < TINY ? TINY : c;
        d = 1.0 / d;
        double delta = d * c;
        h *= delta;
        if (fabs(delta - 1.0) < DBL_EPSILON)
            break;
    }
    return exp(-x + a * log(x) - log_gamma(a)) * h;
}

double stats_gamma_p(double a, double x)
{
    if (isnan(a) || isnan(x) || !(a > 0.0))
        return NAN;
    if (x <= 0.0)
        return 0.0;
    if (isinf(x))
        return 1.0;
    return x < a + 1.0 ? gamma_series(a, x) : 1.0 - gamma_fraction(a, x);
}

double stats_gamma_q(double a, double x)
{
    if (isnan(a) || isnan(x) || !(a > 0.0))
        return NAN;
    if (x <= 0.0)
        return 1.0;
    if (isinf(x))
        return 0.0;
    return x < a + 1.0 ? 1.0 - gamma_series(a, x) : gamma_fraction(a, x);
}

static double beta_fraction(double a, double b, double x)
{
    double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int m = 1; m < ITERATIONS; m++) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 + even * d;
        d = fabs(d) < TINY ? TINY : d;
        c = 1.0 + even / c;
        c = fabs(c) < TINY ? TINY : c;
        d = 1.0 / d;
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 + odd * d;
        d = fabs(d) < TINY ? TINY : d;
        c = 1.0 + odd / c;
        c = fabs(c) < TINY ? TINY : c;
        d = 1.0 / d;
        double delta = d * c;
        h *= delta;
        if (fabs(delta - 1.0) < DBL_EPSILON)
            break;
    }
    return h;
}

double stats_beta(double a, double b, double x)
{
    if (isnan(a) || isnan(b) || isnan(x) || !(a > 0.0) || !(b > 0.0))
        return NAN;
    if (x <= 0.0)
        return 0.0;
    if (x >= 1.0)
        return 1.0;
    double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1.0) / (a + b + 2.0))
        return front * beta_fraction(a, b, x) / a;
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b;
}

double stats_chi2_sf(double x, double df)
{
    return stats_gamma_q(df / 2.0, x / 2.0);
}

double stats_t_two_sided(double t, double df)
{
    return isinf(t) ? 0.0 : stats_beta(df / 2.0, 0.5, df / (df + t * t));
}

double stats_t_quantile(double p, double df)
{
    if (isnan(p) || isnan(df) || !(df > 0.0))
        return NAN;
    if (!(p > 0.0))
        return -INFINITY;
    if (!(p < 1.0))
        return INFINITY;
    if (p < 0.5)
        return -stats_t_quantile(1.0 - p, df);
    double tail = 2.0 * (1.0 - p), lo = 0.0, hi = 1.0;
    while (stats_t_two_sided(hi, df) > tail && hi < DBL_MAX / 4.0)
        hi *= 2.0;
    for (int i = 0; i < 200; i++) {
        double middle = lo + (hi - lo) / 2.0;
        if (middle <= lo || middle >= hi)
            break;
        if (stats_t_two_sided(middle, df) > tail)
            lo = middle;
        else
            hi = middle;
    }
    return lo + (hi - lo) / 2.0;
}

double stats_f_sf(double f, double d1, double d2)
{
    return stats_beta(d2 / 2.0, d1 / 2.0, d2 / (d2 + d1 * f));
}

double stats_log_choose(double n, double k)
{
    return log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0);
}

double stats_binomial_pmf(double k, double n, double p)
{
    if (k < 0.0 || k > n)
        return 0.0;
    if (p <= 0.0)
        return k > 0.0 ? 0.0 : 1.0;
    if (p >= 1.0)
        return k < n ? 0.0 : 1.0;
    return exp(stats_log_choose(n, k) + k * log(p) + (n - k) * log1p(-p));
}

double stats_binomial_sf(double k, double n, double p)
{
    if (k <= 0.0)
        return 1.0;
    if (k > n)
        return 0.0;
    return stats_beta(k, n - k + 1.0, p);
}

double stats_binomial_cdf(double k, double n, double p)
{
    if (k < 0.0)
        return 0.0;
    if (k >= n)
        return 1.0;
    return stats_beta(n - k, k + 1.0, 1.0 - p);
}

double stats_poisson_cdf(double k, double mean)
{
    return k < 0.0 ? 0.0 : stats_gamma_q(k + 1.0, mean);
}

double stats_poisson_sf(double k, double mean)
{
    return k <= 0.0 ? 1.0 : stats_gamma_p(k, mean);
}
