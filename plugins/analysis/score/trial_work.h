// SPDX-License-Identifier: MIT
//
// What one thread needs to go through blocks of neighbours: see trial_block.h. trial_find.c owns it, trial_judge.c asks with it.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_WORK_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_WORK_H

#include "plugins/analysis/score/trial_block.h"

// A request as it is in the stage of the block.
struct trial_asked {
    const struct trial_request *request;
    uint32_t number;                   // among the requests of the pass
    uint32_t next;                     // the next request of the same type, or TRIAL_NONE
    int64_t window;
    uint32_t which_window;
    uint32_t series[TRIAL_OUTCOMES];   // or TRIAL_NONE
};

// One request at one touch, while comparators are looked for; those of the same outcomes are looked for together.
struct trial_view {
    const struct trial_asked *asked;
    const uint8_t **out;        // where the place of its record goes
    int64_t lag_length;         // of the placebo
    uint16_t touches;           // class
};

// Those comparable with some view, in the order in which they were found; there is room for one more than are wanted. Times are
// since entry. What is the same for all views is written once.
struct trial_found {
    uint32_t n;
    uint32_t *place;
    uint8_t *fit;                      // the views that it is compared with, a bit each
    uint8_t *acted;                    // in the hour before
    int64_t *until;                    // end of follow-up, but for the window
    int64_t *next[TRIAL_OUTCOMES];     // outcome, that may be later than that
    int64_t soonest[TRIAL_OUTCOMES];   // of these
};

// The comparators of one view, in that order.
struct trial_members {
    uint32_t n, acted;                 // acted: how many, in the hour before
    uint32_t *which;                   // of those found
    uint32_t *place, *before;          // before: actions in the window of the placebo
    int64_t *length[TRIAL_OUTCOMES];   // of follow-up; that of an outcome that nobody had is not set, but for the first
    uint8_t *event[TRIAL_OUTCOMES];    // it ended with one
    bool any_event[TRIAL_OUTCOMES];    // of the members or the touched
    int64_t longest;                   // follow-up for the first outcome
};

// The touched as the view sees it.
struct trial_touched {
    bool followed, acted;
    uint32_t before;
    const uint64_t *seen;
    struct trial_follow follow[TRIAL_OUTCOMES];
};

struct trial_chunk {
    uint8_t *at;
    size_t left;
};

struct trial_pass;

struct trial_work {
    struct trial_pass *pass;
    struct trial_alloc alloc;
    struct trial_block block;
    struct trial_sweep sweep;
    struct trial_asked *asked;     // by number of the request; those of no use in this stage are in no list of a type
    uint32_t *first_of_type;       // by type: number of a request, or TRIAL_NONE
    struct trial_series *series;
    uint32_t n_series, series_limit;
    int64_t *windows;              // distinct
    uint32_t n_windows;
    struct trial_entry *entries;
    int64_t *moments;
    struct trial_now now;
    uint32_t common[TRIAL_OUTCOMES];  // the series that most ask about, or TRIAL_NONE
    struct trial_outward outward;
    struct trial_found found;
    struct trial_members members;  // of the view whose record is written
    struct trial_touched touched[TRIAL_TOGETHER];
    uint32_t seen_words;
    uint64_t *saw;                 // one word of the types that each member saw
    uint64_t spread[256];          // each bit of a byte as a byte
    int64_t *times;                // event times of one trial
    uint32_t *ranks, *early;       // of one outcome, by member; members not followed beyond its last time
    uint32_t *at_risk, *events;    // of one outcome, by rank: how many members end there, and how many with an event
    struct trial_chunk *chunks;    // room for records, of each request its own: those of one are added up together
    struct trial_room rooms[24];
};

// Finds the comparators of one touch for up to TRIAL_TOGETHER requests of one type with the same outcomes, for which it is fresh,
// and writes their records, in memory of the pass.
enum trial_rc trial_judge(struct trial_work *w, const struct trial_entry *e, struct trial_view *views, uint32_t n);
// Writes the record of one of them, from what was found and its touched (trial_put.c).
enum trial_rc trial_put_record(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, uint16_t combined, double worth);
// Room for the longest record of a request; its bytes belong to the pass. NULL when out of memory.
struct trial_chunk *trial_record_room(struct trial_work *w, uint32_t request);
size_t trial_record_limit(const struct trial_frame *f);

#endif
