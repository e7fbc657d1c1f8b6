// SPDX-License-Identifier: MIT
// The head of a part, field by field: one function a structure, for writing and for reading. What is read is within bounds: an
// index names something that is there, a choice is one of its values, so that an analysis can use it as if the host had made it.
#include "host/coder.h"
#include "host/fold/shard.h"

#define PREDICATES_MAX 65536u

// What is written is only read: the tables of a run are const to all but who made them.
static void *writable(const void *p) { return (void *)(uintptr_t)p; }

#define ARRAY(c, of, n, type) \
    type *at = writable(of); \
    code_array((c), (void **)&at, &(n), sizeof *at); \
    if (coder_reads(c)) (of) = at

static void indices(struct coder *c, const uint32_t **of, size_t *n, size_t below)
{
    ARRAY(c, *of, *n, uint32_t);
    for (size_t i = 0; i < *n && !c->rc; i++) {
        code_u32(c, &at[i], UINT32_MAX);
        if (coder_reads(c) && at[i] >= below && !c->rc) c->rc = VOC_E_INPUT;
    }
}

static void signed_list(struct coder *c, const int64_t **of, size_t *n)
{
    ARRAY(c, *of, *n, int64_t);
    for (size_t i = 0; i < *n && !c->rc; i++) code_signed(c, &at[i]);
}

static void str_list(struct coder *c, const voc_str **of, size_t *n)
{
    ARRAY(c, *of, *n, voc_str);
    for (size_t i = 0; i < *n && !c->rc; i++) code_str(c, &at[i]);
}

// ---- definition --------------------------------------------------------------------------------------------------------

static void stages(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->stages, d->n_stages, voc_def_stage);
    for (size_t i = 0; i < d->n_stages && !c->rc; i++) {
        code_str(c, &at[i].id);
        code_str(c, &at[i].title);
        code_str(c, &at[i].phase);
        code_u32(c, &at[i].skippable, 1);
        code_index(c, &at[i].aim, PREDICATES_MAX);
        code_signed(c, &at[i].aim_value);
        code_signed(c, &at[i].window_us);
        code_u32(c, &at[i].referred, UINT32_MAX);
        code_signed(c, &at[i].target_us);
        code_u32(c, &at[i].target_working, 1);
    }
}

static void exits(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->exits, d->n_exits, voc_def_exit);
    for (size_t i = 0; i < d->n_exits && !c->rc; i++) {
        code_str(c, &at[i].id);
        code_str(c, &at[i].title);
        code_str(c, &at[i].outcome);
    }
}

static void touchpoint(struct coder *c, voc_def_touchpoint *t, size_t n_stages)
{
    voc_str *const texts[] = {&t->id, &t->title, &t->group, &t->function, &t->owner, &t->step, &t->incidental_source};
    int64_t *const numbers[] = {&t->unit_cost, &t->minutes, &t->aim_value, &t->available_from_us, &t->available_to_us, &t->window_us};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) code_str(c, texts[i]);
    code_u32(c, &t->kind, VOC_TOUCH_WORK);
    code_u32(c, &t->declared, 1);
    code_u32(c, &t->incidental, VOC_REASON_CONTRACT);
    code_index(c, &t->aim, PREDICATES_MAX);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) code_signed(c, numbers[i]);
    indices(c, &t->stages, &t->n_stages, n_stages);
    code_u32(c, &t->referred, 1);
}

static void touchpoints(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->touchpoints, d->n_touchpoints, voc_def_touchpoint);
    for (size_t i = 0; i < d->n_touchpoints && !c->rc; i++) touchpoint(c, &at[i], d->n_stages);
}

static void actions(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->actions, d->n_actions, voc_def_action);
    for (size_t i = 0; i < d->n_actions && !c->rc; i++) {
        code_str(c, &at[i].name);
        code_u32(c, &at[i].class_, VOC_CLASS_TROUBLE);
        code_u32(c, &at[i].declared, 1);
        code_signed(c, &at[i].value);
        indices(c, &at[i].stages, &at[i].n_stages, d->n_stages);
    }
}

static void holdouts(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->holdouts, d->n_holdouts, voc_def_holdout);
    for (size_t i = 0; i < d->n_holdouts && !c->rc; i++) {
        code_str(c, &at[i].id);
        code_str(c, &at[i].campaign);
        code_index(c, &at[i].touchpoint, d->n_touchpoints);
        code_index(c, &at[i].treated, PREDICATES_MAX);
        code_index(c, &at[i].control, PREDICATES_MAX);
        code_signed(c, &at[i].from_us);
        code_signed(c, &at[i].to_us);
    }
}

static void windows(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->windows, d->n_windows, voc_def_window);
    for (size_t i = 0; i < d->n_windows && !c->rc; i++) {
        code_index(c, &at[i].stage, d->n_stages);
        code_index(c, &at[i].touchpoint, d->n_touchpoints);
        code_signed(c, &at[i].us);
    }
}

static void predicates(struct coder *c, voc_definition *d)
{
    ARRAY(c, d->predicates, d->n_predicates, voc_def_predicate);
    for (size_t i = 0; i < d->n_predicates && !c->rc; i++) {
        code_str(c, &at[i].id);
        code_str(c, &at[i].title);
        code_index(c, &at[i].predicate, PREDICATES_MAX);
    }
}

