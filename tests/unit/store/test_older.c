// SPDX-License-Identifier: MIT
// Files of each format that was ever released are read. Each is made without the code of the store, in a header of its own
// that is never changed, so that the description, and not only the code, is tested.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "tests/unit/store/answer.h"
#include "tests/unit/store/format_3.h"

static void check_file(const char *name, enum project_mode mode)
{
    struct project *p = NULL;
    struct event_reader *r = NULL;
    struct event_block b;
    struct diag *d = diag_new();
    const voc_str *actions = NULL, *people = NULL;
    uint32_t n = 0;
    assert_int_equal(project_open(&p, in_folder(name), mode, d), VOC_OK);
    voc_rc rc = store_verify(p, d);
    if (rc != VOC_OK) fail_msg("%s", diag_n(d) ? diag_at(d, 0)->message : "verify");
    assert_int_equal(store_strings(p, SPACE_ACTION, &actions, &n), VOC_OK);
    assert_int_equal(store_strings(p, SPACE_ALIASES, &people, &n), VOC_OK);
    assert_int_equal(event_reader_open(&r, p, EV_ALL, d), VOC_OK);
    assert_int_equal(event_reader_next(r, &b), VOC_OK);
    assert_int_equal(b.n, 3);
    assert_true(b.time_us[0] == 1000000 && b.time_us[1] == 31000000 && b.time_us[2] == 61000000);
    assert_true(str_is(actions[b.action[0]], "visit") && str_is(actions[b.action[1]], "visit") && str_is(actions[b.action[2]], "order"));
    assert_true(str_is(people[b.customer[1]], "+id=ann") && str_is(people[b.customer[2]], "-cookie=1\x1f+id=bob"));
    assert_true(b.cost[0] == VOC_NA && b.cost[2] == 2500000 && b.value[2] == VOC_NA);
    assert_true(str_is(b.id[0], "") && str_is(b.id[2], "e9"));
    assert_true(b.record[0] == 1 && b.line[0] == 9 && b.resolution[2] == VOC_RES_SECOND && b.source[0] == 1 && b.import[0] == 1);
    event_reader_close(r);
    project_close(p);
    diag_free(d);
}

static void a_file_of_format_1_is_read(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    make_format_1("v1.voc");
    assert_int_equal(project_open(&p, in_folder("v1.voc"), PROJECT_READ, d), VOC_E_INPUT); // who only reads changes nothing
    assert_non_null(strstr(diag_at(d, 0)->message, "written by an older program (format 1)"));
    assert_non_null(strstr(diag_at(d, 0)->hint, "brings it up to date"));
    diag_free(d);
    check_file("v1.voc", PROJECT_WRITE); // brings it up to date
    check_file("v1.voc", PROJECT_READ);
    remove_file("v1.voc");
}

static void a_file_of_format_2_is_read_and_takes_rows_of_reference_tables(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct diag *d = diag_new();
    struct import_result out;
    struct fact fact = {.kind = VOC_ROW_REFERENCE, .key = "ledger", .text = "{}", .time_us = 5, .integer = VOC_NA};
    struct rows r = {.facts = &fact, .n_facts = 1};
    make_format_2("v2.voc");
    assert_int_equal(project_open(&p, in_folder("v2.voc"), PROJECT_READ, d), VOC_E_INPUT);
    assert_non_null(strstr(diag_at(d, 0)->message, "written by an older program (format 2)"));
    diag_free(d);
    check_file("v2.voc", PROJECT_WRITE); // brings it up to date
    check_file("v2.voc", PROJECT_READ);
    assert_int_equal(project_open(&p, in_folder("v2.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "books", "x", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(out.references, 1);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("v2.voc");
}

static void measures_of_format_3_are_brought_up_to_date(void **state)
{
    (void)state;
    static const char all[] = "SELECT id, import, entity, who, key, type, text, integer, number, unit, time_us, resolution, own_id, record, sub, line, source FROM measure";
    static const char rows[] = "id,import,entity,who,key,type,text,integer,number,unit,time_us,resolution,own_id,record,sub,line,source"
                               " / 1,1,1,1,'nps',1,'9',9,0.0,'0-10',5000000,2,'r1',3,1,5,'crm'"
                               " / 2,1,1,2,'csat',0,'Satisfied',-,0.0,'1-5',6000000,2,'',4,0,6,'crm'"
                               " / 3,1,2,2,'size',2,'2.5',-,2.5,'ha',-,5,'',4,1,6,'crm'";
    struct project *p = NULL;
    struct diag *d = diag_new();
    struct store_counts n;
    struct import_result out;
    struct fact again = {.kind = VOC_ROW_MEASURE, .entity = VOC_ENTITY_INDIVIDUAL, .a = "+id=ann", .key = "nps", .text = "3",
                         .type = VOC_TYPE_INT, .integer = 3, .unit = "0-10", .id = "r1", .time_us = 9};
    struct rows r = {.facts = &again, .n_facts = 1};
    make_format_3("v3.voc");
    assert_int_equal(project_open(&p, in_folder("v3.voc"), PROJECT_READ, d), VOC_E_INPUT);
    assert_non_null(strstr(diag_at(d, 0)->message, "written by an older program (format 3)"));
    diag_free(d);
    check_file("v3.voc", PROJECT_WRITE); // brings it up to date
    check_file("v3.voc", PROJECT_READ);
    assert_int_equal(project_open(&p, in_folder("v3.voc"), PROJECT_WRITE, NULL), VOC_OK);
    check_answer(p, all, rows);
    check_answer(p, "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'measure%'", "n / 0");
    check_answer(p, "SELECT code, text FROM string WHERE space = 12 ORDER BY code", "code,text / 1,'colour' / 2,'nps' / 3,'0-10' / 4,'csat' / 5,'1-5' / 6,'size' / 7,'ha'");
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.measures == 3);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK); // r1 again: the earlier one goes
    check_answer(p, "SELECT key, text FROM measure ORDER BY import, record", "key,text / 'csat','Satisfied' / 'size','2.5' / 'nps','3'");
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("v3.voc");
}

static void a_file_of_format_1_takes_an_import(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct import_result out;
    struct row row = {.time_us = 5, .action = "order", .customer = "+id=ann", .id = "e9"};
    struct rows r = {.events = &row, .n_events = 1};
    struct store_counts n;
    make_format_1("v1.voc");
    assert_int_equal(project_open(&p, in_folder("v1.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(out.replaced_events, 1); // e9 was there
    assert_int_equal(store_count(p, &n), VOC_OK);
    assert_true(n.events == 3 && n.words == 1 && n.rejects == 1);
    assert_int_equal(store_verify(p, NULL), VOC_OK);
    project_close(p);
    remove_file("v1.voc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_format_1_is_read),
        cmocka_unit_test(a_file_of_format_1_takes_an_import),
        cmocka_unit_test(a_file_of_format_2_is_read_and_takes_rows_of_reference_tables),
        cmocka_unit_test(measures_of_format_3_are_brought_up_to_date),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
