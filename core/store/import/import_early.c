// SPDX-License-Identifier: MIT
// What an import wrote before it was over (import_spill.c) was written without knowing what the file is to its source, or what
// a later row replaces. The commit knows, and this puts the rows right, within the import's transaction: leading records that
// an earlier import holds go, numbers of records move, and of rows with one own id those of the last record stay. Own ids are
// compared by their hashes, a share of them at a time, so that memory does not grow with the file; what is alike by its hash
// is compared as it is.
#include <inttypes.h>
#include "store/import/import.h"

static const char SELECT_BLOCKS[] = "SELECT id, kind, has_ids FROM block WHERE import = ? AND kind IN (1, 2, 5) ORDER BY id";
static const char SELECT_DATA[] = "SELECT data FROM block WHERE id = ?";
static const char UPDATE_BLOCK[] = "UPDATE block SET rows = ?, units = NULL, last_resolution = NULL, first_us = ?, last_us = ?, data = ? WHERE id = ?";
static const char DELETE_BLOCK[] = "DELETE FROM block WHERE id = ?";
static const char SELECT_SPAN[] = "SELECT min(first_us), max(last_us) FROM block WHERE import = ? AND kind = 1";
static const char COUNT_IMPORTS[] = "SELECT count(*) FROM import WHERE source = ?";
static const char COUNT_IDS[] =
    "SELECT (SELECT coalesce(sum(rows), 0) FROM block WHERE import = ?1 AND has_ids) + (SELECT count(*) FROM word WHERE import = ?1)"
    " + (SELECT count(*) FROM link WHERE import = ?1) + (SELECT count(*) FROM reference WHERE import = ?1)";
static const char SELECT_EARLIER_BLOCKS[] = "SELECT data, kind FROM block WHERE has_ids AND (import < 0 OR import IN (SELECT number FROM import WHERE source = ?))";
static const char SELECT_EARLIER_IDS[] =
    "SELECT own_id FROM (SELECT import, own_id FROM word UNION ALL SELECT import, own_id FROM link UNION ALL SELECT import, own_id FROM reference)"
    " WHERE own_id <> '' AND import IN (SELECT number FROM import WHERE source = ?)";
static const char UNINDEX_LEADING[] = "INSERT INTO word_index(word_index, rowid, text) SELECT 'delete', id, text FROM word WHERE import = ? AND record < ?";
static const char UNINDEX_WORD[] = "INSERT INTO word_index(word_index, rowid, text) SELECT 'delete', id, text FROM word WHERE id = ?";

enum { WORD, LINK, REFERENCE, REJECT, TABLES };
static const struct { const char *leading, *move, *ids, *delete; } tables[TABLES] = {
    {"DELETE FROM word WHERE import = ? AND record < ?", "UPDATE word SET record = record + ? WHERE import = ?",
     "SELECT id, own_id, record FROM word WHERE import = ? AND own_id <> ''", "DELETE FROM word WHERE id = ?"},
    {"DELETE FROM link WHERE import = ? AND record < ?", "UPDATE link SET record = record + ? WHERE import = ?",
     "SELECT id, own_id, record FROM link WHERE import = ? AND own_id <> ''", "DELETE FROM link WHERE id = ?"},
    {"DELETE FROM reference WHERE import = ? AND record < ?", "UPDATE reference SET record = record + ? WHERE import = ?",
     "SELECT id, own_id, record FROM reference WHERE import = ? AND own_id <> ''", "DELETE FROM reference WHERE id = ?"},
    {"DELETE FROM reject WHERE import = ? AND record < ?", "UPDATE reject SET record = record + ? WHERE import = ?", NULL, NULL},
};

struct own_block { int64_t id; enum block_kind kind; bool has_ids; };
struct early { // owns
    struct import *i; // borrows
    struct block_reader reader;
    struct block_writer writer;
    struct buf blob;
    sqlite3_stmt *data, *update, *delete;
    VEC(struct own_block) blocks; // id 0: gone
    int64_t *ints;
    voc_str *ids;
    bool *keep;
};

