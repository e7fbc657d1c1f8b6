// SPDX-License-Identifier: MIT
// Merges runs of blocks into one (settle.h): units by the hash of their text and that text, rows of a unit by time, actor
// class as written, own id, source, record, row (METHODS 0.2 as far as the store knows it). Each run is in that order
// already, so the memory is one decoded block for each, and the one that is written.
#include <inttypes.h>
#include "base/cancel.h"
#include "base/hash.h"
#include "store/events/settle.h"

static const char SELECT_DATA[] = "SELECT data FROM block WHERE id = ?";
static const char DELETE_BLOCK[] = "DELETE FROM block WHERE id = ?";

// ---- keys of units ---------------------------------------------------------------------------------------------------------

static voc_rc hash_names(void *user, uint32_t first, const voc_str *texts, size_t n)
{
    uint64_t *to = user;
    for (size_t i = 0; i < n; i++) to[first + i] = hash64(texts[i].ptr, texts[i].len, 0);
    return VOC_OK;
}

static voc_rc load_space(uint64_t **out, struct project *p, unsigned space)
{
    uint32_t n = 0;
    voc_rc rc = space_count(p, space, &n);
    if (rc == VOC_OK && !(*out = mem_alloc(n * sizeof **out))) rc = VOC_E_NOMEM;
    if (rc != VOC_OK) return rc;
    (*out)[0] = hash64("", 0, 0); // rows that name nobody
    return space_each(p, space, hash_names, *out);
}

voc_rc settle_keys_load(struct settle_keys *k, struct project *p)
{
    voc_rc rc = load_space(&k->cases, p, SPACE_CASE);
    return rc == VOC_OK ? load_space(&k->aliases, p, SPACE_ALIASES) : rc;
}

void settle_keys_free(struct settle_keys *k)
{
    mem_free(k->cases);
    mem_free(k->aliases);
    *k = (struct settle_keys){0};
}

// ---- one run ---------------------------------------------------------------------------------------------------------------

struct cursor { // owns; the row at hand of a run
    struct event_columns c;
    struct event_block b;
    struct block_reader block;
    struct buf blob;
    const struct settle_run *run;
    size_t next, row; // block of the run; row of the block
    bool over;
    uint64_t key;     // of the row's unit
    uint32_t code, kind;
};
struct merge { // owns
    struct project *p;
    const struct settle_keys *keys;         // borrows
    struct settle_blocks *blocks;           // borrows
    const struct import_source *imports;    // borrows from the project
    size_t n_imports;
    struct cursor cursor[SETTLE_RUNS];
    size_t n;
    sqlite3_stmt *select, *delete;
    struct settle_writer writer;
};

static voc_rc damaged(struct merge *m, int64_t block, const char *why)
{
    return db_damaged(m->p, "block %" PRId64 ": %s", block, why);
}

// The bytes of a block, which goes out of the file.
static voc_rc take_bytes(struct merge *m, int64_t block, struct buf *to)
{
    bool row = false;
    buf_clear(to);
    voc_rc rc = db_bind(m->p, m->select, "i", block);
    if (rc == VOC_OK) rc = db_step(m->p, m->select, &row);
    if (rc == VOC_OK && !row) rc = damaged(m, block, "it is gone");
    voc_str data = rc == VOC_OK ? db_text(m->select, 0) : STR("");
    if (rc == VOC_OK) rc = buf_add(to, data.ptr, data.len);
    (void)sqlite3_reset(m->select);
    return rc == VOC_OK ? db_run(m->p, m->delete, "i", block) : rc;
}

// Which unit the row at hand belongs to.
static void look(const struct merge *m, struct cursor *c)
{
    const struct event_block *b = &c->b;
    uint32_t kind = b->case_id[c->row] ? VOC_UNIT_CASE : b->account[c->row] ? VOC_UNIT_ACCOUNT : b->customer[c->row] ? VOC_UNIT_INDIVIDUAL : 0;
    c->code = kind == VOC_UNIT_CASE ? b->case_id[c->row] : kind == VOC_UNIT_ACCOUNT ? b->account[c->row] : b->customer[c->row];
    c->kind = kind;
    c->key = (kind == VOC_UNIT_CASE ? m->keys->cases : m->keys->aliases)[c->code];
}

