// SPDX-License-Identifier: MIT
// What the plugin input/json makes of records: by names and maps (paths), our own rows, calls of Segment, exports of known services; and that
// no damage to a text does more than reject. Expected rows are written as events_run.c prints them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/events_run.h"

// ---- columns ----------------------------------------------------------------------------------------------------------------------

static void members_are_found_by_their_names_and_paths(void **state)
{
    (void)state;
    expect("{\"ts\":\"2024-03-01T10:00:00Z\",\"event\":\"view\",\"user_id\":\"u1\",\"page\":{\"n\":1,\"t\":\"x\"},\"n\":2}\n"
           "{\"ts\":\"2024-03-01T10:00:01Z\",\"event\":\"buy\",\"user_id\":7,\"page\":{\"t\":\"y\\n\\u00e9\"},\"ok\":true}\n",
           "1 2024-03-01T10:00:00Z view customer=id:u1! {page.n=1} {page.t=x} {n=2}\n"
           "2 2024-03-01T10:00:01Z buy customer=id:7! {page.t=y\n\xC3\xA9} {ok=true}\n");
    // names inside of objects are names too; numbers that are times
    expect("{\"event\":{\"name\":\"view\"},\"at\":{\"timestamp\":1709287200},\"user\":{\"id\":\"u1\"}}\n", "1 2024-03-01T10:00:00Z view customer=id:u1!\n");
}

static void arrays_are_one_cell_and_their_members_can_be_named(void **state)
{
    static const char *const options[] = {"object", "items[1].name", "value", "items[0].price", NULL};
    static const char text[] = "{\"time\":\"2024-03-01\",\"action\":\"buy\",\"items\":[{\"name\":\"a\",\"price\":1.5},{\"name\":\"b\"}],\"tags\":[\"x\",2],\"none\":[]}\n"
                               "{\"time\":\"2024-03-02\",\"action\":\"buy\",\"items\":[]}\n";
    (void)state;
    expect_options((const char *const[]){"shape", "columns", NULL}, text,
                   "1 2024-03-01 buy {items=[{\"name\":\"a\",\"price\":1.5},{\"name\":\"b\"}]} {tags=[\"x\",2]}\n"
                   "2 2024-03-02 buy\n");
    expect_options(options, text, "1 2024-03-01 buy object=b value=1.5 {items=[{\"name\":\"a\",\"price\":1.5},{\"name\":\"b\"}]} {tags=[\"x\",2]}\n2 2024-03-02 buy\n");
}

static void members_that_come_later_are_kept_by_their_paths(void **state)
{
    static const char text[] =
        "{\"time\":\"2024-03-01\",\"event\":\"a\",\"who\":\"x\"}\n"
        "{\"time\":\"2024-03-02\",\"event\":\"b\",\"p\":{\"q\":{\"r\":1},\"s\":[1,{}]},\"who\":{\"name\":\"y\"},\"nil\":null}\n";
    (void)state;
    for (size_t target = 1; target <= 1000; target += 333) {
        struct events_run r = {.target = target};
        expect_with(&r, text, "1 2024-03-01 a {who=x}\n2 2024-03-02 b {p.q.r=1} {p.s=[1,{}]} {who.name=y}\n");
    }
}

static void a_map_names_a_path_that_not_every_file_has(void **state)
{
    static const voc_map maps[] = {{.to = VOC_LIT("time"), .from = VOC_LIT("t.at"), .line = 2}, {.to = VOC_LIT("action"), .from = VOC_LIT("what"), .line = 3},
                                   {.to = VOC_LIT("customer"), .from = VOC_LIT("user.mail"), .alias_kind = VOC_LIT("email"), .strong = 1, .line = 4},
                                   {.to = VOC_LIT("owner"), .from = VOC_LIT("rep[0].name"), .line = 5}};
    struct events_run with = {.maps = maps, .n_maps = 4}, without = {.maps = maps, .n_maps = 4};
    (void)state;
    expect_with(&with, "{\"t\":{\"at\":\"2024-03-01\"},\"what\":\"a\",\"user\":{\"mail\":\"a@b\"},\"rep\":[{\"name\":\"Eve\"}]}\n",
                "1 2024-03-01 a customer=email:a@b! owner=Eve {rep=[{\"name\":\"Eve\"}]}\n");
    expect_with(&without, "{\"t\":{\"at\":\"2024-03-01\"},\"what\":\"a\",\"x\":1}\n", "1 2024-03-01 a {x=1}\n");
    expect_error((const char *const[]){"customer", "usr", NULL}, "{\"time\":\"2024-03-01\",\"action\":\"a\",\"user\":\"1\"}\n",
                 VOC_E_OPTION, "JSON-002: there is no path \"usr\" -- did you mean \"user\"?");
}

