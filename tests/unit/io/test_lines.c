// SPDX-License-Identifier: MIT
// LINES framing: where records end, whatever the borders of blocks; line numbers; and that every decoded byte is either in
// a record or framing. The oracle is a scanner that has the whole text and looks at each byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/str.h"
#include "base/scan.h"
#include "io/lines.h"

#define LARGE ((size_t)1 << 20)

static uint64_t seed;

static uint64_t next_random(void) // SplitMix64
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

// All records of a text as "line:text|" with '!', '?' or '@' before those that are bad (1, 2, 3).
struct outcome {
    struct buf text;
    struct lines_account account;
    uint64_t decoded;
    bool clean;
};

static void add_record(struct buf *out, uint64_t line, const char *ptr, size_t len, unsigned bad)
{
    buf_printf(out, "%s%llu:", bad == 0 ? "" : bad == 1 ? "!" : bad == 3 ? "@" : "?", (unsigned long long)line);
    buf_add(out, ptr, len);
    buf_byte(out, '|');
}

static void run(struct outcome *o, voc_str text, const voc_line_rule *rule, size_t target, bool ask_head)
{
    struct in *in = NULL;
    struct lines *l = NULL;
    struct lines_block b;
    uint64_t n = 0, bytes = 0;
    buf_init(&o->text, (size_t)1 << 26);
    lines_block_init(&b);
    assert_int_equal(in_memory(&in, "test.csv", text.ptr, text.len, NULL, NULL), VOC_OK);
    assert_int_equal(in_text(in, "UTF-8"), VOC_OK);
    assert_int_equal(lines_new(&l, in, rule, NULL), VOC_OK);
    if (ask_head) {
        assert_int_equal(lines_head(l, &b), VOC_OK);
        assert_true(b.start.n <= rule->n_head);
        for (size_t i = 0; i < b.start.n; i++) {
            buf_cstr(&o->text, "head ");
            add_record(&o->text, b.line.at[i], b.bytes.ptr + b.start.at[i], b.end.at[i] - b.start.at[i], b.bad.at[i]);
        }
        assert_int_equal(lines_account(l).records, 0);
    }
    for (;;) {
        assert_int_equal(lines_next(l, &b, target), VOC_OK);
        if (b.start.n == 0) break;
        assert_int_equal(b.first_record, n);
        assert_true(b.end.n == b.start.n && b.line.n == b.start.n && b.bad.n == b.start.n);
        for (size_t i = 0; i < b.start.n; i++, n++) {
            assert_true(b.start.at[i] < b.end.at[i] && b.end.at[i] <= b.bytes.len);
            assert_true(i == 0 || b.start.at[i] > b.end.at[i - 1] - 1);
            bytes += b.end.at[i] - b.start.at[i];
            add_record(&o->text, b.line.at[i], b.bytes.ptr + b.start.at[i], b.end.at[i] - b.start.at[i], b.bad.at[i]);
        }
        struct lines_account a = lines_account(l);
        assert_int_equal(a.records, n);
        assert_int_equal(a.record_bytes, bytes);
        assert_true(a.record_bytes + a.framing_bytes <= in_decoded(in));
    }
    assert_int_equal(lines_next(l, &b, target), VOC_OK); // the end stays the end
    assert_int_equal(b.start.n, 0);
    o->account = lines_account(l);
    o->decoded = in_decoded(in);
    o->clean = lines_ends_clean(l);
    assert_int_equal(o->account.records, n);
    assert_int_equal(o->account.record_bytes, bytes);
    assert_int_equal(o->account.record_bytes + o->account.framing_bytes, o->decoded);
    assert_int_equal(o->decoded, text.len);
    assert_int_equal(o->text.rc, VOC_OK);
    lines_block_done(&b);
    lines_free(l);
    in_close(in);
}

static const voc_line_rule csv = {sizeof csv, ',', '"', 0, 0, 0}, csv_head = {sizeof csv_head, ',', '"', 1, 0, 0},
                           csv_head2 = {sizeof csv_head2, ',', '"', 2, 0, 0}, plain = {sizeof plain, 0, 0, 0, 0, 0};

