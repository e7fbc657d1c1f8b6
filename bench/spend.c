// SPDX-License-Identifier: MIT
// Runs one command and says what it took: spend [-p PID] FILE COMMAND [ARG...] appends "CPU wall peak" (seconds, seconds, MiB)
// to FILE. The figures are the system's own, of the whole process and of what it waited for; start and end count as well. With
// -p the CPU time that process PID took meanwhile is added, and its peak counts: a server works for its client.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

// CPU seconds that a process has taken so far; 0 where it is gone.
static double cpu_of(const char *pid)
{
    char path[64], line[2048];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    const char *at = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL; // the name may hold anything
    fclose(f);
    for (int field = 2; at && field < 13; field++) at = strchr(at + 1, ' ');
    if (!at) return 0;
    char *end;
    user = strtoul(at, &end, 10);
    system = strtoul(end, NULL, 10);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double peak_of(const char *pid)
{
    char path[64], line[256];
    double mib = 0;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0) mib = strtod(line + 6, NULL) / 1024;
    if (f) fclose(f);
    return mib;
}

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct rusage use;
    int status;
    const char *server = argc > 2 && strcmp(argv[1], "-p") == 0 ? argv[2] : NULL;
    argv += server ? 2 : 0;
    argc -= server ? 2 : 0;
    if (argc < 3) {
        fputs("usage: spend [-p PID] FILE COMMAND [ARG...]\n", stderr);
        return 2;
    }
    const double before = server ? cpu_of(server) : 0;
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child) return perror("spend"), 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (!WIFEXITED(status) || WEXITSTATUS(status)) return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    const double wall = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    const double cpu = seconds(use.ru_utime) + seconds(use.ru_stime) + (server ? cpu_of(server) - before : 0);
    double peak = (double)use.ru_maxrss / 1024;
    if (server && peak_of(server) > peak) peak = peak_of(server);
    FILE *out = fopen(argv[1], "a");
    if (!out) return perror(argv[1]), 1;
    fprintf(out, "%.4f %.4f %.1f\n", cpu, wall, peak);
    return fclose(out) ? 1 : 0;
}
