// SPDX-License-Identifier: MIT
// Journeys as they are read: who acted, whose journey, which touchpoint, in which order, until when; METHODS 0.2 and 1.
// The last tests are of memory and of order: nothing may depend on how the events came in.
#include "tests/unit/journey/world.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "<stages><stage id='a'><definition><event action='a'/></definition></stage></stages>"
#define COMPANY VOC_ACTOR_COMPANY

static void end_at(struct world *w, int64_t day) { world_run(w, &(struct timeline_options){.end_us = T0 + day * DAY}); }

static uint8_t u8(const struct world *w, uint32_t column, const char *id) { return ((const uint8_t *)w->v->columns[column])[world_row(w, id)]; }

static const voc_def_touchpoint *touchpoint(const struct world *w, const char *id)
{
    const voc_definition *d = timeline_definition(w->t);
    for (size_t i = 0; i < d->n_touchpoints; i++)
        if (str_is(d->touchpoints[i].id, id)) return &d->touchpoints[i];
    fail_msg("no touchpoint %s", id);
    return NULL;
}

// ---- actor and class ------------------------------------------------------------------------------------------------------------------

static void the_action_rule_says_who_acted_then_the_row_then_the_customer_is_assumed(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<actions><action name='bounce' actor='customer' class='undelivered'/><action name-like='^mail' actor='company'/>"
                      "<action name='mail-answer' actor='customer' class='value'/><action name='read' class='value'/></actions>" PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .action = "bounce", .actor = COMPANY);
    EVENT_OF(&w, .id = "2", .account = "A", .action = "mail-answer"); // the first rule that matches
    EVENT_OF(&w, .id = "3", .account = "A", .action = "read", .actor = COMPANY);
    EVENT_OF(&w, .id = "4", .account = "A", .action = "read");
    EVENT_OF(&w, .id = "5", .account = "A", .action = "read", .actor = VOC_ACTOR_OTHER);
    end_at(&w, 1);
    assert_int_equal(u8(&w, VOC_COL_ACTOR, "1"), VOC_ACTOR_CUSTOMER);
    assert_int_equal(u8(&w, VOC_COL_CLASS, "1"), VOC_CLASS_UNDELIVERED);
    assert_int_equal(u8(&w, VOC_COL_ACTOR, "2"), COMPANY);
    assert_int_equal(u8(&w, VOC_COL_CLASS, "2"), VOC_CLASS_NEUTRAL);
    assert_int_equal(u8(&w, VOC_COL_ACTOR, "3"), COMPANY);
    assert_int_equal(u8(&w, VOC_COL_CLASS, "3"), VOC_CLASS_NEUTRAL); // only what customers do has a class
    assert_int_equal(u8(&w, VOC_COL_CLASS, "4"), VOC_CLASS_VALUE);
    assert_int_equal(u8(&w, VOC_COL_ACTOR, "5"), VOC_ACTOR_OTHER);
    assert_int_equal(timeline_info(w.t)->actor_assumed, 0);
    world_free(&w);

    world_new(&w, "", "<actions><action name='mail' actor='company'/></actions>" PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .action = "mail", .actor = NOBODY);
    end_at(&w, 1);
    assert_int_equal(timeline_info(w.t)->actor_assumed, 0); // declared, not assumed
    world_free(&w);

    world_new(&w, "", PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .action = "a", .actor = NOBODY);
    end_at(&w, 1);
    assert_int_equal(u8(&w, VOC_COL_ACTOR, "1"), VOC_ACTOR_CUSTOMER);
    assert_int_equal(timeline_info(w.t)->actor_assumed, 1);
    world_free(&w);
}

static void the_action_table_has_a_row_for_each_code_and_for_what_was_declared_and_never_seen(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<actions><action name='read' class='value' value='12.5'/><action name='never' class='harm'/><action name-like='x' class='harm'/></actions>" PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .action = "read");
    EVENT_OF(&w, .id = "2", .account = "A", .action = "a");
    end_at(&w, 1);
    const voc_definition *d = timeline_definition(w.t);
    assert_int_equal(d->n_actions, 4);
    assert_int_equal(d->actions[0].name.len, 0);
    assert_int_equal(timeline_n_codes(w.t, VOC_COL_ACTION), 4);
    const voc_def_action *read = &d->actions[world_u32(&w, VOC_COL_ACTION, "1")], *a = &d->actions[world_u32(&w, VOC_COL_ACTION, "2")];
    assert_true(str_is(read->name, "read") && read->class_ == VOC_CLASS_VALUE && read->declared && read->value == 12500000);
    assert_true(str_is(a->name, "a") && a->class_ == VOC_CLASS_NEUTRAL && !a->declared && a->value == VOC_NA);
    assert_true(str_is(d->actions[3].name, "never") && d->actions[3].class_ == VOC_CLASS_HARM && d->actions[3].declared);
    world_free(&w);
}

// ---- units ------------------------------------------------------------------------------------------------------------------------------

