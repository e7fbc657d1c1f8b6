// SPDX-License-Identifier: MIT
// voc explain --check: every number of every analysis is asked for again from events, stays and words, with the statements that a reader is
// shown, for all rows at once, and held against what the analysis says. What has no statement is counted and named.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/explain/recipes.h"

#define SHOWN_MAX 5u // differences of one column, in words

enum { NOT_ASKED, ASKED, SAME, OTHER }; // of a cell: a recipe should give it; it did, the same or another number

struct asking { // one recipe over one table
    struct explainer *x;
    const struct recipe *r;
    const struct source *s;
    unsigned char *state; // of each cell
    voc_str *keys;        // recipe_keys of each row; of rows that are not asked for: ptr NULL
    size_t n_keys, shown;
    size_t *first, *next; // of rows whose keys have the same hash: the first one (of n_first), and that behind each; SIZE_MAX: none
    size_t n_first;
    const voc_str *like;  // keys of one of them
    size_t seen;          // rows of the answer that are rows of the table
    size_t *columns;      // of the result: number of the column here, or SIZE_MAX
    double *scale;        // of the result: what one of it is here
    size_t n_columns;
};

static bool is_number(const voc_column *column, const voc_cell *c)
{
    bool digit = false;
    if (c->type == VOC_CELL_TEXT && column->flags & VOC_COLUMN_RIGHT) // "8 of 11"
        for (size_t i = 0; i < c->s.len; i++) digit = digit || (c->s.ptr[i] >= '0' && c->s.ptr[i] <= '9');
    return digit || c->type == VOC_CELL_INT || c->type == VOC_CELL_REAL || c->type == VOC_CELL_MONEY || c->type == VOC_CELL_SHARE ||
           c->type == VOC_CELL_RANGE || c->type == VOC_CELL_DURATION;
}

static double number_of(const voc_cell *c)
{
    if (c->type == VOC_CELL_INT || c->type == VOC_CELL_BOOL) return (double)c->i;
    if (c->type == VOC_CELL_MONEY || c->type == VOC_CELL_DURATION) return (double)c->i / 1e6;
    return c->type == VOC_CELL_NA || c->type == VOC_CELL_TEXT ? NAN : c->r;
}

static bool is_same(const voc_cell *here, const voc_cell *there, double scale)
{
    if (here->type == VOC_CELL_TEXT) return there->type == VOC_CELL_TEXT ? str_eq(here->s, there->s) : there->type == VOC_CELL_NA && !here->s.len;
    const double a = number_of(here), b = number_of(there) * scale;
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), 1) + (here->type == VOC_CELL_DURATION ? 2e-6 : 0); // a time is cut to microseconds
}

// ---- columns of the answer -----------------------------------------------------------------------------------------------------------------

static bool named(const char *name, voc_str column, const char *unit)
{
    return strncmp(name, column.ptr, column.len) == 0 && strcmp(name + column.len, unit) == 0;
}

static voc_rc head(void *user, const char *const *names, size_t n)
{
    struct asking *a = user;
    a->columns = arena_alloc(&a->x->c->arena, (n + 1) * sizeof *a->columns);
    a->scale = arena_alloc(&a->x->c->arena, (n + 1) * sizeof *a->scale);
    if (!a->columns || !a->scale) return VOC_E_NOMEM;
    a->n_columns = n;
    for (size_t i = 0; i < n; i++) {
        a->columns[i] = SIZE_MAX;
        a->scale[i] = 1;
        for (size_t k = 0; k < a->s->view.n_columns; k++) {
            const voc_str column = a->s->view.columns[k].name;
            if (!named(names[i], column, "") && !named(names[i], column, "_days")) continue;
            a->columns[i] = k;
            a->scale[i] = named(names[i], column, "") ? 1 : 86400;
        }
    }
    return n >= a->n_keys ? VOC_OK : VOC_E_BUG;
}

// ---- rows of the answer --------------------------------------------------------------------------------------------------------------------

// As recipe_key has it; ptr NULL: this is no key.
static voc_str text_of(const voc_cell *c, char digits[32])
{
    if (c->type == VOC_CELL_TEXT) return c->s;
    if (c->type == VOC_CELL_NA) return STR("");
    if (c->type != VOC_CELL_INT) return str_mk(NULL, 0);
    (void)snprintf(digits, 32, "%" PRId64, c->i);
    return str_of(digits);
}

