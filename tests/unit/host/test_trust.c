// SPDX-License-Identifier: MIT
// Who may have written a plugin: what others can change is refused, and the message names the file, its mode and the chmod.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/plugin/trust.h"
#include "tests/unit/host/modules.h"

struct world {
    char folder[PATH_MAX], file[PATH_MAX];
    int fd;
    struct buf why;
};

static int open_world(void **state)
{
    static struct world w;
    scratch_open(w.folder);
    join_path(w.file, w.folder, "plugin.so");
    write_bytes(w.file, "x", 1, 0644);
    w.fd = -1;
    buf_init(&w.why, 4096);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    if (w->fd >= 0) close(w->fd);
    buf_done(&w->why);
    chmod(w->folder, 0755);
    scratch_close(w->folder);
    return 0;
}

static voc_rc try_folder(struct world *w, const char *path)
{
    int fd = -1;
    buf_clear(&w->why);
    voc_rc rc = trust_folder(&fd, path, &w->why);
    assert_int_equal(rc == VOC_OK, fd >= 0);
    if (fd >= 0) close(fd);
    if (rc) assert_true(w->why.len > 0);
    return rc;
}

static voc_rc try_file(struct world *w, const char *name)
{
    int folder = open(w->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1;
    assert_true(folder >= 0);
    buf_clear(&w->why);
    voc_rc rc = trust_file(&fd, folder, w->folder, name, &w->why);
    assert_int_equal(rc == VOC_OK, fd >= 0);
    if (fd >= 0) close(fd);
    close(folder);
    if (rc) assert_true(w->why.len > 0);
    return rc;
}

// A group that somebody else may be in: root can take any.
static bool give_to_other_group(const char *path) { return chown(path, (uid_t)-1, 60123) == 0; }

static void a_folder_and_a_file_of_ones_own_are_trusted(void **state)
{
    struct world *w = *state;
    assert_int_equal(try_folder(w, w->folder), VOC_OK);
    assert_int_equal(try_file(w, "plugin.so"), VOC_OK);
    assert_int_equal(try_folder(w, "/"), VOC_OK);
    chmod(w->file, 0444);
    assert_int_equal(try_file(w, "plugin.so"), VOC_OK);
}

static void a_file_that_everybody_can_write_is_refused_with_the_chmod(void **state)
{
    struct world *w = *state;
    chmod(w->file, 0666);
    assert_int_equal(try_file(w, "plugin.so"), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "mode 0666"));
    assert_non_null(strstr(w->why.ptr, "chmod go-w"));
    assert_non_null(strstr(w->why.ptr, w->file));
    chmod(w->file, 0644);
    assert_int_equal(try_file(w, "plugin.so"), VOC_OK);
}

static void a_sticky_bit_excuses_a_folder_on_the_way_but_never_the_last_one(void **state)
{
    struct world *w = *state;
    char inner[PATH_MAX];
    join_path(inner, w->folder, "inner");
    assert_int_equal(mkdir(inner, 0755), 0);
    chmod(w->folder, 01777);
    assert_int_equal(try_folder(w, inner), VOC_OK);
    assert_int_equal(try_folder(w, w->folder), VOC_E_POLICY);
    chmod(w->folder, 0777);
    assert_int_equal(try_folder(w, inner), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "chmod go-w"));
    assert_null(strstr(w->why.ptr, "/inner ")); // it names the one that is at fault
    chmod(w->folder, 0755);
    rmdir(inner);
}

static void a_folder_that_another_group_can_write_is_refused_with_the_chmod(void **state)
{
    struct world *w = *state;
    if (!give_to_other_group(w->folder)) skip();
    chmod(w->folder, 0775);
    assert_int_equal(try_folder(w, w->folder), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "its group"));
    assert_non_null(strstr(w->why.ptr, "chmod g-w"));
    assert_non_null(strstr(w->why.ptr, w->folder));
    chmod(w->folder, 0755);
    assert_int_equal(try_folder(w, w->folder), VOC_OK);
}

static void a_file_of_another_user_is_refused_with_the_owner(void **state)
{
    struct world *w = *state;
    if (chown(w->file, 60123, (gid_t)-1) != 0) skip();
    assert_int_equal(try_file(w, "plugin.so"), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "60123"));
    assert_non_null(strstr(w->why.ptr, "chown"));
}

static void a_relative_path_is_refused(void **state)
{
    struct world *w = *state;
    assert_int_equal(try_folder(w, "plugins"), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "absolute"));
    assert_int_equal(try_folder(w, "."), VOC_E_POLICY);
    assert_int_equal(try_folder(w, ""), VOC_E_POLICY);
}

static void a_link_to_a_file_is_refused_and_a_link_to_a_folder_is_resolved_first(void **state)
{
    struct world *w = *state;
    char link_[PATH_MAX], inner[PATH_MAX], away[PATH_MAX];
    join_path(link_, w->folder, "link.so");
    assert_int_equal(symlink(w->file, link_), 0);
    assert_int_equal(try_file(w, "link.so"), VOC_E_POLICY);
    assert_non_null(strstr(w->why.ptr, "symbolic link"));
    join_path(inner, w->folder, "inner");
    join_path(away, w->folder, "away");
    assert_int_equal(mkdir(inner, 0755), 0);
    assert_int_equal(symlink(inner, away), 0);
    assert_int_equal(try_folder(w, away), VOC_OK);
    chmod(inner, 0777);
    assert_int_equal(try_folder(w, away), VOC_E_POLICY); // what it leads to is what counts
    assert_non_null(strstr(w->why.ptr, inner));
    rmdir(inner);
}

static void what_is_not_there_or_no_regular_file_is_said(void **state)
{
    struct world *w = *state;
    char fifo[PATH_MAX], inner[PATH_MAX], nowhere[PATH_MAX];
    join_path(nowhere, w->folder, "nowhere");
    assert_int_equal(try_folder(w, nowhere), VOC_E_IO);
    assert_non_null(strstr(w->why.ptr, "nowhere"));
    assert_int_equal(try_folder(w, w->file), VOC_E_IO);
    assert_int_equal(try_file(w, "nowhere.so"), VOC_E_IO);
    join_path(fifo, w->folder, "fifo.so");
    assert_int_equal(mkfifo(fifo, 0644), 0);
    assert_int_equal(try_file(w, "fifo.so"), VOC_E_POLICY); // and does not wait for a writer
    join_path(inner, w->folder, "folder.so");
    assert_int_equal(mkdir(inner, 0755), 0);
    assert_int_equal(try_file(w, "folder.so"), VOC_E_POLICY);
    rmdir(inner);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_folder_and_a_file_of_ones_own_are_trusted),
        TEST(a_file_that_everybody_can_write_is_refused_with_the_chmod),
        TEST(a_sticky_bit_excuses_a_folder_on_the_way_but_never_the_last_one),
        TEST(a_folder_that_another_group_can_write_is_refused_with_the_chmod),
        TEST(a_file_of_another_user_is_refused_with_the_owner),
        TEST(a_relative_path_is_refused),
        TEST(a_link_to_a_file_is_refused_and_a_link_to_a_folder_is_resolved_first),
        TEST(what_is_not_there_or_no_regular_file_is_said),
    };
    return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
