// SPDX-License-Identifier: MIT
//
// What one thread needs to go through blocks of neighbours: see trial_block.h. trial_find.c owns it, trial_judge.c asks with it.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_WORK_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_WORK_H

#include "plugins/analysis/score/trial/trial_block.h"

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

// The end of somebody's follow-up.
struct trial_end {
    int64_t when;    // time since entry x 2, and 1 more where no outcome ends it: of those at one time outcomes come first
    uint32_t which;  // of those found
};

// Those comparable with some view, in the order in which they were found; there is room for one more than are wanted. What is
// the same for all views is written once.
struct trial_found {
    uint32_t n;
    uint32_t *place;
    uint8_t *fit;                             // the views that it is compared with, a bit each
    int64_t *until;                           // end of follow-up, but for outcomes and the window
    uint32_t *member;                         // its number in the view whose record is written
    uint8_t *acted;                           // 1: in the hour before
    int64_t last[TRIAL_OUTCOMES];             // end of the touched's own follow-up in the widest window: later ends are like none
    struct trial_end *ends[TRIAL_OUTCOMES];   // up to that, ascending
    uint32_t n_ends[TRIAL_OUTCOMES];
};

// The event times of one outcome up to the touched's own end, and who is not followed beyond all of them (trial_put.c).
struct trial_ranked {
    uint32_t n_times, n_early;
    uint32_t *at_risk, *events;  // by time, from 1: members still followed, and with an event
    bool own;                    // the last time is the touched's
    uint32_t *early, *rank;      // which members; event times within its follow-up x 2 + has its event at the last of them
    int64_t covered;             // of the touched's follow-up, with members
};

// The comparators of one view, in that order.
struct trial_members {
    uint32_t n, acted;         // acted: how many, in the hour before
    uint32_t *place, *before;  // before: actions in the window of the placebo
    struct trial_ranked ranked[TRIAL_OUTCOMES];
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
    struct trial_chunk *chunks;    // room for records, of each request its own: those of one are added up together
    struct trial_room rooms[24];
};

// Finds the comparators of one touch for up to TRIAL_TOGETHER requests of one type with the same outcomes, for which it is fresh,
// and writes their records, in memory of the pass.
enum trial_rc trial_judge(struct trial_work *w, const struct trial_entry *e, struct trial_view *views, uint32_t n);
// Puts the ends of one view's members in the order of event times, as far as the touched is followed (trial_put.c).
void trial_rank_members(struct trial_work *w, const struct trial_entry *e, uint32_t view, uint32_t outcome);
// Writes the record of one of them, from what was found and its touched.
enum trial_rc trial_put_record(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, uint16_t combined, double worth);
// Room for the longest record of a request; its bytes belong to the pass. NULL when out of memory.
struct trial_chunk *trial_record_room(struct trial_work *w, uint32_t request);
size_t trial_record_limit(const struct trial_frame *f);

#endif
