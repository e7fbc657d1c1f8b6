// SPDX-License-Identifier: MIT
// The digest of a project: the sum modulo 2^256 of the BLAKE2b-256 of each logical row, so that neither the order of the
// rows nor the layout of the file matters. Strings stand for themselves, never for codes; file names, import numbers and
// links are left out. docs/project-file.md has the form of each row.
#include <inttypes.h>
#include "store/columns/bytes.h"
#include "store/measures/measure_rows.h"

static const char SELECT_WORDS[] =
    "SELECT i.source, w.own_id, w.record, w.sub, w.customer, w.time_us, w.resolution, w.text, w.language, w.ref_kind, w.ref"
    " FROM word AS w JOIN import AS i ON i.number = w.import";
static const char SELECT_REFERENCES[] =
    "SELECT i.source, r.own_id, r.record, r.sub, r.name, r.cells, r.from_us, r.until_us, r.resolution FROM reference AS r JOIN import AS i ON i.number = r.import";
static const char SELECT_REJECTS[] =
    "SELECT i.source, r.record, r.line, r.code, r.reason, r.raw FROM reject AS r JOIN import AS i ON i.number = r.import";
static const char SELECT_DEFINITIONS[] = "SELECT id, version, journey_xml, sources_xml, codebook_xml FROM definition";

struct sum { // owns row
    struct project *p;
    struct buf row;      // the row at hand in its canonical form
    uint64_t limb[4];    // the sum, lowest first
};

static void text(struct sum *s, voc_str t)
{
    (void)put64(&s->row, t.len);
    (void)buf_str(&s->row, t);
}

static void number(struct sum *s, int64_t v)
{
    (void)put64(&s->row, (uint64_t)v);
}

static void begin(struct sum *s, char kind)
{
    buf_clear(&s->row);
    (void)buf_byte(&s->row, kind);
}

static voc_rc end(struct sum *s)
{
    unsigned char hash[HASH_BYTES];
    unsigned carry = 0;
    if (s->row.rc != VOC_OK) return s->row.rc;
    hash_of(s->row.ptr, s->row.len, hash);
    for (unsigned i = 0; i < 4; i++) {
        unsigned __int128 v = (unsigned __int128)s->limb[i] + get64(hash + 8 * i) + carry;
        s->limb[i] = (uint64_t)v;
        carry = (unsigned)(v >> 64);
    }
    return VOC_OK;
}

// What a row is known by: the source's own id, or its place in the source.
static void identity(struct sum *s, voc_str source, voc_str id, int64_t record, int64_t sub)
{
    text(s, source);
    text(s, id);
    number(s, id.len ? 0 : record);
    number(s, id.len ? 0 : sub);
}

// ---- events --------------------------------------------------------------------------------------------------------------------

static const unsigned char EVENT_SPACES[] = {SPACE_ACTION, SPACE_TOUCHPOINT, SPACE_CHANNEL, SPACE_CAMPAIGN, SPACE_OBJECT, SPACE_CASE,
                                             SPACE_ROLE,   SPACE_OWNER,      SPACE_THREAD,  SPACE_ALIASES,  SPACE_ALIASES, SPACE_LANGUAGE};
enum { N_EVENT_SPACES = sizeof EVENT_SPACES };

static voc_rc add_event(struct sum *s, const struct event_block *b, size_t i)
{
    const uint32_t *const code[N_EVENT_SPACES] = {b->action, b->touchpoint, b->channel, b->campaign, b->object, b->case_id,
                                                  b->role,   b->owner,      b->thread,  b->customer, b->account, b->language};
    const struct space *space = s->p->space;
    begin(s, 'E');
    identity(s, space[SPACE_SOURCE].text[b->source[i]], b->id[i], (int64_t)b->record[i], b->sub[i]);
    number(s, b->time_us[i]);
    number(s, b->resolution[i]);
    number(s, b->actor[i]);
    for (unsigned k = 0; k < N_EVENT_SPACES; k++) text(s, space[EVENT_SPACES[k]].text[code[k][i]]);
    number(s, b->ref_kind[i]);
    text(s, b->ref[i]);
    number(s, b->minutes[i]);
    number(s, b->cost[i]);
    number(s, b->value[i]);
    text(s, b->text[i]);
    text(s, b->attrs[i]);
    return end(s);
}