static void units_fall_back_to_what_the_events_name(void **state)
{
    (void)state;
    static const struct { const char *head, *account, *person, *case_id, *unit; uint32_t kind; } cases[] = {
        {"unit='account'", "A", "p", "c", "A", VOC_UNIT_ACCOUNT}, {"unit='account'", NULL, "p", "c", "p", VOC_UNIT_INDIVIDUAL},
        {"unit='account'", NULL, NULL, "c", "c", VOC_UNIT_CASE},  {"unit='individual'", "A", "p", "c", "p", VOC_UNIT_INDIVIDUAL},
        {"unit='individual'", "A", NULL, "c", "A", VOC_UNIT_ACCOUNT}, {"unit='case'", "A", "p", "c", "c", VOC_UNIT_CASE},
        {"unit='case'", "A", "p", NULL, "A", VOC_UNIT_ACCOUNT}, {"unit='case'", NULL, "p", NULL, "p", VOC_UNIT_INDIVIDUAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        world_new(&w, cases[i].head, PLAIN);
        EVENT_OF(&w, .account = cases[i].account, .person = cases[i].person, .case_id = cases[i].case_id, .action = "a");
        end_at(&w, 1);
        assert_int_equal(timeline_definition(w.t)->unit, cases[i].kind);
        assert_int_equal(world_unit(&w, cases[i].unit)->n_events, 1);
        world_free(&w);
    }
}

static void a_person_without_an_account_is_a_unit_and_an_account_of_its_own(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "a");
    EVENT_OF(&w, .id = "2", .person = "p", .action = "a", .at = DAY); // a member of A
    EVENT_OF(&w, .id = "3", .person = "q", .action = "a", .at = DAY);
    EVENT_OF(&w, .id = "4", .action = "entry", .actor = COMPANY, .at = DAY);
    end_at(&w, 5);
    assert_int_equal(w.v->n_units, 3);
    assert_int_equal(w.v->units[0].name.len, 0); // the empty unit sorts first
    assert_int_equal(w.v->units[0].flags, VOC_JOURNEY_INTERNAL);
    assert_int_equal(w.v->units[0].n_stays, 0);
    assert_int_equal(world_unit(&w, "A")->n_events, 2);
    const voc_unit *q = world_unit(&w, "q");
    assert_true(q->account != world_unit(&w, "A")->account && q->account != 0);
    char name[16];
    world_name(&w, VOC_COL_ACCOUNT, q->account, name, sizeof name);
    assert_string_equal(name, "q");
    assert_int_equal(world_u32(&w, VOC_COL_ACCOUNT, "3"), q->account);
    assert_int_equal(world_u32(&w, VOC_COL_ACCOUNT, "2"), world_u32(&w, VOC_COL_ACCOUNT, "1"));
    assert_int_equal(world_u32(&w, VOC_COL_ACCOUNT, "4"), 0);
    world_free(&w);
}

static void a_person_who_moves_takes_later_events_to_the_new_account(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "a");
    EVENT_OF(&w, .id = "2", .account = "B", .person = "p", .action = "a", .at = 2 * DAY);
    EVENT_OF(&w, .id = "3", .person = "p", .action = "a", .at = DAY);
    EVENT_OF(&w, .id = "4", .person = "p", .action = "a", .at = 3 * DAY);
    end_at(&w, 5);
    assert_int_equal(world_unit(&w, "A")->n_events, 2);
    assert_int_equal(world_unit(&w, "B")->n_events, 2);
    world_free(&w);
    world_new(&w, "", PLAIN); // the first time that person and account are seen together counts, not the first row
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "a", .at = 4 * DAY);
    EVENT_OF(&w, .id = "2", .account = "B", .person = "p", .action = "a", .at = 2 * DAY);
    EVENT_OF(&w, .id = "3", .account = "A", .person = "p", .action = "a");
    EVENT_OF(&w, .id = "4", .person = "p", .action = "a", .at = DAY);
    end_at(&w, 5);
    assert_int_equal(world_u32(&w, VOC_COL_ACCOUNT, "4"), world_u32(&w, VOC_COL_ACCOUNT, "1"));
    world_free(&w);
}

static void an_event_without_a_key_joins_the_only_open_case_of_its_account(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "unit='case'", "<stages><stage id='a'><definition><event action='a'/></definition></stage>"
                                 "<exit id='won'><event actor='any' action='won'/></exit></stages>");
    EVENT_OF(&w, .id = "k1", .case_id = "c1", .account = "A", .action = "a", .at = 2 * DAY);
    EVENT_OF(&w, .id = "k2", .case_id = "c1", .account = "A", .action = "won", .actor = COMPANY, .at = 10 * DAY);
    EVENT_OF(&w, .id = "k3", .case_id = "c2", .account = "A", .action = "a", .at = 8 * DAY);
    EVENT_OF(&w, .id = "k4", .case_id = "c3", .account = "B", .action = "a", .at = 1 * DAY);
    EVENT_OF(&w, .id = "early", .account = "A", .action = "x", .at = 1 * DAY);  // none open
    EVENT_OF(&w, .id = "one", .account = "A", .action = "x", .at = 5 * DAY);    // c1
    EVENT_OF(&w, .id = "two", .account = "A", .action = "x", .at = 9 * DAY);    // c1 and c2
    EVENT_OF(&w, .id = "after", .account = "A", .action = "x", .at = 10 * DAY); // c1 is closed: c2
    EVENT_OF(&w, .id = "work", .action = "x", .at = 5 * DAY, .actor = COMPANY); // names nobody
    end_at(&w, 20);
    assert_int_equal(w.v->n_units, 4);
    assert_int_equal(w.v->units[0].n_events, 3);
    assert_int_equal(world_unit(&w, "c1")->n_events, 3);
    assert_int_equal(world_unit(&w, "c2")->n_events, 2);
    assert_int_equal(world_unit(&w, "c3")->n_events, 1);
    assert_int_equal(world_unit(&w, "c1")->account, world_unit(&w, "c2")->account); // the cluster of both
    assert_true(world_unit(&w, "c3")->account != world_unit(&w, "c1")->account);
    assert_int_equal(diag_count(w.d, VOC_WARNING), 1);
    assert_non_null(strstr(diag_at(w.d, 0)->message, "2 events"));
    world_free(&w);
}

