// SPDX-License-Identifier: MIT
// Imports: what was given comes back; the same file, a grown file and a file read anew with another mapping; rows with
// the source's own id; what a worker may not say.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"
#include "store/events/parts.h"

#define DAY INT64_C(86400000000)
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct project *create(const char *name, struct diag *d)
{
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder(name), PROJECT_CREATE, d), VOC_OK);
    return p;
}

static void finish(struct project *p, const char *name)
{
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file(name);
}

static struct import_result give(struct project *p, const struct rows *r, const char *source, const char *content,
                                 unsigned char mapping, uint64_t behind)
{
    struct import_result out = {0};
    assert_int_equal(import_rows(p, r, source, content, mapping, behind, &out, NULL), VOC_OK);
    return out;
}

// ---- every event as one line, sorted --------------------------------------------------------------------------------------

struct lines { char *at[4096]; size_t n; };

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_lines(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++) free(l->at[i]);
    l->n = 0;
}

static voc_str text_of(struct project *p, enum store_space space, uint32_t code)
{
    const voc_str *strings = NULL;
    uint32_t n = 0;
    assert_int_equal(store_strings(p, space, &strings, &n), VOC_OK);
    assert_true(code < n);
    return strings[code];
}

static void add_line(struct lines *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_line(struct lines *l, const char *format, ...)
{
    va_list ap;
    assert_true(l->n < COUNT(l->at));
    l->at[l->n] = malloc(400);
    va_start(ap, format);
    (void)vsnprintf(l->at[l->n++], 400, format, ap);
    va_end(ap);
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static void expected_lines(struct lines *l, const struct row *r, size_t n, const char *source)
{
    for (size_t i = 0; i < n; i++, r++)
        add_line(l, "%s %lld %u %u %s|%s|%s|%s|%s|%s|%s|%s|%s|%s %lld %llu %u", source, (long long)r->time_us, r->resolution,
                 r->actor, r->action, or_empty(r->customer), or_empty(r->account), or_empty(r->case_id), or_empty(r->id),
                 or_empty(r->channel), or_empty(r->touchpoint), or_empty(r->text), or_empty(r->attrs), or_empty(r->ref),
                 (long long)(r->cost ? r->cost : VOC_NA), (unsigned long long)r->record, r->sub);
    qsort(l->at, l->n, sizeof l->at[0], by_line);
}

#define S(space, code) (int)text_of(p, space, code).len, text_of(p, space, code).ptr
#define T(s) (int)(s).len, (s).ptr

static void stored_lines(struct lines *l, struct project *p)
{
    struct event_reader *r = NULL;
    struct event_block b;
    assert_int_equal(event_reader_open(&r, p, EV_ALL, NULL), VOC_OK);
    for (;;) {
        assert_int_equal(event_reader_next(r, &b), VOC_OK);
        if (b.n == 0) break;
        for (size_t i = 0; i < b.n; i++) {
            assert_true(b.minutes[i] == VOC_NA && b.value[i] == VOC_NA);
            assert_int_equal(b.line[i] > 0, 1);
            assert_int_equal(b.ref_kind[i], b.ref[i].len ? VOC_REF_EVENT : VOC_REF_NONE);
            add_line(l, "%.*s %lld %u %u %.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s %lld %llu %u",
                     S(SPACE_SOURCE, b.source[i]), (long long)b.time_us[i], b.resolution[i], b.actor[i],
                     S(SPACE_ACTION, b.action[i]), S(SPACE_ALIASES, b.customer[i]), S(SPACE_ALIASES, b.account[i]),
                     S(SPACE_CASE, b.case_id[i]), T(b.id[i]), S(SPACE_CHANNEL, b.channel[i]), S(SPACE_TOUCHPOINT, b.touchpoint[i]),
                     T(b.text[i]), T(b.attrs[i]), T(b.ref[i]), (long long)b.cost[i], (unsigned long long)b.record[i], b.sub[i]);
        }
    }
    event_reader_close(r);
    qsort(l->at, l->n, sizeof l->at[0], by_line);
}

static void check_events(struct project *p, const struct row *rows, size_t n, const char *source)
{
    static struct lines stored, expected;
    expected_lines(&expected, rows, n, source);
    stored_lines(&stored, p);
    assert_int_equal(stored.n, expected.n);
    for (size_t i = 0; i < stored.n; i++) assert_string_equal(stored.at[i], expected.at[i]);
    free_lines(&stored);
    free_lines(&expected);
}

static const struct row WEEK[] = {
    {.time_us = 3 * DAY, .action = "visit", .customer = "+id=ann", .account = "+id=acme", .channel = "web", .record = 0},
    {.time_us = 1 * DAY, .action = "mail", .customer = "+id=bob", .actor = VOC_ACTOR_COMPANY, .touchpoint = "guide", .cost = 400000, .record = 1},
    {.time_us = 2 * DAY, .action = "visit", .customer = "+id=bob\x1f-cookie=b1", .record = 2, .resolution = VOC_RES_DAY},
    {.time_us = 2 * DAY, .action = "call", .case_id = "case 7", .text = "caf\xc3\xa9 \"x\"\n", .attrs = "{\"a\":1}", .record = 3},
    {.time_us = 2 * DAY, .action = "visit", .customer = "+id=ann", .ref = "e1", .record = 3, .sub = 1},
    {.time_us = -5, .action = "visit", .customer = "+id=ann", .actor = VOC_ACTOR_OTHER, .record = 4},
};

static void events_come_back_as_they_were_given(void **state)
{
    (void)state;
    struct project *p = create("p.voc", NULL);
    struct rows r = {.events = WEEK, .n_events = COUNT(WEEK), .in_block = 2};
    struct import_result out = give(p, &r, "crm", "week", 1, 0);
    assert_int_equal(out.events, COUNT(WEEK));
    assert_true(out.first_us == -5 && out.last_us == 3 * DAY);
    check_events(p, WEEK, COUNT(WEEK), "crm");
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK); // and from the file
    check_events(p, WEEK, COUNT(WEEK), "crm");
    finish(p, "p.voc");
}

static void many_events_come_back_over_several_blocks_in_the_order_of_units_and_times(void **state)
{
    (void)state;
    enum { N = 150000 };
    struct row *rows = calloc(N, sizeof *rows);
    static char customers[500][16];
    struct project *p = create("p.voc", NULL);
    struct event_reader *reader = NULL;
    struct event_block b;
    size_t n = 0, blocks = 0;
    uint64_t sum = 0, got = 0;
    for (unsigned i = 0; i < 500; i++) (void)snprintf(customers[i], sizeof customers[i], "+id=%u", i * 7919 % 500);
    for (uint32_t i = 0; i < N; i++) {
        rows[i] = (struct row){.time_us = (int64_t)(i * 2654435761u % 1000000) * 1000000, .action = i % 3 ? "a" : "b",
                               .customer = customers[i * 31 % 500], .record = i};
        sum += (uint64_t)rows[i].time_us ^ i;
    }
    struct rows r = {.events = rows, .n_events = N, .in_block = 40000};
    (void)give(p, &r, "log", "many", 1, 0);
    assert_int_equal(event_reader_open(&reader, p, EV_TIME | EV_CUSTOMER | EV_PLACE, NULL), VOC_OK);
    voc_str unit = {"", 0};
    int64_t last = INT64_MIN;
    for (;; blocks++) {
        assert_int_equal(event_reader_next(reader, &b), VOC_OK);
        if (b.n == 0) break;
        assert_null(b.action); // not asked for
        for (size_t i = 0; i < b.n; i++) {
            voc_str who = text_of(p, SPACE_ALIASES, b.customer[i]);
            bool same = n && str_eq(unit, who); // units are in order of the hash of their text
            assert_true(!n || hash64(unit.ptr, unit.len, 0) <= hash64(who.ptr, who.len, 0));
            assert_true(!same || last <= b.time_us[i]);
            unit = who;
            last = b.time_us[i];
            got += (uint64_t)b.time_us[i] ^ b.record[i];
            n++;
        }
    }
    event_reader_close(reader);
    assert_int_equal(n, N);
    assert_int_equal(blocks, 3);
    assert_true(got == sum);
    free(rows);
    finish(p, "p.voc");
}

static int64_t some_cost(uint64_t i) { return i % 3 ? 0 : (int64_t)(1 + i * 2654435761u % 60000) * 10000; }

static void few_people_with_many_events_keep_the_amounts_of_each(void **state)
{
    (void)state;
    enum { N = 150000 };
    static const char *const customers[] = {"+id=1", "+id=2", "+id=3", "+id=4", "+id=5"};
    struct row *rows = calloc(N, sizeof *rows);
    struct project *p = create("p.voc", NULL);
    struct event_reader *reader = NULL;
    struct event_block b = {0};
    size_t n = 0, wrong = 0;
    for (uint32_t i = 0; i < N; i++)
        rows[i] = (struct row){.time_us = (int64_t)i * 1000000, .action = "a", .customer = customers[i % COUNT(customers)],
                               .cost = some_cost(i), .record = i};
    struct rows r = {.events = rows, .n_events = N, .in_block = 10000};
    (void)give(p, &r, "log", "few", 1, 0);
    assert_int_equal(event_reader_open(&reader, p, EV_TIME | EV_MONEY | EV_PLACE, NULL), VOC_OK);
    for (voc_rc rc = event_reader_next(reader, &b); rc == VOC_OK && b.n; rc = event_reader_next(reader, &b)) {
        for (size_t i = 0; i < b.n; i++) {
            const int64_t cost = some_cost(b.record[i]);
            wrong += b.cost[i] != (cost ? cost : VOC_NA) || b.time_us[i] != (int64_t)b.record[i] * 1000000;
        }
        n += b.n;
    }
    event_reader_close(reader);
    assert_int_equal(n, N);
    assert_int_equal(wrong, 0);
    free(rows);
    finish(p, "p.voc");
}

// Times by number of the row: first whole seconds, then what does not fit to them, or to the span that their unit reaches.
static int64_t time_of(unsigned kind, uint64_t i, bool late)
{
    switch (kind) {
    case 0: return (int64_t)(i * 2654435761u % 100000) * 1000000;
    case 1: return (int64_t)i * 1000000 + (late ? (int64_t)(i % 7) : 0);
    case 2: return (int64_t)i * 1000 * (late ? 86400000 : 1) + 5000;
    case 4: return (int64_t)(i / 8192 * 3 + (i % 8192 ? 32760 + i / 8192 % 16 : 0)) * 1000000; // of strides
    default: return (int64_t)(i * 2654435761u % 1000003);
    }
}

// Steps of some 4,096 records, and of some 32,768 s forth and back: what a pending row of two words can just, or just not, say.
static uint64_t stride(uint64_t i) { return i / 2 * 8192 + (i % 2 ? 4090 + i / 2 % 12 : 0); }

static void times_of_any_unit_and_records_in_any_order_come_back(void **state)
{
    (void)state;
    enum { N = 30000, FIRST = 4000 };
    static const char *const customers[] = {"+id=1", "+id=2", "+id=3"};
    struct row *rows = calloc(N, sizeof *rows);
    struct event_block b = {0};
    for (unsigned kind = 0; kind < 5; kind++) {
        struct project *p = create("p.voc", NULL);
        struct event_reader *reader = NULL;
        size_t n = 0, wrong = 0;
        for (uint32_t i = 0; i < N; i++) { // records of kind 0 go back behind the first ones
            const uint64_t record = kind == 0 ? (i < FIRST ? N - FIRST + i : i - FIRST) : kind == 4 ? stride(i) : i;
            const char *const customer = customers[kind == 4 ? 0 : i % COUNT(customers)];
            rows[i] = (struct row){.time_us = time_of(kind, record, i >= FIRST), .action = "a", .customer = customer,
                                   .cost = some_cost(record), .record = record};
        }
        struct rows r = {.events = rows, .n_events = N, .in_block = FIRST};
        (void)give(p, &r, "log", "units", 1, 0);
        assert_int_equal(event_reader_open(&reader, p, EV_TIME | EV_CUSTOMER | EV_MONEY | EV_PLACE, NULL), VOC_OK);
        for (voc_rc rc = event_reader_next(reader, &b); rc == VOC_OK && b.n; rc = event_reader_next(reader, &b)) {
            n += b.n;
            for (size_t k = 0; k < b.n; k++) {
                const int64_t cost = some_cost(b.record[k]);
                wrong += b.time_us[k] != time_of(kind, b.record[k], b.record[k] >= FIRST) || b.cost[k] != (cost ? cost : VOC_NA) ||
                         b.line[k] != b.record[k] + 2;
                wrong += k && b.customer[k] == b.customer[k - 1] && b.time_us[k] < b.time_us[k - 1];
            }
        }
        event_reader_close(reader);
        assert_int_equal(n, N);
        assert_int_equal(wrong, 0);
        finish(p, "p.voc");
    }
    free(rows);
}

static void more_combinations_than_a_small_pending_row_can_name_come_back(void **state)
{
    (void)state;
    enum { N = (1 << 18) + 3000 };
    struct row *rows = calloc(N, sizeof *rows);
    char(*actions)[12] = calloc(N, sizeof *actions);
    struct project *p = create("p.voc", NULL);
    struct event_reader *reader = NULL;
    struct event_block b = {0};
    size_t n = 0, wrong = 0;
    for (uint32_t i = 0; i < N; i++) {
        (void)snprintf(actions[i], sizeof actions[i], "a%u", i);
        rows[i] = (struct row){.time_us = (int64_t)i * 1000000, .action = actions[i], .customer = "+id=1", .cost = some_cost(i), .record = i};
    }
    struct rows r = {.events = rows, .n_events = N, .in_block = 30000};
    (void)give(p, &r, "log", "combinations", 1, 0);
    assert_int_equal(event_reader_open(&reader, p, EV_ACTION | EV_MONEY | EV_PLACE, NULL), VOC_OK);
    for (voc_rc rc = event_reader_next(reader, &b); rc == VOC_OK && b.n; rc = event_reader_next(reader, &b)) {
        n += b.n;
        for (size_t k = 0; k < b.n; k++) {
            const int64_t cost = some_cost(b.record[k]);
            wrong += !str_is(text_of(p, SPACE_ACTION, b.action[k]), actions[b.record[k]]) || b.cost[k] != (cost ? cost : VOC_NA);
        }
    }
    event_reader_close(reader);
    assert_int_equal(n, N);
    assert_int_equal(wrong, 0);
    finish(p, "p.voc");
    free(actions);
    free(rows);
}

// An import that may hold next to nothing, in blocks of 5,000 rows; VOC_OK: committed.
static voc_rc import_within(struct project *p, const struct rows *r, const char *source, uint64_t memory_max, bool commit, struct diag *d)
{
    struct import *i = NULL;
    struct import_spec spec = spec_of(source, 1);
    struct import_account a = account_of(r, "within");
    struct import_result out;
    spec.memory_max = memory_max;
    voc_rc rc = import_begin(&i, p, &spec, d);
    for (size_t at = 0; rc == VOC_OK && at < r->n_events; at += 5000)
        rc = add_events(i, r->events + at, r->n_events - at < 5000 ? r->n_events - at : 5000);
    if (rc == VOC_OK) rc = add_others(i, r);
    if (rc == VOC_OK && commit) return import_commit(i, &a, 0, &out);
    import_rollback(i);
    return rc;
}

static void rows_that_memory_does_not_hold_are_written_early_and_give_the_same_project(void **state)
{
    (void)state;
    enum { N = 60000 };
    struct row *rows = calloc(N, sizeof *rows);
    static char customers[3000][16];
    char whole[65], spilled[65], before[65];
    for (unsigned i = 0; i < COUNT(customers); i++) (void)snprintf(customers[i], sizeof customers[i], "+id=%u", i);
    for (uint32_t i = 0; i < N; i++)
        rows[i] = (struct row){.time_us = (int64_t)i * 1000000, .action = i % 3 ? "a" : "b", .customer = customers[i * 31 % COUNT(customers)],
                               .cost = i % 7 ? 0 : i + 1, .attrs = i % 5 ? NULL : "{\"a\":1}", .record = i};
    struct fact facts[] = {{.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=1", .key = "role", .text = "user", .time_us = 7, .record = N}};
    struct rejected bad[] = {{N + 1, N + 3, "TIME", "no time", "x,y"}};
    struct rows r = {.events = rows, .n_events = N, .facts = facts, .n_facts = 1, .rejects = bad, .n_rejects = 1};
    struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
    struct store_counts n, m;
    assert_int_equal(import_within(p, &r, "log", 0, true, NULL), VOC_OK);
    digest_text(q, before);
    assert_int_equal(import_within(q, &r, "log", 1 << 20, false, NULL), VOC_OK); // given up after much was written
    digest_text(q, spilled);
    assert_string_equal(before, spilled);
    assert_int_equal(import_within(q, &r, "log", 1 << 20, true, NULL), VOC_OK);
    digest_text(p, whole);
    digest_text(q, spilled);
    assert_string_equal(whole, spilled);
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(store_count(q, &m), VOC_OK);
    assert_true(m.blocks > n.blocks && m.events == n.events && m.rejects == 1 && m.attributes == 1);
    finish(p, "p.voc");
    free(rows);
    finish(q, "q.voc");
}

static uint32_t names_in(struct project *p, enum store_space space)
{
    uint32_t n = 0;
    assert_int_equal(store_n_strings(p, space, &n), VOC_OK);
    return n;
}

static uint32_t tuples_in(struct project *p)
{
    struct event_parts *e = NULL;
    assert_int_equal(event_parts_plan(&e, p, 0, 1000, NULL), VOC_OK);
    const uint32_t n = event_parts_layout(e)->n_tuples;
    event_parts_free(e);
    return n;
}

static void what_a_small_file_shares_with_a_large_project_is_not_named_again(void **state)
{
    (void)state;
    enum { PEOPLE = 2000, ACTIONS = 40, CHANNELS = 50, FEW = 30 };
    static struct row rows[PEOPLE + FEW];
    static char people[PEOPLE + 2][16], actions[ACTIONS + 1][8], channels[CHANNELS][8];
    struct project *p = create("p.voc", NULL);
    for (unsigned i = 0; i < PEOPLE + 2; i++) (void)snprintf(people[i], sizeof people[i], "+id=%u", i);
    for (unsigned i = 0; i <= ACTIONS; i++) (void)snprintf(actions[i], sizeof actions[i], "a%u", i);
    for (unsigned i = 0; i < CHANNELS; i++) (void)snprintf(channels[i], sizeof channels[i], "c%u", i);
    for (uint32_t i = 0; i < PEOPLE; i++)
        rows[i] = (struct row){.time_us = i, .action = actions[i % ACTIONS], .customer = people[i], .channel = channels[i / ACTIONS], .record = i};
    for (uint32_t i = 0; i < FEW; i++) { // each has been seen, with other people
        struct row *r = &rows[PEOPLE + i];
        *r = rows[i * 61 % PEOPLE];
        r->customer = people[i * 67 % PEOPLE];
        r->record = i;
    }
    rows[PEOPLE + 3].customer = people[PEOPLE];
    rows[PEOPLE + 4].customer = people[PEOPLE + 1];
    rows[PEOPLE + 5].action = actions[ACTIONS];             // with a channel that is there
    rows[PEOPLE + 6].action = rows[PEOPLE + 7].action;
    rows[PEOPLE + 6].channel = NULL;                        // of both only the combination is new
    struct rows many = {.events = rows, .n_events = PEOPLE}, few = {.events = rows + PEOPLE, .n_events = FEW, .in_block = 7};
    (void)give(p, &many, "log", "many", 1, 0);
    assert_int_equal(names_in(p, SPACE_ALIASES), PEOPLE + 1);
    assert_int_equal(tuples_in(p), PEOPLE);
    (void)give(p, &few, "log of today", "few", 1, 0);
    assert_int_equal(names_in(p, SPACE_ALIASES), PEOPLE + 3);
    assert_int_equal(names_in(p, SPACE_ACTION), ACTIONS + 2);
    assert_int_equal(names_in(p, SPACE_CHANNEL), CHANNELS + 1);
    assert_int_equal(tuples_in(p), PEOPLE + 2);
    finish(p, "p.voc"); // no name is there twice
}

static void the_same_file_is_not_counted_twice(void **state)
{
    (void)state;
    char before[65], after[65];
    struct project *p = create("p.voc", NULL);
    struct rows r = {.events = WEEK, .n_events = COUNT(WEEK)};
    assert_int_equal(give(p, &r, "crm", "week", 1, 0).already, 0);
    digest_text(p, before);
    struct import_result out = give(p, &r, "crm", "week", 1, 0);
    assert_int_equal(out.already, 1);
    assert_int_equal(out.events, 0);
    digest_text(p, after);
    assert_string_equal(before, after);
    assert_int_equal(give(p, &r, "other", "week", 1, 0).already, 0); // another source
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(n.imports, 2);
    assert_int_equal(n.events, 2 * COUNT(WEEK));
    finish(p, "p.voc");
}

static void a_grown_file_continues_behind_what_is_held(void **state)
{
    (void)state;
    char grown[65], whole[65];
    struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
    struct rows head = {.events = WEEK, .n_events = 3, .records = 3}, all = {.events = WEEK, .n_events = COUNT(WEEK)};
    (void)give(p, &head, "crm", "wee", 1, 0);
    struct import_prior prior[4];
    size_t n = 0;
    assert_int_equal(import_priors(p, STR("crm"), STR("a.csv"), prior, 4, &n), VOC_OK);
    assert_int_equal(n, 1);
    assert_true(prior[0].number == 1 && prior[0].length == 3 && prior[0].mapping[0] == 1);
    struct import_result out = give(p, &all, "crm", "week", 1, 3);
    assert_int_equal(out.continued, 1);
    assert_int_equal(out.repeated_records, 3);
    assert_int_equal(out.events, 3);
    (void)give(q, &all, "crm", "week", 1, 0);
    check_events(p, WEEK, COUNT(WEEK), "crm"); // record numbers run on
    digest_text(p, grown);
    digest_text(q, whole);
    assert_string_equal(grown, whole);
    assert_int_equal(import_priors(p, STR("crm"), STR("a.csv"), prior, 1, &n), VOC_OK);
    assert_int_equal(n, 1);
    assert_true(prior[0].length == 4); // the newest
    assert_int_equal(import_priors(p, STR("nobody"), STR("a.csv"), prior, 4, &n), VOC_OK);
    assert_int_equal(n, 0);
    finish(p, "p.voc");
    finish(q, "q.voc");
}

static void a_grown_file_replaces_what_ended_within_a_record(void **state)
{
    (void)state;
    char grown[65], whole[65];
    struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
    struct rows head = {.events = WEEK, .n_events = 3, .records = 3, .unended = true}, all = {.events = WEEK, .n_events = COUNT(WEEK)};
    (void)give(p, &head, "crm", "wee", 1, 0);
    struct import_result out = give(p, &all, "crm", "week", 1, 3);
    assert_true(out.renewed == 1 && out.replaced_import == 0 && out.continued == 0 && out.repeated_records == 0);
    assert_int_equal(out.events, COUNT(WEEK));
    (void)give(q, &all, "crm", "week", 1, 0);
    digest_text(p, grown);
    digest_text(q, whole);
    assert_string_equal(grown, whole);
    finish(p, "p.voc");
    finish(q, "q.voc");
}

static void record_numbers_of_a_source_run_on_over_its_files(void **state)
{
    (void)state;
    struct row both[4];
    struct project *p = create("p.voc", NULL);
    struct row one[2] = {{.time_us = 1, .action = "a", .record = 0}, {.time_us = 2, .action = "b", .record = 1}};
    struct rows r = {.events = one, .n_events = 2, .records = 5};
    (void)give(p, &r, "log", "first", 1, 0);
    (void)give(p, &r, "log", "second", 1, 0);
    for (unsigned i = 0; i < 4; i++) {
        both[i] = one[i % 2];
        both[i].record += i / 2 * 5;
    }
    check_events(p, both, 4, "log");
    finish(p, "p.voc");
}

static void another_mapping_replaces_what_the_file_gave_before(void **state)
{
    (void)state;
    char replaced[65], fresh[65];
    struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
    struct row other[COUNT(WEEK)];
    struct rejected bad = {.record = 5, .line = 7, .code = "TIME", .reason = "no time", .raw = "x;y"};
    struct fact word = {.kind = VOC_ROW_WORD, .a = "+id=ann", .text = "too slow", .time_us = DAY, .record = 2};
    for (size_t i = 0; i < COUNT(WEEK); i++) {
        other[i] = WEEK[i];
        other[i].action = "seen";
    }
    struct rows before = {.events = WEEK, .n_events = COUNT(WEEK), .rejects = &bad, .n_rejects = 1, .facts = &word, .n_facts = 1};
    struct rows after = {.events = other, .n_events = COUNT(WEEK)};
    (void)give(p, &before, "crm", "week", 1, 0);
    struct import_result out = give(p, &after, "crm", "week", 2, 0);
    assert_int_equal(out.replaced_import, 1);
    (void)give(q, &after, "crm", "week", 2, 0);
    check_events(p, other, COUNT(WEEK), "crm");
    digest_text(p, replaced);
    digest_text(q, fresh);
    assert_string_equal(replaced, fresh);
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.imports == 1 && n.rejects == 0 && n.words == 0);
    finish(p, "p.voc");
    finish(q, "q.voc");
}

static void another_mapping_of_a_grown_file_replaces_all_its_parts(void **state)
{
    (void)state;
    char replaced[65], fresh[65];
    struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
    struct rows head = {.events = WEEK, .n_events = 2, .records = 2}, all = {.events = WEEK, .n_events = COUNT(WEEK)};
    (void)give(p, &head, "crm", "w", 1, 0);
    (void)give(p, &all, "crm", "week", 1, 2);
    assert_int_equal(give(p, &all, "crm", "week", 2, 0).replaced_import, 1); // both parts go
    digest_text(p, replaced);
    (void)give(q, &head, "crm", "w", 1, 0);
    struct import_result out = give(q, &all, "crm", "week", 2, 2); // grown and with another mapping at once
    assert_true(out.replaced_import == 1 && out.continued == 0 && out.events == COUNT(WEEK));
    digest_text(q, fresh);
    assert_string_equal(replaced, fresh);
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.imports == 1 && n.events == COUNT(WEEK));
    check_events(p, WEEK, COUNT(WEEK), "crm");
    finish(p, "p.voc");
    finish(q, "q.voc");
}

// ---- own ids -----------------------------------------------------------------------------------------------------------------

static void rows_with_their_own_id_replace_earlier_ones(void **state)
{
    (void)state;
    struct project *p = create("p.voc", NULL);
    struct row first[] = {
        {.time_us = 1, .action = "a", .customer = "+id=x", .account = "+id=old", .id = "1", .record = 0},
        {.time_us = 2, .action = "b", .customer = "+id=x", .id = "2", .record = 1},
        {.time_us = 3, .action = "c", .customer = "+id=y", .id = "3", .record = 2},
        {.time_us = 4, .action = "start", .customer = "+id=y", .id = "4", .record = 3}, // one record may give two rows with one id
        {.time_us = 5, .action = "end", .customer = "+id=y", .id = "4", .record = 3, .sub = 1},
        {.time_us = 9, .action = "c2", .customer = "+id=y", .id = "3", .record = 4},    // replaces record 2 of its own file
    };
    struct fact words[] = {{.kind = VOC_ROW_WORD, .a = "+id=x", .text = "old words", .id = "1", .time_us = 1, .record = 0},
                           {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=x", .key = "size", .text = "1", .id = "1", .time_us = 1, .record = 0}};
    struct rows r = {.events = first, .n_events = COUNT(first), .facts = words, .n_facts = 2};
    assert_int_equal(give(p, &r, "crm", "first", 1, 0).replaced_events, 1);
    struct row second[] = {
        {.time_us = 11, .action = "a'", .customer = "+id=x", .account = "+id=new", .id = "1", .record = 0},
        {.time_us = 14, .action = "start'", .customer = "+id=y", .id = "4", .record = 1},
    };
    struct rows s = {.events = second, .n_events = COUNT(second)};
    struct import_result out = give(p, &s, "crm", "second", 1, 0);
    assert_int_equal(out.replaced_events, 3);
    assert_int_equal(out.events, 2);
    struct row now[] = {first[1], first[5], second[0], second[1]};
    now[2].record += 5;
    now[3].record += 5;
    check_events(p, now, COUNT(now), "crm");
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.words == 0 && n.attributes == 0); // they came with event 1
    struct rows t = {.events = second, .n_events = COUNT(second)};
    assert_int_equal(give(p, &t, "other", "third", 1, 0).replaced_events, 0); // another source has ids of its own
    finish(p, "p.voc");
}

// A file that is read with another mapping stands where it stood: what came behind it holds, as if it had been read so at first.
static void a_file_that_is_read_again_does_not_undo_what_came_behind_it(void **state)
{
    (void)state;
    struct row old[] = {{.time_us = 1, .action = "asked", .customer = "+id=x", .id = "1", .record = 0},
                        {.time_us = 2, .action = "asked", .customer = "+id=y", .id = "2", .record = 1}},
               mended[] = {{.time_us = 2, .action = "bought", .customer = "+id=y", .id = "2", .record = 0}},
               grown[] = {old[0], old[1], {.time_us = 9, .action = "returned", .customer = "+id=y", .id = "2", .record = 2}};
    struct fact words[] = {{.kind = VOC_ROW_WORD, .a = "+id=y", .text = "old words", .id = "2", .time_us = 2, .record = 1}},
                new_words[] = {{.kind = VOC_ROW_WORD, .a = "+id=y", .text = "new words", .id = "2", .time_us = 2, .record = 0}};
    struct rows first = {.events = old, .n_events = 2, .facts = words, .n_facts = 1},
                second = {.events = mended, .n_events = 1, .facts = new_words, .n_facts = 1}, all = {.events = grown, .n_events = 3};
    for (int settled = 0; settled < 2; settled++) {
        char again[65], clean[65];
        struct project *p = create("p.voc", NULL), *q = create("q.voc", NULL);
        (void)give(p, &first, "crm", "first", 1, 0);
        (void)give(p, &second, "crm", "second", 2, 0);
        if (settled) assert_int_equal(store_settle(p, &(struct settle_result){0}), VOC_OK);
        struct import_result out = give(p, &first, "crm", "first", 2, 0);
        assert_true(out.replaced_import == 1 && out.events == 1 && out.replaced_events == 1 && out.replaced_within == 0 && out.words == 0);
        (void)give(q, &first, "crm", "first", 2, 0);
        (void)give(q, &second, "crm", "second", 2, 0);
        digest_text(p, again);
        digest_text(q, clean);
        assert_string_equal(again, clean);
        out = give(p, &all, "crm", "grown", 3, 2); // what the file did not have then is newer than all
        assert_true(out.replaced_import == 1 && out.events == 2);
        struct row now[] = {old[0], grown[2]};
        check_events(p, now, 2, "crm");
        finish(p, "p.voc");
        finish(q, "q.voc");
    }
}

static voc_rc count_member(void *user, const struct store_member *m)
{
    struct store_member *to = user;
    while (to->account) to++;
    *to = *m;
    return VOC_OK;
}

static int64_t since(struct project *p, const struct store_member *m, const char *account)
{
    for (; m->account; m++)
        if (str_is(text_of(p, SPACE_ALIASES, m->account), account)) return m->valid_from_us;
    return -1;
}

static void memberships_are_those_of_the_rows_that_hold(void **state)
{
    (void)state;
    struct project *p = create("p.voc", NULL);
    struct row first[] = {
        {.time_us = 30, .action = "a", .customer = "+id=x", .account = "+id=acme", .record = 0},
        {.time_us = 10, .action = "a", .customer = "+id=x", .account = "+id=acme", .id = "7", .record = 1},
        {.time_us = 20, .action = "a", .customer = "+id=x", .account = "+id=bolt", .record = 2},
        {.time_us = 5, .action = "a", .customer = "+id=x", .record = 3},
    };
    struct rows r = {.events = first, .n_events = COUNT(first)};
    struct store_member m[4] = {{0}};
    (void)give(p, &r, "crm", "first", 1, 0);
    assert_int_equal(store_members(p, count_member, m), VOC_OK);
    assert_true(since(p, m, "+id=acme") == 10 && since(p, m, "+id=bolt") == 20 && m[2].account == 0);
    struct row second[] = {{.time_us = 40, .action = "a", .customer = "+id=x", .id = "7", .record = 0}}; // event 7 names no account any more
    struct rows s = {.events = second, .n_events = 1};
    (void)give(p, &s, "crm", "second", 1, 0);
    memset(m, 0, sizeof m);
    assert_int_equal(store_members(p, count_member, m), VOC_OK);
    assert_true(since(p, m, "+id=acme") == 30 && since(p, m, "+id=bolt") == 20 && m[2].account == 0);
    finish(p, "p.voc");
}

// ---- attributes, words, rejects -------------------------------------------------------------------------------------------

static voc_rc attribute_line(void *user, const struct store_attribute *a)
{
    struct { struct project *p; struct lines l; } *to = user;
    struct project *p = to->p;
    add_line(&to->l, "%u %.*s %.*s=%.*s from %lld", a->entity, S(a->entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, a->aliases), T(a->key), T(a->text),
             a->valid_from_us == VOC_NA ? -1 : (long long)a->valid_from_us);
    return VOC_OK;
}

static void attributes_are_told_in_order_and_only_where_they_change(void **state)
{
    (void)state;
    static struct { struct project *p; struct lines l; } told;
    told.p = create("p.voc", NULL);
    struct fact f[] = {
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "size", .text = "10", .time_us = 30, .record = 0},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "size", .text = "9", .time_us = 10, .record = 1},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "size", .text = "9", .time_us = 20, .record = 2},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "name", .text = "Acme", .time_us = VOC_NA, .record = 3},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "size", .text = "11", .time_us = 30, .record = 4}, // said later of the same time
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_CASE, .a = "case 7", .key = "size", .text = "9", .time_us = 1, .record = 5},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "role", .text = "user", .time_us = 1, .record = 6},
    };
    static const char *const expected[] = {"1 +id=ann role=user from 1", "2 +id=acme name=Acme from -1", "2 +id=acme size=9 from 10", "2 +id=acme size=11 from 30",
                                           "3 case 7 size=9 from 1"};
    struct rows r = {.facts = f, .n_facts = COUNT(f)};
    assert_int_equal(give(told.p, &r, "crm", "facts", 1, 0).attributes, COUNT(f));
    assert_int_equal(store_attributes(told.p, attribute_line, &told), VOC_OK);
    assert_int_equal(told.l.n, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) assert_string_equal(told.l.at[i], expected[i]);
    free_lines(&told.l);
    // A later file says that in between it was something else: the value that came back is told again.
    struct fact g = {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_ACCOUNT, .a = "+id=acme", .key = "size", .text = "2", .time_us = 15, .record = 0};
    struct rows s = {.facts = &g, .n_facts = 1};
    (void)give(told.p, &s, "crm", "more", 1, 0);
    assert_int_equal(store_attributes(told.p, attribute_line, &told), VOC_OK);
    assert_int_equal(told.l.n, COUNT(expected) + 2);
    assert_string_equal(told.l.at[3], "2 +id=acme size=2 from 15");
    assert_string_equal(told.l.at[4], "2 +id=acme size=9 from 20");
    free_lines(&told.l);
    finish(told.p, "p.voc");
}

