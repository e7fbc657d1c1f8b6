// SPDX-License-Identifier: MIT
// What a closed process may still do, and what it dies of. Each attempt is a child of its own that goes in as a worker does.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/regex.h"
#include "base/sanitized.h"
#include "base/time.h"
#include "base/xml.h"
#include "host/worker/sandbox.h"
#include "io/in.h"

struct end { int signal, code; int32_t call; };

static const struct sandbox_limits no_limits;

// Does `act` in a child, closed or not; its value is the child's exit code. What it reports is read here. 99: it could not be closed.
static struct end child(int (*act)(void), const struct sandbox_limits *limits, bool closed)
{
    struct end e = {0, -1, -1};
    int to[2], status = 0;
    assert_int_equal(pipe(to), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct sandbox_limits mine = *limits;
        struct diag *d = diag_new();
        mine.parent = getppid();
        close(to[0]);
        alarm(60);
        if (sandbox_limit(&mine, d) || sandbox_read_only(NULL, 0, d) || (closed && sandbox_close(to[1], d))) {
            fprintf(stderr, "%s\n", diag_n(d) ? diag_at(d, 0)->message : "no message");
            _exit(99);
        }
        _exit(act());
    }
    close(to[1]);
    if (read(to[0], &e.call, sizeof e.call) != (ssize_t)sizeof e.call) e.call = -1;
    close(to[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) e.signal = WTERMSIG(status);
    else e.code = WEXITSTATUS(status);
    return e;
}

static struct end closed(int (*act)(void)) { return child(act, &no_limits, true); }

static void lives(int (*act)(void))
{
    struct end e = closed(act);
    char words[80];
    if (e.signal) print_error("signal %d: it tried to %s\n", e.signal, sandbox_call_words(e.call, words, sizeof words));
    assert_int_equal(e.signal, 0);
    assert_int_equal(e.code, 0);
}

// words NULL: it dies without a report.
static void dies(int (*act)(void), const char *words)
{
    struct end e = closed(act);
    char said[80];
    assert_int_equal(e.signal, SIGSYS);
    if (!words) assert_int_equal(e.call, -1);
    else assert_string_equal(sandbox_call_words(e.call, said, sizeof said), words);
}

// ---- what ends it --------------------------------------------------------------------------------------------------------

static int open_file(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0; }
static int open_stream(void) { return fopen("/tmp/voc-test-sandbox", "w") == NULL; }
static int look(void) { return access("/etc/passwd", R_OK); }
static int remove_file(void) { return unlink("/tmp/voc-test-sandbox"); }
static int make_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0; }
static int make_local_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0; }
static int make_process(void) { return fork() < 0; }
static int make_process_by_clone(void) { return syscall(SYS_clone, (long)SIGCHLD, 0, 0, 0, 0) < 0; }
static int make_thread_of_another_world(void)
{
    return syscall(SYS_clone, (long)(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWNS), 0, 0, 0, 0) < 0;
}
static int stop_parent(void) { return kill(getppid(), 0); }
static int stop_thread_of_parent(void) { return (int)syscall(SYS_tgkill, getppid(), getppid(), 0); }
static int trace(void) { return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static int share(void) { return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED; }
static int lift(void)
{
    struct rlimit l = {64, 64};
    return setrlimit(RLIMIT_NOFILE, &l);
}
static int control(void)
{
    int n = 0;
    return ioctl(0, FIONREAD, &n);
}
static int start_program(void)
{
    char *const args[] = {(char *)(uintptr_t)"true", NULL};
    return execv("/bin/true", args);
}
static int catch(int which)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    return (int)syscall(SYS_rt_sigaction, which, &ignore, NULL, (size_t)8);
}
static int catch_end(void) { return catch(SIGTERM); }
static int catch_the_filter(void) { return catch(SIGSYS); }
static int hide_and_open(void)
{
    sigset_t all;
    sigfillset(&all);
    return pthread_sigmask(SIG_BLOCK, &all, NULL) || open_file();
}
static void *open_aside(void *unused) { return (void)unused, (void)open_file(), NULL; }
static int open_in_a_thread(void)
{
    pthread_t t;
    return pthread_create(&t, NULL, open_aside, NULL) || pthread_join(t, NULL);
}

