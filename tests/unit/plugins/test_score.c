// SPDX-License-Identifier: MIT
// The score end to end: from events and a journey to its tables. The hand example of METHODS 3.5; what is a touch, an outcome,
// a linked response; pull items, internal work, missing costs, refusals; and that neither names, nor the order of rows, nor
// files, nor threads show.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/plugins/score_run.h"

#include "tests/lib/close.h"

#define COMPANY VOC_ACTOR_COMPANY
#define OTHER VOC_ACTOR_OTHER
#define assert_number(r, table, touchpoint, stage, column, wanted) \
    assert_named_close((column), score_real((r), (table), (touchpoint), (stage), (column)), (wanted), CLOSED_FORM)

// ---- the hand example ----------------------------------------------------------------------------------------------------

static const char HAND[] = "<actions><action name='download' class='value'/></actions>"
                           "<stages><stage id='investigating'><definition><event action='entry'/></definition><aim actions='download'/></stage>"
                           "<stage id='seeking'><definition><event action='download'/></definition></stage>"
                           "<exit id='lost'><event actor='any' action='closed'/></exit></stages>"
                           "<touchpoints><touchpoint id='call' kind='push'><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
                           "<response window='10d'/>";

static void hand_events(struct score_run *r)
{
    static const struct { const char *who; double entry, call, download, closed; } all[] = {
        {"C1", 0, 5, 8, -1}, {"C2", 0, 5, -1, 12}, {"C3", 2, -1, 11, -1}, {"C4", 3, -1, -1, -1}, {"C5", 4, -1, -1, 8}, {"C6", 1, 10, 12, -1}};
    score_open(r, HAND);
    for (size_t i = 0; i < 6; i++) {
        SE(r, .account = all[i].who, .action = "entry", .day = all[i].entry);
        if (all[i].call >= 0) SE(r, .account = all[i].who, .action = "call", .touchpoint = "call", .actor = COMPANY, .day = all[i].call);
        if (all[i].download >= 0) SE(r, .account = all[i].who, .action = "download", .day = all[i].download);
        if (all[i].closed >= 0) SE(r, .account = all[i].who, .action = "closed", .actor = OTHER, .day = all[i].closed);
    }
}

static void the_hand_example_gives_its_numbers(void **state)
{
    static const struct { const char *table, *stage; } where[] = {{"touchpoints", "all"}, {"stages", "investigating"}};
    struct score_run r;
    (void)state;
    hand_events(&r);
    assert_int_equal(score_fold(&r, 100, 1, NULL), VOC_OK);
    for (size_t i = 0; i < 2; i++) {
        const char *t = where[i].table, *s = where[i].stage;
        assert_number(&r, t, "call", s, "touches", 3);
        assert_number(&r, t, "call", s, "fresh", 3);
        assert_number(&r, t, "call", s, "matched", 3);
        assert_number(&r, t, "call", s, "accounts", 3);
        assert_number(&r, t, "call", s, "responded", 2);
        assert_number(&r, t, "call", s, "observed", 2);
        assert_number(&r, t, "call", s, "expected", 1.0 / 3);
        assert_number(&r, t, "call", s, "q", 5.0 / 3);
        assert_number(&r, t, "call", s, "lift", 6);
        assert_number(&r, t, "call", s, "extra", 5.0 / 3);
        assert_number(&r, t, "call", s, "variance", 2.5 + 2 * 0.138888888888888888 + 0.231481481481481481);
        assert_number(&r, t, "call", s, "p", erfc(5.0 / 3 / sqrt(3.0092592592592592) / sqrt(2.0)));
        const voc_cell *lift = score_cell(&r, t, score_row(&r, t, "call", s), "lift");
        assert_true(lift->lo == 0 && isinf(lift->hi));
        assert_true(isnan(score_real(&r, t, "call", s, "p_adjusted"))); // the evidence rule fails
    }
    assert_string_equal(score_text(&r, "call", "code"), "U1");
    score_close(&r);
}

// Who never came to a stage was touched too: nobody can say what it did, and the share that was judged says so.
static void touches_outside_of_stays_are_not_judged(void **state)
{
    struct score_run r;
    (void)state;
    hand_events(&r);
    SE(&r, .account = "C7", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 5);
    assert_int_equal(score_fold(&r, 100, 1, NULL), VOC_OK);
    assert_number(&r, "touchpoints", "call", "all", "touches", 3);
    assert_number(&r, "touchpoints", "call", "all", "judged_share", 3.0 / 4);
    assert_number(&r, "stages", "call", "investigating", "judged_share", 1);
    score_close(&r);
}

