// SPDX-License-Identifier: MIT
// Dictionary: distinct strings to dense codes. Open addressing with linear probing over 8-byte slots (the lower 32 bits of the
// hash and the code + 1), so a probe stays in one cache line and compares strings only where these bits agree. They say the
// home slot too, so that slots double from one end to the other without a look at an entry; not the upper ones, since units are
// read in their order, and would all crowd at one end. An entry is half a cache line, in segments that never move; a short
// string lies in it, so that a lookup touches two lines in all. The bound counts text and 24 bytes a string, not what memory
// rounds up to: the same string meets it on every machine. Load at most 5/8.
#include "base/hash.h"
#include <string.h>
#include "base/str.h"

#define STRINGS_MAX ((size_t)1 << 31)
#define ENTRY_COST 24u
#define SLOT_BITS_MIN 4u
#define SLOTS_KEPT 1024u
#define CHUNK_MIN ((size_t)1 << 10)
#define CHUNK_MAX ((size_t)1 << 20)
#define HERE_MAX 28u     // bytes of a string in its entry
#define SEGMENT_BITS 4u  // the first segment has 16 entries, each further one twice as many
#define SEGMENTS 28u     // of STRINGS_MAX entries
#define PAGE 4096u       // bytes of memory that are asked for at once, or some of them
#define AHEAD 16u        // strings that are waited for side by side

struct slot {
    uint32_t tag;  // lower half of the hash
    uint32_t code; // + 1; 0: free
};

struct entry {
    uint32_t len;
    char here[HERE_MAX]; // of a longer one: where it lies in a chunk
};
_Static_assert(sizeof(struct entry) == 32, "half a cache line");

struct chunk {
    struct chunk *next;
    size_t size, used;
    char bytes[];
};

struct dict {
    struct slot *slots;
    unsigned bits; // of the number of slots, SLOT_BITS_MIN to 32
    struct entry *segment[SEGMENTS];
    void *memory[SEGMENTS]; // that the segments lie in
    size_t n;       // entries
    struct chunk *chunks;
    size_t bytes, max_bytes;
};

// Segment k holds the entries whose code + 16 has k + 5 bits.
static inline unsigned segment_of(uint32_t code) { return 31u - (unsigned)__builtin_clz(code + (1u << SEGMENT_BITS)) - SEGMENT_BITS; }
static inline size_t segment_size(unsigned k) { return (size_t)1 << (SEGMENT_BITS + k); }
static inline struct entry *entry_at(const struct dict *d, uint32_t code)
{
    unsigned k = segment_of(code);
    return &d->segment[k][code + (1u << SEGMENT_BITS) - segment_size(k)];
}
static inline const char *text_of(const struct entry *e)
{
    const char *far;
    if (e->len <= HERE_MAX) return e->here;
    memcpy(&far, e->here, sizeof far);
    return far;
}

static inline size_t n_slots(const struct dict *d) { return (size_t)1 << d->bits; }
static inline size_t home(uint32_t tag, unsigned bits) { return (size_t)(tag >> (32 - bits)); }

voc_rc dict_new(struct dict **out, size_t max_bytes)
{
    struct dict *d = mem_zalloc(1, sizeof *d);
    if (!d) return VOC_E_NOMEM;
    d->bits = SLOT_BITS_MIN;
    d->max_bytes = max_bytes ? max_bytes : SIZE_MAX;
    d->slots = mem_zalloc(n_slots(d), sizeof *d->slots);
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
    for (unsigned k = 0; k < SEGMENTS; k++) mem_free(d->memory[k]);
    mem_free(d->slots);
    mem_free(d);
}

// Short strings are compared without a call.
static inline bool same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t x, y, u, v;
    if (n < 8 || n > 16) return n == 0 || memcmp(a, b, n) == 0;
    memcpy(&x, a, 8), memcpy(&y, b, 8);
    memcpy(&u, a + n - 8, 8), memcpy(&v, b + n - 8, 8);
    return ((x ^ y) | (u ^ v)) == 0;
}

// The slot that holds s, or the free one where it belongs.
static inline struct slot *seek(const struct dict *d, voc_str s, uint64_t hash)
{
    const uint32_t tag = (uint32_t)hash;
    const size_t mask = n_slots(d) - 1;
    for (size_t i = home(tag, d->bits);; i = (i + 1) & mask) {
        struct slot *slot = &d->slots[i];
        if (slot->code == 0) return slot;
        if (slot->tag != tag) continue;
        const struct entry *e = entry_at(d, slot->code - 1);
        if (e->len == s.len && same_bytes(text_of(e), s.ptr, s.len)) return slot;
    }
}

