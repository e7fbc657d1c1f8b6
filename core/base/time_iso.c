// SPDX-License-Identifier: MIT
// Reads ISO 8601 (extended and compact, without weeks and ordinal days) and epochs told apart by magnitude, by hand: this
// is the hottest parser of an import. No allocation, no state. A time that could be read in two ways:
//  - 8 digits are a date (20240313), never an epoch; 14 and 17 digits of a valid time in the years 1900 to 2199 are that
//    time (20240313102114): as an epoch they would lie in the 26th century and later.
//  - All other digits are an epoch: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else nanoseconds, cut.
#include "base/str.h"
#include "base/time_internal.h"

voc_str time_trim(voc_str s)
{
    while (s.len > 0 && time_blank(s.ptr[0])) s.ptr++, s.len--;
    while (s.len > 0 && time_blank(s.ptr[s.len - 1])) s.len--;
    return s;
}

bool time_fraction_read(const char **p, const char *end, int64_t *us, unsigned *digits)
{
    const char *q = *p;
    int64_t value = 0;
    unsigned n = 0;
    for (; q < end && time_digit(*q); q++, n++) {
        if (n < 6) value = value * 10 + (*q - '0');
    }
    if (n == 0 || n > 9) return false;
    for (unsigned i = n; i < 6; i++) value *= 10;
    *p = q, *us = value, *digits = n;
    return true;
}

bool time_offset_read(const char **p, const char *end, int64_t *offset_us)
{
    const char *q = *p;
    if (q == end) return false;
    if (*q == 'Z' || *q == 'z') {
        *p = q + 1, *offset_us = 0;
        return true;
    }
    if (end - q >= 3 && (memcmp(q, "UTC", 3) == 0 || memcmp(q, "GMT", 3) == 0)) {
        *p = q + 3, *offset_us = 0;
        return true;
    }
    if ((*q != '+' && *q != '-') || end - q < 3) return false;
    bool minus = *q == '-';
    unsigned h = time_two(q + 1), m = 0;
    q += 3;
    if (end - q >= 3 && *q == ':') {
        m = time_two(q + 1);
        q += 3;
    } else if (end - q >= 2 && time_digit(*q)) {
        m = time_two(q);
        q += 2;
    }
    if (h > 18 || m > 59 || (h == 18 && m > 0)) return false;
    int64_t us = ((int64_t)h * 60 + m) * 60 * US_PER_SECOND;
    *p = q, *offset_us = minus ? -us : us;
    return true;
}

static bool ranged(struct time_read *out, int64_t us, uint32_t resolution, bool absolute)
{
    if (us < TIME_MIN_US || us >= TIME_END_US) return false;
    *out = (struct time_read){us, resolution, absolute};
    return true;
}

bool time_epoch_read(voc_str s, int64_t unit_us, bool decimals, struct time_read *out)
{
    const char *p = s.ptr, *end = p + s.len;
    bool minus = p < end && *p == '-';
    if (minus) p++;
    const char *first = p;
    int64_t x = 0;
    for (; p < end && time_digit(*p); p++) {
        if (p - first >= 18) return false;
        x = x * 10 + (*p - '0');
    }
    if (p == first || x > INT64_MAX / 2 / unit_us) return false;
    int64_t us = x * unit_us;
    uint32_t resolution = unit_us == US_PER_SECOND ? VOC_RES_SECOND : unit_us == 1000 ? VOC_RES_MS : VOC_RES_US;
    if (p < end && *p == '.' && decimals) {
        int64_t fraction;
        unsigned digits;
        p++;
        if (!time_fraction_read(&p, end, &fraction, &digits)) return false;
        us += fraction * unit_us / US_PER_SECOND;
        if (unit_us == US_PER_SECOND) resolution = digits <= 3 ? VOC_RES_MS : VOC_RES_US;
        else if (fraction) resolution = VOC_RES_US; // not of 1710325274123.0, as tables of floating point write whole numbers
    }
    return p == end && ranged(out, minus ? -us : us, resolution, true);
}

bool time_nanoseconds_read(voc_str s, struct time_read *out)
{
    const size_t sign = s.len > 0 && s.ptr[0] == '-', digits = s.len - sign;
    for (size_t i = sign; i < s.len; i++)
        if (!time_digit(s.ptr[i])) return false;
    if (digits == 0) return false;
    if (digits <= 3) return ranged(out, 0, VOC_RES_US, true);
    return time_epoch_read(str_mk(s.ptr, s.len - 3), 1, false, out);
}

