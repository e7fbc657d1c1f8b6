// SPDX-License-Identifier: MIT
// voc help --complete -- WORD...: what may stand where the last word stands, one candidate a line. The scripts of share/completions ask it
// for their shells, so they know whatever the one table and the plugins know. Nothing is opened but the catalogue, wherever it says that
// plugins lie (a --plugin-dir among the words is none of it); an analysis is loaded for its options, the plugin that --as or --format names
// for those behind -O, other plugins are names. Nothing is said but candidates: where there is none, the shell completes files.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

struct completing {
    struct cli *c; // its command and table become those of the words
    struct buf *out;
    const char *last, *part; // the last word, and the end of it that a candidate replaces
};

struct before { // the words between the command and the last one
    const voc_option *waits; // for its value, which is the last word; or NULL
    const char *first;       // argument
    const char *as, *format; // plugins that are named for reading and writing, or NULL
    int n_args;
    bool only_args;
};

static void offer(struct completing *w, const char *name)
{
    if (strncmp(name, w->part, strlen(w->part)) == 0) buf_printf(w->out, "%.*s%s\n", (int)(w->part - w->last), w->last, name);
}

static void offer_each(struct completing *w, const char *const *names)
{
    for (size_t i = 0; names[i]; i++) offer(w, names[i]);
}

static void offer_plugins(struct completing *w, uint32_t kind)
{
    for (size_t i = 0; w->c->catalogue && i < catalogue_n(w->c->catalogue); i++) {
        const struct plugin *p = catalogue_at(w->c->catalogue, i);
        if (p->note.kind == kind && !p->refused) offer(w, p->note.name);
    }
}

static void offer_journeys(struct completing *w)
{
    size_t n = 0;
    const char *const *ids = journey_shipped(&n);
    for (size_t i = 0; i < n; i++) offer(w, ids[i]);
}

// "score,fun": names before the comma stay.
static void behind_comma(struct completing *w)
{
    const char *comma = strrchr(w->part, ',');
    if (comma) w->part = comma + 1;
}

// ---- commands --------------------------------------------------------------------------------------------------------------

static void offer_commands(struct completing *w)
{
    static const char *const instead[] = {"--help", "--version", NULL};
    if (w->part[0] == '-') offer_each(w, instead);
    else offer_each(w, command_words());
    offer_plugins(w, VOC_KIND_ANALYSIS);
}

// "use" behind "journey".
static void offer_second(struct completing *w, const char *first)
{
    size_t len = strlen(first);
    for (size_t i = 0; commands[i]; i++)
        if (strncmp(commands[i]->name, first, len) == 0 && commands[i]->name[len] == ' ') offer(w, commands[i]->name + len + 1);
}

// ---- options ---------------------------------------------------------------------------------------------------------------

static void offer_option(struct completing *w, const voc_option *o)
{
    char name[128];
    snprintf(name, sizeof name, "--%s", o->name);
    offer(w, name);
}

static void offer_options(struct completing *w)
{
    size_t n = 0, stride = 0;
    const voc_option *own = args_table(w->c, &n, &stride);
    for (size_t i = 0; i < n; i++) offer_option(w, option_at(own, stride, i));
    for (size_t i = 0; i < COMMON_N; i++) { // one of the command's own may have such a name
        const char *value = NULL, *word = arena_printf(&w->c->arena, "--%s", common_options[i].name);
        if (word && args_option(w->c, word, &value) == &common_options[i]) offer_option(w, &common_options[i]);
    }
}

static void offer_formats(struct completing *w)
{
    for (size_t i = 0; render_name(i); i++) offer(w, render_name(i));
    offer_plugins(w, VOC_KIND_OUTPUT);
}

static const voc_option of_plugin = {.name = "O", .type = VOC_OPT_STRING}; // -O NAME=VALUE

// "zone=", or behind it what may be chosen, of the plugin of this kind and name.
static void offer_pairs(struct completing *w, uint32_t kind, const char *plugin)
{
    struct plugin *p = plugin && w->c->catalogue ? catalogue_find(w->c->catalogue, kind, str_of(plugin)) : NULL;
    const char *eq = strchr(w->part, '=');
    if (!p || plugin_load(p, NULL) != VOC_OK) return;
    for (size_t i = 0; i < p->desc->n_options; i++) {
        static const char *const yes_no[] = {"yes", "no", NULL};
        const voc_option *o = option_at(p->desc->options, p->desc->option_size, i);
        const char *name = eq ? NULL : arena_printf(&w->c->arena, "%s=", o->name);
        if (name) offer(w, name);
        if (!eq || !str_is(str_mk(w->part, (size_t)(eq - w->part)), o->name)) continue;
        w->part = eq + 1;
        if (o->type == VOC_OPT_BOOL) offer_each(w, yes_no);
        else if (o->choices && o->type == VOC_OPT_ENUM) offer_each(w, o->choices);
        return;
    }
}

