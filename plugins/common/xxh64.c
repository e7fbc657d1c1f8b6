// SPDX-License-Identifier: MIT
//
// XXH64: see xxh64.h. Words are read little-endian whatever the machine.
#include "plugins/common/xxh64.h"

#define PRIME1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME3 UINT64_C(0x165667B19E3779F9)
#define PRIME4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME5 UINT64_C(0x27D4EB2F165667C5)

static uint64_t turn(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static uint64_t word(const unsigned char *at, unsigned bytes)
{
    uint64_t x = 0;
    while (bytes-- > 0)
        x = x << 8 | at[bytes];
    return x;
}

static uint64_t round_of(uint64_t lane, uint64_t input)
{
    return turn(lane + input * PRIME2, 31) * PRIME1;
}

static uint64_t finish(uint64_t h, const unsigned char *at, size_t left)
{
    for (; left >= 8; left -= 8, at += 8)
        h = turn(h ^ round_of(0, word(at, 8)), 27) * PRIME1 + PRIME4;
    if (left >= 4) {
        h = turn(h ^ word(at, 4) * PRIME1, 23) * PRIME2 + PRIME3;
        left -= 4;
        at += 4;
    }
    for (; left > 0; left--, at++)
        h = turn(h ^ *at * PRIME5, 11) * PRIME1;
    h = (h ^ h >> 33) * PRIME2;
    h = (h ^ h >> 29) * PRIME3;
    return h ^ h >> 32;
}

uint64_t xxh64(const void *data, size_t size, uint64_t seed)
{
    const unsigned char *at = data;
    size_t left = size;
    uint64_t h = seed + PRIME5;
    if (left >= 32) {
        uint64_t lane[4] = {seed + PRIME1 + PRIME2, seed + PRIME2, seed, seed - PRIME1};
        for (; left >= 32; left -= 32)
            for (int i = 0; i < 4; i++, at += 8)
                lane[i] = round_of(lane[i], word(at, 8));
        h = turn(lane[0], 1) + turn(lane[1], 7) + turn(lane[2], 12) + turn(lane[3], 18);
        for (int i = 0; i < 4; i++)
            h = (h ^ round_of(0, lane[i])) * PRIME1 + PRIME4;
    }
    return finish(h + size, at, left);
}
