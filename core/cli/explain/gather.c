// SPDX-License-Identifier: MIT
// The tables that numbers stand in: of one analysis, or of all of them, which are then folded in one walk over the events, as voc run does.
#include <stdio.h>
#include <string.h>

#include "cli/explain/explain.h"

static voc_rc add_source(struct explainer *x, struct table *t, const char *command, bool plugin)
{
    struct source s = {.command = command, .plugin = plugin};
    voc_rc rc = table_view(t, &s.view);
    if (!rc) rc = vec_reserve(&x->sources, 1, 10000);
    if (!rc) x->sources.at[x->sources.n++] = s;
    return rc;
}

// ---- one walk ------------------------------------------------------------------------------------------------------------------

struct gathering {
    struct explainer *x;
    struct fold_item *items; // with messages of their own
    voc_rc *out;             // why one is left out, or VOC_OK
    size_t n;
};

static bool ends_all(voc_rc rc) { return rc == VOC_E_NOMEM || rc == VOC_CANCELLED; }

static const char *last_error(const struct diag *d)
{
    const char *last = NULL;
    for (size_t i = 0; i < diag_n(d); i++)
        if (diag_at(d, i)->severity == VOC_ERROR) last = diag_at(d, i)->message;
    return last;
}

static void pass_on(const struct diag *from, struct diag *to)
{
    for (size_t i = 0; i < diag_n(from); i++) diag_add(to, diag_at(from, i));
}

// What is said of the walk as a whole is said where one analysis is asked about; of the others their commands say it.
static voc_rc fold(struct gathering *g, struct fold_item *items, size_t n)
{
    struct cli *c = g->x->c;
    struct diag *before = c->diag, *own = diag_new();
    if (!own) return VOC_E_NOMEM;
    c->diag = own;
    voc_rc rc = cli_fold_all(c, g->x->p, g->x->j, items, n, n == 1 ? items->plugin->note.name : "all analyses");
    c->diag = before;
    if (g->x->asked || (n == 1 && rc == VOC_E_LIMIT)) pass_on(own, before);
    diag_free(own);
    return rc;
}

static voc_rc fold_alone(struct gathering *g)
{
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < g->n && !rc; k++) {
        if (g->out[k]) continue;
        diag_clear(g->items[k].diag);
        g->out[k] = fold(g, &g->items[k], 1);
        if (ends_all(g->out[k]) || g->out[k] == VOC_E_LIMIT) rc = g->out[k];
        if (rc == VOC_E_LIMIT && !g->x->asked) pass_on(g->items[k].diag, g->x->c->diag);
    }
    return rc;
}

// An analysis that refuses (nothing of value is declared, stages are the company's own) does not end the explanation: the others are
// folded without it. Where none of them says why it failed, or all need more memory than is allowed, each is folded for itself.
static voc_rc fold_together(struct gathering *g)
{
    struct fold_item *now = mem_zalloc(g->n + 1, sizeof *now);
    voc_rc rc = now ? VOC_OK : VOC_E_NOMEM;
    for (bool more = g->n > 1; more && !rc;) {
        size_t n = 0, refused = 0;
        for (size_t k = 0; k < g->n; k++) {
            if (g->out[k]) continue;
            diag_clear(g->items[k].diag);
            now[n++] = g->items[k];
        }
        const voc_rc of = n ? fold(g, now, n) : VOC_OK;
        if (ends_all(of)) rc = of;
        n = 0;
        for (size_t k = 0; k < g->n; k++) {
            if (g->out[k]) continue;
            if (!of) g->items[k].result = now[n++].result;
            else if (of != VOC_E_LIMIT && last_error(g->items[k].diag)) g->out[k] = of, refused++;
        }
        if (!of) return mem_free(now), VOC_OK;
        more = refused > 0;
    }
    mem_free(now);
    return rc ? rc : fold_alone(g);
}

// ---- which -----------------------------------------------------------------------------------------------------------------------

