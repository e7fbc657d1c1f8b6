// SPDX-License-Identifier: MIT
// Figures, read back as XML: whatever the names are, all text lies within the picture and on no other text, nothing of a
// stranger becomes markup, what is not drawn is said, and the same table gives the same bytes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/xml.h"
#include "plugins/common/figure/declare.h"
#include "plugins/common/figure/draw.h"
#include "tests/unit/base/fault.h"

static void *host_alloc(voc_context *cx, size_t size) { return (void)cx, mem_alloc(size); }
static void *host_resize(voc_context *cx, void *old, size_t size) { return (void)cx, mem_realloc(old, size); }
static void host_free(voc_context *cx, void *ptr) { (void)cx, mem_free(ptr); }
static const voc_host host = {.struct_size = sizeof host, .version = "test", .alloc = host_alloc, .resize = host_resize, .free = host_free};

// ---- a picture read back ---------------------------------------------------------------------------------------------------

#define TEXTS_MAX 600u

struct box { double x0, y0, x1, y1; };
struct seen {
    double left, top, right, bottom; // the viewBox
    double shift[16];
    size_t depth;
    bool in_text, in_title, in_style, rtl;
    double x, y;
    int anchor;
    char class_[64], text[40000];
    size_t len;
    struct box box[TEXTS_MAX];
    char said[TEXTS_MAX][80];
    size_t n, cut, rects, paths, titles, descriptions;
    char all[200000]; // all text in order, '|' between
    size_t n_all;
};

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
        s->cut += t.len > 3 && memcmp(t.ptr + t.len - 3, "\xE2\x80\xA6", 3) == 0;
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

static struct seen seen;

static void read_back(const struct figure_drawn *d)
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

static void nothing_lies_outside_or_on_another(void)
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

static bool says(const char *part) { return strstr(seen.all, part) != NULL; }

// ---- tables ----------------------------------------------------------------------------------------------------------------

#define LONG_NAME 10000u
static char long_name[LONG_NAME + 1];

