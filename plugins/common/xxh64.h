// SPDX-License-Identifier: MIT
//
// XXH64 (Collet 2014): a 64-bit hash that spreads well and is the same on every machine and in every run. For samples that
// do not depend on the order of anything; not against people who choose their bytes. Reference values: tests of test_stats.
#ifndef VOC_PLUGINS_COMMON_XXH64_H
#define VOC_PLUGINS_COMMON_XXH64_H

#include <stddef.h>
#include <stdint.h>

uint64_t xxh64(const void *data, size_t size, uint64_t seed);

#endif