static void amounts_are_exact_and_points_stand_before_decimals(void **state)
{
    (void)state;
    expect_options((const char *const[]){"cost", "cost", NULL},
                   "{\"time\":\"2024-03-01\",\"event\":\"a\",\"cost\":1.234,\"value\":9007199254.740993}\n"
                   "{\"time\":\"2024-03-01\",\"event\":\"a\",\"cost\":\"2.5\",\"value\":1e3}\n"
                   "{\"time\":\"2024-03-01\",\"event\":\"a\",\"cost\":1e300}\n"
                   "{\"time\":\"2024-03-01\",\"event\":\"a\",\"cost\":\"x\"}\n"
                   "{\"time\":\"2024-03-01\",\"event\":\"a\",\"cost\":null}\n",
                   "3 reject NUMBER: cost: \"1e300\" is too large\n"
                   "4 reject NUMBER: cost: \"x\" is not a number (with a decimal point)\n"
                   "1 2024-03-01 a cost=1.234 value=9.0072e+09\n2 2024-03-01 a cost=2.5 value=1000\n5 2024-03-01 a\n");
}

static void what_is_no_json_is_rejected_with_its_place(void **state)
{
    (void)state;
    expect("{\"time\":\"2024-03-01\",\"event\":\"a\"}\n"
           "{\"time\":\"2024-03-01\",\"event\":\"a\"\n"
           "{\"time\":\"2024-03-01\",\"event\":\"a\",\"event\":\"b\"}\n"
           "{\"time\":\"2024-03-01\",\"event\":\"a\",\"x\":NaN}\n"
           "{\"time\":\"2024-03-01\",\"event\":\"\\ud800\"}\n"
           "[1]\n"
           "hello\n"
           "{\"time\":\"2024-03-01\",\"event\":\"a\"} x\n"
           "{\"time\":\"2024-03-01\",\"event\":\"a\",\"new\":1,\"new\":2}\n"
           "{\"event\":\"a\"}\n"
           "{\"time\":\"2024-03-01\",\"event\":\"\"}\n",
           "2 reject JSON: it ends within an object (at byte 33 of the record)\n"
           "3 reject JSON: the key \"event\" stands twice (at byte 45 of the record)\n"
           "4 reject JSON: NaN and Infinity are no values of JSON; null stands for what is missing (at byte 38 of the record)\n"
           "5 reject JSON: half of a character (a lone surrogate) (at byte 31 of the record)\n"
           "6 reject JSON: a record is an object: {\"time\": ...} (at byte 1 of the record)\n"
           "7 reject JSON: this is no JSON (at byte 1 of the record)\n"
           "8 reject JSON: text stands behind the value (at byte 35 of the record)\n"
           "9 reject JSON: the key \"new\" stands twice (at byte 49 of the record)\n"
           "10 reject TIME: time is empty: it has no time\n"
           "11 reject ACTION: event is empty: it has no action\n"
           "1 2024-03-01 a\n");
}

