// SPDX-License-Identifier: MIT
// Queries for a number of any table: from the table of the analysis, by the texts that tell its row apart; and, where a statement over
// events and stays says the same, from these. Templates hold {column} for the text of that column of the row, {column:stage} for the id
// of the stage that it names, {column:touchpoint} likewise, {won} for the exits that are won, and {sought} for
// the actions that seek the need of the row.
#include <stdio.h>

#include "cli/explain/explain.h"

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

static voc_rc from_result(struct explainer *x, struct table *t, const struct place *p)
{
    const voc_table *v = &p->s->view;
    struct buf b;
    bool ok = true;
    const char *title = arena_printf(&x->c->arena, "%.*s of %.*s: as voc %s found it", (int)v->columns[p->column].name.len, v->columns[p->column].name.ptr,
                                     (int)(figures_row_name(v, p->row).len > 80 ? 80 : figures_row_name(v, p->row).len), figures_row_name(v, p->row).ptr, p->s->command);
    const char *table = again_table(x, p->s), *name = again_name(x, v->columns[p->column].name);
    buf_init(&b, 1 << 16);
    if (v->columns[p->column].type == VOC_CELL_RANGE) buf_printf(&b, "SELECT %s, %s_lo, %s_hi\n  FROM %s", name ? name : "", name ? name : "", name ? name : "", table ? table : "");
    else buf_printf(&b, "SELECT %s\n  FROM %s", name ? name : "", table ? table : "");
    put_where(x, &b, p, &ok);
    voc_rc rc = !ok || !title || !table || !name ? VOC_E_NOMEM : b.rc;
    if (!rc) rc = again_put(t, title, str_mk(b.ptr, b.len));
    buf_done(&b);
    return rc;
}

// ---- from events and stays -----------------------------------------------------------------------------------------------------------

#define STAYS "FROM journey WHERE stage = "
#define OVER "\n  AND end <> 'censored'"
#define ON "(end = 'forward' OR exit IN ({won}))"
// What the company did to a customer during a stay.
#define DURING "\n  (SELECT 1 FROM event AS e WHERE e.unit = j.unit AND e.actor = 'company' AND e.touchpoint = {what:touchpoint}\n  AND e.time_us >= j.entered_us AND e.time_us < j.left_us)"
#define PEOPLE "count(DISTINCT unit || '/' || coalesce(individual, ''))"

// `where` and `is`: a column of the row that must have this text; empty: any row.
static const struct template { const char *command, *table, *where, *is, *columns, *sql; } templates[] = {
    {"sipoc", "steps", "", "", "visits open went_on", "SELECT count(*) AS visits, sum(end = 'censored') AS open,\n  avg(CASE WHEN end <> 'censored' THEN " ON " END) AS went_on\n  " STAYS "{step:stage}"},
    {"sipoc", "sipoc", "part", "process", "n share", "SELECT count(*) AS n FROM journey AS j WHERE stage = {step:stage} AND EXISTS" DURING},
    {"sipoc", "sipoc", "what", "went on", "n share", "SELECT sum(" ON ") AS n, count(*) AS among\n  " STAYS "{step:stage}" OVER},
    {"sipoc", "sipoc", "what", "fell silent", "n share", "SELECT sum(end = 'lapsed') AS n, count(*) AS among\n  " STAYS "{step:stage}" OVER},
    {"sipoc", "sipoc", "part", "output", "n share", "SELECT exit, count(*) AS n\n  " STAYS "{step:stage} AND end = 'exit'\n  GROUP BY exit"},
    {"map", "map", "lane", "customers there", "value words", "SELECT count(DISTINCT unit) AS customers, sum(end = 'censored') AS still_there\n  " STAYS "{stage:stage}"},
    {"map", "map", "lane", "they do", "times people units", "SELECT count(*) AS times, " PEOPLE " AS people,\n  count(DISTINCT unit) AS units FROM event\n  WHERE stage = {stage:stage} AND action = {what} AND actor = 'customer'"},
    {"map", "map", "lane", "they meet", "times people units", "SELECT count(*) AS times, " PEOPLE " AS people,\n  count(DISTINCT unit) AS units FROM event\n  WHERE stage = {stage:stage} AND touchpoint = {what:touchpoint} AND actor = 'company'"},
    {"map", "map", "lane", "leave without going on", "value words", "SELECT sum(end <> 'forward') AS lost, count(*) AS ended, avg(end <> 'forward') AS value\n  " STAYS "{stage:stage}" OVER},
    {"discover", "dwell", "", "", "stays open", "SELECT count(*) AS stays, sum(end = 'censored') AS open\n  " STAYS "{stage:stage}"},
    {"discover", "dwell", "", "", "quarter median three_quarters range", "SELECT (left_us - entered_us) / 86400e6 AS days, end\n  " STAYS "{stage:stage}\n  ORDER BY days"},
    {"discover", "typical", "", "", "journeys", "SELECT count(DISTINCT unit || '/' || episode) AS journeys FROM event\n  WHERE actor = 'customer' AND segment = {group}"},
    {"value-map", "needs", "", "", "people", "SELECT count(DISTINCT individual) AS people FROM event WHERE role = {role:role}"},
    {"value-map", "needs", "", "", "did did_share", "SELECT count(DISTINCT individual) AS did FROM event\n  WHERE actor = 'customer' AND role = {role:role} AND action IN ({sought})"},
    {"value-map", "quotes", "", "", "text", "SELECT text, source, line FROM words WHERE text = {text}"},
    {"attribution", "attribution", "", "", "paths", "SELECT count(DISTINCT unit || '/' || episode) AS paths FROM event\n  WHERE actor = 'company' AND touchpoint = {touch:touchpoint}"},
};

