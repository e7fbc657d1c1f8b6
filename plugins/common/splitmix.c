// SPDX-License-Identifier: MIT
//
// SplitMix64: see splitmix.h. Reference draws are in tests/truth/expected/sec00_special.json.
#include "plugins/common/splitmix.h"

#include <assert.h>

uint64_t splitmix_next(struct splitmix *r)
{
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t splitmix_below(struct splitmix *r, uint64_t n)
{
    assert(n > 0);
    // 2^64 mod n, from the largest 64-bit number because 2^64 itself does not fit.
    uint64_t limit = UINT64_MAX - (UINT64_MAX % n + 1) % n;
    for (;;) {
        uint64_t x = splitmix_next(r);
        if (x <= limit)
            return x % n;
    }
}

double splitmix_u01(struct splitmix *r)
{
    return (double)(splitmix_next(r) >> 11) * 0x1p-53;
}
