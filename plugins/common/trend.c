// SPDX-License-Identifier: MIT
//
// Tests of trend (trend.h).
#include "plugins/common/trend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/common/stats.h"

#define EXACT_MOST 10u

struct trend_test trend_shares(const struct trend_share *periods, size_t k)
{
    double n = 0, x = 0, t = 0, squares = 0, scores = 0;
    for (size_t i = 0; i < k; i++) {
        n += (double)periods[i].n;
        x += (double)periods[i].x;
        squares += (double)periods[i].n * periods[i].score * periods[i].score;
        scores += (double)periods[i].n * periods[i].score;
    }
    const double p = x / n, v = p * (1 - p) * (squares - scores * scores / n);
    for (size_t i = 0; i < k; i++) t += periods[i].score * ((double)periods[i].x - (double)periods[i].n * p);
    if (!(v > 0)) return (struct trend_test){NAN, NAN};
    return (struct trend_test){t / sqrt(v), stats_normal_two_sided(t / sqrt(v))};
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Kendall's null by counting: of how many orders of n numbers is the sum this far from 0, on both sides.
static double exact(int64_t s, size_t n)
{
    double ways[EXACT_MOST * (EXACT_MOST - 1) / 2 + 1] = {1}, all = 1, far = 0;
    size_t most = 0;
    for (size_t m = 2; m <= n; m++) {  // the m-th number stands before 0 to m - 1 of those before it
        double next[sizeof ways / sizeof *ways] = {0};
        for (size_t i = 0; i <= most; i++)
            for (size_t j = 0; j < m; j++) next[i + j] += ways[i];
        most += m - 1;
        memcpy(ways, next, sizeof ways);
        all *= (double)m;
    }
    const size_t pairs = n * (n - 1) / 2, discordant = (pairs - (size_t)(s < 0 ? -s : s)) / 2;
    for (size_t i = 0; i <= discordant; i++) far += ways[i];
    return fmin(1.0, 2 * far / all);
}

// sum of t (t - 1) (2 t + 5) over groups of t equal numbers
static double ties(const double *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i; next < n && sorted[next] == sorted[i];) next++;
        const double t = (double)(next - i);  // one alone adds nothing
        sum += t * (t - 1) * (2 * t + 5);
    }
    return sum;
}

struct trend_series trend_numbers(const double *x, size_t n, double *work)
{
    struct trend_series r = {0, NAN, NAN, NAN, NAN, NAN};
    const double m = (double)n;
    size_t pairs = 0;
    if (n < 2) return r;
    memcpy(work, x, n * sizeof *work);
    qsort(work, n, sizeof *work, ascending);
    const double tied = ties(work, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            r.s += (x[j] > x[i]) - (x[j] < x[i]);
            work[pairs++] = (x[j] - x[i]) / (double)(j - i);
        }
    qsort(work, pairs, sizeof *work, ascending);
    r.slope = stats_quantile7(work, pairs, 0.5);
    r.variance = (m * (m - 1) * (2 * m + 5) - tied) / 18;
    if (!(r.variance > 0)) return r;
    r.z = r.s == 0 ? 0 : ((double)r.s - (r.s > 0 ? 1 : -1)) / sqrt(r.variance);
    r.p = stats_normal_two_sided(r.z);
    if (n <= EXACT_MOST && tied == 0) r.p_exact = exact(r.s, n);
    return r;
}
