// SPDX-License-Identifier: MIT
//
// What was gathered, as portable bytes: numbers of seven bits a byte, times as differences, so that a record takes about a third of what it
// takes in memory. Whoever wrote them, what is read is within bounds: codes name something, times ascend, slices lie within their unit.
#include <string.h>

#include "plugins/analysis/score/score.h"
#include "plugins/common/gaps.h"

#define TIME_MOST (INT64_C(1) << 60)  // of either sign: differences do not overflow
static const char magic[8] = {'V', 'O', 'C', 'S', 'C', 'O', 'R', '2'};

// Both directions in one: a number is put, or got and held against its bounds.
struct port {
    const struct score *s;
    voc_writer *to;  // NULL: reads
    struct bytes from;
    voc_rc rc;
    size_t n;
    unsigned char buffer[4096];
};

static void fail(struct port *p, voc_rc rc)
{
    if (!p->rc) p->rc = rc;
}

static void flush(struct port *p)
{
    if (!p->rc && p->n) p->rc = p->s->host->write(p->to, p->buffer, p->n);
    p->n = 0;
}

static void number(struct port *p, uint64_t *x, uint64_t below)
{
    if (p->to) {
        if (p->n + 10 > sizeof p->buffer) flush(p);
        p->n += varint_put(p->buffer + p->n, *x);
    } else if (p->rc || !varint_get(&p->from, x) || *x >= below) {
        fail(p, VOC_E_INPUT);
        *x = 0;
    }
}

static void code(struct port *p, uint32_t *x, uint64_t below)
{
    uint64_t wide = *x;
    number(p, &wide, below);
    *x = (uint32_t)wide;
}

// A code, or VOC_NONE.
static void index_of(struct port *p, uint32_t *x, uint64_t below)
{
    uint64_t wide = *x == VOC_NONE ? 0 : (uint64_t)*x + 1;
    number(p, &wide, below + 1);
    *x = wide ? (uint32_t)(wide - 1) : VOC_NONE;
}

static void byte(struct port *p, uint8_t *x, uint64_t below)
{
    uint64_t wide = *x;
    number(p, &wide, below);
    *x = (uint8_t)wide;
}

// As a difference to what came before; the lowest bit is the sign.
static void amount(struct port *p, int64_t *x, int64_t before)
{
    uint64_t d = (uint64_t)*x - (uint64_t)before;
    d = d >> 63 ? ~d << 1 | 1 : d << 1;
    number(p, &d, UINT64_MAX);
    *x = (int64_t)((d & 1 ? ~(d >> 1) : d >> 1) + (uint64_t)before);
}

static void time_of(struct port *p, int64_t *x, int64_t before)
{
    amount(p, x, before);
    if (!p->to && (*x >= TIME_MOST || *x <= -TIME_MOST)) fail(p, VOC_E_INPUT);
}

// A missing amount is common: one byte.
static void amount_or_none(struct port *p, int64_t *x)
{
    uint64_t known = *x != VOC_NA;
    number(p, &known, 2);
    if (!known) *x = VOC_NA;
    else {
        if (!p->to) *x = 0;
        amount(p, x, 0);
    }
}

static void text(struct port *p, voc_str *s)
{
    uint64_t len = s->len;
    number(p, &len, UINT64_MAX);
    if (p->to) {
        flush(p);
        if (!p->rc && len) p->rc = p->s->host->write(p->to, s->ptr, s->len);
        return;
    }
    *s = (voc_str){"", 0};
    if (p->rc || len > (uint64_t)(p->from.end - p->from.at)) return fail(p, VOC_E_INPUT);
    if (len) *s = (voc_str){(const char *)p->from.at, (size_t)len};
    p->from.at += len;
}

// ---- one record --------------------------------------------------------------------------------------------------------

static uint64_t some(uint64_t n) { return n ? n : 1; }  // code 0 is none
static uint64_t codes(const struct port *p, uint32_t column) { return some(p->s->host->n_codes(p->s->run, column)); }

