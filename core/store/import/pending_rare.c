// SPDX-License-Identifier: MIT
// What only few events have: amounts, objects, threads, ids, references, texts, attributes. Rows hold a number for all of it, and
// what came lately is held once.
#include "store/import/pending_join.h"

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

// Of what rows repeat.
static inline uint64_t hash_amounts(int64_t minutes, int64_t cost, int64_t value)
{
    uint64_t x = ((uint64_t)minutes ^ (uint64_t)VOC_NA) * UINT64_C(0x9e3779b97f4a7c15) ^
                 ((uint64_t)cost ^ (uint64_t)VOC_NA) * UINT64_C(0xbf58476d1ce4e5b9);
    return (x ^ x >> 32) * UINT64_C(0x94d049bb133111eb) ^ ((uint64_t)value ^ (uint64_t)VOC_NA) * UINT64_C(0xd6e8feb86659fd93);
}

static inline struct recent_rares *recent_at(const struct pending *q, uint64_t hash) { return &q->recent[hash >> 32 & (RECENT_RARE - 1)]; }

// Of one that has amounts and nothing else the tag is odd: then only they are compared.
static inline uint32_t tag_of(uint64_t hash, bool plain) { return (uint32_t)hash << 1 | plain; }

// What an event has of them.
static inline uint32_t has_of(const struct pending_amounts *a)
{
    return (a->minutes != VOC_NA ? RARE_MINUTES : 0u) | (a->cost != VOC_NA ? RARE_COST : 0u) | (a->value != VOC_NA ? RARE_VALUE : 0u);
}

static inline bool same_amounts(const struct pending *q, uint32_t at, const struct pending_amounts *a)
{
    const struct pending_amounts *b = &q->amounts.at[at];
    return ((a->minutes ^ b->minutes) | (a->cost ^ b->cost) | (a->value ^ b->value)) == 0;
}

static bool is_recent(const struct pending *q, const struct recent_rare *recent, const struct pending_rare *r, const struct pending_amounts *a)
{
    struct pending_rare same = *r;
    same.amounts = recent->amounts;
    return memcmp(&q->rare.at[recent->at], &same, sizeof same) == 0 && (!(r->has & RARE_AMOUNTS) || same_amounts(q, recent->amounts, a));
}

// A rare row that nothing recent is like; it takes the place of the one that came first to its set.
static uint32_t add_rare(struct joiner *j, uint64_t hash, bool plain, struct pending_rare *r, const struct pending_amounts *a)
{
    struct pending *q = j->q;
    const bool amounts = r->has & RARE_AMOUNTS;
    voc_rc rc = vec_reserve(&q->rare, 1, UINT32_MAX);
    if (rc == VOC_OK && amounts) rc = vec_reserve(&q->amounts, 1, UINT32_MAX);
    if (rc != VOC_OK) return join_fail(j, rc, "too many events");
    if (amounts) q->amounts.at[r->amounts = (uint32_t)q->amounts.n++] = *a;
    q->rare.at[q->rare.n++] = *r;
    struct recent_rares *set = recent_at(q, hash);
    const uint32_t at = (uint32_t)q->rare.n - 1;
    set->way[set->next] = (struct recent_rare){tag_of(hash, plain), at, r->amounts};
    set->next = (set->next + 1) % RECENT_WAYS;
    return at;
}

static uint32_t join_amounts(struct joiner *j, uint64_t hash, const struct pending_amounts *a)
{
    const struct recent_rares *set = recent_at(j->q, hash);
    const uint32_t tag = tag_of(hash, true);
    for (unsigned k = 0; k < RECENT_WAYS; k++)
        if (set->way[k].tag == tag && same_amounts(j->q, set->way[k].amounts, a)) return set->way[k].at;
    struct pending_rare r = {.has = has_of(a)};
    return add_rare(j, hash, true, &r, a);
}

