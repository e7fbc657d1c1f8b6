// SPDX-License-Identifier: MIT
// Text, numbers and cells of the page. Nothing that comes from data can open a tag, end an attribute, or turn the reading
// direction of what stands around it.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/common/format.h"
#include "plugins/common/markup.h"
#include "plugins/output/html/html.h"

#define FLUSH_AT 16384u
#define ROOM_MAX ((size_t)1 << 30)

void html_write(struct html *h, struct room *r)
{
    if (!h->rc && r->len) h->rc = h->host->write(h->out, r->ptr, r->len);
    r->len = 0;
}

voc_str kept(const struct html *h, enum part p) { return h->rooms[p].len ? (voc_str){h->rooms[p].ptr, h->rooms[p].len} : (voc_str){"", 0}; }

void put(struct html *h, const char *s, size_t n)
{
    struct room *r = h->into;
    if (h->rc || n == 0) return;
    if ((h->rc = room_add(h->host, h->cx, r, s, n, ROOM_MAX))) return;
    if (h->direct && r == &h->rooms[PART_TABLES] && r->len >= FLUSH_AT) html_write(h, r);
}

void put_s(struct html *h, const char *s) { put(h, s, strlen(s)); }

void put_size(struct html *h, size_t n)
{
    char s[24];
    snprintf(s, sizeof s, "%zu", n);
    put_s(h, s);
}

void put_text(struct html *h, voc_str s)
{
    voc_str plain;
    const char *instead;
    while (markup_part(&s, &plain, &instead)) {
        put(h, plain.ptr, plain.len);
        if (instead) put_s(h, instead);
    }
}

#define WORD_MAX 22u // bytes; what is longer is a path or a name made of several words

static bool is_joint(char c) { return strchr("_./:;,|@=+", c) != NULL && c; }

static size_t run(voc_str s) // up to where a browser would break of itself: a blank or a hyphen
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] != ' ' && s.ptr[n] != '-') n++;
    return n;
}

bool put_breakable(voc_str s)
{
    for (size_t i = 0; i < s.len;) {
        const size_t n = run(text_from(s, i));
        if (n > WORD_MAX) return true;
        i += n + 1;
    }
    return false;
}

// The same, where it is longer than a word with places at which it may break first: behind joints, and before the capital of joinedWords.
static void put_broken(struct html *h, voc_str s)
{
    size_t from = 0;
    for (size_t i = 1; i < s.len; i++) {
        const bool capital = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' && s.ptr[i - 1] >= 'a' && s.ptr[i - 1] <= 'z';
        if (!capital && !(is_joint(s.ptr[i - 1]) && !is_joint(s.ptr[i]) && s.ptr[i] != ' ')) continue;
        put_text(h, (voc_str){s.ptr + from, i - from});
        put_s(h, "<wbr/>");
        from = i;
    }
    put_text(h, text_from(s, from));
}

void put_isolated(struct html *h, voc_str s)
{
    put_s(h, "<bdi dir=\"auto\">");
    put_text(h, s);
    put_s(h, "</bdi>");
}

void put_capital(struct html *h, voc_str s)
{
    char first = s.len ? s.ptr[0] : 0;
    if (first >= 'a' && first <= 'z') {
        first = (char)(first - 'a' + 'A');
        put(h, &first, 1);
        s = text_from(s, 1);
    }
    put_text(h, s);
}

void put_sentence(struct html *h, voc_str s)
{
    put_capital(h, s);
    if (s.len && !strchr(".!?", s.ptr[s.len - 1])) put_s(h, ".");
}

void put_plain_name(struct html *h, voc_str name, bool capital)
{
    while (name.len) {
        voc_str word = {name.ptr, text_find(name, "_")};
        if (capital)
            put_capital(h, word);
        else
            put_text(h, word);
        capital = false;
        if (word.len < name.len) put_s(h, " ");
        name = text_from(name, word.len + 1);
    }
}

static void open_head(struct html *h, int level)
{
    const char digit = (char)('0' + level);
    put_s(h, "<h");
    put(h, &digit, 1);
}

void put_head(struct html *h, int level)
{
    open_head(h, level);
    put_s(h, ">");
}

void put_head_id(struct html *h, int level, const char *id, size_t n)
{
    open_head(h, level);
    put_s(h, " id=\"");
    put_s(h, id);
    put_size(h, n);
    put_s(h, "\">");
}

void put_end(struct html *h, int level)
{
    const char digit = (char)('0' + level);
    put_s(h, "</h");
    put(h, &digit, 1);
    put_s(h, ">\n");
}

// ---- text and strides --------------------------------------------------------------------------------------------------------

