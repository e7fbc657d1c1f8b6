// SPDX-License-Identifier: MIT
// Input plugin weblog: the forms of logs. Every sample gives its expected rows and mapping; format strings of Apache and nginx;
// directives that change within a file; however blocks are cut, the rows are the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plugins/events_run.h"

// ---- samples ------------------------------------------------------------------------------------------------------------------------------------

static char *read_whole(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(1 << 16) : NULL;
    *len = text ? fread(text, 1, (1 << 16) - 1, f) : 0;
    if (text) text[*len] = 0;
    if (f) fclose(f);
    return text;
}

static const char *const samples[] = {"combined.log", "vhost.log", "iis.log", "cloudfront.log", "json.log", "haproxy.log", "alb.log", "s3.log"};

static char *read_sample(const char *folder, const char *name, const char *ending, size_t *len)
{
    char path[1024];
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".";
    snprintf(path, sizeof path, "%s/plugins/input/weblog/%s/%s%s", top, folder, name, ending);
    return read_whole(path, len);
}

// VOC_UPDATE_GOLDEN=1 writes what is expected; git diff is the review.
static void every_sample_gives_its_expected_rows_and_mapping(void **state)
{
    (void)state;
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".", *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char *text, *expected, reason[200], got[1 << 15];
        size_t len, n;
        struct events_run r = {0};
        assert_non_null(text = read_sample("samples", samples[i], "", &len));
        events_run(&r, str_mk(text, len));
        assert_int_equal(r.rc, VOC_OK);
        int confidence = events_probe(str_mk(text, len), reason);
        n = (size_t)snprintf(got, sizeof got, "%d %s\n%s\n%s", confidence, reason, r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        if (update && *update) {
            char path[1024];
            snprintf(path, sizeof path, "%s/plugins/input/weblog/expected/%s.txt", top, samples[i]);
            FILE *f = fopen(path, "wb");
            assert_non_null(f);
            fputs(got, f);
            fclose(f);
        }
        assert_non_null(expected = read_sample("expected", samples[i], ".txt", &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

static void however_the_blocks_are_cut_the_rows_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t len;
        char *text = read_sample("samples", samples[i], "", &len);
        struct events_run whole = {.target = 1 << 20};
        assert_non_null(text);
        static const char *const one_mapping[] = {"site", "shop.example.org", NULL}; // it is found from the first block, which differs here
        whole.options = one_mapping;
        events_run(&whole, str_mk(text, len));
        assert_int_equal(whole.rc, VOC_OK);
        for (size_t target = 1; target < 1200; target += 97) {
            struct events_run r = {.target = target, .options = one_mapping};
            events_run(&r, str_mk(text, len));
            assert_int_equal(r.rc, VOC_OK);
            assert_string_equal(r.rows.ptr, whole.rows.ptr);
            events_done(&r);
        }
        events_done(&whole);
        free(text);
    }
}

// ---- format strings -----------------------------------------------------------------------------------------------------------------------------

static void a_format_string_of_apache_is_followed(void **state)
{
    (void)state;
    static const char *const o[] = {"format", "%v:%p %h %l %u %t \\\"%r\\\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D", NULL};
    expect_options(o, "shop.example.org:443 192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (X11)\" 12500\n",
                "1 2024-03-04T09:00:01Z view by=customer customer=visitor:192.0.2.1/f39aa4b2 touchpoint=/a channel=web object=/a {bytes=5 5} {host=shop.example.org} {ms=12500 12} {status=200 200}\n");
    static const char *const parts[] = {"format", "%{%Y-%m-%d %H:%M:%S}t|%a|%m|%U|%q|%s|%{ms}T|%{id}C", NULL};
    expect_options(parts, "2024-03-04 09:00:01|192.0.2.1|GET|/a|?utm_campaign=x|200|7|c-77\n2024-03-04 09:00:02|192.0.2.1|GET|/b||200|7|-\n",
                "1 2024-03-04T09:00:01Z view by=customer customer=cookie:c-77 touchpoint=/a channel=web campaign=x object=/a {ms=7 7} {status=200 200}\n"
                "2 2024-03-04T09:00:02Z view by=customer customer=visitor:192.0.2.1 touchpoint=/b channel=web object=/b {ms=7 7} {status=200 200}\n");
    static const char *const epoch[] = {"format", "%{msec}t %h \"%r\" %>s", NULL};
    expect_options(epoch, "1709542801250 192.0.2.1 \"GET /a HTTP/1.1\" 200\n",
                "1 2024-03-04T09:00:01.250Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a {status=200 200}\n");
    static const char *const words[] = {"format", "%h - - %{[%B - %d, %Y:%H:%M:%S]}t \"%r\" %s %b", NULL};
    expect_options(words, "192.0.2.1 - - [February - 10, 2012:16:42:07] \"GET / HTTP/1.0\" 200 368\n",
                "1 2012-02-10T16:42:07Z view by=customer customer=visitor:192.0.2.1 touchpoint=/ channel=web object=/ {bytes=368 368} {status=200 200}\n");
}

static void a_format_string_of_nginx_is_followed(void **state)
{
    (void)state;
    static const char *const o[] = {"format", "${remote_addr} [$time_iso8601] $request_method \"$request_uri\" $status rt=$request_time \"$http_cookie\"", "cookie", "sid", NULL};
    expect_options(o, "2001:DB8::0:1 [2024-03-04T10:00:01+01:00] GET \"/a?x=1\" 200 rt=0.120 \"a=b; sid=77; c=d\"\n",
                "1 2024-03-04T09:00:01Z view by=customer customer=cookie:77 touchpoint=/a channel=web object=/a {ms=0.120 120} {status=200 200}\n");
    static const char *const msec[] = {"format", "$msec $remote_addr $request", NULL};
    expect_options(msec, "1709542801.250 192.0.2.1 GET /a HTTP/1.1\n",
                   "1 2024-03-04T09:00:01.250Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a\n");
}

static void a_format_that_cannot_be_followed_is_an_error_that_says_why(void **state)
{
    (void)state;
    static const struct { const char *format, *why; } cases[] = {
        {"%h %l %u \"%r\" %>s %b", "it has no time"},
        {"%h %t %>s", "it has no request"},
        {"%h%u %t \"%r\"", "two of its fields stand side by side"},
        {"%h %t \"%r\" %{Referer", "a brace in it is not closed"},
        {"%h %t \"%r\" %", "it ends in %"},
        {"$remote_addr [$time_local] \"$request\" $", "a $ in it is not followed by a name"},
        {"$rest [$time_local] \"$request\"", "$rest is not at its end"},
        {"%{%Y %Q}t \"%r\"", "a letter that is not known"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const o[] = {"format", cases[i].format, NULL};
        expect_error(o, "192.0.2.1 x\n", VOC_E_OPTION, cases[i].why);
    }
    expect_error(NULL, "a poem\nwithout requests\n", VOC_E_INPUT, "WEBLOG-004");
}

static void a_time_without_a_zone_is_of_the_zone_that_was_declared(void **state)
{
    (void)state;
    static const char *const o[] = {"format", "$remote_addr [$time_haproxy] \"$request\"", "zone", "Europe/Warsaw", NULL};
    expect_options(o,
                   "192.0.2.1 [04/Mar/2024:10:00:01.250] \"GET /a HTTP/1.1\"\n"
                   "192.0.2.1 [04/Jul/2024:11:00:01] \"GET /a HTTP/1.1\"\n"
                   "192.0.2.1 [31/Feb/2024:11:00:01] \"GET /a HTTP/1.1\"\n",
                   "1 2024-03-04T09:00:01.250Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a\n"
                   "2 2024-07-04T09:00:01Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a\n"
                   "3 reject TIME: its time is not understood\n");
}

// ---- guesses ------------------------------------------------------------------------------------------------------------------------------------

static void the_layout_is_that_of_most_of_the_first_lines(void **state)
{
    (void)state;
    static const struct { const char *line, *format; } cases[] = {
        {"192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5", "the common log format: $remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent\n"},
        {"192.0.2.1 www.example.org anna [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5", "$remote_addr $host $remote_user [$time_local]"},
        {"192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] (0 s) \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"", "[$time_local] ($unknown) \"$request\""},
        {"192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\" 0.250", "\"$http_user_agent\" $request_time\n"},
        {"192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\" 25000", "\"$http_user_agent\" $taken_us\n"},
        {"crawl-1.example.org - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5", "$remote_addr $ident $remote_user"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2000];
        struct events_run r = {0};
        snprintf(text, sizeof text, "# a note\n%s\n192.0.2.9 cut off\n%s\n", cases[i].line, cases[i].line);
        events_run(&r, str_of(text));
        assert_int_equal(r.rc, VOC_OK);
        if (!strstr(r.mapping, cases[i].format)) print_error("%s", r.mapping);
        assert_non_null(strstr(r.mapping, cases[i].format));
        assert_int_equal(r.gave, 2);
        assert_int_equal(r.rejected, 1);
        assert_int_equal(r.ignored, 1);
        events_done(&r);
    }
}

static void the_probe_knows_access_logs_and_what_is_none(void **state)
{
    (void)state;
    static const struct { const char *text; int least, most; } cases[] = {
        {"192.0.2.1 - - [04/Mar/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 5\n", 85, 85},
        {"#Version: 1.0\n#Fields: date time c-ip cs-uri-stem sc-status\n", 95, 95},
        {"#fields\tts\tuid\n1\t2\n", 0, 0},
        {"{\"ts\":1,\"request\":{\"method\":\"GET\",\"uri\":\"/a\",\"client_ip\":\"192.0.2.1\"},\"status\":200}\n", 95, 95},
        {"{\"time\":1,\"event\":\"view\",\"user\":\"a\"}\n", 0, 0},
        {"time,action,customer\n2024-03-04,view,a\n", 0, 0},
        {"<log><trace/></log>\n", 0, 0},
        {"", 0, 0},
    };
    char reason[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int confidence = events_probe(str_of(cases[i].text), reason);
        if (confidence < cases[i].least || confidence > cases[i].most) print_error("%s -> %d (%s)\n", cases[i].text, confidence, reason);
        assert_in_range(confidence, cases[i].least, cases[i].most);
        assert_true(strlen(reason) > 0);
    }
}

// ---- directives ---------------------------------------------------------------------------------------------------------------------------------

static void each_fields_line_holds_from_there_on(void **state)
{
    (void)state;
    expect_options(NULL,
                "#Version: 1.0\n#GMT-Offset: -0800\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2024-03-04 01:00:01 192.0.2.1 GET /a 200\n"
                "#Fields: cs-uri-stem c-ip time date\n/b 192.0.2.1 01:00:02 2024-03-04\n"
                "#Fields: x-nothing\nvalue\n#Fields: date time c-ip cs-uri-stem cs(User-Agent)\n2024-03-04\t01:00:03\t192.0.2.1\t/c\tMozilla/5.0%2520(X11)\n",
                "1 ignore a directive, such as #Fields\n2 ignore a directive, such as #Fields\n3 ignore a directive, such as #Fields\n"
                "4 2024-03-04T09:00:01Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a {status=200 200}\n5 ignore a directive, such as #Fields\n"
                "6 2024-03-04T09:00:02Z view by=customer customer=visitor:192.0.2.1 touchpoint=/b channel=web object=/b\n7 ignore a directive, such as #Fields\n"
                "8 reject FIELDS: no #Fields line before it says what it holds\n9 ignore a directive, such as #Fields\n"
                "10 2024-03-04T09:00:03Z view by=customer customer=visitor:192.0.2.1/f39aa4b2 touchpoint=/c channel=web object=/c\n");
}

static void lines_of_a_file_transfer_server_are_no_requests(void **state)
{
    (void)state;
    expect_options(NULL, "#Fields: time c-ip cs-method cs-uri-stem sc-status\n#Date: 2024-03-04 00:00:00\n09:00:01 192.0.2.1 [2]USER /anna 331\n",
                "1 ignore a directive, such as #Fields\n2 ignore a directive, such as #Fields\n3 reject REQUEST: its method is none of HTTP\n");
}

// ---- JSON ---------------------------------------------------------------------------------------------------------------------------------------

static void json_names_are_found_nested_or_with_dots_and_broken_lines_are_rejected(void **state)
{
    (void)state;
    static const char *const o[] = {"format", "json", NULL};
    expect_options(o,
                "{\"@timestamp\":\"2024-03-04T09:00:01Z\",\"url\":{\"path\":\"/a\"},\"http.request.method\":\"GET\",\"source\":{\"ip\":\"192.0.2.1\"},\"http\":{\"response\":{\"status_code\":200}}}\n"
                "app | {\"time\":\"2024-03-04T09:00:02Z\",\"path\":\"/\\u00e9\\ud83d\\ude00\\ud83d\",\"remote_ip\":\"192.0.2.1\",\"deep\":[[{\"a\":[1,true,null,-1.5e3]}]]},\n"
                "{\"time\":\"2024-03-04T09:00:03Z\",\"path\":\"/a\"} and more\n{\"time\":\"soon\",\"path\":\"/a\"}\n{\"time\":1e,}\n{\"EdgeStartTimestamp\":1709542804000000000,\"ClientRequestURI\":\"/n\",\"ClientIP\":\"192.0.2.1\"}\n",
                "1 2024-03-04T09:00:01Z view by=customer customer=visitor:192.0.2.1 touchpoint=/a channel=web object=/a {status=200 200}\n"
                "2 2024-03-04T09:00:02Z view by=customer customer=visitor:192.0.2.1 touchpoint=/\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD channel=web object=/\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD\n"
                "3 reject JSON: the line is not one whole JSON object\n4 reject TIME: its time is missing, or not understood\n5 reject JSON: the line is not one whole JSON object\n"
                "6 2024-03-04T09:00:04.000000Z view by=customer customer=visitor:192.0.2.1 touchpoint=/n channel=web object=/n\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_gives_its_expected_rows_and_mapping),
        cmocka_unit_test(however_the_blocks_are_cut_the_rows_are_the_same),
        cmocka_unit_test(a_format_string_of_apache_is_followed),
        cmocka_unit_test(a_format_string_of_nginx_is_followed),
        cmocka_unit_test(a_format_that_cannot_be_followed_is_an_error_that_says_why),
        cmocka_unit_test(a_time_without_a_zone_is_of_the_zone_that_was_declared),
        cmocka_unit_test(the_layout_is_that_of_most_of_the_first_lines),
        cmocka_unit_test(the_probe_knows_access_logs_and_what_is_none),
        cmocka_unit_test(each_fields_line_holds_from_there_on),
        cmocka_unit_test(lines_of_a_file_transfer_server_are_no_requests),
        cmocka_unit_test(json_names_are_found_nested_or_with_dots_and_broken_lines_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
