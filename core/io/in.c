// SPDX-License-Identifier: MIT
// Bytes in, as everything above sees them: source (in_source.c) -> unpacked (in_archive.c) -> head kept for peeking ->
// hashed and bounded -> decoded to UTF-8 where asked. One thread.
//  - The hash and its watched lengths are over the unpacked bytes, before charset decoding: the same for plain, packed,
//    piped. in_decoded counts what in_read gave, after charset decoding; the two lengths differ only where text is decoded.
//  - UTF-8 text is not touched, its byte order mark included: bytes that are not UTF-8 reach the consumer, who rejects the
//    record. The mark of UTF-16 is taken off. Other charsets: what cannot be decoded is U+FFFD and counted.
//  - Before the first in_read nothing is hashed; what a peek decoded stays in the head until then.
#include <string.h>
#include <unistd.h>
#include "base/str.h"
#include "io/in_state.h"

#define PEEK_MAX ((size_t)1 << 20)
#define ROOM_LEAST ((size_t)4 << 10)
#define DECODED_MAX (UINT64_C(1) << 40)
#define RATIO_MAX 1000u
#define RATIO_FROM (UINT64_C(64) << 20) // small inputs may be dense
#define MEMBER_MAX (256u << 20) // of a packed file in an archive, which is held

// file: the length of what names the file in path (in_file_part).
static voc_rc in_new(struct in **out, const char *path, size_t file, const struct in_limits *limits, struct diag *d)
{
    static const struct in_limits defaults = {DECODED_MAX, RATIO_MAX};
    const size_t align = _Alignof(struct in);
    char *block = mem_zalloc(1, sizeof(struct in) + align);
    if (block == NULL) return VOC_E_NOMEM;
    struct in *in = (struct in *)(void *)(block + (align - (uintptr_t)block % align));
    in->block = block;
    in->limits = limits != NULL ? *limits : defaults;
    if (in->limits.decoded_max == 0) in->limits.decoded_max = DECODED_MAX;
    if (in->limits.ratio_max == 0) in->limits.ratio_max = RATIO_MAX;
    in->d = d;
    in->source.fd = -1;
    buf_init(&in->head, HEAD_MAX + CHUNK);
    buf_init(&in->text, 4 * (HEAD_MAX + CHUNK));
    buf_init(&in->kept, KEPT_MAX);
    fingerprint_begin(&in->print);
    in->path = mem_strndup(path, strlen(path));
    in->file = mem_strndup(path, file);
    if (in->path != NULL && in->path[file] == '!') in->sheet = in->path + file + 1;
    if (in->path != NULL && in->path[file] == '/') {
        const char *inner = in->path + file + 1;
        size_t n = in_name_part(inner);
        in->member = in->member_owned = mem_strndup(inner, n);
        if (in->member != NULL && inner[n] == '!') in->sheet = inner + n + 1;
        if (in->member == NULL) in->failed = VOC_E_NOMEM;
    }
    voc_str plain = in_plain_name(path);
    in->name = mem_strndup(plain.ptr, plain.len);
    if (in->path == NULL || in->file == NULL || in->name == NULL || in->failed != VOC_OK) {
        in_close(in);
        return VOC_E_NOMEM;
    }
    *out = in;
    return VOC_OK;
}

static voc_rc fill_head(struct in *in, size_t want);
static voc_rc take(struct in *in, void *to, size_t size, size_t *got);

// The name of a file in a packing is the input's.
static voc_rc take_name(struct in *in, char *member)
{
    if (member == NULL || in->again) return mem_free(member), VOC_OK; // who asked for the name has it still
    voc_str plain = in_plain_name(member);
    char *name = mem_strndup(plain.ptr, plain.len);
    mem_free(member);
    if (name == NULL) return VOC_E_NOMEM;
    mem_free(in->name);
    in->name = name;
    return VOC_OK;
}

// From what lies below, of which the head has been read.
static voc_rc open_members(struct in *in, bool zip)
{
    char *member = NULL;
    voc_rc rc = members_open(&in->members, &in->source, in->unpack, zip, str_mk(in->head.ptr, in->head.len), &member);
    buf_clear(&in->head);
    in->head_whole = false;
    in->unpacked = 0;
    voc_rc named = take_name(in, member);
    return rc != VOC_OK ? rc : named;
}

