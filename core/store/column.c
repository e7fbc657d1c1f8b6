// SPDX-License-Identifier: MIT
// Integer columns: constant, bit-packed, deltas, sparse, runs and short numbers, whichever is smallest. All arithmetic is modulo 2^64, so that
// VOC_NA (INT64_MIN) needs no case of its own; a common factor (whole seconds in microseconds, cents in micro-units) is
// divided out first. Text columns are in column_text.c.
#include "store/column.h"
#include "store/bytes.h"

struct shape { // what one pass over the values says
    int64_t min, max, common; // common: the likely most frequent value
    uint64_t gcd;             // of the differences to the first, 1 where they overflow
    size_t n_other;           // values that are not `common`
    uint64_t other_gcd;       // of those values
    size_t delta_bytes, sparse_bytes, runs_bytes, short_bytes;
    uint32_t n_runs;
    unsigned width;
};

static unsigned short_width(uint64_t v) { return v ? byte_width(v) : 1; }

static uint64_t gcd64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0u - (uint64_t)v : (uint64_t)v;
}

static void look(struct shape *s, const int64_t *v, size_t n)
{
    size_t votes = 0;
    *s = (struct shape){.min = v[0], .max = v[0], .common = v[0]};
    if (memcmp(v, v + 1, (n - 1) * sizeof *v) == 0) return; // one value: so it is in most columns of most files
    for (size_t i = 0; i < n; i++) { // Boyer-Moore: a value in more than half of the rows is found
        int64_t d;
        if (v[i] < s->min) s->min = v[i];
        if (v[i] > s->max) s->max = v[i];
        if (votes == 0) s->common = v[i];
        votes = v[i] == s->common ? votes + 1 : votes - 1;
        if (s->gcd == 1) continue;
        if (__builtin_sub_overflow(v[i], v[0], &d)) s->gcd = 1;
        else if (d) s->gcd = s->gcd && magnitude(d) % s->gcd == 0 ? s->gcd : gcd64(magnitude(d), s->gcd);
    }
    if (s->gcd == 0) s->gcd = 1;
    for (size_t i = 0; i < n; i++) {
        if (v[i] == s->common) continue;
        s->n_other++;
        if (s->other_gcd != 1) s->other_gcd = gcd64(magnitude(v[i]), s->other_gcd);
    }
    if (s->other_gcd == 0 || s->other_gcd > INT64_MAX) s->other_gcd = 1;
}

// The difference of a row to the one before, in units of the scale, zigzag-coded.
static uint64_t delta(const int64_t *v, size_t i, uint64_t scale)
{
    int64_t d = (int64_t)((uint64_t)v[i] - (uint64_t)v[i - 1]);
    return zigzag(scale == 1 ? d : d / (int64_t)scale);
}

static void weigh_runs(struct shape *s, const int64_t *v, size_t n)
{
    int64_t before = 0;
    s->runs_bytes = 4;
    s->n_runs = 0;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && v[next] == v[i];) next++;
        s->n_runs++;
        s->runs_bytes += varint_width(next - i) + varint_width(zigzag((int64_t)((uint64_t)v[i] - (uint64_t)before)));
        before = v[i];
    }
}

static void weigh_short(struct shape *s, const int64_t *v, size_t n)
{
    s->short_bytes = SIZE_MAX;
    if ((uint64_t)s->max - (uint64_t)s->min > UINT32_MAX) return;
    s->short_bytes = 8 + (n + 3) / 4;
    for (size_t i = 0; i < n; i++) s->short_bytes += short_width((uint64_t)v[i] - (uint64_t)s->min);
}

static void weigh(struct shape *s, const int64_t *v, size_t n)
{
    size_t last = 0;
    // Rows further apart than 2^63 wrap: then there is no common factor.
    uint64_t range = (uint64_t)s->max - (uint64_t)s->min;
    if (range > INT64_MAX || s->gcd > INT64_MAX) s->gcd = 1;
    for (range /= s->gcd; range; range >>= 1) s->width++;
    s->delta_bytes = 8 + 8 + n / 2;
    for (size_t i = 1; i < n; i++) s->delta_bytes += byte_width(delta(v, i, s->gcd));
    weigh_runs(s, v, n);
    weigh_short(s, v, n);
    s->sparse_bytes = 8 + 8 + 4;
    for (size_t i = 0; i < n; i++) {
        if (v[i] == s->common) continue;
        s->sparse_bytes += varint_width(i - last) + varint_width(zigzag(v[i] / (int64_t)s->other_gcd));
        last = i;
    }
}

static voc_rc put_pack(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    (void)put64(out, (uint64_t)s->min);
    (void)put64(out, s->gcd);
    (void)buf_byte(out, (char)s->width);
    size_t len = (n * s->width + 7) / 8;
    unsigned char *to = (unsigned char *)buf_room(out, len);
    if (!to) return out->rc;
    unsigned __int128 hold = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t steps = (uint64_t)v[i] - (uint64_t)s->min;
        hold |= (unsigned __int128)(s->gcd == 1 ? steps : steps / s->gcd) << bits;
        for (bits += s->width; bits >= 8; bits -= 8, hold >>= 8) to[at++] = (unsigned char)hold;
    }
    if (bits) to[at++] = (unsigned char)hold;
    out->len += len;
    return out->rc;
}

