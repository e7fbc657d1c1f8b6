// SPDX-License-Identifier: MIT
// Dictionary: distinct strings to dense codes. Open addressing with linear probing over slots of four bytes, so a probe stays in
// one cache line, and few lines hold many slots. Of the lower half of the hash the upper bits say the home slot, and the others
// stand in the slot above the code, so that strings are compared only where these agree; not of the upper half, since units are read
// in its order, and would all crowd at one end. An entry is half a cache line, in segments that never move; a short string lies in
// it, and what the caller keeps with it, so that a lookup touches two lines in all. The bound counts text and 24 bytes a string, not
// what memory rounds up to: the same string meets it on every machine. Load at most 5/8.
#include "base/hash.h"
#include <string.h>
#include "base/str.h"

#define STRINGS_MAX ((size_t)1 << 31)
#define ENTRY_COST 24u
#define SLOT_BITS_MIN 4u
#define SLOTS_KEPT 1024u
#define CHUNK_MIN ((size_t)1 << 10)
#define CHUNK_MAX ((size_t)1 << 20)
#define HERE_MAX 23u     // bytes of a string in its entry
#define FAR 255u         // for the length of a longer one
#define SEGMENT_BITS 4u  // the first segment has 16 entries, each further one twice as many
#define SEGMENTS 28u     // of STRINGS_MAX entries
#define PAGE 4096u       // bytes of memory that are asked for at once, or some of them
#define AHEAD 16u        // strings that are waited for side by side

struct entry {
    uint32_t hash;  // the lower half
    uint32_t value; // the caller's
    uint8_t len;
    char here[HERE_MAX]; // of a longer one: its voc_str, which lies in a chunk
};
_Static_assert(sizeof(struct entry) == 32, "half a cache line");

struct chunk {
    struct chunk *next;
    size_t size, used;
    char bytes[];
};

struct dict {
    uint32_t *slots; // code + 1 in the lower `bits` bits, above it those of the hash that do not say the home; 0: free
    unsigned bits;   // of the number of slots, SLOT_BITS_MIN to 32
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
static inline voc_str text_of(const struct entry *e)
{
    voc_str far;
    if (e->len != FAR) return str_mk(e->here, e->len);
    memcpy(&far, e->here, sizeof far);
    return far;
}

static inline size_t n_slots(const struct dict *d) { return (size_t)1 << d->bits; }
static inline size_t home(const struct dict *d, uint32_t hash) { return (size_t)(hash >> (32 - d->bits)); }
static inline uint32_t tag_of(const struct dict *d, uint32_t hash) { return (uint32_t)((uint64_t)hash << d->bits); }
static inline uint32_t code_mask(const struct dict *d) { return (uint32_t)(n_slots(d) - 1); }
static inline uint32_t code_in(const struct dict *d, uint32_t slot) { return (slot & code_mask(d)) - 1; } // of one that is not free
static inline bool has_tag(const struct dict *d, uint32_t slot, uint32_t tag) { return ((slot ^ tag) & ~code_mask(d)) == 0; }

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

static inline bool holds(const struct entry *e, voc_str s)
{
    if (s.len <= HERE_MAX) return e->len == s.len && same_bytes(e->here, s.ptr, s.len);
    return e->len == FAR && str_eq(text_of(e), s);
}

// The slot that holds s, or the free one where it belongs.
static inline uint32_t *seek(const struct dict *d, voc_str s, uint32_t hash)
{
    const uint32_t tag = tag_of(d, hash);
    const size_t mask = n_slots(d) - 1;
    for (size_t i = home(d, hash);; i = (i + 1) & mask) {
        uint32_t *slot = &d->slots[i];
        if (*slot == 0) return slot;
        if (!has_tag(d, *slot, tag)) continue;
        const struct entry *e = entry_at(d, code_in(d, *slot));
        if (e->hash == hash && holds(e, s)) return slot;
    }
}

// Entries are read in their order; the slots where they belong are asked for before.
static voc_rc double_slots(struct dict *d)
{
    const size_t n = 2 * n_slots(d), mask = n - 1;
    if (d->bits == 32) return VOC_E_LIMIT;
    uint32_t *slots = mem_zalloc(n, sizeof *slots);
    if (!slots) return VOC_E_NOMEM;
    for (size_t k = 0; k < n; k += PAGE / sizeof *slots) slots[k] = 0; // a page that is read first is asked for twice
    mem_free(d->slots);
    d->slots = slots;
    d->bits++;
    for (size_t code = 0; code < d->n; code++) {
        if (code + AHEAD < d->n) __builtin_prefetch(&slots[home(d, entry_at(d, (uint32_t)(code + AHEAD))->hash)], 1);
        const uint32_t hash = entry_at(d, (uint32_t)code)->hash;
        size_t i = home(d, hash);
        while (slots[i]) i = (i + 1) & mask;
        slots[i] = tag_of(d, hash) | (uint32_t)(code + 1);
    }
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

static voc_rc add(struct dict *d, voc_str s, uint32_t hash, uint32_t *slot)
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
        const voc_str far = str_mk(text, s.len);
        memcpy(e->here, &far, sizeof far);
    }
    if (s.len) memcpy(text, s.ptr, s.len);
    e->hash = hash;
    e->value = 0;
    e->len = (uint8_t)(s.len > HERE_MAX ? FAR : s.len);
    *slot = tag_of(d, hash) | (uint32_t)++d->n;
    d->bytes += s.len + ENTRY_COST;
    return VOC_OK;
}

