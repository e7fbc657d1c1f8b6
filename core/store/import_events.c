// SPDX-License-Identifier: MIT
// Writes the events of an import as blocks, in the order of the file (import_order.h). A block ends where a unit does,
// unless the unit is longer than half a block; what the catalogue says of a block lets readers find and skip it without
// looking into it.
#include "store/import.h"
#include "store/import_order.h"
#include "store/sort.h"

static const char INSERT_BLOCK[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution, run)"
    " VALUES (?, 1, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?, ?, ?, ?)";

struct events { // scratch of the writer; owns
    struct import *i;
    struct names *names;
    struct block_writer block;
    struct buf blob;
    sqlite3_stmt *insert;
    int64_t *ints;             // BLOCK_ROWS
    voc_str *texts;            // BLOCK_ROWS
    struct ordered_row *rows;  // of the block at hand, BLOCK_ROWS
    size_t n, text;            // rows, bytes of their texts
    size_t units;              // that begin in it
};
struct seen { // what the rows of a block have
    int64_t first_us, last_us;
    uint32_t last_resolution, kinds, has;
    bool rare, cases, customers, accounts, lines;
};

static voc_rc events_open(struct events *e, struct import *i, struct names *names)
{
    size_t room = i->q.n_events < BLOCK_ROWS ? i->q.n_events + 1 : BLOCK_ROWS;
    *e = (struct events){.i = i, .names = names};
    buf_init(&e->blob, 0x7fffffff);
    e->ints = mem_alloc(room * sizeof *e->ints);
    e->texts = mem_alloc(room * sizeof *e->texts);
    e->rows = mem_alloc(room * sizeof *e->rows);
    voc_rc rc = block_writer_init(&e->block);
    if (rc == VOC_OK && (!e->ints || !e->texts || !e->rows)) rc = VOC_E_NOMEM;
    return rc == VOC_OK ? db_prepare(i->p, &e->insert, INSERT_BLOCK) : rc;
}

static void events_close(struct events *e)
{
    block_writer_done(&e->block);
    buf_done(&e->blob);
    mem_free(e->ints);
    mem_free(e->texts);
    mem_free(e->rows);
    db_done(&e->insert);
}

// ---- what a block has ------------------------------------------------------------------------------------------------------

static uint32_t kind_of(const struct pending_who *w)
{
    return w->case_id ? 1u << VOC_UNIT_CASE : w->account ? 1u << VOC_UNIT_ACCOUNT : w->customer ? 1u << VOC_UNIT_INDIVIDUAL : 1u;
}

static uint32_t has_rare(const struct pending_rare *r)
{
    uint32_t has = 0;
    if (r->minutes != VOC_NA || r->cost != VOC_NA || r->value != VOC_NA) has |= EV_MONEY;
    if (r->object) has |= EV_OBJECT;
    if (r->thread) has |= EV_THREAD;
    if (r->id) has |= EV_ID;
    if (r->ref) has |= EV_REF;
    if (r->text) has |= EV_TEXT;
    if (r->attrs) has |= EV_ATTRS;
    return has;
}

static void look(const struct events *e, struct seen *s)
{
    const struct pending *q = &e->i->q;
    uint32_t who = UINT32_MAX;
    *s = (struct seen){.first_us = INT64_MAX, .last_us = INT64_MIN};
    for (size_t k = 0; k < e->n; k++) {
        const struct ordered_row *r = &e->rows[k];
        if (r->time_us < s->first_us) s->first_us = r->time_us;
        if (r->time_us > s->last_us) s->last_us = r->time_us;
        if (r->rare) s->has |= has_rare(&q->rare.at[r->rare]), s->rare = true;
        s->lines = s->lines || r->line != e->rows[0].line;
        if (r->who == who) continue;
        who = r->who;
        const struct pending_who *w = &q->whos.at[who];
        s->cases = s->cases || w->case_id, s->customers = s->customers || w->customer, s->accounts = s->accounts || w->account;
        s->kinds |= kind_of(w) | (w->customer && w->account ? KINDS_BOTH : 0);
    }
    s->has |= (s->cases ? EV_CASE : 0) | (s->customers ? EV_CUSTOMER : 0) | (s->accounts ? EV_ACCOUNT : 0);
    for (size_t k = 0; k < e->n; k++) {
        struct event_tuple t;
        if (e->rows[k].time_us != s->last_us) continue;
        tuple_set_at(&q->tuples, e->rows[k].tuple, &t);
        if (t.resolution > s->last_resolution) s->last_resolution = t.resolution;
    }
}

