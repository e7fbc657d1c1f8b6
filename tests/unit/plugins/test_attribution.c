// SPDX-License-Identifier: MIT
//
// How attribution cuts journeys into paths: by hand, and against a slow second reading of random journeys; by any number of threads and
// through parts; with memory that fails. The models themselves: test_credits.c.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plugins/analysis/attribution/attribution.h"
#include "tests/unit/plugins/fold_mock.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);

enum { LOOK, ORDER, N_ACTIONS };
enum { MAIL, CALL, PORTAL, DESK, N_TOUCHPOINTS };  // DESK is internal work
static const voc_def_action actions[N_ACTIONS] = {{.name = VOC_LIT("look")}, {.name = VOC_LIT("order")}};
static const voc_def_touchpoint touchpoints[N_TOUCHPOINTS] = {
    {.id = VOC_LIT("mail"), .group = VOC_LIT("push"), .kind = VOC_TOUCH_PUSH}, {.id = VOC_LIT("call"), .group = VOC_LIT("push"), .kind = VOC_TOUCH_PUSH},
    {.id = VOC_LIT("portal"), .kind = VOC_TOUCH_PULL}, {.id = VOC_LIT("desk"), .kind = VOC_TOUCH_WORK}};
static const voc_def_stage stages[2] = {{.id = VOC_LIT("aware")}, {.id = VOC_LIT("keeping")}};
static const voc_def_exit exits[1] = {{.id = VOC_LIT("lost"), .outcome = VOC_LIT("lost")}};
static const voc_analysis_ops *ops;
static voc_value options[6];

static int group_setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .stage_size = sizeof *stages, .exit_size = sizeof *exits,
                                .touchpoint_size = sizeof *touchpoints, .action_size = sizeof *actions, .touchpoints = touchpoints,
                                .n_touchpoints = N_TOUCHPOINTS, .actions = actions, .n_actions = N_ACTIONS, .exits = exits,
                                .n_exits = 1, .win_stage = VOC_NONE, .win_exit = VOC_NONE};
    mock.info = (voc_run_info){.struct_size = sizeof mock.info, .start_us = INT64_MIN, .end_us = INT64_MAX};
    return 0;
}

static void ask(uint32_t by, const char *to)
{
    memset(options, 0, sizeof options);
    options[0].i = by;
    options[1].set = to != NULL;
    if (to) options[1].s = (voc_str){to, strlen(to)};
    options[2].i = 10;    // half-life
    options[3].i = 0;     // all paths
    options[4].i = 2000;
    options[5].i = 1;
}

static void touch(int64_t at, uint32_t touchpoint)
{
    mock_event(at, LOOK, touchpoint == PORTAL ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY);
    mock.touchpoint[mock.n_events - 1] = touchpoint;
}

// The row of a path, or -1.
static int row_of(const char *path)
{
    for (size_t r = 0; *mock_at("all_paths", r, "path"); r++)
        if (strcmp(mock_at("all_paths", r, "path"), path) == 0) return (int)r;
    return -1;
}

static void path_is(const char *path, long long n, long long won)
{
    const int r = row_of(path);
    if (r < 0) fail_msg("no path %s", path);
    assert_int_equal(mock_int("all_paths", (size_t)r, "paths"), n);
    assert_int_equal(mock_int("all_paths", (size_t)r, "won"), won);
}

// ---- by hand ----------------------------------------------------------------------------------------------------------------------

static void a_path_ends_with_its_conversion_and_the_next_begins_behind_it(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    touch(0, MAIL);
    touch(10, CALL);
    mock_event(20, ORDER, VOC_ACTOR_CUSTOMER);
    touch(20, PORTAL);  // in its instant: not before it
    mock_event(30, ORDER, VOC_ACTOR_CUSTOMER);
    touch(40, DESK);  // work is no touch
    mock_begin_unit();
    touch(0, MAIL);
    mock.delivered[mock.n_events - 1] = 0;
    mock_event(5, ORDER, VOC_ACTOR_COMPANY);  // not the customer's
    ask(BY_TOUCHPOINT, "order");
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    path_is("mail > call", 1, 1);
    path_is("portal", 1, 1);
    assert_int_equal(row_of("mail"), -1);
    // 10 later, with a half-life of 10, weighs twice as much
    for (size_t r = 0; *mock_at("credits", r, "touch"); r++)
        if (strcmp(mock_at("credits", r, "touch"), "call") == 0 && strcmp(mock_at("credits", r, "model"), "recent") == 0)
            assert_string_equal(mock_at("credits", r, "credit"), "0.666667");
}

