// SPDX-License-Identifier: MIT
// The scanner of json_scan.h.
#include "plugins/common/json_scan.h"

#include <string.h>

bool json_fault(struct json *j, const char *what)
{
    if (!j->fault) j->fault = what;
    return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

void json_blank(struct json *j)
{
    while (j->at < j->end && is_blank(*j->at)) j->at++;
}

enum json_kind json_kind(const struct json *j)
{
    if (j->at == j->end) return JSON_NONE;
    switch (*j->at) {
    case '"': return JSON_STRING;
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case 'n': return JSON_NULL;
    case 't': return JSON_TRUE;
    case 'f': return JSON_FALSE;
    default: return *j->at == '-' || is_digit(*j->at) ? JSON_NUMBER : JSON_NONE;
    }
}

// ---- texts --------------------------------------------------------------------------------------------------------------

static int hex(char c) { return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// Four digits of \uXXXX, or -1.
static int32_t unit(const char *p, const char *end)
{
    int32_t u = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int h = hex(p[i]);
        if (h < 0) return -1;
        u = u * 16 + h;
    }
    return u;
}

// At the backslash; moves behind the escape.
static bool escape(struct json *j)
{
    const char *p = j->at + 1;
    if (p == j->end) return json_fault(j, "a text is never closed");
    if (memchr("\"\\/bfnrt", *p, 8)) return j->at = p + 1, true;
    if (*p != 'u') return json_fault(j, "a backslash with no meaning");
    int32_t u = unit(p + 1, j->end), low;
    if (u < 0) return json_fault(j, "\\u stands before four hexadecimal digits");
    if (u == 0) return json_fault(j, "the character NUL (\\u0000) stands in a text");
    if (u >= 0xDC00 && u <= 0xDFFF) return json_fault(j, "half of a character (a lone surrogate)");
    if (u >= 0xD800 && u <= 0xDBFF) {
        low = j->end - p > 10 && p[5] == '\\' && p[6] == 'u' ? unit(p + 7, j->end) : -1;
        if (low < 0xDC00 || low > 0xDFFF) return json_fault(j, "half of a character (a lone surrogate)");
        p += 6;
    }
    j->at = p + 5;
    return true;
}

bool json_string(struct json *j, voc_str *raw, bool *escaped)
{
    const char *from = ++j->at;
    *escaped = false;
    for (;;) {
        j->at = json_plain_end(j->at, j->end);
        if (j->at == j->end) return json_fault(j, "a text is never closed");
        if (*j->at == '"') break;
        if (*j->at != '\\') return json_fault(j, "a control character stands in a text (\\n and \\t are written with a backslash)");
        *escaped = true;
        if (!escape(j)) return false;
    }
    *raw = (voc_str){from, (size_t)(j->at - from)};
    j->at++;
    return true;
}

static char *put(char *to, uint32_t c)
{
    if (c < 0x80) return *to++ = (char)c, to;
    if (c < 0x800) return *to++ = (char)(0xC0 | c >> 6), *to++ = (char)(0x80 | (c & 0x3F)), to;
    if (c < 0x10000) return *to++ = (char)(0xE0 | c >> 12), *to++ = (char)(0x80 | (c >> 6 & 0x3F)), *to++ = (char)(0x80 | (c & 0x3F)), to;
    *to++ = (char)(0xF0 | c >> 18), *to++ = (char)(0x80 | (c >> 12 & 0x3F)), *to++ = (char)(0x80 | (c >> 6 & 0x3F)),
    *to++ = (char)(0x80 | (c & 0x3F));
    return to;
}

size_t json_unescape(voc_str raw, char *to)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *p = raw.ptr, *end = raw.ptr + raw.len;
    char *at = to;
    while (p < end) {
        const char *back = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((back ? back : end) - p);
        memmove(at, p, plain);
        at += plain;
        p += plain;
        if (!back) break;
        if (p[1] != 'u') {
            *at++ = means[strchr(names, p[1]) - names];
            p += 2;
            continue;
        }
        uint32_t c = (uint32_t)unit(p + 2, end);
        p += 6;
        if (c >= 0xD800 && c <= 0xDBFF) {
            c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)unit(p + 2, end) - 0xDC00);
            p += 6;
        }
        at = put(at, c);
    }
    return (size_t)(at - to);
}

// ---- other values ---------------------------------------------------------------------------------------------------------

static bool number(struct json *j, voc_str *text)
{
    const char *p = j->at, *end = j->end;
    if (p < end && *p == '-') p++;
    if (p == end || !is_digit(*p)) return j->at = p, json_fault(j, "a number has no digits");
    if (*p == '0' && p + 1 < end && is_digit(p[1])) return json_fault(j, "a number begins with 0");
    while (p < end && is_digit(*p)) p++;
    if (p < end && *p == '.') {
        if (++p == end || !is_digit(*p)) return j->at = p, json_fault(j, "a number has no digits behind its point");
        while (p < end && is_digit(*p)) p++;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        if (p == end || !is_digit(*p)) return j->at = p, json_fault(j, "a number has no digits in its exponent");
        while (p < end && is_digit(*p)) p++;
    }
    *text = (voc_str){j->at, (size_t)(p - j->at)};
    j->at = p;
    return true;
}

