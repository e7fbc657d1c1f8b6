// SPDX-License-Identifier: MIT
// Writes the events of an import as blocks, in the order of the file (import_order.h). A block ends where a unit does,
// unless the unit is longer than half a block; what the catalogue says of a block lets readers find and skip it without
// looking into it.
#include "store/columns/column_look.h"
#include "store/import/import.h"
#include "store/import/import_order.h"
#include "store/sort.h"

static const char INSERT_BLOCK[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution, run)"
    " VALUES (?, 1, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?, ?, ?, ?)";

enum { AHEAD = 24 }; // people, and rows that have something rare, that are fetched before they are asked for

struct events { // scratch of the writer; owns
    struct import *i;
    struct names *names;
    struct block_writer block;
    struct buf blob;
    sqlite3_stmt *insert;
    int64_t *ints;            // BLOCK_ROWS
    voc_str *texts;           // BLOCK_ROWS
    uint32_t *rare;           // BLOCK_ROWS: places of the rows that have something rare
    uint32_t *few;            // BLOCK_ROWS: those of them that have an amount
    uint32_t *people;         // BLOCK_ROWS: places of the rows whose people are not those of the row before
    struct ordered_rows rows; // of the block at hand, BLOCK_ROWS
    size_t n, text;           // rows, bytes of their texts
    size_t units;             // that begin in it
};
struct seen { // what the rows of a block have
    int64_t first_us, last_us;
    uint32_t last_resolution, kinds, has;
    uint32_t rare;            // RARE_* of any
    size_t n_rare, n_people;
    bool cases, customers, accounts;
};

static voc_rc events_open(struct events *e, struct import *i, struct names *names)
{
    size_t room = i->q.n_events < BLOCK_ROWS ? i->q.n_events + 1 : BLOCK_ROWS;
    *e = (struct events){.i = i, .names = names};
    buf_init(&e->blob, 0x7fffffff);
    e->ints = mem_alloc(room * sizeof *e->ints);
    e->texts = mem_alloc(room * sizeof *e->texts);
    e->rare = mem_alloc(room * sizeof *e->rare);
    e->few = mem_alloc(room * sizeof *e->few);
    e->people = mem_alloc(room * sizeof *e->people);
    voc_rc rc = block_writer_init(&e->block);
    if (rc == VOC_OK) rc = ordered_rows_init(&e->rows, room, i->q.lines_differ);
    if (rc == VOC_OK && (!e->ints || !e->texts || !e->rare || !e->few || !e->people)) rc = VOC_E_NOMEM;
    return rc == VOC_OK ? db_prepare(i->p, &e->insert, INSERT_BLOCK) : rc;
}

static void events_close(struct events *e)
{
    block_writer_done(&e->block);
    buf_done(&e->blob);
    mem_free(e->ints);
    mem_free(e->texts);
    mem_free(e->rare);
    mem_free(e->few);
    mem_free(e->people);
    ordered_rows_done(&e->rows);
    db_done(&e->insert);
}

// ---- what a block has ------------------------------------------------------------------------------------------------------

static uint32_t kind_of(const struct pending_who *w)
{
    return w->case_id ? 1u << VOC_UNIT_CASE : w->account ? 1u << VOC_UNIT_ACCOUNT : w->customer ? 1u << VOC_UNIT_INDIVIDUAL : 1u;
}

static uint32_t has_rare(uint32_t rare)
{
    return (rare & (RARE_MINUTES | RARE_COST | RARE_VALUE) ? EV_MONEY : 0u) | (rare & RARE_OBJECT ? EV_OBJECT : 0u) |
           (rare & RARE_THREAD ? EV_THREAD : 0u) | (rare & RARE_ID ? EV_ID : 0u) | (rare & RARE_REF ? EV_REF : 0u) |
           (rare & RARE_TEXT ? EV_TEXT : 0u) | (rare & RARE_ATTRS ? EV_ATTRS : 0u);
}

static void look_at_people(struct events *e, struct seen *s)
{
    const struct pending *q = &e->i->q;
    const uint32_t *who = e->rows.who;
    size_t n = 1;
    e->people[0] = 0;
    for (size_t k = 1; k < e->n; k++) {
        e->people[n] = (uint32_t)k;
        n += who[k] != who[k - 1];
    }
    s->n_people = n;
    for (size_t k = 0; k < n; k++) {
        if (k + AHEAD < n) __builtin_prefetch(pending_who_at(q, who[e->people[k + AHEAD]]));
        const struct pending_who *w = pending_who_at(q, who[e->people[k]]);
        s->cases = s->cases || w->case_id, s->customers = s->customers || w->customer, s->accounts = s->accounts || w->account;
        s->kinds |= kind_of(w) | (w->customer && w->account ? KINDS_BOTH : 0);
    }
    s->has |= (s->cases ? EV_CASE : 0) | (s->customers ? EV_CUSTOMER : 0) | (s->accounts ? EV_ACCOUNT : 0);
}

