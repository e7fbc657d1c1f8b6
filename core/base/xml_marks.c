// SPDX-License-Identifier: MIT
// Bits for the bytes of XML that are more than names and values: read by xml_quick.c, which so passes over all others without a
// look at each. One function in several forms, for what the processor has, as in scan.c; all give the same.
#include "base/xml_marks.h"

#include "base/scan.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static bool is_marked(char c) { return (signed char)c < ' ' || c == '"' || c == '&' || c == '\'' || c == '<' || c == ']'; }

void xml_marks_plain(const char *ptr, size_t n_words, uint64_t *mark)
{
    for (size_t k = 0; k < n_words; k++, ptr += 64) {
        uint64_t bits = 0;
        for (unsigned i = 0; i < 64; i++) bits |= (uint64_t)is_marked(ptr[i]) << i;
        mark[k] = bits;
    }
}

#if defined(__x86_64__)

// Bytes are signed here, so what is above 127 is below a blank too.
static inline uint64_t marks_of_16(const char *ptr)
{
    const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)ptr);
    const __m128i amp = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('&')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\'')));
    const __m128i quote = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('<')));
    const __m128i rest = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8(']')), _mm_cmplt_epi8(x, _mm_set1_epi8(' ')));
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(amp, quote), rest));
}

static void marks_sse2(const char *ptr, size_t n_words, uint64_t *mark)
{
    for (size_t k = 0; k < n_words; k++, ptr += 64)
        mark[k] = marks_of_16(ptr) | marks_of_16(ptr + 16) << 16 | marks_of_16(ptr + 32) << 32 | marks_of_16(ptr + 48) << 48;
}

__attribute__((target("avx2"))) static inline uint64_t marks_of_32(const char *ptr)
{
    const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)ptr);
    const __m256i amp = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('&')), _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\'')));
    const __m256i quote = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')), _mm256_cmpeq_epi8(x, _mm256_set1_epi8('<')));
    const __m256i rest = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8(']')), _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), x));
    return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(amp, quote), rest));
}

__attribute__((target("avx2"))) static void marks_avx2(const char *ptr, size_t n_words, uint64_t *mark)
{
    for (size_t k = 0; k < n_words; k++, ptr += 64) mark[k] = marks_of_32(ptr) | marks_of_32(ptr + 32) << 32;
}

void xml_marks(const char *ptr, size_t n_words, uint64_t *mark)
{
    if (scan_wide()) marks_avx2(ptr, n_words, mark);
    else marks_sse2(ptr, n_words, mark);
}

#else

void xml_marks(const char *ptr, size_t n_words, uint64_t *mark) { xml_marks_plain(ptr, n_words, mark); }

#endif
