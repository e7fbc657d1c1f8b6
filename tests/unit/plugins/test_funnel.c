// SPDX-License-Identifier: MIT
// The funnel against a search through all chains of random journeys, by any number of states, through saved bytes, and with
// memory that fails; its stages against a second count of random stays.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/plugins/fold_mock.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
static const voc_analysis_ops *ops;
static const voc_def_action actions[] = {{.name = VOC_LIT("a")}, {.name = VOC_LIT("b")}, {.name = VOC_LIT("c and more")}, {.name = VOC_LIT("d")}};
static const voc_def_touchpoint touchpoints[] = {{.id = VOC_LIT("mail")}};
static const voc_str segments[] = {VOC_LIT("small"), VOC_LIT("other")};
static voc_def_stage stages[4];

enum { STEPS, WITHIN, STRICT, BY, NOT, OR, ORDER, N };
static voc_value options[N];

static void ask(const char *steps, int64_t within, bool strict, bool by)
{
    memset(options, 0, sizeof options);
    if (steps) options[STEPS] = (voc_value){.set = 1, .s = {steps, strlen(steps)}};
    if (within) options[WITHIN] = (voc_value){.set = 1, .i = within};
    options[STRICT].i = options[STRICT].set = strict;
    options[BY].i = by;
}

static int setup(void **state)
{
    (void)state;
    ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    for (size_t i = 0; i < 4; i++) stages[i] = (voc_def_stage){.id = actions[i].name, .aim = VOC_NONE};
    mock.def = (voc_definition){.struct_size = sizeof mock.def, .stage_size = sizeof *stages, .action_size = sizeof *actions,
                                .touchpoint_size = sizeof *touchpoints, .unit = VOC_UNIT_INDIVIDUAL, .actions = actions,
                                .n_actions = 4, .touchpoints = touchpoints, .n_touchpoints = 1, .stages = stages, .n_stages = 4,
                                .segments = segments, .n_segments = 2};
    return 0;
}

// ---- steps ----------------------------------------------------------------------------------------------------------------

static const uint32_t wanted[] = {0, 1, 0, 2}; // "a,b,a,c and more"

static bool excludes;  // "d" may not come between

// Every chain, by recursion: the longest prefix that events from `from` on can make after `k` steps.
static size_t longest(size_t from, size_t end, size_t k, int64_t first, int64_t within, bool strict)
{
    size_t best = k;
    for (size_t e = from; e < end && k < 4; e++) {
        if (mock.action[e] == 3 && excludes && k) break;
        if (mock.action[e] == 3) continue; // no step
        if (mock.action[e] == wanted[k] && (k == 0 || mock.time[e] - first <= within)) {
            const size_t n = longest(e + 1, end, k + 1, k ? first : mock.time[e], within, strict);
            if (n > best) best = n;
        }
        if (strict && k) break; // the next event of the steps had to be it
    }
    return best;
}

static void random_journeys(uint32_t units)
{
    mock_clear();
    for (uint32_t u = 0; u < units; u++) {
        mock_begin_unit();
        int64_t t = 100;
        for (uint32_t e = mock_below(12); e > 0; e--) mock_event(t += mock_below(4), mock_below(4), VOC_ACTOR_CUSTOMER);
    }
}

static void steps_reach_as_far_as_the_best_of_all_chains(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        const bool strict = round % 3 == 2;
        const int64_t within = round % 2 ? 1 + mock_below(9) : 0;
        uint64_t expect[5] = {0};
        random_journeys(40);
        ask("a, b ,a,c and more", within, strict, false);
        excludes = round % 5 > 2;
        if (excludes) options[NOT] = (voc_value){.set = 1, .s = VOC_LIT("d")};
        for (size_t u = 0; u < mock.n_units; u++) {
            const size_t at = mock.units[u].first_event, n = longest(at, at + mock.units[u].n_events, 0, 0, within ? within : INT64_MAX, strict);
            for (size_t k = 0; k < n; k++) expect[k]++;
        }
        assert_int_equal(mock_run(ops, options, 1, 7, 0), VOC_OK);
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(mock_int("funnel", k, "units"), expect[k]);
            if (k) assert_int_equal(mock_int("funnel", k - 1, "units"), mock_int("funnel", k, "units") + mock_int("funnel", k, "lost")); // nobody is lost twice
        }
    }
    assert_int_equal(mock.live, 0);
}

