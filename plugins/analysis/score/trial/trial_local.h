// SPDX-License-Identifier: MIT
//
// Events by local unit (trial_internal.h), of those units alone: of the frame, and of the series that requests ask about.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_LOCAL_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_LOCAL_H

#include "plugins/analysis/score/trial/trial_internal.h"

// A copy of the events of `from`, and of their types if given. To be freed with trial_local_events_free also after an error; the types
// are the caller's.
enum trial_rc trial_local_events(const struct trial_frame *f, struct trial_events *out, const struct trial_events *from, uint32_t **types_out, const uint32_t *types);
void trial_local_events_free(const struct trial_frame *f, struct trial_events *events);

// Requests that ask about such copies.
struct trial_local_series;
struct trial_local {
    const struct trial_frame *frame;
    struct trial_request *requests;
    const struct trial_events **outcomes;  // by request, outcome and stage
    struct trial_local_series **series;
    size_t n_series;
};
// To be let go of with trial_local_done also after an error.
enum trial_rc trial_local_requests(struct trial_local *out, const struct trial_frame *f, const struct trial_request *requests, size_t n);
void trial_local_done(struct trial_local *l);

#endif
