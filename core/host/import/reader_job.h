// SPDX-License-Identifier: MIT
// One reading under way: what reader*.c share. Private to core/host.
#ifndef VOC_HOST_READER_JOB_H
#define VOC_HOST_READER_JOB_H
#include "host/host.h"
#include "host/import/leave_out.h"
#include "host/import/reader.h"

struct job { // one reading under way
    const struct import_request *req;
    const struct keeper *keeper;
    struct read_end *end;
    struct arena *a;
    struct diag *d;
    struct in *in;
    struct file_look look;
    struct plugin *plugin;
    const voc_input_ops *ops;
    const struct source_rule *rule; // of sources.xml, or NULL
    struct leave_out *leave_out;    // what its <ignore>s leave out, or NULL
    voc_source source;
    voc_value *options;
    const char *beside, *beside_as; // a file that was taken because it lies beside the input, and the option that it is; or NULL
    struct voc_context cx;
    void *instance;
    struct time_turns tried;        // of times that were read before the first row, to see what they mean
    unsigned char mapping[HASH_BYTES];
    struct account total;
    uint64_t framing_bytes;
    bool ends_clean;
    bool planned; // head() has made the mapping
};

// reader_choose.c: the plugin and the <source> for a file, by what was asked, by its name, or by what plugins say of it.
voc_rc reader_choose(struct job *j);
// reader_lines.c: LINES framing.
voc_rc reader_lines(struct job *j);
voc_rc reader_give(struct job *j, const struct coded_block *b);
#endif
