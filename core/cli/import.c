// SPDX-License-Identifier: MIT
// voc import: files into a project, one transaction a file, with the account of records and bytes.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/replay.h"
#include "cli/sources.h"
#include "cli/worksheet/subject.h"

#define GUESS_MAX 400u // bytes of what is told of one file among several

static voc_rc account_columns(struct table *t)
{
    static const struct { const char *name, *title; uint32_t type, flags; const char *help; } columns[] = {
        {"file", "file", VOC_CELL_TEXT, 0, "name without folder"},
        {"plugin", "read by", VOC_CELL_TEXT, 0, "the input plugin"},
        {"source", "source", VOC_CELL_TEXT, VOC_COLUMN_DETAIL, "id of the source"},
        {"records", "records", VOC_CELL_INT, 0, "records read = gave rows + rejected + ignored"},
        {"gave_rows", "gave rows", VOC_CELL_INT, 0, "records that gave rows"},
        {"rejected", "rejected", VOC_CELL_INT, 0, "records not understood: voc rejects"},
        {"ignored", "ignored", VOC_CELL_INT, 0, "records left out by a named rule"},
        {"events", "events", VOC_CELL_INT, 0, "events stored"},
        {"replaced", "replaced", VOC_CELL_INT, VOC_COLUMN_DETAIL, "events that replaced an earlier one of the same id"},
        {"repeated", "repeated", VOC_CELL_INT, VOC_COLUMN_DETAIL, "records that an earlier import already held"},
        {"attributes", "attributes", VOC_CELL_INT, VOC_COLUMN_DETAIL, "facts about people, accounts and cases"},
        {"words", "words", VOC_CELL_INT, VOC_COLUMN_DETAIL, "verbatims"},
        {"bytes", "bytes", VOC_CELL_INT, 0, "decoded bytes = records + framing"},
        {"record_bytes", "in records", VOC_CELL_INT, VOC_COLUMN_DETAIL, "bytes of records"},
        {"framing_bytes", "framing", VOC_CELL_INT, VOC_COLUMN_DETAIL, "headers, line ends, markup"},
        {"first", "first", VOC_CELL_TIME, VOC_COLUMN_DETAIL, "time of the first event"},
        {"last", "last", VOC_CELL_TIME, VOC_COLUMN_DETAIL, "time of the last event"},
    };
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < sizeof columns / sizeof *columns && !rc; i++)
        rc = table_column(t, columns[i].name, columns[i].title, columns[i].type, "", columns[i].flags, columns[i].help);
    return rc;
}

static void account_row(struct table *t, const char *file, const struct import_report *r)
{
    const struct import_account *a = &r->account;
    const struct import_result *x = &r->result;
    table_text(t, str_of(file));
    table_text(t, str_of(r->plugin));
    table_text(t, str_of(r->source));
    table_int(t, (int64_t)a->records);
    table_int(t, (int64_t)a->gave);
    table_int(t, (int64_t)a->rejected);
    table_int(t, (int64_t)a->ignored);
    table_int(t, (int64_t)x->events);
    table_int(t, (int64_t)x->replaced_events);
    table_int(t, (int64_t)x->repeated_records);
    table_int(t, (int64_t)x->attributes);
    table_int(t, (int64_t)x->words);
    table_int(t, (int64_t)a->bytes);
    table_int(t, (int64_t)(a->bytes - a->framing_bytes));
    table_int(t, (int64_t)a->framing_bytes);
    table_time(t, x->first_us);
    table_time(t, x->last_us);
}

// file NULL: there is only one, and it need not be named again.
static voc_rc say(struct table *t, uint32_t kind, const char *file, voc_str text, uint64_t n)
{
    struct buf b;
    buf_init(&b, 8192);
    if (file) buf_printf(&b, "%s: ", file);
    buf_str(&b, text);
    if (n) buf_printf(&b, ": %llu %s", (unsigned long long)n, n == 1 ? "record" : "records");
    voc_rc rc = b.rc ? b.rc : table_note(t, kind, b.ptr);
    buf_done(&b);
    return rc;
}

