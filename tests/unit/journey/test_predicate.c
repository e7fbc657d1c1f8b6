// SPDX-License-Identifier: MIT
// Predicates: random trees over random events against an evaluator that rescans the history from the text of METHODS 2.2
// and 2.3, then the parts: memos, facts, JSON, small tables.
#include "tests/unit/journey/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "journey/predicate/fact_index.h"
#include "journey/predicate/memo.h"
#include "journey/predicate/predicate_eval.h"

#define CUSTOMER (1u << VOC_ACTOR_CUSTOMER)
#define ANYONE (1u << VOC_ACTOR_CUSTOMER | 1u << VOC_ACTOR_COMPANY | 1u << VOC_ACTOR_OTHER)

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

// ---- the oracle -----------------------------------------------------------------------------------------------------------------------

enum { N = 48, NODES = 24 };
struct naive_event { int64_t t; int action, person, object, actor; uint32_t session; };
struct forest { // predicates made at random
    struct predicate at[NODES];
    struct leaf_test tests[NODES];
    const struct predicate *children[NODES][3];
    size_t n;
};
struct oracle { const struct naive_event *e; int from; }; // events of the history: [from, i]

static const char *const action_names[] = {"a", "b", "c"};

static bool account_is_big(int64_t t) { return t >= 10 * DAY && t < 30 * DAY; }

static struct predicate *make(struct forest *f, unsigned depth, uint64_t *seed)
{
    struct predicate *p = &f->at[f->n];
    size_t me = f->n++;
    bool room = f->n + 3 < NODES && depth < 3;
    uint64_t kind = room ? next(seed) % 8 : next(seed) % 3;
    *p = (struct predicate){.kind = PRED_EVENT, .actors = next(seed) % 4 ? CUSTOMER : ANYONE, .number = (uint32_t)me, .at_most = -1,
                            .within_us = VOC_NA};
    if (kind <= 1) { // a leaf by action
        f->tests[me] = (struct leaf_test){.field = LEAF_ACTION, .whole = str_of(action_names[next(seed) % 3])};
        p->tests = &f->tests[me];
        p->n_tests = 1;
    } else if (kind == 2) {
        *p = (struct predicate){.kind = PRED_FACT, .of = FACT_ACCOUNT, .name = STR("size"), .has_is = true, .is = STR("big"), .number = (uint32_t)me};
    } else {
        static const enum predicate_kind kinds[] = {PRED_COUNT, PRED_COUNT, PRED_ALL, PRED_ANY, PRED_NOT};
        p->kind = kinds[kind - 3];
        p->n_child = p->kind == PRED_COUNT || p->kind == PRED_NOT ? 1 : 1 + next(seed) % 2;
        if (next(seed) % 3) p->within_us = (int64_t)(next(seed) % 12) * DAY / 2;
        p->at_least = 1 + (int64_t)(next(seed) % 3);
        if (next(seed) % 4 == 0) p->at_most = p->at_least + (int64_t)(next(seed) % 2);
        p->distinct = (enum count_distinct)(next(seed) % 5);
        for (size_t c = 0; c < p->n_child; c++) f->children[me][c] = make(f, depth + 1, seed);
        p->child = f->children[me];
    }
    return p;
}

static bool has_event(const struct predicate *p)
{
    if (p->kind == PRED_EVENT) return true;
    if (p->kind == PRED_FACT || p->kind == PRED_NOT) return false;
    for (size_t c = 0; c < p->n_child; c++)
        if (has_event(p->child[c])) return true;
    return false;
}

static bool leaf(const struct oracle *o, const struct predicate *p, int i)
{
    return (p->actors >> o->e[i].actor & 1u) && (p->n_tests == 0 || str_is(p->tests[0].whole, action_names[o->e[i].action]));
}

static bool met(const struct oracle *o, const struct predicate *p, int i);

