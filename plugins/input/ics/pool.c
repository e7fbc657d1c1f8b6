// SPDX-License-Identifier: MIT
// Memory of the plugin ics: pools, and arrays that grow.
#include "plugins/input/ics/ics.h"

#define CHUNK ((size_t)64 << 10)

struct chunk { struct chunk *next; size_t used, size; };

void *ics_take(struct ics *c, struct pool *a, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    struct chunk *k = a->first;
    if (!k || k->size - k->used < size) {
        size_t room = size > CHUNK ? size : CHUNK;
        k = c->host->alloc(c->cx, sizeof *k + 16 + room);
        if (!k) {
            c->rc = VOC_E_NOMEM;
            return NULL;
        }
        *k = (struct chunk){a->first, 0, room};
        a->first = k;
    }
    char *p = (char *)(k + 1) + k->used;
    k->used += size;
    return p;
}

voc_str ics_keep(struct ics *c, struct pool *a, voc_str s)
{
    char *p = s.len ? ics_take(c, a, s.len) : NULL;
    if (!p) return S("");
    memcpy(p, s.ptr, s.len);
    return (voc_str){p, s.len};
}

void ics_empty(struct ics *c, struct pool *a)
{
    struct chunk *k = a->first, *next;
    for (a->first = NULL; k; k = next) {
        next = k->next;
        if (k->size == CHUNK && !a->first) { // one is kept for the next
            k->used = 0;
            k->next = NULL;
            a->first = k;
        } else c->host->free(c->cx, k);
    }
}

void ics_release(struct ics *c, struct pool *a)
{
    for (struct chunk *k = a->first, *next; k; k = next) {
        next = k->next;
        c->host->free(c->cx, k);
    }
    a->first = NULL;
}

int ics_grow(struct ics *c, void **at, size_t *room, size_t n, size_t size)
{
    if (n < *room) return 1;
    size_t to = *room ? 2 * *room : 16;
    void *p = to > SIZE_MAX / size ? NULL : c->host->resize(c->cx, *at, to * size);
    if (!p) {
        c->rc = VOC_E_NOMEM;
        return 0;
    }
    *at = p;
    *room = to;
    return 1;
}

int ics_grow_once(struct ics *c, void **at, size_t *room, size_t n, size_t size)
{
    if (n < *room) return 1;
    size_t to = *room ? 2 * *room : 8;
    void *p = ics_take(c, &c->once, to * size);
    if (!p) return 0;
    if (n) memcpy(p, *at, n * size);
    *at = p;
    *room = to;
    return 1;
}