static voc_rc add_events(struct sum *s)
{
    struct event_reader *r = NULL;
    struct event_block b = {0};
    voc_rc rc = space_load(s->p, SPACE_SOURCE);
    for (unsigned k = 0; rc == VOC_OK && k < N_EVENT_SPACES; k++) rc = space_load(s->p, EVENT_SPACES[k]);
    if (rc == VOC_OK) rc = event_reader_open(&r, s->p, EV_ALL, s->p->d);
    while (rc == VOC_OK) {
        rc = event_reader_next(r, &b);
        if (rc != VOC_OK || b.n == 0) break;
        for (size_t i = 0; rc == VOC_OK && i < b.n; i++) rc = add_event(s, &b, i);
    }
    event_reader_close(r);
    return rc;
}

// ---- the rest ----------------------------------------------------------------------------------------------------------------

static voc_rc add_attribute(void *user, const struct store_attribute *a)
{
    struct sum *s = user;
    voc_str who = {"", 0};
    voc_rc rc = space_find(s->p, a->entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, a->aliases, &who);
    if (rc != VOC_OK) return rc;
    begin(s, 'A');
    number(s, a->entity);
    text(s, who);
    text(s, a->key);
    number(s, a->type);
    text(s, a->text);
    number(s, a->valid_from_us);
    return end(s);
}

static voc_rc add_word(struct sum *s, sqlite3_stmt *q)
{
    voc_str who = {"", 0};
    voc_rc rc = space_find(s->p, SPACE_ALIASES, (uint32_t)sqlite3_column_int64(q, 4), &who);
    if (rc != VOC_OK) return rc;
    begin(s, 'W');
    identity(s, db_text(q, 0), db_text(q, 1), sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3));
    text(s, who);
    number(s, db_int_or_na(q, 5));
    number(s, sqlite3_column_int64(q, 6));
    text(s, db_text(q, 7));
    text(s, db_text(q, 8));
    number(s, sqlite3_column_int64(q, 9));
    text(s, db_text(q, 10));
    return end(s);
}

enum { M_KEY, M_UNIT, M_ENTITY, M_TYPE, M_WHO, M_INTEGER, M_NUMBER, M_TIME, M_RESOLUTION, M_RECORD, M_SUB, M_INTS };
static const unsigned char MEASURE_COLUMNS[M_INTS] = {COLUMN_KEY, COLUMN_UNIT, COLUMN_ENTITY, COLUMN_TYPE, COLUMN_WHO, COLUMN_INTEGER,
                                                      COLUMN_NUMBER, COLUMN_TIME, COLUMN_RESOLUTION, COLUMN_RECORD, COLUMN_SUB};

static voc_rc add_measure(struct sum *s, struct measure_rows *r, const int64_t *const c[M_INTS], const voc_str *text_of, const voc_str *id, size_t i)
{
    voc_str who = {"", 0}, key = {"", 0}, unit = {"", 0};
    const int64_t entity = c[M_ENTITY][i];
    int64_t bits = 0;
    double value = 0;
    memcpy(&value, &c[M_NUMBER][i], sizeof value);
    value += 0.0; // no negative zero
    memcpy(&bits, &value, sizeof bits);
    voc_rc rc = space_find(s->p, entity == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, (uint32_t)c[M_WHO][i], &who);
    if (rc == VOC_OK) rc = space_find(s->p, SPACE_KEY, (uint32_t)c[M_KEY][i], &key);
    if (rc == VOC_OK) rc = space_find(s->p, SPACE_KEY, (uint32_t)c[M_UNIT][i], &unit);
    if (rc != VOC_OK) return rc;
    begin(s, 'M');
    identity(s, r->source, id[i], c[M_RECORD][i], c[M_SUB][i]);
    number(s, entity);
    text(s, who);
    text(s, key);
    number(s, c[M_TYPE][i]);
    text(s, text_of[i]);
    number(s, c[M_INTEGER][i]);
    number(s, bits);
    text(s, unit);
    number(s, c[M_TIME][i]);
    number(s, c[M_RESOLUTION][i]);
    return end(s);
}