static bool fires(const struct oracle *o, const struct predicate *p, int i, bool fact)
{
    bool any = false;
    switch (p->kind) {
    case PRED_EVENT: return !fact && leaf(o, p, i);
    case PRED_FACT: return fact && account_is_big(o->e[i].t);
    case PRED_NOT: return false;
    case PRED_COUNT: return met(o, p, i) && fires(o, p->child[0], i, fact);
    default: break;
    }
    for (size_t c = 0; c < p->n_child; c++) any = any || fires(o, p->child[c], i, fact);
    if (p->kind == PRED_ANY) return any;
    return any && met(o, p, i) && !(fact && has_event(p));
}

static int64_t count(const struct oracle *o, const struct predicate *p, int i)
{
    int64_t keys[N], n = 0, hits = 0, unknown = 0;
    for (int k = o->from; k <= i; k++) {
        if (p->within_us != VOC_NA && o->e[i].t - o->e[k].t > p->within_us) continue;
        if (!fires(o, p->child[0], k, false) && !fires(o, p->child[0], k, true)) continue;
        hits++;
        const struct naive_event *e = &o->e[k];
        int64_t key = p->distinct == DISTINCT_INDIVIDUAL ? e->person : p->distinct == DISTINCT_OBJECT ? e->object
                    : p->distinct == DISTINCT_DAY        ? e->t / DAY + 1000 : e->session;
        bool seen = false;
        for (int64_t q = 0; q < n; q++) seen = seen || keys[q] == key;
        if (!key) unknown++;
        else if (!seen) keys[n++] = key;
    }
    if (p->distinct == DISTINCT_NONE) return hits;
    return p->distinct == DISTINCT_INDIVIDUAL && !n ? (unknown ? 1 : 0) : n;
}

static bool met(const struct oracle *o, const struct predicate *p, int i)
{
    bool all = true, any = false;
    switch (p->kind) {
    case PRED_EVENT:
        for (int k = o->from; k <= i; k++) any = any || leaf(o, p, k);
        return any;
    case PRED_FACT: return account_is_big(o->e[i].t);
    case PRED_COUNT: {
        int64_t n = count(o, p, i);
        return n >= p->at_least && (p->at_most < 0 || n <= p->at_most);
    }
    case PRED_NOT:
        if (p->within_us == VOC_NA) return !met(o, p->child[0], i);
        for (int k = o->from; k <= i; k++)
            if (o->e[i].t - o->e[k].t <= p->within_us && fires(o, p->child[0], k, false)) return false;
        return !fires(o, p->child[0], i, true);
    default: break;
    }
    for (size_t c = 0; c < p->n_child; c++) {
        bool m = met(o, p->child[c], i);
        all = all && m;
        any = any || m;
    }
    return p->kind == PRED_ALL ? all : any;
}

static void make_events(struct world *w, struct naive_event *e, uint64_t *seed)
{
    static const char *const people[] = {NULL, "p", "q", "r"}, *const objects[] = {NULL, "o1", "o2"};
    int64_t t = 0;
    uint32_t sessions = 0, last[4] = {0}; // of each person: event + 1
    for (int i = 0; i < N; i++) {
        t += (int64_t)(next(seed) % 4) * (next(seed) % 2 ? DAY / 2 : 1000 * US_PER_SECOND);
        e[i] = (struct naive_event){.t = t, .action = (int)(next(seed) % 3), .person = (int)(next(seed) % 4), .object = (int)(next(seed) % 3),
                                    .actor = next(seed) % 5 ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY};
        if (e[i].actor == VOC_ACTOR_CUSTOMER) {
            uint32_t *before = &last[e[i].person];
            e[i].session = *before && t - e[*before - 1].t <= 1800 * US_PER_SECOND ? e[*before - 1].session : ++sessions;
            *before = (uint32_t)i + 1;
        }
        EVENT_OF(w, .account = "A", .person = people[e[i].person], .object = objects[e[i].object], .action = action_names[e[i].action],
                 .actor = (uint32_t)e[i].actor, .at = t, .record = (uint64_t)i);
    }
    world_fact(w, VOC_ENTITY_ACCOUNT, "A", "size", "big", 10 * DAY);
    world_fact(w, VOC_ENTITY_ACCOUNT, "A", "size", "small", 30 * DAY);
}

