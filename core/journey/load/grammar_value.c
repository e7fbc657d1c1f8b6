// SPDX-License-Identifier: MIT
// The types of attribute values: what each accepts, and in words what it wants. The patterns are those of
// journeys/journey.rng, plus what no pattern can say (30 February, an unknown time zone, a number out of range).
#include "journey/load/grammar.h"

struct scan { const char *p, *end; };

static bool digits(struct scan *s, size_t least, size_t most)
{
    size_t n = 0;
    while (s->p < s->end && n < most && *s->p >= '0' && *s->p <= '9') s->p++, n++;
    return n >= least;
}
static bool byte(struct scan *s, char c)
{
    if (s->p >= s->end || *s->p != c) return false;
    s->p++;
    return true;
}
static bool done(const struct scan *s) { return s->p == s->end; }
static struct scan scan_of(voc_str v) { return (struct scan){v.ptr, v.ptr + v.len}; }

static bool is_name(voc_str v)
{
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
        if (!word && !(i > 0 && (c == '.' || c == ':' || c == '-'))) return false;
    }
    return v.len > 0;
}

static bool is_some(voc_str v) { return str_trim(v).len > 0; }

static bool is_integer(voc_str v)
{
    struct scan s = scan_of(v);
    return digits(&s, 1, 9) && done(&s);
}

static bool is_positive(voc_str v)
{
    return is_integer(v) && v.ptr[0] != '0';
}

// Not negative, at most 12 digits before the point and 6 behind it: micro-units fit in 64 bits.
static bool is_money(voc_str v)
{
    struct scan s = scan_of(v);
    if (!digits(&s, 1, 12)) return false;
    if (byte(&s, '.') && !digits(&s, 1, 6)) return false;
    return done(&s);
}

static bool is_real(voc_str v)
{
    struct scan s = scan_of(v);
    (void)byte(&s, '-');
    if (!digits(&s, 1, 15)) return false;
    if (byte(&s, '.') && !digits(&s, 1, 15)) return false;
    if (byte(&s, 'e') || byte(&s, 'E')) {
        if (!byte(&s, '-')) (void)byte(&s, '+');
        if (!digits(&s, 1, 2)) return false;
    }
    return done(&s);
}

static bool is_share(voc_str v)
{
    struct scan s = scan_of(v);
    bool one = s.p < s.end && *s.p == '1';
    if (!byte(&s, one ? '1' : '0')) return false;
    if (byte(&s, '.')) {
        const char *from = s.p;
        if (!digits(&s, 1, 9)) return false;
        for (const char *q = from; one && q < s.p; q++)
            if (*q != '0') return false;
    }
    return done(&s);
}

bool grammar_duration(voc_str v, int64_t *us, bool *working)
{
    static const struct { const char *unit; int64_t seconds; bool working; } units[] = {
        {"s", 1, false}, {"m", 60, false}, {"h", 3600, false}, {"d", 86400, false}, {"w", 604800, false},
        {"wh", 3600, true}, {"wd", 86400, true},
    };
    struct scan s = scan_of(v);
    int64_t n = 0;
    if (!digits(&s, 1, 7)) return false;
    if (!str_int(str_mk(v.ptr, (size_t)(s.p - v.ptr)), &n) || v.ptr[0] == '0') return false;
    voc_str unit = str_mk(s.p, (size_t)(s.end - s.p));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(unit, units[i].unit)) {
            *us = n * units[i].seconds * US_PER_SECOND;
            *working = units[i].working;
            return true;
        }
    return false;
}

static bool is_duration(voc_str v)
{
    int64_t us;
    bool working;
    return grammar_duration(v, &us, &working);
}

static bool is_day(struct scan *s) // yyyy-mm-dd that exists
{
    const char *from = s->p;
    if (!digits(s, 4, 4) || !byte(s, '-') || !digits(s, 2, 2) || !byte(s, '-') || !digits(s, 2, 2)) return false;
    int64_t year = 0, month = 0, day = 0, y;
    unsigned m, d;
    if (!str_int(str_mk(from, 4), &year) || !str_int(str_mk(from + 5, 2), &month) || !str_int(str_mk(from + 8, 2), &day)) return false;
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    time_to_civil(time_from_civil(year, (unsigned)month, (unsigned)day), &y, &m, &d);
    return y == year && m == (unsigned)month && d == (unsigned)day;
}

static bool is_hhmm(struct scan *s, bool midnight) // 00:00 .. 23:59, and 24:00 as an end
{
    const char *from = s->p;
    if (!digits(s, 2, 2) || !byte(s, ':') || !digits(s, 2, 2)) return false;
    int hour = (from[0] - '0') * 10 + from[1] - '0', minute = (from[3] - '0') * 10 + from[4] - '0';
    return minute < 60 && (hour < 24 || (midnight && hour == 24 && minute == 0));
}

static bool is_time(voc_str v)
{
    struct scan s = scan_of(v);
    if (!is_day(&s)) return false;
    if (done(&s)) return true;
    if (!byte(&s, 'T') && !byte(&s, ' ')) return false;
    if (!is_hhmm(&s, false)) return false;
    if (byte(&s, ':')) {
        const char *from = s.p;
        if (!digits(&s, 2, 2) || from[0] > '5') return false;
        if (byte(&s, '.') && !digits(&s, 1, 6)) return false;
    }
    if (byte(&s, 'Z')) return done(&s);
    if (byte(&s, '+') || byte(&s, '-')) return is_hhmm(&s, false) && done(&s);
    return done(&s);
}

