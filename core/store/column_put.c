// SPDX-License-Identifier: MIT
// Integer columns to bytes: constant, bit-packed, deltas, sparse, runs and short numbers, whichever is smallest. All arithmetic
// is modulo 2^64, so that VOC_NA (INT64_MIN) needs no case of its own; a common factor (whole seconds in microseconds, cents in
// micro-units) is divided out first. A codec is weighed only where the least that it can take is less than the best so far.
#include "store/bytes.h"
#include "store/column.h"

struct shape { // what passes over the values say
    int64_t min, max, common; // common: one that many rows have
    uint64_t gcd;             // of the differences to the first, 1 where they overflow
    size_t n_other;           // values that are not `common`
    uint64_t other_gcd;       // of those values
    size_t delta_bytes, sparse_bytes;
    uint32_t n_runs;
    unsigned width;
};

static uint64_t magnitude(int64_t v) { return v < 0 ? 0u - (uint64_t)v : (uint64_t)v; }

static uint64_t gcd64(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

// ---- division by one number, many times ----------------------------------------------------------------------------------

struct divisor { uint64_t of, inverse, most; unsigned shift; }; // of = odd << shift; inverse of the odd part modulo 2^64

static struct divisor divisor_of(uint64_t d)
{
    struct divisor x = {.of = d, .shift = (unsigned)__builtin_ctzll(d)};
    uint64_t odd = d >> x.shift;
    x.inverse = odd; // three bits of it are right
    for (unsigned i = 0; i < 5; i++) x.inverse *= 2 - odd * x.inverse;
    x.most = UINT64_MAX / odd;
    return x;
}

static inline bool divides(const struct divisor *x, uint64_t v)
{
    return (v & ((UINT64_C(1) << x->shift) - 1)) == 0 && (v >> x->shift) * x->inverse <= x->most;
}

// v is a multiple.
static inline uint64_t divided(const struct divisor *x, uint64_t v) { return (v >> x->shift) * x->inverse; }
static inline int64_t divided_signed(const struct divisor *x, int64_t v) { return (int64_t)((uint64_t)(v >> x->shift) * x->inverse); }

// ---- looking -------------------------------------------------------------------------------------------------------------

static void look(struct shape *s, const int64_t *v, size_t n)
{
    int64_t min = v[0], max = v[0];
    size_t changes = 0;
    for (size_t i = 1; i < n; i++) {
        min = v[i] < min ? v[i] : min;
        max = v[i] > max ? v[i] : max;
        changes += v[i] != v[i - 1];
    }
    *s = (struct shape){.min = min, .max = max, .n_runs = (uint32_t)changes + 1};
}

static uint64_t common_factor(const int64_t *v, size_t n)
{
    struct divisor by = {0};
    for (size_t i = 1; i < n; i++) {
        int64_t d;
        if (__builtin_sub_overflow(v[i], v[0], &d)) return 1;
        uint64_t m = magnitude(d);
        if (m == 0 || (by.of && divides(&by, m))) continue;
        by = divisor_of(by.of ? gcd64(m, by.of) : m);
        if (by.of == 1) return 1;
    }
    return by.of ? by.of : 1;
}

static void find_width(struct shape *s, const int64_t *v, size_t n)
{
    // Rows further apart than 2^63 wrap: then there is no common factor.
    uint64_t range = (uint64_t)s->max - (uint64_t)s->min;
    s->gcd = common_factor(v, n);
    if (range > INT64_MAX || s->gcd > INT64_MAX) s->gcd = 1;
    range /= s->gcd;
    s->width = range ? 64 - (unsigned)__builtin_clzll(range) : 0;
}

// The difference of a row to the one before, in units of the scale, zigzag-coded.
static inline uint64_t delta(const int64_t *v, size_t i, const struct divisor *scale)
{
    return zigzag(divided_signed(scale, (int64_t)((uint64_t)v[i] - (uint64_t)v[i - 1])));
}

static size_t weigh_delta(struct shape *s, const int64_t *v, size_t n)
{
    const struct divisor scale = divisor_of(s->gcd);
    size_t bytes = 16 + n / 2;
    for (size_t i = 1; i < n; i++) bytes += byte_width(delta(v, i, &scale));
    return s->delta_bytes = bytes;
}

static size_t weigh_runs(const int64_t *v, size_t n)
{
    int64_t before = 0;
    size_t bytes = 4;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && v[next] == v[i];) next++;
        bytes += varint_width(next - i) + varint_width(zigzag((int64_t)((uint64_t)v[i] - (uint64_t)before)));
        before = v[i];
    }
    return bytes;
}

// Bytes of a number over the first.
static inline unsigned short_more(uint32_t d) { return (31u - (unsigned)__builtin_clz(d | 1)) >> 3; }

static size_t weigh_short(const struct shape *s, const int64_t *v, size_t n)
{
    if ((uint64_t)s->max - (uint64_t)s->min > UINT32_MAX) return SIZE_MAX;
    size_t bytes = 8 + (n + 3) / 4 + n;
    for (size_t i = 0; i < n; i++) bytes += short_more((uint32_t)((uint64_t)v[i] - (uint64_t)s->min));
    return bytes;
}

// The value that stands longest in a vote of every so many rows: where one value has most rows, it is that one.
static int64_t elect(const int64_t *v, size_t n)
{
    size_t step = n > 4096 ? n / 1024 : 1, votes = 0;
    int64_t common = v[0];
    for (size_t i = 0; i < n; i += step) {
        if (votes == 0) common = v[i];
        votes = v[i] == common ? votes + 1 : votes - 1;
    }
    return common;
}

