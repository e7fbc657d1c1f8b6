// SPDX-License-Identifier: MIT
#include "tests/unit/plugins/drawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/xml.h"
#include "tests/unit/base/fault.h"

static void *host_alloc(voc_context *cx, size_t size) { return (void)cx, mem_alloc(size); }
static void *host_resize(voc_context *cx, void *old, size_t size) { return (void)cx, mem_realloc(old, size); }
static void host_free(voc_context *cx, void *ptr) { (void)cx, mem_free(ptr); }
const voc_host host = {.struct_size = sizeof host, .version = "test", .alloc = host_alloc, .resize = host_resize, .free = host_free};

// ---- a picture read back ---------------------------------------------------------------------------------------------------

static voc_str attr(const voc_xml_attr *a, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(a[i].name, name)) return a[i].value;
    return (voc_str){"", 0};
}

static double number(voc_str s)
{
    char room[64];
    snprintf(room, sizeof room, "%.*s", (int)s.len, s.ptr);
    return strtod(room, NULL);
}

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *a, size_t n, uint64_t line, uint64_t byte)
{
    static const char *const known[] = {"svg", "title", "desc", "style", "rect", "g", "text", "path"};
    struct seen *s = user;
    bool is_known = false;
    (void)line, (void)byte;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known = is_known || str_is(name, known[i]);
    if (!is_known) fail_msg("an element \"%.*s\"", (int)name.len, name.ptr);
    for (size_t i = 0; i < n; i++) {
        if (a[i].name.len > 1 && a[i].name.ptr[0] == 'o' && a[i].name.ptr[1] == 'n') fail_msg("an attribute %.*s", (int)a[i].name.len, a[i].name.ptr);
        if (str_is(a[i].name, "href") || str_is(a[i].name, "style")) fail_msg("an attribute %.*s", (int)a[i].name.len, a[i].name.ptr);
    }
    assert_true(s->depth + 1 < sizeof s->shift / sizeof *s->shift);
    s->shift[s->depth + 1] = s->shift[s->depth];
    s->depth++;
    if (str_is(name, "svg")) {
        char room[100];
        char *at = room;
        const voc_str v = attr(a, n, "viewBox");
        snprintf(room, sizeof room, "%.*s", (int)v.len, v.ptr);
        s->left = strtod(at, &at), s->top = strtod(at, &at), s->right = s->left + strtod(at, &at), s->bottom = s->top + strtod(at, &at);
        assert_true(str_is(attr(a, n, "role"), "img"));
    }
    if (str_is(name, "g")) {
        const voc_str t = attr(a, n, "transform");
        if (t.len) s->shift[s->depth] += strtod(t.ptr + strlen("translate("), NULL);
    }
    s->rects += str_is(name, "rect");
    s->paths += str_is(name, "path");
    s->in_style = s->in_style || str_is(name, "style");
    if (str_is(name, "title")) s->in_title = true, s->titles++;
    s->descriptions += str_is(name, "desc");
    if (str_is(name, "text")) {
        const voc_str at = attr(a, n, "text-anchor"), c = attr(a, n, "class");
        s->in_text = true;
        s->len = 0;
        s->x = number(attr(a, n, "x")) + s->shift[s->depth];
        s->y = number(attr(a, n, "y"));
        s->rtl = str_is(attr(a, n, "direction"), "rtl");
        s->anchor = str_is(at, "middle") ? 1 : str_is(at, "end") ? 2 : 0;
        if (s->rtl) s->anchor = 2 - s->anchor;
        snprintf(s->class_, sizeof s->class_, "%.*s", (int)c.len, c.ptr);
    }
    return VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct seen *s = user;
    (void)line, (void)byte;
    if (str_is(name, "text")) {
        const voc_str t = {s->text, s->len};
        const double size = strstr(s->class_, "f-large") ? LARGE : SMALL, w = drawn_width(t, size, strstr(s->class_, "f-bold") || strstr(s->class_, "f-large"));
        const double x = s->x - (s->anchor == 1 ? w / 2 : s->anchor == 2 ? w : 0);
        if (s->n == TEXTS_MAX) fail_msg("more texts than a test expects");
        s->box[s->n] = (struct box){x, s->y - size * 0.8, x + w, s->y + size * 0.2};
        snprintf(s->said[s->n++], sizeof s->said[0], "%.*s", (int)(t.len < 79 ? t.len : 79), t.ptr);
        s->cut += t.len > 3 && memmem(t.ptr, t.len, "\xE2\x80\xA6", 3) != NULL;
        s->n_all += (size_t)snprintf(s->all + s->n_all, sizeof s->all - s->n_all, "%.*s|", (int)t.len, t.ptr);
        assert_true(s->n_all < sizeof s->all);
        s->in_text = false;
    }
    if (str_is(name, "title")) s->in_title = false;
    if (str_is(name, "style")) s->in_style = false;
    s->depth--;
    return VOC_OK;
}