// ---- columns ---------------------------------------------------------------------------------------------------------------

static voc_rc put_people(struct events *e, const struct seen *s)
{
    const struct pending *q = &e->i->q;
    static const unsigned char columns[3] = {COLUMN_CASE, COLUMN_CUSTOMER, COLUMN_ACCOUNT}, spaces[3] = {SPACE_CASE, SPACE_ALIASES, SPACE_ALIASES};
    const bool any[3] = {s->cases, s->customers, s->accounts};
    voc_rc rc = VOC_OK;
    for (unsigned c = 0; rc == VOC_OK && c < 3; c++) {
        if (!any[c]) {
            block_same_int(&e->block, columns[c], 0);
            continue;
        }
        for (size_t k = 0; rc == VOC_OK && k < e->n; k++) {
            const struct pending_who *w = &q->whos.at[e->rows[k].who];
            rc = names_code(e->names, spaces[c], c == 0 ? w->case_id : c == 1 ? w->customer : w->account, &e->ints[k]);
        }
        if (rc == VOC_OK) block_ints(&e->block, columns[c], e->ints);
    }
    return rc;
}

static int64_t rare_int(const struct pending_rare *r, unsigned column)
{
    switch (column) {
    case COLUMN_MINUTES: return r->minutes;
    case COLUMN_COST: return r->cost;
    case COLUMN_VALUE: return r->value;
    default: return r->sub;
    }
}

static voc_rc put_rare(struct events *e, bool any)
{
    static const unsigned char ints[] = {COLUMN_MINUTES, COLUMN_COST, COLUMN_VALUE, COLUMN_SUB}, codes[] = {COLUMN_OBJECT, COLUMN_THREAD},
                               texts[] = {COLUMN_ID, COLUMN_REF, COLUMN_TEXT, COLUMN_ATTRS};
    const struct pending *q = &e->i->q;
    const struct pending_rare *x = q->rare.at;
    voc_rc rc = VOC_OK;
    for (unsigned c = 0; c < sizeof ints; c++) {
        if (!any) block_same_int(&e->block, ints[c], rare_int(&x[0], ints[c]));
        for (size_t k = 0; any && k < e->n; k++) e->ints[k] = rare_int(&x[e->rows[k].rare], ints[c]);
        if (any) block_ints(&e->block, ints[c], e->ints);
    }
    for (unsigned c = 0; rc == VOC_OK && c < sizeof codes; c++) {
        if (!any) block_same_int(&e->block, codes[c], 0);
        for (size_t k = 0; any && rc == VOC_OK && k < e->n; k++)
            rc = names_code(e->names, c ? SPACE_THREAD : SPACE_OBJECT, c ? x[e->rows[k].rare].thread : x[e->rows[k].rare].object, &e->ints[k]);
        if (any) block_ints(&e->block, codes[c], e->ints);
    }
    for (unsigned c = 0; rc == VOC_OK && c < sizeof texts; c++) {
        if (!any) block_same_text(&e->block, texts[c], STR(""));
        for (size_t k = 0; any && k < e->n; k++) {
            const struct pending_rare *r = &x[e->rows[k].rare];
            e->texts[k] = pending_text(q, c == 0 ? r->id : c == 1 ? r->ref : c == 2 ? r->text : r->attrs);
        }
        if (any) block_text(&e->block, texts[c], e->texts);
    }
    return rc;
}

