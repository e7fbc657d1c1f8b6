// SPDX-License-Identifier: MIT
// Bounded growing buffers. A buffer that failed once stays failed (`rc`), so a run of appends is checked at its end.
#ifndef VOC_BASE_BUF_H
#define VOC_BASE_BUF_H
#include <stdarg.h>
#include "base/mem.h"

struct buf { // owns ptr
    char *ptr; // NUL-terminated whenever not NULL
    size_t len, cap, max;
    voc_rc rc; // VOC_OK, VOC_E_NOMEM, or VOC_E_LIMIT at max
};
void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_clear(struct buf *b); // keeps the memory, resets rc
voc_rc buf_add(struct buf *b, const void *data, size_t len);
voc_rc buf_str(struct buf *b, voc_str s);
voc_rc buf_cstr(struct buf *b, const char *s);
voc_rc buf_byte(struct buf *b, char c);
voc_rc buf_fill(struct buf *b, char c, size_t count);
voc_rc buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
voc_rc buf_vprintf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
char *buf_room(struct buf *b, size_t len); // writable space of len bytes behind len; then add to b->len; NULL: failed
// Appends the text with each `word` replaced by the name of a file, as a shell would take it.
voc_rc buf_named(struct buf *b, const char *text, const char *word, const char *name);
voc_rc buf_json(struct buf *b, voc_str s); // appends s as a JSON string with its quotes

// Growing arrays: struct vec_x { T *at; size_t n, cap; }. Grows to hold n + extra, at most max elements.
#define VEC(T) \
    struct { \
        T *at; \
        size_t n, cap; \
    }
voc_rc vec_reserve_(void **at, size_t *cap, size_t n, size_t extra, size_t size, size_t max);
// Makes room for `extra` more elements; gives a voc_rc.
#define vec_reserve(v, extra, max) vec_reserve_((void **)&(v)->at, &(v)->cap, (v)->n, (extra), sizeof *(v)->at, (max))
#define vec_free(v) (mem_free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)
#endif
