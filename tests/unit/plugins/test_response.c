// SPDX-License-Identifier: MIT
// The response against an example by hand and against a slow reading of random journeys, microsecond by microsecond; by any number of
// states, through saved bytes, and with memory that fails.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plugins/fold_mock.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
static const voc_analysis_ops *ops;
enum { LOOK, ORDER, RENEW, EXTEND, MAIL, CALL, N_ACTIONS };
static const voc_def_action actions[N_ACTIONS] = {{.name = VOC_LIT("look")}, {.name = VOC_LIT("order")}, {.name = VOC_LIT("renew")}, {.name = VOC_LIT("extend")}, {.name = VOC_LIT("mail")}, {.name = VOC_LIT("call")}};
static const voc_def_touchpoint touchpoints[] = {{.id = VOC_LIT("visit"), .kind = VOC_TOUCH_PUSH}, {.id = VOC_LIT("paper"), .kind = VOC_TOUCH_PULL}};

enum { AFTER, TO, WITHIN, N };
static voc_value options[N];

static void ask(const char *after, const char *to, int64_t within)
{
    memset(options, 0, sizeof options);
    options[AFTER].set = after != NULL;
    if (after) options[AFTER].s = (voc_str){after, strlen(after)};
    options[TO].set = to != NULL;
    if (to) options[TO].s = (voc_str){to, strlen(to)};
    options[WITHIN].i = within;
}

static int setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .action_size = sizeof *actions,
                                .touchpoint_size = sizeof *touchpoints, .unit = VOC_UNIT_ACCOUNT, .actions = actions,
                                .n_actions = N_ACTIONS, .touchpoints = touchpoints, .n_touchpoints = 2};
    mock.info.start_us = INT64_MIN;
    return 0;
}

static double real(const char *table, size_t row, const char *column)
{
    const char *cell = mock_at(table, row, column);
    return strcmp(cell, "-") == 0 ? NAN : strtod(cell, NULL);
}

// ---- by hand ----------------------------------------------------------------------------------------------------------------

// One customer orders 5 after a mail; one looks, gets a mail 3 later, and orders 17 after that. Looking is the only moment with
// which a mail can be compared, and only the first mail: the second finds a more active customer. By time: 15 within 10 after a
// mail, with one order; 10 else, with one order; all before the first order and with one act at most.
static void the_example_by_hand_comes_out(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    mock_event(0, MAIL, VOC_ACTOR_CUSTOMER);
    mock_event(5, ORDER, VOC_ACTOR_CUSTOMER);
    mock_begin_unit();
    mock_event(0, LOOK, VOC_ACTOR_CUSTOMER);
    mock_event(3, MAIL, VOC_ACTOR_CUSTOMER);
    mock_event(20, ORDER, VOC_ACTOR_CUSTOMER);
    ask("mail", "order", 10);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_string_equal(mock_at("response", 0, "touch"), "mail");
    assert_int_equal(mock_int("response", 0, "touches"), 2);
    assert_int_equal(mock_int("response", 0, "compared"), 1);
    assert_int_equal(mock_int("response", 0, "followed"), 1);
    assert_string_equal(mock_at("response", 0, "share"), "1.000000");
    assert_string_equal(mock_at("response", 0, "other_share"), "0.000000");
    assert_string_equal(mock_at("response", 0, "times"), "-");
    assert_int_equal(mock_int("pace", 0, "responses"), 1);
    assert_string_equal(mock_at("pace", 0, "times"), "0.666667"); // (1 x 10 / 25) / (1 x 15 / 25)
}

