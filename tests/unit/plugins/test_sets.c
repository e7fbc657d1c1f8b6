// SPDX-License-Identifier: MIT
// The matched sets as rows: the hand example member by member; that O, E and Q of any touchpoint come out of its rows again;
// what can be asked for; and the words of the codes. The plugin as built, in the host's fold.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/plugins/score_run.h"

#include "tests/lib/close.h"

#define COMPANY VOC_ACTOR_COMPANY
#define OTHER VOC_ACTOR_OTHER
#define DAYS(n) ((int64_t)(n) * DAY)

static int64_t whole(const struct score_run *r, size_t row, const char *column)
{
    const voc_cell *c = score_cell(r, "sets", row, column);
    assert_int_not_equal(c->type, VOC_CELL_NA);
    return c->i;
}

static const char *text(const struct score_run *r, size_t row, const char *column)
{
    const voc_cell *c = score_cell(r, "sets", row, column);
    return c->type == VOC_CELL_NA ? "" : c->s.ptr;
}

static void sets_of(struct score_run *r, double end_day, uint32_t threads, const char *which)
{
    char option[100];
    snprintf(option, sizeof option, "sets=%s", which);
    const char *options[] = {option, NULL};
    voc_rc rc = score_fold(r, end_day, threads, options);
    if (rc) fail_msg("%s", score_said(r));
}

// ---- the hand example of METHODS 3.5 --------------------------------------------------------------------------------------

static const char HAND[] = "<actions><action name='download' class='value'/></actions>"
                           "<stages><stage id='investigating'><definition><event action='entry'/></definition><aim actions='download'/></stage>"
                           "<stage id='seeking'><definition><event action='download'/></definition></stage>"
                           "<exit id='lost'><event actor='any' action='closed'/></exit></stages>"
                           "<touchpoints><touchpoint id='call' title='a call' kind='push'><event actor='company' touchpoint='call'/></touchpoint></touchpoints>"
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

static void the_hand_example_comes_out_member_by_member(void **state)
{
    static const struct { int set, member; const char *unit; int from, follow, event; } all[] = {
        {1, 0, "C1", 5, 3, 1}, {1, 1, "C6", 6, 4, 0}, {1, 2, "C3", 7, 4, 1}, {1, 3, "C4", 8, 10, 0},
        {2, 0, "C2", 5, 7, 0}, {2, 1, "C6", 6, 4, 0}, {2, 2, "C3", 7, 4, 1}, {2, 3, "C4", 8, 10, 0},
        {3, 0, "C6", 10, 2, 1}, {3, 1, "C4", 12, 10, 0}};
    struct score_run r;
    (void)state;
    hand_events(&r);
    sets_of(&r, 100, 1, "call");
    assert_int_equal(r.result.n_tables, 1); // nothing else is made
    assert_int_equal(score_n_rows(&r, "sets"), sizeof all / sizeof *all);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_string_equal(text(&r, i, "touchpoint"), "call");
        assert_string_equal(text(&r, i, "stage"), "investigating");
        assert_string_equal(text(&r, i, "role"), all[i].member ? "comparator" : "exposed");
        assert_string_equal(text(&r, i, "unit"), all[i].unit);
        assert_string_equal(text(&r, i, "account"), all[i].unit);
        assert_int_equal(whole(&r, i, "set_no"), all[i].set);
        assert_int_equal(whole(&r, i, "member"), all[i].member);
        assert_int_equal(whole(&r, i, "index_time"), T0 + DAYS(all[i].from));
        assert_int_equal(whole(&r, i, "in_stage_us"), DAYS(all[i].set == 3 ? 9 : 5));
        assert_int_equal(whole(&r, i, "window_us"), DAYS(10));
        assert_int_equal(whole(&r, i, "follow_up_us"), DAYS(all[i].follow));
        assert_int_equal(whole(&r, i, "event"), all[i].event);
        assert_int_equal(whole(&r, i, "harm_event"), 0);
        assert_int_equal(whole(&r, i, "lag_us"), all[i].set == 3 ? DAYS(2) : 0); // 9 days in, less the 7 of the lag
        assert_int_equal(whole(&r, i, "before"), all[i].set == 3 ? 1 : 0);       // the entry lies in [0, 2)
    }
    score_close(&r);
}

