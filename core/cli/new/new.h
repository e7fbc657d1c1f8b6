// SPDX-License-Identifier: MIT
// voc plugin new: a folder with a plugin in it that builds, works, and is there to be changed.
#ifndef VOC_CLI_NEW_NEW_H
#define VOC_CLI_NEW_NEW_H
#include "cli/cli.h"

struct new_template { const char *name, *text; };
extern const struct new_template new_templates[]; // by the name of their file here; NULL behind them

int run_plugin_new(struct cli *c);
#endif