// What is packed itself within an archive is held in memory, so that it can be read as a file of its own.
static voc_rc hold_member(struct in *in)
{
    struct buf all;
    voc_rc rc = VOC_OK;
    buf_init(&all, MEMBER_MAX);
    while (rc == VOC_OK) {
        size_t got = 0;
        char *room = buf_room(&all, CHUNK);
        rc = room == NULL ? all.rc : take(in, room, CHUNK, &got);
        if (rc == VOC_OK && got == 0) break;
        all.len += got;
    }
    if (rc == VOC_E_LIMIT && all.rc == VOC_E_LIMIT)
        diag_error(in->d, "IN-060", in->path, 0, "unpack the archive, and import the files in it", "a packed file of more than %u MiB in an archive", MEMBER_MAX >> 20);
    if (rc != VOC_OK) {
        buf_done(&all);
        return rc;
    }
    members_close(in->members);
    unpack_close(in->unpack);
    source_close(&in->source);
    in->members = NULL;
    in->unpack = NULL;
    in->member = NULL;
    in->whole = all.ptr;
    buf_done(&in->head);
    buf_init(&in->head, HEAD_MAX + CHUNK);
    in->head_at = 0;
    in->head_whole = false;
    in->unpacked = 0;
    source_memory(&in->source, in->file, all.ptr, all.len, in->d);
    return in->held_only ? VOC_OK : in_open_packing(in);
}

// A file of an archive, by its name.
static voc_rc open_member(struct in *in)
{
    char *inner = NULL;
    const char *ptr;
    size_t len;
    voc_rc rc = source_peek(&in->source, TAR_MAGIC, &ptr, &len);
    if (rc != VOC_OK) return rc;
    in->packing = pack_of(ptr, len);
    const bool zip = in->packing == PACK_ZIP;
    if (!zip && in->packing != PACK_NONE) {
        rc = unpack_open(&in->unpack, in->packing, &in->source, &inner);
        mem_free(inner);
        if (rc == VOC_OK) rc = fill_head(in, TAR_MAGIC);
        if (rc != VOC_OK) return rc;
        ptr = in->head.ptr;
        len = in->head.len;
    }
    if ((zip && !in->source.seekable) || (!zip && !members_tar(ptr, len))) {
        diag_error(in->d, "IN-058", in->file, 0, "name the file alone", "this is no archive, so there is no file \"%.200s\" in it", in->member);
        return VOC_E_INPUT;
    }
    rc = members_open_named(&in->members, &in->source, in->unpack, zip, str_mk(in->head.ptr, in->head.len), in->member);
    buf_clear(&in->head);
    in->head_whole = false;
    in->unpacked = 0;
    if (rc == VOC_OK) rc = fill_head(in, TAR_MAGIC);
    if (rc != VOC_OK) return rc;
    const bool packed = in->head.len > 0 && (pack_of(in->head.ptr, in->head.len) != PACK_NONE || members_tar(in->head.ptr, in->head.len));
    return packed || in->sheet != NULL ? hold_member(in) : VOC_OK;
}

