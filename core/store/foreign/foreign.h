// SPDX-License-Identifier: MIT
// SQLite files of others: an object-centric log (OCEL 2.0) as the JSON that says the same. The file is a stranger's: it is read
// page by page, never written, and nothing in it is run; the reader (host/import/reader.c) does so in a worker.
#ifndef VOC_STORE_FOREIGN_H
#define VOC_STORE_FOREIGN_H
#include "base/buf.h"
#include "base/diag.h"

bool foreign_is_ocel(voc_str head); // by the first 64 KiB of a file

struct foreign; // a log that is being read; one thread
// Of a file that fd gives, or (fd -1) of bytes that hold it whole; both borrowed until foreign_close, as is path, for messages.
// VOC_E_INPUT: damaged, or not all of a log is there; said. The same goes for reading.
voc_rc foreign_open(struct foreign **out, int fd, const void *bytes, size_t len, const char *path, struct diag *d);
voc_rc foreign_read(struct foreign *f, void *to, size_t size, size_t *got); // of the JSON, an event or object a line. got 0: end
void foreign_again(struct foreign *f);                                     // from its beginning
void foreign_close(struct foreign *f);                                     // takes NULL
#endif
