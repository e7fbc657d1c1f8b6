// SPDX-License-Identifier: MIT
// Unit tests of base/mem.h: the allocator shim and its faults, and arenas.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/base/fault.h"

static void size_zero_gives_a_pointer_of_its_own(void **state)
{
    (void)state;
    void *a = mem_alloc(0), *b = mem_alloc(0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    mem_free(a);
    mem_free(b);
    mem_free(NULL);
}

static void zeroed_memory_is_zero_and_its_size_is_multiplied_with_care(void **state)
{
    (void)state;
    unsigned char *p = mem_zalloc(100, 7);
    assert_non_null(p);
    for (size_t i = 0; i < 700; i++) assert_int_equal(p[i], 0);
    mem_free(p);
    assert_null(mem_zalloc(SIZE_MAX / 2, 3));
    assert_null(mem_alloc(SIZE_MAX));
}

static void realloc_keeps_the_content_and_the_old_block_when_it_fails(void **state)
{
    (void)state;
    char *p = mem_realloc(NULL, 4);
    assert_non_null(p);
    memcpy(p, "abc", 4);
    p = mem_realloc(p, 100000);
    assert_string_equal(p, "abc");
    mem_fault(1, false);
    assert_null(mem_realloc(p, 200000));
    assert_null(mem_realloc(p, SIZE_MAX));
    assert_string_equal(p, "abc");
    mem_free(p);
}

static void copies_are_equal_and_terminated(void **state)
{
    (void)state;
    char *z = mem_strndup("hello world", 5), *d = mem_dup("xyz", 3);
    assert_string_equal(z, "hello");
    assert_memory_equal(d, "xyz", 3);
    assert_true(mem_size(z) >= 6);
    mem_free(z);
    mem_free(d);
    assert_null(mem_strndup("x", SIZE_MAX));
}

static void sums_and_products_that_overflow_are_refused(void **state)
{
    (void)state;
    size_t out = 7;
    assert_true(mem_mul(3, 5, &out));
    assert_int_equal(out, 15);
    assert_true(mem_add(SIZE_MAX - 1, 1, &out));
    assert_true(out == SIZE_MAX);
    assert_false(mem_mul(SIZE_MAX, 2, &out));
    assert_false(mem_add(SIZE_MAX, 1, &out));
}

static void what_is_live_is_counted(void **state)
{
    (void)state;
    struct mem_stats before = mem_stats();
    char *p = mem_alloc(1000);
    struct mem_stats during = mem_stats();
    assert_int_equal(during.live_blocks, before.live_blocks + 1);
    assert_int_equal(during.allocations, before.allocations + 1);
    assert_true(during.live_bytes >= before.live_bytes + 1000);
    assert_true(during.peak_bytes >= during.live_bytes);
    p = mem_realloc(p, 50000);
    assert_true(mem_stats().live_bytes >= before.live_bytes + 50000);
    p = mem_realloc(p, 10);
    assert_true(mem_stats().live_bytes < before.live_bytes + 50000);
    assert_true(mem_stats().peak_bytes >= before.live_bytes + 50000);
    mem_free(p);
    assert_int_equal(mem_stats().live_bytes, before.live_bytes);
    assert_int_equal(mem_stats().live_blocks, before.live_blocks);
}

static void *churn(void *user)
{
    (void)user;
    for (size_t i = 1; i < 5000; i++) {
        void *p = mem_alloc(i % 300);
        p = mem_realloc(p, i % 500 + 1);
        mem_free(p);
    }
    return NULL;
}

static void the_count_is_right_after_threads(void **state)
{
    (void)state;
    pthread_t thread[4];
    struct mem_stats before = mem_stats();
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&thread[i], NULL, churn, NULL), 0);
    for (int i = 0; i < 4; i++) pthread_join(thread[i], NULL);
    assert_int_equal(mem_stats().live_bytes, before.live_bytes);
    assert_int_equal(mem_stats().live_blocks, before.live_blocks);
    assert_int_equal(mem_stats().allocations, before.allocations + 4u * 4999u * 2u);
}

// Which of six allocations fail, as bits.
static unsigned failures(void)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 6; i++) {
        void *p = mem_alloc(8);
        if (!p) bits |= 1u << i;
        mem_free(p);
    }
    return bits;
}

static void a_fault_hits_the_nth_allocation_once_or_for_good(void **state)
{
    (void)state;
    mem_fault(3, false);
    assert_false(mem_fault_fired());
    assert_int_equal(failures(), 0x04);
    assert_true(mem_fault_fired());
    mem_fault(3, true);
    assert_false(mem_fault_fired());
    assert_int_equal(failures(), 0x3c);
    mem_fault(0, false);
    assert_int_equal(failures(), 0);
    assert_true(mem_fault_fired());
    mem_fault(100, true);
    assert_int_equal(failures(), 0);
    assert_false(mem_fault_fired());
    mem_fault(0, false);
}

