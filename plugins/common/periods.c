// SPDX-License-Identifier: MIT
//
// See periods.h.
#include "plugins/common/periods.h"

#include <inttypes.h>
#include <stdio.h>

#include "plugins/common/format.h"

#define DAY INT64_C(86400000000)
#define THURSDAY 3  // the first day of 1970, counted from Monday

static int64_t floored(int64_t x, int64_t by) { return x / by - (x % by < 0); }

int64_t period_of(enum period p, int64_t us)
{
    int64_t year, rest;
    unsigned month, day;
    if (p == PERIOD_WEEK) return floored(floored(us, DAY) + THURSDAY, 7);
    format_civil(us, &year, &month, &day, &rest);
    return p == PERIOD_MONTH ? year * 12 + (int64_t)month - 1 : year * 4 + (int64_t)(month - 1) / 3;
}

// Days since 1970 of the first of a month (Howard Hinnant, as in format.c).
static int64_t first_of(int64_t year, int64_t month)
{
    if (month <= 2) year--;
    const int64_t era = floored(year, 400), of_era = year - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t period_begin(enum period p, int64_t number)
{
    if (p == PERIOD_WEEK) return (number * 7 - THURSDAY) * DAY;
    const int64_t each = p == PERIOD_MONTH ? 12 : 4, year = floored(number, each), of_year = number - year * each;
    return first_of(year, p == PERIOD_MONTH ? of_year + 1 : of_year * 3 + 1) * DAY;
}

void period_name(enum period p, int64_t number, char *to, size_t size)
{
    if (p == PERIOD_WEEK) format_time(to, size, period_begin(p, number));
    else if (p == PERIOD_MONTH) snprintf(to, size, "%04" PRId64 "-%02d", floored(number, 12), (int)(number - floored(number, 12) * 12) + 1);
    else snprintf(to, size, "%04" PRId64 "-Q%d", floored(number, 4), (int)(number - floored(number, 4) * 4) + 1);
}
