// SPDX-License-Identifier: MIT
// Bytes in: the same bytes and the same hash from memory, files, pipes and stdin; peeking; charsets; watched lengths; what is
// no file.
#include "in_helpers.h"

static void empty_inputs_are_empty(void **state)
{
    (void)state;
    struct in *in = of_memory("x", STR(""));
    voc_str head;
    bool complete = false;
    assert_int_equal(in_text(in, "auto"), VOC_OK);
    assert_int_equal(in_peek(in, 100, &head, &complete), VOC_OK);
    assert_int_equal(head.len, 0);
    assert_true(complete);
    gives(in, STR(""), 10);
    in_close(in);
    for (size_t i = 0; i < N_FILTERS; i++) {
        struct buf p = packed(STR(""), filters[i]);
        in = of_memory("x.gz", view(&p));
        gives(in, STR(""), 10);
        in_close(in);
        buf_done(&p);
    }
}

static void files_give_the_same_as_memory(void **state)
{
    (void)state;
    struct buf text = sample(20000), gz = packed(view(&text), ARCHIVE_FILTER_GZIP);
    put("plain.csv", view(&text));
    put("Packed.CSV.GZ", view(&gz));
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        struct in *in = NULL;
        assert_int_equal(in_open(&in, "./plain.csv", NULL, NULL), VOC_OK);
        assert_string_equal(in_name(in), "plain.csv");
        assert_string_equal(in_path(in), "./plain.csv");
        gives(in, view(&text), steps[s]);
        in_close(in);
        in = NULL;
        assert_int_equal(in_open(&in, "Packed.CSV.GZ", NULL, NULL), VOC_OK);
        assert_string_equal(in_name(in), "Packed.CSV");
        gives(in, view(&text), steps[s]);
        in_close(in);
    }
    assert_int_equal(unlink("plain.csv"), 0);
    assert_int_equal(unlink("Packed.CSV.GZ"), 0);
    buf_done(&gz);
    buf_done(&text);
}

