// SPDX-License-Identifier: MIT
// Runs the built plugin analysis/score over a few events and a journey given as text, by the host's own fold, and reads the
// tables it makes.
#ifndef VOC_TESTS_SCORE_RUN_H
#define VOC_TESTS_SCORE_RUN_H
#include "tests/unit/journey/world.h"
#include <stdbool.h>
#include "base/mem.h"
#include "host/fold/fold.h"
#include "host/plugin/options.h"
#include "host/plugin/plugin.h"

struct se { // an event; what is left out is missing
    const char *id, *account, *person, *action, *touchpoint, *campaign, *ref, *thread, *source, *role;
    const char *key, *value; // an attribute of the account
    double day; // after T0
    uint32_t actor, ref_kind; // actor 0: the customer
    uint32_t coarse;          // VOC_RES_* coarser than a second, or 0
    double cost, minutes;     // 0: missing
};
struct score_run {
    struct world w;
    struct fold_result result;
    bool sealed;
};
void score_open(struct score_run *r, const char *body); // a journey by account, currency EUR
void score_event(struct score_run *r, const struct se *e);
#define SE(r, ...) score_event((r), &(struct se){__VA_ARGS__})
// options: "name=value", ..., NULL. May be called again. end_day NaN: where the sources end.
voc_rc score_fold(struct score_run *r, double end_day, uint32_t threads, const char *const *options);
void score_close(struct score_run *r);
const char *score_said(const struct score_run *r); // the last diagnostic: message and hint

// Row of a table by touchpoint and stage ("all": pooled); fails if there is none. NULL stage: the first such touchpoint.
size_t score_row(const struct score_run *r, const char *table, const char *touchpoint, const char *stage);
const voc_cell *score_cell(const struct score_run *r, const char *table, size_t row, const char *column);
double score_real(const struct score_run *r, const char *table, const char *touchpoint, const char *stage, const char *column); // NaN: missing
const char *score_text(const struct score_run *r, const char *touchpoint, const char *column); // of the pooled row
voc_table score_table(const struct score_run *r, const char *name); // fails if there is none
bool score_notes(const struct score_run *r, const char *table, const char *words); // some note of the table holds these words
size_t score_n_rows(const struct score_run *r, const char *table); // SIZE_MAX: there is no such table
bool score_has(const struct score_run *r, const char *table, const char *touchpoint);
void score_dump(const struct score_run *r, struct buf *b); // every cell of every table, with all digits

// Loads the plugin once.
int score_setup(void **state);
int score_teardown(void **state);
#endif
