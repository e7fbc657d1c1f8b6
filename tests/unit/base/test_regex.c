// SPDX-License-Identifier: MIT
// Unit tests of base/regex.h: what matches, what a wrong pattern says, limits, threads, failed allocations.
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
#include "base/regex.h"
#include "base/str.h"
#include "tests/unit/base/fault.h"

static int match(const char *pattern, unsigned flags, voc_str text)
{
    struct voc_regex *re = NULL;
    assert_int_equal(regex_new(&re, str_of(pattern), flags, NULL, 0, NULL), VOC_OK);
    int rc = regex_match(re, text, NULL, NULL);
    regex_free(re);
    return rc;
}

static void a_pattern_matches_anywhere_unless_whole(void **state)
{
    (void)state;
    assert_int_equal(match("b+", 0, STR("abbc")), 1);
    assert_int_equal(match("b+", 0, STR("ac")), 0);
    assert_int_equal(match("b+", REGEX_WHOLE, STR("abbc")), 0);
    assert_int_equal(match("b+", REGEX_WHOLE, STR("bbb")), 1);
    assert_int_equal(match("a|ab", REGEX_WHOLE, STR("ab")), 1); // the whole is tried by every branch
    assert_int_equal(match("", REGEX_WHOLE, (voc_str){NULL, 0}), 1);
    assert_int_equal(match("", 0, STR("x")), 1);
    assert_int_equal(match("a.c", 0, STR("a\nc")), 0);
    assert_int_equal(match("a\\x00c", 0, STR("a\0c")), 1);
}

static void case_counts_unless_it_is_said_not_to(void **state)
{
    (void)state;
    assert_int_equal(match("price", 0, STR("PRICE")), 0);
    assert_int_equal(match("price", REGEX_CASELESS, STR("PRICE")), 1);
    assert_int_equal(match("(?i)price", 0, STR("PRICE")), 1);
    assert_int_equal(match("\xC3\xA9t\xC3\xA9", REGEX_CASELESS, STR("\xC3\x89T\xC3\x89")), 1); // été, ÉTÉ
}

static void letters_are_those_of_unicode(void **state)
{
    (void)state;
    assert_int_equal(match("^\\w+$", 0, STR("caf\xC3\xA9\xD0\x96")), 1);
    assert_int_equal(match("^.$", 0, STR("\xF0\x9F\x98\x80")), 1);
    assert_int_equal(match("\\bna\xC3\xAFve\\b", 0, STR("so na\xC3\xAFve.")), 1);
    assert_int_equal(match("^\\d$", 0, STR("\xD9\xA3")), 1); // Arabic-Indic 3
}

static void the_place_of_a_match_is_given_in_bytes(void **state)
{
    (void)state;
    struct voc_regex *re = NULL;
    size_t start = 99, end = 99;
    assert_int_equal(regex_new(&re, STR("b+"), 0, NULL, 0, NULL), VOC_OK);
    assert_int_equal(regex_match(re, STR("\xC3\xA9" "abbc"), &start, &end), 1);
    assert_int_equal(start, 3);
    assert_int_equal(end, 5);
    assert_int_equal(regex_match(re, STR("xyz"), &start, &end), 0);
    assert_int_equal(start, 3);
    regex_free(re);
    regex_free(NULL);
}

static void text_that_is_not_utf8_matches_around_its_bad_bytes(void **state)
{
    (void)state;
    assert_int_equal(match("cold", 0, STR("\xFF\xFE cold \xC3")), 1);
    assert_int_equal(match("a.b", 0, STR("a\xFF" "b")), 0); // a bad byte is no character
}

static void a_wrong_pattern_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const wrong[] = {"a(b", "[z-a]", "*", "(?P<x", "\\", "a{2,1}", "\\C", "(?<n>a)(?<n>b)", "\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct diag *d = diag_new();
        struct voc_regex *re = NULL;
        assert_int_equal(regex_new(&re, str_of(wrong[i]), 0, "journey.xml", 42, d), VOC_E_OPTION);
        assert_null(re);
        assert_int_equal(diag_n(d), 1);
        assert_string_equal(diag_at(d, 0)->code, "REGEX-001");
        assert_string_equal(diag_at(d, 0)->file, "journey.xml");
        assert_int_equal(diag_at(d, 0)->line, 42);
        diag_free(d);
    }
    struct diag *d = diag_new();
    struct voc_regex *re = NULL;
    assert_int_equal(regex_new(&re, STR("ab(c"), 0, "f", 1, d), VOC_E_OPTION);
    assert_non_null(strstr(diag_at(d, 0)->message, "\"ab(c\" is wrong at byte 4: missing closing parenthesis"));
    char *big = mem_alloc(100000);
    memset(big, 'a', 100000);
    assert_int_equal(regex_new(&re, str_mk(big, 100000), 0, "f", 2, d), VOC_E_OPTION);
    mem_free(big);
    diag_free(d);
}