static voc_str next_line(voc_str *rest)
{
    const char *nl = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    voc_str line = str_mk(rest->ptr, nl ? (size_t)(nl - rest->ptr) : rest->len);
    *rest = str_mk(rest->ptr + line.len + (nl != NULL), rest->len - line.len - (nl != NULL));
    return line;
}

// Of one file among several: by which plugin, why, and what it made of the columns, in one line.
static voc_rc guess_note(struct table *t, const char *file, const struct import_report *r)
{
    voc_str rest = str_of(r->mapping);
    struct buf b;
    buf_init(&b, 8192);
    buf_printf(&b, "read by %s", r->plugin);
    if (r->reason[0]) buf_printf(&b, " (%s)", r->reason);
    const char *between = ": ";
    while (rest.len) {
        voc_str line = next_line(&rest);
        if (!line.len || str_starts(line, "attributes of") || str_starts(line, "change with") || (r->reason[0] && str_starts(line, "read as"))) continue; // voc sniff tells them
        if (b.len + line.len > GUESS_MAX) {
            buf_printf(&b, "%smore by voc sniff", between);
            break;
        }
        buf_printf(&b, "%s%.*s", between, STR_ARG(line));
        between = "; ";
    }
    voc_rc rc = b.rc ? b.rc : say(t, VOC_NOTE_AFTER, file, str_mk(b.ptr, b.len), 0);
    buf_done(&b);
    return rc;
}

// What was guessed, left out, assumed and repeated: one line each.
static voc_rc account_notes(struct table *t, const char *file, const struct import_report *r)
{
    voc_str rest = str_of(r->mapping);
    voc_rc rc = file ? guess_note(t, file, r) : VOC_OK;
    while (rest.len && !rc && !file) {
        voc_str line = next_line(&rest);
        if (line.len) rc = say(t, VOC_NOTE_AFTER, file, line, 0);
    }
    for (size_t i = 0; i < r->account.n_by_rule && !rc; i++) {
        char text[300];
        snprintf(text, sizeof text, "ignored (%.*s)", STR_SHOWN(r->account.by_rule[i].rule, 250));
        rc = say(t, VOC_NOTE_AFTER, file, str_of(text), r->account.by_rule[i].records);
    }
    if (!rc && r->assumed[0]) rc = say(t, VOC_NOTE_ASSUMED, file, str_of(r->assumed), 0);
    if (!rc && r->charset[0] && strcmp(r->charset, "UTF-8") != 0) {
        char text[100];
        snprintf(text, sizeof text, "read as %s", r->charset);
        rc = say(t, VOC_NOTE_ASSUMED, file, str_of(text), 0);
    }
    if (!rc && r->result.already) rc = say(t, VOC_NOTE_AFTER, file, STR("this file was imported before: nothing was counted twice"), 0);
    if (!rc && r->result.continued) rc = say(t, VOC_NOTE_AFTER, file, STR("begins with an earlier import: continued behind it, skipping"), r->result.repeated_records);
    if (!rc && r->result.renewed) rc = say(t, VOC_NOTE_AFTER, file, STR("has grown since an import that was no whole number of records: read anew in its place"), 0);
    if (!rc && r->result.replaced_import) rc = say(t, VOC_NOTE_AFTER, file, STR("imported before with another mapping: that import was replaced"), 0);
    if (!rc && r->result.references) rc = say(t, VOC_NOTE_NEXT, file, STR("voc tables shows the rows of reference tables that came with it"), 0);
    if (!rc && r->account.rejected && !file) rc = say(t, VOC_NOTE_NEXT, file, STR("voc rejects shows what was not understood, and why"), 0);
    return rc;
}

