// SPDX-License-Identifier: MIT
// What would settle an UNPROVEN, from events to the sentence: how much is missing and in which month it is there; hold-outs as
// they are planned; a random test that holds few back; and groups, which must give what one touchpoint would that claims all
// their events.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/plugins/score_run.h"

#include "tests/lib/close.h"

#define COMPANY VOC_ACTOR_COMPANY
#define OTHER VOC_ACTOR_OTHER

static unsigned draw(uint64_t *seed, unsigned n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((*seed >> 33) % n);
}

static const voc_cell *at(const struct score_run *r, const char *touchpoint, const char *column)
{
    return score_cell(r, "touchpoints", score_row(r, "touchpoints", touchpoint, "all"), column);
}
static double number(const struct score_run *r, const char *touchpoint, const char *column) { return score_real(r, "touchpoints", touchpoint, "all", column); }

// ---- what is missing -----------------------------------------------------------------------------------------------------------

static const char JOURNEY[] = "<actions><action name='order' class='value' %s/><action name='leave' class='harm'/></actions>"
                              "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                              "<touchpoints><touchpoint id='call' kind='push' cost='2' %s><event actor='company' touchpoint='call'/></touchpoint>"
                              "<touchpoint id='mail' kind='push' cost='3' %s><event actor='company' touchpoint='mail'/></touchpoint>"
                              "<touchpoint id='page' kind='pull'><event action='page'/></touchpoint></touchpoints><response window='10d'/>";

static void open_journey(struct score_run *r, const char *order, const char *call, const char *mail)
{
    char body[2000];
    snprintf(body, sizeof body, JOURNEY, order, call, mail);
    score_open(r, body);
}

static void enter(struct score_run *r, const char *prefix, int i, double day, char account[16])
{
    snprintf(account, 16, "%s%03d", prefix, i);
    SE(r, .account = account, .action = "entry", .day = day);
}

// Eight calls, to eight accounts, of which five act, and many without: twelve more touches make the twenty of the rule.
static void calls(struct score_run *r, double first, double gap)
{
    char account[16];
    for (int i = 0; i < 40; i++) enter(r, "N", i, 0, account);
    for (int i = 0; i < 8; i++) {
        enter(r, "C", i, 0, account);
        SE(r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = first + i * gap);
        if (i < 5) SE(r, .account = account, .action = "order", .day = first + i * gap + 1);
    }
    for (int i = 0; i < 40; i += 4) { // some of the others act too, at any time
        snprintf(account, sizeof account, "N%03d", i);
        SE(r, .account = account, .action = "order", .day = 20 + i);
    }
}

static void too_little_names_the_touches_and_the_month(void **state)
{
    struct score_run r;
    (void)state;
    open_journey(&r, "value='100'", "", "");
    calls(&r, 120, 5); // 120 .. 155; the data end at 200, the last 90 days begin at 110
    assert_int_equal(score_fold(&r, 200, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "call", "code"), "U1");
    assert_true(number(&r, "call", "matched") == 8);
    assert_true(number(&r, "call", "missing") == 12);
    assert_named_close("rate", number(&r, "call", "rate"), 8.0 / 90, CLOSED_FORM);
    assert_int_equal(at(&r, "call", "known_by")->i, T0 + (200 + 135) * DAY); // 12 / (8 / 90) = 135 days
    assert_non_null(strstr(score_text(&r, "call", "settle"), "12 more comparable contacts, by December 2024 at this rate"));
    assert_non_null(strstr(score_text(&r, "call", "reason"), "12 more would do, by December 2024"));
    assert_non_null(strstr(score_text(&r, "call", "explanation"), "Next: about 12 more comparable contacts"));
    score_close(&r);
}

