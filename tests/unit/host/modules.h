// SPDX-License-Identifier: MIT
// Where the modules of these tests are, and folders of their own that the tests may spoil.
#ifndef VOC_TESTS_UNIT_HOST_MODULES_H
#define VOC_TESTS_UNIT_HOST_MODULES_H
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A module of host.mk, or a plugin of this build, as a path; false: it has not been built.
static inline bool module_path(char out[PATH_MAX], const char *folder, const char *file)
{
    const char *build = getenv("VOC_TEST_BUILDDIR");
    int n = snprintf(out, PATH_MAX, "%s/%s/.libs/%s", build ? build : ".", folder, file);
    return n > 0 && n < PATH_MAX && access(out, R_OK) == 0;
}
#define MODULES "tests/unit/host/modules"

static inline void join_path(char out[PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    assert_in_range(n, 1, PATH_MAX - 1);
}

// A new folder, mode 0755, real path.
static inline void scratch_open(char out[PATH_MAX])
{
    char template[PATH_MAX];
    const char *tmp = getenv("TMPDIR");
    snprintf(template, sizeof template, "%s/voc-host-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(template));
    assert_non_null(realpath(template, out));
    assert_int_equal(chmod(out, 0755), 0);
}

// Two levels deep at most.
static inline void scratch_close(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char path[PATH_MAX];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        join_path(path, folder, e->d_name);
        if (unlink(path) != 0) scratch_close(path);
    }
    if (d) closedir(d);
    rmdir(folder);
}

static inline char *bytes_of(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *size = (size_t)ftell(f);
    rewind(f);
    char *bytes = malloc(*size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, f), *size);
    fclose(f);
    return bytes;
}

static inline void write_bytes(const char *path, const void *bytes, size_t size, unsigned mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    assert_int_equal(fchmod(fd, (mode_t)mode), 0);
    close(fd);
}

// Copies a module to folder/name.
static inline void place_module(const char *from, const char *folder, const char *name, unsigned mode)
{
    char to[PATH_MAX];
    size_t size;
    char *bytes = bytes_of(from, &size);
    join_path(to, folder, name);
    write_bytes(to, bytes, size, mode);
    free(bytes);
}
#endif