static void pipes_give_the_same_after_a_peek_even_byte_by_byte(void **state)
{
    (void)state;
    struct buf text = sample(1000), gz = packed(view(&text), ARCHIVE_FILTER_GZIP);
    const char *const name[] = {"a.csv"};
    struct buf zip = zipped(name, 1, view(&text), false);
    const voc_str inputs[] = {view(&text), view(&gz), view(&zip)};
    for (size_t i = 0; i < 3; i++) {
        for (size_t step = 1; step < 10000; step += 4999) {
            int ends[2];
            char path[32];
            pthread_t thread;
            struct in *in = NULL;
            voc_str head;
            bool complete = true;
            assert_int_equal(pipe(ends), 0);
            struct writer w = {ends[1], inputs[i], step};
            assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
            (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
            assert_int_equal(in_open(&in, path, NULL, NULL), VOC_OK);
            assert_int_equal(in_peek(in, 5000, &head, &complete), VOC_OK);
            assert_int_equal(head.len, 5000);
            assert_memory_equal(head.ptr, text.ptr, 5000);
            assert_false(complete);
            gives(in, view(&text), 777);
            char rest[4096]; // what stands behind the member of a zip need not be read, but its writer must come to an end
            while (read(ends[0], rest, sizeof rest) > 0) {
            }
            in_close(in);
            close(ends[0]);
            pthread_join(thread, NULL);
        }
    }
    buf_done(&zip);
    buf_done(&gz);
    buf_done(&text);
}

static void standard_input_is_a_path(void **state)
{
    (void)state;
    struct in *in = NULL;
    put("stdin.txt", STR("from the standard input\n"));
    int kept = dup(STDIN_FILENO), fd = open("stdin.txt", O_RDONLY);
    assert_true(kept >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
    assert_int_equal(in_open(&in, "-", NULL, NULL), VOC_OK);
    gives(in, STR("from the standard input\n"), 5);
    in_close(in);
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO); // it was not closed
    close(kept);
    close(fd);
    assert_int_equal(unlink("stdin.txt"), 0);
}

static void a_peek_is_replayed_and_says_whether_it_was_all(void **state)
{
    (void)state;
    struct in *in = of_memory("x", STR("0123456789"));
    voc_str head;
    bool complete;
    assert_int_equal(in_peek(in, 4, &head, &complete), VOC_OK);
    assert_true(str_is(head, "0123") && !complete);
    assert_int_equal(in_peek(in, 10, &head, &complete), VOC_OK);
    assert_true(str_is(head, "0123456789") && complete);
    assert_int_equal(in_peek(in, SIZE_MAX, &head, &complete), VOC_OK);
    assert_true(str_is(head, "0123456789") && complete);
    gives(in, STR("0123456789"), 3);
    assert_int_equal(in_peek(in, 4, &head, &complete), VOC_E_BUG); // too late
    in_close(in);
}

static void text_is_decoded_by_what_its_first_bytes_say(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t len; const char *charset, *text; } cases[] = {
        {"gr\xC3\xBCn", 5, "UTF-8", "gr\xC3\xBCn"},
        {"\xEF\xBB\xBFgr\xC3\xBCn", 8, "UTF-8", "\xEF\xBB\xBFgr\xC3\xBCn"}, // the mark is delivered
        {"gr\xFCn", 4, "windows-1252", "gr\xC3\xBCn"},
        {"caf\xE9", 4, "windows-1252", "caf\xC3\xA9"}, // would be a cut UTF-8 character if more came
        {"\xFF\xFEg\0r\0\xFC\0n\0", 10, "UTF-16LE", "gr\xC3\xBCn"},
        {"\xFE\xFF\0g\0r\0\xFC\0n", 10, "UTF-16BE", "gr\xC3\xBCn"},
        {"g\0r\0\xFC\0n\0", 8, "UTF-16LE", "gr\xC3\xBCn"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int peek = 0; peek <= 1; peek++) {
            struct in *in = of_memory("x", str_mk(cases[i].bytes, cases[i].len));
            struct buf out;
            unsigned char hash[HASH_BYTES], right[HASH_BYTES];
            buf_init(&out, 1000);
            assert_null(in_charset(in));
            assert_int_equal(in_watch(in, 4), VOC_OK);
            assert_int_equal(in_text(in, "auto"), VOC_OK);
            assert_string_equal(in_charset(in), cases[i].charset);
            if (peek) {
                voc_str head;
                bool complete;
                assert_int_equal(in_peek(in, 3, &head, &complete), VOC_OK);
                assert_int_equal(head.len, 3);
                assert_memory_equal(head.ptr, cases[i].text, 3);
                assert_false(complete);
                assert_int_equal(in_peek(in, 1000, &head, &complete), VOC_OK);
                assert_true(str_is(head, cases[i].text));
                assert_true(complete);
            }
            assert_int_equal(read_all(in, &out, 3), VOC_OK);
            assert_string_equal(out.ptr, cases[i].text);
            assert_int_equal(in_malformed(in), 0);
            fingerprint_of(cases[i].bytes, cases[i].len, right); // of the bytes, not of the text
            in_hash(in, hash);
            assert_memory_equal(hash, right, HASH_BYTES);
            assert_int_equal(in_raw(in), cases[i].len);
            assert_true(in_watched(in, 4, false, hash));
            fingerprint_of(cases[i].bytes, 4, right);
            assert_memory_equal(hash, right, HASH_BYTES);
            in_close(in);
            buf_done(&out);
        }
    }
}

static void utf8_is_not_touched_behind_the_head_and_other_charsets_count_what_is_wrong(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, (size_t)1 << 26);
    buf_init(&out, (size_t)1 << 26);
    buf_fill(&text, 'a', (size_t)3 << 20);
    buf_cstr(&text, "\xFF\xFE!");
    struct in *in = of_memory("x", view(&text));
    assert_int_equal(in_text(in, "auto"), VOC_OK);
    assert_string_equal(in_charset(in), "UTF-8");
    gives(in, view(&text), 100000);
    in_close(in);
    in = of_memory("x", STR("a\0\0\xDC" "b\0"));
    assert_int_equal(in_text(in, "utf-16le"), VOC_OK);
    assert_int_equal(read_all(in, &out, 100), VOC_OK);
    assert_string_equal(out.ptr, "a\xEF\xBF\xBD" "b");
    assert_int_equal(in_malformed(in), 1);
    in_close(in);
    fails(STR("a"), "klingon", NULL, VOC_E_OPTION, "unknown charset");
    buf_done(&out);
    buf_done(&text);
}