// ---- order and window -------------------------------------------------------------------------------------------------------------------

static void one_second_is_ordered_by_actor_then_id_then_source_and_record(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN);
    EVENT_OF(&w, .id = "b", .account = "A", .action = "x", .actor = COMPANY);
    EVENT_OF(&w, .id = "c", .account = "A", .action = "x", .actor = VOC_ACTOR_OTHER);
    EVENT_OF(&w, .id = "z", .account = "A", .action = "x");
    EVENT_OF(&w, .account = "A", .action = "r10", .record = 10, .source = "m");
    EVENT_OF(&w, .account = "A", .action = "r9", .record = 9, .source = "m");
    EVENT_OF(&w, .account = "A", .action = "r9b", .record = 9, .source = "m"); // the second row of that record
    EVENT_OF(&w, .account = "A", .action = "r1", .record = 1, .source = "n");
    EVENT_OF(&w, .id = "a", .account = "A", .action = "a-id");
    EVENT_OF(&w, .id = "mz", .account = "A", .action = "mz-id");
    end_at(&w, 1);
    static const char *const wanted[] = {"a-id", "r9", "r9b", "r10", "mz-id", "r1", "x", "x", "x"};
    for (size_t i = 0; i < 9; i++) {
        char name[16];
        world_name(&w, VOC_COL_ACTION, ((const uint32_t *)w.v->columns[VOC_COL_ACTION])[i], name, sizeof name);
        assert_string_equal(name, wanted[i]);
    }
    assert_true(world_row(&w, "b") == 7 && world_row(&w, "c") == 8);
    world_free(&w);
}

static void the_stalest_source_that_feeds_ends_the_data(void **state)
{
    (void)state;
    struct world w;
    for (int feed = 0; feed < 3; feed++) {
        world_new(&w, "", feed == 0   ? PLAIN
                          : feed == 1 ? "<observe><feed source='mail' watermark='none'/></observe>" PLAIN
                                      : "<observe><feed source='mail' watermark='2024-01-09'/></observe>" PLAIN);
        EVENT_OF(&w, .account = "A", .action = "x", .source = "mail", .at = 4 * DAY, .resolution = VOC_RES_DAY);
        EVENT_OF(&w, .account = "A", .action = "x", .source = "web", .at = 4 * DAY + HOUR);
        EVENT_OF(&w, .account = "A", .action = "x", .source = "web", .at = 8 * DAY);
        EVENT_OF(&w, .account = "A", .action = "x", .source = "web", .at = 9 * DAY, .resolution = VOC_RES_SECOND);
        world_run(&w, NULL);
        const voc_run_info *i = timeline_info(w.t);
        int64_t end = feed == 0 ? 5 * DAY : feed == 1 ? 9 * DAY + US_PER_SECOND : 8 * DAY;
        assert_int_equal(i->end_us, T0 + end);
        assert_int_equal(i->n_set_aside, feed == 0 ? 2 : feed == 1 ? 0 : 2);
        assert_int_equal(i->n_events, 4 - i->n_set_aside);
        assert_int_equal(w.v->n_events, i->n_events);
        assert_true(str_is(i->end_source, feed == 1 ? "web" : "mail"));
        assert_int_equal(i->start_us, T0 + 4 * DAY);
        assert_int_equal(i->start_declared, 0);
        assert_int_equal(diag_count(w.d, VOC_WARNING), feed == 1 ? 0 : 1);
        if (feed == 0) assert_non_null(strstr(diag_at(w.d, 0)->message, "\"mail\""));
        world_free(&w);
    }
}

// ---- touchpoints ------------------------------------------------------------------------------------------------------------------------

#define TOUCHES                                                                                                                     \
    "<touchpoints><touchpoint id='guide' kind='push' function='marketing' cost='0.40'><event actor='company' campaign-like='^guide-'/>" \
    "</touchpoint><touchpoint id='any-mail' kind='push' minutes='3' function='sales' owner='kim'><event actor='company' channel='email'/></touchpoint>" \
    "<touchpoint id='calculator' kind='pull'><event action='use-calculator'/></touchpoint></touchpoints>"