static void look(struct events *e, struct seen *s)
{
    const struct pending *q = &e->i->q;
    const struct ordered_rows *r = &e->rows;
    struct column_range time;
    size_t n_rare = 0;
    column_range(&time, r->time_us, e->n);
    for (size_t k = 0; k < e->n; k++) {
        e->rare[n_rare] = (uint32_t)k;
        n_rare += r->rare[k] != 0;
    }
    *s = (struct seen){.first_us = time.min, .last_us = time.max, .n_rare = n_rare};
    for (size_t k = 0; k < s->n_rare; k++) {
        if (k + AHEAD < s->n_rare) __builtin_prefetch(&q->rare.at[r->rare[e->rare[k + AHEAD]]]);
        const struct pending_rare *x = &q->rare.at[r->rare[e->rare[k]]];
        s->rare |= x->has;
        __builtin_prefetch(&q->amounts.at[x->amounts]);
    }
    s->has = has_rare(s->rare);
    look_at_people(e, s);
    for (size_t k = 0; k < e->n; k++) {
        struct event_tuple t;
        if (r->time_us[k] != s->last_us) continue;
        tuple_set_at(&q->tuples, r->tuple[k], &t);
        if (t.resolution > s->last_resolution) s->last_resolution = t.resolution;
    }
}

// ---- columns ---------------------------------------------------------------------------------------------------------------

static uint32_t named(const struct pending_who *w, unsigned column) { return column == 0 ? w->case_id : column == 1 ? w->customer : w->account; }

static voc_rc put_people(struct events *e, const struct seen *s)
{
    const struct pending *q = &e->i->q;
    static const unsigned char columns[3] = {COLUMN_CASE, COLUMN_CUSTOMER, COLUMN_ACCOUNT}, spaces[3] = {SPACE_CASE, SPACE_ALIASES, SPACE_ALIASES};
    const bool any[3] = {s->cases, s->customers, s->accounts};
    const uint32_t *who = e->rows.who;
    voc_rc rc = VOC_OK;
    for (unsigned c = 0; rc == VOC_OK && c < 3; c++) {
        if (!any[c]) {
            block_same_int(&e->block, columns[c], 0);
            continue;
        }
        for (size_t k = 0; rc == VOC_OK && k < s->n_people; k++) {
            int64_t code;
            if (k + AHEAD < s->n_people) names_prefetch(e->names, spaces[c], named(pending_who_at(q, who[e->people[k + AHEAD]]), c));
            rc = names_code(e->names, spaces[c], named(pending_who_at(q, who[e->people[k]]), c), &code);
            for (size_t row = e->people[k], end = k + 1 < s->n_people ? e->people[k + 1] : e->n; row < end; row++) e->ints[row] = code;
        }
        if (rc == VOC_OK) block_ints(&e->block, columns[c], e->ints);
    }
    return rc;
}

static const struct pending_rare *rare_at(const struct events *e, size_t k) { return &e->i->q.rare.at[e->rows.rare[k]]; }

static int64_t rare_int(const struct pending *q, const struct pending_rare *r, unsigned column)
{
    switch (column) {
    case COLUMN_MINUTES: return pending_amounts_of(q, r)->minutes;
    case COLUMN_COST: return pending_amounts_of(q, r)->cost;
    case COLUMN_VALUE: return pending_amounts_of(q, r)->value;
    default: return r->sub;
    }
}

// Amounts of the rows that have some, where these are few.
static bool put_few(struct events *e, const struct seen *s, unsigned column)
{
    size_t n = 0;
    for (size_t k = 0; k < s->n_rare; k++) {
        e->few[n] = e->rare[k];
        e->ints[n] = rare_int(&e->i->q, rare_at(e, e->rare[k]), column);
        n += e->ints[n] != VOC_NA;
    }
    return block_rare_ints(&e->block, column, e->few, e->ints, n);
}

static void put_rare_ints(struct events *e, const struct seen *s)
{
    static const unsigned char ints[] = {COLUMN_MINUTES, COLUMN_COST, COLUMN_VALUE, COLUMN_SUB};
    static const uint32_t has[] = {RARE_MINUTES, RARE_COST, RARE_VALUE, RARE_SUB};
    for (unsigned c = 0; c < sizeof ints; c++) {
        const int64_t none = ints[c] == COLUMN_SUB ? 0 : VOC_NA;
        if (!(s->rare & has[c])) {
            block_same_int(&e->block, ints[c], none);
            continue;
        }
        if (none == VOC_NA && put_few(e, s, ints[c])) continue;
        for (size_t k = 0; k < e->n; k++) e->ints[k] = none;
        for (size_t k = 0; k < s->n_rare; k++) e->ints[e->rare[k]] = rare_int(&e->i->q, rare_at(e, e->rare[k]), ints[c]);
        block_ints(&e->block, ints[c], e->ints);
    }
}

