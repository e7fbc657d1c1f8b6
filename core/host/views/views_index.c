// SPDX-License-Identifier: MIT
// Where the texts of a column stand in a set that has all rows: for joins by an event's id, or by what it refers to, which would
// otherwise go through all rows for each one. Made when a column is looked into first, and kept as long as the set.
#include <stdlib.h>

#include "base/hash.h"
#include "host/views/views_int.h"

static int by_hash(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static voc_rc make(struct set *s, enum stored column, struct index *out)
{
    struct indexed *at = mem_alloc(((size_t)s->n + 1) * sizeof *at);
    size_t n = 0;
    if (!at) return VOC_E_NOMEM;
    for (size_t i = 0; i < s->slabs.n; i++) {
        const struct slab *b = &s->slabs.at[i];
        const voc_str *text = slab_column(s, b, column);
        for (size_t k = 0; k < b->n; k++)
            if (text[k].len) at[n++] = (struct indexed){hash64(text[k].ptr, text[k].len, 0), (uint32_t)(b->first + k)};
    }
    if (n) qsort(at, n, sizeof *at, by_hash);
    *out = (struct index){at, n};
    return VOC_OK;
}

// Equal hashes are as good as equal texts here: SQLite compares the texts of what is given.
voc_rc index_find(struct set *s, enum stored column, voc_str text, uint32_t **rows, size_t *n)
{
    struct index *x = &s->index[column == S_REF];
    const uint64_t hash = hash64(text.ptr, text.len, 0);
    voc_rc rc = x->at ? VOC_OK : make(s, column, x);
    if (!rc) rc = set_number(s);
    if (rc) return rc;
    size_t lo = 0, hi = x->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (x->at[mid].hash < hash) lo = mid + 1;
        else hi = mid;
    }
    for (hi = lo; hi < x->n && x->at[hi].hash == hash;) hi++;
    if (!(*rows = mem_alloc((hi - lo + 1) * sizeof **rows))) return VOC_E_NOMEM;
    for (*n = 0; *n < hi - lo; (*n)++) { // in order of their numbers
        const uint32_t row = x->at[lo + *n].row;
        size_t at = *n;
        for (; at && s->numbers[(*rows)[at - 1]] > s->numbers[row]; at--) (*rows)[at] = (*rows)[at - 1];
        (*rows)[at] = row;
    }
    return VOC_OK;
}
