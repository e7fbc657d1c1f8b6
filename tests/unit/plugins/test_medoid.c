// SPDX-License-Identifier: MIT
// The medoid against the definition: every distance by the table of Levenshtein, every mean by its sum.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/medoid.h"
#include "tests/lib/close.h"

static long made, fail_at, live;
static void *give(voc_context *cx, size_t size)
{
    (void)cx;
    if (++made == fail_at) return NULL;
    live++;
    return malloc(size ? size : 1);
}
static void take_back(voc_context *cx, void *p)
{
    (void)cx;
    live -= p != NULL;
    free(p);
}
static int never(voc_context *cx) { (void)cx; return 0; }
static voc_rc backwards(voc_run *run, size_t n, voc_rc (*piece)(void *user, size_t i), void *user)
{
    voc_rc rc = VOC_OK;
    (void)run;
    while (n-- > 0 && !rc) rc = piece(user, n);
    return rc;
}
static const voc_host host = {.struct_size = sizeof host, .alloc = give, .free = take_back, .cancelled = never, .parallel = backwards};

static uint64_t seed = 11;
static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % below);
}

static int in_order(const void *a, const void *b) { return medoid_compare(a, b); }

// n ways of random letters, each one after the other often; equal ones become one. Gives how many are left.
static size_t make(struct medoid_way *w, uint32_t *letters, size_t n, uint32_t least, uint32_t most, uint32_t alphabet)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t *x = letters + i * most;
        const uint32_t length = least + draw(most - least + 1);
        for (uint32_t k = 0; k < length; k++) x[k] = k && draw(3) ? (x[k - 1] + 1) % alphabet : draw(alphabet);
        w[i] = (struct medoid_way){x, length, draw(4) ? 1 : 1 + draw(draw(9) ? 5 : 90000)};
    }
    qsort(w, n, sizeof *w, in_order);
    for (size_t i = 0; i < n; i++)
        if (kept && medoid_compare(&w[kept - 1], &w[i]) == 0) w[kept - 1].count += w[i].count;
        else w[kept++] = w[i];
    return kept;
}

static uint32_t edits(const struct medoid_way *a, const struct medoid_way *b)
{
    static uint32_t row[2][400];
    for (uint32_t j = 0; j <= b->n; j++) row[0][j] = j;
    for (uint32_t i = 1; i <= a->n; i++) {
        uint32_t *p = row[(i + 1) % 2], *q = row[i % 2];
        q[0] = i;
        for (uint32_t j = 1; j <= b->n; j++) {
            q[j] = p[j - 1] + (a->node[i - 1] != b->node[j - 1]);
            if (p[j] + 1 < q[j]) q[j] = p[j] + 1;
            if (q[j - 1] + 1 < q[j]) q[j] = q[j - 1] + 1;
        }
    }
    return row[a->n % 2][b->n];
}

static double mean_of(const struct medoid_way *w, size_t n, size_t i)
{
    double sum = 0, journeys = 0;
    for (size_t j = 0; j < n; j++) {
        sum += (double)w[j].count * edits(&w[i], &w[j]) / (w[i].n > w[j].n ? w[i].n : w[j].n);
        journeys += (double)w[j].count;
    }
    return sum / journeys;
}

