// SPDX-License-Identifier: MIT
// Tables of the project file and the numbered migrations that make them. docs/project-file.md describes them.
#ifndef VOC_STORE_SCHEMA_H
#define VOC_STORE_SCHEMA_H
#include "store/project.h"

// Runs the migrations from `from` (0: an empty file) to STORE_FORMAT in the transaction that is open.
voc_rc schema_migrate(struct project *p, int64_t from);
// VOC_E_INPUT unless all tables are there and are tables: a view in their place could make a reader run for ever.
voc_rc schema_check(struct project *p);
#endif
