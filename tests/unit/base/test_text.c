// SPDX-License-Identifier: MIT
// Text: validity of UTF-8, widths, folding, escapes, sniffed charsets and the streaming decoder. Expected bytes are written
// out; the decoder is compared with itself fed byte by byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/str.h"
#include "base/text.h"

static void utf8_is_strict_and_its_valid_prefix_ends_before_the_first_fault(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t prefix; } cases[] = {
        {"", 0}, {"plain", 5}, {"gr\xC3\xBC\xC3\x9F", 6}, {"\xE2\x82\xAC", 3}, {"\xF0\x9F\x98\x80", 4}, {"\xF4\x8F\xBF\xBF", 4},
        {"a\x80", 1}, {"ab\xC3", 2}, {"\xC0\xAF", 0}, {"\xE0\x80\xAF", 0}, {"\xED\xA0\x80", 0}, {"\xF4\x90\x80\x80", 0}, {"\xF8\x88\x80\x80\x80", 0},
        {"x\xFE", 1}, {"\xE2\x82", 0}, {"\xE2\x28\xA1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].bytes);
        assert_int_equal(text_utf8_prefix(cases[i].bytes, len), cases[i].prefix);
        assert_int_equal(text_utf8_valid(cases[i].bytes, len), cases[i].prefix == len);
    }
    // the same fault at every place around the border of the fast path
    char long_text[100];
    for (size_t at = 0; at < sizeof long_text; at++) {
        memset(long_text, 'a', sizeof long_text);
        long_text[at] = (char)0xFF;
        assert_int_equal(text_utf8_prefix(long_text, sizeof long_text), at);
    }
    for (size_t len = 1; len < 80; len++) { // a wrong byte, and a right character, at every place of a text of every length
        for (size_t at = 0; at < len; at++) {
            char text[80];
            memset(text, 'x', len);
            text[at] = (char)0x80;
            assert_int_equal(text_utf8_prefix(text, len), at);
            text[at] = (char)0xC3;
            if (at + 1 < len) text[at + 1] = (char)0xA9;
            assert_int_equal(text_utf8_prefix(text, len), at + 1 < len ? len : at);
        }
    }
}

static void widths_count_terminal_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(STR("abc")), 3);
    assert_int_equal(text_width(STR("\xC3\xA9")), 1);
    assert_int_equal(text_width(STR("e\xCC\x81")), 1);             // combining acute
    assert_int_equal(text_width(STR("\xE6\xBC\xA2\xE5\xAD\x97")), 4); // two ideographs
    assert_int_equal(text_width(STR("\xF0\x9F\x98\x80")), 2);
    assert_int_equal(text_width(STR("a\xE2\x80\x8B" "b")), 2);      // zero width space
    assert_int_equal(text_width(STR("\xFF")), 1);
    assert_int_equal(text_width(STR("")), 0);
}

static void fit_never_cuts_a_character_nor_loses_its_marks(void **state)
{
    (void)state;
    assert_int_equal(text_fit(STR("abc"), 2), 2);
    assert_int_equal(text_fit(STR("abc"), 9), 3);
    assert_int_equal(text_fit(STR("\xE6\xBC\xA2\xE5\xAD\x97"), 3), 3);
    assert_int_equal(text_fit(STR("\xE6\xBC\xA2"), 1), 0);
    assert_int_equal(text_fit(STR("e\xCC\x81x"), 1), 3);
}

static void folds(const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    assert_int_equal(text_fold(&b, str_of(text)), VOC_OK);
    assert_string_equal(b.ptr == NULL ? "" : b.ptr, expected);
    buf_done(&b);
}

static void folding_is_full_and_composed(void **state)
{
    (void)state;
    folds("", "");
    folds("Hello, WORLD 1", "hello, world 1");
    folds("Stra\xC3\x9F" "e", "strasse");
    folds("STRASSE", "strasse");
    folds("\xC3\x89", "\xC3\xA9");
    folds("E\xCC\x81", "\xC3\xA9"); // decomposed and composed are the same
    folds("\xCE\xA3\xCF\x82", "\xCF\x83\xCF\x83"); // final sigma
    folds("\xEF\xAC\x83", "ffi");
    folds("a\xFF" "B", "a\xEF\xBF\xBD" "b");
    // a text that grows at every step: U+0390 is three characters when folded
    struct buf in, out;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    for (int i = 0; i < 1000; i++) buf_cstr(&in, "\xEF\xAC\x84\xCE\x90"); // ffl ligature, iota with dialytika and tonos
    assert_int_equal(text_fold(&out, str_mk(in.ptr, in.len)), VOC_OK);
    assert_int_equal(out.len, 1000 * 5);
    assert_memory_equal(out.ptr, "ffl\xCE\x90", 5);
    buf_done(&in);
    buf_done(&out);
}