static void definition(struct coder *c, voc_definition *d)
{
    voc_str *const texts[] = {&d->id, &d->version, &d->hash, &d->title, &d->currency};
    int64_t *const numbers[] = {&d->margin, &d->lapse_us, &d->window_us, &d->engagement_us, &d->placebo_lag_us, &d->comparators, &d->scan};
    code_u32(c, &d->unit, VOC_UNIT_CASE);
    code_u32(c, &d->evidence_declared, 1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) code_str(c, texts[i]);
    stages(c, d);
    exits(c, d);
    touchpoints(c, d);
    actions(c, d);
    holdouts(c, d);
    windows(c, d);
    str_list(c, &d->segments, &d->n_segments);
    code_index(c, &d->win_stage, d->n_stages);
    code_index(c, &d->win_exit, d->n_exits);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) code_signed(c, numbers[i]);
    signed_list(c, &d->recency_us, &d->n_recency);
    signed_list(c, &d->engagement_cuts, &d->n_engagement_cuts);
    code_u32(c, &d->weights, VOC_WEIGHTS_MH);
    predicates(c, d);
    if (!coder_reads(c)) return;
    d->struct_size = sizeof *d;
    d->stage_size = sizeof(voc_def_stage);
    d->exit_size = sizeof(voc_def_exit);
    d->touchpoint_size = sizeof(voc_def_touchpoint);
    d->action_size = sizeof(voc_def_action);
    d->holdout_size = sizeof(voc_def_holdout);
    d->window_size = sizeof(voc_def_window);
    d->predicate_size = sizeof(voc_def_predicate);
}

// ---- the run -----------------------------------------------------------------------------------------------------------

static void run_info(struct coder *c, voc_run_info *i)
{
    code_u32(c, &i->start_declared, 1);
    code_signed(c, &i->start_us);
    code_signed(c, &i->end_us);
    code_str(c, &i->end_source);
    code_number(c, &i->n_units, UINT64_MAX);
    code_number(c, &i->n_events, UINT64_MAX);
    code_number(c, &i->n_set_aside, UINT64_MAX);
    code_number(c, &i->n_undelivered, UINT64_MAX);
    code_u32(c, &i->actor_assumed, 1);
    if (coder_reads(c)) i->struct_size = sizeof *i;
}

// Codes of each column, and their names where the analysis asked for the column.
static void known(struct coder *c, struct run_known *k)
{
    uint32_t columns = VOC_N_COLUMNS;
    code_u32(c, &columns, VOC_N_COLUMNS);
    code_u32(c, &k->n_predicates, PREDICATES_MAX);
    for (uint32_t i = 0; i < columns && !c->rc; i++) {
        size_t n = k->names[i] ? k->n_codes[i] : 0;
        code_u32(c, &k->n_codes[i], UINT32_MAX);
        str_list(c, &k->names[i], &n);
        if (coder_reads(c) && n != k->n_codes[i]) {
            if (n && !c->rc) c->rc = VOC_E_INPUT;
            k->names[i] = NULL;
        }
    }
}

static void inputs(struct coder *c, voc_meta *m)
{
    ARRAY(c, m->inputs, m->n_inputs, struct voc_meta_input);
    for (size_t i = 0; i < m->n_inputs && !c->rc; i++) {
        struct voc_meta_input *in = &at[i];
        voc_str *const texts[] = {&in->source, &in->hash, &in->file_name, &in->plugin, &in->ignored_by, &in->rejected_by};
        uint64_t *const numbers[] = {&in->bytes, &in->rows, &in->records, &in->gave, &in->rejected, &in->ignored};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) code_bytes(c, texts[k]);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) code_number(c, numbers[k], UINT64_MAX);
    }
}

static void definitions(struct coder *c, voc_meta *m)
{
    ARRAY(c, m->definitions, m->n_definitions, struct voc_meta_definition);
    for (size_t i = 0; i < m->n_definitions && !c->rc; i++) {
        code_str(c, &at[i].id);
        code_str(c, &at[i].version);
        code_str(c, &at[i].hash);
    }
}

static void meta(struct coder *c, voc_meta *m)
{
    inputs(c, m);
    definitions(c, m);
    str_list(c, &m->assumptions, &m->n_assumptions);
    code_signed(c, &m->first_us);
    code_signed(c, &m->last_us);
    if (!coder_reads(c)) return;
    m->struct_size = sizeof *m;
    m->input_size = sizeof(struct voc_meta_input);
    m->definition_size = sizeof(struct voc_meta_definition);
}

// ---- the two heads -----------------------------------------------------------------------------------------------------

static void options(struct coder *c, struct shard_common *s)
{
    ARRAY(c, s->options, s->n_options, struct shard_option);
    for (size_t i = 0; i < s->n_options && !c->rc; i++) {
        code_str(c, &at[i].name);
        code_str(c, &at[i].value);
    }
}

void shard_code_common(struct coder *c, struct shard_common *s)
{
    code_str(c, &s->analysis);
    code_str(c, &s->version);
    options(c, s);
    code_u32(c, &s->shards, SHARDS_MAX);
    definition(c, &s->def);
    run_info(c, &s->info);
    known(c, &s->known);
    meta(c, &s->meta);
}

static void said(struct coder *c, struct shard_own *s)
{
    ARRAY(c, s->said, s->n_said, struct shard_said);
    for (size_t i = 0; i < s->n_said && !c->rc; i++) {
        code_u32(c, &at[i].severity, VOC_ERROR);
        code_str(c, &at[i].code);
        code_bytes(c, &at[i].file);
        code_bytes(c, &at[i].message);
        code_bytes(c, &at[i].hint);
        code_number(c, &at[i].line, UINT64_MAX);
        code_number(c, &at[i].column, UINT64_MAX);
    }
}

void shard_code_own(struct coder *c, struct shard_own *s)
{
    code_u32(c, &s->shard, SHARDS_MAX);
    code_number(c, &s->units, UINT64_MAX);
    code_number(c, &s->events, UINT64_MAX);
    code_bytes(c, &s->project);
    code_bytes(c, &s->file_name);
    code_bytes(c, &s->typed);
    said(c, s);
}
