// SPDX-License-Identifier: MIT
// Packed inputs: the same bytes and the same hash as plain; what is cut off, damaged, too large or ambiguous is refused with
// a sentence.
#include "in_helpers.h"

static void plain_and_every_packing_give_the_same_bytes_and_hash(void **state)
{
    (void)state;
    struct buf text = sample(40000); // over 1 MiB
    for (size_t s = 1; s < sizeof steps / sizeof *steps; s++) {
        struct in *in = of_memory("x.csv", view(&text));
        gives(in, view(&text), steps[s]);
        in_close(in);
        for (size_t i = 0; i < N_FILTERS; i++) {
            struct buf p = packed(view(&text), filters[i]);
            assert_true(p.len < text.len / 2);
            in = of_memory("x.csv.gz", view(&p));
            gives(in, view(&text), steps[s]);
            in_close(in);
            buf_done(&p);
        }
    }
    buf_done(&text);
}

static void a_zip_of_one_file_is_read_by_that_files_name(void **state)
{
    (void)state;
    struct buf text = sample(3000);
    static const char *const names[] = {"folder/", ".DS_Store", "folder/events.csv", "__MACOSX/._events.csv", "folder/.DS_Store"};
    for (int stored = 0; stored <= 1; stored++) {
        struct buf zip = zipped(names, 5, view(&text), stored);
        struct in *in = of_memory("x.zip", view(&zip));
        assert_string_equal(in_name(in), "events.csv");
        gives(in, view(&text), 1000);
        in_close(in);
        in = NULL;
        put("x.zip", view(&zip));
        assert_int_equal(in_open(&in, "x.zip", NULL, NULL), VOC_OK);
        gives(in, view(&text), 1000);
        in_close(in);
        assert_int_equal(unlink("x.zip"), 0);
        buf_done(&zip);
    }
    buf_done(&text);
}

static void a_zip_of_more_files_is_refused_with_their_names(void **state)
{
    (void)state;
    static const char *const names[] = {"a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv", "g.csv"};
    struct buf zip = zipped(names, 2, STR("x\n"), false);
    fails(view(&zip), NULL, NULL, VOC_E_INPUT, "2 files and only one can be read: a.csv, b.csv");
    buf_done(&zip);
    zip = zipped(names, 7, STR("x\n"), false);
    fails(view(&zip), NULL, NULL, VOC_E_INPUT, "7 files and only one can be read: a.csv, b.csv, c.csv, d.csv, e.csv, ...");
    buf_done(&zip);
    zip = zipped(names, 0, STR(""), false);
    fails(view(&zip), NULL, NULL, VOC_E_INPUT, "no file in the zip");
    buf_done(&zip);
}

static void packed_data_that_is_cut_off_is_refused_wherever_the_cut_is(void **state)
{
    (void)state;
    struct buf text = sample(2000);
    for (size_t i = 0; i < N_FILTERS; i++) {
        struct buf p = packed(view(&text), filters[i]);
        for (size_t cut = 1; cut < p.len - 10; cut += p.len / 20 + 1) fails(str_mk(p.ptr, p.len - cut), NULL, NULL, VOC_E_INPUT, "cut off or damaged");
        buf_done(&p);
    }
    buf_done(&text);
}

static void a_changed_byte_in_packed_data_is_never_read_in_silence(void **state)
{
    (void)state;
    struct buf text = sample(300);
    for (size_t i = 0; i < N_FILTERS; i++) {
        if (filters[i] == ARCHIVE_FILTER_ZSTD) continue; // libarchive writes it without its optional checksum
        struct buf p = packed(view(&text), filters[i]);
        unsigned missed = 0;
        for (size_t at = 20; at < p.len; at += 7) {
            struct in *in = NULL;
            struct buf out;
            buf_init(&out, (size_t)1 << 28);
            p.ptr[at] ^= 0x10;
            voc_rc rc = in_memory(&in, "x", p.ptr, p.len, NULL, NULL);
            if (rc == VOC_OK) rc = read_all(in, &out, 100000);
            if (rc == VOC_OK && (out.len != text.len || memcmp(out.ptr, text.ptr, text.len) != 0)) missed++;
            p.ptr[at] ^= 0x10;
            in_close(in);
            buf_done(&out);
        }
        if (missed > 0) fail_msg("%u changes of filter %d were not seen", missed, filters[i]);
        buf_done(&p);
    }
    buf_done(&text);
}

