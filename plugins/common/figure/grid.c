// SPDX-License-Identifier: MIT
//
// The journey map: lanes by stages. A cell holds the rows of the table for its lane and stage below each other, each with the grade
// of its evidence. Where a lane has one row a stage its value is the shade of the cell, else a bar below each. Stages that do not fit
// beside each other go into further bands below; on a phone each stage is a block of its own, with its lanes below each other. With
// VOC_FIGURE_BY_ROW each lane is a card, or on a phone a block, with the stages in it.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

#define LANES_MAX 24u
#define STAGES_MAX 40u
#define LANE 104.0   // width of the names of lanes
#define STAGE 128.0  // least width of a stage
#define CARD 90.0   // least width of a stage on a card
#define PAD 7.0
#define ITEMS_MAX 8u // of one cell
#define ITEM_LINES 6u
#define STAGE_LINES 5u
#define GRADE 28.0 // wide: the marks of the evidence, behind the bar where there is one, else behind the words

struct grid {
    struct picture *p;
    voc_str lane[LANES_MAX], stage[STAGES_MAX];
    size_t n_lanes, n_stages;
    size_t *lane_of, *stage_of; // of each row of the table; n_lanes: not drawn
    struct shades *shades;      // of each lane: its values are of one kind
    bool *bars;                 // of each lane: values are bars
    bool graded;
    size_t hidden;
};

struct cell_rows { size_t row[ITEMS_MAX], n, more; };

static void rows_of(const struct grid *g, size_t lane, size_t stage, struct cell_rows *out)
{
    out->n = out->more = 0;
    for (size_t r = 0; r < g->p->t->n_rows; r++) {
        if (g->lane_of[r] != lane || g->stage_of[r] != stage) continue;
        if (out->n < ITEMS_MAX) out->row[out->n++] = r;
        else out->more++;
    }
}

static voc_str words_of(const struct grid *g, size_t r, char room[SAID_MAX])
{
    const voc_str s = part_text(g->p, r, VOC_AS_TEXT);
    const voc_cell *c = part_cell(g->p, r, VOC_AS_TEXT);
    if (s.len || (c && c->type == VOC_CELL_TEXT)) return s;
    if (!c || c->type == VOC_CELL_NA) c = part_cell(g->p, r, VOC_AS_VALUE);
    if (!c || c->type == VOC_CELL_NA) return (voc_str){"", 0};
    say_cell(room, SAID_MAX, g->p->t, c);
    return (voc_str){room, strlen(room)};
}

static int grade_at(const struct grid *g, size_t r) { return g->graded ? grade_of(part_text(g->p, r, VOC_AS_GRADE)) : -1; }

static void bar(const struct grid *g, size_t lane, size_t r, double x, double y, double width)
{
    double value;
    const double all = g->shades[lane].hi;
    width -= g->graded ? GRADE : 0;
    if (!part_number(g->p, r, VOC_AS_VALUE, &value) || !(all > 0)) return;
    pen_f(g->p->pen,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"3\" class=\"f-rail\"/><rect x=\"%.1f\" "
          "y=\"%.1f\" width=\"%.1f\" height=\"3\" class=\"f-bar\"/>\n",
          x, y, width, x, y, value > 0 ? value / all * width : 0);
}

// The verdict below an item, or for itself: its sign and its words. On a shade all of it has the colour of the text there.
static double verdict(const struct grid *g, size_t r, double x, double y, double width, const char *class_, bool shaded, bool bold, bool draw)
{
    const voc_str s = part_text(g->p, r, VOC_AS_MARK);
    const int mark = mark_of(s);
    struct wrapped w;
    char both[32];
    if (mark < 0) return 0;
    text_wrap(&w, s, width - MARK, SMALL, bold, LINES_MAX);
    if (draw) {
        if (shaded) pen_f(g->p->pen, "<g class=\"f-mark %s\">", class_);
        else pen_f(g->p->pen, "<g class=\"f-mark f-m%d\">", mark);
        mark_put(g->p->pen, mark, x, y + SMALL);
        pen_s(g->p->pen, "</g>\n");
        snprintf(both, sizeof both, bold ? "f-bold %s" : "%s", class_);
        text_put(g->p->pen, &w, s, x + MARK, y, SMALL, AT_LEFT, both);
    }
    return text_height(&w, SMALL) + 1;
}

