// SPDX-License-Identifier: MIT
// What is in a cell: a number by its format (a date is a number of days, and only its format says that it is one: ECMA-376
// part 1, 18.8.30), and strings, which most sheets keep in one table. Formats are in English letters in every file, whatever
// language the program speaks.
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "base/str.h"
#include "base/time.h"
#include "io/in_book.h"

#define STRINGS_MAX ((size_t)1 << 30)
#define STYLES_MAX 65536u // Excel allows 65,490
#define CUSTOM_MAX 4096u  // and some 250 formats of one's own
#define DAY_MS INT64_C(86400000)
#define ZEROS_MAX 30u

static bool is_local(voc_str name, const char *local) // whatever the prefix
{
    const char *colon = memchr(name.ptr, ':', name.len);
    if (colon) name = str_mk(colon + 1, name.len - (size_t)(colon + 1 - name.ptr));
    return str_is(name, local);
}

static voc_str attr(const voc_xml_attr *a, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(a[i].name, name)) return a[i].value;
    return STR("");
}

// ---- formats

uint8_t number_format_builtin(uint32_t id) // 18.8.30; 27 to 58 are of East Asian languages
{
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 || id == 58) return NUMBER_DATE;
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47 || id == 55 || id == 56) return NUMBER_TIME;
    return id == 22 ? NUMBER_DATE_TIME : id == 46 ? NUMBER_ELAPSED : NUMBER_PLAIN;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static bool elapsed_unit(voc_str in) // what stands in brackets: h, mm, s, and nothing else
{
    for (size_t i = 0; i < in.len; i++)
        if (!strchr("hms", lower(in.ptr[i])) || lower(in.ptr[i]) != lower(in.ptr[0])) return false;
    return in.len > 0;
}

uint8_t number_format_of(voc_str code)
{
    bool date = false, time = false, month_or_minute = false, elapsed = false;
    size_t zeros = 0;
    if (str_ieq(code, STR("General")) || str_ieq(code, STR("Standard"))) return NUMBER_PLAIN;
    while (zeros < code.len && code.ptr[zeros] == '0') zeros++;
    if (zeros > 1 && zeros == code.len && zeros <= ZEROS_MAX) return (uint8_t)(NUMBER_ZEROS + zeros); // 00000: a code, not a quantity
    for (size_t i = 0; i < code.len && code.ptr[i] != ';'; i++) { // the first section is that of positive numbers
        const char *rest = code.ptr + i, *close;
        size_t left = code.len - i;
        char c = lower(*rest);
        if (c == '\\' || c == '_' || c == '*') i++; // the next one is text, or room for it
        else if (c == '"') {
            close = memchr(rest + 1, '"', left - 1);
            i += close ? (size_t)(close - rest) : left;
        } else if (c == '[') {
            close = memchr(rest, ']', left);
            if (!close) break;
            elapsed = elapsed || elapsed_unit(str_mk(rest + 1, (size_t)(close - rest) - 1));
            i += (size_t)(close - rest);
        } else if (left >= 5 && str_ieq(str_mk(rest, 5), STR("AM/PM"))) i += 4;
        else if (left >= 3 && str_ieq(str_mk(rest, 3), STR("A/P"))) i += 2;
        else if (c == 'y' || c == 'd') date = true;
        else if (c == 'h' || c == 's') time = true;
        else if (c == 'm') month_or_minute = true;
    }
    if (elapsed) return NUMBER_ELAPSED;
    if (month_or_minute && !time) date = true;
    return date && time ? NUMBER_DATE_TIME : date ? NUMBER_DATE : time ? NUMBER_TIME : NUMBER_PLAIN;
}

// ---- numbers

static void plain_number(struct buf *out, voc_str raw, double x)
{
    char text[400];
    size_t digits = raw.len > 0 && raw.ptr[0] == '-', from = digits;
    while (digits < raw.len && raw.ptr[digits] >= '0' && raw.ptr[digits] <= '9') digits++;
    if (digits == raw.len && digits > from) {
        buf_str(out, raw);
        return;
    }
    double back = 0;
    for (int p = 15; p <= 17; p++) { // the shortest that is the same number again
        snprintf(text, sizeof text, "%.*g", p, x);
        if (str_real(str_of(text), &back) && back == x) break;
    }
    char *e = strchr(text, 'e');
    if (e != NULL && fabs(x) < 1e21 && fabs(x) > 1e-9) { // without an exponent, and the same digits
        int digits_of = (int)(e - text) - (text[0] == '-') - (strchr(text, '.') != NULL), exponent = 0;
        for (const char *c = e + 2; *c; c++) exponent = exponent * 10 + (*c - '0');
        snprintf(text, sizeof text, "%.*f", e[1] == '-' ? digits_of - 1 + exponent : 0, x);
    }
    buf_cstr(out, text);
}