static void offer_values(struct completing *w, const voc_option *o)
{
    static const char *const yes_no[] = {"yes", "no", NULL};
    if (o->type == VOC_OPT_LIST) behind_comma(w);
    if (o->type == VOC_OPT_BOOL) offer_each(w, yes_no);
    else if (o->choices && o->type != VOC_OPT_FILE) offer_each(w, o->choices);
    else if (o == &common_options[COMMON_FORMAT]) offer_formats(w);
    else if (o->argument && strcmp(o->argument, "PLUGIN") == 0) offer_plugins(w, VOC_KIND_INPUT);
    else if (strcmp(o->name, "journey") == 0) offer_journeys(w);
}

// ---- arguments -------------------------------------------------------------------------------------------------------------

// Argument i in "ANALYSIS PART...": the last one stands for all behind it if it has dots. Empty: there is none.
static voc_str form_at(const char *form, int i)
{
    voc_str what = {"", 0};
    for (; *form && i >= 0; i--) {
        what = str_mk(form, strcspn(form, " "));
        form += what.len + strspn(form + what.len, " ");
    }
    return i < 0 || str_ends(what, "...") ? what : (voc_str){"", 0};
}

static void offer_arguments(struct completing *w, const struct before *t)
{
    const struct command *command = w->c->command;
    if (!command) return; // an analysis takes a project, or files
    voc_str what = form_at(command->args, t->n_args);
    if (str_is(what, "ANALYSIS...")) behind_comma(w);
    if (str_starts(what, "ANALYSIS")) offer_plugins(w, VOC_KIND_ANALYSIS);
    else if (str_is(what, "FOLDER")) offer_journeys(w);
    else if (str_is(what, "[COMMAND]")) offer_commands(w);
    else if (command->run == run_help && t->n_args == 1) offer_second(w, t->first);
    else if (str_is(what, "PLUGIN") || command->run == run_plugin_show)
        for (uint32_t kind = VOC_KIND_INPUT; kind <= VOC_KIND_OUTPUT; kind++) offer_plugins(w, kind);
}

// ---- what was typed --------------------------------------------------------------------------------------------------------

static void names_plugin(struct before *t, const voc_option *o, const char *value)
{
    if (o == &common_options[COMMON_FORMAT]) t->format = value;
    else if (o->argument && strcmp(o->argument, "PLUGIN") == 0) t->as = value;
}

// As args_parse reads them, but faults are passed over.
static struct before read_words(const struct cli *c, const char *const *words, int n)
{
    struct before t = {.first = ""};
    for (int i = 0; i < n; i++) {
        const char *word = words[i], *value = NULL;
        if (t.waits) {
            names_plugin(&t, t.waits, word);
            t.waits = NULL;
        }
        else if (t.only_args || word[0] != '-' || !word[1]) t.first = t.n_args++ ? t.first : word;
        else if (strcmp(word, "--") == 0) t.only_args = true;
        else if (word[1] == 'O') t.waits = word[2] ? NULL : &of_plugin;
        else {
            const voc_option *o = args_option(c, word, &value);
            t.waits = o && o->type != VOC_OPT_BOOL && !value ? o : NULL;
            if (o && value) names_plugin(&t, o, value);
        }
    }
    return t;
}

// The command, or the analysis, that the words begin with, and its options; n: words, of which the last is no command yet.
static bool find(struct cli *c, const char *const *words, int n, int *used)
{
    struct plugin *p = NULL;
    c->command = command_find(words, n - 1, used);
    if (!c->command) {
        *used = 1;
        p = c->catalogue ? catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(words[0])) : NULL;
        if (!p || plugin_load(p, NULL) != VOC_OK) return false;
    }
    c->analysis = p;
    c->table = NULL; // what help itself has
    (void)cli_prepare(c, n - *used, (char **)(uintptr_t)(words + *used)); // an analysis that is not there brings no options
    return true;
}

void complete_words(struct buf *b, struct cli *c, const char *const *words, int n)
{
    struct completing w = {.c = c, .out = b, .last = n ? words[n - 1] : ""};
    int used = 0;
    diag_listen(c->diag, NULL, NULL);
    (void)cli_catalogue(c);
    w.part = w.last;
    if (n < 2) {
        offer_commands(&w);
        return;
    }
    if (!find(c, words, n, &used)) {
        if (n == 2) offer_second(&w, words[0]);
        return;
    }
    const char *value = NULL;
    struct before t = read_words(c, words + used, n - 1 - used);
    bool is_option = !t.waits && !t.only_args && w.last[0] == '-';
    const voc_option *o = is_option && w.last[1] ? args_option(c, w.last, &value) : t.waits;
    if (is_option && !value) offer_options(&w);
    else if (is_option) w.part = value;
    if (o == &of_plugin) {
        offer_pairs(&w, VOC_KIND_INPUT, t.as);
        offer_pairs(&w, VOC_KIND_OUTPUT, t.format);
    } else if (o && (value || t.waits)) offer_values(&w, o);
    if (!is_option && !t.waits) offer_arguments(&w, &t);
}
