// SPDX-License-Identifier: MIT
//
// Bytes that grow through the host's allocator, up to a bound: what output plugins and figures write into before it goes out.
#ifndef VOC_PLUGINS_COMMON_ROOM_H
#define VOC_PLUGINS_COMMON_ROOM_H

#include <string.h>
#include <voc/plugin.h>

struct room { // zero-initialised; ptr is freed with host->free
    char *ptr;
    size_t len, size;
};

// VOC_E_LIMIT: it would be more than `most`. Nothing is added then.
static inline voc_rc room_add(const voc_host *host, voc_context *cx, struct room *r, const char *s, size_t n, size_t most)
{
    if (n > r->size - r->len) {
        size_t size = r->size ? r->size : 4096;
        while (size - r->len < n && size < most) size *= 2;
        if (size - r->len < n) return VOC_E_LIMIT;
        char *more = r->ptr ? host->resize(cx, r->ptr, size) : host->alloc(cx, size);
        if (!more) return VOC_E_NOMEM;
        r->ptr = more;
        r->size = size;
    }
    memcpy(r->ptr + r->len, s, n);
    r->len += n;
    return VOC_OK;
}

#endif
