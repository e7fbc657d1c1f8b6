// SPDX-License-Identifier: MIT
// Analyses that are run beside others, so that those can read their tables (voc_plugin.beside): which ones a walk takes along, and
// why one is left out. The fold walks them; what fails in them fails nobody else.
#ifndef VOC_HOST_BESIDE_H
#define VOC_HOST_BESIDE_H
#include "host/fold/fold.h"

#define BESIDE_NONE SIZE_MAX

struct beside { // one that nobody asked to see
    struct fold_item item; // its plugin (NULL: there is none), options and messages
    bool out;              // it is not walked, or its tables are not whole
    char why[500], next[500];
};

struct besides { // owns them
    struct beside *at;
    size_t n;
    size_t *of; // of each item of the walk: BESIDE_NONE, an item (below their number), or behind that one of `at`
    struct arena arena;
};

// Two items that want the same one share it. One that is an item itself, without options, is that item.
voc_rc besides_find(struct besides *out, const struct fold_request *r, const struct fold_item *items, size_t n);
void besides_done(struct besides *b);
void beside_leave_out(struct beside *b, voc_rc rc); // why: its last error, else what the status says

#endif