// Text, stored gzip members that are text of a member, empty members; whole and in pieces of odd sizes.
static void each_member_of_a_gzip_is_checked_wherever_its_borders_lie(void **state)
{
    (void)state;
    struct buf text = sample(40), inner = packed(view(&text), ARCHIVE_FILTER_GZIP), fakes, all, gz, out;
    buf_init(&fakes, 1 << 24);
    buf_init(&all, 1 << 24);
    buf_init(&gz, 1 << 24);
    buf_init(&out, 1 << 24);
    for (int i = 0; i < 5; i++) {
        buf_cstr(&fakes, "x");
        buf_str(&fakes, view(&inner));
    }
    for (size_t i = 0; i < 1500; i++) {
        voc_str part = i % 5 == 0 ? STR("") : i % 37 == 0 ? view(&fakes) : str_mk(text.ptr, i * 31 % text.len);
        struct buf member = packed_at(part, ARCHIVE_FILTER_GZIP, i % 37 == 0 ? "0" : "6");
        buf_str(&all, part);
        buf_str(&gz, view(&member));
        buf_done(&member);
    }
    struct in *in = NULL;
    struct diag *all_good = diag_new();
    assert_int_equal(in_memory(&in, "x.gz", gz.ptr, gz.len, NULL, all_good), VOC_OK);
    gives(in, view(&all), 777);
    in_close(in);
    for (size_t step = 1; step < 4000; step = step * 3 + 5) {
        buf_clear(&out);
        assert_int_equal(through_a_pipe(view(&gz), step, &out, all_good), VOC_OK);
        assert_true(out.len == all.len && memcmp(out.ptr, all.ptr, all.len) == 0);
    }
    assert_int_equal(diag_n(all_good), 0);
    diag_free(all_good);
    for (size_t at = 20; at < gz.len; at += gz.len / 150) { // a change within any member
        gz.ptr[at] ^= 1;
        buf_clear(&out);
        in = NULL;
        struct diag *d = diag_new();
        voc_rc rc = in_memory(&in, "x.gz", gz.ptr, gz.len, NULL, d);
        if (rc == VOC_OK) rc = read_all(in, &out, 5000);
        bool same = out.len == all.len && memcmp(out.ptr, all.ptr, all.len) == 0;
        if (rc == VOC_OK && !same && diag_count(d, VOC_WARNING) == 0) fail_msg("the change at %zu was not seen", at);
        in_close(in);
        diag_free(d);
        gz.ptr[at] ^= 1;
    }
    buf_done(&out);
    buf_done(&gz);
    buf_done(&all);
    buf_done(&fakes);
    buf_done(&inner);
    buf_done(&text);
}

static void other_bytes_behind_the_end_are_refused_and_padding_is_not(void **state)
{
    (void)state;
    struct buf text = sample(100), twice;
    buf_init(&twice, 1 << 20);
    buf_str(&twice, view(&text));
    buf_str(&twice, view(&text));
    for (size_t i = 0; i < N_FILTERS; i++) {
        struct buf p = packed(view(&text), filters[i]);
        size_t len = p.len;
        buf_cstr(&p, "trailing rubbish");
        struct in *in = NULL;
        struct buf out;
        struct diag *d = diag_new();
        buf_init(&out, 1 << 20);
        voc_rc rc = in_memory(&in, "x", p.ptr, p.len, NULL, d);
        if (rc == VOC_OK) rc = read_all(in, &out, 1000);
        if (rc != VOC_E_INPUT) fail_msg("filter %d", filters[i]);
        assert_int_equal(diag_count(d, VOC_ERROR), 1);
        diag_free(d);
        in_close(in);
        buf_done(&out);
        p.len = len; // several members one behind the other are one file (gzip -c a b)
        struct buf q = packed(view(&text), filters[i]);
        buf_add(&p, q.ptr, q.len);
        in = of_memory("x", view(&p));
        gives(in, view(&twice), 1000);
        in_close(in);
        buf_done(&q);
        if (filters[i] == ARCHIVE_FILTER_GZIP) { // what tapes and some downloads leave
            p.len = len;
            buf_fill(&p, 0, 1000);
            in = of_memory("x", view(&p));
            gives(in, view(&text), 1000);
            in_close(in);
        }
        buf_done(&p);
    }
    buf_done(&twice);
    buf_done(&text);
}

static void one_layer_is_unpacked_and_a_second_refused(void **state)
{
    (void)state;
    struct buf text = sample(100), once = packed(view(&text), ARCHIVE_FILTER_GZIP), twice = packed(view(&once), ARCHIVE_FILTER_GZIP);
    fails(view(&twice), NULL, NULL, VOC_E_INPUT, "compressed twice (gzip in gzip)");
    buf_done(&twice);
    twice = packed(view(&once), ARCHIVE_FILTER_XZ);
    fails(view(&twice), NULL, NULL, VOC_E_INPUT, "compressed twice (gzip in xz)");
    buf_done(&twice);
    buf_done(&once);
    buf_done(&text);
}

static void size_and_ratio_are_bounded(void **state)
{
    (void)state;
    const struct in_limits small = {1000, 0}, dense = {0, 100};
    struct buf text = sample(100), zeros, bomb;
    fails(view(&text), NULL, &small, VOC_E_LIMIT, "larger than the bound of 1000 bytes");
    buf_init(&zeros, (size_t)1 << 28);
    buf_fill(&zeros, 0, (size_t)80 << 20);
    bomb = packed(view(&zeros), ARCHIVE_FILTER_GZIP);
    fails(view(&bomb), NULL, &dense, VOC_E_LIMIT, "more than 100-fold");
    struct in *in = NULL; // a bound of 2000 lets the same file pass
    const struct in_limits loose = {0, 2000};
    assert_int_equal(in_memory(&in, "x", bomb.ptr, bomb.len, &loose, NULL), VOC_OK);
    gives(in, view(&zeros), 100000);
    in_close(in);
    buf_done(&bomb);
    buf_done(&zeros);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_and_every_packing_give_the_same_bytes_and_hash),
        cmocka_unit_test(a_zip_of_one_file_is_read_by_that_files_name),
        cmocka_unit_test(a_zip_of_more_files_is_refused_with_their_names),
        cmocka_unit_test(packed_data_that_is_cut_off_is_refused_wherever_the_cut_is),
        cmocka_unit_test(a_changed_byte_in_packed_data_is_never_read_in_silence),
        cmocka_unit_test(each_member_of_a_gzip_is_checked_wherever_its_borders_lie),
        cmocka_unit_test(other_bytes_behind_the_end_are_refused_and_padding_is_not),
        cmocka_unit_test(one_layer_is_unpacked_and_a_second_refused),
        cmocka_unit_test(size_and_ratio_are_bounded),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
