// SPDX-License-Identifier: MIT
// Growing buffers and arrays, each with a maximum that its owner states. Capacity doubles; the NUL behind the content is
// not part of `len` and not counted in `max`. Any file of the engine calls this. One buffer belongs to one thread.
#include "base/buf.h"
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "base/utf8.h"

#define CAP_MIN 64u

void buf_init(struct buf *b, size_t max) { *b = (struct buf){.max = max}; }

void buf_done(struct buf *b)
{
    mem_free(b->ptr);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->rc = VOC_OK;
    if (b->ptr) b->ptr[0] = '\0';
}

// Makes room for `len` more bytes and a NUL.
static voc_rc grow(struct buf *b, size_t len)
{
    if (b->rc) return b->rc;
    if (b->len > b->max || len > b->max - b->len) return b->rc = VOC_E_LIMIT;
    size_t need, cap;
    if (!mem_add(b->len + len, 1, &need)) return b->rc = VOC_E_LIMIT;
    if (need <= b->cap) return VOC_OK;
    if (!mem_mul(b->cap, 2, &cap) || (b->max < SIZE_MAX && cap > b->max + 1)) cap = b->max < SIZE_MAX ? b->max + 1 : need;
    if (cap < CAP_MIN) cap = CAP_MIN;
    if (cap < need) cap = need;
    char *ptr = mem_realloc(b->ptr, cap);
    if (!ptr) return b->rc = VOC_E_NOMEM;
    b->ptr = ptr;
    b->cap = cap;
    b->ptr[b->len] = '\0';
    return VOC_OK;
}

voc_rc buf_add(struct buf *b, const void *data, size_t len)
{
    if (b->rc || len >= b->cap || b->len >= b->cap - len || len > b->max - b->len) {
        voc_rc rc = grow(b, len);
        if (rc) return rc;
    }
    if (len) memcpy(b->ptr + b->len, data, len);
    b->len += len;
    b->ptr[b->len] = '\0';
    return VOC_OK;
}

voc_rc buf_str(struct buf *b, voc_str s) { return buf_add(b, s.ptr, s.len); }

voc_rc buf_cstr(struct buf *b, const char *s) { return buf_add(b, s, s ? strlen(s) : 0); }

voc_rc buf_byte(struct buf *b, char c) { return buf_add(b, &c, 1); }

voc_rc buf_fill(struct buf *b, char c, size_t count)
{
    voc_rc rc = grow(b, count);
    if (rc) return rc;
    memset(b->ptr + b->len, (unsigned char)c, count);
    b->len += count;
    b->ptr[b->len] = '\0';
    return VOC_OK;
}

voc_rc buf_vprintf(struct buf *b, const char *format, va_list ap)
{
    va_list again;
    voc_rc rc = grow(b, 0);
    if (rc) return rc;
    va_copy(again, ap);
    int len = vsnprintf(b->ptr + b->len, b->cap - b->len, format, ap);
    if (len < 0) rc = b->rc = VOC_E_BUG;
    else if ((size_t)len >= b->cap - b->len || (size_t)len > b->max - b->len) {
        b->ptr[b->len] = '\0';
        rc = grow(b, (size_t)len);
        if (!rc) (void)vsnprintf(b->ptr + b->len, (size_t)len + 1, format, again);
    }
    if (!rc) b->len += (size_t)len;
    va_end(again);
    return rc;
}

voc_rc buf_printf(struct buf *b, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    voc_rc rc = buf_vprintf(b, format, ap);
    va_end(ap);
    return rc;
}

// The NUL stands behind the whole room, so a caller that fills less still leaves a terminated string.
char *buf_room(struct buf *b, size_t len)
{
    if (grow(b, len)) return NULL;
    b->ptr[b->len + len] = '\0';
    return b->ptr + b->len;
}

static void json_escape(struct buf *b, uint32_t cp)
{
    switch (cp) {
    case '"': buf_add(b, "\\\"", 2); break;
    case '\\': buf_add(b, "\\\\", 2); break;
    case '\n': buf_add(b, "\\n", 2); break;
    case '\r': buf_add(b, "\\r", 2); break;
    case '\t': buf_add(b, "\\t", 2); break;
    default: buf_printf(b, "\\u%04x", (unsigned)cp);
    }
}

voc_rc buf_named(struct buf *b, const char *text, const char *word, const char *name)
{
    const char *at;
    for (; (at = strstr(text, word)) != NULL; text = at + strlen(word)) {
        (void)buf_add(b, text, (size_t)(at - text));
        if (name[0] == '-' && name[1]) (void)buf_cstr(b, "./"); // else it would be an option
        (void)text_word(b, name);
    }
    return buf_cstr(b, text);
}

// How many of the next eight bytes, taken from p on, stand as they are in JSON: all or none. ASCII without quotes and controls.
static size_t plain_eight(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t x;
    memcpy(&x, p, sizeof x);
    uint64_t quote = x ^ ones * '"', slash = x ^ ones * '\\', delete = x ^ ones * 0x7F;
    return (x | (x - ones * 0x20) | (quote - ones) | (slash - ones) | (delete - ones)) & tops ? 0 : sizeof x;
}

// C1 controls are escaped too (a terminal would obey them); what is not UTF-8 becomes U+FFFD, as JSON must be UTF-8.
voc_rc buf_json(struct buf *b, voc_str s)
{
    size_t from = 0, at = 0;
    buf_byte(b, '"');
    while (at < s.len) {
        uint32_t cp = 0xFFFD;
        if (s.len - at >= 8 && plain_eight(s.ptr + at)) {
            at += 8;
            continue;
        }
        size_t n = utf8_next(s.ptr + at, s.len - at, &cp);
        if (n && cp >= 0x20 && cp != '"' && cp != '\\' && (cp < 0x7F || cp > 0x9F)) {
            at += n;
            continue;
        }
        buf_add(b, s.ptr + from, at - from);
        if (n) json_escape(b, cp);
        else buf_add(b, "\xEF\xBF\xBD", 3);
        at += n ? n : 1;
        from = at;
    }
    buf_add(b, s.ptr + from, at - from);
    return buf_byte(b, '"');
}

voc_rc vec_reserve_(void **at, size_t *cap, size_t n, size_t extra, size_t size, size_t max)
{
    size_t need, bytes;
    if (n > max || extra > max - n) return VOC_E_LIMIT;
    need = n + extra;
    if (need <= *cap) return VOC_OK;
    size_t want = *cap > max / 2 ? max : *cap * 2;
    if (want < 8) want = max < 8 ? max : 8;
    if (want < need) want = need;
    if (!mem_mul(want, size, &bytes)) return VOC_E_LIMIT;
    void *ptr = mem_realloc(*at, bytes);
    if (!ptr) return VOC_E_NOMEM;
    *at = ptr;
    *cap = want;
    return VOC_OK;
}
