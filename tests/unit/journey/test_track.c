// SPDX-License-Identifier: MIT
// The stage tracker against the reference of METHODS 2 (truth/sec02) and, trap by trap, against METHODS 14.
#include "tests/unit/journey/world.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/csv.h"
#include "tests/lib/json.h"

static const char sec02[] =
    "<stages>"
    "<stage id='aware' title='aware' skippable='yes'><definition><event action='page_view'/></definition></stage>"
    "<stage id='investigating' title='investigating' skippable='yes'><definition><event action='download'/></definition>"
    "<definition><count at-least='3' within='7d'><event action='page_view'/></count></definition></stage>"
    "<stage id='seeking-vendor' title='seeking vendor' skippable='yes'>"
    "<definition><event text-like='\\b(vendor|shortlist|rfp|quote)\\b'/></definition></stage>"
    "<stage id='considering' title='considering'><definition><count at-least='2' within='30d' distinct='individual'><event action='meeting'/></count></definition>"
    "<definition><event action='proposal_request' role='decision maker'/></definition></stage>"
    "<stage id='purchasing' title='purchasing' skippable='yes'><definition><event action='order'/></definition></stage>"
    "<exit id='gone'><any><event action='unsubscribe'/><event action='lost'/></any></exit>"
    "<regress to='aware'><event action='project_paused'/></regress>"
    "</stages>";

static void sec02_run(struct world *w, uint32_t unit)
{
    world_new(w, "lapse='60d'", sec02);
    struct csv *c = csv_read_source("tests/truth/in/sec02_events.csv");
    assert_non_null(c);
    for (size_t i = c->n_rows; i-- > 0;) // backwards: the order of reading must not matter
        EVENT_OF(w, .id = csv_get(c, i, "event_id"), .at = csv_int(c, i, "time") * US_PER_SECOND - T0, .account = csv_get(c, i, "account"),
                 .person = csv_get(c, i, "person"), .role = csv_get(c, i, "role"), .action = csv_get(c, i, "type"), .text = csv_get(c, i, "text"),
                 .actor = strcmp(csv_get(c, i, "actor"), "company") == 0 ? VOC_ACTOR_COMPANY : VOC_ACTOR_CUSTOMER);
    csv_free(c);
    world_run(w, &(struct timeline_options){.unit = unit, .moves = 1, .end_us = T0 + 120 * DAY, .person_stays = 1});
}

static const char *title_of(const struct world *w, uint32_t stage) { return w->j->stages[stage].title.ptr; }

static voc_str id_of(const struct world *w, const voc_unit *u, uint32_t event)
{
    return w->s->id[batch_source_event(w->b, u->first_event + event)];
}

static void same_stays(const struct world *w, const struct json *wanted, const voc_unit *u, const voc_stay *stays, size_t n,
                       const struct move *moves, size_t n_moves)
{
    static const char *const ends[] = {"", "forward", "backward", "exit", "lapsed", "censored"};
    assert_int_equal(n, json_length(wanted));
    for (size_t i = 0; i < n; i++) {
        const struct json *x = json_at(wanted, i);
        assert_int_equal(stays[i].episode, (int)json_number(json_at(x, 0)));
        assert_string_equal(title_of(w, stays[i].stage), json_string(json_at(x, 1)));
        assert_int_equal(stays[i].in_us, T0 + (int64_t)(json_number(json_at(x, 2)) * (double)DAY));
        assert_int_equal(stays[i].out_us, T0 + (int64_t)(json_number(json_at(x, 3)) * (double)DAY));
        assert_string_equal(ends[stays[i].end], json_string(json_at(x, 4)));
        bool evidence = false; // the move that opened it names the event
        for (size_t m = 0; m < n_moves; m++)
            if (moves[m].kind <= MOVE_BACKWARD && moves[m].to == stays[i].stage && moves[m].time_us == stays[i].in_us &&
                moves[m].individual == stays[i].individual)
                evidence = evidence || str_is(id_of(w, u, moves[m].event), json_string(json_at(x, 5)));
        assert_true(evidence);
    }
}

