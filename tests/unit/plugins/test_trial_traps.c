// SPDX-License-Identifier: MIT
//
// The traps of METHODS 14, items 1 to 6, each as a tiny world in which the answer is known by hand, and the worked example of a
// randomised hold-out (docs/randomised-example.md).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/analysis/score/verdict.h"
#include "plugins/common/splitmix.h"
#include "tests/lib/close.h"
#include "tests/unit/plugins/world.h"

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define W (14 * DAY)

// The exposed unit is always 0 of account 0; the set of its first trial is kept.
struct seen {
    size_t n_sets, n_members;
    struct trial_set first;
    struct trial_member members[20];
};

static int keep(void *ctx, const struct trial_set *set)
{
    struct seen *s = ctx;
    if (s->n_sets++ == 0) {
        s->first = *set;
        s->n_members = set->n_members;
        memcpy(s->members, set->members, set->n_members * sizeof *set->members);
    }
    return 0;
}

static struct trial_cell run(struct world *w, struct seen *seen)
{
    struct trial_options o = trial_defaults(1);
    struct trial_result r;
    *seen = (struct seen){0};
    w->n_types = w->n_types ? w->n_types : 1;
    world_build(w);
    world_trial(&r, w, 0, W, &o, TRIAL_SMR, keep, seen);
    struct trial_cell pooled = r.cells[0];
    trial_result_done(&r);
    world_done(w);
    return pooled;
}

static struct world empty(void)
{
    return (struct world){.data_start = INT64_MIN, .data_end = 200 * DAY};
}

// ---- 1: equal times ----------------------------------------------------------------------------------------------------------

static void an_action_in_the_second_of_the_touch_is_no_response(void **state)
{
    (void)state;
    for (int64_t later = 0; later < 2; later++) {
        struct world w = empty();
        struct seen seen;
        world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
        world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
        world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
        world_event(&w, 5 * DAY + later, 0, WORLD_AIM, 0);
        struct trial_cell c = run(&w, &seen);
        assert_int_equal(c.matched, 1);
        assert_true(c.estimate[0].o == (double)later);
        assert_int_equal(seen.first.follow[0].length, later ? 1 : W);
    }
}

static void an_action_on_the_day_of_the_touch_is_no_response_where_only_days_are_known(void **state)
{
    (void)state;
    const struct {
        int64_t touch, action;
        uint8_t touch_resolution, action_resolution;
        bool responded;
    } cases[] = {
        {5 * DAY, 5 * DAY, WORLD_DAY, WORLD_DAY, false},
        {5 * DAY, 6 * DAY, WORLD_DAY, WORLD_DAY, true},
        {5 * DAY, 5 * DAY + 15 * HOUR, WORLD_DAY, WORLD_EXACT, false},   // the touch may have been in the evening
        {5 * DAY, 6 * DAY + 1, WORLD_DAY, WORLD_EXACT, true},
        {5 * DAY + 9 * HOUR, 6 * DAY, WORLD_EXACT, WORLD_DAY, true},
        {5 * DAY + 9 * HOUR, 5 * DAY + 9 * HOUR + 40, WORLD_MINUTE, WORLD_EXACT, false},
        {5 * DAY + 9 * HOUR, 5 * DAY + 9 * HOUR + 60, WORLD_MINUTE, WORLD_EXACT, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w = empty();
        struct seen seen;
        world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
        world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
        world_event_at(&w, cases[i].touch, cases[i].touch_resolution, 0, WORLD_TOUCH, 0, NAN);
        world_event_at(&w, cases[i].action, cases[i].action_resolution, 0, WORLD_AIM, 0, NAN);
        struct trial_cell c = run(&w, &seen);
        assert_int_equal(c.responded[0], cases[i].responded);
    }
}

static void a_touch_at_entry_is_a_trial_at_time_in_stage_zero(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 10 * DAY, 100 * DAY);
    world_stay(&w, 1, 1, 0, 0, 20 * DAY, 100 * DAY);
    world_event(&w, 10 * DAY, 0, WORLD_TOUCH, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.matched, 1);
    assert_int_equal(seen.first.in_stage, 0);
    assert_int_equal(seen.members[0].index, 20 * DAY);
    assert_int_equal(seen.first.lag_length, 0);  // no time before entry: no placebo
    assert_int_equal(c.placebo.sets, 0);
}