static void lines_and_arrays_of_any_layout_give_the_same(void **state)
{
    static const char *const layouts[] = {
        "{\"time\":\"2024-03-01\",\"event\":\"a\",\"o\":{\"x\":\"}{,[\\\"\"}}\n{\"time\":\"2024-03-02\",\"event\":\"b\"}\n",
        "[{\"time\":\"2024-03-01\",\"event\":\"a\",\"o\":{\"x\":\"}{,[\\\"\"}},{\"time\":\"2024-03-02\",\"event\":\"b\"}]",
        "\xEF\xBB\xBF [ {\"time\" : \"2024-03-01\", \"event\" :\"a\", \"o\": {\"x\": \"}{,[\\\"\"}}\n,\n{\"time\":\"2024-03-02\",\"event\":\"b\"}\n]\n",
        "{\n \"time\": \"2024-03-01\",\n \"event\": \"a\",\n \"o\": {\n  \"x\": \"}{,[\\\"\"\n }\n}\n{\n \"time\": \"2024-03-02\",\n \"event\": \"b\"\n}",
    };
    static const unsigned lines[][2] = {{1, 2}, {1, 1}, {1, 3}, {1, 8}};
    (void)state;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (size_t target = 1; target <= 1001; target += 100) {
            char rows[200];
            struct events_run r = {.target = target == 1001 ? 0 : target};
            snprintf(rows, sizeof rows, "%u 2024-03-01 a {o.x=}{,[\"}\n%u 2024-03-02 b\n", lines[i][0], lines[i][1]);
            expect_with(&r, layouts[i], rows);
        }
}

static void an_object_that_is_never_closed_costs_its_first_line(void **state)
{
    (void)state;
    expect("[\n{\"time\":\"2024-03-01\",\"event\":\"a\"},\n{\"time\":\"2024-03-01\",\n{\"time\":\"2024-03-02\",\"event\":\"b\"},\n{\"time\":\"2024-03-03\",\"event\":\"c\"}\n]\n",
           "3 reject JSON: it ends within an object (at byte 22 of the record)\n2 2024-03-01 a\n4 2024-03-02 b\n5 2024-03-03 c\n");
}

// ---- presets -----------------------------------------------------------------------------------------------------------------------

static void an_export_of_ga4_is_recognised(void **state)
{
    struct events_run r = {0};
    (void)state;
    events_run(
        &r,
        str_of(
            "{\"event_date\":\"20240301\",\"event_timestamp\":\"1709287200123456\",\"event_name\":\"page_view\",\"event_params\":[{\"key\":\"page_location\",\"value\":{\"string_value\":\"/a\",\"int_value\":null}},"
            "{\"key\":\"ga_session_id\",\"value\":{\"string_value\":null,\"int_value\":\"77\"}}],\"user_id\":null,\"user_pseudo_id\":\"9.8\",\"user_properties\":[],\"traffic_source\":{\"medium\":\"cpc\",\"name\":\"spring\"}}\n"
            "{\"event_date\":\"20240301\",\"event_timestamp\":\"1709287201000000\",\"event_name\":\"purchase\",\"event_params\":[{\"key\":\"value\",\"value\":{\"double_value\":12.5}}],\"user_id\":\"u1\",\"user_pseudo_id\":\"9.8\"}\n"));
    assert_int_equal(r.rc, VOC_OK);
    assert_string_equal(
        r.rows.ptr,
        "1 2024-03-01T10:00:00.123456Z page_view customer=cookie:9.8 channel=cpc campaign=spring object=/a "
        "{event_date=20240301} {event_params.ga_session_id=77}\n"
        "2 2024-03-01T10:00:01.000000Z purchase customer=id:u1! customer=cookie:9.8 value=12.5 {event_date=20240301}\n");
    assert_non_null(strstr(r.mapping, "it is an export of GA4"));
    events_done(&r);
}

