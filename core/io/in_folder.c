// SPDX-License-Identifier: MIT
// A folder of mails as one stream: before each file a line "From voc-folder LENGTH NAME", behind it a newline. Of a Maildir the
// files of cur and new by name (which begins with the time), then its subfolders; of any other folder its files by name, then
// its subfolders. Names with a dot in front, links and what is no file are left out. One thread.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/cancel.h"
#include "base/mem.h"
#include "base/str.h"
#include "io/in_internal.h"

#define DEPTH_MAX 12u
#define FILES_MAX ((size_t)20 << 20)

struct item { char *path; size_t name; }; // relative to the folder; where its last part begins

struct folder { // owns all but path and d
    int dir;
    const char *path;
    struct diag *d;
    VEC(struct item) files;
    size_t next;
    int fd; // of the file that is being given, or -1
    uint64_t left;
    char head[600];
    size_t head_at, head_len;
    uint64_t size;
};

static voc_rc cannot(const struct folder *f, const char *name, int error)
{
    char text[128];
    diag_error(f->d, "IN-001", f->path, 0, NULL, "cannot read %.300s in it: %s", name, strerror_r(error, text, sizeof text));
    return error == ENOMEM ? VOC_E_NOMEM : VOC_E_IO;
}

static int by_name(const void *x, const void *y)
{
    const struct item *a = x, *b = y;
    int c = strcmp(a->path + a->name, b->path + b->name);
    return c ? c : strcmp(a->path, b->path);
}

static void items_free(struct item *at, size_t n)
{
    for (size_t i = 0; i < n; i++) mem_free(at[i].path);
}

struct listing { VEC(struct item) files, folders; };

static voc_rc add_item(struct listing *l, bool folder, const char *base, const char *name)
{
    size_t n = strlen(base), m = strlen(name);
    voc_rc rc = folder ? vec_reserve(&l->folders, 1, FILES_MAX) : vec_reserve(&l->files, 1, FILES_MAX);
    char *path = rc ? NULL : mem_alloc(n + m + 2);
    if (!path) return rc ? rc : VOC_E_NOMEM;
    memcpy(path, base, n);
    if (n) path[n++] = '/';
    memcpy(path + n, name, m + 1);
    struct item it = {path, n};
    if (folder) l->folders.at[l->folders.n++] = it;
    else l->files.at[l->files.n++] = it;
    return VOC_OK;
}

// What lies in one folder. dots: subfolders with a dot in front too, as in a Maildir.
static voc_rc list_one(struct folder *f, const char *base, bool dots, struct listing *l)
{
    int fd = openat(f->dir, *base ? base : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    voc_rc rc = d ? VOC_OK : cannot(f, *base ? base : ".", errno);
    for (struct dirent *e; !rc && (errno = 0, e = readdir(d)) != NULL;) {
        struct stat st;
        if (cancel_requested()) rc = VOC_CANCELLED;
        if (rc || strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISREG(st.st_mode) && e->d_name[0] != '.') rc = add_item(l, false, base, e->d_name);
        if (S_ISDIR(st.st_mode) && (dots || e->d_name[0] != '.')) rc = add_item(l, true, base, e->d_name);
    }
    if (d) (void)closedir(d);
    else if (fd >= 0) (void)close(fd);
    if (l->files.n) qsort(l->files.at, l->files.n, sizeof *l->files.at, by_name);
    if (l->folders.n) qsort(l->folders.at, l->folders.n, sizeof *l->folders.at, by_name);
    return rc;
}

bool folder_of_program(const char *base)
{
    voc_str b = str_of(base);
    return str_starts(b, "dovecot") || str_starts(b, "courier") || str_starts(b, "maildir") || str_is(b, "subscriptions");
}

// What somebody put beside cur and new is no mail for sure, and is not lost in silence either.
static void say_strays(const struct folder *f, const char *base, const struct listing *here)
{
    const char *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < here->files.n; i++) {
        const char *name = here->files.at[i].path + here->files.at[i].name;
        if (folder_of_program(name)) continue;
        if (n++ == 0) first = name;
    }
    if (n == 0) return;
    if (n == 1)
        diag_put(f->d, VOC_INFO, "IN-061", f->path, 0, "if it is a mail, import it by its name",
                 "a file beside cur and new was left out: %s%s%.200s", base, *base ? "/" : "", first);
    else
        diag_put(f->d, VOC_INFO, "IN-061", f->path, 0, "if they are mails, import them by their names",
                 "%zu files beside cur and new were left out, the first is %s%s%.200s", n, base, *base ? "/" : "", first);
}

