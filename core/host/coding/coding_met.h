// SPDX-License-Identifier: MIT
// Texts known again without a hash: by their length and their bytes, which are read eight at once where they lie in the
// block. Private to coding*.c.
#ifndef VOC_HOST_CODING_MET_H
#define VOC_HOST_CODING_MET_H
#include <string.h>

#include "host/coding/coding.h"

// The first and the last eight bytes of a text that is not empty; of a short one, all of it twice.
static inline void met_ends(const struct coder *c, voc_str s, uint64_t *first, uint64_t *last)
{
    size_t behind = s.len > 8 ? s.len - 8 : 0;
    if ((uintptr_t)s.ptr - c->from < c->places) {
        uint64_t x, y;
        memcpy(&x, s.ptr, 8);
        memcpy(&y, s.ptr + behind, 8);
        unsigned cut = s.len < 8 ? (unsigned)(8 - s.len) * 8 : 0; // the bytes behind a short text are not its own
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        x = x >> cut << cut;
#else
        x = x << cut >> cut;
#endif
        *first = x;
        *last = behind ? y : x;
    } else {
        *first = str_word(s.ptr, s.len, 0);
        *last = behind ? str_word(s.ptr + behind, 8, 0) : *first;
    }
}

static inline struct met *met_among(struct met *all, size_t n_all, uint64_t first, uint64_t last, size_t len)
{
    uint64_t h = (first ^ (last << 23 | last >> 41) ^ len) * UINT64_C(0x9E3779B97F4A7C15);
    return &all[(h >> 40) & (n_all - 1)];
}

// The place of a text that is not empty among those met, by its length and its first and last eight bytes.
static inline struct met *met_place(const struct coder *c, struct met *all, size_t n_all, voc_str s, uint64_t *first, uint64_t *last)
{
    met_ends(c, s, first, last);
    return met_among(all, n_all, *first, *last, s.len);
}

// The bytes from the eighth to the eighth before the last of a text of 17 to 32 bytes, some of them twice.
static inline void met_between(voc_str s, uint64_t to[2])
{
    memcpy(&to[0], s.ptr + 8, 8);
    memcpy(&to[1], s.ptr + s.len - 16, 8);
}

static inline bool is_met(const struct met *m, voc_str s, uint64_t first, uint64_t last)
{
    uint64_t between[2];
    if (m->first != first || m->last != last || m->len != s.len) return false;
    if (s.len <= 16) return true;
    if (s.len > 32) return memcmp(m->text, s.ptr, s.len) == 0;
    met_between(s, between);
    return ((m->between[0] ^ between[0]) | (m->between[1] ^ between[1])) == 0;
}
#endif
