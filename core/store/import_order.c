// SPDX-License-Identifier: MIT
// The order of rows in an import's blocks. A partition's units are ranked by the hash of their text, its rows are dealt out
// by that rank, which keeps the order of the file inside a unit; most inputs are in time order already, so that a unit is
// only looked through once. A partition is small enough to stay in the processor's cache.
#include "store/import_order.h"
#include "base/cancel.h"
#include "store/sort.h"

struct ranked { uint64_t key; uint32_t who; };
enum { BUCKET_BITS = 10, BUCKET_MOST = 64, SMALL = 64 };

static int by_unit(const void *a, const void *b, const void *user)
{
    const struct ranked *x = a, *y = b;
    const struct pending *q = user;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return str_cmp(pending_unit(q, pending_who_at(q, x->who)), pending_unit(q, pending_who_at(q, y->who)));
}

// Keys are hashes: dealt out by the bits behind those of the partition, they lie near their places. False: too many of them
// went to one bucket.
static bool deal_ranked(struct ranked *to, const struct pending_who *whos, size_t n, uint32_t part)
{
    uint32_t start[(1 << BUCKET_BITS) + 1] = {0};
    const unsigned shift = 64 - PARTITION_BITS - BUCKET_BITS, mask = (1u << BUCKET_BITS) - 1;
    for (size_t w = 0; w < n; w++) start[(whos[w].key >> shift & mask) + 1]++;
    for (unsigned k = 1; k <= mask + 1; k++) {
        if (start[k] > BUCKET_MOST) return false;
        start[k] += start[k - 1];
    }
    for (size_t w = 0; w < n; w++) to[start[whos[w].key >> shift & mask]++] = (struct ranked){whos[w].key, part << WHO_BITS | (uint32_t)w};
    return true;
}

static voc_rc sort_ranked(struct ordering *o, unsigned part, struct ranked *at, size_t n)
{
    const struct pending_who *whos = o->q->part[part].whos.at;
    if (n < SMALL || !deal_ranked(at, whos, n, part)) {
        for (size_t w = 0; w < n; w++) at[w] = (struct ranked){whos[w].key, part << WHO_BITS | (uint32_t)w};
        return sort_stable(at, n, sizeof *at, by_unit, o->q);
    }
    for (size_t i = 1; i < n; i++) {
        const struct ranked x = at[i];
        size_t k = i;
        for (; k && (at[k - 1].key > x.key || (at[k - 1].key == x.key && by_unit(&at[k - 1], &x, o->q) > 0)); k--) at[k] = at[k - 1];
        at[k] = x;
    }
    return VOC_OK;
}

// Ranks the units of one partition.
static voc_rc rank(struct ordering *o, unsigned part, struct ranked *at)
{
    const size_t n = o->q->part[part].whos.n;
    uint32_t unit = 0, *unit_of = o->unit_of + o->first[part];
    voc_rc rc = sort_ranked(o, part, at, n);
    for (size_t i = 0; rc == VOC_OK && i < n; i++) {
        if (i && (at[i - 1].key != at[i].key || by_unit(&at[i - 1], &at[i], o->q) != 0)) unit++;
        unit_of[at[i].who & WHOS_MOST] = unit;
    }
    o->units[part] = n ? unit + 1 : 0;
    return rc;
}

voc_rc ordering_open(struct ordering *o, const struct pending *q)
{
    size_t n = 0, most = 0;
    *o = (struct ordering){.q = q, .lines = q->lines_differ};
    for (unsigned p = 0; p < PARTITIONS; p++) {
        o->first[p] = n;
        n += q->part[p].whos.n;
        if (q->part[p].whos.n > most) most = q->part[p].whos.n;
    }
    o->unit_of = mem_alloc(n * sizeof *o->unit_of);
    struct ranked *at = mem_alloc(most * sizeof *at);
    voc_rc rc = o->unit_of && at ? VOC_OK : VOC_E_NOMEM;
    for (unsigned p = 0; rc == VOC_OK && p < PARTITIONS; p++) rc = cancel_requested() ? VOC_CANCELLED : rank(o, p, at);
    mem_free(at);
    return rc;
}

void ordering_close(struct ordering *o)
{
    mem_free(o->unit_of);
    ordered_rows_done(&o->rows);
    mem_free(o->dealt);
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
    size_t n = o->q->part[part].n, cap = n + n / 8;
    voc_rc rc = vec_reserve(&o->end, o->units[part] + 1u - o->end.n, SIZE_MAX / 64);
    if (rc != VOC_OK || n <= o->cap) return rc;
    ordered_rows_done(&o->rows);
    mem_free(o->dealt);
    o->cap = 0;
    o->dealt = mem_alloc(cap * sizeof *o->dealt);
    rc = o->dealt ? ordered_rows_init(&o->rows, cap, o->lines) : VOC_E_NOMEM;
    if (rc == VOC_OK) o->cap = cap;
    return rc;
}

// Rows of the partition in the places of their units: dealt out where they lie, then gathered column by column.
static voc_rc deal(struct ordering *o, unsigned part)
{
    const struct pending *q = o->q;
    const struct pending_partition *p = &q->part[part];
    const uint32_t *unit_of = o->unit_of + o->first[part];
    const size_t units = o->units[part];
    o->end.n = 0;
    voc_rc rc = room(o, part);
    if (rc != VOC_OK) return rc;
    size_t *start = o->end.at, n = 0;
    memset(start, 0, (units + 1) * sizeof *start);
    for (size_t c = 0; c < p->chunks.n; c++)
        for (const struct pending_row *r = p->chunks.at[c]->row, *end = r + p->chunks.at[c]->n; r < end; r++)
            if (!(r->tuple & PENDING_DROPPED)) start[unit_of[r->who & WHOS_MOST] + 1]++, n++;
    for (size_t u = 0; u < units; u++) start[u + 1] += start[u];
    for (size_t c = 0; c < p->chunks.n; c++) {
        const struct pending_chunk *from = p->chunks.at[c];
        for (const struct pending_row *r = from->row, *end = r + from->n; r < end; r++) {
            if (r->tuple & PENDING_DROPPED) continue;
            size_t at = start[unit_of[r->who & WHOS_MOST]]++;
            o->dealt[at] = (struct ordering_dealt){r, pending_record(from, r)};
            if (o->lines) o->rows.line[at] = pending_line(from, r);
        }
    }
    for (size_t k = 0; k < n; k++) {
        const struct pending_row *r = o->dealt[k].row;
        o->rows.time_us[k] = r->time_us;
        o->rows.record[k] = o->dealt[k].record;
        o->rows.who[k] = r->who;
        o->rows.tuple[k] = r->tuple;
        o->rows.rare[k] = r->rare;
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