static void stay(struct port *p, voc_stay *v, int64_t *before, uint64_t n_events)
{
    const voc_definition *d = p->s->def;
    int64_t in = v->in_us;
    uint64_t open = v->out_us == VOC_TIME_MAX;
    time_of(p, &v->in_us, *before);
    in = v->in_us;
    number(p, &open, 2);
    if (open) v->out_us = VOC_TIME_MAX;
    else time_of(p, &v->out_us, in);
    code(p, &v->stage, some(d->n_stages));
    code(p, &v->episode, UINT32_MAX);
    code(p, &v->number, UINT32_MAX);
    code(p, &v->segment, some(d->n_segments));
    code(p, &v->end, VOC_END_CENSORED + 1);
    index_of(p, &v->exit, d->n_exits);
    code(p, &v->flags, 4);
    code(p, &v->individual, codes(p, VOC_COL_INDIVIDUAL));
    code(p, &v->first_event, n_events + 1);
    code(p, &v->n_events, n_events + 1);
    if (!p->to && (v->out_us < v->in_us || (uint64_t)v->first_event + v->n_events > n_events)) fail(p, VOC_E_INPUT);
    *before = v->in_us;
}

static void more(struct port *p, struct more *m)
{
    amount_or_none(p, &m->cost);
    amount_or_none(p, &m->minutes);
    code(p, &m->individual, codes(p, VOC_COL_INDIVIDUAL));
    code(p, &m->campaign, codes(p, VOC_COL_CAMPAIGN));
    code(p, &m->thread, codes(p, VOC_COL_THREAD));
    index_of(p, &m->ref_touchpoint, p->s->def->n_touchpoints);
    code(p, &m->role, codes(p, VOC_COL_ROLE));
}

static void event(struct port *p, struct event *e, int64_t *before, uint64_t n_events, uint64_t n_more)
{
    const voc_definition *d = p->s->def;
    uint64_t ref = (uint64_t)((int64_t)e->ref_event + 1);
    time_of(p, &e->time, *before);
    code(p, &e->action, some(d->n_actions));
    index_of(p, &e->touchpoint, d->n_touchpoints);
    code(p, &e->segment, some(d->n_segments));
    code(p, &e->more, n_more);
    number(p, &ref, (n_events < INT32_MAX ? n_events : INT32_MAX) + 1);
    e->ref_event = (int32_t)((int64_t)ref - 1);
    byte(p, &e->resolution, VOC_RES_DAY + 1);
    byte(p, &e->actor, VOC_ACTOR_OTHER + 1);
    byte(p, &e->class_, VOC_CLASS_TROUBLE + 1);
    byte(p, &e->delivered, 2);
    if (!p->to && e->time < *before) fail(p, VOC_E_INPUT);
    *before = e->time;
}

static void attribute(struct port *p, struct attribute *a)
{
    text(p, &a->key);
    text(p, &a->text);
    amount_or_none(p, &a->from);
    code(p, &a->entity, VOC_ENTITY_CASE + 1);
}

// All of a record but its head, over the host's own layout (gather.c); `at` may have any alignment.
static void body(struct port *p, const struct record_head *h, char *at)
{
    const size_t words = (p->s->n_predicates + 63) / 64;
    int64_t before = 0;
    for (uint64_t i = 0; i < h->n_stays + h->n_persons && !p->rc; i++, at += sizeof(voc_stay)) {
        voc_stay v;
        memcpy(&v, at, sizeof v);
        stay(p, &v, &before, h->n_events);
        if (!p->to) memcpy(at, &v, sizeof v);
    }
    for (uint64_t i = 0; i < h->n_more && !p->rc; i++, at += sizeof(struct more)) {
        struct more m;
        memcpy(&m, at, sizeof m);
        more(p, &m);
        if (!p->to) memcpy(at, &m, sizeof m);
    }
    before = -TIME_MOST;
    for (uint64_t i = 0; i < h->n_events && !p->rc; i++, at += sizeof(struct event)) {
        struct event e;
        memcpy(&e, at, sizeof e);
        event(p, &e, &before, h->n_events, h->n_more);
        if (!p->to) memcpy(at, &e, sizeof e);
    }
    for (uint64_t i = 0; i < h->n_events * words && !p->rc; i++, at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        number(p, &word, UINT64_MAX);
        if (!p->to) memcpy(at, &word, sizeof word);
    }
    for (uint64_t i = 0; i < h->n_attributes && !p->rc; i++, at += sizeof(struct attribute)) {
        struct attribute a;
        memcpy(&a, at, sizeof a);
        attribute(p, &a);
        if (!p->to) memcpy(at, &a, sizeof a);
    }
}

