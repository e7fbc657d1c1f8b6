// SPDX-License-Identifier: MIT
// The plugin's file: what its dynamic symbols say. One is exported, voc_plugin_query; anything more may stand in the way of
// another plugin's or of the program's.
#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/check/check.h"

#if UINTPTR_MAX > UINT32_MAX
typedef Elf64_Ehdr header;
typedef Elf64_Shdr section;
typedef Elf64_Sym symbol;
#define CLASS ELFCLASS64
#define BINDING ELF64_ST_BIND
#else
typedef Elf32_Ehdr header;
typedef Elf32_Shdr section;
typedef Elf32_Sym symbol;
#define CLASS ELFCLASS32
#define BINDING ELF32_ST_BIND
#endif
enum { FILE_MOST = 256 << 20 };

static bool within(size_t len, uint64_t at, uint64_t size) { return at <= len && size <= len - at; }

// The name at `at` of the string table, or NULL.
static const char *name_at(const char *file, const section *strings, uint64_t at)
{
    if (at >= strings->sh_size || !memchr(file + strings->sh_offset + at, 0, strings->sh_size - at)) return NULL;
    return file + strings->sh_offset + at;
}

// Counts exported symbols; *other is one that should not be there. False: the file is not what it should be.
static bool exported(const char *file, size_t len, size_t *n, const char **other)
{
    header h;
    section s, strings;
    if (len < sizeof h) return false;
    memcpy(&h, file, sizeof h);
    if (memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != CLASS || h.e_shentsize != sizeof s ||
        !within(len, h.e_shoff, (uint64_t)h.e_shnum * sizeof s))
        return false;
    for (unsigned i = 0; i < h.e_shnum; i++) {
        memcpy(&s, file + h.e_shoff + i * sizeof s, sizeof s);
        if (s.sh_type != SHT_DYNSYM) continue;
        if (s.sh_link >= h.e_shnum || !within(len, s.sh_offset, s.sh_size)) return false;
        memcpy(&strings, file + h.e_shoff + s.sh_link * sizeof s, sizeof s);
        if (!within(len, strings.sh_offset, strings.sh_size)) return false;
        for (uint64_t at = 0; at + sizeof(symbol) <= s.sh_size; at += sizeof(symbol)) {
            symbol y;
            memcpy(&y, file + s.sh_offset + at, sizeof y);
            const char *name = name_at(file, &strings, y.st_name);
            if (y.st_shndx == SHN_UNDEF || BINDING(y.st_info) == STB_LOCAL || !name) continue;
            ++*n;
            if (strcmp(name, "voc_plugin_query") != 0) *other = name;
        }
        return true;
    }
    return false;
}

void check_exports(struct check *k)
{
    char why[200] = "the file cannot be read";
    const char *other = NULL;
    struct stat st;
    size_t n = 0, len = 0;
    bool ok = false;
    char *file = NULL;
    FILE *f = fopen(k->plugin->path, "rb");
    if (f && fstat(fileno(f), &st) == 0 && st.st_size > 0 && st.st_size < FILE_MOST) file = mem_alloc((size_t)st.st_size);
    if (file) len = fread(file, 1, (size_t)st.st_size, f);
    if (f) (void)fclose(f);
    if (file && !exported(file, len, &n, &other)) snprintf(why, sizeof why, "its table of symbols cannot be read");
    else if (file && other) snprintf(why, sizeof why, "it exports %.80s too: link with -fvisibility=hidden", other);
    else if (file && n != 1) snprintf(why, sizeof why, "it exports %zu symbols", n);
    else ok = file != NULL;
    check_line(k, "exports voc_plugin_query alone", "", ok, ok ? "one symbol" : why);
    mem_free(file);
}
