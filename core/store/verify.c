// SPDX-License-Identifier: MIT
// Is the file whole? The sums of its pages, SQLite's own check, the index of words, every column of every block, and that
// what the catalogue says of a block, an import and a dictionary is so. Everything that is wrong is reported, not only the
// first thing; but where pages are damaged, only they are.
#include <inttypes.h>
#include <stdio.h>
#include "store/columns/block.h"
#include "store/page_sum.h"
#include "store/events/shares.h"

static const char INTEGRITY[] = "PRAGMA integrity_check(100)";
static const char CHECK_INDEX[] = "INSERT INTO word_index(word_index, rank) VALUES ('integrity-check', 1)";
static const char
    SELECT_BLOCKS[] = "SELECT b.id, b.kind, b.rows, b.first_us, b.last_us, b.data, i.number, b.first_key, b.last_key, "
                      "b.units, b.import FROM block AS b LEFT JOIN import AS i ON i.number = b.import ORDER BY b.import, "
                      "b.kind, b.id";
static const char SELECT_SETTLED[] = "SELECT import, events, first_us, last_us, last_resolution FROM settled WHERE run = ? ORDER BY import";
static const char EMPTY_RUNS[] = "SELECT count(*) FROM settled WHERE run NOT IN (SELECT import FROM block WHERE kind = 1)";
static const char BAD_ACCOUNTS[] =
    "SELECT number FROM import WHERE records <> gave + rejected + ignored OR bytes <> gave_bytes + rejected_bytes + ignored_bytes + framing_bytes"
    " OR ignored <> (SELECT coalesce(sum(records), 0) FROM ignored WHERE import = number)"
    " OR (repeated = 0 AND rejected <> (SELECT count(*) FROM reject WHERE import = number)) OR length(hash) <> 32 OR length(mapping) <> 32";
static const char ORPHANS[] =
    "SELECT (SELECT count(*) FROM word WHERE import NOT IN (SELECT number FROM import))"
    " + (SELECT count(*) FROM reject WHERE import NOT IN (SELECT number FROM import)) + (SELECT count(*) FROM link WHERE import NOT IN (SELECT number FROM import))"
    " + (SELECT count(*) FROM reference WHERE import NOT IN (SELECT number FROM import) OR NOT json_valid(cells))"
    " + (SELECT count(*) FROM member WHERE import NOT IN (SELECT number FROM import)) + (SELECT count(*) FROM import WHERE source NOT IN (SELECT id FROM source))"
    " + (SELECT count(*) FROM link WHERE a NOT IN (SELECT id FROM alias) OR b NOT IN (SELECT id FROM alias))";

enum { SPACE_TUPLES = SPACE_ALL + 1 }; // of a rule: codes of tuples
struct check { // owns
    struct project *p;
    struct diag *d;
    struct block_reader block;
    int64_t *ints, *times;
    voc_str *texts;
    int64_t *import, *tuple;             // by row of a settled block
    const struct event_tuple *tuples;    // borrows from the project
    const struct import_source *imports; // too
    size_t n_imports;
    struct shares shares;                // of the settled run at hand
    int64_t run;                         // or 0
    uint32_t limit[SPACE_ALL], n_tuples;
    size_t wrong;
};

static void __attribute__((format(printf, 2, 3))) wrong(struct check *c, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    (void)vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    diag_error(c->d, "STORE-030", c->p->path, 0, NULL, "%s", text);
    c->wrong++;
}

// A finding is counted and the check goes on; anything else ends it.
static voc_rc go_on(struct check *c, voc_rc rc)
{
    if (rc != VOC_E_INPUT) return rc;
    c->wrong++;
    return VOC_OK;
}

static voc_rc check_pages(struct check *c)
{
    uint32_t page = 0;
    voc_rc rc = page_sum_wrong(c->p, &page);
    for (; rc == VOC_OK && page; rc = page_sum_wrong(c->p, &page)) {
        diag_error(c->d, "STORE-031", c->p->path, 0, "restore the file from a copy, or import the logs again into a new project",
                   "page %" PRIu32 " is damaged: it is not what was written there, or another program wrote it", page);
        c->wrong++;
    }
    return rc;
}

