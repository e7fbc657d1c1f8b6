/* SPDX-License-Identifier: MIT */
/*
 * voc/plugin.h - the one public header of Vocstream: what a plugin and its host promise each other.
 *
 * A plugin is one shared object of one kind: INPUT (bytes to rows), ANALYSIS (a mergeable fold over journeys) or
 * OUTPUT (tables to bytes). It exports one symbol, voc_plugin_query, made by VOC_PLUGIN(), and calls back only through
 * the voc_host table that it is given. C11 and C++17; needs nothing but the C standard headers.
 *
 * The ABI is at major 0: it may still change. These rules will not:
 *  - Structures that cross the boundary start with struct_size; arrays of them carry a stride. Fields are only appended.
 *  - Strings are (pointer, length), UTF-8, no terminator, never NULL with a length.
 *  - What the plugin passes is borrowed until the call returns; what the host passes is borrowed until the operation
 *    returns, unless its comment says "for the run". Nothing that one side allocated is freed by the other.
 *  - Times are int64 microseconds since 1970-01-01 UTC. Money and minutes are int64 micro-units (6 decimals).
 *  - A plugin starts no threads, and touches no locale, environment, signals, stdio or mutable globals.
 */
#ifndef VOC_PLUGIN_H
#define VOC_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VOC_ABI_MAJOR 0u
#define VOC_ABI_MINOR 1u

/* True where the host's table is new enough to have FIELD. */
#define VOC_HOST_HAS(host, field) ((host)->struct_size >= offsetof(voc_host, field) + sizeof((host)->field))

#define VOC_NA INT64_MIN /* a missing time, cost, value or count of minutes: never zero */
#define VOC_TIME_MAX INT64_MAX

typedef struct voc_str {
    const char *ptr;
    size_t len;
} voc_str;

typedef enum voc_rc {
    VOC_OK = 0,
    VOC_CANCELLED = 1, /* the user interrupted; return it at once */
    VOC_E_INPUT = 2,   /* the input is not what it should be; a diagnostic says where */
    VOC_E_OPTION = 3,  /* an option, argument or definition is wrong */
    VOC_E_NOMEM = 4,   /* an allocation failed */
    VOC_E_IO = 5,      /* reading or writing failed */
    VOC_E_LIMIT = 6,   /* a stated bound was reached */
    VOC_E_BUG = 7,     /* a plugin or the program broke its contract */
    VOC_E_POLICY = 8,  /* refused by policy (a plugin's owner or mode, people's names) */
    VOC_E_CHECK = 9,   /* a check that the user asked for failed */
    VOC_E_BUSY = 10    /* the project file is in use by another writer */
} voc_rc;

/* ---- rows: what an input plugin emits ------------------------------------------------------------------------- */

enum { VOC_ROW_EVENT = 1, VOC_ROW_WORD = 2, VOC_ROW_LINK = 3, VOC_ROW_ATTRIBUTE = 4, VOC_ROW_MEASURE = 5,
       VOC_ROW_REFERENCE = 6 /* a row of a reference table (ledger, targets, holidays ...): no event, and nobody's attribute */ };
enum { VOC_ACTOR_UNSET = 0, VOC_ACTOR_CUSTOMER = 1, VOC_ACTOR_COMPANY = 2, VOC_ACTOR_OTHER = 3 };
enum { VOC_RES_US = 0, VOC_RES_MS = 1, VOC_RES_SECOND = 2, VOC_RES_MINUTE = 3, VOC_RES_HOUR = 4, VOC_RES_DAY = 5 };
enum { VOC_REF_NONE = 0, VOC_REF_EVENT = 1, VOC_REF_TOUCHPOINT = 2, VOC_REF_THREAD = 3, VOC_REF_CASE = 4 };
enum { VOC_ENTITY_EVENT = 0, VOC_ENTITY_INDIVIDUAL = 1, VOC_ENTITY_ACCOUNT = 2, VOC_ENTITY_CASE = 3 };
enum { VOC_TYPE_TEXT = 0, VOC_TYPE_INT = 1, VOC_TYPE_REAL = 2, VOC_TYPE_BOOL = 3, VOC_TYPE_TIME = 4, VOC_TYPE_MONEY = 5 };

#define VOC_ALIASES_MAX 8u /* of a customer, and of an account, on one row */

/* One identity as one source knows it: kind "email", "cookie", "id", "crm-lead", ... */
typedef struct voc_alias {
    voc_str kind;    /* not empty; none of =, backslash, U+001E and U+001F in it */
    voc_str value;   /* not empty: who is not named has no alias */
    uint32_t strong; /* 1: may merge people by itself; 0: weak (phone, cookie) */
    uint32_t reserved;
} voc_alias;

typedef struct voc_attr {
    voc_str key;
    voc_str text;    /* the value as the source wrote it, always */
    uint32_t type;   /* VOC_TYPE_*: what `number` or `time_us` hold besides the text */
    uint32_t entity; /* VOC_ENTITY_*: whose attribute it is (an event's own, or valid from the row's time on) */
    int64_t time_us; /* VOC_TYPE_TIME, else VOC_NA; VOC_TYPE_INT and BOOL: the integer; VOC_TYPE_MONEY: micro-units */
    double number;   /* VOC_TYPE_REAL, else 0 */
} voc_attr;

/* Zero-initialise; then set time_us, cost, value, minutes to VOC_NA where they are missing (VOC_ROW_INIT does). */
typedef struct voc_row {
    uint32_t kind;       /* VOC_ROW_* */
    uint32_t actor;      /* VOC_ACTOR_*; UNSET: the source does not say */
    uint64_t record;     /* LINES: index of the record in its block; STREAM: the number that host->record gave */
    int64_t time_us;     /* events, words, measures: required; attributes and links: valid from, or VOC_NA = always */
    uint32_t resolution; /* VOC_RES_* of this time */
    uint32_t ref_kind;   /* VOC_REF_* */
    voc_str ref;         /* what it answers: an event id, touchpoint, thread or case */
    voc_str id;          /* the source's own event id, or empty */
    voc_str action;      /* events: required */
    voc_str touchpoint, channel, campaign, object; /* REFERENCE: object names the table, id its key and day: a row of one id replaces another */
    voc_str case_id;     /* explicit journey instance (opportunity, XES trace) */
    voc_str role, owner, thread;
    voc_str text, language; /* words; an event may carry its text too */
    int64_t minutes, cost, value;
    const voc_alias *customer;
    size_t n_customer;
    const voc_alias *account;
    size_t n_account;
    const voc_attr *attrs; /* attributes of the event and of its entities; ATTRIBUTE and MEASURE rows: at least one. REFERENCE: the cells,
                            * of entity EVENT; a time named "until" is where the row ends to hold, time_us where it begins */
    size_t n_attrs;
    voc_str unit; /* MEASURE: unit of measurement; LINK: the rule that linked customer[0] and customer[1] */
} voc_row;

