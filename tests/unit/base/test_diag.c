// SPDX-License-Identifier: MIT
// Unit tests of base/diag.h: what is kept, what is shown, and how it reads.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "base/diag.h"
#include "base/str.h"

static void check_format(const struct diag_msg *m, const char *expected)
{
    struct buf b;
    buf_init(&b, 10000);
    diag_format(&b, m);
    assert_string_equal(b.ptr, expected);
    buf_done(&b);
}

static void a_message_says_where_what_and_what_to_do(void **state)
{
    (void)state;
    struct diag_msg m = {VOC_ERROR, "XML-001", "in/a.xml", 12, 7, "wrong", "mend it"};
    check_format(&m, "in/a.xml:12:7: error: wrong [XML-001]\n  mend it\n");
    m.column = 0;
    m.hint = NULL;
    m.severity = VOC_WARNING;
    check_format(&m, "in/a.xml:12: warning: wrong [XML-001]\n");
    m.line = 0;
    m.severity = VOC_INFO;
    m.code = NULL;
    check_format(&m, "in/a.xml: info: wrong\n");
    m.file = NULL;
    check_format(&m, "info: wrong\n");
    m.line = 9;
    check_format(&m, "info: line 9: wrong\n");
}

static void a_message_cannot_steer_the_terminal(void **state)
{
    (void)state;
    struct diag_msg m = {VOC_ERROR, "C\x1b", "f\nx\x1b[31m", 1, 0, "a\tb\x7f \xC2\x9b \xE2\x80\xAE z\xFF caf\xC3\xA9", "\x07"};
    check_format(&m, "f\\x0ax\\x1b[31m:1: error: a\\x09b\\x7f \\x9b \\u202e z\\xff caf\xC3\xA9 [C\\x1b]\n  \\x07\n");
}

static void messages_are_kept_in_order_and_copied(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    char file[] = "a.csv", hint[] = "hint";
    diag_error(d, "A-1", file, 3, hint, "bad %d of %s", 7, "x");
    diag_warn(d, "A-2", NULL, 0, NULL, "second");
    memset(file, 'z', sizeof file - 1);
    memset(hint, 'z', sizeof hint - 1);
    assert_int_equal(diag_n(d), 2);
    assert_string_equal(diag_at(d, 0)->file, "a.csv");
    assert_string_equal(diag_at(d, 0)->hint, "hint");
    assert_string_equal(diag_at(d, 0)->message, "bad 7 of x");
    assert_int_equal(diag_at(d, 0)->line, 3);
    assert_null(diag_at(d, 1)->file);
    assert_int_equal(diag_at(d, 1)->severity, VOC_WARNING);
    assert_null(diag_at(d, 2));
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    assert_int_equal(diag_count(d, VOC_WARNING), 1);
    assert_int_equal(diag_count(d, VOC_INFO), 0);
    diag_free(d);
}

static void hear(void *user, const struct diag_msg *m)
{
    (void)m;
    ++*(int *)user;
}

static void repeats_of_one_code_are_shown_twenty_times_and_all_counted(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    int heard = 0;
    diag_listen(d, hear, &heard);
    for (int i = 0; i < 1000; i++) diag_warn(d, "ROW-001", "f", (uint64_t)i + 1, NULL, "row %d", i);
    diag_error(d, "ROW-002", "f", 0, NULL, "another");
    assert_int_equal(diag_n(d), 21);
    assert_int_equal(heard, 21);
    assert_string_equal(diag_at(d, 19)->message, "row 19");
    assert_string_equal(diag_at(d, 20)->message, "another");
    assert_int_equal(diag_count(d, VOC_WARNING), 1000);
    diag_listen(d, NULL, NULL);
    diag_error(d, "ROW-003", "f", 0, NULL, "unheard");
    assert_int_equal(heard, 21);
    diag_free(d);
}

static void endless_new_codes_do_not_fill_memory(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    for (int i = 0; i < 10500; i++) {
        char code[32];
        (void)snprintf(code, sizeof code, "MADE-%d", i);
        diag_put(d, VOC_INFO, code, NULL, 0, NULL, "x");
    }
    assert_int_equal(diag_n(d), 10000);
    assert_int_equal(diag_count(d, VOC_INFO), 10500);
    diag_free(d);
}

static void a_long_message_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    char text[5001];
    for (size_t i = 0; i < 5000; i += 2) memcpy(text + i, "\xC3\xA9", 2);
    text[5000] = '\0';
    diag_error(d, "L", NULL, 0, NULL, "%s", text);
    diag_error(d, "L", NULL, 0, NULL, "x%s", text);
    for (size_t i = 0; i < 2; i++) {
        voc_str m = str_of(diag_at(d, i)->message);
        assert_true(m.len > 2000 && m.len < 2048);
        assert_true(str_ends(m, "\xC3\xA9..."));
    }
    diag_free(d);
}

