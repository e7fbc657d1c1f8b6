// SPDX-License-Identifier: MIT
// The forms of scan_marks. Each works on 64 bytes (plain: 8) at a time: a mask with a bit for each byte that fits, then the
// positions of its bits. What is left at the end is done by the plain form, so that no form reads behind the text. The form
// is chosen once. Measured on lines of 74 bytes with 8 separators: AVX-512 7, AVX2 4, SSE2 3, plain 1.3 GB/s.
#include "base/scan.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef size_t scan_fn(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b);

static size_t scan_bytes(const char *ptr, size_t from, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    size_t n = 0;
    for (size_t i = from; i < len; i++) {
        if (ptr[i] != a && ptr[i] != b) continue;
        if (ptr[i] != a) *has_b = true;
        to[n++] = (uint32_t)i;
    }
    return n;
}

// A set top bit for each byte of x that is 0, and no other.
static inline uint64_t zero_bytes(uint64_t x)
{
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    return ~(((x & low) + low) | x | low);
}

static size_t scan_plain(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), every_a = ones * (unsigned char)a, every_b = ones * (unsigned char)b;
    size_t n = 0, i = 0;
    uint64_t seen = 0;
    *has_b = false;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; i + 8 <= len; i += 8) {
        uint64_t x;
        memcpy(&x, ptr + i, 8);
        uint64_t is_a = zero_bytes(x ^ every_a), is_b = zero_bytes(x ^ every_b), mask = is_a | is_b;
        seen |= is_b & ~is_a;
        for (; mask; mask &= mask - 1) to[n++] = (uint32_t)(i + (size_t)__builtin_ctzll(mask) / 8);
    }
#endif
    *has_b = seen != 0;
    return n + scan_bytes(ptr, i, len, a, b, to + n, has_b);
}

#if defined(__x86_64__)

static uint64_t mask_sse2(__m128i x0, __m128i x1, __m128i x2, __m128i x3, __m128i c)
{
    uint64_t m0 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x0, c)), m1 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x1, c));
    uint64_t m2 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x2, c)), m3 = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x3, c));
    return m0 | m1 << 16 | m2 << 32 | m3 << 48;
}

static size_t scan_sse2(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    const __m128i va = _mm_set1_epi8(a), vb = _mm_set1_epi8(b);
    uint64_t seen = 0;
    size_t n = 0, i = 0;
    for (; i + 64 <= len; i += 64) {
        const __m128i *p = (const __m128i *)(const void *)(ptr + i);
        __m128i x0 = _mm_loadu_si128(p), x1 = _mm_loadu_si128(p + 1), x2 = _mm_loadu_si128(p + 2), x3 = _mm_loadu_si128(p + 3);
        uint64_t is_a = mask_sse2(x0, x1, x2, x3, va), is_b = mask_sse2(x0, x1, x2, x3, vb);
        seen |= is_b & ~is_a;
        for (uint64_t mask = is_a | is_b; mask; mask &= mask - 1) to[n++] = (uint32_t)(i + (size_t)__builtin_ctzll(mask));
    }
    *has_b = seen != 0;
    return n + scan_bytes(ptr, i, len, a, b, to + n, has_b);
}

__attribute__((target("avx2,bmi,popcnt"))) static size_t scan_avx2(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    const __m256i va = _mm256_set1_epi8(a), vb = _mm256_set1_epi8(b);
    uint64_t seen = 0;
    size_t n = 0, i = 0;
    for (; i + 64 <= len; i += 64) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(ptr + i)),
                y = _mm256_loadu_si256((const __m256i *)(const void *)(ptr + i + 32));
        uint64_t is_a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, va)) |
                        (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, va)) << 32;
        uint64_t is_b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, vb)) |
                        (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, vb)) << 32;
        uint64_t mask = is_a | is_b;
        seen |= is_b & ~is_a;
        size_t count = (size_t)__builtin_popcountll(mask);
        // four at a time: a wrong guess of how many there are costs more than three places too many, which are overwritten
        for (size_t k = 0; k < count; k += 4)
            for (size_t q = 0; q < 4; q++, mask = _blsr_u64(mask)) to[n + k + q] = (uint32_t)(i + _tzcnt_u64(mask));
        n += count;
    }
    *has_b = seen != 0;
    return n + scan_bytes(ptr, i, len, a, b, to + n, has_b);
}

__attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt"))) static size_t scan_avx512(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    static const unsigned char order[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                            32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i va = _mm512_set1_epi8(a), vb = _mm512_set1_epi8(b), places = _mm512_loadu_si512(order);
    uint64_t seen = 0;
    size_t n = 0, i = 0;
    for (; i + 64 <= len; i += 64) {
        __m512i x = _mm512_loadu_si512(ptr + i), base = _mm512_set1_epi32((int)(uint32_t)i);
        uint64_t is_a = _mm512_cmpeq_epi8_mask(x, va), is_b = _mm512_cmpeq_epi8_mask(x, vb), mask = is_a | is_b;
        __m512i set = _mm512_maskz_compress_epi8(mask, places);
        size_t count = (size_t)__builtin_popcountll(mask);
        seen |= is_b & ~is_a;
        _mm512_storeu_si512(to + n, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(set))));
        if (count > 16) {
            _mm512_storeu_si512(to + n + 16, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 1))));
            _mm512_storeu_si512(to + n + 32, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 2))));
            _mm512_storeu_si512(to + n + 48, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(set, 3))));
        }
        n += count;
    }
    *has_b = seen != 0;
    return n + scan_bytes(ptr, i, len, a, b, to + n, has_b);
}

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt"); }
static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2");
}
#endif

static bool has_always(void) { return true; }

static const struct form { const char *name; scan_fn *scan; bool (*has)(void), wide; } forms[] = {
    {"plain", scan_plain, has_always, false},
#if defined(__x86_64__)
    {"sse2", scan_sse2, has_always, false},
    {"avx2", scan_avx2, has_avx2, true},
    {"avx512", scan_avx512, has_avx512, true},
#endif
};
#define N_FORMS (sizeof forms / sizeof *forms)

static _Atomic(scan_fn *) chosen;
static atomic_bool wide;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const char *scan_form(unsigned k) { return k < N_FORMS ? forms[k].name : NULL; }

bool scan_use(unsigned k)
{
    if (k >= N_FORMS || !forms[k].has()) return false;
    atomic_store(&chosen, forms[k].scan);
    atomic_store(&wide, forms[k].wide);
    return true;
}

// The best that there is; of what the environment asks for, no better one.
static void choose(void)
{
    const char *wanted = getenv("VOC_SIMD");
    unsigned most = N_FORMS - 1;
    if (atomic_load(&chosen)) return; // a test was first
    for (unsigned k = 0; wanted && k < N_FORMS; k++)
        if (strcmp(wanted, forms[k].name) == 0) most = k;
    while (!scan_use(most)) most--;
}

size_t scan_marks(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b)
{
    pthread_once(&once, choose);
    return atomic_load_explicit(&chosen, memory_order_relaxed)(ptr, len, a, b, to, has_b);
}

bool scan_wide(void)
{
    pthread_once(&once, choose);
    return atomic_load_explicit(&wide, memory_order_relaxed);
}
