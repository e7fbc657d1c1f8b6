// SPDX-License-Identifier: MIT
// The sink: rows become coded columns, every record is accounted for exactly once, and what is wrong in the data rejects its
// record whole, while what is wrong in a plugin ends the import.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/coding/encode.h"
#include "host/host.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/host/coded.h"

#define RECORDS 6u

// A block of six records "r0" to "r5"; record i is line i + 10, and number i + 100 of its source.
struct world {
    struct diag *diag;
    struct voc_sink *sink;
    struct coded_block coded;
    struct account account;
    struct buf text;
    size_t start[RECORDS], end[RECORDS];
    uint64_t line[RECORDS];
    voc_block block;
};

static const char bytes[] = "r0\nr1\nr2\nr3\nr4\nr5\n";

static int open_world(void **state)
{
    static struct world w;
    struct encode_spec spec = {.actor = VOC_ACTOR_UNSET, .resolution = VOC_RES_US, .file = "file.csv"};
    memset(&w, 0, sizeof w);
    w.diag = diag_new();
    buf_init(&w.text, 1 << 22);
    for (size_t i = 0; i < RECORDS; i++) {
        w.start[i] = i * 3;
        w.end[i] = i * 3 + 2;
        w.line[i] = i + 10;
    }
    w.block = (voc_block){.struct_size = sizeof w.block, .bytes = bytes, .n_bytes = sizeof bytes - 1, .start = w.start,
                          .end = w.end, .line = w.line, .n_records = RECORDS,
                          .first_record = 100};
    if (!w.diag || sink_new(&w.sink, &spec, w.diag) != VOC_OK) return -1;
    sink_block(w.sink, &w.block, NULL);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    account_free(&w->account);
    sink_free(w->sink);
    diag_free(w->diag);
    buf_done(&w->text);
    return 0;
}

static voc_rc give(struct world *w, const voc_row *r)
{
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = r, .n_rows = 1};
    return sink_rows(w->sink, &b);
}

static voc_row event(uint64_t record, const char *action)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.record = record;
    r.time_us = 1000000;
    r.action = str_of(action);
    return r;
}

static void ignore_from(struct world *w, uint64_t record)
{
    for (; record < RECORDS; record++) assert_int_equal(sink_ignore(w->sink, record, STR("rest")), VOC_OK);
}

// Ends the block and gives its content as text.
static const char *finish(struct world *w)
{
    assert_int_equal(sink_end(w->sink), VOC_OK);
    assert_int_equal(sink_coded(w->sink, &w->coded), VOC_OK);
    assert_int_equal(sink_account(w->sink, &w->account), VOC_OK);
    assert_int_equal(account_done(&w->account), VOC_OK);
    buf_clear(&w->text);
    coded_dump(&w->text, &w->coded);
    return w->text.ptr ? w->text.ptr : "";
}

static void the_account_adds_up(void **state)
{
    struct world *w = *state;
    voc_row r = event(0, "a");
    assert_int_equal(give(w, &r), VOC_OK);
    assert_int_equal(give(w, &r), VOC_OK); // two rows of one record
    assert_int_equal(sink_reject(w->sink, 1, STR("CODE"), STR("because")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 2, STR("comment")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 3, STR("blank")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 4, STR("comment")), VOC_OK);
    r = event(5, "b");
    assert_int_equal(give(w, &r), VOC_OK);
    finish(w);
    const struct import_account *a = &w->account.a;
    assert_int_equal(a->records, 6);
    assert_int_equal(a->gave, 2);
    assert_int_equal(a->rejected, 1);
    assert_int_equal(a->ignored, 3);
    assert_int_equal(a->bytes, 12);
    assert_int_equal(a->gave_bytes, 4);
    assert_int_equal(a->rejected_bytes, 2);
    assert_int_equal(a->ignored_bytes, 6);
    assert_int_equal(a->n_by_rule, 2);
    assert_true(str_is(a->by_rule[0].rule, "blank")); // by name
    assert_int_equal(a->by_rule[0].records, 1);
    assert_int_equal(a->by_rule[1].records, 2);
    assert_int_equal(w->account.first_line, 11);
    assert_string_equal(w->account.first_reason, "because");
    assert_true(w->account.actor_unset);
    assert_int_equal(w->coded.events.n, 3);
    assert_int_equal(w->coded.events.sub[0], 0);
    assert_int_equal(w->coded.events.sub[1], 1);
    assert_int_equal(w->coded.events.record[0], 100);
    assert_int_equal(w->coded.events.line[2], 15);
}

static void a_block_may_begin_with_a_reject_or_an_ignored_record(void **state)
{
    struct world *w = *state;
    assert_int_equal(sink_reject(w->sink, 3, STR("A"), STR("first word of all")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 0, STR("rest")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 1, STR("rest")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 2, STR("rest")), VOC_OK);
    ignore_from(w, 4);
    finish(w);
    assert_int_equal(w->coded.n_rejects, 1);
    assert_string_equal(w->text.ptr, "00000103|0000|reject|13|A|first word of all|r3|\n");
    // and the next block begins as clean
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
    ignore_from(w, 0);
    assert_int_equal(sink_end(w->sink), VOC_OK);
}

