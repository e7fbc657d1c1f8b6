// SPDX-License-Identifier: MIT
// The virtual tables event, journey and unit of DESIGN section 4, fed from the timeline of the active definition.
#ifndef VOC_HOST_VIEWS_H
#define VOC_HOST_VIEWS_H
#include "journey/timeline.h"

#define VIEWS_TABLES 3u

struct views; // owns the events and the timeline; made on first use of a table
voc_rc views_new(struct views **out);
void views_free(struct views *v);
// What they show from now on; all are borrowed until they show something else. p NULL: nothing, and what was read is dropped.
void views_show(struct views *v, struct project *p, const struct journey *j, struct diag *d);
// Table i; borrows from v.
const struct sql_table *views_table(const struct views *v, size_t i, const struct sql_walk **walk);
// Registers the three tables with a project, which is closed before v is freed.
voc_rc views_register(const struct views *v, struct project *p);
#endif
