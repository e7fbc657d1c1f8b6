// SPDX-License-Identifier: MIT
// A project holds a copy of the journey that it follows. What may have come apart since: the folder was edited, the version
// was not raised, files were read by an earlier sources.xml. Each is said with the command that mends it.
#ifndef VOC_CLI_FOLLOWED_H
#define VOC_CLI_FOLLOWED_H
#include "cli/cli.h"

// Ahead of cli_attach: what changes when the project follows j from now on.
voc_rc followed_changes(struct cli *c, struct project *p, const struct journey *j);
// Where a command follows the project's copy: was the folder edited since?
voc_rc followed_check(struct cli *c, struct project *p, const struct journey *j);
#endif
