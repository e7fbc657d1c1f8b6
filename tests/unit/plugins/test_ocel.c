// SPDX-License-Identifier: MIT
// What the plugin input/ocel makes of object-centric logs: the same of JSON and XML, of 2.0 and 1.0; whose journey it is; what is
// rejected, and what refuses the file; the real logs of the shared data (skipped where those are absent) with the counts of an
// independent reading; and that no damage does more. The sink is the test's: a row is a line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/time.h"
#include "host/host.h"
#include "io/in.h"
#include "tests/unit/base/fault.h"

const voc_plugin *voc_plugin_query(uint32_t abi);

struct voc_sink {
    struct buf rows;
    uint64_t records, to, line;
    size_t events, facts, rejected, ignored;
    bool open, settled;
};
struct run {
    struct voc_sink sink;
    struct buf says;
    char mapping[2048];
    voc_rc rc;
    const char *unit, *customer, *zone;
};

// ---- the sink -----------------------------------------------------------------------------------------------------------------------

static voc_rc take_record(voc_sink *s, uint64_t from, uint64_t to, uint64_t line, uint64_t *number)
{
    assert_true(from >= s->to && to >= from);
    assert_true(!s->open || s->settled);
    s->to = to;
    s->line = line;
    s->open = true;
    s->settled = false;
    *number = s->records++;
    return VOC_OK;
}

static voc_rc take_rows(voc_sink *s, const voc_batch *batch)
{
    for (size_t i = 0; i < batch->n_rows; i++) {
        const voc_row *r = (const voc_row *)batch->rows + i;
        struct buf *b = &s->rows;
        assert_true(r->record == s->records - 1);
        buf_printf(b, "%llu %s", (unsigned long long)s->line, r->kind == VOC_ROW_EVENT ? "" : "fact ");
        if (r->time_us == VOC_NA) buf_byte(b, '-');
        else time_print(b, r->time_us, r->resolution);
        if (r->kind == VOC_ROW_EVENT) buf_printf(b, " %.*s id=%.*s", (int)r->action.len, r->action.ptr, (int)r->id.len, r->id.ptr);
        if (r->case_id.len) buf_printf(b, " case=%.*s", (int)r->case_id.len, r->case_id.ptr);
        for (size_t k = 0; k < r->n_customer; k++) buf_printf(b, " customer=%.*s", (int)r->customer[k].value.len, r->customer[k].value.ptr);
        for (size_t k = 0; k < r->n_attrs; k++) {
            const voc_attr *a = &r->attrs[k];
            buf_printf(b, " {%s%.*s=%.*s",
                       a->entity == VOC_ENTITY_CASE         ? "case."
                       : a->entity == VOC_ENTITY_INDIVIDUAL ? "customer."
                                                            : "",
                       (int)a->key.len, a->key.ptr, (int)a->text.len, a->text.ptr);
            if (a->type == VOC_TYPE_INT || a->type == VOC_TYPE_BOOL) buf_printf(b, " %lld", (long long)a->time_us);
            if (a->type == VOC_TYPE_REAL) buf_printf(b, " %g", a->number);
            buf_byte(b, '}');
        }
        buf_byte(b, '\n');
        s->events += r->kind == VOC_ROW_EVENT;
        s->facts += r->kind != VOC_ROW_EVENT;
    }
    s->settled = true;
    return s->rows.rc;
}

static voc_rc take_reject(voc_sink *s, uint64_t record, voc_str code, voc_str reason)
{
    assert_true(record == s->records - 1 && text_utf8_valid(reason.ptr, reason.len));
    s->settled = true;
    s->rejected++;
    return buf_printf(&s->rows, "%llu reject %.*s: %.*s\n", (unsigned long long)s->line, (int)code.len, code.ptr, (int)reason.len, reason.ptr);
}

static voc_rc take_ignore(voc_sink *s, uint64_t record, voc_str rule)
{
    assert_true(record == s->records - 1 && rule.len > 0 && !s->settled);
    s->settled = true;
    s->ignored++;
    return VOC_OK;
}

static size_t piece; // bytes that a read gives at most; 0: what was asked for