static void clock_text(struct buf *out, int64_t ms, bool seconds)
{
    int64_t s = ms / 1000;
    buf_printf(out, "%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60));
    if (seconds || s % 60 || ms % 1000) buf_printf(out, ":%02d", (int)(s % 60));
    if (ms % 1000) buf_printf(out, ".%03d", (int)(ms % 1000));
}

// Day 60 of the 1900 system is 29 February 1900, which never was; days before it are one off.
static void date_text(struct buf *out, int64_t day, bool from_1904)
{
    int64_t year;
    unsigned month, d;
    if (!from_1904 && day == 60) {
        buf_cstr(out, "1900-02-29");
        return;
    }
    int64_t base = from_1904 ? time_from_civil(1904, 1, 1) : time_from_civil(1899, 12, day < 60 ? 31 : 30);
    time_to_civil(base + day, &year, &month, &d);
    buf_printf(out, "%04d-%02u-%02u", (int)year, month, d);
}

voc_rc number_text(struct buf *out, voc_str raw, uint8_t format, bool from_1904)
{
    double x;
    if (!str_real(raw, &x)) return buf_str(out, raw);
    if (format > NUMBER_ZEROS) {
        int64_t n;
        if (!str_int(raw, &n) || n < 0) plain_number(out, raw, x);
        else buf_printf(out, "%0*lld", format - NUMBER_ZEROS, (long long)n);
        return out->rc;
    }
    if (format == NUMBER_PLAIN || x < 0 || x >= 2958466) { // behind 9999-12-31 there are no dates
        plain_number(out, raw, x);
        return out->rc;
    }
    int64_t ms = (int64_t)(x * (double)DAY_MS + 0.5), part = ms % 1000;
    if (part == 1 || part == 999) ms = (ms + 1) / 1000 * 1000; // a fraction of a day is rarely exact
    int64_t day = ms / DAY_MS, clock = ms % DAY_MS;
    if (format == NUMBER_ELAPSED) {
        buf_printf(out, "%lld:%02d:%02d", (long long)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
        return out->rc;
    }
    bool has_day = format != NUMBER_TIME || day > 0, has_clock = format != NUMBER_DATE || clock > 0;
    if (format == NUMBER_DATE_TIME && day == 0 && !from_1904) has_day = false;
    if (has_day) date_text(out, day, from_1904);
    if (has_day && has_clock) buf_byte(out, ' ');
    if (has_clock || !has_day) clock_text(out, clock, !has_day);
    return out->rc;
}

// ---- strings

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1; }

// _x000D_ and the like: what XML cannot hold, and an underscore that would be taken for one of these.
static bool escaped(const char *p, size_t left, unsigned *c)
{
    if (left < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_') return false;
    *c = 0;
    for (int i = 2; i < 6; i++) {
        if (hex(p[i]) < 0) return false;
        *c = *c * 16 + (unsigned)hex(p[i]);
    }
    return *c == '\t' || *c == '\n' || *c == '\r' || (*c >= 0x20 && *c < 0x7f);
}

void string_unescape(struct buf *b, size_t from, bool preserve)
{
    size_t to = from, end = b->len;
    if (b->rc || end == from) return;
    char *p = b->ptr;
    while (!preserve && end > from && strchr(" \t\r\n", p[end - 1])) end--;
    while (!preserve && from < end && strchr(" \t\r\n", p[from])) from++;
    for (size_t i = from; i < end; i++) {
        unsigned c;
        if (p[i] == '_' && escaped(p + i, end - i, &c)) {
            p[to++] = (char)c;
            i += 6;
        } else {
            p[to++] = p[i];
        }
    }
    b->len = to;
    p[to] = 0;
}

voc_str strings_at(const struct strings *s, uint64_t i, bool *ok)
{
    *ok = i < s->end.n;
    if (!*ok) return STR("");
    size_t from = i > 0 ? s->end.at[i - 1] : 0;
    return s->end.at[i] > from ? str_mk(s->text.ptr + from, s->end.at[i] - from) : STR("");
}

void strings_done(struct strings *s)
{
    buf_done(&s->text);
    vec_free(&s->end);
}

struct reading { // a table of strings
    struct strings *to;
    bool item, text, preserve;
    unsigned phonetic; // depth within <rPh>: how a word is spoken is none of its text
    size_t from;
};

static voc_rc string_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    (void)line, (void)byte;
    if (is_local(name, "si")) r->item = true;
    else if (is_local(name, "rPh")) r->phonetic++;
    else if (r->item && r->phonetic == 0 && is_local(name, "t")) {
        r->text = true;
        r->preserve = str_is(attr(a, n, "xml:space"), "preserve");
        r->from = r->to->text.len;
    }
    return VOC_OK;
}

static voc_rc string_text(void *user, voc_str text)
{
    struct reading *r = user;
    return r->text ? buf_str(&r->to->text, text) : VOC_OK;
}

static voc_rc string_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct reading *r = user;
    voc_rc rc = VOC_OK;
    (void)line, (void)byte;
    if (r->text && is_local(name, "t")) {
        string_unescape(&r->to->text, r->from, r->preserve);
        r->text = false;
    } else if (r->phonetic && is_local(name, "rPh")) {
        r->phonetic--;
    } else if (r->item && is_local(name, "si")) {
        r->item = false;
        rc = vec_reserve(&r->to->end, 1, STRINGS_MAX);
        if (!rc) r->to->end.at[r->to->end.n++] = r->to->text.len;
    }
    return rc;
}

