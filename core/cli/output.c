// SPDX-License-Identifier: MIT
// Tables out: which of them, in which format, and to where.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/meta.h"
#include "host/import/file_kind.h"
#include "host/plugin/at_work.h"

#define TABLES_MAX 256u

voc_rc cli_catalogue(struct cli *c)
{
    const voc_value *dirs = c->common ? &c->common[COMMON_PLUGIN_DIR] : NULL;
    struct catalogue_places places = {.use_defaults = true, .taken = common_options, .n_taken = COMMON_N};
    if (c->catalogue) return VOC_OK;
    if (dirs && dirs->n_list) {
        const char **list = arena_alloc(&c->arena, dirs->n_list * sizeof *list);
        bool ok = list != NULL;
        for (size_t i = 0; i < dirs->n_list && ok; i++) {
            char *full = NULL, *real = NULL;
            voc_str one = arena_str(&c->arena, dirs->list[i].ptr, dirs->list[i].len, &ok);
            if (ok && one.ptr[0] != '/') real = full = realpath(one.ptr, NULL); // what the user typed is meant from here
            list[i] = real ? arena_str(&c->arena, real, strlen(real), &ok).ptr : one.ptr;
            free(full);
        }
        if (!ok) return VOC_E_NOMEM;
        places.dirs = list;
        places.n_dirs = dirs->n_list;
    }
    return catalogue_open(&c->catalogue, &places, command_words(), c->diag);
}

// ---- which tables -------------------------------------------------------------------------------------------------------

static bool named(const voc_value *v, voc_str name)
{
    for (size_t i = 0; i < v->n_list; i++)
        if (str_eq(v->list[i], name) || str_is(v->list[i], "all")) return true;
    return false;
}

struct face { // what renders
    render_fn fn;
    struct plugin *plugin;
    bool people, page, one;
    bool draws; // pictures: only tables that have one are of use
};

// A page has room for what a terminal leaves to --table: small tables that stand beside the brief ones.
static bool fits_page(const voc_table *t)
{
    return !(t->flags & VOC_TABLE_HIDDEN) && t->n_rows > 0 && t->n_rows <= 120 && t->n_columns <= 8;
}

// Beside a brief table with the same picture, one with more rows is not drawn.
static bool drawn_brief(struct table **tables, size_t n, const voc_table *t)
{
    for (size_t i = 0; i < n && i < TABLES_MAX && !(t->flags & VOC_TABLE_BRIEF); i++) {
        voc_table b;
        if (table_view(tables[i], &b) == VOC_OK && b.flags & VOC_TABLE_BRIEF && b.n_figures &&
            b.figures->kind == t->figures->kind && str_eq(b.figures->title, t->figures->title))
            return true;
    }
    return false;
}

// People see the brief tables (on a page the small ones too), csv and tsv the one table behind them, the other formats
// everything.
static voc_rc choose(struct cli *c, struct table **tables, size_t n, const struct face *f, voc_table *out, size_t *n_out)
{
    const voc_value *v = &c->common[COMMON_TABLE];
    bool any_brief = false, any_full = false;
    *n_out = 0;
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        voc_rc rc = table_view(tables[i], &t);
        if (rc) return rc;
        if (t.flags & VOC_TABLE_BRIEF) any_brief = true;
        else any_full = true;
    }
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        voc_rc rc = table_view(tables[i], &t);
        if (rc) return rc;
        bool brief = (t.flags & VOC_TABLE_BRIEF) != 0, hidden = (t.flags & VOC_TABLE_HIDDEN) != 0;
        if (f->page && !v->set && any_brief && (fits_page(&t) || (hidden && t.n_figures))) brief = true;
        bool shown = !f->one || (*n_out == 0 && !(any_full && brief));
        if (v->set) shown = named(v, t.name);
        else if (f->draws) shown = t.n_figures && !drawn_brief(tables, n, &t);
        else if (f->people) shown = any_brief ? brief : !hidden;
        if (shown) out[(*n_out)++] = t;
    }
    if (*n_out || n == 0 || (f->draws && !v->set)) return VOC_OK;
    struct buf b;
    const char *names[TABLES_MAX];
    size_t k = 0;
    voc_str wanted = v->n_list ? v->list[0] : (voc_str){"", 0};
    buf_init(&b, 4096);
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        if (table_view(tables[i], &t) != VOC_OK) continue;
        buf_printf(&b, "%s%.*s", i ? ", " : "there are ", STR_ARG(t.name));
        if ((names[k] = arena_printf(&c->arena, "%.*s", STR_ARG(t.name))) != NULL) k++;
    }
    const char *near = str_nearest(wanted, names, k);
    if (near) buf_printf(&b, "; did you mean %s?", near);
    diag_error(c->diag, "OUTPUT-003", NULL, 0, b.ptr, "there is no table \"%.*s\"", STR_SHOWN(wanted, 60));
    buf_done(&b);
    return VOC_E_OPTION;
}

