// SPDX-License-Identifier: MIT
// Times that stand in several columns, times that name their zone, and dates in national forms, as the plugin input/events reads
// them. Expected rows are written as events_run.c prints them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plugins/events_run.h"

// ---- date and clock -------------------------------------------------------------------------------------------------------------

static void a_clock_in_a_column_of_its_own_is_joined_to_its_date(void **state)
{
    (void)state;
    expect_said(NULL, "Datum;Uhrzeit;Aktion\n13.03.2024;10:30;ask\n01.04.2024;07:05;buy\n",
                "2 2024-03-13T10:30Z ask\n3 2024-04-01T07:05Z buy\n", "time <- Datum + Uhrzeit (d.M.yyyy H:mm, UTC)\n");
    expect_said(NULL, "date,time,event\n2024-03-13,10:30:15,ask\n2024-04-01,07:05:00,buy\n",
                "2 2024-03-13T10:30:15Z ask\n3 2024-04-01T07:05:00Z buy\n", "time <- date + time (ISO 8601, UTC)\n");
    expect_said(NULL, "action,fecha,hora\nask,13/03/2024,7:05 PM\nbuy,01/04/2024,7:05 AM\n",
                "2 2024-03-13T19:05Z ask\n3 2024-04-01T07:05Z buy\n", "time <- fecha + hora (d/M/yyyy h:mm a, UTC)\n");
    expect_said(NULL, "action,jour,heure\nask,13 mars 2024,14h30\nbuy,1er avril 2024,07h05\n",
                "2 2024-03-13T14:30Z ask\n3 2024-04-01T07:05Z buy\n", "time <- jour + heure (d MMM yyyy H'h'mm, UTC)\n");
    expect_said(NULL, "action,data,godzina\nask,13.03.2024,10:30\n", "2 2024-03-13T10:30Z ask\n", "time <- data + godzina");
    expect_said(NULL, "action,seen on,at\nask,2024-03-13,10:30\n", "2 2024-03-13T10:30Z ask\n", "time <- seen on + at"); // the only date and the only clock
}

static void a_row_without_a_clock_keeps_the_resolution_of_a_day(void **state)
{
    (void)state;
    expect_said(NULL, "Datum;Uhrzeit;Aktion\n13.03.2024;10:30;ask\n14.03.2024;;buy\n;10:30;lost\n15.03.2024;soon;call\n",
           "4 reject TIME: Datum is empty: it has no time\n5 reject TIME: Datum: \"15.03.2024 soon\" is not a time (d.M.yyyy H:mm)\n2 2024-03-13T10:30Z ask\n3 2024-03-14 buy\n", "Datum + Uhrzeit");
    expect_said(NULL, "date,time,action\n2024-03-13,10:30,ask\n2024-03-14,,buy\n", "2 2024-03-13T10:30Z ask\n3 2024-03-14 buy\n", "date + time");
}

static void clocks_go_to_dates_by_name_or_not_at_all(void **state)
{
    (void)state;
    expect_said(NULL, "activity,start date,start time,complete,complete time\nask,2024-03-13,10:00,2024-03-13,11:30\n",
           "2 2024-03-13T11:30Z ask minutes=90 {start_time=2024-03-13 time 2024-03-13T10:00:00Z}\n", "end <- complete + complete time (ISO 8601, UTC)");
    expect_said(NULL, "activity,date,call from,call to\nask,2024-03-13,10:00,11:30\n",
                "2 2024-03-13 ask {call from=10:00} {call to=11:30}\n", "time <- date (ISO 8601)\n"); // which of them?
}

