// SPDX-License-Identifier: MIT
// Rows with the source's own id are upserts: the last record that has the id holds, and rows of earlier records with it
// go, within the file and from earlier imports of the source. Blocks that lose rows are written anew. Also here: removing
// a whole import, and who belongs to which account as an import says it. All within the commit's transaction.
#include <inttypes.h>
#include "store/import.h"
#include "store/sort.h"

// ---- within the file -------------------------------------------------------------------------------------------------------

struct last { uint64_t *record; size_t cap; }; // by code of the id

static voc_rc note_id(struct dict *ids, struct last *last, voc_str id, uint64_t record)
{
    uint32_t code = 0;
    voc_rc rc = dict_code(ids, id, &code);
    if (rc != VOC_OK) return rc;
    size_t before = last->cap;
    rc = vec_reserve_((void **)&last->record, &last->cap, code, 1, sizeof *last->record, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    if (last->cap > before) memset(last->record + before, 0, (last->cap - before) * sizeof *last->record);
    if (record > last->record[code]) last->record[code] = record;
    return VOC_OK;
}

static bool outdated(const struct dict *ids, const struct last *last, voc_str id, uint64_t record)
{
    uint32_t code = 0;
    return id.len && dict_find(ids, id, &code) && record < last->record[code];
}

voc_rc upsert_within(struct import *i, struct dict **out)
{
    struct pending *q = &i->q;
    struct last last = {0};
    struct dict *ids = NULL;
    voc_rc rc = dict_new(&ids, SIZE_MAX / 4);
    struct pending_walk walk = {.q = q};
    for (const struct pending_row *r; rc == VOC_OK && (r = pending_next(&walk));) {
        uint32_t id = q->rare.at[r->rare].id;
        if (id && !(r->tuple & PENDING_DROPPED)) rc = note_id(ids, &last, pending_text(q, id), pending_record(walk.at, r));
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        const struct pending_fact *f = &q->facts.at[k];
        if (f->id && !f->dropped) rc = note_id(ids, &last, pending_text(q, f->id), f->record);
    }
    walk = (struct pending_walk){.q = q};
    for (struct pending_row *r; rc == VOC_OK && (r = pending_next(&walk));) {
        voc_str id = pending_text(q, q->rare.at[r->rare].id);
        if (r->tuple & PENDING_DROPPED || !outdated(ids, &last, id, pending_record(walk.at, r))) continue;
        r->tuple |= PENDING_DROPPED;
        i->result.replaced_events++;
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        struct pending_fact *f = &q->facts.at[k];
        if (!f->dropped && outdated(ids, &last, pending_text(q, f->id), f->record)) f->dropped = true;
    }
    mem_free(last.record);
    if (rc == VOC_OK) *out = ids;
    else dict_free(ids);
    return rc;
}

// ---- earlier imports ---------------------------------------------------------------------------------------------------------

static const char SELECT_BLOCKS_WITH_IDS[] =
    "SELECT b.id, b.import, b.kind FROM import AS i JOIN block AS b ON b.import = i.number WHERE i.source = ? AND i.number <> ? AND b.has_ids = 1 ORDER BY b.id";
static const char SELECT_DATA[] = "SELECT data FROM block WHERE id = ?";
static const char UPDATE_BLOCK[] = "UPDATE block SET rows = ?, units = NULL, last_resolution = NULL, first_us = ?, last_us = ?, data = ? WHERE id = ?";
static const char DELETE_BLOCK[] = "DELETE FROM block WHERE id = ?";

struct touched { int64_t block, import; int kind; };
struct rewriter { // owns
    struct project *p;
    struct block_reader reader;
    struct block_writer writer;
    struct buf blob;
    sqlite3_stmt *select, *update, *delete;
    voc_str *ids;
    int64_t *times;
    bool *keep;
};

static voc_rc rewriter_open(struct rewriter *w, struct project *p)
{
    *w = (struct rewriter){.p = p};
    buf_init(&w->blob, 0x7fffffff);
    w->ids = mem_zalloc(BLOCK_ROWS, sizeof *w->ids);
    w->times = mem_zalloc(BLOCK_ROWS, sizeof *w->times);
    w->keep = mem_zalloc(BLOCK_ROWS, sizeof *w->keep);
    voc_rc rc = block_reader_init(&w->reader), rc2 = block_writer_init(&w->writer);
    if (rc == VOC_OK) rc = rc2;
    if (rc == VOC_OK && (!w->ids || !w->times || !w->keep)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(p, &w->select, SELECT_DATA);
    if (rc == VOC_OK) rc = db_prepare(p, &w->update, UPDATE_BLOCK);
    return rc == VOC_OK ? db_prepare(p, &w->delete, DELETE_BLOCK) : rc;
}

static void rewriter_close(struct rewriter *w)
{
    block_reader_done(&w->reader);
    block_writer_done(&w->writer);
    buf_done(&w->blob);
    mem_free(w->ids);
    mem_free(w->times);
    mem_free(w->keep);
    db_done(&w->select);
    db_done(&w->update);
    db_done(&w->delete);
}

// The times that bound what is left of a block of events.
static voc_rc time_bounds(struct rewriter *w, enum block_kind kind, int64_t *first, int64_t *last)
{
    *first = *last = VOC_NA;
    if (kind != BLOCK_EVENTS) return VOC_OK;
    voc_rc rc = block_read_ints(&w->reader, COLUMN_TIME, w->times);
    for (size_t i = 0; rc == VOC_OK && i < w->reader.rows; i++) {
        if (!w->keep[i]) continue;
        if (*first == VOC_NA || w->times[i] < *first) *first = w->times[i];
        if (*last == VOC_NA || w->times[i] > *last) *last = w->times[i];
    }
    return rc;
}

// Drops the rows of one block whose ids are in `ids`; *n_dropped of them.
static voc_rc rewrite(struct rewriter *w, const struct touched *t, const struct dict *ids, size_t *n_dropped)
{
    bool row = false;
    size_t rows = 0;
    uint32_t code;
    int64_t first = 0, last = 0;
    enum block_kind kind = t->kind == BLOCK_EVENTS ? BLOCK_EVENTS : BLOCK_ATTRIBUTES;
    *n_dropped = 0;
    voc_rc rc = db_bind(w->p, w->select, "i", t->block);
    if (rc == VOC_OK) rc = db_step(w->p, w->select, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(w->p, "block %" PRId64 " is gone", t->block);
    voc_str data = rc == VOC_OK ? db_text(w->select, 0) : STR("");
    if (rc == VOC_OK) rc = block_open(&w->reader, kind, data.ptr, data.len);
    if (rc == VOC_OK) rc = block_read_text(&w->reader, COLUMN_ID, w->ids);
    for (size_t i = 0; rc == VOC_OK && i < w->reader.rows; i++) {
        w->keep[i] = w->ids[i].len == 0 || !dict_find(ids, w->ids[i], &code);
        *n_dropped += !w->keep[i];
    }
    if (rc == VOC_OK && *n_dropped) rc = block_filter(&w->reader, kind, w->keep, &w->writer, &w->blob, &rows);
    if (rc == VOC_OK && *n_dropped) rc = time_bounds(w, kind, &first, &last);
    if (rc == VOC_E_INPUT && row) rc = db_damaged(w->p, "block %" PRId64 ": %s", t->block, w->reader.why);
    (void)sqlite3_reset(w->select);
    if (rc != VOC_OK || *n_dropped == 0) return rc;
    if (rows == 0) return db_run(w->p, w->delete, "i", t->block);
    return db_run(w->p, w->update, "innbi", (int64_t)rows, first, last, str_mk(w->blob.ptr, w->blob.len), t->block);
}

// ---- rows of tables that carry own ids

static const char SELECT_WORD_IDS[] =
    "SELECT w.id, w.own_id, w.text FROM import AS i JOIN word AS w ON w.import = i.number WHERE i.source = ? AND i.number <> ? AND w.own_id <> ''";
static const char SELECT_MEASURE_IDS[] =
    "SELECT m.id, m.own_id, '' FROM import AS i JOIN measure AS m ON m.import = i.number WHERE i.source = ? AND i.number <> ? AND m.own_id <> ''";
static const char SELECT_LINK_IDS[] =
    "SELECT l.id, l.own_id, '' FROM import AS i JOIN link AS l ON l.import = i.number WHERE i.source = ? AND i.number <> ? AND l.own_id <> ''";
static const char DELETE_WORD[] = "DELETE FROM word WHERE id = ?";
static const char DELETE_MEASURE[] = "DELETE FROM measure WHERE id = ?";
static const char DELETE_LINK[] = "DELETE FROM link WHERE id = ?";
static const char UNINDEX_WORD[] = "INSERT INTO word_index(word_index, rowid, text) VALUES ('delete', ?, ?)";

static voc_rc delete_rows(struct project *p, const char *select, const char *delete, const char *unindex, voc_str source, int64_t number, const struct dict *ids)
{
    sqlite3_stmt *s = NULL, *d = NULL, *u = NULL;
    VEC(int64_t) gone = {0};
    bool row = true;
    uint32_t code;
    voc_rc rc = db_prepare(p, &s, select);
    if (rc == VOC_OK) rc = db_prepare(p, &d, delete);
    if (rc == VOC_OK && unindex) rc = db_prepare(p, &u, unindex);
    if (rc == VOC_OK) rc = db_bind(p, s, "ti", source, number);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        if (!dict_find(ids, db_text(s, 1), &code)) continue;
        rc = vec_reserve(&gone, 1, UINT32_MAX);
        if (rc == VOC_OK) gone.at[gone.n++] = sqlite3_column_int64(s, 0);
        if (rc == VOC_OK && u) rc = db_run(p, u, "it", gone.at[gone.n - 1], db_text(s, 2));
    }
    (void)sqlite3_reset(s);
    for (size_t i = 0; rc == VOC_OK && i < gone.n; i++) rc = db_run(p, d, "i", gone.at[i]);
    vec_free(&gone);
    db_done(&s);
    db_done(&d);
    db_done(&u);
    return rc;
}

static voc_rc blocks_with_ids(struct import *i, struct touched **out, size_t *n)
{
    VEC(struct touched) found = {0};
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(i->p, &s, SELECT_BLOCKS_WITH_IDS);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "ti", i->spec.source, i->number);
    while (rc == VOC_OK) {
        rc = db_step(i->p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = vec_reserve(&found, 1, UINT32_MAX);
        if (rc == VOC_OK) found.at[found.n++] = (struct touched){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int(s, 2)};
    }
    db_done(&s);
    *out = found.at;
    *n = found.n;
    return rc;
}

voc_rc upsert_earlier(struct import *i, const struct dict *ids)
{
    struct rewriter w;
    struct touched *blocks = NULL;
    size_t n = 0, dropped = 0;
    int64_t rebuild = 0; // blocks are ordered by id, so those of one import stand together unless it was written in parts
    voc_rc rc = rewriter_open(&w, i->p);
    if (rc == VOC_OK) rc = blocks_with_ids(i, &blocks, &n);
    for (size_t k = 0; rc == VOC_OK && k < n; k++) {
        rc = rewrite(&w, &blocks[k], ids, &dropped);
        if (rc != VOC_OK || dropped == 0) continue;
        if (blocks[k].kind == BLOCK_EVENTS) i->result.replaced_events += dropped;
        if (rebuild && rebuild != blocks[k].import) rc = member_rebuild(i->p, rebuild);
        rebuild = blocks[k].import;
    }
    if (rc == VOC_OK && rebuild) rc = member_rebuild(i->p, rebuild);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_WORD_IDS, DELETE_WORD, UNINDEX_WORD, i->spec.source, i->number, ids);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_MEASURE_IDS, DELETE_MEASURE, NULL, i->spec.source, i->number, ids);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_LINK_IDS, DELETE_LINK, NULL, i->spec.source, i->number, ids);
    mem_free(blocks);
    rewriter_close(&w);
    return rc;
}

