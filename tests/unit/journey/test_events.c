// SPDX-License-Identifier: MIT
// Events as arrays: from rows, and from a project file; the same events give the same journeys either way.
#include "tests/unit/journey/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "journey/predicate/predicate_eval.h"
#include "tests/unit/store/rows.h"

static uint32_t code_of(const struct event_set *s, enum store_space space, const char *name)
{
    for (uint32_t c = 0; c < s->n_strings[space]; c++)
        if (str_is(s->strings[space][c], name)) return c;
    return VOC_NONE;
}

static void rows_become_columns_with_code_zero_for_what_is_missing(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "");
    EVENT_OF(&w, .id = "1", .account = "A", .person = "p", .action = "read", .channel = "web", .at = DAY, .ref = "x", .record = 7,
             .key = "k\"1", .value_text = "v\\2", .value = 5);
    EVENT_OF(&w, .action = "open", .source = "other", .resolution = VOC_RES_DAY);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    const struct event_set *s = w.s;
    assert_int_equal(s->n, 2);
    assert_int_equal(s->action[0], code_of(s, SPACE_ACTION, "read"));
    assert_int_equal(s->channel[0], code_of(s, SPACE_CHANNEL, "web"));
    assert_true(s->channel[1] == 0 && s->customer[1] == 0 && s->account[1] == 0 && s->case_id[1] == 0);
    for (size_t i = 0; i < SPACE_N; i++) assert_true(s->n_strings[i] >= 1 && s->strings[i][0].len == 0);
    assert_true(str_is(s->id[0], "1") && s->id[1].len == 0 && str_is(s->ref[0], "x") && s->ref_kind[0] == VOC_REF_EVENT);
    assert_true(str_is(s->attrs[0], "{\"k\\\"1\":\"v\\\\2\"}") && s->attrs[1].len == 0);
    assert_true(s->value[0] == 5 && s->cost[0] == VOC_NA && s->record[0] == 7 && s->resolution[1] == VOC_RES_DAY);
    assert_int_equal(s->n_sources, 2);
    assert_true(str_is(s->sources[0].id, "other") && s->sources[0].events == 1 && s->sources[0].last_us == T0);
    assert_int_equal(s->sources[1].last_us, T0 + DAY);
    voc_row late = voc_row_init(VOC_ROW_EVENT);
    assert_int_equal(event_set_add(w.s, &late, STR("x")), VOC_E_BUG); // sealed
    world_free(&w);
}

static void attributes_belong_to_whom_the_row_names_from_its_time_on(void **state)
{
    (void)state;
    struct event_set *s = NULL;
    assert_int_equal(event_set_new(&s), VOC_OK);
    voc_alias person[] = {{.kind = STR("email"), .value = STR("a@b"), .strong = 1}, {.kind = STR("cookie"), .value = STR("77")}};
    voc_alias account = {.kind = STR("id"), .value = STR("A"), .strong = 1};
    voc_attr attrs[] = {{.key = STR("job"), .text = STR("buyer"), .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA},
                        {.key = STR("size"), .text = STR("12"), .entity = VOC_ENTITY_ACCOUNT, .time_us = VOC_NA},
                        {.key = STR("deal"), .text = STR("big"), .entity = VOC_ENTITY_CASE, .time_us = VOC_NA},
                        {.key = STR("own"), .text = STR("x"), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA}};
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.action = STR("read");
    r.time_us = T0;
    r.customer = person;
    r.n_customer = 2;
    r.account = &account;
    r.n_account = 1;
    r.attrs = attrs;
    r.n_attrs = 4; // without a case id, the third is nobody's
    assert_int_equal(event_set_add(s, &r, STR("x")), VOC_OK);
    r.n_customer = 1; // another set of aliases, the same person
    r.time_us = T0 + DAY;
    r.n_attrs = 1;
    attrs[0].text = STR("director");
    assert_int_equal(event_set_add(s, &r, STR("x")), VOC_OK);
    r.kind = VOC_ROW_LINK;
    assert_int_equal(event_set_add(s, &r, STR("x")), VOC_OK); // no event, nothing of a journey
    assert_int_equal(event_set_seal(s), VOC_OK);
    assert_int_equal(s->n, 2);
    assert_int_equal(s->n_attributes, 3);
    uint32_t who = identity_individual(s->identity, s->customer[0]);
    assert_int_equal(who, identity_individual(s->identity, s->customer[1]));
    for (size_t i = 0; i < 2; i++) {
        assert_true(s->attributes[i].entity == VOC_ENTITY_INDIVIDUAL && s->attributes[i].who == who && str_is(s->attributes[i].key, "job"));
        assert_int_equal(s->attributes[i].valid_from_us, T0 + (int64_t)i * DAY);
    }
    assert_true(s->attributes[2].entity == VOC_ENTITY_ACCOUNT && str_is(s->attributes[2].text, "12"));
    assert_true(str_is(s->attrs[0], "{\"own\":\"x\"}"));
    assert_true(str_is(identity_account_name(s->identity, identity_account_at(s->identity, who, T0 + 9 * DAY)), "A"));
    event_set_free(s);
}

