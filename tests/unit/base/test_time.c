// SPDX-License-Identifier: MIT
// Times: what is read, with which resolution, what is refused, zones, guessing, printing. The oracles are written out by
// hand, or are the inverse function, or a naive count of days.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/str.h"
#include "base/time.h"

#define S US_PER_SECOND

static const char *refused = "refused";

// "2024-03-13T08:21:14Z" of what the format reads, or "refused".
static const char *read_with(const char *pattern, const char *zone, const char *text)
{
    static char out[64];
    struct time_format *f = NULL;
    struct buf b;
    int64_t us;
    uint32_t resolution;
    assert_int_equal(time_format_new(&f, str_of(pattern), str_of(zone), NULL), VOC_OK);
    voc_rc rc = time_format_parse(f, str_of(text), &us, &resolution);
    time_format_free(f);
    if (rc != VOC_OK) {
        assert_int_equal(rc, VOC_E_INPUT);
        return refused;
    }
    buf_init(&b, 64);
    time_print(&b, us, resolution);
    assert_int_equal(b.rc, VOC_OK);
    memcpy(out, b.ptr, b.len + 1);
    buf_done(&b);
    return out;
}
#define READS(text, expected) assert_string_equal(read_with("", "", text), expected)
#define REFUSES(text) assert_string_equal(read_with("", "", text), refused)
#define READS_BY(pattern, text, expected) assert_string_equal(read_with(pattern, "", text), expected)
#define REFUSES_BY(pattern, text) assert_string_equal(read_with(pattern, "", text), refused)

static void civil_days_agree_with_counting_from_year_1_to_9999(void **state)
{
    (void)state;
    static const unsigned length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -719162; // 0001-01-01
    for (int64_t y = 1; y <= 9999; y++) {
        bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
        for (unsigned m = 1; m <= 12; m++) {
            for (unsigned d = 1; d <= length[m - 1] + (m == 2 && leap); d++, days++) {
                int64_t y2;
                unsigned m2, d2;
                if (time_from_civil(y, m, d) != days) fail_msg("%lld-%u-%u", (long long)y, m, d);
                time_to_civil(days, &y2, &m2, &d2);
                if (y2 != y || m2 != m || d2 != d) fail_msg("day %lld", (long long)days);
            }
        }
    }
    assert_int_equal(days, 2932897);
}

static void iso_forms_read_with_the_resolution_as_written(void **state)
{
    (void)state;
    READS("2024-03-13 10:21:14", "2024-03-13T10:21:14Z");
    READS("2024-03-13T10:21:14", "2024-03-13T10:21:14Z");
    READS("2024-03-13t10:21:14z", "2024-03-13T10:21:14Z");
    READS("2024-03-13T10:21:14Z", "2024-03-13T10:21:14Z");
    READS("2024-03-13T10:21:14+02:00", "2024-03-13T08:21:14Z");
    READS("2024-03-13T10:21:14+0200", "2024-03-13T08:21:14Z");
    READS("2024-03-13T10:21:14-02", "2024-03-13T12:21:14Z");
    READS("2024-03-13 10:21:14 +0530", "2024-03-13T04:51:14Z");
    READS("2024-03-13 10:21:14 UTC", "2024-03-13T10:21:14Z");
    READS("2024-03-13T00:30:00+01:00", "2024-03-12T23:30:00Z");
    READS("2024-03-13", "2024-03-13");
    READS("2024-03-13T10", "2024-03-13T10Z");
    READS("2024-03-13 10:21", "2024-03-13T10:21Z");
    READS("2024-03-13T10:21Z", "2024-03-13T10:21Z");
    READS("  2024-03-13 10:21 ", "2024-03-13T10:21Z");
    READS("20240313T102114Z", "2024-03-13T10:21:14Z");
    READS("20240313T1021", "2024-03-13T10:21Z");
    READS("20240313 10:21:14", "2024-03-13T10:21:14Z");
    READS("20240313", "2024-03-13");
    READS("20240313102114", "2024-03-13T10:21:14Z");
    READS("20240313102114123", "2024-03-13T10:21:14.123Z");
    READS("0001-01-01", "0001-01-01");
    READS("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
    READS("2024-02-29", "2024-02-29");
    READS("2000-02-29", "2000-02-29");
}

static void fractions_take_dot_or_comma_and_are_cut_to_microseconds(void **state)
{
    (void)state;
    READS("2024-03-13T10:21:14.5", "2024-03-13T10:21:14.500Z");
    READS("2024-03-13T10:21:14,123", "2024-03-13T10:21:14.123Z");
    READS("2024-03-13T10:21:14.123456Z", "2024-03-13T10:21:14.123456Z");
    READS("2024-03-13T10:21:14.123456789Z", "2024-03-13T10:21:14.123456Z");
    READS("2024-03-13T10:21:14.999999999+00:00", "2024-03-13T10:21:14.999999Z");
    READS("1969-12-31T23:59:59.250", "1969-12-31T23:59:59.250Z");
    REFUSES("2024-03-13T10:21:14.");
    REFUSES("2024-03-13T10:21:14.1234567890");
    REFUSES("2024-03-13T10:21.5");
}

static void leap_seconds_are_the_next_second(void **state)
{
    (void)state;
    READS("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
    READS("2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z");
    READS_BY("yyyy-MM-dd HH:mm:ss", "2016-12-31 23:59:60", "2017-01-01T00:00:00Z");
    REFUSES("2016-12-31T23:59:61Z");
    REFUSES("9999-12-31T23:59:60Z");
}

static void what_is_no_iso_time_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", " ", "-", ".", "NA", "null", "2024", "x", "2024-13-01", "2024-00-10", "2024-02-30", "2023-02-29", "1900-02-29", "2024-04-31",
        "0000-01-01", "2024-03-13T", "2024-03-13T24:00", "2024-03-13T24:00:00", "2024-03-13T10:60", "2024-03-13T1:21", "2024-3-13", "2024-03-1",
        "2024-03-13 10:21:14 ", "2024-03-13 10:21:14x", "2024-03-13T10:21:14+", "2024-03-13T10:21:14+2", "2024-03-13T10:21:14+19:00",
        "2024-03-13T10:21:14+02:60", "2024-03-13T10:21:14Z ", "2024/03/13", "13.03.2024", "12345678", "20241313", "2024-03-13T10:2", "2024-03-13X10:21",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:30:00-01:00", "1e5", "0x10", "+5", "--5", "5-", "1.", "2024-03-13T10:21:14 Europe/Berlin",
        "2024-W11-3", "2024-073", "99999999999999999999", "1710325274.12x", "20240313T", "20240313T1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *got = read_with("", "", texts[i]);
        bool blank_ends = str_ends(str_of(texts[i]), " "); // blanks around are no fault
        if (str_is(str_of(texts[i]), "2024")) assert_string_equal(got, "1970-01-01T00:33:44Z"); // a small epoch
        else if (blank_ends && texts[i][0] == '2') assert_string_equal(got, "2024-03-13T10:21:14Z");
        else if (strcmp(got, refused) != 0) fail_msg("'%s' was read as %s", texts[i], got);
    }
}

