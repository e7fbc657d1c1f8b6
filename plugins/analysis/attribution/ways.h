// SPDX-License-Identifier: MIT
//
// Distinct sequences of numbers with two counts each: the paths of attribution. A table in the host's memory that is added to, joined
// with another, and laid out at the end in an order that does not depend on how it came about. One thread at a time.
#ifndef VOC_PLUGINS_ANALYSIS_ATTRIBUTION_WAYS_H
#define VOC_PLUGINS_ANALYSIS_ATTRIBUTION_WAYS_H

#include "plugins/analysis/attribution/models.h"
#include "plugins/common/analysis.h"

struct way {
    uint64_t won, lost;
    size_t first;  // of `numbers`
    uint32_t n, hash;
};

struct ways {  // zero-initialised
    struct way *at;
    size_t n, room;
    uint32_t *numbers;
    size_t n_numbers, room_numbers;
    uint32_t *slot;  // index + 1; 0: free
    size_t n_slots;  // a power of two
};

voc_rc ways_add(const struct analysis *a, struct ways *w, const uint32_t *numbers, size_t n, uint64_t won, uint64_t lost);
voc_rc ways_join(const struct analysis *a, struct ways *into, const struct ways *from);
void ways_done(const struct analysis *a, struct ways *w);
void ways_sort(struct ways *w);  // by numbers, a beginning before what goes on; nothing can be added afterwards
// All of them, in their order, as an array of w->n in the host's memory whose paths are borrowed from w.
voc_rc ways_paths(const struct analysis *a, const struct ways *w, struct path **out);

#endif
