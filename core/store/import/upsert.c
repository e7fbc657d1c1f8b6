// SPDX-License-Identifier: MIT
// Rows with the source's own id are upserts: the last record that has the id holds, and rows of earlier records with it
// go, within the file and from earlier imports of the source; against a file that is read again, what was imported since holds. Blocks
// that lose rows are written anew. Also here: removing a whole import, and who belongs to which account as an import says it. All
// within the commit's transaction.
#include <inttypes.h>
#include "store/import/import.h"
#include "store/events/shares.h"
#include "store/sort.h"

enum { HELD_LATER = 1 }; // kept with an own id: a later import has it, so that it replaces nothing

bool upsert_held_later(const struct dict *ids, voc_str id)
{
    uint32_t code;
    return dict_find(ids, id, &code) && *dict_value(ids, code) == HELD_LATER;
}

// Is this the own id of a row that goes?
static bool goes(const struct dict *ids, voc_str id)
{
    uint32_t code;
    return id.len && dict_find(ids, id, &code) && *dict_value(ids, code) != HELD_LATER;
}

// ---- within the file -------------------------------------------------------------------------------------------------------

voc_rc last_records_note(struct dict *ids, struct last_records *last, voc_str id, uint64_t record)
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

bool last_records_outdated(const struct dict *ids, const struct last_records *last, voc_str id, uint64_t record)
{
    uint32_t code = 0;
    return id.len && dict_find(ids, id, &code) && record < last->record[code];
}

voc_rc upsert_within(struct import *i, struct dict **out)
{
    struct pending *q = &i->q;
    struct last_records last = {0};
    struct dict *ids = NULL;
    voc_rc rc = dict_new(&ids, SIZE_MAX / 4);
    struct pending_walk walk = {.q = q};
    for (const struct pending_row *r; rc == VOC_OK && (r = pending_next(&walk));) {
        uint32_t id = q->rare.at[walk.event.rare].id;
        if (id && !(r->tuple & PENDING_DROPPED)) rc = last_records_note(ids, &last, pending_text(q, id), walk.event.record);
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        const struct pending_fact *f = &q->facts.at[k];
        if (f->id && !f->dropped) rc = last_records_note(ids, &last, pending_text(q, f->id), f->record);
    }
    if (rc == VOC_OK) rc = upsert_later(i, ids, &last, i->standing);
    walk = (struct pending_walk){.q = q};
    for (const struct pending_row *r; rc == VOC_OK && (r = pending_next(&walk));) {
        voc_str id = pending_text(q, q->rare.at[walk.event.rare].id);
        if (r->tuple & PENDING_DROPPED || !last_records_outdated(ids, &last, id, walk.event.record)) continue;
        pending_drop(&walk);
        i->result.replaced_events++;
        i->result.replaced_within += !upsert_held_later(ids, id);
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        struct pending_fact *f = &q->facts.at[k];
        if (!f->dropped && last_records_outdated(ids, &last, pending_text(q, f->id), f->record)) f->dropped = true;
    }
    mem_free(last.record);
    if (rc == VOC_OK) *out = ids;
    else dict_free(ids);
    return rc;
}

// ---- later imports: a file that is read again, as its mapping now says, stands where it stood, before what was imported since --------

static const char SELECT_LATER[] = "SELECT number FROM import WHERE source = ? AND base >= ?";
static const char SELECT_LATER_BLOCKS[] =
    "SELECT b.data, b.import, b.kind FROM import AS i JOIN block AS b ON b.import = i.number WHERE i.source = ?1 AND i.base >= ?2 AND b.has_ids = 1"
    " UNION ALL SELECT data, import, kind FROM block WHERE has_ids = 1 AND import IN"
    " (SELECT x.run FROM settled AS x JOIN import AS i ON i.number = x.import WHERE i.source = ?1 AND i.base >= ?2)";
