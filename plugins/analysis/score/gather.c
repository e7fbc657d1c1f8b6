// SPDX-License-Identifier: MIT
//
// From batches of journeys to flat arrays. Each unit becomes one spooled record with its name as key, so that whatever
// thread read it, finish sees all units in order of name. A record is: head, stays, person stays, what events have in common, events,
// predicate words, attributes (whose texts are the host's, for the run).
#include <string.h>

#include "plugins/analysis/score/score.h"

void *score_alloc(const struct score *s, size_t n, size_t size)
{
    size_t whole;
    if (__builtin_mul_overflow(n ? n : 1, size, &whole)) return NULL;
    void *p = s->host->alloc(s->cx, whole);
    if (p) memset(p, 0, whole);
    return p;
}

voc_rc gather_room(struct state *st, size_t size)
{
    if (size <= st->cap) return VOC_OK;
    size_t cap = st->cap ? st->cap : 65536;
    while (cap < size) cap *= 2;
    char *to = st->score->host->resize(st->score->cx, st->buffer, cap);
    if (!to) return VOC_E_NOMEM;
    st->buffer = to;
    st->cap = cap;
    return VOC_OK;
}

#define FETCH_AHEAD 8  // records
#define FETCH_LINES 8  // of each
#define LOOK_BACK 8  // so many of the last are looked at for what a new event has in common with another

// The number of what this event shares with others, made if it is new.
static voc_rc share(struct state *st, size_t *n, const voc_journeys *j, size_t i, uint32_t *number)
{
    const struct score *s = st->score;
    const struct more m = {
        .cost = ((const int64_t *)j->columns[VOC_COL_COST])[i],
        .minutes = ((const int64_t *)j->columns[VOC_COL_MINUTES])[i],
        .individual = ((const uint32_t *)j->columns[VOC_COL_INDIVIDUAL])[i],
        .campaign = ((const uint32_t *)j->columns[VOC_COL_CAMPAIGN])[i],
        .thread = ((const uint32_t *)j->columns[VOC_COL_THREAD])[i],
        .ref_touchpoint = ((const uint32_t *)j->columns[VOC_COL_REF_TOUCHPOINT])[i],
        .role = j->columns[VOC_COL_ROLE] ? ((const uint32_t *)j->columns[VOC_COL_ROLE])[i] : 0,
    };
    for (size_t k = *n, least = k > LOOK_BACK ? k - LOOK_BACK : 0; k-- > least;)
        if (memcmp(&st->more[k], &m, sizeof m) == 0) return *number = (uint32_t)k, VOC_OK;
    if (*n == st->more_cap) {
        size_t cap = st->more_cap ? st->more_cap * 2 : 256;
        void *to = s->host->resize(s->cx, st->more, cap * sizeof m);
        if (!to) return VOC_E_NOMEM;
        st->more = to;
        st->more_cap = cap;
    }
    *number = (uint32_t)*n;
    st->more[(*n)++] = m;
    return VOC_OK;
}

static void copy_event(struct event *e, const voc_journeys *j, size_t i)
{
    *e = (struct event){
        .time = ((const int64_t *)j->columns[VOC_COL_TIME])[i],
        .action = ((const uint32_t *)j->columns[VOC_COL_ACTION])[i],
        .touchpoint = ((const uint32_t *)j->columns[VOC_COL_TOUCHPOINT])[i],
        .segment = ((const uint32_t *)j->columns[VOC_COL_SEGMENT])[i],
        .ref_event = ((const int32_t *)j->columns[VOC_COL_REF_EVENT])[i],
        .resolution = ((const uint8_t *)j->columns[VOC_COL_RESOLUTION])[i],
        .actor = ((const uint8_t *)j->columns[VOC_COL_ACTOR])[i],
        .class_ = ((const uint8_t *)j->columns[VOC_COL_CLASS])[i],
        .delivered = ((const uint8_t *)j->columns[VOC_COL_DELIVERED])[i],
    };
}

size_t gather_size(const struct score *s, const struct record_head *h)
{
    size_t words = (s->n_predicates + 63) / 64;
    return sizeof *h + (h->n_stays + h->n_persons) * sizeof(voc_stay) + h->n_more * sizeof(struct more) +
           h->n_events * (sizeof(struct event) + words * sizeof(uint64_t)) + h->n_attributes * sizeof(struct attribute);
}

