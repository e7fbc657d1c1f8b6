// SPDX-License-Identifier: MIT
// Writes blocks whose rows are of several imports (settle.h). Rows come in their order, one by one, and are copied, texts
// too: what they were decoded from goes on meanwhile. As in import_events.c a block ends where a unit does, unless the unit
// is longer than half a block.
#include "store/events/settle.h"

static const char INSERT_BLOCK[] =
    "INSERT INTO block(import, kind, rows, has_ids, first_us, last_us, first_unit, last_unit, data, first_key, last_key, units, kinds, has, last_resolution)"
    " VALUES (?, 1, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?, ?, ?)";

voc_rc settle_writer_open(struct settle_writer *w, struct project *p, int64_t owner)
{
    *w = (struct settle_writer){.p = p, .owner = owner};
    buf_init(&w->blob, 0x7fffffff);
    arena_init(&w->texts, 0);
    w->key = mem_alloc(BLOCK_ROWS * sizeof *w->key);
    w->begins = mem_alloc(BLOCK_ROWS * sizeof *w->begins);
    w->ints = mem_alloc(BLOCK_ROWS * sizeof *w->ints);
    voc_rc rc = block_writer_init(&w->block);
    if (rc == VOC_OK && !(w->key && w->begins && w->ints)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = event_columns_open(&w->out, p, SETTLE_COLUMNS);
    if (rc == VOC_OK) rc = event_columns_room(&w->out, BLOCK_ROWS);
    return rc == VOC_OK ? db_prepare(p, &w->insert, INSERT_BLOCK) : rc;
}

void settle_writer_close(struct settle_writer *w)
{
    event_columns_close(&w->out);
    block_writer_done(&w->block);
    buf_done(&w->blob);
    arena_done(&w->texts);
    vec_free(&w->shares.v);
    vec_free(&w->written);
    mem_free(w->key);
    mem_free(w->begins);
    mem_free(w->ints);
    db_done(&w->insert);
}

// ---- a block ---------------------------------------------------------------------------------------------------------------

static bool put_codes(struct settle_writer *w, unsigned column, const uint32_t *v, size_t n)
{
    uint32_t any = 0;
    for (size_t k = 0; k < n; k++) {
        w->ints[k] = v[k];
        any |= v[k];
    }
    block_ints(&w->block, column, w->ints);
    return any;
}

static bool put_texts(struct settle_writer *w, unsigned column, const voc_str *v, size_t n)
{
    bool any = false;
    for (size_t k = 0; k < n; k++) any = any || v[k].len;
    if (any) block_text(&w->block, column, v);
    else block_same_text(&w->block, column, STR(""));
    return any;
}

static bool put_money(struct settle_writer *w, unsigned column, const int64_t *v, size_t n)
{
    bool any = false;
    for (size_t k = 0; k < n; k++) any = any || v[k] != VOC_NA;
    block_ints(&w->block, column, v);
    return any;
}

// The columns of the first n rows; EV_* of what some row has.
static uint32_t put_columns(struct settle_writer *w, const struct event_block *b, size_t n)
{
    uint32_t has = 0;
    block_begin(&w->block, BLOCK_EVENTS, n);
    block_ints(&w->block, COLUMN_TIME, b->time_us);
    (void)put_codes(w, COLUMN_TUPLE, w->out.tuple, n);
    has |= put_codes(w, COLUMN_CASE, b->case_id, n) ? EV_CASE : 0;
    has |= put_codes(w, COLUMN_CUSTOMER, b->customer, n) ? EV_CUSTOMER : 0;
    has |= put_codes(w, COLUMN_ACCOUNT, b->account, n) ? EV_ACCOUNT : 0;
    has |= put_codes(w, COLUMN_OBJECT, b->object, n) ? EV_OBJECT : 0;
    has |= put_codes(w, COLUMN_THREAD, b->thread, n) ? EV_THREAD : 0;
    (void)put_codes(w, COLUMN_SUB, b->sub, n);
    (void)put_codes(w, COLUMN_IMPORT, b->import, n);
    block_ints(&w->block, COLUMN_RECORD, (const int64_t *)b->record);
    for (size_t k = 0; k < n; k++) w->ints[k] = (int64_t)(b->line[k] - b->record[k]);
    block_ints(&w->block, COLUMN_LINE, w->ints);
    has |= put_money(w, COLUMN_MINUTES, b->minutes, n) ? EV_MONEY : 0;
    has |= put_money(w, COLUMN_COST, b->cost, n) ? EV_MONEY : 0;
    has |= put_money(w, COLUMN_VALUE, b->value, n) ? EV_MONEY : 0;
    has |= put_texts(w, COLUMN_ID, b->id, n) ? EV_ID : 0;
    has |= put_texts(w, COLUMN_REF, b->ref, n) ? EV_REF : 0;
    has |= put_texts(w, COLUMN_TEXT, b->text, n) ? EV_TEXT : 0;
    has |= put_texts(w, COLUMN_ATTRS, b->attrs, n) ? EV_ATTRS : 0;
    return has;
}

static int64_t stored_key(uint64_t key) { return (int64_t)(key ^ (UINT64_C(1) << 63)); } // as import_events.c

struct seen { int64_t first_us, last_us; uint32_t last_resolution, kinds; size_t units; };

static void look(const struct settle_writer *w, const struct event_block *b, size_t n, struct seen *s)
{
    *s = (struct seen){.first_us = INT64_MAX, .last_us = INT64_MIN};
    for (size_t k = 0; k < n; k++) {
        uint32_t resolution = w->out.tuples[w->out.tuple[k]].resolution;
        if (b->time_us[k] < s->first_us) s->first_us = b->time_us[k];
        if (b->time_us[k] > s->last_us || (b->time_us[k] == s->last_us && resolution > s->last_resolution)) s->last_resolution = resolution;
        if (b->time_us[k] > s->last_us) s->last_us = b->time_us[k];
        s->kinds |= b->case_id[k] ? 1u << VOC_UNIT_CASE : b->account[k] ? 1u << VOC_UNIT_ACCOUNT : b->customer[k] ? 1u << VOC_UNIT_INDIVIDUAL : 1u;
        s->kinds |= b->customer[k] && b->account[k] ? KINDS_BOTH : 0;
        s->units += w->begins[k];
    }
}

static voc_rc put_block(struct settle_writer *w, size_t n)
{
    struct event_block b;
    struct seen s;
    if (n == 0) return VOC_OK;
    event_columns_show(&w->out, &b);
    look(w, &b, n, &s);
    uint32_t has = put_columns(w, &b, n);
    voc_rc rc = block_end(&w->block, &w->blob);
    if (rc == VOC_OK)
        rc = db_run(w->p, w->insert, "iiinnbiiiiii", w->owner, (int64_t)n, (int64_t)((has & EV_ID) != 0), s.first_us, s.last_us, str_mk(w->blob.ptr, w->blob.len),
                    stored_key(w->key[0]), stored_key(w->key[n - 1]), (int64_t)s.units, (int64_t)s.kinds, (int64_t)has, (int64_t)s.last_resolution);
    if (rc == VOC_OK) rc = vec_reserve(&w->written, 1, UINT32_MAX);
    if (rc == VOC_OK) w->written.at[w->written.n++] = (struct settle_block){sqlite3_last_insert_rowid(w->p->db), (uint32_t)n};
    return rc;
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

// Gives row `at` texts of its own in `to`.
static voc_rc own_texts(struct settle_writer *w, struct arena *to, size_t at)
{
    bool ok = true;
    for (unsigned t = 0; t < EC_TEXTS; t++) {
        voc_str *s = &w->out.text[t][at];
        *s = s->len ? arena_str(to, s->ptr, s->len, &ok) : STR("");
        w->text += s->len;
    }
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// Writes the first n rows; the others move to the front.
static voc_rc cut(struct settle_writer *w, size_t n)
{
    struct arena fresh;
    size_t left = w->out.n - n;
    voc_rc rc = put_block(w, n);
    arena_init(&fresh, 0);
    w->text = 0;
    for (size_t k = 0; rc == VOC_OK && k < left; k++) {
        event_columns_copy(&w->out, k, &w->out, n + k);
        w->key[k] = w->key[n + k];
        w->begins[k] = w->begins[n + k];
        rc = own_texts(w, &fresh, k);
    }
    arena_done(&w->texts);
    w->texts = fresh;
    w->out.n = left;
    w->unit_at = 0;
    return rc;
}

voc_rc settle_writer_row(struct settle_writer *w, const struct event_columns *from, size_t row, uint64_t key, bool begins)
{
    voc_rc rc = VOC_OK;
    if (w->text > BLOCK_TEXT) rc = cut(w, w->out.n);
    else if (w->out.n == BLOCK_ROWS) rc = cut(w, begins || w->unit_at < BLOCK_ROWS / 2 ? BLOCK_ROWS : w->unit_at);
    if (rc != VOC_OK) return rc;
    size_t at = w->out.n++;
    if (begins) w->unit_at = at;
    event_columns_copy(&w->out, at, from, row);
    w->key[at] = key;
    w->begins[at] = begins;
    rc = own_texts(w, &w->texts, at);
    return rc == VOC_OK ? shares_add(&w->shares, from->import[row], from->wide[0][row], from->tuples[from->tuple[row]].resolution) : rc;
}

voc_rc settle_writer_end(struct settle_writer *w)
{
    voc_rc rc = cut(w, w->out.n);
    return rc == VOC_OK ? shares_write(w->p, w->owner, &w->shares) : rc;
}
