// SPDX-License-Identifier: MIT
// Reads one part (parts.h). With one run a part is a few blocks, decoded behind each other into arrays that are used again.
// With several, the units of all runs are merged: by key, then text; rows of one unit by time, then in the order of the
// runs. The bytes of a block are copied while the project's connection is locked; all else runs in parallel.
#include <string.h>
#include "store/events/held.h"
#include "store/events/parts_int.h"
#include "base/cancel.h"
#include "base/hash.h"
#include "store/sort.h"

struct segment { // the rows of one unit in one piece
    uint64_t key;
    voc_str text;
    const struct part_piece *piece;
    size_t first, n;
    uint32_t code;
    uint8_t kind;
};
struct part_reader { // owns
    struct event_parts *e; // borrows
    struct held_reader held; // where the project holds the events; then nothing else is used
    struct part_piece own; // of the run, or of all blocks that are not shared
    VEC(struct part_piece *) pieces; // one for each further block of several runs; owned
    size_t n_pieces;       // in use
    // merged
    VEC(struct segment) segments;
    struct event_columns merged;
    VEC(size_t) unit_first;
    VEC(uint32_t) unit_code;
    VEC(uint8_t) unit_kind;
    VEC(struct row_origin) from;
};

// ---- pieces ----------------------------------------------------------------------------------------------------------------

voc_rc part_piece_open(struct part_piece *p, struct event_parts *e)
{
    *p = (struct part_piece){0};
    if (e->sole && !(p->code_runs = mem_alloc(BLOCK_ROWS * sizeof *p->code_runs))) return VOC_E_NOMEM;
    return event_columns_open(&p->columns, e->p, e->columns);
}

static void bytes_done(struct part_piece *p)
{
    for (size_t i = 0; i < p->cap_bytes; i++) {
        block_reader_done(&p->bytes[i].r);
        buf_done(&p->bytes[i].blob);
    }
    mem_free(p->bytes);
    p->bytes = NULL;
    p->n_bytes = p->cap_bytes = 0;
}

void part_piece_close(struct part_piece *p)
{
    event_columns_close(&p->columns);
    bytes_done(p);
    mem_free(p->code_runs);
    vec_free(&p->unit_first);
    vec_free(&p->unit_code);
    vec_free(&p->unit_kind);
    vec_free(&p->unit_key);
}

void part_piece_fit(struct part_piece *p)
{
    bool texts = false;
    for (unsigned i = 0; i < EC_TEXTS; i++) texts = texts || p->columns.text[i];
    event_columns_fit(&p->columns);
    if (!texts) bytes_done(p);
    mem_free(p->code_runs);
    p->code_runs = NULL;
}

void part_piece_clear(struct part_piece *p)
{
    p->columns.n = p->n_bytes = p->unit_first.n = p->unit_code.n = p->unit_kind.n = p->unit_key.n = 0;
}

static voc_rc bytes_ready(struct part_piece *p)
{
    if (p->n_bytes < p->cap_bytes) return VOC_OK;
    size_t cap = p->cap_bytes ? 2 * p->cap_bytes : 2;
    struct piece_bytes *grown = mem_realloc(p->bytes, cap * sizeof *grown);
    if (!grown) return VOC_E_NOMEM;
    p->bytes = grown;
    for (; p->cap_bytes < cap; p->cap_bytes++) {
        struct piece_bytes *b = &p->bytes[p->cap_bytes];
        buf_init(&b->blob, 0x7fffffff);
        voc_rc rc = block_reader_init(&b->r);
        if (rc != VOC_OK) return rc;
    }
    return VOC_OK;
}

// Makes e->blob the data of this block.
static voc_rc open_blob(struct event_parts *e, int64_t block)
{
    int rc = e->blob ? sqlite3_blob_reopen(e->blob, block) : sqlite3_blob_open(e->p->db, "main", "block", "data", block, 0, &e->blob);
    if (rc == SQLITE_OK) return VOC_OK;
    (void)sqlite3_blob_close(e->blob); // one that could not be opened again is of no use
    e->blob = NULL;
    return rc == SQLITE_ERROR ? parts_damaged(e, block, "it is gone") : db_fail(e->p, rc, "the project file cannot be read");
}

