// SPDX-License-Identifier: MIT
// The name of a file without what its packing adds. Apart from the rest of the input, so that a journey can be read (it names
// its sources by their files) where no file is: in the loadable extension, which needs no libarchive.
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/str.h"
#include "io/in.h"

voc_str in_plain_name(const char *path)
{
    static const char *const suffix[] = {".gz", ".zst", ".xz", ".bz2", ".zip"};
    const char *slash = strrchr(path, '/');
    voc_str name = str_of(slash != NULL ? slash + 1 : path);
    for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
        size_t len = strlen(suffix[i]);
        if (name.len <= len || !str_ieq(str_mk(name.ptr + name.len - len, len), str_of(suffix[i]))) continue;
        name.len -= len;
        break;
    }
    return name;
}

bool in_is_workbook(const char *name)
{
    static const char *const endings[] = {".xlsx", ".xlsm", ".xltx", ".xltm"};
    const size_t n = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > 5 && str_ieq(str_mk(name + n - 5, 5), str_of(endings[i]))) return true;
    return false;
}

// In a worker no file can be asked for: up to the first '!' behind the ending of a workbook.
size_t in_name_part(const char *path)
{
    for (const char *at = path; (at = strchr(at, '!')) != NULL; at++) {
        voc_str file = str_mk(path, (size_t)(at - path));
        if (file.len > 5 && at[1] != 0 && at[-5] == '.' && str_ieq(str_mk(at - 4, 3), STR("xls"))) return file.len;
    }
    return strlen(path);
}

static bool is_file(const char *path, size_t len)
{
    struct stat st;
    char *file = mem_strndup(path, len);
    bool yes = file != NULL && stat(file, &st) == 0 && !S_ISDIR(st.st_mode);
    mem_free(file);
    return yes;
}

// The shortest beginning before a '!' or a '/' that is there as a file, unless the whole is there.
size_t in_file_part(const char *path)
{
    if (strpbrk(path, "!/") == NULL || access(path, F_OK) == 0) return strlen(path);
    for (const char *at = path; (at = strpbrk(at, "!/")) != NULL; at++)
        if (at > path && at[1] != 0 && at[-1] != '/' && is_file(path, (size_t)(at - path))) return (size_t)(at - path);
    return in_name_part(path);
}