static void cuts_as(voc_str text, const voc_line_rule *rule, bool ask_head, const char *expected)
{
    static const size_t targets[] = {LARGE, 1, 2, 3, 5, 7, 64};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct outcome o;
        run(&o, text, rule, targets[i], ask_head);
        const char *got = o.text.ptr == NULL ? "" : o.text.ptr;
        if (strcmp(got, expected) != 0) fail_msg("target %zu: %s", targets[i], got);
        buf_done(&o.text);
    }
}
#define CUTS(literal, expected) cuts_as(STR(literal), &csv, false, expected)

static void records_end_at_newlines_outside_quotes(void **state)
{
    (void)state;
    CUTS("", "");
    CUTS("a", "1:a|");
    CUTS("a\n", "1:a|");
    CUTS("a,b\nc,d", "1:a,b|2:c,d|");
    CUTS("a,b\r\nc,d\r\n", "1:a,b|2:c,d|");
    CUTS("\"a\nb\",c\nd\n", "1:\"a\nb\",c|3:d|");
    CUTS("\"a\r\nb\"\r\nd\r\n", "1:\"a\r\nb\"|3:d|");
    CUTS("x,\"a\n\n\nb\"\nd", "1:x,\"a\n\n\nb\"|5:d|");
    CUTS("\"\"\nb", "1:\"\"|2:b|");
    CUTS("\"\"\"\n\"\"\",c\nd", "1:\"\"\"\n\"\"\",c|3:d|");
    CUTS("\"a\"\"\nb\"\nc", "1:\"a\"\"\nb\"|3:c|");
}

static void a_quote_opens_only_at_the_start_of_a_field(void **state)
{
    (void)state;
    CUTS("5\" disk\nb\n", "1:5\" disk|2:b|");
    CUTS("a,5\" disk,\"x\ny\"\nb\n", "1:a,5\" disk,\"x\ny\"|3:b|");
    CUTS("a, \"b\nc\n", "1:a, \"b|2:c|");
    CUTS("\"a\"b\"\nc\n", "1:\"a\"b\"|2:c|");
    CUTS("\"a\"b,\"c\nd\"\ne", "1:\"a\"b,\"c\nd\"|3:e|");
    CUTS("a,\"\"b\"\nc", "1:a,\"\"b\"|2:c|");
}

static void without_a_separator_no_byte_is_a_quote(void **state)
{
    (void)state;
    cuts_as(STR("\"a\nb\"\n"), &plain, false, "1:\"a|2:b\"|");
    const voc_line_rule tabs = {sizeof tabs, '\t', 0, 0, 0, 0}, semicolon = {sizeof semicolon, ';', '\'', 0, 0, 0};
    cuts_as(STR("\"a\n\tb\"\n"), &tabs, false, "1:\"a|2:\tb\"|");
    cuts_as(STR("x;'a\nb';c,\"\nd"), &semicolon, false, "1:x;'a\nb';c,\"|3:d|");
}

static void empty_lines_and_the_byte_order_mark_are_framing(void **state)
{
    (void)state;
    CUTS("\n\na\n\r\n\nb\n\n", "3:a|6:b|");
    CUTS("\r\r\na\r\n\r", "2:a|");
    CUTS("\n\n\n", "");
    CUTS("\xEF\xBB\xBF" "a\nb", "1:a|2:b|");
    CUTS("\xEF\xBB\xBF", "");
    CUTS("\xEF\xBB\xBF\"a\nb\"\nc", "1:\"a\nb\"|3:c|");
    CUTS(" \n", "1: |");
}

static void a_byte_order_mark_before_any_record_is_framing(void **state)
{
    (void)state;
    CUTS("a\n\xEF\xBB\xBF" "b\n\xEF\xBB\xBF\nc\n\xEF\xBB", "1:a|2:b|4:c|5:\xEF\xBB|");
    CUTS("a\xEF\xBB\xBF\n\xEF\xBC\xA1\n\xEF\xBB\xBF", "1:a\xEF\xBB\xBF|2:\xEF\xBC\xA1|"); // elsewhere, and another character
}