static voc_rc put_columns(struct events *e, const struct seen *s)
{
    const uint64_t shift = e->i->base - e->i->dropped; // from the record of the file to that of the source
    voc_rc rc = VOC_OK;
    block_begin(&e->block, BLOCK_EVENTS, e->n);
    for (size_t k = 0; k < e->n; k++) e->ints[k] = e->rows[k].time_us;
    block_ints(&e->block, COLUMN_TIME, e->ints);
    for (size_t k = 0; rc == VOC_OK && k < e->n; k++) {
        uint32_t code = 0;
        rc = names_tuple(e->names, e->rows[k].tuple, &code);
        e->ints[k] = code;
    }
    if (rc != VOC_OK) return rc;
    block_ints(&e->block, COLUMN_TUPLE, e->ints);
    rc = put_people(e, s);
    for (size_t k = 0; k < e->n; k++) e->ints[k] = (int64_t)(e->rows[k].record + shift);
    block_ints(&e->block, COLUMN_RECORD, e->ints);
    for (size_t k = 0; s->lines && k < e->n; k++) e->ints[k] = (int64_t)((uint64_t)e->rows[k].line - shift);
    if (s->lines) block_ints(&e->block, COLUMN_LINE, e->ints);
    else block_same_int(&e->block, COLUMN_LINE, (int64_t)((uint64_t)e->rows[0].line - shift));
    return rc == VOC_OK ? put_rare(e, s->rare) : rc;
}

// Keys are unsigned and SQLite's integers are not: turned over at the top bit they keep their order.
static int64_t stored_key(const struct pending *q, const struct ordered_row *r)
{
    return (int64_t)(q->whos.at[r->who].key ^ (UINT64_C(1) << 63));
}

static voc_rc put_block(struct events *e)
{
    struct seen s;
    const struct pending *q = &e->i->q;
    struct import_result *out = &e->i->result;
    if (e->n == 0) return VOC_OK;
    look(e, &s);
    voc_rc rc = put_columns(e, &s);
    if (rc == VOC_OK) rc = block_end(&e->block, &e->blob);
    if (rc == VOC_OK)
        rc = db_run(e->i->p, e->insert, "iiinnbiiiiiii", e->i->number, (int64_t)e->n, (int64_t)((s.has & EV_ID) != 0), s.first_us, s.last_us,
                    str_mk(e->blob.ptr, e->blob.len), stored_key(q, &e->rows[0]), stored_key(q, &e->rows[e->n - 1]), (int64_t)e->units,
                    (int64_t)s.kinds, (int64_t)s.has, (int64_t)s.last_resolution, e->i->run);
    if (out->first_us == VOC_NA || s.first_us < out->first_us) out->first_us = s.first_us;
    if (out->last_us == VOC_NA || s.last_us > out->last_us) out->last_us = s.last_us;
    out->events += e->n;
    e->n = e->text = e->units = 0;
    return rc;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

static size_t text_of(const struct pending *q, const struct ordered_row *r)
{
    if (!r->rare) return 0;
    const struct pending_rare *x = &q->rare.at[r->rare];
    return pending_text(q, x->id).len + pending_text(q, x->ref).len + pending_text(q, x->text).len + pending_text(q, x->attrs).len;
}

static voc_rc add_unit(struct events *e, const struct ordered_row *rows, size_t n)
{
    voc_rc rc = e->n >= BLOCK_ROWS / 2 && n > BLOCK_ROWS - e->n ? put_block(e) : VOC_OK;
    e->units++;
    for (size_t k = 0; rc == VOC_OK && k < n; k++) {
        if (e->n == BLOCK_ROWS || e->text > BLOCK_TEXT) {
            if (k == 0) e->units--; // it begins in the next
            rc = put_block(e);
            if (k == 0) e->units++;
        }
        e->rows[e->n++] = rows[k];
        e->text += text_of(&e->i->q, &rows[k]);
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
    uint32_t n = tuple_set_n(&i->q.tuples), code;
    struct common *t = mem_zalloc((size_t)n + 1, sizeof *t);
    struct pending_walk walk = {.q = &i->q};
    if (!t) return VOC_E_NOMEM;
    for (uint32_t k = 0; k < n; k++) t[k].tuple = k;
    for (const struct pending_row *r; (r = pending_next(&walk));)
        if (!(r->tuple & PENDING_DROPPED)) t[r->tuple].rows++;
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
    for (unsigned p = 0; rc == VOC_OK && p < PARTITIONS; p++) {
        rc = ordering_part(&o, p);
        for (size_t from = 0, to; rc == VOC_OK && from < o.rows.n; from = to) {
            for (to = from + 1; to < o.rows.n && o.rows.at[to].unit == o.rows.at[from].unit;) to++;
            rc = add_unit(&e, &o.rows.at[from], to - from);
        }
    }
    if (rc == VOC_OK) rc = put_block(&e);
    ordering_close(&o);
    events_close(&e);
    return rc;
}