// What all records take is known when the last is added: none has to be looked at for it.
voc_rc gather_add(struct state *st, voc_str name, size_t size)
{
    struct record_head h;
    memcpy(&h, st->buffer, sizeof h);
    st->all.events += h.n_events;
    st->all.stays += h.n_stays;
    st->all.persons += h.n_persons;
    st->all.attributes += h.n_attributes;
    st->all.more += h.n_more;
    st->all.names += name.len;
    return st->score->host->spool_add(st->spool, name, st->buffer, size);
}

voc_rc gather_merge(struct state *into, struct state *from)
{
    into->all.events += from->all.events;
    into->all.stays += from->all.stays;
    into->all.persons += from->all.persons;
    into->all.attributes += from->all.attributes;
    into->all.more += from->all.more;
    into->all.names += from->all.names;
    from->all = (struct totals){0};
    return into->score->host->spool_merge(into->spool, from->spool);
}

// The events go where they belong once it is known how much they have in common: behind it.
static voc_rc gather_events(struct state *st, const voc_journeys *j, const voc_unit *u, char *at, size_t *n_more)
{
    *n_more = 0;
    for (size_t i = 0; i < u->n_events; i++) {
        struct event e;
        memset(&e, 0, sizeof e);
        copy_event(&e, j, u->first_event + i);
        voc_rc rc = share(st, n_more, j, u->first_event + i, &e.more);
        if (rc) return rc;
        memcpy(at + i * sizeof e, &e, sizeof e);
    }
    return VOC_OK;
}

static voc_rc gather_unit(struct score *s, struct state *st, const voc_journeys *j, const voc_unit *u)
{
    size_t words = (s->n_predicates + 63) / 64;
    size_t stays = u->n_stays * sizeof(voc_stay), persons = u->n_person_stays * sizeof(voc_stay);
    size_t events = u->n_events * sizeof(struct event), bits = u->n_events * words * sizeof(uint64_t);
    size_t n_attributes = j->struct_size >= offsetof(voc_journeys, n_attributes) + sizeof j->n_attributes && u->n_attributes ? u->n_attributes : 0;
    struct record_head head = {
        u->n_events, u->n_stays, u->n_person_stays, n_attributes, u->n_events, u->account, (u->flags & VOC_JOURNEY_INTERNAL) != 0,
    };
    size_t size = gather_size(s, &head), n_more;  // as if nothing were in common
    voc_rc rc = gather_room(st, size);
    if (rc) return rc;
    char *at = st->buffer + sizeof head + stays + persons;
    rc = gather_events(st, j, u, at + u->n_events * sizeof(struct more), &n_more);
    if (rc) return rc;
    if (n_more) memcpy(at, st->more, n_more * sizeof(struct more));
    memmove(at + n_more * sizeof(struct more), at + u->n_events * sizeof(struct more), events);
    head.n_more = n_more;
    size = gather_size(s, &head);
    at = st->buffer;
    memcpy(at, &head, sizeof head);
    at += sizeof head;
    if (stays) memcpy(at, j->stays + u->first_stay, stays);
    at += stays;
    if (persons) memcpy(at, j->person_stays + u->first_person_stay, persons);
    at += persons + n_more * sizeof(struct more) + events;
    memset(at, 0, bits);
    for (size_t p = 0; p < s->n_predicates; p++)
        for (size_t i = 0; i < u->n_events; i++) {
            uint64_t word;
            char *place = at + (i * words + p / 64) * sizeof word;
            memcpy(&word, place, sizeof word);
            word |= (uint64_t)(j->predicates[p][u->first_event + i] != 0) << (p % 64);
            memcpy(place, &word, sizeof word);
        }
    at += bits;
    for (size_t i = 0; i < n_attributes; i++) {
        const voc_attribute *a = (const voc_attribute *)(const void *)((const char *)j->attributes + (u->first_attribute + i) * j->attribute_size);
        const struct attribute own = {.key = a->key, .text = a->text, .from = a->from_us, .entity = a->entity};
        memcpy(at + i * sizeof own, &own, sizeof own);
    }
    return gather_add(st, u->name, size);
}

voc_rc gather_batch(struct score *s, struct state *st, const voc_journeys *j)
{
    voc_rc rc = j->stay_size == sizeof(voc_stay) ? VOC_OK : VOC_E_BUG;
    for (size_t i = 0; i < j->n_units && !rc; i++)
        rc = gather_unit(s, st, j, analysis_unit(j, i));
    return rc;
}

// All of it is written next.
static void *room(const struct score *s, size_t n, size_t size)
{
    size_t whole;
    return __builtin_mul_overflow(n ? n : 1, size, &whole) ? NULL : s->host->alloc(s->cx, whole);
}