static void what_does_not_come_any_more_is_never_known(void **state)
{
    struct score_run r;
    (void)state;
    open_journey(&r, "value='100'", "", "");
    calls(&r, 20, 5); // 20 .. 55, all before the last 90 days
    assert_int_equal(score_fold(&r, 170, 1, NULL), VOC_OK);
    assert_true(number(&r, "call", "missing") == 12 && number(&r, "call", "rate") == 0);
    assert_int_equal(at(&r, "call", "known_by")->type, VOC_CELL_NA);
    assert_non_null(strstr(score_text(&r, "call", "settle"), "none came in the last 90 days"));
    score_close(&r);
}

static void fewer_days_than_ninety_are_all_there_is(void **state)
{
    struct score_run r;
    (void)state;
    open_journey(&r, "value='100'", "", "");
    calls(&r, 5, 4); // 5 .. 33 of 40 days
    assert_int_equal(score_fold(&r, 40, 1, NULL), VOC_OK);
    assert_named_close("rate", number(&r, "call", "rate"), number(&r, "call", "matched") / 40, CLOSED_FORM);
    score_close(&r);
}

// Sixty calls that nobody answers, at 2 each where an action is worth 100: r = 2 %, 149 touches without an action show that
// nobody acts (1 - 0.05^(1/149) < 0.02 <= 1 - 0.05^(1/148)).
static void nobody_acting_says_how_many_more_would_show_it(void **state)
{
    struct score_run r;
    char account[16];
    (void)state;
    open_journey(&r, "value='100'", "", "");
    for (int i = 0; i < 120; i++) {
        enter(&r, "A", i, i * 0.25, account);
        if (i % 2) SE(&r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = 40 + i * 0.25);
    }
    SE(&r, .account = "Z", .action = "order", .day = 3);
    assert_int_equal(score_fold(&r, 120, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "call", "code"), "U1");
    assert_true(number(&r, "call", "fresh") == 60 && number(&r, "call", "missing") == 149 - 60);
    assert_non_null(strstr(score_text(&r, "call", "settle"), "if nobody acts after 89 more contacts either"));
    score_close(&r);
}

// Twelve people read the page, four of them long ago and twice: each of the eight readings of the last 90 days is 12 / 16 of a person.
static void how_fast_people_find_a_page_is_told_by_its_own_readings(void **state)
{
    struct score_run r;
    char account[16];
    (void)state;
    open_journey(&r, "value='100'", "", "");
    for (int i = 0; i < 12; i++) {
        enter(&r, "A", i, 0, account);
        SE(&r, .account = account, .person = account, .action = "page", .day = i < 4 ? 20 + i : 120 + i);
        if (i < 4) SE(&r, .account = account, .person = account, .action = "page", .day = 30 + i);
        SE(&r, .account = account, .person = account, .action = "look", .day = 130 + i); // of the same days, and no reading
        SE(&r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = 140 + i);
    }
    SE(&r, .account = "A000", .action = "order", .day = 3);
    assert_int_equal(score_fold(&r, 200, 1, NULL), VOC_OK);
    assert_named_close("rate", number(&r, "page", "rate"), 8 * 12.0 / 16 / 90, CLOSED_FORM);
    score_close(&r);
}

// Sixty calls that should make people read the page, which nobody does: what an order is worth says nothing about a reading.
static void an_aim_of_unknown_worth_does_not_take_that_of_other_actions(void **state)
{
    struct score_run r;
    char account[16];
    (void)state;
    score_open(&r, "<actions><action name='order' class='value' value='100'/><action name='read'/></actions>"
                   "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                   "<touchpoints><touchpoint id='call' kind='push' cost='2'><event actor='company' touchpoint='call'/><aim actions='read'/></touchpoint>"
                   "</touchpoints><response window='10d'/>");
    for (int i = 0; i < 120; i++) {
        enter(&r, "A", i, i * 0.25, account);
        if (i % 2) SE(&r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = 40 + i * 0.25);
    }
    SE(&r, .account = "Z", .action = "order", .day = 3);
    assert_int_equal(score_fold(&r, 120, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "call", "code"), "U1");
    assert_true(number(&r, "call", "missing") == 299 - 60); // the 1 % of what is of unknown worth: 1 - 0.05^(1/299) < 0.01 <= 1 - 0.05^(1/298)
    score_close(&r);
}