// Packed twice is refused: nothing above could read it.
voc_rc in_open_packing(struct in *in)
{
    const char *ptr;
    size_t len;
    bool workbook = false, mails = false;
    in->packed = true;
    if (in->member != NULL) return open_member(in);
    voc_rc rc = source_peek(&in->source, TAR_MAGIC, &ptr, &len);
    if (rc != VOC_OK) return rc;
    in->packing = pack_of(ptr, len);
    const bool tar = in->packing == PACK_NONE && members_tar(ptr, len);
    if (in->packing == PACK_ZIP && in->source.seekable) rc = book_part_is_workbook(&in->source, &workbook);
    if (rc != VOC_OK) return rc;
    if (workbook) return book_open(&in->book, &in->source, in->sheet, in->path, in->d);
    if (in->sheet != NULL) {
        diag_error(in->d, "IN-056", in->file, 0, "name the file alone", "this is no workbook, so it has no sheet \"%.60s\"", in->sheet);
        return VOC_E_INPUT;
    }
    if (in->packing == PACK_NONE) return tar ? open_members(in, false) : VOC_OK;
    if (in->packing == PACK_ZIP && in->source.seekable) rc = members_zip_of_mails(&in->source, &mails);
    if (rc != VOC_OK || mails) return rc != VOC_OK ? rc : open_members(in, true);
    char *member = NULL;
    rc = unpack_open(&in->unpack, in->packing, &in->source, &member);
    voc_rc named = take_name(in, member);
    if (rc == VOC_OK) rc = named;
    if (rc == VOC_OK) rc = fill_head(in, TAR_MAGIC);
    if (rc != VOC_OK) return rc;
    if (members_tar(in->head.ptr, in->head.len)) return open_members(in, false);
    enum packing second = in->head.len == 0 ? PACK_NONE : pack_of(in->head.ptr, in->head.len);
    if (second == PACK_NONE) return VOC_OK;
    diag_error(in->d, "IN-015", in->path, 0, "unpack the outer layer and import what is in it", "it is compressed twice (%s in %s)",
               pack_name(second), pack_name(in->packing));
    return VOC_E_INPUT;
}

voc_rc in_open(struct in **out, const char *path, const struct in_limits *limits, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, path, in_file_part(path), limits, d);
    if (rc == VOC_OK) rc = source_open(&in->source, in->file, d);
    if (rc == VOC_OK) rc = in_open_packing(in);
    if (rc == VOC_OK) *out = in;
    else in_close(in);
    return rc;
}

voc_rc in_open_descriptor(struct in **out, const char *path, size_t file, int fd, bool packed, const struct in_limits *limits, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, path, file <= strlen(path) ? file : strlen(path), limits, d);
    if (rc != VOC_OK) {
        (void)close(fd);
        return rc;
    }
    rc = source_open_descriptor(&in->source, in->file, fd, d);
    if (rc == VOC_OK && packed) rc = in_open_packing(in);
    if (rc == VOC_OK) *out = in;
    else in_close(in);
    return rc;
}

voc_rc in_list_sheets(struct in_sheets *out, const char *path, struct diag *d)
{
    int fd = -1;
    voc_rc rc = in_descriptor(&fd, path, d);
    return rc == VOC_OK ? in_list_sheets_descriptor(out, path, in_file_part(path), fd, d) : rc;
}

// A workbook in an archive is held in memory, as it is when it is read.
static voc_rc list_member(struct in_sheets *out, const char *path, size_t file, int fd, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, path, file, NULL, d);
    if (rc != VOC_OK) {
        (void)close(fd);
        return rc;
    }
    in->held_only = true;
    rc = source_open_descriptor(&in->source, in->file, fd, d);
    if (rc == VOC_OK) rc = open_member(in);
    if (rc == VOC_OK && in->whole != NULL) rc = source_list(out, &in->source, path, d);
    in_close(in);
    return rc;
}

voc_rc in_list_sheets_descriptor(struct in_sheets *out, const char *path, size_t file, int fd, struct diag *d)
{
    struct source s = {.fd = -1};
    if (file < strlen(path) && path[file] == '/') return list_member(out, path, file, fd, d);
    voc_rc rc = source_open_descriptor(&s, path, fd, d);
    if (rc != VOC_OK) return rc;
    rc = source_list(out, &s, path, d);
    source_close(&s);
    return rc;
}

voc_rc in_open_folder(struct in **out, const char *path, const struct in_limits *limits, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, path, strlen(path), limits, d);
    if (rc == VOC_OK) rc = source_open_folder(&in->source, in->path, d);
    if (rc == VOC_OK) *out = in;
    else in_close(in);
    return rc;
}

voc_rc in_memory(struct in **out, const char *name, const void *bytes, size_t len, const struct in_limits *limits, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, name, in_name_part(name), limits, d);
    if (rc == VOC_OK) {
        source_memory(&in->source, in->path, bytes, len, d);
        rc = in_open_packing(in);
    }
    if (rc == VOC_OK) *out = in;
    else in_close(in);
    return rc;
}

