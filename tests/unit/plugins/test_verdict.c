// SPDX-License-Identifier: MIT
//
// The decision table of METHODS 3.7 against tests/truth/expected/sec03_verdict.json (32 push, 13 pull cases), and what that
// file does not reach: hold-outs, concentration, money by stage, names.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/analysis/score/verdict.h"
#include "tests/lib/close.h"
#include "tests/lib/json.h"

static struct json *truth;

static int load(void **state)
{
    (void)state;
    truth = json_read_source("tests/truth/expected/sec03_verdict.json");
    return truth ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_free(truth);
    return 0;
}

static double or_else(const struct json *cell, const char *key, double otherwise)
{
    return json_get(cell, key) ? json_num(cell, key) : otherwise;
}

static struct verdict_push push_of(const struct json *c)
{
    return (struct verdict_push){
        .matched = json_num(c, "n"),
        .accounts = json_num(c, "accounts"),
        .fresh = json_num(c, "fresh"),
        .unmatched = json_num(c, "unmatched"),
        .any_response = json_num(c, "any_response"),
        .linked_response = json_num(c, "linked_response"),
        .o = json_num(c, "O"),
        .e = json_num(c, "E"),
        .lift = json_num(c, "lift"),
        .lo = json_num(c, "lo"),
        .hi = json_num(c, "hi"),
        .p_adjusted = json_num(c, "padj"),
        .extra_lo = json_num(c, "inc_lo"),
        .extra_hi = json_num(c, "inc_hi"),
        .harm_o = json_num(c, "harm_O"),
        .harm_lift = json_num(c, "harm_lift"),
        .harm_p_adjusted = json_num(c, "harm_padj"),
        .linked_harm_lo = or_else(c, "linked_harm_lo", 0.0),
        .placebo_lift = json_num(c, "placebo_lift"),
        .placebo_p = json_num(c, "placebo_p"),
        .trigger = or_else(c, "trigger", 0.0),
        .bundle = json_num(c, "bundle"),
        .covered = or_else(c, "coverage", 1.0),
        .value = json_num(c, "value_per_action"),
        .cost = json_num(c, "cost"),
        .unit_cost = NAN,
        .money_lo = NAN,
        .money_hi = NAN,
        .incidental = json_true(json_get(c, "incidental")),
    };
}

static void check(const struct json *expected, enum verdict_code code)
{
    const struct verdict_name *name = verdict_name(code);
    if (strcmp(name->code, json_str(expected, "code")) != 0)
        fail_msg("%s: got %s, expected %s", json_str(expected, "name"), name->code, json_str(expected, "code"));
    assert_string_equal(name->word, json_str(expected, "verdict"));
}

static void every_push_case_has_its_verdict(void **state)
{
    (void)state;
    const struct json *cases = json_get(truth, "cases");
    assert_int_equal(json_length(cases), 32);
    for (size_t i = 0; i < 32; i++) {
        struct verdict_push c = push_of(json_get(json_at(cases, i), "cell"));
        check(json_at(cases, i), verdict_push(&c));
    }
}

static void every_pull_case_has_its_verdict(void **state)
{
    (void)state;
    const struct json *cases = json_get(truth, "pull_cases");
    assert_int_equal(json_length(cases), 13);
    for (size_t i = 0; i < 13; i++) {
        const struct json *c = json_get(json_at(cases, i), "cell");
        struct verdict_pull pull = {
            .people = json_num(c, "people"),
            .obtained = json_num(c, "obtained"),
            .accounts = json_num(c, "accounts"),
            .days_available = json_num(c, "days_available"),
            .p_adjusted = json_num(c, "padj"),
            .lift = json_num(c, "lift"),
            .harm_o = json_num(c, "harm_O"),
            .harm_lift = json_num(c, "harm_lift"),
            .harm_p_adjusted = json_num(c, "harm_padj"),
            .value = json_num(c, "value_per_action"),
            .cost = json_num(c, "cost"),
            .incidental = json_true(json_get(c, "incidental")),
        };
        check(json_at(cases, i), verdict_pull(&pull));
    }
}

static void evalues_and_needed_touches_have_their_reference_values(void **state)
{
    (void)state;
    const struct json *rows = json_get(truth, "evalue");
    assert_int_equal(json_length(rows), 4);
    for (size_t i = 0; i < 4; i++)
        assert_close(verdict_evalue(json_number(json_at(json_at(rows, i), 0))), json_number(json_at(json_at(rows, i), 1)),
                     CLOSED_FORM);
    rows = json_get(truth, "needed_sets");
    assert_int_equal(json_length(rows), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct json *r = json_at(rows, i);
        assert_true(verdict_needed(json_number(json_at(r, 0)), json_number(json_at(r, 1)), json_number(json_at(r, 2)),
                                   json_number(json_at(r, 3)), json_number(json_at(r, 4))) == json_number(json_at(r, 5)));
    }
    assert_true(isnan(verdict_needed(100, 0, 25, 21, 1.5)));
    assert_true(isnan(verdict_needed(100, 20, 25, 21, 1.0)));
}

static struct verdict_push base(void)
{
    return push_of(json_get(json_at(json_get(truth, "cases"), 0), "cell"));
}

