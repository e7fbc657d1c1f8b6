// SPDX-License-Identifier: MIT
// Unit tests of base/buf.h: bounded buffers, JSON strings, growing arrays.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <string.h>
#include "base/buf.h"
#include "base/str.h"
#include "tests/unit/base/fault.h"

static void appends_add_up_and_are_terminated(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_null(b.ptr);
    assert_int_equal(buf_cstr(&b, "ab"), VOC_OK);
    assert_int_equal(buf_str(&b, STR("cde")), VOC_OK);
    assert_int_equal(buf_byte(&b, 'f'), VOC_OK);
    assert_int_equal(buf_add(&b, "gh\0i", 4), VOC_OK);
    assert_int_equal(buf_fill(&b, '-', 3), VOC_OK);
    assert_int_equal(b.len, 13);
    assert_memory_equal(b.ptr, "abcdefgh\0i---", 14);
    buf_clear(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.ptr, "");
    buf_done(&b);
    assert_null(b.ptr);
    assert_int_equal(b.max, 1000);
}

static void a_name_stands_where_its_word_stood(void **state)
{
    static const struct { const char *text, *name, *wanted; } cases[] = {
        {"voc score PROJECT, voc sql PROJECT \"...\"", "a/b.voc", "voc score a/b.voc, voc sql a/b.voc \"...\""},
        {"PROJECT", "two words.voc", "'two words.voc'"},
        {"voc score PROJECT", "it's.voc", "voc score 'it'\\''s.voc'"},
        {"voc stats PROJECT", "-p.voc", "voc stats ./-p.voc"},
        {"nothing", "a.voc", "nothing"},
        {"", "a.voc", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1000);
        assert_int_equal(buf_named(&b, cases[i].text, "PROJECT", cases[i].name), VOC_OK);
        assert_string_equal(b.ptr, cases[i].wanted);
        buf_done(&b);
    }
}

static void an_empty_append_gives_an_empty_string(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    assert_int_equal(buf_add(&b, NULL, 0), VOC_OK);
    assert_string_equal(b.ptr, "");
    assert_int_equal(buf_byte(&b, 'x'), VOC_E_LIMIT);
    buf_done(&b);
}

static void the_maximum_is_kept_to_the_byte_and_a_failure_stays(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    for (int i = 0; i < 100; i++) assert_int_equal(buf_byte(&b, 'x'), VOC_OK);
    assert_int_equal(buf_byte(&b, 'y'), VOC_E_LIMIT);
    assert_int_equal(b.rc, VOC_E_LIMIT);
    assert_int_equal(b.len, 100);
    assert_int_equal(strlen(b.ptr), 100);
    assert_int_equal(buf_add(&b, "", 0), VOC_E_LIMIT);
    assert_int_equal(buf_printf(&b, "z"), VOC_E_LIMIT);
    assert_null(buf_room(&b, 0));
    buf_clear(&b);
    assert_int_equal(buf_fill(&b, 'a', 101), VOC_E_LIMIT);
    assert_int_equal(b.len, 0);
    buf_clear(&b);
    assert_int_equal(buf_fill(&b, 'a', 100), VOC_OK);
    assert_int_equal(buf_add(&b, "x", SIZE_MAX), VOC_E_LIMIT);
    buf_done(&b);
}

static void printf_grows_and_keeps_the_maximum(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 300);
    assert_int_equal(buf_printf(&b, "%s=%d;", "a", 1), VOC_OK);
    assert_int_equal(buf_printf(&b, "%200d", 5), VOC_OK);
    assert_int_equal(b.len, 204);
    assert_int_equal(strlen(b.ptr), 204);
    assert_int_equal(buf_printf(&b, "%97d", 5), VOC_E_LIMIT);
    assert_int_equal(strlen(b.ptr), 204);
    buf_clear(&b);
    assert_int_equal(buf_printf(&b, "%300d", 5), VOC_OK);
    assert_int_equal(b.len, 300);
    buf_done(&b);
}

static void room_is_writable_and_terminated(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_cstr(&b, "ab");
    char *room = buf_room(&b, 5000);
    assert_non_null(room);
    assert_int_equal(b.len, 2);
    memset(room, 'x', 5000);
    b.len += 5000;
    assert_int_equal(strlen(b.ptr), 5002);
    assert_null(buf_room(&b, 4999));
    assert_int_equal(b.rc, VOC_E_LIMIT);
    buf_done(&b);
}

static void check_json(voc_str in, const char *expected)
{
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(buf_json(&b, in), VOC_OK);
    assert_string_equal(b.ptr, expected);
    buf_done(&b);
}

