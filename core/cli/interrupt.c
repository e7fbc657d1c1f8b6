// SPDX-License-Identifier: MIT
#include "cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "cli/cli.h"
#include "host/plugin/at_work.h"
#include "io/out.h"

#define PATIENCE_NS 800000000 // the rest of the second is for the end of the process

static volatile sig_atomic_t asked;
static _Atomic bool reading, timed;
static timer_t timer;
static char last_words[256]; // how to go on; written while reading is false
static bool progress_line;   // likewise

// ---- words of a handler: it may call nothing that takes memory or a lock -----------------------------------------------------

struct words { char text[1024]; size_t n; };

static void add(struct words *w, const char *s)
{
    size_t len = strlen(s), room = sizeof w->text - w->n;
    if (len > room) len = room;
    memcpy(w->text + w->n, s, len);
    w->n += len;
}

static void say(const struct words *w)
{
    ssize_t n = write(STDERR_FILENO, w->text, w->n); // nothing can be done where it fails
    (void)n;
}

static void add_plugin(struct words *w, const struct plugin *p)
{
    add(w, p->note.kind == VOC_KIND_ANALYSIS ? "analysis " : "output plugin ");
    add(w, p->note.name);
}

static void add_start(struct words *w, const char *what)
{
    if (progress_line) add(w, "\r\x1b[K");
    add(w, what);
}

// ---- an end that is asked for --------------------------------------------------------------------------------------------------

static void leave(void)
{
    struct words w = {.n = 0};
    const struct plugin *busy = at_work_somewhere();
    if (!atomic_load(&reading)) return;
    add_start(&w, "voc: interrupted; ");
    if (busy) {
        add_plugin(&w, busy);
        add(&w, " was at work and did not look whether it should stop; ");
    }
    add(&w, last_words);
    add(&w, "\n");
    out_leave();
    say(&w);
    _exit(EXIT_INTERRUPTED);
}

static void on_timer(int sig)
{
    (void)sig;
    leave();
}

static void on_interrupt(int sig)
{
    const struct itimerspec once = {.it_value = {.tv_nsec = PATIENCE_NS}};
    (void)sig;
    host_cancel();
    if (asked++) leave();
    if (atomic_load(&timed)) timer_settime(timer, 0, &once, NULL);
}

// ---- a crash -------------------------------------------------------------------------------------------------------------------

static const struct { int sig; const char *name; } crashes[] = {
    {SIGSEGV, "Segmentation fault"}, {SIGBUS, "Bus error"}, {SIGFPE, "Floating point exception"}, {SIGILL, "Illegal instruction"}, {SIGABRT, "Aborted"}};

static void on_crash(int sig)
{
    struct words w = {.n = 0};
    const struct at_work a = at_work_here();
    const struct sigaction no_more = {.sa_handler = SIG_DFL};
    sigaction(sig, &no_more, NULL);
    if (!a.plugin) { // ours: once this returns, it is as if nobody had caught it
        raise(sig);
        return;
    }
    add_start(&w, "voc: error: ");
    add_plugin(&w, a.plugin);
    add(&w, " crashed (");
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (crashes[i].sig == sig) add(&w, crashes[i].name);
    add(&w, ") in ");
    add(&w, a.operation);
    add(&w, " [PLUGIN-005]\n  tell its author; it is ");
    add(&w, a.plugin->path ? a.plugin->path : "unknown");
    if (atomic_load(&reading)) {
        add(&w, "; ");
        add(&w, last_words);
    }
    add(&w, "\n");
    out_leave();
    say(&w);
    _exit(EXIT_PLUGIN);
}

void interrupt_begin(void)
{
    struct sigaction sa = {.sa_handler = on_interrupt}, before;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &sa, NULL); // nohup(1) has it ignored
    sa.sa_handler = on_timer;
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
    sa.sa_handler = on_crash;
    sa.sa_flags = SA_ONSTACK;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes && !SANITIZED; i++) sigaction(crashes[i].sig, &sa, NULL); // sanitizers say more
}

void interrupt_reads(const char *how_to_go_on, bool progress)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    interrupt_writes();
    (void)snprintf(last_words, sizeof last_words, "%s", how_to_go_on);
    progress_line = progress;
    if (!atomic_load(&timed) && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) atomic_store(&timed, true);
    atomic_store(&reading, true);
}

void interrupt_writes(void) { atomic_store(&reading, false); }
