// SPDX-License-Identifier: MIT
// How the events are cut into parts (parts.h). Blocks of one import, or of several that were settled together, stand in the
// order of units: a run. The longest run says
// where parts begin, always between two units; of the other runs a part takes the rows whose units fall into it. Runs that
// spread a few rows over all parts are decoded once, for the first reader; part_read.c reads the others as they are needed.
#include "store/events/held.h"
#include "store/events/parts_int.h"
#include <inttypes.h>

static const char SELECT_BLOCKS[] =
    "SELECT b.id, b.import, b.rows, b.first_key, b.last_key, b.units, b.kinds, b.has, b.first_us, b.last_us, i.source, b.run FROM block AS b"
    " LEFT JOIN import AS i ON i.number = b.import WHERE b.kind = 1 ORDER BY b.import, b.id";
enum { SPREAD = 3 /* parts that a block reaches into, to be decoded once for all */ };

voc_rc parts_damaged(struct event_parts *e, int64_t block, const char *why)
{
    diag_error(e->d ? e->d : e->p->d, "STORE-007", e->p->path, 0, "`voc verify` lists all damage; restore the file from a copy, or import it anew",
               "block %" PRId64 " of the project is damaged: %s", block, why);
    return VOC_E_INPUT;
}

// ---- the catalogue ---------------------------------------------------------------------------------------------------------

static void describe(struct event_parts *e, sqlite3_stmt *s, uint64_t *units)
{
    struct event_layout *l = &e->layout;
    int64_t kinds = sqlite3_column_int64(s, 6), first = db_int_or_na(s, 8), last = db_int_or_na(s, 9);
    l->n_events += (uint64_t)sqlite3_column_int64(s, 2);
    l->unit_kinds |= (uint32_t)kinds & (KINDS_BOTH - 1);
    l->both = l->both || (kinds & KINDS_BOTH);
    l->has |= (uint32_t)sqlite3_column_int64(s, 7);
    if (l->first_us == VOC_NA || first < l->first_us) l->first_us = first;
    if (l->last_us == VOC_NA || last > l->last_us) l->last_us = last;
    if (sqlite3_column_type(s, 5) == SQLITE_NULL) *units = UINT64_MAX;
    if (*units != UINT64_MAX) *units += (uint64_t)sqlite3_column_int64(s, 5);
    if (sqlite3_column_type(s, 3) == SQLITE_NULL) l->in_parts = false; // of format 1: in another order
}

static voc_rc read_block(struct event_parts *e, sqlite3_stmt *s)
{
    uint32_t source = 0;
    voc_str id = db_text(s, 10);
    int64_t import = sqlite3_column_int64(s, 1), rows = sqlite3_column_int64(s, 2), block = sqlite3_column_int64(s, 0);
    bool settled = import < 0; // of several imports: its rows name them
    if (!settled && (id.len == 0 || !space_seek(e->p, SPACE_SOURCE, id, &source) || import == 0 || import > UINT32_MAX))
        return parts_damaged(e, block, "the import that it belongs to is missing");
    if (rows < 1 || rows > BLOCK_ROWS) return parts_damaged(e, block, "its number of rows is impossible");
    struct part_block b = {.id = block, .rows = (uint32_t)rows, .owner = import, .run = sqlite3_column_int64(s, 11),
                           .import = settled ? 0 : (uint32_t)import, .source = source,
                           .first = (uint64_t)sqlite3_column_int64(s, 3) ^ (UINT64_C(1) << 63),
                           .last = (uint64_t)sqlite3_column_int64(s, 4) ^ (UINT64_C(1) << 63)};
    if (b.last < b.first) return parts_damaged(e, block, "it ends before it begins");
    const struct part_block *before = e->blocks.n ? &e->blocks.at[e->blocks.n - 1] : NULL;
    const bool begins = !before || before->owner != b.owner || before->run != b.run || b.first < before->last; // a new run
    voc_rc rc = vec_reserve(&e->blocks, 1, UINT32_MAX); // moves what stands before
    if (rc == VOC_OK && begins) {
        rc = vec_reserve(&e->runs, 1, UINT32_MAX);
        if (rc == VOC_OK) e->runs.at[e->runs.n++] = (struct part_run){.first = e->blocks.n};
    }
    if (rc != VOC_OK) return rc;
    e->blocks.at[e->blocks.n++] = b;
    e->runs.at[e->runs.n - 1].n++;
    e->runs.at[e->runs.n - 1].rows += b.rows;
    return VOC_OK;
}

