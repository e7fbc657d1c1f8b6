// SPDX-License-Identifier: MIT
// Which pattern reads every sample? ISO and epochs first, then day-month-year in its usual orders and marks, each with the
// usual clocks behind. Candidates are tried in one fixed order, so the answer depends on the samples alone. Whether the day
// or the month stands first is proven by the samples or said to be open; it is never taken from the machine's locale.
#include "base/str.h"
#include "base/time_internal.h"

// Dates in order of trial. `month_first` is the twin that reads the same text with day and month exchanged.
static const struct { const char *date, *month_first; } dates[] = {
    {"yyyy/M/d", NULL},      {"yyyy.M.d", NULL},        {"yyyy-M-d", NULL},
    {"d.M.yyyy", "M.d.yyyy"}, {"d/M/yyyy", "M/d/yyyy"}, {"d-M-yyyy", "M-d-yyyy"},
    {"d.M.yy", "M.d.yy"},     {"d/M/yy", "M/d/yy"},     {"d-M-yy", "M-d-yy"},
    {"d MMM yyyy", NULL},    {"d. MMM yyyy", NULL},     {"d-MMM-yyyy", NULL}, {"d/MMM/yyyy", NULL}, {"d.MMM.yyyy", NULL},
    {"MMM d, yyyy", NULL},   {"MMM d yyyy", NULL},      {"d MMM yy", NULL},   {"d-MMM-yy", NULL},   {"d/MMM/yy", NULL},
    {"ddMMMyyyy", NULL},
};
static const char *const joints[] = {" ", "T", ":", ", ", " - ", "-"};
static const char *const clocks[] = {
    "H:mm", "H:mm:ss", "H:mm:ss.SSS", "H:mm:ss,SSS", "h:mm a", "h:mm:ss a", "h:mm:ss.SSS a", "H.mm", "H.mm.ss",
};
static const char *const offsets[] = {"", "Z", " Z"};
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct samples { const voc_str *at; size_t n; };

static bool all_read(const struct samples *s, const char *pattern)
{
    struct time_pattern p;
    struct time_read t;
    size_t at;
    if (time_pattern_compile(&p, str_of(pattern), &at) != NULL) return false;
    for (size_t i = 0; i < s->n; i++) {
        if (time_trim(s->at[i]).len > 0 && !time_pattern_read(&p, s->at[i], &t)) return false;
    }
    return true;
}

// ISO and epochs read all, and it is not a column of years (2019, 2020), which as epochs would all be 1 January 1970.
static bool all_iso(const struct samples *s)
{
    struct time_read t;
    bool only_years = true;
    for (size_t i = 0; i < s->n; i++) {
        voc_str text = time_trim(s->at[i]);
        if (text.len == 0) continue;
        if (!time_iso_read(text, &t)) return false;
        if (text.len != 4 || t.us < 1900 * US_PER_SECOND || t.us >= 2100 * US_PER_SECOND) only_years = false;
    }
    return !only_years;
}

static void join(char out[64], const char *date, const char *joint, const char *clock, const char *offset)
{
    const char *part[4] = {date, joint, clock, offset};
    size_t n = 0;
    for (size_t i = 0; i < 4; i++) {
        size_t len = strlen(part[i]);
        memcpy(out + n, part[i], len + 1); // the longest of all is 36 bytes
        n += len;
    }
}

// Tries this date before each clock, with its twin; true: found, *n_possible set.
static bool try_date(const struct samples *s, size_t date, const char *joint, const char *clock, const char *offset,
                     char pattern[64], uint32_t *n_possible)
{
    char first[64], twin[64] = "";
    join(first, dates[date].date, joint, clock, offset);
    if (dates[date].month_first != NULL) join(twin, dates[date].month_first, joint, clock, offset);
    bool day_first = all_read(s, first), month_first = twin[0] != 0 && all_read(s, twin);
    if (!day_first && !month_first) return false;
    const char *found = day_first ? first : twin;
    memcpy(pattern, found, strlen(found) + 1);
    *n_possible = (uint32_t)day_first + (uint32_t)month_first;
    return true;
}

voc_rc time_guess(const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible)
{
    const struct samples s = {samples, n};
    size_t filled = 0;
    for (size_t i = 0; i < n; i++) filled += time_trim(samples[i]).len > 0;
    *n_possible = 0;
    if (filled == 0) return VOC_E_INPUT;
    if (all_iso(&s)) {
        pattern[0] = 0;
        *n_possible = 1;
        return VOC_OK;
    }
    for (size_t date = 0; date < COUNT(dates); date++) {
        if (try_date(&s, date, "", "", "", pattern, n_possible)) return VOC_OK;
        for (size_t j = 0; j < COUNT(joints); j++) {
            for (size_t c = 0; c < COUNT(clocks); c++) {
                for (size_t o = 0; o < COUNT(offsets); o++) {
                    if (try_date(&s, date, joints[j], clocks[c], offsets[o], pattern, n_possible)) return VOC_OK;
                }
            }
        }
    }
    return VOC_E_INPUT;
}
