// SPDX-License-Identifier: MIT
// Numbers and amounts of money as people export them, and whether a file writes 1,234.50 or 1.234,50. What only one of the two can read is the
// proof; a value that both read differently ("1,234") proves nothing, and if a column has no better, it is an error to ask.
#include <stdio.h>
#include <stdlib.h>

#include "plugins/common/events/plan.h"

#define DIGITS_MAX 40u
#define MICRO 1000000

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of a mark between groups of three digits at p: the other one of point and comma, an apostrophe or a blank (also the
// no-break blanks). 0: none.
static size_t group_mark(const char *p, const char *end, char decimal)
{
    size_t left = (size_t)(end - p);
    if (left && (*p == '.' || *p == ',') && *p != decimal) return 1;
    if (left && (*p == '\'' || *p == ' ')) return 1;
    if (left >= 2 && memcmp(p, "\xC2\xA0", 2) == 0) return 2;
    if (left >= 3 && (memcmp(p, "\xE2\x80\xAF", 3) == 0 || memcmp(p, "\xE2\x80\x99", 3) == 0)) return 3;
    return 0;
}

struct digits { // value = 0.d1d2d3... * 10^point
    char d[DIGITS_MAX + 1];
    size_t n;
    int point;
    bool minus, some;
};

static void add_digit(struct digits *x, char c, bool behind_point)
{
    x->some = true;
    if (c == '0' && x->n == 0) { // leading zeros
        x->point -= behind_point;
        return;
    }
    if (x->n < DIGITS_MAX) x->d[x->n++] = c;
    x->point += !behind_point;
}

static bool read_whole(const char **at, const char *end, char decimal, struct digits *x)
{
    const char *p = *at;
    size_t in_group = 0, mark_len = 0;
    const char *mark = NULL, *first = p;
    for (;;) {
        if (p < end && is_digit(*p)) {
            add_digit(x, *p++, false);
            in_group++;
            continue;
        }
        size_t len = group_mark(p, end, decimal);
        if (!len || p + len >= end || !is_digit(p[len])) break;
        bool right = mark ? in_group == 3 && len == mark_len && memcmp(mark, p, len) == 0 : in_group >= 1 && in_group <= 3 && *first != '0';
        if (!right) return false;
        mark = p;
        mark_len = len;
        in_group = 0;
        p += len;
    }
    *at = p;
    return !mark || in_group == 3;
}

static bool read_digits(voc_str cell, char decimal, struct digits *x)
{
    cell = ev_trim(cell);
    const char *p = cell.ptr, *end = p + cell.len;
    memset(x, 0, sizeof *x);
    if (p < end && (*p == '-' || *p == '+')) x->minus = *p++ == '-';
    else if (end - p >= 3 && memcmp(p, "\xE2\x88\x92", 3) == 0) x->minus = true, p += 3; // minus sign
    if (!read_whole(&p, end, decimal, x)) return false;
    if (p < end && *p == decimal) {
        for (p++; p < end && is_digit(*p); p++) add_digit(x, *p, true);
    }
    if (!x->some) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        bool minus = false;
        int exponent = 0;
        if (++p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
        if (p == end) return false;
        for (; p < end && is_digit(*p); p++)
            if ((exponent = exponent * 10 + (*p - '0')) > 300) return false;
        x->point += minus ? -exponent : exponent;
    }
    x->d[x->n] = 0;
    return p == end;
}

static int64_t micro_of(const struct digits *x)
{
    int64_t value = 0;
    long places = (long)x->point + 6; // digits that count
    if (x->n == 0) return 0;
    for (long i = 0; i < places; i++) {
        int d = i < (long)x->n ? x->d[i] - '0' : 0;
        if (value > (INT64_MAX - 10) / 10) return VOC_NA;
        value = value * 10 + d;
    }
    if (places >= 0 && places < (long)x->n && x->d[places] >= '5') value++;
    return x->minus ? -value : value;
}

static double real_of(const struct digits *x)
{
    char text[DIGITS_MAX + 32];
    snprintf(text, sizeof text, "%s0.%se%d", x->minus ? "-" : "", x->n ? x->d : "0", x->point);
    return strtod(text, NULL); // the program never leaves the C locale
}

bool plain_number(voc_str cell, char decimal, int64_t *micro, double *real)
{
    static const int64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    size_t decimals = 0, i = 0;
    int64_t value = 0;
    if (cell.len == 0 || cell.len > 13) return false; // up to twelve digits: exact as a double, and in micro-units
    for (; i < cell.len && is_digit(cell.ptr[i]); i++) value = value * 10 + (cell.ptr[i] - '0');
    if (i == 0 || i > 12) return false;
    if (i < cell.len) {
        decimals = cell.len - i - 1;
        if (cell.ptr[i] != decimal || decimals == 0 || decimals > 6) return false;
        for (i++; i < cell.len && is_digit(cell.ptr[i]); i++) value = value * 10 + (cell.ptr[i] - '0');
        if (i < cell.len) return false;
    }
    *micro = value * power[6 - decimals];
    *real = (double)value / (double)power[decimals];
    return true;
}

bool number_read(voc_str cell, char decimal, int64_t *micro, double *real)
{
    struct digits x;
    if (!read_digits(cell, decimal, &x)) return false;
    *micro = micro_of(&x);
    *real = real_of(&x);
    return true;
}

// ---- money -----------------------------------------------------------------------------------------------------------------

// Signs and codes, the longer ones first, and what they stand for where that is sure.
static const struct { const char *sign, *code; } currencies[] = {
    {"US$", "USD"}, {"CA$", "CAD"}, {"AU$", "AUD"}, {"NZ$", "NZD"}, {"HK$", "HKD"}, {"CN\xC2\xA5", "CNY"}, {"JP\xC2\xA5", "JPY"}, {"SFr.", "CHF"}, {"SFr", "CHF"},
    {"R$", "BRL"}, {"C$", "CAD"}, {"A$", "AUD"}, {"S$", "SGD"}, {"\xE2\x82\xAC", "EUR"}, {"$", "$"}, {"\xC2\xA3", "GBP"}, {"\xC2\xA5", "\xC2\xA5"},
    {"\xE2\x82\xB9", "INR"}, {"\xE2\x82\xBD", "RUB"}, {"\xE2\x82\xBA", "TRY"}, {"\xE2\x82\xA9", "KRW"}, {"\xE2\x82\xAA", "ILS"}, {"\xE2\x82\xB4", "UAH"},
    {"z\xC5\x82", "PLN"}, {"Z\xC5\x82", "PLN"}, {"K\xC4\x8D", "CZK"}, {"kr.", "kr"}, {"kr", "kr"}, {"Kr", "kr"}, {"Ft", "HUF"}, {"Fr.", "CHF"}, {"lei", "RON"},
    {"\xE5\x86\x86", "JPY"}, {"\xE5\x85\x83", "CNY"}, {"\xEC\x9B\x90", "KRW"}, {"Euro", "EUR"}, {"euro", "EUR"},
    {"EUR", "EUR"}, {"USD", "USD"}, {"GBP", "GBP"}, {"CHF", "CHF"}, {"PLN", "PLN"}, {"SEK", "SEK"}, {"NOK", "NOK"}, {"DKK", "DKK"}, {"CZK", "CZK"}, {"HUF", "HUF"},
    {"RON", "RON"}, {"BGN", "BGN"}, {"ISK", "ISK"}, {"TRY", "TRY"}, {"UAH", "UAH"}, {"RUB", "RUB"}, {"JPY", "JPY"}, {"CNY", "CNY"}, {"RMB", "CNY"}, {"KRW", "KRW"},
    {"INR", "INR"}, {"AUD", "AUD"}, {"NZD", "NZD"}, {"CAD", "CAD"}, {"MXN", "MXN"}, {"BRL", "BRL"}, {"ARS", "ARS"}, {"CLP", "CLP"}, {"COP", "COP"}, {"ZAR", "ZAR"},
    {"ILS", "ILS"}, {"AED", "AED"}, {"SAR", "SAR"}, {"SGD", "SGD"}, {"HKD", "HKD"}, {"THB", "THB"}, {"IDR", "IDR"}, {"MYR", "MYR"}, {"PHP", "PHP"}, {"VND", "VND"},
};

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static voc_str trim_blanks(voc_str s) // no-break blanks too
{
    for (;;) {
        size_t before = s.len;
        s = ev_trim(s);
        if (s.len >= 2 && memcmp(s.ptr, "\xC2\xA0", 2) == 0) s.ptr += 2, s.len -= 2;
        if (s.len >= 2 && memcmp(s.ptr + s.len - 2, "\xC2\xA0", 2) == 0) s.len -= 2;
        if (s.len >= 3 && memcmp(s.ptr, "\xE2\x80\xAF", 3) == 0) s.ptr += 3, s.len -= 3;
        if (s.len >= 3 && memcmp(s.ptr + s.len - 3, "\xE2\x80\xAF", 3) == 0) s.len -= 3;
        if (s.len == before) return s;
    }
}

// Takes a sign or code off the beginning or the end.
static bool take_currency(voc_str *s, const char **code)
{
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++) {
        const char *sign = currencies[i].sign;
        size_t n = strlen(sign);
        if (s->len <= n) continue;
        const char *back = s->ptr + s->len - n;
        if (memcmp(s->ptr, sign, n) == 0 && !(is_letter(sign[n - 1]) && is_letter(s->ptr[n]))) {
            s->ptr += n;
        } else if (memcmp(back, sign, n) != 0 || (is_letter(sign[0]) && is_letter(back[-1]))) {
            continue;
        }
        s->len -= n;
        *code = currencies[i].code;
        return true;
    }
    return false;
}

