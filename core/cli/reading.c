// SPDX-License-Identifier: MIT
// Files in place of a project: each is read as voc import would read it, into a project that is private to this process, is
// never synced, and is gone with it. Results are those of an import and the command, to the byte, so hints and tables speak of
// the project that `voc import` would make. What was read is told on the error output.
#include "cli/reading.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/check/check.h"
#include "cli/options.h"
#include "cli/replay.h"
#include "cli/sources.h"
#include "host/import/file_kind.h"

const voc_option read_options[READ_N] = {
    [READ_AS] = {"as", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "PLUGIN", "read files with this input plugin instead of guessing"},
    [READ_SOURCE] = {"source", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "ID", "the source that the files belong to (sources.xml of the journey)"},
    [READ_SOURCES] = {"sources", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FILE", "a sources.xml that says how files are read, such as voc sniff --sources writes"},
    [READ_JOURNEY] = {"journey", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "FOLDER", "follow this journey for once"},
    [READ_MAX_REJECTS] = {"max-rejects", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "N|N%", "give no answer where a file has more rejects than this, or than this share of its records"},
};

// ---- options -----------------------------------------------------------------------------------------------------------------

bool reading_applies(const struct cli *c)
{
    static int (*const runs[])(struct cli *) = {run_stages, run_sql, run_run};
    for (size_t i = 0; c->command && i < sizeof runs / sizeof *runs; i++)
        if (c->command->run == runs[i]) return true;
    return !c->command && c->analysis;
}

static bool has_option(const voc_option *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0) return true;
    return false;
}

