// SPDX-License-Identifier: MIT
// What a source's <ignore>s leave out: each kind of test means what it means in a journey, the same in a worker; a record whose
// events are all left out is ignored whole, and counted once.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/coder.h"
#include "host/coding/encode.h"
#include "host/import/leave_out.h"
#include "host/worker/wire.h"

#define NS "xmlns=\"urn:vocstream:journey:1\""

struct world {
    struct diag *diag;
    struct journey *j;
    struct leave_out *here, *there; // as the loader made it, and as it arrives in a worker
    struct arena arena;
    struct buf wire;
};

static void cross(struct world *w)
{
    struct wire_request q = {.r = {.path = "x", .journey = w->j}}, got = {.sniff = true};
    struct coder out = {.out = &w->wire};
    wire_request(&out, &q);
    assert_int_equal(out.rc, VOC_OK);
    struct coder in = {.at = (const unsigned char *)w->wire.ptr, .end = (const unsigned char *)w->wire.ptr + w->wire.len, .arena = &w->arena};
    wire_request(&in, &got);
    assert_true(in.rc == VOC_OK && in.at == in.end);
    assert_int_equal(leave_out_new(&w->there, &got.r.journey->sources[0], "sources.xml", w->diag), VOC_OK);
    unsigned char a[HASH_BYTES], b[HASH_BYTES];
    struct hash_state h;
    hash_begin(&h), leave_out_hash(&h, &w->j->sources[0]), hash_end(&h, a);
    hash_begin(&h), leave_out_hash(&h, &got.r.journey->sources[0]), hash_end(&h, b);
    assert_memory_equal(a, b, HASH_BYTES);
}

static void begin(struct world *w, const char *ignores)
{
    static char sources[4000];
    memset(w, 0, sizeof *w);
    w->diag = diag_new();
    arena_init(&w->arena, 0);
    buf_init(&w->wire, 1 << 20);
    const size_t n = strlen(ignores);
    static const char head[] = "<sources " NS "><source id=\"s\" as=\"events\" files=\"*\">", tail[] = "</source></sources>";
    assert_true(n + sizeof head + sizeof tail < sizeof sources);
    memcpy(sources, head, sizeof head - 1);
    memcpy(sources + sizeof head - 1, ignores, n);
    memcpy(sources + sizeof head - 1 + n, tail, sizeof tail);
    const char *journey = "<journey " NS " id=\"m\"><predicate id=\"tests\"><any><event campaign=\"test\" actor=\"any\"/><event "
                          "campaign-like=\"^qa-\" actor=\"any\"/></any></predicate></journey>";
    if (journey_parse(&w->j, str_of(journey), str_of(sources), (voc_str){"", 0}, "m", w->diag) != VOC_OK)
        fail_msg("%s", diag_n(w->diag) ? diag_at(w->diag, 0)->message : "?");
    assert_int_equal(leave_out_new(&w->here, &w->j->sources[0], "sources.xml", w->diag), VOC_OK);
    cross(w);
}

static void end(struct world *w)
{
    leave_out_free(w->here);
    leave_out_free(w->there);
    journey_free(w->j);
    diag_free(w->diag);
    buf_done(&w->wire);
    arena_done(&w->arena);
}

static voc_row event(uint64_t record, const char *action)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.record = record;
    r.time_us = 1000000;
    r.action = str_of(action);
    return r;
}

static bool out(struct world *w, const voc_row *r)
{
    const uint32_t a = leave_out_row(w->here, r, VOC_ACTOR_UNSET, STR("s")), b = leave_out_row(w->there, r, VOC_ACTOR_UNSET, STR("s"));
    assert_int_equal(a, b);
    return a != VOC_NONE;
}

static void a_whole_value_and_a_pattern_are_told_apart_and_all_must_hold(void **state)
{
    struct world w;
    (void)state;
    begin(&w, "<ignore reason=\"m\"><event action=\"ping\" object-like=\"^/health\"/></ignore><ignore reason=\"t\"><use ref=\"tests\"/></ignore>");
    voc_row r = event(0, "ping");
    assert_false(out(&w, &r));
    r.object = STR("/healthz");
    assert_true(out(&w, &r));
    assert_true(str_is(leave_out_reason(w.there, 0), "m"));
    r.action = STR("pings"); // the whole value
    assert_false(out(&w, &r));
    r.campaign = STR("qa-7");
    assert_int_equal(leave_out_row(w.here, &r, 0, STR("s")), 1);
    r.campaign = STR("x-qa-7");
    assert_false(out(&w, &r));
    r.campaign = STR("test");
    assert_true(out(&w, &r));
    end(&w);
}

static void who_acted_is_the_customer_unless_the_row_or_its_source_says_otherwise(void **state)
{
    struct world w;
    (void)state;
    begin(&w, "<ignore reason=\"m\"><event action=\"ping\"/></ignore>");
    voc_row r = event(0, "ping");
    assert_true(out(&w, &r));
    r.actor = VOC_ACTOR_COMPANY;
    assert_false(out(&w, &r));
    r.actor = VOC_ACTOR_UNSET;
    assert_int_equal(leave_out_row(w.here, &r, VOC_ACTOR_OTHER, STR("s")), VOC_NONE);
    end(&w);
}

