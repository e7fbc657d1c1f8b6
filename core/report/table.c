// SPDX-License-Identifier: MIT
// Builds neutral tables: everything is copied into the table's arena, cells are checked against their column's type. Used
// by analyses through the host table and by the cli. One thread builds a table.
#include "report/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CELLS_MAX ((size_t)1 << 28)

struct table {
    struct arena arena;
    voc_table view;
    VEC(voc_column) columns;
    VEC(voc_cell) cells;
    VEC(voc_group) groups;
    VEC(voc_note) notes;
    VEC(voc_figure) figures;
    voc_rc rc; // of the short forms: sticks
    char fault[240];
};

// The first is kept: what follows comes of it.
static __attribute__((format(printf, 2, 3))) voc_rc fault(struct table *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!t->fault[0]) (void)vsnprintf(t->fault, sizeof t->fault, format, args);
    va_end(args);
    return VOC_E_BUG;
}

voc_str table_name(const struct table *t) { return t->view.name; }

const char *table_fault(const struct table *t) { return t->fault[0] ? t->fault : NULL; }

#define SHOWN(s) STR_SHOWN((s), 60)

static voc_rc copy(struct table *t, const char *text, voc_str *out)
{
    bool ok = true;
    *out = arena_str(&t->arena, text ? text : "", text ? strlen(text) : 0, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

voc_rc table_new(struct table **out, const char *name, const char *title, uint32_t flags)
{
    struct table *t = mem_zalloc(1, sizeof *t);
    if (!t) return VOC_E_NOMEM;
    arena_init(&t->arena, 0);
    t->view = (voc_table){.struct_size = sizeof(voc_table),
                          .flags = flags,
                          .column_size = sizeof(voc_column),
                          .cell_size = sizeof(voc_cell),
                          .group_size = sizeof(voc_group),
                          .note_size = sizeof(voc_note),
                          .figure_size = sizeof(voc_figure)};
    t->view.semantics = t->view.currency = (voc_str){"", 0};
    voc_rc rc = copy(t, name, &t->view.name);
    if (!rc) rc = copy(t, title, &t->view.title);
    if (rc) {
        table_free(t);
        return rc;
    }
    *out = t;
    return VOC_OK;
}

void table_free(struct table *t)
{
    if (!t) return;
    vec_free(&t->columns);
    vec_free(&t->cells);
    vec_free(&t->groups);
    vec_free(&t->notes);
    vec_free(&t->figures);
    arena_done(&t->arena);
    mem_free(t);
}

static bool has_column(const struct table *t, voc_str name)
{
    for (size_t i = 0; i < t->columns.n; i++)
        if (str_eq(t->columns.at[i].name, name)) return true;
    return false;
}

voc_rc table_column(struct table *t, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help)
{
    voc_column c = {.type = type, .flags = flags};
    if (t->cells.n) return fault(t, "table \"%.*s\": a column after the first cell", SHOWN(t->view.name));
    if (type < VOC_CELL_TEXT || type > VOC_CELL_RANGE) return fault(t, "table \"%.*s\", column \"%.60s\": its type is no VOC_CELL_ that there is", SHOWN(t->view.name), name);
    voc_rc rc = vec_reserve(&t->columns, 1, 1000);
    if (!rc) rc = copy(t, name, &c.name);
    if (!rc) rc = copy(t, title, &c.title);
    if (!rc) rc = copy(t, unit, &c.unit);
    if (!rc) rc = copy(t, help, &c.help);
    if (!rc) t->columns.at[t->columns.n++] = c;
    return rc;
}

voc_rc table_own_column(struct table *t, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help)
{
    if (!name || !*name || has_column(t, str_of(name))) return fault(t, "table \"%.*s\": a column without a name, or with one that another has", SHOWN(t->view.name));
    return table_column(t, name, title, type, unit, flags, help);
}

voc_rc table_group(struct table *t, const char *title, const char *subtitle)
{
    voc_group g;
    if (t->columns.n == 0 || t->cells.n % t->columns.n) return fault(t, "table \"%.*s\": a group before the columns, or within a row", SHOWN(t->view.name));
    g.row = t->cells.n / t->columns.n;
    voc_rc rc = vec_reserve(&t->groups, 1, 100000);
    if (!rc) rc = copy(t, title, &g.title);
    if (!rc) rc = copy(t, subtitle, &g.subtitle);
    if (!rc) t->groups.at[t->groups.n++] = g;
    return rc;
}

// An integer fits a column of real numbers; anything else must be the column's own type.
static bool fit(voc_cell *c, uint32_t type)
{
    if (c->type == VOC_CELL_NA || c->type == type) return true;
    if (c->type == VOC_CELL_INT && (type == VOC_CELL_REAL || type == VOC_CELL_SHARE || type == VOC_CELL_RANGE)) {
        c->r = c->lo = c->hi = (double)c->i;
        c->type = type;
        return true;
    }
    return false;
}

voc_rc table_cell(struct table *t, const voc_cell *cell)
{
    voc_cell c = *cell;
    bool ok = true;
    if (t->columns.n == 0) return fault(t, "table \"%.*s\": a cell before its columns", SHOWN(t->view.name));
    const voc_column *col = &t->columns.at[t->cells.n % t->columns.n];
    if (!fit(&c, col->type))
        return fault(t, "table \"%.*s\", row %zu: a cell of column \"%.*s\" is of another type", SHOWN(t->view.name),
                     t->cells.n / t->columns.n + 1, SHOWN(col->name));
    bool real = c.type == VOC_CELL_REAL || c.type == VOC_CELL_SHARE || c.type == VOC_CELL_RANGE;
    bool integer = c.type == VOC_CELL_TIME || c.type == VOC_CELL_DURATION || c.type == VOC_CELL_MONEY;
    if ((real && isnan(c.r)) || (integer && c.i == VOC_NA)) c.type = VOC_CELL_NA;
    if (c.type == VOC_CELL_TEXT) c.s = arena_str(&t->arena, cell->s.ptr, cell->s.len, &ok);
    voc_rc rc = ok ? vec_reserve(&t->cells, 1, CELLS_MAX) : VOC_E_NOMEM;
    if (!rc) t->cells.at[t->cells.n++] = c;
    return rc;
}

voc_rc table_note(struct table *t, uint32_t kind, const char *text)
{
    voc_note n = {.kind = kind};
    if (kind < VOC_NOTE_LEAD || kind > VOC_NOTE_NEXT) return fault(t, "table \"%.*s\": a note of no kind that there is", SHOWN(t->view.name));
    voc_rc rc = vec_reserve(&t->notes, 1, 10000);
    if (!rc) rc = copy(t, text, &n.text);
    if (!rc) t->notes.at[t->notes.n++] = n;
    return rc;
}

struct named { const char *name; };

static voc_rc name_project(void *user, struct buf *out, const char *text) { return buf_named(out, text, "PROJECT", ((const struct named *)user)->name); }

voc_rc table_name_project(struct table *t, const char *name)
{
    struct named n = {name};
    return table_reword(t, name_project, &n);
}

voc_rc table_reword(struct table *t, voc_rc (*word)(void *user, struct buf *out, const char *text), void *user)
{
    struct buf b;
    voc_rc rc = VOC_OK;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < t->notes.n && !rc; i++) {
        buf_clear(&b);
        rc = word(user, &b, t->notes.at[i].text.ptr);
        if (!rc && !str_is(t->notes.at[i].text, b.ptr)) rc = copy(t, b.ptr, &t->notes.at[i].text);
    }
    buf_done(&b);
    return rc;
}

#define FIGURES_MAX 20u
#define PARTS_MAX 64u

voc_rc table_figure(struct table *t, const voc_figure *figure)
{
    voc_figure f = {.struct_size = sizeof f, .part_size = sizeof(voc_figure_part)};
    voc_figure_part *parts;
    bool ok = true;
    if (figure->struct_size < offsetof(voc_figure, detail) + sizeof f.detail || figure->kind < VOC_FIGURE_MAP ||
        figure->kind > VOC_FIGURE_GRID)
        return fault(t, "table \"%.*s\": a figure whose struct_size is not set, or of no kind that there is", SHOWN(t->view.name));
    if (!figure->n_parts || figure->n_parts > PARTS_MAX || figure->part_size < sizeof *parts ||
        !(figure->detail >= 0 && figure->detail <= 1))
        return fault(t, "table \"%.*s\": a figure whose part_size is not set, without parts, or with a detail that is not 0 to 1", SHOWN(t->view.name));
    voc_rc rc = vec_reserve(&t->figures, 1, FIGURES_MAX);
    if (rc) return rc;
    if (!(parts = arena_alloc(&t->arena, figure->n_parts * sizeof *parts))) return VOC_E_NOMEM;
    for (size_t i = 0; i < figure->n_parts; i++) {
        const voc_figure_part *p = (const voc_figure_part *)(const void *)((const char *)figure->parts + i * figure->part_size);
        if (!has_column(t, p->column)) return fault(t, "table \"%.*s\": a figure names a column \"%.*s\" that there is not", SHOWN(t->view.name), SHOWN(p->column));
        parts[i] = (voc_figure_part){.part = p->part, .column = arena_str(&t->arena, p->column.ptr, p->column.len, &ok)};
    }
    f.kind = figure->kind;
    f.flags = figure->flags;
    f.title = arena_str(&t->arena, figure->title.ptr, figure->title.len, &ok);
    f.description = arena_str(&t->arena, figure->description.ptr, figure->description.len, &ok);
    f.parts = parts;
    f.n_parts = figure->n_parts;
    f.detail = figure->detail;
    if (!ok) return VOC_E_NOMEM;
    t->figures.at[t->figures.n++] = f;
    return VOC_OK;
}

voc_rc table_semantics(struct table *t, const char *text) { return copy(t, text, &t->view.semantics); }

voc_rc table_currency(struct table *t, voc_str currency)
{
    bool ok = true;
    t->view.currency = arena_str(&t->arena, currency.ptr, currency.len, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

voc_rc table_view(struct table *t, voc_table *out)
{
    if (t->rc) return t->rc;
    if (t->columns.n == 0 || t->cells.n % t->columns.n) return fault(t, "table \"%.*s\": it has no columns, or its last row is not full", SHOWN(t->view.name));
    t->view.columns = t->columns.at;
    t->view.n_columns = t->columns.n;
    t->view.cells = t->cells.at;
    t->view.n_rows = t->cells.n / t->columns.n;
    t->view.groups = t->groups.at;
    t->view.n_groups = t->groups.n;
    t->view.notes = t->notes.at;
    t->view.n_notes = t->notes.n;
    t->view.figures = t->figures.at;
    t->view.n_figures = t->figures.n;
    *out = t->view;
    return VOC_OK;
}

static void put(struct table *t, voc_cell c)
{
    if (!t->rc) t->rc = table_cell(t, &c);
}

void table_text(struct table *t, voc_str s) { put(t, (voc_cell){.type = VOC_CELL_TEXT, .s = s}); }
void table_int(struct table *t, int64_t i) { put(t, (voc_cell){.type = VOC_CELL_INT, .i = i}); }
void table_real(struct table *t, double r, unsigned digits) { put(t, (voc_cell){.type = VOC_CELL_REAL, .r = r, .digits = digits}); }
void table_time(struct table *t, int64_t us) { put(t, (voc_cell){.type = VOC_CELL_TIME, .i = us}); }
void table_duration(struct table *t, int64_t us) { put(t, (voc_cell){.type = VOC_CELL_DURATION, .i = us}); }
void table_na(struct table *t) { put(t, (voc_cell){.type = VOC_CELL_NA}); }
