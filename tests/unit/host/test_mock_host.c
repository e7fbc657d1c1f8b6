// SPDX-License-Identifier: MIT
// The mock host of plugin authors: it agrees with the real one on times, text and XML, cuts records as that does, and finds a
// plugin that breaks its promises.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <voc/mock_host.h>

#include "base/text.h"
#include "base/time.h"
#include "base/xml.h"

// ---- a plugin that shows its records, or errs ------------------------------------------------------------------------------

enum fault { RIGHT, LOOKS_FIRST, ASKS_TOO_LATE, FORGETS, TWICE, EMPTY_ALIAS, NO_SUCH_RECORD, BACKWARDS, LEAKS, REFERS, SHARES, MAKES_UP, TELLS_NOTHING };
static enum fault does;
static voc_line_rule cut_as;
struct plain { const voc_host *h; voc_context *cx; voc_str kind; };

static void probe(const voc_host *h, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)h, (void)cx, r->confidence = p->head.len > 0 ? 75 : 0;
}

static voc_rc open_it(const voc_host *h, voc_context *cx, const voc_source *s, const voc_value *v, void **instance)
{
    struct plain *x = h->alloc(cx, sizeof *x);
    (void)s;
    if (!x) return VOC_E_NOMEM;
    *x = (struct plain){h, cx, v[0].s};
    *instance = x;
    return VOC_OK;
}

static void close_it(void *instance)
{
    struct plain *x = instance;
    if (does != LEAKS) x->h->free(x->cx, x);
}

static voc_rc rule(void *instance, voc_str first, voc_line_rule *out)
{
    (void)instance, (void)first;
    *out = cut_as;
    return VOC_OK;
}

static voc_rc give(const struct plain *x, uint64_t record, voc_str text, voc_sink *sink)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    voc_alias who = {.kind = x->kind, .value = {"c", does == EMPTY_ALIAS ? 0 : 1}, .strong = 1};
    r.record = does == NO_SUCH_RECORD ? record + 1000 : record;
    r.time_us = 0;
    r.action = text;
    r.customer = &who;
    r.n_customer = 1;
    const voc_attr cell = {.key = VOC_LIT("target"), .text = text, .time_us = VOC_NA};
    if (does == REFERS) { // a row of the table that the text names; "-" names none
        r = voc_row_init(VOC_ROW_REFERENCE);
        r.record = record;
        r.object = text.ptr[0] == '-' ? (voc_str){"", 0} : text;
        r.attrs = &cell;
        r.n_attrs = text.len > 1;
    }
    const voc_batch b = {sizeof b, sizeof r, &r, 1};
    voc_rc rc = x->h->rows(sink, &b);
    if (!rc && does == TWICE) rc = x->h->ignore(sink, record, (voc_str)VOC_LIT("twice"));
    return rc;
}

// A letter is the action, and what is behind it who and how much.
static voc_rc give_column(const struct plain *x, uint64_t record, voc_str text, voc_sink *sink)
{
    const voc_str action = {text.ptr, 1}, who = {text.ptr + 1, text.len - 1};
    const int64_t when = (int64_t)record * 1000000, cost = (int64_t)text.len;
    uint32_t number;
    unsigned char told;
    voc_rc rc = VOC_OK;
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    x->h->alike(sink, &action, 1, &number, &told);
    if (number == 0) return give(x, record, text, sink);
    r.action = action, r.channel = (voc_str)VOC_LIT("web"), r.actor = VOC_ACTOR_CUSTOMER;
    if (!told && does != TELLS_NOTHING) rc = x->h->share(sink, number, &r);
    if (does == MAKES_UP) number += 3;
    const voc_events e = {.struct_size = sizeof e, .resolution = VOC_RES_SECOND, .n = 1, .record = &record, .alike = &number,
                          .time_us = &when, .cost = &cost, .customer = &who, .customer_kind = x->kind};
    return rc ? rc : x->h->events(sink, &e);
}