static voc_rc put_rare_codes(struct events *e, const struct seen *s)
{
    static const unsigned char codes[] = {COLUMN_OBJECT, COLUMN_THREAD}, spaces[] = {SPACE_OBJECT, SPACE_THREAD};
    static const uint32_t has[] = {RARE_OBJECT, RARE_THREAD};
    voc_rc rc = VOC_OK;
    for (unsigned c = 0; rc == VOC_OK && c < sizeof codes; c++) {
        if (!(s->rare & has[c])) {
            block_same_int(&e->block, codes[c], 0);
            continue;
        }
        for (size_t k = 0; rc == VOC_OK && k < e->n; k++)
            rc = names_code(e->names, spaces[c], c ? rare_at(e, k)->thread : rare_at(e, k)->object, &e->ints[k]);
        block_ints(&e->block, codes[c], e->ints);
    }
    return rc;
}

static void put_rare_texts(struct events *e, const struct seen *s)
{
    static const unsigned char texts[] = {COLUMN_ID, COLUMN_REF, COLUMN_TEXT, COLUMN_ATTRS};
    static const uint32_t has[] = {RARE_ID, RARE_REF, RARE_TEXT, RARE_ATTRS};
    const struct pending *q = &e->i->q;
    for (unsigned c = 0; c < sizeof texts; c++) {
        if (!(s->rare & has[c])) {
            block_same_text(&e->block, texts[c], STR(""));
            continue;
        }
        for (size_t k = 0; k < e->n; k++) {
            const struct pending_rare *r = rare_at(e, k);
            e->texts[k] = pending_text(q, c == 0 ? r->id : c == 1 ? r->ref : c == 2 ? r->text : r->attrs);
        }
        block_text(&e->block, texts[c], e->texts);
    }
}

static uint64_t record_shift(const struct import *i) { return i->base - i->dropped; } // from the record of the file to that of the source

// Every tuple of a row has its code by now (name_tuples).
static voc_rc put_columns(struct events *e, const struct seen *s)
{
    const uint64_t shift = record_shift(e->i);
    const struct ordered_rows *r = &e->rows;
    voc_rc rc = VOC_OK;
    block_begin(&e->block, BLOCK_EVENTS, e->n);
    block_ints(&e->block, COLUMN_TIME, r->time_us);
    for (size_t k = 0; k < e->n; k++) e->ints[k] = names_known_tuple(e->names, r->tuple[k]);
    block_ints(&e->block, COLUMN_TUPLE, e->ints);
    rc = put_people(e, s);
    block_ints(&e->block, COLUMN_RECORD, (const int64_t *)r->record);
    for (size_t k = 0; r->line && k < e->n; k++) e->ints[k] = (int64_t)((uint64_t)r->line[k] - shift);
    if (r->line) block_ints(&e->block, COLUMN_LINE, e->ints);
    else block_same_int(&e->block, COLUMN_LINE, (int64_t)((uint64_t)e->i->q.first_line - shift));
    put_rare_ints(e, s);
    if (rc == VOC_OK) rc = put_rare_codes(e, s);
    if (rc == VOC_OK) put_rare_texts(e, s);
    return rc;
}

// Keys are unsigned and SQLite's integers are not: turned over at the top bit they keep their order.
static int64_t stored_key(const struct events *e, size_t k)
{
    return (int64_t)(pending_who_at(&e->i->q, e->rows.who[k])->key ^ (UINT64_C(1) << 63));
}

