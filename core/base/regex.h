// SPDX-License-Identifier: MIT
// Patterns: PCRE2 with JIT, UTF, UCP, and match, depth and heap limits (METHODS 12.1). Only regex.c includes PCRE2.
#ifndef VOC_BASE_REGEX_H
#define VOC_BASE_REGEX_H
#include "base/buf.h"
#include "base/diag.h"

struct voc_regex; // compiled pattern; read-only and shareable between threads
enum { REGEX_CASELESS = 1u, REGEX_WHOLE = 2u };
// VOC_E_OPTION: the pattern is wrong; a diagnostic with file:line and the offset in the pattern.
voc_rc regex_new(struct voc_regex **out, voc_str pattern, unsigned flags, const char *file, uint64_t line, struct diag *d);
void regex_free(struct voc_regex *re);
// 1 match, 0 none, -1 a limit was hit ("not coded", never "no"). Text is cut at 64 KiB. start/end may be NULL.
int regex_match(const struct voc_regex *re, voc_str text, size_t *start, size_t *end);
// The first match at or behind byte `from`; what stands before it still counts for \b and what looks behind.
int regex_match_from(const struct voc_regex *re, voc_str text, size_t from, size_t *start, size_t *end);
#endif
