// SPDX-License-Identifier: MIT
// The tables of an analysis as tables of SQL: score_touchpoints is the table touchpoints of voc score. An analysis runs when a
// statement names one of its tables, so that every number on a page can be asked for again, and joined with event and journey.
#ifndef VOC_CLI_RESULTS_H
#define VOC_CLI_RESULTS_H
#include "cli/cli.h"

struct results; // owns the tables; they are registered with the project, which must be closed first
// Runs the analyses that `sql` names. A table that is made only on request (an option of the table's name, of type LIST or
// BOOL, asks for it) is asked for whole. VOC_OK also where nothing is named: SQLite says what it does not know.
voc_rc results_new(struct results **out, struct cli *c, struct project *p, const struct journey *j, const char *sql);
void results_free(struct results *r); // takes NULL
#endif
