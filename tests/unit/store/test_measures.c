// SPDX-License-Identifier: MIT
// Measures: kept as blocks, told by key in a fixed order, asked in SQL as rows, replaced by their source's own ids.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <math.h>
#include <sqlite3.h>
#include "store/measures/measures.h"
#include "store/page_sum.h"
#include "tests/unit/store/answer.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ANSWER(key_, text_, id_, record_, sub_) \
    {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = key_, .text = text_, .unit = "choice", .id = id_, .time_us = 1000000, .record = record_, .sub = sub_}

static struct project *create(void)
{
    struct project *p = NULL;
    remove_file("m.voc");
    assert_int_equal(project_open(&p, in_folder("m.voc"), PROJECT_CREATE, NULL), VOC_OK);
    return p;
}

static void finish(struct project *p)
{
    struct diag *d = diag_new();
    if (store_verify(p, d) != VOC_OK) fail_msg("%s", diag_at(d, 0)->message);
    diag_free(d);
    project_close(p);
    remove_file("m.voc");
}

static void give(struct project *p, const struct fact *f, size_t n, const char *source, const char *content)
{
    struct import_result out;
    struct rows r = {.facts = f, .n_facts = n};
    assert_int_equal(import_rows(p, &r, source, content, 1, 0, &out, NULL), VOC_OK);
}

struct told { char text[2000]; };

static voc_rc tell(void *user, const struct store_measure *m)
{
    struct told *t = user;
    size_t at = strlen(t->text);
    (void)snprintf(t->text + at, sizeof t->text - at, "%.*s %.*s %.*s %.*s=%.*s%s%.1f;", (int)m->source.len, m->source.ptr,
                   (int)m->response.len, m->response.ptr, (int)m->customer.len, m->customer.ptr, (int)m->unit.len, m->unit.ptr,
                   (int)m->text.len, m->text.ptr, isnan(m->number) ? " no " : " ", isnan(m->number) ? 0.0 : m->number);
    return VOC_OK;
}

static void answers_to_a_question_come_by_source_response_and_place(void **state)
{
    (void)state;
    struct project *p = create();
    struct told t = {.text = ""};
    struct fact b[] = {ANSWER("Q1", "late", "b", 1, 0), ANSWER("Q2", "9", "b", 1, 1), ANSWER("Q1", "7.5", "a", 2, 0),
                       ANSWER("Q1", "none", NULL, 10, 0), ANSWER("Q1", "9", NULL, 9, 0)};
    struct fact a[] = {ANSWER("Q1", "8", "z", 0, 1), ANSWER("Q1", "3", "z", 0, 0)};
    a[0].type = VOC_TYPE_INT, a[0].integer = 8;
    give(p, b, COUNT(b), "two", "b");
    give(p, a, COUNT(a), "one", "a");
    assert_int_equal(store_measures(p, STR("Q1"), tell, &t), VOC_OK);
    assert_string_equal(t.text, "one z +id=ann choice=3 3.0;one z +id=ann choice=8 8.0;two 9 +id=ann choice=9 9.0;two 10 +id=ann choice=none no 0.0;"
                                "two a +id=ann choice=7.5 7.5;two b +id=ann choice=late no 0.0;");
    t.text[0] = '\0';
    assert_int_equal(store_measures(p, STR("Q9"), tell, &t), VOC_OK);
    assert_string_equal(t.text, "");
    finish(p);
}

static void a_later_answer_with_the_same_id_replaces_the_earlier_one(void **state)
{
    (void)state;
    struct project *p = create();
    struct fact first[] = {ANSWER("Q1", "old", "r1", 0, 0), ANSWER("Q1", "stays", "r2", 1, 0), ANSWER("Q1", "new", "r1", 2, 0)};
    struct fact second[] = {ANSWER("Q1", "other", "r2", 3, 0), ANSWER("Q1", "elsewhere", "r1", 4, 0)};
    give(p, first, COUNT(first), "form", "1");
    check_answer(p, "SELECT own_id, text FROM measure ORDER BY 1", "own_id,text / 'r1','new' / 'r2','stays'");
    give(p, second, 1, "form", "2");
    give(p, second + 1, 1, "another", "3"); // ids of another source are its own
    check_answer(p, "SELECT source, own_id, text FROM measure ORDER BY 1, 2", "source,own_id,text / 'another','r1','elsewhere' / 'form','r1','new' / 'form','r2','other'");
    finish(p);
}