static void a_comparator_that_leaves_exactly_at_the_index_does_not_serve(void **state)
{
    (void)state;
    for (int64_t more = 0; more < 2; more++) {
        struct world w = empty();
        struct seen seen;
        world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
        world_stay(&w, 1, 1, 0, 0, 0, 5 * DAY + more);
        world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
        struct trial_cell c = run(&w, &seen);
        assert_int_equal(c.matched, more);
        assert_int_equal(c.unmatched, 1 - more);
    }
}

static void the_last_second_of_the_window_counts_and_the_next_does_not(void **state)
{
    (void)state;
    for (int64_t more = 0; more < 2; more++)
        for (uint32_t who = 0; who < 2; who++) {
            struct world w = empty();
            struct seen seen;
            world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
            world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
            world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
            world_event(&w, 5 * DAY + W + more, who, WORLD_AIM, 0);
            struct trial_cell c = run(&w, &seen);
            assert_true(c.estimate[0].o == (who == 0 && !more ? 1.0 : 0.0));
            assert_true(c.estimate[0].e == (who == 1 && !more ? 1.0 : 0.0));
        }
}

// ---- 2: immortal time ------------------------------------------------------------------------------------------------------

static void a_customer_who_left_earlier_is_no_comparator(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    for (uint32_t u = 1; u < 30; u++)  // all act and leave before the touch's time in stage: they must not weigh
        world_stay(&w, u, u, 0, 0, 0, 4 * DAY);
    for (uint32_t u = 1; u < 30; u++)
        world_event(&w, 4 * DAY, u, WORLD_AIM, 0);
    world_stay(&w, 30, 30, 0, 0, 0, 100 * DAY);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.matched, 1);
    assert_int_equal(seen.n_members, 1);
    assert_int_equal(seen.members[0].account, 30);
    assert_true(c.estimate[0].e == 0.0);
}

// ---- 3: touches sent to the active ------------------------------------------------------------------------------------------

// Customers act by the hour, `eager` times as often for `hot` hours after an action. A mail changes nothing; it goes out
// either mostly to those who acted within a day, at any moment of it, or five minutes after an action.
static void active_world(struct world *w, int64_t hot, uint64_t eager, bool at_once)
{
    struct splitmix r = {20240607};
    *w = (struct world){.data_start = INT64_MIN, .data_end = 150 * DAY};
    for (uint32_t u = 0; u < 600; u++) {
        int64_t in = (int64_t)splitmix_below(&r, 60) * DAY, last = INT64_MIN / 2;
        world_stay(w, u, u, 0, 0, in, 150 * DAY);
        for (int64_t t = in; t < 150 * DAY; t += HOUR) {
            bool recent = t - last <= 24 * HOUR;
            if (!at_once && splitmix_below(&r, 10000) < (recent ? 100u : 2u))
                world_event(w, t + 1, u, WORLD_TOUCH, 0);
            if (splitmix_below(&r, 10000) >= 15 * (t - last <= hot * HOUR ? eager : 1))
                continue;
            last = t + HOUR / 2;
            world_event(w, last, u, WORLD_AIM, 0);
            if (at_once && splitmix_below(&r, 4) == 0)
                world_event(w, last + 300, u, WORLD_TOUCH, 0);
        }
    }
}

static void a_touch_sent_to_the_recently_active_has_a_lift_of_about_one(void **state)
{
    (void)state;
    struct world w;
    struct seen seen;
    active_world(&w, 24, 6, false);
    struct trial_cell c = run(&w, &seen);
    assert_true(c.matched > 300);
    assert_true(c.estimate[0].lo < 1.0 && c.estimate[0].hi > 1.0);
    assert_true(c.estimate[0].lift > 0.9 && c.estimate[0].lift < 1.1);
    assert_true((double)c.responded[0] / (double)c.fresh > 0.4);  // two in five answer, and it proves nothing
    assert_true(c.trigger < verdict_limits.trigger);
}

