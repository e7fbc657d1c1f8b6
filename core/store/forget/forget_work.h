// SPDX-License-Identifier: MIT
// Shared by forget.c, forget_blocks.c, forget_rows.c, forget_names.c and forget_prove.c. Private to core/store.
#ifndef VOC_STORE_FORGET_WORK_H
#define VOC_STORE_FORGET_WORK_H
#include "store/columns/block.h"
#include "store/forget/forget.h"
#include "store/events/shares.h"

enum { FORGET_BUCKETS = 4096 };
#define FORGOTTEN "[forgotten]" // stands where a value was blanked

struct forgetting { // owns what is not said to be borrowed
    struct project *from;           // borrows
    struct project *to;             // private: what the file will be
    const struct forget_spec *spec; // borrows
    struct forget_result r;
    voc_rc (*place)(void *user, const struct forget_place *x);
    void *user;
    unsigned char *used[SPACE_ALL]; // by code: a row that stays has it
    uint32_t n[SPACE_ALL];
    const struct event_tuple *tuples; // borrows from the project
    uint32_t n_tuples;
    unsigned char *used_tuple;
    struct shares gone;             // events and attributes, by import
    bool settled;                   // some of them from settled runs
    bool *seen;                     // by alias: its value stands somewhere, be it within a longer word
    uint32_t bucket[FORGET_BUCKETS], few, *next; // of forget_find.c: lists of aliases + 1, by how their values begin; those too short for that
    bool *case_of_theirs;           // by code: a row that went was of it
    uint32_t *case_rest;            // by code: rows that stay and name no customer
    struct buf text;                // what was blanked, of the row at hand
};

// Rows of `select` go to `insert`, whose parameters are its columns. look NULL: all, as they are. *keep false: this one stays behind;
// what it binds in its place (until the next row) is what goes.
typedef voc_rc forget_look(struct forgetting *f, sqlite3_stmt *row, sqlite3_stmt *insert, bool *keep);
voc_rc forget_copy(struct forgetting *f, const char *select, const char *insert, forget_look *look);
voc_rc forget_blocks(struct forgetting *f); // forget_blocks.c: and what they use
voc_rc forget_rows(struct forgetting *f);   // forget_rows.c: all other tables but strings
voc_rc forget_names(struct forgetting *f);  // forget_names.c: strings, after both
voc_rc forget_prove(struct forgetting *f);  // forget_prove.c: looks through all that will be in the file
voc_rc forget_look_at_page(void *f, const unsigned char *page, size_t n); // for project_replace

static inline void forget_use(struct forgetting *f, unsigned space, uint32_t code) { f->used[space][code] = 1; }
// forget_find.c
enum { FORGET_SHORT = 3 }; // a value of fewer bytes is looked for in rejects only: it would be found everywhere
voc_rc forget_find_open(struct forgetting *f); // before any other
struct forget_hit { size_t at, alias; bool word; }; // word: it stands by itself
// The next value of `shortest` bytes or more in the text from hit->at on, whatever its capitals.
bool forget_find(const struct forgetting *f, voc_str text, size_t shortest, struct forget_hit *hit);
bool forget_named(const struct forgetting *f, voc_str text, size_t shortest); // some value stands by itself
voc_rc forget_blank(const struct forgetting *f, voc_str text, struct buf *out, bool *any); // FORGOTTEN in place of each; appended
#endif
