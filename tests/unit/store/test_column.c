// SPDX-License-Identifier: MIT
// Columns and blocks of the project file: what is written comes back, and damage is found.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>
#include "base/scan.h"
#include "base/str.h"
#include "store/columns/block.h"

static uint64_t seed = 20240701;

static uint64_t draw(void) // SplitMix64
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

// Values of one of several characters: constant, small codes, times, sparse money, wild.
static void make_ints(int64_t *v, size_t n, unsigned character)
{
    int64_t t = 1700000000000000;
    for (size_t i = 0; i < n; i++) {
        uint64_t r = draw();
        switch (character) {
        case 0: v[i] = 42; break;
        case 1: v[i] = (int64_t)(r % 61); break;
        case 2: v[i] = t += (int64_t)(r % 100000) * 1000000; break;
        case 3: v[i] = r % 20 == 0 ? (int64_t)(r >> 40) * 10000 : VOC_NA; break;
        case 4: v[i] = (int64_t)r; break;
        case 5: v[i] = i % 1000 ? t += 60000000 : (t = -(int64_t)(r >> 8)); break;
        case 6: v[i] = r % 2 ? INT64_MAX : INT64_MIN; break;
        case 7: v[i] = r % 3 ? VOC_NA : (int64_t)(r % 7) - 3; break;
        case 8: v[i] = -1000000 * (int64_t)(r % 3); break;
        case 9: v[i] = (int64_t)(i / 3); break;
        case 10: v[i] = (int64_t)(r % 8 ? r >> 32 & 255 : r >> 32 & 0xffffff); break;
        default: v[i] = (int64_t)(r % 16 == 0 ? t += (int64_t)(r >> 60) : t); break;
        }
    }
}

enum { CHARACTERS = 12 };

// What column_get_codes and column_get_code_runs must say of a column, from what column_get_ints says.
static void assert_codes_are_the_integers(const unsigned char *p, size_t len, uint8_t codec, uint32_t limit, size_t n)
{
    int64_t *v = malloc(n * sizeof *v), *scratch = malloc(n * sizeof *scratch);
    uint32_t *codes = malloc(n * sizeof *codes);
    struct code_run *runs = malloc(n * sizeof *runs);
    bool beyond = false, above = false;
    size_t n_runs = 0, row = 0;
    voc_rc rc = column_get_ints(p, len, codec, v, n);
    for (size_t i = 0; rc == VOC_OK && i < n; i++) beyond = beyond || v[i] < 0 || v[i] >= (int64_t)limit;
    assert_int_equal(column_get_codes(p, len, codec, limit, codes, n, scratch, &above), rc);
    if (rc == VOC_OK) assert_int_equal(above, beyond);
    for (size_t i = 0; rc == VOC_OK && !beyond && i < n; i++) assert_int_equal(codes[i], v[i]);
    assert_int_equal(column_get_code_runs(p, len, codec, limit, n, runs, &n_runs, scratch, &above), rc);
    if (rc == VOC_OK) assert_int_equal(above, beyond);
    for (size_t k = 0; rc == VOC_OK && !beyond && k < n_runs; k++) {
        assert_true(runs[k].rows > 0 && (k == 0 || runs[k].code != runs[k - 1].code));
        for (uint32_t i = 0; i < runs[k].rows; i++) assert_int_equal(runs[k].code, v[row++]);
    }
    if (rc == VOC_OK && !beyond) assert_int_equal(row, n);
    free(v);
    free(scratch);
    free(codes);
    free(runs);
}