// Up to `end`, or to the end of the block; the buffer has what stands before.
static voc_rc copy_on(struct event_parts *e, struct buf *to, size_t end)
{
    size_t size = (size_t)sqlite3_blob_bytes(e->blob), n = (end < size ? end : size) - to->len;
    if (end <= to->len || n == 0) return VOC_OK;
    char *room = buf_room(to, n);
    if (!room) return to->rc;
    int rc = sqlite3_blob_read(e->blob, room, (int)n, (int)to->len);
    if (rc != SQLITE_OK) return db_fail(e->p, rc, "the project file cannot be read");
    to->len += n;
    return VOC_OK;
}

// The block's bytes up to the last column that is asked for: what stands behind stays in the file.
static voc_rc copy_bytes(struct event_parts *e, int64_t block, uint64_t columns, struct buf *to)
{
    (void)pthread_mutex_lock(&e->lock);
    buf_clear(to);
    voc_rc rc = cancel_requested() ? VOC_CANCELLED : open_blob(e, block);
    if (rc == VOC_OK) rc = copy_on(e, to, BLOCK_HEAD);
    if (rc == VOC_OK) rc = copy_on(e, to, block_extent(to->ptr, to->len, columns));
    (void)pthread_mutex_unlock(&e->lock);
    return rc;
}

static uint32_t at(const uint32_t *column, size_t i) { return column ? column[i] : 0; }

// Room for n units more; the end goes, which is no end any more.
static voc_rc units_ready(struct part_piece *p, const struct event_parts *e, size_t n)
{
    voc_rc rc = vec_reserve(&p->unit_first, n + 1, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&p->unit_code, n, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&p->unit_kind, n, SIZE_MAX / 64);
    if (rc == VOC_OK && e->runs.n > 1) rc = vec_reserve(&p->unit_key, n, SIZE_MAX / 64);
    if (rc == VOC_OK && p->unit_first.n > p->unit_code.n) p->unit_first.n--;
    return rc;
}

static uint64_t unit_key(const struct event_parts *e, uint32_t code, unsigned kind)
{
    voc_str text = e->p->space[kind == VOC_UNIT_CASE ? SPACE_CASE : SPACE_ALIASES].text[code];
    return hash64(text.ptr, text.len, 0);
}

// Room is there.
static inline void add_unit(struct part_piece *p, const struct event_parts *e, size_t first, uint32_t code, unsigned kind)
{
    p->unit_first.at[p->unit_first.n++] = first;
    p->unit_code.at[p->unit_code.n++] = code;
    p->unit_kind.at[p->unit_kind.n++] = (uint8_t)kind;
    if (e->runs.n > 1) p->unit_key.at[p->unit_key.n++] = unit_key(e, code, kind);
}

// Whether the last unit of the blocks before is this one.
static bool goes_on(const struct part_piece *p, uint32_t code, unsigned kind)
{
    return p->unit_code.n && p->unit_code.at[p->unit_code.n - 1] == code && p->unit_kind.at[p->unit_kind.n - 1] == kind;
}

static voc_rc add_units(struct part_piece *p, const struct event_parts *e, size_t from)
{
    struct event_block b;
    event_columns_show(&p->columns, &b);
    const uint32_t *const by_kind[4] = {NULL, [VOC_UNIT_CASE] = b.case_id, [VOC_UNIT_ACCOUNT] = b.account, [VOC_UNIT_INDIVIDUAL] = b.customer};
    voc_rc rc = units_ready(p, e, 1);
    for (size_t i = from; rc == VOC_OK && i < b.n;) {
        unsigned kind = at(b.case_id, i) ? VOC_UNIT_CASE : at(b.account, i) ? VOC_UNIT_ACCOUNT : at(b.customer, i) ? VOC_UNIT_INDIVIDUAL : 0;
        uint32_t code = at(by_kind[kind], i);
        rc = units_ready(p, e, 1);
        if (rc != VOC_OK) return rc;
        if (i != from || !goes_on(p, code, kind)) add_unit(p, e, i, code, kind);
        // rows of a unit: the columns above its own are empty all through
        for (i++; i < b.n && at(by_kind[kind], i) == code && (kind == VOC_UNIT_CASE || !at(b.case_id, i)) &&
                  (kind == VOC_UNIT_CASE || kind == VOC_UNIT_ACCOUNT || !at(b.account, i)) && (kind || !at(b.customer, i));)
            i++;
    }
    if (rc == VOC_OK) p->unit_first.at[p->unit_first.n++] = b.n;
    return rc;
}