static voc_rc double_slots(struct dict *d)
{
    const size_t n = n_slots(d), mask = 2 * n - 1;
    if (d->bits == 32) return VOC_E_LIMIT;
    struct slot *slots = mem_zalloc(2 * n, sizeof *slots);
    if (!slots) return VOC_E_NOMEM;
    for (size_t k = 0; k < 2 * n; k += PAGE / sizeof *slots) slots[k] = (struct slot){0}; // a page that is read first is asked for twice
    for (size_t k = 0; k < n; k++) {
        if (d->slots[k].code == 0) continue;
        size_t i = home(d->slots[k].tag, d->bits + 1);
        while (slots[i].code) i = (i + 1) & mask;
        slots[i] = d->slots[k];
    }
    mem_free(d->slots);
    d->slots = slots;
    d->bits++;
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

// No entry lies in two cache lines.
static bool segment_ready(struct dict *d, unsigned k)
{
    if (d->segment[k]) return true;
    d->memory[k] = mem_alloc((segment_size(k) + 1) * sizeof **d->segment);
    uintptr_t at = (uintptr_t)d->memory[k];
    if (d->memory[k]) d->segment[k] = (struct entry *)(void *)((char *)d->memory[k] + (0 - at) % sizeof **d->segment);
    return d->segment[k];
}

static voc_rc add(struct dict *d, voc_str s, uint64_t hash, struct slot *slot)
{
    if (d->n >= STRINGS_MAX || s.len > UINT32_MAX || s.len > d->max_bytes || d->max_bytes - s.len < ENTRY_COST ||
        d->bytes > d->max_bytes - s.len - ENTRY_COST)
        return VOC_E_LIMIT;
    if (!segment_ready(d, segment_of((uint32_t)d->n))) return VOC_E_NOMEM;
    if (d->n + 1 > n_slots(d) / 8 * 5) {
        voc_rc rc = double_slots(d);
        if (rc) return rc;
        slot = seek(d, s, hash);
    }
    struct entry *e = entry_at(d, (uint32_t)d->n);
    char *text = e->here;
    if (s.len > HERE_MAX) {
        text = store(d, s.len);
        if (!text) return VOC_E_NOMEM;
        memcpy(e->here, &text, sizeof text);
    }
    if (s.len) memcpy(text, s.ptr, s.len);
    e->len = (uint32_t)s.len;
    *slot = (struct slot){(uint32_t)hash, (uint32_t)++d->n};
    d->bytes += s.len + ENTRY_COST;
    return VOC_OK;
}

voc_rc dict_code_hashed(struct dict *d, voc_str s, uint64_t hash, uint32_t *code)
{
    struct slot *slot = seek(d, s, hash);
    *code = slot->code ? slot->code - 1 : (uint32_t)d->n;
    return slot->code ? VOC_OK : add(d, s, hash, slot);
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
    unsigned bits = d->bits;
    while ((size_t)1 << bits > SLOTS_KEPT && d->n < ((size_t)1 << bits) / 16) bits--;
    struct slot *slots = bits < d->bits ? mem_zalloc((size_t)1 << bits, sizeof *slots) : NULL;
    if (slots) {
        mem_free(d->slots);
        d->slots = slots;
        d->bits = bits;
    } else {
        memset(d->slots, 0, n_slots(d) * sizeof *d->slots);
    }
    for (struct chunk *c = d->chunks ? d->chunks->next : NULL, *next; c; c = next) { // the newest is the largest
        next = c->next;
        mem_free(c);
    }
    if (d->chunks) {
        d->chunks->next = NULL;
        d->chunks->used = 0;
    }
    for (unsigned k = 0; k < SEGMENTS; k++) {
        if (segment_size(k) < n_slots(d)) continue;
        mem_free(d->memory[k]);
        d->memory[k] = NULL;
        d->segment[k] = NULL;
    }
    d->n = 0;
    d->bytes = 0;
}

void dict_prefetch(const struct dict *d, uint64_t hash)
{
    __builtin_prefetch(&d->slots[home((uint32_t)hash, d->bits)]);
}

// By the slot that has the tag of the hash, unless a free one comes first.
uint32_t dict_prefetch_entry(const struct dict *d, uint64_t hash)
{
    const uint32_t tag = (uint32_t)hash;
    const size_t mask = n_slots(d) - 1;
    size_t i = home(tag, d->bits);
    while (d->slots[i].code && d->slots[i].tag != tag) i = (i + 1) & mask;
    if (d->slots[i].code == 0) return DICT_NONE;
    __builtin_prefetch(entry_at(d, d->slots[i].code - 1));
    return d->slots[i].code - 1;
}

// Each string takes three steps, to its slot, to its entry and to its text, and while it waits for memory others take theirs.
void dict_find_all(const struct dict *d, const voc_str *s, const uint64_t *hash, size_t n, uint32_t *code, const uint32_t *by_code, size_t n_by_code)
{
    for (size_t k = 0; k < n + 2 * AHEAD; k++) {
        if (k < n) dict_prefetch(d, hash[k]);
        if (k >= AHEAD && k - AHEAD < n) {
            const uint32_t likely = code[k - AHEAD] = dict_prefetch_entry(d, hash[k - AHEAD]);
            if (likely < n_by_code) __builtin_prefetch(&by_code[likely]);
        }
        if (k < 2 * AHEAD || code[k - 2 * AHEAD] == DICT_NONE) continue;
        const size_t at = k - 2 * AHEAD;
        const struct entry *e = entry_at(d, code[at]);
        if (e->len == s[at].len && same_bytes(text_of(e), s[at].ptr, s[at].len)) continue;
        const struct slot *slot = seek(d, s[at], hash[at]); // another string has the same tag
        code[at] = slot->code ? slot->code - 1 : DICT_NONE;
    }
}

void dict_prefetch_at(const struct dict *d, uint32_t code)
{
    if (code < d->n) __builtin_prefetch(entry_at(d, code));
}

uint32_t dict_n(const struct dict *d) { return (uint32_t)d->n; }

size_t dict_bytes(const struct dict *d) { return d->bytes; }

voc_str dict_at(const struct dict *d, uint32_t code)
{
    if (code >= d->n) return (voc_str){"", 0};
    const struct entry *e = entry_at(d, code);
    return (voc_str){text_of(e), e->len};
}
