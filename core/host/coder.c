// SPDX-License-Identifier: MIT
// Writing and reading in one: each function looks at the direction and does its half. A number is read only in its shortest
// form, so that the same content is the same bytes.
#include "host/coder.h"

#include "base/text.h"

bool coder_reads(const struct coder *c) { return c->out == NULL; }

static void bad(struct coder *c)
{
    if (!c->rc) c->rc = VOC_E_INPUT;
}

static void put(struct coder *c, uint64_t x)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; x >= 128; x >>= 7) bytes[n++] = (unsigned char)(x | 128);
    bytes[n++] = (unsigned char)x;
    if (!c->rc) c->rc = buf_add(c->out, bytes, n);
}

static uint64_t get(struct coder *c)
{
    uint64_t x = 0;
    for (unsigned shift = 0; !c->rc && shift < 64; shift += 7) {
        if (c->at == c->end) break;
        unsigned char byte = *c->at++;
        if ((shift == 63 && byte > 1) || (shift && !byte)) break;
        x |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return x;
    }
    bad(c);
    return 0;
}

void code_number(struct coder *c, uint64_t *x, uint64_t most)
{
    if (!coder_reads(c)) {
        put(c, *x);
        return;
    }
    *x = get(c);
    if (*x > most) {
        bad(c);
        *x = 0;
    }
}

void code_signed(struct coder *c, int64_t *x)
{
    uint64_t folded = *x < 0 ? ~(uint64_t)*x << 1 | 1 : (uint64_t)*x << 1;
    code_number(c, &folded, UINT64_MAX);
    *x = (int64_t)(folded & 1 ? ~(folded >> 1) : folded >> 1);
}

void code_u32(struct coder *c, uint32_t *x, uint32_t most)
{
    uint64_t wide = *x;
    code_number(c, &wide, most);
    *x = (uint32_t)wide;
}

void code_index(struct coder *c, uint32_t *x, size_t n)
{
    uint64_t wide = *x == VOC_NONE ? 0 : (uint64_t)*x + 1;
    code_number(c, &wide, n < VOC_NONE ? n : VOC_NONE - 1);
    *x = wide ? (uint32_t)(wide - 1) : VOC_NONE;
}

void code_size(struct coder *c, size_t *x)
{
    uint64_t wide = *x;
    code_number(c, &wide, SIZE_MAX);
    *x = (size_t)wide;
}

void code_bytes(struct coder *c, voc_str *s)
{
    size_t len = s->len;
    code_size(c, &len);
    if (!coder_reads(c)) {
        if (!c->rc) c->rc = buf_add(c->out, s->ptr, len);
        return;
    }
    *s = (voc_str){"", 0};
    if (!c->rc && len > (size_t)(c->end - c->at)) bad(c);
    if (c->rc) return;
    if (len) *s = (voc_str){(const char *)c->at, len};
    c->at += len;
}

void code_str(struct coder *c, voc_str *s)
{
    code_bytes(c, s);
    if (coder_reads(c) && !c->rc && !text_utf8_valid(s->ptr, s->len)) bad(c);
}

void code_array(struct coder *c, void **at, size_t *n, size_t size)
{
    code_size(c, n);
    if (!coder_reads(c)) return;
    *at = NULL;
    size_t whole = 0;
    if (!c->rc && *n > (size_t)(c->end - c->at)) bad(c);
    if (!c->rc && (!mem_mul(*n ? *n : 1, size, &whole) || !(*at = arena_alloc(c->arena, whole)))) c->rc = VOC_E_NOMEM;
    if (c->rc) *n = 0;
}
