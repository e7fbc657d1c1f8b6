// SPDX-License-Identifier: MIT
// Two processes and one project: a reader sees the state that it found, whatever a writer does meanwhile, and neither keeps
// the other from its work; a second writer waits, and is told who is there when that takes too long. Real processes, which
// go on at a byte through a pipe.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include "tests/fault/works.h"

static void step(int fd) // the other side may go on
{
    assert_int_equal(write(fd, "x", 1), 1);
}

static bool await(int fd) // false: the other side is gone
{
    char c;
    return read(fd, &c, 1) == 1;
}

static void read_digest(struct project *p, char out[65])
{
    unsigned char hash[HASH_BYTES];
    if (store_digest(p, hash) != VOC_OK) _exit(10);
    hash_hex(hash, out);
}

static int ended(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// The digests before and after the work, and the file as it is before it.
static void make(const struct work *w)
{
    begin_work(w);
    assert_int_equal(do_work(w, NULL, NULL), VOC_OK);
    state_of(after, PROJECT_READ);
    begin_work(w);
    assert_string_not_equal(before, after);
}

// A reader that was there first, one that comes after the commit, and one that comes while the writer still holds its place.
static void a_reader_sees_one_state_while_another_process_writes(void **state)
{
    (void)state;
    const struct work w = {import_first, import_second};
    int to[2], from[2];
    char now[STATE];
    struct project *p = NULL, *q = NULL;
    make(&w);
    assert_true(pipe(to) == 0 && pipe(from) == 0);
    pid_t writer = fork();
    if (writer == 0) {
        (void)close(to[1]);
        if (!await(to[0]) || project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL) != VOC_OK) _exit(1);
        step(from[1]);
        if (!await(to[0]) || import_second(p) != VOC_OK) _exit(2); // committed, and the place still held
        step(from[1]);
        if (!await(to[0])) _exit(3);
        project_close(p);
        _exit(0);
    }
    step(to[1]);
    assert_true(await(from[0]));
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(p, now);
    assert_string_equal(now, before);
    step(to[1]);
    assert_true(await(from[0]));
    digest_text(p, now); // the same reader
    assert_string_equal(now, before);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    assert_int_equal(project_open(&q, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
    digest_text(q, now);
    assert_string_equal(now, after);
    step(to[1]);
    assert_int_equal(ended(writer), 0); // a reader does not keep it from ending
    digest_text(p, now);
    assert_string_equal(now, before);
    project_close(p);
    project_close(q);
    state_of(now, PROJECT_WRITE);
    assert_string_equal(now, after);
    assert_false(is_there(in_folder("p.voc-wal")));
    for (int i = 0; i < 2; i++) (void)close(to[i]), (void)close(from[i]);
    remove_file("p.voc");
}

// Readers as fast as they can while a writer writes again and again: each sees a state that a commit left, whole, and later
// ones never an earlier state than those before.
static void readers_never_see_a_mixture(void **state)
{
    (void)state;
    enum { STATES = 12 };
    static char seen[STATES + 1][STATE];
    const struct work w = {import_first, import_second};
    struct project *p = NULL;
    make(&w);
    // what each state is, made once by itself
    for (unsigned i = 0; i <= STATES; i++) {
        char value[16];
        const struct row row = {.time_us = T + i, .action = "again", .customer = "+id=ann", .account = "+id=acme", .id = "same", .text = value, .record = 0};
        const struct rows r = {.events = &row, .n_events = 1};
        struct import_result out;
        (void)snprintf(value, sizeof value, "%u", i);
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
        if (i) assert_int_equal(import_rows(p, &r, "crm", value, 1, 0, &out, NULL), VOC_OK);
        digest_text(p, seen[i]);
        project_close(p);
    }
    begin_work(&w);
    pid_t writer = fork();
    if (writer == 0) {
        for (unsigned i = 1; i <= STATES; i++) {
            char value[16];
            const struct row row = {.time_us = T + i, .action = "again", .customer = "+id=ann", .account = "+id=acme", .id = "same", .text = value, .record = 0};
            const struct rows r = {.events = &row, .n_events = 1};
            struct import_result out;
            (void)snprintf(value, sizeof value, "%u", i);
            if (project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL) != VOC_OK) _exit(1);
            if (import_rows(p, &r, "crm", value, 1, 0, &out, NULL) != VOC_OK) _exit(2);
            project_close(p);
        }
        _exit(0);
    }
    unsigned at = 0, rounds = 0;
    int status = 0;
    for (bool over = false; !over; rounds++) {
        char now[STATE];
        over = waitpid(writer, &status, WNOHANG) == writer; // then once more
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL), VOC_OK);
        digest_text(p, now);
        project_close(p);
        unsigned is = at;
        while (is <= STATES && strcmp(now, seen[is]) != 0) is++;
        if (is > STATES) fail_msg("after state %u a reader sees what no commit left", at);
        at = is;
    }
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(at, STATES);
    remove_file("p.voc");
}

static void a_second_writer_waits_and_goes_on_where_the_first_left(void **state)
{
    (void)state;
    const struct work w = {import_first, import_second};
    int to[2], from[2];
    char now[STATE];
    struct project *p = NULL;
    make(&w);
    assert_true(pipe(to) == 0 && pipe(from) == 0);
    pid_t second = fork(); // before the project is open here: a connection does not survive a fork
    if (second == 0) {
        if (!await(to[0])) _exit(4);
        step(from[1]);
        if (project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL) != VOC_OK) _exit(1);
        read_digest(p, now);
        if (strcmp(now, after) != 0) _exit(2);
        if (use_definition(p) != VOC_OK) _exit(3);
        project_close(p);
        _exit(0);
    }
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    step(to[1]);
    assert_true(await(from[0]));
    assert_int_equal(import_second(p), VOC_OK);
    project_close(p);
    assert_int_equal(ended(second), 0);
    for (int i = 0; i < 2; i++) (void)close(to[i]), (void)close(from[i]);
    remove_file("p.voc");
}