static void random_predicates_say_what_a_rescan_of_the_history_says(void **state)
{
    (void)state;
    uint64_t seed = 20240101;
    size_t fired_at_all = 0;
    for (int round = 0; round < 400; round++) {
        struct world w;
        struct naive_event naive[N];
        struct forest *f = mem_zalloc(1, sizeof *f);
        world_new(&w, "", "");
        make_events(&w, naive, &seed);
        assert_int_equal(event_set_seal(w.s), VOC_OK);
        const struct predicate *p = make(f, 0, &seed);
        struct evaluator *ev = NULL;
        struct programs *ps = NULL;
        struct program_run *run = NULL;
        uint32_t index;
        assert_int_equal(evaluator_new(&ev, w.s), VOC_OK);
        assert_int_equal(programs_new(&ps, ev, PROGRAMS_EXPLICIT), VOC_OK);
        assert_int_equal(programs_add(ps, p, &index), VOC_OK);
        assert_int_equal(programs_seal(ps), VOC_OK);
        assert_int_equal(program_run_new(&run, ps), VOC_OK);
        program_run_unit(run, VOC_ENTITY_ACCOUNT, 1);
        struct oracle o = {naive, 0};
        for (int i = 0; i < N; i++) {
            struct eval_event e = {.time_us = T0 + naive[i].t, .at = (uint32_t)i, .action = w.s->action[i], .touchpoint = VOC_NONE,
                                   .individual = identity_individual(w.s->identity, w.s->customer[i]),
                                   .account = identity_account(w.s->identity, w.s->account[i]), .session = naive[i].session,
                                   .actor = (uint8_t)naive[i].actor};
            bool wanted = fires(&o, p, i, false) || fires(&o, p, i, true), fired = false;
            if (programs_may(ps, e.action)[0] & 1u) assert_int_equal(program_fire(run, index, &e, &fired), VOC_OK);
            if (fired != wanted) fail_msg("round %d, event %d: %d instead of %d", round, i, fired, wanted);
            fired_at_all += fired;
            if (next(&seed) % 15 == 0) { // an exit: the evidence is forgotten
                program_run_clear(run);
                o.from = i + 1;
            }
        }
        program_run_free(run);
        programs_free(ps);
        evaluator_free(ev);
        mem_free(f);
        world_free(&w);
    }
    assert_true(fired_at_all > 2000);
}

// ---- through the definition: what the oracle does not make --------------------------------------------------------------------------

// The stages that an event list enters, by one definition.
static void enters(const char *definition, void (*events)(struct world *w), const char *wanted)
{
    struct world w;
    struct buf b;
    buf_init(&b, 1u << 16);
    buf_printf(&b, "<actions><action name='open' class='mechanical'/><action name='read' class='value'/></actions>"
                   "<stages><stage id='s'><definition>%s</definition></stage></stages>", definition);
    world_new(&w, "lapse='none'", b.ptr);
    events(&w);
    world_run(&w, &(struct timeline_options){.end_us = T0 + 9 * DAY});
    assert_stays(&w, "A", wanted);
    world_free(&w);
    buf_done(&b);
}

static void web(struct world *w)
{
    EVENT_OF(w, .account = "A", .person = "p", .action = "open", .channel = "mail", .at = 0);
    EVENT_OF(w, .account = "A", .person = "p", .action = "read", .channel = "web", .object = "/guide", .text = "a Quote please", .at = DAY);
    EVENT_OF(w, .account = "A", .person = "p", .action = "read", .channel = "web", .object = "/guide", .owner = "kim", .at = 2 * DAY, .key = "pages", .value_text = "12");
    EVENT_OF(w, .account = "A", .person = "q", .action = "read", .channel = "shop", .campaign = "spring", .at = 3 * DAY,
             .role = "boss", .source = "erp", .value = 250000000, .key = "question", .value_text = "q7");
    EVENT_OF(w, .account = "A", .person = "q", .action = "ask", .channel = "web", .touchpoint = "form", .at = 4 * DAY);
    world_fact(w, VOC_ENTITY_ACCOUNT, "A", "size", "50", VOC_NA);
}

