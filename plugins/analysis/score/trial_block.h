// SPDX-License-Identifier: MIT
//
// One block of neighbours: stays next to each other in a group, and what happened to them, by time since entry. A comparator is
// asked about at the same time in stage as the touch, so in a block all questions are asked in the order of that one time: what
// is known about each stay moves on with it and nothing is searched (trial_sweep.c). Blocks share nothing but the frame, so
// they are worked on in parallel. trial_find.c makes blocks, trial_judge.c asks.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_BLOCK_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_BLOCK_H

#include "plugins/analysis/score/trial_internal.h"

#define TRIAL_NO_STATE UINT16_MAX  // not in the stage at that time

// Memory that is used again and again: it grows and is never cleared.
struct trial_room {
    void *at;
    size_t bytes;
};

// n x size bytes; what was there stays. NULL when out of memory.
void *trial_room(const struct trial_alloc *alloc, struct trial_room *room, size_t n, size_t size);

// A touch that opens a trial.
struct trial_entry {
    int64_t since;                    // its time since entry
    int64_t unit;                     // how exactly it is known
    uint32_t position, touch, trial;  // in the frame
    uint32_t lo, hi;                  // neighbours that may be looked at: positions [lo, hi)
};

// Events of each stay of the block, by time since its entry.
struct trial_list {
    uint32_t *first;    // by place: n + 1 offsets
    uint32_t *now;      // by place: moves on with the time that is asked about
    size_t *origin;     // by place: index of its first event in the series
    int64_t *since;
    struct trial_room first_room, now_room, origin_room, since_room;
};

// Outcomes of the requests of the block's stage; only such as many touches of the block are asked about are listed.
struct trial_series {
    const struct trial_events *events;
    size_t uses;
    bool listed, exact;
    struct trial_list list;
};

// The block's stays have places 0 .. n - 1.
struct trial_block {
    const struct trial_frame *frame;
    const struct trial_alloc *alloc;
    uint32_t begin, n;
    int64_t latest;            // the largest time since entry that is asked about
    int64_t longest_window;
    int64_t *in, *length;      // by place; alive at [0, length)
    uint32_t *account;
    struct trial_list actions, touches;
    uint32_t *touch_type;      // of touches
    struct trial_room in_room, length_room, account_room, type_room;
};

// Reads the stays at [begin, begin + n) of the frame and their events.
enum trial_rc trial_block_read(struct trial_block *b, uint32_t begin, uint32_t n, int64_t latest, int64_t longest_window);
enum trial_rc trial_block_read_series(const struct trial_block *b, struct trial_series *series);
void trial_block_done(struct trial_block *b);
void trial_list_done(struct trial_list *list, const struct trial_alloc *alloc);

// ---- classes of all stays of a block at one time since entry (trial_sweep.c) -----------------------------------------------

struct trial_change {
    uint32_t place;
    uint16_t which, state;
};

// Covariate `which`: 0 is recency and engagement together, 1 + w the other touches within window w.
struct trial_sweep {
    const struct trial_block *block;
    uint32_t n_which, n_moments, n_words;
    uint32_t *first_state;        // by which: where its states begin in `bits`
    uint16_t *state;              // [which][place]
    uint64_t *bits;               // [state][word]: who is in it
    const int64_t *moments;       // distinct times that are asked about, ascending
    uint32_t *lookup;             // by time >> shift: the first moment not before it
    unsigned shift;
    struct trial_change *changes; // by moment
    uint32_t *change_first;       // by moment: n_moments + 1 offsets
    struct trial_change *raw;
    uint32_t *raw_moment;
    size_t n_raw, raw_limit;
    struct trial_room rooms[9];
};

// Finds every change of class up to the last moment, for touches known as exactly as `unit`.
enum trial_rc trial_sweep_prepare(struct trial_sweep *s, const struct trial_block *block, const int64_t *windows, uint32_t n_windows,
                                  const int64_t *moments, uint32_t n_moments, int64_t unit);
void trial_sweep_to(struct trial_sweep *s, uint32_t moment);  // moments must be gone to one after the other, from 0
void trial_sweep_done(struct trial_sweep *s, const struct trial_alloc *alloc);

static inline uint16_t trial_state(const struct trial_sweep *s, uint32_t which, uint32_t place)
{
    return s->state[(size_t)which * s->block->n + place];
}

#define TRIAL_TOGETHER 4  // at most so many are looked for in one walk

static inline const uint64_t *trial_bits(const struct trial_sweep *s, uint32_t which, uint16_t state)
{
    return s->bits + (size_t)(s->first_state[which] + state) * s->n_words;
}

// Those of one state and any of some others, outward from a place: the nearer in entry time first, the left one at equal distance.
struct trial_outward {
    const struct trial_sweep *sweep;
    const uint64_t *one, *other[TRIAL_TOGETHER];
    uint32_t n_other;
    uint32_t lo, hi;
    int64_t entry;
    uint32_t left_word, right_word;
    uint64_t left_bits, right_bits;
    uint32_t left, right;  // the next on each side, or TRIAL_NONE
};

// other and n_other are set.
void trial_outward_begin(struct trial_outward *o, const struct trial_sweep *s, uint32_t place, uint32_t lo, uint32_t hi, uint16_t combined);
uint32_t trial_outward_next(struct trial_outward *o);  // a place, or TRIAL_NONE
// One of the others is no longer wanted. Two that were of it alone may still come.
void trial_outward_drop(struct trial_outward *o, const uint64_t *other);

#endif
