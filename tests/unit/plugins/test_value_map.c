// SPDX-License-Identifier: MIT
//
// The arithmetic of the value map against tests/truth/expected/sec06_valuemap.json, and at its borders.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/analysis/value-map/judge.h"
#include "plugins/common/analysis.h"
#include "plugins/common/stats.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

static struct json *truth;

static int load(void **state)
{
    (void)state;
    truth = json_read_source("tests/truth/expected/sec06_valuemap.json");
    return truth ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_free(truth);
    return 0;
}

static uint64_t of(const struct json *cell, const char *key) { return (uint64_t)json_num(cell, key); }
static double range_at(const struct json *cell, const char *key, size_t i) { return json_number(json_at(json_get(cell, key), i)); }

static void said_against_did_is_judged_as_the_reference_does(void **state)
{
    const struct json *cells = json_get(truth, "cells");
    (void)state;
    assert_int_equal(json_length(cells), 12);
    for (size_t i = 0; i < json_length(cells); i++) {
        const struct json *c = json_at(cells, i);
        const struct vm_count n = {.people = of(c, "people"), .talked = of(c, "talked"), .did = of(c, "did"), .said = of(c, "said"), .both = of(c, "both"),
                                   .said_only = of(c, "said_only"), .did_only = of(c, "did_only")};
        const double p = json_num(c, "mcnemar_p");
        const struct stats_interval w = stats_wilson((double)n.did, (double)n.people);
        if (isnan(p)) assert_true(isnan(vm_mcnemar(n.said_only, n.did_only)));
        else assert_close(vm_mcnemar(n.said_only, n.did_only), p, CLOSED_FORM);
        assert_string_equal(vm_agreement_name(vm_agree(&n)), json_str(c, "reconciled"));
        assert_string_equal(analysis_confidence((uint64_t)range_at(c, "sought_not_served", 1)), json_str(c, "confidence"));
        assert_close(vm_share(n.did, n.people), json_num(c, "did_share"), CLOSED_FORM);
        assert_close(w.lo, range_at(c, "did_ci", 0), CLOSED_FORM);
        assert_close(w.hi, range_at(c, "did_ci", 1), CLOSED_FORM);
    }
}

static void ranks_agree_as_much_as_the_reference_says(void **state)
{
    const struct json *cells = json_get(truth, "cells"), *wanted = json_get(truth, "said_did_tau_b");
    double did[12], said[12];
    size_t n = 0;
    (void)state;
    for (size_t i = 0; i < json_length(cells); i++) {
        const struct json *c = json_at(cells, i);
        if (strcmp(json_str(c, "role"), json_str(wanted, "role")) != 0) continue;
        did[n] = json_num(c, "did_share");
        said[n++] = json_num(c, "said_share");
    }
    assert_int_equal(n, 4);
    assert_close(vm_tau_b(did, said, n), json_num(wanted, "tau_b"), CLOSED_FORM);
    assert_true(isnan(vm_tau_b((double[]){1, 1, 1}, (double[]){1, 2, 3}, 3)));
    assert_close(vm_tau_b((double[]){1, 2, 3}, (double[]){3, 2, 1}, 3), -1, CLOSED_FORM);
}

static void ratings_give_the_opportunity_of_the_reference(void **state)
{
    const struct json *rows = json_get(truth, "opportunity");
    struct csv *ratings = csv_read_source("tests/truth/in/sec06_ratings.csv");
    (void)state;
    assert_non_null(ratings);
    assert_int_equal(json_length(rows), 4);
    for (size_t i = 0; i < json_length(rows); i++) {
        const struct json *r = json_at(rows, i);
        uint64_t n = 0, important = 0, satisfied = 0;
        for (size_t k = 0; k < ratings->n_rows; k++) {
            if (strcmp(csv_get(ratings, k, "need"), json_str(r, "need")) != 0) continue;
            n++;
            important += csv_int(ratings, k, "importance") >= 4;
            satisfied += csv_int(ratings, k, "satisfaction") >= 4;
        }
        const struct vm_opportunity o = vm_opportunity(important, satisfied, n);
        assert_int_equal(n, of(r, "n"));
        assert_close(o.importance, json_num(r, "importance"), CLOSED_FORM);
        assert_close(o.satisfaction, json_num(r, "satisfaction"), CLOSED_FORM);
        assert_close(o.score, json_num(r, "opportunity"), CLOSED_FORM);
        assert_string_equal(o.band, json_str(r, "band"));
        assert_int_equal(o.overserved, json_true(json_get(r, "overserved")));
    }
    csv_free(ratings);
}