static voc_rc take_read(voc_stream *s, void *to, size_t size, size_t *got)
{
    return host_table()->read(s, to, piece && piece < size ? piece : size, got);
}

static const voc_host *test_host(void)
{
    static voc_host host;
    host = *host_table();
    host.read = take_read;
    host.record = take_record;
    host.rows = take_rows;
    host.reject = take_reject;
    host.ignore = take_ignore;
    return &host;
}

static void keep(void *user, const struct diag_msg *m)
{
    buf_printf(user, "%s line %llu: %s\n", m->code, (unsigned long long)m->line, m->message);
}

static void run_log(struct run *r, voc_str text)
{
    const voc_plugin *p = voc_plugin_query(VOC_ABI_MAJOR);
    const voc_input_ops *ops = p->ops;
    struct plugin plugin = {.desc = p, .ops = ops};
    voc_source source = {.struct_size = sizeof source, .map_size = sizeof(voc_map)};
    voc_value values[3] = {{.type = VOC_OPT_STRING, .s = str_of(r->unit ? r->unit : "")},
                           {.type = VOC_OPT_STRING, .s = str_of(r->customer ? r->customer : "")},
                           {.type = VOC_OPT_ZONE, .set = r->zone != NULL, .s = str_of(r->zone ? r->zone : "")}};
    struct diag *d = diag_new();
    struct voc_context cx;
    struct voc_stream s = {0};
    void *instance = NULL;
    buf_init(&r->sink.rows, (size_t)64 << 20);
    buf_init(&r->says, (size_t)1 << 20);
    diag_listen(d, keep, &r->says);
    context_init(&cx, &plugin, d, "log");
    buf_init(&s.window, STREAM_WINDOW + 1);
    r->rc = d ? in_memory(&s.in, "log", text.ptr, text.len, NULL, d) : VOC_E_NOMEM;
    if (!r->rc) r->rc = ops->open(test_host(), &cx, &source, values, &instance);
    if (!r->rc) r->rc = ops->run(instance, &s, &r->sink);
    if (s.rc) r->rc = s.rc;
    if (!r->rc) assert_true(!r->sink.open || r->sink.settled);
    if (!r->rc) assert_true(r->sink.to <= text.len);
    if (instance) ops->describe(instance, r->mapping, sizeof r->mapping);
    if (instance) ops->close(instance);
    r->rc = context_rc(&cx, r->rc);
    context_done(&cx);
    in_close(s.in);
    buf_done(&s.window);
    diag_free(d);
}

static void run_done(struct run *r)
{
    buf_done(&r->sink.rows);
    buf_done(&r->says);
}

static void expect_with(struct run *r, const char *text, const char *rows)
{
    run_log(r, str_of(text));
    if (r->rc) print_error("%s", r->says.ptr ? r->says.ptr : "");
    assert_int_equal(r->rc, VOC_OK);
    assert_string_equal(r->sink.rows.ptr ? r->sink.rows.ptr : "", rows);
}

static void expect(const char *text, const char *rows)
{
    struct run r = {0};
    expect_with(&r, text, rows);
    run_done(&r);
}

static void refused(const char *text, const char *says)
{
    struct run r = {0};
    run_log(&r, str_of(text));
    assert_int_equal(r.rc, VOC_E_INPUT);
    if (!r.says.ptr || !strstr(r.says.ptr, says)) print_error("said: %s", r.says.ptr ? r.says.ptr : "nothing");
    assert_true(r.says.ptr && strstr(r.says.ptr, says));
    run_done(&r);
}

// ---- logs -----------------------------------------------------------------------------------------------------------------------------

