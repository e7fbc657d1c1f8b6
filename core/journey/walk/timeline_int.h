// SPDX-License-Identifier: MIT
// Inside of a timeline, shared by the files that make and walk one only.
#ifndef VOC_JOURNEY_TIMELINE_INT_H
#define VOC_JOURNEY_TIMELINE_INT_H
#include "journey/predicate/memo.h"
#include "journey/predicate/predicate_eval.h"
#include "journey/walk/timeline.h"
#include "journey/walk/track.h"
#include "journey/words/voices.h"

#define UNIT_EMPTY 0u // kind of the unit of events that name no customer

struct unit_entry {
    voc_str name;
    uint32_t kind, code;    // UNIT_EMPTY or VOC_UNIT_* and the code of that identity
    uint32_t account;       // cluster: identity's code, or behind those for units without an account; 0: the empty unit
    int64_t known_from_us;  // or VOC_NA
    size_t first, n;        // events: a slice of the order of its span
};
struct name_ref { voc_str name; uint32_t index; }; // sorted by name

// Events under the walk and what is settled of each, all borrowed. A timeline that holds every event has one such span; one that
// is read in parts has one in each thread.
struct span {
    const struct event_set *s; // its rows; dictionaries are the timeline's
    const uint8_t *actor;
    const uint32_t *touchpoint, *individual, *account, *case_id, *thread; // by row
    const uint32_t *order;     // rows of units; NULL: as they lie
    const struct unit_entry *units;
    size_t n_units;
};

struct stream; // stream.h

struct timeline { // owns its arrays; borrows journey, options.predicates and, unless it made them itself, the events
    struct stream *stream;     // owns; NULL: all events are in s
    struct event_set *own_set; // owns; NULL: s is borrowed
    const struct event_set *s; // of all events; read in parts: of none, but with their dictionaries, people and attributes
    const struct journey *j;
    struct timeline_options o;
    struct arena arena; // names and tables of the definition
    struct evaluator *ev;
    struct track_rules *rules;
    struct track_window window;
    uint32_t unit_kind;
    uint64_t n_bad_keys;   // events that name a customer, but no unit of this kind

    uint32_t n_actions;    // codes of the event set, then declared names that never occur
    const struct action_rule **rule; // by action code, or NULL
    uint8_t *class_of_action;
    struct eval_names roles, segments, touchpoints;
    uint32_t *role_of_rule;          // code of each declared role
    uint8_t *raw_push;               // by raw touchpoint, from the first behind the declared: 1 if it ever names a customer
    int64_t *known_individual;       // known_from by individual, or NULL: nobody has one
    struct programs *role_programs, *segment_programs;
    struct programs *claims;         // claims.c
    uint32_t *claim_of;              // by program of claims: index in the table of touchpoints

    // by event of the set
    uint8_t *actor;
    uint32_t *touchpoint, *individual, *account, *case_id, *thread;
    uint32_t *order;       // events before data_end, grouped by unit
    size_t n_order;
    struct unit_entry *units;
    size_t n_units;
    struct span all;       // the above, as it is walked
    voc_str *own_account;  // names of the accounts behind identity's
    uint32_t n_own_accounts;

    struct name_ref *touch_names; // ids and raw names of touchpoints
    size_t n_touch_names;
    struct name_ref *thread_names, *case_names; // where a ref names one

    VEC(const struct predicate *) numbered; // timeline_predicate
    struct programs *wanted;                // columns asked for, in order
    VEC(uint32_t) wanted_numbers;           // VOC_NONE: from options
    bool persons, cancels; // persons: their stays too; cancels: some action is of class undelivered
    bool attributes;       // of units: asked for
    bool words;            // of units: asked for
    struct project *project; // borrows, or NULL: the events are of no project
    struct diag *d;          // borrows; of the making
    struct voices *voices;   // owns; NULL: not looked for, or there are none
    bool voices_known;
    voc_str *source_file;    // by code of source, in arena: the file of its one import, or empty; NULL: not looked for
    uint32_t wanted_columns; // EV_* that wanted predicates and fields look at beside those of the journey
    VEC(voc_str) wanted_fields; // in arena
    voc_definition def;
    voc_run_info info;
};