// ---- what is a touch, an outcome, an answer ------------------------------------------------------------------------------------

static const char MAILS[] = "<actions><action name='order' class='value' value='100'/><action name='bounce' actor='other' class='undelivered'/>"
                            "<action name='leave' class='harm'/><action name='lost-page' class='trouble'/><action name='home' class='passage'/></actions>"
                            "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                            "<touchpoints><touchpoint id='mail' kind='push' cost='2'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>"
                            "<response window='10d'/>";

static void an_undelivered_mail_costs_but_is_no_touch(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, MAILS);
    SE(&r, .id = "e", .account = "A", .action = "entry", .day = 0);
    SE(&r, .id = "m1", .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 5);
    SE(&r, .id = "m2", .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 20);
    SE(&r, .id = "b", .account = "A", .action = "bounce", .actor = OTHER, .ref = "m1", .day = 5.1);
    SE(&r, .id = "o", .account = "A", .action = "order", .day = 7);
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_number(&r, "touchpoints", "mail", "all", "touches", 1);
    assert_number(&r, "touchpoints", "mail", "all", "responded", 0);
    assert_number(&r, "touchpoints", "mail", "all", "spent", 4);
    assert_number(&r, "touchpoints", "mail", "all", "last_touch_credit", 0);
    score_close(&r);
}

static void a_click_is_engagement_and_a_reply_may_be_an_outcome(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, MAILS);
    for (int i = 0; i < 4; i++) { // a click, a reply in the thread, an answer to the touchpoint by somebody else, by the same
        char account[16], mail[16];
        snprintf(account, sizeof account, "A%d", i);
        snprintf(mail, sizeof mail, "m%d", i);
        SE(&r, .account = account, .person = account, .action = "entry", .day = 0);
        SE(&r, .id = mail, .account = account, .person = account, .action = "send", .touchpoint = "mail", .thread = account, .actor = COMPANY, .day = 5);
        if (i == 0) SE(&r, .account = account, .person = account, .action = "order", .ref = mail, .day = 7);
        if (i == 1) SE(&r, .account = account, .person = account, .action = "order", .ref = account, .ref_kind = VOC_REF_THREAD, .day = 7);
        if (i == 2) SE(&r, .account = account, .person = "somebody", .action = "order", .ref = "mail", .ref_kind = VOC_REF_TOUCHPOINT, .day = 7);
        if (i == 3) SE(&r, .account = account, .person = account, .action = "order", .ref = "mail", .ref_kind = VOC_REF_TOUCHPOINT, .day = 7);
    }
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_number(&r, "touchpoints", "mail", "all", "responded", 3); // all but the click
    assert_number(&r, "touchpoints", "mail", "all", "linked", 3);    // all but somebody else's
    assert_number(&r, "stages", "mail", "s", "linked", 3);
    assert_number(&r, "touchpoints", "mail", "all", "linked_rate", 0.75);
    assert_number(&r, "touchpoints", "mail", "all", "last_touch_credit", 4);
    score_close(&r);
}

// 400 mails, each to an account of its own; some are answered by leaving. Nobody leaves who was not asked to.
static void leaving_by_answering_a_touch_is_harm(void **state)
{
    struct score_run r;
    (void)state;
    for (int leavers = 1; leavers <= 8; leavers += 7) {
        score_open(&r, MAILS);
        for (int i = 0; i < 400; i++) {
            char account[16], mail[16];
            snprintf(account, sizeof account, "A%03d", i);
            snprintf(mail, sizeof mail, "m%03d", i);
            SE(&r, .account = account, .action = "entry", .day = 0);
            SE(&r, .id = mail, .account = account, .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 5);
            if (i < leavers) SE(&r, .account = account, .action = "leave", .ref = mail, .day = 5.5);
            if (i == 399) SE(&r, .account = account, .action = "order", .ref = mail, .day = 30);
        }
        assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
        assert_string_equal(score_text(&r, "mail", "code"), leavers == 8 ? "W1" : "U2"); // 8 of 400: more than 0.5 % at the low end
        if (leavers == 8) assert_non_null(strstr(score_text(&r, "mail", "reason"), "8 left"));
        score_close(&r);
    }
}