static void a_repeated_value_is_kept_where_another_set_of_the_same_person_may_differ(void **state)
{
    (void)state;
    static struct { struct project *p; struct lines l; } told;
    told.p = create("p.voc", NULL);
    struct fact f[] = {
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "role", .text = "user", .time_us = 1, .record = 0},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "-cookie=1\x1f+id=ann", .key = "role", .text = "buyer", .time_us = 2, .record = 1},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "role", .text = "user", .time_us = 3, .record = 2},
    };
    struct rows r = {.facts = f, .n_facts = COUNT(f)};
    (void)give(told.p, &r, "crm", "facts", 1, 0);
    assert_int_equal(store_attributes(told.p, attribute_line, &told), VOC_OK);
    assert_int_equal(told.l.n, 3);
    free_lines(&told.l);
    finish(told.p, "p.voc");
}

static voc_rc reject_line(void *user, const struct store_reject *r)
{
    add_line(user, "%.*s %.*s record %llu line %llu %.*s: %.*s <%zu %.*s>", T(r->source), T(r->file_name), (unsigned long long)r->record, (unsigned long long)r->line,
             T(r->code), T(r->reason), r->raw.len, (int)(r->raw.len < 20 ? r->raw.len : 20), r->raw.ptr);
    return VOC_OK;
}

