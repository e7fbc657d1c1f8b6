// SPDX-License-Identifier: MIT
// What an event says by a name: where it has no attribute of that name, its own columns answer ("value", "campaign", ...). Facts of
// predicates and fields that an analysis asks for are the same texts.
#ifndef VOC_JOURNEY_EVENT_TEXT_H
#define VOC_JOURNEY_EVENT_TEXT_H
#include "journey/walk/events.h"

// Of row `at`. false: there is none; or scratch->rc says that memory failed. *text: the rows', or in scratch.
bool event_text(const struct event_set *s, size_t at, voc_str name, struct buf *scratch, voc_str *text);
uint32_t event_text_columns(voc_str name); // EV_* that it looks at, the attributes among them
#endif