// ---- a whole import ----------------------------------------------------------------------------------------------------------

static const char SELECT_WORDS_OF[] = "SELECT id, text FROM word WHERE import = ?";
static const char *const DELETE_IMPORT[] = {
    "DELETE FROM word WHERE import = ?",   "DELETE FROM measure WHERE import = ?", "DELETE FROM link WHERE import = ?",
    "DELETE FROM reject WHERE import = ?", "DELETE FROM member WHERE import = ?",  "DELETE FROM block WHERE import = ?",
    "DELETE FROM ignored WHERE import = ?", "DELETE FROM import WHERE number = ?",
};

voc_rc import_remove(struct project *p, int64_t number)
{
    sqlite3_stmt *s = NULL, *u = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, SELECT_WORDS_OF);
    if (rc == VOC_OK) rc = db_prepare(p, &u, UNINDEX_WORD);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", number);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = db_run(p, u, "it", (int64_t)sqlite3_column_int64(s, 0), db_text(s, 1));
    }
    db_done(&s);
    db_done(&u);
    for (size_t i = 0; rc == VOC_OK && i < sizeof DELETE_IMPORT / sizeof DELETE_IMPORT[0]; i++) {
        rc = db_prepare(p, &s, DELETE_IMPORT[i]);
        if (rc == VOC_OK) rc = db_run(p, s, "i", number);
        db_done(&s);
    }
    return rc;
}
