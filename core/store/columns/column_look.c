// SPDX-License-Identifier: MIT
// Passes over the values of a column (column_look.h). The wide forms take rows by fours and leave the last ones to the plain
// forms. Sixty-four-bit numbers are divided as doubles: exact, as they are below 2^51.
#include "store/columns/column_look.h"
#include "base/scan.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// ---- by fours ----------------------------------------------------------------------------------------------------------------

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2"))) static

static inline __attribute__((target("avx2"), always_inline)) __m256i at4(const int64_t *v)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)v);
}

// Lanes are 0 or less: the sum of what comparisons gave.
static inline __attribute__((target("avx2"), always_inline)) size_t sum4(__m256i x)
{
    int64_t lane[4];
    _mm256_storeu_si256((__m256i *)(void *)lane, x);
    return (size_t)-(lane[0] + lane[1] + lane[2] + lane[3]);
}

WIDE size_t range_wide(struct column_range *out, const int64_t *v, size_t n)
{
    __m256i min = _mm256_set1_epi64x(out->min), max = min, same = _mm256_setzero_si256();
    int64_t lane[2][4];
    size_t i = 1;
    for (; i + 4 <= n; i += 4) {
        const __m256i x = at4(v + i);
        min = _mm256_blendv_epi8(min, x, _mm256_cmpgt_epi64(min, x));
        max = _mm256_blendv_epi8(max, x, _mm256_cmpgt_epi64(x, max));
        same = _mm256_add_epi64(same, _mm256_cmpeq_epi64(x, at4(v + i - 1)));
    }
    _mm256_storeu_si256((__m256i *)(void *)lane[0], min);
    _mm256_storeu_si256((__m256i *)(void *)lane[1], max);
    for (int k = 0; k < 4; k++) out->min = lane[0][k] < out->min ? lane[0][k] : out->min, out->max = lane[1][k] > out->max ? lane[1][k] : out->max;
    out->changes = i - 1 - sum4(same);
    return i;
}

WIDE size_t others_wide(const int64_t *v, size_t n, int64_t common, size_t *others)
{
    const __m256i c = _mm256_set1_epi64x(common);
    __m256i same = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 4 <= n; i += 4) same = _mm256_add_epi64(same, _mm256_cmpeq_epi64(at4(v + i), c));
    *others = i - sum4(same);
    return i;
}

// For each set of lanes: which they are, first ones first.
static const uint32_t lanes[16][4] = {{0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {2, 0, 0, 0}, {0, 2, 0, 0}, {1, 2, 0, 0}, {0, 1, 2, 0},
                                      {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0}, {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};

WIDE size_t others_at_wide(const int64_t *v, size_t from, size_t end, int64_t common, uint32_t *at, size_t *n)
{
    const __m256i c = _mm256_set1_epi64x(common);
    size_t i = from, k = 0;
    for (; i + 4 <= end; i += 4) {
        const unsigned others = ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(at4(v + i), c))) & 15;
        const __m128i row = _mm_add_epi32(_mm_set1_epi32((int)i), _mm_loadu_si128((const __m128i *)(const void *)lanes[others]));
        _mm_storeu_si128((__m128i *)(void *)(at + k), row);
        k += (unsigned)__builtin_popcount(others);
    }
    *n = k;
    return i;
}

WIDE size_t uneven_wide(const int64_t *v, size_t from, size_t n, int64_t min, uint64_t by)
{
    const __m256i low = _mm256_set1_epi64x(min), magic = _mm256_set1_epi64x(INT64_C(0x4330000000000000)); // 2^52 as a double
    const __m256d base = _mm256_set1_pd(4503599627370496.0), d = _mm256_set1_pd((double)by), inverse = _mm256_set1_pd(1.0 / (double)by);
    size_t i = from;
    for (; i + 4 <= n; i += 4) {
        const __m256d x = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(_mm256_sub_epi64(at4(v + i), low), magic)), base);
        const __m256d times = _mm256_round_pd(_mm256_mul_pd(x, inverse), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        if (_mm256_movemask_pd(_mm256_cmp_pd(_mm256_mul_pd(times, d), x, _CMP_NEQ_UQ))) break;
    }
    return i;
}

