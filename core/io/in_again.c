// SPDX-License-Identifier: MIT
// An input read more than once, as a reader must who learns from the end of a log what its beginning means and cannot hold it: a
// file is read again from its first byte, unpacked again; what cannot be (a pipe) was held when it was given. That it is the same
// is seen by its fingerprint. One thread.
#include <string.h>
#include <unistd.h>
#include "io/in_state.h"

#define DRAIN ((size_t)16 << 10)

struct in_again { // of this reading
    struct fingerprint print;
    void *block; // where it lies: aligned to 64 it need not be `this`
    uint64_t seen;
};

voc_rc in_keep(struct in *in)
{
    if (in->started || in->mode != BYTES) return VOC_E_BUG;
    if (in->failed != VOC_OK) return in->failed;
    in->keep = !source_again_possible(&in->source);
    return VOC_OK;
}

// Of bytes that were given: in the first reading they are kept, in others they are looked at.
voc_rc in_seen_again(struct in *in, const void *ptr, size_t len)
{
    unsigned char first[HASH_BYTES], now[HASH_BYTES];
    if (in->again == NULL) {
        if (len == 0 || buf_add(&in->kept, ptr, len) == VOC_OK) return VOC_OK;
        if (in->kept.rc == VOC_E_LIMIT)
            diag_error(in->d, "IN-063", in->path, 0, "save it as a file, and import that",
                       "what comes through a pipe and must be read twice may have %zu MiB, and this is more", KEPT_MAX >> 20);
        return in->kept.rc;
    }
    fingerprint_add(&in->again->print, ptr, len);
    in->again->seen += len;
    if (len > 0 && in->again->seen <= in->hashed) return VOC_OK;
    in_hash(in, first);
    fingerprint_end(&in->again->print, now);
    if (in->again->seen == in->hashed && memcmp(first, now, HASH_BYTES) == 0) return VOC_OK;
    diag_error(in->d, "IN-062", in->path, 0, "import it again when nothing writes to it any more", "it changed while it was read");
    return VOC_E_INPUT;
}

static voc_rc read_rest(struct in *in)
{
    char rest[DRAIN];
    size_t got = in->ended ? 0 : 1; // of a file that has grown since, what was its end stays it
    voc_rc rc = VOC_OK;
    while (rc == VOC_OK && got > 0) rc = in_read(in, rest, sizeof rest, &got);
    return rc;
}

static voc_rc begin_print(struct in *in)
{
    const size_t align = _Alignof(struct in_again);
    char *block = in->again != NULL ? in->again->block : mem_zalloc(1, sizeof(struct in_again) + align);
    if (block == NULL) return VOC_E_NOMEM;
    in->again = (struct in_again *)(void *)(block + (align - (uintptr_t)block % align));
    in->again->block = block;
    in->again->seen = 0;
    fingerprint_begin(&in->again->print);
    return VOC_OK;
}

void in_again_free(struct in *in)
{
    if (in->again != NULL) mem_free(in->again->block);
}

voc_rc in_again(struct in *in)
{
    if (in->mode != BYTES || (!in->keep && !source_again_possible(&in->source))) return VOC_E_BUG;
    voc_rc rc = read_rest(in);
    if (rc == VOC_OK) rc = begin_print(in);
    if (rc != VOC_OK) return in->failed = rc;
    members_close(in->members);
    unpack_close(in->unpack);
    book_close(in->book);
    in->members = NULL;
    in->unpack = NULL;
    in->book = NULL;
    buf_done(&in->head);
    buf_init(&in->head, HEAD_MAX + CHUNK);
    in->head_at = 0;
    in->head_whole = false;
    in->unpacked = 0;
    in->ended = false;
    if (in->keep && !in->held) { // unpacked already
        source_close(&in->source);
        source_memory(&in->source, in->file, in->kept.ptr != NULL ? in->kept.ptr : "", in->kept.len, in->d);
        in->held = true;
        return VOC_OK;
    }
    rc = source_again(&in->source);
    if (rc == VOC_OK && !in->held && in->packed) rc = in_open_packing(in);
    return in->failed = rc;
}

int in_stored_whole(const struct in *in)
{
    const bool plain = in->unpack == NULL && in->book == NULL && in->members == NULL && in->whole == NULL && !in->again;
    return plain && in->source.seekable && in->source.memory == NULL ? in->source.fd : -1;
}
