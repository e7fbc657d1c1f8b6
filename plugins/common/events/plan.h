// SPDX-License-Identifier: MIT
// How the fields of a record become events: a plan that says which field is what, and the steps that make it, for every input
// plugin whose records are named cells (a table's row, a JSON object).
//   columns.c    names and samples of the columns  propose.c    a plan by names and values
//   mapping.c    maps, options, proposal -> plan   times.c      formats of time columns
//   joins.c      date, clock and zone in columns of their own
//   numbers.c    decimal point or comma, currencies
//   rows.c       cells -> rows                     totals.c     records that are no data
//   describe.c   the plan in words                 maps.c       and as sources.xml says it
//   instance.c   memory, copies, diagnostics
// How a record is cut into cells is the plugin's own (struct cell_reader). A plan is made once, in head(), and only read from
// then on: lines() runs in parallel on it.
#ifndef VOC_PLUGINS_COMMON_EVENTS_PLAN_H
#define VOC_PLUGINS_COMMON_EVENTS_PLAN_H

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <voc/plugin.h>

#define COLUMNS_MAX 4096u
#define TIMES_MAX 64u    // date columns of a wide table
#define ATTRS_MAX 256u   // own attributes of one event: the host's bound
#define SAMPLES_MAX 512u // records that the proposal looks at
#define NO_COLUMN UINT32_MAX
#define PATTERN_MAX 64u

// The options that every such plugin has, in the order of PLAN_OPTIONS (options.h). Those from OPT_TIME on name a column.
enum {
    OPT_DECIMAL, OPT_TIME_FORMAT, OPT_ZONE, OPT_CUSTOMER_KIND, OPT_ACCOUNT_KIND, OPT_REF_KIND,
    OPT_TIME, OPT_END, OPT_ACTION, OPT_ACTOR, OPT_CUSTOMER, OPT_EMAIL, OPT_PHONE, OPT_COOKIE, OPT_ACCOUNT, OPT_CASE, OPT_ID, OPT_REF,
    OPT_ROLE, OPT_OWNER, OPT_THREAD, OPT_TOUCHPOINT, OPT_CHANNEL, OPT_CAMPAIGN, OPT_OBJECT, OPT_TEXT, OPT_LANGUAGE, OPT_MINUTES,
    OPT_COST, OPT_VALUE, OPT_N
};

// Fields of a row with one source each. Those from FIELD_MINUTES on are numbers.
enum {
    FIELD_ACTION, FIELD_ACTOR, FIELD_CASE, FIELD_ID, FIELD_REF, FIELD_ROLE, FIELD_OWNER, FIELD_THREAD, FIELD_TOUCHPOINT,
    FIELD_CHANNEL, FIELD_CAMPAIGN, FIELD_OBJECT, FIELD_TEXT, FIELD_LANGUAGE, FIELD_MINUTES, FIELD_COST, FIELD_VALUE, FIELD_N
};
extern const char *const field_names[FIELD_N]; // as in sources.xml, and as options

// Where a value comes from: a column, or what stands in its place where the cell is empty.
struct origin {
    uint32_t column;   // or NO_COLUMN
    voc_str constant;  // or empty
    voc_str format;    // as declared, or empty
    char decimal;      // numbers: '.' or ','; 0: not known yet
    bool money;        // may name a currency
    const char *currency; // money: what the column names, or NULL
    uint32_t line;     // of sources.xml, or 0
    unsigned char why; // WHY_*
};
enum { WHY_SAID = 0, WHY_NAME, WHY_VALUES, WHY_REST, WHY_EMPTY }; // by a map or an option; by the column's name; by what stands in it; what nothing else took; by its name alone

struct time_origin {
    struct origin from;
    uint32_t clock, zone; // columns that are joined to it, behind a blank each, or NO_COLUMN
    char pattern[PATTERN_MAX];
    voc_time_format *format, *day_format; // day_format: of a row without a clock; NULL: the same
    uint32_t action_column; // wide: the column that names this date's action, or NO_COLUMN
    voc_str action;         // wide: else the action itself; empty: the mapped action
};

struct alias_origin {
    struct origin from;
    voc_str kind;
    uint32_t strong;
};

