// SPDX-License-Identifier: MIT
// Starts a worker: the program itself, run again (a process with threads cannot just be forked), with an environment of a few
// names and no descriptors but those it is to have. Descriptors are first moved up, so that putting one into its place never
// closes another. All of them close by themselves when anything else is started.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/worker/place.h"
#include "host/worker/worker.h"

enum { ABOVE = 100, PIPE_BYTES = 1 << 20, FIXED = WORKER_PLUGINS, PLUGINS_MOST = 1024, NAMES = 10 };

static voc_rc cannot(struct diag *d, const char *what, int error)
{
    char text[128];
    diag_error(d, "WORKER-007", NULL, 0, "close other programs; --isolate=never reads without this protection: only what you trust",
               "a process to read the file in cannot be started: %s: %s", what, strerror_r(error, text, sizeof text));
    return error == ENOMEM || error == EAGAIN ? VOC_E_NOMEM : VOC_E_IO;
}

static void shut(int *fd)
{
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

// The environment: where libraries lie, what sanitizers are told, and our own names for tests.
static char **environment(struct arena *a)
{
    static const char *const names[NAMES] = {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "VOC_NOW", "VOC_SIMD", "VOC_WORKER_ALLOC", "TZDIR", "ICU_DATA"};
    char **all = arena_alloc(a, (NAMES + 1) * sizeof *all);
    size_t n = 0;
    for (size_t i = 0; all && i < NAMES; i++) {
        const char *value = getenv(names[i]);
        if (value && (all[n] = arena_printf(a, "%s=%s", names[i], value)) != NULL) n++;
    }
    return all;
}

// Puts fds[i] into place i of the child (-1: nothing); returns 0 or an errno. ends: where its plugins' begin.
static int spawn(struct worker *w, const int *fds, size_t n, char **env)
{
    char word[] = WORKER_WORD, name[] = "voc";
    char *const argv[] = {name, word, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t how;
    sigset_t none, standard;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    if ((error = posix_spawnattr_init(&how)) != 0) return (void)posix_spawn_file_actions_destroy(&actions), error;
    sigemptyset(&none);
    sigfillset(&standard);
    for (size_t i = 0; i < n && !error; i++)
        if (fds[i] >= 0) error = posix_spawn_file_actions_adddup2(&actions, fds[i], (int)i);
    if (!error) error = posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!error) error = posix_spawnattr_setsigmask(&how, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&how, &standard);
    if (!error) error = posix_spawn(&w->pid, "/proc/self/exe", &actions, &how, argv, env);
    if (error) w->pid = 0;
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int map_place(struct worker *w, int *fd)
{
    *fd = memfd_create("voc-place", MFD_CLOEXEC);
    if (*fd < 0 || ftruncate(*fd, (off_t)sizeof *w->place) != 0) return errno;
    void *at = mmap(NULL, sizeof *w->place, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (at == MAP_FAILED) return errno;
    w->place = at;
    return 0;
}

voc_rc worker_start(struct worker *w, int input, const int *plugins, size_t n_plugins, struct arena *a, struct diag *d)
{
    int down[2] = {-1, -1}, up[2] = {-1, -1}, said[2] = {-1, -1}, call[2] = {-1, -1}, place = -1, trays = -1, nothing = -1, error = 0;
    *w = (struct worker){.down = -1, .up = -1, .said = -1, .call = -1, .a = a, .d = d};
    const size_t n = FIXED + n_plugins;
    int *fds = arena_alloc(a, n * sizeof *fds);
    char **env = environment(a);
    if (!fds || !env || n_plugins > PLUGINS_MOST) return VOC_E_NOMEM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, down) != 0 || pipe2(up, O_CLOEXEC) != 0 ||
        pipe2(said, O_CLOEXEC | O_NONBLOCK) != 0 || pipe2(call, O_CLOEXEC | O_NONBLOCK) != 0)
        error = errno;
    if (!error) (void)fcntl(up[1], F_SETPIPE_SZ, PIPE_BYTES); // smaller where the system does not allow it
    if (!error && (nothing = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0) error = errno;
    if (!error) error = map_place(w, &place);
    if (!error) (void)trays_make(&w->trays, &trays); // without them all goes through the pipe
    const int first[FIXED] = {nothing, said[1], said[1], down[1], up[1], call[1], place, trays, input};
    for (size_t i = 0; i < n; i++) fds[i] = -1;
    for (size_t i = 0; i < n && !error; i++) {
        int from = i < FIXED ? first[i] : plugins[i - FIXED];
        if (from >= 0 && (fds[i] = fcntl(from, F_DUPFD_CLOEXEC, (int)n > ABOVE ? (int)n : ABOVE)) < 0) error = errno;
    }
    if (!error) error = spawn(w, fds, n, env);
    for (size_t i = 0; i < n; i++) shut(&fds[i]);
    shut(&down[1]), shut(&up[1]), shut(&said[1]), shut(&call[1]), shut(&place), shut(&trays), shut(&nothing);
    w->down = down[0], w->up = up[0], w->said = said[0], w->call = call[0];
    if (!error) return VOC_OK;
    worker_done(w);
    return cannot(d, "no process", error);
}

void worker_kill(struct worker *w)
{
    if (w->pid) (void)kill(w->pid, SIGKILL);
}

void worker_wait(struct worker *w)
{
    if (!w->pid) return;
    while (waitpid(w->pid, &w->status, 0) < 0 && errno == EINTR) {}
    w->pid = 0;
}

void worker_done(struct worker *w)
{
    worker_kill(w);
    worker_wait(w);
    shut(&w->down), shut(&w->up), shut(&w->said), shut(&w->call);
    if (w->place) (void)munmap(w->place, sizeof *w->place);
    w->place = NULL;
    trays_done(&w->trays);
}
