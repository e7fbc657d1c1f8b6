// SPDX-License-Identifier: MIT
// The table `question` in SQL: what was asked. A survey brings its questions along as attributes of itself, a case of its name;
// their answers are measures of people with the same key. A file is one survey; a grown one continues the survey of the
// import behind which it stands. Measures that no survey has asked for have a row as well. Made once a statement.
#include <inttypes.h>
#include "base/hash.h"
#include "store/measures/measure_rows.h"
#include "store/sql/own_tables.h"
#include "store/sort.h"

enum { Q_SURVEY, Q_CODE, Q_TEXT, Q_SCALE, Q_KIND, Q_ANSWERS, Q_SOURCE };
static const char *const columns[] = {"survey", "code", "text", "scale", "kind", "answers", "source", NULL};
static const uint8_t types[] = {[Q_ANSWERS] = SQL_INTEGER, [Q_SOURCE] = SQL_TEXT};

static const char SELECT_IMPORTS[] = "SELECT number, source, behind FROM import ORDER BY number";
static const char SELECT_ATTRIBUTES[] =
    "SELECT b.id, b.rows, b.data, i.number FROM import AS i CROSS JOIN block AS b ON b.import = i.number AND b.kind = 2 WHERE i.plugin = 'survey' ORDER BY i.number, b.id";

struct asked { uint32_t source, survey /* SPACE_CASE */, key, text /* SPACE_VALUE */, unit /* SPACE_KEY */; uint64_t answers; };
struct file { int64_t number; uint32_t source, survey; };
struct questions { // owns
    struct project *p; // borrows
    uint64_t statement;
    VEC(struct asked) v;
    struct dict *known; // by source, survey, key: places in v
    VEC(struct file) files;
};

void questions_free(struct questions *q)
{
    if (!q) return;
    vec_free(&q->v);
    vec_free(&q->files);
    dict_free(q->known);
    mem_free(q);
}

static struct file *file_of(struct questions *q, int64_t number)
{
    size_t from = 0, to = q->files.n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (q->files.at[mid].number < number) from = mid + 1;
        else to = mid;
    }
    return from < q->files.n && q->files.at[from].number == number ? &q->files.at[from] : NULL;
}

static voc_rc row_of(struct questions *q, const struct file *f, uint32_t key, uint32_t *out)
{
    const uint32_t name[3] = {f->source, f->survey, key};
    voc_rc rc = dict_code(q->known, str_mk((const char *)name, sizeof name), out);
    if (rc != VOC_OK || *out < q->v.n) return rc;
    rc = vec_reserve(&q->v, 1, UINT32_MAX);
    if (rc == VOC_OK) q->v.at[q->v.n++] = (struct asked){.source = f->source, .survey = f->survey, .key = key};
    return rc;
}

static voc_rc read_files(struct questions *q)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = space_load(q->p, SPACE_SOURCE);
    if (rc == VOC_OK) rc = db_prepare(q->p, &s, SELECT_IMPORTS);
    while (rc == VOC_OK) {
        struct file f = {0};
        rc = db_step(q->p, s, &row);
        if (rc != VOC_OK || !row) break;
        f.number = sqlite3_column_int64(s, 0);
        if (!space_seek(q->p, SPACE_SOURCE, db_text(s, 1), &f.source)) f.source = 0;
        rc = vec_reserve(&q->files, 1, UINT32_MAX);
        if (rc == VOC_OK) q->files.at[q->files.n++] = f;
    }
    db_done(&s);
    return rc;
}

// ---- the questions -------------------------------------------------------------------------------------------------------------

enum { A_ENTITY, A_WHO, A_KEY, A_VALUE, A_INTS };

static voc_rc read_asked(struct questions *q, struct block_reader *r, int64_t *const c[A_INTS], struct file *f)
{
    static const unsigned char which[A_INTS] = {COLUMN_ENTITY, COLUMN_WHO, COLUMN_KEY, COLUMN_VALUE_TEXT};
    voc_rc rc = VOC_OK;
    for (unsigned k = 0; rc == VOC_OK && k < A_INTS; k++) rc = block_read_ints(r, which[k], c[k]);
    for (size_t i = 0; rc == VOC_OK && i < r->rows; i++) {
        uint32_t row = 0;
        if (c[A_ENTITY][i] != VOC_ENTITY_CASE) continue;
        f->survey = (uint32_t)c[A_WHO][i];
        rc = row_of(q, f, (uint32_t)c[A_KEY][i], &row);
        if (rc == VOC_OK) q->v.at[row].text = (uint32_t)c[A_VALUE][i];
    }
    return rc;
}