static void visits(struct world *w) // of one person: 0, 30 min, 60 min and a µs
{
    EVENT_OF(w, .account = "A", .person = "p", .action = "visit", .at = 0);
    EVENT_OF(w, .account = "A", .person = "p", .action = "other", .at = HOUR / 2); // keeps the session going
    EVENT_OF(w, .account = "A", .person = "q", .action = "visit", .at = HOUR * 3 / 4, .actor = VOC_ACTOR_COMPANY);
    EVENT_OF(w, .account = "A", .person = "p", .action = "visit", .at = HOUR);
    EVENT_OF(w, .account = "A", .person = "p", .action = "visit", .at = HOUR * 3 / 2 + 1);
}

static void each_field_is_tested_whole_or_by_pattern(void **state)
{
    (void)state;
    enters("<event class='value'/>", web, "s 1-9 censored");
    enters("<event class='mechanical'/>", web, "s 0-9 censored");
    enters("<event channel='mail'/>", web, "");
    enters("<event channel-like='^(mail|shop)$'/>", web, "s 3-9 censored"); // mechanical ones only where named
    enters("<event action-like='^op'/>", web, "s 0-9 censored");
    enters("<event object='/gui'/>", web, "");
    enters("<event object-like='/gui'/>", web, "s 1-9 censored");
    enters("<event campaign='spring' role='boss' source='erp'/>", web, "s 3-9 censored");
    enters("<event campaign='spring' role='user'/>", web, "");
    enters("<event text-like='\\bquote\\b'/>", web, "");
    enters("<event text-like='(?i)\\bquote\\b'/>", web, "s 1-9 censored");
    enters("<event owner='kim'/>", web, "s 2-9 censored");
    enters("<event touchpoint='form'/>", web, "s 4-9 censored");
    enters("<event question='q7'/>", web, "s 3-9 censored");
    enters("<event action='read'><fact of='event' name='pages' at-least='10'/></event>", web, "s 2-9 censored");
    enters("<event action='read'><fact of='event' name='value' at-least='250' at-most='250'/></event>", web, "s 3-9 censored");
    enters("<event action='read'><fact of='event' name='pages' present='no'/><fact of='event' name='channel' like='^sh'/></event>", web, "s 3-9 censored");
    enters("<event segment='other' action='ask'/>", web, "s 4-9 censored");
    enters("<count at-least='2' distinct='object'><event action='read'/></count>", web, "");
    enters("<count at-least='2' distinct='individual'><event action='read'/></count>", web, "s 3-9 censored");
    enters("<all><count at-least='2' within='1d'><event action='read' channel='web'/></count><event action='ask'/></all>", web, "");
    enters("<all><count at-least='1' within='2d'><event action='read' channel='web'/></count><event action='ask'/></all>", web, "s 4-9 censored");
    enters("<all><event action='ask'/><not within='1d'><event channel='shop'/></not></all>", web, "");
    enters("<all><event action='ask'/><not within='23h'><event channel='shop'/></not></all>", web, "s 4-9 censored");
    enters("<all><event action='ask'/><count at-least='5'><fact of='account' name='size' is='50'/></count></all>", web, "s 4-9 censored");
    enters("<all><event action='ask'/><count at-least='6'><fact of='account' name='size' is='50'/></count></all>", web, "");
    enters("<count at-least='2' distinct='session'><event action='visit'/></count>", visits, "s 0.0625-9 censored");
    enters("<count at-least='3' distinct='session'><event action='visit'/></count>", visits, "");
}

// ---- parts ------------------------------------------------------------------------------------------------------------------------------

