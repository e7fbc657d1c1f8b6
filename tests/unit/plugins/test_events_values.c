// SPDX-License-Identifier: MIT
// What the plugin input/events reads from bytes: separators and quotes, times, numbers, records that are refused, blocks cut
// anywhere, what the probe says, failing allocations and hostile text. Rows are written as events_run.c prints them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/common/table/table.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

// ---- separators, quotes, records ----------------------------------------------------------------------------------------------------

static void the_separator_is_found_among_comma_semicolon_tab_and_bar(void **state)
{
    (void)state;
    const char *const row = "2 2024-03-01 a,b {note=x}\n";
    expect("time,action,note\n2024-03-01,\"a,b\",x\n", row);
    expect("time;action;note\n2024-03-01;a,b;x\n", row);
    expect("time\taction\tnote\n2024-03-01\ta,b\tx\n", row);
    expect("time|action|note\n2024-03-01|a,b|x\n", row);
    expect("time;action;text\n2024-03-01;a;one, two\n2024-03-02;b;three\n", "2 2024-03-01 a text=one, two\n3 2024-03-02 b text=three\n");
    const char *const said[] = {"separator", "blank", "time", "t", "action", "a", NULL};
    expect_options(said, "t a\n2024-03-01 x\n", "2 2024-03-01 x\n");
    const char *const wrong[] = {"separator", "::", NULL};
    expect_error(wrong, "t\n", VOC_E_OPTION, "\"::\" is no separator");
}

static void quotes_hold_separators_newlines_and_quotes_and_are_left_alone_where_they_are_none(void **state)
{
    (void)state;
    expect("time,action,text\r\n2024-03-01,\"a\",\"say \"\"hi\"\",\r\nthen go\"\r\n2024-03-02,b,\r\n", "2 2024-03-01 a text=say \"hi\",\r\nthen go\n4 2024-03-02 b\n");
    expect("time\taction\ttext\n2024-03-01\ta\t\"never closed\n2024-03-02\tb\tfine\n", "2 2024-03-01 a text=\"never closed\n3 2024-03-02 b text=fine\n");
    const char *const single[] = {"quote", "'", NULL}, *const none[] = {"quote", "none", NULL};
    expect_options(single, "time,action\n2024-03-01,'a,b'\n", "2 2024-03-01 a,b\n");
    expect_options(none, "time,action\n2024-03-01,\"a\"\n", "2 2024-03-01 \"a\"\n");
}

static void a_record_of_another_width_is_rejected_with_both_widths(void **state)
{
    (void)state;
    expect("time,action,x\n2024-03-01,a\n2024-03-02,b,1\n2024-03-03,c,1,2\n2024-03-04,d,1,,\n2024-03-05,e,\n2024-03-06,f,2\n2024-03-07,g,3\n2024-03-08,h,3\n",
           "2 reject FIELDS: 2 fields, the header has 3\n4 reject FIELDS: 4 fields, the header has 3\n"
           "3 2024-03-02 b {x=1}\n5 2024-03-04 d {x=1}\n6 2024-03-05 e\n7 2024-03-06 f {x=2}\n8 2024-03-07 g {x=3}\n9 2024-03-08 h {x=3}\n");
}

static void text_behind_a_closing_quote_is_rejected(void **state)
{
    (void)state;
    expect("time,action\n2024-03-01,\"a\" b\n2024-03-02,\"b\"\n2024-03-03,\"c\"\n2024-03-04,5\" pipe\n",
           "2 reject QUOTE: there is text behind a closing quote in field 2; a quote within is written twice\n3 2024-03-02 b\n4 2024-03-03 c\n5 2024-03-04 5\" pipe\n");
}

static void a_quote_that_is_never_closed_costs_its_line_only(void **state)
{
    (void)state;
    struct events_run r = {0};
    events_run(&r, STR("time,action\n2024-03-01,\"a\"\n2024-03-02,\"b\n2024-03-03,c\n2024-03-04,d\n"));
    assert_int_equal(r.rc, VOC_OK);
    assert_int_equal(r.rejected, 1);
    assert_int_equal(r.events, 3);
    events_done(&r);
}