static void a_reject_takes_back_the_rows_of_its_record_and_no_others(void **state)
{
    struct world *w = *state;
    const voc_alias who = {.kind = STR("id"), .value = STR("7"), .strong = 1};
    const voc_attr attr = {.key = STR("plan"), .text = STR("gold"), .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA};
    for (uint64_t i = 0; i < 3; i++) {
        voc_row r = event(i, "a");
        r.customer = &who;
        r.n_customer = 1;
        r.attrs = &attr;
        r.n_attrs = 1;
        assert_int_equal(give(w, &r), VOC_OK);
        assert_int_equal(give(w, &r), VOC_OK);
        if (i == 1) {
            assert_int_equal(sink_reject(w->sink, 1, STR("LATE"), STR("the end of it is wrong")), VOC_OK);
            assert_int_equal(give(w, &r), VOC_OK); // what still comes of it is dropped
            assert_int_equal(sink_reject(w->sink, 1, STR("TWICE"), STR("the first reason stands")), VOC_OK);
        }
    }
    ignore_from(w, 3);
    finish(w);
    assert_int_equal(w->coded.events.n, 4);
    assert_int_equal(w->coded.n_facts, 4);
    assert_int_equal(w->coded.n_rejects, 1);
    for (size_t i = 0; i < 4; i++) assert_int_not_equal(w->coded.events.record[i], 101);
    for (size_t i = 0; i < 4; i++) assert_int_not_equal(w->coded.facts[i].record, 101);
    assert_non_null(strstr(w->text.ptr, "reject|11|LATE|the end of it is wrong|r1|"));
    assert_int_equal(w->account.a.rejected, 1);
    assert_int_equal(w->account.a.gave, 2);
}

static void a_record_that_is_neither_read_rejected_nor_ignored_is_the_plugins_fault(void **state)
{
    struct world *w = *state;
    ignore_from(w, 1);
    assert_int_equal(sink_end(w->sink), VOC_E_BUG);
    assert_int_equal(diag_n(w->diag), 1);
    assert_string_equal(diag_at(w->diag, 0)->code, "PLUGIN-010");
    assert_string_equal(diag_at(w->diag, 0)->file, "file.csv");
    assert_int_equal(diag_at(w->diag, 0)->line, 10);
}

static void what_breaks_the_contract_is_a_fault_not_a_reject(void **state)
{
    struct world *w = *state;
    voc_row r = event(RECORDS, "beyond the block");
    assert_int_equal(give(w, &r), VOC_E_BUG);
    assert_int_equal(sink_reject(w->sink, RECORDS, STR("A"), STR("b")), VOC_E_BUG);
    assert_int_equal(sink_ignore(w->sink, UINT64_MAX, STR("b")), VOC_E_BUG);
    assert_int_equal(sink_ignore(w->sink, 0, STR("")), VOC_E_BUG);
    r = event(0, "a");
    r.kind = 0;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r.kind = VOC_ROW_REFERENCE + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r = event(0, "a");
    r.actor = VOC_ACTOR_OTHER + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r = event(0, "a");
    r.resolution = VOC_RES_DAY + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r = event(0, "a");
    r.ref_kind = VOC_REF_CASE + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r = event(0, "a");
    assert_int_equal(give(w, &r), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 0, STR("after its rows")), VOC_E_BUG);
    assert_int_equal(sink_ignore(w->sink, 1, STR("once")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 1, STR("twice")), VOC_E_BUG);
    r = event(1, "after it was ignored");
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r = event(2, "a");
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(0, "back to a record that was left");
    assert_int_equal(give(w, &r), VOC_E_BUG);
    uint64_t number;
    assert_int_equal(sink_record(w->sink, 0, 1, 1, &number), VOC_E_BUG); // a call of STREAM
}

// Who wrote the plugin is told what it did, and in which line.
static void what_breaks_the_contract_is_said_in_words_with_its_line(void **state)
{
    enum { NO_RECORD, IGNORED, TWICE, NO_KIND, BACK, NO_ALIAS, NINE, ONE_LINKED, NO_SIZE, NO_RULE, N };
    static const struct { const char *words; uint64_t line; } wanted[N] = {
        [NO_RECORD] = {"the plugin gives a row of a record that there is not", 0}, [IGNORED] = {"gives a row of a record that it has ignored", 11},
        [TWICE] = {"ignores a record that it has answered before", 10},            [NO_KIND] = {"with a kind, actor, resolution or ref_kind that does not exist", 12},
        [BACK] = {"they come record by record", 10},                               [NO_ALIAS] = {"an alias that has no kind or value", 13},
        [NINE] = {"more than 8 aliases", 14},                                      [ONE_LINKED] = {"a link that does not name two customers", 15},
        [NO_SIZE] = {"whose struct_size or row_size is not set", 0},               [NO_RULE] = {"under a rule that has no name", 12}};
    voc_alias one = {STR("id"), STR("kim"), 1, 0}, nine[9], none = {STR("id"), STR(""), 1, 0};
    for (size_t i = 0; i < 9; i++) nine[i] = one;
    (void)state;
    for (unsigned i = 0; i < N; i++) {
        void *inner = NULL;
        assert_int_equal(open_world(&inner), 0);
        struct world *w = inner;
        voc_row r = event(0, "first");
        assert_int_equal(give(w, &r), VOC_OK);
        assert_int_equal(sink_ignore(w->sink, 1, STR("rest")), VOC_OK);
        r.record = i == NO_RECORD ? RECORDS : i == BACK ? 0 : wanted[i].line ? wanted[i].line - 10 : 3;
        r.actor = i == NO_KIND ? 9 : 0;
        r.kind = i == ONE_LINKED ? VOC_ROW_LINK : VOC_ROW_EVENT;
        r.customer = i == NO_ALIAS ? &none : i == NINE ? nine : &one;
        r.n_customer = i == NINE ? 9 : 1;
        voc_row between = event(2, "between");
        if (i == BACK) assert_int_equal(give(w, &between), VOC_OK);
        voc_batch unsized = {.rows = &r, .n_rows = 1};
        assert_int_equal(i == NO_SIZE   ? sink_rows(w->sink, &unsized)
                         : i == TWICE   ? sink_ignore(w->sink, 0, STR("rest"))
                         : i == NO_RULE ? sink_ignore(w->sink, 2, STR(""))
                                        : give(w, &r),
                         VOC_E_BUG);
        assert_int_equal(sink_reject(w->sink, RECORDS, STR("A"), STR("what follows is not said")), VOC_E_BUG);
        assert_int_equal(diag_n(w->diag), 1);
        const struct diag_msg *m = diag_at(w->diag, 0);
        if (!strstr(m->message, wanted[i].words) || m->line != wanted[i].line) fail_msg("line %llu: %s", (unsigned long long)m->line, m->message);
        close_world(&inner);
    }
}