WIDE size_t above_wide(const int64_t *v, size_t n, int64_t min, const int64_t limit[4], size_t count[4])
{
    const __m256i low = _mm256_set1_epi64x(min);
    __m256i sum[4], most[4];
    size_t i = 0;
    for (int k = 0; k < 4; k++) sum[k] = _mm256_setzero_si256(), most[k] = _mm256_set1_epi64x(limit[k]);
    for (; i + 4 <= n; i += 4) {
        const __m256i x = _mm256_sub_epi64(at4(v + i), low);
        for (int k = 0; k < 4; k++) sum[k] = _mm256_add_epi64(sum[k], _mm256_cmpgt_epi64(x, most[k]));
    }
    for (int k = 0; k < 4; k++) count[k] = sum4(sum[k]);
    return i;
}

WIDE size_t steps_wide(const int64_t *v, size_t n, const int64_t limit[4], size_t count[4])
{
    const __m256i none = _mm256_setzero_si256();
    __m256i sum[4], below[4];
    size_t i = 1;
    for (int k = 0; k < 4; k++) sum[k] = none, below[k] = _mm256_set1_epi64x(limit[k] - 1);
    for (; i + 4 <= n; i += 4) {
        const __m256i step = _mm256_sub_epi64(at4(v + i), at4(v + i - 1)), x = _mm256_xor_si256(step, _mm256_cmpgt_epi64(none, step));
        for (int k = 0; k < 4; k++) sum[k] = _mm256_add_epi64(sum[k], _mm256_cmpgt_epi64(x, below[k]));
    }
    for (int k = 0; k < 4; k++) count[k] = sum4(sum[k]);
    return i;
}
#define WIDE_FORM(call) (scan_wide() ? (call) : 0)
#else
#define WIDE_FORM(call) 0
#endif

// ---- all forms ---------------------------------------------------------------------------------------------------------------

void column_range(struct column_range *out, const int64_t *v, size_t n)
{
    struct column_range r = {.min = v[0], .max = v[0]};
    size_t i = WIDE_FORM(range_wide(&r, v, n));
    for (i = i ? i : 1; i < n; i++) {
        r.min = v[i] < r.min ? v[i] : r.min;
        r.max = v[i] > r.max ? v[i] : r.max;
        r.changes += v[i] != v[i - 1];
    }
    *out = r;
}

size_t column_others(const int64_t *v, size_t n, int64_t common)
{
    size_t others = 0, i = WIDE_FORM(others_wide(v, n, common, &others));
    for (; i < n; i++) others += v[i] != common;
    return others;
}

size_t column_others_at(const int64_t *v, size_t from, size_t end, int64_t common, uint32_t *at)
{
    size_t n = 0, i = WIDE_FORM(others_at_wide(v, from, end, common, at, &n));
    for (i = i ? i : from; i < end; i++) {
        at[n] = (uint32_t)i;
        n += v[i] != common;
    }
    return n;
}

size_t column_uneven(const int64_t *v, size_t from, size_t n, const struct column_range *r, uint64_t by)
{
    const unsigned shift = (unsigned)__builtin_ctzll(by);
    const uint64_t odd = by >> shift, even = (UINT64_C(1) << shift) - 1, most = UINT64_MAX / odd;
    uint64_t inverse = odd; // modulo 2^64: three bits of it are right
    size_t i = from;
    for (unsigned k = 0; k < 5; k++) inverse *= 2 - odd * inverse;
    if ((uint64_t)r->max - (uint64_t)r->min < UINT64_C(1) << 51 && by < UINT64_C(1) << 51) {
        const size_t quick = WIDE_FORM(uneven_wide(v, from, n, r->min, by));
        i = quick > from ? quick : from;
    }
    for (; i < n; i++) {
        const uint64_t x = (uint64_t)v[i] - (uint64_t)r->min;
        if ((x & even) != 0 || (x >> shift) * inverse > most) break;
    }
    return i;
}

void column_above(const int64_t *v, size_t n, int64_t min, const int64_t limit[4], size_t count[4])
{
    count[0] = count[1] = count[2] = count[3] = 0;
    size_t i = WIDE_FORM(above_wide(v, n, min, limit, count));
    for (; i < n; i++)
        for (int k = 0; k < 4; k++) count[k] += v[i] - min > limit[k];
}

void column_steps(const int64_t *v, size_t n, const int64_t limit[4], size_t count[4])
{
    count[0] = count[1] = count[2] = count[3] = 0;
    size_t i = WIDE_FORM(steps_wide(v, n, limit, count));
    for (i = i ? i : 1; i < n; i++) {
        const int64_t step = v[i] - v[i - 1];
        for (int k = 0; k < 4; k++) count[k] += (step < 0 ? ~step : step) >= limit[k];
    }
}
