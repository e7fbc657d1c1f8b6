// SPDX-License-Identifier: MIT
//
// Comparison of computed with reference numbers, to the tolerance of METHODS 0.9. Include after <cmocka.h>.
#ifndef VOC_TESTS_LIB_CLOSE_H
#define VOC_TESTS_LIB_CLOSE_H

#include <math.h>
#include <stdio.h>

#define CLOSED_FORM 1e-9
#define ITERATED 1e-7

// NaN equals NaN and infinities equal themselves; else relative, or absolute near 0 where only rounding is left.
static inline int is_close(double actual, double expected, double relative)
{
    if (isnan(actual) || isnan(expected))
        return isnan(actual) && isnan(expected);
    if (isinf(actual) || isinf(expected))
        return isinf(actual) && isinf(expected) && (actual > 0) == (expected > 0);
    return fabs(actual - expected) <= relative * fabs(expected) + 1e-12;
}

static inline void close_or_fail(double actual, double expected, double relative, const char *what, const char *file, int line)
{
    if (!is_close(actual, expected, relative)) {
        fprintf(stderr, "%s: got %.15g, expected %.15g\n", what, actual, expected);
        _fail(file, line);
    }
}

#define assert_close(actual, expected, relative) \
    close_or_fail((actual), (expected), (relative), #actual, __FILE__, __LINE__)
#define assert_named_close(what, actual, expected, relative) \
    close_or_fail((actual), (expected), (relative), (what), __FILE__, __LINE__)

#endif
