// SPDX-License-Identifier: MIT
// Unit tests of the loader of journeys: defaults, typed structures, references, <use>, messages with their lines and
// advice, the hash, folders and shipped journeys, failing allocations.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <limits.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journey/journey.h"
#include "tests/unit/base/fault.h"

#define NS "xmlns=\"urn:vocstream:journey:1\""
#define DAYS(n) ((int64_t)(n) * US_PER_DAY)

static struct journey *parsed(const char *journey, const char *sources, const char *codebook)
{
    struct journey *j = NULL;
    struct diag *d = diag_new();
    voc_rc rc = journey_parse(&j, str_of(journey), str_of(sources), str_of(codebook), "x", d);
    for (size_t i = 0; rc && i < diag_n(d); i++) print_message("%s\n", diag_at(d, i)->message);
    assert_int_equal(rc, VOC_OK);
    diag_free(d);
    return j;
}

// The diagnostics of a journey that must be refused; diag_free them.
static struct diag *refused(const char *journey, const char *sources, const char *codebook)
{
    struct journey *j = NULL;
    struct diag *d = diag_new();
    assert_int_equal(journey_parse(&j, str_of(journey), str_of(sources), str_of(codebook), "x", d), VOC_E_OPTION);
    assert_null(j);
    return d;
}

static bool says(const struct diag *d, const char *file, uint64_t line, const char *message, const char *hint)
{
    for (size_t i = 0; i < diag_n(d); i++) {
        const struct diag_msg *m = diag_at(d, i);
        if (m->file && strcmp(m->file, file) == 0 && m->line == line && strstr(m->message, message) &&
            (!hint || (m->hint && strstr(m->hint, hint))))
            return true;
    }
    for (size_t i = 0; i < diag_n(d); i++)
        print_message("%s:%llu: %s (%s)\n", diag_at(d, i)->file, (unsigned long long)diag_at(d, i)->line, diag_at(d, i)->message,
                      diag_at(d, i)->hint ? diag_at(d, i)->hint : "");
    return false;
}

static char *corpus(const char *name)
{
    const char *top = getenv("VOC_TEST_SRCDIR");
    static char text[1 << 16];
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/tests/unit/journey/corpus/good/%s", top ? top : ".", name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    (void)fclose(f);
    text[n] = '\0';
    return mem_strndup(text, n);
}

static void what_is_not_written_has_the_default(void **state)
{
    (void)state;
    struct journey *j = parsed("<journey " NS " id=\"m\"/>", "", "");
    assert_true(str_is(j->id, "m") && str_is(j->version, "1") && str_is(j->title, "m") && str_is(j->zone, "UTC"));
    assert_int_equal(j->unit, VOC_UNIT_ACCOUNT);
    assert_int_equal(j->lapse_us, DAYS(180));
    assert_false(j->lapse_given || j->evidence_declared);
    assert_int_equal(j->observe_start_us, VOC_NA);
    assert_int_equal(j->observe_end_us, VOC_NA);
    assert_int_equal(j->win_stage, VOC_NONE);
    assert_int_equal(j->win_exit, VOC_NONE);
    assert_int_equal(j->margin, VOC_NA);
    assert_int_equal(j->response.window_us, DAYS(14));
    assert_int_equal(j->response.engagement_us, DAYS(90));
    assert_int_equal(j->response.placebo_lag_us, DAYS(7));
    assert_int_equal(j->response.comparators, 20);
    assert_int_equal(j->response.scan, 2000);
    assert_int_equal(j->response.weights, VOC_WEIGHTS_SMR);
    assert_int_equal(j->response.n_recency, 3);
    assert_int_equal(j->response.recency_us[2], DAYS(30));
    assert_int_equal(j->response.n_cuts, 2);
    assert_int_equal(j->response.cuts[1], 4);
    assert_int_equal(j->n_predicates, 0);
    journey_free(j);

    j = parsed("<journey " NS " id=\"m\" unit=\"case\"/>", "", "");
    assert_int_equal(j->lapse_us, VOC_NA); // a case lapses only if that is declared
    journey_free(j);
    j = parsed("<journey " NS " id=\"m\" unit=\"case\" lapse=\"2w\"/>", "", "");
    assert_int_equal(j->lapse_us, DAYS(14));
    assert_true(j->lapse_given);
    journey_free(j);
    j = parsed("<journey " NS " id=\"m\" lapse=\"none\"/>", "", "");
    assert_int_equal(j->lapse_us, VOC_NA);
    journey_free(j);
}

