// SPDX-License-Identifier: MIT
// Fields of delimited text: the rules of csv.h one by one, against a splitter that looks at each byte, and the files of
// csv-spectrum and csv-test-data with the answers that come with them. The host's scanner must cut the same records.
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "io/lines.h"
#include "plugins/common/csv.h"
#include "tests/lib/json.h"

#define FIELDS 64u
#define RECORDS 64u

static const struct csv_rule comma = {',', '"', 0};

struct table { // of a whole text; owns
    char *scratch;
    struct { voc_str field[FIELDS]; size_t n; enum csv_fault fault; } record[RECORDS];
    size_t n;
};

static void read_table(struct table *t, voc_str text, const struct csv_rule *rule)
{
    size_t at = 0;
    char *to = t->scratch = malloc(text.len + 1);
    assert_non_null(to);
    t->n = 0;
    while (at < text.len) {
        voc_str record;
        at = csv_next(rule, text, at, &record);
        assert_true(t->n < RECORDS);
        t->record[t->n].n = csv_split(rule, record, t->record[t->n].field, FIELDS, &to, &t->record[t->n].fault);
        t->n++;
    }
    assert_true((size_t)(to - t->scratch) <= text.len);
}

// "a|b|c" of one record, with '!' and the fault's number before it.
static void expect(const char *record, const struct csv_rule *rule, const char *expected)
{
    voc_str field[FIELDS];
    enum csv_fault fault;
    char scratch[256], *to = scratch, got[512];
    size_t n = csv_split(rule, str_of(record), field, FIELDS, &to, &fault), len = 0;
    if (fault) len += (size_t)snprintf(got, sizeof got, "!%d", fault);
    for (size_t i = 0; i < n - (fault != 0); i++)
        len += (size_t)snprintf(got + len, sizeof got - len, "%s%.*s", i || fault ? "|" : "", (int)field[i].len, field[i].ptr);
    got[len] = 0;
    assert_string_equal(got, expected);
}

static void a_separator_ends_a_field_and_a_trailing_one_begins_an_empty_field(void **state)
{
    (void)state;
    expect("a,b,c", &comma, "a|b|c");
    expect("", &comma, "");
    expect(",", &comma, "|");
    expect("a,,c,", &comma, "a||c|");
    expect(" a , b", &comma, " a | b");
}

static void within_quotes_separators_are_text_and_two_quotes_are_one(void **state)
{
    (void)state;
    expect("1,\"a,b\",2", &comma, "1|a,b|2");
    expect("\"\"", &comma, "");
    expect("\"\",\"\"", &comma, "|");
    expect("\"say \"\"yes\"\" now\",x", &comma, "say \"yes\" now|x");
    expect("\"\"\"\"", &comma, "\"");
    expect("\"\"\"a\"", &comma, "\"a");
    expect("\"line\none\"", &comma, "line\none");
}

static void a_quote_within_an_unquoted_field_is_text(void **state)
{
    (void)state;
    expect("5\" pipe,b", &comma, "5\" pipe|b");
    expect(" \"a\"", &comma, " \"a\"");
    expect("\"a\"", &(struct csv_rule){',', 0, 0}, "\"a\"");
    expect("'a,b'", &(struct csv_rule){',', '\'', 0}, "a,b");
}

static void text_behind_a_closing_quote_and_an_open_quote_are_faults(void **state)
{
    (void)state;
    expect("1,\"a\" b,2", &comma, "!1|1");
    expect("1,\"a\"b", &comma, "!1|1");
    expect("1,\"a", &comma, "!2|1");
    expect("1,\"a\"\"", &comma, "!2|1");
    expect("\"", &comma, "!2");
}

static void fields_beyond_the_room_are_counted(void **state)
{
    (void)state;
    voc_str field[2] = {{"", 0}, {"", 0}};
    enum csv_fault fault;
    char scratch[16], *to = scratch;
    assert_int_equal(csv_split(&comma, STR("a,b,c,d"), field, 2, &to, &fault), 4);
    assert_true(str_is(field[1], "b"));
    assert_int_equal(csv_split(&comma, STR("a,\"b\"\"\",c"), NULL, 0, &to, &fault), 3);
    assert_int_equal(fault, CSV_FINE);
}

static void a_newline_ends_a_record_only_outside_quotes(void **state)
{
    (void)state;
    voc_str text = STR("a,\"b\nc\"\r\nd,\"e\"\"\n\",f\n\ng"), record;
    const char *const expected[] = {"a,\"b\nc\"", "d,\"e\"\"\n\",f", "", "g"};
    size_t at = 0;
    for (size_t i = 0; i < 4; i++) {
        at = csv_next(&comma, text, at, &record);
        assert_int_equal(record.len, strlen(expected[i]));
        assert_memory_equal(record.ptr, expected[i], record.len);
    }
    assert_int_equal(at, text.len);
    assert_int_equal(csv_newline(STR("a\rb")), '\r');
    assert_int_equal(csv_newline(STR("a\r\nb")), 0);
}