// ---- formats ------------------------------------------------------------------------------------------------------------------

static voc_rc find_plugin(struct cli *c, voc_str format, bool by_extension, struct plugin **out)
{
    voc_rc rc = cli_catalogue(c);
    *out = NULL;
    for (size_t i = 0; !rc && i < catalogue_n(c->catalogue); i++) {
        struct plugin *p = catalogue_at(c->catalogue, i);
        if (p->note.kind != VOC_KIND_OUTPUT || p->refused) continue;
        rc = plugin_load(p, c->diag);
        const voc_output_ops *ops = p->ops;
        if (!rc && str_is(format, by_extension ? ops->extension : ops->format)) *out = p;
    }
    return rc;
}

// "html" of "a/b.HTML"; without one "txt". In the arena; NULL: no memory.
static const char *ending_of(struct cli *c, voc_str file)
{
    const char *dot = NULL;
    for (size_t i = 0; i < file.len; i++) dot = file.ptr[i] == '.' ? file.ptr + i : file.ptr[i] == '/' ? NULL : dot;
    char *end = arena_printf(&c->arena, "%.*s", dot ? (int)(file.ptr + file.len - dot - 1) : 3, dot ? dot + 1 : "txt");
    for (size_t i = 0; end && end[i]; i++)
        if (end[i] >= 'A' && end[i] <= 'Z') end[i] = (char)(end[i] - 'A' + 'a');
    return end;
}

// That of --format, or of the ending of -o; neither fn nor plugin: there is no such format.
static voc_rc look_for_face(struct cli *c, struct face *f, voc_str *named)
{
    voc_str format = c->common[COMMON_FORMAT].s, file = c->common[COMMON_OUTPUT].s;
    bool by_extension = format.len == 0 && file.len;
    if (by_extension) {
        const char *end = ending_of(c, file);
        if (!end) return VOC_E_NOMEM;
        format = str_of(end);
        if (str_is(format, "txt")) format = STR("table");
    }
    if (!format.len) format = STR("table");
    *named = format;
    f->fn = render_find(format);
    f->people = str_is(format, "table");
    f->one = str_is(format, "csv") || str_is(format, "tsv");
    if (f->fn) return VOC_OK;
    voc_rc rc = find_plugin(c, format, by_extension, &f->plugin);
    f->people = true;
    const voc_output_ops *ops = f->plugin ? f->plugin->ops : NULL;
    f->page = ops && ops->mime && strcmp(ops->mime, "text/html") == 0;
    f->draws = ops && ops->mime && strcmp(ops->mime, "image/svg+xml") == 0;
    return rc;
}

static voc_rc find_face(struct cli *c, struct face *f)
{
    voc_str format;
    voc_rc rc = look_for_face(c, f, &format);
    if (rc || f->fn || f->plugin) return rc;
    diag_error(c->diag, "OUTPUT-001", NULL, 0,
               "csv opens in a spreadsheet, html is a page to show, svg a picture, md goes into a document; and "
               "table, tsv, json, jsonl (voc plugin list shows all)",
               "there is no format \"%.*s\"", STR_SHOWN(format, 60));
    return VOC_E_OPTION;
}

voc_rc cli_output_has(struct cli *c, voc_str option, bool *has)
{
    struct face f = {0};
    voc_str format;
    voc_rc rc = look_for_face(c, &f, &format);
    *has = false;
    for (size_t i = 0; !rc && f.plugin && i < f.plugin->desc->n_options; i++)
        *has = *has || str_is(option, option_at(f.plugin->desc->options, f.plugin->desc->option_size, i)->name);
    return rc;
}