static void times_are_those_of_the_latest_beginning_and_the_first_completion(void **state)
{
    (void)state;
    mock_clear();
    ask("a,b,d", 0, false, false);
    mock_begin_unit();
    mock_event(0, 0, VOC_ACTOR_CUSTOMER);
    mock_event(10, 0, VOC_ACTOR_CUSTOMER); // begins again
    mock_event(11, 1, VOC_ACTOR_CUSTOMER);
    mock_event(15, 1, VOC_ACTOR_CUSTOMER); // made already
    mock_event(16, 3, VOC_ACTOR_CUSTOMER);
    mock_event(99, 3, VOC_ACTOR_CUSTOMER);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_string_equal(mock_at("funnel", 0, "median_time"), "-");
    assert_int_equal(mock_int("funnel", 1, "median_time"), 1);
    assert_int_equal(mock_int("funnel", 2, "median_time"), 5);
}

static void one_event_serves_one_step_and_a_touch_that_did_not_arrive_none(void **state)
{
    (void)state;
    mock_clear();
    mock_begin_unit();
    mock_event(5, 0, VOC_ACTOR_CUSTOMER);
    mock_begin_unit();
    mock_event(5, 0, VOC_ACTOR_CUSTOMER);
    mock_event(5, 0, VOC_ACTOR_CUSTOMER); // the same time, later in the order
    for (int i = 0; i < 3; i++) {
        mock_begin_unit();
        mock_event(1, 3, i == 1 ? VOC_ACTOR_OTHER : VOC_ACTOR_COMPANY);
        mock.touchpoint[mock.n_events - 1] = 0;
        mock.delivered[mock.n_events - 1] = i != 2;
        mock_event(2, 1, VOC_ACTOR_CUSTOMER);
    }
    ask("a,a", 0, false, false);
    assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 0, "units"), 2);
    assert_int_equal(mock_int("funnel", 1, "units"), 1);
    ask("touchpoint:mail,b", 0, false, false);
    assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 0, "units"), 1);
    assert_int_equal(mock_int("funnel", 1, "units"), 1);
    mock.units[2].flags = VOC_JOURNEY_INTERNAL;
    assert_int_equal(mock_run(ops, options, 1, 9, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 0, "units"), 0);
}

static void of_alternatives_one_is_enough(void **state)
{
    (void)state;
    mock_clear();
    for (uint32_t second = 1; second < 4; second++) {
        mock_begin_unit();
        mock_event(1, 0, VOC_ACTOR_CUSTOMER);
        mock_event(2, second, VOC_ACTOR_CUSTOMER);
    }
    ask("a,b| c and more ", 0, false, false);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 1, "units"), 2);
    assert_string_equal(mock_at("funnel", 1, "step"), "b| c and more");
    options[NOT] = (voc_value){.set = 1, .s = VOC_LIT("b")};
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "FUNNEL-009"));
    assert_int_equal(mock.live, 0);
}

static void who_goes_no_further_may_have_gone_elsewhere(void **state)
{
    (void)state;
    mock_clear();
    static const uint32_t done[][3] = {{0, 3, 0}, {0, 1, 3}, {3, 0, 0}, {0, 3, 1}};  // d instead of b; no c but d; d before; d, and yet b
    for (size_t u = 0; u < 4; u++) {
        mock_begin_unit();
        for (size_t e = 0; e < 3; e++) mock_event((int64_t)e * 10, done[u][e], VOC_ACTOR_CUSTOMER);
    }
    ask("a,b,c and more", 0, false, false);
    options[OR] = (voc_value){.set = 1, .s = VOC_LIT("d")};
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 1, "units"), 2);
    assert_int_equal(mock_int("funnel", 1, "instead"), 1);  // from the first beginning; the third did d before any
    assert_int_equal(mock_int("funnel", 2, "instead"), 1);
    assert_string_equal(mock_at("funnel", 0, "instead"), "-");
    ask("a,b,c and more", 9, false, false);  // d comes too late
    options[OR] = (voc_value){.set = 1, .s = VOC_LIT("d")};
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    assert_int_equal(mock_int("funnel", 1, "instead"), 0);
    assert_int_equal(mock.live, 0);
}

// ---- stages ---------------------------------------------------------------------------------------------------------------

static void random_stays(uint32_t units)
{
    mock_clear();
    for (uint32_t u = 0; u < units; u++) {
        mock_begin_unit();
        int64_t t = 0;
        for (uint32_t episode = 1, n = mock_below(3); episode <= n; episode++) {
            uint32_t stage = mock_below(4);
            for (bool on = true; on;) {
                uint32_t end = 1 + mock_below(5), from = stage;
                if (end == VOC_END_FORWARD && stage == 3) end = VOC_END_CENSORED;
                if (end == VOC_END_BACKWARD && stage == 0) end = VOC_END_LAPSED;
                if (end == VOC_END_FORWARD) stage += 1 + mock_below(3 - stage);
                if (end == VOC_END_BACKWARD) stage = mock_below(stage);
                on = end == VOC_END_FORWARD || end == VOC_END_BACKWARD;
                mock.stays[mock.n_stays++] = (voc_stay){.in_us = t, .out_us = t + mock_below(50), .stage = from, .episode = episode,
                                                        .segment = mock_below(2), .end = end, .exit = VOC_NONE,
                                                        .flags = mock_below(4) == 0 ? VOC_STAY_TRUNCATED : 0};
                t = mock.stays[mock.n_stays - 1].out_us;
                mock.units[mock.n_units - 1].n_stays++;
                assert_true(mock.n_stays < MOCK_STAYS);
            }
        }
    }
}

