// SPDX-License-Identifier: MIT
// Attributes that are known again without a text being made of them get the text that they would have got: whatever their order,
// types and lengths, across blocks, after text that is none, and where they never repeat.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/coding/coding.h"

enum { ATTRS_MOST = 8, BLOCK_ROWS = 700 };

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

// Values that look alike: the same digits as a text, a whole number and a truth; texts that differ in their middle only.
static voc_attr some_attr(uint64_t *seed)
{
    static const char *const keys[] = {"k", "channel", "org:role", "a key of more than sixteen", "a key of more than sixteeN", "a key that is longer than thirty-two bytes"};
    static const char *const texts[] = {"", "1", "0", "web", "webs", "12345678", "123456789", "0123456789abcdefX0123456789", "0123456789abcdefY0123456789", "q\"uote",
                                        "thirty-two bytes and then some more of it", "thirty-two bytes and then some most of it"};
    voc_attr a = {.key = str_of(keys[next(seed) % 6]), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    switch (next(seed) % 8) {
    case 0: a.type = VOC_TYPE_INT, a.time_us = next(seed) % 3; break;
    case 1: a.type = VOC_TYPE_BOOL, a.time_us = next(seed) % 2; break;
    case 2: a.type = VOC_TYPE_REAL, a.number = next(seed) % 4 / 2.0; break;
    case 3: a.entity = VOC_ENTITY_CASE; // not the event's own
    // fall through
    default: a.text = str_of(texts[next(seed) % 12]);
    }
    return a;
}

static voc_row row_of(const voc_attr *attrs, size_t n)
{
    voc_row r = voc_row_init(VOC_ROW_EVENT);
    r.time_us = 1;
    r.action = STR("a");
    r.attrs = attrs;
    r.n_attrs = n;
    return r;
}

static voc_rc give(struct coder *c, const voc_row *r)
{
    static const uint64_t one = 1;
    static const uint32_t none;
    bool unset = false;
    const struct coder_rows b = {(const char *)r, sizeof *r, 1, &one, &one, &none, 1, VOC_RES_US};
    return coder_events(c, &b, &unset);
}

// Row number c->n - 1 has the text that is made of its attributes where nothing was met before.
static void same_text(struct coder *c, struct coder *fresh, const voc_row *r)
{
    voc_str want;
    struct coded_block b;
    assert_int_equal(coder_attrs(fresh, r, &want), VOC_OK);
    assert_int_equal(coder_coded(c, 0, &b), VOC_OK);
    voc_str got = b.events.attrs ? b.strings[b.events.attrs[c->n - 1]] : STR("");
    if (!str_eq(got, want)) fail_msg("%.*s for %.*s", (int)got.len, got.ptr, (int)want.len, want.ptr);
}

static void check_sender(uint32_t sender)
{
    struct coder c, fresh;
    uint64_t seed = 42 + sender;
    assert_int_equal(coder_init(&c, sender), VOC_OK);
    assert_int_equal(coder_init(&fresh, 0), VOC_OK);
    for (unsigned block = 0; block < 6; block++) {
        for (unsigned i = 0; i < BLOCK_ROWS; i++) {
            voc_attr attrs[ATTRS_MOST];
            const size_t n = next(&seed) % (i % 10 ? 3 : ATTRS_MOST + 1);
            for (size_t k = 0; k < n; k++) attrs[k] = some_attr(&seed);
            const voc_row r = row_of(attrs, n);
            assert_int_equal(give(&c, &r), VOC_OK);
            same_text(&c, &fresh, &r);
        }
        coder_clear(&c);
    }
    assert_false(c.attrs_met.vary);
    coder_done(&c);
    coder_done(&fresh);
}

static void they_get_the_text_that_they_would_have_got(void **state)
{
    (void)state;
    check_sender(0); // strings of each block anew
    check_sender(1); // they stay
}

static void what_was_refused_is_refused_again(void **state)
{
    (void)state;
    struct coder c, fresh;
    assert_int_equal(coder_init(&c, 1), VOC_OK);
    assert_int_equal(coder_init(&fresh, 0), VOC_OK);
    const voc_attr bad = {.key = STR("k"), .text = STR("\xff"), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    const voc_attr good = {.key = STR("k"), .text = STR("v"), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
    const voc_row none = row_of(&bad, 1), sound = row_of(&good, 1);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(give(&c, &none), VOC_E_INPUT);
        assert_int_equal(give(&c, &sound), VOC_OK);
        same_text(&c, &fresh, &sound);
    }
    assert_int_equal(c.n, 4);
    coder_done(&c);
    coder_done(&fresh);
}

static void what_never_repeats_is_not_asked_for_again(void **state)
{
    (void)state;
    struct coder c, fresh;
    char text[24];
    assert_int_equal(coder_init(&c, 1), VOC_OK);
    assert_int_equal(coder_init(&fresh, 0), VOC_OK);
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "order %u", i);
        const voc_attr a = {.key = STR("order"), .text = str_of(text), .entity = VOC_ENTITY_EVENT, .time_us = VOC_NA};
        const voc_row r = row_of(&a, 1);
        assert_int_equal(give(&c, &r), VOC_OK);
        same_text(&c, &fresh, &r);
    }
    assert_true(c.attrs_met.vary);
    coder_done(&c);
    coder_done(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_get_the_text_that_they_would_have_got),
        cmocka_unit_test(what_was_refused_is_refused_again),
        cmocka_unit_test(what_never_repeats_is_not_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