bool text_starts(voc_str s, const char *literal)
{
    size_t n = strlen(literal);
    return s.len >= n && memcmp(s.ptr, literal, n) == 0;
}
bool text_is(voc_str s, const char *literal) { return s.len == strlen(literal) && text_starts(s, literal); }

bool text_same(voc_str a, voc_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }

voc_str text_line(voc_str *rest)
{
    voc_str line = {rest->ptr, text_find(*rest, "\n")};
    *rest = text_from(*rest, line.len + 1);
    return line;
}

size_t text_find(voc_str s, const char *literal)
{
    for (size_t i = 0; i < s.len; i++)
        if (text_starts(text_from(s, i), literal)) return i;
    return s.len;
}

voc_str text_from(voc_str s, size_t at) { return at < s.len ? (voc_str){s.ptr + at, s.len - at} : (voc_str){"", 0}; }

enum tone tone_of(voc_str group)
{
    static const struct { const char *word; enum tone tone; } known[] = {
        {"DO MORE", TONE_DO},  {"KEEP", TONE_KEEP},       {"STOP OR CHANGE", TONE_STOP}, {"CANNOT TELL YET", TONE_ASK},
        {"VALUE", TONE_DO},    {"INCIDENTAL", TONE_KEEP}, {"WASTE", TONE_STOP},          {"UNPROVEN", TONE_ASK}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_is(group, known[i].word)) return known[i].tone;
    return TONE_PLAIN;
}

const voc_column *column_at(const voc_table *t, size_t k)
{
    return (const voc_column *)(const void *)((const char *)t->columns + k * t->column_size);
}
const voc_cell *cell_at(const voc_table *t, size_t row, size_t k)
{
    return (const voc_cell *)(const void *)((const char *)t->cells + (row * t->n_columns + k) * t->cell_size);
}
const voc_group *group_at(const voc_table *t, size_t i) { return (const voc_group *)(const void *)((const char *)t->groups + i * t->group_size); }
const voc_note *note_at(const voc_table *t, size_t i) { return (const voc_note *)(const void *)((const char *)t->notes + i * t->note_size); }

size_t column_named(const voc_table *t, const char *name)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (text_is(column_at(t, k)->name, name)) return k;
    return t->n_columns;
}

const voc_cell *cell_of(const voc_table *t, size_t row, size_t column, uint32_t type)
{
    if (column >= t->n_columns || row >= t->n_rows) return NULL;
    const voc_cell *c = cell_at(t, row, column);
    return c->type == type && !(type == VOC_CELL_TEXT && c->s.len == 0) ? c : NULL;
}

size_t group_end(const voc_table *t, size_t g)
{
    size_t end = g + 1 < t->n_groups ? group_at(t, g + 1)->row : t->n_rows;
    return end < t->n_rows ? end : t->n_rows;
}

// ---- cells -------------------------------------------------------------------------------------------------------------------

void put_number(struct html *h, double r, unsigned digits, bool sign)
{
    char s[FORMAT_MAX];
    format_number(s, sizeof s, r, digits, sign);
    put_s(h, s);
}

static void integer(struct html *h, int64_t i, bool sign)
{
    char s[FORMAT_MAX];
    format_integer(s, sizeof s, i, sign);
    put_s(h, s);
}

void put_time(struct html *h, int64_t us)
{
    char s[FORMAT_MAX];
    format_time(s, sizeof s, us);
    put_s(h, s);
}

static void duration(struct html *h, int64_t us)
{
    char s[FORMAT_MAX];
    format_duration(s, sizeof s, us);
    put_s(h, s);
}

#define BAR_WIDTH 120.0

static double on_scale(const struct scale *s, double x)
{
    double share = (x - s->lo) / (s->hi - s->lo);
    return 3 + (BAR_WIDTH - 6) * (share < 0 ? 0 : share > 1 ? 1 : share);
}

// The range as a whisker with its point, on the one scale of its column, and a line at zero. It only repeats the text.
static void bar(struct html *h, const voc_cell *c, const struct scale *scale, bool sign)
{
    char s[400];
    if (!scale || !scale->drawn || isnan(c->r)) return;
    double lo = isnan(c->lo) ? c->r : c->lo, hi = isnan(c->hi) ? c->r : c->hi;
    const char *side = !sign ? "" : lo > 0 ? " up" : hi < 0 ? " down" : "";
    snprintf(s, sizeof s, "<svg class=\"bar%s\" viewBox=\"0 0 120 10\" width=\"120\" height=\"10\" aria-hidden=\"true\" focusable=\"false\">", side);
    put_s(h, s);
    if (scale->lo <= 0 && scale->hi >= 0) {
        snprintf(s, sizeof s, "<path class=\"zero\" d=\"M%.1f 0V10\"/>", on_scale(scale, 0));
        put_s(h, s);
    }
    snprintf(s, sizeof s, "<path class=\"whisker\" d=\"M%.1f 5H%.1f\"/><circle cx=\"%.1f\" cy=\"5\" r=\"3\"/></svg>", on_scale(scale, lo), on_scale(scale, hi),
             on_scale(scale, c->r));
    put_s(h, s);
}