struct attr_origin {
    struct origin from;
    voc_str key;
    uint32_t type, entity;
    struct time_origin *time; // VOC_TYPE_TIME
};

struct column {
    voc_str name;   // as written in the header
    voc_str folded; // letters and digits only, lower case
    voc_str leaf;   // the same of the last part of a path, where it says as much alone; else empty
    bool used;      // by the plan; else it becomes an attribute
    bool late;      // no record has it yet: a member that may come further down, by a name that is not even in the file perhaps
};

struct misfit { uint32_t column; voc_str cell; }; // it has a name of amounts, and this cell of it is none; no cell: there is no such column

struct chunk;
struct events;

struct plan_text { // whole lines only: what does not fit is left out
    char *at;
    size_t len, size;
    bool full;
};
void plan_say(struct plan_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

// A record that gives no cells, and why.
struct cells_fault {
    const char *code; // NULL: it gives cells
    bool ignored;     // by the rule `text`; else it is rejected
    char text[400];
};
// A record with a cell for each column, each as it stands between separators. Cell c lies from behind mark[c - 1], the first from
// `from`, to mark[c], the last to `to`.
struct cut_record { const char *bytes; const uint32_t *mark; uint32_t from, to; char quote; }; // quote: around some of its cells; 0: none
// How records become cells.
struct cell_reader {
    const char *code; // of messages: "EVENTS" makes EVENTS-004
    bool totals;      // records may be totals and footers (totals.c)
    bool paths;       // what others call columns are paths here, and messages say so
    uint32_t more;    // fields of one record that no column holds, at most
    // Makes the columns (columns_make) from the first records.
    voc_rc (*names)(struct events *e, const voc_block *first);
    // With names and samples at hand, before the plan is made: may set the maps of what nobody has declared, and what stands in
    // struct events for it (settled ...). NULL: nothing to say.
    voc_rc (*look)(struct events *e);
    // The cells of one record, for samples. *to: room for record.len bytes, moved behind what was written. False: it has none.
    bool (*sample)(const struct events *e, voc_str record, voc_str *cells, char **to);
    // The records of a block, one after the other. `more`: fields that no column holds, as attributes; room for that many.
    voc_rc (*open)(void **reading, const struct events *e, const voc_block *block);
    voc_rc (*next)(void *reading, uint64_t i, voc_str *cells, voc_attr *more, size_t *n_more, struct cells_fault *fault);
    // How many of the records from i on, max at most, up to the first that is not such; they hold until a record behind them is
    // asked for. NULL: none is.
    size_t (*cut)(void *reading, uint64_t i, size_t max, struct cut_record *out);
    void (*close)(void *reading);
    void (*frame)(const struct events *e, struct plan_text *t); // what stands around the data, in words; or NULL
    // Takes the events that a record gave, in place of the sink: gives rows of any kind made of them, or rejects or ignores the
    // record. rows[0..n) and their attributes may be changed. An event may lack its action here, and its time where the
    // plan says so (timeless); then it is rows[0] alone. NULL: the sink takes them as they are.
    voc_rc (*give)(const struct events *e, voc_sink *sink, const voc_str *cells, voc_row *rows, size_t n);
};

#define EV_PLACE(e) ((e)->reader->paths ? "path" : "column")

struct events { // one instance
    const struct cell_reader *reader;
    const voc_host *host;
    voc_context *cx;
    struct chunk *chunks;     // owned memory
    bool quiet;               // probing: no diagnostics
    voc_rc trouble;           // of a look at a column, which only says yes or no
    struct misfit misfit;
    bool header;         // the names are the first of those: without one they may be data
    uint32_t n_head;     // records of a block given to head() that are no data
    bool semicolons;     // cells are separated by them, which is done where a comma stands before decimals
    bool commas;         // by commas, or in another way that means the same
    // what open() was given; strings are copies
    voc_str zone, time_format;
    bool time_format_given;
    const voc_map *maps;
    size_t n_maps;
    voc_str option[OPT_N]; // those that name a column or a kind; empty: not given
    // the columns, and samples of their first records: cell (i, c) at samples[i * n_columns + c]
    struct column *columns;
    size_t n_columns;
    voc_str *samples;
    size_t n_samples;
    // the plan
    struct origin field[FIELD_N];
    uint32_t ref_kind;
    struct time_origin times[TIMES_MAX];
    size_t n_times;
    struct time_origin end; // long form with start and end
    bool has_end;
    uint64_t decided; // bit OPT_*: a map or an option says where this comes from, or that nothing does
    bool proposed;    // some of it is the plugin's own idea
    // what the reader's look() may say
    bool settled;         // the maps are all there is: nothing else is proposed
    bool timeless;        // a record need not have a time
    bool periods;         // a month or a year may stand for its first day
    uint32_t rest_entity; // whose attributes the columns are that nothing names: VOC_ENTITY_*
    char decimal_said; // '.' or ',' by option, or 0
    struct alias_origin customers[VOC_ALIASES_MAX], accounts[VOC_ALIASES_MAX];
    size_t n_customers, n_accounts;
    struct attr_origin *attrs;
    size_t n_attrs;
    voc_str start_key; // attribute that keeps the start of an event with start and end
};
// Whether a look at some cells says yes. Memory that failed is no answer: it is kept, and the plan fails with it.
static inline bool ev_holds(struct events *e, voc_rc rc)
{
    if (rc == VOC_E_NOMEM) e->trouble = rc;
    return rc == VOC_OK;
}

// instance.c: an instance, and what it was given: `values` are those of PLAN_OPTIONS (options.h). Strings are copied.
voc_rc plan_new(struct events **out, size_t size, const struct cell_reader *reader, const voc_host *host, voc_context *cx); // size of the struct that begins with it
voc_rc plan_source(struct events *e, const voc_source *source); // zone and maps alone
voc_rc plan_open(struct events *e, const voc_source *source, const voc_value *values);
void plan_close(struct events *e);

// memory that lives as long as the instance (NULL: out of memory), copies, diagnostics
void *ev_alloc(struct events *e, size_t size);
bool ev_copy(struct events *e, voc_str s, voc_str *out);
voc_rc ev_error(struct events *e, voc_rc rc, const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
voc_rc ev_error_at(const struct events *e, uint64_t line, voc_rc rc, const char *code, const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
// the reason for which a record is refused, of bounded length and valid text whatever the cells in it are
voc_rc ev_reject(const struct events *e, voc_sink *sink, uint64_t record, const char *code, const char *format, va_list ap)
    __attribute__((format(printf, 5, 0)));

// text that may be cut: whole characters, at most `max` bytes
voc_str ev_clip(voc_str s, size_t max);
bool ev_eq(voc_str a, voc_str b);
bool ev_is(voc_str a, const char *b);
voc_str ev_trim(voc_str s);
#define EV_STR(s, max) (int)ev_clip((s), (max)).len, (s).ptr

// totals.c: the rule by which a record is no data, or NULL
bool total_word(voc_str cell);
const char *left_out(const voc_str *cells, size_t n);
const char *left_out_by_plan(const struct events *e, const voc_str *cells);
// Files were joined. HEADER_OTHER: with other columns, or in another order, so that nothing below may be read by the first header.
enum header_again { HEADER_NOT, HEADER_SAME, HEADER_OTHER };
enum header_again header_again(const struct events *e, const voc_str *cells);
voc_rc header_other(const struct events *e, const voc_block *block, uint64_t i); // says so of record i; no file is read that far and further

// columns.c
voc_rc columns_make(struct events *e, const voc_str *names, bool named); // e->n_columns of them; not named: col1, col2 ...
voc_rc columns_read(struct events *e, const voc_block *first);
voc_str column_fold(struct events *e, voc_str name, bool *ok);
uint32_t column_called(const struct events *e, voc_str name); // exact
uint32_t column_find(const struct events *e, voc_str name);   // exact, then folded if only one fits; NO_COLUMN
// The unused columns with one of these folded names (blanks between), in the order of the names.
size_t columns_named(const struct events *e, const char *names, uint32_t *out, size_t max);
// The names, 0-terminated, that a login, an address and an amount would have, of records that know a visitor by a cookie: a reader whose
// records name their own cells makes columns of those that the first records do not have, and marks them late. How many.
#define LATE_MAX 3u
#define LATE_NAME 200u
size_t plan_expects(const struct events *e, char names[LATE_MAX][LATE_NAME]);
uint32_t column_unknown(struct events *e, voc_str name, const char *what, voc_rc *rc);  // reports it; gives NO_COLUMN
voc_str column_cell(const struct events *e, size_t sample, uint32_t column);
// Every filled cell of a column in the first block (cx memory, freed by the caller). Text is borrowed from the block.
voc_rc column_gather(struct events *e, const voc_block *first, uint32_t column, voc_str **out, size_t *n, char **scratch);
voc_rc time_gather(struct events *e, const voc_block *first, const struct time_origin *t, voc_str **out, size_t *n, char **scratch);

// joins.c: a time of several columns
#define JOINED_MAX 240u
void time_origin_init(struct time_origin *t, uint32_t column);
bool time_is_none(const struct time_origin *t); // of a plan whose records have no times
// Date, clock and zone of a record into `text`; gives what there is (the date's own cell where nothing is joined). Empty: no date.
voc_str time_joined(const struct time_origin *t, const voc_str *cells, char text[JOINED_MAX]);
void joins_find(struct events *e); // for times of a column of dates alone; what the user said is left alone
// "date+clock+zone" where no column has that name. VOC_OK with columns, or VOC_E_INPUT: it is not of that form.
voc_rc joins_read(struct events *e, voc_str name, struct time_origin *t);
const char *ambiguous_zone(voc_str cell); // what the zone at its end may mean, or NULL
voc_str zone_of(const struct events *e, const struct time_origin *t); // of times that name none: as declared, else as the column's name says; empty: UTC

// times.c
bool cell_missing(voc_str cell); // of a time or number: empty, NULL, NaT, 0000-00-00 ...
bool time_column_plausible(struct events *e, uint32_t column, bool named);
voc_rc times_resolve(struct events *e, const voc_block *first);
// The one pattern that reads all cells, or, where some are no times, the chief ones. VOC_E_INPUT: there is none.
voc_rc times_guess(struct events *e, const voc_str *cells, size_t n, char pattern[PATTERN_MAX], uint32_t *possible);

// numbers.c
// A number without units: sign, digits, groups of three, decimals, exponent. Micro-units are rounded half away from zero;
// VOC_NA where they do not fit.
bool number_read(voc_str cell, char decimal, int64_t *micro, double *real);
// The same for what most cells are: digits, and perhaps up to six decimals. False: number_read knows.
bool plain_number(voc_str cell, char decimal, int64_t *micro, double *real);
// Also with a currency before or behind ("1.200,50 EUR", "-$5"), in brackets or with the minus behind. *currency: constant, NULL: none.
bool money_read(voc_str cell, char decimal, int64_t *micro, double *real, const char **currency);
bool number_column_plausible(struct events *e, uint32_t column, bool money);
voc_rc numbers_resolve(struct events *e, const voc_block *first);

// mapping.c, propose.c
voc_rc plan_make(struct events *e, const voc_block *first);
void propose(struct events *e, bool all); // all: every field; else only time and action, where they are missing
bool plan_decided(const struct events *e, unsigned option); // a map or an option has spoken
bool actor_read(voc_str cell, uint32_t *actor);

// alike.c: records that are nothing unusual, of plans that ask for nothing unusual, straight to columns of events (host->events).
struct alike;
voc_rc alike_open(struct alike **out, const struct events *e, const voc_block *block, void *reading, voc_sink *sink); // *out NULL: it is no such plan
void alike_close(struct alike *a);
size_t alike_ready(struct alike *a, uint64_t i, voc_rc *rc); // how many records from i on it can give; 0: this one is for rows.c
voc_rc alike_give(struct alike *a, uint64_t i, size_t n); // some of those

// rows.c, describe.c, maps.c
voc_rc rows_read(const struct events *e, const voc_block *block, voc_sink *sink);
void plan_describe(const struct events *e, char *out, size_t size);
voc_rc plan_maps(struct events *e, voc_source *out); // what sources.xml would say; borrowed until the instance closes

#endif
