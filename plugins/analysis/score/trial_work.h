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

// What is asked about a stay again and again, as it is from the time of the last look until `until`: one line of the cache. Times
// are since entry; INT64_MIN and INT64_MAX where there is none.
struct trial_facts {
    int64_t until;
    int64_t next[TRIAL_OUTCOMES];  // outcome, of the series that most ask about
    int64_t last_action;           // before
    int64_t last_touch;            // not later
    int64_t next_touch, length;
    uint32_t account, touch;       // touch: of the block's list, the first later one
};

struct trial_found {
    uint32_t position, place;
    struct trial_follow follow[TRIAL_OUTCOMES];
    int64_t before;
    bool acted;
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
    struct trial_facts *facts;     // by place
    uint32_t common[TRIAL_OUTCOMES];  // the series that most ask about, or TRIAL_NONE
    struct trial_found *found;     // of one trial
    uint64_t *seen;                // bundle: bits of types, of the exposed, of any, of one
    uint32_t *seen_count;          // by type: comparators that saw it; 0 between trials
    uint32_t seen_words;
    int64_t *times;                // event times of one trial
    uint32_t *at_risk, *ranks;     // of one outcome: by rank, twice; by member
    struct trial_chunk *chunks;    // room for records, of each request its own: those of one are added up together
    struct trial_room rooms[13];
};

// Finds the comparators of one fresh touch for one request and writes its record; *out is where, in memory of the pass.
enum trial_rc trial_judge(const uint8_t **out, struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a);
// Room for the longest record of a request; its bytes belong to the pass. NULL when out of memory.
struct trial_chunk *trial_record_room(struct trial_work *w, uint32_t request);
size_t trial_record_limit(const struct trial_frame *f);

#endif
