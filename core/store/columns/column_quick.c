// SPDX-License-Identifier: MIT
// Columns as the walk of journeys wants them: times by whole words of the processor, codes as 32-bit numbers below a limit, and
// codes that stay for several rows as runs, so that units are found without looking at rows. Where the processor has it
// (base/scan.h), a step is moved to its place by one shuffle for two times, four codes; both forms give the same, and a test
// runs both. Measured for 10 million rows: times 8 ms (plain 12), codes of one to four bytes 3 ms (plain 8 and 6 to narrow them).
#include "store/columns/column.h"
#include "base/scan.h"
#include "store/columns/bytes.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

struct place { size_t row, at; uint64_t value; }; // of a column of steps: the next row, its bytes, the row before it

// ---- by shuffles -------------------------------------------------------------------------------------------------------------

#if defined(__x86_64__)
// For each byte of control: where the bytes of its two steps go, 8 for each; and how many bytes both have, or SLOW where one has
// more than four, which the multiplication below has no room for, or an impossible number.
#define SLOW 255
#define BYTE(off, w, k) ((k) < (w) ? (off) + (k) : 0x80)
#define WIDE(off, w) BYTE(off, w, 0), BYTE(off, w, 1), BYTE(off, w, 2), BYTE(off, w, 3), 0x80, 0x80, 0x80, 0x80
#define PLACES2(c) {WIDE(0, (c) & 15), WIDE((c) & 15, (c) >> 4)}
#define LENGTH2(c) (((c) & 15) > 4 || (c) >> 4 > 4 ? SLOW : ((c) & 15) + ((c) >> 4))
#define BY4(of, c) of(c), of((c) + 1), of((c) + 2), of((c) + 3)
#define BY16(of, c) BY4(of, c), BY4(of, (c) + 4), BY4(of, (c) + 8), BY4(of, (c) + 12)
#define BY64(of, c) BY16(of, c), BY16(of, (c) + 16), BY16(of, (c) + 32), BY16(of, (c) + 48)
#define BY256(of) BY64(of, 0), BY64(of, 64), BY64(of, 128), BY64(of, 192)
static const uint8_t places2[256][16] = {BY256(PLACES2)}, length2[256] = {BY256(LENGTH2)};

// For each byte of control of short numbers: where the bytes of its four rows go, and how many there are.
#define OF(c, i) ((((c) >> 2 * (i)) & 3) + 1)
#define NARROW(off, w) BYTE(off, w, 0), BYTE(off, w, 1), BYTE(off, w, 2), BYTE(off, w, 3)
#define PLACES4(c) {NARROW(0, OF(c, 0)), NARROW(OF(c, 0), OF(c, 1)), NARROW(OF(c, 0) + OF(c, 1), OF(c, 2)), NARROW(OF(c, 0) + OF(c, 1) + OF(c, 2), OF(c, 3))}
#define LENGTH4(c) (OF(c, 0) + OF(c, 1) + OF(c, 2) + OF(c, 3))
static const uint8_t places4[256][16] = {BY256(PLACES4)}, length4[256] = {BY256(LENGTH4)};

// Rows by twos from an odd one on, while both steps are short and sixteen bytes are there.
__attribute__((target("avx2"))) static void delta_quick(const unsigned char *p, size_t len, uint64_t scale, int64_t *out, size_t n, struct place *to)
{
    const unsigned char *control = p + 16;
    const __m128i by = _mm_set1_epi64x((int64_t)scale), one = _mm_set1_epi64x(1), none = _mm_setzero_si128();
    size_t at = to->at, i = to->row;
    __m128i before = _mm_set1_epi64x((int64_t)to->value);
    if (scale > INT32_MAX) return;
    for (; i + 2 <= n && at + 16 <= len; i += 2) {
        const unsigned c = control[(i - 1) / 2];
        if (length2[c] == SLOW) break;
        __m128i x = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + at)),
                                     _mm_loadu_si128((const __m128i *)(const void *)places2[c]));
        __m128i step = _mm_xor_si128(_mm_srli_epi64(x, 1), _mm_sub_epi64(none, _mm_and_si128(x, one))); // unzigzag: fits 32 bits
        __m128i far = _mm_mul_epi32(step, by);
        __m128i v = _mm_add_epi64(before, _mm_add_epi64(far, _mm_slli_si128(far, 8)));
        _mm_storeu_si128((__m128i *)(void *)(out + i), v);
        before = _mm_unpackhi_epi64(v, v);
        at += length2[c];
    }
    *to = (struct place){i, at, (uint64_t)_mm_cvtsi128_si64(before)};
}

