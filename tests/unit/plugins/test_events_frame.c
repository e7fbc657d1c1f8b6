// SPDX-License-Identifier: MIT
// What stands around the data of an export, and what the plugin input/events makes of it: lines before the header, a header of
// several rows, totals and footers. Expected rows are written as events_run.c prints them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/scan.h"
#include "host/host.h"
#include "plugins/common/table/table.h"
#include "tests/unit/plugins/events_run.h"

// ---- before the header ----------------------------------------------------------------------------------------------------------

static const char two_rows[] = "time,action,customer\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n";

static void lines_before_the_header_are_found_and_said(void **state)
{
    (void)state;
    expect_said(NULL, "Report generated 3 March 2025\nFilter: all\n\ntime,action,customer\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n",
                "5 2024-03-01 ask customer=id:c1!\n6 2024-03-02 buy customer=id:c2!\n",
                "2 lines stand before the header: the first is \"Report generated 3 March 2025\"\n");
    expect_said(NULL, "Filter:,all\nFrom:,2024-03-01\nTo:,2024-03-31\ntime,action,customer\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n",
                "5 2024-03-01 ask customer=id:c1!\n6 2024-03-02 buy customer=id:c2!\n", "3 lines stand before the header: the first is \"Filter:,all\"\n");
}

static void lines_that_a_spreadsheet_has_padded_are_found(void **state)
{
    (void)state;
    expect_said(NULL, "Monthly report,,\nPeriod,March 2024,\n,,\ntime,action,customer\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n",
                "5 2024-03-01 ask customer=id:c1!\n6 2024-03-02 buy customer=id:c2!\n", "3 lines stand before the header");
}

static void the_separator_is_that_of_the_table_and_not_of_the_lines_before_it(void **state)
{
    (void)state;
    expect_said(NULL, "Bericht vom 3. Mai, erstellt von Eva, intern\nFilter: Nord, S\xC3\xBC" "d\ntime;action;value;customer\n2024-03-01;ask;1,50;c1\n2024-03-02;buy;2,50;c2\n",
                "4 2024-03-01 ask customer=id:c1! value=1.5\n5 2024-03-02 buy customer=id:c2! value=2.5\n", "2 lines stand before the header");
    expect_said(NULL, "sep=;\ntime;action\n2024-03-01;ask\n2024-03-02;buy\n", "3 2024-03-01 ask\n4 2024-03-02 buy\n", "1 line stands before the header: the first is \"sep=;\"\n");
    expect_said(NULL, "# ------\n# Events\n# 20240301-20240331\n# ------\n\ntime,action\n2024-03-01,ask\n2024-03-02,buy\n",
                "7 2024-03-01 ask\n8 2024-03-02 buy\n", "4 lines stand");
}

static void what_fits_the_table_is_never_taken_for_a_line_before_it(void **state)
{
    (void)state;
    expect_said(NULL, two_rows, "2 2024-03-01 ask customer=id:c1!\n3 2024-03-02 buy customer=id:c2!\n", "!before the header");
    // columns without a name
    expect_said(NULL, "time,action,,,\n2024-03-01,ask,x,y,z\n2024-03-02,buy,x,y,z\n",
                "2 2024-03-01 ask {column 3=x} {column 4=y} {column 5=z}\n3 2024-03-02 buy {column 3=x} {column 4=y} {column 5=z}\n", "!before the header");
    // a header alone, and one with a single record
    expect_said(NULL, "time,action\n", "", "!before the header");
    expect_said(NULL, "time,action\n2024-03-01,ask\n", "2 2024-03-01 ask\n", "!before the header");
    // words in every field, but what follows is no wider
    expect_said(NULL, "time,action\n2024-03-01,ask\nnot,a header\n2024-03-02,buy\n",
                "3 reject TIME: time: \"not\" is not a time (ISO 8601 or an epoch)\n2 2024-03-01 ask\n4 2024-03-02 buy\n", "!before the header");
}

