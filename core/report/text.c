// SPDX-License-Identifier: MIT
// Tables for people on a terminal: columns aligned by display width, long texts wrapped inside their column, detail columns
// left out where the line is too narrow (and said so), groups as headings, notes before and after. Nothing that came from
// data can move the cursor: every text is escaped.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/render.h"

#define GAP 2u
#define TEXT_MIN 14u
#define TEXT_EASY 34u // a text column is read easily down to this
#define UNLIMITED 10000u

struct layout {
    const voc_table *t;
    struct arena a;
    voc_str *cell;   // rendered and escaped, row-major
    voc_str *title;  // of each column
    unsigned *width; // of each column; 0: left out
    unsigned indent, dropped;
    const struct render_options *ro;
    struct buf b;    // the line being made
};

static bool is_text(const voc_column *c)
{
    return (c->type == VOC_CELL_TEXT && !(c->flags & VOC_COLUMN_RIGHT)) || (c->flags & VOC_COLUMN_LEFT);
}

static voc_rc keep(struct layout *l, struct buf *tmp, voc_str *out)
{
    bool ok = true;
    if (tmp->rc) return tmp->rc;
    *out = arena_str(&l->a, tmp->ptr ? tmp->ptr : "", tmp->len, &ok);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc render_all(struct layout *l)
{
    const voc_table *t = l->t;
    struct buf tmp, safe;
    voc_rc rc = VOC_OK;
    buf_init(&tmp, (size_t)1 << 22);
    buf_init(&safe, (size_t)1 << 24);
    for (size_t i = 0; i < t->n_rows * t->n_columns && !rc; i++) {
        buf_clear(&tmp);
        buf_clear(&safe);
        render_cell(&tmp, &t->cells[i], &t->columns[i % t->n_columns]);
        rc = tmp.rc ? tmp.rc : text_escape(&safe, str_mk(tmp.ptr ? tmp.ptr : "", tmp.len));
        if (!rc) rc = keep(l, &safe, &l->cell[i]);
    }
    for (size_t k = 0; k < t->n_columns && !rc; k++) {
        buf_clear(&safe);
        rc = text_escape(&safe, t->columns[k].title);
        if (!rc) rc = keep(l, &safe, &l->title[k]);
    }
    buf_done(&tmp);
    buf_done(&safe);
    return rc;
}

static unsigned longest_word(voc_str s)
{
    unsigned best = 0;
    voc_str word;
    while (str_split(&s, &word)) {
        unsigned w = text_width(word);
        if (w > best) best = w;
    }
    return best;
}

static unsigned total_width(const struct layout *l)
{
    unsigned sum = l->indent, shown = 0;
    for (size_t k = 0; k < l->t->n_columns; k++)
        if (l->width[k]) sum += l->width[k] + (shown++ ? GAP : 0);
    return sum;
}

static void measure(struct layout *l)
{
    const voc_table *t = l->t;
    for (size_t k = 0; k < t->n_columns; k++) {
        unsigned w = longest_word(l->title[k]), title = text_width(l->title[k]);
        if (title <= 18 && title > w) w = title;
        for (size_t r = 0; r < t->n_rows; r++) {
            unsigned c = text_width(l->cell[r * t->n_columns + k]);
            if (c > w) w = c;
        }
        l->width[k] = w ? w : 1;
    }
}

// Narrows the widest text columns, down to `least`, until the line fits.
static void wrap_to(struct layout *l, unsigned room, unsigned least)
{
    while (total_width(l) > room) {
        size_t widest = SIZE_MAX;
        for (size_t k = 0; k < l->t->n_columns; k++)
            if (l->width[k] > least && is_text(&l->t->columns[k]) && (widest == SIZE_MAX || l->width[k] >= l->width[widest])) widest = k;
        if (widest == SIZE_MAX) return; // what is left cannot be narrower
        unsigned over = total_width(l) - room, give = l->width[widest] - least;
        l->width[widest] -= give < over ? give : over > 1 ? over / 2 + 1 : 1;
    }
}

// Wraps long texts, then leaves out detail columns from the right, then wraps as far as it must.
static void squeeze(struct layout *l)
{
    unsigned room = l->ro->width ? l->ro->width : UNLIMITED;
    wrap_to(l, room, TEXT_EASY);
    for (size_t k = l->t->n_columns; total_width(l) > room && k > 1; k--)
        if (l->t->columns[k - 1].flags & VOC_COLUMN_DETAIL) {
            l->width[k - 1] = 0;
            l->dropped++;
        }
    wrap_to(l, room, TEXT_MIN);
}

// Takes the next line of at most `width` columns off *rest, breaking at a blank where there is one.
static voc_str take_line(voc_str *rest, unsigned width)
{
    size_t fits = text_fit(*rest, width), cut = fits;
    if (fits < rest->len) {
        if (fits == 0) fits = cut = rest->len; // a character wider than the column
        while (cut > 0 && rest->ptr[cut] != ' ') cut--;
        if (cut == 0) cut = fits;
    }
    voc_str line = str_mk(rest->ptr, cut);
    while (cut < rest->len && rest->ptr[cut] == ' ') cut++;
    *rest = str_mk(rest->ptr + cut, rest->len - cut);
    while (line.len && line.ptr[line.len - 1] == ' ') line.len--;
    return line;
}

static void trim_line(struct buf *b)
{
    while (b->len && b->ptr[b->len - 1] == ' ') b->len--;
    buf_byte(b, '\n');
}

static void style(struct layout *l, const char *code)
{
    if (l->ro->colour) buf_printf(&l->b, "\x1b[%sm", code);
}

// A line of a column in which [] mark what was found: bold, on a terminal that has it. *open: a mark goes on from the line before.
static void put_marked(struct layout *l, voc_str line, bool *open)
{
    if (*open && line.len) style(l, "1");
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '[' && !*open) {
            style(l, "1");
            *open = true;
        }
        buf_byte(&l->b, line.ptr[i]);
        if (line.ptr[i] != ']' || !*open) continue;
        style(l, "0");
        *open = false;
    }
    if (*open && line.len) style(l, "0");
}

