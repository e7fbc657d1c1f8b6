// SPDX-License-Identifier: MIT
// The input plugin xes through the import of the host: what each part of a log becomes, what is refused or rejected with its
// line, and the real logs of the shared data (skipped where those are absent).
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"
#include "host/import/import.h"
#include "tests/unit/host/coded.h"
#include "tests/unit/host/modules.h"

struct world {
    char plugins[PATH_MAX], file[PATH_MAX];
    struct catalogue *catalogue;
    struct diag *diag;
    struct arena arena;
    struct import_report report;
    struct buf text;
    size_t events, facts, cases;
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    if (!module_path(from, "plugins/input/xes", "input-xes.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-xes.so", 0644);
    const char *dirs[] = {w.plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    w.diag = diag_new();
    arena_init(&w.arena, 0);
    buf_init(&w.text, 1 << 28);
    join_path(w.file, w.plugins, "log.xes");
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, w.diag), VOC_OK);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    arena_done(&w->arena);
    buf_done(&w->text);
    scratch_close(w->plugins);
    return 0;
}

static voc_rc take(void *user, const struct coded_block *b)
{
    struct world *w = user;
    w->events += b->events.n;
    w->facts += b->n_facts;
    if (w->events < 5000) coded_dump(&w->text, b); // of a large log the counts are enough
    return VOC_OK;
}

static voc_rc read_file(struct world *w, const char *path, const char *option, const char *value)
{
    struct option_given given = {.name = str_of(option), .value = str_of(value), .has_value = true};
    struct import_request r = {.catalogue = w->catalogue, .path = path, .as = STR("xes"), .threads = 1, .max_rejects = UINT64_MAX,
                               .block = take, .user = w, .options = &given,
                               .n_options = option ? 1 : 0};
    buf_clear(&w->text);
    w->events = w->facts = 0;
    return import_file(&r, &w->report, &w->arena, w->diag);
}

// A log with this inside of <log>.
static voc_rc read_log(struct world *w, const char *inside, const char *option, const char *value)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "<?xml version=\"1.0\"?>\n<log xes.version=\"1.0\">\n%s</log>\n", inside);
    write_bytes(w->file, b.ptr, b.len, 0644);
    buf_done(&b);
    return read_file(w, w->file, option, value);
}

static const struct diag_msg *last(const struct world *w)
{
    assert_true(diag_n(w->diag) > 0);
    return diag_at(w->diag, diag_n(w->diag) - 1);
}

static void has(const struct world *w, const char *part)
{
    if (!w->text.ptr || !strstr(w->text.ptr, part)) fail_msg("\"%s\" is not in\n%s", part, w->text.ptr ? w->text.ptr : "");
}

static void has_not(const struct world *w, const char *part)
{
    if (w->text.ptr && strstr(w->text.ptr, part)) fail_msg("\"%s\" is in\n%s", part, w->text.ptr);
}

#define EVENT(name, time, more) "<event><string key=\"concept:name\" value=\"" name "\"/><date key=\"time:timestamp\" value=\"" time "\"/>" more "</event>\n"
#define CASE(name, inside) "<trace><string key=\"concept:name\" value=\"" name "\"/>\n" inside "</trace>\n"
#define T1 "1970-01-01T00:00:01Z"
#define T2 "1970-01-01T00:00:02.5+00:00"

static void an_event_becomes_a_row_of_its_case(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w,
                              CASE("c 1", EVENT("pay &amp; go", T1,
                                                "<string key=\"org:resource\" value=\"Ann\"/><string key=\"org:role\" value=\"clerk\"/><float key=\"cost:total\" value=\"-2.5\"/>"
                                                "<id key=\"identity:id\" value=\"e-7\"/><int key=\"size\" value=\"3\"/>") EVENT("end", T2, "")),
                              NULL, NULL),
                     VOC_OK);
    assert_int_equal(w->events, 2);
    // record, sub, event, line, resolution, actor, ref kind, time, action, then by column
    has(w, "00000000|0000|event|4|2|0|0|1000000|pay & go|||||c 1|clerk|Ann||||e-7||||{\"size\":3}|-|-2500000|-|\n");
    has(w, "00000001|0000|event|5|1|0|0|2500000|end|||||c 1|||||||||||-|-|-|\n");
    assert_non_null(strstr(w->report.mapping, "1 traces, 2 events"));
}

