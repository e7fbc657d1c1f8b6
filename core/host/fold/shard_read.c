// SPDX-License-Identifier: MIT
// A part on its way in. Strangers write it: nothing is used before its hash is right, and nothing is believed after that: the
// heads are read within their bounds, the state is checked by the analysis. All of it by byte arithmetic.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/coder.h"
#include "host/fold/shard.h"

#define PIECE ((size_t)64 << 10)

static uint64_t number(const unsigned char *from, unsigned n)
{
    uint64_t x = 0;
    for (unsigned i = 0; i < n; i++) x |= (uint64_t)from[i] << (8 * i);
    return x;
}

static voc_rc failed(const struct shard *s, struct diag *d, int error)
{
    char text[128];
    diag_error(d, "PART-001", s->path, 0,
               error == ENOENT ? "name the files that voc fold wrote with -o" : "check that you may read it",
               "this part cannot be read: %s", strerror_r(error, text, sizeof text));
    return VOC_E_IO;
}

static voc_rc damaged(const struct shard *s, struct diag *d, const char *how)
{
    diag_error(d, "PART-002", s->path, 0, "make it again with voc fold, or copy it again", "this part is damaged: %s", how);
    return VOC_E_INPUT;
}

static voc_rc read_at(const struct shard *s, uint64_t at, void *to, size_t size, struct diag *d)
{
    for (size_t got = 0; got < size;) {
        ssize_t n = pread(s->fd, (char *)to + got, size - got, (off_t)(at + got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(s, d, errno);
        if (n == 0) return damaged(s, d, "it ends too early");
        got += (size_t)n;
    }
    return VOC_OK;
}

static voc_rc too_large(const struct shard *s, struct diag *d, uint64_t need, uint64_t memory_max)
{
    diag_error(d, "PART-003", s->path, 0, "allow more with --memory, or fold into more shards", "this part takes %llu MiB of memory to be read, and %llu MiB are allowed",
               (unsigned long long)(need >> 20) + 1, (unsigned long long)(memory_max >> 20));
    return VOC_E_LIMIT;
}

// The hash of all but itself, piece by piece.
static voc_rc hash_file(const struct shard *s, unsigned char out[HASH_BYTES], struct diag *d)
{
    struct hash_state h;
    unsigned char *piece = mem_alloc(PIECE);
    voc_rc rc = piece ? VOC_OK : VOC_E_NOMEM;
    hash_begin(&h);
    for (uint64_t at = 0, end = s->size - HASH_BYTES; at < end && !rc;) {
        size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;
        rc = host_cancelled() ? VOC_CANCELLED : read_at(s, at, piece, n, d);
        if (!rc) hash_add(&h, piece, n);
        at += n;
    }
    hash_end(&h, out);
    mem_free(piece);
    return rc;
}

static voc_rc open_file(struct shard *s, struct diag *d)
{
    struct stat st;
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 || fstat(s->fd, &st) != 0) return failed(s, d, errno);
    if (S_ISREG(st.st_mode)) {
        s->size = (uint64_t)st.st_size;
        return VOC_OK;
    }
    diag_error(d, "PART-001", s->path, 0, "name the files that voc fold wrote with -o", "this is no file that voc fold wrote");
    return VOC_E_INPUT;
}

// Lengths that add up to the file's own, and the hash.
static voc_rc check_frame(struct shard *s, uint64_t *common, uint64_t *own, uint64_t memory_max, struct diag *d)
{
    static const unsigned char magic[8] = PART_MAGIC;
    unsigned char head[PART_HEAD], tail[PART_TAIL], whole[HASH_BYTES];
    voc_rc rc = s->size < 8 ? VOC_E_INPUT : read_at(s, 0, head, s->size < PART_HEAD ? 8 : PART_HEAD, d);
    if (rc == VOC_E_IO) return rc;
    if (rc || memcmp(head, magic, sizeof magic) != 0) {
        diag_error(d, "PART-004", s->path, 0, "voc fold ANALYSIS PROJECT --shard I/N -o PART makes one", "this is no part of a fold");
        return VOC_E_INPUT;
    }
    if (s->size < PART_HEAD + PART_TAIL) return damaged(s, d, "it ends too early");
    if (number(head + 8, 8) && number(head + 8, 8) < PART_VERSION) {
        diag_error(d, "PART-005", s->path, 0, "make it again with this voc, or merge it with the voc that made it",
                   "this part was made by an earlier voc, in form %llu", (unsigned long long)number(head + 8, 8));
        return VOC_E_INPUT;
    }
    if (number(head + 8, 4) > PART_VERSION) {
        diag_error(d, "PART-005", s->path, 0, "merge it with the voc that made it, or with a later one",
                   "this part was made by a later voc, in form %llu", (unsigned long long)number(head + 8, 4));
        return VOC_E_INPUT;
    }
    if ((rc = read_at(s, s->size - PART_TAIL, tail, sizeof tail, d))) return rc;
    const uint64_t room = s->size - PART_HEAD - PART_TAIL;
    *common = number(head + 16, 8);
    *own = number(head + 24, 8);
    s->state_size = number(tail, 8);
    if (number(head + 8, 8) != PART_VERSION || *common > room || *own > room - *common || s->state_size != room - *common - *own)
        return damaged(s, d, "its lengths do not add up: it is cut off, or something was added");
    s->state_at = PART_HEAD + *common + *own;
    if (memory_max && *common + *own > memory_max) return too_large(s, d, *common + *own, memory_max);
    if ((rc = hash_file(s, whole, d))) return rc;
    return memcmp(whole, tail + 8, HASH_BYTES) == 0 ? VOC_OK : damaged(s, d, "its bytes are not those that were written");
}

static voc_rc read_head(struct shard *s, uint64_t at, uint64_t size, unsigned char **out, struct diag *d)
{
    if (size > SIZE_MAX || !(*out = mem_alloc((size_t)size))) return VOC_E_NOMEM;
    return read_at(s, at, *out, (size_t)size, d);
}

static voc_rc decode(struct shard *s, size_t common, size_t own, const struct shard *like, struct diag *d)
{
    hash_of(s->common_bytes, common, s->identity);
    s->alike = like && memcmp(s->identity, like->identity, HASH_BYTES) == 0;
    struct coder of_all = {.at = s->common_bytes, .end = s->common_bytes + common, .arena = &s->arena};
    struct coder of_one = {.at = s->own_bytes, .end = s->own_bytes + own, .arena = &s->arena};
    if (s->alike) {
        of_all.at = of_all.end;
        s->common.shards = like->common.shards;
        mem_free(s->common_bytes);
        s->common_bytes = NULL;
    } else {
        shard_code_common(&of_all, &s->common);
        s->common.known.def = &s->common.def;
    }
    shard_code_own(&of_one, &s->own);
    if (of_all.rc == VOC_E_NOMEM || of_one.rc == VOC_E_NOMEM) return VOC_E_NOMEM;
    bool whole = !of_all.rc && !of_one.rc && of_all.at == of_all.end && of_one.at == of_one.end;
    if (!whole || !s->common.shards || !s->own.shard || s->own.shard > s->common.shards) return damaged(s, d, "what it says of itself cannot be");
    return VOC_OK;
}

voc_rc shard_open(struct shard **out, const char *path, const struct shard *like, uint64_t memory_max, struct diag *d)
{
    uint64_t common = 0, own = 0;
    struct shard *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    s->fd = -1;
    arena_init(&s->arena, memory_max > SIZE_MAX ? 0 : (size_t)memory_max);
    voc_rc rc = (s->path = mem_strndup(path, strlen(path))) ? VOC_OK : VOC_E_NOMEM;
    if (!rc) rc = open_file(s, d);
    if (!rc) rc = check_frame(s, &common, &own, memory_max, d);
    if (!rc) rc = read_head(s, PART_HEAD, common, &s->common_bytes, d);
    if (!rc) rc = read_head(s, PART_HEAD + common, own, &s->own_bytes, d);
    if (!rc) rc = decode(s, (size_t)common, (size_t)own, like, d);
    if (rc) {
        shard_close(s);
        return rc;
    }
    *out = s;
    return VOC_OK;
}

void shard_close(struct shard *s)
{
    if (!s) return;
    if (s->fd >= 0) close(s->fd);
    mem_free(s->path);
    mem_free(s->common_bytes);
    mem_free(s->own_bytes);
    arena_done(&s->arena);
    mem_free(s);
}

voc_rc shard_state(const struct shard *s, void **state, uint64_t memory_max, struct diag *d)
{
    if (memory_max && s->state_size > memory_max) return too_large(s, d, s->state_size, memory_max);
    void *to = s->state_size <= SIZE_MAX ? mem_alloc((size_t)s->state_size) : NULL;
    if (!to) return VOC_E_NOMEM;
    voc_rc rc = read_at(s, s->state_at, to, (size_t)s->state_size, d);
    if (rc)
        mem_free(to);
    else
        *state = to;
    return rc;
}
