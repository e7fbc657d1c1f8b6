// SPDX-License-Identifier: MIT
// Places of each command's own options in its table (commands.c).
#ifndef VOC_CLI_OPTIONS_H
#define VOC_CLI_OPTIONS_H
enum { IMPORT_AS, IMPORT_SOURCE, IMPORT_JOURNEY, IMPORT_MAX_REJECTS, IMPORT_N };
enum { ROWS_AS, ROWS_SOURCE, ROWS_JOURNEY, ROWS_LIMIT, ROWS_REJECTS_ONLY, ROWS_N };
enum { REJECTS_LIMIT, REJECTS_N };
enum { STAGES_JOURNEY, STAGES_UNIT, STAGES_N };
enum { DEMO_OPTION_SEED, DEMO_N };
enum { HELP_MAN, HELP_N };
#endif
