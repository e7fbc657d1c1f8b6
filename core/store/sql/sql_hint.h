// SPDX-License-Identifier: MIT
// Hints for a statement of the user that was refused. Private to core/store.
#ifndef VOC_STORE_SQL_HINT_H
#define VOC_STORE_SQL_HINT_H
#include "store/project.h"

// Adds a hint to *b, or nothing. Called before the next statement of the connection, with the message copied.
void sql_hint(struct project *p, const char *sql, const char *message, struct buf *b);
#endif
