// SPDX-License-Identifier: MIT
// Whether the user wants it to stop (Ctrl-C): set by the signal handler of the cli, read by every long loop and every wait.
// Below all floors, because the store and the inputs wait too.
#ifndef VOC_BASE_CANCEL_H
#define VOC_BASE_CANCEL_H
#include <stdbool.h>

void cancel_request(void);   // may be called in a signal handler; it is not taken back
bool cancel_requested(void); // by any thread
#endif
