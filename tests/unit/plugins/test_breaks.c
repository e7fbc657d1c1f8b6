// SPDX-License-Identifier: MIT
// Break points against tests/truth/expected/sec04_journey.json, two shares against published values, and the calendar.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/breaks.h"
#include "plugins/common/periods.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

static void break_points_have_the_reference_values(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_breakpoints.csv");
    struct breaks at[8];
    double p[16];
    struct stats_ranked work[8];
    for (size_t i = 0; i < c->n_rows; i++)
        at[i] = (struct breaks){.n = (uint64_t)csv_int(c, i, "entered"), .advanced = (uint64_t)csv_int(c, i, "advanced"), .reference = csv_number(c, i, "reference_attrition")};
    breaks_find(at, c->n_rows, p, work);
    const struct json *wanted = json_get(j, "breakpoints");
    assert_int_equal(json_length(wanted), c->n_rows);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct json *w = json_at(wanted, i);
        assert_close(at[i].attrition, json_num(w, "attrition"), CLOSED_FORM);
        assert_close(at[i].lo, json_number(json_at(json_get(w, "ci"), 0)), CLOSED_FORM);
        assert_close(at[i].hi, json_number(json_at(json_get(w, "ci"), 1)), CLOSED_FORM);
        assert_close(at[i].excess, json_num(w, "excess"), CLOSED_FORM);
        assert_close(at[i].p, json_num(w, "p"), ITERATED);
        assert_close(at[i].adjusted, json_num(w, "padj"), ITERATED);
        assert_close(at[i].wins_lost, json_num(w, "wins_lost"), CLOSED_FORM);
        assert_int_equal(at[i].is_break, json_true(json_get(w, "break_point")));
    }
    csv_free(c);
    json_free(j);
}

static void stages_that_nobody_came_to_are_not_judged_and_cost_nobody(void **state)
{
    (void)state;
    struct breaks at[3] = {{.n = 100, .advanced = 20, .reference = 0.5},
                           {.n = 0, .advanced = 0, .reference = 0.5},
                           {.n = 20, .advanced = 10, .reference = NAN}};
    double p[6];
    struct stats_ranked work[3];
    breaks_find(at, 3, p, work);
    assert_close(at[0].wins_lost, 30 * 0.5, CLOSED_FORM);
    assert_true(at[0].is_break);
    assert_close(at[0].adjusted, at[0].p, 0); // it is alone in its family
    assert_true(isnan(at[1].attrition) && isnan(at[1].p) && !at[1].is_break);
    assert_true(isnan(at[2].p) && isnan(at[2].wins_lost) && !at[2].is_break);
    assert_close(at[2].attrition, 0.5, 0);
}

static void two_shares_are_compared_exactly_where_they_are_few(void **state)
{
    (void)state;
    assert_close(breaks_two_shares(3, 4, 1, 4), 0.485714285714286, CLOSED_FORM); // the lady tasting tea
    assert_close(breaks_two_shares(1, 9, 8, 11), 0.00976422957847107, CLOSED_FORM); // all tables with these margins, in Python's whole numbers
    assert_close(breaks_two_shares(30, 100, 45, 100), 0.0284597369163, CLOSED_FORM); // z of the pooled share
    assert_close(breaks_two_shares(8, 11, 1, 9), breaks_two_shares(1, 9, 8, 11), CLOSED_FORM);
    assert_true(isnan(breaks_two_shares(0, 5, 0, 9)) && isnan(breaks_two_shares(5, 5, 9, 9)) && isnan(breaks_two_shares(0, 0, 1, 9)));
}

static void periods_follow_each_other_by_the_calendar(void **state)
{
    (void)state;
    static const struct { enum period p; int64_t day; const char *name; } known[] = {
        {PERIOD_WEEK, 0, "1969-12-29"},    {PERIOD_WEEK, 3, "1969-12-29"},  {PERIOD_WEEK, 4, "1970-01-05"},    {PERIOD_WEEK, -4, "1969-12-22"},  {PERIOD_MONTH, 0, "1970-01"},
        {PERIOD_MONTH, -1, "1969-12"},     {PERIOD_MONTH, 59, "1970-03"},   {PERIOD_QUARTER, 89, "1970-Q1"},   {PERIOD_QUARTER, 90, "1970-Q2"},  {PERIOD_QUARTER, -1, "1969-Q4"},
        {PERIOD_MONTH, 19905, "2024-07"},  {PERIOD_WEEK, 19905, "2024-07-01"},
    };
    char name[600];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        period_name(known[i].p, period_of(known[i].p, known[i].day * INT64_C(86400000000)), name, sizeof name);
        assert_string_equal(name, known[i].name);
    }
    for (int64_t day = -800; day < 800; day++)
        for (int p = PERIOD_WEEK; p <= PERIOD_QUARTER; p++) {
            const int64_t step = period_of((enum period)p, (day + 1) * INT64_C(86400000000)) -
                                 period_of((enum period)p, (day + 1) * INT64_C(86400000000) - 1);
            assert_true(step == 0 || step == 1);
            const int64_t number = period_of((enum period)p, day * INT64_C(86400000000)), begin = period_begin((enum period)p, number);
            assert_true(period_of((enum period)p, begin) == number && period_of((enum period)p, begin - 1) == number - 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(break_points_have_the_reference_values),
        cmocka_unit_test(stages_that_nobody_came_to_are_not_judged_and_cost_nobody),
        cmocka_unit_test(two_shares_are_compared_exactly_where_they_are_few),
        cmocka_unit_test(periods_follow_each_other_by_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
