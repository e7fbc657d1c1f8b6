// SPDX-License-Identifier: MIT
// The rows of an import on their way from the worker's blocks to the file: checked, joined to dictionaries of the import,
// and held in memory until the commit. Events are dealt out by the hash of their unit as they come, 8 bytes each or 16, so that
// the commit finds whole units together and never reaches across all of them; what few of them have follows as words. Private to core/store.
#ifndef VOC_STORE_PENDING_H
#define VOC_STORE_PENDING_H
#include "store/columns/block.h"
#include "store/project.h"
#include "store/columns/tuples.h"

#define PENDING_STRING_MAX (UINT32_C(64) << 20) // one string of a row
#define REJECT_RAW_MAX (UINT32_C(64) << 10)     // raw bytes kept of a reject

enum { PARTITION_BITS = 8, PARTITIONS = 1 << PARTITION_BITS };

struct pending_who { // whose events: codes of the import, and where the unit stands in the file's order
    uint64_t key;    // hash of the unit's text
    uint32_t case_id, customer, account;
};
struct pending_row { // as it lies in a plain chunk, and as all are read
    uint32_t time;   // less the chunk's, in units of pending.unit; of a wide chunk: not used
    uint32_t who;    // the partition, and the place among its people
    uint32_t record; // less the chunk's
    uint32_t tuple;  // with PENDING_*
};
#define PENDING_DROPPED (UINT32_C(1) << 31) // left out
#define PENDING_RARE (UINT32_C(1) << 30)    // it has a place in pending.rare
static inline uint32_t pending_tuple(const struct pending_row *r) { return r->tuple & ~(PENDING_DROPPED | PENDING_RARE); }
// A row of a small chunk is two words: the place among the people and the time less that of the row before; the tuple, the record
// less that of the row before, and PENDING_*. One that does not fit is SMALL_NOT, and then as in a plain chunk.
enum { SMALL_WORDS = 2, SMALL_WHO_BITS = 16, SMALL_TIME_BITS = 16, SMALL_TUPLE_BITS = 18, SMALL_RECORD_BITS = 12, SMALL_NOT = 0xffff };
#define SMALL_RECORDS ((UINT32_C(1) << SMALL_RECORD_BITS) - 1)
enum { // what of it an event has
    RARE_MINUTES = 1, RARE_COST = 2, RARE_VALUE = 4, RARE_SUB = 8, RARE_OBJECT = 16, RARE_THREAD = 32, RARE_ID = 64, RARE_REF = 128, RARE_TEXT = 256,
    RARE_ATTRS = 512,
    RARE_AMOUNTS = RARE_MINUTES | RARE_COST | RARE_VALUE,
    RARE_TEXTS = RARE_ID | RARE_REF | RARE_TEXT | RARE_ATTRS
};
struct pending_rare { // what few events have; codes of the import, then of heap
    uint32_t object, thread, id, ref, text, attrs, sub;
    uint32_t has;     // RARE_*
    uint32_t amounts; // of pending.amounts; 0: none
};
struct pending_amounts { // apart, as logs of requests have none of it and tables of orders little else
    int64_t minutes, cost, value;
};
struct pending_chunk {
    int64_t time_us; // the rows' are counted from it
    uint64_t record; // likewise
    int64_t line;    // the line of its rows less their record, where all have the same
    uint32_t n, cap; // rows; words behind the head
    uint32_t who;    // the partition, where it stands in that of a row
    bool small;      // rows are two words, but those that do not fit
    bool wide;       // times that the unit does not fit: each row has its own behind it
    bool lines;      // likewise its line less its record
    bool in_slab;    // else it is a block of its own
    uint32_t word[]; // rows, each with what it has of: time, line (two words each), place in pending.rare
};
enum { ROW_WORDS = sizeof(struct pending_row) / sizeof(uint32_t), ROW_MOST = ROW_WORDS + 5 };
static inline uint32_t pending_words(const struct pending_chunk *c) { return (c->wide ? 2u : 0u) + (c->lines ? 2u : 0u); } // that each row has behind it
static inline uint32_t pending_is_rare(uint32_t flags) { return flags / PENDING_RARE & 1; }                              // and one more
// The row at *word, which moves behind it: the word before has PENDING_*, and need not wait for the row. before: that before it in the
// chunk, at first zeros.
static inline struct pending_row pending_row_at(const struct pending_chunk *c, uint32_t **word, struct pending_row before)
{
    struct pending_row r;
    const uint32_t *w = *word;
    if (c->small && (w[0] & SMALL_NOT) != SMALL_NOT) {
        *word += SMALL_WORDS;
        return (struct pending_row){.time = before.time + (w[0] >> SMALL_WHO_BITS) - (SMALL_NOT + 1) / 2,
                                    .who = c->who | (w[0] & SMALL_NOT),
                                    .record = before.record + (w[1] >> SMALL_TUPLE_BITS & SMALL_RECORDS),
                                    .tuple = w[1] & ~(SMALL_RECORDS << SMALL_TUPLE_BITS)};
    }
    *word += ROW_WORDS + c->small;
    memcpy(&r, *word - ROW_WORDS, sizeof r);
    return r;
}
struct pending_partition { // rows in the order of their coming
    VEC(struct pending_chunk *) chunks;
    struct pending_chunk *last;
    size_t n;
    VEC(struct pending_who) whos;
};
enum { SLAB_GROUPS = 4 }; // of partitions that follow each other: slabs of a group are freed when its last chunk in one is
struct pending_slabs { VEC(char *) all; size_t used, chunks; }; // full chunks lie in large blocks; used: bytes of the last one
struct pending_end { // of a partition's last chunk, while a block is added
    uint32_t *next, *to;  // where the next row goes, where the chunk ends
    uint32_t *small_to;   // a row of two words begins before it; of a plain chunk: the first word
    int64_t time_us;
    uint64_t record;
    uint32_t last_time, last_record; // of the last row
    uint32_t n, n_not;    // rows; of a small chunk: those that do not fit
    bool wide;
};
struct pending_unit { uint64_t us, inverse; unsigned shift; }; // us = odd << shift; inverse of the odd part modulo 2^64
enum { WHO_BITS = 24, WHOS_MOST = (1 << WHO_BITS) - 1 }; // of a partition

