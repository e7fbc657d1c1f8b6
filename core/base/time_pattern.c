// SPDX-License-Identifier: MIT
// Explicit patterns in the letters of ICU and Java (time.h lists them), compiled into a short list of items.
// One letter (d M H h m s) reads one or two digits, a doubled one exactly two. yy: 69 to 99 are the 1900s, 00 to 68 the
// 2000s (POSIX). MMM reads month names, short or whole, in eight languages (their names do not contradict each other). S reads one to
// nine digits, whatever their number in the pattern, unless another number follows without a mark between. A blank reads one or more
// blanks (none before AM/PM).
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

// NULL, or why the set of letters cannot be read.
static const char *complete(const struct time_pattern *p)
{
    unsigned char count[128] = {0}; // of each letter; TIME_ITEMS is less than what it holds
    for (unsigned i = 0; i < p->n; i++) {
        unsigned what = p->item[i].what;
        if (what != LITERAL && count[what]++ > 0) return "a letter stands twice in it";
    }
    bool h24 = count['H'] > 0, h12 = count['h'] > 0;
    if (!count['y'] || (count['d'] && !count['M']) || (!count['d'] && (h24 || h12))) return "it needs a year (y), a month (M) and a day (d)";
    if (h24 && h12) return "it has both H (0 to 23) and h (1 to 12)";
    if (h12 != (count['a'] > 0)) return h12 ? "h (1 to 12) needs a (AM or PM); 0 to 23 is H" : "a (AM or PM) needs h (1 to 12)";
    if (count['m'] && !h24 && !h12) return "m (minutes) needs H (hours); months are M";
    if (count['s'] && !count['m']) return "s (seconds) needs m (minutes)";
    if (count['S'] && !count['s']) return "S (fraction) needs s (seconds)";
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

// Names of months: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish (also in the genitive). Short forms
// may be as long as they like, down to what is written here. Lower case; a name is read in any case.
static const char *const months[12] = {
    "january jan januar j\xC3\xA4nner j\xC3\xA4n janvier janv enero ene gennaio gen janeiro januari stycze\xC5\x84 stycznia sty",
    "february feb februar feber f\xC3\xA9vrier f\xC3\xA9vr f\xC3\xA9v fevrier fevr fev febrero febbraio fevereiro februari luty lutego lut",
    "march mar m\xC3\xA4rz m\xC3\xA4r maerz mrz mars marzo mar\xC3\xA7o marco maart mrt marzec marca",
    "april apr avril avr abril abr aprile kwiecie\xC5\x84 kwietnia kwi",
    "may mai mayo maggio mag maio mei maj maja",
    "june jun juni juin junio giugno giu junho czerwiec czerwca cze",
    "july jul juli juillet juil julio luglio lug julho lipiec lipca lip",
    "august aug ao\xC3\xBBt aout ao\xC3\xBB agosto ago augustus sierpie\xC5\x84 sierpnia sie",
    "september sep sept septembre septiembre setiembre settembre set setembro wrzesie\xC5\x84 wrze\xC5\x9Bnia wrz",
    "october oct oktober okt octobre octubre ottobre ott outubro out pa\xC5\xBA" "dziernik pa\xC5\xBA" "dziernika pa\xC5\xBA paz",
    "november nov novembre noviembre novembro listopad listopada lis",
    "december dec dezember dez d\xC3\xA9" "cembre d\xC3\xA9" "c decembre diciembre dic dicembre dezembro grudzie\xC5\x84 grudnia gru",
};
#define MONTH_NAME_MAX 24u // bytes

// Lower case of the letters that stand in names of months. What stands in `to` is as long as what was read.
static void fold(const char *from, size_t len, char *to)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)from[i], before = i ? (unsigned char)from[i - 1] : 0;
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        else if (before == 0xC3 && c >= 0x80 && c <= 0x9E) c = (unsigned char)(c + 0x20);                                  // A-umlaut ...
        else if (before == 0xC5 && (c == 0x83 || c == 0x9A || c == 0xB9)) c++; // n, s and z with acute accent
        to[i] = (char)c;
    }
}

