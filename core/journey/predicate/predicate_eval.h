// SPDX-License-Identifier: MIT
// Evaluation of predicates (METHODS 2.2, 2.3). Predicates are compiled into a set of programs; a run is one thread's
// evidence history over the events of one unit (or person), in order. What a program says at an event:
//   event   the event matches; "met" once one has matched since the history was cleared
//   fact    the attribute holds at the event's time. Facts of the event count as part of it; others fire nothing unless
//           the whole clause has no event in it
//   count   the child fires and the number of its firings in [t - within, t] is inside the bounds
//   all     every member is met at t, and one of those with an event in it fires
//   any     a member fires
//   not     a guard: the child is not met (no `within`), or did not fire in [t - within, t]; it never fires itself
// `distinct`: individual counts known people (or 1 if all are unknown); object the named ones; day UTC days; session the
// sessions of eval_event. An event of class mechanical or undelivered matches only tests that name its action or class.
#ifndef VOC_JOURNEY_PREDICATE_EVAL_H
#define VOC_JOURNEY_PREDICATE_EVAL_H
#include "journey/walk/events.h"
#include "journey/journey.h"

struct eval_event { // one event, resolved
    int64_t time_us;
    uint32_t at;         // index in the event set that the run reads
    uint32_t action, individual, account, role, segment, touchpoint; // touchpoint: resolved index or VOC_NONE
    uint32_t session;    // number of its session within the unit, 0: none
    uint8_t actor, class_;
};
struct eval_names { const voc_str *at; uint32_t n; };

// What leaves are tested against. Set once, before the first program is added.
struct evaluator;
voc_rc evaluator_new(struct evaluator **out, const struct event_set *s);
void evaluator_free(struct evaluator *ev);
// Names by code of the resolved fields (borrowed). Roles: the event set's own unless given.
void evaluator_roles(struct evaluator *ev, struct eval_names names);
void evaluator_segments(struct evaluator *ev, struct eval_names names);
void evaluator_touchpoints(struct evaluator *ev, struct eval_names names); // their ids; raw names are always tested too
// What tests of a theme look at: the codebook of the journey, and the project's words by event (or NULL). Borrowed.
struct voices;
voc_rc evaluator_themes(struct evaluator *ev, const struct journey *j, const struct voices *voices);
void evaluator_classes(struct evaluator *ev, const uint8_t *class_of_action); // of customer events; NULL: all neutral
const struct fact_index *evaluator_facts(const struct evaluator *ev);

enum { PROGRAMS_PLAIN = 0, PROGRAMS_EXPLICIT = 1u /* mechanical and undelivered events must be named */ };
struct programs; // immutable once sealed
voc_rc programs_new(struct programs **out, struct evaluator *ev, uint32_t flags);
void programs_free(struct programs *ps);
voc_rc programs_add(struct programs *ps, const struct predicate *p, uint32_t *index); // dense from 0
voc_rc programs_seal(struct programs *ps); // may be called again after more were added
size_t programs_n(const struct programs *ps);
bool programs_use_sessions(const struct programs *ps);
// Bit i of the set: program i can change or fire at an event with that action. Words of 64.
const uint64_t *programs_may(const struct programs *ps, uint32_t action);
size_t programs_words(const struct programs *ps);

struct program_run; // one thread's
voc_rc program_run_new(struct program_run **out, const struct programs *ps); // sealed
void program_run_free(struct program_run *r);
// Whose rows eval_event.at counts: those of the evaluator's own set unless told; others share its dictionaries. Borrowed.
void program_run_rows(struct program_run *r, const struct event_set *rows);
void program_run_unit(struct program_run *r, uint32_t entity, uint32_t who); // a new unit (VOC_ENTITY_*): clears all
void program_run_clear(struct program_run *r);                                // forgets the evidence history
// Events must come in order of time. Fired: 1, not: 0.
voc_rc program_fire(struct program_run *r, uint32_t index, const struct eval_event *e, bool *fired);
// Without any history: does the predicate hold of this event alone (claims, roles, segments)?
voc_rc program_holds(struct program_run *r, uint32_t index, const struct eval_event *e, bool *holds);

// Columns of events (EV_*) that the predicates of a journey test.
uint32_t predicate_columns(const struct journey *j);
uint32_t predicate_columns_of(const struct predicate *p); // of one that is not among those of the journey
bool predicate_names_theme(const struct predicate *p);    // is some test of it about a theme?
bool predicates_name_theme(const struct journey *j);      // one of the journey's, by its name too, or what a need seeks
#endif
