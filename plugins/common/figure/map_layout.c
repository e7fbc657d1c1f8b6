// SPDX-License-Identifier: MIT
//
// Where the parts of a map lie: Graphviz's `dot`, the only file that includes it. It is given numbers for names and boxes of fixed
// size, never a text of the data and never a font; so what it says depends on nothing but the map. Its messages go nowhere.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <gvc.h>

#include "plugins/common/figure/map.h"

bool map_possible(void) { return true; }

static int no_message(char *text) { return (void)text, 0; }

static void set(void *object, const char *name, const char *value)
{
    char n[32], v[300], none[] = "";
    snprintf(n, sizeof n, "%s", name);
    snprintf(v, sizeof v, "%s", value);
    agsafeset(object, n, v, none);
}

static void set_number(void *object, const char *name, double x)
{
    char v[40];
    snprintf(v, sizeof v, "%.4f", x);
    set(object, name, v);
}

// A label of this size without a word in it.
static void set_box(Agraph_t *g, Agedge_t *e, double width, double height)
{
    char html[300], name[] = "label", none[] = "";
    snprintf(html, sizeof html,
             "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLPADDING=\"0\" CELLSPACING=\"0\"><TR><TD FIXEDSIZE=\"TRUE\" "
             "WIDTH=\"%.0f\" HEIGHT=\"%.0f\"></TD></TR></TABLE>",
             ceil(width), ceil(height));
    char *kept = agstrdup_html(g, html);
    if (!kept) return;
    agsafeset(e, name, kept, none);
    agstrfree(g, kept);
}

static void declare(Agraph_t *g)
{
    static const char *const of_graph[][2] = {{"rankdir", "TB"}, {"nodesep", "0.22"}, {"ranksep", "0.3"}, {"splines", "true"}, {"outputorder", "edgesfirst"}, {"margin", "0"}, {"pad", "0"}};
    static const char *const of_nodes[][2] = {{"shape", "box"}, {"fixedsize", "true"}, {"label", ""}, {"margin", "0"}};
    char n[32], v[32];
    for (size_t i = 0; i < sizeof of_graph / sizeof *of_graph; i++) {
        snprintf(n, sizeof n, "%s", of_graph[i][0]), snprintf(v, sizeof v, "%s", of_graph[i][1]);
        agattr(g, AGRAPH, n, v);
    }
    for (size_t i = 0; i < sizeof of_nodes / sizeof *of_nodes; i++) {
        snprintf(n, sizeof n, "%s", of_nodes[i][0]), snprintf(v, sizeof v, "%s", of_nodes[i][1]);
        agattr(g, AGNODE, n, v);
    }
}

static bool same(voc_str s, const char *literal) { return s.len == strlen(literal) && memcmp(s.ptr, literal, s.len) == 0; }

// The beginning at the top, the end at the bottom.
static bool put_at_edge(Agraph_t *g, Agnode_t *n, const char *where)
{
    char name[32], rank[] = "rank";
    snprintf(name, sizeof name, "%s", where);
    Agraph_t *sub = agsubg(g, name, 1);
    if (!sub || !agsubnode(sub, n, 1)) return false;
    set(sub, rank, where);
    return true;
}

static bool build(struct map *m, Agraph_t *g, Agnode_t **nodes, Agedge_t **edges)
{
    char name[32];
    declare(g);
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        snprintf(name, sizeof name, "n%u", i);
        if (!(nodes[i] = agnode(g, name, 1))) return false;
        set_number(nodes[i], "width", m->nodes[i].width / 72);
        set_number(nodes[i], "height", m->nodes[i].height / 72);
        if (m->nodes[i].end && !put_at_edge(g, nodes[i], same(m->nodes[i].name, "(start)") ? "source" : "sink")) return false;
    }
    for (size_t i = 0; i < m->n_edges; i++) {
        snprintf(name, sizeof name, "e%zu", i);
        const uint32_t from = m->edges[i].back ? m->edges[i].to : m->edges[i].from, to = m->edges[i].back ? m->edges[i].from : m->edges[i].to;
        if (!(edges[i] = agedge(g, nodes[from], nodes[to], name, 1))) return false;
        if (m->edges[i].back) set(edges[i], "dir", "back");
        snprintf(name, sizeof name, "%.0f", 1 + floor(9 * m->edges[i].count / m->most)); // what is frequent runs straight
        set(edges[i], "weight", name);
        set_number(edges[i], "arrowsize", 0.6 + 0.6 * sqrt(m->edges[i].count / m->most));
        set_box(g, edges[i], m->edges[i].label_width, m->edges[i].label_height);
    }
    return true;
}

// Its origin is at the bottom left, ours at the top.
static struct map_point at_point(pointf p, const boxf *all) { return (struct map_point){p.x - all->LL.x, all->UR.y - p.y}; }

static bool take_edge(struct map *m, Agedge_t *from, struct map_edge *e, const boxf *all)
{
    const splines *s = ED_spl(from);
    pen_free(m->pen, e->point);
    e->point = NULL;
    e->n_points = 0;
    e->labelled = ED_label(from) && ED_label(from)->set;
    if (e->labelled) e->at = at_point(ED_label(from)->pos, all);
    if (!s || !s->size) return true;
    const bezier *b = &s->list[0];
    const size_t n = (size_t)b->size;
    if (n < 4 || !(e->point = pen_room(m->pen, n, sizeof *e->point))) return n < 4;
    e->n_points = n;
    for (size_t i = 0; i < n; i++) e->point[e->back ? n - 1 - i : i] = at_point(b->list[i], all);
    e->tip = e->back ? b->sflag ? at_point(b->sp, all) : e->point[n - 1] : b->eflag ? at_point(b->ep, all) : e->point[n - 1];
    return true;
}

static bool take(struct map *m, Agraph_t *g, Agnode_t **nodes, Agedge_t **edges)
{
    const boxf all = GD_bb(g);
    const double room = 4; // for the thickness of lines
    boxf wide = {{all.LL.x - room, all.LL.y - room}, {all.UR.x + room, all.UR.y + room}};
    for (uint32_t i = 0; i < m->n_nodes; i++) {
        const struct map_point at = at_point(ND_coord(nodes[i]), &wide);
        m->nodes[i].x = at.x, m->nodes[i].y = at.y;
    }
    for (size_t i = 0; i < m->n_edges; i++)
        if (!take_edge(m, edges[i], &m->edges[i], &wide)) return false;
    m->width = wide.UR.x - wide.LL.x;
    m->height = wide.UR.y - wide.LL.y;
    return isfinite(m->width) && isfinite(m->height) && m->width > 0 && m->width < 1e5 && m->height < 1e5;
}

bool map_layout(struct map *m)
{
    char name[] = "map", engine[] = "dot";
    bool ok = false;
    Agnode_t **nodes = pen_room(m->pen, m->n_nodes, sizeof(Agnode_t *));
    Agedge_t **edges = pen_room(m->pen, m->n_edges + 1, sizeof(Agedge_t *));
    agseterrf(no_message);
    GVC_t *gvc = nodes && edges ? gvContext() : NULL;
    Agraph_t *g = gvc ? agopen(name, Agdirected, NULL) : NULL;
    if (g && build(m, g, nodes, edges) && gvLayout(gvc, g, engine) == 0) {
        ok = take(m, g, nodes, edges);
        gvFreeLayout(gvc, g);
    }
    if (g) agclose(g);
    if (gvc) gvFreeContext(gvc);
    pen_free(m->pen, nodes);
    pen_free(m->pen, edges);
    return ok && !m->pen->rc;
}
