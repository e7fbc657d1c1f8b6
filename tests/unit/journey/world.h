// SPDX-License-Identifier: MIT
// A small world for tests of journeys: a definition from text, events one by one, and the journeys that come of them.
#ifndef VOC_TESTS_WORLD_H
#define VOC_TESTS_WORLD_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "journey/walk/timeline.h"

#define DAY US_PER_DAY
#define HOUR (3600 * US_PER_SECOND)
#define T0 (INT64_C(1704067200) * US_PER_SECOND) // 2024-01-01

struct ev { // what is left out is missing
    const char *id, *account, *person, *action, *role, *text, *channel, *campaign, *object, *touchpoint, *case_id, *ref, *thread, *owner,
        *source, *key, *value_text; // key: attribute of the event
    int64_t at; // µs after T0
    uint32_t actor, ref_kind, resolution; // actor 0: the customer; NOBODY: the source does not say
    uint64_t record;
    int64_t value; // 0: missing
};
#define NOBODY 99u

struct world {
    struct diag *d;
    struct journey *j;
    struct event_set *s;
    struct timeline *t;
    struct batch *b;
    const voc_journeys *v;
};
// body: what stands inside <journey>; head: more attributes of it.
void world_new(struct world *w, const char *head, const char *body);
void world_event(struct world *w, const struct ev *e);
#define EVENT_OF(w, ...) world_event((w), &(struct ev){__VA_ARGS__})
// An attribute of an individual, account or case, from a time on (VOC_NA: always).
void world_fact(struct world *w, uint32_t entity, const char *who, const char *key, const char *text, int64_t from);
// Seals, makes the timeline (o may be NULL) and reads every unit with every column.
void world_run(struct world *w, const struct timeline_options *o);
void world_free(struct world *w);

const voc_unit *world_unit(const struct world *w, const char *name); // fails if there is none
// "aware 0-2 forward; seeking 2-5 lapsed" in days after T0, with the episode where it is not 1 ("aware#2 ...").
void world_stays(const struct world *w, const char *unit, char *out, size_t size);
void world_persons(const struct world *w, const char *unit, const char *person, char *out, size_t size);
// Row of the batch of the event with that id.
size_t world_row(const struct world *w, const char *id);
const char *world_stage(const struct world *w, const char *id);      // "" for none
const char *world_touchpoint(const struct world *w, const char *id); // "" for none
uint32_t world_u32(const struct world *w, uint32_t column, const char *id);
void world_name(const struct world *w, uint32_t column, uint32_t code, char *out, size_t size); // of a code
// Everything that an analysis can see, with names for codes.
void world_print(const struct world *w, struct buf *b);
#define assert_stays(w, unit, wanted)                          \
    do {                                                       \
        char stays_[4096];                                     \
        world_stays((w), (unit), stays_, sizeof stays_);       \
        assert_string_equal(stays_, (wanted));                 \
    } while (0)
#endif
