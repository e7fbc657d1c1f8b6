// SPDX-License-Identifier: MIT
// The end of the page: what each column of each table means, the command that gives the table again, and the commands to go
// on with. PROJECT in a command is written as the project's name, so that it can be copied.
#include <string.h>

#include "plugins/output/html/html.h"

#define SHORT_MAX 12u // columns whose meanings stay together on paper

// A word for a shell: quoted where it has anything but letters, digits and what file names hold. The quotes go around it, and a
// quote within becomes '\''.
static void shell_word(struct html *h, voc_str s)
{
    bool plain = s.len > 0 && s.ptr[0] != '-';
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._-/+,:=@", c)) || c >= 128);
    }
    if (plain) {
        put_text(h, s);
        return;
    }
    put_s(h, "&#39;");
    while (s.len) {
        voc_str part = {s.ptr, text_find(s, "'")};
        put_text(h, part);
        if (part.len < s.len) put_s(h, "&#39;\\&#39;&#39;");
        s = text_from(s, part.len + 1);
    }
    put_s(h, "&#39;");
}

// Where the project stands with folders before it, these are left out: they say nothing to who is shown the page.
static void put_local(struct html *h, voc_str s)
{
    voc_str name = kept(h, KEPT_PROJECT);
    bool quoted = false;
    size_t word = 0, done = 0; // where the word began; what is written
    for (size_t i = 0; i < s.len && name.len; i++) {
        if (s.ptr[i] == '\'') quoted = !quoted;
        if (s.ptr[i] == '\'' || (s.ptr[i] == ' ' && !quoted)) word = i + 1;
        if (s.ptr[i] != '/' || s.len - i - 1 < name.len || memcmp(s.ptr + i + 1, name.ptr, name.len) != 0) continue;
        put_text(h, (voc_str){s.ptr + done, word - done});
        done = word = i + 1;
    }
    put_text(h, text_from(s, done));
}

void html_command(struct html *h, voc_str s)
{
    while (s.len) {
        size_t at = text_find(s, "PROJECT");
        bool whole = at < s.len && at > 0 && s.ptr[at - 1] == ' ' && (at + 7 == s.len || s.ptr[at + 7] == ' ' || s.ptr[at + 7] == ')');
        put_local(h, (voc_str){s.ptr, at});
        if (at == s.len) return;
        if (whole && kept(h, KEPT_PROJECT).len)
            shell_word(h, kept(h, KEPT_PROJECT));
        else
            put_s(h, "PROJECT");
        s = text_from(s, at + 7);
    }
}

void html_command_on(struct html *h, voc_str command, voc_str name)
{
    put_text(h, command);
    put_s(h, " ");
    if (kept(h, KEPT_PROJECT).len)
        shell_word(h, kept(h, KEPT_PROJECT));
    else
        put_s(h, "PROJECT");
    put_s(h, " ");
    shell_word(h, name);
}

void html_sentence(struct html *h, voc_str s)
{
    voc_str first = {s.ptr, s.len ? 1 : 0};
    put_capital(h, first);
    html_command(h, text_from(s, 1));
    if (s.len && !strchr(".!?", s.ptr[s.len - 1])) put_s(h, ".");
}

// The one table of a command needs no name: "voc stages shop.voc" gives the table stages.
static bool named_as_command(voc_str again, voc_str table)
{
    voc_str s = text_from(again, text_find(again, " ") + 1);
    s.len = text_find(s, " ");
    return text_same(s, table);
}

void html_again(struct html *h, const voc_table *t)
{
    voc_str again = kept(h, KEPT_AGAIN);
    put_text(h, again);
    if (named_as_command(again, t->name)) return;
    put_s(h, " --table ");
    shell_word(h, t->name);
}

// Columns that are those of the table before, as in a table for each step, are not told again.
static void as_before(struct html *h, size_t from)
{
    struct room *r = h->into;
    const size_t n = r->len - from;
    if (h->rc || !n) return;
    if (n == h->meanings_len && memcmp(r->ptr + from, r->ptr + h->meanings, n) == 0) {
        r->len = from;
        put_s(h, "<p>Its columns are those above.</p>\n");
    } else {
        h->meanings = from;
        h->meanings_len = n;
    }
}

void html_legend(struct html *h, const voc_table *t)
{
    voc_str again = kept(h, KEPT_AGAIN);
    bool any = false;
    h->into = &h->rooms[PART_COLUMNS];
    put_s(h, t->n_columns <= SHORT_MAX ? "<div class=\"legend short\">\n" : "<div class=\"legend\">\n");
    put_head_id(h, 3, "c", h->tables);
    html_table_title(h, t);
    put_end(h, 3);
    if (again.len) {
        put_s(h, "<p><code>");
        html_again(h, t);
        put_s(h, "</code></p>\n");
    }
    size_t from = h->into->len;
    for (size_t k = 0; k < t->n_columns; k++) {
        const voc_column *c = column_at(t, k);
        if (!c->help.len) continue;
        if (!any) put_s(h, "<dl>\n");
        any = true;
        put_s(h, "<div><dt>");
        html_column_title(h, c);
        put_s(h, "</dt><dd>");
        put_sentence(h, c->help);
        put_s(h, "</dd></div>\n");
    }
    if (any) put_s(h, "</dl>\n");
    as_before(h, from);
    put_s(h, "</div>\n");
}

// A list entry that is not there yet.
static void entry(struct html *h, voc_str command)
{
    struct room *r = h->into = &h->rooms[PART_NEXT];
    size_t from = r->len;
    put_s(h, "<li><code>");
    html_command(h, command);
    put_s(h, "</code></li>\n");
    if (h->rc || r->len == from) return;
    voc_str all = {r->ptr, from}, one = {r->ptr + from, r->len - from};
    for (size_t i = 0; i + one.len <= all.len; i++)
        if (memcmp(all.ptr + i, one.ptr, one.len) == 0) {
            r->len = from;
            return;
        }
}

void html_next(struct html *h, const voc_table *t)
{
    for (size_t i = 0; i < t->n_notes; i++) {
        voc_str s = note_at(t, i)->text;
        if (note_at(t, i)->kind != VOC_NOTE_NEXT) continue;
        for (size_t at; s.len; s = text_from(s, at < s.len ? at + 3 : at)) {
            at = text_find(s, " | ");
            entry(h, (voc_str){s.ptr, at});
        }
    }
}

void html_explain(struct html *h)
{
    bool any = false;
    for (size_t i = 0; i < h->n_findings && !h->rc; i++) {
        const struct finding *f = &h->findings[i];
        if (!f->name_len) continue;
        put_s(h, any ? "" : "<p>Each finding with every check, an SQL query that gives its figures again, and example customers:</p>\n<ul class=\"commands\">\n");
        any = true;
        put_s(h, "<li><code>");
        html_command_on(h, (voc_str)VOC_LIT("voc explain"), (voc_str){h->rooms[KEPT_NAMES].ptr + f->name, f->name_len});
        put_s(h, "</code></li>\n");
    }
    if (any) put_s(h, "</ul>\n");
}