static bool is_meant(const struct explainer *x, const struct plugin *a, const char *only)
{
    if (a->note.kind != VOC_KIND_ANALYSIS || a->refused) return false;
    return x->asked ? a == x->asked : !only || strcmp(a->note.name, only) == 0;
}

static voc_rc load_one(struct gathering *g, struct plugin *a)
{
    struct explainer *x = g->x;
    struct fold_item *item = &g->items[g->n];
    voc_value *options = NULL;
    if (!(item->diag = diag_new())) return VOC_E_NOMEM;
    voc_rc *rc = &g->out[g->n++];
    item->plugin = a;
    *rc = plugin_load(a, item->diag);
    if (!*rc)
        *rc = options_parse(&x->c->arena, a->desc->options, a->desc->n_options, a->desc->option_size, x->given,
                            x->asked ? x->n_given : 0, &options, item->diag);
    item->options = options;
    return ends_all(*rc) ? *rc : VOC_OK;
}

// Its tables, or what it said instead.
static voc_rc take(struct gathering *g, size_t k)
{
    struct explainer *x = g->x;
    const struct fold_item *item = &g->items[k];
    const char *const name = item->plugin->note.name, *const said = g->out[k] ? last_error(item->diag) : NULL;
    voc_rc rc = VOC_OK;
    if (x->asked) pass_on(item->diag, x->c->diag); // asked for by name: what it says is said
    if (said && (strcmp(name, "score") == 0 || !x->refused[0])) snprintf(x->refused, sizeof x->refused, "voc %s: %s", name, said); // most words are the score's
    if (g->out[k]) return x->asked ? g->out[k] : VOC_OK;
    for (size_t i = 0; i < item->result.n_tables && !rc; i++) rc = add_source(x, item->result.tables[i], name, true);
    return rc;
}

static void gathering_done(struct gathering *g)
{
    for (size_t k = 0; k < g->n; k++) {
        options_done((voc_value *)(uintptr_t)g->items[k].options, g->items[k].options ? g->items[k].plugin->desc->n_options : 0);
        diag_free(g->items[k].diag);
    }
    mem_free(g->items);
    mem_free(g->out);
}

voc_rc figures_gather(struct explainer *x, const char *only)
{
    voc_rc rc = cli_catalogue(x->c);
    const size_t n = rc ? 0 : catalogue_n(x->c->catalogue);
    struct gathering g = {.x = x, .items = mem_zalloc(n + 1, sizeof *g.items), .out = mem_zalloc(n + 1, sizeof *g.out)};
    x->runs = mem_zalloc(n + 1, sizeof *x->runs);
    if (!rc && (!g.items || !g.out || !x->runs)) rc = VOC_E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++)
        if (is_meant(x, catalogue_at(x->c->catalogue, i), only)) rc = load_one(&g, catalogue_at(x->c->catalogue, i));
    if (!rc) rc = fold_together(&g);
    for (size_t k = 0; k < g.n; k++)
        if (g.items[k].result.tables) x->runs[x->n_runs++] = g.items[k].result;
    for (size_t k = 0; k < g.n && !rc; k++) rc = take(&g, k);
    gathering_done(&g);
    return rc;
}

voc_rc figures_of_stages(struct explainer *x)
{
    voc_rc rc = x->j->n_stages && !x->stages[0] ? cli_stages(x->c, x->p, x->j, 0, x->stages) : VOC_OK;
    for (size_t i = 0; i < STAGES_TABLES && !rc; i++)
        if (x->stages[i]) rc = add_source(x, x->stages[i], "stages", false);
    return rc;
}

void figures_forget(struct explainer *x)
{
    for (size_t i = 0; i < x->n_runs; i++) fold_free(&x->runs[i]);
    mem_free(x->runs);
    vec_free(&x->sources);
    x->runs = NULL;
    x->n_runs = 0;
    x->refused[0] = 0;
}
