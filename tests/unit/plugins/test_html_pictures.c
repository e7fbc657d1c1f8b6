// SPDX-License-Identifier: MIT
// Pictures on a page: each is said to who cannot see it, no id stands twice however many pictures there are, and of the thousands of
// points of a curve the page holds some, and says so, while the picture is drawn from all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/xml.h"
#include "plugins/common/figure/declare.h"
#include "tests/unit/plugins/page_host.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);

// ---- tables --------------------------------------------------------------------------------------------------------------

#define POINTS 500u // of a curve
#define CURVES 3u   // of a segment; two segments
#define ROWS (2 * CURVES * POINTS)
#define COLUMNS 4u

static const voc_column columns[COLUMNS] = {{VOC_LIT("segment"), VOC_LIT(""), VOC_LIT(""), VOC_LIT(""), VOC_CELL_TEXT, 0},
                                            {VOC_LIT("stage"), VOC_LIT(""), VOC_LIT(""), VOC_LIT(""), VOC_CELL_TEXT, 0},
                                            {VOC_LIT("days"), VOC_LIT(""), VOC_LIT(""), VOC_LIT(""), VOC_CELL_INT, 0},
                                            {VOC_LIT("stay"), VOC_LIT(""), VOC_LIT(""), VOC_LIT(""), VOC_CELL_SHARE, 0}};
static voc_cell cells[ROWS * COLUMNS];
static const voc_figure_part curve_parts[] = {FIGURE_PART(VOC_AS_X, "days"), FIGURE_PART(VOC_AS_Y, "stay"), FIGURE_PART(VOC_AS_SERIES, "stage"), FIGURE_PART(VOC_AS_ROW, "segment")};
static const voc_figure_part bar_parts[] = {FIGURE_PART(VOC_AS_LABEL, "stage"), FIGURE_PART(VOC_AS_COUNT, "days")};
static const voc_figure figures[] = {
    {.struct_size = sizeof(voc_figure), .kind = VOC_FIGURE_CURVES, .part_size = sizeof *curve_parts, .title = VOC_LIT("Who is there"), .description = VOC_LIT("Share & days"), .parts = curve_parts, .n_parts = 4},
    {.struct_size = sizeof(voc_figure), .kind = VOC_FIGURE_FUNNEL, .part_size = sizeof *bar_parts, .title = VOC_LIT("How many"), .description = VOC_LIT("Counts"), .parts = bar_parts, .n_parts = 2}};

static voc_str text(const char *s) { return (voc_str){s, strlen(s)}; }

static voc_table table_of(const char *name, size_t n_figures, size_t rows, uint32_t flags)
{
    static const char *const segments[] = {"chain", "single"}, *const stages[] = {"one", "two", "three"};
    for (size_t r = 0; r < ROWS; r++) {
        voc_cell *c = cells + r * COLUMNS;
        c[0] = (voc_cell){.type = VOC_CELL_TEXT, .s = text(segments[r / (CURVES * POINTS)])};
        c[1] = (voc_cell){.type = VOC_CELL_TEXT, .s = text(stages[r / POINTS % CURVES])};
        c[2] = (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)(r % POINTS)};
        c[3] = (voc_cell){.type = VOC_CELL_SHARE, .r = 1 - (double)(r % POINTS) / POINTS, .digits = 1};
    }
    return (voc_table){.struct_size = sizeof(voc_table), .column_size = sizeof(voc_column), .cell_size = sizeof(voc_cell),
                       .figure_size = sizeof(voc_figure), .flags = flags, .name = text(name), .title = text(name),
                       .columns = columns, .n_columns = COLUMNS, .cells = cells, .n_rows = rows, .figures = figures,
                       .n_figures = n_figures};
}

static void render(const voc_table *tables, size_t n)
{
    static const voc_meta meta = {.struct_size = sizeof meta, .command = VOC_LIT("voc discover shop.voc"),
                                  .program = VOC_LIT("voc"), .version = VOC_LIT("0"), .project = VOC_LIT("shop.voc"),
                                  .again = VOC_LIT("voc discover shop.voc")};
    const voc_output_ops *ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    void *instance = NULL;
    buf_clear(&page);
    assert_int_equal(ops->begin(&host, NULL, NULL, &meta, NULL, &instance), VOC_OK);
    for (size_t i = 0; i < n; i++) assert_int_equal(ops->table(instance, &tables[i]), VOC_OK);
    assert_int_equal(ops->end(instance), VOC_OK);
    ops->close(instance);
    assert_int_equal(buf_byte(&page, 0), VOC_OK);
}