static void an_act_in_the_instant_of_the_touch_is_no_response_and_one_at_the_end_of_the_window_is(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    mock_event(0, MAIL, VOC_ACTOR_CUSTOMER);
    mock_event(0, ORDER, VOC_ACTOR_CUSTOMER);
    mock_begin_unit();
    mock_event(0, MAIL, VOC_ACTOR_CUSTOMER);
    mock_event(10, ORDER, VOC_ACTOR_CUSTOMER);
    mock_begin_unit();
    mock_event(0, MAIL, VOC_ACTOR_CUSTOMER);
    mock_event(11, ORDER, VOC_ACTOR_CUSTOMER);
    mock_begin_unit();
    mock_event(0, LOOK, VOC_ACTOR_CUSTOMER); // so that there is something to compare the second and third with
    mock_event(40, LOOK, VOC_ACTOR_CUSTOMER);
    ask("mail", "order", 10);
    assert_int_equal(mock_run(ops, options, 1, 4, 0), VOC_OK);
    assert_int_equal(mock_int("response", 0, "touches"), 3);
    assert_int_equal(mock_int("response", 0, "compared"), 2);
    assert_int_equal(mock_int("response", 0, "followed"), 1);
    assert_int_equal(mock_int("pace", 0, "responses"), 1);
}

// ---- the second reading -----------------------------------------------------------------------------------------------------

static const char *const names[] = {"mail", "call", "visit"};
enum { MAILED, CALLED, VISITED, KINDS, STAGES = 3, STRATA = STAGES * 3 };

static void random_journeys(uint32_t units)
{
    mock_clear();
    for (uint32_t u = 0; u < units; u++) {
        int64_t t = (int64_t)mock_below(5) - 30;
        mock_begin_unit();
        if (u % 17 == 3) mock.units[mock.n_units - 1].flags = VOC_JOURNEY_INTERNAL;
        for (uint32_t e = mock_below(26); e > 0; e--) {
            mock_event(t += mock_below(3) ? mock_below(7) : mock_below(30), mock_below(N_ACTIONS),
                       mock_below(6)   ? VOC_ACTOR_CUSTOMER
                       : mock_below(2) ? VOC_ACTOR_COMPANY
                                       : VOC_ACTOR_OTHER);
            const size_t i = mock.n_events - 1;
            if (mock_below(3) == 0) mock.touchpoint[i] = mock_below(2);
            if (mock_below(9) == 0) mock.class_[i] = mock_below(2) ? VOC_CLASS_MECHANICAL : VOC_CLASS_UNDELIVERED;
            if (mock_below(9) == 0) mock.delivered[i] = 0;
        }
    }
}

// The kind of touch, or KINDS.
static int touch_of(size_t e)
{
    if (!mock.delivered[e]) return KINDS;
    if (mock.actor[e] == VOC_ACTOR_COMPANY && mock.touchpoint[e] == 0) return VISITED;
    return mock.action[e] == MAIL ? MAILED : mock.action[e] == CALL ? CALLED : KINDS;
}

static bool by_customer(size_t e)
{
    return mock.actor[e] == VOC_ACTOR_CUSTOMER && mock.class_[e] != VOC_CLASS_MECHANICAL && mock.class_[e] != VOC_CLASS_UNDELIVERED;
}
static bool is_moment(size_t e) { return mock.time[e] >= mock.info.start_us && (by_customer(e) || touch_of(e) != KINDS); }

// How far an act brings a customer, also one before the data begin; 0: it is none of those asked for.
static int rank_of(size_t e)
{
    if (!by_customer(e) || touch_of(e) != KINDS) return 0;
    return mock.action[e] == ORDER ? 1 : mock.action[e] == RENEW || mock.action[e] == EXTEND ? 2 : 0;
}

static int band(int active) { return active <= 1 ? 0 : active <= 5 ? 1 : 2; }

struct second {
    double n[STRATA], y[STRATA], tn[KINDS][STRATA], ty[KINDS][STRATA], en[KINDS][STRATA], ey[KINDS][STRATA];
    double time[STRATA], acts[STRATA], after[KINDS][STRATA], after_acts[KINDS][STRATA];
};

static int stage_at(const voc_unit *u, int64_t t)
{
    int far = 0;
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++)
        if (mock.time[e] <= t && rank_of(e) > far) far = rank_of(e);
    return far;
}

// Of `what` (KINDS: any moment; KINDS + 1: acts that are no touch), in [from, to].
static int count(const voc_unit *u, int what, int64_t from, int64_t to)
{
    int n = 0;
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
        const int touch = touch_of(e);
        n += is_moment(e) && mock.time[e] >= from && mock.time[e] <= to && (what == KINDS || (what < KINDS ? touch == what : touch == KINDS));
    }
    return n;
}