static const char *const names[] = {
    "<script>alert(1)</script>\"'&", "\xE2\x80\xAE\xE2\x81\xA6 turned \xE2\x81\xA9", "\xD8\xB7\xD9\x84\xD8\xA8 \xD8\xB9\xD8\xB1\xD8\xB6 \xD8\xA3\xD8\xB3\xD8\xB9\xD8\xA7\xD8\xB1 (PDF)",
    "\xD7\x91\xD7\xA7\xD7\xA9\xD7\xAA \xD7\x94\xD7\xA6\xD7\xA2\xD7\xAA \xD7\x9E\xD7\x97\xD7\x99\xD7\xA8", "\xE8\xA6\x8B\xE7\xA9\x8D\xE3\x82\x82\xE3\x82\x8A\xE3\x82\x92\xE4\xBE\x9D\xE9\xA0\xBC\xE3\x81\x99\xE3\x82\x8B\xE9\xA1\xA7\xE5\xAE\xA2\xE3\x81\xAE\xE6\x89\x8B\xE9\xA0\x86",
    "\xE0\xA4\x95\xE0\xA5\x8B\xE0\xA4\x9F\xE0\xA5\x87\xE0\xA4\xB6\xE0\xA4\xA8 \xE0\xA4\xAE\xE0\xA4\xBE\xE0\xA4\x81\xE0\xA4\x97\xE0\xA5\x87\xE0\xA4\x82", "Donaudampfschifffahrtsgesellschaftskapit\xC3\xA4nsm\xC3\xBCtze-anprobieren",
    "e\xCC\x81\xCC\x82\xCC\x83 z\xCC\x8C\xCD\x8F\xCC\x8D combining", "\xF0\x9F\x9B\x92 basket \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", "two\nlines\tand \x01 controls", "", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", long_name};
#define N_NAMES (sizeof names / sizeof *names)

static voc_cell text(const char *s) { return (voc_cell){.type = VOC_CELL_TEXT, .s = {s, strlen(s)}}; }
static voc_cell integer(int64_t i) { return (voc_cell){.type = VOC_CELL_INT, .i = i}; }

#define COLUMN(id, is) {.name = VOC_LIT(id), .title = VOC_LIT("the " id), .type = is}
static const voc_column columns[] = {COLUMN("a", VOC_CELL_TEXT), COLUMN("b", VOC_CELL_TEXT), COLUMN("n", VOC_CELL_INT), COLUMN("share", VOC_CELL_SHARE), COLUMN("time", VOC_CELL_DURATION), COLUMN("grade", VOC_CELL_TEXT)};
#define N_COLUMNS 6u
#define ROWS_MAX 400u
static voc_cell cells[ROWS_MAX * N_COLUMNS];

static voc_table table_of(size_t rows, const voc_figure *f)
{
    return (voc_table){.struct_size = sizeof(voc_table), .column_size = sizeof(voc_column), .cell_size = sizeof(voc_cell), .figure_size = sizeof(voc_figure), .name = VOC_LIT("t"), .columns = columns,
                       .n_columns = N_COLUMNS, .cells = cells, .n_rows = rows, .figures = f, .n_figures = 1};
}

static void put_row(size_t r, const char *a, const char *b, int64_t n)
{
    static const char *const grades[] = {"none", "anecdote", "weak", "moderate", "strong"};
    voc_cell *c = &cells[r * N_COLUMNS];
    c[0] = text(a), c[1] = text(b), c[2] = integer(n);
    c[3] = (voc_cell){.type = VOC_CELL_SHARE, .r = (double)(n % 100) / 100, .digits = 1};
    c[4] = (voc_cell){.type = VOC_CELL_DURATION, .i = n * 3600000000};
    c[5] = text(grades[n % 5]);
}

static voc_figure figure_of(uint32_t kind, const voc_figure_part *parts, size_t n)
{
    return (voc_figure){.struct_size = sizeof(voc_figure), .kind = kind, .part_size = sizeof *parts, .title = {names[0], strlen(names[0])}, .description = {names[2], strlen(names[2])}, .parts = parts, .n_parts = n};
}

static const voc_figure_part funnel_parts[] = {FIGURE_PART(VOC_AS_LABEL, "a"), FIGURE_PART(VOC_AS_COUNT, "n"), FIGURE_PART(VOC_AS_SHARE, "share")};
static const voc_figure_part map_parts[] = {FIGURE_PART(VOC_AS_FROM, "a"), FIGURE_PART(VOC_AS_TO, "b"), FIGURE_PART(VOC_AS_COUNT, "n"), FIGURE_PART(VOC_AS_TIME, "time")};
static const voc_figure_part cross_parts[] = {FIGURE_PART(VOC_AS_ROW, "a"), FIGURE_PART(VOC_AS_COLUMN, "b"), FIGURE_PART(VOC_AS_VALUE, "n"), FIGURE_PART(VOC_AS_GRADE, "grade")};
static const voc_figure_part curve_parts[] = {FIGURE_PART(VOC_AS_X, "time"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_SERIES, "a")};

static void draw(const voc_table *t, double width)
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

static const double widths[] = {FIGURE_NARROW, FIGURE_PORTRAIT, FIGURE_LANDSCAPE};

// ---- what must hold --------------------------------------------------------------------------------------------------------

static void a_funnel_of_any_names_fits_and_says_each_count_and_loss(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_FUNNEL, funnel_parts, 3);
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) put_row(i, names[i], "", (int64_t)(20000 - 1500 * i));
    const voc_table t = table_of(N_NAMES, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("20,000") && says("18,500") && says("1,500 (8%) did not go on"));
        assert_true(seen.cut >= 1); // 10,000 letters
    }
}

static void a_table_of_any_names_fits_beside_and_below_each_other(void **state)
{
    static const uint32_t kinds[] = {VOC_FIGURE_HEAT, VOC_FIGURE_GRID};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const voc_figure f = figure_of(kinds[k], cross_parts, 4);
        size_t rows = 0;
        for (size_t i = 0; i < 7; i++)
            for (size_t c = 0; c < 6; c++)
                if ((i + c) % 4) put_row(rows++, names[(i * 5 + 2) % N_NAMES], names[(c + 5) % N_NAMES], (int64_t)(i * c * 37));
        const voc_table t = table_of(rows, &f);
        for (size_t w = 0; w < 3; w++) {
            draw(&t, widths[w]);
            nothing_lies_outside_or_on_another();
            assert_true(says("185")); // 1 * 5 * 37: each number stands on its shade
            assert_true(says("moderate"));
        }
    }
}

