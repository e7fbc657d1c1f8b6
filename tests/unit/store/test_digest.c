// SPDX-License-Identifier: MIT
// The digest: the same for the same content however it came and however it lies, and another for other content.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"

enum { N = 700 };
static struct row events[N];
static struct fact facts[N];
static char ids[N][16], people[40][40];

// Events with ids of their own, each with an attribute of its person, a word now and then, a measure.
static void make_world(void)
{
    uint32_t random = 5;
    for (unsigned i = 0; i < 40; i++) (void)snprintf(people[i], sizeof people[i], "+id=p%u%s", i, i % 3 ? "" : "\x1f-cookie=c");
    for (unsigned i = 0; i < N; i++) {
        random = random * 1103515245u + 12345u;
        (void)snprintf(ids[i], sizeof ids[i], "e%05u", i);
        const char *who = people[random >> 16 & 31];
        events[i] = (struct row){.time_us = (int64_t)(random >> 22) * 1000000, .action = i % 5 ? "visit" : "mail",
                                 .actor = i % 5 ? VOC_ACTOR_CUSTOMER : VOC_ACTOR_COMPANY, .customer = who,
                                 .account = i % 4 ? "+id=acme" : "+id=bolt", .id = ids[i], .channel = i % 2 ? "web" : "mail",
                                 .cost = i % 10 ? 0 : 40000, .attrs = i % 7 ? NULL : "{\"k\":1}", .record = i};
        facts[i] = (struct fact){.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = who, .key = "role",
                                 .text = i % 11 ? "user" : "buyer", .id = ids[i], .time_us = events[i].time_us, .record = i};
        if (i % 13 == 0)
            facts[i] = (struct fact){.kind = VOC_ROW_WORD, .a = who, .text = "good", .id = ids[i], .time_us = events[i].time_us,
                                     .record = i};
        if (i % 17 == 0)
            facts[i] = (struct fact){.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = who, .key = "nps", .text = "7",
                                     .type = VOC_TYPE_REAL, .number = 7.5, .integer = VOC_NA, .unit = "points", .id = ids[i],
                                     .time_us = events[i].time_us, .record = i};
    }
}

static struct project *create(void)
{
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    return p;
}

static void finish(struct project *p, char digest[65])
{
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    digest_text(p, digest);
    project_close(p);
    remove_file("p.voc");
}

static void give(struct project *p, const struct row *e, const struct fact *f, size_t n, size_t in_block, const char *content)
{
    struct rows r = {.events = e, .n_events = n, .facts = f, .n_facts = n, .in_block = in_block};
    struct import_result out;
    assert_int_equal(import_rows(p, &r, "crm", content, 1, 0, &out, NULL), VOC_OK);
}

static void whole(char digest[65])
{
    struct project *p = create();
    give(p, events, facts, N, 0, "all");
    finish(p, digest);
}

// Rows from..to as a file of their own.
static void give_part(struct project *p, size_t from, size_t n, const char *content)
{
    static struct row e[N];
    static struct fact f[N];
    for (size_t i = 0; i < n; i++) {
        e[i] = events[from + i], f[i] = facts[from + i];
        e[i].record = f[i].record = i;
    }
    give(p, e, f, n, 0, content);
}

static void it_does_not_depend_on_how_rows_are_cut_into_blocks(void **state)
{
    (void)state;
    char a[65], b[65];
    whole(a);
    struct project *p = create();
    give(p, events, facts, N, 7, "all");
    finish(p, b);
    assert_string_equal(a, b);
}

static void it_does_not_depend_on_how_many_files_the_rows_came_in(void **state)
{
    (void)state;
    char a[65], b[65];
    whole(a);
    struct project *p = create();
    give_part(p, 0, 300, "one");
    give_part(p, 300, N - 300, "two");
    finish(p, b);
    assert_string_equal(a, b);
    p = create();
    give_part(p, 300, N - 300, "two"); // and in which order
    give_part(p, 0, 300, "one");
    finish(p, b);
    assert_string_equal(a, b);
}

static void it_does_not_depend_on_the_order_of_rows_with_ids(void **state)
{
    (void)state;
    char a[65], b[65];
    static struct row e[N];
    static struct fact f[N];
    whole(a);
    for (size_t i = 0; i < N; i++) {
        size_t from = i * 331 % N;
        e[i] = events[from], f[i] = facts[from];
        e[i].record = f[i].record = i;
    }
    struct project *p = create();
    give(p, e, f, N, 0, "shuffled");
    finish(p, b);
    assert_string_equal(a, b);
}

