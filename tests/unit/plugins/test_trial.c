// SPDX-License-Identifier: MIT
//
// The touch trial against reference values: the worked example of METHODS 3.5 (sec03_hand.json), the planted simulation of
// METHODS 3.9 with every field of every cell (sec03_sim.json), and log-rank weights (sec03_case_study_mh.json).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/analysis/score/verdict.h"
#include "tests/lib/close.h"
#include "tests/lib/csv.h"
#include "tests/lib/json.h"
#include "tests/unit/plugins/world.h"

#define DAY INT64_C(86400)
#define TYPES 5
#define SIM_END (INT64_C(1704067200) + 365 * DAY)

static const char *const types[TYPES] = {"webinar", "follow_up_call", "promo_email", "terms_notice", "case_study"};
static const char *const stage_names[2] = {"investigating", "considering"};

// ---- names to ranks ------------------------------------------------------------------------------------------------------

struct names {
    const char **at;
    size_t n;
};

static int by_text(const void *l, const void *r)
{
    return strcmp(*(const char *const *)l, *(const char *const *)r);
}

static void names_of(struct names *out, const struct csv *c, const char *column)
{
    out->at = malloc((c->n_rows + 1) * sizeof *out->at);
    assert_non_null(out->at);
    for (size_t i = 0; i < c->n_rows; i++)
        out->at[i] = csv_get(c, i, column);
    qsort(out->at, c->n_rows, sizeof *out->at, by_text);
    out->n = 0;
    for (size_t i = 0; i < c->n_rows; i++)
        if (i == 0 || strcmp(out->at[i], out->at[out->n - 1]) != 0)
            out->at[out->n++] = out->at[i];
}

static uint32_t rank_of(const struct names *names, const char *text)
{
    const char **found = bsearch(&text, names->at, names->n, sizeof *names->at, by_text);
    assert_non_null(found);
    return (uint32_t)(found - names->at);
}

static uint32_t index_in(const char *const *list, size_t n, const char *text)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(list[i], text) == 0)
            return i;
    return TRIAL_NONE;
}

static void load_stays(struct world *w, const char *path)
{
    struct csv *c = csv_read_source(path);
    struct names units, accounts, segments, ids;
    assert_non_null(c);
    names_of(&units, c, "subject");
    names_of(&accounts, c, "account");
    names_of(&segments, c, "segment");
    names_of(&ids, c, "stay_id");
    for (size_t i = 0; i < c->n_rows; i++) {
        world_stay(w, rank_of(&units, csv_get(c, i, "subject")), rank_of(&accounts, csv_get(c, i, "account")),
                   index_in(stage_names, 2, csv_get(c, i, "stage")), rank_of(&segments, csv_get(c, i, "segment")),
                   csv_int(c, i, "t_in"), csv_int(c, i, "t_out"));
        w->stays[i].order = rank_of(&ids, csv_get(c, i, "stay_id"));
    }
    free(units.at);
    free(accounts.at);
    free(segments.at);
    free(ids.at);
    csv_free(c);
}

static void load_events(struct world *w, const char *stays_path, const char *path, const char *const *touch_types, size_t n_types)
{
    static const char *const aims[] = {"demo_request",     "download",       "evaluation_request",
                                       "proposal_request", "reference_call", "share_with_colleague"};
    struct csv *s = csv_read_source(stays_path), *c = csv_read_source(path);
    struct names units;
    assert_true(s && c);
    names_of(&units, s, "subject");
    for (size_t i = 0; i < c->n_rows; i++) {
        const char *type = csv_get(c, i, "type");
        bool company = strcmp(csv_get(c, i, "actor"), "company") == 0;
        enum world_kind kind = company                            ? WORLD_TOUCH
                               : strcmp(type, "unsubscribe") == 0 ? WORLD_HARM
                               : index_in(aims, 6, type) < 6      ? WORLD_AIM
                                                                  : WORLD_ACTION;
        world_event_at(w, csv_int(c, i, "time"), WORLD_EXACT, rank_of(&units, csv_get(c, i, "subject")), kind,
                       company ? index_in(touch_types, n_types, type) : 0, kind == WORLD_AIM ? 120.0 : NAN);
    }
    free(units.at);
    csv_free(s);
    csv_free(c);
}

static void load_sim(struct world *w)
{
    *w = (struct world){.data_start = INT64_MIN, .data_end = SIM_END};
    load_stays(w, "tests/truth/in/sim_stays.csv");
    load_events(w, "tests/truth/in/sim_stays.csv", "tests/truth/in/sim_events.csv", types, TYPES);
    assert_int_equal(w->n_stays, 784);
    assert_int_equal(w->n_events, 6084);
    assert_int_equal(w->n_accounts, 420);
    world_build(w);
}