static void what_a_grid_has_several_times_in_one_place_stands_below_each_other(void **state)
{
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "a"), FIGURE_PART(VOC_AS_COLUMN, "b"), FIGURE_PART(VOC_AS_TEXT, "grade")};
    const voc_figure f = figure_of(VOC_FIGURE_GRID, parts, 3);
    (void)state;
    for (size_t i = 0; i < 12; i++) put_row(i, "they do", "first", (int64_t)i);
    const voc_table t = table_of(12, &f);
    draw(&t, FIGURE_PORTRAIT);
    nothing_lies_outside_or_on_another();
    assert_true(says("strong|") && says("and 4 more"));
}

static void rows_that_belong_together_are_cards_and_on_a_phone_blocks(void **state)
{
    static const char *const names_of[] = {"Suppliers", "Inputs", "Process", "Outputs", "Customers", "Requirements"};
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "a"), FIGURE_PART(VOC_AS_COLUMN, "b"), FIGURE_PART(VOC_AS_TEXT, "grade"), FIGURE_PART(VOC_AS_VALUE, "share")};
    voc_figure f = figure_of(VOC_FIGURE_GRID, parts, 4);
    size_t rows = 0;
    (void)state;
    f.flags = VOC_FIGURE_BY_ROW;
    for (size_t i = 0; i < N_NAMES; i++)
        for (size_t c = 0; c < 6; c++)
            for (size_t k = 0; k < (i + c) % 3 + (c == 0); k++) {
                put_row(rows, names[i], names_of[c], (int64_t)(i * 11 + k * 30) % 100);
                cells[rows++ * N_COLUMNS + 5] = text(names[(i + c + k) % N_NAMES]);
            }
    const voc_table t = table_of(rows, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        size_t heads = 0;
        for (const char *at = seen.all; (at = strstr(at, "Suppliers")) != NULL; at++) heads++;
        assert_int_equal(heads, widths[w] < 500 ? N_NAMES : 1); // over all cards once, in each block anew
    }
}

static void a_verdict_has_a_sign_of_its_own_below_its_line_or_alone(void **state)
{
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "a"), FIGURE_PART(VOC_AS_COLUMN, "b"), FIGURE_PART(VOC_AS_TEXT, "n"), FIGURE_PART(VOC_AS_MARK, "grade")};
    static const char *const verdicts[] = {"value: do more", "incidental: keep, and make it cheap", "waste here: stop or change", "unproven over all stages: test it with some customers left out by lot", "nothing"};
    const voc_figure f = figure_of(VOC_FIGURE_GRID, parts, 4);
    (void)state;
    for (size_t i = 0; i < 15; i++) {
        put_row(i, i % 3 ? "they meet" : names[5], names[i % 4], (int64_t)i);
        cells[i * N_COLUMNS + 5] = text(verdicts[i % 5]);
    }
    const voc_table t = table_of(15, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("value|") && says("unproven|")); // of the legend
        assert_false(says("nothing"));
    }
}

static void curves_are_told_apart_without_colour_and_stay_in_their_plane(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, curve_parts, 3);
    size_t rows = 0;
    (void)state;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < 50; i++) {
            put_row(rows, names[k], "", (int64_t)i * 5);
            cells[rows * N_COLUMNS + 3].r = exp(-(double)i * 0.02 * (double)(k + 1));
            rows++;
        }
    const voc_table t = table_of(rows, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("100%") && says("10 d"));
    }
}

