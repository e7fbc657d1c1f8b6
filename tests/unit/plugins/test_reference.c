// SPDX-License-Identifier: MIT
// What the plugin input/reference makes of tables: which one it is, its rows with their keys and days, and what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugins/input/reference/reference.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_table_is_known_by_a_column_that_only_it_has(void **state)
{
    (void)state;
    static const struct { const char *text; int confidence; } cases[] = {
        {"rep,quota,region\nr1,1000,north\n", 80},
        {"Date;Account;Revenue;Direct cost\n2024-07-01;a;1;2\n", 80},
        {"step,from,staff\nproposal,2024-07-01,2.5\n", 80},
        {"partner,region,capacity\np,north,5\n", 0}, // by its name only
        {"time,customer,action,quota\n2024-07-01,a,b,1\n", 0}, // what happened
        {"id,date,amount,customer_id,product,shop,till,cost\n1,2024-07-01,7,2,x,y,z,1\n", 0}, // a third of it at most
        {"date,name\n2024-07-01,x\n", 0},
        {"", 0},
    };
    char reason[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int confidence = events_probe(str_of(cases[i].text), reason);
        if (confidence != cases[i].confidence) fail_msg("%s -> %d (%s)", cases[i].text, confidence, reason);
    }
}

static void each_row_has_its_table_key_and_day(void **state)
{
    (void)state;
    expect_options(OPTIONS("table", "ledger"), "Date;Kunde;Umsatz;Direct cost;Belegnummer;Shop\n01.07.2024;Acme;1.200,50;300,00;R-1;x\n31.07.2024;Acme;;45,10;;\n",
                   "2 reference 2024-07-01  id=ledger|R-1 object=ledger {account=Acme} {entry=R-1} {revenue=1.200,50 1200500000} {cost=300,00 300000000} {Shop=x}\n"
                   "3 reference 2024-07-31  object=ledger {account=Acme} {cost=45,10 45100000}\n");
    expect_options(OPTIONS("table", "targets"), "rep,month,end,quota\nr1,2024-07-01,2024-07-31,1000\n",
                   "2 reference 2024-07-01  id=targets|r1|||1719792000000000 object=targets {team=r1} {until=2024-07-31 time 2024-07-31T00:00:00Z} {quota=1000 1000000000}\n");
    expect_options(OPTIONS("table", "holidays"), "date,name,country\n2024-11-11,Independence Day,PL\n2024-12-25,Christmas,\n",
                   "2 reference 2024-11-11  id=holidays|PL|1731283200000000 object=holidays {holiday=Independence Day} {calendar=PL}\n"
                   "3 reference 2024-12-25  id=holidays||1735084800000000 object=holidays {holiday=Christmas}\n");
    expect_options(OPTIONS("table", "capacity"), "stage,FTE\nproposal desk,2.5\n",
                   "2 reference -  id=capacity|proposal desk object=capacity {step=proposal desk} {staff=2.5 2.5}\n");
    expect_options(OPTIONS("table", "partner-capacity"), "reseller,region,leads per month,fee\nNorthcold,north,20,35\n",
                   "2 reference -  id=partner-capacity|Northcold|north| object=partner-capacity {partner=Northcold} {region=north} {capacity=20 20} {cost=35 35000000}\n");
    expect_options(OPTIONS("table", "orders"), "order,date,needed by,leads,grade\nD1,2024-07-01,2024-08-01,40,high\n",
                   "2 reference 2024-07-01  id=orders|D1||high|||1719792000000000 object=orders {order=D1} {due=2024-08-01 time 2024-08-01T00:00:00Z} {quantity=40 40} {grade=high}\n");
    expect_options(OPTIONS("table", "effort"), "activity,role,minutes each\ncall,sales,25\n",
                   "2 reference -  id=effort|call|sales object=effort {touchpoint=call} {owner=sales} {minutes=25 25}\n");
}

static void a_month_or_a_year_stands_for_its_first_day(void **state)
{
    static const char *const months[][2] = {{"2024-07", "2024-08"}, {"07/2024", "08/2024"}, {"7.2024", "12.2024"}, {"202407", "202412"}, {"Jul 2024", "Aug 2024"}};
    char text[100], rows[200];
    (void)state;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        int second = strstr(months[i][1], "12") ? 12 : 8;
        snprintf(text, sizeof text, "month,account,cost\n%s,a,5\n%s,b,6\n", months[i][0], months[i][1]);
        snprintf(rows, sizeof rows,
                 "2 reference 2024-07-01  object=ledger {account=a} {cost=5 5000000}\n"
                 "3 reference 2024-%02d-01  object=ledger {account=b} {cost=6 6000000}\n",
                 second);
        expect_options(OPTIONS("table", "ledger"), text, rows);
    }
    expect_options(OPTIONS("table", "ledger"), "year,account,cost\n2024,a,5\n", "2 reference 2024-01-01  object=ledger {account=a} {cost=5 5000000}\n");
}