static void the_same_text_gives_the_same_rows_in_utf8_utf16_and_latin1_and_with_a_byte_order_mark(void **state)
{
    (void)state;
    const char *const rows = "2 2024-03-01 caf\xC3\xA9\n3 2024-03-02 b\n";
    expect("time,action\n2024-03-01,caf\xC3\xA9\n2024-03-02,b\n", rows);
    expect("\xEF\xBB\xBFtime,action\n2024-03-01,caf\xC3\xA9\n2024-03-02,b\n", rows);
    expect("time,action\n2024-03-01,caf\xE9\n2024-03-02,b\n", rows);
    static const char narrow[] = "time,action\n2024-03-01,caf\xE9\n2024-03-02,b\n";
    char wide[2 * sizeof narrow + 2] = "\xFF\xFE";
    size_t n = 2;
    for (size_t i = 0; i + 1 < sizeof narrow; i++) wide[n++] = narrow[i], wide[n++] = 0;
    struct events_run utf16 = {0};
    expect_run(&utf16, str_mk(wide, n), rows, NULL);
}

static void an_empty_input_and_a_header_alone_give_no_rows(void **state)
{
    (void)state;
    expect("", "");
    expect("time,action\n", "");
    expect("time,action\n\n\n", "");
}

// ---- times -----------------------------------------------------------------------------------------------------------------------------

static void times_keep_the_resolution_that_they_are_written_with(void **state)
{
    (void)state;
    expect("time,action\n2024-03-01,a\n2024-03-01 10:00,b\n2024-03-01T10:00:05,c\n2024-03-01T10:00:05.25Z,d\n2024-03-01 10:00:05.123456+01:00,e\n",
           "2 2024-03-01 a\n3 2024-03-01T10:00Z b\n4 2024-03-01T10:00:05Z c\n5 2024-03-01T10:00:05.250Z d\n6 2024-03-01T09:00:05.123456Z e\n");
    expect("time,action\n1709287200,a\n1709287200123,b\n1709287200123456,c\n", "2 2024-03-01T10:00:00Z a\n3 2024-03-01T10:00:00.123Z b\n4 2024-03-01T10:00:00.123456Z c\n");
    expect("time,action\n30-12-2010:11.02,a\n", "2 2010-12-30T11:02Z a\n");
}

static void the_order_of_day_and_month_is_proven_by_any_row_or_by_another_column(void **state)
{
    (void)state;
    expect("time,action\n3/4/2024,a\n3/25/2024,b\n", "2 2024-03-04 a\n3 2024-03-25 b\n");
    expect("time,action\n3/4/2024,a\n25/3/2024,b\n", "2 2024-04-03 a\n3 2024-03-25 b\n");
    expect("order_id,ordered,shipped\n1,3/4/2024,3/5/2024\n2,3/6/2024,3/25/2024\n",
           "2 2024-03-04 ordered case=1\n2 2024-03-05 shipped case=1\n"
           "3 2024-03-06 ordered case=2\n3 2024-03-25 shipped case=2\n");
}

static void what_no_row_proves_is_an_error_that_names_both_patterns(void **state)
{
    (void)state;
    const char *const text = "time,action\n3/4/2024 10:00,a\n5/6/2024 11:00,b\n";
    expect_error(NULL, text, VOC_E_INPUT,
                 "whether the day or the month stands first (\"3/4/2024 10:00\") -- say which it is with -O "
                 "time-format=\"d/M/yyyy H:mm\" or -O time-format=\"M/d/yyyy H:mm\"");
    const char *const month[] = {"time-format", "M/d/yyyy H:mm", NULL}, *const day[] = {"time-format", "d/M/yyyy H:mm", NULL};
    expect_options(month, text, "2 2024-03-04T10:00Z a\n3 2024-05-06T11:00Z b\n");
    expect_options(day, text, "2 2024-04-03T10:00Z a\n3 2024-06-05T11:00Z b\n");
}

