// SPDX-License-Identifier: MIT
// Reads the command line against the one table of commands and options. "--name value", "--name=value", "-o FILE",
// "-O NAME=VALUE" (repeated, for a plugin), "--" ends options. Errors say what was meant.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"

static const char *const colour_choices[] = {"auto", "always", "never", NULL};

static const char *const progress_choices[] = {"auto", "plain", "none", NULL};

static const char *const isolate_choices[] = {"always", "untrusted", "never", NULL}; // in the order of cli_isolate

const voc_option common_options[COMMON_N] = {
    [COMMON_FORMAT] = {"format", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FORMAT", "table, csv, tsv, json, jsonl, or an output plugin such as md, html or svg"},
    [COMMON_OUTPUT] = {"output", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FILE", "write to this file; its ending gives the format"},
    [COMMON_FORCE] = {"force", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "replace the output file if it exists"},
    [COMMON_TABLE] = {"table", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "NAME", "only these tables; \"all\" for all of them"},
    [COMMON_COLOR] = {"color", VOC_OPT_ENUM, 0, "auto", NULL, NULL, colour_choices, "WHEN", "auto, always or never; NO_COLOR is honoured"},
    [COMMON_THREADS] = {"threads", VOC_OPT_INT, 0, NULL, "1", "256", NULL, "N", "work in this many threads; results are the same for any number"},
    [COMMON_MEMORY] = {"memory", VOC_OPT_SIZE, 0, NULL, "16M", NULL, NULL, "SIZE", "bound for what a command holds in memory; more goes to a file without a name beside the project (a quarter of the machine)"},
    [COMMON_PLUGIN_DIR] = {"plugin-dir", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "DIR", "look for plugins here first"},
    [COMMON_ISOLATE] = {"isolate", VOC_OPT_ENUM, 0, "always", NULL, NULL, isolate_choices, "WHEN", "read files in a process without files and network of its own: always, only with plugins that did not come with voc (untrusted), or never"},
    [COMMON_QUIET] = {"quiet", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "no hints on the error output"},
    [COMMON_PROGRESS] = {"progress", VOC_OPT_ENUM, 0, "auto", NULL, NULL, progress_choices, "HOW", "auto: a line on a terminal that tells how far it is; plain: a line every 10 seconds; none"},
    [COMMON_HELP] = {"help", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "show this help"},
};

static const struct { char letter; const char *name; } short_options[] = {{'o', "output"}, {'f', "format"}, {'q', "quiet"}, {'h', "help"}, {'j', "threads"}};

static const voc_option *find_in(const voc_option *table, size_t n, size_t stride, voc_str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(name, option_at(table, stride, i)->name)) return option_at(table, stride, i);
    return NULL;
}

const voc_option *args_table(const struct cli *c, size_t *n, size_t *stride)
{
    *n = c->table ? c->n_table : c->command ? c->command->n_options : c->analysis->desc->n_options;
    *stride = c->table || c->command ? sizeof(voc_option) : c->analysis->desc->option_size;
    return c->table ? c->table : c->command ? c->command->options : c->analysis->desc->options;
}

char args_letter(const voc_option *o)
{
    for (size_t s = 0; s < sizeof short_options / sizeof *short_options; s++)
        if (find_in(common_options, COMMON_N, sizeof *common_options, str_of(short_options[s].name)) == o) return short_options[s].letter;
    return 0;
}

// "--name=value", "-nvalue"; the name of a letter that is none is NULL.
static voc_str option_name(const char *word, const char **value)
{
    const char *eq = strchr(word, '=');
    if (word[1] == '-') {
        if (eq) *value = eq + 1;
        return str_mk(word + 2, eq ? (size_t)(eq - word - 2) : strlen(word + 2));
    }
    if (word[2]) *value = word + 2;
    for (size_t s = 0; s < sizeof short_options / sizeof *short_options; s++)
        if (short_options[s].letter == word[1]) return str_of(short_options[s].name);
    return (voc_str){NULL, 0};
}

const voc_option *args_option(const struct cli *c, const char *word, const char **value)
{
    size_t n = 0, stride = 0;
    const voc_option *table = args_table(c, &n, &stride);
    voc_str name = option_name(word, value);
    const voc_option *o = find_in(table, n, stride, name);
    return o ? o : find_in(common_options, COMMON_N, sizeof *common_options, name);
}

struct parsed { // what the words gave, before values are checked
    struct option_given *own, *common, *repeated;
    size_t n_own, n_common, n_repeated;
    const voc_option *table;
    size_t n, stride;
};

// An option of the command, of all commands, or neither (then it goes to the command, whose check names the nearest).
static const voc_option *place(struct parsed *p, const struct option_given *g)
{
    const voc_option *o = find_in(p->table, p->n, p->stride, g->name);
    if (!o && (o = find_in(common_options, COMMON_N, sizeof *common_options, g->name)) != NULL) {
        p->common[p->n_common++] = *g;
        return o;
    }
    p->own[p->n_own++] = *g;
    return o;
}

static int usage(struct cli *c, const char *what, const char *word)
{
    char hint[120];
    snprintf(hint, sizeof hint, "voc %s%s--help", c->command ? c->command->name : c->analysis ? c->analysis->note.name : "", c->command || c->analysis ? " " : "");
    diag_error(c->diag, "USAGE-001", NULL, 0, hint, "%s%s%s", what, word ? ": " : "", word ? word : "");
    return EXIT_USAGE;
}

// "it has --journey, --unit (voc stages --help tells of each)"
static void own_options(const struct cli *c, const struct parsed *p, char *out, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < p->n && at + 60 < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s--%s", i ? ", " : "it has ", option_at(p->table, p->stride, i)->name);
    snprintf(out + at, size - at, "%svoc %s --help%s", at ? " (" : "", cli_command_name(c), at ? " tells of each)" : " shows what it has");
}

// Neither the command's nor everybody's: the nearest of both is meant.
static int unknown_option(struct cli *c, const struct parsed *p, const struct option_given *g)
{
    const char *names[COMMON_N + 257];
    size_t n = 0;
    char hint[300];
    for (; n < p->n && n < 256; n++) names[n] = option_at(p->table, p->stride, n)->name;
    for (size_t i = 0; i < COMMON_N; i++) names[n++] = common_options[i].name;
    const char *near = str_nearest(g->name, names, n);
    if (near)
        snprintf(hint, sizeof hint, "did you mean --%s?", near);
    else
        own_options(c, p, hint, sizeof hint);
    diag_error(c->diag, "OPTION-001", NULL, 0, hint, "there is no option --%.*s", STR_SHOWN(g->name, 100));
    return EXIT_USAGE;
}

static int repeated(struct cli *c, struct parsed *p, const char *pair)
{
    const char *eq = strchr(pair, '=');
    if (!eq || eq == pair) {
        diag_error(c->diag, "USAGE-001", NULL, 0,
                   "for example -O time=COLUMN; voc plugin list shows the plugins, voc plugin show PLUGIN what each can be told",
                   "-O needs NAME=VALUE: %s", pair);
        return EXIT_USAGE;
    }
    p->repeated[p->n_repeated++] = (struct option_given){.name = str_mk(pair, (size_t)(eq - pair)), .value = str_of(eq + 1), .has_value = true};
    return 0;
}

// One option at argv[*i]; moves *i over its value.
static int option(struct cli *c, struct parsed *p, int argc, char **argv, int *i)
{
    const char *word = argv[*i], *value = NULL;
    struct option_given g = {.line = 0};
    if (word[1] == 'O') {
        value = word[2] ? word + 2 : *i + 1 < argc ? argv[++*i] : "";
        return repeated(c, p, value);
    }
    g.name = option_name(word, &value);
    if (!g.name.ptr) return usage(c, "there is no option", word);
    const voc_option *o = args_option(c, word, &value);
    if (o && o->type != VOC_OPT_BOOL && !value) {
        if (*i + 1 >= argc) return usage(c, "this option needs a value", word);
        value = argv[++*i];
    }
    g.value = str_of(value);
    g.has_value = value != NULL;
    place(p, &g);
    return 0;
}

// An analysis is found by --plugin-dir before its own options can be read: the folders are looked for in the bare words.
voc_rc args_plugin_dirs(struct cli *c, int argc, char **argv)
{
    static const char flag[] = "--plugin-dir";
    struct option_given g = {.name = STR("plugin-dir"), .has_value = true};
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], flag, sizeof flag - 1) != 0) continue;
        const char *rest = argv[i] + sizeof flag - 1;
        if (*rest == '=') g.value = str_of(rest + 1);
        if (*rest == 0 && i + 1 < argc) g.value = str_of(argv[i + 1]);
    }
    return g.value.len ? options_parse(&c->arena, common_options, COMMON_N, sizeof(voc_option), &g, 1, &c->common, c->diag) : VOC_OK;
}

