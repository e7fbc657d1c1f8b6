// SPDX-License-Identifier: MIT
// The import: the same rows come out of the same bytes however they are cut and by any number of threads; what is wrong is
// told with its place, and keeps nothing; a file is counted once.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"
#include "host/import/import.h"
#include "tests/unit/host/coded.h"
#include "tests/unit/host/modules.h"

struct world {
    char plugins[PATH_MAX], folder[PATH_MAX];
    struct catalogue *catalogue;
    struct diag *diag;
    struct arena arena;
    struct import_report report;
    struct buf text; // what a dry run gave
    uint64_t behind; // record that the next block may begin with
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    scratch_open(w.folder);
    if (!module_path(from, MODULES, "input-tiny.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-tiny.so", 0644);
    if (!module_path(from, "plugins/input/xes", "input-xes.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-xes.so", 0644);
    const char *dirs[] = {w.plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    w.diag = diag_new();
    arena_init(&w.arena, 0);
    buf_init(&w.text, 1 << 26);
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, w.diag), VOC_OK);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    arena_done(&w->arena);
    buf_done(&w->text);
    scratch_close(w->plugins);
    scratch_close(w->folder);
    return 0;
}

static const char *last(const struct world *w) { return diag_n(w->diag) ? diag_at(w->diag, diag_n(w->diag) - 1)->message : ""; }
static bool told(const struct world *w, const char *code)
{
    for (size_t i = 0; i < diag_n(w->diag); i++)
        if (strcmp(diag_at(w->diag, i)->code, code) == 0) return true;
    return false;
}

static voc_rc take(void *user, const struct coded_block *b)
{
    struct world *w = user;
    uint64_t first = b->events.n ? b->events.record[0] : w->behind, last_record = b->events.n ? b->events.record[b->events.n - 1] : first;
    assert_true(first >= w->behind); // blocks come in order, whichever thread was first
    w->behind = last_record + 1;
    coded_dump(&w->text, b);
    return VOC_OK;
}

static char *put(struct world *w, char path[PATH_MAX], const char *name, const void *bytes, size_t size)
{
    join_path(path, w->folder, name);
    write_bytes(path, bytes, size, 0644);
    return path;
}

// A dry run: what it gave is in w->text, sorted.
static voc_rc dry(struct world *w, const char *path, uint32_t threads, uint32_t block_bytes, const char *fault)
{
    struct option_given given = {.name = STR("fault"), .value = str_of(fault), .has_value = true};
    struct import_request r = {.catalogue = w->catalogue, .path = path, .threads = threads, .max_rejects = UINT64_MAX,
                               .block_bytes = block_bytes, .block = take, .user = w, .options = &given, .n_options = fault ? 1 : 0};
    buf_clear(&w->text);
    w->behind = 0;
    voc_rc rc = import_file(&r, &w->report, &w->arena, w->diag);
    if (!rc) coded_sort(&w->text);
    return rc;
}

// Records of every kind: read, rejected, ignored, several rows, quoted line ends. More than the first block, which is 1 MiB
// whatever is asked for, so that the plugin sees enough of it.
#define RECORDS 60000u
static void make_tiny(struct buf *b)
{
    buf_init(b, 1 << 24);
    buf_cstr(b, "tiny 1\n");
    for (unsigned i = 0; i < RECORDS; i++) {
        if (i % 97 == 3)
            buf_printf(b, "# a comment %u\n", i);
        else if (i % 41 == 5)
            buf_printf(b, "x%u;wrong;c%u\n", i, i % 30);
        else if (i % 53 == 7)
            buf_printf(b, "%u;\"two\nlines %u\";c%u\n", i, i, i % 30);
        else if (i % 61 == 9)
            buf_printf(b, "%u;visit*3;c%u;plan=p%u\r\n", i, i % 30, i % 7);
        else if (i % 71 == 11)
            buf_printf(b, "%u;caf\xc3\xa9;c%u\n", i, i % 30);
        else if (i % 83 == 13)
            buf_printf(b, "%u;;c%u\n", i, i % 30);
        else
            buf_printf(b, "%u;an action of kind %u;c%u\n", i, i % 11, i % 30);
    }
    assert_int_equal(b->rc, VOC_OK);
}

static void lines_give_the_same_rows_however_they_are_cut_and_by_any_number_of_threads(void **state)
{
    static const struct { uint32_t threads, block; } ways[] = {{1, 0}, {1, 1}, {2, 100}, {4, 0}, {3, 5000}};
    struct world *w = *state;
    struct buf file, first;
    char path[PATH_MAX];
    make_tiny(&file);
    buf_init(&first, 1 << 26);
    put(w, path, "log.tiny", file.ptr, file.len);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        voc_rc rc = dry(w, path, ways[i].threads, ways[i].block, NULL);
        if (rc) fail_msg("%u threads, blocks of %u: %s", ways[i].threads, ways[i].block, last(w));
        const struct import_account *a = &w->report.account;
        assert_int_equal(a->records, RECORDS);
        assert_int_equal(a->records, a->gave + a->rejected + a->ignored);
        assert_int_equal(a->bytes, file.len);
        assert_int_equal(a->bytes, a->gave_bytes + a->rejected_bytes + a->ignored_bytes + a->framing_bytes);
        assert_int_equal(a->n_by_rule, 1);
        assert_int_equal(a->by_rule[0].records, a->ignored);
        if (i == 0) {
            assert_true(a->rejected > 1000 && a->ignored > 400 && file.len > (5u << 18));
            buf_add(&first, w->text.ptr, w->text.len);
        } else {
            assert_string_equal(w->text.ptr, first.ptr);
        }
    }
    assert_string_equal(w->report.plugin, "tiny");
    assert_string_equal(w->report.source, "tiny");
    assert_non_null(strstr(w->report.mapping, "time <- 1"));
    assert_non_null(strstr(w->report.mapping, "the first record is 0;an action of kind 0;c0\n"));
    assert_non_null(strstr(w->report.reason, "begins with"));
    buf_done(&file);
    buf_done(&first);
}

