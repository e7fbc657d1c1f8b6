// SPDX-License-Identifier: MIT
// Facts by (entity, who, key, time), and a reader for the flat JSON objects in which an event keeps its own attributes.
// The reader trusts nothing: it never leaves the slice, and what it does not understand is not there.
#include "journey/predicate/fact_index.h"

voc_rc facts_init(struct fact_index *f, const struct event_set *s)
{
    *f = (struct fact_index){.s = s};
    if (s->n_attributes >= UINT32_MAX) return VOC_E_LIMIT;
    for (uint32_t i = 0, next = 0; i < s->n_attributes; i = next) {
        uint32_t entity = s->attributes[i].entity;
        for (next = i; next < s->n_attributes && s->attributes[next].entity == entity;) next++;
        if (entity >= 4 || f->first[entity]) return VOC_E_BUG;
        uint32_t n = s->attributes[next - 1].who + 1u;
        uint32_t *first = mem_zalloc((size_t)n + 1u, sizeof *first);
        if (!first) return VOC_E_NOMEM;
        uint32_t at = i;
        for (uint32_t who = 0; who < n; who++) {
            first[who] = at;
            while (at < next && s->attributes[at].who == who) at++;
        }
        first[n] = next;
        f->first[entity] = first;
        f->n[entity] = n;
    }
    return VOC_OK;
}

void facts_done(struct fact_index *f)
{
    for (size_t e = 0; e < 4; e++) mem_free(f->first[e]);
    *f = (struct fact_index){0};
}

struct fact_at facts_find(const struct fact_index *f, uint32_t entity, uint32_t who, voc_str key, int64_t t_us)
{
    struct fact_at r = {.from_us = INT64_MIN, .until_us = INT64_MAX};
    if (entity >= 4 || who >= f->n[entity]) return r;
    const struct event_attribute *a = f->s->attributes;
    uint32_t lo = f->first[entity][who], hi = f->first[entity][who + 1];
    while (lo < hi) { // the first one behind (key, t)
        uint32_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(a[mid].key, key);
        if (c < 0 || (c == 0 && a[mid].valid_from_us <= t_us)) lo = mid + 1;
        else hi = mid;
    }
    uint32_t first = f->first[entity][who], end = f->first[entity][who + 1];
    if (lo < end && str_eq(a[lo].key, key)) r.until_us = a[lo].valid_from_us;
    if (lo > first && str_eq(a[lo - 1].key, key)) {
        r.found = true;
        r.at = lo - 1;
        r.from_us = a[lo - 1].valid_from_us;
    }
    return r;
}

bool fact_test(const struct predicate *p, bool found, voc_str text)
{
    bool tests = p->has_is || p->like || p->has_at_least || p->has_at_most;
    if (p->has_present && !p->present) return !found && !tests;
    if (!found) return false;
    if (p->has_is && !str_eq(p->is, text)) return false;
    if (!p->has_at_least && !p->has_at_most) return true;
    double v;
    if (!str_real(str_trim(text), &v)) return false;
    return (!p->has_at_least || v >= p->fact_at_least) && (!p->has_at_most || v <= p->fact_at_most);
}

// ---- JSON -----------------------------------------------------------------------------------------------------------------

struct reader { const char *at, *end; };

static void blanks(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) r->at++;
}

static bool take(struct reader *r, char c)
{
    blanks(r);
    if (r->at >= r->end || *r->at != c) return false;
    r->at++;
    return true;
}

// A string without its quotes, still escaped.
static bool quoted(struct reader *r, voc_str *raw)
{
    if (!take(r, '"')) return false;
    const char *from = r->at;
    for (; r->at < r->end && *r->at != '"'; r->at++)
        if (*r->at == '\\' && ++r->at >= r->end) return false;
    if (r->at >= r->end) return false;
    *raw = str_mk(from, (size_t)(r->at++ - from));
    return true;
}

// Any value, as written; strings with their quotes.
static bool value_of(struct reader *r, voc_str *raw)
{
    blanks(r);
    const char *from = r->at;
    voc_str ignored;
    size_t depth = 0;
    while (r->at < r->end) {
        char c = *r->at;
        if (c == '"') {
            if (!quoted(r, &ignored)) return false;
        } else if (c == '{' || c == '[') {
            depth++;
            r->at++;
        } else if (c == '}' || c == ']') {
            if (depth == 0) break;
            depth--;
            r->at++;
        } else if (c == ',' && depth == 0) {
            break;
        } else {
            r->at++;
        }
    }
    *raw = str_trim(str_mk(from, (size_t)(r->at - from)));
    return depth == 0 && raw->len > 0;
}

static bool hex4(const char *p, const char *end, uint32_t *out)
{
    if (end - p < 4) return false;
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t d;
        if (c >= '0' && c <= '9') d = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') d = (uint32_t)(c - 'a') + 10u;
        else if (c >= 'A' && c <= 'F') d = (uint32_t)(c - 'A') + 10u;
        else return false;
        v = v << 4 | d;
    }
    *out = v;
    return true;
}

static void put_utf8(struct buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_byte(b, (char)c);
    } else if (c < 0x800) {
        buf_byte(b, (char)(0xC0 | c >> 6));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        buf_byte(b, (char)(0xE0 | c >> 12));
        buf_byte(b, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    } else {
        buf_byte(b, (char)(0xF0 | c >> 18));
        buf_byte(b, (char)(0x80 | (c >> 12 & 0x3F)));
        buf_byte(b, (char)(0x80 | (c >> 6 & 0x3F)));
        buf_byte(b, (char)(0x80 | (c & 0x3F)));
    }
}

static const char *unescape_u(struct buf *b, const char *p, const char *end)
{
    uint32_t c, low;
    if (!hex4(p, end, &c)) return NULL;
    p += 4;
    if (c >= 0xD800 && c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' && hex4(p + 2, end, &low) && low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    }
    put_utf8(b, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
    return p;
}

static bool unescape(struct buf *b, voc_str raw, voc_str *out)
{
    if (!raw.len || !memchr(raw.ptr, '\\', raw.len)) {
        *out = raw;
        return true;
    }
    buf_clear(b);
    const char *end = raw.ptr + raw.len;
    for (const char *p = raw.ptr; p && p < end;) {
        if (*p != '\\') {
            buf_byte(b, *p++);
            continue;
        }
        char c = p[1];
        p += 2;
        switch (c) {
        case 'b': buf_byte(b, '\b'); break;
        case 'f': buf_byte(b, '\f'); break;
        case 'n': buf_byte(b, '\n'); break;
        case 'r': buf_byte(b, '\r'); break;
        case 't': buf_byte(b, '\t'); break;
        case 'u': p = unescape_u(b, p, end); break;
        default: buf_byte(b, c); break;
        }
        if (!p) return false;
    }
    if (b->rc) return false;
    *out = str_mk(b->ptr ? b->ptr : "", b->len);
    return true;
}

bool facts_json(voc_str object, voc_str key, struct buf *scratch, voc_str *value)
{
    struct reader r = {object.ptr, object.ptr + object.len};
    if (!object.len || !take(&r, '{')) return false;
    do {
        voc_str k, v, name;
        if (!quoted(&r, &k) || !take(&r, ':') || !value_of(&r, &v)) return false;
        if (!unescape(scratch, k, &name)) {
            if (scratch->rc) return false;
            continue;
        }
        if (!str_eq(name, key)) continue;
        if (v.ptr[0] != '"') {
            *value = v;
            return !str_is(v, "null");
        }
        return unescape(scratch, str_mk(v.ptr + 1, v.len - 2), value);
    } while (take(&r, ','));
    return false;
}
