// SPDX-License-Identifier: MIT
// Reads the note ".note.voc" of a plugin through its PT_NOTE segments, with every offset checked against the file's size:
// the file is a stranger's until its owner and note have been seen. Called by plugin.c. No state.
#include "host/plugin/note.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_MAX (1u << 16) // a segment of notes larger than this is not ours

const char *plugin_kind_name(uint32_t kind)
{
    static const char *const names[] = {"", "input", "enrich", "analysis", "output"};
    return kind < 5 ? names[kind] : "";
}

static bool read_at(int fd, void *to, size_t size, uint64_t at)
{
    size_t got = 0;
    while (got < size) {
        ssize_t n = pread(fd, (char *)to + got, size - got, (off_t)(at + got));
        if (n <= 0) return false;
        got += (size_t)n;
    }
    return true;
}

// "key=" at the start of a line of desc -> its value.
static bool note_value(voc_str desc, const char *key, char *out, size_t size)
{
    size_t klen = strlen(key);
    for (size_t at = 0; at < desc.len;) {
        const char *line = desc.ptr + at;
        const char *stop = memchr(line, '\n', desc.len - at);
        size_t len = stop ? (size_t)(stop - line) : desc.len - at;
        if (len > klen && memcmp(line, key, klen) == 0 && line[klen] == '=') {
            size_t n = len - klen - 1;
            if (n >= size) return false;
            memcpy(out, line + klen + 1, n);
            out[n] = 0;
            return true;
        }
        at += len + 1;
    }
    return false;
}

static voc_rc parse_desc(voc_str desc, struct plugin_note *out, const char **why)
{
    char kind[16], abi[24];
    struct plugin_note n = {0};
    desc.len = strnlen(desc.ptr, desc.len);
    *why = "its note is incomplete";
    if (!note_value(desc, "kind", kind, sizeof kind) || !note_value(desc, "name", n.name, sizeof n.name) ||
        !note_value(desc, "version", n.version, sizeof n.version) || !note_value(desc, "abi", abi, sizeof abi) ||
        !note_value(desc, "licence", n.licence, sizeof n.licence))
        return VOC_E_INPUT;
    for (uint32_t k = VOC_KIND_INPUT; k <= VOC_KIND_OUTPUT; k++)
        if (strcmp(kind, plugin_kind_name(k)) == 0) n.kind = k;
    *why = "its note names no known kind";
    if (n.kind == 0) return VOC_E_INPUT;
    *why = "its name is not of the form [a-z0-9-]{1,31}";
    if (n.name[0] == 0 || strspn(n.name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(n.name)) return VOC_E_INPUT;
    char *dot = strchr(abi, '.');
    int64_t major = -1, minor = -1;
    *why = "its note has no ABI version";
    if (!dot || !str_int(str_mk(abi, (size_t)(dot - abi)), &major) || !str_int(str_of(dot + 1), &minor)) return VOC_E_INPUT;
    if (major < 0 || minor < 0 || major > 1000 || minor > 1000) return VOC_E_INPUT;
    n.abi_major = (uint32_t)major;
    n.abi_minor = (uint32_t)minor;
    *out = n;
    return VOC_OK;
}

static voc_rc scan_notes(const unsigned char *p, size_t size, struct plugin_note *out, const char **why)
{
    size_t at = 0;
    while (at + 12 <= size) {
        uint32_t head[3];
        memcpy(head, p + at, sizeof head);
        size_t name_len = ((size_t)head[0] + 3) & ~(size_t)3, desc_len = ((size_t)head[1] + 3) & ~(size_t)3;
        at += 12;
        if (name_len > size - at || desc_len > size - at - name_len) break;
        if (head[0] == 4 && head[2] == VOC_NOTE_TYPE && memcmp(p + at, "VOC", 4) == 0)
            return parse_desc(str_mk((const char *)p + at + name_len, head[1]), out, why);
        at += name_len + desc_len;
    }
    *why = "it has no Vocstream note (was it built with VOC_PLUGIN?)";
    return VOC_E_INPUT;
}

voc_rc note_read(int fd, struct plugin_note *out, const char **why)
{
    Elf64_Ehdr eh;
    struct stat st;
    unsigned char *notes = NULL;
    *why = "it is not a 64-bit ELF shared object of this machine's byte order";
    if (fstat(fd, &st) != 0 || !read_at(fd, &eh, sizeof eh, 0)) return VOC_E_INPUT;
    const unsigned one = 1;
    unsigned char order = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;
    if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != order ||
        eh.e_type != ET_DYN || eh.e_phentsize != sizeof(Elf64_Phdr) || eh.e_phnum > 128)
        return VOC_E_INPUT;
    voc_rc rc = VOC_E_INPUT;
    *why = "it has no Vocstream note (was it built with VOC_PLUGIN?)";
    for (unsigned i = 0; i < eh.e_phnum && rc == VOC_E_INPUT; i++) {
        Elf64_Phdr ph;
        if (!read_at(fd, &ph, sizeof ph, eh.e_phoff + (uint64_t)i * sizeof ph)) break;
        if (ph.p_type != PT_NOTE || ph.p_filesz > NOTES_MAX || ph.p_offset > (uint64_t)st.st_size) continue;
        notes = mem_alloc((size_t)ph.p_filesz);
        if (!notes) {
            *why = "memory ran out";
            return VOC_E_NOMEM;
        }
        if (read_at(fd, notes, (size_t)ph.p_filesz, ph.p_offset)) rc = scan_notes(notes, (size_t)ph.p_filesz, out, why);
        mem_free(notes);
    }
    return rc;
}