static void read_moments(struct second *o, const voc_unit *u, int64_t within)
{
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
        if (!is_moment(e)) continue;
        const int64_t t = mock.time[e];
        const int k = stage_at(u, t) * 3 + band(count(u, KINDS, t - within, t));
        int followed = 0;
        for (size_t r = u->first_event; r < u->first_event + u->n_events; r++)
            if (rank_of(r) && mock.time[r] > t && mock.time[r] <= t + within) followed = 1;
        o->n[k]++;
        o->y[k] += followed;
        for (int i = 0; i < KINDS; i++) {
            if (touch_of(e) == i) o->tn[i][k]++, o->ty[i][k] += followed;
            if (count(u, i, t - within, t)) o->en[i][k]++, o->ey[i][k] += followed;
        }
    }
}

// One microsecond after the other. How active a customer is was last looked at when something happened or a window ended.
static void read_time(struct second *o, const voc_unit *u, int64_t within)
{
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++)
        if (is_moment(e)) {
            first = mock.time[e] < first ? mock.time[e] : first;
            last = mock.time[e] > last ? mock.time[e] : last;
        }
    for (int64_t q = first; q < last; q++) {
        int64_t looked = first;
        int acts = 0;
        for (size_t e = u->first_event; e < u->first_event + u->n_events; e++) {
            if (!is_moment(e)) continue;
            if (mock.time[e] <= q && mock.time[e] > looked) looked = mock.time[e];
            if (touch_of(e) != KINDS && mock.time[e] + within <= q && mock.time[e] + within > looked) looked = mock.time[e] + within;
            acts += mock.time[e] == q + 1 && rank_of(e);
        }
        const int k = stage_at(u, q) * 3 + band(count(u, KINDS + 1, looked - within + 1, looked));
        o->time[k]++;
        o->acts[k] += acts;
        for (int i = 0; i < KINDS; i++)
            if (count(u, i, q - within + 1, q)) o->after[i][k]++, o->after_acts[i][k] += acts;
    }
}

static void close_to(double have, double want)
{
    if (isnan(want)) assert_true(isnan(have));
    else assert_true(fabs(have - want) <= 2e-6 + 1e-6 * fabs(want)); // cells are kept to six places
}

static void same_as_second(const struct second *o, size_t row, int i)
{
    double all = 0, n = 0, y = 0, expected = 0, time = 0, acts = 0, above = 0, below = 0;
    for (int k = 0; k < STRATA; k++) {
        const double others = o->n[k] - o->en[i][k], other_y = o->y[k] - o->ey[i][k], d1 = o->after[i][k], d0 = o->time[k] - d1;
        all += o->tn[i][k];
        if (o->tn[i][k] > 0 && others > 0) n += o->tn[i][k], y += o->ty[i][k], expected += o->tn[i][k] * other_y / others;
        if (d1 > 0 && d0 > 0) {
            time += d1, acts += o->after_acts[i][k];
            above += o->after_acts[i][k] * d0 / (d0 + d1);
            below += (o->acts[k] - o->after_acts[i][k]) * d1 / (d0 + d1);
        }
    }
    assert_string_equal(mock_at("response", row, "touch"), names[i]);
    assert_int_equal(mock_int("response", row, "touches"), (long long)all);
    assert_int_equal(mock_int("response", row, "compared"), (long long)n);
    assert_int_equal(mock_int("response", row, "followed"), (long long)y);
    close_to(real("response", row, "share"), n > 0 ? y / n : NAN);
    close_to(real("response", row, "other_share"), n > 0 ? expected / n : NAN);
    close_to(real("response", row, "times"), expected > 0 ? y / expected : NAN);
    assert_int_equal(mock_int("pace", row, "responses"), (long long)acts);
    close_to(real("pace", row, "times"), below > 0 ? above / below : NAN);
    close_to(real("pace", row, "days"), time / 86400e6);
}