static void events_of_snowplow_are_recognised(void **state)
{
    (void)state;
    expect(
        "{\"app_id\":\"web\",\"collector_tstamp\":\"2024-03-01T10:00:09Z\",\"derived_tstamp\":\"2024-03-01T10:00:00.5Z\",\"event\":\"page_view\",\"event_name\":\"page_view\",\"event_id\":\"e-1\",\"user_id\":null,"
        "\"domain_userid\":\"d1\",\"network_userid\":\"n1\",\"page_url\":\"http://x/\",\"mkt_medium\":\"cpc\",\"mkt_campaign\":\"c\"}\n",
        "1 2024-03-01T10:00:00.500Z page_view customer=cookie:d1 customer=network-cookie:n1 id=e-1 "
        "channel=cpc campaign=c object=http://x/ {app_id=web} {collector_tstamp=2024-03-01T10:00:09Z} "
        "{event=page_view}\n");
}

static void raw_events_of_mixpanel_are_recognised(void **state)
{
    (void)state;
    expect("{\"event\":\"Page\",\"properties\":{\"time\":1709287200,\"distinct_id\":\"$device:d1\",\"$device_id\":\"d1\",\"$insert_id\":\"i1\",\"$current_url\":\"http://x/\","
           "\"utm_medium\":\"cpc\",\"utm_campaign\":\"c\"}}\n"
           "{\"event\":\"Sign Up\",\"properties\":{\"time\":1709287201,\"distinct_id\":\"u1\",\"$device_id\":\"d1\",\"$user_id\":\"u1\",\"$insert_id\":\"i2\",\"plan\":\"pro\"}}\n",
           "1 2024-03-01T10:00:00Z Page customer=cookie:d1 customer=distinct-id:$device:d1 id=i1 channel=cpc campaign=c object=http://x/\n"
           "2 2024-03-01T10:00:01Z Sign Up customer=id:u1! customer=cookie:d1 customer=distinct-id:u1 id=i2 {properties.plan=pro}\n");
}

static void raw_events_of_amplitude_are_recognised(void **state)
{
    (void)state;
    expect("{\"event_type\":\"open\",\"event_time\":\"2024-03-01 10:00:00.500000\",\"amplitude_id\":7,\"device_id\":\"d1\",\"user_id\":null,\"event_id\":1,\"$insert_id\":\"i1\","
           "\"uuid\":\"a-1\"}\n"
           "{\"event_type\":\"revenue_amount\",\"event_time\":\"2024-03-01 10:00:01.500000\",\"amplitude_id\":7,\"device_id\":\"d1\",\"user_id\":\"u1\",\"event_id\":2,\"$insert_id\":\"i2\","
           "\"uuid\":\"a-2\",\"event_properties\":{\"$revenue\":12.5}}\n",
           "1 2024-03-01T10:00:00.500000Z open customer=cookie:d1 customer=amplitude-id:7 id=a-1 {event_id=1} {$insert_id=i1}\n"
           "2 2024-03-01T10:00:01.500000Z revenue_amount customer=id:u1! customer=cookie:d1 customer=amplitude-id:7 id=a-2 value=12.5 {event_id=2} {$insert_id=i2}\n");
}

// The login comes where the first records do not have it: who it was is looked for in all of them.
static void raw_events_of_posthog_are_recognised(void **state)
{
    (void)state;
    expect("{\"uuid\":\"e1\",\"event\":\"$pageview\",\"distinct_id\":\"anon\",\"timestamp\":\"2024-03-01T10:00:00Z\",\"properties\":{\"$device_id\":\"anon\"}}\n"
           "{\"uuid\":\"e2\",\"event\":\"$identify\",\"distinct_id\":\"u1\",\"person_id\":\"p1\",\"timestamp\":\"2024-03-01T10:00:01Z\",\"properties\":{\"$device_id\":\"anon\","
           "\"$anon_distinct_id\":\"anon\"}}\n",
           "1 2024-03-01T10:00:00Z $pageview customer=id:anon! customer=cookie:anon id=e1\n"
           "2 2024-03-01T10:00:01Z $identify customer=id:u1! customer=person-id:p1! customer=id:anon! customer=cookie:anon id=e2\n");
}

