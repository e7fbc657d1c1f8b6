// SPDX-License-Identifier: MIT
//
// The fold of discover: a unit becomes one record of numbers of seven bits a byte, times as differences. The same bytes are what save writes,
// and load holds each of them against the definition before it is kept.
#include <string.h>

#include "plugins/analysis/discover/discover.h"

static const char magic[8] = {'V', 'O', 'C', 'D', 'I', 'S', 'C', '1'};
#define TIME_MOST (INT64_C(1) << 60)  // of either sign: differences do not overflow

// ---- writing ----------------------------------------------------------------------------------------------------------------------

static void put(struct state *st, uint64_t x)
{
    if (st->room - st->size < 10) {
        const size_t more = st->room ? st->room * 2 : 256;
        unsigned char *to = st->rc ? NULL : st->d->base.host->resize(st->d->base.cx, st->record, more);
        if (!to) st->rc = st->rc ? st->rc : VOC_E_NOMEM;
        if (!to) return;
        st->record = to;
        st->room = more;
    }
    st->size += varint_put(st->record + st->size, x);
}

static uint64_t zigzag(int64_t x) { return (uint64_t)x << 1 ^ (x < 0 ? UINT64_MAX : 0); }

// Whole seconds are common: they take half the bytes.
static uint64_t shorter(int64_t us) { return us % 1000000 == 0 ? (uint64_t)us / 1000000 << 1 : (uint64_t)us << 1 | 1; }

static voc_rc add_way(void *user, const struct walked *j)
{
    struct state *st = user;
    if (j->came[0] <= -TIME_MOST || j->left[j->n - 1] >= TIME_MOST) return VOC_E_LIMIT;
    const uint64_t head[] = {1, j->segment, (uint64_t)j->open | (uint64_t)j->cut << 1, j->n_stays ? j->first_stay - j->unit->first_stay : 0, j->n_stays, zigzag(j->came[0]),
                             shorter(j->left[j->n - 1] - j->came[0]), j->n};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) put(st, head[i]);
    for (size_t i = 0; i < j->n; i++) {
        put(st, j->node[i]);
        if (i) put(st, shorter(j->came[i] - j->left[i - 1]));
    }
    st->n_ways++;
    return st->rc;
}

// Its stays, and its journeys: each behind a 1, and a 0 behind the last.
static voc_rc add_unit(const struct discover *d, struct state *st, const voc_journeys *j, const voc_unit *u)
{
    st->size = 0;
    st->n_ways = 0;
    put(st, u->n_stays);
    for (size_t i = 0; i < u->n_stays; i++) {
        const voc_stay *s = (const voc_stay *)(const void *)((const char *)j->stays + (u->first_stay + i) * j->stay_size);
        if (s->in_us <= -TIME_MOST || s->out_us >= TIME_MOST) return VOC_E_LIMIT;
        const uint64_t numbers[] = {s->stage, s->segment, s->end, s->exit == VOC_NONE ? 0 : (uint64_t)s->exit + 1, s->episode, s->flags, zigzag(s->in_us), shorter(s->out_us - s->in_us)};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) put(st, numbers[k]);
    }
    voc_rc rc = walk_unit(&d->w, &st->walker, j, u, add_way, st);
    put(st, 0);
    if (!rc) rc = st->rc;
    return rc || (!u->n_stays && !st->n_ways) ? rc : d->base.host->spool_add(st->spool, u->name, st->record, st->size);
}

voc_rc gather_batch(const struct discover *d, struct state *st, const voc_journeys *j)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < j->n_units && !rc; i++) {
        const voc_unit *u = analysis_unit(j, i);
        if (!(u->flags & VOC_JOURNEY_INTERNAL)) rc = add_unit(d, st, j, u);
    }
    return rc;
}

// ---- portable bytes ---------------------------------------------------------------------------------------------------------------

static voc_rc write_text(const voc_host *h, voc_writer *to, const void *ptr, size_t len)
{
    voc_rc rc = varint_write(h, to, len);
    return rc || !len ? rc : h->write(to, ptr, len);
}

voc_rc gather_save(const struct discover *d, struct state *st, voc_writer *to)
{
    const voc_host *h = d->base.host;
    size_t n = 0;
    voc_rc rc = h->spool_seal(st->spool, &n);
    if (!rc) rc = walk_save(&d->w, &st->walker, magic, to);
    if (!rc) rc = varint_write(h, to, n);
    for (size_t i = 0; i < n && !rc; i++) {
        voc_str name;
        const void *data;
        size_t size;
        rc = h->spool_get(st->spool, i, &name, &data, &size);
        if (!rc) rc = write_text(h, to, name.ptr, name.len);
        if (!rc) rc = write_text(h, to, data, size);
    }
    return rc;
}

static bool read_text(struct bytes *b, const unsigned char **ptr, size_t *len)
{
    uint64_t n;
    if (!varint_get(b, &n) || n > (uint64_t)(b->end - b->at)) return false;
    *ptr = b->at;
    *len = (size_t)n;
    b->at += n;
    return true;
}

voc_rc gather_load(const struct discover *d, struct state *st, const void *data, size_t size)
{
    struct bytes b = {data, (const unsigned char *)data + size};
    uint64_t n;
    voc_rc rc = walk_load(&d->w, &st->walker, magic, &b);
    if (!rc && !varint_get(&b, &n)) rc = VOC_E_INPUT;
    for (; !rc && n; n--) {
        const unsigned char *name, *record;
        size_t len, bytes;
        if (!read_text(&b, &name, &len) || !read_text(&b, &record, &bytes)) return VOC_E_INPUT;
        struct bytes of = {record, record + bytes};
        if (!record_read(d, &of, NULL, &rc)) return rc ? rc : VOC_E_INPUT;
        rc = d->base.host->spool_add(st->spool, (voc_str){(const char *)name, len}, record, bytes);
    }
    return rc ? rc : b.at == b.end ? VOC_OK : VOC_E_INPUT;
}