// An analysis, or a command, may have an option of such a name itself: then that is it.
voc_rc reading_prepare(struct cli *c)
{
    const voc_option *own = c->command ? c->command->options : c->analysis->desc->options;
    size_t n = c->command ? c->command->n_options : c->analysis->desc->n_options, size = c->command ? sizeof *own : c->analysis->desc->option_size;
    voc_option *table = arena_alloc(&c->arena, (n + READ_N) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    memset(table, 0, (n + READ_N) * sizeof *table);
    for (size_t i = 0; i < n; i++) memcpy(&table[i], option_at(own, size, i), size < sizeof *table ? size : sizeof *table);
    c->table = table;
    c->n_table = n;
    for (size_t i = 0; i < READ_N; i++)
        if (!has_option(table, n, read_options[i].name)) table[c->n_table++] = read_options[i];
    return VOC_OK;
}

static const voc_value *value_of(const struct cli *c, unsigned which)
{
    static const voc_value unset = {0};
    for (size_t i = 0; i < c->n_table; i++)
        if (strcmp(c->table[i].name, read_options[which].name) == 0) return &c->own[i];
    return &unset;
}

// How a file is read says nothing of one that was read long ago.
static voc_rc need_files(struct cli *c)
{
    for (unsigned i = 0; i < READ_N; i++) {
        if (i == READ_JOURNEY || !value_of(c, i)->set) continue;
        diag_error(c->diag, "READ-002", NULL, 0,
                   arena_printf(&c->arena, "leave it out; voc import %s FILE --%s %s reads a file into the project so", cli_word(c, c->args[0]),
                                read_options[i].name, read_options[i].argument),
                   "--%s says how a file is read, and %s is a project", read_options[i].name, c->args[0]);
        return VOC_E_OPTION;
    }
    return VOC_OK;
}

// ---- which arguments -----------------------------------------------------------------------------------------------------------

static bool named_like_a_project(const char *word) { return str_ends(str_of(word), ".voc"); }

bool reading_is_file(const char *word)
{
    if (strcmp(word, "-") == 0) return true;
    switch (file_look(word).kind) {
    case FILE_PROJECT:
    case FILE_FOLDER: return false;
    case FILE_NONE: return access(word, F_OK) == 0 || (!named_like_a_project(word) && order_named_like_a_log(word));
    default: return !named_like_a_project(word);
    }
}

voc_rc reading_count(struct cli *c, int most, int *n)
{
    *n = 0;
    if (c->n_args == 0 || !reading_is_file(c->args[0])) return VOC_OK;
    for (*n = 1; *n < most; ++*n) {
        const char *word = c->args[*n];
        struct file_look look = file_look(word);
        if (look.kind != FILE_PROJECT && !named_like_a_project(word)) {
            if (file_say_missing(word, look, &c->arena, c->diag)) return VOC_E_IO; // not after the others were read
            continue;
        }
        diag_error(c->diag, "READ-001", NULL, 0, "name the project alone, or only files", "%s is a project, among files", word);
        return VOC_E_OPTION;
    }
    return VOC_OK;
}

// ---- what is told ----------------------------------------------------------------------------------------------------------------

// "a\nb" on one line: "a; b".
static void say_lines(const struct cli *c, const char *text)
{
    const char *between = "  ";
    for (size_t n; *text; text += n + (text[n] != 0)) {
        n = strcspn(text, "\n");
        if (n) cli_say(c, "%s%.*s", between, (int)n, text);
        if (n) between = "; ";
    }
    if (between[0] == ';') cli_say(c, "\n");
}

static void say_read(struct cli *c, const char *name, const struct import_report *r)
{
    const struct import_account *a = &r->account;
    const struct import_result *x = &r->result;
    cli_say(c, "%s, read by %s: %llu records = %llu gave rows + %llu rejected + %llu ignored\n", name, r->plugin, (unsigned long long)a->records, (unsigned long long)a->gave,
            (unsigned long long)a->rejected, (unsigned long long)a->ignored);
    say_lines(c, r->mapping);
    for (size_t i = 0; i < a->n_by_rule; i++)
        cli_say(c, "  ignored (%.*s): %llu records\n", STR_SHOWN(a->by_rule[i].rule, 250),
                (unsigned long long)a->by_rule[i].records);
    if (r->assumed[0]) cli_say(c, "  assumed: %s\n", r->assumed);
    if (r->charset[0] && strcmp(r->charset, "UTF-8") != 0) cli_say(c, "  assumed: read as %s\n", r->charset);
    if (x->already) cli_say(c, "  the same as a file before it: nothing is counted twice\n");
    if (x->continued) cli_say(c, "  begins with a file before it: continued behind it, skipping %llu records\n", (unsigned long long)x->repeated_records);
    if (x->renewed) cli_say(c, "  begins with a file before it, which was no whole number of records: read in its place\n");
    if (a->rejected) cli_say(c, "  voc rows %s --rejects-only shows what was not understood, and why\n", strcmp(name, "stdin") == 0 ? "FILE" : cli_word(c, name));
}

// Does "voc NAME" take files in place of a project?
static bool takes_files(voc_str name)
{
    if (str_is(name, "stages") || str_is(name, "sql") || str_is(name, "run")) return true;
    for (const char *const *w = command_words(); *w; w++)
        if (str_is(name, *w)) return false;
    return name.len > 0;
}

// The word before " PROJECT" that `voc` stands before; empty: there is none.
static voc_str command_before(const char *text, const char *at)
{
    const char *from = at;
    while (from > text && from[-1] != ' ') from--;
    return from - text >= 4 && memcmp(from - 4, "voc ", 4) == 0 ? str_mk(from, (size_t)(at - from)) : STR("");
}

// "voc flow PROJECT" is asked of the files again, "voc journey use PROJECT ID" is the option; all else wants the project.
static voc_rc name_files(void *user, struct buf *out, const char *text)
{
    static const char word[] = " PROJECT", use[] = "voc journey use";
    const struct cli *c = user;
    const char *from = text;
    for (const char *at; (at = strstr(from, word)) != NULL; from = at + sizeof word - 1) {
        bool follow = at - from >= (ptrdiff_t)sizeof use - 1 && memcmp(at - sizeof use + 1, use, sizeof use - 1) == 0;
        (void)buf_add(out, from, (size_t)(at - from) - (follow ? sizeof use - 1 : 0));
        if (follow) buf_cstr(out, "--journey");
        else if (takes_files(command_before(text, at))) buf_cstr(out, c->files);
        else shell_word(out, c->project);
    }
    return buf_cstr(out, from);
}

voc_rc reading_hint(struct cli *c, struct buf *out, const char *hint)
{
    return c->files ? name_files(c, out, hint) : buf_named(out, hint, "PROJECT", c->project);
}

voc_rc reading_table(struct cli *c, struct table *t, const char *project)
{
    return c->files ? table_reword(t, name_files, c) : table_name_project(t, project);
}

static void add_option(struct buf *b, const char *name, voc_str value)
{
    char word[4200];
    int n = snprintf(word, sizeof word, "--%s=%.*s", name, STR_SHOWN(value, 4000));
    if (n > 0 && (size_t)n < sizeof word) shell_word(b, word);
}

const char *reading_typed(struct cli *c, int n_files)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < n_files; i++) shell_word(&b, c->args[i]);
    for (unsigned i = 0; i < READ_N && n_files; i++) {
        const voc_value *v = value_of(c, i);
        if (v->set && i == READ_MAX_REJECTS) buf_printf(&b, " --max-rejects=%.*s", STR_ARG(v->s));
        else if (v->set) add_option(&b, read_options[i].name, v->s);
    }
    for (size_t i = 0; i < c->n_repeated && n_files; i++) {
        const char *word = arena_printf(&c->arena, "%.*s=%.*s", STR_ARG(c->repeated[i].name), STR_ARG(c->repeated[i].value));
        if (!word) b.rc = VOC_E_NOMEM;
        if (word) buf_cstr(&b, " -O"), shell_word(&b, word);
    }
    const char *s = b.rc ? NULL : arena_printf(&c->arena, "%s", b.ptr ? b.ptr : "");
    buf_done(&b);
    return s;
}