static void epochs_are_told_apart_by_magnitude(void **state)
{
    (void)state;
    READS("0", "1970-01-01T00:00:00Z");
    READS("691200", "1970-01-09T00:00:00Z");
    READS("1710325274", "2024-03-13T10:21:14Z");
    READS("1710325274123", "2024-03-13T10:21:14.123Z");
    READS("1710325274123456", "2024-03-13T10:21:14.123456Z");
    READS("1710325274.123", "2024-03-13T10:21:14.123Z");
    READS("1710325274.123456789", "2024-03-13T10:21:14.123456Z");
    READS("-1.5", "1969-12-31T23:59:58.500Z");
    READS("-86400", "1969-12-31T00:00:00Z");
    READS("99999999999", "5138-11-16T09:46:39Z");
    READS("100000000000", "1973-03-03T09:46:40.000Z");
    READS("99999999999999", "5138-11-16T09:46:39.999Z");
    READS("100000000000000", "1973-03-03T09:46:40.000000Z");
    READS("0000000000000", "1970-01-01T00:00:00Z");
    READS("99999999999999999", "5138-11-16T09:46:39.999999Z");
    READS("1710325274123456789", "2024-03-13T10:21:14.123456Z");
    READS("999999999999999999", "2001-09-09T01:46:39.999999Z");
    READS("-1710325274123456789", "1915-10-21T13:38:45.876544Z");
    REFUSES("17103252741234567890");
    READS("1710325274123.5", "2024-03-13T10:21:14.123500Z");
    READS("1710325274123.0", "2024-03-13T10:21:14.123Z");
    READS("1710325274123456.0", "2024-03-13T10:21:14.123456Z");
    REFUSES("1710325274123456789.0");
    READS_BY("epoch-ns", " 1710325274123456789 ", "2024-03-13T10:21:14.123456Z");
    READS_BY("epoch-ns", "5", "1970-01-01T00:00:00.000000Z");
    READS_BY("epoch-ns", "12345", "1970-01-01T00:00:00.000012Z");
    REFUSES_BY("epoch-ns", "1710325274123456789.5");
    REFUSES_BY("epoch-ns", "-");
    READS_BY("epoch-s", "12345678", "1970-05-23T21:21:18Z");
    READS_BY("epoch-ms", "1710325274123.5", "2024-03-13T10:21:14.123500Z");
    READS_BY("epoch-us", "5", "1970-01-01T00:00:00.000005Z");
    READS_BY("epoch-s-local", "12345678", "1970-05-23T21:21:18Z");
    REFUSES_BY("epoch-s", "2024-03-13");
    REFUSES_BY("epoch-s", "999999999999");
    REFUSES_BY("epoch-ms", "");
}