static void the_typed_structures_hold_what_the_file_says(void **state)
{
    (void)state;
    char *journey = corpus("everything.xml"), *sources = corpus("sources.xml"), *codebook = corpus("codebook.xml");
    struct journey *j = parsed(journey, sources, codebook);
    assert_true(str_is(j->version, "7") && str_is(j->currency, "EUR"));
    assert_int_equal(j->observe_start_us, INT64_C(1704063600) * US_PER_SECOND); // 2024-01-01 in Warsaw
    assert_int_equal(j->horizon_us, DAYS(120));
    assert_int_equal(j->n_feeds, 3);
    assert_true(j->feeds[0].none && !j->feeds[1].none && j->feeds[2].watermark_us == VOC_NA);
    assert_int_equal(j->n_stages, 4);
    const struct stage *aware = &j->stages[1];
    assert_true(str_is(aware->id, "aware") && aware->skippable && !aware->repeatable && str_is(aware->owner, "marketing"));
    assert_int_equal(aware->stall_us, DAYS(30));
    assert_int_equal(aware->n_definitions, 5);
    assert_true(str_is(aware->definition_id[0], "visits"));
    assert_int_equal(aware->aim_value, INT64_C(100000000));
    assert_true(j->stages[0].opens_known_from && j->stages[0].n_definitions == 0 && !j->stages[2].skippable);
    assert_int_equal(j->stages[2].aim_value, 1);
    assert_int_equal(j->n_exits, 4);
    assert_true(str_is(j->exits[3].outcome, "other"));
    assert_int_equal(j->n_regresses, 2);
    assert_int_equal(j->regresses[0].to, 1);
    assert_int_equal(j->regresses[0].from, 2);
    assert_int_equal(j->regresses[1].from, VOC_NONE);
    assert_int_equal(j->win_exit, 1);
    assert_int_equal(j->margin, INT64_C(5000000000));
    assert_int_equal(j->n_actions, 9);
    assert_int_equal(j->actions[1].value, 120500000);
    assert_int_equal(j->actions[1].n_stages, 2);
    assert_int_equal(j->actions[1].stages[1], 2);
    assert_non_null(j->actions[3].like);
    assert_int_equal(j->actions[3].class_, VOC_CLASS_MECHANICAL);
    assert_int_equal(j->actions[0].actor, VOC_ACTOR_UNSET);
    assert_int_equal(j->actions[8].actor, VOC_ACTOR_COMPANY);

    assert_int_equal(j->n_claims, 6);
    const struct claim *guide = &j->claims[0];
    assert_int_equal(guide->kind, VOC_TOUCH_PUSH);
    assert_int_equal(guide->cost, 400000);
    assert_int_equal(guide->minutes, 2000000);
    assert_int_equal(guide->n_events, 2);
    assert_int_equal(guide->n_stages, 2);
    assert_int_equal(guide->aim_value, 50000000);
    assert_true(guide->n_serves == 1 && str_is(guide->serves[0], "savings"));
    assert_true(guide->available_from_us < guide->available_to_us);
    assert_int_equal(j->claims[1].incidental, VOC_REASON_CONTRACT);
    assert_true(str_is(j->claims[1].incidental_source, "policy 7"));
    assert_int_equal(j->claims[5].kind, VOC_TOUCH_PULL);
    assert_int_equal(j->claims[5].cost, VOC_NA);
    assert_int_equal(j->n_works, 1);
    assert_int_equal(j->works[0].minutes, 12500000);
    assert_true(str_is(j->works[0].id, "check the lead") && str_is(j->works[0].function, "sales") && str_is(j->works[0].owner, "Ann"));
    assert_int_equal(j->response.n_windows, 3);
    assert_int_equal(j->response.windows[0].touchpoint, VOC_NONE);
    assert_int_equal(j->response.windows[2].stage, 2);
    assert_int_equal(j->response.windows[2].touchpoint, 0);
    assert_int_equal(j->response.windows[2].us, DAYS(14));
    assert_int_equal(j->response.weights, VOC_WEIGHTS_MH);
    assert_int_equal(j->n_holdouts, 2);
    assert_non_null(j->holdouts[1].treated);
    assert_int_equal(j->holdouts[1].touchpoint, VOC_NONE);
    assert_int_equal(j->n_named, 2);
    assert_true(str_is(j->named[0].id, "deep") && str_is(j->named[0].title, "Deep interest") && str_is(j->named[1].title, "large")); // its id, where it has no title
    assert_non_null(j->named[0].when);
    assert_int_equal(j->n_roles, 2);
    assert_int_equal(j->n_segments, 2);
    assert_int_equal(j->roles[1].when->child[0]->of, FACT_INDIVIDUAL); // where a role does not say of whom
    assert_int_equal(j->n_rates, 1);
    assert_int_equal(j->n_samples, 1);
    assert_int_equal(j->samples[0].n_e, 5);
    assert_int_equal(j->samples[0].e[4].resolution, VOC_RES_DAY);
    assert_int_equal(j->samples[0].n_expect, 7);
    journey_free(j);
    mem_free(journey);
    mem_free(sources);
    mem_free(codebook);
}

