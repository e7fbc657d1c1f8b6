// SPDX-License-Identifier: MIT
// Reads the plain part of an XML document three times as fast as libxml2, which reads the rest: tags with plain names, values in
// quotes, text, comments, in UTF-8. It never refuses: at whatever else it meets (a DOCTYPE, other charsets, prefixes, CDATA, any
// fault, the end of the root) it stops before it, and libxml2 goes on from there with the open tags told to it again. So every
// message is libxml2's, and what is accepted is what libxml2 accepts; tests/fuzz (xml) holds that both hand out the same.
// The chunk ends with a byte 0, which is of no class, so that every loop stops there. Texts and values are read from one marked
// byte to the next. One thread.
#include "base/xml_quick.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "base/xml_marks.h"

#define CHUNK ((size_t)128 << 10) // a tag, a text or a comment that is longer is libxml2's; half of it is read past the buffer of files
#define ATTRS_MOST 64u           // each is compared with each
#define NAME_MOST 1000u
#define TEXT_MOST ((size_t)9 << 20) // libxml2 counts on from here
#define VALUES_MAX ((size_t)1 << 20)
#define SLACK 64u // bytes behind the chunk's end that may be looked at
#define MARK_WORDS ((CHUNK + SLACK) / 64)

enum { START = 1, NAME = 2, PLAIN = 4, SPACE = 8, HIGH = 16, QUOTED = 32 }; // QUOTED: may stand in a value as it is, quotes apart

// '\r' in a text becomes '\n', and space of any kind in a value ' ': where they stand, libxml2 does that.
static const uint8_t class_of[256] = {
    ['\t'] = SPACE | PLAIN, ['\n'] = SPACE | PLAIN, ['\r'] = SPACE, [' '] = SPACE | PLAIN | QUOTED,
    ['!'] = PLAIN | QUOTED, ['"'] = PLAIN, ['#' ... '%'] = PLAIN | QUOTED, ['\''] = PLAIN, ['(' ... ','] = PLAIN | QUOTED,
    ['-' ... '.'] = NAME | PLAIN | QUOTED, ['/'] = PLAIN | QUOTED, ['0' ... '9'] = NAME | PLAIN | QUOTED, [':' ... ';'] = PLAIN | QUOTED,
    ['='] = PLAIN | QUOTED, ['>' ... '@'] = PLAIN | QUOTED, ['A' ... 'Z'] = START | NAME | PLAIN | QUOTED, ['['] = PLAIN | QUOTED, ['\\'] = PLAIN | QUOTED,
    [']'] = QUOTED, ['^'] = PLAIN | QUOTED, ['_'] = START | NAME | PLAIN | QUOTED, ['`'] = PLAIN | QUOTED, ['a' ... 'z'] = START | NAME | PLAIN | QUOTED,
    ['{' ... 127] = PLAIN | QUOTED, [128 ... 255] = HIGH,
};

enum found { GIVEN, MORE, OVER, STOP }; // MORE: the chunk ends within it; OVER: it is libxml2's; STOP: q->status

// The first marked byte from c on; there is one at the chunk's end.
static inline const char *marked(const struct xml_quick *q, const char *c)
{
    const size_t at = (size_t)(c - q->chunk);
    size_t word = at / 64;
    uint64_t bits = q->marks[word] >> at % 64;
    if (bits) return c + __builtin_ctzll(bits);
    while ((bits = q->marks[++word]) == 0) continue;
    return q->chunk + word * 64 + __builtin_ctzll(bits);
}

static inline uint8_t class_at(const char *c) { return class_of[(unsigned char)*c]; }

