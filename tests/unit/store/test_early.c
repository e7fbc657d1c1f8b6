// SPDX-License-Identifier: MIT
// Imports that memory does not hold: whatever a file turns out to be to its source, and whatever its rows replace, the project
// is the one that comes of an import in one piece. Rows with ids that come again, people of several aliases, rows of all kinds.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/store/rows.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { RECORDS = 1000, STEP = 125, IDS = 600 };

static struct row events[2 * RECORDS];
static struct fact facts[2 * RECORDS];
static struct rejected rejects[2 * RECORDS];
static char ids[IDS][8], people[40][40];
static uint32_t random_state;

static uint32_t draw(uint32_t n)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 8) % n;
}

static void make_names(void)
{
    for (unsigned k = 0; k < IDS; k++) (void)snprintf(ids[k], sizeof ids[k], "i%u", k);
    for (unsigned k = 0; k < 40; k++) (void)snprintf(people[k], sizeof people[k], "+id=p%u%s%u", k, k % 3 ? "\x1f-cookie=" : "", k % 3 ? k % 7 : k);
}

// Records from..to of a world that depends on the seed alone: an event each, a fact for most, now and then a reject.
static struct rows make(uint32_t seed, uint64_t to, bool with_ids)
{
    static const uint32_t kinds[] = {VOC_ROW_WORD, VOC_ROW_MEASURE, VOC_ROW_ATTRIBUTE, VOC_ROW_LINK, VOC_ROW_REFERENCE, VOC_ROW_MEASURE};
    struct rows r = {.events = events, .facts = facts, .rejects = rejects, .records = to};
    random_state = seed;
    for (uint64_t k = 0; k < to; k++) {
        const char *id = draw(3) && with_ids ? ids[draw(IDS)] : NULL, *who = people[draw(40)];
        const int64_t time_us = (int64_t)draw(100000) * 1000000;
        const uint32_t kind = kinds[draw(COUNT(kinds))];
        if (draw(40) == 0) {
            rejects[r.n_rejects++] = (struct rejected){k, k + 2, "TIME", "no time", "x"};
            continue;
        }
        events[r.n_events++] = (struct row){.time_us = time_us, .action = k % 3 ? "a" : "b", .customer = who,
                                            .account = k % 5 ? NULL : "+id=acme", .id = id, .cost = k % 7 ? 0 : (int64_t)k + 1,
                                            .record = k};
        if (draw(4) == 0) continue;
        struct fact *f = &facts[r.n_facts++];
        *f = (struct fact){.kind = kind, .entity = VOC_ENTITY_INDIVIDUAL, .a = who, .key = k % 2 ? "colour" : "nps",
                           .text = k % 4 ? "red" : "9", .unit = "choice", .id = draw(2) ? id : NULL, .time_us = time_us,
                           .integer = VOC_NA, .record = k, .sub = 1};
        if (kind == VOC_ROW_LINK) f->b = "+email=x@example.com", f->key = NULL, f->text = NULL, f->entity = 0;
        if (kind == VOC_ROW_WORD) f->key = NULL, f->unit = NULL;
        if (kind == VOC_ROW_REFERENCE) f->a = NULL, f->key = "ledger", f->text = "{\"a\":1}", f->entity = 0, f->unit = NULL;
    }
    return r;
}

static voc_rc add_records(struct import *i, const struct rows *all, uint64_t from, uint64_t to)
{
    struct rows r = {.events = NULL};
    size_t e = 0, f = 0, j = 0;
    while (e < all->n_events && all->events[e].record < from) e++;
    while (f < all->n_facts && all->facts[f].record < from) f++;
    while (j < all->n_rejects && all->rejects[j].record < from) j++;
    r.events = all->events + e, r.facts = all->facts + f, r.rejects = all->rejects + j;
    while (e + r.n_events < all->n_events && all->events[e + r.n_events].record < to) r.n_events++;
    while (f + r.n_facts < all->n_facts && all->facts[f + r.n_facts].record < to) r.n_facts++;
    while (j + r.n_rejects < all->n_rejects && all->rejects[j + r.n_rejects].record < to) r.n_rejects++;
    voc_rc rc = r.n_events ? add_events(i, r.events, r.n_events) : VOC_OK;
    return rc == VOC_OK ? add_others(i, &r) : rc;
}

static struct import_result bring(struct project *p, const struct rows *r, const char *source, const char *content,
                                  unsigned char mapping, uint64_t behind, uint64_t memory)
{
    struct import *i = NULL;
    struct import_spec spec = spec_of(source, mapping);
    struct import_account a = account_of(r, content);
    struct import_result out;
    struct diag *d = diag_new();
    spec.memory_max = memory;
    int64_t held = 0;
    voc_rc rc = import_with(p, source, behind, &held);
    if (rc == VOC_OK) rc = import_begin(&i, p, &spec, d);
    for (uint64_t at = 0; rc == VOC_OK && at < r->records; at += STEP) rc = add_records(i, r, at, at + STEP);
    if (rc != VOC_OK) fail_msg("%s: %s", content, diag_n(d) ? diag_at(d, 0)->message : "not added");
    rc = import_commit(i, &a, held, &out);
    if (rc != VOC_OK) fail_msg("%s: %s", content, diag_n(d) ? diag_at(d, 0)->message : "not committed");
    diag_free(d);
    return out;
}

