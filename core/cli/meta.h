// SPDX-License-Identifier: MIT
// What stands above every result: the command, the inputs with their account, the definition, what was assumed, warnings.
#ifndef VOC_CLI_META_H
#define VOC_CLI_META_H
#include "cli/cli.h"

struct meta_room; // owns what the view points to, with the arena of the command
voc_rc meta_new(struct meta_room **out, struct cli *c, struct project *p, const struct journey *j, voc_meta *view);
void meta_free(struct meta_room *m); // takes NULL
// voc fold: the command as typed, as it would be typed for the undivided result. voc merge: that one, with what was said here of
// place and format; NULL: no memory. Both in the command's arena.
voc_str meta_undivided(struct cli *c);
char *meta_merged(struct cli *c, voc_str undivided);
#endif