// More bytes behind those that are left; false: there are none, or no room for them.
static bool refill(struct xml_quick *q)
{
    const size_t left = q->len - q->at;
    size_t got = 1;
    if (q->ended || q->failed || left == CHUNK) return false;
    if (left) memmove(q->chunk, q->chunk + q->at, left);
    q->before += q->at;
    q->at = 0, q->len = left;
    while (q->len < CHUNK && got > 0 && !q->failed) {
        q->failed = q->read(q->read_user, q->chunk + q->len, CHUNK - q->len, &got);
        if (q->failed) break;
        q->len += got;
    }
    q->ended = got == 0;
    q->chunk[q->len] = '\0';
    xml_marks(q->chunk, q->len / 64 + 1, q->marks);
    return q->len > left;
}

static void count_lines(struct xml_quick *q, const char *from, const char *to)
{
    while (from < to && (from = memchr(from, '\n', (size_t)(to - from))) != NULL) from++, q->line++;
}

// Whether bytes of which some are above 127 are characters of XML.
static bool high_is_fine(const char *from, const char *to)
{
    if (!text_utf8_valid(from, (size_t)(to - from))) return false;
    for (const char *c = from; c + 2 < to && (c = memchr(c, '\xEF', (size_t)(to - c))) != NULL; c++) // U+FFFE and U+FFFF are none
        if (to - c > 2 && c[1] == '\xBF' && (unsigned char)c[2] >= 0xBE) return false;
    return true;
}

static enum found at_end_or_odd(const struct xml_quick *q, const char *c) { return c == q->chunk + q->len ? MORE : OVER; }

// ---- references

