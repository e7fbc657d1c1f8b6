// SPDX-License-Identifier: MIT
// Facts: attributes of individuals, accounts and cases as they held at a time, and attributes of one event. Read-only
// after facts_init; any thread, each with its own cache and scratch.
#ifndef VOC_JOURNEY_FACT_INDEX_H
#define VOC_JOURNEY_FACT_INDEX_H
#include "journey/walk/events.h"
#include "journey/journey.h"

struct fact_index { // by entity (VOC_ENTITY_*): first attribute of each code, one more at the end; NULL: none at all
    const struct event_set *s;
    uint32_t *first[4]; // owns
    uint32_t n[4];
};
voc_rc facts_init(struct fact_index *f, const struct event_set *s);
void facts_done(struct fact_index *f);

struct fact_at { // what an attribute was, and from when until when ([from, until)) that answer holds
    bool found;
    uint32_t at; // index in event_set.attributes
    int64_t from_us, until_us;
};
// The value with the greatest valid_from <= t; before the first one there is none.
struct fact_at facts_find(const struct fact_index *f, uint32_t entity, uint32_t who, voc_str key, int64_t t_us);

// Do `is`, `at-least`, `at-most` and `present` hold? `like` is left to the caller.
bool fact_test(const struct predicate *p, bool found, voc_str text);

// The value of a key of a JSON object, as text: strings unescaped (into scratch where needed), all else as written.
// Out of memory: false, and scratch->rc says so.
bool facts_json(voc_str object, voc_str key, struct buf *scratch, voc_str *value);
#endif