static void long_utf16_is_decoded_the_same_with_and_without_a_peek(void **state)
{
    (void)state;
    struct buf wide, text, out;
    buf_init(&wide, (size_t)1 << 26);
    buf_init(&text, (size_t)1 << 26);
    buf_add(&wide, "\xFF\xFE", 2);
    for (size_t i = 0; i < 900000; i++) { // 3.6 MB stored, 2.7 MB of text
        char c = (char)('a' + i % 26);
        char units[4] = {c, 0, (char)0xFC, 0};
        buf_add(&wide, units, 4);
        buf_byte(&text, c);
        buf_cstr(&text, "\xC3\xBC");
    }
    for (size_t peek = 0; peek <= (size_t)1 << 20; peek += (size_t)1 << 19) {
        struct in *in = of_memory("x", view(&wide));
        voc_str head;
        bool complete;
        buf_init(&out, (size_t)1 << 26);
        assert_int_equal(in_text(in, "auto"), VOC_OK);
        if (peek > 0) assert_int_equal(in_peek(in, peek, &head, &complete), VOC_OK);
        if (peek > 0) assert_true(head.len == peek && memcmp(head.ptr, text.ptr, peek) == 0 && !complete);
        assert_int_equal(read_all(in, &out, 99999), VOC_OK);
        assert_true(out.len == text.len && memcmp(out.ptr, text.ptr, text.len) == 0);
        assert_int_equal(in_raw(in), wide.len);
        in_close(in);
        buf_done(&out);
    }
    buf_done(&wide);
    buf_done(&text);
}

static void watched_lengths_give_the_hash_of_the_beginning(void **state)
{
    (void)state;
    struct buf text = sample(5000), gz = packed(view(&text), ARCHIVE_FILTER_GZIP);
    const uint64_t lengths[] = {0, 1, 2, 65535, 65536, 65537, 100, text.len - 1, text.len, text.len + 1};
    for (int i = 0; i < 2; i++) {
        struct in *in = of_memory("x", view(i == 0 ? &text : &gz));
        voc_str head;
        bool complete;
        unsigned char hash[HASH_BYTES], right[HASH_BYTES];
        assert_int_equal(in_peek(in, 1000, &head, &complete), VOC_OK);
        for (size_t k = 0; k < 10; k++) assert_int_equal(in_watch(in, lengths[k]), VOC_OK);
        assert_int_equal(in_watch(in, 100), VOC_OK); // again: nothing new
        assert_false(in_watched(in, 1, false, hash));
        assert_int_equal(in_want_older(in), VOC_OK);
        gives(in, view(&text), 1000);
        for (size_t k = 0; k < 10; k++) {
            assert_int_equal(in_watched(in, lengths[k], false, hash), lengths[k] <= text.len);
            if (lengths[k] > text.len) continue;
            fingerprint_of(text.ptr, lengths[k], right);
            assert_memory_equal(hash, right, HASH_BYTES);
            assert_true(in_watched(in, lengths[k], true, hash));
            hash_of(text.ptr, lengths[k], right);
            assert_memory_equal(hash, right, HASH_BYTES);
        }
        assert_false(in_watched(in, 77, false, hash));
        assert_int_equal(in_watch(in, 5), VOC_E_BUG); // too late
        in_close(in);
    }
    struct in *in = of_memory("x", STR("abc"));
    for (uint64_t k = 0; k < 64; k++) assert_int_equal(in_watch(in, k), VOC_OK);
    assert_int_equal(in_watch(in, 64), VOC_E_LIMIT);
    in_close(in);
    buf_done(&gz);
    buf_done(&text);
}

// Some at the end belong to what stands behind them, in whatever pieces it comes; those at the very end to nothing but the bytes.
static void a_text_is_known_without_the_nuls_at_its_end(void **state)
{
    (void)state;
    struct buf room, more, out;
    unsigned char hash[HASH_BYTES], right[HASH_BYTES];
    buf_init(&room, 1 << 20);
    buf_init(&more, 1 << 20);
    static const char nuls[70000];
    assert_int_equal(buf_add(&room, "one\n", 4) || buf_add(&room, nuls, sizeof nuls), VOC_OK);
    assert_int_equal(buf_add(&more, room.ptr, room.len) || buf_add(&more, "two\n", 4) || buf_add(&more, nuls, 9), VOC_OK);
    const struct { voc_str bytes; size_t known; bool text; } cases[] = {
        {view(&room), 4, true}, {view(&more), more.len - 9, true}, {view(&more), more.len, false}, {str_mk(nuls, 5000), 0, true}};
    for (size_t i = 0; i < 4; i++) {
        struct in *in = of_memory("x", cases[i].bytes);
        if (cases[i].text) assert_int_equal(in_text(in, "UTF-8"), VOC_OK);
        assert_int_equal(in_watch(in, 4) || in_watch(in, 4096 + 4), VOC_OK);
        buf_init(&out, 1 << 20);
        assert_int_equal(read_all(in, &out, i == 1 ? 1000 : 65536), VOC_OK);
        assert_int_equal(out.len, cases[i].bytes.len);
        assert_memory_equal(out.ptr, cases[i].bytes.ptr, out.len);
        buf_done(&out);
        assert_int_equal(in_decoded(in), cases[i].bytes.len);
        assert_int_equal(in_raw(in), cases[i].known);
        in_hash(in, hash);
        fingerprint_of(cases[i].bytes.ptr, cases[i].known, right);
        assert_memory_equal(hash, right, HASH_BYTES);
        assert_int_equal(in_watched(in, 4, false, hash), cases[i].known >= 4);
        assert_int_equal(in_watched(in, 4096 + 4, false, hash), cases[i].known > 4096 + 4);
        in_close(in);
    }
    buf_done(&room);
    buf_done(&more);
}