// One of the five entities, or a reference to a character above the control characters; its length, or 0.
static size_t reference(const char *from, const char *to, struct buf *out)
{
    static const struct { const char *name; char c; } five[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    const size_t left = (size_t)(to - from);
    for (size_t i = 0; i < sizeof five / sizeof *five; i++) {
        const size_t len = strlen(five[i].name);
        if (left >= len && memcmp(from, five[i].name, len) == 0) return buf_byte(out, five[i].c) == VOC_OK ? len : 0;
    }
    if (left < 4 || from[1] != '#') return 0;
    const bool hex = from[2] == 'x';
    uint32_t value = 0;
    size_t at = hex ? 3 : 2, first = at;
    for (; at < left && at < first + 6; at++) {
        const char c = from[at];
        int digit;
        if (c >= '0' && c <= '9') digit = c - '0';
        else if (hex && c >= 'a' && c <= 'f') digit = c - 'a' + 10;
        else if (hex && c >= 'A' && c <= 'F') digit = c - 'A' + 10;
        else break;
        value = value * (hex ? 16 : 10) + (uint32_t)digit;
    }
    if (at == first || at == left || from[at] != ';' || value < 0x20 || value >= 0x7F) return 0; // others are rare
    return buf_byte(out, (char)value) == VOC_OK ? at + 1 : 0;
}

// The text with its references and line ends resolved, in q->values.
static enum found resolve(struct xml_quick *q, voc_str *s)
{
    const size_t from = q->values.len;
    const char *c = s->ptr, *end = s->ptr + s->len;
    // all that a tag can need, as what was resolved before points into it
    if (from == 0 && !buf_room(&q->values, CHUNK)) return q->status = q->values.rc, STOP;
    for (size_t taken; c < end; c += taken) {
        taken = 1;
        if (*c == '\r') taken += c + 1 < end && c[1] == '\n';
        if (*c == '&') taken = reference(c, end, &q->values);
        else (void)buf_byte(&q->values, *c == '\r' ? '\n' : *c);
        if (taken == 0) return OVER;
    }
    *s = str_mk(q->values.ptr + from, q->values.len - from);
    return GIVEN;
}

// ---- text and comments: *at is moved behind what was read

static enum found text(struct xml_quick *q, const char **at)
{
    const char *from = *at, *c = from;
    bool high = false, refers = false;
    uint64_t lines = 0;
    for (c = marked(q, c); *c != '<'; c = marked(q, c + 1)) {
        const uint8_t is = class_at(c);
        lines += *c == '\n';
        if (is & PLAIN) continue;
        if (is & HIGH) high = true;
        else if (*c == '&' || (*c == '\r' && q->h->text)) refers = true;
        else if (*c == '\r') continue;
        else if (*c != ']') return at_end_or_odd(q, c);
        else if (c[1] == ']') return OVER; // perhaps "]]>"
    }
    voc_str whole = str_mk(from, (size_t)(c - from));
    enum found found = !high || high_is_fine(from, c) ? GIVEN : OVER;
    if (q->values.len) buf_clear(&q->values);
    if (refers && found == GIVEN) found = resolve(q, &whole);
    if (q->text_len + whole.len > TEXT_MOST && q->h->text) found = OVER;
    if (found != GIVEN) return found;
    *at = c;
    q->line += lines;
    q->text_len += whole.len;
    if (q->h->text && whole.len) q->status = q->h->text(q->user, whole);
    return q->status ? STOP : GIVEN;
}

// A line end and blanks up to the next tag, which stand between most tags, where nobody listens to texts.
static inline bool gap(struct xml_quick *q, const char **at)
{
    const char *c = *at;
    if (*c != '\n' || q->h->text) return false;
    c = marked(q, c + 1);
    if (*c != '<') return false;
    q->line++;
    *at = c;
    return true;
}

static enum found comment(struct xml_quick *q, const char **at)
{
    const char *from = *at + 4, *c = from;
    bool high = false;
    for (;; c++) {
        if (c[0] == '-' && c[1] == '-') break;
        if (class_at(c) & HIGH) high = true;
        else if (!(class_at(c) & (PLAIN | SPACE)) && *c != '<' && *c != '&' && *c != ']') return at_end_or_odd(q, c);
    }
    if (c[2] != '>') return at_end_or_odd(q, c + 2);
    if (high && !high_is_fine(from, c)) return OVER;
    count_lines(q, from, c);
    *at = c + 3;
    return GIVEN;
}

// ---- tags

struct tag { voc_str name; const char *end; bool empty, lines; size_t n_ns; }; // end: behind its '>'

static enum found take_value(struct xml_quick *q, const char **at, voc_str *value)
{
    const char *c = *at, quote = *c;
    bool high = false, refers = false;
    if (quote != '"' && quote != '\'') return at_end_or_odd(q, c);
    const char *from = ++c;
    for (c = marked(q, c); *c != quote; c = marked(q, c + 1)) {
        const uint8_t is = class_at(c);
        if (is & QUOTED || *c == '"' || *c == '\'') continue;
        if (is & HIGH) high = true;
        else if (*c == '&') refers = true;
        else return at_end_or_odd(q, c);
    }
    *value = str_mk(from, (size_t)(c - from));
    *at = c + 1;
    if (high && !high_is_fine(from, c)) return OVER;
    return refers ? resolve(q, value) : GIVEN;
}

static bool is_new(const struct xml_quick *q, voc_str name)
{
    for (size_t i = 0; i < q->attrs.n; i++)
        if (str_eq(q->attrs.at[i].name, name)) return false;
    return true;
}

// A declaration of a namespace comes first, as libxml2 tells it; only the root's, and none that has a meaning of its own.
static bool take_attribute(struct xml_quick *q, struct tag *t, voc_str name, voc_str value)
{
    static const voc_str reserved = {"http://www.w3.org", 17};
    size_t to = q->attrs.n;
    if (q->attrs.n == ATTRS_MOST || !is_new(q, name)) return false;
    if (name.len >= 3 && memcmp(name.ptr, "xml", 3) == 0) {
        if (!str_is(name, "xmlns") || q->depth > 0 || value.len == 0 ||
            (value.len >= reserved.len && memcmp(value.ptr, reserved.ptr, reserved.len) == 0))
            return false;
        t->n_ns = 1;
        memmove(q->attrs.at + 1, q->attrs.at, q->attrs.n * sizeof *q->attrs.at);
        to = 0;
    }
    q->attrs.at[to] = (voc_xml_attr){name, value};
    q->attrs.n++;
    return true;
}

// How many bytes from c on are small letters, at most eight: nearly all names are no more than that.
static inline size_t small_letters(const char *c)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t x;
    memcpy(&x, c, 8); // the chunk has bytes behind its end
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    const uint64_t low = x & ~tops, below = ~(low + ones * (0x80 - 'a')), above = low + ones * (0x7F - 'z'), others = (x | below | above) & tops;
    return others ? (size_t)__builtin_ctzll(others) / 8 : 8;
}

