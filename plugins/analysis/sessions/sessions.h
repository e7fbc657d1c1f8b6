// SPDX-License-Identifier: MIT
//
// The sessions plugin's own structures: what it is asked, and what one thread counts. All of a state can be added in any order.
#ifndef VOC_PLUGINS_ANALYSIS_SESSIONS_H
#define VOC_PLUGINS_ANALYSIS_SESSIONS_H

#include "plugins/common/analysis.h"
#include "plugins/common/gaps.h"
#include "plugins/common/gathered.h"

#define SESSIONS_SHORT 256u  // sessions of fewer events are counted by their number

struct sessions_part {  // of a segment, or of all
    uint64_t sessions, events, single;  // single: sessions of one event
    uint64_t nobody;      // units with sessions of a person who is not named
    uint64_t *persons;    // bit by code: had a session here
    size_t n_persons;     // words
    uint64_t *first, *last;  // by action
    struct gaps lasted;  // of sessions of more than one event
    struct pool pool;
    uint64_t of_length[SESSIONS_SHORT];
    struct gathered long_ones;  // events of each session that is not short
    // of finish
    int64_t half_lasted, half_longer;  // median time of all, and of those of more than one event
    double half_length;                // median number of events
};

struct session {  // that is open
    int64_t first_us, last_us;
    uint64_t events;
    uint32_t person, segment, first_action, last_action;
    bool opens_person;  // the first of this person in the unit
};

struct sessions {  // of the instance
    struct analysis base;
    bool by_segment;
    uint64_t gap_us, top;
    size_t n_segments;
};

struct sessions_state {
    struct sessions_part *parts;  // by segment
    size_t *found, *begun;  // of the unit at hand: its events that count; where in them sessions begin
    size_t room;            // of each
    uint32_t *where;  // by person: place in open, if that is of the person
    size_t n_where;
    struct session *open;  // of the unit at hand
    size_t n_open, room_open;
};

voc_rc sessions_join(const struct sessions *a, struct sessions_part *into, struct sessions_part *from);
void sessions_measure(struct sessions_part *p);  // its medians, while it still has what it gathered
voc_rc sessions_write(const struct sessions *a, struct sessions_state *s, struct sessions_part *all);

#endif
