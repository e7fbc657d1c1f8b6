// SPDX-License-Identifier: MIT
// Rows to coded columns (the part of the host that will run in the worker): checks every row, gives each block its own
// string table, keeps the account of records. voc_sink of plugin.h is this.
#ifndef VOC_HOST_ENCODE_H
#define VOC_HOST_ENCODE_H
#include "base/diag.h"
#include "base/hash.h"
#include "io/lines.h"
#include "store/store.h"

struct leave_out;
struct voc_sink; // one for each block (LINES) or for the whole stream (STREAM), single-threaded
struct encode_spec {
    uint32_t actor, resolution;
    const char *file;
    uint64_t first_record; // of the source
    uint32_t sender;       // of the sink's blocks (store.h), which are then handed on in order, all of them
    uint32_t kept;         // EV_* columns that will be asked for; 0: all
    const struct leave_out *leave_out; // rows that the source's <ignore>s leave out, or NULL; borrowed
    voc_str source;                    // its id; borrowed
    bool apart;                        // nothing is known to be alike (tests: the same comes out)
};
voc_rc sink_new(struct voc_sink **out, const struct encode_spec *spec, struct diag *d);
void sink_free(struct voc_sink *s);
// LINES: the block whose records are being read (borrowed while the plugin runs).
void sink_block(struct voc_sink *s, const voc_block *block, const uint8_t *bad);
// Ends a block: every record must have given rows, or be rejected, or ignored; else VOC_E_BUG naming the plugin.
voc_rc sink_end(struct voc_sink *s);
// STREAM: gives coded blocks as they fill (every 8,192 rows); NULL: LINES.
void sink_flush_to(struct voc_sink *s, struct voc_stream *stream, voc_rc (*block)(void *user, const struct coded_block *b), void *user);
voc_rc sink_coded(struct voc_sink *s, struct coded_block *out); // borrows until sink_reset
void sink_reset(struct voc_sink *s);
// Adds this sink's counts to *total (by_rule sorted by name once all are added: account_done).
struct account {
    struct import_account a;
    struct dict *rules;
    VEC(struct import_ignored) by_rule;
    bool actor_unset;
    uint64_t left_rows;  // left out of records that gave others
    uint64_t first_line; // of the first reject, and why
    char first_reason[200];
};
voc_rc sink_account(const struct voc_sink *s, struct account *total);
voc_rc account_done(struct account *a);
void account_free(struct account *a);
voc_rc sink_rows(struct voc_sink *s, const voc_batch *b);
void sink_alike(struct voc_sink *s, const voc_str *texts, size_t n, uint32_t *number, unsigned char *told);
voc_rc sink_share(struct voc_sink *s, uint32_t number, const voc_row *row);
voc_rc sink_events(struct voc_sink *s, const voc_events *e);
voc_rc sink_reject(struct voc_sink *s, uint64_t record, voc_str code, voc_str reason);
voc_rc sink_ignore(struct voc_sink *s, uint64_t record, voc_str rule);
voc_rc sink_record(struct voc_sink *s, uint64_t from, uint64_t to, uint64_t line, uint64_t *number);
#endif
