// SPDX-License-Identifier: MIT
// Recurrence rules (RFC 5545, 3.3.10) as days: a series keeps the time of day of its first one, so rules that set it, and those by
// week number or day of the year, are not understood, and said to be so. Checked against python-dateutil in the tests' cases.
#include <stdlib.h>

#include "plugins/input/ics/ics.h"

#define PERIODS_MAX 200000u
#define CANDIDATES_MAX 400u

// ---- reading --------------------------------------------------------------------------------------------------------------------------

static int day_code(voc_str s, int *out)
{
    static const char *const codes[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int i = 0; i < 7; i++)
        if (str_is_word(s, codes[i])) return *out = i, 1;
    return 0;
}

static int part_days(voc_str s, struct rule *r)
{
    int64_t ordinal = 0;
    int day;
    if (s.len < 2 || !day_code((voc_str){s.ptr + s.len - 2, 2}, &day)) return 0;
    if (s.len > 2 && (!ics_number((voc_str){s.ptr, s.len - 2}, &ordinal) || ordinal == 0 || ordinal > 53 || ordinal < -53)) return 0;
    if (r->n_day == 64) return 0;
    r->by_day[r->n_day].ordinal = (int)ordinal;
    r->by_day[r->n_day++].day = day;
    return 1;
}

static int part_number(voc_str s, int low, int high, int *to, unsigned *n)
{
    int64_t v;
    if (!ics_number(s, &v) || v == 0 || v < low || v > high || *n == 64) return 0;
    to[(*n)++] = (int)v;
    return 1;
}

static int part_of(struct rule *r, voc_str key, voc_str item)
{
    int64_t v;
    if (str_is_word(key, "BYDAY")) return part_days(item, r);
    if (str_is_word(key, "BYMONTHDAY")) return part_number(item, -31, 31, r->by_month_day, &r->n_month_day);
    if (str_is_word(key, "BYSETPOS")) return part_number(item, -366, 366, r->by_set_pos, &r->n_set_pos);
    if (!ics_number(item, &v) || v < 1 || v > 12) return 0;
    r->months |= 1u << v;
    return 1;
}