static bool epoch_by_magnitude(voc_str s, struct time_read *out)
{
    size_t sign = s.len > 0 && s.ptr[0] == '-', first = sign;
    while (first + 1 < s.len && s.ptr[first] == '0') first++;
    size_t digits = 0;
    while (first + digits < s.len && time_digit(s.ptr[first + digits])) digits++;
    if (digits == 0 || digits > 19) return false;
    if (digits > 17) return time_nanoseconds_read(s, out);
    return time_epoch_read(s, digits <= 11 ? US_PER_SECOND : digits <= 14 ? 1000 : 1, true, out);
}

// "hh:mm:ss" in one step, as seconds of the day. False: it is not that, or a leap second, or the processor does not have its bytes in
// that order.
static inline bool clock_plain(const char *p, int64_t *seconds)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t x;
    memcpy(&x, p, sizeof x);
    if ((x & UINT64_C(0xF0F0FFF0F0FFF0F0)) != UINT64_C(0x30303A30303A3030)) return false;
    x &= UINT64_C(0x0F0F000F0F000F0F);
    if (((x + UINT64_C(0x0606000606000606)) & UINT64_C(0xF0F000F0F000F0F0)) != 0) return false;
    x = (x * 10 + (x >> 8)) & UINT64_C(0x00FF0000FF0000FF); // two digits each
    if ((x + UINT64_C(0x0044000044000068)) & UINT64_C(0x0080000080000080)) return false; // over 59, 59 or 23
    *seconds = (int64_t)((x & 0xFF) * 3600 + (x >> 24 & 0xFF) * 60 + (x >> 48));
    return true;
#else
    (void)p, (void)seconds;
    return false;
#endif
}

// The clock and offset behind the date, from p to the end; days is the date. A compact clock (102114) has no colons.
static bool clock_read(const char *p, const char *end, int64_t days, struct time_read *out)
{
    if (end - p < 2) return false;
    bool compact = end - p > 2 && p[2] != ':';
    unsigned h = time_two(p), m = 0, s = 0, digits = 0;
    uint32_t resolution = VOC_RES_HOUR;
    int64_t fraction = 0, offset = 0, seconds;
    if ((end - p == 8 || (end - p == 9 && p[8] == 'Z')) && clock_plain(p, &seconds)) // what most times are
        return ranged(out, days * US_PER_DAY + seconds * US_PER_SECOND, VOC_RES_SECOND, end - p == 9);
    p += 2;
    if (h > 23) return false;
    if (compact ? end - p >= 2 && time_digit(*p) : end - p >= 3 && *p == ':') {
        p += !compact;
        m = time_two(p);
        p += 2;
        resolution = VOC_RES_MINUTE;
        if (compact ? end - p >= 2 && time_digit(*p) : end - p >= 3 && *p == ':') {
            p += !compact;
            s = time_two(p);
            p += 2;
            resolution = VOC_RES_SECOND;
            if (p < end && (*p == '.' || *p == ',')) {
                p++;
                if (!time_fraction_read(&p, end, &fraction, &digits)) return false;
                resolution = digits <= 3 ? VOC_RES_MS : VOC_RES_US;
            }
        }
    }
    if (m > 59 || s > 60) return false; // :60 is a leap second: the sum below makes it the next second
    int64_t us = days * US_PER_DAY + (((int64_t)h * 60 + m) * 60 + s) * US_PER_SECOND + fraction;
    if (p == end) return ranged(out, us, resolution, false);
    if (*p == ' ' && end - p > 1) p++;
    if (!time_offset_read(&p, end, &offset) || p != end) return false;
    return ranged(out, us - offset, resolution, true);
}

static bool is_behind_date(char c) { return c == 'T' || c == ' ' || c == 't'; }

// The date of the time read before: in a log it is nearly always the same. No state that a caller could see.
static _Thread_local struct { char text[10]; int64_t days; } last = {.text = "1970-01-01"};

static inline bool is_last_date(const char *p)
{
    uint64_t x, y;
    uint16_t u, v;
    memcpy(&x, p, 8), memcpy(&y, last.text, 8);
    memcpy(&u, p + 8, 2), memcpy(&v, last.text + 8, 2);
    return ((x ^ y) | (uint64_t)(u ^ v)) == 0;
}

