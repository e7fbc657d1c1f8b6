// SPDX-License-Identifier: MIT
// Little-endian numbers, variable-length numbers and zigzag coding, as blocks use them.
#ifndef VOC_STORE_BYTES_H
#define VOC_STORE_BYTES_H
#include <string.h>
#include "base/buf.h"

static inline uint32_t get32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t get64(const unsigned char *p)
{
    return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

// By the bytes of the number, of which compilers make one store.
static inline void set64(unsigned char *p, uint64_t v)
{
    p[0] = (unsigned char)v, p[1] = (unsigned char)(v >> 8), p[2] = (unsigned char)(v >> 16), p[3] = (unsigned char)(v >> 24);
    p[4] = (unsigned char)(v >> 32), p[5] = (unsigned char)(v >> 40), p[6] = (unsigned char)(v >> 48), p[7] = (unsigned char)(v >> 56);
}

static inline void set32(unsigned char *p, uint32_t v)
{
    p[0] = (unsigned char)v, p[1] = (unsigned char)(v >> 8), p[2] = (unsigned char)(v >> 16), p[3] = (unsigned char)(v >> 24);
}

static inline voc_rc put64(struct buf *out, uint64_t v)
{
    unsigned char b[8];
    set64(b, v);
    return buf_add(out, b, sizeof b);
}

static inline voc_rc put32(struct buf *out, uint32_t v)
{
    unsigned char b[4];
    set32(b, v);
    return buf_add(out, b, sizeof b);
}

// Seven bits a byte, lowest first; the high bit says that more follow.
static inline voc_rc put_varint(struct buf *out, uint64_t v)
{
    unsigned char b[10];
    size_t n = 0;
    for (; v >= 128; v >>= 7) b[n++] = (unsigned char)(v | 128);
    b[n++] = (unsigned char)v;
    return buf_add(out, b, n);
}

static inline bool get_varint(const unsigned char *p, size_t len, size_t *at, uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; shift < 64 && *at < len; shift += 7) {
        unsigned char b = p[(*at)++];
        *v |= (uint64_t)(b & 127) << shift;
        if (b < 128) return shift < 63 || b <= 1;
    }
    return false;
}

static inline unsigned varint_width(uint64_t v)
{
    return (70 - (unsigned)__builtin_clzll(v | 1)) / 7;
}

static inline unsigned byte_width(uint64_t v)
{
    return v ? (71 - (unsigned)__builtin_clzll(v)) / 8 : 0;
}

// 0 -1 1 -2 2 ... as 0 1 2 3 4 ...
static inline uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}
#endif