// One row as as many lines as its longest cell needs; headings stand at the bottom of theirs.
static voc_rc print_row(struct layout *l, struct out *o, const voc_str *cells, bool heading)
{
    size_t n = l->t->n_columns;
    voc_str *rest = arena_alloc(&l->a, (n + 1) * sizeof *rest);
    bool *open = arena_alloc(&l->a, n + 1);
    if (!rest || !open) return VOC_E_NOMEM;
    unsigned lines = 1;
    memcpy(rest, cells, n * sizeof *rest);
    for (size_t k = 0; k < n; k++) {
        voc_str s = cells[k];
        unsigned c = 0;
        while (l->width[k] && s.len) take_line(&s, l->width[k]), c++;
        if (c > lines) lines = c;
    }
    for (unsigned i = 0; i < lines; i++) {
        bool first = true;
        buf_fill(&l->b, ' ', l->indent);
        if (heading) style(l, "2");
        for (size_t k = 0; k < n; k++) {
            if (!l->width[k]) continue;
            voc_str s = rest[k], line = {"", 0};
            unsigned left = 0;
            while (s.len) take_line(&s, l->width[k]), left++;
            if (!heading || left >= lines - i) line = take_line(&rest[k], l->width[k]);
            unsigned w = text_width(line), pad = w < l->width[k] ? l->width[k] - w : 0;
            if (!first) buf_fill(&l->b, ' ', GAP);
            first = false;
            if (!is_text(&l->t->columns[k])) buf_fill(&l->b, ' ', pad);
            if (!heading && l->ro->colour && (l->t->columns[k].flags & VOC_COLUMN_MARKED)) put_marked(l, line, &open[k]);
            else buf_str(&l->b, line);
            if (is_text(&l->t->columns[k])) buf_fill(&l->b, ' ', pad);
        }
        while (l->b.len && l->b.ptr[l->b.len - 1] == ' ') l->b.len--;
        if (heading) style(l, "0");
        buf_byte(&l->b, '\n');
    }
    voc_rc rc = l->b.rc ? l->b.rc : out_write(o, l->b.ptr, l->b.len);
    buf_clear(&l->b);
    return rc;
}

// Prose: wrapped at the width, continuation lines indented under the first word behind `lead`.
static voc_rc print_prose(struct layout *l, struct out *o, const char *lead, voc_str text, const char *colour)
{
    struct buf safe;
    unsigned room = l->ro->width ? l->ro->width : UNLIMITED, in = (unsigned)strlen(lead);
    buf_init(&safe, (size_t)1 << 22);
    voc_rc rc = text_escape(&safe, text);
    voc_str rest = str_mk(safe.ptr ? safe.ptr : "", safe.len);
    for (bool first = true; !rc && (rest.len || first); first = false) {
        if (colour) style(l, colour);
        if (first)
            buf_cstr(&l->b, lead);
        else
            buf_fill(&l->b, ' ', in);
        buf_str(&l->b, take_line(&rest, room > in + 20 ? room - in : room));
        if (colour) {
            style(l, "0");
            buf_byte(&l->b, '\n');
        } else {
            trim_line(&l->b);
        }
        rc = l->b.rc ? l->b.rc : out_write(o, l->b.ptr, l->b.len);
        buf_clear(&l->b);
    }
    buf_done(&safe);
    return rc;
}

