// SPDX-License-Identifier: MIT
// The virtual tables event, journey and unit, and said and mention (what customers say), read from the project as a statement asks;
// docs/sql.md tells of their columns.
#ifndef VOC_HOST_VIEWS_H
#define VOC_HOST_VIEWS_H
#include "journey/walk/timeline.h"

#define VIEWS_TABLES 5u

struct views; // owns what it has read
voc_rc views_new(struct views **out);
void views_free(struct views *v);
void views_bound(struct views *v, uint32_t threads, uint64_t memory_max); // 1 and 0 (no bound) unless told
// What they show from now on; all are borrowed until they show something else. p NULL: nothing, and what was read is dropped.
void views_show(struct views *v, struct project *p, const struct journey *j, struct diag *d);
// Table i; borrows from v.
const struct sql_table *views_table(const struct views *v, size_t i, const struct sql_walk **walk);
// Registers the tables with a project, which is closed before v is freed.
voc_rc views_register(const struct views *v, struct project *p);
#endif