static void what_is_no_outcome_is_refused_as_an_aim(void **state)
{
    static const struct { const char *option, *code; } all[] = {{"aim=lost-page", "SCORE-004"}, {"aim=home", "SCORE-004"}, {"aim=leave", "SCORE-004"},
                                                                {"aim=order,home", "SCORE-004"}, {"aim=nothing-such", "SCORE-003"}, {"segment=none", "SCORE-002"}};
    struct score_run r;
    (void)state;
    score_open(&r, MAILS);
    SE(&r, .account = "A", .action = "entry", .day = 0);
    SE(&r, .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 5);
    SE(&r, .account = "A", .action = "home", .day = 6);
    SE(&r, .account = "A", .action = "lost-page", .day = 6);
    SE(&r, .account = "A", .action = "order", .day = 20);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *options[] = {all[i].option, NULL};
        assert_int_equal(score_fold(&r, 60, 1, options), VOC_E_OPTION);
        assert_int_equal(strncmp(score_said(&r), all[i].code, 9), 0);
    }
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    assert_number(&r, "touchpoints", "mail", "all", "responded", 0); // home and the lost page are none
    score_close(&r);
}

static void without_value_actions_the_most_frequent_are_named(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>");
    for (int i = 0; i < 5; i++) {
        SE(&r, .account = "A", .action = i < 2 ? "entry" : "buy", .day = i);
        SE(&r, .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = i);
        SE(&r, .account = "A", .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = i + 0.5);
    }
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_E_OPTION);
    assert_non_null(strstr(score_said(&r), "buy (3), entry (2)"));
    assert_null(strstr(score_said(&r), "send")); // the company did that
    score_close(&r);
}

// ---- money -------------------------------------------------------------------------------------------------------------------------

// 40 accounts are called after five days, of which 30 order; 40 are not, of which 4 order.
static void called(struct score_run *r, const char *prefix, const char *order_value, const char *cost, bool reversed, bool two_sources)
{
    char body[1200];
    snprintf(body, sizeof body,
             "<actions><action name='order' class='value' %s/></actions>"
             "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
             "<touchpoints><touchpoint id='call' kind='push' %s><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
             "<response window='10d'/>",
             order_value, cost);
    score_open(r, body);
    for (int k = 0; k < 80; k++) {
        int i = reversed ? 79 - k : k;
        char account[16], ids[3][16];
        snprintf(account, sizeof account, "%s%02d", prefix, i);
        for (int e = 0; e < 3; e++) snprintf(ids[e], sizeof ids[e], "%s%02d-%d", prefix, i, e);
        const char *source = two_sources && i % 3 == 0 ? "second" : "first";
        bool orders = i < 40 ? i % 4 != 0 : i % 10 == 0;
        double at = (i % 40) * 0.25;
        if (orders && reversed) SE(r, .id = ids[2], .account = account, .action = "order", .day = at + 6 + i % 3, .source = source);
        SE(r, .id = ids[0], .account = account, .action = "entry", .day = at, .source = source);
        if (i < 40) SE(r, .id = ids[1], .account = account, .action = "call", .touchpoint = "call", .actor = COMPANY, .day = at + 5, .source = source);
        if (orders && !reversed) SE(r, .id = ids[2], .account = account, .action = "order", .day = at + 6 + i % 3, .source = source);
    }
}

