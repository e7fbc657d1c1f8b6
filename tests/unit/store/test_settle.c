// SPDX-License-Identifier: MIT
// Settling: a project that is settled after every import says and does what one says and does that is not: the same digest,
// sources, imports and memberships, and the same again after upserts, replaced mappings and grown files. Four imports of
// this size are not settled on their own, so the first project of each pair holds the blocks as they were imported.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"

enum { ROWS_MAX = 140000, N_NAMES = 40 };

// ---- made-up imports ---------------------------------------------------------------------------------------------------------

static uint64_t state;

static uint32_t below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % n);
}

static const char *pick(const char *kind, uint32_t n) // one of n names, NULL now and then
{
    static char names[6][N_NAMES * 64][24];
    static const char *const kinds[6] = {"+id=c", "+account=a", "case", "e", "act", "mail"};
    unsigned k = 0;
    while (strcmp(kinds[k], kind) != 0) k++;
    uint32_t i = below(n + n / 4 + 1);
    if (i >= n) return NULL;
    (void)snprintf(names[k][i], sizeof names[k][i], "%s%u", kind, (unsigned)i);
    return names[k][i];
}

static struct row *made; // ROWS_MAX

static struct rows make(size_t n, bool ids, bool cases)
{
    for (size_t i = 0; i < n; i++)
        made[i] = (struct row){.time_us = (int64_t)below(40) * 60000000, .action = i % 3 ? "visit" : "order",
                               .customer = pick("+id=c", 12), .account = below(4) ? NULL : pick("+account=a", 3),
                               .case_id = cases && !below(5) ? pick("case", 5) : NULL, .id = ids ? pick("e", 30) : NULL,
                               .channel = pick("mail", 2), .touchpoint = below(3) ? NULL : "page",
                               .text = below(9) ? NULL : "so late", .attrs = below(7) ? NULL : "{\"a\":1}",
                               .cost = below(5) ? 0 : (int64_t)below(9) * 10000, .record = i / 2, .sub = (uint32_t)(i % 2),
                               .resolution = below(3) ? VOC_RES_SECOND : VOC_RES_DAY, .actor = below(4)};
    return (struct rows){.events = made, .n_events = n, .records = n / 2 + 1};
}

// ---- what a project says -----------------------------------------------------------------------------------------------------

static voc_rc say_source(void *user, const struct store_source *s)
{
    return buf_printf(user, "source %.*s: %llu events in %u imports, %lld to %lld, last %u\n", (int)s->id.len, s->id.ptr,
                      (unsigned long long)s->events, s->n_imports, (long long)s->first_us, (long long)s->last_us,
                      s->last_resolution);
}

static voc_rc say_import(void *user, const struct store_import *i)
{
    return buf_printf(user, "import %lld: %llu events\n", (long long)i->number, (unsigned long long)i->events);
}

static voc_rc say_member(void *user, const struct store_member *m)
{
    return buf_printf(user, "member %u of %u from %lld\n", m->customer, m->account, (long long)m->valid_from_us);
}

static char *said(struct project *p)
{
    struct buf b;
    struct store_counts n;
    char digest[2 * HASH_BYTES + 1];
    buf_init(&b, 1 << 22);
    digest_text(p, digest);
    assert_int_equal(buf_printf(&b, "%s\n", digest), VOC_OK);
    assert_int_equal(store_sources(p, say_source, &b), VOC_OK);
    assert_int_equal(store_imports(p, say_import, &b), VOC_OK);
    assert_int_equal(store_members(p, say_member, &b), VOC_OK);
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(buf_printf(&b, "%llu events, %lld to %lld\n", (unsigned long long)n.events, (long long)n.first_us, (long long)n.last_us), VOC_OK);
    char *out = strdup(b.ptr);
    assert_non_null(out);
    buf_done(&b);
    return out;
}

// Sources after an upsert may not know how coarse their last events are, unless they are settled.
static void forget_unknown(char *text)
{
    for (char *at = text; (at = strstr(at, ", last "));) {
        char *end = strchr(at, '\n');
        memmove(at, end, strlen(end) + 1);
    }
}

static void assert_says_the_same(struct project *plain, struct project *settled)
{
    struct diag *d = diag_new();
    char *a = said(plain), *b = said(settled);
    forget_unknown(a);
    forget_unknown(b);
    assert_string_equal(a, b);
    if (store_verify(settled, d) != VOC_OK) fail_msg("%s", diag_n(d) ? diag_at(d, 0)->message : "verify");
    assert_int_equal(store_verify(plain, d), VOC_OK);
    free(a);
    free(b);
    diag_free(d);
}

// ---- pairs of projects -------------------------------------------------------------------------------------------------------

static struct project *plain, *settled;

