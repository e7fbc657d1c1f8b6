// SPDX-License-Identifier: MIT
//
// The map of what leads to what: edges of the table, the most frequent first until the share that the figure asks for, and whatever
// must always be drawn; as thick as they are frequent, with their number and time. map_layout.c says where everything lies.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/common/figure/map.h"
#include "plugins/common/format.h"

#define NODES_MAX 60u
#define EDGES_MAX 140u
#define EDGES_MIN 8u // below that the picture becomes wider than it should
#define PAD_X 11.0
#define PAD_Y 7.0
#define NAME_LINES 4u

static int by_count(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->always != y->always) return x->always ? -1 : 1;
    if (x->count < y->count || x->count > y->count) return x->count > y->count ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static double thickness(const struct map *m, const struct map_edge *e) { return 1.2 + 6.3 * sqrt(e->count / m->most); }

static bool is_end(voc_str s) { return s.len > 2 && s.ptr[0] == '(' && s.ptr[s.len - 1] == ')'; } // "(start)", "(end)"

#define OURS "touchpoint:"

static bool is_ours(voc_str s) { return s.len > sizeof OURS - 1 && memcmp(s.ptr, OURS, sizeof OURS - 1) == 0; }

static voc_str shown_name(const struct map_node *n)
{
    return n->ours ? (voc_str){n->name.ptr + sizeof OURS - 1, n->name.len - (sizeof OURS - 1)} : n->name;
}

static uint32_t node_of(struct map *m, voc_str name)
{
    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (same_text(m->nodes[i].name, name)) return i;
    if (m->n_nodes == NODES_MAX) return UINT32_MAX;
    m->nodes[m->n_nodes] = (struct map_node){.name = name, .end = is_end(name), .ours = is_ours(name)};
    return m->n_nodes++;
}

// Below each other, as what stands beside an arrow makes a map wide.
static void say_edge(const struct picture *p, size_t row, struct map_edge *e)
{
    const voc_cell *time = part_cell(p, row, VOC_AS_TIME);
    char n[FORMAT_MAX];
    format_number(n, sizeof n, e->count, 0, false);
    snprintf(e->label, sizeof e->label, "%.40s", n);
    if (time && time->type != VOC_CELL_NA) say_cell(e->below, sizeof e->below, p->t, time);
    const double first = drawn_width((voc_str){e->label, strlen(e->label)}, SMALL, true),
                 second = drawn_width((voc_str){e->below, strlen(e->below)}, SMALL, false);
    e->label_width = fmax(first, second) + 4;
    e->label_height = SMALL * LEADING * (e->below[0] ? 2 : 1);
}

// All edges by count, and how many of them the figure's share takes.
static bool gather(struct picture *p, struct map *m)
{
    double so_far = 0;
    if (!(m->all = pen_room(p->pen, p->t->n_rows, sizeof *m->all))) return false;
    for (size_t r = 0; r < p->t->n_rows; r++) {
        const voc_cell *always = part_cell(p, r, VOC_AS_ALWAYS);
        double count;
        if (!row_shown(p, r) || !part_number(p, r, VOC_AS_COUNT, &count) || !(count > 0)) continue;
        m->all[m->n_all++] = (struct candidate){r, count, always && always->type == VOC_CELL_BOOL && always->i};
        m->sum += count;
    }
    if (m->n_all) qsort(m->all, m->n_all, sizeof *m->all, by_count);
    const double until = p->f->detail > 0 ? p->f->detail * m->sum * (1 - 1e-12) : INFINITY;
    while (m->n_wanted < m->n_all && m->n_wanted < EDGES_MAX && (m->all[m->n_wanted].always || so_far < until)) so_far += m->all[m->n_wanted++].count;
    return true;
}

static void forget(struct map *m)
{
    for (size_t i = 0; i < m->n_edges; i++) pen_free(m->pen, m->edges[i].point);
    m->n_edges = 0;
    m->n_nodes = 0;
}

