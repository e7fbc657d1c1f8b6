// SPDX-License-Identifier: MIT
// Loaded into the program before the C library (LD_PRELOAD): counts what it does to the files of one project (writes, sizes,
// syncs, deletions, new names), and kills the process at the one that VOC_KILL_AT names, where a write then is half done.
// VOC_KILL_COUNT names a file to which the count is added up when the process ends, to know how many there are.
// VOC_KILL_FILE is the beginning of the names. Threads: the count is atomic.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_ullong count;

static void *next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    if (!f) abort();
    return f;
}

static int ours(const char *path)
{
    const char *of = getenv("VOC_KILL_FILE"), *own = path ? strrchr(path, '/') : NULL;
    own = own ? own + 1 : path;
    return of && own && strncmp(own, of, strlen(of)) == 0;
}

static int ours_open(int fd)
{
    char link[64], path[4096];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = '\0';
    return ours(path);
}

// True: this is the one.
static int now(void)
{
    static unsigned long long at; // the same for all threads
    const char *text = getenv("VOC_KILL_AT");
    if (!at) at = text ? strtoull(text, NULL, 10) : UINT64_MAX;
    return atomic_fetch_add(&count, 1) + 1 == at;
}

static void die(void)
{
    (void)raise(SIGKILL);
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) = next("pwrite64");
    if (ours_open(fd) && now()) {
        (void)real(fd, from, n / 2, at);
        die();
    }
    return real(fd, from, n, at);
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
    return pwrite64(fd, from, n, at);
}

ssize_t write(int fd, const void *from, size_t n)
{
    ssize_t (*real)(int, const void *, size_t) = next("write");
    if (ours_open(fd) && now()) {
        (void)real(fd, from, n / 2);
        die();
    }
    return real(fd, from, n);
}

#define BEFORE(type, name, parameters, arguments, is_ours)      \
    type name parameters                                        \
    {                                                           \
        type(*real) parameters = (type(*) parameters)next(#name); \
        if ((is_ours) && now()) die();                          \
        return real arguments;                                  \
    }

BEFORE(int, ftruncate64, (int fd, off64_t n), (fd, n), ours_open(fd))
BEFORE(int, ftruncate, (int fd, off_t n), (fd, n), ours_open(fd))
BEFORE(int, fsync, (int fd), (fd), ours_open(fd))
BEFORE(int, fdatasync, (int fd), (fd), ours_open(fd))
BEFORE(int, unlink, (const char *path), (path), ours(path))
BEFORE(int, rename, (const char *from, const char *to), (from, to), ours(from) || ours(to))

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("VOC_KILL_COUNT");
    FILE *f = path ? fopen(path, "a") : NULL;
    if (!f) return;
    (void)fprintf(f, "%llu\n", (unsigned long long)atomic_load(&count));
    (void)fclose(f);
}
