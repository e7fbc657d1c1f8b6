// SPDX-License-Identifier: MIT
//
// How long something lasts, where some of it is not over yet (METHODS 4.6): Kaplan-Meier for leaving by any route, with Greenwood's
// variance and log-log bands; the cumulative incidence of each way to leave (Aalen & Johansen 1978), because 1 - Kaplan-Meier is
// not the chance to advance; the log-rank test. Times are whole numbers, so that ties are ties. Pure functions without state;
// the caller gives the room.
#ifndef VOC_PLUGINS_COMMON_SURVIVAL_H
#define VOC_PLUGINS_COMMON_SURVIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SURVIVAL_STAYED = 0, SURVIVAL_ADVANCED = 1, SURVIVAL_LEFT = 2 };  // stayed: not over when last seen

struct survival_case {
    int64_t time;  // >= 0
    uint32_t status, group;
};
void survival_sort(struct survival_case *cases, size_t n);  // ascending by time; what the functions below take

struct survival_step {  // a time at which some left
    int64_t time;
    uint64_t at_risk, advanced, left;
    double stay, lo, hi;         // share that is still there just after it, with its band; NaN where 0 or 1 leaves none
    double to_advance, to_leave; // cumulative incidence of each
};
// Gives the number of steps; `out` has room for as many as there are cases.
size_t survival_curve(struct survival_step *out, const struct survival_case *sorted, size_t n);

enum survival_of { SURVIVAL_CURVE, SURVIVAL_LOWER, SURVIVAL_UPPER };
// The first time at which the curve (or one of its bands) is at p or below; where it is p within 1.5e-8 and a lower step follows, the
// middle of the flat piece (Brookmeyer & Crowley 1982 for the limits). NaN: never reached.
double survival_quantile(const struct survival_step *steps, size_t n, double p, enum survival_of of);

// The last step at or before a time, or NULL: nobody had left by then.
const struct survival_step *survival_at(const struct survival_step *steps, size_t n, int64_t time);

// The share that takes longer than `time`; NaN: nobody was seen for so long, and some were still there when last seen.
double survival_beyond(const struct survival_step *steps, size_t n_steps, const struct survival_case *sorted, size_t n, int64_t time);

// Log-rank test of leaving by any route, between groups 0..k-1 (k <= SURVIVAL_GROUPS; groups are not counted that have no cases, or
// none that was still looked at when somebody first left).
#define SURVIVAL_GROUPS 32u
struct survival_logrank {
    double observed[SURVIVAL_GROUPS], expected[SURVIVAL_GROUPS];
    double chi2, p;  // NaN where there is nothing to compare
    double variance; // of observed - expected of the first group that is counted: the hazard ratio of two is exp((O - E) / V)
    size_t df;
};
void survival_logrank(struct survival_logrank *out, const struct survival_case *sorted, size_t n, size_t k);

#endif