voc_rc in_made(struct in **out, const char *name, const struct in_maker *maker, struct diag *d)
{
    struct in *in = NULL;
    voc_rc rc = in_new(&in, name, in_name_part(name), NULL, d);
    if (rc != VOC_OK) return maker->close(maker->user), rc;
    source_make(&in->source, in->path, maker, d);
    if ((in->source.buffer = mem_alloc(SOURCE_BUFFER)) == NULL) return in_close(in), VOC_E_NOMEM;
    *out = in;
    return VOC_OK;
}

void in_close(struct in *in)
{
    if (in == NULL) return;
    members_close(in->members);
    unpack_close(in->unpack);
    book_close(in->book);
    source_close(&in->source);
    text_decoder_free(in->decoder);
    buf_done(&in->head);
    buf_done(&in->text);
    buf_done(&in->kept);
    in_again_free(in);
    mem_free(in->chunk);
    mem_free(in->path);
    mem_free(in->file);
    mem_free(in->member_owned);
    mem_free(in->whole);
    mem_free(in->name);
    mem_free(in->block);
}

static uint64_t fed_of(const struct in *in)
{
    return in->members != NULL  ? members_fed(in->members)
           : in->unpack != NULL ? unpack_fed(in->unpack)
           : in->book != NULL   ? book_fed(in->book)
                                : in->unpacked;
}

// Unpacked bytes behind the head, within the bounds.
static voc_rc pull(struct in *in, void *to, size_t size, size_t *got)
{
    *got = 0;
    voc_rc rc = in->members != NULL ? members_read(in->members, to, size, got)
                : in->unpack != NULL ? unpack_read(in->unpack, to, size, got)
                : in->book != NULL ? book_read(in->book, to, size, got)
                                   : source_read(&in->source, to, size, got);
    if (rc != VOC_OK) return rc;
    in->unpacked += *got;
    if (in->unpacked > in->limits.decoded_max) {
        diag_error(in->d, "IN-020", in->path, 0, "split it, or raise the bound", "it is larger than the bound of %llu bytes",
                   (unsigned long long)in->limits.decoded_max);
        return VOC_E_LIMIT;
    }
    const uint64_t fed = fed_of(in);
    if (in->unpacked > RATIO_FROM && in->unpacked / in->limits.ratio_max > fed) {
        diag_error(in->d, "IN-021", in->path, 0, "if you trust it, unpack it and import what is in it",
                   "it grows more than %llu-fold when unpacked, as no real log does", (unsigned long long)in->limits.ratio_max);
        return VOC_E_LIMIT;
    }
    return VOC_OK;
}

// At least `want` untaken bytes in the head, unless the input ends.
static voc_rc fill_head(struct in *in, size_t want)
{
    while (!in->head_whole && in->head.len - in->head_at < want) {
        // what room is left is enough to see the end of a small file
        size_t got, left = in->head.cap - in->head.len, size = left > ROOM_LEAST && left <= CHUNK ? left - 1 : CHUNK;
        char *room = buf_room(&in->head, size);
        if (room == NULL) return in->head.rc;
        voc_rc rc = pull(in, room, size, &got);
        if (rc != VOC_OK) return rc;
        in->head.len += got;
        in->head_whole = got == 0;
    }
    return VOC_OK;
}

static voc_rc take(struct in *in, void *to, size_t size, size_t *got)
{
    size_t kept = in->head.len - in->head_at;
    if (kept == 0) {
        if (in->head.cap > 0) buf_done(&in->head), in->head_at = 0;
        if (in->head_whole) return *got = 0, VOC_OK;
        return pull(in, to, size, got);
    }
    *got = kept < size ? kept : size;
    memcpy(to, in->head.ptr + in->head_at, *got);
    in->head_at += *got;
    return VOC_OK;
}

static void reach(const struct in *in, struct in_watch *w)
{
    w->reached = true;
    in_hash(in, w->hash);
    in_hash_older(in, w->older);
}

static void hash_some(struct in *in, const char *ptr, size_t len)
{
    while (len > 0) {
        size_t part = len;
        for (size_t i = 0; i < in->n_watch; i++) {
            uint64_t left = in->watch[i].length - in->hashed;
            if (in->watch[i].length > in->hashed && left < part) part = (size_t)left;
        }
        fingerprint_add(&in->print, ptr, part);
        if (in->with_older) hash_add(&in->hash, ptr, part);
        in->hashed += part;
        ptr += part;
        len -= part;
        for (size_t i = 0; i < in->n_watch; i++) {
            if (in->watch[i].length != in->hashed || in->watch[i].reached) continue;
            reach(in, &in->watch[i]);
        }
    }
}