static void stages_conserve_entries_and_every_journey_comes_to_all_before_its_furthest(void **state)
{
    (void)state;
    ask(NULL, 0, false, false);
    for (int round = 0; round < 100; round++) {
        long long entered[4] = {0}, come[4] = {0};
        random_stays(100);
        for (size_t i = 0; i < mock.n_stays; i++) entered[mock.stays[i].stage]++;
        for (size_t u = 0; u < mock.n_units; u++) {
            uint32_t furthest[4] = {0}, seen[4] = {0};
            for (size_t i = mock.units[u].first_stay; i < mock.units[u].first_stay + mock.units[u].n_stays; i++) {
                const voc_stay *v = &mock.stays[i];
                seen[v->episode] = 1;
                if (v->stage > furthest[v->episode]) furthest[v->episode] = v->stage;
            }
            for (size_t e = 1; e < 4; e++)
                for (uint32_t k = 0; seen[e] && k <= furthest[e]; k++) come[k]++;
        }
        assert_int_equal(mock_run(ops, options, 1, 30, 0), VOC_OK);
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(mock_int("funnel", k, "entered"), entered[k]);
            assert_int_equal(mock_int("funnel", k, "journeys"), come[k]);
            assert_int_equal(entered[k], mock_int("funnel", k, "advanced") + mock_int("funnel", k, "backward") + mock_int("funnel", k, "exits") +
                                             mock_int("funnel", k, "lapsed") + mock_int("funnel", k, "open"));
        }
    }
}

static void a_start_passes_all_before_it_a_move_what_lies_between_and_a_move_back_nothing(void **state)
{
    (void)state;
    static const voc_stay given[] = {{.in_us = 0, .out_us = 5, .stage = 1, .episode = 1, .end = VOC_END_FORWARD}, {.in_us = 5, .out_us = 6, .stage = 3, .episode = 1, .end = VOC_END_BACKWARD},
                                     {.in_us = 6, .out_us = 9, .stage = 1, .episode = 1, .end = VOC_END_EXIT},
                                     {.in_us = 11, .out_us = 30, .stage = 2, .episode = 1, .end = VOC_END_CENSORED}}; // a case goes on in its one episode
    mock_clear();
    mock_begin_unit();
    memcpy(mock.stays, given, sizeof given);
    mock.n_stays = mock.units[0].n_stays = 4;
    ask(NULL, 0, false, false);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_OK);
    static const long long passed[] = {2, 1, 1, 0}; // 0: first start, start after the exit; 1: that start; 2: the move from 1 to 3
    for (size_t k = 0; k < 4; k++) assert_int_equal(mock_int("funnel", k, "passed"), passed[k]);
    assert_int_equal(mock_int("funnel", 0, "journeys"), 1);
    assert_int_equal(mock_int("funnel", 1, "median_next"), 5);
}

// ---- states ---------------------------------------------------------------------------------------------------------------

static char kept[400][MOCK_CELL];

static void any_number_of_states_and_saved_parts_give_the_same_table(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        size_t n = 0;
        if (round % 2) random_stays(120);
        else random_journeys(120);
        for (size_t e = 0; e < mock.n_events; e++) mock.segment[e] = mock_below(2);
        ask(round % 2 ? NULL : "a,b,d", 0, false, round % 4 > 1);
        for (size_t states = 1; states <= 5; states++)
            for (int portable = 0; portable < 2; portable++) {
                assert_int_equal(mock_run(ops, options, states, 11, portable), VOC_OK);
                if (!n) {
                    n = mock.n_cells;
                    assert_true(n > 10 && n <= 400);
                    memcpy(kept, mock.cell, n * sizeof *kept);
                }
                assert_int_equal(mock.n_cells, n);
                for (size_t i = 0; i < n; i++) assert_string_equal(mock.cell[i], kept[i]);
            }
    }
    assert_int_equal(mock.live, 0);
}

static void segments_add_up_to_all(void **state)
{
    (void)state;
    random_stays(100);
    ask(NULL, 0, false, true);
    assert_int_equal(mock_run(ops, options, 2, 10, 0), VOC_OK);
    assert_string_equal(mock_at("funnel", 4, "segment"), "small");
    for (size_t k = 0; k < 4; k++) assert_int_equal(mock_int("funnel", k, "entered"), mock_int("funnel", 4 + k, "entered") + mock_int("funnel", 8 + k, "entered"));
}

