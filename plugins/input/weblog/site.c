// SPDX-License-Identifier: MIT
// What the first block tells before any is read: which site the log is of. That is the host that most referrers name, if it is
// that of a third of them at least: who comes from another page of the site has not come from anywhere. Called once, when the
// first lines are there.
#include "plugins/input/weblog/weblog.h"

#define RECORDS_MAX 5000u
#define SITES_MAX 64u
#define LEAST 5u

struct sites { struct { voc_str name; size_t n; } at[SITES_MAX]; size_t n, all; };

static void count(struct sites *s, voc_str site)
{
    size_t i = 0;
    if (site.len == 0) return;
    s->all++;
    while (i < s->n && !wl_eq(s->at[i].name, site)) i++;
    if (i == SITES_MAX) return;
    if (i == s->n) s->at[s->n++].name = site;
    s->at[i].n++;
}

static bool read_one(struct wl_work *k, voc_str line, struct wl_request *r, struct wl_w3c **context, voc_rc *rc)
{
    struct weblog *w = (struct weblog *)(uintptr_t)k->w; // not const here: head is called before any other thread reads
    struct wl_fault fault;
    memset(r, 0, sizeof *r);
    if (line.len == 0 || line.len > WL_GUESS_LINE) return false;
    if (line.ptr[0] == '#') {
        if (w->kind == WL_KIND_W3C) *rc = wl_w3c_directive(w, line, context);
        return false;
    }
    k->w3c = *context;
    return w->kind == WL_KIND_LAYOUT ? wl_layout_read(k, line, r, &fault)
           : w->kind == WL_KIND_W3C  ? wl_w3c_read(k, line, r, &fault)
                                     : wl_json_read(k, line, r, &fault);
}

static voc_rc count_all(struct wl_work *k, const voc_block *b, struct sites *s)
{
    struct wl_w3c *context = NULL;
    struct wl_request r;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n_records && i < RECORDS_MAX && !rc; i++) {
        voc_str line = {b->bytes + b->start[i], b->end[i] - b->start[i]};
        k->used = 0;
        if (!read_one(k, line, &r, &context, &rc)) continue;
        if (wl_none(r.at[WL_REFERRER])) continue;
        const char *own = r.at[WL_REFERRER].ptr;
        if (own >= b->bytes && own < b->bytes + b->n_bytes) count(s, wl_site_of(r.at[WL_REFERRER])); // not of what was unescaped: that is gone
    }
    return rc;
}

// What a referrer from another page of the site begins with; a site with a port or a path in it is none that a referrer gives.
static voc_rc name_home(struct weblog *w)
{
    static const char before[] = "https://";
    const size_t skip = sizeof before - 1, len = skip + w->site.len + 1;
    if (w->site.len == 0) return VOC_OK;
    char *text = wl_alloc(w, len);
    if (!text) return VOC_E_NOMEM;
    memcpy(text, before, skip);
    memcpy(text + skip, w->site.ptr, w->site.len);
    text[len - 1] = '/';
    if (wl_eq(wl_site_of((voc_str){text, len}), w->site)) w->home = (voc_str){text, len};
    return VOC_OK;
}

voc_rc wl_head(void *instance, const voc_block *first)
{
    struct weblog *w = instance;
    struct sites s = {.n = 0};
    size_t best = 0;
    struct wl_work *k = wl_work_take(w, (voc_str){first->bytes, first->n_bytes});
    if (!k) return VOC_E_NOMEM;
    voc_rc rc = count_all(k, first, &s);
    wl_work_back(w, k);
    for (size_t i = 1; i < s.n; i++)
        if (s.at[i].n > s.at[best].n) best = i;
    const bool found = w->site.len == 0 && s.n > 0 && s.at[best].n >= LEAST && s.at[best].n * 3 >= s.all;
    if (!rc && found && w->host->utf8_valid(s.at[best].name.ptr, s.at[best].name.len) && !wl_copy(w, s.at[best].name, &w->site)) rc = VOC_E_NOMEM;
    return rc ? rc : name_home(w);
}
