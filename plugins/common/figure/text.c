// SPDX-License-Identifier: MIT
//
// How wide text is, and where its lines end, without a font: the advance widths of DejaVu Sans, which is wider than the sans-serif
// fonts that systems choose, so that what fits here fits there; classes of scripts for what is not ASCII. A line runs from the
// right where its first letter with a direction is Hebrew, Arabic or of a script like them (UAX 9, rule P2).
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/draw.h"

// Thousandths of the size, from U+0020 on.
static const uint16_t ascii[95] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};

struct range { uint32_t from, to; uint16_t width; };

static const struct range ranges[] = {
    {0x00A0, 0x00BF, 640}, {0x00C0, 0x00DE, 780}, {0x00DF, 0x02AF, 660}, {0x02B0, 0x02FF, 500}, {0x0300, 0x036F, 0}, {0x0370, 0x03FF, 720}, {0x0400, 0x042F, 790},
    {0x0430, 0x045F, 680}, {0x0460, 0x0482, 760}, {0x0483, 0x0489, 0}, {0x048A, 0x058F, 760}, {0x0591, 0x05BD, 0}, {0x05BE, 0x05FF, 660}, {0x0610, 0x061A, 0},
    {0x064B, 0x065F, 0}, {0x0670, 0x0670, 0}, {0x06D6, 0x06DC, 0}, {0x0600, 0x07FF, 720}, {0x0900, 0x0903, 0}, {0x093A, 0x093C, 0}, {0x0941, 0x0948, 0},
    {0x094D, 0x094D, 0}, {0x0900, 0x0DFF, 800}, {0x0E31, 0x0E31, 0}, {0x0E34, 0x0E3A, 0}, {0x0E47, 0x0E4E, 0}, {0x0E00, 0x0EFF, 660}, {0x1100, 0x11FF, 1000},
    {0x1AB0, 0x1AFF, 0}, {0x1DC0, 0x1DFF, 0}, {0x1E00, 0x1FFF, 760}, {0x2000, 0x200A, 500}, {0x200B, 0x200F, 0}, {0x2010, 0x2012, 500}, {0x2013, 0x2013, 500},
    {0x2014, 0x2015, 1000}, {0x2018, 0x201F, 520}, {0x2026, 0x2026, 1000}, {0x2060, 0x2064, 0}, {0x20D0, 0x20FF, 0}, {0x2010, 0x2BFF, 900}, {0x2E80, 0xA4CF, 1000},
    {0xAC00, 0xD7FF, 1000}, {0xF900, 0xFAFF, 1000}, {0xFB1D, 0xFDFF, 720}, {0xFE00, 0xFE0F, 0}, {0xFE20, 0xFE2F, 0}, {0xFE30, 0xFE4F, 1000}, {0xFE70, 0xFEFE, 720},
    {0xFEFF, 0xFEFF, 0}, {0xFF00, 0xFF60, 1000}, {0xFF61, 0xFFDC, 560}, {0xFFE0, 0xFFFD, 1030}, {0x1F1E6, 0x1FAFF, 1300}, {0x20000, 0x3FFFF, 1000}, {0xE0000, 0xE01FF, 0}};

// The character at s, of at most `left` bytes; what is no UTF-8 is one byte that is shown as U+FFFD.
static uint32_t decode(const char *s, size_t left, size_t *bytes)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t n = u[0] < 0x80 ? 1 : u[0] < 0xC2 ? 0 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : u[0] < 0xF5 ? 4 : 0;
    *bytes = 1;
    if (n == 1) return u[0];
    if (n == 0 || n > left) return 0xFFFD;
    uint32_t c = u[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xC0) != 0x80) return 0xFFFD;
        c = c << 6 | (u[i] & 0x3Fu);
    }
    *bytes = n;
    return c;
}

// As pen_text shows it: controls and what turns directions are U+FFFD, line ends are blanks.
static uint32_t shown(uint32_t c)
{
    if (c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029) return ' ';
    if (c < 32 || (c >= 0x7F && c <= 0x9F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return 0xFFFD;
    return c;
}

static double advance(uint32_t c)
{
    if (c >= 32 && c < 127) return ascii[c - 32] / 1000.0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].from && c <= ranges[i].to) return ranges[i].width / 1000.0;
    return 0.9;
}

static bool joins(uint32_t c) { return advance(c) == 0; } // belongs to the character before it

static bool wide(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFF01 && c <= 0xFF60) || c >= 0x20000;
}

static bool joint(uint32_t c)
{
    return c == '-' || c == '/' || c == '_' || c == '.' || c == ':' || c == ',' || c == '@' || c == '|' || c == 0x2013 ||
           c == 0x2014;
}

static bool from_right(voc_str s)
{
    for (size_t i = 0, n; i < s.len; i += n) {
        const uint32_t c = decode(s.ptr + i, s.len - i, &n);
        if ((c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFE) ||
            (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF))
            return true;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xC0 && c < 0x0590) || (c >= 0x0900 && c < 0x2000) || wide(c)) return false;
    }
    return false;
}

#define BOLD 1.12

