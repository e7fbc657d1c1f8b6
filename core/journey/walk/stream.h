// SPDX-License-Identifier: MIT
// Inside of a timeline that is read in parts: what is settled before the first part (types of events, units, columns), and a
// lane, one thread's way through parts. What is settled is made by one thread and read by all.
#ifndef VOC_JOURNEY_STREAM_H
#define VOC_JOURNEY_STREAM_H
#include "journey/walk/claims.h"
#include "store/events/parts.h"

// Events that have all in common that most questions are about: a tuple of the store and, where sources differ in who acts by
// default, their source.
enum {
    TYPE_ASKS_CLAIM = 1, TYPE_ASKS_ROLE = 2, // it depends on the single event which touchpoint, which role it is
    TYPE_ASSUMED = 4                         // who acted is taken for granted
};
enum { TYPE_THERE = 1, TYPE_SEEN = 2 /* before data_end, as the next two */, TYPE_NAMED = 4 /* a customer */, TYPE_UNCLAIMED = 8 };
struct types { // owns its arrays
    uint32_t n, n_sources;       // type: tuple * n_sources + source; n_sources 1: the tuple itself
    struct event_set rows;       // a row for each type: as the file has it
    uint8_t *actor, *class_, *asks, *seen; // resolved; asks and seen: TYPE_*
    uint32_t *touchpoint;        // resolved, or VOC_NONE; where a claim asks: if none of them holds
    uint32_t *role;
    uint32_t *lowest;            // where a claim asks: lowest claim of an event of it, or VOC_NONE
};

// Kinds: types that are alike in what most analyses read, so few that their tables stay next to the processor. For the walk.
#define KINDS_MAX 65536u
struct kinds { // owns its arrays
    uint32_t n;
    uint16_t *of_type; // NULL: there are too many, or it is not worth it
    uint8_t *action1;  // the action by type, where all fit a byte, else NULL: for who looks up nothing else
    uint8_t *actor, *class_, *resolution;
    uint32_t *action, *touchpoint, *role;
    struct track_answer *answers; // of the stage rules
    bool one_actor, one_class, one_resolution; // all types are alike in it, and this is what they are:
    uint8_t all_actor, all_class, all_resolution;
};

struct stream { // owns
    struct project *p;           // borrows, as below
    struct diag *d;
    struct event_parts *parts;   // owns: of the walk
    struct event_parts *plan;    // owns: the first plan
    struct event_layout layout;  // of the first plan
    struct types types;
    struct kinds kinds;
    uint32_t columns;            // VOC_COL_* that batches hold
    bool rows_only;              // nobody reads stays
    uint32_t also;               // EV_* that the rows of parts have as well
    struct unit_finder { uint32_t *slots; size_t n; unsigned asked; } finder; // codes of units by name; owns; made when a second one is looked for
    uint32_t make;               // EV_* columns of the tuple that a lane makes for each event
    uint32_t settle;             // VOC_COL_* that a lane settles for each event
    bool cut, verify;            // events lie behind data_end; events of one time may stand in another order
    bool members;                // people may belong to accounts that their events do not name
    bool evaluate;               // single events are asked
    bool by_type;                // ... and what they are follows from their types
    bool tracked_by_type;        // ... by nothing but the stage rules
    bool asks_claims;            // some type asks
    bool leavings;               // the layout may name tuples that no event has any more
    bool source_known;           // all events are of one source
};

#define PART_ROWS ((size_t)65536) // about
#define CHUNK_ROWS ((size_t)12288) // about: what is made of them stays next to the processor until an analysis has read it

// stream.c
voc_rc stream_settle(struct timeline *t, struct diag *d, bool *possible); // all but the events; false: they must be read at once
void stream_free(struct stream *s);
// What parts must have, and lanes make and settle, so that batches hold these columns (VOC_COL_*) and, if asked, predicates work.
void stream_needs(const struct timeline *t, const struct stream *s, uint32_t columns, bool evaluate, uint32_t *read, uint32_t *make,
                  uint32_t *settle);

// types.c
voc_rc types_new(struct timeline *t, struct stream *s, bool *possible); // all but touchpoints
voc_rc types_claim(struct timeline *t, struct stream *s);               // which claim, where it does not depend on the event
voc_rc types_number(struct timeline *t, struct stream *s);              // raw names; all touchpoints are known then
// When all else of them is known. Kinds are made if stage rules want their answers, or lanes that make and settle this look up by kind.
voc_rc types_kinds(struct timeline *t, struct stream *s, bool answers, uint32_t make, uint32_t settle);
bool kinds_help(const struct kinds *k, uint32_t make, uint32_t settle); // more than one thing is looked up for each event
void types_done(struct types *y);
void kinds_done(struct kinds *k);

// lane.c
struct lane { // owns its arrays
    const struct timeline *t;
    const struct stream *s;
    struct event_parts *parts;
    uint32_t make, settle;
    struct part_reader *reader;
    struct event_part part;
    size_t unit, unit_end, row; // of the part: the chunk's units, and its first row
    struct event_set rows;    // the chunk's events; borrows
    struct span span;         // the same, settled
    bool as_they_lie;         // every row belongs to a unit, in order
    const uint32_t *type;     // by row
    uint16_t *kind;           // by row; NULL: not asked for
    bool by_kind;             // more than one thing is looked up by kind; else it is by type
    bool same_actor, same_class, same_resolution; // what was laid out once holds for every chunk
    const struct kinds *kinds; // NULL: not yet, too many, or not worth it
    size_t room, unit_room;
    uint32_t *types, *action, *touchpoint, *channel, *campaign, *role, *owner; // by row, as in the file
    uint8_t *resolution, *ref_kind, *actor, *class_;
    uint32_t *resolved, *individual, *account, *case_id, *order, *nothing;     // nothing: zeros
    struct unit_entry *units;
    struct program_run *claims;
    struct resolver *resolver;
};
voc_rc lane_new(struct lane **out, const struct timeline *t, const struct stream *s, struct event_parts *parts, uint32_t make, uint32_t settle);
void lane_free(struct lane *l);
voc_rc lane_read(struct lane *l, size_t part);  // then chunk after chunk of it:
voc_rc lane_next(struct lane *l, bool *more);   // l->span until the next; *more false: the part is at its end
voc_rc lane_complete(struct lane *l);           // all that a unit may be asked about, not only what was planned

// census.c: what has to be known of all events before the first unit is given out
voc_rc census_ends(struct timeline *t, struct stream *s, struct source_end *ends /* by code of source */);
voc_rc census_events(struct timeline *t, struct stream *s, uint64_t *n_set_aside);
voc_rc census_units(struct timeline *t, struct stream *s); // how many: of several runs nobody knows it before
#endif
