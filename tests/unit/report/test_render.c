// SPDX-License-Identifier: MIT
// Every cell type in every format; what data may never do: move the cursor, run as a formula, break a row, fall out of the
// line. Text keeps its width with wide, combining and right-to-left names.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"
#include "report/render.h"
#include "tests/lib/json.h"

static const voc_str inputs_hash = {"ab12", 4};
static const struct voc_meta_input input = {.source = {"web", 3}, .hash = {"ab12", 4}, .bytes = 1234, .rows = 56, .file_name = {"web.log", 7}, .records = 60, .gave = 56, .rejected = 3, .ignored = 1};
static const struct voc_meta_definition definition = {{"shop", 4}, {"2", 1}, {"cd34", 4}};
static const voc_str warning = {"a \"quoted\" warning\n", 19};

static voc_meta meta(void)
{
    return (voc_meta){.struct_size = sizeof(voc_meta), .input_size = sizeof input, .definition_size = sizeof definition,
                      .command = STR("voc x \"y\""), .program = STR("voc"), .version = STR("1"), .inputs = &input, .n_inputs = 1,
                      .definitions = &definition, .n_definitions = 1, .warnings = &warning, .n_warnings = 1};
}

struct page {
    struct buf b;
};

static const char *render(struct page *p, const char *format, struct table *const *tables, size_t n, unsigned width, bool colour)
{
    voc_table views[4];
    voc_meta m = meta();
    struct render_options ro = {.width = width, .colour = colour, .unicode = true};
    struct out *o;
    buf_done(&p->b);
    buf_init(&p->b, 1 << 24);
    for (size_t i = 0; i < n; i++) assert_int_equal(table_view(tables[i], &views[i]), VOC_OK);
    render_fn fn = render_find(str_of(format));
    assert_non_null(fn);
    assert_int_equal(out_memory(&o, &p->b), VOC_OK);
    assert_int_equal(fn(o, &m, views, n, &ro), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    return p->b.ptr ? p->b.ptr : "";
}

static struct json *document(struct page *p, struct table *const *tables, size_t n)
{
    const char *text = render(p, "json", tables, n, 0, false);
    return json_parse(text, p->b.len);
}

// One cell alone in its column.
static struct table *one_cell(voc_cell c, uint32_t type, uint32_t flags)
{
    struct table *t = NULL;
    assert_int_equal(table_new(&t, "t", "", 0), VOC_OK);
    assert_int_equal(table_column(t, "c", "c", type, "", flags, NULL), VOC_OK);
    assert_int_equal(table_cell(t, &c), VOC_OK);
    return t;
}

// What stands behind the header line: "c\n" and the like.
static const char *body(const char *text)
{
    const char *nl = strchr(text, '\n');
    return nl ? nl + 1 : "";
}

static const struct {
    voc_cell cell;
    uint32_t type, flags;
    const char *text, *csv, *json;
} cells[] = {
    {{.type = VOC_CELL_TEXT, .s = {"plain", 5}}, VOC_CELL_TEXT, 0, "plain", "plain", "\"plain\""},
    {{.type = VOC_CELL_INT, .i = 0}, VOC_CELL_INT, 0, "0", "0", "0"},
    {{.type = VOC_CELL_INT, .i = 1234567}, VOC_CELL_INT, 0, "1,234,567", "1234567", "1234567"},
    {{.type = VOC_CELL_INT, .i = -999}, VOC_CELL_INT, 0, "-999", "-999", "-999"},
    {{.type = VOC_CELL_INT, .i = 5}, VOC_CELL_INT, VOC_COLUMN_SIGNED, "+5", "5", "5"},
    {{.type = VOC_CELL_INT, .i = 0}, VOC_CELL_INT, VOC_COLUMN_SIGNED, "0", "0", "0"},
    {{.type = VOC_CELL_INT, .i = INT64_MAX}, VOC_CELL_INT, 0, "9,223,372,036,854,775,807", "9223372036854775807", "9223372036854775807"},
    {{.type = VOC_CELL_REAL, .r = 0.1, .digits = 2}, VOC_CELL_REAL, 0, "0.10", "0.1", "0.1"},
    {{.type = VOC_CELL_REAL, .r = 0.1 + 0.2, .digits = 1}, VOC_CELL_REAL, 0, "0.3", "0.30000000000000004", "0.30000000000000004"},
    {{.type = VOC_CELL_REAL, .r = -0.001, .digits = 1}, VOC_CELL_REAL, VOC_COLUMN_SIGNED, "0.0", "-0.001", "-0.001"},
    {{.type = VOC_CELL_REAL, .r = -0.0, .digits = 0}, VOC_CELL_REAL, 0, "0", "0", "0"},
    {{.type = VOC_CELL_REAL, .r = 1234.5, .digits = 1}, VOC_CELL_REAL, VOC_COLUMN_SIGNED, "+1,234.5", "1234.5", "1234.5"},
    {{.type = VOC_CELL_TIME, .i = INT64_C(1719792000000000)}, VOC_CELL_TIME, 0, "2024-07-01", "2024-07-01T00:00:00.000000Z", "\"2024-07-01T00:00:00.000000Z\""},
    {{.type = VOC_CELL_TIME, .i = INT64_C(1719792001500000)}, VOC_CELL_TIME, 0, "2024-07-01T00:00:01Z", "2024-07-01T00:00:01.500000Z", "\"2024-07-01T00:00:01.500000Z\""},
    {{.type = VOC_CELL_DURATION, .i = INT64_C(14) * 86400 * 1000000}, VOC_CELL_DURATION, 0, "14 d", "1209600", "1209600"},
    {{.type = VOC_CELL_DURATION, .i = 1500000}, VOC_CELL_DURATION, 0, "1500 ms", "1.5", "1.5"},
    {{.type = VOC_CELL_MONEY, .i = INT64_C(1234560000), .digits = 2}, VOC_CELL_MONEY, 0, "1,234.56", "1234.56", "1234.56"},
    {{.type = VOC_CELL_MONEY, .i = -1, .digits = 2}, VOC_CELL_MONEY, 0, "0.00", "-0.000001", "-0.000001"},
    {{.type = VOC_CELL_MONEY, .i = INT64_C(9007199254740993), .digits = 0}, VOC_CELL_MONEY, 0, "9,007,199,255", "9007199254.740993", "9007199254.740993"},
    {{.type = VOC_CELL_SHARE, .r = 0.125, .digits = 1}, VOC_CELL_SHARE, 0, "12.5%", "0.125", "0.125"},
    {{.type = VOC_CELL_BOOL, .i = 1}, VOC_CELL_BOOL, 0, "yes", "true", "true"},
    {{.type = VOC_CELL_BOOL, .i = 0}, VOC_CELL_BOOL, 0, "no", "false", "false"},
    {{.type = VOC_CELL_RANGE, .r = 99, .lo = 70, .hi = 128}, VOC_CELL_RANGE, VOC_COLUMN_SIGNED, "+99 (+70 to +128)", "99,70,128", "{\"value\":99,\"lo\":70,\"hi\":128}"},
    {{.type = VOC_CELL_RANGE, .r = 2, .lo = -INFINITY, .hi = INFINITY}, VOC_CELL_RANGE, 0, "2 (-inf to inf)", "2,-inf,inf", "{\"value\":2,\"lo\":\"-inf\",\"hi\":\"inf\"}"},
    {{.type = VOC_CELL_RANGE, .r = 2, .lo = NAN, .hi = 3}, VOC_CELL_RANGE, 0, "2 (- to 3)", "2,,3", "{\"value\":2,\"lo\":null,\"hi\":3}"},
    {{.type = VOC_CELL_REAL, .r = INFINITY}, VOC_CELL_REAL, 0, "inf", "inf", "\"inf\""},
    {{.type = VOC_CELL_SHARE, .r = -INFINITY}, VOC_CELL_SHARE, 0, "-inf%", "-inf", "\"-inf\""},
};

static void every_cell_type_reads_right_in_every_format(void **state)
{
    struct page p = {{0}};
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char line[200];
        struct table *t = one_cell(cells[i].cell, cells[i].type, cells[i].flags);
        const char *got = body(render(&p, "table", &t, 1, 0, false));
        while (*got == ' ') got++;
        snprintf(line, sizeof line, "%s\n", cells[i].text);
        if (strcmp(got, line) != 0) fail_msg("%zu table: %s, expected %s", i, got, line);
        snprintf(line, sizeof line, "%s\n", cells[i].csv);
        got = body(render(&p, "csv", &t, 1, 0, false));
        if (strcmp(got, line) != 0) fail_msg("%zu csv: %s, expected %s", i, got, line);
        for (char *c = line; *c; c++)
            if (*c == ',') *c = '\t';
        got = body(render(&p, "tsv", &t, 1, 0, false));
        if (strcmp(got, line) != 0) fail_msg("%zu tsv: %s, expected %s", i, got, line);
        snprintf(line, sizeof line, "{\"table\":\"t\",\"c\":%s}\n", cells[i].json);
        got = render(&p, "jsonl", &t, 1, 0, false);
        if (strcmp(got, line) != 0) fail_msg("%zu jsonl: %s, expected %s", i, got, line);
        table_free(t);
    }
    buf_done(&p.b);
}

