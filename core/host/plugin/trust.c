// SPDX-License-Identifier: MIT
// Trusted owners are root, the running user and the owner of the program; nothing may be writable by others, nor by a group
// unless that is the owner's private group. A sticky folder on the way (/tmp) is accepted: others cannot rename in it.
// Everything is asked of open descriptors, so a path cannot change between the check and the use. No state.
#include "host/plugin/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool trusted_owner(uid_t uid)
{
    struct stat self;
    if (uid == 0 || uid == geteuid()) return true;
    return stat("/proc/self/exe", &self) == 0 && self.st_uid == uid;
}

// A group that only its user is in, as Debian makes one for each user.
static bool private_group(uid_t uid, gid_t gid)
{
    struct passwd pw, *pwp = NULL;
    struct group gr, *grp = NULL;
    char pbuf[2048], gbuf[8192];
    if (getpwuid_r(uid, &pw, pbuf, sizeof pbuf, &pwp) != 0 || !pwp || pw.pw_gid != gid) return false;
    if (getgrgid_r(gid, &gr, gbuf, sizeof gbuf, &grp) != 0 || !grp) return false;
    for (char **m = gr.gr_mem; *m; m++)
        if (strcmp(*m, pw.pw_name) != 0) return false;
    return true;
}

static voc_rc check(const struct stat *st, const char *what, bool sticky_ok, struct buf *why)
{
    if (!trusted_owner(st->st_uid)) {
        buf_printf(why, "%s belongs to user %lu; plugins are loaded only from root, yourself or the owner of voc (chown it)", what,
                   (unsigned long)st->st_uid);
        return VOC_E_POLICY;
    }
    bool others = st->st_mode & S_IWOTH, group = (st->st_mode & S_IWGRP) && !private_group(st->st_uid, st->st_gid);
    if ((others || group) && !(sticky_ok && (st->st_mode & S_ISVTX))) {
        buf_printf(why, "%s has mode %04o: %s could change it (chmod %s %s)", what, (unsigned)(st->st_mode & 07777),
                   others ? "everybody" : "its group", others ? "go-w" : "g-w", what);
        return VOC_E_POLICY;
    }
    return VOC_OK;
}

voc_rc trust_folder(int *out, const char *path, struct buf *why)
{
    char real[PATH_MAX], walked[PATH_MAX + 1];
    struct stat st;
    voc_rc rc = VOC_E_IO;
    if (path[0] != '/') {
        buf_printf(why, "%s is not an absolute path: plugins are never looked for relative to the working directory", path);
        return VOC_E_POLICY;
    }
    if (!realpath(path, real)) {
        buf_printf(why, "%s: %s", path, strerror(errno));
        return VOC_E_IO;
    }
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t at = 0;
    walked[0] = '/';
    walked[1] = 0;
    while (fd >= 0) {
        bool last = real[at] == 0 || real[at + 1] == 0;
        if (fstat(fd, &st) != 0) break;
        rc = check(&st, walked, !last, why);
        if (rc || last) break;
        const char *name = real + at + 1;
        size_t len = strcspn(name, "/");
        char part[NAME_MAX + 1];
        rc = VOC_E_IO;
        if (len > NAME_MAX) break;
        memcpy(part, name, len);
        part[len] = 0;
        at += 1 + len;
        memcpy(walked, real, at);
        walked[at] = 0;
        int next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(fd);
        fd = next;
    }
    if (rc == VOC_OK && fd >= 0) {
        *out = fd;
        return VOC_OK;
    }
    if (rc == VOC_E_IO && why->len == 0) buf_printf(why, "%s: %s", walked, strerror(errno));
    if (fd >= 0) close(fd);
    return rc ? rc : VOC_E_IO;
}

voc_rc trust_file(int *out, int folder, const char *folder_path, const char *name, struct buf *why)
{
    struct stat st;
    char what[PATH_MAX + NAME_MAX + 2];
    snprintf(what, sizeof what, "%s/%s", folder_path, name);
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        buf_printf(why, "%s: %s", what, errno == ELOOP ? "is a symbolic link (copy the plugin itself here)" : strerror(errno));
        return errno == ELOOP ? VOC_E_POLICY : VOC_E_IO;
    }
    voc_rc rc = VOC_E_POLICY;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        buf_printf(why, "%s is not a regular file", what);
    else
        rc = check(&st, what, false, why);
    if (rc) {
        close(fd);
        return rc;
    }
    *out = fd;
    return VOC_OK;
}
