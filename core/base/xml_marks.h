// SPDX-License-Identifier: MIT
// Where the bytes of a text stand that mean something in XML, or have to be looked at: a bit for each. See xml_marks.c.
#ifndef VOC_BASE_XML_MARKS_H
#define VOC_BASE_XML_MARKS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Sets bit i of mark[0..n_words) where ptr[i] is a control character, one of " & ' < ] or above 127; ptr has 64 bytes a word.
// Any thread.
void xml_marks(const char *ptr, size_t n_words, uint64_t *mark);

// For tests: the form for all processors.
void xml_marks_plain(const char *ptr, size_t n_words, uint64_t *mark);
#endif
