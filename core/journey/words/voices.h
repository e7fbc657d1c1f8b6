// SPDX-License-Identifier: MIT
// Words of a project as journeys need them: by the event that they belong to, by the person who said them, by the case. Only those that
// name an event are found by it; the others belong to their person. Made by one thread, then read by all.
#ifndef VOC_JOURNEY_VOICES_H
#define VOC_JOURNEY_VOICES_H
#include "identity/identity.h"
#include "journey/words/codebook.h"
#include "journey/words/said.h"

struct voices; // owns its texts
// *out NULL: the project holds no words.
voc_rc voices_new(struct voices **out, struct project *p, const struct identity *id, struct diag *d);
void voices_free(struct voices *v);
size_t voices_n(const struct voices *v); // NULL: 0
// Those of an event of this source, or of a case, or of a person without an event: the first, then the next of the same; NULL: no more.
const struct said *voices_of_event(const struct voices *v, uint32_t source, voc_str id);
const struct said *voices_of_case(const struct voices *v, voc_str name);
const struct said *voices_of_person(const struct voices *v, uint32_t individual);
const struct said *voices_next(const struct voices *v, const struct said *s);
uint32_t voices_person(const struct voices *v, const struct said *s); // individual, or 0
#endif
