// SPDX-License-Identifier: MIT
//
// Pictures that are higher than a sheet of paper, cut into pieces that are sheets of their own: a journey map between its stages, so
// that the sheets hang beside each other, its cards, a heat table and lines of dots between their rows. Each sheet says which it is and
// what comes next. Where to cut is tried out: the fewest sheets whose smallest text is still read, and then the largest text.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

// In units: on paper 184 mm wide their text of 12 is 9, 8, 7.2 and 6.6 points high.
static const double widths[] = {FIGURE_PORTRAIT, 780, 870, 950};
#define N_WIDTHS (sizeof widths / sizeof *widths)

bool piece_has(const struct picture *p, size_t i) { return !p->piece || (i >= piece_from(p) && i < p->cut->end[p->piece - 1]); }
size_t piece_from(const struct picture *p) { return p->piece > 1 ? p->cut->end[p->piece - 2] : 0; }
size_t piece_to(const struct picture *p, size_t n) { return p->piece && p->cut->end[p->piece - 1] < n ? p->cut->end[p->piece - 1] : n; }

static int shown(voc_str s)
{
    size_t n = s.len < 120 ? s.len : 120;
    while (n < s.len && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80) n--;
    return (int)n;
}

double piece_head(struct picture *p, const voc_str *names, size_t n, double y)
{
    char s[SAID_MAX];
    struct wrapped w;
    p->items = n;
    if (!p->piece || p->cut->n < 2 || !n) return 0;
    const size_t from = piece_from(p), to = piece_to(p, n);
    size_t at = (size_t)snprintf(s, sizeof s, "%.*s. Sheet %zu of %zu: ", shown(p->f->title), p->f->title.ptr, p->piece, p->cut->n); // it may hang without its page
    if (p->f->flags & VOC_FIGURE_BY_ROW) { // their heads are sentences
        if (to - from > 1) snprintf(s + at, sizeof s - at, "cards %zu to %zu of %zu.", from + 1, to, n);
        else snprintf(s + at, sizeof s - at, "card %zu of %zu.", to, n);
    } else {
        at += (size_t)snprintf(s + at, sizeof s - at, "%.*s", shown(names[from]), names[from].ptr);
        if (to - from > 1) at += (size_t)snprintf(s + at, sizeof s - at, " to %.*s", shown(names[to - 1]), names[to - 1].ptr);
        if (to < n) snprintf(s + at, sizeof s - at, ". The next begins with %.*s.", shown(names[to]), names[to].ptr);
        else snprintf(s + at, sizeof s - at, ".");
    }
    const voc_str words = {s, strlen(s)};
    text_wrap(&w, words, p->width, SMALL, false, 4);
    text_put(p->pen, &w, words, 0, y, SMALL, AT_LEFT, "f-soft");
    return text_height(&w, SMALL) + 8;
}

// ---- where to cut -------------------------------------------------------------------------------------------------------------------

struct trial {
    const voc_host *host;
    voc_context *cx;
    const voc_table *t;
    const voc_figure *f;
    struct figure_look look;
    double shape;
};

// Does this piece fit on its sheet?
static voc_rc fits(const struct trial *x, const struct figure_cut *cut, size_t piece, bool *fit)
{
    struct figure_drawn d = {0};
    struct figure_look look = x->look;
    look.cut = cut;
    look.piece = piece;
    look.width = cut->width;
    const voc_rc rc = figure_draw(x->host, x->cx, x->t, x->f, &look, &d);
    if (!rc) *fit = d.height <= cut->width * x->shape;
    x->host->free(x->cx, d.ptr);
    return rc;
}

// So many stages on each sheet, as even as can be. All sheets are of one height.
static void share_out(struct figure_cut *cut, size_t items, size_t sheets)
{
    const size_t each = (items + sheets - 1) / sheets;
    cut->n = 0;
    for (size_t at = 0; at < items; at += each) cut->end[cut->n++] = at + each < items ? at + each : items;
}

static voc_rc cut_stages(const struct trial *x, size_t items, struct figure_cut *out)
{
    bool fit = false;
    voc_rc rc = VOC_OK;
    for (size_t sheets = 1; sheets <= items && sheets <= FIGURE_PIECES_MAX && !fit && !rc; sheets++)
        for (size_t i = 0; i < N_WIDTHS && !fit && !rc; i++) {
            out->width = widths[i];
            share_out(out, items, sheets);
            if (grid_beside(out->width) >= out->end[0]) rc = fits(x, out, 1, &fit);
        }
    return rc;
}

// As many rows on each sheet as fit, at least one.
static voc_rc fill(const struct trial *x, size_t items, struct figure_cut *cut)
{
    voc_rc rc = VOC_OK;
    size_t from = 0;
    for (cut->n = 0; from < items && cut->n < FIGURE_PIECES_MAX && !rc;) {
        bool fit = true;
        size_t to = from;
        for (cut->n += 2; to < items && fit && !rc; to += fit) { // as if another followed: then each says which it is
            cut->end[cut->n - 2] = to + 1;
            rc = fits(x, cut, cut->n - 1, &fit);
        }
        cut->n--;
        from = cut->end[cut->n - 1] = to > from ? to : from + 1;
    }
    if (from < items) cut->end[cut->n - 1] = items;
    return rc;
}

// As many on each sheet where that fits too: no sheet with a row or two at the end.
static voc_rc even_out(const struct trial *x, size_t items, struct figure_cut *cut)
{
    struct figure_cut even = {.width = cut->width};
    bool fit = true;
    voc_rc rc = VOC_OK;
    share_out(&even, items, cut->n);
    for (size_t i = 1; i <= even.n && fit && !rc; i++) rc = fits(x, &even, i, &fit);
    if (!rc && fit && even.n == cut->n) *cut = even;
    return rc;
}

static voc_rc cut_rows(const struct trial *x, size_t items, struct figure_cut *out)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < N_WIDTHS && !rc; i++) {
        struct figure_cut cut = {.width = widths[i]};
        rc = fill(x, items, &cut);
        if (!rc && (!out->n || cut.n < out->n)) *out = cut;
    }
    return rc || !out->n ? rc : even_out(x, items, out);
}

voc_rc figure_cut_for(const voc_host *host, voc_context *cx, const voc_table *t, const voc_figure *f, size_t panel, double shape,
                      struct figure_cut *out)
{
    const struct trial x = {.host = host, .cx = cx, .t = t, .f = f, .look = {.width = FIGURE_PORTRAIT, .id = "f", .panel = panel}, .shape = shape};
    struct figure_drawn whole = {0};
    memset(out, 0, sizeof *out);
    const voc_rc rc = figure_draw(host, cx, t, f, &x.look, &whole);
    host->free(cx, whole.ptr);
    if (rc || !whole.items) return rc;
    return f->kind == VOC_FIGURE_GRID && !(f->flags & VOC_FIGURE_BY_ROW) ? cut_stages(&x, whole.items, out) : cut_rows(&x, whole.items, out);
}
