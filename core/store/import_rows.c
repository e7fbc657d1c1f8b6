// SPDX-License-Identifier: MIT
// Writes what an import has beside its events: attributes of entities as sorted blocks, measures as blocks in the order of
// their coming, words, links, rows of reference tables and rejects as rows of tables.
#include "store/import.h"
#include "store/sort.h"

static const char INSERT_BLOCK[] = "INSERT INTO block(import, kind, rows, has_ids, first_unit, last_unit, data) VALUES (?, ?, ?, ?, '', '', ?)";
static const char INSERT_ALIAS[] = "INSERT OR IGNORE INTO alias(kind, value) VALUES (?, ?)";
static const char FIND_ALIAS[] = "SELECT id FROM alias WHERE kind = ? AND value = ?";
static const char INSERT_WORD[] =
    "INSERT INTO word(import, customer, time_us, resolution, text, language, ref_kind, ref, own_id, record, sub, line) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INDEX_WORD[] = "INSERT INTO word_index(rowid, text) VALUES (?, ?)";
static const char INSERT_REFERENCE[] =
    "INSERT INTO reference(import, name, cells, from_us, until_us, resolution, own_id, record, sub, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char INSERT_LINK[] = "INSERT INTO link(import, a, b, rule, time_us, own_id, record, sub) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
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