// Customers order in the portal: that is what is explained, not what leads to the next order.
static void a_conversion_is_no_touch_though_a_touchpoint_claims_it(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    touch(0, MAIL);
    for (int64_t at = 10; at <= 20; at += 10) {
        mock_event(at, ORDER, VOC_ACTOR_CUSTOMER);
        mock.touchpoint[mock.n_events - 1] = PORTAL;
    }
    ask(BY_TOUCHPOINT, "order");
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    path_is("mail", 1, 1);
    assert_int_equal(row_of("portal"), -1);
}

static void touchpoints_of_a_group_are_one_kind(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    touch(0, MAIL);
    touch(10, CALL);
    touch(15, PORTAL);
    mock_event(20, ORDER, VOC_ACTOR_CUSTOMER);
    ask(BY_GROUP, "order");
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    path_is("push > push > portal", 1, 1);
}

static void stay(uint32_t stage, int64_t in, int64_t out, uint32_t end, uint32_t episode)
{
    mock.stays[mock.n_stays++] = (voc_stay){.in_us = in, .out_us = out, .stage = stage, .episode = episode, .end = end,
                                            .exit = end == VOC_END_EXIT ? 0 : VOC_NONE};
    mock.units[mock.n_units - 1].n_stays++;
}

static void with_stages_the_win_ends_a_path_and_what_follows_it_in_the_journey_counts_for_none(void **state)
{
    (void)state;
    mock.def.stages = stages;
    mock.def.n_stages = 2;
    mock.def.win_stage = 1;
    mock_clear();
    mock_begin_unit();  // won at 20, over at 50, and again under way
    touch(0, MAIL);
    touch(30, CALL);
    touch(50, PORTAL);
    stay(0, 5, 20, VOC_END_FORWARD, 1);
    stay(1, 20, 50, VOC_END_LAPSED, 1);
    stay(0, 60, 90, VOC_END_CENSORED, 2);
    mock_begin_unit();  // lost at 10: a touch in that instant is still of this path
    touch(10, CALL);
    stay(0, 1, 10, VOC_END_EXIT, 1);
    mock_begin_unit();  // nothing ever reached them
    ask(BY_TOUCHPOINT, NULL);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    path_is("mail", 1, 1);
    path_is("call", 1, 0);
    path_is("portal", 1, 0);
    mock.def.n_stages = 0;
    mock.def.win_stage = VOC_NONE;
    ask(BY_TOUCHPOINT, NULL);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "ATTRIBUTION-001"));
}

// ---- a second reading -------------------------------------------------------------------------------------------------------------

static void random_journeys(size_t units)
{
    mock_clear();
    for (size_t u = 0; u < units; u++) {
        int64_t t = 0;
        mock_begin_unit();
        if (u % 13 == 5) mock.units[mock.n_units - 1].flags = VOC_JOURNEY_INTERNAL;
        for (uint32_t e = mock_below(9); e > 0; e--) {
            t += mock_below(3);
            if (mock_below(5) == 0) mock_event(t, ORDER, mock_below(7) ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY);
            else touch(t, mock_below(N_TOUCHPOINTS));
            const size_t i = mock.n_events - 1;
            if (mock_below(9) == 0) mock.class_[i] = mock_below(2) ? VOC_CLASS_MECHANICAL : VOC_CLASS_HARM;
            if (mock_below(9) == 0) mock.delivered[i] = 0;
        }
    }
}

struct second {
    char text[4096][200];
    long long n[4096], won[4096];
    size_t paths, untouched, untouched_won;
};

static bool is_order(size_t e) { return mock.action[e] == ORDER && mock.actor[e] == VOC_ACTOR_CUSTOMER && mock.time[e] >= mock.info.start_us; }
static bool is_touch(size_t e)
{
    return mock.touchpoint[e] < DESK && mock.delivered[e] && mock.class_[e] == VOC_CLASS_NEUTRAL &&
           mock.time[e] >= mock.info.start_us && !is_order(e);
}

// Touches of a unit in [from, to) as text; the last path of a unit also when it is empty, if there was none before.
static void add_second(struct second *s, const voc_unit *u, int64_t from, int64_t to, bool won, bool always)
{
    char text[200] = "";
    for (size_t e = u->first_event; e < u->first_event + u->n_events; e++)
        if (is_touch(e) && mock.time[e] >= from && mock.time[e] < to) {
            if (*text) strncat(text, " > ", sizeof text - strlen(text) - 1);
            strncat(text, touchpoints[mock.touchpoint[e]].id.ptr, sizeof text - strlen(text) - 1);
        }
    if (!*text) {
        s->untouched += won || always;
        s->untouched_won += won;
        return;
    }
    size_t i = 0;
    while (i < s->paths && strcmp(s->text[i], text) != 0) i++;
    if (i == s->paths) {
        snprintf(s->text[i], sizeof s->text[i], "%s", text);
        s->n[i] = s->won[i] = 0;
        s->paths++;
    }
    s->n[i]++;
    s->won[i] += won;
}

