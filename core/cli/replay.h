// SPDX-License-Identifier: MIT
// voc rejects --replay: the files that have rejects are read again as they would be read now. Only the whole file gives what a
// clean import gives (what is guessed of columns, threads, ids that replace each other), so that is what is read: its hash says
// that it is the same one, and the reading takes the place of the first.
#ifndef VOC_CLI_REPLAY_H
#define VOC_CLI_REPLAY_H
#include "cli/cli.h"

// After an import that has rejects: where the file lies, and how it was read. sources: the file of --sources, or empty.
voc_rc replay_remember(struct cli *c, struct project *p, const struct import_request *r, const struct import_report *rep, voc_str sources);
int run_replay(struct cli *c); // PROJECT [FILE]...: FILE where a file lies elsewhere now
// "20" or "5%" into the request. VOC_E_OPTION: it is neither.
voc_rc cli_max_rejects(struct cli *c, const voc_value *v, struct import_request *r);
#endif
