// SPDX-License-Identifier: MIT
// voc run: several analyses in one walk over the events. What comes out is what each would have given alone: on the screen and
// in a folder one after the other, in one file (json, html, md) all tables together.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/reading.h"

#define ANALYSES_MAX 32u
#define TABLES_MAX 256u // of one output (output.c)

struct chosen { // one analysis of the run
    struct plugin *plugin;
    voc_value *options;
    struct option_given *given;
    size_t n_given;
    char *typed; // the command that gives the same alone
};

struct run {
    struct cli *c;
    struct chosen chosen[ANALYSES_MAX];
    struct fold_item items[ANALYSES_MAX];
    size_t n;
    int n_files; // 0: a project
};

// ---- which analyses --------------------------------------------------------------------------------------------------------

static voc_rc unknown(struct cli *c, const char *word)
{
    const char *names[64] = {0};
    char hint[400] = "";
    size_t n = 0, at = 0;
    for (size_t i = 0; i < catalogue_n(c->catalogue) && n < 64; i++) {
        const struct plugin *p = catalogue_at(c->catalogue, i);
        if (p->note.kind != VOC_KIND_ANALYSIS || p->refused) continue;
        names[n++] = p->note.name;
        if (at < sizeof hint) at += (size_t)snprintf(hint + at, sizeof hint - at, "%s%s", at ? ", " : "there are: ", p->note.name);
    }
    const char *near = str_nearest(str_of(word), names, n);
    if (near) snprintf(hint, sizeof hint, "did you mean %s?", near);
    diag_error(c->diag, "PLUGIN-020", NULL, 0, hint, "there is no analysis \"%.60s\"", word);
    return VOC_E_OPTION;
}

static voc_rc choose(struct run *r, const char *name)
{
    struct cli *c = r->c;
    struct plugin *p = catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_of(name));
    if (!p) return unknown(c, name);
    for (size_t i = 0; i < r->n; i++)
        if (r->chosen[i].plugin == p) {
            diag_error(c->diag, "RUN-001", NULL, 0, "name each once", "%s is named twice", name);
            return VOC_E_OPTION;
        }
    if (r->n == ANALYSES_MAX) {
        diag_error(c->diag, "RUN-002", NULL, 0, "run them in two commands", "more than %u analyses are named", ANALYSES_MAX);
        return VOC_E_OPTION;
    }
    voc_rc rc = plugin_load(p, c->diag);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    if (!rc && !(r->chosen[r->n].given = arena_alloc(&c->arena, (c->n_repeated + 1) * sizeof *r->chosen->given))) rc = VOC_E_NOMEM;
    if (!rc) r->chosen[r->n++].plugin = p;
    return rc;
}

// Files end where a word names an analysis, or seems to.
static voc_rc count_files(struct run *r)
{
    struct cli *c = r->c;
    int n = 1;
    for (; n < c->n_args && reading_is_file(c->args[n]); n++)
        if (catalogue_find(c->catalogue, VOC_KIND_ANALYSIS, str_mk(c->args[n], strcspn(c->args[n], ",")))) break;
    return reading_count(c, n, &r->n_files);
}

// "score,funnel flow": words, each one or more names.
static voc_rc choose_all(struct run *r)
{
    struct cli *c = r->c;
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = count_files(r);
    for (int i = r->n_files ? r->n_files : 1; i < c->n_args && !rc; i++) {
        const char *at = c->args[i];
        for (;;) {
            size_t len = strcspn(at, ",");
            const char *name = len ? arena_printf(&c->arena, "%.*s", (int)len, at) : NULL;
            if (len) rc = name ? choose(r, name) : VOC_E_NOMEM;
            if (rc || !at[len]) break;
            at += len + 1;
        }
    }
    if (rc || r->n) return rc;
    diag_error(c->diag, "RUN-003", NULL, 0, "voc plugin list shows the analyses", "no analysis is named");
    return VOC_E_OPTION;
}

// ---- their options ---------------------------------------------------------------------------------------------------------

