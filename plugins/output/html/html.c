// SPDX-License-Identifier: MIT
// Output plugin html: the tables as one page that a board can read. One file: no script, nothing fetched (the policy in its
// head forbids both), light and dark, on a phone and on paper.
#include <stdio.h>
#include <string.h>

#include "plugins/output/html/html.h"

// ---- foot: where the numbers come from ---------------------------------------------------------------------------------------

static const struct voc_meta_input *input_at(const voc_meta *m, size_t i)
{
    return (const struct voc_meta_input *)(const void *)((const char *)m->inputs + i * m->input_size);
}
static const struct voc_meta_definition *definition_at(const voc_meta *m, size_t i)
{
    return (const struct voc_meta_definition *)(const void *)((const char *)m->definitions + i * m->definition_size);
}

static void hash(struct html *h, voc_str s)
{
    put_s(h, "<code title=\"");
    put_text(h, s);
    put_s(h, "\">");
    put_text(h, (voc_str){s.ptr, s.len < 12 ? s.len : 12});
    put_s(h, "</code>");
}

static void entry(struct html *h, const char *name)
{
    put_s(h, "<div><dt>");
    put_s(h, name);
    put_s(h, "</dt><dd>");
}

static void input(struct html *h, const struct voc_meta_input *in)
{
    entry(h, "Input");
    put_isolated(h, in->source);
    put_s(h, ": ");
    put_number(h, (double)in->rows, 0, false);
    put_s(h, " events, ");
    put_number(h, (double)in->bytes, 0, false);
    put_s(h, " bytes, hash ");
    hash(h, in->hash);
    put_s(h, "</dd></div>\n");
}

static void foot(struct html *h, const voc_meta *m)
{
    put_s(h, "</main>\n<footer>\n");
    if (m->n_warnings) {
        put_s(h, "<div class=\"notes warning\">\n<h2>What could not be read, or needs care</h2>\n<ul>\n");
        for (size_t i = 0; i < m->n_warnings; i++) {
            put_s(h, "<li>");
            put_sentence(h, m->warnings[i]);
            put_s(h, "</li>\n");
        }
        put_s(h, "</ul>\n</div>\n");
    }
    put_s(h, "<h2>How this page was made</h2>\n<dl>\n");
    entry(h, "Command");
    put_s(h, "<code>");
    put_text(h, m->command);
    put_s(h, "</code></dd></div>\n");
    entry(h, "Program");
    put_text(h, m->program);
    put_s(h, " ");
    put_text(h, m->version);
    put_s(h, "</dd></div>\n");
    for (size_t i = 0; i < m->n_definitions; i++) {
        const struct voc_meta_definition *d = definition_at(m, i);
        entry(h, "Journey");
        put_isolated(h, d->id);
        put_s(h, ", version ");
        put_text(h, d->version);
        put_s(h, ", hash ");
        hash(h, d->hash);
        put_s(h, "</dd></div>\n");
    }
    for (size_t i = 0; i < m->n_inputs; i++) input(h, input_at(m, i));
    put_s(h, "</dl>\n</footer>\n</body>\n</html>\n");
}

// ---- head ----------------------------------------------------------------------------------------------------------------------

static voc_str first_lead(const voc_table *t)
{
    for (size_t i = 0; t && i < t->n_notes; i++)
        if (note_at(t, i)->kind == VOC_NOTE_LEAD) return note_at(t, i)->text;
    return (voc_str){"", 0};
}

// The lead note of a project's table begins with the project: "shop.voc: 640 accounts, ...". 0: this one does not.
static size_t project_of(const voc_table *t, voc_str lead)
{
    size_t end = text_find(lead, ": ");
    if (end == 0 || end >= lead.len || end > 200 || (t->title.len && !html_is_score(t))) return 0;
    bool file = end > 4 && text_starts(text_from(lead, end - 4), ".voc");
    return file || html_is_score(t) ? end : 0;
}

static voc_str without_suffix(voc_str s)
{
    if (s.len > 4 && text_is(text_from(s, s.len - 4), ".voc")) s.len -= 4;
    return s;
}

static void heading(struct html *h, const voc_table *t, size_t project, bool markup)
{
    if (project) {
        voc_str name = without_suffix((voc_str){first_lead(t).ptr, project});
        if (markup)
            put_isolated(h, name);
        else
            put_text(h, name);
        if (html_is_score(t)) put_s(h, ": what to do more, what to stop");
    } else {
        put_text(h, (voc_str){h->command.ptr, h->command.len});
    }
}

// The rest of the lead note: what was looked at and, after its last full stop within, the question.
static void subject(struct html *h, voc_str s)
{
    size_t last = 0;
    for (size_t i = 0; i + 1 < s.len; i++)
        if (s.ptr[i] == '.' && s.ptr[i + 1] == ' ') last = i + 1;
    put_s(h, "<p class=\"subject\">");
    put_text(h, last ? (voc_str){s.ptr, last} : s);
    put_s(h, "</p>\n");
    if (!last) return;
    put_s(h, "<p class=\"question\">");
    put_text(h, text_from(s, last + 1));
    put_s(h, "</p>\n");
}

// Gives whether the first lead note stands in the head now.
static bool page_head(struct html *h, const voc_table *t)
{
    voc_str lead = first_lead(t);
    size_t project = t && lead.len ? project_of(t, lead) : 0;
    put_s(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n"
             "<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"robots\" content=\"noindex\"/>\n<title>");
    heading(h, t, project, false);
    put_s(h, "</title>\n<style>\n");
    html_style(h);
    put_s(h, "</style>\n</head>\n<body>\n<header>\n<h1>");
    heading(h, t, project, true);
    put_s(h, "</h1>\n");
    if (project) subject(h, text_from(lead, project + 2));
    put_s(h, "</header>\n<main>\n");
    return project != 0;
}

// ---- operations ------------------------------------------------------------------------------------------------------------------

static void html_close(void *instance)
{
    struct html *h = instance;
    const voc_host *host = h->host;
    voc_context *cx = h->cx;
    host->free(cx, h->page.ptr);
    host->free(cx, h->foot.ptr);
    host->free(cx, h->command.ptr);
    host->free(cx, h);
}

// The command without its options: "voc stages shop.voc".
static void keep_command(struct html *h, voc_str s)
{
    size_t end = text_find(s, " -");
    h->into = &h->command;
    put(h, s.ptr, end);
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
    keep_command(h, meta->command);
    h->into = &h->foot;
    foot(h, meta);
    h->into = &h->page;
    if (h->rc) {
        voc_rc rc = h->rc;
        html_close(h);
        return rc;
    }
    *instance = h;
    return VOC_OK;
}

static voc_rc html_one(void *instance, const voc_table *t)
{
    struct html *h = instance;
    bool stands = h->tables == 0 ? page_head(h, t) : false;
    html_table(h, t, stands);
    return h->rc;
}

static voc_rc html_end(void *instance)
{
    struct html *h = instance;
    if (h->tables == 0) {
        page_head(h, NULL);
        put_s(h, "<p>There are no tables.</p>\n");
    }
    put(h, h->foot.ptr, h->foot.len);
    html_flush(h);
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