static int count_args(struct cli *c)
{
    int min = c->command ? c->command->min_args : 1, max = c->command ? c->command->max_args : -1;
    int rc = order_check(c);
    if (rc) return rc;
    // files may be many, a project is one
    if (reading_applies(c) && c->n_args && !(c->command && c->command->run == run_run) && !reading_is_file(c->args[0])) max = min;
    if (c->n_args < min) {
        order_missing(c);
        return EXIT_USAGE;
    }
    if (max >= 0 && c->n_args > max) {
        order_too_many(c, max);
        return EXIT_USAGE;
    }
    return 0;
}

int args_parse(struct cli *c, int argc, char **argv)
{
    size_t room = (size_t)argc + 1;
    struct parsed p = {.own = arena_alloc(&c->arena, room * sizeof *p.own),
                       .common = arena_alloc(&c->arena, room * sizeof *p.common),
                       .repeated = arena_alloc(&c->arena, room * sizeof *p.repeated)};
    c->args = arena_alloc(&c->arena, room * sizeof *c->args);
    if (!p.own || !p.common || !p.repeated || !c->args) return EXIT_LIMIT;
    p.table = args_table(c, &p.n, &p.stride);
    bool only_args = false;
    for (int i = 0; i < argc; i++) {
        const char *w = argv[i];
        int rc = 0;
        if (!only_args && strcmp(w, "--") == 0)
            only_args = true;
        else if (!only_args && w[0] == '-' && w[1])
            rc = option(c, &p, argc, argv, &i);
        else
            c->args[c->n_args++] = w;
        if (rc) return rc;
    }
    voc_rc rc = options_parse(&c->arena, common_options, COMMON_N, sizeof(voc_option), p.common, p.n_common, &c->common, c->diag);
    if (!rc && c->common[COMMON_HELP].i) return -1;
    for (size_t i = 0; i < p.n_own && !rc; i++)
        if (!find_in(p.table, p.n, p.stride, p.own[i].name)) return unknown_option(c, &p, &p.own[i]);
    if (!rc) rc = options_parse(&c->arena, p.table, p.n, p.stride, p.own, p.n_own, &c->own, c->diag);
    if (rc) return cli_exit(c, rc);
    c->n_own = p.n;
    c->given = p.own;
    c->n_given = p.n_own;
    c->repeated = p.repeated;
    c->n_repeated = p.n_repeated;
    return count_args(c);
}