static void pictures_of_a_series_share_their_axes_and_a_name_has_one_colour(void **state)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_X, "time"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_SERIES, "a"), FIGURE_PART(VOC_AS_ROW, "b")};
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, parts, 4);
    struct figure_drawn d = {0};
    size_t rows = 0;
    (void)state;
    for (size_t i = 0; i < 20; i++) put_row(rows++, "early", "left", (int64_t)i * 120);
    for (size_t i = 0; i < 20; i++) put_row(rows++, "late", "left", (int64_t)i * 120);
    for (size_t i = 0; i < 20; i++) put_row(rows++, "late", "right", (int64_t)i * 2);
    const voc_table t = table_of(rows, &f);
    assert_int_equal(figure_panels(&t, &f), 2);
    for (size_t panel = 1; panel <= 2; panel++) {
        const struct figure_look look = {.width = FIGURE_PORTRAIT, .id = "f", .panel = panel};
        assert_int_equal(figure_draw(&host, NULL, &t, &f, &look, &d), VOC_OK);
        read_back(&d);
        nothing_lies_outside_or_on_another();
        assert_true(says(panel == 1 ? "left|" : "right|") && !says(panel == 1 ? "right|" : "left|"));
        assert_true(says("84 d") && says("late|") && says("early|") == (panel == 1));
        char *svg = mem_strndup(d.ptr, d.len);
        assert_int_equal(strstr(svg, "f-curve f-s0") != NULL, panel == 1); // early
        assert_non_null(strstr(svg, "f-curve f-s1"));
        mem_free(svg);
        mem_free(d.ptr);
    }
}

static void a_map_of_any_names_fits_and_says_what_it_leaves_out(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_MAP, map_parts, 4);
    size_t rows = 0;
    (void)state;
    if (!map_possible()) {
        const voc_table t = table_of(1, &f);
        assert_non_null(strstr(figure_undrawable(&t, &f), "Graphviz"));
        skip();
    }
    put_row(rows++, "(start)", names[2], 900);
    for (size_t i = 0; i < N_NAMES; i++)
        for (size_t k = i % 3; k < N_NAMES; k += 3) put_row(rows++, names[i], names[k], (int64_t)(1 + (i * 7 + k * 13) % 40 * ((i + k) % 3)));
    put_row(rows++, names[4], "(end)", 800);
    const voc_table t = table_of(rows, &f);
    for (size_t w = 0; w < 3; w += 2) {
        draw(&t, widths[w]);
        for (size_t i = 0; i < seen.n; i++)
            if (seen.box[i].x0 < seen.left - 0.6 || seen.box[i].x1 > seen.right + 0.6 || seen.box[i].y1 > seen.bottom + 0.6) fail_msg("\"%s\" lies outside", seen.said[i]);
        assert_true(says("(start)") && says("(end)") && says("900"));
        assert_true(says("steps of the table are not") && (w > 0 || says("no room for all")));
    }
}

static void a_map_draws_until_its_share_and_what_must_always_be_there(void **state)
{
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_FROM, "a"), FIGURE_PART(VOC_AS_TO, "b"), FIGURE_PART(VOC_AS_COUNT, "n")};
    voc_figure f = figure_of(VOC_FIGURE_MAP, parts, 3);
    (void)state;
    if (!map_possible()) skip();
    f.detail = 0.8;
    put_row(0, "(start)", "view", 50);
    put_row(1, "view", "buy", 30);
    put_row(2, "view", "view", 15);
    put_row(3, "view", "leave", 5);
    const voc_table t = table_of(4, &f);
    draw(&t, FIGURE_PORTRAIT);
    nothing_lies_outside_or_on_another();
    assert_true(says("50|") && says("30|") && !says("15|") && !says("leave")); // 80 of 100
    assert_true(says("2 steps of the table are not drawn, 20.0% of their occurrences."));
    f.detail = 0.81;
    draw(&t, FIGURE_PORTRAIT);
    assert_true(says("again: 15|") && says("1 step of the table is not drawn, 5.0%")); // to itself: in the box
}

static void what_the_company_does_stands_in_boxes_of_its_own_kind(void **state)
{
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_FROM, "a"), FIGURE_PART(VOC_AS_TO, "b"), FIGURE_PART(VOC_AS_COUNT, "n")};
    const voc_figure f = figure_of(VOC_FIGURE_MAP, parts, 3);
    (void)state;
    if (!map_possible()) skip();
    put_row(0, "(start)", "call", 60);
    put_row(1, "call", "touchpoint:call", 40); // the same word for both
    put_row(2, "touchpoint:call", "order", 30);
    voc_table t = table_of(3, &f);
    draw(&t, FIGURE_NARROW);
    nothing_lies_outside_or_on_another();
    assert_true(says("call|call|") && !says("touchpoint:"));
    assert_true(says("what customers do|what the company does|"));
    t = table_of(1, &f);
    draw(&t, FIGURE_NARROW);
    assert_true(says("call|") && !says("what customers do"));
}

