// SPDX-License-Identifier: MIT
// voc tables: the reference tables of a project, or the rows of one of them.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/references.h"

#define COLUMNS_MAX 4096u
#define CELLS_MAX 50000000u

struct held { uint32_t column, row; voc_cell cell; }; // texts lie in the arena of the command
struct listed { int64_t row, from_us, until_us; uint64_t line; voc_str source; };
struct listing {
    struct cli *c;
    struct table *t;
    uint64_t n;
    VEC(const char *) names; // of tables, or of columns in the order in which they come
    VEC(uint32_t) types;
    VEC(struct listed) rows;
    VEC(struct held) cells;
    bool any_from, any_until;
};

// ---- all tables ---------------------------------------------------------------------------------------------------------

static voc_rc one_table(void *user, const struct store_table *x)
{
    struct listing *l = user;
    bool ok = true;
    voc_rc rc = vec_reserve(&l->names, 1, COLUMNS_MAX);
    if (rc) return rc;
    l->names.at[l->names.n++] = arena_str(&l->c->arena, x->name.ptr, x->name.len, &ok).ptr;
    table_text(l->t, x->name);
    table_int(l->t, (int64_t)x->rows);
    table_time(l->t, x->first_us);
    table_time(l->t, x->last_us);
    table_text(l->t, x->sources);
    l->n++;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc list_all(struct listing *l, struct project *p)
{
    voc_rc rc = table_new(&l->t, "tables", "Reference tables", VOC_TABLE_BRIEF);
    if (!rc) rc = table_column(l->t, "table", "table", VOC_CELL_TEXT, "", 0, "name of the table");
    if (!rc) rc = table_column(l->t, "rows", "rows", VOC_CELL_INT, "", 0, "rows, also those that later ones replace in time");
    if (!rc) rc = table_column(l->t, "first", "holds from", VOC_CELL_TIME, "", 0, "the first day from which a row holds");
    if (!rc) rc = table_column(l->t, "last", "last change", VOC_CELL_TIME, "", 0, "the last day from which a row holds");
    if (!rc) rc = table_column(l->t, "sources", "sources", VOC_CELL_TEXT, "", 0, "where its rows come from");
    if (!rc) rc = table_semantics(l->t, "One line a reference table: what is known beside the events. Of rows with one key the latest that has begun holds.");
    if (!rc) rc = store_tables(p, one_table, l);
    if (!rc && l->n == 0)
        rc = table_note(l->t, VOC_NOTE_NEXT,
                        "voc import PROJECT ledger.csv reads one: accounts, ledger, targets, capacity, effort, orders, "
                        "holidays, partner-capacity");
    if (!rc && l->n) rc = table_note(l->t, VOC_NOTE_NEXT, "voc tables PROJECT TABLE shows its rows; voc sql PROJECT 'SELECT * FROM \"TABLE\"' asks it");
    return rc;
}

// ---- one table -------------------------------------------------------------------------------------------------------------

static voc_rc column_of(struct listing *l, voc_str key, uint32_t type, uint32_t *out)
{
    bool ok = true;
    for (uint32_t i = 0; i < l->names.n; i++) {
        if (!str_is(key, l->names.at[i])) continue;
        if (l->types.at[i] != type) l->types.at[i] = l->types.at[i] + type == VOC_CELL_INT + VOC_CELL_REAL ? VOC_CELL_REAL : VOC_CELL_TEXT;
        *out = i;
        return VOC_OK;
    }
    voc_rc rc = vec_reserve(&l->names, 1, COLUMNS_MAX);
    if (!rc) rc = vec_reserve(&l->types, 1, COLUMNS_MAX);
    if (rc) return rc;
    *out = (uint32_t)l->names.n;
    l->names.at[l->names.n++] = arena_str(&l->c->arena, key.ptr, key.len, &ok).ptr;
    l->types.at[l->types.n++] = type;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc take_cell(void *user, const struct store_cell *x)
{
    struct listing *l = user;
    bool ok = true;
    uint32_t column = 0;
    voc_rc rc = VOC_OK;
    if (l->rows.n == 0 || l->rows.at[l->rows.n - 1].row != x->row) {
        rc = vec_reserve(&l->rows, 1, UINT32_MAX);
        if (rc) return rc;
        l->rows.at[l->rows.n++] = (struct listed){x->row, x->from_us, x->until_us, x->line,
                                                  arena_str(&l->c->arena, x->source.ptr, x->source.len, &ok)};
        l->any_from = l->any_from || x->from_us != VOC_NA;
        l->any_until = l->any_until || x->until_us != VOC_NA;
    }
    if (x->until_us != VOC_NA && str_is(x->key, "until")) return VOC_OK; // it has a column of its own
    rc = column_of(l, x->key, x->type, &column);
    if (!rc) rc = vec_reserve(&l->cells, 1, CELLS_MAX);
    if (rc) return rc;
    struct held h = {column,
                     (uint32_t)l->rows.n - 1,
                     {.type = x->type, .i = x->integer, .r = x->number, .digits = 2,
                      .s = arena_str(&l->c->arena, x->text.ptr, x->text.len, &ok)}};
    l->cells.at[l->cells.n++] = h;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static void put_cell(struct table *t, const voc_cell *c, uint32_t type)
{
    if (!c) table_na(t);
    else if (type == VOC_CELL_INT) table_int(t, c->i);
    else if (type == VOC_CELL_REAL) table_real(t, c->type == VOC_CELL_INT ? (double)c->i : c->r, 2);
    else if (type == VOC_CELL_BOOL) table_text(t, c->i ? STR("yes") : STR("no"));
    else table_text(t, c->s);
}

static voc_rc unknown_table(struct cli *c, struct project *p, voc_str name)
{
    struct listing all = {.c = c};
    char hint[300];
    voc_rc rc = list_all(&all, p);
    const char *near = str_nearest(name, all.names.at, all.names.n);
    if (near) snprintf(hint, sizeof hint, "did you mean %.60s?", near);
    else snprintf(hint, sizeof hint, "%s", all.names.n ? "voc tables PROJECT lists those that it has" : "it has none; voc import PROJECT ledger.csv reads one");
    if (!rc) diag_error(c->diag, "TABLES-001", NULL, 0, hint, "the project has no reference table \"%.*s\"", STR_SHOWN(name, 60));
    table_free(all.t);
    vec_free(&all.names);
    return rc ? rc : VOC_E_INPUT;
}

static voc_rc list_one(struct listing *l, struct project *p, voc_str name)
{
    const voc_cell **of = NULL;
    voc_rc rc = store_table_cells(p, name, take_cell, l);
    if (!rc && l->rows.n == 0) rc = unknown_table(l->c, p, name);
    if (!rc) rc = table_new(&l->t, arena_printf(&l->c->arena, "%.*s", STR_ARG(name)), "", VOC_TABLE_BRIEF);
    if (!rc && l->any_from) rc = table_column(l->t, "from", "from", VOC_CELL_TIME, "", 0, "from when the row holds");
    if (!rc && l->any_until) rc = table_column(l->t, "until", "until", VOC_CELL_TIME, "", 0, "until when it holds");
    for (size_t i = 0; i < l->names.n && !rc; i++)
        rc = table_column(l->t, l->names.at[i], l->names.at[i], l->types.at[i] == VOC_CELL_BOOL ? VOC_CELL_TEXT : l->types.at[i], "", 0, "as its source says it");
    if (!rc) rc = table_column(l->t, "source", "source", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "where the row comes from");
    if (!rc) rc = table_column(l->t, "line", "line", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "its line there, or its row in a sheet");
    if (!rc) rc = table_semantics(l->t, "One line a row of the table, by the time from which it holds. Of rows with one key the latest that has begun holds.");
    if (!rc && (of = mem_zalloc(l->names.n + 1, sizeof *of)) == NULL) rc = VOC_E_NOMEM;
    for (size_t r = 0, k = 0; r < l->rows.n && !rc; r++) {
        memset(of, 0, l->names.n * sizeof *of);
        for (; k < l->cells.n && l->cells.at[k].row == r; k++) of[l->cells.at[k].column] = &l->cells.at[k].cell;
        if (l->any_from) table_time(l->t, l->rows.at[r].from_us);
        if (l->any_until) table_time(l->t, l->rows.at[r].until_us);
        for (size_t i = 0; i < l->names.n; i++) put_cell(l->t, of[i], l->types.at[i]);
        table_text(l->t, l->rows.at[r].source);
        table_int(l->t, (int64_t)l->rows.at[r].line);
    }
    mem_free(of);
    return rc;
}

int run_tables(struct cli *c)
{
    struct listing l = {.c = c};
    struct project *p = NULL;
    struct journey *j = NULL;
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc) rc = c->n_args > 1 ? list_one(&l, p, str_of(c->args[1])) : list_all(&l, p);
    if (!rc) rc = table_name_project(l.t, c->project);
    if (!rc) rc = cli_tables(c, p, j, &l.t, 1);
    table_free(l.t);
    vec_free(&l.names);
    vec_free(&l.types);
    vec_free(&l.rows);
    vec_free(&l.cells);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