static const char SELECT_LATER_IDS[] =
    "SELECT own_id FROM (SELECT import, own_id FROM word UNION ALL SELECT import, own_id FROM link UNION ALL SELECT import, own_id FROM reference)"
    " WHERE own_id <> '' AND import IN (SELECT number FROM import WHERE source = ?1 AND base >= ?2)";

struct later { // owns all but i, ids and last
    const struct import *i;
    struct dict *ids;
    struct last_records *last;
    uint64_t standing; // records below it
    VEC(int64_t) imports;
    struct block_reader reader;
    voc_str *id;
    int64_t *import; // by row
};

static void held_later(const struct later *x, voc_str id)
{
    uint32_t code;
    if (!id.len || !dict_find(x->ids, id, &code) || x->last->record[code] >= x->standing) return;
    x->last->record[code] = UINT64_MAX;
    *dict_value(x->ids, code) = HELD_LATER;
}

static bool is_later(const struct later *x, int64_t import)
{
    for (size_t k = 0; k < x->imports.n; k++)
        if (x->imports.at[k] == import) return true;
    return false;
}

// import: whose block it is; below 0: its rows say it.
static voc_rc later_block(struct later *x, voc_str data, int64_t import, enum block_kind kind)
{
    bool later = import > 0;
    voc_rc rc = block_open(&x->reader, kind, data.ptr, data.len);
    if (rc == VOC_OK) rc = block_read_text(&x->reader, COLUMN_ID, x->id);
    if (rc == VOC_OK && import < 0) rc = block_read_ints(&x->reader, COLUMN_IMPORT, x->import);
    for (size_t k = 0; rc == VOC_OK && k < x->reader.rows; k++) {
        if (import < 0 && (k == 0 || x->import[k] != x->import[k - 1])) later = is_later(x, x->import[k]);
        if (later) held_later(x, x->id[k]);
    }
    return rc == VOC_E_INPUT ? db_damaged(x->i->p, "a block: %s", x->reader.why) : rc;
}

static voc_rc later_rows(struct later *x)
{
    struct project *p = x->i->p;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, SELECT_LATER_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(p, s, "tu", x->i->spec.source, x->i->base);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row)
        rc = later_block(x, db_text(s, 0), sqlite3_column_int64(s, 1), (enum block_kind)sqlite3_column_int(s, 2));
    db_done(&s);
    row = true;
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_LATER_IDS);
    if (rc == VOC_OK) rc = db_bind(p, s, "tu", x->i->spec.source, x->i->base);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) held_later(x, db_text(s, 0));
    db_done(&s);
    return rc;
}

voc_rc upsert_later(struct import *i, struct dict *ids, struct last_records *last, uint64_t standing)
{
    struct later x = {.i = i, .ids = ids, .last = last, .standing = standing};
    sqlite3_stmt *s = NULL;
    bool row = true;
    if (i->standing == 0 || dict_n(ids) == 0) return VOC_OK;
    voc_rc rc = db_prepare(i->p, &s, SELECT_LATER);
    if (rc == VOC_OK) rc = db_bind(i->p, s, "tu", i->spec.source, i->base);
    while (rc == VOC_OK && (rc = db_step(i->p, s, &row)) == VOC_OK && row) {
        rc = vec_reserve(&x.imports, 1, UINT32_MAX);
        if (rc == VOC_OK) x.imports.at[x.imports.n++] = sqlite3_column_int64(s, 0);
    }
    db_done(&s);
    if (rc == VOC_OK && x.imports.n) {
        x.id = mem_alloc(BLOCK_ROWS * sizeof *x.id);
        x.import = mem_alloc(BLOCK_ROWS * sizeof *x.import);
        rc = block_reader_init(&x.reader);
        if (rc == VOC_OK) rc = x.id && x.import ? later_rows(&x) : VOC_E_NOMEM;
        block_reader_done(&x.reader);
    }
    mem_free(x.id);
    mem_free(x.import);
    vec_free(&x.imports);
    return rc;
}

// ---- earlier imports ---------------------------------------------------------------------------------------------------------