static void without_a_collector_nothing_happens(void **state)
{
    (void)state;
    struct diag_msg m = {.severity = VOC_ERROR, .message = "x"};
    diag_add(NULL, &m);
    diag_error(NULL, "X", NULL, 0, NULL, "x");
    diag_listen(NULL, hear, NULL);
    assert_int_equal(diag_n(NULL), 0);
    assert_int_equal(diag_count(NULL, VOC_ERROR), 0);
    assert_null(diag_at(NULL, 0));
    diag_free(NULL);
}

static void *add_many(void *user)
{
    for (int i = 0; i < 2000; i++) diag_warn(user, i % 2 ? "T-1" : "T-2", "f", 0, NULL, "m");
    return NULL;
}

static void threads_may_add_at_once(void **state)
{
    (void)state;
    struct diag *d = diag_new();
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&thread[i], NULL, add_many, d), 0);
    for (int i = 0; i < 4; i++) pthread_join(thread[i], NULL);
    assert_int_equal(diag_count(d, VOC_WARNING), 8000);
    assert_int_equal(diag_n(d), 40);
    diag_free(d);
}

static void out_of_memory_loses_the_copy_but_not_the_count(void **state)
{
    (void)state;
    struct mem_stats before = mem_stats();
    struct diag *d = diag_new();
    int heard = 0;
    diag_listen(d, hear, &heard);
    mem_fault(1, true);
    diag_error(d, "NOMEM", "f", 1, NULL, "said");
    mem_fault(0, false);
    assert_int_equal(heard, 1);
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    assert_int_equal(diag_n(d), 0);
    for (uint64_t nth = 1; nth < 8; nth++) {
        mem_fault(nth, false);
        diag_error(d, "NOMEM", "f", 1, "hint", "said");
        mem_fault(0, false);
    }
    assert_int_equal(diag_count(d, VOC_ERROR), 8);
    assert_int_equal(heard, 8);
    diag_free(d);
    assert_int_equal(mem_stats().live_bytes, before.live_bytes);
    mem_fault(1, false);
    assert_null(diag_new());
    mem_fault(0, false);
}

static void cleared_messages_are_gone_and_their_codes_are_shown_again(void **state)
{
    (void)state;
    const struct mem_stats before = mem_stats();
    struct diag *d = diag_new();
    for (int i = 0; i < 30; i++) diag_error(d, "SAME", NULL, 0, NULL, "number %d", i);
    assert_int_equal(diag_n(d), 20);
    diag_clear(d);
    assert_int_equal(diag_n(d), 0);
    assert_int_equal(diag_count(d, VOC_ERROR), 0);
    assert_null(diag_at(d, 0));
    diag_error(d, "SAME", NULL, 0, NULL, "anew");
    assert_int_equal(diag_n(d), 1);
    assert_string_equal(diag_at(d, 0)->message, "anew");
    diag_free(d);
    assert_int_equal(mem_stats().live_bytes, before.live_bytes);
    diag_clear(NULL);
}

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(rc_name(VOC_E_NOMEM), "out of memory");
    for (int i = VOC_OK; i <= VOC_E_BUSY; i++) {
        assert_string_not_equal(rc_name((voc_rc)i), "an unknown status");
        for (int k = VOC_OK; k < i; k++) assert_string_not_equal(rc_name((voc_rc)i), rc_name((voc_rc)k));
    }
    assert_string_equal(rc_name((voc_rc)99), "an unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_says_where_what_and_what_to_do),
        cmocka_unit_test(a_message_cannot_steer_the_terminal),
        cmocka_unit_test(messages_are_kept_in_order_and_copied),
        cmocka_unit_test(repeats_of_one_code_are_shown_twenty_times_and_all_counted),
        cmocka_unit_test(endless_new_codes_do_not_fill_memory),
        cmocka_unit_test(a_long_message_is_cut_at_a_whole_character),
        cmocka_unit_test(without_a_collector_nothing_happens),
        cmocka_unit_test(threads_may_add_at_once),
        cmocka_unit_test(out_of_memory_loses_the_copy_but_not_the_count),
        cmocka_unit_test(cleared_messages_are_gone_and_their_codes_are_shown_again),
        cmocka_unit_test(every_status_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("base/diag", tests, NULL, NULL);
}