static void random_journeys_are_as_the_slow_reading_says(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        static struct second o;
        const int64_t within = 1 + mock_below(20);
        memset(&o, 0, sizeof o);
        random_journeys(1 + mock_below(60));
        mock.info.start_us = round % 3 == 0 ? -10 : INT64_MIN;
        for (size_t u = 0; u < mock.n_units; u++)
            if (!(mock.units[u].flags & VOC_JOURNEY_INTERNAL)) {
                read_moments(&o, &mock.units[u], within);
                read_time(&o, &mock.units[u], within);
            }
        ask("mail, call,touchpoint:visit", "order, renew+extend", within);
        assert_int_equal(mock_run(ops, options, (size_t)(1 + round % 4), 1 + mock_below(9), round % 2), VOC_OK);
        for (size_t i = 0; i < KINDS; i++) same_as_second(&o, i, (int)i);
    }
    mock.info.start_us = INT64_MIN;
}

// ---- faults -----------------------------------------------------------------------------------------------------------------

static void refused(const char *after, const char *to, const char *code, const char *words)
{
    ask(after, to, 10);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, code));
    assert_non_null(strstr(mock.said, words));
    assert_int_equal(mock.live, 0);
}

static void what_nobody_knows_is_refused_with_what_is_near(void **state)
{
    (void)state;
    random_journeys(3);
    refused("mial", "order", "RESPONSE-003", "did you mean mail?");
    refused("touchpoint:visits", "order", "RESPONSE-003", "did you mean visit?");
    refused("mail", "order,renew+extent", "RESPONSE-003", "did you mean extend?");
    refused(" , ", "order", "RESPONSE-001", "names nothing");
    refused("mail", ",", "RESPONSE-002", "names nothing");
    refused("mail", NULL, "RESPONSE-002", "--to");
    ask(NULL, "order", 10); // the touches that the company starts
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_string_equal(mock_at("response", 0, "touch"), "visit");
    assert_int_equal(mock.table[0].n, mock.table[0].columns);
}

static void memory_that_fails_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    random_journeys(20);
    ask("mail,call", "order", 10);
    mock.made = mock.fail_at = 0;
    assert_int_equal(mock_run(ops, options, 2, 3, 1), VOC_OK);
    const long made = mock.made;
    assert_true(made > 10);
    for (mock.fail_at = 1; mock.fail_at <= made; mock.fail_at++) {
        mock.made = 0;
        assert_int_equal(mock_run(ops, options, 2, 3, 1), VOC_E_NOMEM);
        assert_int_equal(mock.live, 0);
    }
    mock.fail_at = 0;
}

static void a_part_of_another_question_or_a_damaged_one_is_refused(void **state)
{
    (void)state;
    void *analysis = NULL, *s = NULL;
    random_journeys(10);
    ask("mail", "order", 10);
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &s), VOC_OK);
    mock.n_saved = 0;
    assert_int_equal(ops->save(analysis, s, NULL), VOC_OK);
    for (size_t n = 0; n < mock.n_saved; n++) assert_int_equal(ops->load(analysis, s, mock.saved, n), VOC_E_INPUT);
    mock.saved[16 + 8] = 1; // more that were followed than there were
    assert_int_equal(ops->load(analysis, s, mock.saved, mock.n_saved), VOC_E_INPUT);
    mock.saved[16 + 8] = 0;
    assert_int_equal(ops->load(analysis, s, mock.saved, mock.n_saved), VOC_OK);
    ops->state_free(analysis, s);
    ops->end(analysis);
    ask("mail", "order", 11);
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &s), VOC_OK);
    assert_int_equal(ops->load(analysis, s, mock.saved, mock.n_saved), VOC_E_INPUT);
    assert_non_null(strstr(mock.said, "another question"));
    ops->state_free(analysis, s);
    ops->end(analysis);
    assert_int_equal(mock.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_by_hand_comes_out),
        cmocka_unit_test(an_act_in_the_instant_of_the_touch_is_no_response_and_one_at_the_end_of_the_window_is),
        cmocka_unit_test(random_journeys_are_as_the_slow_reading_says),
        cmocka_unit_test(what_nobody_knows_is_refused_with_what_is_near),
        cmocka_unit_test(memory_that_fails_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_part_of_another_question_or_a_damaged_one_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
