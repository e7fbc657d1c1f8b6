// SPDX-License-Identifier: MIT
// A temporary file beside the project, for what memory does not hold: it has no name (or loses it at once), so nothing is left
// behind whatever happens. Opened by the first write. Several threads may write; each piece lies where it is told.
#ifndef VOC_HOST_SPILL_H
#define VOC_HOST_SPILL_H
#include <pthread.h>
#include "base/diag.h"

struct spill { // zero but for `beside`
    const char *beside; // borrows: a file in whose folder it is; NULL: there is none
    bool open;
    int fd;
    uint64_t end;
};
void spill_done(struct spill *s);
// A place for size bytes, under the caller's lock. VOC_E_IO where no file can be made.
voc_rc spill_reserve(struct spill *s, uint64_t size, uint64_t *at, struct diag *d);
// VOC_E_LIMIT with a sentence where the disk is full, VOC_E_IO where it fails otherwise.
voc_rc spill_write(const struct spill *s, uint64_t at, const void *data, size_t size, struct diag *d);
// All that was written so far, to be read; spill_unmap it.
voc_rc spill_map(const struct spill *s, const unsigned char **at, size_t *size, struct diag *d);
// A place for whole pages, zeroed, mapped to be read and written, that the disk has room for; else as spill_write. Under the caller's
// lock. Of a file that holds nothing but such blocks.
voc_rc spill_block(struct spill *s, size_t size, uint64_t *at, void **to, struct diag *d);
void spill_block_free(struct spill *s, uint64_t at, size_t size); // that is not mapped any more: the disk has it back
void spill_unload(const unsigned char *at, size_t size); // from memory; what is read again comes again from the file
void spill_unmap(const unsigned char *at, size_t size); // takes NULL
#endif