static void steps_say_what_they_take_and_give_and_what_was_typed(void **state)
{
    (void)state;
    char *journey = corpus("everything.xml"), *sources = corpus("sources.xml"), *codebook = corpus("codebook.xml");
    struct journey *j = parsed(journey, sources, codebook);
    assert_int_equal(j->n_steps, 2);
    const struct step *qualify = &j->steps[0], *propose = &j->steps[1];
    assert_true(str_is(qualify->id, "qualify") && str_is(qualify->owner, "Ann") && str_is(qualify->function, "sales"));
    assert_int_equal(qualify->stage, 1);
    assert_non_null(qualify->enter);
    assert_int_equal(qualify->n_leaves, 2);
    assert_int_equal(qualify->leaves[0].outcome, VOC_LEAVE_NEXT);
    assert_int_equal(qualify->leaves[0].to, 1);
    assert_int_equal(qualify->leaves[1].outcome, VOC_LEAVE_REJECTED);
    assert_int_equal(qualify->leaves[1].to, VOC_NONE);
    assert_true(qualify->exchange.n_suppliers == 1 && str_is(qualify->exchange.suppliers[0], "source"));
    assert_true(qualify->exchange.n_inputs == 1 && str_is(qualify->exchange.inputs[0].name, "Budget") && qualify->exchange.inputs[0].required);
    assert_int_equal(qualify->exchange.n_outputs, 1);
    assert_int_equal(qualify->exchange.outputs[0].next_step, VOC_NONE);
    assert_true(str_is(j->stages[qualify->exchange.outputs[0].next_stage].id, "deciding"));
    assert_true(qualify->exchange.n_requirements == 1 && qualify->exchange.requirements[0].of_next);
    assert_true(str_is(propose->title, "propose") && propose->stage == VOC_NONE && !propose->enter);
    assert_int_equal(propose->leaves[2].outcome, VOC_LEAVE_RETURNED);
    assert_int_equal(propose->leaves[2].to, 0);
    assert_int_equal(j->n_typed, 1);
    assert_true(j->typed[0].step == 1 && j->typed[0].stage == VOC_NONE);
    assert_true(str_is(j->typed[0].field, "staff") && str_is(j->typed[0].value, "3") && str_is(j->typed[0].author, "Ann") && str_is(j->typed[0].date, "2024-05-01"));
    journey_free(j);
    mem_free(journey);
    mem_free(sources);
    mem_free(codebook);
}