static void the_user_says_which_columns_are_one_time(void **state)
{
    (void)state;
    const char *const two[] = {"time", "d+c", NULL}, *const zoned[] = {"time", "d + c + z", NULL}, *const one[] = {"time", "date", NULL}, *const wrong[] = {"time", "date+clok", NULL};
    expect_said(two, "d,c,action,due\n2024-03-13,10:30,ask,2024-05-01\n", "2 2024-03-13T10:30Z ask {due=2024-05-01}\n", "time <- d + c (ISO 8601, UTC)\n");
    expect_said(zoned, "d,c,z,action\n2024-03-13,10:30,Europe/Warsaw,ask\n2024-07-13,10:30,America/New_York,buy\n", "2 2024-03-13T09:30Z ask\n3 2024-07-13T14:30Z buy\n",
                   "time <- d + c + z (iso VV, the zone that stands there, else UTC)\n");
    expect_said(one, "date,time,action\n2024-03-13,10:30,ask\n", "2 2024-03-13 ask {time=10:30}\n", "time <- date (ISO 8601)\n");
    expect_error(wrong, "date,clock,action\n2024-03-13,10:30,ask\n", VOC_E_OPTION, "there is no column \"date+clok\"");
    // a column that has the name goes before
    expect_said(two, "d+c,d,c,action\n2024-01-01,2024-03-13,10:30,ask\n", "2 2024-01-01 ask {d=2024-03-13} {c=10:30}\n", "time <- d+c (ISO 8601)\n");
    // and one that has its letters does not; a name may hold a "+" itself
    const char *const odd[] = {"time", "d+(-)", NULL}, *const plus[] = {"time", "x+y+c", NULL};
    expect_said(odd, "d,(-),action\n2024-03-13,10:30,ask\n", "2 2024-03-13T10:30Z ask\n", "time <- d + (-) (ISO 8601, UTC)\n");
    expect_said(plus, "x+y,c,action\n2024-03-13,10:30,ask\n", "2 2024-03-13T10:30Z ask\n", "time <- x+y + c (ISO 8601, UTC)\n");
    voc_map maps[] = {{.to = STR("time"), .from = STR("d+c")}, {.to = STR("action"), .from = STR("a")}};
    struct events_run r = {.maps = maps, .n_maps = 2};
    expect_run(&r, str_of("d,c,a\n2024-03-13,10:30,ask\n"), "2 2024-03-13T10:30Z ask\n", "time <- d + c (ISO 8601, UTC)\n");
}

// ---- zones --------------------------------------------------------------------------------------------------------------------------

static void a_column_of_zones_is_honoured(void **state)
{
    (void)state;
    expect_said(NULL, "time,timezone,action\n2024-03-13 10:30,Europe/Warsaw,ask\n2024-07-13 10:30,America/New_York,buy\n2024-07-13 10:30,,call\n",
           "2 2024-03-13T09:30Z ask\n3 2024-07-13T14:30Z buy\n4 2024-07-13T10:30Z call\n", "time <- time + timezone (iso VV, the zone that stands there, else UTC)\n");
    expect_said(NULL, "Datum;Uhrzeit;Zeitzone;Aktion\n13.01.2024;10:30;CET;ask\n13.07.2024;10:30;CEST;buy\n", "2 2024-01-13T09:30Z ask\n3 2024-07-13T08:30Z buy\n",
           "time <- Datum + Uhrzeit + Zeitzone (d.M.yyyy H:mm VV, the zone that stands there, else UTC)\n");
    expect_said(NULL, "time,utc offset,action\n2024-03-13 10:30,+02:00,ask\n2024-07-13 10:30,-05:00,buy\n",
                "2 2024-03-13T08:30Z ask\n3 2024-07-13T15:30Z buy\n", "time + utc offset");
    expect_said(NULL, "date,tz,action\n2024-03-13,CET,ask\n", "2 2024-03-13 ask {tz=CET}\n", "time <- date (ISO 8601)\n"); // a day has no clock to shift
    expect_said(NULL, "time,zone,action\n2024-03-13 10:30,north,ask\n", "2 2024-03-13T10:30Z ask {zone=north}\n", "time <- time (ISO 8601, UTC)\n"); // of sales, perhaps
}

static void a_zone_behind_the_time_is_honoured(void **state)
{
    (void)state;
    struct events_run r = {.zone = "Asia/Tokyo"};
    expect_run(&r, str_of("time,action\n2024-03-01 10:00 Europe/Warsaw,ask\n2024-03-01 10:00,buy\n"), "2 2024-03-01T09:00Z ask\n3 2024-03-01T01:00Z buy\n",
               "time <- time (iso VV, the zone that stands there, else Asia/Tokyo)\n");
    expect_said(NULL, "time,action\n1/13/2024 10:00 AM EST,ask\n7/13/2024 10:00 AM PDT,buy\n",
                "2 2024-01-13T15:00Z ask\n3 2024-07-13T17:00Z buy\n", "time <- time (M/d/yyyy h:mm a VV");
}