static void a_touch_sent_while_the_customer_acts_is_seen_by_the_trigger(void **state)
{
    (void)state;
    struct world w;
    struct seen seen;
    active_world(&w, 2, 60, true);
    struct trial_cell c = run(&w, &seen);
    assert_true(c.matched > 300);
    assert_true(c.estimate[0].lo > 1.0);  // looks like an effect
    assert_true(c.trigger >= 0.8);
}

static void trigger_looks_at_the_same_day_where_only_days_are_known(void **state)
{
    (void)state;
    for (int64_t before = 0; before < 2; before++) {
        struct world w = empty();
        struct seen seen;
        world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
        world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
        world_event_at(&w, 5 * DAY, WORLD_DAY, 0, WORLD_TOUCH, 0, NAN);
        world_event_at(&w, (5 - before) * DAY, WORLD_DAY, 0, WORLD_ACTION, 0, NAN);
        world_event_at(&w, 4 * DAY, WORLD_DAY, 1, WORLD_ACTION, 0, NAN);
        world_event_at(&w, 4 * DAY, WORLD_DAY, 0, WORLD_ACTION, 0, NAN);
        struct trial_cell c = run(&w, &seen);
        assert_int_equal(c.matched, before ? 0 : 1);  // two actions yesterday are another engagement class
        if (!before)
            assert_true(c.trigger == 1.0);
    }
}

// ---- 4: later touches, second touches, colleagues -----------------------------------------------------------------------------

static void a_comparator_is_censored_at_its_own_touch_and_exposed_itself_afterwards(void **state)
{
    (void)state;
    for (int64_t more = 0; more < 2; more++) {
        struct world w = empty();
        struct seen seen;
        world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
        world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
        world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
        world_event(&w, 8 * DAY, 1, WORLD_TOUCH, 0);
        world_event(&w, 8 * DAY + more, 1, WORLD_AIM, 0);  // in the second of the censoring touch: counts as before it
        struct trial_cell c = run(&w, &seen);
        assert_int_equal(seen.members[0].follow[0].length, 3 * DAY);
        assert_int_equal(seen.members[0].follow[0].event, more == 0);
        assert_int_equal(c.fresh, 2);
        assert_int_equal(c.unmatched, 1);  // unit 0 was touched within W before: nobody left for unit 1
        assert_int_equal(c.responded[0], more);
    }
}

static void a_second_touch_in_the_window_costs_but_opens_no_trial(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);          // three colleagues mailed in one second are one trial
    world_event(&w, 5 * DAY + W, 0, WORLD_TOUCH, 0);      // exactly W later: still within [t - W, t]
    world_event(&w, 5 * DAY + 2 * W + 1, 0, WORLD_TOUCH, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.touches, 4);
    assert_int_equal(c.fresh, 2);
    assert_int_equal(seen.first.follow[0].length, W);  // later touches do not censor the exposed
}

static void a_colleague_of_the_account_is_no_comparator(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    world_stay(&w, 1, 0, 0, 0, 0, 100 * DAY);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.matched, 0);
    assert_int_equal(c.unmatched, 1);
}

static void other_stages_segments_and_truncated_stays_are_in_no_set(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    world_stay(&w, 1, 1, 1, 0, 0, 100 * DAY);
    world_stay(&w, 2, 2, 0, 1, 0, 100 * DAY);
    world_stay(&w, 3, 3, 0, 0, 0, 100 * DAY);
    w.stays[3].eligible = false;
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    world_event(&w, 5 * DAY, 3, WORLD_TOUCH, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.touches, 1);
    assert_int_equal(c.unmatched, 1);
}

// ---- 5: empty sums ---------------------------------------------------------------------------------------------------------------