static voc_rc early_open(struct early *e, struct import *i)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    *e = (struct early){.i = i};
    buf_init(&e->blob, 0x7fffffff);
    e->ints = mem_alloc(BLOCK_ROWS * sizeof *e->ints);
    e->ids = mem_alloc(BLOCK_ROWS * sizeof *e->ids);
    e->keep = mem_alloc(BLOCK_ROWS * sizeof *e->keep);
    voc_rc rc = block_reader_init(&e->reader), rc2 = block_writer_init(&e->writer);
    if (rc == VOC_OK) rc = rc2;
    if (rc == VOC_OK && (!e->ints || !e->ids || !e->keep)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(i->p, &e->data, SELECT_DATA);
    if (rc == VOC_OK) rc = db_prepare(i->p, &e->update, UPDATE_BLOCK);
    if (rc == VOC_OK) rc = db_prepare(i->p, &e->delete, DELETE_BLOCK);
    if (rc == VOC_OK) rc = db_prepare(i->p, &s, SELECT_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "i", i->number);
    while (rc == VOC_OK && (rc = db_step(i->p, s, &row)) == VOC_OK && row) {
        rc = vec_reserve(&e->blocks, 1, UINT32_MAX);
        if (rc == VOC_OK)
            e->blocks.at[e->blocks.n++] = (struct own_block){sqlite3_column_int64(s, 0), (enum block_kind)sqlite3_column_int(s, 1),
                                                             sqlite3_column_int(s, 2) != 0};
    }
    db_done(&s);
    return rc;
}

static void early_close(struct early *e)
{
    block_reader_done(&e->reader);
    block_writer_done(&e->writer);
    buf_done(&e->blob);
    db_done(&e->data);
    db_done(&e->update);
    db_done(&e->delete);
    vec_free(&e->blocks);
    mem_free(e->ints);
    mem_free(e->ids);
    mem_free(e->keep);
}

// ---- blocks --------------------------------------------------------------------------------------------------------------------

// The block lies in e->reader until `block_leave`.
static voc_rc block_enter(struct early *e, const struct own_block *b)
{
    struct project *p = e->i->p;
    bool row = false;
    voc_rc rc = db_bind(p, e->data, "i", b->id);
    if (rc == VOC_OK) rc = db_step(p, e->data, &row);
    if (rc == VOC_OK && !row) return db_damaged(p, "block %" PRId64 " is gone", b->id);
    const voc_str data = rc == VOC_OK ? db_text(e->data, 0) : STR("");
    return rc == VOC_OK ? block_open(&e->reader, b->kind, data.ptr, data.len) : rc;
}

static voc_rc block_leave(struct early *e, const struct own_block *b, voc_rc rc)
{
    if (rc == VOC_E_INPUT && e->reader.why[0]) rc = db_damaged(e->i->p, "block %" PRId64 ": %s", b->id, e->reader.why);
    (void)sqlite3_reset(e->data);
    return rc;
}

static void count_less(struct import_result *out, enum block_kind kind, size_t n)
{
    uint64_t *of = kind == BLOCK_EVENTS ? &out->events : kind == BLOCK_MEASURES ? &out->measures : &out->attributes;
    *of -= n;
}

// Writes the block that was entered with the rows to keep; add: to columns, or NULL.
static voc_rc write_again(struct early *e, struct own_block *b, const int64_t *add)
{
    struct project *p = e->i->p;
    size_t rows = 0;
    int64_t first = VOC_NA, last = VOC_NA;
    voc_rc rc = block_filter(&e->reader, b->kind, e->keep, add, &e->writer, &e->blob, &rows);
    if (rc == VOC_OK && b->kind == BLOCK_EVENTS) rc = block_read_ints(&e->reader, COLUMN_TIME, e->ints);
    for (size_t k = 0; rc == VOC_OK && b->kind == BLOCK_EVENTS && k < e->reader.rows; k++) {
        if (!e->keep[k]) continue;
        if (first == VOC_NA || e->ints[k] < first) first = e->ints[k];
        if (last == VOC_NA || e->ints[k] > last) last = e->ints[k];
    }
    if (rc != VOC_OK) return rc;
    count_less(&e->i->result, b->kind, e->reader.rows - rows);
    if (rows) return db_run(p, e->update, "innbi", (int64_t)rows, first, last, str_mk(e->blob.ptr, e->blob.len), b->id);
    const int64_t id = b->id;
    b->id = 0;
    return db_run(p, e->delete, "i", id);
}

// ---- leading records and numbers -----------------------------------------------------------------------------------------------

