// SPDX-License-Identifier: MIT
// What the tests of in.c share: a folder of their own, makers of packed inputs (libarchive's writer), and reading whole.
#ifndef TESTS_UNIT_IO_IN_HELPERS_H
#define TESTS_UNIT_IO_IN_HELPERS_H
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/str.h"
#include "io/in.h"

static char folder[] = "/tmp/voc-test-in-XXXXXX";

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    return chdir("/") != 0 || rmdir(folder) != 0;
}

// ---- makers

static inline struct buf sample(size_t lines)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    for (size_t i = 0; i < lines; i++) buf_printf(&b, "%zu;customer %zu;read;%zu\n", i, i * 7919 % 1000, i * i % 977);
    assert_int_equal(b.rc, VOC_OK);
    return b;
}

static const int filters[] = {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2};
#define N_FILTERS (sizeof filters / sizeof *filters)

// The bytes in one layer; level NULL: the usual one.
static inline struct buf packed_at(voc_str bytes, int filter, const char *level)
{
    struct buf out;
    size_t used = 0, room = bytes.len + bytes.len / 8 + 65536;
    buf_init(&out, (size_t)1 << 28);
    assert_non_null(buf_room(&out, room));
    struct archive *a = archive_write_new();
    struct archive_entry *e = archive_entry_new();
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
    if (level != NULL) assert_int_equal(archive_write_set_filter_option(a, NULL, "compression-level", level), ARCHIVE_OK);
    assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(a, out.ptr, room, &used), ARCHIVE_OK);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_pathname(e, "x");
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, bytes.ptr, bytes.len), (la_ssize_t)bytes.len);
    archive_entry_free(e);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    out.len = used;
    return out;
}

static inline struct buf packed(voc_str bytes, int filter) { return packed_at(bytes, filter, NULL); }

// A zip of n members, each with these bytes; names ending in '/' are folders.
static inline struct buf zipped(const char *const *names, size_t n, voc_str bytes, bool stored)
{
    struct buf out;
    size_t used = 0, room = n * (bytes.len + bytes.len / 8) + 65536;
    buf_init(&out, (size_t)1 << 28);
    assert_non_null(buf_room(&out, room));
    struct archive *a = archive_write_new();
    archive_write_set_bytes_per_block(a, 0);
    assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
    if (stored) archive_write_zip_set_compression_store(a);
    assert_int_equal(archive_write_open_memory(a, out.ptr, room, &used), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *e = archive_entry_new();
        bool is_folder = str_ends(str_of(names[i]), "/");
        archive_entry_set_filetype(e, is_folder ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_pathname(e, names[i]);
        archive_entry_set_size(e, is_folder ? 0 : (la_int64_t)bytes.len);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        if (!is_folder) assert_int_equal(archive_write_data(a, bytes.ptr, bytes.len), (la_ssize_t)bytes.len);
        archive_entry_free(e);
    }
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    out.len = used;
    return out;
}

static inline voc_str view(const struct buf *b) { return str_mk(b->len == 0 ? "" : b->ptr, b->len); }

static inline void put(const char *path, voc_str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

// ---- reading

static inline voc_rc read_all(struct in *in, struct buf *out, size_t step)
{
    char chunk[100000];
    size_t got = 0;
    if (step > sizeof chunk) step = sizeof chunk;
    do {
        voc_rc rc = in_read(in, chunk, step, &got);
        if (rc != VOC_OK) return rc;
        buf_add(out, chunk, got);
        assert_int_equal(in_decoded(in), out->len);
    } while (got > 0);
    assert_int_equal(in_read(in, chunk, step, &got), VOC_OK); // the end stays the end
    assert_int_equal(got, 0);
    return VOC_OK;
}

// Reads it whole in steps and checks bytes and hash.
static inline void gives(struct in *in, voc_str expected, size_t step)
{
    struct buf out;
    unsigned char hash[HASH_BYTES], right[HASH_BYTES];
    buf_init(&out, (size_t)1 << 28);
    assert_int_equal(read_all(in, &out, step), VOC_OK);
    assert_int_equal(out.len, expected.len);
    if (expected.len > 0) assert_memory_equal(out.ptr, expected.ptr, expected.len);
    fingerprint_of(expected.ptr, expected.len, right);
    in_hash(in, hash);
    assert_memory_equal(hash, right, HASH_BYTES);
    assert_int_equal(in_raw(in), expected.len);
    buf_done(&out);
}

static inline struct in *of_memory(const char *name, voc_str bytes)
{
    struct in *in = NULL;
    assert_int_equal(in_memory(&in, name, bytes.ptr, bytes.len, NULL, NULL), VOC_OK);
    return in;
}

// Opening or reading fails so; the message has this in it.
static inline void fails(voc_str bytes, const char *charset, const struct in_limits *limits, voc_rc expected, const char *message)
{
    struct in *in = NULL;
    struct diag *d = diag_new();
    struct buf out;
    buf_init(&out, (size_t)1 << 30);
    voc_rc rc = in_memory(&in, "bad", bytes.ptr, bytes.len, limits, d);
    if (rc == VOC_OK) rc = in_text(in, charset);
    if (rc == VOC_OK) rc = read_all(in, &out, 70000);
    if (in != NULL && rc != VOC_OK && charset == NULL) {
        size_t got;
        char c;
        assert_int_equal(in_read(in, &c, 1, &got), rc); // and it stays so
    }
    if (rc != expected) fail_msg("%d is not %d (%s)", (int)rc, (int)expected, message);
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    const struct diag_msg *m = diag_at(d, 0);
    if (strstr(m->message, message) == NULL) fail_msg("'%s' has no '%s'", m->message, message);
    in_close(in);
    buf_done(&out);
    diag_free(d);
}

static const size_t steps[] = {1, 3, 1000, 65536, 100000};

struct writer { int fd; voc_str bytes; size_t step; };

static inline void *write_slowly(void *user)
{
    struct writer *w = user;
    for (size_t i = 0; i < w->bytes.len; i += w->step) {
        size_t n = w->step < w->bytes.len - i ? w->step : w->bytes.len - i;
        if (write(w->fd, w->bytes.ptr + i, n) != (ssize_t)n) break;
    }
    close(w->fd);
    return NULL;
}

static inline voc_rc through_a_pipe(voc_str bytes, size_t step, struct buf *out, struct diag *d)
{
    int ends[2];
    char path[32];
    pthread_t thread;
    struct in *in = NULL;
    assert_int_equal(pipe(ends), 0);
    struct writer w = {ends[1], bytes, step};
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    voc_rc rc = in_open(&in, path, NULL, d);
    if (rc == VOC_OK) rc = read_all(in, out, 5000);
    char rest[4096];
    while (read(ends[0], rest, sizeof rest) > 0) {
    }
    in_close(in);
    close(ends[0]);
    pthread_join(thread, NULL);
    return rc;
}
#endif
