// SPDX-License-Identifier: MIT
// The container of a block: 24 bytes of header, 24 bytes of directory for each column, then the columns. The header's
// checksum covers header and directory, each column has its own, so damage is found before anything is decoded and is
// named by its column.
#include "store/columns/block.h"
#include <stdio.h>
#include "base/hash.h"
#include "store/columns/bytes.h"

enum { HEADER = 24, ENTRY = 24, LAYOUT = 1, DATA_MAX = 0x7fffffff };
_Static_assert(BLOCK_HEAD == HEADER + ENTRY * COLUMNS_MAX && COLUMNS_MAX <= 64, "a head is header and directory, a set of columns one word");

const char *block_column_name(unsigned column)
{
    static const char *const names[COLUMNS_MAX] = {
        [COLUMN_TIME] = "time", [COLUMN_RESOLUTION] = "resolution", [COLUMN_ACTOR] = "actor", [COLUMN_ACTION] = "action",
        [COLUMN_TOUCHPOINT] = "touchpoint", [COLUMN_CHANNEL] = "channel", [COLUMN_CAMPAIGN] = "campaign", [COLUMN_OBJECT] = "object",
        [COLUMN_CASE] = "case", [COLUMN_ROLE] = "role", [COLUMN_OWNER] = "owner", [COLUMN_THREAD] = "thread", [COLUMN_CUSTOMER] = "customer",
        [COLUMN_ACCOUNT] = "account", [COLUMN_REF_KIND] = "ref_kind", [COLUMN_REF] = "ref", [COLUMN_MINUTES] = "minutes", [COLUMN_COST] = "cost",
        [COLUMN_VALUE] = "value", [COLUMN_ID] = "id", [COLUMN_TEXT] = "text", [COLUMN_LANGUAGE] = "language", [COLUMN_ATTRS] = "attributes",
        [COLUMN_RECORD] = "record", [COLUMN_SUB] = "sub", [COLUMN_LINE] = "line", [COLUMN_TUPLE] = "tuple", [COLUMN_NAMED] = "named", [COLUMN_NAME] = "name", [COLUMN_IMPORT] = "import", [COLUMN_ENTITY] = "entity", [COLUMN_TYPE] = "type",
        [COLUMN_WHO] = "who", [COLUMN_KEY] = "key", [COLUMN_VALUE_TEXT] = "value text", [COLUMN_INTEGER] = "integer", [COLUMN_NUMBER] = "number", [COLUMN_UNIT] = "unit",
    };
    return column < COLUMNS_MAX && names[column] ? names[column] : "?";
}

bool block_column_is_text(unsigned column)
{
    return column == COLUMN_REF || column == COLUMN_ID || column == COLUMN_TEXT || column == COLUMN_ATTRS || column == COLUMN_NAME;
}

// ---- writing -------------------------------------------------------------------------------------------------------------

voc_rc block_writer_init(struct block_writer *w)
{
    *w = (struct block_writer){0};
    buf_init(&w->data, DATA_MAX);
    buf_init(&w->entries, COLUMNS_MAX * ENTRY);
    return column_zstd_new(&w->z);
}

void block_writer_done(struct block_writer *w)
{
    buf_done(&w->data);
    buf_done(&w->entries);
    column_zstd_free(w->z);
    w->z = NULL;
}

void block_begin(struct block_writer *w, enum block_kind kind, size_t rows)
{
    buf_clear(&w->data);
    buf_clear(&w->entries);
    w->kind = kind;
    w->rows = (uint32_t)rows;
    w->n_columns = 0;
    w->rc = rows >= 1 && rows <= BLOCK_ROWS ? VOC_OK : VOC_E_BUG;
}

