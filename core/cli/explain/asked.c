// SPDX-License-Identifier: MIT
// voc explain PROJECT ANALYSIS ... with options of the analysis: numbers are then those that it gives with these options. They are read by the
// analysis's own table, so it is looked up before the words are parsed.
#include <string.h>

#include "cli/explain/explain.h"
#include "cli/options.h"

// The first of these words that is an analysis: of the project and the one behind it, before any option.
static voc_rc find(struct cli *c, const char *const *words, int n, struct plugin **out)
{
    voc_rc rc = cli_catalogue(c);
    *out = NULL;
    for (int i = 0; i < n && i < 2 && words[i][0] != '-' && !rc && !*out; i++)
        *out = catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(words[i]));
    return rc || !*out ? rc : plugin_load(*out, c->diag);
}

static bool own_option(voc_str name) { return str_is(name, "check") || str_is(name, "numbers"); }

static bool has_option(const char *name)
{
    for (size_t i = 0; i < COMMON_N; i++)
        if (strcmp(common_options[i].name, name) == 0) return true;
    return own_option(str_of(name));
}

// explain's own options first, so that their places stay; of the analysis those whose names are free.
voc_rc explain_prepare(struct cli *c, int argc, char **argv)
{
    struct plugin *p = NULL;
    bool any = false;
    for (int i = 0; i < argc; i++) any = any || argv[i][0] == '-';
    if (!any) return VOC_OK;
    voc_rc rc = args_plugin_dirs(c, argc, argv);
    if (!rc) rc = find(c, (const char *const *)argv, argc, &p);
    if (rc || !p) return rc;
    voc_option *table = arena_alloc(&c->arena, (EXPLAIN_N + p->desc->n_options) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    memcpy(table, c->command->options, EXPLAIN_N * sizeof *table);
    c->n_table = EXPLAIN_N;
    for (size_t i = 0; i < p->desc->n_options; i++) {
        const voc_option *o = option_at(p->desc->options, p->desc->option_size, i);
        if (!has_option(o->name)) memcpy(&table[c->n_table++], o, p->desc->option_size < sizeof *table ? p->desc->option_size : sizeof *table);
    }
    c->table = table;
    return VOC_OK;
}

voc_rc asked_of(struct explainer *x, int from)
{
    struct cli *c = x->c;
    struct plugin *p = NULL;
    struct option_given *given = arena_alloc(&c->arena, (c->n_given + 1) * sizeof *given);
    voc_rc rc = given ? find(c, c->args + from, c->n_args - from < 1 ? 0 : 1, &p) : VOC_E_NOMEM;
    if (rc || !p) return rc;
    x->given = given;
    for (size_t i = 0; i < c->n_given; i++)
        if (!own_option(c->given[i].name)) given[x->n_given++] = c->given[i];
    if (x->n_given || explain_of_all(c)) x->asked = p;
    return VOC_OK;
}

const char *asked_typed(struct explainer *x, const struct source *s)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_printf(&b, "voc %s", s->command);
    shell_word(&b, x->c->project ? x->c->project : "PROJECT");
    for (size_t i = 0; i < x->n_given; i++) {
        const struct option_given *g = &x->given[i];
        const char *word = arena_printf(&x->c->arena, g->has_value ? "--%.*s=%.*s" : "--%.*s", STR_ARG(g->name), STR_ARG(g->value));
        if (word) shell_word(&b, word);
        else b.rc = VOC_E_NOMEM;
    }
    buf_printf(&b, " --table %.*s --format csv", STR_ARG(s->view.name));
    const char *typed = b.rc ? NULL : arena_printf(&x->c->arena, "%s", b.ptr);
    buf_done(&b);
    return typed;
}