static bool is_key(const voc_cell *c, voc_str key)
{
    char digits[32];
    const voc_str text = text_of(c, digits);
    return key.ptr == recipe_any || (text.ptr && str_eq(text, key));
}

// Columns that the table does not have tell nothing apart: they are the same in each row, and in no hash.
static uint64_t key_hash(const struct asking *a, const voc_cell *cells, const voc_str *keys)
{
    char digits[32];
    uint64_t h = 0;
    for (size_t i = 0; i < a->n_keys; i++) {
        const voc_str text = keys[i].ptr == recipe_any || !cells ? keys[i] : text_of(&cells[i], digits);
        if (keys[i].ptr != recipe_any && text.ptr) h = hash64(text.ptr, text.len, h + 1);
    }
    return h;
}

// Every row that is asked for, under the hash of its keys.
static voc_rc sort_keys(struct asking *a)
{
    const size_t n = a->s->view.n_rows;
    for (a->n_first = 64; a->n_first < n;) a->n_first *= 2;
    a->first = arena_alloc(&a->x->c->arena, a->n_first * sizeof *a->first);
    a->next = arena_alloc(&a->x->c->arena, (n + 1) * sizeof *a->next);
    if (!a->first || !a->next) return VOC_E_NOMEM;
    memset(a->first, 0xFF, a->n_first * sizeof *a->first);
    for (size_t row = n; row-- > 0;) {
        const voc_str *keys = a->keys + row * a->n_keys;
        if (!keys->ptr) continue;
        size_t *first = &a->first[key_hash(a, NULL, keys) & (a->n_first - 1)];
        a->next[row] = *first;
        *first = row;
        a->like = keys;
    }
    return VOC_OK;
}

static void tell(struct asking *a, size_t row, size_t column, const voc_cell *here, const voc_cell *there)
{
    struct buf b, c;
    if (a->shown++ >= SHOWN_MAX) return;
    buf_init(&b, 4096);
    buf_init(&c, 4096);
    for (size_t i = 0; i < a->n_keys; i++) buf_printf(&b, "%s%.*s", i ? ", " : "", STR_SHOWN(a->keys[row * a->n_keys + i], 80));
    if (there && there->type == VOC_CELL_TEXT) buf_str(&c, there->s);
    else if (there) buf_printf(&c, "%.10g", number_of(there));
    else buf_cstr(&c, "missing");
    diag_error(a->x->c->diag, "EXPLAIN-010", NULL, 0,
               "this is an error of the program: please report it with the journey and what the project was made from",
               "voc %s, table %.*s, %s: %.*s is %.10g, and by its query %s", a->s->command, STR_ARG(a->s->view.name),
               b.ptr ? b.ptr : "", STR_ARG(a->s->view.columns[column].name), number_of(here), c.ptr ? c.ptr : "");
    buf_done(&b);
    buf_done(&c);
}

static voc_rc answer(void *user, const voc_cell *cells, size_t n)
{
    struct asking *a = user;
    const voc_table *v = &a->s->view;
    if (host_cancelled()) return VOC_CANCELLED;
    for (size_t row = a->like ? a->first[key_hash(a, cells, a->like) & (a->n_first - 1)] : SIZE_MAX; row != SIZE_MAX; row = a->next[row]) {
        bool fits = true;
        for (size_t i = 0; i < a->n_keys && fits; i++) fits = is_key(&cells[i], a->keys[row * a->n_keys + i]);
        a->seen += fits;
        for (size_t i = 0; fits && i < n; i++) {
            if (a->columns[i] == SIZE_MAX || !recipe_gives(a->r, v->columns[a->columns[i]].name)) continue;
            const size_t at = row * v->n_columns + a->columns[i];
            voc_cell there = cells[i];
            if (i < a->n_keys) {
                a->state[at] = SAME;
                continue;
            }
            if (there.type == VOC_CELL_INT && a->scale[i] > 1) there = (voc_cell){.type = VOC_CELL_REAL, .r = (double)there.i};
            const bool same = is_same(&v->cells[at], &there, a->scale[i]);
            if (a->state[at] == ASKED || !same) a->state[at] = same ? SAME : OTHER;
            if (!same) tell(a, row, a->columns[i], &v->cells[at], &cells[i]);
        }
    }
    return VOC_OK;
}

// A row that the answer does not have: nothing was there to be counted.
static void left_out(struct asking *a)
{
    const voc_table *v = &a->s->view;
    for (size_t k = 0; k < v->n_rows * v->n_columns; k++) {
        if (a->state[k] != ASKED) continue;
        const bool none = v->cells[k].type == VOC_CELL_NA || number_of(&v->cells[k]) == 0;
        a->state[k] = none ? SAME : OTHER;
        if (!none) tell(a, k / v->n_columns, k % v->n_columns, &v->cells[k], NULL);
    }
}