static size_t weigh_sparse(struct shape *s, const int64_t *v, size_t n, size_t best)
{
    const int64_t common = s->common = elect(v, n);
    struct divisor by = {0};
    size_t other = 0, last = 0;
    for (size_t i = 0; i < n; i++) other += v[i] != common;
    s->n_other = other;
    s->sparse_bytes = 20;
    if (20 + 2 * other >= best) return SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t m = magnitude(v[i]);
        if (v[i] == common || m == 0 || (by.of && divides(&by, m))) continue;
        by = divisor_of(by.of ? gcd64(m, by.of) : m);
    }
    if (by.of == 0 || by.of > INT64_MAX) by = divisor_of(1);
    s->other_gcd = by.of;
    for (size_t i = 0; i < n; i++) {
        if (v[i] == common) continue;
        s->sparse_bytes += varint_width(i - last) + varint_width(zigzag(divided_signed(&by, v[i])));
        last = i;
    }
    return s->sparse_bytes;
}

// ---- writing -------------------------------------------------------------------------------------------------------------

enum { SLACK = 8 }; // bytes that may be written behind what counts

static voc_rc put_pack(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    (void)put64(out, (uint64_t)s->min);
    (void)put64(out, s->gcd);
    (void)buf_byte(out, (char)s->width);
    const struct divisor scale = divisor_of(s->gcd);
    size_t len = (n * s->width + 7) / 8;
    unsigned char *to = (unsigned char *)buf_room(out, len + SLACK);
    if (!to) return out->rc;
    unsigned __int128 hold = 0;
    unsigned bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        hold |= (unsigned __int128)divided(&scale, (uint64_t)v[i] - (uint64_t)s->min) << bits;
        bits += s->width;
        if (bits < 64) continue;
        set64(to + at, (uint64_t)hold);
        at += 8;
        hold >>= 64;
        bits -= 64;
    }
    set64(to + at, (uint64_t)hold);
    out->len += len;
    return out->rc;
}

static voc_rc put_delta(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    const struct divisor scale = divisor_of(s->gcd);
    (void)put64(out, (uint64_t)v[0]);
    (void)put64(out, s->gcd);
    size_t control = n / 2; // a nibble for each row but the first
    unsigned char *to = (unsigned char *)buf_room(out, s->delta_bytes - 16 + SLACK);
    if (!to) return out->rc;
    size_t at = control, i = 1;
    for (; i + 1 < n; i += 2) {
        uint64_t d = delta(v, i, &scale), e = delta(v, i + 1, &scale);
        unsigned first = byte_width(d), second = byte_width(e);
        to[(i - 1) / 2] = (unsigned char)(first | second << 4);
        set64(to + at, d);
        set64(to + at + first, e);
        at += first + second;
    }
    if (i < n) {
        uint64_t d = delta(v, i, &scale);
        to[(i - 1) / 2] = (unsigned char)byte_width(d);
        set64(to + at, d);
        at += byte_width(d);
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
    unsigned char *to = (unsigned char *)buf_room(out, control + 4 * n + SLACK);
    if (!to) return out->rc;
    for (size_t i = 0; i < n; i += 4) {
        unsigned widths = 0;
        for (unsigned k = 0; k < 4 && i + k < n; k++) {
            uint32_t d = (uint32_t)((uint64_t)v[i + k] - (uint64_t)s->min);
            unsigned more = short_more(d);
            widths |= more << 2 * k;
            set32(to + at, d);
            at += more + 1;
        }
        to[i / 4] = (unsigned char)widths;
    }
    out->len += at;
    return out->rc;
}

static voc_rc put_sparse(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    const struct divisor by = divisor_of(s->other_gcd);
    size_t last = 0;
    (void)put64(out, (uint64_t)s->common);
    (void)put64(out, s->other_gcd);
    (void)put32(out, (uint32_t)s->n_other);
    for (size_t i = 0; i < n; i++) {
        if (v[i] == s->common) continue;
        (void)put_varint(out, i - last);
        (void)put_varint(out, zigzag(divided_signed(&by, v[i])));
        last = i;
    }
    return out->rc;
}

voc_rc column_put_ints(struct buf *out, const int64_t *v, size_t n, uint8_t *codec)
{
    struct shape s;
    size_t best, bytes, changes;
    look(&s, v, n);
    if (s.min == s.max) { // so it is in most columns of most files
        *codec = CODEC_CONST;
        return put64(out, (uint64_t)s.min);
    }
    find_width(&s, v, n);
    voc_rc (*put)(struct buf *, const int64_t *, size_t, const struct shape *) = put_pack;
    *codec = CODEC_PACK;
    best = 17 + (n * s.width + 7) / 8;
    changes = s.n_runs - 1u; // each is a step of at least a byte, and has an exception on one of its sides
    // a run of one row takes more than a step does
    if (2 * (size_t)s.n_runs < n && 4 + 2 * (size_t)s.n_runs < best && (bytes = weigh_runs(v, n)) < best) best = bytes, put = put_runs, *codec = CODEC_RUNS;
    if (8 + (n + 3) / 4 + n < best && (bytes = weigh_short(&s, v, n)) < best) best = bytes, put = put_short, *codec = CODEC_SHORT;
    if (16 + n / 2 + changes < best && (bytes = weigh_delta(&s, v, n)) < best) best = bytes, put = put_delta, *codec = CODEC_DELTA;
    if (20 + changes < best && (bytes = weigh_sparse(&s, v, n, best)) < best) best = bytes, put = put_sparse, *codec = CODEC_SPARSE;
    return put(out, v, n, &s);
}
