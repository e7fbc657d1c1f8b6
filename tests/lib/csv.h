// SPDX-License-Identifier: MIT
//
// A small CSV reader for the truth inputs of tests: commas, a header, no quotes, no line breaks in fields.
#ifndef VOC_TESTS_LIB_CSV_H
#define VOC_TESTS_LIB_CSV_H

#include <stddef.h>
#include <stdint.h>

struct csv {
    char *text;     // owns; fields point into it
    char **fields;  // row after row, n_columns each; the header is row 0 of `columns`
    char **columns;
    size_t n_columns, n_rows;
};

// Reads a file below the source tree ($VOC_TEST_SRCDIR, else the current folder). NULL: unreadable, or a row of another
// width than the header.
struct csv *csv_read_source(const char *path);
void csv_free(struct csv *c);  // takes NULL

// A field by row and column name; NULL: no such row or column.
const char *csv_get(const struct csv *c, size_t row, const char *column);
int64_t csv_int(const struct csv *c, size_t row, const char *column);  // 0: no such field
double csv_number(const struct csv *c, size_t row, const char *column);  // NaN: no such field

#endif