// Three times, of which the first and the second stop somewhere; what is said of it is said of the first.
static void gives_thrice(struct in *in, voc_str want)
{
    struct buf got;
    unsigned char hash[HASH_BYTES], expected[HASH_BYTES];
    buf_init(&got, want.len + 2000);
    assert_int_equal(in_keep(in), VOC_OK);
    for (size_t times = 0; times < 3; times++) {
        size_t n = 1;
        buf_clear(&got);
        while (n > 0 && (times == 2 || got.len < want.len / 2)) {
            char *room = buf_room(&got, 900);
            assert_non_null(room);
            assert_int_equal(in_read(in, room, 900, &n), VOC_OK);
            got.len += n;
        }
        assert_memory_equal(got.ptr, want.ptr, got.len);
        if (times < 2) assert_int_equal(in_again(in), VOC_OK);
    }
    assert_int_equal(got.len, want.len);
    assert_int_equal(in_decoded(in), want.len);
    in_hash(in, hash);
    fingerprint_of(want.ptr, want.len, expected);
    assert_memory_equal(hash, expected, HASH_BYTES);
    in_close(in);
    buf_done(&got);
}

static void an_input_can_be_read_again_however_it_comes(void **state)
{
    (void)state;
    struct buf text = sample(20000), gz = packed(view(&text), ARCHIVE_FILTER_GZIP);
    const char *const name[] = {"a.csv"};
    struct buf zip = zipped(name, 1, view(&text), false);
    const voc_str inputs[] = {view(&text), view(&gz), view(&zip)};
    for (size_t i = 0; i < 3; i++) {
        struct in *in = of_memory("x", inputs[i]);
        gives_thrice(in, view(&text));
        put("again", inputs[i]);
        in = NULL;
        assert_int_equal(in_open(&in, "again", NULL, NULL), VOC_OK);
        gives_thrice(in, view(&text));
        int ends[2];
        char path[32];
        pthread_t thread;
        assert_int_equal(pipe(ends), 0);
        struct writer w = {ends[1], inputs[i], 5000};
        assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
        (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        in = NULL;
        assert_int_equal(in_open(&in, path, NULL, NULL), VOC_OK);
        gives_thrice(in, view(&text));
        close(ends[0]);
        pthread_join(thread, NULL);
    }
    assert_int_equal(unlink("again"), 0);
    buf_done(&zip);
    buf_done(&gz);
    buf_done(&text);
}

static void what_is_another_the_second_time_is_refused(void **state)
{
    (void)state;
    static const char *const later[] = {"one\nTWO\n", "one\ntwo\nthree\n", "one\n"};
    for (size_t i = 0; i < 3; i++) {
        struct in *in = NULL;
        char bytes[100];
        size_t got = 1;
        voc_rc rc = VOC_OK;
        put("changes", STR("one\ntwo\n"));
        assert_int_equal(in_open(&in, "changes", NULL, NULL), VOC_OK);
        assert_int_equal(in_keep(in), VOC_OK);
        assert_int_equal(in_read(in, bytes, 3, &got), VOC_OK);
        assert_int_equal(in_keep(in), VOC_E_BUG); // too late
        while (got > 0) assert_int_equal(in_read(in, bytes, sizeof bytes, &got), VOC_OK);
        int fd = open("changes", O_WRONLY | O_TRUNC);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, later[i], strlen(later[i])), (ssize_t)strlen(later[i]));
        close(fd);
        rc = in_again(in);
        for (got = 1; got > 0 && rc == VOC_OK;) rc = in_read(in, bytes, sizeof bytes, &got);
        assert_int_equal(rc, i < 2 ? VOC_E_INPUT : VOC_E_IO); // what became shorter is told at its end
        in_close(in);
    }
    assert_int_equal(unlink("changes"), 0);
}