static voc_rc read_surveys(struct questions *q)
{
    struct block_reader r;
    sqlite3_stmt *s = NULL;
    bool row = true;
    int64_t *c[A_INTS] = {0};
    voc_rc rc = block_reader_init(&r);
    for (unsigned k = 0; k < A_INTS; k++)
        if (!(c[k] = mem_alloc(BLOCK_ROWS * sizeof *c[k]))) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(q->p, &s, SELECT_ATTRIBUTES);
    while (rc == VOC_OK) {
        rc = db_step(q->p, s, &row);
        if (rc != VOC_OK || !row) break;
        const voc_str data = db_text(s, 2);
        struct file *f = file_of(q, sqlite3_column_int64(s, 3));
        rc = block_open(&r, BLOCK_ATTRIBUTES, data.ptr, data.len);
        if (rc == VOC_OK && f) rc = read_asked(q, &r, c, f);
        if (rc == VOC_E_INPUT) rc = db_damaged(q->p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), r.why);
    }
    db_done(&s);
    block_reader_done(&r);
    for (unsigned k = 0; k < A_INTS; k++) mem_free(c[k]);
    return rc;
}

// An import that continues another one holds answers to the same survey. Chains lead to lower numbers.
static voc_rc follow_chains(struct questions *q)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(q->p, &s, SELECT_IMPORTS);
    while (rc == VOC_OK) {
        rc = db_step(q->p, s, &row);
        if (rc != VOC_OK || !row) break;
        struct file *f = file_of(q, sqlite3_column_int64(s, 0));
        const struct file *before = file_of(q, db_int_or_na(s, 2));
        if (f && before && !f->survey) f->survey = before->survey;
    }
    db_done(&s);
    return rc;
}

// ---- the answers ---------------------------------------------------------------------------------------------------------------

// rows: by key, the row of this file + 1.
static voc_rc count_block(struct questions *q, struct measure_rows *r, const struct file *f, uint32_t *rows, uint32_t n_keys)
{
    const int64_t *key = NULL, *unit = NULL, *entity = NULL;
    voc_rc rc = measure_rows_ints(r, COLUMN_KEY, &key);
    if (rc == VOC_OK) rc = measure_rows_ints(r, COLUMN_UNIT, &unit);
    if (rc == VOC_OK) rc = measure_rows_ints(r, COLUMN_ENTITY, &entity);
    for (size_t i = 0; rc == VOC_OK && i < r->n; i++) {
        if (entity[i] != VOC_ENTITY_INDIVIDUAL) continue;
        if ((uint64_t)key[i] >= n_keys || (uint64_t)unit[i] >= n_keys) return db_damaged(q->p, "block %" PRId64 ": row %zu has a value out of range", r->number, i);
        if (!rows[key[i]]) {
            rc = row_of(q, f, (uint32_t)key[i], &rows[key[i]]);
            if (rc != VOC_OK) return rc;
            rows[key[i]]++;
        }
        struct asked *a = &q->v.at[rows[key[i]] - 1];
        a->answers++;
        a->unit = (uint32_t)unit[i];
    }
    return rc;
}

static voc_rc count_answers(struct questions *q)
{
    struct measure_rows r = {0};
    int64_t import = 0;
    const uint32_t n_keys = q->p->space[SPACE_KEY].n;
    uint32_t *rows = mem_zalloc((size_t)n_keys + 1, sizeof *rows);
    voc_rc rc = rows ? measure_rows_open(&r, q->p) : VOC_E_NOMEM;
    while (rc == VOC_OK && (rc = measure_rows_next(&r)) == VOC_OK && r.n) {
        const struct file *f = file_of(q, r.import);
        if (r.import != import) memset(rows, 0, n_keys * sizeof *rows);
        import = r.import;
        if (f) rc = count_block(q, &r, f, rows, n_keys);
    }
    measure_rows_close(&r);
    mem_free(rows);
    return rc;
}

// ---- the table -----------------------------------------------------------------------------------------------------------------

static voc_str text_at(const struct project *p, unsigned space, uint32_t code)
{
    return code < p->space[space].n ? p->space[space].text[code] : STR("");
}