static void claims_are_made_in_file_order_and_the_rest_goes_by_its_raw_name(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN TOUCHES "<costs><rate per-hour='10'/><rate function='sales' per-hour='30'/><rate owner='kim' per-hour='60'/></costs>");
    EVENT_OF(&w, .id = "1", .account = "A", .actor = COMPANY, .action = "send", .channel = "email", .campaign = "guide-1");
    EVENT_OF(&w, .id = "2", .account = "A", .actor = COMPANY, .action = "send", .channel = "email", .campaign = "other");
    EVENT_OF(&w, .id = "3", .account = "A", .actor = COMPANY, .action = "send", .channel = "sms", .campaign = "other", .touchpoint = "zebra");
    EVENT_OF(&w, .id = "4", .account = "A", .actor = COMPANY, .action = "send", .channel = "sms", .campaign = "other");
    EVENT_OF(&w, .id = "5", .account = "A", .actor = COMPANY, .action = "call", .channel = "phone");
    EVENT_OF(&w, .id = "6", .account = "A", .action = "use-calculator");
    EVENT_OF(&w, .id = "7", .account = "A", .action = "visit", .touchpoint = "page");
    EVENT_OF(&w, .id = "8", .actor = COMPANY, .action = "approve");
    EVENT_OF(&w, .id = "9", .actor = COMPANY, .action = "call");
    end_at(&w, 1);
    static const char *const wanted[] = {"guide", "any-mail", "zebra", "sms:other", "call", "calculator", "", "approve", "call"};
    for (int i = 0; i < 9; i++) assert_string_equal(world_touchpoint(&w, (const char[]){(char)('1' + i), 0}), wanted[i]);
    const voc_definition *d = timeline_definition(w.t);
    static const char *const order[] = {"guide", "any-mail", "calculator", "approve", "call", "sms:other", "zebra"};
    assert_int_equal(d->n_touchpoints, 7);
    for (size_t i = 0; i < 7; i++) assert_true(str_is(d->touchpoints[i].id, order[i]));
    assert_int_equal(touchpoint(&w, "approve")->kind, VOC_TOUCH_WORK); // only ever internal
    assert_int_equal(touchpoint(&w, "call")->kind, VOC_TOUCH_PUSH);    // once with a customer
    assert_int_equal(touchpoint(&w, "calculator")->kind, VOC_TOUCH_PULL);
    assert_int_equal(touchpoint(&w, "guide")->unit_cost, 400000);
    assert_int_equal(touchpoint(&w, "any-mail")->unit_cost, 3000000); // 3 minutes of kim
    assert_true(touchpoint(&w, "calculator")->unit_cost == VOC_NA && touchpoint(&w, "call")->unit_cost == VOC_NA);
    assert_int_equal(touchpoint(&w, "zebra")->declared, 0);
    world_free(&w);
}

static void work_claims_before_touchpoints_and_is_referred_to_by_what_customers_answer(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN "<touchpoints><touchpoint id='mail' kind='push'><event actor='company' action='send'/></touchpoint></touchpoints>"
                            "<steps><step id='offer' title='Offer'><work title='Check the mail'><event actor='company' action='send' channel='check'/></work>"
                            "<work title='File it'><event actor='company' action='file'/></work></step></steps>");
    EVENT_OF(&w, .id = "1", .account = "A", .actor = COMPANY, .action = "send", .channel = "check");
    EVENT_OF(&w, .id = "2", .account = "A", .actor = COMPANY, .action = "send");
    EVENT_OF(&w, .id = "3", .actor = COMPANY, .action = "file");
    EVENT_OF(&w, .id = "4", .account = "A", .action = "ask", .ref = "3", .at = DAY); // work in another unit
    end_at(&w, 2);
    const voc_definition *d = timeline_definition(w.t);
    uint32_t check = world_u32(&w, VOC_COL_TOUCHPOINT, "1"), file = world_u32(&w, VOC_COL_TOUCHPOINT, "3");
    assert_int_equal(check, 1);
    assert_int_equal(d->touchpoints[check].kind, VOC_TOUCH_WORK);
    assert_string_equal(world_touchpoint(&w, "2"), "mail");
    assert_int_equal(d->touchpoints[check].referred, 0);
    assert_int_equal(d->touchpoints[file].referred, 1);
    world_free(&w);
}

static void a_ref_to_a_case_says_which_case_it_is(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "unit=\"case\"", PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .action = "open", .case_id = "K");
    EVENT_OF(&w, .id = "2", .account = "A", .action = "open", .case_id = "L", .at = HOUR);
    EVENT_OF(&w, .id = "3", .account = "A", .action = "ask", .ref = "K", .ref_kind = VOC_REF_CASE, .at = 2 * HOUR);
    EVENT_OF(&w, .id = "4", .account = "A", .action = "ask", .case_id = "L", .ref = "K", .ref_kind = VOC_REF_CASE, .at = 3 * HOUR); // its own wins
    end_at(&w, 1);
    assert_int_equal(world_u32(&w, VOC_COL_CASE, "3"), world_u32(&w, VOC_COL_CASE, "1"));
    assert_int_equal(world_u32(&w, VOC_COL_CASE, "4"), world_u32(&w, VOC_COL_CASE, "2"));
    assert_true(world_unit(&w, "K")->n_events == 2 && world_unit(&w, "L")->n_events == 2);
    world_free(&w);
}

