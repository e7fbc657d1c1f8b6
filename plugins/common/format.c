// SPDX-License-Identifier: MIT
//
// See format.h. Used by the output plugins and by the words of the score.
#include "plugins/common/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_US INT64_C(86400000000)

// Sign and digits, grouped up to the decimal point.
static void put(char *out, size_t size, const char *sign, const char *digits)
{
    size_t whole = strcspn(digits, "."), at = (size_t)snprintf(out, size, "%s", sign);
    for (size_t i = 0; i < whole && at + 2 < size; i++) {
        if (i && (whole - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    if (at < size) snprintf(out + at, size - at, "%s", digits + whole);
}

void format_number(char *out, size_t size, double x, unsigned digits, bool sign)
{
    char plain[400];
    if (isnan(x) || isinf(x)) {
        snprintf(out, size, "%s", isnan(x) ? "-" : x > 0 ? "inf" : "-inf");
        return;
    }
    snprintf(plain, sizeof plain, "%.*f", (int)(digits > 15 ? 15 : digits), fabs(x));
    bool zero = strspn(plain, "0.") == strlen(plain);
    put(out, size, zero ? "" : x < 0 ? "-" : sign ? "+" : "", plain);
}

void format_integer(char *out, size_t size, int64_t i, bool sign)
{
    char plain[32];
    snprintf(plain, sizeof plain, "%" PRIu64, i < 0 ? (uint64_t)0 - (uint64_t)i : (uint64_t)i);
    put(out, size, i < 0 ? "-" : sign && i > 0 ? "+" : "", plain);
}

void format_money(char *out, size_t size, double x, unsigned digits, const char *currency, size_t length)
{
    format_number(out, size, x, digits, false);
    const size_t at = strlen(out);
    if (length && at < size) snprintf(out + at, size - at, " %.*s", (int)(length > 80 ? 80 : length), currency);
}

void format_civil(int64_t us, int64_t *year, unsigned *month, unsigned *day, int64_t *rest_us)
{
    int64_t days = us / DAY_US, rest = us % DAY_US;
    if (rest < 0) days--, rest += DAY_US;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
    *rest_us = rest;
}

void format_time(char *out, size_t size, int64_t us)
{
    int64_t year, rest;
    unsigned month, day;
    format_civil(us, &year, &month, &day, &rest);
    int at = snprintf(out, size, "%04" PRId64 "-%02u-%02u", year, month, day);
    int64_t sec = rest / 1000000;
    if (rest && at > 0 && (size_t)at < size)
        snprintf(out + at, size - (size_t)at, " %02" PRId64 ":%02" PRId64 ":%02" PRId64, sec / 3600, sec / 60 % 60, sec % 60);
}

void format_day(char *out, size_t size, int64_t us)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t year, rest;
    unsigned month, day;
    format_civil(us, &year, &month, &day, &rest);
    snprintf(out, size, "%u %s %" PRId64, day, months[month - 1], year);
}

void format_duration(char *out, size_t size, int64_t us)
{
    static const struct { int64_t us; const char *name; } units[] = {
        {DAY_US, "d"}, {INT64_C(3600000000), "h"}, {INT64_C(60000000), "min"}, {INT64_C(1000000), "s"}, {1000, "ms"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (us < units[i].us && us > -units[i].us) continue;
        double v = (double)us / (double)units[i].us;
        snprintf(out, size, v == floor(v) ? "%.0f %s" : "%.1f %s", v, units[i].name);
        return;
    }
    if (us)
        snprintf(out, size, "%" PRId64 " us", us);
    else
        snprintf(out, size, "0 s");
}