static voc_rc simple(struct project *p, uint32_t flags, bool *is)
{
    bool linked = false;
    voc_rc rc = store_linked(p, &linked);
    *is = !linked && !(flags & (SETS_SEVERAL | SETS_UNLIKE)) && (flags & (SETS_WEAK | SETS_STRONG)) != (SETS_WEAK | SETS_STRONG);
    return rc;
}

static voc_rc read_catalogue(struct event_parts *e)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    uint64_t units = 0;
    uint32_t flags = 0;
    e->layout = (struct event_layout){.in_parts = true, .first_us = VOC_NA, .last_us = VOC_NA};
    voc_rc rc = db_prepare(e->p, &s, SELECT_BLOCKS);
    while (rc == VOC_OK) {
        rc = db_step(e->p, s, &row);
        if (rc != VOC_OK || !row) break;
        describe(e, s, &units);
        if (e->layout.in_parts) rc = read_block(e, s);
    }
    db_done(&s);
    if (rc == VOC_OK) rc = tuples_load(e->p, &e->layout.tuples, &e->layout.n_tuples);
    if (rc == VOC_OK) rc = space_flags(e->p, &flags);
    if (rc == VOC_OK) rc = simple(e->p, flags, &e->layout.simple_identity);
    e->layout.n_units = e->runs.n == 1 && units != UINT64_MAX ? units : 0;
    e->layout.n_runs = (uint32_t)e->runs.n;
    return rc;
}

// ---- parts -----------------------------------------------------------------------------------------------------------------

// Parts begin where a block of the longest run does, and no unit reaches over.
static voc_rc cut(struct event_parts *e, size_t rows)
{
    size_t longest = 0, held = 0;
    for (size_t r = 1; r < e->runs.n; r++)
        if (e->runs.at[r].rows > e->runs.at[longest].rows) longest = r;
    const struct part_run *run = &e->runs.at[longest];
    double share = e->layout.n_events ? (double)run->rows / (double)e->layout.n_events : 1; // what a part has of this run
    voc_rc rc = vec_reserve(&e->bounds, 1, UINT32_MAX);
    if (rc == VOC_OK) e->bounds.at[e->bounds.n++] = 0;
    for (size_t i = 0; rc == VOC_OK && i < run->n; i++) {
        const struct part_block *b = &e->blocks.at[run->first + i];
        if (i && (double)held >= (double)rows * share && b->first > b[-1].last) {
            rc = vec_reserve(&e->bounds, 1, UINT32_MAX);
            if (rc == VOC_OK) e->bounds.at[e->bounds.n++] = b->first;
            held = 0;
        }
        held += b->rows;
    }
    return rc;
}

bool parts_within(const struct event_parts *e, size_t part, uint64_t first, uint64_t last)
{
    return last >= e->bounds.at[part] && (part + 1 == e->bounds.n || first < e->bounds.at[part + 1]);
}

static size_t reach(const struct event_parts *e, const struct part_block *b)
{
    size_t n = 0;
    for (size_t p = 0; p < e->bounds.n && n < SPREAD; p++) n += parts_within(e, p, b->first, b->last);
    return n;
}

static voc_rc decode_shared(struct event_parts *e, struct part_block *b)
{
    struct part_piece *p = mem_zalloc(1, sizeof *p);
    if (!p) return VOC_E_NOMEM;
    (void)pthread_mutex_lock(&e->lock); // dictionaries are counted through the connection
    voc_rc rc = part_piece_open(p, e);
    (void)pthread_mutex_unlock(&e->lock);
    if (rc == VOC_OK) rc = part_piece_load(p, e, b);
    if (rc == VOC_OK) {
        part_piece_fit(p);
        b->shared = p;
        return VOC_OK;
    }
    part_piece_close(p);
    mem_free(p);
    return rc;
}

static voc_rc decode_spread(struct event_parts *e)
{
    voc_rc rc = VOC_OK;
    for (size_t r = 0; rc == VOC_OK && e->runs.n > 1 && r < e->runs.n; r++)
        for (size_t i = 0; rc == VOC_OK && i < e->runs.at[r].n; i++) {
            struct part_block *b = &e->blocks.at[e->runs.at[r].first + i];
            if (!b->shared && reach(e, b) >= SPREAD) rc = decode_shared(e, b);
        }
    return rc;
}