// One of many that come together is found, so that its line can be said.
static void of_rows_that_come_together_the_one_that_breaks_the_contract_is_told(void **state)
{
    struct world *w = *state;
    const voc_alias sound = {STR("id"), STR("kim"), 1, 0}, none = {STR("a=b"), STR("kim"), 1, 0};
    voc_row all[RECORDS];
    for (size_t i = 0; i < RECORDS; i++) {
        all[i] = event(i, "together");
        all[i].customer = i == 4 ? &none : &sound;
        all[i].n_customer = 1;
    }
    const voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *all, .rows = all, .n_rows = RECORDS};
    assert_int_equal(sink_rows(w->sink, &b), VOC_E_BUG);
    assert_int_equal(diag_n(w->diag), 1);
    assert_int_equal(diag_at(w->diag, 0)->line, 14);
}

static void more_than_eight_aliases_are_the_plugins_fault(void **state)
{
    struct world *w = *state;
    voc_alias who[VOC_ALIASES_MAX + 1];
    for (size_t i = 0; i <= VOC_ALIASES_MAX; i++) who[i] = (voc_alias){.kind = STR("id"), .value = str_mk(&"abcdefghij"[i], 1), .strong = 1};
    voc_row r = event(0, "a");
    r.customer = who;
    r.n_customer = VOC_ALIASES_MAX;
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(1, "a");
    r.customer = who;
    r.n_customer = VOC_ALIASES_MAX + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
    r.n_customer = 0;
    r.account = who;
    r.n_account = VOC_ALIASES_MAX + 1;
    assert_int_equal(give(w, &r), VOC_E_BUG);
}

static void text_that_is_not_utf8_rejects_its_record_wherever_it_stands(void **state)
{
    static const char bad[] = "caf\xe9";
    struct world *w = *state;
    const voc_alias who = {.kind = STR("id"), .value = {bad, 4}, .strong = 1};
    const voc_attr own = {.key = STR("k"), .text = {bad, 4}, .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    const voc_attr own_key = {.key = {bad, 4}, .text = STR("v"), .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    const voc_attr of_case = {.key = STR("k"), .text = {bad, 4}, .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_CASE, .time_us = VOC_NA};
    for (uint64_t i = 0; i < RECORDS; i++) {
        voc_row r = event(i, "a");
        r.case_id = STR("case");
        if (i == 0) r.action = str_mk(bad, 4);
        if (i == 1) r.text = str_mk(bad, 4);
        if (i == 2) r.customer = &who, r.n_customer = 1;
        if (i >= 3) r.attrs = i == 3 ? &own : i == 4 ? &own_key : &of_case, r.n_attrs = 1;
        assert_int_equal(give(w, &r), VOC_OK);
    }
    finish(w);
    assert_int_equal(w->account.a.rejected, RECORDS);
    assert_int_equal(w->account.a.gave, 0);
    assert_int_equal(w->coded.events.n, 0); // not even the event whose attribute came too late
    assert_int_equal(w->coded.n_facts, 0);
    assert_int_equal(w->coded.n_rejects, RECORDS);
    assert_non_null(strstr(w->text.ptr, "|UTF-8|its text is not valid UTF-8|r5|"));
}

// The raw text of a reject goes into the same table as everything else, but never makes the same bytes acceptable.
static void bytes_kept_of_a_reject_do_not_make_them_text(void **state)
{
    static const char raw[] = "\xff\xfe\n\xff\xfe\n";
    static const size_t start[] = {0, 3}, end[] = {2, 5};
    static const uint64_t line[] = {1, 2};
    struct world *w = *state;
    voc_block two = {.struct_size = sizeof two, .bytes = raw, .n_bytes = 6, .start = start, .end = end, .line = line, .n_records = 2};
    sink_block(w->sink, &two, NULL);
    for (uint64_t i = 0; i < 2; i++) {
        voc_row r = event(i, "");
        r.action = str_mk(raw + start[i], 2);
        assert_int_equal(give(w, &r), VOC_OK);
    }
    finish(w);
    assert_int_equal(w->account.a.rejected, 2);
    assert_int_equal(w->coded.events.n, 0);
    assert_string_equal(w->text.ptr, "00000000|0000|reject|1|UTF-8|its text is not valid UTF-8|%ff%fe|\n00000001|0000|reject|2|UTF-8|its text is not valid UTF-8|%ff%fe|\n");
    sink_reset(w->sink);
    sink_block(w->sink, &two, NULL); // nor in a later block
    voc_row r = event(0, "");
    r.action = str_mk(raw, 2);
    assert_int_equal(give(w, &r), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 1, STR("rest")), VOC_OK);
    finish(w);
    assert_int_equal(w->coded.events.n, 0);
}

static void a_reason_that_was_cut_within_a_character_is_still_a_reason(void **state)
{
    struct world *w = *state;
    assert_int_equal(sink_reject(w->sink, 0, STR("A"), STR("\"caf\xc3")), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 1, STR("no text \xc3")), VOC_E_BUG);
    ignore_from(w, 1);
    assert_non_null(strstr(finish(w), "|A|\"caf\\xc3|r0|"));
}

