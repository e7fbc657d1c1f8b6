// SPDX-License-Identifier: MIT
// What events have in common, by the bytes of their records that decide it: the tuple is known before a cell is cut or a row
// made of them. An entry is a line of the cache. They stand in the order of their coming, so that those of frequent texts, which come
// first, are neighbours: where an entry stood where its hash says, nearly each was on a page of its own, and two thirds of the time were
// waits for it. All is forgotten with the tuples.
#include <string.h>

#include "host/coding/coding_met.h"

#define TEXT_MOST 1024u    // longer texts hardly repeat
#define SHORT 52u          // bytes of a text that are in its entry; of a longer one
#define OF_LONG 44u        // these, and where the rest is
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION // --enable-fuzzing: small ones fill up and grow
#define ENTRIES_FIRST 8u
#else
#define ENTRIES_FIRST 2048u
#endif
#define ENTRIES_MOST (1u << 17) // 8 MiB
#define NUMBER_BITS 18u         // of a slot; the others are of the hash
#define BYTES_MOST ((size_t)2 << 20) // of the rest of long texts
enum { JUDGE_AFTER = 8192, WORTH_ONE_IN = 4 }; // texts asked for, and of how many one must be told

struct alike_entry { // len 0: free; tuple VOC_NONE: not told yet
    uint32_t tuple;
    uint16_t len;
    uint8_t resolution, reserved;
    uint32_t attrs; // the event's own, as the code of their text
    union { char text[SHORT]; struct { char begin[OF_LONG], rest[sizeof(char *)]; } of; }; // rest: a pointer, as bytes
};
_Static_assert(sizeof(struct alike_entry) == 64, "an entry is a line");

// ---- hashes and comparisons ---------------------------------------------------------------------------------------------