static void the_environment_sets_a_fault_and_rubbish_sets_none(void **state)
{
    (void)state;
    setenv("VOC_FAULT_ALLOC", "2", 1);
    mem_fault_env();
    assert_int_equal(failures(), 0x02);
    setenv("VOC_FAULT_ALLOC", "5+", 1);
    mem_fault_env();
    assert_int_equal(failures(), 0x30);
    mem_fault(0, false);
    static const char *const rubbish[] = {"", "x", "-1", "2x", "2++", "+"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        setenv("VOC_FAULT_ALLOC", rubbish[i], 1);
        mem_fault_env();
        assert_int_equal(failures(), 0);
    }
    unsetenv("VOC_FAULT_ALLOC");
    mem_fault_env();
    assert_int_equal(failures(), 0);
}

static void arena_memory_is_zero_and_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a;
    unsigned char *p[400];
    arena_init(&a, 0);
    for (size_t i = 0; i < 400; i++) {
        size_t size = i * i % 9000;
        p[i] = arena_alloc(&a, size);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % 16, 0);
        for (size_t k = 0; k < size; k++) assert_int_equal(p[i][k], 0);
        memset(p[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 400; i++) {
        for (size_t k = 0; k < i * i % 9000; k++) assert_int_equal(p[i][k], i & 0xff);
    }
    arena_done(&a);
    assert_int_equal(a.used, 0);
    assert_null(a.head);
}

static void an_arena_stops_at_its_bound_and_goes_on_below_it(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 160);
    assert_non_null(arena_alloc(&a, 100)); // 112
    assert_null(arena_alloc(&a, 49));      // 64
    assert_non_null(arena_alloc(&a, 48));
    assert_int_equal(a.used, 160);
    assert_null(arena_alloc(&a, 1));
    assert_null(arena_alloc(&a, SIZE_MAX));
    arena_done(&a);
}

static void arena_strings_are_terminated_copies(void **state)
{
    (void)state;
    struct arena a;
    bool ok = true;
    arena_init(&a, 0);
    voc_str s = arena_str(&a, "hello", 4, &ok);
    assert_true(ok);
    assert_true(str_is(s, "hell"));
    assert_string_equal(s.ptr, "hell");
    assert_true(str_is(arena_str(&a, NULL, 0, &ok), ""));
    assert_string_equal(arena_printf(&a, "%d-%s", 42, "x"), "42-x");
    char *text = arena_printf(&a, "%5000d", 7);
    assert_int_equal(strlen(text), 5000);
    arena_done(&a);
    arena_init(&a, 16);
    s = arena_str(&a, "0123456789abcdef", 16, &ok);
    assert_false(ok);
    assert_int_equal(s.len, 0);
    assert_non_null(s.ptr);
    arena_done(&a);
}

static voc_rc arena_work(void *user)
{
    struct arena a;
    bool ok = true;
    (void)user;
    arena_init(&a, 0);
    for (size_t i = 0; ok && i < 200; i++) {
        ok = arena_alloc(&a, i * 20) != NULL;
        if (ok) arena_str(&a, "abc", 3, &ok);
        if (ok) ok = arena_printf(&a, "%zu", i) != NULL;
    }
    arena_done(&a);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static void an_arena_reports_each_failed_allocation_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(arena_work, NULL) >= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_zero_gives_a_pointer_of_its_own),
        cmocka_unit_test(zeroed_memory_is_zero_and_its_size_is_multiplied_with_care),
        cmocka_unit_test(realloc_keeps_the_content_and_the_old_block_when_it_fails),
        cmocka_unit_test(copies_are_equal_and_terminated),
        cmocka_unit_test(sums_and_products_that_overflow_are_refused),
        cmocka_unit_test(what_is_live_is_counted),
        cmocka_unit_test(the_count_is_right_after_threads),
        cmocka_unit_test(a_fault_hits_the_nth_allocation_once_or_for_good),
        cmocka_unit_test(the_environment_sets_a_fault_and_rubbish_sets_none),
        cmocka_unit_test(arena_memory_is_zero_and_aligned_and_apart),
        cmocka_unit_test(an_arena_stops_at_its_bound_and_goes_on_below_it),
        cmocka_unit_test(arena_strings_are_terminated_copies),
        cmocka_unit_test(an_arena_reports_each_failed_allocation_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("base/mem", tests, NULL, NULL);
}
