// SPDX-License-Identifier: MIT
// Failing allocations in turn, for whole jobs. One fails: the first 2,000 in turn, then a seeded sample of those behind them.
// Memory is used up (one and all after it): a seeded sample. Files lie in a folder of their own. Needs cmocka's headers
// before it.
#ifndef VOC_TESTS_FAULT_INJECT_H
#define VOC_TESTS_FAULT_INJECT_H
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "host/host.h"
#include "store/store.h"

static char folder[PATH_MAX - 64];

static inline const char *in_folder(const char *name)
{
    static char path[4][PATH_MAX]; // four at a time
    static unsigned next;
    char *to = path[next++ % 4];
    int n = snprintf(to, PATH_MAX, "%s/%s", folder, name);
    assert_true(n > 0 && n < PATH_MAX);
    return to;
}

static inline void folder_open(void)
{
    mallopt(M_TRIM_THRESHOLD, 1 << 28); // thousands of runs: memory goes back and forth otherwise
    mallopt(M_MMAP_THRESHOLD, 1 << 28);
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(folder, sizeof folder, "%s/voc-fault-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_true(n > 0 && (size_t)n < sizeof folder);
    assert_non_null(mkdtemp(folder));
}

static inline void drop(const char *name)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char file[64];
        (void)snprintf(file, sizeof file, "%s%s", name, ends[i]);
        (void)unlink(in_folder(file));
    }
}

static inline void file_write(const char *name, const void *bytes, size_t size)
{
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

static inline char *file_read(const char *name, size_t *size)
{
    FILE *f = fopen(in_folder(name), "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *size = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    assert_int_equal(fclose(f), 0);
    return bytes;
}

// The plugins of this build, as a catalogue; NULL: not built, the tests skip.
static inline struct catalogue *built_plugins(void)
{
    static const char *const of[] = {"plugins/input/events", "plugins/input/survey", "plugins/input/xes", "plugins/analysis/score", "plugins/analysis/flow", "plugins/analysis/variants"};
    enum { N = sizeof of / sizeof *of };
    static char path[N][PATH_MAX];
    const char *dirs[N], *build = getenv("VOC_TEST_BUILDDIR");
    struct catalogue *c = NULL;
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(path[i], PATH_MAX, "%s/%s/.libs", build ? build : ".", of[i]);
        if (access(path[i], R_OK) != 0) return NULL;
        dirs[i] = path[i];
    }
    struct catalogue_places places = {.dirs = dirs, .n_dirs = N};
    assert_int_equal(catalogue_open(&c, &places, (const char *const[]){NULL}, NULL), VOC_OK);
    for (size_t i = 0; i < catalogue_n(c); i++) assert_int_equal(plugin_load(catalogue_at(c, i), NULL), VOC_OK);
    return c;
}

// What a job is tried with. `work` opens, does and closes everything; `check` looks after each failed or whole run.
struct trial {
    voc_rc (*work)(void *user);
    bool (*check)(void *user, voc_rc rc); // false: wrong
    void *user;
    uint64_t each; // one fails: the first of so many in turn
};
#define EACH 2000u
#define SAMPLE 400u

static inline void one_point(const struct trial *t, uint64_t nth, bool persistent, uint64_t *failed)
{
    struct mem_stats before = mem_stats();
    mem_fault(nth, persistent);
    voc_rc rc = t->work(t->user);
    mem_fault(0, false);
    struct mem_stats after = mem_stats();
    bool good = after.live_blocks == before.live_blocks && after.live_bytes == before.live_bytes &&
                (rc == VOC_OK || (rc == VOC_E_NOMEM && mem_fault_fired()));
    if (rc == VOC_E_NOMEM) ++*failed;
    if (good && t->check(t->user, rc)) return;
    print_message("# allocation %llu fails%s: %s, %lld bytes in %lld blocks left behind%s\n", (unsigned long long)nth,
                  persistent ? " and all after it" : "", rc == VOC_OK ? "done" : rc_name(rc),
                  (long long)(after.live_bytes - before.live_bytes), (long long)(after.live_blocks - before.live_blocks),
                  good ? ", but what it made is wrong" : "");
    fail();
}

// Runs `work` without a fault twice first: libraries fill caches at their first use. Gives how many allocations it makes.
// One point alone, for a debugger: VOC_FAULT_POINT=n, or n+ for all from n on; the program's argument picks the test.
static inline uint64_t fail_in_turn(const struct trial *t)
{
    struct mem_stats begin = {0}, end;
    uint64_t failed = 0, seed = 2024;
    for (int k = 0; k < 2; k++) {
        begin = mem_stats();
        voc_rc rc = t->work(t->user);
        assert_int_equal(rc, VOC_OK);
        end = mem_stats();
        assert_true(t->check(t->user, rc));
    }
    assert_int_equal(end.live_bytes, begin.live_bytes);
    uint64_t n = end.allocations - begin.allocations, first = n < t->each ? n : t->each, runs = 0;
    const char *only = getenv("VOC_FAULT_POINT");
    if (only) {
        one_point(t, strtoull(only, NULL, 10), strchr(only, '+') != NULL, &failed);
        return n;
    }
    for (uint64_t nth = 1; nth <= first; nth++, runs++) one_point(t, nth, false, &failed);
    for (uint64_t k = 0; k < 2 * SAMPLE; k++, runs++) {
        bool persistent = k >= SAMPLE;
        uint64_t from = persistent ? 0 : first;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if (n > from) one_point(t, from + 1 + (seed >> 33) % (n - from), persistent, &failed);
    }
    print_message("# %llu allocations, %llu of them failed, %llu runs ended in \"out of memory\"\n", (unsigned long long)n, (unsigned long long)runs,
                  (unsigned long long)failed);
    assert_true(failed * 2 > runs); // a library can do without some of its memory, never without most
    return n;
}
#endif
