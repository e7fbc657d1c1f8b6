// SPDX-License-Identifier: MIT
// Stable merge sort, bottom-up over insertion-sorted runs. Called by the commit and by readers that merge imports; pure
// but for its own scratch memory.
#include "store/sort.h"
#include <string.h>
#include "base/cancel.h"
#include "base/str.h"

enum { RUN = 12, ELEMENT_MAX = 128 };

static void insertion(char *at, size_t n, size_t size, sort_cmp cmp, const void *user)
{
    _Alignas(16) char hold[ELEMENT_MAX];
    for (size_t i = 1; i < n; i++) {
        size_t k = i;
        if (cmp(at + (i - 1) * size, at + i * size, user) <= 0) continue;
        memcpy(hold, at + i * size, size);
        while (k > 0 && cmp(at + (k - 1) * size, hold, user) > 0) {
            memcpy(at + k * size, at + (k - 1) * size, size);
            k--;
        }
        memcpy(at + k * size, hold, size);
    }
}

static void merge(const char *from, char *to, size_t left, size_t middle, size_t right, size_t size, sort_cmp cmp, const void *user)
{
    size_t i = left, k = middle, o = left;
    if (middle == right || cmp(from + (middle - 1) * size, from + middle * size, user) <= 0) {
        memcpy(to + left * size, from + left * size, (right - left) * size);
        return;
    }
    while (i < middle && k < right) {
        bool take_left = cmp(from + i * size, from + k * size, user) <= 0;
        memcpy(to + o * size, from + (take_left ? i : k) * size, size);
        if (take_left) i++;
        else k++;
        o++;
    }
    memcpy(to + o * size, from + i * size, (middle - i) * size);
    o += middle - i;
    memcpy(to + o * size, from + k * size, (right - k) * size);
}

voc_rc sort_stable(void *at, size_t n, size_t size, sort_cmp cmp, const void *user)
{
    size_t sorted = 1, bytes;
    if (size > ELEMENT_MAX) return VOC_E_BUG;
    while (sorted < n && cmp((char *)at + (sorted - 1) * size, (char *)at + sorted * size, user) <= 0) sorted++;
    if (sorted >= n) return VOC_OK;
    for (size_t i = 0; i < n; i += RUN) insertion((char *)at + i * size, n - i < RUN ? n - i : RUN, size, cmp, user);
    if (n <= RUN) return VOC_OK;
    if (!mem_mul(n, size, &bytes)) return VOC_E_NOMEM;
    char *scratch = mem_alloc(bytes), *from = at, *to = scratch;
    if (!scratch) return VOC_E_NOMEM;
    for (size_t run = RUN; run < n; run *= 2) {
        for (size_t left = 0; left < n; left += 2 * run) {
            if (cancel_requested()) {
                mem_free(scratch);
                return VOC_CANCELLED; // what is sorted by half is given up with the import
            }
            size_t middle = n - left > run ? left + run : n, right = n - left > 2 * run ? left + 2 * run : n;
            merge(from, to, left, middle, right, size, cmp, user);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != at) memcpy(at, from, bytes);
    mem_free(scratch);
    return VOC_OK;
}

static int by_text(const void *a, const void *b, const void *user)
{
    const voc_str *strings = user;
    return str_cmp(strings[*(const uint32_t *)a], strings[*(const uint32_t *)b]);
}

voc_rc sort_ranks(const voc_str *strings, const bool *used, size_t n, uint32_t *ranks)
{
    size_t count = 0;
    if (n > UINT32_MAX) return VOC_E_LIMIT;
    uint32_t *order = mem_zalloc(n ? n : 1, sizeof *order);
    if (!order) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < n; i++) {
        ranks[i] = 0;
        if (!used || used[i]) order[count++] = i;
    }
    voc_rc rc = sort_stable(order, count, sizeof *order, by_text, strings);
    uint32_t rank = 0;
    for (size_t i = 0; rc == VOC_OK && i < count; i++) {
        if (i && !str_eq(strings[order[i - 1]], strings[order[i]])) rank++;
        ranks[order[i]] = rank;
    }
    mem_free(order);
    return rc;
}