// The command that comes next: a journey says what counts as value, the score needs one.
static voc_rc what_next(struct cli *c, struct table *t, const struct journey *j)
{
    const char *project = cli_word(c, c->args[0]);
    struct buf b;
    buf_init(&b, 1 << 16);
    if (j->evidence_declared)
        buf_printf(&b, "voc stages %s", project);
    else if (j->n_stages)
        buf_printf(&b, "voc stages %s | voc score %s", project, project);
    else
        buf_printf(&b,
                   "voc worksheet %s -o sheet.csv: say in a sheet what each action means | voc journey use %s "
                   "online-shop (or b2b-sale, crm-pipeline, your own folder)",
                   project, project);
    voc_rc rc = b.rc ? b.rc : table_note(t, VOC_NOTE_NEXT, b.ptr);
    buf_done(&b);
    return rc;
}

static int import_exit(struct cli *c, voc_rc rc)
{
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    return rc == VOC_E_CHECK ? EXIT_REJECTS : cli_exit(c, rc);
}

static voc_rc attach(struct cli *c, struct project *p, voc_str folder)
{
    struct journey *j = NULL;
    voc_rc rc = cli_journey(c, p, folder, &j);
    if (!rc) rc = cli_attach(p, j);
    if (!rc) rc = folder_remember(c, p, arena_printf(&c->arena, "%.*s", STR_ARG(folder)));
    journey_free(j);
    return rc;
}

// What an interrupt leaves, for the last line. A signal after the last commit stopped only what tells of it.
static const char *what_is_kept(struct cli *c, const char *last_kept, size_t n_kept, const char *stopped_at)
{
    const char *files = n_kept == 1 ? last_kept : arena_printf(&c->arena, "%zu files", n_kept);
    const char *verb = n_kept == 1 ? "was" : "were";
    if (!files) return NULL;
    if (!stopped_at) return n_kept ? arena_printf(&c->arena, "%s %s kept; voc stats %s shows what there is", files, verb, cli_word(c, c->args[0])) : NULL;
    if (!n_kept) return arena_printf(&c->arena, "nothing of %s was kept; run the same command again", stopped_at);
    return arena_printf(&c->arena, "%s %s kept, nothing of %s; run the same command again: what is kept is not counted twice", files, verb, stopped_at);
}

// ---- several files --------------------------------------------------------------------------------------------------------

// Files that were found in a folder, and that nothing here reads: pictures, texts, what is empty. They are named, and fail nothing.
struct left_out { VEC(struct diag_msg) v; };

// Empty, of no known format, of another program, or for no source of --sources: nothing here reads it.
bool import_unread(const struct diag *d)
{
    static const char *const codes[] = {"IMPORT-003", "IMPORT-009", "IMPORT-013", "IMPORT-021"};
    for (size_t i = 0; i < diag_n(d); i++)
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
            if (diag_at(d, i)->code && strcmp(diag_at(d, i)->code, codes[k]) == 0) return true;
    return false;
}

static voc_rc keep_message(struct cli *c, struct left_out *l, const char *path, const struct diag_msg *m)
{
    voc_rc rc = vec_reserve(&l->v, 1, UINT32_MAX);
    struct diag_msg copy = {.severity = VOC_ERROR, .code = arena_printf(&c->arena, "%s", m->code), .file = path, .line = m->line,
                            .message = arena_printf(&c->arena, "%s", m->message)};
    if (m->hint) copy.hint = arena_printf(&c->arena, "%s", m->hint);
    if (!copy.code || !copy.message || (m->hint && !copy.hint)) return VOC_E_NOMEM;
    if (!rc) l->v.at[l->v.n++] = copy;
    return rc;
}