// -O score.exits=VALUE is the option of score; what names none of the analyses stays with the output plugin.
static voc_rc share_options(struct run *r)
{
    struct cli *c = r->c;
    size_t kept = 0;
    for (size_t i = 0; i < c->n_repeated; i++) {
        struct option_given g = c->repeated[i];
        const char *dot = memchr(g.name.ptr, '.', g.name.len);
        size_t len = dot ? (size_t)(dot - g.name.ptr) : 0, k = 0;
        while (dot && k < r->n && !str_is(str_mk(g.name.ptr, len), r->chosen[k].plugin->note.name)) k++;
        if (!dot) {
            c->repeated[kept++] = g;
        } else if (k < r->n) {
            g.name = str_mk(dot + 1, g.name.len - len - 1);
            r->chosen[k].given[r->chosen[k].n_given++] = g;
        } else {
            diag_error(c->diag, "RUN-004", NULL, 0, "-O ANALYSIS.OPTION=VALUE, with one of the analyses of this run",
                       "\"%.*s\" is not run here", (int)(len > 60 ? 60 : len), g.name.ptr);
            return VOC_E_OPTION;
        }
    }
    c->n_repeated = kept;
    for (size_t k = 0; k < r->n; k++) {
        struct chosen *a = &r->chosen[k];
        const voc_plugin *p = a->plugin->desc;
        voc_rc rc = options_parse(&c->arena, p->options, p->n_options, p->option_size, a->given, a->n_given, &a->options, c->diag);
        if (rc) return rc;
    }
    return VOC_OK;
}

// What to type for this one alone: names on top of each result, and makes it the same to the byte.
static voc_rc typed_alone(struct run *r, struct chosen *a)
{
    struct buf b;
    const char *slash = strrchr(r->c->args[0], '/'), *files = r->n_files ? reading_typed(r->c, r->n_files) : "";
    if (!files) return VOC_E_NOMEM;
    buf_init(&b, 1 << 16);
    buf_printf(&b, "voc %s", a->plugin->note.name);
    if (r->n_files) buf_cstr(&b, files);
    else shell_word(&b, slash && slash[1] ? slash + 1 : r->c->args[0]);
    for (size_t i = 0; i < a->n_given && !b.rc; i++) {
        const char *word = arena_printf(&r->c->arena, "--%.*s=%.*s", STR_ARG(a->given[i].name), STR_ARG(a->given[i].value));
        if (word) shell_word(&b, word);
    }
    voc_rc rc = b.rc;
    if (!rc && !(a->typed = (char *)(uintptr_t)arena_printf(&r->c->arena, "%s", b.ptr))) rc = VOC_E_NOMEM;
    buf_done(&b);
    return rc;
}

// ---- the walk --------------------------------------------------------------------------------------------------------------

static void forward(void *user, const struct diag_msg *m) { diag_add(user, m); }

// Messages of one analysis are kept apart: its result carries its own warnings, not those of its neighbours.
static voc_rc walk(struct run *r, struct project *p, const struct journey *j)
{
    struct cli *c = r->c;
    struct buf what;
    size_t before = 0;
    buf_init(&what, 4096);
    for (size_t k = 0; k < r->n; k++) {
        r->items[k] = (struct fold_item){.plugin = r->chosen[k].plugin, .options = r->chosen[k].options, .diag = diag_new()};
        if (!r->items[k].diag) what.rc = VOC_E_NOMEM;
        buf_printf(&what, "%s%s", k ? ", " : "", r->chosen[k].plugin->note.name);
    }
    voc_rc rc = what.rc;
    if (!rc) rc = cli_fold_all(c, p, j, r->items, r->n, what.ptr);
    before = diag_n(c->diag);
    for (size_t k = 0; k < r->n; k++) {
        struct diag *own = r->items[k].diag;
        size_t n = own ? diag_n(own) : 0;
        for (size_t i = 0; i < n; i++) diag_add(c->diag, diag_at(own, i));
    }
    for (size_t k = 0; k < r->n && !rc; k++) { // now with those of the walk in front, and shown as they come
        struct diag *own = diag_new(), *old = r->items[k].diag;
        if (!own) return buf_done(&what), VOC_E_NOMEM;
        for (size_t i = 0; i < before; i++) diag_add(own, diag_at(c->diag, i));
        for (size_t i = 0; i < diag_n(old); i++) diag_add(own, diag_at(old, i));
        diag_listen(own, forward, c->diag);
        diag_free(old);
        r->items[k].diag = own;
    }
    buf_done(&what);
    return rc;
}

// ---- out -------------------------------------------------------------------------------------------------------------------

static bool is_folder(voc_str file)
{
    struct stat st;
    return file.len && (file.ptr[file.len - 1] == '/' || (stat(file.ptr, &st) == 0 && S_ISDIR(st.st_mode)));
}

// One analysis, as its own command would give it.
static voc_rc alone(struct run *r, size_t k, struct project *p, const struct journey *j)
{
    struct cli as = *r->c;
    as.command = NULL;
    as.analysis = r->chosen[k].plugin;
    as.typed = r->chosen[k].typed;
    as.diag = r->items[k].diag;
    voc_rc rc = cli_tables(&as, p, j, r->items[k].result.tables, r->items[k].result.n_tables);
    r->c->catalogue = as.catalogue;
    r->c->arena = as.arena;
    if (as.failed_plugin) r->c->failed_plugin = true;
    return rc;
}

