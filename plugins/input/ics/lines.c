// SPDX-License-Identifier: MIT
// Content lines of RFC 5545: unfolding, parameters, escapes; and texts as a reader wants them. A file that is not UTF-8 is read as
// Windows-1252, line by line, as old exports are.

#include "plugins/input/ics/ics.h"

int str_is_word(voc_str a, const char *z) { return strlen(z) == a.len && strncasecmp(a.ptr, z, a.len) == 0; }

int str_begins_word(voc_str a, const char *z)
{
    size_t n = strlen(z);
    return a.len >= n && strncasecmp(a.ptr, z, n) == 0;
}

voc_str str_trimmed(voc_str s)
{
    while (s.len && ((unsigned char)*s.ptr <= ' ')) s.ptr++, s.len--;
    while (s.len && ((unsigned char)s.ptr[s.len - 1] <= ' ')) s.len--;
    return s;
}

int ics_number(voc_str s, int64_t *out)
{
    int64_t n = 0;
    int minus = 0;
    s = str_trimmed(s);
    if (s.len && (*s.ptr == '-' || *s.ptr == '+')) minus = *s.ptr == '-', s.ptr++, s.len--;
    if (s.len == 0 || s.len > 9) return 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return 0;
        n = n * 10 + (s.ptr[i] - '0');
    }
    *out = minus ? -n : n;
    return 1;
}

// ---- lines ------------------------------------------------------------------------------------------------------------------------

size_t physical_end(const struct ics *c, size_t at)
{
    const char *nl = memchr(c->bytes + at, '\n', c->n_bytes - at);
    return nl ? (size_t)(nl - c->bytes) + 1 : c->n_bytes;
}

static voc_str without_end(const struct ics *c, size_t from, size_t to)
{
    voc_str s = {c->bytes + from, to - from};
    if (s.len && s.ptr[s.len - 1] == '\n') s.len--;
    if (s.len && s.ptr[s.len - 1] == '\r') s.len--;
    return s;
}

static int folded(const struct ics *c, size_t at, size_t end) { return at < end && (c->bytes[at] == ' ' || c->bytes[at] == '\t'); }

static voc_str unfold(struct ics *c, size_t *at, size_t end)
{
    size_t from = *at, to = physical_end(c, from), len = 0;
    voc_str first = without_end(c, from, to);
    *at = to;
    if (!folded(c, to, end)) return first;
    for (size_t i = to; folded(c, i, end); i = *at) *at = physical_end(c, i);
    char *p = ics_take(c, &c->once, *at - from);
    if (!p) return first;
    memcpy(p, first.ptr, first.len);
    len = first.len;
    for (size_t i = to; i < *at;) {
        size_t next = physical_end(c, i);
        voc_str s = without_end(c, i + 1, next); // the blank is the fold's
        memcpy(p + len, s.ptr, s.len);
        len += s.len;
        i = next;
    }
    return (voc_str){p, len};
}

int ics_line(struct ics *c, size_t *at, size_t end, struct ics_line *out)
{
    if (*at >= end) return 0;
    voc_str s = unfold(c, at, end);
    size_t i = 0;
    int quoted = 0;
    *out = (struct ics_line){{s.ptr, 0}, {s.ptr, 0}, {s.ptr, 0}};
    while (i < s.len && s.ptr[i] != ':' && s.ptr[i] != ';') i++;
    out->name = (voc_str){s.ptr, i};
    const char *group = i ? memrchr(s.ptr, '.', i) : NULL; // "item1.DTSTART"
    if (group) out->name = (voc_str){group + 1, (size_t)(s.ptr + i - group) - 1};
    if (i < s.len && s.ptr[i] == ';') {
        size_t from = ++i;
        for (; i < s.len && (quoted || s.ptr[i] != ':'); i++) quoted ^= s.ptr[i] == '"';
        out->params = (voc_str){s.ptr + from, i - from};
    }
    if (i == s.len) {
        out->name.len = 0; // no line of a calendar
        out->value = s;
    } else {
        out->value = (voc_str){s.ptr + i + 1, s.len - i - 1};
    }
    return 1;
}

voc_str ics_param(struct ics *c, voc_str params, const char *name)
{
    size_t i = 0;
    while (i < params.len) {
        size_t from = i, eq = SIZE_MAX;
        int quoted = 0;
        for (; i < params.len && (quoted || params.ptr[i] != ';'); i++) {
            quoted ^= params.ptr[i] == '"';
            if (params.ptr[i] == '=' && eq == SIZE_MAX) eq = i;
        }
        if (eq != SIZE_MAX && str_is_word((voc_str){params.ptr + from, eq - from}, name)) {
            voc_str v = {params.ptr + eq + 1, i - eq - 1};
            if (v.len >= 2 && v.ptr[0] == '"' && v.ptr[v.len - 1] == '"') v.ptr++, v.len -= 2;
            return ics_text(c, v);
        }
        i++;
    }
    return S("");
}

