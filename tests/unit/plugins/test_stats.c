// SPDX-License-Identifier: MIT
//
// Special functions, intervals, adjusted p-values, quantiles, sums, linear solves and random draws against
// tests/truth/expected/sec00_special.json and by hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/linear.h"
#include "plugins/common/splitmix.h"
#include "plugins/common/stats.h"
#include "tests/lib/close.h"
#include "tests/lib/json.h"

static struct json *truth;

static int load(void **state)
{
    (void)state;
    truth = json_read_source("tests/truth/expected/sec00_special.json");
    return truth ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_free(truth);
    return 0;
}

static double call1(const char *f, const double *a)
{
    if (strcmp(f, "qnorm") == 0)
        return stats_normal_quantile(a[0]);
    if (strcmp(f, "phi") == 0)
        return stats_normal_cdf(a[0]);
    if (strcmp(f, "chi2_sf") == 0)
        return stats_chi2_sf(a[0], a[1]);
    if (strcmp(f, "t_two_sided") == 0)
        return stats_t_two_sided(a[0], a[1]);
    if (strcmp(f, "qt975") == 0)
        return stats_t_quantile(0.975, a[0]);
    if (strcmp(f, "f_sf") == 0)
        return stats_f_sf(a[0], a[1], a[2]);
    if (strcmp(f, "betainc") == 0)
        return stats_beta(a[0], a[1], a[2]);
    if (strcmp(f, "binom_sf") == 0)
        return stats_binomial_sf(a[0], a[1], a[2]);
    if (strcmp(f, "pois_cdf") == 0)
        return stats_poisson_cdf(a[0], a[1]);
    fail_msg("no such function: %s", f);
    return NAN;
}

static void functions_have_their_reference_values(void **state)
{
    static const char *const names[] = {"qnorm",   "phi",      "chi2_sf", "t_two_sided", "qt975", "f_sf",
                                        "betainc", "binom_sf", "pois_cdf"};
    (void)state;
    for (size_t f = 0; f < sizeof names / sizeof *names; f++) {
        const struct json *rows = json_get(truth, names[f]);
        assert_true(json_length(rows) > 0);
        for (size_t i = 0; i < json_length(rows); i++) {
            const struct json *row = json_at(rows, i);
            double a[3] = {0};
            size_t n = json_length(row);
            for (size_t j = 0; j + 1 < n; j++)
                a[j] = json_number(json_at(row, j));
            // The arguments in the file are rounded to 12 digits, and a quantile there is an iterated one.
            double relative = strcmp(names[f], "qt975") == 0 ? ITERATED : CLOSED_FORM;
            double expected = json_number(json_at(row, n - 1)), actual = call1(names[f], a);
            assert_true(fabs(actual - expected) <= relative * fabs(expected));
        }
    }
}

static void intervals_have_their_reference_values(void **state)
{
    (void)state;
    const struct json *rows = json_get(truth, "wilson");
    for (size_t i = 0; i < json_length(rows); i++) {
        const struct json *r = json_at(rows, i);
        struct stats_interval c = stats_wilson(json_number(json_at(r, 0)), json_number(json_at(r, 1)));
        assert_close(c.lo, json_number(json_at(r, 2)), CLOSED_FORM);
        assert_close(c.hi, json_number(json_at(r, 3)), CLOSED_FORM);
    }
    rows = json_get(truth, "newcombe");
    for (size_t i = 0; i < json_length(rows); i++) {
        const struct json *r = json_at(rows, i);
        struct stats_interval c = stats_newcombe(json_number(json_at(r, 0)), json_number(json_at(r, 1)),
                                                 json_number(json_at(r, 2)), json_number(json_at(r, 3)));
        assert_close(c.lo, json_number(json_at(r, 4)), CLOSED_FORM);
        assert_close(c.hi, json_number(json_at(r, 5)), CLOSED_FORM);
    }
    rows = json_get(truth, "garwood");
    assert_int_equal(json_length(rows), 5);
    for (size_t i = 0; i < json_length(rows); i++) {
        const struct json *r = json_at(rows, i);
        struct stats_interval c = stats_garwood(json_number(json_at(r, 0)));
        assert_close(c.lo, json_number(json_at(r, 1)), ITERATED);
        assert_close(c.hi, json_number(json_at(r, 2)), ITERATED);
    }
}