static bool take_minus(voc_str *s)
{
    size_t n = s->len >= 3 && memcmp(s->ptr, "\xE2\x88\x92", 3) == 0 ? 3 : s->len > 1 && s->ptr[0] == '-';
    if (n) s->ptr += n, s->len -= n;
    else if (s->len > 1 && s->ptr[s->len - 1] == '-') s->len--;
    else return false;
    return true;
}

bool money_read(voc_str cell, char decimal, int64_t *micro, double *real, const char **currency)
{
    voc_str s = trim_blanks(cell);
    bool minus = false, changed = false, enclosed = s.len > 2 && s.ptr[0] == '(' && s.ptr[s.len - 1] == ')'; // accountants' minus
    const char *code = NULL;
    *currency = NULL;
    if (number_read(s, decimal, micro, real)) return true;
    if (enclosed) s.ptr++, s.len -= 2;
    for (int pass = 0; pass < 3; pass++) { // -$5, $-5, 5 EUR-
        s = trim_blanks(s);
        bool had_minus = !minus && !enclosed && take_minus(&s), had_code = !code && (s = trim_blanks(s), take_currency(&s, &code));
        minus = minus || had_minus;
        changed = had_minus || had_code;
        if (!changed) break;
    }
    s = trim_blanks(s);
    if (s.len == 0 || s.ptr[0] == '-' || s.ptr[0] == '+' || (unsigned char)s.ptr[0] == 0xE2 || !number_read(s, decimal, micro, real)) return false;
    *currency = code;
    if (!minus && !enclosed) return true;
    if (*micro != VOC_NA) *micro = -*micro;
    *real = -*real;
    return true;
}