// ---- the numbers come out again ----------------------------------------------------------------------------------------------

struct sums { double o, e, q; size_t matched, fresh; };

// METHODS 3.4 from rows [first, end) of one set.
static void add_set(const struct score_run *r, struct sums *s, size_t first, size_t end, const char *length, const char *event)
{
    s->fresh++;
    s->matched += end > first + 1;
    for (size_t i = first; i < end; i++) {
        int64_t v = whole(r, i, length);
        double m = 0, d0 = 0, d1 = whole(r, first, event) && whole(r, first, length) == v;
        bool seen = false;
        if (!whole(r, i, event) || v > whole(r, first, length)) continue;
        for (size_t k = first; k < i; k++) seen = seen || (whole(r, k, event) && whole(r, k, length) == v);
        for (size_t k = first + 1; k < end; k++) {
            m += whole(r, k, length) >= v;
            d0 += whole(r, k, event) && whole(r, k, length) == v;
        }
        if (seen || m < 1) continue;
        s->o += d1;
        s->e += d0 / m;
        s->q += (d0 + d1) / m;
    }
}

static struct sums sums_of(const struct score_run *r, const char *touchpoint, const char *length, const char *event)
{
    struct sums s = {0};
    size_t n = score_n_rows(r, "sets"), number = 0;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && whole(r, next, "member"); next++) assert_int_equal(whole(r, next, "member"), next - i);
        if (strcmp(text(r, i, "touchpoint"), touchpoint) != 0) continue;
        assert_int_equal(whole(r, i, "set_no"), ++number);
        for (size_t k = i; k < next; k++) {
            assert_int_equal(whole(r, k, "set_no"), number);
            assert_true(whole(r, k, "follow_up_us") > 0 && whole(r, k, "harm_follow_up_us") > 0);
            if (k == i) continue;
            assert_string_not_equal(text(r, k, "account"), text(r, i, "account"));
            assert_int_equal(whole(r, k, "recency"), whole(r, i, "recency"));
            assert_int_equal(whole(r, k, "engagement"), whole(r, i, "engagement"));
        }
        add_set(r, &s, i, next, length, event);
    }
    return s;
}

static const char SHOP[] = "<actions><action name='order' class='value'/><action name='look' class='neutral'/><action name='leave' class='harm'/></actions>"
                           "<stages><stage id='first'><definition><event action='entry'/></definition></stage>"
                           "<stage id='second'><definition><event action='order'/></definition></stage></stages>"
                           "<touchpoints><touchpoint id='mail' kind='push'><event actor='company' touchpoint='mail'/></touchpoint>"
                           "<touchpoint id='call' kind='push'><event actor='company' touchpoint='call'/></touchpoint>"
                           "<touchpoint id='guide' kind='pull'><event actor='customer' touchpoint='guide'/></touchpoint></touchpoints>"
                           "<response window='10d' comparators='4'/>";

// A company of 60 accounts, at random.
static void shop_events(struct score_run *r, uint64_t seed)
{
    score_open(r, SHOP);
    for (int a = 0; a < 60; a++) {
        char account[16], person[16];
        snprintf(account, sizeof account, "A%02d", a / 2); // two people an account at times
        snprintf(person, sizeof person, "P%02d", a);
        for (int i = 0; i < 12; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            unsigned what = (unsigned)(seed >> 33) % 20;
            double day = (double)((seed >> 40) % 8000) / 100;
            if (i == 0) SE(r, .account = account, .person = person, .action = "entry", .day = day / 4);
            else if (what < 4) SE(r, .account = account, .person = person, .action = "order", .day = day);
            else if (what < 9) SE(r, .account = account, .person = person, .action = "look", .day = day);
            else if (what < 10) SE(r, .account = account, .person = person, .action = "leave", .day = day);
            else if (what < 11) SE(r, .account = account, .person = person, .action = "look", .touchpoint = "guide", .day = day);
            else if (what < 15) SE(r, .account = account, .person = person, .action = "send", .touchpoint = "call", .actor = COMPANY, .day = day);
            else SE(r, .account = account, .person = person, .action = "send", .touchpoint = what < 18 ? "mail" : "news letter", .actor = COMPANY, .day = day);
        }
    }
}

