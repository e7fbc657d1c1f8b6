// SPDX-License-Identifier: MIT
// What is strange about the rows of a file, although each of them is well formed: nobody is named, the clock stood at zero,
// all happened at once, it has not happened yet, or as clocks were put back or forward. Counted block by block, said once a file. One thread.
#ifndef VOC_HOST_DOUBTS_H
#define VOC_HOST_DOUBTS_H
#include "base/time.h"
#include "store/store.h"

struct doubts { // all zero at first
    uint64_t events, facts, nobody, epoch, future;
    uint64_t nobody_line, epoch_line, future_line; // of the first
    int64_t first_us, last_us;
    struct time_turns turns; // the reader counts them: of the stored moment nobody can tell
};
void doubts_block(struct doubts *x, const struct coded_block *b, int64_t now_us);
// What the plugin calls a value of these options: COLUMN, PATH, TYPE; "" where it has no such option.
struct doubts_words { char time[12], customer[12], case_[12]; };
void doubts_say(const struct doubts *x, const char *path, const struct doubts_words *w, uint64_t records, struct diag *d);
#endif