static void head(struct port *p, struct record_head *h)
{
    number(p, &h->n_events, UINT32_MAX);
    number(p, &h->n_stays, UINT32_MAX);
    number(p, &h->n_persons, UINT32_MAX);
    number(p, &h->n_attributes, UINT32_MAX);
    number(p, &h->n_more, UINT32_MAX);
    code(p, &h->account, codes(p, VOC_COL_ACCOUNT));
    code(p, &h->internal, 2);
}

static void question(struct port *p, uint64_t *n_units)
{
    const uint64_t mine[] = {p->s->n_predicates, p->s->def->n_actions, p->s->def->n_touchpoints, p->s->def->n_stages};
    for (size_t i = 0; i < sizeof mine / sizeof *mine; i++) {
        uint64_t x = mine[i];
        number(p, &x, UINT64_MAX);
        if (x != mine[i]) fail(p, VOC_E_INPUT);
    }
    number(p, n_units, UINT64_MAX);
}

// ---- save and load -----------------------------------------------------------------------------------------------------

voc_rc parts_save(struct score *s, voc_spool *spool, voc_writer *to)
{
    struct port p = {.s = s, .to = to};
    size_t n;
    p.rc = s->host->spool_seal(spool, &n);
    if (!p.rc) p.rc = s->host->write(to, magic, sizeof magic);
    uint64_t n_units = n;
    question(&p, &n_units);
    for (size_t i = 0; i < n && !p.rc; i++) {
        struct record_head h;
        voc_str name;
        const void *data;
        size_t size;
        p.rc = s->host->spool_get(spool, i, &name, &data, &size);
        if (p.rc) break;
        memcpy(&h, data, sizeof h);
        text(&p, &name);
        head(&p, &h);
        body(&p, &h, (char *)(uintptr_t)data + sizeof h);  // only read
    }
    flush(&p);
    return p.rc;
}

// Each element takes a byte at least, so what is left bounds what is allocated.
static bool fits(const struct port *p, const struct record_head *h)
{
    const uint64_t left = (uint64_t)(p->from.end - p->from.at);
    return h->n_events <= left && h->n_stays <= left && h->n_persons <= left && h->n_attributes <= left && h->n_more <= left;
}

// Texts of attributes must outlive the bytes that they were read from.
static voc_rc own_texts(struct pool *pool, const struct record_head *h, char *attributes)
{
    for (uint64_t i = 0; i < h->n_attributes; i++, attributes += sizeof(struct attribute)) {
        struct attribute a;
        memcpy(&a, attributes, sizeof a);
        char *to = pool_take(pool, a.key.len + a.text.len + 1);
        if (!to) return VOC_E_NOMEM;
        if (a.key.len) memcpy(to, a.key.ptr, a.key.len);
        if (a.text.len) memcpy(to + a.key.len, a.text.ptr, a.text.len);
        a.key.ptr = to;
        a.text.ptr = to + a.key.len;
        memcpy(attributes, &a, sizeof a);
    }
    return VOC_OK;
}

static voc_rc load_unit(struct port *p, struct state *st, struct pool *pool)
{
    struct record_head h = {0};
    voc_str name = {"", 0};
    text(p, &name);
    head(p, &h);
    if (p->rc) return p->rc;
    if (!fits(p, &h)) return VOC_E_INPUT;
    const size_t size = gather_size(p->s, &h);
    voc_rc rc = gather_room(st, size);
    if (rc) return rc;
    memset(st->buffer, 0, size);
    memcpy(st->buffer, &h, sizeof h);
    body(p, &h, st->buffer + sizeof h);
    if (p->rc) return p->rc;
    rc = own_texts(pool, &h, st->buffer + size - h.n_attributes * sizeof(struct attribute));
    return rc ? rc : gather_add(st, name, size);
}

voc_rc parts_load(struct score *s, struct state *st, const void *data, size_t size)
{
    const unsigned char *at = data;
    struct port p = {.s = s, .from = {at + sizeof magic, at + size}};
    struct pool pool = {s->host, s->cx, NULL};  // goes with the instance
    uint64_t n_units = 0;
    if (size < sizeof magic || memcmp(data, magic, sizeof magic) != 0) return VOC_E_INPUT;
    question(&p, &n_units);
    for (; n_units && !p.rc; n_units--) {
        voc_rc rc = s->host->cancelled(s->cx) ? VOC_CANCELLED : load_unit(&p, st, &pool);
        if (rc) return rc;
    }
    return p.rc ? p.rc : p.from.at == p.from.end ? VOC_OK : VOC_E_INPUT;
}
