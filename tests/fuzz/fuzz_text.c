// SPDX-License-Identifier: MIT
// The readers of single values. "time": lines are cells of a column; the first is a pattern too. A pattern that is guessed must
// read every cell. "pattern": the first line is a regular expression, which ends within its limits on what follows. "text":
// folding, escaping and widths, which give valid text.
#include <string.h>

#include "base/regex.h"
#include "base/str.h"
#include "base/text.h"
#include "base/time.h"
#include "tests/fuzz/fuzz.h"

#define CELLS 64u
#define TRIED 4u // texts of a pattern: one that goes back and forth takes milliseconds for each before it is stopped

static const char *const names[] = {"time", "pattern", "text", NULL};
static enum { TIME, PATTERN, TEXT } chosen;

const char *const *fuzz_names(void) { return names; }

voc_rc fuzz_begin(const char *what)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(what, names[i]) == 0) return chosen = i, VOC_OK;
    return VOC_E_OPTION;
}

static size_t cut_lines(voc_str bytes, voc_str out[CELLS])
{
    size_t n = 0;
    while (n < CELLS && bytes.len > 0) {
        const char *end = memchr(bytes.ptr, '\n', bytes.len);
        size_t len = end ? (size_t)(end - bytes.ptr) : bytes.len;
        out[n++] = str_mk(bytes.ptr, len);
        bytes = str_mk(bytes.ptr + len + (end != NULL), bytes.len - len - (end != NULL));
    }
    return n;
}

// Reads the cells; how many are times.
static size_t read_all(const struct time_format *f, const voc_str *cell, size_t n)
{
    size_t read = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t us = 0;
        uint32_t resolution = 0;
        struct buf out;
        voc_rc rc = time_format_parse(f, cell[i], &us, &resolution);
        if (rc != VOC_OK && rc != VOC_E_INPUT) fuzz_fail("a cell: %s", rc_name(rc));
        if (rc != VOC_OK) continue;
        buf_init(&out, 4096);
        time_print(&out, us, resolution);
        if (out.rc != VOC_OK || us == VOC_NA || resolution > VOC_RES_DAY) fuzz_fail("a time that is none");
        buf_done(&out);
        read++;
    }
    return read;
}

static void fuzz_time(const struct fuzz_how *how, voc_str bytes)
{
    static const char *const zones[] = {"", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"};
    voc_str cell[CELLS], zone = str_of(zones[how->name % 4]);
    size_t n = cut_lines(bytes, cell), filled = 0;
    struct diag *d = diag_new();
    struct time_format *f = NULL;
    char pattern[64];
    uint32_t possible;
    int64_t us;
    if (n > 0 && time_format_new(&f, cell[0], zone, d) == VOC_OK) (void)read_all(f, cell, n);
    time_format_free(f);
    f = NULL;
    if (time_guess(cell, n, pattern, &possible) == VOC_OK) {
        if (possible < 1 || possible > 3) fuzz_fail("%u patterns are possible", possible);
        if (time_format_new(&f, str_of(pattern), zone, d) != VOC_OK) fuzz_fail("\"%s\" was guessed, and is no pattern", pattern);
        // a zone by name may have several meanings, or be gone: then the cell is refused later
        for (size_t i = 0; i < n; i++) filled += str_trim(cell[i]).len > 0;
        if (strstr(pattern, "VV") == NULL && read_all(f, cell, n) < filled) fuzz_fail("\"%s\" was guessed, and does not read all", pattern);
    }
    time_format_free(f);
    for (size_t i = 0; i < n; i++) (void)time_duration(cell[i], &us);
    fuzz_check_words(d, VOC_OK);
    diag_free(d);
}

static void fuzz_pattern(const struct fuzz_how *how, voc_str bytes)
{
    voc_str line[CELLS];
    size_t n = cut_lines(bytes, line), from = 0, to = 0;
    if (n > 1 + TRIED) n = 1 + TRIED;
    struct diag *d = diag_new();
    struct voc_regex *re = NULL;
    voc_rc rc = n > 0 ? regex_new(&re, line[0], how->flags & (REGEX_CASELESS | REGEX_WHOLE), "fuzz", 1, d) : VOC_OK;
    fuzz_check_answer(rc, d, false);
    fuzz_check_words(d, rc);
    for (size_t i = 1; i < n && re && rc == VOC_OK; i++)
        if (regex_match(re, line[i], &from, &to) == 1 && (from > to || to > line[i].len)) fuzz_fail("a match beyond the text");
    regex_free(re);
    diag_free(d);
}

static void fuzz_words(voc_str bytes)
{
    struct buf out;
    bool valid = text_utf8_valid(bytes.ptr, bytes.len);
    buf_init(&out, (size_t)1 << 24);
    if (text_escape(&out, bytes) != VOC_OK || !text_utf8_valid(out.ptr ? out.ptr : "", out.len)) fuzz_fail("escaped, it is not valid text");
    for (size_t i = 0; i < out.len; i++)
        if ((unsigned char)out.ptr[i] < 32 || out.ptr[i] == 127) fuzz_fail("escaped, it holds a control character");
    buf_clear(&out);
    voc_rc rc = text_fold(&out, bytes);
    if (rc != VOC_OK && rc != VOC_E_LIMIT) fuzz_fail("folded: %s", rc_name(rc));
    if (rc == VOC_OK && !text_utf8_valid(out.ptr ? out.ptr : "", out.len)) fuzz_fail("folded, it is not valid text");
    size_t fits = text_fit(bytes, 20);
    if (fits > bytes.len || (valid && !text_utf8_valid(bytes.ptr, fits))) fuzz_fail("%zu of %zu bytes fit", fits, bytes.len);
    if (valid && text_width(str_mk(bytes.ptr, fits)) > 20) fuzz_fail("what fits is wider");
    buf_done(&out);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    if (chosen == TIME) fuzz_time(how, bytes);
    if (chosen == PATTERN) fuzz_pattern(how, bytes);
    if (chosen == TEXT) fuzz_words(bytes);
}
