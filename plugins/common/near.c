// SPDX-License-Identifier: MIT
//
// Names that are nearly alike. Three rows of the table of edits are kept: a swap looks two rows up.
#include "plugins/common/near.h"

#define NAME_MAX_BYTES 63

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

size_t near_distance(voc_str a, voc_str b)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    if (a.len > NAME_MAX_BYTES || b.len > NAME_MAX_BYTES) return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]));
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1]) row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

size_t near_limit(voc_str name) { return name.len / 3 > 1 ? name.len / 3 : 1; }
