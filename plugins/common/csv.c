// SPDX-License-Identifier: MIT
// Fields of one record of delimited text (csv.h has the rules). Looks for separators and quotes with memchr only.
#include "plugins/common/csv.h"

#include <stdbool.h>
#include <string.h>

static const char *find(const char *from, const char *end, char c)
{
    const char *hit = from < end ? memchr(from, c, (size_t)(end - from)) : NULL;
    return hit ? hit : end;
}

// A quoted field whose text begins at p. Gives the place behind its closing quote; NULL: there is none.
static const char *read_quoted(const char *p, const char *end, char quote, char **scratch, voc_str *field)
{
    const char *first = p, *close = find(p, end, quote);
    if (close == end) return NULL;
    if (close + 1 == end || close[1] != quote) { // the usual case: nothing to undo
        *field = (voc_str){first, (size_t)(close - first)};
        return close + 1;
    }
    char *to = *scratch, *start = to;
    for (;;) {
        size_t n = (size_t)(close - p);
        memcpy(to, p, n);
        to += n;
        p = close + 1;
        if (p == end || *p != quote) break;
        *to++ = quote;
        p++;
        close = find(p, end, quote);
        if (close == end) return NULL;
    }
    *field = (voc_str){start, (size_t)(to - start)};
    *scratch = to;
    return p;
}

size_t csv_split(const struct csv_rule *rule, voc_str record, voc_str *fields, size_t max, char **scratch, enum csv_fault *fault)
{
    const char *p = record.ptr, *end = p + record.len;
    size_t n = 0;
    *fault = CSV_FINE;
    for (;;) {
        voc_str field;
        if (rule->quote && p < end && *p == rule->quote) {
            p = read_quoted(p + 1, end, rule->quote, scratch, &field);
            if (!p) *fault = CSV_UNCLOSED;
            else if (p < end && *p != rule->separator) *fault = CSV_BEHIND_QUOTE;
            if (*fault) return n + 1;
        } else {
            const char *to = find(p, end, rule->separator);
            field = (voc_str){p, (size_t)(to - p)};
            p = to;
        }
        if (n < max) fields[n] = field;
        n++;
        if (p == end) return n;
        p++;
    }
}

// The newline that ends the record beginning at p, or end.
static const char *record_end(const struct csv_rule *rule, const char *p, const char *end, char newline)
{
    if (!rule->quote) return find(p, end, newline);
    const char *line = NULL; // the next newline at or behind p; looked for anew only where quoted text has gone past it
    for (;;) {               // field by field
        if (p < end && *p == rule->quote) {
            do { // to the closing quote, over doubled ones
                p = find(p + 1, end, rule->quote);
                if (p == end) return end;
                p++;
            } while (p < end && *p == rule->quote);
        }
        if (!line || line < p) line = find(p, end, newline);
        const char *separator = find(p, line, rule->separator);
        if (separator == line) return line;
        p = separator + 1;
    }
}

size_t csv_next(const struct csv_rule *rule, voc_str text, size_t at, voc_str *record)
{
    char newline = rule->newline ? rule->newline : '\n';
    const char *p = text.ptr + at, *end = text.ptr + text.len, *stop = record_end(rule, p, end, newline);
    size_t len = (size_t)(stop - p);
    if (newline == '\n' && len && p[len - 1] == '\r') len--;
    *record = (voc_str){p, len};
    return stop == end ? text.len : (size_t)(stop - text.ptr) + 1;
}

char csv_newline(voc_str text)
{
    bool has_return = text.len && memchr(text.ptr, '\r', text.len), has_feed = text.len && memchr(text.ptr, '\n', text.len);
    return has_return && !has_feed ? '\r' : 0;
}
