// SPDX-License-Identifier: MIT
// Calendar arithmetic, printing, durations and the one clock. No ICU here: the proleptic Gregorian calendar is all that
// UTC needs. Everything is pure except the clock, whose override is set once at the start and read by any thread.
#include "base/time.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include "base/str.h"
#include "base/time_internal.h"

static const char month_short[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Howard Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years that begin on 1 March.
int64_t time_from_civil(int64_t year, unsigned month, unsigned day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void time_to_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

bool time_date_valid(int64_t year, unsigned month, unsigned day)
{
    static const unsigned char length[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month - 1 > 11 || day < 1 || day > length[month - 1]) return false;
    return day < 29 || month != 2 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

int64_t time_unit_us(uint32_t resolution)
{
    static const int64_t unit[] = {1, 1000, US_PER_SECOND, 60 * US_PER_SECOND, 3600 * US_PER_SECOND, US_PER_DAY};
    return resolution < sizeof unit / sizeof *unit ? unit[resolution] : US_PER_DAY;
}

int64_t time_floor(int64_t us, uint32_t resolution)
{
    int64_t unit = time_unit_us(resolution), rest = us % unit;
    if (rest < 0) rest += unit;
    return us < INT64_MIN + rest ? INT64_MIN : us - rest;
}

bool time_after(int64_t b, uint32_t b_res, int64_t a, uint32_t a_res)
{
    uint32_t coarser = b_res > a_res ? b_res : a_res;
    return time_floor(b, coarser) > time_floor(a, coarser);
}

// The forms that time_iso_read gives the same resolution for: what is printed can be read back.
void time_print(struct buf *out, int64_t us, uint32_t resolution)
{
    if (us == VOC_NA) {
        (void)buf_byte(out, '-');
        return;
    }
    int64_t day = time_floor(us, VOC_RES_DAY), rest = us - day, year;
    unsigned month, mday;
    time_to_civil(day / US_PER_DAY, &year, &month, &mday);
    (void)buf_printf(out, "%04lld-%02u-%02u", (long long)year, month, mday);
    if (resolution >= VOC_RES_DAY) return;
    int64_t second = rest / US_PER_SECOND;
    unsigned h = (unsigned)(second / 3600), m = (unsigned)(second / 60 % 60), s = (unsigned)(second % 60);
    unsigned micro = (unsigned)(rest % US_PER_SECOND);
    if (resolution == VOC_RES_HOUR) (void)buf_printf(out, "T%02uZ", h);
    else if (resolution == VOC_RES_MINUTE) (void)buf_printf(out, "T%02u:%02uZ", h, m);
    else if (resolution == VOC_RES_SECOND) (void)buf_printf(out, "T%02u:%02u:%02uZ", h, m, s);
    else if (resolution == VOC_RES_MS) (void)buf_printf(out, "T%02u:%02u:%02u.%03uZ", h, m, s, micro / 1000);
    else (void)buf_printf(out, "T%02u:%02u:%02u.%06uZ", h, m, s, micro);
}

void time_print_date(struct buf *out, int64_t us)
{
    if (us == VOC_NA) {
        (void)buf_byte(out, '-');
        return;
    }
    int64_t year;
    unsigned month, day;
    time_to_civil(time_floor(us, VOC_RES_DAY) / US_PER_DAY, &year, &month, &day);
    (void)buf_printf(out, "%u %s %lld", day, month_short[month - 1], (long long)year);
}

bool time_duration(voc_str s, int64_t *us)
{
    uint64_t n;
    if (s.len < 2 || !time_digit(s.ptr[0]) || !str_uint64(str_mk(s.ptr, s.len - 1), &n)) return false;
    int64_t unit;
    switch (s.ptr[s.len - 1]) {
    case 's': unit = US_PER_SECOND; break;
    case 'm': unit = 60 * US_PER_SECOND; break;
    case 'h': unit = 3600 * US_PER_SECOND; break;
    case 'd': unit = US_PER_DAY; break;
    case 'w': unit = 7 * US_PER_DAY; break;
    default: return false;
    }
    if (n > (uint64_t)(INT64_MAX / unit)) return false;
    *us = (int64_t)n * unit;
    return true;
}

// Exact in the largest unit that divides it ("14 d", "90 min"); where that number would be long, one decimal of the
// largest unit of which there are two ("27.8 h").
void time_print_duration(struct buf *out, int64_t us)
{
    static const struct { int64_t us; const char *name; } unit[] = {
        {US_PER_DAY, "d"}, {3600 * US_PER_SECOND, "h"}, {60 * US_PER_SECOND, "min"},
        {US_PER_SECOND, "s"}, {1000, "ms"}, {1, "us"},
    };
    if (us == VOC_NA) {
        (void)buf_byte(out, '-');
        return;
    }
    if (us == 0) {
        (void)buf_cstr(out, "0 s");
        return;
    }
    if (us < 0) (void)buf_byte(out, '-');
    int64_t x = us < 0 ? -us : us;
    size_t exact = 0;
    while (x % unit[exact].us != 0) exact++;
    size_t near = 0;
    while (near < exact && x / unit[near].us < 2) near++;
    if (near == exact) {
        (void)buf_printf(out, "%lld %s", (long long)(x / unit[exact].us), unit[exact].name);
        return;
    }
    int64_t whole = x / unit[near].us, tenths = (x % unit[near].us * 20 / unit[near].us + 1) / 2;
    if (tenths == 10) whole++, tenths = 0;
    (void)buf_printf(out, "%lld.%lld %s", (long long)whole, (long long)tenths, unit[near].name);
}

static _Atomic int64_t clock_fixed = VOC_NA;

void clock_env(void)
{
    const char *now = getenv("VOC_NOW");
    struct time_read t;
    if (now != NULL && time_iso_read(str_of(now), &t)) atomic_store(&clock_fixed, t.us);
}

int64_t clock_now_us(void)
{
    int64_t fixed = atomic_load(&clock_fixed);
    if (fixed != VOC_NA) return fixed;
    struct timespec ts = {0};
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * US_PER_SECOND + ts.tv_nsec / 1000;
}