static void o_e_and_q_come_out_of_the_rows_again(void **state)
{
    static const char *const names[] = {"mail", "call", "news letter"};
    size_t matched = 0, alone = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct score_run r;
        struct sums aim[3], harm[3];
        shop_events(&r, seed);
        sets_of(&r, 80, 2, "all");
        for (size_t k = 0; k < 3; k++) {
            aim[k] = sums_of(&r, names[k], "follow_up_us", "event");
            harm[k] = sums_of(&r, names[k], "harm_follow_up_us", "harm_event");
            matched += aim[k].matched;
            alone += aim[k].fresh - aim[k].matched;
        }
        assert_int_equal(score_fold(&r, 80, 1, NULL), VOC_OK);
        for (size_t k = 0; k < 3; k++) {
            assert_true(aim[k].matched > 20);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "matched"), (double)aim[k].matched, 0);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "fresh"), (double)aim[k].fresh, 0);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "observed"), aim[k].o, CLOSED_FORM);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "expected"), aim[k].e, CLOSED_FORM);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "q"), aim[k].q, CLOSED_FORM);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "harm_observed"), harm[k].o, CLOSED_FORM);
            assert_named_close(names[k], score_real(&r, "touchpoints", names[k], "all", "harm_expected"), harm[k].e, CLOSED_FORM);
        }
        score_close(&r);
    }
    assert_true(matched > 500 && alone > 0); // touches that found nobody stand alone
}

static void threads_do_not_show(void **state)
{
    struct score_run r;
    struct buf one, many;
    (void)state;
    shop_events(&r, 9);
    buf_init(&one, 1 << 24);
    buf_init(&many, 1 << 24);
    sets_of(&r, 80, 1, "all");
    score_dump(&r, &one);
    sets_of(&r, 80, 4, "all");
    score_dump(&r, &many);
    assert_true(one.len > 10000);
    assert_int_equal(one.len, many.len);
    assert_memory_equal(one.ptr, many.ptr, one.len);
    buf_done(&one);
    buf_done(&many);
    score_close(&r);
}

// ---- what can be asked for -----------------------------------------------------------------------------------------------------

static void touchpoints_are_asked_for_by_id_title_or_raw_name(void **state)
{
    static const struct { const char *asked; bool mail, call, letter, guide; } all[] = {
        {"mail", true, false, false, false},        {"mail,call", true, true, false, false}, {"call mail", true, true, false, false},
        {"news letter", false, false, true, false}, {"all", true, true, true, false},        {"mail,news letter", true, false, true, false},
        {"guide", false, false, false, true},       {"guide,all", true, true, true, true}};
    struct score_run r;
    (void)state;
    shop_events(&r, 3);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        sets_of(&r, 80, 1, all[i].asked);
        assert_int_equal(score_has(&r, "sets", "mail"), all[i].mail);
        assert_int_equal(score_has(&r, "sets", "call"), all[i].call);
        assert_int_equal(score_has(&r, "sets", "news letter"), all[i].letter);
        assert_int_equal(score_has(&r, "sets", "guide"), all[i].guide);
    }
    score_close(&r);
    hand_events(&r);
    sets_of(&r, 100, 1, "a call");
    assert_int_equal(score_n_rows(&r, "sets"), 10);
    score_close(&r);
}

static void an_unknown_touchpoint_is_refused_with_what_was_meant(void **state)
{
    static const struct { const char *asked, *code, *says; } all[] = {
        {"mial", "SCORE-010", "did you mean mail?"}, {"zzzzzzzz", "SCORE-010", "there are mail, call, guide, news letter"}, {"mail,calls", "SCORE-010", "did you mean call?"}};
    struct score_run r;
    (void)state;
    shop_events(&r, 3);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char option[40];
        snprintf(option, sizeof option, "sets=%s", all[i].asked);
        const char *options[] = {option, NULL};
        assert_int_equal(score_fold(&r, 80, 1, options), VOC_E_OPTION);
        assert_int_equal(strncmp(score_said(&r), all[i].code, 9), 0);
        assert_non_null(strstr(score_said(&r), all[i].says));
    }
    score_close(&r);
}

