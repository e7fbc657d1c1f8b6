// SPDX-License-Identifier: MIT
// Spools: sorted by key once sealed, whatever the order in which they were filled and merged; nothing goes in afterwards;
// what they hold is charged to the analysis.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/fold/fold.h"
#include <sys/resource.h>

#include "tests/unit/base/fault.h"
#include "tests/unit/host/modules.h"

// The tests run twice: with room for all, and with so little that nearly every record goes to the disk.
static struct { uint64_t memory_max; char folder[PATH_MAX], beside[PATH_MAX]; } disk;

static int little_room(void **state)
{
    (void)state;
    disk.memory_max = 40000;
    scratch_open(disk.folder);
    join_path(disk.beside, disk.folder, "p.voc");
    return 0;
}

static void nothing_is_left_behind(void)
{
    DIR *d = opendir(disk.folder);
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d)) n++;
    closedir(d);
    assert_int_equal(n, 2); // . and ..
}

static int little_room_done(void **state)
{
    (void)state;
    nothing_is_left_behind();
    scratch_close(disk.folder);
    disk.memory_max = 0;
    return 0;
}

static void run_open(struct voc_run *run, struct voc_context *cx, struct diag *d)
{
    memset(run, 0, sizeof *run);
    pthread_mutex_init(&run->lock, NULL);
    context_init(cx, NULL, d, NULL);
    run->cx = cx;
    run->threads = 1;
    cx->memory_max = disk.memory_max;
    if (disk.memory_max) run->spill.beside = disk.beside;
}

static void run_close(struct voc_run *run)
{
    for (size_t i = 0; i < run->spools.n; i++) spool_free(run->spools.at[i]);
    vec_free(&run->spools);
    spill_done(&run->spill);
    assert_int_equal(atomic_load(&run->cx->memory_used), 0); // all that was charged is given back
    pthread_mutex_destroy(&run->lock);
    context_done(run->cx);
}

static voc_str key_of(char room[16], unsigned i)
{
    return str_mk(room, (size_t)snprintf(room, 16, "u%u", i));
}

// Record i: key "u<i>", data i copies of its last digit (record 0 is empty).
static void add(struct voc_spool *sp, unsigned i)
{
    char key[16], data[2000];
    memset(data, (int)('0' + i % 10), sizeof data);
    assert_int_equal(spool_add(sp, key_of(key, i), data, i % sizeof data), VOC_OK);
}

static void same_as_sorted(struct voc_spool *sp, unsigned n)
{
    size_t got = 0;
    voc_str before = {"", 0};
    assert_int_equal(spool_seal(sp, &got), VOC_OK);
    assert_int_equal(got, n);
    bool *seen = calloc(n, sizeof *seen);
    for (size_t k = 0; k < n; k++) {
        voc_str key;
        const void *data;
        size_t size;
        assert_int_equal(spool_get(sp, k, &key, &data, &size), VOC_OK);
        assert_true(k == 0 || str_cmp(before, key) < 0);
        int64_t number;
        assert_true(str_int(str_mk(key.ptr + 1, key.len - 1), &number));
        assert_true(number >= 0 && number < n);
        unsigned i = (unsigned)number;
        assert_false(seen[i]);
        seen[i] = true;
        assert_int_equal(size, i % 2000);
        for (size_t b = 0; b < size; b++) assert_int_equal(((const char *)data)[b], '0' + i % 10);
        assert_int_equal((uintptr_t)data % 16, 0); // so that a struct can be laid over it
        before = key;
    }
    free(seen);
}

static void records_come_sorted_by_key_whatever_the_order_of_merging(void **state)
{
    static const unsigned orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}};
    (void)state;
    for (size_t o = 0; o < 4; o++) {
        struct voc_run run;
        struct voc_context cx;
        struct voc_spool *part[4];
        run_open(&run, &cx, NULL);
        for (unsigned p = 0; p < 4; p++) {
            assert_int_equal(spool_new(&run, &part[p]), VOC_OK);
            for (unsigned i = 0; i < 3000; i++)
                if (i * 7 % 4 == p) add(part[p], i);
        }
        for (size_t k = 1; k < 4; k++) assert_int_equal(spool_merge(part[orders[o][0]], part[orders[o][k]]), VOC_OK);
        same_as_sorted(part[orders[o][0]], 3000);
        run_close(&run);
    }
}

