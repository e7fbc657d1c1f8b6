// SPDX-License-Identifier: MIT
// Stored bytes: a file, a pipe, stdin or memory, read ahead into one buffer so that the first bytes can be looked at
// without taking them. One thread.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cancel.h"
#include "io/in_internal.h"

enum { WAIT_MS = 200 };

static voc_rc cannot(const struct source *s, const char *what, int error, const char *hint)
{
    char text[128];
    diag_error(s->d, "IN-001", s->path, 0, hint, "cannot %s: %s", what, strerror_r(error, text, sizeof text));
    return error == ENOMEM ? VOC_E_NOMEM : VOC_E_IO;
}

static bool is_device(const struct stat *st) { return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode); }

// A link to a device would be opened by whoever can write the folder of the link, not by whoever named the file.
static voc_rc open_path(struct source *s)
{
    struct stat link, st;
    if (lstat(s->path, &link) != 0) return cannot(s, "open it", errno, errno == ENOENT ? "check the name and the folder" : NULL);
    if (stat(s->path, &st) != 0) return cannot(s, "open it", errno, "the link leads nowhere");
    if (S_ISLNK(link.st_mode) && is_device(&st)) {
        diag_error(s->d, "IN-002", s->path, 0, "name the device itself, or use '-' for the standard input", "this is a link to a device");
        return VOC_E_IO;
    }
    s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (s->fd < 0 && errno == EINTR && cancel_requested()) return VOC_CANCELLED; // a pipe that nobody writes to
    if (s->fd < 0) return cannot(s, "open it", errno, errno == EACCES ? "you may not read it; ask its owner, or see chmod(1)" : NULL);
    s->own = true;
    if (fstat(s->fd, &st) != 0) return cannot(s, "open it", errno, NULL);
    if (S_ISLNK(link.st_mode) && is_device(&st)) { // exchanged since
        diag_error(s->d, "IN-002", s->path, 0, NULL, "this is a link to a device");
        return VOC_E_IO;
    }
    return VOC_OK;
}

// What may be read from it, and how; fd is s's own if it is not the standard input.
static voc_rc source_take_fd(struct source *s)
{
    struct stat st;
    voc_rc rc = fstat(s->fd, &st) == 0 ? VOC_OK : cannot(s, "read it", errno, NULL);
    if (rc == VOC_OK && S_ISDIR(st.st_mode)) {
        diag_error(s->d, "IN-003", s->path, 0, "name the files in it", "this is a folder, not a file");
        rc = VOC_E_IO;
    }
    if (rc == VOC_OK) {
        s->start = S_ISREG(st.st_mode) ? (int64_t)lseek(s->fd, 0, SEEK_CUR) : -1;
        s->seekable = s->start == 0;
        if (s->seekable && st.st_size > 0) s->size = (uint64_t)st.st_size;
        s->buffer = mem_alloc(SOURCE_BUFFER);
        if (s->buffer == NULL) rc = VOC_E_NOMEM;
    }
    if (rc == VOC_OK) (void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    else source_close(s);
    return rc;
}

voc_rc source_open(struct source *s, const char *path, struct diag *d)
{
    *s = (struct source){.fd = STDIN_FILENO, .path = path, .d = d};
    voc_rc rc = strcmp(path, "-") == 0 ? VOC_OK : open_path(s);
    if (rc != VOC_OK) source_close(s);
    return rc == VOC_OK ? source_take_fd(s) : rc;
}

voc_rc source_open_descriptor(struct source *s, const char *path, int fd, struct diag *d)
{
    *s = (struct source){.fd = fd, .own = true, .path = path, .d = d};
    return source_take_fd(s);
}

voc_rc in_descriptor(int *fd, const char *path, struct diag *d)
{
    char *file = mem_strndup(path, in_file_part(path)); // without the sheet of a workbook
    struct source s = {.fd = -1, .path = file, .d = d};
    voc_rc rc = file != NULL ? VOC_OK : VOC_E_NOMEM;
    if (rc == VOC_OK && strcmp(path, "-") == 0) {
        s.fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        if (s.fd < 0) rc = cannot(&s, "read it", errno, NULL);
    } else if (rc == VOC_OK) {
        rc = open_path(&s);
    }
    if (rc == VOC_OK) *fd = s.fd;
    else source_close(&s);
    mem_free(file);
    return rc;
}

voc_rc source_open_folder(struct source *s, const char *path, struct diag *d)
{
    *s = (struct source){.fd = 0, .path = path, .d = d}; // read through the folder alone
    voc_rc rc = folder_open(&s->folder, path, d);
    if (rc == VOC_OK && (s->buffer = mem_alloc(SOURCE_BUFFER)) == NULL) rc = VOC_E_NOMEM;
    if (rc != VOC_OK) source_close(s);
    return rc;
}

void source_memory(struct source *s, const char *name, const void *bytes, size_t len, struct diag *d)
{
    *s = (struct source){.fd = -1, .seekable = true, .memory = bytes, .memory_len = len, .len = len, .path = name, .d = d};
}

void source_make(struct source *s, const char *name, const struct in_maker *maker, struct diag *d)
{
    *s = (struct source){.fd = 0, .maker = *maker, .path = name, .d = d}; // read through the maker alone
}

bool source_again_possible(const struct source *s)
{
    return s->memory != NULL || s->maker.read != NULL || (s->folder == NULL && s->fd >= 0 && s->start >= 0);
}

voc_rc source_again(struct source *s)
{
    s->at = 0;
    s->len = s->memory_len;
    if (s->memory != NULL) return VOC_OK;
    if (s->maker.read != NULL) return s->maker.again(s->maker.user);
    return lseek(s->fd, (off_t)s->start, SEEK_SET) == (off_t)s->start ? VOC_OK : cannot(s, "read it again", errno, NULL);
}

void source_close(struct source *s)
{
    if (s->maker.read != NULL) s->maker.close(s->maker.user);
    s->maker.read = NULL;
    if (s->own) close(s->fd);
    folder_close(s->folder);
    s->folder = NULL;
    mem_free(s->buffer);
    s->own = false;
    s->buffer = NULL;
}

// A pipe or a terminal may be silent for long. It is waited for in steps: a signal that comes between the look at the flag
// and the wait interrupts nothing.
static voc_rc wait_fd(const struct source *s)
{
    while (!s->seekable) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (cancel_requested()) return VOC_CANCELLED;
        int n = poll(&p, 1, WAIT_MS);
        if (n > 0 || (n < 0 && errno != EINTR)) break; // read() says what it is
    }
    return VOC_OK;
}

