// SPDX-License-Identifier: MIT
// The worksheet: one row for each distinct action, with what the journey says of it and, where it says nothing, a guess and
// its reason. Gathered from a project's events, written and read as CSV, applied to journey.xml. Everything but command.c is
// library code: it prints nothing. One thread.
#ifndef VOC_CLI_WORKSHEET_H
#define VOC_CLI_WORKSHEET_H
#include "journey/walk/timeline.h"

enum ws_column {
    WS_ACTION, WS_WHERE, WS_COUNT, WS_CUSTOMERS, WS_FIRST, WS_LAST, WS_EXAMPLES, WS_RECORDED, WS_ACTOR, WS_CLASS, WS_VALUE,
    WS_KIND, WS_STAGE, WS_TOUCHPOINT, WS_GROUP, WS_OWNER, WS_FUNCTION, WS_COST, WS_MINUTES, WS_WHY, WS_COLUMNS
};
extern const char *const ws_column_names[WS_COLUMNS];
static inline bool ws_editable(enum ws_column c) { return c >= WS_ACTOR && c <= WS_MINUTES; }
extern const char *const ws_class_names[7]; // by VOC_CLASS_*
const char *ws_actor_name(uint32_t actor);  // "not said" for UNSET
enum { WS_STAGES_MAX = 7, WS_EXITS_MAX = 12 };

// Which of an action's events a row holds. All of them, or those of one raw touchpoint or campaign; where names differ only
// in numbers and there are three or more, they share a row ("newsletter-#").
enum ws_by { WS_BY_ACTION, WS_BY_TOUCHPOINT, WS_BY_CAMPAIGN };

struct ws_row { // texts live in the arena of the worksheet
    voc_str action, where; // where: as in the column; "" and WS_BY_ACTION: all events, where is then only shown
    uint32_t recorded;     // VOC_ACTOR_* as the source says; UNSET: not said
    enum ws_by by;
    bool numbers;          // the name holds # for any number
    bool ours;             // the whole log is what one of ours did about cases
    voc_str name, channel; // the raw touchpoint or campaign (with #), and the campaign's channel
    // facts
    uint64_t count, customers, n_units, n_ref, n_person, n_known /* names any customer */, n_owned, n_device /* names a cookie or device */, n_before, n_last /* journeys that it is the last of */;
    int64_t first_us, last_us, cost, minutes, value; // medians, or VOC_NA
    double rank;           // median place among the first occurrences of actions in a journey, from 1; 0: none
    voc_str owner, examples;
    struct ws_words *words; // what the name says; never NULL behind ws_guess
    // what the journey says
    const struct action_rule *rule; // or NULL
    uint32_t claim;        // the touchpoint of most of its events, or VOC_NONE
    uint32_t work;         // ... that are internal work, or VOC_NONE
    bool shared;           // several touchpoints (or none) have parts of it
    bool mentioned;        // the journey says something of it: nothing is guessed
    voc_str said[WS_COLUMNS];
    // what stands in the sheet: said, else guessed
    voc_str cell[WS_COLUMNS];
    voc_str reason[WS_COLUMNS]; // of a guess
    voc_str why;
    voc_str typed;         // the touchpoint as it was typed, where that is no id yet
    uint64_t line;         // of the sheet that was read; 0: not in it
    uint32_t wrong;        // by ws_verify: 1 << column
};

struct worksheet {
    struct arena arena;
    VEC(struct ws_row) rows;     // in the order of the sheet
    const struct journey *j;     // borrowed
    uint32_t *row_of;            // by event of the set; owns
    size_t n_events;
    bool declared;               // stages follow what the company recorded
    bool pipeline;               // an end is named as sales teams do
    uint32_t unit;               // VOC_UNIT_* that the journey says, or that was guessed
    voc_str unit_reason;
    uint64_t n_units, n_won;     // journeys, and those with a purchase
    struct ws_stage { voc_str id, title, outcome /* exits: won ... */; double rank; } stages[WS_STAGES_MAX + WS_EXITS_MAX]; // guessed, in order
    size_t n_stages;
    struct ws_named { voc_str id, title; struct ws_named *next; } *named; // new stages and exits as they were typed
};

