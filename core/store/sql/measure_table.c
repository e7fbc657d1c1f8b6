// SPDX-License-Identifier: MIT
// The table `measure` in SQL: one row a measure, read block by block. A condition on `key` leaves out the rows of other keys
// before SQLite sees them. Up to format 3 it was a table of the file; it has kept its columns.
#include "store/measures/measure_rows.h"
#include "store/sql/own_tables.h"

enum {
    M_ID, M_IMPORT, M_ENTITY, M_WHO, M_KEY, M_TYPE, M_TEXT, M_INTEGER, M_NUMBER, M_UNIT, M_TIME, M_RESOLUTION, M_OWN_ID,
    M_RECORD, M_SUB, M_LINE, M_SOURCE
};
static const char *const columns[] = {"id",   "import",  "entity",     "who",    "key",    "type", "text", "integer", "number",
                                      "unit", "time_us", "resolution", "own_id", "record", "sub",  "line", "source",  NULL};
static const uint8_t types[] = {[M_ID] = SQL_INTEGER, [M_IMPORT] = SQL_INTEGER, [M_ENTITY] = SQL_INTEGER, [M_WHO] = SQL_INTEGER, [M_TYPE] = SQL_INTEGER,
                                [M_INTEGER] = SQL_INTEGER, [M_NUMBER] = SQL_REAL, [M_TIME] = SQL_INTEGER, [M_RESOLUTION] = SQL_INTEGER,
                                [M_RECORD] = SQL_INTEGER, [M_SUB] = SQL_INTEGER, [M_LINE] = SQL_INTEGER, [M_SOURCE] = SQL_TEXT};

static const char COUNT_ROWS[] = "SELECT coalesce(sum(b.rows), 0) FROM import AS i CROSS JOIN block AS b ON b.import = i.number AND b.kind = 5";

struct scan { // owns
    struct measure_rows rows;
    size_t at;        // of the block
    int64_t key;      // the only one asked for, or -1
    int64_t row;      // likewise, by its number
    bool none;        // nothing fits
};

static voc_rc table_open(void *user, uint64_t *n)
{
    const struct sql_tables *all = user;
    int64_t rows = 0;
    voc_rc rc = db_int(all->project, COUNT_ROWS, &rows);
    if (rc == VOC_OK) *n = (uint64_t)rows;
    return rc;
}

static voc_rc scan_begin(void *user, const struct sql_ask *ask, void **out)
{
    const struct sql_tables *all = user;
    struct scan *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    s->key = -1;
    s->row = ask->row;
    voc_rc rc = measure_rows_open(&s->rows, all->project);
    for (size_t i = 0; rc == VOC_OK && i < ask->n_limits; i++) {
        uint32_t code = 0;
        rc = space_load(all->project, SPACE_KEY);
        if (rc != VOC_OK) break;
        if (!space_seek(all->project, SPACE_KEY, ask->limits[i].value.s, &code) || (s->key >= 0 && s->key != code)) s->none = true;
        s->key = code;
    }
    if (rc == VOC_OK) {
        *out = s;
        return VOC_OK;
    }
    measure_rows_close(&s->rows);
    mem_free(s);
    return rc;
}

static bool fits(const struct scan *s, const int64_t *key)
{
    return (!key || key[s->at] == s->key) && (s->row < 0 || s->rows.first + s->at == (uint64_t)s->row);
}

static voc_rc scan_next(void *user, void *scan, bool *more)
{
    struct scan *s = scan;
    (void)user;
    *more = false;
    if (s->none) return VOC_OK;
    s->at++;
    for (;;) {
        const int64_t *key = NULL;
        voc_rc rc = VOC_OK;
        if (s->at >= s->rows.n) {
            rc = measure_rows_next(&s->rows);
            if (rc != VOC_OK || s->rows.n == 0) return rc;
            s->at = 0;
        }
        if (s->key >= 0) rc = measure_rows_ints(&s->rows, COLUMN_KEY, &key);
        if (rc != VOC_OK) return rc;
        while (s->at < s->rows.n && !fits(s, key)) s->at++;
        if (s->at < s->rows.n) {
            *more = true;
            return VOC_OK;
        }
    }
}