static void calls_of_segment_are_events_facts_and_links(void **state)
{
    (void)state;
    expect(
        "{\"type\":\"track\",\"messageId\":\"m1\",\"anonymousId\":\"a1\",\"userId\":\"u1\",\"event\":\"Order "
        "Completed\",\"properties\":{\"revenue\":12.5,\"sku\":\"x\"},\"timestamp\":\"2024-03-01T10:00:00Z\","
        "\"context\":{\"page\":{\"path\":\"/pay\"},\"campaign\":{\"name\":\"spring\",\"medium\":\"email\"}}}\n"
        "{\"type\":\"page\",\"messageId\":\"m2\",\"anonymousId\":\"a1\",\"properties\":{\"path\":\"/a\"},\"timestamp\":\"2024-03-01T10:00:00Z\"}\n"
        "{\"type\":\"identify\",\"messageId\":\"m3\",\"anonymousId\":\"a1\",\"userId\":\"u1\",\"traits\":{\"email\":\"a@b\",\"age\":41},\"timestamp\":\"2024-03-01T10:00:00Z\"}\n"
        "{\"type\":\"group\",\"messageId\":\"m4\",\"userId\":\"u1\",\"groupId\":\"g1\",\"traits\":{\"size\":9},\"timestamp\":\"2024-03-01T10:00:00Z\"}\n"
        "{\"type\":\"alias\",\"messageId\":\"m5\",\"userId\":\"u1\",\"previousId\":\"u0\",\"timestamp\":\"2024-03-01T10:00:00Z\"}\n"
        "{\"type\":\"identify\",\"messageId\":\"m6\",\"anonymousId\":\"a1\",\"timestamp\":\"2024-03-01T10:00:00Z\"}\n"
        "{\"type\":\"delete\",\"messageId\":\"m7\",\"userId\":\"u1\",\"timestamp\":\"2024-03-01T10:00:00Z\"}\n",
        "1 2024-03-01T10:00:00Z Order Completed by=customer customer=id:u1! customer=cookie:a1 id=m1 "
        "channel=email campaign=spring object=/pay value=12.5 {revenue=12.5 12.5} {sku=x}\n"
        "2 2024-03-01T10:00:00Z page by=customer customer=cookie:a1 id=m2 object=/a {path=/a}\n"
        "3 link 2024-03-01T10:00:00Z  by=customer customer=id:u1! customer=cookie:a1 unit=segment identify\n"
        "3 attribute 2024-03-01T10:00:00Z  by=customer customer=id:u1! customer=cookie:a1 "
        "customer=email:a@b! {customer.email=a@b} {customer.age=41 41}\n"
        "4 attribute 2024-03-01T10:00:00Z  by=customer customer=id:u1! account=id:g1! {account.size=9 9} "
        "{customer.group=g1}\n"
        "5 link 2024-03-01T10:00:00Z  by=customer customer=id:u1! customer=id:u0! unit=segment alias\n"
        "6 ignore an identify call that says nothing new\n"
        "7 reject CALL: \"delete\" is no call of Segment (track, page, screen, identify, group, alias)\n");
}

// ---- our own rows --------------------------------------------------------------------------------------------------------------------