static void range(struct html *h, const voc_cell *c, const struct scale *scale, bool sign)
{
    put_s(h, "<span class=\"v\"><b>");
    put_number(h, c->r, c->digits, sign);
    put_s(h, "</b> (");
    put_number(h, c->lo, c->digits, sign);
    put_s(h, " to ");
    put_number(h, c->hi, c->digits, sign);
    put_s(h, ")");
    bar(h, c, scale, sign);
    put_s(h, "</span>");
}

// The bar is drawn by the sheet, as a page may have thousands. A difference of shares is no part of a whole and has none.
static void share(struct html *h, const voc_cell *c, bool sign, bool bars)
{
    char s[64];
    bool bar = bars && !sign && c->r >= 0 && c->r <= 1;
    put_s(h, bar ? "<span class=\"v\">" : "");
    put_number(h, c->r * 100, c->digits, sign);
    put_s(h, "%");
    if (!bar) return;
    snprintf(s, sizeof s, "<i class=\"share\" style=\"--w:%.1f%%\"></i></span>", c->r * 100);
    put_s(h, s);
}

// "VALUE", "VALUE: do more": the word of a verdict is a chip.
static void text_cell(struct html *h, voc_str s, bool verdict)
{
    voc_str word = {s.ptr, text_find(s, ": ")};
    enum tone tone = verdict ? tone_of(word) : TONE_PLAIN;
    if (tone == TONE_PLAIN) {
        put_s(h, "<bdi dir=\"auto\">");
        if (put_breakable(s)) put_broken(h, s);
        else put_text(h, s);
        put_s(h, "</bdi>");
        return;
    }
    put_chip(h, tone, word);
    if (word.len == s.len) return;
    put_s(h, " ");
    put_isolated(h, text_from(s, word.len + 2));
}

void put_cell(struct html *h, const voc_cell *c, const voc_column *col, const struct scale *scale)
{
    bool sign = (col->flags & VOC_COLUMN_SIGNED) != 0;
    switch (c->type) {
    case VOC_CELL_TEXT:
        text_cell(h, c->s, text_is(col->name, "verdict") || text_is(col->name, "kind"));
        break;
    case VOC_CELL_INT: integer(h, c->i, sign); break;
    case VOC_CELL_REAL: put_number(h, c->r, c->digits, sign); break;
    case VOC_CELL_TIME: put_time(h, c->i); break;
    case VOC_CELL_DURATION: duration(h, c->i); break;
    case VOC_CELL_MONEY: put_number(h, (double)c->i / 1e6, c->digits, sign); break;
    case VOC_CELL_SHARE: share(h, c, sign, !scale || scale->bars); break;
    case VOC_CELL_BOOL: put_s(h, c->i ? "yes" : "no"); break;
    case VOC_CELL_RANGE: range(h, c, scale, sign); break;
    default: put_s(h, "-"); break;
    }
}

// Word, shape and colour: each alone is enough.
void put_chip(struct html *h, enum tone tone, voc_str words)
{
    static const struct { const char *class_, *shape; } tones[] = {
        [TONE_PLAIN] = {"chip", NULL},
        [TONE_DO] = {"chip do", "<path d=\"M6 1 11.5 11H.5z\"/>"},
        [TONE_KEEP] = {"chip keep", "<circle cx=\"6\" cy=\"6\" r=\"5\"/>"},
        [TONE_STOP] = {"chip stop", "<path class=\"line\" d=\"M2 2 10 10M10 2 2 10\"/>"},
        [TONE_ASK] = {"chip ask", "<path class=\"line\" d=\"M6 1 11 6 6 11 1 6z\"/>"},
    };
    put_s(h, "<span class=\"");
    put_s(h, tones[tone].class_);
    put_s(h, "\">");
    if (tones[tone].shape) {
        put_s(h, "<svg viewBox=\"0 0 12 12\" width=\"12\" height=\"12\" aria-hidden=\"true\" focusable=\"false\">");
        put_s(h, tones[tone].shape);
        put_s(h, "</svg>");
    }
    put_isolated(h, words);
    put_s(h, "</span>");
}