static void it_does_not_depend_on_what_was_replaced_on_the_way(void **state)
{
    (void)state;
    char a[65], b[65];
    static struct row e[N];
    static struct fact f[N];
    whole(a);
    for (size_t i = 0; i < N; i++) {
        e[i] = events[i], f[i] = facts[i];
        e[i].action = "wrong", e[i].time_us++, f[i].time_us += 7;
        if (f[i].kind == VOC_ROW_WORD) f[i].text = "bad";
    }
    struct project *p = create();
    give(p, e, f, N, 100, "first try");
    give(p, events, facts, N, 0, "all"); // upserts all of it
    struct store_counts n;
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(n.events, N);
    finish(p, b);
    assert_string_equal(a, b);
}

static void rows_without_ids_are_known_by_their_record_and_its_order_matters(void **state)
{
    (void)state;
    char digest[3][65];
    for (unsigned turn = 0; turn < 3; turn++) {
        struct row e[2] = {{.time_us = 1, .action = "a", .record = turn == 1}, {.time_us = 1, .action = "b", .record = turn != 1}};
        struct project *p = create();
        if (turn == 2) { // in two files
            e[1].record = 0;
            give(p, e, NULL, 0, 0, "none");
            struct rows one = {.events = e, .n_events = 1}, two = {.events = e + 1, .n_events = 1};
            struct import_result out;
            assert_int_equal(import_rows(p, &one, "crm", "one", 1, 0, &out, NULL), VOC_OK);
            assert_int_equal(import_rows(p, &two, "crm", "two", 1, 0, &out, NULL), VOC_OK);
        } else {
            struct rows r = {.events = e, .n_events = 2};
            struct import_result out;
            assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
        }
        finish(p, digest[turn]);
    }
    assert_string_not_equal(digest[0], digest[1]);
    assert_string_equal(digest[0], digest[2]);
}

static void any_changed_value_changes_it(void **state)
{
    (void)state;
    char a[65], b[65];
    whole(a);
    for (unsigned turn = 0; turn < 14; turn++) {
        struct row e = events[100];
        struct fact f = facts[100], word = facts[13 * 5], measure = facts[17 * 2];
        struct row *to = &events[100];
        switch (turn) {
        case 0: to->time_us++; break;
        case 1: to->action = "other"; break;
        case 2: to->actor = VOC_ACTOR_OTHER; break;
        case 3: to->customer = "-id=p1"; break;
        case 4: to->account = NULL; break;
        case 5: to->cost = 1; break;
        case 6: to->attrs = "{}"; break;
        case 7: to->resolution = VOC_RES_DAY; break;
        case 8: to->text = "a"; break;
        case 9: to->case_id = "c"; break;
        case 10: facts[100].text = "boss"; break;
        case 11: facts[13 * 5].text = "bad"; break;
        case 12: facts[17 * 2].number = 8; break;
        default: to->ref = "e1"; break;
        }
        whole(b);
        assert_string_not_equal(a, b);
        events[100] = e, facts[100] = f, facts[13 * 5] = word, facts[17 * 2] = measure;
    }
    whole(b);
    assert_string_equal(a, b);
}

static void an_empty_project_has_the_digest_zero(void **state)
{
    (void)state;
    char a[65];
    finish(create(), a);
    assert_int_equal(strspn(a, "0"), 64);
}

static int make_all(void **state)
{
    make_world();
    return make_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_not_depend_on_how_rows_are_cut_into_blocks),
        cmocka_unit_test(it_does_not_depend_on_how_many_files_the_rows_came_in),
        cmocka_unit_test(it_does_not_depend_on_the_order_of_rows_with_ids),
        cmocka_unit_test(it_does_not_depend_on_what_was_replaced_on_the_way),
        cmocka_unit_test(rows_without_ids_are_known_by_their_record_and_its_order_matters),
        cmocka_unit_test(any_changed_value_changes_it),
        cmocka_unit_test(an_empty_project_has_the_digest_zero),
    };
    return cmocka_run_group_tests(tests, make_all, remove_folder);
}