static void every_field_of_a_row_is_read_by_its_own_name(void **state)
{
    (void)state;
    expect(
        "{\"time\":\"2024-03-01T10:00Z\",\"actor\":\"company\",\"action\":\"send\",\"customer\":{\"email\":\"a@b\",\"cookie\":\"c\"},\"account\":\"Acme\",\"case\":\"k\",\"id\":\"i\",\"ref\":\"r\",\"ref_kind\":\"thread\","
        "\"role\":\"user\",\"owner\":\"Eve\",\"thread\":\"t\",\"touchpoint\":\"tp\",\"channel\":\"mail\",\"campaign\":\"c\",\"object\":\"o\",\"text\":\"w\",\"language\":\"en\",\"minutes\":1.5,\"cost\":\"2\",\"value\":3.000001,"
        "\"attributes\":{\"n\":12,\"r\":1.5,\"b\":true,\"s\":\"x\",\"nil\":null}}\n"
        "{\"kind\":\"word\",\"time\":\"2024-03-01\",\"customer\":7,\"text\":\"dear\",\"resolution\":\"day\"}\n"
        "{\"kind\":\"link\",\"customer\":[{\"kind\":\"email\",\"value\":\"a@b\"},{\"kind\":\"phone\",\"value\":\"1\",\"strong\":true}],\"rule\":\"form\"}\n"
        "{\"kind\":\"attribute\",\"customer\":\"7\",\"case\":\"k\",\"attributes\":[{\"entity\":\"individual\",\"key\":\"born\",\"type\":\"time\",\"value\":\"1980-01-01\"},{\"entity\":\"case\",\"key\":\"won\",\"type\":\"money\",\"value\":\"9.5\"},"
        "{\"key\":\"w\",\"type\":\"int\",\"value\":\"4\",\"text\":\"four\"},{\"key\":\"t\",\"type\":\"text\",\"value\":5}]}\n"
        "{\"kind\":\"measure\",\"time\":\"2024-03-01\",\"customer\":\"7\",\"unit\":\"points\",\"attributes\":[{\"entity\":\"individual\",\"key\":\"nps\",\"value\":9}]}\n",
        "1 2024-03-01T10:00Z send by=company customer=email:a@b! customer=cookie:c account=id:Acme! case=k "
        "id=i ref-thread=r role=user owner=Eve thread=t touchpoint=tp channel=mail campaign=c object=o "
        "text=w language=en "
        "minutes=1.5 cost=2 value=3 {n=12 12} {r=1.5 1.5} {b=true 1} {s=x}\n"
        "2 word 2024-03-01  customer=id:7! text=dear\n"
        "3 link -  customer=email:a@b! customer=phone:1! unit=form\n"
        "4 attribute -  customer=id:7! case=k {customer.born=1980-01-01 time 1980-01-01T00:00:00Z} "
        "{case.won=9.5 9500000} {w=four 4} {t=5}\n"
        "5 measure 2024-03-01  customer=id:7! unit=points {customer.nps=9 9}\n");
}

static void a_row_that_is_wrong_is_rejected_with_what_it_should_be(void **state)
{
    (void)state;
    expect("{\"time\":\"2024-03-01\",\"action\":\"a\"}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"custmer\":\"7\"}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"colour\":\"7\"}\n"
           "{\"time\":\"soon\",\"action\":\"a\"}\n"
           "{\"action\":\"a\"}\n{\"time\":\"2024-03-01\"}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"actor\":\"me\"}\n"
           "{\"time\":\"2024-03-01\",\"action\":[1]}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"cost\":true}\n"
           "{\"kind\":\"link\",\"customer\":\"7\"}\n"
           "{\"kind\":\"word\",\"time\":\"2024-03-01\"}\n"
           "{\"kind\":\"measure\",\"time\":\"2024-03-01\"}\n"
           "{\"kind\":\"evnt\",\"time\":\"2024-03-01\",\"action\":\"a\"}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"attributes\":{\"x\":{\"y\":1,}}}\n"
           "{\"time\":\"2024-03-01\",\"action\":\"a\",\"time\":\"2024-03-01\"}\n",
           "1 2024-03-01 a\n2 reject ROW: \"custmer\" is no field of a row; did you mean \"customer\"?\n"
           "3 reject ROW: \"colour\" is no field of a row; what is your own goes into \"attributes\"\n"
           "4 reject TIME: time: \"soon\" is not a time (ISO 8601 or an epoch)\n"
           "5 reject TIME: it has no time\n"
           "6 reject ACTION: it has no action\n"
           "7 reject ROW: actor: \"me\" is none of customer, company, other\n"
           "8 reject ROW: action: this field is one text\n"
           "9 reject NUMBER: cost: \"true\" is not a number\n"
           "10 reject ROW: a link has two identities: \"customer\": {\"email\": ..., \"cookie\": ...}\n"
           "11 reject ROW: a word has no text\n"
           "12 reject ROW: it has no attributes\n"
           "13 reject ROW: kind: \"evnt\" is none of event, word, link, attribute, measure, reference\n"
           "14 reject JSON: a comma stands before the end of an object (at byte 60 of the record)\n"
           "15 reject JSON: the key \"time\" stands twice\n");
}