// In every form that this processor has, whole, cut off at any place near the end, and with a byte that was turned over.
static void codes_and_their_runs_are_the_integers_or_what_is_wrong_with_them(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 5, 64, 1003};
    int64_t *v = malloc(BLOCK_ROWS * sizeof *v);
    struct buf b;
    buf_init(&b, 1u << 24);
    for (unsigned character = 0; character < CHARACTERS; character++)
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
            for (unsigned form = 0; scan_form(form); form++) {
                uint8_t codec = 99;
                size_t n = sizes[k];
                make_ints(v, n, character);
                buf_clear(&b);
                assert_int_equal(column_put_ints(&b, v, n, &codec), VOC_OK);
                if (!scan_use(form)) continue;
                unsigned char *p = malloc(b.len); // no byte more: a sanitizer finds who reads on
                memcpy(p, b.ptr, b.len);
                assert_codes_are_the_integers(p, b.len, codec, INT32_MAX, n);
                assert_codes_are_the_integers(p, b.len, codec, 50, n);
                for (size_t cut = 1; cut < 20 && cut <= b.len; cut++) assert_codes_are_the_integers(p + cut, b.len - cut, codec, INT32_MAX, n);
                for (unsigned turned = 0; turned < 40; turned++) {
                    size_t at = draw() % b.len;
                    p[at] ^= (unsigned char)(1u << draw() % 8);
                    assert_codes_are_the_integers(p, b.len, codec, INT32_MAX, n);
                }
                free(p);
            }
    buf_done(&b);
    free(v);
}

// Few rows or many, alone or side by side, small and great, with a common factor or without.
static void what_few_rows_have_comes_back_and_takes_no_more_than_the_whole_column(void **state)
{
    (void)state;
    enum { N = 3000, ROUNDS = 400 };
    static int64_t v[N], got[N], few[N];
    static uint32_t at[N];
    struct buf b, whole;
    unsigned done_in = 0;
    buf_init(&b, 1u << 24);
    buf_init(&whole, 1u << 24);
    for (unsigned round = 0; round < ROUNDS; round++) {
        const size_t n = 1 + draw() % N;
        const unsigned one_of = 1 + (unsigned)(draw() % 12), bits = 1 + (unsigned)(draw() % 62), alike = (unsigned)(draw() % 3);
        const int64_t factor = draw() % 2 ? 10000 : 1;
        size_t n_few = 0;
        bool done = false;
        uint8_t codec = 99, plain = 99;
        for (size_t i = 0; i < n; i++) {
            const bool has = i && alike == 2 && draw() % 4 ? v[i - 1] != VOC_NA : draw() % one_of == 0;
            const int64_t x = alike ? (int64_t)bits : (int64_t)(draw() >> (64 - bits)) / factor * factor;
            v[i] = has ? (round % 5 ? x : -x) : VOC_NA;
            if (has) at[n_few] = (uint32_t)i, few[n_few++] = v[i];
        }
        buf_clear(&b);
        buf_clear(&whole);
        assert_int_equal(column_put_ints(&whole, v, n, &plain), VOC_OK);
        assert_int_equal(column_put_rare(&b, at, few, n_few, n, &codec, &done), VOC_OK);
        assert_true(done || b.len == 0);
        if (!done) continue;
        done_in++;
        assert_true(b.len <= whole.len);
        assert_int_equal(column_get_ints((const unsigned char *)b.ptr, b.len, codec, got, n), VOC_OK);
        assert_memory_equal(got, v, n * sizeof *v);
    }
    assert_true(done_in > ROUNDS / 8);
    buf_done(&b);
    buf_done(&whole);
}

static void integers_come_back_whatever_they_are(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 7, 64, 1000, 65536};
    int64_t *v = malloc(BLOCK_ROWS * sizeof *v), *back = malloc(BLOCK_ROWS * sizeof *back);
    unsigned seen = 0;
    struct buf b;
    buf_init(&b, 1u << 24);
    for (unsigned character = 0; character < CHARACTERS; character++) {
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            size_t n = sizes[k];
            uint8_t codec = 99;
            make_ints(v, n, character);
            buf_clear(&b);
            assert_int_equal(column_put_ints(&b, v, n, &codec), VOC_OK);
            assert_true(codec <= CODEC_SPARSE || codec == CODEC_RUNS || codec == CODEC_SHORT);
            seen |= 1u << codec;
            for (unsigned form = 0; scan_form(form); form++) {
                if (!scan_use(form)) continue;
                memset(back, 0x5a, n * sizeof *back);
                assert_int_equal(column_get_ints((unsigned char *)b.ptr, b.len, codec, back, n), VOC_OK);
                assert_memory_equal(v, back, n * sizeof *v);
            }
        }
    }
    assert_int_equal(seen, 15 | 1 << CODEC_RUNS | 1 << CODEC_SHORT); // every codec was chosen by something
    buf_done(&b);
    free(v);
    free(back);
}

