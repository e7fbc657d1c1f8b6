// SPDX-License-Identifier: MIT
// Numbers as they are written (literal.h): read, found in a line, and held against cells.
#include "cli/explain/literal.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "report/render.h"

// ---- reading -------------------------------------------------------------------------------------------------------------------

static const struct { const char *name; double us; } times[] = {{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"us", 1}};

static bool is_digit(char c) { return isdigit((unsigned char)c) != 0; }

// Blanks before a unit: plain, U+00A0, U+202F.
static size_t blank_at(voc_str s, size_t at)
{
    if (at < s.len && s.ptr[at] == ' ') return 1;
    if (at + 1 < s.len && memcmp(s.ptr + at, "\xC2\xA0", 2) == 0) return 2;
    return at + 2 < s.len && memcmp(s.ptr + at, "\xE2\x80\xAF", 3) == 0 ? 3 : 0;
}

static bool ends_word(voc_str s, size_t at) { return at >= s.len || !(isalnum((unsigned char)s.ptr[at]) || s.ptr[at] == '_'); }

static bool is_here(voc_str s, size_t at, voc_str word)
{
    return word.len && at + word.len <= s.len && memcmp(s.ptr + at, word.ptr, word.len) == 0 && ends_word(s, at + word.len);
}

// The unit behind the digits; how many bytes it takes, or 0.
static size_t unit_at(voc_str s, size_t at, voc_str currency, struct literal *l)
{
    const size_t blank = blank_at(s, at), unit = at + blank;
    double times_as_much = 1;
    size_t n = 0;
    if (unit < s.len && s.ptr[unit] == '%') l->kind = LITERAL_SHARE, n = blank + 1;
    else if (is_here(s, unit, currency)) l->kind = LITERAL_MONEY, n = blank + currency.len;
    else if (!blank && (is_here(s, at, STR("k")) || is_here(s, at, STR("M")))) times_as_much = s.ptr[at] == 'k' ? 1e3 : 1e6, n = 1;
    for (size_t i = 0; i < sizeof times / sizeof *times && !n; i++)
        if (is_here(s, unit, str_of(times[i].name))) l->kind = LITERAL_TIME, times_as_much = times[i].us, n = blank + strlen(times[i].name);
    l->value *= times_as_much;
    l->half *= times_as_much;
    return n;
}

// Digits with commas between groups of three, at most one point; how many bytes, or 0.
static size_t digits_at(voc_str s, size_t at, struct literal *l)
{
    char text[64];
    size_t n = 0, decimals = 0, i = at;
    bool point = false, digit = false;
    *l = (struct literal){.kind = LITERAL_PLAIN};
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) text[n++] = s.ptr[i++];
    for (; i < s.len && n + 1 < sizeof text; i++) {
        const char c = s.ptr[i];
        const bool more = i + 1 < s.len && is_digit(s.ptr[i + 1]);
        if (c == ',' && digit && !point && more) continue;
        if (c == '.' ? point || !more : !is_digit(c)) break;
        if (is_digit(c)) digit = true, decimals += point;
        else point = true;
        text[n++] = c;
    }
    text[n] = 0;
    l->digits = l->value = digit ? strtod(text, NULL) : 0; // the program never leaves the C locale
    l->half = 0.5 * pow(10, -(double)decimals) * (1 + 1e-9);
    return digit ? i - at : 0;
}

bool literal_read(voc_str word, voc_str currency, struct literal *out)
{
    word = str_trim(word);
    size_t n = digits_at(word, 0, out);
    if (n) n += unit_at(word, n, currency, out);
    return n && n == word.len;
}

// Of a name or a date: letters or digits hang on it, or digits behind a hyphen, a colon or a point.
static bool hangs_on(voc_str s, size_t at)
{
    if (!at) return false;
    const unsigned char c = (unsigned char)s.ptr[at - 1];
    return isalnum(c) || c == '_' || (at > 1 && (c == '-' || c == ':' || c == '.' || c == '/') && isalnum((unsigned char)s.ptr[at - 2]));
}

static bool goes_on(voc_str s, size_t at)
{
    return !ends_word(s, at) || (at + 1 < s.len && (s.ptr[at] == '-' || s.ptr[at] == ':' || s.ptr[at] == '/' || s.ptr[at] == '.') &&
                                 is_digit(s.ptr[at + 1]));
}

bool literal_next(voc_str line, voc_str currency, size_t *at, voc_str *found, struct literal *out)
{
    while (*at < line.len) {
        const size_t from = *at, n = digits_at(line, from, out);
        *at = n ? from + n : from + 1;
        if (!n || hangs_on(line, from)) continue;
        const size_t unit = unit_at(line, *at, currency, out);
        if (!unit && goes_on(line, *at)) continue;
        *at += unit;
        *found = str_mk(line.ptr + from, n + unit);
        return true;
    }
    return false;
}

// ---- finding -------------------------------------------------------------------------------------------------------------------

static bool is_near(const struct literal *l, double x) { return fabs(fabs(x) - fabs(l->value)) <= l->half; }

// A share or a time is one there too; of money a text may leave out the currency.
bool literal_in_text(const struct literal *l, voc_str text)
{
    for (size_t i = 0; i < text.len;) {
        struct literal one;
        const size_t n = is_digit(text.ptr[i]) ? digits_at(text, i, &one) : 0;
        if (n) (void)unit_at(text, i + n, STR(""), &one);
        if (n && fabs(one.digits - fabs(l->digits)) < 1e-9 &&
            (one.kind == l->kind || l->kind == LITERAL_PLAIN || l->kind == LITERAL_MONEY))
            return true;
        i += n ? n : 1;
    }
    return false;
}

// "69 d": as it is shown.
static bool shown_holds(const struct literal *l, const voc_cell *c)
{
    const voc_column none = {.flags = 0};
    struct buf b;
    buf_init(&b, 256);
    render_cell(&b, c, &none);
    const bool holds = b.ptr && literal_in_text(l, str_mk(b.ptr, b.len));
    buf_done(&b);
    return holds;
}

static bool of_number(const struct literal *l, const voc_column *column, const voc_cell *c)
{
    const double days = str_is(column->unit, "d") ? 86400e6 : str_is(column->unit, "min") ? 60e6 : 0;
    if (l->kind == LITERAL_TIME && days > 0) return is_near(l, c->r * days);
    if (l->kind == LITERAL_TIME) return false;
    return is_near(l, c->r) || (c->type == VOC_CELL_RANGE && (is_near(l, c->lo) || is_near(l, c->hi)));
}

bool literal_in_cell(const struct literal *l, const voc_column *column, const voc_cell *c)
{
    switch (c->type) {
    case VOC_CELL_DURATION: return l->kind == LITERAL_PLAIN ? shown_holds(l, c) : l->kind == LITERAL_TIME && is_near(l, (double)c->i);
    case VOC_CELL_INT: return l->kind == LITERAL_PLAIN && is_near(l, (double)c->i);
    case VOC_CELL_MONEY: return (l->kind == LITERAL_PLAIN || l->kind == LITERAL_MONEY) && is_near(l, (double)c->i / 1e6);
    case VOC_CELL_SHARE:
        return (l->kind == LITERAL_SHARE || l->kind == LITERAL_PLAIN) &&
               (is_near(l, c->r * 100) || (l->kind == LITERAL_PLAIN && is_near(l, c->r)));
    case VOC_CELL_REAL:
    case VOC_CELL_RANGE: return of_number(l, column, c);
    case VOC_CELL_TEXT: return literal_in_text(l, c->s);
    default: return false;
    }
}
