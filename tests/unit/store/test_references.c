// SPDX-License-Identifier: MIT
// Rows of reference tables in the file: what is told of them, that a key and day has one row, that they go with their import,
// and that they are content.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "rows.h"
#include "store/references.h"

static const struct fact books[] = {
    {.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{\"account\":\"acme\",\"revenue\":1200.5,\"until\":\"1970-01-02\"}", .id = "ledger|1", .time_us = 20, .integer = 90, .record = 0},
    {.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{\"account\":\"bolt\",\"paid\":true,\"revenue\":7}", .id = "ledger|2", .time_us = 10, .integer = VOC_NA, .record = 1},
    {.kind = VOC_ROW_REFERENCE, .key = "targets", .text = "{\"quota\":3}", .time_us = VOC_NA, .integer = VOC_NA, .record = 2},
};

static char told[4096];
static size_t n_told;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    n_told += (size_t)vsnprintf(told + n_told, sizeof told - n_told, format, ap);
    va_end(ap);
    assert_true(n_told < sizeof told);
}

static voc_rc table_line(void *user, const struct store_table *t)
{
    (void)user;
    add("%.*s %llu %lld %lld %.*s\n", (int)t->name.len, t->name.ptr, (unsigned long long)t->rows,
        t->first_us == VOC_NA ? -1 : (long long)t->first_us, t->last_us == VOC_NA ? -1 : (long long)t->last_us, (int)t->sources.len,
        t->sources.ptr);
    return VOC_OK;
}

static voc_rc cell_line(void *user, const struct store_cell *c)
{
    int64_t *row = user;
    if (*row != c->row)
        add("%lld..%lld line %llu of %.*s\n", (long long)c->from_us, c->until_us == VOC_NA ? -1 : (long long)c->until_us,
            (unsigned long long)c->line, (int)c->source.len, c->source.ptr);
    *row = c->row;
    add("  %.*s %u %.*s\n", (int)c->key.len, c->key.ptr, c->type, (int)c->text.len, c->text.ptr);
    return VOC_OK;
}

static void tables_are(struct project *p, const char *expected)
{
    n_told = 0;
    told[0] = 0;
    assert_int_equal(store_tables(p, table_line, NULL), VOC_OK);
    assert_string_equal(told, expected);
}

static void cells_are(struct project *p, const char *name, const char *expected)
{
    int64_t row = -1;
    n_told = 0;
    told[0] = 0;
    assert_int_equal(store_table_cells(p, str_of(name), cell_line, &row), VOC_OK);
    assert_string_equal(told, expected);
}

static struct project *create(void)
{
    struct project *p = NULL;
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    return p;
}

static struct import_result give(struct project *p, const struct fact *f, size_t n, const char *source, const char *content, unsigned char mapping)
{
    struct rows r = {.facts = f, .n_facts = n};
    struct import_result out;
    assert_int_equal(import_rows(p, &r, source, content, mapping, 0, &out, NULL), VOC_OK);
    return out;
}

static void finish(struct project *p)
{
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("p.voc");
}

static void tables_are_told_by_name_and_rows_by_their_time(void **state)
{
    (void)state;
    struct project *p = create();
    tables_are(p, "");
    assert_int_equal(give(p, books, 3, "books", "a", 1).references, 3);
    tables_are(p, "ledger 2 10 20 books\ntargets 1 -1 -1 books\n");
    cells_are(p, "ledger",
              "10..-1 line 3 of books\n  account 1 bolt\n"
              "  paid 8 1\n  revenue 2 7\n20..90 line 2 of books\n"
              "  account 1 acme\n  revenue 3 1200.5\n"
              "  until 1 1970-01-02\n");
    cells_are(p, "ledgers", "");
    finish(p);
}

static void a_row_of_the_same_key_and_day_replaces_the_earlier_one(void **state)
{
    (void)state;
    struct project *p = create();
    const struct fact later[] = {{.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{\"revenue\":8}", .id = "ledger|2", .time_us = 10, .integer = VOC_NA, .record = 0},
                                 {.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{\"revenue\":9}", .id = "ledger|2", .time_us = 10, .integer = VOC_NA, .record = 1}};
    (void)give(p, books, 3, "books", "a", 1);
    (void)give(p, later, 2, "books", "b", 1);
    cells_are(p, "ledger", "10..-1 line 3 of books\n  revenue 2 9\n20..90 line 2 of books\n  account 1 acme\n  revenue 3 1200.5\n  until 1 1970-01-02\n");
    (void)give(p, later, 1, "other books", "c", 1); // ids are those of a source
    tables_are(p, "ledger 3 10 20 books, other books\ntargets 1 -1 -1 books\n");
    finish(p);
}

static void rows_go_with_their_import_and_are_content(void **state)
{
    (void)state;
    struct project *p = create();
    char before[65], with[65], again[65], other[65];
    digest_text(p, before);
    (void)give(p, books, 3, "books", "a", 1);
    digest_text(p, with);
    assert_string_not_equal(before, with);
    assert_int_equal(give(p, books, 3, "books", "a", 1).already, 1);
    digest_text(p, again);
    assert_string_equal(with, again);
    assert_int_equal(give(p, books, 2, "books", "a", 2).replaced_import, 1); // read with another mapping
    tables_are(p, "ledger 2 10 20 books\n");
    digest_text(p, other);
    assert_string_not_equal(with, other);
    finish(p);
}

static voc_rc names(void *user, const char *const *name, size_t n)
{
    (void)user;
    for (size_t i = 0; i < n; i++) add("%s ", name[i]);
    return VOC_OK;
}

static voc_rc cells(void *user, const voc_cell *c, size_t n)
{
    (void)user;
    add("|");
    for (size_t i = 0; i < n; i++) {
        if (c[i].type == VOC_CELL_TEXT) add(" %.*s", (int)c[i].s.len, c[i].s.ptr);
        else if (c[i].type == VOC_CELL_INT) add(" %lld", (long long)c[i].i);
        else if (c[i].type == VOC_CELL_REAL) add(" %g", c[i].r);
        else add(" -");
    }
    return VOC_OK;
}

static void each_table_is_a_view_with_its_columns(void **state)
{
    (void)state;
    struct project *p = create();
    const struct fact odd[] = {{.kind = VOC_ROW_REFERENCE, .key = "odd \"one\"", .text = "{\"a 'b\":1,\"line\":2,\"x\\\"y\":3}", .time_us = VOC_NA, .integer = VOC_NA, .record = 0}};
    (void)give(p, books, 3, "books", "a", 1);
    (void)give(p, odd, 1, "odd", "b", 1);
    n_told = 0;
    assert_int_equal(store_sql(p, "SELECT * FROM ledger ORDER BY account", names, cells, NULL, NULL), VOC_OK);
    assert_string_equal(told, "from until account paid revenue source line | 1970-01-01T00:00:00Z 1970-01-01T00:00:00Z acme - "
                              "1200.5 books 2| 1970-01-01T00:00:00Z - bolt 1 7 books 3");
    n_told = 0;
    assert_int_equal(store_sql(p, "SELECT sum(l.revenue) AS s, max(t.quota) AS q FROM ledger AS l, targets AS t", names, cells, NULL, NULL), VOC_OK);
    assert_string_equal(told, "s q | 1207.5 3");
    n_told = 0;
    assert_int_equal(store_sql(p, "SELECT \"a 'b\" AS a, line FROM \"odd \"\"one\"\"\"", names, cells, NULL, NULL), VOC_E_OPTION); // found by its plain name only
    finish(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_told_by_name_and_rows_by_their_time),
        cmocka_unit_test(a_row_of_the_same_key_and_day_replaces_the_earlier_one),
        cmocka_unit_test(rows_go_with_their_import_and_are_content),
        cmocka_unit_test(each_table_is_a_view_with_its_columns),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
