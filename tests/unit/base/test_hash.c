// SPDX-License-Identifier: MIT
// Unit tests of base/hash.h: BLAKE2b-256, XXH3, and the dictionary of strings.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "base/scan.h"
#include "base/str.h"
#include "tests/unit/base/fault.h"

static void check_hash(voc_str in, const char *expected)
{
    unsigned char out[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    hash_of(in.ptr, in.len, out);
    hash_hex(out, hex);
    assert_string_equal(hex, expected);
}

// Values of b2sum -l 256.
static void hashes_are_blake2b_of_256_bits(void **state)
{
    (void)state;
    check_hash(STR(""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    check_hash(STR("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void pieces_hash_as_the_whole(void **state)
{
    (void)state;
    unsigned char data[1000], whole[HASH_BYTES], pieces[HASH_BYTES];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 7);
    hash_of(data, sizeof data, whole);
    for (size_t step = 1; step < 200; step += 13) {
        struct hash_state h;
        hash_begin(&h);
        for (size_t at = 0; at < sizeof data; at += step) hash_add(&h, data + at, sizeof data - at < step ? sizeof data - at : step);
        hash_add(&h, NULL, 0);
        hash_end(&h, pieces);
        assert_memory_equal(whole, pieces, HASH_BYTES);
    }
}

// XXH3-128 as `xxh128sum` prints it, then the mark that it is that.
static void fingerprints_are_xxh3_and_told_from_older_hashes(void **state)
{
    (void)state;
    unsigned char data[3000], whole[HASH_BYTES], pieces[HASH_BYTES];
    char hex[2 * HASH_BYTES + 1];
    fingerprint_of(NULL, 0, whole);
    hash_hex(whole, hex);
    assert_memory_equal(hex, "99aa06d3014798d86001c324468d497f", 32);
    fingerprint_of("abc", 3, whole);
    hash_hex(whole, hex);
    assert_memory_equal(hex, "06b05ab6733a618578af5f94892f3950", 32);
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 7);
    fingerprint_of(data, sizeof data, whole);
    assert_true(fingerprint_is(whole));
    for (size_t step = 1; step < 700; step += 13) {
        struct fingerprint f;
        fingerprint_begin(&f);
        for (size_t at = 0; at < sizeof data; at += step) {
            fingerprint_add(&f, data + at, sizeof data - at < step ? sizeof data - at : step);
            if (at % 5 == 0) fingerprint_end(&f, pieces); // of the bytes so far
        }
        fingerprint_add(&f, NULL, 0);
        fingerprint_end(&f, pieces);
        assert_memory_equal(whole, pieces, HASH_BYTES);
    }
    whole[3] ^= 1;
    assert_false(fingerprint_is(whole));
    hash_of(data, sizeof data, whole);
    assert_false(fingerprint_is(whole));
}

static void hex_reads_back_and_rubbish_does_not(void **state)
{
    (void)state;
    unsigned char in[HASH_BYTES], out[HASH_BYTES] = {0};
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++) in[i] = (unsigned char)(i * 37 + 11);
    hash_hex(in, hex);
    assert_true(hash_from_hex(str_of(hex), out));
    assert_memory_equal(in, out, HASH_BYTES);
    assert_false(hash_from_hex(str_mk(hex, 63), out));
    hex[63] = 'g';
    assert_false(hash_from_hex(str_of(hex), out));
    hex[63] = 'F';
    assert_true(hash_from_hex(str_of(hex), out));
    assert_int_equal(out[31] & 15, 15);
}

static void table_hashes_are_xxh3_and_depend_on_the_seed(void **state)
{
    (void)state;
    assert_true(hash64("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash64(NULL, 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash64("abc", 3, 0) != hash64("abc", 3, 1));
    assert_true(hash64("abc", 3, 0) != hash64("abd", 3, 0));
}

static void long_texts_have_one_hash_in_every_form(void **state)
{
    (void)state;
    static unsigned char text[20000];
    unsigned form = 0, tried = 0;
    for (size_t i = 0; i < sizeof text; i++) text[i] = (unsigned char)(i * 131 + (i >> 7));
    for (size_t len = 900; len + 3 <= sizeof text; len += len < 1100 ? 1 : 611) {
        uint64_t plain = 0;
        for (form = 0; scan_form(form); form++) {
            if (!scan_use(form)) continue;
            const uint64_t got = hash64(text + len % 3, len, len * 7);
            if (form == 0) plain = got;
            assert_int_equal(got, plain);
            tried++;
        }
    }
    assert_true(tried > 200);
    while (form && !scan_use(--form)) {}
}

static void codes_are_dense_in_order_of_first_appearance(void **state)
{
    (void)state;
    struct dict *d = NULL;
    char text[32];
    uint32_t code = 0;
    assert_int_equal(dict_new(&d, 0), VOC_OK);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 20000; i++) {
            int n = snprintf(text, sizeof text, "name-%u", i * 7919u);
            assert_int_equal(dict_code(d, str_mk(text, (size_t)n), &code), VOC_OK);
            assert_int_equal(code, i);
        }
    }
    assert_int_equal(dict_n(d), 20000);
    for (uint32_t i = 0; i < 20000; i++) {
        int n = snprintf(text, sizeof text, "name-%u", i * 7919u);
        assert_true(str_is(dict_at(d, i), text));
        assert_true(dict_find(d, str_mk(text, (size_t)n), &code));
        assert_int_equal(code, i);
    }
    assert_false(dict_find(d, STR("absent"), &code));
    assert_int_equal(dict_at(d, 20000).len, 0);
    dict_free(d);
    dict_free(NULL);
}

static void a_dictionary_owns_its_strings_whatever_they_hold(void **state)
{
    (void)state;
    struct dict *d = NULL;
    uint32_t a = 9, b = 9, c = 9, e = 9;
    char text[] = "x\0y";
    static char big[3000000];
    memset(big, 'b', sizeof big);
    assert_int_equal(dict_new(&d, 0), VOC_OK);
    assert_int_equal(dict_code(d, str_mk(text, 3), &a), VOC_OK);
    assert_int_equal(dict_code(d, str_mk(text, 1), &b), VOC_OK);
    assert_int_equal(dict_code(d, (voc_str){NULL, 0}, &c), VOC_OK);
    assert_int_equal(dict_code(d, str_mk(big, sizeof big), &e), VOC_OK);
    text[0] = 'z';
    assert_int_equal(a, 0);
    assert_int_equal(b, 1);
    assert_int_equal(c, 2);
    assert_int_equal(e, 3);
    assert_memory_equal(dict_at(d, 0).ptr, "x\0y", 3);
    assert_int_equal(dict_at(d, 2).len, 0);
    assert_int_equal(dict_at(d, 3).len, sizeof big);
    assert_int_equal(dict_code(d, STR(""), &a), VOC_OK);
    assert_int_equal(a, 2);
    dict_free(d);
}

static void strings_of_any_length_are_kept_whole_while_the_dictionary_grows(void **state)
{
    (void)state;
    struct dict *d = NULL;
    char text[80];
    uint32_t code = 0;
    assert_int_equal(dict_new(&d, 0), VOC_OK);
    for (uint32_t i = 0; i < 8000; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof text);
        (void)snprintf(text, sizeof text, "%06u", i);
        text[6] = '-';
        assert_int_equal(dict_code(d, str_mk(text, 7 + i % 64), &code), VOC_OK);
        assert_int_equal(code, i);
    }
    for (uint32_t i = 0; i < 8000; i++) {
        memset(text, 'a' + (int)(i % 26), sizeof text);
        (void)snprintf(text, sizeof text, "%06u", i);
        text[6] = '-';
        assert_int_equal(dict_at(d, i).len, 7 + i % 64);
        assert_memory_equal(dict_at(d, i).ptr, text, 7 + i % 64);
        assert_true(dict_find(d, str_mk(text, 7 + i % 64), &code));
        assert_int_equal(code, i);
    }
    dict_free(d);
}

static void a_cleared_dictionary_begins_anew_with_the_memory_that_it_has(void **state)
{
    (void)state;
    struct dict *d = NULL;
    uint32_t code;
    assert_int_equal(dict_new(&d, 1 << 24), VOC_OK);
    for (unsigned round = 0; round < 40; round++) {
        unsigned n = round % 3 == 0 ? 5000 : round; // large, then small: the slots shrink
        for (unsigned i = 0; i < n; i++) {
            char text[40];
            int len = snprintf(text, sizeof text, "round %u, string %u", round, i);
            voc_str s = {text, (size_t)len};
            assert_false(dict_find(d, s, &code));
            assert_int_equal(dict_code_hashed(d, s, hash64(s.ptr, s.len, 0), &code), VOC_OK);
            assert_int_equal(code, i);
            assert_true(dict_find_hashed(d, s, hash64(s.ptr, s.len, 0), &code));
            assert_true(str_eq(dict_at(d, code), s));
        }
        assert_int_equal(dict_n(d), n);
        dict_clear(d);
        assert_int_equal(dict_n(d), 0);
        assert_false(dict_find(d, STR("round 0, string 0"), &code));
    }
    dict_free(d);
}

static void strings_are_found_side_by_side_as_one_by_one(void **state)
{
    (void)state;
    enum { N = 700 };
    struct dict *d = NULL;
    static char texts[N][48];
    voc_str s[N];
    uint64_t hash[N];
    uint32_t value[N], one;
    assert_int_equal(dict_new(&d, 1 << 24), VOC_OK);
    for (unsigned i = 0; i < N; i++) { // every second one is there, and every third is a long one
        s[i] = str_mk(texts[i], (size_t)snprintf(texts[i], sizeof texts[i], i % 3 ? "%u" : "a text that is longer than an entry: %u", i * 7));
        hash[i] = hash64(s[i].ptr, s[i].len, 0);
        if (i % 2) assert_int_equal(dict_code_hashed(d, s[i], hash[i], &one), VOC_OK);
        if (i % 4 == 1) *dict_value(d, one) = i; // it stays while others come
    }
    for (size_t n = 0; n <= N; n += n < 40 ? 1 : 110) {
        dict_find_all(d, s, hash, n, value);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(dict_find_hashed(d, s[i], hash[i], &one), i % 2);
            assert_int_equal(value[i], i % 4 == 1 ? i : 0);
        }
    }
    hash[1] = hash[3]; // another string with the same tag
    assert_false(dict_find_hashed(d, s[1], hash[1], &one));
    dict_find_all(d, s, hash, 6, value);
    assert_int_equal(value[1], 0);
    assert_int_equal(value[5], 5);
    dict_free(d);
}

static void the_bound_of_a_dictionary_stops_new_strings_only(void **state)
{
    (void)state;
    struct dict *d = NULL;
    uint32_t code = 77;
    assert_int_equal(dict_new(&d, 60), VOC_OK); // 24 a string and its text
    assert_int_equal(dict_code(d, STR("123456"), &code), VOC_OK);
    assert_int_equal(dict_code(d, STR("abcdefg"), &code), VOC_E_LIMIT);
    assert_int_equal(dict_code(d, STR("abcdef"), &code), VOC_OK);
    assert_int_equal(code, 1);
    assert_int_equal(dict_code(d, STR(""), &code), VOC_E_LIMIT);
    assert_int_equal(dict_code(d, STR("123456"), &code), VOC_OK);
    assert_int_equal(code, 0);
    assert_int_equal(dict_n(d), 2);
    dict_free(d);
}

static voc_rc dict_work(void *user)
{
    struct dict *d = NULL;
    char text[64];
    (void)user;
    voc_rc rc = dict_new(&d, 0);
    for (uint32_t i = 0; rc == VOC_OK && i < 300; i++) {
        uint32_t code = 0;
        int n = snprintf(text, sizeof text, "a string with some length %u", i);
        rc = dict_code(d, str_mk(text, (size_t)n), &code);
        if (rc) {
            assert_int_equal(dict_n(d), i); // whole: neither half an entry, nor a lost one
            assert_false(dict_find(d, str_mk(text, (size_t)n), &code));
            mem_fault(0, false);
            assert_int_equal(dict_code(d, str_mk(text, (size_t)n), &code), VOC_OK);
            assert_int_equal(code, i);
        }
    }
    dict_free(d);
    return rc;
}

static void a_dictionary_reports_each_failed_allocation_and_can_go_on(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(dict_work, NULL) >= 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_blake2b_of_256_bits),
        cmocka_unit_test(pieces_hash_as_the_whole),
        cmocka_unit_test(fingerprints_are_xxh3_and_told_from_older_hashes),
        cmocka_unit_test(hex_reads_back_and_rubbish_does_not),
        cmocka_unit_test(table_hashes_are_xxh3_and_depend_on_the_seed),
        cmocka_unit_test(long_texts_have_one_hash_in_every_form),
        cmocka_unit_test(codes_are_dense_in_order_of_first_appearance),
        cmocka_unit_test(a_dictionary_owns_its_strings_whatever_they_hold),
        cmocka_unit_test(strings_of_any_length_are_kept_whole_while_the_dictionary_grows),
        cmocka_unit_test(a_cleared_dictionary_begins_anew_with_the_memory_that_it_has),
        cmocka_unit_test(strings_are_found_side_by_side_as_one_by_one),
        cmocka_unit_test(the_bound_of_a_dictionary_stops_new_strings_only),
        cmocka_unit_test(a_dictionary_reports_each_failed_allocation_and_can_go_on),
    };
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
