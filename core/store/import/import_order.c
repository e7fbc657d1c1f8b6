// SPDX-License-Identifier: MIT
// The order of rows in an import's blocks. A partition's units are ranked by the hash of their text, its rows are dealt out
// by that rank, which keeps the order of the file inside a unit; most inputs are in time order already, so that a unit is
// only looked through once. A partition is small enough to stay in the processor's cache.
#include "store/import/import_order.h"
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

static void rows_done(struct ordering *o)
{
    mem_free(o->row), mem_free(o->rare), mem_free(o->line), mem_free(o->time_us), mem_free(o->record);
    o->row = NULL, o->rare = NULL, o->line = NULL, o->time_us = NULL, o->record = NULL;
    o->cap = 0;
}

void ordering_close(struct ordering *o)
{
    mem_free(o->unit_of);
    rows_done(o);
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
    *r = (struct ordered_rows){.time_us = mem_alloc(n * sizeof *r->time_us), .record = mem_alloc(n * sizeof *r->record),
                               .who = mem_alloc(n * sizeof *r->who), .tuple = mem_alloc(n * sizeof *r->tuple),
                               .rare = mem_alloc(n * sizeof *r->rare)};
    if (lines) r->line = mem_alloc(n * sizeof *r->line);
    return r->time_us && r->record && r->who && r->tuple && r->rare && (r->line || !lines) ? VOC_OK : VOC_E_NOMEM;
}

void ordered_rows_done(struct ordered_rows *r)
{
    mem_free(r->time_us), mem_free(r->record), mem_free(r->who), mem_free(r->tuple), mem_free(r->rare), mem_free(r->line);
    *r = (struct ordered_rows){0};
}

static inline int64_t time_at(const struct ordering *o, size_t k)
{
    return o->wide ? o->time_us[k] : (int64_t)((uint64_t)o->q->first_us + o->row[k].time * o->q->unit.us);
}
static inline uint64_t record_at(const struct ordering *o, size_t k) { return o->wide ? o->record[k] : o->q->first_record + o->row[k].record; }

void ordering_take(const struct ordering *o, size_t first, size_t n, struct ordered_rows *to, size_t at)
{
    const struct pending_row *r = o->row + first;
    for (size_t k = 0; to->time_us && k < n; k++) to->time_us[at + k] = time_at(o, first + k);
    for (size_t k = 0; to->record && k < n; k++) to->record[at + k] = record_at(o, first + k) + o->shift;
    for (size_t k = 0; to->who && k < n; k++) to->who[at + k] = r[k].who;
    for (size_t k = 0; to->tuple && k < n; k++) to->tuple[at + k] = pending_tuple(&r[k]);
    if (to->rare) memcpy(to->rare + at, o->rare + first, n * sizeof *to->rare);
    if (to->line && o->lines) memcpy(to->line + at, o->line + first, n * sizeof *to->line);
}

// ---- order within a unit ---------------------------------------------------------------------------------------------------

// Of the rows at places x and y.
static int by_time(const struct ordering *o, size_t x, size_t y)
{
    const struct pending *q = o->q;
    const int64_t tx = time_at(o, x), ty = time_at(o, y);
    const uint32_t tuple[2] = {pending_tuple(&o->row[x]), pending_tuple(&o->row[y])};
    if (tx != ty) return tx < ty ? -1 : 1;
    if (tuple[0] != tuple[1]) {
        uint32_t cx = class_of(q, tuple[0]), cy = class_of(q, tuple[1]);
        if (cx != cy) return cx < cy ? -1 : 1;
    }
    const struct pending_rare *rx = &q->rare.at[o->rare[x]], *ry = &q->rare.at[o->rare[y]];
    int c = rx->id || ry->id ? str_cmp(pending_text(q, rx->id), pending_text(q, ry->id)) : 0;
    if (c) return c;
    if (record_at(o, x) != record_at(o, y)) return record_at(o, x) < record_at(o, y) ? -1 : 1;
    return rx->sub < ry->sub ? -1 : rx->sub > ry->sub;
}

static int by_time_at(const void *a, const void *b, const void *user)
{
    const uint32_t *x = a, *y = b;
    return by_time(user, *x, *y);
}

// Elements of `size` into the order of their places.
static void arrange(void *at, size_t size, size_t from, const uint32_t *place, size_t n, char *scratch)
{
    if (!at) return;
    for (size_t i = 0; i < n; i++) memcpy(scratch + i * size, (char *)at + place[i] * size, size);
    memcpy((char *)at + from * size, scratch, n * size);
}

static voc_rc sort_unit(struct ordering *o, size_t from, size_t end)
{
    const size_t n = end - from;
    uint32_t *place = mem_alloc(n * sizeof *place);
    char *scratch = mem_alloc(n * sizeof *o->row);
    voc_rc rc = place && scratch ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; rc == VOC_OK && i < n; i++) place[i] = (uint32_t)(from + i);
    if (rc == VOC_OK) rc = sort_stable(place, n, sizeof *place, by_time_at, o);
    if (rc == VOC_OK) {
        arrange(o->row, sizeof *o->row, from, place, n, scratch);
        arrange(o->rare, sizeof *o->rare, from, place, n, scratch);
        arrange(o->line, sizeof *o->line, from, place, n, scratch);
        arrange(o->wide ? o->time_us : NULL, sizeof *o->time_us, from, place, n, scratch);
        arrange(o->wide ? o->record : NULL, sizeof *o->record, from, place, n, scratch);
    }
    mem_free(place);
    mem_free(scratch);
    return rc;
}