static void sources_keep_their_maps_in_order(void **state)
{
    (void)state;
    char *sources = corpus("sources.xml");
    struct journey *j = parsed("<journey " NS " id=\"m\"/>", sources, "");
    assert_int_equal(j->n_sources, 3);
    const struct source_rule *web = &j->sources[0], *crm = &j->sources[1], *old = &j->sources[2];
    assert_int_equal(web->n_maps, 9);
    assert_true(str_is(web->maps[0].to, "time") && str_is(web->maps[0].format, "d.M.yyyy HH:mm") && web->maps[0].line == 6);
    assert_true(str_is(web->maps[2].constant, "web"));
    assert_true(str_is(web->maps[4].to, "customer") && str_is(web->maps[4].alias_kind, "cookie") && web->maps[4].strong == 0);
    assert_int_equal(web->maps[5].strong, 1);
    assert_true(str_is(web->maps[6].to, "account") && str_is(web->maps[6].from, "firm"));
    assert_true(str_is(web->maps[7].to, "attr") && web->maps[7].type == VOC_TYPE_INT && web->maps[7].entity == VOC_ENTITY_EVENT);
    assert_true(str_is(web->maps[8].from, "plan") && web->maps[8].entity == VOC_ENTITY_ACCOUNT); // the column has the attribute's name
    assert_int_equal(web->n_options, 1);
    assert_int_equal(web->n_ignores, 1);
    assert_int_equal(web->n_files, 2);
    assert_int_equal(web->actor, VOC_ACTOR_CUSTOMER);
    assert_int_equal(web->resolution, VOC_RES_SECOND);
    assert_true(!web->watermark_none && web->watermark_us == VOC_NA);
    assert_true(str_is(crm->maps[0].action, "Opened") && str_is(crm->maps[1].action_from, "stage") && str_is(crm->maps[2].to, "case"));
    assert_int_equal(crm->actor, VOC_ACTOR_UNSET);
    assert_int_equal(crm->watermark_us, INT64_C(1735603200) * US_PER_SECOND);
    assert_true(old->watermark_none);
    journey_free(j);
    mem_free(sources);
}

static void a_list_of_actions_is_any_of_their_events(void **state)
{
    (void)state;
    struct journey *j = parsed("<journey " NS " id=\"m\"><stages><stage id=\"a\"><definition><event action=\"x\"/></definition>"
                               "<aim actions=\"order renew\"/></stage></stages></journey>", "", "");
    const struct predicate *aim = j->stages[0].aim;
    assert_int_equal(aim->kind, PRED_ANY);
    assert_int_equal(aim->n_child, 2);
    assert_int_equal(aim->child[1]->kind, PRED_EVENT);
    assert_int_equal(aim->child[1]->actors, 1u << VOC_ACTOR_CUSTOMER);
    assert_int_equal(aim->child[1]->n_tests, 1);
    assert_int_equal(aim->child[1]->tests[0].field, LEAF_ACTION);
    assert_true(str_is(aim->child[1]->tests[0].whole, "renew"));
    assert_int_equal(j->stages[0].aim_value, VOC_NA);
    journey_free(j);
}

