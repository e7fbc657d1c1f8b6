// SPDX-License-Identifier: MIT
// Settles the events: merges runs of blocks, so that a reader finds the rows of a unit together. Each import is a run at
// first. At the end of an import the small runs are merged among themselves, level by level: a run is of a level by its
// size, and as soon as four are of one level they and all smaller ones become one of the next. So a row is written again
// once a level, however many imports there are, and the largest run is left alone: `voc settle` merges all into one.
#include <inttypes.h>
#include "store/events/settle.h"

static const char SELECT_OWNERS[] = "SELECT import, sum(rows) FROM block WHERE kind = 1 GROUP BY import ORDER BY import";
static const char SELECT_BLOCKS[] = "SELECT id, rows, first_key, last_key, run FROM block WHERE import = ? AND kind = 1 ORDER BY id";
static const char LEAST_OWNER[] = "SELECT min(import) FROM block";
static const char COUNT_BLOCKS[] = "SELECT count(*) FROM block WHERE kind = 1";
static const char SUM_BYTES[] = "SELECT sum(length(data)) FROM block WHERE kind = 1";
enum { LEVEL_RUNS = 4 };
#define LEVEL_ROWS UINT64_C(65536) // of the lowest level; four times as many for each further one

struct owner { int64_t import; uint64_t rows; };
struct settling { // owns
    struct project *p;
    struct settle_keys keys;
    struct settle_blocks blocks;
    VEC(struct settle_run) runs; // to be merged
    int64_t next_owner;
};

static void settling_done(struct settling *s)
{
    settle_keys_free(&s->keys);
    vec_free(&s->blocks.v);
    vec_free(&s->runs);
}

// ---- what there is ---------------------------------------------------------------------------------------------------------

struct owners { VEC(struct owner) v; };

static voc_rc read_owners(struct project *p, struct owners *out)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = db_prepare(p, &s, SELECT_OWNERS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        rc = vec_reserve(&out->v, 1, UINT32_MAX);
        if (rc == VOC_OK) out->v.at[out->v.n++] = (struct owner){sqlite3_column_int64(s, 0), (uint64_t)sqlite3_column_int64(s, 1)};
    }
    db_done(&s);
    return rc;
}