static void a_slip_in_the_first_row_does_not_change_what_rows_are(void **state)
{
    (void)state;
    expect("{\"time\":\"2024-03-01\",\"actoin\":\"a\"}\n{\"time\":\"2024-03-01\",\"action\":\"b\"}\n{\"time\":\"2024-03-01\",\"action\":\"c\"}\n",
           "1 reject ROW: \"actoin\" is no field of a row; did you mean \"action\"?\n2 2024-03-01 b\n3 2024-03-01 c\n");
}

// ---- damage ---------------------------------------------------------------------------------------------------------------------------

static const char *const whole[] = {
    "{\"ts\":\"2024-03-01T10:00:00Z\",\"event\":\"view\",\"user\":{\"id\":\"u1\",\"n\\u00e9\":[1,{\"a\":2}]},\"p\":[{\"key\":\"k\",\"value\":{\"int_value\":1}}]}\n{\"ts\":\"2024-03-01\",\"event\":\"b\",\"x\":{\"y\":1}}\n",
    "[\n {\"time\":\"2024-03-01\",\n  \"action\":\"a\"},\n {\"time\":\"2024-03-01\",\"customer\":{\"email\":\"a@b\"},\"action\":\"b\",\"attributes\":[{\"key\":\"k\",\"value\":1}]}\n]\n",
    "{\"type\":\"track\",\"messageId\":\"m\",\"event\":\"e\",\"properties\":{\"a\":1},\"timestamp\":\"2024-03-01\"}\n{\"type\":\"group\",\"groupId\":\"g\",\"userId\":\"u\",\"timestamp\":\"2024-03-01\"}\n",
};

static void damage_rejects_and_does_no_more(void **state)
{
    uint64_t seed = 5;
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        char text[600];
        const char *from = whole[round % 3];
        size_t len = strlen(from);
        memcpy(text, from, len);
        for (unsigned n = 0; n <= round % 4; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(seed >> 33) % len;
            char c = (char)(seed >> 20);
            if (round % 5 < 2) text[at] = c;
            else if (round % 5 == 2) len = at + 1;
            else if (len < sizeof text - 1) memmove(text + at + 1, text + at, len - at), len++, text[at] = "{}[]\",:\\\n"[(seed >> 21) % 9];
        }
        struct events_run r = {.target = 1 + round % 90};
        events_run(&r, str_mk(text, len));
        if (r.rc == VOC_OK) assert_true(r.rows.rc == VOC_OK);
        else assert_true((r.rc == VOC_E_INPUT || r.rc == VOC_E_OPTION) && r.says.len > 0);
        events_done(&r);
        char reason[200];
        int confidence = events_probe(str_mk(text, len), reason);
        assert_true(confidence >= 0 && confidence <= 100);
    }
}

static voc_rc whole_run(void *user)
{
    struct events_run r = {.target = 100};
    events_run(&r, str_of(user));
    voc_rc rc = r.rc ? r.rc : r.rows.rc;
    events_done(&r);
    return rc;
}

static void every_failing_allocation_is_out_of_memory_and_leaks_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) assert_true(fail_each_allocation(whole_run, (void *)(uintptr_t)whole[i]) > 10);
}

