// SPDX-License-Identifier: MIT
// A person leaves the project without a trace (`voc forget`): the file is written anew without the rows that name the person and
// without the strings that only those used. Who is meant is resolved above, by core/identity.
#ifndef VOC_STORE_FORGET_H
#define VOC_STORE_FORGET_H
#include "store/store.h"

struct forget_spec {
    uint32_t as;               // VOC_ENTITY_INDIVIDUAL: rows of which they are the customer; ACCOUNT; CASE
    const bool *who;           // by code of SPACE_ALIASES (CASE: of SPACE_CASE)
    uint32_t n_who;
    const voc_alias *aliases;  // of theirs alone: links that name one go, and what still has its value is told
    size_t n_aliases;          // CASE: kind is empty
    uint64_t memory;           // bytes that SQLite may hold; 0: no bound
    bool dry_run;              // all but the last step: the file stays as it is; a project opened to read will do
    bool texts;                // their values are blanked where they stand in texts of others
};
struct forget_result { // what went; where nothing did, the file stays as it is
    uint64_t events, words, measures, attributes, links, members, rejects /* that lost their bytes */, strings,
        texts /* of others, in which a value was blanked */;
    int64_t first_us, last_us;       // of those events, or VOC_NA
    uint64_t other_events;           // that stay, and name them in another role (as an account, as a customer)
    uint64_t case_events, cases;     // that stay, name no customer, and are of a case of theirs; how many cases, each of which is told
    uint64_t seen_rows, seen_texts;  // that were looked through afterwards
    uint64_t pages;                  // of the file that were looked through at last
    uint64_t places;                 // that were told
    bool in_use;                     // all is done, but somebody reads the state before, which the file has to keep so long; it is said
};
struct forget_place { // where a value still stands (what others wrote, the name of a file), or a case of theirs. Borrowed until the callback returns
    const char *what;
    voc_str file_name;
    uint64_t line; // 0: none
    voc_str value;
};
// VOC_E_BUSY: somebody came in between and wrote; nothing was changed. VOC_E_CHECK: something is left that should not be; it is said.
voc_rc store_forget(struct project *p, const struct forget_spec *s, struct forget_result *out,
                    voc_rc (*place)(void *user, const struct forget_place *x), void *user);
#endif