// Is there a file to read, so that a plugin may be told how?
static bool reads_files(const struct cli *c)
{
    static int (*const always[])(struct cli *) = {run_import, run_rows, run_sniff, run_plugin_check, run_rejects};
    int (*run)(struct cli *) = c->command ? c->command->run : NULL;
    for (size_t i = 0; run && i < sizeof always / sizeof *always; i++)
        if (run == always[i]) return true;
    if (c->n_args == 0) return false;
    if (run == run_worksheet || run == run_journey_infer) return file_look(c->args[0]).kind != FILE_PROJECT;
    return reading_applies(c) && reading_is_file(c->args[0]);
}

voc_rc reading_options(struct cli *c)
{
    const bool read = reads_files(c), shared = c->command && c->command->run == run_run; // voc run has -O ANALYSIS.NAME=VALUE too
    size_t kept = 0;
    c->faced = arena_alloc(&c->arena, (c->n_repeated + 1) * sizeof *c->faced);
    if (!c->faced) return VOC_E_NOMEM;
    for (size_t i = 0; i < c->n_repeated; i++) {
        const struct option_given g = c->repeated[i];
        bool has = false;
        voc_rc rc = cli_output_has(c, g.name, &has);
        if (rc) return rc;
        if (has) c->faced[c->n_faced++] = g;
        else if (read || (shared && memchr(g.name.ptr, '.', g.name.len))) c->repeated[kept++] = g;
        else {
            diag_error(c->diag, "READ-004", NULL, 0,
                       shared ? "voc run takes -O ANALYSIS.NAME=VALUE for an analysis, such as -O flow.gap=1d; voc plugin show ANALYSIS says what each can be told"
                              : "voc import PROJECT FILE -O NAME=VALUE tells the plugin that reads a file; voc plugin show PLUGIN says what each can be told",
                       "-O %.*s is for a plugin that reads files or writes the answer, and here none has it", STR_SHOWN(g.name, 100));
            return VOC_E_OPTION;
        }
    }
    c->n_repeated = kept;
    return VOC_OK;
}

// ---- reading -----------------------------------------------------------------------------------------------------------------------

