// SPDX-License-Identifier: MIT
// The virtual tables event, journey and unit of DESIGN section 4, fed from the timeline of the active definition.
#ifndef VOC_HOST_VIEWS_H
#define VOC_HOST_VIEWS_H
#include "journey/timeline.h"

struct views; // owns the events and the timeline; made on first use of a table
// Registers the three tables with the project. *out lives until the project is closed; then views_free.
voc_rc views_new(struct views **out, struct project *p, const struct journey *j, struct diag *d);
void views_free(struct views *v);
#endif
