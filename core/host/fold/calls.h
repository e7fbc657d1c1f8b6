// SPDX-License-Identifier: MIT
// The operations of an analysis, called so that whoever handles a signal knows which plugin is at work.
#ifndef VOC_HOST_CALLS_H
#define VOC_HOST_CALLS_H
#include "host/host.h"
#include "host/plugin/at_work.h"

static inline const voc_analysis_ops *analysis_ops(const struct plugin *p) { return p->ops; }

static inline voc_rc call_begin(const struct plugin *p, struct voc_context *cx, struct voc_run *run, const voc_value *options, void **analysis)
{
    const struct at_work before = at_work_begin(p, "begin");
    voc_rc rc = analysis_ops(p)->begin(host_table(), cx, run, options, analysis);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_state_new(const struct plugin *p, void *analysis, void **state)
{
    const struct at_work before = at_work_begin(p, "state_new");
    voc_rc rc = analysis_ops(p)->state_new(analysis, state);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_batch(const struct plugin *p, void *analysis, void *state, const voc_journeys *j)
{
    const struct at_work before = at_work_begin(p, "batch");
    voc_rc rc = analysis_ops(p)->batch(analysis, state, j);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_merge(const struct plugin *p, void *analysis, void *into, void *from)
{
    const struct at_work before = at_work_begin(p, "merge");
    voc_rc rc = analysis_ops(p)->merge(analysis, into, from);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_save(const struct plugin *p, void *analysis, void *state, voc_writer *w)
{
    const struct at_work before = at_work_begin(p, "save");
    voc_rc rc = analysis_ops(p)->save(analysis, state, w);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_load(const struct plugin *p, void *analysis, void *state, const void *data, size_t size)
{
    const struct at_work before = at_work_begin(p, "load");
    voc_rc rc = analysis_ops(p)->load(analysis, state, data, size);
    at_work_end(before);
    return rc;
}

static inline voc_rc call_finish(const struct plugin *p, void *analysis, void *state)
{
    const struct at_work before = at_work_begin(p, "finish");
    voc_rc rc = analysis_ops(p)->finish(analysis, state);
    at_work_end(before);
    return rc;
}

static inline void call_state_free(const struct plugin *p, void *analysis, void *state)
{
    const struct at_work before = at_work_begin(p, "state_free");
    analysis_ops(p)->state_free(analysis, state);
    at_work_end(before);
}

static inline void call_end(const struct plugin *p, void *analysis)
{
    const struct at_work before = at_work_begin(p, "end");
    analysis_ops(p)->end(analysis);
    at_work_end(before);
}
#endif