static unsigned sole_column(const struct event_parts *e)
{
    return e->sole == EV_CASE ? COLUMN_CASE : e->sole == EV_ACCOUNT ? COLUMN_ACCOUNT : COLUMN_CUSTOMER;
}

// The same where one column alone names units: its runs are they.
static voc_rc add_sole_units(struct part_piece *p, const struct event_parts *e, struct block_reader *r, size_t from)
{
    const unsigned kind = e->sole == EV_CASE ? VOC_UNIT_CASE : e->sole == EV_ACCOUNT ? VOC_UNIT_ACCOUNT : VOC_UNIT_INDIVIDUAL;
    size_t n = 0, first = from;
    voc_rc rc = block_read_runs(r, sole_column(e), e->sole_limit, p->code_runs, &n, p->columns.scratch);
    if (rc == VOC_OK) rc = units_ready(p, e, n);
    if (rc != VOC_OK) return rc;
    const struct code_run *const runs = p->code_runs;
    size_t k = goes_on(p, runs[0].code, runs[0].code ? kind : 0), m = p->unit_code.n; // a block has rows
    if (k) first += runs[0].rows;
    size_t *const first_at = p->unit_first.at;
    uint32_t *const code_at = p->unit_code.at;
    uint8_t *const kind_at = p->unit_kind.at;
    for (; k < n; k++, m++) {
        first_at[m] = first;
        code_at[m] = runs[k].code;
        kind_at[m] = (uint8_t)(runs[k].code ? kind : 0);
        first += runs[k].rows;
    }
    first_at[m] = first;
    for (size_t i = p->unit_code.n; e->runs.n > 1 && i < m; i++) p->unit_key.at[p->unit_key.n++] = unit_key(e, code_at[i], kind_at[i]);
    p->unit_code.n = p->unit_kind.n = m;
    p->unit_first.n = m + 1;
    return VOC_OK;
}

voc_rc part_piece_load(struct part_piece *p, struct event_parts *e, const struct part_block *b)
{
    size_t from = p->columns.n;
    voc_rc rc = bytes_ready(p);
    if (rc != VOC_OK) return rc;
    struct piece_bytes *own = &p->bytes[p->n_bytes++];
    uint64_t columns = event_columns_read(&p->columns) | (e->sole ? UINT64_C(1) << sole_column(e) : 0);
    rc = copy_bytes(e, b->id, columns, &own->blob);
    if (rc != VOC_OK) return rc;
    rc = block_open(&own->r, BLOCK_EVENTS, own->blob.ptr, own->blob.len);
    if (rc == VOC_OK && own->r.rows != b->rows) return parts_damaged(e, b->id, "its number of rows is not the one in the catalogue");
    if (rc == VOC_OK) rc = event_columns_add(&p->columns, &own->r, b->import, b->source);
    if (rc == VOC_OK) rc = e->sole ? add_sole_units(p, e, &own->r, from) : add_units(p, e, from);
    return rc == VOC_E_INPUT ? parts_damaged(e, b->id, own->r.why) : rc;
}

// ---- one run ---------------------------------------------------------------------------------------------------------------

static voc_rc read_run(struct part_reader *r, size_t part, struct event_part *out)
{
    struct event_parts *e = r->e;
    voc_rc rc = VOC_OK;
    part_piece_clear(&r->own);
    for (size_t i = 0; rc == VOC_OK && i < e->blocks.n; i++)
        if (parts_within(e, part, e->blocks.at[i].first, e->blocks.at[i].last)) rc = part_piece_load(&r->own, e, &e->blocks.at[i]);
    if (rc != VOC_OK) return rc;
    event_columns_show(&r->own.columns, &out->b);
    out->tuple = r->own.columns.tuple;
    out->n_units = r->own.unit_code.n;
    out->unit_first = r->own.unit_first.at;
    out->unit_code = r->own.unit_code.at;
    out->unit_kind = r->own.unit_kind.at;
    return VOC_OK;
}

// ---- several runs ----------------------------------------------------------------------------------------------------------

static int by_unit(const struct segment *x, const struct segment *y)
{
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    int c = str_cmp(x->text, y->text);
    return c ? c : (x->kind > y->kind) - (x->kind < y->kind);
}