static voc_rc change_tables(struct early *e, uint64_t from, int64_t shift)
{
    struct import *i = e->i;
    uint64_t *const counts[TABLES] = {&i->result.words, &i->result.links, &i->result.references, &i->result.rejects};
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(i->p, &s, UNINDEX_LEADING);
    if (rc == VOC_OK) rc = db_run(i->p, s, "iu", i->number, from);
    db_done(&s);
    for (unsigned t = 0; rc == VOC_OK && t < TABLES; t++) {
        rc = db_prepare(i->p, &s, tables[t].leading);
        if (rc == VOC_OK) rc = db_run(i->p, s, "iu", i->number, from);
        if (rc == VOC_OK) *counts[t] -= (uint64_t)sqlite3_changes(i->p->db);
        db_done(&s);
        if (rc == VOC_OK && shift) rc = db_prepare(i->p, &s, tables[t].move);
        if (rc == VOC_OK && shift) rc = db_run(i->p, s, "ii", shift, i->number);
        db_done(&s);
    }
    return rc;
}

// Rows below record `from` go, the others' numbers move.
static voc_rc change_records(struct early *e, uint64_t from, int64_t shift)
{
    const int64_t add[COLUMNS_MAX] = {[COLUMN_RECORD] = shift, [COLUMN_LINE] = -shift}; // a line is kept less its record
    voc_rc rc = change_tables(e, from, shift);
    for (size_t k = 0; rc == VOC_OK && k < e->blocks.n; k++) {
        struct own_block *b = &e->blocks.at[k];
        bool all = true;
        rc = block_enter(e, b);
        if (rc == VOC_OK) rc = block_read_ints(&e->reader, COLUMN_RECORD, e->ints);
        for (size_t r = 0; rc == VOC_OK && r < e->reader.rows; r++) {
            e->keep[r] = (uint64_t)e->ints[r] >= from;
            all = all && e->keep[r];
        }
        if (rc == VOC_OK && (shift || !all)) rc = write_again(e, b, add);
        rc = block_leave(e, b, rc);
    }
    return rc;
}

// ---- own ids -------------------------------------------------------------------------------------------------------------------

#define DIFFERS (UINT64_C(1) << 63) // with `last`: rows of several records have an id of this hash
struct seen { uint64_t hash, last; }; // hash 0: none
struct share { // of the ids: those whose hashes are of this turn; owns
    struct early *e;
    struct seen *at;
    size_t cap, n; // cap: a power of two
    uint64_t turn, turns;
    struct dict *before;  // ids of this share that an earlier import of the source may have
    struct dict *again;   // ids that come again, here or there
    struct last_records last; // by code of again
    bool some_differ;
};

static bool of_share(const struct share *s, voc_str id, uint64_t *hash)
{
    *hash = hash64(id.ptr, id.len, 0) | 1;
    return (uint64_t)((unsigned __int128)*hash * s->turns >> 64) == s->turn;
}

static struct seen *find(const struct share *s, uint64_t hash)
{
    size_t k = (size_t)(hash >> 1) & (s->cap - 1);
    while (s->at[k].hash && s->at[k].hash != hash) k = (k + 1) & (s->cap - 1);
    return &s->at[k];
}

static voc_rc share_grow(struct share *s)
{
    struct share more = *s;
    more.cap = s->cap ? s->cap * 2 : 4096;
    if (!(more.at = mem_zalloc(more.cap, sizeof *more.at))) return VOC_E_NOMEM;
    for (size_t k = 0; k < s->cap; k++)
        if (s->at[k].hash) *find(&more, s->at[k].hash) = s->at[k];
    mem_free(s->at);
    *s = more;
    return VOC_OK;
}

static voc_rc note(struct share *s, voc_str id, uint64_t record)
{
    uint64_t hash;
    if (!of_share(s, id, &hash)) return VOC_OK;
    voc_rc rc = s->n * 2 >= s->cap ? share_grow(s) : VOC_OK;
    if (rc != VOC_OK) return rc;
    struct seen *x = find(s, hash);
    if (!x->hash) {
        *x = (struct seen){hash, record};
        s->n++;
    } else if ((x->last & ~DIFFERS) != record) {
        x->last = (record > (x->last & ~DIFFERS) ? record : x->last) | DIFFERS;
        s->some_differ = true;
    }
    return VOC_OK;
}

static voc_rc note_before(struct share *s, voc_str id)
{
    uint64_t hash;
    uint32_t code;
    return of_share(s, id, &hash) && s->cap && find(s, hash)->hash ? dict_code(s->before, id, &code) : VOC_OK;
}

static voc_rc note_again(struct share *s, voc_str id, uint64_t record)
{
    uint64_t hash;
    uint32_t code;
    if (!of_share(s, id, &hash)) return VOC_OK;
    if (!(find(s, hash)->last & DIFFERS) && !dict_find(s->before, id, &code)) return VOC_OK;
    return last_records_note(s->again, &s->last, id, record);
}