static void columns_are_the_same_bytes_in_every_form(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 4, 5, 6, 9, 63, 1003, 8191};
    int64_t *v = malloc(BLOCK_ROWS * sizeof *v);
    struct buf plain, b;
    buf_init(&plain, 1u << 24);
    buf_init(&b, 1u << 24);
    for (unsigned character = 0; character < CHARACTERS; character++)
        for (size_t k = 0; k < 4 * (sizeof sizes / sizeof sizes[0]); k++) {
            uint8_t codec = 99, other = 98;
            size_t n = sizes[k / 4];
            make_ints(v, n, character);
            if (k % 4 == 1) v[n / 2] = (int64_t)((uint64_t)v[n / 2] + 1); // not a multiple of what the others are multiples of
            if (k % 4 == 2) v[n - 1] = VOC_NA;
            if (k % 4 == 3) v[draw() % n] = INT64_C(1) << draw() % 63;
            assert_true(scan_use(0));
            buf_clear(&plain);
            assert_int_equal(column_put_ints(&plain, v, n, &codec), VOC_OK);
            for (unsigned form = 1; scan_form(form); form++) {
                if (!scan_use(form)) continue;
                buf_clear(&b);
                assert_int_equal(column_put_ints(&b, v, n, &other), VOC_OK);
                assert_int_equal(other, codec);
                assert_int_equal(b.len, plain.len);
                assert_memory_equal(b.ptr, plain.ptr, b.len);
            }
        }
    buf_done(&plain);
    buf_done(&b);
    free(v);
}

static void columns_are_small(void **state)
{
    (void)state;
    enum { N = 65536 };
    static int64_t v[N];
    struct buf b;
    uint8_t codec;
    buf_init(&b, 1u << 24);
    make_ints(v, N, 0);
    assert_int_equal(column_put_ints(&b, v, N, &codec), VOC_OK);
    assert_int_equal(b.len, 8);
    buf_clear(&b);
    make_ints(v, N, 1); // 61 codes: 6 bits a row
    assert_int_equal(column_put_ints(&b, v, N, &codec), VOC_OK);
    assert_true(b.len <= 17 + N * 6 / 8);
    buf_clear(&b);
    make_ints(v, N, 2); // steps up to 28 hours in whole seconds: under 3.6 bytes a row
    assert_int_equal(column_put_ints(&b, v, N, &codec), VOC_OK);
    assert_int_equal(codec, CODEC_DELTA);
    assert_true(b.len < (size_t)N * 36 / 10);
    buf_done(&b);
}

static void hostile_columns_are_refused_without_harm(void **state)
{
    (void)state;
    int64_t v[300], back[300];
    struct buf b;
    buf_init(&b, 1u << 20);
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t codec;
        size_t n = 1 + draw() % 300;
        make_ints(v, n, (unsigned)(draw() % CHARACTERS));
        buf_clear(&b);
        assert_int_equal(column_put_ints(&b, v, n, &codec), VOC_OK);
        // an exact copy on the heap, so that a sanitizer sees every byte beyond
        size_t len = draw() % 3 ? b.len : draw() % (b.len + 1);
        unsigned char *bytes = malloc(len ? len : 1);
        memcpy(bytes, b.ptr, len);
        for (unsigned k = 0; len && k < draw() % 4; k++) bytes[draw() % len] = (unsigned char)draw();
        if (draw() % 4 == 0) codec = (uint8_t)(draw() % 10);
        voc_rc rc = column_get_ints(bytes, len, codec, back, n);
        assert_true(rc == VOC_OK || rc == VOC_E_INPUT);
        if (codec == CODEC_CONST || codec == CODEC_TEXT || codec == CODEC_ZTEXT || codec > CODEC_SHORT)
            assert_int_equal(rc, codec == CODEC_CONST && len == 8 ? VOC_OK : VOC_E_INPUT);
        free(bytes);
    }
    buf_done(&b);
}

// ---- texts -------------------------------------------------------------------------------------------------------------------

static void make_texts(voc_str *v, size_t n, char *room, unsigned character)
{
    char *at = room;
    for (size_t i = 0; i < n; i++) {
        size_t len = character == 0 ? 0 : character == 1 ? 3 : character == 2 ? (i % 50 == 0) * 20 : draw() % 30;
        for (size_t k = 0; k < len; k++) at[k] = character == 1 ? "abc"[k] : character == 3 ? (char)draw() : (char)('a' + draw() % 4);
        v[i] = (voc_str){len ? at : "", len};
        at += len;
    }
}

