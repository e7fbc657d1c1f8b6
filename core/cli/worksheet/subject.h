// SPDX-License-Identifier: MIT
// What a worksheet or a first journey is made of: a project, or files that are read into one that is removed again.
#ifndef VOC_CLI_WORKSHEET_SUBJECT_H
#define VOC_CLI_WORKSHEET_SUBJECT_H
#include "cli/cli.h"
#include "cli/worksheet/worksheet.h"

struct subject { // owns
    struct project *p;
    struct journey *j;     // that it follows, that was named, or one of journey_none
    struct event_set *s;
    char *folder, *file;   // of a project that is removed again, or NULL
    bool is_project;
    struct buf sources;    // files: sources.xml as they were read; empty where they were not named
    const char *name;      // of the project or first file, without folder and ending: c->arena's
};
struct subject_options { voc_str journey, as, source; bool write; };
voc_rc subject_open(struct cli *c, struct subject *out, const struct subject_options *o);
const char *subject_typed(struct cli *c); // how files are read, as it was typed: " --as xes -O time=when"; arena's
static inline voc_str subject_sources(const struct subject *s) { return str_mk(s->sources.ptr ? s->sources.ptr : "", s->sources.len); }
void subject_close(struct subject *s); // takes what subject_open left, even on failure

// folder.c: where the journey lies that a project follows, if it is a folder of the user's. Kept in the project as the way
// from its own folder, so that both can be moved together.
voc_rc folder_remember(struct cli *c, struct project *p, const char *folder);
voc_rc folder_way(struct buf *b, const struct project *p, const char *path); // the way to a file; nothing where one of the two is not there
voc_rc folder_recall(struct cli *c, struct project *p, char **out);   // arena's; NULL: none
bool folder_is_shipped(const char *folder);
// Writes journey.xml (and the other two, if they hold something) into a folder, which is made if needed.
// sources_xml: of a journey that has none; may be empty.
voc_rc folder_write(struct cli *c, const char *folder, voc_str journey_xml, voc_str sources_xml, const struct journey *from);
#endif
