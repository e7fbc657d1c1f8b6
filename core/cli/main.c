// SPDX-License-Identifier: MIT
// The program: finds the command (or the analysis plugin of that name), parses its words, runs it, and ends with an
// exit code of cli.h.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/reading.h"
#include "host/import/file_kind.h"
#include "host/worker/worker.h"

static void show(void *user, const struct diag_msg *m)
{
    struct buf b;
    struct cli *c = user;
    if (m->severity == VOC_INFO && c->common && c->common[COMMON_QUIET].i) return;
    struct diag_msg named = *m;
    struct buf hint;
    buf_init(&b, 1 << 16);
    buf_init(&hint, 1 << 16);
    progress_clear(c->progress);
    if (c->project && m->hint && reading_hint(c, &hint, m->hint) == VOC_OK) named.hint = hint.ptr;
    buf_cstr(&b, "voc: ");
    diag_format(&b, &named);
    buf_done(&hint);
    if (b.ptr) fputs(b.ptr, stderr);
    buf_done(&b);
}

static bool group_word(const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; commands[i]; i++)
        if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ') return true;
    return false;
}

// "journey us": the nearest of the commands that begin with the word.
static const char *nearest_of_group(const char *word, const char *second)
{
    const char *names[64] = {0};
    size_t n = 0, len = strlen(word);
    for (size_t i = 0; commands[i] && n < 64; i++)
        if (strncmp(commands[i]->name, word, len) == 0 && commands[i]->name[len] == ' ') names[n++] = commands[i]->name + len + 1;
    return second ? str_nearest(str_of(second), names, n) : NULL;
}

int cli_unknown_command(struct cli *c, const char *word, const char *second)
{
    const char *names[128] = {0};
    char hint[200];
    size_t n = 0;
    for (size_t i = 0; commands[i] && n < 64; i++) names[n++] = commands[i]->name;
    for (size_t i = 0; c->catalogue && i < catalogue_n(c->catalogue) && n < 128; i++)
        if (catalogue_at(c->catalogue, i)->note.kind == VOC_KIND_ANALYSIS) names[n++] = catalogue_at(c->catalogue, i)->note.name;
    const char *near = str_nearest(str_of(word), names, n);
    struct file_look look = file_look(word);
    if (look.kind != FILE_NONE && look.kind != FILE_FOLDER) { // the command was left out
        snprintf(hint, sizeof hint,
                 look.kind == FILE_PROJECT ? "voc stats %.150s shows what it holds; voc help shows all commands"
                                           : "voc sniff %.150s says what it is; voc help shows all commands",
                 word);
        diag_error(c->diag, "USAGE-002", NULL, 0, hint, "\"%s\" is no command, but a file", word);
        return EXIT_USAGE;
    }
    if (word[0] == '-') {
        diag_error(c->diag, "USAGE-002", NULL, 0, "options stand behind the command: voc COMMAND ... OPTION; voc help shows all commands", "there is no command \"%s\"", word);
        return EXIT_USAGE;
    }
    if (group_word(word) && nearest_of_group(word, second)) {
        snprintf(hint, sizeof hint, "did you mean voc %s %s?", word, nearest_of_group(word, second));
        diag_error(c->diag, "USAGE-002", NULL, 0, hint, "there is no command \"%s %s\"", word, second);
        return EXIT_USAGE;
    }
    if (group_word(word)) {
        size_t at = 0, len = strlen(word);
        hint[0] = 0;
        for (size_t i = 0; commands[i]; i++)
            if (strncmp(commands[i]->name, word, len) == 0) at += (size_t)snprintf(hint + at, sizeof hint - at, "%svoc %s", at ? ", " : "say which: ", commands[i]->name);
    } else if (near) {
        snprintf(hint, sizeof hint, "did you mean voc %s?", near);
    } else {
        snprintf(hint, sizeof hint, "voc help shows all commands");
    }
    diag_error(c->diag, "USAGE-002", NULL, 0, hint, "there is no command \"%s\"", word);
    return EXIT_USAGE;
}

// A path without its folders: those of this machine say nothing to a reader. "select 1.0/2" is none: nothing of that name is there.
static const char *without_folders(const char *word)
{
    const char *slash = word[0] == '-' ? NULL : strrchr(word, '/');
    char folder[4096];
    struct stat st;
    if (!slash || !slash[1] || (size_t)(slash - word) >= sizeof folder) return word;
    memcpy(folder, word, (size_t)(slash - word));
    folder[slash - word] = 0;
    return slash == word || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)) ? slash + 1 : word;
}

void shell_word(struct buf *b, const char *word)
{
    buf_byte(b, ' ');
    text_word(b, word);
}

