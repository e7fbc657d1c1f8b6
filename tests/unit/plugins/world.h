// SPDX-License-Identifier: MIT
//
// A small world for tests of the touch trial: events and stays are added in any order, then turned into the arrays that the
// engine reads. Names (of stays, units, accounts) are given as ranks. Tests only.
#ifndef VOC_TESTS_UNIT_PLUGINS_WORLD_H
#define VOC_TESTS_UNIT_PLUGINS_WORLD_H

#include "plugins/analysis/score/trial/trial.h"

enum world_kind { WORLD_TOUCH, WORLD_ACTION, WORLD_AIM, WORLD_HARM };  // an aim is an action, harm is none

struct world_event {
    int64_t time;
    uint32_t unit, kind, type, sequence;
    uint8_t resolution;
    double value;
};

struct world {
    struct world_event *events;
    size_t n_events, room_events;
    struct trial_stay *stays;
    size_t n_stays, room_stays;
    uint32_t n_units, n_accounts, n_stages, n_segments, n_types;
    int64_t data_start, data_end;
    // made by world_build; own their arrays
    struct trial_events touches, actions, aims, harms;
    uint32_t *touch_type;
    struct trial_input input;
};

// Resolutions of the tests, in seconds: exact, minute, hour, day.
enum { WORLD_EXACT = 0, WORLD_MINUTE = 1, WORLD_HOUR = 2, WORLD_DAY = 3 };
extern const int64_t world_units[4];

void world_event(struct world *w, int64_t time, uint32_t unit, enum world_kind kind, uint32_t type);
// The same with a resolution and a value.
void world_event_at(struct world *w, int64_t time, uint8_t resolution, uint32_t unit, enum world_kind kind, uint32_t type,
                    double value);
// Appends a stay; its order is its number. Account = unit unless changed afterwards in w->stays.
void world_stay(struct world *w, uint32_t unit, uint32_t account, uint32_t stage, uint32_t segment, int64_t in, int64_t out);
// Sorts (time, customer before company, sequence) within units and fills w->input. May be called again after changes.
void world_build(struct world *w);
void world_done(struct world *w);

// The C library's allocator, and one that fails at the n-th call and counts what lives.
extern const struct trial_alloc world_alloc;
struct world_fault {
    size_t calls, fail_at;  // 1: the first
    long live;
};
struct trial_alloc world_faulty(struct world_fault *fault);

// Runs one type with the same window in every stage, aim and harm as outcomes; asserts success.
void world_trial(struct trial_result *out, struct world *w, uint32_t type, int64_t window, const struct trial_options *options,
                 enum trial_weights weights, int (*on_set)(void *, const struct trial_set *), void *ctx);

#endif
