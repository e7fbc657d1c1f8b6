// SPDX-License-Identifier: MIT
// The file that describes a survey: which tool it is of, its questions by their codes, and text without markup. What the
// tools write is read in qsf.c, lss.c and sss.c. Called from open(), once.
#include <stdio.h>

#include "plugins/input/survey/survey.h"

// ---- whose it is --------------------------------------------------------------------------------------------------------------

static bool begins(voc_str s, const char *with) { return s.len >= strlen(with) && memcmp(s.ptr, with, strlen(with)) == 0; }

static voc_str behind_blanks(voc_str s)
{
    if (begins(s, "\xEF\xBB\xBF")) s.ptr += 3, s.len -= 3;
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t' || s.ptr[0] == '\r' || s.ptr[0] == '\n')) s.ptr++, s.len--;
    return s;
}

const char *sv_structure_looks(voc_str head, bool *lists)
{
    voc_str s = behind_blanks(head), front = {s.ptr, s.len < 4096 ? s.len : 4096};
    *lists = false;
    if (begins(s, "{") && sv_has(front, "\"surveyentry\"")) return "the structure of a Qualtrics survey (.qsf)";
    if (begins(s, "<") && sv_has(front, "<limesurveydoctype>")) return "the structure of a LimeSurvey survey (.lss)";
    if (begins(s, "<") && sv_has(front, "<sss")) {
        *lists = sv_has(front, "<hierarchy");
        return *lists ? "the list of a Triple-S hierarchy" : "the structure of a Triple-S survey (.sss)";
    }
    if (begins(s, "id\trelated_id\tclass\ttype/scale\t") || begins(s, "class\ttype/scale\tname\trelevance\ttext\t")) return "the structure of a LimeSurvey survey (tab-separated)";
    return NULL;
}

voc_rc sv_structure_read(struct survey *s, voc_str text, bool said)
{
    bool lists = false;
    const char *what = sv_structure_looks(text, &lists);
    voc_str body = behind_blanks(text);
    voc_rc rc = VOC_OK;
    if (!what || lists) {
        if (!said) return VOC_OK; // it lies there by chance
        return ev_error(EVENTS(s), VOC_E_OPTION, "020", "export the survey itself from its tool: .qsf, .lss, or Triple-S .sss",
                        "-O structure: this is not the structure of a survey%s", lists ? ", but a list of such" : "");
    }
    if (begins(body, "{")) rc = sv_qsf_read(s, body);
    else if (begins(body, "<") && sv_has((voc_str){body.ptr, body.len < 4096 ? body.len : 4096}, "<limesurveydoctype>")) rc = sv_lss_read(s, body);
    else if (begins(body, "<")) rc = sv_sss_read(s, body);
    if (!rc) s->structure.what = what;
    return rc;
}

// ---- questions ----------------------------------------------------------------------------------------------------------------

struct sv_item *sv_item_new(struct survey *s)
{
    struct sv_structure *t = &s->structure;
    if (t->n_items == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct sv_item *more = ev_alloc(EVENTS(s), room * sizeof *more);
        if (!more) return NULL;
        if (t->n_items) memcpy(more, t->items, t->n_items * sizeof *more);
        t->items = more;
        t->room = room;
    }
    struct sv_item *item = &t->items[t->n_items++];
    memset(item, 0, sizeof *item);
    item->code = item->text = item->item = (voc_str){"", 0};
    item->role = SV_ANSWER;
    return item;
}

// Q3[SQ001] and Q3_SQ001
static bool same_code(voc_str a, voc_str b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        char x = a.ptr[i] == '[' ? '_' : a.ptr[i], y = b.ptr[k] == '[' ? '_' : b.ptr[k];
        if (a.ptr[i] == ']') i++;
        else if (b.ptr[k] == ']') k++;
        else if (x != y) return false;
        else i++, k++;
    }
    return (i == a.len || (i + 1 == a.len && a.ptr[i] == ']')) && (k == b.len || (k + 1 == b.len && b.ptr[k] == ']'));
}

