// SPDX-License-Identifier: MIT
//
// Distinct sequences with counts (ways.h): open addressing over the hash of the numbers.
#include "plugins/analysis/attribution/ways.h"

#include <string.h>

#include "plugins/common/xxh64.h"

static bool is(const struct ways *w, const struct way *x, const uint32_t *numbers, size_t n, uint32_t hash)
{
    return x->hash == hash && x->n == n && memcmp(w->numbers + x->first, numbers, n * sizeof *numbers) == 0;
}

static uint32_t *slot_of(const struct ways *w, const uint32_t *numbers, size_t n, uint32_t hash)
{
    const size_t mask = w->n_slots - 1;
    size_t i = hash & mask;
    while (w->slot[i] && !is(w, &w->at[w->slot[i] - 1], numbers, n, hash)) i = (i + 1) & mask;
    return &w->slot[i];
}

// At most half of the slots are taken.
static voc_rc more_slots(const struct analysis *a, struct ways *w)
{
    uint32_t *slot = NULL;
    const size_t n = w->n_slots ? w->n_slots * 2 : 128;
    if (w->n * 2 < w->n_slots) return VOC_OK;
    if (n > UINT32_MAX / 2) return VOC_E_NOMEM;
    voc_rc rc = analysis_zeroed(a, (void **)&slot, n, sizeof *slot);
    if (rc) return rc;
    a->host->free(a->cx, w->slot);
    w->slot = slot;
    w->n_slots = n;
    for (size_t i = 0; i < w->n; i++) *slot_of(w, w->numbers + w->at[i].first, w->at[i].n, w->at[i].hash) = (uint32_t)i + 1;
    return VOC_OK;
}

voc_rc ways_add(const struct analysis *a, struct ways *w, const uint32_t *numbers, size_t n, uint64_t won, uint64_t lost)
{
    if (n > UINT32_MAX) return VOC_E_NOMEM;
    const uint32_t hash = (uint32_t)xxh64(numbers, n * sizeof *numbers, 0);
    voc_rc rc = more_slots(a, w);
    if (rc) return rc;
    uint32_t *slot = slot_of(w, numbers, n, hash);
    if (!*slot) {
        rc = analysis_reach(a, (void **)&w->at, &w->room, w->n + 1, sizeof *w->at);
        if (!rc) rc = analysis_reach(a, (void **)&w->numbers, &w->room_numbers, w->n_numbers + n, sizeof *w->numbers);
        if (rc) return rc;
        memcpy(w->numbers + w->n_numbers, numbers, n * sizeof *numbers);
        w->at[w->n++] = (struct way){0, 0, w->n_numbers, (uint32_t)n, hash};
        w->n_numbers += n;
        *slot = (uint32_t)w->n;
    }
    w->at[*slot - 1].won += won;
    w->at[*slot - 1].lost += lost;
    return VOC_OK;
}

voc_rc ways_join(const struct analysis *a, struct ways *into, const struct ways *from)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < from->n && !rc; i++)
        rc = ways_add(a, into, from->numbers + from->at[i].first, from->at[i].n, from->at[i].won, from->at[i].lost);
    return rc;
}

void ways_done(const struct analysis *a, struct ways *w)
{
    a->host->free(a->cx, w->at);
    a->host->free(a->cx, w->numbers);
    a->host->free(a->cx, w->slot);
    *w = (struct ways){0};
}

// ---- order ----------------------------------------------------------------------------------------------------------------------

static int compare(const uint32_t *numbers, const struct way *x, const struct way *y)
{
    for (size_t i = 0; i < x->n && i < y->n; i++) {
        const uint32_t a = numbers[x->first + i], b = numbers[y->first + i];
        if (a != b) return a < b ? -1 : 1;
    }
    return (x->n > y->n) - (x->n < y->n);
}

// Heapsort: no memory of its own, and no argument that qsort would need.
static void sift(struct ways *w, size_t i, size_t n)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && compare(w->numbers, &w->at[child], &w->at[child + 1]) < 0) child++;
        if (compare(w->numbers, &w->at[i], &w->at[child]) >= 0) return;
        const struct way swap = w->at[i];
        w->at[i] = w->at[child];
        w->at[child] = swap;
    }
}

void ways_sort(struct ways *w)
{
    for (size_t i = w->n / 2; i-- > 0;) sift(w, i, w->n);
    for (size_t n = w->n; n-- > 1;) {
        const struct way swap = w->at[0];
        w->at[0] = w->at[n];
        w->at[n] = swap;
        sift(w, 0, n);
    }
}

voc_rc ways_paths(const struct analysis *a, const struct ways *w, struct path **out)
{
    struct path *p = NULL;
    voc_rc rc = analysis_zeroed(a, (void **)&p, w->n, sizeof *p);
    if (rc) return rc;
    for (size_t i = 0; i < w->n; i++) p[i] = (struct path){w->numbers + w->at[i].first, w->at[i].n, w->at[i].won, w->at[i].lost};
    *out = p;
    return VOC_OK;
}
