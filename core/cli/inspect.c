// SPDX-License-Identifier: MIT
// voc stats, rejects, sql, digest: what a project holds, and what was not understood.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"
#include "cli/replay.h"
#include "host/fold/units.h"
#include "cli/options.h"
#include "cli/results.h"
#include "host/views/views.h"

static voc_rc source_row(void *user, const struct store_source *s)
{
    struct table *t = user;
    table_text(t, s->id);
    table_text(t, s->plugin);
    table_int(t, (int64_t)s->n_imports);
    table_int(t, (int64_t)s->events);
    table_time(t, s->first_us);
    table_time(t, s->last_us);
    table_text(t, s->actor_assumed ? STR("customer (assumed)") : STR("as recorded"));
    return VOC_OK;
}

static voc_rc stats_sources(struct project *p, struct table **out)
{
    voc_rc rc = table_new(out, "sources", "", 0);
    if (!rc) rc = table_column(*out, "source", "source", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "plugin", "read by", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "imports", "imports", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "events", "events", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "first", "first", VOC_CELL_TIME, "", 0, NULL);
    if (!rc) rc = table_column(*out, "last", "last", VOC_CELL_TIME, "", 0, NULL);
    if (!rc) rc = table_column(*out, "who_acted", "who acted", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_semantics(*out, "One line a source; first and last are times of its events, UTC.");
    if (!rc) rc = store_sources(p, source_row, *out);
    return rc;
}

static voc_rc stats_counts(struct project *p, struct table **out)
{
    struct store_counts n;
    voc_rc rc = store_count(p, &n);
    if (!rc) rc = table_new(out, "contents", "", 0);
    if (!rc) rc = table_column(*out, "what", "what", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "count", "count", VOC_CELL_INT, "", 0, NULL);
    if (rc) return rc;
    rc = table_semantics(*out, "Counts of stored rows; an identity is one alias as one source knows it.");
    if (rc) return rc;
    const struct { const char *name; uint64_t n; } rows[] = {
        {"events", n.events}, {"words", n.words}, {"links", n.links}, {"facts about customers, accounts, cases", n.attributes}, {"measures", n.measures}, {"rejects", n.rejects},
        {"identities (aliases)", n.aliases}, {"imports", n.imports}, {"event blocks", n.blocks}, {"bytes of the file", n.file_bytes}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        table_text(*out, str_of(rows[i].name));
        table_int(*out, (int64_t)rows[i].n);
    }
    if (!n.links) return VOC_OK;
    return table_note(*out, VOC_NOTE_AFTER, "A link is evidence that two ids are one person, such as a cookie and a login; voc people PROJECT shows who was joined by them.");
}

int run_stats(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct table *t[2] = {NULL, NULL};
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc) rc = stats_counts(p, &t[0]);
    if (!rc) rc = stats_sources(p, &t[1]);
    if (!rc && j->n_stages) {
        char text[300];
        snprintf(text, sizeof text, "journey: %.*s, version %.*s", STR_SHOWN(j->id, 100), STR_SHOWN(j->version, 100));
        rc = table_note(t[1], VOC_NOTE_AFTER, text);
    } else if (!rc) {
        rc = table_note(t[1], VOC_NOTE_NEXT, "voc journey use PROJECT online-shop (or b2b-sale, crm-pipeline, or your own folder) says what counts as value");
    }
    if (!rc) rc = table_name_project(t[0], c->project);
    if (!rc) rc = table_name_project(t[1], c->project);
    if (!rc) rc = cli_tables(c, p, j, t, 2);
    table_free(t[0]);
    table_free(t[1]);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}

struct listing { struct table *t; int64_t left; uint64_t all; };

static voc_rc reject_row(void *user, const struct store_reject *r)
{
    struct listing *l = user;
    l->all++;
    if (l->left == 0) return VOC_OK;
    l->left--;
    table_text(l->t, r->file_name);
    table_int(l->t, (int64_t)r->line);
    table_text(l->t, r->code);
    table_text(l->t, r->reason);
    table_text(l->t, r->raw);
    return VOC_OK;
}