static void add_entry(struct block_writer *w, unsigned column, uint8_t codec, size_t from)
{
    unsigned char e[ENTRY] = {0};
    size_t len = w->data.len - from;
    if (w->rc == VOC_OK) w->rc = w->data.rc;
    if (w->rc != VOC_OK) return;
    e[0] = (unsigned char)column;
    e[1] = (unsigned char)(column >> 8);
    e[2] = codec;
    set32(e + 4, (uint32_t)from);
    set32(e + 8, (uint32_t)len);
    set64(e + 16, hash64(len ? w->data.ptr + from : "", len, 0));
    w->rc = buf_add(&w->entries, e, ENTRY);
    w->n_columns++;
}

void block_ints(struct block_writer *w, unsigned column, const int64_t *v)
{
    uint8_t codec = 0;
    size_t from = w->data.len;
    if (w->rc == VOC_OK) w->rc = column_put_ints(&w->data, v, w->rows, &codec);
    add_entry(w, column, codec, from);
}

bool block_rare_ints(struct block_writer *w, unsigned column, const uint32_t *at, const int64_t *v, size_t n)
{
    uint8_t codec = 0;
    bool done = false;
    size_t from = w->data.len;
    if (w->rc == VOC_OK) w->rc = column_put_rare(&w->data, at, v, n, w->rows, &codec, &done);
    if (done) add_entry(w, column, codec, from);
    return done;
}

void block_text(struct block_writer *w, unsigned column, const voc_str *v)
{
    uint8_t codec = 0;
    size_t from = w->data.len;
    if (w->rc == VOC_OK) w->rc = column_put_text(&w->data, v, w->rows, &codec, w->z);
    add_entry(w, column, codec, from);
}

void block_same_int(struct block_writer *w, unsigned column, int64_t v)
{
    size_t from = w->data.len;
    if (w->rc == VOC_OK) w->rc = put64(&w->data, (uint64_t)v);
    add_entry(w, column, CODEC_CONST, from);
}

void block_same_text(struct block_writer *w, unsigned column, voc_str v)
{
    size_t from = w->data.len;
    if (w->rc == VOC_OK) w->rc = buf_str(&w->data, v);
    add_entry(w, column, CODEC_CONST, from);
}

voc_rc block_end(struct block_writer *w, struct buf *out)
{
    unsigned char h[HEADER] = {'V', 'O', 'C', 'B', LAYOUT};
    if (w->rc != VOC_OK) return w->rc;
    h[5] = (unsigned char)w->kind;
    h[6] = (unsigned char)w->n_columns;
    set32(h + 8, w->rows);
    buf_clear(out);
    (void)buf_add(out, h, HEADER - 8);
    if (buf_add(out, w->entries.ptr, w->entries.len) != VOC_OK) return out->rc;
    set64(h + 16, hash64(out->ptr, out->len, 0));
    buf_clear(out);
    (void)buf_add(out, h, HEADER);
    (void)buf_add(out, w->entries.ptr, w->entries.len);
    (void)buf_add(out, w->data.len ? w->data.ptr : "", w->data.len);
    return out->rc;
}

// ---- reading -------------------------------------------------------------------------------------------------------------

voc_rc block_reader_init(struct block_reader *r)
{
    memset(r, 0, sizeof *r);
    for (unsigned i = 0; i < COLUMNS_MAX; i++) buf_init(&r->text[i], 2u * (size_t)COLUMN_TEXT_MAX);
    return column_zstd_new(&r->z);
}

void block_reader_done(struct block_reader *r)
{
    for (unsigned i = 0; i < COLUMNS_MAX; i++) buf_done(&r->text[i]);
    column_zstd_free(r->z);
    r->z = NULL;
}

static voc_rc wrong(struct block_reader *r, const char *what)
{
    (void)snprintf(r->why, sizeof r->why, "%s", what);
    return VOC_E_INPUT;
}

static voc_rc wrong_column(struct block_reader *r, unsigned column, const char *what)
{
    (void)snprintf(r->why, sizeof r->why, "column %s %s", block_column_name(column), what);
    return VOC_E_INPUT;
}