static void equal_keys_keep_the_order_in_which_they_were_added(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    (void)state;
    run_open(&run, &cx, NULL);
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    for (int i = 0; i < 100; i++) assert_int_equal(spool_add(sp, i % 2 ? STR("b") : STR("a"), &i, sizeof i), VOC_OK);
    size_t n;
    assert_int_equal(spool_seal(sp, &n), VOC_OK);
    for (size_t k = 0; k < n; k++) {
        voc_str key;
        const void *data;
        size_t size;
        int i;
        assert_int_equal(spool_get(sp, k, &key, &data, &size), VOC_OK);
        memcpy(&i, data, sizeof i);
        assert_int_equal(i, k < 50 ? 2 * k : 2 * (k - 50) + 1);
    }
    run_close(&run);
}

static void a_shorter_key_comes_before_those_that_it_begins(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    voc_str key;
    const void *data;
    size_t size, n;
    (void)state;
    run_open(&run, &cx, NULL);
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    assert_int_equal(spool_add(sp, STR("ab"), NULL, 0), VOC_OK);
    assert_int_equal(spool_add(sp, STR("a"), NULL, 0), VOC_OK);
    assert_int_equal(spool_add(sp, STR("\xff"), NULL, 0), VOC_OK);
    assert_int_equal(spool_add(sp, STR(""), "x", 1), VOC_OK);
    assert_int_equal(spool_seal(sp, &n), VOC_OK);
    assert_int_equal(n, 4);
    static const char *const order[] = {"", "a", "ab", "\xff"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(spool_get(sp, i, &key, &data, &size), VOC_OK);
        assert_true(str_is(key, order[i]));
    }
    run_close(&run);
}

static void a_sealed_spool_takes_nothing_more_and_an_open_one_gives_nothing(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp, *other;
    voc_str key;
    const void *data;
    size_t size, n;
    (void)state;
    run_open(&run, &cx, NULL);
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    assert_int_equal(spool_new(&run, &other), VOC_OK);
    add(sp, 1);
    assert_int_equal(spool_get(sp, 0, &key, &data, &size), VOC_E_BUG);
    assert_int_equal(spool_seal(sp, &n), VOC_OK);
    assert_int_equal(spool_seal(sp, &n), VOC_OK); // twice is once
    assert_int_equal(n, 1);
    assert_int_equal(spool_add(sp, STR("k"), "", 0), VOC_E_BUG);
    assert_int_equal(spool_merge(sp, other), VOC_E_BUG);
    assert_int_equal(spool_merge(other, sp), VOC_E_BUG);
    assert_int_equal(spool_get(sp, 1, &key, &data, &size), VOC_E_BUG);
    run_close(&run);
}

static void an_emptied_spool_can_be_filled_again(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *into, *from;
    size_t n;
    (void)state;
    run_open(&run, &cx, NULL);
    assert_int_equal(spool_new(&run, &into), VOC_OK);
    assert_int_equal(spool_new(&run, &from), VOC_OK);
    add(from, 0);
    assert_int_equal(spool_merge(into, from), VOC_OK);
    assert_int_equal(spool_merge(into, from), VOC_OK); // nothing in it
    add(from, 1);
    add(into, 2);
    assert_int_equal(spool_merge(into, from), VOC_OK);
    same_as_sorted(into, 3);
    assert_int_equal(spool_seal(from, &n), VOC_OK);
    assert_int_equal(n, 0);
    run_close(&run);
}

static void what_is_gathered_is_charged_and_bounded(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    struct diag *d = diag_new();
    char data[1000] = "";
    voc_rc rc = VOC_OK;
    unsigned i = 0;
    (void)state;
    run_open(&run, &cx, d);
    cx.memory_max = 1 << 20;
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    while (!rc && i < 2000) {
        char key[16];
        rc = spool_add(sp, key_of(key, i++), data, sizeof data);
    }
    assert_int_equal(rc, VOC_E_LIMIT);
    assert_in_range(i, 900, 1049);
    assert_int_equal(diag_n(d), 0); // said once, at the end of the call
    assert_int_equal(context_rc(&cx, rc), VOC_E_LIMIT);
    assert_string_equal(diag_at(d, 0)->code, "MEMORY-001");
    assert_string_equal(diag_at(d, 0)->message, "the analysis needs more than 1 MiB: at least 2 MiB");
    assert_non_null(strstr(diag_at(d, 0)->hint, "--memory"));
    run_close(&run);
    diag_free(d);
}

static void what_would_be_needed_is_told_from_what_was_walked(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct diag *d = diag_new();
    (void)state;
    run_open(&run, &cx, d);
    cx.memory_max = 100 << 20;
    atomic_store(&cx.walked, 250);
    assert_true(context_charge(&cx, 90 << 20));
    assert_false(context_charge(&cx, 30 << 20));
    assert_int_equal(context_used(&cx), 90 << 20);
    assert_int_equal(context_rc(&cx, VOC_OK), VOC_OK); // a plugin may do without
    assert_int_equal(diag_n(d), 0);
    assert_int_equal(context_rc(&cx, VOC_E_NOMEM), VOC_E_LIMIT);
    assert_string_equal(diag_at(d, 0)->message, "the analysis needs more than 100 MiB: about 480 MiB, by what the first 25 % of the journeys took");
    context_give_back(&cx, 90 << 20);
    run_close(&run);
    diag_free(d);
}

