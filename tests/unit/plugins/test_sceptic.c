// SPDX-License-Identifier: MIT
// What the score tells a sceptic: the checks of every comparison, what was left out, the end of observation and who set it,
// and what last-touch credit would have said.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/plugins/score_run.h"

#define COMPANY VOC_ACTOR_COMPANY

static const char TWO[] = "<actions><action name='order' class='value' value='100'/><action name='bounce' actor='other' class='undelivered'/></actions>"
                          "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                          "<touchpoints><touchpoint id='visit' title='our visit' kind='push'><event actor='company' touchpoint='visit'/></touchpoint>"
                          "<touchpoint id='mail' kind='push'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>"
                          "<response window='10d'/>";

// 30 customers are visited at day 12 and order three days later, 60 are not; nine tenths of all had a mail the day before they
// order, or would have.
static void visits(struct score_run *r)
{
    char who[16];
    score_open(r, TWO);
    for (int i = 0; i < 90; i++) {
        snprintf(who, sizeof who, "C%02d", i);
        SE(r, .account = who, .action = "entry", .day = i * 0.01);
        if (i < 30) SE(r, .account = who, .action = "call", .touchpoint = "visit", .actor = COMPANY, .day = 12 + i * 0.01);
        if (i % 10) SE(r, .account = who, .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 14 + i * 0.01);
        if (i < 30 || i % 5 == 0) SE(r, .account = who, .action = "order", .day = 15 + i * 0.01);
    }
    assert_int_equal(score_fold(r, 60, 1, NULL), VOC_OK);
}

static size_t row_of(const struct score_run *r, const char *table, const char *name) { return score_row(r, table, name, NULL); }

static void every_comparison_shows_its_checks(void **state)
{
    struct score_run r;
    (void)state;
    visits(&r);
    const voc_cell *before = score_cell(&r, "checks", row_of(&r, "checks", "our visit"), "before");
    assert_int_equal(before->s.len, strlen("30, expected 30")); // in the time that is looked at everybody did one thing: enter
    assert_memory_equal(before->s.ptr, "30, expected 30", before->s.len);
    const voc_cell *bundle = score_cell(&r, "checks", row_of(&r, "checks", "our visit"), "bundle");
    assert_int_equal(bundle->type, VOC_CELL_TEXT);
    assert_float_equal(score_cell(&r, "checks", row_of(&r, "checks", "our visit"), "covered")->r, 1, 1e-12);
    double lo = score_cell(&r, "touchpoints", row_of(&r, "touchpoints", "visit"), "lift")->lo;
    char wanted[40];
    snprintf(wanted, sizeof wanted, "%.1f times", lo + sqrt(lo * (lo - 1))); // VanderWeele & Ding 2017
    const voc_cell *hidden = score_cell(&r, "checks", row_of(&r, "checks", "our visit"), "hidden_cause");
    assert_true(lo > 1);
    assert_memory_equal(hidden->s.ptr, wanted, hidden->s.len);
    assert_true(score_notes(&r, "checks", "What this cannot see: a lasting difference"));
    score_close(&r);
}

// Half of those who are visited asked for it in the half hour before; all others asked some two hours before.
static void a_visit_that_was_asked_for_shows_in_the_hour_before(void **state)
{
    struct score_run r;
    char who[16];
    (void)state;
    score_open(&r, TWO);
    for (int i = 0; i < 90; i++) {
        snprintf(who, sizeof who, "C%02d", i);
        SE(&r, .account = who, .action = "entry", .day = i * 0.01);
        SE(&r, .account = who, .action = "ask", .day = (i < 15 ? 11.98 : 11.9) + i * 0.01);
        if (i < 30) SE(&r, .account = who, .action = "call", .touchpoint = "visit", .actor = COMPANY, .day = 12 + i * 0.01);
        if (i < 30 || i % 5 == 0) SE(&r, .account = who, .action = "order", .day = 15 + i * 0.01);
    }
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_float_equal(score_cell(&r, "checks", row_of(&r, "checks", "our visit"), "trigger")->r, 0.5, 1e-12);
    score_close(&r);
}

static void what_was_left_out_is_counted(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, TWO);
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "B", .action = "entry", .day = 0);
    SE(&r, .id = "m", .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 5);
    SE(&r, .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 6); // the trial of the first still runs
    SE(&r, .id = "x", .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 20);
    SE(&r, .account = "A", .action = "bounce", .actor = VOC_ACTOR_OTHER, .ref = "x", .day = 20.1);
    SE(&r, .account = "B", .action = "order", .day = 8);
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_true(score_notes(&r, "checks", "Of 3 touches, 1 opened a comparison"));
    assert_true(score_notes(&r, "checks", "for 1 of these a comparable customer without it was found"));
    assert_true(score_notes(&r, "checks", "1 touch was not delivered"));
    assert_true(score_notes(&r, "checks", "no event had to be set aside"));
    score_close(&r);
}

static void the_source_that_limits_the_end_is_named(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, TWO);
    SE(&r, .account = "A", .action = "entry", .day = 0, .source = "shop");
    SE(&r, .account = "B", .action = "entry", .day = 0, .source = "shop");
    SE(&r, .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 5, .source = "mailing");
    SE(&r, .account = "B", .action = "order", .day = 8, .source = "shop");
    SE(&r, .account = "B", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 30, .source = "mailing");
    SE(&r, .account = "A", .action = "order", .day = 40, .source = "shop");
    SE(&r, .account = "B", .action = "order", .day = 41, .source = "shop");
    assert_int_equal(score_fold(&r, NAN, 1, NULL), VOC_OK);
    assert_true(score_notes(&r, "checks", "where mailing ends; 2 later events were set aside"));
    assert_true(score_notes(&r, "score", "Ends where mailing ends; 2 later events set aside."));
    score_close(&r);
}

static void last_touch_credit_stands_beside_our_ranks(void **state)
{
    struct score_run r;
    (void)state;
    visits(&r);
    size_t visit = row_of(&r, "ranking", "our visit"), mail = row_of(&r, "ranking", "mail");
    assert_int_equal(score_cell(&r, "ranking", visit, "rank")->i, 1);
    assert_int_equal(score_cell(&r, "ranking", visit, "credit_rank")->i, 2);
    assert_int_equal(score_cell(&r, "ranking", mail, "credit_rank")->i, 1);
    // 30 + 12 orders; the last touch before an order is the mail, but for each tenth customer: the visit of 3, nothing for 6
    assert_float_equal(score_cell(&r, "ranking", visit, "credit")->r, 3.0 / 36, 1e-12);
    assert_float_equal(score_cell(&r, "ranking", mail, "credit")->r, 33.0 / 36, 1e-12);
    score_close(&r);
}

static void nothing_to_compare_makes_no_table_of_checks(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, TWO);
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "A", .action = "order", .day = 1);
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    for (size_t i = 0; i < r.result.n_tables; i++) {
        voc_table t;
        assert_int_equal(table_view(r.result.tables[i], &t), VOC_OK);
        assert_false(str_is(t.name, "checks"));
    }
    score_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_comparison_shows_its_checks),
                                       cmocka_unit_test(a_visit_that_was_asked_for_shows_in_the_hour_before), cmocka_unit_test(what_was_left_out_is_counted),
                                       cmocka_unit_test(the_source_that_limits_the_end_is_named), cmocka_unit_test(last_touch_credit_stands_beside_our_ranks),
                                       cmocka_unit_test(nothing_to_compare_makes_no_table_of_checks)};
    return cmocka_run_group_tests(tests, score_setup, score_teardown);
}