static void a_byte_is_escaped_the_same_wherever_it_stands(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        struct buf alone, within;
        const char byte = (char)c;
        buf_init(&alone, 100);
        buf_init(&within, 100);
        assert_int_equal(buf_json(&alone, str_mk(&byte, 1)), VOC_OK);
        for (size_t at = 0; at < 20; at++) {
            char text[20], expected[64] = "\"aaaaaaaaaaaaaaaaaaaa";
            memset(text, 'a', sizeof text);
            text[at] = byte;
            memcpy(expected + 1 + at, alone.ptr + 1, alone.len - 2);
            memset(expected + at + alone.len - 1, 'a', 19 - at);
            memcpy(expected + alone.len + 18, "\"", 2);
            buf_clear(&within);
            assert_int_equal(buf_json(&within, str_mk(text, sizeof text)), VOC_OK);
            assert_string_equal(within.ptr, expected);
        }
        buf_done(&alone);
        buf_done(&within);
    }
}

static void json_strings_are_quoted_valid_and_harmless(void **state)
{
    (void)state;
    check_json(STR(""), "\"\"");
    check_json(STR("plain caf\xC3\xA9 \xF0\x9F\x98\x80"), "\"plain caf\xC3\xA9 \xF0\x9F\x98\x80\"");
    check_json(STR("a\"b\\c\n\r\t\x01\x1b\0z"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001b\\u0000z\"");
    check_json(STR("\x7f\xC2\x9b"), "\"\\u007f\\u009b\"");
    check_json(STR("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    check_json(STR("\xC3"), "\"\xEF\xBF\xBD\"");
    check_json(STR("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); // a surrogate
    check_json(STR("\xC0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                 // an overlong NUL
    check_json(STR("\xF4\x90\x80\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void arrays_grow_within_their_maximum(void **state)
{
    (void)state;
    VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(vec_reserve(&v, 1, 1000), VOC_OK);
        v.at[v.n++] = i;
    }
    assert_true(v.cap <= 1000);
    assert_int_equal(vec_reserve(&v, 1, 1000), VOC_E_LIMIT);
    assert_int_equal(vec_reserve(&v, SIZE_MAX, SIZE_MAX), VOC_E_LIMIT);
    assert_int_equal(vec_reserve(&v, SIZE_MAX / 2, SIZE_MAX), VOC_E_LIMIT); // its bytes overflow
    for (uint32_t i = 0; i < 1000; i++) assert_int_equal(v.at[i], i);
    vec_free(&v);
    assert_null(v.at);
    assert_int_equal(v.cap, 0);
}

static voc_rc buf_work(void *user)
{
    struct buf b;
    VEC(uint64_t) v = {0};
    (void)user;
    buf_init(&b, 100000);
    for (int i = 0; i < 50; i++) {
        buf_printf(&b, "%d %100d", i, i);
        buf_json(&b, STR("quo\"ted\n"));
        buf_fill(&b, 'x', 100);
        buf_room(&b, 50);
    }
    voc_rc rc = b.rc;
    for (size_t i = 0; rc == VOC_OK && i < 500; i++) {
        rc = vec_reserve(&v, 1, 1000);
        if (rc == VOC_OK) v.at[v.n++] = i;
    }
    vec_free(&v);
    buf_done(&b);
    return rc;
}

static void buffers_and_arrays_report_each_failed_allocation_and_leak_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(buf_work, NULL) >= 12);
}

static void a_buffer_that_ran_out_of_memory_keeps_what_it_has(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    buf_cstr(&b, "kept");
    mem_fault(1, false);
    assert_int_equal(buf_fill(&b, 'x', 5000), VOC_E_NOMEM);
    mem_fault(0, false);
    assert_string_equal(b.ptr, "kept");
    assert_int_equal(buf_byte(&b, 'x'), VOC_E_NOMEM); // though there would be room
    assert_string_equal(b.ptr, "kept");
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_add_up_and_are_terminated),
        cmocka_unit_test(a_name_stands_where_its_word_stood),
        cmocka_unit_test(an_empty_append_gives_an_empty_string),
        cmocka_unit_test(the_maximum_is_kept_to_the_byte_and_a_failure_stays),
        cmocka_unit_test(printf_grows_and_keeps_the_maximum),
        cmocka_unit_test(room_is_writable_and_terminated),
        cmocka_unit_test(a_byte_is_escaped_the_same_wherever_it_stands),
        cmocka_unit_test(json_strings_are_quoted_valid_and_harmless),
        cmocka_unit_test(arrays_grow_within_their_maximum),
        cmocka_unit_test(buffers_and_arrays_report_each_failed_allocation_and_leak_nothing),
        cmocka_unit_test(a_buffer_that_ran_out_of_memory_keeps_what_it_has),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