typedef struct voc_batch {
    uint32_t struct_size;
    uint32_t row_size; /* stride: sizeof(voc_row) when the plugin was compiled */
    const void *rows;
    size_t n_rows;
} voc_batch;

/* INPUT, LINES: events as columns, for what most rows of a log are: what an event has in common with many others goes by a number
 * (host->alike, host->share), the rest are arrays of n; NULL: no event has it. One event a record, in the order of records. */
typedef struct voc_events {
    uint32_t struct_size;
    uint32_t resolution; /* VOC_RES_* of all times */
    size_t n;
    const uint64_t *record;
    const uint32_t *alike; /* numbers of host->alike that host->share was told of */
    const int64_t *time_us;
    const int64_t *minutes, *cost, *value;
    const voc_str *customer, *account; /* one alias each; empty: none */
    voc_str customer_kind, account_kind;
    uint32_t customer_strong, account_strong;
    const voc_str *id, *case_id, *object, *thread;
} voc_events;

/* ---- options --------------------------------------------------------------------------------------------------- */

enum {
    VOC_OPT_BOOL = 1,     /* yes/no/true/false/1/0 -> i */
    VOC_OPT_INT = 2,      /* -> i, within min..max */
    VOC_OPT_REAL = 3,     /* finite -> r */
    VOC_OPT_SIZE = 4,     /* 64K 2M 1G -> i, bytes */
    VOC_OPT_DURATION = 5, /* 30m 14d 2w -> i, microseconds */
    VOC_OPT_STRING = 6,   /* -> s */
    VOC_OPT_ENUM = 7,     /* one of choices -> i (its index) and s */
    VOC_OPT_REGEX = 8,    /* -> s, and regex compiled */
    VOC_OPT_FILE = 9,     /* the host opens the path (relative to where it was written) -> s is the content */
    VOC_OPT_ZONE = 10,    /* IANA zone -> s */
    VOC_OPT_TIME = 11,    /* ISO date or time -> i */
    VOC_OPT_LIST = 12     /* blank- or comma-separated strings -> list, n_list */
};
enum {
    VOC_OPT_REQUIRED = 1u, VOC_OPT_SECRET = 2u, VOC_OPT_REPEAT = 4u, VOC_OPT_COLUMN = 8u /* names a column of the input */,
    VOC_OPT_BESIDE = 16u /* FILE: where it is not given, a file beside the input that is named like it, with an ending of choices; `set` stays 0 */
};

typedef struct voc_regex voc_regex; /* opaque, the host's */

typedef struct voc_option {
    const char *name; /* [a-z0-9-]+, used as --name and as <option name> in sources.xml */
    uint32_t type;    /* VOC_OPT_* */
    uint32_t flags;
    const char *initial;            /* default as text, or NULL */
    const char *min, *max;          /* as text, or NULL */
    const char *const *choices;     /* ENUM, and endings for BESIDE ("qsf"): NULL-terminated */
    const char *argument;           /* placeholder in help: "WINDOW" */
    const char *help;               /* one sentence */
} voc_option;

/* One for each entry of the option table, in its order; checked before the plugin sees them. */
typedef struct voc_value {
    uint32_t type;
    uint32_t set; /* 1: given by the user, 0: the default (then the fields hold the default, or are empty) */
    int64_t i;
    double r;
    voc_str s;
    const voc_str *list;
    size_t n_list;
    const voc_regex *regex;
} voc_value;

/* ---- the neutral table -------------------------------------------------------------------------------------------- */

enum {
    VOC_CELL_NA = 0, /* not available; printed as "-" or empty, never 0 */
    VOC_CELL_TEXT = 1,
    VOC_CELL_INT = 2,
    VOC_CELL_REAL = 3,  /* `digits` after the point for people; full precision in data formats */
    VOC_CELL_TIME = 4,  /* i: microseconds UTC */
    VOC_CELL_DURATION = 5, /* i: microseconds */
    VOC_CELL_MONEY = 6, /* i: micro-units of the table's currency */
    VOC_CELL_SHARE = 7, /* r in 0..1; printed as per cent for people */
    VOC_CELL_BOOL = 8,
    VOC_CELL_RANGE = 9  /* r with lo..hi; printed "+99 (+70 to +128)" where the column is signed */
};
enum { VOC_COLUMN_SIGNED = 1u, VOC_COLUMN_LEFT = 2u, VOC_COLUMN_DETAIL = 4u /* left out of narrow views */, VOC_COLUMN_RIGHT = 8u /* a text that reads as a number */,
       VOC_COLUMN_MARKED = 16u /* what stands in [] in it was found there, and may be shown so */ };
enum { VOC_TABLE_BRIEF = 1u /* shown by default */, VOC_TABLE_HIDDEN = 2u /* only in data formats or when named */ };
enum { VOC_NOTE_LEAD = 1 /* before the rows */, VOC_NOTE_AFTER = 2, VOC_NOTE_ASSUMED = 3, VOC_NOTE_WARNING = 4, VOC_NOTE_NEXT = 5 };

typedef struct voc_cell {
    uint32_t type;
    uint32_t digits;
    int64_t i;
    double r, lo, hi; /* RANGE: lo and hi may be infinite */
    voc_str s;
} voc_cell;

typedef struct voc_column {
    voc_str name;  /* stable identifier: lower case, underscores */
    voc_str title; /* for people */
    voc_str unit;  /* "d", "EUR", "touches", ... or empty */
    voc_str help;  /* what it means, one sentence, or empty */
    uint32_t type; /* VOC_CELL_*: what its cells hold unless NA */
    uint32_t flags;
} voc_column;

/* A row group: "DO MORE", "customers act". `row` is the index of its first row. */
typedef struct voc_group {
    size_t row;
    voc_str title, subtitle;
} voc_group;

typedef struct voc_note {
    uint32_t kind; /* VOC_NOTE_* */
    voc_str text;
} voc_note;

/* A figure is a way to look at a table: it names the columns that play its parts, and has no numbers of its own, so that whoever
 * cannot see it reads the table. What is not drawn for want of room is said by whoever draws.
 *   MAP     what leads to what: FROM and TO (text), COUNT (thickness and number), TIME (on the edge), ALWAYS (bool: drawn however rare);
 *           a name that begins with "touchpoint:" is the company's: it stands without that word in a box of another kind
 *   FUNNEL  how many are left: LABEL, COUNT, SHARE; in the order of the rows; VALUE, where rows are not all below each other: how
 *           many went no further before this one, or nothing
 *   CURVES  steps over X: Y with LO and HI; a curve for each SERIES, a picture for each ROW; X a time: points joined; a text: a line for
 *           each with Y as a point, held against VALUE (a stroke), a sign for each SERIES; ALWAYS (bool): its title is written beside
 *   HEAT    ROW x COLUMN (text, in the order of their first rows): VALUE is the colour, TEXT what is written instead of it
 *   GRID    ROW (a lane) x COLUMN (a stage): TEXT, VALUE (colour), GRADE ("none" "anecdote" "weak" "moderate" "strong"), MARK (a text that
 *           begins with "value", "incidental", "waste" or "unproven": its sign and the text); rows with the same two stand below each other
 * SERIES of a MAP, FUNNEL, HEAT or GRID: one picture for each of its texts, below each other. */