// ---- the worked example ------------------------------------------------------------------------------------------------

struct hand {
    const struct json *sets;
    size_t n;
};

static int check_set(void *ctx, const struct trial_set *set)
{
    struct hand *h = ctx;
    const struct json *e = json_at(h->sets, h->n++);
    char name[8];
    snprintf(name, sizeof name, "S%u", set->stay + 1);
    assert_string_equal(name, json_str(e, "touch_of"));
    assert_close((double)set->in_stage / 86400.0, json_num(e, "u_days"), CLOSED_FORM);
    assert_int_equal(set->recency, json_number(json_at(json_get(e, "classes"), 0)));
    assert_int_equal(set->touches, json_number(json_at(json_get(e, "classes"), 1)));
    assert_int_equal(set->engagement, json_number(json_at(json_get(e, "classes"), 2)));
    assert_int_equal(set->follow[0].event, json_num(e, "exposed_event"));
    assert_close((double)set->follow[0].length / 86400.0, json_num(e, "exposed_followup_days"), CLOSED_FORM);
    const struct json *comparators = json_get(e, "comparators");
    assert_int_equal(set->n_members, json_length(comparators));
    for (size_t i = 0; i < set->n_members; i++) {
        snprintf(name, sizeof name, "S%u", set->members[i].stay + 1);
        assert_string_equal(name, json_string(json_at(json_at(comparators, i), 0)));
        assert_int_equal(set->members[i].follow[0].event, json_number(json_at(json_at(comparators, i), 1)));
        assert_close((double)set->members[i].follow[0].length / 86400.0, json_number(json_at(json_at(comparators, i), 2)),
                     CLOSED_FORM);
    }
    return 0;
}

static void check_interval(struct stats_interval actual, const struct json *expected)
{
    assert_close(actual.lo, json_number(json_at(expected, 0)), CLOSED_FORM);
    assert_close(actual.hi, json_number(json_at(expected, 1)), CLOSED_FORM);
}

static void check_estimate(const struct trial_estimate *r, const struct json *e)
{
    assert_non_null(e);
    assert_close(r->o, json_num(e, "O"), CLOSED_FORM);
    assert_close(r->e, json_num(e, "E"), CLOSED_FORM);
    assert_close(r->q, json_num(e, "Q"), CLOSED_FORM);
    assert_int_equal(r->clusters, json_num(e, "clusters"));
    assert_close(r->voo, json_num(e, "Voo"), CLOSED_FORM);
    assert_close(r->voe, json_num(e, "Voe"), CLOSED_FORM);
    assert_close(r->vee, json_num(e, "Vee"), CLOSED_FORM);
    assert_close(r->extra, json_num(e, "inc"), CLOSED_FORM);
    assert_close(r->lift, json_num(e, "lift"), CLOSED_FORM);
    assert_close(r->v, json_num(e, "V"), CLOSED_FORM);
    assert_close(r->z, json_num(e, "z"), CLOSED_FORM);
    assert_close(r->p, json_num(e, "p"), CLOSED_FORM);
    assert_close(r->extra_lo, json_num(e, "inc_lo"), CLOSED_FORM);
    assert_close(r->extra_hi, json_num(e, "inc_hi"), CLOSED_FORM);
    check_interval(r->sato, json_get(e, "sato"));
    check_interval(r->fieller, json_get(e, "fieller"));
    assert_close(r->lo, json_num(e, "lo"), CLOSED_FORM);
    assert_close(r->hi, json_num(e, "hi"), CLOSED_FORM);
}

static void the_worked_example_comes_out_set_by_set(void **state)
{
    static const char *const call[] = {"call"};
    (void)state;
    struct json *truth = json_read_source("tests/truth/expected/sec03_hand.json");
    struct world w = {.data_start = INT64_MIN, .data_end = 100 * DAY};
    struct hand h = {json_get(truth, "sets"), 0};
    struct trial_result r;
    struct trial_options o = trial_defaults(1);

    load_stays(&w, "tests/truth/in/sec03_hand_stays.csv");
    load_events(&w, "tests/truth/in/sec03_hand_stays.csv", "tests/truth/in/sec03_hand_events.csv", call, 1);
    world_build(&w);
    world_trial(&r, &w, 0, 10 * DAY, &o, TRIAL_SMR, check_set, &h);
    assert_int_equal(h.n, 3);
    const struct json *counts = json_get(truth, "counts");
    const struct trial_cell *c = &r.cells[0];
    assert_int_equal(c->touches, json_num(counts, "touches"));
    assert_int_equal(c->fresh, json_num(counts, "fresh"));
    assert_int_equal(c->matched, json_num(counts, "matched"));
    assert_int_equal(c->unmatched, json_num(counts, "unmatched"));
    assert_int_equal(c->nofollow, json_num(counts, "nofollow"));
    check_estimate(&c->estimate[0], json_get(truth, "result"));
    trial_result_done(&r);

    world_trial(&r, &w, 0, 10 * DAY, &o, TRIAL_MH, NULL, NULL);
    check_estimate(&r.cells[0].estimate[0], json_get(truth, "mh_weights"));
    trial_result_done(&r);
    world_done(&w);
    json_free(truth);
}

