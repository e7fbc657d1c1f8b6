// SPDX-License-Identifier: MIT
// What the files of the views share: tables and their cells (views.c), what a definition shows (views_shown.c), rows that were
// read (views_set.c), what a query asks of them (views_limits.c), and in which order (views_order.c).
#ifndef VOC_HOST_VIEWS_INT_H
#define VOC_HOST_VIEWS_INT_H
#include "base/time.h"
#include "host/parallel.h"
#include "host/units.h"
#include "host/views.h"

#define VIEWS_ACTORS 4u
#define VIEWS_SETS 6u // sets of rows that are kept for the next question

enum { T_EVENT, T_JOURNEY, T_UNIT };
enum { E_ID, E_UNIT, E_INDIVIDUAL, E_ACCOUNT, E_CASE, E_EPISODE, E_TIME, E_TIME_US, E_RESOLUTION, E_ACTOR, E_ACTION, E_CLASS, E_TOUCHPOINT, E_CHANNEL,
       E_CAMPAIGN, E_OBJECT, E_ROLE, E_SEGMENT, E_STAGE, E_STEP, E_OWNER, E_MINUTES, E_COST, E_VALUE, E_REF, E_THREAD, E_TEXT, E_ATTRIBUTES, E_SOURCE, E_LINE,
       E_DEFINITION };
enum { J_UNIT, J_EPISODE, J_STAGE, J_IN_US, J_OUT_US, J_END, J_IN, J_OUT, J_EXIT, J_SEGMENT, J_BEGINNING, J_DEFINITION };
enum { U_UNIT, U_KIND, U_ACCOUNT, U_SEGMENT, U_EPISODES, U_FIRST, U_LAST, U_STAGE, U_OUTCOME, U_EVENTS, U_DEFINITION };

// What a set keeps of a row, widest first.
enum stored {
    S_STAY, S_SUMMARY,           // rows of journey and unit: voc_stay, struct summary
    S_ID, S_REF, S_TEXT, S_ATTRS, // voc_str
    S_TIME, S_MINUTES, S_COST, S_VALUE, S_LINE,
    S_ACTION, S_TOUCHPOINT, S_CHANNEL, S_CAMPAIGN, S_OBJECT, S_ROLE, S_SEGMENT, S_STAGE, S_OWNER, S_THREAD, S_INDIVIDUAL, S_ACCOUNT, S_CASE,
    S_EPISODE, S_SOURCE,
    S_PLACE,                     // of the row among those of its unit
    S_RESOLUTION, S_ACTOR, S_CLASS,
    S_N
};
#define STORED(s) (1u << (s))
#define STORED_UNITS (1u << 31) // which unit a row is of; without it rows are no more than counted

struct summary { // of a unit
    int64_t first_us, last_us;
    uint64_t events;
    uint32_t account, segment, episodes; // segment: at the last event, or VOC_NONE
    uint32_t stage, end, exit;           // of the last stay; episodes 0: there is none
    uint32_t internal;
};

// ---- what a definition shows (views_shown.c)
struct place { voc_str unit; uint64_t end; }; // rows of a table up to and including those of the unit
struct shown {  // owns
    char *name; // as a query gave it; NULL: the active one
    struct journey *own;
    const struct journey *journey;
    struct timeline *timeline; // NULL: not opened yet
    uint32_t have;             // EV_* of a timeline that holds its events
    struct batch *one;         // single units; made anew where they need other columns
    uint32_t one_columns, one_also;
    struct { struct place *at; size_t n; } places[VIEWS_TABLES]; // units by name; made when the number of a row is asked for
    uint32_t refs;             // sets and scans
    struct shown *next;
};
voc_rc shown_find(struct views *v, voc_str name /* empty: the active one */, struct shown **out);
voc_rc shown_open(struct views *v, struct shown *s);
// Opens it anew where it holds events and lacks columns; *s is then another one.
voc_rc shown_columns(struct views *v, struct shown **s, uint32_t columns);
void shown_all_done(struct views *v); // no scan is open

// ---- what a query asks (views_limits.c)
struct plan { // owns
    bool none, unit_given;
    char *unit;                      // if given
    int64_t from_us, to_us;          // both fit
    int64_t from_day_us, to_day_us;  // by the text of the time: from, and before
    uint32_t action, actor, channel, campaign; // VOC_NONE: any
    uint8_t *touchpoint;             // by number, or NULL: any
    uint32_t n_touchpoints;
    uint32_t stage;                  // VOC_NONE: any
    uint32_t stored;                 // STORED: what plan_fits reads
};
struct fields { // of rows, to be tested; those that the plan reads
    const int64_t *time_us;
    const uint8_t *actor;
    const uint32_t *action, *touchpoint, *channel, *campaign, *stage;
    const voc_stay *stay;
};
voc_rc plan_make(struct plan *p, struct views *v, const struct shown *s, unsigned table, const struct sql_limit *limits, size_t n);
void plan_done(struct plan *p);
static inline bool plan_tests(const struct plan *p) { return p->stored != 0; } // beside the unit
bool plan_fits(const struct plan *p, const struct fields *f, size_t i);

