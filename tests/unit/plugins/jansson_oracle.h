// SPDX-License-Identifier: MIT
// What Jansson says of a text. In a file of its own: its names and ours are the same.
#ifndef VOC_TESTS_JANSSON_ORACLE_H
#define VOC_TESTS_JANSSON_ORACLE_H
#include <stdbool.h>
#include <stddef.h>

bool jansson_is_there(void);
int jansson_accepts(const char *text, size_t len); // -1: it cannot say, a number is too large for it
#endif
