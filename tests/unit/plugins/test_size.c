// SPDX-License-Identifier: MIT
// Sizes of hold-outs: against tables, against the exact power of the plain two-proportion test, against the power of the very
// engine that judges hold-outs, and the time to fill the sides against counting day by day.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/size.h"
#include "plugins/analysis/score/trial/trial.h"
#include "plugins/common/stats.h"

static double draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) * 0x1p-53;
}

// ---- sizes ------------------------------------------------------------------------------------------------------------------

// R 4, power.prop.test(p1, p2, power = .80): 198.9634, 387.3385, 57.67344.
static void equal_sides_are_those_of_r(void **state)
{
    (void)state;
    assert_true(fabs(size_controls_exact(0.1, 0.2, 1) - 198.9634) < 1e-4);
    assert_true(fabs(size_controls_exact(0.5, 0.6, 1) - 387.3385) < 1e-4);
    assert_true(fabs(size_controls_exact(0.5, 0.75, 1) - 57.67344) < 1e-5);
    assert_true(size_controls(0.1, 0.2, 1) == 199 && size_controls(0.5, 0.6, 1) == 388);
}

// Fleiss's tables are of the size with the correction for continuity, n/4 (1 + sqrt(1 + 2 (r + 1) / (n r d)))^2.
static void with_the_correction_they_are_those_of_the_tables_of_fleiss(void **state)
{
    static const struct { double p0, p1, n; } table[] = {{0.1, 0.2, 219}, {0.5, 0.6, 408}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        double n = size_controls_exact(table[i].p0, table[i].p1, 1), d = table[i].p1 - table[i].p0, w = 1 + sqrt(1 + 4 / (n * d));
        assert_true(ceil(n / 4 * w * w) == table[i].n);
    }
}

// P(|z| > 1.96) of the pooled test, over every outcome of both sides.
static double exact_power(double p0, double p1, int n0, int n1)
{
    double power = 0;
    double *f0 = calloc((size_t)n0 + 1, sizeof *f0), *f1 = calloc((size_t)n1 + 1, sizeof *f1);
    for (int i = 0; i <= n0; i++) f0[i] = stats_binomial_pmf(i, n0, p0);
    for (int i = 0; i <= n1; i++) f1[i] = stats_binomial_pmf(i, n1, p1);
    for (int a = 0; a <= n0; a++)
        for (int b = 0; b <= n1; b++) {
            double mean = (double)(a + b) / (n0 + n1), v = mean * (1 - mean) * (1.0 / n0 + 1.0 / n1);
            if (v > 0 && fabs((double)b / n1 - (double)a / n0) > STATS_Z95 * sqrt(v)) power += f0[a] * f1[b];
        }
    free(f0);
    free(f1);
    return power;
}

