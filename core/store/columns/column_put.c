// SPDX-License-Identifier: MIT
// Integer columns to bytes: constant, bit-packed, deltas, sparse, runs and short numbers, whichever is smallest. All arithmetic
// is modulo 2^64, so that VOC_NA (INT64_MIN) needs no case of its own; a common factor (whole seconds in microseconds, cents in
// micro-units) is divided out first. A codec is weighed only where the least that it can take is less than the best so far;
// what weighing asks of all values is in column_look.c.
#include "store/columns/bytes.h"
#include "store/columns/column.h"
#include "store/columns/column_look.h"

struct shape { // what passes over the values say
    struct column_range r;
    int64_t common;           // one that many rows have
    uint64_t range, gcd;      // max - min; of the differences to min, 1 where the range is 2^63 or more
    size_t n_runs;
    size_t n_other;           // values that are not `common`
    uint64_t other_gcd;       // of those values
    size_t bytes;             // that the codec takes
    unsigned width;
};
enum { SLACK = 8 }; // bytes that may be written behind what counts

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

static uint64_t common_factor(const struct column_range *r, const int64_t *v, size_t n)
{
    uint64_t by = 0;
    for (size_t i = 0; i < n; i++) {
        if (by > 1 && (i = column_uneven(v, i, n, r, by)) == n) break;
        by = gcd64((uint64_t)v[i] - (uint64_t)r->min, by);
        if (by == 1) break;
    }
    return by;
}

static void look(struct shape *s, const int64_t *v, size_t n)
{
    *s = (struct shape){.gcd = 1};
    column_range(&s->r, v, n);
    s->n_runs = s->r.changes + 1;
    s->range = (uint64_t)s->r.max - (uint64_t)s->r.min;
    if (s->range == 0) return;
    if (s->range <= INT64_MAX) s->gcd = common_factor(&s->r, v, n);
    s->width = 64 - (unsigned)__builtin_clzll(s->range / s->gcd);
}

// The difference of a row to the one before, in units of the scale, zigzag-coded.
static inline uint64_t delta(const int64_t *v, size_t i, const struct divisor *scale)
{
    return zigzag(divided_signed(scale, (int64_t)((uint64_t)v[i] - (uint64_t)v[i - 1])));
}