static voc_rc load(struct merge *m, struct cursor *c)
{
    c->over = c->next == c->run->n;
    if (c->over) return VOC_OK;
    if (cancel_requested()) return VOC_CANCELLED;
    const struct settle_block *b = &m->blocks->v.at[c->run->first + c->next++];
    const struct import_source *x = c->run->owner < 0 ? NULL : imports_find(m->imports, m->n_imports, c->run->owner);
    if (c->run->owner >= 0 && (!x || x->source == 0 || x->number < 1 || x->number > UINT32_MAX)) return damaged(m, b->id, "the import that it belongs to is missing");
    voc_rc rc = take_bytes(m, b->id, &c->blob);
    if (rc != VOC_OK) return rc;
    c->c.n = c->row = 0;
    rc = block_open(&c->block, BLOCK_EVENTS, c->blob.ptr, c->blob.len);
    if (rc == VOC_OK && c->block.rows != b->rows) return damaged(m, b->id, "its number of rows is not the one in the catalogue");
    if (rc == VOC_OK) rc = event_columns_add(&c->c, &c->block, x ? (uint32_t)x->number : 0, x ? x->source : 0);
    if (rc == VOC_E_INPUT) return damaged(m, b->id, c->block.why);
    if (rc != VOC_OK) return rc;
    event_columns_show(&c->c, &c->b);
    look(m, c);
    return VOC_OK;
}

static voc_rc step(struct merge *m, struct cursor *c)
{
    if (++c->row == c->c.n) return load(m, c);
    look(m, c);
    return VOC_OK;
}

// ---- order -----------------------------------------------------------------------------------------------------------------

// *order: below, at or above 0. Two texts of one hash are as good as never seen.
static voc_rc by_unit(struct merge *m, const struct cursor *x, const struct cursor *y, int *order)
{
    voc_str tx = {"", 0}, ty = {"", 0};
    *order = x->key != y->key ? (x->key < y->key ? -1 : 1) : 0;
    if (*order || (x->kind == y->kind && x->code == y->code)) return VOC_OK;
    voc_rc rc = space_find(m->p, x->kind == VOC_UNIT_CASE ? SPACE_CASE : SPACE_ALIASES, x->code, &tx);
    if (rc == VOC_OK) rc = space_find(m->p, y->kind == VOC_UNIT_CASE ? SPACE_CASE : SPACE_ALIASES, y->code, &ty);
    if (rc == VOC_OK) *order = str_cmp(tx, ty);
    if (rc == VOC_OK && *order == 0) *order = (x->kind > y->kind) - (x->kind < y->kind);
    return rc;
}

static uint32_t class_of(const struct cursor *c)
{
    uint8_t actor = c->c.tuples[c->c.tuple[c->row]].actor;
    return actor == VOC_ACTOR_COMPANY ? 1 : actor == VOC_ACTOR_OTHER ? 2 : 0; // unset is read as the customer
}

static int by_row(const struct merge *m, const struct cursor *x, const struct cursor *y)
{
    const struct event_block *a = &x->b, *b = &y->b;
    size_t i = x->row, k = y->row;
    if (a->time_us[i] != b->time_us[k]) return a->time_us[i] < b->time_us[k] ? -1 : 1;
    uint32_t cx = class_of(x), cy = class_of(y);
    if (cx != cy) return cx < cy ? -1 : 1;
    int c = str_cmp(a->id[i], b->id[k]);
    const voc_str *source = m->p->space[SPACE_SOURCE].text;
    if (c == 0 && a->source[i] != b->source[k]) c = str_cmp(source[a->source[i]], source[b->source[k]]);
    if (c) return c;
    if (a->record[i] != b->record[k]) return a->record[i] < b->record[k] ? -1 : 1;
    return (a->sub[i] > b->sub[k]) - (a->sub[i] < b->sub[k]);
}

// ---- the merge -------------------------------------------------------------------------------------------------------------

