// SPDX-License-Identifier: MIT
// SQL on a project: only reading, one statement, errors with their place; virtual tables that are fed from above.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/store/answer.h"

static struct project *p;

static int open_project(void **state)
{
    struct import_result out;
    struct row rows[] = {{.time_us = 5, .action = "visit", .customer = "+id=ann"}, {.time_us = 6, .action = "order", .customer = "+id=ann", .record = 1}};
    struct fact word = {.kind = VOC_ROW_WORD, .a = "+id=ann", .text = "The answer came too late", .time_us = 7, .record = 2};
    struct rows r = {.events = rows, .n_events = 2, .facts = &word, .n_facts = 1};
    if (make_folder(state) != 0) return -1;
    if (project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL) != VOC_OK) return -1;
    return import_rows(p, &r, "crm", "x", 1, 0, &out, NULL) == VOC_OK ? 0 : -1;
}

static int close_project(void **state)
{
    project_close(p);
    remove_file("p.voc");
    return remove_folder(state);
}

static void check(const char *sql, const char *expected) { check_answer(p, sql, expected); }

static void check_refused(const char *sql, const char *words)
{
    struct answer a = {.say = VOC_OK};
    struct diag *d = diag_new();
    assert_int_equal(store_sql(p, sql, take_head, take_row, &a, d), VOC_E_OPTION);
    assert_int_equal(diag_n(d), 1);
    if (!strstr(diag_at(d, 0)->message, words)) fail_msg("'%s': '%s' does not say '%s'", sql, diag_at(d, 0)->message, words);
    diag_free(d);
}

static void answers_have_names_and_types(void **state)
{
    (void)state;
    check("SELECT 1 AS one, 2.5 AS half, 'text' AS t, NULL AS missing, x'00ff' AS bytes, 1e999 AS endless", "one,half,t,missing,bytes,endless / 1,2.5,'text',-,'00ff',-");
    check("SELECT code, text FROM string WHERE space = 11;  -- with a comment", "code,text / 1,'+id=ann'");
    check("SELECT 0.1 + 0.2 AS x, 100.0 AS y, 1.0/3 AS z", "x,y,z / 0.3,100.0,0.333333333333333");
    check("SELECT kind FROM alias WHERE 0", "kind");
}

static void words_are_found_through_their_index(void **state)
{
    (void)state;
    check("SELECT w.text FROM word_index AS i JOIN word AS w ON w.id = i.rowid WHERE word_index MATCH 'LATE'", "text / 'The answer came too late'");
    check("SELECT count(*) AS n FROM word_index WHERE word_index MATCH 'early'", "n / 0");
}

static void only_reading_is_allowed(void **state)
{
    (void)state;
    static const char *const writes[] = {
        "DELETE FROM alias", "INSERT INTO setting VALUES ('a', 'b')", "UPDATE alias SET value = 'x'", "DROP TABLE alias", "CREATE TABLE t(x)",
        "CREATE TEMP TABLE t(x)", "ATTACH 'other.db' AS o", "PRAGMA user_version = 9", "PRAGMA journal_mode = DELETE", "BEGIN", "COMMIT", "ROLLBACK", "VACUUM", "VACUUM INTO 'x.db'",
        "REINDEX", "ANALYZE", "SELECT load_extension('x')", "INSERT INTO word_index(word_index) VALUES ('optimize')", "WITH a AS (SELECT 1) DELETE FROM alias",
        "PRAGMA query_only = 0", "EXPLAIN DELETE FROM alias",
    };
    char before[65], after[65];
    digest_text(p, before);
    for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
        struct answer a = {.say = VOC_OK};
        if (store_sql(p, writes[i], take_head, take_row, &a, NULL) == VOC_OK) fail_msg("allowed: %s", writes[i]);
    }
    digest_text(p, after);
    assert_string_equal(before, after);
    assert_int_equal(store_definition_set(p, STR("still"), STR("writable")), VOC_OK); // for the program
    check("SELECT value FROM setting WHERE key = 'still'", "value / 'writable'");
}

