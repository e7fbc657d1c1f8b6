// SPDX-License-Identifier: MIT
// One pointer, set once when a worker begins. Notes are single words: whoever reads them takes them as they are.
#include "host/worker/place.h"

#include <stddef.h>

static struct place *shared;

void place_share(struct place *p) { shared = p; }

void place_plugin(uint32_t number)
{
    if (shared) atomic_store_explicit(&shared->plugin, number, memory_order_relaxed);
}

void place_lines(uint32_t which, uint64_t from, uint64_t to)
{
    if (!shared || which >= PLACES) return;
    atomic_store_explicit(&shared->lines[which].from, from, memory_order_relaxed);
    atomic_store_explicit(&shared->lines[which].to, to, memory_order_relaxed);
}