// The words as typed, each without folders, and without the number of threads and how progress shows: they change no result.
static char *as_typed(struct cli *c, int argc, char **argv)
{
    struct buf b;
    bool ok = true;
    buf_init(&b, 1 << 16);
    buf_cstr(&b, "voc");
    for (int i = 1; i < argc; i++) {
        bool threads = strcmp(argv[i], "--threads") == 0 || strcmp(argv[i], "-j") == 0 || strcmp(argv[i], "--progress") == 0;
        if (threads) i++;
        if (threads || strncmp(argv[i], "--threads=", 10) == 0 || strncmp(argv[i], "--progress=", 11) == 0) continue;
        shell_word(&b, without_folders(argv[i]));
    }
    voc_str s = arena_str(&c->arena, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    return (char *)(uintptr_t)s.ptr; // the arena's own
}

static int print_help(struct cli *c)
{
    struct buf b;
    buf_init(&b, 1 << 18);
    if (c->command)
        help_command(&b, c->command);
    else
        help_analysis(&b, c->analysis->desc);
    if (b.ptr) fputs(b.ptr, stdout);
    buf_done(&b);
    return EXIT_DONE;
}

// Commands that work before they write: a slip in -o or --format is said first, not after the import.
static bool makes_tables(const struct cli *c)
{
    static int (*const runs[])(struct cli *) = {run_import, run_stages, run_sql, run_stats, run_rejects, run_merge};
    for (size_t i = 0; c->command && i < sizeof runs / sizeof *runs; i++)
        if (c->command->run == runs[i]) return true;
    return c->command == NULL;
}

voc_rc cli_prepare(struct cli *c, int argc, char **argv)
{
    voc_rc rc = VOC_OK;
    if (c->command && c->command->run == run_explain) rc = explain_prepare(c, argc, argv);
    if (c->command && c->command->run == run_fold) rc = fold_prepare(c, argc, argv);
    return !rc && reading_applies(c) ? reading_prepare(c) : rc;
}

static int dispatch(struct cli *c, int argc, char **argv)
{
    int used = 1;
    c->command = command_find((const char *const *)argv + 1, argc - 1, &used);
    if (!c->command) {
        voc_rc rc = args_plugin_dirs(c, argc - 2, argv + 2);
        if (!rc) rc = cli_catalogue(c);
        if (rc) return cli_exit(c, rc);
        struct plugin *p = catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(argv[1]));
        if (!p) return cli_unknown_command(c, argv[1], argc > 2 ? argv[2] : NULL);
        rc = plugin_load(p, c->diag);
        if (rc) return rc == VOC_E_BUG ? (int)EXIT_PLUGIN : cli_exit(c, rc);
        c->analysis = p;
    }
    int rc = cli_exit(c, cli_prepare(c, argc - 1 - used, argv + 1 + used));
    if (!rc) rc = args_parse(c, argc - 1 - used, argv + 1 + used);
    if (rc == -1) return print_help(c);
    if (rc || (rc = cli_exit(c, reading_options(c))) != EXIT_DONE || (rc = cli_exit(c, cli_output_spares(c))) != EXIT_DONE) return rc;
    if (makes_tables(c) && (rc = cli_exit(c, cli_output_check(c))) != EXIT_DONE) return rc;
    return c->command ? c->command->run(c) : run_analysis(c);
}

static voc_rc begin(void)
{
    const struct sigaction sa = {.sa_handler = SIG_IGN};
    mem_fault_env();
    clock_env();
    interrupt_begin();
    sigaction(SIGXFSZ, &sa, NULL); // a file that may not grow (ulimit -f) is a failed write, which is said
    voc_rc rc = text_icu_memory();
    if (!rc) rc = xml_init();
    if (!rc) rc = store_init();
    return rc;
}

const char *cli_how_to_go_on(const struct cli *c)
{
    return c->stopped ? c->stopped : c->project ? "the project is as it was; run the same command again" : "run the same command again";
}

int main(int argc, char **argv)
{
    static char *no_words[] = {(char *)"voc", (char *)"help", NULL};
    struct cli c = {0};
    if (argc == 2 && strcmp(argv[1], WORKER_WORD) == 0) return worker_main();
    if (argc < 2) argc = 2, argv = no_words;
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) argv[1] = (char *)"help";
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) argv[1] = (char *)"version";
    if (begin() != VOC_OK) {
        fputs("voc: error: memory ran out\n", stderr);
        return EXIT_LIMIT;
    }
    arena_init(&c.arena, 0);
    c.diag = diag_new();
    c.typed = as_typed(&c, argc, argv);
    int rc = EXIT_LIMIT;
    if (c.diag && c.typed) {
        diag_listen(c.diag, show, &c);
        rc = dispatch(&c, argc, argv);
    }
    if (rc == EXIT_LIMIT && (!c.diag || diag_count(c.diag, VOC_ERROR) == 0)) fputs("voc: error: memory ran out\n  close other programs, or give it less to do at once\n", stderr);
    if (rc == EXIT_INTERRUPTED) fprintf(stderr, "voc: interrupted; %s\n", cli_how_to_go_on(&c));
    if ((fflush(stdout) != 0 || ferror(stdout)) && rc == EXIT_DONE) {
        fputs("voc: error: the output could not be written\n", stderr);
        rc = EXIT_INPUT;
    }
    options_done(c.own, c.own ? c.n_own : 0);
    options_done(c.common, c.common ? COMMON_N : 0);
    catalogue_close(c.catalogue);
    diag_free(c.diag);
    arena_done(&c.arena);
    store_done();
    xml_done();
    return rc;
}
