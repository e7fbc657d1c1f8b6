// SPDX-License-Identifier: MIT
//
// Traits: what is known of a customer strictly before a moment, as numbers. For comparing those who were touched with those they
// were compared with; the trial itself reads only the first few (METHODS 3.3). Made once for all touchpoints, then read-only:
// any thread may ask.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_TRAITS_H
#define VOC_PLUGINS_ANALYSIS_SCORE_TRAITS_H

#include "plugins/analysis/score/score.h"

struct trait {
    voc_str name;     // "days since last action (log)"
    bool matched_on;  // the trial matches on it: exactly, in classes, or the nearest
    bool share;       // 0 or 1: a mean is a share
    uint32_t kind, of;  // traits.c's own: which one, and of which segment, role or attribute
    uint8_t value;      // of an attribute's categories
};

struct trait_key {  // an attribute of the unit
    voc_str name;
    uint32_t entity;      // VOC_ENTITY_*: the unit's own, or its account's
    uint32_t type;        // traits.c's own
    voc_str top[5];       // categories: the most frequent, by count, then name
    size_t n_top;
};

struct traits {
    const struct score *s;
    struct trait *at;
    size_t n;
    size_t *unit_of_stay;
    uint32_t *count[8];      // by event, one more at the end: events of a kind before it, of all units
    uint32_t *last_action;   // by event: one behind the unit's last customer action before it, as an offset; 0: none
    uint32_t *first_of;      // by event: offset of its individual's first event within the unit; UINT32_MAX: of nobody known
    uint32_t *role_from;     // by unit and role: offset of the first event of that role, or UINT32_MAX
    uint32_t *roles;         // codes of the roles shown
    size_t n_roles;
    struct trait_key *keys;
    size_t n_keys;
    uint32_t *key_of;        // by attribute: its key, or UINT32_MAX
    uint8_t *category;       // by attribute: its place among the key's most frequent, or 255
    double *number;          // by attribute
    int64_t coarsest;        // resolution, in microseconds
};

voc_rc traits_new(struct traits *out, const struct score *s);

struct trait_moment {
    size_t stay;         // whose
    int64_t time;        // strictly before it, at the touch's resolution
    uint8_t resolution;
    int64_t window;      // other touches within it
    bool pull;           // what is obtained counts as a touch, too
};
// out[n]; NaN: not known of this customer.
void traits_at(const struct traits *t, const struct trait_moment *m, double *out);

#endif