static voc_rc run_integrity(struct check *c, bool report, bool *sound)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    *sound = true;
    voc_rc rc = db_prepare(c->p, &s, INTEGRITY);
    while (rc == VOC_OK) {
        rc = db_step(c->p, s, &row);
        if (rc != VOC_OK || !row) break;
        voc_str text = db_text(s, 0);
        if (str_is(text, "ok")) continue;
        *sound = false;
        if (report) wrong(c, "SQLite: %.*s", STR_SHOWN(text, 300));
    }
    db_done(&s);
    return rc;
}

// When SQLite 3.40 is short of memory for a moment, its check tells of damage that is not there: what counts is what it
// finds twice.
static voc_rc check_sqlite(struct check *c)
{
    bool sound = true;
    voc_rc rc = run_integrity(c, false, &sound);
    if (rc == VOC_OK && !sound) rc = run_integrity(c, true, &sound);
    return go_on(c, rc);
}

// FTS5 checks its index by a command that looks like an insert; it changes nothing, but only a writer may say it.
static voc_rc check_index(struct check *c)
{
    if (!project_writes(c->p)) return VOC_OK;
    int rc = sqlite3_exec(c->p->db, CHECK_INDEX, NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_CORRUPT) {
        wrong(c, "the index of the words does not match the words");
        return VOC_OK;
    }
    return rc == SQLITE_OK ? VOC_OK : db_fail(c->p, rc, "the index of the words cannot be checked");
}

static voc_rc check_distinct(struct check *c, unsigned space)
{
    struct dict *seen = NULL;
    const struct space *s = &c->p->space[space];
    voc_rc rc = dict_new(&seen, SIZE_MAX / 4);
    for (uint32_t i = 0, code; rc == VOC_OK && i < s->n; i++) {
        rc = dict_code(seen, s->text[i], &code);
        if (rc == VOC_OK && code != i) {
            wrong(c, "dictionary '%s' has code %" PRIu32 " twice", space_name(space), i);
            break;
        }
    }
    dict_free(seen);
    return rc;
}

static voc_rc check_dictionaries(struct check *c)
{
    voc_rc rc = VOC_OK;
    struct diag *d = c->p->d;
    c->p->d = c->d;
    for (unsigned i = 0; rc == VOC_OK && i < SPACE_ALL; i++) {
        rc = go_on(c, space_load(c->p, i));
        c->limit[i] = c->p->space[i].n;
    }
    for (unsigned i = 0; rc == VOC_OK && i < SPACE_ALL; i++) rc = check_distinct(c, i);
    for (uint32_t i = 1; rc == VOC_OK && i < c->limit[SPACE_ALIASES]; i++)
        if (!aliases_valid(c->p->space[SPACE_ALIASES].text[i])) wrong(c, "alias set %" PRIu32 " is malformed", i);
    if (rc == VOC_OK) rc = go_on(c, tuples_load(c->p, &c->tuples, &c->n_tuples));
    if (rc == VOC_OK) rc = imports_load(c->p, &c->imports, &c->n_imports);
    c->p->d = d;
    return rc;
}

// ---- blocks ------------------------------------------------------------------------------------------------------------------

