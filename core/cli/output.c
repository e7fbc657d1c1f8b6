// SPDX-License-Identifier: MIT
// Tables out: which of them, in which format, to where; what stands above them; and exit codes.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define TABLES_MAX 256u

voc_rc cli_catalogue(struct cli *c)
{
    const voc_value *dirs = c->common ? &c->common[COMMON_PLUGIN_DIR] : NULL;
    struct catalogue_places places = {.use_defaults = true};
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
};

// A page has room for what a terminal leaves to --table: small tables that stand beside the brief ones.
static bool fits_page(const voc_table *t)
{
    return !(t->flags & VOC_TABLE_HIDDEN) && t->n_rows > 0 && t->n_rows <= 120 && t->n_columns <= 8;
}

// People see the brief tables (on a page the small ones too), csv and tsv the one table behind them, the other formats
// everything.
static voc_rc choose(struct cli *c, struct table **tables, size_t n, const struct face *f, voc_table *out, size_t *n_out)
{
    const voc_value *v = &c->common[COMMON_TABLE];
    bool any_brief = false;
    *n_out = 0;
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        voc_rc rc = table_view(tables[i], &t);
        if (rc) return rc;
        if (t.flags & VOC_TABLE_BRIEF) any_brief = true;
    }
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        voc_rc rc = table_view(tables[i], &t);
        if (rc) return rc;
        bool brief = (t.flags & VOC_TABLE_BRIEF) != 0, hidden = (t.flags & VOC_TABLE_HIDDEN) != 0;
        if (f->page && !v->set && any_brief && fits_page(&t)) brief = true;
        if (v->set ? !named(v, t.name) : f->people ? (any_brief ? !brief : hidden) : f->one && ((any_brief && brief && n > 1) || *n_out)) continue;
        out[(*n_out)++] = t;
    }
    if (*n_out || n == 0) return VOC_OK;
    struct buf b;
    const char *names[TABLES_MAX];
    size_t k = 0;
    voc_str wanted = v->n_list ? v->list[0] : (voc_str){"", 0};
    buf_init(&b, 4096);
    for (size_t i = 0; i < n && i < TABLES_MAX; i++) {
        voc_table t;
        if (table_view(tables[i], &t) != VOC_OK) continue;
        buf_printf(&b, "%s%.*s", i ? ", " : "there are ", (int)t.name.len, t.name.ptr);
        if ((names[k] = arena_printf(&c->arena, "%.*s", (int)t.name.len, t.name.ptr)) != NULL) k++;
    }
    const char *near = str_nearest(wanted, names, k);
    if (near) buf_printf(&b, "; did you mean %s?", near);
    diag_error(c->diag, "OUTPUT-003", NULL, 0, b.ptr, "there is no table \"%.*s\"", (int)(wanted.len > 60 ? 60 : wanted.len), wanted.ptr);
    buf_done(&b);
    return VOC_E_OPTION;
}

// ---- what stands above them ------------------------------------------------------------------------------------------------

struct meta_room {
    struct arena *a;
    VEC(struct voc_meta_input) inputs;
    VEC(int64_t) numbers; // of the imports, beside inputs
    VEC(voc_str) assumed;
    struct buf why;     // what one import left out, or what was assumed
    int64_t import;     // whose lines stand in `why`
    size_t n_why, more; // lines, reasons beyond them
    bool ignored;
};

#define WHY_MAX 8u // rules or reasons of a file; the rest is counted