static voc_rc read_file(struct cli *c, struct project *p, const struct journey *j, bool sources_only, const char *path, struct progress *progress)
{
    struct import_report report;
    const char *slash = strrchr(path, '/'), *name = slash && slash[1] ? slash + 1 : path;
    const voc_value *max = value_of(c, READ_MAX_REJECTS);
    struct import_request r = {.project = p, .catalogue = c->catalogue, .isolate = cli_isolate(c), .journey = j,
                               .sources_only = sources_only, .path = path, .as = value_of(c, READ_AS)->s,
                               .source = value_of(c, READ_SOURCE)->s, .options = c->repeated, .n_options = c->n_repeated,
                               .threads = cli_threads(c), .memory_max = cli_memory(c), .progress = progress_import,
                               .progress_user = progress, .kept = c->kept};
    if (strcmp(path, "-") == 0) r.name = name = "stdin";
    progress_of(progress, name);
    voc_rc rc = cli_max_rejects(c, max, &r);
    if (!rc) rc = import_file(&r, &report, &c->arena, c->diag);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    if (rc == VOC_E_CHECK) c->rejects = true;
    progress_clear(progress);
    if (!rc) say_read(c, name, &report);
    return rc;
}

static voc_rc need_events(struct cli *c, struct project *p)
{
    struct store_counts n = {0};
    voc_rc rc = store_count(p, &n);
    if (rc || n.events) return rc;
    diag_error(c->diag, "READ-003", NULL, 0, "voc rows FILE --limit 5 shows what a file gives", "there are no events in what was read");
    return VOC_E_INPUT;
}

static voc_rc follow(struct cli *c, struct project *p, struct journey **j)
{
    struct journey *named = NULL;
    voc_str folder = value_of(c, READ_JOURNEY)->s;
    voc_rc rc = folder.len ? cli_journey(c, NULL, folder, &named) : VOC_OK;
    if (!rc && named) rc = cli_attach(p, named);
    journey_free(named);
    return rc ? rc : cli_journey(c, p, (voc_str){"", 0}, j);
}

// Nothing is in the project yet.
static uint32_t wanted(struct cli *c, struct project *p, const struct journey *j, const struct fold_item *asked, size_t n)
{
    const struct fold_request r = {.project = p, .journey = j, .threads = 1, .end_us = VOC_NA, .memory_max = cli_memory(c),
                                   .analysis = cli_beside, .analysis_user = c};
    return n ? fold_wants(&r, asked, n) : 0;
}

static voc_rc read_all(struct cli *c, struct project *p, struct journey **j, int n_files, const struct fold_item *asked, size_t n_asked)
{
    struct progress progress;
    struct journey *only = NULL; // its sources alone
    voc_rc rc = follow(c, p, j);
    if (n_files == 1 && !(c->command && c->command->run == run_sql)) project_hold_events(p);
    if (!rc) c->kept = wanted(c, p, *j, asked, n_asked);
    if (!rc && value_of(c, READ_SOURCES)->set) rc = sources_read(c, value_of(c, READ_SOURCES)->s, (*j)->zone, &only);
    cli_progress_begin(c, &progress);
    for (int i = 0; i < n_files && !rc; i++) rc = read_file(c, p, only ? only : *j, only != NULL, c->args[i], &progress);
    cli_progress_end(c);
    journey_free(only);
    return rc ? rc : need_events(c, p);
}

static voc_rc read_files(struct cli *c, int n_files, const struct fold_item *asked, size_t n_asked, struct project **out, struct journey **j)
{
    const char *made = cli_project_for(c, c->args[0]);
    voc_rc rc = cli_catalogue(c);
    const char *words = rc ? NULL : reading_typed(c, n_files);
    if (!rc && !words) rc = VOC_E_NOMEM;
    if (!rc) rc = project_open_private(out, made, cli_memory(c) / 8, c->diag);
    if (rc) return rc;
    c->stopped = "nothing was kept; run the same command again";
    c->project = made;
    c->files = words;
    rc = read_all(c, *out, j, n_files, asked, n_asked);
    if (!rc) cli_say(c, "Nothing was kept: voc import %s%s keeps it.\n\n", cli_word(c, made), words);
    c->args += n_files - 1;
    c->n_args -= n_files - 1;
    c->args[0] = made;
    return rc;
}

voc_rc reading_open(struct cli *c, int n_files, const struct fold_item *asked, size_t n_asked, struct project **p, struct journey **j)
{
    if (n_files) return read_files(c, n_files, asked, n_asked, p, j);
    voc_rc rc = need_files(c);
    if (!rc) rc = cli_open(c, p, PROJECT_READ);
    return rc ? rc : cli_journey(c, *p, value_of(c, READ_JOURNEY)->s, j);
}