static const char *part(struct rule *r, voc_str key, voc_str value)
{
    static const char *const freqs[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    static const char *const lists[] = {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"};
    if (str_is_word(key, "FREQ")) {
        for (int i = 0; i < 4; i++)
            if (str_is_word(value, freqs[i])) return r->freq = (enum freq)i, NULL;
        return "it recurs more than once a day";
    }
    if (str_is_word(key, "INTERVAL")) return ics_number(value, &r->interval) && r->interval > 0 && r->interval <= 10000 ? NULL : "its INTERVAL is not a number above 0";
    if (str_is_word(key, "COUNT")) return ics_number(value, &r->count) && r->count > 0 ? NULL : "its COUNT is not a number above 0";
    if (str_is_word(key, "UNTIL")) return when_read(value, &r->until) ? NULL : "its UNTIL is not a date";
    if (str_is_word(key, "WKST")) return day_code(value, &r->week_start) ? NULL : "its WKST is not a day";
    for (size_t k = 0; k < 4; k++) {
        if (!str_is_word(key, lists[k])) continue;
        for (size_t i = 0, from = 0; i <= value.len; i++) {
            if (i < value.len && value.ptr[i] != ',') continue;
            if (!part_of(r, key, str_trimmed((voc_str){value.ptr + from, i - from}))) return "a part of its rule is out of range";
            from = i + 1;
        }
        return NULL;
    }
    if (str_begins_word(key, "X-")) return NULL;
    return "it has BYWEEKNO, BYYEARDAY, BYHOUR or another part of a rule that is not understood";
}

const char *rule_read(voc_str s, struct rule *out)
{
    const char *wrong = NULL;
    int has_freq = 0;
    *out = (struct rule){.interval = 1};
    s = str_trimmed(s);
    for (size_t i = 0, from = 0; i <= s.len && !wrong; i++) {
        if (i < s.len && s.ptr[i] != ';') continue;
        voc_str item = {s.ptr + from, i - from};
        from = i + 1;
        if (item.len == 0) continue;
        const char *eq = memchr(item.ptr, '=', item.len);
        if (!eq) return "its rule is not made of NAME=VALUE";
        voc_str key = {item.ptr, (size_t)(eq - item.ptr)};
        has_freq |= str_is_word(key, "FREQ");
        wrong = part(out, key, str_trimmed((voc_str){eq + 1, item.len - key.len - 1}));
    }
    if (!wrong && !has_freq) wrong = "its rule does not say how often";
    for (unsigned i = 0; i < out->n_day && !wrong; i++)
        if (out->by_day[i].ordinal && (out->freq == FREQ_DAILY || out->freq == FREQ_WEEKLY)) wrong = "its rule counts days of the week where it may not";
    for (unsigned i = 0; i < out->n_day && !wrong; i++)
        if (out->by_day[i].ordinal && out->freq == FREQ_YEARLY && out->n_month_day && !out->months) wrong = "its rule counts days of the week of a year, on some days of a month";
    if (!wrong && out->freq == FREQ_WEEKLY && out->n_month_day) wrong = "its rule has BYMONTHDAY in a week";
    return wrong;
}

// ---- days -----------------------------------------------------------------------------------------------------------------------------

struct set { int64_t day[CANDIDATES_MAX]; unsigned n; };

static int month_allowed(const struct rule *r, int64_t day)
{
    int64_t year;
    unsigned month, of_month;
    if (!r->months) return 1;
    day_split(day, &year, &month, &of_month);
    return r->months >> month & 1;
}

static int month_day_allowed(const struct rule *r, int64_t day)
{
    int64_t year;
    unsigned month, of_month;
    if (!r->n_month_day) return 1;
    day_split(day, &year, &month, &of_month);
    int n = (int)days_in(year, month);
    for (unsigned i = 0; i < r->n_month_day; i++)
        if (r->by_month_day[i] == (int)of_month || r->by_month_day[i] == (int)of_month - n - 1) return 1;
    return 0;
}

// Is it one of the days of the week that the rule names, with ordinals counted within from..to?
static int week_day_allowed(const struct rule *r, int64_t day, int64_t from, int64_t to)
{
    if (!r->n_day) return 1;
    for (unsigned i = 0; i < r->n_day; i++) {
        if (weekday(day) != r->by_day[i].day) continue;
        if (!r->by_day[i].ordinal || r->by_day[i].ordinal == (int)((day - from) / 7) + 1 ||
            r->by_day[i].ordinal == -((int)((to - day) / 7) + 1))
            return 1;
    }
    return 0;
}

static void take(struct set *s, int64_t day)
{
    if (s->n < CANDIDATES_MAX) s->day[s->n++] = day;
}

static void of_month(const struct rule *r, int64_t year, unsigned month, unsigned first_of_month, struct set *s)
{
    int64_t from = day_of(year, month, 1), to = from + days_in(year, month) - 1;
    for (int64_t d = from; d <= to; d++) {
        if (!r->n_day && !r->n_month_day && d - from + 1 != (int64_t)first_of_month) continue;
        if (week_day_allowed(r, d, from, to) && month_day_allowed(r, d)) take(s, d);
    }
}

static void of_year(const struct rule *r, int64_t year, unsigned first_month, unsigned first_of_month, struct set *s)
{
    int64_t from = day_of(year, 1, 1), to = day_of(year, 12, 31);
    if (!r->months && r->n_day && !r->n_month_day) {
        for (int64_t d = from; d <= to; d++)
            if (week_day_allowed(r, d, from, to)) take(s, d);
        return;
    }
    for (unsigned m = 1; m <= 12; m++) {
        if (r->months ? !(r->months >> m & 1) : !r->n_month_day && m != first_month) continue;
        of_month(r, year, m, first_of_month, s);
    }
}

// The days of the k-th period, ascending; 0: there are no more years.
static int period(const struct rule *r, int64_t first, int64_t k, struct set *s)
{
    int64_t year, step = k * r->interval;
    unsigned month, day;
    s->n = 0;
    day_split(first, &year, &month, &day);
    if (r->freq == FREQ_DAILY) {
        int64_t d = first + step;
        if (month_allowed(r, d) && month_day_allowed(r, d) && week_day_allowed(r, d, d, d)) take(s, d);
        return d < day_of(9999, 1, 1);
    }
    if (r->freq == FREQ_WEEKLY) {
        int64_t monday = first - (weekday(first) - r->week_start + 7) % 7 + 7 * step;
        for (int64_t d = monday; d < monday + 7; d++)
            if ((r->n_day ? week_day_allowed(r, d, d, d) : weekday(d) == weekday(first)) && month_allowed(r, d)) take(s, d);
        return monday < day_of(9999, 1, 1);
    }
    if (r->freq == FREQ_MONTHLY) {
        int64_t months = year * 12 + (int64_t)month - 1 + step;
        unsigned m = (unsigned)(months % 12) + 1;
        if (months / 12 >= 9999) return 0;
        if (!r->months || r->months >> m & 1) of_month(r, months / 12, m, day, s);
        return 1;
    }
    if (year + step >= 9999) return 0;
    of_year(r, year + step, month, day, s);
    return 1;
}

static int by_number(const void *a, const void *b)
{
    return *(const int64_t *)a < *(const int64_t *)b ? -1 : *(const int64_t *)a > *(const int64_t *)b;
}

static void only_positions(const struct rule *r, struct set *s)
{
    int64_t kept[64];
    unsigned n = 0, m = 0;
    if (!r->n_set_pos) return;
    for (unsigned i = 0; i < r->n_set_pos; i++) {
        int at = r->by_set_pos[i] > 0 ? r->by_set_pos[i] - 1 : (int)s->n + r->by_set_pos[i];
        if (at >= 0 && at < (int)s->n) kept[n++] = s->day[at];
    }
    qsort(kept, n, sizeof *kept, by_number);
    for (unsigned i = 0; i < n; i++)
        if (i == 0 || kept[i] != kept[i - 1]) s->day[m++] = kept[i];
    s->n = m;
}

size_t rule_days(const struct rule *r, int64_t first, int64_t last, int64_t *days, size_t max)
{
    struct set s;
    size_t n = 0;
    if (max == 0) return SIZE_MAX;
    days[n++] = first;
    for (int64_t k = 0; k < (int64_t)PERIODS_MAX && !(r->count && (int64_t)n >= r->count); k++) {
        if (!period(r, first, k, &s)) break;
        only_positions(r, &s);
        for (unsigned i = 0; i < s.n; i++) {
            if (s.day[i] <= first) continue;
            if (s.day[i] > last) return n;
            if (n == max) return SIZE_MAX;
            days[n++] = s.day[i];
            if (r->count && (int64_t)n >= r->count) break;
        }
        static const int64_t shortest[] = {1, 7, 28, 365};
        if (first - 366 + (k + 1) * r->interval * shortest[r->freq] > last) break;
    }
    return n;
}
