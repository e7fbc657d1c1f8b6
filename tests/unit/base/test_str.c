// SPDX-License-Identifier: MIT
// Unit tests of base/str.h: slices, numbers, near names.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/str.h"

static void slices_compare_bytewise_and_shorter_first(void **state)
{
    (void)state;
    assert_int_equal(str_cmp(STR("a"), STR("b")), -1);
    assert_int_equal(str_cmp(STR("b"), STR("a")), 1);
    assert_int_equal(str_cmp(STR("ab"), STR("abc")), -1);
    assert_int_equal(str_cmp(STR("abc"), STR("ab")), 1);
    assert_int_equal(str_cmp(STR("ab"), STR("ab")), 0);
    assert_int_equal(str_cmp(STR("\x7f"), STR("\x80")), -1); // unsigned
    assert_int_equal(str_cmp((voc_str){NULL, 0}, STR("")), 0);
    assert_true(str_eq(STR("ab"), str_mk("abc", 2)));
    assert_false(str_eq(STR("ab"), STR("ac")));
    assert_true(str_is(str_of(NULL), ""));
    assert_true(str_ieq(STR("HeLLo-\xC3\x89"), STR("hEllO-\xC3\x89")));
    assert_false(str_ieq(STR("\xC3\x89"), STR("\xC3\xA9"))); // ASCII only
    assert_false(str_ieq(STR("@"), STR("`")));
    assert_false(str_ieq(STR("a"), STR("ab")));
}

static void beginnings_and_ends_are_found(void **state)
{
    (void)state;
    assert_true(str_starts(STR("concept:name"), "concept:"));
    assert_true(str_starts(STR("x"), ""));
    assert_false(str_starts(STR("con"), "concept:"));
    assert_true(str_ends(STR("a.csv.gz"), ".gz"));
    assert_true(str_ends(STR("x"), ""));
    assert_false(str_ends(STR("z"), ".gz"));
}

static void blanks_are_trimmed_and_split_at(void **state)
{
    (void)state;
    voc_str rest = STR(" \t one  two\r\n three "), word;
    assert_true(str_is(str_trim(rest), "one  two\r\n three"));
    assert_true(str_is(str_trim(STR(" \n ")), ""));
    assert_true(str_split(&rest, &word) && str_is(word, "one"));
    assert_true(str_split(&rest, &word) && str_is(word, "two"));
    assert_true(str_split(&rest, &word) && str_is(word, "three"));
    assert_false(str_split(&rest, &word));
    assert_true(str_is(word, "three"));
}

static void check_int(const char *text, bool ok, int64_t value)
{
    int64_t out = -77;
    assert_int_equal(str_int(str_of(text), &out), ok);
    assert_true(out == (ok ? value : -77));
}

static void whole_numbers_are_read_whole_or_not_at_all(void **state)
{
    (void)state;
    check_int("0", true, 0);
    check_int("-12", true, -12);
    check_int("+12", true, 12);
    check_int("00123", true, 123);
    check_int("9223372036854775807", true, INT64_MAX);
    check_int("-9223372036854775808", true, INT64_MIN);
    check_int("9223372036854775808", false, 0);
    check_int("-9223372036854775809", false, 0);
    static const char *const rubbish[] = {"", "-", "+", "--1", " 1", "1 ", "1.0", "0x1", "1e3", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) check_int(rubbish[i], false, 0);
    uint64_t big = 5;
    assert_true(str_uint64(STR("18446744073709551615"), &big));
    assert_true(big == UINT64_MAX);
    assert_false(str_uint64(STR("18446744073709551616"), &big));
    assert_false(str_uint64(STR("-1"), &big));
    assert_false(str_uint64(STR(""), &big));
    assert_true(big == UINT64_MAX);
}