static int segment_order(const void *a, const void *b, const void *user)
{
    (void)user;
    return by_unit(a, b);
}

static voc_rc add_segments(struct part_reader *r, const struct part_piece *p, size_t part)
{
    const struct event_parts *e = r->e;
    voc_rc rc = vec_reserve(&r->segments, p->unit_code.n, SIZE_MAX / 128);
    for (size_t u = 0; rc == VOC_OK && u < p->unit_code.n; u++) {
        uint64_t key = p->unit_key.at[u];
        if (!parts_within(e, part, key, key)) continue;
        r->segments.at[r->segments.n++] = (struct segment){
            .key = key, .piece = p, .first = p->unit_first.at[u], .n = p->unit_first.at[u + 1] - p->unit_first.at[u],
            .code = p->unit_code.at[u], .kind = p->unit_kind.at[u],
            .text = e->p->space[p->unit_kind.at[u] == VOC_UNIT_CASE ? SPACE_CASE : SPACE_ALIASES] .text[p->unit_code.at[u]]};
    }
    return rc;
}

static voc_rc next_piece(struct part_reader *r, struct part_piece **out)
{
    if (r->n_pieces == r->pieces.n) {
        voc_rc rc = vec_reserve(&r->pieces, 1, UINT32_MAX);
        struct part_piece *fresh = rc == VOC_OK ? mem_zalloc(1, sizeof *fresh) : NULL;
        if (!fresh) return rc == VOC_OK ? VOC_E_NOMEM : rc;
        r->pieces.at[r->pieces.n++] = fresh;
        (void)pthread_mutex_lock(&r->e->lock); // dictionaries are counted through the connection
        rc = part_piece_open(fresh, r->e);
        (void)pthread_mutex_unlock(&r->e->lock);
        if (rc != VOC_OK) return rc;
    }
    *out = r->pieces.at[r->n_pieces++];
    part_piece_clear(*out);
    return VOC_OK;
}

static voc_rc gather(struct part_reader *r, size_t part)
{
    struct event_parts *e = r->e;
    voc_rc rc = VOC_OK;
    r->segments.n = r->n_pieces = 0;
    for (size_t k = 0; rc == VOC_OK && k < e->runs.n; k++) {
        struct part_piece *own = NULL;
        for (size_t i = 0; rc == VOC_OK && i < e->runs.at[k].n; i++) {
            const struct part_block *b = &e->blocks.at[e->runs.at[k].first + i];
            if (!parts_within(e, part, b->first, b->last)) continue;
            if (b->shared) {
                rc = add_segments(r, b->shared, part);
                continue;
            }
            if (!own) rc = next_piece(r, &own);
            if (rc == VOC_OK) rc = part_piece_load(own, e, b);
        }
        if (rc == VOC_OK && own) rc = add_segments(r, own, part);
    }
    return rc == VOC_OK ? sort_stable(r->segments.at, r->segments.n, sizeof *r->segments.at, segment_order, NULL) : rc;
}