static void nested_attributes_keep_the_way_to_them_and_lists_are_numbered(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w,
                              CASE("c", EVENT("a", T1,
                                              "<string key=\"place\" value=\"x\"><int key=\"floor\" value=\"2\"><boolean key=\"open\" value=\"true\"/></int></string>"
                                              "<list key=\"items\"><values><string key=\"item\" value=\"p\"/><string key=\"item\" value=\"q\"/></values></list>"
                                              "<container key=\"box\"><float key=\"w\" value=\"0.5\"/></container>")),
                              NULL, NULL),
                     VOC_OK);
    has(w, "{\"box.w\":0.5,\"items.1.item\":\"p\",\"items.2.item\":\"q\",\"place\":\"x\",\"place.floor\":2,\"place.floor.open\":true}|");
}

static void attributes_of_a_trace_become_facts_of_its_case(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w,
                              "<trace><string key=\"concept:name\" value=\"c\"/><int key=\"amount\" value=\"12\"/><date "
                              "key=\"due\" value=\"1970-01-02\"/>\n" EVENT("a", T1, "") EVENT("b", T2, "") "</trace>\n",
                              NULL, NULL),
                     VOC_OK);
    assert_int_equal(w->facts, 2);
    has(w, "00000000|0000|fact|4|4|3|1|2|0|c||amount|12|||||1000000|12|0\n");
    has(w, "due|1970-01-02|||||1000000|86400000000|0\n");
}

static void attributes_of_a_trace_survive_a_first_event_that_is_left_out(void **state)
{
    struct world *w = *state;
    const char *log = "<trace><string key=\"concept:name\" value=\"c\"/><string key=\"topic\" value=\"tax\"/>\n"
                      "<event><string key=\"concept:name\" value=\"no time\"/></event>\n"
                      EVENT("a", T1, "<string key=\"lifecycle:transition\" value=\"start\"/>") EVENT("b", T2, "<string key=\"lifecycle:transition\" value=\"complete\"/>") "</trace>\n";
    assert_int_equal(read_log(w, log, NULL, NULL), VOC_OK);
    assert_int_equal(w->facts, 1);
    has(w, "c||topic|tax|||||1000000|-|0\n");
    assert_int_equal(w->report.account.rejected, 1);
    assert_int_equal(read_log(w, log, "lifecycle", "complete"), VOC_OK);
    assert_int_equal(w->facts, 1);
    has(w, "c||topic|tax|||||2500000|-|0\n");
}

static void attributes_of_a_trace_behind_its_events_are_not_lost(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w, "<trace><string key=\"concept:name\" value=\"c\"/>\n" EVENT("a", T1, "") "<string key=\"topic\" value=\"tax\"/></trace>\n" CASE("d", EVENT("a", T2, "")), NULL, NULL),
                     VOC_OK);
    assert_int_equal(w->facts, 1);
    has(w, "fact|3|4|3|0|0|0|c||topic|tax|||||1000000|-|0\n");
    assert_int_equal(w->report.account.records, 3);
    assert_int_equal(w->report.account.gave, 3);
    assert_int_equal(read_log(w, "<trace>\n" EVENT("a", T1, "") "<string key=\"concept:name\" value=\"late\"/></trace>\n", NULL, NULL), VOC_E_INPUT);
    assert_string_equal(last(w)->code, "XES-001");
    assert_int_equal(last(w)->line, 5);
}

static void a_trace_without_events_is_ignored_by_name(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w, CASE("c", "") CASE("d", EVENT("a", T1, "")), NULL, NULL), VOC_OK);
    assert_int_equal(w->events, 1);
    assert_int_equal(w->report.account.records, 2);
    assert_int_equal(w->report.account.ignored, 1);
    assert_true(str_is(w->report.account.by_rule[0].rule, "trace without events"));
}