static void refs_name_events_touchpoints_and_threads(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN TOUCHES);
    EVENT_OF(&w, .id = "m1", .account = "A", .actor = COMPANY, .action = "send", .channel = "email", .campaign = "guide-1", .touchpoint = "Guide 1", .source = "x");
    EVENT_OF(&w, .id = "m1", .account = "A", .actor = COMPANY, .action = "send", .channel = "sms", .campaign = "c", .source = "y", .at = HOUR);
    EVENT_OF(&w, .id = "m2", .account = "A", .actor = COMPANY, .action = "send", .thread = "t9", .at = HOUR);
    EVENT_OF(&w, .id = "r1", .account = "A", .action = "click", .ref = "m1", .source = "y", .at = 2 * HOUR);
    EVENT_OF(&w, .id = "r2", .account = "A", .action = "click", .ref = "m1", .source = "z", .at = 3 * HOUR);
    EVENT_OF(&w, .id = "r3", .account = "A", .action = "click", .ref = "guide", .at = 4 * HOUR);       // plain, but a touchpoint
    EVENT_OF(&w, .id = "r4", .account = "A", .action = "click", .ref = "Guide 1", .ref_kind = VOC_REF_TOUCHPOINT, .at = 5 * HOUR);
    EVENT_OF(&w, .id = "r5", .account = "A", .action = "reply", .ref = "t9", .ref_kind = VOC_REF_THREAD, .at = 6 * HOUR);
    EVENT_OF(&w, .id = "r6", .account = "A", .action = "reply", .ref = "sms:c", .at = 7 * HOUR);
    EVENT_OF(&w, .id = "r7", .account = "B", .action = "reply", .ref = "m1", .at = 7 * HOUR);          // not of this unit
    EVENT_OF(&w, .id = "r8", .account = "A", .action = "reply", .ref = "r8", .at = 8 * HOUR);          // itself
    end_at(&w, 1);
    const int32_t *event = w.v->columns[VOC_COL_REF_EVENT];
    assert_int_equal(event[world_row(&w, "r1")], 1); // of the same source
    assert_int_equal(event[world_row(&w, "r2")], 0); // else the first
    assert_int_equal(world_u32(&w, VOC_COL_REF_TOUCHPOINT, "r2"), 0);
    assert_int_equal(event[world_row(&w, "r3")], -1);
    assert_int_equal(world_u32(&w, VOC_COL_REF_TOUCHPOINT, "r3"), 0);
    assert_int_equal(world_u32(&w, VOC_COL_REF_TOUCHPOINT, "r4"), 0); // by the raw name that was claimed
    assert_int_equal(event[world_row(&w, "r5")], -1);
    assert_int_equal(world_u32(&w, VOC_COL_THREAD, "r5"), world_u32(&w, VOC_COL_THREAD, "m2"));
    assert_true(world_u32(&w, VOC_COL_THREAD, "r5") != 0);
    assert_true(str_is(timeline_definition(w.t)->touchpoints[world_u32(&w, VOC_COL_REF_TOUCHPOINT, "r6")].id, "sms:c"));
    assert_int_equal(event[world_row(&w, "r7")], -1);
    assert_int_equal(world_u32(&w, VOC_COL_REF_TOUCHPOINT, "r7"), VOC_NONE);
    assert_int_equal(event[world_row(&w, "r8")], -1);
    world_free(&w);
}

static void an_undelivered_event_cancels_the_touch_that_it_names(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<actions><action name='bounce' class='undelivered'/></actions>" PLAIN TOUCHES);
    for (int i = 0; i < 4; i++)
        EVENT_OF(&w, .id = (const char[]){'m', (char)('1' + i), 0}, .account = "A", .person = i == 2 ? "q" : "p", .actor = COMPANY, .action = "send",
                 .channel = "email", .campaign = "guide-1", .at = i * HOUR);
    EVENT_OF(&w, .id = "t", .account = "A", .actor = COMPANY, .action = "write", .thread = "th", .at = 4 * HOUR);
    EVENT_OF(&w, .id = "b1", .account = "A", .person = "p", .action = "bounce", .ref = "m1", .at = 5 * HOUR);
    EVENT_OF(&w, .id = "b2", .account = "A", .person = "p", .action = "bounce", .ref = "m1", .at = 5 * HOUR); // twice: one touch
    EVENT_OF(&w, .id = "b3", .account = "A", .person = "q", .action = "bounce", .ref = "guide", .ref_kind = VOC_REF_TOUCHPOINT, .at = 6 * HOUR);
    EVENT_OF(&w, .id = "b4", .account = "A", .action = "bounce", .ref = "th", .ref_kind = VOC_REF_THREAD, .at = 7 * HOUR);
    EVENT_OF(&w, .id = "b5", .account = "A", .action = "bounce", .at = 8 * HOUR); // names none
    end_at(&w, 1);
    static const struct { const char *id; int delivered; } wanted[] = {{"m1", 0}, {"m2", 1}, {"m3", 0}, {"m4", 1}, {"t", 0}, {"b1", 1}};
    for (size_t i = 0; i < 6; i++) assert_int_equal(u8(&w, VOC_COL_DELIVERED, wanted[i].id), wanted[i].delivered);
    assert_int_equal(timeline_info(w.t)->n_undelivered, 3);
    world_free(&w);
}