// A step takes one byte more from each of the limits on: zigzag-coded it is 256 and more, 65,536 and more, ... of the scale.
static size_t weigh_delta(const struct shape *s, const int64_t *v, size_t n)
{
    size_t bytes = 16 + n / 2;
    if (s->range > INT64_MAX) {
        const struct divisor scale = divisor_of(s->gcd);
        for (size_t i = 1; i < n; i++) bytes += byte_width(delta(v, i, &scale));
        return bytes;
    }
    int64_t limit[8];
    size_t count[8] = {0};
    unsigned limits = 0;
    for (uint64_t x = s->gcd; x <= s->range >> 7; x <<= 8) {
        limit[limits++] = (int64_t)(x << 7);
        if (x > INT64_MAX >> 8) break;
    }
    for (unsigned k = limits; k < 8; k++) limit[k] = INT64_MAX;
    column_steps(v, n, limit, count);
    if (limits > 4) column_steps(v, n, limit + 4, count + 4);
    bytes += s->r.changes;
    for (unsigned k = 0; k < limits; k++) bytes += count[k];
    return bytes;
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
    static const int64_t limit[4] = {0xff, 0xffff, 0xffffff, INT64_MAX};
    size_t count[4];
    if (s->range > UINT32_MAX) return SIZE_MAX;
    column_above(v, n, s->r.min, limit, count);
    return 8 + (n + 3) / 4 + n + count[0] + count[1] + count[2];
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

// The rows among v[from..], at most STRETCH of them, that are not `common`.
enum { STRETCH = 512 };
static size_t others_from(const int64_t *v, size_t from, size_t n, int64_t common, uint32_t at[STRETCH + 4])
{
    return column_others_at(v, from, n - from < STRETCH ? n : from + STRETCH, common, at);
}

// The least that the value of an exception takes: no common factor of theirs is more than that of the first ones' differences.
static unsigned least_exception(const struct shape *s, const int64_t *v, const uint32_t *at, size_t others)
{
    const uint64_t least = s->r.min > 0 ? (uint64_t)s->r.min : s->r.max < 0 ? magnitude(s->r.max) : 0;
    uint64_t by = 0;
    for (size_t k = 1; k < others; k++) by = gcd64(magnitude((int64_t)((uint64_t)v[at[k]] - (uint64_t)v[at[0]])), by);
    if (by == 0 || least < by || s->range > INT64_MAX || least > INT64_MAX) return 1;
    return varint_width(2 * (least / by) - (s->r.max < 0));
}

static size_t weigh_sparse(struct shape *s, const int64_t *v, size_t n, size_t best)
{
    const int64_t common = s->common = elect(v, n);
    struct divisor by = {0};
    uint32_t at[STRETCH + 4];
    size_t last = 0, bytes = 20;
    s->n_other = column_others(v, n, common);
    if (20 + 2 * s->n_other >= best ||
        20 + s->n_other * (1 + least_exception(s, v, at, others_from(v, 0, n < 64 ? n : 64, common, at))) >= best)
        return SIZE_MAX;
    for (size_t from = 0; from < n; from += STRETCH)
        for (size_t k = 0, others = others_from(v, from, n, common, at); k < others; k++) {
            uint64_t m = magnitude(v[at[k]]);
            if (m == 0 || (by.of && divides(&by, m))) continue;
            by = divisor_of(by.of ? gcd64(m, by.of) : m);
        }
    if (by.of == 0 || by.of > INT64_MAX) by = divisor_of(1);
    s->other_gcd = by.of;
    for (size_t from = 0; from < n; from += STRETCH)
        for (size_t k = 0, others = others_from(v, from, n, common, at); k < others; k++) {
            bytes += varint_width(at[k] - last) + varint_width(zigzag(divided_signed(&by, v[at[k]])));
            last = at[k];
        }
    return bytes;
}

// ---- writing -------------------------------------------------------------------------------------------------------------

static unsigned char *set_varint(unsigned char *p, uint64_t v)
{
    for (; v >= 128; v >>= 7) *p++ = (unsigned char)(v | 128);
    *p++ = (unsigned char)v;
    return p;
}

static voc_rc put_pack(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    (void)put64(out, (uint64_t)s->r.min);
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
        hold |= (unsigned __int128)divided(&scale, (uint64_t)v[i] - (uint64_t)s->r.min) << bits;
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
    unsigned char *to = (unsigned char *)buf_room(out, s->bytes - 16 + SLACK);
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
    unsigned char *to = (unsigned char *)buf_room(out, s->bytes);
    if (!to) return out->rc;
    set32(to, (uint32_t)s->n_runs);
    to += 4;
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && v[next] == v[i];) next++;
        to = set_varint(to, next - i);
        to = set_varint(to, zigzag((int64_t)((uint64_t)v[i] - (uint64_t)before)));
        before = v[i];
    }
    out->len += s->bytes;
    return out->rc;
}