static void a_damaged_or_foreign_part_is_refused(void **state)
{
    (void)state;
    void *analysis, *a, *b;
    voc_journeys j;
    random_journeys(50);
    mock_view(&j, 0, mock.n_units);
    ask("a,b", 0, false, false);
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &a), VOC_OK);
    assert_int_equal(ops->batch(analysis, a, &j), VOC_OK);
    mock.n_saved = 0;
    assert_int_equal(ops->save(analysis, a, NULL), VOC_OK);
    for (size_t size = 0; size <= mock.n_saved; size++) {
        assert_int_equal(ops->state_new(analysis, &b), VOC_OK);
        assert_int_equal(ops->load(analysis, b, mock.saved, size), size == mock.n_saved ? VOC_OK : VOC_E_INPUT);
        ops->state_free(analysis, b);
    }
    ops->state_free(analysis, a);
    ops->end(analysis);
    ask("a,b", 9, false, false); // another question
    assert_int_equal(ops->begin(&mock_host, NULL, NULL, options, &analysis), VOC_OK);
    assert_int_equal(ops->state_new(analysis, &b), VOC_OK);
    assert_int_equal(ops->load(analysis, b, mock.saved, mock.n_saved), VOC_E_INPUT);
    assert_non_null(strstr(mock.said, "FUNNEL-007"));
    ops->state_free(analysis, b);
    ops->end(analysis);
    assert_int_equal(mock.live, 0);
}

static void each_failing_allocation_is_out_of_memory_and_leaves_nothing(void **state)
{
    (void)state;
    for (int of_stages = 0; of_stages < 2; of_stages++) {
        long n = 1;
        if (of_stages) random_stays(100);
        else random_journeys(100);
        ask(of_stages ? NULL : "a,b", 0, false, true);
        for (;; n++) {
            mock.made = 0;
            mock.fail_at = n;
            const voc_rc rc = mock_run(ops, options, 2, 9, 1);
            mock.fail_at = 0;
            assert_int_equal(mock.live, 0);
            if (mock.made < n) {
                assert_int_equal(rc, VOC_OK);
                break;
            }
            assert_int_equal(rc, VOC_E_NOMEM);
        }
        assert_true(n > 8);
    }
}

static void what_cannot_be_asked_is_said_with_the_next_step(void **state)
{
    (void)state;
    static const struct { const char *steps; int64_t within; bool by; const char *says; } cases[] = {
        {"a,bb", 0, false, "FUNNEL-003"}, {"a,mail", 0, false, "touchpoint:mail"}, {"a,touchpoint:mial", 0, false, "did you mean mail"}, {"a", 0, false, "FUNNEL-002"},
        {NULL, 5, false, "FUNNEL-005"}, {"a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a,b,a", 0, false, "FUNNEL-004"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(cases[i].steps, cases[i].within, false, cases[i].by);
        assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
        if (!strstr(mock.said, cases[i].says)) fail_msg("%s", mock.said);
    }
    mock.def.n_stages = 0;
    ask(NULL, 0, false, false);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "FUNNEL-001"));
    mock.def.n_stages = 4;
    mock.def.n_segments = 1;
    ask(NULL, 0, false, true);
    assert_int_equal(mock_run(ops, options, 1, 1, 0), VOC_E_OPTION);
    assert_non_null(strstr(mock.said, "FUNNEL-006"));
    mock.def.n_segments = 2;
    assert_int_equal(mock.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_reach_as_far_as_the_best_of_all_chains),
        cmocka_unit_test(times_are_those_of_the_latest_beginning_and_the_first_completion),
        cmocka_unit_test(of_alternatives_one_is_enough),
        cmocka_unit_test(who_goes_no_further_may_have_gone_elsewhere),
        cmocka_unit_test(one_event_serves_one_step_and_a_touch_that_did_not_arrive_none),
        cmocka_unit_test(stages_conserve_entries_and_every_journey_comes_to_all_before_its_furthest),
        cmocka_unit_test(a_start_passes_all_before_it_a_move_what_lies_between_and_a_move_back_nothing),
        cmocka_unit_test(any_number_of_states_and_saved_parts_give_the_same_table),
        cmocka_unit_test(segments_add_up_to_all),
        cmocka_unit_test(a_damaged_or_foreign_part_is_refused),
        cmocka_unit_test(each_failing_allocation_is_out_of_memory_and_leaves_nothing),
        cmocka_unit_test(what_cannot_be_asked_is_said_with_the_next_step),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