static void roles_are_those_declared_by_facts_as_they_held_and_else_those_of_the_rows(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "<roles><role id='decider'><fact of='individual' name='job' is='director'/></role>"
                      "<role id='buyer' title='who buys'><fact of='individual' name='job' like='(?i)purchas'/></role></roles>" PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "x", .role = "raw");
    EVENT_OF(&w, .id = "2", .account = "A", .person = "p", .action = "x", .role = "raw", .at = 2 * DAY);
    EVENT_OF(&w, .id = "3", .account = "A", .person = "p", .action = "x", .role = "raw", .at = 4 * DAY);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "p", "job", "Purchasing agent", DAY);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "p", "job", "director", 3 * DAY);
    end_at(&w, 9);
    static const char *const wanted[] = {"raw", "buyer", "decider"};
    for (int i = 0; i < 3; i++) {
        char name[16];
        world_name(&w, VOC_COL_ROLE, world_u32(&w, VOC_COL_ROLE, (const char[]){(char)('1' + i), 0}), name, sizeof name);
        assert_string_equal(name, wanted[i]);
    }
    const voc_definition *d = timeline_definition(w.t);
    assert_true(str_is(d->roles[0].title, "decider") && str_is(d->roles[1].title, "who buys")); // the id where nobody says more
    world_free(&w);
}

static void what_somebody_says_at_one_time_is_heard_once(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", PLAIN);
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "ask", .text = "so late");
    EVENT_OF(&w, .id = "2", .account = "A", .person = "p", .action = "ask", .text = "so late"); // of another export
    EVENT_OF(&w, .id = "3", .account = "A", .person = "q", .action = "ask", .text = "so late");
    EVENT_OF(&w, .id = "4", .account = "A", .person = "p", .action = "ask", .text = "so late", .at = DAY);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    const struct timeline_options o = {.end_us = T0 + 9 * DAY};
    assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
    assert_int_equal(timeline_want_words(w.t), VOC_OK);
    assert_int_equal(batch_new(&w.b, w.t, 1u << VOC_COL_TIME), VOC_OK);
    for (size_t u = 0; u < timeline_n_units(w.t); u++) assert_int_equal(batch_add(w.b, u), VOC_OK);
    w.v = batch_view(w.b);
    assert_int_equal(world_unit(&w, "A")->n_words, 3);
    world_free(&w);
}

static void predicates_that_an_analysis_wants_are_columns_of_their_own(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "",
              "<stages><stage id='a'><definition><event action='a'/></definition><aim value='5'><count "
              "at-least='2' within='3d'><event action='ask'/></count></aim></stage></stages>");
    for (int i = 0; i < 4; i++) EVENT_OF(&w, .account = i < 3 ? "A" : "B", .action = "ask", .at = i * i * DAY);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    struct timeline_options o = {.end_us = T0 + 20 * DAY};
    assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
    const voc_definition *d = timeline_definition(w.t);
    uint32_t index = 9, again = 9;
    assert_int_equal(d->stages[0].aim_value, 5000000);
    assert_ptr_equal(timeline_predicate(w.t, d->stages[0].aim), w.j->stages[0].aim);
    assert_int_equal(timeline_want(w.t, d->stages[0].aim, &index), VOC_OK);
    assert_int_equal(timeline_want(w.t, d->stages[0].aim, &again), VOC_OK);
    assert_int_equal(timeline_want(w.t, 77, &again), VOC_E_OPTION);
    assert_true(index == 0 && again == 0);
    assert_int_equal(batch_new(&w.b, w.t, 1u << VOC_COL_TIME), VOC_OK);
    for (size_t u = 0; u < timeline_n_units(w.t); u++) assert_int_equal(batch_add(w.b, u), VOC_OK);
    w.v = batch_view(w.b);
    assert_int_equal(w.v->n_predicates, 1);
    static const uint8_t wanted[] = {0, 1, 1, 0}; // days 0, 1, 4 of A; B begins anew
    assert_memory_equal(w.v->predicates[0], wanted, 4);
    assert_null(w.v->columns[VOC_COL_STAGE]);
    world_free(&w);
}

// ---- memory, order of input ----------------------------------------------------------------------------------------------------------------

static const char rich[] =
    "<roles><role id='decider'><fact of='individual' name='job' is='director'/></role></roles>"
    "<segments><segment id='big'><fact of='account' name='size' at-least='100'/></segment></segments>"
    "<actions><action name='bounce' class='undelivered'/><action name='open' class='mechanical'/><action name='read' class='value'/></actions>"
    "<stages><stage id='unaware' skippable='yes' opens='known-from'/><stage id='a' skippable='yes'><definition><event action='read'/></definition></stage>"
    "<stage id='b' skippable='yes'><definition><count at-least='2' within='9d' distinct='session'><event action='read'/></count></definition>"
    "<definition><event text-like='rfp'/></definition><aim actions='read'/></stage>"
    "<exit id='out'><event actor='any' action='lost'/></exit><regress to='a'><event><fact of='event' name='mood' is='bad'/></event></regress></stages>" TOUCHES;

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void rich_event(struct world *w, unsigned number)
{
    static const char *const actions[] = {"read", "read", "open", "bounce", "send", "send", "lost", "write"};
    static const char *const accounts[] = {"A", "B", "C", NULL}, *const people[] = {"p", "q", "r", NULL, "s"};
    uint64_t seed = number * 977u + 5u;
    char id[16], ref[16];
    snprintf(id, sizeof id, "e%03u", number);
    snprintf(ref, sizeof ref, "e%03u", number ? (unsigned)next(&seed) % number : 0);
    const char *action = actions[next(&seed) % 8];
    uint64_t account = next(&seed) % 4;
    EVENT_OF(w, .id = id, .ref = ref, .account = accounts[account],
             .person = account == 3 && next(&seed) % 2 ? people[4]
                       : account < 3                   ? people[next(&seed) % 4]
                                                       : NULL,
             .action = action, .at = (int64_t)(next(&seed) % 40) * DAY / 2, .channel = next(&seed) % 2 ? "email" : "sms",
             .campaign = next(&seed) % 2 ? "guide-x" : NULL, .actor = strcmp(action, "send") == 0 ? COMPANY : VOC_ACTOR_CUSTOMER,
             .text = strcmp(action, "write") == 0 ? "our rfp" : NULL, .key = next(&seed) % 5 ? NULL : "mood", .value_text = "bad",
             .source = next(&seed) % 2 ? "x" : "y");
}