static void a_row_that_cannot_be_placed_rejects_its_record_with_the_reason(void **state)
{
    struct world *w = *state;
    voc_row r = event(0, "a");
    r.time_us = VOC_NA;
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(1, "");
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(2, "a");
    r.time_us = INT64_C(-62135596800000001); // before year 1
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(3, "a");
    r.time_us = INT64_C(253402300800000000); // year 10000
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(4, "a");
    r.time_us = INT64_C(-62135596800000000);
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(5, "a");
    r.time_us = INT64_C(253402300799999999);
    assert_int_equal(give(w, &r), VOC_OK);
    finish(w);
    assert_int_equal(w->account.a.rejected, 4);
    assert_int_equal(w->account.a.gave, 2);
    assert_non_null(strstr(w->text.ptr, "reject|10|ROW|it has no time|"));
    assert_non_null(strstr(w->text.ptr, "reject|11|ROW|it has no action|"));
    assert_non_null(strstr(w->text.ptr, "reject|12|ROW|its time is outside"));
}

static void a_record_whose_quote_never_closed_is_rejected_whatever_the_plugin_says(void **state)
{
    static const uint8_t bad[RECORDS] = {0, 1, 1, 1, 0, 0};
    struct world *w = *state;
    sink_block(w->sink, &w->block, bad);
    for (uint64_t i = 0; i < RECORDS; i++) {
        voc_row r = event(i, "a");
        if (i == 2)
            assert_int_equal(sink_ignore(w->sink, i, STR("comment")), VOC_OK);
        else if (i == 3)
            assert_int_equal(sink_reject(w->sink, i, STR("A"), STR("b")), VOC_OK);
        else
            assert_int_equal(give(w, &r), VOC_OK);
    }
    finish(w);
    assert_int_equal(w->account.a.rejected, 3);
    assert_int_equal(w->account.a.gave, 3);
    assert_int_equal(w->account.a.ignored, 0);
    assert_non_null(strstr(w->text.ptr, "reject|11|QUOTE|a quote is never closed|r1|"));
    assert_non_null(strstr(w->text.ptr, "reject|12|QUOTE|"));
    assert_non_null(strstr(w->text.ptr, "reject|13|QUOTE|"));
}

static void own_attributes_become_one_canonical_object(void **state)
{
    const voc_attr in_order[] = {{.key = STR("a\"b"), .text = STR("x\ty"), .time_us = VOC_NA},
                                 {.key = STR("b"), .text = STR("12"), .type = VOC_TYPE_INT, .time_us = 12},
                                 {.key = STR("c"), .text = STR("2.50"), .type = VOC_TYPE_REAL, .time_us = VOC_NA, .number = 2.5},
                                 {.key = STR("d"), .text = STR("yes"), .type = VOC_TYPE_BOOL, .time_us = 1},
                                 {.key = STR("e"), .text = STR("2024-01-01"), .type = VOC_TYPE_TIME, .time_us = 5},
                                 {.key = STR("e"), .text = STR("again"), .time_us = VOC_NA}};
    const voc_attr shuffled[] = {in_order[4], in_order[3], in_order[0], in_order[2], in_order[5], in_order[1]};
    struct world *w = *state;
    for (uint64_t i = 0; i < 2; i++) {
        voc_row r = event(i, "a");
        r.attrs = i ? shuffled : in_order;
        r.n_attrs = 6;
        assert_int_equal(give(w, &r), VOC_OK);
    }
    ignore_from(w, 2);
    finish(w);
    assert_int_equal(w->coded.events.attrs[0], w->coded.events.attrs[1]);
    voc_str json = w->coded.strings[w->coded.events.attrs[0]];
    if (!str_is(json, "{\"a\\\"b\":\"x\\ty\",\"b\":12,\"c\":2.5,\"d\":true,\"e\":\"2024-01-01\",\"e\":\"again\"}")) fail_msg("%.*s", (int)json.len, json.ptr);
    assert_int_equal(w->coded.n_facts, 0);
}

static void attributes_of_people_accounts_and_cases_become_facts(void **state)
{
    const voc_alias who = {.kind = STR("email"), .value = STR("x@y"), .strong = 1}, firm = {.kind = STR("id"), .value = STR("9"), .strong = 1};
    const voc_attr all[] = {{.key = STR("own"), .text = STR("1"), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA},
                            {.key = STR("age"), .text = STR("41"), .type = VOC_TYPE_INT, .entity = VOC_ENTITY_INDIVIDUAL, .time_us = 41},
                            {.key = STR("size"), .text = STR("1e400"), .type = VOC_TYPE_REAL, .entity = VOC_ENTITY_ACCOUNT, .time_us = VOC_NA, .number = (double)INFINITY},
                            {.key = STR("topic"), .text = STR("tax"), .entity = VOC_ENTITY_CASE, .time_us = VOC_NA}};
    struct world *w = *state;
    voc_row r = event(0, "a");
    r.customer = &who;
    r.account = &firm;
    r.n_customer = r.n_account = 1;
    r.case_id = STR("c1");
    r.attrs = all;
    r.n_attrs = 4;
    assert_int_equal(give(w, &r), VOC_OK);
    r.record = 1;
    r.n_customer = r.n_account = 0;
    r.case_id = STR("");
    assert_int_equal(give(w, &r), VOC_OK); // attributes of nobody say nothing
    ignore_from(w, 2);
    finish(w);
    assert_int_equal(w->coded.n_facts, 3);
    const struct coded_fact *f = w->coded.facts;
    assert_int_equal(f[0].kind, VOC_ROW_ATTRIBUTE);
    assert_int_equal(f[0].integer, 41);
    assert_true(str_is(w->coded.strings[f[0].a], "+email=x@y"));
    assert_true(str_is(w->coded.strings[f[1].a], "+id=9"));
    assert_int_equal(f[1].integer, VOC_NA);
    assert_true(f[1].number == 0); // infinity stops here; its text stays
    assert_true(str_is(w->coded.strings[f[1].text], "1e400"));
    assert_true(str_is(w->coded.strings[f[2].a], "c1"));
    assert_int_equal(f[2].time_us, 1000000);
}

