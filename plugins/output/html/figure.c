// SPDX-License-Identifier: MIT
// The pictures of a table, above it: drawn twice, for a large and for a small screen, of which the sheet shows one. On paper the
// large one, on a page of its own across where it is wide; one that is higher than a page is drawn for paper once more, cut into sheets
// of A4. What cannot be drawn is said; the table has all of it anyway.
#include <stdio.h>

#include "plugins/common/figure/figure.h"
#include "plugins/output/html/html.h"

static void picture(struct html *h, const struct figure_drawn *d, const char *class_)
{
    put_s(h, "<div class=\"picture ");
    put_s(h, class_);
    put_s(h, "\">\n");
    put(h, d->ptr, d->len);
    put_s(h, "</div>\n");
}

static voc_rc draw(struct html *h, const voc_table *t, size_t i, size_t panel, double width, char size, struct figure_drawn *out)
{
    char id[40];
    snprintf(id, sizeof id, "f%zu-%zu-%zu%c", h->tables, i + 1, panel, size);
    return figure_draw(h->host, h->cx, t, figure_at(t, i), &(struct figure_look){.width = width, .id = id, .panel = panel}, out);
}

// Higher than a page on which its text is still read. A broad grid is always drawn for an upright page, where its heading has room too.
static bool too_high(const voc_figure *f, const struct figure_drawn *d)
{
    return d->width <= FIGURE_PORTRAIT ? d->height > FIGURE_PORTRAIT_HEIGHT : f->kind == VOC_FIGURE_GRID || d->height > FIGURE_LANDSCAPE_HEIGHT;
}

static void sheets(struct html *h, const voc_table *t, size_t i, size_t n, const struct figure_cut *cut)
{
    for (size_t k = 1; k <= cut->n && !h->rc; k++) {
        struct figure_drawn d = {0};
        char id[60];
        snprintf(id, sizeof id, "f%zu-%zu-%zup%zu", h->tables, i + 1, n, k);
        h->rc = figure_draw(h->host, h->cx, t, figure_at(t, i),
                            &(struct figure_look){.width = cut->width, .id = id, .panel = n, .cut = cut, .piece = k}, &d);
        if (!h->rc) picture(h, &d, "on-paper");
        h->host->free(h->cx, d.ptr);
    }
}

// A title that the heading above says already is not said twice.
static void caption(struct html *h, const voc_table *t, const voc_figure *f)
{
    put_s(h, "<figcaption>");
    if (!text_same(t->title, f->title)) {
        put_s(h, "<b>");
        put_isolated(h, f->title);
        put_s(h, "</b> ");
    }
    put_text(h, f->description);
    put_s(h, "</figcaption>\n");
}

// Sheets that leave room for a heading on their pages, unless there are fewer where each has a page for itself.
static voc_rc cut_for(struct html *h, const voc_table *t, size_t i, size_t n, struct figure_cut *cut, bool *whole)
{
    struct figure_cut pages;
    voc_rc rc = figure_cut_for(h->host, h->cx, t, figure_at(t, i), n, FIGURE_SHEET, cut);
    if (!rc) rc = figure_cut_for(h->host, h->cx, t, figure_at(t, i), n, FIGURE_PAGE, &pages);
    *whole = !rc && pages.n < cut->n;
    if (*whole) *cut = pages;
    return rc;
}

// Each picture of a series is a figure, so that on paper it stands on a page whole and as large as its words need.
static void panel(struct html *h, const voc_table *t, size_t i, size_t n)
{
    struct figure_drawn large = {0}, small = {0};
    struct figure_cut cut = {.n = 0};
    bool whole = false;
    voc_rc rc = draw(h, t, i, n, 0, 'l', &large);
    if (!rc) rc = draw(h, t, i, n, FIGURE_NARROW, 's', &small);
    if (!rc && too_high(figure_at(t, i), &large)) rc = cut_for(h, t, i, n, &cut, &whole);
    if (!rc) {
        const bool broad = large.width > FIGURE_PORTRAIT;
        put_s(h, "<figure");
        if (cut.n || broad) put_s(h, cut.n ? whole ? " class=\"cut whole-page" : " class=\"cut" : " class=\"across");
        put_s(h, broad ? " broad\">\n" : cut.n ? "\">\n" : ">\n");
        if (n == 1) caption(h, t, figure_at(t, i));
        picture(h, &large, "large-screen");
        picture(h, &small, "small-screen");
        sheets(h, t, i, n, &cut);
        put_s(h, "</figure>\n");
    }
    h->host->free(h->cx, large.ptr);
    h->host->free(h->cx, small.ptr);
    if (rc && !h->rc) h->rc = rc;
}

// A table that stands beside a brief one has more rows of the same: its picture would be that one again.
static bool again(struct html *h, const voc_table *t, const voc_figure *f)
{
    struct room *into = h->into;
    for (voc_str left = kept(h, KEPT_DRAWN); left.len;) {
        const voc_str line = text_line(&left);
        if (line.ptr[0] == (char)('0' + f->kind) && text_same(text_from(line, 1), f->title)) return !(t->flags & VOC_TABLE_BRIEF);
    }
    if (!(t->flags & VOC_TABLE_BRIEF) || f->kind > 9) return false;
    const char kind = (char)('0' + f->kind);
    h->into = &h->rooms[KEPT_DRAWN];
    put(h, &kind, 1);
    put(h, f->title.ptr, f->title.len);
    put_s(h, "\n");
    h->into = into;
    return false;
}

static void one(struct html *h, const voc_table *t, size_t i)
{
    const char *why = figure_undrawable(t, figure_at(t, i));
    if ((why && t->n_rows == 0) || again(h, t, figure_at(t, i))) return;
    if (why) {
        put_s(h, "<p class=\"small\">Not drawn: ");
        put_s(h, why);
        put_s(h, ".</p>\n");
        return;
    }
    for (size_t n = 1; n <= figure_panels(t, figure_at(t, i)) && !h->rc; n++) panel(h, t, i, n);
}

void html_figures(struct html *h, const voc_table *t)
{
    for (size_t i = 0; i < figure_count(t); i++) one(h, t, i);
}