enum { VOC_FIGURE_MAP = 1, VOC_FIGURE_FUNNEL = 2, VOC_FIGURE_CURVES = 3, VOC_FIGURE_HEAT = 4, VOC_FIGURE_GRID = 5 };
enum {
    VOC_AS_FROM = 1, VOC_AS_TO = 2, VOC_AS_COUNT = 3, VOC_AS_TIME = 4, VOC_AS_ALWAYS = 5, VOC_AS_LABEL = 6, VOC_AS_SHARE = 7, VOC_AS_X = 8,
    VOC_AS_Y = 9, VOC_AS_LO = 10, VOC_AS_HI = 11, VOC_AS_SERIES = 12, VOC_AS_ROW = 13, VOC_AS_COLUMN = 14, VOC_AS_VALUE = 15, VOC_AS_TEXT = 16,
    VOC_AS_GRADE = 17, VOC_AS_MARK = 18
};
enum {
    VOC_FIGURE_DIVERGING = 1u, /* VALUE has two sides: below and above 0 */
    VOC_FIGURE_BY_ROW = 2u     /* GRID: what is in a ROW belongs together: a card each, or on a narrow screen a block */
};

typedef struct voc_figure_part {
    uint32_t part; /* VOC_AS_* */
    uint32_t reserved;
    voc_str column; /* name of a column of the table */
} voc_figure_part;

typedef struct voc_figure {
    uint32_t struct_size;
    uint32_t kind;  /* VOC_FIGURE_* */
    uint32_t flags; /* VOC_FIGURE_DIVERGING, BY_ROW */
    uint32_t part_size; /* stride */
    voc_str title;
    voc_str description; /* one or two sentences for who cannot see it: what is shown, and what to look at */
    const voc_figure_part *parts;
    size_t n_parts;
    double detail; /* MAP: draw the most frequent edges until this share of COUNT, 0..1; 0: all */
} voc_figure;

typedef struct voc_table {
    uint32_t struct_size;
    uint32_t flags; /* VOC_TABLE_* */
    uint32_t column_size, cell_size, group_size, note_size; /* strides */
    voc_str name, title;
    voc_str semantics; /* one line: unit, n, window, order rule */
    voc_str currency;
    const voc_column *columns;
    size_t n_columns;
    const voc_cell *cells; /* row-major, n_rows * n_columns */
    size_t n_rows;
    const voc_group *groups;
    size_t n_groups;
    const voc_note *notes;
    size_t n_notes;
    uint32_t figure_size, reserved; /* stride */
    const voc_figure *figures;
    size_t n_figures;
} voc_table;

/* What stands above every result: written by the host. */
typedef struct voc_meta {
    uint32_t struct_size;
    uint32_t input_size, definition_size; /* strides */
    voc_str command;                      /* as typed, without the machine's paths */
    voc_str program, version;
    const struct voc_meta_input {
        voc_str source, hash;
        uint64_t bytes, rows;
        voc_str file_name, plugin;
        uint64_t records, gave, rejected, ignored; /* records = gave + rejected + ignored */
        voc_str ignored_by;  /* "no date: 500", one line a rule, the most frequent first */
        voc_str rejected_by; /* "a time is missing: 12, first in line 17", one line a reason, the most frequent first */
    } *inputs;
    size_t n_inputs;
    const struct voc_meta_definition { voc_str id, version, hash; } *definitions;
    size_t n_definitions;
    const voc_str *warnings;
    size_t n_warnings;
    voc_str project;            /* file name without folder, or empty: the result is of no project */
    voc_str title, about;       /* for people: what this is, in a few words and in a sentence; may be empty */
    voc_str again;              /* the command without format and place; --table NAME at its end gives one table */
    const voc_str *assumptions; /* what reading the inputs took for granted, a sentence each */
    size_t n_assumptions;
    int64_t first_us, last_us;  /* first and last event of the project, or VOC_NA */
} voc_meta;

/* ---- journey definition, as analyses see it (for the run) ---------------------------------------------------------- */

enum { VOC_UNIT_ACCOUNT = 1, VOC_UNIT_INDIVIDUAL = 2, VOC_UNIT_CASE = 3 };
enum {
    VOC_CLASS_NEUTRAL = 0, VOC_CLASS_VALUE = 1, VOC_CLASS_MECHANICAL = 2, VOC_CLASS_HARM = 3, VOC_CLASS_UNDELIVERED = 4,
    VOC_CLASS_PASSAGE = 5, VOC_CLASS_TROUBLE = 6
};
enum { VOC_TOUCH_PUSH = 1, VOC_TOUCH_PULL = 2, VOC_TOUCH_WORK = 3 /* internal work: never a touch */ };
enum { VOC_REASON_NONE = 0, VOC_REASON_LAW = 1, VOC_REASON_SAFETY = 2, VOC_REASON_BILLING = 3, VOC_REASON_CONTRACT = 4 };
enum { VOC_WEIGHTS_SMR = 0, VOC_WEIGHTS_MH = 1 };
enum { VOC_END_FORWARD = 1, VOC_END_BACKWARD = 2, VOC_END_EXIT = 3, VOC_END_LAPSED = 4, VOC_END_CENSORED = 5 };

#define VOC_NONE UINT32_MAX /* no such index, predicate or code */

typedef struct voc_def_input { /* what must be there when a stage is entered */
    voc_str name;
    uint32_t present, required; /* present: predicate of the event that opens the stage */
} voc_def_input;

typedef struct voc_def_requirement { /* what leaves a stage must meet it */
    voc_str id, title;
    uint32_t met, of_next; /* met: predicate of the event with which it goes on; of_next: asked by the next step, else by the customer */
} voc_def_requirement;

typedef struct voc_def_output { /* what a stage or a step gives */
    voc_str title, owner; /* owner: of who receives it; may be empty, as the title may */
    uint32_t shown;       /* predicate of the event that shows it */
    uint32_t next_stage, next_step; /* where it goes, or VOC_NONE */
    uint32_t reserved;
} voc_def_output;

typedef struct voc_def_stage {
    voc_str id, title, phase;
    uint32_t skippable;
    uint32_t aim;       /* predicate, or VOC_NONE */
    int64_t aim_value;  /* micro-units, or VOC_NA */
    int64_t window_us;  /* response window of this stage (defaults resolved) */
    uint32_t referred;  /* reserved */
    uint32_t input_size, requirement_size; /* strides */
    voc_str owner;      /* or empty */
    const voc_def_input *inputs;
    size_t n_inputs;
    const voc_def_requirement *requirements;
    size_t n_requirements;
    int64_t target_us;       /* a stay should take no longer, or VOC_NA (0 means the same) */
    uint32_t target_working; /* 1: that is working time, of a calendar, not of the clock */
    uint32_t reserved;
    const voc_str *suppliers; /* fields of the event that opens the stage, of which the first that is there names who delivers (want_field) */
    size_t n_suppliers;
    const voc_def_output *outputs;
    size_t n_outputs;
    uint32_t output_size, reserved_outputs; /* stride */
} voc_def_stage;