static void rejects_are_kept_with_place_reason_and_raw_bytes(void **state)
{
    (void)state;
    static struct lines l;
    struct project *p = create("p.voc", NULL);
    char *big = malloc(100001);
    memset(big, 'x', 100000);
    big[100000] = '\0';
    struct rejected bad[] = {{.record = 2, .line = 4, .code = "TIME", .reason = "no time", .raw = "a;\xff;c"},
                             {.record = 1, .line = 2, .code = "LONG", .reason = "too long", .raw = big}};
    struct rows r = {.rejects = bad, .n_rejects = 2};
    struct import_result out = give(p, &r, "crm", "rejects", 1, 0);
    assert_int_equal(out.rejects, 2);
    assert_int_equal(store_rejects(p, reject_line, &l), VOC_OK);
    assert_int_equal(l.n, 2);
    assert_string_equal(l.at[0], "crm a.csv record 1 line 2 LONG: too long <65536 xxxxxxxxxxxxxxxxxxxx>");
    assert_string_equal(l.at[1], "crm a.csv record 2 line 4 TIME: no time <5 a;\xff;c>");
    free_lines(&l);
    free(big);
    finish(p, "p.voc");
}

static void words_links_and_measures_are_counted(void **state)
{
    (void)state;
    struct project *p = create("p.voc", NULL);
    struct fact f[] = {
        {.kind = VOC_ROW_WORD, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann\x1f-cookie=1", .text = "too slow", .time_us = 1, .record = 0},
        {.kind = VOC_ROW_LINK, .a = "+id=ann", .b = "+email=a@example.com", .unit = "crm", .time_us = VOC_NA, .record = 1},
        {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "nps", .text = "9", .type = VOC_TYPE_INT, .integer = 9, .unit = "points", .time_us = 2, .record = 2},
    };
    struct rows r = {.facts = f, .n_facts = COUNT(f)};
    struct import_result out = give(p, &r, "survey", "facts", 1, 0);
    assert_true(out.words == 1 && out.measures == 1 && out.links == 2); // the row with two aliases is a link as well
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.words == 1 && n.measures == 1 && n.links == 2 && n.aliases == 3 && n.events == 0 && n.first_us == VOC_NA);
    finish(p, "p.voc");
}

