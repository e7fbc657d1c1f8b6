// SPDX-License-Identifier: MIT
// Diagnostics: what, where, what to do. Library code adds them here and returns a status; only the cli prints.
// Repeats of one code are capped (first 20, then counted). Thread-safe.
#ifndef VOC_BASE_DIAG_H
#define VOC_BASE_DIAG_H
#include <stdarg.h>
#include "base/buf.h"

struct diag_msg {
    uint32_t severity; // VOC_INFO, VOC_WARNING, VOC_ERROR
    const char *code;  // stable, "JOURNEY-012"
    const char *file;  // or NULL
    uint64_t line, column; // 0: none
    const char *message, *hint; // hint may be NULL
};

struct diag; // opaque; owns its messages
struct diag *diag_new(void);
void diag_free(struct diag *d);
void diag_clear(struct diag *d); // forgets all messages and counts; what diag_at gave is gone
void diag_count_anew(struct diag *d); // the next message of each code counts as its first: another file is begun
// Called for every message as it is added (already capped), under the lock; NULL: only kept.
void diag_listen(struct diag *d, void (*show)(void *user, const struct diag_msg *m), void *user);
void diag_add(struct diag *d, const struct diag_msg *m); // copies; out of memory is remembered, never fatal
// severity, code, file (or NULL), line, hint (or NULL), message format. d may be NULL: nothing happens.
void diag_put(struct diag *d, uint32_t severity, const char *code, const char *file, uint64_t line, const char *hint,
              const char *format, ...) __attribute__((format(printf, 7, 8)));
#define diag_error(d, code, file, line, hint, ...) diag_put((d), VOC_ERROR, (code), (file), (line), (hint), __VA_ARGS__)
#define diag_warn(d, code, file, line, hint, ...) diag_put((d), VOC_WARNING, (code), (file), (line), (hint), __VA_ARGS__)
size_t diag_count(const struct diag *d, uint32_t severity); // including the capped ones
size_t diag_n(const struct diag *d);                        // kept messages
const struct diag_msg *diag_at(const struct diag *d, size_t i);
// "file:line:col: error: message [code]\n  hint\n", control characters escaped.
void diag_format(struct buf *out, const struct diag_msg *m);
const char *rc_name(voc_rc rc); // "out of memory", ...
#endif
