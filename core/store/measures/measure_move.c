// SPDX-License-Identifier: MIT
// Brings the measures of a file of format 1 to 3 up to date: rows of table `measure` become blocks, import by import. Part of
// a migration, so it never changes once released. Keys and units were text; they get codes of the dictionary of keys.
#include "base/hash.h"
#include "store/measures/measure_rows.h"

static const char SELECT_ROWS[] =
    "SELECT m.import, m.entity, m.who, m.key, m.type, m.text, m.integer, m.number, m.unit, m.time_us, m.resolution, m.own_id, m.record, m.sub, m.line"
    " FROM measure AS m ORDER BY m.import, m.id";
static const char INSERT_STRING[] = "INSERT INTO string(space, code, text) VALUES (12, ?, ?)";
static const char INSERT_BLOCK[] = "INSERT INTO block(import, kind, rows, has_ids, first_unit, last_unit, data) VALUES (?, 5, ?, ?, '', '', ?)";
_Static_assert(SPACE_KEY == 12 && BLOCK_MEASURES == 5, "as the statements have it");

enum { INTS = 12 };
static const unsigned char COLUMNS[INTS] = {COLUMN_KEY, COLUMN_UNIT, COLUMN_ENTITY, COLUMN_TYPE, COLUMN_WHO, COLUMN_INTEGER,
                                            COLUMN_NUMBER, COLUMN_TIME, COLUMN_RESOLUTION, COLUMN_RECORD, COLUMN_LINE, COLUMN_SUB};
struct move { // owns
    struct project *p;
    sqlite3_stmt *rows, *string, *block;
    struct dict *keys;
    struct block_writer writer;
    struct buf blob;
    int64_t *ints[INTS];
    voc_str *text, *id;
    struct arena texts; // of the block
    size_t n, bytes;
    int64_t import;
    bool has_ids;
};

static voc_rc move_open(struct move *m, struct project *p)
{
    *m = (struct move){.p = p};
    arena_init(&m->texts, 0);
    buf_init(&m->blob, 0x7fffffff);
    voc_rc rc = block_writer_init(&m->writer);
    for (unsigned k = 0; k < INTS; k++)
        if (!(m->ints[k] = mem_alloc(BLOCK_ROWS * sizeof *m->ints[k]))) rc = VOC_E_NOMEM;
    m->text = mem_alloc(BLOCK_ROWS * sizeof *m->text);
    m->id = mem_alloc(BLOCK_ROWS * sizeof *m->id);
    if (!m->text || !m->id) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = dict_new(&m->keys, SIZE_MAX / 4);
    if (rc == VOC_OK) rc = space_load(p, SPACE_KEY);
    for (uint32_t i = 0, code; rc == VOC_OK && i < p->space[SPACE_KEY].n; i++) rc = dict_code(m->keys, p->space[SPACE_KEY].text[i], &code);
    if (rc == VOC_OK) rc = db_prepare(p, &m->rows, SELECT_ROWS);
    if (rc == VOC_OK) rc = db_prepare(p, &m->string, INSERT_STRING);
    return rc == VOC_OK ? db_prepare(p, &m->block, INSERT_BLOCK) : rc;
}

static void move_close(struct move *m)
{
    db_done(&m->rows);
    db_done(&m->string);
    db_done(&m->block);
    dict_free(m->keys);
    block_writer_done(&m->writer);
    buf_done(&m->blob);
    for (unsigned k = 0; k < INTS; k++) mem_free(m->ints[k]);
    mem_free(m->text);
    mem_free(m->id);
    arena_done(&m->texts);
    space_drop(m->p);
}

static voc_rc code_of(struct move *m, voc_str key, int64_t *out)
{
    const uint32_t had = dict_n(m->keys);
    uint32_t code = 0;
    voc_rc rc = dict_code(m->keys, key, &code);
    if (rc == VOC_OK && code >= had) rc = db_run(m->p, m->string, "it", (int64_t)code, key);
    *out = code;
    return rc;
}

static voc_rc write_block(struct move *m)
{
    if (m->n == 0) return VOC_OK;
    block_begin(&m->writer, BLOCK_MEASURES, m->n);
    for (unsigned k = 0; k < INTS; k++) block_ints(&m->writer, COLUMNS[k], m->ints[k]);
    block_text(&m->writer, COLUMN_TEXT, m->text);
    block_text(&m->writer, COLUMN_ID, m->id);
    voc_rc rc = block_end(&m->writer, &m->blob);
    if (rc == VOC_OK) rc = db_run(m->p, m->block, "iiib", m->import, (int64_t)m->n, (int64_t)m->has_ids, str_mk(m->blob.ptr, m->blob.len));
    arena_done(&m->texts);
    arena_init(&m->texts, 0);
    m->n = m->bytes = 0;
    m->has_ids = false;
    return rc;
}

static voc_rc add_row(struct move *m)
{
    sqlite3_stmt *s = m->rows;
    const double number = sqlite3_column_double(s, 7);
    const voc_str text = db_text(s, 5), id = db_text(s, 11);
    int64_t key = 0, unit = 0, bits = 0;
    bool ok = true;
    voc_rc rc = code_of(m, db_text(s, 3), &key);
    if (rc == VOC_OK) rc = code_of(m, db_text(s, 8), &unit);
    if (rc != VOC_OK) return rc;
    memcpy(&bits, &number, sizeof bits);
    const int64_t record = sqlite3_column_int64(s, 12);
    const int64_t values[INTS] = {key, unit, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 4), sqlite3_column_int64(s, 2), db_int_or_na(s, 6), bits,
                                  db_int_or_na(s, 9), sqlite3_column_int64(s, 10), record, (int64_t)((uint64_t)sqlite3_column_int64(s, 14) - (uint64_t)record),
                                  sqlite3_column_int64(s, 13)};
    for (unsigned k = 0; k < INTS; k++) m->ints[k][m->n] = values[k];
    m->text[m->n] = text.len ? arena_str(&m->texts, text.ptr, text.len, &ok) : STR("");
    m->id[m->n] = id.len ? arena_str(&m->texts, id.ptr, id.len, &ok) : STR("");
    m->has_ids = m->has_ids || id.len;
    m->bytes += text.len + id.len;
    m->n++;
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc move_all(struct move *m)
{
    bool row = true;
    for (;;) {
        voc_rc rc = db_step(m->p, m->rows, &row);
        if (rc != VOC_OK) return rc;
        const int64_t import = row ? sqlite3_column_int64(m->rows, 0) : 0;
        if (!row || import != m->import || m->n == BLOCK_ROWS || m->bytes > BLOCK_TEXT) rc = write_block(m);
        if (rc != VOC_OK || !row) return rc;
        m->import = import;
        rc = add_row(m);
        if (rc != VOC_OK) return rc;
    }
}

voc_rc measures_move(struct project *p)
{
    struct move m;
    voc_rc rc = move_open(&m, p);
    if (rc == VOC_OK) rc = move_all(&m);
    move_close(&m);
    return rc;
}