static const struct xml_node *after(const struct xml_node *n) // in the order of the page
{
    if (n->first) return n->first;
    while (n && !n->next) n = n->parent;
    return n ? n->next : NULL;
}

static size_t count(const char *part)
{
    size_t n = 0;
    for (const char *at = page.ptr; (at = strstr(at, part)); at += strlen(part)) n++;
    return n;
}

// ---- what must hold --------------------------------------------------------------------------------------------------------

// Places of the page with this id.
static size_t places_of(const struct xml_node *root, voc_str id)
{
    size_t n = 0;
    for (const struct xml_node *m = root; m; m = after(m)) n += xml_get(m, "id") && str_eq(*xml_get(m, "id"), id);
    return n;
}

static void every_picture_has_a_title_and_a_description_and_no_id_stands_twice(void **state)
{
    struct arena a;
    struct diag *d = diag_new();
    struct xml_node *root;
    size_t pictures = 0;
    (void)state;
    const voc_table tables[] = {table_of("curves", 2, ROWS, VOC_TABLE_HIDDEN), table_of("again", 2, ROWS, VOC_TABLE_HIDDEN)};
    arena_init(&a, 0);
    render(tables, 2);
    const char *body = strchr(page.ptr, '\n') + 1;
    if (xml_tree(&root, &a, body, strlen(body), "page", d)) fail_msg("%s", diag_n(d) ? diag_at(d, 0)->message : "no page");
    for (const struct xml_node *n = root; n; n = after(n)) {
        const voc_str *id = xml_get(n, "id"), *role = xml_get(n, "role");
        if (id && places_of(root, *id) != 1) fail_msg("the id %.*s stands %zu times", (int)id->len, id->ptr, places_of(root, *id));
        if (!str_is(n->name, "svg") || !role || !str_is(*role, "img")) continue;
        pictures++;
        const struct xml_node *title = n->first, *desc = title ? title->next : NULL;
        const voc_str *by = xml_get(n, "aria-labelledby");
        assert_true(title && desc && by && str_is(title->name, "title") && str_is(desc->name, "desc") && title->text.len && desc->text.len);
        const voc_str *t = xml_get(title, "id"), *s = xml_get(desc, "id");
        assert_true(t && s && by->len == t->len + 1 + s->len && memcmp(by->ptr, t->ptr, t->len) == 0 &&
                    memcmp(by->ptr + t->len + 1, s->ptr, s->len) == 0);
    }
    assert_int_equal(pictures, 2 * 2 * (2 + 1)); // two tables, two sizes, a picture a segment and the bars
    assert_int_equal(count(">Who is there: chain</title>"), 4);
    assert_int_equal(count("<b><bdi dir=\"auto\">Who is there</bdi></b>"), 2);
    arena_done(&a);
    diag_free(d);
}

static void a_page_holds_some_points_of_each_curve_and_the_command_for_all(void **state)
{
    (void)state;
    voc_table t = table_of("curves", 1, ROWS, VOC_TABLE_HIDDEN);
    render(&t, 1);
    const size_t rows = count("<tr role=\"row\">") - 1; // less that of the head
    assert_true(rows > 200 && rows < 260);
    assert_non_null(strstr(page.ptr, "Of 3,000 rows one in 13 stands here, and the first and the last of each curve. All of them: "
                                     "<code>voc discover shop.voc --table curves --format csv</code>"));
    assert_int_equal(count("data-label=\"days\">0<"), 6); // both ends of each
    assert_int_equal(count("data-label=\"days\">499<"), 6);
    assert_int_equal(count("data-label=\"days\">1<"), 0);
    assert_int_equal(count("class=\"share\""), 0); // the picture shows them
    t = table_of("curves", 1, 200, VOC_TABLE_HIDDEN);
    render(&t, 1);
    assert_int_equal(count("<tr role=\"row\">") - 1, 200);
    assert_null(strstr(page.ptr, "stands here"));
    t = table_of("few", 0, ROWS, 0);
    render(&t, 1); // no picture: all of it
    assert_int_equal(count("<tr role=\"row\">") - 1, ROWS);
    assert_int_equal(count("<i class=\"share\" style=\"--w:99.8%\"></i>"), 6);
}

