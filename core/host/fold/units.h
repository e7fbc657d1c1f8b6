// SPDX-License-Identifier: MIT
// Every unit of a project once, for what is no analysis of a plugin: voc stages, voc explain, the tables of SQL. A timeline of
// timeline_open is walked part by part where it is in parts, else unit by unit; in several threads, each with its own slot.
#ifndef VOC_HOST_UNITS_H
#define VOC_HOST_UNITS_H
#include "base/diag.h"
#include "journey/walk/timeline.h"

#define UNITS_THREADS_MAX 64u

struct units_walk {
    struct timeline *timeline;
    uint32_t columns; // 1 << VOC_COL_*
    uint32_t threads; // at least 1; more than UNITS_THREADS_MAX are not used
    bool (*part)(void *user, size_t part); // whether a part is read at all; NULL: each is. Not asked where events are held
    // Some whole units, in any order; slot: below threads, one thread at a time. What is gathered must not depend on who got what.
    voc_rc (*batch)(void *user, uint32_t slot, const struct batch *b, const voc_journeys *v);
    void *user;
};
voc_rc units_walk(const struct units_walk *w);
// VOC_E_LIMIT and what would be needed where the process holds more than --memory leaves to it. allowed 0: no bound.
voc_rc units_memory(uint64_t allowed, const char *what, struct diag *d);
#endif