static void facts_are_what_the_row_itself_says(void **state)
{
    struct world w;
    const voc_attr attrs[] = {{.key = STR("plan"), .text = STR("trial"), .entity = VOC_ENTITY_INDIVIDUAL}, {.key = STR("seconds"), .text = STR(" 0.4 "), .entity = VOC_ENTITY_EVENT}};
    const voc_alias who = {.kind = STR("email"), .value = STR("a@ours.example")};
    (void)state;
    begin(&w, "<ignore reason=\"p\"><all><fact of=\"individual\" name=\"plan\" is=\"trial\"/><not><fact name=\"seconds\" at-least=\"1\"/></not></all></ignore>"
              "<ignore reason=\"o\"><fact of=\"individual\" name=\"email\" like=\"@ours[.]example$\"/></ignore><ignore reason=\"v\"><fact name=\"value\" at-most=\"0\"/></ignore>");
    voc_row r = event(0, "visit");
    assert_false(out(&w, &r));
    r.attrs = attrs;
    r.n_attrs = 1;
    assert_true(out(&w, &r)); // no seconds: not at least one
    r.n_attrs = 2;
    assert_true(out(&w, &r));
    r.n_attrs = 0;
    r.customer = &who;
    r.n_customer = 1;
    assert_int_equal(leave_out_row(w.here, &r, 0, STR("s")), 1);
    r.n_customer = 0;
    r.value = -500000;
    assert_int_equal(leave_out_row(w.there, &r, 0, STR("s")), 2);
    r.value = 500000;
    assert_false(out(&w, &r));
    end(&w);
}

static void what_looks_beyond_a_row_is_refused_with_its_line(void **state)
{
    static const char *const bad[] = {"<count at-least=\"2\"><event action=\"a\"/></count>", "<event class=\"harm\"/>", "<not><event segment=\"other\"/></not>", "<fact of=\"unit\" name=\"x\"/>",
                                      "<all><event action=\"a\"/><not within=\"1d\"><event action=\"b\"/></not></all>"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf b;
        struct diag *d = diag_new();
        struct journey *j = NULL;
        buf_init(&b, 4000);
        buf_printf(&b, "<sources " NS "><source id=\"s\" as=\"events\" files=\"*\">\n<ignore reason=\"r\">%s</ignore></source></sources>", bad[i]);
        assert_int_equal(journey_parse(&j, STR("<journey " NS " id=\"m\"/>"), str_mk(b.ptr, b.len), (voc_str){"", 0}, "m", d), VOC_E_OPTION);
        if (strcmp(diag_at(d, 0)->code, "JOURNEY-034") != 0 || diag_at(d, 0)->line != 2) fail_msg("%s: %s", bad[i], diag_at(d, 0)->message);
        buf_done(&b);
        diag_free(d);
    }
}

// Four records: 0 gives two events of which one stays; 1 an event that is left out, and a word; 2 a word alone; 3 is left out.
static void a_record_is_ignored_once_and_whole_where_no_event_of_it_stays(void **state)
{
    static const char bytes[] = "r0\nr1\nr2\nr3\nr4\n";
    const size_t start[] = {0, 3, 6, 9, 12}, stop[] = {2, 5, 8, 11, 14};
    const uint64_t line[] = {1, 2, 3, 4, 5};
    const voc_block block = {.struct_size = sizeof block, .bytes = bytes, .n_bytes = sizeof bytes - 1, .start = start, .end = stop,
                             .line = line, .n_records = 5};
    const voc_alias who = {.kind = STR("id"), .value = STR("7")};
    struct world w;
    struct voc_sink *s = NULL;
    struct coded_block coded;
    struct account total;
    (void)state;
    memset(&total, 0, sizeof total);
    begin(&w, "<ignore reason=\"ours\"><event action=\"ping\"/></ignore>");
    const struct encode_spec spec = {.file = "f", .leave_out = w.there, .source = STR("s")};
    assert_int_equal(sink_new(&s, &spec, w.diag), VOC_OK);
    sink_block(s, &block, NULL);
    voc_row rows[6] = {event(0, "ping"), event(0, "visit"), event(1, "ping"), voc_row_init(VOC_ROW_WORD), voc_row_init(VOC_ROW_WORD), event(3, "ping")};
    for (size_t i = 3; i < 5; i++) {
        rows[i].record = i - 2;
        rows[i].time_us = 5;
        rows[i].text = STR("too dear");
        rows[i].customer = &who;
        rows[i].n_customer = 1;
    }
    const voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *rows, .rows = rows, .n_rows = 6};
    assert_int_equal(sink_rows(s, &b), VOC_OK);
    assert_int_equal(sink_reject(s, 3, STR("LATE"), STR("a rejection wins")), VOC_OK);
    assert_int_equal(sink_ignore(s, 4, STR("comment")), VOC_OK);
    assert_int_equal(sink_end(s), VOC_OK);
    assert_int_equal(sink_coded(s, &coded), VOC_OK);
    assert_int_equal(sink_account(s, &total), VOC_OK);
    assert_int_equal(account_done(&total), VOC_OK);
    const struct import_account *a = &total.a;
    assert_true(a->records == 5 && a->gave == 2 && a->ignored == 2 && a->rejected == 1);
    assert_true(a->n_by_rule == 2 && str_is(a->by_rule[1].rule, "ours") && a->by_rule[1].records == 1);
    assert_int_equal(total.left_rows, 1);
    assert_int_equal(coded.events.n, 1);
    assert_int_equal(coded.n_facts, 1); // the word of record 1 went with its event
    assert_int_equal(coded.facts[0].record, 2);
    account_free(&total);
    sink_free(s);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_value_and_a_pattern_are_told_apart_and_all_must_hold),
        cmocka_unit_test(who_acted_is_the_customer_unless_the_row_or_its_source_says_otherwise),
        cmocka_unit_test(facts_are_what_the_row_itself_says),
        cmocka_unit_test(what_looks_beyond_a_row_is_refused_with_its_line),
        cmocka_unit_test(a_record_is_ignored_once_and_whole_where_no_event_of_it_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