static void texts_come_back_whatever_they_are(void **state)
{
    (void)state;
    enum { N = 5000 };
    static voc_str v[N], back[N];
    static char room[N * 32];
    struct column_zstd *z = NULL;
    struct buf b, store;
    unsigned seen = 0;
    buf_init(&b, 1u << 24);
    buf_init(&store, 1u << 24);
    assert_int_equal(column_zstd_new(&z), VOC_OK);
    for (unsigned character = 0; character < 5; character++) {
        for (size_t n = 1; n <= N; n = n * 3 + 2) {
            uint8_t codec = 99;
            make_texts(v, n, room, character);
            buf_clear(&b);
            assert_int_equal(column_put_text(&b, v, n, &codec, z), VOC_OK);
            seen |= 1u << codec;
            const unsigned char *bytes = b.len ? (unsigned char *)b.ptr : (const unsigned char *)"";
            assert_int_equal(column_get_text(bytes, b.len, codec, back, n, &store, z), VOC_OK);
            for (size_t i = 0; i < n; i++) assert_true(str_eq(v[i], back[i]));
        }
    }
    assert_int_equal(seen, 1u << CODEC_CONST | 1u << CODEC_TEXT | 1u << CODEC_ZTEXT);
    for (unsigned round = 0; round < 3000; round++) { // damage
        uint8_t codec;
        size_t n = 1 + draw() % 200;
        make_texts(v, n, room, (unsigned)(draw() % 5));
        buf_clear(&b);
        assert_int_equal(column_put_text(&b, v, n, &codec, z), VOC_OK);
        size_t len = draw() % 2 ? b.len : draw() % (b.len + 1);
        unsigned char *bytes = malloc(len ? len : 1);
        if (len) memcpy(bytes, b.ptr, len);
        for (unsigned k = 0; len && k < draw() % 4; k++) bytes[draw() % len] = (unsigned char)draw();
        voc_rc rc = column_get_text(bytes, len, (uint8_t)(draw() % 3 ? codec : draw() % 8), back, n, &store, z);
        assert_true(rc == VOC_OK || rc == VOC_E_INPUT);
        size_t total = 0;
        for (size_t i = 0; rc == VOC_OK && i < n; i++) // every byte can be read
            for (size_t k = 0; k < back[i].len; k++) total += (unsigned char)back[i].ptr[k];
        assert_true(total < SIZE_MAX);
        free(bytes);
    }
    column_zstd_free(z);
    buf_done(&b);
    buf_done(&store);
}

// ---- blocks ------------------------------------------------------------------------------------------------------------------

static void make_block(struct block_writer *w, struct buf *out, const int64_t *a, const int64_t *b, const voc_str *t, size_t n)
{
    block_begin(w, BLOCK_EVENTS, n);
    block_ints(w, COLUMN_TIME, a);
    block_ints(w, COLUMN_ACTION, b);
    block_text(w, COLUMN_ID, t);
    assert_int_equal(block_end(w, out), VOC_OK);
}