static void read_second(struct second *s)
{
    s->paths = s->untouched = s->untouched_won = 0;
    for (size_t i = 0; i < mock.n_units; i++) {
        const voc_unit *u = &mock.units[i];
        if (u->flags & VOC_JOURNEY_INTERNAL) continue;
        int64_t from = INT64_MIN;
        bool any = false;
        for (size_t e = u->first_event; e < u->first_event + u->n_events; e++)
            if (is_order(e)) {
                add_second(s, u, from, mock.time[e], true, true);
                from = mock.time[e] > from ? mock.time[e] : from;
                any = true;
            }
        add_second(s, u, from, INT64_MAX, false, !any);
    }
}

static void random_journeys_are_as_the_slow_reading_says(void **state)
{
    (void)state;
    static struct second s;
    for (int round = 0; round < 80; round++) {
        random_journeys(1 + mock_below(200));
        mock.info.start_us = round % 3 == 0 ? 4 : INT64_MIN;
        read_second(&s);
        ask(BY_TOUCHPOINT, "order");
        assert_int_equal(mock_run(ops, options, (size_t)(1 + round % 4), 1 + mock_below(9), round % 2), VOC_OK);
        for (size_t i = 0; i < s.paths; i++) path_is(s.text[i], s.n[i], s.won[i]);
        assert_string_equal(mock_at("all_paths", s.paths, "path"), "");
    }
    mock.info.start_us = INT64_MIN;
}

static void every_model_gives_out_all_of_the_credit(void **state)
{
    (void)state;
    random_journeys(100);
    for (int i = 0; i < 400; i++) mock_begin_unit();  // whom nothing reached did not order, so that touches gain
    ask(BY_TOUCHPOINT, "order");
    assert_int_equal(mock_run(ops, options, 2, 7, 0), VOC_OK);
    static const char *const names[] = {"first", "last", "even", "recent", "missing", "gain"};
    for (size_t m = 0; m < 6; m++) {
        double sum = 0;
        for (size_t r = 0; r < 3; r++) sum += strtod(mock_at("attribution", r, names[m]), NULL);
        assert_true(fabs(sum - 1) < 1e-5);
    }
}

// ---- faults -----------------------------------------------------------------------------------------------------------------------

static void memory_that_fails_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    random_journeys(40);
    ask(BY_TOUCHPOINT, "order");
    mock.made = mock.fail_at = 0;
    assert_int_equal(mock_run(ops, options, 2, 3, 1), VOC_OK);
    const long made = mock.made;
    assert_true(made > 20);
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
    voc_journeys j;
    random_journeys(20);
    ask(BY_TOUCHPOINT, "order");
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &s), VOC_OK);
    mock_view(&j, 0, mock.n_units);
    assert_int_equal(ops->batch(analysis, s, &j), VOC_OK);
    mock.n_saved = 0;
    assert_int_equal(ops->save(analysis, s, NULL), VOC_OK);
    ops->state_free(analysis, s);
    for (size_t n = 0; n <= mock.n_saved; n++) {
        assert_int_equal(ops->state_new(analysis, &s), VOC_OK);
        assert_int_equal(ops->load(analysis, s, mock.saved, n), n == mock.n_saved ? VOC_OK : VOC_E_INPUT);
        ops->state_free(analysis, s);
    }
    mock.saved[mock.n_saved - 8] = DESK;  // the last kind of the last path: work is none
    assert_int_equal(ops->state_new(analysis, &s), VOC_OK);
    assert_int_equal(ops->load(analysis, s, mock.saved, mock.n_saved), VOC_E_INPUT);
    assert_non_null(strstr(mock.said, "ATTRIBUTION-004"));
    ops->state_free(analysis, s);
    ops->end(analysis);
    ask(BY_GROUP, "order");
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
        cmocka_unit_test(a_path_ends_with_its_conversion_and_the_next_begins_behind_it),
        cmocka_unit_test(a_conversion_is_no_touch_though_a_touchpoint_claims_it),
        cmocka_unit_test(touchpoints_of_a_group_are_one_kind),
        cmocka_unit_test(with_stages_the_win_ends_a_path_and_what_follows_it_in_the_journey_counts_for_none),
        cmocka_unit_test(random_journeys_are_as_the_slow_reading_says),
        cmocka_unit_test(every_model_gives_out_all_of_the_credit),
        cmocka_unit_test(memory_that_fails_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_part_of_another_question_or_a_damaged_one_is_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