static double item(const struct grid *g, size_t lane, size_t r, double x, double y, double width, const char *class_, bool draw)
{
    char room[SAID_MAX];
    struct wrapped w;
    double value;
    const int grade = grade_at(g, r);
    const bool barred = g->bars[lane] && g->shades[lane].hi > 0 && part_number(g->p, r, VOC_AS_VALUE, &value);
    const voc_str s = words_of(g, r, room);
    text_wrap(&w, s, width - (grade >= 0 && !barred ? GRADE : 0), SMALL, false, ITEM_LINES);
    const double judged = verdict(g, r, x, y + text_height(&w, SMALL), width, class_, !g->bars[lane], w.n > 0, draw),
                 below = text_height(&w, SMALL) + judged;
    if (draw) {
        text_put(g->p->pen, &w, s, x, y, SMALL, AT_LEFT, class_);
        pen_f(g->p->pen, "<g class=\"%s\">", class_);
        grade_put(g->p->pen, grade, x + width - 22, y + (barred ? below + 9 : SMALL));
        pen_s(g->p->pen, "</g>\n");
        if (barred) bar(g, lane, r, x, y + below + 5, width);
    }
    return below + (barred ? 15 : 4);
}

// Draws the cell or, where `draw` is false, only measures it.
static double cell(struct grid *g, size_t lane, size_t stage, double x, double y, double width, double height, bool draw)
{
    struct pen *pen = g->p->pen;
    struct cell_rows rows;
    char class_[16] = "f-text";
    const char *shade = NULL;
    double value, at = y + PAD;
    rows_of(g, lane, stage, &rows);
    for (size_t i = 0; i < rows.n && !shade && !g->bars[lane]; i++)
        if (part_number(g->p, rows.row[i], VOC_AS_VALUE, &value)) shade = shade_of(&g->shades[lane], value);
    if (draw)
        pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s%s f-edge\"/>\n", x, y, width, height,
              rows.n ? shade ? "f-h" : "f-card" : "f-empty", shade ? shade : "");
    if (shade) snprintf(class_, sizeof class_, "f-t%s", shade);
    for (size_t i = 0; i < rows.n; i++) at += item(g, lane, rows.row[i], x + PAD, at, width - 2 * PAD, class_, draw);
    if (rows.more) {
        char s[60];
        snprintf(s, sizeof s, "and %zu more", rows.more);
        if (draw) text_label(pen, s, x + PAD, at + SMALL, AT_LEFT, class_);
        at += SMALL * LEADING;
    }
    return at - y + PAD - (rows.n ? 4 : 0);
}

// In one line a name may reach into the tip of its chevron.
static void head_of(struct wrapped *w, voc_str name, double width)
{
    text_wrap(w, name, width - 20, SMALL, true, STAGE_LINES);
    if (w->n > 1) text_wrap(w, name, width - 30, SMALL, true, STAGE_LINES);
}

static double heads(struct grid *g, double x, size_t from, size_t to, double width, double y)
{
    struct pen *pen = g->p->pen;
    struct wrapped w;
    double head = 0;
    for (size_t s = g->p->piece ? 0 : from; s < (g->p->piece ? g->n_stages : to); s++) {
        head_of(&w, g->stage[s], width);
        if (text_height(&w, SMALL) > head) head = text_height(&w, SMALL);
    }
    head += 12;
    for (size_t s = from; s < to; s++) { // a chevron: the direction of the journey
        const double at = x + (double)(s - from) * width;
        pen_f(pen, "<path d=\"M%.1f %.1fh%.1fl9 %.1fl-9 %.1fh%.1fl9 %.1fz\" class=\"f-stage\"/>\n", at, y, width - 11, head / 2, head / 2, -(width - 11), -head / 2);
        head_of(&w, g->stage[s], width);
        text_put(pen, &w, g->stage[s], at + width / 2 + 2, y + (head - text_height(&w, SMALL)) / 2, SMALL, AT_MIDDLE, "f-bold f-on");
    }
    return head;
}

size_t grid_beside(double width) { return (size_t)((width - LANE) / STAGE); }

