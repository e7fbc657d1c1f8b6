// SPDX-License-Identifier: MIT
// The power is cut while a project is written, at each step in turn, and of what was not synced nothing, all or any part
// is left, or garbage. Then the file opens, is whole, and holds what it held before or all of the work; what was said to be
// kept is kept; and the same work again completes. VOC_POWERCUTS=n looks at n times as many cuts; VOC_POWERCUT_POINT=
// "steps,how,seed,sector" at one (the program's argument picks the test).
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

enum { SEEN = 1 << 16 };

static uint64_t seen[SEEN];
static size_t n_seen;

static void look(const struct work *w, bool must_be_done, bool again)
{
    char read[STATE], now[STATE];
    state_of(read, PROJECT_READ);
    state_of(now, PROJECT_WRITE);
    assert_string_equal(read, now);
    if (strcmp(now, after) != 0) {
        assert_false(must_be_done); // it was said to be kept
        assert_string_equal(now, before);
    }
    if (!again) return;
    assert_int_equal(do_work(w, NULL, NULL), VOC_OK);
    state_of(now, PROJECT_WRITE);
    assert_string_equal(now, after);
}

// ---- cuts --------------------------------------------------------------------------------------------------------------------

static bool seen_before(uint64_t image, bool must_be_done)
{
    image = image * 2 + must_be_done;
    for (size_t i = 0; i < n_seen; i++)
        if (seen[i] == image) return true;
    if (n_seen < SEEN) seen[n_seen++] = image;
    return false;
}

static size_t now_at, now_sector;
static enum cut now_how;
static uint64_t now_seed;

static void cut(const struct work *w, size_t steps, enum cut how, uint64_t seed, size_t sector, size_t kept)
{
    now_at = steps, now_how = how, now_seed = seed, now_sector = sector;
    powercut_image(steps, how, seed, sector);
    if (!seen_before(powercut_image_hash(), steps >= kept)) look(w, steps >= kept, n_seen % 4 == 0);
}

// Under a sanitizer each look takes a hundred times as long.
enum { SPARSER = SANITIZED ? 48 : 1 };

// The work on what lies there, cut at every each-th step; the others are for VOC_POWERCUTS.
static void cut_from_here(const struct work *w, unsigned each)
{
    each *= SPARSER;
    size_t kept = 0;
    const char *more = getenv("VOC_POWERCUTS"), *one = getenv("VOC_POWERCUT_POINT");
    unsigned times = more ? (unsigned)strtoul(more, NULL, 10) : 1;
    powercut_record(in_folder("p.voc"));
    assert_int_equal(do_work(w, NULL, &kept), VOC_OK);
    powercut_end();
    state_of(after, PROJECT_READ);
    n_seen = 0;
    size_t n = powercut_steps(), step = each > times ? each / times : 1;
    assert_true(n > 5 && kept <= n);
    if (one) {
        char *end;
        now_at = strtoul(one, &end, 10), now_how = (enum cut)strtoul(end + 1, &end, 10), now_seed = strtoul(end + 1, &end, 10),
        now_sector = strtoul(end + 1, &end, 10);
        powercut_image(now_at, now_how, now_seed, now_sector);
        look(w, now_at >= kept, true);
    }
    for (size_t k = n % step; k <= n && !one; k += step) {
        cut(w, k, CUT_KEPT, 0, 512, kept);
        cut(w, k, CUT_LOST, 0, 512, kept);
        for (uint64_t seed = 0; seed < 2 * times; seed++) cut(w, k, seed % 2 ? CUT_GARBLED : CUT_PART, seed / 2, seed % 4 < 2 ? 512 : 4096, kept);
    }
    print_message("# %zu steps, kept after %zu, %zu different ends\n", n, kept, n_seen);
    powercut_forget();
    remove_file("p.voc");
}

static void cut_everywhere(const struct work *w, unsigned each)
{
    begin_work(w);
    cut_from_here(w, each);
    assert_string_not_equal(before, after);
}

static int say_where(void **state)
{
    (void)state;
    powercut_forget();
    print_message("# the last cut: VOC_POWERCUT_POINT=%zu,%d,%llu,%zu\n", now_at, (int)now_how, (unsigned long long)now_seed, now_sector);
    remove_file("p.voc");
    return 0;
}

static void a_first_import(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){NULL, import_first}, 2);
}

static void an_import_of_another_source(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, import_second}, 2);
}

static void an_import_of_a_file_that_grew(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, import_grown}, 3);
}

static void an_import_that_replaces_by_id(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, import_over_ids}, 2);
}

static void an_import_by_another_mapping(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, import_read_otherwise}, 3);
}

// Nothing is lost when the power goes while a project is put in order after the power went.
static void putting_in_order_after_a_cut(void **state)
{
    (void)state;
    const struct work w = {import_first, import_over_ids};
    static const unsigned at[] = {4, 17, 40, 60}; // while it goes to WAL, while the WAL is written, after the commit, while it is put away
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        begin_work(&w);
        powercut_record(in_folder("p.voc"));
        assert_int_equal(do_work(&w, NULL, NULL), VOC_OK);
        powercut_end();
        powercut_image(at[i] < powercut_steps() ? at[i] : powercut_steps() - 3, CUT_KEPT, 0, 512);
        cut_from_here(&w, 8);
    }
}