struct rule { unsigned column, space; int64_t min, max; }; // space SPACE_ALL: by min and max
static const struct rule TUPLED_RULES[] = {
    {COLUMN_TIME, SPACE_ALL, INT64_MIN + 1, INT64_MAX}, {COLUMN_TUPLE, SPACE_TUPLES, 0, 0}, {COLUMN_OBJECT, SPACE_OBJECT, 0, 0}, {COLUMN_CASE, SPACE_CASE, 0, 0},
    {COLUMN_THREAD, SPACE_THREAD, 0, 0}, {COLUMN_CUSTOMER, SPACE_ALIASES, 0, 0}, {COLUMN_ACCOUNT, SPACE_ALIASES, 0, 0},
    {COLUMN_MINUTES, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_COST, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_VALUE, SPACE_ALL, INT64_MIN, INT64_MAX},
    {COLUMN_RECORD, SPACE_ALL, 0, INT64_MAX}, {COLUMN_LINE, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_SUB, SPACE_ALL, 0, UINT32_MAX}, {COLUMN_ID, 0, 0, 0},
    {COLUMN_REF, 0, 0, 0}, {COLUMN_TEXT, 0, 0, 0}, {COLUMN_ATTRS, 0, 0, 0}, {0, 0, 0, 0},
};
// Blocks of format 1, which name what now stands in tuples row by row.
static const struct rule EVENT_RULES[] = {
    {COLUMN_TIME, SPACE_ALL, INT64_MIN + 1, INT64_MAX}, {COLUMN_RESOLUTION, SPACE_ALL, 0, VOC_RES_DAY}, {COLUMN_ACTOR, SPACE_ALL, 0, VOC_ACTOR_OTHER},
    {COLUMN_ACTION, SPACE_ACTION, 0, 0}, {COLUMN_TOUCHPOINT, SPACE_TOUCHPOINT, 0, 0}, {COLUMN_CHANNEL, SPACE_CHANNEL, 0, 0},
    {COLUMN_CAMPAIGN, SPACE_CAMPAIGN, 0, 0}, {COLUMN_OBJECT, SPACE_OBJECT, 0, 0}, {COLUMN_CASE, SPACE_CASE, 0, 0}, {COLUMN_ROLE, SPACE_ROLE, 0, 0},
    {COLUMN_OWNER, SPACE_OWNER, 0, 0}, {COLUMN_THREAD, SPACE_THREAD, 0, 0}, {COLUMN_LANGUAGE, SPACE_LANGUAGE, 0, 0}, {COLUMN_CUSTOMER, SPACE_ALIASES, 0, 0},
    {COLUMN_ACCOUNT, SPACE_ALIASES, 0, 0}, {COLUMN_REF_KIND, SPACE_ALL, 0, VOC_REF_CASE}, {COLUMN_MINUTES, SPACE_ALL, INT64_MIN, INT64_MAX},
    {COLUMN_COST, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_VALUE, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_RECORD, SPACE_ALL, 0, INT64_MAX},
    {COLUMN_LINE, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_SUB, SPACE_ALL, 0, UINT32_MAX}, {COLUMN_ID, 0, 0, 0}, {COLUMN_REF, 0, 0, 0}, {COLUMN_TEXT, 0, 0, 0},
    {COLUMN_ATTRS, 0, 0, 0}, {0, 0, 0, 0},
};
static const struct rule ATTRIBUTE_RULES[] = {
    {COLUMN_TIME, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_RESOLUTION, SPACE_ALL, 0, VOC_RES_DAY}, {COLUMN_ENTITY, SPACE_ALL, 1, VOC_ENTITY_CASE},
    {COLUMN_TYPE, SPACE_ALL, 0, VOC_TYPE_MONEY}, {COLUMN_WHO, SPACE_ALL, 0, INT32_MAX}, {COLUMN_ACCOUNT, SPACE_ALIASES, 0, 0}, {COLUMN_KEY, SPACE_KEY, 0, 0},
    {COLUMN_VALUE_TEXT, SPACE_VALUE, 0, 0}, {COLUMN_INTEGER, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_NUMBER, SPACE_ALL, INT64_MIN, INT64_MAX},
    {COLUMN_RECORD, SPACE_ALL, 0, INT64_MAX}, {COLUMN_LINE, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_SUB, SPACE_ALL, 0, UINT32_MAX}, {COLUMN_ID, 0, 0, 0},
    {0, 0, 0, 0},
};