static void patterns_read_what_they_say_and_nothing_else(void **state)
{
    (void)state;
    READS_BY("d.M.yyyy H:mm", "3.4.2024 7:05", "2024-04-03T07:05Z");
    READS_BY("d.M.yyyy H:mm", "13.12.2024   17:05", "2024-12-13T17:05Z");
    READS_BY("dd.MM.yyyy", "03.04.2024", "2024-04-03");
    REFUSES_BY("dd.MM.yyyy", "3.04.2024");
    REFUSES_BY("d.M.yyyy", "31.4.2024");
    REFUSES_BY("d.M.yyyy", "3.4.24");
    REFUSES_BY("d.M.yyyy", "3.4.2024 7:05");
    REFUSES_BY("d.M.yyyy H:mm", "3.4.2024");
    READS_BY("M/d/yyyy h:mm a", "4/3/2024 12:05 AM", "2024-04-03T00:05Z");
    READS_BY("M/d/yyyy h:mm a", "4/3/2024 12:05 pm", "2024-04-03T12:05Z");
    READS_BY("M/d/yyyy h:mm a", "4/3/2024 1:05PM", "2024-04-03T13:05Z");
    READS_BY("M/d/yyyy h:mm a", "4/3/2024 1:05\xE2\x80\xAFp.m.", "2024-04-03T13:05Z");
    REFUSES_BY("M/d/yyyy h:mm a", "4/3/2024 13:05 PM");
    REFUSES_BY("M/d/yyyy h:mm a", "4/3/2024 0:05 AM");
    READS_BY("yy-MM-dd", "69-01-02", "1969-01-02");
    READS_BY("yy-MM-dd", "68-01-02", "2068-01-02");
    READS_BY("dd/MMM/yyyy:HH:mm:ss Z", "13/Mar/2024:10:21:14 +0200", "2024-03-13T08:21:14Z");
    REFUSES_BY("dd/MMM/yyyy:HH:mm:ss Z", "13/Mar/2024:10:21:14");
    READS_BY("yyyy-MM", "2024-02", "2024-02-01"); // a month or a year alone is its first day
    READS_BY("yyyy", "2024", "2024-01-01");
    REFUSES_BY("yyyy-MM", "2024-13");
    REFUSES_BY("yyyy-MM", "2024-00");
    READS_BY("d MMM yyyy", "1 sept 2024", "2024-09-01");
    READS_BY("d MMM yyyy", "1 September 2024", "2024-09-01");
    READS_BY("MMM d, yyyy", "MAY 7, 2024", "2024-05-07");
    READS_BY("MMM d yyyy", "Dec. 7 2024", "2024-12-07");
    READS_BY("d.MMM.yyyy", "7.Dec.2024", "2024-12-07");
    REFUSES_BY("d MMM yyyy", "1 Septem 2024");
    READS_BY("yyyyMMddHHmmssSSS", "20240313102114007", "2024-03-13T10:21:14.007Z");
    READS_BY("yyyyMMddHHmmss", "20240313102114", "2024-03-13T10:21:14Z");
    READS_BY("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-03-13T10:21:14.5+02:00", "2024-03-13T08:21:14.500Z");
    READS_BY("yyyy-MM-ddTHH:mm:ss.SSSZ", "2024-03-13T10:21:14.123456Z", "2024-03-13T10:21:14.123456Z");
    READS_BY("d-M-yyyy:H.mm", "30-12-2010:11.02", "2010-12-30T11:02Z");
    READS_BY("'on' d.M.yyyy 'o''clock' H", "on 3.4.2024 o'clock 7", "2024-04-03T07Z");
}

static void patterns_that_cannot_work_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "yyyy H", "yyyy d", "d.M", "QQ", "d.M.yyyy h:mm", "d.M.yyyy H:mm a", "d.M.yyyy ss", "d.M.yyyy mm", "d.M.yyyy H:mm.SSS", "dMyyyy", "d.d.M.yyyy",
        "d.M.yyy", "ddd.M.yyyy", "d.M.yyyy 'open", "d.M.yyyy H h a", "epoch", "epoch-ps", "d.M.yyyy EEE", "MMMMM d yyyy",
        "d.M.yyyy................................................",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct time_format *f = NULL;
        struct diag *d = diag_new();
        voc_rc rc = time_format_new(&f, str_of(wrong[i]), STR(""), d);
        // "epoch" has letters without a meaning, so it fails as a pattern
        if (rc != VOC_E_OPTION) fail_msg("'%s' was accepted", wrong[i]);
        assert_null(f);
        assert_int_equal(diag_count(d, VOC_ERROR), 1);
        diag_free(d);
    }
}

static void a_date_is_a_moment_only_where_that_is_meant(void **state)
{
    struct time_format *f = NULL;
    int64_t us = 0;
    uint32_t resolution = 0;
    (void)state;
    assert_int_equal(time_format_new(&f, STR(""), STR("America/New_York"), NULL), VOC_OK);
    assert_int_equal(time_format_parse(f, STR("2024-07-15"), &us, &resolution), VOC_OK);
    assert_true(us == INT64_C(1721001600) * US_PER_SECOND && resolution == VOC_RES_DAY);
    time_format_midnights(f);
    assert_int_equal(time_format_parse(f, STR("2024-07-15"), &us, &resolution), VOC_OK);
    assert_true(us == INT64_C(1721016000) * US_PER_SECOND && resolution == VOC_RES_DAY);
    time_format_free(f);
}

