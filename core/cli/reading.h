// SPDX-License-Identifier: MIT
// What a question is asked of: a project, or files that are read for this one answer and not kept. Commands that take both
// stand as "PROJECT|FILE..." in the table of commands; the options below say how the files are read.
#ifndef VOC_CLI_READING_H
#define VOC_CLI_READING_H
#include "cli/cli.h"

enum { READ_AS, READ_SOURCE, READ_SOURCES, READ_JOURNEY, READ_MAX_REJECTS, READ_N };
extern const voc_option read_options[READ_N];

bool reading_applies(const struct cli *c);     // does the command take files in place of a project?
voc_rc reading_prepare(struct cli *c);         // ahead of args_parse: these options behind the command's own
// Behind it: what -O tells the output plugin stands apart from what it tells those that read files; what nobody here takes is an error.
voc_rc reading_options(struct cli *c);
bool reading_is_file(const char *word);        // not a project, nor the name of one that is not there
// How many of the first `most` arguments are files to be read: 0 where the first is a project. A project among them is an error.
voc_rc reading_count(struct cli *c, int most, int *n);
// The first n_files arguments (0: the project in the first), with the journey that --journey names or the project follows. In
// files there are events; the analyses (none: anything) are all that will be asked of them; the arguments behind them stand then as
// they would behind a project.
voc_rc reading_open(struct cli *c, int n_files, const struct fold_item *asked, size_t n_asked, struct project **p, struct journey **j);
// A hint as it is shown: PROJECT is the one that was named. Where files stand in its place, the command takes them, and follows a
// journey with an option.
voc_rc reading_hint(struct cli *c, struct buf *out, const char *hint);
voc_rc reading_table(struct cli *c, struct table *t, const char *project); // the same for the notes of a table
const char *reading_typed(struct cli *c, int n_files); // files, and how they are read, as words of a command that does the same; arena's
#endif
