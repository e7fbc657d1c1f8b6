// SPDX-License-Identifier: MIT
// The files of a tar, and of a zip of mails, as one stream; nothing is unpacked to disk. What the first file is decides: a mail
// (.eml, cur and new of a Maildir, or headers of a mail): all files as a folder gives them, each behind a line "From voc-folder
// LENGTH NAME"; a mailbox (.mbox): the mailboxes one behind the other; anything else: that file, which must be the only one. A
// tar is read once (a file of several that are no mails is read by its name, each time from the beginning), from what unpacks it or
// from the file itself, so that pipes do; a zip by its directory. One thread.
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cancel.h"
#include "base/str.h"
#include "io/in_internal.h"

#define PIECE ((size_t)64 << 10)
#define MEMBERS_MAX 10000u // files of an archive that are read one by one
#define RATIO_MAX 1000u
#define RATIO_FROM (UINT64_C(64) << 20) // as in.c has it
#define LOOK 512u // bytes of a file from which it is told to be a mail

enum mode { ONE, MAILS, MAILBOXES };

struct members { // owns a and piece; borrows source and unpack
    struct archive *a;
    struct source *source;
    struct unpack *unpack; // NULL: the source as it is
    bool zip;
    voc_rc rc; // of what is below, while libarchive was calling
    uint64_t fed;
    char *piece;
    size_t first_len; // of piece: bytes that were taken from `unpack` already
    enum mode mode;
    char look[LOOK]; // of the first file
    size_t look_at, look_len;
    char head[600];
    size_t head_at, head_len;
    uint64_t left; // of the file that is being given
    bool inside, ended, alone; // alone: one file that was asked for, whatever else there is
    char last; // byte given
};

// ---- what lies below -----------------------------------------------------------------------------------------------------

static la_ssize_t on_read(struct archive *a, void *user, const void **bytes)
{
    struct members *m = user;
    const char *ptr = m->piece;
    size_t len = m->first_len;
    m->first_len = 0;
    if (len == 0) m->rc = m->unpack != NULL ? unpack_read(m->unpack, m->piece, PIECE, &len) : source_take(m->source, &ptr, &len);
    if (m->rc != VOC_OK) {
        archive_set_error(a, EIO, "reading failed");
        return -1;
    }
    *bytes = ptr;
    m->fed += len;
    // what is passed over on the way to a file is bounded too
    if (m->unpack != NULL && m->fed > RATIO_FROM && m->fed / RATIO_MAX > unpack_fed(m->unpack)) {
        diag_error(m->source->d, "IN-021", m->source->path, 0, "if you trust it, unpack it and import what is in it",
                   "it grows more than %u-fold when unpacked, as no real log does", RATIO_MAX);
        m->rc = VOC_E_LIMIT;
        archive_set_error(a, EIO, "too much");
        return -1;
    }
    return (la_ssize_t)len;
}

static la_int64_t on_seek(struct archive *a, void *user, la_int64_t offset, int whence)
{
    struct members *m = user;
    int64_t at;
    (void)a;
    return source_seek(m->source, offset, whence, &at) == VOC_OK ? at : ARCHIVE_FATAL;
}

static voc_rc damaged(struct members *m)
{
    if (m->rc != VOC_OK) return m->rc;
    const char *why = archive_error_string(m->a);
    if (archive_errno(m->a) == ENOMEM) return VOC_E_NOMEM;
    diag_error(m->source->d, "IN-010", m->source->path, 0, "copy or download the file again, then import it again", "the %s archive is cut off or damaged: %s",
               m->zip ? "zip" : "tar", why != NULL ? why : "no reason was given");
    return VOC_E_INPUT;
}

static voc_rc start(struct members *m)
{
    m->a = archive_read_new();
    if (m->a == NULL) return VOC_E_NOMEM;
    int r = m->zip ? archive_read_support_format_zip(m->a) : archive_read_support_format_tar(m->a);
    if (r < ARCHIVE_WARN) return damaged(m);
    if (m->zip) archive_read_set_seek_callback(m->a, on_seek);
    archive_read_set_read_callback(m->a, on_read);
    archive_read_set_callback_data(m->a, m);
    return archive_read_open1(m->a) < ARCHIVE_WARN ? damaged(m) : VOC_OK;
}

// ---- members --------------------------------------------------------------------------------------------------------------

static const char *name_of(struct archive_entry *e)
{
    const char *name = archive_entry_pathname_utf8(e);
    if (name == NULL) name = archive_entry_pathname(e);
    return name != NULL ? name : "?";
}

static const char *base_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

bool member_beside(const char *name)
{
    const char *base = base_of(name);
    return *base == '.' || *base == 0 || str_starts(str_of(name), "__MACOSX/");
}

