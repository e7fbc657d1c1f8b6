// SPDX-License-Identifier: MIT
// The order of rows in an import's blocks. A partition's units are ranked by the hash of their text, its rows are dealt out
// by that rank, which keeps the order of the file inside a unit; most inputs are in time order already, so that a unit is
// only looked through once. A partition is small enough to stay in the processor's cache.
#include "store/import_order.h"
#include "base/cancel.h"
#include "store/sort.h"

struct ranked { uint64_t key; uint32_t who; };

static int by_unit(const void *a, const void *b, const void *user)
{
    const struct ranked *x = a, *y = b;
    const struct pending *q = user;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return str_cmp(pending_unit(q, &q->whos.at[x->who]), pending_unit(q, &q->whos.at[y->who]));
}

static unsigned part_of(const struct pending_who *w) { return (unsigned)(w->key >> (64 - PARTITION_BITS)); }

// Ranks the units of one partition.
static voc_rc rank(struct ordering *o, unsigned part, struct ranked *at, size_t n)
{
    voc_rc rc = sort_stable(at, n, sizeof *at, by_unit, o->q);
    uint32_t unit = 0;
    for (size_t i = 0; rc == VOC_OK && i < n; i++) {
        if (i && by_unit(&at[i - 1], &at[i], o->q) != 0) unit++;
        o->unit_of[at[i].who] = unit;
    }
    o->units[part] = n ? unit + 1 : 0;
    return rc;
}

static voc_rc rank_all(struct ordering *o, struct ranked *at)
{
    const struct pending *q = o->q;
    size_t end[PARTITIONS + 1] = {0};
    for (size_t w = 0; w < q->whos.n; w++) end[part_of(&q->whos.at[w]) + 1]++;
    for (unsigned p = 0; p < PARTITIONS; p++) end[p + 1] += end[p];
    for (size_t w = 0; w < q->whos.n; w++) at[end[part_of(&q->whos.at[w])]++] = (struct ranked){q->whos.at[w].key, (uint32_t)w};
    voc_rc rc = VOC_OK;
    for (unsigned p = 0; rc == VOC_OK && p < PARTITIONS; p++) {
        size_t first = p ? end[p - 1] : 0;
        rc = cancel_requested() ? VOC_CANCELLED : rank(o, p, at + first, end[p] - first);
    }
    return rc;
}

voc_rc ordering_open(struct ordering *o, const struct pending *q)
{
    *o = (struct ordering){.q = q};
    o->unit_of = mem_alloc(q->whos.n * sizeof *o->unit_of);
    struct ranked *at = mem_alloc(q->whos.n * sizeof *at);
    voc_rc rc = o->unit_of && at ? rank_all(o, at) : VOC_E_NOMEM;
    mem_free(at);
    return rc;
}

void ordering_close(struct ordering *o)
{
    mem_free(o->unit_of);
    vec_free(&o->rows);
    vec_free(&o->start);
}

static uint32_t actor_class(uint8_t actor) // METHODS 0.2: customer, company, other; unset is read as the customer
{
    return actor == VOC_ACTOR_COMPANY ? 1 : actor == VOC_ACTOR_OTHER ? 2 : 0;
}

static uint32_t class_of(const struct pending *q, const struct ordered_row *r)
{
    struct event_tuple t;
    tuple_set_at(&q->tuples, r->tuple, &t);
    return actor_class(t.actor);
}

static int by_time(const void *a, const void *b, const void *user)
{
    const struct pending *q = user;
    const struct ordered_row *x = a, *y = b;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    if (x->tuple != y->tuple) {
        uint32_t cx = class_of(q, x), cy = class_of(q, y);
        if (cx != cy) return cx < cy ? -1 : 1;
    }
    const struct pending_rare *rx = &q->rare.at[x->rare], *ry = &q->rare.at[y->rare];
    int c = rx->id || ry->id ? str_cmp(pending_text(q, rx->id), pending_text(q, ry->id)) : 0;
    if (c) return c;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    return rx->sub < ry->sub ? -1 : rx->sub > ry->sub;
}

// Rows of the partition in the places of their units.
static voc_rc deal(struct ordering *o, unsigned part)
{
    const struct pending *q = o->q;
    size_t units = o->units[part], n = 0;
    o->start.n = o->rows.n = 0;
    voc_rc rc = vec_reserve(&o->start, units + 1, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&o->rows, q->part[part].n, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    size_t *start = o->start.at;
    memset(start, 0, (units + 1) * sizeof *start);
    for (size_t c = 0; c < q->part[part].chunks.n; c++) {
        const struct pending_chunk *from = q->part[part].chunks.at[c];
        for (uint32_t i = 0; i < from->n; i++)
            if (!(from->row[i].tuple & PENDING_DROPPED)) start[o->unit_of[from->row[i].who] + 1]++, n++;
    }
    for (size_t u = 0; u < units; u++) start[u + 1] += start[u];
    for (size_t c = 0; c < q->part[part].chunks.n; c++) {
        const struct pending_chunk *from = q->part[part].chunks.at[c];
        for (uint32_t i = 0; i < from->n; i++) {
            const struct pending_row *r = &from->row[i];
            if (r->tuple & PENDING_DROPPED) continue;
            const struct pending_rare *x = &q->rare.at[r->rare];
            uint32_t unit = o->unit_of[r->who];
            o->rows.at[start[unit]++] = (struct ordered_row){.time_us = r->time_us, .record = pending_record(from, r), .who = r->who, .tuple = r->tuple,
                                                             .line = x->own_line ? x->line : from->line, .rare = r->rare, .unit = unit};
        }
    }
    o->rows.n = n;
    return VOC_OK;
}

voc_rc ordering_part(struct ordering *o, unsigned part)
{
    voc_rc rc = deal(o, part); // start[u] is now where unit u ends
    size_t from = 0;
    for (size_t u = 0; rc == VOC_OK && u < o->units[part]; u++) {
        size_t end = o->start.at[u];
        if (end > from + 1) rc = sort_stable(o->rows.at + from, end - from, sizeof *o->rows.at, by_time, o->q);
        from = end;
    }
    return rc == VOC_OK && cancel_requested() ? VOC_CANCELLED : rc;
}
