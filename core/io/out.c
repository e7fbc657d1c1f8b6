// SPDX-License-Identifier: MIT
// Bytes out, through one buffer. A file is written under another name in the same folder, synced, and renamed over the
// old one; then the folder is synced. A new file takes the mode that the umask leaves, a replaced one keeps its own. What
// is no regular file (a device, a pipe) is written to as it stands. The first failure is reported and sticks. One thread.
#include "io/out.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER ((size_t)64 << 10)

struct out { // owns all but `to` and d; own: closes fd
    int fd;
    bool own, replace;
    char *path, *temporary; // path: where it goes at last; temporary NULL: written in place
    char *folder;
    struct out *next; // that has a temporary file
    struct buf buffer, *to;
    struct diag *d;
    voc_rc rc;
};

static struct out *unfinished; // those with a temporary file, the newest first: what out_leave removes

// What to do about it, or NULL. make: how the folder would be made.
static const char *what_helps(int error, const char *make)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT: return "free some space, or write to another place with -o";
    case EACCES:
    case EPERM:
    case EROFS: return "you may not write there; choose another folder with -o";
    case ENOENT: return make;
    case EISDIR: return "it is a folder; name a file in it";
    case ENOTDIR: return "a part of that path is a file; name another folder";
    default: return NULL;
    }
}

static voc_rc fail(struct out *o, const char *what, int error)
{
    char text[128], make[PATH_MAX + 40];
    const char *slash = strrchr(o->path, '/');
    (void)snprintf(make, sizeof make, "make the folder first: mkdir -p %.*s", slash ? (int)(slash - o->path) : 1, slash ? o->path : ".");
    diag_error(o->d, "OUT-001", o->path, 0, what_helps(error, make), "cannot %s: %s", what, strerror_r(error, text, sizeof text));
    return o->rc = error == ENOMEM ? VOC_E_NOMEM : VOC_E_IO;
}

static voc_rc exists(struct out *o)
{
    diag_error(o->d, "OUT-002", o->path, 0, "name another file, or replace this one with --force", "the file is there already");
    return o->rc = VOC_E_POLICY;
}

// The folder of path with its last slash, "" for the current one; and ".NAME.tmp-" in it, with room for 16 more bytes.
static voc_rc name_parts(struct out *o)
{
    const char *slash = strrchr(o->path, '/'), *name = slash != NULL ? slash + 1 : o->path;
    size_t folder = (size_t)(name - o->path), len = strlen(name);
    if (len == 0) return fail(o, "write it", EISDIR);
    o->folder = folder == 0 ? mem_strndup(".", 1) : mem_strndup(o->path, folder);
    o->temporary = mem_alloc(folder + len + 32);
    if (o->folder == NULL || o->temporary == NULL) return VOC_E_NOMEM;
    if (len > 200) len = 200; // names end at 255 bytes
    memcpy(o->temporary, o->path, folder);
    (void)snprintf(o->temporary + folder, len + 32, ".%.*s.tmp-", (int)len, name);
    return VOC_OK;
}

// mkostemp, but created with the mode that the umask leaves.
static voc_rc create_temporary(struct out *o)
{
    char *end = o->temporary + strlen(o->temporary);
    for (int tries = 0; tries < 100; tries++) {
        unsigned char random[8];
        if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return fail(o, "name a temporary file", errno);
        for (size_t i = 0; i < sizeof random; i++) end[i] = "abcdefghijklmnopqrstuvwxyz012345"[random[i] & 31];
        end[sizeof random] = 0;
        o->fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (o->fd >= 0 || errno != EEXIST) break;
    }
    if (o->fd < 0) {
        int error = errno;
        mem_free(o->temporary);
        o->temporary = NULL; // nothing to remove
        return fail(o, "write it", error);
    }
    o->own = true;
    o->next = unfinished;
    unfinished = o;
    return VOC_OK;
}