static void the_cells_of_a_reference_row_are_one_text_of_what_they_are(void **state)
{
    const voc_attr cells[] = {{.key = STR("until"), .text = STR("1.9.2024"), .type = VOC_TYPE_TIME, .time_us = INT64_C(1725148800000000)},
                              {.key = STR("amount"), .text = STR("1.200,50 EUR"), .type = VOC_TYPE_MONEY, .time_us = 1200500000},
                              {.key = STR("share"), .text = STR("0,1"), .type = VOC_TYPE_REAL, .time_us = VOC_NA, .number = 0.1},
                              {.key = STR("account"), .text = STR("Acme \"A\""), .type = VOC_TYPE_TEXT, .time_us = VOC_NA},
                              {.key = STR("back"), .text = STR("-0,000001"), .type = VOC_TYPE_MONEY, .time_us = -1}};
    struct world *w = *state;
    voc_row r = voc_row_init(VOC_ROW_REFERENCE);
    r.object = STR("ledger");
    r.id = STR("ledger|1");
    r.time_us = 5;
    r.attrs = cells;
    r.n_attrs = sizeof cells / sizeof *cells;
    assert_int_equal(give(w, &r), VOC_OK);
    r.record = 1;
    r.object = STR("");
    assert_int_equal(give(w, &r), VOC_OK); // names no table
    r.record = 2;
    r.object = STR("ledger");
    r.n_attrs = 0;
    assert_int_equal(give(w, &r), VOC_OK); // has no cells
    ignore_from(w, 3);
    finish(w);
    assert_int_equal(w->coded.n_facts, 1);
    assert_int_equal(w->account.a.rejected, 2);
    const struct coded_fact *f = &w->coded.facts[0];
    assert_true(f->kind == VOC_ROW_REFERENCE && f->integer == INT64_C(1725148800000000) && f->time_us == 5 && f->a == 0);
    assert_true(str_is(w->coded.strings[f->key], "ledger") && str_is(w->coded.strings[f->id], "ledger|1"));
    voc_str text = w->coded.strings[f->text];
    if (!str_is(text, "{\"account\":\"Acme \\\"A\\\"\",\"amount\":1200.5,\"back\":-0.000001,\"share\":0.1,\"until\":\"2024-09-01\"}")) fail_msg("%.*s", (int)text.len, text.ptr);
}

static void words_links_and_measures_are_facts_too(void **state)
{
    const voc_alias two[] = {{.kind = STR("cookie"), .value = STR("c")}, {.kind = STR("email"), .value = STR("e"), .strong = 1}};
    const voc_attr score = {.key = STR("nps"), .text = STR("9"), .type = VOC_TYPE_INT, .entity = VOC_ENTITY_INDIVIDUAL, .time_us = 9};
    struct world *w = *state;
    voc_row r = voc_row_init(VOC_ROW_WORD);
    r.customer = two;
    r.n_customer = 1;
    r.time_us = 5;
    r.text = STR("too slow");
    r.language = STR("en");
    assert_int_equal(give(w, &r), VOC_OK);
    r = voc_row_init(VOC_ROW_LINK);
    r.record = 1;
    r.customer = two;
    r.n_customer = 2;
    r.unit = STR("login");
    assert_int_equal(give(w, &r), VOC_OK);
    r = voc_row_init(VOC_ROW_MEASURE);
    r.record = 2;
    r.time_us = 6;
    r.customer = two;
    r.n_customer = 1;
    r.attrs = &score;
    r.n_attrs = 1;
    r.unit = STR("points");
    assert_int_equal(give(w, &r), VOC_OK);
    r = voc_row_init(VOC_ROW_MEASURE); // undated
    r.record = 3;
    r.attrs = &score;
    r.n_attrs = 1;
    assert_int_equal(give(w, &r), VOC_OK);
    ignore_from(w, 4);
    finish(w);
    assert_int_equal(w->coded.n_facts, 3);
    assert_int_equal(w->coded.events.n, 0);
    assert_int_equal(w->account.a.rejected, 1);
    assert_true(str_is(w->coded.strings[w->coded.facts[0].text], "too slow"));
    assert_true(str_is(w->coded.strings[w->coded.facts[1].a], "-cookie=c"));
    assert_true(str_is(w->coded.strings[w->coded.facts[1].b], "+email=e"));
    assert_true(str_is(w->coded.strings[w->coded.facts[2].unit], "points"));
    voc_row lonely = voc_row_init(VOC_ROW_LINK);
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
    lonely.customer = two;
    lonely.n_customer = 1;
    assert_int_equal(give(w, &lonely), VOC_E_BUG); // a link of one
}

static void a_longer_row_of_a_later_plugin_is_stepped_over_and_a_shorter_one_refused(void **state)
{
    struct { voc_row r; char later[24]; } rows[2] = {{.r = event(0, "a")}, {.r = event(1, "b")}};
    struct world *w = *state;
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *rows, .rows = rows, .n_rows = 2};
    assert_int_equal(sink_rows(w->sink, &b), VOC_OK);
    b.row_size = sizeof(voc_row) - 8;
    assert_int_equal(sink_rows(w->sink, &b), VOC_E_BUG);
    b = (voc_batch){.struct_size = 8, .row_size = sizeof *rows, .rows = rows, .n_rows = 1};
    assert_int_equal(sink_rows(w->sink, &b), VOC_E_BUG);
    ignore_from(w, 2);
    finish(w);
    assert_int_equal(w->coded.events.n, 2);
    assert_true(str_is(w->coded.strings[coded_tuple_of(&w->coded.events, 1).action], "b"));
}

