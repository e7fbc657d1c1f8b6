// SPDX-License-Identifier: MIT
// Large blocks of analyses that memory does not hold: each is a part of a file without a name beside the project, mapped, so that who
// has it sees memory like any other. What was looked at is memory of the process until it is unloaded; a thread sees to that as long as
// there are such blocks. Threads: all functions may be called at the same time, but for those of one block.
#ifndef VOC_HOST_SWAP_H
#define VOC_HOST_SWAP_H
#include <pthread.h>
#include <stdatomic.h>
#include "base/diag.h"
#include "host/memory/spill.h"

struct swapped; // a block
struct swap { // swap_init; swap_done of one that is all zero does nothing
    struct spill spill;        // beside NULL: there is no place
    uint64_t memory_max;       // of the whole process
    pthread_mutex_t on_disk;   // over the file: what takes the system its time, while others unload
    pthread_mutex_t lock;      // over the list, and what is mapped where
    struct swapped *blocks;
    size_t n_blocks;
    struct diag *said;         // why there was no room; nobody's word yet
    uint64_t left_free;        // of memory_max, by what is loaded
    uint64_t idle;             // bytes of files that were loaded after all blocks had been unloaded: libraries and the like
    uint32_t unloads;
    int fd;                    // where the system says how much is loaded; -1: not open
    pthread_t watch;
    bool watched;
    atomic_bool ends;
};
void swap_init(struct swap *s, const char *beside, uint64_t memory_max);
void swap_done(struct swap *s); // when all blocks are freed
// Zeroed. VOC_E_LIMIT where the disk is full, VOC_E_IO where it fails otherwise; the sentence is left in `said`, as who asked may
// get along without.
voc_rc swap_new(struct swap *s, size_t size, struct swapped **out);
void *swap_at(const struct swapped *b);
void swap_free(struct swapped *b);
void swap_look(struct swap *s);   // unloads all where little is left of what the process may take
void swap_unload(struct swap *s); // all blocks; what is looked at again comes again from its file
#endif