static void records_beyond_memory_are_read_from_the_disk(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    size_t n;
    (void)state;
    run_open(&run, &cx, NULL);
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    for (unsigned i = 0; i < 3000; i++) add(sp, i);
    assert_true(run.spill.end > 2000000);
    assert_true(atomic_load(&cx.memory_used) < 40000);
    assert_int_equal(spool_seal(sp, &n), VOC_OK);
    assert_int_equal(n, 3000);
    same_as_sorted(sp, 3000);
    nothing_is_left_behind(); // not even while it is in use
    run_close(&run);
}

static void keys_that_begin_alike_are_sorted_to_their_end(void **state)
{
    static const char *const sorted[] = {"cust", "cust-0000", "cust-00000000", "cust-00000000-a", "cust-00000000-b", "cust-00000000-b", "cust-0001", "cust-\xc3\xa4", "cust-\xff"};
    static const unsigned added[] = {4, 8, 1, 6, 0, 3, 7, 2, 5};
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    size_t n;
    (void)state;
    run_open(&run, &cx, NULL);
    cx.memory_max = 0;
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        assert_int_equal(spool_add(sp, str_mk(sorted[added[i]], strlen(sorted[added[i]])), &added[i], sizeof added[i]), VOC_OK);
    assert_int_equal(spool_seal(sp, &n), VOC_OK);
    assert_int_equal(n, sizeof sorted / sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        voc_str key;
        const void *data;
        size_t size;
        assert_int_equal(spool_get(sp, i, &key, &data, &size), VOC_OK);
        assert_int_equal(key.len, strlen(sorted[i]));
        assert_memory_equal(key.ptr, sorted[i], key.len);
        assert_int_equal(*(const unsigned *)data, (unsigned)i); // of the two alike, the one that was added first
    }
    run_close(&run);
}

static void an_emptied_spool_gives_back_its_memory_and_nothing_else(void **state)
{
    (void)state;
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        struct voc_run run;
        struct voc_context cx;
        struct voc_spool *sp;
        voc_str key;
        const void *data;
        size_t n, size;
        run_open(&run, &cx, NULL);
        if (!on_disk) cx.memory_max = 0;
        assert_int_equal(spool_new(&run, &sp), VOC_OK);
        for (unsigned i = 0; i < 3000; i++) add(sp, i);
        assert_int_equal(spool_seal(sp, &n), VOC_OK);
        assert_true(context_used(&cx) > 0);
        spool_empty(sp);
        assert_int_equal(context_used(&cx), 0);
        assert_int_equal(spool_get(sp, 0, &key, &data, &size), VOC_E_BUG);
        assert_int_equal(spool_add(sp, STR("late"), "", 0), VOC_E_BUG);
        run_close(&run);
    }
}

static void a_full_disk_is_said_and_leaves_nothing_behind(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    struct rlimit before, small;
    struct diag *d = diag_new();
    voc_rc rc = VOC_OK;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    for (rlim_t size = 0; size < 200000; size += 33333) {
        small = (struct rlimit){size, before.rlim_max};
        run_open(&run, &cx, d);
        assert_int_equal(spool_new(&run, &sp), VOC_OK);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        rc = VOC_OK;
        for (unsigned i = 0; i < 3000 && !rc; i++) {
            char key[16], data[500] = "";
            rc = spool_add(sp, key_of(key, i), data, sizeof data);
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(rc, VOC_E_LIMIT);
        const struct diag_msg *m = diag_at(d, diag_n(d) - 1);
        assert_string_equal(m->code, "MEMORY-002");
        assert_non_null(strstr(m->message, "the disk is full"));
        assert_non_null(strstr(m->hint, "--memory"));
        run_close(&run);
    }
    diag_free(d);
}

static void a_folder_that_takes_no_file_is_said(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *sp;
    struct diag *d = diag_new();
    voc_rc rc = VOC_OK;
    (void)state;
    run_open(&run, &cx, d);
    run.spill.beside = "/nonexistent-folder/p.voc";
    assert_int_equal(spool_new(&run, &sp), VOC_OK);
    for (unsigned i = 0; i < 3000 && !rc; i++) {
        char key[16], data[500] = "";
        rc = spool_add(sp, key_of(key, i), data, sizeof data);
    }
    assert_int_equal(rc, VOC_E_IO);
    assert_non_null(strstr(diag_at(d, 0)->message, "cannot be kept beside /nonexistent-folder/p.voc"));
    run_close(&run);
    diag_free(d);
}

// More spools than one may hold their share of; each is filled in its own order.
static void many_spools_share_what_is_allowed(void **state)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *part[16];
    (void)state;
    run_open(&run, &cx, NULL);
    run.threads = 16;
    for (unsigned p = 0; p < 16; p++) assert_int_equal(spool_new(&run, &part[p]), VOC_OK);
    for (unsigned i = 0; i < 3000; i++) {
        add(part[i * 7 % 16], i);
        assert_true(atomic_load(&cx.memory_used) <= 40000);
    }
    for (unsigned p = 1; p < 16; p++) assert_int_equal(spool_merge(part[0], part[p]), VOC_OK);
    same_as_sorted(part[0], 3000);
    run_close(&run);
}

