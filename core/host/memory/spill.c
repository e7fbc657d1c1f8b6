// SPDX-License-Identifier: MIT
// The temporary file of a run. O_TMPFILE where the file system has it, else a name that is removed before the first byte.
#include "host/memory/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static voc_rc failed(const struct spill *s, struct diag *d, int error)
{
    char text[128];
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        diag_error(d, "MEMORY-002", NULL, 0, "free some space, or allow more memory with --memory",
                   "the disk is full: of what the analysis gathers, memory does not hold %llu MiB, and beside %s there "
                   "is no room for them",
                   (unsigned long long)(s->end >> 20) + 1, s->beside);
        return VOC_E_LIMIT;
    }
    diag_error(d, "MEMORY-002", NULL, 0, "allow more memory with --memory, or put the project where you may write",
               "what memory does not hold cannot be kept beside %s: %s", s->beside, strerror_r(error, text, sizeof text));
    return error == ENOMEM ? VOC_E_NOMEM : VOC_E_IO;
}

static int open_file(const char *folder)
{
    char name[PATH_MAX];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT)) return fd;
    int n = snprintf(name, sizeof name, "%s/.voc-XXXXXX", folder);
    if (n < 0 || (size_t)n >= sizeof name) return errno = ENAMETOOLONG, -1;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) (void)unlink(name);
    return fd;
}

voc_rc spill_reserve(struct spill *s, uint64_t size, uint64_t *at, struct diag *d)
{
    if (!s->open) {
        char folder[PATH_MAX];
        const char *slash = strrchr(s->beside, '/');
        int n = slash ? snprintf(folder, sizeof folder, "%.*s", slash == s->beside ? 1 : (int)(slash - s->beside), s->beside)
                      : snprintf(folder, sizeof folder, ".");
        s->fd = n < 0 || (size_t)n >= sizeof folder ? (errno = ENAMETOOLONG, -1) : open_file(folder);
        if (s->fd < 0) return failed(s, d, errno);
        s->open = true;
    }
    if (size > (uint64_t)INT64_MAX - s->end) return VOC_E_LIMIT;
    *at = s->end;
    s->end += size;
    return VOC_OK;
}

voc_rc spill_write(const struct spill *s, uint64_t at, const void *data, size_t size, struct diag *d)
{
    for (const char *from = data; size;) {
        ssize_t n = pwrite(s->fd, from, size, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(s, d, errno);
        from += n;
        at += (uint64_t)n;
        size -= (size_t)n;
    }
    return VOC_OK;
}

voc_rc spill_map(const struct spill *s, const unsigned char **at, size_t *size, struct diag *d)
{
    if (s->end > SIZE_MAX) return VOC_E_LIMIT;
    void *to = mmap(NULL, (size_t)s->end, PROT_READ, MAP_SHARED, s->fd, 0);
    if (to == MAP_FAILED) return failed(s, d, errno);
    *at = to;
    *size = (size_t)s->end;
    return VOC_OK;
}

// Room on the disk first: a page of a file that the disk has no room for would be a signal.
voc_rc spill_block(struct spill *s, size_t size, uint64_t *at, void **to, struct diag *d)
{
    const uint64_t was = s->end;
    int error = 0;
    void *map = MAP_FAILED;
    voc_rc rc = spill_reserve(s, size, at, d);
    while (!rc && (error = posix_fallocate(s->fd, (off_t)*at, (off_t)size)) == EINTR) continue;
    if (!rc && !error && (map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, (off_t)*at)) == MAP_FAILED) error = errno;
    if (!rc && error) rc = failed(s, d, error);
    if (!rc) *to = map;
    else if (s->open) (void)ftruncate(s->fd, (off_t)(s->end = was)); // what it got of the disk
    return rc;
}

// Where the file system cannot take it back, it is gone with the file.
void spill_block_free(struct spill *s, uint64_t at, size_t size)
{
    (void)fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)size);
}

void spill_unload(const unsigned char *at, size_t size)
{
    if (at) madvise((void *)(uintptr_t)at, size, MADV_DONTNEED);
}

void spill_unmap(const unsigned char *at, size_t size)
{
    if (at) munmap((void *)(uintptr_t)at, size);
}

void spill_done(struct spill *s)
{
    if (s->open) close(s->fd);
    s->open = false;
    s->end = 0;
}