static void what_is_known_of_an_account_holds_for_its_events_too(void **state)
{
    (void)state;
    expect_options(OPTIONS("table", "accounts"), "Account,Segment,Employees,Valid from,Website\nAcme,chain,2822,2024-07-01,acme.example\n",
                   "2 reference 2024-07-01  id=accounts|Acme|1719792000000000 object=accounts {account=Acme} {segment=chain} {size=2822 2822} {Website=acme.example}\n"
                   "2 attribute 2024-07-01  account=id:Acme! id=accounts|Acme|1719792000000000 {account.segment=chain} {account.size=2822 2822} {account.Website=acme.example}\n");
}

static void a_row_that_lacks_something_is_refused_and_says_what(void **state)
{
    (void)state;
    expect_options(OPTIONS("table", "ledger"), "date,account,revenue,cost\n2024-07-01,,5,\n2024-07-02,a,,\n,a,5,\nsoon,a,5,\n2024-07-03,a,much,\n2024-07-04,a,5,\n",
                   "2 reject MISSING: account is empty\n3 reject MISSING: it has none of revenue, cost, amount\n4 reject MISSING: the date is empty\n5 reject TIME: date: \"soon\" is not a time (ISO 8601 or an epoch)\n"
                   "6 reject NUMBER: revenue: \"much\" is not a number (with a decimal point)\n7 reference 2024-07-04  object=ledger {account=a} {revenue=5 5000000}\n");
    expect_options(OPTIONS("table", "targets"), "team,from,until,quota\na,2024-07-01,2024-06-01,5\na,2024-07-01,,-5\n",
                   "2 reject TIME: it ends before it begins\n3 reject NUMBER: quota: \"-5\" is below 0\n");
}

static void columns_that_are_missing_are_named(void **state)
{
    (void)state;
    expect_error(OPTIONS("table", "ledger"), "date,customer_name,price\n2024-07-01,a,5\n", VOC_E_INPUT,
                 "a table of ledger needs columns that this one has not: revenue or cost or amount");
    expect_error(OPTIONS("table", "orders"), "order,grade\n1,high\n", VOC_E_INPUT, "needs columns that this one has not: date, quantity");
    expect_error(NULL, "a,b\n1,2\n", VOC_E_INPUT, "neither its name nor its header is that of a reference table");
}

static void maps_say_what_no_name_says(void **state)
{
    (void)state;
    const voc_map maps[] = {
        {.to = STR("time"), .from = STR("ab"), .format = STR(""), .constant = STR(""), .action = STR(""), .action_from = STR(""), .alias_kind = STR(""), .reason = STR("")},
        {.to = STR("attr"), .from = STR("Wer"), .format = STR(""), .constant = STR("team"), .action = STR(""), .action_from = STR(""), .alias_kind = STR(""), .reason = STR("")},
        {.to = STR("attr"), .from = STR("Wieviel"), .format = STR(""), .constant = STR("quota"), .action = STR(""), .action_from = STR(""), .alias_kind = STR(""), .type = VOC_TYPE_MONEY, .reason = STR("")}};
    struct events_run r = {.options = OPTIONS("table", "targets"), .maps = maps, .n_maps = 3};
    expect_with(&r, "ab;Wer;Wieviel\n2024-07-01;Ost;5\n", "2 reference 2024-07-01  id=targets|Ost|||1719792000000000 object=targets {team=Ost} {quota=5 5000000}\n");
}

static void each_name_of_a_column_is_one_of_its_table_and_folded(void **state)
{
    (void)state;
    for (size_t t = 0; t < TABLE_N; t++) {
        const struct reference_table *table = &reference_tables[t];
        assert_string_equal(reference_names[t + 1], table->name);
        assert_true(table->n_columns <= 16);
        for (size_t i = 0; i < table->n_columns; i++) {
            const struct table_column *c = &table->columns[i];
            for (const char *p = c->also; *p; p++) assert_true((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == ' ');
            assert_true(c->about[0] && (c->flags & COLUMN_FROM ? strcmp(c->name, "from") == 0 : strcmp(c->name, "from") != 0));
        }
    }
}

static void each_allocation_that_fails_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    const char *const text = "rep,month,quota\nr1,2024-07-01,1000\n";
    for (uint64_t nth = 1; nth < 400; nth += 3) {
        struct events_run r = {.options = OPTIONS("table", "targets")};
        uint64_t live = mem_stats().live_blocks;
        mem_fault(nth, false);
        events_run(&r, str_of(text));
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        bool failed = r.rc == VOC_E_NOMEM;
        events_done(&r);
        if (fired && !failed) fail_msg("allocation %llu was not missed", (unsigned long long)nth);
        assert_int_equal(mem_stats().live_blocks, live);
        if (!fired) return;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_known_by_a_column_that_only_it_has),
        cmocka_unit_test(each_row_has_its_table_key_and_day),
        cmocka_unit_test(a_month_or_a_year_stands_for_its_first_day),
        cmocka_unit_test(what_is_known_of_an_account_holds_for_its_events_too),
        cmocka_unit_test(a_row_that_lacks_something_is_refused_and_says_what),
        cmocka_unit_test(columns_that_are_missing_are_named),
        cmocka_unit_test(maps_say_what_no_name_says),
        cmocka_unit_test(each_name_of_a_column_is_one_of_its_table_and_folded),
        cmocka_unit_test(each_allocation_that_fails_is_said_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
