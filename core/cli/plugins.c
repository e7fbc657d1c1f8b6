// SPDX-License-Identifier: MIT
// voc plugin list and show, and the commands that analysis plugins are.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/reading.h"

int run_plugin_list(struct cli *c)
{
    struct table *t = NULL;
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = table_new(&t, "plugins", "", 0);
    if (!rc) rc = table_column(t, "kind", "kind", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "version", "version", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "licence", "licence", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, NULL);
    if (!rc) rc = table_column(t, "summary", "what it does", VOC_CELL_TEXT, "", 0, NULL);
    for (size_t i = 0; !rc && i < catalogue_n(c->catalogue); i++) {
        struct plugin *p = catalogue_at(c->catalogue, i);
        if (!p->refused && plugin_load(p, NULL) != VOC_OK) p->refused = true;
        table_text(t, str_of(plugin_kind_name(p->note.kind)));
        table_text(t, str_of(p->note.name));
        table_text(t, str_of(p->note.version));
        table_text(t, str_of(p->note.licence));
        if (p->refused) {
            char text[600];
            snprintf(text, sizeof text, "refused: %s", p->why ? p->why : "it breaks the contract (voc plugin show)");
            table_text(t, str_of(text));
        } else {
            table_text(t, str_of(p->desc->summary));
        }
    }
    if (!rc) rc = table_semantics(t, "The first of a kind and name that is found; later ones of the same name are hidden by it.");
    if (!rc) rc = cli_tables(c, NULL, NULL, &t, 1);
    table_free(t);
    return cli_exit(c, rc);
}

static struct plugin *by_name(struct cli *c, const char *name)
{
    struct plugin *found = NULL;
    const char *names[128] = {0};
    size_t n = 0;
    for (size_t i = 0; i < catalogue_n(c->catalogue); i++) {
        struct plugin *p = catalogue_at(c->catalogue, i);
        char full[64];
        snprintf(full, sizeof full, "%s-%s", plugin_kind_name(p->note.kind), p->note.name);
        if (n < 128) names[n++] = p->note.name;
        if (strcmp(full, name) == 0 || (strcmp(p->note.name, name) == 0 && !found)) found = p;
    }
    if (found) return found;
    const char *near = str_nearest(str_of(name), names, n);
    char hint[100];
    if (near)
        snprintf(hint, sizeof hint, "did you mean %s?", near);
    else
        snprintf(hint, sizeof hint, "voc plugin list shows what there is");
    diag_error(c->diag, "PLUGIN-020", NULL, 0, hint, "there is no plugin \"%s\"", name);
    return NULL;
}

// Where the options that follow can be given.
static const char *options_head(uint32_t kind)
{
    return kind == VOC_KIND_INPUT    ? "Options (voc import -O NAME=VALUE, or <option> in sources.xml)\n"
           : kind == VOC_KIND_OUTPUT ? "Options (-O NAME=VALUE, where --format or the ending of -o names it)\n"
                                     : "Options (--NAME VALUE of its command)\n";
}

int run_plugin_show(struct cli *c)
{
    struct buf b;
    voc_rc rc = cli_catalogue(c);
    struct plugin *p = rc ? NULL : by_name(c, c->args[0]);
    if (!rc && !p) return EXIT_USAGE;
    if (!rc) rc = plugin_load(p, c->diag);
    if (rc) {
        c->failed_plugin = true;
        return cli_exit(c, rc);
    }
    buf_init(&b, 1 << 18);
    buf_printf(&b, "%s plugin %s %s\n  %s\n  licence %s%s%s\n  file    %s\n  ABI     %u.%u\n", plugin_kind_name(p->note.kind), p->note.name, p->note.version,
               p->desc->summary, p->note.licence, p->desc->author ? ", by " : "", p->desc->author ? p->desc->author : "", p->path, p->note.abi_major,
               p->note.abi_minor);
    if (p->note.kind == VOC_KIND_INPUT)
        buf_printf(&b, "  framing %s\n", ((const voc_input_ops *)p->ops)->framing == VOC_FRAMING_LINES ? "lines" : "stream");
    if (p->desc->extensions) buf_printf(&b, "  usual file endings: %s\n", p->desc->extensions);
    if (p->desc->n_options) buf_cstr(&b, options_head(p->note.kind));
    for (size_t i = 0; i < p->desc->n_options; i++) {
        const voc_option *o = option_at(p->desc->options, p->desc->option_size, i);
        buf_printf(&b, "  %-18s %s: %s", o->name, option_type_name(o->type), o->help);
        if (o->initial) buf_printf(&b, " (%s)", o->initial);
        for (size_t k = 0; o->choices && o->choices[k]; k++) buf_printf(&b, "%s%s", k ? ", " : "; one of ", o->choices[k]);
        buf_byte(&b, '\n');
    }
    if (b.ptr) fputs(b.ptr, stdout);
    buf_done(&b);
    return EXIT_DONE;
}

