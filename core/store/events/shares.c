// SPDX-License-Identifier: MIT
// What each import has in the blocks of settled runs (shares.h): counted from rows as they are written, or again from the
// blocks where some have gone. Also the imports with their sources, which such blocks name row by row.
#include <inttypes.h>
#include <stdio.h>
#include "base/cancel.h"
#include "store/columns/block.h"
#include "store/events/shares.h"

static const char SELECT_IMPORTS[] = "SELECT number, source FROM import ORDER BY number";
static const char PUT_SETTLED[] = "INSERT INTO settled(run, import, events, first_us, last_us, last_resolution) VALUES (?, ?, ?, ?, ?, ?)";
static const char CLEAR_RUN[] = "DELETE FROM settled WHERE run = ?";
static const char CLEAR_SETTLED[] = "DELETE FROM settled";
static const char SELECT_SETTLED_BLOCKS[] = "SELECT id, import, rows, data FROM block WHERE import < 0 AND kind = 1 AND kinds & ?1 = ?1 ORDER BY import, kind, id";

voc_rc imports_load(struct project *p, const struct import_source **out, size_t *n)
{
    sqlite3_stmt *s = NULL;
    VEC(struct import_source) v = {0};
    bool row = true;
    voc_rc rc = p->imports ? VOC_OK : space_load(p, SPACE_SOURCE);
    if (rc == VOC_OK && !p->imports) {
        rc = vec_reserve(&v, 1, UINT32_MAX); // so that it is there even where it is empty
        if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_IMPORTS);
        while (rc == VOC_OK) {
            rc = db_step(p, s, &row);
            if (rc != VOC_OK || !row) break;
            struct import_source x = {.number = sqlite3_column_int64(s, 0)};
            if (!space_seek(p, SPACE_SOURCE, db_text(s, 1), &x.source)) x.source = 0;
            rc = vec_reserve(&v, 1, UINT32_MAX);
            if (rc == VOC_OK) v.at[v.n++] = x;
        }
        db_done(&s);
        if (rc != VOC_OK) vec_free(&v);
        p->imports = v.at;
        p->n_imports = v.n;
    }
    if (rc != VOC_OK) return rc;
    *out = p->imports;
    *n = p->n_imports;
    return VOC_OK;
}

const struct import_source *imports_find(const struct import_source *all, size_t n, int64_t number)
{
    size_t from = 0, to = n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (all[mid].number == number) return &all[mid];
        if (all[mid].number < number) from = mid + 1;
        else to = mid;
    }
    return NULL;
}

// ---- counting --------------------------------------------------------------------------------------------------------------

static voc_rc share_of(struct shares *s, int64_t import, struct share **out)
{
    size_t from = 0, to = s->v.n;
    if (s->last < s->v.n && s->v.at[s->last].import == import) { // as the row before
        *out = &s->v.at[s->last];
        return VOC_OK;
    }
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (s->v.at[mid].import < import) from = mid + 1;
        else to = mid;
    }
    if (from == s->v.n || s->v.at[from].import != import) {
        voc_rc rc = vec_reserve(&s->v, 1, UINT32_MAX);
        if (rc != VOC_OK) return rc;
        memmove(&s->v.at[from + 1], &s->v.at[from], (s->v.n++ - from) * sizeof *s->v.at);
        s->v.at[from] = (struct share){.import = import, .first_us = INT64_MAX, .last_us = INT64_MIN};
    }
    s->last = from;
    *out = &s->v.at[from];
    return VOC_OK;
}

voc_rc shares_add(struct shares *s, int64_t import, int64_t time_us, uint8_t resolution)
{
    struct share *x = NULL;
    voc_rc rc = share_of(s, import, &x);
    if (rc != VOC_OK) return rc;
    x->events++;
    if (time_us < x->first_us) x->first_us = time_us;
    if (time_us > x->last_us || (time_us == x->last_us && resolution > x->last_resolution)) x->last_resolution = resolution; // the coarsest of the last
    if (time_us > x->last_us) x->last_us = time_us;
    return VOC_OK;
}

