// SPDX-License-Identifier: MIT
// One section for each table of any analysis: heading, lead notes, the table with its groups, notes, and the semantics line.
// Tables become cards on a phone; wide ones scroll inside their box on a screen, and become cards on paper. What the columns
// mean stands at the end of the page (legend.c).
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/figure.h"
#include "plugins/output/html/html.h"

#define MANY_MIN 8u   // columns: those of detail are left out where the page is narrow
#define WIDE_MIN 12u
#define PAPER_MAX 12u // columns that fit on paper
#define WHOLE_MAX 13u // on paper across, those of detail too
#define PARAGRAPH 160u // bytes
#define FOLDED_MIN 40u // rows of a table that is only shown for its picture
#define CURVES_MAX 240u // about so many rows of curves stand on a page: read off a picture, and looked up in the file of the command
#define ONE_LINE 24u   // bytes of a text that stays on one line where it can

static bool right(const voc_column *c)
{
    if (c->flags & VOC_COLUMN_LEFT) return false;
    return c->type != VOC_CELL_TEXT || (c->flags & VOC_COLUMN_RIGHT) != 0;
}

void html_column_title(struct html *h, const voc_column *c)
{
    if (c->title.len)
        put_text(h, c->title);
    else
        put_plain_name(h, c->name, false);
}

// Its unit, unless the title says it already.
voc_str html_unit(const voc_table *t, const voc_column *c)
{
    const voc_str none = {"", 0};
    if (c->type == VOC_CELL_DURATION || c->type == VOC_CELL_TIME) return none; // each cell says its own
    voc_str unit = c->unit.len ? c->unit : c->type == VOC_CELL_MONEY ? t->currency : none;
    if (!unit.len || !c->title.len) return none;
    for (size_t i = 0; i + unit.len <= c->title.len; i++)
        if (memcmp(c->title.ptr + i, unit.ptr, unit.len) == 0) return none;
    return unit;
}

static void classes(struct html *h, const voc_column *c, const voc_cell *cell)
{
    size_t len = cell && cell->type == VOC_CELL_TEXT ? cell->s.len : 0;
    bool on[] = {right(c),
                 len > ONE_LINE,
                 len > PARAGRAPH,
                 len && put_breakable(cell->s),
                 (c->flags & VOC_COLUMN_DETAIL) != 0,
                 cell && cell->type == VOC_CELL_NA};
    static const char *const names[] = {"n", "long", "text", "u", "d", "na"};
    bool any = false;
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        if (!on[i]) continue;
        put_s(h, any ? " " : " class=\"");
        put_s(h, names[i]);
        any = true;
    }
    if (any) put_s(h, "\"");
}

static void head(struct html *h, const voc_table *t)
{
    put_s(h, "<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = column_at(t, k);
        put_s(h, "<th scope=\"col\" role=\"columnheader\"");
        classes(h, c, NULL);
        put_s(h, ">");
        html_column_title(h, c);
        if (html_unit(t, c).len) {
            put_s(h, " <span class=\"unit\">");
            put_text(h, html_unit(t, c));
            put_s(h, "</span>");
        }
        put_s(h, "</th>");
    }
    put_s(h, "</tr></thead>\n");
}

static void label(struct html *h, const voc_table *t, const voc_column *c)
{
    put_s(h, " data-label=\"");
    html_column_title(h, c);
    if (html_unit(t, c).len) {
        put_s(h, ", ");
        put_text(h, html_unit(t, c));
    }
    put_s(h, "\"");
}

static void id_of(struct html *h, const char *name, size_t n)
{
    put_s(h, " id=\"");
    put_s(h, name);
    put_size(h, n);
    put_s(h, "\"");
}

// The first row or group of the checks that is about a finding of the box is where its link leads.
static void target(struct html *h, const voc_table *t, voc_str name)
{
    for (size_t i = 0; i < h->n_findings && text_is(t->name, "checks"); i++) {
        struct finding *f = &h->findings[i];
        if (f->target[0] || h->rc || !text_same(name, (voc_str){h->rooms[KEPT_NAMES].ptr + f->name, f->name_len})) continue;
        snprintf(f->target, sizeof f->target, "check%zu", i + 1);
        id_of(h, "check", i + 1);
        return;
    }
}

static void row(struct html *h, const voc_table *t, size_t r, const struct scale *scales)
{
    const voc_cell *first = cell_of(t, r, 0, VOC_CELL_TEXT);
    put_s(h, "<tr role=\"row\"");
    if (html_is_score(t))
        id_of(h, "row", r + 1);
    else if (first)
        target(h, t, first->s);
    put_s(h, ">");
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = column_at(t, k);
        const voc_cell *cell = cell_at(t, r, k);
        put_s(h, k ? "<td role=\"cell\"" : "<th scope=\"row\" role=\"rowheader\"");
        classes(h, c, cell);
        if (k || right(c)) label(h, t, c); // a number does not head a card without saying of what
        put_s(h, ">");
        put_cell(h, cell, c, &scales[k]);
        put_s(h, k ? "</td>" : "</th>");
    }
    put_s(h, "</tr>\n");
}