static void what_the_source_says_of_everyone_fills_what_a_row_does_not_say(void **state)
{
    struct world *w = *state;
    struct encode_spec spec = {.actor = VOC_ACTOR_COMPANY, .resolution = VOC_RES_MINUTE, .file = "f"};
    struct voc_sink *other = NULL;
    assert_int_equal(sink_new(&other, &spec, w->diag), VOC_OK);
    sink_free(w->sink);
    w->sink = other;
    sink_block(w->sink, &w->block, NULL);
    voc_row r = event(0, "a");
    assert_int_equal(give(w, &r), VOC_OK);
    r = event(1, "a");
    r.actor = VOC_ACTOR_CUSTOMER;
    r.resolution = VOC_RES_DAY;
    r.ref_kind = VOC_REF_EVENT; // without a ref it says nothing
    assert_int_equal(give(w, &r), VOC_OK);
    ignore_from(w, 2);
    finish(w);
    assert_int_equal(coded_tuple_of(&w->coded.events, 0).actor, VOC_ACTOR_COMPANY);
    assert_int_equal(coded_tuple_of(&w->coded.events, 0).resolution, VOC_RES_MINUTE);
    assert_int_equal(coded_tuple_of(&w->coded.events, 1).actor, VOC_ACTOR_CUSTOMER);
    assert_int_equal(coded_tuple_of(&w->coded.events, 1).resolution, VOC_RES_DAY);
    assert_int_equal(coded_tuple_of(&w->coded.events, 1).ref_kind, VOC_REF_NONE);
    assert_false(w->account.actor_unset);
}

// ---- STREAM ---------------------------------------------------------------------------------------------------------------

static voc_rc flushed(void *user, const struct coded_block *b)
{
    size_t *rows = user;
    *rows += b->events.n + b->n_rejects;
    return VOC_OK;
}

static void a_stream_declares_its_records_in_order_and_flushes_as_it_fills(void **state)
{
    struct world *w = *state;
    struct voc_stream stream = {.at = 0};
    size_t rows = 0;
    buf_init(&stream.window, STREAM_WINDOW);
    sink_block(w->sink, NULL, NULL);
    sink_flush_to(w->sink, &stream, flushed, &rows);
    voc_row r = event(0, "before any record");
    assert_int_equal(give(w, &r), VOC_E_BUG);
    assert_int_equal(sink_reject(w->sink, 0, STR("A"), STR("b")), VOC_E_BUG);
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t number;
        assert_int_equal(sink_record(w->sink, i * 10, i * 10 + 9, i + 1, &number), VOC_OK);
        assert_int_equal(number, i);
        r = event(number, "a");
        if (i % 1000 == 7)
            assert_int_equal(sink_reject(w->sink, number, STR("A"), STR("seven")), VOC_OK);
        else
            assert_int_equal(give(w, &r), VOC_OK);
        if (i == 50) {
            r.record = 49; // it was closed by the record after it
            assert_int_equal(give(w, &r), VOC_E_BUG);
        }
    }
    uint64_t number;
    assert_true(rows >= 16384 && rows < 20000);
    assert_int_equal(sink_record(w->sink, 5, 6, 1, &number), VOC_E_BUG);              // behind what was declared
    assert_int_equal(sink_record(w->sink, 300000, 299999, 1, &number), VOC_E_BUG);    // ends before it begins
    finish(w);
    assert_int_equal(rows + w->coded.events.n + w->coded.n_rejects, 20000);
    assert_int_equal(w->account.a.records, 20000);
    assert_int_equal(w->account.a.rejected, 20);
    assert_int_equal(w->account.a.bytes, 180000);
    buf_done(&stream.window);
}

static void a_stream_record_that_gave_nothing_is_the_plugins_fault(void **state)
{
    struct world *w = *state;
    struct voc_stream stream = {.at = 0};
    size_t rows = 0;
    uint64_t number;
    buf_init(&stream.window, STREAM_WINDOW);
    sink_block(w->sink, NULL, NULL);
    sink_flush_to(w->sink, &stream, flushed, &rows);
    assert_int_equal(sink_record(w->sink, 0, 9, 3, &number), VOC_OK);
    assert_int_equal(sink_record(w->sink, 9, 12, 4, &number), VOC_E_BUG);
    assert_int_equal(diag_at(w->diag, 0)->line, 3);
    buf_done(&stream.window);
}

// ---- rows given together -----------------------------------------------------------------------------------------------

#define MANY 700u

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

// Texts of every length about those that are looked at in words, in the block and outside, at its very end too.
static voc_str some_text(uint64_t *seed, const char *text, size_t len)
{
    static const char outside[] = "caf\xc3\xa9 and a text that is longer than sixteen bytes \\ \x1f \xff";
    size_t n = next(seed) % 40 < 30 ? next(seed) % 20 : 0;
    if (next(seed) % 300 == 0) return str_mk(outside, sizeof outside - 1); // not UTF-8
    if (next(seed) % 9 == 0) return str_mk(outside, next(seed) % (sizeof outside - 1));
    if (next(seed) % 9 == 0) return str_mk(text + len - n, n);
    return str_mk(text + 4 * (next(seed) % 50), n);
}

