// SPDX-License-Identifier: MIT
// What only few events have: amounts, objects, threads, ids, references, texts, attributes. Rows hold a number for all of it, and
// what came lately is held once.
#include "store/pending_join.h"

// Texts of an event that few events have.
static void rare_texts(struct joiner *j, size_t i, struct pending_rare *r)
{
    const struct coded_events *c = &j->b->events;
    if (at(c->object, i)) r->object = join_name(j, SPACE_OBJECT, at(c->object, i)), r->has |= RARE_OBJECT;
    if (at(c->thread, i)) r->thread = join_name(j, SPACE_THREAD, at(c->thread, i)), r->has |= RARE_THREAD;
    if (at(c->id, i)) r->id = join_text(j, at(c->id, i), false), r->has |= RARE_ID, j->q->has_ids = true;
    if (at(c->ref, i)) r->ref = join_text(j, at(c->ref, i), false), r->has |= RARE_REF;
    if (at(c->text, i)) r->text = join_text(j, at(c->text, i), false), r->has |= RARE_TEXT;
    if (at(c->attrs, i)) r->attrs = join_text(j, at(c->attrs, i), false), r->has |= RARE_ATTRS;
}

static bool has_texts(const struct coded_events *c, size_t i)
{
    return at(c->object, i) || at(c->thread, i) || at(c->id, i) || at(c->ref, i) || at(c->text, i) || at(c->attrs, i);
}

// Of what rows repeat; 0: it has none of it.
static inline uint64_t hash_amounts(int64_t minutes, int64_t cost, int64_t value)
{
    uint64_t x = ((uint64_t)minutes ^ (uint64_t)VOC_NA) * UINT64_C(0x9e3779b97f4a7c15) ^ ((uint64_t)cost ^ (uint64_t)VOC_NA) * UINT64_C(0xbf58476d1ce4e5b9);
    return (x ^ x >> 32) * UINT64_C(0x94d049bb133111eb) ^ ((uint64_t)value ^ (uint64_t)VOC_NA) * UINT64_C(0xd6e8feb86659fd93);
}

static inline struct recent_rare *recent_at(const struct pending *q, uint64_t hash) { return &q->recent[hash >> 32 & (RECENT_RARE - 1)]; }

// What an event has beside its texts.
static uint32_t amounts_at(const struct coded_events *c, size_t i, struct pending_amounts *a)
{
    *a = (struct pending_amounts){.minutes = amount(c->minutes, i), .cost = amount(c->cost, i), .value = amount(c->value, i)};
    return (a->minutes != VOC_NA ? RARE_MINUTES : 0u) | (a->cost != VOC_NA ? RARE_COST : 0u) | (a->value != VOC_NA ? RARE_VALUE : 0u);
}

static bool is_recent(const struct pending *q, const struct recent_rare *recent, const struct pending_rare *r, const struct pending_amounts *a)
{
    struct pending_rare same = *r;
    same.amounts = recent->amounts;
    return memcmp(&q->rare.at[recent->at], &same, sizeof same) == 0 && (!(r->has & RARE_AMOUNTS) || memcmp(&q->amounts.at[recent->amounts], a, sizeof *a) == 0);
}

uint32_t join_rare(struct joiner *j, size_t i)
{
    const struct coded_events *c = &j->b->events;
    struct pending *q = j->q;
    struct pending_amounts a;
    struct pending_rare r = {.sub = at(c->sub, i), .has = amounts_at(c, i, &a) | (at(c->sub, i) ? RARE_SUB : 0u)};
    bool texts = j->has_texts && has_texts(c, i);
    if (!r.has && !texts) return 0;
    const size_t heap = q->heap.n;
    if (texts) rare_texts(j, i, &r);
    if (j->rc != VOC_OK) return 0;
    uint64_t hash = hash_amounts(a.minutes, a.cost, a.value);
    if (r.has & ~(uint32_t)(RARE_MINUTES | RARE_COST | RARE_VALUE)) hash ^= hash64(&r, sizeof r, 0);
    struct recent_rare *recent = recent_at(q, hash);
    const bool amounts = r.has & RARE_AMOUNTS, fresh = q->heap.n > heap; // with a text that no event had: it need not be looked for
    if (!fresh && recent->at && recent->tag == (uint32_t)hash && is_recent(q, recent, &r, &a)) return recent->at;
    voc_rc rc = vec_reserve(&q->rare, 1, UINT32_MAX);
    if (rc == VOC_OK && amounts) rc = vec_reserve(&q->amounts, 1, UINT32_MAX);
    if (rc != VOC_OK) return join_fail(j, rc, "too many events");
    if (amounts) q->amounts.at[r.amounts = (uint32_t)q->amounts.n++] = a;
    q->rare.at[q->rare.n++] = r;
    *recent = (struct recent_rare){(uint32_t)hash, (uint32_t)q->rare.n - 1, r.amounts};
    return recent->at;
}

// Objects that come with their hash are new to their sender, and nearly each is somewhere else in the dictionary.
static void fetch_objects(const struct joiner *j, size_t from, size_t to)
{
    const struct coded_block *b = j->b;
    const uint32_t *object = b->events.object;
    const struct dict *names = j->q->names[SPACE_OBJECT];
    for (size_t i = from; i < to; i++)
        if (object[i] - b->hash_from < b->n_hash) dict_prefetch(names, b->hash[object[i] - b->hash_from]);
    for (size_t i = from; i < to; i++)
        if (object[i] - b->hash_from < b->n_hash) (void)dict_prefetch_entry(names, b->hash[object[i] - b->hash_from]);
}

void join_mark_rare(const struct joiner *j, size_t from, size_t to, bool rare[JOIN_GROUP])
{
    const struct coded_events *c = &j->b->events;
    const struct pending *q = j->q;
    const int64_t *minutes = c->minutes, *cost = c->cost, *value = c->value;
    uint64_t hash[JOIN_GROUP];
    size_t n = 0;
    memset(rare, j->has_texts || c->sub, (to - from) * sizeof *rare);
    if (c->object) fetch_objects(j, from, to);
    if (!minutes && !cost && !value) return;
    for (size_t i = from; i < to; i++) {
        hash[n] = hash_amounts(amount(minutes, i), amount(cost, i), amount(value, i));
        rare[i - from] |= hash[n] != 0;
        n += hash[n] != 0;
    }
    for (size_t k = 0; k < n; k++) __builtin_prefetch(recent_at(q, hash[k]));
    for (size_t k = 0; k < n; k++) {
        const struct recent_rare *recent = recent_at(q, hash[k]);
        __builtin_prefetch(&q->rare.at[recent->at]);
        __builtin_prefetch(&q->amounts.at[recent->amounts]);
    }
}
