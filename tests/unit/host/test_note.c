// SPDX-License-Identifier: MIT
// The ELF note of a plugin is read from whole modules, and from damaged ones without a crash: cut at every 64 bytes, with
// single bits turned, and with headers that lie.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <sys/mman.h>

#include "host/plugin/note.h"
#include "tests/unit/host/modules.h"

static int fd_of(const void *bytes, size_t size)
{
    int fd = memfd_create("note", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    return fd;
}

static voc_rc read_bytes(const void *bytes, size_t size, struct plugin_note *out, const char **why)
{
    int fd = fd_of(bytes, size);
    voc_rc rc = note_read(fd, out, why);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), (off_t)size); // not moved
    close(fd);
    return rc;
}

static char *module(size_t *size)
{
    char path[PATH_MAX];
    if (!module_path(path, MODULES, "input-tiny.so")) fail_msg("%s is not built", path);
    return bytes_of(path, size);
}

// Whatever was read must be a note that the rest of the host can trust.
static void sane(const struct plugin_note *n)
{
    assert_true(n->kind >= VOC_KIND_INPUT && n->kind <= VOC_KIND_OUTPUT);
    assert_in_range(strnlen(n->name, sizeof n->name), 1, sizeof n->name - 1);
    assert_int_equal(strspn(n->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(n->name));
    assert_true(memchr(n->version, 0, sizeof n->version) && memchr(n->licence, 0, sizeof n->licence));
}

static void the_note_of_a_module_is_read_without_running_it(void **state)
{
    struct plugin_note n;
    const char *why = NULL;
    size_t size;
    (void)state;
    char *bytes = module(&size);
    assert_int_equal(read_bytes(bytes, size, &n, &why), VOC_OK);
    assert_int_equal(n.kind, VOC_KIND_INPUT);
    assert_string_equal(n.name, "tiny");
    assert_string_equal(n.version, "1.0");
    assert_string_equal(n.licence, "MIT");
    assert_int_equal(n.abi_major, VOC_ABI_MAJOR);
    assert_int_equal(n.abi_minor, VOC_ABI_MINOR);
    free(bytes);
}

static void the_notes_of_the_plugins_of_this_build_are_read(void **state)
{
    static const struct { const char *folder, *file; uint32_t kind; const char *name; } all[] = {
        {"plugins/input/xes", "input-xes.so", VOC_KIND_INPUT, "xes"}, {"plugins/output/md", "output-md.so", VOC_KIND_OUTPUT, "md"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX];
        struct plugin_note n;
        const char *why;
        if (!module_path(path, all[i].folder, all[i].file)) fail_msg("%s is not built", path);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(note_read(fd, &n, &why), VOC_OK);
        close(fd);
        assert_int_equal(n.kind, all[i].kind);
        assert_string_equal(n.name, all[i].name);
    }
}

static void a_module_cut_anywhere_is_read_whole_or_refused(void **state)
{
    size_t size, read = 0, refused = 0;
    (void)state;
    char *bytes = module(&size);
    for (size_t cut = 0; cut < size; cut += 64) {
        struct plugin_note n = {0};
        const char *why = NULL;
        voc_rc rc = read_bytes(bytes, cut, &n, &why);
        if (rc == VOC_OK) {
            assert_string_equal(n.name, "tiny");
            read++;
        } else {
            assert_int_equal(rc, VOC_E_INPUT);
            assert_non_null(why);
            refused++;
        }
    }
    assert_true(refused > 5); // all that end before the note
    assert_true(read > 5);    // the note lies near the beginning, and that is all that is read
    free(bytes);
}

static void a_module_with_one_bit_turned_never_crashes_the_reader(void **state)
{
    size_t size, changed = 0;
    (void)state;
    char *bytes = module(&size);
    size_t head = size < 4096 ? size : 4096; // headers and note
    int fd = fd_of(bytes, size);
    for (size_t at = 0; at < head; at++)
        for (int bit = 0; bit < 8; bit++) {
            struct plugin_note n = {0};
            const char *why = NULL;
            char turned = (char)(bytes[at] ^ (1 << bit));
            assert_int_equal(pwrite(fd, &turned, 1, (off_t)at), 1);
            voc_rc rc = note_read(fd, &n, &why);
            if (rc == VOC_OK)
                sane(&n);
            else
                assert_int_equal(rc, VOC_E_INPUT);
            changed += rc != VOC_OK || strcmp(n.name, "tiny") != 0;
            assert_int_equal(pwrite(fd, bytes + at, 1, (off_t)at), 1);
        }
    assert_true(changed > 100);
    close(fd);
    free(bytes);
}

// A made-up file: ELF header, one program header, one note.
struct made {
    Elf64_Ehdr eh;
    Elf64_Phdr ph;
    voc_elf_note note;
};

static struct made make(const char *desc)
{
    struct made m = {0};
    memcpy(m.eh.e_ident, ELFMAG, SELFMAG);
    m.eh.e_ident[EI_CLASS] = ELFCLASS64;
    const unsigned one = 1;
    m.eh.e_ident[EI_DATA] = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;
    m.eh.e_type = ET_DYN;
    m.eh.e_phoff = offsetof(struct made, ph);
    m.eh.e_phentsize = sizeof(Elf64_Phdr);
    m.eh.e_phnum = 1;
    m.ph.p_type = PT_NOTE;
    m.ph.p_offset = offsetof(struct made, note);
    m.ph.p_filesz = sizeof m.note;
    m.note = (voc_elf_note){4, sizeof m.note.desc, VOC_NOTE_TYPE, {'V', 'O', 'C', 0}, ""};
    snprintf(m.note.desc, sizeof m.note.desc, "%s", desc);
    return m;
}

static void a_note_must_say_all_that_it_should(void **state)
{
    static const struct { const char *desc; const char *why; } all[] = {
        {"kind=input\nname=a\nversion=1\nabi=0.1\nlicence=MIT\n", NULL},
        {"licence=MIT\nabi=0.1\nversion=1\nname=a\nkind=output", NULL},
        {"", "incomplete"},
        {"kind=input\nname=a\nversion=1\nabi=0.1\n", "incomplete"},
        {"kind=input\nname=a\nversion=1\nlicence=MIT\n", "incomplete"},
        {"kind=magic\nname=a\nversion=1\nabi=0.1\nlicence=MIT\n", "kind"},
        {"kind=\nname=a\nversion=1\nabi=0.1\nlicence=MIT\n", "kind"},
        {"kind=input\nname=\nversion=1\nabi=0.1\nlicence=MIT\n", "name"},
        {"kind=input\nname=A\nversion=1\nabi=0.1\nlicence=MIT\n", "name"},
        {"kind=input\nname=../x\nversion=1\nabi=0.1\nlicence=MIT\n", "name"},
        {"kind=input\nname=a23456789012345678901234567890123\nversion=1\nabi=0.1\nlicence=MIT\n", "incomplete"},
        {"kind=input\nname=a\nversion=1\nabi=01\nlicence=MIT\n", "ABI"},
        {"kind=input\nname=a\nversion=1\nabi=x.1\nlicence=MIT\n", "ABI"},
        {"kind=input\nname=a\nversion=1\nabi=-1.1\nlicence=MIT\n", "ABI"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct made m = make(all[i].desc);
        struct plugin_note n;
        const char *why = NULL;
        voc_rc rc = read_bytes(&m, sizeof m, &n, &why);
        bool good = i < 2;
        if ((rc == VOC_OK) != good) fail_msg("%zu: %d, %s", i, rc, why);
        if (good) sane(&n);
        if (!good && all[i].why && !strstr(why, all[i].why)) fail_msg("%zu: %s", i, why);
    }
}

static void headers_that_lie_are_refused(void **state)
{
    static const uint64_t huge[] = {UINT64_MAX, UINT64_MAX - 55, INT64_MAX, (uint64_t)INT64_MAX + 1, 1u << 20, 65537};
    const char *desc = "kind=input\nname=a\nversion=1\nabi=0.1\nlicence=MIT\n";
    struct plugin_note n;
    const char *why;
    (void)state;
    struct made m = make(desc);
    assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_OK);
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        m = make(desc);
        m.eh.e_phoff = huge[i];
        assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
        m = make(desc);
        m.ph.p_offset = huge[i];
        assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
        m = make(desc);
        m.ph.p_filesz = huge[i];
        assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
        m = make(desc);
        m.note.descsz = (uint32_t)huge[i];
        assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
        m = make(desc);
        m.note.namesz = (uint32_t)huge[i];
        assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
    }
    m = make(desc);
    m.eh.e_phnum = 65535;
    assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
    m = make(desc);
    m.eh.e_type = ET_EXEC;
    assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
    m = make(desc);
    m.eh.e_ident[EI_CLASS] = ELFCLASS32;
    assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
    m = make(desc);
    m.note.type = VOC_NOTE_TYPE + 1;
    assert_int_equal(read_bytes(&m, sizeof m, &n, &why), VOC_E_INPUT);
    assert_int_equal(read_bytes("#!/bin/sh\n", 10, &n, &why), VOC_E_INPUT);
    assert_int_equal(read_bytes("", 0, &n, &why), VOC_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_note_of_a_module_is_read_without_running_it),
        cmocka_unit_test(the_notes_of_the_plugins_of_this_build_are_read),
        cmocka_unit_test(a_module_cut_anywhere_is_read_whole_or_refused),
        cmocka_unit_test(a_module_with_one_bit_turned_never_crashes_the_reader),
        cmocka_unit_test(a_note_must_say_all_that_it_should),
        cmocka_unit_test(headers_that_lie_are_refused),
    };
    return cmocka_run_group_tests_name("note", tests, NULL, NULL);
}