// A server keeps room for more at the end of its log (IIS: 64 KiB of NULs): a text is known by what stands before them.
static void hash_taken(struct in *in, const char *ptr, size_t len)
{
    static const char nuls[4096];
    size_t end = len;
    while (in->mode == UTF8 && end > 0 && ptr[end - 1] == 0) end--;
    for (; end > 0 && in->zeros > 0; in->zeros -= in->zeros < sizeof nuls ? in->zeros : sizeof nuls)
        hash_some(in, nuls, in->zeros < sizeof nuls ? (size_t)in->zeros : sizeof nuls);
    hash_some(in, ptr, end);
    in->zeros += len - end;
}

// Decodes one more piece into text. Before the start it comes from the head and stays in it, to be hashed at the start.
static voc_rc decode_more(struct in *in)
{
    const char *ptr = NULL;
    size_t got = 0;
    if (in->text_at == in->text.len) buf_clear(&in->text), in->text_at = 0;
    if (!in->started) {
        voc_rc rc = fill_head(in, 1);
        if (rc != VOC_OK) return rc;
        ptr = in->head.ptr + in->head_at;
        got = in->head.len - in->head_at;
        if (got > CHUNK) got = CHUNK;
        in->head_at += got;
    } else {
        if (in->chunk == NULL && (in->chunk = mem_alloc(CHUNK)) == NULL) return VOC_E_NOMEM;
        voc_rc rc = take(in, in->chunk, CHUNK, &got);
        if (rc != VOC_OK) return rc;
        ptr = in->chunk;
        hash_taken(in, ptr, got);
    }
    in->text_ended = got == 0;
    return text_decode(in->decoder, got == 0 ? "" : ptr, got, got == 0, &in->text);
}

voc_rc in_text(struct in *in, const char *charset)
{
    if (in->started || in->mode != BYTES) return VOC_E_BUG;
    if (in->failed != VOC_OK) return in->failed;
    if (charset == NULL) return VOC_OK;
    if (in->book != NULL) charset = "UTF-8"; // made here
    voc_rc rc = fill_head(in, PEEK_MAX);
    if (rc != VOC_OK) return in->failed = rc;
    size_t mark;
    const char *ptr = in->head.len == 0 ? "" : in->head.ptr, *sniffed = text_sniff(ptr, in->head.len, &mark);
    if (strcmp(charset, "auto") == 0) {
        charset = sniffed;
        // text_sniff allows for a head cut within a character; this one may be the whole input
        if (in->head_whole && strcmp(charset, "UTF-8") == 0 && mark == 0 && !text_utf8_valid(ptr, in->head.len)) charset = "windows-1252";
        if (strcmp(charset, "windows-1252") == 0) {
            diag_put(in->d, VOC_INFO, "IN-030", in->path, 0, "name another charset if letters look wrong", "the text is not UTF-8; read as windows-1252");
        }
    }
    if (strlen(charset) >= sizeof in->charset) charset = ""; // text_decoder_new says that it knows none such
    if (str_ieq(str_of(charset), STR("UTF-8")) || str_ieq(str_of(charset), STR("UTF8"))) {
        in->mode = UTF8;
        charset = "UTF-8";
    } else {
        rc = text_decoder_new(&in->decoder, charset, in->d);
        if (rc != VOC_OK) return rc;
        in->mode = CONVERT;
        if (mark > 0 && str_ieq(str_of(charset), str_of(sniffed))) in->head_at = mark;
    }
    memcpy(in->charset, charset, strlen(charset) + 1);
    return VOC_OK;
}

const char *in_charset(const struct in *in) { return in->mode == BYTES ? NULL : in->charset; }