static void a_limit_that_is_hit_is_never_a_no(void **state)
{
    (void)state;
    assert_int_equal(match("(a+)+$", 0, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")), -1);
    assert_int_equal(match("(?:a|b|ab)*c", REGEX_WHOLE, STR("ababababababababababababababababababababababababababababababcd")), -1);
    assert_int_equal(match("(a+)+$", 0, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")), 1);
}

// By the interpreter's count of steps: 18 letters stay under 1e6, 19 do not. The JIT counts otherwise, and is not believed.
static void the_match_limit_is_a_million_steps(void **state)
{
    (void)state;
    assert_int_equal(match("(a+)+$", 0, STR("aaaaaaaaaaaaaaaaaa!")), 0);
    assert_int_equal(match("(a+)+$", 0, STR("aaaaaaaaaaaaaaaaaaa!")), -1);
}

// 20,000 turns of a group fit neither the stack of the JIT (32 KiB) nor the depth limit of the interpreter.
static void deep_backtracking_is_decided_by_the_interpreter(void **state)
{
    (void)state;
    char text[20001];
    memset(text, 'a', sizeof text);
    text[2000] = 'c';
    assert_int_equal(match("^(?:a|b)*c", 0, str_mk(text, 2001)), 1);
    text[2000] = 'a';
    text[20000] = 'c';
    assert_int_equal(match("^(?:a|b)*c", 0, str_mk(text, 20001)), -1);
}

static void text_is_cut_at_64_kib_between_characters(void **state)
{
    (void)state;
    size_t n = 65536;
    char *text = mem_alloc(n + 10);
    memset(text, 'a', n + 10);
    text[n - 1] = 'x';
    assert_int_equal(match("x", 0, str_mk(text, n + 10)), 1);
    text[n - 1] = 'a';
    text[n] = 'x';
    assert_int_equal(match("x", 0, str_mk(text, n + 10)), 0);
    memcpy(text + n - 2, "\xE2\x82\xAC", 3); // a euro sign across the cut
    struct voc_regex *re = NULL;
    size_t end = 0;
    assert_int_equal(regex_new(&re, STR("a+$"), 0, NULL, 0, NULL), VOC_OK);
    assert_int_equal(regex_match(re, str_mk(text, n + 10), NULL, &end), 1);
    assert_int_equal(end, n - 2);
    assert_int_equal(regex_match(re, str_mk(text, n - 2), NULL, &end), 1);
    regex_free(re);
    mem_free(text);
}

struct shared {
    const struct voc_regex *re;
    int wrong;
    bool short_of_memory; // -1 is right too
};

static void *match_many(void *user)
{
    struct shared *s = user;
    for (int i = 0; i < 3000; i++) {
        size_t start = 0, end = 0;
        int yes = regex_match(s->re, STR("the price is 123 euro"), &start, &end), no = regex_match(s->re, STR("no number"), NULL, NULL);
        if (yes == 1 ? start != 13 || end != 16 : yes != -1 || !s->short_of_memory) s->wrong++;
        if (no != 0 && (no != -1 || !s->short_of_memory)) s->wrong++;
    }
    return NULL;
}

static void one_pattern_serves_many_threads_and_leaves_nothing_in_them(void **state)
{
    (void)state;
    struct mem_stats before = mem_stats();
    struct voc_regex *re = NULL;
    pthread_t thread[8];
    struct shared shared[8];
    assert_int_equal(regex_new(&re, STR("\\d+"), 0, NULL, 0, NULL), VOC_OK);
    for (int scarce = 0; scarce < 2; scarce++) {
        mem_fault((uint64_t)scarce, true);
        for (int i = 0; i < 8; i++) {
            shared[i] = (struct shared){re, 0, scarce != 0};
            assert_int_equal(pthread_create(&thread[i], NULL, match_many, &shared[i]), 0);
        }
        for (int i = 0; i < 8; i++) pthread_join(thread[i], NULL);
        mem_fault(0, false);
        for (int i = 0; i < 8; i++) assert_int_equal(shared[i].wrong, 0);
    }
    regex_free(re);
    assert_int_equal(mem_stats().live_bytes, before.live_bytes);
    assert_int_equal(mem_stats().live_blocks, before.live_blocks);
}

static voc_rc regex_work(void *user)
{
    struct voc_regex *re = NULL;
    (void)user;
    voc_rc rc = regex_new(&re, STR("(?<year>\\d{4})-(?:x|y+)*[\\p{L}\xC3\xA9]"), REGEX_CASELESS, "f", 1, NULL);
    if (rc == VOC_OK) assert_int_equal(regex_match(re, STR("2024-xyyz"), NULL, NULL), 1); // allocates nothing
    regex_free(re);
    return rc;
}

static void a_pattern_reports_each_failed_allocation_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(regex_work, NULL) >= 6);
}

static void no_memory_to_match_with_is_never_a_no(void **state)
{
    (void)state;
    struct voc_regex *re = NULL;
    char text[3000];
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 2, "cx", 2);
    assert_int_equal(regex_new(&re, STR("^(?:a|b)*c$"), 0, NULL, 0, NULL), VOC_OK);
    mem_fault(1, true);
    assert_int_equal(regex_match(re, str_mk(text, sizeof text), NULL, NULL), -1); // the interpreter wants its frames
    mem_fault(0, false);
    assert_int_equal(regex_match(re, str_mk(text, sizeof text), NULL, NULL), 0);
    regex_free(re);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_anywhere_unless_whole),
        cmocka_unit_test(case_counts_unless_it_is_said_not_to),
        cmocka_unit_test(letters_are_those_of_unicode),
        cmocka_unit_test(the_place_of_a_match_is_given_in_bytes),
        cmocka_unit_test(text_that_is_not_utf8_matches_around_its_bad_bytes),
        cmocka_unit_test(a_wrong_pattern_is_refused_with_its_place),
        cmocka_unit_test(a_limit_that_is_hit_is_never_a_no),
        cmocka_unit_test(the_match_limit_is_a_million_steps),
        cmocka_unit_test(deep_backtracking_is_decided_by_the_interpreter),
        cmocka_unit_test(text_is_cut_at_64_kib_between_characters),
        cmocka_unit_test(one_pattern_serves_many_threads_and_leaves_nothing_in_them),
        cmocka_unit_test(a_pattern_reports_each_failed_allocation_and_leaks_nothing),
        cmocka_unit_test(no_memory_to_match_with_is_never_a_no),
    };
    return cmocka_run_group_tests_name("base/regex", tests, NULL, NULL);
}
