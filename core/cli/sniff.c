// SPDX-License-Identifier: MIT
// voc sniff: what each input plugin says of each file, best first, which of them an import would take, and what that one would
// make of the columns; or the same as a sources.xml, to be kept and corrected.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "host/import/file_kind.h"
#include "cli/options.h"
#include "cli/sources.h"

#define PLUGINS_MAX 64u

static voc_rc sniff_columns(struct table *t)
{
    voc_rc rc = table_column(t, "file", "file", VOC_CELL_TEXT, "", 0, "name without folder");
    if (!rc) rc = table_column(t, "plugin", "plugin", VOC_CELL_TEXT, "", 0, "the input plugin");
    if (!rc) rc = table_column(t, "confidence", "confidence", VOC_CELL_INT, "", 0, "0 no, 25 by its name only, 50 plausible, 75 records were read, 100 certain");
    if (!rc) rc = table_column(t, "reason", "reason", VOC_CELL_TEXT, "", 0, "what the plugin saw");
    if (!rc) rc = table_semantics(t, "One line a file and input plugin, best first, without those that say no; from the first 64 KiB of the file.");
    return rc;
}

static voc_rc verdict(struct table *t, const char *name, struct file_look look, const struct sniffed *s, size_t n)
{
    char text[400];
    const char *best = n ? s[0].plugin->note.name : "";
    if (n == 0)
        snprintf(text, sizeof text, "%.100s: no input plugin is installed; voc plugin list says where plugins are looked for", name);
    else if (s[0].confidence < SNIFF_KNOWN && look.kind == FILE_FOREIGN)
        snprintf(text, sizeof text, "%.100s: this is %s; %s", name, look.what, look.instead);
    else if (s[0].confidence < SNIFF_KNOWN && look.kind == FILE_PROJECT)
        snprintf(text, sizeof text, "%.100s: this is a Vocstream project, not a log; voc stats shows what it holds", name);
    else if (s[0].confidence == 0)
        snprintf(text, sizeof text, "%.100s: no input plugin knows it; if you know the format, name it with --as NAME (voc plugin list shows what can be read)", name);
    else if (s[0].confidence < SNIFF_KNOWN)
        snprintf(text, sizeof text, "%.100s: the format is not known; --as %s reads it all the same, or says what it misses", name, best);
    else if (n > 1 && s[0].confidence - s[1].confidence < SNIFF_APART)
        snprintf(text, sizeof text, "%.100s: two plugins could read it; decide with --as %s or --as %s", name, best, s[1].plugin->note.name);
    else
        snprintf(text, sizeof text, "%.100s: read by %s", name, best);
    return table_note(t, VOC_NOTE_AFTER, text);
}

// ---- the mapping --------------------------------------------------------------------------------------------------------

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
}

// What an import would make of the columns; no record is read for it.
static voc_rc make_plan(struct cli *c, const char *path, voc_str as, struct import_report *out)
{
    struct import_request r = {.catalogue = c->catalogue, .isolate = cli_isolate(c), .path = path, .as = as, .options = c->repeated,
                               .n_options = c->n_repeated, .threads = 1, .max_rejects = UINT64_MAX, .plan_only = true};
    return import_file(&r, out, &c->arena, c->diag);
}

// The reason of the map that this line tells of; *next is the first that none told of yet.
static voc_str reason_of(const voc_source *s, voc_str line, size_t *next)
{
    voc_str from;
    if (!sources_field(line, &from)) return STR("");
    for (size_t i = *next; i < s->n_maps; i++) {
        const voc_map *m = &s->maps[i];
        size_t len = 0;
        while (len < m->from.len && m->from.ptr[len] != '+') len++;
        if (str_is(m->to, "attr") || str_is(m->to, "option") || len == 0 || from.len < len || memcmp(from.ptr, m->from.ptr, len) != 0) continue;
        *next = i + 1;
        return m->reason;
    }
    return STR("");
}