static const char json2[] =
    "{\"objectTypes\":[{\"name\":\"Order\",\"attributes\":[{\"name\":\"total\",\"type\":\"float\"}]},{\"name\":\"Item\",\"attributes\":[{\"name\":\"size\",\"type\":\"integer\"}]}],\n"
    "\"eventTypes\":[{\"name\":\"place\",\"attributes\":[{\"name\":\"by\",\"type\":\"string\"}]}],\n"
    "\"events\":[\n"
    "{\"id\":\"e1\",\"type\":\"place\",\"time\":\"2024-03-01T10:00:00Z\",\"attributes\":[{\"name\":\"by\",\"value\":\"Eve\"}],\"relationships\":[{\"objectId\":\"o1\",\"qualifier\":\"placed\"},{\"objectId\":\"i1\",\"qualifier\":\"\"}]},\n"
    "{\"id\":\"e2\",\"type\":\"pack\",\"time\":\"2024-03-02T10:00:00Z\",\"relationships\":[{\"objectId\":\"o1\"},{\"objectId\":\"i1\"},{\"objectId\":\"i2\"}]},\n"
    "{\"id\":\"e3\",\"type\":\"ship\",\"time\":\"2024-03-03T10:00:00Z\",\"relationships\":[{\"objectId\":\"o1\"},{\"objectId\":\"o2\"},{\"objectId\":\"gone\"}]}],\n"
    "\"objects\":[\n"
    "{\"id\":\"o1\",\"type\":\"Order\",\"attributes\":[{\"name\":\"total\",\"time\":\"1970-01-01T00:00:00Z\",\"value\":12.5},{\"name\":\"total\",\"time\":\"2024-03-02T00:00:00Z\",\"value\":14}]},\n"
    "{\"id\":\"o2\",\"type\":\"Order\"},\n"
    "{\"id\":\"i1\",\"type\":\"Item\",\"attributes\":[{\"name\":\"size\",\"time\":\"1970-01-01T00:00:00Z\",\"value\":7}]},{\"id\":\"i2\",\"type\":\"Item\",\"attributes\":[]}]}\n";
static const char rows2[] =
    "4 2024-03-01T10:00:00Z place id=e1 case=o1 {by=Eve} {Order qualifier=placed} {Item=i1} {Item.size=7 7}\n"
    "5 2024-03-02T10:00:00Z pack id=e2 case=o1 {Item=i1, i2}\n"
    "6 2024-03-03T10:00:00Z ship id=e3@o1 case=o1 {object that is not there=gone}\n"
    "6 2024-03-03T10:00:00Z ship id=e3@o2 case=o2 {object that is not there=gone}\n"
    "8 fact - case=o1 {case.total=12.5 12.5}\n"
    "8 fact 2024-03-02T00:00:00Z case=o1 {case.total=14 14}\n";
static const char xml2[] =
    "<?xml version=\"1.0\"?>\n<log><object-types><object-type name=\"Order\"><attributes><attribute name=\"total\" type=\"float\"/></attributes></object-type>"
    "<object-type name=\"Item\"><attributes><attribute name=\"size\" type=\"integer\"/></attributes></object-type></object-types>\n"
    "<events>\n"
    "<event id=\"e1\" type=\"place\" time=\"2024-03-01T10:00:00Z\"><attributes><attribute name=\"by\">Eve</attribute></attributes><objects><relationship object-id=\"o1\" qualifier=\"placed\"/><relationship object-id=\"i1\"/></objects></event>\n"
    "<event id=\"e2\" type=\"pack\" time=\"2024-03-02T10:00:00Z\"><objects><relationship object-id=\"o1\"/><relationship object-id=\"i1\"/><relationship object-id=\"i2\"/></objects></event>\n"
    "<event id=\"e3\" type=\"ship\" time=\"2024-03-03T10:00:00Z\"><objects><relationship object-id=\"o1\"/><relationship object-id=\"o2\"/><relationship object-id=\"gone\"/></objects></event></events>\n"
    "<objects>\n"
    "<object id=\"o1\" type=\"Order\"><attributes><attribute name=\"total\" time=\"1970-01-01T00:00:00Z\">12.5</attribute><attribute name=\"total\" time=\"2024-03-02T00:00:00Z\">14</attribute></attributes></object>\n"
    "<object id=\"o2\" type=\"Order\"/>\n"
    "<object id=\"i1\" type=\"Item\"><attributes><attribute name=\"size\" time=\"1970-01-01T00:00:00Z\">7</attribute></attributes><objects><relationship object-id=\"o1\"/></objects></object><object id=\"i2\" type=\"Item\"/></objects></log>\n";