static voc_rc print_notes(struct layout *l, struct out *o, uint32_t kind, const char *lead, const char *colour)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < l->t->n_notes && !rc; i++)
        if (l->t->notes[i].kind == kind) rc = print_prose(l, o, lead, l->t->notes[i].text, colour);
    return rc;
}

static voc_rc print_group(struct layout *l, struct out *o, const voc_group *g)
{
    struct buf safe;
    buf_init(&safe, (size_t)1 << 20);
    voc_rc rc = text_escape(&safe, g->title);
    if (rc) goto out;
    style(l, "1");
    buf_add(&l->b, safe.ptr, safe.len);
    style(l, "0");
    if (g->subtitle.len) {
        buf_clear(&safe);
        rc = text_escape(&safe, g->subtitle);
        if (rc) goto out;
        buf_cstr(&l->b, "   ");
        buf_add(&l->b, safe.ptr, safe.len);
    }
    buf_byte(&l->b, '\n');
    rc = l->b.rc ? l->b.rc : out_write(o, l->b.ptr, l->b.len);
    buf_clear(&l->b);
out:
    buf_done(&safe);
    return rc;
}

static voc_rc print_body(struct layout *l, struct out *o)
{
    const voc_table *t = l->t;
    size_t g = 0;
    voc_rc rc = VOC_OK;
    if (t->n_rows) rc = print_row(l, o, l->title, true);
    for (size_t r = 0; r < t->n_rows && !rc; r++) {
        while (g < t->n_groups && t->groups[g].row <= r && !rc) rc = print_group(l, o, &t->groups[g++]);
        if (!rc) rc = print_row(l, o, &l->cell[r * t->n_columns], false);
    }
    return rc;
}

static voc_rc print_table(const voc_table *t, struct out *o, const struct render_options *ro, bool more)
{
    struct layout l = {.t = t, .ro = ro, .indent = t->n_groups ? 2 : 0};
    arena_init(&l.a, 0);
    buf_init(&l.b, (size_t)1 << 24);
    l.cell = arena_alloc(&l.a, (t->n_rows * t->n_columns + 1) * sizeof *l.cell);
    l.title = arena_alloc(&l.a, t->n_columns * sizeof *l.title);
    l.width = arena_alloc(&l.a, t->n_columns * sizeof *l.width);
    voc_rc rc = l.cell && l.title && l.width ? render_all(&l) : VOC_E_NOMEM;
    if (!rc) {
        measure(&l);
        squeeze(&l);
    }
    if (!rc && more) rc = out_write(o, "\n", 1);
    if (!rc && t->title.len) rc = print_prose(&l, o, "", t->title, "1");
    if (!rc) rc = print_notes(&l, o, VOC_NOTE_LEAD, "", NULL);
    if (!rc && t->n_columns) rc = print_body(&l, o);
    if (!rc) rc = print_notes(&l, o, VOC_NOTE_AFTER, "", NULL);
    if (!rc) rc = print_notes(&l, o, VOC_NOTE_WARNING, "! ", "33");
    if (!rc) rc = print_notes(&l, o, VOC_NOTE_ASSUMED, "Assumed: ", NULL);
    if (!rc && t->semantics.len) rc = print_prose(&l, o, "", t->semantics, "2");
    if (!rc && l.dropped) {
        char text[120];
        snprintf(text, sizeof text, "(%u column%s left out for the width of the line: --format csv has all)", l.dropped, l.dropped == 1 ? "" : "s");
        rc = print_prose(&l, o, "", str_of(text), NULL);
    }
    if (!rc) rc = print_notes(&l, o, VOC_NOTE_NEXT, "Next: ", NULL);
    buf_done(&l.b);
    arena_done(&l.a);
    return rc;
}

voc_rc render_text(struct out *o, const voc_meta *meta, const voc_table *tables, size_t n, const struct render_options *ro)
{
    voc_rc rc = VOC_OK;
    (void)meta;
    for (size_t i = 0; i < n && !rc; i++) rc = print_table(&tables[i], o, ro, i > 0);
    return rc;
}

static const struct { const char *name; render_fn fn; } built_in[] = {
    {"table", render_text}, {"csv", render_csv}, {"tsv", render_tsv}, {"json", render_json}, {"jsonl", render_jsonl}};

render_fn render_find(voc_str format)
{
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        if (str_is(format, built_in[i].name)) return built_in[i].fn;
    return NULL;
}

const char *render_name(size_t i) { return i < sizeof built_in / sizeof *built_in ? built_in[i].name : NULL; }
