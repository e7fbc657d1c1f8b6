// SPDX-License-Identifier: MIT
// Bytes to integer columns: constant, bit-packed, deltas, sparse, runs and short numbers. column_put.c writes them; deltas,
// and columns as codes, are read in column_quick.c; text columns are in column_text.c.
#include "store/columns/column.h"
#include "store/columns/bytes.h"

static const uint32_t LOW_BYTES[5] = {0, 0xff, 0xffff, 0xffffff, UINT32_MAX};

static voc_rc get_pack(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    if (len < 17) return VOC_E_INPUT;
    uint64_t base = get64(p), scale = get64(p + 8);
    unsigned width = p[16];
    if (width > 64 || len - 17 != (n * width + 7) / 8) return VOC_E_INPUT;
    uint64_t mask = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
    unsigned __int128 hold = 0;
    unsigned bits = 0;
    size_t body = len - 17, quick = 0;
    p += 17;
    // Rows whose bits lie within eight bytes of the column are read at once.
    if (width && width <= 57 && body >= 8) quick = ((body - 8) * 8 + 7) / width;
    if (quick > n) quick = n;
    for (size_t i = 0; i < quick; i++) out[i] = (int64_t)(base + (get64(p + (i * width >> 3)) >> (i * width & 7) & mask) * scale);
    if (quick) {
        size_t first = quick * width;
        p += first >> 3;
        if (first & 7) {
            hold = (unsigned)*p++ >> (first & 7);
            bits = 8 - (unsigned)(first & 7);
        }
    }
    for (size_t i = quick; i < n; i++) {
        for (; bits < width; bits += 8) hold |= (unsigned __int128)*p++ << bits;
        out[i] = (int64_t)(base + ((uint64_t)hold & mask) * scale);
        hold >>= width;
        bits -= width;
    }
    return VOC_OK;
}

static voc_rc get_runs(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    uint64_t rows, step, value = 0;
    size_t at = 4, row = 0;
    if (len < 4) return VOC_E_INPUT;
    for (uint32_t left = get32(p); left; left--) {
        if (!get_varint(p, len, &at, &rows) || !get_varint(p, len, &at, &step)) return VOC_E_INPUT;
        if (rows == 0 || rows > n - row) return VOC_E_INPUT;
        value += (uint64_t)unzigzag(step);
        for (size_t end = row + (size_t)rows; row < end; row++) out[row] = (int64_t)value;
    }
    return at == len && row == n ? VOC_OK : VOC_E_INPUT;
}

static voc_rc get_short(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    size_t at = 8 + (n + 3) / 4, i = 0;
    if (len < at) return VOC_E_INPUT;
    uint64_t base = get64(p);
    for (; i < n && at + 4 <= len; i++) {
        unsigned width = ((unsigned)p[8 + i / 4] >> 2 * (i & 3) & 3u) + 1;
        out[i] = (int64_t)(base + (get32(p + at) & LOW_BYTES[width]));
        at += width;
    }
    for (; i < n; i++) {
        unsigned width = ((unsigned)p[8 + i / 4] >> 2 * (i & 3) & 3u) + 1;
        uint64_t d = 0;
        if (len - at < width) return VOC_E_INPUT;
        for (unsigned k = 0; k < width; k++) d |= (uint64_t)p[at++] << 8 * k;
        out[i] = (int64_t)(base + d);
    }
    return at == len ? VOC_OK : VOC_E_INPUT;
}

static voc_rc get_sparse(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    if (len < 20) return VOC_E_INPUT;
    int64_t common = (int64_t)get64(p);
    uint64_t scale = get64(p + 8), step, value;
    uint32_t count = get32(p + 16);
    size_t at = 20, row = 0;
    for (size_t i = 0; i < n; i++) out[i] = common;
    for (uint32_t i = 0; i < count; i++) {
        if (!get_varint(p, len, &at, &step) || !get_varint(p, len, &at, &value)) return VOC_E_INPUT;
        if (step >= n - row) return VOC_E_INPUT;
        row += (size_t)step;
        out[row] = (int64_t)((uint64_t)unzigzag(value) * scale);
    }
    return at == len ? VOC_OK : VOC_E_INPUT;
}

voc_rc column_get_ints(const unsigned char *p, size_t len, uint8_t codec, int64_t *out, size_t n)
{
    switch (codec) {
    case CODEC_CONST:
        if (len != 8) return VOC_E_INPUT;
        for (size_t i = 0; i < n; i++) out[i] = (int64_t)get64(p);
        return VOC_OK;
    case CODEC_PACK: return get_pack(p, len, out, n);
    case CODEC_DELTA: return column_get_delta(p, len, out, n);
    case CODEC_SPARSE: return get_sparse(p, len, out, n);
    case CODEC_RUNS: return get_runs(p, len, out, n);
    case CODEC_SHORT: return get_short(p, len, out, n);
    default: return VOC_E_INPUT;
    }
}
