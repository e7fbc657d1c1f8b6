// SPDX-License-Identifier: MIT
// Draws for the demo company: SplitMix64 (METHODS 0.8) and the few functions that a simulation needs, in integers only,
// so that no compiler flag, processor or math library can change a byte of the demo.
// Q32: a number times 2^32 in a uint64_t.
#ifndef VOC_CLI_DEMO_DEMO_RNG_H
#define VOC_CLI_DEMO_DEMO_RNG_H
#include <stdbool.h>
#include <stdint.h>

#define DEMO_ONE (UINT64_C(1) << 32) // 1 in Q32

struct demo_rng {
    uint64_t state;
};
// An own stream for each (seed, stream): a change in one account does not move the others.
void demo_rng_init(struct demo_rng *r, uint64_t seed, uint64_t stream);
uint64_t demo_rng_next(struct demo_rng *r);
uint64_t demo_rng_below(struct demo_rng *r, uint64_t n);               // 0..n-1, n > 0, without bias
int64_t demo_rng_range(struct demo_rng *r, int64_t lo, int64_t hi);    // lo..hi, both included
bool demo_rng_chance(struct demo_rng *r, uint32_t ppm);                // true in ppm of 1,000,000
bool demo_rng_hazard(struct demo_rng *r, uint64_t hazard_q32);         // true with probability 1 - exp(-hazard)
uint64_t demo_rng_gamma(struct demo_rng *r, unsigned shape);           // Q32: gamma(shape, 1/shape), mean 1
unsigned demo_rng_pick(struct demo_rng *r, const uint8_t *weight, unsigned n); // index drawn by weight; some weight > 0

uint64_t demo_mul(uint64_t a_q32, uint64_t b_q32);  // Q32 product, both below 2^16 in value
uint64_t demo_probability(uint64_t hazard_q32);     // Q32: 1 - exp(-h); h is taken as at most 8
uint64_t demo_minus_ln(uint64_t u);                 // Q32: -ln(u / 2^64); u = 0 counts as 1
#endif