// By the key that the survey plugin gives to the three questions that every tool asks; 3: another one.
static unsigned kind_of(voc_str key)
{
    return str_is(key, "nps") ? 0 : str_is(key, "csat") ? 1 : str_is(key, "ces") ? 2 : 3;
}

static bool is_digit(voc_str s, size_t at) { return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; }

// Q2 before Q10: digits count as a number, all else bytewise.
static int by_code(voc_str a, voc_str b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        if (is_digit(a, i) && is_digit(b, k)) {
            size_t from = i, to = k;
            while (is_digit(a, i)) from += a.ptr[i] == '0' && from == i, i++;
            while (is_digit(b, k)) to += b.ptr[k] == '0' && to == k, k++;
            if (i - from != k - to) return i - from < k - to ? -1 : 1;
            int c = memcmp(a.ptr + from, b.ptr + to, i - from);
            if (c) return c;
        } else if (a.ptr[i] != b.ptr[k]) {
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[k] ? -1 : 1;
        } else {
            i++, k++;
        }
    }
    return (i < a.len) - (k < b.len);
}

static int by_survey(const void *a, const void *b, const void *user)
{
    const struct project *p = user;
    const struct asked *x = a, *y = b;
    const voc_str key = text_at(p, SPACE_KEY, x->key), other = text_at(p, SPACE_KEY, y->key);
    int c = str_cmp(text_at(p, SPACE_SOURCE, x->source), text_at(p, SPACE_SOURCE, y->source));
    if (!c) c = str_cmp(text_at(p, SPACE_CASE, x->survey), text_at(p, SPACE_CASE, y->survey));
    if (!c) c = (int)kind_of(key) - (int)kind_of(other);
    if (!c) c = by_code(key, other);
    return c ? c : str_cmp(key, other);
}

static voc_rc make(struct sql_tables *all)
{
    static const unsigned char spaces[] = {SPACE_CASE, SPACE_KEY, SPACE_VALUE};
    struct questions *q = mem_zalloc(1, sizeof *q);
    if (!q) return VOC_E_NOMEM;
    q->p = all->project;
    q->statement = all->statement;
    voc_rc rc = dict_new(&q->known, SIZE_MAX / 4);
    for (unsigned i = 0; rc == VOC_OK && i < sizeof spaces; i++) rc = space_load(q->p, spaces[i]);
    if (rc == VOC_OK) rc = read_files(q);
    if (rc == VOC_OK) rc = read_surveys(q);
    if (rc == VOC_OK) rc = follow_chains(q);
    if (rc == VOC_OK) rc = count_answers(q);
    if (rc == VOC_OK) rc = sort_stable(q->v.at, q->v.n, sizeof *q->v.at, by_survey, q->p);
    if (rc == VOC_OK) all->questions = q;
    else questions_free(q);
    return rc;
}

static voc_rc table_open(void *user, uint64_t *n)
{
    struct sql_tables *all = user;
    voc_rc rc = VOC_OK;
    if (!all->questions || all->questions->statement != all->statement) {
        questions_free(all->questions);
        all->questions = NULL;
        rc = make(all);
    }
    if (rc == VOC_OK) *n = all->questions->v.n;
    return rc;
}

static voc_cell cell_of(voc_str s) { return (voc_cell){.type = s.len ? VOC_CELL_TEXT : VOC_CELL_NA, .s = s}; }

static voc_rc cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    const struct questions *q = ((struct sql_tables *)user)->questions;
    const struct asked *a = &q->v.at[row];
    const voc_str key = text_at(q->p, SPACE_KEY, a->key);
    switch (column) {
    case Q_SURVEY: *out = cell_of(text_at(q->p, SPACE_CASE, a->survey)); break;
    case Q_CODE: *out = cell_of(key); break;
    case Q_TEXT: *out = cell_of(text_at(q->p, SPACE_VALUE, a->text)); break;
    case Q_SCALE: *out = cell_of(text_at(q->p, SPACE_KEY, a->unit)); break;
    case Q_KIND: *out = cell_of(kind_of(key) < 3 ? key : STR("")); break;
    case Q_ANSWERS: *out = (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)a->answers}; break;
    case Q_SOURCE: *out = cell_of(text_at(q->p, SPACE_SOURCE, a->source)); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

const struct sql_table question_table = {"question", columns, types, NULL, table_open, cell};
