// SPDX-License-Identifier: MIT
// One column of a block as bytes: the codec is chosen by size, column by column. docs/project-file.md has the layouts.
// Pure; decoding takes bytes from a stranger and never reads or writes out of bounds.
#ifndef VOC_STORE_COLUMN_H
#define VOC_STORE_COLUMN_H
#include "base/buf.h"

enum codec {
    CODEC_CONST = 0,  // all rows alike
    CODEC_PACK = 1,   // (value - base) / scale in `width` bits
    CODEC_DELTA = 2,  // differences to the row before, in as many bytes as each needs
    CODEC_SPARSE = 3, // one value for most rows, and the exceptions
    CODEC_TEXT = 4,   // lengths and bytes
    CODEC_ZTEXT = 5,  // the same behind zstd
    CODEC_RUNS = 6,   // values that stay for several rows, and how long
    CODEC_SHORT = 7,  // value - base in one to four bytes, mostly few
};
#define COLUMN_TEXT_MAX (UINT32_C(1) << 30) // decoded bytes of one text column

struct column_zstd; // contexts of zstd, made when first needed; owns
voc_rc column_zstd_new(struct column_zstd **out);
void column_zstd_free(struct column_zstd *z);

voc_rc column_put_ints(struct buf *out, const int64_t *v, size_t n, uint8_t *codec); // n >= 1
// A column that is VOC_NA but for n rows `at`, which go up. Not *done: it is not certain that the exceptions are the least, and nothing was put.
voc_rc column_put_rare(struct buf *out, const uint32_t *at, const int64_t *v, size_t n, size_t rows, uint8_t *codec, bool *done);
voc_rc column_put_text(struct buf *out, const voc_str *v, size_t n, uint8_t *codec, struct column_zstd *z);
// VOC_E_INPUT: not what an encoder writes.
voc_rc column_get_ints(const unsigned char *p, size_t len, uint8_t codec, int64_t *out, size_t n);
// The same as 32-bit numbers, all of them below `limit`, else *above; scratch has room for n.
voc_rc column_get_codes(const unsigned char *p, size_t len, uint8_t codec, uint32_t limit, uint32_t *out, size_t n, int64_t *scratch, bool *above);
struct code_run { uint32_t code, rows; };
// The same as runs: no two in a row are alike. out has room for n.
voc_rc column_get_code_runs(const unsigned char *p, size_t len, uint8_t codec, uint32_t limit, size_t n, struct code_run *out,
                            size_t *n_runs, int64_t *scratch, bool *above);
voc_rc column_get_delta(const unsigned char *p, size_t len, int64_t *out, size_t n); // column_quick.c: of CODEC_DELTA
// Strings point into `p` or into `store`, which is cleared first.
voc_rc column_get_text(const unsigned char *p, size_t len, uint8_t codec, voc_str *out, size_t n, struct buf *store, struct column_zstd *z);
#endif
