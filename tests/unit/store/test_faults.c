// SPDX-License-Identifier: MIT
// What may fail, fails in turn: each allocation, each write to the disk, and the process itself. After each the file holds
// the state before the import or the state after it, never one between, and the import can be done again.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sys/wait.h>
#include "rows.h"
#include "tests/unit/store/faults.h"

static const struct row FIRST[] = {
    {.time_us = 1, .action = "visit", .customer = "+id=ann", .account = "+id=acme", .id = "1", .record = 0},
    {.time_us = 2, .action = "visit", .customer = "+id=bob", .id = "2", .record = 1},
    {.time_us = 3, .action = "order", .customer = "+id=bob", .account = "+id=acme", .record = 2},
};
static const struct fact FIRST_FACTS[] = {
    {.kind = VOC_ROW_WORD, .a = "+id=ann", .text = "good", .id = "1", .time_us = 1, .record = 0},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=bob", .key = "role", .text = "user", .id = "2", .time_us = 2, .record = 1},
};
static const struct row SECOND[] = { // replaces event 1; new names in every dictionary
    {.time_us = 11, .action = "call", .customer = "+id=ann\x1f-cookie=7", .account = "+id=bolt", .id = "1", .channel = "phone", .touchpoint = "desk", .case_id = "c1",
     .text = "well then", .attrs = "{\"k\":1}", .ref = "0", .cost = 5000000, .record = 0},
    {.time_us = 12, .action = "visit", .customer = "+id=zoe", .record = 1},
};
static const struct fact SECOND_FACTS[] = {
    {.kind = VOC_ROW_WORD, .a = "+id=zoe", .text = "bad", .time_us = 12, .record = 1},
    {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=zoe", .key = "nps", .text = "3", .unit = "points", .time_us = 12, .record = 1},
    {.kind = VOC_ROW_ATTRIBUTE, .entity = VOC_ENTITY_CASE, .a = "c1", .key = "size", .text = "9", .time_us = 12, .record = 1},
    {.kind = VOC_ROW_LINK, .a = "+id=zoe", .b = "+email=z@example.com", .unit = "crm", .time_us = 12, .record = 1},
};
static const struct rejected BAD[] = {{.record = 2, .line = 4, .code = "TIME", .reason = "no time", .raw = "x"}};
static const struct rows ONE = {.events = FIRST, .n_events = 3, .facts = FIRST_FACTS, .n_facts = 2};
static const struct rows TWO = {.events = SECOND, .n_events = 2, .facts = SECOND_FACTS, .n_facts = 4, .rejects = BAD, .n_rejects = 1};

static char base[1 << 20], before[65], after[65]; // the file before the import, and the digests
static size_t n_base;

static void restore(void)
{
    remove_file("p.voc");
    FILE *f = fopen(in_folder("p.voc"), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(base, 1, n_base, f), n_base);
    (void)fclose(f);
}

// The import that is put to the test, from open to close.
static voc_rc work(struct import_result *out)
{
    struct project *p = NULL;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL);
    if (rc == VOC_OK) rc = import_rows(p, &TWO, "crm", "two", 1, 0, out, NULL);
    project_close(p);
    return rc;
}

// Opens the file as the next commands would, one that reads and one that writes; its digest is one of the two.
static bool came_through(void)
{
    char now[65], read[65];
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(p, read);
    project_close(p);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    digest_text(p, now);
    project_close(p);
    assert_string_equal(read, now);
    bool done = strcmp(now, after) == 0;
    if (!done) assert_string_equal(now, before);
    return done;
}

// And the import can be done again.
static void done_again(void)
{
    struct import_result out;
    assert_int_equal(work(&out), VOC_OK);
    assert_true(came_through());
}

static int prepare(void **state)
{
    struct project *p = NULL;
    struct import_result out;
    if (make_folder(state) != 0 || disk_register() != SQLITE_OK) return -1;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &ONE, "crm", "one", 1, 0, &out, NULL), VOC_OK);
    digest_text(p, before);
    project_close(p);
    FILE *f = fopen(in_folder("p.voc"), "rb");
    n_base = fread(base, 1, sizeof base, f);
    (void)fclose(f);
    assert_true(n_base > 0 && n_base < sizeof base);
    assert_int_equal(work(&out), VOC_OK);
    assert_int_equal(out.replaced_events, 1);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(p, after);
    project_close(p);
    return strcmp(before, after) ? 0 : -1;
}