// What no arrow leads to would look like a beginning, and is none: it goes, and with it the arrows that leave it, until all that stays can be
// come to from the beginning. A map without a beginning stays as it is, and what is half as frequent as the most frequent stays in any case.
static void drop_unreached(struct map *m)
{
    uint32_t kept[NODES_MAX] = {0}, n = 0;
    bool reached[NODES_MAX] = {false}, more = false;
    size_t edges = 0;
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        reached[i] = same_text(m->nodes[i].name, (voc_str){"(start)", 7});
        more = more || reached[i];
    }
    if (!more) return;
    for (size_t i = 0; i < m->n_edges; i++) reached[m->edges[i].from] |= m->edges[i].count * 2 >= m->most;
    while (more) {
        more = false;
        for (size_t i = 0; i < m->n_edges; i++) {
            const struct map_edge *e = &m->edges[i];
            if (!reached[e->from] || reached[e->to]) continue;
            reached[e->to] = more = true;
        }
    }
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        kept[i] = n;
        if (!reached[i]) {
            if (m->nodes[i].again[0]) m->n_drawn--, m->drawn -= m->nodes[i].itself;
            continue;
        }
        if (n != i) m->nodes[n] = m->nodes[i];
        n++;
    }
    for (size_t i = 0; i < m->n_edges; i++) {
        struct map_edge e = m->edges[i];
        if (!reached[e.from]) m->n_drawn--, m->drawn -= e.count;
        else e.from = kept[e.from], e.to = kept[e.to], m->edges[edges++] = e;
    }
    m->n_nodes = n;
    m->n_edges = edges;
}

// The first `most` edges become what is drawn.
static void choose(struct picture *p, struct map *m, size_t most)
{
    forget(m);
    m->most = m->drawn = 0;
    m->tried = most;
    m->n_drawn = 0;
    for (size_t i = 0; i < most; i++) {
        const uint32_t known = m->n_nodes, a = node_of(m, part_text(p, m->all[i].row, VOC_AS_FROM)),
                       b = node_of(m, part_text(p, m->all[i].row, VOC_AS_TO));
        if (a == UINT32_MAX || b == UINT32_MAX) {
            m->n_nodes = known;
            continue;
        }
        struct map_edge *e = &m->edges[m->n_edges];
        *e = (struct map_edge){.from = a, .to = b, .count = m->all[i].count};
        say_edge(p, m->all[i].row, e);
        m->n_drawn++;
        m->drawn += e->count;
        if (a == b) {
            snprintf(m->nodes[a].again, sizeof m->nodes[a].again, "again: %s%s%s", e->label, e->below[0] ? " \xC2\xB7 " : "", e->below);
            m->nodes[a].itself = e->count;
            continue;
        }
        m->n_edges++;
        if (e->count > m->most) m->most = e->count;
    }
    drop_unreached(m);
    for (size_t i = 0; i < m->n_edges; i++) m->edges[i].label_width += thickness(m, &m->edges[i]);
}

static void say_left_out(struct picture *p, const struct map *m)
{
    char s[FORMAT_MAX], c[FORMAT_MAX];
    if (m->n_drawn == m->n_all) return;
    format_integer(c, sizeof c, (int64_t)(m->n_all - m->n_drawn), false);
    format_number(s, sizeof s, m->sum > 0 ? (m->sum - m->drawn) / m->sum * 100 : 0, 1, false);
    snprintf(p->left_out, sizeof p->left_out,
             m->n_all == m->n_drawn + 1 ? "%.20s step of the table is not drawn, %.20s%% of its occurrences%s."
                                        : "%.20s steps of the table are not drawn, %.20s%% of their occurrences%s.",
             c, s, m->tried < m->n_wanted ? ", as there is no room for all" : "");
}

static void size_nodes(struct map *m, double width)
{
    for (size_t i = 0; i < m->n_nodes; i++) {
        struct map_node *n = &m->nodes[i];
        text_wrap(&n->lines, shown_name(n), width, SMALL, n->end, NAME_LINES);
        n->width = fmax(fmax(n->lines.width, drawn_width((voc_str){n->again, strlen(n->again)}, SMALL, false)) + 2 * PAD_X, 56);
        n->height = text_height(&n->lines, SMALL) + 2 * PAD_Y + (n->again[0] ? SMALL * LEADING : 0);
    }
}

