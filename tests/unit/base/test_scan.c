// SPDX-License-Identifier: MIT
// Every form of scan_marks and xml_marks that this processor has gives what a loop over the bytes gives, at every length and
// alignment.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/scan.h"
#include "base/xml_marks.h"

#define LONGEST 700u

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void compare(const char *ptr, size_t len, char a, char b)
{
    uint32_t *got = malloc((len + SCAN_SLACK) * sizeof *got);
    size_t n = 0;
    bool has_b = false, has;
    assert_non_null(got);
    size_t n_got = scan_marks(ptr, len, a, b, got, &has);
    for (size_t i = 0; i < len; i++) {
        if (ptr[i] != a && ptr[i] != b) continue;
        has_b = has_b || ptr[i] != a;
        assert_true(n < n_got);
        assert_int_equal(got[n], i);
        n++;
    }
    assert_int_equal(n, n_got);
    assert_int_equal(has, has_b);
    free(got);
}

static void every_form_gives_the_same(void **state)
{
    static const char bytes[] = ",\"\n;\r\t a\x80\xff\x7f\x01";
    uint64_t seed = 5;
    (void)state;
    for (unsigned form = 0; scan_form(form); form++) {
        if (!scan_use(form)) continue;
        for (unsigned round = 0; round < 4000; round++) {
            size_t at = next(&seed) % 70, len = round < 300 ? round : next(&seed) % LONGEST;
            unsigned dense = (unsigned)(next(&seed) % 4); // from all bytes fit to nearly none
            char *all = malloc(at + len + 1), *p = all + at; // nothing behind it may be read: a sanitizer says so
            assert_non_null(all);
            for (size_t i = 0; i < at; i++) all[i] = ','; // what is before it does not count
            for (size_t i = 0; i < len; i++)
                p[i] = dense == 0                             ? ','
                       : next(&seed) % (1u << 2 * dense) == 0 ? bytes[next(&seed) % (sizeof bytes - 1)]
                                                              : (char)next(&seed);
            compare(p, len, ',', '"');
            compare(p, len, bytes[next(&seed) % (sizeof bytes - 1)], bytes[next(&seed) % (sizeof bytes - 1)]);
            compare(p, len, '\n', '\n');
            compare(p, len, 0, (char)0x80);
            free(all);
        }
    }
}

static void the_portable_form_is_there_on_every_processor(void **state)
{
    (void)state;
    assert_string_equal(scan_form(0), "plain");
    assert_true(scan_use(0));
    assert_false(scan_use(99));
    assert_null(scan_form(99));
}

static void what_is_marked_in_xml_is_the_same_in_every_form(void **state)
{
    enum { WORDS = 5 };
    static const char marked[] = "\"&'<]\n\t\r";
    uint64_t seed = 7;
    (void)state;
    for (unsigned form = 0; scan_form(form); form++) {
        if (!scan_use(form)) continue;
        for (unsigned round = 0; round < 1000; round++) {
            char *text = malloc(64 * WORDS);
            uint64_t got[WORDS], plain[WORDS];
            assert_non_null(text);
            for (size_t i = 0; i < 64 * WORDS; i++) text[i] = round == 0 ? (char)i : (char)next(&seed);
            xml_marks(text, WORDS, got);
            xml_marks_plain(text, WORDS, plain);
            assert_memory_equal(got, plain, sizeof got);
            for (size_t i = 0; i < 64 * WORDS; i++) {
                const unsigned char c = (unsigned char)text[i];
                assert_int_equal(got[i / 64] >> i % 64 & 1, c < 32 || c > 127 || (c && strchr(marked, c)));
            }
            free(text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_same),
        cmocka_unit_test(what_is_marked_in_xml_is_the_same_in_every_form),
        cmocka_unit_test(the_portable_form_is_there_on_every_processor),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
