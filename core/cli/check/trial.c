// SPDX-License-Identifier: MIT
// A trial in a child process: bounded in time and memory, its outputs caught. The checker has one thread when it forks.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sanitized.h"
#include "cli/check/check.h"

#define MEMORY_MOST ((rlim_t)4 << 30) // addresses; sanitizers reserve more

static void in_child(struct check *k, trial_fn run, void *user, int caught)
{
    struct rlimit cpu = {k->seconds, k->seconds}, memory = {MEMORY_MOST, MEMORY_MOST}, core = {0, 0};
    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)setrlimit(RLIMIT_CORE, &core);
    if (!SANITIZED) (void)setrlimit(RLIMIT_AS, &memory);
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(10 * k->seconds); // where it waits
    if (dup2(caught, STDOUT_FILENO) < 0 || dup2(caught, STDERR_FILENO) < 0) _exit(1);
    run(k, user, k->trial);
    (void)fflush(NULL);
    k->trial->done = true;
    _exit(0);
}

// What it wrote where it must be silent, or nothing.
static bool was_silent(struct check *k, int caught)
{
    char text[201];
    ssize_t n = pread(caught, text, sizeof text - 1, 0);
    if (n <= 0) return true;
    text[n] = '\0';
    size_t had = strlen(k->trial->why);
    if (had) { // it died: its last words, such as those of a sanitizer
        const char *words = text + strspn(text, "\n= ");
        snprintf(k->trial->why + had, sizeof k->trial->why - had, ": %.*s", (int)strcspn(words, "\n"), words);
    } else snprintf(k->trial->why, sizeof k->trial->why, "it writes to the standard outputs, which are not its own: %s", text);
    return false;
}

bool check_trial(struct check *k, trial_fn run, void *user)
{
    struct trial *t = k->trial;
    int status = 0, caught = memfd_create("voc-check", MFD_CLOEXEC);
    *t = (struct trial){0};
    if (caught < 0) return snprintf(t->why, sizeof t->why, "no memory for its output: %s", strerror(errno)), false;
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) in_child(k, run, user, caught);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (child < 0) {
        snprintf(t->why, sizeof t->why, "no process can be started: %s", strerror(errno));
    } else if (WIFSIGNALED(status)) {
        int sig = WTERMSIG(status);
        bool hung = sig == SIGALRM || sig == SIGXCPU || sig == SIGKILL; // the last where it does not heed the others
        if (hung) snprintf(t->why, sizeof t->why, "it did not come to an end in %u s, at case %llu", k->seconds, (unsigned long long)t->cases);
        else snprintf(t->why, sizeof t->why, "it died of %s, at case %llu", strsignal(sig), (unsigned long long)t->cases);
    } else if (!t->done && !t->why[0]) {
        snprintf(t->why, sizeof t->why, "it ended the process with code %d, at case %llu", WEXITSTATUS(status), (unsigned long long)t->cases);
    }
    bool silent = was_silent(k, caught);
    close(caught);
    return child > 0 && t->done && t->rc == VOC_OK && silent;
}

void check_line(struct check *k, const char *what, const char *on, bool holds, const char *found)
{
    table_text(k->table, str_of(what));
    table_text(k->table, str_of(on));
    table_text(k->table, holds ? STR("holds") : STR("FAILS"));
    table_text(k->table, str_of(found));
    k->n_done++;
    k->n_failed += !holds;
}