static void the_user_says_how_many_lines_stand_before_the_header(void **state)
{
    (void)state;
    const char *const skip[] = {"skip", "2", NULL}, *const none[] = {"skip", "0", "header", "none", "time", "col1", "action", "col2", NULL};
    expect_said(skip, "time,action\nx,y\ntime,action\n2024-03-01,ask\n", "4 2024-03-01 ask\n", "2 lines stand before the header");
    expect_said(none, "2024-03-01,ask\n2024-03-02,buy\n", "1 2024-03-01 ask\n2 2024-03-02 buy\n", "!before the header");
    const char *const beyond[] = {"skip", "9", NULL}, *const wrong[] = {"skip", "some", NULL}, *const many[] = {"header", "101", NULL};
    expect_error(beyond, two_rows, VOC_E_INPUT, "there are 3 records, and 9 of them stand before the header");
    expect_error(wrong, two_rows, VOC_E_OPTION, "-O skip=some is neither a number from 0 to 100, nor none, nor auto");
    expect_error(many, two_rows, VOC_E_OPTION, "-O header=101 is neither a number");
}

// ---- rows of the header --------------------------------------------------------------------------------------------------------

static void labels_below_the_names_are_no_data(void **state)
{
    (void)state;
    expect_said(
        NULL,
        "StartDate,event,Q1,user_id\nStart Date,What happened?,How likely?,Who?\n"
        "\"{\"\"ImportId\"\":\"\"startDate\"\"}\",\"{\"\"ImportId\"\":\"\"QID2\"\"}\",\"{\"\"ImportId\"\":\"\"QID1\"\"}\",\"{\"\"ImportId\"\":\"\"u\"\"}\"\n"
        "2024-03-01 10:00:00,ask,9,u1\n2024-03-02 10:00:00,buy,7,u2\n",
        "4 2024-03-01T10:00:00Z ask customer=id:u1! {Q1=9}\n5 2024-03-02T10:00:00Z buy customer=id:u2! {Q1=7}\n",
        "2 rows stand below the names and are no data: \"Start Date,What happened?,How likely?,Who?\"\n");
    expect_said(NULL, "time,action,value,minutes\n,,(EUR),(min)\n2024-03-01,ask,9,1\n2024-03-02,buy,7,2\n",
                "3 2024-03-01 ask minutes=1 value=9\n4 2024-03-02 buy minutes=2 value=7\n", "1 row stands below the names and is no data: \",,(EUR),(min)\"\n");
}

static void groups_above_the_names_are_joined_to_names_that_repeat(void **state)
{
    (void)state;
    expect_said(NULL, "Event,,Person,,Company,\ntime,action,id,city,id,city\n2024-03-01,ask,p1,Rome,k1,Bonn\n2024-03-02,buy,p2,Oslo,k2,Bern\n",
                "3 2024-03-01 ask customer=id:p1! account=id:k1! {Person city=Rome} {Company city=Bonn}\n"
                "4 2024-03-02 buy customer=id:p2! account=id:k2! {Person city=Oslo} {Company city=Bern}\n",
                "the names of the columns stand in two rows");
}

static void a_broken_first_record_is_rejected_and_no_header(void **state)
{
    (void)state;
    expect_said(NULL, "time,action,customer\noops,ask,c9\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n",
                "2 reject TIME: time: \"oops\" is not a time (ISO 8601 or an epoch)\n3 2024-03-01 ask customer=id:c1!\n4 2024-03-02 buy customer=id:c2!\n", "!below the names");
    expect_said(NULL, "time,action,customer\nunknown,ask,nobody\n2024-03-01,ask,c1\n2024-03-02,buy,c2\n", // ask is said again below
                "2 reject TIME: time: \"unknown\" is not a time (ISO 8601 or an epoch)\n3 2024-03-01 ask customer=id:c1!\n4 2024-03-02 buy customer=id:c2!\n", "!below the names");
    const char *const one[] = {"header", "1", NULL};
    expect_said(one, "time,action,value,minutes\n,,(EUR),(min)\n2024-03-01,ask,9,1\n2024-03-02,buy,7,2\n",
                "2 reject TIME: time is empty: it has no time\n3 2024-03-01 ask {value=9} {minutes=1}\n4 2024-03-02 buy {value=7} {minutes=2}\n", "!below the names");
}

