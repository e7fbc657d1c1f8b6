// SPDX-License-Identifier: MIT
//
// The touch trial (METHODS 3.3 to 3.6): every touch is a small trial of the touched customer against comparable ones who had
// not got it. Pure arithmetic over plain arrays: no host, no files, no printing. A frame (stays in their groups, touches by
// type) is built once and is read-only afterwards; trials of different types may then run in parallel on it.
// One time unit throughout (seconds or microseconds): times, windows and cuts alike. Indices are dense, from 0.
// The order of every sum is fixed by (stage, segment, entry, stay order, touch), so results do not depend on threads.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plugins/common/stats.h"

enum trial_rc {
    TRIAL_OK = 0,
    TRIAL_NOMEM = 1,    // an allocation failed
    TRIAL_INVALID = 2,  // an argument breaks what its comment says
    TRIAL_STOPPED = 3,  // the set callback asked to stop
};

#define TRIAL_NONE UINT32_MAX
#define TRIAL_ALL UINT32_MAX  // as a stage or segment of a result: all of them
#define TRIAL_OUTCOMES 2      // at most: the aim and harm
#define TRIAL_CUTS 8          // at most, of a covariate

// Where memory comes from. `resize` takes NULL like realloc and leaves the old block on failure; `free` takes NULL.
struct trial_alloc {
    void *ctx;
    void *(*resize)(void *ctx, void *old, size_t size);
    void (*free)(void *ctx, void *ptr);
};

// Events of all units, unit after unit, each unit's in the total order of METHODS 0.2 (so by stored time). Borrowed.
struct trial_events {
    const size_t *first;        // n_units + 1 offsets
    const int64_t *time;        // within +- 2^60
    const uint8_t *resolution;  // index into trial_input.unit_of; NULL: all times are exact
    const double *value;        // worth of each event, NaN unknown; NULL: none known. Read of outcomes only.
    int64_t grain;              // set by trial_events_prepare
    int64_t coarsest;           // set by trial_events_prepare
};

struct trial_stay {
    int64_t in, out;  // [in, out)
    uint32_t stage, segment, account, unit;
    uint32_t order;  // rank by unit name, episode, number of the stay: unique, decides ties
    bool eligible;   // false (left-truncated): in no trial, on neither side
};

struct trial_options {
    int64_t second;             // time units in a second
    uint32_t comparators;       // M
    uint32_t scan;              // candidates looked at for one touch, at most
    int64_t lag;                // G of the placebo
    int64_t recency[TRIAL_CUTS];  // ascending; a class is the first cut that the age does not exceed
    uint32_t n_recency;
    int64_t engagement_span;
    int64_t engagement[TRIAL_CUTS];  // ascending counts
    uint32_t n_engagement;
    bool match_recency, match_touches, match_engagement;
    uint32_t block;   // stays worked on together, and
    size_t records;   // bytes of records kept at a time, about: only time and memory depend on them
};

// The options of METHODS 3.3: M 20, scan 2000, lag 7 d, recency 1, 7, 30 d, engagement 90 d with cuts 1 and 4.
struct trial_options trial_defaults(int64_t second);

struct trial_input {
    const struct trial_stay *stays;
    size_t n_stays;
    uint32_t n_units, n_accounts, n_stages, n_segments, n_types;
    struct trial_events touches;  // delivered company touches of every type
    const uint32_t *touch_type;
    struct trial_events actions;  // customer actions without harm: recency, engagement, placebo, trigger
    int64_t data_start;           // earlier touches are history only; INT64_MIN: no bound
    int64_t data_end;
    const int64_t *unit_of;  // length of each resolution in time units; NULL if no events carry a resolution
    size_t n_resolutions;
    const uint64_t *unit_hash, *type_hash;  // of the names of units and types, for samples; NULL: all 0. Borrowed until the frame is freed.
};

// Looks at the resolutions of a series once, so that the usual case (one resolution, all times on its grid) needs no
// truncation later. Call it for every series before use, `touches` and `actions` excepted (the frame does those).
enum trial_rc trial_events_prepare(struct trial_events *events, uint32_t n_units, const int64_t *unit_of,
                                   size_t n_resolutions);

struct trial_frame;

// The frame owns copies of what it searches; it borrows touches.first, unit_of and the hashes until it is freed.
enum trial_rc trial_frame_new(struct trial_frame **out, const struct trial_alloc *alloc, const struct trial_input *input,
                              const struct trial_options *options);
void trial_frame_free(struct trial_frame *frame);  // takes NULL
size_t trial_frame_touches(const struct trial_frame *frame, uint32_t type);  // that can open a trial if they are fresh

// ---- estimates (METHODS 3.4) ------------------------------------------------------------------------------------------

struct trial_estimate {
    double o, e, q;
    size_t clusters;       // accounts in any set
    double voo, voe, vee;  // small-sample factor n / (n - 1) included
    double v, z, p;
    double lift;  // o / e; infinity for e = 0 < o; NaN for 0 / 0
    double lo, hi;
    double extra, extra_lo, extra_hi;
    struct stats_interval sato, fieller;
};

// All that follows from the sums; the cluster sums carry their factor already.
void trial_solve(struct trial_estimate *out, double o, double e, double q, size_t clusters, double voo, double voe,
                 double vee);

// ---- sets --------------------------------------------------------------------------------------------------------------

struct trial_follow {
    int64_t length;  // > 0
    bool event;      // the outcome came at `length`
};

struct trial_member {
    uint32_t stay, account;  // index into trial_input.stays
    int64_t index;           // its time of the same time-in-stage
    int64_t before;          // actions in the placebo window
    struct trial_follow follow[TRIAL_OUTCOMES];
};