static void a_picture_of_a_brief_table_is_not_drawn_again_for_the_one_with_more_rows(void **state)
{
    (void)state;
    const voc_table tables[] = {table_of("brief", 1, ROWS, VOC_TABLE_BRIEF), table_of("more", 1, ROWS, 0)};
    render(tables, 2);
    assert_int_equal(count("role=\"img\""), 4); // a segment, in two sizes
    render(tables + 1, 1);
    assert_int_equal(count("role=\"img\""), 4); // alone it has its own
}

static void a_picture_that_is_higher_than_a_page_is_drawn_for_paper_in_sheets(void **state)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "stage"), FIGURE_PART(VOC_AS_COLUMN, "segment"), FIGURE_PART(VOC_AS_VALUE, "days")};
    static const voc_figure heat = {.struct_size = sizeof heat, .kind = VOC_FIGURE_HEAT, .part_size = sizeof *parts,
                                    .title = VOC_LIT("Rows"), .description = VOC_LIT("Many"), .parts = parts, .n_parts = 3};
    static char row[40][8];
    (void)state;
    for (size_t rows = 10; rows <= 40; rows += 30) {
        voc_table t = table_of("many", 1, rows, VOC_TABLE_BRIEF);
        t.figures = &heat;
        for (size_t r = 0; r < rows; r++) {
            snprintf(row[r], sizeof row[r], "row %zu", r);
            cells[r * COLUMNS + 1].s = text(row[r]);
        }
        render(&t, 1);
        assert_int_equal(count("<figure class=\"cut\">"), rows == 40);
        assert_int_equal(count("<div class=\"picture on-paper\">"), rows == 40 ? 2 : 0);
        assert_int_equal(count("Sheet 1 of 2: row 0 to row 19. The next begins with row 20."), rows == 40);
        assert_int_equal(count("role=\"img\""), rows == 40 ? 4 : 2);
        assert_null(strstr(page.ptr, "size:A3"));
    }
}

static void a_broad_map_of_stages_is_one_upright_sheet_where_it_fits(void **state)
{
    static const voc_figure_part parts[] = {FIGURE_PART(VOC_AS_ROW, "segment"), FIGURE_PART(VOC_AS_COLUMN, "stage"), FIGURE_PART(VOC_AS_TEXT, "days")};
    static const voc_figure grid = {.struct_size = sizeof grid, .kind = VOC_FIGURE_GRID, .part_size = sizeof *parts,
                                    .title = VOC_LIT("Stages"), .description = VOC_LIT("Few"), .parts = parts, .n_parts = 3};
    static char stage[6][8];
    voc_table t = table_of("map", 1, 6, VOC_TABLE_BRIEF);
    (void)state;
    t.figures = &grid;
    for (size_t r = 0; r < 6; r++) {
        snprintf(stage[r], sizeof stage[r], "st %zu", r);
        cells[r * COLUMNS + 1].s = text(stage[r]);
    }
    render(&t, 1);
    assert_int_equal(count("<figure class=\"cut broad\">"), 1);
    assert_int_equal(count("<div class=\"picture on-paper\">"), 1);
    assert_int_equal(count("Sheet 1 of"), 0); // it is all of it
    assert_int_equal(count("class=\"across"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_picture_has_a_title_and_a_description_and_no_id_stands_twice),
        cmocka_unit_test(a_page_holds_some_points_of_each_curve_and_the_command_for_all),
        cmocka_unit_test(a_picture_that_is_higher_than_a_page_is_drawn_for_paper_in_sheets),
        cmocka_unit_test(a_broad_map_of_stages_is_one_upright_sheet_where_it_fits),
        cmocka_unit_test(a_picture_of_a_brief_table_is_not_drawn_again_for_the_one_with_more_rows),
    };
    if (xml_init() != VOC_OK) return 1;
    buf_init(&page, 1 << 24);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&page);
    xml_done();
    return failed;
}