static void the_unit_of_time_does_not_matter(void **state)
{
    static const char *const call[] = {"call"};
    (void)state;
    struct json *truth = json_read_source("tests/truth/expected/sec03_hand.json");
    struct world w = {.data_start = INT64_MIN, .data_end = 100 * DAY * 1000000};
    struct trial_options o = trial_defaults(1000000);
    struct trial_result r;

    load_stays(&w, "tests/truth/in/sec03_hand_stays.csv");
    load_events(&w, "tests/truth/in/sec03_hand_stays.csv", "tests/truth/in/sec03_hand_events.csv", call, 1);
    for (size_t i = 0; i < w.n_stays; i++) {
        w.stays[i].in *= 1000000;
        w.stays[i].out *= 1000000;
    }
    for (size_t i = 0; i < w.n_events; i++)
        w.events[i].time *= 1000000;
    world_build(&w);
    world_trial(&r, &w, 0, 10 * DAY * 1000000, &o, TRIAL_SMR, NULL, NULL);
    check_estimate(&r.cells[0].estimate[0], json_get(truth, "result"));
    trial_result_done(&r);
    world_done(&w);
    json_free(truth);
}

// ---- the planted simulation --------------------------------------------------------------------------------------------

struct cell {
    const struct json *expected;
    struct trial_cell got;
    double p_adjusted, harm_p_adjusted, cost;
    enum verdict_code code;
};

static void adjust(struct cell *cells, size_t n, uint32_t k)
{
    double p[16];
    struct stats_ranked work[16];
    assert_true(n <= 16);
    for (size_t i = 0; i < n; i++) {
        const struct trial_cell *c = &cells[i].got;
        bool member = verdict_evidence((double)c->matched, (double)c->accounts, c->estimate[k].o, c->estimate[k].e);
        p[i] = member ? c->estimate[k].p : NAN;
    }
    stats_bh(p, p, n, work);
    for (size_t i = 0; i < n; i++)
        *(k ? &cells[i].harm_p_adjusted : &cells[i].p_adjusted) = p[i];
}

static void judge(struct cell *cell, double unit_cost, double value, bool incidental)
{
    const struct trial_cell *c = &cell->got;
    const struct trial_estimate *r = &c->estimate[0], *h = &c->estimate[1];
    cell->cost = c->fresh ? unit_cost * (double)c->touches * ((double)c->matched / (double)c->fresh) : 0.0;
    struct verdict_push push = {
        .matched = (double)c->matched, .accounts = (double)c->accounts, .fresh = (double)c->fresh,
        .unmatched = (double)c->unmatched, .any_response = (double)c->responded[0], .o = r->o, .e = r->e, .lift = r->lift,
        .lo = r->lo, .hi = r->hi, .p_adjusted = cell->p_adjusted, .extra_lo = r->extra_lo, .extra_hi = r->extra_hi,
        .harm_o = h->o, .harm_lift = h->lift, .harm_p_adjusted = cell->harm_p_adjusted, .placebo_lift = c->placebo.lift,
        .placebo_p = c->placebo.p, .trigger = c->trigger, .bundle = c->bundle, .covered = c->covered, .value = value,
        .cost = cell->cost, .unit_cost = unit_cost, .money_lo = c->money_lo, .money_hi = c->money_hi,
        .incidental = incidental,
    };
    cell->code = verdict_push(&push);
}