static voc_rc lines(void *instance, const voc_block *b, voc_sink *sink)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < b->n_records && !rc; i++) {
        const voc_str text = {b->bytes + b->start[i], b->end[i] - b->start[i]};
        if (does == FORGETS) continue;
        if (text.len == 0) rc = ((struct plain *)instance)->h->reject(sink, i, (voc_str)VOC_LIT("EMPTY"), (voc_str)VOC_LIT("it is empty"));
        else rc = does >= SHARES ? give_column(instance, i, text, sink) : give(instance, i, text, sink);
    }
    return rc;
}

static const voc_option options[] = {{.name = "kind", .type = VOC_OPT_STRING, .initial = "id", .help = "kind"}};
static const voc_input_ops line_ops = {.struct_size = sizeof line_ops, .framing = VOC_FRAMING_LINES, .probe = probe,
                                       .open = open_it, .close = close_it, .rule = rule, .lines = lines};
static const voc_plugin by_line = {.struct_size = sizeof by_line, .kind = VOC_KIND_INPUT, .option_size = sizeof *options,
                                   .name = "plain", .options = options, .n_options = 1, .ops = &line_ops};

// Every eight bytes are a record.
static voc_rc run(void *instance, voc_stream *s, voc_sink *sink)
{
    struct plain *x = instance;
    char bytes[8];
    size_t n = 0, got = 0;
    uint64_t record = 0;
    voc_rc rc = does == LOOKS_FIRST ? x->h->keep(s) : VOC_OK;
    while (!rc && does == LOOKS_FIRST && (rc = x->h->read(s, bytes, 8, &got)) == VOC_OK && got) n += got;
    if (!rc && (does == LOOKS_FIRST || does == ASKS_TOO_LATE)) rc = x->h->again(s);
    for (uint64_t at = 0; !rc; at += 8) {
        for (n = 0; n < 8 && !rc; n += got)
            if ((rc = x->h->read(s, bytes + n, 8 - n, &got)) == VOC_OK && got == 0) break;
        if (rc || n == 0) break;
        rc = x->h->record(sink, does == BACKWARDS && at ? at - 8 : at, at + n, 1, &record);
        if (!rc) rc = give(x, record, (voc_str){bytes, n}, sink);
    }
    return rc;
}
static const voc_input_ops stream_ops = {.struct_size = sizeof stream_ops, .framing = VOC_FRAMING_STREAM, .probe = probe,
                                         .open = open_it, .close = close_it, .run = run};
static const voc_plugin by_bytes = {.struct_size = sizeof by_bytes, .kind = VOC_KIND_INPUT, .option_size = sizeof *options,
                                    .name = "bytes", .options = options, .n_options = 1, .ops = &stream_ops};

static void reads(const voc_plugin *p, const char *text, size_t block, size_t piece, const char *wanted)
{
    voc_mock m;
    voc_mock_init(&m);
    m.block_records = block;
    m.piece = piece;
    voc_rc rc = voc_mock_read(&m, p, text, strlen(text));
    assert_null(m.broken);
    assert_int_equal(rc, VOC_OK);
    assert_string_equal(voc_mock_text(&m), wanted);
    assert_int_equal(m.live, 0);
    voc_mock_done(&m);
}

static void records_are_cut_as_the_host_cuts_them(void **state)
{
    (void)state;
    does = RIGHT;
    cut_as = (voc_line_rule){.struct_size = sizeof cut_as};
    for (size_t block = 0; block < 3; block++) {
        reads(&by_line, "a\r\n\nb", block, 0,
              "0 event 1970-01-01T00:00:00Z customer=id:c action=a\n"
              "1 reject EMPTY it is empty\n2 event 1970-01-01T00:00:00Z customer=id:c action=b\n");
        cut_as = (voc_line_rule){.struct_size = sizeof cut_as, .separator = ';', .quote = '"', .n_head = 1};
        reads(&by_line, "head\nx;\"a\nb\"\ny\"\nz\n", block, 0,
              "0 event 1970-01-01T00:00:00Z customer=id:c action=x;\"a\nb\"\n1 event 1970-01-01T00:00:00Z customer=id:c action=y\"\n2 event 1970-01-01T00:00:00Z customer=id:c action=z\n");
        cut_as = (voc_line_rule){.struct_size = sizeof cut_as, .values = 1};
        reads(&by_line, "[{\"a\":\"}\\\"\"},\n{\n}]", block, 0,
              "0 event 1970-01-01T00:00:00Z customer=id:c action={\"a\":\"}\\\"\"}\n"
              "1 event 1970-01-01T00:00:00Z customer=id:c action={\n"
              "}\n");
        cut_as = (voc_line_rule){.struct_size = sizeof cut_as};
    }
    for (size_t piece = 0; piece < 8; piece++) {
        does = piece % 2 ? LOOKS_FIRST : RIGHT;
        reads(&by_bytes, "12345678abc", 0, piece / 2, "0 event 1970-01-01T00:00:00Z customer=id:c action=12345678\n1 event 1970-01-01T00:00:00Z customer=id:c action=abc\n");
    }
    does = RIGHT;
}