voc_rc in_peek(struct in *in, size_t want, voc_str *head, bool *complete)
{
    if (in->started) return VOC_E_BUG;
    if (in->failed != VOC_OK) return in->failed;
    voc_rc rc = VOC_OK;
    size_t len = 0;
    const char *ptr = "";
    if (want > PEEK_MAX) want = PEEK_MAX;
    if (in->mode == CONVERT) {
        while (rc == VOC_OK && !in->text_ended && in->text.len < want && in->head.len < HEAD_MAX) rc = decode_more(in);
        len = in->text.len;
        if (len > 0) ptr = in->text.ptr;
        *complete = in->text_ended && len <= want;
    } else {
        rc = fill_head(in, want + 1 > PEEK_MAX ? want : want + 1); // one more tells whether that was all
        len = in->head.len;
        if (len > 0) ptr = in->head.ptr;
        *complete = in->head_whole && len <= want;
    }
    if (rc != VOC_OK) return in->failed = rc;
    *head = str_mk(ptr, len < want ? len : want);
    return VOC_OK;
}

static void begin(struct in *in)
{
    in->started = true;
    for (size_t i = 0; i < in->n_watch; i++) {
        if (in->watch[i].length > 0) continue;
        reach(in, &in->watch[i]);
    }
    if (in->head_at > 0) hash_taken(in, in->head.ptr, in->head_at);
}

voc_rc in_read(struct in *in, void *to, size_t size, size_t *got)
{
    voc_rc rc = in->failed;
    size_t n = 0;
    if (rc == VOC_OK && !in->started) begin(in);
    if (in->mode == CONVERT) {
        while (rc == VOC_OK && !in->text_ended && in->text_at == in->text.len) rc = decode_more(in);
        n = in->text.len - in->text_at;
        if (n > size) n = size;
        if (n > 0 && rc == VOC_OK) memcpy(to, in->text.ptr + in->text_at, n);
        in->text_at += n;
    } else if (rc == VOC_OK) {
        rc = take(in, to, size, &n);
        if (rc == VOC_OK && !in->again) hash_taken(in, to, n);
        if (rc == VOC_OK && (in->again || in->keep)) rc = in_seen_again(in, to, n);
    }
    if (rc != VOC_OK) return in->failed = rc;
    if (!in->again) in->decoded += n;
    in->ended = n == 0 && size > 0;
    *got = n;
    return VOC_OK;
}

const char *in_name(const struct in *in) { return in->name; }
const char *in_path(const struct in *in) { return in->path; }
uint64_t in_decoded(const struct in *in) { return in->decoded; }
uint64_t in_raw(const struct in *in) { return in->hashed; }

uint64_t in_stored(const struct in *in, uint64_t *of)
{
    *of = in->source.size;
    return fed_of(in);
}

void in_rows(const struct in *in, uint64_t *lines, size_t n)
{
    for (size_t i = 0; i < n && in->book != NULL; i++) lines[i] = book_row(in->book, lines[i]);
}

uint64_t in_malformed(const struct in *in) { return in->decoder == NULL ? 0 : text_decoder_malformed(in->decoder); }

void in_hash(const struct in *in, unsigned char out[HASH_BYTES]) { fingerprint_end(&in->print, out); }

voc_rc in_want_older(struct in *in)
{
    if (in->started) return VOC_E_BUG;
    in->with_older = true;
    hash_begin(&in->hash);
    return VOC_OK;
}

void in_hash_older(const struct in *in, unsigned char out[HASH_BYTES])
{
    if (!in->with_older) return;
    struct hash_state copy = in->hash; // ending a state spoils it
    hash_end(&copy, out);
}

voc_rc in_watch(struct in *in, uint64_t length)
{
    if (in->started) return VOC_E_BUG;
    for (size_t i = 0; i < in->n_watch; i++) {
        if (in->watch[i].length == length) return VOC_OK;
    }
    if (in->n_watch == WATCH_MAX) return VOC_E_LIMIT;
    in->watch[in->n_watch++] = (struct in_watch){.length = length};
    return VOC_OK;
}

bool in_watched(const struct in *in, uint64_t length, bool older, unsigned char out[HASH_BYTES])
{
    for (size_t i = 0; i < in->n_watch; i++) {
        if (in->watch[i].length != length || !in->watch[i].reached || (older && !in->with_older)) continue;
        memcpy(out, older ? in->watch[i].older : in->watch[i].hash, HASH_BYTES);
        return true;
    }
    return false;
}
