// SPDX-License-Identifier: MIT
// The loadable extension meets its host: whom it refuses, with which sentence, and that a refusal leaves others alone. Its
// answers are tested from the sqlite3 shell and from Python (tests/extension/).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dlfcn.h>
#define SQLITE_CORE 1 // functions by their own names; the table of an extension is only a type here
#include <sqlite3ext.h>

typedef int (*entry)(sqlite3 *db, char **error, const sqlite3_api_routines *api);

static char path[4096];
static sqlite3 *db, *other;

static entry entry_point(void)
{
    char file[4200];
    entry out = NULL;
    (void)snprintf(file, sizeof file, "%s.so", path);
    void *so = dlopen(file, RTLD_NOW | RTLD_LOCAL), *symbol = so ? dlsym(so, "sqlite3_vocstream_init") : NULL;
    memcpy(&out, &symbol, sizeof out);
    return out;
}

static int old_version(void) { return 3036000; }

// Before the first host: a refusal must not make this table the extension's.
static void test_an_old_sqlite_is_refused_by_its_version(void **state)
{
    const sqlite3_api_routines old = {.mprintf = sqlite3_mprintf, .libversion_number = old_version};
    char *error = NULL;
    (void)state;
    entry init = entry_point();
    assert_non_null(init);
    assert_int_equal(init(db, &error, &old), SQLITE_ERROR);
    assert_non_null(error);
    assert_non_null(strstr(error, "3.37 or newer"));
    sqlite3_free(error);
}

static void test_it_loads_by_its_file_name_alone(void **state)
{
    char *error = NULL;
    (void)state;
    assert_int_equal(sqlite3_enable_load_extension(db, 1), SQLITE_OK);
    int rc = sqlite3_load_extension(db, path, NULL, &error);
    if (rc != SQLITE_OK) print_message("%s\n", error ? error : "no message");
    assert_int_equal(rc, SQLITE_OK);
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT unit, stage FROM event", -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ERROR);
    assert_non_null(strstr(sqlite3_errmsg(db), "ATTACH"));
    sqlite3_finalize(s);
}

static void test_a_second_sqlite_in_the_process_is_refused_and_the_first_goes_on(void **state)
{
    const sqlite3_api_routines second = {.mprintf = sqlite3_mprintf, .libversion_number = sqlite3_libversion_number};
    char *error = NULL;
    (void)state;
    assert_int_equal(entry_point()(other, &error, &second), SQLITE_ERROR);
    assert_non_null(error);
    assert_non_null(strstr(error, "another SQLite"));
    sqlite3_free(error);
    assert_int_equal(sqlite3_exec(db, "SELECT 1 FROM pragma_table_xinfo('event')", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "SELECT 1 FROM event", NULL, NULL, NULL), SQLITE_ERROR);
    assert_string_equal(sqlite3_errmsg(other), "no such table: event");
}

static void test_a_connection_that_may_only_query_has_the_tables_without_the_views(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_exec(other, "PRAGMA query_only = 1", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_enable_load_extension(other, 1), SQLITE_OK);
    assert_int_equal(sqlite3_load_extension(other, path, NULL, NULL), SQLITE_OK);
    sqlite3_stmt *s = NULL;
    assert_int_equal(sqlite3_prepare_v2(other, "SELECT unit FROM unit", -1, &s, NULL), SQLITE_OK);
    sqlite3_finalize(s);
    assert_int_equal(sqlite3_prepare_v2(other, "SELECT unit FROM customers", -1, &s, NULL), SQLITE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_old_sqlite_is_refused_by_its_version),
        cmocka_unit_test(test_it_loads_by_its_file_name_alone),
        cmocka_unit_test(test_a_second_sqlite_in_the_process_is_refused_and_the_first_goes_on),
        cmocka_unit_test(test_a_connection_that_may_only_query_has_the_tables_without_the_views),
    };
    const char *build = getenv("VOC_TEST_BUILDDIR");
    (void)snprintf(path, sizeof path, "%s/core/extension/vocstream", build ? build : ".");
    if (sqlite3_open(":memory:", &db) != SQLITE_OK || sqlite3_open(":memory:", &other) != SQLITE_OK) return 99;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)sqlite3_close(db);
    (void)sqlite3_close(other);
    return failed;
}
