// SPDX-License-Identifier: MIT
// Inside of the output plugin html. put.c writes escaped text and cells, style.c holds the sheet, figure.c the pictures, headline.c the box of
// findings, table.c one section for each table, legend.c what the columns mean, page.c what stands around the tables, html.c
// the order of all this.
//
// The page is HTML that is well-formed XML too (every tag closed, every attribute quoted): so a test can read it back.
// A host that is older than a field of voc_meta has not got it: META() and INPUT() ask first.
#ifndef VOC_OUTPUT_HTML_H
#define VOC_OUTPUT_HTML_H
#include <stdbool.h>

#include <voc/plugin.h>

#include "plugins/common/room.h"

// The parts of a page, in their order; each is filled while tables arrive. Behind them, what is kept of the run.
enum part {
    PART_HEAD,    // head of the page, h1
    PART_FRONT,   // box of findings, not-to-do list
    PART_TABLES,  // what was asked for
    PART_KNOW,    // how we know: checks, rankings
    PART_LIMITS,  // what to bear in mind
    PART_BESIDE,  // tables that stand beside
    PART_ASSUMED, // what was assumed
    PART_LEFT,    // what could not be read
    PART_NEXT,    // commands to go on with
    PART_COLUMNS, // what each column means
    PART_FOOT,    // how the page was made
    PARTS,
    KEPT_COMMAND = PARTS,
    KEPT_AGAIN,
    KEPT_PROJECT,
    KEPT_TITLE,
    KEPT_ABOUT,
    KEPT_NAMES, // of the findings in the box
    KEPT_DRAWN, // titles of pictures, each behind its kind and before a newline
    ROOMS
};

#define FINDINGS_MAX 8u

struct finding { // one of the box: its name lies in KEPT_NAMES; `link`: where in PART_FRONT the target of its link belongs
    size_t name, name_len, row, link;
    char target[40];
};

struct html {
    const voc_host *host;
    voc_context *cx;
    voc_writer *out;
    struct room rooms[ROOMS];
    struct room *into; // where put() puts
    struct finding findings[FINDINGS_MAX];
    size_t n_findings;
    size_t tables;  // how many have come
    size_t meanings, meanings_len; // in PART_COLUMNS, of the columns of the last table that has its own
    bool direct;    // PART_TABLES is written as it grows: nothing that comes later stands above it
    bool score;     // a table with a box of findings has come
    bool brief;     // a table that is shown by default has come
    bool known_inputs; // the host says what reading them took for granted
    int level;      // of a table's heading
    voc_rc rc;      // sticks
};

enum tone { TONE_PLAIN, TONE_DO, TONE_KEEP, TONE_STOP, TONE_ASK };

// Ends of a column of ranges: one scale for all its bars. bars: shares have theirs, too; what is behind a picture has none.
struct scale {
    double lo, hi;
    bool drawn, bars;
};

#define META(m, field) ((m)->struct_size >= offsetof(voc_meta, field) + sizeof((m)->field))
#define INPUT(m, in, field) ((m)->input_size >= offsetof(struct voc_meta_input, field) + sizeof((in)->field))

// put.c
void put(struct html *h, const char *s, size_t n);
void put_s(struct html *h, const char *s);
void put_text(struct html *h, voc_str s);     // escaped, for content and for quoted attributes alike
void put_isolated(struct html *h, voc_str s); // in <bdi>: a name of any direction disturbs nothing around it
bool put_breakable(voc_str s); // it has something longer than a word, which must be able to break
void put_size(struct html *h, size_t n);
void put_capital(struct html *h, voc_str s);  // the first letter, if it is one of a-z
void put_sentence(struct html *h, voc_str s); // a capital first, a full stop at the end
void put_plain_name(struct html *h, voc_str name, bool capital); // "cost_per_extra" reads "cost per extra"
void put_number(struct html *h, double r, unsigned digits, bool sign);
void put_time(struct html *h, int64_t us);
void put_cell(struct html *h, const voc_cell *c, const voc_column *col, const struct scale *scale);
void put_chip(struct html *h, enum tone tone, voc_str words);
void put_head(struct html *h, int level); // "<h2>"
void put_head_id(struct html *h, int level, const char *id, size_t n); // "<h2 id="t1">"
void put_end(struct html *h, int level);
void html_write(struct html *h, struct room *r); // and empties it
voc_str kept(const struct html *h, enum part p);

// text helpers, put.c
bool text_is(voc_str s, const char *literal);
bool text_same(voc_str a, voc_str b);
bool text_starts(voc_str s, const char *literal);
size_t text_find(voc_str s, const char *literal); // s.len: not in it
voc_str text_from(voc_str s, size_t at);
voc_str text_line(voc_str *rest); // the next line of *rest
enum tone tone_of(voc_str group); // by the title of the group or the word of the verdict

// strides, put.c
const voc_column *column_at(const voc_table *t, size_t k);
const voc_cell *cell_at(const voc_table *t, size_t row, size_t k);
const voc_group *group_at(const voc_table *t, size_t i);
const voc_note *note_at(const voc_table *t, size_t i);
size_t column_named(const voc_table *t, const char *name); // n_columns: there is none
const voc_cell *cell_of(const voc_table *t, size_t row, size_t column, uint32_t type); // NULL: another type, empty, no such column
size_t group_end(const voc_table *t, size_t g); // the row behind its last

void html_style(struct html *h);

// headline.c, not_to_do.c: into PART_FRONT
bool html_is_score(const voc_table *t);
void html_headline(struct html *h, const voc_table *t);
void html_not_to_do(struct html *h, const voc_table *t);

void html_figures(struct html *h, const voc_table *t); // figure.c: the pictures of a table, above it

// table.c. first_lead: its first lead note already stands in the page's head.
void html_table(struct html *h, const voc_table *t, bool first_lead);
void html_table_title(struct html *h, const voc_table *t);
void html_column_title(struct html *h, const voc_column *c);
voc_str html_unit(const voc_table *t, const voc_column *c); // empty: the title says it already
size_t html_label(voc_str lead); // "NOT-TO-DO LIST: ...": where the colon is, else 0

// legend.c
void html_legend(struct html *h, const voc_table *t);          // what its columns mean, and the command that gives it again
void html_again(struct html *h, const voc_table *t);           // the command that gives it again, where the host says it
void html_command(struct html *h, voc_str command);            // PROJECT in it becomes the project's name
void html_command_on(struct html *h, voc_str command, voc_str name); // "voc explain", of this project, for one thing in it
void html_sentence(struct html *h, voc_str s);                 // put_sentence, with commands in it written like that
void html_next(struct html *h, const voc_table *t);
void html_explain(struct html *h);                             // the command for each finding of the box

// page.c
voc_str html_first_lead(const voc_table *t);
bool html_page_head(struct html *h, const voc_table *t);       // whether the first lead note stands in it now
void html_page_foot(struct html *h, const voc_meta *m);        // PART_ASSUMED, PART_LEFT and PART_FOOT, from the run
void html_assume(struct html *h, voc_str s);
#endif
