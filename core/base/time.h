// SPDX-License-Identifier: MIT
// Times: UTC microseconds with the resolution as written. ISO 8601 (offsets, fractions, space or T), epoch s/ms/us,
// explicit patterns, day-month orders by pattern or proof, IANA zones through ICU (files base/time_zone.c only).
// METHODS 0.2: a repeated local time is its first occurrence, a skipped one moves forward; both are counted.
#ifndef VOC_BASE_TIME_H
#define VOC_BASE_TIME_H
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/diag.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)

int64_t time_from_civil(int64_t year, unsigned month, unsigned day); // days since 1970-01-01
void time_to_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day);
void time_print(struct buf *out, int64_t us, uint32_t resolution); // "2024-07-01T08:00:00Z", "2024-07-01" for days
void time_print_date(struct buf *out, int64_t us);                 // "1 Jul 2024"
bool time_duration(voc_str s, int64_t *us);   // "30m" "14d" "2w" "10s" "6h": durations of a journey (journeys/README.md), d = 86400 s
void time_print_duration(struct buf *out, int64_t us);             // "14 d", "30 min"
int64_t time_unit_us(uint32_t resolution);                         // 1, 1000, 1e6, 6e7, 3.6e9, 8.64e10
int64_t time_floor(int64_t us, uint32_t resolution);               // toward minus infinity
// METHODS 0.2/0.3: is b strictly after a, with both truncated to the coarser resolution?
bool time_after(int64_t b, uint32_t b_res, int64_t a, uint32_t a_res);

// A compiled format. pattern: "" = ISO 8601 and epochs recognised by magnitude (s, ms, us, ns); else letters as in ICU/Java:
// yyyy yy M MM MMM d dd H HH h hh m mm s ss SSS.. a Z(+0100, +01:00, Z) with every other character literal; "epoch-s",
// "epoch-ms", "epoch-us", "epoch-ns"; "epoch-s-local" (as -ms, -us): seconds since 1970 by a clock of the zone (Mixpanel); "excel"
// (a spreadsheet's serial number); "iso" as "". " VV" at the end of any: a zone by name may
// stand there (Europe/Warsaw, CEST, UTC+2, W._Europe_Standard_Time). zone "": UTC. A date without a clock is 00:00 in every zone.
// Unknown zone or letter: VOC_E_OPTION with a diagnostic.
struct time_format; // owns; shared by threads after creation: its counters and the zones it has met are atomic
voc_rc time_format_new(struct time_format **out, voc_str pattern, voc_str zone, struct diag *d);
void time_format_midnights(struct time_format *f); // before it is shared: a date means the moment at which that day begins in the zone
void time_format_free(struct time_format *f);
// VOC_E_INPUT: not a time by this format (out of range counts as not; so does a zone by name that is unknown, or has several
// meanings). VOC_E_NOMEM only where zones have names.
voc_rc time_format_parse(const struct time_format *f, voc_str text, int64_t *us, uint32_t *resolution);
// Local times that were read so far, as often as they were: of the hour that came twice, and of the one that never was.
struct time_turns { uint64_t repeated, skipped; };
struct time_turns time_format_turns(const struct time_format *f);
// The pattern that reads every non-empty sample: tries ISO/epoch first (pattern ""), then yyyy/M/d, d.M.yyyy, d/M/yyyy,
// M/d/yyyy, d-M-yyyy, dd-MMM-yyyy ... each with the usual times behind, and a zone by name. n_possible: how many of day-first
// and month-first fit (2: cannot be told apart; `pattern` is then the day-first one; 3: the year may stand first as well);
// 0 with VOC_E_INPUT: none fits.
voc_rc time_guess(const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible);

// The one clock. VOC_NOW (ISO) in the environment, read by clock_env(), overrides it for tests.
void clock_env(void);
int64_t clock_now_us(void);
#endif