static voc_rc source_line(void *user, const struct store_source *s)
{
    add_line(user, "%.*s %.*s imports %u events %llu %lld..%lld assumed %u", T(s->id), T(s->plugin), s->n_imports, (unsigned long long)s->events, (long long)s->first_us,
             (long long)s->last_us, s->actor_assumed);
    return VOC_OK;
}

static void sources_say_how_far_they_reach(void **state)
{
    (void)state;
    static struct lines l;
    struct project *p = create("p.voc", NULL);
    struct rows r = {.events = WEEK, .n_events = 3, .records = 3};
    (void)give(p, &r, "web", "one", 1, 0);
    (void)give(p, &r, "crm", "two", 1, 0);
    (void)give(p, &r, "web", "three", 1, 0);
    assert_int_equal(store_sources(p, source_line, &l), VOC_OK);
    assert_int_equal(l.n, 2);
    assert_string_equal(l.at[0], "crm events imports 1 events 3 86400000000..259200000000 assumed 0");
    assert_string_equal(l.at[1], "web events imports 2 events 6 86400000000..259200000000 assumed 0");
    free_lines(&l);
    finish(p, "p.voc");
}

// ---- what a worker may not say ---------------------------------------------------------------------------------------------

static voc_rc try_block(struct project *p, const struct coded_block *b)
{
    struct import *i = NULL;
    struct import_spec spec = spec_of("crm", 1);
    assert_int_equal(import_begin(&i, p, &spec, NULL), VOC_OK);
    voc_rc rc = import_add(i, b);
    import_rollback(i);
    return rc;
}

