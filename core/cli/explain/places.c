// SPDX-License-Identifier: MIT
// Where a number stands: found by its digits, or by the row and the column that it was read at, of every table of every analysis. Of
// each place: what the number is, of how many, by which definition, and the queries that give it again.
#include <ctype.h>
#include <stdio.h>

#include "cli/explain/explain.h"
#include "cli/explain/literal.h"

#define FOUND_MAX 40u
#define AGAIN_MAX 8u // of the places found: those with queries

bool figures_is_number(const struct explainer *x, voc_str word)
{
    struct literal l;
    return literal_read(word, x->j->currency, &l);
}

// ---- finding ---------------------------------------------------------------------------------------------------------------------

struct sought { // empty or NULL: anything
    voc_str command, row, number;
    const struct literal *digits;
    bool loosely; // the row by its words
};

static bool number_fits(const struct sought *w, const voc_column *col, const voc_cell *c)
{
    if (str_is(col->name, "explanation") || str_is(col->name, "reason")) return false;
    if (w->digits) return literal_in_cell(w->digits, col, c);
    return c->type != VOC_CELL_NA && (str_ieq(col->name, w->number) || str_ieq(col->title, w->number));
}

// At the beginning of a word: "aware" is not in "unaware".
static bool holds_word(voc_str text, voc_str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if ((i == 0 || !isalnum((unsigned char)text.ptr[i - 1])) && str_ieq(str_mk(text.ptr + i, word.len), word)) return true;
    return false;
}

// Some text of the row is what was asked for: its name, its stage, its part. `loosely`: each word of it stands in some
// text, or is the name of the table.
static bool row_fits(const struct sought *w, const voc_table *t, size_t row)
{
    voc_str rest = w->row, word;
    bool all = true;
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_cell *c = &t->cells[row * t->n_columns + k];
        if (c->type == VOC_CELL_TEXT && str_ieq(c->s, w->row)) return true;
    }
    while (w->loosely && all && str_split(&rest, &word)) {
        bool any = str_ieq(t->name, word);
        for (size_t k = 0; k < t->n_columns && !any; k++) {
            const voc_cell *c = &t->cells[row * t->n_columns + k];
            any = c->type == VOC_CELL_TEXT && holds_word(c->s, word);
        }
        all = any;
    }
    return !w->row.len || (w->loosely && all);
}

// ---- what a funnel says between two bars ---------------------------------------------------------------------------------------------

static size_t part_of(const voc_table *t, const voc_figure *f, uint32_t part)
{
    for (size_t i = 0; i < f->n_parts; i++)
        for (size_t k = 0; k < t->n_columns; k++)
            if (f->parts[i].part == part && str_eq(f->parts[i].column, t->columns[k].name)) return k;
    return SIZE_MAX;
}

// The column that is drawn, where the table is drawn as a funnel and the row before it is of the same part, and that of what was lost before
// each row; SIZE_MAX: none.
static size_t funnel_column(const voc_table *t, size_t row, size_t *lost)
{
    for (size_t i = 0; i < t->n_figures && row; i++) {
        if (t->figures[i].kind != VOC_FIGURE_FUNNEL) continue;
        const size_t k = part_of(t, &t->figures[i], VOC_AS_COUNT), series = part_of(t, &t->figures[i], VOC_AS_SERIES);
        const voc_cell *mine = series == SIZE_MAX ? NULL : &t->cells[row * t->n_columns + series];
        *lost = part_of(t, &t->figures[i], VOC_AS_VALUE);
        if (k != SIZE_MAX && (!mine || str_eq(mine->s, mine[-(ptrdiff_t)t->n_columns].s))) return k;
    }
    return SIZE_MAX;
}

// So many did not go on, of so many.
static bool lost_before(const voc_table *t, size_t row, size_t *column, int64_t *lost, int64_t *of)
{
    size_t told = SIZE_MAX;
    *column = funnel_column(t, row, &told);
    if (*column == SIZE_MAX) return false;
    const voc_cell *now = &t->cells[row * t->n_columns + *column], *before = now - t->n_columns,
                   *said = told == SIZE_MAX ? NULL : &t->cells[row * t->n_columns + told];
    if (now->type != VOC_CELL_INT || before->type != VOC_CELL_INT || (said && said->type != VOC_CELL_INT)) return false;
    *lost = said ? said->i : before->i - now->i;
    *of = now->i + *lost;
    return *lost > 0;
}

