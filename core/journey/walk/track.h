// SPDX-License-Identifier: MIT
// The stage tracker: METHODS 2.3 to 2.6, for one unit or one person. It is the only place where stages are decided.
//   - A silence longer than `lapse` closes the stay at last customer action + lapse, before the event that reveals it is
//     looked at, whoever's it is. Mechanical and undelivered events end no silence; where one opens a stay all the same
//     (a definition names it), the silence is counted from that entry.
//   - With evidence=declared any actor's events fire definitions and end silences; the highest stage that fires is where
//     the unit stands, lower is backward, and nothing blocks. Firing the stage it stands in together with others keeps it there
//     only if none of them is higher.
//   - A stage with repeatable=no is entered at most once an episode.
//   - With unit=case there is one episode, whatever happens, and no lapse unless it is declared.
#ifndef VOC_JOURNEY_TRACK_H
#define VOC_JOURNEY_TRACK_H
#include "journey/predicate/predicate_eval.h"
#include "journey/walk/timeline.h"

struct track_rules; // compiled stages, exits and regressions; read by all threads
struct track_window { int64_t start_us, end_us; }; // [data_start, data_end)
voc_rc track_rules_new(struct track_rules **out, struct evaluator *ev, const struct journey *j, uint32_t unit, struct track_window w);
void track_rules_free(struct track_rules *rules);
int64_t track_lapse_us(const struct track_rules *rules); // VOC_NA: none
bool track_uses_sessions(const struct track_rules *rules);

struct track_stays { voc_stay *at; size_t n, cap; };
struct track_moves { struct move *at; size_t n, cap; };

// What the rules say to an event, where that follows from its kind; worked out once, so that most events cost a look-up.
struct track_answer {
    uint64_t stages; // that it may enter
    uint32_t exit;   // VOC_NONE: it ends no episode
    bool asks;       // the programs must be asked, event by event
    bool heard, ends_silence, customer;
};
voc_rc track_answer_of(struct track_answer *out, const struct track_rules *rules, struct program_run *run, const struct eval_event *e,
                       bool (*plain)(const void *user, const struct predicate *p), const void *user);
const struct programs *track_programs(const struct track_rules *rules); // to make such a run
struct track_typed { // events of one unit by their kinds; there are no segments
    const struct track_answer *answers; // by kind
    const uint16_t *kind;
    const int64_t *time_us;
    void (*event)(const void *user, size_t i, struct eval_event *out); // in full, where programs are asked
    const void *user;
};
struct track_job {
    const struct eval_event *events; // of the unit, in order, all before data_end; NULL: typed
    const struct track_typed *typed; // for all of a unit, without moves
    size_t n_events;
    const uint32_t *own;             // those to run over (a person's), ascending; NULL: all
    size_t n_own;
    uint32_t individual;             // whose stays these are; 0: the unit's
    uint32_t entity, who;            // the unit, for its facts
    int64_t known_from_us;           // or VOC_NA
    uint32_t known_segment;          // segment at known_from
    uint32_t first_number;           // of the first stay
    uint32_t *stage_after;           // by event, or NULL
};
struct tracker; // scratch of one thread
voc_rc tracker_new(struct tracker **out, const struct track_rules *rules);
void tracker_free(struct tracker *t);
void tracker_rows(struct tracker *t, const struct event_set *rows); // as program_run_rows
// Appends stays (by time of entry) and, unless NULL, moves. first_event and n_events of a stay are the events of the unit
// with in_us <= time < out_us, as an index within the unit: an event in the very second of a move belongs to the stay
// that the move opened, and a stay of length zero has none.
voc_rc track_run(struct tracker *t, const struct track_job *job, struct track_stays *stays, struct track_moves *moves);
#endif
