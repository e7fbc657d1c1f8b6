// SPDX-License-Identifier: MIT
// Views with plain names, for people and for tools that draw charts. Private to core/store.
#ifndef VOC_STORE_PLAIN_VIEWS_H
#define VOC_STORE_PLAIN_VIEWS_H
#include "store/project.h"

// Makes them in the connection alone (temporary): all, or those that a statement names. A name that the connection knows
// already keeps what it means.
void plain_views(sqlite3 *db, const char *sql);
const char *plain_view_name(size_t i); // NULL: no more
bool sql_names(const char *sql, const char *table); // as a word of its own
#endif