static inline enum found take_name(const struct xml_quick *q, const char **at, voc_str *name)
{
    const char *c = *at;
    if (!(class_at(c) & START)) return at_end_or_odd(q, c);
    c += small_letters(c);
    while (class_at(c) & NAME) c++;
    *name = str_mk(*at, (size_t)(c - *at));
    if (name->len > NAME_MOST) return OVER;
    *at = c;
    return GIVEN;
}

// ---- tags that begin like others

static inline bool begins_with(const char *c, const struct xml_quick_head *h)
{
    uint64_t x[2];
    memcpy(x, c, sizeof x); // the chunk has bytes behind its end; the 0 there is in no head
    return h->len && (((x[0] ^ h->text[0]) & h->mask[0]) | ((x[1] ^ h->text[1]) & h->mask[1])) == 0;
}

// The text from `from` up to and with the quote at `to`, if it is short and simple. tag_len: of the tag's name behind `from`, or 0.
static void learn(struct xml_quick_head *h, const char *from, const char *to, size_t tag_len, voc_str name)
{
    const size_t len = (size_t)(to + 1 - from);
    if (len > sizeof h->text || (name.len >= 3 && memcmp(name.ptr, "xml", 3) == 0) || (*to != '"' && *to != '\'')) return;
    for (const char *c = from; c < to; c++)
        if (*c != ' ' && class_at(c) & SPACE) return; // ends of lines are counted
    *h = (struct xml_quick_head){.len = (uint8_t)len, .tag_len = (uint8_t)tag_len, .name = (uint8_t)(name.ptr - from), .name_len = (uint8_t)name.len};
    memcpy(h->text, from, len);
    memset(h->mask, 255, len);
}

// From c up to an attribute's value: its name. GIVEN with an empty name: the tag ends here. from: where the head begins.
static enum found attribute_name(const struct xml_quick *q, const char **at, struct tag *t, voc_str *name)
{
    const char *c = *at;
    for (; class_at(c) & SPACE; c++) t->lines |= *c != ' ';
    *name = str_mk(c, 0);
    if (*c != '>' && *c != '/') {
        if (c == *at) return at_end_or_odd(q, c);
        const enum found found = take_name(q, &c, name);
        if (found != GIVEN) return found;
        if (*c != '=') return at_end_or_odd(q, c);
        c++;
    }
    *at = c;
    return GIVEN;
}

// The value behind the quote at c[-1], without references and bytes above 127. False: it is another.
static inline bool plain_value(const struct xml_quick *q, const char *c, voc_str *value)
{
    const char *end = marked(q, c);
    *value = str_mk(c, (size_t)(end - c));
    return *end == c[-1];
}

// What most elements of a log are: `<tag key="..." value="..."/>`, of which all but the values was read before. True: the
// attributes are in q->attrs. The names differ in length, as the two are not compared.
static inline bool leaf(struct xml_quick *q, const char *c, struct tag *t)
{
    const struct xml_quick_head *h = &q->first[(unsigned char)c[1] % XML_QUICK_HEADS], *next = &q->next[1];
    voc_xml_attr *a = q->attrs.at;
    if (!begins_with(c, h) || !plain_value(q, c + h->len, &a[0].value)) return false;
    const char *from = a[0].value.ptr + a[0].value.len + 1;
    if (!begins_with(from, next) || next->name_len == h->name_len || !plain_value(q, from + next->len, &a[1].value)) return false;
    const char *end = a[1].value.ptr + a[1].value.len + 1;
    if (end[0] != '/' || end[1] != '>') return false;
    a[0].name = str_mk(c + h->name, h->name_len);
    a[1].name = str_mk(from + next->name, next->name_len);
    q->attrs.n = 2;
    *t = (struct tag){.name = {c + 1, h->tag_len}, .end = end + 2, .empty = true};
    return true;
}

