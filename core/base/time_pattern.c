// SPDX-License-Identifier: MIT
// Explicit patterns in the letters of ICU and Java (time.h lists them), compiled into a short list of items.
// One letter (d M H h m s) reads one or two digits, a doubled one exactly two. yy: 69 to 99 are the 1900s, 00 to 68 the
// 2000s (POSIX). MMM reads English month names, short or whole. S reads one to nine digits, whatever their number in the
// pattern, unless another number follows without a mark between. A blank reads one or more blanks (none before AM/PM).
#include "base/str.h"
#include "base/time_internal.h"

enum { LITERAL = 0 };

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_number(unsigned what, unsigned width) { return what != LITERAL && what != 'a' && what != 'Z' && !(what == 'M' && width >= 3); }

static bool add(struct time_pattern *p, unsigned what, unsigned width)
{
    if (p->n == TIME_ITEMS) return false;
    p->item[p->n].what = (unsigned char)what;
    p->item[p->n++].width = (unsigned char)width;
    return true;
}

static unsigned count(const struct time_pattern *p, unsigned what)
{
    unsigned n = 0;
    for (unsigned i = 0; i < p->n; i++) n += p->item[i].what == what;
    return n;
}

// NULL, or why the set of letters cannot be read.
static const char *complete(const struct time_pattern *p)
{
    static const char letters[] = "yMdHhmsSaZ";
    for (const char *c = letters; *c != 0; c++) {
        if (count(p, (unsigned char)*c) > 1) return "a letter stands twice in it";
    }
    bool h24 = count(p, 'H') > 0, h12 = count(p, 'h') > 0;
    if (!count(p, 'y') || !count(p, 'M') || !count(p, 'd')) return "it needs a year (y), a month (M) and a day (d)";
    if (h24 && h12) return "it has both H (0 to 23) and h (1 to 12)";
    if (h12 != (count(p, 'a') > 0)) return h12 ? "h (1 to 12) needs a (AM or PM); 0 to 23 is H" : "a (AM or PM) needs h (1 to 12)";
    if (count(p, 'm') && !h24 && !h12) return "m (minutes) needs H (hours); months are M";
    if (count(p, 's') && !count(p, 'm')) return "s (seconds) needs m (minutes)";
    if (count(p, 'S') && !count(p, 's')) return "S (fraction) needs s (seconds)";
    for (unsigned i = 0; i + 1 < p->n; i++) {
        if (p->item[i].width == 1 && is_number(p->item[i].what, 1) && p->item[i].what != 'S' &&
            is_number(p->item[i + 1].what, p->item[i + 1].width)) {
            return "a single letter reads one or two digits and cannot stand before another number; double it";
        }
    }
    return NULL;
}

static const char too_long[] = "it is too long";

// 'quoted text' at *i; '' is a quote itself, inside and outside.
static const char *quoted(struct time_pattern *p, voc_str pattern, size_t *i)
{
    size_t q = *i + 1;
    bool outside = q < pattern.len && pattern.ptr[q] == '\'';
    for (; q < pattern.len; q++) {
        bool twice = pattern.ptr[q] == '\'' && (outside || (q + 1 < pattern.len && pattern.ptr[q + 1] == '\''));
        if (pattern.ptr[q] == '\'' && !twice) break;
        if (!add(p, LITERAL, (unsigned char)pattern.ptr[q])) return too_long;
        if (outside) break;
        q += twice;
    }
    if (q >= pattern.len) return "a quote in it is not closed";
    *i = q + 1;
    return NULL;
}

const char *time_pattern_compile(struct time_pattern *p, voc_str pattern, size_t *at)
{
    p->n = 0;
    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.ptr[i];
        size_t run = 1;
        *at = i;
        while (i + run < pattern.len && pattern.ptr[i + run] == c) run++;
        if (c == '\'') {
            const char *wrong = quoted(p, pattern, &i);
            if (wrong != NULL) return wrong;
            continue;
        }
        if (!is_letter(c) || c == 'T') { // a bare T stands for itself
            bool again = c == ' ' && p->n > 0 && p->item[p->n - 1].what == LITERAL && p->item[p->n - 1].width == ' ';
            if (!again && !add(p, LITERAL, (unsigned char)c)) return too_long;
            i++;
            continue;
        }
        if (c == 'X' || c == 'x') c = 'Z';
        if (strchr("yMdHhmsSaZ", c) == NULL) return "it has a letter without a meaning (they are y M d H h m s S a Z; others need quotes)";
        size_t most = c == 'y' || c == 'M' || c == 'a' ? 4 : c == 'S' ? 9 : c == 'Z' ? 5 : 2;
        if (run > most || (c == 'y' && run == 3)) return "a letter stands too often in a row";
        if (!add(p, (unsigned char)c, c == 'y' && run == 1 ? 4 : (unsigned)run)) return too_long;
        i += run;
    }
    *at = 0;
    return complete(p);
}

// One blank of ASCII, or a no-break space (U+00A0, U+202F: what newer software writes before AM and PM). 0: none.
static size_t blank_length(const char *p, const char *end)
{
    if (p < end && (*p == ' ' || *p == '\t')) return 1;
    if (end - p >= 2 && memcmp(p, "\xC2\xA0", 2) == 0) return 2;
    if (end - p >= 3 && memcmp(p, "\xE2\x80\xAF", 3) == 0) return 3;
    return 0;
}

