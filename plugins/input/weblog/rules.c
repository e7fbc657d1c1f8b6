// SPDX-License-Identifier: MIT
// A file of rules for one site, a line each: what, a name, and a pattern (PCRE2) of the path with its query:
//   page    /product/*      ^/p/\d+         these are one page
//   action  product-view    ^/p/\d+         a request of it does this, instead of "view"
//   part    image           ^/image/        a part of pages, fetched by browsers
//   ignore  monitoring      ^/health$       left out, and counted under that name
// The first rule of a kind that fits is used. Called when a file is opened.
#include "plugins/input/weblog/weblog.h"

#define RULES_MAX 1000u

static voc_str next_word(voc_str *line)
{
    size_t from = 0, to;
    while (from < line->len && (line->ptr[from] == ' ' || line->ptr[from] == '\t')) from++;
    to = from;
    while (to < line->len && line->ptr[to] != ' ' && line->ptr[to] != '\t') to++;
    voc_str word = wl_cut(*line, from, to);
    *line = wl_cut(*line, to, line->len);
    return word;
}

static voc_str trimmed(voc_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) s.ptr++, s.len--;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t' || s.ptr[s.len - 1] == '\r')) s.len--;
    return s;
}

static voc_rc read_rule(struct weblog *w, voc_str line, unsigned number)
{
    static const char *const kinds[] = {"page", "action", "part", "ignore"}, hint[] = "write  page NAME PATTERN,  action NAME PATTERN,  part NAME PATTERN  or  ignore NAME PATTERN";
    voc_str kind = next_word(&line), name = next_word(&line), pattern = trimmed(line);
    voc_regex *compiled;
    size_t k = 0;
    while (k < 4 && !wl_is(kind, kinds[k])) k++;
    if (k == 4) return wl_error(w, "WEBLOG-003", hint, "line %u of the rules: \"%.*s\" is no kind of rule", number, SHOW_AT_MOST(kind, 40));
    if (name.len == 0 || pattern.len == 0) return wl_error(w, "WEBLOG-003", hint, "line %u of the rules has no name or no pattern", number);
    if (!w->host->utf8_valid(name.ptr, name.len)) return wl_error(w, "WEBLOG-003", "save the file as UTF-8", "line %u of the rules is not UTF-8", number);
    if (w->n_rules == RULES_MAX) return wl_error(w, "WEBLOG-003", "one pattern can stand for many: a|b", "there are more than %u rules", RULES_MAX);
    char *own = wl_alloc(w, name.len + 1);
    if (!own) return VOC_E_NOMEM;
    memcpy(own, name.ptr, name.len);
    own[name.len] = 0;
    voc_rc rc = w->host->regex_compile(w->cx, &compiled, pattern);
    if (rc) return rc;
    w->rules[w->n_rules++] = (struct wl_rule){(enum wl_rule_kind)k, {own, name.len}, compiled};
    return VOC_OK;
}

voc_rc wl_rules_read(struct weblog *w, voc_str text)
{
    voc_rc rc = VOC_OK;
    unsigned number = 0;
    if (text.len == 0) return VOC_OK;
    w->rules = wl_alloc(w, RULES_MAX * sizeof *w->rules);
    if (!w->rules) return VOC_E_NOMEM;
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0) text = wl_cut(text, 3, text.len);
    while (text.len && !rc) {
        const char *nl = memchr(text.ptr, '\n', text.len);
        size_t len = nl ? (size_t)(nl - text.ptr) : text.len;
        voc_str line = trimmed(wl_cut(text, 0, len));
        text = wl_cut(text, len + (nl != NULL), text.len);
        number++;
        if (line.len && line.ptr[0] != '#') rc = read_rule(w, line, number);
    }
    return rc;
}
