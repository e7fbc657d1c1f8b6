// SPDX-License-Identifier: MIT
//
// A table of the score as it is written: a page that knows the study it tells of.
#ifndef VOC_PLUGINS_ANALYSIS_SCORE_PAGE_H
#define VOC_PLUGINS_ANALYSIS_SCORE_PAGE_H

#include "plugins/analysis/score/score.h"
#include "plugins/common/page.h"

static inline struct page score_page(const struct study *st) { return (struct page){.host = st->s->host, .run = st->s->run, .of = st}; }
static inline const struct study *told(const struct page *p) { return p->of; }

#endif
