// SPDX-License-Identifier: MIT
// How sure one is that a file is a web log: the share of its first lines that some layout reads.
#include <stdio.h>

#include "plugins/input/weblog/weblog.h"

// Some lines of a log may hold NULs; without a line of text it is none.
static bool all_nuls(voc_str head)
{
    size_t i = 0;
    while (i < head.len && head.ptr[i] == 0) i++;
    return i == head.len;
}

void wl_probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    struct wl_guess *g = host->alloc(cx, sizeof *g);
    r->confidence = 0;
    if (!g) return;
    if (all_nuls(p->head) || wl_guess(host, cx, p->head, p->complete != 0, g) != VOC_OK) {
        snprintf(r->reason, sizeof r->reason, "not text");
    } else if (g->read == 0 && !(g->kind == WL_KIND_W3C && g->said)) {
        snprintf(r->reason, sizeof r->reason, "no line is a request");
    } else {
        size_t share = g->lines ? g->read * 100 / g->lines : 100;
        r->confidence = share >= 80 ? (g->read > 1 || g->kind != WL_KIND_LAYOUT ? 95 : 85) : share >= 50 ? 80 : share >= 10 ? 50 : 30;
        snprintf(r->reason, sizeof r->reason, "%s: %zu of %zu lines are requests", g->said, g->read, g->lines);
        if (g->kind == WL_KIND_W3C) snprintf(r->reason, sizeof r->reason, "%s", g->said);
    }
    host->free(cx, g);
}
