// SPDX-License-Identifier: MIT
// voc plugin check: whether a plugin keeps the contract of plugin.h, tried over samples and damaged copies of them. Whatever
// runs code of the plugin runs in a process of its own, so that a crash, a hang or a word on its outputs is one finding.
#ifndef VOC_CLI_CHECK_CHECK_H
#define VOC_CLI_CHECK_CHECK_H
#include "cli/cli.h"
#include "host/import/row_sums.h"

// What a trial came to; lies in memory that it shares with the checker. The trial writes, the checker reads.
struct trial {
    uint64_t cases; // things tried, counted as they begin
    voc_rc rc;      // other than VOC_OK: it failed, and `why` says why
    bool done;
    struct row_sums sums;
    char why[600];
};
struct check { // one plugin under test
    struct cli *c;
    struct plugin *plugin;
    const char *folder;          // that it lies in
    const char *const *samples;  // paths
    size_t n_samples;
    struct table *table;
    size_t n_failed, n_done;
    uint32_t rounds;             // damaged copies of each sample
    uint32_t seconds;            // of a trial
    struct trial *trial;         // shared
    char scratch[64];            // a folder for damaged copies
    const char *fault;           // VOC_FAULT_ALLOC of the program that it runs, or NULL
};
typedef void (*trial_fn)(struct check *k, void *user, struct trial *t); // in a child; returns

// Runs it in a child. False: it failed, died, hung or wrote to its outputs; k->trial->why says which.
bool check_trial(struct check *k, trial_fn run, void *user);
// A line of the report. `found` of something that holds is a count or a word, of something that fails what went wrong.
void check_line(struct check *k, const char *what, const char *on, bool holds, const char *found);

void check_input(struct check *k);
void check_analysis(struct check *k);
void check_output(struct check *k);
void check_exports(struct check *k); // the file itself: one exported symbol

// rows.c: rows of a file as the plugin makes them, without a project
struct reading_of { // name: NULL, or what standard input is called; option: NULL, or one of the plugin, with its value
    const char *path, *name;
    uint32_t threads, records_at_once;
    const char *option, *value;
    bool isolated; // in a worker
    bool apart;    // no rows are known to be alike
};
voc_rc check_rows(struct check *k, const struct reading_of *what, struct row_sums *out, struct diag *d);

// What it says of a file that begins with these bytes: why that is outside of the contract, or NULL.
const char *check_probe(struct check *k, const char *name, voc_str bytes, voc_probe_result *r);

int run_plugin_check(struct cli *c);
#endif