static void escaping_leaves_nothing_that_a_terminal_obeys(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(text_escape(&b, STR("a\x1b[31mb\n\t\x7f" "c\xE2\x80\xAE" "d\xC2\x85\xFF\xC3\xA9\\")), VOC_OK);
    assert_string_equal(b.ptr, "a\\x1b[31mb\\n\\t\\x7fc\\u202ed\\u0085\\xff\xC3\xA9\\");
    buf_clear(&b);
    assert_int_equal(text_escape(&b, STR("\xF3\xA0\x81\x81")), VOC_OK);
    assert_string_equal(b.ptr, "\\U000e0041");
    buf_done(&b);
}

static void a_word_is_what_a_shell_would_take(void **state)
{
    static const struct { const char *word, *wanted; } cases[] = {
        {"folder/shop.voc", "folder/shop.voc"},
        {"-O", "-O"},
        {"", "''"},
        {"two words", "'two words'"},
        {"$(x);y", "'$(x);y'"},
        {"it's", "'it'\\''s'"},
        {"caf\xC3\xA9", "caf\xC3\xA9"},
        {"a\x1b[31m'b\\", "$'a\\033[31m\\'b\\\\'"},
        {"\xFFx\n", "$'\\377x\\012'"},
        {"\xE2\x80\xAEgnp", "$'\\342\\200\\256gnp'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1000);
        assert_int_equal(text_word(&b, cases[i].word), VOC_OK);
        assert_string_equal(b.ptr, cases[i].wanted);
        buf_done(&b);
    }
}

static void sniffs(const char *bytes, size_t len, const char *charset, size_t skip)
{
    size_t got = 99;
    assert_string_equal(text_sniff(bytes, len, &got), charset);
    assert_int_equal(got, skip);
}
#define SNIFFS(literal, charset, skip) sniffs(literal, sizeof(literal) - 1, charset, skip)

static void the_first_bytes_tell_the_charset(void **state)
{
    (void)state;
    SNIFFS("", "UTF-8", 0);
    SNIFFS("id;name\n1;Anna\n", "UTF-8", 0);
    SNIFFS("\xEF\xBB\xBFid", "UTF-8", 3);
    SNIFFS("gr\xC3\xBCn", "UTF-8", 0);
    SNIFFS("gr\xFCn", "windows-1252", 0);
    SNIFFS("cut within a character \xE2\x82", "UTF-8", 0);
    SNIFFS("not cut, but wrong \xE2x", "windows-1252", 0);
    SNIFFS("\x80\x80", "windows-1252", 0);
    SNIFFS("\xFF\xFEi\0d\0", "UTF-16LE", 2);
    SNIFFS("\xFE\xFF\0i\0d", "UTF-16BE", 2);
    SNIFFS("i\0d\0;\0n\0", "UTF-16LE", 0);
    SNIFFS("\0i\0d\0;\0n", "UTF-16BE", 0);
    SNIFFS("\xFF\xFE\0\0i\0\0\0", "UTF-32LE", 4);
    SNIFFS("\0\0\xFE\xFF\0\0\0i", "UTF-32BE", 4);
    SNIFFS("i\0\0\0d\0\0\0\0\xF6\1\0,\0\0\0", "UTF-32LE", 0);
    SNIFFS("\0\0\0i\0\0\0d\0\1\xF6\0\0\0\0,", "UTF-32BE", 0);
    SNIFFS("i\0\0\0\0\0\0\0d\0\0\0,\0\0\0", "UTF-8", 0); // a NUL among them
    SNIFFS("one\0stray NUL in a plain line of text", "UTF-8", 0);
    SNIFFS("\0\0\0\0\0\0\0\0", "UTF-8", 0);
}

static void decodes(const char *charset, const char *bytes, size_t len, const char *expected, size_t expected_len, uint64_t malformed)
{
    for (size_t step = 1; step <= len + 1; step += len) { // byte by byte, then whole
        struct text_decoder *t = NULL;
        struct buf b;
        buf_init(&b, 1 << 20);
        assert_int_equal(text_decoder_new(&t, charset, NULL), VOC_OK);
        for (size_t i = 0; i < len; i += step) assert_int_equal(text_decode(t, bytes + i, step < len - i ? step : len - i, false, &b), VOC_OK);
        assert_int_equal(text_decode(t, "", 0, true, &b), VOC_OK);
        assert_int_equal(b.len, expected_len);
        assert_memory_equal(b.ptr, expected, expected_len);
        assert_int_equal(text_decoder_malformed(t), malformed);
        text_decoder_free(t);
        buf_done(&b);
    }
}
#define DECODES(charset, literal, expected, malformed) decodes(charset, literal, sizeof(literal) - 1, expected, sizeof(expected) - 1, malformed)

static void decoders_give_utf8_and_count_what_they_cannot_read(void **state)
{
    (void)state;
    DECODES("windows-1252", "na\xEFve \x80", "na\xC3\xAFve \xE2\x82\xAC", 0);
    DECODES("ISO-8859-15", "\xA4", "\xE2\x82\xAC", 0);
    DECODES("UTF-16LE", "a\0=\xD8\0\xDE!\0\0\0", "a\xF0\x9F\x98\x80!\0", 0);
    DECODES("UTF-16BE", "\0a\xD8=\xDE\0\0!", "a\xF0\x9F\x98\x80!", 0);
    DECODES("UTF-32LE", "a\0\0\0\0\xF6\1\0!\0\0", "a\xF0\x9F\x98\x80\xEF\xBF\xBD", 1);
    DECODES("UTF-32BE", "\0\0\0a\0\1\xF6\0", "a\xF0\x9F\x98\x80", 0);
    DECODES("UTF-16LE", "a\0\0\xDE" "b\0", "a\xEF\xBF\xBD" "b", 1); // lone low surrogate
    DECODES("UTF-16LE", "a\0=\xD8" "b\0", "a\xEF\xBF\xBD" "b", 1);  // lone high surrogate
    DECODES("UTF-16LE", "a\0b", "a\xEF\xBF\xBD", 1);               // half a unit at the end
    DECODES("UTF-8", "a\xFF\xC3\xA9\xE2\x82", "a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD", 2);
    DECODES("Shift_JIS", "\x93\xFA\x96\x7B", "\xE6\x97\xA5\xE6\x9C\xAC", 0);
}

static void long_texts_decode_over_the_borders_of_the_inner_buffer(void **state)
{
    (void)state;
    struct text_decoder *t = NULL;
    struct buf in, out;
    buf_init(&in, 1 << 20);
    buf_init(&out, 1 << 20);
    buf_add(&in, "x\0", 2); // so that pairs of surrogates lie across the even border
    for (int i = 0; i < 10000; i++) buf_add(&in, "=\xD8\0\xDE", 4);
    assert_int_equal(text_decoder_new(&t, "UTF-16LE", NULL), VOC_OK);
    assert_int_equal(text_decode(t, in.ptr, in.len, true, &out), VOC_OK);
    assert_int_equal(out.len, 40001);
    assert_true(text_utf8_valid(out.ptr, out.len));
    assert_int_equal(text_decoder_malformed(t), 0);
    text_decoder_free(t);
    buf_done(&in);
    buf_done(&out);
}

static void unknown_charsets_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"", "klingon", "../../etc/passwd", "a-name-that-is-longer-than-any-charset-could-ever-be-called-by-anyone"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text_decoder *t = NULL;
        struct diag *d = diag_new();
        assert_int_equal(text_decoder_new(&t, names[i], d), VOC_E_OPTION);
        assert_null(t);
        assert_int_equal(diag_count(d, VOC_ERROR), 1);
        diag_free(d);
    }
}