static void files_with_carriage_returns_alone_are_lines_too(void **state)
{
    (void)state;
    CUTS("a,b\rc,d\r", "1:a,b|2:c,d|");
    CUTS("a\r\rb", "1:a|3:b|");
    CUTS("\"a\rb\",c\rd", "1:\"a\rb\",c|3:d|");
    CUTS("a\rb\n", "1:a\rb|"); // a line feed is there: the carriage return is text
}

static void nul_bytes_are_kept(void **state)
{
    (void)state;
    struct outcome o;
    run(&o, STR("a\0b\n\0\n"), &csv, LARGE, false);
    assert_int_equal(o.account.records, 2);
    assert_int_equal(o.account.record_bytes, 4);
    assert_memory_equal(o.text.ptr, "1:a\0b|2:\0|", 10);
    buf_done(&o.text);
}

static void header_records_come_alone_and_are_framing(void **state)
{
    (void)state;
    cuts_as(STR("id,\"na\nme\"\n1,a\n2,b\n"), &csv_head, true, "head 1:id,\"na\nme\"|3:1,a|4:2,b|");
    cuts_as(STR("id,\"na\nme\"\n1,a\n2,b\n"), &csv_head, false, "3:1,a|4:2,b|");
    cuts_as(STR("\xEF\xBB\xBF\n\nh1\r\nh2\r\n\r\n1\r\n"), &csv_head2, true, "head 3:h1|head 4:h2|6:1|");
    cuts_as(STR("\n\nh1\nh2\n\n1\n"), &csv_head2, false, "6:1|");
    cuts_as(STR("h1\n"), &csv_head2, true, "head 1:h1|");
    cuts_as(STR("h1"), &csv_head, true, "head 1:h1|");
    cuts_as(STR(""), &csv_head, true, "");
    cuts_as(STR("h1\n1"), &csv_head, true, "head 1:h1|2:1|");
}

static void a_quote_that_never_closes_costs_its_first_line_only(void **state)
{
    (void)state;
    CUTS("a,\"b\nc,d\ne,f\n", "!1:a,\"b|2:c,d|3:e,f|");
    CUTS("a\n\"b", "1:a|!2:\"b|");
    CUTS("a\n\"b\n", "1:a|!2:\"b|");
    CUTS("a,\"b\r\nc,\"\"\r\ne,f\r\n", "!1:a,\"b|2:c,\"\"|3:e,f|");
    struct outcome o;
    run(&o, STR("a,\"b\nc\n"), &csv, LARGE, false);
    assert_false(o.clean);
    buf_done(&o.text);
}

static void the_end_is_clean_only_behind_a_newline_outside_quotes(void **state)
{
    (void)state;
    static const struct { const char *text; bool clean; } cases[] = {
        {"", true}, {"a\n", true}, {"a\r\n", true}, {"a", false}, {"a\nb", false}, {"a\n\n", true}, {"\"a\nb\"\n", true}, {"\"a\n", false}, {"a\n\r", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome o;
        run(&o, str_of(cases[i].text), &csv, 2, false);
        if (o.clean != cases[i].clean) fail_msg("'%s'", cases[i].text);
        buf_done(&o.text);
    }
}

// a text with `before`, then n times c, then `after`
static struct buf filled(const char *before, char c, size_t n, const char *after)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 26);
    buf_cstr(&b, before);
    buf_fill(&b, c, n);
    buf_cstr(&b, after);
    assert_int_equal(b.rc, VOC_OK);
    return b;
}

