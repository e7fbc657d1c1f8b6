// SPDX-License-Identifier: MIT
// The rows of an import on their way from the worker's blocks to the file: checked, joined to dictionaries of the import,
// and held in memory until the commit. Private to core/store.
#ifndef VOC_STORE_PENDING_H
#define VOC_STORE_PENDING_H
#include "store/block.h"
#include "store/project.h"

#define PENDING_STRING_MAX (UINT32_C(64) << 20) // one string of a row
#define REJECT_RAW_MAX (UINT32_C(64) << 10)     // raw bytes kept of a reject

// Code columns of an event: dictionary columns first, then texts of the row's own.
enum {
    PE_ACTION, PE_TOUCHPOINT, PE_CHANNEL, PE_CAMPAIGN, PE_OBJECT, PE_CASE, PE_ROLE, PE_OWNER, PE_THREAD, PE_LANGUAGE, PE_CUSTOMER, PE_ACCOUNT,
    PE_CODES, // up to here: codes of the space in pending_space[]
    PE_ID = PE_CODES, PE_REF, PE_TEXT, PE_ATTRS,
    PE_N // up to here: indices into heap
};
extern const unsigned char pending_space[PE_CODES];

struct pending_event { // as it comes and as it is written
    int64_t time_us, minutes, cost, value;
    uint64_t record, line;
    uint32_t code[PE_N];
    uint32_t sub;
    uint8_t resolution, actor, ref_kind;
};
// As it is held until the commit: millions of them are most of an import's memory, so what few events have stands apart.
struct pending_row {
    int64_t time_us;
    uint64_t record, line;
    uint32_t action, touchpoint, channel, campaign, case_id, role, customer, account, id, attrs; // as in code[]
    uint32_t rare; // of pending.rare; 0: it has nothing of it
    uint32_t sub;
    uint8_t resolution, actor, ref_kind;
    bool dropped;
};
struct pending_rare {
    int64_t minutes, cost, value;
    uint32_t object, owner, thread, language, ref, text;
};
struct pending_fact {
    int64_t time_us, integer;
    double number;
    uint64_t record, line;
    uint32_t kind, entity, type, resolution, ref_kind, sub;
    uint32_t a, b;     // codes of SPACE_ALIASES; entity CASE: a of SPACE_CASE
    uint32_t key;      // code of SPACE_KEY
    uint32_t value;    // ATTRIBUTE: code of SPACE_VALUE
    uint32_t text, unit, language, ref, id; // heap
    bool dropped;
};
struct pending_reject { uint64_t record, line; uint32_t code, reason, raw; bool dropped; }; // heap

enum { PENDING_CHUNK = 1 << 14 };
struct pending { // owns all of it
    struct dict *names[SPACE_ALL];
    VEC(voc_str) heap; // [0] is empty; bytes in the arena
    struct arena bytes;
    VEC(struct pending_row *) chunks; // of PENDING_CHUNK rows
    VEC(struct pending_rare) rare;    // [0] is empty
    size_t n_events;
    VEC(struct pending_fact) facts;
    VEC(struct pending_reject) rejects;
    bool has_ids;
    // of the block being added: local code -> ours + 1, 0: not seen yet; one map a space, then the heap, then raw bytes
    uint32_t *map[SPACE_ALL + 2];
    uint32_t map_cap;
};
voc_rc pending_init(struct pending *q);
void pending_done(struct pending *q);
// VOC_E_BUG with *why set: the worker lied.
voc_rc pending_add(struct pending *q, const struct coded_block *b, const char **why);

void pending_get(const struct pending *q, size_t i, struct pending_event *out);

static inline struct pending_row *pending_row(const struct pending *q, size_t i)
{
    return &q->chunks.at[i / PENDING_CHUNK][i % PENDING_CHUNK];
}

static inline voc_str pending_text(const struct pending *q, uint32_t code)
{
    return q->heap.at[code];
}
#endif