static voc_rc read_fd(struct source *s, void *to, size_t size, size_t *got)
{
    ssize_t n;
    if (s->folder != NULL) return folder_read(s->folder, to, size, got);
    if (s->maker.read != NULL) return s->maker.read(s->maker.user, to, size, got);
    do {
        voc_rc rc = wait_fd(s);
        if (rc != VOC_OK) return rc;
        n = read(s->fd, to, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return cannot(s, "read it", errno, NULL);
    if (n == 0 && size > 0 && s->size > 0 && lseek(s->fd, 0, SEEK_CUR) < (off_t)s->size) { // a log that is emptied to begin anew
        diag_error(s->d, "IN-005", s->path, 0, "import it again when nobody writes to it, or the file that was put aside", "it became shorter while it was read");
        return VOC_E_IO;
    }
    *got = (size_t)n;
    return VOC_OK;
}

voc_rc source_peek(struct source *s, size_t want, const char **ptr, size_t *len)
{
    if (s->memory == NULL && s->fd >= 0 && s->len - s->at < want) {
        memmove(s->buffer, s->buffer + s->at, s->len - s->at);
        s->len -= s->at;
        s->at = 0;
        for (size_t got = 1; s->len < want && got > 0; s->len += got) {
            voc_rc rc = read_fd(s, s->buffer + s->len, SOURCE_BUFFER - s->len, &got);
            if (rc != VOC_OK) return rc;
        }
    }
    *ptr = (s->fd < 0 ? s->memory : s->buffer) + s->at;
    *len = s->len - s->at;
    return VOC_OK;
}

voc_rc source_take(struct source *s, const char **ptr, size_t *len)
{
    voc_rc rc = source_peek(s, 1, ptr, len);
    if (rc == VOC_OK) s->at += *len;
    return rc;
}

voc_rc source_read(struct source *s, void *to, size_t size, size_t *got)
{
    if (s->at == s->len && s->fd >= 0 && size >= SOURCE_BUFFER / 4) return read_fd(s, to, size, got);
    const char *ptr;
    size_t len;
    voc_rc rc = source_peek(s, 1, &ptr, &len);
    if (rc != VOC_OK) return rc;
    if (len > size) len = size;
    if (len > 0) memcpy(to, ptr, len);
    s->at += len;
    *got = len;
    return VOC_OK;
}

voc_rc source_seek(struct source *s, int64_t offset, int whence, int64_t *result)
{
    if (s->fd < 0) {
        int64_t base = whence == SEEK_SET ? 0 : (int64_t)(whence == SEEK_CUR ? s->at : s->memory_len);
        if (offset > (int64_t)s->memory_len - base || offset < -base) return VOC_E_INPUT;
        s->at = (size_t)(base + offset);
        *result = base + offset;
        return VOC_OK;
    }
    if (whence == SEEK_CUR) offset -= (int64_t)(s->len - s->at); // what was read ahead has moved the descriptor
    off_t now = lseek(s->fd, (off_t)offset, whence);
    if (now < 0) return errno == EINVAL ? VOC_E_INPUT : cannot(s, "read it", errno, NULL);
    s->at = s->len = 0;
    *result = (int64_t)now;
    return VOC_OK;
}
