// SPDX-License-Identifier: MIT
// Events of a private project that are read from where their import left them. Nobody will open the project again, so they are
// neither packed into blocks nor are their names written: readers get the import's own rows, ordered partition by partition.
// Codes of the project are then those of the import. Private to core/store.
#ifndef VOC_STORE_HELD_H
#define VOC_STORE_HELD_H
#include "store/events/event_columns.h"
#include "store/import/import_order.h"
#include "store/events/parts.h"

struct import;
struct names;
// May the import's events be held so? It is the first of a project that was asked to hold them (project_hold_events), all its rows are in
// memory, none can be replaced, and each names one case, account or customer.
bool held_may(const struct import *i);
voc_rc held_names(struct names *n);    // gives each string the code it has in the import
voc_rc held_catalogue(struct import *i); // one row of `block` without data, for all that asks the catalogue
void held_drop(struct import *i);      // where it does not come to that
voc_rc held_take(struct import *i);    // the last step of the commit: the rows move to the project; they are dropped with it

// For readers, where p->held is not NULL. Partitions are in the order of units.
struct held_reader { // one thread's; owns
    const struct held *h;
    struct ordering order;  // its arrays of all units are the held ones
    struct event_columns c; // what was asked for, of all rows read since the clear
    VEC(size_t) unit_first; // by unit; and the end
    VEC(uint32_t) unit_code;
    VEC(uint8_t) unit_kind;
    VEC(uint32_t) tuple; // of the rows of a partition
};
voc_rc held_reader_open(struct held_reader *r, struct project *p, uint32_t columns);
void held_reader_close(struct held_reader *r);
void held_reader_clear(struct held_reader *r);
voc_rc held_reader_add(struct held_reader *r, unsigned partition);
size_t held_rows(const struct project *p, unsigned partition);

void held_layout(const struct project *p, struct event_layout *l); // all but tuples
voc_rc held_strings(const struct project *p, unsigned space, struct space *out);
uint32_t held_count(const struct project *p, unsigned space);
uint32_t held_flags(const struct project *p);
voc_rc held_tuples(const struct project *p, struct event_tuple **out, uint32_t *n); // the caller's
void held_free(struct held *h);
#endif