static voc_rc cell_of_code(struct scan *s, unsigned column, voc_cell *out)
{
    const int64_t *v = NULL;
    voc_rc rc = measure_rows_ints(&s->rows, column, &v);
    out->type = VOC_CELL_TEXT;
    return rc == VOC_OK ? space_find(s->rows.p, SPACE_KEY, (uint32_t)v[s->at], &out->s) : rc;
}

static voc_rc cell_of_int(struct scan *s, unsigned column, voc_cell *out)
{
    const int64_t *v = NULL;
    voc_rc rc = measure_rows_ints(&s->rows, column, &v);
    if (rc != VOC_OK) return rc;
    *out = (voc_cell){.type = v[s->at] == VOC_NA ? VOC_CELL_NA : VOC_CELL_INT, .i = v[s->at]};
    if (column == COLUMN_NUMBER) {
        out->type = VOC_CELL_REAL;
        memcpy(&out->r, &v[s->at], sizeof out->r);
    }
    return VOC_OK;
}

static voc_rc scan_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    struct scan *s = scan;
    const voc_str *text = NULL;
    voc_rc rc = VOC_OK;
    (void)user;
    *lasts = column == M_KEY || column == M_UNIT;
    switch (column) {
    case M_ID: *out = (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)(s->rows.first + s->at) + 1}; return VOC_OK;
    case M_IMPORT: *out = (voc_cell){.type = VOC_CELL_INT, .i = s->rows.import}; return VOC_OK;
    case M_SOURCE: *out = (voc_cell){.type = VOC_CELL_TEXT, .s = s->rows.source}; return VOC_OK;
    case M_KEY: return cell_of_code(s, COLUMN_KEY, out);
    case M_UNIT: return cell_of_code(s, COLUMN_UNIT, out);
    case M_TEXT:
    case M_OWN_ID:
        rc = measure_rows_text(&s->rows, column == M_TEXT ? COLUMN_TEXT : COLUMN_ID, &text);
        if (rc == VOC_OK) *out = (voc_cell){.type = VOC_CELL_TEXT, .s = text[s->at]};
        return rc;
    case M_LINE: {
        const int64_t *record = NULL;
        rc = measure_rows_ints(&s->rows, COLUMN_RECORD, &record);
        if (rc == VOC_OK) rc = cell_of_int(s, COLUMN_LINE, out);
        if (rc == VOC_OK) *out = (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)((uint64_t)out->i + (uint64_t)record[s->at])};
        return rc;
    }
    default: {
        static const unsigned char of[] = {[M_ENTITY] = COLUMN_ENTITY, [M_WHO] = COLUMN_WHO, [M_TYPE] = COLUMN_TYPE, [M_INTEGER] = COLUMN_INTEGER,
                                           [M_NUMBER] = COLUMN_NUMBER, [M_TIME] = COLUMN_TIME, [M_RESOLUTION] = COLUMN_RESOLUTION,
                                           [M_RECORD] = COLUMN_RECORD, [M_SUB] = COLUMN_SUB};
        return column < sizeof of && of[column] ? cell_of_int(s, of[column], out) : VOC_E_BUG;
    }
    }
}

static voc_rc scan_number(void *user, void *scan, uint64_t *row)
{
    const struct scan *s = scan;
    (void)user;
    *row = s->rows.first + s->at;
    return VOC_OK;
}

static void scan_end(void *user, void *scan)
{
    struct scan *s = scan;
    (void)user;
    measure_rows_close(&s->rows);
    mem_free(s);
}

const struct sql_table measure_table = {"measure", columns, types, NULL, table_open, NULL};
static const struct sql_key keys[] = {{M_KEY, true, false, false, 0.03, SQL_UNORDERED, false}};
const struct sql_walk measure_walk = {keys, sizeof keys / sizeof *keys, 0, scan_begin, scan_next, scan_cell, scan_number, scan_end};
