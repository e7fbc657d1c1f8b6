// SPDX-License-Identifier: MIT
// What the time*.c files share among themselves. Nothing else includes this.
#ifndef VOC_BASE_TIME_INTERNAL_H
#define VOC_BASE_TIME_INTERNAL_H
#include <string.h>
#include "base/time.h"

#define TIME_MIN_US (INT64_C(-62135596800) * US_PER_SECOND)       // 0001-01-01T00:00:00Z
#define TIME_END_US (INT64_C(253402300800) * US_PER_SECOND)       // 10000-01-01T00:00:00Z, the first one refused

// A time as read, before a zone is applied.
struct time_read {
    int64_t us;          // local, or UTC where absolute
    uint32_t resolution; // VOC_RES_*
    bool absolute;       // the text had an offset, or is an epoch
};

// Two digits, or a number over 99.
static inline unsigned time_two(const char *p)
{
    unsigned a = (unsigned)(unsigned char)p[0] - '0', b = (unsigned)(unsigned char)p[1] - '0';
    return a > 9 || b > 9 ? 100u : a * 10 + b;
}
static inline bool time_digit(char c) { return (unsigned)(unsigned char)c - '0' <= 9; }
static inline bool time_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool time_date_valid(int64_t year, unsigned month, unsigned day); // proleptic Gregorian, years 1 to 9999
// Offset at *p: Z, UTC, GMT, +02, +0200, +02:00 (at most 18 h). Moves *p behind it. False: none there.
bool time_offset_read(const char **p, const char *end, int64_t *offset_us);
// Digits of a fraction at *p (1 to 9, cut to microseconds). Moves *p behind them. False: none, or more than 9.
bool time_fraction_read(const char **p, const char *end, int64_t *us, unsigned *digits);
// ISO 8601, compact forms and epochs by magnitude: pattern "".
bool time_iso_read(voc_str s, struct time_read *out);
// The same for what most times are: "2024-01-15T10:30:00Z", with a blank or without the Z (local then), on the day of the time read
// before. False: time_iso_read knows.
bool time_iso_usual(voc_str s, int64_t *us);
// A number of epoch units of unit_us microseconds, with a fraction only where decimals is set.
bool time_epoch_read(voc_str s, int64_t unit_us, bool decimals, struct time_read *out);
bool time_nanoseconds_read(voc_str s, struct time_read *out); // an epoch of these, cut to microseconds
voc_str time_trim(voc_str s); // without blanks around

// A compiled pattern; a plain value, needs no memory.
#define TIME_ITEMS 48
struct time_pattern {
    struct { unsigned char what, width; } item[TIME_ITEMS]; // what: a pattern letter, or 0 with width = the literal byte
    unsigned n;
};
// Gives NULL, or what is wrong with the pattern as a sentence without a full stop (a constant string); *at: offset.
const char *time_pattern_compile(struct time_pattern *p, voc_str pattern, size_t *at);
bool time_pattern_read(const struct time_pattern *p, voc_str s, struct time_read *out);
bool time_pattern_begins(const struct time_pattern *p, voc_str s); // the text begins with what the pattern reads

// Offsets of an IANA zone, read from ICU once; immutable afterwards. NULL stands for UTC.
struct time_zone; // owns
enum { TIME_ZONE_PLAIN = 0, TIME_ZONE_REPEATED = 1, TIME_ZONE_SKIPPED = 2 };
voc_rc time_zone_new(struct time_zone **out, voc_str name, struct diag *d); // UTC gives NULL and VOC_OK
void time_zone_free(struct time_zone *z);
bool time_zone_windows(voc_str name, char out[64]); // "W. Europe Standard Time", blanks or underscores, as Europe/Berlin
int64_t time_zone_to_utc(const struct time_zone *z, int64_t local_us, int *kind);
bool time_zone_has(const struct time_zone *z, int64_t local_us, int64_t offset_us); // may a clock there show this, at that offset?

// Zones that times name themselves (time_named.c).
struct time_names; // owns
voc_rc time_names_new(struct time_names **out);
void time_names_free(struct time_names *n);
bool time_zone_split(voc_str s, voc_str *rest, voc_str *word); // false: no word at the end that could be a zone
bool time_zone_looks(voc_str word);                            // an abbreviation, an offset, or a name with a slash
bool time_zone_is_ambiguous(voc_str word);
// VOC_E_INPUT: no zone, one of several, or an abbreviation that is not in use then. VOC_E_NOMEM.
voc_rc time_named_to_utc(struct time_names *n, voc_str word, int64_t local_us, int64_t *utc_us, int *kind);
// Days since 1899-12-30 with a fraction of a day, as spreadsheets count; from 1900-03-01 on (they have a 29 February 1900).
bool time_serial_read(voc_str s, struct time_read *out);
#endif