static void a_pattern_runs_once_for_each_distinct_value(void **state)
{
    (void)state;
    const voc_str strings[] = {{"", 0}, STR("alpha"), STR("beta")};
    struct memo_set set = {0};
    struct value_memo *m = NULL, *same = NULL, *other = NULL;
    struct voc_regex *re = NULL;
    assert_int_equal(regex_new(&re, STR("^al"), 0, NULL, 0, NULL), VOC_OK);
    assert_int_equal(memo_get(&m, &set, re, (voc_str){0}, strings, 3), VOC_OK);
    assert_int_equal(memo_get(&same, &set, re, (voc_str){0}, strings, 3), VOC_OK);
    assert_int_equal(memo_get(&other, &set, NULL, STR("beta"), strings, 3), VOC_OK);
    assert_ptr_equal(m, same);
    assert_ptr_not_equal(m, other);
    assert_true(memo_test(m, 1) && !memo_test(m, 2) && !memo_test(m, 0) && !memo_test(m, 3) && memo_test(other, 2));
    m->state[1] = 1; // a known answer is taken from the memo, not asked again
    assert_false(memo_test(m, 1));
    memo_done(&set);
    regex_free(re);
}

static void distinct_strings_have_one_code_and_the_empty_one_is_zero(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    voc_str *rows = mem_zalloc(ROWS, sizeof *rows);
    char (*text)[8] = mem_zalloc(ROWS, sizeof *text);
    for (int i = 0; i < ROWS; i++) {
        int n = i % 7 == 0 ? 0 : snprintf(text[i], sizeof text[i], "s%d", i % 700);
        rows[i] = str_mk(text[i], (size_t)n);
    }
    struct interned in = {0};
    assert_int_equal(intern_rows(&in, rows, sizeof *rows, ROWS), VOC_OK);
    assert_int_equal(in.n, 601);
    for (int i = 0; i < ROWS; i++) {
        assert_true(str_eq(in.strings[in.code[i]], rows[i]));
        assert_int_equal(in.code[i] == 0, rows[i].len == 0);
        if (i >= 700) assert_int_equal(in.code[i], in.code[i - 700]);
    }
    interned_done(&in);
    assert_int_equal(intern_rows(&in, NULL, 1, 3), VOC_OK);
    assert_true(in.n == 1 && in.code[2] == 0);
    interned_done(&in);
    mem_free(rows);
    mem_free(text);
}

static void a_key_map_forgets_at_once_and_grows(void **state)
{
    (void)state;
    struct keymap m = {0};
    for (int era = 0; era < 3; era++) {
        for (uint64_t k = 0; k < 1000; k++) {
            uint32_t *v = keymap_at(&m, k * k);
            assert_int_equal(*v, 0);
            *v = (uint32_t)k + 1;
        }
        for (uint64_t k = 0; k < 1000; k++) assert_int_equal(*keymap_at(&m, k * k), k + 1);
        keymap_clear(&m);
    }
    keymap_done(&m);
}

static void json_gives_values_as_text_and_never_leaves_its_slice(void **state)
{
    (void)state;
    static const char object[] = "{\"a\":\"x\",\"b\" : 12.50 , \"c\":{\"a\":[1,\"}\"]},\"d\":\"q\\\"\\u00e9\\ud83d\\ude00\\n\",\"\\u0065\":true,\"f\":null,\"g\":\"\"}";
    static const struct { const char *key, *value; } wanted[] = {
        {"a", "x"}, {"b", "12.50"}, {"c", "{\"a\":[1,\"}\"]}"}, {"d", "q\"\xc3\xa9\xf0\x9f\x98\x80\n"}, {"e", "true"}, {"f", NULL}, {"g", ""}, {"h", NULL},
    };
    struct buf b;
    buf_init(&b, 1000);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        voc_str v = {0};
        bool found = facts_json(str_of(object), str_of(wanted[i].key), &b, &v);
        assert_int_equal(found, wanted[i].value != NULL);
        if (found) assert_true(str_is(v, wanted[i].value));
    }
    for (size_t cut = 0; cut < sizeof object - 1; cut++) { // every prefix, in a block of its own size for the sanitizer
        char *copy = mem_dup(object, cut ? cut : 1);
        voc_str v;
        (void)facts_json(str_mk(copy, cut), STR("zzz"), &b, &v);
        (void)facts_json(str_mk(copy, cut), STR("d"), &b, &v);
        mem_free(copy);
    }
    buf_done(&b);
}