static void what_touches_the_world_ends_it(void **state)
{
    (void)state;
    dies(open_file, "open a file");
    dies(open_stream, "open a file");
    dies(look, "look for a file");
    dies(remove_file, "remove a file");
    dies(make_socket, "use the network");
    dies(make_local_socket, "use the network");
    dies(make_process, "start a process");
    dies(make_process_by_clone, "start a process");
    dies(make_thread_of_another_world, "start a process");
    dies(start_program, "start a program");
    dies(stop_parent, "stop another process");
    dies(stop_thread_of_parent, "stop another process");
    dies(trace, "look into another process");
    dies(share, "share memory");
    dies(lift, "lift its limits");
    dies(control, "control a device");
    dies(catch_end, "catch signals");
}

static void no_way_around_the_report_is_a_way_out(void **state)
{
    (void)state;
    dies(catch_the_filter, NULL);
    dies(hide_and_open, NULL);
    dies(open_in_a_thread, "open a file");
}

// Calls that have opened doors elsewhere; numbers that a kernel does not know are no calls.
static long strange;
static int call_strange(void) { return syscall(strange, 0, 0, 0, 0, 0, 0) == 12345; }

static void calls_that_nobody_needs_end_it(void **state)
{
    (void)state;
    static const long calls[] = {
        SYS_memfd_create, SYS_openat2,     SYS_io_uring_setup, SYS_bpf,     SYS_userfaultfd, SYS_perf_event_open, SYS_keyctl, SYS_unshare, SYS_setns, SYS_mount,
        SYS_pidfd_open,   SYS_pidfd_getfd, SYS_execveat,       SYS_prctl,   SYS_setuid,      SYS_personality,     SYS_shmget, SYS_msgget,  SYS_kcmp,  SYS_process_vm_writev,
        SYS_dup3,         SYS_pipe2,       SYS_sendmsg,        SYS_recvmsg, SYS_splice,      SYS_copy_file_range, SYS_chroot, SYS_seccomp, 9999,
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        strange = calls[i];
        struct end e = closed(call_strange);
        if (e.signal != SIGSYS) print_error("call %ld: signal %d, code %d\n", strange, e.signal, e.code);
        assert_int_equal(e.signal, SIGSYS);
        assert_int_equal(e.call, calls[i]);
    }
#ifdef __x86_64__
    strange = 0x40000000 + SYS_getpid; // the numbers of x32
    assert_int_equal(closed(call_strange).signal, SIGSYS);
#endif
}

// ---- what goes on --------------------------------------------------------------------------------------------------------

static void *allocate(void *unused)
{
    enum { N = 400 };
    static _Thread_local void *blocks[N];
    (void)unused;
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < N; i++)
            if ((blocks[i] = mem_alloc(1000 + i * 317)) != NULL) memset(blocks[i], 1, 1000);
        for (size_t i = N; i-- > 0;) mem_free(blocks[i]);
    }
    return NULL;
}

static int use_memory_in_threads(void)
{
    pthread_t t[4];
    void *big = mem_alloc(8 << 20), *bigger = mem_realloc(big, 32 << 20);
    if (!bigger) return 1;
    mem_free(bigger);
    for (int i = 0; i < 4; i++)
        if (pthread_create(&t[i], NULL, allocate, NULL) != 0) return 2;
    for (int i = 0; i < 4; i++)
        if (pthread_join(t[i], NULL) != 0) return 3;
    (void)allocate(NULL);
    return 0;
}

static int down(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x < y) - (x > y);
}
static int sort_and_print(void)
{
    static int numbers[200000];
    char text[64];
    for (int i = 0; i < 200000; i++) numbers[i] = i * 7919 % 200003;
    qsort(numbers, 200000, sizeof *numbers, down);
    snprintf(text, sizeof text, "%.3f %d", 1.5, numbers[0] > numbers[1]);
    return strcmp(text, "1.500 1") != 0 || isatty(0) < 0;
}

static int compile_a_pattern(void)
{
    struct voc_regex *re = NULL;
    static const char pattern[] = "^(?:/[a-z]+)+/([0-9]{3,})$", text[] = "/shop/item/4711";
    if (regex_new(&re, (voc_str){pattern, sizeof pattern - 1}, 0, NULL, 0, NULL)) return 1;
    int met = regex_match(re, (voc_str){text, sizeof text - 1}, NULL, NULL);
    regex_free(re);
    return met != 1;
}

