// SPDX-License-Identifier: MIT
// Which pattern reads every sample? ISO and epochs first, then day-month-year in its usual orders and marks, each with the
// usual clocks behind; and all of these with a zone by name at the end. Candidates are tried in one fixed order, so the answer
// depends on the samples alone. Whether the day or the month stands first, or a year of two digits, is proven by the samples or
// said to be open; it is never taken from the machine's locale.
#include "base/str.h"
#include "base/time_internal.h"

// Dates in order of trial. `month_first` is the twin that reads the same text with day and month exchanged, `year_first` the
// one with a year of two digits in front.
static const struct { const char *date, *month_first, *year_first; } dates[] = {
    {"yyyy/M/d", NULL, NULL},       {"yyyy.M.d", NULL, NULL},        {"yyyy-M-d", NULL, NULL},
    {"yyyy. M. d.", NULL, NULL},    {"yyyy. M. d", NULL, NULL},      {"yyyy.M.d.", NULL, NULL},
    {"yyyy\xE5\xB9\xB4M\xE6\x9C\x88" "d\xE6\x97\xA5", NULL, NULL},      // year, month, day of China and Japan
    {"yyyy\xEB\x85\x84 M\xEC\x9B\x94 d\xEC\x9D\xBC", NULL, NULL},     // and of Korea
    {"d.M.yyyy", "M.d.yyyy", NULL}, {"d/M/yyyy", "M/d/yyyy", NULL},  {"d-M-yyyy", "M-d-yyyy", NULL}, {"d. M. yyyy", "M. d. yyyy", NULL},
    {"d.M.yy", "M.d.yy", "yy.M.d"}, {"d/M/yy", "M/d/yy", "yy/M/d"},  {"d-M-yy", "M-d-yy", "yy-M-d"},
    {"d MMM yyyy", NULL, NULL},     {"d. MMM yyyy", NULL, NULL},     {"d-MMM-yyyy", NULL, NULL},     {"d/MMM/yyyy", NULL, NULL},
    {"d.MMM.yyyy", NULL, NULL},     {"MMM d, yyyy", NULL, NULL},     {"MMM d yyyy", NULL, NULL},     {"d MMM, yyyy", NULL, NULL},
    {"d 'de' MMM 'de' yyyy", NULL, NULL}, {"d 'de' MMM yyyy", NULL, NULL}, {"yyyy-MMM-d", NULL, NULL}, {"yyyy MMM d", NULL, NULL},
    {"d MMM yy", NULL, NULL},       {"d-MMM-yy", NULL, NULL},        {"d/MMM/yy", NULL, NULL},       {"d. MMM yy", NULL, NULL},
    {"ddMMMyyyy", NULL, NULL},      {"yy/M/d", NULL, NULL},          {"yy-M-d", NULL, NULL},         {"yy.M.d", NULL, NULL},
};
static const char *const joints[] = {" ", "T", ":", ", ", " - ", "-", " 'at' ", ", 'at' ", " 'um' "};
static const char *const clocks[] = {
    "H:mm", "H:mm:ss", "H:mm:ss.SSS", "H:mm:ss,SSS", "h:mm a", "h:mm:ss a", "h:mm:ss.SSS a", "H.mm", "H.mm.ss",
    "H:mm 'Uhr'", "H'h'mm", "H 'h' mm", "a h:mm", "a h:mm:ss", "ah:mm", "ah:mm:ss",
};
static const char *const offsets[] = {"", "Z", " Z"};
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct samples { const voc_str *at; size_t n; bool named; /* a zone by name stands behind */ };

// The sample without what is not guessed here; empty: none.
static voc_str sample(const struct samples *s, size_t i)
{
    voc_str rest, word;
    return s->named && time_zone_split(s->at[i], &rest, &word) ? rest : time_trim(s->at[i]);
}

static bool all_read(const struct samples *s, const char *pattern)
{
    struct time_pattern p;
    struct time_read t;
    size_t at;
    if (time_pattern_compile(&p, str_of(pattern), &at) != NULL) return false;
    for (size_t i = 0; i < s->n; i++) {
        voc_str text = sample(s, i);
        if (text.len > 0 && !time_pattern_read(&p, text, &t)) return false;
    }
    return true;
}

// The first sample begins with this date: what does not is not tried with every clock.
static bool begins(const struct samples *s, const char *pattern)
{
    struct time_pattern p;
    size_t at, i = 0;
    if (pattern == NULL || time_pattern_compile(&p, str_of(pattern), &at) != NULL) return false;
    while (i < s->n && sample(s, i).len == 0) i++;
    return i < s->n && time_pattern_begins(&p, sample(s, i));
}

// ISO and epochs read all, and it is not a column of years (2019, 2020), which as epochs would all be 1 January 1970.
static bool all_iso(const struct samples *s)
{
    struct time_read t;
    bool only_years = true;
    for (size_t i = 0; i < s->n; i++) {
        voc_str text = sample(s, i);
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
        memcpy(out + n, part[i], len + 1); // the longest of all is 46 bytes
        n += len;
    }
}