struct pending_fact {
    int64_t time_us, integer;
    double number;
    uint64_t record, line;
    uint32_t kind, entity, type, resolution, ref_kind, sub;
    uint32_t a, b;     // codes of SPACE_ALIASES; entity CASE: a of SPACE_CASE
    uint32_t key;      // code of SPACE_KEY
    uint32_t value;    // ATTRIBUTE: code of SPACE_VALUE
    uint32_t unit;     // MEASURE: code of SPACE_KEY; else heap
    uint32_t text, language, ref, id; // heap
    bool dropped;
};
struct pending_reject { uint64_t record, line; uint32_t code, reason, raw; bool dropped; }; // heap

enum { RECENT_RARE = 1 << 13, RECENT_WAYS = 5 };
struct recent_rare { uint32_t tag, at, amounts; }; // of the hash; at 0: none
struct recent_rares { struct recent_rare way[RECENT_WAYS]; uint32_t next; }; // next: the one that is replaced next
_Static_assert(sizeof(struct recent_rares) == 64, "a line of the cache");
struct joined_tuple { uint32_t code, rows; }; // ours + 1, and the rows that came with it and are not in tuple_rows yet
struct pending_maps { // of one sender: local code -> ours + 1, 0: not seen yet; one map a space, then the heap, then raw bytes
    uint32_t *map[SPACE_ALL + 2];
    uint32_t cap;
    VEC(struct joined_tuple) tuple[2]; // by local tuple (naming nobody, or somebody)
};

