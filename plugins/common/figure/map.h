// SPDX-License-Identifier: MIT
//
// A map between choosing what is drawn (map.c) and saying where it lies (map_layout.c, with Graphviz, or map_without.c).
#ifndef VOC_PLUGINS_COMMON_FIGURE_MAP_H
#define VOC_PLUGINS_COMMON_FIGURE_MAP_H

#include "plugins/common/figure/draw.h"

struct candidate { size_t row; double count; bool always; }; // an edge that may be drawn
struct map_point { double x, y; };

struct map_node {
    voc_str name;
    bool end; // (start), (end)
    bool ours; // "touchpoint:...": what the company does; shown without that word
    struct wrapped lines;
    char again[110]; // how often it follows itself, in the box: an arrow to itself would lie under others
    double itself;   // that number
    double width, height;
    double x, y; // of its middle, by the layout
    int seen;    // 1: on the way that is being followed, 2: done
};

struct map_edge {
    uint32_t from, to;
    double count;
    char label[48], below[48]; // the count, and the time
    double label_width, label_height;
    struct map_point *point; // by the layout, from pen_room: a beginning, and three for each piece of a Bezier curve
    size_t n_points;
    struct map_point tip, at; // of the arrow; the middle of the label
    bool labelled;
    bool back; // leads to where the way from the beginning already was
};

struct map {
    struct pen *pen;
    struct map_node *nodes;
    struct map_edge *edges;
    uint32_t n_nodes;
    size_t n_edges;  // between two nodes
    size_t n_drawn;  // with those of a node to itself
    double drawn;    // their counts
    double most; // count
    struct candidate *all; // by count
    size_t n_all, n_wanted; // n_wanted: by the figure's own rule
    size_t tried; // so many of these had room
    double sum;            // of all counts
    double width, height; // by the layout
};

bool map_layout(struct map *m); // false: it could not be laid out, or pen->rc says what failed

#endif