static void use_gives_the_predicate_itself_and_numbers_are_dense(void **state)
{
    (void)state;
    struct journey *j = parsed("<journey " NS " id=\"m\"><predicate id=\"unused\"><event action=\"u\"/></predicate>"
                               "<predicate id=\"p\"><all><use ref=\"q\"/><not within=\"8wh\"><event action=\"n\"/></not></all></predicate>"
                               "<predicate id=\"q\"><count at-least=\"2\" within=\"36h\"><event action=\"x\"/></count></predicate>"
                               "<calendar id=\"c\"/>"
                               "<stages><stage id=\"a\"><definition><use ref=\"p\"/></definition><definition><use ref=\"q\"/></definition></stage></stages></journey>", "", "");
    const struct predicate *p = j->stages[0].definition[0], *q = j->stages[0].definition[1];
    assert_int_equal(p->kind, PRED_ALL);
    assert_ptr_equal(p->child[0], q);
    assert_int_equal(q->kind, PRED_COUNT);
    assert_int_equal(q->within_us, INT64_C(36) * 3600 * US_PER_SECOND);
    assert_int_equal(q->at_most, -1);
    assert_int_equal(p->child[1]->within_us, INT64_C(8) * 3600 * US_PER_SECOND);
    assert_int_equal(j->n_predicates, 5); // the unused one has no number
    for (size_t i = 0; i < j->n_predicates; i++) assert_int_equal(j->predicates[i]->number, i);
    journey_free(j);
}

static void the_defaults_of_a_fact_follow_where_it_stands(void **state)
{
    (void)state;
    struct journey *j = parsed("<journey " NS " id=\"m\"><segments><segment id=\"s\"><fact name=\"f\"/></segment></segments>"
                               "<stages><stage id=\"a\"><definition><all><event action=\"x\"><fact name=\"f\" at-least=\"1e3\"/></event><fact name=\"g\" is=\"\"/></all></definition></stage></stages></journey>", "", "");
    const struct predicate *all = j->stages[0].definition[0];
    assert_int_equal(j->segments[0].when->of, FACT_ACCOUNT);
    assert_true(j->segments[0].when->has_present && j->segments[0].when->present);
    assert_int_equal(all->child[0]->child[0]->of, FACT_EVENT);
    assert_true(all->child[0]->child[0]->has_at_least && all->child[0]->child[0]->fact_at_least > 999.0);
    assert_false(all->child[0]->child[0]->has_present);
    assert_int_equal(all->child[1]->of, FACT_UNIT);
    assert_true(all->child[1]->has_is && all->child[1]->is.len == 0);
    journey_free(j);
}

static void work_that_nothing_refers_to_is_told_apart(void **state)
{
    (void)state;
#define WORK(title) "<work title=\"" title "\"><event actor=\"company\" action=\"w\"/></work>"
    struct journey *j = parsed("<journey " NS " id=\"m\"><stages><stage id=\"a\"><definition><event action=\"x\"/></definition>"
                               "<aim><event touchpoint=\"aimed\"/></aim></stage></stages>"
                               "<touchpoints><touchpoint id=\"t\" kind=\"push\" step=\"touched\"><event actor=\"company\" action=\"t\"/></touchpoint></touchpoints><steps>"
                               "<step id=\"idle\">" WORK("report") WORK("aimed") "</step>"
                               "<step id=\"staged\" stage=\"a\">" WORK("1") "</step>"
                               "<step id=\"checked\">" WORK("2") "<requirement id=\"r\"><fact name=\"f\"/></requirement></step>"
                               "<step id=\"giving\">" WORK("3") "<output next=\"named\"><event action=\"o\"/></output></step>"
                               "<step id=\"named\">" WORK("4") "</step><step id=\"touched\">" WORK("5") "</step></steps></journey>", "", "");
    assert_int_equal(j->n_works, 7);
    assert_false(j->works[0].referred);
    for (size_t i = 1; i < 7; i++) assert_true(j->works[i].referred);
    journey_free(j);
}