static voc_rc put_block(struct events *e)
{
    struct seen s;
    struct import_result *out = &e->i->result;
    if (e->n == 0) return VOC_OK;
    look(e, &s);
    voc_rc rc = put_columns(e, &s);
    if (rc == VOC_OK) rc = block_end(&e->block, &e->blob);
    if (rc == VOC_OK)
        rc = db_run(e->i->p, e->insert, "iiinnbiiiiiii", e->i->number, (int64_t)e->n, (int64_t)((s.has & EV_ID) != 0), s.first_us, s.last_us,
                    str_mk(e->blob.ptr, e->blob.len), stored_key(e, 0), stored_key(e, e->n - 1), (int64_t)e->units, (int64_t)s.kinds, (int64_t)s.has,
                    (int64_t)s.last_resolution, e->i->run);
    if (out->first_us == VOC_NA || s.first_us < out->first_us) out->first_us = s.first_us;
    if (out->last_us == VOC_NA || s.last_us > out->last_us) out->last_us = s.last_us;
    out->events += e->n;
    e->n = e->text = e->units = 0;
    return rc;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

static size_t text_of(const struct pending *q, uint32_t rare)
{
    const struct pending_rare *x = &q->rare.at[rare];
    if (!(x->has & RARE_TEXTS)) return 0;
    return pending_text(q, x->id).len + pending_text(q, x->ref).len + pending_text(q, x->text).len + pending_text(q, x->attrs).len;
}

// How many of n rows from `first` on the block takes: it ends behind the row with which its texts are too long.
static size_t takes(struct events *e, const struct ordering *o, size_t first, size_t n)
{
    const struct pending *q = &e->i->q;
    size_t k = 0;
    if (n > BLOCK_ROWS - e->n) n = BLOCK_ROWS - e->n;
    if (q->heap.n == 1) return n; // no row has a text
    while (k < n && e->text <= BLOCK_TEXT) e->text += text_of(q, o->rare[first + k++]);
    return k;
}

static voc_rc add_unit(struct events *e, const struct ordering *o, size_t first, size_t n)
{
    bool full = e->n >= BLOCK_ROWS / 2 && n > BLOCK_ROWS - e->n;
    voc_rc rc = full || e->n == BLOCK_ROWS || e->text > BLOCK_TEXT ? put_block(e) : VOC_OK;
    for (size_t k = 0, some; rc == VOC_OK && k < n; k += some) {
        if (k) rc = put_block(e);
        else e->units++;
        some = takes(e, o, first + k, n - k);
        ordering_take(o, first + k, some, &e->rows, e->n);
        e->n += some;
    }
    return rc;
}

// The units of a partition. Where no row has a text, all that the block has room for are copied at once.
static voc_rc add_units(struct events *e, const struct ordering *o)
{
    const size_t units = o->end.n, *end = o->end.at;
    voc_rc rc = VOC_OK;
    for (size_t u = 0, from = 0; rc == VOC_OK && u < units;) {
        const size_t first = from, room = BLOCK_ROWS - e->n;
        size_t n = 0;
        for (; e->i->q.heap.n == 1 && u < units && end[u] - first <= room; from = end[u++]) n += end[u] > from;
        if (from > first) {
            ordering_take(o, first, from - first, &e->rows, e->n);
            e->n += from - first;
            e->units += n;
            continue;
        }
        if (u == units) break; // the last ones were empty
        if (end[u] > from) rc = add_unit(e, o, from, end[u] - from);
        from = end[u++];
    }
    return rc;
}

// ---- codes of tuples -------------------------------------------------------------------------------------------------------

struct common { uint64_t rows; uint32_t tuple; };

static int by_rows(const void *a, const void *b, const void *user)
{
    const struct common *x = a, *y = b;
    (void)user;
    return x->rows != y->rows ? (x->rows > y->rows ? -1 : 1) : (x->tuple > y->tuple) - (x->tuple < y->tuple);
}

// The tuples that most events have get the lowest codes, which take the fewest bytes.
static voc_rc name_tuples(struct import *i, struct names *names)
{
    pending_count(&i->q);
    uint32_t n = (uint32_t)i->q.tuple_rows.n, code;
    struct common *t = mem_zalloc((size_t)n + 1, sizeof *t);
    if (!t) return VOC_E_NOMEM;
    bool all = !i->dropped && !i->q.has_ids; // no row was left out since it came
    for (uint32_t k = 0; k < n; k++) t[k] = (struct common){all ? i->q.tuple_rows.at[k] : 0, k};
    struct pending_walk walk = {.q = &i->q};
    for (const struct pending_row *r; !all && (r = pending_next(&walk));)
        if (!(r->tuple & PENDING_DROPPED)) t[pending_tuple(r)].rows++;
    voc_rc rc = sort_stable(t, n, sizeof *t, by_rows, NULL);
    for (uint32_t k = 0; rc == VOC_OK && k < n && t[k].rows; k++) rc = names_tuple(names, t[k].tuple, &code);
    mem_free(t);
    return rc;
}

voc_rc import_write_events(struct import *i, struct names *names)
{
    struct events e;
    struct ordering o = {0};
    voc_rc rc = events_open(&e, i, names);
    if (rc == VOC_OK) rc = name_tuples(i, names);
    if (rc == VOC_OK) rc = ordering_open(&o, &i->q);
    o.shift = record_shift(i);
    for (unsigned p = 0; rc == VOC_OK && p < PARTITIONS; p++) {
        rc = ordering_part(&o, p);
        if (!(i->q.set_flags & SETS_SEVERAL)) pending_forget_part(&i->q, p); // else links of the same row are still to be found
        if (rc == VOC_OK) rc = add_units(&e, &o);
    }
    if (rc == VOC_OK) rc = put_block(&e);
    ordering_close(&o);
    events_close(&e);
    return rc;
}
