// SPDX-License-Identifier: MIT
//
// The sessions plugin's own structures: what it is asked, and what one thread counts. All of a state can be added in any order.
#ifndef VOC_PLUGINS_ANALYSIS_SESSIONS_H
#define VOC_PLUGINS_ANALYSIS_SESSIONS_H

#include "plugins/common/gathered.h"

struct sessions_part {  // of a segment, or of all
    uint64_t sessions, events, single;  // single: sessions of one event
    uint64_t nobody;      // units with sessions of a person who is not named
    uint64_t *persons;    // bit by code: had a session here
    size_t n_persons;     // words
    uint64_t *first, *last;  // by action
    struct gathered lasted_us, lengths;  // of sessions of more than one event
};

struct session {  // that is open
    int64_t first_us, last_us;
    uint64_t events;
    uint32_t person, segment, first_action, last_action;
    bool opens_person;  // the first of this person in the unit
};

struct sessions {  // of the instance
    const voc_host *host;
    voc_context *cx;
    voc_run *run;
    const voc_definition *def;
    const voc_run_info *info;
    bool by_segment;
    uint64_t gap_us, top;
    size_t n_segments;
};

struct sessions_state {
    struct sessions_part *parts;  // by segment
    uint32_t *where;  // by person: place in open, if that is of the person
    size_t n_where;
    struct session *open;  // of the unit at hand
    size_t n_open, room_open;
};

voc_rc sessions_join(const struct sessions *a, struct sessions_part *into, const struct sessions_part *from);
voc_rc sessions_write(const struct sessions *a, struct sessions_state *s, struct sessions_part *all);

#endif
