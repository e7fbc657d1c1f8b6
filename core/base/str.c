// SPDX-License-Identifier: MIT
// Slices: comparing, trimming, splitting, numbers and near names. No allocation, no locale: numbers read the same whatever
// a linked library did to the process. All functions are pure and thread-safe.
#include "base/str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DISTANCE_MAX 64u // names are short; longer words count as far apart
#define DIGITS_MAX 800u  // significant digits that can decide the nearest double (767), and then some

static bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool digit(char c) { return c >= '0' && c <= '9'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

int str_cmp(voc_str a, voc_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (c) return c < 0 ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

voc_str str_trim(voc_str s)
{
    while (s.len && blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && blank(s.ptr[s.len - 1])) s.len--;
    return s;
}

bool str_starts(voc_str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return n <= s.len && (n == 0 || memcmp(s.ptr, prefix, n) == 0);
}

bool str_ends(voc_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return n <= s.len && (n == 0 || memcmp(s.ptr + (s.len - n), suffix, n) == 0);
}

bool str_ieq(voc_str a, voc_str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    }
    return true;
}

bool str_split(voc_str *rest, voc_str *word)
{
    voc_str s = *rest;
    while (s.len && blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    size_t n = 0;
    while (n < s.len && !blank(s.ptr[n])) n++;
    if (n == 0) return false;
    *word = (voc_str){s.ptr, n};
    *rest = (voc_str){s.ptr + n, s.len - n};
    return true;
}

bool str_uint64(voc_str s, uint64_t *out)
{
    uint64_t value = 0;
    if (s.len == 0) return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!digit(s.ptr[i]) || __builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

// Takes a sign off; true: it was a minus.
static bool take_sign(voc_str *s)
{
    bool minus = s->len && s->ptr[0] == '-';
    if (minus || (s->len && s->ptr[0] == '+')) {
        s->ptr++;
        s->len--;
    }
    return minus;
}

bool str_int(voc_str s, int64_t *out)
{
    uint64_t size;
    bool minus = take_sign(&s);
    if (!str_uint64(s, &size) || size > (uint64_t)INT64_MAX + minus) return false;
    *out = minus ? (int64_t)(0u - size) : (int64_t)size;
    return true;
}

// A decimal number taken apart: up to DIGITS_MAX significant digits, times 10^exponent.
struct decimal {
    char digits[DIGITS_MAX];
    size_t n;
    int64_t exponent;
};

static bool decimal_read(voc_str s, struct decimal *d)
{
    bool point = false, any = false, cut = false;
    size_t i = 0;
    for (; i < s.len && (digit(s.ptr[i]) || (s.ptr[i] == '.' && !point)); i++) {
        if (s.ptr[i] == '.') {
            point = true;
            continue;
        }
        any = true;
        if (d->n == 0 && s.ptr[i] == '0') d->exponent -= point;
        else if (d->n < DIGITS_MAX - 1) {
            d->digits[d->n++] = s.ptr[i];
            d->exponent -= point;
        } else {
            cut |= s.ptr[i] != '0';
            d->exponent += !point;
        }
    }
    if (cut && d->digits[d->n - 1] == '0') d->digits[d->n - 1] = '1'; // what was cut off is not zero: it may break a tie
    if (!any) return false;
    if (i == s.len) return true;
    if (s.ptr[i] != 'e' && s.ptr[i] != 'E') return false;
    int64_t exponent;
    voc_str e = {s.ptr + i + 1, s.len - i - 1};
    if (!str_int(e, &exponent)) return false;
    if (exponent > 100000000) exponent = 100000000;
    if (exponent < -100000000) exponent = -100000000;
    d->exponent += exponent;
    return true;
}

// Exact where the digits fit 2^53 and the power of ten is exact (Clinger 1990); else strtod, given no decimal point, which
// is the one character that depends on the locale.
static double decimal_value(const struct decimal *d)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (d->n == 0) return 0.0;
    if (d->n <= 15 && d->exponent >= -22 && d->exponent <= 22) {
        int64_t whole = 0;
        for (size_t i = 0; i < d->n; i++) whole = whole * 10 + (d->digits[i] - '0');
        return d->exponent < 0 ? (double)whole / power[-d->exponent] : (double)whole * power[d->exponent];
    }
    char text[DIGITS_MAX + 32], *at = text + d->n;
    memcpy(text, d->digits, d->n);
    *at++ = 'e';
    if (d->exponent < 0) *at++ = '-';
    char reverse[24];
    size_t n = 0;
    for (int64_t e = d->exponent < 0 ? -d->exponent : d->exponent; n == 0 || e > 0; e /= 10) reverse[n++] = (char)('0' + e % 10);
    while (n) *at++ = reverse[--n];
    *at = '\0';
    return strtod(text, NULL);
}

bool str_real(voc_str s, double *out)
{
    struct decimal d;
    d.n = 0;
    d.exponent = 0;
    bool minus = take_sign(&s);
    if (!decimal_read(s, &d)) return false;
    double value = decimal_value(&d);
    if (!isfinite(value)) return false;
    *out = minus ? -value : value;
    return true;
}

// A number that is m * 2^-shift with a whole m, and `places` digits of it behind the point: all that is asked of it fits 128 bits where it
// is not whole, and neither very small nor very large. printf takes ten times as long.
struct fraction { uint64_t m; unsigned shift; int places; /* of 17 digits */ };

static bool fraction_of(struct fraction *f, double x)
{
    static const double least[] = {1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t m;
    memcpy(&m, &x, sizeof m);
    const int power = (int)(m >> 52) - 1075;
    if (!(x >= least[0] && x < 1e15) || power >= 0) return false;
    *f = (struct fraction){(m & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52, (unsigned)-power, 20};
    for (size_t i = 1; i < sizeof least / sizeof *least && x >= least[i]; i++) f->places--;
    return true;
}

static unsigned __int128 times_ten(unsigned __int128 x, int times)
{
    while (times--) x *= 10;
    return x;
}

// Its first n digits, 15 to 17, rounded to even; 0: they became one more.
static uint64_t fraction_digits(const struct fraction *f, int n)
{
    const unsigned __int128 product = times_ten(f->m, f->places - (17 - n));
    const unsigned __int128 rest = product & (((unsigned __int128)1 << f->shift) - 1), half = (unsigned __int128)1 << (f->shift - 1);
    uint64_t digits = (uint64_t)(product >> f->shift);
    digits += rest > half || (rest == half && digits % 2);
    return digits < (uint64_t)times_ten(1, n) ? digits : 0;
}

// Whether n digits are read as the number: they are no further off than half the way to the next. Below a power of two that is nearer, but
// powers of two within the bounds have no more than 15 digits.
static bool fraction_is(const struct fraction *f, uint64_t digits, int n)
{
    const unsigned __int128 half = times_ten(1, f->places - (17 - n)), at = (unsigned __int128)digits << (f->shift + 1), own = f->m * half * 2;
    const unsigned __int128 off = at < own ? own - at : at - own;
    return off < half || (off == half && f->m % 2 == 0);
}

static size_t fraction_write(char *to, uint64_t digits, int places)
{
    char reverse[24];
    size_t n = 0, whole = 0;
    for (; places > 0 && digits % 10 == 0; places--) digits /= 10;
    for (int i = 0; i < places; i++, digits /= 10) reverse[n++] = (char)('0' + digits % 10);
    if (places > 0) reverse[n++] = '.';
    do reverse[n++] = (char)('0' + digits % 10);
    while (digits /= 10);
    while (n) to[whole++] = reverse[--n];
    return whole;
}

size_t str_of_real(char to[STR_REAL_MAX], double x)
{
    const bool minus = x < 0;
    struct fraction f;
    to[0] = '-';
    const uint64_t digits = fraction_of(&f, minus ? -x : x) ? fraction_digits(&f, 17) : 0;
    return digits ? minus + fraction_write(to + minus, digits, f.places) : (size_t)snprintf(to, STR_REAL_MAX, "%.17g", x);
}

size_t str_of_real_shortest(char to[STR_REAL_MAX], double x)
{
    const bool minus = x < 0;
    struct fraction f;
    to[0] = '-';
    const bool quick = fraction_of(&f, minus ? -x : x);
    for (int n = 15; n <= 17; n++) {
        const uint64_t digits = quick ? fraction_digits(&f, n) : 0;
        if (digits && (n == 17 || fraction_is(&f, digits, n))) return minus + fraction_write(to + minus, digits, f.places - (17 - n));
        if (digits) continue;
        const size_t len = (size_t)snprintf(to, STR_REAL_MAX, "%.*g", n, x);
        if (n == 17 || strtod(to, NULL) == x) return len; // the program never leaves the C locale
        to[0] = '-';
    }
    return 0;
}

// INT64_MIN means "missing" everywhere (VOC_NA), so it is not an amount.
bool str_money(voc_str s, int64_t *micro)
{
    bool minus = take_sign(&s), point = false, any = false;
    int64_t value = 0;
    int places = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!digit(s.ptr[i])) return false;
        any = true;
        if (point && ++places > 6) return false;
        int n = s.ptr[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, n, &value)) return false;
    }
    for (; places < 6; places++) {
        if (__builtin_mul_overflow(value, 10, &value)) return false;
    }
    if (!any || value == INT64_MIN) return false;
    *micro = minus ? value : -value; // counted downwards
    return true;
}

// Optimal string alignment: insert, delete, replace, and swap of neighbours cost 1 each; three rows of the table.
size_t str_distance(voc_str a, voc_str b)
{
    size_t row[3][DISTANCE_MAX + 1];
    if (a.len > DISTANCE_MAX || b.len > DISTANCE_MAX) return str_eq(a, b) ? 0 : a.len > b.len ? a.len : b.len;
    for (size_t j = 0; j <= b.len; j++) row[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = row[i % 3], *up = row[(i + 2) % 3], *upper = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = up[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (up[j] + 1 < best) best = up[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] && upper[j - 2] + 1 < best)
                best = upper[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[a.len % 3][b.len];
}

const char *str_nearest(voc_str word, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t bound = word.len / 3 ? word.len / 3 : 1;
    for (size_t i = 0; i < n; i++) {
        size_t distance = str_distance(word, str_of(names[i]));
        if (distance > bound || (best && distance == bound)) continue;
        best = names[i];
        bound = distance;
    }
    return best;
}