static int by_time(const void *a, const void *b, const void *user)
{
    const struct row_origin *x = a, *y = b;
    (void)user;
    if (x->time_us != y->time_us) return x->time_us < y->time_us ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

// The rows of the merged units, in order, as places in pieces.
static voc_rc merge_units(struct part_reader *r)
{
    r->from.n = r->unit_first.n = r->unit_code.n = r->unit_kind.n = 0;
    voc_rc rc = vec_reserve(&r->unit_first, r->segments.n + 1, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&r->unit_code, r->segments.n + 1, SIZE_MAX / 64);
    if (rc == VOC_OK) rc = vec_reserve(&r->unit_kind, r->segments.n + 1, SIZE_MAX / 64);
    for (size_t s = 0, next; rc == VOC_OK && s < r->segments.n; s = next) {
        const struct segment *unit = &r->segments.at[s];
        size_t first = r->from.n;
        for (next = s; rc == VOC_OK && next < r->segments.n && by_unit(unit, &r->segments.at[next]) == 0; next++) {
            const struct segment *x = &r->segments.at[next];
            const int64_t *time = x->piece->columns.wide[0];
            rc = vec_reserve(&r->from, x->n, SIZE_MAX / 64);
            for (size_t i = 0; rc == VOC_OK && i < x->n; i++) {
                r->from.at[r->from.n] = (struct row_origin){&x->piece->columns, x->first + i, r->from.n, time[x->first + i]};
                r->from.n++;
            }
        }
        if (rc == VOC_OK && next - s > 1) rc = sort_stable(r->from.at + first, r->from.n - first, sizeof *r->from.at, by_time, NULL);
        r->unit_first.at[r->unit_first.n++] = first;
        r->unit_code.at[r->unit_code.n++] = unit->code;
        r->unit_kind.at[r->unit_kind.n++] = unit->kind;
    }
    if (rc == VOC_OK) r->unit_first.at[r->unit_first.n++] = r->from.n;
    return rc;
}

static size_t count_units(const struct part_reader *r)
{
    size_t n = 0;
    for (size_t s = 0; s < r->segments.n; s++) n += s == 0 || by_unit(&r->segments.at[s - 1], &r->segments.at[s]) != 0;
    return n;
}

static voc_rc read_runs(struct part_reader *r, size_t part, struct event_part *out)
{
    voc_rc rc = gather(r, part);
    if (rc == VOC_OK && !(r->e->columns & EV_TIME)) {
        out->n_units = count_units(r);
        return VOC_OK;
    }
    if (rc == VOC_OK) rc = merge_units(r);
    struct event_columns *to = &r->merged;
    to->n = 0;
    if (rc == VOC_OK) rc = event_columns_room(to, r->from.n);
    if (rc != VOC_OK) return rc;
    event_columns_gather(to, r->from.at, r->from.n);
    event_columns_show(to, &out->b);
    out->tuple = to->tuple;
    out->n_units = r->unit_code.n;
    out->unit_first = r->unit_first.at;
    out->unit_code = r->unit_code.at;
    out->unit_kind = r->unit_kind.at;
    return VOC_OK;
}

// ---- held ------------------------------------------------------------------------------------------------------------------

static voc_rc read_held(struct part_reader *r, size_t part, struct event_part *out)
{
    const struct event_parts *e = r->e;
    const uint64_t end = part + 1 < e->bounds.n ? e->bounds.at[part + 1] : PARTITIONS;
    voc_rc rc = VOC_OK;
    held_reader_clear(&r->held);
    for (uint64_t k = e->bounds.at[part]; rc == VOC_OK && k < end; k++) rc = held_reader_add(&r->held, (unsigned)k);
    if (rc != VOC_OK) return rc;
    event_columns_show(&r->held.c, &out->b);
    out->tuple = r->held.c.tuple;
    out->n_units = r->held.unit_code.n;
    out->unit_first = r->held.unit_first.at;
    out->unit_code = r->held.unit_code.at;
    out->unit_kind = r->held.unit_kind.at;
    return VOC_OK;
}

// ---- the reader ------------------------------------------------------------------------------------------------------------

voc_rc part_reader_new(struct part_reader **out, struct event_parts *e)
{
    struct part_reader *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    r->e = e;
    (void)pthread_mutex_lock(&e->lock); // dictionaries are counted through the connection
    voc_rc rc = e->p->held ? held_reader_open(&r->held, e->p, e->columns) : part_piece_open(&r->own, e);
    if (rc == VOC_OK && !e->p->held) rc = event_columns_open(&r->merged, e->p, e->columns);
    (void)pthread_mutex_unlock(&e->lock);
    if (rc == VOC_OK) rc = parts_ready(e);
    if (rc == VOC_OK) *out = r;
    else part_reader_free(r);
    return rc;
}

void part_reader_free(struct part_reader *r)
{
    if (!r) return;
    held_reader_close(&r->held);
    part_piece_close(&r->own);
    for (size_t i = 0; i < r->pieces.n; i++) {
        part_piece_close(r->pieces.at[i]);
        mem_free(r->pieces.at[i]);
    }
    vec_free(&r->pieces);
    vec_free(&r->segments);
    event_columns_close(&r->merged);
    vec_free(&r->unit_first);
    vec_free(&r->unit_code);
    vec_free(&r->unit_kind);
    vec_free(&r->from);
    mem_free(r);
}

voc_rc part_read(struct part_reader *r, size_t part, struct event_part *out)
{
    *out = (struct event_part){0};
    if (part >= r->e->bounds.n) return VOC_E_BUG;
    if (r->e->p->held) return read_held(r, part, out);
    return r->e->runs.n == 1 ? read_run(r, part, out) : read_runs(r, part, out);
}
