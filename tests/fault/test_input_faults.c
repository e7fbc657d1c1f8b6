// SPDX-License-Identifier: MIT
// Each input plugin reads its samples while an allocation fails, each in turn, in the plugin as in the host around it: it is said,
// and nothing is left behind; or the plugin does without, and gives the same rows. Of a file that takes more than three thousand
// (a calendar, for ICU's zones) some hundred are tried, or all with VOC_FAULT_EVERY=1 in the environment; VOC_FAULT_PLUGIN=NAME:
// of that plugin alone. What libraries allocate by themselves is not among them (GLib's in the plugin of mails ends the process:
// the worker's part).
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <sqlite3.h>
#include "base/text.h"
#include "base/xml.h"
#include "host/import/import.h"
#include "host/import/row_sums.h"
#include "tests/fault/inject.h"

enum { PLUGINS = 32, ALL_OF = 3000, SOME = 200 };
#define SAMPLE_BYTES ((size_t)64 << 10)

static struct catalogue *plugins;

struct reading {
    const char *as, *name;
    voc_str bytes; // or the file of that name
    voc_rc answer; // without a fault: some samples are refused, or need an option
    struct row_sums now, whole;
};

static voc_rc work(void *user)
{
    struct reading *r = user;
    struct import_report report;
    struct row_summing w;
    struct arena a;
    struct diag *d = diag_new(); // may fail: then nobody hears
    arena_init(&a, 0);
    row_summing_init(&w);
    const struct import_request request = {.catalogue = plugins,
                                           .path = r->name,
                                           .bytes = r->bytes.ptr ? &r->bytes : NULL,
                                           .as = str_of(r->as),
                                           .threads = 1,
                                           .max_rejects = UINT64_MAX,
                                           .block = row_sums_block,
                                           .user = &w};
    voc_rc rc = import_file(&request, &report, &a, d);
    r->now = w.sums;
    row_summing_done(&w);
    arena_done(&a);
    diag_free(d);
    return rc == r->answer ? VOC_OK : rc;
}

static bool check(void *user, voc_rc rc)
{
    const struct reading *r = user;
    return rc != VOC_OK || row_sums_same(&r->now, &r->whole);
}

// Twice without a fault first: libraries fill caches at their first use. Gives how many allocations were failed.
static uint64_t fail_each(struct reading *r)
{
    const struct trial t = {.work = work, .check = check, .user = r};
    const char *only = getenv("VOC_FAULT_POINT"), *every = getenv("VOC_FAULT_EVERY");
    struct mem_stats begin = {0}, end;
    uint64_t failed = 0, runs = 0;
    r->answer = work(r);
    assert_true(r->answer == VOC_OK || r->answer == VOC_E_OPTION || r->answer == VOC_E_INPUT);
    for (int k = 0; k < 2; k++) {
        begin = mem_stats();
        assert_int_equal(work(r), VOC_OK);
        end = mem_stats();
        r->whole = r->now;
    }
    assert_true(r->answer || r->whole.n_events + r->whole.n_facts + r->whole.n_rejects > 0);
    const uint64_t n = end.allocations - begin.allocations, step = every || n <= ALL_OF ? 1 : n / SOME;
    if (only) {
        one_point(&t, strtoull(only, NULL, 10), false, &failed);
        return 1;
    }
    for (uint64_t nth = 1 + n % step; nth <= n; nth += step, runs++) one_point(&t, nth, false, &failed);
    print_message("# %s, %s: %llu allocations, %llu of them failed, %llu runs ended in \"out of memory\"\n", *r->as ? r->as : "any",
                  r->name, (unsigned long long)n, (unsigned long long)runs, (unsigned long long)failed);
    assert_true(failed > 0);
    return runs;
}

