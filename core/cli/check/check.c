// SPDX-License-Identifier: MIT
// The command: finds the plugin and its samples, runs the checks of its kind, and shows one line for each.
#include "cli/check/check.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/options.h"

enum { SAMPLES_MAX = 256 };

static bool is_file(const char *word)
{
    size_t len = strlen(word);
    return strchr(word, '/') != NULL || (len > 3 && strcmp(word + len - 3, ".so") == 0);
}

static char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_printf(a, "%.*s", (int)(slash == path ? 1 : slash - path), path) : arena_printf(a, ".");
}

// A file is found through a catalogue of its folder alone, so that nothing hides it.
static voc_rc open_file(struct check *k, const char *path)
{
    struct cli *c = k->c;
    struct stat want, st;
    char whole[PATH_MAX];
    bool there = realpath(path, whole) && stat(whole, &want) == 0;
    if (there && !(k->folder = folder_of(&c->arena, whole))) return VOC_E_NOMEM;
    const char *dirs[1] = {k->folder};
    const struct catalogue_places places = {dirs, 1, true, common_options, COMMON_N};
    if (!there) {
        diag_error(c->diag, "CHECK-001", path, 0, "name the plugin's file, or its name as voc plugin list has it", "there is no such file");
        return VOC_E_OPTION;
    }
    voc_rc rc = catalogue_open(&c->catalogue, &places, command_words(), c->diag);
    for (size_t i = 0; !rc && i < catalogue_n(c->catalogue); i++) {
        struct plugin *p = catalogue_at(c->catalogue, i);
        if (p->path && stat(p->path, &st) == 0 && st.st_dev == want.st_dev && st.st_ino == want.st_ino) k->plugin = p;
    }
    if (!rc && !k->plugin) {
        diag_error(c->diag, "CHECK-002", path, 0,
                   "its file is KIND-NAME.so, its note has the same kind and name; voc plugin list --plugin-dir FOLDER "
                   "says why one is refused",
                   "this is no plugin that can be found");
        return VOC_E_CHECK;
    }
    return rc;
}

static voc_rc open_name(struct check *k, const char *word)
{
    struct cli *c = k->c;
    voc_rc rc = cli_catalogue(c);
    for (size_t i = 0; !rc && i < catalogue_n(c->catalogue); i++) {
        struct plugin *p = catalogue_at(c->catalogue, i);
        char full[64];
        snprintf(full, sizeof full, "%s-%s", plugin_kind_name(p->note.kind), p->note.name);
        if (strcmp(full, word) == 0 || (strcmp(p->note.name, word) == 0 && !k->plugin)) k->plugin = p;
    }
    if (!rc && !k->plugin) {
        diag_error(c->diag, "PLUGIN-020", NULL, 0,
                   "voc plugin list shows what there is; a plugin that is not installed is named by its file",
                   "there is no plugin \"%.60s\"", word);
        return VOC_E_OPTION;
    }
    if (!rc && !(k->folder = folder_of(&c->arena, k->plugin->path))) rc = VOC_E_NOMEM;
    return rc;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static size_t samples_in(struct arena *a, const char *folder, const char **out)
{
    DIR *d = opendir(folder);
    size_t n = 0;
    struct stat st;
    for (const struct dirent *e; d && n < SAMPLES_MAX && (e = readdir(d));) {
        char *path = e->d_name[0] == '.' ? NULL : arena_printf(a, "%s/%s", folder, e->d_name);
        if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode)) out[n++] = path;
    }
    if (d) (void)closedir(d);
    if (n) qsort(out, n, sizeof *out, by_name);
    return n;
}