static void a_fact_is_what_it_was_at_the_time(void **state)
{
    (void)state;
    struct world w;
    world_new(&w, "", "");
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "tier", "silver", 2 * DAY);
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "tier", "gold", 5 * DAY);
    world_fact(&w, VOC_ENTITY_ACCOUNT, "A", "city", "Bonn", VOC_NA);
    world_fact(&w, VOC_ENTITY_INDIVIDUAL, "A", "tier", "person", VOC_NA);
    assert_int_equal(event_set_seal(w.s), VOC_OK);
    struct fact_index f;
    assert_int_equal(facts_init(&f, w.s), VOC_OK);
    uint32_t who = w.s->attributes[w.s->n_attributes - 1].who; // accounts are last
    static const struct { int64_t day; const char *value; int64_t from, until; } wanted[] = {{1, NULL, -1, 2}, {2, "silver", 2, 5}, {4, "silver", 2, 5}, {5, "gold", 5, -1}};
    for (size_t i = 0; i < 4; i++) {
        struct fact_at a = facts_find(&f, VOC_ENTITY_ACCOUNT, who, STR("tier"), T0 + wanted[i].day * DAY);
        assert_int_equal(a.found, wanted[i].value != NULL);
        if (a.found) assert_true(str_is(w.s->attributes[a.at].text, wanted[i].value));
        assert_int_equal(a.from_us, wanted[i].from < 0 ? INT64_MIN : T0 + wanted[i].from * DAY);
        assert_int_equal(a.until_us, wanted[i].until < 0 ? INT64_MAX : T0 + wanted[i].until * DAY);
    }
    assert_true(facts_find(&f, VOC_ENTITY_ACCOUNT, who, STR("city"), INT64_MIN + 1).found);
    assert_false(facts_find(&f, VOC_ENTITY_ACCOUNT, who, STR("tie"), T0).found);
    assert_false(facts_find(&f, VOC_ENTITY_CASE, 1, STR("tier"), T0).found);
    assert_false(facts_find(&f, VOC_ENTITY_ACCOUNT, who + 100, STR("tier"), T0 + 9 * DAY).found);
    facts_done(&f);
    world_free(&w);
}

static void bounds_of_a_fact_need_a_number(void **state)
{
    (void)state;
    struct predicate p = {.kind = PRED_FACT, .has_at_least = true, .fact_at_least = 10};
    assert_true(fact_test(&p, true, STR(" 10 ")) && !fact_test(&p, true, STR("9.99")) && !fact_test(&p, true, STR("many")) && !fact_test(&p, false, STR("")));
    p = (struct predicate){.kind = PRED_FACT, .has_present = true, .present = false};
    assert_true(fact_test(&p, false, STR("")) && !fact_test(&p, true, STR("x")));
    p.present = true;
    assert_true(!fact_test(&p, false, STR("")) && fact_test(&p, true, STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_predicates_say_what_a_rescan_of_the_history_says),
        cmocka_unit_test(each_field_is_tested_whole_or_by_pattern),
        cmocka_unit_test(a_pattern_runs_once_for_each_distinct_value),
        cmocka_unit_test(distinct_strings_have_one_code_and_the_empty_one_is_zero),
        cmocka_unit_test(a_key_map_forgets_at_once_and_grows),
        cmocka_unit_test(json_gives_values_as_text_and_never_leaves_its_slice),
        cmocka_unit_test(a_fact_is_what_it_was_at_the_time),
        cmocka_unit_test(bounds_of_a_fact_need_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