static void icu_takes_its_memory_from_the_shim_and_its_failures_are_reported(void **state)
{
    (void)state;
    struct text_decoder *t = NULL;
    uint64_t before = mem_stats().live_blocks;
    for (uint64_t nth = 1;; nth++) {
        struct buf b;
        buf_init(&b, 1 << 10);
        mem_fault(nth, false);
        voc_rc rc = text_decoder_new(&t, "windows-1251", NULL);
        if (rc == VOC_OK) rc = text_decode(t, "\xEF", 1, true, &b);
        if (rc == VOC_OK) rc = text_fold(&b, STR("\xC3\x89"));
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        text_decoder_free(t);
        t = NULL;
        buf_done(&b);
        if (!fired) {
            assert_int_equal(rc, VOC_OK);
            break;
        }
        if (rc != VOC_OK && rc != VOC_E_NOMEM) fail_msg("allocation %llu: %d", (unsigned long long)nth, (int)rc);
        assert_true(nth < 1000);
    }
    // what ICU keeps in its caches for the life of the process, and no more with each round
    uint64_t cached = mem_stats().live_blocks - before;
    assert_true(cached > 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(text_decoder_new(&t, "windows-1251", NULL), VOC_OK);
        text_decoder_free(t);
        t = NULL;
    }
    assert_int_equal(mem_stats().live_blocks, before + cached);
}

static void bytes_that_are_no_text_are_mended_in_place(void **state)
{
    (void)state;
    char text[] = "\xf9" "event caf\xc3\xa9 \xed\xa0\x80 cut \xe2\x82", empty[] = "";
    text_mend(text);
    text_mend(empty);
    assert_string_equal(text, "?event caf\xc3\xa9 ??? cut ??");
    assert_string_equal(empty, "");
}

int main(void)
{
    if (text_icu_memory() != VOC_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_strict_and_its_valid_prefix_ends_before_the_first_fault),
        cmocka_unit_test(widths_count_terminal_columns),
        cmocka_unit_test(fit_never_cuts_a_character_nor_loses_its_marks),
        cmocka_unit_test(folding_is_full_and_composed),
        cmocka_unit_test(escaping_leaves_nothing_that_a_terminal_obeys),
        cmocka_unit_test(a_word_is_what_a_shell_would_take),
        cmocka_unit_test(bytes_that_are_no_text_are_mended_in_place),
        cmocka_unit_test(the_first_bytes_tell_the_charset),
        cmocka_unit_test(decoders_give_utf8_and_count_what_they_cannot_read),
        cmocka_unit_test(long_texts_decode_over_the_borders_of_the_inner_buffer),
        cmocka_unit_test(unknown_charsets_are_refused),
        cmocka_unit_test(icu_takes_its_memory_from_the_shim_and_its_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
