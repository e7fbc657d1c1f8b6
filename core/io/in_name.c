// SPDX-License-Identifier: MIT
// The name of a file without what its packing adds. Apart from the rest of the input, so that a journey can be read (it names
// its sources by their files) where no file is: in the loadable extension, which needs no libarchive.
#include <string.h>
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
