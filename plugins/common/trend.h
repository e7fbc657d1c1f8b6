// SPDX-License-Identifier: MIT
//
// Whether something rises or falls over time (METHODS 4.7): Cochran & Armitage for shares by period, Mann & Kendall with the slope
// of Theil & Sen for numbers. Pure functions; the caller gives the room.
#ifndef VOC_PLUGINS_COMMON_TREND_H
#define VOC_PLUGINS_COMMON_TREND_H

#include <stddef.h>
#include <stdint.h>

struct trend_share { double score; uint64_t n, x; };  // a period: its number, cases, those of them that did
struct trend_test { double z, p; };  // two-sided; NaN: nothing varies
struct trend_test trend_shares(const struct trend_share *periods, size_t k);

struct trend_series {
    int64_t s;           // pairs that rise less pairs that fall
    double variance, z, p, slope;  // with ties and continuity correction; slope for one step; NaN for less than two numbers
    double p_exact;      // NaN: there are ties, or more than 10 numbers
};
// `work` has room for n * (n + 1) / 2 numbers.
struct trend_series trend_numbers(const double *x, size_t n, double *work);

#endif