// Follows the most frequent way on first; an edge to what lies on the way is one back. So the map reads from the top, however
// many loops it has (a depth-first search; the bound on nodes is the bound on its depth).
static void follow(struct map *m, uint32_t node)
{
    m->nodes[node].seen = 1;
    for (size_t i = 0; i < m->n_edges; i++) { // by count
        struct map_edge *e = &m->edges[i];
        if (e->from != node) continue;
        if (m->nodes[e->to].seen == 0) follow(m, e->to);
        else e->back = m->nodes[e->to].seen == 1;
    }
    m->nodes[node].seen = 2;
}

static void find_ways_back(struct map *m)
{
    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (same_text(m->nodes[i].name, (voc_str)VOC_LIT("(start)"))) follow(m, i);
    for (uint32_t i = 0; i < m->n_nodes; i++)
        if (m->nodes[i].seen == 0) follow(m, i);
}

// ---- drawing -----------------------------------------------------------------------------------------------------------

static void draw_edge(struct pen *pen, const struct map *m, const struct map_edge *e, double y)
{
    const double w = thickness(m, e), tip = 5 + w;
    if (e->n_points < 4) return;
    pen_f(pen, "<path class=\"f-link\" stroke-width=\"%.1f\" d=\"M%.1f %.1f", w, e->point[0].x, e->point[0].y + y);
    for (size_t i = 1; i + 2 < e->n_points; i += 3)
        pen_f(pen, "C%.1f %.1f %.1f %.1f %.1f %.1f", e->point[i].x, e->point[i].y + y, e->point[i + 1].x, e->point[i + 1].y + y, e->point[i + 2].x, e->point[i + 2].y + y);
    pen_s(pen, "\"/>");
    const struct map_point from = e->point[e->n_points - 1], to = e->tip;
    const double dx = to.x - from.x, dy = to.y - from.y, len = hypot(dx, dy);
    if (len > 0.01) {
        const double ux = dx / len, uy = dy / len, bx = to.x - ux * fmax(len, tip), by = to.y - uy * fmax(len, tip), half = tip * 0.5;
        pen_f(pen, "<path class=\"f-head\" d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fz\"/>", to.x, to.y + y, bx - uy * half, by + ux * half + y, bx + uy * half, by - ux * half + y);
    }
    pen_s(pen, "\n");
}

static void draw_node(struct pen *pen, const struct map_node *n, double y)
{
    pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" class=\"%s\"/>\n", n->x - n->width / 2,
          n->y + y - n->height / 2, n->width, n->height,
          n->end    ? n->height / 2
          : n->ours ? 0
                    : 5.0,
          n->end    ? "f-ends"
          : n->ours ? "f-node f-ours"
                    : "f-node");
    const double top = n->y + y - n->height / 2 + PAD_Y - 1;
    if (n->again[0]) text_label(pen, n->again, n->x, top + text_height(&n->lines, SMALL) + SMALL, AT_MIDDLE, "f-soft");
    text_put(pen, &n->lines, shown_name(n), n->x, top, SMALL, AT_MIDDLE, n->end ? "f-bold" : "f-text");
}

// A page of paper takes it, either way round where that is not asked for; a phone scrolls downwards.
static bool fits(const struct picture *p, const struct map *m)
{
    const bool upright = m->width <= FIGURE_PORTRAIT && m->height <= FIGURE_PORTRAIT_HEIGHT,
               across = m->width <= FIGURE_LANDSCAPE && m->height <= FIGURE_LANDSCAPE_HEIGHT;
    if (p->limit <= 0) return true;
    if (p->limit < FIGURE_PORTRAIT) return m->width <= p->limit;
    return upright || (across && p->limit >= FIGURE_LANDSCAPE);
}