static void what_events_share_is_told_once(void **state)
{
    (void)state;
    does = SHARES;
    cut_as = (voc_line_rule){.struct_size = sizeof cut_as};
    for (size_t block = 0; block < 3; block++)
        reads(&by_line, "xanna\ny\nxben\n", block, 0,
              block == 1   ? "0 event 1970-01-01T00:00:00Z customer=id:anna by=customer action=x channel=web cost=5\n"
                             "1 event 1970-01-01T00:00:00Z by=customer action=y channel=web cost=1\n"
                             "2 event 1970-01-01T00:00:00Z customer=id:ben by=customer action=x channel=web cost=4\n"
              : block == 2 ? "0 event 1970-01-01T00:00:00Z customer=id:anna by=customer action=x channel=web cost=5\n"
                             "1 event 1970-01-01T00:00:01Z by=customer action=y channel=web cost=1\n"
                             "2 event 1970-01-01T00:00:00Z customer=id:ben by=customer action=x channel=web cost=4\n"
                           : "0 event 1970-01-01T00:00:00Z customer=id:anna by=customer action=x channel=web cost=5\n"
                             "1 event 1970-01-01T00:00:01Z by=customer action=y channel=web cost=1\n"
                             "2 event 1970-01-01T00:00:02Z customer=id:ben by=customer action=x channel=web cost=4\n");
    voc_mock m;
    voc_mock_init(&m);
    m.apart = 1;
    assert_int_equal(voc_mock_read(&m, &by_line, "xanna\n", 6), VOC_OK);
    assert_string_equal(voc_mock_text(&m), "0 event 1970-01-01T00:00:00Z customer=id:c action=xanna\n");
    voc_mock_done(&m);
    does = RIGHT;
}

static void rows_of_reference_tables_are_shown_and_held_to_their_table(void **state)
{
    (void)state;
    does = REFERS;
    cut_as = (voc_line_rule){.struct_size = sizeof cut_as};
    reads(&by_line, "goals\n--\nx\n", 0, 0, "0 reference object=goals @target=goals\n1 reject ROW it names no reference table (object)\n2 reject ROW it has no cells\n");
    does = RIGHT;
}

static void options_are_given_as_on_the_command_line(void **state)
{
    static const char *const given[] = {"kind", "email", NULL};
    voc_mock m;
    (void)state;
    does = RIGHT;
    voc_mock_init(&m);
    m.options = given;
    assert_int_equal(voc_mock_read(&m, &by_line, "a", 1), VOC_OK);
    assert_string_equal(voc_mock_text(&m), "0 event 1970-01-01T00:00:00Z customer=email:c action=a\n");
    assert_int_equal(m.n_records, 1);
    assert_int_equal(m.n_gave, 1);
    assert_int_equal(m.confidence, 75);
    voc_mock_done(&m);
}