voc_rc block_open(struct block_reader *r, enum block_kind kind, const void *blob, size_t len)
{
    const unsigned char *p = blob;
    unsigned char h[HEADER - 8];
    struct buf check;
    r->rows = 0;
    r->n_columns = 0;
    if (len < HEADER || memcmp(p, "VOCB", 4) != 0) return wrong(r, "it does not begin as a block");
    if (p[4] != LAYOUT) return wrong(r, "its layout is not known");
    size_t n_columns = (size_t)p[6] | (size_t)p[7] << 8;
    if (n_columns > COLUMNS_MAX || len - HEADER < n_columns * ENTRY) return wrong(r, "its directory is cut off");
    memcpy(h, p, sizeof h); // the checksum is of header and directory, as if they stood side by side
    buf_init(&check, HEADER + COLUMNS_MAX * ENTRY);
    (void)buf_add(&check, h, sizeof h);
    (void)buf_add(&check, p + HEADER, n_columns * ENTRY);
    uint64_t sum = check.rc == VOC_OK ? hash64(check.ptr, check.len, 0) : 0;
    voc_rc rc = check.rc;
    buf_done(&check);
    if (rc != VOC_OK) return rc;
    if (sum != get64(p + 16)) return wrong(r, "the checksum of its directory does not match");
    if (p[5] != (unsigned char)kind) return wrong(r, "it is of another kind");
    uint32_t rows = get32(p + 8);
    if (rows < 1 || rows > BLOCK_ROWS) return wrong(r, "its number of rows is impossible");
    r->blob = p;
    r->len = len;
    r->rows = rows;
    r->n_columns = (unsigned)n_columns;
    return VOC_OK;
}

size_t block_extent(const void *head, size_t len, uint64_t columns)
{
    const unsigned char *p = head;
    size_t n_columns = len < HEADER ? 0 : (size_t)p[6] | (size_t)p[7] << 8, end = HEADER + n_columns * ENTRY, need = end;
    for (size_t i = 0; i < n_columns && HEADER + (i + 1) * ENTRY <= len; i++) {
        const unsigned char *e = p + HEADER + i * ENTRY;
        size_t column = (size_t)e[0] | (size_t)e[1] << 8, behind = end + get32(e + 4) + get32(e + 8);
        if (column < COLUMNS_MAX && (columns >> column & 1u) && behind > need) need = behind;
    }
    return need;
}

// The bytes of a column, checked.
static voc_rc find(struct block_reader *r, unsigned column, const unsigned char **data, size_t *len, uint8_t *codec)
{
    size_t start = HEADER + (size_t)r->n_columns * ENTRY, room = r->len - start;
    for (unsigned i = 0; i < r->n_columns; i++) {
        const unsigned char *e = r->blob + HEADER + (size_t)i * ENTRY;
        if (((unsigned)e[0] | (unsigned)e[1] << 8) != column) continue;
        size_t from = get32(e + 4), size = get32(e + 8);
        if (from > room || size > room - from) return wrong_column(r, column, "is cut off");
        if (hash64(r->blob + start + from, size, 0) != get64(e + 16)) return wrong_column(r, column, "does not match its checksum");
        *data = r->blob + start + from;
        *len = size;
        *codec = e[2];
        return VOC_OK;
    }
    return wrong_column(r, column, "is missing");
}

unsigned block_column_at(const struct block_reader *r, unsigned i)
{
    const unsigned char *e = r->blob + HEADER + (size_t)i * ENTRY;
    return (unsigned)e[0] | (unsigned)e[1] << 8;
}

bool block_has(const struct block_reader *r, unsigned column)
{
    for (unsigned i = 0; i < r->n_columns; i++)
        if (block_column_at(r, i) == column) return true;
    return false;
}