static void what_is_proven_has_nothing_to_settle(void **state)
{
    struct score_run r;
    char account[16];
    (void)state;
    open_journey(&r, "value='100'", "", "");
    for (int i = 0; i < 320; i++) { // 160 calls without one action: nobody acts
        enter(&r, "A", i, i * 0.1, account);
        if (i % 2) SE(&r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = 40 + i * 0.1);
    }
    SE(&r, .account = "Z", .action = "order", .day = 3);
    assert_int_equal(score_fold(&r, 120, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "call", "code"), "W0");
    static const char *const columns[] = {"missing", "rate", "known_by", "settle"};
    for (size_t i = 0; i < 4; i++) assert_int_equal(at(&r, "call", columns[i])->type, VOC_CELL_NA);
    score_close(&r);
}

// ---- hold-outs -----------------------------------------------------------------------------------------------------------------

// A mail to everybody every week, and orders of one in four within ten days: only a hold-out can tell.
static void mailed(struct score_run *r, int accounts, const char *order)
{
    uint64_t seed = 3;
    char account[16];
    open_journey(r, order, "", "");
    for (int i = 0; i < accounts; i++) {
        enter(r, "A", i, 0, account);
        for (int week = 1; week < 26; week++) {
            double day = week * 7 + i % 5 * 0.1;
            SE(r, .account = account, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = day);
            if (draw(&seed, 4) == 0) SE(r, .account = account, .action = "order", .day = day + 1 + draw(&seed, 5));
        }
    }
}

static void what_everybody_gets_is_held_back_for_weeks(void **state)
{
    struct score_run r;
    (void)state;
    mailed(&r, 120, "value='100'");
    assert_int_equal(score_fold(&r, 182, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "call", "code"), "U2");
    size_t row = score_row(&r, "holdouts", "call", NULL);
    const voc_cell *share = score_cell(&r, "holdouts", row, "hold_back"), *xml = score_cell(&r, "holdouts", row, "element");
    double weeks = score_real(&r, "holdouts", "call", NULL, "weeks"), controls = score_real(&r, "holdouts", "call", NULL, "controls"),
           treated = score_real(&r, "holdouts", "call", NULL, "treated"), base = score_real(&r, "holdouts", "call", NULL, "base_rate");
    assert_true(score_cell(&r, "holdouts", row, "settles")->i);
    assert_true(score_real(&r, "holdouts", "call", NULL, "at_once") == 120);
    assert_true(weeks >= 3 && weeks <= 12);
    assert_true(base > 0.25 && base < 0.6); // two mails within ten days, each with its chance
    assert_true(controls + treated <= 121 && controls >= 12);
    assert_int_equal(score_cell(&r, "holdouts", row, "ends")->i, T0 + (182 + (int64_t)weeks * 7) * DAY);
    assert_int_equal(at(&r, "call", "known_by")->i, score_cell(&r, "holdouts", row, "ends")->i);
    char said[60];
    snprintf(said, sizeof said, "hold back %s for %.0f weeks", share->s.ptr, weeks);
    assert_non_null(strstr(score_text(&r, "call", "reason"), said));
    assert_non_null(strstr(score_text(&r, "call", "settle"), "voc holdout PROJECT call"));
    assert_non_null(strstr(xml->s.ptr, "<holdout id=\"call-holdout\" touchpoint=\"call\">"));
    score_close(&r);
}