// ---- a partition -----------------------------------------------------------------------------------------------------------

static voc_rc room(struct ordering *o, unsigned part)
{
    size_t n = o->q->part[part].n, cap = n + n / 8;
    o->end.n = 0;
    voc_rc rc = vec_reserve(&o->end, o->units[part] + 1u, SIZE_MAX / 64);
    if (rc != VOC_OK) return rc;
    if (n > o->cap) {
        rows_done(o);
        o->row = mem_alloc(cap * sizeof *o->row);
        o->rare = mem_alloc(cap * sizeof *o->rare);
        if (o->lines) o->line = mem_alloc(cap * sizeof *o->line);
        if (!o->row || !o->rare || (o->lines && !o->line)) return VOC_E_NOMEM;
        o->cap = cap;
    }
    if (!o->wide || o->time_us) return VOC_OK;
    o->time_us = mem_alloc(o->cap * sizeof *o->time_us);
    o->record = mem_alloc(o->cap * sizeof *o->record);
    return o->time_us && o->record ? VOC_OK : VOC_E_NOMEM;
}

static void count_chunk(size_t *start, struct pending_chunk *c, const uint32_t *unit_of)
{
    const uint32_t more = pending_words(c);
    uint32_t *word = c->word;
    struct pending_row r = {0};
    for (uint32_t k = 0, n = c->n; k < n; k++) {
        r = pending_row_at(c, &word, r);
        const uint32_t flags = word[-1];
        start[unit_of[r.who & WHOS_MOST] + 1] += !(flags & PENDING_DROPPED);
        word += more + pending_is_rare(flags);
    }
}

// Rows of a chunk to their places: of most imports they have nothing but what is rare behind them.
static void deal_chunk(struct ordering *o, struct pending_chunk *c, const uint32_t *unit_of)
{
    uint32_t *word = c->word, *rare = o->rare;
    struct pending_row *row = o->row, r = {0};
    size_t *start = o->end.at;
    for (uint32_t k = 0, n = c->n; k < n; k++) {
        r = pending_row_at(c, &word, r);
        const uint32_t flags = word[-1], is_rare = pending_is_rare(flags), x = *word & (0u - is_rare);
        word += is_rare;
        if (flags & PENDING_DROPPED) continue;
        const size_t at = start[unit_of[r.who & WHOS_MOST]]++;
        row[at] = r;
        rare[at] = x;
    }
}

static void deal_wide_chunk(struct ordering *o, struct pending_chunk *c, const uint32_t *unit_of)
{
    const uint32_t more = pending_words(c);
    uint32_t *word = c->word;
    struct pending_row r = {0};
    for (uint32_t k = 0; k < c->n; k++) {
        r = pending_row_at(c, &word, r);
        const struct pending_event e = pending_read(o->q, c, &r, word);
        word += more + pending_is_rare(r.tuple);
        if (r.tuple & PENDING_DROPPED) continue;
        const size_t at = o->end.at[unit_of[r.who & WHOS_MOST]]++;
        o->row[at] = r;
        o->rare[at] = e.rare;
        if (o->wide) o->time_us[at] = e.time_us, o->record[at] = e.record;
        if (o->line) o->line[at] = e.line;
    }
}

// Rows of the partition in the places of their units.
static voc_rc deal(struct ordering *o, unsigned part)
{
    const struct pending_partition *p = &o->q->part[part];
    const uint32_t *unit_of = o->unit_of + o->first[part];
    const size_t units = o->units[part];
    o->wide = false;
    for (size_t c = 0; c < p->chunks.n; c++) o->wide |= p->chunks.at[c]->wide;
    voc_rc rc = room(o, part);
    if (rc != VOC_OK) return rc;
    size_t *start = o->end.at;
    memset(start, 0, (units + 1) * sizeof *start);
    for (size_t c = 0; c < p->chunks.n; c++) count_chunk(start, p->chunks.at[c], unit_of);
    for (size_t u = 0; u < units; u++) start[u + 1] += start[u];
    o->n = start[units];
    for (size_t c = 0; c < p->chunks.n; c++) (o->wide || o->lines ? deal_wide_chunk : deal_chunk)(o, p->chunks.at[c], unit_of);
    o->end.n = units; // start[u] is now where unit u ends
    return VOC_OK;
}

static inline bool goes_on(const struct ordering *o, size_t i)
{
    return o->wide ? o->time_us[i - 1] < o->time_us[i] : o->row[i - 1].time < o->row[i].time;
}

voc_rc ordering_part(struct ordering *o, unsigned part)
{
    voc_rc rc = deal(o, part);
    for (size_t u = 0, from = 0; rc == VOC_OK && u < o->end.n; from = o->end.at[u++]) {
        size_t i = from + 1, end = o->end.at[u];
        while (i < end && (goes_on(o, i) || by_time(o, i - 1, i) <= 0)) i++;
        if (i < end) rc = sort_unit(o, from, end);
    }
    return rc == VOC_OK && cancel_requested() ? VOC_CANCELLED : rc;
}
