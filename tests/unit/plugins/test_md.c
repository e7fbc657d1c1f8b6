// SPDX-License-Identifier: MIT
// The output plugin md: tables as Markdown; what stands in the data can neither end a row nor become markup.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/host.h"
#include "report/table.h"
#include "tests/unit/host/modules.h"

struct world {
    char plugins[PATH_MAX];
    struct catalogue *catalogue;
    struct plugin *md;
    struct buf page;
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    if (!module_path(from, "plugins/output/md", "output-md.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "output-md.so", 0644);
    const char *dirs[] = {w.plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, NULL), VOC_OK);
    w.md = catalogue_find(w.catalogue, VOC_KIND_OUTPUT, STR("md"));
    assert_non_null(w.md);
    assert_int_equal(plugin_load(w.md, NULL), VOC_OK);
    buf_init(&w.page, 1 << 20);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    buf_done(&w->page);
    scratch_close(w->plugins);
    return 0;
}

static voc_rc write_table(struct world *w, const voc_table *t)
{
    const voc_output_ops *ops = w->md->ops;
    struct voc_context cx;
    struct out *o = NULL;
    const voc_meta meta = {.struct_size = sizeof meta};
    void *instance = NULL;
    buf_clear(&w->page);
    voc_rc rc = out_memory(&o, &w->page);
    if (rc) return rc;
    voc_writer writer = {.out = o};
    context_init(&cx, w->md, NULL, NULL);
    rc = ops->begin(host_table(), &cx, &writer, &meta, NULL, &instance);
    if (!rc) rc = ops->table(instance, t);
    if (!rc) rc = ops->end(instance);
    if (instance) ops->close(instance);
    context_done(&cx);
    if (!rc) return out_commit(o);
    out_abort(o);
    return rc;
}

static const char *page(struct world *w, struct table *t)
{
    voc_table v;
    assert_int_equal(table_view(t, &v), VOC_OK);
    assert_int_equal(write_table(w, &v), VOC_OK);
    return w->page.ptr ? w->page.ptr : "";
}

static void a_table_becomes_rows_groups_and_notes(void **state)
{
    struct world *w = *state;
    struct table *t = NULL;
    const voc_cell range = {.type = VOC_CELL_RANGE, .r = 1234, .lo = -INFINITY, .hi = 5678},
                   share = {.type = VOC_CELL_SHARE, .r = 0.125, .digits = 1};
    assert_int_equal(table_new(&t, "t", "Title", 0), VOC_OK);
    assert_int_equal(table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "n", "count", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "r", "range", VOC_CELL_RANGE, "", VOC_COLUMN_SIGNED, NULL), VOC_OK);
    assert_int_equal(table_column(t, "s", "share", VOC_CELL_SHARE, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "t", "time", VOC_CELL_TIME, "", 0, NULL), VOC_OK);
    assert_int_equal(table_group(t, "GROUP", "of one"), VOC_OK);
    table_text(t, STR("a"));
    table_int(t, 1234567);
    assert_int_equal(table_cell(t, &range), VOC_OK);
    assert_int_equal(table_cell(t, &share), VOC_OK);
    table_time(t, INT64_C(1719792000000000));
    table_text(t, STR("b"));
    for (int i = 0; i < 4; i++) table_na(t);
    assert_int_equal(table_note(t, VOC_NOTE_LEAD, "before"), VOC_OK);
    assert_int_equal(table_note(t, VOC_NOTE_NEXT, "after"), VOC_OK);
    assert_int_equal(table_semantics(t, "unit: x"), VOC_OK);
    assert_string_equal(page(w, t), "## Title\n\nbefore\n\n"
                                    "| name | count | range | share | time |\n"
                                    "| --- | ---: | ---: | ---: | ---: |\n"
                                    "| **GROUP** of one | | | | |\n"
                                    "| a | 1,234,567 | +1,234 (-inf to +5,678) | 12.5% | 2024-07-01 |\n"
                                    "| b | - | - | - | - |\n\n"
                                    "unit: x\n\nNext: after\n\n");
    table_free(t);
}

static void what_stands_in_the_data_is_never_markup(void **state)
{
    static const char evil[] = "a|b\n| c |\r<script>x</script> [link](http://x) *bold* _it_ `code` # \\ &amp; \x1b[2J~~no~~";
    struct world *w = *state;
    struct table *t = NULL;
    assert_int_equal(table_new(&t, "t", evil, 0), VOC_OK);
    assert_int_equal(table_column(t, "c", evil, VOC_CELL_TEXT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_group(t, evil, evil), VOC_OK);
    table_text(t, str_of(evil));
    for (uint32_t kind = VOC_NOTE_LEAD; kind <= VOC_NOTE_NEXT; kind++) assert_int_equal(table_note(t, kind, evil), VOC_OK);
    const char *text = page(w, t);
    assert_null(strchr(text, '<'));
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\r'));
    for (const char *c = strpbrk(text, "[]`"); c; c = strpbrk(c + 1, "[]`")) assert_int_equal(c[-1], '\\');
    assert_non_null(strstr(text, "&amp;amp;"));
    size_t rows = 0, lines = 0;
    for (const char *c = text; *c; lines++) { // four rows of a table; the bars of the data are escaped
        size_t len = strcspn(c, "\n"), bars = 0;
        for (size_t i = 0; i < len; i++) bars += c[i] == '|' && (i == 0 || c[i - 1] != '\\');
        if (*c == '|') {
            assert_int_equal(bars, 2);
            rows++;
        } else {
            assert_int_equal(bars, 0);
        }
        c += len + (c[len] != 0);
    }
    assert_int_equal(rows, 4);
    table_free(t);
}

struct later { // what a newer host would give: longer entries
    voc_column column;
    char more[8];
};

static void longer_columns_and_cells_of_a_later_host_are_stepped_over(void **state)
{
    struct world *w = *state;
    const struct later columns[2] = {{.column = {.name = STR("a"), .title = STR("A"), .unit = STR(""), .help = STR(""), .type = VOC_CELL_INT}},
                                     {.column = {.name = STR("b"), .title = STR("B"), .unit = STR(""), .help = STR(""), .type = VOC_CELL_BOOL}}};
    const struct { voc_cell cell; char more[16]; } cells[2] = {{.cell = {.type = VOC_CELL_INT, .i = -1}}, {.cell = {.type = VOC_CELL_BOOL, .i = 1}}};
    voc_table t = {.struct_size = sizeof t, .column_size = sizeof *columns, .cell_size = sizeof *cells,
                   .group_size = sizeof(voc_group), .note_size = sizeof(voc_note), .name = STR("t"), .title = STR(""),
                   .semantics = STR(""), .currency = STR(""), .columns = &columns[0].column, .n_columns = 2,
                   .cells = &cells[0].cell, .n_rows = 1};
    assert_int_equal(write_table(w, &t), VOC_OK);
    assert_string_equal(w->page.ptr, "| A | B |\n| ---: | ---: |\n| -1 | yes |\n\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(a_table_becomes_rows_groups_and_notes),
        TEST(what_stands_in_the_data_is_never_markup),
        TEST(longer_columns_and_cells_of_a_later_host_are_stepped_over),
    };
    return cmocka_run_group_tests_name("md", tests, NULL, NULL);
}