static void every_fault_of_every_file_is_named_with_its_line_and_advice(void **state)
{
    (void)state;
    struct diag *d = refused("<journey " NS " id=\"m\">\n"
                             " <stages>\n"
                             "  <stage id=\"aware\" skipable=\"yes\">\n"
                             "   <definition><evnt action=\"x\"/></definition>\n"
                             "  </stage>\n"
                             "  <win stage=\"awre\"/>\n"
                             " </stages>\n"
                             " <response window=\"14\"/>\n"
                             " <predicate id=\"p\"><event text-like=\"(\"/></predicate>\n"
                             "</journey>", "<sources " NS ">\n<source id=\"s\"/>\n</sources>", "<codebook " NS ">\n<theme id=\"t\" parent=\"u\"/>\n</codebook>");
    assert_true(says(d, "x/journey.xml", 3, "did you mean \"skippable\"?", "skippable, repeatable"));
    assert_true(says(d, "x/journey.xml", 4, "unknown element <evnt> in <definition>; did you mean \"event\"?", "allowed here"));
    assert_true(says(d, "x/journey.xml", 6, "there is no <stage> of that id; did you mean \"aware\"?", "declared: aware"));
    assert_true(says(d, "x/journey.xml", 8, "window=\"14\"", NULL));
    assert_true(says(d, "x/journey.xml", 9, "", NULL)); // the pattern
    assert_true(says(d, "x/sources.xml", 2, "<source> has no as", NULL));
    assert_true(says(d, "x/codebook.xml", 2, "parent=\"u\"", NULL));
    assert_int_equal(diag_count(d, VOC_ERROR), 7);
    diag_free(d);

    d = refused("<journey " NS " id=\"m\"><stages><stage id=\"a\">\n<aim actions=\"x\"/></stage></stages>", "", "");
    assert_true(diag_count(d, VOC_ERROR) >= 1); // not well-formed
    diag_free(d);
    d = refused("", "", "");
    assert_true(says(d, "x/journey.xml", 0, "empty", NULL));
    diag_free(d);
    d = refused("<!DOCTYPE journey [<!ENTITY e \"x\">]><journey " NS " id=\"m\"/>", "", "");
    diag_free(d);
    d = refused("<journey " NS " id=\"m\"><needs><need id=\"n\"><said theme=\"t\"/></need></needs></journey>", "", "");
    assert_true(says(d, "x/journey.xml", 1, "there is no <theme>", "codebook.xml, which is not there"));
    diag_free(d);
}

static void suspicious_claims_are_warned_about(void **state)
{
    (void)state;
    struct journey *j = NULL;
    struct diag *d = diag_new();
    const char *text = "<journey " NS " id=\"m\"><touchpoints>\n<touchpoint id=\"t\" kind=\"push\"><event action=\"mail\"/></touchpoint></touchpoints></journey>";
    assert_int_equal(journey_parse(&j, str_of(text), str_of(""), str_of(""), NULL, d), VOC_OK);
    assert_true(says(d, "journey.xml", 2, "claims events of customers", "actor=\"company\""));
    journey_free(j);
    diag_free(d);
}

static void same_hash(const char *a, const char *b, bool same)
{
    struct journey *x = parsed(a, "", ""), *y = parsed(b, "", "");
    assert_int_equal(memcmp(x->hash, y->hash, HASH_BYTES) == 0, same);
    journey_free(x);
    journey_free(y);
}

static void the_hash_is_of_what_is_meant_and_not_of_how_it_is_written(void **state)
{
    (void)state;
    const char *plain = "<journey " NS " id=\"m\" version=\"2\"><actions><action name=\"a\" class=\"value\"/></actions></journey>";
    same_hash(plain,
              "<?xml version=\"1.0\"?>\n<!-- c -->\n"
              "<v:journey xmlns:v='urn:vocstream:journey:1' version='2'\n"
              " id='m'>\n <v:note>n</v:note>\n"
              " <v:actions>\n  <v:action class='value'  name='&#97;'></v:action> </v:actions>\n"
              "</v:journey>",
              true);
    same_hash(plain, "<journey " NS " id=\"m\" version=\"2\"><actions><action name=\"b\" class=\"value\"/></actions></journey>", false);
    same_hash(plain, "<journey " NS " id=\"m\" version=\"3\"><actions><action name=\"a\" class=\"value\"/></actions></journey>", false);
    same_hash(plain, "<journey " NS " id=\"m\" version=\"2\"><actions/></journey>", false);
    static const char typed[] = "<journey " NS " id=\"m\" version=\"2\"><steps><step id=\"s\"/>%s</steps></journey>";
    char one[300], two[300];
    snprintf(one, sizeof one, typed, "");
    snprintf(two, sizeof two, typed, "<stream><typed step=\"s\" field=\"staff\" value=\"3\"/></stream>");
    same_hash(one, two, true); // what people write about it is not what it means
    struct journey *a = parsed(plain, "", ""), *b = parsed(plain, "<sources " NS "/>", ""), *c = parsed(plain, "", "<codebook " NS "/>");
    assert_memory_not_equal(a->hash, b->hash, HASH_BYTES);
    assert_memory_not_equal(a->hash, c->hash, HASH_BYTES);
    assert_memory_not_equal(b->hash, c->hash, HASH_BYTES);
    journey_free(a);
    journey_free(b);
    journey_free(c);
}