static void zones_apply_to_times_without_an_offset_only(void **state)
{
    (void)state;
    assert_string_equal(read_with("epoch-s", "America/Los_Angeles", "1710325274"), "2024-03-13T10:21:14Z");
    assert_string_equal(read_with("epoch-s-local", "America/Los_Angeles", "1710325274"), "2024-03-13T17:21:14Z"); // summer time since the 10th
    assert_string_equal(read_with("epoch-ms-local", "America/Los_Angeles", "1709461274123"), "2024-03-03T18:21:14.123Z");
    assert_string_equal(read_with("", "Europe/Berlin", "2024-01-15 12:00"), "2024-01-15T11:00Z");
    assert_string_equal(read_with("", "Europe/Berlin", "2024-07-15 12:00"), "2024-07-15T10:00Z");
    assert_string_equal(read_with("", "Europe/Berlin", "2024-07-15 12:00Z"), "2024-07-15T12:00Z");
    assert_string_equal(read_with("", "Europe/Berlin", "1710325274"), "2024-03-13T10:21:14Z");
    assert_string_equal(read_with("d.M.yyyy", "Europe/Berlin", "15.7.2024"), "2024-07-15"); // a date is no time of a clock (METHODS 0.2)
    assert_string_equal(read_with("", "Asia/Kathmandu", "2024-07-15 12:00"), "2024-07-15T06:15Z");
    assert_string_equal(read_with("", "America/New_York", "1883-11-18 12:00:00"), "1883-11-18T16:56:02Z"); // local mean time
    assert_string_equal(read_with("", "America/New_York", "2600-07-15 12:00"), "2600-07-15T16:00Z");
    assert_string_equal(read_with("", "America/New_York", "9999-01-15 12:00"), "9999-01-15T17:00Z");
    assert_string_equal(read_with("", "Asia/Tokyo", "2600-07-15 12:00"), "2600-07-15T03:00Z");
    assert_string_equal(read_with("", "UTC", "2024-07-15 12:00"), "2024-07-15T12:00Z");
    assert_string_equal(read_with("", "Asia/Tokyo", "0001-01-01 00:00"), refused);
}

static void a_repeated_local_time_is_its_first_occurrence_and_a_skipped_one_moves_forward(void **state)
{
    (void)state;
    struct time_format *f = NULL;
    static const struct { const char *text; int64_t second; } cases[] = {
        // 2024-10-27 03:00 summer time (01:00 UTC) becomes 02:00 winter time
        {"2024-10-27 01:59:59", 1729987199}, {"2024-10-27 02:00:00", 1729987200}, {"2024-10-27 02:59:59", 1729990799}, {"2024-10-27 03:00:00", 1729994400},
        // 2024-03-31 02:00 winter time (01:00 UTC) becomes 03:00 summer time
        {"2024-03-31 01:59:59", 1711846799}, {"2024-03-31 02:00:00", 1711846800}, {"2024-03-31 02:30:00", 1711848600}, {"2024-03-31 03:00:00", 1711846800},
        {"2024-03-31 03:30:00", 1711848600},
    };
    assert_int_equal(time_format_new(&f, STR(""), STR("Europe/Berlin"), NULL), VOC_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t us;
        uint32_t resolution;
        assert_int_equal(time_format_parse(f, str_of(cases[i].text), &us, &resolution), VOC_OK);
        if (us != cases[i].second * S) fail_msg("%s gave %lld", cases[i].text, (long long)(us / S));
    }
    assert_int_equal(time_format_turns(f).repeated, 2);
    assert_int_equal(time_format_turns(f).skipped, 2);
    time_format_free(f);
}

