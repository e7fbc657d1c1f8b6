// SPDX-License-Identifier: MIT
// How rows come from batches of units into slabs, field by field: shared by views_fill.c, views_said.c, views_person.c and the
// reading of sets (views_set.c) only. One thread owns a filling.
#ifndef VOC_HOST_VIEWS_FILL_H
#define VOC_HOST_VIEWS_FILL_H
#include <stdatomic.h>

#include "host/views/views_int.h"

#define VIEWS_ROWS_MAX (UINT32_MAX - 1u)
#define TOO_MUCH VOC_E_BUSY // no failure of a reading: it is begun anew, for fewer units

// ---- who somebody was at a time (views_person.c): scratch of one unit
struct own_event { uint32_t who, at; }; // individual; number within the unit
struct persons { // owns
    VEC(struct own_event) own; // events of each person together, in order
    VEC(uint32_t) role;                              // of each event: as it says, or what its person had before it, or first
    const struct timeline *timeline;                 // borrowed
};
voc_rc persons_of(struct persons *p, const voc_journeys *v, const voc_unit *u); // by VOC_COL_INDIVIDUAL, VOC_COL_ROLE and VOC_COL_ACTOR
uint32_t persons_role(const struct persons *p, const voc_journeys *v, const voc_unit *u, uint32_t individual, int64_t time_us); // VOC_COL_TIME; 0: none
uint32_t persons_stage(const voc_journeys *v, const voc_unit *u, uint32_t individual, int64_t time_us); // VOC_NONE: in none
void persons_done(struct persons *p);

struct filling { // of one thread; owns until it is taken into the set
    VEC(struct slab) slabs;
    VEC(struct segment) segments; // first: slab << 32 | row, until slabs are numbered
    VEC(char *) texts;
    size_t text_left;
    VEC(uint32_t) fit;  // rows of the batch
    VEC(uint32_t) unit; // and the unit that each is of
    VEC(uint32_t) word; // of rows of said and mention: the word
    struct persons persons;
};
struct gather {
    struct views *v;
    struct set *set;
    const struct plan *plan; // NULL: every row
    voc_str unit, from, to;  // ptr NULL: all
    uint64_t most;           // bytes; 0: no bound
    _Atomic uint64_t bytes;
    size_t width;            // bytes a row
    struct filling *by_slot;
};

// What is read beside columns and EV_*: stays; the stays of people; what was said.
#define READS_STAYS (1u << 31)
#define READS_PERSONS (1u << 30)
#define READS_WORDS (1u << 29)
#define READS_EVENTS (~(READS_STAYS | READS_PERSONS | READS_WORDS))
// VOC_COL_* that batches must have, and EV_* that are read beside those, with READS_*.
uint32_t fill_columns(unsigned table, uint64_t stored, uint32_t *reads);
size_t fill_layout(struct set *s); // offsets of its columns; bytes a row
voc_rc fill_batch(void *gather, uint32_t slot, const struct batch *b, const voc_journeys *v);
void filling_done(struct filling *f);
bool fill_asked(const struct gather *g, voc_str unit);        // rows of this unit are read
voc_rc fill_text(struct filling *f, voc_str s, voc_str *out); // kept as long as the set

// ---- said and mention (views_said.c)
voc_rc said_choose(const struct gather *g, struct filling *f, const voc_journeys *v);
voc_rc said_put(const struct gather *g, struct filling *f, unsigned field, void *to, const struct batch *b, const voc_journeys *v);
#endif
