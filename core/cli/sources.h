// SPDX-License-Identifier: MIT
// sources.xml without a journey: written from guesses, read beside the journey that a project follows.
#ifndef VOC_CLI_SOURCES_H
#define VOC_CLI_SOURCES_H
#include "cli/cli.h"

struct sources_file { // one file that was looked at; borrowed
    const struct import_report *report; // of a plan
    struct plugin *plugin;
    const struct option_given *options; // -O
    size_t n_options;
};
void sources_begin(struct buf *b); // initialises it; buf_done is the caller's
void sources_add(struct buf *b, const struct sources_file *f, char (*ids)[64], size_t n_ids); // makes ids[n_ids]
voc_rc sources_end(struct buf *b);
bool sources_assumes_actor(const voc_source *s);   // no column and no constant says who acted
bool sources_name_nobody(const voc_source *s); // events, and no map says whose they are
bool sources_field(voc_str line, voc_str *from);   // a line "FIELD <- COLUMN ..." of a described mapping

// A journey with these sources and nothing else; zone: of times whose source names none. journey_free it.
voc_rc sources_read(struct cli *c, voc_str path, voc_str zone, struct journey **out);
// What an import would refuse of its sources before it saw a file: plugins, their options, patterns of times. VOC_E_OPTION: said.
voc_rc sources_check(struct cli *c, const struct journey *j);
#endif
