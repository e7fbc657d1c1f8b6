// SPDX-License-Identifier: MIT
//
// A small JSON reader for tests: expected values and reports become a tree. Only what tests need: it trusts its input to be
// of ordinary depth, and any mistake in the text makes the whole file unreadable (NULL). Not for hostile input.
// Lookups take NULL and give NULL or NaN, so a chain of them can be written without checks and fails in the assertion.
#ifndef VOC_TESTS_LIB_JSON_H
#define VOC_TESTS_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    bool truth;
    double number;
    char *string;         // NUL-terminated UTF-8
    size_t string_len;
    char **keys;          // of an object, in file order
    struct json **items;  // of an array or object
    size_t n;
};

// Reads a file, NULL when it cannot be read or is no JSON. Owns all below it; free with json_free.
struct json *json_read(const char *path);
// The same from text.
struct json *json_parse(const char *text, size_t len);
void json_free(struct json *j);  // takes NULL

// Reads a file below the source tree ($VOC_TEST_SRCDIR, else the current folder).
struct json *json_read_source(const char *path);

const struct json *json_get(const struct json *object, const char *key);    // NULL: no such key
const struct json *json_at(const struct json *array, size_t i);             // NULL: out of range
double json_number(const struct json *j);       // "inf" and "-inf" are infinities; NaN: null, missing or no number
const char *json_string(const struct json *j);  // NULL: no string
bool json_true(const struct json *j);           // false: anything but true
size_t json_length(const struct json *j);       // 0: no array or object

// Number and string of a key at once.
double json_num(const struct json *object, const char *key);
const char *json_str(const struct json *object, const char *key);

#endif
