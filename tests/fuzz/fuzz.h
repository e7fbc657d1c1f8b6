// SPDX-License-Identifier: MIT
// What the fuzz targets share. A target is one file that defines the three functions below; fuzz.c is what they have in common,
// and is linked either with libFuzzer (--enable-fuzzing) or with replay.c, which gives it what is kept in corpus/ and samples/.
//
// An input is the bytes of a file. If it ends with the six bytes of `struct fuzz_how` and "FZ", these say how it is read, and
// are no part of it. So any file can be a seed, and how is found by the fuzzer itself. Without them it is read in all ways that
// need no telling, or, as that takes time, while a fuzzer runs in one that its bytes choose.
#ifndef VOC_TESTS_FUZZ_FUZZ_H
#define VOC_TESTS_FUZZ_FUZZ_H
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

enum { FUZZ_OPTIONS = 1, FUZZ_MEMORY = 2, FUZZ_AGAIN = 4, FUZZ_PIECES = 8 }; // what they mean is said by each target
struct fuzz_how {
    uint8_t flags, name; // name: which of a few names the file has
    uint8_t piece, at_once; // of FUZZ_PIECES
    uint16_t nth;
};

// Given by the target. what: "input-weblog", "journey": of --what=, else the first of fuzz_names().
voc_rc fuzz_begin(const char *what); // once, before the first input
void fuzz_one(const struct fuzz_how *how, voc_str bytes);
const char *const *fuzz_names(void); // all that it can fuzz, NULL-terminated

// Given by fuzz.c. A promise that was broken: said, and the process dies, so that the fuzzer keeps the input.
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
// What must hold of whatever was said: valid UTF-8, nothing that a terminal obeys; and a failure is never without a word.
void fuzz_check_words(const struct diag *d, voc_rc rc);
void fuzz_check_text(const char *what, const char *text); // UTF-8; whoever prints it escapes it
// Whether a stranger's bytes may come to this: never a broken contract, nor memory while there is some.
void fuzz_check_answer(voc_rc rc, const struct diag *d, bool short_of_memory);

extern bool fuzz_all_ways; // set by replay.c
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#endif
