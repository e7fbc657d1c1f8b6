// SPDX-License-Identifier: MIT
// Events in the order of their units, part by part: each part holds whole units (the case; without one the account; without
// that the customer), so that journeys can be walked without ever holding all events, by several threads at a time. Units
// come in the order of the file (a hash of their text), which is the same for every reader; within a unit events are in the
// order of METHODS 0.2 as far as the store can know it: time, actor as written, own id, source, record, row.
#ifndef VOC_STORE_PARTS_H
#define VOC_STORE_PARTS_H
#include "store/store.h"

struct event_tuple { // what many events have in common: codes of the project
    uint32_t action, touchpoint, channel, campaign, role, owner, language;
    uint8_t resolution, actor, ref_kind;
    uint8_t named; // the rows that have it name a customer, an account or a case
};
struct event_layout { // what is known without reading rows
    bool in_parts;        // whole units can be read part by part; else there are no parts (an older layout)
    bool simple_identity; // every alias set is one alias, and no two are of one person: the set's code can stand for the person
    uint32_t has;         // EV_*: some row has something there, of CASE OBJECT THREAD CUSTOMER ACCOUNT REF MONEY ID TEXT ATTRS
    uint32_t unit_kinds;  // bit k: units of that kind exist: 0 rows that name nobody, VOC_UNIT_*
    bool both;            // some row names a customer and an account
    uint64_t n_events, n_units; // n_units: 0 where it is not known without reading
    uint32_t n_runs;      // above 1: rows of a unit come from several imports; where times are equal, theirs follow each other
    int64_t first_us, last_us;  // or VOC_NA
    const struct event_tuple *tuples;
    uint32_t n_tuples;
};
struct event_parts; // how the events are cut; borrows the project, owns the layout; read by any number of threads
// columns: EV_* that parts shall have; rows: of a part, about. VOC_OK with no parts where layout.in_parts is false.
// columns 0: parts only say how many units they have, for which no row has to be looked at.
voc_rc event_parts_plan(struct event_parts **out, struct project *p, uint32_t columns, size_t rows, struct diag *d);
void event_parts_free(struct event_parts *e);
const struct event_layout *event_parts_layout(const struct event_parts *e);
size_t event_parts_n(const struct event_parts *e);
size_t event_parts_find(const struct event_parts *e, uint64_t key); // the part that a unit of this key (hash64 of its text) is in, if it is there

struct event_part {
    struct event_block b;      // arrays of b.n rows in order, only columns asked for; those of the tuple are derived from it
    const uint32_t *tuple;     // if EV_TUPLE was asked for
    size_t n_units;
    const size_t *unit_first;  // n_units + 1
    const uint32_t *unit_code; // SPACE_CASE or SPACE_ALIASES; 0: rows that name nobody
    const uint8_t *unit_kind;  // VOC_UNIT_*, or 0
};
struct part_reader; // one thread's buffers
voc_rc part_reader_new(struct part_reader **out, struct event_parts *e);
void part_reader_free(struct part_reader *r);
voc_rc part_read(struct part_reader *r, size_t part, struct event_part *out); // borrows until the next call
#endif