static int decode(void)
{
    static const struct { const char *charset, *bytes, *text; } cases[] = {
        {"windows-1252", "\x80", "\u20ac"}, {"ISO-8859-15", "\xa4", "\u20ac"}, {"Shift_JIS", "\x82\xa0", "\u3042"}, {"KOI8-R", "\xc1", "\u0430"}, {"GB18030", "\xd6\xd0", "\u4e2d"}};
    struct text_decoder *t = NULL;
    struct buf out;
    int wrong = 0;
    buf_init(&out, 100);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&out);
        if (text_decoder_new(&t, cases[i].charset, NULL) || text_decode(t, cases[i].bytes, strlen(cases[i].bytes), true, &out)) return 10 + (int)i;
        wrong |= out.len != strlen(cases[i].text) || memcmp(out.ptr, cases[i].text, out.len) != 0;
        text_decoder_free(t);
    }
    if (text_decoder_new(&t, "no-such-charset", NULL) != VOC_E_OPTION) return 2;
    buf_done(&out);
    return wrong;
}

static int read_times(void)
{
    static const struct { const char *zone, *text; int64_t us; } cases[] = {
        {"Europe/Berlin", "2024-07-01 10:00", 1719820800000000}, {"America/Sao_Paulo", "2024-07-01 10:00", 1719838800000000}, {"", "2024-07-01", 1719792000000000}};
    struct time_format *f = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us = 0;
        uint32_t res = 0;
        if (time_format_new(&f, (voc_str){"", 0}, (voc_str){cases[i].zone, strlen(cases[i].zone)}, NULL)) return 10 + (int)i;
        if (time_format_parse(f, (voc_str){cases[i].text, strlen(cases[i].text)}, &us, &res) || us != cases[i].us) return 20 + (int)i;
        time_format_free(f);
    }
    if (time_format_new(&f, (voc_str){"", 0}, (voc_str)VOC_LIT("Europe/Nowhere"), NULL) != VOC_E_OPTION) return 2;
    if (time_format_new(&f, (voc_str)VOC_LIT("dd-MMM-yyyy VV"), (voc_str){"", 0}, NULL)) return 3;
    int64_t us = 0;
    uint32_t res = 0;
    if (time_format_parse(f, (voc_str)VOC_LIT("01-Jul-2024 Asia/Tokyo"), &us, &res)) return 4;
    time_format_free(f);
    return 0;
}

static int fold_text(void)
{
    static const char text[] = "STRASSE \u0130\u00c4\u1e9e", mark[] = "\xef\xbb\xbfx";
    struct buf out;
    buf_init(&out, 1000);
    int wrong = text_fold(&out, (voc_str){text, sizeof text - 1}) != VOC_OK || text_width((voc_str){mark, sizeof mark - 1}) > 2;
    buf_done(&out);
    return wrong;
}

// Standard input holds it: see go_on_reading.
static const char *expected;
static int read_input(void)
{
    struct in *in = NULL;
    struct diag *d = diag_new();
    char got[200];
    size_t n = 0, len = 0;
    if (in_open(&in, "-", NULL, d)) return 1;
    if (in_text(in, "auto")) return 2;
    while (in_read(in, got + len, sizeof got - len, &n) == VOC_OK && n > 0) len += n;
    in_close(in);
    return len != strlen(expected) || memcmp(got, expected, len) != 0;
}

static voc_rc read_xml(void *user, void *to, size_t size, size_t *got)
{
    const char **rest = user;
    *got = strlen(*rest) < size ? strlen(*rest) : size;
    memcpy(to, *rest, *got);
    *rest += *got;
    return VOC_OK;
}
static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    (void)name, (void)line, (void)byte;
    *(bool *)user = n == 1 && attrs[0].value.len == 2 && memcmp(attrs[0].value.ptr, "\u00e4", 2) == 0;
    return VOC_OK;
}
static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte) { return (void)user, (void)name, (void)line, (void)byte, VOC_OK; }
static int parse_xml(void)
{
    const char *rest = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a b=\"\xe4\"/>";
    const voc_xml_handler h = {sizeof h, 0, on_start, on_end, NULL};
    bool right = false;
    return xml_sax(read_xml, &rest, &h, &right, "x", NULL) != VOC_OK || !right;
}

static int talk(void)
{
    int32_t zero = 0;
    struct pollfd p = {.fd = 0, .events = POLLIN};
    return poll(&p, 1, 0) < 0 || write(1, &zero, 0) < 0;
}
static int ask_about_signals(void)
{
    struct sigaction old;
    return sigaction(SIGPIPE, NULL, &old);
}
static int give_up(void) { abort(); }

