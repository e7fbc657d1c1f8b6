// SPDX-License-Identifier: MIT
// How a file with rejects was read is kept as a setting of the project: lines "path …", "as …", "source …", "sources …",
// "option NAME=VALUE", under the hash of its bytes. Paths are from the project's folder, so that both can be moved together.
// A setting is history: not part of the digest, and a project does as well without it. One thread.
#include "cli/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/sources.h"
#include "cli/worksheet/subject.h"
#include "io/in.h"

#define TEXT_MAX ((size_t)64 << 10)

// ---- what is kept ---------------------------------------------------------------------------------------------------------

static const char *setting_key(struct cli *c, voc_str hash_hex) { return arena_printf(&c->arena, "input-%.*s", STR_ARG(hash_hex)); }

static void add_line(struct buf *b, const char *word, voc_str value)
{
    if (!value.len || memchr(value.ptr, '\n', value.len)) return; // a name with a newline is not found again: it can be named
    buf_printf(b, "%s ", word);
    buf_str(b, value);
    buf_byte(b, '\n');
}

// Of "book.xlsx!Sheet" the way to the book, and the sheet.
static void add_path(struct cli *c, struct buf *b, const struct project *p, const char *word, const char *path)
{
    const size_t n = in_file_part(path);
    const char *file = arena_printf(&c->arena, "%.*s", (int)n, path);
    struct buf way;
    buf_init(&way, TEXT_MAX);
    if (file && strcmp(path, "-") != 0 && folder_way(&way, p, file) == VOC_OK && way.len && buf_cstr(&way, path + n) == VOC_OK)
        add_line(b, word, str_mk(way.ptr, way.len));
    buf_done(&way);
}

static bool is_there(struct cli *c, const char *path)
{
    const char *file = arena_printf(&c->arena, "%.*s", (int)in_file_part(path), path);
    return file && access(file, R_OK) == 0;
}

voc_rc replay_remember(struct cli *c, struct project *p, const struct import_request *r, const struct import_report *rep, voc_str sources)
{
    char hex[2 * HASH_BYTES + 1];
    struct buf b;
    bool ok = true;
    if (!rep->account.rejected || rep->result.already) return VOC_OK;
    hash_hex(rep->account.hash, hex);
    const char *key = setting_key(c, str_of(hex));
    voc_str file = arena_str(&c->arena, sources.ptr, sources.len, &ok);
    if (!key || !ok) return VOC_E_NOMEM;
    buf_init(&b, TEXT_MAX);
    add_path(c, &b, p, "path", r->path);
    add_line(&b, "as", r->as);
    add_line(&b, "source", r->source);
    if (file.len) add_path(c, &b, p, "sources", file.ptr);
    for (size_t i = 0; i < r->n_options; i++) {
        const char *one = arena_printf(&c->arena, "%.*s=%.*s", STR_ARG(r->options[i].name), STR_ARG(r->options[i].value));
        add_line(&b, "option", str_of(one));
    }
    voc_rc rc = b.rc == VOC_E_NOMEM ? b.rc : b.rc ? VOC_OK : store_definition_set(p, str_of(key), str_mk(b.ptr ? b.ptr : "", b.len));
    buf_done(&b);
    return rc;
}

struct reading { const char *path; voc_str as, source, sources; struct option_given *options; size_t n_options; };

// What -O says now takes the place of what it said then of the same option.
static void say_instead(const struct cli *c, struct reading *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->n_options; k++) {
        bool again = false;
        for (size_t i = 0; i < c->n_repeated; i++) again = again || str_eq(r->options[k].name, c->repeated[i].name);
        if (!again) r->options[n++] = r->options[k];
    }
    for (size_t i = 0; i < c->n_repeated; i++) r->options[n++] = c->repeated[i];
    r->n_options = n;
}