static void a_record_of_one_mebibyte_is_good_and_one_byte_more_is_not(void **state)
{
    (void)state;
    static const size_t targets[] = {1, 4096, 100000, LARGE, LARGE + 1, 3 * LARGE};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct outcome o;
        struct buf b = filled("one\n", 'x', LINES_RECORD_MAX, "\nlast\n");
        run(&o, str_mk(b.ptr, b.len), &csv, targets[i], false);
        assert_int_equal(o.account.records, 3);
        assert_int_equal(o.account.record_bytes, 3 + LINES_RECORD_MAX + 4);
        assert_true(str_starts(str_mk(o.text.ptr, o.text.len), "1:one|2:xxx"));
        assert_true(str_ends(str_mk(o.text.ptr, o.text.len), "|3:last|"));
        buf_done(&b);
        buf_done(&o.text);
        b = filled("one\n", 'x', LINES_RECORD_MAX + 70000, "\nlast\n");
        run(&o, str_mk(b.ptr, b.len), &csv, targets[i], false);
        assert_int_equal(o.account.records, 3);
        assert_int_equal(o.account.record_bytes, 3 + LINES_RECORD_MAX + 4);
        assert_int_equal(o.account.framing_bytes, 3 + 70000);
        assert_true(str_starts(str_mk(o.text.ptr, o.text.len), "1:one|?2:xxx"));
        assert_true(str_ends(str_mk(o.text.ptr, o.text.len), "|3:last|"));
        if (!o.clean) fail_msg("target %zu", targets[i]);
        buf_done(&b);
        buf_done(&o.text);
        b = filled("x", 'x', LINES_RECORD_MAX, ""); // too long, and the end
        run(&o, str_mk(b.ptr, b.len), &csv, targets[i], false);
        assert_int_equal(o.account.records, 1);
        assert_int_equal(o.account.record_bytes, LINES_RECORD_MAX);
        assert_false(o.clean);
        buf_done(&b);
        buf_done(&o.text);
    }
}

static void a_stray_quote_in_a_large_file_costs_one_line_and_the_rest_is_read(void **state)
{
    (void)state;
    static const size_t targets[] = {7000, LARGE, 4 * LARGE};
    struct buf b, expected;
    buf_init(&b, (size_t)1 << 26);
    buf_init(&expected, (size_t)1 << 26);
    for (unsigned i = 1; i <= 200000; i++) {
        const char *mark = i == 1000 || i == 150000 ? "!" : "", *field = mark[0] ? ",\"stray" : ",\"\"";
        buf_printf(&b, "%u%s\n", i, field);
        buf_printf(&expected, "%s%u:%u%s|", mark, i, i, field);
    }
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct outcome o;
        run(&o, str_mk(b.ptr, b.len), &csv, targets[i], false);
        assert_int_equal(o.account.records, 200000);
        assert_string_equal(o.text.ptr, expected.ptr);
        buf_done(&o.text);
    }
    buf_done(&b);
    buf_done(&expected);
}

// The rule of lines.h, word for word, byte by byte, over the whole text. (No record of these texts is too long.)
static void naive(struct buf *out, const char *p, size_t len, bool quotes, char newline)
{
    size_t start = len >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    uint64_t line = 1;
    while (start < len) {
        bool open = false, field_start = true;
        size_t i = start, first = len;
        uint64_t newlines = 0;
        for (; i < len; i++) {
            if (open) {
                if (p[i] == '"' && i + 1 < len && p[i + 1] == '"') i++;
                else if (p[i] == '"') open = false;
                else if (p[i] == newline) {
                    if (first == len) first = i;
                    newlines++;
                }
                continue;
            }
            if (p[i] == newline) break;
            if (quotes && field_start && p[i] == '"') open = true;
            field_start = p[i] == ',';
        }
        size_t end = open ? first : i, text = end;
        if (newline == '\n' && text > start && p[text - 1] == '\r') text--;
        bool empty = true;
        for (size_t k = start; k < text; k++) empty = empty && p[k] == '\r';
        if (text - start >= 3 && memcmp(p + start, "\xEF\xBB\xBF", 3) == 0) { // a mark of a file that was added
            start += 3;
            empty = empty || start == text;
        }
        if (!empty) add_record(out, line, p + start, text - start, open);
        line += open ? 1 : newlines + 1;
        start = end + 1;
    }
}