// Options that only --replay has a use for: said, not passed over.
static int only_with_replay(struct cli *c)
{
    for (size_t i = REJECTS_AS; i < REJECTS_N; i++) {
        if (!c->own[i].set) continue;
        diag_error(c->diag, "USAGE-001", NULL, 0, "add --replay, or leave it out", "--%s says how files are read again", c->command->options[i].name);
        return EXIT_USAGE;
    }
    if (c->n_args == 1 && c->n_repeated == 0) return EXIT_DONE;
    diag_error(c->diag, "USAGE-001", NULL, 0, "add --replay to read files again; without it the rejects of all files are listed",
               c->n_args > 1 ? "voc rejects lists by project: %s is not needed" : "-O says how files are read again%.0s",
               c->n_args > 1 ? c->args[1] : "");
    return EXIT_USAGE;
}

int run_rejects(struct cli *c)
{
    if (c->own[REJECTS_REPLAY].i) return run_replay(c);
    const int misused = only_with_replay(c);
    if (misused) return misused;
    struct project *p = NULL;
    struct listing l = {.left = c->own[REJECTS_LIMIT].i ? c->own[REJECTS_LIMIT].i : -1};
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = table_new(&l.t, "rejects", "", 0);
    if (!rc) rc = table_column(l.t, "file", "file", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(l.t, "line", "line", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_column(l.t, "code", "code", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, NULL);
    if (!rc) rc = table_column(l.t, "reason", "reason", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(l.t, "raw", "as it stood in the file", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_semantics(l.t, "One line a record that was not understood, in order of import and line; raw text is kept up to 64 KiB.");
    if (!rc) rc = store_rejects(p, reject_row, &l);
    if (!rc) {
        char text[160];
        uint64_t shown = c->own[REJECTS_LIMIT].i && (uint64_t)c->own[REJECTS_LIMIT].i < l.all ? (uint64_t)c->own[REJECTS_LIMIT].i : l.all;
        snprintf(text, sizeof text, shown < l.all ? "%llu of %llu rejects; --limit 0 shows all" : "%llu rejects", (unsigned long long)shown, (unsigned long long)l.all);
        rc = table_note(l.t, VOC_NOTE_AFTER, text);
    }
    if (!rc && l.all) {
        const char *next = arena_printf(&c->arena,
                                        "mend the mapping (-O NAME=VALUE, or sources.xml); voc rejects %s --replay then reads "
                                        "these files again",
                                        cli_word(c, c->args[0]));
        rc = next ? table_note(l.t, VOC_NOTE_NEXT, next) : VOC_E_NOMEM;
    }
    if (!rc) rc = cli_tables(c, p, NULL, &l.t, 1);
    table_free(l.t);
    project_close(p);
    return cli_exit(c, rc);
}

// ---- sql ----------------------------------------------------------------------------------------------------------------

struct answer { struct cli *c; struct table *t; const char *const *names; size_t n; VEC(voc_cell) cells; struct arena a; };

static voc_rc sql_head(void *user, const char *const *names, size_t n)
{
    struct answer *w = user;
    const char **copy = arena_alloc(&w->a, (n + 1) * sizeof *copy);
    bool ok = copy != NULL;
    for (size_t i = 0; i < n && ok; i++) copy[i] = arena_str(&w->a, names[i], strlen(names[i]), &ok).ptr;
    w->names = copy;
    w->n = n;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc sql_row(void *user, const voc_cell *cells, size_t n)
{
    struct answer *w = user;
    bool ok = true;
    if (host_cancelled()) return VOC_CANCELLED;
    voc_rc rc = vec_reserve(&w->cells, n, (size_t)1 << 28);
    for (size_t i = 0; i < n && !rc; i++) {
        voc_cell c = cells[i];
        if (c.type == VOC_CELL_TEXT) c.s = arena_str(&w->a, c.s.ptr, c.s.len, &ok);
        w->cells.at[w->cells.n++] = c;
    }
    if (rc || !ok) return rc ? rc : VOC_E_NOMEM;
    return units_memory(cli_memory(w->c), "the answer", w->c->diag); // it is laid out when all of it is known
}

// SQLite's columns have no fixed type: a column is what all of its cells are, else text.
static uint32_t column_type(const struct answer *w, size_t k)
{
    uint32_t type = 0;
    for (size_t i = k; i < w->cells.n; i += w->n) {
        uint32_t one = w->cells.at[i].type;
        if (one == VOC_CELL_NA || one == type) continue;
        if (!type || (type == VOC_CELL_INT && one == VOC_CELL_REAL))
            type = one;
        else if (!(type == VOC_CELL_REAL && one == VOC_CELL_INT))
            return VOC_CELL_TEXT;
    }
    return type ? type : VOC_CELL_TEXT;
}

static voc_rc answer_table(struct answer *w)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    uint32_t *type = arena_alloc(&w->a, w->n * sizeof *type);
    voc_rc rc = type ? table_new(&w->t, "sql", "", 0) : VOC_E_NOMEM;
    for (size_t k = 0; k < w->n && !rc; k++) {
        type[k] = column_type(w, k);
        rc = table_column(w->t, w->names[k], w->names[k], type[k], "", 0, NULL);
    }
    for (size_t i = 0; i < w->cells.n && !rc; i++) {
        voc_cell c = w->cells.at[i];
        uint32_t want = type[i % w->n];
        c.digits = 6;
        if (want == VOC_CELL_TEXT && c.type != VOC_CELL_NA && c.type != VOC_CELL_TEXT) {
            buf_clear(&b);
            render_value(&b, &c);
            c = (voc_cell){.type = VOC_CELL_TEXT, .s = str_mk(b.ptr ? b.ptr : "", b.len)};
        }
        rc = table_cell(w->t, &c);
    }
    buf_done(&b);
    return rc;
}

static voc_rc sql_semantics(struct table *t, const struct journey *j)
{
    char text[300];
    if (j->n_stages)
        snprintf(text, sizeof text, "As the query says; event, journey and unit by journey %.*s, version %.*s; times are UTC.",
                 STR_SHOWN(j->id, 100), STR_SHOWN(j->version, 60));
    else
        snprintf(text, sizeof text, "As the query says; no journey is attached, so events have no stage and no class; times are UTC.");
    return table_semantics(t, text);
}

int run_sql(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct views *views = NULL;
    struct results *results = NULL;
    struct answer w = {.c = c};
    arena_init(&w.a, 0);
    int n_files = 0;
    voc_rc rc = reading_count(c, c->n_args - 1, &n_files);
    if (!rc) rc = reading_open(c, n_files, NULL, 0, &p, &j);
    if (!rc) rc = views_new(&views);
    if (!rc) views_bound(views, cli_threads(c), cli_memory(c));
    if (!rc) views_show(views, p, j, c->diag);
    if (!rc) rc = views_register(views, p);
    if (!rc) rc = results_new(&results, c, p, j, c->args[1]);
    if (!rc) rc = store_sql(p, c->args[1], sql_head, sql_row, &w, c->diag);
    if (!rc && w.n) rc = answer_table(&w);
    if (!rc && w.n) rc = sql_semantics(w.t, j);
    if (!rc && w.n) rc = cli_tables(c, p, j, &w.t, 1);
    table_free(w.t);
    vec_free(&w.cells);
    arena_done(&w.a);
    project_close(p);
    results_free(results);
    views_free(views);
    journey_free(j);
    return cli_exit(c, rc);
}

int run_digest(struct cli *c)
{
    struct project *p = NULL;
    unsigned char d[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = store_digest(p, d);
    if (!rc) {
        hash_hex(d, hex);
        printf("%s\n", hex);
    }
    project_close(p);
    return cli_exit(c, rc);
}