// By its code. Exports write Q3[SQ001] and Q3_SQ001 for the same, and a question's code before its rows: Q3_1, Q3#1_2.
// Without codes by its text.
const struct sv_item *sv_item_find(const struct survey *s, voc_str code, voc_str text)
{
    const struct sv_structure *t = &s->structure;
    const struct sv_item *best = NULL;
    size_t best_len = 0;
    bool open = code.len > 5 && sv_ieq((voc_str){code.ptr + code.len - 5, 5}, "_text");
    for (size_t i = 0; i < t->n_items; i++) {
        voc_str c = t->items[i].code;
        if (c.len && same_code(c, code)) return &t->items[i];
        if (c.len == 0 || c.len >= code.len) continue;
        if (memcmp(c.ptr, code.ptr, c.len) != 0 || c.len < best_len || !memchr("_#[", code.ptr[c.len], 3)) continue;
        best = &t->items[i];
        best_len = c.len;
    }
    if (best) return open ? NULL : best;
    for (size_t i = 0; i < t->n_items && text.len; i++)
        if (ev_eq(t->items[i].text, text)) return &t->items[i];
    return NULL;
}

const struct sv_label *sv_label_of(const struct sv_item *item, voc_str code)
{
    while (item && item->width > 1 && code.len > 1 && code.ptr[0] == '0') code.ptr++, code.len--; // 01 in two places

    for (size_t i = 0; item && i < item->n_labels; i++)
        if (ev_eq(item->labels[i].code, code)) return &item->labels[i];
    return NULL;
}

static bool begins_option(voc_str rest, voc_str option, char separator)
{
    return option.len && option.len <= rest.len && memcmp(rest.ptr, option.ptr, option.len) == 0 &&
           (option.len == rest.len || rest.ptr[option.len] == separator);
}

// An option of the structure may hold the separator itself: the longest that fits is taken.
bool sv_list_next(const struct sv_item *item, char separator, voc_str *rest, voc_str *part)
{
    *rest = ev_trim(*rest);
    if (rest->len == 0) return false;
    const char *end = memchr(rest->ptr, separator, rest->len);
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len, best = 0;
    for (size_t i = 0; item && i < item->n_labels; i++)
        if (item->labels[i].text.len > best && begins_option(*rest, item->labels[i].text, separator)) best = item->labels[i].text.len;
    if (best > len) len = best;
    *part = ev_trim((voc_str){rest->ptr, len});
    len += len < rest->len;
    *rest = (voc_str){rest->ptr + len, rest->len - len};
    return true;
}

// ---- text without markup ------------------------------------------------------------------------------------------------------

static size_t entity(voc_str s, char *to, size_t *n)
{
    static const struct { const char *name, *text; } known[] = {{"&nbsp;", " "}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&rsquo;", "\xE2\x80\x99"}, {"&hellip;", "\xE2\x80\xA6"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (begins(s, known[i].name)) {
            memcpy(to, known[i].text, strlen(known[i].text));
            *n += strlen(known[i].text);
            return strlen(known[i].name);
        }
    return 0;
}

// <b> stands within a word's line, <br> and <p> do not.
static bool is_inline(voc_str tag)
{
    static const char *const names[] = {"b", "i", "u", "a", "em", "strong", "span", "font", "small", "sub", "sup"};
    size_t n = 0;
    if (tag.len && tag.ptr[0] == '/') tag.ptr++, tag.len--;
    while (n < tag.len && sv_lower(tag.ptr[n]) >= 'a' && sv_lower(tag.ptr[n]) <= 'z') n++;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sv_ieq((voc_str){tag.ptr, n}, names[i])) return true;
    return false;
}

voc_str sv_clean(struct survey *s, voc_str html)
{
    char *to = ev_alloc(EVENTS(s), html.len + 1);
    size_t n = 0;
    if (!to) return (voc_str){"", 0};
    for (size_t i = 0; i < html.len;) {
        size_t skip = html.ptr[i] == '&' ? entity((voc_str){html.ptr + i, html.len - i}, to + n, &n) : 0;
        if (skip) {
            if (n > 1 && to[n - 1] == ' ' && to[n - 2] == ' ') n--;
            i += skip;
            continue;
        }
        char c = html.ptr[i++];
        bool tag = c == '<' && i < html.len &&
                   (html.ptr[i] == '/' || html.ptr[i] == '!' || (sv_lower(html.ptr[i]) >= 'a' && sv_lower(html.ptr[i]) <= 'z'));
        bool inline_tag = tag && is_inline((voc_str){html.ptr + i, html.len - i});
        if (tag) {
            while (i < html.len && html.ptr[i] != '>') i++;
            i += i < html.len;
        }
        if (inline_tag) continue;
        if (tag || c == '\n' || c == '\r' || c == '\t') c = ' ';
        if (c == ' ' && (n == 0 || to[n - 1] == ' ')) continue;
        to[n++] = c;
    }
    while (n && to[n - 1] == ' ') n--;
    return EVENTS(s)->host->utf8_valid(to, n) ? (voc_str){to, n} : (voc_str){"", 0};
}