static bool locale_is_utf8(void)
{
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);
        if (v && *v) return strstr(v, "UTF-8") || strstr(v, "utf8") || strstr(v, "UTF8");
    }
    return false;
}

static struct render_options terminal(const struct cli *c, bool to_stdout)
{
    struct render_options ro = {.unicode = locale_is_utf8()};
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM"), *columns = getenv("COLUMNS");
    bool tty = to_stdout && isatty(STDOUT_FILENO);
    int64_t width = 0;
    struct winsize ws;
    if (columns && str_int(str_of(columns), &width) && width >= 40 && width < 10000)
        ro.width = (unsigned)width;
    else if (tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 40)
        ro.width = ws.ws_col;
    else
        ro.width = tty ? 80 : 120;
    ro.colour = tty && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
    if (force && *force && strcmp(force, "0") != 0 && !(no && *no)) ro.colour = true;
    if (c->common[COMMON_COLOR].set && c->common[COMMON_COLOR].i) ro.colour = c->common[COMMON_COLOR].i == 1;
    return ro;
}

static void say_silent(struct cli *c, const struct plugin *p, voc_rc rc)
{
    if (rc == VOC_E_BUG)
        diag_error(c->diag, "OUTPUT-005", NULL, 0, "tell its author", "output plugin %s broke its contract: what it gave back is VOC_E_BUG, or no voc_rc", p->note.name);
    else if (rc && rc != VOC_CANCELLED && rc != VOC_E_NOMEM)
        diag_error(c->diag, "OUTPUT-006", NULL, 0, "tell its author: host->diag takes the words", "output plugin %s gave up (%s) and did not say why", p->note.name, rc_name(rc));
}

// What it writes goes to a temporary file, or to who reads with us: it may be left at any moment.
static voc_rc work(struct cli *c, struct plugin *p, struct voc_context *cx, voc_writer *w, const voc_meta *meta, const voc_table *tables, size_t n,
                   const voc_value *options)
{
    const voc_output_ops *ops = p->ops;
    void *instance = NULL;
    const size_t errors = diag_count(c->diag, VOC_ERROR);
    interrupt_reads(cli_how_to_go_on(c), false);
    struct at_work before = at_work_begin(p, "begin");
    voc_rc rc = ops->begin(host_table(), cx, w, meta, options, &instance);
    for (size_t i = 0; i < n && !rc; i++) {
        (void)at_work_begin(p, "table");
        rc = host_cancelled() ? VOC_CANCELLED : ops->table(instance, &tables[i]);
    }
    (void)at_work_begin(p, "end");
    if (!rc) rc = ops->end(instance);
    (void)at_work_begin(p, "close");
    if (instance) ops->close(instance);
    at_work_end(before);
    interrupt_writes();
    rc = context_rc(cx, rc);
    if ((unsigned)rc > VOC_E_BUSY) rc = VOC_E_BUG;
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    if (diag_count(c->diag, VOC_ERROR) == errors) say_silent(c, p, rc);
    return rc;
}

static voc_rc by_plugin(struct cli *c, struct plugin *p, struct out *o, const voc_meta *meta, const voc_table *tables, size_t n)
{
    struct voc_context cx;
    voc_writer w = {.out = o};
    voc_value *options = NULL;
    context_init(&cx, p, c->diag, NULL);
    voc_rc rc = options_parse(&c->arena, p->desc->options, p->desc->n_options, p->desc->option_size, c->faced, c->n_faced, &options, c->diag);
    if (!rc) rc = work(c, p, &cx, &w, meta, tables, n, options);
    options_done(options, options ? p->desc->n_options : 0);
    context_done(&cx);
    return rc;
}

static bool is_folder(voc_str file)
{
    struct stat st;
    return file.len && (file.ptr[file.len - 1] == '/' || (stat(file.ptr, &st) == 0 && S_ISDIR(st.st_mode)));
}