static void rich_facts(struct world *w)
{
    world_fact(w, VOC_ENTITY_ACCOUNT, "A", "size", "150", 3 * DAY);
    world_fact(w, VOC_ENTITY_ACCOUNT, "D", "known_from", "2024-01-04", VOC_NA);
    world_fact(w, VOC_ENTITY_INDIVIDUAL, "q", "job", "director", 0);
}

static void journeys_do_not_depend_on_the_order_of_input(void **state)
{
    (void)state;
    enum { N = 300 };
    struct buf first, now;
    buf_init(&first, 1u << 24);
    buf_init(&now, 1u << 24);
    for (int round = 0; round < 3; round++) {
        struct world w;
        unsigned order[N];
        uint64_t seed = (uint64_t)round;
        world_new(&w, "lapse='6d'", rich);
        for (unsigned i = 0; i < N; i++) order[i] = i;
        for (unsigned i = N - 1; round && i > 0; i--) {
            unsigned k = (unsigned)(next(&seed) % (i + 1)), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        if (round) rich_facts(&w);
        for (unsigned i = 0; i < N; i++) rich_event(&w, order[i]);
        if (!round) rich_facts(&w);
        world_run(&w, &(struct timeline_options){.end_us = VOC_NA, .person_stays = 1});
        buf_clear(&now);
        world_print(&w, &now);
        assert_int_equal(now.rc, VOC_OK);
        if (round == 0) buf_add(&first, now.ptr, now.len);
        assert_string_equal(first.ptr, now.ptr);
        if (round == 0) assert_true(w.v->n_stays > 20 && w.v->n_person_stays > 10 && timeline_info(w.t)->n_undelivered > 0);
        world_free(&w);
    }
    buf_done(&first);
    buf_done(&now);
}

static void a_unit_reads_the_same_alone_as_behind_others(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='6d'", rich);
    for (unsigned i = 0; i < 200; i++) rich_event(&w, i);
    world_run(&w, NULL);
    for (size_t u = 0; u < w.v->n_units; u++) {
        struct batch *alone = NULL;
        assert_int_equal(batch_new(&alone, w.t, (1u << VOC_N_COLUMNS) - 1u), VOC_OK);
        assert_int_equal(batch_add(alone, (u + 1) % w.v->n_units), VOC_OK); // first another one, then cleared
        batch_clear(alone);
        assert_int_equal(batch_add(alone, u), VOC_OK);
        const voc_journeys *v = batch_view(alone);
        const voc_unit *x = &w.v->units[u];
        assert_int_equal(v->n_events, x->n_events);
        assert_int_equal(v->n_stays, x->n_stays);
        if (x->n_stays) assert_memory_equal(v->stays, w.v->stays + x->first_stay, x->n_stays * sizeof *v->stays);
        assert_memory_equal(v->columns[VOC_COL_STAGE], (const uint32_t *)w.v->columns[VOC_COL_STAGE] + x->first_event, x->n_events * 4);
        batch_free(alone);
    }
    world_free(&w);
}

struct reader { // one thread: every fourth unit, from `first` on
    const struct world *w;
    size_t first;
    uint64_t seen, differ;
};

static void *read_units(void *user)
{
    struct reader *r = user;
    struct batch *b = NULL;
    if (batch_new(&b, r->w->t, 1u << VOC_COL_STAGE | 1u << VOC_COL_ROLE)) return user;
    for (size_t u = r->first; u < r->w->v->n_units; u += 4) {
        const voc_unit *x = &r->w->v->units[u];
        batch_clear(b);
        if (batch_add(b, u)) return user;
        const voc_journeys *v = batch_view(b);
        bool same = v->n_stays == x->n_stays && v->n_events == x->n_events;
        if (same && x->n_stays) same = memcmp(v->stays, r->w->v->stays + x->first_stay, x->n_stays * sizeof *v->stays) == 0;
        if (same) same = memcmp(v->columns[VOC_COL_STAGE], (const uint32_t *)r->w->v->columns[VOC_COL_STAGE] + x->first_event, x->n_events * 4) == 0;
        r->seen++;
        r->differ += !same;
    }
    batch_free(b);
    return NULL;
}

static void four_threads_read_what_one_reads(void **state)
{
    (void)state;
    struct world alone, w; // what threads fill in as they go must be fresh for them
    world_new(&alone, "lapse='6d'", rich);
    world_new(&w, "lapse='6d'", rich);
    for (unsigned i = 0; i < 400; i++) {
        rich_event(&alone, i);
        rich_event(&w, i);
    }
    world_run(&alone, NULL);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    struct timeline_options o = {.end_us = VOC_NA};
    assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
    w.v = alone.v; // the same units
    pthread_t threads[4];
    struct reader readers[4];
    for (size_t i = 0; i < 4; i++) {
        readers[i] = (struct reader){.w = &w, .first = i};
        assert_int_equal(pthread_create(&threads[i], NULL, read_units, &readers[i]), 0);
    }
    uint64_t seen = 0;
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
        assert_int_equal(readers[i].differ, 0);
        seen += readers[i].seen;
    }
    assert_int_equal(seen, alone.v->n_units);
    world_free(&w);
    world_free(&alone);
}