// One fresh touch with the comparators found; n_members = 0: unmatched. Valid during the callback.
struct trial_set {
    uint32_t stay, touch, account, stage, segment;  // touch: index into trial_input.touches
    int64_t time, in_stage, window;
    uint8_t recency, touches, engagement;  // classes; 0 where not matched on
    int64_t lag_length, before;            // placebo: L (0: none) and the exposed's count
    struct trial_follow follow[TRIAL_OUTCOMES];
    const struct trial_member *members;
    size_t n_members;
};

enum trial_weights { TRIAL_SMR = 0, TRIAL_MH = 1 };

struct trial_request {
    uint32_t type;
    const int64_t *window;  // by stage, > 0
    // [k][stage]: the series of outcome k for touches in that stage; NULL: nothing can be an outcome there.
    // 0 is the aim (checks and money refer to it), 1 harm by convention.
    const struct trial_events *const *outcome[TRIAL_OUTCOMES];
    uint32_t n_outcomes;
    const double *value;  // by stage: worth of an outcome where none was observed, or their series has none; NaN unknown; NULL: all unknown
    enum trial_weights weights;
    uint32_t without_account;           // all its stays are left out; TRIAL_NONE: nobody
    uint32_t only_stage, only_segment;  // TRIAL_ALL: no restriction
    uint64_t keep;  // of 2^64: the part of the fresh touches that is taken, by a hash of unit, type and time; 0: all of them
    int (*on_set)(void *ctx, const struct trial_set *set);  // may be NULL; non-zero stops
    void *on_set_ctx;
    size_t on_set_room;  // bytes that on_set keeps of a set, about
    bool brief;  // on_set is content with stay and index of the first member, without touch and account, and with any order that is always the same
};

// Who does the work: `each` runs pieces 0 .. n - 1 in any order, at the same time if it likes, and gives the first failure.
// on_set is called in the order of one request's stays and touches, but of several requests at the same time.
struct trial_crew {
    void *ctx;
    enum trial_rc (*each)(void *ctx, size_t n, enum trial_rc (*piece)(void *piece_ctx, size_t i), void *piece_ctx);
    bool (*stopped)(void *ctx);  // asked now and then: TRIAL_STOPPED is wanted; may be NULL
};

struct trial_placebo {
    double o, e, lift, lo, hi, z, p;
    size_t sets;
};

// What is known about one type in one stage and segment; sums go up the levels in order.
struct trial_cell {
    uint32_t stage, segment;                        // or TRIAL_ALL
    size_t touches, fresh, matched, unmatched, nofollow;
    size_t left_out;                                // by the request's sample; not in fresh
    size_t accounts;                                // exposed, matched
    size_t responded[TRIAL_OUTCOMES];               // fresh touches with the outcome in follow-up, matched or not
    struct trial_estimate estimate[TRIAL_OUTCOMES];
    struct trial_placebo placebo;
    double trigger;         // difference of shares; 0 without sets
    double covered;         // follow-up covered, of outcome 0; 0 without sets
    double bundle;          // largest difference of shares, at least 0
    uint32_t bundle_type;   // its type, or TRIAL_NONE
    double busiest;         // share of the index touches in the busiest 7 days; 0 without sets
    uint32_t largest;       // account with the largest |dO - dE|, or TRIAL_NONE
    double largest_share;   // of the sum of |dO - dE|
    double value;           // worth of one outcome: mean of the observed ones (NaN if one's is unknown), else the request's; pooled: extra-weighted
                            // by stage is in money, here the mean over observed ones. NaN unknown.
    double money, money_lo, money_hi;  // worth of the extra actions; NaN unless the value of every stage with sets is known
};

struct trial_result {
    struct trial_cell *cells;  // [0] pooled; then each stage that has touches, followed by its segments; owns
    size_t n_cells;
    struct trial_alloc alloc;
};

// Runs all trials of the requests' types, out[i] of requests[i]. What is the same for all is worked out once. *out needs no
// initialisation; on failure all are empty. Without a crew (NULL) one piece comes after the other.
enum trial_rc trial_run_all(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *requests, size_t n,
                            const struct trial_crew *crew);
// One request, without a crew.
enum trial_rc trial_run(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *request);
void trial_result_done(struct trial_result *result);

// ---- randomised hold-outs (METHODS 3.6) -----------------------------------------------------------------------------------

// One assignment. Controls of the same group (campaign and segment) are the set of every treated member; follow-up is
// [index, end] and is not censored by touches.
struct trial_assigned {
    uint32_t group, account, unit;
    int64_t index, end;  // end: index + W or the end of data, whichever is first; members with end <= index are dropped
    uint8_t resolution;
    bool treated;
};

struct trial_randomised {
    size_t treated, controls;  // with follow-up
    size_t matched, unmatched; // treated with and without controls in their group
    size_t accounts;           // of matched treated members
    size_t responded[TRIAL_OUTCOMES], control_responded[TRIAL_OUTCOMES];
    struct trial_estimate estimate[TRIAL_OUTCOMES];
    uint32_t largest;
    double largest_share;
};

struct trial_random_input {
    const struct trial_assigned *assigned;  // in order of unit name: the order of the sums
    size_t n_assigned;
    uint32_t n_groups, n_accounts;
    const struct trial_events *outcome[TRIAL_OUTCOMES];  // by unit; NULL: nothing can be an outcome
    uint32_t n_outcomes;
    const int64_t *unit_of;
    size_t n_resolutions;
    enum trial_weights weights;
    uint32_t without_account;
};

// O(n log n) for n assignments, though every control serves every treated member of its group.
enum trial_rc trial_randomised_run(struct trial_randomised *out, const struct trial_alloc *alloc,
                                   const struct trial_random_input *input);

#endif
