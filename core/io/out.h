// SPDX-License-Identifier: MIT
// Bytes out: to stdout, or to a file written beside its name, synced and renamed: the old file or the new, never half.
#ifndef VOC_IO_OUT_H
#define VOC_IO_OUT_H
#include "base/diag.h"

struct out; // owns its descriptor
voc_rc out_open(struct out **o, const char *path, bool replace, struct diag *d); // "-": stdout; exists and !replace: VOC_E_POLICY
voc_rc out_memory(struct out **o, struct buf *to);                               // appends to a buffer (tests, renderers)
voc_rc out_write(struct out *o, const void *data, size_t len);                   // a failure sticks
voc_rc out_printf(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
voc_rc out_commit(struct out *o); // flush, sync, rename, and free; on failure the old file stands
void out_abort(struct out *o);    // takes NULL; removes the temporary file, and frees
void out_leave(void);             // the process ends here and now: removes all temporary files; may be called by a handler of signals
#endif
