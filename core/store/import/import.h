// SPDX-License-Identifier: MIT
// An import under way, as import.c, import_commit.c, import_rows.c and upsert.c share it. Private to core/store.
#ifndef VOC_STORE_IMPORT_H
#define VOC_STORE_IMPORT_H
#include "store/import/names.h"

struct import { // owns
    struct project *p;        // borrows
    struct diag *d;           // borrows
    struct import_spec spec;  // strings in arena
    struct arena arena;
    struct pending q;
    uint32_t source;          // code of its id in the dictionary of the import
    struct names *names;      // codes of the project; owned; made by the first spill or the commit
    struct held *held;        // owned, or NULL: events go to the project as they are (held.h)
    int64_t run;              // of the blocks that are written now
    bool spilled;             // rows are in the file already, within the transaction
    uint64_t spilled_rejects, last_record; // of those
    // from the commit, or the first spill, on
    int64_t number;           // of this import
    uint64_t base;            // records of the source before its first
    uint64_t dropped;         // leading records that an earlier import holds
    uint64_t standing;        // leading records that stand where an earlier reading of the file stood; 0: a file that is new
    int64_t behind;           // the import that holds them, or VOC_NA
    struct import_result result;
};

// import_spill.c
voc_rc import_fit(struct import *i);   // after each block: within spec.memory_max
voc_rc import_spill(struct import *i); // writes what is held, and forgets it
voc_rc import_names(struct import *i); // i->names knows all that has been named

static inline uint64_t import_stored_record(const struct import *i, uint64_t record) { return i->base + record - i->dropped; }

// import_events.c, import_rows.c, import_links.c: what is not dropped goes into the file.
voc_rc import_write_events(struct import *i, struct names *names);
voc_rc import_write_attributes(struct import *i, struct names *names);
voc_rc import_write_measures(struct import *i, struct names *names);
voc_rc import_write_facts(struct import *i, struct names *names);
voc_rc import_write_rejects(struct import *i);
voc_rc import_write_links(struct import *i);
voc_rc import_write_same_row_links(struct import *i); // behind all the others

// import_early.c: what was written before the commit is put right; its records were counted from `as_written`.
voc_rc import_settle_early(struct import *i, uint64_t as_written);

// upsert.c
struct last_records { uint64_t *record; size_t cap; }; // by code of an own id: the last record that has it; owns
voc_rc last_records_note(struct dict *ids, struct last_records *last, voc_str id, uint64_t record);
bool last_records_outdated(const struct dict *ids, const struct last_records *last, voc_str id, uint64_t record);
voc_rc upsert_within(struct import *i, struct dict **ids);           // drops what a later record replaces, of the file or of what came behind it; *ids: own ids, owned by the caller
// Of ids whose last record is below `standing`, those that later imports have: their last record becomes UINT64_MAX, and they replace nothing.
voc_rc upsert_later(struct import *i, struct dict *ids, struct last_records *last, uint64_t standing);
bool upsert_held_later(const struct dict *ids, voc_str id); // has one been found there?
voc_rc upsert_earlier(struct import *i, const struct dict *ids);     // drops from other imports of the source what this one replaces
voc_rc import_remove(struct project *p, int64_t number);             // an import with all its rows
voc_rc member_rebuild(struct project *p, const int64_t *imports, size_t n); // who belongs to which account, as imports say it; ascending
#endif