// ---- memory --------------------------------------------------------------------------------------------------------------------

static void each_failing_allocation_leaves_the_file_whole_and_nothing_behind(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (int persistent = 0; persistent < 2; persistent++) {
        bool fired = true;
        restore();
        // every point at first, then every few; the points that are left out differ between the two rounds
        for (uint64_t nth = 1; fired; nth += 1 + nth / (persistent ? 50 : 60)) {
            struct import_result out;
            struct mem_stats start = mem_stats();
            mem_fault(nth, persistent != 0);
            voc_rc rc = work(&out);
            mem_fault(0, false);
            fired = mem_fault_fired();
            struct mem_stats end = mem_stats();
            assert_int_equal(end.live_blocks, start.live_blocks);
            assert_int_equal(end.live_bytes, start.live_bytes);
            if (rc != VOC_OK) { // SQLite can do without some of its memory: then all went well
                assert_int_equal(rc, VOC_E_NOMEM);
                assert_false(came_through());
                failed++;
            } else {
                assert_true(came_through());
                restore();
            }
        }
    }
    assert_true(failed > 300);
    restore();
    done_again();
}

static voc_rc read_attribute(void *user, const struct store_attribute *a)
{
    (void)user, (void)a;
    return VOC_OK;
}

static voc_rc take_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names, (void)n;
    return VOC_OK;
}

static voc_rc take_row(void *user, const voc_cell *cells, size_t n)
{
    (void)user, (void)cells, (void)n;
    return VOC_OK;
}

static voc_rc read_everything(void)
{
    struct project *p = NULL;
    unsigned char hash[HASH_BYTES];
    const voc_str *strings;
    uint32_t n;
    struct store_counts counts;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL);
    if (rc == VOC_OK) rc = store_strings(p, SPACE_ALIASES, &strings, &n);
    if (rc == VOC_OK) rc = store_digest(p, hash);
    if (rc == VOC_OK) rc = store_attributes(p, read_attribute, NULL);
    if (rc == VOC_OK) rc = store_count(p, &counts);
    if (rc == VOC_OK) rc = store_verify(p, NULL);
    if (rc == VOC_OK) rc = store_sql(p, "SELECT w.text, hex(mapping) FROM word AS w JOIN import ON number = import ORDER BY 1", take_head, take_row, NULL, NULL);
    project_close(p);
    return rc;
}

static void each_failing_allocation_of_a_reader_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    unsigned failed = 0;
    bool fired = true;
    restore();
    done_again();
    for (uint64_t nth = 1; fired; nth += 1 + nth / 300) {
        struct mem_stats start = mem_stats();
        mem_fault(nth, nth % 2 != 0);
        voc_rc rc = read_everything();
        mem_fault(0, false);
        fired = mem_fault_fired();
        struct mem_stats end = mem_stats();
        assert_int_equal(end.live_blocks, start.live_blocks);
        if (rc != VOC_OK) assert_int_equal(rc, VOC_E_NOMEM);
        failed += rc != VOC_OK;
    }
    assert_true(failed > 200);
    assert_int_equal(read_everything(), VOC_OK);
}

// ---- the disk ------------------------------------------------------------------------------------------------------------------

static void each_failing_write_leaves_the_state_before_or_after(void **state)
{
    (void)state;
    static const int codes[] = {0 /* an I/O error of its kind */, SQLITE_FULL};
    unsigned failed = 0;
    for (unsigned k = 0; k < 4; k++) {
        for (uint64_t nth = 1 + k / 3; nth < 10000; nth += k ? 2 : 1) { // every other of the rarer kinds
            struct import_result out;
            restore();
            disk.count = 0, disk.at = nth, disk.code = codes[k / 2], disk.persistent = k % 2, disk.fired = false;
            voc_rc rc = work(&out);
            disk.at = 0;
            if (rc != VOC_OK) assert_int_equal(rc, VOC_E_IO);
            bool done = came_through();
            if (rc == VOC_OK) assert_true(done); // what was said to be kept is kept
            failed += rc != VOC_OK;
            if (!disk.fired) break;
            if (nth % 4 == k) done_again();
        }
    }
    assert_true(failed > 50);
}