// Opening to write brings a file of format 1 up to date: afterwards it is still of format 1, or it is of today's, with all
// that was in it.
static void bringing_an_older_file_up_to_date(void **state)
{
    (void)state;
    const struct work w = {NULL, nothing};
    char now[STATE];
    struct project *p = NULL;
    unsigned old = 0, new = 0;
    size_t kept = 0;
    remove_file("p.voc");
    make_format_1("p.voc");
    powercut_record(in_folder("p.voc"));
    assert_int_equal(do_work(&w, NULL, &kept), VOC_OK);
    powercut_end();
    (void)snprintf(before, sizeof before, "%s", "");
    state_of(after, PROJECT_READ);
    for (size_t k = 0; k <= powercut_steps(); k++) {
        for (uint64_t seed = 0; seed < 6; seed++) {
            now_at = k, now_how = seed < 2 ? CUT_GARBLED : seed < 4 ? CUT_PART : seed == 4 ? CUT_KEPT : CUT_LOST, now_seed = seed, now_sector = 512;
            powercut_image(k, now_how, seed, 512);
            voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL);
            if (rc == VOC_OK) {
                digest_text(p, now);
                assert_string_equal(now, after);
                project_close(p);
                new++;
            } else {
                assert_int_equal(rc, VOC_E_INPUT); // of an older program
                assert_true(k < kept);
                old++;
            }
            state_of(now, PROJECT_WRITE);
            assert_string_equal(now, after);
        }
    }
    assert_true(old > 10 && new > 10);
    powercut_forget();
    remove_file("p.voc");
}

// A client that knows SQLite but nothing of sums finishes what a killed writer left: its pages come without them. That is
// no damage, and the next writer gives them back.
static void another_program_may_finish_what_a_killed_one_left(void **state)
{
    (void)state;
    const struct work w = {import_first, import_second};
    size_t kept = 0;
    begin_work(&w);
    powercut_record(in_folder("p.voc"));
    assert_int_equal(do_work(&w, NULL, &kept), VOC_OK);
    powercut_end();
    state_of(after, PROJECT_READ);
    for (size_t k = kept; k <= powercut_steps(); k++) {
        sqlite3 *db = NULL;
        unsigned char end[8] = "";
        char now[STATE];
        powercut_image(k, CUT_KEPT, 0, 512);
        assert_int_equal(sqlite3_open(in_folder("p.voc"), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, "SELECT count(*) FROM string; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
        state_of(now, PROJECT_READ);
        assert_string_equal(now, after);
        for (unsigned round = 0; round < 2; round++) {
            state_of(now, PROJECT_WRITE);
            assert_string_equal(now, after);
        }
        FILE *f = fopen(in_folder("p.voc"), "rb");
        assert_non_null(f);
        for (long at = 16384; fseek(f, at - 8, SEEK_SET) == 0 && fread(end, 1, 8, f) == 8; at += 16384)
            if (memcmp(end, "\0\0\0\0\0\0\0", 8) == 0) fail_msg("after step %zu of %zu the page before %ld has no sum", k, powercut_steps(), at);
        (void)fclose(f);
    }
    powercut_forget();
    remove_file("p.voc");
}

static void a_definition_that_is_attached(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, use_definition}, 1);
}

// No row changes, only where rows lie.
static void settling_many_imports_into_one_run(void **state)
{
    (void)state;
    with_runs = true;
    cut_everywhere(&(struct work){import_three, settle_all}, 2);
    assert_memory_equal(before, after, 64);
    assert_string_equal(after + 64, "/1");
}

static int without_runs(void **state)
{
    with_runs = false;
    return say_where(state);
}

static void forgetting_somebody(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_three, forget_one}, 1);
}

static void an_import_of_more_than_fits_in_memory(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_first, import_much}, 700);
}

static void forgetting_somebody_in_more_than_fits_in_memory(void **state)
{
    (void)state;
    cut_everywhere(&(struct work){import_much, forget_a_writer}, 900);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_first_import, say_where),
        cmocka_unit_test_teardown(an_import_of_another_source, say_where),
        cmocka_unit_test_teardown(an_import_of_a_file_that_grew, say_where),
        cmocka_unit_test_teardown(an_import_that_replaces_by_id, say_where),
        cmocka_unit_test_teardown(an_import_by_another_mapping, say_where),
        cmocka_unit_test_teardown(a_definition_that_is_attached, say_where),
        cmocka_unit_test_teardown(settling_many_imports_into_one_run, without_runs),
        cmocka_unit_test_teardown(forgetting_somebody, say_where),
        cmocka_unit_test_teardown(putting_in_order_after_a_cut, say_where),
        cmocka_unit_test_teardown(bringing_an_older_file_up_to_date, say_where),
        cmocka_unit_test(another_program_may_finish_what_a_killed_one_left),
        cmocka_unit_test_teardown(an_import_of_more_than_fits_in_memory, say_where),
        cmocka_unit_test_teardown(forgetting_somebody_in_more_than_fits_in_memory, say_where),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare_works, remove_folder);
}
