// SPDX-License-Identifier: MIT
// Tables as they are built: cells are held to their column's type, what is missing stays missing, nothing is borrowed.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/table.h"
#include "tests/unit/base/fault.h"

static struct table *two_columns(void)
{
    struct table *t = NULL;
    assert_int_equal(table_new(&t, "people", "People", VOC_TABLE_BRIEF), VOC_OK);
    assert_int_equal(table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, "who"), VOC_OK);
    assert_int_equal(table_column(t, "age", "age", VOC_CELL_INT, "y", VOC_COLUMN_SIGNED, NULL), VOC_OK);
    return t;
}

static void a_table_gives_back_what_was_put_in(void **state)
{
    char name[] = "Ada";
    voc_table v;
    (void)state;
    struct table *t = two_columns();
    assert_int_equal(table_group(t, "First", "of two"), VOC_OK);
    table_text(t, str_of(name));
    table_int(t, 36);
    assert_int_equal(table_group(t, "Second", NULL), VOC_OK);
    table_text(t, STR("Bo"));
    table_na(t);
    assert_int_equal(table_note(t, VOC_NOTE_AFTER, "done"), VOC_OK);
    assert_int_equal(table_semantics(t, "unit: person"), VOC_OK);
    assert_int_equal(table_currency(t, STR("EUR")), VOC_OK);
    memset(name, 'x', sizeof name - 1); // copied, not borrowed
    assert_int_equal(table_view(t, &v), VOC_OK);
    assert_int_equal(v.n_rows, 2);
    assert_int_equal(v.n_columns, 2);
    assert_int_equal(v.column_size, sizeof(voc_column));
    assert_int_equal(v.cell_size, sizeof(voc_cell));
    assert_true(str_is(v.name, "people") && str_is(v.title, "People") && str_is(v.semantics, "unit: person") && str_is(v.currency, "EUR"));
    assert_true(str_is(v.cells[0].s, "Ada"));
    assert_int_equal(v.cells[1].i, 36);
    assert_int_equal(v.cells[3].type, VOC_CELL_NA);
    assert_true(str_is(v.columns[1].unit, "y") && v.columns[1].flags == VOC_COLUMN_SIGNED && v.columns[1].help.len == 0);
    assert_int_equal(v.n_groups, 2);
    assert_int_equal(v.groups[0].row, 0);
    assert_int_equal(v.groups[1].row, 1);
    assert_true(str_is(v.groups[0].subtitle, "of two") && v.groups[1].subtitle.len == 0);
    assert_int_equal(v.notes[0].kind, VOC_NOTE_AFTER);
    table_free(t);
}

static void a_cell_of_another_type_is_refused(void **state)
{
    (void)state;
    for (uint32_t type = VOC_CELL_TEXT; type <= VOC_CELL_RANGE; type++)
        for (uint32_t given = VOC_CELL_NA; given <= VOC_CELL_RANGE + 1; given++) {
            struct table *t = NULL;
            voc_cell c = {.type = given, .i = 5, .r = 5, .lo = 4, .hi = 6, .s = STR("five")};
            bool fits = given == VOC_CELL_NA || given == type ||
                        (given == VOC_CELL_INT && (type == VOC_CELL_REAL || type == VOC_CELL_SHARE || type == VOC_CELL_RANGE));
            assert_int_equal(table_new(&t, "t", "", 0), VOC_OK);
            assert_int_equal(table_column(t, "c", "c", type, "", 0, NULL), VOC_OK);
            if ((table_cell(t, &c) == VOC_OK) != fits) fail_msg("type %u in a column of type %u", given, type);
            if (fits && given == VOC_CELL_INT && type != VOC_CELL_INT) {
                voc_table v;
                assert_int_equal(table_view(t, &v), VOC_OK);
                assert_int_equal(v.cells[0].type, type);
                assert_true(v.cells[0].r == 5 && v.cells[0].lo == 5 && v.cells[0].hi == 5);
            }
            table_free(t);
        }
}