static voc_str stage_id(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_stages; i++)
        if (str_eq(j->stages[i].title, name) || str_eq(j->stages[i].id, name)) return j->stages[i].id;
    return STR("");
}

static voc_str touchpoint_id(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_claims + j->n_works; i++) {
        const struct claim *c = i < j->n_claims ? &j->claims[i] : &j->works[i - j->n_claims];
        if (str_eq(c->title, name)) return c->id;
    }
    return name;
}

static voc_str role_id(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_roles; i++)
        if (str_eq(j->roles[i].title, name)) return j->roles[i].id;
    return name;
}

static void put_won(struct explainer *x, struct buf *b, bool *ok)
{
    size_t n = 0;
    for (size_t i = 0; i < x->j->n_exits; i++)
        if (str_is(x->j->exits[i].outcome, "won")) buf_printf(b, "%s%s", n++ ? ", " : "", again_quoted(x, x->j->exits[i].id, ok));
    if (!n) buf_cstr(b, "''");
}

// The actions of an event that is one of some, where the predicate asks for nothing else.
static bool put_actions(struct explainer *x, struct buf *b, const struct predicate *p, size_t *n, bool *ok)
{
    bool plain = p->kind == PRED_ANY || (p->kind == PRED_EVENT && p->n_tests == 1 && !p->n_child && p->tests[0].field == LEAF_ACTION && !p->tests[0].re);
    if (plain && p->kind == PRED_EVENT) buf_printf(b, "%s%s", (*n)++ ? ", " : "", again_quoted(x, p->tests[0].whole, ok));
    for (size_t i = 0; plain && p->kind == PRED_ANY && i < p->n_child; i++) plain = put_actions(x, b, p->child[i], n, ok);
    return plain;
}

static bool put_sought(struct explainer *x, struct buf *b, voc_str need, bool *ok)
{
    size_t n = 0;
    for (size_t i = 0; i < x->j->n_needs; i++)
        if (str_eq(x->j->needs[i].id, need)) return x->j->needs[i].sought && put_actions(x, b, x->j->needs[i].sought, &n, ok);
    return false;
}

// What stands between the braces. False: the row has no such text, or it names nothing of that kind.
static bool put_filled(struct explainer *x, struct buf *b, const struct place *p, voc_str name, bool *ok)
{
    const char *colon = memchr(name.ptr, ':', name.len);
    const voc_str column = colon ? str_mk(name.ptr, (size_t)(colon - name.ptr)) : name, kind = colon ? str_mk(colon + 1, name.len - column.len - 1) : STR("");
    if (str_is(name, "won")) return put_won(x, b, ok), true;
    if (str_is(name, "sought")) return put_sought(x, b, figures_text(&p->s->view, p->row, "need"), ok);
    const char *plain = arena_printf(&x->c->arena, "%.*s", (int)column.len, column.ptr);
    voc_str text = plain ? figures_text(&p->s->view, p->row, plain) : STR("");
    *ok = *ok && plain;
    if (str_is(kind, "stage")) text = stage_id(x->j, text);
    if (str_is(kind, "touchpoint")) text = touchpoint_id(x->j, text);
    if (str_is(kind, "role")) text = role_id(x->j, text);
    buf_cstr(b, again_quoted(x, text, ok));
    return text.len > 0;
}

static bool fits(const struct template *m, const struct place *p)
{
    const voc_table *v = &p->s->view;
    voc_str rest = str_of(m->columns), word;
    if (strcmp(m->command, p->s->command) != 0 || !str_is(v->name, m->table) || (m->where[0] && !str_is(figures_text(v, p->row, m->where), m->is))) return false;
    while (str_split(&rest, &word))
        if (str_eq(word, v->columns[p->column].name)) return true;
    return false;
}

static voc_rc from_events(struct explainer *x, struct table *t, const struct place *p)
{
    size_t i = 0;
    struct buf b;
    bool ok = true, whole = true;
    while (i < sizeof templates / sizeof *templates && !fits(&templates[i], p)) i++;
    if (i == sizeof templates / sizeof *templates) return VOC_OK;
    buf_init(&b, 1 << 16);
    for (const char *at = templates[i].sql; *at && whole;) {
        const size_t plain = strcspn(at, "{");
        buf_add(&b, at, plain);
        at += plain;
        if (!*at) break;
        const size_t n = strcspn(at + 1, "}");
        whole = put_filled(x, &b, p, str_mk(at + 1, n), &ok);
        at += n + 2;
    }
    voc_rc rc = ok ? b.rc : VOC_E_NOMEM;
    if (!rc && whole) rc = again_put(t, "From the events and stays", str_mk(b.ptr, b.len));
    buf_done(&b);
    return rc;
}

voc_rc again_places(struct explainer *x, const struct places *p, size_t most)
{
    struct table *t = NULL;
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < p->n && n < most && !rc; i++) {
        if (!p->at[i].s->plugin) continue; // SQL has no table of it
        if (n++ == 0) rc = again_open(x, &t);
        if (!rc) rc = from_result(x, t, &p->at[i]);
        if (!rc) rc = from_events(x, t, &p->at[i]);
    }
    return rc;
}