// Where its rows stood, which is no part of the digest.
static uint64_t places(struct project *p)
{
    struct event_reader *r = NULL;
    struct event_block b = {0};
    uint64_t sum = 0;
    assert_int_equal(event_reader_open(&r, p, EV_PLACE | EV_TIME, NULL), VOC_OK);
    for (voc_rc rc = event_reader_next(r, &b); rc == VOC_OK && b.n; rc = event_reader_next(r, &b))
        for (size_t k = 0; k < b.n; k++) sum += (b.line[k] * 1000003 + b.record[k]) * (uint64_t)(b.time_us[k] + 1);
    event_reader_close(r);
    return sum;
}

struct pair { struct project *whole, *early; };

static void check(const struct pair *p, const struct rows *r, const char *source, const char *content, unsigned char mapping, uint64_t behind)
{
    char whole[65], early[65];
    struct store_counts n, m;
    const struct import_result a = bring(p->whole, r, source, content, mapping, behind, 0),
                               b = bring(p->early, r, source, content, mapping, behind, 16384);
    digest_text(p->whole, whole);
    digest_text(p->early, early);
    if (strcmp(whole, early) != 0) fail_msg("%s: the projects differ", content);
    if (memcmp(&a, &b, sizeof a) != 0)
        fail_msg("%s: events %d %d, replaced %d %d, measures %d %d, words %d %d, attributes %d %d, links %d %d, "
                 "references %d %d, rejects %d %d",
                 content, (int)a.events, (int)b.events, (int)a.replaced_events, (int)b.replaced_events, (int)a.measures,
                 (int)b.measures, (int)a.words, (int)b.words, (int)a.attributes, (int)b.attributes, (int)a.links, (int)b.links,
                 (int)a.references, (int)b.references, (int)a.rejects, (int)b.rejects);
    assert_true(places(p->whole) == places(p->early));
    assert_int_equal(store_count(p->whole, &n), VOC_OK);
    assert_int_equal(store_count(p->early, &m), VOC_OK);
    assert_true(n.links == m.links && n.aliases == m.aliases && n.measures == m.measures && n.rejects == m.rejects);
    struct diag *d = diag_new();
    if (store_verify(p->early, d) != VOC_OK) fail_msg("%s: %s", content, diag_at(d, 0)->message);
    diag_free(d);
}

static void run(bool with_ids)
{
    struct pair p = {NULL, NULL};
    struct store_counts n, m;
    assert_int_equal(project_open(&p.whole, in_folder("whole.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(project_open(&p.early, in_folder("early.voc"), PROJECT_CREATE, NULL), VOC_OK);
    struct rows r = make(1, RECORDS, with_ids);
    check(&p, &r, "log", "first", 1, 0);
    assert_int_equal(store_count(p.whole, &n), VOC_OK);
    assert_int_equal(store_count(p.early, &m), VOC_OK);
    assert_true(m.blocks > n.blocks + 4); // it was written early indeed
    check(&p, &r, "log", "first", 1, 0);  // the same again
    r = make(2, RECORDS, with_ids);
    check(&p, &r, "log", "second", 1, 0); // of one source, whose ids replace some
    check(&p, &r, "other", "third", 1, 0);
    r = make(2, RECORDS + 500, with_ids);
    check(&p, &r, "log", "second, grown", 1, RECORDS);
    r = make(3, RECORDS, with_ids);
    check(&p, &r, "log", "first", 2, 0);  // read with another mapping
    assert_int_equal(store_settle(p.early, &(struct settle_result){0}), VOC_OK);
    assert_int_equal(store_settle(p.whole, &(struct settle_result){0}), VOC_OK);
    r = make(4, RECORDS, with_ids);
    check(&p, &r, "log", "fourth", 1, 0); // replaces rows of settled runs
    project_close(p.whole);
    project_close(p.early);
    remove_file("whole.voc");
    remove_file("early.voc");
}

static void rows_without_ids_that_memory_does_not_hold_give_the_same_project(void **state)
{
    (void)state;
    run(false);
}

static void rows_with_ids_that_memory_does_not_hold_give_the_same_project(void **state)
{
    (void)state;
    run(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_without_ids_that_memory_does_not_hold_give_the_same_project),
        cmocka_unit_test(rows_with_ids_that_memory_does_not_hold_give_the_same_project),
    };
    make_names();
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