// ---- totals and footers --------------------------------------------------------------------------------------------------------------

static void totals_are_ignored_by_name_and_never_events_or_rejects(void **state)
{
    (void)state;
    static const char *const words[] = {"Total", "TOTAL:", "Grand total", "Sum", "Gesamt", "Summe", "Total g\xC3\xA9n\xC3\xA9ral", "Totale", "Suma", "Razem", "Subtotal", "Total 2024"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[300];
        int n = snprintf(text, sizeof text, "time,action,customer,value\n2024-03-01,ask,c1,5\n2024-03-02,buy,c2,7\n%s,,,12\n,%s,,12\n%s,12\n", words[i], words[i], words[i]);
        assert_true(n > 0 && (size_t)n < sizeof text);
        expect_said(NULL, text,
                    "4 ignore a total, without a time\n5 ignore a total, without a time\n6 ignore a total, without a time\n"
                    "2 2024-03-01 ask customer=id:c1! value=5\n3 2024-03-02 buy customer=id:c2! value=7\n", "time <- time");
    }
}

static void a_record_with_a_time_is_an_event_whatever_it_says(void **state)
{
    (void)state;
    expect_said(NULL, "time,action,customer\n2024-03-01,Total,c1\n2024-03-02,Summe,Gesamt\n,buy,Total Wine Ltd\nsoon,Total,c2\n",
                "4 reject TIME: time is empty: it has no time\n5 reject TIME: time: \"soon\" is not a time (ISO 8601 or an epoch)\n"
                "2 2024-03-01 Total customer=id:c1!\n3 2024-03-02 Summe customer=id:Gesamt!\n", "time <- time");
}

static void numbers_alone_below_the_data_are_sums(void **state)
{
    (void)state;
    expect_said(NULL, "time,action,customer,value,minutes\n2024-03-01,ask,c1,5,1\n2024-03-02,buy,c2,7,2\n,,,12,3\n,,c3,12,3\n,,,12 EUR,\n",
                "4 ignore sums, without a time and a name\n5 reject TIME: time is empty: it has no time\n6 ignore sums, without a time and a name\n"
                "2 2024-03-01 ask customer=id:c1! minutes=1 value=5\n3 2024-03-02 buy customer=id:c2! minutes=2 value=7\n", "time <- time");
}

static void footers_are_ignored_by_name_and_other_short_lines_rejected(void **state)
{
    (void)state;
    expect_said(NULL,
                "time,action,customer\n2024-03-01,ask,c1\n"
                "2024-03-02,buy,c2\n2024-03-03,ask,c3\n"
                "(3 rows affected)\n-- end of report --\n"
                "-----\nPage 1 of 1,,\n,,\n2 Zeilen\n"
                "nonsense\n",
                "5 ignore a line that is no data\n"
                "6 ignore a line that is no data\n"
                "7 ignore a line that is no data\n"
                "8 ignore a line that is no data\n"
                "9 ignore an empty record\n"
                "10 ignore a line that is no data\n11 reject FIELDS: 1 field, the header has 3\n"
                "2 2024-03-01 ask customer=id:c1!\n3 2024-03-02 buy customer=id:c2!\n4 2024-03-03 ask customer=id:c3!\n",
                "time <- time");
}

static void a_total_below_decides_nothing_about_the_columns(void **state)
{
    (void)state;
    expect_said(NULL, "Wann,action,value\n2024-03-01,ask,5\n2024-03-02,buy,7\nSumme,,12\n",
                "4 ignore a total, without a time\n2 2024-03-01 ask value=5\n3 2024-03-02 buy value=7\n", "time <- Wann");
}

// ---- fields of a block ---------------------------------------------------------------------------------------------------

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

