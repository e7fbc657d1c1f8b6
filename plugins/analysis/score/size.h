// SPDX-License-Identifier: MIT
//
// How large and how long a hold-out has to be: customers on each side, and the days until enough of them came by. Pure
// arithmetic: no host, no data. A result that cannot be computed is NaN.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_SIZE_H
#define VOC_PLUGINS_ANALYSIS_SCORE_SIZE_H

#include <stddef.h>

#define SIZE_Z_POWER 0.8416212335729143  // the 80 % point of the standard normal distribution

// Controls needed to tell p1 from p0 with 80 % power at two-sided 5 %, when `ratio` customers get it for each one that does
// not: Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, 3rd ed., section 4.3, without the correction
// for continuity (the engine that judges a hold-out has none either). Treated: ratio times as many. Rounded up to whole
// customers; NaN unless both shares are inside 0..1 and differ.
double size_controls(double p0, double p1, double ratio);

// The same before rounding: n = [z sqrt((r + 1) P Q) + z' sqrt(r p0 q0 + p1 q1)]^2 / (r (p1 - p0)^2), P = (p0 + r p1) / (r + 1).
double size_controls_exact(double p0, double p1, double ratio);

// The smallest lift that `controls` and ratio times as many would find; infinity where even everybody acting is too little.
double size_lift_found(double p0, double controls, double ratio);

// Who comes by: cases (a customer's window; a customer whose window is over and who would get it again is a case again) and
// customers (each on the first day only) of each day that was observed; later days are like the mean of the second half of
// them, since the first days of a mailing that everybody gets reach all who are there. `alike`: correlation of the cases of
// one customer. What d days give is worth cases / (1 + (cases per customer - 1) alike) customers seen once (Donner & Klar
// 2000, Design and Analysis of Cluster Randomization Trials, section 5.2).
struct size_flow {
    const double *cases, *customers;
    size_t days;
    double alike;
};

struct size_time {
    double days;             // until they are worth n; infinity: never, or not in a hundred years
    double cases, customers; // by then
};

struct size_time size_days(const struct size_flow *flow, double n);

// Correlation of yes and no within customers, by analysis of variance (Donner & Klar 2000, section 1.4.1; Fleiss, Levin &
// Paik 2003, section 15.2): over customers with k cases and x yes each, the sums of 1, k, k^2, x and x^2 / k. Within 0..1;
// 0 where no customer has two cases.
struct size_alike { double customers, cases, cases2, yes, yes2; };
double size_alike(const struct size_alike *sums);

#endif