static void errors_say_what_and_where(void **state)
{
    (void)state;
    check_refused("SELECT missing FROM alias", "no such column: missing");
    check_refused("SELECT kind,\n  FROM alias", "line 2, column 3, at \"FROM alias\"");
    check_refused("", "no statement");
    check_refused("-- only a comment", "no statement");
    check_refused("SELECT 1; SELECT 2", "one statement at a time");
    check_refused("SELECT 1; DROP TABLE alias", "one statement at a time");
    check_refused("DELETE FROM alias", "only reading is allowed");
    check_refused("SELECT json_extract('{', '$')", "malformed JSON");
}

static void the_caller_may_stop(void **state)
{
    (void)state;
    struct answer a = {.say = VOC_CANCELLED};
    assert_int_equal(store_sql(p, "SELECT 1 UNION ALL SELECT 2", take_head, take_row, &a, NULL), VOC_CANCELLED);
    assert_int_equal(a.rows, 1);
}

// ---- virtual tables ----------------------------------------------------------------------------------------------------------

struct feed { unsigned opened, cells; voc_rc rc; char text[16]; };

static voc_rc feed_open(void *user, uint64_t *n)
{
    struct feed *f = user;
    f->opened++;
    *n = 5;
    return f->rc;
}

static voc_rc feed_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct feed *f = user;
    f->cells++;
    if (column == 0) *out = (voc_cell){.type = VOC_CELL_INT, .i = (int64_t)row * 10};
    else if (column == 1) {
        (void)snprintf(f->text, sizeof f->text, "row %d", (int)row);
        *out = (voc_cell){.type = VOC_CELL_TEXT, .s = str_of(f->text)};
    } else if (column == 2) *out = (voc_cell){.type = row % 2 ? VOC_CELL_NA : VOC_CELL_REAL, .r = (double)row / 2};
    return row == 4 && column == 3 ? VOC_E_LIMIT : VOC_OK;
}

static void tables_fed_from_above_are_read_like_others(void **state)
{
    (void)state;
    static const char *const columns[] = {"number", "order", "share", "trap", NULL}; // "order" is a word of SQL
    static struct feed feed;
    static const struct sql_table table = {"event", columns, NULL, &feed, feed_open, feed_cell};
    assert_int_equal(store_sql_table(p, &table), VOC_OK);
    check("SELECT number, \"order\", share FROM event WHERE number >= 20", "number,order,share / 20,'row 2',1.0 / 30,'row 3',- / 40,'row 4',2.0");
    assert_int_equal(feed.opened, 1);
    check("SELECT count(*) AS n, sum(a.number) AS s FROM event AS a JOIN event AS b ON b.rowid = a.rowid", "n,s / 5,100");
    assert_int_equal(feed.opened, 2); // once a statement
    feed.cells = 0;
    check("SELECT number FROM event WHERE rowid = 3", "number / 30");
    assert_int_equal(feed.cells, 1); // it did not walk there
    check("SELECT number FROM event WHERE rowid = 9 OR rowid = -1 OR rowid = 1.5 OR rowid = 'x'", "number");
    check("SELECT number FROM event WHERE rowid IN (1, 2, 99)", "number / 10 / 20");
    check("SELECT e.number FROM import JOIN event AS e ORDER BY e.number DESC LIMIT 1", "number / 40");
    struct answer a = {.say = VOC_OK};
    assert_int_equal(store_sql(p, "SELECT trap FROM event", take_head, take_row, &a, NULL), VOC_E_LIMIT); // its own status
    feed.rc = VOC_E_INPUT;
    assert_int_equal(store_sql(p, "SELECT number FROM event", take_head, take_row, &a, NULL), VOC_E_INPUT);
    feed.rc = VOC_OK;
    check_refused("INSERT INTO event(number) VALUES (1)", "only reading is allowed");
    check("SELECT count(*) AS n FROM event", "n / 5");
}

// ---- limits handed down ------------------------------------------------------------------------------------------------------

struct walker { struct sql_limit limit[4]; char text[4][16]; size_t n, given; uint64_t columns; unsigned order[4]; size_t n_order; int scans; };
struct walk_scan { int64_t at, only, step; };

static voc_rc walker_open(void *user, uint64_t *n)
{
    (void)user;
    *n = 100;
    return VOC_OK;
}