// Exits and lapses are not among the moves of the reference.
static void same_moves(const struct world *w, const struct json *wanted, const voc_unit *u, const struct move *moves, size_t n, uint32_t individual)
{
    static const char *const kinds[] = {"", "start", "forward", "backward", "blocked"};
    size_t k = 0;
    for (size_t m = 0; m < n; m++) {
        const struct move *x = &moves[m];
        if (x->kind > MOVE_BLOCKED || x->individual != individual) continue;
        const struct json *y = json_at(wanted, k++);
        assert_non_null(y);
        assert_true(str_is(id_of(w, u, x->event), json_string(json_at(y, 0))));
        assert_string_equal(kinds[x->kind], json_string(json_at(y, 1)));
        if (x->from == VOC_NONE) assert_null(json_string(json_at(y, 2)));
        else assert_string_equal(title_of(w, x->from), json_string(json_at(y, 2)));
        assert_string_equal(title_of(w, x->to), json_string(json_at(y, 3)));
        const struct json *skipped = json_at(y, 4);
        size_t bits = 0;
        for (uint32_t s = 0; s < 64; s++)
            if (x->skipped >> s & 1u) assert_string_equal(title_of(w, s), json_string(json_at(skipped, bits++)));
        assert_int_equal(bits, json_length(skipped));
    }
    assert_int_equal(k, json_length(wanted));
}

static void accounts_and_their_people_are_those_of_the_reference(void **state)
{
    (void)state;
    struct world w;
    sec02_run(&w, 0);
    struct json *truth = json_read_source("tests/truth/expected/sec02_stages.json");
    const struct json *accounts = json_get(truth, "accounts"), *people = json_get(truth, "people");
    assert_int_equal(w.v->n_units, json_length(accounts));
    size_t n_people = 0;
    for (size_t i = 0; i < w.v->n_units; i++) {
        const voc_unit *u = &w.v->units[i];
        const struct json *wanted = accounts->items[i];
        assert_true(str_is(u->name, accounts->keys[i]));
        size_t n;
        const struct move *moves = batch_moves(w.b, i, &n);
        same_stays(&w, json_get(wanted, "stays"), u, w.v->stays + u->first_stay, u->n_stays, moves, n);
        same_moves(&w, json_get(wanted, "moves"), u, moves, n, 0);
        const voc_stay *own = w.v->person_stays + u->first_person_stay;
        for (size_t first = 0, end; first < u->n_person_stays; first = end) { // the stays of one person lie together
            for (end = first; end < u->n_person_stays && own[end].individual == own[first].individual;) end++;
            char name[32];
            world_name(&w, VOC_COL_INDIVIDUAL, own[first].individual, name, sizeof name);
            const struct json *person = json_get(people, name);
            assert_non_null(person);
            same_stays(&w, json_get(person, "stays"), u, own + first, end - first, moves, n);
            same_moves(&w, json_get(person, "moves"), u, moves, n, own[first].individual);
            n_people++;
        }
    }
    assert_int_equal(n_people, json_length(people));
    json_free(truth);
    world_free(&w);
}

static void individuals_as_units_are_the_people_of_the_reference(void **state)
{
    (void)state;
    struct world w;
    sec02_run(&w, VOC_UNIT_INDIVIDUAL);
    struct json *truth = json_read_source("tests/truth/expected/sec02_stages.json");
    const struct json *people = json_get(truth, "people");
    assert_int_equal(w.v->n_units, json_length(people));
    for (size_t i = 0; i < w.v->n_units; i++) {
        const voc_unit *u = &w.v->units[i];
        size_t n;
        const struct move *moves = batch_moves(w.b, i, &n);
        assert_true(str_is(u->name, people->keys[i]));
        same_stays(&w, json_get(people->items[i], "stays"), u, w.v->stays + u->first_stay, u->n_stays, moves, n);
        same_moves(&w, json_get(people->items[i], "moves"), u, moves, n, 0);
        char account[32];
        world_name(&w, VOC_COL_ACCOUNT, u->account, account, sizeof account);
        assert_string_equal(account, i < 2 ? "A" : i < 4 ? "B" : i == 4 ? "C" : i == 5 ? "D" : "E");
    }
    json_free(truth);
    world_free(&w);
}