static void a_writer_that_dies_gives_its_place_back(void **state)
{
    (void)state;
    const struct work w = {import_first, import_second};
    int from[2];
    char now[STATE];
    struct project *p = NULL;
    make(&w);
    assert_int_equal(pipe(from), 0);
    pid_t writer = fork();
    if (writer == 0) {
        struct import *i = NULL;
        struct import_spec spec = spec_of("shop", 1);
        if (project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL) != VOC_OK || import_begin(&i, p, &spec, NULL) != VOC_OK) _exit(1);
        step(from[1]);
        for (;;) (void)pause();
    }
    assert_true(await(from[0]));
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(ended(writer), 1000 + SIGKILL);
    state_of(now, PROJECT_READ);
    assert_string_equal(now, before);
    assert_int_equal(do_work(&w, NULL, NULL), VOC_OK);
    state_of(now, PROJECT_WRITE);
    assert_string_equal(now, after);
    for (int i = 0; i < 2; i++) (void)close(from[i]);
    remove_file("p.voc");
}

// A reader goes on with what it found; so the file has to keep it, which is said, until a writer finds it alone.
static void a_reader_still_sees_who_is_forgotten_meanwhile(void **state)
{
    (void)state;
    const struct work w = {import_three, forget_one};
    int to[2], from[2];
    char now[STATE];
    struct project *p = NULL;
    struct diag *d = diag_new();
    make(&w);
    assert_true(file_holds(in_folder("p.voc"), "z@example.com"));
    assert_true(pipe(to) == 0 && pipe(from) == 0);
    pid_t reader = fork();
    if (reader == 0) {
        (void)close(to[1]);
        if (!await(to[0]) || project_open(&p, in_folder("p.voc"), PROJECT_READ, NULL) != VOC_OK) _exit(1);
        step(from[1]);
        if (!await(to[0])) _exit(2);
        read_digest(p, now);
        if (strcmp(now, before) != 0 || store_verify(p, NULL) != VOC_OK) _exit(3);
        project_close(p);
        _exit(0);
    }
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, d), VOC_OK);
    step(to[1]);
    assert_true(await(from[0]));
    assert_int_equal(forget_one(p), VOC_OK);
    assert_int_equal(diag_n(d), 1);
    assert_non_null(strstr(diag_at(d, 0)->message, "(process "));
    digest_text(p, now);
    assert_string_equal(now, after);
    project_close(p);
    step(to[1]);
    assert_int_equal(ended(reader), 0);
    state_of(now, PROJECT_WRITE); // puts it away
    assert_string_equal(now, after);
    assert_false(file_holds(in_folder("p.voc"), "z@example.com"));
    assert_false(is_there(in_folder("p.voc-wal")));
    diag_free(d);
    for (int i = 0; i < 2; i++) (void)close(to[i]), (void)close(from[i]);
    remove_file("p.voc");
}

// For a moment nobody holds the place of the writer: who comes in then is not written over.
static void what_a_waiting_writer_brings_is_not_lost(void **state)
{
    (void)state;
    enum { ROUNDS = 12 };
    const struct work w = {import_three, forget_one};
    unsigned busy = 0;
    make(&w);
    for (unsigned round = 0; round < ROUNDS; round++) {
        int to[2], from[2];
        struct project *p = NULL;
        struct store_counts n;
        struct diag *d = diag_new();
        begin_work(&w);
        assert_true(pipe(to) == 0 && pipe(from) == 0);
        pid_t second = fork();
        if (second == 0) {
            if (!await(to[0])) _exit(1);
            step(from[1]);
            if (project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL) != VOC_OK) _exit(2);
            if (import_second(p) != VOC_OK || use_definition(p) != VOC_OK) _exit(3);
            project_close(p);
            _exit(0);
        }
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, d), VOC_OK);
        step(to[1]);
        assert_true(await(from[0]));
        const struct timespec some = {.tv_nsec = (round % 4) * 9000000L};
        (void)nanosleep(&some, NULL);
        voc_rc rc = forget_one(p);
        assert_true(rc == VOC_OK || rc == VOC_E_BUSY);
        busy += rc == VOC_E_BUSY;
        project_close(p);
        assert_int_equal(ended(second), 0);
        assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, d), VOC_OK);
        assert_int_equal(store_verify(p, d), VOC_OK);
        struct arena a;
        struct store_definition def;
        bool found = false;
        arena_init(&a, 0);
        assert_int_equal(store_definition_active(p, &a, &def, &found), VOC_OK);
        assert_true(found);
        arena_done(&a);
        assert_int_equal(store_count(p, &n), VOC_OK);
        assert_true(rc == VOC_OK ? n.events < 6 : n.events == 6);
        project_close(p);
        diag_free(d);
        for (int i = 0; i < 2; i++) (void)close(to[i]), (void)close(from[i]);
        remove_file("p.voc");
    }
    print_message("# of %d times the other one came first %u times\n", (int)ROUNDS, busy);
}

static int end(void **state)
{
    remove_file("p.voc");
    return remove_folder(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_sees_one_state_while_another_process_writes),
        cmocka_unit_test(readers_never_see_a_mixture),
        cmocka_unit_test(a_second_writer_waits_and_goes_on_where_the_first_left),
        cmocka_unit_test(a_writer_that_dies_gives_its_place_back),
        cmocka_unit_test(a_reader_still_sees_who_is_forgotten_meanwhile),
        cmocka_unit_test(what_a_waiting_writer_brings_is_not_lost),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare_works, end);
}
