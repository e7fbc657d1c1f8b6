// SPDX-License-Identifier: MIT
// Alias sets as text: any value survives, equal sets are equal texts, and what is not of the form is refused.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "store/store.h"

static voc_alias alias(const char *kind, const char *value, uint32_t strong)
{
    return (voc_alias){str_of(kind), str_of(value), strong, 0};
}

static void a_set_reads_as_it_is_specified(void **state)
{
    (void)state;
    voc_alias a[] = {alias("email", "ann@example.com", 1), alias("cookie", "c\x1f\x1e\\=+-", 0)};
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(aliases_encode(&b, a, 2), VOC_OK);
    assert_string_equal(b.ptr, "+email=ann@example.com\x1f-cookie=c\\\x1f\\\x1e\\\\=+-");
    buf_clear(&b);
    assert_int_equal(aliases_encode(&b, a, 0), VOC_OK);
    assert_int_equal(b.len, 0);
    buf_done(&b);
}

static void hostile_values_survive(void **state)
{
    (void)state;
    static const char letters[] = {0x1f, 0x1e, '\\', '=', '+', '-', 'a', '\0', '\n', (char)0xc3, (char)0xa9};
    unsigned random = 7;
    for (unsigned round = 0; round < 5000; round++) {
        char values[VOC_ALIASES_MAX][8];
        voc_alias in[VOC_ALIASES_MAX], out[VOC_ALIASES_MAX];
        size_t n = round % (VOC_ALIASES_MAX + 1), got = 99;
        struct arena a;
        struct buf b;
        for (size_t i = 0; i < n; i++) {
            size_t len = 1 + (random = random * 1103515245u + 12345u) / 65536u % 7;
            for (size_t k = 0; k < len; k++) values[i][k] = letters[(random = random * 1103515245u + 12345u) / 65536u % sizeof letters];
            in[i] = (voc_alias){STR("crm-lead"), {values[i], len}, random >> 20 & 1, 0};
        }
        buf_init(&b, 10000);
        arena_init(&a, 0);
        assert_int_equal(aliases_encode(&b, in, n), VOC_OK);
        assert_int_equal(aliases_decode(&a, str_mk(b.ptr, b.len), out, &got), VOC_OK);
        assert_int_equal(got, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(str_eq(in[i].kind, out[i].kind));
            assert_true(str_eq(in[i].value, out[i].value));
            assert_int_equal(in[i].strong, out[i].strong);
        }
        arena_done(&a);
        buf_done(&b);
    }
}

static void what_is_not_a_set_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"email=x", "+=x", "+email", "+email=", "+", "+email=x\x1f", "\x1f", "+email=x\x1e", "+email=x\\", "+email=x\\y",
                                      "+e\\mail=x", ("+email=x\x1f" "email=y"), "+email=x\x1f\x1f+email=y"};
    voc_alias out[VOC_ALIASES_MAX];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena a;
        size_t n = 77;
        arena_init(&a, 0);
        assert_int_equal(aliases_decode(&a, str_of(bad[i]), out, &n), VOC_E_INPUT);
        assert_int_equal(n, 77);
        arena_done(&a);
    }
}

static void there_are_at_most_eight(void **state)
{
    (void)state;
    voc_alias nine[VOC_ALIASES_MAX + 1], out[VOC_ALIASES_MAX];
    struct buf b;
    struct arena a;
    size_t n = 0;
    for (size_t i = 0; i < VOC_ALIASES_MAX + 1; i++) nine[i] = alias("id", "x", 1);
    buf_init(&b, 1000);
    arena_init(&a, 0);
    assert_int_equal(aliases_encode(&b, nine, VOC_ALIASES_MAX + 1), VOC_E_BUG);
    assert_int_equal(aliases_encode(&b, nine, VOC_ALIASES_MAX), VOC_OK);
    (void)buf_cstr(&b, "\x1f+id=y");
    assert_int_equal(aliases_decode(&a, str_mk(b.ptr, b.len), out, &n), VOC_E_INPUT);
    arena_done(&a);
    buf_done(&b);
}

static void kinds_and_values_that_cannot_be_told_apart_are_refused(void **state)
{
    (void)state;
    voc_alias bad[] = {alias("", "x", 1), alias("e=m", "x", 1), alias("e\x1fm", "x", 1), alias("email", "", 1), alias("email", "x", 2)};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buf b;
        buf_init(&b, 1000);
        assert_int_equal(aliases_encode(&b, &bad[i], 1), VOC_E_BUG);
        assert_int_equal(b.len, 0);
        buf_done(&b);
    }
}

static void blanks_and_capitals_of_addresses_make_nobody_else(void **state)
{
    (void)state;
    const voc_alias raw[] = {alias("email", "\xC2\xA0" " Ana@X.Example\t", 1), alias("id", " Ana\xC2\xA0 ", 0), alias("id", " \xC2\xA0", 1),
                             alias("id", "\xC3\xA0", 1), alias("id", "\xC2\xA7 7", 1), alias("email", "bo@x.example", 1)};
    static const bool bare[] = {false, false, false, false, false, true}; // those of two that only look as if
    voc_alias out[VOC_ALIASES_MAX];
    struct buf room;
    size_t n = 0;
    buf_init(&room, 1000);
    for (size_t i = 0; i < sizeof raw / sizeof *raw; i++) assert_int_equal(alias_is_bare(&raw[i]), bare[i]);
    assert_int_equal(aliases_bare(&room, raw, sizeof raw / sizeof *raw, out, &n), VOC_OK);
    static const char *const expected[] = {"ana@x.example", "Ana", "\xC3\xA0", "\xC2\xA7 7", "bo@x.example"};
    assert_int_equal(n, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < n; i++) {
        assert_true(str_is(out[i].value, expected[i]));
        assert_int_equal(out[i].strong, i != 1);
    }
    buf_done(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_reads_as_it_is_specified),
        cmocka_unit_test(hostile_values_survive),
        cmocka_unit_test(what_is_not_a_set_is_refused),
        cmocka_unit_test(there_are_at_most_eight),
        cmocka_unit_test(blanks_and_capitals_of_addresses_make_nobody_else),
        cmocka_unit_test(kinds_and_values_that_cannot_be_told_apart_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
