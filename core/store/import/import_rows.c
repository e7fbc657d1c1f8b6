// SPDX-License-Identifier: MIT
// Writes what an import has beside its events: attributes of entities as sorted blocks, measures as blocks in the order of
// their coming, words, rows of reference tables and rejects as rows of tables. Links are import_links.c's.
#include "store/import/import.h"
#include "store/sort.h"

static const char INSERT_BLOCK[] = "INSERT INTO block(import, kind, rows, has_ids, first_unit, last_unit, data) VALUES (?, ?, ?, ?, '', '', ?)";
static const char INSERT_WORD[] =
    "INSERT INTO word(import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub, line) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INDEX_WORD[] = "INSERT INTO word_index(rowid, text) VALUES (?, ?)";
static const char INSERT_REFERENCE[] =
    "INSERT INTO reference(import, name, cells, from_us, until_us, resolution, own_id, record, sub, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_REJECT[] = "INSERT INTO reject(import, record, line, code, reason, raw) VALUES (?, ?, ?, ?, ?, ?)";

struct rows { // scratch of the writer; owns
    struct import *i;
    struct names *names;
    struct block_writer block;
    struct buf blob;
    sqlite3_stmt *insert;
    int64_t *ints;            // BLOCK_ROWS
    voc_str *texts;           // BLOCK_ROWS
};

static voc_rc rows_open(struct rows *r, struct import *i, struct names *names)
{
    size_t room = i->q.facts.n < BLOCK_ROWS ? i->q.facts.n + 1 : BLOCK_ROWS;
    *r = (struct rows){.i = i, .names = names};
    buf_init(&r->blob, 0x7fffffff);
    r->ints = mem_alloc(room * sizeof *r->ints);
    r->texts = mem_alloc(room * sizeof *r->texts);
    voc_rc rc = block_writer_init(&r->block);
    if (rc == VOC_OK && (!r->ints || !r->texts)) rc = VOC_E_NOMEM;
    return rc == VOC_OK ? db_prepare(i->p, &r->insert, INSERT_BLOCK) : rc;
}

static void rows_close(struct rows *r)
{
    block_writer_done(&r->block);
    buf_done(&r->blob);
    mem_free(r->ints);
    mem_free(r->texts);
    db_done(&r->insert);
}

// ---- attributes of entities -----------------------------------------------------------------------------------------------

struct attribute_order { const struct pending *q; const uint32_t *alias_rank, *case_rank, *key_rank; };

static int by_entity(const void *a, const void *b, const void *user)
{
    const struct attribute_order *o = user;
    const struct pending_fact *x = &o->q->facts.at[*(const uint32_t *)a], *y = &o->q->facts.at[*(const uint32_t *)b];
    if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
    const uint32_t *rank = x->entity == VOC_ENTITY_CASE ? o->case_rank : o->alias_rank;
    if (rank[x->a] != rank[y->a]) return rank[x->a] < rank[y->a] ? -1 : 1;
    if (o->key_rank[x->key] != o->key_rank[y->key]) return o->key_rank[x->key] < o->key_rank[y->key] ? -1 : 1;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    if (x->record != y->record) return x->record < y->record ? -1 : 1;
    return x->sub < y->sub ? -1 : x->sub > y->sub;
}

static voc_rc space_ranks(const struct dict *names, uint32_t **ranks)
{
    uint32_t n = dict_n(names);
    voc_str *texts = mem_zalloc(n, sizeof *texts);
    *ranks = mem_zalloc(n, sizeof **ranks);
    voc_rc rc = texts && *ranks ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t i = 0; rc == VOC_OK && i < n; i++) texts[i] = dict_at(names, i);
    if (rc == VOC_OK) rc = sort_ranks(texts, NULL, n, *ranks);
    mem_free(texts);
    return rc;
}

static voc_rc attribute_order(const struct pending *q, uint32_t *order, size_t n)
{
    uint32_t *alias = NULL, *cases = NULL, *key = NULL;
    voc_rc rc = space_ranks(q->names[SPACE_ALIASES], &alias);
    if (rc == VOC_OK) rc = space_ranks(q->names[SPACE_CASE], &cases);
    if (rc == VOC_OK) rc = space_ranks(q->names[SPACE_KEY], &key);
    struct attribute_order o = {q, alias, cases, key};
    if (rc == VOC_OK) rc = sort_stable(order, n, sizeof *order, by_entity, &o);
    mem_free(alias);
    mem_free(cases);
    mem_free(key);
    return rc;
}