enum { VOC_LEAVE_NEXT = 1, VOC_LEAVE_WON = 2, VOC_LEAVE_LOST = 3, VOC_LEAVE_RETURNED = 4, VOC_LEAVE_REJECTED = 5 };
typedef struct voc_def_leave { uint32_t when, outcome /* VOC_LEAVE_* */, to /* step, or VOC_NONE */, reserved; } voc_def_leave; /* when: predicate */

/* A step of the company's own work. A visit begins with an event that `enter` fits and ends with the next that one of `leaves` fits. */
typedef struct voc_def_step {
    voc_str id, title, function, owner; /* the last two may be empty */
    uint32_t stage; /* that it belongs to, or VOC_NONE */
    uint32_t enter; /* predicate, or VOC_NONE: visits are the stays in its stage */
    uint32_t leave_size, input_size, requirement_size, output_size; /* strides */
    const voc_def_leave *leaves;
    size_t n_leaves;
    const voc_str *suppliers; /* as of a stage */
    size_t n_suppliers;
    const voc_def_input *inputs;
    size_t n_inputs;
    const voc_def_requirement *requirements;
    size_t n_requirements;
    const voc_def_output *outputs;
    size_t n_outputs;
} voc_def_step;

typedef struct voc_def_typed { /* what people wrote of a stage or a step: never measured */
    uint32_t stage, step; /* one of them is VOC_NONE */
    voc_str field, value, author, date; /* date: ISO 8601; the last two may be empty */
} voc_def_typed;

typedef struct voc_def_exit {
    voc_str id, title, outcome; /* won lost disqualified other */
} voc_def_exit;

/* Index in this table = code of the column touchpoint. The declared ones come first, in file order; then `work`
 * items; then the raw names of unclaimed company events, sorted bytewise. */
typedef struct voc_def_touchpoint {
    voc_str id, title, group, function, owner, step;
    uint32_t kind;      /* VOC_TOUCH_* */
    uint32_t declared;  /* 0: a raw name that no definition claims */
    uint32_t incidental;/* VOC_REASON_* */
    uint32_t aim;       /* predicate, or VOC_NONE */
    voc_str incidental_source;
    int64_t unit_cost;  /* micro-units for one touch: cost + minutes x rate; VOC_NA where neither is known */
    int64_t minutes;    /* micro-minutes, or VOC_NA */
    int64_t aim_value;  /* or VOC_NA */
    int64_t available_from_us, available_to_us; /* or VOC_NA */
    int64_t window_us;  /* this touchpoint's own response window, or VOC_NA: the stage's */
    const uint32_t *stages; /* declared stages (indices); n_stages 0: all */
    size_t n_stages;
    uint32_t referred;  /* WORK: some stage, aim, step output or requirement refers to it, or a customer action does */
} voc_def_touchpoint;

typedef struct voc_def_action { /* index = code of the column action */
    voc_str name;
    uint32_t class_, declared;
    int64_t value; /* or VOC_NA */
    const uint32_t *stages; /* stages where it counts; n_stages 0: all */
    size_t n_stages;
} voc_def_action;

typedef struct voc_def_window { uint32_t stage, touchpoint; int64_t us; } voc_def_window; /* the most specific wins */

typedef struct voc_def_holdout {
    voc_str id, campaign;
    uint32_t touchpoint, treated, control; /* predicates; touchpoint index or VOC_NONE */
    int64_t from_us, to_us;                /* or VOC_NA */
} voc_def_holdout;

/* What is read in texts: index = `theme` of a mention. */
typedef struct voc_def_theme {
    voc_str id, title;
    uint32_t parent, reserved; /* the theme that it is part of, or VOC_NONE */
} voc_def_theme;

typedef struct voc_def_asked { voc_str importance, satisfaction; } voc_def_asked; /* codes of questions */

/* What customers want: what they say (themes), do (predicate), are asked, and what serves it. */
typedef struct voc_def_need {
    voc_str id, title;
    const uint32_t *said; /* themes */
    size_t n_said;
    const uint32_t *served; /* touchpoints: declared ones that serve it */
    size_t n_served;
    const voc_def_asked *asked;
    size_t n_asked;
    uint32_t sought, reserved; /* predicate, or VOC_NONE */
} voc_def_need;

typedef struct voc_def_role { voc_str id, title; } voc_def_role; /* declared ones; codes of the column role have their ids as names */

/* A <predicate> of the journey, by which people may name an event in options: `predicate` is its number for want_predicate. */
typedef struct voc_def_predicate {
    voc_str id, title; /* title: the id where none is given */
    uint32_t predicate, reserved;
} voc_def_predicate;

typedef struct voc_definition {
    uint32_t struct_size;
    uint32_t stage_size, exit_size, touchpoint_size, action_size, holdout_size, window_size; /* strides */
    uint32_t unit;             /* VOC_UNIT_* */
    uint32_t evidence_declared;
    voc_str id, version, hash, title, currency;
    const voc_def_stage *stages;
    size_t n_stages;
    const voc_def_exit *exits;
    size_t n_exits;
    const voc_def_touchpoint *touchpoints;
    size_t n_touchpoints;
    const voc_def_action *actions;
    size_t n_actions;
    const voc_def_holdout *holdouts;
    size_t n_holdouts;
    const voc_def_window *windows; /* <window stage touchpoint is> entries */
    size_t n_windows;
    const voc_str *segments; /* index = code of segment; the last is "other" */
    size_t n_segments;
    uint32_t win_stage, win_exit; /* what P(win) absorbs in, or VOC_NONE */
    int64_t margin;               /* micro-units, or VOC_NA */
    int64_t lapse_us;             /* or VOC_NA: none */
    /* <response> */
    int64_t window_us, engagement_us, placebo_lag_us;
    const int64_t *recency_us;
    size_t n_recency;
    const int64_t *engagement_cuts;
    size_t n_engagement_cuts;
    int64_t comparators, scan;
    uint32_t weights; /* VOC_WEIGHTS_* */
    uint32_t theme_size, need_size, role_size; /* strides */
    const voc_def_theme *themes;
    size_t n_themes;
    const voc_def_need *needs;
    size_t n_needs;
    const voc_def_role *roles;
    size_t n_roles;
    uint32_t predicate_size, reserved; /* stride */
    const voc_def_predicate *predicates; /* in the order of the file */
    size_t n_predicates;
    const voc_def_step *steps;
    size_t n_steps;
    const voc_def_typed *typed;
    size_t n_typed;
    uint32_t step_size, typed_size; /* strides */
} voc_definition;

/* ---- journeys: what an analysis reads -------------------------------------------------------------------------- */

