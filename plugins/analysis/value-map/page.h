// SPDX-License-Identifier: MIT
//
// A table of the value map as it is written: a page that knows the tally it tells of.
#ifndef VOC_PLUGINS_ANALYSIS_VALUE_MAP_PAGE_H
#define VOC_PLUGINS_ANALYSIS_VALUE_MAP_PAGE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/analysis/value-map/value_map.h"
#include "plugins/common/page.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 100)

static inline struct page vm_page(const struct vm_tally *t, const char *name, const char *title, uint32_t flags)
{
    struct page p = {.host = t->v->base.host, .run = t->v->base.run, .of = t};
    page_open(&p, name, title, flags, NULL, 0);
    return p;
}
static inline const struct vm_tally *told(const struct page *p) { return p->of; }

// "price 9, proof of savings 2": themes of a need that people of this role spoke of, the most frequent first.
void vm_reasons(const struct vm_tally *t, uint32_t role, size_t need, char *out, size_t size);
const char *vm_in_words(enum vm_agreement a);  // "say it more than they act"

#endif
