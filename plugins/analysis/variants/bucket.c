// SPDX-License-Identifier: MIT
//
// Journeys of a bucket, one behind the other in pages that grow: 16 bytes and the path. What is long or no whole second has
// 16 bytes more. Nothing is read while they are written, so that a journey costs the same however many ways there are.
#include <string.h>

#include "plugins/analysis/variants/variants.h"

#define PAGE_LEAST ((size_t)4 << 10)
#define PAGE_MOST ((size_t)64 << 10)

struct page {
    struct page *before;
    size_t used, size;
};
struct head {
    const char *unit;
    uint32_t seconds;
    uint16_t size;       // of the path; LONG: a tail follows, and has the other numbers too
    uint16_t kind_name;  // kind; not LONG: open, and twice the length of the name
};
struct tail { int64_t us; uint32_t size, name; };
#define LONG UINT16_MAX
#define HEAD ((sizeof(struct head) + 7) & ~(size_t)7)
#define TAIL ((sizeof(struct tail) + 7) & ~(size_t)7)
_Static_assert(sizeof(struct page) % 8 == 0, "paths are read word by word");

static unsigned char *bytes_of(const struct page *p) { return (unsigned char *)((uintptr_t)p + sizeof *p); }
static size_t whole_words(size_t size) { return (size + 7) & ~(size_t)7; }

uint64_t hash_of(const unsigned char *path, size_t size, uint32_t kind)
{
    uint64_t h = hash_begin(size, kind), word;
    for (size_t i = 0; i < size; i += 8) {
        memcpy(&word, path + i, 8);
        h = hash_word(h, word);
    }
    return hash_end(h);
}

// The highest bits: those of the place in a table are the lowest.
size_t bucket_of(const struct variants *v, uint64_t hash) { return (size_t)(hash >> 48) & (v->n_buckets - 1); }

static voc_rc page_add(const struct walk *w, struct bucket *b, size_t need)
{
    size_t size = !b->pages ? PAGE_LEAST : b->pages->size < PAGE_MOST ? (b->pages->size + sizeof(struct page)) * 2 : PAGE_MOST;
    size -= sizeof(struct page);
    if (need > SIZE_MAX / 2) return VOC_E_LIMIT;
    if (size < need) size = need;
    struct page *p = w->host->alloc(w->cx, sizeof *p + size);
    if (!p) return VOC_E_NOMEM;
    *p = (struct page){b->pages, 0, size};
    b->pages = p;
    return VOC_OK;
}

voc_rc bucket_add(const struct walk *w, struct bucket *b, const struct journey *j)
{
    const uint64_t seconds = gaps_seconds(j->us);
    const bool small = seconds <= UINT32_MAX && j->size < LONG && j->unit.len <= UINT16_MAX / 2 && kind_segment(j->kind) == 0;
    const size_t need = HEAD + whole_words(j->size) + (small ? 0 : TAIL);
    if (j->unit.len > UINT32_MAX) return VOC_E_LIMIT;
    if (!b->pages || b->pages->size - b->pages->used < need) {
        voc_rc rc = page_add(w, b, need);
        if (rc) return rc;
    }
    unsigned char *to = bytes_of(b->pages) + b->pages->used;
    const struct head h = {j->unit.ptr, small ? (uint32_t)seconds : 0, small ? (uint16_t)j->size : LONG,
                           (uint16_t)(small ? j->kind | j->unit.len << 1 : j->kind)};
    memcpy(to, &h, sizeof h);
    to += HEAD;
    if (!small) {
        const struct tail t = {j->us, j->size, (uint32_t)j->unit.len};
        memcpy(to, &t, sizeof t);
        to += TAIL;
    }
    for (size_t i = 0; i < j->size; i += 8) memcpy(to + i, j->path + i, 8);
    b->pages->used += need;
    b->n++;
    return VOC_OK;
}

bool bucket_next(struct bucket_at *at, struct journey *j)
{
    while (at->page && at->at == at->page->used) *at = (struct bucket_at){at->page->before, 0};
    if (!at->page) return false;
    const unsigned char *from = bytes_of(at->page) + at->at;
    struct head h;
    memcpy(&h, from, sizeof h);
    from += HEAD;
    *j = (struct journey){from, h.size, h.kind_name & 1u, {h.unit, h.kind_name >> 1}, (int64_t)h.seconds * 1000000};
    if (h.size == LONG) {
        struct tail t;
        memcpy(&t, from, sizeof t);
        *j = (struct journey){from + TAIL, t.size, h.kind_name, {h.unit, t.name}, t.us};
    }
    at->at = (size_t)(j->path - bytes_of(at->page)) + whole_words(j->size);
    return true;
}

void bucket_join(struct bucket *into, struct bucket *from)
{
    struct page **end = &into->pages;
    while (*end) end = &(*end)->before;
    *end = from->pages;
    into->n += from->n;
    *from = (struct bucket){0};
}

void bucket_done(const struct walk *w, struct bucket *b)
{
    for (struct page *p = b->pages, *before; p; p = before) {
        before = p->before;
        w->host->free(w->cx, p);
    }
    *b = (struct bucket){0};
}
