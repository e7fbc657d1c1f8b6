// SPDX-License-Identifier: MIT
// Queries for a number of any table: from the table of the analysis, by the texts that tell its row apart; and, where a recipe says the
// same, from events and stays.
#include <stdio.h>

#include "cli/explain/recipes.h"

#define TOLD_MAX 16u

struct told { const char *at[TOLD_MAX]; size_t n; }; // queries and reasons: each is said once

static bool is_told(struct explainer *x, struct told *told, const char *text)
{
    for (size_t i = 0; i < told->n; i++)
        if (strcmp(told->at[i], text) == 0) return true;
    const char *copy = told->n < TOLD_MAX ? arena_printf(&x->c->arena, "%s", text) : NULL;
    if (copy) told->at[told->n++] = copy;
    return false;
}

// ---- from the result ---------------------------------------------------------------------------------------------------------------

static bool same_text(const voc_table *t, size_t a, size_t b, size_t column)
{
    const voc_cell *x = &t->cells[a * t->n_columns + column], *y = &t->cells[b * t->n_columns + column];
    return x->type == y->type && (x->type != VOC_CELL_TEXT || str_eq(x->s, y->s)) && (x->type != VOC_CELL_INT || x->i == y->i);
}

static bool is_key(const voc_cell *c) { return c->type == VOC_CELL_TEXT || c->type == VOC_CELL_INT; }

#define KEYS_MAX 16u

// Rows that are like this one in all these columns.
static size_t alike(const struct place *p, const size_t *columns, size_t n)
{
    const voc_table *t = &p->s->view;
    size_t rows = 0;
    for (size_t r = 0; r < t->n_rows; r++) {
        bool same = true;
        for (size_t k = 0; k < n && same; k++) same = same_text(t, p->row, r, columns[k]);
        rows += same;
    }
    return rows;
}

// Columns that tell the row from all others: its texts, from the left; then its whole numbers. Those that tell nothing more are left out.
static size_t keys_of(const struct place *p, size_t keys[KEYS_MAX])
{
    const voc_table *t = &p->s->view;
    size_t n = 0, others = t->n_rows;
    for (unsigned numbers = 0; numbers < 2; numbers++)
        for (size_t k = 0; k < t->n_columns && others > 1 && n < KEYS_MAX; k++) {
            const voc_cell *c = &t->cells[p->row * t->n_columns + k];
            if (!is_key(c) || (c->type == VOC_CELL_INT) != (numbers != 0) || k == p->column) continue;
            keys[n] = k;
            const size_t left = alike(p, keys, n + 1);
            if (left == others) continue;
            others = left;
            n++;
        }
    return n;
}

static void put_where(struct explainer *x, struct buf *b, const struct place *p, bool *ok)
{
    const voc_table *t = &p->s->view;
    size_t keys[KEYS_MAX];
    const size_t n = keys_of(p, keys);
    for (size_t i = 0; i < n; i++) {
        const voc_cell *c = &t->cells[p->row * t->n_columns + keys[i]];
        const char *name = again_name(x, t->columns[keys[i]].name), *word = i ? "AND" : "WHERE";
        if (c->type == VOC_CELL_TEXT) buf_printf(b, "\n  %s %s = %s", word, name ? name : "", again_quoted(x, c->s, ok));
        else buf_printf(b, "\n  %s %s = %lld", word, name ? name : "", (long long)c->i);
        *ok = *ok && name;
    }
}

// With options the tables of SQL, which are those without, do not show it.
static voc_rc from_command(struct explainer *x, struct table *t, const struct place *p, struct told *told)
{
    const char *typed = asked_typed(x, p->s);
    if (!typed) return VOC_E_NOMEM;
    return is_told(x, told, typed) ? VOC_OK : again_put(t, "As the analysis finds it, with these options", str_of(typed));
}

static voc_rc from_result(struct explainer *x, struct table *t, const struct place *p)
{
    const voc_table *v = &p->s->view;
    struct buf b;
    bool ok = true;
    const char *title = arena_printf(&x->c->arena, "%.*s of %.*s: as voc %s found it", STR_ARG(v->columns[p->column].name),
                                     STR_SHOWN(figures_row_name(v, p->row), 80), p->s->command);
    const char *table = again_table(x, p->s), *name = again_name(x, v->columns[p->column].name);
    buf_init(&b, 1 << 16);
    if (v->columns[p->column].type == VOC_CELL_RANGE)
        buf_printf(&b, "SELECT %s, %s_lo, %s_hi\n  FROM %s", name ? name : "", name ? name : "", name ? name : "",
                   table ? table : "");
    else buf_printf(&b, "SELECT %s\n  FROM %s", name ? name : "", table ? table : "");
    put_where(x, &b, p, &ok);
    voc_rc rc = !ok || !title || !table || !name ? VOC_E_NOMEM : b.rc;
    if (!rc) rc = again_put(t, title, str_mk(b.ptr, b.len));
    buf_done(&b);
    return rc;
}

// ---- from events and stays -----------------------------------------------------------------------------------------------------------

// *whole false: the row names something that no statement says.
static voc_rc put_recipe(struct explainer *x, struct table *t, const struct place *at, const struct recipe *r, const char *title,
                         struct told *told, bool *whole)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    voc_rc rc = recipe_sql(x, r, at->s, at->row, &b, whole);
    if (!rc && *whole && !is_told(x, told, b.ptr)) rc = again_put(t, title, str_mk(b.ptr, b.len));
    buf_done(&b);
    return rc;
}

// Why there is none, and the query of what enters it.
static voc_rc put_why(struct explainer *x, struct table *t, const struct place *at, struct told *told)
{
    const char *inputs = "", *why = recipe_why(at->s, at->column, &inputs);
    const voc_str name = at->s->view.columns[at->column].name;
    const struct recipe *r = NULL;
    bool whole = true;
    if (!why || is_told(x, told, why)) return VOC_OK;
    const char *words = arena_printf(&x->c->arena, "No query over the events gives %.*s: %s.", STR_ARG(name), why);
    voc_rc rc = words ? table_note(t, VOC_NOTE_AFTER, words) : VOC_E_NOMEM;
    if (!rc && inputs[0]) r = recipe_find(x, at->s, str_of(inputs), at->row);
    return rc || !r ? rc : put_recipe(x, t, at, r, "From the events and stays: what enters it", told, &whole);
}

static voc_rc from_events(struct explainer *x, struct table *t, const struct place *p, struct told *told)
{
    const struct place at = recipe_place(x, p);
    const struct recipe *r = recipe_find(x, at.s, at.s->view.columns[at.column].name, at.row);
    bool whole = false;
    voc_rc rc = r ? put_recipe(x, t, &at, r, "From the events and stays", told, &whole) : VOC_OK;
    return rc || whole ? rc : put_why(x, t, &at, told);
}

voc_rc again_places(struct explainer *x, const struct places *p, size_t most)
{
    struct table *t = NULL;
    struct told told = {.n = 0};
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < p->n && n < most && !rc; i++) {
        if (!p->at[i].s->plugin) continue; // SQL has no table of it
        if (n++ == 0) rc = again_open(x, &t);
        if (!rc) rc = x->asked ? from_command(x, t, &p->at[i], &told) : from_result(x, t, &p->at[i]);
        if (!rc) rc = from_events(x, t, &p->at[i], &told);
    }
    return rc;
}