// Imports one of the files. Of one that was found, messages are held back until it is known whether anything reads it.
static voc_rc import_one(struct cli *c, const struct import_request *r, struct import_report *rep, bool found, struct left_out *l)
{
    diag_count_anew(c->diag); // of each file it is said what is wrong with it
    if (!found) return import_file(r, rep, &c->arena, c->diag);
    struct diag *aside = diag_new();
    if (!aside) return VOC_E_NOMEM;
    voc_rc rc = import_file(r, rep, &c->arena, aside), kept = VOC_OK;
    const bool unread = rc && import_unread(aside);
    for (size_t i = 0; i < diag_n(aside) && !kept; i++) {
        const struct diag_msg *m = diag_at(aside, i);
        if (!unread) diag_add(c->diag, m);
        else if (m->severity == VOC_ERROR) kept = keep_message(c, l, r->path, m);
    }
    diag_free(aside);
    return kept ? kept : rc;
}

static voc_rc say_left_out(struct cli *c, struct table *t, const struct left_out *l)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < l->v.n && !rc; i++) {
        const char *slash = strrchr(l->v.at[i].file, '/'), *text = arena_printf(&c->arena, "left out: %s", l->v.at[i].message);
        rc = text ? say(t, VOC_NOTE_AFTER, slash ? slash + 1 : l->v.at[i].file, str_of(text), 0) : VOC_E_NOMEM;
    }
    if (!rc && c->n_hidden) {
        const char *text = arena_printf(&c->arena, "%zu %s passed over: a dot stands in front of the name", c->n_hidden,
                                        c->n_hidden == 1 ? "file or folder was" : "files or folders were");
        rc = text ? say(t, VOC_NOTE_AFTER, NULL, str_of(text), 0) : VOC_E_NOMEM;
    }
    return rc;
}

// Of several files some were read and some were not, of which an error was said: what it asks for goes with that file alone, as others
// may not know the option.
static voc_rc say_failed(const struct cli *c, struct table *t, const char *first, size_t n)
{
    struct buf b;
    const char *slash = strrchr(first, '/');
    buf_init(&b, 8192);
    if (n == 1) buf_printf(&b, "%s: not imported: its error says why; the other files are", slash ? slash + 1 : first);
    else buf_printf(&b, "%zu files, the first is %s: not imported: their errors say why; the other files are", n, slash ? slash + 1 : first);
    voc_rc rc = b.rc ? b.rc : table_note(t, VOC_NOTE_AFTER, b.ptr);
    buf_clear(&b);
    buf_named(&b, "voc import PROJECT", "PROJECT", c->args[0]);
    buf_named(&b, " FILE and the option that its error names: it goes with this file alone", "FILE", first);
    if (!rc) rc = b.rc ? b.rc : table_note(t, VOC_NOTE_NEXT, b.ptr);
    buf_done(&b);
    return rc;
}

// What became of all files so far.
struct imported {
    struct left_out left;
    size_t n_kept, n_failed;
    const char *last_kept, *first_failed, *stopped_at;
    bool rejects; // something of one of several files was not understood
    int worst;
};

// The i-th of the files. What is wrong with it is said and counted, and others go on; what ends them all is returned.
static voc_rc take_file(struct cli *c, struct import_request *r, int i, struct table *t, struct imported *all)
{
    struct import_report report;
    const size_t n_left = all->left.v.n;
    const char *slash = strrchr(c->args[i], '/'), *name = slash ? slash + 1 : c->args[i];
    r->path = c->args[i];
    r->name = NULL;
    if (strcmp(name, "-") == 0) r->name = name = "stdin";
    progress_of(r->progress_user, name);
    voc_rc rc = import_one(c, r, &report, c->found && c->found[i], &all->left);
    if (rc == VOC_CANCELLED) all->stopped_at = name;
    if (rc && all->left.v.n == n_left) { // else nothing here reads it, which is no failure
        all->worst = import_exit(c, rc);
        if (all->n_failed++ == 0) all->first_failed = c->args[i];
    }
    if (rc) return rc == VOC_CANCELLED || rc == VOC_E_NOMEM ? rc : VOC_OK;
    all->n_kept++;
    all->last_kept = name;
    all->rejects = all->rejects || (report.account.rejected && c->n_args > 2);
    rc = replay_remember(c, r->project, r, &report, c->own[IMPORT_SOURCES].s);
    account_row(t, name, &report);
    return rc ? rc : account_notes(t, c->n_args > 2 ? name : NULL, &report);
}