// Different values of two digits at the beginning (or behind the second mark) of all samples.
static unsigned spread(const struct samples *s, bool third)
{
    bool seen[100] = {false};
    unsigned n = 0;
    for (size_t i = 0; i < s->n; i++) {
        voc_str text = sample(s, i);
        size_t at = 0;
        for (unsigned marks = 0; third && at < text.len && marks < 2; at++) marks += !time_digit(text.ptr[at]);
        unsigned value = at + 2 <= text.len ? time_two(text.ptr + at) : 100;
        if (value > 99 || seen[value]) continue;
        seen[value] = true;
        n++;
    }
    return n;
}

// 24/03/05: years change least. Where the year in front reads all as well, and changes as much as the last part, it is open.
static uint32_t with_year_first(const struct samples *s, char pattern[64], const char *twin, uint32_t n_possible)
{
    unsigned front = spread(s, false), back = spread(s, true);
    if (front > back) return n_possible;
    if (front == back) return 3;
    memcpy(pattern, twin, strlen(twin) + 1);
    return 1;
}

// Tries this date before each clock, with its twins; true: found, *n_possible set.
static bool try_date(const struct samples *s, size_t date, const char *joint, const char *clock, const char *offset,
                     char pattern[64], uint32_t *n_possible)
{
    char first[64], twin[64] = "", year[64] = "";
    join(first, dates[date].date, joint, clock, offset);
    if (dates[date].month_first != NULL) join(twin, dates[date].month_first, joint, clock, offset);
    if (dates[date].year_first != NULL) join(year, dates[date].year_first, joint, clock, offset);
    bool day_first = all_read(s, first), month_first = twin[0] != 0 && all_read(s, twin);
    if (!day_first && !month_first) return false;
    const char *found = day_first ? first : twin;
    memcpy(pattern, found, strlen(found) + 1);
    *n_possible = (uint32_t)day_first + (uint32_t)month_first;
    if (year[0] != 0 && all_read(s, year)) *n_possible = with_year_first(s, pattern, year, *n_possible);
    return true;
}

// The first sample goes on behind this date as this joint does: else none of the clocks is tried behind it. A blank need not
// stand before AM and PM (literal_read), so these are looked for as well.
static bool goes_on(const struct samples *s, const char *date, const char *joint)
{
    static const char *const behind[] = {"", "ah", "a h"};
    char pattern[64];
    bool blank = joint[strlen(joint) - 1] == ' ';
    for (size_t i = 0; date != NULL && i < (blank ? COUNT(behind) : 1); i++) {
        join(pattern, date, joint, behind[i], "");
        if (begins(s, pattern)) return true;
    }
    return false;
}

static voc_rc guess(const struct samples *s, char pattern[64], uint32_t *n_possible)
{
    if (all_iso(s)) {
        pattern[0] = 0;
        *n_possible = 1;
        return VOC_OK;
    }
    for (size_t date = 0; date < COUNT(dates); date++) {
        if (!begins(s, dates[date].date) && !begins(s, dates[date].month_first)) continue;
        if (try_date(s, date, "", "", "", pattern, n_possible)) return VOC_OK;
        for (size_t j = 0; j < COUNT(joints); j++) {
            if (!goes_on(s, dates[date].date, joints[j]) && !goes_on(s, dates[date].month_first, joints[j])) continue;
            for (size_t c = 0; c < COUNT(clocks); c++) {
                for (size_t o = 0; o < COUNT(offsets); o++) {
                    if (try_date(s, date, joints[j], clocks[c], offsets[o], pattern, n_possible)) return VOC_OK;
                }
            }
        }
    }
    return VOC_E_INPUT;
}

// Some sample ends in a zone by name, and what ends others is one as well.
static bool name_zones(const struct samples *s)
{
    bool some = false;
    for (size_t i = 0; i < s->n; i++) {
        voc_str rest, word;
        if (!time_zone_split(s->at[i], &rest, &word)) continue;
        if (!time_zone_looks(word)) return false;
        some = true;
    }
    return some;
}

voc_rc time_guess(const voc_str *samples, size_t n, char pattern[64], uint32_t *n_possible)
{
    struct samples s = {samples, n, false};
    size_t filled = 0;
    for (size_t i = 0; i < n; i++) filled += time_trim(samples[i]).len > 0;
    *n_possible = 0;
    if (filled == 0) return VOC_E_INPUT;
    voc_rc rc = guess(&s, pattern, n_possible);
    if (rc != VOC_E_INPUT || !name_zones(&s)) return rc;
    s.named = true;
    rc = guess(&s, pattern, n_possible);
    if (rc != VOC_OK) return rc;
    size_t len = strlen(pattern[0] ? pattern : "iso");
    memmove(pattern, pattern[0] ? pattern : "iso", len);
    memcpy(pattern + len, " VV", 4); // the longest of all is then 49 bytes
    return VOC_OK;
}