// What is hidden, and what mail programs keep beside the mails of a Maildir: as a folder leaves it out.
static bool is_beside(const struct members *m, const char *name)
{
    return member_beside(name) || folder_of_program(base_of(name)) || (m->mode == MAILS && strstr(name, "/tmp/") != NULL);
}

// The next regular file; *e NULL: no more.
static voc_rc next_file(struct members *m, struct archive_entry **e)
{
    for (;;) {
        if (cancel_requested()) return VOC_CANCELLED;
        int r = archive_read_next_header(m->a, e);
        if (r == ARCHIVE_RETRY) continue;
        if (r == ARCHIVE_EOF) {
            *e = NULL;
            return VOC_OK;
        }
        if (r < ARCHIVE_WARN) return damaged(m);
        if (archive_entry_filetype(*e) == AE_IFREG && archive_entry_hardlink(*e) == NULL && !is_beside(m, name_of(*e))) return VOC_OK;
    }
}

static voc_rc read_data(struct members *m, void *to, size_t size, size_t *got)
{
    la_ssize_t n;
    do n = archive_read_data(m->a, to, size);
    while (n == ARCHIVE_RETRY);
    if (n < 0) return damaged(m);
    *got = (size_t)n;
    return VOC_OK;
}

// By its name, else by the name of the header that it begins with.
static enum mode mode_of(const char *name, const char *look, size_t len)
{
    static const char *const headers[] = {"Return-Path:", "Received:", "Delivered-To:", "Message-ID:", "MIME-Version:", "From:", "To:", "Date:", "Subject:", "X-", "DKIM-Signature:", "ARC-"};
    if (str_ends(str_of(name), ".mbox")) return MAILBOXES;
    if (str_ends(str_of(name), ".eml") || strstr(name, "/cur/") != NULL || strstr(name, "/new/") != NULL ||
        str_starts(str_of(name), "cur/") || str_starts(str_of(name), "new/"))
        return MAILS;
    if (len > 5 && memcmp(look, "From ", 5) == 0) return MAILS;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        const size_t n = strlen(headers[i]);
        const char *colon = len > n ? memchr(look, ':', len) : NULL, *space = len > n ? memchr(look, ' ', len) : NULL;
        if (len > n && str_ieq(str_mk(look, n), str_of(headers[i])) && colon != NULL && (space == NULL || colon < space)) return MAILS;
    }
    return ONE;
}

static voc_rc look_into(struct members *m)
{
    size_t got = 1;
    voc_rc rc = VOC_OK;
    m->look_len = 0;
    while (rc == VOC_OK && got > 0 && m->look_len < LOOK) {
        rc = read_data(m, m->look + m->look_len, LOOK - m->look_len, &got);
        if (rc == VOC_OK) m->look_len += got;
    }
    return rc;
}

static voc_rc too_many(const struct members *m, const char *name)
{
    diag_error(m->source->d, "IN-012", m->source->path, 0, "name it as a file, and not through a pipe, or name one file in it: ARCHIVE/FILE",
               "the tar holds several files that are not all mails, and only one can be read: %.200s is another one", name);
    return VOC_E_INPUT;
}

// Begins a file: the line before it, as a folder has it.
static voc_rc begin_file(struct members *m, struct archive_entry *e)
{
    const char *name = name_of(e);
    if (archive_entry_is_encrypted(e)) {
        diag_error(m->source->d, "IN-013", m->source->path, 0, "unpack it with its password and import the files in it", "the archive is encrypted (%.200s)", name);
        return VOC_E_INPUT;
    }
    if (!archive_entry_size_is_set(e) || archive_entry_size(e) < 0) {
        diag_error(m->source->d, "IN-010", m->source->path, 0, "unpack it, and import the files in it", "the archive does not say how long %.200s is", name);
        return VOC_E_INPUT;
    }
    m->left = (uint64_t)archive_entry_size(e);
    m->inside = true;
    m->head_at = m->head_len = 0;
    if (m->mode != MAILS) return VOC_OK;
    int n = snprintf(m->head, sizeof m->head, "From voc-folder %llu %.500s", (unsigned long long)m->left, name);
    if (n < 0) return VOC_E_BUG;
    m->head_len = (size_t)n < sizeof m->head - 1 ? (size_t)n : sizeof m->head - 2;
    for (size_t i = 0; i < m->head_len; i++)
        if ((unsigned char)m->head[i] < 0x20) m->head[i] = '_';
    m->head[m->head_len++] = '\n';
    return VOC_OK;
}

// ---- the stream ---------------------------------------------------------------------------------------------------------------

