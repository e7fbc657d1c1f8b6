// SPDX-License-Identifier: MIT
//
// The records of all trials of some requests: see trial_find.c. Made by trial_pass_find, read by trial.c, then let go.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_FIND_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRIAL_FIND_H

#include <stdatomic.h>

#include "plugins/analysis/score/trial/trial_internal.h"

struct chunk;
struct trial_span;

struct trial_pass {
    const struct trial_frame *frame;
    const struct trial_request *requests;
    uint32_t n;
    const struct trial_crew *crew;
    const uint8_t ***records;       // by request, then trial of its type (trial_record.h); NULL: not fresh, or not asked about
    _Atomic(struct chunk *) *chunks; // by request: where its records are
    uint32_t *list;                 // trials that are asked about, by position
    struct trial_span *spans;
    size_t n_spans, spans_limit;
    atomic_size_t next;             // span to be taken
    atomic_bool failed;
};

// To be let go of with trial_pass_done also after an error.
enum trial_rc trial_pass_find(struct trial_pass *pass, const struct trial_frame *frame, const struct trial_request *requests, uint32_t n,
                              const struct trial_crew *crew);
void trial_pass_let_go(struct trial_pass *pass, uint32_t request);  // the records of one, once they were read
void trial_pass_done(struct trial_pass *pass);

#endif