static void the_plain_test_finds_it_four_times_in_five(void **state)
{
    static const struct { double p0, p1, ratio; } all[] = {{0.1, 0.2, 1}, {0.3, 0.45, 1}, {0.26, 0.39, 2}, {0.3, 0.45, 4}, {0.4, 0.6, 9}, {0.5, 0.3, 1}, {0.62, 0.81, 1}, {0.05, 0.125, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double n0 = size_controls(all[i].p0, all[i].p1, all[i].ratio), power = exact_power(all[i].p0, all[i].p1, (int)n0, (int)(n0 * all[i].ratio));
        if (power < 0.78 || power > 0.85) fail_msg("%g against %g, 1 to %g: power %g with %g", all[i].p1, all[i].p0, all[i].ratio, power, n0);
    }
}

static void what_cannot_be_sized_is_no_number(void **state)
{
    (void)state;
    assert_true(isnan(size_controls(0, 0.1, 1)) && isnan(size_controls(0.1, 1, 1)) && isnan(size_controls(0.2, 0.2, 1)) &&
                isnan(size_controls(0.2, 0.3, 0)));
    assert_true(isnan(size_controls(NAN, 0.1, 1)));
}

static void the_lift_that_is_found_is_that_of_the_size(void **state)
{
    (void)state;
    for (double p = 0.05; p < 0.6; p += 0.11)
        for (double ratio = 1; ratio < 10; ratio += 4) {
            double n = size_controls_exact(p, p * 1.5, ratio);
            assert_true(fabs(size_lift_found(p, n, ratio) - 1.5) < 1e-6);
        }
    assert_true(isinf(size_lift_found(0.5, 3, 1))); // not even if everybody acted
}

// ---- the engine that judges ----------------------------------------------------------------------------------------------------

static void *resize(void *ctx, void *old, size_t size) { (void)ctx; return realloc(old, size); }
static void release(void *ctx, void *ptr) { (void)ctx; free(ptr); }

// One test: each customer an account of its own, who acts within the window with chance p, at any time of it.
static double one_p(size_t controls, size_t treated, double p0, double p1, uint64_t *seed)
{
    enum { WINDOW = 1209600 };
    size_t n = controls + treated, events = 0;
    struct trial_assigned *a = calloc(n, sizeof *a);
    size_t *first = calloc(n + 1, sizeof *first);
    int64_t *time = calloc(n, sizeof *time);
    struct trial_randomised r;
    for (size_t i = 0; i < n; i++) {
        bool got = i >= controls;
        a[i] = (struct trial_assigned){.account = (uint32_t)i, .unit = (uint32_t)i, .index = 0, .end = WINDOW, .treated = got};
        first[i] = events;
        if (draw(seed) < (got ? p1 : p0)) time[events++] = 1 + (int64_t)(draw(seed) * (WINDOW - 1));
    }
    first[n] = events;
    struct trial_events aim = {.first = first, .time = time};
    assert_int_equal(trial_events_prepare(&aim, (uint32_t)n, NULL, 0), TRIAL_OK);
    const struct trial_alloc alloc = {NULL, resize, release};
    const struct trial_random_input in = {.assigned = a, .n_assigned = n, .n_groups = 1, .n_accounts = (uint32_t)n,
                                          .outcome = {&aim}, .n_outcomes = 1, .without_account = TRIAL_NONE};
    assert_int_equal(trial_randomised_run(&r, &alloc, &in), TRIAL_OK);
    assert_true(r.controls == controls && r.treated == treated);
    free(a);
    free(first);
    free(time);
    return r.estimate[0].p;
}

static void the_engine_finds_it_four_times_in_five_and_nothing_one_time_in_twenty(void **state)
{
    static const struct { double p0, ratio; } all[] = {{0.26, 1}, {0.26, 2}, {0.3, 4}, {0.4, 9}};
    uint64_t seed = 2026;
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t controls = (size_t)size_controls(all[i].p0, 1.5 * all[i].p0, all[i].ratio), treated = (size_t)((double)controls * all[i].ratio);
        int found = 0, wrong = 0, runs = 400;
        for (int k = 0; k < runs; k++) {
            found += one_p(controls, treated, all[i].p0, 1.5 * all[i].p0, &seed) <= 0.05;
            wrong += one_p(controls, treated, all[i].p0, all[i].p0, &seed) <= 0.05;
        }
        print_message("# %g, 1 to %g, %zu controls: found %d, wrong %d of %d\n", all[i].p0, all[i].ratio, controls, found, wrong, runs);
        assert_true(found > 0.70 * runs && found < 0.92 * runs);
        assert_true(wrong < 0.10 * runs);
    }
}

// Customers who are seen three times and are alike: with the size times what they are worth less, it is found as often.
static void customers_seen_again_count_for_what_they_are_worth(void **state)
{
    enum { TIMES = 3, WINDOW = 1209600, RUNS = 300 };
    const double p0 = 0.3, p1 = 0.45, alike = 0.25; // chance of a customer: p, or 0 or 1 with chance `alike`
    uint64_t seed = 77;
    int found = 0, wrong = 0;
    (void)state;
    size_t side = (size_t)ceil(size_controls_exact(p0, p1, 1) * (1 + (TIMES - 1) * alike) / TIMES), n = 2 * side;
    for (int k = 0; k < 2 * RUNS; k++) {
        struct trial_assigned *a = calloc(n * TIMES, sizeof *a);
        size_t *first = calloc(n + 1, sizeof *first), events = 0;
        int64_t *time = calloc(n * TIMES, sizeof *time);
        struct trial_randomised r;
        for (size_t i = 0; i < n; i++) {
            double p = i < side || k >= RUNS ? p0 : p1, u = draw(&seed);
            p = u < alike * p ? 1 : u < alike ? 0 : p;
            first[i] = events;
            for (size_t j = 0; j < TIMES; j++) {
                int64_t from = (int64_t)j * WINDOW;
                a[i * TIMES + j] = (struct trial_assigned){.account = (uint32_t)i, .unit = (uint32_t)i, .index = from,
                                                           .end = from + WINDOW, .treated = i >= side};
                if (draw(&seed) < p) time[events++] = from + 1 + (int64_t)(draw(&seed) * (WINDOW - 1));
            }
        }
        first[n] = events;
        struct trial_events aim = {.first = first, .time = time};
        const struct trial_alloc alloc = {NULL, resize, release};
        const struct trial_random_input in = {.assigned = a, .n_assigned = n * TIMES, .n_groups = 1, .n_accounts = (uint32_t)n,
                                              .outcome = {&aim}, .n_outcomes = 1, .without_account = TRIAL_NONE};
        assert_int_equal(trial_events_prepare(&aim, (uint32_t)n, NULL, 0), TRIAL_OK);
        assert_int_equal(trial_randomised_run(&r, &alloc, &in), TRIAL_OK);
        if (r.estimate[0].p <= 0.05) (k < RUNS ? found++ : wrong++);
        free(a);
        free(first);
        free(time);
    }
    print_message("# %zu customers a side, three times each: found %d, wrong %d of %d\n", side, found, wrong, RUNS);
    assert_true(found > 0.70 * RUNS && found < 0.92 * RUNS && wrong < 0.10 * RUNS);
}

