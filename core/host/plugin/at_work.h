// SPDX-License-Identifier: MIT
// Which analysis or output plugin is at work in which thread. These run in the program itself, so one that crashes takes it along, and
// one that comes to no end is stopped by the user: whoever handles the signal asks here whom to name.
#ifndef VOC_HOST_AT_WORK_H
#define VOC_HOST_AT_WORK_H
#include "host/plugin/plugin.h"

struct at_work { // in this thread
    const struct plugin *plugin; // NULL: none
    const char *operation;       // of its table, "batch"; for the life of the program
    struct at_work_place *place; // this file's own
};
// Around each call of an operation: at_work_end takes what at_work_begin gave. They nest.
struct at_work at_work_begin(const struct plugin *p, const char *operation);
void at_work_end(struct at_work before);
// For handlers of signals: of the thread that they interrupt; one of those of any thread, or NULL.
struct at_work at_work_here(void);
const struct plugin *at_work_somewhere(void);
#endif