static void internal_work_has_no_sets(void **state)
{
    struct score_run r;
    const char *options[] = {"sets=report", NULL};
    (void)state;
    hand_events(&r);
    SE(&r, .action = "report", .touchpoint = "report", .actor = COMPANY, .day = 20);
    assert_int_equal(score_fold(&r, 100, 1, options), VOC_E_OPTION);
    assert_int_equal(strncmp(score_said(&r), "SCORE-011", 9), 0);
    score_close(&r);
}

static void a_touch_outside_every_stay_leaves_a_table_that_says_so(void **state)
{
    struct score_run r;
    (void)state;
    score_open(&r, HAND);
    SE(&r, .account = "A", .action = "call", .touchpoint = "call", .actor = COMPANY, .day = 1);
    SE(&r, .account = "A", .action = "entry", .day = 2);
    SE(&r, .account = "B", .action = "download", .day = 2);
    sets_of(&r, 60, 1, "call");
    assert_int_equal(score_n_rows(&r, "sets"), 0);
    voc_table t;
    assert_int_equal(table_view(r.result.tables[0], &t), VOC_OK);
    assert_int_equal(t.n_notes, 1);
    score_close(&r);
}

// ---- codes -------------------------------------------------------------------------------------------------------------------

static void each_code_has_its_words_and_thresholds(void **state)
{
    static const struct { const char *code, *verb, *says; } all[] = {
        {"V0", "keep", "at least 20 touches"},     {"V1", "do more", "at least 10 accounts"},  {"V2", "keep", "at least 5 actions"},
        {"V3", "keep", "at least 20 people"},      {"I+", "keep, and make it cheap", "5%"},    {"I0", "keep, and make it cheap", "declares"},
        {"I-", "keep, and make it cheap", "0.5%"}, {"W0", "stop or change", "299 touches"},    {"W1", "stop or change", "at least 5 who left"},
        {"W2", "stop or change", "20% more"},      {"W3", "stop or change", "the high end"},   {"W4", "stop or change", "Internal work"},
        {"W5", "stop or change", "90 days"},       {"U1", "test", "30%"},                      {"U2", "test", "50%"},
        {"U3", "test", "already did more before"}, {"U4", "test", "50 percentage points"},               {"U5", "test", "does both"},
        {"U6", "test", "neither"},                 {"U7", "test", "30 percentage points"}};
    struct score_run r;
    (void)state;
    hand_events(&r);
    assert_int_equal(score_fold(&r, 100, 1, NULL), VOC_OK);
    assert_int_equal(score_n_rows(&r, "codes"), sizeof all / sizeof *all);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_string_equal(score_cell(&r, "codes", i, "code")->s.ptr, all[i].code);
        assert_string_equal(score_cell(&r, "codes", i, "verb")->s.ptr, all[i].verb);
        const char *rule = score_cell(&r, "codes", i, "rule")->s.ptr;
        if (!strstr(rule, all[i].says)) fail_msg("%s: no \"%s\" in: %s", all[i].code, all[i].says, rule);
        assert_true(rule[strlen(rule) - 1] == '.'); // nothing was cut
        assert_true(score_cell(&r, "codes", i, "next")->s.len > 10);
    }
    score_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hand_example_comes_out_member_by_member),
        cmocka_unit_test(o_e_and_q_come_out_of_the_rows_again),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(touchpoints_are_asked_for_by_id_title_or_raw_name),
        cmocka_unit_test(an_unknown_touchpoint_is_refused_with_what_was_meant),
        cmocka_unit_test(internal_work_has_no_sets),
        cmocka_unit_test(a_touch_outside_every_stay_leaves_a_table_that_says_so),
        cmocka_unit_test(each_code_has_its_words_and_thresholds),
    };
    return cmocka_run_group_tests_name("sets", tests, score_setup, score_teardown);
}