static void group(struct html *h, const voc_table *t, const voc_group *g)
{
    put_s(h, "<tr role=\"row\" class=\"group\"");
    target(h, t, g->title);
    put_s(h, "><th scope=\"rowgroup\" role=\"rowheader\" colspan=\"");
    put_size(h, t->n_columns);
    put_s(h, "\">");
    if (tone_of(g->title) != TONE_PLAIN) {
        put_chip(h, tone_of(g->title), g->title);
    } else {
        put_s(h, "<b>");
        put_isolated(h, g->title);
        put_s(h, "</b>");
    }
    if (g->subtitle.len) {
        put_s(h, " <span class=\"sub\">");
        put_text(h, g->subtitle);
        put_s(h, "</span>");
    }
    put_s(h, "</th></tr>\n");
}

// The points of curves are thousands: of each curve every so many-th row stands on the page, and its first and last. 1: all.
static size_t every(const voc_table *t)
{
    const bool curves = figure_count(t) && figure_at(t, 0)->kind == VOC_FIGURE_CURVES && !figure_undrawable(t, figure_at(t, 0));
    return curves && t->flags & VOC_TABLE_HIDDEN && t->n_rows > CURVES_MAX ? (t->n_rows + CURVES_MAX - 1) / CURVES_MAX : 1;
}

// Is row r on the page? *at: its place in its curve, kept from row to row.
static bool stands(const voc_table *t, size_t r, size_t step, size_t *at)
{
    if (step == 1) return true;
    *at = r && figure_same_curve(t, figure_at(t, 0), r - 1, r) ? *at + 1 : 0;
    return *at % step == 0 || r + 1 == t->n_rows || !figure_same_curve(t, figure_at(t, 0), r, r + 1);
}

static void body(struct html *h, const voc_table *t, const struct scale *scales)
{
    const size_t step = every(t);
    bool open = false;
    size_t g = 0, at = 0;
    for (size_t r = 0; r <= t->n_rows; r++) {
        while (g < t->n_groups && (group_at(t, g)->row <= r || r == t->n_rows)) {
            if (open) put_s(h, "</tbody>\n");
            put_s(h, "<tbody role=\"rowgroup\">\n");
            open = true;
            group(h, t, group_at(t, g++));
        }
        if (r == t->n_rows) break;
        if (!stands(t, r, step, &at)) continue;
        if (!open) put_s(h, "<tbody role=\"rowgroup\">\n");
        open = true;
        row(h, t, r, scales);
    }
    if (open) put_s(h, "</tbody>\n");
}

static void widen(struct scale *s, double x)
{
    if (isnan(x) || isinf(x)) return;
    if (!s->drawn || x < s->lo) s->lo = x;
    if (!s->drawn || x > s->hi) s->hi = x;
    s->drawn = true;
}

static void measure(const voc_table *t, struct scale *scales)
{
    for (size_t k = 0; k < t->n_columns; k++) {
        struct scale s = {.bars = !(t->flags & VOC_TABLE_HIDDEN)};
        if (column_at(t, k)->type == VOC_CELL_RANGE) {
            for (size_t r = 0; r < t->n_rows; r++) {
                const voc_cell *c = cell_at(t, r, k);
                if (c->type == VOC_CELL_RANGE) widen(&s, c->r), widen(&s, c->lo), widen(&s, c->hi);
            }
            if (s.drawn && (column_at(t, k)->flags & VOC_COLUMN_SIGNED)) widen(&s, 0);
        }
        s.drawn = s.drawn && s.hi > s.lo && !isinf(s.hi - s.lo);
        scales[k] = s;
    }
}

void html_table_title(struct html *h, const voc_table *t)
{
    if (t->title.len)
        put_capital(h, t->title);
    else if (html_is_score(t))
        put_s(h, "Every touchpoint");
    else if (text_is(t->name, "sql"))
        put_s(h, "The rows");
    else
        put_plain_name(h, t->name, true);
}

static const char *shape(const voc_table *t)
{
    size_t paper = 0;
    for (size_t k = 0; k < t->n_columns; k++) paper += !(column_at(t, k)->flags & VOC_COLUMN_DETAIL);
    if (t->n_columns < MANY_MIN) return "\">\n<table role=\"table\">\n";
    if (t->n_columns < WIDE_MIN) return "\">\n<table class=\"many\" role=\"table\">\n";
    if (t->n_columns <= WHOLE_MAX) return "\">\n<table class=\"wide whole\" role=\"table\">\n";
    return paper > PAPER_MAX ? "\">\n<table class=\"wide records\" role=\"table\">\n" : "\">\n<table class=\"wide\" role=\"table\">\n";
}

static void table(struct html *h, const voc_table *t)
{
    struct scale *scales = h->host->alloc(h->cx, t->n_columns * sizeof *scales);
    if (!scales) {
        if (!h->rc) h->rc = VOC_E_NOMEM;
        return;
    }
    measure(t, scales);
    put_s(h, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-labelledby=\"t");
    put_size(h, h->tables);
    put_s(h, shape(t));
    put_s(h, "<caption class=\"hidden\">");
    html_table_title(h, t);
    put_s(h, "</caption>\n");
    head(h, t);
    body(h, t, scales);
    put_s(h, "</table>\n</div>\n");
    h->host->free(h->cx, scales);
}