// Stages from..to-1 beside each other. Sheets that hang beside each other have their lanes at the same heights.
static double band(struct grid *g, size_t from, size_t to, size_t beside, double y)
{
    const double top = y, width = (g->p->width - LANE) / (double)beside;
    struct wrapped w;
    y += heads(g, LANE, from, to, width, y) + 5;
    for (size_t l = 0; l < g->n_lanes; l++) {
        double height = 26;
        text_wrap(&w, g->lane[l], LANE - 10, SMALL, true, 4);
        if (text_height(&w, SMALL) + 2 * PAD > height) height = text_height(&w, SMALL) + 2 * PAD;
        for (size_t s = g->p->piece ? 0 : from; s < (g->p->piece ? g->n_stages : to); s++) {
            const double is = cell(g, l, s, 0, 0, width - 3, 0, false);
            if (is > height) height = is;
        }
        text_put(g->p->pen, &w, g->lane[l], 0, y + PAD, SMALL, AT_LEFT, "f-bold");
        for (size_t s = from; s < to; s++) (void)cell(g, l, s, LANE + (double)(s - from) * width, y, width - 3, height, true);
        y += height + 3;
    }
    return y - top + 14;
}

// One below the other: each stage with its lanes, or each lane with its stages.
static double blocks(struct grid *g, bool by_lane, double y)
{
    struct pen *pen = g->p->pen;
    const double top = y;
    const size_t outer = by_lane ? g->n_lanes : g->n_stages, inner = by_lane ? g->n_stages : g->n_lanes;
    struct wrapped w;
    for (size_t o = 0; o < outer; o++) {
        const voc_str name = by_lane ? g->lane[o] : g->stage[o];
        text_wrap(&w, name, g->p->width - 40, LARGE, true, STAGE_LINES);
        const double head = text_height(&w, LARGE) + 12;
        pen_f(pen, "<rect x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-stage\"/>\n", y, g->p->width, head);
        text_put(pen, &w, name, 10, y + 6, LARGE, AT_LEFT, "f-large f-on");
        y += head + 4;
        for (size_t i = 0; i < inner; i++) {
            const size_t l = by_lane ? o : i, s = by_lane ? i : o;
            const voc_str part = by_lane ? g->stage[s] : g->lane[l];
            struct cell_rows rows;
            rows_of(g, l, s, &rows);
            if (!rows.n) continue;
            text_wrap(&w, part, 96, SMALL, true, 4);
            double height = text_height(&w, SMALL) + 2 * PAD;
            const double is = cell(g, l, s, 0, 0, g->p->width - 104, 0, false);
            if (is > height) height = is;
            text_put(pen, &w, part, 0, y + PAD, SMALL, AT_LEFT, "f-bold");
            (void)cell(g, l, s, 104, y, g->p->width - 104, height, true);
            y += height + 3;
        }
        y += 14;
    }
    return y - top;
}

// Each lane a card: its name across, its stages beside each other below.
static double cards(struct grid *g, double y)
{
    struct pen *pen = g->p->pen;
    const double top = y, width = g->p->width / (double)g->n_stages;
    struct wrapped w;
    y += heads(g, 0, 0, g->n_stages, width, y) + 8;
    for (size_t l = piece_from(g->p); l < piece_to(g->p, g->n_lanes); l++) {
        double height = 26;
        text_wrap(&w, g->lane[l], g->p->width - 20, SMALL, true, 3);
        const double head = text_height(&w, SMALL) + 10;
        for (size_t s = 0; s < g->n_stages; s++) {
            const double is = cell(g, l, s, 0, 0, width - 3, 0, false);
            if (is > height) height = is;
        }
        pen_f(pen, "<rect x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"f-rail\"/>\n", y, g->p->width - 3, head);
        text_put(pen, &w, g->lane[l], PAD, y + 5, SMALL, AT_LEFT, "f-bold");
        y += head + 3;
        for (size_t s = 0; s < g->n_stages; s++) (void)cell(g, l, s, (double)s * width, y, width - 3, height, true);
        y += height + 12;
    }
    return y - top + 4;
}