static voc_rc fact_int(struct rows *r, const struct pending_fact *f, unsigned column, int64_t *out)
{
    switch (column) {
    case COLUMN_TIME: *out = f->time_us; return VOC_OK;
    case COLUMN_RESOLUTION: *out = f->resolution; return VOC_OK;
    case COLUMN_ENTITY: *out = f->entity; return VOC_OK;
    case COLUMN_TYPE: *out = f->type; return VOC_OK;
    case COLUMN_INTEGER: *out = f->integer; return VOC_OK;
    case COLUMN_NUMBER: memcpy(out, &f->number, sizeof *out); return VOC_OK;
    case COLUMN_RECORD: *out = (int64_t)import_stored_record(r->i, f->record); return VOC_OK;
    case COLUMN_LINE: *out = (int64_t)(f->line - import_stored_record(r->i, f->record)); return VOC_OK;
    case COLUMN_SUB: *out = f->sub; return VOC_OK;
    case COLUMN_WHO: return names_code(r->names, f->entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, f->a, out);
    case COLUMN_ACCOUNT: return names_code(r->names, SPACE_ALIASES, f->b, out);
    case COLUMN_KEY: return names_code(r->names, SPACE_KEY, f->key, out);
    case COLUMN_UNIT: return names_code(r->names, SPACE_KEY, f->unit, out);
    default: return names_code(r->names, SPACE_VALUE, f->value, out);
    }
}

static voc_rc put_ints(struct rows *r, const unsigned char *columns, size_t n_columns, const uint32_t *order, size_t rows)
{
    const struct pending *q = &r->i->q;
    voc_rc rc = VOC_OK;
    for (size_t k = 0; k < n_columns; k++) {
        for (size_t i = 0; rc == VOC_OK && i < rows; i++) rc = fact_int(r, &q->facts.at[order[i]], columns[k], &r->ints[i]);
        if (rc != VOC_OK) return rc;
        block_ints(&r->block, columns[k], r->ints);
    }
    return VOC_OK;
}

// Own ids, then the end of the block.
static voc_rc put_block(struct rows *r, enum block_kind kind, const uint32_t *order, size_t rows)
{
    const struct pending *q = &r->i->q;
    bool has_ids = false;
    for (size_t i = 0; i < rows; i++) {
        r->texts[i] = pending_text(q, q->facts.at[order[i]].id);
        has_ids = has_ids || r->texts[i].len;
    }
    block_text(&r->block, COLUMN_ID, r->texts);
    voc_rc rc = block_end(&r->block, &r->blob);
    return rc == VOC_OK ? db_run(r->i->p, r->insert, "iiiib", r->i->number, (int64_t)kind, (int64_t)rows, (int64_t)has_ids,
                                 str_mk(r->blob.ptr, r->blob.len))
                        : rc;
}

static voc_rc write_attribute_block(struct rows *r, const uint32_t *order, size_t rows)
{
    static const unsigned char columns[] = {COLUMN_ENTITY, COLUMN_TYPE,    COLUMN_WHO,    COLUMN_ACCOUNT, COLUMN_KEY,  COLUMN_VALUE_TEXT, COLUMN_TIME,
                                            COLUMN_RESOLUTION, COLUMN_INTEGER, COLUMN_NUMBER, COLUMN_RECORD, COLUMN_LINE, COLUMN_SUB};
    block_begin(&r->block, BLOCK_ATTRIBUTES, rows);
    voc_rc rc = put_ints(r, columns, sizeof columns, order, rows);
    return rc == VOC_OK ? put_block(r, BLOCK_ATTRIBUTES, order, rows) : rc;
}

voc_rc import_write_attributes(struct import *i, struct names *names)
{
    const struct pending *q = &i->q;
    struct rows r;
    size_t n = 0;
    uint32_t *order = mem_zalloc(q->facts.n ? q->facts.n : 1, sizeof *order);
    voc_rc rc = rows_open(&r, i, names);
    if (rc == VOC_OK && !order) rc = VOC_E_NOMEM;
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++)
        if (q->facts.at[k].kind == VOC_ROW_ATTRIBUTE && !q->facts.at[k].dropped) order[n++] = (uint32_t)k;
    if (rc == VOC_OK && n) rc = attribute_order(q, order, n);
    for (size_t at = 0; rc == VOC_OK && at < n;) {
        size_t rows = n - at < BLOCK_ROWS ? n - at : BLOCK_ROWS;
        rc = write_attribute_block(&r, order + at, rows);
        at += rows;
    }
    i->result.attributes += n;
    rows_close(&r);
    mem_free(order);
    return rc;
}

// ---- measures --------------------------------------------------------------------------------------------------------------