static void unknown_zones_are_refused_with_the_nearest_name(void **state)
{
    (void)state;
    static const struct { const char *name, *hint; } cases[] = {
        {"Europe/Berln", "did you mean Europe/Berlin?"}, {"europe/berlin", "did you mean Europe/Berlin?"}, {"PST", NULL}, {"GMT+3", NULL}, {"Mars/Olympus", NULL},
        {"Etc/Unknown", NULL}, {"a b", NULL}, {"\xC3\xA4", NULL},
        {"a very long name of a zone that no one can ever have meant, a very long name of a zone that no one can ever have meant", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct time_format *f = NULL;
        struct diag *d = diag_new();
        if (time_format_new(&f, STR(""), str_of(cases[i].name), d) != VOC_E_OPTION) fail_msg("'%s' was accepted", cases[i].name);
        assert_null(f);
        assert_int_equal(diag_n(d), 1);
        if (cases[i].hint != NULL) assert_string_equal(diag_at(d, 0)->hint, cases[i].hint);
        diag_free(d);
    }
}

static void guesses(const char *a, const char *b, const char *pattern, uint32_t n_possible)
{
    voc_str samples[3] = {str_of(a), STR(""), str_of(b)};
    char got[64] = "?";
    uint32_t n = 9;
    voc_rc rc = time_guess(samples, 3, got, &n);
    if (pattern == NULL) {
        if (rc != VOC_E_INPUT || n != 0) fail_msg("'%s' and '%s' gave '%s'", a, b, got);
        return;
    }
    if (rc != VOC_OK || strcmp(got, pattern) != 0 || n != n_possible) fail_msg("'%s' and '%s' gave '%s', %u", a, b, got, n);
    for (int i = 0; i < 3; i += 2) {
        if (strcmp(read_with(got, "", samples[i].ptr), refused) == 0) fail_msg("'%s' does not read %s", got, samples[i].ptr);
    }
}

static void the_guess_reads_every_sample_and_says_when_day_and_month_are_open(void **state)
{
    (void)state;
    guesses("2024-03-13", "2024-03-13 10:21:14.5+02:00", "", 1);
    guesses("1710325274", "1710325275", "", 1);
    guesses("0", "691200", "", 1);
    guesses("2019", "2020", NULL, 0);
    guesses("13.3.2024", "1.4.2024", "d.M.yyyy", 1);
    guesses("3.3.2024", "1.4.2024", "d.M.yyyy", 2);
    guesses("3/13/2024", "4/1/2024", "M/d/yyyy", 1);
    guesses("13/3/2024", "4/1/2024", "d/M/yyyy", 1);
    guesses("13/3/2024", "4/13/2024", NULL, 0);
    guesses("3/4/24 7:05", "4/11/24 12:00", "d/M/yy H:mm", 2);
    guesses("12/31/24 7:05 AM", "4/11/24 12:00 PM", "M/d/yy h:mm a", 1);
    guesses("30-12-2010:11.02", "06-01-2011:15.06", "d-M-yyyy:H.mm", 1);
    guesses("2010/12/30 11:02:00.000", "2011/01/06 15:06:00.000", "yyyy/M/d H:mm:ss.SSS", 1);
    guesses("30.12.2010, 11:02", "1.1.2011, 7:00", "d.M.yyyy, H:mm", 1);
    guesses("13/Mar/2024:10:21:14 +0200", "01/Apr/2024:00:00:00 +0200", "d/MMM/yyyy:H:mm:ss Z", 1);
    guesses("13 Mar 2024", "1 April 2024", "d MMM yyyy", 1);
    guesses("Mar 13, 2024", "April 1, 2024", "MMM d, yyyy", 1);
    guesses("Mar 13, 2024, 1:05 PM", "April 1, 2024, 2:00 AM", "MMM d, yyyy, h:mm a", 1);
    guesses("13-Mar-24", "01-Apr-24", "d-MMM-yy", 1);
    guesses("yes", "no", NULL, 0);
    guesses("", "", NULL, 0);
    guesses("13.3.2024", "1.4.2024 10:00", NULL, 0);
}

static void ten_national_forms_are_guessed_and_read(void **state)
{
    (void)state;
    static const struct { const char *a, *b, *pattern, *time; } forms[] = {
        {"13.3.2024 7:05", "1.4.2024 17:05", "d.M.yyyy H:mm", "2024-03-13T07:05Z"},
        {"13/03/2024 07:05", "01/04/2024 17:05", "d/M/yyyy H:mm", "2024-03-13T07:05Z"},
        {"3/13/2024 7:05 AM", "4/1/2024 5:05 PM", "M/d/yyyy h:mm a", "2024-03-13T07:05Z"},
        {"2024/3/13 7:05", "2024/4/1 17:05", "yyyy/M/d H:mm", "2024-03-13T07:05Z"},
        {"13-03-2024", "01-04-2024", "d-M-yyyy", "2024-03-13"},
        {"2024. 3. 13.", "2024. 4. 1.", "yyyy. M. d.", "2024-03-13"},
        {"2024. 03. 13", "2024. 04. 01", "yyyy. M. d", "2024-03-13"},
        {"2024.03.13. 7:05", "2024.04.01. 17:05", "yyyy.M.d. H:mm", "2024-03-13T07:05Z"},
        {"2024\xE5\xB9\xB4" "3\xE6\x9C\x88" "13\xE6\x97\xA5", "2024\xE5\xB9\xB4" "04\xE6\x9C\x88" "01\xE6\x97\xA5", "yyyy\xE5\xB9\xB4M\xE6\x9C\x88" "d\xE6\x97\xA5", "2024-03-13"},
        {"2024. 3. 13. \xEC\x98\xA4\xED\x9B\x84 2:05", "2024. 4. 1. \xEC\x98\xA4\xEC\xA0\x84 2:05", "yyyy. M. d. a h:mm", "2024-03-13T14:05Z"},
        {"13. M\xC3\xA4rz 2024 14:05 Uhr", "1. Dezember 2024 7:00 Uhr", "d. MMM yyyy H:mm 'Uhr'", "2024-03-13T14:05Z"},
        {"13 mars 2024", "1er ao\xC3\xBBt 2024", "d MMM yyyy", "2024-03-13"},
        {"13 f\xC3\xA9vr. 2024 14h05", "1 d\xC3\xA9" "c. 2024 07h00", "d MMM yyyy H'h'mm", "2024-02-13T14:05Z"},
        {"13 de marzo de 2024", "1 de enero de 2024", "d 'de' MMM 'de' yyyy", "2024-03-13"},
        {"13 de mar\xC3\xA7o de 2024", "1 de dezembro de 2024", "d 'de' MMM 'de' yyyy", "2024-03-13"},
        {"13 gennaio 2024", "1 luglio 2024", "d MMM yyyy", "2024-01-13"},
        {"13 maart 2024", "1 oktober 2024", "d MMM yyyy", "2024-03-13"},
        {"13 pa\xC5\xBA" "dziernika 2024", "1 wrze\xC5\x9Bnia 2024", "d MMM yyyy", "2024-10-13"},
        {"13 PA\xC5\xB9 2024", "1 LIS 2024", "d MMM yyyy", "2024-10-13"},
        {"March 3rd, 2024", "April 21st, 2024", "MMM d, yyyy", "2024-03-03"},
        {"March 3, 2024 at 7:05 a.m.", "April 21, 2024 at 7:05 p. m.", "MMM d, yyyy 'at' h:mm a", "2024-03-03T07:05Z"},
        {"13-MAR-24", "01-DEZ-24", "d-MMM-yy", "2024-03-13"},
        {"31/12/24", "30/12/24", "d/M/yy", "2024-12-31"},
        {"99/12/31", "99/12/30", "yy/M/d", "1999-12-31"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        guesses(forms[i].a, forms[i].b, forms[i].pattern, 1);
        assert_string_equal(read_with(forms[i].pattern, "", forms[i].a), forms[i].time);
        assert_string_not_equal(read_with(forms[i].pattern, "", forms[i].b), refused);
    }
}

static void names_of_months_do_not_contradict_each_other(void **state)
{
    (void)state;
    static const struct { const char *name; unsigned month; } names[] = {
        {"mar", 3}, {"mai", 5}, {"maj", 5}, {"mag", 5}, {"giu", 6}, {"lip", 7}, {"lis", 11}, {"lug", 7}, {"ago", 8}, {"sie", 8}, {"set", 9}, {"out", 10}, {"ott", 10},
        {"dic", 12}, {"gen", 1}, {"ene", 1}, {"sty", 1}, {"lut", 2}, {"AO\xC3\x9BT", 8}, {"M\xC3\x84RZ", 3}, {"STYCZE\xC5\x83", 1}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[40], expected[20];
        snprintf(text, sizeof text, "7 %s 2024", names[i].name);
        snprintf(expected, sizeof expected, "2024-%02u-07", names[i].month);
        READS_BY("d MMM yyyy", text, expected);
    }
    REFUSES_BY("d MMM yyyy", "7 mi 2024");
    REFUSES_BY("d MMM yyyy", "7 marzec\xC5\x82 2024");
    REFUSES_BY("d MMM yyyy", "2st mar 2024");
    REFUSES_BY("d.M.yyyy", "1st.3.2024");
}

static void a_year_of_two_digits_in_front_is_told_by_what_changes_least(void **state)
{
    (void)state;
    const voc_str years[] = {STR("24/03/05"), STR("24/03/06"), STR("24/04/07")}, days[] = {STR("05/03/24"), STR("06/03/24"), STR("17/04/24")}, open[] = {STR("24/03/05")};
    char pattern[64];
    uint32_t possible;
    assert_int_equal(time_guess(years, 3, pattern, &possible), VOC_OK);
    assert_string_equal(pattern, "yy/M/d");
    assert_int_equal(possible, 1);
    assert_int_equal(time_guess(days, 3, pattern, &possible), VOC_OK);
    assert_string_equal(pattern, "d/M/yy");
    assert_int_equal(possible, 1);
    assert_int_equal(time_guess(open, 1, pattern, &possible), VOC_OK);
    assert_int_equal(possible, 3);
}

static void *read_zones(void *user)
{
    static const char *const texts[] = {"2024-03-01 10:00 Europe/Warsaw", "2024-03-01 10:00 Europe/Berlin", "2024-03-01 10:00 Europe/Paris", "2024-03-01 10:00 CET", "2024-03-01 10:00 UTC+1"};
    for (size_t i = 0; i < 500; i++) {
        int64_t us;
        uint32_t resolution;
        if (time_format_parse(user, str_of(texts[i % 5]), &us, &resolution) != VOC_OK || us != 1709283600 * S) return user;
    }
    return NULL;
}

static void a_time_may_name_its_zone(void **state)
{
    (void)state;
    static const struct { const char *text, *time; } cases[] = {
        {"2024-03-01 10:00 Europe/Warsaw", "2024-03-01T09:00Z"}, {"2024-07-01 10:00 Europe/Warsaw", "2024-07-01T08:00Z"}, {"2024-03-01 10:00 CET", "2024-03-01T09:00Z"},
        {"2024-07-01 10:00 CEST", "2024-07-01T08:00Z"}, {"2024-03-01 10:00 EST", "2024-03-01T15:00Z"}, {"2024-07-01 10:00 PDT", "2024-07-01T17:00Z"},
        {"2024-03-01 10:00 GMT", "2024-03-01T10:00Z"}, {"2024-03-01 10:00 UTC+2", "2024-03-01T08:00Z"}, {"2024-03-01 10:00 UTC-03:30", "2024-03-01T13:30Z"},
        {"2024-03-01 10:00 +02:00", "2024-03-01T08:00Z"}, {"2024-03-01T10:00+01:00[Europe/Paris]", "2024-03-01T09:00Z"}, {"2024-03-01 10:00", "2024-03-01T01:00Z"},
        {"2024-03-01 10:00 JST", "2024-03-01T01:00Z"}, {"2024-10-27 02:30 CEST", "2024-10-27T00:30Z"}, {"2024-10-27 02:30 CET", "2024-10-27T01:30Z"},
        // several meanings; not in use then; no zone
        {"2024-03-01 10:00 CST", "refused"}, {"2024-03-01 10:00 IST", "refused"}, {"2024-03-01 10:00 BST", "refused"}, {"2024-07-01 10:00 CET", "refused"},
        {"2024-03-01 10:00 CEST", "refused"}, {"2024-07-01 10:00 EST", "refused"}, {"2024-03-01 10:00 Mars/Olympus", "refused"}, {"2024-03-01 10:00 abc", "refused"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *got = read_with("iso VV", "Asia/Tokyo", cases[i].text);
        if (strcmp(got, cases[i].time) != 0) fail_msg("%s gave %s", cases[i].text, got);
    }
    READS_BY("d.M.yyyy H:mm VV", "1.3.2024 10:00 Europe/Warsaw", "2024-03-01T09:00Z");
    READS_BY("M/d/yyyy h:mm a VV", "3/1/2024 10:00 AM EST", "2024-03-01T15:00Z");
    guesses("2024-03-01 10:00 Europe/Warsaw", "2024-03-01 10:00 America/New_York", "iso VV", 1);
    guesses("13.3.2024 10:00 CET", "1.4.2024 10:00 CEST", "d.M.yyyy H:mm VV", 1);
    guesses("1/13/2024 10:00 AM EST", "4/1/2024 10:00 PM EDT", "M/d/yyyy h:mm a VV", 1);
    guesses("2024-03-01 10:00 today", "2024-03-01 10:00 tomorrow", NULL, 0);
}

static void one_format_reads_zones_in_many_threads(void **state)
{
    (void)state;
    struct time_format *f = NULL;
    pthread_t t[4];
    assert_int_equal(time_format_new(&f, STR("iso VV"), STR(""), NULL), VOC_OK);
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&t[i], NULL, read_zones, f), 0);
    for (int i = 0; i < 4; i++) {
        void *wrong = f;
        assert_int_equal(pthread_join(t[i], &wrong), 0);
        assert_null(wrong);
    }
    time_format_free(f);
}

static void serial_numbers_of_spreadsheets_are_read_when_asked_for(void **state)
{
    (void)state;
    READS_BY("excel", "45352", "2024-03-01");
    READS_BY("excel", "45352.4375", "2024-03-01T10:30:00Z");
    READS_BY("excel", "45352,4375", "2024-03-01T10:30:00Z");
    READS_BY("excel", "45352.4326388889", "2024-03-01T10:23:00Z");
    READS_BY("excel", "45352.99999999", "2024-03-02T00:00:00Z");
    READS_BY("excel", "61", "1900-03-01");
    REFUSES_BY("excel", "60");
    REFUSES_BY("excel", "2958466");
    REFUSES_BY("excel", "2024-03-01");
    REFUSES_BY("excel", "-5");
    REFUSES_BY("excel", "45352.4.1");
    assert_string_equal(read_with("excel", "Europe/Berlin", "45352.5"), "2024-03-01T11:00:00Z");
}

static void printed_times_read_back_equal_with_their_resolution(void **state)
{
    (void)state;
    struct time_format *f = NULL;
    struct buf b;
    uint64_t x = 1;
    assert_int_equal(time_format_new(&f, STR(""), STR(""), NULL), VOC_OK);
    buf_init(&b, 64);
    for (int i = 0; i < 20000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint32_t resolution = (uint32_t)(x >> 33) % 6, resolution2;
        int64_t first = time_from_civil(1, 1, 1) * US_PER_DAY, all = time_from_civil(10000, 1, 1) * US_PER_DAY - first, us2;
        int64_t us = time_floor(first + (int64_t)((x >> 1) % (uint64_t)all), resolution);
        buf_clear(&b);
        time_print(&b, us, resolution);
        assert_int_equal(time_format_parse(f, str_mk(b.ptr, b.len), &us2, &resolution2), VOC_OK);
        if (us != us2 || resolution != resolution2) fail_msg("%s", b.ptr);
    }
    buf_clear(&b);
    time_print(&b, VOC_NA, VOC_RES_SECOND);
    assert_string_equal(b.ptr, "-");
    buf_clear(&b);
    time_print_date(&b, 1719820800 * S);
    assert_string_equal(b.ptr, "1 Jul 2024");
    buf_done(&b);
    time_format_free(f);
}

static void durations_read_and_print(void **state)
{
    (void)state;
    static const struct { const char *text; int64_t seconds; const char *print; } good[] = {
        {"10s", 10, "10 s"}, {"30m", 1800, "30 min"}, {"90m", 5400, "90 min"}, {"6h", 21600, "6 h"}, {"14d", 1209600, "14 d"},
        {"2w", 1209600, "14 d"}, {"0s", 0, "0 s"}, {"24h", 86400, "1 d"}, {"100000s", 100000, "27.8 h"}, {"9999d", 863913600, "9999 d"},
        {"36h", 129600, "36 h"}, {"49h", 176400, "2.0 d"}, {"364h", 1310400, "15.2 d"}, {"366h", 1317600, "15.3 d"},
    };
    static const char *const bad[] = {"", "d", "5", "5 d", "-5d", "+5d", "5x", "1.5d", "5wd", "99999999999999d", "18446744073709551616s"};
    struct buf b;
    int64_t us;
    buf_init(&b, 64);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(time_duration(str_of(good[i].text), &us));
        assert_int_equal(us, good[i].seconds * S);
        buf_clear(&b);
        time_print_duration(&b, us);
        assert_string_equal(b.ptr, good[i].print);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (time_duration(str_of(bad[i]), &us)) fail_msg("'%s' was read", bad[i]);
    }
    buf_clear(&b);
    time_print_duration(&b, -1500);
    assert_string_equal(b.ptr, "-1500 us");
    buf_done(&b);
}

