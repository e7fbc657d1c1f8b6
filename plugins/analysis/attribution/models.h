// SPDX-License-Identifier: MIT
//
// The arithmetic of attribution (METHODS 3.10): how rules and models split the credit for conversions among the kinds of touch that came
// before them. They describe; none of them can tell "caused" from "was there". Pure functions on paths that are in a fixed order: no
// allocation, the caller gives the work space, safe in any thread. Reference values: tests/truth/expected/sec03_attrib.json.
#ifndef VOC_PLUGINS_ANALYSIS_ATTRIBUTION_MODELS_H
#define VOC_PLUGINS_ANALYSIS_ATTRIBUTION_MODELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path {  // touches in their order, repeats kept: numbers of kinds below n_kinds
    const uint32_t *kind;
    size_t n;  // at least 1
    uint64_t won, lost;
};

struct paths {
    const struct path *at;
    size_t n, n_kinds;
    uint64_t won_untouched, lost_untouched;  // journeys before whose end there was no touch
};

// Conversions by the first touch, the last, and each in equal parts (by occurrence). Arrays of n_kinds.
void models_rules(const struct paths *p, double *first, double *last, double *even);

// Removal effect (Anderl et al. 2016), order 1: states start, kinds, conversion, null, over the touched paths. removal[c] = 1 - P(conversion
// when every move into c leads to null) / P; credit = its share of all removal effects x conversions. With M = (I - T)^-1 that is
// M[start,c] / M[c,c] x P(conversion from c) / P, so that one solve serves all kinds. Gives P(conversion); without conversions removal and
// credit are NaN. `work` has room for (k + 1) (2 k + 2) doubles, k = n_kinds.
double models_markov(const struct paths *p, double *removal, double *credit, double *work);

#define MODELS_EXACT_MAX 16u  // kinds: 2^16 sets

// Shapley value of the conversion rate: v(S) = conversions / journeys of those whose touches are all in S (0 if nobody), v(empty) is
// the rate of the untouched. Parts of a rate: they add up to v(all) - v(empty).
// Exact, n_kinds <= MODELS_EXACT_MAX. `work`: room for 3 x 2^n_kinds words of 8 bytes.
void models_shapley(const struct paths *p, double *phi, void *work);
// The mean over `samples` orders of the kinds, drawn by SplitMix64 from `seed` (METHODS 0.8: kinds are sorted by name), and its standard
// error. Costs samples x the touches of all paths: give each set of kinds once. `work`: room for 4 n_kinds + 2 words of 8 bytes.
void models_shapley_sampled(const struct paths *p, uint64_t seed, uint64_t samples, double *phi, double *error, void *work);

#endif
