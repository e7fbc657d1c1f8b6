// SPDX-License-Identifier: MIT
// Dwell, trends and alignments against tests/truth/expected/sec04_journey.json, the traps of METHODS 14, and oracles in another way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/align.h"
#include "plugins/common/survival.h"
#include "plugins/common/trend.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

#define CASES 64

static uint64_t seed = 3;
static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((seed >> 33) % below);
}

static size_t read_dwell(struct survival_case *to, const struct csv *c, char group)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_rows; i++) {
        const char g = csv_get(c, i, "group")[0];
        if (!group || g == group) to[n++] = (struct survival_case){csv_int(c, i, "days"), (uint32_t)csv_int(c, i, "status"), (uint32_t)(g - 'A')};
    }
    survival_sort(to, n);
    return n;
}

static void dwell_has_the_reference_curves_and_medians(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_dwell.csv");
    const struct json *dwell = json_get(j, "dwell");
    assert_non_null(c);
    for (char g = 'A'; g <= 'C'; g++) {
        struct survival_case cases[CASES];
        struct survival_step steps[CASES];
        const char name[2] = {g, 0};
        const struct json *wanted = json_get(json_get(dwell, name), "km"), *median = json_get(json_get(dwell, name), "median_lo_hi");
        const size_t n = survival_curve(steps, cases, read_dwell(cases, c, g));
        assert_int_equal(n, json_length(wanted));
        for (size_t i = 0; i < n; i++) {
            const struct json *w = json_at(wanted, i);
            assert_int_equal(steps[i].time, (int64_t)json_number(json_at(w, 0)));
            assert_int_equal(steps[i].at_risk, (uint64_t)json_number(json_at(w, 1)));
            assert_int_equal(steps[i].advanced + steps[i].left, (uint64_t)json_number(json_at(w, 2)));
            assert_close(steps[i].stay, json_number(json_at(w, 3)), CLOSED_FORM);
            assert_close(steps[i].lo, json_number(json_at(w, 4)), CLOSED_FORM);
            assert_close(steps[i].hi, json_number(json_at(w, 5)), CLOSED_FORM);
        }
        assert_close(survival_quantile(steps, n, 0.5, SURVIVAL_CURVE), json_number(json_at(median, 0)), CLOSED_FORM);
        assert_close(survival_quantile(steps, n, 0.5, SURVIVAL_LOWER), json_number(json_at(median, 1)), CLOSED_FORM);
        assert_close(survival_quantile(steps, n, 0.5, SURVIVAL_UPPER), json_number(json_at(median, 2)), CLOSED_FORM);
    }
    csv_free(c);
    json_free(j);
}

static void advancing_is_told_from_leaving_and_groups_are_compared(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_dwell.csv");
    const struct json *wanted = json_get(json_get(j, "dwell"), "aalen_johansen_all"), *test = json_get(json_get(j, "dwell"), "logrank");
    struct survival_case cases[CASES];
    struct survival_step steps[CASES];
    struct survival_logrank r;
    const size_t all = read_dwell(cases, c, 0), n = survival_curve(steps, cases, all);
    assert_int_equal(n, json_length(wanted));
    for (size_t i = 0; i < n; i++) {
        assert_close((double)steps[i].time, json_number(json_at(json_at(wanted, i), 0)), CLOSED_FORM);
        assert_close(steps[i].to_advance, json_number(json_at(json_at(wanted, i), 1)), CLOSED_FORM);
        assert_close(steps[i].to_leave, json_number(json_at(json_at(wanted, i), 2)), CLOSED_FORM);
        assert_close(steps[i].to_advance + steps[i].to_leave + steps[i].stay, 1, CLOSED_FORM);
    }
    survival_logrank(&r, cases, all, 5); // two of them have no cases: they are not counted
    for (size_t g = 0; g < 3; g++) {
        assert_close(r.observed[g], json_number(json_at(json_get(test, "observed"), g)), CLOSED_FORM);
        assert_close(r.expected[g], json_number(json_at(json_get(test, "expected"), g)), CLOSED_FORM);
    }
    assert_close(r.chi2, json_num(test, "chi2"), CLOSED_FORM);
    assert_close(r.p, json_num(test, "p"), ITERATED);
    assert_int_equal(r.df, 2);
    assert_null(survival_at(steps, n, 0));
    assert_close(survival_at(steps, n, 5)->to_advance, 0.217391304347826, CLOSED_FORM);
    assert_close(survival_at(steps, n, 1000)->to_leave, steps[n - 1].to_leave, CLOSED_FORM);
    csv_free(c);
    json_free(j);
}