static voc_rc recall(struct cli *c, struct project *p, voc_str hash_hex, struct reading *out)
{
    voc_str rest = {"", 0};
    bool found = false;
    const char *key = setting_key(c, hash_hex), *home = project_path(p), *slash = strrchr(home, '/');
    size_t most = c->n_repeated;
    voc_rc rc = key ? store_setting(p, &c->arena, str_of(key), &rest, &found) : VOC_E_NOMEM;
    for (size_t i = 0; i < rest.len && !rc; i++) most += rest.ptr[i] == '\n';
    if (!rc) out->options = arena_alloc(&c->arena, (most + 1) * sizeof *out->options);
    if (!rc && !out->options) rc = VOC_E_NOMEM;
    while (rest.len && !rc) {
        const char *nl = memchr(rest.ptr, '\n', rest.len), *blank = memchr(rest.ptr, ' ', rest.len);
        size_t len = nl ? (size_t)(nl - rest.ptr) : rest.len, word = blank && blank < rest.ptr + len ? (size_t)(blank - rest.ptr) : len;
        voc_str name = str_mk(rest.ptr, word), value = word < len ? str_mk(rest.ptr + word + 1, len - word - 1) : STR("");
        const char *from_here = slash && value.len && *value.ptr != '/'
                                    ? arena_printf(&c->arena, "%.*s/%.*s", (int)(slash - home), home, STR_ARG(value))
                                    : arena_printf(&c->arena, "%.*s", STR_ARG(value));
        const char *eq = memchr(value.ptr, '=', value.len);
        if (!from_here) return VOC_E_NOMEM;
        if (str_is(name, "path")) out->path = from_here;
        if (str_is(name, "as")) out->as = value;
        if (str_is(name, "source")) out->source = value;
        if (str_is(name, "sources")) out->sources = str_of(from_here);
        if (str_is(name, "option") && eq)
            out->options[out->n_options++] = (struct option_given){.name = str_mk(value.ptr, (size_t)(eq - value.ptr)),
                                                                   .value = str_mk(eq + 1, value.len - (size_t)(eq + 1 - value.ptr)),
                                                                   .has_value = true};
        rest = str_mk(rest.ptr + len + (nl != NULL), rest.len - len - (nl != NULL));
    }
    if (!rc) say_instead(c, out);
    return rc;
}

// ---- which files --------------------------------------------------------------------------------------------------------------

struct wanted { int64_t number; voc_str file_name, hash_hex, source, plugin; uint64_t rejects; bool has_source_rule; };
struct want { struct cli *c; VEC(struct wanted) v; bool ok; };

static voc_rc add_rejects(void *user, const struct store_left_out *l)
{
    struct want *w = user;
    if (w->v.n && w->v.at[w->v.n - 1].number == l->import) {
        w->v.at[w->v.n - 1].rejects += l->records;
        return VOC_OK;
    }
    voc_rc rc = vec_reserve(&w->v, 1, UINT32_MAX);
    if (!rc) w->v.at[w->v.n++] = (struct wanted){.number = l->import, .rejects = l->records};
    return rc;
}

