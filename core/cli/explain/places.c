// SPDX-License-Identifier: MIT
// Where a number stands: found by its digits, or by the row and the column that it was read at, of every table of every analysis. Of
// each place: what the number is, of how many, by which definition, and the queries that give it again.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/explain/explain.h"

#define FOUND_MAX 40u
#define AGAIN_MAX 8u // of the places found: those with queries

struct literal { double value, half; bool percent; };

// "1,072", "+112", "63%", "-0.5": digits with commas between groups, at most one point.
static bool read_literal(voc_str word, struct literal *out)
{
    char text[64];
    size_t n = 0, decimals = 0;
    bool point = false, digit = false;
    *out = (struct literal){0};
    word = str_trim(word);
    if (word.len && word.ptr[word.len - 1] == '%') out->percent = true, word.len--;
    for (size_t i = 0; i < word.len; i++) {
        char ch = word.ptr[i];
        if (ch == ',' && digit && !point) continue;
        if (n + 1 >= sizeof text) return false;
        if (isdigit((unsigned char)ch)) {
            digit = true;
            decimals += point;
        } else if (ch == '.' && !point) {
            point = true;
        } else if (!((ch == '-' || ch == '+') && i == 0)) {
            return false;
        }
        text[n++] = ch;
    }
    text[n] = 0;
    out->value = digit ? strtod(text, NULL) : 0; // the program never leaves the C locale
    out->half = 0.5 * pow(10, -(double)decimals) * (1 + 1e-9);
    return digit;
}

bool figures_is_number(voc_str word)
{
    struct literal l;
    return read_literal(word, &l);
}

static bool near(const struct literal *l, double x) { return fabs(fabs(x) - fabs(l->value)) <= l->half; }

static bool text_holds(const struct literal *l, voc_str text)
{
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        while (i < text.len && (isdigit((unsigned char)text.ptr[i]) || (i > from && (text.ptr[i] == ',' || text.ptr[i] == '.') && i + 1 < text.len && isdigit((unsigned char)text.ptr[i + 1])))) i++;
        struct literal one;
        if (i > from && read_literal(str_mk(text.ptr + from, i - from), &one) && fabs(one.value - fabs(l->value)) < 1e-9) return true;
        if (i == from) i++;
    }
    return false;
}

// "69 d": as it is shown.
static bool shown_holds(const struct literal *l, const voc_cell *c)
{
    const voc_column none = {.flags = 0};
    struct buf b;
    buf_init(&b, 256);
    render_cell(&b, c, &none);
    bool holds = b.ptr && text_holds(l, str_mk(b.ptr, b.len));
    buf_done(&b);
    return holds;
}

static bool cell_holds(const struct literal *l, const voc_cell *c)
{
    switch (c->type) {
    case VOC_CELL_DURATION: return shown_holds(l, c);
    case VOC_CELL_INT: return near(l, (double)c->i);
    case VOC_CELL_REAL: return near(l, c->r);
    case VOC_CELL_MONEY: return near(l, (double)c->i / 1e6);
    case VOC_CELL_SHARE: return near(l, c->r * 100) || (!l->percent && near(l, c->r));
    case VOC_CELL_RANGE: return near(l, c->r) || near(l, c->lo) || near(l, c->hi);
    case VOC_CELL_TEXT: return text_holds(l, c->s);
    default: return false;
    }
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
    if (w->digits) return cell_holds(w->digits, c);
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
                out->at[out->n++] = (struct place){s, row, column};
            }
        }
    return rc;
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
    if (of && of->type == VOC_CELL_INT) buf_printf(b, "%lld %.*s", (long long)of->i, (int)(v->columns[n].title.len > 40 ? 40 : v->columns[n].title.len), v->columns[n].title.ptr);
    table_text(t, str_mk(b->ptr ? b->ptr : "", b->len));
    buf_clear(b);
    buf_printf(b, "voc %s, table %.*s", p->s->command, (int)v->name.len, v->name.ptr);
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
            if (!text_holds(l, s->view.notes[k].text)) continue;
            n++;
            table_text(t, s->view.notes[k].text);
            table_text(t, STR("a line of text"));
            table_text(t, STR(""));
            table_text(t, STR(""));
            table_text(t, str_of(arena_printf(&x->c->arena, "voc %s, table %.*s", s->command, (int)s->view.name.len, s->view.name.ptr)));
            table_text(t, STR(""));
        }
    }
}

static bool note_holds(const struct explainer *x, const struct literal *l)
{
    for (size_t i = 0; i < x->sources.n; i++)
        for (size_t k = 0; k < x->sources.at[i].view.n_notes; k++)
            if (text_holds(l, x->sources.at[i].view.notes[k].text)) return true;
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
    for (size_t i = 0; i < found->n && !rc; i++) put_place(t, &found->at[i], &b);
    buf_clear(&b);
    if (more) buf_printf(&b, "%zu more places hold this number: more digits, or the row before it (voc explain PROJECT Webinar 112), tell them apart.", more);
    if (!rc && more) rc = b.rc ? b.rc : table_note(t, VOC_NOTE_AFTER, b.ptr);
    buf_clear(&b);
    buf_printf(&b, "By journey %.*s, version %.*s (hash %.12s).", (int)(x->j->id.len > 80 ? 80 : x->j->id.len), x->j->id.ptr, (int)(x->j->version.len > 40 ? 40 : x->j->version.len), x->j->version.ptr, hash);
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
    return read_literal(number, &l) ? places_of(x, &(struct sought){.number = number, .digits = &l}, found) : VOC_OK;
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
    struct sought w = {.row = words, .number = number, .digits = read_literal(number, &l) ? &l : NULL};
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
