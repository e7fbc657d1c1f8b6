// SPDX-License-Identifier: MIT
// Points with ranges: a line for each text, or pictures over dates. Nothing lies outside or on another, each number is said, series are
// told apart by shapes, and points lie where their numbers are.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/xml.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/drawn.h"

#define COLUMN(id, said, is) {.name = VOC_LIT(id), .title = VOC_LIT(said), .type = is}
static const voc_column own_columns[] = {COLUMN("name", "name", VOC_CELL_TEXT), COLUMN("rule", "rule", VOC_CELL_TEXT), COLUMN("share", "left", VOC_CELL_SHARE), COLUMN("lo", "from", VOC_CELL_SHARE),
                                         COLUMN("hi", "to", VOC_CELL_SHARE), COLUMN("held", "expected", VOC_CELL_SHARE), COLUMN("out", "breaks here", VOC_CELL_BOOL), COLUMN("when", "when", VOC_CELL_TIME)};
#define OWN 8u
static voc_cell own[40 * 8 * OWN];

static voc_cell share(double x) { return isnan(x) ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_SHARE, .r = x, .digits = 1}; }

static void put(size_t r, const char *name, const char *rule, double x, double lo, double hi, double held, bool out)
{
    voc_cell *c = own + r * OWN;
    c[0] = text(name), c[1] = text(rule), c[2] = share(x), c[3] = share(lo), c[4] = share(hi), c[5] = share(held);
    c[6] = (voc_cell){.type = VOC_CELL_BOOL, .i = out};
    c[7] = (voc_cell){.type = VOC_CELL_TIME, .i = (int64_t)r * 86400000000};
}

static voc_table table(size_t rows, const voc_figure *f)
{
    voc_table t = table_of(rows, f);
    t.columns = own_columns;
    t.n_columns = OWN;
    t.cells = own;
    return t;
}

static const voc_figure_part held_parts[] = {FIGURE_PART(VOC_AS_X, "name"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_LO, "lo"), FIGURE_PART(VOC_AS_HI, "hi"), FIGURE_PART(VOC_AS_VALUE, "held"), FIGURE_PART(VOC_AS_ALWAYS, "out")};
static const voc_figure_part rule_parts[] = {FIGURE_PART(VOC_AS_X, "name"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_SERIES, "rule")};
static const voc_figure_part date_parts[] = {FIGURE_PART(VOC_AS_X, "when"), FIGURE_PART(VOC_AS_Y, "share"), FIGURE_PART(VOC_AS_LO, "lo"), FIGURE_PART(VOC_AS_HI, "hi"), FIGURE_PART(VOC_AS_ROW, "name")};

static const double widths[] = {FIGURE_NARROW, FIGURE_PORTRAIT, FIGURE_LANDSCAPE};

// Where the path that begins with this class and ends a move "M<x> <y>" begins; `nth` of them.
static double x_of(const char *svg, const char *class_, size_t nth)
{
    const char *at = svg;
    for (size_t i = 0; i <= nth && at; i++) at = strstr(i ? at + 1 : at, class_);
    assert_non_null(at);
    while (at > svg && *at != 'M') at--;
    return strtod(at + 1, NULL);
}

// ---- lines -------------------------------------------------------------------------------------------------------------------------

static void lines_of_any_names_say_their_numbers_and_what_stands_out(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, held_parts, 6);
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++) put(i, names[i], "", 0.05 * (double)i, 0.04 * (double)i, 0.07 * (double)i, i % 3 ? 0.3 : NAN, i == 4);
    const voc_table t = table(N_NAMES, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("20.0% (16.0% to 28.0%)|") && says("expected 30.0%|") && says("its range|") && says("breaks here|"));
        size_t out = 0;
        for (const char *at = seen.all; (at = strstr(at, "breaks here|")) != NULL; at++) out++;
        assert_int_equal(out, 1);
    }
}

static void a_point_and_what_it_is_held_against_lie_where_their_numbers_are(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, held_parts, 6);
    struct figure_drawn d = {0};
    (void)state;
    put(0, "a", "", 0.0, 0.0, 0.0, 0.5, false);
    put(1, "b", "", 1.0, 0.25, 1.0, 1.0, false);
    const voc_table t = table(2, &f);
    assert_int_equal(figure_draw(&host, NULL, &t, &f, &(struct figure_look){.width = FIGURE_PORTRAIT, .id = "f"}, &d), VOC_OK);
    char *svg = mem_strndup(d.ptr, d.len);
    const char *plane = strstr(svg, "f-axis"); // behind the legend, which has a stroke of its own
    assert_non_null(plane);
    const double zero = x_of(plane, "f-range", 0), half = x_of(plane, "f-held", 0), quarter = x_of(plane, "f-range", 1), whole = x_of(plane, "f-held", 1);
    assert_true(whole > half + 50 && fabs(half - (zero + whole) / 2) < 0.2 && fabs(quarter - (zero * 3 + whole) / 4) < 0.2);
    mem_free(svg);
    mem_free(d.ptr);
}