struct pending { // owns all of it
    struct dict *names[SPACE_ALL];
    VEC(voc_str) heap; // [0] is empty; bytes in the arena
    struct arena bytes;
    struct tuple_set tuples;  // with codes of the import
    uint32_t nobody;          // who that is
    struct dict *mixed;       // whos that name two of case, customer and account: their bytes
    VEC(uint32_t) mixed_who;  // by code of mixed
    VEC(uint32_t) who_of_case, who_of_account; // of those that name nothing else: who + 1; that of a customer is the value in its dictionary
    struct pending_partition part[PARTITIONS];
    struct pending_end end[PARTITIONS];
    struct pending_slabs slabs[SLAB_GROUPS];
    VEC(struct pending_rare) rare;       // [0] is empty
    VEC(struct pending_amounts) amounts; // likewise
    struct recent_rares *recent; // RECENT_RARE: rare rows by their hash, so that what comes again is held once
    void *recent_memory;         // that they lie in
    size_t n_events;
    size_t chunk_bytes;
    struct pending_unit unit; // of the times of rows
    int64_t first_us;         // that they are counted from, where no chunk is wide; likewise the record
    uint64_t first_record;
    bool wide;                // the next chunks are
    bool lines_differ;        // the lines of rows less their records
    int64_t first_line;       // of the first row, likewise
    uint64_t last_record;     // the highest of any event
    VEC(uint64_t) tuple_rows; // by tuple: rows that came with it, after pending_count
    VEC(struct pending_fact) facts;
    VEC(struct pending_reject) rejects;
    bool has_ids;
    uint32_t set_flags; // SETS_* of all alias sets
    VEC(struct pending_maps) maps; // by sender
    VEC(uint32_t) map_who; // of the block being added: by local customer, where it stands alone: who + 1
};
voc_rc pending_init(struct pending *q);
void pending_done(struct pending *q);
void pending_forget(struct pending *q); // all rows; dictionaries stay
void pending_forget_part(struct pending *q, unsigned part); // its events, which are where they are kept; they are not walked again
void pending_count(struct pending *q);
// VOC_E_BUG with *why set: the worker lied.
voc_rc pending_add(struct pending *q, const struct coded_block *b, const char **why);
// An event's place in the dictionaries of the import (pending_who.c).
voc_rc pending_who_of(struct pending *q, uint32_t case_id, uint32_t customer, uint32_t account, uint32_t *who);
voc_rc pending_nobody(struct pending *q); // at the beginning
voc_str pending_unit(const struct pending *q, const struct pending_who *w); // the text that its unit goes by

struct pending_event { int64_t time_us, line; uint64_t record; uint32_t rare; }; // of a row; line: less its record

static inline int64_t pending_two(const uint32_t *word) { return (int64_t)((uint64_t)word[1] << 32 | word[0]); }
static inline struct pending_event pending_read(const struct pending *q, const struct pending_chunk *c, const struct pending_row *r,
                                                const uint32_t *word) // word: behind the row
{
    struct pending_event e = {.time_us = (int64_t)((uint64_t)c->time_us + r->time * q->unit.us), .line = c->line, .record = c->record + r->record};
    if (c->wide) e.time_us = pending_two(word), word += 2;
    if (c->lines) e.line = pending_two(word), word += 2;
    if (r->tuple & PENDING_RARE) e.rare = *word;
    return e;
}

// All rows, in the order of the partitions.
struct pending_walk {
    const struct pending *q;
    size_t part, chunk;
    const struct pending_chunk *at;
    uint32_t left, *word, *flags; // flags: the word of the row that has PENDING_*
    struct pending_row row;
    struct pending_event event;   // the rest of it
};
static inline const struct pending_row *pending_next(struct pending_walk *w) // NULL: no more
{
    while (w->left == 0) {
        while (w->part < PARTITIONS && w->chunk == w->q->part[w->part].chunks.n) w->part++, w->chunk = 0;
        if (w->part == PARTITIONS) return NULL;
        struct pending_chunk *c = w->q->part[w->part].chunks.at[w->chunk++];
        w->at = c;
        w->word = c->word;
        w->left = c->n;
        w->row = (struct pending_row){0};
    }
    w->row = pending_row_at(w->at, &w->word, w->row);
    w->flags = w->word - 1;
    w->event = pending_read(w->q, w->at, &w->row, w->word);
    w->word += pending_words(w->at) + pending_is_rare(*w->flags);
    w->left--;
    return &w->row;
}
static inline void pending_drop(struct pending_walk *w) { *w->flags |= PENDING_DROPPED; } // the row that was read last

static inline const struct pending_who *pending_who_at(const struct pending *q, uint32_t who)
{
    return &q->part[who >> WHO_BITS].whos.at[who & WHOS_MOST];
}

static inline const struct pending_amounts *pending_amounts_of(const struct pending *q, const struct pending_rare *r)
{
    return &q->amounts.at[r->amounts];
}

static inline voc_str pending_text(const struct pending *q, uint32_t code)
{
    return q->heap.at[code];
}
#endif
