// SPDX-License-Identifier: MIT
//
// The response: what its files share. response.c asks and keeps the books, walk.c counts, write.c tells. All that is gathered is
// whole numbers, so that states can be added in any order.
#ifndef VOC_PLUGINS_ANALYSIS_RESPONSE_RESPONSE_H
#define VOC_PLUGINS_ANALYSIS_RESPONSE_RESPONSE_H

#include <stdbool.h>
#include <string.h>

#include "plugins/common/analysis.h"
#include "plugins/common/gathered.h"

#define RESPONSE_TOUCHES_MAX 64u  // a set of them is a word
#define RESPONSE_BANDS 3u         // how active: at most 1, at most 5, more

struct response {
    struct analysis base;
    int64_t within_us;
    uint8_t *of_action, *of_touchpoint;  // number of the touch, from 1; 0: none
    uint8_t *rank;                       // of each action: how far along it is, from 1; 0: no response. NULL: by class, and stages of the journey
    voc_str touch[RESPONSE_TOUCHES_MAX];
    size_t n_touches, n_stages, n_strata;  // n_strata = n_stages x bands
    bool by_action, by_touchpoint;         // touches are told by
    uint64_t question;                     // hash of what was asked
};

struct tally {  // moments, and those of them that a response followed
    uint64_t n, y;
};

struct pace {  // time, of 128 bits, and the responses in it
    uint64_t low_us, high, y;
};

// By stratum, or by touch and then stratum.
struct response_state {
    struct tally *moments, *touches, *exposed;  // all; those that are this touch; those with this touch within the window before
    struct pace *time, *after;                  // all; within the window after this touch
    int64_t *at, *next;                         // of one unit: time of each moment; of the first response later than it
    uint32_t *stage;
    uint8_t *touch, *acts;
    size_t room;
};

static inline void pace_add(struct pace *p, uint64_t us, uint64_t y)
{
    p->low_us += us;
    p->high += p->low_us < us;
    p->y += y;
}

// walk.c
voc_rc response_walk(const struct response *a, struct response_state *s, const voc_journeys *j);
// write.c
voc_rc response_write(const struct response *a, const struct response_state *s);

#endif
