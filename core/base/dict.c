// SPDX-License-Identifier: MIT
// Dictionary: distinct strings to dense codes. Open addressing with linear probing over 8-byte slots (32 bits of the hash
// and the code + 1), so a probe stays in one cache line and compares strings only where 32 bits agree. Strings lie in chunks
// that never move. The bound counts text and 24 bytes a string, not what the chunks round up to: the same string meets it
// on every machine. Load at most 5/8.
#include "base/hash.h"
#include <string.h>
#include "base/str.h"

#define STRINGS_MAX ((size_t)1 << 31)
#define ENTRY_COST 24u
#define SLOTS_MIN 16u
#define SLOTS_KEPT 1024u
#define CHUNK_MIN ((size_t)1 << 10)
#define CHUNK_MAX ((size_t)1 << 20)

struct slot {
    uint32_t tag;  // upper half of the hash
    uint32_t code; // + 1; 0: free
};

struct entry {
    const char *ptr; // borrows from a chunk
    uint32_t len;
    uint32_t hash; // lower half: the home slot; up to 2^32 slots
};

struct chunk {
    struct chunk *next;
    size_t size, used;
    char bytes[];
};

struct dict {
    struct slot *slots;
    size_t n_slots; // power of two
    VEC(struct entry) entries;
    struct chunk *chunks;
    size_t bytes, max_bytes;
};

voc_rc dict_new(struct dict **out, size_t max_bytes)
{
    struct dict *d = mem_zalloc(1, sizeof *d);
    if (!d) return VOC_E_NOMEM;
    d->n_slots = SLOTS_MIN;
    d->max_bytes = max_bytes ? max_bytes : SIZE_MAX;
    d->slots = mem_zalloc(d->n_slots, sizeof *d->slots);
    if (!d->slots) {
        dict_free(d);
        return VOC_E_NOMEM;
    }
    *out = d;
    return VOC_OK;
}

void dict_free(struct dict *d)
{
    if (!d) return;
    for (struct chunk *c = d->chunks; c;) {
        struct chunk *next = c->next;
        mem_free(c);
        c = next;
    }
    vec_free(&d->entries);
    mem_free(d->slots);
    mem_free(d);
}

// The slot that holds s, or the free one where it belongs.
static struct slot *seek(const struct dict *d, voc_str s, uint64_t hash)
{
    size_t mask = d->n_slots - 1, i = (size_t)(uint32_t)hash & mask;
    uint32_t tag = (uint32_t)(hash >> 32);
    for (;; i = (i + 1) & mask) {
        struct slot *slot = &d->slots[i];
        if (slot->code == 0) return slot;
        if (slot->tag != tag) continue;
        const struct entry *e = &d->entries.at[slot->code - 1];
        if (e->len == s.len && (s.len == 0 || memcmp(e->ptr, s.ptr, s.len) == 0)) return slot;
    }
}

static voc_rc double_slots(struct dict *d)
{
    size_t n = d->n_slots * 2, mask = n - 1;
    struct slot *slots = mem_zalloc(n, sizeof *slots);
    if (!slots) return VOC_E_NOMEM;
    for (size_t k = 0; k < d->n_slots; k++) {
        if (d->slots[k].code == 0) continue;
        size_t i = d->entries.at[d->slots[k].code - 1].hash & mask;
        while (slots[i].code) i = (i + 1) & mask;
        slots[i] = d->slots[k];
    }
    mem_free(d->slots);
    d->slots = slots;
    d->n_slots = n;
    return VOC_OK;
}

static char *store(struct dict *d, size_t len)
{
    struct chunk *c = d->chunks;
    if (!c || c->size - c->used < len) {
        size_t size = c ? c->size * 2 : CHUNK_MIN, bytes;
        if (size > CHUNK_MAX) size = CHUNK_MAX;
        if (size < len) size = len;
        if (!mem_add(size, sizeof *c, &bytes)) return NULL;
        c = mem_alloc(bytes);
        if (!c) return NULL;
        *c = (struct chunk){.next = d->chunks, .size = size};
        d->chunks = c;
    }
    char *at = c->bytes + c->used;
    c->used += len;
    return at;
}