// A small XES log with two traces of many events, attributes of both, and events that are not understood.
static void make_xes(struct buf *b)
{
    buf_init(b, 1 << 24);
    buf_cstr(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n");
    for (unsigned t = 0; t < 40; t++) {
        buf_printf(b, "<trace>\n<string key=\"concept:name\" value=\"case %u\"/>\n<string key=\"topic\" value=\"t%u\"/>\n", t, t % 3);
        for (unsigned e = 0; e < 250; e++) {
            buf_printf(b, "<event><string key=\"concept:name\" value=\"step %u\"/><string key=\"org:resource\" value=\"r%u\"/>", e % 9, e % 4);
            if (e % 50 == 49)
                buf_cstr(b, "</event>\n"); // no time
            else
                buf_printf(b, "<date key=\"time:timestamp\" value=\"2024-01-%02uT%02u:%02u:00.000+01:00\"/></event>\n", 1 + t % 28, e % 24, e % 60);
        }
        buf_cstr(b, "</trace>\n");
    }
    buf_cstr(b, "</log>\n");
    assert_int_equal(b->rc, VOC_OK);
}

static voc_rc into(struct world *w, const char *project, const char *path, uint32_t threads, uint64_t max_rejects, unsigned char digest[HASH_BYTES])
{
    struct project *p = NULL;
    char file[PATH_MAX];
    join_path(file, w->folder, project);
    assert_int_equal(project_open(&p, file, PROJECT_CREATE, w->diag), VOC_OK);
    struct import_request r = {.project = p, .catalogue = w->catalogue, .path = path, .threads = threads, .max_rejects = max_rejects};
    voc_rc rc = import_file(&r, &w->report, &w->arena, w->diag);
    assert_int_equal(store_digest(p, digest), VOC_OK);
    assert_int_equal(store_verify(p, w->diag), VOC_OK);
    project_close(p);
    return rc;
}

static void a_project_has_the_same_digest_for_any_number_of_threads(void **state)
{
    struct world *w = *state;
    for (int xes = 0; xes < 2; xes++) {
        struct buf file;
        char path[PATH_MAX];
        unsigned char first[HASH_BYTES], other[HASH_BYTES];
        (xes ? make_xes : make_tiny)(&file);
        put(w, path, "log", file.ptr, file.len);
        for (uint32_t threads = 1; threads <= 4; threads *= 2) {
            char project[32];
            snprintf(project, sizeof project, "p%d-%u.voc", xes, threads);
            voc_rc rc = into(w, project, path, threads, UINT64_MAX, threads == 1 ? first : other);
            if (rc) fail_msg("%s", last(w));
            assert_int_equal(w->report.account.bytes, file.len);
            if (threads > 1) assert_memory_equal(first, other, HASH_BYTES);
        }
        if (xes) {
            assert_int_equal(w->report.account.records, 10000);
            assert_int_equal(w->report.account.rejected, 200);
            assert_int_equal(w->report.result.attributes, 40);
        }
        buf_done(&file);
    }
}

static void the_same_file_again_is_not_counted_twice_and_a_grown_one_goes_on(void **state)
{
    struct world *w = *state;
    struct buf file;
    char path[PATH_MAX];
    unsigned char whole[HASH_BYTES], half[HASH_BYTES], now[HASH_BYTES];
    make_tiny(&file);
    size_t cut = file.len / 2;
    while (file.ptr[cut - 1] != '\n' || file.ptr[cut] == 'l') cut++; // behind a record, not within a quoted line end
    put(w, path, "log", file.ptr, file.len);
    assert_int_equal(into(w, "whole.voc", path, 2, UINT64_MAX, whole), VOC_OK);
    put(w, path, "log", file.ptr, cut);
    assert_int_equal(into(w, "grown.voc", path, 2, UINT64_MAX, half), VOC_OK);
    assert_memory_not_equal(half, whole, HASH_BYTES);
    assert_int_equal(into(w, "grown.voc", path, 2, UINT64_MAX, now), VOC_OK);
    assert_int_equal(w->report.result.already, 1);
    assert_memory_equal(now, half, HASH_BYTES);
    put(w, path, "log", file.ptr, file.len);
    assert_int_equal(into(w, "grown.voc", path, 1, UINT64_MAX, now), VOC_OK);
    assert_int_equal(w->report.result.continued, 1);
    assert_memory_equal(now, whole, HASH_BYTES);
    buf_done(&file);
}

// As a version before the fingerprints left it: the same mapping, and the BLAKE2b hash of these bytes. Its rows do not matter.
static void make_older(struct world *w, const char *made, const char *older, voc_str bytes, uint64_t records)
{
    char path[PATH_MAX];
    struct project *p = NULL;
    struct import *i = NULL;
    struct import_prior prior;
    struct import_result result;
    struct import_account a = w->report.account;
    size_t n = 0;
    join_path(path, w->folder, made);
    assert_int_equal(project_open(&p, path, PROJECT_READ, w->diag), VOC_OK);
    assert_int_equal(import_priors(p, str_of(w->report.source), STR(""), &prior, 1, &n), VOC_OK);
    assert_int_equal(n, 1);
    assert_true(fingerprint_is(prior.hash));
    project_close(p);
    struct import_spec spec = {.source = str_of(w->report.source), .plugin = str_of(w->report.plugin), .plugin_version = STR("0"),
                               .file_name = STR("log"), .watermark_us = VOC_NA, .one_source = 1};
    memcpy(spec.mapping, prior.mapping, HASH_BYTES);
    hash_of(bytes.ptr, bytes.len, a.hash);
    assert_int_equal(a.gave, records);
    join_path(path, w->folder, older);
    assert_int_equal(project_open(&p, path, PROJECT_CREATE, w->diag), VOC_OK);
    assert_int_equal(import_begin(&i, p, &spec, w->diag), VOC_OK);
    assert_int_equal(import_commit(i, &a, 0, &result), VOC_OK);
    project_close(p);
}

static void an_input_that_an_older_version_imported_is_known_by_its_older_hash(void **state)
{
    static const char text[] = "tiny 1\n1;a;c\n2;b;c\n3;b;c\n";
    struct world *w = *state;
    char path[PATH_MAX];
    unsigned char digest[HASH_BYTES];
    const size_t cut = sizeof text - 1 - 6;
    put(w, path, "log", text, cut);
    assert_int_equal(into(w, "made.voc", path, 1, UINT64_MAX, digest), VOC_OK);
    make_older(w, "made.voc", "older.voc", str_mk(text, cut), 2);
    assert_int_equal(into(w, "older.voc", path, 1, UINT64_MAX, digest), VOC_OK);
    assert_int_equal(w->report.result.already, 1);
    put(w, path, "log", text, sizeof text - 1); // and it has grown
    assert_int_equal(into(w, "older.voc", path, 1, UINT64_MAX, digest), VOC_OK);
    assert_int_equal(w->report.result.continued, 1);
    assert_int_equal(w->report.result.repeated_records, 2);
    assert_int_equal(w->report.result.events, 1);
    assert_int_equal(into(w, "older.voc", path, 1, UINT64_MAX, digest), VOC_OK);
    assert_int_equal(w->report.result.already, 1);
}

static void too_many_rejects_keep_nothing(void **state)
{
    static const char half[] = "tiny 1\n1;a;c\nx;b;c\ny;b;c\n";
    struct world *w = *state;
    struct buf file;
    char path[PATH_MAX];
    unsigned char empty[HASH_BYTES], now[HASH_BYTES];
    make_tiny(&file);
    put(w, path, "log", half, sizeof half - 1);
    assert_int_equal(into(w, "p.voc", path, 1, UINT64_MAX, empty), VOC_E_INPUT);
    assert_true(told(w, "IMPORT-005"));
    assert_non_null(strstr(last(w), "2 of 3 records"));
    assert_int_equal(diag_at(w->diag, diag_n(w->diag) - 1)->line, 3); // of the first reject
    put(w, path, "log", file.ptr, file.len);
    assert_int_equal(into(w, "p.voc", path, 2, 10, now), VOC_E_CHECK);
    assert_true(told(w, "IMPORT-006"));
    assert_memory_equal(now, empty, HASH_BYTES);
    assert_int_equal(into(w, "p.voc", path, 2, w->report.account.rejected, now), VOC_OK); // as many as allowed
    assert_memory_not_equal(now, empty, HASH_BYTES);
    buf_done(&file);
}

static void a_plugin_that_breaks_its_contract_ends_the_import_and_is_named(void **state)
{
    static const char *const faults[] = {"lost", "twice", "beyond", "both", "back"};
    static const char bytes[] = "tiny 1\n1;a;c\n2;b;c\n3;here;c\n4;d;c\n";
    struct world *w = *state;
    char path[PATH_MAX];
    put(w, path, "log", bytes, sizeof bytes - 1);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        for (uint32_t threads = 1; threads <= 2; threads++) {
            voc_rc rc = dry(w, path, threads, 0, faults[i]);
            if (rc != VOC_E_BUG) fail_msg("%s: %s", faults[i], rc_name(rc));
            assert_true(told(w, "IMPORT-008"));
            assert_non_null(strstr(last(w), "tiny"));
        }
    assert_int_equal(dry(w, path, 1, 0, "status"), VOC_E_INPUT);
    assert_int_equal(dry(w, path, 1, 0, "none"), VOC_OK);
}

static void what_no_plugin_knows_is_refused(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    put(w, path, "unknown.bin", "\x00\x01\x02\x03 nothing of ours", 20);
    assert_int_equal(dry(w, path, 1, 0, NULL), VOC_E_INPUT);
    assert_true(told(w, "IMPORT-003"));
    assert_non_null(strstr(last(w), "NUL bytes stand in it"));
    put(w, path, "unknown.txt", "nothing of ours", 15);
    assert_int_equal(dry(w, path, 1, 0, NULL), VOC_E_INPUT);
    assert_non_null(strstr(last(w), "no input plugin knows it"));
    put(w, path, "empty", "", 0);
    assert_int_equal(dry(w, path, 1, 0, NULL), VOC_E_INPUT);
    assert_true(told(w, "IMPORT-009"));
    put(w, path, "log", "tiny 1\n", 7);
    struct import_request r = {.catalogue = w->catalogue, .path = path, .as = STR("tinny"), .threads = 1};
    assert_int_equal(import_file(&r, &w->report, &w->arena, w->diag), VOC_E_OPTION);
    assert_non_null(strstr(diag_at(w->diag, diag_n(w->diag) - 1)->hint, "did you mean tiny?"));
    r.as = STR("tiny");
    r.path = "/nowhere/at/all";
    assert_int_equal(import_file(&r, &w->report, &w->arena, w->diag), VOC_E_IO);
    assert_int_equal(dry(w, put(w, path, "log", "tiny 1\n", 7), 1, 0, "nonsense"), VOC_E_OPTION);
}

static void nothing_but_a_head_is_an_empty_import(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    assert_int_equal(dry(w, put(w, path, "log", "tiny 1\n", 7), 2, 0, NULL), VOC_OK);
    assert_int_equal(w->report.account.records, 0);
    assert_int_equal(w->report.account.framing_bytes, 7);
}

static void another_plugin_of_the_same_confidence_is_a_question_not_a_guess(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX], to[PATH_MAX];
    size_t size;
    // the same module under another name: its note and descriptor say so too
    join_path(path, w->plugins, "input-tiny.so");
    char *bytes = bytes_of(path, &size);
    for (size_t i = 0; i + 9 < size; i++) {
        if (memcmp(bytes + i, "name=tiny", 9) == 0) bytes[i + 8] = 'x';
        if (memcmp(bytes + i, "\0tiny", 6) == 0) bytes[i + 4] = 'x';
    }
    join_path(to, w->plugins, "input-tinx.so");
    write_bytes(to, bytes, size, 0644);
    free(bytes);
    catalogue_close(w->catalogue);
    const char *dirs[] = {w->plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    assert_int_equal(catalogue_open(&w->catalogue, &places, NULL, w->diag), VOC_OK);
    put(w, path, "log", "tiny 1\n1;a;c\n", 13);
    assert_int_equal(dry(w, path, 1, 0, NULL), VOC_E_INPUT);
    assert_true(told(w, "IMPORT-004"));
    assert_non_null(strstr(diag_at(w->diag, diag_n(w->diag) - 1)->hint, "--as tin"));
    struct import_request r = {.catalogue = w->catalogue, .path = path, .as = STR("tinx"), .threads = 1, .max_rejects = UINT64_MAX};
    assert_int_equal(import_file(&r, &w->report, &w->arena, w->diag), VOC_OK);
    assert_string_equal(w->report.plugin, "tinx");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(lines_give_the_same_rows_however_they_are_cut_and_by_any_number_of_threads),
        TEST(a_project_has_the_same_digest_for_any_number_of_threads),
        TEST(the_same_file_again_is_not_counted_twice_and_a_grown_one_goes_on),
        TEST(an_input_that_an_older_version_imported_is_known_by_its_older_hash),
        TEST(too_many_rejects_keep_nothing),
        TEST(a_plugin_that_breaks_its_contract_ends_the_import_and_is_named),
        TEST(what_no_plugin_knows_is_refused),
        TEST(nothing_but_a_head_is_an_empty_import),
        TEST(another_plugin_of_the_same_confidence_is_a_question_not_a_guess),
    };
    if (xml_init() != VOC_OK || store_init() != VOC_OK) return 99;
    int failed = cmocka_run_group_tests_name("import", tests, NULL, NULL);
    store_done();
    xml_done();
    return failed;
}
