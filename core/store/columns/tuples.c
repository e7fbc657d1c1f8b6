// SPDX-License-Identifier: MIT
// Tuples: what many events have in common (actor, action, touchpoint, channel, campaign, role, owner, language, resolution,
// kind of reference, and whether they name anybody), once for each combination. An event names its tuple by a code, so that
// whatever depends on these alone is decided once a tuple. They are kept as blocks of kind 3, in order of code; codes run
// from 0 over all of them, and none is ever taken away.
#include <inttypes.h>
#include <stdio.h>
#include "store/columns/block.h"
#include "store/events/held.h"
#include "store/columns/tuples.h"

static const char SELECT_TUPLES[] = "SELECT id, rows, data FROM block WHERE import = 0 AND kind = 3 ORDER BY id";
static const char INSERT_TUPLES[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_unit, last_unit, data) VALUES (0, 3, ?, 0, '', '', ?)";
enum { TUPLES_MAX = INT32_MAX, N_FIELDS = 11 };

static const struct field { unsigned char column, space; int64_t max; } FIELDS[N_FIELDS] = {
    {COLUMN_ACTION, SPACE_ACTION, 0},     {COLUMN_TOUCHPOINT, SPACE_TOUCHPOINT, 0}, {COLUMN_CHANNEL, SPACE_CHANNEL, 0},
    {COLUMN_CAMPAIGN, SPACE_CAMPAIGN, 0}, {COLUMN_ROLE, SPACE_ROLE, 0},             {COLUMN_OWNER, SPACE_OWNER, 0},
    {COLUMN_LANGUAGE, SPACE_LANGUAGE, 0}, {COLUMN_RESOLUTION, SPACE_ALL, VOC_RES_DAY}, {COLUMN_ACTOR, SPACE_ALL, VOC_ACTOR_OTHER},
    {COLUMN_REF_KIND, SPACE_ALL, VOC_REF_CASE}, {COLUMN_NAMED, SPACE_ALL, 1},
};

static int64_t get(const struct event_tuple *t, unsigned field)
{
    const int64_t all[N_FIELDS] = {t->action, t->touchpoint, t->channel, t->campaign, t->role, t->owner, t->language,
                                   t->resolution, t->actor, t->ref_kind, t->named};
    return all[field];
}

// A column goes to one field of many tuples, field by field; values fit.
static void set(struct event_tuple *t, unsigned field, const int64_t *v, size_t n)
{
    static const size_t at[N_FIELDS] = {
        offsetof(struct event_tuple, action), offsetof(struct event_tuple, touchpoint), offsetof(struct event_tuple, channel), offsetof(struct event_tuple, campaign),
        offsetof(struct event_tuple, role), offsetof(struct event_tuple, owner), offsetof(struct event_tuple, language), offsetof(struct event_tuple, resolution),
        offsetof(struct event_tuple, actor), offsetof(struct event_tuple, ref_kind), offsetof(struct event_tuple, named)};
    char *to = (char *)t + at[field];
    if (field < 7)
        for (size_t i = 0; i < n; i++) memcpy(to + i * sizeof *t, &(uint32_t){(uint32_t)v[i]}, sizeof(uint32_t));
    else
        for (size_t i = 0; i < n; i++) to[i * sizeof *t] = (char)v[i];
}

// ---- reading ---------------------------------------------------------------------------------------------------------------

struct loading { VEC(struct event_tuple) v; uint32_t limit[N_FIELDS]; int64_t *ints; struct block_reader block; };

static voc_rc load_block(struct loading *l, voc_str data, int64_t rows)
{
    voc_rc rc = block_open(&l->block, BLOCK_TUPLES, data.ptr, data.len);
    if (rc != VOC_OK) return rc;
    if (l->block.rows != rows) {
        (void)snprintf(l->block.why, sizeof l->block.why, "its number of rows is not the one in the catalogue");
        return VOC_E_INPUT;
    }
    rc = vec_reserve(&l->v, l->block.rows, TUPLES_MAX);
    if (rc == VOC_OK && !l->ints && !(l->ints = mem_alloc(BLOCK_ROWS * sizeof *l->ints))) rc = VOC_E_NOMEM;
    for (unsigned f = 0; rc == VOC_OK && f < N_FIELDS; f++) {
        const uint64_t limit = FIELDS[f].space < SPACE_ALL ? l->limit[f] : (uint64_t)FIELDS[f].max + 1;
        bool above = false;
        rc = block_read_ints(&l->block, FIELDS[f].column, l->ints);
        if (rc != VOC_OK) return rc;
        for (size_t i = 0; i < l->block.rows; i++) above |= (uint64_t)l->ints[i] >= limit;
        if (above) {
            (void)snprintf(l->block.why, sizeof l->block.why, "column %s has a value out of range", block_column_name(FIELDS[f].column));
            return VOC_E_INPUT;
        }
        set(l->v.at + l->v.n, f, l->ints, l->block.rows);
    }
    if (rc == VOC_OK) l->v.n += l->block.rows;
    return rc;
}

