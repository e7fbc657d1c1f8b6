// SPDX-License-Identifier: MIT
// What stands around the tables: the head with title and question, what was assumed, what could not be read, and how the
// page was made. What the host says of the run is borrowed until begin returns, so it is written into its parts at once.
#include <string.h>

#include "plugins/common/figure/figure.h"
#include "plugins/output/html/html.h"

// ---- head ----------------------------------------------------------------------------------------------------------------------

voc_str html_first_lead(const voc_table *t)
{
    for (size_t i = 0; t && i < t->n_notes; i++)
        if (note_at(t, i)->kind == VOC_NOTE_LEAD) return note_at(t, i)->text;
    return (voc_str){"", 0};
}

// The lead note of a project's table begins with the project: "shop.voc: 640 accounts, ...". 0: this one does not.
static size_t project_of(const voc_table *t, voc_str lead)
{
    size_t end = text_find(lead, ": ");
    if (end == 0 || end >= lead.len || end > 200) return 0;
    return (end > 4 && text_starts(text_from(lead, end - 4), ".voc")) || html_is_score(t) ? end : 0;
}

static voc_str without_suffix(voc_str s)
{
    if (s.len > 4 && text_is(text_from(s, s.len - 4), ".voc")) s.len -= 4;
    return s;
}

// A title within a line: "Work mix" reads "work mix"; "API" and "I" stay.
static void put_small(struct html *h, voc_str s)
{
    bool word = s.len > 1 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' && s.ptr[1] >= 'a' && s.ptr[1] <= 'z';
    char first = word ? (char)(s.ptr[0] - 'A' + 'a') : 0;
    put(h, &first, word);
    put_text(h, text_from(s, word));
}