static void what_became_shorter_while_it_was_read_is_no_whole_file_and_what_grew_is(void **state)
{
    (void)state;
    struct buf text = sample(40000);
    static char bytes[1 << 18];
    const off_t sizes[] = {0, 300000, (off_t)text.len, (off_t)text.len + 1000};
    assert_true(text.len > 600000);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct in *in = NULL;
        struct diag *d = diag_new();
        size_t got = 1;
        voc_rc rc = VOC_OK;
        put("log", view(&text));
        assert_int_equal(in_open(&in, "log", NULL, d), VOC_OK);
        assert_int_equal(in_read(in, bytes, sizeof bytes, &got), VOC_OK);
        assert_int_equal(truncate("log", sizes[i]), 0);
        while (rc == VOC_OK && got > 0) rc = in_read(in, bytes, sizeof bytes, &got);
        assert_int_equal(rc, i < 2 ? VOC_E_IO : VOC_OK);
        assert_int_equal(diag_count(d, VOC_ERROR), i < 2);
        if (i < 2) assert_string_equal(diag_at(d, 0)->code, "IN-005");
        in_close(in);
        diag_free(d);
    }
    assert_int_equal(unlink("log"), 0);
    buf_done(&text);
}

static void what_is_no_file_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const char *const paths[] = {"missing.csv", ".", "", "link-to-device", "link-to-nothing", "missing/a.csv"};
    assert_int_equal(symlink("/dev/zero", "link-to-device"), 0);
    assert_int_equal(symlink("missing.csv", "link-to-nothing"), 0);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct in *in = NULL;
        struct diag *d = diag_new();
        if (in_open(&in, paths[i], NULL, d) != VOC_E_IO) fail_msg("'%s' was opened", paths[i]);
        assert_null(in);
        assert_int_equal(diag_count(d, VOC_ERROR), 1);
        diag_free(d);
    }
    assert_int_equal(unlink("link-to-device"), 0);
    assert_int_equal(unlink("link-to-nothing"), 0);
    struct in *in = NULL;
    put("real.csv", STR("a\n"));
    assert_int_equal(symlink("real.csv", "link.csv"), 0); // a link to a file is fine
    assert_int_equal(in_open(&in, "link.csv", NULL, NULL), VOC_OK);
    gives(in, STR("a\n"), 10);
    in_close(in);
    assert_int_equal(in_open(&in, "/dev/null", NULL, NULL), VOC_OK); // and so is a device that was named
    gives(in, STR(""), 10);
    in_close(in);
    assert_int_equal(unlink("link.csv"), 0);
    assert_int_equal(unlink("real.csv"), 0);
}

static void failing_allocations_are_reported_and_leak_nothing(void **state)
{
    (void)state;
    uint64_t live = mem_stats().live_blocks;
    for (uint64_t nth = 1;; nth++) {
        struct in *in = NULL;
        char chunk[100];
        size_t got = 1;
        voc_str head;
        bool complete;
        mem_fault(nth, false);
        voc_rc rc = in_memory(&in, "x.csv", "gr\xFCn\n", 5, NULL, NULL);
        if (rc == VOC_OK) rc = in_watch(in, 3);
        if (rc == VOC_OK) rc = in_text(in, "auto");
        if (rc == VOC_OK) rc = in_peek(in, 3, &head, &complete);
        while (rc == VOC_OK && got > 0) rc = in_read(in, chunk, sizeof chunk, &got);
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        in_close(in);
        assert_int_equal(mem_stats().live_blocks, live);
        if (!fired) {
            assert_int_equal(rc, VOC_OK);
            break;
        }
        assert_int_equal(rc, VOC_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_inputs_are_empty),
        cmocka_unit_test(files_give_the_same_as_memory),
        cmocka_unit_test(pipes_give_the_same_after_a_peek_even_byte_by_byte),
        cmocka_unit_test(standard_input_is_a_path),
        cmocka_unit_test(a_peek_is_replayed_and_says_whether_it_was_all),
        cmocka_unit_test(text_is_decoded_by_what_its_first_bytes_say),
        cmocka_unit_test(utf8_is_not_touched_behind_the_head_and_other_charsets_count_what_is_wrong),
        cmocka_unit_test(long_utf16_is_decoded_the_same_with_and_without_a_peek),
        cmocka_unit_test(watched_lengths_give_the_hash_of_the_beginning),
        cmocka_unit_test(a_text_is_known_without_the_nuls_at_its_end),
        cmocka_unit_test(an_input_can_be_read_again_however_it_comes),
        cmocka_unit_test(what_is_another_the_second_time_is_refused),
        cmocka_unit_test(what_became_shorter_while_it_was_read_is_no_whole_file_and_what_grew_is),
        cmocka_unit_test(what_is_no_file_is_refused_with_a_sentence),
        cmocka_unit_test(failing_allocations_are_reported_and_leak_nothing),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
