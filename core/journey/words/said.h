// SPDX-License-Identifier: MIT
// All that customers of a project said: the verbatims that it keeps as words, and texts that stand on events of customers.
// Held in memory; made by one thread, then read by all.
#ifndef VOC_JOURNEY_SAID_H
#define VOC_JOURNEY_SAID_H
#include "journey/journey.h"
#include "store/words.h"

struct said { // one text; strings lie in the arena of the set
    int64_t time_us;
    uint32_t resolution, ref_kind;
    uint32_t customer; // SPACE_ALIASES; 0: nobody is named
    uint32_t source;   // SPACE_SOURCE
    uint64_t line;
    voc_str text, language, ref, id, file; // ref: the event (or case) that it belongs to; id: its own
    voc_str found;     // by a query: what of it, in []
    bool of_event;     // an event's own text
};
struct said_set { struct arena arena; VEC(struct said) all; }; // zero it before the first use
void said_done(struct said_set *s);
// Verbatims, the latest first; those that a query finds, if it is not empty (store_words).
voc_rc said_words(struct said_set *s, struct project *p, voc_str query, struct diag *d);
// Texts of customers' events, but for those that are there already as a word of the same customer, at the same time.
voc_rc said_events(struct said_set *s, struct project *p, const struct journey *j, struct diag *d);
#endif