static const char json1[] =
    "{\"ocel:global-log\":{\"ocel:version\":\"1.0\"},\n"
    "\"ocel:events\":{\n\"e1\":{\"ocel:activity\":\"a\",\"ocel:timestamp\":\"2024-03-01T10:00:00\",\"ocel:omap\":[\"o1\"],\"ocel:vmap\":{\"n\":456,\"s\":\"x\"}}},\n"
    "\"ocel:objects\":{\n\"o1\":{\"ocel:type\":\"order\",\"ocel:ovmap\":{\"big\":true}}}}";
static const char xml1[] = "<log><global scope=\"log\"><string key=\"version\" value=\"1.0\"/></global>\n"
                           "<events>\n<event><string key=\"id\" value=\"e1\"/><date key=\"timestamp\" "
                           "value=\"2024-03-01T10:00:00\"/><string key=\"activity\" value=\"a\"/>"
                           "<list key=\"omap\"><string key=\"object-id\" value=\"o1\"/></list><list key=\"vmap\"><int key=\"n\" "
                           "value=\"456\"/><string key=\"s\" value=\"x\"/></list></event></events>\n"
                           "<objects>\n"
                           "<object><string key=\"id\" value=\"o1\"/><string key=\"type\" value=\"order\"/><list "
                           "key=\"ovmap\"><boolean key=\"big\" value=\"true\"/></list></object></objects></log>";
static const char rows1[] = "3 2024-03-01T10:00:00Z a id=e1 case=o1 {n=456 456} {s=x}\n5 fact - case=o1 {case.big=true 1}\n";

static void json_and_xml_give_the_same_rows(void **state)
{
    (void)state;
    expect(json2, rows2);
    expect(xml2, rows2);
    expect(json1, rows1);
    expect(xml1, rows1);
}

static void the_unit_is_what_most_events_have_one_of_or_what_is_said(void **state)
{
    struct run guess = {0}, item = {.unit = "Item"}, none = {.unit = "-"}, customer = {.unit = "Item", .customer = "Order"}, wrong = {.unit = "Ordr"};
    (void)state;
    expect_with(&guess, json2, rows2);
    assert_non_null(strstr(guess.mapping, "case <- Order: 2 events have one, 1 more have several (a guess"));
    assert_non_null(strstr(guess.says.ptr, "OCEL-002 line 6: 1 reference leads to an object that is not there, the first to \"gone\""));
    run_log(&item, str_of(json2));
    assert_non_null(strstr(item.sink.rows.ptr, "pack id=e2@i1 case=i1 {Order=o1} {Order.total=14 14}\n"));
    assert_non_null(strstr(item.mapping, "1 of the events have none, and belong to no case"));
    run_log(&none, str_of(json2));
    assert_null(strstr(none.sink.rows.ptr, "case="));
    run_log(&customer, str_of(json2));
    assert_non_null(strstr(customer.sink.rows.ptr, "place id=e1 case=i1 customer=o1 {by=Eve}"));
    assert_non_null(strstr(customer.sink.rows.ptr, "fact - customer=o1 {customer.total=12.5 12.5}\n"));
    run_log(&wrong, str_of(json2));
    assert_int_equal(wrong.rc, VOC_E_OPTION);
    assert_non_null(strstr(wrong.says.ptr, "there is no object of the type \"Ordr\""));
    run_done(&guess), run_done(&item), run_done(&none), run_done(&customer), run_done(&wrong);
}

