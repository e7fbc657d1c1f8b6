// SPDX-License-Identifier: MIT
// The members of a workbook's zip, one after the other: each is read by going through the directory anew, as libarchive's ZIP
// reader goes forward only. Skipping costs a look at the directory, not unpacking. Damage is told as that of any zip.
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/str.h"
#include "io/in_book.h"

#define RATIO_MAX 1000u
#define RATIO_FROM (UINT64_C(64) << 20) // small parts may be dense
#define PART_MAX (UINT64_C(1) << 36)

struct book_part { // owns a; borrows source
    struct archive *a;
    struct source *source;
    voc_rc rc; // of the source, while libarchive was calling
    uint64_t fed, given;
    bool ended;
};

static la_ssize_t on_read(struct archive *a, void *user, const void **bytes)
{
    struct book_part *p = user;
    const char *ptr = NULL;
    size_t len = 0;
    p->rc = source_take(p->source, &ptr, &len);
    if (p->rc != VOC_OK) {
        archive_set_error(a, EIO, "reading failed");
        return -1;
    }
    *bytes = ptr;
    p->fed += len;
    return (la_ssize_t)len;
}

static la_int64_t on_seek(struct archive *a, void *user, la_int64_t offset, int whence)
{
    struct book_part *p = user;
    int64_t at;
    (void)a;
    return source_seek(p->source, offset, whence, &at) == VOC_OK ? at : ARCHIVE_FATAL;
}

static voc_rc damaged(const struct book_part *p)
{
    const char *why = archive_error_string(p->a);
    if (p->rc != VOC_OK) return p->rc;
    if (archive_errno(p->a) == ENOMEM) return VOC_E_NOMEM;
    diag_error(p->source->d, "IN-010", p->source->path, 0, "copy or download the file again, then import it again", "the workbook is cut off or damaged: %s",
               why != NULL ? why : "no reason was given");
    return VOC_E_INPUT;
}

static voc_rc begin(struct book_part **out, struct source *s)
{
    int64_t at;
    voc_rc rc = source_seek(s, 0, SEEK_SET, &at);
    struct book_part *p = rc == VOC_OK ? mem_zalloc(1, sizeof *p) : NULL;
    if (p == NULL) return rc != VOC_OK ? rc : VOC_E_NOMEM;
    p->source = s;
    p->a = archive_read_new();
    if (p->a == NULL) rc = VOC_E_NOMEM;
    else if (archive_read_support_format_zip_seekable(p->a) < ARCHIVE_OK) rc = damaged(p);
    if (rc == VOC_OK) {
        archive_read_set_seek_callback(p->a, on_seek);
        archive_read_set_read_callback(p->a, on_read);
        archive_read_set_callback_data(p->a, p);
        if (archive_read_open1(p->a) < ARCHIVE_WARN) rc = damaged(p);
    }
    if (rc == VOC_OK) *out = p;
    else book_part_close(p);
    return rc;
}

void book_part_close(struct book_part *p)
{
    if (p == NULL) return;
    if (p->a != NULL) archive_read_free(p->a);
    mem_free(p);
}

// The next member; *e NULL: there is none.
static voc_rc next(struct book_part *p, struct archive_entry **e)
{
    int r;
    do r = archive_read_next_header(p->a, e);
    while (r == ARCHIVE_RETRY);
    if (r == ARCHIVE_EOF) *e = NULL;
    return r == ARCHIVE_EOF || r >= ARCHIVE_WARN ? VOC_OK : damaged(p);
}

static voc_str name_of(struct archive_entry *e)
{
    const char *name = archive_entry_pathname_utf8(e);
    if (name == NULL) name = archive_entry_pathname(e);
    return str_of(name);
}

voc_rc book_part_open(struct book_part **out, struct source *s, const char *name, bool *found)
{
    struct book_part *p = NULL;
    struct archive_entry *e = NULL;
    voc_rc rc = begin(&p, s);
    *found = false;
    while (rc == VOC_OK && (rc = next(p, &e)) == VOC_OK && e != NULL)
        if (str_ieq(name_of(e), str_of(name))) break;
    if (rc == VOC_OK && e != NULL && archive_entry_is_encrypted(e)) {
        diag_error(s->d, "IN-013", s->path, 0, "save it as .xlsx without a password", "the workbook is encrypted");
        rc = VOC_E_INPUT;
    }
    *found = rc == VOC_OK && e != NULL;
    if (*found) *out = p;
    else book_part_close(p);
    return rc;
}

voc_rc book_part_read(void *part, void *to, size_t size, size_t *got)
{
    struct book_part *p = part;
    la_ssize_t n = 0;
    *got = 0;
    if (p->ended) return VOC_OK;
    do n = archive_read_data(p->a, to, size);
    while (n == ARCHIVE_RETRY);
    if (n < 0) return damaged(p);
    *got = (size_t)n;
    p->ended = n == 0;
    p->given += *got;
    if (p->given <= PART_MAX && (p->given <= RATIO_FROM || p->given / RATIO_MAX <= p->fed)) return VOC_OK;
    diag_error(p->source->d, "IN-021", p->source->path, 0, "if you trust it, save the sheet as CSV UTF-8 and import that",
               "a part of it grows more than %u-fold when unpacked, as no real workbook does", RATIO_MAX);
    return VOC_E_LIMIT;
}

uint64_t book_part_fed(const struct book_part *p) { return p->fed; }

voc_rc book_part_is_workbook(struct source *s, bool *yes)
{
    struct diag *d = s->d;
    struct book_part *p = NULL;
    struct archive_entry *e = NULL;
    bool types = false, sheets = false;
    int64_t at;
    s->d = NULL; // what is no workbook is somebody else's
    voc_rc rc = begin(&p, s);
    while (rc == VOC_OK && (rc = next(p, &e)) == VOC_OK && e != NULL) {
        voc_str name = name_of(e);
        types = types || str_is(name, "[Content_Types].xml");
        sheets = sheets || (name.len > 3 && str_ieq(str_mk(name.ptr, 3), STR("xl/")) && str_ends(name, ".xml"));
    }
    book_part_close(p);
    s->d = d;
    *yes = types && sheets;
    if (rc == VOC_E_INPUT) rc = VOC_OK, *yes = false;
    return rc == VOC_OK ? source_seek(s, 0, SEEK_SET, &at) : rc;
}