static void words_of_two_groups_are_told_apart_as_the_reference_does(void **state)
{
    struct json *voices = json_read_source("tests/truth/expected/sec12_voc.json");
    const struct json *odds = json_get(voices, "log_odds"), *rows = json_get(odds, "rows");
    const size_t n = json_length(rows);
    double p[16], q[16];
    struct stats_ranked work[16];
    (void)state;
    assert_int_equal(n, 9);
    for (size_t i = 0; i < n; i++) {
        const struct json *r = json_at(rows, i);
        const struct vm_odds o = vm_log_odds(json_number(json_at(r, 1)), json_num(odds, "n_lost"), json_number(json_at(r, 2)),
                                             json_num(odds, "n_won"), json_num(odds, "alpha0"));
        assert_close(o.log_odds, json_number(json_at(r, 4)), CLOSED_FORM);
        assert_close(o.variance, json_number(json_at(r, 5)), CLOSED_FORM);
        assert_close(o.z, json_number(json_at(r, 6)), CLOSED_FORM);
        p[i] = stats_normal_two_sided(o.z);
    }
    stats_bh(q, p, n, work);
    for (size_t i = 0; i < n; i++) assert_close(q[i], json_number(json_at(json_at(rows, i), 7)), CLOSED_FORM);
    json_free(voices);
}

static void borders_lie_where_they_are_said_to(void **state)
{
    (void)state;
    assert_string_equal(vm_opportunity(15, 0, 20).band, "high");    // 15 is not over 15
    assert_string_equal(vm_opportunity(16, 0, 20).band, "extreme"); // 16
    assert_string_equal(vm_opportunity(12, 0, 20).band, "high");    // 12
    assert_string_equal(vm_opportunity(11, 0, 20).band, "moderate");
    assert_string_equal(vm_opportunity(10, 0, 20).band, "moderate"); // 10
    assert_string_equal(vm_opportunity(9, 0, 20).band, "served");
    assert_true(isnan(vm_opportunity(0, 0, 0).score));
    assert_int_equal(vm_opportunity(3, 3, 5).overserved, 0);
    static const struct { uint64_t people; const char *is; } sure[] = {{0, "none"}, {1, "anecdote"}, {4, "anecdote"}, {5, "weak"}, {19, "weak"}, {20, "moderate"}, {49, "moderate"}, {50, "strong"}};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++) assert_string_equal(analysis_confidence(sure[i].people), sure[i].is);
    // 6 against 0 is the least that is no chance: 2 / 64; 5 against 0 is 2 / 32
    assert_int_equal(vm_agree(&(struct vm_count){.did_only = 6}), VM_REVEALED);
    assert_int_equal(vm_agree(&(struct vm_count){.said_only = 6}), VM_STATED);
    assert_int_equal(vm_agree(&(struct vm_count){.did_only = 5}), VM_MIXED);
    assert_int_equal(vm_agree(&(struct vm_count){.did_only = 5, .both = 5}), VM_CONFIRMED);
    assert_int_equal(vm_agree(&(struct vm_count){.both = 1}), VM_CONFIRMED);
    assert_int_equal(vm_agree(&(struct vm_count){0}), VM_SILENT);
    assert_close(vm_mcnemar(1, 1), 1, CLOSED_FORM); // never above 1
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(said_against_did_is_judged_as_the_reference_does),
        cmocka_unit_test(ranks_agree_as_much_as_the_reference_says),
        cmocka_unit_test(ratings_give_the_opportunity_of_the_reference),
        cmocka_unit_test(words_of_two_groups_are_told_apart_as_the_reference_does),
        cmocka_unit_test(borders_lie_where_they_are_said_to),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
