// SPDX-License-Identifier: MIT
// The inside of a sink: what encode*.c share. Private to core/host.
#ifndef VOC_HOST_ENCODE_SINK_H
#define VOC_HOST_ENCODE_SINK_H
#include "host/coding/coding.h"
#include "host/coding/encode.h"

#define SINK_TIME_MIN INT64_C(-62135596800000000) // year 1
#define SINK_TIME_END INT64_C(253402300800000000) // year 10000

enum { RECORD_OPEN = 0, RECORD_ROWS = 1, RECORD_REJECTED = 2, RECORD_IGNORED = 3 };

struct voc_sink {
    struct encode_spec spec;
    struct diag *diag;
    struct coder c;
    VEC(struct coded_fact) facts;
    VEC(struct coded_reject) rejects;
    VEC(size_t) raw_end;    // of each reject's raw bytes in raws: not in the table, whose strings are all UTF-8
    struct buf raws;
    const voc_block *block; // LINES
    const uint8_t *bad;
    VEC(uint8_t) state;     // LINES: of each record; STREAM: [0] of the current one
    // the record that rows are being added to
    uint64_t current;
    uint32_t sub;
    size_t mark_events, mark_facts;
    struct { uint64_t rows; uint32_t rule; bool event, kept_event, kept; } left; // what <ignore>s left out of it, and whether anything stayed
    // STREAM
    struct voc_stream *stream;
    voc_rc (*flush)(void *user, const struct coded_block *b);
    void *flush_user;
    uint64_t n_records, from, to, line, last_to;
    bool open;
    bool broken; // that the plugin broke its contract was said
    struct account account;
};

static inline uint64_t sink_record_number(const struct voc_sink *s, uint64_t record)
{
    return s->spec.first_record + (s->block ? s->block->first_record + record : record);
}
static inline uint64_t sink_record_line(const struct voc_sink *s, uint64_t record) { return s->block ? s->block->line[record] : s->line; }
// What the plugin did that it may not, in words for who wrote it: "the plugin WHAT". Of a record, if there is such a one. Gives VOC_E_BUG.
voc_rc sink_broke(struct voc_sink *s, uint64_t record, const char *what);
// Made on demand: with the first row, rejection or ignored record of a block.
voc_rc sink_states(struct voc_sink *s);
#endif