// ---- traps --------------------------------------------------------------------------------------------------------------------------

#define THREE                                                                                    \
    "<stages><stage id='a' skippable='yes'><definition><event action='a'/></definition></stage>" \
    "<stage id='b' skippable='yes'><definition><event action='b'/></definition></stage>"         \
    "<stage id='c' skippable='yes'><definition><count at-least='2'><event action='c'/></count></definition></stage>"

static void end_at(struct world *w, int64_t day) { world_run(w, &(struct timeline_options){.moves = 1, .end_us = T0 + day * DAY}); }

static void evidence_of_a_lower_stage_is_not_backward(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "b", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "a", .at = DAY, .id = "low");
    end_at(&w, 10);
    assert_stays(&w, "A", "b 0-10 censored");
    assert_string_equal(world_stage(&w, "low"), "b");
    world_free(&w);
}

static void exit_regress_and_lapse_each_forget_the_evidence(void **state)
{
    (void)state;
    static const struct { const char *first, *between; int64_t second, end; const char *wanted; } cases[] = {
        {"a", "nothing", 2, 20, "a 0-2 forward; c 2-20 censored"},
        {"a", "bye", 2, 20, "a 0-1.5 exit:out"},
        {"b", "back", 2, 20, "b 0-1.5 backward; a 1.5-20 censored"},
        {"a", "nothing", 32, 40, "a 0-31.5 lapsed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_new(&w, "lapse='30d'", THREE "<exit id='out'><event action='bye'/></exit><regress to='a'><event action='back'/></regress></stages>");
        EVENT_OF(&w, .account = "A", .action = cases[i].first, .at = 0);
        EVENT_OF(&w, .account = "A", .action = "c", .at = DAY);
        EVENT_OF(&w, .account = "A", .action = cases[i].between, .at = DAY * 3 / 2);
        EVENT_OF(&w, .account = "A", .action = "c", .at = cases[i].second * DAY); // two are asked for; the first is forgotten
        end_at(&w, cases[i].end);
        assert_stays(&w, "A", cases[i].wanted);
        world_free(&w);
    }
}

static void exit_and_lapse_forget_the_evidence_even_where_no_stay_is_open(void **state)
{
    (void)state;
    for (int lapses = 0; lapses < 2; lapses++) {
        struct world w;
        world_new(&w, "lapse='30d'", THREE "<exit id='out'><event action='bye'/></exit></stages>");
        EVENT_OF(&w, .account = "A", .action = "c", .at = 0);
        if (!lapses) EVENT_OF(&w, .account = "A", .action = "bye", .at = DAY);
        EVENT_OF(&w, .account = "A", .action = "c", .at = lapses ? 31 * DAY : 2 * DAY);
        end_at(&w, 40);
        assert_stays(&w, "A", "");
        world_free(&w);
    }
}

static void a_silence_of_exactly_lapse_is_not_one(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "x", .at = 30 * DAY);
    EVENT_OF(&w, .account = "B", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "B", .action = "x", .at = 30 * DAY + 1);
    end_at(&w, 60);
    assert_stays(&w, "A", "a 0-60 censored"); // 30 + 30 is not before the end of the data
    assert_stays(&w, "B", "a 0-30 lapsed");
    world_free(&w);
}

static void company_touches_and_mechanical_events_do_not_prevent_a_lapse(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", "<actions><action name='open' class='mechanical'/><action name='bounce' class='undelivered'/></actions>" THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "mail", .at = 20 * DAY, .actor = VOC_ACTOR_COMPANY, .id = "m1");
    EVENT_OF(&w, .account = "A", .action = "open", .at = 21 * DAY);
    EVENT_OF(&w, .account = "A", .action = "bounce", .at = 22 * DAY);
    EVENT_OF(&w, .account = "A", .action = "mail", .at = 35 * DAY, .actor = VOC_ACTOR_COMPANY, .id = "m2");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 40 * DAY);
    end_at(&w, 50);
    assert_stays(&w, "A", "a 0-30 lapsed; a#2 40-50 censored");
    assert_string_equal(world_stage(&w, "m1"), "a");
    assert_string_equal(world_stage(&w, "m2"), "");
    world_free(&w);
}

