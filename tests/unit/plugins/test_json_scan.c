// SPDX-License-Identifier: MIT
// The scanner of JSON: what RFC 8259 allows and forbids, by a list; and over thousands of damaged texts the same verdict as Jansson,
// where that is there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "plugins/common/json_scan.h"
#include "tests/unit/plugins/jansson_oracle.h"

static bool accepts(const char *text, size_t len, const char **fault)
{
    struct json j = {text, text + len, NULL};
    json_blank(&j);
    bool good = json_skip(&j, 0, NULL) && json_done(&j);
    assert_true(good == (j.fault == NULL));
    assert_true(j.at >= text && j.at <= text + len);
    if (fault) *fault = j.fault;
    return good;
}

static const char *const good[] = {
    "{}", "[]", "null", "true", "false", "0", "-0", "12", "-1.5e+10", "0.1E-7", "1e400", "123456789012345678901234567890", "\"\"", "\"a\\n\\u00e9\\ud83d\\ude00\"", "\"\\/\\\\\\\"\\b\\f\\r\\t\"",
    " { \"a\" : [ 1 , { \"b\" : null } , \"c\" ] } \n", "[[[[[[[[[[]]]]]]]]]]", "{\"a\":1,\"a\":2}", "\"\xC3\xA9 \xF0\x9F\x98\x80\"", "{\"\":0}", "[1,[2,{\"x\":[]},{}]]",
};
static const struct { const char *text, *fault; } bad[] = {
    {"", "within a value"}, {"{", "within an object"}, {"[", "within a value"}, {"[1", "within an array"}, {"{\"a\"", "within an object"}, {"{\"a\":", "within a value"}, {"{\"a\":1", "within an object"},
    {"[1,]", "a value is missing"}, {"{\"a\":1,}", "comma stands before the end"}, {"{a:1}", "double quotes"}, {"{'a':1}", "double quotes"}, {"['a']", "double quotes"}, {"[1 2]", "comma is missing"},
    {"{\"a\" 1}", "colon"}, {"01", "begins with 0"}, {"-", "no digits"}, {"1.", "behind its point"}, {"1e", "exponent"}, {"1e+", "exponent"}, {".5", "no value"}, {"+1", "no value"}, {"NaN", "NaN"},
    {"[Infinity]", "NaN"}, {"[-Infinity]", "NaN"}, {"nul", "no value"}, {"True", "no value"}, {"\"a", "never closed"}, {"\"a\\", "never closed"}, {"\"\\x\"", "backslash"}, {"\"\\u12\"", "hexadecimal"},
    {"\"\\ud800\"", "surrogate"}, {"\"\\ud800\\u0041\"", "surrogate"}, {"\"\\udc00\"", "surrogate"}, {"\"\\u0000\"", "NUL"}, {"\"a\tb\"", "control character"}, {"\"a\nb\"", "control character"},
    {"{} {}", "behind the value"}, {"1 x", "behind the value"}, {"[1}", "comma is missing"}, {"{\"a\":1]", "comma is missing"}, {"// c\n1", "no value"}, {"\xEF\xBB\xBF{}", "no value"},
};

static void texts_of_the_standard_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *fault = NULL;
        if (!accepts(good[i], strlen(good[i]), &fault)) print_error("%s: %s\n", good[i], fault);
        assert_null(fault);
    }
}

static void others_are_refused_with_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fault = NULL;
        bool taken = accepts(bad[i].text, strlen(bad[i].text), &fault);
        if (taken || !strstr(fault, bad[i].fault)) print_error("%s: %s\n", bad[i].text, taken ? "accepted" : fault);
        assert_true(!taken && strstr(fault, bad[i].fault));
    }
}

static void what_lies_deeper_than_64_is_refused_and_64_are_read(void **state)
{
    char text[200];
    (void)state;
    for (size_t depth = 63; depth <= 66; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_int_equal(accepts(text, 2 * depth, NULL), depth <= JSON_DEPTH);
        size_t n = 0;
        for (size_t i = 0; i < 30; i++) n += (size_t)snprintf(text + n, sizeof text - n, "{\"\":");
        text[n++] = '1';
        for (size_t i = 0; i < 30; i++) text[n++] = '}';
        assert_true(accepts(text, n, NULL));
    }
}

