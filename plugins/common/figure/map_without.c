// SPDX-License-Identifier: MIT
//
// Without Graphviz there are no maps; the tables say the same.
#include "plugins/common/figure/map.h"

bool map_possible(void) { return false; }

bool map_layout(struct map *m) { return (void)m, false; }
