// SPDX-License-Identifier: MIT
// What the files of the views share: tables (views.c) and their cells (views_cells.c), what a definition shows (views_shown.c), rows that
// were read (views_set.c, views_fill.h), what a query asks of them (views_limits.c), and in which order (views_order.c).
#ifndef VOC_HOST_VIEWS_INT_H
#define VOC_HOST_VIEWS_INT_H
#include "base/time.h"
#include "host/parallel.h"
#include "host/fold/units.h"
#include "host/views/views.h"
#include "journey/words/codebook.h"

#define VIEWS_ACTORS 4u
#define VIEWS_SETS 6u // sets of rows that are kept for the next question

enum { T_EVENT, T_JOURNEY, T_UNIT, T_SAID, T_MENTION };
enum { E_ID, E_UNIT, E_INDIVIDUAL, E_ACCOUNT, E_CASE, E_EPISODE, E_TIME, E_TIME_US, E_RESOLUTION, E_ACTOR, E_ACTION, E_CLASS, E_TOUCHPOINT, E_CHANNEL,
       E_CAMPAIGN, E_OBJECT, E_ROLE, E_SEGMENT, E_STAGE, E_STEP, E_OWNER, E_MINUTES, E_COST, E_VALUE, E_REF, E_THREAD, E_TEXT, E_ATTRIBUTES, E_SOURCE, E_LINE,
       E_DELIVERED, E_PERSON_ROLE, E_PERSON_STAGE, E_DEFINITION };
enum { J_UNIT, J_EPISODE, J_STAGE, J_IN_US, J_OUT_US, J_END, J_IN, J_OUT, J_EXIT, J_SEGMENT, J_BEGINNING, J_LAST_ACT, J_STALLED, J_DEFINITION };
enum { U_UNIT, U_KIND, U_ACCOUNT, U_SEGMENT, U_EPISODES, U_FIRST, U_LAST, U_STAGE, U_OUTCOME, U_EVENTS, U_DEFINITION };
// said and mention, in their order: the name of a column, and what it is.
#define SAID_WHO(X) X("unit", UNIT) X("individual", INDIVIDUAL) X("role", ROLE) X("stage", STAGE) X("person_stage", PERSON_STAGE) \
    X("time", TIME) X("time_us", TIME_US) X("resolution", RESOLUTION)
#define SAID_WHERE(X) X("event", EVENT) X("id", ID) X("language", LANGUAGE) X("source", SOURCE) X("file", FILE) X("line", LINE) X("text", TEXT)
#define SAID_COLUMNS(X) SAID_WHO(X) X("themes", THEMES) X("undecided", UNDECIDED) SAID_WHERE(X) X("definition", DEFINITION)
#define MENTION_COLUMNS(X) SAID_WHO(X) X("theme", THEME) X("affirmed", AFFIRMED) X("negated", NEGATED) X("direct", DIRECT) X("decided_by", DECIDED_BY) \
    SAID_WHERE(X) X("definition", DEFINITION)
#define OF_SAID(name, is) SAID_##is,
#define OF_MENTION(name, is) MENTION_##is,
#define IS(name, is) W_##is,
#define NAME(name, is) name,
enum { SAID_COLUMNS(OF_SAID) SAID_N };
enum { MENTION_COLUMNS(OF_MENTION) MENTION_N };
enum { MENTION_COLUMNS(IS) W_THEMES, W_UNDECIDED };
extern const uint8_t said_is[SAID_N], mention_is[MENTION_N]; // W_*
extern const unsigned views_unit_of[], views_definition_of[]; // by table: the column

// What a set keeps of a row, widest first.
enum stored {
    S_STAY, S_SUMMARY,           // rows of journey and unit: voc_stay, struct summary
    S_ID, S_REF, S_TEXT, S_ATTRS, // voc_str
    S_LANGUAGE, S_ORIGIN, S_FILE, // of a text: voc_str; as its source and file are named
    S_TIME, S_MINUTES, S_COST, S_VALUE, S_LINE,
    S_ACTION, S_TOUCHPOINT, S_CHANNEL, S_CAMPAIGN, S_OBJECT, S_ROLE, S_SEGMENT, S_STAGE, S_OWNER, S_THREAD, S_INDIVIDUAL, S_ACCOUNT, S_CASE,
    S_EPISODE, S_SOURCE,
    S_PERSON_ROLE, S_PERSON_STAGE,
    S_THEME, S_AFFIRMED, S_NEGATED, S_DIRECT, S_THEMES, // of a text
    S_PLACE,                     // of the row among those of its unit
    S_RESOLUTION, S_ACTOR, S_CLASS, S_DELIVERED, S_UNDECIDED,
    S_N
};
#define STORED(s) (UINT64_C(1) << (s))
#define STORED_UNITS (UINT64_C(1) << 63) // which unit a row is of; without it rows are no more than counted

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
    enum stored looked_in; // S_ID or S_REF, if there is `looked_for`
    char *looked_for;      // a text: rows with another one are not even looked at
    char *unit;                      // if given
    int64_t from_us, to_us;          // both fit
    int64_t from_day_us, to_day_us;  // by the text of the time: from, and before
    uint32_t action, actor, channel, campaign; // VOC_NONE: any
    uint8_t *touchpoint;             // by number, or NULL: any
    uint32_t n_touchpoints;
    uint32_t stage;                  // VOC_NONE: any
    uint64_t stored;                 // STORED: what plan_fits reads
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
struct index { struct indexed { uint64_t hash; uint32_t row; } *at; size_t n; }; // of the texts of a column, by hash; NULL: not asked for
struct set { // owns; rows of a table, of whole units or those that fit a plan
    struct shown *of;
    unsigned table;
    uint64_t stored;
    bool all;          // every row of the table, in full
    uint64_t used;     // when, by views.uses
    uint32_t refs;     // scans
    size_t offset[S_N]; // of a column, in bytes a row of the slab's cap
    VEC(struct slab) slabs;
    VEC(struct segment) segments; // ascending by first
    uint32_t *by_name;            // segments in order of the units' names; NULL: not asked for
    uint32_t *numbers;            // of rows, in order of the units' names; NULL: not asked for
    struct index index[2];        // of S_ID and S_REF
    uint64_t n;
    VEC(char *) texts;
};
uint64_t set_stored_for(unsigned table, uint64_t columns);
// Rows with these fields: all, or where a plan is given those that may fit. From the sets that are kept, or read.
// VOC_OK and *out NULL: it would take more than `most` bytes (0: as much as there is).
voc_rc set_get(struct views *v, struct shown **s, unsigned table, uint64_t stored, const struct plan *p, uint64_t most, struct set **out);
// Rows of the units from one name to before another (ptr NULL: to the last), that may fit if there is a plan. It is not kept.
voc_rc set_get_range(struct views *v, struct shown **s, unsigned table, uint64_t stored, const struct plan *p, voc_str from,
                     voc_str to, struct set **out);