static voc_rc gather(void *user)
{
    struct voc_run run;
    struct voc_context cx;
    struct voc_spool *a = NULL, *b = NULL;
    size_t n;
    (void)user;
    run_open(&run, &cx, NULL);
    voc_rc rc = spool_new(&run, &a);
    if (!rc) rc = spool_new(&run, &b);
    for (unsigned i = 0; i < 20 && !rc; i++) {
        char key[16];
        rc = spool_add(i % 2 ? a : b, key_of(key, i), disk.memory_max ? disk.folder : "data", disk.memory_max ? sizeof disk.folder : 4);
    }
    if (!rc) rc = spool_merge(a, b);
    if (!rc) rc = spool_seal(a, &n);
    run_close(&run);
    return rc;
}

static void in_a_walk_all_that_is_live_counts_whoever_asked_for_it(void **state)
{
    (void)state;
    struct voc_context cx;
    _Atomic uint64_t all = 0;
    context_init(&cx, NULL, NULL, NULL);
    atomic_store(&all, mem_live());
    cx.memory_max = mem_live() + ((uint64_t)8 << 20);
    cx.memory_all = &all;
    assert_true(context_charge(&cx, (uint64_t)4 << 20));
    void *beside = mem_alloc((size_t)6 << 20); // a reader's, say
    assert_non_null(beside);
    assert_true(context_used(&cx) >= (uint64_t)6 << 20);
    assert_false(context_charge(&cx, (uint64_t)3 << 20));
    mem_free(beside);
    assert_true(context_charge(&cx, (uint64_t)3 << 20));
    context_give_back(&cx, (uint64_t)7 << 20);
    cx.memory_all = NULL; // an instance by itself is held against its own
    assert_int_equal(context_used(&cx), 0);
    context_done(&cx);
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(gather, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_sorted_by_key_whatever_the_order_of_merging),
        cmocka_unit_test(equal_keys_keep_the_order_in_which_they_were_added),
        cmocka_unit_test(a_shorter_key_comes_before_those_that_it_begins),
        cmocka_unit_test(a_sealed_spool_takes_nothing_more_and_an_open_one_gives_nothing),
        cmocka_unit_test(an_emptied_spool_can_be_filled_again),
        cmocka_unit_test(what_is_gathered_is_charged_and_bounded),
        cmocka_unit_test(what_would_be_needed_is_told_from_what_was_walked),
        cmocka_unit_test(in_a_walk_all_that_is_live_counts_whoever_asked_for_it),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    const struct CMUnitTest on_disk[] = {
        cmocka_unit_test(records_come_sorted_by_key_whatever_the_order_of_merging),
        cmocka_unit_test(equal_keys_keep_the_order_in_which_they_were_added),
        cmocka_unit_test(a_shorter_key_comes_before_those_that_it_begins),
        cmocka_unit_test(a_sealed_spool_takes_nothing_more_and_an_open_one_gives_nothing),
        cmocka_unit_test(an_emptied_spool_can_be_filled_again),
        cmocka_unit_test(records_beyond_memory_are_read_from_the_disk),
        cmocka_unit_test(many_spools_share_what_is_allowed),
        cmocka_unit_test(keys_that_begin_alike_are_sorted_to_their_end),
        cmocka_unit_test(an_emptied_spool_gives_back_its_memory_and_nothing_else),
        cmocka_unit_test(a_full_disk_is_said_and_leaves_nothing_behind),
        cmocka_unit_test(a_folder_that_takes_no_file_is_said),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    int failed = cmocka_run_group_tests_name("spool", tests, NULL, NULL);
    return failed + cmocka_run_group_tests_name("spool on disk", on_disk, little_room, little_room_done);
}