static void reals_are_the_nearest_double(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0", "-0", "1", "-1.5", "+2.25", ".5", "5.", "1e3", "1E-3", "1e+3", "123456789.123456789", "0.1", "1e22", "1e23",
        "9007199254740993", "179769313486231570000e288", "4.9406564584124654e-324", "2.2250738585072011e-308",
        "1e-400", "0e99999999999", "0.000000000000000000000000000000123456789012345678901234567890e10",
        "8.5", "3.141592653589793238462643383279502884197", "6.0221e+23", "1234567890123456789012345678901234567890",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double out = 0.0, expected = strtod(texts[i], NULL);
        assert_true(str_real(str_of(texts[i]), &out));
        assert_memory_equal(&out, &expected, sizeof out); // the sign of zero too
    }
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) { // any double, as printed with 17 digits, comes back
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double in, out;
        memcpy(&in, &seed, sizeof in);
        if (!isfinite(in)) continue;
        char text[64];
        int n = snprintf(text, sizeof text, i % 2 ? "%.17g" : "%.17e", in);
        assert_true(str_real(str_mk(text, (size_t)n), &out));
        assert_memory_equal(&out, &in, sizeof out);
    }
}

static void digits_far_behind_still_break_a_tie(void **state)
{
    (void)state;
    char text[2000];
    double out = 0.0;
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17); // half way between two doubles
    assert_true(str_real(str_mk(text, 1500), &out));
    assert_true(out == 9007199254740992.0);
    text[1499] = '1';
    assert_true(str_real(str_mk(text, 1500), &out));
    assert_true(out == 9007199254740994.0);
}

static void what_is_no_finite_decimal_is_not_a_real(void **state)
{
    (void)state;
    static const char *const rubbish[] = {"",  ".",     "+",   "e5",  "1e",   "1e+",  "nan",  "inf", "-inf", "infinity", "0x10", "1e400",
                                          "1,5", " 1",  "1 ",  "1..2", "1.2.3", "--1", "1_000", "1e5.0", "1f"};
    double out = 42.0;
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) assert_false(str_real(str_of(rubbish[i]), &out));
    assert_true(out == 42.0);
}

static void check_money(const char *text, bool ok, int64_t micro)
{
    int64_t out = -77;
    assert_int_equal(str_money(str_of(text), &out), ok);
    assert_true(out == (ok ? micro : -77));
}

static void money_is_exact_to_six_places(void **state)
{
    (void)state;
    check_money("0", true, 0);
    check_money("12.34", true, 12340000);
    check_money("-0.000001", true, -1);
    check_money("+5", true, 5000000);
    check_money(".5", true, 500000);
    check_money("7.", true, 7000000);
    check_money("9223372036854.775807", true, INT64_MAX);
    check_money("9223372036854.775808", false, 0);
    check_money("-9223372036854.775808", false, 0); // would mean "missing"
    check_money("99999999999999999999", false, 0);
    check_money("0.0000001", false, 0);
    check_money("1.0000000", false, 0);
    check_money("", false, 0);
    check_money(".", false, 0);
    check_money("-", false, 0);
    check_money("1,5", false, 0);
    check_money("1e3", false, 0);
    check_money("$1", false, 0);
}

static void near_names_are_found_and_far_ones_are_not(void **state)
{
    (void)state;
    static const char *const names[] = {"import", "stages", "score", "stats", "digest"};
    assert_int_equal(str_distance(STR("kitten"), STR("sitting")), 3);
    assert_int_equal(str_distance(STR("ab"), STR("ba")), 1);
    assert_int_equal(str_distance(STR("ca"), STR("abc")), 3); // optimal string alignment
    assert_int_equal(str_distance(STR(""), STR("abc")), 3);
    assert_int_equal(str_distance(STR("abc"), STR("")), 3);
    assert_int_equal(str_distance(STR("same"), STR("same")), 0);
    assert_string_equal(str_nearest(STR("imprt"), names, 5), "import");
    assert_string_equal(str_nearest(STR("socre"), names, 5), "score");
    assert_string_equal(str_nearest(STR("stat"), names, 5), "stats");
    assert_null(str_nearest(STR("verify"), names, 5));
    assert_null(str_nearest(STR("zz"), names, 5));
    assert_null(str_nearest(STR("score"), names, 0));
    char longer[200];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(str_distance(str_mk(longer, 200), str_mk(longer, 199)), 200);
    assert_int_equal(str_distance(str_mk(longer, 200), str_mk(longer, 200)), 0);
}

