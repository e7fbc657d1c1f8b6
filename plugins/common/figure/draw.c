// SPDX-License-Identifier: MIT
//
// The frame of every figure: its title and description for people and for readers of screens, one picture for each series, and what was
// left out. The parts are drawn by one file a kind.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

#define PANELS_MAX 12u
#define GAP 22.0

static const uint32_t needs[][4] = {[VOC_FIGURE_MAP] = {VOC_AS_FROM, VOC_AS_TO, VOC_AS_COUNT}, [VOC_FIGURE_FUNNEL] = {VOC_AS_LABEL, VOC_AS_COUNT}, [VOC_FIGURE_CURVES] = {VOC_AS_X, VOC_AS_Y},
                                    [VOC_FIGURE_HEAT] = {VOC_AS_ROW, VOC_AS_COLUMN}, [VOC_FIGURE_GRID] = {VOC_AS_ROW, VOC_AS_COLUMN}};

size_t figure_count(const voc_table *t) { return t->struct_size >= offsetof(voc_table, n_figures) + sizeof t->n_figures ? t->n_figures : 0; }

const voc_figure *figure_at(const voc_table *t, size_t i)
{
    return (const voc_figure *)(const void *)((const char *)t->figures + i * t->figure_size);
}

static bool complete(const voc_table *t, const voc_figure *f)
{
    if (f->kind < VOC_FIGURE_MAP || f->kind > VOC_FIGURE_GRID) return false;
    for (size_t i = 0; i < 4 && needs[f->kind][i]; i++)
        if (part_column(t, f, needs[f->kind][i]) == NO_PART) return false;
    return true;
}

const char *figure_undrawable(const voc_table *t, const voc_figure *f)
{
    if (!complete(t, f)) return "this program does not know how to draw it";
    if (t->n_rows == 0) return "its table has no rows";
    if (f->kind == VOC_FIGURE_MAP && !map_possible()) return "maps are laid out by Graphviz, without which this program was built; autogen.sh --deps installs it";
    return NULL;
}

static size_t n_distinct(const voc_table *t, const voc_figure *f, uint32_t part)
{
    voc_str names[32];
    const struct picture p = {.t = t, .f = f};
    return distinct(&p, part, names, 32, NULL);
}

double figure_width(const voc_table *t, const voc_figure *f)
{
    if (f->kind == VOC_FIGURE_GRID && n_distinct(t, f, VOC_AS_COLUMN) > 4) return FIGURE_LANDSCAPE;
    if (f->kind == VOC_FIGURE_HEAT && n_distinct(t, f, VOC_AS_COLUMN) > 6) return FIGURE_LANDSCAPE;
    return FIGURE_PORTRAIT;
}

static double draw_one(struct picture *p, double y)
{
    switch (p->f->kind) {
    case VOC_FIGURE_MAP: return draw_map(p, y);
    case VOC_FIGURE_FUNNEL: return draw_funnel(p, y);
    case VOC_FIGURE_CURVES: return part_type(p, VOC_AS_X) == VOC_CELL_TEXT ? draw_dots(p, y) : draw_curves(p, y);
    case VOC_FIGURE_HEAT: return draw_heat(p, y);
    default: return draw_grid(p, y);
    }
}

static double put_left_out(struct picture *p, double y)
{
    struct wrapped w;
    const voc_str s = {p->left_out, strlen(p->left_out)};
    if (!s.len) return y;
    text_wrap(&w, s, p->width, SMALL, false, 4);
    text_put(p->pen, &w, s, 0, y + 6, SMALL, AT_LEFT, "f-soft");
    p->left_out[0] = 0;
    return y + 6 + text_height(&w, SMALL);
}

static uint32_t panel_part(const voc_figure *f) { return f->kind == VOC_FIGURE_CURVES ? VOC_AS_ROW : VOC_AS_SERIES; }

static bool any_point(const voc_table *t, const voc_figure *f, voc_str panel)
{
    const struct picture p = {.t = t, .f = f};
    double y;
    for (size_t r = 0; r < t->n_rows; r++)
        if (same_text(part_text(&p, r, VOC_AS_ROW), panel) && part_number(&p, r, VOC_AS_Y, &y)) return true;
    return false;
}

// The texts that have a picture each. 0: there is one picture, of all.
static size_t panel_names(const voc_table *t, const voc_figure *f, voc_str names[PANELS_MAX], size_t *more)
{
    const struct picture all = {.t = t, .f = f};
    *more = 0;
    if (part_column(t, f, panel_part(f)) == NO_PART) return 0;
    const size_t n = distinct(&all, panel_part(f), names, PANELS_MAX, more);
    size_t k = 0;
    if (f->kind != VOC_FIGURE_CURVES) return n;
    for (size_t i = 0; i < n; i++) // a plane without a point says nothing
        if (any_point(t, f, names[i])) names[k++] = names[i];
    return k;
}