// Pooled cells first, then the stages: the order of the two families.
static size_t run_sim(struct cell *cells, struct world *w, int64_t window, const struct json *truth)
{
    struct csv *settings = csv_read_source("tests/truth/in/sim_touchtypes.csv");
    struct trial_options o = trial_defaults(1);
    size_t n = 0;
    assert_non_null(settings);
    for (uint32_t t = 0; t < TYPES; t++) {
        struct trial_result r;
        world_trial(&r, w, t, window, &o, TRIAL_SMR, NULL, NULL);
        for (size_t i = 0; i < r.n_cells; i++)
            if (r.cells[i].segment == TRIAL_ALL)
                cells[r.cells[i].stage == TRIAL_ALL ? t : TYPES + 2 * t + r.cells[i].stage].got = r.cells[i];
        trial_result_done(&r);
    }
    adjust(cells, TYPES, 0);
    adjust(cells, TYPES, 1);
    adjust(cells + TYPES, 2 * TYPES, 0);
    adjust(cells + TYPES, 2 * TYPES, 1);
    for (uint32_t t = 0; t < TYPES; t++)
        for (int s = -1; s < 2; s++) {
            struct cell *c = &cells[s < 0 ? t : TYPES + 2 * t + (uint32_t)s];
            judge(c, csv_number(settings, t, "unit_cost"), 120.0, csv_int(settings, t, "incidental") == 1);
            for (size_t i = 0; i < json_length(truth); i++) {
                const struct json *e = json_at(truth, i);
                if (strcmp(json_str(e, "type"), types[t]) == 0 &&
                    strcmp(json_str(e, "stage"), s < 0 ? "ALL" : stage_names[s]) == 0)
                    c->expected = e;
            }
            n++;
        }
    csv_free(settings);
    return n;
}

static void check_money(const struct cell *cell)
{
    const struct trial_cell *c = &cell->got;
    const struct trial_estimate *r = &c->estimate[0];
    const struct json *e = cell->expected;
    assert_close(c->value, 120.0, CLOSED_FORM);
    assert_close(c->money, 120.0 * r->extra, CLOSED_FORM);
    // With one value everywhere the pooled money is that value times the pooled extra actions.
    assert_close(c->money_lo, 120.0 * r->extra_lo, CLOSED_FORM);
    assert_close(c->money_hi, 120.0 * r->extra_hi, CLOSED_FORM);
    assert_close(cell->cost, json_num(e, "cost"), CLOSED_FORM);
    assert_close(c->money - cell->cost, json_num(e, "net"), CLOSED_FORM);
    assert_close(r->extra > 0 ? cell->cost / r->extra : NAN, json_num(e, "cost_per_extra_action"), CLOSED_FORM);
    assert_close(verdict_evalue(r->lo), json_num(e, "evalue_lo"), CLOSED_FORM);
    if (cell->code == VERDICT_U6) {
        assert_close(verdict_needed((double)c->matched, r->e, r->v, r->q, 1.5), json_num(e, "sets_needed_for_lift_1.5"), 0);
        assert_close(verdict_needed((double)c->matched, r->e, r->v, r->q, verdict_break_even(cell->cost, 120.0, r->e)),
                     json_num(e, "sets_needed"), 0);
    }
}

static void check_cell(const struct cell *cell)
{
    const struct trial_cell *c = &cell->got;
    const struct trial_estimate *r = &c->estimate[0], *h = &c->estimate[1];
    const struct json *e = cell->expected;
    assert_non_null(e);
    assert_int_equal(c->touches, json_num(e, "touches"));
    assert_int_equal(c->fresh, json_num(e, "fresh"));
    assert_int_equal(c->matched, json_num(e, "n"));
    assert_int_equal(c->accounts, json_num(e, "accounts"));
    assert_int_equal(c->unmatched, json_num(e, "unmatched"));
    assert_int_equal(c->responded[0], json_num(e, "any_response"));
    const struct {
        const char *name;
        double got;
    } fields[] = {
        {"O", r->o}, {"E", r->e}, {"Q", r->q}, {"V", r->v}, {"Voo", r->voo}, {"Voe", r->voe}, {"Vee", r->vee},
        {"lift", r->lift}, {"lo", r->lo}, {"hi", r->hi}, {"z", r->z}, {"p", r->p}, {"inc", r->extra},
        {"inc_lo", r->extra_lo}, {"inc_hi", r->extra_hi}, {"harm_O", h->o}, {"harm_E", h->e}, {"harm_lift", h->lift},
        {"harm_p", h->p}, {"placebo_O", c->placebo.o}, {"placebo_E", c->placebo.e}, {"placebo_lift", c->placebo.lift},
        {"placebo_p", c->placebo.p}, {"bundle", c->bundle}, {"trigger", c->trigger}, {"coverage", c->covered},
        {"padj", cell->p_adjusted}, {"harm_padj", cell->harm_p_adjusted},
        {"naive_response_rate", (double)c->responded[0] / (double)c->fresh},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char what[100];
        snprintf(what, sizeof what, "%s %s %s", json_str(e, "type"), json_str(e, "stage"), fields[i].name);
        assert_named_close(what, fields[i].got, json_num(e, fields[i].name), CLOSED_FORM);
    }
    assert_string_equal(verdict_name(cell->code)->code, json_str(e, "code"));
    assert_string_equal(verdict_name(cell->code)->word, json_str(e, "verdict"));
    check_money(cell);
}