// ---- point or comma -------------------------------------------------------------------------------------------------------

struct evidence {
    size_t point, comma;              // cells that only one of them reads
    size_t either_point, either_comma; // cells that both read, to different values, with a point or a comma in them
    voc_str either;                   // one of these
    const char *currency, *other;     // the first that is named, and one that differs from it
};

static void weigh(struct evidence *v, voc_str cell, bool money)
{
    int64_t a = 0, b = 0;
    double x = 0, y = 0;
    const char *code = NULL, *code_too = NULL;
    bool point = money ? money_read(cell, '.', &a, &x, &code) : number_read(cell, '.', &a, &x);
    bool comma = money ? money_read(cell, ',', &b, &y, &code_too) : number_read(cell, ',', &b, &y);
    if (!code) code = code_too;
    if (code && !v->currency) v->currency = code;
    else if (code && strcmp(code, v->currency) != 0) v->other = code;
    if (point && !comma) v->point++;
    if (comma && !point) v->comma++;
    if (!point || !comma || (a == b && x == y)) return;
    bool has_comma = memchr(cell.ptr, ',', cell.len) != NULL;
    v->either_comma += has_comma;
    v->either_point += !has_comma;
    if (v->either.len == 0 || has_comma) v->either = cell;
}

bool number_column_plausible(struct events *e, uint32_t column, bool money)
{
    size_t n = 0, point = 0, comma = 0;
    voc_str odd[2] = {{NULL, 0}, {NULL, 0}}; // the first that is none with a decimal point, and with a comma
    for (size_t i = 0; i < e->n_samples; i++) {
        int64_t micro;
        double real;
        voc_str cell = column_cell(e, i, column);
        if (cell_missing(cell)) continue;
        n++;
        const char *code;
        const bool by_point = money ? money_read(cell, '.', &micro, &real, &code) : number_read(cell, '.', &micro, &real);
        const bool by_comma = money ? money_read(cell, ',', &micro, &real, &code) : number_read(cell, ',', &micro, &real);
        point += by_point;
        comma += by_comma;
        if (!by_point && !odd[0].ptr) odd[0] = cell;
        if (!by_comma && !odd[1].ptr) odd[1] = cell;
    }
    const size_t most = point > comma ? point : comma;
    if (n == 0 || most == n) return n || e->n_samples == 0;
    if (most * 2 >= n) e->misfit = (struct misfit){column, odd[comma > point]};
    return false;
}

