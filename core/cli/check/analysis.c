// SPDX-License-Identifier: MIT
// Checks of an analysis: the same answer for any number of threads, again, and put together from parts (which takes its merge,
// save and load), over a project without events, one with one event, and one with many journeys. The program runs itself, as a
// user would, so that each answer is what its reader gets.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "cli/check/check.h"

#ifndef PROGRAM
#define PROGRAM "/proc/self/exe"
#endif
enum { ARGS_MAX = 32, UNITS = 60 };

struct answer { int code, signal; unsigned char hash[HASH_BYTES]; size_t len; char said[300]; };

static void exec_self(const struct check *k, const char *const *args, const char *out, const char *err)
{
    int o = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600), e = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (o < 0 || e < 0 || dup2(o, STDOUT_FILENO) < 0 || dup2(e, STDERR_FILENO) < 0) _exit(127);
    if (k->fault && setenv("VOC_FAULT_ALLOC", k->fault, 1) != 0) _exit(127);
    (void)alarm(10 * k->seconds);
    execv(PROGRAM, (char *const *)(uintptr_t)args);
    _exit(127);
}

// As one line, for a cell.
static void read_words(const char *path, char *to, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(to, 1, room - 1, f) : 0;
    if (f) (void)fclose(f);
    while (n && to[n - 1] == '\n') n--;
    for (size_t i = 0; i < n; i++)
        if (to[i] == '\n') to[i] = ' ';
    to[n] = '\0';
}

// Its length and its hash, a piece at a time; what is not there is empty.
static size_t read_hash(const char *path, unsigned char hash[HASH_BYTES])
{
    struct hash_state h;
    char piece[1 << 14];
    size_t n, len = 0;
    FILE *f = fopen(path, "rb");
    hash_begin(&h);
    for (; f && (n = fread(piece, 1, sizeof piece, f)) > 0; len += n) hash_add(&h, piece, n);
    hash_end(&h, hash);
    if (f) (void)fclose(f);
    return len;
}

// Runs the program with these words (NULL behind them) and the plugin's folder.
static struct answer ask(const struct check *k, const char *const *words)
{
    struct answer a = {.code = -1};
    const char *args[ARGS_MAX] = {"voc"};
    char out[128], err[128];
    size_t n = 1;
    int status = 0;
    for (; words[n - 1] && n < ARGS_MAX - 4; n++) args[n] = words[n - 1];
    args[n++] = "--plugin-dir";
    args[n++] = k->folder;
    snprintf(out, sizeof out, "%s/out", k->scratch);
    snprintf(err, sizeof err, "%s/err", k->scratch);
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) exec_self(k, args, out, err);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (child < 0) return a;
    a.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    a.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    a.len = read_hash(out, a.hash);
    read_words(err, a.said, sizeof a.said);
    return a;
}

static bool same_answer(const struct answer *a, const struct answer *b)
{
    return a->code == b->code && a->signal == b->signal && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

// Whether it ended as a program may: with an answer, or with a refusal in words.
static bool sound(const struct answer *a) { return a->signal == 0 && (a->code == EXIT_DONE || a->code == EXIT_USAGE || a->code == EXIT_CHECK); }

// ---- projects ------------------------------------------------------------------------------------------------------------

static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u, *state >> 8; }

static bool write_events(const char *path, unsigned units)
{
    static const char *const actions[] = {"home", "search", "product_view", "review_page", "add_to_cart", "shipping_details", "purchase", "support_chat", "newsletter", "sent"};
    FILE *f = fopen(path, "wb");
    uint32_t state = 7;
    if (!f) return false;
    fputs("when,customer,action,actor,channel,cost\n", f);
    for (unsigned u = 0; u < units; u++) {
        unsigned n = units == 1 ? 1 : 1 + next(&state) % 12, minute = next(&state) % 40000;
        for (unsigned i = 0; i < n; i++, minute += next(&state) % 3000) { // some at the same time
            unsigned a = next(&state) % 10;
            fprintf(f, "2026-%02u-%02uT%02u:%02u:00Z,c%u,%s,%s,%s,%s\n", 1 + minute / 1440 / 28 % 12, 1 + minute / 1440 % 28, minute / 60 % 24, minute % 60, u, actions[a],
                    a > 8 ? "company" : "customer", a % 2 ? "web" : "mail", a == 9 ? "0.40" : "");
        }
    }
    return fclose(f) == 0;
}

