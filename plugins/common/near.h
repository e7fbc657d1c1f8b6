// SPDX-License-Identifier: MIT
//
// "Did you mean": how far two names are apart.
#ifndef VOC_PLUGINS_COMMON_NEAR_H
#define VOC_PLUGINS_COMMON_NEAR_H

#include <voc/plugin.h>

// Edits between two names, swapped neighbours being one (Damerau); a name longer than 63 bytes is SIZE_MAX from everything.
size_t near_distance(voc_str a, voc_str b);

// Up to how many edits a name is taken for another.
size_t near_limit(voc_str name);

#endif