static void a_time_without_a_zone_is_of_the_zone_that_was_declared(void **state)
{
    (void)state;
    const char *const zone[] = {"zone", "Europe/Warsaw", NULL};
    const char *const text = "time,action\n2024-03-01 10:00:00,a\n2024-07-01 10:00:00,b\n2024-07-01 10:00:00Z,c\n";
    expect_options(zone, text, "2 2024-03-01T09:00:00Z a\n3 2024-07-01T08:00:00Z b\n4 2024-07-01T10:00:00Z c\n");
    struct events_run r = {.zone = "Asia/Kolkata"}; // of sources.xml; an option goes over it
    events_run(&r, str_of(text));
    assert_string_equal(r.rows.ptr, "2 2024-03-01T04:30:00Z a\n3 2024-07-01T04:30:00Z b\n4 2024-07-01T10:00:00Z c\n");
    events_done(&r);
    struct events_run s = {.zone = "Asia/Kolkata", .options = zone};
    events_run(&s, str_of(text));
    assert_non_null(strstr(s.rows.ptr, "2 2024-03-01T09:00:00Z a\n"));
    events_done(&s);
}

static void a_wrong_or_missing_time_rejects_its_row_and_no_other(void **state)
{
    (void)state;
    expect("time,action\n2024-03-01,a\nsoon,b\n,c\n2024-02-30,d\n2024-03-05,e\nNaT,f\n",
           "3 reject TIME: time: \"soon\" is not a time (ISO 8601 or an epoch)\n4 reject TIME: time is empty: it has no time\n"
           "5 reject TIME: time: \"2024-02-30\" is not a time (ISO 8601 or an epoch)\n7 reject TIME: time is empty: it has no time\n2 2024-03-01 a\n6 2024-03-05 e\n");
    expect("time,action\n3/25/2024,a\nsoon,b\n3/26/2024,c\n", "3 reject TIME: time: \"soon\" is not a time (M/d/yyyy)\n2 2024-03-25 a\n4 2024-03-26 c\n");
    expect("time,action\n2024-03-01,a\n2024-03-02,\n2024-03-03,b\n", "3 reject ACTION: action is empty: it has no action\n2 2024-03-01 a\n4 2024-03-03 b\n");
}

static void a_column_that_holds_no_times_is_an_error_that_shows_one(void **state)
{
    (void)state;
    const char *const options[] = {"time", "day", NULL};
    expect_error(options, "day,action\nMonday,a\nTuesday,b\n", VOC_E_INPUT, "column \"day\" holds nothing that is read as a time, such as \"Monday\"");
    expect_error(NULL, "time,action\nMonday,a\n", VOC_E_INPUT, "no column holds times");
}

// ---- numbers ----------------------------------------------------------------------------------------------------------------------------

static void read_as(const char *text, char decimal, bool ok, int64_t micro)
{
    int64_t got = 0;
    double real;
    bool read = number_read(str_of(text), decimal, &got, &real);
    if (read != ok || (ok && got != micro)) print_error("%s with %c: %d %lld\n", text, decimal, read, (long long)got);
    assert_int_equal(read, ok);
    if (ok) assert_int_equal(got, micro);
    if (ok && micro != VOC_NA) assert_true(real - (double)micro / 1e6 < 1e-6 && (double)micro / 1e6 - real < 1e-6);
}

static void numbers_are_read_with_point_or_comma_and_groups_of_three(void **state)
{
    (void)state;
    read_as("0", '.', true, 0);
    read_as("-12.5", '.', true, -12500000);
    read_as("+.5", '.', true, 500000);
    read_as("5.", '.', true, 5000000);
    read_as("1,234.5", '.', true, 1234500000);
    read_as("1.234,5", ',', true, 1234500000);
    read_as("1 234,5", ',', true, 1234500000);
    read_as("1\xC2\xA0" "234,5", ',', true, 1234500000);
    read_as("1'234'567.89", '.', true, 1234567890000);
    read_as("\xE2\x88\x92" "3", '.', true, -3000000);
    read_as("007", '.', true, 7000000);
    read_as("0.05", '.', true, 50000);
    read_as("1e3", '.', true, 1000000000);
    read_as("1.5E-3", '.', true, 1500);
    read_as("30.7346153846154", '.', true, 30734615);
    read_as("0.0000005", '.', true, 1);
    read_as("-0.0000005", '.', true, -1);
    read_as("0.0000004999", '.', true, 0);
    read_as("1e-9", '.', true, 0);
    read_as(" 7 ", '.', true, 7000000);
    read_as("9223372036853", '.', true, INT64_C(9223372036853000000));
    read_as("9223372036855", '.', true, VOC_NA);
    read_as("1e300", '.', true, VOC_NA);
}

