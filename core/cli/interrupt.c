// SPDX-License-Identifier: MIT
#include "cli/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

#define PATIENCE_NS 800000000 // the rest of the second is for the end of the process

static volatile sig_atomic_t asked;
static _Atomic bool reading, timed;
static timer_t timer;
static char last_words[256]; // written while reading is false
static size_t n_last_words;

static void leave(void)
{
    if (!atomic_load(&reading)) return;
    ssize_t n = write(STDERR_FILENO, last_words, n_last_words); // nothing can be done where it fails
    (void)n;
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

void interrupt_begin(void)
{
    struct sigaction sa = {.sa_handler = on_interrupt}, before;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &sa, NULL); // nohup(1) has it ignored
    sa.sa_handler = on_timer;
    sa.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &sa, NULL);
}

void interrupt_reads(const char *how_to_go_on, bool progress)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    interrupt_writes();
    const int n = snprintf(last_words, sizeof last_words, "%svoc: interrupted; %s\n", progress ? "\r\x1b[K" : "", how_to_go_on);
    n_last_words = n < 0 ? 0 : (size_t)n < sizeof last_words ? (size_t)n : sizeof last_words - 1;
    if (!atomic_load(&timed) && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) atomic_store(&timed, true);
    atomic_store(&reading, true);
}

void interrupt_writes(void) { atomic_store(&reading, false); }
