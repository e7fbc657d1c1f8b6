// SPDX-License-Identifier: MIT
// Text columns: the lengths of all rows, then their bytes; behind zstd where that makes them smaller. The size before
// compression is stored, bounded, and must be met exactly, so that a damaged column cannot grow without end.
#include <zstd.h>
#include <zstd_errors.h>
#include "store/columns/bytes.h"
#include "store/columns/column.h"

enum { LEVEL = 1, WORTH_TRYING = 64 };

struct column_zstd { // owns
    ZSTD_CCtx *out;
    ZSTD_DCtx *in;
    struct buf plain;
};

voc_rc column_zstd_new(struct column_zstd **out)
{
    struct column_zstd *z = mem_zalloc(1, sizeof *z);
    if (!z) return VOC_E_NOMEM;
    buf_init(&z->plain, 2u * (size_t)COLUMN_TEXT_MAX);
    *out = z;
    return VOC_OK;
}

void column_zstd_free(struct column_zstd *z)
{
    if (!z) return;
    (void)ZSTD_freeCCtx(z->out);
    (void)ZSTD_freeDCtx(z->in);
    buf_done(&z->plain);
    mem_free(z);
}

static voc_rc compress(struct buf *out, const struct buf *plain, struct column_zstd *z, bool *smaller)
{
    *smaller = false;
    if (!z->out && !(z->out = ZSTD_createCCtx())) return VOC_E_NOMEM;
    size_t bound = ZSTD_compressBound(plain->len), before = out->len;
    voc_rc rc = put64(out, plain->len);
    char *to = rc == VOC_OK ? buf_room(out, bound) : NULL;
    if (!to) return out->rc;
    size_t got = ZSTD_compressCCtx(z->out, to, bound, plain->ptr, plain->len, LEVEL);
    if (ZSTD_isError(got)) {
        out->len = before;
        return ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation ? VOC_E_NOMEM : VOC_E_BUG;
    }
    *smaller = got + 8 < plain->len;
    out->len = *smaller ? out->len + got : before;
    return VOC_OK;
}

voc_rc column_put_text(struct buf *out, const voc_str *v, size_t n, uint8_t *codec, struct column_zstd *z)
{
    size_t same = 1;
    while (same < n && v[same].len == v[0].len && (v[0].len == 0 || memcmp(v[same].ptr, v[0].ptr, v[0].len) == 0)) same++;
    if (same == n) {
        *codec = CODEC_CONST;
        return buf_str(out, v[0]);
    }
    buf_clear(&z->plain);
    for (size_t i = 0; i < n; i++) (void)put_varint(&z->plain, v[i].len);
    for (size_t i = 0; i < n; i++) (void)buf_str(&z->plain, v[i]);
    if (z->plain.rc != VOC_OK) return z->plain.rc;
    bool smaller = false;
    voc_rc rc = z->plain.len >= WORTH_TRYING ? compress(out, &z->plain, z, &smaller) : VOC_OK;
    if (rc != VOC_OK) return rc;
    *codec = smaller ? CODEC_ZTEXT : CODEC_TEXT;
    return smaller ? VOC_OK : buf_add(out, z->plain.ptr, z->plain.len);
}

static voc_rc decompress(const unsigned char *p, size_t len, struct buf *store, struct column_zstd *z)
{
    if (len < 8) return VOC_E_INPUT;
    uint64_t plain = get64(p);
    if (plain > 2u * (uint64_t)COLUMN_TEXT_MAX) return VOC_E_INPUT;
    if (ZSTD_getFrameContentSize(p + 8, len - 8) != plain) return VOC_E_INPUT;
    if (!z->in && !(z->in = ZSTD_createDCtx())) return VOC_E_NOMEM;
    buf_clear(store);
    char *to = buf_room(store, (size_t)plain);
    if (!to) return store->rc;
    size_t got = ZSTD_decompressDCtx(z->in, to, (size_t)plain, p + 8, len - 8);
    if (ZSTD_isError(got)) return ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation ? VOC_E_NOMEM : VOC_E_INPUT;
    if (got != plain) return VOC_E_INPUT;
    store->len += got;
    return VOC_OK;
}

voc_rc column_get_text(const unsigned char *p, size_t len, uint8_t codec, voc_str *out, size_t n, struct buf *store, struct column_zstd *z)
{
    size_t at = 0, body;
    if (codec == CODEC_CONST) {
        for (size_t i = 0; i < n; i++) out[i] = (voc_str){len ? (const char *)p : "", len};
        return VOC_OK;
    }
    if (codec == CODEC_ZTEXT) {
        voc_rc rc = decompress(p, len, store, z);
        if (rc != VOC_OK) return rc;
        p = (const unsigned char *)store->ptr;
        len = store->len;
    } else if (codec != CODEC_TEXT) {
        return VOC_E_INPUT;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t size;
        if (!get_varint(p, len, &at, &size) || size > len) return VOC_E_INPUT;
        out[i].len = (size_t)size;
    }
    body = at;
    for (size_t i = 0; i < n; i++) {
        if (out[i].len > len - body) return VOC_E_INPUT;
        out[i].ptr = out[i].len ? (const char *)p + body : "";
        body += out[i].len;
    }
    return body == len ? VOC_OK : VOC_E_INPUT;
}
