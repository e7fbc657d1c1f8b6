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

#include "base/xml.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/drawn.h"

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
            if (seen.box[i].x0 < seen.left - 0.6 || seen.box[i].x1 > seen.right + 0.6 || seen.box[i].y1 > seen.bottom + 0.6)
                fail_msg("\"%s\" lies outside", seen.said[i]);
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

// What the first rule for `selector` in the block paints with: its fill, or the colour that its signs take.
static double light(const char *block, const char *selector)
{
    double part[3], x;
    const size_t n = strlen(selector);
    const char *at = strstr(block, selector);
    while (at && (!strchr("{,", at[n]) || !strchr("},\n", at[-1]))) at = strstr(at + 1, selector);
    at = at ? strchr(at, '{') : NULL;
    if (!at || (strncmp(at, "{fill:#", 7) != 0 && strncmp(at, "{color:#", 8) != 0)) fail_msg("no colour of %s", selector);
    at = strchr(at, '#') + 1;
    const size_t each = strspn(at, "0123456789abcdef") / 3;
    for (size_t i = 0; i < 3; i++) {
        const char digits[3] = {at[i * each], at[i * each + each - 1], 0};
        x = (double)strtol(digits, NULL, 16) / 255;
        part[i] = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

#define TEXT ".f text"
#define SOFT ".f .f-soft"
#define GROUND ".f-back"
#define CARD ".f-card"

static void every_text_and_every_line_has_the_contrast_of_wcag_aa_in_light_and_dark(void **state)
{
    static const char *const pairs[][2] = {{TEXT, GROUND}, {SOFT, GROUND}, {TEXT, CARD}, {SOFT, CARD}, {".f .f-on", ".f-bar"}, {".f-bar", GROUND}, {".f-loss", GROUND}, {".f-loss", CARD}, {".f-m0", CARD}, {".f-m2", CARD},
                                           {".f-t0", ".f-h0"}, {".f-t1", ".f-h1"}, {".f-t2", ".f-h2"}, {".f-t3", ".f-h3"}, {".f-t4", ".f-h4"}, {".f-t5", ".f-h5"}, {".f-t6", ".f-h6"},
                                           {".f-tn3", ".f-hn3"}, {".f-tn2", ".f-hn2"}, {".f-tn1", ".f-hn1"}, {".f-tz", ".f-hz"}, {".f-tp1", ".f-hp1"}, {".f-tp2", ".f-hp2"}, {".f-tp3", ".f-hp3"},
                                           {".f-c0", GROUND}, {".f-c1", GROUND}, {".f-c2", GROUND}, {".f-c3", GROUND}, {".f-c4", GROUND}, {".f-c5", GROUND}, {".f-c6", GROUND}, {".f-c7", GROUND}};
    size_t blocks = 0;
    (void)state;
    for (const char *b = strstr(figure_style(), "svg.f{color:"); b; b = strstr(b + 1, "svg.f{color:"), blocks++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            const double x = light(b, pairs[i][0]), y = light(b, pairs[i][1]), ratio = (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
            if (ratio < 4.5) fail_msg("%s on %s has a contrast of %.2f in block %zu", pairs[i][0], pairs[i][1], ratio, blocks);
        }
    assert_int_equal(blocks, 2);
}

// Inkscape, librsvg and office suites draw no variables (all is black) and paint an outline over its letters.
static void a_picture_needs_nothing_that_only_browsers_know(void **state)
{
    static const char *const of_browsers[] = {"var(", "calc(", "paint-order", "foreignObject", ":is(", ":where(", "@layer", "rgb(from", "color-mix("};
    struct figure_drawn d = {0};
    const voc_figure f = figure_of(VOC_FIGURE_MAP, map_parts, 4);
    const struct figure_look look = {.width = FIGURE_PORTRAIT, .id = "f", .alone = true};
    (void)state;
    put_row(0, "view", "order", 40);
    put_row(1, "order", "view", 10);
    const voc_table t = table_of(2, &f);
    assert_int_equal(figure_draw(&host, NULL, &t, &f, &look, &d), VOC_OK);
    char *text = strndup(d.ptr, d.len);
    assert_non_null(text);
    assert_non_null(strstr(text, figure_style()));
    for (size_t i = 0; i < sizeof of_browsers / sizeof *of_browsers; i++)
        if (strstr(text, of_browsers[i])) fail_msg("the picture uses %s", of_browsers[i]);
    free(text);
    mem_free(d.ptr);
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
                const voc_str e = w.line[k].tail;
                assert_true(e.len == 0 || (w.line[k].cut && e.ptr >= l.ptr + l.len && e.ptr + e.len == s.ptr + strlen(names[i])));
                assert_true(e.len == 0 || ((unsigned char)e.ptr[0] & 0xC0) != 0x80);
            }
            assert_true(w.cut || s.len == 0 || w.n == 0 || w.line[w.n - 1].s.ptr + w.line[w.n - 1].s.len >= s.ptr + s.len - 1);
        }
    }
    text_wrap(&w, (voc_str)VOC_LIT("one two"), 1000, SMALL, false, 3);
    assert_true(w.n == 1 && !w.cut && !w.line[0].rtl);
    text_wrap(&w, (voc_str){names[3], strlen(names[3])}, 1000, SMALL, false, 3);
    assert_true(w.line[0].rtl);
}

static void names_that_differ_in_their_ends_differ_when_cut(void **state)
{
    const voc_str names_[] = {VOC_LIT("Requested an appointment with an application engineer, spring fair 2024 in Hanover"),
                              VOC_LIT("Requested an appointment with an application engineer, spring fair 2024 in Munich")};
    struct wrapped w[2];
    (void)state;
    for (size_t i = 0; i < 2; i++) text_wrap(&w[i], names_[i], 180, SMALL, true, 2);
    for (size_t i = 0; i < 2; i++) assert_true(w[i].n == 2 && w[i].cut && w[i].line[1].tail.len > 4 && w[i].line[1].width <= 180);
    assert_memory_equal(w[0].line[1].tail.ptr + w[0].line[1].tail.len - 7, "Hanover", 7);
    assert_memory_equal(w[1].line[1].tail.ptr + w[1].line[1].tail.len - 6, "Munich", 6);
    text_wrap(&w[0], names_[0], 30, SMALL, true, 2); // no room for both ends
    assert_true(w[0].cut && w[0].line[1].tail.len == 0);
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
        cmocka_unit_test(a_picture_needs_nothing_that_only_browsers_know),
        cmocka_unit_test(text_is_cut_between_characters_and_never_lost),
        cmocka_unit_test(names_that_differ_in_their_ends_differ_when_cut),
        cmocka_unit_test(a_figure_without_its_parts_or_rows_is_not_drawn),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    memset(long_name, 'x', LONG_NAME);
    if (xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("figure", tests, NULL, NULL);
}
