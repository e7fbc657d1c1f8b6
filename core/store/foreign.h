// SPDX-License-Identifier: MIT
// SQLite files of others: an object-centric log (OCEL 2.0) as the JSON that says the same. The file is a stranger's: it is read
// from memory, never opened, and nothing in it is run.
#ifndef VOC_STORE_FOREIGN_H
#define VOC_STORE_FOREIGN_H
#include "base/buf.h"
#include "base/diag.h"

bool foreign_is_ocel(voc_str head); // by the first 64 KiB of a file
// bytes: the whole file; may be changed, and is borrowed. Appends the text to *out, an event or object a line. path for messages.
// VOC_E_INPUT: damaged, or not all of a log is there; said.
voc_rc foreign_ocel(struct buf *out, unsigned char *bytes, size_t len, const char *path, struct diag *d);
#endif