static inline uint64_t word_at(const char *p)
{
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

#define MULTIPLIER UINT64_C(0x9E3779B97F4A7C15)
#define ADDEND UINT64_C(0xE7037ED1A0B428DB)

// Where four pieces of 16 bytes stand that together are all of a text of 16 to 64 bytes: lengths vary from row to row, and a
// loop whose end is guessed wrong costs more than bytes that are looked at twice.
struct pieces { size_t second, third, last; };
static inline struct pieces pieces_of(size_t len) { return (struct pieces){len < 32 ? len - 16 : 16, len < 32 ? 0 : len - 32, len - 16}; }

static inline uint64_t piece_hash(const char *p, uint64_t seed) { return coder_fold(word_at(p) ^ seed, word_at(p + 8) ^ ADDEND); }

static inline uint64_t pieces_hash(const char *p, size_t len, uint64_t h)
{
    const struct pieces x = pieces_of(len);
    return piece_hash(p, h) + piece_hash(p + x.second, h + 1) * 3 + piece_hash(p + x.third, h + 2) * 5 + piece_hash(p + x.last, h + 3) * 7;
}

static __attribute__((noinline)) uint64_t unusual_hash(const char *p, size_t len)
{
    uint64_t h = len * MULTIPLIER;
    if (len < 16) return coder_fold(h ^ str_word(p, len, 0), ADDEND ^ (len > 8 ? word_at(p + len - 8) : 0));
    for (size_t i = 64; i < len; i += 16) h = piece_hash(p + (i + 16 < len ? i : len - 16), h); // the last may have bytes that were looked at
    return pieces_hash(p, len < 64 ? len : 64, h);
}

static inline bool is_usual(size_t len) { return len - 16 <= 48; }

// Only what few texts are is a call: the others are worked out where they are looked up.
static inline uint64_t text_hash(const char *p, size_t len) { return is_usual(len) ? pieces_hash(p, len, len * MULTIPLIER) : unusual_hash(p, len); }

typedef uint64_t piece __attribute__((vector_size(16)));

static inline piece differ(const char *a, const char *b)
{
    piece x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x ^ y;
}

static inline bool same_text(const char *a, const char *b, size_t len)
{
    if (len < 16) return str_word(a, len, 0) == str_word(b, len, 0) && (len <= 8 || word_at(a + len - 8) == word_at(b + len - 8));
    if (len > 64) return memcmp(a, b, len) == 0;
    const struct pieces at = pieces_of(len);
    const piece x = differ(a, b) | differ(a + at.second, b + at.second) | differ(a + at.third, b + at.third) | differ(a + at.last, b + at.last);
    return (x[0] | x[1]) == 0;
}

// ---- entries ------------------------------------------------------------------------------------------------------------

void coder_alike_forget(struct coder *c)
{
    struct alikes *a = &c->alikes;
    if (a->n) memset(a->slots, 0, (size_t)a->size * 2 * sizeof *a->slots);
    arena_done(&a->rest);
    arena_init(&a->rest, BYTES_MOST);
    a->n = a->asked = a->found = 0;
    a->vary = false;
}

void coder_alike_done(struct coder *c)
{
    arena_done(&c->alikes.rest);
    mem_free(c->alikes.owned);
    mem_free(c->alikes.slots);
}

static inline uint32_t home_of(const struct alikes *a, uint64_t hash) { return (uint32_t)hash & (a->size * 2 - 1); }
static inline uint32_t tag_of(uint64_t hash) { return (uint32_t)(hash >> 32) << NUMBER_BITS; }
static inline uint32_t number_of(uint32_t slot) { return slot & ((1u << NUMBER_BITS) - 1); }

static inline const char *rest_of(const struct alike_entry *e)
{
    const char *rest;
    memcpy(&rest, e->of.rest, sizeof rest);
    return rest;
}

static uint64_t hash_again(const struct alike_entry *e)
{
    char text[TEXT_MOST];
    if (e->len <= SHORT) return text_hash(e->text, e->len);
    memcpy(text, e->of.begin, OF_LONG);
    memcpy(text + OF_LONG, rest_of(e), e->len - OF_LONG);
    return text_hash(text, e->len);
}

static void add_slot(struct alikes *a, uint64_t hash, uint32_t number)
{
    uint32_t k = home_of(a, hash);
    while (a->slots[k]) k = (k + 1) & (a->size * 2 - 1);
    a->slots[k] = tag_of(hash) | number;
}

// Room for twice as many, if that is allowed and there is memory.
static void more_entries(struct alikes *a)
{
    struct alikes to = *a;
    if (a->size == ENTRIES_MOST) return;
    to.size = a->size ? a->size * 2 : ENTRIES_FIRST;
    to.owned = mem_alloc(((size_t)to.size + 1) * sizeof *to.at);
    to.slots = mem_zalloc((size_t)to.size * 2, sizeof *to.slots);
    if (!to.owned || !to.slots) {
        mem_free(to.owned);
        mem_free(to.slots);
        return;
    }
    to.at = (struct alike_entry *)(void *)((char *)to.owned + (sizeof *to.at - (uintptr_t)to.owned % sizeof *to.at) % sizeof *to.at);
    if (a->n) memcpy(to.at, a->at, a->n * sizeof *a->at);
    for (uint32_t i = 0; i < a->n; i++) add_slot(&to, hash_again(&a->at[i]) & a->hash_bits, i + 1);
    mem_free(a->owned);
    mem_free(a->slots);
    *a = to;
}

void coder_alike_begin(struct coder *c)
{
    if (c->alikes.size == 0) more_entries(&c->alikes);
}

// The number of a text that was not met; 0: there is no room for it.
static __attribute__((noinline)) uint32_t entry_new(struct alikes *a, voc_str text, uint64_t hash)
{
    struct alike_entry e = {.tuple = VOC_NONE, .len = (uint16_t)text.len};
    if (text.len == 0 || text.len > TEXT_MOST) return 0;
    if (a->n == a->size) more_entries(a);
    if (a->n == a->size) return 0;
    if (text.len > SHORT) {
        char *rest = arena_alloc(&a->rest, text.len - OF_LONG);
        if (!rest) return 0;
        memcpy(rest, text.ptr + OF_LONG, text.len - OF_LONG);
        memcpy(e.of.begin, text.ptr, OF_LONG);
        memcpy(e.of.rest, &rest, sizeof rest);
    } else {
        memcpy(e.text, text.ptr, text.len);
    }
    a->at[a->n++] = e;
    add_slot(a, hash, a->n);
    return a->n;
}

static inline bool is_long(const struct alike_entry *e, voc_str text)
{
    return e->len == text.len && memcmp(e->of.begin, text.ptr, OF_LONG) == 0 && memcmp(rest_of(e), text.ptr + OF_LONG, text.len - OF_LONG) == 0;
}

static inline bool is_text(const struct alike_entry *e, voc_str t)
{
    return t.len > SHORT ? is_long(e, t) : e->len == t.len && same_text(e->text, t.ptr, t.len);
}

static inline uint32_t find(const struct alikes *a, voc_str t, uint64_t hash)
{
    for (uint32_t k = home_of(a, hash);; k = (k + 1) & (a->size * 2 - 1)) {
        const uint32_t slot = a->slots[k];
        if (slot == 0 || ((slot ^ tag_of(hash)) >> NUMBER_BITS == 0 && is_text(&a->at[number_of(slot) - 1], t))) return number_of(slot);
    }
}

static void look(struct alikes *a, const voc_str *texts, size_t n, uint32_t *number)
{
    uint64_t hash[CODING_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        hash[i] = text_hash(texts[i].ptr, texts[i].len) & a->hash_bits;
        __builtin_prefetch(&a->slots[home_of(a, hash[i])]);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t likely = a->slots[home_of(a, hash[i])];
        if (likely) __builtin_prefetch(&a->at[number_of(likely) - 1]);
    }
    for (size_t i = 0; i < n; i++) {
        number[i] = find(a, texts[i], hash[i]);
        if (!number[i]) number[i] = entry_new(a, texts[i], hash[i]);
    }
}

void coder_alike(struct coder *c, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told)
{
    struct alikes *a = &c->alikes;
    memset(told, 0, n);
    if (a->vary || a->size == 0) {
        memset(number, 0, n * sizeof *number);
        return;
    }
    look(a, texts, n, number);
    for (size_t i = 0; i < n; i++) {
        if (number[i]) told[i] = a->at[number[i] - 1].tuple != VOC_NONE;
        a->found += told[i];
    }
    if ((a->asked += (uint32_t)n) < JUDGE_AFTER) return;
    a->vary = a->found < a->asked / WORTH_ONE_IN;
    a->asked = a->found = 0;
}

// ---- what they stand for -------------------------------------------------------------------------------------------------

// Of a number that somebody made up: whatever it is, it is an entry's or none.
static inline const struct alike_entry *told_entry(const struct coder *c, uint32_t number)
{
    if (number == 0 || number > c->alikes.n) return NULL;
    const struct alike_entry *e = &c->alikes.at[number - 1];
    return e->tuple < c->tuples.n ? e : NULL;
}

voc_rc coder_alike_tell(struct coder *c, uint32_t number, const struct coded_tuple *t, uint32_t attrs)
{
    if (number == 0 || number > c->alikes.n) return VOC_E_BUG;
    struct alike_entry *e = &c->alikes.at[number - 1];
    voc_rc rc = coder_tuples(c, t, 1, &e->tuple);
    e->resolution = t->resolution;
    e->attrs = attrs;
    return rc;
}

// Those of a file hardly change from line to line: the entry has the tuple of the last one.
static __attribute__((noinline)) voc_rc other_resolution(struct coder *c, uint32_t number, unsigned resolution)
{
    struct coded_tuple t = c->tuples.at[c->alikes.at[number - 1].tuple];
    t.resolution = (uint8_t)resolution;
    return coder_alike_tell(c, number, &t, c->alikes.at[number - 1].attrs);
}

voc_rc coder_alike_tuples(struct coder *c, const uint32_t *number, size_t n, unsigned resolution, uint32_t *out, uint32_t *attrs)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        const struct alike_entry *e = told_entry(c, number[i]);
        if (!e) return VOC_E_BUG;
        if (e->resolution != resolution) rc = other_resolution(c, number[i], resolution);
        out[i] = e->tuple;
        attrs[i] = e->attrs;
    }
    return rc;
}
