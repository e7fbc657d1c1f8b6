// SPDX-License-Identifier: MIT
// A stable merge sort whose memory comes from base/mem; what is already in order costs one pass.
#ifndef VOC_STORE_SORT_H
#define VOC_STORE_SORT_H
#include "base/mem.h"

typedef int (*sort_cmp)(const void *a, const void *b, const void *user);
// n elements of `size` bytes at `at`. VOC_E_NOMEM: the order is then undefined, the elements are all there.
voc_rc sort_stable(void *at, size_t n, size_t size, sort_cmp cmp, const void *user);
// ranks[i] = place of strings[i] in bytewise order, equal strings share a rank. used: NULL, or which to rank (others get 0).
voc_rc sort_ranks(const voc_str *strings, const bool *used, size_t n, uint32_t *ranks);
#endif