static void what_breaks_a_promise_is_named(void **state)
{
    static const struct { enum fault does; const voc_plugin *p; const char *broken; } cases[] = {
        {FORGETS, &by_line, "a record was neither read, rejected nor ignored"},
        {TWICE, &by_line, "ignore: the record was answered before"},
        {EMPTY_ALIAS, &by_line, "an alias is empty: leave it out"},
        {NO_SUCH_RECORD, &by_line, "rows: there is no such record"},
        {NO_SUCH_RECORD, &by_bytes, "rows: there is no such record"},
        {ASKS_TOO_LATE, &by_bytes, "again: keep was not asked for"},
        {MAKES_UP, &by_line, "events: a number that share was not told of"},
        {TELLS_NOTHING, &by_line, "events: a number that share was not told of"},
        {BACKWARDS, &by_bytes, "record: it does not lie behind the one before it, within the bytes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        voc_mock m;
        voc_mock_init(&m);
        does = cases[i].does;
        assert_int_equal(voc_mock_read(&m, cases[i].p, "some text in two\nlines\n", 23), VOC_E_BUG);
        assert_non_null(m.broken);
        assert_string_equal(m.broken, cases[i].broken);
        voc_mock_done(&m);
    }
}

static void memory_is_refused_and_counted(void **state)
{
    voc_mock m;
    (void)state;
    voc_mock_init(&m);
    m.fail_alloc = 1;
    does = RIGHT;
    assert_int_equal(voc_mock_read(&m, &by_line, "a", 1), VOC_E_NOMEM);
    voc_mock_done(&m);
    voc_mock_init(&m);
    does = LEAKS;
    assert_int_equal(voc_mock_read(&m, &by_line, "a", 1), VOC_OK);
    assert_int_equal(m.live, 1);
    voc_mock_done(&m);
}

// ---- against the host ------------------------------------------------------------------------------------------------------

static void same_time(const voc_host *h, voc_mock *m, const char *pattern, const char *text)
{
    struct time_format *real = NULL;
    voc_time_format *mock = NULL;
    int64_t a = 0, b = 0;
    uint32_t a_res = 99, b_res = 99;
    const voc_str p = {pattern, strlen(pattern)}, t = {text, strlen(text)}, none = {"", 0};
    assert_int_equal(time_format_new(&real, p, none, NULL), VOC_OK);
    assert_int_equal(h->time_format(&m->cx, &mock, p, none), VOC_OK);
    voc_rc rc = time_format_parse(real, t, &a, &a_res), other = h->time_parse(mock, t, &b, &b_res);
    if (rc != other || a != b || a_res != b_res)
        print_error("\"%s\" by \"%s\": %d %lld %u, the mock: %d %lld %u\n", text, pattern, (int)rc, (long long)a, a_res, (int)other,
                    (long long)b, b_res);
    assert_int_equal(rc, other);
    assert_int_equal(a, b);
    assert_int_equal(a_res, b_res);
    time_format_free(real);
}

static void times_are_those_of_the_host(void **state)
{
    static const char *const iso[] = {
        "2024-07-01", "2024-07-01 10:00", "2024-07-01T10:00", "2024-07-01T10:00:59", "2024-07-01T10:00:59.5", "2024-07-01 10:00:59.123456", "2024-07-01T10:00:59Z", "2024-07-01T10:00:59+02:00",
        "2024-07-01T10:00:59.25-0330", "2024-07-01T10:00Z", "2024-02-29", "2023-02-29", "2024-13-01", "2024-00-10", "2024-07-32", "1969-12-31T23:59:59Z", "1600-03-01", "1719828000", "1719828000123",
        "1719828000123456", "yesterday", "", "2024-07", "2024-07-01T25:00", "2024-07-01T10:61", "2024-07-01x"};
    static const struct { const char *pattern, *text; } others[] = {
        {"dd.MM.yyyy HH:mm", "01.07.2024 10:15"}, {"dd.MM.yyyy HH:mm", "31.04.2024 10:15"}, {"MM/dd/yyyy", "07/01/2024"}, {"yyyyMMddHHmmss", "20240701101530"}, {"d.M.yyyy", "1.7.2024"}, {"dd.MM.yyyy", "2024-07-01"}};
    voc_mock m;
    (void)state;
    voc_mock_init(&m);
    for (size_t i = 0; i < sizeof iso / sizeof *iso; i++) same_time(voc_mock_host(), &m, "", iso[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) same_time(voc_mock_host(), &m, others[i].pattern, others[i].text);
    voc_mock_forget(&m);
    voc_time_format *f = NULL;
    assert_int_equal(voc_mock_host()->time_format(&m.cx, &f, (voc_str){"", 0}, (voc_str)VOC_LIT("Europe/Berlin")), VOC_E_OPTION);
    assert_non_null(strstr(m.diags.ptr, "zones"));
    voc_mock_done(&m);
}

static uint32_t next(uint32_t *state) { return *state = *state * 1664525u + 1013904223u, *state >> 16; }

static void utf8_is_told_as_the_host_does(void **state)
{
    static const char bytes[] = {'a', (char)0x80, (char)0xc2, (char)0xe0, (char)0xa0, (char)0xed, (char)0x9f, (char)0xbf, (char)0xf0, (char)0x90, (char)0xf4, (char)0x8f, (char)0xf5};
    char text[6];
    uint32_t seed = 1;
    (void)state;
    for (int i = 0; i < 200000; i++) {
        size_t len = next(&seed) % 6;
        for (size_t k = 0; k < len; k++) text[k] = bytes[next(&seed) % sizeof bytes];
        assert_int_equal(voc_mock_host()->utf8_valid(text, len) != 0, text_utf8_valid(text, len));
    }
}

struct shown { voc_mock_buf b; };
static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n, uint64_t line, uint64_t byte)
{
    voc_mock_buf *b = &((struct shown *)user)->b;
    voc_mock_word(b, "<"), voc_mock_add(b, name.ptr, name.len);
    for (size_t i = 0; i < n; i++) voc_mock_show(b, "", attrs[i].name), voc_mock_show(b, "", attrs[i].value);
    voc_mock_show_number(b, "line", (int64_t)line), voc_mock_show_number(b, "byte", (int64_t)byte);
    return VOC_OK;
}
static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    voc_mock_buf *b = &((struct shown *)user)->b;
    (void)line;
    voc_mock_word(b, "/"), voc_mock_add(b, name.ptr, name.len), voc_mock_show_number(b, "byte", (int64_t)byte);
    return VOC_OK;
}
static voc_rc on_text(void *user, voc_str text) { return voc_mock_add(&((struct shown *)user)->b, text.ptr, text.len), VOC_OK; }
static voc_rc give_text(void *user, void *to, size_t size, size_t *got)
{
    voc_str *rest = user;
    *got = rest->len < size ? rest->len : size;
    memcpy(to, rest->ptr, *got);
    rest->ptr += *got, rest->len -= *got;
    return VOC_OK;
}