// All rows of the import that have an own id.
static voc_rc each_own(struct share *s, voc_rc (*each)(struct share *s, voc_str id, uint64_t record))
{
    struct early *e = s->e;
    struct project *p = e->i->p;
    voc_rc rc = VOC_OK;
    for (size_t k = 0; rc == VOC_OK && k < e->blocks.n; k++) {
        const struct own_block *b = &e->blocks.at[k];
        if (!b->id || !b->has_ids) continue;
        rc = block_enter(e, b);
        if (rc == VOC_OK) rc = block_read_ints(&e->reader, COLUMN_RECORD, e->ints);
        if (rc == VOC_OK) rc = block_read_text(&e->reader, COLUMN_ID, e->ids);
        for (size_t r = 0; rc == VOC_OK && r < e->reader.rows; r++)
            if (e->ids[r].len) rc = each(s, e->ids[r], (uint64_t)e->ints[r]);
        rc = block_leave(e, b, rc);
    }
    for (unsigned t = 0; rc == VOC_OK && t < TABLES; t++) {
        sqlite3_stmt *q = NULL;
        bool row = true;
        if (!tables[t].ids) continue;
        rc = db_prepare(p, &q, tables[t].ids);
        if (rc == VOC_OK) rc = db_bind(p, q, "i", e->i->number);
        while (rc == VOC_OK && (rc = db_step(p, q, &row)) == VOC_OK && row) rc = each(s, db_text(q, 1), (uint64_t)sqlite3_column_int64(q, 2));
        db_done(&q);
    }
    return rc;
}

static voc_rc each_earlier(struct share *s)
{
    struct early *e = s->e;
    struct project *p = e->i->p;
    sqlite3_stmt *q = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &q, SELECT_EARLIER_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(p, q, "t", e->i->spec.source);
    while (rc == VOC_OK && (rc = db_step(p, q, &row)) == VOC_OK && row) {
        const voc_str data = db_text(q, 0);
        rc = block_open(&e->reader, (enum block_kind)sqlite3_column_int(q, 1), data.ptr, data.len);
        if (rc == VOC_OK) rc = block_read_text(&e->reader, COLUMN_ID, e->ids);
        for (size_t r = 0; rc == VOC_OK && r < e->reader.rows; r++)
            if (e->ids[r].len) rc = note_before(s, e->ids[r]);
        if (rc == VOC_E_INPUT) rc = db_damaged(p, "a block: %s", e->reader.why);
    }
    db_done(&q);
    row = true;
    if (rc == VOC_OK) rc = db_prepare(p, &q, SELECT_EARLIER_IDS);
    if (rc == VOC_OK) rc = db_bind(p, q, "t", e->i->spec.source);
    while (rc == VOC_OK && (rc = db_step(p, q, &row)) == VOC_OK && row) rc = note_before(s, db_text(q, 0));
    db_done(&q);
    return rc;
}

static voc_rc drop_outdated_rows(struct share *s, unsigned t, uint64_t *count)
{
    struct project *p = s->e->i->p;
    sqlite3_stmt *q = NULL, *d = NULL, *u = NULL;
    VEC(int64_t) gone = {0};
    bool row = true;
    voc_rc rc = db_prepare(p, &q, tables[t].ids);
    if (rc == VOC_OK) rc = db_prepare(p, &d, tables[t].delete);
    if (rc == VOC_OK && t == WORD) rc = db_prepare(p, &u, UNINDEX_WORD);
    if (rc == VOC_OK) rc = db_bind(p, q, "i", s->e->i->number);
    while (rc == VOC_OK && (rc = db_step(p, q, &row)) == VOC_OK && row) {
        if (!last_records_outdated(s->again, &s->last, db_text(q, 1), (uint64_t)sqlite3_column_int64(q, 2))) continue;
        rc = vec_reserve(&gone, 1, UINT32_MAX);
        if (rc == VOC_OK) gone.at[gone.n++] = sqlite3_column_int64(q, 0);
    }
    (void)sqlite3_reset(q);
    for (size_t k = 0; rc == VOC_OK && k < gone.n; k++) {
        if (u) rc = db_run(p, u, "i", gone.at[k]);
        if (rc == VOC_OK) rc = db_run(p, d, "i", gone.at[k]);
    }
    *count -= gone.n;
    vec_free(&gone);
    db_done(&q);
    db_done(&d);
    db_done(&u);
    return rc;
}