// ---- a project ----------------------------------------------------------------------------------------------------------------------------

static const char body[] =
    "<segments><segment id='big'><fact of='account' name='size' at-least='10'/></segment></segments>"
    "<stages><stage id='a' skippable='yes'><definition><event action='read'/></definition></stage>"
    "<stage id='b' skippable='yes'><definition><event text-like='rfp'/></definition>"
    "<definition><event action='ask'><fact of='event' name='mood' is='good'/></event></definition></stage></stages>";

static const struct row events[] = {
    {.time_us = T0 + 2 * DAY, .action = "ask", .customer = "+id=p", .id = "e3", .attrs = "{\"mood\":\"good\"}", .actor = VOC_ACTOR_CUSTOMER, .record = 2},
    {.time_us = T0, .action = "read", .customer = "+id=p", .account = "+id=A", .id = "e1", .actor = VOC_ACTOR_CUSTOMER, .record = 0},
    {.time_us = T0 + DAY, .action = "send", .customer = "+id=p", .id = "e2", .channel = "email", .touchpoint = "guide", .actor = VOC_ACTOR_COMPANY, .record = 1},
    {.time_us = T0 + 2 * DAY, .action = "write", .customer = "+id=q", .id = "e4", .text = "an rfp", .actor = VOC_ACTOR_CUSTOMER, .record = 3, .ref = "e9"},
    {.time_us = T0 + 3 * DAY, .action = "read", .customer = "+id=q", .id = "e5", .actor = VOC_ACTOR_UNSET, .record = 4, .ref = "guide"},
};
static const struct fact facts[] = {
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=A", .key = "size", .text = "50", .time_us = T0 + DAY, .record = 5},
};
static const struct rows in_file = {.events = events, .n_events = 5, .facts = facts, .n_facts = 1};

static struct project *project(struct diag *d)
{
    struct project *p = NULL;
    struct import_result r;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, d), VOC_OK);
    assert_int_equal(import_rows(p, &in_file, "test", "content", 1, 0, &r, d), VOC_OK);
    return p;
}

static void add_rows(struct world *w)
{
    for (size_t i = 0; i < 5; i++) {
        const struct row *r = &events[i];
        EVENT_OF(w, .id = r->id, .at = r->time_us - T0, .action = r->action, .person = r->customer + 4, .account = r->account ? r->account + 4 : NULL,
                 .channel = r->channel, .touchpoint = r->touchpoint, .text = r->text, .ref = r->ref, .record = r->record, .resolution = r->resolution,
                 .actor = r->actor == VOC_ACTOR_UNSET ? NOBODY : r->actor, .key = r->attrs ? "mood" : NULL, .value_text = "good");
    }
    world_fact(w, VOC_ENTITY_ACCOUNT, "A", "size", "50", DAY);
}

static void a_project_gives_the_same_journeys_as_its_rows(void **state)
{
    (void)state;
    struct buf rows, file;
    buf_init(&rows, 1u << 20);
    buf_init(&file, 1u << 20);
    for (int from_file = 0; from_file < 2; from_file++) {
        struct world w;
        struct project *p = NULL;
        world_new(&w, "", body);
        if (from_file) {
            p = project(w.d);
            event_set_free(w.s);
            w.s = NULL;
            assert_int_equal(event_set_load(&w.s, p, EV_ALL, w.d), VOC_OK);
            struct timeline_options o = {.end_us = VOC_NA, .person_stays = 1};
            assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
            assert_int_equal(batch_new(&w.b, w.t, (1u << VOC_N_COLUMNS) - 1u), VOC_OK);
            for (size_t u = 0; u < timeline_n_units(w.t); u++) assert_int_equal(batch_add(w.b, u), VOC_OK);
            w.v = batch_view(w.b);
        } else {
            add_rows(&w);
            world_run(&w, &(struct timeline_options){.end_us = VOC_NA, .person_stays = 1});
        }
        assert_stays(&w, "A", "a 0-2 forward; b 2-3 censored");
        assert_int_equal(timeline_info(w.t)->actor_assumed, 1);
        world_print(&w, from_file ? &file : &rows);
        world_free(&w);
        project_close(p);
    }
    assert_string_equal(rows.ptr, file.ptr);
    buf_done(&rows);
    buf_done(&file);
    remove_file("p.voc");
}