static voc_rc merge_open(struct merge *m, int64_t owner, const struct settle_run *runs)
{
    voc_rc rc = imports_load(m->p, &m->imports, &m->n_imports);
    if (rc == VOC_OK) rc = db_prepare(m->p, &m->select, SELECT_DATA);
    if (rc == VOC_OK) rc = db_prepare(m->p, &m->delete, DELETE_BLOCK);
    if (rc == VOC_OK) rc = settle_writer_open(&m->writer, m->p, owner);
    for (size_t i = 0; rc == VOC_OK && i < m->n; i++) {
        struct cursor *c = &m->cursor[i];
        c->run = &runs[i];
        buf_init(&c->blob, 0x7fffffff);
        rc = block_reader_init(&c->block);
        if (rc == VOC_OK) rc = event_columns_open(&c->c, m->p, SETTLE_COLUMNS);
        if (rc == VOC_OK) rc = load(m, c);
    }
    return rc;
}

static void merge_close(struct merge *m)
{
    for (size_t i = 0; i < m->n; i++) {
        event_columns_close(&m->cursor[i].c);
        block_reader_done(&m->cursor[i].block);
        buf_done(&m->cursor[i].blob);
    }
    settle_writer_close(&m->writer);
    db_done(&m->select);
    db_done(&m->delete);
}

// The runs that have the first unit of all that are left. None: the end.
static voc_rc first_unit(struct merge *m, struct cursor *same[SETTLE_RUNS], size_t *n)
{
    int order = 0;
    *n = 0;
    for (size_t i = 0; i < m->n; i++) {
        struct cursor *c = &m->cursor[i];
        if (c->over) continue;
        voc_rc rc = *n ? by_unit(m, c, same[0], &order) : VOC_OK;
        if (rc != VOC_OK) return rc;
        if (order < 0) *n = 0;
        if (*n == 0 || order == 0) same[(*n)++] = c;
        order = 0;
    }
    return VOC_OK;
}

static voc_rc merge_unit(struct merge *m, struct cursor *same[SETTLE_RUNS], size_t n)
{
    const uint64_t key = same[0]->key;
    const struct { uint32_t code, kind; } unit = {same[0]->code, same[0]->kind};
    voc_rc rc = VOC_OK;
    for (bool begins = true; rc == VOC_OK && n; begins = false) {
        size_t least = 0;
        for (size_t i = 1; i < n; i++)
            if (by_row(m, same[i], same[least]) < 0) least = i;
        struct cursor *c = same[least];
        rc = settle_writer_row(&m->writer, &c->c, c->row, key, begins);
        if (rc == VOC_OK) rc = step(m, c);
        if (rc == VOC_OK && (c->over || c->code != unit.code || c->kind != unit.kind)) same[least] = same[--n];
    }
    return rc;
}

static voc_rc merged(struct merge *m, struct settle_run *out)
{
    const size_t n = m->writer.written.n;
    voc_rc rc = vec_reserve(&m->blocks->v, n, UINT32_MAX);
    if (rc != VOC_OK) return rc;
    *out = (struct settle_run){.owner = m->writer.owner, .first = m->blocks->v.n, .n = n};
    for (size_t i = 0; i < n; i++) {
        m->blocks->v.at[m->blocks->v.n++] = m->writer.written.at[i];
        out->rows += m->writer.written.at[i].rows;
    }
    return VOC_OK;
}

voc_rc settle_merge(struct project *p, const struct settle_keys *keys, struct settle_blocks *blocks, const struct settle_run *runs,
                    size_t n, int64_t owner, struct settle_run *out)
{
    struct merge *m = mem_zalloc(1, sizeof *m);
    if (!m) return VOC_E_NOMEM;
    *m = (struct merge){.p = p, .keys = keys, .blocks = blocks, .n = n};
    struct cursor *same[SETTLE_RUNS];
    size_t n_same = 1;
    voc_rc rc = n <= SETTLE_RUNS ? merge_open(m, owner, runs) : VOC_E_BUG;
    while (rc == VOC_OK && n_same) {
        rc = first_unit(m, same, &n_same);
        if (rc == VOC_OK && n_same) rc = merge_unit(m, same, n_same);
    }
    if (rc == VOC_OK) rc = settle_writer_end(&m->writer);
    for (size_t i = 0; rc == VOC_OK && i < n; i++)
        if (runs[i].owner < 0) rc = shares_write(p, runs[i].owner, &(struct shares){0}); // it has nothing any more
    if (rc == VOC_OK) rc = merged(m, out);
    merge_close(m);
    mem_free(m);
    return rc;
}
