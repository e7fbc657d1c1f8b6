// SPDX-License-Identifier: MIT
// What an input holds that is several inputs: the sheets of a workbook, the files of an archive. Called by in.c, with a source that
// is a file, or what was held of a file in an archive. Nothing is read but what names them. One thread.
#include "base/str.h"
#include "io/in_book.h"
#include "io/in_internal.h"

static voc_rc list_archive(struct in_sheets *out, struct source *s)
{
    const char *ptr;
    size_t len, got = 1, n = 0;
    char head[TAR_MAGIC], *inner = NULL;
    struct unpack *u = NULL;
    voc_rc rc = source_peek(s, TAR_MAGIC, &ptr, &len);
    if (rc != VOC_OK) return rc;
    const enum packing p = pack_of(ptr, len);
    if (p == PACK_ZIP || (p == PACK_NONE && members_tar(ptr, len))) return members_list(out, s, NULL, p == PACK_ZIP, str_mk(NULL, 0));
    if (p == PACK_NONE) return VOC_OK;
    rc = unpack_open(&u, p, s, &inner);
    while (rc == VOC_OK && got > 0 && n < sizeof head) {
        rc = unpack_read(u, head + n, sizeof head - n, &got);
        n += rc == VOC_OK ? got : 0;
    }
    if (rc == VOC_OK && members_tar(head, n)) rc = members_list(out, s, u, false, str_mk(head, n));
    unpack_close(u);
    mem_free(inner);
    return rc;
}

voc_rc source_list(struct in_sheets *out, struct source *s, const char *path, struct diag *d)
{
    const char *ptr;
    size_t len = 0;
    bool yes = false;
    voc_rc rc = s->seekable ? source_peek(s, PACK_MAGIC, &ptr, &len) : VOC_OK;
    if (rc == VOC_OK && s->seekable && pack_of(ptr, len) == PACK_ZIP) rc = book_part_is_workbook(s, &yes);
    if (rc == VOC_OK && yes) return book_list(out, s, path, d);
    return rc == VOC_OK && s->seekable ? list_archive(out, s) : rc;
}

void in_sheets_done(struct in_sheets *s)
{
    for (size_t i = 0; i < s->at.n; i++) mem_free(s->at.at[i].name);
    vec_free(&s->at);
}