// The start tag at c, its attributes in q->attrs.
static enum found start_tag(struct xml_quick *q, const char *c, struct tag *t)
{
    struct xml_quick_head *h = &q->first[(unsigned char)c[1] % XML_QUICK_HEADS];
    const char *from = c;
    bool known = begins_with(c, h);
    enum found found = GIVEN;
    *t = (struct tag){.name = {c + 1, h->tag_len}};
    q->attrs.n = 0;
    if (q->values.len) buf_clear(&q->values);
    if (!known) {
        c++;
        found = take_name(q, &c, &t->name);
    }
    while (found == GIVEN) {
        voc_str name = {from + h->name, h->name_len}, value;
        if (known) c = from + h->len - 1;
        else {
            found = attribute_name(q, &c, t, &name);
            if (found != GIVEN) return found;
            if (name.len == 0) break;
            learn(h, from, c, q->attrs.n ? 0 : t->name.len, name);
        }
        found = take_value(q, &c, &value);
        if (found == GIVEN && !take_attribute(q, t, name, value)) return OVER;
        h = &q->next[q->attrs.n % XML_QUICK_HEADS];
        from = c;
        known = found == GIVEN && begins_with(c, h);
    }
    if (found != GIVEN) return found;
    t->empty = *c == '/';
    if (t->empty && *++c != '>') return at_end_or_odd(q, c);
    t->end = c + 1;
    return GIVEN;
}

static enum found push(struct xml_quick *q, const char *tag, const struct tag *t)
{
    struct xml_quick_open *o = &q->open[q->depth];
    *o = (struct xml_quick_open){q->tags.len, t->name.len, q->line};
    if (buf_add(&q->tags, tag, (size_t)(t->end - tag)) != VOC_OK) return q->status = q->tags.rc, STOP;
    return GIVEN;
}

static enum found opened(struct xml_quick *q, const char **at)
{
    const char *tag = *at;
    struct tag t;
    enum found found = GIVEN;
    if (q->depth == 0 || q->depth == XML_QUICK_DEPTH || !leaf(q, tag, &t)) found = q->depth < XML_QUICK_DEPTH ? start_tag(q, tag, &t) : OVER;
    if (found != GIVEN) return found;
    if (q->depth == 0 && t.empty) return OVER; // the root's end is libxml2's
    found = t.empty ? GIVEN : push(q, tag, &t);
    if (found != GIVEN) return found;
    if (q->depth == 0) q->namespaces = (unsigned)t.n_ns;
    q->last_byte = q->before + (uint64_t)(tag - q->chunk);
    q->text_len = 0;
    q->depth++;
    q->status = q->h->start(q->user, t.name, q->attrs.at, q->attrs.n, q->line, q->last_byte);
    if (t.lines) count_lines(q, tag, t.end);
    *at = t.end;
    if (!q->status && t.empty) {
        q->last_byte = q->before + (uint64_t)(t.end - q->chunk);
        q->status = q->h->end(q->user, t.name, q->line, q->last_byte);
        q->depth--;
    }
    return q->status ? STOP : GIVEN;
}