static void xml_is_parsed_as_the_host_does(void **state)
{
    static const char *const texts[] = {
        "<a/>", "<?xml version=\"1.0\"?>\n<!-- c -->\n<a x='1' y=\"&lt;&#228;&amp;\"> t&gt;u <b></b>\n<c:d/><![CDATA[<&]]></a>\n", "<a><b></a></b>", "<a>", "</a>", "<a/><b/>", "<a x=1/>", "<a x='1' />", "<a>&none;</a>",
        "<!DOCTYPE a><a/>", "", "text", "<a>&#xe4;</a>", "<a x='1'>\n\n<b/></a>"};
    const voc_xml_handler h = {sizeof h, 0, on_start, on_end, on_text};
    (void)state;
    assert_int_equal(xml_init(), VOC_OK);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct shown mine = {0}, real = {0};
        voc_str rest = {texts[i], strlen(texts[i])};
        voc_mock m;
        voc_mock_init(&m);
        voc_rc rc = voc_mock_host()->xml_text(&m.cx, rest, (voc_str)VOC_LIT("x"), &h, &mine), other = xml_sax(give_text, &rest, &h, &real, "x", NULL);
        if (rc != other) print_error("%s\n", texts[i]);
        assert_int_equal(rc, other);
        if (rc == VOC_OK) assert_string_equal(mine.b.ptr, real.b.ptr);
        else assert_non_null(m.diags.ptr);
        free(mine.b.ptr), free(real.b.ptr);
        voc_mock_done(&m);
    }
    xml_done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_cut_as_the_host_cuts_them),
        cmocka_unit_test(what_events_share_is_told_once),
        cmocka_unit_test(rows_of_reference_tables_are_shown_and_held_to_their_table),
        cmocka_unit_test(options_are_given_as_on_the_command_line),
        cmocka_unit_test(what_breaks_a_promise_is_named),
        cmocka_unit_test(memory_is_refused_and_counted),
        cmocka_unit_test(times_are_those_of_the_host),
        cmocka_unit_test(utf8_is_told_as_the_host_does),
        cmocka_unit_test(xml_is_parsed_as_the_host_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