static void every_field_of_the_planted_simulation_comes_out(void **state)
{
    (void)state;
    struct json *truth = json_read_source("tests/truth/expected/sec03_sim.json");
    struct cell cells[3 * TYPES] = {0};
    struct world w;
    load_sim(&w);
    assert_int_equal(json_length(json_get(truth, "cells")), 3 * TYPES);
    size_t n = run_sim(cells, &w, 14 * DAY, json_get(truth, "cells"));
    assert_int_equal(n, 3 * TYPES);
    for (size_t i = 0; i < n; i++)
        check_cell(&cells[i]);
    world_done(&w);
    json_free(truth);
}

static void half_and_double_the_window_come_out(void **state)
{
    (void)state;
    struct json *truth = json_read_source("tests/truth/expected/sec03_sim.json");
    struct world w;
    load_sim(&w);
    for (int days = 7; days <= 28; days += 21) {
        const struct json *by_type = json_get(json_get(truth, "window_sensitivity"), days == 7 ? "7d" : "28d");
        struct cell cells[3 * TYPES] = {0};
        run_sim(cells, &w, days * DAY, json_get(truth, "cells"));
        for (size_t t = 0; t < TYPES; t++) {
            const struct json *e = json_get(by_type, types[t]);
            const struct trial_estimate *r = &cells[t].got.estimate[0];
            assert_close(r->lift, json_num(e, "lift"), CLOSED_FORM);
            assert_close(r->lo, json_num(e, "lo"), CLOSED_FORM);
            assert_close(r->hi, json_num(e, "hi"), CLOSED_FORM);
            assert_string_equal(verdict_name(cells[t].code)->code, json_str(e, "code"));
        }
    }
    world_done(&w);
    json_free(truth);
}

static void log_rank_weights_give_the_stratified_log_rank_test(void **state)
{
    (void)state;
    struct json *truth = json_read_source("tests/truth/expected/sec03_case_study_mh.json");
    struct trial_options o = trial_defaults(1);
    struct trial_result r;
    struct world w;
    load_sim(&w);
    world_trial(&r, &w, 4, 14 * DAY, &o, TRIAL_MH, NULL, NULL);
    check_estimate(&r.cells[0].estimate[0], truth);
    trial_result_done(&r);
    world_done(&w);
    json_free(truth);
}

static void segments_and_stages_add_up_to_the_whole(void **state)
{
    (void)state;
    struct trial_options o = trial_defaults(1);
    struct trial_result r;
    struct world w;
    load_sim(&w);
    world_trial(&r, &w, 0, 14 * DAY, &o, TRIAL_SMR, NULL, NULL);
    struct trial_cell stages = {0}, segments = {0};
    for (size_t i = 1; i < r.n_cells; i++) {
        struct trial_cell *sum = r.cells[i].segment == TRIAL_ALL ? &stages : &segments;
        sum->touches += r.cells[i].touches;
        sum->matched += r.cells[i].matched;
        sum->estimate[0].o += r.cells[i].estimate[0].o;
        sum->estimate[0].e += r.cells[i].estimate[0].e;
        sum->placebo.o += r.cells[i].placebo.o;
    }
    assert_int_equal(r.n_cells, 7);
    assert_int_equal(segments.matched, r.cells[0].matched);
    assert_int_equal(stages.touches, r.cells[0].touches);
    assert_close(stages.estimate[0].e, r.cells[0].estimate[0].e, CLOSED_FORM);
    assert_close(segments.estimate[0].e, r.cells[0].estimate[0].e, CLOSED_FORM);
    assert_close(segments.estimate[0].o, r.cells[0].estimate[0].o, CLOSED_FORM);
    assert_close(segments.placebo.o, r.cells[0].placebo.o, CLOSED_FORM);
    trial_result_done(&r);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_comes_out_set_by_set),
        cmocka_unit_test(the_unit_of_time_does_not_matter),
        cmocka_unit_test(every_field_of_the_planted_simulation_comes_out),
        cmocka_unit_test(half_and_double_the_window_come_out),
        cmocka_unit_test(log_rank_weights_give_the_stratified_log_rank_test),
        cmocka_unit_test(segments_and_stages_add_up_to_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
