// SPDX-License-Identifier: MIT
//
// Attribution: what its files share. attribution.c asks and keeps the books, walk.c cuts journeys into paths, models.c splits credit,
// write.c tells. All that is gathered is whole numbers, so that states can be added in any order.
#ifndef VOC_PLUGINS_ANALYSIS_ATTRIBUTION_ATTRIBUTION_H
#define VOC_PLUGINS_ANALYSIS_ATTRIBUTION_ATTRIBUTION_H

#include "plugins/analysis/attribution/ways.h"
#include "plugins/common/gathered.h"

#define ATTRIBUTION_KINDS_MAX 1000u  // the removal effect costs their third power

enum { BY_TOUCHPOINT, BY_GROUP, BY_CHANNEL, BY_CAMPAIGN };

struct attribution {
    struct analysis base;
    uint32_t by;
    uint32_t *of_touchpoint;  // by touchpoint or group: its kind, or VOC_NONE
    uint8_t *converts;        // of each action, with --to; NULL: the win of the journey
    int64_t half_life_us;
    uint64_t top, samples, seed;
    uint64_t question;  // hash of what was asked
};

struct credit {  // conversions x 2^60, of 128 bits: whole numbers, whose sum knows no order
    uint64_t low, high;
};

struct attribution_state {
    struct ways ways;  // touched paths, by kinds as they are numbered in this project
    uint64_t won_untouched, lost_untouched;
    uint64_t open;    // of all paths that did not convert: still under way
    uint64_t behind;  // touches behind the win of a journey, which belong to no path
    struct credit *recent;  // by kind: conversions by the time before them
    size_t n_recent;
    uint32_t *kind;  // of one path
    int64_t *at;
    size_t room;
};

voc_str attribution_kind(const struct attribution *a, uint32_t kind);  // as people know it
voc_rc attribution_credit(const struct attribution *a, struct attribution_state *s, uint32_t kind, struct credit c);

// walk.c
voc_rc attribution_walk(const struct attribution *a, struct attribution_state *s, const voc_journeys *j);
// write.c
voc_rc attribution_write(const struct attribution *a, struct attribution_state *s);

#endif