static void a_full_disk_is_named(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct import_result out;
    struct diag *d = diag_new();
    restore();
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, d), VOC_OK);
    disk.count = 0, disk.at = 1, disk.code = SQLITE_FULL, disk.persistent = true;
    assert_int_equal(import_rows(p, &TWO, "crm", "two", 1, 0, &out, d), VOC_E_IO);
    disk.at = 0;
    assert_non_null(strstr(diag_at(d, 0)->message, "full"));
    assert_int_equal(import_rows(p, &TWO, "crm", "two", 1, 0, &out, d), VOC_OK); // there is room again: the same project goes on
    project_close(p);
    diag_free(d);
    assert_true(came_through());
}

// ---- the process ---------------------------------------------------------------------------------------------------------------

static void a_kill_at_each_write_leaves_the_state_before_or_after(void **state)
{
    (void)state;
    unsigned killed = 0, seen_before = 0, seen_after = 0;
    for (uint64_t nth = 1; nth < 10000; nth++) {
        int status = 0;
        restore();
        pid_t child = fork();
        if (child == 0) {
            struct import_result out;
            disk.count = 0, disk.at = nth, disk.kill = true;
            _exit(work(&out) == VOC_OK ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        bool done = came_through();
        seen_after += done;
        seen_before += !done;
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            assert_true(done);
            break;
        }
        assert_int_equal(WTERMSIG(status), SIGKILL);
        killed++;
        done_again();
    }
    assert_true(killed > 10 && seen_before > 5 && seen_after > 1);
}

static void lost_writes_at_any_moment_leave_the_state_before_or_after(void **state)
{
    (void)state;
    unsigned pulled = 0, seen_before = 0, seen_after = 0;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        for (uint64_t nth = 1; nth < 10000; nth++) {
            int status = 0;
            restore();
            pid_t child = fork();
            if (child == 0) {
                struct import_result out;
                disk.count = 0, disk.at = nth, disk.kill = disk.lose = true, disk.seed = seed * 1000 + nth;
                _exit(work(&out) == VOC_OK ? 0 : 1);
            }
            assert_int_equal(waitpid(child, &status, 0), child);
            (void)unlink(in_folder("p.voc-shm")); // it is memory
            bool done = came_through();
            seen_after += done;
            seen_before += !done;
            if (WIFEXITED(status)) {
                assert_true(done);
                break;
            }
            pulled++;
        }
    }
    assert_true(pulled > 30 && seen_before > 10 && seen_after > 2);
}

static void a_kill_while_a_project_is_made_leaves_nothing_that_stands_in_the_way(void **state)
{
    (void)state;
    unsigned killed = 0;
    for (uint64_t nth = 1; nth < 10000; nth++) {
        int status = 0;
        struct project *p = NULL;
        remove_file("p.voc");
        pid_t child = fork();
        if (child == 0) {
            disk.count = 0, disk.at = nth, disk.kill = true;
            _exit(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL) == VOC_OK ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
        assert_int_equal(store_verify(p, NULL), VOC_OK);
        project_close(p);
        if (WIFEXITED(status)) break;
        killed++;
    }
    assert_true(killed > 5);
}

static int end(void **state)
{
    remove_file("p.voc");
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_leaves_the_file_whole_and_nothing_behind),
        cmocka_unit_test(each_failing_allocation_of_a_reader_is_reported_and_nothing_leaks),
        cmocka_unit_test(each_failing_write_leaves_the_state_before_or_after),
        cmocka_unit_test(a_full_disk_is_named),
        cmocka_unit_test(a_kill_at_each_write_leaves_the_state_before_or_after),
        cmocka_unit_test(lost_writes_at_any_moment_leave_the_state_before_or_after),
        cmocka_unit_test(a_kill_while_a_project_is_made_leaves_nothing_that_stands_in_the_way),
    };
    return cmocka_run_group_tests(tests, prepare, end);
}