static voc_rc add_input(void *user, const struct store_import *i)
{
    struct meta_room *m = user;
    bool ok = true;
    voc_rc rc = vec_reserve(&m->inputs, 1, 1 << 20);
    if (!rc) rc = vec_reserve(&m->numbers, 1, 1 << 20);
    if (rc) return rc;
    struct voc_meta_input in = {.bytes = i->bytes, .rows = i->events, .records = i->records, .gave = i->gave, .rejected = i->rejected, .ignored = i->ignored};
    in.source = arena_str(m->a, i->source.ptr, i->source.len, &ok);
    in.hash = arena_str(m->a, i->hash_hex.ptr, i->hash_hex.len, &ok);
    in.file_name = arena_str(m->a, i->file_name.ptr, i->file_name.len, &ok);
    in.plugin = arena_str(m->a, i->plugin.ptr, i->plugin.len, &ok);
    m->numbers.at[m->numbers.n++] = i->number;
    m->inputs.at[m->inputs.n++] = in;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc end_why(struct meta_room *m)
{
    bool ok = true;
    if (m->more) buf_printf(&m->why, "\nand %zu more %s", m->more, m->ignored ? "rules" : "reasons");
    voc_str text = arena_str(m->a, m->why.ptr ? m->why.ptr : "", m->why.len, &ok);
    for (size_t i = 0; i < m->inputs.n && m->why.len; i++)
        if (m->numbers.at[i] == m->import) *(m->ignored ? &m->inputs.at[i].ignored_by : &m->inputs.at[i].rejected_by) = text;
    voc_rc rc = m->why.rc;
    buf_clear(&m->why);
    m->n_why = m->more = 0;
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc add_why(void *user, const struct store_left_out *l)
{
    struct meta_room *m = user;
    voc_rc rc = m->import == l->import ? VOC_OK : end_why(m);
    m->import = l->import;
    if (m->n_why == WHY_MAX) {
        m->more++;
        return rc;
    }
    if (m->n_why++) buf_byte(&m->why, '\n');
    buf_printf(&m->why, "%llu %s", (unsigned long long)l->records, l->records == 1 ? "record" : "records");
    if (l->first_line) buf_printf(&m->why, l->records == 1 ? ", in line %llu" : ", the first in line %llu", (unsigned long long)l->first_line);
    buf_printf(&m->why, ": %.*s", (int)(l->why.len > 300 ? 300 : l->why.len), l->why.ptr);
    return rc;
}

static voc_rc add_assumed(void *user, const struct store_source *s)
{
    struct meta_room *m = user;
    bool ok = true;
    voc_rc rc = vec_reserve(&m->assumed, 2, 1 << 20);
    for (int i = 0; i < 2 && !rc; i++) {
        if (i == 0 ? !s->actor_assumed : s->resolution != VOC_RES_DAY) continue;
        buf_clear(&m->why);
        buf_printf(&m->why, i == 0 ? "source \"%.*s\" does not say who acted: the customer is taken to have acted" : "in %.*s stand days without a time: what came first within a day is not known",
                   (int)(s->id.len > 200 ? 200 : s->id.len), s->id.ptr);
        m->assumed.at[m->assumed.n++] = arena_str(m->a, m->why.ptr ? m->why.ptr : "", m->why.len, &ok);
    }
    return rc ? rc : ok ? VOC_OK : VOC_E_NOMEM;
}

// What the project says about its inputs.
static voc_rc ask_project(struct project *p, struct meta_room *m, voc_meta *out)
{
    struct store_counts n;
    voc_rc rc = store_imports(p, add_input, m);
    m->ignored = true;
    if (!rc) rc = store_ignored(p, add_why, m);
    if (!rc) rc = end_why(m);
    m->ignored = false;
    if (!rc) rc = store_rejected(p, add_why, m);
    if (!rc) rc = end_why(m);
    if (!rc) rc = store_sources(p, add_assumed, m);
    if (!rc) rc = store_count(p, &n);
    if (rc) return rc;
    out->first_us = n.first_us;
    out->last_us = n.last_us;
    out->project = str_of(project_name(p));
    return VOC_OK;
}

// The command as typed without the options that say where to and how: what they take goes with them.
static voc_str again(struct arena *a, const char *typed)
{
    static const char *const with_value[] = {"-o", "--output", "-f", "--format", "--table", "--color", "--memory", "--plugin-dir"}, *const alone[] = {"--force", "-q", "--quiet"};
    struct buf b;
    bool ok = true, skip = false;
    buf_init(&b, 1 << 16);
    for (const char *s = typed; *s;) {
        const char *end = s;
        for (bool quoted = false; *end && (quoted || *end != ' '); end++) quoted ^= *end == '\'';
        voc_str word = str_mk(s, (size_t)(end - s));
        bool drop = skip;
        skip = false;
        for (size_t i = 0; i < sizeof with_value / sizeof *with_value && !drop; i++) {
            bool same = str_is(word, with_value[i]), joined = str_starts(word, with_value[i]) && (with_value[i][1] != '-' || word.ptr[strlen(with_value[i])] == '=');
            drop = same || joined;
            skip = same;
        }
        for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) drop = drop || str_is(word, alone[i]);
        if (!drop) buf_printf(&b, "%s%.*s", b.len ? " " : "", (int)word.len, word.ptr);
        for (s = end; *s == ' ';) s++;
    }
    voc_str out = arena_str(a, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    return ok ? out : STR("");
}

// What a result is called above a page. Other commands, and analyses, have their summary.
static voc_rc entitle(struct cli *c, voc_meta *m)
{
    static const struct { const char *command, *title, *about; } known[] = {
        {"stages", "where customers stand", "How many entered each stage, went on, went back or left it, how many are in it now, and how long it took half of them to leave it."},
        {"stats", "what the project holds", "How much was read from each source, from when to when, and what was not understood."},
        {"rejects", "what could not be read", "Each record that was not understood: its file and line, the reason, and the text as it stood there."},
        {"sql", "the answer to a question", NULL},
        {"holdout", "what a random test would need", "For each touchpoint that only a random test can settle: how many go without it, for how many weeks, and what that saves."},
        {"import", "what was read", "Each file with the account of its records: every one gave rows, was rejected with a reason, or was ignored by a rule."}};
    m->again = again(&c->arena, c->typed);
    if (!c->command) {
        m->about = c->analysis ? str_of(c->analysis->desc->summary) : STR("");
        return VOC_OK;
    }
    m->about = str_of(c->command->summary);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(c->command->name, known[i].command) != 0) continue;
        m->title = str_of(known[i].title);
        if (known[i].about) m->about = str_of(known[i].about);
    }
    bool sql = strcmp(c->command->name, "sql") == 0, explain = strcmp(c->command->name, "explain") == 0;
    if ((!sql && !explain) || c->n_args < 2) return VOC_OK;
    struct buf b;
    bool ok = true;
    buf_init(&b, 1 << 16);
    buf_printf(&b, sql ? "The question in SQL: \"%.*s\"" : "%.*s, explained", 4000, c->args[1]);
    *(sql ? &m->about : &m->title) = arena_str(&c->arena, b.ptr ? b.ptr : "", b.len, &ok);
    buf_done(&b);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc add_definition(const struct journey *j, struct arena *a, voc_meta *out)
{
    struct voc_meta_definition *def = arena_alloc(a, sizeof *def);
    char *hex = arena_alloc(a, 2 * HASH_BYTES + 1);
    if (!def || !hex) return VOC_E_NOMEM;
    hash_hex(j->hash, hex);
    *def = (struct voc_meta_definition){j->id, j->version, str_of(hex)};
    out->definitions = def;
    out->n_definitions = 1;
    return VOC_OK;
}

static voc_rc make_meta(struct cli *c, struct project *p, const struct journey *j, struct meta_room *room, voc_meta *out)
{
    *out = (voc_meta){.struct_size = sizeof *out,
                      .input_size = sizeof(struct voc_meta_input),
                      .definition_size = sizeof(struct voc_meta_definition),
                      .command = str_of(c->typed),
                      .program = STR("voc"),
                      .version = STR(VOC_VERSION),
                      .project = STR(""),
                      .title = STR(""),
                      .first_us = VOC_NA,
                      .last_us = VOC_NA};
    voc_rc rc = p ? ask_project(p, room, out) : VOC_OK;
    if (!rc) rc = entitle(c, out);
    if (!rc && j && j->n_stages) rc = add_definition(j, room->a, out);
    if (rc) return rc;
    out->inputs = room->inputs.at;
    out->n_inputs = room->inputs.n;
    out->assumptions = room->assumed.at;
    out->n_assumptions = room->assumed.n;
    size_t n = diag_n(c->diag), k = 0;
    voc_str *warnings = arena_alloc(room->a, (n + 1) * sizeof *warnings);
    if (!warnings) return VOC_E_NOMEM;
    for (size_t i = 0; i < n; i++)
        if (diag_at(c->diag, i)->severity == VOC_WARNING) warnings[k++] = str_of(diag_at(c->diag, i)->message);
    out->warnings = warnings;
    out->n_warnings = k;
    return VOC_OK;
}

static void room_done(struct meta_room *m)
{
    vec_free(&m->inputs);
    vec_free(&m->numbers);
    vec_free(&m->assumed);
    buf_done(&m->why);
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

static voc_rc find_face(struct cli *c, struct face *f)
{
    voc_str format = c->common[COMMON_FORMAT].s, file = c->common[COMMON_OUTPUT].s;
    bool by_extension = format.len == 0 && file.len;
    if (by_extension) {
        const char *dot = NULL;
        for (size_t i = 0; i < file.len; i++) dot = file.ptr[i] == '.' ? file.ptr + i : file.ptr[i] == '/' ? NULL : dot;
        format = dot ? str_mk(dot + 1, (size_t)(file.ptr + file.len - dot - 1)) : STR("txt");
        if (str_is(format, "txt")) format = STR("table");
    }
    if (!format.len) format = STR("table");
    f->fn = render_find(format);
    f->people = str_is(format, "table");
    f->one = str_is(format, "csv") || str_is(format, "tsv");
    if (f->fn) return VOC_OK;
    voc_rc rc = find_plugin(c, format, by_extension, &f->plugin);
    f->people = true;
    const voc_output_ops *ops = f->plugin ? f->plugin->ops : NULL;
    f->page = ops && ops->mime && strcmp(ops->mime, "text/html") == 0;
    if (rc || f->plugin) return rc;
    diag_error(c->diag, "OUTPUT-001", NULL, 0, "csv opens in a spreadsheet, html is a page to show, md goes into a document; and table, tsv, json, jsonl (voc plugin list shows all)", "there is no format \"%.*s\"",
               (int)(format.len > 60 ? 60 : format.len), format.ptr);
    return VOC_E_OPTION;
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

static voc_rc by_plugin(struct cli *c, struct plugin *p, struct out *o, const voc_meta *meta, const voc_table *tables, size_t n)
{
    const voc_output_ops *ops = p->ops;
    struct voc_context cx;
    voc_writer w = {o};
    voc_value *options = NULL;
    void *instance = NULL;
    context_init(&cx, p, c->diag, NULL);
    voc_rc rc = options_parse(&c->arena, p->desc->options, p->desc->n_options, p->desc->option_size, c->repeated, c->n_repeated, &options, c->diag);
    if (!rc) rc = ops->begin(host_table(), &cx, &w, meta, options, &instance);
    for (size_t i = 0; i < n && !rc; i++) rc = ops->table(instance, &tables[i]);
    if (!rc) rc = ops->end(instance);
    if (instance) ops->close(instance);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    options_done(options, options ? p->desc->n_options : 0);
    context_done(&cx);
    return rc;
}

voc_rc cli_tables(struct cli *c, struct project *p, const struct journey *j, struct table **tables, size_t n)
{
    voc_table chosen[TABLES_MAX];
    struct face f = {0};
    struct meta_room room = {.a = &c->arena, .import = -1};
    struct out *o = NULL;
    voc_meta meta;
    size_t k = 0;
    voc_str file = c->common[COMMON_OUTPUT].s;
    bool to_stdout = file.len == 0 || str_is(file, "-");
    buf_init(&room.why, 1 << 16);
    voc_rc rc = find_face(c, &f);
    if (!rc) rc = choose(c, tables, n, &f, chosen, &k);
    if (!rc) rc = make_meta(c, p, j, &room, &meta);
    if (!rc) rc = out_open(&o, to_stdout ? "-" : file.ptr, c->common[COMMON_FORCE].i != 0, c->diag);
    if (!rc) {
        struct render_options ro = terminal(c, to_stdout);
        rc = f.fn ? f.fn(o, &meta, chosen, k, &ro) : by_plugin(c, f.plugin, o, &meta, chosen, k);
        if (!rc)
            rc = out_commit(o);
        else
            out_abort(o);
    }
    room_done(&room);
    if (!rc && !to_stdout) cli_say(c, "wrote %s\n", file.ptr);
    return rc;
}

voc_rc cli_output_check(struct cli *c)
{
    struct face f = {0};
    struct out *o = NULL;
    struct stat st;
    voc_str file = c->common[COMMON_OUTPUT].s;
    voc_rc rc = find_face(c, &f);
    if (rc || file.len == 0 || str_is(file, "-")) return rc;
    if (stat(file.ptr, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return VOC_OK; // a pipe would see its writer go
    rc = out_open(&o, file.ptr, c->common[COMMON_FORCE].i != 0, c->diag);
    if (o) out_abort(o);
    return rc;
}