// libarchive stops at the mark of the end: what stands behind it is read, so that what unpacks it sees its own end.
static voc_rc drain(struct members *m)
{
    const void *ptr;
    la_ssize_t n = 1;
    while (n > 0 && m->unpack != NULL) n = on_read(m->a, m, &ptr);
    return n < 0 ? damaged(m) : VOC_OK;
}

static voc_rc next(struct members *m)
{
    struct archive_entry *e = NULL;
    if (m->alone) return m->ended = true, VOC_OK; // what stands behind it is for others to read
    voc_rc rc = next_file(m, &e);
    if (rc != VOC_OK) return rc;
    if (e == NULL) {
        m->ended = true;
        return drain(m);
    }
    if (m->mode == ONE || (m->mode == MAILBOXES && mode_of(name_of(e), NULL, 0) != MAILBOXES)) return too_many(m, name_of(e));
    return begin_file(m, e);
}

static voc_rc short_file(struct members *m)
{
    diag_error(m->source->d, "IN-010", m->source->path, 0, "copy or download the file again, then import it again", "a file in the archive is shorter than it says");
    return VOC_E_INPUT;
}

static size_t give(void *to, size_t room, const char *from, size_t len)
{
    size_t n = len < room ? len : room;
    memcpy(to, from, n);
    return n;
}

// One step: some bytes, or a change of state.
static voc_rc step(struct members *m, char *to, size_t room, size_t *n)
{
    voc_rc rc = VOC_OK;
    if (m->head_at < m->head_len) {
        *n = give(to, room, m->head + m->head_at, m->head_len - m->head_at);
        m->head_at += *n;
    } else if (m->inside && m->left > 0) {
        if (room > m->left) room = (size_t)m->left;
        if (m->look_at < m->look_len) {
            *n = give(to, room, m->look + m->look_at, m->look_len - m->look_at);
            m->look_at += *n;
        } else {
            rc = read_data(m, to, room, n);
            if (rc == VOC_OK && *n == 0) rc = short_file(m);
        }
        m->left -= *n;
    } else if (m->inside) {
        m->inside = false;
        m->look_at = m->look_len;
        // behind a mail as behind the files of a folder; mailboxes are told apart by a line that begins behind an empty one
        if (m->mode == MAILS || (m->mode == MAILBOXES && m->last != '\n')) to[(*n)++] = '\n';
    } else {
        rc = next(m);
    }
    if (rc == VOC_OK && *n > 0) m->last = to[*n - 1];
    return rc;
}

voc_rc members_read(struct members *m, void *to, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size && !m->ended) {
        size_t n = 0;
        voc_rc rc = step(m, (char *)to + *got, size - *got, &n);
        if (rc != VOC_OK) return rc;
        *got += n;
    }
    return VOC_OK;
}

static voc_rc first_file(struct members *m, char **member)
{
    struct archive_entry *e = NULL;
    voc_rc rc = next_file(m, &e);
    if (rc == VOC_OK && e == NULL) {
        diag_error(m->source->d, "IN-011", m->source->path, 0, NULL, "there is no file in the %s", m->zip ? "zip" : "tar");
        return VOC_E_INPUT;
    }
    if (rc == VOC_OK) rc = look_into(m);
    if (rc == VOC_OK) m->mode = m->zip ? MAILS : mode_of(name_of(e), m->look, m->look_len);
    if (rc == VOC_OK) rc = begin_file(m, e);
    if (rc != VOC_OK || m->mode != ONE) return rc;
    const char *base = base_of(name_of(e));
    *member = mem_strndup(base, strlen(base));
    return *member == NULL ? VOC_E_NOMEM : VOC_OK;
}

static voc_rc open_archive(struct members **out, struct source *s, struct unpack *u, bool zip, voc_str first)
{
    struct members *m = mem_zalloc(1, sizeof *m);
    voc_rc rc = m == NULL ? VOC_E_NOMEM : VOC_OK;
    if (rc != VOC_OK) return rc;
    m->source = s;
    m->unpack = u;
    m->zip = zip;
    m->piece = mem_alloc(first.len > PIECE ? first.len : PIECE);
    if (m->piece == NULL) rc = VOC_E_NOMEM;
    if (rc == VOC_OK && first.len > 0) memcpy(m->piece, first.ptr, m->first_len = first.len);
    if (rc == VOC_OK) rc = start(m);
    if (rc == VOC_OK) *out = m;
    else members_close(m);
    return rc;
}

voc_rc members_open(struct members **out, struct source *s, struct unpack *u, bool zip, voc_str first, char **member)
{
    struct members *m = NULL;
    voc_rc rc = open_archive(&m, s, u, zip, first);
    if (rc == VOC_OK) rc = first_file(m, member);
    if (rc == VOC_OK) *out = m;
    else members_close(m);
    return rc;
}