// With ten times the customers fewer of them go without, and it is over sooner. Where it is known from which effect on it pays,
// and that can be found within a year, it is that effect which is sought.
static void more_customers_let_fewer_go_without_or_show_what_pays(void **state)
{
    struct score_run r;
    (void)state;
    for (int priced = 0; priced < 2; priced++) {
        mailed(&r, 900, priced ? "value='100'" : "");
        assert_int_equal(score_fold(&r, 182, 1, NULL), VOC_OK);
        size_t row = score_row(&r, "holdouts", "call", NULL);
        double weeks = score_real(&r, "holdouts", "call", NULL, "weeks"),
               effect = score_real(&r, "holdouts", "call", NULL, "effect"),
               base = score_real(&r, "holdouts", "call", NULL, "base_rate");
        if (priced) {
            assert_named_close("effect", effect, 1 + 4 / (100 * base), 0.01); // two mails of 2 within the window
            assert_true(weeks > 12 && weeks <= 52);
            assert_string_equal(score_cell(&r, "holdouts", row, "hold_back")->s.ptr, "1 in 2");
        } else {
            assert_true(effect == 1.5 && weeks <= 5);
            assert_string_equal(score_cell(&r, "holdouts", row, "hold_back")->s.ptr, "1 in 10");
        }
        score_close(&r);
    }
}

static void what_must_be_sent_and_what_customers_fetch_is_not_held_back(void **state)
{
    struct score_run r;
    (void)state;
    mailed(&r, 60, "");
    SE(&r, .account = "A001", .action = "page", .day = 9);
    assert_int_equal(score_fold(&r, 182, 1, NULL), VOC_OK);
    assert_true(score_has(&r, "holdouts", "call") && score_has(&r, "touchpoints", "page") && !score_has(&r, "holdouts", "page") && !score_has(&r, "holdouts", "mail"));
    score_close(&r);
    score_open(&r, "<actions><action name='order' class='value'/></actions><stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                   "<touchpoints><touchpoint id='notice' kind='push'><event actor='company' touchpoint='notice'/><incidental reason='law'/></touchpoint></touchpoints>");
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "A", .action = "send", .touchpoint = "notice", .actor = COMPANY, .day = 5);
    SE(&r, .account = "A", .action = "order", .day = 6);
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_true(score_has(&r, "touchpoints", "notice") && !score_has(&r, "holdouts", "notice"));
    score_close(&r);
}

// 190 get it and 39 do not; seven of the 190 leave. By chance none of the 39 would in one test of four.
static void few_held_back_do_not_show_that_others_were_driven_away(void **state)
{
    struct score_run r;
    char account[16];
    (void)state;
    for (int leavers = 7; leavers <= 60; leavers += 53) {
        score_open(&r, "<actions><action name='order' class='value' value='100'/><action name='leave' class='harm'/></actions>"
                       "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                       "<touchpoints><touchpoint id='mail' kind='push' cost='1'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>"
                       "<response window='10d'/><holdout id='h' touchpoint='mail'><treated><event actor='other' action='treated'/></treated>"
                       "<control><event actor='other' action='control'/></control></holdout>");
        for (int i = 0; i < 229; i++) {
            enter(&r, "A", i, 0, account);
            SE(&r, .account = account, .action = i < 190 ? "treated" : "control", .actor = OTHER, .day = 20);
            if (i < 190 && i % 10) SE(&r, .account = account, .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 20.5);
            if (i < leavers) SE(&r, .account = account, .action = "leave", .day = 21 + i % 7);
            if (i % 4 == 3) SE(&r, .account = account, .action = "order", .day = 22 + i % 5);
        }
        assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
        assert_true(at(&r, "mail", "randomised")->i == 1);
        assert_true(number(&r, "mail", "harm_observed") == leavers && number(&r, "mail", "harm_expected") == 0);
        if (leavers == 7) {
            assert_string_not_equal(score_text(&r, "mail", "code"), "W1");
            assert_named_close("rate", number(&r, "mail", "rate"), 190.0 / 60, CLOSED_FORM); // who was chosen to get it, also where it was not sent
        } else {
            assert_string_equal(score_text(&r, "mail", "code"), "W1"); // 60 of 190 against 0 of 39 is no chance
        }
        score_close(&r);
    }
}

// ---- groups ----------------------------------------------------------------------------------------------------------------------

