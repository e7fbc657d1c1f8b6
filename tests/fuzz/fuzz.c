// SPDX-License-Identifier: MIT
// Between libFuzzer (or replay.c) and a target: sets up what the program sets up, takes the last bytes of an input for how it
// is to be read, and checks what is said. One thread.
#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "base/xml.h"

#define HOW_BYTES 8u
#define ALLOCATIONS 400u // about as many as a small input takes
#define NOW "2026-01-01T00:00:00Z"

void fuzz_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("fuzz: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void fuzz_check_text(const char *what, const char *text)
{
    if (!text_utf8_valid(text, strlen(text))) fuzz_fail("%s is not valid UTF-8: %s", what, text);
}

static void check_tame(const char *what, const char *text)
{
    fuzz_check_text(what, text);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < 32 && *c != '\n') || *c == 127) fuzz_fail("%s holds the control character %u", what, *c);
}

void fuzz_check_words(const struct diag *d, voc_rc rc)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < diag_n(d); i++) diag_format(&b, diag_at(d, i));
    if (b.rc == VOC_OK && b.ptr != NULL && buf_byte(&b, '\0') == VOC_OK) check_tame("what is said", b.ptr);
    buf_done(&b);
    if (rc != VOC_OK && rc != VOC_E_NOMEM && diag_count(d, VOC_ERROR) == 0) fuzz_fail("\"%s\" without a word", rc_name(rc));
}

void fuzz_check_answer(voc_rc rc, const struct diag *d, bool short_of_memory)
{
    const char *said = diag_n(d) ? diag_at(d, diag_n(d) - 1)->message : "nothing was said";
    if (rc == VOC_E_BUG) fuzz_fail("the contract was broken: %s", said);
    if (rc == VOC_E_NOMEM && !short_of_memory) fuzz_fail("out of memory, where none was short: %s", said);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *what = fuzz_names()[0];
    for (int i = 1; i < *argc; i++)
        if (strncmp((*argv)[i], "--what=", 7) == 0) what = (*argv)[i] + 7; // libFuzzer passes over what begins with two dashes
    if (setenv("VOC_NOW", NOW, 1) != 0 || text_icu_memory() != VOC_OK || xml_init() != VOC_OK) fuzz_fail("no memory to begin with");
    clock_env();
    voc_rc rc = fuzz_begin(what);
    if (rc != VOC_OK) fuzz_fail("%s: %s", what, rc_name(rc));
    return 0;
}

bool fuzz_all_ways;

static struct fuzz_how default_how(const uint8_t *data, size_t size)
{
    struct fuzz_how how = {.flags = FUZZ_AGAIN | FUZZ_PIECES, .piece = 1, .at_once = 1};
    uint64_t h = hash64(data, size, 0);
    if (fuzz_all_ways) return how;
    how.flags = h % 8 == 0 ? FUZZ_PIECES : h % 8 == 1 ? FUZZ_AGAIN : h % 8 == 2 ? FUZZ_MEMORY : 0; // mostly read once: twice the inputs
    how.piece = (uint8_t)(h >> 8), how.at_once = (uint8_t)(h >> 16 & 3), how.nth = (uint16_t)((h >> 24) % ALLOCATIONS);
    return how;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_how how;
    if (size >= HOW_BYTES && memcmp(data + size - 2, "FZ", 2) == 0) {
        const uint8_t *c = data + size - HOW_BYTES;
        how = (struct fuzz_how){.flags = c[0], .name = c[1], .piece = c[2], .at_once = c[3], .nth = (uint16_t)(c[4] << 8 | c[5])};
        size -= HOW_BYTES;
    } else {
        how = default_how(data, size);
    }
    // a block of its own size, so that one byte too far is seen
    char *copy = malloc(size ? size : 1);
    if (copy == NULL) return 0;
    if (size) memcpy(copy, data, size);
    fuzz_one(&how, (voc_str){copy, size});
    free(copy);
    return 0;
}