// "shop: what to do more, what to stop", "shop: where customers stand", "Plugins".
static void heading(struct html *h, const voc_table *t, size_t lead_project, bool markup)
{
    voc_str project = without_suffix(lead_project ? (voc_str){html_first_lead(t).ptr, lead_project} : kept(h, KEPT_PROJECT)),
            title = kept(h, KEPT_TITLE);
    if (project.len) {
        if (markup)
            put_isolated(h, project);
        else
            put_text(h, project);
        put_s(h, ": ");
    }
    if (t && html_is_score(t) && lead_project)
        put_s(h, "what to do more, what to stop");
    else if (title.len && project.len)
        put_text(h, title);
    else if (title.len)
        put_capital(h, title);
    else if (t && t->title.len && project.len)
        put_small(h, t->title);
    else if (t && t->title.len)
        put_capital(h, t->title);
    else if (t)
        put_plain_name(h, t->name, !project.len);
    else
        put_text(h, kept(h, KEPT_COMMAND));
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

bool html_page_head(struct html *h, const voc_table *t)
{
    voc_str lead = html_first_lead(t);
    size_t project = t && lead.len ? project_of(t, lead) : 0;
    h->into = &h->rooms[PART_HEAD];
    put_s(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n"
             "<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"robots\" content=\"noindex\"/>\n<title>");
    heading(h, t, project, false);
    put_s(h, "</title>\n<style>\n");
    html_style(h);
    put_s(h, figure_style());
    put_s(h, "</style>\n</head>\n<body>\n<header>\n<h1>");
    heading(h, t, project, true);
    put_s(h, "</h1>\n");
    if (project) {
        subject(h, text_from(lead, project + 2));
    } else if (kept(h, KEPT_ABOUT).len) {
        put_s(h, "<p class=\"subject\">");
        put_sentence(h, kept(h, KEPT_ABOUT));
        put_s(h, "</p>\n");
    }
    put_s(h, "</header>\n<main>\n");
    return project != 0;
}

// ---- what was assumed ------------------------------------------------------------------------------------------------------------

static bool holds(voc_str all, voc_str s)
{
    for (size_t i = 0; i + s.len <= all.len; i++)
        if (memcmp(all.ptr + i, s.ptr, s.len) == 0) return true;
    return false;
}

// Once: two that end in the same words behind their last comma ("..., the customer is taken to have acted") say the same.
void html_assume(struct html *h, voc_str s)
{
    struct room *into = h->into, *r = &h->rooms[PART_ASSUMED];
    size_t from = r->len, tail;
    h->into = r;
    put_s(h, "<li>");
    put_sentence(h, s);
    tail = h->rc ? 0 : r->len;
    put_s(h, "</li>\n");
    h->into = into;
    if (h->rc) return;
    while (tail > from && r->ptr[tail - 1] != ',') tail--;
    if (tail == from) tail = from + 4; // no comma: all of it
    if (holds((voc_str){r->ptr, from}, (voc_str){r->ptr + tail, r->len - tail})) r->len = from;
}

// ---- what could not be read --------------------------------------------------------------------------------------------------------

static const struct voc_meta_input *input_at(const voc_meta *m, size_t i)
{
    return (const struct voc_meta_input *)(const void *)((const char *)m->inputs + i * m->input_size);
}
static const struct voc_meta_definition *definition_at(const voc_meta *m, size_t i)
{
    return (const struct voc_meta_definition *)(const void *)((const char *)m->definitions + i * m->definition_size);
}

#define WHOLE_MAX 12u // files without a fault that have a row of their own

static void count(struct html *h, const char *label, uint64_t n)
{
    put_s(h, "<td role=\"cell\" class=\"n\" data-label=\"");
    put_s(h, label);
    put_s(h, "\">");
    put_number(h, (double)n, 0, false);
    put_s(h, "</td>");
}

static void lines(struct html *h, const char *what, voc_str s)
{
    while (s.len) {
        voc_str line = text_line(&s);
        put_s(h, "<li>");
        if (!text_starts(line, "and ")) put_s(h, what);
        put_isolated(h, line);
        put_s(h, "</li>");
    }
}

static void counts(struct html *h, const struct voc_meta_input *in)
{
    count(h, "records", in->records);
    count(h, "gave rows", in->gave);
    count(h, "rejected", in->rejected);
    count(h, "ignored", in->ignored);
}

static void file_row(struct html *h, const struct voc_meta_input *in)
{
    put_s(h, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    put_isolated(h, in->file_name.len ? in->file_name : in->source);
    put_s(h, "</th>");
    counts(h, in);
    put_s(h, "<td role=\"cell\" class=\"long\" data-label=\"left out\">");
    if (in->rejected || in->ignored) {
        put_s(h, "<ul>");
        lines(h, "rejected: ", in->rejected_by);
        lines(h, "ignored: ", in->ignored_by);
        put_s(h, "</ul>");
    } else {
        put_s(h, "nothing");
    }
    put_s(h, "</td></tr>\n");
}

// The rows: files that lost something first, then some that did not, then the rest in one.
static void files(struct html *h, const voc_meta *m)
{
    struct voc_meta_input rest = {.records = 0};
    size_t whole = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < m->n_inputs; i++) {
            const struct voc_meta_input *in = input_at(m, i);
            bool lost = in->rejected || in->ignored;
            if (lost != (pass == 0)) continue;
            if (lost || whole++ < WHOLE_MAX) {
                file_row(h, in);
                continue;
            }
            rest.records += in->records;
            rest.gave += in->gave;
        }
    if (whole <= WHOLE_MAX) return;
    put_s(h, "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">");
    put_size(h, whole - WHOLE_MAX);
    put_s(h, " more</th>");
    counts(h, &rest);
    put_s(h, "<td role=\"cell\" class=\"long\" data-label=\"left out\">nothing</td></tr>\n");
}

static void left_out(struct html *h, const voc_meta *m)
{
    uint64_t rejected = 0, ignored = 0;
    bool known = m->n_inputs > 0 && INPUT(m, input_at(m, 0), rejected_by);
    for (size_t i = 0; known && i < m->n_inputs; i++) rejected += input_at(m, i)->rejected, ignored += input_at(m, i)->ignored;
    if (!known && !m->n_warnings) return;
    put_s(h, "<section aria-labelledby=\"left\">\n<h2 id=\"left\">What could not be read</h2>\n");
    if (known) {
        if (rejected)
            put_s(h, ignored
                         ? "<p>Rejected records were not understood; ignored ones are left out by a rule that is named here.</p>\n"
                         : "<p>Rejected records were not understood; all others gave rows.</p>\n");
        else
            put_s(h, ignored ? "<p>Every record was understood; those ignored are left out by a rule that is named here.</p>\n"
                             : "<p>Nothing: every record of every file was understood and gave rows.</p>\n");
        put_s(h, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-labelledby=\"left\">\n<table role=\"table\">\n<caption class=\"hidden\">What could not be read</caption>\n"
                 "<thead role=\"rowgroup\"><tr role=\"row\"><th scope=\"col\" role=\"columnheader\">file</th><th scope=\"col\" role=\"columnheader\" class=\"n\">records</th>"
                 "<th scope=\"col\" role=\"columnheader\" class=\"n\">gave rows</th><th scope=\"col\" role=\"columnheader\" class=\"n\">rejected</th>"
                 "<th scope=\"col\" role=\"columnheader\" class=\"n\">ignored</th><th scope=\"col\" role=\"columnheader\">left out</th></tr></thead>\n<tbody role=\"rowgroup\">\n");
        files(h, m);
        put_s(h, "</tbody>\n</table>\n</div>\n");
        if (rejected) {
            put_s(h, "<p>Each rejected record with its line and text: <code>");
            html_command(h, (voc_str)VOC_LIT("voc rejects PROJECT"));
            put_s(h, "</code></p>\n");
        }
    }
    if (m->n_warnings) {
        put_s(h, "<div class=\"notes warning\">\n<h3>Take care</h3>\n<ul>\n");
        for (size_t i = 0; i < m->n_warnings; i++) {
            put_s(h, "<li>");
            put_sentence(h, m->warnings[i]);
            put_s(h, "</li>\n");
        }
        put_s(h, "</ul>\n</div>\n");
    }
    put_s(h, "</section>\n");
}

// ---- how this page was made ----------------------------------------------------------------------------------------------------------

static void hash(struct html *h, voc_str s)
{
    put_s(h, "<code class=\"hash\">");
    put_text(h, s);
    put_s(h, "</code>");
}

static void entry(struct html *h, const char *name)
{
    put_s(h, "<div><dt>");
    put_s(h, name);
    put_s(h, "</dt><dd>");
}

static void input(struct html *h, const voc_meta *m, const struct voc_meta_input *in)
{
    bool named = INPUT(m, in, rejected_by) && in->file_name.len;
    entry(h, "Input");
    put_isolated(h, named ? in->file_name : in->source);
    if (named) {
        put_s(h, " (source ");
        put_isolated(h, in->source);
        put_s(h, ", read by ");
        put_text(h, in->plugin);
        put_s(h, ")");
    }
    put_s(h, ": ");
    put_number(h, (double)in->rows, 0, false);
    put_s(h, in->rows == 1 ? " event, " : " events, ");
    put_number(h, (double)in->bytes, 0, false);
    put_s(h, " bytes, hash ");
    hash(h, in->hash);
    put_s(h, "</dd></div>\n");
}

static void made(struct html *h, const voc_meta *m)
{
    put_s(h, "<footer>\n<h2>How this page was made</h2>\n<dl>\n");
    entry(h, "Command");
    put_s(h, "<code>");
    put_text(h, m->command);
    put_s(h, "</code></dd></div>\n");
    entry(h, "Program");
    put_text(h, m->program);
    put_s(h, " ");
    put_text(h, m->version);
    put_s(h, "</dd></div>\n");
    if (META(m, last_us) && m->first_us != VOC_NA && m->last_us != VOC_NA) {
        entry(h, "Events from");
        put_time(h, m->first_us);
        put_s(h, " to ");
        put_time(h, m->last_us);
        put_s(h, " UTC</dd></div>\n");
    }
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
    for (size_t i = 0; i < m->n_inputs; i++) input(h, m, input_at(m, i));
    put_s(h, "</dl>\n</footer>\n</body>\n</html>\n");
}

void html_page_foot(struct html *h, const voc_meta *m)
{
    for (size_t i = 0; META(m, n_assumptions) && i < m->n_assumptions; i++) html_assume(h, m->assumptions[i]);
    h->into = &h->rooms[PART_LEFT];
    left_out(h, m);
    h->into = &h->rooms[PART_FOOT];
    made(h, m);
}