static void a_missing_cost_is_not_free(void **state)
{
    static const struct { const char *value, *cost, *code; } all[] = {
        {"value='100'", "cost='1'", "V1"}, {"value='100'", "", "V0"}, {"", "cost='1'", "V0"}, {"value='100'", "cost='60'", "V2"}, {"value='100'", "cost='900'", "W3"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct score_run r;
        called(&r, "a", all[i].value, all[i].cost, false, false);
        assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
        assert_string_equal(score_text(&r, "call", "code"), all[i].code);
        bool priced = *all[i].cost != 0, valued = *all[i].value != 0;
        assert_int_equal(isnan(score_real(&r, "touchpoints", "call", "all", "cost")), !priced);
        assert_int_equal(isnan(score_real(&r, "touchpoints", "call", "all", "spent")), !priced);
        assert_int_equal(isnan(score_real(&r, "touchpoints", "call", "all", "net")), !priced || !valued);
        score_close(&r);
    }
}

static void a_cost_that_every_touch_records_is_known(void **state)
{
    (void)state;
    for (int missing = 0; missing < 2; missing++) {
        struct score_run r;
        score_open(&r, HAND);
        SE(&r, .account = "A", .action = "entry", .day = 0);
        SE(&r, .account = "A", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 1, .cost = 3);
        SE(&r, .account = "A", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 2, .cost = missing ? 0 : 5);
        SE(&r, .account = "A", .action = "download", .day = 30);
        assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
        if (missing) assert_true(isnan(score_real(&r, "touchpoints", "call", "all", "unit_cost")));
        else assert_number(&r, "touchpoints", "call", "all", "unit_cost", 4);
        score_close(&r);
    }
}

// ---- pull items, internal work, hold-outs ---------------------------------------------------------------------------------------

static void a_pull_item_counts_people_who_could_and_did(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, "<actions><action name='order' class='value'/><action name='read-guide' class='value' value='3'/><action name='lost-page' class='trouble'/></actions>"
                   "<stages><stage id='early'><definition><event action='entry'/></definition></stage><stage id='late'><definition><event action='order'/></definition></stage></stages>"
                   "<touchpoints><touchpoint id='guide' kind='pull' stages='early'><event action='read-guide'/><event action='lost-page'/></touchpoint></touchpoints>");
    for (int i = 0; i < 40; i++) {
        char account[16], person[16];
        snprintf(account, sizeof account, "A%02d", i / 2); // two people each
        snprintf(person, sizeof person, "p%02d", i);
        SE(&r, .account = account, .person = person, .action = i < 39 ? "entry" : "order", .day = i);
        if (i < 24) SE(&r, .account = account, .person = person, .action = "read-guide", .day = i + 1);
        if (i < 3) SE(&r, .account = account, .person = person, .action = "read-guide", .day = i + 2);
        if (i == 30) SE(&r, .account = account, .person = person, .action = "lost-page", .day = i + 1); // trouble wins over the claim
    }
    assert_int_equal(score_fold(&r, 200, 1, NULL), VOC_OK);
    assert_number(&r, "touchpoints", "guide", "all", "people", 39); // the last one was never early
    assert_number(&r, "touchpoints", "guide", "all", "obtained", 24);
    assert_number(&r, "touchpoints", "guide", "all", "accounts", 12);
    assert_number(&r, "touchpoints", "guide", "all", "touches", 27);
    assert_string_equal(score_text(&r, "guide", "code"), "V3");
    score_close(&r);
}

static void internal_work_that_nothing_refers_to_is_named_with_its_cost(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, "<actions><action name='order' class='value'/></actions>"
                   "<stages><stage id='s'><definition><event action='entry'/></definition><output title='o'><event action='order'/></output></stage></stages>"
                   "<costs><rate function='sales' per-hour='60'/></costs>"
                   "<steps><step id='desk' title='d' function='sales'>"
                   "<work title='report' minutes='90'><event actor='company' action='report'/></work>"
                   "<work title='tax' minutes='30'><event actor='company' action='tax'/><incidental reason='law' source='tax act'/></work>"
                   "<work title='asked' minutes='30'><event actor='company' action='asked'/></work>"
                   "<work title='quote' minutes='30'><event actor='company' action='quote'/></work></step></steps>");
    SE(&r, .account = "A", .action = "entry", .day = 0);
    for (int i = 0; i < 3; i++) {
        SE(&r, .id = i ? "r" : "r0", .action = "report", .actor = COMPANY, .day = i);
        SE(&r, .action = "tax", .actor = COMPANY, .day = i);
        SE(&r, .id = i ? NULL : "asked0", .action = "asked", .actor = COMPANY, .day = i);
        SE(&r, .action = "quote", .actor = COMPANY, .day = i);
    }
    SE(&r, .account = "A", .action = "order", .ref = "asked0", .day = 9); // a customer refers to that work
    SE(&r, .account = "A", .action = "order", .ref = "quote", .ref_kind = VOC_REF_TOUCHPOINT, .day = 10);
    assert_int_equal(score_fold(&r, 20, 1, NULL), VOC_OK);
    assert_string_equal(score_text(&r, "report", "code"), "W4");
    assert_number(&r, "touchpoints", "report", "all", "touches", 3);
    assert_number(&r, "touchpoints", "report", "all", "unit_cost", 90);
    assert_number(&r, "touchpoints", "report", "all", "spent", 270);
    assert_string_equal(score_text(&r, "tax", "code"), "I0");
    assert_false(score_has(&r, "touchpoints", "asked") || score_has(&r, "touchpoints", "quote"));
    score_close(&r);
}

