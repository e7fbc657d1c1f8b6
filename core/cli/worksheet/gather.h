// SPDX-License-Identifier: MIT
// Events of a project on their way to the rows of a worksheet: what gather.c makes rows of, and gather_facts.c counts.
#ifndef VOC_CLI_WORKSHEET_GATHER_H
#define VOC_CLI_WORKSHEET_GATHER_H
#include "cli/worksheet/worksheet.h"
#include "journey/predicate/memo.h"

#define EXAMPLES 3

struct combo { // an action by one kind of actor through one touchpoint, channel and campaign
    uint32_t action, recorded, touchpoint, channel, campaign;
    uint32_t pair, row, shape; // its action and actor; its row; its name without numbers
    uint64_t count, n_person, n_known, n_owned, n_device;
    voc_str folded;      // the name with # for numbers
    enum ws_by by;
};
struct example { int64_t time_us; uint64_t record; size_t at; };
struct numbers { int64_t *at; size_t n, cap; };
struct tallies { // of one row, while events are counted
    struct numbers cost, minutes, value;
    VEC(double) rank;
    struct example example[EXAMPLES];
    size_t n_examples;
};
struct gathering { // owns what is in it, except *w
    struct worksheet *w;
    const struct event_set *s;
    struct dict *keys;            // of combos
    VEC(struct combo) combos;
    uint32_t *combo_of;           // by event
    uint8_t *device;              // by code of a customer: is a cookie or device among the ids?
    struct dict *names;           // of rows
    bool ours;                    // work_log()
    struct dict *shapes;          // names without their numbers
    VEC(uint32_t) n_shape;        // how many names have each
    struct tallies *tally;        // by row
    uint8_t *by_source;           // actor of rows that do not say, by code of their source
    struct keymap people, owners, channels;
};

static inline uint32_t code_at(const uint32_t *column, size_t i) { return column ? column[i] : 0; }

// gather_facts.c: how many, by whom, when, examples, costs, and where they stand in journeys; into w->rows, row_of and unit.
voc_rc gather_facts(struct gathering *g, struct diag *d);
#endif