// The runs of one owner: its blocks, and a new run where their order begins again.
static voc_rc add_runs(struct settling *t, int64_t owner)
{
    sqlite3_stmt *s = NULL;
    bool row = true, first = true;
    int64_t before = 0, run_before = 0;
    voc_rc rc = db_prepare(t->p, &s, SELECT_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(t->p, s, "i", owner);
    for (; rc == VOC_OK; first = false) {
        rc = db_step(t->p, s, &row);
        if (rc != VOC_OK || !row) break;
        int64_t rows = sqlite3_column_int64(s, 1);
        if (rows < 1 || rows > BLOCK_ROWS) rc = db_damaged(t->p, "block %" PRId64 ": its number of rows is impossible", (int64_t)sqlite3_column_int64(s, 0));
        if (rc == VOC_OK) rc = vec_reserve(&t->runs, 1, UINT32_MAX);
        if (rc == VOC_OK) rc = vec_reserve(&t->blocks.v, 1, UINT32_MAX);
        if (rc != VOC_OK) break;
        if (first || sqlite3_column_int64(s, 4) != run_before || sqlite3_column_int64(s, 2) < before)
            t->runs.at[t->runs.n++] = (struct settle_run){.owner = owner, .first = t->blocks.v.n};
        before = sqlite3_column_int64(s, 3);
        run_before = sqlite3_column_int64(s, 4);
        t->blocks.v.at[t->blocks.v.n++] = (struct settle_block){sqlite3_column_int64(s, 0), (uint32_t)rows};
        struct settle_run *run = &t->runs.at[t->runs.n - 1];
        run->n++;
        run->rows += (uint64_t)rows;
    }
    db_done(&s);
    return rc;
}

// ---- merging ---------------------------------------------------------------------------------------------------------------

static int by_rows(const void *a, const void *b, const void *user)
{
    const struct settle_run *x = a, *y = b;
    (void)user;
    if (x->rows != y->rows) return x->rows < y->rows ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

// All runs that were added become one: as many of the smallest at a time as may be decoded side by side.
static voc_rc merge_all(struct settling *t)
{
    voc_rc rc = t->runs.n > 1 ? settle_keys_load(&t->keys, t->p) : VOC_OK;
    if (rc == VOC_OK) rc = db_int(t->p, LEAST_OWNER, &t->next_owner);
    if (t->next_owner > 0) t->next_owner = 0;
    while (rc == VOC_OK && t->runs.n > 1) {
        struct settle_run merged = {0};
        size_t n = t->runs.n < SETTLE_RUNS ? t->runs.n : SETTLE_RUNS;
        rc = sort_stable(t->runs.at, t->runs.n, sizeof *t->runs.at, by_rows, NULL);
        if (rc == VOC_OK) rc = settle_merge(t->p, &t->keys, &t->blocks, t->runs.at, n, --t->next_owner, &merged);
        if (rc != VOC_OK) return rc;
        t->runs.at[0] = merged;
        memmove(t->runs.at + 1, t->runs.at + n, (t->runs.n - n) * sizeof *t->runs.at);
        t->runs.n -= n - 1;
    }
    return rc;
}

static unsigned level_of(uint64_t rows)
{
    unsigned level = 0;
    for (uint64_t most = LEVEL_ROWS; rows > most && most < UINT64_MAX / 4; most *= 4) level++;
    return level;
}

// The highest level of which there are enough runs beside the largest run; false: none.
static bool full_level(const struct owners *o, size_t largest, unsigned *level)
{
    size_t count[64] = {0};
    for (size_t i = 0; i < o->v.n; i++)
        if (i != largest) count[level_of(o->v.at[i].rows)]++;
    for (unsigned l = 64; l-- > 0;) {
        if (count[l] < LEVEL_RUNS) continue;
        *level = l;
        return true;
    }
    return false;
}

static size_t largest_of(const struct owners *o)
{
    size_t largest = 0;
    for (size_t i = 1; i < o->v.n; i++)
        if (o->v.at[i].rows > o->v.at[largest].rows) largest = i;
    return largest;
}

voc_rc settle_some(struct project *p)
{
    for (;;) {
        struct settling t = {.p = p};
        struct owners o = {0};
        unsigned level = 0;
        voc_rc rc = read_owners(p, &o);
        size_t largest = largest_of(&o);
        bool full = rc == VOC_OK && full_level(&o, largest, &level);
        for (size_t i = 0; full && rc == VOC_OK && i < o.v.n; i++)
            if (i != largest && level_of(o.v.at[i].rows) <= level) rc = add_runs(&t, o.v.at[i].import);
        if (rc == VOC_OK && full) rc = merge_all(&t);
        vec_free(&o.v);
        settling_done(&t);
        if (rc != VOC_OK || !full) return rc;
    }
}

// ---- everything ------------------------------------------------------------------------------------------------------------

static voc_rc measure(struct project *p, uint64_t *blocks, uint64_t *bytes)
{
    int64_t n = 0, sum = 0;
    voc_rc rc = db_int(p, COUNT_BLOCKS, &n);
    if (rc == VOC_OK) rc = db_int(p, SUM_BYTES, &sum);
    *blocks = (uint64_t)n;
    *bytes = (uint64_t)sum;
    return rc;
}

static voc_rc settle_everything(struct project *p, struct settle_result *out)
{
    struct settling t = {.p = p};
    struct owners o = {0};
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = measure(p, &out->blocks_before, &out->bytes_before);
    if (rc == VOC_OK) rc = read_owners(p, &o);
    for (size_t i = 0; rc == VOC_OK && i < o.v.n; i++) rc = add_runs(&t, o.v.at[i].import);
    out->runs_before = t.runs.n;
    if (rc == VOC_OK) rc = merge_all(&t);
    out->runs_after = t.runs.n;
    if (rc == VOC_OK) rc = measure(p, &out->blocks_after, &out->bytes_after);
    vec_free(&o.v);
    settling_done(&t);
    return rc;
}

voc_rc store_settle(struct project *p, struct settle_result *out)
{
    struct settle_result r = {0};
    voc_rc rc = project_need_write(p, "settling");
    if (rc == VOC_OK) rc = settle_everything(p, &r);
    if (rc == VOC_OK) rc = project_keep(p);
    if (rc == VOC_OK) *out = r;
    else project_undo(p);
    return rc;
}