static voc_rc evidence_of(struct events *e, const voc_block *first, const struct origin *o, struct evidence *v)
{
    voc_str *cells = NULL;
    char *scratch = NULL;
    size_t n = 0;
    voc_rc rc = column_gather(e, first, o->column, &cells, &n, &scratch);
    for (size_t i = 0; i < n && !rc; i++) weigh(v, cells[i], o->money);
    if (!rc && v->either.len && !ev_copy(e, ev_clip(v->either, 60), &v->either)) rc = VOC_E_NOMEM;
    e->host->free(e->cx, cells);
    e->host->free(e->cx, scratch);
    return rc;
}

static voc_rc decide(struct events *e, struct origin *o, const struct evidence *own, const struct evidence *file)
{
    const struct evidence *by = own->point || own->comma ? own : file;
    if (by->point || by->comma)
        o->decimal = by->comma > by->point ? ',' : '.';
    else if (own->either_comma ? !e->semicolons : own->either_point && !e->commas)
        return ev_error(e, VOC_E_INPUT, "007",
                        own->either_comma ? "say which it is with -O decimal=point (it is large) or -O decimal=comma"
                                          : "say which it is with -O decimal=comma (it is large) or -O decimal=point",
                        "in %s \"%.*s\" it cannot be told whether the %s of \"%.*s\" stands before decimals", EV_PLACE(e),
                        EV_STR(e->columns[o->column].name, 80), own->either_comma ? "comma" : "point", EV_STR(own->either, 60));
    else
        o->decimal = own->either_comma ? ',' : '.'; // a comma in a file of semicolons, which are written where commas are decimal; a point in one of commas
    return VOC_OK;
}

static bool is_number(const struct attr_origin *a) { return a->type == VOC_TYPE_INT || a->type == VOC_TYPE_REAL || a->type == VOC_TYPE_MONEY; }

static voc_rc set_currency(struct events *e, struct origin *o, const struct evidence *v)
{
    o->currency = v->currency;
    if (!v->other) return VOC_OK;
    return ev_error(e, VOC_E_INPUT, "011", "convert them to one currency, or split the file; -O FIELD=- leaves the column out of the amounts",
                    "%s \"%.*s\" holds amounts in %s and in %s, which are not added up", EV_PLACE(e), EV_STR(e->columns[o->column].name, 80), v->currency, v->other);
}

// What is declared, else nothing: then the values decide.
static voc_rc declared(struct events *e, struct origin *o)
{
    if (ev_is(o->format, "comma") || ev_is(o->format, "point")) o->decimal = ev_is(o->format, "comma") ? ',' : '.';
    else if (o->format.len)
        return ev_error(e, VOC_E_OPTION, "008", NULL, "line %u of the sources: the format of a number is point or comma, not \"%.*s\"", o->line,
                        EV_STR(o->format, 60));
    else if (e->decimal_said || o->column == NO_COLUMN) o->decimal = e->decimal_said && o->column != NO_COLUMN ? e->decimal_said : '.';
    return VOC_OK;
}

voc_rc numbers_resolve(struct events *e, const voc_block *first)
{
    size_t n = 0, max = FIELD_N - FIELD_MINUTES + e->n_attrs;
    struct origin **all = ev_alloc(e, max * sizeof *all);
    struct evidence *own = ev_alloc(e, max * sizeof *own), file = {0};
    voc_rc rc = all && own ? VOC_OK : VOC_E_NOMEM;
    if (rc) return rc;
    memset(own, 0, max * sizeof *own);
    for (size_t f = FIELD_MINUTES; f < FIELD_N; f++) {
        e->field[f].money = f != FIELD_MINUTES;
        all[n++] = &e->field[f];
    }
    for (size_t i = 0; i < e->n_attrs; i++) {
        if (!is_number(&e->attrs[i])) continue;
        e->attrs[i].from.money = e->attrs[i].type == VOC_TYPE_MONEY;
        all[n++] = &e->attrs[i].from;
    }
    for (size_t i = 0; i < n && !rc; i++) {
        struct origin *o = all[i];
        rc = declared(e, o);
        if (rc || o->column == NO_COLUMN || (o->decimal && !o->money)) continue;
        rc = evidence_of(e, first, o, &own[i]);
        if (!rc && o->money) rc = set_currency(e, o, &own[i]);
        file.point += own[i].point;
        file.comma += own[i].comma;
    }
    for (size_t i = 0; i < n && !rc; i++)
        if (all[i]->decimal == 0) rc = decide(e, all[i], &own[i], &file);
    return rc;
}
