// SPDX-License-Identifier: MIT
// Days of the Gregorian calendar by number, and times and durations as RFC 5545 writes them. No state.
#include "plugins/input/ics/ics.h"

int64_t day_of(int64_t year, unsigned month, unsigned day)
{
    // Days from civil: years begin in March, so that the leap day is the last one of a year.
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    unsigned of_era = (unsigned)(year - era * 400), of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

void day_split(int64_t day, int64_t *year, unsigned *month, unsigned *of_month)
{
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097;
    unsigned in_era = (unsigned)(day - era * 146097), y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;
    *of_month = in_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = (int64_t)y + era * 400 + (*month <= 2);
}

unsigned days_in(int64_t year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : days[month - 1];
}

static int digits(const char *p, size_t n, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return 0;
        *out = *out * 10 + (unsigned)(p[i] - '0');
    }
    return 1;
}

int when_read(voc_str s, struct when *out)
{
    unsigned y, mo, d, h = 0, mi = 0, sec = 0;
    s = str_trimmed(s);
    if (s.len != 8 && s.len != 15 && s.len != 16) return 0;
    if (!digits(s.ptr, 4, &y) || !digits(s.ptr + 4, 2, &mo) || !digits(s.ptr + 6, 2, &d)) return 0;
    if (y < 1 || mo < 1 || mo > 12 || d < 1 || d > days_in(y, mo)) return 0;
    if (s.len > 8) {
        if (s.ptr[8] != 'T' || !digits(s.ptr + 9, 2, &h) || !digits(s.ptr + 11, 2, &mi) || !digits(s.ptr + 13, 2, &sec)) return 0;
        if (h > 23 || mi > 59 || sec > 60 || (s.len == 16 && s.ptr[15] != 'Z')) return 0;
        if (sec == 60) sec = 59;
    }
    *out = (struct when){day_of(y, mo, d) * DAY_SECONDS + (int64_t)h * 3600 + (int64_t)mi * 60 + sec,
                         s.len == 8    ? WHEN_DATE
                         : s.len == 16 ? WHEN_UTC
                                       : WHEN_FLOATING,
                         0};
    return 1;
}

static int64_t unit_seconds(char letter, int in_time)  // 0: no unit, or not on this side of the T
{
    switch (letter) {
    case 'W': return in_time ? 0 : 7 * DAY_SECONDS;
    case 'D': return in_time ? 0 : DAY_SECONDS;
    case 'H': return in_time ? 3600 : 0;
    case 'M': return in_time ? 60 : 0;
    case 'S': return in_time ? 1 : 0;
    default: return 0;
    }
}

int duration_read(voc_str s, int64_t *seconds)
{
    int64_t total = 0, n = 0;
    int minus = 0, in_time = 0, any = 0, some = 0;
    s = str_trimmed(s);
    size_t i = 0;
    if (i < s.len && (s.ptr[i] == '+' || s.ptr[i] == '-')) minus = s.ptr[i++] == '-';
    if (i == s.len || s.ptr[i++] != 'P') return 0;
    for (; i < s.len; i++) {
        char k = s.ptr[i];
        if (k >= '0' && k <= '9') {
            n = n * 10 + (k - '0');
            some = 1;
            if (n > 100000000) return 0;
            continue;
        }
        if (k == 'T' && !in_time && !some) {
            in_time = 1;
            continue;
        }
        const int64_t unit = unit_seconds(k, in_time);
        if (!unit || !some) return 0;
        total += n * unit;
        n = some = 0;
        any = 1;
    }
    if (some || !any) return 0;
    *seconds = minus ? -total : total;
    return 1;
}
