// SPDX-License-Identifier: MIT
// The input plugin ics: its samples through the import of the host against what is expected of them (VOC_UPDATE_GOLDEN=1 writes that
// anew), the days of rules against those that python-dateutil gives, and the times, versions and people of single entries.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/import/import.h"
#include "plugins/input/ics/ics.h"
#include "tests/unit/host/coded.h"
#include "tests/unit/host/modules.h"

struct world {
    char plugins[PATH_MAX], file[PATH_MAX];
    struct catalogue *catalogue;
    struct diag *diag;
    struct arena arena;
    struct import_report report;
    struct buf text;
    uint64_t events;
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    if (!module_path(from, "plugins/input/ics", "input-ics.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-ics.so", 0644);
    const char *dirs[] = {w.plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    w.diag = diag_new();
    buf_init(&w.text, 1 << 24);
    join_path(w.file, w.plugins, "x.ics");
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, w.diag), VOC_OK);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    buf_done(&w->text);
    scratch_close(w->plugins);
    return 0;
}

static voc_rc take(void *user, const struct coded_block *b)
{
    struct world *w = user;
    w->events += b->events.n;
    coded_dump(&w->text, b);
    return VOC_OK;
}

static voc_rc read_file(struct world *w, const char *path, const char *option, const char *value)
{
    struct option_given given = {.name = str_of(option), .value = str_of(value), .has_value = true};
    struct import_request r = {.catalogue = w->catalogue, .path = path, .as = STR("ics"), .threads = 1, .max_rejects = UINT64_MAX,
                               .block = take, .user = w, .options = &given, .n_options = option ? 1 : 0};
    buf_clear(&w->text);
    w->events = 0;
    arena_init(&w->arena, 0);
    return import_file(&r, &w->report, &w->arena, w->diag);
}

static void read_text(struct world *w, const char *text, const char *option, const char *value)
{
    write_bytes(w->file, text, strlen(text), 0644);
    assert_int_equal(read_file(w, w->file, option, value), VOC_OK);
}

static void has(const struct world *w, const char *part)
{
    if (!w->text.ptr || !strstr(w->text.ptr, part)) fail_msg("\"%s\" is not in\n%s", part, w->text.ptr ? w->text.ptr : "");
}

#define ONE(lines) "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nDTSTAMP:20240101T000000Z\nORGANIZER:mailto:kim@firma.example\nATTENDEE:mailto:ann@kunde.example\n" lines "UID:u\nEND:VEVENT\nEND:VCALENDAR\n"

static void each_sample_gives_the_rows_that_are_expected(void **state)
{
    static const char *const samples[] = {"google.ics", "outlook.ics", "apple.ics", "answers.ics"};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char path[PATH_MAX], expected[1 << 16];
        snprintf(path, sizeof path, TOP_SRCDIR "/plugins/input/ics/samples/%s", samples[i]);
        assert_int_equal(read_file(w, path, NULL, NULL), VOC_OK);
        assert_true(w->report.account.records == w->report.account.gave + w->report.account.rejected + w->report.account.ignored);
        snprintf(path, sizeof path, TOP_SRCDIR "/plugins/input/ics/expected/%s.txt", samples[i]);
        if (getenv("VOC_UPDATE_GOLDEN")) write_bytes(path, w->text.ptr, w->text.len, 0644);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        size_t len = fread(expected, 1, sizeof expected - 1, f);
        fclose(f);
        expected[len] = 0;
        assert_string_equal(w->text.ptr, expected);
        arena_done(&w->arena);
    }
}

