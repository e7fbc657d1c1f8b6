// SPDX-License-Identifier: MIT
// The numbers that can be asked about, in the tables that were gathered: found by their names or their rows.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/explain/explain.h"

// ---- finding -------------------------------------------------------------------------------------------------------------------

const struct source *figures_table(const struct explainer *x, const char *name)
{
    for (size_t i = 0; i < x->sources.n; i++)
        if (str_is(x->sources.at[i].view.name, name)) return &x->sources.at[i];
    return NULL;
}

size_t figures_column(const voc_table *t, const char *name)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (str_is(t->columns[k].name, name)) return k;
    return SIZE_MAX;
}

const voc_cell *figures_cell(const voc_table *t, size_t row, const char *column)
{
    size_t k = figures_column(t, column);
    return k == SIZE_MAX ? NULL : &t->cells[row * t->n_columns + k];
}

voc_str figures_text(const voc_table *t, size_t row, const char *column)
{
    const voc_cell *c = figures_cell(t, row, column);
    return c && c->type == VOC_CELL_TEXT ? c->s : STR("");
}

size_t figures_row(const voc_table *t, const char *column, voc_str word)
{
    for (size_t i = 0; i < t->n_rows; i++)
        if (word.len && str_ieq(figures_text(t, i, column), word)) return i;
    return SIZE_MAX;
}

// ---- a row, number by number -----------------------------------------------------------------------------------------------------

// Under which heading a number of the score stands; what is not named here stands under the last.
static const struct { const char *title, *subtitle, *columns; } headings[] = {
    {"The verdict", "", "verdict code verb kind stage segment randomised"},
    {"What was counted", "", "touches fresh matched accounts people obtained responded linked linked_rate observed expected extra lift p p_adjusted q variance"},
    {"Checks", "what else could explain it", "harm_observed harm_expected harm_p_adjusted placebo_lift placebo_p trigger bundle bundle_with covered judged_share busiest_week largest_account hidden_cause"},
    {"Money and time", "", "unit_cost cost value_per_action net cost_per_extra spent minutes"},
    {"With half and twice the time to answer", "", "half_window double_window half_lift double_lift"},
    {"What would settle it", "", "needed missing rate known_by settle"},
    {"Beside it", "", ""},
};
#define N_HEADINGS (sizeof headings / sizeof *headings)
// Said elsewhere on the page.
static const char elsewhere[] = "touchpoint title stage_title responder non_responder comparator responder_at non_responder_at comparator_at reason explanation";

static bool listed(const char *words, voc_str name)
{
    voc_str rest = str_of(words), word;
    while (str_split(&rest, &word))
        if (str_eq(word, name)) return true;
    return false;
}

static size_t heading_of(voc_str name)
{
    for (size_t h = 0; h + 1 < N_HEADINGS; h++)
        if (listed(headings[h].columns, name)) return h;
    return N_HEADINGS - 1;
}

static voc_rc figure_columns(struct table *t)
{
    voc_rc rc = table_column(t, "number", "number", VOC_CELL_TEXT, "", 0, "its name in SQL, csv and json");
    if (!rc) rc = table_column(t, "value", "", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "as it was found");
    return rc ? rc : table_column(t, "meaning", "what it is", VOC_CELL_TEXT, "", 0, "");
}

static void put_figure(struct table *t, const voc_column *col, const voc_cell *c, struct buf *b)
{
    voc_cell plain = *c;
    if (plain.type == VOC_CELL_RANGE && plain.digits < 2) plain.digits = 1;
    buf_clear(b);
    render_cell(b, &plain, col);
    if (c->type == VOC_CELL_REAL && fabs(c->r) > 0 && b->ptr && !strpbrk(b->ptr, "123456789")) { // not nothing, but too small to show
        buf_clear(b);
        buf_printf(b, "%.2g", c->r);
    }
    table_text(t, col->name);
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    table_text(t, col->help.len ? col->help : col->title);
}

