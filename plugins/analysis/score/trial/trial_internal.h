// SPDX-License-Identifier: MIT
//
// What the files of the touch trial share: the frame's inside, searches in a unit's events, and the sums of one level.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_INTERNAL_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_INTERNAL_H

#include "plugins/analysis/score/trial/trial.h"
#include "plugins/analysis/score/trial/trial_record.h"

// Of functions that only ask for memory before its turn: gcc takes them for functions without effect and leaves out calls of them.
#define TRIAL_FETCHES static inline __attribute__((always_inline))

#define TRIAL_TIME_LIMIT (INT64_C(1) << 60)
#define TRIAL_ALONE (TRIAL_NONE - 1)
#define TRIAL_SLOTS 128  // whose squares are added up before they go to a sum: its error grows with so many at a time only

struct trial_group {
    uint32_t stage, segment;
    uint32_t begin, end;  // of trial_frame.stays
};

// A touch that can open a trial, and the position of its stay.
struct trial_index {
    int64_t time, since;  // since entry
    uint32_t touch, position;
};

// Candidates are visited in order of entry, so people are renumbered in that order ("local" units, those with an eligible
// stay only) and their events copied in it: neighbours in a group are neighbours in memory. On 200,000 people and 1.2
// million touches that made trials 3.6 times as fast. Everything here speaks of local units, and so do the outcomes of requests while they
// are run (trial_local.h).
struct trial_frame {
    struct trial_alloc alloc;
    struct trial_input in;        // of its arrays only touches.first, unit_of and the hashes are read once the frame is made
    struct trial_events touches;  // owns; by local unit
    struct trial_events actions;  // owns; by local unit
    uint32_t *touch_type;         // of touches
    uint32_t *local_of, *unit_of_local;
    uint32_t n_local;
    struct trial_options options;
    struct trial_stay *stays;  // eligible ones by (stage, segment, in, order); unit is local
    uint32_t *origin;          // index of each in trial_input.stays
    uint32_t *account;         // of each
    int64_t *entry;            // of each
    uint32_t n_stays;
    struct trial_group *groups;
    uint32_t n_groups;
    uint32_t *owner;             // of each stay: its account, numbered in the order of stays
    uint32_t *account_of_owner;
    uint32_t *first_of_account;  // by position: the first in its group that has its account; TRIAL_NONE: it is the only one there; TRIAL_ALONE: anywhere
    bool accounts_alone;         // all are
    uint32_t n_owners;
    struct trial_index *trials;  // touches inside eligible stays by (type, position, touch): the order of the sums
    uint32_t *trial_first;       // n_types + 1
    uint32_t *by_position;       // of trials, by position of the stay
    bool near;                   // those who are compared are less than 2^15 positions apart
    int64_t grain;               // of touches, actions and entries alike; 0: they differ, truncate at each question
};

static inline int64_t trial_floor(int64_t t, int64_t unit)
{
    int64_t rest = t % unit;
    return t - (rest < 0 ? rest + unit : rest);
}

// METHODS 0.2: both truncated to the coarser unit; equal means no.
static inline bool trial_strictly_after(int64_t y, int64_t y_unit, int64_t t, int64_t t_unit)
{
    int64_t unit = y_unit > t_unit ? y_unit : t_unit;
    return unit <= 1 ? y > t : trial_floor(y, unit) > trial_floor(t, unit);
}