static void sql_asks_for_measures_by_key_number_and_all(void **state)
{
    (void)state;
    struct project *p = create();
    struct fact f[] = {ANSWER("Q1", "a", NULL, 0, 0), ANSWER("Q2", "b", NULL, 0, 1), ANSWER("Q1", "c", NULL, 1, 0)};
    give(p, f, COUNT(f), "form", "1");
    check_answer(p, "SELECT text FROM measure WHERE key = 'Q1'", "text / 'a' / 'c'");
    check_answer(p, "SELECT text FROM measure WHERE key = 'Q3'", "text");
    check_answer(p, "SELECT text FROM measure WHERE key = 'Q1' AND key = 'Q2'", "text");
    check_answer(p, "SELECT text FROM measure WHERE key IN ('Q2', 'Q1') ORDER BY id", "text / 'a' / 'b' / 'c'");
    check_answer(p, "SELECT rowid, id, text, line FROM measure WHERE rowid = 1", "rowid,id,text,line / 1,2,'b',2");
    check_answer(p, "SELECT x.text, y.text FROM measure AS x JOIN measure AS y ON y.record = x.record AND y.id > x.id", "text,text / 'a','b'");
    check_answer(p, "SELECT question, answer, number, scale, time FROM answers WHERE question = 'Q2'",
                 "question,answer,number,scale,time / 'Q2','b',-,'choice','1970-01-01T00:00:01Z'");
    finish(p);
}

// More than a block holds, so that rows are numbered over blocks.
static void many_measures_lie_in_several_blocks(void **state)
{
    (void)state;
    enum { N = 70000 };
    struct project *p = create();
    struct fact *f = calloc(N, sizeof *f);
    assert_non_null(f);
    for (size_t i = 0; i < N; i++) {
        f[i] = (struct fact)ANSWER("even", i % 7 ? "yes" : "no", NULL, i / 2, (uint32_t)(i % 2));
        if (i % 2) f[i].key = "odd";
        f[i].type = VOC_TYPE_INT;
        f[i].integer = (int64_t)i;
    }
    give(p, f, N, "form", "1");
    check_answer(p, "SELECT count(*) AS n, sum(rows) AS all_rows FROM block WHERE kind = 5", "n,all_rows / 2,70000");
    check_answer(p, "SELECT count(*) AS n, sum(integer) AS s, min(id) AS first, max(id) AS last FROM measure", "n,s,first,last / 70000,2449965000,1,70000");
    check_answer(p, "SELECT count(*) AS n, sum(integer) AS s FROM measure WHERE key = 'odd' AND text = 'no'", "n,s / 5000,175000000");
    check_answer(p, "SELECT integer FROM measure WHERE rowid = 69999", "integer / 69999");
    check_answer(p, "SELECT code, answers, kind FROM question", "code,answers,kind / 'even',35000,- / 'odd',35000,-");
    free(f);
    finish(p);
}

static void questions_stand_by_survey_with_the_known_ones_first(void **state)
{
    (void)state;
    struct project *p = create();
    struct fact f[] = {ANSWER("Q10", "a", "r1", 0, 0), ANSWER("Q9", "b", "r1", 0, 1), ANSWER("nps", "9", "r1", 0, 2), ANSWER("Q9", "b", "r2", 1, 0),
                       {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_CASE, .a = "deal", .key = "size", .text = "3", .unit = "t", .time_us = 1, .record = 2}};
    f[2].unit = "0-10";
    give(p, f, COUNT(f), "form", "1");
    check_answer(p, "SELECT * FROM question",
                 "survey,code,text,scale,kind,answers,source / -,'nps',-,'0-10','nps',1,'form' / "
                 "-,'Q9',-,'choice',-,2,'form' / -,'Q10',-,'choice',-,1,'form'");
    finish(p);
}

static void damage_of_a_block_of_measures_is_found(void **state)
{
    (void)state;
    struct project *p = create();
    struct told t = {.text = ""};
    struct fact f = ANSWER("Q1", "a", NULL, 0, 0);
    struct diag *d = diag_new();
    sqlite3 *db = NULL;
    give(p, &f, 1, "form", "1");
    project_close(p);
    assert_int_equal(sqlite3_open_v2(in_folder("m.voc"), &db, SQLITE_OPEN_READWRITE, PAGE_SUM_VFS), SQLITE_OK); // the pages have their sums
    assert_int_equal(sqlite3_exec(db, "UPDATE block SET rows = 2 WHERE kind = 5", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(project_open(&p, in_folder("m.voc"), PROJECT_WRITE, d), VOC_OK);
    assert_int_equal(store_measures(p, STR("Q1"), tell, &t), VOC_E_INPUT);
    assert_non_null(strstr(diag_at(d, diag_n(d) - 1)->message, "its number of rows is not the one in the catalogue"));
    assert_int_equal(store_verify(p, d), VOC_E_CHECK);
    project_close(p);
    diag_free(d);
    remove_file("m.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_to_a_question_come_by_source_response_and_place),
        cmocka_unit_test(a_later_answer_with_the_same_id_replaces_the_earlier_one),
        cmocka_unit_test(sql_asks_for_measures_by_key_number_and_all),
        cmocka_unit_test(many_measures_lie_in_several_blocks),
        cmocka_unit_test(questions_stand_by_survey_with_the_known_ones_first),
        cmocka_unit_test(damage_of_a_block_of_measures_is_found),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