static voc_rc on_text(void *user, voc_str t)
{
    struct seen *s = user;
    if (!s->in_text || s->in_title) return VOC_OK;
    if (t.len > sizeof s->text - s->len) fail_msg("a text without an end");
    memcpy(s->text + s->len, t.ptr, t.len);
    s->len += t.len;
    return VOC_OK;
}

struct bytes_left { const char *at; size_t len; };

static voc_rc give(void *user, void *to, size_t size, size_t *got)
{
    struct bytes_left *b = user;
    *got = size < b->len ? size : b->len;
    memcpy(to, b->at, *got);
    b->at += *got;
    b->len -= *got;
    return VOC_OK;
}

struct seen seen;

void read_back(const struct figure_drawn *d)
{
    static const voc_xml_handler h = {.struct_size = sizeof h, .start = on_start, .end = on_end, .text = on_text};
    struct bytes_left b = {d->ptr, d->len};
    struct diag *diag = diag_new();
    memset(&seen, 0, sizeof seen);
    assert_non_null(diag);
    const voc_rc rc = xml_sax(give, &b, &h, &seen, "picture", diag);
    if (rc) fail_msg("no XML: %s", diag_n(diag) ? diag_at(diag, 0)->message : "?");
    diag_free(diag);
    assert_int_equal(seen.descriptions, 1);
}

void nothing_lies_outside_or_on_another(void)
{
    for (size_t i = 0; i < seen.n; i++) {
        const struct box *a = &seen.box[i];
        if (a->x0 < seen.left - 0.6 || a->x1 > seen.right + 0.6 || a->y0 < seen.top - 0.6 || a->y1 > seen.bottom + 0.6)
            fail_msg("\"%s\" lies outside: %.1f..%.1f of %.1f..%.1f", seen.said[i], a->x0, a->x1, seen.left, seen.right);
        for (size_t k = i + 1; k < seen.n; k++) {
            const struct box *b = &seen.box[k];
            if (a->x0 < b->x1 - 0.6 && b->x0 < a->x1 - 0.6 && a->y0 < b->y1 - 0.6 && b->y0 < a->y1 - 0.6) fail_msg("\"%s\" lies on \"%s\"", seen.said[i], seen.said[k]);
        }
    }
}

bool says(const char *part) { return strstr(seen.all, part) != NULL; }

// ---- tables ----------------------------------------------------------------------------------------------------------------

char long_name[LONG_NAME + 1];