static voc_rc load_all(struct project *p, struct loading *l)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = vec_reserve(&l->v, 1, TUPLES_MAX);
    for (unsigned f = 0; rc == VOC_OK && f < N_FIELDS; f++)
        if (FIELDS[f].space < SPACE_ALL) rc = space_count(p, FIELDS[f].space, &l->limit[f]);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_TUPLES);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = load_block(l, db_text(s, 2), sqlite3_column_int64(s, 1));
        if (rc == VOC_E_INPUT) rc = db_damaged(p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), l->block.why);
    }
    db_done(&s);
    return rc;
}

voc_rc tuples_load(struct project *p, const struct event_tuple **out, uint32_t *n)
{
    if (!p->tuples && p->held) {
        voc_rc rc = held_tuples(p, &p->tuples, &p->n_tuples);
        if (rc != VOC_OK) return rc;
    }
    if (!p->tuples) {
        struct loading l = {0};
        voc_rc rc = block_reader_init(&l.block);
        if (rc == VOC_OK) rc = load_all(p, &l);
        block_reader_done(&l.block);
        mem_free(l.ints);
        if (rc != VOC_OK) {
            vec_free(&l.v);
            return rc;
        }
        p->tuples = l.v.at;
        p->n_tuples = (uint32_t)l.v.n;
    }
    *out = p->tuples;
    *n = p->n_tuples;
    return VOC_OK;
}

// ---- joining ---------------------------------------------------------------------------------------------------------------

void tuple_set_init(struct tuple_set *s) { *s = (struct tuple_set){0}; }

void tuple_set_done(struct tuple_set *s)
{
    dict_free(s->seen);
    s->seen = NULL;
}

// Equal tuples have equal bytes: the struct has no padding.
_Static_assert(sizeof(struct event_tuple) == 7 * sizeof(uint32_t) + 4, "a tuple is its bytes");

static voc_str bytes_of(const struct event_tuple *t) { return str_mk((const char *)t, sizeof *t); }

voc_rc tuple_set_code(struct tuple_set *s, const struct event_tuple *t, uint32_t *code)
{
    voc_rc rc = s->seen ? VOC_OK : dict_new(&s->seen, SIZE_MAX / 4);
    return rc == VOC_OK ? dict_code(s->seen, bytes_of(t), code) : rc;
}

uint64_t tuple_hash(const struct event_tuple *t) { return hash64(t, sizeof *t, 0); }

bool tuple_set_find(const struct tuple_set *s, const struct event_tuple *t, uint64_t hash, uint32_t *code)
{
    return s->seen && dict_find_hashed(s->seen, bytes_of(t), hash, code);
}

uint32_t tuple_set_n(const struct tuple_set *s) { return s->seen ? dict_n(s->seen) : 0; }

void tuple_set_at(const struct tuple_set *s, uint32_t code, struct event_tuple *out) { memcpy(out, dict_at(s->seen, code).ptr, sizeof *out); }

// ---- writing ---------------------------------------------------------------------------------------------------------------

static voc_rc write_block(struct project *p, const struct event_tuple *t, uint32_t rows, struct block_writer *w, int64_t *ints, struct buf *blob)
{
    sqlite3_stmt *insert = NULL;
    block_begin(w, BLOCK_TUPLES, rows);
    for (unsigned f = 0; f < N_FIELDS; f++) {
        for (uint32_t i = 0; i < rows; i++) ints[i] = get(&t[i], f);
        block_ints(w, FIELDS[f].column, ints);
    }
    voc_rc rc = block_end(w, blob);
    if (rc == VOC_OK) rc = db_prepare(p, &insert, INSERT_TUPLES);
    if (rc == VOC_OK) rc = db_run(p, insert, "ib", (int64_t)rows, str_mk(blob->ptr, blob->len));
    db_done(&insert);
    return rc;
}

voc_rc tuples_write(struct project *p, const struct event_tuple *t, uint32_t n)
{
    struct block_writer w;
    struct buf blob;
    if (n == 0) return VOC_OK;
    buf_init(&blob, 0x7fffffff);
    int64_t *ints = mem_alloc((n < BLOCK_ROWS ? n : BLOCK_ROWS) * sizeof *ints);
    voc_rc rc = block_writer_init(&w);
    if (rc == VOC_OK && !ints) rc = VOC_E_NOMEM;
    for (uint32_t first = 0, rows; rc == VOC_OK && first < n; first += rows) {
        rows = n - first < BLOCK_ROWS ? n - first : BLOCK_ROWS;
        rc = write_block(p, t + first, rows, &w, ints, &blob);
    }
    block_writer_done(&w);
    buf_done(&blob);
    mem_free(ints);
    return rc;
}
