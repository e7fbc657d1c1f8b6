// SPDX-License-Identifier: MIT
// How far long work is, on the error output: one line that is rewritten on a terminal, or with --progress=plain a line now
// and then. Never on a pipe unless it is asked for.
#ifndef VOC_CLI_PROGRESS_H
#define VOC_CLI_PROGRESS_H
#include <pthread.h>
#include <stdio.h>
#include "host/fold/fold.h"
#include "host/import/import.h"

enum progress_mode { PROGRESS_NONE, PROGRESS_LINE, PROGRESS_PLAIN };
struct progress { // x_init/x_done; shared by the threads of a fold
    enum progress_mode mode;
    FILE *to;
    unsigned width;            // of the terminal; 0: no bound
    char what[128];            // file or analyses, ready to be shown
    int64_t begun_us, next_us; // of this piece of work; when the next line is due
    bool shown;                // a line stands on the terminal
    pthread_mutex_t lock;
};
void progress_init(struct progress *p, enum progress_mode mode, FILE *to, unsigned width);
void progress_done(struct progress *p);                    // takes the line away
void progress_of(struct progress *p, const char *what);    // a new piece of work begins
void progress_clear(struct progress *p);                   // before anything else is printed there; takes NULL
void progress_import(void *user, const struct import_progress *i); // as import_request.progress, user: struct progress *
void progress_fold(void *user, const struct fold_progress *f);     // as fold_request.progress
#endif
