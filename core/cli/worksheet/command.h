// SPDX-License-Identifier: MIT
// What the commands of the worksheet share.
#ifndef VOC_CLI_WORKSHEET_COMMAND_H
#define VOC_CLI_WORKSHEET_COMMAND_H
#include "cli/worksheet/subject.h"

voc_rc command_make(struct worksheet **out, const struct subject *s, const struct journey *j, struct diag *d); // gathered, said, guessed
// The text that a sheet is applied to: the journey's own, or one with nothing in it yet.
voc_rc command_base(struct buf *text, const struct worksheet *w, const struct journey *j, const char *name);
voc_rc command_parse(struct cli *c, struct journey **out, voc_str text, const struct journey *base, const char *label); // with the base's other files
#endif