// A segment of one customer who came yesterday takes nothing away from the comparison of the others.
static void a_group_last_seen_before_anybody_left_is_not_compared(void **state)
{
    (void)state;
    struct csv *c = csv_read_source("tests/truth/in/sec04_dwell.csv");
    struct survival_case cases[CASES];
    struct survival_logrank without, with;
    size_t n = read_dwell(cases, c, 0);
    survival_logrank(&without, cases, n, 3);
    assert_true(without.p < 1);
    for (uint32_t g = 3; g < 5; g++) cases[n++] = (struct survival_case){0, SURVIVAL_STAYED, g};
    survival_sort(cases, n);
    survival_logrank(&with, cases, n, 5);
    assert_int_equal(with.df, without.df);
    assert_close(with.chi2, without.chi2, 0);
    assert_close(with.p, without.p, 0);
    assert_close(with.expected[4], 0, 0);
    csv_free(c);
}

static double median_of(const int64_t *times, const uint32_t *left, size_t n)
{
    struct survival_case cases[CASES];
    struct survival_step steps[CASES];
    for (size_t i = 0; i < n; i++) cases[i] = (struct survival_case){times[i], left[i], 0};
    survival_sort(cases, n);
    return survival_quantile(steps, survival_curve(steps, cases, n), 0.5, SURVIVAL_CURVE);
}

static void medians_at_a_half_or_never_reached_follow_the_rule(void **state)
{
    (void)state;
    assert_close(median_of((int64_t[]){1, 2, 3, 4}, (uint32_t[]){1, 1, 2, 1}, 4), 2.5, 0);
    assert_close(median_of((int64_t[]){1, 2, 5, 9}, (uint32_t[]){1, 1, 0, 0}, 4), 2, 0);
    assert_true(isnan(median_of((int64_t[]){1, 2, 5, 9}, (uint32_t[]){1, 0, 0, 0}, 4)));
    assert_true(isnan(median_of((int64_t[]){3}, (uint32_t[]){0}, 1)));
    assert_close(median_of((int64_t[]){0, 0}, (uint32_t[]){1, 2}, 2), 0, 0); // stays of no length
    struct survival_logrank r;
    const struct survival_case one[2] = {{1, 1, 0}, {2, 1, 0}};
    survival_logrank(&r, one, 2, 2);
    assert_true(isnan(r.p)); // one group only
}

static void trends_have_the_reference_values(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_trend.csv");
    struct trend_share periods[16];
    double work[16 * 16], x[16];
    for (size_t i = 0; i < c->n_rows; i++)
        periods[i] = (struct trend_share){csv_number(c, i, "period"), (uint64_t)csv_int(c, i, "n"), (uint64_t)csv_int(c, i, "x")};
    const struct trend_test t = trend_shares(periods, c->n_rows);
    assert_close(t.z, json_num(json_get(j, "cochran_armitage"), "z"), CLOSED_FORM);
    assert_close(t.p, json_num(json_get(j, "cochran_armitage"), "p"), CLOSED_FORM);
    static const char *const kinds[] = {"no_ties", "ties"};
    for (size_t k = 0; k < 2; k++) {
        const struct json *w = json_get(json_get(j, "mann_kendall"), kinds[k]);
        const size_t n = json_length(json_get(w, "x"));
        for (size_t i = 0; i < n; i++) x[i] = json_number(json_at(json_get(w, "x"), i));
        const struct trend_series r = trend_numbers(x, n, work);
        assert_int_equal(r.s, (int64_t)json_num(w, "S"));
        assert_close(r.variance, json_num(w, "var"), CLOSED_FORM);
        assert_close(r.z, json_num(w, "z"), CLOSED_FORM);
        assert_close(r.p, json_num(w, "p"), CLOSED_FORM);
        assert_close(r.p_exact, json_num(w, "p_exact"), CLOSED_FORM);
        assert_close(r.slope, json_num(w, "theil_sen"), CLOSED_FORM);
    }
    assert_true(isnan(trend_numbers(x, 1, work).slope));
    const double same[3] = {2, 2, 2};
    assert_true(isnan(trend_numbers(same, 3, work).p));
    const struct trend_share none[2] = {{1, 5, 0}, {2, 5, 0}};
    assert_true(isnan(trend_shares(none, 2).p));
    csv_free(c);
    json_free(j);
}