static void what_an_event_or_object_lacks_rejects_it_with_its_line(void **state)
{
    (void)state;
    expect("{\"objectTypes\":[],\n\"events\":[\n"
           "{\"type\":\"a\",\"time\":\"2024-03-01\"},\n"
           "{\"id\":\"e2\",\"time\":\"2024-03-01\"},\n"
           "{\"id\":\"e3\",\"type\":\"a\"},\n"
           "{\"id\":\"e4\",\"type\":\"a\",\"time\":\"soon\"},\n"
           "7,\n"
           "{\"id\":\"e5\",\"type\":\"a\",\"time\":\"2024-03-01\"}],\n"
           "\"objects\":[\n{\"id\":\"o\",\"type\":\"T\"},\n"
           "{\"id\":\"o\",\"type\":\"T\"},\n"
           "{\"id\":\"p\"}]}",
           "3 reject ID: an event has no id\n"
           "4 reject ACTION: event e2 has no type (its activity)\n"
           "5 reject TIME: event e3 has no time\n"
           "6 reject TIME: event e4: \"soon\" is not a time (ISO 8601)\n"
           "7 reject ID: an event has no id\n"
           "8 2024-03-01 a id=e5\n11 reject ID: object o stands twice: the first one is kept\n"
           "12 reject ID: an object has no type\n");
}

static void what_is_no_log_is_refused_with_its_line(void **state)
{
    (void)state;
    refused("{\"objectTypes\":[],\n\"events\":[\n{\"id\":\"e1\",]}", "OCEL-001 line 3: this is no JSON: a key stands in double quotes");
    refused("{\"objectTypes\":[]}", "it holds neither events nor objects");
    refused("<log><object-types/>\n<events><event id=\"e\"></events></log>", "line 2");
    refused("<other/>", "<other> is no object-centric log");
    refused("<!DOCTYPE log [<!ENTITY x \"y\">]><log><object-types/></log>", "DOCTYPE");
    refused("SQLite format 3", "");
}

// ---- real logs ------------------------------------------------------------------------------------------------------------------------------

// Counted by a script in Python (json, xml.etree) that knows nothing of this plugin: events; those that refer to exactly one
// object of the type that most do; objects; objects with attributes.
static void the_real_logs_have_the_counts_of_an_independent_reading(void **state)
{
    static const struct { const char *file, *unit; size_t events, objects, facts; } logs[] = {
        {"ocel20_example.jsonocel", "case <- Invoice: 9 events have one, 0 more", 13, 9, 5}, {"ocel20_example.xmlocel", "case <- Invoice: 9 events have one, 0 more", 13, 9, 5},
        {"example_log.jsonocel", "case <- order: 12 events have one, 0 more", 23, 15, 2}, {"example_log.xmlocel", "case <- order: 12 events have one, 0 more", 23, 15, 0},
        {"recruiting-red.jsonocel", "case <- applications: 6607 events have one, 0 more", 6607, 1051, 0}};
    const char *shared = getenv("VOC_SHARED");
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/data/ocel/%s", shared ? shared : "", logs[i].file);
        FILE *f = fopen(path, "rb");
        if (!f) skip();
        static char text[1 << 20];
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        struct run r = {.zone = strstr(path, "xmlocel") ? "Europe/Berlin" : NULL};
        run_log(&r, str_mk(text, n));
        assert_int_equal(r.rc, VOC_OK);
        assert_int_equal(r.sink.events, logs[i].events);
        assert_int_equal(r.sink.facts, logs[i].facts);
        assert_int_equal(r.sink.records, logs[i].events + logs[i].objects);
        assert_int_equal(r.sink.rejected, 0);
        if (!strstr(r.mapping, logs[i].unit)) print_error("%s", r.mapping);
        assert_non_null(strstr(r.mapping, logs[i].unit));
        run_done(&r);
    }
}

// ---- what stands over the end of what is there -------------------------------------------------------------------------------------------------