static void what_is_no_number_or_no_time_is_not_available(void **state)
{
    static const uint32_t reals[] = {VOC_CELL_REAL, VOC_CELL_SHARE, VOC_CELL_RANGE}, wholes[] = {VOC_CELL_TIME, VOC_CELL_DURATION, VOC_CELL_MONEY};
    (void)state;
    for (size_t k = 0; k < 6; k++) {
        uint32_t type = k < 3 ? reals[k] : wholes[k - 3];
        voc_cell c = {.type = type, .i = VOC_NA, .r = (double)NAN};
        struct table *t = NULL;
        voc_table v;
        assert_int_equal(table_new(&t, "t", "", 0), VOC_OK);
        assert_int_equal(table_column(t, "c", "c", type, "", 0, NULL), VOC_OK);
        assert_int_equal(table_cell(t, &c), VOC_OK);
        assert_int_equal(table_view(t, &v), VOC_OK);
        assert_int_equal(v.cells[0].type, VOC_CELL_NA);
        table_free(t);
    }
}

static void a_table_is_built_in_order_and_seen_only_when_whole(void **state)
{
    voc_table v;
    struct table *t = NULL;
    const voc_cell one = {.type = VOC_CELL_INT, .i = 1};
    (void)state;
    assert_int_equal(table_new(&t, "t", NULL, 0), VOC_OK);
    assert_int_equal(table_view(t, &v), VOC_E_BUG); // no columns
    assert_int_equal(table_cell(t, &one), VOC_E_BUG);
    assert_int_equal(table_group(t, "g", ""), VOC_E_BUG);
    assert_int_equal(table_column(t, "x", "x", VOC_CELL_NA, "", 0, NULL), VOC_E_BUG);
    assert_int_equal(table_column(t, "x", "x", VOC_CELL_RANGE + 1, "", 0, NULL), VOC_E_BUG);
    assert_int_equal(table_column(t, "a", "a", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "b", "b", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_view(t, &v), VOC_OK);
    assert_int_equal(v.n_rows, 0);
    assert_int_equal(table_cell(t, &one), VOC_OK);
    assert_int_equal(table_view(t, &v), VOC_E_BUG); // half a row
    assert_int_equal(table_group(t, "g", ""), VOC_E_BUG);
    assert_int_equal(table_column(t, "c", "c", VOC_CELL_INT, "", 0, NULL), VOC_E_BUG); // after cells
    assert_int_equal(table_cell(t, &one), VOC_OK);
    assert_int_equal(table_view(t, &v), VOC_OK);
    assert_int_equal(table_note(t, 0, "x"), VOC_E_BUG);
    assert_int_equal(table_note(t, VOC_NOTE_NEXT + 1, "x"), VOC_E_BUG);
    table_free(t);
}

// Who wrote the analysis is told the table, the row and the column; the first fault is kept.
static void what_is_wrong_with_a_table_is_said_in_words(void **state)
{
    const voc_cell text = {.type = VOC_CELL_TEXT, .s = STR("x")}, one = {.type = VOC_CELL_INT, .i = 1};
    struct table *t = two_columns();
    (void)state;
    assert_null(table_fault(t));
    assert_int_equal(table_cell(t, &text), VOC_OK);
    assert_int_equal(table_cell(t, &text), VOC_E_BUG);
    assert_non_null(strstr(table_fault(t), "row 1: a cell of column \"age\" is of another type"));
    assert_int_equal(table_column(t, "late", "", VOC_CELL_INT, "", 0, NULL), VOC_E_BUG);
    assert_non_null(strstr(table_fault(t), "row 1"));
    table_free(t);
    t = two_columns();
    assert_int_equal(table_own_column(t, "age", "another", VOC_CELL_INT, "", 0, NULL), VOC_E_BUG);
    assert_non_null(strstr(table_fault(t), "one that another has"));
    table_free(t);
    t = two_columns();
    assert_int_equal(table_own_column(t, "", "nameless", VOC_CELL_INT, "", 0, NULL), VOC_E_BUG);
    assert_int_equal(table_column(t, "age", "as a query may have it", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_cell(t, &text), VOC_OK);
    assert_int_equal(table_cell(t, &one), VOC_OK);
    assert_int_equal(table_cell(t, &one), VOC_OK);
    table_free(t);
}

static void a_fault_of_a_short_form_sticks_until_the_view(void **state)
{
    voc_table v;
    struct table *t = two_columns();
    (void)state;
    table_int(t, 1); // into the column of names
    table_text(t, STR("x"));
    table_int(t, 2);
    assert_int_equal(table_view(t, &v), VOC_E_BUG);
    table_free(t);
}

static voc_rc build(void *user)
{
    struct table *t = NULL;
    voc_table v;
    (void)user;
    voc_rc rc = table_new(&t, "people", "People", 0);
    if (!rc) rc = table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, "help");
    if (!rc) rc = table_group(t, "g", "s");
    for (int i = 0; i < 50 && !rc; i++) table_text(t, STR("some text"));
    if (!rc) rc = table_note(t, VOC_NOTE_LEAD, "note");
    if (!rc) rc = table_view(t, &v);
    table_free(t);
    return rc;
}

static void a_figure_names_columns_that_are_there(void **state)
{
    char column[] = "name", title[] = "Ages";
    const voc_figure_part parts[] = {{VOC_AS_LABEL, 0, {column, 4}}, {VOC_AS_COUNT, 0, VOC_LIT("age")}}, unknown[] = {{VOC_AS_LABEL, 0, VOC_LIT("nome")}};
    voc_figure f = {.struct_size = sizeof f, .kind = VOC_FIGURE_FUNNEL, .part_size = sizeof *parts, .title = {title, 4},
                    .description = VOC_LIT("How old."), .parts = parts, .n_parts = 2},
               bad;
    voc_table v;
    (void)state;
    struct table *t = two_columns();
    assert_int_equal(table_figure(t, &f), VOC_OK);
    memset(column, 'x', sizeof column - 1); // copied, not borrowed
    memset(title, 'x', sizeof title - 1);
    bad = f, bad.kind = VOC_FIGURE_GRID + 1;
    assert_int_equal(table_figure(t, &bad), VOC_E_BUG);
    bad = f, bad.parts = unknown, bad.n_parts = 1;
    assert_int_equal(table_figure(t, &bad), VOC_E_BUG);
    bad = f, bad.detail = NAN;
    assert_int_equal(table_figure(t, &bad), VOC_E_BUG);
    bad = f, bad.n_parts = 0;
    assert_int_equal(table_figure(t, &bad), VOC_E_BUG);
    assert_int_equal(table_view(t, &v), VOC_OK);
    assert_int_equal(v.n_figures, 1);
    assert_int_equal(v.figure_size, sizeof(voc_figure));
    assert_true(str_is(v.figures[0].title, "Ages") && str_is(v.figures[0].description, "How old."));
    assert_int_equal(v.figures[0].n_parts, 2);
    assert_true(v.figures[0].parts[0].part == VOC_AS_LABEL && str_is(v.figures[0].parts[0].column, "name") && str_is(v.figures[0].parts[1].column, "age"));
    table_free(t);
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(build, NULL) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_gives_back_what_was_put_in),
        cmocka_unit_test(a_cell_of_another_type_is_refused),
        cmocka_unit_test(what_is_no_number_or_no_time_is_not_available),
        cmocka_unit_test(a_table_is_built_in_order_and_seen_only_when_whole),
        cmocka_unit_test(what_is_wrong_with_a_table_is_said_in_words),
        cmocka_unit_test(a_fault_of_a_short_form_sticks_until_the_view),
        cmocka_unit_test(a_figure_names_columns_that_are_there),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
