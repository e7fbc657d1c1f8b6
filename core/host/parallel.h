// SPDX-License-Identifier: MIT
// A loop whose pieces several threads share. There is no pool: threads live as long as the loop.
#ifndef VOC_HOST_PARALLEL_H
#define VOC_HOST_PARALLEL_H
#include <stddef.h>
#include <stdint.h>
#include <voc/plugin.h>

#define PARALLEL_MAX 256u // threads

// Pieces 0..n-1 on at most `threads` threads; the error of the lowest failing piece.
voc_rc parallel_for(uint32_t threads, size_t n, voc_rc (*piece)(void *user, size_t i), void *user);
#endif
