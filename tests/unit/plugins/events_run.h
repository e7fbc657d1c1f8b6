// SPDX-License-Identifier: MIT
// Runs an input plugin that reads lines (events, weblog) over a text as the host's import does: probe, open, rule, head, lines block
// by block, with the host's own scanner and options. Only the sink is the test's: it writes each row as one line.
#ifndef VOC_TESTS_EVENTS_RUN_H
#define VOC_TESTS_EVENTS_RUN_H
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"

struct events_run { // owns; begin with {0}
    struct buf rows;     // "LINE time action field=value ... key=value", "LINE reject CODE: reason", "LINE ignore rule"
    struct buf says;     // diagnostics
    char mapping[2048];
    char reason[200];
    int confidence;
    voc_rc rc;
    size_t rejected, ignored, gave, events;
    // what to run with
    const char *const *options; // name, value, ..., NULL
    const voc_map *maps;
    size_t n_maps, target;      // target: bytes of a block, 0: all in one
    const char *zone;
};
void events_run(struct events_run *r, voc_str text);
void events_done(struct events_run *r);
int events_probe(voc_str head, char reason[200]); // confidence

// What must come of it. Each ends the run; a run that began with {0} and what to run with is the first argument.
void expect_run(struct events_run *r, voc_str text, const char *rows, const char *mapping); // mapping: a part of it; "!...": no part; NULL: any
void expect_with(struct events_run *r, const char *text, const char *rows);
void expect_error_with(struct events_run *r, const char *text, voc_rc rc, const char *says);
// The same for what needs options only, or not even these.
void expect(const char *text, const char *rows);
void expect_options(const char *const *options, const char *text, const char *rows);
void expect_said(const char *const *options, const char *text, const char *rows, const char *mapping);
void expect_error(const char *const *options, const char *text, voc_rc rc, const char *says);
#endif