// ---- time ------------------------------------------------------------------------------------------------------------------------

static void days_are_counted_one_by_one(void **state)
{
    uint64_t seed = 5;
    (void)state;
    for (int k = 0; k < 300; k++) {
        double cases[40], customers[40], alike = draw(&seed), n = floor(draw(&seed) * 400), late_cases = 0, late_customers = 0,
                                         at_cases = 0, at_customers = 0;
        size_t days = 1 + (size_t)(draw(&seed) * 39), d = 0;
        for (size_t i = 0; i < days; i++) {
            customers[i] = floor(draw(&seed) * 6);
            cases[i] = customers[i] + floor(draw(&seed) * 4);
            if (i >= days / 2) late_cases += cases[i], late_customers += customers[i];
        }
        late_cases /= (double)(days - days / 2);
        late_customers /= (double)(days - days / 2);
        for (; d < 36525 + days; d++) {
            at_cases += d < days ? cases[d] : late_cases;
            at_customers += d < days ? customers[d] : late_customers;
            double each = at_customers > 0 ? at_cases / at_customers : 1, worth = each > 1 ? at_cases / (1 + (each - 1) * alike) : at_cases;
            if (worth >= n - 1e-9) break;
        }
        const struct size_flow f = {cases, customers, days, alike};
        struct size_time t = size_days(&f, n);
        if (d == 36525 + days) {
            assert_true(isinf(t.days));
            continue;
        }
        assert_true(fabs(t.days - (double)(d + 1)) <= 1); // sums in another order: one day at the edge
        assert_true(fabs(t.cases - at_cases) <= late_cases + 1e-6);
    }
}

static void nobody_coming_never_ends(void **state)
{
    const double none[4] = {3, 2, 0, 0};
    const struct size_flow f = {none, none, 4, 0.5};
    (void)state;
    assert_true(size_days(&f, 5).days == 2 && isinf(size_days(&f, 6).days) && isnan(size_days(&f, NAN).days));
}

// The analysis of variance, from the cases themselves.
static void alike_is_the_correlation_within_customers(void **state)
{
    uint64_t seed = 9;
    (void)state;
    for (int k = 0; k < 100; k++) {
        struct size_alike s = {0};
        double yes[30], n[30], all = 0, sum = 0, ssb = 0, ssw = 0, squares = 0;
        size_t customers = 2 + (size_t)(draw(&seed) * 28);
        for (size_t i = 0; i < customers; i++) {
            double p = draw(&seed);
            n[i] = 1 + floor(draw(&seed) * 5);
            yes[i] = 0;
            for (int j = 0; j < n[i]; j++) yes[i] += draw(&seed) < p;
            all += n[i];
            sum += yes[i];
            squares += n[i] * n[i];
            s.customers++;
            s.cases += n[i];
            s.cases2 += n[i] * n[i];
            s.yes += yes[i];
            s.yes2 += yes[i] * yes[i] / n[i];
        }
        for (size_t i = 0; i < customers; i++) { // sums of squares as defined, over single yes and no
            double own = yes[i] / n[i], mean = sum / all;
            ssb += n[i] * (own - mean) * (own - mean);
            ssw += yes[i] * (1 - own) * (1 - own) + (n[i] - yes[i]) * own * own;
        }
        double c = (double)customers, msb = ssb / (c - 1), msw = all > c ? ssw / (all - c) : NAN, each = (all - squares / all) / (c - 1);
        double wanted = (msb - msw) / (msb + (each - 1) * msw);
        wanted = wanted > 0 ? fmin(wanted, 1) : 0;
        assert_true(fabs(size_alike(&s) - wanted) < 1e-9);
    }
    const struct size_alike same = {2, 6, 18, 3, 3}, once = {5, 5, 5, 2, 2};
    assert_true(fabs(size_alike(&same) - 1) < 1e-12); // one always, the other never
    assert_true(size_alike(&once) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sides_are_those_of_r),
        cmocka_unit_test(with_the_correction_they_are_those_of_the_tables_of_fleiss),
        cmocka_unit_test(the_plain_test_finds_it_four_times_in_five),
        cmocka_unit_test(what_cannot_be_sized_is_no_number),
        cmocka_unit_test(the_lift_that_is_found_is_that_of_the_size),
        cmocka_unit_test(the_engine_finds_it_four_times_in_five_and_nothing_one_time_in_twenty),
        cmocka_unit_test(customers_seen_again_count_for_what_they_are_worth),
        cmocka_unit_test(days_are_counted_one_by_one),
        cmocka_unit_test(nobody_coming_never_ends),
        cmocka_unit_test(alike_is_the_correlation_within_customers),
    };
    return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
