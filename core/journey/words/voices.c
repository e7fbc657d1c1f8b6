// SPDX-License-Identifier: MIT
// One hash table over all words, keyed by what they belong to; words of one thing hang together in the order of the set.
#include "journey/words/voices.h"

#include "base/hash.h"

enum { OF_EVENT = 1, OF_CASE, OF_PERSON };

struct voices { // owns
    struct said_set said;
    uint32_t *slot, *next; // index + 1 of the first; of the next of the same
    uint32_t *person;      // individual of each
    size_t n_slots;
};
struct key { uint32_t kind, number; voc_str text; };

void voices_free(struct voices *v)
{
    if (!v) return;
    said_done(&v->said);
    mem_free(v->slot);
    mem_free(v->next);
    mem_free(v->person);
    mem_free(v);
}

size_t voices_n(const struct voices *v) { return v ? v->said.all.n : 0; }

static struct key key_of(const struct voices *v, size_t i)
{
    const struct said *s = &v->said.all.at[i];
    if (s->ref_kind == VOC_REF_EVENT && s->ref.len) return (struct key){OF_EVENT, s->source, s->ref};
    if (s->ref_kind == VOC_REF_CASE && s->ref.len && !v->person[i]) return (struct key){OF_CASE, 0, s->ref};
    return (struct key){OF_PERSON, v->person[i], {"", 0}};
}

static bool same(struct key a, struct key b) { return a.kind == b.kind && a.number == b.number && str_eq(a.text, b.text); }

static size_t slot_of(const struct voices *v, struct key k)
{
    size_t at = (size_t)hash64(k.text.ptr, k.text.len, (uint64_t)k.kind << 32 | k.number) & (v->n_slots - 1);
    while (v->slot[at] && !same(key_of(v, v->slot[at] - 1), k)) at = (at + 1) & (v->n_slots - 1);
    return at;
}

voc_rc voices_new(struct voices **out, struct project *p, const struct identity *id, struct diag *d)
{
    struct voices *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    voc_rc rc = said_words(&v->said, p, str_of(""), d);
    size_t n = v->said.all.n;
    for (v->n_slots = 16; v->n_slots < n * 2; v->n_slots *= 2) {}
    if (!rc && n) {
        v->slot = mem_zalloc(v->n_slots, sizeof *v->slot);
        v->next = mem_zalloc(n, sizeof *v->next);
        v->person = mem_zalloc(n, sizeof *v->person);
        if (!v->slot || !v->next || !v->person) rc = VOC_E_NOMEM;
    }
    for (size_t i = 0; i < n && !rc; i++) v->person[i] = identity_individual(id, v->said.all.at[i].customer);
    for (size_t i = n; i-- > 0 && !rc;) { // from behind, so that the first of the set hangs first
        size_t at = slot_of(v, key_of(v, i));
        v->next[i] = v->slot[at];
        v->slot[at] = (uint32_t)i + 1;
    }
    if (rc || !n) voices_free(v);
    else *out = v;
    return rc;
}

static const struct said *first_of(const struct voices *v, struct key k)
{
    uint32_t i = v ? v->slot[slot_of(v, k)] : 0;
    return i ? &v->said.all.at[i - 1] : NULL;
}

const struct said *voices_of_event(const struct voices *v, uint32_t source, voc_str id)
{
    return id.len ? first_of(v, (struct key){OF_EVENT, source, id}) : NULL;
}
const struct said *voices_of_case(const struct voices *v, voc_str name) { return name.len ? first_of(v, (struct key){OF_CASE, 0, name}) : NULL; }
const struct said *voices_of_person(const struct voices *v, uint32_t individual)
{
    return individual ? first_of(v, (struct key){OF_PERSON, individual, {"", 0}}) : NULL;
}

const struct said *voices_next(const struct voices *v, const struct said *s)
{
    uint32_t next = v->next[s - v->said.all.at];
    return next ? &v->said.all.at[next - 1] : NULL;
}
uint32_t voices_person(const struct voices *v, const struct said *s) { return v->person[s - v->said.all.at]; }