static const char SELECT_BLOCKS_WITH_IDS[] =
    "SELECT b.id, b.import, b.kind FROM import AS i JOIN block AS b ON b.import = i.number WHERE i.source = ?1 AND i.number <> ?2 AND b.has_ids = 1"
    " UNION ALL SELECT id, import, kind FROM block WHERE has_ids = 1 AND import IN"
    " (SELECT x.run FROM settled AS x JOIN import AS i ON i.number = x.import WHERE i.source = ?1) ORDER BY 1";
static const char SELECT_BLOCKS_OF[] = "SELECT id, import, kind FROM block WHERE import IN (SELECT run FROM settled WHERE import = ?) ORDER BY id";
static const char SELECT_DATA[] = "SELECT data FROM block WHERE id = ?";
static const char UPDATE_BLOCK[] = "UPDATE block SET rows = ?, units = NULL, last_resolution = NULL, first_us = ?, last_us = ?, data = ? WHERE id = ?";
static const char DELETE_BLOCK[] = "DELETE FROM block WHERE id = ?";

struct touched { int64_t block, import; int kind; };
struct rewriter { // owns all but ids
    struct project *p;
    const struct dict *outdated;         // own ids that go, of one source; NULL: all rows of one import
    int64_t number;                      // that import
    uint32_t source;                     // code of that source; UINT32_MAX: the project does not know it yet
    const struct import_source *imports; // borrows from the project
    size_t n_imports;
    struct shares gone;                  // rows that went, by import
    bool settled;                        // some of them from settled runs
    struct block_reader reader;
    struct block_writer writer;
    struct buf blob;
    sqlite3_stmt *select, *update, *delete;
    voc_str *ids;
    int64_t *times;
    int64_t *import; // by row
    bool *keep;
};

static voc_rc rewriter_open(struct rewriter *w, struct project *p)
{
    *w = (struct rewriter){.p = p};
    buf_init(&w->blob, 0x7fffffff);
    w->ids = mem_zalloc(BLOCK_ROWS, sizeof *w->ids);
    w->times = mem_zalloc(BLOCK_ROWS, sizeof *w->times);
    w->keep = mem_zalloc(BLOCK_ROWS, sizeof *w->keep);
    w->import = mem_zalloc(BLOCK_ROWS, sizeof *w->import);
    voc_rc rc = block_reader_init(&w->reader), rc2 = block_writer_init(&w->writer);
    if (rc == VOC_OK) rc = rc2;
    if (rc == VOC_OK && (!w->ids || !w->times || !w->keep || !w->import)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = imports_load(p, &w->imports, &w->n_imports);
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
    mem_free(w->import);
    vec_free(&w->gone.v);
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

// Which rows of the open block go. import: whose block it is; below 0: its rows say it.
static voc_rc choose(struct rewriter *w, int64_t import, size_t *n_dropped)
{
    const struct import_source *x = NULL;
    voc_rc rc = import < 0 ? block_read_ints(&w->reader, COLUMN_IMPORT, w->import) : VOC_OK;
    if (rc == VOC_OK && w->outdated) rc = block_read_text(&w->reader, COLUMN_ID, w->ids);
    for (size_t i = 0; rc == VOC_OK && i < w->reader.rows; i++) {
        bool ours = true;
        if (import > 0) w->import[i] = import;
        else if (!w->outdated) ours = w->import[i] == w->number;
        else {
            if (!x || x->number != w->import[i]) x = imports_find(w->imports, w->n_imports, w->import[i]);
            ours = x && x->source == w->source;
        }
        w->keep[i] = !ours || (w->outdated && !goes(w->outdated, w->ids[i]));
        if (w->keep[i]) continue;
        ++*n_dropped;
        rc = shares_add(&w->gone, w->import[i], 0, 0);
    }
    if (*n_dropped && import < 0) w->settled = true;
    return rc;
}

// Writes one block without the rows that go; *n_dropped of them.
static voc_rc rewrite(struct rewriter *w, const struct touched *t, size_t *n_dropped)
{
    bool row = false;
    size_t rows = 0;
    int64_t first = 0, last = 0;
    enum block_kind kind = t->kind == BLOCK_EVENTS ? BLOCK_EVENTS : t->kind == BLOCK_MEASURES ? BLOCK_MEASURES : BLOCK_ATTRIBUTES;
    *n_dropped = 0;
    voc_rc rc = db_bind(w->p, w->select, "i", t->block);
    if (rc == VOC_OK) rc = db_step(w->p, w->select, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(w->p, "block %" PRId64 " is gone", t->block);
    voc_str data = rc == VOC_OK ? db_text(w->select, 0) : STR("");
    if (rc == VOC_OK) rc = block_open(&w->reader, kind, data.ptr, data.len);
    if (rc == VOC_OK) rc = choose(w, t->import, n_dropped);
    if (rc == VOC_OK && *n_dropped) rc = block_filter(&w->reader, kind, w->keep, NULL, &w->writer, &w->blob, &rows);
    if (rc == VOC_OK && *n_dropped) rc = time_bounds(w, kind, &first, &last);
    if (rc == VOC_E_INPUT && row) rc = db_damaged(w->p, "block %" PRId64 ": %s", t->block, w->reader.why);
    (void)sqlite3_reset(w->select);
    if (rc != VOC_OK || *n_dropped == 0) return rc;
    if (rows == 0) return db_run(w->p, w->delete, "i", t->block);
    return db_run(w->p, w->update, "innbi", (int64_t)rows, first, last, str_mk(w->blob.ptr, w->blob.len), t->block);
}

struct touched_blocks { VEC(struct touched) v; };

static voc_rc find_blocks(struct project *p, struct touched_blocks *out, const char *select, voc_str source, int64_t number)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, select);
    if (rc == VOC_OK) rc = source.len ? db_bind(p, s, "ti", source, number) : db_bind(p, s, "i", number);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = vec_reserve(&out->v, 1, UINT32_MAX);
        if (rc == VOC_OK) out->v.at[out->v.n++] = (struct touched){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int(s, 2)};
    }
    db_done(&s);
    return rc;
}

