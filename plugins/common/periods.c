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

void period_name(enum period p, int64_t number, char *to, size_t size)
{
    if (p == PERIOD_WEEK) format_time(to, size, (number * 7 - THURSDAY) * DAY);
    else if (p == PERIOD_MONTH) snprintf(to, size, "%04" PRId64 "-%02d", floored(number, 12), (int)(number - floored(number, 12) * 12) + 1);
    else snprintf(to, size, "%04" PRId64 "-Q%d", floored(number, 4), (int)(number - floored(number, 4) * 4) + 1);
}