static void limits_of_a_share_are_exact_at_its_ends(void **state)
{
    (void)state;
    assert_true(stats_wilson(0, 10).lo == 0.0);
    assert_true(stats_wilson(10, 10).hi == 1.0);
    assert_true(isnan(stats_wilson(0, 0).lo) && isnan(stats_wilson(0, 0).hi));
    assert_true(isnan(stats_newcombe(1, 2, 0, 0).lo));
    assert_true(stats_garwood(0).lo == 0.0);
}

static void adjusted_p_values_are_the_running_minimum(void **state)
{
    (void)state;
    const struct json *p = json_at(json_get(truth, "bh"), 0), *expected = json_at(json_get(truth, "bh"), 1);
    double values[64], out[64];
    struct stats_ranked work[64];
    size_t n = json_length(p);
    assert_int_equal(n, 25);
    for (size_t i = 0; i < n; i++)
        values[n - 1 - i] = json_number(json_at(p, i));  // backwards: the order of input must not matter
    stats_bh(out, values, n, work);
    for (size_t i = 0; i < n; i++)
        assert_close(out[n - 1 - i], json_number(json_at(expected, i)), CLOSED_FORM);
}

static void cells_outside_the_family_do_not_count_in_it(void **state)
{
    (void)state;
    double p[] = {0.04, NAN, 0.01, 0.04, NAN}, out[5];
    struct stats_ranked work[5];
    stats_bh(out, p, 5, work);
    assert_close(out[0], 0.04, CLOSED_FORM);  // 3 in the family, a tie at ranks 2 and 3
    assert_close(out[2], 0.03, CLOSED_FORM);
    assert_close(out[3], 0.04, CLOSED_FORM);
    assert_true(isnan(out[1]) && isnan(out[4]));
    double high[] = {0.9, 0.95, 1.0}, capped[3];
    stats_bh(capped, high, 3, work);
    for (int i = 0; i < 3; i++)
        assert_true(capped[i] == 1.0);
}

static void quantiles_are_of_type_7(void **state)
{
    static const double x[] = {1, 1, 2, 3, 4, 5, 6, 9};
    (void)state;
    const struct json *rows = json_get(truth, "quantile7");
    assert_int_equal(json_length(rows), 6);
    for (size_t i = 0; i < json_length(rows); i++)
        assert_close(stats_quantile7(x, 8, json_number(json_at(json_at(rows, i), 0))),
                     json_number(json_at(json_at(rows, i), 1)), CLOSED_FORM);
    assert_true(isnan(stats_quantile7(x, 0, 0.5)));
}