// Event i, which may have texts or stand behind others of its record.
static uint32_t join_all(struct joiner *j, size_t i, uint64_t hash, const struct pending_amounts *a)
{
    const struct coded_events *c = &j->b->events;
    struct pending *q = j->q;
    struct pending_rare r = {.sub = at(c->sub, i), .has = has_of(a) | (at(c->sub, i) ? RARE_SUB : 0u)};
    const size_t heap = q->heap.n;
    if (j->has_texts && has_texts(c, i)) rare_texts(j, i, &r);
    if (j->rc != VOC_OK || !r.has) return 0;
    if (!(r.has & ~(uint32_t)RARE_AMOUNTS)) return join_amounts(j, hash, a);
    hash ^= hash64(&r, sizeof r, 0);
    const struct recent_rares *set = recent_at(q, hash);
    const bool fresh = q->heap.n > heap; // with a text that no event had: it need not be looked for
    for (unsigned k = 0; k < RECENT_WAYS && !fresh; k++)
        if (set->way[k].tag == tag_of(hash, false) && set->way[k].at && is_recent(q, &set->way[k], &r, a)) return set->way[k].at;
    return add_rare(j, hash, false, &r, a);
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

static inline struct pending_amounts amounts_at(const struct coded_events *c, uint32_t at)
{
    const bool some = at != VOC_NONE;
    return (struct pending_amounts){.minutes = some && c->minutes ? c->minutes[at] : VOC_NA, .cost = some && c->cost ? c->cost[at] : VOC_NA,
                                    .value = some && c->value ? c->value[at] : VOC_NA};
}

// Whether there is anything of row i, whose amounts are at `at`.
static inline void begin_row(const struct coded_events *c, struct rare_group *g, size_t i, uint32_t at)
{
    const struct pending_amounts a = amounts_at(c, at);
    g->hash[g->n] = hash_amounts(a.minutes, a.cost, a.value);
    g->row[g->n] = (uint32_t)(i - g->from);
    g->at[g->n] = at;
    g->n += g->all || ((a.minutes ^ VOC_NA) | (a.cost ^ VOC_NA) | (a.value ^ VOC_NA)) != 0;
}

void join_rare_begin(struct joiner *j, size_t from, size_t to, struct rare_group *g)
{
    const struct coded_events *c = &j->b->events;
    const bool amounts = c->minutes || c->cost || c->value, sparse = amounts && c->amount_row;
    g->from = from;
    g->n = 0;
    g->all = j->has_texts || c->sub;
    if (c->object) fetch_objects(j, from, to);
    size_t next = j->next_amount;
    if (sparse && !g->all)
        for (; next < c->n_amounts && c->amount_row[next] < to; next++) begin_row(c, g, c->amount_row[next], (uint32_t)next);
    else if (amounts || g->all)
        for (size_t i = from; i < to; i++) {
            const bool has = sparse ? next < c->n_amounts && c->amount_row[next] == i : amounts;
            begin_row(c, g, i, !has ? VOC_NONE : sparse ? (uint32_t)next++ : (uint32_t)i);
        }
    j->next_amount = next;
    for (size_t k = 0; k < g->n; k++) __builtin_prefetch(recent_at(j->q, g->hash[k]));
}

void join_rare_fetch(const struct joiner *j, const struct rare_group *g)
{
    for (size_t k = 0; k < g->n; k++) {
        const struct recent_rares *set = recent_at(j->q, g->hash[k]);
        for (unsigned w = 0; w < RECENT_WAYS; w++)
            if (set->way[w].tag == tag_of(g->hash[k], true)) __builtin_prefetch(&j->q->amounts.at[set->way[w].amounts]);
    }
}

void join_rare(struct joiner *j, const struct rare_group *g, uint32_t rare[JOIN_GROUP])
{
    const struct coded_events *c = &j->b->events;
    memset(rare, 0, JOIN_GROUP * sizeof *rare);
    for (size_t k = 0; k < g->n && j->rc == VOC_OK; k++) {
        const size_t i = g->from + g->row[k];
        const struct pending_amounts a = amounts_at(c, g->at[k]);
        rare[g->row[k]] = g->all ? join_all(j, i, g->hash[k], &a) : join_amounts(j, g->hash[k], &a);
    }
}