// What the catalogue derives from rows that have gone.
static voc_rc count_again(struct rewriter *w)
{
    VEC(int64_t) imports = {0};
    voc_rc rc = w->settled ? shares_recount(w->p) : VOC_OK;
    if (rc == VOC_OK) rc = vec_reserve(&imports, w->gone.v.n, UINT32_MAX);
    for (size_t k = 0; rc == VOC_OK && k < w->gone.v.n; k++) imports.at[imports.n++] = w->gone.v.at[k].import;
    if (rc == VOC_OK) rc = member_rebuild(w->p, imports.at, imports.n);
    vec_free(&imports);
    return rc;
}

// ---- rows of tables that carry own ids

static const char SELECT_WORD_IDS[] =
    "SELECT w.id, w.own_id, w.text FROM import AS i JOIN word AS w ON w.import = i.number WHERE i.source = ? AND i.number <> ? AND w.own_id <> ''";
static const char SELECT_LINK_IDS[] =
    "SELECT l.id, l.own_id, '' FROM import AS i JOIN link AS l ON l.import = i.number WHERE i.source = ? AND i.number <> ? AND l.own_id <> ''";
static const char SELECT_REFERENCE_IDS[] =
    "SELECT r.id, r.own_id, '' FROM import AS i JOIN reference AS r ON r.import = i.number WHERE i.source = ? AND i.number <> ? AND r.own_id <> ''";
static const char DELETE_WORD[] = "DELETE FROM word WHERE id = ?";
static const char DELETE_REFERENCE[] = "DELETE FROM reference WHERE id = ?";
static const char DELETE_LINK[] = "DELETE FROM link WHERE id = ?";
static const char UNINDEX_WORD[] = "INSERT INTO word_index(word_index, rowid, text) VALUES ('delete', ?, ?)";