static void check_written(double x)
{
    char expected[64], got[STR_REAL_MAX];
    int n = snprintf(expected, sizeof expected, "%.17g", x);
    assert_int_equal(str_of_real(got, x), n);
    assert_memory_equal(got, expected, (size_t)n);
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(expected, sizeof expected, "%.*g", digits, x);
        if (strtod(expected, NULL) == x) break;
    }
    assert_int_equal(str_of_real_shortest(got, x), n);
    assert_memory_equal(got, expected, (size_t)n);
}

static void a_number_is_written_as_printf_writes_it(void **state)
{
    static const double some[] = {0.0, -0.0, 1, -1, 0.1, -0.1, 0.5, 0.25, 1e-4, 9.9999999999999991e-05, 1e15, 999999999999999.88, 1e16, 1e17, 1e300, 5e-324, 21.43, 0.00048828125, 4503599627370495.5, 2251799813685247.75, 99999999999999.984,
                                  0.99999999999999989, 9.9999999999999982, 123456.75};
    uint64_t seed = 3;
    (void)state;
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) check_written(some[i]);
    for (uint64_t power = 1005; power < 1075; power++) // below a power of two numbers lie closer
        for (uint64_t k = 0; k < 3; k++) {
            const uint64_t bits = (power << 52) + k - 1;
            double x;
            memcpy(&x, &bits, sizeof x);
            check_written(x);
        }
    for (int i = 0; i < 200000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double x;
        if (i % 8 == 0) x = (double)(int64_t)(seed >> 40) / 100; // amounts
        else if (i % 8 == 4) x = (double)(seed >> 50) / (double)((seed >> 20 & 0xffff) | 1); // shares
        else if (i % 4 == 1) x = (double)(int64_t)seed / (double)(UINT64_C(1) << (seed % 64)); // ties
        else { // any, nearly all within the bounds
            uint64_t bits = (seed >> 12) | (UINT64_C(1003) + seed % 80) << 52 | (seed >> 11 & 1) << 63;
            memcpy(&x, &bits, sizeof x);
        }
        check_written(x);
    }
}

static void a_word_is_its_bytes_and_the_filling_behind_them(void **state)
{
    (void)state;
    const char text[] = "\x80" "bcdefghi";
    for (size_t n = 0; n <= 9; n++)
        for (size_t from = 0; from + n <= 9; from++) {
            uint64_t want, got = str_word(text + from, n, ' ');
            memset(&want, ' ', sizeof want);
            memcpy(&want, text + from, n < 8 ? n : 8);
            assert_int_equal(got, want);
        }
    assert_int_equal(str_word(NULL, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_its_bytes_and_the_filling_behind_them),
        cmocka_unit_test(slices_compare_bytewise_and_shorter_first),
        cmocka_unit_test(beginnings_and_ends_are_found),
        cmocka_unit_test(blanks_are_trimmed_and_split_at),
        cmocka_unit_test(whole_numbers_are_read_whole_or_not_at_all),
        cmocka_unit_test(reals_are_the_nearest_double),
        cmocka_unit_test(a_number_is_written_as_printf_writes_it),
        cmocka_unit_test(digits_far_behind_still_break_a_tie),
        cmocka_unit_test(what_is_no_finite_decimal_is_not_a_real),
        cmocka_unit_test(money_is_exact_to_six_places),
        cmocka_unit_test(near_names_are_found_and_far_ones_are_not),
    };
    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
