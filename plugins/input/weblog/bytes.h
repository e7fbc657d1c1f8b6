// SPDX-License-Identifier: MIT
// Bytes of a line by the word: where one of them is, and whether two short texts are the same. Most fields of a log are shorter
// than sixteen bytes, for which a call of the C library takes longer than the looking. Any thread.
#ifndef VOC_WEBLOG_BYTES_H
#define VOC_WEBLOG_BYTES_H
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t wl_eight(const char *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

#if defined(__SSE2__)
typedef char wl_lane __attribute__((vector_size(16)));

// Which of sixteen bytes are what stands in `all`, a bit for each.
static inline unsigned wl_which(const char *p, const char all[16])
{
    wl_lane x, y;
    memcpy(&x, p, sizeof x);
    memcpy(&y, all, sizeof y);
    return (unsigned)__builtin_ia32_pmovmskb128((wl_lane)(x == y));
}
#endif

// The first c from p on; NULL: before `end` there is none. all: c, over and over.
static inline const char *wl_first_of(const char *p, const char *end, char c, const char all[16])
{
#if defined(__SSE2__)
    for (; end - p >= 16; p += 16) {
        const unsigned hit = wl_which(p, all);
        if (hit) return p + __builtin_ctz(hit);
    }
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7, eight = wl_eight(all);
    for (int k = 0; k < 2 && end - p >= 8; k++, p += 8) {
        const uint64_t x = wl_eight(p) ^ eight, hit = (x - ones) & ~x & tops; // the lowest is no borrow of another
        if (hit) return p + __builtin_ctzll(hit) / 8;
    }
#else
    (void)all;
#endif
    return p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
}

static inline const char *wl_first(const char *p, const char *end, char c)
{
    const char all[16] = {c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c};
    return wl_first_of(p, end, c, all);
}

// Whether n bytes are the same; n is at least 8.
static inline bool wl_same_from_8(const char *a, const char *b, size_t n)
{
    uint64_t other = wl_eight(a + n - 8) ^ wl_eight(b + n - 8);
    for (size_t i = 0; i + 8 < n; i += 8) other |= wl_eight(a + i) ^ wl_eight(b + i);
    return other == 0;
}
#endif
