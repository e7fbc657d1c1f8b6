// SPDX-License-Identifier: MIT
// Opening and closing: what is refused and why, what a reader may not do, one file at rest, one writer at a time; and
// definitions and settings.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sqlite3.h>
#include <sys/wait.h>
#include "rows.h"
#include "store/page_sum.h"

static struct project *create(const char *name)
{
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder(name), PROJECT_CREATE, NULL), VOC_OK);
    return p;
}

static void make_and_close(const char *name)
{
    struct row row = {.time_us = 5, .action = "visit", .customer = "+id=ann"};
    struct rows r = {.events = &row, .n_events = 1};
    struct import_result out;
    struct project *p = create(name);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
    project_close(p);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    (void)fclose(f);
}

static void hash_file(const char *name, unsigned char out[HASH_BYTES])
{
    static char bytes[1 << 22];
    FILE *f = fopen(in_folder(name), "rb");
    assert_non_null(f);
    size_t len = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    hash_of(bytes, len, out);
}

// Opens, expects a refusal, and that the diagnostic says `words`.
static void check_refused(const char *name, enum project_mode mode, voc_rc expected, const char *words)
{
    struct project *p = NULL;
    struct diag *d = diag_new();
    assert_int_equal(project_open(&p, in_folder(name), mode, d), expected);
    assert_null(p);
    assert_true(diag_n(d) >= 1);
    const struct diag_msg *m = diag_at(d, 0);
    if (!strstr(m->message, words) && !(m->hint && strstr(m->hint, words))) fail_msg("'%s' (%s) does not say '%s'", m->message, m->hint ? m->hint : "", words);
    diag_free(d);
}