// ---- rows (views_set.c)
struct slab { unsigned char *bytes; size_t cap, n; uint64_t first; }; // columns of cap rows each; first: number of its first row in the set
struct segment { voc_str unit; uint64_t first; uint32_t n; };          // rows of one unit
struct set { // owns; rows of a table, of whole units or those that fit a plan
    struct shown *of;
    unsigned table;
    uint32_t stored;
    bool all;          // every row of the table, in full
    uint64_t used;     // when, by views.uses
    uint32_t refs;     // scans
    size_t offset[S_N]; // of a column, in bytes a row of the slab's cap
    VEC(struct slab) slabs;
    VEC(struct segment) segments; // ascending by first
    uint32_t *by_name;            // segments in order of the units' names; NULL: not asked for
    uint32_t *numbers;            // of rows, in order of the units' names; NULL: not asked for
    uint64_t n;
    VEC(char *) texts;
};
uint32_t set_stored_for(unsigned table, uint64_t columns);
// Rows with these fields: all, or where a plan is given those that may fit. From the sets that are kept, or read.
// VOC_OK and *out NULL: it would take more than `most` bytes (0: as much as there is).
voc_rc set_get(struct views *v, struct shown **s, unsigned table, uint32_t stored, const struct plan *p, uint64_t most, struct set **out);
// Rows of the units from one name to before another (ptr NULL: to the last), that may fit if there is a plan. It is not kept.
voc_rc set_get_range(struct views *v, struct shown **s, unsigned table, uint32_t stored, const struct plan *p, voc_str from, voc_str to, struct set **out);
uint64_t set_bytes(unsigned table, uint32_t stored); // about, of a row
voc_rc set_get_unit(struct views *v, struct shown **s, unsigned table, uint32_t stored, voc_str unit, struct set **out); // all its rows
void set_let_go(struct set *s);      // a scan's reference
void sets_drop(struct views *v, const struct shown *of /* NULL: all */); // those that no scan uses
voc_rc set_sort(struct set *s);      // by_name
voc_rc set_number(struct set *s);    // numbers; of a set that has all rows
const struct slab *set_slab(const struct set *s, uint64_t row);
const struct segment *set_segment(const struct set *s, uint64_t row);
size_t set_find(const struct set *s, voc_str unit); // in by_name; its n: it has no row
static inline const void *slab_column(const struct set *s, const struct slab *b, enum stored c) { return b->bytes + s->offset[c] * b->cap; }
struct fields set_fields(const struct set *s, const struct slab *b);

// ---- order (views_order.c)
voc_rc order_rows(const struct set *s, const unsigned *columns, size_t n, bool named, uint32_t **rows); // all rows; named: equal ones by unit
// Instead, where nothing that is read tells rows apart that are equal in the order: one row of each kind, and how many there are.
struct run { uint64_t row, n; };
voc_rc order_runs(const struct set *s, const unsigned *columns, size_t n, struct run **runs /* NULL: there are too many */, size_t *n_runs);
voc_rc order_places(struct views *v, struct shown **s, unsigned table);         // shown.places
uint64_t places_row(const struct shown *s, unsigned table, voc_str unit);       // number of its first row
size_t places_find(const struct shown *s, unsigned table, uint64_t row, uint64_t *within); // n: there is no such row

struct views {
    struct project *project; // borrows, as the two below; NULL: nothing is shown
    const struct journey *journey;
    struct diag *diag;
    uint64_t memory_max;     // 0: none
    uint32_t threads;
    struct shown *shown;     // the active definition first
    struct shown *gone;      // replaced while something used them
    struct set *sets[VIEWS_SETS];
    uint64_t uses;
    size_t n_scans;          // open
    uint32_t asked_units[VIEWS_TABLES], asked_rows[VIEWS_TABLES]; // readings of this statement: single units, plans
    struct sql_table tables[VIEWS_TABLES]; // borrowed by the project until it closes
    struct views_table { struct views *views; unsigned table; } users[VIEWS_TABLES];
};
extern const char *const views_actors[VIEWS_ACTORS];
#endif
