// SPDX-License-Identifier: MIT
// Inside of the plugin input/crm: which table of which system a file is, and what its rows are to us.
//   crm.c      options, an instance, the probe, what is said of it     shapes.c  recognition; a shape becomes maps of the plan
//   vendors.c  the tables that are known, as data                       words.c   names of stages, fields and activities
//   give.c     histories, objects, links, things with dates             acts.c    activities and mailings
// Separator, header and cells are plugins/common/table, times, numbers and identities plugins/common/events.
#ifndef VOC_PLUGINS_INPUT_CRM_H
#define VOC_PLUGINS_INPUT_CRM_H

#include "plugins/common/table/table.h"

// What a table holds: values of -O table behind "auto".
enum gives {
    GIVES_HISTORY,    // a row is a change of one field: of a stage it is an event, of anything else an attribute from then on
    GIVES_SNAPSHOTS,  // a row is how a thing stood on a day
    GIVES_DEALS,      // things with a date for each step
    GIVES_LEADS, GIVES_TICKETS, GIVES_CHATS, GIVES_ORDERS, GIVES_INVOICES,
    GIVES_PEOPLE,     // attributes of individuals
    GIVES_ACCOUNTS,   // attributes of accounts
    GIVES_LINKS,      // who belongs to what
    GIVES_ACTIVITIES, // calls, meetings, mails, tasks, notes
    GIVES_MAILS,      // what happened to mailings, and forms and pages of marketing automation
    GIVES_NOTHING,    // the system's own lists: nothing of a customer
    GIVES_N
};
extern const char *const gives_names[GIVES_N + 2]; // "auto" first, NULL last

// A field of the plan and the columns that it may come from. Names are folded (letters and digits only, lower case); "property"
// may stand before them in the file. The first column that the file has counts.
struct field_map {
    const char *to;    // as in sources.xml; "steps": every column that is the date of a stage
    const char *names; // blanks between; or "=text": a constant
    const char *extra; // time: the action, or "=names" of the column that names it; customer, account: kind; attr: its name
    unsigned char type, entity; // attr
    unsigned char weak;         // customer
};

struct shape {
    const char *vendor, *title; // "Salesforce", "history of opportunities"
    unsigned char gives, rest;  // rest: VOC_ENTITY_* of columns that nothing names
    const char *marks;          // columns that it must have, blanks between; a|b: one of them; !: and no others
    const char *what;           // activities and mails: the kind of all rows; NOTHING: the rule; orders: the attribute that only the first
                                // of an order's lines has; else the field that a history is of
    const char *prefix;         // before the ids of cases, where they are none of an opportunity
    const struct field_map *maps;
    size_t n_maps;
};
extern const struct shape shapes[];
extern const size_t n_shapes;
extern const struct shape generic_shapes[GIVES_N]; // of -O table=...

struct crm { // one instance
    struct table table;        // first: the instance is all three
    struct cell_reader reader; // that of delimited text with names of its own
    voc_str as_of;             // the day of the export, where its rows do not say it; or empty
    int table_said;            // GIVES_*, or -1: by the header
    bool declared;             // maps were given
    const struct shape *shape; // NULL: not known
    char marks[160];           // the columns that it was known by
};
#define CRM(e) ((struct crm *)(e))

// shapes.c
const struct shape *shape_of(const struct events *e, char *marks, size_t size); // by its columns, or NULL
voc_rc shape_maps(struct events *e, const struct shape *s);                     // sets the maps of the plan

// words.c
#define FOLD_MAX 64u
const char *fold(voc_str s, char out[FOLD_MAX]); // cut where it is longer
enum field_kind { FIELD_IS_OTHER, FIELD_IS_STAGE, FIELD_IS_OWNER, FIELD_IS_EVENT /* what happened, by itself: "created" */ };
enum field_kind field_kind(voc_str name, voc_str *event);
enum outcome { STILL_OPEN, CLOSED, WON };
enum outcome outcome_of(voc_str stage); // by the usual words
voc_str stage_name(voc_str stage);      // HubSpot's own ids of its first stages as the words that it shows; others as they are
const char *step_of(voc_str folded);    // "engagedate" is the date of Engaging; NULL: of no stage
struct kind_of_act { const char *action, *channel; unsigned char actor; };
bool mail_kind(voc_str type, struct kind_of_act *out);
bool act_kind(voc_str type, struct kind_of_act *out);
bool word_in(voc_str cell, const char *words); // folded, one of those; blanks between

// give.c, acts.c
struct record { // one record on its way; borrows the plan's row and attributes
    const struct events *e;
    const struct shape *s;
    voc_sink *sink;
    voc_row *rows;
    size_t n;
    voc_attr *attrs;    // of all rows
    size_t n_attrs;
    char case_id[320], id[320], action[40]; // texts that are put together
    bool refused;
    bool dropped[TIMES_MAX];
};
voc_rc crm_give(const struct events *e, voc_sink *sink, const voc_str *cells, voc_row *rows, size_t n);
voc_attr take(struct record *r, const char *key); // an attribute, which is gone then; text empty: there is none
voc_rc give_rows(struct record *r, const voc_row *rows, size_t n);
voc_rc give_ignore(struct record *r, const char *rule);
voc_rc give_reject(struct record *r, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
voc_rc give_changed(struct record *r, voc_str field, voc_str old); // rows[0].action is the new value
voc_rc give_word(struct record *r, const voc_row *of); // the words of a customer's event, where it has any
voc_rc give_activity(struct record *r);
voc_rc give_mail(struct record *r);

#endif
