// SPDX-License-Identifier: MIT
// Tests of text, made once for each distinct value: a memo holds one byte for each code of a dictionary, filled when the
// code is first met. Filling is idempotent, so threads share a memo without locks (relaxed atomics).
#ifndef VOC_JOURNEY_MEMO_H
#define VOC_JOURNEY_MEMO_H
#include <stdatomic.h>
#include "base/regex.h"
#include "base/str.h"

struct value_memo {
    const struct voc_regex *re; // NULL: the whole value
    voc_str whole;
    const voc_str *strings; // by code, borrowed
    uint32_t n;
    _Atomic uint8_t *state; // owns: 0 not yet known, 1 no, 2 yes
};
struct memo_set { // owns its memos; pointers to them stay valid
    VEC(struct value_memo *) memos;
};
// The memo of one test on one dictionary: equal asks give the same memo.
voc_rc memo_get(struct value_memo **out, struct memo_set *set, const struct voc_regex *re, voc_str whole, const voc_str *strings, uint32_t n);
void memo_done(struct memo_set *set);
// Does the string with that code pass? A pattern that hits its limit does not. Codes out of range do not.
bool memo_test(const struct value_memo *m, uint32_t code);

// Distinct strings of a column, without copying them. Code 0 is the empty string.
struct interned {
    voc_str *strings; // by code; owns the array, borrows the bytes
    uint32_t n;
    uint32_t *code;   // by row
};
// rows: n slices, `stride` bytes apart; NULL: all empty.
voc_rc intern_rows(struct interned *out, const void *rows, size_t stride, size_t n);
void interned_done(struct interned *i);

// A table from 64-bit keys to 32-bit values that is emptied in O(1).
struct keymap { // owns slots
    struct keymap_slot { uint64_t key; uint32_t value, era; } *slots;
    size_t cap, n;
    uint32_t era;
};
void keymap_clear(struct keymap *m);
void keymap_done(struct keymap *m);
// The value of a key, put in as 0 when it is new. NULL: out of memory. Borrows until the next call.
uint32_t *keymap_at(struct keymap *m, uint64_t key);
#endif
