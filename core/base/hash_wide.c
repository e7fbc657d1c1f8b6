// SPDX-License-Identifier: MIT
// XXH3 of long inputs by AVX2: the same number as hash.c gives, from nearly twice the bytes at a time. Pages and columns of a project
// are hashed whenever they are read. Called only where scan_wide() says that the processor has it. clang knows no such
// pragma, and makes the plain form of it.
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx2")
#endif
#define XXH_INLINE_ALL
#include "base/hash_wide.h"
#include <xxhash.h>

uint64_t hash64_wide(const void *data, size_t len, uint64_t seed) { return XXH3_64bits_withSeed(data, len, seed); }