static void traces_without_a_name_are_numbered_and_events_outside_of_traces_have_no_case(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w, "<trace>\n" EVENT("a", T1, "") "</trace><trace>\n" EVENT("b", T1, "") "</trace>\n" EVENT("c", T2, ""), NULL, NULL), VOC_OK);
    has(w, "|a|||||trace 1|");
    has(w, "|b|||||trace 2|");
    has(w, "|c||||||");
}

static void the_lifecycle_option_leaves_out_what_is_not_complete(void **state)
{
    struct world *w = *state;
    const char *log = CASE("c", EVENT("a", T1, "<string key=\"lifecycle:transition\" value=\"start\"/>") EVENT("a", T2, "<string key=\"lifecycle:transition\" value=\"complete\"/>")
                                    EVENT("b", T2, ""));
    assert_int_equal(read_log(w, log, NULL, NULL), VOC_OK);
    assert_int_equal(w->events, 3);
    assert_int_equal(read_log(w, log, "lifecycle", "complete"), VOC_OK);
    assert_int_equal(w->events, 2);
    assert_int_equal(w->report.account.ignored, 1);
    assert_true(str_is(w->report.account.by_rule[0].rule, "lifecycle other than complete"));
}

static void a_classifier_makes_the_action_of_its_keys(void **state)
{
    struct world *w = *state;
    const char *log = "<classifier name=\"Activity\" keys=\"concept:name lifecycle:transition\"/><classifier name=\"odd\" keys=\"'key with blank' concept:name\"/>\n"
                      CASE("c", EVENT("a", T1, "<string key=\"lifecycle:transition\" value=\"start\"/><string key=\"key with blank\" value=\"z\"/>") EVENT("b", T2, ""));
    assert_int_equal(read_log(w, log, "classifier", "Activity"), VOC_OK);
    has(w, "|a+start|");
    has(w, "reject|6|CLASSIFIER|it lacks a key of the classifier|");
    assert_int_equal(read_log(w, log, "classifier", "odd"), VOC_OK);
    has(w, "|z+a|");
    assert_int_equal(read_log(w, log, "classifier", "none"), VOC_E_INPUT);
    assert_non_null(strstr(last(w)->message, "\"none\""));
}

static void a_global_fills_what_an_event_lacks_but_never_its_time(void **state)
{
    struct world *w = *state;
    const char *global = "<global scope=\"event\"><string key=\"concept:name\" value=\"unnamed\"/><string key=\"org:resource\" value=\"nobody\"/>"
                         "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:09Z\"/></global><global scope=\"trace\"><string key=\"concept:name\" value=\"all\"/></global>\n";
    char log[2000];
    snprintf(log, sizeof log, "%s<trace>\n<event><date key=\"time:timestamp\" value=\"" T1 "\"/></event>\n" EVENT("named", T2, "") "<event/>\n</trace>\n", global);
    assert_int_equal(read_log(w, log, NULL, NULL), VOC_OK);
    has(w, "|1000000|unnamed|||||trace 1||nobody|"); // a default name of traces would make them all one case
    has(w, "|2500000|named|||||trace 1||nobody|");
    has(w, "reject|7|TIME|it has no time:timestamp|<event/>|");
    has_not(w, "9000000");
}

static void an_event_that_is_not_understood_is_rejected_with_line_reason_and_raw_text(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w,
                              CASE("c", EVENT("a", T1, "") EVENT("a", T1, "") EVENT("a", T1, "") EVENT("a", T1, "") EVENT("a", T1, "")
                                            "<event><string key=\"concept:name\" value=\"b\"/></event>\n" EVENT("c", "soon", "") EVENT("", T1, "") EVENT("d", T1, "<int key=\"n\" value=\"1.5\"/>")),
                              NULL, NULL),
                     VOC_OK);
    assert_int_equal(w->events, 5);
    has(w, "reject|9|TIME|it has no time:timestamp|<event><string key=\"concept:name\" value=\"b\"/></event>|\n");
    has(w, "reject|10|EVENT|attribute time:timestamp: \"soon\" is not a value of its type|");
    has(w, "reject|11|NAME|it has no concept:name|");
    has(w, "reject|12|EVENT|attribute n: \"1.5\" is not a value of its type|");
}

