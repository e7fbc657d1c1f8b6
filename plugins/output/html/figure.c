// SPDX-License-Identifier: MIT
// The pictures of a table, above it: drawn twice, for a large and for a small screen, of which the sheet shows one. On paper the
// large one, on a page of its own across where it is wide, on A3 where it is high too. What cannot be drawn is said; the table has all of it anyway.
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

static voc_rc draw(struct html *h, const voc_table *t, size_t i, double width, char size, struct figure_drawn *out)
{
    char id[40];
    snprintf(id, sizeof id, "f%zu-%zu%c", h->tables, i + 1, size);
    return figure_draw(h->host, h->cx, t, figure_at(t, i), &(struct figure_look){.width = width, .id = id}, out);
}

static void caption(struct html *h, const voc_figure *f)
{
    put_s(h, "<figcaption><b>");
    put_isolated(h, f->title);
    put_s(h, "</b> ");
    put_text(h, f->description);
    put_s(h, "</figcaption>\n");
}

static void one(struct html *h, const voc_table *t, size_t i)
{
    struct figure_drawn large = {0}, small = {0};
    const char *why = figure_undrawable(t, figure_at(t, i));
    if (why && t->n_rows == 0) return;
    if (why) {
        put_s(h, "<p class=\"small\">Not drawn: ");
        put_s(h, why);
        put_s(h, ".</p>\n");
        return;
    }
    voc_rc rc = draw(h, t, i, 0, 'l', &large);
    if (!rc) rc = draw(h, t, i, FIGURE_NARROW, 's', &small);
    if (!rc) {
        put_s(h, large.width <= FIGURE_PORTRAIT ? "<figure>\n" : large.height <= FIGURE_LANDSCAPE_HEIGHT ? "<figure class=\"across\">\n" : "<figure class=\"sheet\">\n");
        caption(h, figure_at(t, i));
        picture(h, &large, "large-screen");
        picture(h, &small, "small-screen");
        put_s(h, "</figure>\n");
    }
    h->host->free(h->cx, large.ptr);
    h->host->free(h->cx, small.ptr);
    if (rc && !h->rc) h->rc = rc;
}

void html_figures(struct html *h, const voc_table *t)
{
    for (size_t i = 0; i < figure_count(t); i++) one(h, t, i);
}