static void rules_of_a_line_have_a_sign_each_and_a_rail_from_the_least_to_the_most(void **state)
{
    static const char *const rules[] = {"first touch", "last touch", "even split", "recent more", "if missing", "average gain"};
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, rule_parts, 3);
    struct figure_drawn d = {0};
    (void)state;
    for (size_t i = 0; i < N_NAMES; i++)
        for (size_t k = 0; k < 6; k++) put(i * 6 + k, names[i], rules[k], i == 5 ? NAN : 0.01 * (double)(i * k) - 0.02, NAN, NAN, NAN, false);
    const voc_table t = table(N_NAMES * 6, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("-2.0% to 3.0%|") && says("average gain|") && says("-2.0%|")); // the first has all the same
        assert_false(says("its range|"));
    }
    assert_int_equal(figure_draw(&host, NULL, &t, &f, &(struct figure_look){.width = FIGURE_PORTRAIT, .id = "f"}, &d), VOC_OK);
    char *svg = mem_strndup(d.ptr, d.len), class_[8];
    size_t rails = 0;
    for (const char *at = svg; (at = strstr(at, "f-rail")) != NULL; at++) rails++;
    assert_int_equal(rails, N_NAMES - 2); // not of that without numbers, nor of that with one
    for (size_t k = 0; k < 6; k++) {
        size_t n = 0;
        snprintf(class_, sizeof class_, "f-c%zu\"", k);
        for (const char *at = svg; (at = strstr(at, class_)) != NULL; at++) n++;
        assert_int_equal(n, N_NAMES); // one line has none, the legend has one
    }
    mem_free(svg);
    mem_free(d.ptr);
}

static void more_lines_than_fit_are_said_and_cut_for_paper(void **state)
{
    static char name[50][16];
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, held_parts, 6);
    struct figure_cut cut;
    (void)state;
    for (size_t i = 0; i < 50; i++) {
        snprintf(name[i], sizeof name[i], "line %u", (unsigned)i);
        put(i, name[i], "", 0.5, 0.4, 0.6, 0.5, true);
    }
    const voc_table t = table(50, &f);
    draw(&t, FIGURE_PORTRAIT);
    nothing_lies_outside_or_on_another();
    assert_true(says("line 39|") && !says("line 40|") && says("Drawn are the first 40 lines"));
    assert_int_equal(figure_cut_for(&host, NULL, &t, &f, 0, FIGURE_SHEET, &cut), VOC_OK);
    assert_true(cut.n > 1 && cut.end[cut.n - 1] == 40);
}

// ---- dates -------------------------------------------------------------------------------------------------------------------------

static void dates_are_written_below_low_pictures_that_share_their_scale(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_CURVES, date_parts, 5);
    (void)state;
    for (size_t i = 0; i < 60; i++) {
        put(i, i < 30 ? "first stage" : names[5], "", i == 7 ? NAN : 0.5, 0.3, 0.8, NAN, false);
        own[i * OWN + 7].i = (int64_t)(i % 30) * 7 * 86400000000;
    }
    const voc_table t = table(60, &f);
    for (size_t w = 0; w < 3; w++) {
        draw(&t, widths[w]);
        nothing_lies_outside_or_on_another();
        assert_true(says("1970-01-01|") && says("first stage|") && says("100%|"));
        assert_int_equal(figure_panels(&t, &f), 2);
    }
    for (size_t i = 30; i < 60; i++) own[i * OWN + 2] = share(NAN);
    draw(&t, FIGURE_PORTRAIT);
    assert_true(figure_panels(&t, &f) == 1 && says("100%|") && !says("first stage|")); // a plane without a point is none
    for (size_t i = 0; i < 60; i++) own[i * OWN + 7].i = (int64_t)(i % 2 * 31) * 86400000000;
    draw(&t, FIGURE_PORTRAIT);
    assert_true(says("1970-01|") && says("1970-02|") && !says("1970-01-01|")); // all begin a month
}

static voc_rc draw_both(void *user)
{
    const voc_figure figures[] = {figure_of(VOC_FIGURE_CURVES, held_parts, 6), figure_of(VOC_FIGURE_CURVES, date_parts, 5)};
    voc_rc rc = VOC_OK;
    (void)user;
    for (size_t i = 0; i < 2 && !rc; i++) {
        const voc_table t = table(5, &figures[i]);
        struct figure_drawn d = {0};
        rc = figure_draw(&host, NULL, &t, &figures[i], &(struct figure_look){.id = "f"}, &d);
        mem_free(d.ptr);
    }
    return rc;
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) put(i, names[i], "", 0.1, 0.05, 0.2, 0.3, i == 2);
    assert_true(fail_each_allocation(draw_both, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_any_names_say_their_numbers_and_what_stands_out),
        cmocka_unit_test(a_point_and_what_it_is_held_against_lie_where_their_numbers_are),
        cmocka_unit_test(rules_of_a_line_have_a_sign_each_and_a_rail_from_the_least_to_the_most),
        cmocka_unit_test(more_lines_than_fit_are_said_and_cut_for_paper),
        cmocka_unit_test(dates_are_written_below_low_pictures_that_share_their_scale),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    memset(long_name, 'x', LONG_NAME);
    if (xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("figure_dots", tests, NULL, NULL);
}