// A project in the scratch folder; units 0: without events.
static bool make_project(const struct check *k, const char *name, unsigned units, char path[128])
{
    char csv[128];
    snprintf(path, 128, "%s/%s.voc", k->scratch, name);
    snprintf(csv, sizeof csv, "%s/%s.csv", k->scratch, name);
    if (!write_events(csv, units ? units : 1)) return false;
    const char *use[] = {"journey", "use", path, "online-shop", NULL}, *import[] = {"import", path, csv, "--as", "events", "--quiet", NULL};
    struct answer used = ask(k, use), read = {.code = EXIT_DONE};
    if (units) read = ask(k, import);
    return used.code == EXIT_DONE && read.code == EXIT_DONE;
}

// ---- checks --------------------------------------------------------------------------------------------------------------

static bool differs(struct check *k, const char *what, const struct answer *a, const struct answer *b)
{
    struct trial *t = k->trial;
    if (same_answer(a, b)) return false;
    if (b->signal) snprintf(t->why, sizeof t->why, "%s: it died of %s", what, strsignal(b->signal));
    else if (a->code != b->code) snprintf(t->why, sizeof t->why, "%s: it ends with %d, where it ends with %d alone: %s", what, b->code, a->code, b->said);
    else snprintf(t->why, sizeof t->why, "%s: another answer (%zu bytes; %zu alone)", what, b->len, a->len);
    return true;
}

static bool from_parts(struct check *k, const char *project, unsigned n, const struct answer *whole)
{
    const char *name = k->plugin->note.name, *merge[ARGS_MAX] = {"merge", name};
    char part[8][128], shard[8][32], what[40];
    snprintf(what, sizeof what, "put together from %u parts", n);
    for (unsigned i = 0; i < n; i++) {
        snprintf(part[i], sizeof part[i], "%s/part.%u", k->scratch, i);
        snprintf(shard[i], sizeof shard[i], "%u/%u", i + 1, n);
        const char *fold[] = {"fold", name, project, "--shard", shard[i], "-o", part[i], "--force", "--quiet", NULL};
        struct answer a = ask(k, fold);
        if (a.code != EXIT_DONE) return !differs(k, what, whole, &a); // a refusal is the same in parts
        merge[2 + n - 1 - i] = part[i]; // the last first: the order must not matter
    }
    merge[2 + n] = "-f", merge[3 + n] = "json", merge[4 + n] = "--quiet";
    struct answer a = ask(k, merge);
    return !differs(k, what, whole, &a);
}

// Some allocation of the whole program fails: later and later ones, until none is left to fail. That is refused in words, or not
// missed.
static void refuse_memory(struct check *k, const char *project, const char *on, const struct answer *whole)
{
    const char *words[] = {k->plugin->note.name, project, "-f", "json", "--threads", "1", "--quiet", NULL};
    char nth[32], found[80];
    unsigned tried = 0;
    bool holds = true, last = false;
    for (uint64_t n = 100; n < UINT64_C(1) << 24 && holds && !last; n += n / (k->rounds / 20 + 2) + 1) { // --rounds makes the steps smaller
        snprintf(nth, sizeof nth, "%llu", (unsigned long long)n);
        k->fault = nth;
        struct answer a = ask(k, words);
        k->fault = NULL;
        tried++;
        last = same_answer(whole, &a);
        holds = last || (a.signal == 0 && a.code != EXIT_DONE && a.code != EXIT_INTERNAL && a.code != EXIT_PLUGIN);
        if (!holds) (void)differs(k, "memory refused once", whole, &a);
    }
    snprintf(found, sizeof found, "%u tried", tried);
    check_line(k, "memory that is refused", on, holds, holds ? found : k->trial->why);
}