bool time_iso_usual(voc_str s, int64_t *us)
{
    const char *p = s.ptr;
    int64_t seconds;
    if ((s.len != 19 && s.len != 20) || (p[10] != 'T' && p[10] != ' ') || (s.len == 20 && p[19] != 'Z')) return false;
    if (!is_last_date(p) || !clock_plain(p + 11, &seconds)) return false;
    *us = last.days * US_PER_DAY + seconds * US_PER_SECOND;
    return true;
}

static bool extended_read(voc_str s, struct time_read *out)
{
    const char *p = s.ptr, *end = p + s.len;
    int64_t days = last.days;
    if (!is_last_date(p)) {
        unsigned century = time_two(p), rest = time_two(p + 2), month = time_two(p + 5), day = time_two(p + 8);
        int64_t year = (int64_t)century * 100 + rest;
        if (p[7] != '-' || century > 99 || rest > 99 || !time_date_valid(year, month, day)) return false;
        last.days = days = time_from_civil(year, month, day);
        memcpy(last.text, p, sizeof last.text);
    }
    if (s.len == 10) return ranged(out, days * US_PER_DAY, VOC_RES_DAY, false);
    return is_behind_date(p[10]) && clock_read(p + 11, end, days, out);
}

static bool compact_read(voc_str s, size_t clock_at, struct time_read *out)
{
    const char *p = s.ptr;
    unsigned century = time_two(p), rest = time_two(p + 2), month = time_two(p + 4), day = time_two(p + 6);
    int64_t year = (int64_t)century * 100 + rest;
    if (century > 99 || rest > 99 || !time_date_valid(year, month, day)) return false;
    int64_t days = time_from_civil(year, month, day);
    if (s.len == 8) return ranged(out, days * US_PER_DAY, VOC_RES_DAY, false);
    return clock_read(p + clock_at, p + s.len, days, out);
}

// 20240313102114 or 20240313102114123.
static bool run_together_read(voc_str s, struct time_read *out)
{
    int century = s.ptr[0] == '1' ? s.ptr[1] == '9' : s.ptr[0] == '2' && (s.ptr[1] == '0' || s.ptr[1] == '1');
    if (!century || !compact_read(str_mk(s.ptr, 14), 8, out)) return false;
    if (s.len == 14) return true;
    unsigned tens = time_two(s.ptr + 14);
    out->us += ((int64_t)tens * 10 + (s.ptr[16] - '0')) * 1000;
    out->resolution = VOC_RES_MS;
    return true;
}

bool time_iso_read(voc_str s, struct time_read *out)
{
    s = time_trim(s);
    if (s.len >= 10 && s.ptr[4] == '-') return extended_read(s, out);
    if (s.len < 8) return epoch_by_magnitude(s, out);
    size_t digits = 0;
    while (digits < s.len && time_digit(s.ptr[digits])) digits++;
    if (digits == 8 && s.len == 8) return compact_read(s, 8, out);
    if (digits == 8 && s.len > 9 && is_behind_date(s.ptr[8])) return compact_read(s, 9, out);
    if (digits == s.len && (digits == 14 || digits == 17) && run_together_read(s, out)) return true;
    return epoch_by_magnitude(s, out);
}

bool time_serial_read(voc_str s, struct time_read *out)
{
    s = time_trim(s);
    const char *p = s.ptr, *end = p + s.len;
    int64_t days = 0, scale = 1, part = 0;
    for (; p < end && time_digit(*p) && days < 10000000; p++) days = days * 10 + (*p - '0');
    if (p == s.ptr || days < 61 || days > 2958465) return false;
    bool fraction = p < end && (*p == '.' || *p == ',') && end - p > 1;
    for (p += fraction; fraction && p < end && time_digit(*p); p++) {
        if (scale < INT64_C(1000000000000)) part = part * 10 + (*p - '0'), scale *= 10;
    }
    if (p != end) return false;
    int64_t seconds = (part * 86400 + scale / 2) / scale; // what is stored has about that precision
    return ranged(out, (time_from_civil(1899, 12, 30) + days) * US_PER_DAY + seconds * US_PER_SECOND, fraction ? VOC_RES_SECOND : VOC_RES_DAY, false);
}