// ---- texts ------------------------------------------------------------------------------------------------------------------------

static voc_str in_utf8(struct ics *c, voc_str s)
{
    size_t len = 0, room = 3 * s.len + 8;
    if (c->host->utf8_valid(s.ptr, s.len)) return s;
    char *p = ics_take(c, &c->once, room);
    if (!p) return S("");
    const voc_rc rc = c->host->charset_decode(c->cx, S("windows-1252"), s, p, room, &len); // known, and there is room: else memory
    if (rc) return c->rc = rc, S("");
    return (voc_str){p, len};
}

voc_str ics_text(struct ics *c, voc_str value)
{
    value = in_utf8(c, value);
    if (value.len == 0 || !memchr(value.ptr, '\\', value.len)) return value;
    char *p = ics_take(c, &c->once, value.len);
    size_t n = 0;
    if (!p) return S("");
    for (size_t i = 0; i < value.len; i++) {
        char k = value.ptr[i], next = i + 1 < value.len ? value.ptr[i + 1] : 0;
        if (k == '\\' && next) {
            p[n++] = next == 'n' || next == 'N' ? '\n' : next;
            i++;
        } else p[n++] = k;
    }
    return (voc_str){p, n};
}

// The tag that begins at s.ptr[at] == '<': where it ends, or 0 where it is none.
static size_t tag_end(voc_str s, size_t at, int *breaks)
{
    static const char *const known[] = {"br", "p", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "hr", "a", "b", "i", "u", "span", "font", "strong", "em", "html", "body", "head", "td", "tbody", "img", "o:p", "html-blob", "meta", "style", "title"};
    size_t i = at + 1, from;
    if (i < s.len && s.ptr[i] == '/') i++;
    for (from = i; i < s.len && i - from < 12 && s.ptr[i] != '>' && s.ptr[i] != ' ' && s.ptr[i] != '/' && s.ptr[i] != '\n'; i++) continue;
    voc_str name = {s.ptr + from, i - from};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (!str_is_word(name, known[k])) continue;
        const char *close = memchr(s.ptr + i, '>', s.len - i);
        *breaks = k < 12;
        return close ? (size_t)(close - s.ptr) + 1 : 0;
    }
    return 0;
}

static size_t entity(voc_str s, char *to, size_t *n)
{
    static const struct { const char *name, *text; } known[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", " "}, {"&#39;", "'"}, {"&apos;", "'"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t len = strlen(known[i].name);
        if (s.len < len || memcmp(s.ptr, known[i].name, len) != 0) continue;
        to[(*n)++] = known[i].text[0];
        return len;
    }
    to[(*n)++] = '&';
    return 1;
}

static voc_str without_tags(struct ics *c, voc_str s)
{
    int html = 0, breaks = 0;
    for (size_t i = 0; i < s.len && !html; i++) html = s.ptr[i] == '<' && tag_end(s, i, &breaks) > 0;
    char *p = html ? ics_take(c, &c->once, s.len) : NULL;
    size_t n = 0;
    if (!p) return s;
    for (size_t i = 0; i < s.len;) {
        size_t end = s.ptr[i] == '<' ? tag_end(s, i, &breaks) : 0;
        if (end) {
            if (breaks && n && p[n - 1] != '\n') p[n++] = '\n';
            i = end;
        } else if (s.ptr[i] == '&') i += entity((voc_str){s.ptr + i, s.len - i}, p, &n);
        else p[n++] = s.ptr[i++];
    }
    return (voc_str){p, n};
}

// Teams draws a line of underscores, Meet one of -::~, Zoom writes the same sentence each time: what stands from there on is nobody's words.
static const char zoom[] = "inviting you to a scheduled Zoom meeting";
static int service_line(voc_str line)
{
    size_t score = 0;
    while (score < line.len && line.ptr[score] == '_') score++;
    if (score >= 20 || str_begins_word(line, "-::~")) return 1;
    return memmem(line.ptr, line.len, zoom, strlen(zoom)) != NULL || str_begins_word(line, "Join Zoom Meeting") || str_begins_word(line, "Join with Google Meet");
}

voc_str ics_plain(struct ics *c, voc_str text)
{
    voc_str s = str_trimmed(without_tags(c, text));
    for (size_t at = 0; at < s.len;) {
        const char *nl = memchr(s.ptr + at, '\n', s.len - at);
        size_t next = nl ? (size_t)(nl - s.ptr) + 1 : s.len;
        voc_str line = str_trimmed((voc_str){s.ptr + at, next - at});
        if (line.len && service_line(line)) {
            s.len = at;
            break;
        }
        at = next;
    }
    return str_trimmed(s);
}