static bool loss_fits(const struct literal *l, const voc_table *t, size_t row, size_t *column)
{
    int64_t lost, of;
    if (!lost_before(t, row, column, &lost, &of)) return false;
    const voc_cell n = {.type = VOC_CELL_INT, .i = lost}, share = {.type = VOC_CELL_SHARE, .r = (double)lost / (double)of};
    return literal_in_cell(l, &t->columns[*column], &n) || (l->kind == LITERAL_SHARE && literal_in_cell(l, &t->columns[*column], &share));
}

static voc_rc find_losses(struct explainer *x, const struct sought *w, struct places *out)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < x->sources.n && w->digits; i++) {
        const struct source *s = &x->sources.at[i];
        size_t column;
        if (w->command.len && !str_is(w->command, s->command)) continue;
        for (size_t row = 1; row < s->view.n_rows && !rc; row++)
            if (row_fits(w, &s->view, row) && loss_fits(w->digits, &s->view, row, &column) && out->n < FOUND_MAX &&
                !(rc = vec_reserve(out, 1, FOUND_MAX)))
                out->at[out->n++] = (struct place){s, row, column, true};
    }
    return rc;
}

// ---- where -----------------------------------------------------------------------------------------------------------------------

// What people were shown comes first.
static voc_rc find_places(struct explainer *x, const struct sought *w, struct places *out, size_t *more)
{
    voc_rc rc = VOC_OK;
    *more = 0;
    for (unsigned hidden = 0; hidden < 2; hidden++)
        for (size_t i = 0; i < x->sources.n && !rc; i++) {
            const struct source *s = &x->sources.at[i];
            if (((s->view.flags & VOC_TABLE_HIDDEN) != 0) != (hidden != 0) || (w->command.len && !str_is(w->command, s->command))) continue;
            for (size_t k = 0; k < s->view.n_rows * s->view.n_columns && !rc; k++) {
                const size_t row = k / s->view.n_columns, column = k % s->view.n_columns;
                if (!row_fits(w, &s->view, row) || !number_fits(w, &s->view.columns[column], &s->view.cells[k])) continue;
                *more += out->n == FOUND_MAX;
                if (out->n == FOUND_MAX || (rc = vec_reserve(out, 1, FOUND_MAX))) continue;
                out->at[out->n++] = (struct place){s, row, column, false};
            }
        }
    return rc ? rc : find_losses(x, w, out);
}

// ---- telling ---------------------------------------------------------------------------------------------------------------------