static bool month_read(const char **p, const char *end, bool dot, unsigned *out)
{
    char word[MONTH_NAME_MAX];
    size_t len = 0;
    while (*p + len < end && (is_letter((*p)[len]) || ((unsigned char)(*p)[len] >= 0x80 && blank_length(*p + len, end) == 0))) len++;
    if (len < 3 || len > sizeof word) return false;
    fold(*p, len, word);
    for (unsigned i = 0; i < 12; i++) {
        for (const char *name = months[i]; *name != 0;) {
            size_t n = strcspn(name, " ");
            if (n == len && memcmp(name, word, n) == 0) {
                *p += len;
                if (dot && *p < end && **p == '.') (*p)++;
                *out = i + 1;
                return true;
            }
            name += n;
            while (*name == ' ') name++;
        }
    }
    return false;
}

// AM, PM, am, pm, a.m., p.m., a. m., and the words of China, Japan and Korea. 0 or 12.
static bool half_read(const char **p, const char *end, unsigned *out)
{
    static const struct { const char *word; unsigned half; } words[] = {
        {"\xE4\xB8\x8A\xE5\x8D\x88", 0}, {"\xE4\xB8\x8B\xE5\x8D\x88", 12}, {"\xE5\x8D\x88\xE5\x89\x8D", 0},
        {"\xE5\x8D\x88\xE5\xBE\x8C", 12}, {"\xEC\x98\xA4\xEC\xA0\x84", 0}, {"\xEC\x98\xA4\xED\x9B\x84", 12}};
    const char *q = *p;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (end - q < 6 || memcmp(q, words[i].word, 6) != 0) continue;
        *p = q + 6, *out = words[i].half;
        return true;
    }
    if (end - q < 2) return false;
    char c = (char)(*q | 0x20);
    if (c != 'a' && c != 'p') return false;
    bool dots = q[1] == '.';
    q += 1 + dots;
    if (dots) q += blank_length(q, end);
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

// Behind a day that is not followed by a mark of its own: 1st, 2nd, 3rd, 4th, 1er, 1 with a raised o. Only beside names of months.
static bool ordinal_read(const struct time_pattern *p, unsigned i, const char **at, const char *end, unsigned day)
{
    static const char *const ends[] = {"st", "nd", "rd", "th", "er", "\xC2\xBA", "\xC2\xB0"};
    bool named = false;
    for (unsigned k = 0; k < p->n; k++) named = named || (p->item[k].what == 'M' && p->item[k].width >= 3);
    if (!named || (i + 1 < p->n && p->item[i + 1].what != LITERAL)) return true;
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        if (end - *at < 2 || memcmp(*at, ends[k], 2) != 0) continue;
        bool right = k >= 4 || (day / 10 == 1 ? k == 3 : k == (day % 10 == 1 ? 0 : day % 10 == 2 ? 1 : day % 10 == 3 ? 2 : 3));
        if (right && (k < 4 || day == 1)) *at += 2;
        break;
    }
    return true;
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
    case 'd': return number_read(at, end, least, 2, &f->day) && ordinal_read(p, i, at, end, f->day);
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

bool time_pattern_begins(const struct time_pattern *p, voc_str s)
{
    s = time_trim(s);
    struct fields f = {0};
    const char *at = s.ptr, *end = s.ptr + s.len;
    for (unsigned i = 0; i < p->n; i++) {
        if (!item_read(p, i, &at, end, &f)) return false;
    }
    return true;
}

bool time_pattern_read(const struct time_pattern *p, voc_str s, struct time_read *out)
{
    s = time_trim(s);
    struct fields f = {.month = 1, .day = 1}; // of a month or year alone: its first
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