static void what_is_read_in_one_step_is_read_the_same_step_by_step(void **state)
{
    static const char letters[] = "0123456789012345678901234567890123456789..,,-+ e'";
    uint64_t seed = 3;
    size_t plain = 0;
    (void)state;
    for (unsigned round = 0; round < 400000; round++) {
        char text[16];
        size_t len = (size_t)(round % 16);
        for (size_t i = 0; i < len; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            text[i] = letters[(seed >> 33) % (sizeof letters - 1)];
        }
        for (const char *decimal = ".,"; *decimal; decimal++) {
            int64_t fast, slow;
            double fast_real, slow_real;
            if (!plain_number((voc_str){text, len}, *decimal, &fast, &fast_real)) continue;
            plain++;
            assert_true(number_read((voc_str){text, len}, *decimal, &slow, &slow_real));
            assert_int_equal(fast, slow);
            assert_memory_equal(&fast_real, &slow_real, sizeof slow_real);
            assert_false(cell_missing((voc_str){text, len}));
        }
    }
    assert_true(plain > 10000);
}

static void what_is_no_number_is_not_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "-", ".", "abc", "1,23", "12,34,567", "1,234,5", "1,2345", ",5", "0,123", "1.2.3", "1e", "1e+", "$5", "5 EUR", "0x10", "1-2", "--1", "nan", "inf", "1e999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) read_as(wrong[i], '.', false, 0);
    read_as("1,234.5", ',', false, 0);
    read_as("1.23,4", ',', false, 0);
}

static void decimal_point_and_comma_are_told_apart_by_the_values_of_the_file(void **state)
{
    (void)state;
    expect("time;action;cost;value\n2024-03-01;a;1.234,50;2.000\n2024-03-02;b;0,5;\n", "2 2024-03-01 a cost=1234.5 value=2000\n3 2024-03-02 b cost=0.5\n");
    expect("time;action;cost\n2024-03-01;a;1.234\n2024-03-02;b;0.5\n", "2 2024-03-01 a cost=1.234\n3 2024-03-02 b cost=0.5\n");
    expect("time,action,cost\n2024-03-01,a,\"1,234.50\"\n2024-03-02,b,\"2,000\"\n", "2 2024-03-01 a cost=1234.5\n3 2024-03-02 b cost=2000\n");
    expect("time;action;cost\n2024-03-01;a;1,234\n", "2 2024-03-01 a cost=1.234\n");
    expect_error(NULL, "time\taction\tcost\n2024-03-01\ta\t1,234\n", VOC_E_INPUT,
                 "cannot be told whether the comma of \"1,234\" stands before decimals -- say which it is with -O decimal=point");
    expect_error(NULL, "time;action;cost\n2024-03-01;a;1.234\n2024-03-02;b;5.678\n", VOC_E_INPUT,
                 "cannot be told whether the point of \"1.234\" stands before decimals -- say which it is with -O decimal=comma");
    expect("time,action,cost\n2024-03-01,a,1.234\n", "2 2024-03-01 a cost=1.234\n"); // a comma would part fields
    const char *const comma[] = {"decimal", "comma", NULL}, *const point[] = {"decimal", "point", NULL};
    expect_options(comma, "time\taction\tcost\n2024-03-01\ta\t1,234\n", "2 2024-03-01 a cost=1.234\n");
    expect_options(point, "time\taction\tcost\n2024-03-01\ta\t1,234\n", "2 2024-03-01 a cost=1234\n");
}