static void a_worker_that_lies_is_caught(void **state)
{
    (void)state;
    struct project *p = create("p.voc", NULL);
    const voc_str strings[] = {{"", 0}, STR("visit"), STR("\xff\xfe"), STR("not aliases"), STR("+id=ann")};
    int64_t time = 5;
    uint8_t small = 0;
    uint32_t action = 1, code = 0;
    uint64_t record = 0;
    struct coded_block good = {
        .strings = strings, .n_strings = 5,
        .events = {.time_us = &time, .actor = &small, .resolution = &small, .action = &action, .customer = &code, .record = &record, .n = 1}};
    assert_int_equal(try_block(p, &good), VOC_OK);
    struct coded_block b = good;
    code = 5;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // out of the table
    code = 3;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // not an alias set
    code = 4;
    assert_int_equal(try_block(p, &b), VOC_OK);
    action = 2;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // not UTF-8
    action = 0;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // no action
    action = 1;
    time = VOC_NA;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // no time
    time = 5;
    small = 9;
    assert_int_equal(try_block(p, &b), VOC_E_BUG); // no such actor
    small = 0;
    record = UINT64_MAX;
    assert_int_equal(try_block(p, &b), VOC_E_BUG);
    record = 0;
    assert_int_equal(try_block(p, &b), VOC_OK);
    const uint32_t paid[] = {0, 0};
    const int64_t cost[] = {7, 8};
    b.events.amount_row = paid, b.events.cost = cost;
    for (b.events.n_amounts = 0; b.events.n_amounts < 3; b.events.n_amounts++)
        assert_int_equal(try_block(p, &b), b.events.n_amounts == 2 ? VOC_E_BUG : VOC_OK); // two of one row
    struct coded_fact f = {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = 4, .key = 1, .text = 1};
    struct coded_block facts = {.strings = strings, .n_strings = 5, .facts = &f, .n_facts = 1};
    assert_int_equal(try_block(p, &facts), VOC_OK);
    f.kind = VOC_ROW_EVENT;
    assert_int_equal(try_block(p, &facts), VOC_E_BUG);
    f.kind = VOC_ROW_ATTRIBUTE, f.key = 0;
    assert_int_equal(try_block(p, &facts), VOC_E_BUG);
    f.key = 1, f.number = 1.0 / 0.0;
    assert_int_equal(try_block(p, &facts), VOC_E_BUG);
    finish(p, "p.voc");
}