static enum found closed(struct xml_quick *q, const char **at)
{
    if (q->depth < 2) return OVER;
    const struct xml_quick_open *o = &q->open[q->depth - 1];
    const char *c = *at + 2, *name = q->tags.ptr + o->tag + 1;
    const size_t left = (size_t)(q->chunk + q->len - c);
    if (left <= o->name_len) return MORE;
    for (size_t i = 0; i < o->name_len; i++)
        if (c[i] != name[i]) return OVER; // a call takes longer
    const char *behind = c += o->name_len;
    while (class_at(c) & SPACE) c++;
    if (*c != '>') return at_end_or_odd(q, c);
    if (c > behind) count_lines(q, behind, c);
    voc_str told = str_mk(*at + 2, o->name_len);
    *at = c + 1;
    q->tags.len = o->tag;
    q->text_len = 0;
    q->depth--;
    q->last_byte = q->before + (uint64_t)(*at - q->chunk);
    q->status = q->h->end(q->user, told, q->line, q->last_byte);
    return q->status ? STOP : GIVEN;
}

// What begins with the '<' at *at.
static enum found markup(struct xml_quick *q, const char **at)
{
    const char *c = *at;
    if (class_at(c + 1) & START) return opened(q, at);
    if (c[1] == '/') return closed(q, at);
    if (c[1] != '!') return at_end_or_odd(q, c + 1);
    for (size_t i = 2; i < 4; i++)
        if (c[i] != '-') return at_end_or_odd(q, c + i);
    return comment(q, at);
}

// ---- the document

// The declaration, comments and space up to the root; they stay in the chunk, as nothing was handed out.
static bool prolog(struct xml_quick *q, const char **at)
{
    static const voc_str version = {"<?xml version=\"1.0\"", 19}, charset = {" encoding=\"UTF-8\"", 17}, small = {" encoding=\"utf-8\"", 17};
    const char *c = q->chunk;
    enum found found = GIVEN;
    if (q->len >= version.len && memcmp(c, version.ptr, version.len) == 0) {
        c += version.len;
        if (q->len < version.len + charset.len) return false;
        if (memcmp(c, charset.ptr, charset.len) == 0 || memcmp(c, small.ptr, small.len) == 0) c += charset.len;
        while (*c == ' ') c++;
        if (c[0] != '?' || c[1] != '>') return false;
        c += 2;
    }
    while (found == GIVEN) {
        const char *gap = c;
        while (class_at(c) & SPACE) c++;
        count_lines(q, gap, c);
        if (*c != '<' || class_at(c + 1) & START) break;
        if (q->chunk + q->len - c < 4 || memcmp(c, "<!--", 4) != 0) return false;
        found = comment(q, &c);
    }
    *at = c;
    return found == GIVEN && *c == '<';
}

voc_rc xml_quick_read(struct xml_quick *q)
{
    enum found found = GIVEN;
    const char *c = NULL;
    q->line = 1;
    q->chunk = mem_alloc(CHUNK + SLACK);
    q->marks = mem_alloc(MARK_WORDS * sizeof *q->marks);
    buf_init(&q->tags, XML_QUICK_DEPTH * CHUNK);
    buf_init(&q->values, VALUES_MAX);
    voc_rc rc = q->chunk && q->marks ? vec_reserve(&q->attrs, ATTRS_MOST, ATTRS_MOST) : VOC_E_NOMEM;
    if (rc) return rc;
    memset(q->chunk, 0, CHUNK + SLACK);
    (void)refill(q);
    if (prolog(q, &c)) found = opened(q, &c);
    if (q->status) return q->status;
    if (q->depth == 0) return q->line = 1, VOC_OK; // all of it is libxml2's
    q->at = (size_t)(c - q->chunk);
    while (found == GIVEN || (found == MORE && refill(q))) {
        c = q->chunk + q->at;
        found = GIVEN;
        if (!gap(q, &c)) found = text(q, &c);
        if (found == GIVEN) q->at = (size_t)(c - q->chunk);
        if (found == GIVEN) found = markup(q, &c);
        if (found == GIVEN) q->at = (size_t)(c - q->chunk);
    }
    return q->status;
}

void xml_quick_done(struct xml_quick *q)
{
    buf_done(&q->tags);
    buf_done(&q->values);
    vec_free(&q->attrs);
    mem_free(q->chunk);
    mem_free(q->marks);
}
