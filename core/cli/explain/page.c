// SPDX-License-Identifier: MIT
// voc explain --numbers FILE: every number that a page or a picture of voc shows is looked up, each once: in which table it stands, or that it
// stands in none. What is written is read, of SVG and HTML what stands between the tags.
#include <stdio.h>
#include <string.h>

#include "cli/explain/explain.h"
#include "cli/explain/literal.h"
#include "cli/meta.h"

#define NUMBERS_MAX 100000u
#define LINE_SHOWN 60u

struct number {
    voc_str text, line; // as it is written, and where first
    struct literal l;
    size_t times;
    bool of_picture;    // only where a picture says what of its table it leaves out, or at its axes
};

struct page {
    struct explainer *x;
    VEC(struct number) numbers;
    struct buf line;
    const voc_meta *meta; // what stands above a page
    bool scale;           // what is written is the scale of a picture
};

// ---- what is written -------------------------------------------------------------------------------------------------------------

static size_t behind(voc_str s, size_t at, const char *what)
{
    const size_t n = strlen(what);
    while (at < s.len && !(at + n <= s.len && memcmp(s.ptr + at, what, n) == 0)) at++;
    return at < s.len ? at + n : s.len;
}

static bool begins(voc_str s, size_t at, const char *what) { return at + strlen(what) <= s.len && memcmp(s.ptr + at, what, strlen(what)) == 0; }
static bool holds(voc_str s, const char *what) { return behind(s, 0, what) < s.len || str_ends(s, what); }

// As figures and pages say it: "215 steps of the table are not drawn", "and 2 more", "Of 3,038 rows one in 13 stands here".
static bool leaves_out(voc_str line)
{
    return holds(line, "not drawn") || holds(line, "stands here") || holds(line, "Drawn are the first") ||
           (str_starts(line, "and ") && str_ends(line, " more"));
}

static voc_rc take_number(struct page *p, voc_str text, voc_str line, const struct literal *l)
{
    const bool of_picture = p->scale || leaves_out(line);
    for (size_t i = 0; i < p->numbers.n; i++) {
        struct number *n = &p->numbers.at[i];
        if (!str_eq(n->text, text)) continue;
        n->times++;
        if (n->of_picture && !of_picture) n->line = line;
        n->of_picture = n->of_picture && of_picture;
        return VOC_OK;
    }
    voc_rc rc = vec_reserve(&p->numbers, 1, NUMBERS_MAX);
    if (!rc) p->numbers.at[p->numbers.n++] = (struct number){text, line, *l, 1, of_picture};
    return rc;
}

static voc_rc take_line(struct page *p)
{
    bool ok = true;
    size_t at = 0;
    voc_str found;
    struct literal l;
    voc_rc rc = p->line.rc;
    const voc_str line = str_trim(arena_str(&p->x->c->arena, p->line.ptr ? p->line.ptr : "", p->line.len, &ok));
    while (!rc && ok && literal_next(line, p->x->j->currency, &at, &found, &l)) rc = take_number(p, found, line, &l);
    buf_clear(&p->line);
    return ok ? rc : VOC_E_NOMEM;
}

// Styles are not written to be read; an entity is one character.
static voc_rc read_markup(struct page *p, voc_str s)
{
    voc_rc rc = VOC_OK;
    for (size_t at = 0; at < s.len && !rc;) {
        if (s.ptr[at] == '<') {
            rc = take_line(p);
            p->scale = begins(s, at, "<text") && holds(str_mk(s.ptr + at, behind(s, at, ">") - at), "f-scale"); // as figures mark it
            at = begins(s, at, "<style") ? behind(s, at, "</style>") : begins(s, at, "<!--") ? behind(s, at, "-->") : behind(s, at, ">");
        } else if (s.ptr[at] == '&') {
            buf_byte(&p->line, '?');
            at = behind(s, at, ";");
        } else {
            buf_byte(&p->line, s.ptr[at] == '\n' ? ' ' : s.ptr[at]);
            at++;
        }
    }
    return rc ? rc : take_line(p);
}

static voc_rc read_lines(struct page *p, voc_str s)
{
    voc_rc rc = VOC_OK;
    while (s.len && !rc) {
        const char *nl = memchr(s.ptr, '\n', s.len);
        const size_t n = nl ? (size_t)(nl - s.ptr) : s.len;
        buf_add(&p->line, s.ptr, n);
        rc = take_line(p);
        s = str_mk(s.ptr + n + (nl != NULL), s.len - n - (nl != NULL));
    }
    return rc;
}

// ---- what is found ---------------------------------------------------------------------------------------------------------------

static voc_rc open_table(struct explainer *x, struct table **t)
{
    voc_rc rc = explain_table(x, t, "numbers", "Numbers of the page");
    if (!rc) rc = table_column(*t, "number", "number", VOC_CELL_TEXT, "", VOC_COLUMN_RIGHT, "as it is written");
    if (!rc) rc = table_column(*t, "times", "times", VOC_CELL_INT, "", 0, "that it is written there");
    if (!rc) rc = table_column(*t, "line", "in", VOC_CELL_TEXT, "", 0, "where first");
    if (!rc) rc = table_column(*t, "of", "of", VOC_CELL_TEXT, "", 0, "the row where it stands first");
    if (!rc) rc = table_column(*t, "name", "number of it", VOC_CELL_TEXT, "", 0, "the column");
    return rc ? rc : table_column(*t, "where", "where", VOC_CELL_TEXT, "", 0, "the analysis and its table");
}