// ---- alignments -----------------------------------------------------------------------------------------------------------------

static size_t read_trace(uint32_t *to, const char *sequence, const struct json *model)
{
    char rest[300], *save = NULL;
    size_t n = 0;
    snprintf(rest, sizeof rest, "%s", sequence);
    for (char *name = strtok_r(rest, ">", &save); name; name = strtok_r(NULL, ">", &save)) {
        uint32_t k = 0;
        while (k < json_length(model) && strcmp(json_str(json_at(model, k), "stage"), name) != 0) k++;
        to[n++] = k;
    }
    return n;
}

static void alignments_have_the_reference_costs(void **state)
{
    (void)state;
    struct json *j = json_read_source("tests/truth/expected/sec04_journey.json"), *stages = json_read_source("tests/truth/in/sec04_stage_model.json");
    struct csv *c = csv_read_source("tests/truth/in/sec04_traces.csv");
    const struct json *wanted = json_get(json_get(j, "conformance"), "per_trace");
    struct align_stage stage[8];
    unsigned char work[4096];
    uint64_t cost = 0, worst = 0;
    uint32_t trace[16];
    struct alignment a;
    for (size_t k = 0; k < json_length(stages); k++)
        stage[k] = (struct align_stage){json_num(json_at(stages, k), "mandatory") > 0,
                                        json_num(json_at(stages, k), "repeatable") > 0};
    struct align_model m = {stage, json_length(stages), false, false};
    for (size_t i = 0; i < c->n_rows; i++) {
        const size_t n = read_trace(trace, csv_get(c, i, "sequence"), stages);
        m.complete = csv_int(c, i, "complete") != 0;
        assert_true(align_room(n, m.n) <= sizeof work);
        align_trace(&a, &m, trace, n, work, NULL, NULL);
        assert_int_equal(a.cost, (uint64_t)json_number(json_at(json_at(wanted, i), 1)));
        assert_int_equal(a.worst, (uint64_t)json_number(json_at(json_at(wanted, i), 2)));
        assert_close(align_fitness(&a), json_number(json_at(json_at(wanted, i), 3)), CLOSED_FORM);
        assert_int_equal(a.skipped + a.repeated + a.out_of_order + a.unknown, a.cost);
        cost += a.cost;
        worst += a.worst;
    }
    assert_close(1 - (double)cost / (double)worst, json_num(json_get(j, "conformance"), "log_fitness"), CLOSED_FORM);
    const struct json *cut = json_get(json_get(j, "conformance"), "left_truncated_example");
    const size_t n = read_trace(trace, json_str(cut, "trace"), stages);
    m.complete = true;
    for (int free_start = 0; free_start < 2; free_start++) {
        m.free_start = free_start;
        align_trace(&a, &m, trace, n, work, NULL, NULL);
        assert_int_equal(a.cost, (uint64_t)json_num(cut, free_start ? "cost_free_start" : "cost_anchored"));
    }
    csv_free(c);
    json_free(stages);
    json_free(j);
}

