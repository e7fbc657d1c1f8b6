// SPDX-License-Identifier: MIT
// Each write, sync, read, opening, size and name fails in turn while a project is written or read, once or from then on: with
// an I/O error, a full disk, or half of what was asked for. It is said, with what to do; the file is whole and holds what
// it held before, or all of the work where the work was called done; and the same work again completes. VOC_POWERCUTS set:
// every one, not every few.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sqlite3.h>
#include "base/sanitized.h"
#include "tests/fault/works.h"
#include "tests/unit/store/format_1.h"

static unsigned char *base; // the file before the work; NULL: none
static size_t n_base;

static const struct way {
    const char *name;
    unsigned kinds;
    int code;
    bool shortened;
} WAYS[] = {
    {"a write", FAULT_WRITE, 0, false},
    {"a write, half done", FAULT_WRITE, 0, true},
    {"room for a write", FAULT_WRITE | FAULT_SIZE, SQLITE_FULL, false},
    {"a sync", FAULT_SYNC, 0, false},
    {"a size", FAULT_SIZE, 0, false},
    {"a deletion", FAULT_NAME, 0, false},
    {"an opening", FAULT_OPEN, 0, false},
    {"a read", FAULT_READ, 0, false},
    {"half of a read", FAULT_READ, 0, true},
};
enum { N_WAYS = sizeof WAYS / sizeof *WAYS };

// Under a sanitizer each takes ten times as long.
enum { SPARSER = SANITIZED ? 3 : 1 };

static void restore(void)
{
    remove_file("p.voc");
    if (!base) return;
    FILE *f = fopen(in_folder("p.voc"), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(base, 1, n_base, f), n_base);
    assert_int_equal(fclose(f), 0);
}

static void keep_base(void)
{
    struct stat st;
    free(base);
    base = NULL;
    FILE *f = fopen(in_folder("p.voc"), "rb");
    if (!f) return;
    assert_int_equal(fstat(fileno(f), &st), 0);
    n_base = (size_t)st.st_size;
    base = malloc(n_base);
    assert_non_null(base);
    assert_int_equal(fread(base, 1, n_base, f), n_base);
    assert_int_equal(fclose(f), 0);
}

// It must be an error of the disk, or where half of a read came, of the file; with a sentence and what to do.
static void check_said(const struct way *w, uint64_t nth, voc_rc rc, const struct diag *d)
{
    bool known = rc == VOC_E_IO || (rc == VOC_E_INPUT && w->kinds == FAULT_READ);
    const struct diag_msg *m = diag_n(d) ? diag_at(d, 0) : NULL;
    if (known && m && m->hint && *m->hint && m->message && *m->message) return;
    fail_msg("%s, the %lluth, fails: %s, said: %s; %s", w->name, (unsigned long long)nth, rc_name(rc), m ? m->message : "nothing", m && m->hint ? m->hint : "no hint");
}

// ---- writing ---------------------------------------------------------------------------------------------------------------

// One operation fails; false: there are not so many.
static bool fail_one(const struct work *w, const struct way *way, uint64_t nth, bool persistent, unsigned *failed)
{
    char now[STATE], read[STATE];
    struct diag *d = diag_new();
    const struct fault f = {.kinds = way->kinds, .nth = nth, .persistent = persistent, .code = way->code, .shortened = way->shortened};
    restore();
    fault_set(&f);
    voc_rc rc = do_work(w, d, NULL);
    bool fired = fault_fired();
    fault_set(NULL);
    if (rc != VOC_OK) check_said(way, nth, rc, d);
    diag_free(d);
    state_of(read, PROJECT_READ);
    state_of(now, PROJECT_WRITE);
    assert_string_equal(read, now);
    if (strcmp(now, rc == VOC_OK ? after : before) != 0 && strcmp(now, after) != 0) // an error may come after all was kept
        fail_msg("%s, the %lluth, fails: %s, and the project holds something else", way->name, (unsigned long long)nth, rc_name(rc));
    if (rc != VOC_OK && nth % 4 == 0) {
        assert_int_equal(do_work(w, NULL, NULL), VOC_OK);
        state_of(now, PROJECT_WRITE);
        assert_string_equal(now, after);
    }
    *failed += rc != VOC_OK;
    return fired;
}

static void fail_everything(const struct work *w)
{
    unsigned failed = 0, tried = 0;
    begin_work(w);
    keep_base();
    assert_int_equal(do_work(w, NULL, NULL), VOC_OK);
    state_of(after, PROJECT_READ);
    assert_string_not_equal(before, after);
    for (unsigned k = 0; k < 2 * N_WAYS; k++) {
        const struct way *way = &WAYS[k / 2];
        const uint64_t step = SPARSER * (getenv("VOC_POWERCUTS") ? 1 : way->kinds == FAULT_READ || way->kinds == FAULT_OPEN ? 7 : 4); // every few; which, differs
        for (uint64_t nth = 1 + k % step; fail_one(w, way, nth, k % 2, &failed); nth += step) tried++;
    }
    print_message("# %u operations failed, %u times it was said\n", tried, failed);
    assert_true(failed * 2 > tried);
    remove_file("p.voc");
}

