// SPDX-License-Identifier: MIT
//
// Gathered durations against a sorted array: median and mean of any number of whole seconds, of others and of both, however
// they are split over several and joined, through portable bytes, and where memory fails at any allocation.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/gaps.h"
#include "plugins/common/splitmix.h"

#define SECOND INT64_C(1000000)
enum { MOST = 20000 };

static struct { long live, made, fail_at; unsigned char bytes[1 << 20]; size_t n; } mock;

static void *alloc(voc_context *cx, size_t size)
{
    (void)cx;
    if (++mock.made == mock.fail_at) return NULL;
    mock.live++;
    return malloc(size);
}
static void release(voc_context *cx, void *p) { (void)cx, mock.live -= p != NULL, free(p); }
static voc_rc keep(voc_writer *w, const void *data, size_t size)
{
    (void)w;
    assert_true(size <= sizeof mock.bytes - mock.n);
    memcpy(mock.bytes + mock.n, data, size);
    mock.n += size;
    return VOC_OK;
}
static const voc_host host = {.struct_size = sizeof host, .alloc = alloc, .free = release, .write = keep};

static int by_size(const void *x, const void *y)
{
    const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static int64_t draw(struct splitmix *s, int kind)
{
    const uint64_t x = splitmix_next(s);
    switch (kind) {
    case 0: return (int64_t)(x % 7) * SECOND;                                // many alike
    case 1: return (int64_t)(x % (1u << (x >> 58 & 31))) * SECOND;           // all sizes
    case 2: return (int64_t)(x >> 8 >> (x & 63) % 55);                       // not whole
    case 3: return x & 256 ? (int64_t)(x >> 40) : (int64_t)(x >> 50) * SECOND; // both
    default: return (x & 1 ? INT64_C(4294967295) : INT64_C(4294967296)) * SECOND + (int64_t)(x >> 62); // about the largest of four bytes
    }
}

static void check(const struct gaps *g, const int64_t *all, size_t n)
{
    static int64_t v[2 * MOST + 3];
    unsigned __int128 sum = 0;
    memcpy(v, all, n * sizeof *v);
    qsort(v, n, sizeof *v, by_size);
    struct sum s = {0};
    for (size_t i = 0; i < n; i++) {
        sum += (uint64_t)v[i];
        sum_add(&s, v[i]);
    }
    assert_int_equal(sum_mean(&s), n ? (int64_t)(sum / n) : VOC_NA);
    assert_int_equal(gaps_n(g), n);
    assert_int_equal(gaps_mean(g), n ? (int64_t)(sum / n) : VOC_NA);
    assert_int_equal(gaps_median(g), n ? v[(n - 1) / 2] + (v[n / 2] - v[(n - 1) / 2]) / 2 : VOC_NA);
    for (size_t zeros = 1, whole; zeros <= MOST + 1; zeros += 1 + n / 2) {  // as if so many of no time had been added
        memset(v, 0, zeros * sizeof *v);
        memcpy(v + zeros, all, n * sizeof *v);
        qsort(v, whole = zeros + n, sizeof *v, by_size);
        assert_int_equal(gaps_median_with(g, zeros), v[(whole - 1) / 2] + (v[whole / 2] - v[(whole - 1) / 2]) / 2);
        if (n < 50 && zeros > 100) break;
    }
}

static void median_and_mean_are_those_of_the_sorted_values_in_any_split(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 47, 48, 49, 50, 500, 4999, 5000, MOST};
    static int64_t v[MOST];
    struct splitmix s = {.state = 9};
    (void)state;
    for (int kind = 0; kind < 5; kind++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct pool pool[3] = {{&host, NULL, NULL}, {&host, NULL, NULL}, {&host, NULL, NULL}};
            struct gaps g[3] = {{0}};
            const size_t n = sizes[k], parts = k % 3 + 1;
            for (size_t i = 0; i < n; i++) {
                const size_t part = splitmix_next(&s) % parts;
                v[i] = draw(&s, kind);
                assert_int_equal(gaps_add(&g[part], &pool[part], v[i]), VOC_OK);
            }
            for (size_t i = 1; i < parts; i++) {
                gaps_join(&g[0], &g[i]);
                pool_join(&pool[0], &pool[i]);
                assert_int_equal(gaps_n(&g[i]), 0);
            }
            check(&g[0], v, n);
            if (n) { // and it goes on after a join
                v[0] = v[n - 1];
                struct gaps more = {0};
                assert_int_equal(gaps_add(&more, &pool[1], v[0]), VOC_OK);
                gaps_join(&more, &g[0]);
                pool_join(&pool[1], &pool[0]);
                assert_int_equal(gaps_add(&more, &pool[1], 3 * SECOND), VOC_OK);
                assert_int_equal(gaps_n(&more), n + 2);
            }
            for (size_t i = 0; i < 3; i++) pool_done(&pool[i]);
        }
    assert_int_equal(mock.live, 0);
}

static void saved_bytes_give_the_same_again_and_cut_ones_are_refused(void **state)
{
    static int64_t v[5000];
    struct splitmix s = {.state = 4};
    struct pool pool = {&host, NULL, NULL};
    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        struct gaps g = {0}, again = {0};
        for (size_t i = 0; i < 5000; i++) {
            v[i] = draw(&s, kind);
            assert_int_equal(gaps_add(&g, &pool, v[i]), VOC_OK);
        }
        mock.n = 0;
        assert_int_equal(gaps_save(&g, &host, NULL), VOC_OK);
        struct bytes b = {mock.bytes, mock.bytes + mock.n}, cut = {mock.bytes, mock.bytes + mock.n - 1};
        assert_int_equal(gaps_load(&again, &pool, &b), VOC_OK);
        assert_ptr_equal(b.at, b.end);
        check(&again, v, 5000);
        assert_int_equal(gaps_load(&again, &pool, &cut), VOC_E_INPUT);
    }
    pool_done(&pool);
}

static void no_memory_is_told_and_a_negative_time_refused(void **state)
{
    struct pool pool = {&host, NULL, NULL};
    struct gaps g = {0};
    (void)state;
    assert_int_equal(gaps_add(&g, &pool, -SECOND), VOC_E_BUG);
    for (int odd = 0; odd < 2; odd++) {
        voc_rc rc = VOC_OK;
        mock.fail_at = mock.made + 3;
        for (int i = 0; i < 1 << 20 && !rc; i++) rc = gaps_add(&g, &pool, i * SECOND + odd);
        assert_int_equal(rc, VOC_E_NOMEM);
        mock.fail_at = 0;
        assert_int_equal(gaps_add(&g, &pool, odd), VOC_OK);
    }
    pool_done(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_and_mean_are_those_of_the_sorted_values_in_any_split),
        cmocka_unit_test(saved_bytes_give_the_same_again_and_cut_ones_are_refused),
        cmocka_unit_test(no_memory_is_told_and_a_negative_time_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
