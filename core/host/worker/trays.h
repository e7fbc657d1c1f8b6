// SPDX-License-Identifier: MIT
// Memory that a worker and its parent share for the bodies of blocks: a few trays, filled in turn. The worker fills one and says so
// on the pipe; the parent copies it out, looks at nothing but the copy, as the worker can write there at any time, and gives it back.
// What is too long for a tray, or finds none that is free, goes through the pipe: so nobody ever waits for a tray. The parent
// believes nothing that lies here: which tray is the next it counts itself.
#ifndef VOC_HOST_TRAYS_H
#define VOC_HOST_TRAYS_H
#include <stdatomic.h>
#include <sys/uio.h>
#include "base/buf.h"

enum { TRAYS = 16 }; // with 4, what was put into one went to lines that lay in the parent's cache still, and took three times as long
#define TRAY_BYTES ((size_t)512 << 10) // rows of 256 KiB of a log take a quarter of that, those of a stream that are sent together up to three quarters
struct trays {
    _Atomic uint64_t taken; // bodies that the parent has copied out: it alone writes that
    _Alignas(64) char bytes[TRAYS][TRAY_BYTES];
};
struct trays_end { struct trays *shared; uint64_t n; }; // of one of the two, for one thread: NULL, there are none; n: bodies that went through

bool trays_make(struct trays_end *e, int *fd);  // the parent's; *fd: for the worker. False: there can be none here
void trays_join(struct trays_end *e, int fd);   // the worker's; takes fd, which may be none
void trays_done(struct trays_end *e);
bool trays_put(struct trays_end *e, const struct iovec *pieces, size_t n); // false: it is to go through the pipe
voc_rc trays_take(struct trays_end *e, uint64_t size, struct buf *to);     // in the place of what is in `to`. VOC_E_BUG: that cannot be
#endif