// One text: short, or of several pieces of the scanner (16 KiB) and vectors (64 bytes).
static void agrees_on(char *text, size_t len, int round)
{
    static const char letters[] = "\"\"\"\"\",,,\n\n\n\rab\0\xC3\xA9";
    bool macintosh = round % 10 == 0, quotes = round % 7 != 0, mark = round % 11 == 0, sparse = round % 3 == 0;
    bool cr = false, lf = false;
    for (size_t i = 0; i < len; i++) {
        do text[i] = sparse && next_random() % 9 ? 'x' : letters[next_random() % (sizeof letters - 1)];
        while (macintosh && text[i] == '\n');
    }
    if (mark && len >= 3) {
        memcpy(text, "\xEF\xBB\xBF", 3);
        memcpy(text + next_random() % (len - 2), "\xEF\xBB\xBF", 3);
    }
    for (size_t i = 0; i < len; i++) cr |= text[i] == '\r', lf |= text[i] == '\n';
    struct buf expected;
    struct outcome o;
    buf_init(&expected, 1 << 22);
    naive(&expected, text, len, quotes, cr && !lf ? '\r' : '\n');
    run(&o, str_mk(text, len), quotes ? &csv : &plain, 1 + next_random() % (len + 90), false);
    if (expected.len != o.text.len || (expected.len > 0 && memcmp(expected.ptr, o.text.ptr, expected.len) != 0)) {
        for (size_t i = 0; i < len; i++) printf("%02x ", (unsigned char)text[i]);
        fail_msg("round %d:\n%s\nis not\n%s", round, o.text.ptr, expected.ptr);
    }
    buf_done(&expected);
    buf_done(&o.text);
}

static void the_scanner_agrees_with_a_naive_one_on_random_texts_and_any_block_size(void **state)
{
    static char text[50000];
    (void)state;
    seed = 2024;
    for (unsigned form = 0; scan_form(form); form++) {
        if (!scan_use(form)) continue;
        for (int round = 0; round < 15000; round++) agrees_on(text, next_random() % (round % 5 ? 80 : 400), round);
        for (int round = 0; round < 12; round++) agrees_on(text, next_random() % sizeof text, round);
    }
}

// ---- values of JSON -----------------------------------------------------------------------------------------------------------------

static const voc_line_rule values = {sizeof values, 0, 0, 0, 1, 0};
#define VALUES(literal, expected) cuts_as(STR(literal), &values, false, expected)

static void objects_are_records_however_they_are_laid_out(void **state)
{
    (void)state;
    VALUES("", "");
    VALUES("[]\n", "");
    VALUES("{\"a\":1}", "1:{\"a\":1}|");
    VALUES("\xEF\xBB\xBF[{\"a\":1},{\"b\":[{}]}]\n", "1:{\"a\":1}|1:{\"b\":[{}]}|");
    VALUES("[\n {\n  \"a\":\r\n1},\n\n{}\n]", "2:{\n  \"a\":\r\n1}|6:{}|");
    VALUES("{\"a\":\"}{][,\\\"\\\\\"}{}\n{}", "1:{\"a\":\"}{][,\\\"\\\\\"}|1:{}|2:{}|");
    VALUES("{}\n\xEF\xBB\xBF{\"a\":1},\xEF\xBB\xBF\n[{}]\xEF\xBB", "1:{}|2:{\"a\":1}|3:{}|3:\xEF\xBB|");
    VALUES("1, two ,\"th,ree\"\r\n{}", "1:1|1:two |1:\"th,ree\"|2:{}|");
}

static void an_object_that_is_not_closed_costs_its_first_line_only(void **state)
{
    (void)state;
    VALUES("[{\"a\":1,\n{\"b\":2},\n{\"c\":3}]", "@1:{\"a\":1,|2:{\"b\":2}|3:{\"c\":3}|");  // a bracket closes a brace
    VALUES("[{\"a\":\"x,\n{\"b\":2},\n{\"c\":3}]", "@1:{\"a\":\"x,|2:{\"b\":2}|3:{\"c\":3}|"); // a text goes over the end of its line
    VALUES("{\"a\":1\n{\"b\":2}\n", "@1:{\"a\":1|2:{\"b\":2}|");
    VALUES("{\"a\":1", "@1:{\"a\":1|");
}