static voc_rc write_measure_block(struct rows *r, const uint32_t *order, size_t rows)
{
    static const unsigned char columns[] = {COLUMN_KEY, COLUMN_UNIT, COLUMN_ENTITY, COLUMN_TYPE, COLUMN_WHO, COLUMN_INTEGER, COLUMN_NUMBER,
                                            COLUMN_TIME, COLUMN_RESOLUTION, COLUMN_RECORD, COLUMN_LINE, COLUMN_SUB};
    const struct pending *q = &r->i->q;
    block_begin(&r->block, BLOCK_MEASURES, rows);
    voc_rc rc = put_ints(r, columns, sizeof columns, order, rows);
    if (rc != VOC_OK) return rc;
    for (size_t i = 0; i < rows; i++) r->texts[i] = pending_text(q, q->facts.at[order[i]].text);
    block_text(&r->block, COLUMN_TEXT, r->texts);
    return put_block(r, BLOCK_MEASURES, order, rows);
}

voc_rc import_write_measures(struct import *i, struct names *names)
{
    const struct pending *q = &i->q;
    struct rows r;
    size_t n = 0, text = 0;
    voc_rc rc = rows_open(&r, i, names);
    uint32_t *order = mem_alloc(BLOCK_ROWS * sizeof *order);
    if (rc == VOC_OK && !order) rc = VOC_E_NOMEM;
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        const struct pending_fact *f = &q->facts.at[k];
        if (f->kind != VOC_ROW_MEASURE || f->dropped) continue;
        order[n++] = (uint32_t)k;
        text += pending_text(q, f->text).len + pending_text(q, f->id).len;
        i->result.measures++;
        if (n < BLOCK_ROWS && text <= BLOCK_TEXT) continue;
        rc = write_measure_block(&r, order, n);
        n = text = 0;
    }
    if (rc == VOC_OK && n) rc = write_measure_block(&r, order, n);
    rows_close(&r);
    mem_free(order);
    return rc;
}

// ---- words, rows of reference tables, rejects -------------------------------------------------------------------------------------------------

struct fact_writer { sqlite3_stmt *word, *index, *reference; struct rows rows; };

static voc_rc write_word(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    int64_t who = 0;
    voc_rc rc = x->entity == VOC_ENTITY_CASE ? VOC_OK : names_code(f->rows.names, SPACE_ALIASES, x->a, &who);
    if (rc == VOC_OK)
        rc = db_run(i->p, f->word, "iinittittuii", i->number, who, x->time_us, (int64_t)x->resolution, pending_text(q, x->text),
                    pending_text(q, x->language), (int64_t)x->ref_kind, pending_text(q, x->ref), pending_text(q, x->id),
                    import_stored_record(i, x->record), (int64_t)x->sub, (int64_t)x->line);
    if (rc == VOC_OK) rc = db_run(i->p, f->index, "it", (int64_t)sqlite3_last_insert_rowid(i->p->db), pending_text(q, x->text));
    i->result.words++;
    return rc;
}

static voc_rc write_reference(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    i->result.references++;
    return db_run(i->p, f->reference, "ittnnituii", i->number, dict_at(q->names[SPACE_KEY], x->key), pending_text(q, x->text),
                  x->time_us, x->integer, (int64_t)x->resolution, pending_text(q, x->id), import_stored_record(i, x->record),
                  (int64_t)x->sub, (int64_t)x->line);
}

voc_rc import_write_facts(struct import *i, struct names *names)
{
    struct fact_writer f = {0};
    voc_rc rc = rows_open(&f.rows, i, names);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.word, INSERT_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.index, INDEX_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.reference, INSERT_REFERENCE);
    for (size_t k = 0; rc == VOC_OK && k < i->q.facts.n; k++) {
        const struct pending_fact *x = &i->q.facts.at[k];
        if (x->dropped) continue;
        if (x->kind == VOC_ROW_WORD) rc = write_word(&f, x);
        else if (x->kind == VOC_ROW_REFERENCE) rc = write_reference(&f, x);
    }
    db_done(&f.word);
    db_done(&f.index);
    db_done(&f.reference);
    rows_close(&f.rows);
    return rc;
}

voc_rc import_write_rejects(struct import *i)
{
    sqlite3_stmt *s = NULL;
    voc_rc rc = db_prepare(i->p, &s, INSERT_REJECT);
    for (size_t k = 0; rc == VOC_OK && k < i->q.rejects.n; k++) {
        const struct pending_reject *r = &i->q.rejects.at[k];
        if (r->dropped) continue;
        rc = db_run(i->p, s, "iuuttb", i->number, import_stored_record(i, r->record), r->line, pending_text(&i->q, r->code), pending_text(&i->q, r->reason),
                    pending_text(&i->q, r->raw));
        i->result.rejects++;
    }
    db_done(&s);
    return rc;
}