static void what_is_not_available_is_never_a_zero(void **state)
{
    struct page p = {{0}};
    (void)state;
    for (uint32_t type = VOC_CELL_TEXT; type <= VOC_CELL_RANGE; type++) {
        struct table *t = one_cell((voc_cell){.type = VOC_CELL_NA}, type, VOC_COLUMN_SIGNED);
        const char *text = body(render(&p, "table", &t, 1, 0, false));
        assert_null(strchr(text, '0'));
        while (*text == ' ') text++;
        assert_string_equal(text, "-\n");
        assert_string_equal(body(render(&p, "csv", &t, 1, 0, false)), type == VOC_CELL_RANGE ? ",,\n" : "\n");
        assert_string_equal(body(render(&p, "tsv", &t, 1, 0, false)), type == VOC_CELL_RANGE ? "\t\t\n" : "\n");
        assert_string_equal(render(&p, "jsonl", &t, 1, 0, false), "{\"table\":\"t\",\"c\":null}\n");
        struct json *j = document(&p, &t, 1);
        assert_non_null(j);
        const struct json *row = json_at(json_get(json_at(json_get(j, "tables"), 0), "rows"), 0);
        assert_int_equal(json_get(row, "c")->type, JSON_NULL);
        json_free(j);
        table_free(t);
    }
    buf_done(&p.b);
}