static void the_bytes_of_the_files_are_kept(void **state)
{
    (void)state;
    const char *text = "<journey " NS " id=\"m\"/>\n<!-- kept -->";
    struct journey *j = parsed(text, "<sources " NS "/>", "");
    assert_true(str_is(j->journey_xml, text) && str_is(j->sources_xml, "<sources " NS "/>") && j->codebook_xml.len == 0);
    assert_non_null(j->sources_root);
    assert_null(j->codebook_root);
    journey_free(j);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[PATH_MAX];
    assert_in_range(snprintf(path, sizeof path, "%s/%s", folder, name), 1, sizeof path - 1);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    (void)fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void a_folder_is_loaded_with_the_files_it_names(void **state)
{
    (void)state;
    char folder[64] = "/tmp/voc-test-load-XXXXXX", path[300];
    struct journey *j = NULL;
    struct diag *d = diag_new();
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/mine", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    put(path, "journey.xml", "<journey " NS " id=\"mine\" sources=\"other.xml\"/>");
    assert_int_equal(journey_load(&j, path, d), VOC_E_OPTION); // other.xml is not there
    put(path, "other.xml", "<sources " NS "><source id=\"s\" as=\"events\"/></sources>");
    put(path, "sources.xml", "<rubbish/>"); // not named, so not read
    put(path, "codebook.xml", "<codebook " NS "><theme id=\"t\"/></codebook>");
    assert_int_equal(journey_load(&j, path, d), VOC_OK);
    assert_int_equal(j->n_sources, 1);
    assert_true(str_ends(j->sources_file, "/mine/other.xml"));
    assert_non_null(j->codebook_root);
    journey_free(j);

    j = NULL;
    assert_int_equal(setenv("VOC_JOURNEY_PATH", folder, 1), 0);
    assert_int_equal(journey_load(&j, "mine", d), VOC_OK);
    assert_true(str_is(j->file, "mine/journey.xml")); // messages name it as the user did
    journey_free(j);
    j = NULL;
    assert_int_equal(journey_load(&j, "online-shopp", d), VOC_E_OPTION);
    const struct diag_msg *last = diag_at(d, diag_n(d) - 1);
    assert_non_null(strstr(last->message, "online-shopp"));
    assert_non_null(strstr(last->hint, "did you mean online-shop?"));
    put(path, "journey.xml", "<journey " NS " id=\"mine\" sources=\"../../etc/passwd\"/>");
    assert_int_equal(journey_load(&j, "mine", d), VOC_E_OPTION);
    (void)unsetenv("VOC_JOURNEY_PATH");
    diag_free(d);
    static const char *const names[] = {"mine/journey.xml", "mine/other.xml", "mine/sources.xml", "mine/codebook.xml"};
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/mine", folder);
    (void)rmdir(path);
    (void)rmdir(folder);
}