static void the_medoid_is_the_one_of_its_definition(void **state)
{
    (void)state;
    static const struct { size_t n; uint32_t least, most, alphabet; } kinds[] = {
        {1, 1, 3, 2}, {2, 1, 2, 2}, {40, 1, 3, 3}, {200, 1, 12, 5}, {200, 14, 18, 30}, {120, 10, 40, 8}, {90, 55, 70, 6}, {60, 1, 200, 9}, {90, 62, 66, 2},
    };
    struct medoid_way *w = malloc(200 * sizeof *w);
    uint32_t *letters = malloc(200 * 200 * sizeof *letters);
    assert_true(w && letters);
    for (size_t round = 0; round < 4 * sizeof kinds / sizeof *kinds; round++) {
        const size_t k = round / 4, n = make(w, letters, kinds[k].n, kinds[k].least, kinds[k].most, kinds[k].alphabet);
        const struct medoid_set set = {.host = &host, .run = round % 2 ? (voc_run *)(void *)&made : NULL, .ways = w, .n = n,
                                       .alphabet = kinds[k].alphabet};
        double least = INFINITY;
        size_t best = n, frequent = 0;
        struct medoid m;
        assert_int_equal(medoid_find(&m, &set), VOC_OK);
        for (size_t i = 0; i < n; i++) {
            const double mean = mean_of(w, n, i);
            if (best == n || mean < least * (1 - 1e-12) || (mean <= least * (1 + 1e-12) && w[i].count > w[best].count)) best = i;
            if (mean < least) least = mean;
            if (w[i].count > w[frequent].count) frequent = i;
        }
        assert_int_equal(m.best, best);
        assert_int_equal(m.frequent, frequent);
        assert_int_equal(m.candidates, n);
        assert_close(m.mean, least, CLOSED_FORM);
        assert_close(m.mean_of_frequent, mean_of(w, n, frequent), CLOSED_FORM);
        assert_int_equal(live, 0);
    }
    free(w);
    free(letters);
}

static void equally_near_ways_are_told_apart_by_count_length_and_name(void **state)
{
    (void)state;
    static const uint32_t a[] = {0}, b[] = {1}, ab[] = {0, 1}, ba[] = {1, 0};
    const struct medoid_way alone[] = {{a, 1, 2}, {b, 1, 2}}, counted[] = {{a, 1, 2}, {b, 1, 3}}, longer[] = {{ab, 2, 1}, {ba, 2, 1}};
    struct medoid m;
    struct medoid_set set = {.host = &host, .ways = alone, .n = 2, .alphabet = 2};
    assert_int_equal(medoid_find(&m, &set), VOC_OK);
    assert_int_equal(m.best, 0); // the first by name
    assert_close(m.mean, 0.5, 0);
    set.ways = counted;
    assert_int_equal(medoid_find(&m, &set), VOC_OK);
    assert_int_equal(m.best, 1);
    set.ways = longer;
    assert_int_equal(medoid_find(&m, &set), VOC_OK);
    assert_int_equal(m.best, 0);
}

static void little_effort_measures_some_and_says_how_many(void **state)
{
    (void)state;
    struct medoid_way *w = malloc(3000 * sizeof *w);
    uint32_t *letters = malloc(3000 * 20 * sizeof *letters);
    assert_true(w && letters);
    const size_t n = make(w, letters, 3000, 3, 20, 12);
    struct medoid_set set = {.host = &host, .ways = w, .n = n, .alphabet = 12, .effort = 1};
    struct medoid some, all;
    assert_int_equal(medoid_find(&some, &set), VOC_OK);
    set.effort = 0;
    assert_int_equal(medoid_find(&all, &set), VOC_OK);
    assert_true(some.candidates < all.candidates && some.candidates >= 32);
    assert_int_equal(all.candidates, n);
    assert_true(all.mean <= some.mean);
    assert_int_equal(some.frequent, all.frequent);
    free(w);
    free(letters);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    static const uint32_t a[] = {0}, ab[] = {0, 1};
    const struct medoid_way ways[] = {{a, 1, 2}, {ab, 2, 2}};
    const struct medoid_set set = {.host = &host, .ways = ways, .n = 2, .alphabet = 2};
    struct medoid m;
    voc_rc rc = VOC_E_NOMEM;
    for (long at = 1; rc; at++) {
        made = 0;
        fail_at = at;
        rc = medoid_find(&m, &set);
        assert_true(rc == VOC_OK || rc == VOC_E_NOMEM);
        assert_int_equal(live, 0);
    }
    assert_true(made > 6);
    fail_at = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_medoid_is_the_one_of_its_definition),
        cmocka_unit_test(equally_near_ways_are_told_apart_by_count_length_and_name),
        cmocka_unit_test(little_effort_measures_some_and_says_how_many),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
