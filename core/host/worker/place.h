// SPDX-License-Identifier: MIT
// What a process is reading, noted in memory that another one shares: who finds it dead can say where. Without such memory
// nothing is noted. Threads note each their own.
#ifndef VOC_HOST_PLACE_H
#define VOC_HOST_PLACE_H
#include <stdatomic.h>
#include <stdint.h>

enum { PLACES = 512 };
struct place {
    _Atomic uint32_t plugin; // whose turn it is: its number in the catalogue + 1
    struct place_lines { _Atomic uint64_t from, to; /* 0: none */ } lines[PLACES];
};
void place_share(struct place *p); // before any thread is started
void place_plugin(uint32_t number);
void place_lines(uint32_t which, uint64_t from, uint64_t to); // the lines that are given to the plugin; 0, 0: none any more
#endif