static void a_cell_that_should_be_a_number_and_is_none_rejects_its_row(void **state)
{
    (void)state;
    const char *const options[] = {"cost", "price", NULL};
    expect_options(options, "time,action,price\n2024-03-01,a,5.5\n2024-03-02,b,6 apples\n2024-03-03,c,n/a\n2024-03-04,d,9e15\n",
                 "3 reject NUMBER: price: \"6 apples\" is not a number (with a decimal point)\n5 reject NUMBER: price: \"9e15\" is too large\n2 2024-03-01 a cost=5.5\n4 2024-03-03 c\n");
    expect("time,action,cost\n2024-03-01,a,cheap\n", "2 2024-03-01 a {cost=cheap}\n"); // a name alone is no promise
}

// ---- money ---------------------------------------------------------------------------------------------------------------------------------

static void money_as(const char *cell, char decimal, bool reads, int64_t micro, const char *currency)
{
    int64_t got = 0;
    double real = 0;
    const char *code = NULL;
    bool read = money_read(str_of(cell), decimal, &got, &real, &code);
    if (read != reads || (read && got != micro)) print_error("'%s': %d %lld\n", cell, read, (long long)got);
    assert_int_equal(read, reads);
    if (!read) return;
    assert_int_equal(got, micro);
    assert_true(real > (double)micro / 1e6 - 1e-6 && real < (double)micro / 1e6 + 1e-6);
    assert_string_equal(code ? code : "", currency);
}

static void an_amount_may_name_its_currency_before_or_behind_it(void **state)
{
    (void)state;
    money_as("USD 1,200.50", '.', true, 1200500000, "USD");
    money_as("1,200.50 USD", '.', true, 1200500000, "USD");
    money_as("1.200,50 \xE2\x82\xAC", ',', true, 1200500000, "EUR");
    money_as("\xE2\x82\xAC" "1200", '.', true, 1200000000, "EUR");
    money_as("EUR5", '.', true, 5000000, "EUR");
    money_as("$1,200", '.', true, 1200000000, "$");
    money_as("US$5", '.', true, 5000000, "USD");
    money_as("\xC2\xA3" "3.20", '.', true, 3200000, "GBP");
    money_as("\xC2\xA5" "300", '.', true, 300000000, "\xC2\xA5");
    money_as("12,00\xC2\xA0z\xC5\x82", ',', true, 12000000, "PLN");
    money_as("1 200,50 kr", ',', true, 1200500000, "kr");
    money_as("CHF 1'200.50", '.', true, 1200500000, "CHF");
    money_as("1\xE2\x80\xAF" "200,50\xE2\x80\xAF\xE2\x82\xAC", ',', true, 1200500000, "EUR");
    money_as("7", '.', true, 7000000, "");
}

static void an_amount_is_negative_by_sign_by_brackets_or_by_a_sign_behind(void **state)
{
    (void)state;
    money_as("-$5", '.', true, -5000000, "$");
    money_as("$-5", '.', true, -5000000, "$");
    money_as("\xE2\x88\x92" "5 EUR", '.', true, -5000000, "EUR");
    money_as("($5.00)", '.', true, -5000000, "$");
    money_as("(5)", '.', true, -5000000, "");
    money_as("1.200,50-", ',', true, -1200500000, "");
    money_as("5,00 EUR-", ',', true, -5000000, "EUR");
}

static void what_is_no_amount_is_not_read(void **state)
{
    (void)state;
    static const char *const cells[] = {"", "$", "5 %", "5%", "EUR", "USD USD", "5 apples", "--5", "-(5)", "(-5)", "-5-", "$5$", "USD 5 EUR", "EURO5X", "5 USDT", "kroner 5", "()", "($)", "1,2,3 EUR", "-", "$ -"};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) money_as(cells[i], '.', false, 0, "");
}

