// SPDX-License-Identifier: MIT
// The strings and tuples of an import become codes of the project: known ones are found in one walk over the project's,
// new ones get the next codes as they are first asked for, and are written together. Private to core/store.
#ifndef VOC_STORE_NAMES_H
#define VOC_STORE_NAMES_H
#include "store/import/pending.h"
#include "store/columns/tuples.h"

struct names { // owns all but p and q
    struct project *p;
    const struct pending *q;
    uint32_t own[SPACE_ALL];         // strings of the import that code[] has room for
    uint32_t *code[SPACE_ALL];       // by code of the import: of the project + 1; 0: not asked for
    uint32_t known[SPACE_ALL];       // strings of the project before
    uint32_t next[SPACE_ALL];        // the next code of the project
    VEC(uint32_t) fresh[SPACE_ALL];  // codes of the import that are new to the project, in order
    uint32_t known_tuples;           // of the project before
    VEC(struct event_tuple) fresh_tuples; // that follow them
    uint32_t own_tuples;             // of the import that tuple[] has room for
    uint32_t *tuple;                 // by tuple of the import: of the project + 1; 0: not known, or not asked for
};
voc_rc names_open(struct names *n, struct project *p, const struct pending *q);
voc_rc names_extend(struct names *n); // the import has named more since
void names_close(struct names *n);
voc_rc names_give(struct names *n, unsigned space, uint32_t code); // makes code[space][code] known; code is not 0
voc_rc names_tuple(struct names *n, uint32_t tuple, uint32_t *out);
voc_rc names_write(struct names *n); // what is new; the cached dictionaries of the project are dropped

static inline voc_rc names_code(struct names *n, unsigned space, uint32_t code, int64_t *out)
{
    *out = 0;
    if (code == 0) return VOC_OK;
    voc_rc rc = n->code[space][code] ? VOC_OK : names_give(n, space, code);
    if (rc == VOC_OK) *out = (int64_t)n->code[space][code] - 1;
    return rc;
}

static inline void names_prefetch(const struct names *n, unsigned space, uint32_t code) { __builtin_prefetch(&n->code[space][code]); }

// Of a tuple that names_tuple has been asked for.
static inline uint32_t names_known_tuple(const struct names *n, uint32_t tuple) { return n->tuple[tuple] - 1; }
#endif