static void floors_go_toward_minus_infinity_and_after_compares_at_the_coarser_resolution(void **state)
{
    (void)state;
    assert_int_equal(time_floor(-1, VOC_RES_DAY), -US_PER_DAY);
    assert_int_equal(time_floor(-US_PER_DAY, VOC_RES_DAY), -US_PER_DAY);
    assert_int_equal(time_floor(90 * S + 7, VOC_RES_MINUTE), 60 * S);
    assert_int_equal(time_floor(-7, VOC_RES_US), -7);
    assert_true(time_after(2 * S, VOC_RES_SECOND, 1 * S, VOC_RES_SECOND));
    assert_false(time_after(2 * S, VOC_RES_SECOND, 2 * S, VOC_RES_SECOND));
    assert_false(time_after(10 * 3600 * S, VOC_RES_SECOND, 0, VOC_RES_DAY)); // later that day: which came first is unknown
    assert_true(time_after(US_PER_DAY, VOC_RES_DAY, 10 * 3600 * S, VOC_RES_SECOND));
    assert_false(time_after(S + 900000, VOC_RES_US, S + 100000, VOC_RES_SECOND));
}

static void the_clock_is_the_environments_where_that_is_set(void **state)
{
    (void)state;
    assert_true(clock_now_us() > 1700000000 * S);
    assert_int_equal(setenv("VOC_NOW", "rubbish", 1), 0);
    clock_env();
    assert_true(clock_now_us() > 1700000000 * S);
    assert_int_equal(setenv("VOC_NOW", "2001-02-03T04:05:06Z", 1), 0);
    clock_env();
    assert_int_equal(clock_now_us(), 981173106 * S);
}