const char *const names[N_NAMES] = {
    "<script>alert(1)</script>\"'&", "\xE2\x80\xAE\xE2\x81\xA6 turned \xE2\x81\xA9", "\xD8\xB7\xD9\x84\xD8\xA8 \xD8\xB9\xD8\xB1\xD8\xB6 \xD8\xA3\xD8\xB3\xD8\xB9\xD8\xA7\xD8\xB1 (PDF)",
    "\xD7\x91\xD7\xA7\xD7\xA9\xD7\xAA \xD7\x94\xD7\xA6\xD7\xA2\xD7\xAA \xD7\x9E\xD7\x97\xD7\x99\xD7\xA8", "\xE8\xA6\x8B\xE7\xA9\x8D\xE3\x82\x82\xE3\x82\x8A\xE3\x82\x92\xE4\xBE\x9D\xE9\xA0\xBC\xE3\x81\x99\xE3\x82\x8B\xE9\xA1\xA7\xE5\xAE\xA2\xE3\x81\xAE\xE6\x89\x8B\xE9\xA0\x86",
    "\xE0\xA4\x95\xE0\xA5\x8B\xE0\xA4\x9F\xE0\xA5\x87\xE0\xA4\xB6\xE0\xA4\xA8 \xE0\xA4\xAE\xE0\xA4\xBE\xE0\xA4\x81\xE0\xA4\x97\xE0\xA5\x87\xE0\xA4\x82", "Donaudampfschifffahrtsgesellschaftskapit\xC3\xA4nsm\xC3\xBCtze-anprobieren",
    "e\xCC\x81\xCC\x82\xCC\x83 z\xCC\x8C\xCD\x8F\xCC\x8D combining", "\xF0\x9F\x9B\x92 basket \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", "two\nlines\tand \x01 controls", "", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", long_name};

#define COLUMN(id, is) {.name = VOC_LIT(id), .title = VOC_LIT("the " id), .type = is}
static const voc_column columns[] = {COLUMN("a", VOC_CELL_TEXT), COLUMN("b", VOC_CELL_TEXT), COLUMN("n", VOC_CELL_INT), COLUMN("share", VOC_CELL_SHARE), COLUMN("time", VOC_CELL_DURATION), COLUMN("grade", VOC_CELL_TEXT)};
voc_cell cells[ROWS_MAX * N_COLUMNS];

voc_table table_of(size_t rows, const voc_figure *f)
{
    return (voc_table){.struct_size = sizeof(voc_table), .column_size = sizeof(voc_column), .cell_size = sizeof(voc_cell),
                       .figure_size = sizeof(voc_figure), .name = VOC_LIT("t"), .columns = columns, .n_columns = N_COLUMNS,
                       .cells = cells, .n_rows = rows, .figures = f, .n_figures = 1};
}

void put_row(size_t r, const char *a, const char *b, int64_t n)
{
    static const char *const grades[] = {"none", "anecdote", "weak", "moderate", "strong"};
    voc_cell *c = &cells[r * N_COLUMNS];
    c[0] = text(a), c[1] = text(b), c[2] = (voc_cell){.type = VOC_CELL_INT, .i = n};
    c[3] = (voc_cell){.type = VOC_CELL_SHARE, .r = (double)(n % 100) / 100, .digits = 1};
    c[4] = (voc_cell){.type = VOC_CELL_DURATION, .i = n * 3600000000};
    c[5] = text(grades[n % 5]);
}

voc_figure figure_of(uint32_t kind, const voc_figure_part *parts, size_t n)
{
    return (voc_figure){.struct_size = sizeof(voc_figure), .kind = kind, .part_size = sizeof *parts,
                        .title = {names[0], strlen(names[0])}, .description = {names[2], strlen(names[2])}, .parts = parts,
                        .n_parts = n};
}

const voc_figure_part funnel_parts[3] = {FIGURE_PART(VOC_AS_LABEL, "a"), FIGURE_PART(VOC_AS_COUNT, "n"), FIGURE_PART(VOC_AS_SHARE, "share")};
const voc_figure_part map_parts[4] = {FIGURE_PART(VOC_AS_FROM, "a"), FIGURE_PART(VOC_AS_TO, "b"), FIGURE_PART(VOC_AS_COUNT, "n"), FIGURE_PART(VOC_AS_TIME, "time")};
const voc_figure_part cross_parts[4] = {FIGURE_PART(VOC_AS_ROW, "a"), FIGURE_PART(VOC_AS_COLUMN, "b"), FIGURE_PART(VOC_AS_VALUE, "n"), FIGURE_PART(VOC_AS_GRADE, "grade")};
const voc_figure_part curve_parts[3] = {FIGURE_PART(VOC_AS_X, "time"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_SERIES, "a")};

void draw(const voc_table *t, double width)
{
    struct figure_drawn d = {0}, again = {0};
    const struct figure_look look = {.width = width, .id = "f", .alone = true};
    assert_int_equal(figure_draw(&host, NULL, t, figure_at(t, 0), &look, &d), VOC_OK);
    assert_int_equal(figure_draw(&host, NULL, t, figure_at(t, 0), &look, &again), VOC_OK);
    assert_int_equal(d.len, again.len);
    assert_memory_equal(d.ptr, again.ptr, d.len);
    read_back(&d);
    mem_free(d.ptr);
    mem_free(again.ptr);
}