static voc_rc take_files(struct cli *c, struct project *p, const struct journey *j, bool sources_only, struct table *t, struct imported *all)
{
    struct progress progress;
    struct import_request r = {.project = p, .catalogue = c->catalogue, .isolate = cli_isolate(c), .journey = j,
                               .sources_only = sources_only, .as = c->own[IMPORT_AS].s, .source = c->own[IMPORT_SOURCE].s,
                               .options = c->repeated, .n_options = c->n_repeated, .threads = cli_threads(c),
                               .memory_max = cli_memory(c), .progress = progress_import, .progress_user = &progress};
    voc_rc rc = cli_max_rejects(c, &c->own[IMPORT_MAX_REJECTS], &r);
    cli_progress_begin(c, &progress);
    for (int i = 1; i < c->n_args && !rc; i++) rc = take_file(c, &r, i, t, all);
    cli_progress_end(c);
    return rc;
}

static voc_rc import_notes(struct cli *c, struct table *t, const struct journey *j, const struct imported *all)
{
    voc_rc rc = table_semantics(t, "One line a file. Records read = gave rows + rejected + ignored; decoded bytes = bytes of records + "
                                   "framing (headers, line ends, markup).");
    if (!rc) rc = say_left_out(c, t, &all->left);
    if (!rc && all->n_failed && all->n_kept) rc = say_failed(c, t, all->first_failed, all->n_failed);
    if (!rc && all->rejects) rc = table_note(t, VOC_NOTE_NEXT, "voc rejects shows what was not understood, and why");
    if (!rc && all->n_kept > 1)
        rc = table_note(t, VOC_NOTE_NEXT, "voc sniff FOLDER --sources -o sources.xml keeps what was guessed of each file, to be corrected");
    return rc ? rc : what_next(c, t, j);
}

int run_import(struct cli *c)
{
    struct imported all = {.worst = EXIT_DONE};
    struct project *p = NULL;
    struct journey *j = NULL, *only = NULL; // only: its sources alone
    struct table *t = NULL;
    voc_table view;
    bool was_there = access(c->args[0], F_OK) == 0, attached = false;
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = cli_expand(c, 1, c->own[IMPORT_AS].s, c->own[IMPORT_SHEET].s);
    if (!rc) rc = cli_open(c, &p, PROJECT_CREATE);
    if (!rc && c->own[IMPORT_JOURNEY].set) attached = (rc = attach(c, p, c->own[IMPORT_JOURNEY].s)) == VOC_OK;
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc && c->own[IMPORT_SOURCES].set) rc = sources_read(c, c->own[IMPORT_SOURCES].s, j->zone, &only);
    if (!rc) rc = table_new(&t, "import", "", 0);
    if (!rc) rc = account_columns(t);
    if (!rc) rc = take_files(c, p, only ? only : j, only != NULL, t, &all);
    if (!rc) rc = import_notes(c, t, j, &all);
    for (size_t i = 0; i < all.left.v.n && !rc && !all.n_kept; i++) { // nothing was there to import: then that is the fault
        diag_count_anew(c->diag);
        diag_add(c->diag, &all.left.v.at[i]);
        all.worst = EXIT_INPUT;
    }
    if (!rc) rc = table_view(t, &view);
    if (!rc && view.n_rows) rc = cli_tables(c, p, j, &t, 1);
    c->stopped = what_is_kept(c, all.last_kept, all.n_kept, all.stopped_at);
    vec_free(&all.left.v);
    table_free(t);
    journey_free(j);
    journey_free(only);
    project_close(p);
    if (p && !was_there && !attached && !all.n_kept) unlink(c->args[0]); // a project that holds nothing is not left behind
    return rc ? import_exit(c, rc) : all.worst;
}
