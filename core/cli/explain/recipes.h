// SPDX-License-Identifier: MIT
// Queries that give numbers of an analysis again from event, journey, unit, said and mention, without its own tables. A recipe is a statement
// for all rows of a table, or, with the conditions of a row filled in, for that row: one text for both, so that what is shown to a reader
// (again_places.c) is what is held against the whole table (check.c).
//
// Between braces stand (recipes.c):
//   {where EXPR COLUMN:KIND}   " WHERE EXPR = 'text of the row's COLUMN'"; for all rows nothing. {and ...} likewise with AND
//   {only}                     a WHERE over all keys of the recipe
//   {moved}, {rank}, {end}, {group} ... what the journey and the options say
//   {us OPTION N}              the time that the option gives in microseconds, or N
// Behind a colon stands what the text of the column names: stage, touchpoint, exit, role, need or theme, whose id is then meant.
#ifndef VOC_CLI_EXPLAIN_RECIPES_H
#define VOC_CLI_EXPLAIN_RECIPES_H
#include "cli/explain/explain.h"

struct recipe {
    const char *command, *tables; // tables by blanks
    const char *rows;             // "lane=they do": of rows with this text; "segment!=all"; "": of all
    const char *options;          // that it follows, or that change none of its numbers, by blanks
    const char *keys;             // columns that tell the rows apart, by blanks: "stage:stage segment"
    const char *columns;          // numbers that it gives, by blanks. A column NAME_days of the result is NAME, in days
    const char *sql;
};
struct recipes {
    const struct recipe *at;
    size_t n;
    // What stands between braces in these alone, or NULL. False: there is no such word. *whole false: it cannot be said.
    bool (*hole)(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole);
};
extern const struct recipes recipes_discover, recipes_map, recipes_flow, recipes_steps, recipes_sipoc, recipes_visits,
    recipes_needs, recipes_attribution, recipes_sessions, recipes_response;

bool recipe_steps(struct explainer *x, struct buf *b, bool *ok); // recipes_steps.c: of --steps, up to the table `lines`; false: it cannot be said

// Why a number has none: what it is computed by, in plain words, and the column whose query gives what enters it, or "". NULL: nothing
// is known of it.
const char *recipe_why(const struct source *s, size_t column, const char **inputs);

// The recipe of a column of a row, or NULL.
const struct recipe *recipe_find(const struct explainer *x, const struct source *s, voc_str column, size_t row);
bool recipe_fits(const struct explainer *x, const struct recipe *r, const struct source *s);             // it is of this table, and follows the options that were given
bool recipe_fits_row(const struct explainer *x, const struct recipe *r, const struct source *s, size_t row);
bool recipe_gives(const struct recipe *r, voc_str column);
voc_str recipe_key(const struct explainer *x, const struct recipe *r, size_t i, const struct source *s, size_t row); // text or digits of the i-th key, as the query has it
extern const char recipe_any[]; // ... or this, where the table has no such column
size_t recipe_keys(const struct recipe *r);
const struct recipe *recipe_at(size_t i); // all of them; NULL behind the last
// Where the number of a place stands in the table that recipes know: a table for people shows lines of another.
struct place recipe_place(const struct explainer *x, const struct place *p);
// The statement into b, for one row or (SIZE_MAX) for all. *whole false: the row names something that the journey does not.
voc_rc recipe_sql(struct explainer *x, const struct recipe *r, const struct source *s, size_t row, struct buf *b, bool *whole);

// ---- among the files of recipes
const struct option_given *recipe_given(const struct explainer *x, const char *option); // NULL: it was not
voc_str recipe_part(voc_str *rest, char between);                                       // the next part of a list
bool recipe_is_action(const struct explainer *x, voc_str name);
void recipe_not_work(struct explainer *x, struct buf *b, bool *ok);                     // "touchpoint NOT IN ('prepare proposal') AND ", or nothing
void recipe_delivered(const struct explainer *x, struct buf *b);                        // " AND ...": it did not come back
bool recipe_hole(struct explainer *x, const struct recipe *r, voc_str word, struct buf *b, bool *ok, bool *whole); // of the set that r is of
voc_str recipe_id(const struct journey *j, voc_str kind, voc_str text);          // what the journey names so; a text that it does not name stands for itself
bool recipe_is_named(const struct journey *j, voc_str kind, voc_str text);
voc_str recipe_column(voc_str word, voc_str *kind);                              // of COLUMN:KIND
voc_str recipe_text(const struct explainer *x, const struct source *s, size_t row, voc_str word, bool *number); // of COLUMN:KIND, as an id or digits
voc_str recipe_key_word(const struct recipe *r, size_t i);
bool recipe_has(const struct source *s, voc_str column);
const struct source *recipe_sister(const struct explainer *x, const struct source *s, const char *table); // another table of the analysis
voc_str recipe_next_name(const struct explainer *x, const struct stage *st);     // as sipoc calls what comes next: "sales (Seeking a vendor)"
#endif