static void a_rule_falls_on_the_days_that_the_standard_says(void **state)
{
    // The days are those of python-dateutil's rrule.
    static const struct { const char *rule, *last, *days; } cases[] = {
        {"FREQ=DAILY;INTERVAL=3", "20240310", "20240226 20240229 20240303 20240306 20240309"},
        {"FREQ=DAILY;BYMONTH=2;BYDAY=MO,FR", "20250210", "20240219 20240223 20240226 20250203 20250207 20250210"},
        {"FREQ=WEEKLY", "20250120", "20241223 20241230 20250106 20250113 20250120"},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO", "19970905", "19970805 19970810 19970819 19970824 19970902"},
        {"FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "19970905", "19970805 19970817 19970819 19970831 19970902"},
        {"FREQ=WEEKLY;COUNT=5;BYDAY=MO,WE,FR", "20250101", "20240101 20240103 20240105 20240108 20240110"},
        {"FREQ=MONTHLY", "20241231", "20240131 20240331 20240531 20240731 20240831 20241031 20241231"},
        {"FREQ=MONTHLY;BYMONTHDAY=-1", "20240630", "20240131 20240229 20240331 20240430 20240531 20240630"},
        {"FREQ=MONTHLY;BYDAY=-1FR", "20240630", "20240126 20240223 20240329 20240426 20240531 20240628"},
        {"FREQ=MONTHLY;BYDAY=2MO,3TH", "20240401", "20240108 20240118 20240212 20240215 20240311 20240321"},
        {"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "20261231", "20240913 20241213 20250613 20260213 20260313 20261113"},
        {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "20240630", "20240131 20240229 20240329 20240430 20240531 20240628"},
        {"FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=15,30", "20251231", "20240115 20240130 20240615 20240630 20241115 20241130 20250415 20250430 20250915 20250930"},
        {"FREQ=YEARLY", "20330101", "20240229 20280229 20320229"},
        {"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "20281231", "20240331 20250330 20260329 20270328 20280326"},
        {"FREQ=YEARLY;BYDAY=20MO", "20010101", "19970519 19980518 19990517 20000515"},
        {"FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", "20260101", "20240101 20240701 20250101 20250701 20260101"},
        {"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "20081201", "19961105 20001107 20041102 20081104"},
        {"FREQ=YEARLY;BYMONTHDAY=31;BYSETPOS=2", "20270101", "20240331 20250331 20260331"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rule r;
        struct when first, last;
        int64_t days[200];
        char text[2000];
        size_t at = 0;
        assert_null(rule_read(str_of(cases[i].rule), &r));
        assert_true(when_read((voc_str){cases[i].days, 8}, &first) && when_read(str_of(cases[i].last), &last));
        size_t n = rule_days(&r, floor_day(first.local), floor_day(last.local), days, 200);
        for (size_t k = 0; k < n && n != SIZE_MAX; k++) {
            int64_t year;
            unsigned month, day;
            day_split(days[k], &year, &month, &day);
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%04d%02u%02u", k ? " " : "", (int)year, month, day);
        }
        assert_string_equal(text, cases[i].days);
        assert_true(rule_days(&r, floor_day(first.local), floor_day(last.local), days, 1) == SIZE_MAX); // never fewer than there are
    }
}

static void what_is_not_understood_of_a_rule_is_said(void **state)
{
    static const char *const bad[] = {"", "INTERVAL=2", "FREQ=HOURLY", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYYEARDAY=1", "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;UNTIL=soon",
                                      "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYDAY=XX", "FREQ=YEARLY;BYMONTH=13", "FREQ=DAILY;RSCALE=CHINESE", "FREQ=DAILY;;=", "FREQ=YEARLY;BYDAY=2MO;BYMONTHDAY=5"};
    struct rule r;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!rule_read(str_of(bad[i]), &r)) fail_msg("%s was understood", bad[i]);
}

static void a_series_ends_with_its_rule_or_the_calendar_or_until(void **state)
{
    struct world *w = *state;
    static const struct { const char *rule, *until; uint64_t n; } cases[] = {
        {"RRULE:FREQ=WEEKLY;UNTIL=20240115T090000Z\n", NULL, 3},        // the last moment counts
        {"RRULE:FREQ=WEEKLY;UNTIL=20240115T085959Z\n", NULL, 2},
        {"RRULE:FREQ=WEEKLY;UNTIL=20240115\n", NULL, 3},
        {"RRULE:FREQ=WEEKLY;COUNT=4\n", NULL, 4},
        {"RRULE:FREQ=WEEKLY\nLAST-MODIFIED:20240120T000000Z\n", NULL, 3}, // no end: when the calendar was last written
        {"RRULE:FREQ=WEEKLY\nLAST-MODIFIED:20240120T000000Z\n", "2024-02-06", 6},
        {"RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE:20240108T090000Z,20240115T090000Z\n", NULL, 2},
        {"RRULE:FREQ=WEEKLY;COUNT=2\nRDATE:20240109T090000Z,20240108T090000Z\n", NULL, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[600];
        snprintf(text, sizeof text, ONE("DTSTART:20240101T090000Z\n%s"), cases[i].rule);
        read_text(w, text, cases[i].until ? "until" : NULL, cases[i].until);
        if (w->events != cases[i].n) fail_msg("%s gave %llu", cases[i].rule, (unsigned long long)w->events);
        arena_done(&w->arena);
    }
    read_text(w, ONE("DTSTART:19000101T090000Z\nRRULE:FREQ=DAILY\n") ONE("DTSTART:20240101T090000Z\nUID:other\n"), NULL, NULL);
    has(w, "it recurs more than 10,000 times");
    arena_done(&w->arena);
}

static void times_are_of_the_zone_that_the_file_says(void **state)
{
    struct world *w = *state;
    static const char rules[] = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\n"
                                "DTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n"
                                "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
                                "END:STANDARD\n"
                                "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\n"
                                "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
                                "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
                                "END:DAYLIGHT\nEND:VTIMEZONE\n";
    static const struct { const char *start, *utc; } cases[] = {
        {"DTSTART:20240701T100000Z", "1719828000000000"},
        {"DTSTART:20240701T100000", "1719828000000000"},
        {"DTSTART;TZID=Europe/Berlin:20240701T100000", "1719820800000000"},
        {"DTSTART;TZID=W. Europe Standard Time:20240701T100000", "1719820800000000"},
        {"DTSTART;TZID=/x.example/1/America/Argentina/Buenos_Aires:20240701T100000", "1719838800000000"},
        {"DTSTART;TZID=Ours:20240701T100000", "1719820800000000"},
        {"DTSTART;TZID=Ours:20240115T100000", "1705309200000000"},
        {"DTSTART;TZID=Ours:20241027T023000", "1729989000000000"},          // there twice: the first
        {"DTSTART;TZID=Europe/Berlin:20241027T023000", "1729989000000000"},
        {"DTSTART;TZID=Ours:20240331T023000", "1711848600000000"},          // not there: moved forward
        {"DTSTART;TZID=Europe/Berlin:20240331T023000", "1711848600000000"},
        {"DTSTART;VALUE=DATE:20240701", "1719792000000000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1500], part[60];
        snprintf(text, sizeof text,
                 "BEGIN:VCALENDAR\n%sBEGIN:VEVENT\n"
                 "UID:u\nORGANIZER:mailto:k@firma.example\n"
                 "ATTENDEE:mailto:a@kunde.example\n"
                 "%s\nEND:VEVENT\nEND:VCALENDAR\n",
                 rules, cases[i].start);
        read_text(w, text, NULL, NULL);
        snprintf(part, sizeof part, "|%s|meeting|", cases[i].utc);
        has(w, part);
        arena_done(&w->arena);
    }
    read_text(w, ONE("DTSTART:20240701T100000\n"), "zone", "Europe/Berlin");
    has(w, "|1719820800000000|meeting|");
    arena_done(&w->arena);
}

static void the_newest_version_of_an_entry_holds(void **state)
{
    struct world *w = *state;
    read_text(w,
              "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"
              "UID:u\nSEQUENCE:2\nDTSTART:20240702T100000Z\n"
              "SUMMARY:new\nEND:VEVENT\nBEGIN:VEVENT\n"
              "UID:u\nSEQUENCE:1\nDTSTART:20240701T100000Z\n"
              "SUMMARY:old\nEND:VEVENT\nEND:VCALENDAR\n",
              NULL, NULL);
    assert_int_equal(w->report.account.gave, 1);
    assert_int_equal(w->report.account.ignored, 1);
    has(w, "|new|");
    arena_done(&w->arena);
}

static void a_calendar_that_is_broken_off_loses_nothing_in_silence(void **state)
{
    struct world *w = *state;
    static const char text[] = ONE("DTSTART:20240701T100000Z\nSUMMARY:a long\n  line\n");
    for (size_t n = 0; n <= strlen(text); n++) {
        write_bytes(w->file, text, n, 0644);
        voc_rc rc = read_file(w, w->file, NULL, NULL);
        const struct import_account *a = &w->report.account;
        assert_true(rc == VOC_OK || rc == VOC_E_INPUT);
        if (rc == VOC_OK) assert_true(a->records == a->gave + a->rejected + a->ignored && (a->records > 0 || n <= strlen("BEGIN:VCALENDAR\nVERSION:2.0\n")));
        arena_done(&w->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_falls_on_the_days_that_the_standard_says),
        cmocka_unit_test(what_is_not_understood_of_a_rule_is_said),
        cmocka_unit_test_setup_teardown(each_sample_gives_the_rows_that_are_expected, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_series_ends_with_its_rule_or_the_calendar_or_until, open_world, close_world),
        cmocka_unit_test_setup_teardown(times_are_of_the_zone_that_the_file_says, open_world, close_world),
        cmocka_unit_test_setup_teardown(the_newest_version_of_an_entry_holds, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_calendar_that_is_broken_off_loses_nothing_in_silence, open_world, close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