static const struct rule MEASURE_RULES[] = {
    {COLUMN_TIME, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_RESOLUTION, SPACE_ALL, 0, VOC_RES_DAY}, {COLUMN_ENTITY, SPACE_ALL, 0, VOC_ENTITY_CASE},
    {COLUMN_TYPE, SPACE_ALL, 0, VOC_TYPE_MONEY}, {COLUMN_WHO, SPACE_ALL, 0, INT32_MAX}, {COLUMN_KEY, SPACE_KEY, 0, 0}, {COLUMN_UNIT, SPACE_KEY, 0, 0},
    {COLUMN_INTEGER, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_NUMBER, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_RECORD, SPACE_ALL, 0, INT64_MAX},
    {COLUMN_LINE, SPACE_ALL, INT64_MIN, INT64_MAX}, {COLUMN_SUB, SPACE_ALL, 0, UINT32_MAX}, {COLUMN_TEXT, 0, 0, 0}, {COLUMN_ID, 0, 0, 0}, {0, 0, 0, 0},
};

static voc_rc check_column(struct check *c, int64_t id, const struct rule *rule)
{
    bool is_text = block_column_is_text(rule->column);
    int64_t *to = rule->column == COLUMN_TIME ? c->times : c->ints;
    voc_rc rc = is_text ? block_read_text(&c->block, rule->column, c->texts) : block_read_ints(&c->block, rule->column, to);
    if (rc == VOC_E_INPUT) {
        wrong(c, "block %" PRId64 ": %s", id, c->block.why);
        if (rule->column == COLUMN_TIME) memset(c->times, 0, c->block.rows * sizeof *c->times);
        return VOC_OK;
    }
    if (rc != VOC_OK || is_text) return rc;
    int64_t max = rule->space < SPACE_ALL ? (int64_t)c->limit[rule->space] - 1 : rule->max, min = rule->space < SPACE_ALL ? 0 : rule->min;
    if (rule->space == SPACE_TUPLES) max = (int64_t)c->n_tuples - 1;
    for (size_t i = 0; i < c->block.rows; i++) {
        if (to[i] >= min && to[i] <= max) continue;
        wrong(c, "block %" PRId64 ": column %s has a value out of range in row %zu", id, block_column_name(rule->column), i);
        break;
    }
    return VOC_OK;
}

// The hash by which the unit of a row has its place, as the catalogue writes it.
static int64_t key_of(const struct check *c, int64_t case_id, int64_t account, int64_t customer)
{
    voc_str unit = case_id ? c->p->space[SPACE_CASE].text[case_id] : c->p->space[SPACE_ALIASES].text[account ? account : customer];
    return (int64_t)(hash64(unit.ptr, unit.len, 0) ^ (UINT64_C(1) << 63));
}

// Units ascend by their keys, from the first to the last of the catalogue; where rows were taken out, within them.
static voc_rc check_units(struct check *c, sqlite3_stmt *s)
{
    static const unsigned char columns[3] = {COLUMN_CASE, COLUMN_ACCOUNT, COLUMN_CUSTOMER};
    int64_t *who[3] = {c->ints, c->times, NULL}, key = 0, before = 0, first_key = 0;
    const int64_t first = sqlite3_column_int64(s, 7), last = sqlite3_column_int64(s, 8);
    bool whole = sqlite3_column_type(s, 9) != SQLITE_NULL; // no row was taken out since it was written
    if (sqlite3_column_type(s, 7) == SQLITE_NULL) return VOC_OK;
    if (!(who[2] = mem_alloc(BLOCK_ROWS * sizeof *who[2]))) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    bool ordered = true;
    for (unsigned k = 0; rc == VOC_OK && k < 3; k++) rc = block_read_ints(&c->block, columns[k], who[k]);
    for (size_t i = 0; rc == VOC_OK && i < c->block.rows; i++) {
        if (!i || who[0][i] != who[0][i - 1] || who[1][i] != who[1][i - 1] || who[2][i] != who[2][i - 1])
            key = key_of(c, who[0][i], who[1][i], who[2][i]);
        ordered = ordered && key >= (i ? before : first);
        if (!i) first_key = key;
        before = key;
    }
    mem_free(who[2]);
    if (!ordered || key > last || (whole && (first_key != first || key != last)))
        wrong(c, "block %" PRId64 ": its units are not those in the catalogue", (int64_t)sqlite3_column_int64(s, 0));
    return rc;
}

