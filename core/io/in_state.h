// SPDX-License-Identifier: MIT
// The inside of an input: what in.c, which reads it once, and in_again.c, which has it read once more, share.
#ifndef VOC_IO_IN_STATE_H
#define VOC_IO_IN_STATE_H
#include "io/in_book.h"

#define CHUNK ((size_t)64 << 10)
#define HEAD_MAX ((size_t)8 << 20)  // unpacked bytes from which all that may be peeked at is decoded
#define KEPT_MAX ((size_t)1 << 30)  // of a pipe that is read twice
#define WATCH_MAX 64u

enum in_mode { BYTES, UTF8, CONVERT };

struct in_watch {
    uint64_t length;
    bool reached;
    unsigned char hash[HASH_BYTES], older[HASH_BYTES];
};

struct in { // owns everything but d, and block is where it lies
    struct fingerprint print; // aligned to 64, which is why `block` is not `this`
    struct hash_state hash;   // only if with_older
    bool with_older;
    void *block;
    struct source source;
    struct unpack *unpack; // NULL: plain, or
    struct book *book;     // a workbook
    const char *sheet;     // borrows from path; NULL: none was named
    const char *member;    // the file in an archive, likewise; owned by the next
    char *member_owned, *whole; // whole: what a packed file in an archive holds, as the source
    bool held_only; // what is packed in an archive is held, and not opened
    struct members *members; // an archive of several files, read from unpack or the source
    enum packing packing;
    struct in_limits limits;
    char *path, *file, *name; // file: the path without the sheet
    struct diag *d;

    struct buf head; // unpacked bytes that were peeked at
    size_t head_at;  // taken from it
    bool head_whole; // the input ends with the head
    uint64_t unpacked;

    enum in_mode mode;
    char charset[64];
    struct text_decoder *decoder;
    struct buf text; // decoded, not given yet from text_at on
    size_t text_at;
    bool text_ended;
    char *chunk;

    bool started;
    uint64_t hashed, decoded;
    uint64_t zeros; // NULs at the end of what was taken so far, of text: hashed once something stands behind them
    struct in_watch watch[WATCH_MAX];
    size_t n_watch;

    bool ended;      // its end was given
    bool packed;     // what lies below was looked at for a packing
    bool keep, held; // what is given is kept as well; the source is what was kept
    struct buf kept;
    struct in_again *again; // NULL: it is read for the first time
    voc_rc failed;
};

voc_rc in_open_packing(struct in *in); // in.c: recognises the packing of the source, and opens it
// in_again.c
voc_rc in_seen_again(struct in *in, const void *ptr, size_t len);
void in_again_free(struct in *in);
#endif