static void work_goes_on(void **state)
{
    (void)state;
    assert_int_equal(xml_init(), VOC_OK);
    lives(use_memory_in_threads);
    lives(sort_and_print);
    lives(compile_a_pattern);
    lives(decode);
    lives(read_times);
    lives(fold_text);
    lives(parse_xml);
    lives(talk);
    lives(ask_about_signals);
    assert_int_equal(closed(give_up).signal, SIGABRT);
}

static void go_on_reading(const void *bytes, size_t size, const char *text)
{
    int to[2], had = dup(0);
    expected = text;
    assert_true(had >= 0);
    assert_int_equal(pipe(to), 0);
    assert_int_equal(write(to[1], bytes, size), (ssize_t)size);
    close(to[1]);
    assert_true(dup2(to[0], 0) == 0);
    close(to[0]);
    lives(read_input);
    assert_true(dup2(had, 0) == 0);
    close(had);
}

static void compressed_input_is_read_from_what_is_open(void **state)
{
    // printf 'hello\n' | gzip -n; the zip holds a file "ä.csv" of three such lines, deflated
    static const unsigned char gzip[] = {0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0, 0x20, 0x30, 0x3a, 0x36, 0x06, 0, 0, 0};
    static const unsigned char zip[] =
        "PK\3\4\x14\0\0\x08\0\0\0\0\x21\0\x3a\x37\x66\x3d\x12\0\0\0\x12\0\0\0\6\0\0\0\xc3\xa4.csvhello\nhello\nhello\nPK\1\2\x14\3\x14\0\0\x08\0\0\0\0\x21\0\x3a\x37\x66\x3d\x12\0\0\0\x12\0\0\0\6"
        "\0\0\0\0\0\0\0\0\0\0\0\x80\1\0\0\0\0\xc3\xa4.csvPK\5\6\0\0\0\0\1\0\1\0\x34\0\0\0\x36\0\0\0\0";
    (void)state;
    go_on_reading("\xe4hnlich", 7, "\u00e4hnlich");
    go_on_reading(gzip, sizeof gzip, "hello\n");
    go_on_reading(zip, sizeof zip, "hello\nhello\nhello\n");
}

// ---- before it is closed -------------------------------------------------------------------------------------------------

static int open_outside(void) { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 1 : errno == EACCES ? 0 : 2; }
static int write_inside(void) { return open("/usr/lib/voc-test-sandbox", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 ? 1 : 0; }
static int open_library(void) { return open("/usr/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC) < 0; }

static void while_a_plugin_is_loaded_libraries_can_be_read_and_nothing_else(void **state)
{
    (void)state;
    if (sandbox_landlock() == 0) skip();
    assert_int_equal(child(open_outside, &no_limits, false).code, 0);
    assert_int_equal(child(write_inside, &no_limits, false).code, 0);
    assert_int_equal(child(open_library, &no_limits, false).code, 0);
}

static int eat(void)
{
    for (int i = 0; i < 16; i++) {
        char *p = mem_alloc(16 << 20);
        if (!p) return 0;
        memset(p, 1, 16 << 20);
    }
    return 1;
}
static int loop(void)
{
    for (volatile unsigned i = 0;; i++) {}
    return 0;
}
static int grow_a_file(void)
{
    FILE *f = tmpfile();
    signal(SIGXFSZ, SIG_IGN);
    return f != NULL && fputs("x", f) >= 0 && fflush(f) == 0;
}

static void limits_hold(void **state)
{
    const struct sandbox_limits little = {.memory_bytes = 128 << 20, .cpu_seconds = 1};
    (void)state;
    assert_int_equal(child(loop, &little, true).signal, SIGXCPU);
    assert_int_equal(child(grow_a_file, &no_limits, false).code, 0);
    if (SANITIZED) skip(); // their shadow is more than any limit
    assert_int_equal(child(eat, &little, true).code, 0);
    assert_int_equal(child(eat, &no_limits, true).code, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_touches_the_world_ends_it),
        cmocka_unit_test(no_way_around_the_report_is_a_way_out),
        cmocka_unit_test(calls_that_nobody_needs_end_it),
        cmocka_unit_test(work_goes_on),
        cmocka_unit_test(compressed_input_is_read_from_what_is_open),
        cmocka_unit_test(while_a_plugin_is_loaded_libraries_can_be_read_and_nothing_else),
        cmocka_unit_test(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
