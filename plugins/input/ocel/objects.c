// SPDX-License-Identifier: MIT
// What is kept of all objects of a log: by two hashes of its id the type of each, and its values packed, as events tell them. This
// is what the memory for a log grows with, so an id is not kept: with 96 bits of hash a log of a hundred million objects has two
// that are taken for one with a chance of one in ten million million. Names of attributes are kept once and stand as numbers.
#include "plugins/input/ocel/ocel.h"

#define PIECE 4096u // objects
#define SLOTS_FIRST 1024u

// ---- hashes --------------------------------------------------------------------------------------------------------------------

static uint64_t mixed(uint64_t h)
{
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

static uint64_t hash_of(voc_str s, uint64_t seed)
{
    uint64_t h = seed ^ s.len * UINT64_C(0x9e3779b97f4a7c15), word;
    size_t i = 0;
    for (; s.len - i >= 8; i += 8) {
        memcpy(&word, s.ptr + i, 8);
        h = mixed(h ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    }
    word = 0;
    if (i < s.len) memcpy(&word, s.ptr + i, s.len - i);
    return mixed(h ^ word);
}

// Twice as many slots, of what gives the hash of number i.
static uint32_t *new_slots(struct ocel *o, size_t n)
{
    uint32_t *slots = o->host->alloc(o->cx, n * sizeof *slots);
    if (slots) memset(slots, 0xFF, n * sizeof *slots);
    else o->rc = VOC_E_NOMEM;
    return slots;
}

static void put_slot(uint32_t *slots, size_t n, uint64_t hash, uint32_t i)
{
    size_t at = (size_t)hash & (n - 1);
    while (slots[at] != NONE) at = (at + 1) & (n - 1);
    slots[at] = i;
}

// ---- objects by id ---------------------------------------------------------------------------------------------------------------

#define SEED_HASH UINT64_C(0x243f6a8885a308d3)
#define SEED_CHECK UINT64_C(0x13198a2e03707344)

struct object *ocel_object(const struct ocel *o, uint32_t i) { return &o->objects[i / PIECE][i % PIECE]; }

uint32_t ocel_find(const struct ocel *o, voc_str id)
{
    if (!o->n_slots) return NONE;
    const uint64_t hash = hash_of(id, SEED_HASH);
    const uint32_t check = (uint32_t)hash_of(id, SEED_CHECK);
    for (size_t at = (size_t)hash & (o->n_slots - 1); o->slots[at] != NONE; at = (at + 1) & (o->n_slots - 1)) {
        const struct object *x = ocel_object(o, o->slots[at]);
        if (x->hash == hash && x->check == check) return o->slots[at];
    }
    return NONE;
}

static bool more_objects(struct ocel *o)
{
    if (o->n_indexed >= NONE / 2) return o->rc = VOC_E_NOMEM, false;
    if (o->n_indexed % PIECE == 0) {
        void *at = o->objects;
        if (!ocel_grow(o, &at, o->n_indexed / PIECE, &o->pieces_room, sizeof *o->objects)) return false;
        o->objects = at;
        struct object *piece = ocel_alloc(o, &o->chunks, PIECE * sizeof *piece);
        if (!piece) return false;
        o->objects[o->n_indexed / PIECE] = piece;
    }
    if (o->n_indexed * 3 < o->n_slots * 2) return true;
    const size_t n = o->n_slots ? o->n_slots * 2 : SLOTS_FIRST;
    uint32_t *slots = new_slots(o, n);
    if (!slots) return false;
    for (uint32_t i = 0; i < o->n_indexed; i++) put_slot(slots, n, ocel_object(o, i)->hash, i);
    o->host->free(o->cx, o->slots);
    o->slots = slots;
    o->n_slots = n;
    return true;
}

bool ocel_index(struct ocel *o, voc_str id, uint32_t kind)
{
    if (!more_objects(o)) return false;
    const uint32_t i = (uint32_t)o->n_indexed++;
    struct object *x = ocel_object(o, i);
    *x = (struct object){.hash = hash_of(id, SEED_HASH), .check = (uint32_t)hash_of(id, SEED_CHECK), .kind = (uint16_t)kind};
    put_slot(o->slots, o->n_slots, x->hash, i);
    return true;
}

// ---- names of attributes -------------------------------------------------------------------------------------------------------------

static bool name_number(struct ocel *o, voc_str name, uint32_t *number)
{
    struct names *k = &o->names;
    const uint64_t hash = hash_of(name, SEED_HASH);
    for (size_t at = k->n_slots ? (size_t)hash & (k->n_slots - 1) : 0; k->n_slots && k->slots[at] != NONE; at = (at + 1) & (k->n_slots - 1))
        if (ocel_eq(k->at[k->slots[at]], name)) return *number = k->slots[at], true;
    void *all = k->at;
    if (!ocel_grow(o, &all, k->n, &k->room, sizeof *k->at)) return false;
    k->at = all;
    if (k->n * 2 >= k->n_slots) {
        const size_t n = k->n_slots ? k->n_slots * 2 : SLOTS_FIRST;
        uint32_t *slots = new_slots(o, n);
        if (!slots) return false;
        for (uint32_t i = 0; i < k->n; i++) put_slot(slots, n, hash_of(k->at[i], SEED_HASH), i);
        o->host->free(o->cx, k->slots);
        k->slots = slots;
        k->n_slots = n;
    }
    if (!ocel_keep(o, name, &k->at[k->n])) return false;
    put_slot(k->slots, k->n_slots, hash, (uint32_t)k->n);
    *number = (uint32_t)k->n++;
    return true;
}

// ---- states ----------------------------------------------------------------------------------------------------------------------------

// How many values; of each the number of its name, its type and whether a time follows, that time, the length of its text, the text.
static size_t put_number(unsigned char *to, uint64_t n)
{
    size_t i = 0;
    for (; n > 127; n >>= 7) to[i++] = (unsigned char)(n | 128);
    to[i++] = (unsigned char)n;
    return i;
}

static uint64_t get_number(const unsigned char **from)
{
    uint64_t n = 0;
    for (unsigned shift = 0;; shift += 7) {
        const unsigned char c = *(*from)++;
        n |= (uint64_t)(c & 127) << shift;
        if (c < 128) return n;
    }
}

// Those whose time is none say nothing at any time.
bool ocel_keep_state(struct ocel *o, struct object *x, const struct thing *t)
{
    size_t room = 10, at = 0, n = 0;
    x->flags |= OBJECT_STATED;
    if (t->n_values == 0 || t->n_values > STATES_MAX) return true;
    for (size_t i = 0; i < t->n_values; i++) room += t->values[i].text.len + 10 + 10 + 1 + 8;
    unsigned char *all = ocel_scratch(o, room);
    if (!all) return false;
    for (size_t i = 0; i < t->n_values; i++) {
        const struct value *v = &t->values[i];
        uint32_t number, resolution;
        int64_t us;
        if (!ocel_value_time(o, v, &us, &resolution)) continue;
        if (!name_number(o, v->name, &number)) return false;
        at += put_number(all + at, number);
        all[at++] = (unsigned char)(ocel_type_of_value(o, v) << 1 | (us != VOC_NA));
        if (us != VOC_NA) memcpy(all + at, &us, 8), at += 8;
        at += put_number(all + at, v->text.len);
        if (v->text.len) memcpy(all + at, v->text.ptr, v->text.len);
        at += v->text.len;
        n++;
    }
    unsigned char *kept = n ? ocel_pack(o, &o->types[x->kind].states, at + 1) : NULL;
    if (n && !kept) return false;
    if (!n) return true;
    kept[0] = (unsigned char)n; // at most STATES_MAX
    memcpy(kept + 1, all, at);
    x->state = kept;
    return true;
}

size_t ocel_state(const struct ocel *o, const struct object *x, struct state out[STATES_MAX])
{
    const unsigned char *p = x->state;
    if (!p) return 0;
    const size_t n = *p++;
    for (size_t i = 0; i < n; i++) {
        out[i].name = o->names.at[get_number(&p)];
        out[i].type = *p >> 1;
        out[i].from_us = VOC_NA;
        if (*p++ & 1) memcpy(&out[i].from_us, p, 8), p += 8;
        out[i].text.len = (size_t)get_number(&p);
        out[i].text.ptr = (const char *)p;
        p += out[i].text.len;
    }
    return n;
}