static void columns_that_nobody_asked_for_are_not_read_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", body);
    struct project *p = project(w.d);
    event_set_free(w.s);
    w.s = NULL;
    assert_int_equal(event_set_load(&w.s, p, 0, w.d), VOC_OK);
    assert_true(w.s->text == NULL && w.s->attrs == NULL && w.s->cost == NULL && w.s->object == NULL);
    assert_true(w.s->time_us && w.s->id && w.s->record && w.s->n == 5);
    struct timeline_options o = {.end_us = VOC_NA};
    assert_int_equal(timeline_new(&w.t, w.s, w.j, &o, w.d), VOC_OK);
    assert_int_equal(batch_new(&w.b, w.t, (1u << VOC_N_COLUMNS) - 1u), VOC_OK);
    for (size_t u = 0; u < timeline_n_units(w.t); u++) assert_int_equal(batch_add(w.b, u), VOC_OK);
    w.v = batch_view(w.b);
    assert_int_equal(((const int64_t *)w.v->columns[VOC_COL_COST])[0], VOC_NA);
    assert_int_equal(((const uint32_t *)w.v->columns[VOC_COL_OBJECT])[0], 0);
    // What the definition tests is known beforehand.
    uint32_t tested = predicate_columns(w.j);
    assert_true((tested & EV_TEXT) && (tested & EV_ATTRS) && !(tested & EV_OBJECT));
    world_free(&w);
    project_close(p);
    remove_file("p.voc");
}

// ---- memory ---------------------------------------------------------------------------------------------------------------------------------

static voc_rc from_rows(void)
{
    struct event_set *s = NULL;
    voc_rc rc = event_set_new(&s);
    voc_alias person = {.kind = STR("id"), .value = STR("p"), .strong = 1}, account = {.kind = STR("id"), .value = STR("A"), .strong = 1};
    voc_attr attrs[] = {{.key = STR("own"), .text = STR("x"), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA},
                        {.key = STR("job"), .text = STR("y"), .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA}};
    for (int i = 0; !rc && i < 3; i++) {
        voc_row r = voc_row_init(VOC_ROW_EVENT);
        r.action = STR("read");
        r.id = r.text = r.ref = STR("some text");
        r.time_us = T0 + i;
        r.customer = &person;
        r.account = &account;
        r.n_customer = r.n_account = 1;
        r.attrs = attrs;
        r.n_attrs = 2;
        rc = event_set_add(s, &r, STR("x"));
    }
    if (!rc) rc = event_set_seal(s);
    event_set_free(s);
    return rc;
}

static void each_allocation_that_fails_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    struct project *p = project(d);
    struct event_set *warm = NULL; // what a first reading makes and keeps in the project
    assert_int_equal(event_set_load(&warm, p, EV_ALL, d), VOC_OK);
    event_set_free(warm);
    for (int load = 0; load < 2; load++)
        for (uint64_t n = 1;; n++) {
            struct event_set *s = NULL;
            uint64_t live = mem_stats().live_bytes;
            mem_fault(n, false);
            voc_rc rc = load ? event_set_load(&s, p, EV_ALL, NULL) : from_rows();
            bool fired = mem_fault_fired();
            mem_fault(0, false);
            if (!fired) assert_int_equal(rc, VOC_OK);
            else assert_true(rc == VOC_E_NOMEM || (load && rc == VOC_OK)); // SQLite does without some of its memory
            event_set_free(s);
            if (!load) assert_int_equal(mem_stats().live_bytes, live);
            if (!fired) {
                assert_true(n > 20);
                break;
            }
        }
    project_close(p);
    diag_free(d);
    remove_file("p.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_columns_with_code_zero_for_what_is_missing),
        cmocka_unit_test(attributes_belong_to_whom_the_row_names_from_its_time_on),
        cmocka_unit_test(a_project_gives_the_same_journeys_as_its_rows),
        cmocka_unit_test(columns_that_nobody_asked_for_are_not_read_and_the_rest_goes_on),
        cmocka_unit_test(each_allocation_that_fails_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