static void every_allocation_that_fails_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='6d'", rich);
    for (unsigned i = 0; i < 60; i++) rich_event(&w, i);
    rich_facts(&w);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    struct timeline_options o = {.end_us = VOC_NA, .person_stays = 1, .moves = 1};
    uint64_t n = 1;
    for (;; n++) {
        uint64_t live = mem_stats().live_bytes;
        mem_fault(n, false);
        struct timeline *t = NULL;
        struct batch *b = NULL;
        voc_rc rc = timeline_new(&t, w.s, w.j, &o, NULL);
        if (!rc) rc = batch_new(&b, t, (1u << VOC_N_COLUMNS) - 1u);
        for (size_t u = 0; !rc && u < timeline_n_units(t); u++) rc = batch_add(b, u);
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        if (fired) assert_int_equal(rc, VOC_E_NOMEM);
        else assert_int_equal(rc, VOC_OK);
        batch_free(b);
        timeline_free(t);
        assert_int_equal(mem_stats().live_bytes, live);
        if (!fired) break;
    }
    assert_true(n > 50);
    world_free(&w);
}

static void a_batch_goes_on_after_a_unit_that_failed(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "lapse='6d'", rich);
    for (unsigned i = 0; i < 60; i++) rich_event(&w, i);
    world_run(&w, &(struct timeline_options){.end_us = VOC_NA, .person_stays = 1, .moves = 1});
    for (uint64_t n = 1;; n++) {
        struct batch *b = NULL;
        assert_int_equal(batch_new(&b, w.t, 1u << VOC_COL_STAGE), VOC_OK);
        mem_fault(n, false);
        voc_rc rc = batch_add(b, 1);
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        if (rc) assert_int_equal(batch_view(b)->n_units, 0);
        if (rc) assert_int_equal(batch_view(b)->n_stays + batch_view(b)->n_person_stays, 0);
        if (rc) assert_int_equal(batch_add(b, 1), VOC_OK);
        const voc_unit *x = &w.v->units[1];
        assert_int_equal(batch_view(b)->n_stays, x->n_stays);
        assert_memory_equal(batch_view(b)->stays, w.v->stays + x->first_stay, x->n_stays * sizeof(voc_stay));
        batch_free(b);
        if (!fired) break;
    }
    world_free(&w);
}

static void no_events_make_no_journeys(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", rich);
    world_run(&w, NULL);
    assert_int_equal(w.v->n_units, 0);
    assert_int_equal(timeline_definition(w.t)->n_segments, 2);
    assert_int_equal(timeline_definition(w.t)->n_touchpoints, 3);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_action_rule_says_who_acted_then_the_row_then_the_customer_is_assumed),
        cmocka_unit_test(the_action_table_has_a_row_for_each_code_and_for_what_was_declared_and_never_seen),
        cmocka_unit_test(units_fall_back_to_what_the_events_name),
        cmocka_unit_test(a_person_without_an_account_is_a_unit_and_an_account_of_its_own),
        cmocka_unit_test(a_person_who_moves_takes_later_events_to_the_new_account),
        cmocka_unit_test(an_event_without_a_key_joins_the_only_open_case_of_its_account),
        cmocka_unit_test(one_second_is_ordered_by_actor_then_id_then_source_and_record),
        cmocka_unit_test(the_stalest_source_that_feeds_ends_the_data),
        cmocka_unit_test(claims_are_made_in_file_order_and_the_rest_goes_by_its_raw_name),
        cmocka_unit_test(work_claims_before_touchpoints_and_is_referred_to_by_what_customers_answer),
        cmocka_unit_test(a_ref_to_a_case_says_which_case_it_is),
        cmocka_unit_test(refs_name_events_touchpoints_and_threads),
        cmocka_unit_test(an_undelivered_event_cancels_the_touch_that_it_names),
        cmocka_unit_test(roles_are_those_declared_by_facts_as_they_held_and_else_those_of_the_rows),
        cmocka_unit_test(what_somebody_says_at_one_time_is_heard_once),
        cmocka_unit_test(predicates_that_an_analysis_wants_are_columns_of_their_own),
        cmocka_unit_test(journeys_do_not_depend_on_the_order_of_input),
        cmocka_unit_test(a_unit_reads_the_same_alone_as_behind_others),
        cmocka_unit_test(four_threads_read_what_one_reads),
        cmocka_unit_test(every_allocation_that_fails_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_batch_goes_on_after_a_unit_that_failed),
        cmocka_unit_test(no_events_make_no_journeys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
