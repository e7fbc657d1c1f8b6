// SPDX-License-Identifier: MIT
// voc explain: what a word or a number of the output means, how it came about, and how to get it again. Shared by its files:
//   explain.c    what is meant: a code, a touchpoint, a stage, a number's name, a number
//   gather.c     the tables that numbers stand in        defined.c    the lines of journey.xml that define a thing
//   figures.c    rows and columns of them                asked.c      an analysis with options of its own
//   page.c       all numbers of a page                   literal.c    a number as it is written
//   customers.c  example customers, event by event       again.c      the query that gives a figure again
//   places.c     a number by its digits, or by row and column            again_places.c  the same for any table
#ifndef VOC_CLI_EXPLAIN_H
#define VOC_CLI_EXPLAIN_H
#include "cli/cli.h"

struct source { // one table that numbers stand in
    voc_table view;
    const char *command; // "score"
    bool plugin;         // SQL knows it as COMMAND_TABLE
};

struct explainer {
    struct cli *c;
    struct project *p;
    struct journey *j;
    struct fold_result *runs; // of each analysis that had something to say
    size_t n_runs;
    struct table *stages[STAGES_TABLES]; // NULL: the journey has none
    VEC(struct source) sources;
    char refused[400];        // why an analysis said nothing, or empty
    const char *refused_one;  // ... the one that is named, or NULL
    const struct plugin *asked;       // the analysis that is asked about with options, or NULL: all of them
    const struct option_given *given; // these options
    size_t n_given;
    struct views *views;      // where numbers are asked for again, or NULL
    bool differs;             // a query gave another number than the analysis
    // what is made
    VEC(struct table *) out;  // owns
};

// asked.c: an analysis with options of its own
voc_rc asked_of(struct explainer *x, int from);                    // asked and given, from the words and the command line
const char *asked_typed(struct explainer *x, const struct source *s); // the command that shows the table: "voc discover a.voc --since=2025-07-01 --table breaks"; NULL: no memory

// gather.c
voc_rc figures_gather(struct explainer *x, const char *only); // the tables of this analysis, or (NULL) of all; with options, of the one they are for
voc_rc figures_of_stages(struct explainer *x);                // behind them those of voc stages
void figures_forget(struct explainer *x);                     // what was gathered

// figures.c
const struct source *figures_table(const struct explainer *x, const char *name); // NULL: none
size_t figures_column(const voc_table *t, const char *name);                     // SIZE_MAX: none
const voc_cell *figures_cell(const voc_table *t, size_t row, const char *column); // NULL: no such column
voc_str figures_text(const voc_table *t, size_t row, const char *column);         // of a text cell, else empty
// Row whose text in `column` is the word, case aside; SIZE_MAX: none.
size_t figures_row(const voc_table *t, const char *column, voc_str word);
voc_rc figures_of_row(struct explainer *x, const struct source *s, size_t row, const char *name, const char *title, const char *lead);
voc_rc figures_of_column(struct explainer *x, const struct source *s, size_t column, size_t row); // row SIZE_MAX: all rows
voc_str figures_row_name(const voc_table *t, size_t row); // its first cell, where that is a text
// The tables' rows of one touchpoint by stage.
voc_rc figures_by_stage(struct explainer *x, voc_str touchpoint);

// places.c: where a number stands
struct place {
    const struct source *s;
    size_t row, column;
    bool lost; // by so much, or by this share, it is less than in the row before, as a funnel is drawn
};
struct literal;
struct places { struct place *at; size_t n, cap; }; // a VEC
voc_rc figures_of_number(struct explainer *x, voc_str number, bool *found); // by its digits
// By the row and the number's name or digits: "Aware" "went on"; "sipoc Aware" "69.9%": of this analysis only.
voc_rc figures_of_place(struct explainer *x, voc_str words, voc_str number, bool *found);
bool figures_is_number(const struct explainer *x, voc_str word);
bool figures_in_a_line(const struct explainer *x, const struct literal *l, const struct source **s); // a sentence of a table holds it
bool figures_first(const struct explainer *x, const struct literal *l, struct place *out);          // the first cell that holds it: what people are shown comes first

// defined.c: element of journey.xml that begins at this line
voc_rc defined_table(struct explainer *x, const char *element, uint64_t line);

// customers.c
struct example_customer { voc_str unit; int64_t at_us; const char *what; };
// Events around the moment, for each customer; `touchpoint` (or VOC_NONE) is the one whose touch is marked.
voc_rc customers_table(struct explainer *x, const struct example_customer *who, size_t n, voc_str touchpoint, int64_t window_us);
voc_rc customers_of_stage(struct explainer *x, uint32_t stage);

// again.c
voc_rc again_action(struct explainer *x, voc_str action);
voc_rc again_touchpoint(struct explainer *x, const voc_table *t, size_t row);
voc_rc again_column(struct explainer *x, const struct source *s, size_t column, size_t row);
voc_rc again_stage(struct explainer *x, voc_str stage);
voc_rc again_code(struct explainer *x, voc_str code);
voc_rc again_places(struct explainer *x, const struct places *p, size_t most); // again_places.c: of the first `most` of them
voc_rc again_open(struct explainer *x, struct table **t);
voc_rc again_put(struct table *t, const char *title, voc_str lines); // one query; each line but the first is indented
const char *again_quoted(struct explainer *x, voc_str s, bool *ok);  // as a text of SQL
const char *again_table(struct explainer *x, const struct source *s); // as SQL names it; NULL: no memory
const char *again_name(struct explainer *x, voc_str s);              // of a column: [from] where the bare word means something; NULL: no memory

bool explain_of_all(const struct cli *c); // explain.c: --check or --numbers, which need no word
voc_rc check_numbers(struct explainer *x); // check.c: all of them, by their queries
voc_rc page_numbers(struct explainer *x, voc_str page); // page.c: where those of a page or a picture stand

// A table of the answer; owned by x->out.
voc_rc explain_table(struct explainer *x, struct table **out, const char *name, const char *title);
#endif