static voc_rc one_file(struct cli *c, const struct face *f, const voc_meta *meta, const voc_table *tables, size_t n, const char *path, bool to_stdout)
{
    struct out *o = NULL;
    voc_rc rc = out_open(&o, path, c->common[COMMON_FORCE].i != 0, c->diag);
    if (rc) return rc;
    struct render_options ro = terminal(c, to_stdout);
    rc = f->fn ? f->fn(o, meta, tables, n, &ro) : by_plugin(c, f->plugin, o, meta, tables, n);
    if (!rc)
        rc = out_commit(o);
    else
        out_abort(o);
    if (!rc && !to_stdout) cli_say(c, "wrote %s\n", path);
    return rc;
}

// Pictures into a folder: a file for each, named like its table, with a number where that has several.
static voc_rc pictures(struct cli *c, const struct face *f, const voc_meta *meta, const voc_table *tables, size_t n, voc_str folder)
{
    const bool slash = folder.ptr[folder.len - 1] == '/';
    voc_rc rc = VOC_OK;
    size_t wanted = 0;
    for (size_t i = 0; i < n; i++) wanted += tables[i].n_figures;
    if (wanted == 0) {
        diag_error(c->diag, "OUTPUT-004", NULL, 0, "--format html makes a page of the tables", "nothing of this can be drawn: its tables have no figure");
        return VOC_E_OPTION;
    }
    if (slash && mkdir(folder.ptr, 0777) == 0) cli_say(c, "made the folder %s\n", folder.ptr);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < tables[i].n_figures && !rc; k++) {
            voc_table t = tables[i];
            // "%.0zu" of 0 is nothing
            const char *path = arena_printf(&c->arena, "%s%s%.*s%s%.0zu.svg", folder.ptr, slash ? "" : "/", STR_ARG(t.name),
                                            k ? "-" : "", k ? k + 1 : 0);
            t.figures += k;
            t.n_figures = 1;
            rc = path ? one_file(c, f, meta, &t, 1, path, false) : VOC_E_NOMEM;
        }
    return rc;
}

voc_rc cli_tables(struct cli *c, struct project *p, const struct journey *j, struct table **tables, size_t n)
{
    voc_table chosen[TABLES_MAX];
    struct face f = {0};
    struct meta_room *room = NULL;
    voc_meta meta;
    size_t k = 0;
    voc_str file = c->common[COMMON_OUTPUT].s;
    bool to_stdout = file.len == 0 || str_is(file, "-");
    voc_rc rc = find_face(c, &f);
    if (!rc) rc = choose(c, tables, n, &f, chosen, &k);
    if (!rc) rc = meta_new(&room, c, p, j, &meta);
    if (!rc)
        rc = f.draws && is_folder(file) ? pictures(c, &f, &meta, chosen, k, file)
                                        : one_file(c, &f, &meta, chosen, k, to_stdout ? "-" : file.ptr, to_stdout);
    meta_free(room);
    return rc;
}

voc_rc cli_output_check(struct cli *c)
{
    struct face f = {0};
    struct out *o = NULL;
    struct stat st;
    voc_str file = c->common[COMMON_OUTPUT].s;
    voc_rc rc = find_face(c, &f);
    if (rc || file.len == 0 || str_is(file, "-") || (f.draws && is_folder(file))) return rc;
    if (stat(file.ptr, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return VOC_OK; // a pipe would see its writer go
    rc = out_open(&o, file.ptr, c->common[COMMON_FORCE].i != 0, c->diag);
    if (o) out_abort(o);
    return rc;
}

voc_rc cli_output_spares(struct cli *c)
{
    struct stat st, read;
    voc_str file = c->common[COMMON_OUTPUT].s;
    if (file.len == 0 || str_is(file, "-") || stat(file.ptr, &st) != 0 || !S_ISREG(st.st_mode)) return VOC_OK;
    const char *why = file_look(file.ptr).kind == FILE_PROJECT ? "it is a project" : NULL;
    for (int i = 0; i < c->n_args && !why; i++)
        if (stat(c->args[i], &read) == 0 && read.st_dev == st.st_dev && read.st_ino == st.st_ino) why = "the command reads it";
    if (!why) return VOC_OK;
    diag_error(c->diag, "OUT-003", file.ptr, 0, "name another file with -o; not even --force writes over this one", "%s, and would be lost", why);
    return VOC_E_POLICY;
}
