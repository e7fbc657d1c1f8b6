// SPDX-License-Identifier: MIT
//
// The medoid of sequences (METHODS 4.3): the one with the smallest mean distance d / max(length) to all, where d is the edit distance of
// Levenshtein. Different sequences come once, with their counts. Exact, by bit-parallel columns (Myers 1999, Hyyrö 2003) of many
// candidates at once, which share what texts have in common at their beginning; a candidate that cannot be the best any more is
// given up. Sums are of whole numbers, one for each length, and added in the order of lengths: the answer knows no threads.
// Memory and threads are the host's; no state.
#ifndef VOC_PLUGINS_COMMON_MEDOID_H
#define VOC_PLUGINS_COMMON_MEDOID_H

#include <voc/plugin.h>

struct medoid_way {
    const uint32_t *node;  // letters 0..alphabet-1, in the order of their names
    uint32_t n;            // at least 1
    uint64_t count;
};
// Shorter first, then letter by letter: the order in which ways must come. -1, 0, 1.
int medoid_compare(const struct medoid_way *a, const struct medoid_way *b);

struct medoid_set {
    const voc_host *host;
    voc_context *cx;
    voc_run *run;  // NULL: no threads
    const struct medoid_way *ways;
    size_t n;
    uint32_t alphabet;
    uint64_t effort;  // steps, each of one letter against the candidates of a group; 0: MEDOID_EFFORT
};
#define MEDOID_EFFORT (UINT64_C(1) << 31)

struct medoid {
    size_t best, frequent;  // ties: higher count, shorter, first in order; the most frequent way by the same rule
    double mean, mean_of_frequent;
    size_t candidates;      // less than all where so many would have been too much: the most frequent ones, and some of all others
};
voc_rc medoid_find(struct medoid *out, const struct medoid_set *set);

#endif