// A year of random calls and mails; with `one` the mails are calls.
static void busy(struct score_run *r, bool one)
{
    uint64_t seed = 11;
    char account[16];
    open_journey(r, "value='100'", one ? "" : "group='talk'", one ? "" : "group='talk'");
    for (int i = 0; i < 150; i++) {
        double day = draw(&seed, 100) + 0.25;
        enter(r, "A", i, day, account);
        for (int k = 0; k < 12; k++) {
            day += 1 + draw(&seed, 40);
            unsigned what = draw(&seed, 5);
            char id[64];
            snprintf(id, sizeof id, "%s-%d", account, k);
            if (what < 2) SE(r, .id = id, .account = account, .action = "send", .touchpoint = one || what == 0 ? "call" : "mail", .actor = COMPANY, .day = day);
            if (what < 2 && draw(&seed, 3) == 0)
                SE(r, .account = account, .action = "order", .ref = draw(&seed, 2) ? id : NULL, .day = day + 0.1 + draw(&seed, 12));
            if (what == 2) SE(r, .account = account, .action = "order", .day = day + 0.5);
            if (what == 3 && draw(&seed, 9) == 0) SE(r, .account = account, .action = "leave", .day = day);
        }
    }
}

static void a_group_is_what_one_touchpoint_would_be_that_claims_all_its_events(void **state)
{
    static const char *const columns[] = {"touches", "fresh", "matched", "accounts", "responded", "linked", "linked_rate", "observed", "expected", "extra", "lift", "p", "q", "variance",
                                          "harm_observed", "harm_expected", "placebo_lift", "placebo_p", "trigger", "covered", "judged_share", "busiest_week", "largest_account",
                                          "half_lift", "double_lift", "value_per_action", "last_touch_credit", "rate"};
    static const char *const by_group[] = {"by=group", NULL};
    struct score_run pooled, one;
    (void)state;
    busy(&pooled, false);
    busy(&one, true);
    assert_int_equal(score_fold(&pooled, 500, 1, by_group), VOC_OK);
    assert_int_equal(score_fold(&one, 500, 1, NULL), VOC_OK);
    assert_true(number(&one, "call", "matched") > 100);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        double a = score_real(&pooled, "groups", "talk", "all", columns[i]), b = score_real(&one, "touchpoints", "call", "all", columns[i]);
        if (!(a == b || (isnan(a) && isnan(b)))) fail_msg("%s: %.17g as a group, %.17g as one", columns[i], a, b);
    }
    // costs: 2 a call, 3 a mail
    double spent = number(&pooled, "call", "spent") + number(&pooled, "mail", "spent"), touches = number(&pooled, "call", "touches") * 2 + number(&pooled, "mail", "touches") * 3;
    assert_named_close("spent", score_real(&pooled, "groups", "talk", "all", "spent"), spent, CLOSED_FORM);
    assert_true(fabs(score_real(&pooled, "groups", "talk", "all", "cost") -
                     touches * score_real(&pooled, "groups", "talk", "all", "matched") /
                         score_real(&pooled, "groups", "talk", "all", "fresh")) < 1e-5);
    // nothing of the rest moves
    assert_int_equal(score_fold(&pooled, 500, 1, NULL), VOC_OK);
    assert_false(number(&pooled, "call", "matched") == number(&one, "call", "matched"));
    score_close(&pooled);
    score_close(&one);
}

static void groups_are_the_same_for_any_number_of_threads(void **state)
{
    static const char *const by_group[] = {"by=group", NULL};
    struct score_run r;
    struct buf one, four;
    (void)state;
    buf_init(&one, 1 << 24);
    buf_init(&four, 1 << 24);
    busy(&r, false);
    assert_int_equal(score_fold(&r, 500, 1, by_group), VOC_OK);
    score_dump(&r, &one);
    assert_int_equal(score_fold(&r, 500, 4, by_group), VOC_OK);
    score_dump(&r, &four);
    assert_string_equal(one.ptr, four.ptr);
    assert_non_null(strstr(one.ptr, "talk (call, mail)"));
    buf_done(&one);
    buf_done(&four);
    score_close(&r);
}