static void times_that_are_not_iso_are_read_by_pattern_or_by_what_proves_itself(void **state)
{
    struct world *w = *state;
    assert_int_equal(read_log(w, CASE("c", EVENT("a", "31/01/1970 10:00:00", "") EVENT("b", "01/02/1970 10:00:00", "")), NULL, NULL), VOC_OK);
    has(w, "|2628000000000|a|");
    has(w, "|2714400000000|b|");
    assert_int_equal(read_log(w, CASE("c", EVENT("b", "01/02/1970 10:00:00", "")), NULL, NULL), VOC_E_INPUT); // either order
    assert_int_equal(read_log(w, CASE("c", EVENT("b", "01/02/1970 10:00:00", "")), "time-format", "MM/dd/yyyy HH:mm:ss"), VOC_OK);
    has(w, "|122400000000|b|");
}

static void what_is_no_xes_is_refused_with_its_line(void **state)
{
    static const struct { const char *inside; uint64_t line; } all[] = {
        {"<tracé/>\n", 3}, {"\n<movie/>\n", 4}, {"<event><trace/></event>\n", 3}, {"<trace><trace/></trace>\n", 3}, {"\n\n<log/>\n", 5}, {"<string value=\"x\"/>\n", 3},
        {"<string key=\"x\"/>\n", 3}, {"<int key=\"x\" value=\"one\"/>\n", 3}, {"<global scope=\"universe\"/>\n", 3}, {"<classifier keys=\"a\"/>\n", 3}, {"<classifier name=\"a\"/>\n", 3},
        {"<values/>\n", 3}, {"<trace>\n", 4}, {"<trace></event>\n", 3}, {"<extension><string key=\"a\" value=\"b\"/></extension>\n", 3}};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        size_t before = diag_n(w->diag);
        voc_rc rc = read_log(w, all[i].inside, NULL, NULL);
        if (rc != VOC_E_INPUT) fail_msg("%s: %s", all[i].inside, rc_name(rc));
        assert_true(diag_count(w->diag, VOC_ERROR) > before);
        if (diag_n(w->diag) > before && last(w)->line != all[i].line) fail_msg("%s: line %d: %s", all[i].inside, (int)last(w)->line, last(w)->message);
    }
}

static void elements_that_nest_too_deep_and_attributes_without_end_are_bounded(void **state)
{
    struct world *w = *state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 100; i++) buf_cstr(&b, "<string key=\"k\" value=\"v\">");
    for (int i = 0; i < 100; i++) buf_cstr(&b, "</string>");
    assert_int_equal(read_log(w, b.ptr, NULL, NULL), VOC_E_INPUT);
    assert_non_null(strstr(last(w)->message, "too deep"));
    buf_clear(&b);
    buf_cstr(&b, "<trace><string key=\"concept:name\" value=\"c\"/>\n" EVENT("a", T1, "") EVENT("b", T1, "") "<event>");
    for (int i = 0; i < 300; i++) buf_printf(&b, "<string key=\"k%d\" value=\"v\"/>", i);
    buf_cstr(&b, "</event></trace>\n");
    assert_int_equal(read_log(w, b.ptr, NULL, NULL), VOC_OK);
    has(w, "|EVENT|it has more than 250 attributes");
    assert_int_equal(w->events, 2);
    buf_done(&b);
}

static void a_log_is_recognised_by_its_content_and_other_xml_is_not(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    struct import_request r = {.catalogue = w->catalogue, .path = path, .threads = 1, .max_rejects = UINT64_MAX};
    static const char log[] = "<?xml version=\"1.0\"?><log xes.version=\"1.0\">" CASE("c", EVENT("a", T1, "")) "</log>", other[] = "<?xml version=\"1.0\"?><html><p>log</p></html>";
    join_path(path, w->plugins, "anything.dat");
    write_bytes(path, log, sizeof log - 1, 0644);
    assert_int_equal(import_file(&r, &w->report, &w->arena, w->diag), VOC_OK);
    assert_string_equal(w->report.plugin, "xes");
    write_bytes(path, other, sizeof other - 1, 0644);
    assert_int_equal(import_file(&r, &w->report, &w->arena, w->diag), VOC_E_INPUT);
    assert_string_equal(last(w)->code, "IMPORT-013");
}

// ---- real logs --------------------------------------------------------------------------------------------------------------