// Lays it out as it fits: with shorter lines in its boxes, then without its rarest edges, down to a few.
static bool lay_out(struct picture *p, struct map *m)
{
    const double wide = p->width < 500 ? 110 : 160, slim = p->width < 500 ? 84 : 108;
    for (size_t n = m->n_wanted;; n -= n / 8 + 1) {
        choose(p, m, n);
        if (!m->n_nodes) return false;
        if (m->most <= 0) m->most = 1;
        find_ways_back(m);
        size_nodes(m, wide);
        if (!map_layout(m)) return false;
        if (fits(p, m)) return true;
        size_nodes(m, slim);
        if (!map_layout(m)) return false;
        if (fits(p, m) || n <= EDGES_MIN || m->all[n - 1].always) return true;
    }
}

// On a ground of its own, where an arrow passes below it. (An outline that is painted before the letters would be nicer; to much that
// draws pictures outside browsers it is paint over them.)
static void put_line(struct pen *pen, const char *words, double x, double base, bool bold)
{
    const double half = drawn_width((voc_str){words, strlen(words)}, SMALL, bold) / 2 + 1.5;
    pen_f(pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"2\" class=\"f-under\"/>", x - half, base - SMALL * 0.9, 2 * half, SMALL * 1.15);
    text_label(pen, words, x, base, AT_MIDDLE, bold ? "f-bold" : "f-text");
}

static void put_label(struct pen *pen, const struct map_edge *e, double y)
{
    const double base = e->at.y + y + SMALL * 0.36 - (e->below[0] ? SMALL * LEADING / 2 : 0);
    put_line(pen, e->label, e->at.x, base, true);
    if (e->below[0]) put_line(pen, e->below, e->at.x, base + SMALL * LEADING, false);
}

static void draw(struct picture *p, const struct map *m, double y)
{
    const double left = m->width < p->width ? (p->width - m->width) / 2 : 0;
    if (left > 0) pen_f(p->pen, "<g transform=\"translate(%.1f 0)\">\n", left);
    for (size_t i = m->n_edges; i-- > 0;) draw_edge(p->pen, m, &m->edges[i], y); // the most frequent on top
    for (size_t i = 0; i < m->n_nodes; i++) draw_node(p->pen, &m->nodes[i], y);
    for (size_t i = 0; i < m->n_edges; i++)
        if (m->edges[i].labelled) put_label(p->pen, &m->edges[i], y);
    if (left > 0) pen_s(p->pen, "</g>\n");
}

// Which boxes are whose, where some are the company's. Gives the height that it took.
static double owners(struct picture *p, const struct map *m, double y)
{
    static const char *const words[] = {"what customers do", "what the company does"};
    size_t n[2] = {0};
    double x = 0;
    for (size_t i = 0; i < m->n_nodes; i++) n[m->nodes[i].ours] += !m->nodes[i].end;
    if (!n[1]) return 0;
    for (size_t i = 0; i < 2; i++) {
        if (!n[i]) continue;
        pen_f(p->pen, "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"13\" rx=\"%s\" class=\"%s\"/>", x + 1, y + 7, i ? "0" : "4", i ? "f-node f-ours" : "f-node");
        text_label(p->pen, words[i], x + 30, y + 18, AT_LEFT, "f-soft");
        x += 30 + drawn_width((voc_str){words[i], strlen(words[i])}, SMALL, false) + 22;
    }
    return 26;
}

double draw_map(struct picture *p, double y)
{
    struct map m = {.pen = p->pen};
    double height = 0;
    m.nodes = pen_room(p->pen, NODES_MAX, sizeof *m.nodes);
    m.edges = pen_room(p->pen, EDGES_MAX, sizeof *m.edges);
    if (m.nodes && m.edges && gather(p, &m) && m.n_wanted) {
        if (lay_out(p, &m)) {
            draw(p, &m, y);
            say_left_out(p, &m);
            if (m.width > p->width) p->width = m.width;
            height = m.height + owners(p, &m, y + m.height);
        } else if (!p->pen->rc) {
            p->pen->rc = VOC_E_LIMIT;
        }
    }
    if (m.edges) forget(&m);
    pen_free(p->pen, m.nodes);
    pen_free(p->pen, m.edges);
    pen_free(p->pen, m.all);
    return height;
}