voc_rc strings_read(struct strings *out, struct book_part *p, const char *file, struct diag *d)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = string_start, .end = string_end, .text = string_text};
    struct reading r = {.to = out};
    buf_init(&out->text, STRINGS_MAX);
    voc_rc rc = xml_sax(book_part_read, p, &handler, &r, file, d);
    if (rc == VOC_E_LIMIT && out->text.rc == VOC_E_LIMIT)
        diag_error(d, "IN-042", file, 0, "split the sheet, save it as CSV UTF-8, and import that", "the workbook holds more than 1 GiB of text");
    return rc;
}

// ---- styles

struct custom { uint32_t id; uint8_t format; };
struct style_reading {
    struct styles *to;
    VEC(struct custom) custom;
    bool cells; // within <cellXfs>, and not in the styles that those are based on
};

static voc_rc style_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    struct style_reading *r = user;
    uint64_t id = 0;
    voc_rc rc = VOC_OK;
    (void)line, (void)byte;
    (void)str_uint64(attr(a, n, "numFmtId"), &id);
    if (is_local(name, "cellXfs")) r->cells = true;
    else if (is_local(name, "numFmt")) {
        rc = vec_reserve(&r->custom, 1, CUSTOM_MAX);
        if (!rc) r->custom.at[r->custom.n++] = (struct custom){(uint32_t)id, number_format_of(attr(a, n, "formatCode"))};
    } else if (r->cells && is_local(name, "xf")) {
        uint8_t format = number_format_builtin((uint32_t)id);
        for (size_t i = 0; i < r->custom.n; i++)
            if (r->custom.at[i].id == id) format = r->custom.at[i].format;
        rc = vec_reserve(&r->to->of, 1, STYLES_MAX);
        if (!rc) r->to->of.at[r->to->of.n++] = format;
    }
    return rc;
}

static voc_rc style_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct style_reading *r = user;
    (void)line, (void)byte;
    if (is_local(name, "cellXfs")) r->cells = false;
    return VOC_OK;
}

voc_rc styles_read(struct styles *out, struct book_part *p, const char *file, struct diag *d)
{
    static const voc_xml_handler handler = {.struct_size = sizeof handler, .start = style_start, .end = style_end};
    struct style_reading r = {.to = out};
    voc_rc rc = xml_sax(book_part_read, p, &handler, &r, file, d);
    if (rc == VOC_E_LIMIT)
        diag_error(d, "IN-043", file, 0, "save the sheet as CSV UTF-8, and import that", "the workbook has more styles than a spreadsheet program allows");
    vec_free(&r.custom);
    return rc;
}
