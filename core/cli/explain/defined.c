// SPDX-License-Identifier: MIT
// The lines of journey.xml that define a touchpoint or a stage, as they are written: what people argue about.
#include <stdio.h>

#include "cli/explain/explain.h"

// Where line `line` (from 1) ends.
static size_t line_end(voc_str text, uint64_t line)
{
    size_t at = 0;
    for (uint64_t k = 1; at < text.len; at++)
        if (text.ptr[at] == '\n' && k++ == line) break;
    return at;
}

// Behind the start tag that begins at or after `at`; *closed: it is an element without content.
static size_t behind_tag(voc_str text, size_t at, bool *closed)
{
    char quote = 0;
    for (; at < text.len; at++) {
        char ch = text.ptr[at];
        if (quote)
            quote = ch == quote ? 0 : quote;
        else if (ch == '"' || ch == '\'')
            quote = ch;
        else if (ch == '>')
            break;
    }
    *closed = at > 0 && at < text.len && text.ptr[at - 1] == '/';
    return at < text.len ? at + 1 : at;
}

static size_t find(voc_str text, size_t at, const char *what)
{
    size_t n = strlen(what);
    for (; at + n <= text.len; at++)
        if (memcmp(text.ptr + at, what, n) == 0) return at;
    return SIZE_MAX;
}

// The last element of this name that begins at or before the end of the line: its start tag may take several lines, of which
// the parser tells the last.
static size_t element_start(voc_str xml, const char *open, uint64_t line)
{
    size_t last = SIZE_MAX, end = line_end(xml, line), n = strlen(open);
    for (size_t at = find(xml, 0, open); at != SIZE_MAX && at < end; at = find(xml, at + n, open))
        if (at + n < xml.len && strchr(" \t\r\n/>", xml.ptr[at + n])) last = at;
    return last;
}

static voc_str element_text(voc_str xml, const char *element, uint64_t line)
{
    char open[64], close[64];
    bool closed = false;
    snprintf(open, sizeof open, "<%s", element);
    snprintf(close, sizeof close, "</%s>", element);
    size_t from = element_start(xml, open, line);
    if (from == SIZE_MAX) return STR("");
    size_t end = behind_tag(xml, from, &closed);
    if (!closed) {
        size_t shut = find(xml, end, close);
        if (shut != SIZE_MAX) end = shut + strlen(close);
    }
    while (from > 0 && xml.ptr[from - 1] != '\n') from--; // with its indentation
    return str_mk(xml.ptr + from, end - from);
}

voc_rc defined_table(struct explainer *x, const char *element, uint64_t line)
{
    struct table *t = NULL;
    char hash[2 * HASH_BYTES + 1], title[300];
    voc_str rest = element_text(x->j->journey_xml, element, line);
    if (rest.len == 0) return VOC_OK;
    line = 1;
    for (const char *at = x->j->journey_xml.ptr; at < rest.ptr; at++) line += *at == '\n';
    hash_hex(x->j->hash, hash);
    snprintf(title, sizeof title, "How journey %.*s, version %.*s, defines it (hash %.12s)", STR_SHOWN(x->j->id, 80),
             STR_SHOWN(x->j->version, 40), hash);
    voc_rc rc = explain_table(x, &t, "definition", title);
    if (!rc) rc = table_column(t, "line", "line", VOC_CELL_INT, "", 0, "of journey.xml");
    if (!rc) rc = table_column(t, "text", "", VOC_CELL_TEXT, "", 0, "");
    while (rest.len && !rc) {
        const char *nl = memchr(rest.ptr, '\n', rest.len);
        size_t len = nl ? (size_t)(nl - rest.ptr) : rest.len;
        table_int(t, (int64_t)line++);
        table_text(t, str_mk(rest.ptr, len));
        rest = str_mk(rest.ptr + len + (nl != NULL), rest.len - len - (nl != NULL));
    }
    return rc;
}