static voc_rc open_file(struct out *o)
{
    struct stat st;
    bool there = stat(o->path, &st) == 0;
    if (there && S_ISDIR(st.st_mode)) return fail(o, "write it", EISDIR);
    if (there && !S_ISREG(st.st_mode)) {
        o->fd = open(o->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        o->own = o->fd >= 0;
        return o->own ? VOC_OK : fail(o, "write it", errno);
    }
    if (there && !o->replace) return exists(o);
    if (there) { // through a link: the file that it leads to is replaced, and the link stays
        char real[PATH_MAX];
        if (realpath(o->path, real) == NULL) return fail(o, "write it", errno);
        char *copy = mem_strndup(real, strlen(real));
        if (copy == NULL) return VOC_E_NOMEM;
        mem_free(o->path);
        o->path = copy;
    }
    voc_rc rc = name_parts(o);
    if (rc == VOC_OK) rc = create_temporary(o);
    if (rc == VOC_OK && there && fchmod(o->fd, st.st_mode & 0777) != 0) rc = fail(o, "keep the mode of the old file", errno);
    return rc;
}

static struct out *out_new(const char *path, struct diag *d)
{
    struct out *o = mem_zalloc(1, sizeof *o);
    if (o == NULL) return NULL;
    o->fd = -1;
    o->d = d;
    buf_init(&o->buffer, 2 * BUFFER);
    o->path = mem_strndup(path, strlen(path));
    if (o->path != NULL) return o;
    out_abort(o);
    return NULL;
}

voc_rc out_open(struct out **out, const char *path, bool replace, struct diag *d)
{
    struct out *o = out_new(path, d);
    if (o == NULL) return VOC_E_NOMEM;
    o->replace = replace;
    voc_rc rc = VOC_OK;
    if (strcmp(path, "-") == 0) o->fd = STDOUT_FILENO;
    else rc = open_file(o);
    if (rc == VOC_OK) *out = o;
    else out_abort(o);
    return rc;
}

voc_rc out_memory(struct out **out, struct buf *to)
{
    struct out *o = out_new("memory", NULL);
    if (o == NULL) return VOC_E_NOMEM;
    o->to = to;
    *out = o;
    return VOC_OK;
}

static voc_rc write_all(struct out *o, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(o->fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(o, "write it", errno);
        p += n;
        len -= (size_t)n;
    }
    return VOC_OK;
}

static voc_rc flush(struct out *o)
{
    if (o->rc == VOC_OK && o->buffer.len > 0) (void)write_all(o, o->buffer.ptr, o->buffer.len);
    buf_clear(&o->buffer);
    return o->rc;
}

voc_rc out_write(struct out *o, const void *data, size_t len)
{
    if (o->rc != VOC_OK || len == 0) return o->rc;
    if (o->to != NULL) return o->rc = buf_add(o->to, data, len);
    if (o->buffer.len + len > BUFFER && flush(o) != VOC_OK) return o->rc;
    if (len > BUFFER) return write_all(o, data, len);
    return o->rc = buf_add(&o->buffer, data, len);
}

voc_rc out_printf(struct out *o, const char *format, ...)
{
    struct buf b;
    va_list ap;
    buf_init(&b, (size_t)1 << 30);
    va_start(ap, format);
    voc_rc rc = buf_vprintf(&b, format, ap);
    va_end(ap);
    if (rc == VOC_OK) rc = out_write(o, b.ptr, b.len);
    else if (o->rc == VOC_OK) o->rc = rc;
    buf_done(&b);
    return o->rc;
}

// Where a file of that name must not be there, it may have come since: the link fails then, and a rename would not.
static voc_rc put_in_place(struct out *o)
{
    if (o->replace) return rename(o->temporary, o->path) == 0 ? VOC_OK : fail(o, "rename the finished file", errno);
    if (renameat2(AT_FDCWD, o->temporary, AT_FDCWD, o->path, RENAME_NOREPLACE) == 0) return VOC_OK;
    if (errno == EEXIST) return exists(o);
    if (errno != EINVAL && errno != ENOSYS) return fail(o, "rename the finished file", errno);
    if (link(o->temporary, o->path) != 0) return errno == EEXIST ? exists(o) : fail(o, "rename the finished file", errno);
    (void)unlink(o->temporary);
    return VOC_OK;
}

// The folder's entry must be on the disk too. Some file systems cannot sync a folder and say EINVAL.
static voc_rc sync_folder(struct out *o)
{
    int fd = open(o->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno == EACCES ? VOC_OK : fail(o, "sync the folder", errno);
    int r = fsync(fd), error = errno;
    close(fd);
    return r == 0 || error == EINVAL ? VOC_OK : fail(o, "sync the folder", error);
}

static void finished(const struct out *o)
{
    struct out **at = &unfinished;
    while (*at && *at != o) at = &(*at)->next;
    if (*at) *at = o->next;
}

voc_rc out_commit(struct out *o)
{
    voc_rc rc = o->to != NULL ? o->rc : flush(o);
    if (rc == VOC_OK && o->temporary != NULL) {
        if (fsync(o->fd) != 0) rc = fail(o, "write it to the disk", errno);
        int r = close(o->fd);
        o->own = false;
        if (rc == VOC_OK && r != 0) rc = fail(o, "write it to the disk", errno);
        if (rc == VOC_OK) rc = put_in_place(o);
        if (rc == VOC_OK) {
            finished(o);
            mem_free(o->temporary);
            o->temporary = NULL;
            rc = sync_folder(o);
        }
    } else if (rc == VOC_OK && o->own) {
        o->own = false;
        if (close(o->fd) != 0) rc = fail(o, "write it", errno);
    }
    out_abort(o);
    return rc;
}

void out_abort(struct out *o)
{
    if (o == NULL) return;
    finished(o);
    if (o->own) close(o->fd);
    if (o->temporary != NULL) (void)unlink(o->temporary);
    buf_done(&o->buffer);
    mem_free(o->temporary);
    mem_free(o->path);
    mem_free(o->folder);
    mem_free(o);
}

void out_leave(void)
{
    for (const struct out *o = unfinished; o != NULL; o = o->next) (void)unlink(o->temporary);
}