static void amounts_of_one_column_are_of_one_currency(void **state)
{
    (void)state;
    expect("time,action,value\n2024-03-01,a,\"$1,200.50\"\n2024-03-02,b,($5.00)\n2024-03-03,c,7\n",
           "2 2024-03-01 a value=1200.5\n3 2024-03-02 b value=-5\n4 2024-03-03 c value=7\n");
    expect("time;action;value\n2024-03-01;a;1.200,50 EUR\n2024-03-02;b;-3 \xE2\x82\xAC\n", "2 2024-03-01 a value=1200.5\n3 2024-03-02 b value=-3\n");
    expect("time,action,value\n2024-03-01,a,5%\n2024-03-02,b,7%\n", "2 2024-03-01 a {value=5%}\n3 2024-03-02 b {value=7%}\n");
    expect_error(NULL, "time,action,value\n2024-03-01,a,$5\n2024-03-02,b,EUR 7\n", VOC_E_INPUT, "column \"value\" holds amounts in $ and in EUR, which are not added up");
}

// ---- blocks --------------------------------------------------------------------------------------------------------------------------------

static struct buf long_text(size_t rows)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 26);
    buf_cstr(&b, "case_id,action,time,owner,text,amount\n");
    for (size_t i = 0; i < rows; i++) {
        if (i % 97 == 13) buf_printf(&b, "C%zu,wait,never,x,y,1\n", i);
        else
            buf_printf(&b, "C%zu,%s,2024-%02zu-%02zu %02zu:00,%s,\"line %zu\nwith \"\"quotes\"\", and commas\",%zu\n", i % 50,
                       i % 3 ? "ask" : "buy", i % 12 + 1, i % 28 + 1, i % 24, i % 2 ? "Eve" : "", i, i);
    }
    assert_int_equal(b.rc, VOC_OK);
    return b;
}

static int by_line(const void *a, const void *b)
{
    long x = strtol(*(const char *const *)a, NULL, 10), y = strtol(*(const char *const *)b, NULL, 10);
    return x < y ? -1 : x > y;
}

// Rows come batch by batch and rejects at once, so the order between them depends on the blocks: sorted by line.
static void sort_rows(struct buf *b, struct buf *out)
{
    static char *rows[4000];
    size_t n = 0;
    buf_init(out, (size_t)1 << 26);
    for (char *p = b->ptr, *end; p && *p; p = end) {
        assert_true(n < 4000);
        rows[n++] = p;
        end = strchr(p, '\n') + 1;
        if (strncmp(end, "with ", 5) == 0) end = strchr(end, '\n') + 1; // the text of a row goes on
        end[-1] = 0;
    }
    qsort(rows, n, sizeof *rows, by_line);
    for (size_t i = 0; i < n; i++) buf_printf(out, "%s\n", rows[i]);
}

static void however_the_blocks_are_cut_the_rows_are_the_same(void **state)
{
    (void)state;
    struct buf text = long_text(3000), expected;
    struct events_run whole = {0};
    events_run(&whole, str_mk(text.ptr, text.len));
    assert_int_equal(whole.rc, VOC_OK);
    assert_int_equal(whole.gave + whole.rejected, 3000);
    assert_int_equal(whole.rejected, 31);
    sort_rows(&whole.rows, &expected);
    static const size_t targets[] = {1 << 16, 10000, 4096};
    for (size_t i = 0; i < 3; i++) {
        struct buf got;
        struct events_run cut = {.target = targets[i]};
        events_run(&cut, str_mk(text.ptr, text.len));
        assert_int_equal(cut.rc, VOC_OK);
        sort_rows(&cut.rows, &got);
        assert_string_equal(got.ptr, expected.ptr);
        buf_done(&got);
        events_done(&cut);
    }
    buf_done(&expected);
    buf_done(&text);
    events_done(&whole);
}

// ---- probing ------------------------------------------------------------------------------------------------------------------------------

