// SPDX-License-Identifier: MIT
// hash64 for processors with AVX2; hash.c alone calls it.
#ifndef VOC_BASE_HASH_WIDE_H
#define VOC_BASE_HASH_WIDE_H
#include <stddef.h>
#include <stdint.h>

uint64_t hash64_wide(const void *data, size_t len, uint64_t seed);
#endif
