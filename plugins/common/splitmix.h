// SPDX-License-Identifier: MIT
//
// SplitMix64 (Steele, Lea & Flood 2014), the only source of randomness: bootstraps and sampled Shapley values draw from
// it with a printed seed, so that every report can be recomputed (METHODS 0.8). The state is the caller's; one state is
// for one thread.
#ifndef VOC_PLUGINS_COMMON_SPLITMIX_H
#define VOC_PLUGINS_COMMON_SPLITMIX_H

#include <stdint.h>

struct splitmix {
    uint64_t state;  // the seed, before the first draw
};

// The next 64 bits.
uint64_t splitmix_next(struct splitmix *r);

// A whole number in [0, n), n > 0, without bias: draws above the last whole multiple of n are rejected.
uint64_t splitmix_below(struct splitmix *r, uint64_t n);

// A number in [0, 1) with 53 random bits.
double splitmix_u01(struct splitmix *r);

#endif