// ---- the splitter that looks at each byte ---------------------------------------------------------------------------------------

static size_t slow_split(const char *p, size_t len, char fields[FIELDS][64], enum csv_fault *fault)
{
    enum { START, PLAIN, QUOTED, CLOSED } state = START;
    size_t n = 0, k = 0;
    *fault = CSV_FINE;
    for (size_t i = 0; i <= len; i++) {
        bool end = i == len;
        char c = end ? ',' : p[i];
        if (state == QUOTED && end) return *fault = CSV_UNCLOSED, n + 1;
        if (state == START && c == '"' && !end) state = QUOTED;
        else if (state == QUOTED && c == '"') state = CLOSED;
        else if (state == QUOTED) fields[n][k++] = c;
        else if (state == CLOSED && c == '"' && !end) fields[n][k++] = c, state = QUOTED;
        else if (c == ',') fields[n++][k] = 0, k = 0, state = START;
        else if (state == CLOSED) return *fault = CSV_BEHIND_QUOTE, n + 1;
        else fields[n][k++] = c, state = PLAIN;
    }
    return n;
}

static void every_text_is_split_as_by_looking_at_each_byte(void **state)
{
    (void)state;
    static const char alphabet[] = ",\"a,\"\n";
    static char slow[FIELDS][64];
    for (unsigned number = 0; number < 6 * 6 * 6 * 6 * 6 * 6 * 6 * 6; number++) {
        char text[9], scratch[16], *to = scratch;
        size_t len = 0;
        for (unsigned left = number; left; left /= 6) text[len++] = alphabet[left % 6];
        voc_str fast[FIELDS];
        enum csv_fault fault, expected;
        size_t n = csv_split(&comma, str_mk(text, len), fast, FIELDS, &to, &fault), m = slow_split(text, len, slow, &expected);
        assert_int_equal(n, m);
        assert_int_equal(fault, expected);
        for (size_t i = 0; i + (fault != CSV_FINE) < n; i++) {
            assert_int_equal(fast[i].len, strlen(slow[i]));
            assert_memory_equal(fast[i].ptr, slow[i], fast[i].len);
        }
    }
}

// ---- files of others ---------------------------------------------------------------------------------------------------------------

static const char *shared(void)
{
    const char *at = getenv("VOC_SHARED");
    return at && *at ? at : "../shared";
}

static voc_str read_file(const char *folder, const char *name, const char *ending)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/data/adversarial/%s/%s%s", shared(), folder, name, ending);
    FILE *f = fopen(path, "rb");
    if (!f) return (voc_str){NULL, 0};
    char *text = malloc(1 << 16);
    size_t n = fread(text, 1, 1 << 16, f);
    fclose(f);
    return str_mk(text, n);
}

static void same(voc_str field, const struct json *expected)
{
    const char *text = json_string(expected);
    assert_non_null(text);
    assert_int_equal(field.len, expected->string_len);
    assert_memory_equal(field.ptr, text, field.len);
}

// Rows are arrays of fields, or objects by the header's names. csv-spectrum's location_coordinates is one object, and its
// telephone number is not the one of the file: that field is left out.
static void same_table(const struct table *t, const struct json *expected, const char *name)
{
    bool objects = expected->type == JSON_OBJECT || (expected->n ? json_at(expected, 0)->type == JSON_OBJECT : true);
    size_t rows = expected->type == JSON_OBJECT ? 1 : json_length(expected);
    assert_int_equal(t->n, rows + objects);
    for (size_t r = 0; r < rows; r++) {
        const struct json *row = expected->type == JSON_OBJECT ? expected : json_at(expected, r);
        size_t at = r + objects, n = t->record[at].n;
        assert_int_equal(t->record[at].fault, CSV_FINE);
        assert_int_equal(n, row->n);
        for (size_t c = 0; c < n; c++) {
            char key[64];
            if (!objects) {
                same(t->record[at].field[c], json_at(row, c));
                continue;
            }
            snprintf(key, sizeof key, "%.*s", (int)t->record[0].field[c].len, t->record[0].field[c].ptr);
            if (strcmp(name, "location_coordinates") == 0 && c == 0) continue;
            same(t->record[at].field[c], json_get(row, key));
        }
    }
}