// ---- notes -------------------------------------------------------------------------------------------------------------------

// "NOT-TO-DO LIST: 100 of 200 ...": what stands before the colon, if it has letters and none of them is small.
size_t html_label(voc_str s)
{
    size_t end = text_find(s, ": "), letters = 0;
    for (size_t i = 0; i < end; i++) {
        if (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') return 0;
        letters += s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
    }
    return end < s.len && letters > 1 ? end : 0;
}

static void leads(struct html *h, const voc_table *t, bool first_lead)
{
    for (size_t i = 0; i < t->n_notes; i++) {
        voc_str s = note_at(t, i)->text;
        if (note_at(t, i)->kind != VOC_NOTE_LEAD) continue;
        if (first_lead) {
            first_lead = false;
            continue;
        }
        size_t end = html_label(s);
        if (end && h->score && html_is_score(t)) continue; // stands above the not-to-do list
        put_s(h, end ? "<p class=\"callout\"><b>" : "<p class=\"lead\" dir=\"auto\">");
        if (end) {
            put_text(h, (voc_str){s.ptr, end});
            put_s(h, "</b> ");
            s = text_from(s, end + 2);
        }
        put_text(h, s);
        put_s(h, "</p>\n");
    }
}

static void notes(struct html *h, const voc_table *t, uint32_t kind, const char *class_, const char *heading)
{
    bool any = false;
    for (size_t i = 0; i < t->n_notes; i++) {
        if (note_at(t, i)->kind != kind) continue;
        if (!any) {
            put_s(h, "<div class=\"notes");
            put_s(h, class_);
            put_s(h, "\">\n");
            put_head(h, h->level + 1);
            put_s(h, heading);
            put_end(h, h->level + 1);
            put_s(h, "<ul>\n");
        }
        any = true;
        put_s(h, "<li>");
        html_sentence(h, note_at(t, i)->text);
        put_s(h, "</li>\n");
    }
    if (any) put_s(h, "</ul>\n</div>\n");
}

static void semantics(struct html *h, const voc_table *t, bool score)
{
    put_s(h, "<p class=\"small\">");
    if (t->semantics.len && !score) {
        put_text(h, t->semantics);
        put_s(h, " ");
    }
    put_s(h, "<a href=\"#c");
    put_size(h, h->tables);
    put_s(h, "\">Columns and command</a></p>\n");
}

static void say_thinned(struct html *h, const voc_table *t)
{
    if (every(t) == 1) return;
    put_s(h, "<p class=\"small\">Of ");
    put_number(h, (double)t->n_rows, 0, false);
    put_s(h, " rows one in ");
    put_size(h, every(t));
    put_s(h, " stands here, and the first and the last of each curve. All of them");
    if (kept(h, KEPT_AGAIN).len) {
        put_s(h, ": <code>");
        html_again(h, t);
        put_s(h, " --format csv</code></p>\n");
    } else {
        put_s(h, " are in its CSV.</p>\n");
    }
}

// Every line of it stands on its picture in words.
static bool stands_in_grid(const voc_table *t)
{
    for (size_t i = 0; i < figure_count(t); i++)
        if (figure_at(t, i)->kind == VOC_FIGURE_GRID && !figure_undrawable(t, figure_at(t, i))) return true;
    return false;
}

void html_table(struct html *h, const voc_table *t, bool first_lead)
{
    bool score = h->score && html_is_score(t);
    put_s(h, "<section aria-labelledby=\"t");
    put_size(h, h->tables);
    put_s(h, "\">\n");
    put_head_id(h, h->level, "t", h->tables);
    html_table_title(h, t);
    put_end(h, h->level);
    leads(h, t, first_lead);
    html_figures(h, t);
    if (t->n_columns && t->n_rows > FOLDED_MIN && ((t->flags & VOC_TABLE_HIDDEN) || stands_in_grid(t))) { // the numbers behind a picture
        put_s(h, "<details>\n<summary>The numbers of the picture</summary>\n");
        say_thinned(h, t);
        table(h, t);
        put_s(h, "</details>\n");
    } else if (t->n_columns && t->n_rows)
        table(h, t);
    else
        put_s(h, "<p>There are no rows.</p>\n");
    notes(h, t, VOC_NOTE_WARNING, " warning", "Take care");
    semantics(h, t, score);
    if (score) {
        struct room *into = h->into;
        h->into = &h->rooms[PART_KNOW];
        put_s(h, "<p>");
        put_sentence(h, t->semantics);
        put_s(h, "</p>\n");
        h->into = &h->rooms[PART_LIMITS];
        notes(h, t, VOC_NOTE_AFTER, "", "What this cannot see, and what to bear in mind");
        h->into = into;
    } else {
        notes(h, t, VOC_NOTE_AFTER, "", "What to bear in mind");
    }
    for (size_t i = 0; i < t->n_notes; i++)
        if (note_at(t, i)->kind == VOC_NOTE_ASSUMED) html_assume(h, note_at(t, i)->text);
    put_s(h, "</section>\n");
}