static void check_on(struct check *k, const char *project, const char *on)
{
    const char *name = k->plugin->note.name;
    const char *one[] = {name, project, "-f", "json", "--threads", "1", "--quiet", NULL}, *four[] = {name, project, "-f", "json", "--threads", "4", "--quiet", NULL};
    const struct { unsigned n; const char *what; } parts[] = {{2, "put together from 2 parts"}, {5, "put together from 5 parts"}};
    struct answer whole = ask(k, one), other = ask(k, four), again = ask(k, one);
    char found[80];
    if (whole.signal) snprintf(k->trial->why, sizeof k->trial->why, "it died of %s", strsignal(whole.signal));
    else snprintf(k->trial->why, sizeof k->trial->why, "it ends with %d: %s", whole.code, whole.said);
    snprintf(found, sizeof found, whole.code == EXIT_DONE ? "%zu bytes" : "refused in words", whole.len);
    check_line(k, "answers, or refuses in words", on, sound(&whole), sound(&whole) ? found : k->trial->why);
    if (!sound(&whole)) return;
    bool holds = !differs(k, "with 4 threads", &whole, &other) && !differs(k, "asked again", &whole, &again);
    check_line(k, "the same answer for any threads, and again", on, holds, holds ? "3 runs" : k->trial->why);
    if (whole.code == EXIT_DONE) refuse_memory(k, project, on, &whole);
    if (!((const voc_analysis_ops *)k->plugin->ops)->save) {
        check_line(k, "put together from parts", on, true, "it has no save: voc fold refuses to divide it");
        return;
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        holds = from_parts(k, project, parts[i].n, &whole);
        check_line(k, parts[i].what, on, holds, holds ? "the same answer" : k->trial->why);
    }
}

static void remove_all(const struct check *k)
{
    static const char *const names[] = {"many.voc", "many.csv", "one.voc", "one.csv", "none.voc", "none.csv", "out", "err", "part.0", "part.1", "part.2", "part.3", "part.4"};
    char path[160];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", k->scratch, names[i]);
        (void)unlink(path);
    }
}

// What makes pictures may refuse tables that have none, in words of its own.
static bool refuses(const struct check *k, const struct answer *a)
{
    const voc_output_ops *ops = k->plugin->ops;
    return ops && ops->mime && strncmp(ops->mime, "image/", 6) == 0 && a->code == EXIT_USAGE && a->len == 0 && strstr(a->said, "error: ") != NULL;
}

// An output plugin's name is its format: what analyses of the program give is written with it, twice.
void check_output(struct check *k)
{
    static const char *const analyses[] = {"sessions", "flow", "score"};
    char path[128], on[40];
    bool made = make_project(k, "many", UNITS, path);
    for (size_t i = 0; i < sizeof analyses / sizeof *analyses && made; i++) {
        const char *words[] = {analyses[i], path, "-f", k->plugin->note.name, "--quiet", NULL};
        struct answer first = ask(k, words), again = ask(k, words);
        bool holds = ((first.code == EXIT_DONE && first.len > 0) || refuses(k, &first)) && !differs(k, "asked again", &first, &again);
        if (first.signal) snprintf(k->trial->why, sizeof k->trial->why, "it died of %s", strsignal(first.signal));
        else if (first.code != EXIT_DONE) snprintf(k->trial->why, sizeof k->trial->why, "it ends with %d: %s", first.code, first.said);
        else if (first.len == 0) snprintf(k->trial->why, sizeof k->trial->why, "it writes nothing");
        snprintf(on, sizeof on, "the tables of %s", analyses[i]);
        check_line(k, "writes tables, and the same again", on, holds, !holds ? k->trial->why : first.code == EXIT_DONE ? "2 runs" : "refuses in words");
    }
    if (!made) check_line(k, "writes tables, and the same again", "", false, "the project for it could not be made");
    remove_all(k);
}

void check_analysis(struct check *k)
{
    static const struct { const char *name, *on; unsigned units; } projects[] = {{"none", "no events", 0}, {"one", "one event", 1}, {"many", "60 journeys", UNITS}};
    char path[128];
    for (size_t i = 0; i < sizeof projects / sizeof *projects; i++) {
        if (make_project(k, projects[i].name, projects[i].units, path)) check_on(k, path, projects[i].on);
        else check_line(k, "answers, or refuses in words", projects[i].on, false, "the project for it could not be made");
    }
    remove_all(k);
}