// Column 0 is row / 10, column 1 "a" to "j" likewise, column 2 a text that no key is about; column 3, hidden, chooses.
static voc_rc walker_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    static const char letters[] = "abcdefghij";
    const struct walk_scan *s = scan;
    struct walker *w = user;
    w->given++;
    *lasts = true;
    *out = column == 0 ? (voc_cell){.type = VOC_CELL_INT, .i = s->at / 10} : (voc_cell){.type = VOC_CELL_TEXT, .s = str_mk(&letters[s->at / 10], 1)};
    if (column == 3) *out = (voc_cell){.type = VOC_CELL_TEXT, .s = str_of("mine")};
    return VOC_OK;
}

static voc_rc walker_begin(void *user, const struct sql_ask *ask, void **out)
{
    struct walker *w = user;
    struct walk_scan *s = test_malloc(sizeof *s);
    bool down = ask->n_order && ask->order[0] & SQL_DOWN;
    *s = (struct walk_scan){down ? 100 : -1, ask->row, down ? -1 : 1};
    assert_in_range(ask->n_limits, 0, 4);
    w->n = ask->n_limits;
    for (size_t i = 0; i < w->n; i++) {
        const struct sql_limit *l = &ask->limits[i];
        w->limit[i] = *l;
        (void)snprintf(w->text[i], sizeof w->text[i], "%.*s", l->column ? (int)l->value.s.len : 0, l->column ? l->value.s.ptr : "");
    }
    w->columns = ask->columns;
    w->n_order = ask->n_order;
    for (size_t i = 0; i < ask->n_order; i++) w->order[i] = ask->order[i];
    w->scans++;
    *out = s;
    return VOC_OK;
}

static void walker_end(void *user, void *scan)
{
    ((struct walker *)user)->scans--;
    test_free(scan);
}

static bool walker_fits(const struct walker *w, int64_t row)
{
    for (size_t i = 0; i < w->n; i++) {
        int64_t has = row / 10, want = w->limit[i].column ? w->text[i][0] - 'a' : w->limit[i].value.i;
        if (w->limit[i].column == 3) continue;
        if ((w->limit[i].op != SQL_TO && has < want) || (w->limit[i].op != SQL_FROM && has > want)) return false;
    }
    return true;
}

static voc_rc walker_next(void *user, void *scan, bool *more)
{
    struct walk_scan *s = scan;
    do s->at += s->step;
    while (s->at >= 0 && s->at < 100 && (!walker_fits(user, s->at) || (s->only >= 0 && s->at != s->only)));
    *more = s->at >= 0 && s->at < 100;
    return VOC_OK;
}

static voc_rc walker_number(void *user, void *scan, uint64_t *row)
{
    (void)user;
    *row = (uint64_t)((const struct walk_scan *)scan)->at;
    return VOC_OK;
}

static const char *const walker_columns[] = {"number", "letter", "other", "chosen", NULL};
static const struct sql_key walker_keys[] = {{0, false, true, true, 0.1, SQL_NATURAL, false}, {1, true, false, true, 0.1, SQL_SORTS, false}, {3, true, false, false, 1, SQL_UNORDERED, true}};
static struct walker w;
static const struct sql_table walked = {"walked", walker_columns, NULL, &w, walker_open, NULL};
static const struct sql_walk walk = {walker_keys, 3, 3, walker_begin, walker_next, walker_cell, walker_number, walker_end};