static voc_rc delete_rows(struct project *p, const char *select, const char *delete, const char *unindex, voc_str source,
                          int64_t number, const struct dict *ids)
{
    sqlite3_stmt *s = NULL, *d = NULL, *u = NULL;
    VEC(int64_t) gone = {0};
    bool row = true;
    voc_rc rc = db_prepare(p, &s, select);
    if (rc == VOC_OK) rc = db_prepare(p, &d, delete);
    if (rc == VOC_OK && unindex) rc = db_prepare(p, &u, unindex);
    if (rc == VOC_OK) rc = db_bind(p, s, "ti", source, number);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        if (!goes(ids, db_text(s, 1))) continue;
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

voc_rc upsert_earlier(struct import *i, const struct dict *ids)
{
    struct rewriter w;
    struct touched_blocks blocks = {0};
    size_t dropped = 0;
    voc_rc rc = rewriter_open(&w, i->p);
    w.outdated = ids;
    if (rc == VOC_OK && !space_seek(i->p, SPACE_SOURCE, i->spec.source, &w.source)) w.source = UINT32_MAX;
    if (rc == VOC_OK) rc = find_blocks(i->p, &blocks, SELECT_BLOCKS_WITH_IDS, i->spec.source, i->number);
    for (size_t k = 0; rc == VOC_OK && k < blocks.v.n; k++) {
        rc = rewrite(&w, &blocks.v.at[k], &dropped);
        if (rc == VOC_OK && blocks.v.at[k].kind == BLOCK_EVENTS) i->result.replaced_events += dropped;
    }
    if (rc == VOC_OK) rc = count_again(&w);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_WORD_IDS, DELETE_WORD, UNINDEX_WORD, i->spec.source, i->number, ids);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_REFERENCE_IDS, DELETE_REFERENCE, NULL, i->spec.source, i->number, ids);
    if (rc == VOC_OK) rc = delete_rows(i->p, SELECT_LINK_IDS, DELETE_LINK, NULL, i->spec.source, i->number, ids);
    vec_free(&blocks.v);
    rewriter_close(&w);
    return rc;
}

// ---- a whole import ----------------------------------------------------------------------------------------------------------

static const char SELECT_WORDS_OF[] = "SELECT id, text FROM word WHERE import = ?";
static const char *const DELETE_IMPORT[] = {
    "DELETE FROM word WHERE import = ?",   "DELETE FROM link WHERE import = ?",
    "DELETE FROM reject WHERE import = ?", "DELETE FROM member WHERE import = ?",  "DELETE FROM block WHERE import = ?",
    "DELETE FROM reference WHERE import = ?", "DELETE FROM settled WHERE import = ?", "DELETE FROM ignored WHERE import = ?", "DELETE FROM import WHERE number = ?",
};

// Its rows leave the settled runs that hold some; what those have of other imports stays as it is.
static voc_rc leave_settled(struct project *p, int64_t number)
{
    struct rewriter w;
    struct touched_blocks blocks = {0};
    size_t dropped = 0;
    voc_rc rc = find_blocks(p, &blocks, SELECT_BLOCKS_OF, STR(""), number);
    if (rc != VOC_OK || blocks.v.n == 0) {
        vec_free(&blocks.v);
        return rc;
    }
    rc = rewriter_open(&w, p);
    w.number = number;
    for (size_t k = 0; rc == VOC_OK && k < blocks.v.n; k++) rc = rewrite(&w, &blocks.v.at[k], &dropped);
    vec_free(&blocks.v);
    rewriter_close(&w);
    return rc;
}

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
    if (rc == VOC_OK) rc = leave_settled(p, number);
    for (size_t i = 0; rc == VOC_OK && i < sizeof DELETE_IMPORT / sizeof DELETE_IMPORT[0]; i++) {
        rc = db_prepare(p, &s, DELETE_IMPORT[i]);
        if (rc == VOC_OK) rc = db_run(p, s, "i", number);
        db_done(&s);
    }
    return rc;
}