const char *cli_project_typed(const struct project *p)
{
    const char *path = project_path(p);
    return path[0] == '/' ? project_name(p) : path;
}

struct plugin *cli_beside(void *user, const char *name)
{
    struct cli *c = user;
    struct plugin *p = cli_catalogue(c) ? NULL : catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(name));
    return p && !p->refused && plugin_load(p, NULL) == VOC_OK ? p : NULL;
}

voc_rc cli_fold_all(struct cli *c, struct project *p, const struct journey *j, struct fold_item *items, size_t n, const char *what)
{
    struct progress progress;
    struct fold_request r = {.project = p,
                             .journey = j,
                             .threads = cli_threads(c),
                             .end_us = VOC_NA,
                             .memory_max = cli_memory(c),
                             .kept = c->kept,
                             .progress = progress_fold,
                             .user = &progress,
                             .analysis = cli_beside,
                             .analysis_user = c};
    cli_progress_begin(c, &progress);
    progress_of(&progress, what);
    interrupt_reads(cli_how_to_go_on(c), progress.mode == PROGRESS_LINE);
    voc_rc rc = fold_run_all(&r, items, n, c->diag);
    interrupt_writes();
    cli_progress_end(c);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < items[k].result.n_tables && !rc; i++) rc = reading_table(c, items[k].result.tables[i], cli_project_typed(p));
    return rc;
}

// The analysis that a word of the command names.
static voc_rc no_analysis(struct cli *c, const char *word)
{
    const char *names[64] = {0};
    size_t n = 0;
    for (size_t i = 0; i < catalogue_n(c->catalogue) && n < 64; i++) {
        const struct plugin *p = catalogue_at(c->catalogue, i);
        if (p->note.kind == VOC_KIND_ANALYSIS && !p->refused) names[n++] = p->note.name;
    }
    const char *near = str_nearest(str_of(word), names, n);
    const char *hint = near ? arena_printf(&c->arena, "did you mean voc %s %s?", c->command->name, near) : "the analysis comes first; voc plugin list shows what there is";
    diag_error(c->diag, "PLUGIN-020", NULL, 0, hint, "there is no analysis \"%.60s\"", word);
    return VOC_E_OPTION;
}

voc_rc cli_analysis(struct cli *c, const char *word, struct plugin **out)
{
    voc_rc rc = cli_catalogue(c);
    struct plugin *p = rc ? NULL : catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(word));
    if (!rc && !p) rc = no_analysis(c, word);
    if (!rc) rc = plugin_load(p, c->diag);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    if (!rc) *out = p;
    return rc;
}

static voc_rc fold(struct cli *c, struct project *p, const struct journey *j, struct plugin *plugin, const voc_value *options,
                   struct fold_result *out)
{
    struct fold_item one = {.plugin = plugin, .options = options};
    voc_rc rc = cli_fold_all(c, p, j, &one, 1, plugin->note.name);
    *out = one.result;
    return rc;
}

voc_rc cli_fold(struct cli *c, struct project *p, const struct journey *j, const char *analysis, const struct option_given *given,
                size_t n_given, struct fold_result *out)
{
    voc_value *options = NULL;
    voc_rc rc = cli_catalogue(c);
    struct plugin *plugin = rc ? NULL : catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(analysis));
    if (!rc && !plugin) {
        diag_error(c->diag, "PLUGIN-020", NULL, 0, "voc plugin list shows what there is", "there is no analysis \"%s\"", analysis);
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = plugin_load(plugin, c->diag);
    if (!rc)
        rc = options_parse(&c->arena, plugin->desc->options, plugin->desc->n_options, plugin->desc->option_size, given, n_given,
                           &options, c->diag);
    if (!rc) rc = fold(c, p, j, plugin, options, out);
    options_done(options, options ? plugin->desc->n_options : 0);
    return rc;
}

int run_analysis(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct fold_result result = {0};
    int n_files = 0;
    voc_rc rc = reading_count(c, c->n_args, &n_files);
    struct fold_item asked = {.plugin = (struct plugin *)(uintptr_t)c->analysis, .options = c->own};
    if (!rc) rc = reading_open(c, n_files, &asked, 1, &p, &j);
    if (!rc) rc = cli_need_events(c, p);
    if (!rc) rc = fold(c, p, j, (struct plugin *)(uintptr_t)c->analysis, c->own, &result);
    if (!rc) rc = cli_tables(c, p, j, result.tables, result.n_tables);
    fold_free(&result);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
