// SPDX-License-Identifier: MIT
// Arenas: bump allocation in zeroed blocks that double up to 64 KiB; what is larger gets a block of its own. `used` counts
// the bytes handed out, rounded to 16, so that a bound is met at the same byte on every machine.
// Under AddressSanitizer each allocation is followed by a poisoned gap.
#include "base/mem.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define GAP 16u
#define POISON(ptr, size) ASAN_POISON_MEMORY_REGION((ptr), (size))
#define UNPOISON(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
#else
#define GAP 0u
#define POISON(ptr, size) ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

#define ALIGN 16u
#define BLOCK_MIN ((size_t)1 << 10)
#define BLOCK_MAX ((size_t)64 << 10)

struct arena_block {
    struct arena_block *next;
    size_t size, used; // of `bytes`
    size_t pad;
    _Alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t max) { *a = (struct arena){.max = max}; }

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->head; b;) {
        struct arena_block *next = b->next;
        UNPOISON(b->bytes, b->size);
        mem_free(b);
        b = next;
    }
    *a = (struct arena){.max = a->max};
}

// A block with room for `need`. A large one goes behind the head, so that the room left in the head is not lost.
static struct arena_block *block_new(struct arena *a, size_t need)
{
    size_t size = a->head ? a->head->size * 2 : BLOCK_MIN;
    if (size > BLOCK_MAX) size = BLOCK_MAX;
    bool own = need > size / 2;
    if (own && (a->head || need > size)) size = need;
    size_t bytes;
    if (!mem_add(size, sizeof(struct arena_block), &bytes)) return NULL;
    struct arena_block *b = mem_zalloc(1, bytes);
    if (!b) return NULL;
    b->size = size;
    POISON(b->bytes, b->size);
    if (size == need && a->head) {
        b->next = a->head->next;
        a->head->next = b;
    } else {
        b->next = a->head;
        a->head = b;
    }
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > (size_t)PTRDIFF_MAX - 2 * ALIGN) return NULL;
    size_t rounded = (size ? size + ALIGN - 1 : ALIGN) & ~(size_t)(ALIGN - 1);
    if (a->max && (a->used > a->max || rounded > a->max - a->used)) return NULL;
    size_t need = rounded + GAP;
    struct arena_block *b = a->head;
    if (!b || b->size - b->used < need) b = block_new(a, need);
    if (!b) return NULL;
    unsigned char *at = b->bytes + b->used;
    b->used += need;
    a->used += rounded;
    UNPOISON(at, size);
    return at;
}

voc_str arena_str(struct arena *a, const char *ptr, size_t len, bool *ok)
{
    size_t size;
    char *to = mem_add(len, 1, &size) ? arena_alloc(a, size) : NULL;
    if (!to) {
        *ok = false;
        return (voc_str){"", 0};
    }
    if (len) memcpy(to, ptr, len);
    return (voc_str){to, len};
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, format, ap);
    char *to = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (to) (void)vsnprintf(to, (size_t)len + 1, format, again);
    va_end(again);
    va_end(ap);
    return to;
}