voc_rc dict_code(struct dict *d, voc_str s, uint32_t *code) { return dict_code_hashed(d, s, hash64(s.ptr, s.len, 0), code); }

voc_rc dict_code_hashed(struct dict *d, voc_str s, uint64_t hash, uint32_t *code)
{
    struct slot *slot = seek(d, s, hash);
    if (slot->code) {
        *code = slot->code - 1;
        return VOC_OK;
    }
    if (d->entries.n >= STRINGS_MAX || s.len > UINT32_MAX || s.len > d->max_bytes ||
        d->max_bytes - s.len < ENTRY_COST || d->bytes > d->max_bytes - s.len - ENTRY_COST)
        return VOC_E_LIMIT;
    voc_rc rc = vec_reserve(&d->entries, 1, STRINGS_MAX);
    if (rc) return rc;
    if (d->entries.n + 1 > d->n_slots / 8 * 5) {
        if ((rc = double_slots(d))) return rc;
        slot = seek(d, s, hash);
    }
    char *text = store(d, s.len);
    if (!text) return VOC_E_NOMEM;
    if (s.len) memcpy(text, s.ptr, s.len);
    d->entries.at[d->entries.n++] = (struct entry){text, (uint32_t)s.len, (uint32_t)hash};
    *slot = (struct slot){(uint32_t)(hash >> 32), (uint32_t)d->entries.n};
    d->bytes += s.len + ENTRY_COST;
    *code = (uint32_t)d->entries.n - 1;
    return VOC_OK;
}

bool dict_find(const struct dict *d, voc_str s, uint32_t *code) { return dict_find_hashed(d, s, hash64(s.ptr, s.len, 0), code); }

bool dict_find_hashed(const struct dict *d, voc_str s, uint64_t hash, uint32_t *code)
{
    const struct slot *slot = seek(d, s, hash);
    if (slot->code == 0) return false;
    *code = slot->code - 1;
    return true;
}

// What holds many times as many slots as strings is made small again: it would have to be cleared each time.
void dict_clear(struct dict *d)
{
    size_t n = d->n_slots;
    while (n > SLOTS_KEPT && d->entries.n < n / 16) n /= 2;
    struct slot *slots = n < d->n_slots ? mem_zalloc(n, sizeof *slots) : NULL;
    if (slots) {
        mem_free(d->slots);
        d->slots = slots;
        d->n_slots = n;
    } else {
        memset(d->slots, 0, d->n_slots * sizeof *d->slots);
    }
    for (struct chunk *c = d->chunks ? d->chunks->next : NULL, *next; c; c = next) { // the newest is the largest
        next = c->next;
        mem_free(c);
    }
    if (d->chunks) {
        d->chunks->next = NULL;
        d->chunks->used = 0;
    }
    d->entries.n = 0;
    d->bytes = 0;
}

void dict_prefetch(const struct dict *d, uint64_t hash)
{
    __builtin_prefetch(&d->slots[(size_t)(uint32_t)hash & (d->n_slots - 1)]);
}

// The slot that has the tag of the hash, unless a free one comes first.
static const struct slot *likely(const struct dict *d, uint64_t hash)
{
    size_t mask = d->n_slots - 1, i = (size_t)(uint32_t)hash & mask;
    while (d->slots[i].code && d->slots[i].tag != (uint32_t)(hash >> 32)) i = (i + 1) & mask;
    return d->slots[i].code ? &d->slots[i] : NULL;
}

void dict_prefetch_entry(const struct dict *d, uint64_t hash)
{
    const struct slot *slot = likely(d, hash);
    if (slot) __builtin_prefetch(&d->entries.at[slot->code - 1]);
}

uint32_t dict_prefetch_text(const struct dict *d, uint64_t hash)
{
    const struct slot *slot = likely(d, hash);
    if (!slot) return UINT32_MAX;
    __builtin_prefetch(d->entries.at[slot->code - 1].ptr);
    return slot->code - 1;
}

uint32_t dict_n(const struct dict *d) { return (uint32_t)d->entries.n; }

voc_str dict_at(const struct dict *d, uint32_t code)
{
    if (code >= d->entries.n) return (voc_str){"", 0};
    const struct entry *e = &d->entries.at[code];
    return (voc_str){e->ptr, e->len};
}