voc_rc parts_ready(struct event_parts *e)
{
    (void)pthread_mutex_lock(&e->decoding);
    voc_rc rc = e->decoded || !e->layout.in_parts ? VOC_OK : decode_spread(e);
    e->decoded = e->decoded || rc == VOC_OK;
    (void)pthread_mutex_unlock(&e->decoding);
    return rc;
}

void event_parts_free(struct event_parts *e)
{
    if (!e) return;
    for (size_t i = 0; i < e->blocks.n; i++) {
        if (!e->blocks.at[i].shared) continue;
        part_piece_close(e->blocks.at[i].shared);
        mem_free(e->blocks.at[i].shared);
    }
    vec_free(&e->blocks);
    vec_free(&e->runs);
    vec_free(&e->bounds);
    (void)sqlite3_blob_close(e->blob);
    if (e->has_lock) {
        (void)pthread_mutex_destroy(&e->lock);
        (void)pthread_mutex_destroy(&e->decoding);
    }
    mem_free(e);
}

// Partitions that follow each other, until there are rows enough.
static voc_rc plan_held(struct event_parts *e, size_t rows)
{
    size_t held = rows;
    held_layout(e->p, &e->layout);
    voc_rc rc = simple(e->p, held_flags(e->p), &e->layout.simple_identity);
    if (rc == VOC_OK) rc = tuples_load(e->p, &e->layout.tuples, &e->layout.n_tuples);
    for (unsigned k = 0; rc == VOC_OK && k < PARTITIONS; k++) {
        if (held >= rows) {
            rc = vec_reserve(&e->bounds, 1, UINT32_MAX);
            if (rc == VOC_OK) e->bounds.at[e->bounds.n++] = k;
            held = 0;
        }
        held += held_rows(e->p, k);
    }
    return rc;
}

voc_rc event_parts_plan(struct event_parts **out, struct project *p, uint32_t columns, size_t rows, struct diag *d)
{
    struct event_parts *e = mem_zalloc(1, sizeof *e);
    if (!e) return VOC_E_NOMEM;
    e->p = p;
    e->d = d;
    e->has_lock = pthread_mutex_init(&e->lock, NULL) == 0;
    if (e->has_lock && pthread_mutex_init(&e->decoding, NULL) != 0) {
        (void)pthread_mutex_destroy(&e->lock);
        e->has_lock = false;
    }
    voc_rc rc = e->has_lock ? project_hold(p) : VOC_E_NOMEM;
    if (rc == VOC_OK) rc = space_load(p, SPACE_SOURCE);
    if (rc == VOC_OK && p->held) rc = plan_held(e, rows ? rows : 1);
    else if (rc == VOC_OK) rc = read_catalogue(e);
    // People are what units are made of; with several runs their texts say where a unit belongs.
    e->wanted = columns & (EV_ALL | EV_TUPLE);
    const uint32_t named = p->held ? 0 : e->layout.has & (EV_CASE | EV_CUSTOMER | EV_ACCOUNT);
    e->columns = e->wanted | (e->wanted || p->held ? EV_TIME : 0) | named;
    if (rc == VOC_OK && e->layout.in_parts && (named == EV_CASE || named == EV_CUSTOMER || named == EV_ACCOUNT) &&
        !(e->wanted & (EV_CASE | EV_CUSTOMER | EV_ACCOUNT))) {
        e->sole = named;
        e->columns &= ~named;
        rc = space_count(p, named == EV_CASE ? SPACE_CASE : SPACE_ALIASES, &e->sole_limit);
    }
    if (rc == VOC_OK && e->runs.n > 1) rc = space_load(p, SPACE_ALIASES);
    if (rc == VOC_OK && e->runs.n > 1) rc = space_load(p, SPACE_CASE);
    if (rc == VOC_OK && e->layout.in_parts && e->runs.n) rc = cut(e, rows ? rows : 1);
    if (rc == VOC_OK) *out = e;
    else event_parts_free(e);
    return rc;
}

const struct event_layout *event_parts_layout(const struct event_parts *e) { return &e->layout; }

size_t event_parts_n(const struct event_parts *e) { return e->bounds.n; }

size_t event_parts_find(const struct event_parts *e, uint64_t key)
{
    size_t lo = 0, hi = e->bounds.n; // the last one that begins at or before it
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (e->bounds.at[mid] <= key) lo = mid;
        else hi = mid;
    }
    return lo;
}
