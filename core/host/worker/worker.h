// SPDX-License-Identifier: MIT
// The reader in a process of its own, which has given up everything but computing (sandbox.h): the program run again, with the
// opened input, a request, and two ways to talk. What comes back is checked (wire.h) before anybody sees it. Linux only.
#ifndef VOC_HOST_WORKER_H
#define VOC_HOST_WORKER_H
#include <pthread.h>
#include "host/import/reader.h"
#include "host/worker/trays.h"

// As reader_read and reader_sniff. A plugin that crashes, does what it may not, says what cannot be, or comes to no end is one
// diagnostic: VOC_E_BUG, or VOC_E_LIMIT where it needs more time or memory than there is.
voc_rc worker_read(const struct import_request *r, struct read_input *from, const struct keeper *k, struct read_end *out,
                   struct arena *a, struct diag *d);
voc_rc worker_sniff(const struct import_request *r, struct read_input *from, struct sniffed *out, size_t max, size_t *n, struct diag *d);

voc_rc worker_sheets(const char *path, int fd, struct in_sheets *out, struct diag *d); // as in_list_sheets_descriptor

// The program's first argument where it is to be a worker; then main calls worker_main and ends with what that gives.
#define WORKER_WORD "--worker"
int worker_main(void);

// What a worker finds where, as descriptors.
enum { WORKER_DOWN = 3, WORKER_UP, WORKER_CALL, WORKER_PLACE, WORKER_TRAYS, WORKER_INPUT, WORKER_PLUGINS };

// worker_pour.c
struct pour { const char *path; int to; struct diag *d; voc_rc rc; pthread_t thread; bool runs; };
voc_rc pour_begin(struct pour *p, const char *path, int *fd, struct diag *d); // *fd: where the folder comes from
voc_rc pour_end(struct pour *p);                                             // what reading it came to; takes one that never began

// worker_spawn.c
struct worker { // one that was started, as its parent sees it
    pid_t pid;              // 0: it has ended, and `status` says how
    int status;
    int down, up, said, call; // a socket; then what it sends, writes to its standard outputs, and tried where it may not
    struct place *place;
    struct trays_end trays;
    struct arena *a;
    struct diag *d;
};
voc_rc worker_start(struct worker *w, int input, const int *plugins, size_t n_plugins, struct arena *a, struct diag *d);
void worker_kill(struct worker *w);
void worker_wait(struct worker *w); // until it has ended
void worker_done(struct worker *w); // kills it if it is still there; takes one that never started
#endif