static void random_draws_are_the_reference_draws(void **state)
{
    (void)state;
    struct splitmix r = {42};
    const struct json *draws = json_get(truth, "splitmix64_seed42");
    assert_int_equal(json_length(draws), 5);
    for (size_t i = 0; i < json_length(draws); i++)
        assert_true(splitmix_next(&r) == strtoull(json_string(json_at(draws, i)), NULL, 10));
    r = (struct splitmix){42};
    draws = json_get(truth, "below10_seed42");
    assert_int_equal(json_length(draws), 12);
    for (size_t i = 0; i < json_length(draws); i++)
        assert_int_equal(splitmix_below(&r, 10), (uint64_t)json_number(json_at(draws, i)));
    r = (struct splitmix){42};
    assert_close(splitmix_u01(&r), (double)(UINT64_C(13679457532755275413) >> 11) / 9007199254740992.0, 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(splitmix_below(&r, 1), 0);
}

static void sums_do_not_lose_small_terms(void **state)
{
    (void)state;
    struct stats_sum s = {0};
    stats_add(&s, 1e100);
    stats_add(&s, 1.0);
    stats_add(&s, -1e100);
    assert_true(stats_total(&s) == 1.0);  // a plain sum gives 0
}

static void far_tails_keep_their_accuracy(void **state)
{
    (void)state;
    assert_close(stats_normal_two_sided(-8.0) / 2.0, stats_normal_cdf(-8.0), CLOSED_FORM);
    assert_true(stats_normal_two_sided(8.0) > 1.2e-15 && stats_normal_two_sided(8.0) < 1.3e-15);
    assert_true(isinf(stats_normal_quantile(0.0)) && isinf(stats_normal_quantile(1.0)));
    for (double p = 1e-12; p < 0.5; p *= 7.0)
        assert_true(fabs(stats_normal_cdf(stats_normal_quantile(p)) - p) <= 1e-13 * p + 1e-24);
    assert_close(stats_t_quantile(0.025, 5), -stats_t_quantile(0.975, 5), ITERATED);
    assert_close(stats_t_quantile(0.9999999, 1), tan(3.14159265358979323846 * 0.4999999), 1e-6);
    assert_close(stats_binomial_cdf(6, 10, .5) + stats_binomial_sf(7, 10, .5), 1.0, CLOSED_FORM);
    assert_close(stats_poisson_cdf(2, 3.0) + stats_poisson_sf(3, 3.0), 1.0, CLOSED_FORM);
    assert_close(stats_binomial_pmf(3, 10, .2), 0.201326592, CLOSED_FORM);
}

static void ratio_sets_follow_the_sign_of_the_leading_coefficient(void **state)
{
    (void)state;
    struct stats_interval s = stats_ratio_set(1, 5, 6);
    assert_close(s.lo, 2, CLOSED_FORM);
    assert_close(s.hi, 3, CLOSED_FORM);
    s = stats_ratio_set(1, 1, -6);  // the lower root is negative
    assert_true(s.lo == 0.0);
    assert_close(s.hi, 3, CLOSED_FORM);
    s = stats_ratio_set(0, 2, 6);
    assert_close(s.lo, 3, CLOSED_FORM);
    assert_true(isinf(s.hi));
    s = stats_ratio_set(-1, -1, 6);  // roots -2 and 3
    assert_close(s.lo, 3, CLOSED_FORM);
    assert_true(isinf(s.hi));
    s = stats_ratio_set(-1, -5, -6);  // roots 2 and 3, both positive
    assert_true(s.lo == 0.0 && isinf(s.hi));
    s = stats_ratio_set(-1, 0, -6);
    assert_true(s.lo == 0.0 && isinf(s.hi));
    s = stats_ratio_set(1, 1, 6);
    assert_true(s.lo > s.hi);
}

static void linear_systems_are_solved_with_pivoting(void **state)
{
    (void)state;
    double a[] = {0, 2, 1, 1, 1, 1, 2, 1, 3}, b[] = {7, 6, 13};
    size_t column = 9;
    assert_true(linear_solve(a, b, 3, 1, &column));
    assert_close(b[0], 1, CLOSED_FORM);
    assert_close(b[1], 2, CLOSED_FORM);
    assert_close(b[2], 3, CLOSED_FORM);
}

static void a_dependent_column_is_named(void **state)
{
    (void)state;
    double a[] = {1, 2, 3, 2, 4, 7, 3, 6, 1}, b[] = {1, 2, 3};
    size_t column = 9;
    assert_false(linear_solve(a, b, 3, 1, &column));
    assert_int_equal(column, 1);
    double zero[] = {0}, one[] = {1};
    assert_false(linear_solve(zero, one, 1, 1, &column));
    double nan[] = {NAN};
    assert_false(linear_solve(nan, one, 1, 1, &column));
}

static void a_closed_loop_is_reported_and_the_rest_solved(void **state)
{
    // 0 -> win 1, lose 1; 1 <-> 2 for ever; 3 -> 0 or 1; 4 -> 0.
    static const double moves[25] = {[1 * 5 + 2] = 3, [2 * 5 + 1] = 3, [3 * 5 + 0] = 1, [3 * 5 + 1] = 1, [4 * 5 + 0] = 5};
    static const double win[5] = {1}, lose[5] = {1};
    double p[5], work[35];
    unsigned char mark[10];
    size_t state_at = 9;
    (void)state;
    assert_false(linear_chain(p, moves, win, lose, 5, work, mark, &state_at));
    assert_int_equal(state_at, 1);
    assert_close(p[0], 0.5, CLOSED_FORM);
    assert_close(p[4], 0.5, CLOSED_FORM);
    assert_true(isnan(p[1]) && isnan(p[2]) && isnan(p[3]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_have_their_reference_values),
        cmocka_unit_test(intervals_have_their_reference_values),
        cmocka_unit_test(limits_of_a_share_are_exact_at_its_ends),
        cmocka_unit_test(adjusted_p_values_are_the_running_minimum),
        cmocka_unit_test(cells_outside_the_family_do_not_count_in_it),
        cmocka_unit_test(quantiles_are_of_type_7),
        cmocka_unit_test(random_draws_are_the_reference_draws),
        cmocka_unit_test(sums_do_not_lose_small_terms),
        cmocka_unit_test(far_tails_keep_their_accuracy),
        cmocka_unit_test(ratio_sets_follow_the_sign_of_the_leading_coefficient),
        cmocka_unit_test(linear_systems_are_solved_with_pivoting),
        cmocka_unit_test(a_dependent_column_is_named),
        cmocka_unit_test(a_closed_loop_is_reported_and_the_rest_solved),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