static void a_hold_out_compares_those_assigned(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, "<actions><action name='order' class='value' value='100'/><action name='to-treated' actor='other'/><action name='to-control' actor='other'/></actions>"
                   "<stages><stage id='s'><definition><event action='entry'/></definition></stage></stages>"
                   "<touchpoints><touchpoint id='mail' kind='push' cost='2'><event actor='company' touchpoint='mail'/></touchpoint></touchpoints>"
                   "<response window='10d'/>"
                   "<holdout id='h' touchpoint='mail'><treated><event actor='other' action='to-treated'/></treated>"
                   "<control><event actor='other' action='to-control'/></control></holdout>");
    static const struct { const char *who; bool treated; double order; } all[] = {{"A", true, 22}, {"B", true, -1}, {"C", false, 21}, {"D", false, -1}};
    for (size_t i = 0; i < 4; i++) {
        SE(&r, .account = all[i].who, .action = "entry", .day = 0);
        SE(&r, .account = all[i].who, .action = all[i].treated ? "to-treated" : "to-control", .campaign = "x", .actor = OTHER, .day = 20);
        if (all[i].treated) SE(&r, .account = all[i].who, .action = "send", .touchpoint = "mail", .actor = COMPANY, .day = 20.5);
        if (all[i].order > 0) SE(&r, .account = all[i].who, .action = "order", .day = all[i].order);
    }
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    // both sets: C acts after 1 day of 2 followed; A's own action comes with D still followed
    assert_int_equal(score_cell(&r, "touchpoints", score_row(&r, "touchpoints", "mail", "all"), "randomised")->i, 1);
    assert_number(&r, "touchpoints", "mail", "all", "matched", 2);
    assert_number(&r, "touchpoints", "mail", "all", "observed", 1);
    assert_number(&r, "touchpoints", "mail", "all", "expected", 1);
    assert_number(&r, "touchpoints", "mail", "all", "q", 2);
    score_close(&r);
}

// ---- what must not show ------------------------------------------------------------------------------------------------------------

static void dump_called(const char *prefix, bool reversed, bool two_sources, uint32_t threads, struct buf *b)
{
    struct score_run r;
    called(&r, prefix, "value='100'", "cost='1'", reversed, two_sources);
    assert_int_equal(score_fold(&r, 60, threads, NULL), VOC_OK);
    buf_clear(b);
    score_dump(&r, b);
    score_close(&r);
}

static void neither_names_nor_order_nor_files_nor_threads_show(void **state)
{
    struct buf first, other;
    (void)state;
    buf_init(&first, 1 << 24);
    buf_init(&other, 1 << 24);
    dump_called("acc-", false, false, 1, &first);
    assert_non_null(strstr(first.ptr, "V1"));
    for (uint32_t i = 0; i < 5; i++) {
        static const struct { const char *prefix; bool reversed, two; uint32_t threads; } all[] = {
            {"acc-", false, false, 2}, {"acc-", false, false, 4}, {"acc-", true, false, 1}, {"acc-", false, true, 1}, {"zcc-", true, true, 4}};
        dump_called(all[i].prefix, all[i].reversed, all[i].two, all[i].threads, &other);
        for (char *at = other.ptr; (at = strstr(at, "zcc-")); at++) *at = 'a';
        assert_string_equal(other.ptr, first.ptr);
    }
    buf_done(&first);
    buf_done(&other);
}

static void no_page_names_a_statistic_or_says_caused(void **state)
{
    struct score_run r;
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 24);
    called(&r, "a", "value='100'", "cost='1'", false, false);
    assert_int_equal(score_fold(&r, 60, 1, NULL), VOC_OK);
    score_dump(&r, &b);
    assert_null(strstr(b.ptr, "caused"));
    const char *end = strstr(b.ptr, "[touchpoints]");
    static const char *const names[] = {"lift", "p-value", "variance", "placebo", "Wilson", "Fieller", "hazard", "E-value", "Benjamini"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *at = strstr(b.ptr, names[i]);
        assert_true(at == NULL || at > end); // not on the first page
    }
    buf_done(&b);
    score_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hand_example_gives_its_numbers),
        cmocka_unit_test(touches_outside_of_stays_are_not_judged),
        cmocka_unit_test(an_undelivered_mail_costs_but_is_no_touch),
        cmocka_unit_test(a_click_is_engagement_and_a_reply_may_be_an_outcome),
        cmocka_unit_test(leaving_by_answering_a_touch_is_harm),
        cmocka_unit_test(what_is_no_outcome_is_refused_as_an_aim),
        cmocka_unit_test(without_value_actions_the_most_frequent_are_named),
        cmocka_unit_test(a_missing_cost_is_not_free),
        cmocka_unit_test(a_cost_that_every_touch_records_is_known),
        cmocka_unit_test(a_pull_item_counts_people_who_could_and_did),
        cmocka_unit_test(internal_work_that_nothing_refers_to_is_named_with_its_cost),
        cmocka_unit_test(a_hold_out_compares_those_assigned),
        cmocka_unit_test(neither_names_nor_order_nor_files_nor_threads_show),
        cmocka_unit_test(no_page_names_a_statistic_or_says_caused),
    };
    return cmocka_run_group_tests_name("score", tests, score_setup, score_teardown);
}