static voc_rc put_delta(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    (void)put64(out, (uint64_t)v[0]);
    (void)put64(out, s->gcd);
    size_t control = n / 2; // a nibble for each row but the first
    unsigned char *to = (unsigned char *)buf_room(out, s->delta_bytes - 16);
    if (!to) return out->rc;
    memset(to, 0, control);
    size_t at = control;
    for (size_t i = 1; i < n; i++) {
        uint64_t d = delta(v, i, s->gcd);
        unsigned width = byte_width(d);
        to[(i - 1) / 2] = (unsigned char)(to[(i - 1) / 2] | width << 4 * ((i - 1) & 1));
        for (; width; width--, d >>= 8) to[at++] = (unsigned char)d;
    }
    out->len += at;
    return out->rc;
}

static voc_rc put_runs(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    int64_t before = 0;
    (void)put32(out, s->n_runs);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && v[next] == v[i];) next++;
        (void)put_varint(out, next - i);
        (void)put_varint(out, zigzag((int64_t)((uint64_t)v[i] - (uint64_t)before)));
        before = v[i];
    }
    return out->rc;
}

static voc_rc put_short(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    size_t control = (n + 3) / 4, at = control;
    (void)put64(out, (uint64_t)s->min);
    unsigned char *to = (unsigned char *)buf_room(out, s->short_bytes - 8);
    if (!to) return out->rc;
    memset(to, 0, control);
    for (size_t i = 0; i < n; i++) {
        uint64_t d = (uint64_t)v[i] - (uint64_t)s->min;
        unsigned width = short_width(d);
        to[i / 4] = (unsigned char)(to[i / 4] | (width - 1) << 2 * (i & 3));
        for (; width; width--, d >>= 8) to[at++] = (unsigned char)d;
    }
    out->len += at;
    return out->rc;
}

static voc_rc put_sparse(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    size_t last = 0;
    (void)put64(out, (uint64_t)s->common);
    (void)put64(out, s->other_gcd);
    (void)put32(out, (uint32_t)s->n_other);
    for (size_t i = 0; i < n; i++) {
        if (v[i] == s->common) continue;
        (void)put_varint(out, i - last);
        (void)put_varint(out, zigzag(v[i] / (int64_t)s->other_gcd));
        last = i;
    }
    return out->rc;
}

voc_rc column_put_ints(struct buf *out, const int64_t *v, size_t n, uint8_t *codec)
{
    struct shape s;
    look(&s, v, n);
    if (s.min == s.max) {
        *codec = CODEC_CONST;
        return put64(out, (uint64_t)s.min);
    }
    weigh(&s, v, n);
    const struct { size_t bytes; uint8_t codec; voc_rc (*put)(struct buf *, const int64_t *, size_t, const struct shape *); } ways[] = {
        {17 + (n * s.width + 7) / 8, CODEC_PACK, put_pack}, {s.delta_bytes, CODEC_DELTA, put_delta}, {s.sparse_bytes, CODEC_SPARSE, put_sparse},
        {s.runs_bytes, CODEC_RUNS, put_runs},               {s.short_bytes, CODEC_SHORT, put_short},
    };
    size_t best = 0;
    for (size_t i = 1; i < sizeof ways / sizeof ways[0]; i++)
        if (ways[i].bytes < ways[best].bytes) best = i;
    *codec = ways[best].codec;
    return ways[best].put(out, v, n, &s);
}

// ---- decoding ----------------------------------------------------------------------------------------------------------------

static const uint64_t LOW_BYTES[9] = {0,
                                      0xff,
                                      0xffff,
                                      0xffffff,
                                      0xffffffff,
                                      UINT64_C(0xffffffffff),
                                      UINT64_C(0xffffffffffff),
                                      UINT64_C(0xffffffffffffff),
                                      UINT64_MAX};

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

static voc_rc get_delta(const unsigned char *p, size_t len, int64_t *out, size_t n)
{
    size_t control = n / 2, at = 16 + control;
    if (len < at) return VOC_E_INPUT;
    uint64_t value = get64(p), scale = get64(p + 8);
    size_t i = 1;
    out[0] = (int64_t)value;
    for (; i < n && at + 8 <= len; i++) { // eight bytes are there: the step is a part of them
        unsigned width = (unsigned)p[16 + (i - 1) / 2] >> 4 * ((i - 1) & 1) & 15u;
        if (width > 8) return VOC_E_INPUT;
        value += (uint64_t)unzigzag(get64(p + at) & LOW_BYTES[width]) * scale;
        out[i] = (int64_t)value;
        at += width;
    }
    for (; i < n; i++) {
        unsigned width = (unsigned)p[16 + (i - 1) / 2] >> 4 * ((i - 1) & 1) & 15u;
        uint64_t d = 0;
        if (width > 8 || len - at < width) return VOC_E_INPUT;
        for (unsigned k = 0; k < width; k++) d |= (uint64_t)p[at++] << 8 * k;
        value += (uint64_t)unzigzag(d) * scale;
        out[i] = (int64_t)value;
    }
    return at == len ? VOC_OK : VOC_E_INPUT;
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
    case CODEC_DELTA: return get_delta(p, len, out, n);
    case CODEC_SPARSE: return get_sparse(p, len, out, n);
    case CODEC_RUNS: return get_runs(p, len, out, n);
    case CODEC_SHORT: return get_short(p, len, out, n);
    default: return VOC_E_INPUT;
    }
}
