// SPDX-License-Identifier: MIT
// Where given bytes stand in a text, all of them at once: what cuts records and fields. One function in several forms, for
// what the processor has; all give the same. VOC_SIMD=plain|sse2|avx2|avx512 in the environment asks for one of them.
#ifndef VOC_BASE_SCAN_H
#define VOC_BASE_SCAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_SLACK 64u // places behind the last position that may be written to as well

// Positions of the bytes among ptr[0..len) that are a or b, ascending, into *to with room for len + SCAN_SLACK. Gives how
// many. *has_b: whether one of them is b (not a). len below 2^32. Reads nothing outside. Any thread.
size_t scan_marks(const char *ptr, size_t len, char a, char b, uint32_t *to, bool *has_b);

bool scan_wide(void); // the form in use is AVX2 or better: other code that has such a form may use it

// For tests: the name of form k (0: plain), NULL behind the last; and its use from now on. False: this processor lacks it.
const char *scan_form(unsigned k);
bool scan_use(unsigned k);
#endif