// However much of it is never closed, no byte is looked at more often than values may lie within each other.
static void braces_that_are_never_closed_are_one_bad_line_each(void **state)
{
    static char text[400000];
    struct outcome o;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++) text[i] = i % 2 ? '\n' : '{';
    run(&o, str_mk(text, sizeof text), &values, LARGE, false);
    assert_int_equal(o.account.records, sizeof text / 2);
    assert_false(o.clean);
    buf_done(&o.text);
}

static void values_are_cut_alike_with_any_block_size(void **state)
{
    static const char letters[] = "{}{}[]\"\",:\\\n\r a1\xEF\xBB\xBF";
    static const size_t targets[] = {1, 2, 3, 7, 31};
    (void)state;
    seed = 77;
    for (int round = 0; round < 4000; round++) {
        char text[120];
        size_t len = next_random() % sizeof text;
        struct outcome all, some;
        for (size_t i = 0; i < len; i++) text[i] = letters[next_random() % (sizeof letters - 1)];
        run(&all, str_mk(text, len), &values, LARGE, false);
        run(&some, str_mk(text, len), &values, targets[round % 5], false);
        assert_string_equal(all.text.ptr ? all.text.ptr : "", some.text.ptr ? some.text.ptr : "");
        buf_done(&all.text);
        buf_done(&some.text);
    }
}

static void failing_allocations_are_reported_and_leak_nothing(void **state)
{
    (void)state;
    uint64_t live = mem_stats().live_blocks;
    static const char text[] = "h1,h2\na,\"b\nc\"\nd,e\n";
    for (uint64_t nth = 1;; nth++) {
        struct in *in = NULL;
        struct lines *l = NULL;
        struct lines_block b;
        lines_block_init(&b);
        mem_fault(nth, false);
        voc_rc rc = in_memory(&in, "x.csv", text, sizeof text - 1, NULL, NULL);
        if (rc == VOC_OK) rc = in_text(in, "auto");
        if (rc == VOC_OK) rc = lines_new(&l, in, &csv_head, NULL);
        if (rc == VOC_OK) rc = lines_head(l, &b);
        uint64_t n = 0;
        while (rc == VOC_OK && (rc = lines_next(l, &b, 5)) == VOC_OK && b.start.n > 0) n += b.start.n;
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        lines_block_done(&b);
        lines_free(l);
        in_close(in);
        assert_int_equal(mem_stats().live_blocks, live);
        if (!fired) {
            assert_int_equal(rc, VOC_OK);
            assert_int_equal(n, 2);
            break;
        }
        assert_int_equal(rc, VOC_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_end_at_newlines_outside_quotes),
        cmocka_unit_test(a_quote_opens_only_at_the_start_of_a_field),
        cmocka_unit_test(without_a_separator_no_byte_is_a_quote),
        cmocka_unit_test(empty_lines_and_the_byte_order_mark_are_framing),
        cmocka_unit_test(a_byte_order_mark_before_any_record_is_framing),
        cmocka_unit_test(files_with_carriage_returns_alone_are_lines_too),
        cmocka_unit_test(nul_bytes_are_kept),
        cmocka_unit_test(header_records_come_alone_and_are_framing),
        cmocka_unit_test(a_quote_that_never_closes_costs_its_first_line_only),
        cmocka_unit_test(the_end_is_clean_only_behind_a_newline_outside_quotes),
        cmocka_unit_test(a_record_of_one_mebibyte_is_good_and_one_byte_more_is_not),
        cmocka_unit_test(a_stray_quote_in_a_large_file_costs_one_line_and_the_rest_is_read),
        cmocka_unit_test(the_scanner_agrees_with_a_naive_one_on_random_texts_and_any_block_size),
        cmocka_unit_test(objects_are_records_however_they_are_laid_out),
        cmocka_unit_test(an_object_that_is_not_closed_costs_its_first_line_only),
        cmocka_unit_test(braces_that_are_never_closed_are_one_bad_line_each),
        cmocka_unit_test(values_are_cut_alike_with_any_block_size),
        cmocka_unit_test(failing_allocations_are_reported_and_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