static voc_rc add_measures(struct sum *s)
{
    struct measure_rows r = {0};
    voc_rc rc = measure_rows_open(&r, s->p);
    while (rc == VOC_OK && (rc = measure_rows_next(&r)) == VOC_OK && r.n) {
        const int64_t *c[M_INTS] = {0};
        const voc_str *text_of = NULL, *id = NULL;
        for (unsigned k = 0; rc == VOC_OK && k < M_INTS; k++) rc = measure_rows_ints(&r, MEASURE_COLUMNS[k], &c[k]);
        if (rc == VOC_OK) rc = measure_rows_text(&r, COLUMN_TEXT, &text_of);
        if (rc == VOC_OK) rc = measure_rows_text(&r, COLUMN_ID, &id);
        for (size_t i = 0; rc == VOC_OK && i < r.n; i++) rc = add_measure(s, &r, c, text_of, id, i);
    }
    measure_rows_close(&r);
    return rc;
}

static voc_rc add_reference(struct sum *s, sqlite3_stmt *q)
{
    begin(s, 'T');
    identity(s, db_text(q, 0), db_text(q, 1), sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3));
    text(s, db_text(q, 4));
    text(s, db_text(q, 5));
    number(s, db_int_or_na(q, 6));
    number(s, db_int_or_na(q, 7));
    number(s, sqlite3_column_int64(q, 8));
    return end(s);
}

static voc_rc add_reject(struct sum *s, sqlite3_stmt *q)
{
    begin(s, 'R');
    text(s, db_text(q, 0));
    number(s, sqlite3_column_int64(q, 1));
    number(s, sqlite3_column_int64(q, 2));
    for (int i = 3; i < 6; i++) text(s, db_text(q, i));
    return end(s);
}

static voc_rc add_definition(struct sum *s, sqlite3_stmt *q)
{
    begin(s, 'D');
    for (int i = 0; i < 5; i++) text(s, db_text(q, i));
    return end(s);
}

static voc_rc add_rows(struct sum *s, const char *select, voc_rc (*add)(struct sum *s, sqlite3_stmt *q))
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    voc_rc rc = db_prepare(s->p, &q, select);
    while (rc == VOC_OK) {
        rc = db_step(s->p, q, &row);
        if (rc != VOC_OK || !row) break;
        rc = add(s, q);
    }
    db_done(&q);
    return rc;
}

voc_rc store_digest(struct project *p, unsigned char out[HASH_BYTES])
{
    struct sum s = {.p = p};
    buf_init(&s.row, SIZE_MAX / 4);
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = add_events(&s);
    if (rc == VOC_OK) rc = attributes_each(p, true, add_attribute, &s);
    if (rc == VOC_OK) rc = add_rows(&s, SELECT_WORDS, add_word);
    if (rc == VOC_OK) rc = add_measures(&s);
    if (rc == VOC_OK) rc = add_rows(&s, SELECT_REFERENCES, add_reference);
    if (rc == VOC_OK) rc = add_rows(&s, SELECT_REJECTS, add_reject);
    if (rc == VOC_OK) rc = add_rows(&s, SELECT_DEFINITIONS, add_definition);
    if (rc == VOC_OK)
        for (unsigned i = 0; i < 4; i++) set64(out + 8 * i, s.limb[i]);
    buf_done(&s.row);
    return rc;
}