static voc_rc mapping_notes(struct table *t, const char *file, const struct import_report *r)
{
    voc_str rest = str_of(r->mapping);
    struct buf b;
    size_t next = 0;
    voc_rc rc = VOC_OK;
    buf_init(&b, 8192);
    while (rest.len && !rc) {
        const char *nl = memchr(rest.ptr, '\n', rest.len);
        voc_str line = str_mk(rest.ptr, nl ? (size_t)(nl - rest.ptr) : rest.len), why = reason_of(&r->plan, line, &next);
        rest = str_mk(rest.ptr + line.len + (nl != NULL), rest.len - line.len - (nl != NULL));
        buf_clear(&b);
        buf_cstr(&b, "  ");
        buf_str(&b, line);
        if (why.len) buf_printf(&b, ", %.*s", STR_ARG(why));
        if (line.len) rc = b.rc ? b.rc : table_note(t, VOC_NOTE_AFTER, b.ptr);
    }
    buf_done(&b);
    char text[200];
    snprintf(text, sizeof text, "%.100s: who acted is not said: read as the customer", file);
    if (!rc && sources_assumes_actor(&r->plan)) rc = table_note(t, VOC_NOTE_ASSUMED, text);
    if (!rc && sources_name_nobody(&r->plan))
        rc = table_note(t, VOC_NOTE_AFTER, "  no column names a customer, an account or a case: these events would be nobody's, and part of no journey (-O customer=COLUMN, account= or case=)");
    snprintf(text, sizeof text, "%.100s: read as %s", file, r->charset);
    if (!rc && r->charset[0] && strcmp(r->charset, "UTF-8") != 0) rc = table_note(t, VOC_NOTE_ASSUMED, text);
    return rc;
}

// ---- files ----------------------------------------------------------------------------------------------------------------

static voc_rc look(struct cli *c, const char *path, struct sniffed *s, size_t *n)
{
    const struct import_request r = {.catalogue = c->catalogue, .isolate = cli_isolate(c), .path = path, .threads = 1};
    return import_sniff(&r, s, PLUGINS_MAX, n, &c->arena, c->diag);
}

static bool is_clear(const struct sniffed *s, size_t n)
{
    return n && s[0].confidence >= SNIFF_KNOWN && (n == 1 || s[0].confidence - s[1].confidence >= SNIFF_APART);
}

struct sniffing { struct table *t; size_t n_known; }; // n_known: files whose mapping is shown

static voc_rc sniff_file(struct cli *c, struct sniffing *to, const char *path)
{
    struct table *t = to->t;
    struct sniffed s[PLUGINS_MAX];
    struct import_report plan;
    size_t n = 0;
    const char *name = base_name(path);
    voc_str as = c->own[SNIFF_AS].s;
    struct file_look kind = file_look(path);
    voc_rc rc = kind.kind != FILE_FOLDER && file_say_missing(path, kind, &c->arena, c->diag) ? VOC_E_IO
                : kind.packed && file_say_kind(path, kind, c->diag)                          ? VOC_E_INPUT
                                                                                             : look(c, path, s, &n);
    for (size_t i = 0; i < n && !rc; i++) {
        if (s[i].confidence == 0) break; // those that say no are left out
        table_text(t, str_of(name));
        table_text(t, str_of(s[i].plugin->note.name));
        table_int(t, s[i].confidence);
        table_text(t, str_of(s[i].reason[0] ? s[i].reason : "no"));
    }
    if (!rc) rc = verdict(t, name, kind, s, n);
    if (rc || strcmp(path, "-") == 0 || !(as.len || is_clear(s, n))) return rc; // what has been read of a pipe is gone
    rc = make_plan(c, path, as.len ? as : str_of(s[0].plugin->note.name), &plan);
    if (!rc) rc = mapping_notes(t, name, &plan);
    to->n_known += !rc;
    return rc;
}

// ---- sources.xml ------------------------------------------------------------------------------------------------------------

static voc_rc source_of(struct cli *c, const char *path, struct buf *b, char (*ids)[64], size_t *n_ids)
{
    struct import_report plan;
    if (strcmp(path, "-") == 0) {
        diag_error(c->diag, "SNIFF-001", NULL, 0, "write it to a file first, whose name then says which source it is", "sources are made for files, not for the standard input");
        return VOC_E_OPTION;
    }
    voc_rc rc = make_plan(c, path, c->own[SNIFF_AS].s, &plan);
    if (rc) return rc;
    struct sources_file f = {.report = &plan, .plugin = catalogue_find(c->catalogue, VOC_KIND_INPUT, str_of(plan.plugin)),
                             .options = c->repeated, .n_options = c->n_repeated};
    sources_add(b, &f, ids, *n_ids);
    ++*n_ids;
    return b->rc;
}

