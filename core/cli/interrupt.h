// SPDX-License-Identifier: MIT
// Ctrl-C, an end that is asked for, and a terminal that closes. It sets the flag of base/cancel.h, which every loop of ours looks at;
// but a plugin may work for long without a look. While nothing is being written, the program then simply ends: a second after the
// first signal, or at once with the second. And a crash: in an analysis or an output plugin, which run in the program itself, it is that
// plugin's, and is said. Anywhere else it is ours, and the system is left to say it.
#ifndef VOC_CLI_INTERRUPT_H
#define VOC_CLI_INTERRUPT_H
#include <stdbool.h>

void interrupt_begin(void);                  // catches SIGINT, SIGTERM and SIGHUP, and what a crash sends, from now on
// From now on nothing is written that an end could cut (temporary files go with it), until interrupt_writes: what is said then ("the project
// is as it was; ...", copied), and whether a line of progress must be taken off the terminal before it.
void interrupt_reads(const char *how_to_go_on, bool progress);
void interrupt_writes(void);
#endif
