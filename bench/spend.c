// SPDX-License-Identifier: MIT
// Runs one command and says what it took: spend FILE COMMAND [ARG...] appends "CPU wall peak" (seconds, seconds, MiB) to
// FILE. The figures are the system's own, of the whole process and of what it waited for; start and end count as well.
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct rusage use;
    int status;
    if (argc < 3) {
        fputs("usage: spend FILE COMMAND [ARG...]\n", stderr);
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child) return perror("spend"), 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    double wall = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    FILE *f = fopen(argv[1], "a");
    if (!f) return perror(argv[1]), 1;
    int n = fprintf(f, "%.4f %.4f %.1f\n", seconds(use.ru_utime) + seconds(use.ru_stime), wall, (double)use.ru_maxrss / 1024);
    if (fclose(f) != 0 || n < 0) return perror(argv[1]), 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