static void a_log_in_pieces_gives_the_rows_of_the_whole(void **state)
{
    static const char twisted[] =
        "\xEF\xBB\xBF \n{ \"version\" : 12.50e1 , \"x\":[ ] ,\"y\":{ }, \"z\":[1, [true,null,{\"a\":-0.1E-2}],\"\\ud83d\\ude00\"] , \"w\":{\"k\":false , \"l\":[[]]}\n,\"\\u006fbjects\" :[ {\"id\":\"o\\n1\" ,\n"
        "\"type\":\"Or\\ud83d\\ude00der\",\"attributes\" : [{\"name\":\"n\",\"value\":-12.25e+3},{\"name\":\"b\",\"value\" : true } ] } , 7 ],\"eventTypes\":[{\"name\":\"a\",\"attributes\":[{\"name\":\"k\",\"type\":\"integer\"}]}],\n"
        "\"events\":[{\"id\":\"e\\\"1\",\"type\":\"a\",\"time\":\"2024-03-01\",\"attributes\":[{\"name\":\"k\",\"value\":12},{\"name\":\"m\",\"value\":{\"a\": [1 , 2]}}],\"relationships\":[{\"objectId\":\"o\\n1\"}]},null]}  \n ";
    static const char *const logs[] = {json2, json1, twisted};
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        struct run whole = {0};
        run_log(&whole, str_of(logs[i]));
        assert_int_equal(whole.rc, VOC_OK);
        assert_true(whole.sink.events > 0 && whole.sink.facts > 0);
        for (piece = 1; piece < 40; piece++) {
            struct run r = {0};
            run_log(&r, str_of(logs[i]));
            if (r.rc) print_error("log %zu in pieces of %zu: %s", i, piece, r.says.ptr ? r.says.ptr : "");
            assert_int_equal(r.rc, VOC_OK);
            assert_string_equal(r.sink.rows.ptr, whole.sink.rows.ptr);
            assert_string_equal(r.mapping, whole.mapping);
            run_done(&r);
        }
        piece = 0;
        run_done(&whole);
    }
    for (piece = 1; piece < 40; piece++)
        refused("{\"objectTypes\":[],\n\"events\":[\n{\"id\":\"e1\",}],\n\n\n\"objects\":[]}                                  ",
                "OCEL-001 line 3: this is no JSON: a comma stands before the end of an object");
    piece = 0;
}

static void an_event_longer_than_what_is_read_at_once_is_whole(void **state)
{
    struct buf log;
    struct run r = {0};
    (void)state;
    buf_init(&log, (size_t)16 << 20);
    buf_cstr(&log, "{\"objectTypes\":[],\"events\":[{\"id\":\"e1\",\"type\":\"a\",\"time\":\"2024-03-01\",\"attributes\":[{\"name\":\"k\",\"value\":\"");
    buf_fill(&log, 'x', (size_t)3 << 20);
    buf_cstr(&log, "\"}]},\n{\"id\":\"e2\",\"type\":\"b\",\"time\":\"2024-03-01\"}]}");
    run_log(&r, str_mk(log.ptr, log.len));
    assert_int_equal(r.rc, VOC_OK);
    assert_int_equal(r.sink.events, 2);
    assert_true(r.sink.rows.len > (size_t)3 << 20);
    assert_non_null(strstr(r.sink.rows.ptr, "x}\n2 2024-03-01 b id=e2\n"));
    run_done(&r);
    buf_done(&log);
}

static void an_object_may_stand_anywhere_and_the_first_of_an_id_counts(void **state)
{
    static const char events[] =
        "\"events\":[{\"id\":\"e1\",\"type\":\"a\",\"time\":\"2024-03-05\",\"relationships\":[{\"objectId\":\"o1\"},{\"objectId\":\"i1\"},{\"objectId\":\"no\"}]}]";
    static const char one[] = "\"objects\":[{\"id\":\"o1\",\"type\":\"Order\",\"relationships\":[{\"objectId\":\"neither\"}]}]";
    static const char two[] =
        "\"objects\":[{\"id\":\"i1\",\"type\":\"Item\",\"attributes\":[{\"name\":\"size\",\"time\":\"2024-03-01\",\"value\":7},{\"name\":\"size\",\"time\":\"2024-03-09\",\"value\":8},{\"name\":\"size\",\"time\":\"?\",\"value\":9}]},"
        "{\"id\":\"i1\",\"type\":\"Order\",\"attributes\":[{\"name\":\"size\",\"value\":1}]}]";
    static const char *const orders[][3] = {{events, one, two}, {one, events, two}, {two, events, one}, {one, two, events}, {two, one, events}};
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct run r = {.unit = "Order"};
        char text[2000];
        snprintf(text, sizeof text, "{%s,%s,%s}", orders[i][0], orders[i][1], orders[i][2]);
        run_log(&r, str_of(text));
        assert_int_equal(r.rc, VOC_OK);
        if (!strstr(r.sink.rows.ptr, "2024-03-05 a id=e1 case=o1 {Item=i1} {Item.size=7 7} {object that is not there=no}\n")) print_error("%s", r.sink.rows.ptr);
        assert_non_null(strstr(r.sink.rows.ptr, "2024-03-05 a id=e1 case=o1 {Item=i1} {Item.size=7 7} {object that is not there=no}\n"));
        assert_non_null(strstr(r.sink.rows.ptr, "reject ID: object i1 stands twice: the first one is kept\n"));
        assert_non_null(strstr(r.says.ptr, "2 references lead to an object that is not there, the first to \"no\""));
        assert_non_null(strstr(r.mapping, "case <- Order: 1 events have one"));
        run_done(&r);
    }
}