static bool number_read(const char **p, const char *end, unsigned least, unsigned most, unsigned *out)
{
    unsigned n = 0, value = 0;
    for (; n < most && *p < end && time_digit(**p); n++, (*p)++) value = value * 10 + (unsigned)(**p - '0');
    *out = value;
    return n >= least;
}

static bool month_read(const char **p, const char *end, bool dot, unsigned *out)
{
    static const char *const names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
    size_t len = 0;
    while (*p + len < end && is_letter((*p)[len])) len++;
    voc_str word = str_mk(*p, len);
    for (unsigned i = 0; i < 12; i++) {
        if (!str_ieq(word, str_of(names[i])) && !str_ieq(word, str_mk(names[i], 3)) && !(i == 8 && str_ieq(word, STR("Sept")))) continue;
        *p += len;
        if (dot && *p < end && **p == '.') (*p)++;
        *out = i + 1;
        return true;
    }
    return false;
}

// AM, PM, am, pm, a.m., p.m. 0 or 12.
static bool half_read(const char **p, const char *end, unsigned *out)
{
    const char *q = *p;
    if (end - q < 2) return false;
    char c = (char)(*q | 0x20);
    if (c != 'a' && c != 'p') return false;
    bool dots = q[1] == '.';
    q += 1 + dots;
    if (q == end || (*q | 0x20) != 'm') return false;
    q++;
    if (dots && q < end && *q == '.') q++;
    *p = q, *out = c == 'p' ? 12 : 0;
    return true;
}

static bool literal_read(const struct time_pattern *p, unsigned i, const char **at, const char *end)
{
    if (p->item[i].width != ' ') {
        if (*at == end || (unsigned char)**at != p->item[i].width) return false;
        (*at)++;
        return true;
    }
    size_t len, n = 0;
    while ((len = blank_length(*at, end)) > 0) *at += len, n++;
    return n > 0 || (i + 1 < p->n && p->item[i + 1].what == 'a');
}

struct fields { unsigned year, month, day, hour, half, minute, second, digits; int64_t fraction, offset; bool absolute; };

static bool item_read(const struct time_pattern *p, unsigned i, const char **at, const char *end, struct fields *f)
{
    unsigned what = p->item[i].what, width = p->item[i].width, least = width == 2 ? 2 : 1;
    bool last = i + 1 == p->n;
    switch (what) {
    case LITERAL: return literal_read(p, i, at, end);
    case 'y':
        if (!number_read(at, end, width, width, &f->year)) return false;
        if (width == 2) f->year += f->year < 69 ? 2000 : 1900;
        return true;
    case 'M':
        if (width >= 3) return month_read(at, end, last || p->item[i + 1].what != LITERAL || p->item[i + 1].width != '.', &f->month);
        return number_read(at, end, least, 2, &f->month);
    case 'd': return number_read(at, end, least, 2, &f->day);
    case 'H': return number_read(at, end, least, 2, &f->hour);
    case 'h':
        if (!number_read(at, end, least, 2, &f->hour) || f->hour < 1 || f->hour > 12) return false;
        f->hour %= 12;
        return true;
    case 'm': return number_read(at, end, least, 2, &f->minute);
    case 's': return number_read(at, end, least, 2, &f->second);
    case 'S': {
        const char *stop = end;
        if (!last && is_number(p->item[i + 1].what, p->item[i + 1].width)) {
            if (end - *at < (ptrdiff_t)width) return false;
            stop = *at + width;
        }
        return time_fraction_read(at, stop, &f->fraction, &f->digits) && (stop == end || *at == stop);
    }
    case 'a': return half_read(at, end, &f->half);
    default: return f->absolute = time_offset_read(at, end, &f->offset);
    }
}

bool time_pattern_read(const struct time_pattern *p, voc_str s, struct time_read *out)
{
    s = time_trim(s);
    struct fields f = {0};
    const char *at = s.ptr, *end = s.ptr + s.len;
    uint32_t resolution = VOC_RES_DAY;
    for (unsigned i = 0; i < p->n; i++) {
        if (!item_read(p, i, &at, end, &f)) return false;
        switch (p->item[i].what) {
        case 'H': case 'h': if (resolution > VOC_RES_HOUR) resolution = VOC_RES_HOUR; break;
        case 'm': if (resolution > VOC_RES_MINUTE) resolution = VOC_RES_MINUTE; break;
        case 's': if (resolution > VOC_RES_SECOND) resolution = VOC_RES_SECOND; break;
        case 'S': resolution = f.digits <= 3 ? VOC_RES_MS : VOC_RES_US; break;
        default: break;
        }
    }
    if (at != end || !time_date_valid(f.year, f.month, f.day) || f.hour > 23 || f.minute > 59 || f.second > 60) return false;
    int64_t seconds = ((int64_t)(f.hour + f.half) * 60 + f.minute) * 60 + f.second;
    int64_t us = time_from_civil(f.year, f.month, f.day) * US_PER_DAY + seconds * US_PER_SECOND + f.fraction - f.offset;
    if (us < TIME_MIN_US || us >= TIME_END_US) return false;
    *out = (struct time_read){us, resolution, f.absolute};
    return true;
}