static void limits_leave_out_only_rows_that_cannot_fit(void **state)
{
    (void)state;
    static const struct { const char *where; const char *rows; size_t given; } asked[] = { // given: cells that SQLite tested
        {"number = 3", "10", 10},
        {"letter = 'c'", "10", 10},
        {"letter = 'nobody'", "0", 0},
        {"letter IN ('b', 'e', NULL)", "20", 20},
        {"number > 4 AND number <= 6", "20", 50}, // each row of 4 to 6 is tested; > 4 ends the test of 4
        {"number >= 4.5 AND number < 6.5", "20", 70}, // 4 to 7: the whole numbers around
        {"number = 4.0", "10", 10},
        {"number = NULL", "0", 0},
        {"number > NULL", "0", 0},
        {"number >= 2 AND letter = 'c'", "10", 20},
        {"letter = 'C' COLLATE NOCASE", "10", 100}, // not handed down: a key is compared bytewise
        {"letter = 3", "0", 100},
        {"number = '3'", "0", 100},
        {"number < 1e300", "100", 100},
        {"+number = 3", "10", 100},
        {"other = 'c'", "10", 100},
    };
    assert_int_equal(store_sql_table_walk(p, &walked, &walk), VOC_OK);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char sql[200], expected[32];
        (void)snprintf(sql, sizeof sql, "SELECT count(*) AS n FROM walked WHERE %s", asked[i].where);
        (void)snprintf(expected, sizeof expected, "n / %s", asked[i].rows);
        w.given = 0;
        check(sql, expected);
        if (w.given != asked[i].given) fail_msg("%s: %zu cells, not %zu", asked[i].where, w.given, asked[i].given);
        assert_int_equal(w.scans, 0); // each is ended
    }
    w.given = 0;
    check("WITH mine(l) AS (VALUES ('b'), ('x'), ('j')) SELECT count(*) AS n FROM walked JOIN mine ON letter = l", "n / 20"); // from the small side
    assert_int_equal(w.given, 20);
    check("SELECT count(*) AS n FROM walked", "n / 100");
    assert_int_equal(w.columns, 0);
    check("SELECT max(other) AS m FROM walked WHERE number = 1", "m / 'b'");
    assert_int_equal(w.columns, 5);
    check("SELECT rowid AS r, letter FROM walked WHERE rowid = 42 OR rowid = 100", "r,letter / 42,'e'");
}

static void an_order_that_the_table_has_or_makes_is_asked_of_it(void **state)
{
    (void)state;
    check("SELECT count(*) AS n FROM (SELECT number FROM walked ORDER BY number LIMIT 7)", "n / 7");
    assert_int_equal(w.n_order, 0); // rows lie so
    check("SELECT letter FROM walked GROUP BY letter HAVING number > 7", "letter / 'i' / 'j'");
    assert_int_equal(w.n_order, 1);
    assert_int_equal(w.order[0], 1);
    check("SELECT letter FROM walked GROUP BY letter ORDER BY letter DESC LIMIT 1", "letter / 'j'");
    assert_int_equal(w.n_order, 1);
    assert_int_equal(w.order[0], 1 | SQL_DOWN);
    check("SELECT letter, count(*) AS n FROM walked WHERE number < 3 GROUP BY letter ORDER BY n DESC, letter", "letter,n / 'a',10 / 'b',10 / 'c',10");
    check("SELECT number FROM walked ORDER BY number DESC LIMIT 1", "number / 9"); // SQLite sorts: rows lie the other way
    assert_int_equal(w.n_order, 0);
    check("SELECT max(other) AS m FROM walked GROUP BY other ORDER BY other LIMIT 1", "m / 'a'"); // SQLite sorts
    assert_int_equal(w.n_order, 0);
}

// A column that chooses is hidden, and is known before the table is read, also where a join would know it only later.
static void what_chooses_is_given_before_the_first_row(void **state)
{
    (void)state;
    check("SELECT * FROM walked LIMIT 1", "number,letter,other / 0,'a','a'");
    check("SELECT number, chosen FROM walked WHERE chosen = 'mine' LIMIT 1", "number,chosen / 0,'mine'");
    assert_int_equal(w.n, 1);
    assert_int_equal(w.limit[0].column, 3);
    assert_string_equal(w.text[0], "mine");
    check("SELECT count(*) AS n FROM walked('mine') WHERE letter = 'c'", "n / 10");
    assert_int_equal(w.n, 2);
    check("WITH all_of(c) AS (VALUES ('mine')) SELECT count(*) AS n FROM walked JOIN all_of ON chosen = c", "n / 100");
    assert_int_equal(w.n, 1);
    check("SELECT count(*) AS n FROM walked WHERE chosen = 'mine' AND rowid = 3", "n / 1");
    assert_int_equal(w.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_have_names_and_types),
        cmocka_unit_test(words_are_found_through_their_index),
        cmocka_unit_test(only_reading_is_allowed),
        cmocka_unit_test(errors_say_what_and_where),
        cmocka_unit_test(the_caller_may_stop),
        cmocka_unit_test(tables_fed_from_above_are_read_like_others),
        cmocka_unit_test(limits_leave_out_only_rows_that_cannot_fit),
        cmocka_unit_test(an_order_that_the_table_has_or_makes_is_asked_of_it),
        cmocka_unit_test(what_chooses_is_given_before_the_first_row),
    };
    return cmocka_run_group_tests(tests, open_project, close_project);
}