static voc_rc describe(void *user, const struct store_import *i)
{
    struct want *w = user;
    struct arena *a = &w->c->arena;
    bool ok = true;
    for (size_t k = 0; k < w->v.n; k++) {
        struct wanted *x = &w->v.at[k];
        if (x->number != i->number) continue;
        x->file_name = arena_str(a, i->file_name.ptr, i->file_name.len, &ok);
        x->hash_hex = arena_str(a, i->hash_hex.ptr, i->hash_hex.len, &ok);
        x->source = arena_str(a, i->source.ptr, i->source.len, &ok);
        x->plugin = arena_str(a, i->plugin.ptr, i->plugin.len, &ok);
    }
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc add_up(void *user, const struct store_left_out *l)
{
    *(uint64_t *)user += l->records;
    return VOC_OK;
}

struct still { int64_t number; bool there; };
static voc_rc is_number(void *user, const struct store_import *i)
{
    struct still *s = user;
    s->there = s->there || i->number == s->number;
    return VOC_OK;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(path, "-") == 0 ? "stdin" : slash ? slash + 1 : path;
}

// Where the file lies: as it was named now, as it was read then, or by its name here or beside the project. NULL: nowhere.
static const char *find_file(struct cli *c, const struct project *p, const struct wanted *x, const struct reading *r, const char *named)
{
    if (named) return named;
    if (r->path && is_there(c, r->path)) return r->path;
    const char *home = project_path(p), *slash = strrchr(home, '/');
    const char *here = arena_printf(&c->arena, "%.*s", STR_ARG(x->file_name));
    if (!here || !*here) return NULL;
    if (is_there(c, here)) return here;
    const char *beside = slash ? arena_printf(&c->arena, "%.*s/%s", (int)(slash - home), home, here) : NULL;
    return beside && is_there(c, beside) ? beside : NULL;
}

// ---- reading again ------------------------------------------------------------------------------------------------------------

static bool has_rule(const struct journey *j, voc_str id)
{
    for (size_t i = 0; i < j->n_sources; i++)
        if (str_eq(j->sources[i].id, id)) return true;
    return false;
}

static voc_rc read_again(struct cli *c, struct project *p, const struct journey *j, const struct wanted *x, struct reading *r,
                         const char *path, struct import_report *rep)
{
    struct journey *only = NULL;
    voc_str sources = c->own[REJECTS_SOURCES].set ? c->own[REJECTS_SOURCES].s : r->sources;
    voc_rc rc = sources.len ? sources_read(c, sources, j->zone, &only) : VOC_OK;
    const struct journey *by = only ? only : j;
    struct import_request q = {.project = p,
                               .catalogue = c->catalogue,
                               .journey = by,
                               .isolate = cli_isolate(c),
                               .sources_only = only != NULL,
                               .path = path,
                               .name = strcmp(path, "-") == 0 ? "stdin" : NULL,
                               .as = c->own[REJECTS_AS].set ? c->own[REJECTS_AS].s : r->as,
                               .else_as = x->plugin,
                               .source = c->own[REJECTS_SOURCE].set ? c->own[REJECTS_SOURCE].s : r->source,
                               .options = r->options,
                               .n_options = r->n_options,
                               .threads = cli_threads(c),
                               .memory_max = cli_memory(c),
                               .again = true};
    // a source that a mapping now has, and that its <source> reads by name, need not be said; one that was given by hand must
    if (!q.source.len && !str_eq(x->source, x->plugin) && has_rule(by, x->source)) q.source = x->source;
    if (!rc) rc = cli_max_rejects(c, &c->own[REJECTS_MAX_REJECTS], &q);
    if (!rc) rc = import_file(&q, rep, &c->arena, c->diag);
    if (!rc) rc = replay_remember(c, p, &q, rep, sources);
    journey_free(only);
    return rc;
}

static voc_rc columns(struct table *t)
{
    voc_rc rc = table_column(t, "file", "file", VOC_CELL_TEXT, "", 0, "name without folder");
    if (!rc) rc = table_column(t, "plugin", "read by", VOC_CELL_TEXT, "", 0, "the input plugin");
    if (!rc) rc = table_column(t, "records", "records", VOC_CELL_INT, "", 0, "records read = gave rows + rejected + ignored");
    if (!rc) rc = table_column(t, "rejected_before", "rejected before", VOC_CELL_INT, "", 0, "of the first reading");
    if (!rc) rc = table_column(t, "rejected", "rejected now", VOC_CELL_INT, "", 0, "records that are still not understood: voc rejects");
    if (!rc) rc = table_column(t, "ignored", "ignored", VOC_CELL_INT, "", 0, "records left out by a named rule");
    if (!rc) rc = table_column(t, "events", "events", VOC_CELL_INT, "", 0, "events stored");
    return rc ? rc : table_semantics(t, "One line a file that had rejects: it was read again as a whole, in place of the first reading, with the result of a clean import.");
}

static void row(struct table *t, const struct wanted *x, const struct import_report *r)
{
    table_text(t, x->file_name);
    table_text(t, str_of(r->plugin));
    table_int(t, (int64_t)r->account.records);
    table_int(t, (int64_t)x->rejects);
    table_int(t, (int64_t)r->account.rejected);
    table_int(t, (int64_t)r->account.ignored);
    table_int(t, (int64_t)r->result.events);
}

static voc_rc say_nothing_to_do(struct cli *c, bool named)
{
    if (!named) {
        cli_say(c, "%s: nothing was rejected, so there is nothing to read again", c->project);
        return VOC_OK;
    }
    diag_error(c->diag, "REPLAY-002", c->args[1], 0,
               arena_printf(&c->arena, "voc rejects %s lists the files that have some", cli_word(c, c->args[0])),
               "of no file of this name records were rejected");
    return VOC_E_INPUT;
}

static voc_rc say_gone(struct cli *c, const struct wanted *x, const struct reading *r)
{
    const char *name = arena_printf(&c->arena, "%.*s", STR_ARG(x->file_name));
    const char *project = cli_word(c, c->args[0]);
    bool pipe = name && strcmp(name, "stdin") == 0;
    const char *hint =
        pipe ? arena_printf(&c->arena,
                            "send it again: ... | voc rejects %s --replay -; what was rejected is kept: voc rejects %s --format "
                            "csv -o rejected.csv has its lines",
                            project, project)
             : arena_printf(&c->arena,
                            "name it where it lies now: voc rejects %s --replay FOLDER/%s; what was rejected is kept: voc "
                            "rejects %s --format csv -o rejected.csv has its lines",
                            project, name ? cli_word(c, name) : "", project);
    diag_error(c->diag, "REPLAY-001", r->path ? r->path : name, 0, hint,
               pipe ? "it came through a pipe, and is not here to be read again"
                    : "the file is not there any more, and only a whole file gives the result of a clean import");
    return VOC_E_IO;
}

static voc_rc gather(struct cli *c, struct project *p, struct want *w)
{
    w->c = c;
    voc_rc rc = store_rejected(p, add_rejects, w);
    return rc ? rc : store_imports(p, describe, w);
}

// The file among the arguments that this import was of; NULL: it is not named.
static const char *named_for(const struct cli *c, const struct wanted *x)
{
    for (int i = 1; i < c->n_args; i++)
        if (str_is(x->file_name, base_name(c->args[i]))) return c->args[i];
    return NULL;
}

struct replayed { size_t n_read, n_left /* of these have rejects still */, n_failed; int worst; };

// One of the files. What is wrong with it is no end to the others, unless nothing can go on.
static voc_rc replay_one(struct cli *c, struct project *p, const struct journey *j, struct wanted *x, struct progress *progress,
                         struct table *t, struct replayed *all)
{
    struct reading how = {0};
    struct import_report rep;
    struct still still = {x->number, false};
    uint64_t before = 0, after = 0; // of the whole project: a grown log takes the place of several imports
    const bool named = c->n_args > 1;
    const char *name = named ? named_for(c, x) : NULL;
    if (named && !name) return VOC_OK;
    voc_rc rc = store_imports(p, is_number, &still);
    if (rc || !still.there) return rc;
    rc = recall(c, p, x->hash_hex, &how);
    if (rc) return rc;
    const char *path = find_file(c, p, x, &how, name);
    progress_of(progress, base_name(path ? path : ""));
    rc = store_rejected(p, add_up, &before);
    if (rc) return rc;
    rc = path ? read_again(c, p, j, x, &how, path, &rep) : say_gone(c, x, &how);
    if (rc == VOC_E_BUG) c->failed_plugin = true;
    if (rc) {
        all->worst = rc == VOC_E_CHECK ? EXIT_REJECTS : cli_exit(c, rc);
        all->n_failed++;
        return rc == VOC_CANCELLED || rc == VOC_E_NOMEM ? rc : VOC_OK;
    }
    rc = store_rejected(p, add_up, &after);
    x->rejects = before + rep.account.rejected - after;
    row(t, x, &rep);
    all->n_read++;
    all->n_left += rep.account.rejected > 0;
    return rc;
}

static voc_rc say_what_is_left(struct cli *c, struct table *t)
{
    const char *next = arena_printf(&c->arena,
                                    "voc rejects %s shows what is still not understood; mend the mapping with -O NAME=VALUE or in "
                                    "sources.xml (voc sniff FILE --sources), then --replay again",
                                    cli_word(c, c->args[0]));
    return next ? table_note(t, VOC_NOTE_NEXT, next) : VOC_E_NOMEM;
}

int run_replay(struct cli *c)
{
    struct progress progress;
    struct project *p = NULL;
    struct journey *j = NULL;
    struct table *t = NULL;
    struct want w = {0};
    struct replayed all = {.worst = EXIT_DONE};
    voc_rc rc = cli_catalogue(c);
    if (!rc) rc = cli_open(c, &p, PROJECT_WRITE);
    if (!rc) rc = cli_journey(c, p, STR(""), &j);
    if (!rc) rc = gather(c, p, &w);
    if (!rc) rc = table_new(&t, "replay", "", 0);
    if (!rc) rc = columns(t);
    cli_progress_begin(c, &progress);
    for (size_t i = w.v.n; i-- > 0 && !rc;) // the latest first: it may hold what came before it
        rc = replay_one(c, p, j, &w.v.at[i], &progress, t, &all);
    cli_progress_end(c);
    if (!rc && !all.n_read && !all.n_failed) rc = say_nothing_to_do(c, c->n_args > 1);
    if (!rc && all.n_read && all.n_left) rc = say_what_is_left(c, t);
    if (!rc && all.n_read) rc = cli_tables(c, p, j, &t, 1);
    if (rc && all.n_read)
        c->stopped = arena_printf(&c->arena, "%zu %s read again; the others are as they were", all.n_read,
                                  all.n_read == 1 ? "file was" : "files were");
    table_free(t);
    vec_free(&w.v);
    journey_free(j);
    project_close(p);
    return rc ? cli_exit(c, rc) : all.worst;
}

// ---- --max-rejects ------------------------------------------------------------------------------------------------------------

voc_rc cli_max_rejects(struct cli *c, const voc_value *v, struct import_request *r)
{
    char text[32], *end = NULL;
    r->max_rejects = UINT64_MAX;
    r->max_reject_percent = 0;
    if (!v->set) return VOC_OK;
    bool fits = v->s.len > 0 && v->s.len < sizeof text && v->s.ptr[0] >= '0' && v->s.ptr[0] <= '9';
    if (fits) {
        memcpy(text, v->s.ptr, v->s.len);
        text[v->s.len] = 0;
        errno = 0;
        bool percent = text[v->s.len - 1] == '%';
        if (percent) {
            double share = strtod(text, &end);
            fits = errno == 0 && strcmp(end, "%") == 0 && share <= 100;
            r->max_reject_percent = share;
            if (!(share > 0)) r->max_rejects = 0;
        } else {
            r->max_rejects = strtoull(text, &end, 10);
            fits = errno == 0 && !*end;
        }
    }
    if (fits) return VOC_OK;
    diag_error(c->diag, "OPTION-003", NULL, 0, "a number of records, or a share of them: --max-rejects 20, --max-rejects 5%",
               "--max-rejects takes no \"%.*s\"", STR_SHOWN(v->s, 60));
    return VOC_E_OPTION;
}