// Rows by fours while sixteen bytes are there; *most: the largest number.
__attribute__((target("avx2"))) static size_t short_quick(const unsigned char *p, size_t len, size_t *at, uint32_t base,
                                                          uint32_t *out, size_t n, uint32_t *most)
{
    const __m128i add = _mm_set1_epi32((int)base);
    __m128i high = _mm_setzero_si128();
    size_t i = 0, from = *at;
    uint32_t four[4];
    for (; i + 4 <= n && from + 16 <= len; i += 4) {
        const unsigned c = p[8 + i / 4];
        __m128i x = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(p + from)),
                                     _mm_loadu_si128((const __m128i *)(const void *)places4[c]));
        high = _mm_max_epu32(high, x);
        _mm_storeu_si128((__m128i *)(void *)(out + i), _mm_add_epi32(x, add));
        from += length4[c];
    }
    _mm_storeu_si128((__m128i *)(void *)four, high);
    for (int k = 0; k < 4; k++) *most = four[k] > *most ? four[k] : *most;
    *at = from;
    return i;
}
#else
static void delta_quick(const unsigned char *p, size_t len, uint64_t scale, int64_t *out, size_t n, struct place *to)
{
    (void)p, (void)len, (void)scale, (void)out, (void)n, (void)to;
}

static size_t short_quick(const unsigned char *p, size_t len, size_t *at, uint32_t base, uint32_t *out, size_t n, uint32_t *most)
{
    (void)p, (void)len, (void)at, (void)base, (void)out, (void)n, (void)most;
    return 0;
}
#endif

// ---- times -------------------------------------------------------------------------------------------------------------------

// Rows up to `end`, one by one.
static voc_rc delta_plain(const unsigned char *p, size_t len, uint64_t scale, int64_t *out, size_t end, struct place *to)
{
    static const uint64_t low[9] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, UINT64_C(0xffffffffff), UINT64_C(0xffffffffffff), UINT64_C(0xffffffffffffff), UINT64_MAX};
    struct place x = *to;
    for (; x.row < end; x.row++) {
        unsigned width = (unsigned)p[16 + (x.row - 1) / 2] >> 4 * ((x.row - 1) & 1) & 15u;
        uint64_t d = 0;
        if (width > 8 || len - x.at < width) return VOC_E_INPUT;
        if (len - x.at >= 8) d = get64(p + x.at) & low[width];
        else
            for (unsigned k = 0; k < width; k++) d |= (uint64_t)p[x.at + k] << 8 * k;
        x.at += width;
        x.value += (uint64_t)unzigzag(d) * scale;
        out[x.row] = (int64_t)x.value;
    }
    *to = x;
    return VOC_OK;
}

voc_rc column_get_delta(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    if (len < 16 + n / 2) return VOC_E_INPUT;
    const bool wide = scan_wide();
    const uint64_t scale = get64(p + 8);
    struct place x = {1, 16 + n / 2, get64(p)};
    voc_rc rc = VOC_OK;
    out[0] = (int64_t)x.value;
    while (rc == VOC_OK && x.row < n) {
        if (wide) delta_quick(p, len, scale, out, n, &x);
        size_t end = wide && len - x.at >= 16 && scale <= INT32_MAX && n - x.row > 2 ? x.row + 2 : n; // only these two were not short
        rc = delta_plain(p, len, scale, out, end, &x);
    }
    return rc == VOC_OK && x.at != len ? VOC_E_INPUT : rc;
}

// ---- codes -------------------------------------------------------------------------------------------------------------------

