// SPDX-License-Identifier: MIT
// Times of logs. Lines of one minute follow each other, so the last minute and zone that were read are kept and only seconds
// are worked out anew. Clocks without a zone are in the source's zone, which the host knows. Any thread, on its own work.
#include <stdio.h>

#include "plugins/input/weblog/weblog.h"

#define SECOND INT64_C(1000000)

// Days from 1970-01-01 (proleptic Gregorian), by the algorithm of days_from_civil.
static int64_t days(int y, int m, int d)
{
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (int64_t)era * 146097 + doe - 719468;
}

static bool number(const char *p, unsigned n, int *out)
{
    int x = 0;
    for (unsigned i = 0; i < n; i++) {
        if (!wl_digit(p[i])) return false;
        x = x * 10 + (p[i] - '0');
    }
    *out = x;
    return true;
}

static int month(const char *p)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int m = 0; m < 12; m++)
        if (wl_lower(p[0]) == names[3 * m] && wl_lower(p[1]) == names[3 * m + 1] && wl_lower(p[2]) == names[3 * m + 2]) return m + 1;
    return 0;
}

static bool real_day(int y, int m, int d)
{
    static const int most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m < 1 || m > 12 || d < 1 || d > most[m - 1] || y < 1) return false;
    return m != 2 || d < 29 || (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

// +0330 -> seconds
static bool offset(const char *p, int *out)
{
    int h, m;
    if ((p[0] != '+' && p[0] != '-') || !number(p + 1, 2, &h) || !number(p + 3, 2, &m) || h > 15 || m > 59) return false;
    *out = (h * 3600 + m * 60) * (p[0] == '-' ? -1 : 1);
    return true;
}

// "22/Jan/2019:03:56" -> microseconds
static bool clf_minute(const char *p, int64_t *us)
{
    int d, y, h, mi, m = month(p + 3);
    if (p[2] != '/' || p[6] != '/' || p[11] != ':' || p[14] != ':' || !number(p, 2, &d) || !number(p + 7, 4, &y) ||
        !number(p + 12, 2, &h) || !number(p + 15, 2, &mi))
        return false;
    if (!real_day(y, m, d) || h > 23 || mi > 59) return false;
    *us = (days(y, m, d) * 1440 + h * 60 + mi) * 60 * SECOND;
    return true;
}

// "22/Jan/2019:03:56:14 +0330"
bool wl_time_clf(struct wl_work *k, voc_str t, struct wl_request *r)
{
    struct wl_minute *c = &k->minute;
    int seconds, zone;
    if (t.len != 26 || t.ptr[17] != ':' || t.ptr[20] != ' ' || !number(t.ptr + 18, 2, &seconds) || seconds > 60) return false;
    if (!c->known || memcmp(c->text, t.ptr, 17) != 0 || memcmp(c->zone, t.ptr + 21, 5) != 0) {
        if (!clf_minute(t.ptr, &c->us) || !offset(t.ptr + 21, &zone)) return c->known = false;
        c->us -= zone * SECOND;
        memcpy(c->text, t.ptr, 17);
        memcpy(c->zone, t.ptr + 21, 5);
        c->known = true;
    }
    r->time_us = c->us + seconds * SECOND;
    r->resolution = VOC_RES_SECOND;
    return true;
}

// Digits with or without a fraction; what is finer than a microsecond is cut. unit: of the whole part.
bool wl_time_epoch(voc_str t, int64_t unit_us, int64_t *us, uint32_t *resolution)
{
    int64_t whole = 0, part = 0, scale = unit_us;
    size_t i = 0;
    for (; i < t.len && wl_digit(t.ptr[i]); i++) {
        if (i >= 17) return false;
        whole = whole * 10 + (t.ptr[i] - '0');
    }
    if (i == 0 || whole > INT64_MAX / 2 / unit_us) return false;
    *resolution = unit_us == SECOND ? VOC_RES_SECOND : unit_us == 1000 ? VOC_RES_MS : VOC_RES_US;
    if (i < t.len && t.ptr[i] == '.') {
        size_t from = ++i;
        for (; i < t.len && wl_digit(t.ptr[i]); i++)
            if (scale >= 10) scale /= 10, part += (t.ptr[i] - '0') * scale;
        if (i == from) return false;
        *resolution = unit_us == SECOND && i - from <= 3 ? VOC_RES_MS : VOC_RES_US;
    }
    *us = whole * unit_us + part;
    return i == t.len;
}

// "25/Sep/2018:06:05:27.584", in the source's zone; or with a zone behind.
static bool haproxy(struct wl_work *k, voc_str t, struct wl_request *r)
{
    int64_t us;
    int s, ms = 0, d = 0, y = 0;
    char iso[40];
    if (t.len == 26 && wl_time_clf(k, t, r)) return true;
    if ((t.len != 20 && t.len != 24) || t.ptr[17] != ':' || !clf_minute(t.ptr, &us) || !number(t.ptr + 18, 2, &s) || s > 60) return false;
    if (t.len == 24 && (t.ptr[20] != '.' || !number(t.ptr + 21, 3, &ms))) return false;
    r->resolution = t.len == 24 ? VOC_RES_MS : VOC_RES_SECOND;
    if (k->w->zone_utc) return r->time_us = us + s * SECOND + ms * 1000, true;
    (void)number(t.ptr, 2, &d), (void)number(t.ptr + 7, 4, &y);
    int n = snprintf(iso, sizeof iso, "%04d-%02d-%02dT%.8s.%03d", y, month(t.ptr + 3), d, t.ptr + 12, ms);
    uint32_t unused;
    return k->w->host->time_parse(k->w->zoned, (voc_str){iso, (size_t)n}, &r->time_us, &unused) == VOC_OK;
}

bool wl_time_read(struct wl_work *k, enum wl_time form, voc_str t, struct wl_request *r)
{
    const struct weblog *w = k->w;
    switch (form) {
    case WL_TIME_CLF: return wl_time_clf(k, t, r);
    case WL_TIME_EPOCH_S: return wl_time_epoch(t, SECOND, &r->time_us, &r->resolution);
    case WL_TIME_EPOCH_MS: return wl_time_epoch(t, 1000, &r->time_us, &r->resolution);
    case WL_TIME_EPOCH_US: return wl_time_epoch(t, 1, &r->time_us, &r->resolution);
    case WL_TIME_HAPROXY: return haproxy(k, t, r);
    case WL_TIME_ISO: return w->host->time_parse(w->zoned, t, &r->time_us, &r->resolution) == VOC_OK;
    case WL_TIME_PATTERN: return w->host->time_parse(w->pattern, t, &r->time_us, &r->resolution) == VOC_OK;
    }
    return false;
}
