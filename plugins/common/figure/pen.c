// SPDX-License-Identifier: MIT
//
// The pen: bytes of SVG as they grow, through the host's allocator. Text that comes from data goes through pen_text, which escapes.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"
#include "plugins/common/markup.h"

#define PEN_MAX ((size_t)1 << 28)

static void put(struct pen *p, const char *s, size_t n)
{
    if (p->rc || n == 0) return;
    p->rc = room_add(p->host, p->cx, &p->room, s, n, PEN_MAX);
}

void pen_raw(struct pen *p, const char *s, size_t n) { put(p, s, n); }

void pen_s(struct pen *p, const char *s) { put(p, s, strlen(s)); }

void pen_f(struct pen *p, const char *format, ...)
{
    char s[1000];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(s, sizeof s, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof s) {
        if (!p->rc) p->rc = VOC_E_BUG;
        return;
    }
    put(p, s, (size_t)n);
}

void pen_text(struct pen *p, voc_str s)
{
    voc_str plain;
    const char *instead;
    while (markup_part(&s, &plain, &instead)) {
        put(p, plain.ptr, plain.len);
        if (instead) pen_s(p, instead);
    }
}

void *pen_room(struct pen *p, size_t n, size_t size)
{
    size_t all;
    void *room = __builtin_mul_overflow(n, size, &all) ? NULL : p->host->alloc(p->cx, all ? all : 1);
    if (!room) {
        if (!p->rc) p->rc = VOC_E_NOMEM;
        return NULL;
    }
    memset(room, 0, all);
    return room;
}

void pen_free(struct pen *p, void *room) { p->host->free(p->cx, room); }