// base is below the limit, which is below 2^32.
static voc_rc short_codes(const unsigned char *p, size_t len, uint32_t limit, uint32_t *out, size_t n, bool *above)
{
    static const uint32_t low[4] = {0xff, 0xffff, 0xffffff, UINT32_MAX};
    size_t at = 8 + (n + 3) / 4;
    if (len < at) return VOC_E_INPUT;
    const uint32_t base = (uint32_t)get64(p);
    uint32_t most = 0;
    size_t i = scan_wide() ? short_quick(p, len, &at, base, out, n, &most) : 0;
    for (; i < n; i++) {
        unsigned width = ((unsigned)p[8 + i / 4] >> 2 * (i & 3) & 3u) + 1;
        uint32_t d = 0;
        if (len - at < width) return VOC_E_INPUT;
        if (len - at >= 4) d = get32(p + at) & low[width - 1];
        else
            for (unsigned k = 0; k < width; k++) d |= (uint32_t)p[at + k] << 8 * k;
        at += width;
        most = d > most ? d : most;
        out[i] = base + d;
    }
    *above = most >= limit - base;
    return at == len ? VOC_OK : VOC_E_INPUT;
}

voc_rc column_get_codes(const unsigned char *p, size_t len, uint8_t codec, uint32_t limit, uint32_t *out, size_t n, int64_t *scratch, bool *above)
{
    uint64_t beyond = 0;
    *above = false;
    if (codec == CODEC_SHORT && len >= 8 && get64(p) < limit) return short_codes(p, len, limit, out, n, above);
    if (codec == CODEC_CONST && len == 8 && get64(p) < limit) {
        for (size_t i = 0; i < n; i++) out[i] = (uint32_t)get64(p);
        return VOC_OK;
    }
    voc_rc rc = column_get_ints(p, len, codec, scratch, n);
    if (rc != VOC_OK) return rc;
    for (size_t i = 0; i < n; i++) {
        beyond |= (uint64_t)scratch[i] >= limit;
        out[i] = (uint32_t)scratch[i];
    }
    *above = beyond;
    return VOC_OK;
}

// ---- runs of codes -----------------------------------------------------------------------------------------------------------

static voc_rc decode_runs(const unsigned char *p, size_t len, uint32_t limit, size_t n, struct code_run *out, size_t *n_runs, bool *above)
{
    uint64_t rows, step, value = 0, beyond = 0;
    size_t at = 4, row = 0, k = 0;
    if (len < 4) return VOC_E_INPUT;
    for (uint32_t left = get32(p); left; left--) {
        if (at < len && p[at] < 128) rows = p[at++]; // nearly always
        else if (!get_varint(p, len, &at, &rows)) return VOC_E_INPUT;
        if (!get_varint(p, len, &at, &step) || rows == 0 || rows > n - row) return VOC_E_INPUT;
        value += (uint64_t)unzigzag(step);
        beyond |= value >= limit;
        row += (size_t)rows;
        if (k && out[k - 1].code == (uint32_t)value) out[k - 1].rows += (uint32_t)rows; // not what an encoder writes, but allowed
        else out[k++] = (struct code_run){(uint32_t)value, (uint32_t)rows};
    }
    *above = beyond;
    *n_runs = k;
    return at == len && row == n ? VOC_OK : VOC_E_INPUT;
}

voc_rc column_get_code_runs(const unsigned char *p, size_t len, uint8_t codec, uint32_t limit, size_t n, struct code_run *out,
                            size_t *n_runs, int64_t *scratch, bool *above)
{
    uint64_t beyond = 0;
    size_t k = 0;
    if (codec == CODEC_RUNS) return decode_runs(p, len, limit, n, out, n_runs, above);
    voc_rc rc = column_get_ints(p, len, codec, scratch, n);
    if (rc != VOC_OK) return rc;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && scratch[next] == scratch[i];) next++;
        beyond |= (uint64_t)scratch[i] >= limit;
        out[k++] = (struct code_run){(uint32_t)scratch[i], (uint32_t)(next - i)};
    }
    *above = beyond;
    *n_runs = k;
    return VOC_OK;
}
