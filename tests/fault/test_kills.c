// SPDX-License-Identifier: MIT
// The whole program is killed (kill -9) at random writes, syncs and deletions of its project: afterwards the file opens, is
// whole, and holds what it held before the command or all of it, and the same command again completes.
// VOC_KILLS says how many kills (60 by default; .ci/run: 1,000), VOC_KILL_SEED which.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/store.h"

static char folder[PATH_MAX - 64], voc[PATH_MAX], killer[PATH_MAX];

enum { STATE = 80 }; // the digest, and the number of runs, of which it does not know

static struct command {
    const char *name, *args[6];
    const char *base;          // a project that is copied first; NULL: none
    char before[STATE], after[STATE];
    unsigned long steps;       // that it does to the files
    int again;                 // how it ends where all is done already
} COMMANDS[] = {
    {"a first import", {"import", "p.voc", "one.csv", "--quiet"}, NULL, "", "", 0, 0},
    {"an import that replaces by id and brings new names", {"import", "p.voc", "two.csv", "--quiet"}, "one.voc", "", "", 0, 0},
    {"a file that grew", {"import", "p.voc", "grown.csv", "--quiet"}, "one.voc", "", "", 0, 0},
    {"another mapping", {"import", "p.voc", "one.csv", "--quiet", "--sources", "other.xml"}, "one.voc", "", "", 0, 0},
    {"a journey that is attached", {"journey", "use", "p.voc", "b2b-sale"}, "one.voc", "", "", 0, 0},
    {"imports that are settled into one run", {"settle", "p.voc"}, "two.voc", "", "", 0, 0},
    {"somebody who is forgotten", {"forget", "p.voc", "id=person 7", "--quiet"}, "two.voc", "", "", 0, 2}, // the project knows nobody by that name
};
enum { N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

// ---- files -------------------------------------------------------------------------------------------------------------------

static void remove_project(void)
{
    static const char *const ends[] = {"p.voc", "p.voc-wal", "p.voc-shm", "p.voc-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) (void)unlink(ends[i]);
}

static void copy(const char *from, const char *to)
{
    char bytes[65536];
    size_t n;
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_true(in && out);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0) assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
    (void)fclose(in);
}

static void restore(const struct command *c)
{
    remove_project();
    if (c->base) copy(c->base, "p.voc");
}

static void write_events(const char *name, unsigned from, unsigned to, const char *action)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    fputs("id,time,account,person,action,note\n", f);
    for (unsigned i = from; i < to; i++)
        fprintf(f, "e%u,2024-%02u-%02uT%02u:%02u:%02uZ,account %u,person %u,%s %u,note %u of %u\n", i, 1 + i % 12, 1 + i % 28,
                i % 24, i % 60, i % 59, i % 40, i % 90, action, i % 17, i * 7919 % 10007, i);
    assert_int_equal(fclose(f), 0);
}

// ---- the program -------------------------------------------------------------------------------------------------------------

