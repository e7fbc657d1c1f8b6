// SPDX-License-Identifier: MIT
// One character of UTF-8, for the files of base that must not need ICU (buf.c, diag.c, regex.c). Strict: no overlong forms,
// no surrogates, nothing over U+10FFFF.
#ifndef VOC_BASE_UTF8_H
#define VOC_BASE_UTF8_H
#include <stddef.h>
#include <stdint.h>

// Bytes of the character at p (1 to 4) and its code point; 0: not valid UTF-8 within n bytes.
static inline size_t utf8_next(const char *p, size_t n, uint32_t *cp)
{
    const unsigned char *s = (const unsigned char *)p;
    if (n == 0) return 0;
    if (s[0] < 0x80) {
        *cp = s[0];
        return 1;
    }
    size_t len = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || len > n) return 0;
    uint32_t c = s[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    if ((len == 3 && (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))) || (len == 4 && (c < 0x10000 || c > 0x10FFFF))) return 0;
    *cp = c;
    return len;
}
#endif
