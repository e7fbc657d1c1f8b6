// SPDX-License-Identifier: MIT
// LINES framing: one sequential scanner cuts records. A record ends at LF (or CR LF) outside quotes; a quote opens only
// at the start of a field; "" inside is a quote. A record over 1 MiB rejects its first line ("quote never closed") and
// resumes at the next. A rule that says `values` cuts objects of JSON instead, over any number of lines: what stands between them
// (blanks, commas, brackets) is framing, one that is never closed rejects its first line. Accounting: bytes of records + newlines +
// framing = decoded bytes.
#ifndef VOC_IO_LINES_H
#define VOC_IO_LINES_H
#include "io/in.h"

#define LINES_RECORD_MAX ((size_t)1 << 20)
struct lines_unclosed { uint64_t line, record; size_t start, end; }; // span in the block's bytes
struct lines_block { // owns its memory; reused
    struct buf bytes;
    VEC(size_t) start;
    VEC(size_t) end;
    VEC(uint64_t) line;
    VEC(uint8_t) bad; // 1: the first line of a record that never closed its quote, cut alone; 2: a line that is too long; 3: as 1, of an object
    uint64_t first_record;
};
struct lines; // borrows `in`
voc_rc lines_new(struct lines **out, struct in *in, const voc_line_rule *rule, struct diag *d);
void lines_free(struct lines *l);
void lines_block_init(struct lines_block *b);
void lines_block_done(struct lines_block *b);
// Next block of whole records, about `target` bytes; n of start = 0: the end. The n_head leading records come alone in
// the first block(s) delivered by lines_head and are not given again.
voc_rc lines_head(struct lines *l, struct lines_block *head); // header records (framing)
voc_rc lines_next(struct lines *l, struct lines_block *b, size_t target);
struct lines_account { uint64_t records, record_bytes, framing_bytes; }; // newlines, BOM, header and empty lines are framing
struct lines_account lines_account(const struct lines *l);
bool lines_ends_clean(const struct lines *l); // after the end: the last record was closed by a newline (or there was none)
#endif
