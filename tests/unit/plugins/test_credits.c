// SPDX-License-Identifier: MIT
//
// The models of attribution (METHODS 3.10) against tests/truth/expected/sec03_attrib.json: the paths of sec03_paths.csv and three tiny ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/analysis/attribution/models.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

#define KINDS 4
static const char *const kinds[KINDS] = {"ad", "call", "email", "web"};  // by name

static uint32_t steps[64];
static struct path path[16];
static struct paths read_paths(void)
{
    struct paths p = {.at = path, .n_kinds = KINDS};
    size_t n = 0;
    struct csv *in = csv_read_source("tests/truth/in/sec03_paths.csv");
    assert_non_null(in);
    for (size_t i = 0; i < in->n_rows; i++) {
        const char *s = csv_get(in, i, "path");
        const uint64_t won = (uint64_t)csv_number(in, i, "conversions"), lost = (uint64_t)csv_number(in, i, "nulls");
        if (!*s) {
            p.won_untouched = won;
            p.lost_untouched = lost;
            continue;
        }
        struct path *to = &path[p.n++];
        *to = (struct path){steps + n, 0, won, lost};
        for (size_t len; *s; s += len + (s[len] != 0)) {
            len = strcspn(s, ">");
            uint32_t k = 0;
            while (strlen(kinds[k]) != len || strncmp(kinds[k], s, len) != 0) k++;
            steps[n++] = k;
            to->n++;
        }
    }
    csv_free(in);
    return p;
}

static void same(const double *got, const struct json *want, double tolerance)
{
    assert_non_null(want);
    for (size_t k = 0; k < KINDS; k++) assert_close(got[k], json_num(want, kinds[k]), tolerance);
}

static void the_rules_split_conversions_as_the_reference_does(void **state)
{
    (void)state;
    double first[KINDS], last[KINDS], even[KINDS];
    struct json *truth = json_read_source("tests/truth/expected/sec03_attrib.json");
    const struct paths p = read_paths();
    models_rules(&p, first, last, even);
    const struct json *want = json_get(truth, "heuristics");
    same(first, json_get(want, "first"), CLOSED_FORM);
    same(last, json_get(want, "last"), CLOSED_FORM);
    same(even, json_get(want, "linear"), CLOSED_FORM);
    assert_int_equal(p.won_untouched, 3);  // "unattributed"
    json_free(truth);
}

static void the_removal_effect_is_that_of_the_reference(void **state)
{
    (void)state;
    double removal[KINDS], credit[KINDS], work[(KINDS + 1) * (2 * KINDS + 2)];
    struct json *truth = json_read_source("tests/truth/expected/sec03_attrib.json");
    const struct json *want = json_get(truth, "markov");
    const struct paths p = read_paths();
    assert_close(models_markov(&p, removal, credit, work), json_num(want, "p_conv"), CLOSED_FORM);
    same(removal, json_get(want, "removal_effect"), CLOSED_FORM);
    same(credit, json_get(want, "credit"), CLOSED_FORM);
    json_free(truth);
}

static void three_tiny_paths_give_a_fifth_and_two_fifths_twice(void **state)
{
    (void)state;
    static const uint32_t all[] = {0, 1, 2};
    const struct path tiny[] = {{all, 3, 1, 0}, {all, 1, 0, 1}, {all + 1, 2, 0, 1}};
    const struct paths p = {tiny, 3, 3, 0, 0};
    double removal[3], credit[3], work[4 * 8];
    assert_close(models_markov(&p, removal, credit, work), 1.0 / 3, CLOSED_FORM);
    for (size_t k = 0; k < 3; k++) {
        assert_close(removal[k], k ? 1.0 : 0.5, CLOSED_FORM);
        assert_close(credit[k], k ? 0.4 : 0.2, CLOSED_FORM);
    }
}

static void without_conversions_there_is_no_credit_by_removal(void **state)
{
    (void)state;
    static const uint32_t all[] = {0, 1};
    const struct path lost[] = {{all, 2, 0, 5}};
    const struct paths p = {lost, 1, 2, 0, 0};
    double removal[2], credit[2], work[3 * 6];
    assert_true(models_markov(&p, removal, credit, work) == 0);
    assert_true(removal[0] != removal[0] && credit[1] != credit[1]);
}

static void the_average_gain_is_that_of_the_reference(void **state)
{
    (void)state;
    double phi[KINDS];
    uint64_t work[3 << KINDS];
    struct json *truth = json_read_source("tests/truth/expected/sec03_attrib.json");
    const struct json *want = json_get(truth, "shapley_rate");
    const struct paths p = read_paths();
    models_shapley(&p, phi, work);
    same(phi, json_get(want, "phi"), CLOSED_FORM);
    assert_close(phi[0] + phi[1] + phi[2] + phi[3], json_num(want, "v_all") - json_num(want, "v_empty"), CLOSED_FORM);
    json_free(truth);
}

static void a_drawn_gain_is_that_of_the_same_draws_in_the_reference(void **state)
{
    (void)state;
    double phi[KINDS], error[KINDS];
    uint64_t work[4 * KINDS + 2];
    struct json *truth = json_read_source("tests/truth/expected/sec03_attrib.json");
    const struct json *want = json_get(truth, "shapley_rate_sampled_seed1_2000");
    const struct paths p = read_paths();
    models_shapley_sampled(&p, 1, 2000, phi, error, work);
    for (size_t k = 0; k < KINDS; k++) {
        assert_close(phi[k], json_num(json_get(want, kinds[k]), "phi"), CLOSED_FORM);
        assert_close(error[k], json_num(json_get(want, kinds[k]), "se"), CLOSED_FORM);
    }
    json_free(truth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rules_split_conversions_as_the_reference_does),
        cmocka_unit_test(the_removal_effect_is_that_of_the_reference),
        cmocka_unit_test(three_tiny_paths_give_a_fifth_and_two_fifths_twice),
        cmocka_unit_test(without_conversions_there_is_no_credit_by_removal),
        cmocka_unit_test(the_average_gain_is_that_of_the_reference),
        cmocka_unit_test(a_drawn_gain_is_that_of_the_same_draws_in_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
