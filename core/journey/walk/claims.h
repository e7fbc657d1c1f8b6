// SPDX-License-Identifier: MIT
// Claims of touchpoints, and the raw names of company events that nothing claims; inside of a timeline only. A table of raw names
// is made by one thread; claims are read by all.
#ifndef VOC_JOURNEY_CLAIMS_H
#define VOC_JOURNEY_CLAIMS_H
#include "journey/walk/timeline_int.h"

voc_rc claims_compile(struct timeline *t); // t->claims
// The touchpoint that claims the event, or VOC_NONE. run: of t->claims.
voc_rc claim_event(const struct timeline *t, struct program_run *run, const struct eval_event *e, uint32_t *claim);

const struct predicate *claim_predicate(const struct timeline *t, uint32_t program); // what a program of t->claims asks

struct raw_names { // owns its arrays
    const struct timeline *t;
    struct dict *raw;
    uint8_t *push;           // by raw name: occurs with a customer
    size_t push_cap;
    uint32_t *by_touchpoint, *by_action; // raw name + 1, by code
    struct keymap by_campaign;           // (channel, campaign) -> raw name + 1
    uint32_t *claimed_as;    // by raw touchpoint: lowest claim + 1
    struct buf name;
};
voc_rc raw_names_init(struct raw_names *c, const struct timeline *t);
void raw_names_done(struct raw_names *c);
void raw_names_claimed(struct raw_names *c, uint32_t touchpoint /* raw code */, uint32_t claim);
// The name that an unclaimed company event (a row of s) goes by: its raw touchpoint, else channel:campaign, else its action.
voc_rc raw_names_add(struct raw_names *c, const struct event_set *s, uint32_t at, bool named /* a customer */, uint32_t *raw);
// All are known: raw name i is touchpoint declared + (*ranks)[i]. The caller frees ranks.
voc_rc raw_names_number(struct raw_names *c, struct timeline *t, uint32_t **ranks);
#endif
