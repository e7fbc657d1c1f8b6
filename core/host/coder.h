// SPDX-License-Identifier: MIT
// Portable bytes: one description of a structure serves its writing and its reading. Numbers have seven bits a byte, the lowest
// first, so that no machine's byte order shows; what may be negative is folded (0, -1, 1, -2 ...); a string is its length and
// its bytes. Reading believes nothing: lengths are held against what is left, numbers against their bounds.
#ifndef VOC_HOST_CODER_H
#define VOC_HOST_CODER_H
#include "base/buf.h"
#include "base/str.h"

struct coder {
    struct buf *out;              // writes to it; NULL: reads
    const unsigned char *at, *end; // what is left to be read
    struct arena *arena;          // gets the arrays that are read; strings borrow from the bytes
    voc_rc rc;                    // sticks; VOC_E_INPUT: these are no such bytes
};
bool coder_reads(const struct coder *c);
void code_number(struct coder *c, uint64_t *x, uint64_t most);
void code_signed(struct coder *c, int64_t *x);
void code_u32(struct coder *c, uint32_t *x, uint32_t most);
void code_index(struct coder *c, uint32_t *x, size_t n); // below n, or VOC_NONE
void code_size(struct coder *c, size_t *x);
void code_str(struct coder *c, voc_str *s);   // read only if it is UTF-8
void code_bytes(struct coder *c, voc_str *s); // as they are: names of files
// How many there are; room for them, zeroed, when they are read. Each takes a byte at least.
void code_array(struct coder *c, void **at, size_t *n, size_t size);
#endif
