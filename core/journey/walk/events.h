// SPDX-License-Identifier: MIT
// Events of a project (or of a sample) as arrays, with their dictionaries and identities: what journeys are made from.
// Filled once, then read by all threads.
#ifndef VOC_JOURNEY_EVENTS_H
#define VOC_JOURNEY_EVENTS_H
#include "identity/identity.h"

struct event_set { // owns its arrays; n of each
    size_t n, cap;
    int64_t *time_us;
    uint8_t *resolution, *actor, *ref_kind;
    uint32_t *action, *touchpoint, *channel, *campaign, *object, *case_id, *role, *owner, *thread, *source, *customer, *account;
    int64_t *minutes, *cost, *value;
    voc_str *id, *ref, *text, *attrs; // in arena
    uint64_t *record, *line;
    uint32_t *sub;
    const voc_str *strings[SPACE_N]; // by code; [0] empty
    uint32_t n_strings[SPACE_N];
    struct identity *identity;   // owns
    struct event_attribute { uint32_t entity, who; /* code of individual, account or case */ voc_str key, text; int64_t valid_from_us; } *attributes;
    size_t n_attributes; // sorted by (entity, who, key, valid_from)
    struct event_source {
        voc_str id;
        uint32_t actor_assumed, watermark_none, resolution;
        uint32_t last_resolution; // of its last events; UINT32_MAX: not known
        int64_t watermark_us, last_us, first_us;
        uint64_t events;
    } *sources;
    size_t n_sources;
    struct arena arena;
    struct dict *dicts[SPACE_N]; // when built from rows
};
// From a project: columns is a mask of EV_* (what the definition and the analyses need).
voc_rc event_set_load(struct event_set **out, struct project *p, uint32_t columns, struct diag *d);
// Without its events, which are read in parts: dictionaries, people, attributes, sources. PEOPLE_SIMPLE: as identity_simple says; then
// *out may be NULL. PEOPLE_UNNAMED: likewise, but names of people are empty, and alias sets are not read, where nothing depends on them.
enum event_people { PEOPLE_LINKED, PEOPLE_SIMPLE, PEOPLE_UNNAMED };
voc_rc event_set_open(struct event_set **out, struct project *p, enum event_people people, struct diag *d);
// From rows (samples, tests): add, then seal. source: its id.
voc_rc event_set_new(struct event_set **out);
voc_rc event_set_add(struct event_set *s, const voc_row *row, voc_str source);
voc_rc event_set_seal(struct event_set *s);
void event_set_free(struct event_set *s);
#endif
