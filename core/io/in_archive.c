// SPDX-License-Identifier: MIT
// Compressed input through libarchive: one named filter over raw bytes, or the ZIP format, never "all" (which would run
// programs) and never a second layer. The layer is recognised here by its magic and set, so that libarchive does not
// guess. What libarchive does not check is checked here: bytes behind the end, a second member, gzip's sum and length.
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/str.h"
#include "io/in_internal.h"

#define BEFORE 64u

struct unpack { // owns a and gzip; borrows source
    struct archive *a;
    struct source *source;
    enum packing packing;
    struct gzip_check *gzip; // owned; NULL: not gzip
    voc_rc rc;               // of the source, while libarchive was calling
    uint64_t fed;
    const char *piece; // what libarchive was handed last
    size_t piece_len;
    char before[BEFORE]; // the stored bytes in front of it
    bool ended;
};

enum packing pack_of(const char *ptr, size_t len)
{
    if (len >= 3 && memcmp(ptr, "\x1F\x8B\x08", 3) == 0) return PACK_GZIP;
    if (len >= 4 && memcmp(ptr, "\x28\xB5\x2F\xFD", 4) == 0) return PACK_ZSTD;
    if (len >= 4 && ((unsigned char)ptr[0] & 0xF0) == 0x50 && memcmp(ptr + 1, "\x2A\x4D\x18", 3) == 0) return PACK_ZSTD; // a skippable frame first
    if (len >= 6 && memcmp(ptr, "\xFD" "7zXZ\0", 6) == 0) return PACK_XZ;
    if (len >= 10 && memcmp(ptr, "BZh", 3) == 0 && ptr[3] >= '1' && ptr[3] <= '9' &&
        (memcmp(ptr + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 || memcmp(ptr + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0)) return PACK_BZIP2;
    if (len >= 4 && (memcmp(ptr, "PK\3\4", 4) == 0 || memcmp(ptr, "PK\5\6", 4) == 0)) return PACK_ZIP;
    return PACK_NONE;
}

const char *pack_name(enum packing p)
{
    static const char *const names[] = {"plain", "gzip", "zstd", "xz", "bzip2", "zip"};
    return names[p];
}

// Keeps the last bytes of `before` and these.
static void add_before(struct unpack *u, const char *ptr, size_t len)
{
    size_t n = len < BEFORE ? len : BEFORE;
    if (n == 0) return;
    memmove(u->before, u->before + n, BEFORE - n);
    memcpy(u->before + BEFORE - n, ptr + len - n, n);
}

static la_ssize_t on_read(struct archive *a, void *user, const void **bytes)
{
    struct unpack *u = user;
    const char *ptr = NULL;
    size_t len = 0;
    char kept[BEFORE]; // the end of the old piece, whose memory the source reuses
    size_t n_kept = u->piece_len < BEFORE ? u->piece_len : BEFORE;
    if (n_kept > 0) memcpy(kept, u->piece + u->piece_len - n_kept, n_kept);
    u->rc = source_take(u->source, &ptr, &len);
    if (u->rc != VOC_OK) {
        archive_set_error(a, EIO, "reading failed");
        return -1;
    }
    *bytes = ptr;
    if (len == 0) return 0; // the end: the old piece stays
    add_before(u, kept, n_kept);
    u->piece = ptr;
    u->piece_len = len;
    u->fed += len;
    if (u->gzip != NULL) gzip_check_fed(u->gzip, ptr, len);
    return (la_ssize_t)len;
}

static la_int64_t on_seek(struct archive *a, void *user, la_int64_t offset, int whence)
{
    struct unpack *u = user;
    int64_t at;
    (void)a;
    return source_seek(u->source, offset, whence, &at) == VOC_OK ? at : ARCHIVE_FATAL;
}

// The sentence for what libarchive said last.
static voc_rc damaged(struct unpack *u)
{
    if (u->rc != VOC_OK) return u->rc;
    int error = archive_errno(u->a);
    const char *why = archive_error_string(u->a);
    if (error == ENOMEM) return VOC_E_NOMEM;
    diag_error(u->source->d, "IN-010", u->source->path, 0, "copy or download the file again, then import it again",
               "the %s data is cut off or damaged: %s", pack_name(u->packing), why != NULL ? why : "no reason was given");
    return VOC_E_INPUT;
}

static voc_rc start(struct unpack *u)
{
    static const int filter[] = {0, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_BZIP2};
    u->a = archive_read_new();
    if (u->a == NULL) return VOC_E_NOMEM;
    bool zip = u->packing == PACK_ZIP;
    int r = zip ? archive_read_support_format_zip(u->a) : archive_read_support_format_raw(u->a);
    if (r >= ARCHIVE_WARN && !zip) r = archive_read_support_format_empty(u->a);
    if (r >= ARCHIVE_WARN && !zip) r = archive_read_append_filter(u->a, filter[u->packing]);
    if (r < ARCHIVE_OK) return damaged(u);
    if (zip && u->source->seekable) archive_read_set_seek_callback(u->a, on_seek);
    archive_read_set_read_callback(u->a, on_read);
    archive_read_set_callback_data(u->a, u);
    u->fed = 0;
    // Opening reads the first bytes. Where that fails the format "empty" would take it for an empty input, so ask.
    if (archive_read_open1(u->a) < ARCHIVE_WARN || (!zip && archive_errno(u->a) != 0)) return damaged(u);
    return VOC_OK;
}

static const char *entry_name(struct archive_entry *e)
{
    const char *name = archive_entry_pathname_utf8(e);
    if (name == NULL) name = archive_entry_pathname(e);
    return name != NULL ? name : "?";
}

// The next regular member; *e NULL: no more. What a Mac adds is none, nor what is hidden.
static voc_rc next_member(struct unpack *u, struct archive_entry **e)
{
    for (;;) {
        int r = archive_read_next_header(u->a, e);
        if (r == ARCHIVE_RETRY) continue;
        if (r == ARCHIVE_EOF) {
            *e = NULL;
            return VOC_OK;
        }
        if (r < ARCHIVE_WARN) return damaged(u);
        if (archive_entry_filetype(*e) == AE_IFREG && !member_beside(entry_name(*e))) return VOC_OK;
    }
}

static voc_rc too_many(const struct unpack *u, size_t n, const char *names)
{
    diag_error(u->source->d, "IN-012", u->source->path, 0,
               strcmp(u->source->path, "-") != 0
                   ? "name one file in it (ARCHIVE/FILE), or unpack it and import the files in it that you want"
                   : "name it as a file, and not through a pipe: then each file in it is read",
               "the zip holds %s%zu files and only one can be read: %s", u->source->seekable ? "" : "at least ", n, names);
    return VOC_E_INPUT;
}

// Counts the regular members of a zip that can be read twice; more than one is an error that names the first few.
static voc_rc count_members(struct unpack *u)
{
    struct buf names;
    struct archive_entry *e = NULL;
    size_t n = 0;
    buf_init(&names, 4096);
    voc_rc rc = start(u);
    while (rc == VOC_OK && (rc = next_member(u, &e)) == VOC_OK && e != NULL) {
        if (++n <= 5) (void)buf_printf(&names, "%s%.200s", n > 1 ? ", " : "", entry_name(e));
        if (n == 6) (void)buf_cstr(&names, ", ...");
    }
    if (rc == VOC_OK && names.rc != VOC_OK) rc = names.rc;
    if (rc == VOC_OK && n > 1) rc = too_many(u, n, names.ptr);
    buf_done(&names);
    archive_read_free(u->a);
    u->a = NULL;
    int64_t at;
    if (rc == VOC_OK) rc = source_seek(u->source, 0, SEEK_SET, &at);
    return rc;
}

static voc_rc foreign(const struct unpack *u)
{
    diag_error(u->source->d, "IN-014", u->source->path, 0, "copy or download the file again, then import it again",
               "there are other bytes behind the end of the %s data", pack_name(u->packing));
    return VOC_E_INPUT;
}

// Bytes behind the end of the compressed data (no padding of NULs): libarchive would pass over them in silence.
static voc_rc check_rest(struct unpack *u, const char *ptr, size_t len)
{
    for (;;) {
        for (size_t i = 0; i < len; i++) {
            if (ptr[i] != 0) return foreign(u);
        }
        voc_rc rc = source_take(u->source, &ptr, &len);
        if (rc != VOC_OK || len == 0) return rc;
    }
}

// What libarchive does not look at.
static voc_rc check_end(struct unpack *u)
{
    struct archive_entry *e = NULL;
    if (u->packing == PACK_ZIP) {
        voc_rc rc = next_member(u, &e);
        return rc == VOC_OK && e != NULL ? too_many(u, 2, entry_name(e)) : rc;
    }
    uint64_t rest = u->fed - (uint64_t)archive_filter_bytes(u->a, -1);
    size_t ahead = rest > u->piece_len ? (size_t)rest - u->piece_len : 0; // libarchive had joined two pieces
    if (ahead > BEFORE - 8) return VOC_E_BUG;
    size_t left = (size_t)rest - ahead;
    if (u->gzip != NULL) {
        add_before(u, u->piece, u->piece_len - left);
        enum gzip_verdict v = gzip_check_end(u->gzip, u->before + BEFORE - ahead - 8);
        if (v == GZIP_UNSURE) {
            diag_warn(u->source->d, "IN-016", u->source->path, 0, "test it with gzip -t, which knows where its members end",
                      "the checksums of this gzip of several members could not be made to fit: it may be damaged");
        } else if (v == GZIP_DAMAGED) {
            diag_error(u->source->d, "IN-010", u->source->path, 0, "copy or download the file again; gzip -t tests it",
                       "the gzip data is cut off or damaged: a checksum is wrong");
            return VOC_E_INPUT;
        }
    }
    return ahead > 0 ? foreign(u) : check_rest(u, left > 0 ? u->piece + u->piece_len - left : NULL, left);
}

static voc_rc first_member(struct unpack *u, char **member)
{
    struct archive_entry *e = NULL;
    voc_rc rc = next_member(u, &e);
    if (rc != VOC_OK) return rc;
    if (e == NULL && u->packing != PACK_ZIP) { // nothing is packed in it
        u->ended = true;
        return check_end(u);
    }
    if (e == NULL) {
        diag_error(u->source->d, "IN-011", u->source->path, 0, NULL, "there is no file in the zip");
        return VOC_E_INPUT;
    }
    if (u->packing != PACK_ZIP) return VOC_OK;
    const char *name = entry_name(e), *slash = strrchr(name, '/');
    if (!u->source->seekable && (strcmp(name, "[Content_Types].xml") == 0 || strcmp(name, "_rels/.rels") == 0 || str_starts(str_of(name), "xl/"))) {
        diag_error(u->source->d, "IN-040", u->source->path, 0,
                   "name the file itself; its parts are read in another order than they come in",
                   "a workbook cannot be read through a pipe");
        return VOC_E_INPUT;
    }
    if (archive_entry_is_encrypted(e)) {
        diag_error(u->source->d, "IN-013", u->source->path, 0, "unpack it with its password and import the file in it",
                   "the zip is encrypted (%s)", name);
        return VOC_E_INPUT;
    }
    if (slash != NULL) name = slash + 1;
    *member = mem_strndup(name, strlen(name));
    return *member == NULL ? VOC_E_NOMEM : VOC_OK;
}

voc_rc unpack_open(struct unpack **out, enum packing p, struct source *s, char **member)
{
    struct unpack *u = mem_zalloc(1, sizeof *u);
    if (u == NULL) return VOC_E_NOMEM;
    u->source = s;
    u->packing = p;
    voc_rc rc = p == PACK_GZIP ? gzip_check_new(&u->gzip) : VOC_OK;
    if (rc == VOC_OK && p == PACK_ZIP && s->seekable) rc = count_members(u);
    if (rc == VOC_OK) rc = start(u);
    if (rc == VOC_OK) rc = first_member(u, member);
    if (rc == VOC_OK) *out = u;
    else unpack_close(u);
    return rc;
}

void unpack_close(struct unpack *u)
{
    if (u == NULL) return;
    if (u->a != NULL) archive_read_free(u->a);
    gzip_check_free(u->gzip);
    mem_free(u);
}

voc_rc unpack_read(struct unpack *u, void *to, size_t size, size_t *got)
{
    *got = 0;
    if (u->ended) return VOC_OK;
    la_ssize_t n;
    do n = archive_read_data(u->a, to, size);
    while (n == ARCHIVE_RETRY);
    if (n < 0) return damaged(u);
    *got = (size_t)n;
    if (n > 0) {
        if (u->gzip != NULL) gzip_check_given(u->gzip, to, *got);
        return VOC_OK;
    }
    u->ended = true;
    return check_end(u);
}

uint64_t unpack_fed(const struct unpack *u) { return u->fed; }