static void a_block_gives_back_its_rows_and_any_flipped_bit_is_found(void **state)
{
    (void)state;
    enum { N = 200 };
    int64_t a[N], b[N], back[N];
    voc_str t[N], texts[N];
    char room[N * 32];
    struct block_writer w;
    struct block_reader r;
    struct buf out;
    buf_init(&out, 1u << 20);
    assert_int_equal(block_writer_init(&w), VOC_OK);
    assert_int_equal(block_reader_init(&r), VOC_OK);
    make_ints(a, N, 2);
    make_ints(b, N, 1);
    make_texts(t, N, room, 4);
    make_block(&w, &out, a, b, t, N);
    assert_int_equal(block_open(&r, BLOCK_EVENTS, out.ptr, out.len), VOC_OK);
    assert_int_equal(r.rows, N);
    assert_int_equal(block_read_ints(&r, COLUMN_TIME, back), VOC_OK);
    assert_memory_equal(a, back, sizeof a);
    assert_int_equal(block_read_ints(&r, COLUMN_ACTION, back), VOC_OK);
    assert_memory_equal(b, back, sizeof b);
    assert_int_equal(block_read_text(&r, COLUMN_ID, texts), VOC_OK);
    for (size_t i = 0; i < N; i++) assert_true(str_eq(t[i], texts[i]));
    assert_int_equal(block_read_ints(&r, COLUMN_COST, back), VOC_E_INPUT);
    assert_string_equal(r.why, "column cost is missing");
    assert_int_equal(block_open(&r, BLOCK_ATTRIBUTES, out.ptr, out.len), VOC_E_INPUT);
    for (size_t at = 0; at < out.len; at++) {
        out.ptr[at] ^= 16;
        voc_rc rc = block_open(&r, BLOCK_EVENTS, out.ptr, out.len);
        if (rc == VOC_OK) rc = block_read_ints(&r, COLUMN_TIME, back);
        if (rc == VOC_OK) rc = block_read_ints(&r, COLUMN_ACTION, back);
        if (rc == VOC_OK) rc = block_read_text(&r, COLUMN_ID, texts);
        assert_int_equal(rc, VOC_E_INPUT);
        out.ptr[at] ^= 16;
    }
    for (size_t len = 0; len < out.len; len += 7) {
        char *cut = malloc(len ? len : 1);
        memcpy(cut, out.ptr, len);
        voc_rc rc = block_open(&r, BLOCK_EVENTS, cut, len);
        if (rc == VOC_OK) rc = block_read_ints(&r, COLUMN_TIME, back);
        if (rc == VOC_OK) rc = block_read_ints(&r, COLUMN_ACTION, back);
        if (rc == VOC_OK) rc = block_read_text(&r, COLUMN_ID, texts);
        assert_int_equal(rc, VOC_E_INPUT);
        free(cut);
    }
    block_reader_done(&r);
    block_writer_done(&w);
    buf_done(&out);
}

static void a_filtered_block_is_the_block_of_the_rows_that_stay(void **state)
{
    (void)state;
    enum { N = 500 };
    int64_t a[N], b[N];
    voc_str t[N];
    char room[N * 32];
    bool keep[N];
    struct block_writer w;
    struct block_reader r;
    struct buf whole, filtered, expected;
    size_t rows = 0;
    buf_init(&whole, 1u << 20);
    buf_init(&filtered, 1u << 20);
    buf_init(&expected, 1u << 20);
    assert_int_equal(block_writer_init(&w), VOC_OK);
    assert_int_equal(block_reader_init(&r), VOC_OK);
    for (unsigned round = 0; round < 20; round++) {
        size_t n = 0;
        make_ints(a, N, round % CHARACTERS);
        make_ints(b, N, 1);
        make_texts(t, N, room, round % 5);
        make_block(&w, &whole, a, b, t, N);
        for (size_t i = 0; i < N; i++) {
            keep[i] = draw() % 3 != 0;
            if (keep[i]) a[n] = a[i], b[n] = b[i], t[n] = t[i], n++;
        }
        assert_int_equal(block_open(&r, BLOCK_EVENTS, whole.ptr, whole.len), VOC_OK);
        assert_int_equal(block_filter(&r, BLOCK_EVENTS, keep, NULL, &w, &filtered, &rows), VOC_OK);
        assert_int_equal(rows, n);
        make_block(&w, &expected, a, b, t, n);
        assert_int_equal(filtered.len, expected.len);
        assert_memory_equal(filtered.ptr, expected.ptr, expected.len);
    }
    block_reader_done(&r);
    block_writer_done(&w);
    buf_done(&whole);
    buf_done(&filtered);
    buf_done(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_few_rows_have_comes_back_and_takes_no_more_than_the_whole_column),
        cmocka_unit_test(integers_come_back_whatever_they_are),
        cmocka_unit_test(codes_and_their_runs_are_the_integers_or_what_is_wrong_with_them),
        cmocka_unit_test(columns_are_the_same_bytes_in_every_form),
        cmocka_unit_test(columns_are_small),
        cmocka_unit_test(hostile_columns_are_refused_without_harm),
        cmocka_unit_test(texts_come_back_whatever_they_are),
        cmocka_unit_test(a_block_gives_back_its_rows_and_any_flipped_bit_is_found),
        cmocka_unit_test(a_filtered_block_is_the_block_of_the_rows_that_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