// First position in [lo, hi) whose time is >= t, and > t.
static inline size_t trial_lower(const int64_t *time, size_t lo, size_t hi, int64_t t)
{
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (time[middle] < t)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static inline size_t trial_upper(const int64_t *time, size_t lo, size_t hi, int64_t t)
{
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (time[middle] <= t)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

// A time and how exactly it is known. `exact`: plain comparison decides (one grain on both sides).
struct trial_at {
    int64_t time, unit;
    bool exact;
};

static inline int64_t trial_unit(const struct trial_events *events, const int64_t *unit_of, size_t i)
{
    return events->resolution ? unit_of[events->resolution[i]] : 1;
}

// Position of the first event of `unit` strictly after `at`, or the end of the unit's events.
size_t trial_first_after(const struct trial_events *events, const int64_t *unit_of, uint32_t unit, struct trial_at at);

// Follow-up from `at` to `end` (> at.time): cut at the first outcome strictly after `at`. *position of the outcome.
struct trial_follow trial_follow(const struct trial_events *events, const int64_t *unit_of, uint32_t unit,
                                 struct trial_at at, int64_t end, size_t *position);

// ---- sums of one level --------------------------------------------------------------------------------------------------

struct trial_slot {  // one line of the cache
    double o[TRIAL_OUTCOMES], e[TRIAL_OUTCOMES];  // dO, dE of the account
    double placebo_o, placebo_e, money;
    uint32_t account;
    bool exposed, in_placebo, used;  // used: of a ring, it is in some set
};

// Sums over accounts, as far as they were added; TRIAL_OO + k and so on.
enum {
    TRIAL_OO, TRIAL_OE = TRIAL_OO + TRIAL_OUTCOMES, TRIAL_EE = TRIAL_OE + TRIAL_OUTCOMES,
    TRIAL_PLACEBO = TRIAL_EE + TRIAL_OUTCOMES, TRIAL_MONEY = TRIAL_PLACEBO + 3, TRIAL_PARTS_ALL, TRIAL_TALLIES
};

struct trial_tally {
    struct stats_sum sums[TRIAL_TALLIES];
    size_t n, exposed, in_placebo;
    double largest_part;
    uint32_t largest;  // whose; of no meaning while that is 0
};

struct trial_level {
    uint32_t *map;  // by account: slot + 1; 0: none
    bool mapped;    // else the map is empty: a segment has a map of its own, by position (trial_add.c)
    struct trial_slot *slots;  // in slots_room, from a line of the cache on
    void *slots_room;
    uint32_t n_slots, n_accounts;
    struct trial_tally alone;  // of accounts that have one stay in all: nothing can come to what they got
    size_t room;
    int64_t *times;  // of the matched index touches; in order once they are sorted
    size_t n_times, times_room;
    struct stats_sum *bundle;  // by type
    struct stats_sum o[TRIAL_OUTCOMES], e[TRIAL_OUTCOMES], q[TRIAL_OUTCOMES];
    struct stats_sum placebo_o, placebo_e, trigger, followed, covered, worth, money, money_floor;
    double worth_min, worth_max;
    size_t n_worth, placebo_sets;
    double stage_value;  // of the stages folded in, while they agree
    bool has_stage, stages_differ, money_unknown;
    struct trial_cell cell;  // counts only
};

// What an account got, added to what it has; its money is not.
static inline void trial_slot_add(struct trial_slot *sum, const struct trial_slot *slot)
{
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        sum->o[k] += slot->o[k];
        sum->e[k] += slot->e[k];
    }
    sum->placebo_o += slot->placebo_o;
    sum->placebo_e += slot->placebo_e;
    sum->exposed = sum->exposed || slot->exposed;
    sum->in_placebo = sum->in_placebo || slot->in_placebo;
}

enum trial_rc trial_level_init(struct trial_level *level, const struct trial_alloc *alloc, uint32_t n_accounts,
                               uint32_t n_types);
void trial_level_empty(struct trial_level *level, uint32_t n_types);  // its memory stays
void trial_level_done(struct trial_level *level, const struct trial_alloc *alloc);
// The account's slot, made if need be; NULL when out of memory. Valid until the next call.
struct trial_slot *trial_level_slot(struct trial_level *level, const struct trial_alloc *alloc, uint32_t account);
enum trial_rc trial_level_reserve(struct trial_level *level, const struct trial_alloc *alloc, size_t more);  // slots
// The account's slot, made if need be in room that was reserved.
static inline struct trial_slot *trial_level_at(struct trial_level *level, uint32_t account)
{
    uint32_t *at = &level->map[account];
    if (!*at) {
        level->slots[level->n_slots] = (struct trial_slot){.account = account};
        *at = ++level->n_slots;
    }
    return &level->slots[*at - 1];
}
enum trial_rc trial_level_time(struct trial_level *level, const struct trial_alloc *alloc, int64_t time);
// Adds all of `from` into `into` and empties `from`. `value`: what each account's outcomes of `from` are worth, as money of `into`; NaN: none.
enum trial_rc trial_level_fold(struct trial_level *into, struct trial_level *from, const struct trial_alloc *alloc,
                               uint32_t n_types, double value);
// The times of a level into which nothing was folded, before it is finished or folded.
void trial_level_sort_times(struct trial_level *level, const struct trial_alloc *alloc);
// Estimates and checks of the level. `value`: worth where the observed outcomes say nothing. `pooled`: money is what the
// stages have left in it, else it is value times extra.
void trial_level_finish(struct trial_cell *out, const struct trial_level *level, const struct trial_frame *frame, uint32_t n_outcomes,
                        double value, bool pooled);
// Leaves a finished stage's money in the pooled level, but for that of its accounts: gives the value with which the stage is folded.
double trial_level_money(struct trial_level *pooled, const struct trial_cell *cell);

// What the estimates need of all accounts, in one walk.
struct trial_parts {
    size_t n, exposed, in_placebo;
    double oo[TRIAL_OUTCOMES], oe[TRIAL_OUTCOMES], ee[TRIAL_OUTCOMES];  // sums of dO^2, dO dE, dE^2
    double placebo_oo, placebo_oe, placebo_ee;
    double money2, all, largest_part;  // sums of money^2 and of |dO - dE| of outcome 0; the largest of these
    uint32_t largest;                  // whose, or TRIAL_NONE; the least number of those that are equal
};
// account_of: the number of each slot's account; NULL: it is its own.
void trial_tally_add(struct trial_tally *tally, const struct trial_slot *slots, size_t n, const uint32_t *account_of);
// `value`: what each outcome of `from` is worth, as money of `into`; NaN: none.
void trial_tally_fold(struct trial_tally *into, const struct trial_tally *from, double value);
// Of those of `alone` and of the slots.
void trial_parts_of(struct trial_parts *out, const struct trial_tally *alone, const struct trial_slot *slots, size_t n, const uint32_t *account_of);
void trial_cluster(struct trial_estimate *out, const struct trial_parts *parts, uint32_t k, double o, double e, double q);

// ---- one run of one type ------------------------------------------------------------------------------------------------

enum { SEGMENT = 0, STAGE = 1, POOLED = 2, N_LEVELS = 3 };

// What a comparator's account gets by its rank: of the event times up to one, and if the rank is odd of its own event at that one.
struct trial_share {
    double o, e;
};

// How often something was so in some sets: counts are exact, so each is divided by the number of comparators only at the end.
struct trial_bundles {
    bool any;
    uint64_t acted;  // in the hour before
};

struct trial_run_state {
    const struct trial_frame *frame;
    const struct trial_request *request;
    struct trial_alloc alloc;
    struct trial_level level[N_LEVELS];
    struct trial_member *members;  // of one set, for on_set
    uint32_t *position;            // of each
    struct trial_smalls before;    // of each: actions in the window of the placebo
    struct trial_bundles *bundles; // by comparators of a set, what those of sets of so many saw and did; 0: the touched
    uint32_t *saw;                 // [comparators][type, in eights]: how often
    uint32_t saw_types, n_saw;     // types in eights; sets since these were added up
    struct trial_slot *ring;       // by position, those that a set can still reach; all in [settled, reached) that some set has
    void *ring_room;               // as it was allocated
    uint32_t ring_mask, settled, reached;
    struct trial_slot alone[TRIAL_SLOTS];  // of accounts that have no other stay, until they are added up
    uint32_t n_alone;
    uint32_t *slot_at;             // by position of the first stay of an account that has several: its slot in the segment, from 1; 0: none
    uint32_t *ranks[TRIAL_OUTCOMES];  // of each: event times within its follow-up x 2 + has its event at the last of them
    struct trial_share *shares[TRIAL_OUTCOMES];  // by rank
    size_t n_times[TRIAL_OUTCOMES];
    struct trial_result result;
    size_t room;
    size_t stage_cell;  // where the open stage's cell goes
    size_t stage_segments;  // closed in it
    bool stage_open;
    uint32_t stage, segment;
};

static inline const struct trial_events *trial_outcome(const struct trial_run_state *r, uint32_t k, uint32_t stage)
{
    return r->request->outcome[k] ? r->request->outcome[k][stage] : NULL;
}

// An action of a local unit in the hour before `time`, which is known to `unit`.
bool trial_acted_just_before(const struct trial_frame *f, uint32_t local, int64_t time, int64_t unit);
// Actions of a local unit in [from, to) by stored time.
int64_t trial_count_between(const struct trial_events *events, uint32_t unit, int64_t from, int64_t to);
// Fills follow and before of a comparator whose stay has `position`.
void trial_look_up(const struct trial_run_state *r, const struct trial_set *set, uint32_t position, int64_t touch_unit, struct trial_member *m);

// What the record of a matched set tells beside the set itself (trial_record.h).
#define TRIAL_UNPRICED INFINITY  // worth of an outcome that counts, and of which nobody said what it is worth
struct trial_told {
    uint64_t flags;
    double worth;
    int64_t covered;
    size_t acted;         // comparators, in the hour before
    const uint8_t *rest;  // from the bundle on
};

// Adds a matched set to the segment level, whose positions come ascending; trial_add_settle when all of them were added.
enum trial_rc trial_add_settle(struct trial_run_state *r);
enum trial_rc trial_add_set(struct trial_run_state *r, const struct trial_set *set, uint32_t position, const struct trial_told *told);

static inline enum trial_rc trial_each(const struct trial_crew *crew, size_t n, enum trial_rc (*piece)(void *ctx, size_t i), void *ctx)
{
    if (crew)
        return crew->each(crew->ctx, n, piece, ctx);
    enum trial_rc rc = TRIAL_OK;
    for (size_t i = 0; i < n && rc == TRIAL_OK; i++)
        rc = piece(ctx, i);
    return rc;
}

static inline bool trial_stopped(const struct trial_crew *crew)
{
    return crew && crew->stopped && crew->stopped(crew->ctx);
}

#endif