// Runs the program under the killer; at 0: to its end, counting. The status as of waitpid.
static int run(const struct command *c, unsigned long at)
{
    char *args[8] = {voc};
    char word[64];
    int status = 0;
    for (size_t i = 0; i < 6 && c->args[i]; i++) args[i + 1] = (char *)(uintptr_t)c->args[i];
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);
        const char *asan = getenv("ASAN_OPTIONS");
        char options[512];
        (void)snprintf(options, sizeof options, "%s%sverify_asan_link_order=0:detect_leaks=0", asan ? asan : "", asan && *asan ? ":" : "");
        (void)snprintf(word, sizeof word, "%lu", at);
        (void)setenv("ASAN_OPTIONS", options, 1);
        (void)setenv("VOC_KILL_FILE", "p.voc", 1);
        if (at) (void)setenv("VOC_KILL_AT", word, 1);
        else (void)setenv("VOC_KILL_COUNT", "count", 1);
        (void)setenv("LD_PRELOAD", killer, 1);
        (void)dup2(null, 0);
        (void)dup2(null, 1);
        (void)dup2(open("log", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        (void)execv(voc, args);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void show_log(void)
{
    char line[512];
    FILE *f = fopen("log", "r");
    while (f && fgets(line, sizeof line, f)) print_message("# %s", line);
    if (f) (void)fclose(f);
}

static voc_rc no_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names, (void)n;
    return VOC_OK;
}

static voc_rc one_number(void *user, const voc_cell *cells, size_t n)
{
    assert_int_equal(n, 1);
    *(int64_t *)user = cells[0].i;
    return VOC_OK;
}

static void describe(struct project *p, const unsigned char hash[HASH_BYTES], char out[STATE])
{
    int64_t runs = 0;
    hash_hex(hash, out);
    assert_int_equal(store_sql(p, "SELECT count(DISTINCT import) FROM block WHERE kind = 1", no_head, one_number, &runs, NULL), VOC_OK);
    (void)snprintf(out + strlen(out), 12, "/%d", (int)runs);
}

// Of the file as it is found: "" where there is no project yet.
static bool state_of(enum project_mode mode, char out[STATE])
{
    struct project *p = NULL;
    unsigned char hash[HASH_BYTES];
    struct store_counts n = {0};
    struct diag *d = diag_new();
    out[0] = '\0';
    voc_rc rc = project_open(&p, "p.voc", mode, d);
    bool sound = rc == VOC_OK || (rc == VOC_E_IO && access("p.voc", F_OK) != 0) || (rc == VOC_E_INPUT && diag_n(d) && strstr(diag_at(d, 0)->message, "it is empty"));
    if (rc == VOC_OK && mode == PROJECT_WRITE) sound = store_verify(p, d) == VOC_OK;
    if (rc == VOC_OK) sound = sound && store_digest(p, hash) == VOC_OK && store_count(p, &n) == VOC_OK;
    if (!sound) print_message("# %s: %s\n", rc_name(rc), diag_n(d) ? diag_at(d, 0)->message : "");
    if (rc == VOC_OK && sound && n.imports) describe(p, hash, out);
    project_close(p);
    diag_free(d);
    return sound;
}

static void complete(const struct command *c, bool done, char digest[STATE])
{
    int status = run(c, 0), expected = done ? c->again << 8 : 0;
    if (status != expected) show_log();
    assert_int_equal(status, expected);
    assert_true(state_of(PROJECT_WRITE, digest));
}

// Kills it at the step; what it left is looked at as the next reader and the next writer find it. False: it came to its end.
static bool kill_once(struct command *c, unsigned long at, bool again, bool *done)
{
    char read[STATE], now[STATE];
    restore(c);
    int status = run(c, at);
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    bool good = killed || status == 0;
    good = state_of(PROJECT_READ, read) && good;
    good = state_of(PROJECT_WRITE, now) && good && strcmp(read, now) == 0;
    *done = strcmp(now, c->after) == 0;
    good = good && (*done || (killed && strcmp(now, c->before) == 0));
    if (good && again) {
        complete(c, *done, now);
        good = strcmp(now, c->after) == 0;
    }
    if (!good) {
        show_log();
        fail_msg("%s, killed at step %lu of %lu (status %d): the project holds '%s', before '%s', after '%s'", c->name, at, c->steps, status, now, c->before, c->after);
    }
    return killed;
}

static void a_kill_at_any_write_leaves_the_state_before_or_after(void **state)
{
    (void)state;
    const char *many = getenv("VOC_KILLS"), *which = getenv("VOC_KILL_SEED");
    unsigned long kills = many ? strtoul(many, NULL, 10) : 60, killed = 0, seen_before = 0, seen_after = 0;
    uint64_t seed = which ? strtoull(which, NULL, 10) : 2024;
    for (unsigned long k = 0; k < kills; k++) {
        struct command *c = &COMMANDS[k % N_COMMANDS];
        bool done = false;
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        killed += kill_once(c, 1 + (unsigned long)(seed >> 33) % c->steps, k % 5 == 4, &done);
        seen_before += !done;
        seen_after += done;
    }
    print_message("# %lu killed of %lu: %lu before, %lu after\n", killed, kills, seen_before, seen_after);
    assert_true(killed * 10 >= kills * 9);
    assert_true(seen_before * 5 > kills && seen_after > 0);
}

// ---- what it is tried on ----------------------------------------------------------------------------------------------------

static const char OTHER[] = "<sources xmlns=\"urn:vocstream:journey:1\">"
                            "<source id=\"events\" as=\"events\" files=\"*.csv\" zone=\"Europe/Warsaw\" resolution=\"second\" actor=\"customer\">"
                            "<map to=\"time\" from=\"time\"/><map to=\"action\" from=\"action\"/><map to=\"account\" from=\"account\"/><map to=\"id\" from=\"id\"/>"
                            "</source></sources>";

static int prepare(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR"), *program = getenv("VOC"), *build = getenv("VOC_TEST_BUILDDIR");
    (void)snprintf(voc, sizeof voc, "%s", program ? program : "");
    (void)snprintf(killer, sizeof killer, "%s/tests/fault/.libs/killer.so", build ? build : ".");
    (void)snprintf(folder, sizeof folder, "%s/voc-kills-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (store_init() != VOC_OK || !mkdtemp(folder) || chdir(folder) != 0) return -1;
    if (access(voc, X_OK) != 0 || access(killer, R_OK) != 0) {
        print_message("# VOC or %s is missing\n", killer);
        return -1;
    }
    write_events("one.csv", 0, 600, "look");
    write_events("two.csv", 300, 900, "ask");
    write_events("grown.csv", 0, 900, "look");
    FILE *f = fopen("other.xml", "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(OTHER, 1, sizeof OTHER - 1, f), sizeof OTHER - 1);
    assert_int_equal(fclose(f), 0);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        struct command *c = &COMMANDS[i];
        restore(c);
        assert_true(state_of(PROJECT_READ, c->before));
        (void)unlink("count");
        complete(c, false, c->after);
        assert_string_not_equal(c->before, c->after);
        f = fopen("count", "r");
        assert_non_null(f);
        char line[64];
        while (fgets(line, sizeof line, f)) c->steps += strtoul(line, NULL, 10);
        (void)fclose(f);
        print_message("# %s: %lu steps\n", c->name, c->steps);
        assert_true(c->steps > 10);
        if (i == 0) copy("p.voc", "one.voc");
        if (i == 1) copy("p.voc", "two.voc");
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    static const char *const files[] = {"one.csv", "two.csv", "grown.csv", "other.xml", "one.voc", "two.voc", "log", "count"};
    remove_project();
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) (void)unlink(files[i]);
    store_done();
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_kill_at_any_write_leaves_the_state_before_or_after)};
    return cmocka_run_group_tests(tests, prepare, end);
}