// The records of the host's scanner are those of csv_next, but for empty lines, which are framing.
static void same_records(voc_str text)
{
    struct in *in = NULL;
    struct lines *l = NULL;
    struct lines_block b;
    voc_line_rule rule = {.struct_size = sizeof rule, .separator = ',', .quote = '"'};
    size_t at = 0;
    voc_str record;
    lines_block_init(&b);
    assert_int_equal(in_memory(&in, "test.csv", text.ptr, text.len, NULL, NULL), VOC_OK);
    assert_int_equal(in_text(in, "UTF-8"), VOC_OK);
    assert_int_equal(lines_new(&l, in, &rule, NULL), VOC_OK);
    assert_int_equal(lines_next(l, &b, 1 << 16), VOC_OK);
    for (size_t i = 0; i < b.start.n; i++) {
        do at = csv_next(&comma, text, at, &record);
        while (record.len == 0);
        if (b.bad.at[i]) break; // an open quote costs one line there; csv_next takes all that follows
        assert_int_equal(record.len, b.end.at[i] - b.start.at[i]);
        assert_memory_equal(record.ptr, b.bytes.ptr + b.start.at[i], record.len);
    }
    lines_block_done(&b);
    lines_free(l);
    in_close(in);
}

// Every file of a folder that has an answer. Gives how many there were.
static unsigned check_folder(const char *folder, const char *answers)
{
    char path[1024];
    unsigned n = 0;
    snprintf(path, sizeof path, "%s/data/adversarial/%s", shared(), folder);
    DIR *d = opendir(path);
    if (!d) skip();
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char name[200];
        size_t len = strlen(e->d_name);
        if (len < 5 || strcmp(e->d_name + len - 4, ".csv") != 0 || len > sizeof name) continue;
        snprintf(name, sizeof name, "%.*s", (int)(len - 4), e->d_name);
        snprintf(path, sizeof path, "%s/data/adversarial/%s/%s.json", shared(), answers, name);
        struct json *expected = json_read(path);
        voc_str text = read_file(folder, name, ".csv");
        struct table t;
        same_records(text);
        if (expected) {
            read_table(&t, text, &comma);
            same_table(&t, expected, name);
            free(t.scratch);
            n++;
        }
        json_free(expected);
        free((void *)(uintptr_t)text.ptr);
    }
    closedir(d);
    return n;
}

static void every_file_of_csv_spectrum_gives_its_answer(void **state)
{
    (void)state;
    assert_int_equal(check_folder("csv_spectrum/csvs", "csv_spectrum/json"), 12);
}

static void every_good_file_of_csv_test_data_gives_its_answer(void **state)
{
    (void)state;
    assert_int_equal(check_folder("csv_test_data/csv", "csv_test_data/json"), 18);
}

static void the_bad_files_of_csv_test_data_are_recognised(void **state)
{
    (void)state;
    static const struct { const char *name; size_t records, fields; enum csv_fault fault; } bad[] = {
        {"bad-missing-quote", 2, 2, CSV_UNCLOSED},
        {"bad-quotes-with-unescaped-quote", 2, 2, CSV_BEHIND_QUOTE},
        {"bad-unescaped-quote", 2, 3, CSV_FINE}, // a quote in an unquoted field hides nothing: text
        {"bad-header-less-fields", 2, 2, CSV_FINE},
        {"bad-header-more-fields", 2, 4, CSV_FINE},
        {"bad-header-wrong-header", 1, 3, CSV_FINE},
        {"bad-header-no-header", 0, 0, CSV_FINE},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        voc_str text = read_file("csv_test_data/csv", bad[i].name, ".csv");
        if (!text.ptr) skip();
        struct table t;
        read_table(&t, text, &comma);
        assert_int_equal(t.n, bad[i].records);
        if (t.n) assert_int_equal(t.record[t.n - 1].n, bad[i].fields);
        if (t.n) assert_int_equal(t.record[t.n - 1].fault, bad[i].fault);
        if (strcmp(bad[i].name, "bad-unescaped-quote") == 0) assert_true(str_is(t.record[1].field[1], "This \"quotes\" must be escaped"));
        free(t.scratch);
        free((void *)(uintptr_t)text.ptr);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_separator_ends_a_field_and_a_trailing_one_begins_an_empty_field),
        cmocka_unit_test(within_quotes_separators_are_text_and_two_quotes_are_one),
        cmocka_unit_test(a_quote_within_an_unquoted_field_is_text),
        cmocka_unit_test(text_behind_a_closing_quote_and_an_open_quote_are_faults),
        cmocka_unit_test(fields_beyond_the_room_are_counted),
        cmocka_unit_test(a_newline_ends_a_record_only_outside_quotes),
        cmocka_unit_test(every_text_is_split_as_by_looking_at_each_byte),
        cmocka_unit_test(every_file_of_csv_spectrum_gives_its_answer),
        cmocka_unit_test(every_good_file_of_csv_test_data_gives_its_answer),
        cmocka_unit_test(the_bad_files_of_csv_test_data_are_recognised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