static void estimates_without_events_say_so(void **state)
{
    (void)state;
    struct trial_estimate r;
    trial_solve(&r, 0, 0, 0, 2, 0, 0, 0);
    assert_true(isnan(r.lift) && r.p == 1.0 && r.lo == 0.0 && isinf(r.hi));
    trial_solve(&r, 0, 4, 4, 9, 0, 0, 2);  // O = 0: [0, z^2 Q / E^2]
    assert_true(r.lift == 0.0 && r.sato.lo == 0.0);
    assert_close(r.sato.hi, STATS_Z95 * STATS_Z95 * 4 / 16, CLOSED_FORM);
    trial_solve(&r, 3, 0, 1, 5, 3, 0, 0);  // E = 0 < O
    assert_true(isinf(r.lift) && isinf(r.hi) && r.lo >= 0.0);
    assert_true(r.sato.lo > 0.0);
}

static void events_without_a_comparator_at_risk_are_not_used(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    world_stay(&w, 1, 1, 0, 0, 0, 7 * DAY);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    world_event(&w, 8 * DAY, 0, WORLD_AIM, 0);  // the only comparator left at day 7
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.matched, 1);
    assert_int_equal(c.responded[0], 1);
    assert_true(c.estimate[0].o == 0.0 && c.estimate[0].q == 0.0);
    assert_close(c.covered, 2.0 / 3.0, CLOSED_FORM);
}

static void a_single_exposed_account_has_a_bounded_share_and_no_wild_factor(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    world_stay(&w, 0, 0, 0, 0, 0, 100 * DAY);
    world_stay(&w, 1, 1, 0, 0, 0, 100 * DAY);
    world_event(&w, 5 * DAY, 0, WORLD_TOUCH, 0);
    world_event(&w, 6 * DAY, 0, WORLD_AIM, 0);
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.accounts, 1);
    assert_int_equal(c.estimate[0].clusters, 2);
    assert_close(c.estimate[0].voo, 2.0, CLOSED_FORM);
    assert_int_equal(c.largest, 0);
    assert_close(c.largest_share, 1.0, CLOSED_FORM);
    assert_true(isinf(c.estimate[0].hi));
    struct trial_estimate r;
    trial_solve(&r, 1, 1, 1, 1, 1, 0, 0);
    assert_true(isfinite(r.v));
}

static void the_largest_account_can_be_left_out(void **state)
{
    (void)state;
    struct world w = empty();
    struct trial_options o = trial_defaults(1);
    struct trial_frame *frame = NULL;
    struct trial_result r;
    for (uint32_t u = 0; u < 6; u++)
        world_stay(&w, u, u < 3 ? 0 : u, 0, 0, 0, 100 * DAY);
    for (uint32_t u = 0; u < 4; u++) {
        world_event(&w, 5 * DAY, u, WORLD_TOUCH, 0);
        world_event(&w, 6 * DAY, u, WORLD_AIM, 0);
    }
    world_build(&w);
    const struct trial_events *aims[1] = {&w.aims};
    int64_t window[1] = {W};
    struct trial_request q = {.type = 0, .window = window, .outcome = {aims}, .n_outcomes = 1, .without_account = TRIAL_NONE,
                              .only_stage = TRIAL_ALL, .only_segment = TRIAL_ALL};
    assert_int_equal(trial_frame_new(&frame, &world_alloc, &w.input, &o), TRIAL_OK);
    assert_int_equal(trial_run(&r, frame, &q), TRIAL_OK);
    assert_int_equal(r.cells[0].matched, 4);
    assert_int_equal(r.cells[0].largest, 0);
    assert_close(r.cells[0].largest_share, 0.75, CLOSED_FORM);
    trial_result_done(&r);
    q.without_account = 0;
    assert_int_equal(trial_run(&r, frame, &q), TRIAL_OK);
    assert_int_equal(r.cells[0].matched, 1);
    assert_true(r.cells[0].estimate[0].o == 1.0);
    trial_result_done(&r);
    trial_frame_free(frame);
    world_done(&w);
}

// ---- 6: everybody touched ----------------------------------------------------------------------------------------------------------

