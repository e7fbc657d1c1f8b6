// SPDX-License-Identifier: MIT
// Input plugin weblog: who, what and where a request is. Visitors, robots, pages, campaigns, rules of a site; rejects with their
// reasons; hostile lines, damaged logs and failing allocations.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

#define COMBINED "format", "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\""
#define AT " [04/Mar/2024:09:00:01 +0000] "
#define ANY "\"-\" \"Mozilla/5.0 (X11)\"\n"

static const char *const combined[] = {COMBINED, NULL};

static char *rows_of(const char *const *options, const char *text)
{
    struct events_run r = {.options = options};
    events_run(&r, str_of(text));
    if (r.rc) print_error("%s\n", r.says.ptr ? r.says.ptr : "");
    assert_int_equal(r.rc, VOC_OK);
    char *rows = strdup(r.rows.ptr ? r.rows.ptr : "");
    events_done(&r);
    return rows;
}

static void expect_part(const char *const *options, const char *line, const char *part)
{
    char *rows = rows_of(options, line);
    if (!strstr(rows, part)) print_error("%s -> %s, not %s\n", line, rows, part);
    assert_non_null(strstr(rows, part));
    free(rows);
}

// ---- who ----------------------------------------------------------------------------------------------------------------------------------------

static void a_visitor_is_the_user_else_the_cookie_else_the_address_with_the_agent(void **state)
{
    (void)state;
    static const struct { const char *visitor, *user, *cookie, *who; } cases[] = {
        {"auto", "anna", "_ga=GA1.2.3", " customer=login:anna! "}, {"auto", "-", "a=b; _ga=GA1.2.3; c=d", " customer=cookie:GA1.2.3 "},
        {"auto", "-", "_pk_id.1.1fff=7b1", " customer=cookie:7b1 "}, {"auto", "-", "x_ga=1", " customer=visitor:192.0.2.1/f39aa4b2 "},
        {"user", "-", "_ga=GA1.2.3", " touchpoint="}, {"cookie", "anna", "_ga=GA1.2.3", " customer=cookie:GA1.2.3 "},
        {"ip-agent", "anna", "_ga=GA1.2.3", " customer=visitor:192.0.2.1/f39aa4b2 "}, {"ip", "anna", "_ga=GA1.2.3", " customer=ip:192.0.2.1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[400];
        const char *const o[] = {"format", "%h %u %t \"%r\" \"%{User-Agent}i\" \"%{Cookie}i\"", "visitor", cases[i].visitor, NULL};
        snprintf(line, sizeof line, "192.0.2.1 %s" AT "\"GET /a HTTP/1.1\" \"Mozilla/5.0 (X11)\" \"%s\"\n", cases[i].user, cases[i].cookie);
        expect_part(o, line, cases[i].who);
    }
    const char *const nobody[] = {COMBINED, "visitor", "user", NULL};
    char *rows = rows_of(nobody, "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 " ANY);
    assert_null(strstr(rows, "customer="));
    free(rows);
}

static void one_address_is_one_visitor_however_it_is_spelled(void **state)
{
    (void)state;
    static const struct { const char *written, *kept; } cases[] = {
        {"192.0.2.1", "192.0.2.1"}, {"192.0.2.1:55008", "192.0.2.1"}, {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"}, {"[2001:db8::1]:443", "2001:db8::1"},
        {"fe80::1%eth0", "fe80::1"}, {"::ffff:192.0.2.1", "192.0.2.1"}, {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"}, {"::", "::"}, {"::1", "::1"}, {"1::", "1::"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"}, {"2001:db8:0:2:3:4:5:6", "2001:db8:0:2:3:4:5:6"}, {"host.example.org", "host.example.org"}, {"1.2.3.456", "1.2.3.456"},
        {"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:9"}, {"1::2::3", "1::2::3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[300], who[200];
        const char *const o[] = {COMBINED, "visitor", "ip", NULL};
        snprintf(line, sizeof line, "%s - -" AT "\"GET /a HTTP/1.1\" 200 1 " ANY, cases[i].written);
        snprintf(who, sizeof who, " customer=ip:%s touchpoint", cases[i].kept);
        expect_part(o, line, who);
    }
}

static void behind_a_proxy_of_ours_the_visitor_is_who_it_passes_on(void **state)
{
    (void)state;
    const char *const o[] = {"format", "%h %t \"%r\" \"%{X-Forwarded-For}i\"", "visitor", "ip", NULL};
    expect_part(o, "10.0.0.7" AT "\"GET /a HTTP/1.1\" \"203.0.113.9, 10.0.0.1\"\n", "customer=ip:203.0.113.9 ");
    expect_part(o, "10.0.0.7" AT "\"GET /a HTTP/1.1\" \"-\"\n", "customer=ip:10.0.0.7 ");
    expect_part(o, "fd00::7" AT "\"GET /a HTTP/1.1\" \"2001:db8::9\"\n", "customer=ip:2001:db8::9 ");
    expect_part(o, "198.51.100.7" AT "\"GET /a HTTP/1.1\" \"203.0.113.9\"\n", "customer=ip:198.51.100.7 "); // anybody can write that header
}

static char list_path[] = "/tmp/voc-test-weblog-XXXXXX";

static const char *write_file(const char *text)
{
    memcpy(list_path + sizeof list_path - 7, "XXXXXX", 6);
    int fd = mkstemp(list_path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return list_path;
}

static void robots_are_told_apart_by_what_they_call_themselves(void **state)
{
    (void)state;
    static const struct { const char *agent, *robot; } cases[] = {
        {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"},
        {"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.0; +https://openai.com/gptbot)", "GPTBot"},
        {"Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)", "Slurp"},
        {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookexternalhit"},
        {"curl/8.1", "curl"}, {"python-requests/2.31.0", "python-requests"}, {"-", "nameless"}, {"A new one, Foobot", "Foobot"}, {"Screaming Frog SEO Spider/19.0", "Frog"},
        {"Mozilla/5.0 (Linux; Android 9; CUBOT_X18) AppleWebKit/537.36 Chrome/99.0 Mobile Safari/537.36", NULL},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Edg/124.0.0.0", NULL},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[400], part[200];
        snprintf(line, sizeof line, "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"%s\"\n", cases[i].agent);
        if (cases[i].robot)
            snprintf(part, sizeof part,
                     " crawl by=other customer=robot:%s 192.0.2.1 touchpoint=/a channel=web object=/a {bytes=1 1} "
                     "{robot=%s} {status=200 200}",
                     cases[i].robot, cases[i].robot);
        expect_part(combined, line, cases[i].robot ? part : " view by=customer customer=visitor:192.0.2.1/");
    }
    static const char robot[] = "192.0.2.1 - -" AT "\"GET /robots.txt HTTP/1.1\" 200 1 " ANY;
    expect_part(combined, robot, " crawl by=other customer=robot:nameless 192.0.2.1 ");
    static const char *const out[] = {COMBINED, "robots", "leave-out", NULL}, *const in[] = {COMBINED, "robots", "as-visitors", NULL};
    expect_part(out, robot, "1 ignore a robot\n");
    expect_part(in, robot, " view by=customer customer=visitor:192.0.2.1/f39aa4b2 ");
}

static void a_list_of_robots_is_extended_by_ones_own(void **state)
{
    (void)state;
    const char *const o[] = {COMBINED, "robots-list", write_file("# ours\nAcme Check\n\n!goodbot\n"), NULL};
    expect_part(o, "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 acme check/3\"\n", "customer=robot:check 192.0.2.1");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 GoodBot/3\"\n", " view by=customer ");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 BadBot/3\"\n", "customer=robot:BadBot 192.0.2.1");
    unlink(list_path);
}

// ---- what ---------------------------------------------------------------------------------------------------------------------------------------

static void what_was_done_follows_from_method_status_and_ending(void **state)
{
    (void)state;
    static const struct { const char *request, *status, *what; } cases[] = {
        {"GET /a HTTP/1.1", "200", " view by=customer "}, {"GET /a HTTP/1.1", "304", " view by=customer "}, {"GET /a HTTP/1.1", "302", " redirect by=customer "},
        {"GET /a HTTP/1.1", "404", " error-page by=customer "}, {"GET /a HTTP/1.1", "500", " error-page by=customer "}, {"POST /a HTTP/1.1", "200", " submit by=customer "},
        {"POST /a HTTP/1.1", "303", " submit by=customer "}, {"POST /a HTTP/1.1", "500", " error-page by=customer "}, {"GET /a.PDF HTTP/1.1", "200", " download by=customer "},
        {"GET /a.pdf HTTP/1.1", "404", " error-page by=customer "}, {"GET /a.css HTTP/1.1", "200", " load by=other "}, {"GET /a.css HTTP/1.1", "404", " load by=other "},
        {"GET /image/77/big HTTP/1.1", "200", " load by=other "}, {"HEAD /a HTTP/1.1", "200", " load by=other "}, {"OPTIONS * HTTP/1.1", "200", " load by=other "},
        {"GET /a", "200", " view by=customer "}, {"GET /a b HTTP/1.1", "200", " object=/a b "}, {"GET http://www.example.org/a HTTP/1.1", "200", " object=/a "},
        {"GET https://www.example.org HTTP/1.1", "200", " object=/ "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[300];
        snprintf(line, sizeof line, "192.0.2.1 - -" AT "\"%s\" %s 1 " ANY, cases[i].request, cases[i].status);
        expect_part(combined, line, cases[i].what);
    }
    static const char *const out[] = {COMBINED, "parts", "leave-out", NULL}, *const in[] = {COMBINED, "parts", "as-visitors", NULL};
    expect_part(out, "192.0.2.1 - -" AT "\"GET /a.css HTTP/1.1\" 200 1 " ANY, "1 ignore a part of a page\n");
    expect_part(in, "192.0.2.1 - -" AT "\"GET /a.css HTTP/1.1\" 200 1 " ANY, " load by=customer ");
}

static void actions_are_named_with_their_page_if_asked(void **state)
{
    (void)state;
    static const char *const page[] = {COMBINED, "actions", "page", NULL}, *const section[] = {COMBINED, "actions", "section", NULL};
    expect_part(page, "192.0.2.1 - -" AT "\"GET /p/77 HTTP/1.1\" 200 1 " ANY, " view /p/* by=customer ");
    expect_part(page, "192.0.2.1 - -" AT "\"GET /p/77 HTTP/1.1\" 404 1 " ANY, " error-page by=customer ");
    expect_part(page, "192.0.2.1 - -" AT "\"GET /p.css HTTP/1.1\" 200 1 " ANY, " load by=other ");
    expect_part(section, "192.0.2.1 - -" AT "\"GET /p/77 HTTP/1.1\" 200 1 " ANY, " view p by=customer ");
    expect_part(section, "192.0.2.1 - -" AT "\"POST /login HTTP/1.1\" 200 1 " ANY, " submit login by=customer ");
    expect_part(section, "192.0.2.1 - -" AT "\"GET / HTTP/1.1\" 200 1 " ANY, " view home by=customer ");
}

static void pages_are_folded_as_people_speak_of_them(void **state)
{
    (void)state;
    static const struct { const char *target, *page, *object; } cases[] = {
        {"/", "/", "/"}, {"/a/", "/a", "/a/"}, {"/a/index.html", "/a", "/a/index.html"}, {"/index.php?x=1", "/", "/index.php"}, {"//a///b", "/a/b", "/a/b"},
        {"/product/1042", "/product/*", "/product/1042"}, {"/product/blue-shoe-1042", "/product/blue-shoe-*", "/product/blue-shoe-1042"}, {"/events/fair-2024", "/events/fair-2024", "/events/fair-2024"},
        {"/top-10", "/top-10", "/top-10"}, {"/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301/pay", "/o/*/pay", "/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301/pay"},
        {"/k/5f4dcc3b5aa765d61d8327deb882cf99", "/k/*", "/k/5f4dcc3b5aa765d61d8327deb882cf99"}, {"/d/9981.html", "/d/*.html", "/d/9981.html"},
        {"/a;jsessionid=77/b", "/a/b", "/a/b"}, {"/caf%C3%A9%20x", "/caf\xC3\xA9 x", "/caf\xC3\xA9 x"}, {"/%2F%41", "/%2FA", "/%2FA"}, {"/%FF", "/%FF", "/%FF"}, {"/a%00b%0A", "/a%00b%0A", "/a%00b%0A"},
        {"/a#b", "/a", "/a"}, {"/a?b#c", "/a", "/a"}, {"/%", "/%", "/%"}, {"/%4", "/%4", "/%4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[400], part[300];
        snprintf(line, sizeof line, "192.0.2.1 - -" AT "\"GET %s HTTP/1.1\" 200 1 " ANY, cases[i].target);
        snprintf(part, sizeof part, " touchpoint=%s channel=web object=%s {", cases[i].page, cases[i].object);
        expect_part(combined, line, part);
    }
    static const char *const kept[] = {COMBINED, "ids", "keep", "parameters", "page,id", NULL};
    expect_part(kept, "192.0.2.1 - -" AT "\"GET /i/77?x=1&id=5&page=2&session=9 HTTP/1.1\" 200 1 " ANY, " touchpoint=/i/77?page=2&id=5 channel=web object=/i/77 {");
}

static void campaigns_and_foreign_referrers_are_kept_and_the_site_itself_is_not(void **state)
{
    (void)state;
    static const char *const o[] = {COMBINED, "site", "example.org", NULL};
    expect_part(o,
                "192.0.2.1 - -" AT
                "\"GET /a?utm_source=news+letter&utm_medium=e%2Dmail&utm_campaign=spring%20%C3%A9&cid=1 HTTP/1.1\" "
                "200 1 \"https://www.example.org/b\" \"Mozilla/5.0 (X11)\"\n",
                " campaign=spring \xC3\xA9 object=/a {bytes=1 1} {medium=e-mail} {source=news letter} {status=200 200}\n");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /a?utm_campaign= HTTP/1.1\" 200 1 \"https://other.example.net/b?q=1\" \"Mozilla/5.0 (X11)\"\n",
                " object=/a {bytes=1 1} {referrer=https://other.example.net/b?q=1} {status=200 200}\n");
}

static void a_page_is_the_same_whether_the_first_block_held_it_or_not(void **state)
{
    (void)state;
    static const char *const targets[] = {"/", "/a", "/shop/product-123.html", "/shop//a;jsessionid=9/", "/index.html", "/img/a.png", "/doc.pdf", "/caf%C3%A9/%2e", "/a?utm_campaign=x&id=7", "/a?id=8",
                                          "http://example.com/a/77", "/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/static/app.1234567890abcdef.js", "/robots.txt", "/shop/product-123.html", "/a", "*", "/img/a.png"};
    struct buf text;
    char *rows[2];
    buf_init(&text, 1 << 20);
    for (unsigned round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
            assert_int_equal(buf_printf(&text, "192.0.2.%u - -" AT "\"GET %s HTTP/1.1\" 200 1 " ANY, round, targets[i]), VOC_OK);
    for (size_t k = 0; k < 2; k++) {
        struct events_run r = {.options = combined, .target = k}; // all in one; a line each
        events_run(&r, str_mk(text.ptr, text.len));
        assert_int_equal(r.rc, VOC_OK);
        assert_int_equal(r.events, 3 * sizeof targets / sizeof *targets);
        rows[k] = strdup(r.rows.ptr);
        events_done(&r);
    }
    assert_string_equal(rows[0], rows[1]);
    assert_non_null(strstr(rows[0], "touchpoint=/shop/product-*.html"));
    free(rows[0]);
    free(rows[1]);
    buf_done(&text);
}

// More agents and targets than are kept, each met twice: with the others in between it has been forgotten, or given its place to another.
static void what_was_met_before_never_changes_what_is_read(void **state)
{
    (void)state;
    static const char *const o[] = {COMBINED, "visitor", "ip", NULL};
    enum { LINES = 12000 };
    char path[200];
    struct buf text, rows;
    buf_init(&text, 16 << 20);
    buf_init(&rows, 16 << 20);
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = 0;
    for (unsigned i = 0; i < 2 * LINES; i++) {
        const unsigned n = i % LINES, agent = n % 5000;
        const bool robot = agent % 50 == 0, part = n % 3 == 0;
        const char *ending = part ? ".png" : "";
        assert_int_equal(buf_printf(&text,
                                    "192.0.2.1 - -" AT "\"GET /%s/%u%s%s HTTP/1.1\" 200 1 \"-\" \"Mozilla/5.0 (X11) %s%u/1.0\"\n",
                                    path, n, ending, n % 7 ? "" : "?id=1", robot ? "Googlebot" : "Browser", agent),
                         VOC_OK);
        assert_int_equal(buf_printf(&rows, "%u 2024-03-04T09:00:01Z %s by=%s customer=", i + 1,
                                    robot  ? "crawl"
                                    : part ? "load"
                                           : "view",
                                    robot || part ? "other" : "customer"),
                         VOC_OK);
        assert_int_equal(robot ? buf_printf(&rows, "robot:Googlebot%u 192.0.2.1", agent) : buf_printf(&rows, "ip:192.0.2.1"), VOC_OK);
        if (robot && part) assert_int_equal(buf_printf(&rows, " touchpoint=/%s/%u.png", path, n), VOC_OK);
        else if (!part) assert_int_equal(buf_printf(&rows, " touchpoint=/%s/*", path), VOC_OK);
        assert_int_equal(buf_printf(&rows, " channel=web object=/%s/%u%s", path, n, ending), VOC_OK);
        if (robot) assert_int_equal(buf_printf(&rows, " {bytes=1 1} {robot=Googlebot%u} {status=200 200}", agent), VOC_OK);
        else if (!part) assert_int_equal(buf_printf(&rows, " {bytes=1 1} {status=200 200}"), VOC_OK);
        assert_int_equal(buf_printf(&rows, "\n"), VOC_OK);
    }
    struct events_run r = {.options = o, .target = 100000};
    expect_run(&r, str_mk(text.ptr, text.len), rows.ptr, NULL);
    buf_done(&text);
    buf_done(&rows);
}

static void rules_of_a_site_name_pages_and_actions(void **state)
{
    (void)state;
    const char *const o[] = {COMBINED, "rules", write_file("# ours\npage /shelf ^/p/\\d+\npage /other ^/p\naction product_view ^/p/\naction find \\?q=\npart picture ^/thumb\nignore monitoring ^/health$\n"), NULL};
    expect_part(o, "192.0.2.1 - -" AT "\"GET /p/77 HTTP/1.1\" 200 1 " ANY,
                " product_view by=customer customer=visitor:192.0.2.1/f39aa4b2 touchpoint=/shelf channel=web object=/p/77 ");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /p/77 HTTP/1.1\" 404 1 " ANY, " error-page by=customer ");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /pages?q=x HTTP/1.1\" 200 1 " ANY,
                " find by=customer customer=visitor:192.0.2.1/f39aa4b2 touchpoint=/other channel=web object=/pages ");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /thumb/1 HTTP/1.1\" 200 1 " ANY, " load by=other ");
    expect_part(o, "192.0.2.1 - -" AT "\"GET /health HTTP/1.1\" 200 1 " ANY, "1 ignore monitoring\n");
    unlink(list_path);
    static const struct { const char *rules, *says; } wrong[] = {{"pages /a ^/a\n", "line 1 of the rules: \"pages\" is no kind of rule"}, {"\npage /a\n", "line 2 of the rules has no name or no pattern"}, {"page /a (\n", "REGEX"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct events_run r = {0};
        const char *const w[] = {COMBINED, "rules", write_file(wrong[i].rules), NULL};
        r.options = w;
        events_run(&r, STR("x\n"));
        assert_int_equal(r.rc, VOC_E_OPTION);
        if (!strstr(r.says.ptr, wrong[i].says)) print_error("%s\n", r.says.ptr);
        assert_non_null(strstr(r.says.ptr, wrong[i].says));
        events_done(&r);
        unlink(list_path);
    }
}

// ---- what is not understood ---------------------------------------------------------------------------------------------------------------------

static void a_line_that_is_cut_short_or_holds_no_request_is_rejected_with_the_reason(void **state)
{
    (void)state;
    static const struct { const char *line, *answer; } cases[] = {
        {"192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"Mozilla\n", "1 reject FIELDS: the line ends within the user agent\n"},
        {"192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1\n", "1 reject FIELDS: the line ends before its bytes\n"},
        {"192.0.2.1 - -" AT "\"GET /a HT\n", "1 reject FIELDS: the line ends within the request\n"},
        {"192.0.2.1 - - [04/Mar/2024:09:0\n", "1 reject FIELDS: the line ends within its time\n"},
        {"192.0.2.1\n", "1 reject FIELDS: the line ends within the visitor's address\n"},
        {"192.0.2.1 - - [04/Mai/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 1 " ANY, "1 reject TIME: its time is not understood\n"},
        {"192.0.2.1 - - [30/Feb/2024:09:00:01 +0000] \"GET /a HTTP/1.1\" 200 1 " ANY, "1 reject TIME: its time is not understood\n"},
        {"192.0.2.1 - -" AT "\"\\x16\\x03\\x01\\x00\\xEE\" 400 1 " ANY, "1 reject REQUEST: the request is no HTTP: TLS or another protocol on a plain port\n"},
        {"192.0.2.1 - -" AT "\"quit\" 400 1 " ANY, "1 reject REQUEST: the request is not METHOD PAGE PROTOCOL\n"},
        {"192.0.2.1 - -" AT "\"GET a HTTP/1.1\" 400 1 " ANY, "1 reject REQUEST: the page that was asked for is not a path or an address\n"},
        {"192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 20x 1 " ANY, "1 reject STATUS: its status is not a number from 100 to 999\n"},
        {"192.0.2.1 - -" AT "\"-\" 408 1 " ANY, "1 ignore a connection without a request\n"},
        {"# note\n   \n", "1 ignore a comment\n2 ignore an empty line\n"},
        {"192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"a \\\"quoted\\\" \\\\ agent of ours\"\n", " view by=customer "},
        {"192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 \"-\" \"a \"bare\" quote of ours\"\n", " view by=customer "},
        {"192.0.2.1 - anna b smith" AT "\"GET /a HTTP/1.1\" 200 1 " ANY, " customer=login:anna b smith! "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_part(combined, cases[i].line, cases[i].answer);
}

static voc_rc whole_import(void *user)
{
    struct events_run r = {.options = user};
    events_run(&r, STR("192.0.2.1 - -" AT "\"GET /a%20b/1042?utm_campaign=x HTTP/1.1\" 200 1 \"https://e.example.org/\" \"A \\\"browser\\\" of ours\"\n"
                       "192.0.2.1 - -" AT "\"GET /b HTTP/1.1\" 200 1 \"https://e.example.org/\" \"Mozilla/5.0 (X11; Linux)\"\n192.0.2.1 - -" AT "\"GET /\n"));
    voc_rc rc = r.rc ? r.rc : r.rows.rc;
    if (!rc && r.events != 2) rc = VOC_E_BUG; // never fewer rows than there are, in silence
    events_done(&r);
    return rc;
}

static void each_allocation_that_fails_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(whole_import, NULL) > 20);
}

static uint64_t seed = 7;

static uint64_t next_random(void) // SplitMix64
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void damaged_logs_are_read_or_refused_and_every_line_is_accounted_for(void **state)
{
    (void)state;
    static const char *const good[] = {
        "2001:db8::1 - anna" AT "\"GET /a%C3%A9//b;x=1/77?utm_campaign=c&p=1 HTTP/1.1\" 200 1 \"https://x.example.org/\" \"a \\\"b\\\" \\x41 bot/1\"\n192.0.2.1 - -" AT "\"POST /a HTTP/1.1\" 302 - " ANY,
        "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent) cs(Cookie)\n2024-03-04 09:00:01 192.0.2.1 GET /a x=1 200 \"Mozilla \"\"5\"\"\" _ga=1\n#Date: 2024-03-05\n#Fields: time c-ip cs-uri-stem\n09:00:02 192.0.2.1 /b\n",
        "{\"ts\":1709542801.25,\"request\":{\"remote_ip\":\"192.0.2.1\",\"method\":\"GET\",\"uri\":\"/\\u00e9?x=1\",\"headers\":{\"User-Agent\":[\"a \\\"b\\\"\"]}},\"status\":200}\n{\"time\":\"2024-03-04T09:00:02Z\",\"path\":\"/b\",\"ip\":\"::1\"}\n",
        "Mar  4 09:00:01 lb haproxy[7]: 192.0.2.1:5 [04/Mar/2024:09:00:01.250] w a/1 0/0/1/2/3 200 5 - - ---- 1/1/0/0/0 0/0 {h|M/5.0} {} \"GET /a HTTP/1.1\"\n",
    };
    for (unsigned round = 0; round < 1600; round++) {
        char text[700];
        size_t len = strlen(good[round % 4]);
        memcpy(text, good[round % 4], len);
        for (unsigned i = 0, n = (unsigned)(next_random() % 6); i <= n; i++) {
            size_t at = next_random() % len;
            switch (next_random() % 4) {
            case 0: text[at] = (char)next_random(); break;
            case 1: text[at] = "\"\\[]{}:,%/?#\n\t -"[next_random() % 16]; break;
            case 2: memmove(text + at, text + at + 1, len - at - 1), len--; break;
            default: if (len < sizeof text - 1) memmove(text + at + 1, text + at, len - at), len++;
            }
        }
        struct events_run r = {.target = 1 + next_random() % 300};
        char reason[200], *own = malloc(len); // of its own length, so that a look behind it is found
        assert_non_null(own);
        memcpy(own, text, len);
        events_run(&r, str_mk(own, len)); // the run itself asserts the account
        assert_true(r.rc == VOC_OK || r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION);
        if (r.rc) assert_true(r.says.len > 0);
        events_done(&r);
        (void)events_probe(str_mk(own, len), reason);
        free(own);
    }
}

static void very_long_lines_are_read_and_bounded(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, (size_t)1 << 22);
    buf_cstr(&b, "192.0.2.1 - -" AT "\"GET /");
    for (int i = 0; i < 100000; i++) buf_cstr(&b, "%41/7");
    buf_cstr(&b, " HTTP/1.1\" 200 1 " ANY "192.0.2.1 - -" AT "\"GET /a HTTP/1.1\" 200 1 " ANY);
    struct events_run r = {.options = combined};
    events_run(&r, str_mk(b.ptr, b.len));
    assert_int_equal(r.rc, VOC_OK);
    assert_int_equal(r.events, 2);
    assert_true(r.rows.len < 5000);
    events_done(&r);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor_is_the_user_else_the_cookie_else_the_address_with_the_agent),
        cmocka_unit_test(one_address_is_one_visitor_however_it_is_spelled),
        cmocka_unit_test(behind_a_proxy_of_ours_the_visitor_is_who_it_passes_on),
        cmocka_unit_test(robots_are_told_apart_by_what_they_call_themselves),
        cmocka_unit_test(a_list_of_robots_is_extended_by_ones_own),
        cmocka_unit_test(what_was_done_follows_from_method_status_and_ending),
        cmocka_unit_test(actions_are_named_with_their_page_if_asked),
        cmocka_unit_test(pages_are_folded_as_people_speak_of_them),
        cmocka_unit_test(a_page_is_the_same_whether_the_first_block_held_it_or_not),
        cmocka_unit_test(what_was_met_before_never_changes_what_is_read),
        cmocka_unit_test(campaigns_and_foreign_referrers_are_kept_and_the_site_itself_is_not),
        cmocka_unit_test(rules_of_a_site_name_pages_and_actions),
        cmocka_unit_test(a_line_that_is_cut_short_or_holds_no_request_is_rejected_with_the_reason),
        cmocka_unit_test(each_allocation_that_fails_is_said_and_leaks_nothing),
        cmocka_unit_test(damaged_logs_are_read_or_refused_and_every_line_is_accounted_for),
        cmocka_unit_test(very_long_lines_are_read_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
