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
    *o = (struct ordering){.q = q, .lines = q->lines_differ};
    o->unit_of = mem_alloc(q->whos.n * sizeof *o->unit_of);
    struct ranked *at = mem_alloc(q->whos.n * sizeof *at);
    voc_rc rc = o->unit_of && at ? rank_all(o, at) : VOC_E_NOMEM;
    mem_free(at);
    return rc;
}

void ordering_close(struct ordering *o)
{
    mem_free(o->unit_of);
    ordered_rows_done(&o->rows);
    vec_free(&o->end);
}

static uint32_t actor_class(uint8_t actor) // METHODS 0.2: customer, company, other; unset is read as the customer
{
    return actor == VOC_ACTOR_COMPANY ? 1 : actor == VOC_ACTOR_OTHER ? 2 : 0;
}

static uint32_t class_of(const struct pending *q, uint32_t tuple)
{
    struct event_tuple t;
    tuple_set_at(&q->tuples, tuple, &t);
    return actor_class(t.actor);
}

// ---- rows in columns -------------------------------------------------------------------------------------------------------

voc_rc ordered_rows_init(struct ordered_rows *r, size_t n, bool lines)
{
    *r = (struct ordered_rows){.time_us = mem_alloc(n * sizeof *r->time_us), .record = mem_alloc(n * sizeof *r->record), .who = mem_alloc(n * sizeof *r->who),
                               .tuple = mem_alloc(n * sizeof *r->tuple), .rare = mem_alloc(n * sizeof *r->rare)};
    if (lines) r->line = mem_alloc(n * sizeof *r->line);
    return r->time_us && r->record && r->who && r->tuple && r->rare && (r->line || !lines) ? VOC_OK : VOC_E_NOMEM;
}

void ordered_rows_done(struct ordered_rows *r)
{
    mem_free(r->time_us), mem_free(r->record), mem_free(r->who), mem_free(r->tuple), mem_free(r->rare), mem_free(r->line);
    *r = (struct ordered_rows){0};
}

void ordered_rows_copy(struct ordered_rows *to, size_t at, const struct ordered_rows *from, size_t first, size_t n)
{
    memcpy(to->time_us + at, from->time_us + first, n * sizeof *to->time_us);
    memcpy(to->record + at, from->record + first, n * sizeof *to->record);
    memcpy(to->who + at, from->who + first, n * sizeof *to->who);
    memcpy(to->tuple + at, from->tuple + first, n * sizeof *to->tuple);
    memcpy(to->rare + at, from->rare + first, n * sizeof *to->rare);
    if (to->line && from->line) memcpy(to->line + at, from->line + first, n * sizeof *to->line);
}

// ---- order within a unit ---------------------------------------------------------------------------------------------------

struct dealt { const struct pending *q; const struct ordered_rows *r; };

// Of the rows at places x and y.
static int by_time(const struct dealt *d, size_t x, size_t y)
{
    const struct ordered_rows *r = d->r;
    const struct pending *q = d->q;
    if (r->time_us[x] != r->time_us[y]) return r->time_us[x] < r->time_us[y] ? -1 : 1;
    if (r->tuple[x] != r->tuple[y]) {
        uint32_t cx = class_of(q, r->tuple[x]), cy = class_of(q, r->tuple[y]);
        if (cx != cy) return cx < cy ? -1 : 1;
    }
    const struct pending_rare *rx = &q->rare.at[r->rare[x]], *ry = &q->rare.at[r->rare[y]];
    int c = rx->id || ry->id ? str_cmp(pending_text(q, rx->id), pending_text(q, ry->id)) : 0;
    if (c) return c;
    if (r->record[x] != r->record[y]) return r->record[x] < r->record[y] ? -1 : 1;
    return rx->sub < ry->sub ? -1 : rx->sub > ry->sub;
}

static int by_time_at(const void *a, const void *b, const void *user)
{
    const uint32_t *x = a, *y = b;
    return by_time(user, *x, *y);
}

static voc_rc sort_unit(struct ordering *o, size_t from, size_t end)
{
    const struct dealt d = {o->q, &o->rows};
    struct ordered_rows sorted = {0};
    size_t n = end - from;
    uint32_t *place = mem_alloc(n * sizeof *place);
    voc_rc rc = ordered_rows_init(&sorted, n, o->lines);
    if (rc == VOC_OK && !place) rc = VOC_E_NOMEM;
    for (size_t i = 0; rc == VOC_OK && i < n; i++) place[i] = (uint32_t)(from + i);
    if (rc == VOC_OK) rc = sort_stable(place, n, sizeof *place, by_time_at, &d);
    for (size_t i = 0; rc == VOC_OK && i < n; i++) ordered_rows_copy(&sorted, i, &o->rows, place[i], 1);
    if (rc == VOC_OK) ordered_rows_copy(&o->rows, from, &sorted, 0, n);
    ordered_rows_done(&sorted);
    mem_free(place);
    return rc;
}

// ---- a partition -----------------------------------------------------------------------------------------------------------

static voc_rc room(struct ordering *o, unsigned part)
{
    size_t n = o->q->part[part].n;
    voc_rc rc = vec_reserve(&o->end, o->units[part] + 1u - o->end.n, SIZE_MAX / 64);
    if (rc != VOC_OK || n <= o->cap) return rc;
    ordered_rows_done(&o->rows);
    o->cap = 0;
    rc = ordered_rows_init(&o->rows, n + n / 8, o->lines);
    if (rc == VOC_OK) o->cap = n + n / 8;
    return rc;
}

// Rows of the partition in the places of their units.
static voc_rc deal(struct ordering *o, unsigned part)
{
    const struct pending *q = o->q;
    const size_t units = o->units[part];
    o->end.n = 0;
    voc_rc rc = room(o, part);
    if (rc != VOC_OK) return rc;
    size_t *start = o->end.at, n = 0;
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
            size_t at = start[o->unit_of[r->who]]++;
            o->rows.time_us[at] = r->time_us;
            o->rows.record[at] = pending_record(from, r);
            o->rows.who[at] = r->who;
            o->rows.tuple[at] = r->tuple;
            o->rows.rare[at] = r->rare;
            if (o->lines) o->rows.line[at] = q->rare.at[r->rare].has & RARE_LINE ? q->rare.at[r->rare].line : from->line;
        }
    }
    o->n = n;
    o->end.n = units; // start[u] is now where unit u ends
    return VOC_OK;
}

voc_rc ordering_part(struct ordering *o, unsigned part)
{
    voc_rc rc = deal(o, part);
    const struct dealt d = {o->q, &o->rows};
    const int64_t *time_us = o->rows.time_us;
    for (size_t u = 0, from = 0; rc == VOC_OK && u < o->end.n; from = o->end.at[u++]) {
        size_t i = from + 1, end = o->end.at[u];
        while (i < end && (time_us[i - 1] < time_us[i] || by_time(&d, i - 1, i) <= 0)) i++;
        if (i < end) rc = sort_unit(o, from, end);
    }
    return rc == VOC_OK && cancel_requested() ? VOC_CANCELLED : rc;
}