static void in_a_first_import(void **state)
{
    (void)state;
    fail_everything(&(struct work){NULL, import_first});
}

static void in_an_import_of_another_source(void **state)
{
    (void)state;
    fail_everything(&(struct work){import_first, import_second});
}

static void in_an_import_that_replaces_by_id(void **state)
{
    (void)state;
    fail_everything(&(struct work){import_first, import_over_ids});
}

static void in_an_import_by_another_mapping(void **state)
{
    (void)state;
    fail_everything(&(struct work){import_first, import_read_otherwise});
}

static void in_attaching_a_definition(void **state)
{
    (void)state;
    fail_everything(&(struct work){import_first, use_definition});
}

static void in_settling_many_imports(void **state)
{
    (void)state;
    with_runs = true;
    fail_everything(&(struct work){import_three, settle_all});
    assert_memory_equal(before, after, 64);
}

static void in_forgetting_somebody(void **state)
{
    (void)state;
    fail_everything(&(struct work){import_three, forget_one});
}

static int without_runs(void **state)
{
    (void)state;
    with_runs = false;
    return 0;
}

// A file of format 1 is of that format still, or of today's with all that was in it: the next opening brings it there.
static void in_bringing_an_older_file_up_to_date(void **state)
{
    (void)state;
    const struct work w = {NULL, nothing};
    unsigned failed = 0;
    char now[STATE];
    remove_file("p.voc");
    make_format_1("p.voc");
    keep_base();
    (void)snprintf(before, sizeof before, "%s", "");
    assert_int_equal(do_work(&w, NULL, NULL), VOC_OK);
    state_of(after, PROJECT_READ);
    for (unsigned k = 0; k < 2 * N_WAYS; k++) {
        const struct way *way = &WAYS[k / 2];
        bool fired = true;
        for (uint64_t nth = 1; fired; nth++) {
            struct diag *d = diag_new();
            const struct fault f = {.kinds = way->kinds, .nth = nth, .persistent = k % 2, .code = way->code, .shortened = way->shortened};
            restore();
            fault_set(&f);
            voc_rc rc = do_work(&w, d, NULL);
            fired = fault_fired();
            fault_set(NULL);
            if (rc != VOC_OK) check_said(way, nth, rc, d);
            failed += rc != VOC_OK;
            diag_free(d);
            state_of(now, PROJECT_WRITE);
            assert_string_equal(now, after);
        }
    }
    assert_true(failed > 50);
    remove_file("p.voc");
}

// ---- reading ---------------------------------------------------------------------------------------------------------------

static voc_rc read_all(struct diag *d, char digest[65])
{
    struct project *p = NULL;
    unsigned char hash[HASH_BYTES];
    struct store_counts n;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_READ, d);
    if (rc == VOC_OK) rc = store_digest(p, hash);
    if (rc == VOC_OK) rc = store_count(p, &n);
    if (rc == VOC_OK) rc = store_verify(p, d);
    project_close(p);
    if (rc == VOC_OK) hash_hex(hash, digest);
    return rc;
}

static void a_reader_says_so_and_never_gives_another_answer(void **state)
{
    (void)state;
    const struct work w = {import_first, import_second};
    unsigned failed = 0;
    begin_work(&w);
    assert_int_equal(do_work(&w, NULL, NULL), VOC_OK);
    state_of(after, PROJECT_READ);
    for (unsigned k = 0; k < 2 * N_WAYS; k++) {
        const struct way *way = &WAYS[k / 2];
        bool fired = true;
        for (uint64_t nth = 1; fired; nth++) {
            char now[STATE];
            struct diag *d = diag_new();
            const struct fault f = {.kinds = way->kinds, .nth = nth, .persistent = k % 2, .code = way->code, .shortened = way->shortened};
            fault_set(&f);
            voc_rc rc = read_all(d, now);
            fired = fault_fired();
            fault_set(NULL);
            if (rc == VOC_OK) assert_string_equal(now, after);
            else if (rc != VOC_E_CHECK) check_said(way, nth, rc, d);
            failed += rc != VOC_OK;
            diag_free(d);
        }
    }
    assert_true(failed > 50);
    remove_file("p.voc");
}

static int end(void **state)
{
    fault_set(NULL);
    remove_file("p.voc");
    free(base);
    return remove_folder(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_a_first_import),
        cmocka_unit_test(in_an_import_of_another_source),
        cmocka_unit_test(in_an_import_that_replaces_by_id),
        cmocka_unit_test(in_an_import_by_another_mapping),
        cmocka_unit_test(in_attaching_a_definition),
        cmocka_unit_test_teardown(in_settling_many_imports, without_runs),
        cmocka_unit_test(in_forgetting_somebody),
        cmocka_unit_test(in_bringing_an_older_file_up_to_date),
        cmocka_unit_test(a_reader_says_so_and_never_gives_another_answer),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare_works, end);
}