voc_rc figures_of_row(struct explainer *x, const struct source *s, size_t row, const char *name, const char *title, const char *lead)
{
    struct table *t = NULL;
    struct buf b;
    bool score = figures_column(&s->view, "verdict") != SIZE_MAX;
    buf_init(&b, 1 << 16);
    voc_rc rc = explain_table(x, &t, name, title);
    if (!rc) rc = figure_columns(t);
    if (!rc && lead[0]) rc = table_note(t, VOC_NOTE_LEAD, lead);
    for (size_t h = 0; h < N_HEADINGS && !rc; h++) {
        bool open = false;
        for (size_t k = 0; k < s->view.n_columns && !rc; k++) {
            const voc_column *col = &s->view.columns[k];
            const voc_cell *c = &s->view.cells[row * s->view.n_columns + k];
            if (c->type == VOC_CELL_NA || (c->type == VOC_CELL_TEXT && c->s.len == 0) || listed(elsewhere, col->name)) continue;
            if ((score ? heading_of(col->name) : 0) != h) continue;
            if (score && !open) rc = table_group(t, headings[h].title, headings[h].subtitle);
            open = true;
            put_figure(t, col, c, &b);
        }
    }
    if (!rc && s->view.semantics.len) rc = table_semantics(t, arena_printf(&x->c->arena, "%.*s", STR_ARG(s->view.semantics)));
    buf_done(&b);
    return rc;
}

voc_rc figures_by_stage(struct explainer *x, voc_str touchpoint)
{
    static const char *const names[] = {"stage", "code", "matched", "observed", "expected", "extra", "reason"};
    const struct source *s = figures_table(x, "stages");
    size_t at[7], n = 0;
    struct table *t = NULL;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; s && i < 7; i++)
        if ((at[i] = figures_column(&s->view, names[i])) == SIZE_MAX) s = NULL;
    for (size_t row = 0; s && row < s->view.n_rows && !rc; row++) {
        if (!str_eq(figures_text(&s->view, row, "touchpoint"), touchpoint)) continue;
        if (n++ == 0) rc = explain_table(x, &t, "by_stage", "Stage by stage");
        for (size_t i = 0; n == 1 && i < 7 && !rc; i++) {
            const voc_column *c = &s->view.columns[at[i]];
            rc = table_column(t, names[i],
                              i == 5   ? "more (95% range)"
                              : i == 2 ? "compared"
                                       : arena_printf(&x->c->arena, "%.*s", STR_ARG(c->title)),
                              c->type, "", c->flags & ~(uint32_t)VOC_COLUMN_DETAIL,
                              arena_printf(&x->c->arena, "%.*s", STR_ARG(c->help)));
        }
        for (size_t i = 0; i < 7 && !rc; i++) rc = table_cell(t, &s->view.cells[row * s->view.n_columns + at[i]]);
    }
    return rc;
}

// ---- a number by its name ---------------------------------------------------------------------------------------------------------

voc_str figures_row_name(const voc_table *t, size_t row)
{
    const voc_cell *c = &t->cells[row * t->n_columns];
    return c->type == VOC_CELL_TEXT ? c->s : STR("");
}

voc_rc figures_of_column(struct explainer *x, const struct source *s, size_t column, size_t row)
{
    const voc_table *v = &s->view;
    const voc_column *c = &v->columns[column];
    struct table *t = NULL;
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_printf(&b, "%.*s: %.*s%s%.*s. It stands in the table %.*s of voc %s.", STR_ARG(c->name),
               (int)(c->help.len ? c->help.len : c->title.len), c->help.len ? c->help.ptr : c->title.ptr,
               c->unit.len ? ", in " : "", STR_ARG(c->unit), STR_ARG(v->name), s->command);
    voc_rc rc = explain_table(x, &t, "number", "");
    if (!rc)
        rc = table_column(t, "of",
                          v->columns[0].title.len ? arena_printf(&x->c->arena, "%.*s", STR_ARG(v->columns[0].title)) : "of",
                          VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(t, "value", arena_printf(&x->c->arena, "%.*s", STR_ARG(c->name)), VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "");
    if (!rc) rc = b.rc ? b.rc : table_note(t, VOC_NOTE_LEAD, b.ptr);
    for (size_t i = 0; i < v->n_rows && !rc; i++) {
        const voc_cell *cell = &v->cells[i * v->n_columns + column];
        if ((row != SIZE_MAX && row != i) || (row == SIZE_MAX && cell->type == VOC_CELL_NA)) continue;
        buf_clear(&b);
        render_cell(&b, cell, c);
        table_text(t, figures_row_name(v, i));
        table_text(t, str_mk(b.ptr ? b.ptr : "", b.len));
    }
    if (!rc && v->semantics.len) rc = table_semantics(t, arena_printf(&x->c->arena, "%.*s", STR_ARG(v->semantics)));
    buf_done(&b);
    return rc;
}