// The column that says of how many a number of this table is; SIZE_MAX: none.
static size_t n_column(const voc_table *t, size_t column)
{
    static const struct { const char *number, *n; } own[] = {{"did", "people"},          {"did_share", "people"}, {"said_share", "talked"}, {"served_share", "people"}, {"went_on", "n"},
                                                             {"moved_on_early", "judged"}, {"moved_on_late", "judged"}, {"rate", "paths"}, {"fitness", "journeys"}, {"met", "visits"}};
    static const char *const any[] = {"among", "visits", "judged", "entered", "at_risk", "stays", "matched", "journeys", "entries", "people", "paths", "units", "n"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (str_is(t->columns[column].name, own[i].number) && figures_column(t, own[i].n) != SIZE_MAX) return figures_column(t, own[i].n);
    for (size_t i = 0; i < sizeof any / sizeof *any; i++)
        if (figures_column(t, any[i]) != SIZE_MAX) return figures_column(t, any[i]);
    return SIZE_MAX;
}

static void put_loss(struct table *t, const struct place *p, struct buf *b)
{
    const voc_table *v = &p->s->view;
    int64_t lost = 0, of = 0;
    size_t column;
    (void)lost_before(v, p->row, &column, &lost, &of);
    buf_clear(b);
    buf_printf(b, "%lld, %.1f%%", (long long)lost, of ? 100 * (double)lost / (double)of : 0);
    table_text(t, figures_row_name(v, p->row));
    table_text(t, v->columns[p->column].name);
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    buf_clear(b);
    buf_printf(b, "%lld %.*s", (long long)of, STR_SHOWN(v->columns[p->column].title, 40));
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    buf_clear(b);
    buf_printf(b, "voc %s, table %.*s", p->s->command, STR_ARG(v->name));
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    table_text(t, STR("so many less than in the row before: they did not go on, as the picture says between two bars"));
}

static void put_place(struct table *t, const struct place *p, struct buf *b)
{
    const voc_table *v = &p->s->view;
    const voc_column *col = &v->columns[p->column];
    const size_t n = n_column(v, p->column);
    const voc_cell *of = n == SIZE_MAX || n == p->column ? NULL : &v->cells[p->row * v->n_columns + n];
    buf_clear(b);
    render_cell(b, &v->cells[p->row * v->n_columns + p->column], col);
    table_text(t, figures_row_name(v, p->row));
    table_text(t, col->name);
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    buf_clear(b);
    if (of && of->type == VOC_CELL_INT) buf_printf(b, "%lld %.*s", (long long)of->i, STR_SHOWN(v->columns[n].title, 40));
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    buf_clear(b);
    buf_printf(b, "voc %s, table %.*s", p->s->command, STR_ARG(v->name));
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    table_text(t, col->help.len ? col->help : col->title);
}

static voc_rc found_table(struct explainer *x, struct table **t)
{
    voc_rc rc = explain_table(x, t, "found", "");
    if (!rc) rc = table_column(*t, "of", "of", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(*t, "number", "number", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(*t, "value", "value", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "");
    if (!rc) rc = table_column(*t, "n", "of how many", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "");
    if (!rc) rc = table_column(*t, "where", "where", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "");
    return rc ? rc : table_column(*t, "meaning", "what it is", VOC_CELL_TEXT, "", 0, "");
}

// Sentences that hold the number: they are made of numbers of tables.
static void put_notes(struct explainer *x, struct table *t, const struct literal *l)
{
    size_t n = 0;
    for (size_t i = 0; i < x->sources.n; i++) {
        const struct source *s = &x->sources.at[i];
        for (size_t k = 0; k < s->view.n_notes && n < AGAIN_MAX; k++) {
            if (!literal_in_text(l, s->view.notes[k].text)) continue;
            n++;
            table_text(t, s->view.notes[k].text);
            table_text(t, STR("a line of text"));
            table_text(t, STR(""));
            table_text(t, STR(""));
            table_text(t, str_of(arena_printf(&x->c->arena, "voc %s, table %.*s", s->command, STR_ARG(s->view.name))));
            table_text(t, STR(""));
        }
    }
}

// What is said of a table, in it or of its figures.
static bool said_with(const struct literal *l, const voc_table *t)
{
    bool holds = literal_in_text(l, t->title) || literal_in_text(l, t->semantics);
    for (size_t i = 0; i < t->n_notes; i++) holds = holds || literal_in_text(l, t->notes[i].text);
    for (size_t i = 0; i < t->n_groups; i++) holds = holds || literal_in_text(l, t->groups[i].title) || literal_in_text(l, t->groups[i].subtitle);
    for (size_t i = 0; i < t->n_columns; i++) holds = holds || literal_in_text(l, t->columns[i].help);
    for (size_t i = 0; i < t->n_rows * t->n_columns; i++) holds = holds || (t->cells[i].type == VOC_CELL_TEXT && literal_in_text(l, t->cells[i].s));
    for (size_t i = 0; i < t->n_figures; i++)
        holds = holds || literal_in_text(l, t->figures[i].title) || literal_in_text(l, t->figures[i].description);
    return holds;
}

bool figures_in_a_line(const struct explainer *x, const struct literal *l, const struct source **s)
{
    for (size_t i = 0; i < x->sources.n; i++)
        if (said_with(l, &x->sources.at[i].view)) return *s = &x->sources.at[i], true;
    return false;
}

static bool note_holds(const struct explainer *x, const struct literal *l)
{
    for (size_t i = 0; i < x->sources.n; i++)
        for (size_t k = 0; k < x->sources.at[i].view.n_notes; k++)
            if (literal_in_text(l, x->sources.at[i].view.notes[k].text)) return true;
    return false;
}

// A page writes a share with its sign.
static bool unlike_share(const struct literal *l, const voc_cell *c) { return c->type == VOC_CELL_SHARE && l->kind == LITERAL_PLAIN && l->value > 1; }

bool figures_first(const struct explainer *x, const struct literal *l, struct place *out)
{
    const struct sought w = {.digits = l};
    for (unsigned hidden = 0; hidden < 2; hidden++)
        for (size_t i = 0; i < x->sources.n; i++) {
            const struct source *s = &x->sources.at[i];
            const size_t n = s->view.n_columns;
            if (((s->view.flags & VOC_TABLE_HIDDEN) != 0) != (hidden != 0)) continue;
            for (size_t k = 0; k < s->view.n_rows * n; k++)
                if (!unlike_share(l, &s->view.cells[k]) && number_fits(&w, &s->view.columns[k % n], &s->view.cells[k]))
                    return *out = (struct place){s, k / n, k % n, false}, true;
        }
    for (size_t i = 0; i < x->sources.n; i++)
        for (size_t row = 1, column; row < x->sources.at[i].view.n_rows; row++)
            if (loss_fits(l, &x->sources.at[i].view, row, &column)) return *out = (struct place){&x->sources.at[i], row, column, true}, true;
    return false;
}

static voc_rc tell(struct explainer *x, const struct sought *w, const struct places *found, size_t more)
{
    struct table *t = NULL;
    struct buf b;
    char hash[2 * HASH_BYTES + 1];
    buf_init(&b, 1 << 16);
    hash_hex(x->j->hash, hash);
    voc_rc rc = found_table(x, &t);
    if (!rc && w->digits && !w->row.len && !w->command.len) put_notes(x, t, w->digits);
    for (size_t i = 0; i < found->n && !rc; i++) (found->at[i].lost ? put_loss : put_place)(t, &found->at[i], &b);
    buf_clear(&b);
    if (more) buf_printf(&b, "%zu more places hold this number: more digits, or the row before it (voc explain PROJECT Webinar 112), tell them apart.", more);
    if (!rc && more) rc = b.rc ? b.rc : table_note(t, VOC_NOTE_AFTER, b.ptr);
    buf_clear(&b);
    buf_printf(&b, "By journey %.*s, version %.*s (hash %.12s).", STR_SHOWN(x->j->id, 80), STR_SHOWN(x->j->version, 40), hash);
    if (!rc) rc = b.rc ? b.rc : table_semantics(t, b.ptr);
    buf_done(&b);
    if (!rc) rc = table_name_project(t, x->c->project);
    return rc ? rc : again_places(x, found, AGAIN_MAX);
}

static voc_rc places_of(struct explainer *x, const struct sought *w, bool *any)
{
    struct places found = {0};
    size_t more = 0;
    voc_rc rc = find_places(x, w, &found, &more);
    const bool told = w->digits && !w->row.len && !w->command.len && note_holds(x, w->digits);
    *any = found.n > 0 || told;
    if (!rc && *any) rc = tell(x, w, &found, more);
    vec_free(&found);
    return rc;
}

voc_rc figures_of_number(struct explainer *x, voc_str number, bool *found)
{
    struct literal l;
    *found = false;
    return literal_read(number, x->j->currency, &l) ? places_of(x, &(struct sought){.number = number, .digits = &l}, found) : VOC_OK;
}

// "sipoc", "map": an analysis that ran.
static bool ran(const struct explainer *x, voc_str command)
{
    for (size_t i = 0; i < x->sources.n; i++)
        if (str_is(command, x->sources.at[i].command)) return true;
    return false;
}

voc_rc figures_of_place(struct explainer *x, voc_str words, voc_str number, bool *found)
{
    struct literal l;
    voc_str rest = words, first;
    struct sought w = {.row = words, .number = number, .digits = literal_read(number, x->j->currency, &l) ? &l : NULL};
    const bool of_analysis = str_split(&rest, &first) && ran(x, first);
    voc_rc rc = VOC_OK;
    *found = false;
    for (unsigned i = 0; i < 4 && !rc && !*found; i++) {
        w.loosely = i >= 2;
        if (i % 2 && !of_analysis) continue;
        w.command = i % 2 ? first : STR("");
        w.row = i % 2 ? str_trim(rest) : words;
        rc = places_of(x, &w, found);
    }
    return rc;
}