static bool starts(const struct json *j, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(j->end - j->at) >= n && memcmp(j->at, word, n) == 0;
}

static bool word(struct json *j, const char *word, voc_str *text)
{
    size_t n = strlen(word);
    if (!starts(j, word)) return json_fault(j, "this is no value; a text stands in quotes");
    *text = (voc_str){j->at, n};
    j->at += n;
    return true;
}

static bool no_value(struct json *j)
{
    if (j->at == j->end) return json_fault(j, "it ends within a value");
    if (starts(j, "NaN") || starts(j, "Infinity") || starts(j, "inf") || starts(j, "-Infinity"))
        return json_fault(j, "NaN and Infinity are no values of JSON; null stands for what is missing");
    if (*j->at == '\'') return json_fault(j, "texts stand in double quotes");
    return json_fault(j, *j->at == ',' || *j->at == '}' || *j->at == ']' ? "a value is missing" : "this is no value; a text stands in quotes");
}

bool json_scalar(struct json *j, enum json_kind kind, voc_str *text, bool *escaped)
{
    *escaped = false;
    switch (kind) {
    case JSON_STRING: return json_string(j, text, escaped);
    case JSON_NUMBER: return starts(j, "-I") ? no_value(j) : number(j, text);
    case JSON_NULL: return word(j, "null", text);
    case JSON_TRUE: return word(j, "true", text);
    case JSON_FALSE: return word(j, "false", text);
    default: return no_value(j);
    }
}

bool json_enter(struct json *j, char open, char close, bool *empty)
{
    if (j->at == j->end || *j->at != open) return no_value(j);
    j->at++;
    json_blank(j);
    *empty = j->at < j->end && *j->at == close;
    j->at += *empty;
    return true;
}

bool json_next(struct json *j, char close, bool *done)
{
    if (j->end - j->at > 1 && j->at[0] == ',' && j->at[1] == '"') { // the usual case
        j->at++;
        *done = false;
        return true;
    }
    json_blank(j);
    if (j->at == j->end) return json_fault(j, close == '}' ? "it ends within an object" : "it ends within an array");
    *done = *j->at == close;
    if (!*done && *j->at != ',') return json_fault(j, "a comma is missing");
    j->at++;
    if (!*done) json_blank(j);
    return true;
}

bool json_key(struct json *j, voc_str *raw, bool *escaped)
{
    if (j->at == j->end) return json_fault(j, "it ends within an object");
    if (*j->at != '"') return json_fault(j, *j->at == '}' ? "a comma stands before the end of an object" : "a key stands in double quotes");
    if (!json_string(j, raw, escaped)) return false;
    json_blank(j);
    if (j->at == j->end) return json_fault(j, "it ends within an object");
    if (*j->at != ':') return json_fault(j, "a colon is missing behind a key");
    j->at++;
    json_blank(j);
    return true;
}

bool json_done(struct json *j)
{
    json_blank(j);
    return j->at == j->end || json_fault(j, "text stands behind the value");
}

// Without recursion: bit d of `object` says what is open at depth d.
bool json_skip(struct json *j, unsigned depth, voc_str *text)
{
    const char *from = j->at;
    uint64_t object = 0;
    unsigned d = 0; // open within this value
    voc_str unused;
    bool escaped, empty = false, done;
    for (;;) {
        enum json_kind kind = json_kind(j);
        bool open = kind == JSON_OBJECT || kind == JSON_ARRAY;
        if (open) {
            if (depth + d >= JSON_DEPTH) return json_fault(j, "more than 64 objects and arrays stand within each other");
            if (!json_enter(j, kind == JSON_OBJECT ? '{' : '[', kind == JSON_OBJECT ? '}' : ']', &empty)) return false;
            if (!empty) {
                object = kind == JSON_OBJECT ? object | UINT64_C(1) << d : object & ~(UINT64_C(1) << d);
                d++;
                if (kind == JSON_OBJECT && !json_key(j, &unused, &escaped)) return false;
                continue;
            }
        } else if (!json_scalar(j, kind, &unused, &escaped)) {
            return false;
        }
        for (done = true; d && done;) { // behind a value
            bool in_object = object >> (d - 1) & 1;
            if (!json_next(j, in_object ? '}' : ']', &done)) return false;
            if (done) d--;
            else if (in_object && !json_key(j, &unused, &escaped)) return false;
        }
        if (d == 0) break;
    }
    if (text) *text = (voc_str){from, (size_t)(j->at - from)};
    return true;
}

// ---- layout ---------------------------------------------------------------------------------------------------------------

// Behind the text that begins at p.
static const char *behind_text(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\') p++;
    return p < end ? p + 1 : end;
}

bool json_loose(voc_str raw)
{
    for (const char *p = raw.ptr, *end = raw.ptr + raw.len; p < end;) {
        if (is_blank(*p)) return true;
        p = *p == '"' ? behind_text(p, end) : p + 1;
    }
    return false;
}

size_t json_compact(voc_str raw, char *to)
{
    char *at = to;
    for (const char *p = raw.ptr, *end = raw.ptr + raw.len, *next; p < end; p = next) {
        next = *p == '"' ? behind_text(p, end) : p + 1;
        if (is_blank(*p)) continue;
        memcpy(at, p, (size_t)(next - p));
        at += next - p;
    }
    return (size_t)(at - to);
}
