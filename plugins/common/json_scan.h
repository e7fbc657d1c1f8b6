// SPDX-License-Identifier: MIT
// A strict scanner of JSON (RFC 8259) that keeps nothing: the caller walks over the text and takes what it wants where it stands.
// For input plugins: a tree of every record (Jansson) costs several times the CPU of the whole import. What it accepts is what
// Jansson accepts (tests/unit/plugins/test_json_scan.c), except that duplicate keys are the caller's to see and numbers keep
// their text. Safe in threads: no state but the caller's. UTF-8 is checked by the host, which checks every text.
#ifndef VOC_PLUGINS_COMMON_JSON_SCAN_H
#define VOC_PLUGINS_COMMON_JSON_SCAN_H

#include <stdbool.h>
#include <string.h>
#include <voc/plugin.h>

#define JSON_DEPTH 64u // objects and arrays within each other

// Where the walk stands. After a fault `at` is where it is, and `fault` says what.
struct json {
    const char *at, *end;
    const char *fault; // or NULL
};

enum json_kind { JSON_NONE = 0, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_OBJECT, JSON_ARRAY };

// Each step returns false at a fault.
void json_blank(struct json *j);                                     // to the next byte that is no blank
enum json_kind json_kind(const struct json *j);                      // of the value that begins here, by its first byte
bool json_string(struct json *j, voc_str *raw, bool *escaped);       // what stands between the quotes; escaped: json_unescape makes the text of it
bool json_scalar(struct json *j, enum json_kind kind, voc_str *text, bool *escaped); // string, number, true, false, null: the text as written
bool json_skip(struct json *j, unsigned depth, voc_str *text);       // any value, checked; its text (or NULL). depth: of what it stands in
bool json_enter(struct json *j, char open, char close, bool *empty); // { or [; empty: behind its end already
bool json_next(struct json *j, char close, bool *done);              // behind a member: a comma, or the end
bool json_key(struct json *j, voc_str *raw, bool *escaped);          // a key and its colon
bool json_done(struct json *j);                                      // nothing stands behind the value
bool json_fault(struct json *j, const char *what);                   // always false

// The text of what json_string gave, at most raw.len bytes; gives its length. It has been checked.
size_t json_unescape(voc_str raw, char *to);

// Is there a blank outside of texts, which says nothing? And a value's text without them, at most raw.len bytes; gives its length.
bool json_loose(voc_str raw);
size_t json_compact(voc_str raw, char *to);

// From `p` to the next quote, backslash or control character, eight bytes at a time: most of a record is text without an escape.
static inline const char *json_plain_end(const char *p, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (; end - p >= 8; p += 8) {
        uint64_t x, quote, back;
        memcpy(&x, p, 8);
        quote = x ^ ones * '"';
        back = x ^ ones * '\\';
        // the lowest byte that is marked is one of them; those above it may be marked in error
        uint64_t hit = (((quote - ones) & ~quote) | ((back - ones) & ~back) | ((x - ones * 0x20) & ~x)) & ones << 7;
        if (!hit) continue;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        return p + (__builtin_ctzll(hit) >> 3);
#else
        break;
#endif
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20) p++;
    return p;
}

#endif
