// SPDX-License-Identifier: MIT
// A workbook under strange bytes. The input is the XML of its parts, parted by lines "%%": cells, shared strings, styles, the
// workbook, its relations; what is left out is that of a plain one. They are put into a zip, as the fuzzer cannot know its sums,
// and read whole and in pieces, which must give the same text.
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "io/in.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX ((size_t)8 << 20)
#define PARTS 5u

static const char *const names[] = {"book", NULL};
const char *const *fuzz_names(void) { return names; }
voc_rc fuzz_begin(const char *what) { return strcmp(what, names[0]) == 0 ? VOC_OK : VOC_E_OPTION; }

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
static const struct { const char *name, *plain; } members[] = {
    {"xl/worksheets/sheet1.xml", "<worksheet><sheetData/></worksheet>"},
    {"xl/sharedStrings.xml", "<sst/>"},
    {"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
    {"xl/workbook.xml", "<workbook xmlns:r=\"" OFFICE "\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"rId1\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
                                   "<Relationship Id=\"rId8\" Type=\"" OFFICE "/sharedStrings\" Target=\"sharedStrings.xml\"/>"
                                   "<Relationship Id=\"rId9\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/></Relationships>"},
    {"_rels/.rels", "<Relationships><Relationship Id=\"r\" Type=\"" OFFICE "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"},
    {"[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"},
};
enum { MEMBERS = sizeof members / sizeof *members };

// ---- a zip whose members are stored as they are ------------------------------------------------------------------------------------

static uint32_t crc32(voc_str s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.ptr[i];
        for (unsigned k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~crc;
}

static void little(struct buf *b, uint32_t x, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) (void)buf_byte(b, (char)(x >> 8 * i & 0xFF));
}

// What the two heads of a member have in common.
static void member_head(struct buf *b, const char *name, uint32_t crc, size_t len)
{
    little(b, 20, 2), little(b, 0, 2), little(b, 0, 2), little(b, 0, 4); // version, flags, stored, time
    little(b, crc, 4), little(b, (uint32_t)len, 4), little(b, (uint32_t)len, 4);
    little(b, (uint32_t)strlen(name), 2), little(b, 0, 2);
}

static void zip(struct buf *out, const voc_str text[MEMBERS])
{
    struct buf central;
    buf_init(&central, TEXT_MAX);
    for (unsigned i = 0; i < MEMBERS; i++) {
        uint32_t crc = crc32(text[i]), at = (uint32_t)out->len;
        (void)buf_add(out, "PK\3\4", 4);
        member_head(out, members[i].name, crc, text[i].len);
        (void)buf_cstr(out, members[i].name);
        (void)buf_str(out, text[i]);
        (void)buf_add(&central, "PK\1\2\24\0", 6);
        member_head(&central, members[i].name, crc, text[i].len);
        little(&central, 0, 2), little(&central, 0, 2), little(&central, 0, 2), little(&central, 0, 4), little(&central, at, 4); // comment, disk, kinds, place
        (void)buf_cstr(&central, members[i].name);
    }
    uint32_t at = (uint32_t)out->len;
    (void)buf_add(out, central.ptr, central.len);
    (void)buf_add(out, "PK\5\6\0\0\0\0", 8);
    little(out, MEMBERS, 2), little(out, MEMBERS, 2), little(out, (uint32_t)central.len, 4), little(out, at, 4), little(out, 0, 2);
    buf_done(&central);
}

// ---- its text ---------------------------------------------------------------------------------------------------------------------

struct read_sum { voc_rc rc; uint64_t sum, len; };

static struct read_sum read_text(const struct buf *bytes, size_t piece, struct diag *d)
{
    struct read_sum r = {.rc = VOC_OK};
    struct in *in = NULL;
    struct buf text;
    size_t got = 1;
    const struct in_limits limits = {.decoded_max = TEXT_MAX};
    buf_init(&text, TEXT_MAX + ((size_t)1 << 20));
    r.rc = in_memory(&in, "book.xlsx", bytes->ptr, bytes->len, &limits, d);
    while (r.rc == VOC_OK && got > 0) {
        char *room = buf_room(&text, piece);
        r.rc = room ? in_read(in, room, piece, &got) : text.rc;
        if (r.rc == VOC_OK) text.len += got;
    }
    if (r.rc == VOC_OK) {
        uint64_t line[] = {1, 2, 3, 9, 1000};
        in_rows(in, line, sizeof line / sizeof *line);
        if (!text_utf8_valid(text.ptr ? text.ptr : "", text.len)) fuzz_fail("the text of a sheet is not valid UTF-8");
        r.len = text.len;
        r.sum = hash64(text.ptr ? text.ptr : "", text.len, hash64(line, sizeof line, 0));
    }
    in_close(in);
    buf_done(&text);
    return r;
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    voc_str text[MEMBERS];
    struct buf book;
    for (unsigned i = 0; i < MEMBERS; i++) {
        const char *mark = i + 1 < PARTS && bytes.len ? memmem(bytes.ptr, bytes.len, "%%\n", 3) : NULL;
        size_t len = mark ? (size_t)(mark - bytes.ptr) : bytes.len;
        text[i] = len && i < PARTS ? (voc_str){bytes.ptr, len} : (voc_str){members[i].plain, strlen(members[i].plain)};
        if (i < PARTS) bytes = mark ? (voc_str){mark + 3, bytes.len - len - 3} : (voc_str){bytes.ptr, 0};
    }
    struct diag *d = diag_new();
    buf_init(&book, TEXT_MAX);
    zip(&book, text);
    if (book.rc != VOC_OK) fuzz_fail("no memory to begin with");
    struct read_sum whole = read_text(&book, (size_t)32 << 10, d);
    fuzz_check_answer(whole.rc, d, false);
    fuzz_check_words(d, whole.rc);
    if (how->flags & FUZZ_PIECES) {
        struct read_sum pieces = read_text(&book, 1u + how->piece, d);
        if (pieces.rc != whole.rc || pieces.len != whole.len || pieces.sum != whole.sum)
            fuzz_fail("in pieces: \"%s\" and %llu bytes, and not \"%s\" and %llu, or others", rc_name(pieces.rc),
                      (unsigned long long)pieces.len, rc_name(whole.rc), (unsigned long long)whole.len);
    }
    buf_done(&book);
    diag_free(d);
}
