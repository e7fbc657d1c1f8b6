// SPDX-License-Identifier: MIT
// Verbatims of a project, and the queries that find them.
#ifndef VOC_STORE_WORDS_H
#define VOC_STORE_WORDS_H
#include "base/buf.h"
#include "store/store.h"

struct store_word { // borrowed until the callback returns
    int64_t id, time_us;
    uint32_t resolution, ref_kind, who; // who: code of the alias set
    uint64_t line;
    voc_str source, file_name, customer /* an alias set, see aliases_decode */, text, snippet /* what was found in [] */, language, ref, own_id;
};
// The latest first. query empty: all. VOC_E_OPTION: the query is not understood, and the diagnostic says why.
voc_rc store_words(struct project *p, voc_str query, voc_rc (*each)(void *user, const struct store_word *w), void *user, struct diag *d);
// The query in the form of FTS5. NULL, or what is wrong with it.
const char *words_query(struct buf *out, voc_str query);
#endif
