// SPDX-License-Identifier: MIT
// What crosses between the program and a worker, as bytes. A message is a head and a body of the length that it says. Bodies are
// written by us and read as if a stranger had written them: lengths are held against what is there, codes against what they
// index, numbers against their ranges, texts are UTF-8. Both ends are the same program on one machine: numbers are as they lie.
#ifndef VOC_HOST_WIRE_H
#define VOC_HOST_WIRE_H
#include <sys/uio.h>
#include "host/import/reader.h"

enum wire_type {
    WIRE_REQUEST = 1, // down, once
    WIRE_DIAG,        // up
    WIRE_CHOSEN,      // up; answered by WANTS
    WIRE_WANTS,       // down
    WIRE_FILE,        // up: which option's; answered by CONTENT
    WIRE_BESIDE,      // up; answered by CONTENT
    WIRE_CONTENT,     // down
    WIRE_BLOCK,       // up
    WIRE_END,         // up, the last
    WIRE_TRAY         // up: a block whose body is in the next tray (trays.h), and not behind its head
};
struct wire_head { uint32_t type, zero; uint64_t size; };
#define WIRE_MOST (UINT64_C(1) << 31)       // bytes of a block
#define WIRE_SMALL_MOST (UINT64_C(1) << 22) // of any other message that goes up

// ---- blocks (wire_block.c) -------------------------------------------------------------------------------------------------------

enum { WIRE_PIECES = 28 };
struct wire_packer { struct buf lengths, text; struct wire_block_head *head; }; // reused from block to block
voc_rc wire_packer_init(struct wire_packer *p);
void wire_packer_done(struct wire_packer *p);
// The body of a block as pieces of memory that are borrowed until the next one: nearly all of it is sent from where it lies.
voc_rc wire_pack(struct wire_packer *p, const struct coded_block *b, uint64_t stored, uint64_t of, struct iovec pieces[WIRE_PIECES], size_t *n);

// Of each sender, what stays from block to block: its strings and tuples.
struct wire_senders { VEC(struct wire_sender *) all; uint64_t kept; VEC(uint64_t) record, line; };
void wire_senders_done(struct wire_senders *s);
// Reads the body of a block; bytes lie at a multiple of 8, and *out borrows from them. VOC_E_BUG: it is none, *why (a static
// text) says why. Whatever the bytes are, what it gives may be indexed and printed.
voc_rc wire_unpack(struct wire_senders *s, voc_str bytes, struct coded_block *out, uint64_t *stored, uint64_t *of, const char **why);

// ---- all else (wire_values.c): written to a buffer, read into an arena. VOC_E_INPUT: these are no such bytes ------------------------

struct coder;
struct wire_request { // what a worker is told of an import_request, and of itself
    struct import_request r;
    struct file_look look;
    uint64_t file;    // as in read_input
    bool folder, sniff, sheets; // sniff, sheets: instead of reading
    struct wire_plugin { const char *path, *why, *name; bool refused; } *plugins; // of kind INPUT, in the order of their descriptors
    size_t n_plugins;
    uint64_t memory, parent; // a bound in bytes; the process that it must not outlive
};
void wire_request(struct coder *c, struct wire_request *q); // reading makes a journey that has its sources alone
void wire_chosen(struct coder *c, struct read_chosen *x);
void wire_wants(struct coder *c, struct read_wants *x);
void wire_end(struct coder *c, struct read_end *x, voc_rc *rc);
struct wire_diag { uint32_t severity; uint64_t line, column; voc_str code, file, message, hint; bool has_file, has_hint; };
void wire_diag(struct coder *c, struct wire_diag *x);
struct wire_content { voc_rc rc; bool found; voc_str content, name; };
void wire_content(struct coder *c, struct wire_content *x);
struct wire_beside { voc_str option; const char **endings; size_t n; };
void wire_beside(struct coder *c, struct wire_beside *x);
struct wire_sheet { voc_str name; bool hidden, other, empty, member; };
struct wire_sniffed { voc_str plugin, reason; int64_t confidence; };
void wire_sheets(struct coder *c, struct wire_sheet **all, size_t *n, voc_rc *rc);
void wire_sniffed(struct coder *c, struct wire_sniffed **all, size_t *n, voc_rc *rc);
#endif
