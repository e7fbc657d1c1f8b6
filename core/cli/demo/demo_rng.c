// SPDX-License-Identifier: MIT
// Draws for the demo company, in integers only (see demo_rng.h). Errors of the series are below 2^-28: far under what a
// draw of 548 days could show.
#include "cli/demo/demo_rng.h"
#include <assert.h>

static const uint64_t LN2_Q32 = UINT64_C(2977044472); // round(ln 2 * 2^32)

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void demo_rng_init(struct demo_rng *r, uint64_t seed, uint64_t stream)
{
    r->state = mix(seed + UINT64_C(0x9E3779B97F4A7C15)) ^ mix(stream * UINT64_C(0xD1342543DE82EF95) + 1u);
}

uint64_t demo_rng_next(struct demo_rng *r)
{
    r->state += UINT64_C(0x9E3779B97F4A7C15);
    return mix(r->state);
}

uint64_t demo_rng_below(struct demo_rng *r, uint64_t n)
{
    assert(n > 0);
    uint64_t top = UINT64_MAX - (UINT64_MAX % n + 1u) % n; // 2^64-1 - (2^64 mod n)
    uint64_t x = 0;
    do {
        x = demo_rng_next(r);
    } while (x > top);
    return x % n;
}

int64_t demo_rng_range(struct demo_rng *r, int64_t lo, int64_t hi)
{
    assert(hi >= lo);
    return lo + (int64_t)demo_rng_below(r, (uint64_t)(hi - lo) + 1u);
}

bool demo_rng_chance(struct demo_rng *r, uint32_t ppm)
{
    return demo_rng_below(r, 1000000u) < ppm;
}

bool demo_rng_hazard(struct demo_rng *r, uint64_t hazard_q32)
{
    return demo_rng_next(r) >> 32 < demo_probability(hazard_q32);
}

unsigned demo_rng_pick(struct demo_rng *r, const uint8_t *weight, unsigned n)
{
    unsigned total = 0;
    for (unsigned i = 0; i < n; i++) {
        total += weight[i];
    }
    assert(total > 0);
    uint64_t x = demo_rng_below(r, total);
    for (unsigned i = 0; i < n; i++) {
        if (x < weight[i]) {
            return i;
        }
        x -= weight[i];
    }
    return n - 1u;
}

uint64_t demo_mul(uint64_t a_q32, uint64_t b_q32)
{
    uint64_t ah = a_q32 >> 32, al = a_q32 & UINT32_MAX, bh = b_q32 >> 32, bl = b_q32 & UINT32_MAX;
    return ((ah * bh) << 32) + ah * bl + al * bh + ((al * bl) >> 32);
}

// The series of 1 - exp(-x) at x = h/64, then six times 1 - (1-p)^2 = 2p - p^2.
uint64_t demo_probability(uint64_t hazard_q32)
{
    uint64_t h = hazard_q32 < 8u * DEMO_ONE ? hazard_q32 : 8u * DEMO_ONE;
    uint64_t x = h >> 6, x2 = demo_mul(x, x), x3 = demo_mul(x2, x), x4 = demo_mul(x3, x), x5 = demo_mul(x4, x);
    uint64_t p = x + x3 / 6u + x5 / 120u - x2 / 2u - x4 / 24u;
    for (unsigned i = 0; i < 6; i++) {
        p = 2u * p - demo_mul(p, p);
    }
    return p;
}

// log2 by squaring: the whole part from the leading zeros, then one bit of the fraction a step.
uint64_t demo_minus_ln(uint64_t u)
{
    if (u == 0) {
        u = 1;
    }
    uint64_t whole = 0;
    while (!(u >> 63)) {
        u <<= 1;
        whole++;
    }
    uint64_t m = u >> 32, fraction = 0; // m: Q31, 1 <= value < 2
    for (unsigned i = 0; i < 32; i++) {
        m = (m * m) >> 31;
        fraction <<= 1;
        if (m >> 32) {
            fraction |= 1u;
            m >>= 1;
        }
    }
    // u / 2^64 = 2^-(whole + 1) * value, so -log2 = whole + 1 - log2(value)
    return demo_mul(((whole + 1u) << 32) - fraction, LN2_Q32);
}

uint64_t demo_rng_gamma(struct demo_rng *r, unsigned shape)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < shape; i++) {
        sum += demo_minus_ln(demo_rng_next(r));
    }
    return sum / shape;
}