// The cheapest way by trying every way, from place i and stage k on.
static uint64_t try_all(const struct align_model *m, const uint32_t *trace, size_t n, size_t i, size_t k)
{
    uint64_t best = i == n && (!m->complete || k == m->n) ? 0 : UINT64_MAX - 1000, x;
    if (k < m->n && (x = m->stages[k].mandatory + try_all(m, trace, n, i, k + 1)) < best) best = x;
    if (i == n) return best;
    if ((x = 1 + try_all(m, trace, n, i + 1, k)) < best) best = x;
    if (k < m->n && trace[i] == k && (x = try_all(m, trace, n, i + 1, k + 1)) < best) best = x;
    if (k && m->stages[k - 1].repeatable && trace[i] == k - 1 && (x = try_all(m, trace, n, i + 1, k)) < best) best = x;
    return best;
}

static void count_move(void *user, enum align_move kind, uint32_t stage)
{
    (void)stage;
    ((uint64_t *)user)[kind]++;
}

static void random_traces_cost_what_trying_every_way_finds(void **state)
{
    (void)state;
    unsigned char work[4096];
    for (int round = 0; round < 3000; round++) {
        struct align_stage stage[4];
        uint32_t trace[6];
        const size_t n = draw(7);
        struct align_model m = {stage, 1 + draw(4), draw(2), draw(4) == 0};
        uint64_t best = UINT64_MAX, told[5] = {0};
        struct alignment a;
        for (size_t k = 0; k < m.n; k++) stage[k] = (struct align_stage){draw(3) > 0, draw(3) == 0};
        for (size_t i = 0; i < n; i++) trace[i] = draw((uint32_t)m.n + (draw(9) == 0));
        for (size_t k = 0; k <= (m.free_start ? m.n : 0); k++) {
            const uint64_t x = try_all(&m, trace, n, 0, k);
            if (x < best) best = x;
        }
        align_trace(&a, &m, trace, n, work, count_move, told);
        assert_int_equal(a.cost, best);
        assert_int_equal(told[ALIGN_SKIPPED] + told[ALIGN_REPEATED] + told[ALIGN_OUT_OF_ORDER] + told[ALIGN_UNKNOWN], best);
        assert_int_equal(told[ALIGN_SKIPPED], a.skipped);
        assert_int_equal(told[ALIGN_UNKNOWN], a.unknown);
    }
}

// Kaplan-Meier and Aalen-Johansen from their definitions, time by time.
static void random_dwell_has_the_curve_of_its_definition(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        struct survival_case cases[CASES];
        struct survival_step steps[CASES];
        const size_t n = 1 + draw(CASES);
        size_t at = 0;
        double stay = 1, to[3] = {0};
        for (size_t i = 0; i < n; i++) cases[i] = (struct survival_case){draw(20), draw(3), 0};
        survival_sort(cases, n);
        const size_t k = survival_curve(steps, cases, n);
        for (int64_t t = 0; t < 20; t++) {
            double risk = 0, gone[3] = {0};
            for (size_t i = 0; i < n; i++) {
                risk += cases[i].time >= t;
                if (cases[i].time == t) gone[cases[i].status]++;
            }
            if (gone[1] + gone[2] == 0) continue;
            for (int c = 1; c < 3; c++) to[c] += stay * gone[c] / risk;
            stay *= 1 - (gone[1] + gone[2]) / risk;
            assert_true(at < k);
            assert_int_equal(steps[at].time, t);
            assert_close(steps[at].stay, stay, CLOSED_FORM);
            assert_close(steps[at].to_advance, to[1], CLOSED_FORM);
            assert_close(steps[at++].to_leave, to[2], CLOSED_FORM);
        }
        assert_int_equal(at, k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dwell_has_the_reference_curves_and_medians),
        cmocka_unit_test(advancing_is_told_from_leaving_and_groups_are_compared),
        cmocka_unit_test(a_group_last_seen_before_anybody_left_is_not_compared),
        cmocka_unit_test(medians_at_a_half_or_never_reached_follow_the_rule),
        cmocka_unit_test(random_dwell_has_the_curve_of_its_definition),
        cmocka_unit_test(trends_have_the_reference_values),
        cmocka_unit_test(alignments_have_the_reference_costs),
        cmocka_unit_test(random_traces_cost_what_trying_every_way_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
