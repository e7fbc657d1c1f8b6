// SPDX-License-Identifier: MIT
// A host for tests of the html writer: it keeps what is written, or refuses it.
#ifndef VOC_TEST_PAGE_HOST_H
#define VOC_TEST_PAGE_HOST_H
#include <voc/plugin.h>

#include "base/buf.h"
#include "base/mem.h"

static struct buf page;
static voc_rc write_rc; // of every writing from now on

static void *host_alloc(voc_context *cx, size_t size)
{
    (void)cx;
    return mem_alloc(size);
}
static void *host_resize(voc_context *cx, void *old, size_t size)
{
    (void)cx;
    return mem_realloc(old, size);
}
static void host_free(voc_context *cx, void *ptr)
{
    (void)cx;
    mem_free(ptr);
}
static voc_rc host_write(voc_writer *w, const void *data, size_t size)
{
    (void)w;
    return write_rc ? write_rc : buf_add(&page, data, size);
}
static const voc_host host = {.struct_size = sizeof host, .version = "test", .alloc = host_alloc, .resize = host_resize,
                              .free = host_free, .write = host_write};
#endif
