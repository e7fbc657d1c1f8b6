// SPDX-License-Identifier: MIT
// Journeys as they are read: the events of an event set, resolved by a definition (actor, class, touchpoint, role,
// segment, ref), grouped into units, each in the total order of METHODS 0.2, with the stays and moves of the one stage tracker
// (METHODS 2). Immutable once made; batches may be made of it in many threads, each with its own. Where all events are held, units
// are in order of name; where the project is read in parts, in the order of the file.
#ifndef VOC_JOURNEY_TIMELINE_H
#define VOC_JOURNEY_TIMELINE_H
#include "journey/walk/events.h"
#include "journey/journey.h"

enum move_kind { MOVE_START = 1, MOVE_FORWARD, MOVE_BACKWARD, MOVE_BLOCKED, MOVE_EXIT, MOVE_LAPSED };
struct move { // one line of the machine
    enum move_kind kind;
    uint32_t event;       // index within the unit, or VOC_NONE (lapsed, known_from)
    uint32_t from, to;    // stages, or VOC_NONE
    uint32_t episode;
    uint32_t individual;  // person level, else 0
    int64_t time_us;
    uint64_t skipped;     // bit s: stage s was passed without a stay
};

struct timeline_options {
    uint32_t person_stays;        // also run the machine for each person
    uint32_t moves;               // keep moves
    uint32_t unit;                // VOC_UNIT_*: overrides the definition; 0: as defined
    int64_t end_us;               // overrides data_end, or VOC_NA
    const struct predicate *const *predicates; // asked for by the analysis, in order
    size_t n_predicates;
    uint32_t nameless;            // nobody reads a name of a unit, person or account: where they need not be read, they are empty
    uint32_t columns;             // EV_* that events which are held shall have, beside what the definition asks for; 0: all
    uint32_t threads;             // of passes over all events before the first unit, and
    voc_rc (*parallel)(uint32_t threads, size_t n, voc_rc (*piece)(void *user, size_t i), void *user); // how; NULL: in this one
};

struct timeline;
voc_rc timeline_new(struct timeline **out, const struct event_set *events, const struct journey *j, const struct timeline_options *o, struct diag *d);
// From a project, with its own event set. Where the file allows it, events are not held but read in parts, each of whole units;
// units then come in the order of the file, and only batch_part gives them out. whole: hold all events in any case.
voc_rc timeline_open(struct timeline **out, struct project *p, const struct journey *j, const struct timeline_options *o, bool whole, struct diag *d);
bool timeline_in_parts(const struct timeline *t);
const struct event_set *timeline_held(const struct timeline *t); // all events, as long as the timeline lives; NULL: it is in parts
// Before the first part is read: what batches shall hold (1 << VOC_COL_*). Then: how many parts.
voc_rc timeline_columns(struct timeline *t, uint32_t columns);
size_t timeline_n_parts(const struct timeline *t);
void timeline_read_also(struct timeline *t, uint32_t columns); // EV_* that the rows of parts shall have as well; before timeline_columns
// Batches need no stays, and no stage or segment of events: where the timeline is in parts, they are not worked out. Before timeline_columns.
void timeline_rows_only(struct timeline *t, bool only);
// After timeline_columns: the part that holds a unit, by its name. VOC_OK and SIZE_MAX: there is none of that name.
voc_rc timeline_part_of(struct timeline *t, voc_str unit, size_t *part);
void timeline_free(struct timeline *t);
const voc_definition *timeline_definition(const struct timeline *t); // predicates are numbers of timeline_predicate
const voc_run_info *timeline_info(const struct timeline *t);
const struct predicate *timeline_predicate(const struct timeline *t, uint32_t number);
uint32_t timeline_wanted_columns(const struct timeline *t); // EV_* that the predicates test which analyses asked for
voc_str timeline_name(const struct timeline *t, uint32_t column, uint32_t code); // VOC_COL_*
uint32_t timeline_n_codes(const struct timeline *t, uint32_t column);
voc_str timeline_source_name(const struct timeline *t, uint32_t code);
size_t timeline_n_units(const struct timeline *t);
size_t timeline_unit_events(const struct timeline *t, size_t unit); // for balancing work
voc_str timeline_unit_name(const struct timeline *t, size_t unit);      // ascending by unit, bytewise
size_t timeline_source_event(const struct timeline *t, size_t unit, size_t k); // the unit's k-th event, as batch_source_event
// What is settled of an event of the set before any unit is read: VOC_COL_ACTOR, ACTION, TOUCHPOINT, INDIVIDUAL, ACCOUNT,
// CASE and THREAD; the codes are those of the columns of a batch.
uint32_t timeline_event_code(const struct timeline *t, uint32_t column, size_t event);
// Predicates may be set after timeline_new, before the first unit (an analysis asks in its begin).
voc_rc timeline_want(struct timeline *t, uint32_t predicate, uint32_t *index);
voc_rc timeline_want_persons(struct timeline *t);
voc_rc timeline_want_attributes(struct timeline *t); // of units, as they stand in the event set
// The text of a field of each event, by its index in voc_journeys.fields.
voc_rc timeline_want_field(struct timeline *t, voc_str field, uint32_t *index);
voc_rc timeline_want_words(struct timeline *t);      // what customers said, with their events or their people; held in memory
// Whether batches that are made from now on have the stays of people, and what was said; as often as one likes, before timeline_columns.
// Events that are held must have EV_RESOLUTION, EV_SOURCE, EV_ID, EV_TEXT and EV_PLACE for words.
voc_rc timeline_with(struct timeline *t, bool persons, bool words);

// One unit at a time, appended to a growing batch. Scratch is owned by one thread.
struct batch; // columns of whole units in the layout of voc_journeys
voc_rc batch_new(struct batch **out, const struct timeline *t, uint32_t columns /* mask 1 << VOC_COL_* */);
void batch_free(struct batch *b);
void batch_clear(struct batch *b);
voc_rc batch_add(struct batch *b, size_t unit);            // runs the tracker over it
// A timeline in parts: reads one; then clears, and adds some more of its units; with `takes` only those whose names it takes.
voc_rc batch_part(struct batch *b, size_t part);
voc_rc batch_more(struct batch *b, bool (*takes)(void *user, voc_str unit), void *user, bool *more /* false: there were no more */);
const voc_journeys *batch_view(struct batch *b);           // borrows until the next add or clear
const struct move *batch_moves(const struct batch *b, size_t unit_in_batch, size_t *n);
// Index in the event set of event e of the batch (for ids, texts and places).
size_t batch_source_event(const struct batch *b, size_t event);
const struct event_set *batch_rows(const struct batch *b); // that event set; borrows until the batch goes on
#endif