// The samples of one plugin, in order of name; or the first of them, for which all plugins are asked whose it is.
static uint64_t read_samples(const char *of, bool asked)
{
    const char *src = getenv("VOC_TEST_SRCDIR");
    struct dirent **found = NULL;
    char path[PATH_MAX];
    uint64_t runs = 0;
    char *bytes = malloc(SAMPLE_BYTES);
    assert_non_null(bytes);
    (void)snprintf(path, sizeof path, "%s/plugins/input/%s/samples", src ? src : ".", of);
    int n = scandir(path, &found, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/plugins/input/%s/samples/%s", src ? src : ".", of, found[i]->d_name);
        FILE *f = found[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        const size_t len = f ? fread(bytes, 1, SAMPLE_BYTES, f) : 0;
        if (f) assert_int_equal(fclose(f), 0);
        struct reading r = {.as = asked ? "" : of, .name = found[i]->d_name, .bytes = {bytes, len}};
        if (len && !(asked && runs)) runs += fail_each(&r);
        free(found[i]);
    }
    free(found);
    free(bytes);
    return runs;
}

static void read_all(bool asked)
{
    const char *only = getenv("VOC_FAULT_PLUGIN");
    size_t n = 0;
    if (!plugins) skip();
    for (size_t i = 0; i < catalogue_n(plugins); i++) {
        const struct plugin *p = catalogue_at(plugins, i);
        if (only && strcmp(only, p->note.name) != 0) continue;
        assert_true(read_samples(p->note.name, asked) > 0);
        n++;
    }
    assert_true(n > 0);
}

static void every_input_plugin_says_that_memory_fails(void **state)
{
    (void)state;
    read_all(false);
}

static void so_do_all_that_are_asked_whose_a_file_is(void **state)
{
    (void)state;
    read_all(true);
}

// ---- a database, whose library has memory of the host -----------------------------------------------------------------------------

// In the order of the events, or of a key, which is another one; in a file, or (in an archive) held as bytes.
static void make_database(const char *path, bool keyed)
{
    sqlite3 *db = NULL;
    char relations[160];
    (void)snprintf(relations, sizeof relations,
                   "CREATE TABLE event_object(ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT%s)",
                   keyed ? ", PRIMARY KEY(ocel_object_id, ocel_event_id)" : "");
    const char *const sql[] = {
        "CREATE TABLE event(ocel_id TEXT, ocel_type TEXT); CREATE TABLE object(ocel_id TEXT, ocel_type TEXT);"
        "CREATE TABLE object_object(ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);"
        "CREATE TABLE event_map_type(ocel_type TEXT, ocel_type_map TEXT); CREATE TABLE object_map_type(ocel_type TEXT, ocel_type_map TEXT);"
        "CREATE TABLE event_Pack(ocel_id TEXT, ocel_time TEXT, note TEXT); CREATE TABLE object_Order(ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, total REAL)",
        relations,
        "INSERT INTO event_map_type VALUES('pack', 'Pack'); INSERT INTO object_map_type VALUES('Order', 'Order');"
        "INSERT INTO object VALUES('o1', 'Order'), ('o2', 'Order'); INSERT INTO object_object VALUES('o1', 'o2', 'before');"
        "INSERT INTO object_Order VALUES('o1', '1970-01-01T00:00:00Z', NULL, 12.5), ('o2', '1970-01-01T00:00:00Z', NULL, 7), ('o1', '2024-01-02T10:00:00Z', 'total', 13);"
        "INSERT INTO event VALUES('e3', 'pack'), ('e1', 'pack'), ('e2', 'pack');"
        "INSERT INTO event_Pack VALUES('e3', '2024-01-03T10:00:00Z', 'c'), ('e1', '2024-01-01T10:00:00Z', NULL), ('e2', '2024-01-02T10:00:00Z', 'b');"
        "INSERT INTO event_object VALUES('e3', 'o1', 'of'), ('e1', 'o1', 'of'), ('e1', 'o2', 'with'), ('e2', 'o2', 'of')",
    };
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) assert_int_equal(sqlite3_exec(db, sql[i], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_object_centric_database_says_that_memory_fails(void **state)
{
    (void)state;
    struct row_sums first = {0};
    if (!plugins) skip();
    folder_open();
    for (unsigned k = 0; k < 3; k++) {
        size_t len = 0;
        make_database(in_folder("log.sqlite"), k == 1);
        struct reading r = {.as = "ocel", .name = in_folder("log.sqlite")};
        char *bytes = file_read("log.sqlite", &len);
        if (k == 2) r.bytes = (voc_str){bytes, len};
        (void)fail_each(&r);
        if (k == 0) first = r.whole;
        assert_true(r.whole.n_events >= 3 && row_sums_same(&first, &r.whole));
        free(bytes);
        drop("log.sqlite");
    }
    assert_int_equal(rmdir(folder), 0);
}

// All input plugins of this build, each in a folder of its own.
static struct catalogue *built_inputs(void)
{
    static char at[PLUGINS][PATH_MAX];
    const char *dirs[PLUGINS], *build = getenv("VOC_TEST_BUILDDIR");
    char top[PATH_MAX];
    struct dirent **found = NULL;
    struct catalogue *c = NULL;
    size_t n = 0;
    (void)snprintf(top, sizeof top, "%s/plugins/input", build ? build : ".");
    int all = scandir(top, &found, NULL, alphasort);
    for (int i = 0; i < all; i++) {
        assert_true(n < PLUGINS);
        int len = snprintf(at[n], PATH_MAX, "%s/%s/.libs", top, found[i]->d_name);
        if (found[i]->d_name[0] != '.' && len < PATH_MAX && access(at[n], R_OK) == 0) dirs[n] = at[n], n++;
        free(found[i]);
    }
    free(found);
    if (n == 0) return NULL;
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = n};
    assert_int_equal(catalogue_open(&c, &places, (const char *const[]){NULL}, NULL), VOC_OK);
    for (size_t i = 0; i < catalogue_n(c); i++) assert_int_equal(plugin_load(catalogue_at(c, i), NULL), VOC_OK);
    return c;
}

static int prepare(void **state)
{
    (void)state;
    assert_int_equal(text_icu_memory(), VOC_OK);
    assert_int_equal(xml_init(), VOC_OK);
    assert_int_equal(store_init(), VOC_OK);
    plugins = built_inputs();
    return 0;
}

static int end(void **state)
{
    (void)state;
    catalogue_close(plugins);
    store_done();
    xml_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_input_plugin_says_that_memory_fails),
        cmocka_unit_test(so_do_all_that_are_asked_whose_a_file_is),
        cmocka_unit_test(an_object_centric_database_says_that_memory_fails),
    };
    return cmocka_run_group_tests(tests, prepare, end);
}