// ---- settled runs: what the catalogue says of each import in them

static voc_rc end_run(struct check *c)
{
    sqlite3_stmt *s = NULL;
    bool row = true, same = true;
    size_t n = 0;
    voc_rc rc = c->run ? db_prepare(c->p, &s, SELECT_SETTLED) : VOC_OK;
    if (rc == VOC_OK && c->run) rc = db_bind(c->p, s, "i", c->run);
    for (; rc == VOC_OK && c->run; n++) {
        rc = db_step(c->p, s, &row);
        if (rc != VOC_OK || !row) break;
        const struct share *x = n < c->shares.v.n ? &c->shares.v.at[n] : NULL;
        same = same && x && sqlite3_column_int64(s, 0) == x->import && sqlite3_column_int64(s, 1) == (int64_t)x->events &&
               sqlite3_column_int64(s, 2) == x->first_us && sqlite3_column_int64(s, 3) == x->last_us &&
               sqlite3_column_int64(s, 4) == x->last_resolution;
    }
    db_done(&s);
    if (rc == VOC_OK && (!same || n != c->shares.v.n)) wrong(c, "settled run %" PRId64 ": what its imports have is not what is in the catalogue", -c->run);
    c->shares.v.n = 0;
    c->run = 0;
    return rc;
}

static voc_rc count_settled(struct check *c, int64_t id)
{
    voc_rc rc = block_read_ints(&c->block, COLUMN_IMPORT, c->import);
    if (rc == VOC_E_INPUT) {
        wrong(c, "block %" PRId64 ": %s", id, c->block.why);
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = block_read_ints(&c->block, COLUMN_TUPLE, c->tuple);
    for (size_t i = 0; rc == VOC_OK && i < c->block.rows; i++) {
        if (!imports_find(c->imports, c->n_imports, c->import[i])) {
            wrong(c, "block %" PRId64 ": the import that row %zu belongs to is missing", id, i);
            return VOC_OK;
        }
        rc = shares_add(&c->shares, c->import[i], c->times[i], c->tuples[c->tuple[i]].resolution);
    }
    return rc;
}

static voc_rc check_block(struct check *c, sqlite3_stmt *s)
{
    int64_t id = sqlite3_column_int64(s, 0), kind = sqlite3_column_int64(s, 1), first = INT64_MAX, last = INT64_MIN;
    voc_str data = db_text(s, 5);
    voc_rc rc = c->run && c->run != sqlite3_column_int64(s, 10) ? end_run(c) : VOC_OK;
    if (rc != VOC_OK) return rc;
    if (kind == BLOCK_TUPLES) return VOC_OK; // checked with the dictionaries
    bool settled = kind == BLOCK_EVENTS && sqlite3_column_int64(s, 10) < 0;
    if (!settled && sqlite3_column_type(s, 6) == SQLITE_NULL) wrong(c, "block %" PRId64 ": the import that it belongs to is missing", id);
    if (kind != BLOCK_EVENTS && kind != BLOCK_ATTRIBUTES && kind != BLOCK_MEASURES) {
        wrong(c, "block %" PRId64 ": its kind is not known", id);
        return VOC_OK;
    }
    rc = block_open(&c->block, (enum block_kind)kind, data.ptr, data.len);
    if (rc == VOC_E_INPUT) wrong(c, "block %" PRId64 ": %s", id, c->block.why);
    if (rc != VOC_OK) return rc == VOC_E_INPUT ? VOC_OK : rc;
    if (c->block.rows != sqlite3_column_int64(s, 2)) wrong(c, "block %" PRId64 ": its number of rows is not the one in the catalogue", id);
    size_t before = c->wrong;
    const struct rule *rules = kind == BLOCK_MEASURES               ? MEASURE_RULES
                               : kind != BLOCK_EVENTS               ? ATTRIBUTE_RULES
                               : block_has(&c->block, COLUMN_TUPLE) ? TUPLED_RULES
                                                                    : EVENT_RULES;
    for (const struct rule *r = rules; rc == VOC_OK && r->column; r++) rc = check_column(c, id, r);
    if (rc != VOC_OK || c->wrong != before || kind != BLOCK_EVENTS) return rc;
    if (settled && rules != TUPLED_RULES) wrong(c, "block %" PRId64 ": its layout is not one of settled blocks", id);
    if (settled && c->wrong == before) rc = count_settled(c, id);
    if (settled) c->run = sqlite3_column_int64(s, 10);
    if (rc != VOC_OK) return rc;
    for (size_t i = 0; i < c->block.rows; i++) {
        if (c->times[i] < first) first = c->times[i];
        if (c->times[i] > last) last = c->times[i];
    }
    if (db_int_or_na(s, 3) != first || db_int_or_na(s, 4) != last) wrong(c, "block %" PRId64 ": its times are not those in the catalogue", id);
    return check_units(c, s);
}

static voc_rc check_blocks(struct check *c)
{
    sqlite3_stmt *s = NULL;
    int64_t empty = 0;
    bool row = true;
    voc_rc rc = db_prepare(c->p, &s, SELECT_BLOCKS);
    while (rc == VOC_OK) {
        rc = db_step(c->p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = check_block(c, s);
    }
    db_done(&s);
    if (rc == VOC_OK) rc = end_run(c);
    if (rc == VOC_OK) rc = db_int(c->p, EMPTY_RUNS, &empty);
    if (rc == VOC_OK && empty) wrong(c, "the catalogue names %" PRId64 " imports in settled runs that do not exist", empty);
    return go_on(c, rc);
}

static voc_rc check_accounts(struct check *c)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    int64_t orphans = 0;
    voc_rc rc = db_prepare(c->p, &s, BAD_ACCOUNTS);
    while (rc == VOC_OK) {
        rc = db_step(c->p, s, &row);
        if (rc != VOC_OK || !row) break;
        wrong(c, "the account of import %" PRId64 " does not add up", (int64_t)sqlite3_column_int64(s, 0));
    }
    db_done(&s);
    if (rc == VOC_OK) rc = db_int(c->p, ORPHANS, &orphans);
    if (rc == VOC_OK && orphans) wrong(c, "%" PRId64 " rows belong to an import, source or alias that is missing", orphans);
    return go_on(c, rc);
}

voc_rc store_verify(struct project *p, struct diag *d)
{
    struct check c = {.p = p, .d = d};
    voc_rc rc = block_reader_init(&c.block);
    c.ints = mem_zalloc(BLOCK_ROWS, sizeof *c.ints);
    c.times = mem_zalloc(BLOCK_ROWS, sizeof *c.times);
    c.texts = mem_zalloc(BLOCK_ROWS, sizeof *c.texts);
    c.import = mem_zalloc(BLOCK_ROWS, sizeof *c.import);
    c.tuple = mem_zalloc(BLOCK_ROWS, sizeof *c.tuple);
    if (rc == VOC_OK && (!c.ints || !c.times || !c.texts || !c.import || !c.tuple)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = project_hold(p);
    if (rc == VOC_OK) rc = check_pages(&c);
    bool readable = c.wrong == 0; // else each question would only find the same pages again
    if (rc == VOC_OK && readable) rc = check_sqlite(&c);
    if (rc == VOC_OK && readable) rc = check_index(&c);
    if (rc == VOC_OK && readable) rc = check_dictionaries(&c);
    if (rc == VOC_OK && readable) rc = check_blocks(&c);
    if (rc == VOC_OK && readable) rc = check_accounts(&c);
    block_reader_done(&c.block);
    mem_free(c.ints);
    mem_free(c.times);
    mem_free(c.texts);
    mem_free(c.import);
    mem_free(c.tuple);
    vec_free(&c.shares.v);
    if (rc == VOC_OK && c.wrong) rc = VOC_E_CHECK;
    return rc;
}