static void everybody_touched_leaves_nothing_to_compare_with(void **state)
{
    (void)state;
    struct world w = empty();
    struct seen seen;
    for (uint32_t u = 0; u < 40; u++) {
        world_stay(&w, u, u, 0, 0, u * HOUR, 150 * DAY);
        world_event(&w, u * HOUR + 5 * DAY, u, WORLD_TOUCH, 0);
        world_event(&w, u * HOUR + 6 * DAY, u, WORLD_AIM, 0);
    }
    struct trial_cell c = run(&w, &seen);
    assert_int_equal(c.fresh, 40);
    assert_int_equal(c.unmatched, 40);
    assert_int_equal(c.responded[0], 40);
    struct verdict_push push = {.fresh = 40, .unmatched = 40, .any_response = 40, .lift = NAN, .p_adjusted = NAN,
                                .harm_p_adjusted = NAN, .value = 10, .cost = 1, .money_lo = NAN, .money_hi = NAN};
    assert_int_equal(verdict_push(&push), VERDICT_U2);
}

// Three who act after a touch; what the third does is worth `third`.
static struct trial_cell worth_of_three(double third)
{
    struct world w = empty();
    struct seen seen;
    for (uint32_t u = 0; u < 4; u++)
        world_stay(&w, u, u, 0, 0, 0, 100 * DAY);
    for (uint32_t u = 0; u < 3; u++)
        world_event(&w, 5 * DAY, u, WORLD_TOUCH, 0);
    world_event_at(&w, 6 * DAY, WORLD_EXACT, 0, WORLD_AIM, 0, 10.0);
    world_event_at(&w, 7 * DAY, WORLD_EXACT, 1, WORLD_AIM, 0, 40.0);
    world_event_at(&w, 8 * DAY, WORLD_EXACT, 2, WORLD_AIM, 0, third);
    // A fourth acts, but where nobody is left to compare with: no part of O, so none of the mean either.
    world_stay(&w, 4, 4, 0, 1, 0, 100 * DAY);
    world_stay(&w, 5, 5, 0, 1, 0, 6 * DAY);
    world_event(&w, 5 * DAY, 4, WORLD_TOUCH, 0);
    world_event_at(&w, 8 * DAY, WORLD_EXACT, 4, WORLD_AIM, 0, 1000.0);
    return run(&w, &seen);
}

static void values_of_the_observed_actions_are_averaged(void **state)
{
    (void)state;
    const struct trial_cell c = worth_of_three(70.0);
    assert_int_equal(c.matched, 4);
    assert_true(c.estimate[0].o == 3.0);
    assert_close(c.value, 40.0, CLOSED_FORM);
    assert_close(c.money, 40.0 * c.estimate[0].extra, CLOSED_FORM);
}

// Not worth nothing, and not what the others are worth either: these may be dear and rare (METHODS 0.10).
static void an_observed_action_of_unknown_worth_leaves_the_mean_unknown(void **state)
{
    (void)state;
    const struct trial_cell c = worth_of_three(NAN);
    assert_true(c.estimate[0].o == 3.0);
    assert_true(c.value != c.value);
    assert_true(c.money != c.money);
}

// ---- the randomised hold-out -----------------------------------------------------------------------------------------------------