static void a_mechanical_event_moves_only_where_a_definition_names_it(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'",
              "<actions><action name='open' class='mechanical'/></actions><stages>"
              "<stage id='any' skippable='yes'><definition><event channel='mail'/></definition></stage>"
              "<stage id='named' skippable='yes'><definition><all><event action='open'/><event action='a'/></all></definition></stage></stages>");
    EVENT_OF(&w, .account = "A", .action = "open", .channel = "mail", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "a", .channel = "web", .at = DAY);
    EVENT_OF(&w, .account = "B", .action = "open", .channel = "mail", .at = 0);
    EVENT_OF(&w, .account = "B", .action = "other", .channel = "mail", .at = DAY);
    EVENT_OF(&w, .account = "C", .action = "a", .channel = "web", .at = 0);
    EVENT_OF(&w, .account = "C", .action = "open", .channel = "mail", .at = 5 * DAY); // enters, but is no action: silent since 0
    EVENT_OF(&w, .account = "D", .action = "open", .channel = "mail", .at = 0);
    end_at(&w, 50);
    assert_stays(&w, "C", "named 5-30 lapsed");
    assert_stays(&w, "D", "");
    assert_stays(&w, "A", "named 1-31 lapsed");
    assert_stays(&w, "B", "any 1-31 lapsed");
    world_free(&w);
}

static void where_only_mechanical_events_are_seen_silence_counts_from_the_entry(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", "<actions><action name='open' class='mechanical'/></actions>"
                                 "<stages><stage id='s'><definition><event action='open'/></definition></stage></stages>");
    EVENT_OF(&w, .account = "A", .action = "open", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "open", .at = 20 * DAY);
    EVENT_OF(&w, .account = "B", .action = "x", .at = 0);
    EVENT_OF(&w, .account = "B", .action = "open", .at = 40 * DAY); // after the silence of a journey that never began
    end_at(&w, 90);
    assert_stays(&w, "A", "s 0-30 lapsed");
    assert_stays(&w, "B", "s 40-70 lapsed");
    world_free(&w);
}

static void a_company_event_ends_a_journey_where_the_exit_names_it_and_is_no_action(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", THREE "<exit id='won'><event action='paid'/></exit><exit id='lost'><event actor='any' action='closed-lost'/></exit></stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "closed-lost", .at = 5 * DAY, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(&w, .account = "A", .action = "b", .at = 6 * DAY);
    EVENT_OF(&w, .account = "B", .action = "a", .at = 0); // silent before the rep closes it
    EVENT_OF(&w, .account = "B", .action = "closed-lost", .at = 31 * DAY, .actor = VOC_ACTOR_COMPANY);
    end_at(&w, 10);
    assert_stays(&w, "A", "a 0-5 exit:lost; b#2 6-10 censored");
    assert_stays(&w, "B", "a 0-10 censored");
    world_free(&w);
    world_new(&w, "lapse='30d'", THREE "<exit id='lost'><event actor='any' action='closed-lost'/></exit></stages>");
    EVENT_OF(&w, .account = "B", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "B", .action = "closed-lost", .at = 31 * DAY, .actor = VOC_ACTOR_COMPANY);
    end_at(&w, 40);
    assert_stays(&w, "B", "a 0-30 lapsed");
    world_free(&w);
}

static void a_company_event_enters_no_stage(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<stages><stage id='a'><definition><event action='a'/></definition></stage></stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0, .actor = VOC_ACTOR_OTHER);
    EVENT_OF(&w, .account = "A", .action = "x", .at = DAY);
    end_at(&w, 10);
    assert_stays(&w, "A", "");
    world_free(&w);
}