// For all rows, or as it is shown for one.
static voc_rc run(struct asking *a, size_t row, bool *whole)
{
    struct buf sql;
    buf_init(&sql, 1 << 16);
    a->seen = 0;
    voc_rc rc = recipe_sql(a->x, a->r, a->s, row, &sql, whole);
    if (!rc && *whole) rc = store_sql(a->x->p, sql.ptr, head, answer, a, a->x->c->diag);
    if (rc && sql.ptr && rc != VOC_E_NOMEM && rc != VOC_CANCELLED)
        diag_error(a->x->c->diag, "EXPLAIN-011", NULL, 0, sql.ptr, "it is the query of voc %s, table %.*s", a->s->command,
                   STR_ARG(a->s->view.name));
    buf_done(&sql);
    return rc;
}

// What is shown for a row is the same statement with conditions: one row of each is asked for so.
static voc_rc run_of_one(struct asking *a)
{
    const voc_table *v = &a->s->view;
    bool whole = true;
    for (size_t k = 0; k < v->n_rows * v->n_columns; k++) {
        if (a->state[k] != SAME || !a->keys[k / v->n_columns * a->n_keys].ptr ||
            !recipe_gives(a->r, v->columns[k % v->n_columns].name) || v->cells[k].type == VOC_CELL_NA ||
            number_of(&v->cells[k]) == 0)
            continue;
        voc_rc rc = run(a, k / v->n_columns, &whole);
        if (rc || a->seen) return rc;
        a->state[k] = OTHER;
        tell(a, k / v->n_columns, k % v->n_columns, &v->cells[k], NULL);
        return VOC_OK;
    }
    return VOC_OK;
}

static voc_rc ask(struct asking *a)
{
    const voc_table *v = &a->s->view;
    bool whole = true, any = false;
    a->n_keys = recipe_keys(a->r);
    a->keys = arena_alloc(&a->x->c->arena, (v->n_rows * a->n_keys + 1) * sizeof *a->keys);
    if (!a->keys) return VOC_E_NOMEM;
    for (size_t row = 0; row < v->n_rows; row++) {
        if (!recipe_fits_row(a->x, a->r, a->s, row)) continue;
        for (size_t i = 0; i < a->n_keys; i++) a->keys[row * a->n_keys + i] = recipe_key(a->x, a->r, i, a->s, row);
        for (size_t k = 0; k < v->n_columns; k++) {
            unsigned char *state = &a->state[row * v->n_columns + k];
            if (!recipe_gives(a->r, v->columns[k].name) || *state != NOT_ASKED) continue;
            *state = ASKED;
            any = true;
        }
    }
    voc_rc rc = any ? sort_keys(a) : VOC_OK;
    if (!rc && any) rc = run(a, SIZE_MAX, &whole);
    if (!rc && any && whole) left_out(a);
    for (size_t k = 0; !whole && k < v->n_rows * v->n_columns; k++)
        if (a->state[k] == ASKED) a->state[k] = NOT_ASKED;
    return rc || !any || !whole ? rc : run_of_one(a);
}

// ---- what came of it -----------------------------------------------------------------------------------------------------------------------

static voc_rc put_line(struct explainer *x, struct table *t, const struct source *s, const unsigned char *state, uint64_t sums[3])
{
    const voc_table *v = &s->view;
    uint64_t all = 0, same = 0, other = 0;
    struct buf none;
    buf_init(&none, 1 << 16);
    for (size_t k = 0; k < v->n_columns; k++) {
        uint64_t mine = 0, asked = 0;
        for (size_t row = 0; row < v->n_rows; row++) {
            const size_t at = row * v->n_columns + k;
            if (!is_number(&v->columns[k], &v->cells[at])) continue;
            mine++;
            asked += state[at] == SAME || state[at] == OTHER;
            same += state[at] == SAME;
            other += state[at] == OTHER;
        }
        all += mine;
        if (mine > asked) buf_printf(&none, "%s%.*s", none.len ? " " : "", STR_ARG(v->columns[k].name));
        if (mine > asked && asked) buf_printf(&none, "(%" PRIu64 ")", mine - asked);
    }
    voc_rc rc = none.rc;
    if (!rc && all) {
        table_text(t, str_of(arena_printf(&x->c->arena, "%s %.*s", s->command, STR_ARG(v->name))));
        table_int(t, (int64_t)all);
        table_int(t, (int64_t)same);
        table_int(t, (int64_t)other);
        table_int(t, (int64_t)(all - same - other));
        table_text(t, str_mk(none.ptr ? none.ptr : "", none.len));
    }
    buf_done(&none);
    sums[0] += all;
    sums[1] += same;
    sums[2] += other;
    return rc;
}