static bool is_folder(const struct folder *f, const char *base, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s%s%s", base, *base ? "/" : "", name);
    return n > 0 && (size_t)n < sizeof path && fstatat(f->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static voc_rc collect(struct folder *f, const char *base, unsigned depth)
{
    struct listing here = {0}, mails = {0};
    bool maildir = is_folder(f, base, "cur") || is_folder(f, base, "new");
    voc_rc rc = depth < DEPTH_MAX ? list_one(f, base, maildir, &here) : VOC_OK;
    for (size_t i = 0; i < here.folders.n && !rc && maildir; i++) {
        const char *name = here.folders.at[i].path + here.folders.at[i].name;
        if (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0) rc = list_one(f, here.folders.at[i].path, false, &mails);
    }
    if (!rc && maildir) say_strays(f, base, &here);
    size_t n = maildir ? mails.files.n : here.files.n; // beside cur and new lie files of the mail program
    struct item *from = maildir ? mails.files.at : here.files.at;
    if (!rc) rc = vec_reserve(&f->files, n, FILES_MAX);
    if (!rc && n) {
        memcpy(f->files.at + f->files.n, from, n * sizeof *from);
        f->files.n += n;
        if (maildir) mails.files.n = 0;
        else here.files.n = 0;
    }
    for (size_t i = 0; i < here.folders.n && !rc; i++) {
        const char *name = here.folders.at[i].path + here.folders.at[i].name;
        if (maildir && (strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 || strcmp(name, "tmp") == 0)) continue;
        rc = collect(f, here.folders.at[i].path, depth + 1);
    }
    items_free(here.files.at, here.files.n);
    items_free(here.folders.at, here.folders.n);
    items_free(mails.files.at, mails.files.n);
    items_free(mails.folders.at, mails.folders.n);
    vec_free(&here.files);
    vec_free(&here.folders);
    vec_free(&mails.files);
    vec_free(&mails.folders);
    return rc;
}

voc_rc folder_open(struct folder **out, const char *path, struct diag *d)
{
    struct folder *f = mem_zalloc(1, sizeof *f);
    if (!f) return VOC_E_NOMEM;
    f->path = path;
    f->d = d;
    f->fd = -1;
    f->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    voc_rc rc = f->dir < 0 ? cannot(f, "what is", errno) : collect(f, "", 0);
    if (!rc && f->files.n == 0) {
        diag_error(d, "IN-004", path, 0, "name another folder, or the files themselves", "there is no file in this folder");
        rc = VOC_E_IO;
    }
    if (rc) folder_close(f);
    else *out = f;
    return rc;
}

void folder_close(struct folder *f)
{
    if (!f) return;
    if (f->fd >= 0) (void)close(f->fd);
    if (f->dir >= 0) (void)close(f->dir);
    items_free(f->files.at, f->files.n);
    vec_free(&f->files);
    mem_free(f);
}

// Opens the next file and writes the line before it. A file that went away meanwhile is a file less: a mail program moves them.
static voc_rc begin_file(struct folder *f)
{
    struct stat st;
    const char *path = f->files.at[f->next++].path;
    f->fd = openat(f->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (f->fd < 0 && (errno == ENOENT || errno == ELOOP)) return VOC_OK;
    if (f->fd < 0 || fstat(f->fd, &st) != 0) return cannot(f, path, errno);
    if (!S_ISREG(st.st_mode)) {
        (void)close(f->fd);
        f->fd = -1;
        return VOC_OK;
    }
    f->left = (uint64_t)st.st_size;
    int n = snprintf(f->head, sizeof f->head, "From voc-folder %llu %.500s", (unsigned long long)f->left, path);
    if (n < 0) return VOC_E_BUG;
    f->head_len = (size_t)n < sizeof f->head - 1 ? (size_t)n : sizeof f->head - 2;
    for (size_t i = 0; i < f->head_len; i++)
        if ((unsigned char)f->head[i] < 0x20) f->head[i] = '_';
    f->head[f->head_len++] = '\n';
    f->head_at = 0;
    return VOC_OK;
}

voc_rc folder_read(struct folder *f, void *to, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        char *at = (char *)to + *got;
        size_t room = size - *got;
        if (cancel_requested()) return VOC_CANCELLED;
        if (f->head_at < f->head_len) {
            size_t n = f->head_len - f->head_at < room ? f->head_len - f->head_at : room;
            memcpy(at, f->head + f->head_at, n);
            f->head_at += n;
            *got += n;
        } else if (f->fd >= 0 && f->left > 0) {
            ssize_t n = read(f->fd, at, f->left < room ? (size_t)f->left : room);
            if (n < 0 && errno == EINTR) continue;
            const char *path = f->files.at[f->next - 1].path;
            if (n < 0) return cannot(f, path, errno);
            if (n == 0) {
                diag_error(f->d, "IN-005", f->path, 0, "import it again when nobody writes to it", "%.300s became shorter while it was read", path);
                return VOC_E_IO;
            }
            f->left -= (uint64_t)n;
            *got += (size_t)n;
        } else if (f->fd >= 0) {
            (void)close(f->fd);
            f->fd = -1;
            f->head[0] = '\n'; // between files
            f->head_at = 0;
            f->head_len = 1;
        } else if (f->next < f->files.n) {
            voc_rc rc = begin_file(f);
            if (rc) return rc;
        } else {
            break;
        }
    }
    return VOC_OK;
}
