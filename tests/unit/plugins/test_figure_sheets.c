// SPDX-License-Identifier: MIT
// Pictures that are cut for paper: each sheet has the shape of a page, on it nothing lies outside or on another, all sheets together have
// each stage, card or row once, and each says which it is.
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

#define READABLE (184.0 / 25.4 * 72 / 6.5 * 12) // units across a page, so that 12 of them are 6.5 points

static size_t times(const char *part)
{
    size_t n = 0;
    for (const char *at = seen.all; (at = strstr(at, part)) != NULL; at += strlen(part)) n++;
    return n;
}

// Cuts and draws all sheets; how often each of the names stands on all of them together. The number of sheets.
static size_t cut(const voc_table *t, const char *const *wanted, size_t n_wanted, size_t *found)
{
    struct figure_cut c;
    char sheet[40];
    assert_int_equal(figure_cut_for(&host, NULL, t, figure_at(t, 0), 0, FIGURE_SHEET, &c), VOC_OK);
    assert_true(c.n && c.width <= READABLE);
    memset(found, 0, n_wanted * sizeof *found);
    for (size_t i = 1; i <= c.n; i++) {
        struct figure_drawn d = {0};
        assert_int_equal(figure_draw(&host, NULL, t, figure_at(t, 0),
                                     &(struct figure_look){.width = c.width, .id = "f", .cut = &c, .piece = i}, &d),
                         VOC_OK);
        read_back(&d);
        nothing_lies_outside_or_on_another();
        if (d.height > c.width * FIGURE_SHEET) fail_msg("sheet %zu of %zu is %.0f x %.0f", i, c.n, d.width, d.height);
        snprintf(sheet, sizeof sheet, "Sheet %zu of %zu: ", i, c.n);
        assert_int_equal(times(sheet), c.n > 1);
        for (size_t k = 0; k < n_wanted; k++) found[k] += times(wanted[k]);
        mem_free(d.ptr);
    }
    return c.n;
}

#define STAGES 25u
static char room[STAGES][32];
static const char *stage[STAGES];

static void name_stages(void)
{
    for (size_t i = 0; i < STAGES; i++) {
        snprintf(room[i], sizeof room[i], "stage %02zu|", i);
        stage[i] = room[i];
    }
}

// A map of so many stages, with lanes of any names and three lines in a cell.
static size_t map_rows(size_t stages, size_t lanes)
{
    size_t rows = 0;
    static char name[STAGES][32];
    for (size_t l = 0; l < lanes; l++)
        for (size_t s = 0; s < stages; s++) {
            snprintf(name[s], sizeof name[s], "stage %02zu", s);
            put_row(rows++, names[l], name[s], (int64_t)(l * s));
        }
    return rows;
}

static void a_map_is_cut_between_stages_and_each_stands_on_one_sheet(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_GRID, cross_parts, 4);
    size_t found[STAGES];
    (void)state;
    name_stages();
    for (size_t stages = 1; stages <= STAGES; stages += 6) {
        const voc_table t = table_of(map_rows(stages, 12), &f);
        const size_t sheets = cut(&t, stage, stages, found);
        for (size_t i = 0; i < stages; i++) assert_int_equal(found[i], 1);
        assert_true(stages < 7 ? sheets == 1 : sheets > 1);
    }
}

static void lanes_of_sheets_that_hang_beside_each_other_are_at_the_same_height(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_GRID, cross_parts, 4);
    struct figure_cut c;
    double at[2] = {0, 0};
    (void)state;
    for (size_t i = 0; i < 10; i++) {
        static char name[10][32];
        snprintf(name[i], sizeof name[i], "stage %02zu", i);
        put_row(2 * i, "first lane", name[i], 1);
        put_row(2 * i + 1, "last lane", name[i], 1);
        if (i == 2) cells[2 * i * N_COLUMNS + 1] = text(long_name); // makes only its own sheet's head high
    }
    const voc_table t = table_of(20, &f);
    assert_int_equal(figure_cut_for(&host, NULL, &t, &f, 0, FIGURE_SHEET, &c), VOC_OK);
    assert_true(c.n == 2 && c.end[0] == 6);
    for (size_t i = 0; i < 2; i++) {
        struct figure_drawn d = {0};
        assert_int_equal(figure_draw(&host, NULL, &t, &f, &(struct figure_look){.width = c.width, .id = "f", .cut = &c, .piece = i + 1}, &d), VOC_OK);
        read_back(&d);
        for (size_t k = 0; k < seen.n; k++)
            if (strcmp(seen.said[k], "last lane") == 0) at[i] = seen.bottom - seen.box[k].y0;
        mem_free(d.ptr);
    }
    assert_true(at[0] > 0 && at[0] == at[1]);
}

static void cards_and_rows_are_cut_between_them(void **state)
{
    static const uint32_t kinds[] = {VOC_FIGURE_GRID, VOC_FIGURE_HEAT};
    size_t found[STAGES];
    (void)state;
    name_stages();
    for (size_t k = 0; k < 2; k++) {
        voc_figure f = figure_of(kinds[k], cross_parts, 4);
        size_t rows = 0;
        if (kinds[k] == VOC_FIGURE_GRID) f.flags = VOC_FIGURE_BY_ROW;
        for (size_t i = 0; i < STAGES; i++)
            for (size_t c = 0; c < 5; c++) {
                static char name[STAGES][32];
                snprintf(name[i], sizeof name[i], "stage %02zu", i);
                put_row(rows++, name[i], names[c + 2], (int64_t)(i * c));
            }
        const voc_table t = table_of(kinds[k] == VOC_FIGURE_GRID ? 20 * 5 : rows, &f);
        assert_true(cut(&t, stage, kinds[k] == VOC_FIGURE_GRID ? 20 : STAGES, found) > (kinds[k] == VOC_FIGURE_GRID));
        for (size_t i = 0; i < (kinds[k] == VOC_FIGURE_GRID ? 20u : STAGES); i++) assert_int_equal(found[i], 1);
    }
}

static void what_cannot_be_cut_says_so(void **state)
{
    const voc_figure f = figure_of(VOC_FIGURE_FUNNEL, funnel_parts, 3);
    struct figure_cut c;
    (void)state;
    for (size_t i = 0; i < 12; i++) put_row(i, names[i], "", 100 - (int64_t)i);
    const voc_table t = table_of(12, &f);
    assert_int_equal(figure_cut_for(&host, NULL, &t, &f, 0, FIGURE_SHEET, &c), VOC_OK);
    assert_int_equal(c.n, 0);
}

static voc_rc cut_all(void *user)
{
    const voc_figure f = figure_of(VOC_FIGURE_GRID, cross_parts, 4);
    const voc_table t = table_of(12, &f);
    struct figure_cut c;
    (void)user;
    return figure_cut_for(&host, NULL, &t, &f, 0, FIGURE_SHEET, &c);
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    (void)map_rows(3, 4);
    assert_true(fail_each_allocation(cut_all, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_cut_between_stages_and_each_stands_on_one_sheet),
        cmocka_unit_test(lanes_of_sheets_that_hang_beside_each_other_are_at_the_same_height),
        cmocka_unit_test(cards_and_rows_are_cut_between_them),
        cmocka_unit_test(what_cannot_be_cut_says_so),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    memset(long_name, 'x', LONG_NAME);
    if (xml_init() != VOC_OK) return 99;
    return cmocka_run_group_tests_name("figure_sheets", tests, NULL, NULL);
}