static voc_rc drop_outdated(struct share *s)
{
    struct early *e = s->e;
    struct import_result *out = &e->i->result;
    uint64_t *const counts[] = {[WORD] = &out->words, [LINK] = &out->links, [REFERENCE] = &out->references};
    voc_rc rc = VOC_OK;
    for (size_t k = 0; rc == VOC_OK && k < e->blocks.n; k++) {
        struct own_block *b = &e->blocks.at[k];
        size_t dropped = 0, within = 0;
        if (!b->id || !b->has_ids) continue;
        rc = block_enter(e, b);
        if (rc == VOC_OK) rc = block_read_ints(&e->reader, COLUMN_RECORD, e->ints);
        if (rc == VOC_OK) rc = block_read_text(&e->reader, COLUMN_ID, e->ids);
        for (size_t r = 0; rc == VOC_OK && r < e->reader.rows; r++) {
            e->keep[r] = !last_records_outdated(s->again, &s->last, e->ids[r], (uint64_t)e->ints[r]);
            dropped += !e->keep[r];
            within += !e->keep[r] && !upsert_held_later(s->again, e->ids[r]);
        }
        if (rc == VOC_OK && dropped) rc = write_again(e, b, NULL);
        if (b->kind == BLOCK_EVENTS) out->replaced_events += dropped, out->replaced_within += within;
        rc = block_leave(e, b, rc);
    }
    for (unsigned t = 0; rc == VOC_OK && t <= REFERENCE; t++) rc = drop_outdated_rows(s, t, counts[t]);
    return rc;
}

static voc_rc one_turn(struct share *s, bool earlier)
{
    struct import *i = s->e->i;
    voc_rc rc = dict_new(&s->before, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = dict_new(&s->again, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = each_own(s, note);
    if (rc == VOC_OK && earlier) rc = each_earlier(s);
    if (rc == VOC_OK && (s->some_differ || (earlier && dict_n(s->before)))) rc = each_own(s, note_again);
    if (rc == VOC_OK) rc = upsert_later(i, s->again, &s->last, i->base + i->standing);
    if (rc == VOC_OK && (s->some_differ || i->standing)) rc = drop_outdated(s);
    if (rc == VOC_OK && dict_n(s->again)) rc = upsert_earlier(i, s->again);
    dict_free(s->before);
    dict_free(s->again);
    mem_free(s->last.record);
    mem_free(s->at);
    return rc;
}

static voc_rc settle_ids(struct early *e)
{
    struct project *p = e->i->p;
    const uint64_t room = e->i->spec.memory_max / 8;
    sqlite3_stmt *s = NULL;
    bool row = false, earlier = false;
    uint64_t n = 0;
    voc_rc rc = db_prepare(p, &s, COUNT_IDS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", e->i->number);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) n = (uint64_t)sqlite3_column_int64(s, 0);
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(p, &s, COUNT_IMPORTS);
    if (rc == VOC_OK) rc = db_bind(p, s, "t", e->i->spec.source);
    if (rc == VOC_OK) rc = db_step(p, s, &row);
    if (rc == VOC_OK && row) earlier = sqlite3_column_int64(s, 0) > 0;
    db_done(&s);
    const uint64_t turns = n / (room / (4 * sizeof(struct seen)) + 1) + 1;
    for (uint64_t turn = 0; rc == VOC_OK && turn < turns; turn++) {
        struct share share = {.e = e, .turn = turn, .turns = turns};
        rc = one_turn(&share, earlier);
    }
    return rc;
}

// ---- all of it -----------------------------------------------------------------------------------------------------------------

static voc_rc find_span(struct import *i)
{
    sqlite3_stmt *s = NULL;
    bool row = false;
    voc_rc rc = db_prepare(i->p, &s, SELECT_SPAN);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "i", i->number);
    if (rc == VOC_OK) rc = db_step(i->p, s, &row);
    if (rc == VOC_OK && row) i->result.first_us = db_int_or_na(s, 0), i->result.last_us = db_int_or_na(s, 1);
    db_done(&s);
    return rc;
}

voc_rc import_settle_early(struct import *i, uint64_t as_written)
{
    struct early e;
    const int64_t shift = (int64_t)(i->base - i->dropped - as_written);
    voc_rc rc = early_open(&e, i);
    if (rc == VOC_OK && (i->dropped || shift)) rc = change_records(&e, as_written + i->dropped, shift);
    if (rc == VOC_OK && i->q.has_ids) rc = settle_ids(&e);
    if (rc == VOC_OK) rc = find_span(i);
    early_close(&e);
    return rc;
}