/* Columns of events; ask for those you read. Codes are dense, 0 = none unless said otherwise. */
enum {
    VOC_COL_TIME = 0,       /* int64_t  time_us, ascending within a unit by the total order of METHODS 0.2 */
    VOC_COL_RESOLUTION = 1, /* uint8_t  VOC_RES_* */
    VOC_COL_ACTOR = 2,      /* uint8_t  VOC_ACTOR_*, resolved: never UNSET */
    VOC_COL_CLASS = 3,      /* uint8_t  VOC_CLASS_* of customer events; NEUTRAL for others */
    VOC_COL_ACTION = 4,     /* uint32_t index in definition actions */
    VOC_COL_TOUCHPOINT = 5, /* uint32_t index in definition touchpoints, or VOC_NONE */
    VOC_COL_INDIVIDUAL = 6, /* uint32_t code; 0 = unknown */
    VOC_COL_CHANNEL = 7, VOC_COL_CAMPAIGN = 8, VOC_COL_OBJECT = 9, VOC_COL_ROLE = 10, VOC_COL_OWNER = 11, /* uint32_t codes */
    VOC_COL_THREAD = 12,    /* uint32_t code */
    VOC_COL_STAGE = 13,     /* uint32_t stage after the event, or VOC_NONE */
    VOC_COL_REF_EVENT = 14, /* int32_t  index within the unit of the event that its ref names, or -1 */
    VOC_COL_REF_TOUCHPOINT = 15, /* uint32_t touchpoint that its ref names (directly or through the event), or VOC_NONE */
    VOC_COL_COST = 16, VOC_COL_VALUE = 17, VOC_COL_MINUTES = 18, /* int64_t micro-units or VOC_NA */
    VOC_COL_DELIVERED = 19, /* uint8_t  0: an undelivered event cancelled this touch */
    VOC_COL_SEGMENT = 20,   /* uint32_t segment of the unit at the event */
    VOC_COL_ACCOUNT = 21,   /* uint32_t code of the event's account; 0 = unknown */
    VOC_COL_CASE = 22,      /* uint32_t code */
    VOC_N_COLUMNS = 23
};

enum { VOC_STAY_TRUNCATED = 1u /* began before data_start or known_from */, VOC_STAY_KNOWN_FROM = 2u /* opened by known_from */ };
enum { VOC_JOURNEY_INTERNAL = 1u /* the empty unit: events that name no customer */ };

typedef struct voc_stay { /* half-open [in_us, out_us) */
    int64_t in_us, out_us;
    uint32_t stage, episode; /* episode counts from 1 within the unit */
    uint32_t number;         /* of the stay within the unit, from 0 */
    uint32_t segment;        /* at entry */
    uint32_t end;            /* VOC_END_* */
    uint32_t exit;           /* END_EXIT: index in exits, else VOC_NONE */
    uint32_t flags;
    uint32_t individual;     /* level individual: whose; else 0 */
    uint32_t first_event, n_events; /* events of the unit within the stay */
} voc_stay;

/* What is known of a unit itself, or of its account, from a time on; until the next of the same entity and key. */
typedef struct voc_attribute {
    voc_str key, text; /* for the run; the value as the source wrote it */
    int64_t from_us;   /* or VOC_NA: always */
    uint32_t entity;   /* VOC_ENTITY_* */
    uint32_t reserved;
} voc_attribute;

typedef struct voc_mention { /* of a theme, or of one below it, in a text */
    uint32_t theme, affirmed, negated, reserved; /* how often */
} voc_mention;

/* A text of a customer, until the batch returns; source, file and id for the run. */
typedef struct voc_word {
    voc_str text, language, source, file, id; /* may be empty, but for text and source */
    uint64_t line;       /* of the file; 0: not known */
    int64_t time_us;
    uint32_t resolution;
    uint32_t individual; /* code; 0 = unknown */
    uint32_t event;      /* index within the unit of the event that it belongs to, or VOC_NONE */
    uint32_t undecided;  /* 1: a pattern took too long on it: some theme is neither there nor not there */
    const voc_mention *mentions; /* ascending by theme */
    size_t n_mentions;
} voc_word;

typedef struct voc_unit {
    voc_str name;        /* for the run */
    uint32_t account;    /* code: the cluster of variances */
    uint32_t flags;
    int64_t known_from_us; /* or VOC_NA */
    size_t first_event, n_events;
    size_t first_stay, n_stays;
    size_t first_person_stay, n_person_stays; /* stays of the unit's people, if asked for */
    size_t first_attribute, n_attributes; /* if asked for: its own, then its account's; of one entity by key, then time */
    size_t first_word, n_words; /* if asked for: those of events in their order, then those of its people */
} voc_unit;

/* A batch of whole units. Each unit comes once in a run, and no two have one name. Their order is that of the file: it means
 * nothing, and what an analysis gives must not depend on it. */
typedef struct voc_journeys {
    uint32_t struct_size;
    uint32_t unit_size, stay_size; /* strides */
    const voc_unit *units;
    size_t n_units;
    size_t n_events;
    const void *columns[VOC_N_COLUMNS]; /* NULL unless asked for */
    const uint8_t *const *predicates;   /* [i][event] is 0 or 1, in the order of want_predicate */
    size_t n_predicates;
    const voc_stay *stays;
    size_t n_stays;
    const voc_stay *person_stays;
    size_t n_person_stays;
    uint32_t attribute_size, reserved; /* stride */
    const voc_attribute *attributes;
    size_t n_attributes;
    uint32_t word_size, reserved_words; /* stride */
    const voc_word *words;
    size_t n_words;
    const voc_str *const *fields; /* [i][event]: as want_field gave i; empty: the event has no such thing. Until the batch returns */
    size_t n_fields;
} voc_journeys;

/* What the host knows before the first batch. */
typedef struct voc_run_info {
    uint32_t struct_size;
    uint32_t start_declared;
    int64_t start_us, end_us;   /* observation window [start, end) (METHODS 1.5) */
    voc_str end_source;         /* the source that limits the end, or empty */
    uint64_t n_units, n_events; /* read */
    uint64_t n_set_aside;       /* events at or after end_us: ignored and counted */
    uint64_t n_undelivered;
    uint32_t actor_assumed;     /* 1: some source did not say who acted; read as the customer */
    uint32_t reserved;
    voc_str project;            /* file name without folder */
    uint64_t n_words;           /* kept apart from events (verbatims), known once want_words was asked; texts that stand on events come to it */
} voc_run_info;

/* An answer to a question of a survey, as a measure holds it. */
typedef struct voc_answer {
    voc_str source, response; /* two answers of one response have both alike */
    voc_str customer;         /* who answered, as the source names them, or empty */
    voc_str text, unit;       /* as it was written; its scale, or empty */
    double number;            /* NaN: it is none */
    int64_t time_us;
} voc_answer;

/* ---- input: blocks, streams, probes ------------------------------------------------------------------------------- */

enum { VOC_FRAMING_LINES = 1, VOC_FRAMING_STREAM = 2 };