static void a_stage_behind_one_that_may_not_be_skipped_is_blocked_and_noted(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<stages><stage id='a' skippable='yes'><definition><event action='a'/></definition></stage>"
                      "<stage id='b'><definition><event action='b'/></definition></stage>"
                      "<stage id='c' skippable='yes'><definition><event action='c'/></definition></stage></stages>");
    EVENT_OF(&w, .account = "A", .action = "c", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "a", .at = DAY);
    EVENT_OF(&w, .account = "A", .action = "c", .at = 2 * DAY);
    EVENT_OF(&w, .account = "A", .action = "b", .at = 3 * DAY);
    EVENT_OF(&w, .account = "A", .action = "c", .at = 4 * DAY);
    end_at(&w, 10);
    assert_stays(&w, "A", "a 1-3 forward; b 3-4 forward; c 4-10 censored");
    size_t n;
    const struct move *m = batch_moves(w.b, 0, &n);
    assert_int_equal(n, 5);
    assert_int_equal(m[0].kind, MOVE_BLOCKED);
    assert_int_equal(m[0].from, VOC_NONE);
    assert_int_equal(m[0].to, 2);
    assert_int_equal(m[2].kind, MOVE_BLOCKED);
    assert_int_equal(m[2].from, 0);
    world_free(&w);
}

static void two_moves_in_one_second_make_a_stay_of_length_zero_in_order_of_id(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "b", .at = DAY, .id = "2");
    EVENT_OF(&w, .account = "A", .action = "a", .at = DAY, .id = "1");
    EVENT_OF(&w, .account = "A", .action = "mail", .at = DAY, .id = "0", .actor = VOC_ACTOR_COMPANY); // behind the customer's
    EVENT_OF(&w, .account = "B", .action = "b", .at = DAY, .id = "1b");
    EVENT_OF(&w, .account = "B", .action = "a", .at = DAY, .id = "2b");
    end_at(&w, 10);
    assert_stays(&w, "A", "a 1-1 forward; b 1-10 censored");
    assert_stays(&w, "B", "b 1-10 censored");
    assert_string_equal(world_stage(&w, "0"), "b");
    const voc_stay *s = w.v->stays;
    assert_int_equal(s[0].n_events, 0); // what happened in that second belongs to the stay that stayed
    assert_int_equal(s[1].first_event, 0);
    assert_int_equal(s[1].n_events, 3);
    assert_int_equal(s[1].number, 1);
    world_free(&w);
}

