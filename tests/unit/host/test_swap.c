// SPDX-License-Identifier: MIT
// Large blocks that memory does not hold: they read and grow like any other, cost nothing of what is allowed, leave memory when they
// are told to, and nothing behind; a full disk is said.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "host/fold/fold.h"
#include "host/memory/swap.h"
#include <sys/resource.h>

#include "tests/unit/host/modules.h"

#define ALLOWED ((uint64_t)4 << 20)
#define BLOCK ((size_t)1 << 20)
#define PLACES 64 // of a block that are looked at

static struct { char folder[PATH_MAX], beside[PATH_MAX]; struct swap swap; struct voc_context cx; struct diag *d; } at;

static int folder_open(void **state)
{
    (void)state;
    scratch_open(at.folder);
    join_path(at.beside, at.folder, "p.voc");
    return 0;
}

static void nothing_is_left_behind(void)
{
    DIR *d = opendir(at.folder);
    size_t n = 0;
    assert_non_null(d);
    while (readdir(d)) n++;
    closedir(d);
    assert_int_equal(n, 2); // . and ..
}

static int folder_close(void **state)
{
    (void)state;
    nothing_is_left_behind();
    scratch_close(at.folder);
    return 0;
}

static void begin(const char *beside)
{
    at.d = diag_new();
    assert_non_null(at.d);
    swap_init(&at.swap, beside, UINT64_C(1) << 40);
    context_init(&at.cx, NULL, at.d, NULL);
    at.cx.memory_max = ALLOWED;
    at.cx.swap = &at.swap;
}

static void end(void)
{
    context_done(&at.cx);
    assert_int_equal(at.swap.n_blocks, 0);
    swap_done(&at.swap);
    diag_free(at.d);
}

static void fill(unsigned char *p, size_t size, unsigned seed)
{
    for (size_t i = 0; i < PLACES; i++) p[i * (size / PLACES)] = (unsigned char)(seed + i);
    p[size - 1] = (unsigned char)seed;
}

static void is_filled(const unsigned char *p, size_t size, unsigned seed)
{
    for (size_t i = 0; i < PLACES; i++) assert_int_equal(p[i * (size / PLACES)], (unsigned char)(seed + i));
    assert_int_equal(p[size - 1], (unsigned char)seed);
}

static void large_blocks_beyond_half_of_what_is_allowed_cost_nothing_of_it(void **state)
{
    unsigned char *block[20];
    (void)state;
    begin(at.beside);
    for (unsigned i = 0; i < 20; i++) {
        block[i] = context_alloc(&at.cx, BLOCK);
        assert_non_null(block[i]);
        fill(block[i], BLOCK, i);
        assert_true(context_used(&at.cx) <= ALLOWED / 2);
    }
    assert_int_equal(at.swap.n_blocks, 19);
    assert_non_null(context_alloc(&at.cx, 1000)); // small ones are held in memory
    assert_int_equal(at.swap.n_blocks, 19);
    swap_unload(&at.swap);
    for (unsigned i = 0; i < 20; i++) is_filled(block[i], BLOCK, i);
    for (unsigned i = 0; i < 20; i += 3) context_free(&at.cx, block[i]);
    for (unsigned i = 1; i < 20; i += 3) is_filled(block[i], BLOCK, i);
    end();
}

static void they_grow_in_place_or_on_their_way_out(void **state)
{
    (void)state;
    begin(at.beside);
    unsigned char *small = context_alloc(&at.cx, 1000), *grows = context_alloc(&at.cx, BLOCK / 2);
    assert_non_null(small);
    assert_non_null(grows);
    fill(grows, BLOCK / 2, 9);
    for (size_t size = BLOCK; size <= 16 * BLOCK; size *= 2) {
        const bool out = at.swap.n_blocks > 0;
        grows = context_resize(&at.cx, grows, size);
        assert_non_null(grows);
        is_filled(grows, size / 2, 9);
        fill(grows, size, 9);
        assert_true(at.swap.n_blocks == 1 || (!out && size <= 2 * BLOCK));
    }
    assert_int_equal(context_used(&at.cx), 1000);
    grows = context_resize(&at.cx, grows, BLOCK);
    assert_non_null(grows);
    assert_int_equal(grows[0], 9);
    unsigned char *other = context_alloc(&at.cx, 2 * BLOCK + BLOCK / 2);
    assert_non_null(other);
    assert_int_equal(at.swap.n_blocks, 2);
    context_free(&at.cx, grows);
    assert_int_equal(at.swap.n_blocks, 1);
    end();
}

static uint64_t loaded_files(void)
{
    unsigned long long size, all, files;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    char line[100], *p = line;
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    size = strtoull(p, &p, 10);
    all = strtoull(p, &p, 10);
    files = strtoull(p, &p, 10);
    assert_true(size >= all && all >= files);
    return files * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void what_was_looked_at_leaves_memory_when_it_is_unloaded(void **state)
{
    const size_t size = 64 * BLOCK;
    (void)state;
    begin(at.beside);
    unsigned char *p = context_alloc(&at.cx, size);
    assert_non_null(p);
    const uint64_t before = loaded_files();
    for (size_t i = 0; i < size; i += 512) p[i] = (unsigned char)(i >> 9);
    assert_true(loaded_files() >= before + size / 2);
    swap_unload(&at.swap);
    assert_true(loaded_files() < before + size / 4);
    for (size_t i = 0; i < size; i += 512) assert_int_equal(p[i], (unsigned char)(i >> 9));
    end();
}

static void a_full_disk_is_said(void **state)
{
    struct rlimit before, small;
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){4 * BLOCK, before.rlim_max};
    begin(at.beside);
    unsigned char *held = context_alloc(&at.cx, 3 * BLOCK);
    assert_non_null(held);
    fill(held, 3 * BLOCK, 5);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_null(context_resize(&at.cx, held, 8 * BLOCK));
    assert_null(context_alloc(&at.cx, 8 * BLOCK));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(context_rc(&at.cx, VOC_OK), VOC_OK); // whoever asked got along without
    assert_int_equal(diag_n(at.d), 0);
    assert_int_equal(context_rc(&at.cx, VOC_E_NOMEM), VOC_E_LIMIT);
    assert_string_equal(diag_at(at.d, 0)->code, "MEMORY-002");
    assert_non_null(strstr(diag_at(at.d, 0)->message, "the disk is full"));
    is_filled(held, 3 * BLOCK, 5);
    end();
}

static void a_folder_that_takes_no_file_is_said(void **state)
{
    (void)state;
    begin("/nonexistent-folder/p.voc");
    assert_null(context_alloc(&at.cx, 3 * BLOCK));
    assert_int_equal(context_rc(&at.cx, VOC_E_NOMEM), VOC_E_IO);
    assert_non_null(strstr(diag_at(at.d, 0)->message, "cannot be kept beside /nonexistent-folder/p.voc"));
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(large_blocks_beyond_half_of_what_is_allowed_cost_nothing_of_it, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(they_grow_in_place_or_on_their_way_out, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(what_was_looked_at_leaves_memory_when_it_is_unloaded, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(a_full_disk_is_said, folder_open, folder_close),
        cmocka_unit_test_setup_teardown(a_folder_that_takes_no_file_is_said, folder_open, folder_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
