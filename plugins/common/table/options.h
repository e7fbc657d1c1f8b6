// SPDX-License-Identifier: MIT
// The options of a plugin that reads a table: before those of the plan (plugins/common/events/options.h), in the order of table.h.
#ifndef VOC_PLUGINS_COMMON_TABLE_OPTIONS_H
#define VOC_PLUGINS_COMMON_TABLE_OPTIONS_H

#include <voc/plugin.h>

#define TABLE_OPTIONS \
    {.name = "separator", .type = VOC_OPT_STRING, .argument = "CHARACTER", .help = "Separator of fields: one character, or comma, semicolon, tab, pipe, blank. Found out if not given."}, \
    {.name = "quote", .type = VOC_OPT_STRING, .argument = "CHARACTER", .help = "Quote around fields: one character, or none. Found out if not given."}, \
    {.name = "skip", .type = VOC_OPT_STRING, .initial = "auto", .argument = "RECORDS", .help = "Records that stand before the header, not counting empty lines. Found out if not given."}, \
    {.name = "header", .type = VOC_OPT_STRING, .initial = "auto", .argument = "ROWS", .help = "Rows of the header, the first of which names the columns; none: the columns are col1, col2 ... Found out if not given."}

#endif
