// SPDX-License-Identifier: MIT
// What the writer of a column asks of all its values (column_put.c). Each has a plain form and, where the processor has AVX2
// (base/scan.h), one that takes four values at a time; both give the same.
#ifndef VOC_STORE_COLUMN_LOOK_H
#define VOC_STORE_COLUMN_LOOK_H
#include <stddef.h>
#include <stdint.h>

struct column_range { int64_t min, max; size_t changes; }; // changes: rows that are not as the one before
void column_range(struct column_range *out, const int64_t *v, size_t n); // n >= 1
size_t column_others(const int64_t *v, size_t n, int64_t common);        // rows that are not `common`
// Which they are, among rows from..end; `at` has room for four more. Gives how many.
size_t column_others_at(const int64_t *v, size_t from, size_t end, int64_t common, uint32_t *at);
// The rest is of columns whose largest value is less than 2^63 above the least, `min`.
// The first row from `from` on that is not a whole number of times `by` (2 or more) above min; n: there is none.
size_t column_uneven(const int64_t *v, size_t from, size_t n, const struct column_range *r, uint64_t by);
// Of each of four limits: how many rows are more than it above min.
void column_above(const int64_t *v, size_t n, int64_t min, const int64_t limit[4], size_t count[4]);
// Of each of four limits, 1 or more: how many steps from a row to the next are of at least that, or are more than that down.
void column_steps(const int64_t *v, size_t n, const int64_t limit[4], size_t count[4]);
#endif
