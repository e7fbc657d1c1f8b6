// SPDX-License-Identifier: MIT
//
// Said against did (exact McNemar), confidence by the number of people, agreement of two rankings, and the opportunity score.
#include "plugins/analysis/value-map/judge.h"

#include "plugins/common/stats.h"

double vm_mcnemar(uint64_t b, uint64_t c)
{
    const uint64_t n = b + c, least = b < c ? b : c;
    if (n == 0) return NAN;
    const double p = 2 * stats_binomial_cdf((double)least, (double)n, 0.5);
    return p < 1 ? p : 1;
}

enum vm_agreement vm_agree(const struct vm_count *n)
{
    const uint64_t apart = n->said_only + n->did_only;
    if (n->both + apart == 0) return VM_SILENT;
    if (apart && vm_mcnemar(n->said_only, n->did_only) <= 0.05) return n->said_only > n->did_only ? VM_STATED : VM_REVEALED;
    return n->both >= apart ? VM_CONFIRMED : VM_MIXED;
}

const char *vm_agreement_name(enum vm_agreement a)
{
    static const char *const names[] = {"silent", "mixed", "confirmed", "stated", "revealed"};
    return names[a];
}

double vm_share(uint64_t x, uint64_t n) { return n ? (double)x / (double)n : NAN; }

struct vm_odds vm_log_odds(double y1, double n1, double y2, double n2, double a0)
{
    const double a = a0 * (y1 + y2) / (n1 + n2);
    struct vm_odds o = {.log_odds = log((y1 + a) / (n1 + a0 - y1 - a)) - log((y2 + a) / (n2 + a0 - y2 - a)), .variance = 1 / (y1 + a) + 1 / (y2 + a)};
    o.z = o.log_odds / sqrt(o.variance);
    return o;
}

static int side(double a, double b) { return (a > b) - (a < b); }

double vm_tau_b(const double *x, const double *y, size_t n)
{
    double agree = 0, differ = 0, tied_x = 0, tied_y = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            const int a = side(x[i], x[j]), b = side(y[i], y[j]);
            if (!a && !b) continue;
            if (!a) tied_x++;
            else if (!b) tied_y++;
            else if (a == b) agree++;
            else differ++;
        }
    const double under = (agree + differ + tied_x) * (agree + differ + tied_y);
    return under > 0 ? (agree - differ) / sqrt(under) : NAN;
}

struct vm_opportunity vm_opportunity(uint64_t important, uint64_t satisfied, uint64_t n)
{
    struct vm_opportunity o = {.importance = 10 * vm_share(important, n), .satisfaction = 10 * vm_share(satisfied, n), .band = ""};
    o.score = o.importance + fmax(0, o.importance - o.satisfaction);
    if (n == 0) return o.score = NAN, o;
    // 10 I and 10 S are whole n-ths: compared as such, so that no rounding moves a score over its border
    const uint64_t tenth = important > satisfied ? 2 * important - satisfied : important;
    o.band = 10 * tenth > 15 * n ? "extreme" : 10 * tenth >= 12 * n ? "high" : tenth >= n ? "moderate" : "served";
    o.overserved = satisfied > important;
    return o;
}