// What is read in one step against the same with a fraction behind it, which is not; and dates that differ from the one before.
static void read_in_one_step_in(const char *zone)
{
    static const char *const dates[] = {"2024-02-29", "2023-02-29", "2024-02-28", "2024-02-2 ", "2024-12-31", "2024/12-31", "0001-01-01", "9999-12-31", "2024-12-31"};
    struct time_format *f = NULL;
    assert_int_equal(time_format_new(&f, STR(""), str_of(zone), NULL), VOC_OK);
    for (size_t d = 0; d < sizeof dates / sizeof *dates; d++) {
        for (unsigned at = 0; at < 8; at++) {
            for (unsigned c = 0; c < 256; c++) {
                for (unsigned zulu = 0; zulu < 2; zulu++) {
                    char fast[24], slow[24] = "";
                    int64_t us[2] = {0, 0};
                    uint32_t resolution[2] = {9, 9};
                    memcpy(fast, dates[d], 10);
                    memcpy(fast + 10, at % 2 ? "T12:34:56Z" : " 23:59:59Z", 10);
                    fast[11 + at] = (char)c;
                    memcpy(slow, fast, 19);
                    memcpy(slow + 19, ".0Z", 3);
                    voc_rc one = time_format_parse(f, str_mk(fast, 19 + zulu), &us[0], &resolution[0]);
                    voc_rc two = time_format_parse(f, str_mk(slow, 21 + zulu), &us[1], &resolution[1]);
                    if (at == 7 && (c == ' ' || (c >= '\t' && c <= '\r'))) continue; // blanks at the end are not looked at
                    if (one != two || us[0] != us[1]) fail_msg("%.20s: %d %lld, %lld", fast, (int)one, (long long)us[0], (long long)us[1]);
                    if (!one) assert_int_equal(resolution[0], VOC_RES_SECOND);
                }
            }
        }
    }
    time_format_free(f);
}