voc_rc block_read_ints(struct block_reader *r, unsigned column, int64_t *out)
{
    const unsigned char *data = NULL;
    size_t len = 0;
    uint8_t codec = 0;
    voc_rc rc = find(r, column, &data, &len, &codec);
    if (rc != VOC_OK) return rc;
    rc = column_get_ints(data, len, codec, out, r->rows);
    return rc == VOC_E_INPUT ? wrong_column(r, column, "cannot be decoded") : rc;
}

static voc_rc ranged(struct block_reader *r, unsigned column, voc_rc rc, bool above)
{
    if (rc == VOC_E_INPUT) return wrong_column(r, column, "cannot be decoded");
    return rc == VOC_OK && above ? wrong_column(r, column, "has a value out of range") : rc;
}

voc_rc block_read_codes(struct block_reader *r, unsigned column, uint32_t limit, uint32_t *out, int64_t *scratch)
{
    const unsigned char *data = NULL;
    size_t len = 0;
    uint8_t codec = 0;
    bool above = false;
    voc_rc rc = find(r, column, &data, &len, &codec);
    if (rc != VOC_OK) return rc;
    rc = column_get_codes(data, len, codec, limit, out, r->rows, scratch, &above);
    return ranged(r, column, rc, above);
}

voc_rc block_read_runs(struct block_reader *r, unsigned column, uint32_t limit, struct code_run *out, size_t *n_runs, int64_t *scratch)
{
    const unsigned char *data = NULL;
    size_t len = 0;
    uint8_t codec = 0;
    bool above = false;
    voc_rc rc = find(r, column, &data, &len, &codec);
    if (rc != VOC_OK) return rc;
    rc = column_get_code_runs(data, len, codec, limit, r->rows, out, n_runs, scratch, &above);
    return ranged(r, column, rc, above);
}

voc_rc block_read_text(struct block_reader *r, unsigned column, voc_str *out)
{
    const unsigned char *data = NULL;
    size_t len = 0;
    uint8_t codec = 0;
    voc_rc rc = find(r, column, &data, &len, &codec);
    if (rc != VOC_OK) return rc;
    rc = column_get_text(data, len, codec, out, r->rows, &r->text[column], r->z);
    return rc == VOC_E_INPUT ? wrong_column(r, column, "cannot be decoded") : rc;
}

static voc_rc filter_column(struct block_reader *r, unsigned column, const bool *keep, uint64_t add, struct block_writer *w,
                            int64_t *ints, voc_str *texts)
{
    size_t n = 0;
    bool is_text = block_column_is_text(column);
    voc_rc rc = is_text ? block_read_text(r, column, texts) : block_read_ints(r, column, ints);
    if (rc != VOC_OK) return rc;
    for (size_t i = 0; i < r->rows; i++) {
        if (!keep[i]) continue;
        if (is_text) texts[n++] = texts[i];
        else ints[n++] = (int64_t)((uint64_t)ints[i] + add);
    }
    if (is_text) block_text(w, column, texts);
    else block_ints(w, column, ints);
    return w->rc;
}

voc_rc block_filter(struct block_reader *r, enum block_kind kind, const bool *keep, const int64_t add[COLUMNS_MAX],
                    struct block_writer *w, struct buf *out, size_t *rows)
{
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < r->rows; i++) n += keep[i];
    *rows = n;
    if (n == 0) return VOC_OK;
    int64_t *ints = mem_zalloc(r->rows, sizeof *ints);
    voc_str *texts = mem_zalloc(r->rows, sizeof *texts);
    if (!ints || !texts) rc = VOC_E_NOMEM;
    block_begin(w, kind, n);
    for (unsigned i = 0; rc == VOC_OK && i < r->n_columns; i++) {
        const unsigned column = block_column_at(r, i);
        rc = filter_column(r, column, keep, add && column < COLUMNS_MAX ? (uint64_t)add[column] : 0, w, ints, texts);
    }
    if (rc == VOC_OK) rc = block_end(w, out);
    mem_free(ints);
    mem_free(texts);
    return rc;
}
