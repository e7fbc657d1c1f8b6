// SPDX-License-Identifier: MIT
// Slices (voc_str) and the small text work that needs no ICU.
#ifndef VOC_BASE_STR_H
#define VOC_BASE_STR_H
#include <stdbool.h>
#include <string.h>
#include <voc/plugin.h>

#define STR(literal) ((voc_str){("" literal), sizeof(literal) - 1u})
// A slice as what %.*s takes: the whole of it, or no more than its first bytes. s is read more than once.
#define STR_ARG(s) (int)(s).len, (s).ptr
#define STR_SHOWN(s, most) (int)((s).len > (most) ? (most) : (s).len), (s).ptr
static inline voc_str str_of(const char *z) { return (voc_str){z ? z : "", z ? strlen(z) : 0u}; }
static inline voc_str str_mk(const char *p, size_t n) { return (voc_str){p, n}; }
static inline bool str_eq(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }
static inline bool str_is(voc_str a, const char *z) { return str_eq(a, str_of(z)); }
// The first eight bytes of n as one number, as the machine reads them, and `fill` where they end before. Short ones without a call.
static inline uint64_t str_word(const char *p, size_t n, char fill)
{
    uint64_t x = UINT64_C(0x0101010101010101) * (unsigned char)fill;
    if (n >= 8) return memcpy(&x, p, 8), x;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    if (n) memcpy(&x, p, n);
    return x;
#else
    const unsigned char *at = (const unsigned char *)p;
    uint32_t first, last;
    x <<= n * 8;
    if (n >= 4) return memcpy(&first, p, 4), memcpy(&last, p + n - 4, 4), x | first | (uint64_t)last << (n - 4) * 8;
    return n ? x | at[0] | (uint64_t)at[n / 2] << n / 2 * 8 | (uint64_t)at[n - 1] << (n - 1) * 8 : x;
#endif
}
int str_cmp(voc_str a, voc_str b);             // bytewise, shorter first
voc_str str_trim(voc_str s);                   // ASCII blanks
bool str_starts(voc_str s, const char *prefix);
bool str_ends(voc_str s, const char *suffix);
bool str_ieq(voc_str a, voc_str b);            // ASCII case folded
bool str_split(voc_str *rest, voc_str *word);  // next blank-separated word; false at the end
bool str_int(voc_str s, int64_t *out);         // whole slice, optional sign; false on overflow or rubbish
bool str_uint64(voc_str s, uint64_t *out);
bool str_real(voc_str s, double *out);         // locale-free decimal or exponent form, finite only
#define STR_REAL_MAX 32u
size_t str_of_real(char to[STR_REAL_MAX], double x); // finite; as %.17g writes it, without a 0 behind it; gives its length
size_t str_of_real_shortest(char to[STR_REAL_MAX], double x); // finite; as %.15g, %.16g or %.17g write it, whichever is the first that reads back as the same number
bool str_money(voc_str s, int64_t *micro);     // decimal with at most 6 places -> micro-units; false otherwise
size_t str_distance(voc_str a, voc_str b);     // Damerau-Levenshtein, for "did you mean"
// The nearest of n names within distance max(1, len/3), or NULL.
const char *str_nearest(voc_str word, const char *const *names, size_t n);
#endif