/* How the host cuts records: a record ends at a newline outside quotes; a quote opens only at the start of a field. */
typedef struct voc_line_rule {
    uint32_t struct_size;
    uint32_t separator; /* byte, or 0: no fields, no quotes */
    uint32_t quote;     /* byte, or 0 */
    uint32_t n_head;    /* leading records that are framing (header rows) */
    uint32_t values;    /* 1: a record is a JSON object, over any number of lines; brackets, commas and blanks between are framing */
    uint32_t directive; /* byte with which a directive line begins, or 0: none (see voc_input_ops) */
} voc_line_rule;

/* Whole records of decoded text. start[i]..end[i] is record i without its newline; line[i] its first line, from 1. */
typedef struct voc_block {
    uint32_t struct_size;
    uint32_t reserved;
    const char *bytes;
    size_t n_bytes;
    const size_t *start, *end;
    const uint64_t *line;
    size_t n_records;
    uint64_t first_record; /* number of record 0 in its source */
    const void *context;   /* what the last directive before these records gave, or NULL */
} voc_block;

/* The mapping of a source: from options, sources.xml or the plugin's own proposal. */
typedef struct voc_map {
    voc_str to;     /* field: time end action actor customer account case id ... as in sources.xml */
    voc_str from;   /* column or key, or empty */
    voc_str format; /* pattern of a time or number, or empty */
    voc_str constant;
    voc_str action, action_from; /* wide tables: the action of this date column, or the column that names it */
    voc_str alias_kind;          /* to = customer or account: kind of the alias; strength in `strong` */
    uint32_t strong;
    uint32_t type, entity; /* to = attr: VOC_TYPE_*, VOC_ENTITY_*; its name in `constant` */
    uint32_t line;         /* where it was declared, for messages; 0: command line */
    voc_str reason;        /* of a plugin's own proposal: "by its name"; empty: it was declared */
} voc_map;

typedef struct voc_source {
    uint32_t struct_size;
    uint32_t map_size; /* stride */
    voc_str id;        /* of sources.xml, else the plugin's name */
    voc_str zone;      /* IANA zone of times without one; empty: UTC */
    uint32_t actor;    /* VOC_ACTOR_* of rows that do not say, or UNSET */
    uint32_t resolution; /* coarsest allowed VOC_RES_*, or VOC_RES_US */
    const voc_map *maps;
    size_t n_maps;
    voc_str file_name; /* base name of the input; for messages and probing only */
} voc_source;

typedef struct voc_probe {
    uint32_t struct_size;
    uint32_t complete; /* 1: head is the whole input */
    voc_str name;      /* base name without compression suffix */
    voc_str head;      /* first 64 KiB of decoded bytes (LINES plugins: as UTF-8 text) */
    voc_str beside, beside_name; /* of a plugin with a VOC_OPT_BESIDE option: first 64 KiB, as they are stored, of the file that would be
                                  * taken for it, and its base name; empty: there is none. In hosts whose struct_size says so */
} voc_probe;

typedef struct voc_probe_result {
    int32_t confidence; /* 0 no, 25 by name only, 50 plausible, 75 several records parsed, 100 unique magic */
    char reason[200];   /* NUL-terminated; "header has case:concept:name and time:timestamp" */
} voc_probe_result;

typedef struct voc_context voc_context; /* the host's side of one plugin instance */
typedef struct voc_sink voc_sink;       /* where rows go */
typedef struct voc_stream voc_stream;   /* STREAM framing: bytes in */
typedef struct voc_time_format voc_time_format;
typedef struct voc_run voc_run;         /* one run of an analysis */
typedef struct voc_table_builder voc_table_builder;
typedef struct voc_spool voc_spool;
typedef struct voc_writer voc_writer;   /* OUTPUT: bytes out */

enum { VOC_INFO = 1, VOC_WARNING = 2, VOC_ERROR = 3 };

typedef struct voc_diag {
    uint32_t struct_size;
    uint32_t severity; /* VOC_INFO .. VOC_ERROR */
    voc_str code;      /* stable: "EVENTS-003" */
    uint64_t line;     /* 0: none */
    uint64_t column;
    voc_str message, hint;
} voc_diag;

/* SAX callbacks of host->xml_parse and xml_text. Names are as written ("concept:name" keeps its prefix). Attributes are decoded. */
typedef struct voc_xml_attr { voc_str name, value; } voc_xml_attr;
typedef struct voc_xml_handler {
    uint32_t struct_size;
    uint32_t reserved;
    voc_rc (*start)(void *user, voc_str name, const voc_xml_attr *attrs, size_t n_attrs, uint64_t line, uint64_t byte);
    voc_rc (*end)(void *user, voc_str name, uint64_t line, uint64_t byte); /* byte: just behind the end tag */
    voc_rc (*text)(void *user, voc_str text);                              /* may be NULL */
} voc_xml_handler;

/* ---- the host's table ------------------------------------------------------------------------------------------------ */