static void the_randomised_example_comes_out(void **state)
{
    (void)state;
    struct world w = {.data_end = 100 * DAY};
    static const int64_t start[8] = {20, 23, 27, 21, 30, 94, 25, 40};  // each one's own day; K3's is 6 before the end
    static const int acts[8] = {3, 9, 0, 5, 0, 0, 9, 2};
    static const bool treated[8] = {true, true, true, false, false, false, false, true};
    struct trial_assigned assigned[8];
    struct trial_randomised r;
    for (uint32_t i = 0; i < 8; i++) {
        int64_t end = (start[i] + 14) * DAY;
        assigned[i] = (struct trial_assigned){i == 7, i, i, start[i] * DAY, end < w.data_end ? end : w.data_end, 0, treated[i]};
        world_stay(&w, i, i, 0, 0, 0, 100 * DAY);
        if (acts[i])
            world_event(&w, (start[i] + acts[i]) * DAY, i, WORLD_AIM, 0);
        world_event(&w, start[i] * DAY, i, WORLD_AIM, 0);  // in the second of the assignment: no response
    }
    world_event(&w, (start[4] + 4) * DAY, 4, WORLD_TOUCH, 0);  // the mail sent by mistake
    world_build(&w);
    struct trial_random_input in = {.assigned = assigned, .n_assigned = 8, .n_groups = 2, .n_accounts = 8, .outcome = {&w.aims},
                                    .n_outcomes = 1, .unit_of = world_units, .n_resolutions = 4,
                                    .without_account = TRIAL_NONE};
    assert_int_equal(trial_randomised_run(&r, &world_alloc, &in), TRIAL_OK);
    assert_int_equal(r.treated, 4);
    assert_int_equal(r.controls, 4);
    assert_int_equal(r.matched, 3);
    assert_int_equal(r.unmatched, 1);
    assert_int_equal(r.accounts, 3);
    assert_int_equal(r.responded[0], 3);
    assert_int_equal(r.control_responded[0], 2);
    const struct trial_estimate *e = &r.estimate[0];
    assert_close(e->o, 2.0, CLOSED_FORM);
    assert_close(e->e, 1.5, CLOSED_FORM);
    assert_close(e->q, 2.25, CLOSED_FORM);
    assert_int_equal(e->clusters, 7);
    assert_close(e->voo, 7.0 / 3.0, CLOSED_FORM);
    assert_close(e->voe, 7.0 / 8.0, CLOSED_FORM);
    assert_close(e->vee, 203.0 / 96.0, CLOSED_FORM);
    assert_close(e->v, 259.0 / 96.0, CLOSED_FORM);
    assert_close(e->lift, 4.0 / 3.0, CLOSED_FORM);
    assert_close(e->z, 0.5 / sqrt(259.0 / 96.0), CLOSED_FORM);
    assert_close(e->p, 0.760817, 1e-5);
    assert_close(e->extra_lo, -2.719307, 1e-5);
    assert_close(e->sato.lo, 0.285705, 1e-5);
    assert_close(e->sato.hi, 6.222421, 1e-5);
    assert_true(e->lo == 0.0 && isinf(e->hi));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_in_the_second_of_the_touch_is_no_response),
        cmocka_unit_test(an_action_on_the_day_of_the_touch_is_no_response_where_only_days_are_known),
        cmocka_unit_test(a_touch_at_entry_is_a_trial_at_time_in_stage_zero),
        cmocka_unit_test(a_comparator_that_leaves_exactly_at_the_index_does_not_serve),
        cmocka_unit_test(the_last_second_of_the_window_counts_and_the_next_does_not),
        cmocka_unit_test(a_customer_who_left_earlier_is_no_comparator),
        cmocka_unit_test(a_touch_sent_to_the_recently_active_has_a_lift_of_about_one),
        cmocka_unit_test(a_touch_sent_while_the_customer_acts_is_seen_by_the_trigger),
        cmocka_unit_test(trigger_looks_at_the_same_day_where_only_days_are_known),
        cmocka_unit_test(a_comparator_is_censored_at_its_own_touch_and_exposed_itself_afterwards),
        cmocka_unit_test(a_second_touch_in_the_window_costs_but_opens_no_trial),
        cmocka_unit_test(a_colleague_of_the_account_is_no_comparator),
        cmocka_unit_test(other_stages_segments_and_truncated_stays_are_in_no_set),
        cmocka_unit_test(estimates_without_events_say_so),
        cmocka_unit_test(events_without_a_comparator_at_risk_are_not_used),
        cmocka_unit_test(a_single_exposed_account_has_a_bounded_share_and_no_wild_factor),
        cmocka_unit_test(the_largest_account_can_be_left_out),
        cmocka_unit_test(everybody_touched_leaves_nothing_to_compare_with),
        cmocka_unit_test(values_of_the_observed_actions_are_averaged),
        cmocka_unit_test(an_observed_action_of_unknown_worth_leaves_the_mean_unknown),
        cmocka_unit_test(the_randomised_example_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