static void change(const char *name, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(page_sum_init(), VOC_OK);
    assert_int_equal(sqlite3_open_v2(in_folder(name), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, PAGE_SUM_VFS), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    if (rc != SQLITE_OK) fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_missing_project_names_the_command_that_makes_one(void **state)
{
    (void)state;
    check_refused("none.voc", PROJECT_READ, VOC_E_IO, "voc import");
    check_refused("none.voc", PROJECT_WRITE, VOC_E_IO, "voc import");
    assert_false(is_there(in_folder("none.voc")));
}

static void what_is_not_a_project_is_refused(void **state)
{
    (void)state;
    static const char text[] = "time,action\n2024-01-01,visit\nthis is a csv file and it is longer than a page header would be, so that it is looked at\n";
    write_file("a.csv", text, sizeof text - 1);
    for (int mode = PROJECT_READ; mode <= PROJECT_CREATE; mode++) check_refused("a.csv", (enum project_mode)mode, VOC_E_INPUT, "is not a Vocstream project");
    unsigned char before[HASH_BYTES], after[HASH_BYTES];
    hash_of(text, sizeof text - 1, before);
    hash_file("a.csv", after);
    assert_memory_equal(before, after, HASH_BYTES); // PROJECT_CREATE did not touch it
    remove_file("a.csv");
    write_file("empty.voc", "", 0);
    check_refused("empty.voc", PROJECT_READ, VOC_E_INPUT, "is not a Vocstream project");
    check_refused("empty.voc", PROJECT_WRITE, VOC_E_INPUT, "is not a Vocstream project");
    remove_file("empty.voc");
    change("other.db", "CREATE TABLE t(x)");
    for (int mode = PROJECT_READ; mode <= PROJECT_CREATE; mode++) check_refused("other.db", (enum project_mode)mode, VOC_E_INPUT, "another program's database");
    remove_file("other.db");
    assert_int_equal(mkdir(in_folder("dir"), 0700), 0);
    check_refused("dir", PROJECT_CREATE, VOC_E_INPUT, "it is a folder");
    assert_int_equal(rmdir(in_folder("dir")), 0);
    check_refused("no/such/folder.voc", PROJECT_CREATE, VOC_E_IO, "cannot be opened");
}

static void an_empty_file_may_become_a_project(void **state)
{
    (void)state;
    write_file("p.voc", "", 0); // for instance from mktemp
    make_and_close("p.voc");
    remove_file("p.voc");
}

static void a_file_of_a_newer_program_is_refused(void **state)
{
    (void)state;
    make_and_close("p.voc");
    change("p.voc", "PRAGMA user_version = 99");
    for (int mode = PROJECT_READ; mode <= PROJECT_CREATE; mode++) check_refused("p.voc", (enum project_mode)mode, VOC_E_INPUT, "newer program");
    remove_file("p.voc");
}

static void a_file_with_views_in_the_place_of_tables_is_refused(void **state)
{
    (void)state;
    static const char *const tricks[] = {
        "DROP TABLE block; CREATE VIEW block AS WITH RECURSIVE r(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM r) SELECT id, 1 AS import FROM r",
        "DROP TABLE setting", "DROP TABLE word_index; CREATE VIRTUAL TABLE word_index USING fts4(text)",
    };
    for (size_t i = 0; i < sizeof tricks / sizeof tricks[0]; i++) {
        make_and_close("p.voc");
        change("p.voc", tricks[i]);
        check_refused("p.voc", PROJECT_READ, VOC_E_INPUT, "damaged");
        check_refused("p.voc", PROJECT_WRITE, VOC_E_INPUT, "damaged");
        remove_file("p.voc");
    }
}

static void a_trigger_that_a_stranger_put_in_does_not_fire(void **state)
{
    (void)state;
    make_and_close("p.voc");
    change("p.voc", "CREATE TRIGGER t AFTER INSERT ON setting BEGIN DELETE FROM block; END");
    struct project *p = NULL;
    struct store_counts n;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_definition_set(p, STR("key"), STR("value")), VOC_OK);
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(n.events, 1);
    project_close(p);
    remove_file("p.voc");
}

static void there_is_one_file_at_rest(void **state)
{
    (void)state;
    make_and_close("p.voc");
    assert_true(is_there(in_folder("p.voc")));
    assert_false(is_there(in_folder("p.voc-wal")));
    assert_false(is_there(in_folder("p.voc-shm")));
    assert_false(is_there(in_folder("p.voc-journal")));
    remove_file("p.voc");
}

static void reading_does_not_change_the_file(void **state)
{
    (void)state;
    unsigned char before[HASH_BYTES], after[HASH_BYTES];
    char text[65];
    struct project *p = NULL;
    struct import *i = NULL;
    struct import_spec spec = spec_of("crm", 1);
    make_and_close("p.voc");
    hash_file("p.voc", before);
    assert_int_equal(chmod(in_folder("p.voc"), 0400), 0);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(p, text);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    assert_int_equal(store_definition_set(p, STR("k"), STR("v")), VOC_E_BUG);
    assert_int_equal(import_begin(&i, p, &spec, NULL), VOC_E_BUG);
    assert_string_equal(project_name(p), "p.voc");
    assert_string_equal(project_path(p), in_folder("p.voc"));
    assert_false(is_there(in_folder("p.voc-wal")));
    project_close(p);
    hash_file("p.voc", after);
    assert_memory_equal(before, after, HASH_BYTES);
    remove_file("p.voc");
}

// A second process tries to write while this one holds the place.
static int try_to_write(const char *path)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        struct project *q = NULL;
        struct diag *d = diag_new();
        char want[64];
        voc_rc rc = project_open(&q, path, PROJECT_WRITE, d);
        (void)snprintf(want, sizeof want, "(process %ld)", (long)getppid());
        if (rc == VOC_OK) _exit(1);
        if (rc != VOC_E_BUSY) _exit(2);
        // where the machine does not tell who holds a lock, it is "another program"
        _exit(strstr(diag_at(d, 0)->message, want) || (strstr(diag_at(d, 0)->message, "in use by another program") && access("/proc/locks", R_OK) != 0) ? 0 : 3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_second_writer_is_told_who_the_first_is_and_readers_go_on(void **state)
{
    (void)state;
    struct project *p = NULL, *q = NULL;
    struct store_counts n;
    make_and_close("p.voc");
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_definition_set(p, STR("k"), STR("v")), VOC_OK); // and still has the place
    assert_int_equal(try_to_write(in_folder("p.voc")), 0);
    assert_int_equal(project_open(&q, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_count(q, &n), VOC_OK);
    assert_int_equal(n.events, 1);
    project_close(q);
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK); // free again
    project_close(p);
    assert_false(is_there(in_folder("p.voc-wal")));
    remove_file("p.voc");
}

static void a_reader_sees_one_state_from_open_to_close(void **state)
{
    (void)state;
    struct project *p = NULL, *q = NULL;
    struct row row = {.time_us = 5, .action = "later", .customer = "+id=zoe"};
    struct rows r = {.events = &row, .n_events = 1};
    struct import_result out;
    struct store_counts n;
    const voc_str *strings;
    uint32_t count;
    make_and_close("p.voc");
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(project_open(&q, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "y", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(store_count(q, &n), VOC_OK);
    assert_int_equal(n.events, 1);
    assert_int_equal(store_strings(q, SPACE_ACTION, &strings, &count), VOC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_int_equal(n.events, 2);
    project_close(p);
    project_close(q);
    assert_int_equal(project_open(&q, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_count(q, &n), VOC_OK);
    assert_int_equal(n.events, 2);
    project_close(q);
    assert_false(is_there(in_folder("p.voc-wal")));
    remove_file("p.voc");
}

static void a_file_that_was_moved_away_or_replaced_is_not_written(void **state)
{
    (void)state;
    struct row row = {.time_us = 5, .action = "later", .customer = "+id=zoe"};
    struct rows r = {.events = &row, .n_events = 1};
    struct import_result out;
    struct store_counts n;
    char there[4096], away[4096];
    snprintf(there, sizeof there, "%s", in_folder("p.voc"));
    snprintf(away, sizeof away, "%s", in_folder("away.voc"));
    for (int turn = 0; turn < 3; turn++) { // a new one that is deleted; one that is moved; one that is replaced
        struct project *p = NULL;
        struct diag *d = diag_new();
        if (turn) make_and_close("p.voc");
        assert_int_equal(project_open(&p, there, turn ? PROJECT_WRITE : PROJECT_CREATE, d), VOC_OK);
        assert_int_equal(turn ? rename(there, away) : unlink(there), 0);
        if (turn == 2) write_file("p.voc", "mine", 4);
        assert_int_equal(import_rows(p, &r, "crm", "y", 1, 0, &out, d), VOC_E_IO);
        assert_string_equal(diag_at(d, 0)->code, "STORE-008");
        project_close(p);
        diag_free(d);
        assert_int_equal(is_there(there), turn == 2);
        if (!turn) continue;
        assert_int_equal(project_open(&p, away, PROJECT_READ, NULL), VOC_OK);
        assert_int_equal(store_count(p, &n), VOC_OK);
        assert_int_equal(n.events, 1);
        project_close(p);
        remove_file("away.voc");
        if (turn == 2) remove_file("p.voc");
    }
}

static void definitions_are_kept_by_hash_and_one_is_active(void **state)
{
    (void)state;
    struct project *p = create("p.voc");
    struct arena a;
    bool found = true;
    char with[65], without[65];
    struct store_definition one = {.id = STR("b2b"), .version = STR("1"), .journey_xml = STR("<journey/>"), .attached_us = 7}, out;
    struct store_definition two = {.id = STR("b2b"), .version = STR("2"), .journey_xml = STR("<journey v='2'/>"), .sources_xml = STR("<s/>"), .codebook_xml = STR("<c/>")};
    memset(one.hash, 1, HASH_BYTES);
    memset(two.hash, 2, HASH_BYTES);
    arena_init(&a, 0);
    assert_int_equal(store_definition_active(p, &a, &out, &found), VOC_OK);
    assert_false(found);
    digest_text(p, without);
    assert_int_equal(store_definition_use(p, &one), VOC_OK);
    assert_int_equal(store_definition_use(p, &two), VOC_OK);
    assert_int_equal(store_definition_use(p, &one), VOC_OK);
    digest_text(p, with);
    assert_string_not_equal(with, without);
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_definition_active(p, &a, &out, &found), VOC_OK);
    assert_true(found && str_is(out.version, "1") && str_is(out.journey_xml, "<journey/>") && str_is(out.sources_xml, "") && out.attached_us == 7);
    assert_memory_equal(out.hash, one.hash, HASH_BYTES);
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK); // the same content, written otherwise
    one.journey_xml = STR("<journey><note>n</note></journey>");
    one.attached_us = 9;
    assert_int_equal(store_definition_use(p, &one), VOC_OK);
    assert_int_equal(store_definition_active(p, &a, &out, &found), VOC_OK);
    assert_true(found && str_is(out.journey_xml, "<journey><note>n</note></journey>") && out.attached_us == 7);
    arena_done(&a);
    project_close(p);
    remove_file("p.voc");
}

static void settings_are_kept(void **state)
{
    (void)state;
    struct project *p = create("p.voc");
    struct arena a;
    voc_str value = {"", 0};
    bool found = true;
    arena_init(&a, 0);
    assert_int_equal(store_setting(p, &a, STR("start"), &value, &found), VOC_OK);
    assert_false(found);
    assert_int_equal(store_definition_set(p, STR("start"), STR("2024")), VOC_OK);
    assert_int_equal(store_definition_set(p, STR("start"), STR("2025")), VOC_OK);
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    assert_int_equal(store_setting(p, &a, STR("start"), &value, &found), VOC_OK);
    assert_true(found && str_is(value, "2025"));
    arena_done(&a);
    project_close(p);
    remove_file("p.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_project_names_the_command_that_makes_one),
        cmocka_unit_test(what_is_not_a_project_is_refused),
        cmocka_unit_test(an_empty_file_may_become_a_project),
        cmocka_unit_test(a_file_of_a_newer_program_is_refused),
        cmocka_unit_test(a_file_with_views_in_the_place_of_tables_is_refused),
        cmocka_unit_test(a_trigger_that_a_stranger_put_in_does_not_fire),
        cmocka_unit_test(there_is_one_file_at_rest),
        cmocka_unit_test(reading_does_not_change_the_file),
        cmocka_unit_test(a_second_writer_is_told_who_the_first_is_and_readers_go_on),
        cmocka_unit_test(a_reader_sees_one_state_from_open_to_close),
        cmocka_unit_test(a_file_that_was_moved_away_or_replaced_is_not_written),
        cmocka_unit_test(definitions_are_kept_by_hash_and_one_is_active),
        cmocka_unit_test(settings_are_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