static void declared_stages_go_back_and_skip_nothing_and_company_events_keep_them_alive(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'",
              "<stages evidence='declared'><stage id='a'><definition><event actor='any' action='stage-a'/></definition></stage>"
              "<stage id='b'><definition><event actor='any' action='stage-b'/></definition></stage>"
              "<stage id='c'><definition><event actor='any' action='stage-c'/></definition></stage></stages>");
    EVENT_OF(&w, .account = "A", .action = "stage-c", .at = 0, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(&w, .account = "A", .action = "stage-a", .at = 20 * DAY, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(&w, .account = "A", .action = "stage-a", .at = 40 * DAY, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(&w, .account = "A", .action = "stage-b", .at = 45 * DAY, .actor = VOC_ACTOR_COMPANY);
    end_at(&w, 80);
    assert_stays(&w, "A", "c 0-20 backward; a 20-45 forward; b 45-75 lapsed");
    assert_int_equal(timeline_definition(w.t)->evidence_declared, 1);
    world_free(&w);
}

static void a_stage_that_is_not_repeatable_is_entered_once_an_episode(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='none'",
              "<stages><stage id='a' skippable='yes'><definition><event action='a'/></definition></stage>"
              "<stage id='b' repeatable='no' skippable='yes'><definition><event action='b'/></definition></stage>"
              "<exit id='out'><event action='bye'/></exit><regress to='a'><event action='back'/></regress></stages>");
    const char *const actions[] = {"a", "b", "back", "b", "bye", "b"};
    for (int i = 0; i < 6; i++) EVENT_OF(&w, .account = "A", .action = actions[i], .at = i * DAY);
    end_at(&w, 10);
    assert_stays(&w, "A", "a 0-1 forward; b 1-2 backward; a 2-4 exit:out; b#2 5-10 censored");
    world_free(&w);
}

static void regress_only_goes_lower_and_only_from_where_it_says(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='none'", THREE "<regress to='b'><event action='to-b'/></regress><regress to='a' from='c'><event action='c-to-a'/></regress></stages>");
    const char *const actions[] = {"a", "to-b", "b", "c-to-a", "c", "c", "c-to-a"};
    for (int i = 0; i < 7; i++) EVENT_OF(&w, .account = "A", .action = actions[i], .at = i * DAY);
    end_at(&w, 10);
    assert_stays(&w, "A", "a 0-2 forward; b 2-5 forward; c 5-6 backward; a 6-10 censored");
    world_free(&w);
}

static void what_began_before_the_window_or_before_the_unit_was_known_is_truncated(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", "<observe start='2024-01-05' end='2024-03-01'/>" THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "b", .at = 6 * DAY); // the same episode: time in stage is known, the episode's start is not
    EVENT_OF(&w, .account = "A", .action = "a", .at = 40 * DAY);
    EVENT_OF(&w, .account = "B", .action = "a", .at = 6 * DAY);
    EVENT_OF(&w, .account = "C", .action = "a", .at = 6 * DAY);
    world_fact(&w, VOC_ENTITY_ACCOUNT, "C", "known_from", "2024-01-08", VOC_NA);
    EVENT_OF(&w, .account = "Z", .action = "x", .at = 50 * DAY);
    world_run(&w, NULL);
    assert_stays(&w, "A", "a 0-6 forward truncated; b 6-36 lapsed truncated; a#2 40-50 censored");
    assert_stays(&w, "B", "a 6-36 lapsed");
    assert_stays(&w, "C", "a 6-36 lapsed truncated");
    assert_int_equal(timeline_info(w.t)->start_declared, 1);
    world_free(&w);
}

#define KNOWN                                                                  \
    "<stages><stage id='unaware' skippable='yes' opens='known-from'/>"         \
    "<stage id='a' skippable='yes'><definition><event action='a'/></definition></stage></stages>"

static void a_stage_opens_at_known_from_and_waits_for_the_first_action(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='30d'", KNOWN);
    for (const char *const *who = (const char *const[]){"A", "B", "C", "D", "E", NULL}; *who; who++)
        world_fact(&w, VOC_ENTITY_ACCOUNT, *who, "known_from", "2024-01-03", VOC_NA);
    EVENT_OF(&w, .account = "A", .action = "mail", .at = 20 * DAY, .actor = VOC_ACTOR_COMPANY, .id = "m");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 60 * DAY); // no lapse before the first action
    EVENT_OF(&w, .account = "B", .action = "a", .at = 1 * DAY);  // acted before it was known
    EVENT_OF(&w, .account = "E", .action = "x", .at = 1 * DAY);  // the same, though it entered no stage
    EVENT_OF(&w, .account = "C", .action = "a", .at = 2 * DAY);  // in that very moment: both, the first of length zero
    end_at(&w, 80);
    assert_stays(&w, "A", "unaware 2-60 forward known; a 60-80 censored");
    assert_stays(&w, "B", "a 1-31 lapsed truncated");
    assert_stays(&w, "C", "unaware 2-2 forward known; a 2-32 lapsed");
    assert_stays(&w, "D", "unaware 2-80 censored known"); // never touched, never acted: a unit all the same
    assert_stays(&w, "E", "");
    assert_string_equal(world_stage(&w, "m"), "unaware");
    assert_int_equal(world_unit(&w, "A")->known_from_us, T0 + 2 * DAY);
    world_free(&w);
}