// Records of up to some kilobytes with gaps between them; with quotes or nearly without.
static size_t some_records(uint64_t *seed, char *text, size_t room, size_t *start, size_t *end, size_t most, size_t *len)
{
    static const char letters[] = "\"\"\",,,,ab\n\r;c\xC3\xA9";
    unsigned quotes = (unsigned)(next(seed) % 3);
    size_t n = 0, at = 0;
    while (n < most) {
        size_t size = next(seed) % 50 == 0 ? next(seed) % 10000 : next(seed) % 90;
        if (at + size + 8 > room) break;
        start[n] = at;
        for (size_t i = 0; i < size; i++) {
            char c = letters[next(seed) % (sizeof letters - 1)];
            text[at++] = c == '"' && (quotes == 0 || (quotes == 1 && next(seed) % 40)) ? 'x' : c;
        }
        end[n++] = at;
        for (size_t gap = next(seed) % 3; gap; gap--) text[at++] = next(seed) % 2 ? '\n' : ','; // what was cut between them
    }
    *len = at;
    return n;
}

static void records_of_a_block_have_the_fields_that_each_has_alone(void **state)
{
    enum { ROOM = 40000, MOST = 700, COLUMNS = 6 };
    static char text[ROOM], scratch[ROOM];
    static size_t start[MOST], end[MOST];
    voc_str right[COLUMNS], cells[COLUMNS];
    struct voc_context cx;
    struct diag *d = diag_new();
    uint64_t seed = 8;
    (void)state;
    context_init(&cx, NULL, d, "t");
    for (unsigned form = 0; scan_form(form); form++) {
        if (!scan_use(form)) continue;
        for (unsigned round = 0; round < 300; round++) {
            struct table t = {.events = {.host = host_table(), .cx = &cx, .n_columns = 1 + round % COLUMNS},
                              .rule = {.separator = ',', .quote = round % 5 ? '"' : 0}};
            voc_block b = {.struct_size = sizeof b, .bytes = text, .start = start, .end = end};
            void *f = NULL;
            b.n_records = some_records(&seed, text, ROOM, start, end, MOST, &b.n_bytes);
            assert_int_equal(fields_open(&f, &t.events, &b), VOC_OK);
            for (uint64_t i = 0; i < b.n_records; i++) {
                enum csv_fault fault, right_fault;
                char *to = scratch;
                size_t n, n_right = csv_split(&t.rule, str_mk(text + start[i], end[i] - start[i]), right, t.events.n_columns, &to, &right_fault);
                if (next(&seed) % 20 == 0) continue; // a record may be left out
                assert_int_equal(fields_of(f, i, cells, &n, &fault), VOC_OK);
                assert_int_equal(n, n_right);
                assert_int_equal(fault, right_fault);
                for (size_t k = 0; k < n && k < t.events.n_columns && !fault; k++) assert_true(str_eq(cells[k], right[k]));
            }
            fields_close(f);
        }
    }
    context_done(&cx);
    diag_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_before_the_header_are_found_and_said),
        cmocka_unit_test(lines_that_a_spreadsheet_has_padded_are_found),
        cmocka_unit_test(the_separator_is_that_of_the_table_and_not_of_the_lines_before_it),
        cmocka_unit_test(what_fits_the_table_is_never_taken_for_a_line_before_it),
        cmocka_unit_test(the_user_says_how_many_lines_stand_before_the_header),
        cmocka_unit_test(labels_below_the_names_are_no_data),
        cmocka_unit_test(groups_above_the_names_are_joined_to_names_that_repeat),
        cmocka_unit_test(a_broken_first_record_is_rejected_and_no_header),
        cmocka_unit_test(totals_are_ignored_by_name_and_never_events_or_rejects),
        cmocka_unit_test(a_record_with_a_time_is_an_event_whatever_it_says),
        cmocka_unit_test(numbers_alone_below_the_data_are_sums),
        cmocka_unit_test(footers_are_ignored_by_name_and_other_short_lines_rejected),
        cmocka_unit_test(a_total_below_decides_nothing_about_the_columns),
        cmocka_unit_test(records_of_a_block_have_the_fields_that_each_has_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