static void begin(uint64_t seed)
{
    state = seed * 77 + 5;
    assert_int_equal(project_open(&plain, in_folder("plain.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(project_open(&settled, in_folder("settled.voc"), PROJECT_CREATE, NULL), VOC_OK);
}

static void end(void)
{
    project_close(plain);
    project_close(settled);
    remove_file("plain.voc");
    remove_file("settled.voc");
}

static struct settle_result settle(struct project *p)
{
    struct settle_result r;
    assert_int_equal(store_settle(p, &r), VOC_OK);
    assert_int_equal(r.runs_after, r.runs_before ? 1 : 0);
    return r;
}

static void both(const struct rows *r, const char *source, const char *content, unsigned char mapping, uint64_t behind)
{
    struct import_result a, b;
    assert_int_equal(import_rows(plain, r, source, content, mapping, behind, &a, NULL), VOC_OK);
    assert_int_equal(import_rows(settled, r, source, content, mapping, behind, &b, NULL), VOC_OK);
    assert_int_equal(a.replaced_events, b.replaced_events);
    assert_int_equal(a.events, b.events);
    assert_int_equal(a.replaced_import, b.replaced_import);
    assert_says_the_same(plain, settled);
    settle(settled);
    assert_says_the_same(plain, settled);
}

static void many_imports_become_one_run_that_says_the_same(void **unused)
{
    (void)unused;
    begin(1);
    static const char *const sources[] = {"web", "crm", "app", "web"}, *const contents[] = {"x1", "x22", "x333", "x4444"};
    for (unsigned k = 0; k < 4; k++) {
        struct rows r = make(60 + 30 * k, false, true);
        both(&r, sources[k], contents[k], 1, 0);
    }
    struct settle_result again = settle(settled), first = settle(plain);
    assert_int_equal(again.runs_before, 1);
    assert_int_equal(first.runs_before, 4);
    assert_says_the_same(settled, plain);
    end();
}

static void upserts_find_rows_in_settled_blocks(void **unused)
{
    (void)unused;
    uint64_t replaced = 0;
    for (uint64_t seed = 2; seed < 12; seed++) {
        begin(seed);
        static const char *const sources[] = {"web", "crm", "web", "crm"}, *const contents[] = {"x1", "x22", "x333", "x4444"};
        for (unsigned k = 0; k < 4; k++) {
            struct rows r = make(50, true, seed % 2);
            both(&r, sources[k], contents[k], 1, 0);
        }
        struct store_counts n;
        assert_int_equal(store_count(settled, &n), VOC_OK);
        replaced += 200 - n.events;
        end();
    }
    assert_true(replaced > 100); // else nothing was tested
}

static void an_import_that_was_settled_is_replaced_whole(void **unused)
{
    (void)unused;
    for (uint64_t seed = 20; seed < 26; seed++) {
        begin(seed);
        struct rows r = make(80, seed % 2, true);
        both(&r, "web", "first", 1, 0);
        r = make(50, true, true);
        both(&r, "crm", "other file", 1, 0);
        r = make(80, true, true); // the first file, read in another way
        both(&r, "web", "first", 2, 0);
        r = make(80, false, true);
        both(&r, "web", "first", 3, 0);
        end();
    }
}

static void a_grown_file_goes_on_behind_a_settled_one_and_replaces_it_with_another_mapping(void **unused)
{
    (void)unused;
    begin(30);
    struct rows r = make(40, false, false);
    both(&r, "web", "short", 1, 0);
    uint64_t held = r.records;
    r = make(90, false, false);
    both(&r, "web", "short and longer", 1, held);
    r = make(30, false, false);
    both(&r, "crm", "another", 1, 0);
    r = make(90, false, false);
    both(&r, "web", "short and longer", 9, 0);
    struct store_counts n;
    assert_int_equal(store_count(settled, &n), VOC_OK);
    assert_int_equal(n.events, 120); // the last and the other source
    end();
}

static void small_imports_are_settled_on_their_own_and_say_what_all_in_one_run_say(void **unused)
{
    (void)unused;
    begin(40);
    struct store_counts a, b;
    for (unsigned k = 0; k < 24; k++) {
        char content[40];
        struct rows r = make(40, k % 3 == 0, true);
        (void)snprintf(content, sizeof content, "%0*u", (int)k + 1, k);
        both(&r, k % 2 ? "web" : "crm", content, 1, 0);
    }
    struct settle_result left = settle(plain);
    assert_true(left.runs_before > 1 && left.runs_before <= 4);
    assert_int_equal(store_count(plain, &a), VOC_OK);
    assert_int_equal(store_count(settled, &b), VOC_OK);
    assert_int_equal(a.events, b.events);
    assert_says_the_same(plain, settled);
    end();
}

// Units longer than a block, and runs of several blocks.
static void long_units_and_many_blocks_are_merged(void **unused)
{
    (void)unused;
    begin(50);
    for (unsigned k = 0; k < 2; k++) {
        struct rows r = make(ROWS_MAX, false, false);
        for (size_t i = 0; i < r.n_events; i++) {
            static char names[3000][16];
            uint32_t who = below(2) ? 0 : below(3000);
            (void)snprintf(names[who], sizeof names[who], "+id=n%u", (unsigned)who);
            made[i].customer = names[who];
            made[i].account = NULL;
            made[i].time_us = (int64_t)below(1000000) * 1000000;
        }
        both(&r, "web", k ? "yy" : "x", 1, 0);
    }
    struct settle_result r = settle(plain);
    assert_true(r.blocks_before >= 6 && r.blocks_after >= 5);
    assert_says_the_same(plain, settled);
    end();
}

static void a_project_opened_to_read_is_not_settled(void **unused)
{
    (void)unused;
    struct settle_result r;
    begin(60);
    struct rows rows = make(10, false, false);
    both(&rows, "web", "x", 1, 0);
    project_close(settled);
    assert_int_equal(project_open(&settled, in_folder("settled.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_settle(settled, &r), VOC_E_BUG);
    end();
}

static int make_rows(void **unused)
{
    made = malloc(ROWS_MAX * sizeof *made);
    return made ? make_folder(unused) : -1;
}

static int free_rows(void **unused)
{
    free(made);
    return remove_folder(unused);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_imports_become_one_run_that_says_the_same),
        cmocka_unit_test(upserts_find_rows_in_settled_blocks),
        cmocka_unit_test(an_import_that_was_settled_is_replaced_whole),
        cmocka_unit_test(a_grown_file_goes_on_behind_a_settled_one_and_replaces_it_with_another_mapping),
        cmocka_unit_test(small_imports_are_settled_on_their_own_and_say_what_all_in_one_run_say),
        cmocka_unit_test(long_units_and_many_blocks_are_merged),
        cmocka_unit_test(a_project_opened_to_read_is_not_settled),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
