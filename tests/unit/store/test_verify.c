// SPDX-License-Identifier: MIT
// Damage is found and named: in the bytes of the file, in a block, in a dictionary, in an account, in the word index.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"
#include "store/page_sum.h"

static void make(void)
{
    struct project *p = NULL;
    struct import_result out;
    static struct row rows[300];
    struct rejected bad = {.record = 300, .line = 302, .code = "X", .reason = "x", .raw = "x"};
    struct fact facts[] = {
        {.kind = VOC_ROW_WORD, .a = "+id=ann", .text = "late", .time_us = 7, .record = 301},
        {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "role", .text = "user", .time_us = 7, .record = 301},
    };
    for (unsigned i = 0; i < 300; i++)
        rows[i] = (struct row){.time_us = i * 1000, .action = i % 2 ? "visit" : "order",
                               .customer = i % 3 ? "+id=ann" : "+id=bob\x1f-cookie=1", .account = "+id=acme", .record = i};
    struct rows r = {.events = rows, .n_events = 300, .facts = facts, .n_facts = 2, .rejects = &bad, .n_rejects = 1};
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
}

// As a bad program would: the pages have their sums.
static void spoil(const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(in_folder("p.voc"), &db, SQLITE_OPEN_READWRITE, PAGE_SUM_VFS), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_changes(db) > 0, 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static bool says(const struct diag *d, const char *words)
{
    for (size_t i = 0; i < diag_n(d); i++)
        if (strstr(diag_at(d, i)->message, words)) return true;
    return false;
}

static void check_found(const char *sql, const char *words)
{
    struct project *p = NULL;
    struct diag *d = diag_new();
    make();
    spoil(sql);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_verify(p, d), VOC_E_CHECK);
    if (!says(d, words)) fail_msg("after '%s' nothing says '%s', but: %s", sql, words, diag_n(d) ? diag_at(d, 0)->message : "nothing");
    project_close(p);
    diag_free(d);
    remove_file("p.voc");
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    check_found("UPDATE block SET data = zeroblob(length(data)) WHERE kind = 1", "block 1: it does not begin as a block");
    check_found("UPDATE block SET data = substr(data, 1, length(data) - 1) WHERE kind = 1", "block 1: column attributes is cut off");
    check_found("UPDATE block SET data = x'564f434201' WHERE kind = 2", "block 2: it does not begin as a block");
    check_found("UPDATE block SET rows = 299 WHERE kind = 1", "block 1: its number of rows");
    check_found("UPDATE block SET last_us = 1 WHERE kind = 1", "block 1: its times");
    check_found("UPDATE block SET kind = 2 WHERE kind = 1", "block 1: it is of another kind");
    check_found("UPDATE block SET import = 9 WHERE kind = 1", "block 1: the import");
    check_found("DELETE FROM string WHERE space = 0 AND code = 1", "dictionary 'action' lacks code 1");
    check_found("DELETE FROM string WHERE space = 0 AND code = 2", "column action has a value out of range");
    check_found("UPDATE string SET text = 'visit' WHERE space = 0", "dictionary 'action' has code 2 twice");
    check_found("UPDATE string SET text = 'ann' WHERE space = 11 AND code = 1", "alias set 1 is malformed");
    check_found("UPDATE block SET first_key = first_key + 1 WHERE kind = 1", "block 1: its units are not those in the catalogue");
    check_found("UPDATE block SET data = zeroblob(length(data)) WHERE kind = 3", "it does not begin as a block");
    check_found("DELETE FROM alias WHERE kind = 'cookie'", "rows belong to an import, source or alias that is missing");
    check_found("UPDATE import SET gave = gave + 1", "the account of import 1");
    check_found("DELETE FROM reject", "the account of import 1");
    check_found("DELETE FROM source", "rows belong to an import, source or alias that is missing");
    check_found("UPDATE word SET text = 'early'", "the index of the words");
}

static voc_rc read_all(struct project *p, struct diag *d)
{
    struct event_reader *r = NULL;
    struct event_block b = {0};
    voc_rc rc = event_reader_open(&r, p, EV_ALL, d);
    while (rc == VOC_OK) {
        rc = event_reader_next(r, &b);
        if (b.n == 0) break;
    }
    event_reader_close(r);
    return rc;
}

static void a_damaged_block_is_named_by_those_who_read_it(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    make();
    spoil("UPDATE block SET data = substr(data, 1, length(data) - 1) WHERE kind = 1");
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(read_all(p, d), VOC_E_INPUT);
    assert_true(says(d, "block 1 of the project is damaged: column thread is cut off"));
    struct event_reader *r = NULL;
    struct event_block b;
    assert_int_equal(event_reader_open(&r, p, EV_TIME, d), VOC_OK); // other columns are whole
    assert_int_equal(event_reader_next(r, &b), VOC_OK);
    assert_int_equal(b.n, 300);
    event_reader_close(r);
    project_close(p);
    diag_free(d);
    remove_file("p.voc");
}

static void flip(long at)
{
    FILE *f = fopen(in_folder("p.voc"), "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    int was = fgetc(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fputc(was ^ 1, f), was ^ 1);
    assert_int_equal(fclose(f), 0);
}

static void every_damaged_page_is_named_once(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    make();
    flip(16384 * 7 + 3);       // page 8
    flip(16384 * 12 + 16000);  // page 13
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_verify(p, d), VOC_E_CHECK);
    assert_int_equal(diag_n(d), 2);
    assert_true(says(d, "page 8 is damaged") && says(d, "page 13 is damaged"));
    project_close(p);
    diag_free(d);
    flip(16384 * 7 + 3);
    flip(16384 * 12 + 16000);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("p.voc");
}

static voc_rc ignore_attribute(void *user, const struct store_attribute *a)
{
    (void)user, (void)a;
    return VOC_OK;
}

// Any flipped byte of the file: nothing crashes, and what is read is either what was written or refused.
static void flipped_bytes_of_the_file_do_no_harm(void **state)
{
    (void)state;
    static unsigned char bytes[1 << 20];
    char whole[65];
    unsigned char hash[HASH_BYTES];
    struct project *p = NULL;
    make();
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(p, whole);
    project_close(p);
    FILE *f = fopen(in_folder("p.voc"), "rb");
    size_t len = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    assert_true(len > 100000 && len < sizeof bytes);
    unsigned found = 0;
    for (unsigned round = 0; round < 250; round++) {
        uint64_t at = round < 100 ? round : hash64(&round, sizeof round, 1) % len;
        bytes[at] ^= 0x41;
        f = fopen(in_folder("q.voc"), "wb");
        assert_int_equal(fwrite(bytes, 1, len, f), len);
        (void)fclose(f);
        p = NULL;
        voc_rc rc = project_open(&p, in_folder("q.voc"), PROJECT_READ, NULL);
        if (rc == VOC_OK) {
            (void)store_verify(p, NULL);
            (void)store_attributes(p, ignore_attribute, NULL);
            rc = store_digest(p, hash);
            project_close(p);
        }
        if (rc == VOC_OK) {
            char now[65];
            hash_hex(hash, now);
            assert_string_equal(now, whole);
        }
        found += rc != VOC_OK;
        bytes[at] ^= 0x41;
        remove_file("q.voc");
    }
    assert_true(found > 20);
    remove_file("p.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_damaged_block_is_named_by_those_who_read_it),
        cmocka_unit_test(every_damaged_page_is_named_once),
        cmocka_unit_test(flipped_bytes_of_the_file_do_no_harm),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