static voc_rc open_table(struct explainer *x, struct table **t)
{
    voc_rc rc = explain_table(x, t, "check", "Numbers that were asked for again");
    if (!rc) rc = table_column(*t, "table", "analysis and table", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(*t, "numbers", "numbers", VOC_CELL_INT, "", 0, "that stand in it");
    if (!rc) rc = table_column(*t, "again", "again", VOC_CELL_INT, "", 0, "that a query over events, stays and words gives again");
    if (!rc) rc = table_column(*t, "differ", "differ", VOC_CELL_INT, "", 0, "for which it gives another");
    if (!rc) rc = table_column(*t, "without", "without", VOC_CELL_INT, "", 0, "that have no such query");
    return rc ? rc
              : table_column(
                    *t, "columns", "columns without", VOC_CELL_TEXT, "", 0,
                    "whose numbers are only in the table of the analysis; in brackets how many, where others have a query");
}

static voc_rc ask_of(struct explainer *x, const struct source *s, unsigned char *state)
{
    const struct recipe *r;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && (r = recipe_at(i)) != NULL; i++) {
        struct asking a = {.x = x, .r = r, .s = s, .state = state};
        if (recipe_fits(x, r, s)) rc = ask(&a);
    }
    return rc;
}

// Lines of another table: their numbers are right where they are those of the other, and these are.
static void take_over(const struct explainer *x, const struct source *s, unsigned char *const *states)
{
    const voc_table *v = &s->view;
    unsigned char *own = states[s - x->sources.at];
    for (size_t k = 0; k < v->n_rows * v->n_columns; k++) {
        const struct place p = recipe_place(x, &(struct place){.s = s, .row = k / v->n_columns, .column = k % v->n_columns});
        if (p.s == s) continue;
        const voc_cell *there = &p.s->view.cells[p.row * p.s->view.n_columns + p.column];
        const unsigned char state = states[p.s - x->sources.at][p.row * p.s->view.n_columns + p.column];
        own[k] = state == SAME && !is_same(&v->cells[k], there, 1) ? OTHER : state;
    }
}

static voc_rc ask_all(struct explainer *x, unsigned char **states)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < x->sources.n && !rc; i++) {
        const voc_table *v = &x->sources.at[i].view;
        states[i] = mem_zalloc(v->n_rows * v->n_columns + 1, 1);
        rc = !states[i] ? VOC_E_NOMEM : x->sources.at[i].plugin ? ask_of(x, &x->sources.at[i], states[i]) : VOC_OK;
    }
    for (size_t i = 0; i < x->sources.n && !rc; i++) take_over(x, &x->sources.at[i], states);
    return rc;
}

voc_rc check_numbers(struct explainer *x)
{
    struct table *t = NULL;
    uint64_t sums[3] = {0};
    char words[300];
    unsigned char **states = mem_zalloc(x->sources.n + 1, sizeof *states);
    voc_rc rc = states ? open_table(x, &t) : VOC_E_NOMEM;
    if (!rc) rc = ask_all(x, states);
    for (size_t i = 0; i < x->sources.n && !rc; i++)
        if (x->sources.at[i].plugin) rc = put_line(x, t, &x->sources.at[i], states[i], sums);
    (void)snprintf(words, sizeof words,
                   "Of %" PRIu64 " numbers %" PRIu64 " come out the same by a query over events, stays and words, %" PRIu64
                   " differ, %" PRIu64 " have no such query.",
                   sums[0], sums[1], sums[2], sums[0] - sums[1] - sums[2]);
    if (!rc) rc = table_note(t, VOC_NOTE_LEAD, words);
    if (!rc) rc = table_note(t, VOC_NOTE_NEXT, "voc explain PROJECT ANALYSIS ROW NUMBER shows the query of a number, or says why it has none");
    if (!rc) rc = table_name_project(t, x->c->project);
    x->differs = sums[2] > 0;
    for (size_t i = 0; states && i < x->sources.n; i++) mem_free(states[i]);
    mem_free(states);
    return rc;
}