size_t figure_panels(const voc_table *t, const voc_figure *f)
{
    voc_str names[PANELS_MAX];
    size_t more;
    const size_t n = panel_names(t, f, names, &more);
    return n ? n : 1;
}

// A picture for each text of the series, or one; `only`: that one of them.
static double panels(struct picture *p, size_t only, double y)
{
    voc_str names[PANELS_MAX];
    size_t more;
    const size_t n = panel_names(p->t, p->f, names, &more), end = n ? n : 1, last = only ? only : end;
    const double wanted = p->width;
    double widest = wanted;
    struct wrapped w;
    p->panel = panel_part(p->f);
    for (size_t i = only ? only - 1 : 0; i < last && i < end && !p->pen->rc; i++) {
        const voc_cell series = {.type = VOC_CELL_TEXT, .s = n ? names[i] : (voc_str){"", 0}};
        p->series = n ? &series : NULL;
        p->width = wanted;
        if (n > 1) {
            text_wrap(&w, names[i], wanted, LARGE, true, 2);
            text_put(p->pen, &w, names[i], 0, y, LARGE, AT_LEFT, "f-large");
            y += text_height(&w, LARGE) + 8;
        }
        y += draw_one(p, y);
        if (p->width > widest) widest = p->width;
        y = put_left_out(p, y);
        p->series = NULL;
        if (i + 1 < last) y += GAP;
    }
    if (more && last == n) {
        snprintf(p->left_out, sizeof p->left_out, "The first %zu are drawn: all are in the table.", n);
        y = put_left_out(p, y);
    }
    p->width = widest;
    return y;
}

static double put_title(struct picture *p)
{
    struct wrapped w;
    double y = 0;
    text_wrap(&w, p->f->title, p->width, LARGE, true, 4);
    text_put(p->pen, &w, p->f->title, 0, y, LARGE, AT_LEFT, "f-large");
    y += text_height(&w, LARGE) + 2;
    text_wrap(&w, p->f->description, p->width, SMALL, false, LINES_MAX);
    text_put(p->pen, &w, p->f->description, 0, y, SMALL, AT_LEFT, "f-soft");
    return y + text_height(&w, SMALL) + 14;
}

#define MARGIN 16.0 // of a file of its own

static void head(struct pen *out, const voc_table *t, const voc_figure *f, const struct figure_look *look, double width, double height)
{
    voc_str names[PANELS_MAX];
    size_t more;
    const size_t n = panel_names(t, f, names, &more);
    const double m = look->alone ? MARGIN : 0;
    if (look->alone) pen_s(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    pen_f(out,
          "<svg%s class=\"f\" viewBox=\"%.1f %.1f %.1f %.1f\" width=\"%.1f\" height=\"%.1f\" role=\"img\" "
          "aria-labelledby=\"%.40s-t %.40s-d\">\n",
          look->alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", -m, -m, width + 2 * m, height + 2 * m, width + 2 * m,
          height + 2 * m, look->id, look->id);
    pen_f(out, "<title id=\"%.40s-t\">", look->id);
    pen_text(out, f->title);
    if (look->panel && look->panel <= n && n > 1) {
        pen_s(out, ": ");
        pen_text(out, names[look->panel - 1]);
    }
    pen_f(out, "</title>\n<desc id=\"%.40s-d\">", look->id);
    pen_text(out, f->description);
    pen_s(out, "</desc>\n");
    if (!look->alone) return;
    pen_s(out, "<style>\n");
    pen_s(out, figure_style());
    pen_s(out, "</style>\n");
    pen_f(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-back\"/>\n", -m, -m, width + 2 * m, height + 2 * m);
}

voc_rc figure_draw(const voc_host *host, voc_context *cx, const voc_table *t, const voc_figure *f, const struct figure_look *look,
                   struct figure_drawn *out)
{
    struct pen body = {.host = host, .cx = cx}, whole = {.host = host, .cx = cx};
    if (!complete(t, f)) return VOC_E_BUG;
    struct picture p = {.pen = &body, .t = t, .f = f, .width = look->width > 0 ? look->width : figure_width(t, f), .id = look->id};
    if (look->cut) p.cut = look->cut, p.piece = look->piece;
    p.limit = look->poster ? 0 : look->width > 0 ? look->width : FIGURE_LANDSCAPE;
    double y = look->alone ? put_title(&p) : 0;
    y = panels(&p, look->panel, y);
    if (!body.rc) {
        head(&whole, t, f, look, p.width, y);
        pen_raw(&whole, body.room.ptr, body.room.len);
        pen_s(&whole, "</svg>\n");
    }
    host->free(cx, body.room.ptr);
    if (body.rc || whole.rc) {
        host->free(cx, whole.room.ptr);
        return body.rc ? body.rc : whole.rc;
    }
    *out = (struct figure_drawn){whole.room.ptr, whole.room.len, p.width, y, p.items};
    return VOC_OK;
}
