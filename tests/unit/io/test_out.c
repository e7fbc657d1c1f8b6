// SPDX-License-Identifier: MIT
// Output: the old file or the new, never half; nothing else left in the folder; failures are reported and stick.
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "io/out.h"

static char folder[] = "/tmp/voc-test-out-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return chdir("/") != 0 || rmdir(folder) != 0; // fails where a test left something behind
}

static void has(const char *path, const char *content)
{
    char got[64];
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, got, sizeof got - 1);
    close(fd);
    assert_true(n >= 0);
    got[n] = 0;
    assert_string_equal(got, content);
}

static void put(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    close(fd);
}

static unsigned entries(void)
{
    unsigned n = 0;
    DIR *d = opendir(".");
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void a_committed_file_is_there_whole_and_alone(void **state)
{
    (void)state;
    struct out *o = NULL;
    assert_int_equal(out_open(&o, "a.csv", false, NULL), VOC_OK);
    assert_int_equal(out_write(o, "one,", 4), VOC_OK);
    assert_int_equal(out_printf(o, "%s,%d\n", "two", 3), VOC_OK);
    assert_int_equal(access("a.csv", F_OK), -1); // not before the commit
    assert_int_equal(out_commit(o), VOC_OK);
    has("a.csv", "one,two,3\n");
    assert_int_equal(entries(), 1);
    assert_int_equal(unlink("a.csv"), 0);
}

static void an_aborted_file_leaves_the_old_one_as_it_was(void **state)
{
    (void)state;
    struct out *o = NULL;
    put("a.csv", "old");
    assert_int_equal(out_open(&o, "a.csv", true, NULL), VOC_OK);
    assert_int_equal(out_write(o, "new", 3), VOC_OK);
    out_abort(o);
    has("a.csv", "old");
    assert_int_equal(entries(), 1);
    out_abort(NULL);
    assert_int_equal(unlink("a.csv"), 0);
}

static void an_existing_file_is_replaced_only_where_that_was_said(void **state)
{
    (void)state;
    struct out *o = NULL;
    struct diag *d = diag_new();
    put("a.csv", "old");
    assert_int_equal(out_open(&o, "a.csv", false, d), VOC_E_POLICY);
    assert_null(o);
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    assert_int_equal(out_open(&o, "a.csv", true, d), VOC_OK);
    assert_int_equal(out_write(o, "new", 3), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    has("a.csv", "new");
    assert_int_equal(unlink("a.csv"), 0);
    // it came while we wrote
    assert_int_equal(out_open(&o, "a.csv", false, d), VOC_OK);
    put("a.csv", "theirs");
    assert_int_equal(out_commit(o), VOC_E_POLICY);
    has("a.csv", "theirs");
    assert_int_equal(entries(), 1);
    assert_int_equal(unlink("a.csv"), 0);
    diag_free(d);
}

static void a_new_file_takes_the_umask_and_a_replaced_one_keeps_its_mode(void **state)
{
    (void)state;
    struct out *o = NULL;
    struct stat st;
    mode_t old = umask(027);
    assert_int_equal(out_open(&o, "a.csv", false, NULL), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    umask(old);
    assert_int_equal(stat("a.csv", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(chmod("a.csv", 0600), 0);
    assert_int_equal(out_open(&o, "a.csv", true, NULL), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    assert_int_equal(stat("a.csv", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(unlink("a.csv"), 0);
}

static void a_link_stays_and_its_file_is_replaced(void **state)
{
    (void)state;
    struct out *o = NULL;
    struct stat st;
    put("real.csv", "old");
    assert_int_equal(symlink("real.csv", "link.csv"), 0);
    assert_int_equal(out_open(&o, "link.csv", true, NULL), VOC_OK);
    assert_int_equal(out_write(o, "new", 3), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    has("real.csv", "new");
    assert_int_equal(lstat("link.csv", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(unlink("link.csv"), 0);
    assert_int_equal(unlink("real.csv"), 0);
}

static void a_full_disk_is_an_error_with_advice_and_it_sticks(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    struct out *o = NULL;
    struct diag *d = diag_new();
    char block[1000];
    memset(block, 'x', sizeof block);
    assert_int_equal(out_open(&o, "/dev/full", false, d), VOC_OK);
    voc_rc rc = VOC_OK;
    for (int i = 0; i < 200; i++) {
        voc_rc now = out_write(o, block, sizeof block);
        assert_true(rc == VOC_OK || now == rc);
        rc = now;
    }
    assert_int_equal(rc, VOC_E_IO);
    assert_int_equal(out_commit(o), VOC_E_IO);
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    assert_non_null(strstr(diag_at(d, 0)->message, "No space left"));
    assert_non_null(diag_at(d, 0)->hint);
    // what is still in the buffer fails at the commit
    assert_int_equal(out_open(&o, "/dev/full", false, d), VOC_OK);
    assert_int_equal(out_write(o, "x", 1), VOC_OK);
    assert_int_equal(out_commit(o), VOC_E_IO);
    diag_free(d);
}

static void places_that_cannot_be_written_are_refused_at_once(void **state)
{
    (void)state;
    struct out *o = NULL;
    assert_int_equal(out_open(&o, "no/such/folder/a.csv", true, NULL), VOC_E_IO);
    assert_int_equal(out_open(&o, ".", true, NULL), VOC_E_IO);
    assert_int_equal(out_open(&o, "new/", true, NULL), VOC_E_IO);
    assert_null(o);
    assert_int_equal(entries(), 0);
}

static void large_writes_and_long_names_come_out_whole(void **state)
{
    (void)state;
    struct out *o = NULL;
    struct stat st;
    char name[240], block[100000];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = 0;
    memset(block, 'x', sizeof block);
    assert_int_equal(out_open(&o, name, false, NULL), VOC_OK);
    for (size_t i = 0; i < 10; i++) assert_int_equal(out_write(o, block, i % 2 ? 60000 : sizeof block), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_size, 5 * 60000 + 5 * 100000);
    assert_int_equal(unlink(name), 0);
}

static void memory_takes_what_is_written_and_its_bound_is_reported(void **state)
{
    (void)state;
    struct out *o = NULL;
    struct buf b;
    buf_init(&b, 10);
    assert_int_equal(out_memory(&o, &b), VOC_OK);
    assert_int_equal(out_printf(o, "%d", 42), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    assert_string_equal(b.ptr, "42");
    assert_int_equal(out_memory(&o, &b), VOC_OK);
    assert_int_equal(out_write(o, "1234567890", 10), VOC_E_LIMIT);
    assert_int_equal(out_write(o, "1", 1), VOC_E_LIMIT);
    assert_int_equal(out_commit(o), VOC_E_LIMIT);
    buf_done(&b);
}

static void failing_allocations_leave_the_old_file_and_no_other(void **state)
{
    (void)state;
    uint64_t live = mem_stats().live_blocks;
    put("a.csv", "old");
    for (uint64_t nth = 1;; nth++) {
        struct out *o = NULL;
        mem_fault(nth, false);
        voc_rc rc = out_open(&o, "a.csv", true, NULL);
        if (rc == VOC_OK) {
            (void)out_printf(o, "%s", "new");
            rc = out_commit(o);
        }
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        assert_int_equal(mem_stats().live_blocks, live);
        assert_int_equal(entries(), 1);
        if (!fired) {
            assert_int_equal(rc, VOC_OK);
            break;
        }
        assert_int_equal(rc, VOC_E_NOMEM);
        has("a.csv", "old");
    }
    has("a.csv", "new");
    assert_int_equal(unlink("a.csv"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_file_is_there_whole_and_alone),
        cmocka_unit_test(an_aborted_file_leaves_the_old_one_as_it_was),
        cmocka_unit_test(an_existing_file_is_replaced_only_where_that_was_said),
        cmocka_unit_test(a_new_file_takes_the_umask_and_a_replaced_one_keeps_its_mode),
        cmocka_unit_test(a_link_stays_and_its_file_is_replaced),
        cmocka_unit_test(a_full_disk_is_an_error_with_advice_and_it_sticks),
        cmocka_unit_test(places_that_cannot_be_written_are_refused_at_once),
        cmocka_unit_test(large_writes_and_long_names_come_out_whole),
        cmocka_unit_test(memory_takes_what_is_written_and_its_bound_is_reported),
        cmocka_unit_test(failing_allocations_leave_the_old_file_and_no_other),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