static void the_probe_tells_what_it_is(void **state)
{
    static const struct { const char *text; int least, most; const char *says; } all[] = {
        {"{\"time\":\"2024-03-01\",\"customer\":\"1\",\"action\":\"a\"}\n", 90, 100, "our own names"}, {"{\"type\":\"page\",\"anonymousId\":\"1\",\"timestamp\":\"2024-03-01\"}\n", 90, 100, "Segment"},
        {"[{\"ts\":\"2024-03-01\",\"event\":\"a\"}]", 70, 80, "event and ts"}, {"{\"a\":1}\n", 25, 35, "no member holds times"}, {"{\"a\":\n", 1, 24, "no record of it is whole"},
        {"a,b\n1,2\n", 0, 0, "no JSON"}, {"<x/>", 0, 0, "no JSON"}, {"[\n{\"ts\":\"2024-03-01\",\"ev\n{\"ts\":\"2024-03-01\",\"event\":\"a\"}\n]", 70, 80, "event and ts"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char reason[200];
        int confidence = events_probe(str_of(all[i].text), reason);
        if (confidence < all[i].least || confidence > all[i].most || !strstr(reason, all[i].says)) print_error("%s: %d, %s\n", all[i].text, confidence, reason);
        assert_true(confidence >= all[i].least && confidence <= all[i].most);
        assert_non_null(strstr(reason, all[i].says));
    }
}

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

// VOC_UPDATE_GOLDEN=1 writes what is expected; git diff is the review.
static void every_sample_gives_its_expected_rows_and_mapping(void **state)
{
    (void)state;
    static const char *const names[] = {"paths.jsonl", "array.json", "rows.jsonl", "segment.jsonl", "ga4.jsonl", "snowplow.jsonl", "snowplow.tsv",
                                        "mixpanel.jsonl", "amplitude.jsonl", "posthog.jsonl", "broken.jsonl"};
    const char *top = getenv("VOC_TEST_SRCDIR") ? getenv("VOC_TEST_SRCDIR") : ".", *update = getenv("VOC_UPDATE_GOLDEN");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024], *text, *expected, reason[200], got[1 << 15];
        size_t len, n;
        struct events_run r = {0};
        snprintf(path, sizeof path, "%s/plugins/input/json/samples/%s", top, names[i]);
        assert_non_null(text = read_whole(path, &len));
        events_run(&r, str_mk(text, len));
        assert_int_equal(r.rc, VOC_OK);
        int confidence = events_probe(str_mk(text, len), reason);
        n = (size_t)snprintf(got, sizeof got, "%d %s\n%s\n%s", confidence, reason, r.mapping, r.rows.ptr);
        assert_true(n < sizeof got);
        snprintf(path, sizeof path, "%s/plugins/input/json/expected/%s.txt", top, names[i]);
        if (update && *update) {
            FILE *f = fopen(path, "wb");
            assert_non_null(f);
            fputs(got, f);
            fclose(f);
        }
        assert_non_null(expected = read_whole(path, &n));
        assert_string_equal(got, expected);
        free(text);
        free(expected);
        events_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_by_their_names_and_paths),
        cmocka_unit_test(arrays_are_one_cell_and_their_members_can_be_named),
        cmocka_unit_test(members_that_come_later_are_kept_by_their_paths),
        cmocka_unit_test(a_map_names_a_path_that_not_every_file_has),
        cmocka_unit_test(amounts_are_exact_and_points_stand_before_decimals),
        cmocka_unit_test(what_is_no_json_is_rejected_with_its_place),
        cmocka_unit_test(lines_and_arrays_of_any_layout_give_the_same),
        cmocka_unit_test(an_object_that_is_never_closed_costs_its_first_line),
        cmocka_unit_test(an_export_of_ga4_is_recognised),
        cmocka_unit_test(events_of_snowplow_are_recognised), cmocka_unit_test(raw_events_of_mixpanel_are_recognised),
        cmocka_unit_test(raw_events_of_amplitude_are_recognised), cmocka_unit_test(raw_events_of_posthog_are_recognised),
        cmocka_unit_test(calls_of_segment_are_events_facts_and_links),
        cmocka_unit_test(every_field_of_a_row_is_read_by_its_own_name),
        cmocka_unit_test(a_row_that_is_wrong_is_rejected_with_what_it_should_be),
        cmocka_unit_test(a_slip_in_the_first_row_does_not_change_what_rows_are),
        cmocka_unit_test(damage_rejects_and_does_no_more),
        cmocka_unit_test(every_failing_allocation_is_out_of_memory_and_leaks_nothing),
        cmocka_unit_test(the_probe_tells_what_it_is),
        cmocka_unit_test(every_sample_gives_its_expected_rows_and_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