static void the_probe_knows_event_logs_dated_tables_and_what_is_neither(void **state)
{
    (void)state;
    static const struct { const char *text; int least, most; } cases[] = {
        {"case:concept:name,concept:name,time:timestamp\nC1,a,2024-03-01\nC1,b,2024-03-02\n", 75, 90},
        {"time;event\n2024-03-01;a\n2024-03-02;b\n", 75, 90},
        {"opportunity_id,stage,opened,closed\n1,Won,2024-03-01,2024-03-02\n2,Lost,2024-03-01,2024-03-05\n", 50, 74},
        {"name,joined\nEve,2024-03-01\nBo,2024-03-02\n", 50, 74},
        {"name,colour\nEve,red\nBo,blue\n", 1, 24},
        {"hello world\nthis is text\n", 0, 24},
        {"<?xml version=\"1.0\"?>\n<log a=\"1,2\"/>\n", 0, 0},
        {"{\"time\": 1, \"action\": 2}\n", 0, 0},
        {"#Fields: date time cs-uri\n2024-03-01 10:00 /\n", 0, 0},
        {"10.0.0.1 - - [22/Jan/2019:03:56:14 +0330] \"GET /a,b HTTP/1.1\" 200 1 \"-\" \"X (a; b)\"\n10.0.0.2 - - [22/Jan/2019:03:56:15 +0330] \"GET / HTTP/1.1\" 200 1 \"-\" \"Y\"\n", 0, 24},
        {"", 0, 0},
    };
    char reason[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int confidence = events_probe(str_of(cases[i].text), reason);
        if (confidence < cases[i].least || confidence > cases[i].most) print_error("%s -> %d (%s)\n", cases[i].text, confidence, reason);
        assert_in_range(confidence, cases[i].least, cases[i].most);
        assert_true(strlen(reason) > 0);
    }
    assert_int_equal(events_probe(str_mk("a\0b,c\n1,2\n", 10), reason), 0);
    assert_int_equal(events_probe(STR("time,event\n2024-03-01,a\n"), reason), 75);
    assert_string_equal(reason, "the header has event and time");
}

// ---- faults and hostile text -------------------------------------------------------------------------------------------------------------

static voc_rc whole_import(void *user)
{
    struct events_run r = {.options = user};
    events_run(&r, STR("case_id,action,start,end,cost,text,day\n1,a,2024-03-01 10:00,2024-03-01 11:00,\"1,5\",\"x \"\"y\"\"\",1/2/2024\n"
                       "2,b,soon,2024-03-01 11:00,\"2,75\",z,25/2/2024\n3,c,2024-03-02 09:00,,,z,26/2/2024\n"));
    voc_rc rc = r.rc ? r.rc : r.rows.rc;
    if (!rc && r.events != 2) rc = VOC_E_BUG; // never fewer rows than there are, in silence
    events_done(&r);
    return rc;
}

static void each_allocation_that_fails_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(whole_import, NULL) > 50);
}

static uint64_t seed = 7;

static uint64_t next_random(void) // SplitMix64
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void damaged_tables_are_read_or_refused_and_every_record_is_accounted_for(void **state)
{
    (void)state;
    static const char *const good[] = {
        "case:concept:name,concept:name,time:timestamp,start_timestamp,cost\nC1,a,2024-03-01 10:00,2024-03-01 09:00,1.5\nC1,\"b \"\"c\"\"\",2024-03-02,,2\n",
        "id;stage;opened;closed;amount\n1;Won;1.3.2024;25.3.2024;1.234,5\n2;Lost;2.3.2024;;\n",
        "time\taction\tuser_id\n1709287200\tx\t1\n1709287201\ty\t2\n",
    };
    for (unsigned round = 0; round < 1000; round++) {
        char text[400];
        size_t len = strlen(good[round % 3]);
        memcpy(text, good[round % 3], len);
        for (unsigned i = 0, n = (unsigned)(next_random() % 6); i <= n; i++) {
            size_t at = next_random() % len;
            switch (next_random() % 4) {
            case 0: text[at] = (char)next_random(); break;
            case 1: text[at] = ",;\t|\"\n\r'-:"[next_random() % 10]; break;
            case 2: memmove(text + at, text + at + 1, len - at - 1), len--; break;
            default: if (len < sizeof text - 1) memmove(text + at + 1, text + at, len - at), len++;
            }
        }
        struct events_run r = {0};
        char reason[200];
        events_run(&r, str_mk(text, len)); // the run itself asserts the account
        assert_true(r.rc == VOC_OK || r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION);
        if (r.rc) assert_true(r.says.len > 0);
        events_done(&r);
        (void)events_probe(str_mk(text, len), reason);
    }
}