static voc_rc into_folder(struct run *r, struct project *p, const struct journey *j)
{
    struct cli *c = r->c;
    voc_value *file = &c->common[COMMON_OUTPUT];
    voc_str folder = file->s, format = c->common[COMMON_FORMAT].s;
    bool slash = folder.ptr[folder.len - 1] == '/';
    if (slash && mkdir(folder.ptr, 0777) == 0) cli_say(c, "made the folder %s\n", folder.ptr);
    const char *ending = format.len == 0 ? "json" : str_is(format, "table") ? "txt" : NULL;
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < r->n && !rc; k++) {
        const char *name = ending ? arena_printf(&c->arena, "%s%s%s.%s", folder.ptr, slash ? "" : "/",
                                                 r->chosen[k].plugin->note.name, ending)
                                  : arena_printf(&c->arena, "%s%s%s.%.*s", folder.ptr, slash ? "" : "/",
                                                 r->chosen[k].plugin->note.name, STR_ARG(format));
        if (!name) return VOC_E_NOMEM;
        file->s = str_of(name);
        rc = alone(r, k, p, j);
    }
    file->s = folder;
    return rc;
}

static voc_rc together(struct run *r, struct project *p, const struct journey *j)
{
    struct table *all[TABLES_MAX];
    size_t n = 0;
    for (size_t k = 0; k < r->n; k++)
        for (size_t i = 0; i < r->items[k].result.n_tables; i++) {
            if (n == TABLES_MAX) {
                diag_error(r->c->diag, "RUN-005", NULL, 0, "-o FOLDER/ writes a file for each analysis", "these are more tables than one file takes");
                return VOC_E_LIMIT;
            }
            all[n++] = r->items[k].result.tables[i];
        }
    return cli_tables(r->c, p, j, all, n);
}

static bool one_table_a_file(const struct cli *c)
{
    voc_str format = c->common[COMMON_FORMAT].s, file = c->common[COMMON_OUTPUT].s;
    return str_is(format, "csv") || str_is(format, "tsv") || (!format.len && (str_ends(file, ".csv") || str_ends(file, ".tsv")));
}

static voc_rc put_out(struct run *r, struct project *p, const struct journey *j)
{
    const struct cli *c = r->c;
    voc_str format = c->common[COMMON_FORMAT].s, file = c->common[COMMON_OUTPUT].s;
    if (is_folder(file)) return into_folder(r, p, j);
    if (r->n > 1 && file.len == 0 && (format.len == 0 || str_is(format, "table"))) {
        voc_rc rc = VOC_OK;
        for (size_t k = 0; k < r->n && !rc; k++) {
            if (k) fputs("\n", stdout);
            fflush(stdout);
            rc = alone(r, k, p, j);
        }
        return rc;
    }
    return r->n == 1 ? alone(r, 0, p, j) : together(r, p, j);
}

// Ahead of the work: a csv holds one table, not those of several analyses.
static voc_rc check_output(const struct run *r)
{
    voc_str file = r->c->common[COMMON_OUTPUT].s;
    if (is_folder(file)) return VOC_OK;
    if (r->n > 1 && one_table_a_file(r->c)) {
        diag_error(r->c->diag, "RUN-006", NULL, 0,
                   "-o FOLDER/ writes a file for each analysis; json and html hold all tables in one",
                   "one csv or tsv cannot hold the tables of several analyses");
        return VOC_E_OPTION;
    }
    return cli_output_check(r->c);
}

int run_run(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct run r = {.c = c};
    voc_rc rc = choose_all(&r);
    if (!rc) rc = share_options(&r);
    if (!rc) rc = check_output(&r);
    for (size_t k = 0; k < r.n && !rc; k++) rc = typed_alone(&r, &r.chosen[k]);
    for (size_t k = 0; k < r.n; k++) r.items[k] = (struct fold_item){.plugin = r.chosen[k].plugin, .options = r.chosen[k].options};
    if (!rc) rc = reading_open(c, r.n_files, r.items, r.n, &p, &j);
    if (!rc) rc = cli_need_events(c, p);
    if (!rc) rc = walk(&r, p, j);
    if (!rc) rc = put_out(&r, p, j);
    for (size_t k = 0; k < r.n; k++) {
        fold_free(&r.items[k].result);
        diag_free(r.items[k].diag);
        options_done(r.chosen[k].options, r.chosen[k].options ? r.chosen[k].plugin->desc->n_options : 0);
    }
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