static size_t some_rows(uint64_t *seed, voc_row rows[4 * MANY], voc_alias who[4 * MANY][2], voc_attr attrs[4 * MANY][2], const char *text, size_t len)
{
    static const char *const kinds[] = {"id", "cookie", "a-kind-of-some-length"};
    size_t n = 0;
    for (uint64_t record = 0; record < MANY; record++) {
        for (size_t more = next(seed) % 5 ? 1 : next(seed) % 4 + 1; more; more--) {
            voc_row *r = &rows[n];
            *r = event(record, "");
            voc_str *const to[] = {&r->action, &r->touchpoint, &r->channel, &r->campaign, &r->object, &r->case_id, &r->role,
                                   &r->owner,  &r->thread,     &r->id,      &r->ref,      &r->text,   &r->language};
            for (size_t k = 0; k < sizeof to / sizeof *to; k++)
                if (k == 0 || next(seed) % 6 == 0) *to[k] = some_text(seed, text, len);
            if (r->action.len == 0 && next(seed) % 8) r->action = STR("visit"); // else it is rejected
            r->time_us = next(seed) % 200 ? (int64_t)next(seed) : VOC_NA;
            r->resolution = (uint32_t)(next(seed) % 6);
            r->actor = (uint32_t)(next(seed) % 4);
            r->ref_kind = (uint32_t)(next(seed) % 5);
            if (next(seed) % 7 == 0) r->cost = (int64_t)next(seed);
            if (next(seed) % 90 == 0) r->value = (int64_t)next(seed);
            for (size_t k = 0; k < 2; k++) {
                who[n][k] = (voc_alias){.kind = str_of(kinds[next(seed) % 3]), .value = some_text(seed, text, len),
                                        .strong = (uint32_t)(next(seed) % 2)};
                if (who[n][k].value.len == 0) who[n][k].value = STR("nobody");
                attrs[n][k] = (voc_attr){.key = STR("key"), .text = some_text(seed, text, len), .entity = (uint32_t)(next(seed) % 4), .time_us = VOC_NA};
            }
            r->customer = who[n];
            r->n_customer = next(seed) % 4 ? 1 : next(seed) % 3;
            r->account = who[n] + 1;
            r->n_account = next(seed) % 9 == 0;
            r->attrs = attrs[n];
            r->n_attrs = next(seed) % 20 ? 0 : next(seed) % 3;
            n++;
        }
    }
    return n;
}

// In batches of up to `most`, with rejects between them and after the last.
static const char *given(struct world *w, const voc_row *rows, size_t n, size_t most, uint64_t seed)
{
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
    for (size_t i = 0; i < n;) {
        size_t now = most == 1 ? 1 : 1 + next(&seed) % most;
        if (now > n - i) now = n - i;
        voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *rows, .rows = rows + i, .n_rows = now};
        assert_int_equal(sink_rows(w->sink, &b), VOC_OK);
        i += now;
        if (i == n) assert_int_equal(sink_reject(w->sink, rows[n - 1].record, STR("LATE"), STR("the last record is wrong")), VOC_OK);
    }
    account_free(&w->account);
    memset(&w->account, 0, sizeof w->account);
    return finish(w);
}

static void rows_given_together_are_kept_as_if_they_came_one_by_one(void **state)
{
    static voc_row rows[4 * MANY];
    static voc_alias who[4 * MANY][2];
    static voc_attr attrs[4 * MANY][2];
    static char text[256];
    static size_t start[MANY], end[MANY];
    static uint64_t line[MANY];
    struct world *w = *state;
    uint64_t seed = 11;
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < MANY; i++) start[i] = 0, end[i] = 3, line[i] = i + 2;
    w->block = (voc_block){.struct_size = sizeof w->block, .bytes = text, .n_bytes = sizeof text, .start = start, .end = end,
                           .line = line, .n_records = MANY};
    for (unsigned round = 0; round < 20; round++) {
        size_t n = some_rows(&seed, rows, who, attrs, text, sizeof text);
        char *alone = strdup(given(w, rows, n, 1, seed));
        assert_true(w->coded.n_rejects > 10 && w->coded.events.n > 500);
        for (size_t most = 2; most < 600; most *= 3) {
            assert_string_equal(given(w, rows, n, most, seed), alone);
        }
        free(alone);
    }
}

static void a_field_that_no_row_has_costs_no_column(void **state)
{
    struct world *w = *state;
    voc_row r[3] = {event(0, "a"), event(1, "b"), event(2, "a")};
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *r, .rows = r, .n_rows = 3};
    r[1].cost = 7;
    r[1].object = STR("o");
    assert_int_equal(sink_rows(w->sink, &b), VOC_OK);
    ignore_from(w, 3);
    finish(w);
    const struct coded_events *e = &w->coded.events;
    assert_int_equal(e->n, 3);
    assert_true(!e->case_id && !e->customer && !e->account && !e->text && !e->attrs && !e->sub && !e->minutes && !e->value && !e->action);
    assert_int_equal(e->n_tuples, 2);
    assert_int_equal(e->tuple[0], e->tuple[2]);
    assert_true(e->n_amounts == 1 && e->amount_row[0] == 1 && e->cost[0] == 7);
    assert_true(coded_amount(e, e->cost, 0) == VOC_NA && coded_amount(e, e->cost, 1) == 7 &&
                coded_amount(e, e->cost, 2) == VOC_NA && coded_amount(e, e->value, 1) == VOC_NA);
    assert_true(e->object[0] == 0 && str_is(w->coded.strings[e->object[1]], "o") && e->object[2] == 0);
}

static voc_rc encode_block(void *user)
{
    static const size_t start[] = {0, 3}, end[] = {2, 5};
    static const uint64_t line[] = {1, 2};
    const voc_alias who = {.kind = STR("id"), .value = STR("7"), .strong = 1};
    const voc_attr attrs[] = {{.key = STR("plan"), .text = STR("gold"), .entity = VOC_ENTITY_INDIVIDUAL, .time_us = VOC_NA}, {.key = STR("own"), .text = STR("1"), .time_us = VOC_NA}};
    voc_block block = {.struct_size = sizeof block, .bytes = bytes, .n_bytes = 6, .start = start, .end = end, .line = line, .n_records = 2};
    struct encode_spec spec = {.file = "f"};
    struct voc_sink *s = NULL;
    struct account total = {.first_line = 0};
    struct coded_block coded;
    (void)user;
    voc_row r = event(0, "a");
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof r, .rows = &r, .n_rows = 1};
    r.customer = &who;
    r.n_customer = 1;
    r.attrs = attrs;
    r.n_attrs = 2;
    voc_rc rc = sink_new(&s, &spec, NULL);
    if (!rc) {
        sink_block(s, &block, NULL);
        rc = sink_rows(s, &b);
    }
    if (!rc) rc = sink_reject(s, 1, STR("A"), STR("b"));
    if (!rc) rc = sink_end(s);
    if (!rc) rc = sink_coded(s, &coded);
    if (!rc) rc = sink_account(s, &total);
    account_free(&total);
    sink_free(s);
    return rc;
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(encode_block, NULL) > 10);
}