static void a_clock_read_in_one_step_is_read_the_same_step_by_step(void **state)
{
    (void)state;
    read_in_one_step_in("UTC"); // nothing but that step
    read_in_one_step_in("Europe/Berlin");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_read_in_one_step_is_read_the_same_step_by_step),
        cmocka_unit_test(civil_days_agree_with_counting_from_year_1_to_9999),
        cmocka_unit_test(iso_forms_read_with_the_resolution_as_written),
        cmocka_unit_test(fractions_take_dot_or_comma_and_are_cut_to_microseconds),
        cmocka_unit_test(leap_seconds_are_the_next_second),
        cmocka_unit_test(what_is_no_iso_time_is_refused),
        cmocka_unit_test(epochs_are_told_apart_by_magnitude),
        cmocka_unit_test(patterns_read_what_they_say_and_nothing_else),
        cmocka_unit_test(patterns_that_cannot_work_are_refused_with_a_reason),
        cmocka_unit_test(a_date_is_a_moment_only_where_that_is_meant),
        cmocka_unit_test(zones_apply_to_times_without_an_offset_only),
        cmocka_unit_test(a_repeated_local_time_is_its_first_occurrence_and_a_skipped_one_moves_forward),
        cmocka_unit_test(unknown_zones_are_refused_with_the_nearest_name),
        cmocka_unit_test(the_guess_reads_every_sample_and_says_when_day_and_month_are_open),
        cmocka_unit_test(serial_numbers_of_spreadsheets_are_read_when_asked_for),
        cmocka_unit_test(one_format_reads_zones_in_many_threads),
        cmocka_unit_test(a_time_may_name_its_zone),
        cmocka_unit_test(a_year_of_two_digits_in_front_is_told_by_what_changes_least),
        cmocka_unit_test(names_of_months_do_not_contradict_each_other),
        cmocka_unit_test(ten_national_forms_are_guessed_and_read),
        cmocka_unit_test(printed_times_read_back_equal_with_their_resolution),
        cmocka_unit_test(durations_read_and_print),
        cmocka_unit_test(floors_go_toward_minus_infinity_and_after_compares_at_the_coarser_resolution),
        cmocka_unit_test(the_clock_is_the_environments_where_that_is_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