static bool sort_rows(struct grid *g)
{
    const struct picture *p = g->p;
    double x;
    if (!(g->lane_of = pen_room(p->pen, p->t->n_rows, sizeof *g->lane_of)) || !(g->stage_of = pen_room(p->pen, p->t->n_rows, sizeof *g->stage_of)) ||
        !(g->shades = pen_room(p->pen, g->n_lanes, sizeof *g->shades)) || !(g->bars = pen_room(p->pen, g->n_lanes, sizeof *g->bars)))
        return false;
    for (size_t l = 0; l < g->n_lanes; l++) g->shades[l].diverging = (p->f->flags & VOC_FIGURE_DIVERGING) != 0;
    for (size_t r = 0; r < p->t->n_rows; r++) {
        g->lane_of[r] = row_shown(p, r) ? find_text(g->lane, g->n_lanes, part_text(p, r, VOC_AS_ROW)) : g->n_lanes;
        g->stage_of[r] = find_text(g->stage, g->n_stages, part_text(p, r, VOC_AS_COLUMN));
        if (g->lane_of[r] == g->n_lanes || !part_number(p, r, VOC_AS_VALUE, &x)) continue;
        shades_see(&g->shades[g->lane_of[r]], x);
        if (part_cell(p, r, VOC_AS_VALUE)->type == VOC_CELL_SHARE) shades_see(&g->shades[g->lane_of[r]], 1); // a full bar is all
    }
    for (size_t l = 0; l < g->n_lanes; l++)
        for (size_t s = 0; s < g->n_stages && !g->bars[l] && !g->shades[l].diverging; s++) {
            struct cell_rows rows;
            rows_of(g, l, s, &rows);
            g->bars[l] = rows.n > 1 || (p->f->flags & VOC_FIGURE_BY_ROW);
        }
    return true;
}

static bool any_mark(const struct grid *g)
{
    for (size_t r = 0; r < g->p->t->n_rows; r++)
        if (g->lane_of[r] < g->n_lanes && mark_of(part_text(g->p, r, VOC_AS_MARK)) >= 0) return true;
    return false;
}

double draw_grid(struct picture *p, double y)
{
    struct grid g = {.p = p};
    const double top = y;
    size_t more_lanes, more_stages;
    g.n_lanes = distinct(p, VOC_AS_ROW, g.lane, LANES_MAX, &more_lanes);
    g.n_stages = distinct(p, VOC_AS_COLUMN, g.stage, STAGES_MAX, &more_stages);
    g.graded = part_column(p->t, p->f, VOC_AS_GRADE) != NO_PART;
    if (g.n_lanes && g.n_stages && sort_rows(&g)) {
        const bool by_lane = (p->f->flags & VOC_FIGURE_BY_ROW) != 0;
        size_t beside = grid_beside(p->width);
        y += piece_head(p, by_lane ? g.lane : g.stage, by_lane ? g.n_lanes : g.n_stages, y);
        if (p->width < 500) {
            y += blocks(&g, by_lane, y);
        } else if (by_lane && p->width / (double)g.n_stages >= CARD) {
            y += cards(&g, y);
        } else {
            const size_t end = piece_to(p, g.n_stages), bands = (g.n_stages + beside - 1) / beside;
            beside = p->piece ? p->cut->end[0] : (g.n_stages + bands - 1) / bands; // as even as can be
            for (size_t s = piece_from(p); s < end; s += beside) y += band(&g, s, s + beside < end ? s + beside : end, beside, y);
        }
        if (part_column(p->t, p->f, VOC_AS_VALUE) != NO_PART) {
            static const voc_str shades = VOC_LIT("The stronger the colour of a cell, or the longer the bar below a line, the larger its number within its lane."),
                                 bars = VOC_LIT("The longer the bar below a line, the larger its number within its card.");
            const voc_str words = by_lane ? bars : shades;
            struct wrapped w;
            text_wrap(&w, words, p->width, SMALL, false, 3);
            text_put(p->pen, &w, words, 0, y, SMALL, AT_LEFT, "f-soft");
            y += text_height(&w, SMALL) + 5;
        }
        if (g.graded) y = grades_legend(p, 0, y);
        if (any_mark(&g)) y = marks_legend(p, 0, y);
        if (more_lanes || more_stages) snprintf(p->left_out, sizeof p->left_out, "Drawn are the first %zu lanes and %zu stages: all are in the table.", g.n_lanes, g.n_stages);
    }
    pen_free(p->pen, g.lane_of);
    pen_free(p->pen, g.stage_of);
    pen_free(p->pen, g.shades);
    pen_free(p->pen, g.bars);
    return y - top;
}