static bool shared(char path[PATH_MAX], const char *name)
{
    const char *folder = getenv("VOC_SHARED");
    if (!folder) return false;
    join_path(path, folder, name);
    return access(path, R_OK) == 0;
}

static void each_file_of_the_importer_tests_is_read_or_refused_with_its_line(void **state)
{
    struct world *w = *state;
    char folder[PATH_MAX];
    size_t loaded = 0, refused = 0;
    if (!shared(folder, "data/xes/importer_tests")) skip();
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[PATH_MAX];
        if (e->d_name[0] == '.') continue;
        join_path(path, folder, e->d_name);
        voc_rc rc = read_file(w, path, NULL, NULL);
        if (rc == VOC_OK) {
            const struct import_account *a = &w->report.account;
            assert_int_equal(a->records, a->gave + a->rejected + a->ignored);
            loaded++;
        } else {
            if (rc != VOC_E_INPUT) fail_msg("%s: %s", e->d_name, rc_name(rc));
            refused++;
        }
    }
    closedir(d);
    // the first message of a code is kept with file and line; an empty file has no line, a doubt about all its events neither
    for (size_t i = 0; i < diag_n(w->diag); i++) {
        const struct diag_msg *m = diag_at(w->diag, i);
        assert_non_null(m->file);
        if (m->severity == VOC_ERROR && m->line == 0 && strcmp(m->code, "IMPORT-009") != 0) fail_msg("%s: %s", m->file, m->message);
    }
    assert_int_equal(loaded + refused, 71);
    assert_true(loaded > 40 && refused > 10);
}

static void the_real_logs_have_the_cases_and_events_that_are_known_of_them(void **state)
{
    static const struct { const char *file; const char *traces; size_t events; } all[] = {
        {"data/xes/receipt.xes.gz", "1434 traces", 8577}, {"data/xes/bpic2013_closed.xes.gz", "1487 traces", 6660},
        {"data/xes/bpic2019_1_trace_per_variant.xes.gz", "11973 traces", 338247}, {"data/xes/running-example.xes", "6 traces", 42}};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char path[PATH_MAX];
        if (!shared(path, all[i].file)) skip();
        voc_rc rc = read_file(w, path, NULL, NULL);
        if (rc) fail_msg("%s: %s", all[i].file, last(w)->message);
        assert_int_equal(w->events, all[i].events);
        assert_int_equal(w->report.account.rejected, 0);
        if (strncmp(w->report.mapping, all[i].traces, strlen(all[i].traces)) != 0) fail_msg("%s: %s", all[i].file, w->report.mapping);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)
    const struct CMUnitTest tests[] = {
        TEST(an_event_becomes_a_row_of_its_case),
        TEST(nested_attributes_keep_the_way_to_them_and_lists_are_numbered),
        TEST(attributes_of_a_trace_become_facts_of_its_case),
        TEST(attributes_of_a_trace_survive_a_first_event_that_is_left_out),
        TEST(attributes_of_a_trace_behind_its_events_are_not_lost),
        TEST(a_trace_without_events_is_ignored_by_name),
        TEST(traces_without_a_name_are_numbered_and_events_outside_of_traces_have_no_case),
        TEST(the_lifecycle_option_leaves_out_what_is_not_complete),
        TEST(a_classifier_makes_the_action_of_its_keys),
        TEST(a_global_fills_what_an_event_lacks_but_never_its_time),
        TEST(an_event_that_is_not_understood_is_rejected_with_line_reason_and_raw_text),
        TEST(times_that_are_not_iso_are_read_by_pattern_or_by_what_proves_itself),
        TEST(what_is_no_xes_is_refused_with_its_line),
        TEST(elements_that_nest_too_deep_and_attributes_without_end_are_bounded),
        TEST(a_log_is_recognised_by_its_content_and_other_xml_is_not),
        TEST(each_file_of_the_importer_tests_is_read_or_refused_with_its_line),
        TEST(the_real_logs_have_the_cases_and_events_that_are_known_of_them),
    };
    if (xml_init() != VOC_OK) return 99;
    int failed = cmocka_run_group_tests_name("xes", tests, NULL, NULL);
    xml_done();
    return failed;
}