// One of the files. Of one that was found in a folder, what nothing reads is told, and is no fault; *left: it was so.
static voc_rc with_found(struct cli *c, int i, voc_rc (*work)(struct cli *c, const char *path, void *user), void *user, bool *left)
{
    struct diag *d = c->diag;
    diag_count_anew(d);
    *left = false;
    if (!c->found || !c->found[i]) return work(c, c->args[i], user);
    struct diag *aside = diag_new();
    if (!aside) return VOC_E_NOMEM;
    c->diag = aside;
    voc_rc rc = work(c, c->args[i], user);
    c->diag = d;
    *left = rc && import_unread(aside);
    for (size_t k = 0; k < diag_n(aside); k++) {
        const struct diag_msg *m = diag_at(aside, k);
        if (!*left) diag_add(d, m);
        else if (m->severity == VOC_ERROR) cli_say(c, "%s: left out: %s\n", base_name(c->args[i]), m->message);
    }
    diag_free(aside);
    return *left ? VOC_OK : rc;
}

struct writing { struct buf *b; char (*ids)[64]; size_t *n; };
static voc_rc write_one(struct cli *c, const char *path, void *user)
{
    struct writing *w = user;
    return source_of(c, path, w->b, w->ids, w->n);
}

static voc_rc sniff_one(struct cli *c, const char *path, void *user) { return sniff_file(c, user, path); }

static int write_sources(struct cli *c)
{
    voc_str file = c->common[COMMON_OUTPUT].s;
    char (*ids)[64] = arena_alloc(&c->arena, ((size_t)c->n_args + 1) * sizeof *ids);
    struct out *out = NULL;
    struct buf b;
    size_t n = 0;
    voc_rc rc = ids ? VOC_OK : VOC_E_NOMEM;
    sources_begin(&b);
    struct writing w = {&b, ids, &n};
    bool left = false;
    for (int i = 0; i < c->n_args && !rc; i++) rc = with_found(c, i, write_one, &w, &left); // all that were named, or none
    if (!rc && n == 0) {
        diag_error(c->diag, "SNIFF-002", NULL, 0, "name the files to be read", "there is no file among these that a plugin reads");
        rc = VOC_E_INPUT;
    }
    if (!rc) rc = sources_end(&b);
    if (!rc) rc = out_open(&out, file.len ? file.ptr : "-", c->common[COMMON_FORCE].i != 0, c->diag);
    if (!rc) rc = out_write(out, b.ptr, b.len);
    if (!rc) rc = out_commit(out);
    else if (out) out_abort(out);
    if (!rc && file.len) {
        cli_say(c, "wrote %.*s: how %zu %s will be read; look at the notes in it, and correct what is guessed wrong\n",
                STR_ARG(file), n, n == 1 ? "file" : "files");
        cli_say(c, "Next: voc import PROJECT %s --sources %s\n", n == 1 ? cli_word(c, c->args[0]) : "FILE...", cli_word(c, file.ptr));
    }
    buf_done(&b);
    return cli_exit(c, rc);
}

int run_sniff(struct cli *c)
{
    struct table *t = NULL;
    struct sniffing to = {NULL, 0};
    voc_table view = {.n_rows = 0};
    int worst = EXIT_DONE, read = 0;
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = cli_expand(c, 0, c->own[SNIFF_AS].s, c->own[SNIFF_SHEET].s);
    if (!rc && c->own[SNIFF_SOURCES].i) return write_sources(c);
    if (!rc) rc = table_new(&t, "sniff", "", 0);
    if (!rc) rc = sniff_columns(t);
    to.t = t;
    for (int i = 0; i < c->n_args && !rc; i++) {
        bool left = false;
        voc_rc one = with_found(c, i, sniff_one, &to, &left);
        if (one == VOC_CANCELLED || one == VOC_E_NOMEM) rc = one;
        if (one)
            worst = cli_exit(c, one); // other files go on
        else
            read += !left;
    }
    if (!rc && to.n_known) rc = table_note(t, VOC_NOTE_NEXT, "voc rows FILE --limit 5 shows the rows; voc sniff FILE --sources -o sources.xml keeps this mapping");
    if (!rc) rc = table_view(t, &view);
    if (!rc && (read || view.n_rows)) rc = cli_tables(c, NULL, NULL, &t, 1);
    table_free(t);
    return rc ? cli_exit(c, rc) : worst;
}