static void an_account_that_does_not_add_up_is_refused(void **state)
{
    (void)state;
    char before[65], after[65];
    struct project *p = create("p.voc", NULL);
    struct import_spec spec = spec_of("crm", 1);
    struct rows r = {.events = WEEK, .n_events = COUNT(WEEK)};
    digest_text(p, before);
    for (unsigned lie = 0; lie < 7; lie++) {
        struct import *i = NULL;
        struct import_account a = account_of(&r, "week");
        struct import_result out;
        assert_int_equal(import_begin(&i, p, &spec, NULL), VOC_OK);
        assert_int_equal(add_events(i, WEEK, COUNT(WEEK)), VOC_OK);
        switch (lie) {
        case 0: a.records++; break;
        case 1: a.ignored++, a.records++; break; // no rule says so
        case 2: a.bytes++; break;
        case 3: a.rejected++, a.gave--; break;
        case 4: a.records--, a.gave--; break; // the last record was not read
        case 5: a.gave += UINT64_MAX, a.rejected++; break;
        default: break;
        }
        assert_int_equal(import_commit(i, &a, lie == 6 ? 3 : 0, &out), VOC_E_BUG); // 6: there is no such import
    }
    digest_text(p, after);
    assert_string_equal(before, after);
    struct import *i = NULL, *other = NULL;
    assert_int_equal(import_begin(&i, p, &spec, NULL), VOC_OK);
    assert_int_equal(import_begin(&other, p, &spec, NULL), VOC_E_BUG); // one at a time
    import_rollback(i);
    import_rollback(NULL);
    spec.reject_max = 1;
    struct rejected bad[] = {{.record = 0, .line = 1, .code = "X", .reason = "x", .raw = "x"},
                             {.record = 1, .line = 2, .code = "X", .reason = "x", .raw = "x"}};
    struct rows two = {.rejects = bad, .n_rejects = 2};
    assert_int_equal(import_begin(&i, p, &spec, NULL), VOC_OK);
    assert_int_equal(add_others(i, &two), VOC_E_LIMIT);
    import_rollback(i);
    finish(p, "p.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_back_as_they_were_given),
        cmocka_unit_test(few_people_with_many_events_keep_the_amounts_of_each),
        cmocka_unit_test(times_of_any_unit_and_records_in_any_order_come_back),
        cmocka_unit_test(more_combinations_than_a_small_pending_row_can_name_come_back),
        cmocka_unit_test(many_events_come_back_over_several_blocks_in_the_order_of_units_and_times),
        cmocka_unit_test(rows_that_memory_does_not_hold_are_written_early_and_give_the_same_project),
        cmocka_unit_test(what_a_small_file_shares_with_a_large_project_is_not_named_again),
        cmocka_unit_test(the_same_file_is_not_counted_twice),
        cmocka_unit_test(a_grown_file_continues_behind_what_is_held),
        cmocka_unit_test(a_grown_file_replaces_what_ended_within_a_record),
        cmocka_unit_test(record_numbers_of_a_source_run_on_over_its_files),
        cmocka_unit_test(another_mapping_replaces_what_the_file_gave_before),
        cmocka_unit_test(another_mapping_of_a_grown_file_replaces_all_its_parts),
        cmocka_unit_test(rows_with_their_own_id_replace_earlier_ones),
        cmocka_unit_test(a_file_that_is_read_again_does_not_undo_what_came_behind_it),
        cmocka_unit_test(memberships_are_those_of_the_rows_that_hold),
        cmocka_unit_test(attributes_are_told_in_order_and_only_where_they_change),
        cmocka_unit_test(a_repeated_value_is_kept_where_another_set_of_the_same_person_may_differ),
        cmocka_unit_test(rejects_are_kept_with_place_reason_and_raw_bytes),
        cmocka_unit_test(words_links_and_measures_are_counted),
        cmocka_unit_test(sources_say_how_far_they_reach),
        cmocka_unit_test(a_worker_that_lies_is_caught),
        cmocka_unit_test(an_account_that_does_not_add_up_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