static void a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(void **state)
{
    static const struct { const char *text, *csv, *tsv; } all[] = {
        {"=1+1", "\"'=1+1\"", "'=1+1"}, {"+1", "\"'+1\"", "'+1"}, {"-2", "\"'-2\"", "'-2"}, {"@SUM(A1)", "\"'@SUM(A1)\"", "'@SUM(A1)"},
        {"\tx", "\"'\tx\"", "'\\tx"}, {"\rx", "\"'\rx\"", "'\\rx"}, {"=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"", "'=cmd|' /C calc'!A0"},
        {"=\"a\",b", "\"'=\"\"a\"\",b\"", "'=\"a\",b"}, {"a,b", "\"a,b\"", "a,b"}, {"say \"hi\"", "\"say \"\"hi\"\"\"", "say \"hi\""}, {"two\nlines", "\"two\nlines\"", "two\\nlines"},
        {" edge", "\" edge\"", " edge"}, {"back\\slash", "back\\slash", "back\\\\slash"}, {"x=1", "x=1", "x=1"}, {"", "", ""}};
    struct page p = {{0}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char line[100];
        struct table *t = one_cell((voc_cell){.type = VOC_CELL_TEXT, .s = str_of(all[i].text)}, VOC_CELL_TEXT, 0);
        snprintf(line, sizeof line, "%s\n", all[i].csv);
        assert_string_equal(body(render(&p, "csv", &t, 1, 0, false)), line);
        snprintf(line, sizeof line, "%s\n", all[i].tsv);
        assert_string_equal(body(render(&p, "tsv", &t, 1, 0, false)), line);
        table_free(t);
    }
    buf_done(&p.b);
}

// voc sql names columns by the query.
static void a_column_name_is_held_to_the_same_rules_as_a_cell(void **state)
{
    struct page p = {{0}};
    struct table *t = NULL;
    (void)state;
    assert_int_equal(table_new(&t, "sql", "", 0), VOC_OK);
    assert_int_equal(table_column(t, "max(a,b)", "max(a,b)", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "=1+1", "=1+1", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "r\"", "r\x1b[2J", VOC_CELL_RANGE, "", 0, NULL), VOC_OK);
    assert_string_equal(render(&p, "csv", &t, 1, 0, false), "\"max(a,b)\",\"'=1+1\",\"r\"\"\",\"r\"\"_lo\",\"r\"\"_hi\"\n");
    assert_string_equal(render(&p, "tsv", &t, 1, 0, false), "max(a,b)\t'=1+1\tr\"\tr\"_lo\tr\"_hi\n");
    table_int(t, 1);
    table_int(t, 2);
    table_int(t, 3);
    struct json *j = document(&p, &t, 1);
    assert_non_null(j);
    assert_string_equal(json_str(json_at(json_get(json_at(json_get(j, "tables"), 0), "columns"), 1), "name"), "=1+1");
    json_free(j);
    assert_null(strchr(render(&p, "table", &t, 1, 0, false), '\x1b'));
    table_free(t);
    buf_done(&p.b);
}

static struct table *rich(void)
{
    static const char *const names[] = {"plain name", "\xe6\x9d\xb1\xe4\xba\xac\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc\xe3\x81\xae\xe5\xb1\x95\xe6\x9c\x9b\xe5\x8f\xb0\xe3\x81\xb8\xe8\xa1\x8c\xe3\x81\x8f",
                                        "e\xcc\x81\x65\xcc\x81 combining e\xcc\x81", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xd7\xa2\xd7\x95\xd7\x9c\xd7\x9d", "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7",
                                        "a very long name that has to be wrapped because no line is as wide as this one is long, and then some more of it",
                                        "averylongwordwithoutanyblankinitthathastobebrokensomewhereinsideofitselfbecausethereisnoblank", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb emoji", ""};
    struct table *t = NULL;
    assert_int_equal(table_new(&t, "rich", "A title that is long enough to be wrapped where the line is only forty columns wide", VOC_TABLE_BRIEF), VOC_OK);
    assert_int_equal(table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "n", "count of them all", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "why", "why", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, NULL), VOC_OK);
    assert_int_equal(table_column(t, "more", "more", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, NULL), VOC_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (i == 2) assert_int_equal(table_group(t, "A GROUP", "and what it means"), VOC_OK);
        table_text(t, str_of(names[i]));
        table_int(t, (int64_t)i * 1000);
        table_text(t, STR("a reason in several words"));
        table_text(t, STR("and more than that"));
    }
    assert_int_equal(table_note(t, VOC_NOTE_LEAD, "A note before the rows, which is also long enough to need a second line on a narrow terminal."), VOC_OK);
    assert_int_equal(table_note(t, VOC_NOTE_WARNING, "A warning that is long enough to need a second line on a narrow terminal, and maybe a third one."), VOC_OK);
    assert_int_equal(table_note(t, VOC_NOTE_ASSUMED, "that nobody reads this"), VOC_OK);
    assert_int_equal(table_note(t, VOC_NOTE_NEXT, "voc help"), VOC_OK);
    assert_int_equal(table_semantics(t, "unit: name; n: 9"), VOC_OK);
    return t;
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    struct page p = {{0}};
    struct table *t = rich();
    (void)state;
    for (unsigned width = 40; width <= 120; width++) {
        const char *text = render(&p, "table", &t, 1, width, false);
        while (*text) {
            size_t len = strcspn(text, "\n");
            voc_str line = str_mk(text, len);
            if (text_width(line) > width) fail_msg("at %u columns, a line of %u: %.*s", width, text_width(line), (int)len, text);
            if (len && text[len - 1] == ' ') fail_msg("at %u columns a line ends in a blank: %.*s", width, (int)len, text);
            text += len + (text[len] == '\n');
        }
    }
    table_free(t);
    buf_done(&p.b);
}

// The numbers stand under each other: each row's count ends in the same column.
static void columns_stay_aligned_beside_wide_and_combining_names(void **state)
{
    static const char *const names[] = {"abc", "\xe6\x9d\xb1\xe4\xba\xac", "e\xcc\x81x", "\xd7\xa9\xd7\x9c"};
    struct page p = {{0}};
    struct table *t = NULL;
    (void)state;
    assert_int_equal(table_new(&t, "t", "", 0), VOC_OK);
    assert_int_equal(table_column(t, "name", "name", VOC_CELL_TEXT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "n", "n", VOC_CELL_INT, "", 0, NULL), VOC_OK);
    for (size_t i = 0; i < 4; i++) {
        table_text(t, str_of(names[i]));
        table_int(t, i ? 7 : 1234);
    }
    const char *text = render(&p, "table", &t, 1, 0, false);
    for (unsigned lines = 0; *text; lines++) {
        size_t len = strcspn(text, "\n");
        assert_int_equal(text_width(str_mk(text, len)), 4 + 2 + 5);
        text += len + 1;
    }
    table_free(t);
    buf_done(&p.b);
}

static void nothing_is_lost_by_wrapping_and_what_is_left_out_is_said(void **state)
{
    struct page p = {{0}};
    struct table *t = rich();
    (void)state;
    const char *text = render(&p, "table", &t, 1, 40, false);
    char *squeezed = malloc(p.b.len + 1);
    size_t n = 0;
    for (const char *c = text; *c; c++)
        if (*c != ' ' && *c != '\n') squeezed[n++] = *c;
    squeezed[n] = 0;
    assert_non_null(strstr(squeezed, "columnsleftout"));
    assert_null(strstr(text, "several"));
    assert_non_null(strstr(squeezed, "\xe6\x9d\xb1\xe4\xba\xac")); // the rest of it is on further lines
    free(squeezed);
    text = render(&p, "table", &t, 1, 0, false);
    assert_null(strstr(text, "left out"));
    assert_non_null(strstr(text, "a reason in several words"));
    assert_non_null(strstr(text, "thathastobebrokensomewhereinsideofitselfbecausethereisnoblank"));
    assert_non_null(strstr(text, "A GROUP   and what it means\n"));
    assert_true(strstr(text, "A note before") < strstr(text, "plain name"));
    assert_true(strstr(text, "! A warning") > strstr(text, "emoji"));
    assert_non_null(strstr(text, "Assumed: that nobody reads this\n"));
    assert_non_null(strstr(text, "unit: name; n: 9\n"));
    assert_non_null(strstr(text, "Next: voc help\n"));
    table_free(t);
    buf_done(&p.b);
}

static void no_control_character_of_the_data_passes(void **state)
{
    static const char evil[] = "a\x1b[2Jb\x07\x08\r\n\x7f\xc2\x9b" "31m\xe2\x80\xae" "txt\xff";
    static const char *const formats[] = {"table", "csv", "tsv", "json", "jsonl"};
    struct page p = {{0}};
    struct table *t = NULL;
    (void)state;
    assert_int_equal(table_new(&t, evil, evil, 0), VOC_OK);
    assert_int_equal(table_column(t, "c", evil, VOC_CELL_TEXT, evil, 0, evil), VOC_OK);
    assert_int_equal(table_group(t, evil, evil), VOC_OK);
    table_text(t, str_of(evil));
    for (uint32_t kind = VOC_NOTE_LEAD; kind <= VOC_NOTE_NEXT; kind++) assert_int_equal(table_note(t, kind, evil), VOC_OK);
    assert_int_equal(table_semantics(t, evil), VOC_OK);
    for (size_t f = 0; f < 5; f++) {
        const char *text = render(&p, formats[f], &t, 1, 0, false);
        bool data = f == 1 || f == 2; // csv and tsv keep what the data says, but for line ends in tsv
        for (const char *c = text; *c && !data; c++) {
            unsigned char u = (unsigned char)*c;
            if ((u < 0x20 && u != '\n') || u == 0x7f) fail_msg("%s lets \\x%02x pass", formats[f], u);
            if (u == 0xc2 && (unsigned char)c[1] < 0xa0) fail_msg("%s lets a C1 control pass", formats[f]);
        }
        if (!data) assert_true(text_utf8_valid(text, p.b.len));
        if (f == 0) assert_null(strstr(text, "\xe2\x80\xae"));
    }
    table_free(t);
    buf_done(&p.b);
}

static void json_is_one_document_with_all_that_stands_above_the_tables(void **state)
{
    struct page p = {{0}};
    struct table *t[2] = {rich(), one_cell((voc_cell){.type = VOC_CELL_SHARE, .r = 0.5}, VOC_CELL_SHARE, 0)};
    (void)state;
    struct json *j = document(&p, t, 2);
    assert_non_null(j);
    assert_true(json_num(j, "schema_version") == REPORT_SCHEMA_VERSION);
    const struct json *m = json_get(j, "meta"), *tables = json_get(j, "tables");
    assert_string_equal(json_str(m, "command"), "voc x \"y\"");
    assert_string_equal(json_str(json_at(json_get(m, "inputs"), 0), "hash"), inputs_hash.ptr);
    assert_true(json_num(json_at(json_get(m, "inputs"), 0), "rows") == 56);
    assert_string_equal(json_str(json_at(json_get(m, "inputs"), 0), "file"), "web.log");
    assert_true(json_num(json_at(json_get(m, "inputs"), 0), "records") == 60);
    assert_true(json_num(json_at(json_get(m, "inputs"), 0), "rejected") == 3);
    assert_int_equal(json_length(json_get(m, "assumptions")), 0);
    assert_string_equal(json_str(json_at(json_get(m, "definitions"), 0), "version"), "2");
    assert_string_equal(json_string(json_at(json_get(m, "warnings"), 0)), "a \"quoted\" warning\n");
    assert_int_equal(json_length(tables), 2);
    const struct json *rows = json_get(json_at(tables, 0), "rows");
    assert_int_equal(json_length(rows), 9);
    assert_null(json_get(json_at(rows, 1), "group"));
    assert_string_equal(json_str(json_at(rows, 2), "group"), "A GROUP");
    assert_string_equal(json_str(json_at(rows, 8), "group"), "A GROUP");
    assert_string_equal(json_str(json_at(tables, 0), "semantics"), "unit: name; n: 9");
    assert_int_equal(json_length(json_get(json_at(tables, 0), "notes")), 4);
    assert_string_equal(json_str(json_at(json_get(json_at(tables, 1), "columns"), 0), "type"), "share");
    json_free(j);
    table_free(t[0]);
    table_free(t[1]);
    buf_done(&p.b);
}

static void tables_without_rows_are_whole_in_every_format(void **state)
{
    struct page p = {{0}};
    struct table *t = NULL;
    (void)state;
    assert_int_equal(table_new(&t, "empty", "Nothing", 0), VOC_OK);
    assert_int_equal(table_column(t, "a", "a", VOC_CELL_TEXT, "", 0, NULL), VOC_OK);
    assert_int_equal(table_column(t, "b", "b", VOC_CELL_RANGE, "", 0, NULL), VOC_OK);
    assert_string_equal(render(&p, "table", &t, 1, 80, false), "Nothing\n");
    assert_string_equal(render(&p, "csv", &t, 1, 0, false), "a,b,b_lo,b_hi\n");
    assert_string_equal(render(&p, "tsv", &t, 1, 0, false), "a\tb\tb_lo\tb_hi\n");
    assert_string_equal(render(&p, "jsonl", &t, 1, 0, false), "");
    struct json *j = document(&p, &t, 1);
    assert_non_null(j);
    assert_int_equal(json_length(json_get(json_at(json_get(j, "tables"), 0), "rows")), 0);
    json_free(j);
    table_free(t);
    buf_done(&p.b);
}

static void colour_is_closed_where_it_was_opened_and_absent_unless_asked_for(void **state)
{
    struct page p = {{0}};
    struct table *t = rich();
    (void)state;
    assert_null(strchr(render(&p, "table", &t, 1, 60, false), '\x1b'));
    const char *text = render(&p, "table", &t, 1, 60, true);
    unsigned open = 0, any = 0;
    for (; *text; text++) {
        if (*text == '\n') assert_int_equal(open, 0);
        if (*text != '\x1b') continue;
        open = strncmp(text, "\x1b[0m", 4) != 0;
        any++;
    }
    assert_true(any > 4);
    table_free(t);
    buf_done(&p.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_type_reads_right_in_every_format),
        cmocka_unit_test(what_is_not_available_is_never_a_zero),
        cmocka_unit_test(a_text_that_a_spreadsheet_would_run_gets_an_apostrophe),
        cmocka_unit_test(a_column_name_is_held_to_the_same_rules_as_a_cell),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(columns_stay_aligned_beside_wide_and_combining_names),
        cmocka_unit_test(nothing_is_lost_by_wrapping_and_what_is_left_out_is_said),
        cmocka_unit_test(no_control_character_of_the_data_passes),
        cmocka_unit_test(json_is_one_document_with_all_that_stands_above_the_tables),
        cmocka_unit_test(tables_without_rows_are_whole_in_every_format),
        cmocka_unit_test(colour_is_closed_where_it_was_opened_and_absent_unless_asked_for),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