static void a_table_of_thousands_of_columns_is_read_and_more_are_refused(void **state)
{
    (void)state;
    for (size_t columns = 4000; columns <= 5000; columns += 1000) {
        struct buf b;
        struct events_run r = {0};
        buf_init(&b, (size_t)1 << 22);
        buf_cstr(&b, "time,action");
        for (size_t i = 2; i < columns; i++) buf_cstr(&b, ",a");
        buf_cstr(&b, "\n2024-03-01,x");
        for (size_t i = 2; i < columns; i++) buf_cstr(&b, i < 200 ? ",1" : ",");
        buf_cstr(&b, "\n2024-03-01,y");
        for (size_t i = 2; i < columns; i++) buf_cstr(&b, ",1");
        buf_cstr(&b, "\n");
        events_run(&r, str_mk(b.ptr, b.len));
        assert_int_equal(r.rc, columns == 4000 ? VOC_OK : VOC_E_LIMIT);
        if (columns == 4000) assert_int_equal(r.events, 1);
        if (columns == 4000) assert_non_null(strstr(r.rows.ptr, "3 reject FIELDS: it has 3998 attributes; 254 are kept\n"));
        events_done(&r);
        buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_separator_is_found_among_comma_semicolon_tab_and_bar),
        cmocka_unit_test(quotes_hold_separators_newlines_and_quotes_and_are_left_alone_where_they_are_none),
        cmocka_unit_test(a_record_of_another_width_is_rejected_with_both_widths),
        cmocka_unit_test(text_behind_a_closing_quote_is_rejected),
        cmocka_unit_test(a_quote_that_is_never_closed_costs_its_line_only),
        cmocka_unit_test(the_same_text_gives_the_same_rows_in_utf8_utf16_and_latin1_and_with_a_byte_order_mark),
        cmocka_unit_test(an_empty_input_and_a_header_alone_give_no_rows),
        cmocka_unit_test(times_keep_the_resolution_that_they_are_written_with),
        cmocka_unit_test(the_order_of_day_and_month_is_proven_by_any_row_or_by_another_column),
        cmocka_unit_test(what_no_row_proves_is_an_error_that_names_both_patterns),
        cmocka_unit_test(a_time_without_a_zone_is_of_the_zone_that_was_declared),
        cmocka_unit_test(a_wrong_or_missing_time_rejects_its_row_and_no_other),
        cmocka_unit_test(a_column_that_holds_no_times_is_an_error_that_shows_one),
        cmocka_unit_test(numbers_are_read_with_point_or_comma_and_groups_of_three),
        cmocka_unit_test(what_is_read_in_one_step_is_read_the_same_step_by_step),
        cmocka_unit_test(what_is_no_number_is_not_read),
        cmocka_unit_test(decimal_point_and_comma_are_told_apart_by_the_values_of_the_file),
        cmocka_unit_test(a_cell_that_should_be_a_number_and_is_none_rejects_its_row),
        cmocka_unit_test(what_is_no_amount_is_not_read),
        cmocka_unit_test(an_amount_is_negative_by_sign_by_brackets_or_by_a_sign_behind),
        cmocka_unit_test(an_amount_may_name_its_currency_before_or_behind_it),
        cmocka_unit_test(amounts_of_one_column_are_of_one_currency),
        cmocka_unit_test(however_the_blocks_are_cut_the_rows_are_the_same),
        cmocka_unit_test(the_probe_knows_event_logs_dated_tables_and_what_is_neither),
        cmocka_unit_test(each_allocation_that_fails_is_said_and_leaks_nothing),
        cmocka_unit_test(damaged_tables_are_read_or_refused_and_every_record_is_accounted_for),
        cmocka_unit_test(a_table_of_thousands_of_columns_is_read_and_more_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