static inline uint32_t column_at(const uint32_t *column, size_t at) { return column ? column[at] : 0; }
static inline uint32_t span_row(const struct span *w, const struct unit_entry *u, size_t k)
{
    return w->order ? w->order[u->first + k] : (uint32_t)(u->first + k);
}
// sorted by name; VOC_NONE: not there
uint32_t name_find(const struct name_ref *names, size_t n, voc_str name);
int name_order(const void *a, const void *b);

// resolve.c: who acted, who it was, what class; roles and segments as they held
voc_rc resolve_actions(struct timeline *t);
voc_rc resolve_people(struct timeline *t);
// By code of source, freed by the caller: who acts in rows that do not say; 1: the source does not say who acted.
voc_rc resolve_sources(const struct timeline *t, uint8_t **actors, uint8_t **assumed);
const struct action_rule *resolve_rule(const struct journey *j, voc_str action); // the first that names it, or NULL
uint32_t resolve_actor(const struct action_rule *rule /* or NULL */, uint32_t of_row, uint32_t of_source);
bool resolve_assumed(const struct action_rule *rule, uint32_t of_row, uint32_t of_source, bool assumed); // was it taken for granted?
struct resolver; // one thread's roles and segments
voc_rc resolver_new(struct resolver **out, const struct timeline *t);
void resolver_free(struct resolver *r);
void resolver_span(struct resolver *r, const struct span *w); // t->all unless told
void resolver_unit(struct resolver *r, const struct unit_entry *u);
voc_rc resolver_event(struct resolver *r, uint32_t at, struct eval_event *out); // all but the session; the touchpoint if resolved
voc_rc resolver_segment_at(struct resolver *r, int64_t t_us, uint32_t *segment);
voc_rc resolve_groups(struct timeline *t); // compiles roles and segments

// timeline.c
voc_rc timeline_voices(struct timeline *t); // once: the words of the project

// claims.c
voc_rc resolve_touchpoints(struct timeline *t); // claims, then raw names; needs the units

// window.c
struct source_end { int64_t last_us; uint32_t resolution; uint64_t events; };
voc_rc order_window(struct timeline *t, struct diag *d); // all of it, from the events of t->s
void window_choose(struct timeline *t, const struct source_end *ends /* by code of source */, int64_t first_us /* or VOC_NA */);
void window_counted(struct timeline *t, uint64_t n, uint64_t set_aside, struct diag *d); // of n events

// unit_order.c: units, order
int order_rank(uint8_t actor); // of who acts, among events of one time
bool order_is_kept(const struct span *w, uint32_t a, uint32_t b); // may row a stand before row b?
void order_events(const struct span *w, uint32_t *rows, size_t n);
voc_rc order_units(struct timeline *t, struct diag *d);
uint32_t unit_entity(const struct unit_entry *u); // VOC_ENTITY_*

// names.c, names_steps.c: tables of the definition
voc_rc names_definition(struct timeline *t);
voc_rc names_number(struct timeline *t, const struct predicate *p, uint32_t *number); // that an analysis asks by; NULL: VOC_NONE
voc_rc names_exchange_of_stage(struct timeline *t, const struct exchange *from, voc_def_stage *to);
voc_rc names_steps(struct timeline *t);

// refs.c: what refs name within one unit
struct ref_scratch { struct name_ref *ids; size_t n, cap; };
voc_rc refs_prepare(struct timeline *t); // name tables, n_undelivered, work that customers refer to
voc_rc refs_unit(const struct timeline *t, const struct span *w, const struct unit_entry *u, struct ref_scratch *s,
                 int32_t *ref_event, uint32_t *ref_touchpoint);
// Clears delivered[] (n of the unit) where an undelivered event cancels a touch; *n: how many.
void refs_cancel(const struct timeline *t, const struct span *w, const struct unit_entry *u, const int32_t *ref_event, const uint32_t *ref_touchpoint,
                 uint8_t *delivered, uint64_t *n);
#endif
