// SPDX-License-Identifier: MIT
//
// What leads to the most frequent steps. Taken alone they may fall into pieces, of which one seems to begin from nothing. So for each of
// them that the others do not lead to, the way to it from (start) is found whose rarest step is the most frequent: steps are let in by
// count, the first that reaches a node is the last of its way, as in Kruskal's trees. Linear in the steps and the nodes.
#include <string.h>

#include "plugins/analysis/flow/flow.h"

#define NONE UINT32_MAX

struct ways {
    const struct flow_step *at;
    uint32_t *first, *last, *next;  // by node, and by step: the steps that wait for their beginning to be reached, by count
    uint32_t *parent;               // by node: the step that reached it
    uint32_t *queue;                // nodes just reached
    uint8_t *reached;               // by node
};

static void arrive(struct ways *w, uint32_t step, size_t *n)
{
    const uint32_t node = w->at[step].to;
    if (w->reached[node]) return;
    w->reached[node] = 1;
    w->parent[node] = step;
    w->queue[(*n)++] = node;
}

// The step leads from a node that is reached: so to its end, and on by what waited there, the fewest steps to each.
static void reach(struct ways *w, uint32_t step)
{
    size_t n = 0;
    arrive(w, step, &n);
    for (size_t k = 0; k < n; k++)
        for (uint32_t i = w->first[w->queue[k]]; i != NONE; i = w->next[i]) arrive(w, i, &n);
}

static void queue_up(struct ways *w, uint32_t step)
{
    const uint32_t from = w->at[step].from;
    if (w->first[from] == NONE) w->first[from] = step;
    else w->next[w->last[from]] = step;
    w->last[from] = step;
}

voc_rc flow_connect(const struct flow *f, const struct flow_step *steps, size_t n, size_t main, uint8_t *keep)
{
    const voc_host *h = f->w.host;
    const size_t nodes = (size_t)f->w.n_nodes + 2;
    struct ways w = {.at = steps};
    memset(keep, 0, n);
    uint32_t *room = h->alloc(f->w.cx, (4 * nodes + n) * sizeof *room);
    w.reached = h->alloc(f->w.cx, nodes);
    voc_rc rc = room && w.reached ? VOC_OK : VOC_E_NOMEM;
    if (!rc) {
        w.first = room, w.last = w.first + nodes, w.parent = w.last + nodes, w.queue = w.parent + nodes, w.next = w.queue + nodes;
        memset(room, 0xFF, (4 * nodes + n) * sizeof *room);
        memset(w.reached, 0, nodes);
        w.reached[f->w.n_nodes] = 1;  // (start)
        for (size_t i = 0; i < n; i++) {
            if (w.reached[steps[i].to]) continue;
            if (w.reached[steps[i].from]) reach(&w, (uint32_t)i);
            else queue_up(&w, (uint32_t)i);
        }
        for (size_t i = 0; i < main; i++)
            for (uint32_t node = steps[i].from; w.parent[node] != NONE && !keep[w.parent[node]]; node = steps[w.parent[node]].from)
                keep[w.parent[node]] = 1;
    }
    h->free(f->w.cx, room);
    h->free(f->w.cx, w.reached);
    return rc;
}