static voc_rc put_short(struct buf *out, const int64_t *v, size_t n, const struct shape *s)
{
    size_t control = (n + 3) / 4, at = control;
    (void)put64(out, (uint64_t)s->r.min);
    unsigned char *to = (unsigned char *)buf_room(out, control + 4 * n + SLACK);
    if (!to) return out->rc;
    for (size_t i = 0; i < n; i += 4) {
        unsigned widths = 0;
        for (unsigned k = 0; k < 4 && i + k < n; k++) {
            uint32_t d = (uint32_t)((uint64_t)v[i + k] - (uint64_t)s->r.min);
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
    uint32_t at[STRETCH + 4];
    size_t last = 0;
    unsigned char *to = (unsigned char *)buf_room(out, s->bytes);
    if (!to) return out->rc;
    set64(to, (uint64_t)s->common);
    set64(to + 8, s->other_gcd);
    set32(to + 16, (uint32_t)s->n_other);
    to += 20;
    for (size_t from = 0; from < n; from += STRETCH)
        for (size_t k = 0, others = others_from(v, from, n, s->common, at); k < others; k++) {
            to = set_varint(to, at[k] - last);
            to = set_varint(to, zigzag(divided_signed(&by, v[at[k]])));
            last = at[k];
        }
    out->len += s->bytes;
    return out->rc;
}

// Between VOC_NA and another value is a step that takes eight bytes and more, or ten in a run, and there are two around each group of
// exceptions but those at the ends; what is packed takes eight bytes a row. Where that is more than the exceptions, nothing else is looked at.
voc_rc column_put_rare(struct buf *out, const uint32_t *at, const int64_t *v, size_t n, size_t rows, uint8_t *codec, bool *done)
{
    struct divisor by = {0};
    size_t groups = 0, last = 0, bytes = 20;
    uint64_t great = 0;
    bool plus = false;
    *done = false;
    for (size_t k = 0; k < n; k++) {
        const uint64_t m = magnitude(v[k]);
        great |= m;
        plus |= v[k] >= 0;
        groups += k == 0 || at[k] != at[k - 1] + 1;
        if (m && !(by.of && divides(&by, m))) by = divisor_of(by.of ? gcd64(m, by.of) : m);
    }
    if (!plus || great >> 55 || n > rows / 2) return VOC_OK;
    if (by.of == 0) by = divisor_of(1);
    for (size_t k = 0; k < n; last = at[k++]) bytes += varint_width(at[k] - last) + varint_width(zigzag(divided_signed(&by, v[k])));
    if (bytes >= 16 * (groups - 1)) return VOC_OK;
    unsigned char *to = (unsigned char *)buf_room(out, bytes);
    if (!to) return out->rc;
    set64(to, (uint64_t)VOC_NA);
    set64(to + 8, by.of);
    set32(to + 16, (uint32_t)n);
    to += 20;
    last = 0;
    for (size_t k = 0; k < n; last = at[k++]) to = set_varint(set_varint(to, at[k] - last), zigzag(divided_signed(&by, v[k])));
    out->len += bytes;
    *codec = CODEC_SPARSE;
    *done = true;
    return VOC_OK;
}

voc_rc column_put_ints(struct buf *out, const int64_t *v, size_t n, uint8_t *codec)
{
    struct shape s;
    size_t bytes;
    look(&s, v, n);
    if (s.range == 0) { // so it is in most columns of most files
        *codec = CODEC_CONST;
        return put64(out, (uint64_t)s.r.min);
    }
    voc_rc (*put)(struct buf *, const int64_t *, size_t, const struct shape *) = put_pack;
    *codec = CODEC_PACK;
    s.bytes = 17 + (n * s.width + 7) / 8;
    const size_t changes = s.r.changes; // each is a step of at least a byte, and has an exception on one of its sides
    // a run of one row takes more than a step does
    if (2 * s.n_runs < n && 4 + 2 * s.n_runs < s.bytes && (bytes = weigh_runs(v, n)) < s.bytes) s.bytes = bytes, put = put_runs, *codec = CODEC_RUNS;
    if (8 + (n + 3) / 4 + n < s.bytes && (bytes = weigh_short(&s, v, n)) < s.bytes) s.bytes = bytes, put = put_short, *codec = CODEC_SHORT;
    if (16 + n / 2 + changes < s.bytes && (bytes = weigh_delta(&s, v, n)) < s.bytes) s.bytes = bytes, put = put_delta, *codec = CODEC_DELTA;
    if (20 + changes < s.bytes && (bytes = weigh_sparse(&s, v, n, s.bytes)) < s.bytes) s.bytes = bytes, put = put_sparse, *codec = CODEC_SPARSE;
    return put(out, v, n, &s);
}