// ---- damage -----------------------------------------------------------------------------------------------------------------------------------

static const char *const whole[] = {json2, xml2, json1, xml1};

static void damage_refuses_or_rejects_and_does_no_more(void **state)
{
    uint64_t seed = 9;
    (void)state;
    for (unsigned round = 0; round < 4000; round++) {
        static char text[4000];
        size_t len = strlen(whole[round % 4]);
        memcpy(text, whole[round % 4], len);
        for (unsigned n = 0; n <= round % 3; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(seed >> 33) % len;
            if (round % 7 < 3) text[at] = (char)(seed >> 20);
            else if (round % 7 == 3) len = at + 1;
            else memmove(text + at + 1, text + at, len - at), len++, text[at] = "{}[]\",:<>/&"[(seed >> 21) % 11];
        }
        struct run r = {0};
        run_log(&r, str_mk(text, len));
        assert_true(r.rc == VOC_OK || (r.rc == VOC_E_INPUT && r.says.len > 0) || r.rc == VOC_E_LIMIT);
        run_done(&r);
    }
}

static voc_rc json_run(void *user)
{
    struct run r = {0};
    run_log(&r, str_of(user));
    voc_rc rc = r.rc ? r.rc : r.sink.rows.rc ? r.sink.rows.rc : r.says.rc;
    run_done(&r);
    return rc;
}

static void every_failing_allocation_is_out_of_memory_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(json_run, (void *)(uintptr_t)json1) > 10); // a diagnostic that finds no memory is lost; libxml2's own failures are tried in a worker
}

static void the_probe_knows_each_layout(void **state)
{
    const voc_input_ops *ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    static const char *const others[] = {"{\"time\":\"2024-03-01\",\"action\":\"a\"}", "<log xes.version=\"1.0\"><trace/></log>", "a,b\n", ""};
    (void)state;
    for (size_t i = 0; i < 8; i++) {
        voc_probe p = {.struct_size = sizeof p, .complete = 1, .name = STR("x"), .head = str_of(i < 4 ? whole[i] : others[i - 4])};
        voc_probe_result r = {-1, ""};
        ops->probe(test_host(), NULL, &p, &r);
        assert_int_equal(r.confidence, i < 4 ? 98 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_and_xml_give_the_same_rows),
        cmocka_unit_test(the_unit_is_what_most_events_have_one_of_or_what_is_said),
        cmocka_unit_test(what_an_event_or_object_lacks_rejects_it_with_its_line),
        cmocka_unit_test(what_is_no_log_is_refused_with_its_line),
        cmocka_unit_test(the_real_logs_have_the_counts_of_an_independent_reading),
        cmocka_unit_test(a_log_in_pieces_gives_the_rows_of_the_whole),
        cmocka_unit_test(an_event_longer_than_what_is_read_at_once_is_whole),
        cmocka_unit_test(an_object_may_stand_anywhere_and_the_first_of_an_id_counts),
        cmocka_unit_test(damage_refuses_or_rejects_and_does_no_more),
        cmocka_unit_test(every_failing_allocation_is_out_of_memory_and_leaks_nothing),
        cmocka_unit_test(the_probe_knows_each_layout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