static bool is_date(voc_str v)
{
    struct scan s = scan_of(v);
    return is_day(&s) && done(&s);
}

static bool is_clock(voc_str v)
{
    struct scan s = scan_of(v);
    return is_hhmm(&s, true) && done(&s);
}

static bool is_weekdays(voc_str v) // one word: Mon or Mon-Fri
{
    static const char names[] = "MonTueWedThuFriSatSun";
    for (size_t part = 0; part < 2; part++) {
        bool known = false;
        for (size_t i = 0; v.len >= 3 && i < 7; i++) known = known || memcmp(v.ptr, names + 3 * i, 3) == 0;
        if (!known) return false;
        v = str_mk(v.ptr + 3, v.len - 3);
        if (!v.len) return true;
        if (part || v.ptr[0] != '-') return false;
        v = str_mk(v.ptr + 1, v.len - 1);
    }
    return false;
}

static bool is_currency(voc_str v)
{
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] < 'A' || v.ptr[i] > 'Z') return false;
    return v.len == 3;
}

static bool is_href(voc_str v) // a file of the same folder
{
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
        if (!word && !(i > 0 && (c == '.' || c == '-'))) return false;
    }
    return v.len > 0;
}

static bool is_zone(voc_str v)
{
    struct time_format *f = NULL;
    if (!is_some(v)) return false;
    voc_rc rc = time_format_new(&f, str_of(""), v, NULL);
    time_format_free(f);
    return rc != VOC_E_OPTION; // out of memory is not the file's fault
}

static bool is_lapse(voc_str v) { return str_is(v, "none") || is_duration(v); }
static bool is_watermark(voc_str v) { return str_is(v, "last-event") || str_is(v, "none") || is_time(v); }
static bool is_text(voc_str v) { return (void)v, true; }

static bool each(voc_str v, bool (*one)(voc_str))
{
    voc_str word;
    size_t n = 0;
    for (; str_split(&v, &word); n++)
        if (!one(word)) return false;
    return n > 0;
}

bool grammar_value(voc_str type, voc_str value, const char **wanted)
{
    static const struct { const char *name; bool (*is)(voc_str); bool list; const char *wanted; } types[] = {
        {"name", is_name, false, "a name: letters, digits, _ and behind the first also . : -"},
        {"text", is_text, false, ""},
        {"pattern", is_text, false, ""},
        {"some", is_some, false, "some text"},
        {"words", is_some, true, "one or more words with blanks between"},
        {"duration", is_duration, false, "a duration: a whole number from 1 and s, m, h, d or w (wh, wd: working time), such as 14d"},
        {"durations", is_duration, true, "durations with blanks between, such as \"1d 7d 30d\""},
        {"lapse", is_lapse, false, "a duration such as 180d, or none"},
        {"money", is_money, false, "an amount such as 12 or 0.40: not negative, at most 6 places after the point"},
        {"amount", is_money, false, "a number such as 2 or 2.5: not negative, at most 6 places after the point"},
        {"integer", is_integer, false, "a whole number from 0 to 999999999"},
        {"positive", is_positive, false, "a whole number from 1 to 999999999"},
        {"integers", is_integer, true, "whole numbers with blanks between, such as \"1 4\""},
        {"real", is_real, false, "a number such as 3, -1.5 or 2e6"},
        {"share", is_share, false, "a share from 0 to 1, such as 0.8"},
        {"time", is_time, false, "a date or time such as 2024-07-01 or 2024-07-01T08:30:00Z"},
        {"date", is_date, false, "a date such as 2024-07-01"},
        {"clock", is_clock, false, "a time of day such as 08:30, up to 24:00"},
        {"days", is_weekdays, true, "days such as Mon-Fri or \"Mon Wed Sat\""},
        {"currency", is_currency, false, "a currency of three capital letters, such as EUR"},
        {"zone", is_zone, false, "a time zone such as UTC or Europe/Warsaw"},
        {"href", is_href, false, "the name of a file in the same folder, without any / in it"},
        {"watermark", is_watermark, false, "last-event, none, or a date such as 2024-07-01"},
    };
    *wanted = "";
    if (type.len && type.ptr[0] == '@') { // whether it exists is asked once all ids are known
        *wanted = types[0].wanted;
        return type.ptr[type.len - 1] == '+' ? each(value, is_name) : is_name(value);
    }
    if (type.len && memchr(type.ptr, '|', type.len)) {
        for (const char *p = type.ptr, *end = p + type.len; p < end;) {
            const char *bar = memchr(p, '|', (size_t)(end - p));
            size_t n = bar ? (size_t)(bar - p) : (size_t)(end - p);
            if (n && str_eq(value, str_mk(p, n))) return true;
            p += n + 1;
        }
        return false;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_is(type, types[i].name)) {
            *wanted = types[i].wanted;
            return types[i].list ? each(value, types[i].is) : types[i].is(value);
        }
    return false;
}
