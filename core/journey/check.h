// SPDX-License-Identifier: MIT
// `voc journey check`: runs the samples that a definition carries; names stages that no sample reaches and events that
// two stages claim (METHODS 2).
#ifndef VOC_JOURNEY_CHECK_H
#define VOC_JOURNEY_CHECK_H
#include "journey/walk/timeline.h"

struct check_result { size_t samples, expectations, failed, unreached, double_claims; };
// Findings go to d as errors (failed expectation, file:line) and warnings. VOC_E_CHECK if any expectation failed.
voc_rc journey_check(const struct journey *j, struct check_result *out, struct diag *d);
#endif