static void a_zone_with_several_meanings_is_asked_about(void **state)
{
    (void)state;
    expect_error(NULL, "time,action\n2024-03-01 10:00 CST,ask\n", VOC_E_INPUT,
                 "the zone of \"2024-03-01 10:00 CST\" may be America/Chicago, Asia/Shanghai or America/Havana -- say "
                 "which with -O zone=ZONE "
                 "-O time-format=\"yyyy-MM-dd HH:mm 'CST'\"");
    expect_error(NULL, "date,time,tz,action\n2024-03-01,10:00,IST,ask\n", VOC_E_INPUT, "leave the column out with -O time=\"date+time\"");
    const char *const said[] = {"zone", "Asia/Shanghai", "time-format", "yyyy-MM-dd HH:mm 'CST'", NULL}, *const left_out[] = {"zone", "Asia/Kolkata", "time", "date+time", NULL};
    expect_said(said, "time,action\n2024-03-01 10:00 CST,ask\n", "2 2024-03-01T02:00Z ask\n", "time <- time");
    expect_said(left_out, "date,time,tz,action\n2024-03-01,10:00,IST,ask\n", "2 2024-03-01T04:30Z ask {tz=IST}\n", "time <- date + time (ISO 8601, Asia/Kolkata)\n");
    // in July nobody's clock shows CET
    expect_said(NULL, "time,action\n2024-03-01 10:00 CET,ask\n2024-03-02 10:00 CET,buy\n2024-07-01 10:00 CET,call\n",
           "4 reject TIME: time: \"2024-07-01 10:00 CET\" is not a time (iso VV; VV is a zone that is in use then)\n2 2024-03-01T09:00Z ask\n3 2024-03-02T09:00Z buy\n", "iso VV");
}

// ---- national forms ------------------------------------------------------------------------------------------------------------------

static void dates_of_ten_countries_are_read(void **state)
{
    (void)state;
    static const struct { const char *cell, *time; } forms[] = {
        {"13.3.2024", "2024-03-13"}, {"13/3/2024", "2024-03-13"}, {"3/13/2024", "2024-03-13"}, {"2024/3/13", "2024-03-13"}, {"2024-03-13", "2024-03-13"}, {"13-3-2024", "2024-03-13"},
        {"13-Mar-2024", "2024-03-13"}, {"13. M\xC3\xA4rz 2024", "2024-03-13"}, {"13 de marzo de 2024", "2024-03-13"}, {"\"March 13, 2024\"", "2024-03-13"}, {"20240313", "2024-03-13"},
        {"2024\xE5\xB9\xB4" "3\xE6\x9C\x88" "13\xE6\x97\xA5", "2024-03-13"}, {"2024. 3. 13.", "2024-03-13"}, {"13 marca 2024", "2024-03-13"}, {"13 f\xC3\xA9vr. 2024", "2024-02-13"},
        {"13/3/2024 7:05 p.m.", "2024-03-13T19:05Z"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct events_run r = {0};
        char text[200], rows[200];
        snprintf(text, sizeof text, "time,action\n%s,ask\n", forms[i].cell);
        snprintf(rows, sizeof rows, "2 %s ask\n", forms[i].time);
        expect_run(&r, str_of(text), rows, "time <- time");
    }
}

static void a_year_in_front_that_cannot_be_told_is_asked_about(void **state)
{
    (void)state;
    expect_error(NULL, "time,action\n24/03/05,ask\n", VOC_E_INPUT,
                 "it cannot be told whether the day, the month or the year stands first (\"24/03/05\") -- say which "
                 "it is with -O time-format=\"d/M/yy\"");
    expect_said(NULL, "time,action\n24/03/05,ask\n24/03/06,buy\n24/04/17,call\n", "2 2024-03-05 ask\n3 2024-03-06 buy\n4 2024-04-17 call\n", "time <- time (yy/M/d)\n");
}

static void serial_numbers_are_times_only_when_asked_for(void **state)
{
    (void)state;
    const char *const excel[] = {"time-format", "excel", "time", "when", NULL};
    expect_said(excel, "when,action\n45352.4375,ask\n45353,buy\n", "2 2024-03-01T10:30:00Z ask\n3 2024-03-02 buy\n", "time <- when (excel)\n");
    expect_error(NULL, "day,action\n45352,ask\n45353,buy\n", VOC_E_INPUT, "no column holds times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_in_a_column_of_its_own_is_joined_to_its_date),
        cmocka_unit_test(a_row_without_a_clock_keeps_the_resolution_of_a_day),
        cmocka_unit_test(clocks_go_to_dates_by_name_or_not_at_all),
        cmocka_unit_test(the_user_says_which_columns_are_one_time),
        cmocka_unit_test(a_column_of_zones_is_honoured),
        cmocka_unit_test(a_zone_behind_the_time_is_honoured),
        cmocka_unit_test(a_zone_with_several_meanings_is_asked_about),
        cmocka_unit_test(dates_of_ten_countries_are_read),
        cmocka_unit_test(a_year_in_front_that_cannot_be_told_is_asked_about),
        cmocka_unit_test(serial_numbers_are_times_only_when_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
