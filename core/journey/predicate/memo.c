// SPDX-License-Identifier: MIT
// Memos of tests by dictionary code, distinct strings of a column, and a table of small counts. Memos are shared between
// threads: a byte is only ever changed from "not yet known" to its one answer. The other two belong to one thread.
#include "journey/predicate/memo.h"
#include "base/hash.h"

#define MEMOS_MAX 100000u

voc_rc memo_get(struct value_memo **out, struct memo_set *set, const struct voc_regex *re, voc_str whole, const voc_str *strings, uint32_t n)
{
    for (size_t i = 0; i < set->memos.n; i++) {
        struct value_memo *m = set->memos.at[i];
        if (m->re == re && m->strings == strings && m->n == n && (re || str_eq(m->whole, whole))) {
            *out = m;
            return VOC_OK;
        }
    }
    voc_rc rc = vec_reserve(&set->memos, 1, MEMOS_MAX);
    if (rc) return rc;
    struct value_memo *m = mem_zalloc(1, sizeof *m);
    if (!m) return VOC_E_NOMEM;
    *m = (struct value_memo){.re = re, .whole = whole, .strings = strings, .n = n};
    m->state = mem_zalloc(n ? n : 1u, sizeof *m->state);
    if (!m->state) {
        mem_free(m);
        return VOC_E_NOMEM;
    }
    set->memos.at[set->memos.n++] = m;
    *out = m;
    return VOC_OK;
}

void memo_done(struct memo_set *set)
{
    for (size_t i = 0; i < set->memos.n; i++) {
        mem_free((void *)set->memos.at[i]->state);
        mem_free(set->memos.at[i]);
    }
    vec_free(&set->memos);
}

bool memo_test(const struct value_memo *m, uint32_t code)
{
    if (code >= m->n) return false;
    uint8_t known = atomic_load_explicit(&m->state[code], memory_order_relaxed);
    if (known == 0) {
        voc_str s = m->strings[code];
        bool yes = m->re ? regex_match(m->re, s, NULL, NULL) == 1 : str_eq(s, m->whole);
        known = yes ? 2 : 1;
        atomic_store_explicit(&m->state[code], known, memory_order_relaxed);
    }
    return known == 2;
}

// ---- distinct strings -------------------------------------------------------------------------------------------------

static voc_str row_at(const void *rows, size_t stride, size_t i)
{
    voc_str s;
    memcpy(&s, (const char *)rows + i * stride, sizeof s);
    return s;
}

// Doubles the table of codes; the strings are hashed again.
static voc_rc table_grow(uint32_t **table, size_t *cap, const voc_str *strings, uint32_t n)
{
    size_t bigger = *cap ? *cap * 2 : 64;
    uint32_t *t = mem_zalloc(bigger, sizeof *t);
    if (!t) return VOC_E_NOMEM;
    for (uint32_t c = 1; c < n; c++) {
        size_t at = hash64(strings[c].ptr, strings[c].len, 0) & (bigger - 1);
        while (t[at]) at = (at + 1) & (bigger - 1);
        t[at] = c;
    }
    mem_free(*table);
    *table = t;
    *cap = bigger;
    return VOC_OK;
}

voc_rc intern_rows(struct interned *out, const void *rows, size_t stride, size_t n)
{
    struct { voc_str *at; size_t n, cap; } strings = {0};
    uint32_t *table = NULL, *code = NULL;
    size_t cap = 0;
    voc_rc rc = vec_reserve(&strings, 1, UINT32_MAX - 1u);
    if (rc) goto out;
    strings.at[strings.n++] = (voc_str){"", 0};
    code = mem_zalloc(n ? n : 1u, sizeof *code);
    if (!code) { rc = VOC_E_NOMEM; goto out; }
    for (size_t i = 0; rows && i < n; i++) {
        voc_str s = row_at(rows, stride, i);
        if (s.len == 0) continue;
        if (strings.n * 2 >= cap && (rc = table_grow(&table, &cap, strings.at, (uint32_t)strings.n))) goto out;
        size_t at = hash64(s.ptr, s.len, 0) & (cap - 1);
        while (table[at] && !str_eq(strings.at[table[at]], s)) at = (at + 1) & (cap - 1);
        if (!table[at]) {
            if ((rc = vec_reserve(&strings, 1, UINT32_MAX - 1u))) goto out;
            table[at] = (uint32_t)strings.n;
            strings.at[strings.n++] = s;
        }
        code[i] = table[at];
    }
    *out = (struct interned){.strings = strings.at, .n = (uint32_t)strings.n, .code = code};
    strings.at = NULL;
    code = NULL;
out:
    mem_free(table);
    mem_free(code);
    mem_free(strings.at);
    return rc;
}

void interned_done(struct interned *i)
{
    mem_free(i->strings);
    mem_free(i->code);
    *i = (struct interned){0};
}

// ---- small counts -------------------------------------------------------------------------------------------------------

void keymap_clear(struct keymap *m)
{
    m->n = 0;
    if (++m->era == 0) { // after 2^32 clearings, old marks could be taken for new ones
        if (m->slots) memset(m->slots, 0, m->cap * sizeof *m->slots);
        m->era = 1;
    }
}

void keymap_done(struct keymap *m)
{
    mem_free(m->slots);
    *m = (struct keymap){0};
}

static struct keymap_slot *slot_of(struct keymap_slot *slots, size_t cap, uint32_t era, uint64_t key)
{
    size_t at = hash64(&key, sizeof key, 0) & (cap - 1);
    while (slots[at].era == era && slots[at].key != key) at = (at + 1) & (cap - 1);
    return &slots[at];
}

static bool keymap_grow(struct keymap *m)
{
    size_t bigger = m->cap ? m->cap * 2 : 16;
    struct keymap_slot *slots = mem_zalloc(bigger, sizeof *slots);
    if (!slots) return false;
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].era == m->era) *slot_of(slots, bigger, m->era, m->slots[i].key) = m->slots[i];
    mem_free(m->slots);
    m->slots = slots;
    m->cap = bigger;
    return true;
}

uint32_t *keymap_at(struct keymap *m, uint64_t key)
{
    if (m->era == 0) m->era = 1;
    if (m->cap) { // a known key needs no room
        struct keymap_slot *known = slot_of(m->slots, m->cap, m->era, key);
        if (known->era == m->era) return &known->value;
    }
    if (m->n * 2 >= m->cap && !keymap_grow(m)) return NULL;
    struct keymap_slot *s = slot_of(m->slots, m->cap, m->era, key);
    *s = (struct keymap_slot){.key = key, .era = m->era};
    m->n++;
    return &s->value;
}