// Touchpoints with aims of their own: the group's outcome is that of either.
static void the_aim_of_a_group_is_that_of_any_member(void **state)
{
    static const char body[] = "<actions><action name='order' class='value'/><action name='ask' class='value'/><action name='read' class='value'/></actions>"
                               "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages><touchpoints>"
                               "<touchpoint id='call' kind='push' group='talk'><event actor='company' touchpoint='call'/><aim actions='order'/></touchpoint>"
                               "<touchpoint id='mail' kind='push' group='talk'><event actor='company' touchpoint='mail'/>%s</touchpoint></touchpoints><response window='10d'/>";
    static const char *const by_group[] = {"by=group", NULL};
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct score_run r;
        char text[2000], account[16];
        snprintf(text, sizeof text, body, own ? "<aim actions='ask'/>" : "");
        score_open(&r, text);
        for (int i = 0; i < 30; i++) {
            enter(&r, "A", i, 0, account);
            if (i < 9) SE(&r, .account = account, .action = "send", .touchpoint = i % 2 ? "call" : "mail", .actor = COMPANY, .day = 5);
            SE(&r, .account = account, .action = i % 3 == 0 ? "order" : i % 3 == 1 ? "ask" : "read", .day = 7);
        }
        assert_int_equal(score_fold(&r, 60, 1, by_group), VOC_OK);
        assert_true(score_real(&r, "groups", "talk", "all", "responded") == (own ? 6 : 9)); // without an aim of its own the stage's: all three
        score_close(&r);
    }
}

static void what_the_law_asks_for_is_not_pooled_with_the_rest(void **state)
{
    static const char *const by_group[] = {"by=group", NULL};
    struct score_run r;
    (void)state;
    score_open(&r, "<actions><action name='order' class='value'/></actions><stages><stage id='s'><definition><event action='entry'/></definition></stage></stages><touchpoints>"
                   "<touchpoint id='notice' kind='push' group='post'><event actor='company' touchpoint='notice'/><incidental reason='law'/></touchpoint>"
                   "<touchpoint id='mail' kind='push' group='post'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>");
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "A", .action = "order", .day = 6);
    assert_int_equal(score_fold(&r, 60, 1, by_group), VOC_E_OPTION);
    assert_int_equal(strncmp(score_said(&r), "SCORE-008", 9), 0);
    score_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_little_names_the_touches_and_the_month),
        cmocka_unit_test(what_does_not_come_any_more_is_never_known),
        cmocka_unit_test(fewer_days_than_ninety_are_all_there_is),
        cmocka_unit_test(nobody_acting_says_how_many_more_would_show_it),
        cmocka_unit_test(how_fast_people_find_a_page_is_told_by_its_own_readings),
        cmocka_unit_test(an_aim_of_unknown_worth_does_not_take_that_of_other_actions),
        cmocka_unit_test(what_is_proven_has_nothing_to_settle),
        cmocka_unit_test(what_everybody_gets_is_held_back_for_weeks),
        cmocka_unit_test(more_customers_let_fewer_go_without_or_show_what_pays),
        cmocka_unit_test(what_must_be_sent_and_what_customers_fetch_is_not_held_back),
        cmocka_unit_test(few_held_back_do_not_show_that_others_were_driven_away),
        cmocka_unit_test(a_group_is_what_one_touchpoint_would_be_that_claims_all_its_events),
        cmocka_unit_test(groups_are_the_same_for_any_number_of_threads),
        cmocka_unit_test(the_aim_of_a_group_is_that_of_any_member),
        cmocka_unit_test(what_the_law_asks_for_is_not_pooled_with_the_rest),
    };
    return cmocka_run_group_tests_name("settle", tests, score_setup, score_teardown);
}
