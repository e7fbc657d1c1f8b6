// SPDX-License-Identifier: MIT
// Tables in SQL that the store itself has, beside those that are fed from above (event, journey, unit). Their user is the
// struct sql_tables of the connection, which says what project is read. Private to core/store.
#ifndef VOC_STORE_OWN_TABLES_H
#define VOC_STORE_OWN_TABLES_H
#include "store/project.h"

extern const struct sql_table measure_table;
extern const struct sql_walk measure_walk;
extern const struct sql_table question_table;

static const struct { const struct sql_table *table; const struct sql_walk *walk; } own_tables[] = {{&measure_table, &measure_walk}, {&question_table, NULL}};
enum { OWN_TABLES = sizeof own_tables / sizeof *own_tables };
#endif
