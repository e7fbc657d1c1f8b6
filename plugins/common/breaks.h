// SPDX-License-Identifier: MIT
//
// Where journeys break (METHODS 4.5): of each stage, whether more of those who came fail to move on than the reference says, by more than
// chance, and what that cost at the end. And the exact test of two shares. Pure functions.
#ifndef VOC_PLUGINS_COMMON_BREAKS_H
#define VOC_PLUGINS_COMMON_BREAKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/common/stats.h"

struct breaks {
    uint64_t n, advanced;  // stays of a stage that can be judged, and those of them that moved on
    double reference;      // share that is expected not to move on; NaN: not known
    double attrition, lo, hi, excess, p, adjusted, wins_lost;  // out; NaN where there is nothing to judge
    bool is_break;
};
// Stages in their order; a stage without stays does not change what came of the others. `work` has room for n entries, `p` for 2 n.
void breaks_find(struct breaks *stages, size_t n, double *p, struct stats_ranked *work);

// Two-sided p of x1 of n1 against x2 of n2: chi-square where every expected count is 5 or more, else Fisher's exact test (all tables that
// are no more likely). NaN: an empty side, or nothing varies.
double breaks_two_shares(uint64_t x1, uint64_t n1, uint64_t x2, uint64_t n2);

#endif
