// SPDX-License-Identifier: MIT
//
// From batches of journeys to flat arrays. Each unit becomes one spooled record with its name as key, so that whatever
// thread read it, finish sees all units in order of name. A record is: head, stays, person stays, events, predicate words, attributes (whose texts are the host's, for the run).
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

static void copy_event(struct event *e, const voc_journeys *j, size_t i)
{
    *e = (struct event){
        .time = ((const int64_t *)j->columns[VOC_COL_TIME])[i],
        .cost = ((const int64_t *)j->columns[VOC_COL_COST])[i],
        .minutes = ((const int64_t *)j->columns[VOC_COL_MINUTES])[i],
        .action = ((const uint32_t *)j->columns[VOC_COL_ACTION])[i],
        .touchpoint = ((const uint32_t *)j->columns[VOC_COL_TOUCHPOINT])[i],
        .individual = ((const uint32_t *)j->columns[VOC_COL_INDIVIDUAL])[i],
        .campaign = ((const uint32_t *)j->columns[VOC_COL_CAMPAIGN])[i],
        .thread = ((const uint32_t *)j->columns[VOC_COL_THREAD])[i],
        .ref_touchpoint = ((const uint32_t *)j->columns[VOC_COL_REF_TOUCHPOINT])[i],
        .segment = ((const uint32_t *)j->columns[VOC_COL_SEGMENT])[i],
        .role = j->columns[VOC_COL_ROLE] ? ((const uint32_t *)j->columns[VOC_COL_ROLE])[i] : 0,
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
    return sizeof *h + (h->n_stays + h->n_persons) * sizeof(voc_stay) + h->n_events * (sizeof(struct event) + words * sizeof(uint64_t)) + h->n_attributes * sizeof(struct attribute);
}

static voc_rc gather_unit(struct score *s, struct state *st, const voc_journeys *j, const voc_unit *u)
{
    size_t words = (s->n_predicates + 63) / 64;
    size_t stays = u->n_stays * sizeof(voc_stay), persons = u->n_person_stays * sizeof(voc_stay);
    size_t events = u->n_events * sizeof(struct event), bits = u->n_events * words * sizeof(uint64_t);
    size_t n_attributes = j->struct_size >= offsetof(voc_journeys, n_attributes) + sizeof j->n_attributes && u->n_attributes ? u->n_attributes : 0;
    size_t size = sizeof(struct record_head) + stays + persons + events + bits + n_attributes * sizeof(struct attribute);
    voc_rc rc = gather_room(st, size);
    if (rc) return rc;
    struct record_head head = {u->n_events, u->n_stays, u->n_person_stays, n_attributes, u->account, (u->flags & VOC_JOURNEY_INTERNAL) != 0};
    char *at = st->buffer;
    memset(at, 0, size);
    memcpy(at, &head, sizeof head);
    at += sizeof head;
    if (stays) memcpy(at, j->stays + u->first_stay, stays);
    at += stays;
    if (persons) memcpy(at, j->person_stays + u->first_person_stay, persons);
    at += persons;
    for (size_t i = 0; i < u->n_events; i++) {
        struct event e;
        memset(&e, 0, sizeof e);
        copy_event(&e, j, u->first_event + i);
        memcpy(at + i * sizeof e, &e, sizeof e);
    }
    at += events;
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
    return s->host->spool_add(st->spool, u->name, st->buffer, size);
}

voc_rc gather_batch(struct score *s, struct state *st, const voc_journeys *j)
{
    voc_rc rc = j->stay_size == sizeof(voc_stay) ? VOC_OK : VOC_E_BUG;
    for (size_t i = 0; i < j->n_units && !rc; i++)
        rc = gather_unit(s, st, j, (const voc_unit *)(const void *)((const char *)j->units + i * j->unit_size));
    return rc;
}

static voc_rc count(struct score *s, voc_spool *spool, size_t n)
{
    struct data *d = &s->data;
    for (size_t i = 0; i < n; i++) {
        voc_str key;
        const void *data;
        size_t size;
        struct record_head h;
        voc_rc rc = s->host->spool_get(spool, i, &key, &data, &size);
        if (rc) return rc;
        memcpy(&h, data, sizeof h);
        d->n_events += h.n_events;
        d->n_stays += h.n_stays;
        d->n_persons += h.n_persons;
        d->n_attributes += h.n_attributes;
    }
    d->n_units = n;
    d->words = (s->n_predicates + 63) / 64;
    d->units = score_alloc(s, n, sizeof *d->units);
    d->first_event = score_alloc(s, n + 1, sizeof *d->first_event);
    d->first_stay = score_alloc(s, n + 1, sizeof *d->first_stay);
    d->first_person = score_alloc(s, n + 1, sizeof *d->first_person);
    d->first_attribute = score_alloc(s, n + 1, sizeof *d->first_attribute);
    d->attributes = score_alloc(s, d->n_attributes, sizeof *d->attributes);
    d->events = score_alloc(s, d->n_events, sizeof *d->events);
    d->bits = score_alloc(s, d->n_events * d->words, sizeof *d->bits);
    d->stays = score_alloc(s, d->n_stays, sizeof *d->stays);
    d->persons = score_alloc(s, d->n_persons, sizeof *d->persons);
    return d->units && d->first_event && d->first_stay && d->first_person && d->first_attribute && d->attributes && d->events && d->bits && d->stays && d->persons ? VOC_OK : VOC_E_NOMEM;
}

voc_rc gather_load(struct score *s, voc_spool *spool)
{
    struct data *d = &s->data;
    size_t n, e = 0, st = 0, p = 0, a = 0;
    voc_rc rc = s->host->spool_seal(spool, &n);
    if (!rc) rc = count(s, spool, n);
    for (size_t i = 0; i < n && !rc; i++) {
        const void *data;
        size_t size;
        struct record_head h;
        rc = s->host->spool_get(spool, i, &d->units[i].name, &data, &size);
        if (rc) break;
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
        if (h.n_events) memcpy(d->events + e, at, h.n_events * sizeof(struct event));
        at += h.n_events * sizeof(struct event);
        if (h.n_events && d->words) memcpy(d->bits + e * d->words, at, h.n_events * d->words * sizeof(uint64_t));
        at += h.n_events * d->words * sizeof(uint64_t);
        if (h.n_attributes) memcpy(d->attributes + a, at, h.n_attributes * sizeof(struct attribute));
        e += h.n_events;
        st += h.n_stays;
        p += h.n_persons;
        a += h.n_attributes;
    }
    if (rc) return rc;
    d->first_event[n] = e;
    d->first_stay[n] = st;
    d->first_person[n] = p;
    d->first_attribute[n] = a;
    return VOC_OK;
}
