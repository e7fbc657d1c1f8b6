// SPDX-License-Identifier: MIT
//
// Text of strangers within HTML and SVG: what has to stand for a character, so that nothing that comes from data can open a tag,
// end an attribute, or turn the reading direction of what stands around it. A pure function.
#ifndef VOC_PLUGINS_COMMON_MARKUP_H
#define VOC_PLUGINS_COMMON_MARKUP_H

#include <stdbool.h>
#include <voc/plugin.h>

// The next part of a text: *plain stands as it is (it may be empty), and behind it, for one character, *instead (NULL: the text ends).
// False: there is no more.
bool markup_part(voc_str *rest, voc_str *plain, const char **instead);

#endif
