// SPDX-License-Identifier: MIT
//
// Text of strangers within HTML and SVG: what has to stand for a character, so that nothing that comes from data can open a tag,
// end an attribute, or turn the reading direction of what stands around it. A pure function.
#ifndef VOC_PLUGINS_COMMON_MARKUP_H
#define VOC_PLUGINS_COMMON_MARKUP_H

#include <stddef.h>

// What stands for the character at s, of which `left` bytes are left, and how many bytes it takes; NULL: itself.
const char *markup_instead(const char *s, size_t left, size_t *bytes);

#endif