typedef struct voc_host {
    uint32_t struct_size;
    uint32_t abi_major, abi_minor;
    uint32_t reserved;
    const char *version;

    /* memory of an instance: accounted, may fail, freed by the plugin (or at latest when the instance closes) */
    void *(*alloc)(voc_context *cx, size_t size);                 /* NULL when out of memory or over the limit */
    void *(*resize)(voc_context *cx, void *old, size_t size);
    void (*free)(voc_context *cx, void *ptr);                     /* takes NULL */
    void (*diag)(voc_context *cx, const voc_diag *d);
    int (*cancelled)(voc_context *cx);

    /* text and time */
    int (*utf8_valid)(const char *ptr, size_t len);
    voc_rc (*time_format)(voc_context *cx, voc_time_format **out, voc_str pattern, voc_str zone); /* pattern "" : ISO and epochs; closed with the instance */
    /* VOC_E_INPUT: not a time by this format. Gives the resolution as written. */
    voc_rc (*time_parse)(const voc_time_format *f, voc_str text, int64_t *out_us, uint32_t *out_resolution);
    /* The one pattern that reads every sample; *n_possible > 1 where day and month cannot be told apart. */
    voc_rc (*time_guess)(voc_context *cx, const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible);
    voc_rc (*regex_compile)(voc_context *cx, voc_regex **out, voc_str pattern); /* closed with the instance */
    int (*regex_match)(const voc_regex *re, voc_str text);                      /* 1 yes, 0 no, -1 a limit was hit */

    /* INPUT: rows. The counts of a record must add up: rows, reject or ignore exactly once. */
    voc_rc (*rows)(voc_sink *sink, const voc_batch *batch);
    voc_rc (*reject)(voc_sink *sink, uint64_t record, voc_str code, voc_str reason);
    voc_rc (*ignore)(voc_sink *sink, uint64_t record, voc_str rule);
    /* STREAM: declares the next record: decoded bytes [from, to), first line; raw bytes are kept for rejects only. */
    voc_rc (*record)(voc_sink *sink, uint64_t from, uint64_t to, uint64_t line, uint64_t *number);
    voc_rc (*read)(voc_stream *s, void *to, size_t size, size_t *got); /* got 0: end */
    voc_rc (*xml_parse)(voc_context *cx, voc_stream *s, const voc_xml_handler *h, void *user); /* hardened SAX over the stream */

    /* ANALYSIS: begin */
    const voc_definition *(*definition)(voc_run *run); /* for the run */
    const voc_run_info *(*info)(voc_run *run);         /* for the run */
    voc_rc (*want_column)(voc_run *run, uint32_t column);
    voc_rc (*want_predicate)(voc_run *run, uint32_t predicate, uint32_t *index); /* index into voc_journeys.predicates */
    voc_rc (*want_person_stays)(voc_run *run);
    voc_str (*name)(voc_run *run, uint32_t column, uint32_t code); /* text of a code: INDIVIDUAL, CHANNEL, ACCOUNT, ...; for the run */
    uint32_t (*n_codes)(voc_run *run, uint32_t column);
    /* ANALYSIS: finish. Pieces 0..n-1 run in any order on any thread; each writes only what is its own. */
    voc_rc (*parallel)(voc_run *run, size_t n, voc_rc (*piece)(void *user, size_t i), void *user);

    /* spool: gathered records, sorted by key bytewise once sealed; accounted and spilled by the host */
    voc_rc (*spool_new)(voc_run *run, voc_spool **out); /* closed with the run */
    voc_rc (*spool_add)(voc_spool *sp, voc_str key, const void *data, size_t size);
    voc_rc (*spool_merge)(voc_spool *into, voc_spool *from); /* from is empty afterwards */
    voc_rc (*spool_seal)(voc_spool *sp, size_t *n_records);
    voc_rc (*spool_get)(voc_spool *sp, size_t i, voc_str *key, const void **data, size_t *size); /* for the run, after seal */

    /* tables */
    voc_rc (*table)(voc_run *run, voc_table_builder **out, const char *name, const char *title, uint32_t flags);
    voc_rc (*column)(voc_table_builder *t, const char *name, const char *title, uint32_t type, const char *unit, uint32_t flags, const char *help);
    voc_rc (*group)(voc_table_builder *t, const char *title, const char *subtitle); /* before its first row */
    voc_rc (*cell)(voc_table_builder *t, const voc_cell *cell);                    /* row-major; a full row begins the next */
    voc_rc (*note)(voc_table_builder *t, uint32_t kind, const char *text);
    voc_rc (*semantics)(voc_table_builder *t, const char *text);

    /* OUTPUT */
    voc_rc (*write)(voc_writer *w, const void *data, size_t size);

    /* ANALYSIS: begin */
    voc_rc (*want_attributes)(voc_run *run); /* of units, in voc_journeys */

    /* INPUT: where bytes stand: the positions of those among ptr[0..len) that are a or b, ascending, into *to, which has room
     * for len + 64. Gives how many; *has_b is 1 if one of them is b and not a. len below 2^32. */
    size_t (*marks)(const char *ptr, size_t len, char a, char b, uint32_t *to, int *has_b);

    /* ANALYSIS: what a sealed spool holds is not needed any more: its keys and records are gone, and it gives none again */
    void (*spool_empty)(voc_spool *sp);

    /* INPUT: bytes in a charset as UTF-8 in to[0..size): what mail, whose parts have charsets of their own, needs. What the charset
     * does not have becomes U+FFFD. VOC_E_INPUT: it is not known. VOC_E_LIMIT: more room is needed, *len bytes are enough. */
    voc_rc (*charset_decode)(voc_context *cx, voc_str charset, voc_str bytes, char *to, size_t size, size_t *len);

    /* STREAM: before anything is read: the first decoded bytes, at most size (64 KiB), which read and xml_parse give again. */
    voc_rc (*peek)(voc_stream *s, size_t size, voc_str *head);

    /* INPUT: xml_parse of text that is there as a whole, such as the content of a FILE option; name: what messages call it. */
    voc_rc (*xml_text)(voc_context *cx, voc_str text, voc_str name, const voc_xml_handler *h, void *user);

    /* tables: a way to look at this one, once its columns are there; copied. VOC_E_BUG: it names no column of the table. */
    voc_rc (*figure)(voc_table_builder *t, const voc_figure *figure);

    /* ANALYSIS: begin. What customers said, in voc_journeys, coded by the definition's themes. An analysis that asks has no save: words
     * are no part of what is divided. */
    voc_rc (*want_words)(voc_run *run);
    /* ANALYSIS: begin to finish, one thread. The answers to a question of a survey, by its code: by source, then response; for the run. */
    voc_rc (*answers)(voc_run *run, voc_str question, const voc_answer **out, size_t *n);

    /* ANALYSIS: begin. The text of a field of each event, in voc_journeys: its attribute of that name, else what its unit or the unit's
     * account had at that time, else the event's own column (campaign, source ...). An analysis that asks has no save. */
    voc_rc (*want_field)(voc_run *run, voc_str field, uint32_t *index);

    /* ANALYSIS: finish. A table of the analysis that the descriptor names as `beside`, for the run. NULL: there is none; *why says why not
     * and *next what to do about it; both are empty where it was not asked for, or has no table of this name. */
    const voc_table *(*table_beside)(voc_run *run, const char *name, voc_str *why, voc_str *next);

    /* STREAM: to read all of it more than once, where what stands behind tells what is before it and is too much to be held. keep: before
     * anything is read, as what comes through a pipe is held by the host then. again: read and xml_parse begin at the first byte once more;
     * records are declared in the last of the readings. An input that is not the same in each fails in read. */
    voc_rc (*keep)(voc_stream *s);
    voc_rc (*again)(voc_stream *s);

    /* INPUT, LINES: what many events have in common is read and coded once. texts[i] are bytes of a record, as they stand, that alone
     * decide what its event will have as actor, action, touchpoint, channel, campaign, role, owner and attributes of its own. number[i] stands for these until
     * lines() returns; 0: it gets none, and the event is given as a row. share: what they are, taken from a row, and the resolution that
     * most of them have; needed once for each number that is not told yet, which told[i] says. VOC_E_INPUT: the row cannot be kept; give it by rows, which says why.
     * events: as rows would take them; a record that cannot be kept is rejected. A few dozen at a time cost least. */
    void (*alike)(voc_sink *sink, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told);
    voc_rc (*share)(voc_sink *sink, uint32_t number, const voc_row *row);
    voc_rc (*events)(voc_sink *sink, const voc_events *events);
} voc_host;

/* ---- operations of each kind ------------------------------------------------------------------------------------------ */