// ---- texts that hardly repeat ---------------------------------------------------------------------------------------------------

// A block whose record 0 gives MANY rows: ids of their own (each twice in a row), one of four objects, an attribute that counts.
static void give_many(struct world *w, unsigned round)
{
    static char ids[MANY][40], numbers[MANY][24];
    static voc_row rows[MANY];
    static voc_attr attrs[MANY];
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "the-order-that-is-number-%u-%u", round, i / 2);
        snprintf(numbers[i], sizeof numbers[i], "%u", round * MANY + i);
        rows[i] = event(0, "order");
        rows[i].id = str_of(ids[i]);
        rows[i].object = str_of(i % 4 == 0 ? "a" : i % 4 == 1 ? "b" : i % 4 == 2 ? "c" : "");
        attrs[i] = (voc_attr){.key = STR("n"), .text = str_of(numbers[i]), .type = VOC_TYPE_TEXT, .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
        rows[i].attrs = &attrs[i];
        rows[i].n_attrs = i % 3 != 0;
    }
    voc_batch b = {.struct_size = sizeof b, .row_size = sizeof *rows, .rows = rows, .n_rows = MANY};
    assert_int_equal(sink_rows(w->sink, &b), VOC_OK);
}

static void check_many(struct world *w, unsigned round)
{
    const struct coded_block *c = &w->coded;
    char want[60];
    ignore_from(w, 1);
    (void)finish(w);
    assert_int_equal(c->events.n, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(want, sizeof want, "the-order-that-is-number-%u-%u", round, i / 2);
        assert_true(str_is(c->strings[c->events.id[i]], want));
        assert_true(str_is(c->strings[c->events.object[i]], i % 4 == 0 ? "a" : i % 4 == 1 ? "b" : i % 4 == 2 ? "c" : ""));
        snprintf(want, sizeof want, "{\"n\":\"%u\"}", round * MANY + i);
        assert_true(str_is(c->strings[c->events.attrs[i]], i % 3 ? want : ""));
    }
}

static void texts_that_hardly_repeat_are_listed_with_their_hash_and_mean_the_same(void **state)
{
    struct world *w = *state;
    const struct coded_block *c = &w->coded;
    for (unsigned round = 0; round < 5; round++) {
        give_many(w, round);
        check_many(w, round);
        assert_int_equal(c->hash_from + c->n_hash, c->n_strings);
        for (uint32_t k = 0; k < c->n_hash; k++)
            assert_true(c->hash[k] == hash64(c->strings[c->hash_from + k].ptr, c->strings[c->hash_from + k].len, 0));
        assert_true(c->events.object[0] < c->hash_from); // it repeats
        if (round == 0) assert_true(c->events.attrs[1] < c->hash_from);
        if (round == 4) assert_true(c->events.attrs[1] >= c->hash_from);
    }
    voc_row r = event(1, "order");
    r.id = STR("no \xFF text");
    sink_reset(w->sink);
    sink_block(w->sink, &w->block, NULL);
    assert_int_equal(give(w, &r), VOC_OK);
    r.record = 2;
    r.id = STR("no text");
    assert_int_equal(give(w, &r), VOC_OK);
    assert_int_equal(sink_ignore(w->sink, 0, STR("rest")), VOC_OK);
    ignore_from(w, 3);
    (void)finish(w);
    assert_int_equal(c->n_rejects, 1);
    assert_int_equal(c->events.n, 1);
    assert_true(str_is(c->strings[c->events.id[0]], "no text"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(the_account_adds_up),
        TEST(a_block_may_begin_with_a_reject_or_an_ignored_record),
        TEST(a_reject_takes_back_the_rows_of_its_record_and_no_others),
        TEST(a_record_that_is_neither_read_rejected_nor_ignored_is_the_plugins_fault),
        TEST(of_rows_that_come_together_the_one_that_breaks_the_contract_is_told),
        cmocka_unit_test(what_breaks_the_contract_is_said_in_words_with_its_line),
        TEST(what_breaks_the_contract_is_a_fault_not_a_reject),
        TEST(more_than_eight_aliases_are_the_plugins_fault),
        TEST(text_that_is_not_utf8_rejects_its_record_wherever_it_stands),
        TEST(bytes_kept_of_a_reject_do_not_make_them_text),
        TEST(a_reason_that_was_cut_within_a_character_is_still_a_reason),
        TEST(a_row_that_cannot_be_placed_rejects_its_record_with_the_reason),
        TEST(a_record_whose_quote_never_closed_is_rejected_whatever_the_plugin_says),
        TEST(own_attributes_become_one_canonical_object),
        TEST(attributes_of_people_accounts_and_cases_become_facts),
        TEST(the_cells_of_a_reference_row_are_one_text_of_what_they_are),
        TEST(words_links_and_measures_are_facts_too),
        TEST(a_longer_row_of_a_later_plugin_is_stepped_over_and_a_shorter_one_refused),
        TEST(what_the_source_says_of_everyone_fills_what_a_row_does_not_say),
        TEST(a_stream_declares_its_records_in_order_and_flushes_as_it_fills),
        TEST(a_stream_record_that_gave_nothing_is_the_plugins_fault),
        TEST(rows_given_together_are_kept_as_if_they_came_one_by_one),
        TEST(a_field_that_no_row_has_costs_no_column),
        TEST(texts_that_hardly_repeat_are_listed_with_their_hash_and_mean_the_same),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