// journey_none: there is no journey yet.
static inline bool ws_is_none(const struct journey *j) { return str_is(j->id, "none") && str_is(j->version, "0") && !j->n_stages; }

// gather.c: rows, facts. j: the journey that the project follows, or one of journey_none.
voc_rc ws_gather(struct worksheet **out, const struct event_set *s, const struct journey *j, struct diag *d);
void ws_free(struct worksheet *w);
// said.c: what journey j says of each row, into said[], rule, claim, mentioned.
voc_rc ws_say(struct worksheet *w, const struct event_set *s, const struct journey *j, struct diag *d);
uint32_t ws_effective_actor(const struct ws_row *r); // what the row's events are read as, by said[]
bool ws_simple_stage(const struct predicate *p, const struct ws_row *r); // entered by this action alone
// guess.c, guess_stages.c: the rest of the cells
voc_rc ws_guess(struct worksheet *w);
voc_rc ws_guess_actor(struct ws_row *r, uint32_t *actor); // before rows are split: from the facts so far
voc_rc ws_guess_stages(struct worksheet *w);

// sheet.c, sheet_read.c
voc_rc ws_write(struct buf *out, const struct worksheet *w, char separator);
struct ws_sheet { // a sheet as it was read; owns
    struct arena arena;
    voc_str file;
    bool has[WS_COLUMNS];
    VEC(struct ws_line { uint64_t line; voc_str cell[WS_COLUMNS]; }) lines;
};
voc_rc ws_read(struct ws_sheet **out, const char *path, struct diag *d);
void ws_sheet_free(struct ws_sheet *s);
// Puts the sheet's cells into the rows; faults (rows that are not there, twice with different cells, no numbers, unknown
// words) are reported as FILE:LINE. VOC_E_OPTION if any.
voc_rc ws_take(struct worksheet *w, const struct ws_sheet *s, struct diag *d);

// apply.c: the text of journey.xml changed so that it says what the cells say. Nothing else in it is touched.
struct ws_change { // one line of what changed, and the new text
    struct buf text, lines; // new text; a line for each change
    size_t n;
    bool notes;             // give the reason of each guess as a <note>
    const char *file;       // of the sheet, for messages
    const char *journey_file;
};
void ws_change_init(struct ws_change *c);
void ws_change_done(struct ws_change *c);
voc_rc ws_apply(struct ws_change *out, struct worksheet *w, const struct journey *j, voc_str journey_xml, struct diag *d);
// Do the rows, looked at through the new journey, say what the cells say? Each that does not is reported. VOC_E_OPTION.
voc_rc ws_verify(struct worksheet *w, const struct event_set *s, const struct journey *after, const struct ws_change *c, struct diag *d);
bool ws_same(enum ws_column col, voc_str said, voc_str cell); // do both mean the same? The cell as ws_take leaves it
// The text with its version raised.
voc_rc ws_raise_version(struct buf *out, voc_str journey_xml, struct diag *d);

// draft.c: a journey.xml with nothing in it yet, and samples made from real journeys
voc_rc ws_skeleton(struct buf *out, const struct worksheet *w, voc_str id);
voc_rc ws_add_samples(struct buf *out, struct worksheet *w, const struct event_set *s, const struct journey *j, voc_str journey_xml,
                      size_t *n, struct diag *d);

#define WS_SAMPLE "from the events, " // begins the names of the samples that ws_add_samples makes
voc_rc ws_drop_samples(struct buf *out, voc_str journey_xml, size_t *n); // those

// A name that may be an id: letters, digits and dashes, from any text.
voc_str ws_slug(struct arena *a, voc_str text, bool *ok);
#endif
