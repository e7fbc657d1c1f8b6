// SPDX-License-Identifier: MIT
// What the two files of the views share: how rows are found (views.c) and what a query asks of them (views_limits.c).
#ifndef VOC_HOST_VIEWS_INT_H
#define VOC_HOST_VIEWS_INT_H
#include "host/views.h"

#define VIEWS_ACTORS 4u
#define VIEWS_KEPT 4u // units walked and kept: as many as one query is likely to hold side by side

struct views {
    struct project *project; // borrows, as the two below; NULL: nothing is shown
    const struct journey *journey;
    struct diag *diag;
    uint32_t want, have; // EV_*: asked for by a statement, loaded
    struct event_set *events;
    struct timeline *timeline;
    struct kept { struct batch *batch; size_t unit; uint64_t used; } kept[VIEWS_KEPT];
    uint64_t uses;           // counts, to find the batch that was not used for longest
    size_t unit;             // of the last event row
    VEC(uint64_t) event_end; // rows of event up to and including unit i
    VEC(uint64_t) stay_end;  // rows of journey likewise
    bool stays;              // filled on first use, and from then on whenever the events are read
    struct buf text;         // what the last cell of a made-up text points to
    struct sql_table tables[VIEWS_TABLES]; // borrowed by the project until it closes
};

enum { E_ID, E_UNIT, E_INDIVIDUAL, E_ACCOUNT, E_CASE, E_EPISODE, E_TIME, E_TIME_US, E_RESOLUTION, E_ACTOR, E_ACTION, E_CLASS, E_TOUCHPOINT, E_CHANNEL,
       E_CAMPAIGN, E_OBJECT, E_ROLE, E_SEGMENT, E_STAGE, E_STEP, E_OWNER, E_MINUTES, E_COST, E_VALUE, E_REF, E_THREAD, E_TEXT, E_ATTRIBUTES, E_SOURCE, E_LINE };
enum { J_UNIT, J_EPISODE, J_STAGE, J_IN_US, J_OUT_US, J_END, J_IN, J_OUT, J_EXIT, J_SEGMENT };
enum { U_UNIT, U_KIND, U_ACCOUNT, U_SEGMENT, U_EPISODES, U_FIRST, U_LAST, U_STAGE, U_OUTCOME, U_EVENTS };

extern const char *const views_actors[VIEWS_ACTORS];
extern const struct sql_walk views_walks[VIEWS_TABLES];
void views_reads(void *views, uint64_t columns); // a statement will read these columns of event

voc_rc views_ready(struct views *v); // reads what statements asked for and is not there; before each use, as another statement may ask for more
voc_rc views_walk(struct views *v, size_t unit, const voc_journeys **out); // the unit alone; borrows until the fourth next walk
// The unit that holds a row, by the ends of the units' rows, and the row within it.
size_t views_find(const uint64_t *end, size_t n, uint64_t row, uint64_t *within);
uint64_t views_first_row(const uint64_t *end, size_t unit);
voc_rc views_order(void *views, const unsigned *columns, size_t n, uint32_t **rows); // of table event; as struct sql_walk says
size_t views_unit_of_event(struct views *v, uint64_t row, uint64_t *within); // likewise, of table event
#endif
