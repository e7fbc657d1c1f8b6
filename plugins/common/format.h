// SPDX-License-Identifier: MIT
//
// Numbers, times and durations as people read them, the same in every plugin: thousands in groups of three, dates as ISO,
// durations in their largest unit. Into a buffer of the caller, always NUL-terminated; never the locale. Pure functions.
#ifndef VOC_PLUGINS_COMMON_FORMAT_H
#define VOC_PLUGINS_COMMON_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAX 512  // enough for every one of them

// "1,072.5"; `sign`: also a plus. NaN is "-", infinities "inf" and "-inf"; what rounds to zero has no sign.
void format_number(char *out, size_t size, double x, unsigned digits, bool sign);
void format_integer(char *out, size_t size, int64_t i, bool sign);
void format_money(char *out, size_t size, double x, unsigned digits, const char *currency, size_t length); // "1,072 EUR"; "1,072" where none is declared

// The civil date of microseconds since 1970 UTC (Howard Hinnant, "chrono-compatible low-level date algorithms"), and the
// microseconds since its midnight.
void format_civil(int64_t us, int64_t *year, unsigned *month, unsigned *day, int64_t *rest_us);
void format_time(char *out, size_t size, int64_t us);      // "2024-07-01", "2024-07-01 08:00:00"
void format_day(char *out, size_t size, int64_t us);       // "1 Jul 2024"
void format_duration(char *out, size_t size, int64_t us);  // "14 d", "1.5 h", "250 us"

#endif