// Records lie where their units were met, and come in the order of names: each is somewhere else, so it is asked for before its turn.
static void fetch_ahead(const struct score *s, voc_spool *spool, size_t i, size_t n)
{
    voc_str key;
    const void *data;
    size_t size;
    if (n - i <= FETCH_AHEAD || s->host->spool_get(spool, i + FETCH_AHEAD, &key, &data, &size)) return;
    __builtin_prefetch(key.ptr);
    for (size_t line = 0; line < FETCH_LINES && line * 64 < size; line++) __builtin_prefetch((const char *)data + line * 64);
}

static voc_rc make_room(struct score *s, size_t n, const struct totals *all, char **names)
{
    struct data *d = &s->data;
    if (all->more > UINT32_MAX) return VOC_E_LIMIT;
    *d = (struct data){.n_units = n, .n_events = all->events, .n_stays = all->stays, .n_persons = all->persons,
                       .n_attributes = all->attributes, .n_more = all->more, .words = (s->n_predicates + 63) / 64};
    *names = room(s, all->names, 1);
    d->units = score_alloc(s, n, sizeof *d->units);
    d->first_event = score_alloc(s, n + 1, sizeof *d->first_event);
    d->first_stay = score_alloc(s, n + 1, sizeof *d->first_stay);
    d->first_person = score_alloc(s, n + 1, sizeof *d->first_person);
    d->first_attribute = score_alloc(s, n + 1, sizeof *d->first_attribute);
    d->attributes = score_alloc(s, d->n_attributes, sizeof *d->attributes);
    d->events = room(s, d->n_events, sizeof *d->events);
    d->more = room(s, d->n_more, sizeof *d->more);
    d->bits = room(s, d->n_events * d->words, sizeof *d->bits);
    d->stays = room(s, d->n_stays, sizeof *d->stays);
    d->persons = room(s, d->n_persons, sizeof *d->persons);
    return *names && d->units && d->more && d->first_event && d->first_stay && d->first_person && d->first_attribute &&
                   d->attributes && d->events && d->bits && d->stays && d->persons
               ? VOC_OK
               : VOC_E_NOMEM;
}

voc_rc gather_load(struct score *s, const struct state *state)
{
    voc_spool *spool = state->spool;
    struct data *d = &s->data;
    char *names = NULL;
    size_t n, e = 0, st = 0, p = 0, a = 0, m = 0;
    voc_rc rc = s->host->spool_seal(spool, &n);
    if (!rc) rc = make_room(s, n, &state->all, &names);
    for (size_t i = 0; i < n && !rc; i++) {
        const void *data;
        size_t size;
        struct record_head h;
        voc_str name;
        fetch_ahead(s, spool, i, n);
        rc = s->host->spool_get(spool, i, &name, &data, &size);
        if (rc) break;
        if (name.len) memcpy(names, name.ptr, name.len);
        d->units[i].name = (voc_str){names, name.len};
        names += name.len;
        const char *at = data;
        memcpy(&h, at, sizeof h);
        at += sizeof h;
        d->units[i].account = h.account;
        d->units[i].internal = h.internal;
        d->first_event[i] = e;
        d->first_stay[i] = st;
        d->first_person[i] = p;
        d->first_attribute[i] = a;
        if (h.n_stays) memcpy(d->stays + st, at, h.n_stays * sizeof(voc_stay));
        at += h.n_stays * sizeof(voc_stay);
        if (h.n_persons) memcpy(d->persons + p, at, h.n_persons * sizeof(voc_stay));
        at += h.n_persons * sizeof(voc_stay);
        if (h.n_more) memcpy(d->more + m, at, h.n_more * sizeof(struct more));
        at += h.n_more * sizeof(struct more);
        if (h.n_events) memcpy(d->events + e, at, h.n_events * sizeof(struct event));
        for (size_t k = e; k < e + h.n_events; k++) d->events[k].more += (uint32_t)m;
        at += h.n_events * sizeof(struct event);
        if (h.n_events && d->words) memcpy(d->bits + e * d->words, at, h.n_events * d->words * sizeof(uint64_t));
        at += h.n_events * d->words * sizeof(uint64_t);
        if (h.n_attributes) memcpy(d->attributes + a, at, h.n_attributes * sizeof(struct attribute));
        e += h.n_events;
        st += h.n_stays;
        p += h.n_persons;
        a += h.n_attributes;
        m += h.n_more;
    }
    if (rc) return rc;
    d->first_event[n] = e;
    d->first_stay[n] = st;
    d->first_person[n] = p;
    d->first_attribute[n] = a;
    if (VOC_HOST_HAS(s->host, spool_empty)) s->host->spool_empty(spool);  // all of it was copied
    return VOC_OK;
}