static void with_cases_there_is_one_episode_and_no_lapse_unless_declared(void **state)
{
    (void)state;
    for (int declared = 0; declared < 2; declared++) {
        struct world w;
        world_new(&w, declared ? "unit='case' lapse='30d'" : "unit='case'", THREE "<exit id='out'><event action='bye'/></exit></stages>");
        EVENT_OF(&w, .case_id = "1", .action = "a", .at = 0);
        EVENT_OF(&w, .case_id = "1", .action = "b", .at = 400 * DAY);
        EVENT_OF(&w, .case_id = "1", .action = "bye", .at = 401 * DAY);
        EVENT_OF(&w, .case_id = "1", .action = "a", .at = 402 * DAY);
        end_at(&w, 410);
        assert_stays(&w, "1", declared ? "a 0-30 lapsed; b 400-401 exit:out; a 402-410 censored" : "a 0-400 forward; b 400-401 exit:out; a 402-410 censored");
        world_free(&w);
    }
}

static void a_definition_for_cases_read_by_account_lapses_after_the_default(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "unit='case'", THREE "</stages>");
    EVENT_OF(&w, .case_id = "1", .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .case_id = "2", .account = "A", .action = "b", .at = 200 * DAY);
    world_run(&w, &(struct timeline_options){.unit = VOC_UNIT_ACCOUNT, .end_us = T0 + 210 * DAY});
    assert_stays(&w, "A", "a 0-180 lapsed; b#2 200-210 censored");
    assert_int_equal(timeline_definition(w.t)->lapse_us, 180 * DAY);
    world_free(&w);
}

static void the_stay_keeps_the_segment_of_its_entry(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<segments><segment id='big'><fact of='account' name='size' at-least='100'/></segment></segments>" THREE "</stages>");
    EVENT_OF(&w, .account = "A", .action = "a", .at = 0);
    EVENT_OF(&w, .account = "A", .action = "x", .at = 3 * DAY, .id = "x");
    EVENT_OF(&w, .account = "A", .action = "b", .at = 4 * DAY, .id = "b");
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "size", "20", 0);
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "size", "120", 2 * DAY);
    end_at(&w, 10);
    assert_int_equal(w.v->stays[0].segment, 1); // other
    assert_int_equal(w.v->stays[1].segment, 0);
    assert_int_equal(world_u32(&w, VOC_COL_SEGMENT, "x"), 0);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_and_their_people_are_those_of_the_reference),
        cmocka_unit_test(individuals_as_units_are_the_people_of_the_reference),
        cmocka_unit_test(evidence_of_a_lower_stage_is_not_backward),
        cmocka_unit_test(exit_regress_and_lapse_each_forget_the_evidence),
        cmocka_unit_test(exit_and_lapse_forget_the_evidence_even_where_no_stay_is_open),
        cmocka_unit_test(a_silence_of_exactly_lapse_is_not_one),
        cmocka_unit_test(company_touches_and_mechanical_events_do_not_prevent_a_lapse),
        cmocka_unit_test(a_mechanical_event_moves_only_where_a_definition_names_it),
        cmocka_unit_test(where_only_mechanical_events_are_seen_silence_counts_from_the_entry),
        cmocka_unit_test(a_company_event_ends_a_journey_where_the_exit_names_it_and_is_no_action),
        cmocka_unit_test(a_company_event_enters_no_stage),
        cmocka_unit_test(a_stage_behind_one_that_may_not_be_skipped_is_blocked_and_noted),
        cmocka_unit_test(two_moves_in_one_second_make_a_stay_of_length_zero_in_order_of_id),
        cmocka_unit_test(declared_stages_go_back_and_skip_nothing_and_company_events_keep_them_alive),
        cmocka_unit_test(a_stage_that_is_not_repeatable_is_entered_once_an_episode),
        cmocka_unit_test(regress_only_goes_lower_and_only_from_where_it_says),
        cmocka_unit_test(what_began_before_the_window_or_before_the_unit_was_known_is_truncated),
        cmocka_unit_test(a_stage_opens_at_known_from_and_waits_for_the_first_action),
        cmocka_unit_test(with_cases_there_is_one_episode_and_no_lapse_unless_declared),
        cmocka_unit_test(a_definition_for_cases_read_by_account_lapses_after_the_default),
        cmocka_unit_test(the_stay_keeps_the_segment_of_its_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