voc_rc dict_code_hashed(struct dict *d, voc_str s, uint64_t hash, uint32_t *code)
{
    uint32_t *slot = seek(d, s, (uint32_t)hash);
    *code = *slot ? code_in(d, *slot) : (uint32_t)d->n;
    return *slot ? VOC_OK : add(d, s, (uint32_t)hash, slot);
}

bool dict_find(const struct dict *d, voc_str s, uint32_t *code) { return dict_find_hashed(d, s, hash64(s.ptr, s.len, 0), code); }

bool dict_find_hashed(const struct dict *d, voc_str s, uint64_t hash, uint32_t *code)
{
    const uint32_t *slot = seek(d, s, (uint32_t)hash);
    if (*slot == 0) return false;
    *code = code_in(d, *slot);
    return true;
}

// What holds many times as many slots as strings is made small again: it would have to be cleared each time.
void dict_clear(struct dict *d)
{
    unsigned bits = d->bits;
    while ((size_t)1 << bits > SLOTS_KEPT && d->n < ((size_t)1 << bits) / 16) bits--;
    uint32_t *slots = bits < d->bits ? mem_zalloc((size_t)1 << bits, sizeof *slots) : NULL;
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
    __builtin_prefetch(&d->slots[home(d, (uint32_t)hash)]);
}

// By the slot that has the tag of the hash, unless a free one comes first.
uint32_t dict_prefetch_entry(const struct dict *d, uint64_t hash)
{
    const uint32_t tag = tag_of(d, (uint32_t)hash);
    const size_t mask = n_slots(d) - 1;
    size_t i = home(d, (uint32_t)hash);
    while (d->slots[i] && !has_tag(d, d->slots[i], tag)) i = (i + 1) & mask;
    if (d->slots[i] == 0) return DICT_NONE;
    const uint32_t code = code_in(d, d->slots[i]);
    __builtin_prefetch(entry_at(d, code));
    return code;
}

// Each string takes three steps, to its slot, to its entry and to its text, and while it waits for memory others take theirs.
void dict_find_all(const struct dict *d, const voc_str *s, const uint64_t *hash, size_t n, uint32_t *value)
{
    uint32_t likely[AHEAD]; // of the strings between their second step and their third
    for (size_t k = 0; k < n + 2 * AHEAD; k++) {
        if (k < n) dict_prefetch(d, hash[k]);
        if (k >= 2 * AHEAD) {
            const size_t at = k - 2 * AHEAD;
            uint32_t code = likely[at % AHEAD];
            if (code != DICT_NONE && !holds(entry_at(d, code), s[at]) && !dict_find_hashed(d, s[at], hash[at], &code)) code = DICT_NONE; // another has the same tag
            value[at] = code != DICT_NONE ? entry_at(d, code)->value : 0;
        }
        if (k >= AHEAD && k - AHEAD < n) likely[k % AHEAD] = dict_prefetch_entry(d, hash[k - AHEAD]);
    }
}

uint32_t *dict_value(const struct dict *d, uint32_t code) { return &entry_at(d, code)->value; }

void dict_prefetch_at(const struct dict *d, uint32_t code)
{
    if (code < d->n) __builtin_prefetch(entry_at(d, code));
}

uint32_t dict_n(const struct dict *d) { return (uint32_t)d->n; }

size_t dict_bytes(const struct dict *d) { return d->bytes; }

voc_str dict_at(const struct dict *d, uint32_t code)
{
    if (code >= d->n) return (voc_str){"", 0};
    return text_of(entry_at(d, code));
}
