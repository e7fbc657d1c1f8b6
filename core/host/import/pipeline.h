// SPDX-License-Identifier: MIT
// Pieces of work that come in an order, are worked on by several threads, and are given on in the same order. Between the
// two stands a ring of slots, each of which the caller has memory for; so no thread waits for the slowest piece of a round.
#ifndef VOC_HOST_PIPELINE_H
#define VOC_HOST_PIPELINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <voc/plugin.h>

struct pipeline {
    uint32_t threads; // in all, the caller's too; 1: none is started
    size_t slots;     // at least 1
    void *user;
    voc_rc (*fill)(void *user, size_t slot, bool *some); // the next piece into a slot; *some false: there is no more. The caller's thread
    voc_rc (*work)(void *user, size_t slot);             // any thread, several at a time, each on its own slot
    voc_rc (*give)(void *user, size_t slot);             // in the order of fill; then the slot is free. The caller's thread
};
// Runs until all is given, or the first failure in the order of the pieces, whichever thread met it; a failure of fill comes
// behind those of the pieces before it. VOC_CANCELLED as soon as the program is asked to stop.
voc_rc pipeline_run(const struct pipeline *p);
#endif