static void escapes_give_the_characters_that_they_mean(void **state)
{
    static const struct { const char *raw, *text; } all[] = {
        {"a\\nb", "a\nb"}, {"\\u0041\\u00e9\\u20AC\\ud83d\\ude00", "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"}, {"\\\"\\\\\\/\\b\\f\\r\\t", "\"\\/\b\f\r\t"}, {"plain", "plain"}, {"\\u007f\\u0080\\u07ff\\u0800\\uffff", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char to[64];
        size_t n = json_unescape((voc_str){all[i].raw, strlen(all[i].raw)}, to);
        assert_int_equal(n, strlen(all[i].text));
        assert_memory_equal(to, all[i].text, n);
    }
}

static void a_value_is_the_same_without_its_layout(void **state)
{
    static const struct { const char *loose, *compact; } all[] = {{"[ 1 ,\n\t{ \"a b\\\" c\" : \" x \" } ]", "[1,{\"a b\\\" c\":\" x \"}]"}, {"[]", "[]"}, {"{ }\r", "{}"}, {"\" \"", "\" \""}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char to[64];
        voc_str raw = {all[i].loose, strlen(all[i].loose)};
        assert_int_equal(json_loose(raw), strcmp(all[i].loose, all[i].compact) != 0);
        size_t n = json_compact(raw, to);
        assert_int_equal(n, strlen(all[i].compact));
        assert_memory_equal(to, all[i].compact, n);
    }
}

// A quote, a backslash or a control character at every place of a text of every length is seen where it is.
static void every_byte_of_a_text_is_looked_at(void **state)
{
    (void)state;
    for (size_t len = 0; len < 40; len++)
        for (size_t at = 0; at < len; at++)
            for (unsigned k = 0; k < 4; k++) {
                char text[64];
                voc_str raw;
                bool escaped;
                text[0] = '"';
                memset(text + 1, at % 2 ? 'x' : (char)0xC3, len);
                text[1 + at] = "\"\\\n\x1F"[k];
                text[1 + len] = '"';
                struct json j = {text, text + len + 2, NULL};
                bool read = json_string(&j, &raw, &escaped);
                if (k == 0) assert_true(read && raw.len == at && !escaped && j.at == text + at + 2);
                else if (k > 1) assert_true(!read && j.at == text + 1 + at);
                else assert_true(!read || escaped);
            }
}

static uint64_t seed = 12;

static uint64_t next_random(void) // SplitMix64
{
    uint64_t z = seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void damaged_texts_have_the_verdict_of_jansson(void **state)
{
    (void)state;
    if (!jansson_is_there()) skip();
    static const char letters[] = "{}[]\",:\\u0dD8n.e+-1tfalse nrbx/\n";
    size_t taken = 0;
    for (unsigned round = 0; round < 60000; round++) {
        char text[200];
        const char *from = good[next_random() % (sizeof good / sizeof *good)];
        size_t len = strlen(from);
        memcpy(text, from, len);
        for (uint64_t n = 1 + next_random() % 3; n; n--) {
            size_t at = len ? next_random() % len : 0;
            char c = letters[next_random() % (sizeof letters - 1)];
            switch (next_random() % 4) {
            case 0: if (len) text[at] = c; break;
            case 1: memmove(text + at + 1, text + at, len - at); text[at] = c; len++; break;
            case 2: if (len) memmove(text + at, text + at + 1, len - at - 1), len--; break;
            default: len = at; break;
            }
        }
        if (!text_utf8_valid(text, len)) continue; // the host's part
        int ours = accepts(text, len, NULL), theirs = jansson_accepts(text, len);
        taken += (size_t)ours;
        if (theirs >= 0 && ours != theirs) print_error("%.*s: %s\n", (int)len, text, ours ? "we accept it" : "we refuse it");
        assert_true(theirs < 0 || ours == theirs);
    }
    assert_true(taken > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_the_standard_are_accepted),
        cmocka_unit_test(others_are_refused_with_what_is_wrong),
        cmocka_unit_test(what_lies_deeper_than_64_is_refused_and_64_are_read),
        cmocka_unit_test(escapes_give_the_characters_that_they_mean),
        cmocka_unit_test(a_value_is_the_same_without_its_layout),
        cmocka_unit_test(every_byte_of_a_text_is_looked_at),
        cmocka_unit_test(damaged_texts_have_the_verdict_of_jansson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