static void the_shipped_journeys_load_without_a_word(void **state)
{
    (void)state;
    const char *top = getenv("VOC_TEST_SRCDIR");
    char path[4096];
    size_t n = 0;
    const char *const *ids = journey_shipped(&n);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        struct journey *j = NULL;
        struct diag *d = diag_new();
        (void)snprintf(path, sizeof path, "%s/journeys/%s", top ? top : ".", ids[i]);
        assert_int_equal(journey_load(&j, path, d), VOC_OK);
        assert_int_equal(diag_n(d), 0);
        assert_true(str_is(j->id, ids[i]));
        assert_true(j->n_samples > 0 && j->n_stages > 0 && j->n_sources > 0);
        journey_free(j);
        diag_free(d);
    }
}

static void a_journey_without_definition_accepts_anything(void **state)
{
    (void)state;
    struct journey *j = NULL;
    assert_int_equal(journey_none(&j, VOC_UNIT_CASE), VOC_OK);
    assert_int_equal(j->unit, VOC_UNIT_CASE);
    assert_true(j->n_stages == 0 && j->n_claims == 0 && j->lapse_us == VOC_NA);
    assert_int_equal(j->response.window_us, DAYS(14));
    journey_free(j);
}

static const char *const faulty =
    "<journey " NS " id=\"m\"><predicate id=\"p\"><event action-like=\"^x\"><fact name=\"f\"/></event></predicate>"
    "<actions><action name=\"x\" class=\"value\" stages=\"a\"/></actions>"
    "<stages><stage id=\"a\"><definition><use ref=\"p\"/></definition><aim actions=\"x y\"/></stage><exit id=\"e\"><event action=\"z\"/></exit></stages>"
    "<touchpoints><touchpoint id=\"t\" kind=\"push\" stages=\"a\"><event actor=\"company\" action=\"m\"/></touchpoint></touchpoints>"
    "<response><window stage=\"a\" is=\"3d\"/></response>"
    "<samples><sample name=\"s\"><e at=\"2024-01-01\" action=\"x\"/><expect stage=\"a\"/></sample></samples></journey>";

static voc_rc load_once(void *user)
{
    struct journey *j = NULL;
    (void)user;
    voc_rc rc = journey_parse(&j, str_of(faulty), str_of("<sources " NS "><source id=\"s\" as=\"events\"><map to=\"time\" from=\"t\"/></source></sources>"),
                              str_of("<codebook " NS "><theme id=\"t\"><include>x</include></theme></codebook>"), "x", NULL);
    journey_free(j);
    return rc;
}

static void a_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    assert_int_equal(load_once(NULL), VOC_OK); // what the libraries keep for good is made now
    assert_true(fail_each_allocation(load_once, NULL) > 20);
}

static int begin(void **state)
{
    (void)state;
    return xml_init() == VOC_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    xml_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_written_has_the_default),
        cmocka_unit_test(the_typed_structures_hold_what_the_file_says),
        cmocka_unit_test(steps_say_what_they_take_and_give_and_what_was_typed),
        cmocka_unit_test(sources_keep_their_maps_in_order),
        cmocka_unit_test(a_list_of_actions_is_any_of_their_events),
        cmocka_unit_test(use_gives_the_predicate_itself_and_numbers_are_dense),
        cmocka_unit_test(the_defaults_of_a_fact_follow_where_it_stands),
        cmocka_unit_test(work_that_nothing_refers_to_is_told_apart),
        cmocka_unit_test(every_fault_of_every_file_is_named_with_its_line_and_advice),
        cmocka_unit_test(suspicious_claims_are_warned_about),
        cmocka_unit_test(the_hash_is_of_what_is_meant_and_not_of_how_it_is_written),
        cmocka_unit_test(the_bytes_of_the_files_are_kept),
        cmocka_unit_test(a_folder_is_loaded_with_the_files_it_names),
        cmocka_unit_test(the_shipped_journeys_load_without_a_word),
        cmocka_unit_test(a_journey_without_definition_accepts_anything),
        cmocka_unit_test(a_failed_allocation_is_reported_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