static const char *where(struct explainer *x, const struct source *s)
{
    const char *text = arena_printf(&x->c->arena, "voc %s, table %.*s", s->command, STR_ARG(s->view.name));
    return text ? text : "";
}

static voc_str shown(voc_str line)
{
    size_t n = line.len < LINE_SHOWN ? line.len : LINE_SHOWN;
    while (n < line.len && n && ((unsigned char)line.ptr[n] & 0xC0) == 0x80) n--; // no part of a character
    return str_mk(line.ptr, n);
}

// What the page says of what was read.
static bool of_input(const struct page *p, const struct literal *l)
{
    const voc_column none = {.flags = 0};
    for (size_t i = 0; i < p->meta->n_inputs; i++) {
        const struct voc_meta_input *m = &p->meta->inputs[i];
        const uint64_t n[] = {m->bytes, m->rows, m->records, m->gave, m->rejected, m->ignored};
        for (size_t k = 0; k < sizeof n / sizeof *n; k++)
            if (literal_in_cell(l, &none, &(voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n[k]})) return true;
        if (literal_in_text(l, m->ignored_by) || literal_in_text(l, m->rejected_by)) return true;
    }
    return false;
}

struct answer { bool cell, input; struct place at; const struct source *said; }; // said: in words of it

static bool look_up(const struct page *p, const struct number *n, struct answer *out)
{
    *out = (struct answer){.cell = false};
    out->cell = figures_first(p->x, &n->l, &out->at);
    if (out->cell || figures_in_a_line(p->x, &n->l, &out->said) || n->of_picture) return true;
    return out->input = of_input(p, &n->l);
}

static void put(const struct page *p, struct table *t, const struct number *n, const struct answer *a)
{
    table_text(t, n->text);
    table_int(t, (int64_t)n->times);
    table_text(t, shown(n->line));
    table_text(t, a->cell ? figures_row_name(&a->at.s->view, a->at.row) : STR(""));
    table_text(t, a->cell && a->at.lost ? STR("did not go on") : a->cell ? a->at.s->view.columns[a->at.column].name : STR(""));
    table_text(t, a->cell         ? str_of(where(p->x, a->at.s))
                  : a->said       ? str_of(arena_printf(&p->x->c->arena, "words of %s", where(p->x, a->said)))
                  : a->input      ? STR("what was read: voc stats PROJECT")
                  : n->of_picture ? STR("the picture: its scale, or what it leaves out of its table")
                                  : STR("in no table"));
}

// Those that stand nowhere first.
static voc_rc put_all(struct page *p, struct table *t, size_t *none)
{
    struct answer *answers = mem_zalloc(p->numbers.n + 1, sizeof *answers);
    bool *known = mem_zalloc(p->numbers.n + 1, sizeof *known);
    voc_rc rc = answers && known ? VOC_OK : VOC_E_NOMEM;
    *none = 0;
    for (size_t i = 0; i < p->numbers.n && !rc; i++) {
        known[i] = look_up(p, &p->numbers.at[i], &answers[i]);
        *none += !known[i];
        if (host_cancelled()) rc = VOC_CANCELLED;
    }
    for (unsigned which = 0; which < 2; which++)
        for (size_t i = 0; i < p->numbers.n && !rc; i++)
            if (known[i] == (which != 0)) put(p, t, &p->numbers.at[i], &answers[i]);
    mem_free(answers);
    mem_free(known);
    return rc;
}

voc_rc page_numbers(struct explainer *x, voc_str content)
{
    voc_meta meta = {.n_inputs = 0};
    struct page p = {.x = x, .meta = &meta};
    struct table *t = NULL;
    struct meta_room *room = NULL;
    size_t none = 0;
    char words[300];
    buf_init(&p.line, 1 << 24);
    const voc_str text = str_trim(content);
    voc_rc rc = text.len && text.ptr[0] == '<' ? read_markup(&p, content) : read_lines(&p, content);
    if (!rc) rc = meta_new(&room, x->c, x->p, x->j, &meta);
    if (!rc) rc = open_table(x, &t);
    if (!rc) rc = put_all(&p, t, &none);
    (void)snprintf(words, sizeof words, "Of %zu different numbers %zu %s in no table%s.", p.numbers.n, none, none == 1 ? "stands" : "stand", x->asked ? " of the analysis" : "");
    if (!rc) rc = table_note(t, VOC_NOTE_LEAD, words);
    if (!rc) rc = table_note(t, VOC_NOTE_NEXT, "voc explain PROJECT ANALYSIS ROW NUMBER says what one is, of how many, and gives its query");
    if (!rc) rc = table_name_project(t, x->c->project);
    x->differs = none > 0;
    buf_done(&p.line);
    vec_free(&p.numbers);
    meta_free(room);
    return rc;
}
