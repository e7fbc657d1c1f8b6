// SPDX-License-Identifier: MIT
//
// Calendar periods of a time in UTC: weeks from Monday, months, quarters. Numbers of periods that follow each other follow each other.
#ifndef VOC_PLUGINS_COMMON_PERIODS_H
#define VOC_PLUGINS_COMMON_PERIODS_H

#include <stddef.h>
#include <stdint.h>

enum period { PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER };
int64_t period_of(enum period p, int64_t us);
int64_t period_begin(enum period p, int64_t number);  // its first moment
void period_name(enum period p, int64_t number, char *to, size_t size);  // "2024-07-01" (a week's Monday), "2024-07", "2024-Q3"

#endif
