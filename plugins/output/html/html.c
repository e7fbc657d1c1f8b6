// SPDX-License-Identifier: MIT
// Output plugin html: the tables as one page that a board can read. One file: no script, nothing fetched (the policy in its
// head forbids both), light and dark, on a phone and on paper. Here: which part of the page a table belongs to, and their
// order.
#include <stdio.h>
#include <string.h>

#include "plugins/output/html/html.h"

static void html_close(void *instance)
{
    struct html *h = instance;
    const voc_host *host = h->host;
    voc_context *cx = h->cx;
    for (size_t i = 0; i < ROOMS; i++) host->free(cx, h->rooms[i].ptr);
    host->free(cx, h);
}

static void keep(struct html *h, enum part p, voc_str s)
{
    h->into = &h->rooms[p];
    put(h, s.ptr, s.len);
}

static voc_rc html_begin(const voc_host *host, voc_context *cx, voc_writer *w, const voc_meta *meta, const voc_value *options, void **instance)
{
    struct html *h = host->alloc(cx, sizeof *h);
    (void)options;
    if (!h) return VOC_E_NOMEM;
    memset(h, 0, sizeof *h);
    h->host = host;
    h->cx = cx;
    h->out = w;
    keep(h, KEPT_COMMAND, meta->command);
    if (META(meta, again)) {
        keep(h, KEPT_PROJECT, meta->project);
        keep(h, KEPT_TITLE, meta->title);
        keep(h, KEPT_ABOUT, meta->about);
        keep(h, KEPT_AGAIN, meta->again);
    }
    h->known_inputs = META(meta, n_assumptions) && meta->n_inputs > 0;
    html_page_foot(h, meta);
    if (h->rc) {
        voc_rc rc = h->rc;
        html_close(h);
        return rc;
    }
    *instance = h;
    return VOC_OK;
}

// ---- which part ------------------------------------------------------------------------------------------------------------------

// Beside a score: tables of these names say how it is known; those that are not shown by default stand further down.
static enum part part_of(const struct html *h, const voc_table *t)
{
    if (!h->score || html_is_score(t)) return PART_TABLES;
    if (text_is(t->name, "checks") || text_is(t->name, "ranking")) return PART_KNOW;
    return t->flags & VOC_TABLE_BRIEF || !h->brief ? PART_TABLES : PART_BESIDE;
}

static voc_rc html_one(void *instance, const voc_table *t)
{
    struct html *h = instance;
    bool first = h->tables++ == 0, stands = false;
    if (first) {
        h->score = html_is_score(t);
        h->direct = !h->score;
        stands = html_page_head(h, t);
        if (h->direct) html_write(h, &h->rooms[PART_HEAD]);
        h->into = &h->rooms[PART_FRONT];
        if (h->score) {
            html_headline(h, t);
            html_not_to_do(h, t);
        }
    }
    enum part part = part_of(h, t);
    h->level = part == PART_KNOW ? 3 : 2;
    h->into = &h->rooms[part];
    html_table(h, t, stands);
    html_legend(h, t);
    html_next(h, t);
    if (t->flags & VOC_TABLE_BRIEF) h->brief = true;
    return h->rc;
}

// ---- end -----------------------------------------------------------------------------------------------------------------------

static void send(struct html *h, const char *s)
{
    if (!h->rc) h->rc = h->host->write(h->out, s, strlen(s));
}

// The box, with the target of each link put in.
static void send_front(struct html *h)
{
    const struct room *r = &h->rooms[PART_FRONT];
    size_t from = 0;
    for (size_t i = 0; i < h->n_findings && !h->rc; i++) {
        struct finding *f = &h->findings[i];
        if (!f->target[0]) snprintf(f->target, sizeof f->target, "row%zu", f->row + 1);
        if (f->link > from) h->rc = h->host->write(h->out, r->ptr + from, f->link - from);
        send(h, f->target);
        from = f->link;
    }
    if (!h->rc && r->len > from) h->rc = h->host->write(h->out, r->ptr + from, r->len - from);
}

static void section(struct html *h, enum part p, const char *before, const char *after)
{
    if (!h->rooms[p].len) return;
    send(h, before);
    html_write(h, &h->rooms[p]);
    send(h, after);
}

static void send_know(struct html *h)
{
    struct room explain = {NULL, 0, 0};
    send(h, "<section id=\"know\" aria-labelledby=\"knowing\">\n<h2 id=\"knowing\">How we know</h2>\n");
    h->into = &explain;
    html_explain(h);
    html_write(h, &h->rooms[PART_KNOW]);
    html_write(h, &explain);
    html_write(h, &h->rooms[PART_LIMITS]);
    send(h, "</section>\n");
    h->host->free(h->cx, explain.ptr);
}

static voc_rc html_end(void *instance)
{
    struct html *h = instance;
    if (h->tables == 0) {
        html_page_head(h, NULL);
        h->into = &h->rooms[PART_TABLES];
        put_s(h, "<p>There are no tables.</p>\n");
    }
    html_write(h, &h->rooms[PART_HEAD]);
    send_front(h);
    html_write(h, &h->rooms[PART_TABLES]);
    if (h->score) send_know(h);
    html_write(h, &h->rooms[PART_BESIDE]);
    if (h->rooms[PART_ASSUMED].len)
        section(h, PART_ASSUMED, "<section class=\"notes\" aria-labelledby=\"assumed\">\n<h2 id=\"assumed\">What was assumed</h2>\n<ul>\n", "</ul>\n</section>\n");
    else if (h->known_inputs)
        send(h, "<section class=\"notes\" aria-labelledby=\"assumed\">\n"
                "<h2 id=\"assumed\">What was assumed</h2>\n"
                "<p>Nothing about the files: each says who acted, and when.</p>\n"
                "</section>\n");
    html_write(h, &h->rooms[PART_LEFT]);
    section(h, PART_NEXT, "<section class=\"notes next\" aria-labelledby=\"next\">\n<h2 id=\"next\">What to look at next</h2>\n<ul class=\"commands\">\n", "</ul>\n</section>\n");
    section(h, PART_COLUMNS,
            "<section class=\"columns\" aria-labelledby=\"columns\">\n"
            "<h2 id=\"columns\">What each column means, and the command that gives its table again</h2>\n",
            "</section>\n");
    send(h, "</main>\n");
    html_write(h, &h->rooms[PART_FOOT]);
    return h->rc;
}

static const voc_output_ops ops = {
    .struct_size = sizeof ops, .format = "html", .extension = "html", .mime = "text/html", .begin = html_begin, .table = html_one, .end = html_end, .close = html_close};

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_OUTPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "html",
                                  .version = "0.1.0",
                                  .summary = "tables as one page for people: no script, nothing fetched, prints",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .extensions = "html",
                                  .ops = &ops};

VOC_PLUGIN("output", "html", "0.1.0", "MIT", plugin)