typedef struct voc_input_ops {
    uint32_t struct_size;
    uint32_t framing; /* VOC_FRAMING_* */
    void (*probe)(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r);
    voc_rc (*open)(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *options, void **instance);
    void (*close)(void *instance); /* NULL: nothing to do */
    /* LINES. rule: from the first decoded bytes (at most 1 MiB). head: the n_head header records and some of the first
     * records, read-only; makes the mapping. lines: one block, may run in parallel on one instance: all it changes is the sink. */
    voc_rc (*rule)(void *instance, voc_str first, voc_line_rule *out);
    voc_rc (*head)(void *instance, const voc_block *first);
    voc_rc (*lines)(void *instance, const voc_block *block, voc_sink *sink);
    /* STREAM */
    voc_rc (*run)(void *instance, voc_stream *stream, voc_sink *sink);
    /* Describes the mapping in use, one sentence a line, into a NUL-terminated buffer; NULL: nothing to say. */
    void (*describe)(void *instance, char *out, size_t size);
    /* The mapping in use after head(), as sources.xml would declare it: sets map_size, maps, n_maps and zone of *out. Given as
     * a source's maps it must lead to the same rows. A map to "option" is an option that was found out: `constant` is its name,
     * `from` its value; it becomes an <option> of the source. Borrowed until close. NULL: not supported. */
    voc_rc (*maps)(void *instance, voc_source *out);
    /* LINES, where the rule names a directive byte: a line that begins with it, before the records behind it are read, in the
     * order of the file, on one thread. *context: what holds from that line on; never changed afterwards, the instance's own
     * until close. The line is a record too, the first of those that it is given with: lines() must account for it. */
    voc_rc (*directive)(void *instance, voc_str line, const void **context);
    /* Files are read in a process that has given up files, network and signals. A library that needs one of them to begin with
     * is begun here: once, before that, and before any other operation. May not be called at all; open must not rely on it. */
    void (*prepare)(void);
} voc_input_ops;

typedef struct voc_analysis_ops {
    uint32_t struct_size;
    uint32_t reserved;
    voc_rc (*begin)(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis);
    voc_rc (*state_new)(void *analysis, void **state);            /* one for each thread or shard */
    voc_rc (*batch)(void *analysis, void *state, const voc_journeys *j);
    voc_rc (*merge)(void *analysis, void *into, void *from);      /* associative; from is freed afterwards */
    voc_rc (*save)(void *analysis, void *state, voc_writer *w);   /* portable bytes; NULL: cannot be sharded */
    voc_rc (*load)(void *analysis, void *state, const void *data, size_t size);
    voc_rc (*finish)(void *analysis, void *state);                /* writes tables through the host, one or more; one without rows says by a note why */
    void (*state_free)(void *analysis, void *state);
    void (*end)(void *analysis);
} voc_analysis_ops;

typedef struct voc_output_ops {
    uint32_t struct_size;
    uint32_t reserved;
    const char *format;    /* "md": the value of --format */
    const char *extension; /* "md": what -o FILE.md infers */
    const char *mime;
    voc_rc (*begin)(const voc_host *host, voc_context *cx, voc_writer *w, const voc_meta *meta, const voc_value *options, void **instance);
    voc_rc (*table)(void *instance, const voc_table *t);
    voc_rc (*end)(void *instance);
    void (*close)(void *instance);
} voc_output_ops;

enum { VOC_KIND_INPUT = 1, VOC_KIND_ENRICH = 2 /* reserved */, VOC_KIND_ANALYSIS = 3, VOC_KIND_OUTPUT = 4 };
enum {
    VOC_DECLARED_REFUSED = 1u, /* ANALYSIS: needs stages observed from customer acts */
    VOC_NAMELESS = 2u          /* ANALYSIS: reads no name of a unit, person or account: they may be empty, which costs less */
};

typedef struct voc_plugin {
    uint32_t struct_size;
    uint32_t abi_major, abi_minor;
    uint32_t kind;
    uint32_t flags;
    uint32_t option_size; /* stride of options */
    const char *name;     /* [a-z0-9-]{1,31}; the file is KIND-NAME.so */
    const char *version, *summary, *licence, *author;
    const voc_option *options;
    size_t n_options;
    const char *extensions; /* hints for probing: "csv tsv txt" */
    const void *ops;        /* voc_input_ops, voc_analysis_ops or voc_output_ops */
    const char *about;      /* paragraphs for help and the man page, or NULL */
    /* ANALYSIS: another analysis that is run in the same walk, as its command without options would, so that finish can read its
     * tables (table_beside); NULL: none. What keeps it from being run, or fails in it, does not fail this one. */
    const char *beside;
    const char *beside_option; /* a BOOL option of this analysis that must be yes for it; NULL: always */
} voc_plugin;

/* The ELF note that is read without running code, and the one exported function.
 * VOC_PLUGIN("input", "events", "0.1.0", "MIT", descriptor) once, at file scope, in one file of the plugin. */
typedef struct voc_elf_note {
    uint32_t namesz, descsz, type;
    char name[4];
    char desc[244]; /* "kind=input\nname=events\nversion=0.1.0\nabi=0.1\nlicence=MIT\n", zero-padded */
} voc_elf_note;

#define VOC_NOTE_TYPE 0x564f4301u
#define VOC_STR_(x) #x
#define VOC_STR(x) VOC_STR_(x)

#if defined(__GNUC__)
#define VOC_EXPORT __attribute__((visibility("default")))
#define VOC_NOTE_ATTR __attribute__((section(".note.voc"), used, aligned(4)))
#else
#define VOC_EXPORT
#define VOC_NOTE_ATTR
#endif

#ifdef __cplusplus
#define VOC_EXTERN_C extern "C" /* else its name would be that of C++ */
#else
#define VOC_EXTERN_C
#endif

#define VOC_PLUGIN(kind_lower, name_, version_, licence_, descriptor)                                                         \
    static const voc_elf_note voc_plugin_note VOC_NOTE_ATTR = {                                                               \
        4u, (uint32_t)sizeof(((voc_elf_note *)0)->desc), VOC_NOTE_TYPE, {'V', 'O', 'C', 0},                                   \
        "kind=" kind_lower "\nname=" name_ "\nversion=" version_ "\nabi=0.1\nlicence=" licence_ "\n"};                        \
    VOC_EXTERN_C VOC_EXPORT const voc_plugin *voc_plugin_query(uint32_t host_abi_major);                                      \
    const voc_plugin *voc_plugin_query(uint32_t host_abi_major)                                                               \
    {                                                                                                                         \
        return host_abi_major == VOC_ABI_MAJOR ? &(descriptor) : (const voc_plugin *)0;                                       \
    }

/* An initialiser of a voc_str; as an expression (voc_str)VOC_LIT("x") in C, voc_str VOC_LIT("x") in C++. */
#define VOC_LIT(literal) {("" literal), sizeof(literal) - 1u}

/* A row with everything missing. */
static inline voc_row voc_row_init(uint32_t kind)
{
    voc_row r;
    char *p = (char *)&r;
    for (size_t i = 0; i < sizeof r; i++) p[i] = 0;
    r.kind = kind;
    r.time_us = r.minutes = r.cost = r.value = VOC_NA;
    return r;
}

#ifdef __cplusplus
}
#endif
#endif