// Those named; else the folder samples beside the plugin, or beside the folder of a build (.libs).
static voc_rc find_samples(struct check *k)
{
    struct cli *c = k->c;
    const char **all = arena_alloc(&c->arena, SAMPLES_MAX * sizeof *all);
    if (!all) return VOC_E_NOMEM;
    for (int i = 1; i < c->n_args && k->n_samples < SAMPLES_MAX; i++) all[k->n_samples++] = c->args[i];
    static const char *const beside[] = {"samples", "../samples"};
    for (size_t i = 0; i < 2 && k->n_samples == 0; i++) {
        char *folder = arena_printf(&c->arena, "%s/%s", k->folder, beside[i]);
        if (folder) k->n_samples = samples_in(&c->arena, folder, all);
    }
    k->samples = all;
    return VOC_OK;
}

static voc_rc begin(struct check *k)
{
    const char *tmp = getenv("TMPDIR");
    voc_rc rc = table_new(&k->table, "checks", "", 0);
    if (!rc) rc = table_column(k->table, "check", "what must hold", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(k->table, "on", "on", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(k->table, "result", "result", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(k->table, "found", "found", VOC_CELL_TEXT, "", 0, NULL);
    if (rc) return rc;
    k->trial = mmap(NULL, sizeof *k->trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (k->trial == MAP_FAILED) return k->trial = NULL, VOC_E_NOMEM;
    *k->trial = (struct trial){0};
    snprintf(k->scratch, sizeof k->scratch, "%.40s/voc-check.XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    if (mkdtemp(k->scratch)) return VOC_OK;
    k->scratch[0] = '\0';
    diag_error(k->c->diag, "CHECK-003", NULL, 0, "set TMPDIR to a folder that can be written", "no folder for damaged copies can be made");
    return VOC_E_IO;
}

static void end(struct check *k)
{
    if (k->scratch[0]) (void)rmdir(k->scratch);
    if (k->trial) (void)munmap(k->trial, sizeof *k->trial);
    table_free(k->table);
}

static void check_all(struct check *k)
{
    const uint32_t kind = k->plugin->note.kind;
    check_exports(k);
    bool loads = plugin_load(k->plugin, k->c->diag) == VOC_OK;
    check_line(k, "its note and what it says of itself agree", "", loads, loads ? k->plugin->note.version : k->plugin->why ? k->plugin->why : "memory ran out");
    if (!loads) return;
    if (kind == VOC_KIND_INPUT) check_input(k);
    else if (kind == VOC_KIND_ANALYSIS) check_analysis(k);
    else if (kind == VOC_KIND_OUTPUT) check_output(k);
}

int run_plugin_check(struct cli *c)
{
    struct check k = {.c = c, .rounds = (uint32_t)c->own[PLUGIN_CHECK_ROUNDS].i, .seconds = (uint32_t)c->own[PLUGIN_CHECK_SECONDS].i};
    bool failed = false;
    voc_rc rc = is_file(c->args[0]) ? open_file(&k, c->args[0]) : open_name(&k, c->args[0]);
    if (!rc && k.plugin->refused) {
        diag_error(c->diag, "CHECK-004", k.plugin->path, 0, NULL, "it is refused: %s", k.plugin->why ? k.plugin->why : "it breaks the contract");
        rc = VOC_E_CHECK;
    }
    if (!rc) rc = find_samples(&k);
    if (!rc) rc = begin(&k);
    if (!rc) {
        check_all(&k);
        failed = k.n_failed > 0;
        rc = table_semantics(k.table, "What runs the plugin runs in a process of its own; damaged copies are the same each time.");
    }
    if (!rc) rc = cli_tables(c, NULL, NULL, &k.table, 1);
    if (!rc) cli_say(c, "%s-%s: %zu of %zu checks hold%s\n", plugin_kind_name(k.plugin->note.kind), k.plugin->note.name, k.n_done - k.n_failed, k.n_done,
                     failed && k.plugin->note.kind == VOC_KIND_INPUT ? "; voc rows FILE --as NAME shows what it makes of a file" : "");
    end(&k);
    return rc ? cli_exit(c, rc) : failed ? EXIT_CHECK : EXIT_DONE;
}