static void a_step_is_drawn_only_where_an_arrow_leads_to_it(void **state)
{
    const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_FROM, "a"), FIGURE_PART(VOC_AS_TO, "b"), FIGURE_PART(VOC_AS_COUNT, "n")};
    const voc_figure f = figure_of(VOC_FIGURE_MAP, parts, 3);
    (void)state;
    if (!map_possible()) skip();
    put_row(0, "(start)", "view", 60);
    put_row(1, "view", "leave", 20);
    put_row(2, "order", "login", 10);
    put_row(3, "login", "login", 10);
    const voc_table t = table_of(4, &f);
    draw(&t, FIGURE_PORTRAIT);
    assert_true(says("view") && says("leave") && !says("order") && !says("login"));
    assert_true(says("2 steps of the table are not drawn, 20.0% of their occurrences"));
    put_row(2, "order", "login", 40); // too frequent to be left out
    draw(&t, FIGURE_PORTRAIT);
    assert_true(says("order") && says("login") && says("again: 10|"));
}

// ---- colours ---------------------------------------------------------------------------------------------------------------

static double light(const char *block, const char *name)
{
    char key[24];
    double part[3], x;
    snprintf(key, sizeof key, "--f-%s:#", name);
    const char *at = strstr(block, key);
    if (!at) fail_msg("no colour %s", name);
    at += strlen(key);
    const size_t each = strspn(at, "0123456789abcdef") / 3;
    for (size_t i = 0; i < 3; i++) {
        const char s[3] = {at[i * each], at[i * each + each - 1], 0};
        x = (double)strtol(s, NULL, 16) / 255;
        part[i] = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static void every_text_and_every_line_has_the_contrast_of_wcag_aa_in_light_and_dark(void **state)
{
    static const char *const pairs[][2] = {{"fg", "bg"}, {"soft", "bg"}, {"fg", "card"}, {"soft", "card"}, {"on", "main"}, {"main", "bg"}, {"loss", "bg"}, {"loss", "card"}, {"s2", "card"},
                                           {"t0", "h0"}, {"t1", "h1"}, {"t2", "h2"}, {"t3", "h3"}, {"t4", "h4"}, {"t5", "h5"}, {"t6", "h6"}, {"tn3", "hn3"}, {"tn2", "hn2"}, {"tn1", "hn1"}, {"tz", "hz"},
                                           {"tp1", "hp1"}, {"tp2", "hp2"}, {"tp3", "hp3"}, {"s0", "bg"}, {"s1", "bg"}, {"s2", "bg"}, {"s3", "bg"}, {"s4", "bg"}, {"s5", "bg"}, {"s6", "bg"}, {"s7", "bg"}};
    size_t blocks = 0;
    (void)state;
    for (const char *b = strstr(figure_style(), "--f-bg:"); b; b = strstr(b + 1, "--f-bg:"), blocks++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            const double x = light(b, pairs[i][0]), y = light(b, pairs[i][1]), ratio = (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
            if (ratio < 4.5) fail_msg("%s on %s has a contrast of %.2f in block %zu", pairs[i][0], pairs[i][1], ratio, blocks);
        }
    assert_int_equal(blocks, 2);
}

static void text_is_cut_between_characters_and_never_lost(void **state)
{
    struct wrapped w;
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) {
        const voc_str s = {names[i], strlen(names[i])};
        for (double width = 20; width < 300; width += 13) {
            text_wrap(&w, s, width, SMALL, false, 3);
            for (size_t k = 0; k < w.n; k++) {
                const voc_str l = w.line[k].s;
                assert_true(l.ptr >= s.ptr && l.ptr + l.len <= s.ptr + s.len);
                assert_true(l.len == 0 || ((unsigned char)l.ptr[0] & 0xC0) != 0x80); // begins a character
                assert_true(l.ptr + l.len == s.ptr + s.len || ((unsigned char)l.ptr[l.len] & 0xC0) != 0x80);
                if (width > 40) assert_true(w.line[k].width <= width + 0.001);
            }
            assert_true(w.cut || s.len == 0 || w.n == 0 || w.line[w.n - 1].s.ptr + w.line[w.n - 1].s.len >= s.ptr + s.len - 1);
        }
    }
    text_wrap(&w, (voc_str)VOC_LIT("one two"), 1000, SMALL, false, 3);
    assert_true(w.n == 1 && !w.cut && !w.line[0].rtl);
    text_wrap(&w, (voc_str){names[3], strlen(names[3])}, 1000, SMALL, false, 3);
    assert_true(w.line[0].rtl);
}

static void a_figure_without_its_parts_or_rows_is_not_drawn(void **state)
{
    struct figure_drawn d = {0};
    voc_figure f = figure_of(VOC_FIGURE_FUNNEL, map_parts, 4);
    const struct figure_look look = {.id = "f"};
    (void)state;
    put_row(0, "a", "b", 1);
    voc_table t = table_of(1, &f);
    assert_int_equal(figure_draw(&host, NULL, &t, &f, &look, &d), VOC_E_BUG);
    assert_non_null(figure_undrawable(&t, &f));
    f = figure_of(VOC_FIGURE_FUNNEL, funnel_parts, 3);
    assert_null(figure_undrawable(&t, &f));
    t.n_rows = 0;
    assert_non_null(figure_undrawable(&t, &f));
    t.struct_size = offsetof(voc_table, figure_size); // an old host
    assert_int_equal(figure_count(&t), 0);
}

static voc_rc draw_all(void *user)
{
    const voc_figure figures[] = {figure_of(VOC_FIGURE_FUNNEL, funnel_parts, 3), figure_of(VOC_FIGURE_GRID, cross_parts, 4), figure_of(VOC_FIGURE_HEAT, cross_parts, 4), figure_of(VOC_FIGURE_CURVES, curve_parts, 3)};
    voc_rc rc = VOC_OK;
    (void)user;
    for (size_t i = 0; i < 4 && !rc; i++) {
        const voc_table t = table_of(10, &figures[i]);
        struct figure_drawn d = {0};
        rc = figure_draw(&host, NULL, &t, &figures[i], &(struct figure_look){.id = "f"}, &d);
        mem_free(d.ptr);
    }
    return rc;
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 10; i++) put_row(i, names[i % 3], names[i % 4], (int64_t)i);
    assert_true(fail_each_allocation(draw_all, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_funnel_of_any_names_fits_and_says_each_count_and_loss),
        cmocka_unit_test(a_table_of_any_names_fits_beside_and_below_each_other),
        cmocka_unit_test(what_a_grid_has_several_times_in_one_place_stands_below_each_other),
        cmocka_unit_test(rows_that_belong_together_are_cards_and_on_a_phone_blocks),
        cmocka_unit_test(a_verdict_has_a_sign_of_its_own_below_its_line_or_alone),
        cmocka_unit_test(curves_are_told_apart_without_colour_and_stay_in_their_plane),
        cmocka_unit_test(pictures_of_a_series_share_their_axes_and_a_name_has_one_colour),
        cmocka_unit_test(a_map_of_any_names_fits_and_says_what_it_leaves_out),
        cmocka_unit_test(a_map_draws_until_its_share_and_what_must_always_be_there),
        cmocka_unit_test(what_the_company_does_stands_in_boxes_of_its_own_kind),
        cmocka_unit_test(a_step_is_drawn_only_where_an_arrow_leads_to_it),
        cmocka_unit_test(every_text_and_every_line_has_the_contrast_of_wcag_aa_in_light_and_dark),
        cmocka_unit_test(text_is_cut_between_characters_and_never_lost),
        cmocka_unit_test(a_figure_without_its_parts_or_rows_is_not_drawn),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    memset(long_name, 'x', LONG_NAME);
    if (xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("figure", tests, NULL, NULL);
}