static uint64_t stored_record(const struct import *i, uint64_t record)
{
    return i->base + record - i->dropped;
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
    case COLUMN_RECORD: *out = (int64_t)stored_record(r->i, f->record); return VOC_OK;
    case COLUMN_LINE: *out = (int64_t)(f->line - stored_record(r->i, f->record)); return VOC_OK;
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
    return rc == VOC_OK ? db_run(r->i->p, r->insert, "iiiib", r->i->number, (int64_t)kind, (int64_t)rows, (int64_t)has_ids, str_mk(r->blob.ptr, r->blob.len)) : rc;
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

// ---- words, links, rejects -------------------------------------------------------------------------------------------------

struct fact_writer { sqlite3_stmt *word, *index, *reference, *link, *alias_add, *alias_find; struct rows rows; };

// The id of an alias that takes part in a link.
static voc_rc alias_id(struct fact_writer *f, const voc_alias *alias, int64_t *id)
{
    struct project *p = f->rows.i->p;
    bool row = false;
    voc_rc rc = db_run(p, f->alias_add, "tt", alias->kind, alias->value);
    if (rc == VOC_OK && sqlite3_changes(p->db) == 1) { // it was new
        *id = sqlite3_last_insert_rowid(p->db);
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = db_bind(p, f->alias_find, "tt", alias->kind, alias->value);
    if (rc == VOC_OK) rc = db_step(p, f->alias_find, &row);
    if (rc == VOC_OK && !row) rc = db_damaged(p, "an alias that was added is not there");
    if (rc == VOC_OK) *id = sqlite3_column_int64(f->alias_find, 0);
    (void)sqlite3_reset(f->alias_find);
    return rc;
}

static voc_rc write_word(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    int64_t who = 0;
    voc_rc rc = x->entity == VOC_ENTITY_CASE ? VOC_OK : names_code(f->rows.names, SPACE_ALIASES, x->a, &who);
    if (rc == VOC_OK)
        rc = db_run(i->p, f->word, "iinittittuii", i->number, who, x->time_us, (int64_t)x->resolution, pending_text(q, x->text), pending_text(q, x->language),
                    (int64_t)x->ref_kind, pending_text(q, x->ref), pending_text(q, x->id), stored_record(i, x->record), (int64_t)x->sub, (int64_t)x->line);
    if (rc == VOC_OK) rc = db_run(i->p, f->index, "it", (int64_t)sqlite3_last_insert_rowid(i->p->db), pending_text(q, x->text));
    i->result.words++;
    return rc;
}

static voc_rc write_reference(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    i->result.references++;
    return db_run(i->p, f->reference, "ittnnituii", i->number, dict_at(q->names[SPACE_KEY], x->key), pending_text(q, x->text), x->time_us, x->integer, (int64_t)x->resolution,
                  pending_text(q, x->id), stored_record(i, x->record), (int64_t)x->sub, (int64_t)x->line);
}

// The first alias of a and the first of b, by the rule that the row names.
static voc_rc write_link(struct fact_writer *f, const struct pending_fact *x)
{
    struct import *i = f->rows.i;
    const struct pending *q = &i->q;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t id[2] = {0, 0};
    arena_init(&scratch, 0);
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && k < 2; k++) {
        rc = aliases_decode(&scratch, dict_at(q->names[SPACE_ALIASES], k ? x->b : x->a), alias, &n);
        if (rc == VOC_OK) rc = alias_id(f, &alias[0], &id[k]);
    }
    if (rc == VOC_OK)
        rc = db_run(i->p, f->link, "iiitntui", i->number, id[0], id[1], pending_text(q, x->unit), x->time_us, pending_text(q, x->id),
                    stored_record(i, x->record), (int64_t)x->sub);
    arena_done(&scratch);
    i->result.links++;
    return rc;
}

// Two customer aliases on one row are evidence of a link: one link for each further alias of each set that the import has.
static voc_rc link_same_row(struct fact_writer *f, uint32_t set, int64_t time_us)
{
    struct import *i = f->rows.i;
    voc_alias alias[VOC_ALIASES_MAX];
    struct arena scratch;
    size_t n = 0;
    int64_t first = 0, other = 0;
    arena_init(&scratch, 0);
    voc_rc rc = aliases_decode(&scratch, dict_at(i->q.names[SPACE_ALIASES], set), alias, &n);
    if (rc == VOC_OK && n > 1) rc = alias_id(f, &alias[0], &first);
    for (size_t k = 1; rc == VOC_OK && k < n; k++) {
        rc = alias_id(f, &alias[k], &other);
        if (rc != VOC_OK || other == first) continue;
        rc = db_run(i->p, f->link, "iiitntii", i->number, first, other, STR("same-row"), time_us, STR(""), INT64_C(0), INT64_C(0));
        i->result.links++;
    }
    arena_done(&scratch);
    return rc;
}

static voc_rc write_same_row_links(struct fact_writer *f)
{
    const struct pending *q = &f->rows.i->q;
    uint32_t n = dict_n(q->names[SPACE_ALIASES]);
    if (!(q->set_flags & SETS_SEVERAL)) return VOC_OK; // no row has two
    int64_t *first = mem_zalloc(n, sizeof *first); // INT64_MAX: not on any row that stays
    voc_rc rc = first ? VOC_OK : VOC_E_NOMEM;
    for (uint32_t k = 0; rc == VOC_OK && k < n; k++) first[k] = INT64_MAX;
    struct pending_walk walk = {.q = q};
    for (const struct pending_row *r; rc == VOC_OK && (r = pending_next(&walk));) {
        uint32_t customer = pending_who_at(q, r->who)->customer;
        if (!(r->tuple & PENDING_DROPPED) && r->time_us < first[customer]) first[customer] = r->time_us;
    }
    for (size_t k = 0; rc == VOC_OK && k < q->facts.n; k++) {
        const struct pending_fact *x = &q->facts.at[k];
        bool person = x->kind == VOC_ROW_WORD || (x->kind != VOC_ROW_LINK && x->entity == VOC_ENTITY_INDIVIDUAL); // no row of a reference table: its entity is EVENT
        if (!x->dropped && person && x->entity != VOC_ENTITY_CASE && x->time_us < first[x->a]) first[x->a] = x->time_us;
    }
    for (uint32_t k = 1; rc == VOC_OK && k < n; k++)
        if (first[k] != INT64_MAX && aliases_flags(dict_at(q->names[SPACE_ALIASES], k)) & SETS_SEVERAL) rc = link_same_row(f, k, first[k]);
    mem_free(first);
    return rc;
}

voc_rc import_write_facts(struct import *i, struct names *names)
{
    struct fact_writer f = {0};
    voc_rc rc = rows_open(&f.rows, i, names);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.word, INSERT_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.index, INDEX_WORD);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.reference, INSERT_REFERENCE);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.link, INSERT_LINK);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.alias_add, INSERT_ALIAS);
    if (rc == VOC_OK) rc = db_prepare(i->p, &f.alias_find, FIND_ALIAS);
    for (size_t k = 0; rc == VOC_OK && k < i->q.facts.n; k++) {
        const struct pending_fact *x = &i->q.facts.at[k];
        if (x->dropped) continue;
        if (x->kind == VOC_ROW_WORD) rc = write_word(&f, x);
        else if (x->kind == VOC_ROW_REFERENCE) rc = write_reference(&f, x);
        else if (x->kind == VOC_ROW_LINK) rc = write_link(&f, x);
    }
    if (rc == VOC_OK) rc = write_same_row_links(&f);
    db_done(&f.word);
    db_done(&f.index);
    db_done(&f.reference);
    db_done(&f.link);
    db_done(&f.alias_add);
    db_done(&f.alias_find);
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
        rc = db_run(i->p, s, "iuuttb", i->number, stored_record(i, r->record), r->line, pending_text(&i->q, r->code), pending_text(&i->q, r->reason),
                    pending_text(&i->q, r->raw));
        i->result.rejects++;
    }
    db_done(&s);
    return rc;
}