voc_rc shares_write(struct project *p, int64_t run, const struct shares *s)
{
    sqlite3_stmt *put = NULL, *clear = NULL;
    voc_rc rc = db_prepare(p, &put, PUT_SETTLED);
    if (rc == VOC_OK) rc = db_prepare(p, &clear, CLEAR_RUN);
    if (rc == VOC_OK) rc = db_run(p, clear, "i", run);
    for (size_t i = 0; rc == VOC_OK && i < s->v.n; i++) {
        const struct share *x = &s->v.at[i];
        rc = db_run(p, put, "iiuiii", run, x->import, x->events, x->first_us, x->last_us, (int64_t)x->last_resolution);
    }
    db_done(&put);
    db_done(&clear);
    return rc;
}

// ---- from the blocks -------------------------------------------------------------------------------------------------------

voc_rc settled_each(struct project *p, uint32_t kinds, voc_rc (*each)(void *user, int64_t run, struct block_reader *r), void *user)
{
    struct block_reader r;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = block_reader_init(&r);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_SETTLED_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", (int64_t)kinds);
    while (rc == VOC_OK) {
        rc = cancel_requested() ? VOC_CANCELLED : db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        int64_t block = sqlite3_column_int64(s, 0);
        voc_str data = db_text(s, 3);
        rc = block_open(&r, BLOCK_EVENTS, data.ptr, data.len);
        if (rc == VOC_OK && r.rows != sqlite3_column_int64(s, 2)) {
            (void)snprintf(r.why, sizeof r.why, "its number of rows is not the one in the catalogue");
            rc = VOC_E_INPUT;
        }
        if (rc == VOC_OK) rc = each(user, sqlite3_column_int64(s, 1), &r);
        if (rc == VOC_E_INPUT) rc = db_damaged(p, "block %" PRId64 ": %s", block, r.why);
    }
    db_done(&s);
    block_reader_done(&r);
    return rc;
}

struct recount { // owns the arrays
    struct project *p;
    int64_t run; // at hand; 0: none
    struct shares s;
    const struct event_tuple *tuples;
    uint32_t n_tuples;
    int64_t *import, *time, *tuple;
};

static voc_rc end_run(struct recount *c)
{
    voc_rc rc = c->run ? shares_write(c->p, c->run, &c->s) : VOC_OK;
    c->s.v.n = 0;
    return rc;
}

static voc_rc count_block(void *user, int64_t run, struct block_reader *r)
{
    struct recount *c = user;
    voc_rc rc = run == c->run ? VOC_OK : end_run(c);
    c->run = run;
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_IMPORT, c->import);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_TIME, c->time);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_TUPLE, c->tuple);
    for (size_t i = 0; rc == VOC_OK && i < r->rows; i++) {
        if ((uint64_t)c->tuple[i] >= c->n_tuples) {
            (void)snprintf(r->why, sizeof r->why, "column %s has a value out of range", block_column_name(COLUMN_TUPLE));
            return VOC_E_INPUT;
        }
        rc = shares_add(&c->s, c->import[i], c->time[i], c->tuples[c->tuple[i]].resolution);
    }
    return rc;
}

voc_rc shares_recount(struct project *p)
{
    struct recount c = {.p = p, .import = mem_alloc(BLOCK_ROWS * sizeof *c.import), .time = mem_alloc(BLOCK_ROWS * sizeof *c.time),
                        .tuple = mem_alloc(BLOCK_ROWS * sizeof *c.tuple)};
    voc_rc rc = c.import && c.time && c.tuple ? tuples_load(p, &c.tuples, &c.n_tuples) : VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_exec(p, CLEAR_SETTLED);
    if (rc == VOC_OK) rc = settled_each(p, 0, count_block, &c);
    if (rc == VOC_OK) rc = end_run(&c);
    vec_free(&c.s.v);
    mem_free(c.import);
    mem_free(c.time);
    mem_free(c.tuple);
    return rc;
}