uint64_t set_bytes(unsigned table, uint64_t stored); // about, of a row
voc_rc set_get_unit(struct views *v, struct shown **s, unsigned table, uint64_t stored, voc_str unit, struct set **out); // all its rows
void set_let_go(struct set *s);      // a scan's reference
void sets_drop(struct views *v, const struct shown *of /* NULL: all */); // those that no scan uses
voc_rc set_sort(struct set *s);      // by_name
voc_rc set_number(struct set *s);    // numbers; of a set that has all rows
const struct slab *set_slab(const struct set *s, uint64_t row);
const struct segment *set_segment(const struct set *s, uint64_t row);
size_t set_find(const struct set *s, voc_str unit); // in by_name; its n: it has no row
static inline const void *slab_column(const struct set *s, const struct slab *b, enum stored c) { return b->bytes + s->offset[c] * b->cap; }
struct fields set_fields(const struct set *s, const struct slab *b);

// ---- rows with a text (views_index.c): of a set that has all rows, in order of their numbers; may be more. mem_free them
voc_rc index_find(struct set *s, enum stored column, voc_str text, uint32_t **rows, size_t *n);

// ---- order (views_order.c)
voc_rc order_rows(const struct set *s, const unsigned *columns, size_t n, bool named, uint32_t **rows); // all rows; named: equal ones by unit
// Instead, where nothing that is read tells rows apart that are equal in the order: one row of each kind, and how many there are.
struct run { uint64_t row, n; };
voc_rc order_runs(const struct set *s, const unsigned *columns, size_t n, struct run **runs /* NULL: there are too many */, size_t *n_runs);
voc_rc order_places(struct views *v, struct shown **s, unsigned table);         // shown.places
uint64_t places_row(const struct shown *s, unsigned table, voc_str unit);       // number of its first row
size_t places_find(const struct shown *s, unsigned table, uint64_t row, uint64_t *within); // n: there is no such row

// ---- a reading of a table (views.c), and its cells (views_cells.c)
struct scan { // owns
    struct views *v;         // borrows
    struct shown *of;
    struct set *set;         // a reference
    struct plan plan;
    unsigned table;
    char *definition;        // as the query gave it; NULL: the active one
    bool tests;              // rows of the set are tested by the plan
    bool planned;            // ... or were, before they came into the set
    bool by_place;           // it goes by place, not by segment
    bool counted;            // it gives all rows as they lie, so that they are numbered as they come
    uint32_t *order;         // rows by place; NULL: as they lie
    struct run *runs;        // instead of an order: rows that nothing tells apart; NULL: none
    size_t run, n_runs;
    uint64_t given;          // rows so far, this one among them
    uint64_t left;           // rows that it may give yet
    bool unsorted;           // units come as they were read: nothing that is read of rows shows it
    size_t segment, segment_end; // in set.by_name
    uint64_t within;         // of the segment
    uint64_t at, end;        // places in the order, or rows that are only counted
    size_t window, n_units;  // windows: of places, the first unit that was not read yet, and all
    uint64_t window_rows, window_most; // of the next one; 0: there are no windows
    uint64_t stored;
    uint64_t row;            // of the set
    const struct slab *slab; // where it is, from which row
    size_t i;
    const struct segment *near; // of the row whose unit was asked for last
    unsigned ordered[4];     // columns of the order
    size_t n_order;
    struct buf text;         // what the last cell of a made-up text points to
    struct coding coding;    // of the text that was coded last
    voc_str coded;
};
voc_rc event_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);
voc_rc journey_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);
voc_rc unit_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);
voc_rc said_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);
voc_rc mention_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts);

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