static void a_missing_cost_is_not_free(void **state)
{
    (void)state;
    struct verdict_push c = base();
    assert_int_equal(verdict_push(&c), VERDICT_V1);
    c.cost = NAN;
    assert_int_equal(verdict_push(&c), VERDICT_V0);
    c.cost = 0.0;
    assert_int_equal(verdict_push(&c), VERDICT_V1);
    // Not up: without economics only the upper limit of the lift decides.
    c.p_adjusted = 0.4;
    c.extra_hi = 0.5;
    c.hi = 1.4;
    c.cost = 500.0;
    assert_int_equal(verdict_push(&c), VERDICT_W2);
    c.cost = NAN;
    assert_int_equal(verdict_push(&c), VERDICT_U6);
}

static void everybody_touched_is_not_no_effect(void **state)
{
    (void)state;
    struct verdict_push c = base();
    c.fresh = 300;
    c.unmatched = 300;
    c.matched = c.accounts = 0;
    c.o = c.e = 0;
    c.lift = c.p_adjusted = NAN;
    c.extra_lo = c.extra_hi = 0;
    assert_int_equal(verdict_push(&c), VERDICT_U2);
}

static void a_harmful_incidental_is_never_waste(void **state)
{
    (void)state;
    struct verdict_push c = base();
    c.incidental = true;
    c.harm_o = 12;
    c.harm_lift = 4;
    c.harm_p_adjusted = 0.001;
    assert_int_equal(verdict_push(&c), VERDICT_I_MINUS);
    c.harm_p_adjusted = NAN;
    c.any_response = 0;
    c.fresh = 5000;
    c.o = 0;
    c.lift = c.lo = 0;
    c.p_adjusted = 0.5;
    assert_int_equal(verdict_push(&c), VERDICT_I_ZERO);
}

static void a_holdout_skips_the_checks_that_randomising_answers(void **state)
{
    (void)state;
    struct verdict_push c = base();
    c.randomised = true;
    c.placebo_lift = 5;
    c.placebo_p = 0.001;
    c.trigger = c.bundle = 0.9;
    c.covered = 0;
    c.unmatched = c.fresh;
    assert_int_equal(verdict_push(&c), VERDICT_V1);
    c.randomised = false;
    assert_int_equal(verdict_push(&c), VERDICT_U2);
    c.unmatched = 0;
    c.covered = 1;
    assert_int_equal(verdict_push(&c), VERDICT_U3);
    c.placebo_p = 0.2;
    assert_int_equal(verdict_push(&c), VERDICT_U7);
    c.trigger = 0;
    assert_int_equal(verdict_push(&c), VERDICT_U4);
}

static void money_by_stage_replaces_value_times_extra(void **state)
{
    (void)state;
    struct verdict_push c = base();
    c.money_lo = 100.0;
    c.money_hi = 900.0;
    assert_int_equal(verdict_push(&c), VERDICT_V2);
    c.money_hi = 499.0;
    assert_int_equal(verdict_push(&c), VERDICT_W3);
}

static void nobody_acting_is_measured_against_what_would_pay(void **state)
{
    (void)state;
    struct verdict_push c = base();
    c.any_response = c.o = 0;
    c.e = 3;
    c.lift = c.lo = 0;
    c.p_adjusted = NAN;
    c.fresh = c.matched = 500;
    c.unmatched = 0;
    c.unit_cost = 1.0;
    c.value = 100.0;  // pays at 1 %: 500 silent touches rule that out
    assert_int_equal(verdict_push(&c), VERDICT_W0);
    c.unit_cost = 0.1;  // pays at 0.1 %: they do not
    assert_int_equal(verdict_push(&c), VERDICT_U1);
}

static void one_account_must_not_decide(void **state)
{
    (void)state;
    assert_int_equal(verdict_concentrated(VERDICT_V1, VERDICT_V2), VERDICT_V1);
    assert_int_equal(verdict_concentrated(VERDICT_V1, VERDICT_U6), VERDICT_U1);
    assert_int_equal(verdict_concentrated(VERDICT_W2, VERDICT_V0), VERDICT_U1);
}

static void every_code_has_its_name_and_verb(void **state)
{
    (void)state;
    for (int i = 0; i < VERDICT_CODES; i++) {
        const struct verdict_name *n = verdict_name((enum verdict_code)i);
        assert_non_null(n->code);
        assert_non_null(n->reason);
        static const char *const words[] = {"VALUE", "INCIDENTAL", "WASTE", "UNPROVEN"};
        assert_string_equal(n->word, words[n->class]);
        assert_int_equal(n->code[0], n->word[0]);
        assert_null(strstr(n->reason, "cause"));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(n->code, verdict_name((enum verdict_code)j)->code);
    }
    assert_string_equal(verdict_name(VERDICT_V1)->verb, "do more");
    assert_string_equal(verdict_name(VERDICT_V3)->verb, "keep");
    assert_string_equal(verdict_name(VERDICT_U5)->verb, "test");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_push_case_has_its_verdict),
        cmocka_unit_test(every_pull_case_has_its_verdict),
        cmocka_unit_test(evalues_and_needed_touches_have_their_reference_values),
        cmocka_unit_test(a_missing_cost_is_not_free),
        cmocka_unit_test(everybody_touched_is_not_no_effect),
        cmocka_unit_test(a_harmful_incidental_is_never_waste),
        cmocka_unit_test(a_holdout_skips_the_checks_that_randomising_answers),
        cmocka_unit_test(money_by_stage_replaces_value_times_extra),
        cmocka_unit_test(nobody_acting_is_measured_against_what_would_pay),
        cmocka_unit_test(one_account_must_not_decide),
        cmocka_unit_test(every_code_has_its_name_and_verb),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