voc_rc members_open_named(struct members **out, struct source *s, struct unpack *u, bool zip, voc_str first, const char *name)
{
    struct members *m = NULL;
    struct archive_entry *e = NULL;
    voc_rc rc = open_archive(&m, s, u, zip, first);
    do {
        if (rc == VOC_OK) rc = next_file(m, &e);
    } while (rc == VOC_OK && e != NULL && strcmp(name_of(e), name) != 0);
    if (rc == VOC_OK && e == NULL) {
        diag_error(s->d, "IN-058", s->path, 0, "voc sniff ARCHIVE names the files in it", "there is no file \"%.200s\" in this archive", name);
        rc = VOC_E_INPUT;
    }
    if (rc == VOC_OK) m->alone = true, rc = begin_file(m, e);
    if (rc == VOC_OK) *out = m;
    else members_close(m);
    return rc;
}

// ---- what is in it -----------------------------------------------------------------------------------------------------------

static voc_rc add_name(struct in_sheets *out, const char *name)
{
    struct in_sheet one = {.name = mem_strndup(name, strlen(name)), .member = true};
    voc_rc rc = one.name != NULL ? vec_reserve(&out->at, 1, MEMBERS_MAX) : VOC_E_NOMEM;
    if (rc == VOC_OK) out->at.at[out->at.n++] = one;
    else mem_free(one.name);
    return rc;
}

static voc_rc list_names(struct members *m, struct in_sheets *out)
{
    struct archive_entry *e = NULL;
    voc_rc rc = VOC_OK;
    size_t others = 0;
    enum mode first = ONE;
    while (rc == VOC_OK && (rc = next_file(m, &e)) == VOC_OK && e != NULL) {
        const char *name = name_of(e);
        enum mode mode = mode_of(name, NULL, 0);
        if (mode == ONE && !archive_entry_is_encrypted(e) && others == 0) {
            rc = look_into(m);
            if (rc == VOC_OK) mode = mode_of(name, m->look, m->look_len);
        }
        if (out->at.n == 0) first = mode;
        others += mode == ONE || mode != first;
        if (out->at.n == MEMBERS_MAX && others > 0) {
            diag_error(m->source->d, "IN-059", m->source->path, 0, "unpack it, and import the folder", "the archive holds more than %u files", MEMBERS_MAX);
            return VOC_E_LIMIT;
        }
        if (rc == VOC_OK && out->at.n < MEMBERS_MAX) rc = add_name(out, name);
    }
    const bool book = out->at.n == 1 && in_is_workbook(out->at.at[0].name); // its sheets may be several
    if (rc == VOC_OK && (others == 0 || out->at.n < 2) && !book) in_sheets_done(out);
    return rc;
}

voc_rc members_list(struct in_sheets *out, struct source *s, struct unpack *u, bool zip, voc_str first)
{
    struct members *m = NULL;
    voc_rc rc = open_archive(&m, s, u, zip, first);
    if (rc == VOC_OK) rc = list_names(m, out);
    if (rc != VOC_OK) in_sheets_done(out);
    members_close(m);
    return rc;
}

void members_close(struct members *m)
{
    if (m == NULL) return;
    if (m->a != NULL) archive_read_free(m->a);
    mem_free(m->piece);
    mem_free(m);
}

uint64_t members_fed(const struct members *m) { return m->unpack != NULL ? unpack_fed(m->unpack) : m->fed; }

bool members_tar(const char *ptr, size_t len) { return len >= 262 && memcmp(ptr + 257, "ustar", 5) == 0; }

// Several files, and the name or the beginning of each is that of a mail.
voc_rc members_zip_of_mails(struct source *s, bool *mails)
{
    struct members m = {.source = s, .zip = true};
    struct archive_entry *e = NULL;
    size_t n = 0, others = 0;
    struct diag *d = s->d;
    s->d = NULL; // what is damaged is said where it is opened
    voc_rc rc = start(&m);
    while (rc == VOC_OK && others == 0 && (rc = next_file(&m, &e)) == VOC_OK && e != NULL) {
        enum mode mode = mode_of(name_of(e), NULL, 0);
        if (mode == ONE && !archive_entry_is_encrypted(e)) rc = look_into(&m);
        if (mode == ONE && rc == VOC_OK) mode = mode_of(name_of(e), m.look, m.look_len);
        n++;
        others += mode != MAILS;
    }
    if (m.a != NULL) archive_read_free(m.a);
    *mails = rc == VOC_OK && n > 1 && others == 0;
    int64_t at;
    s->d = d;
    voc_rc back = source_seek(s, 0, SEEK_SET, &at);
    return rc == VOC_E_INPUT || rc == VOC_OK ? back : rc;
}