double drawn_width(voc_str s, double size, bool bold)
{
    double w = 0;
    for (size_t i = 0, n; i < s.len; i += n) w += advance(shown(decode(s.ptr + i, s.len - i, &n)));
    return w * size * (bold ? BOLD : 1);
}

// How many bytes make one line, and how wide they are; at least one character.
static size_t line_end(voc_str s, double width, double em, double *is)
{
    size_t good = 0, last = 0;
    double w = 0, good_w = 0;
    for (size_t i = 0, n; i < s.len; i += n) {
        const uint32_t c = shown(decode(s.ptr + i, s.len - i, &n));
        const double a = advance(c) * em;
        if (c == ' ' && i) good = i, good_w = w;
        if (wide(c) && i) good = i, good_w = w;
        if (!joins(c)) {
            if (w + a > width && i && c != ' ') {
                *is = good ? good_w : w;
                return good ? good : last ? last : i;
            }
            last = i;
        }
        w += a;
        if (joint(c) && i + n < s.len && !(s.ptr[i + n] >= '0' && s.ptr[i + n] <= '9')) good = i + n, good_w = w; // "8,647" stays whole
        if (i + n == s.len) break;
        size_t m;
        if (!joins(decode(s.ptr + i + n, s.len - i - n, &m))) last = i + n;
    }
    *is = w;
    return s.len;
}

static voc_str trimmed(voc_str s)
{
    size_t n;
    while (s.len && shown(decode(s.ptr, s.len, &n)) == ' ') s.ptr += n, s.len -= n;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

// How the text ends, in at most `width`.
static voc_str tail_of(voc_str s, double width, double em)
{
    double left = drawn_width(s, em, false);
    for (size_t i = 0, n; i < s.len; i += n) {
        const uint32_t c = shown(decode(s.ptr + i, s.len - i, &n));
        if (left <= width && !joins(c) && c != ' ') return (voc_str){s.ptr + i, s.len - i};
        left -= advance(c) * em;
    }
    return (voc_str){s.ptr + s.len, 0};
}

// The last line: how what is left begins and, where there is room for some letters, how it ends, with dots between. The bytes of the
// beginning, at least one character.
static size_t cut_line(struct line *l, voc_str s, double width, double em, double *is)
{
    const double dots = advance(0x2026) * em, room = (width - dots) * 0.4;
    size_t at = 0;
    double w = 0;
    l->tail = room < 3 * em ? (voc_str){s.ptr + s.len, 0} : tail_of(s, room, em);
    const double beside = dots + drawn_width(l->tail, em, false);
    for (size_t i = 0, n = 0; i < s.len; i += n) {
        const uint32_t c = shown(decode(s.ptr + i, s.len - i, &n));
        if (!joins(c)) {
            at = i;
            if (w + advance(c) * em + beside > width && i) break;
        }
        w += advance(c) * em;
    }
    *is = w + beside;
    return at;
}

void text_wrap(struct wrapped *w, voc_str s, double width, double size, bool bold, size_t most)
{
    const double em = size * (bold ? BOLD : 1);
    const bool rtl = from_right(s);
    memset(w, 0, sizeof *w);
    if (most > LINES_MAX) most = LINES_MAX;
    s = trimmed(s);
    while (s.len && w->n < most) {
        struct line *l = &w->line[w->n++];
        double is;
        size_t end = line_end(s, width, em, &is);
        l->rtl = rtl;
        if (w->n == most && end < s.len) {
            l->cut = w->cut = true;
            end = cut_line(l, s, width, em, &is);
        }
        l->s = trimmed((voc_str){s.ptr, end});
        l->width = is;
        if (is > w->width) w->width = is;
        s = trimmed((voc_str){s.ptr + end, s.len - end});
    }
}

double text_height(const struct wrapped *w, double size) { return (double)w->n * size * LEADING; }

static void open_text(struct pen *p, double x, double y, enum anchor at, bool rtl, const char *class_)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    if (rtl && at != AT_MIDDLE) at = at == AT_LEFT ? AT_RIGHT : AT_LEFT; // the line ends at the left
    pen_f(p, "<text x=\"%.1f\" y=\"%.1f\"%s%s class=\"%s\">", x, y, anchors[at], rtl ? " direction=\"rtl\" unicode-bidi=\"embed\"" : "", class_);
}

void text_put(struct pen *p, const struct wrapped *w, voc_str whole, double x, double y, double size, enum anchor at, const char *class_)
{
    if (w->cut) {
        pen_s(p, "<g><title>");
        pen_text(p, whole);
        pen_s(p, "</title>");
    }
    for (size_t i = 0; i < w->n; i++) {
        open_text(p, x, y + (double)i * size * LEADING + size, at, w->line[i].rtl, class_);
        pen_text(p, w->line[i].s);
        if (w->line[i].cut) pen_s(p, "\xE2\x80\xA6"), pen_text(p, w->line[i].tail);
        pen_s(p, "</text>\n");
    }
    if (w->cut) pen_s(p, "</g>\n");
}

void text_label(struct pen *p, const char *s, double x, double y, enum anchor at, const char *class_)
{
    open_text(p, x, y, at, false, class_);
    pen_text(p, (voc_str){s, strlen(s)});
    pen_s(p, "</text>\n");
}
