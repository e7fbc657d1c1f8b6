// SPDX-License-Identifier: MIT
//
// The sections of a SIPOC: the stages of the journey and the steps of the definition, with what both declare. What a host that is older
// than a part of the definition does not know is not there.
#include "plugins/analysis/sipoc/sipoc.h"

#define KNOWS(size, type, last) ((size) >= offsetof(type, last) + sizeof(((type *)0)->last))

static const voc_def_step *step_at(const struct sipoc *s, size_t i) { return sipoc_at(s->base.def->steps, s->base.def->step_size, i); }

static size_t n_steps(const struct sipoc *s) { return KNOWS(s->base.def->struct_size, voc_definition, typed_size) ? s->base.def->n_steps : 0; }

static void of_stage(const struct sipoc *s, size_t i, struct sipoc_section *x)
{
    const voc_def_stage *g = analysis_stage(&s->base, i);
    *x = (struct sipoc_section){.is_last = i + 1 == s->n_stages, .id = g->id, .title = g->title.len ? g->title : g->id,
                                .stage = (uint32_t)i, .enter = VOC_NONE};
    if (KNOWS(s->base.def->stage_size, voc_def_stage, n_requirements)) {
        x->owner = g->owner;
        x->has.inputs = g->inputs, x->has.n_inputs = g->n_inputs, x->has.input_size = g->input_size;
        x->has.requirements = g->requirements, x->has.n_requirements = g->n_requirements, x->has.requirement_size = g->requirement_size;
    }
    if (KNOWS(s->base.def->stage_size, voc_def_stage, reserved_outputs)) {
        x->has.suppliers = g->suppliers, x->has.n_suppliers = g->n_suppliers;
        x->has.outputs = g->outputs, x->has.n_outputs = g->n_outputs, x->has.output_size = g->output_size;
    }
}

static void of_step(const struct sipoc *s, size_t i, struct sipoc_section *x)
{
    const voc_def_step *g = step_at(s, i);
    *x = (struct sipoc_section){.id = g->id, .title = g->title.len ? g->title : g->id, .owner = g->owner, .is_step = true,
                                .stage = g->enter == VOC_NONE ? g->stage : VOC_NONE, .enter = VOC_NONE, .has = *g};
}

bool sipoc_belongs(const struct sipoc *s, const struct sipoc_section *x, const voc_def_touchpoint *t)
{
    if (x->is_step) return t->step.len && sipoc_is(t->step, x->id);
    for (size_t i = 0; i < t->n_stages; i++)
        if (t->stages[i] == x->stage) return true;
    for (size_t i = 0; t->step.len && i < n_steps(s); i++)
        if (sipoc_is(t->step, step_at(s, i)->id) && step_at(s, i)->stage == x->stage) return true;
    return false;
}

static size_t asks(const struct sipoc_section *x)
{
    return x->has.n_inputs + x->has.n_requirements + x->has.n_outputs + x->has.n_leaves + x->has.n_suppliers;
}

static voc_rc ask_one(const struct sipoc *s, struct sipoc_section *x, uint32_t *at)
{
    const voc_host *h = s->base.host;
    voc_rc rc = VOC_OK;
    x->inputs = at;
    x->requirements = x->inputs + x->has.n_inputs;
    x->outputs = x->requirements + x->has.n_requirements;
    x->leaves = x->outputs + x->has.n_outputs;
    x->suppliers = x->leaves + x->has.n_leaves;
    for (size_t i = 0; i < x->has.n_inputs && !rc; i++) rc = h->want_predicate(s->base.run, sipoc_input(x, i)->present, &x->inputs[i]);
    for (size_t i = 0; i < x->has.n_requirements && !rc; i++) rc = h->want_predicate(s->base.run, sipoc_requirement(x, i)->met, &x->requirements[i]);
    for (size_t i = 0; i < x->has.n_outputs && !rc; i++) rc = h->want_predicate(s->base.run, sipoc_output(x, i)->shown, &x->outputs[i]);
    for (size_t i = 0; i < x->has.n_leaves && !rc; i++) rc = h->want_predicate(s->base.run, sipoc_leave(x, i)->when, &x->leaves[i]);
    if (!VOC_HOST_HAS(h, want_field)) x->has.n_suppliers = 0;
    for (size_t i = 0; i < x->has.n_suppliers && !rc; i++) rc = h->want_field(s->base.run, x->has.suppliers[i], &x->suppliers[i]);
    if (!rc && x->is_step && x->has.enter != VOC_NONE) rc = h->want_predicate(s->base.run, x->has.enter, &x->enter);
    return rc;
}

voc_rc sipoc_sections(struct sipoc *s, size_t most[SIPOC_KINDS])
{
    size_t n = 0;
    s->n_sections = s->n_stages + n_steps(s);
    voc_rc rc = analysis_zeroed(&s->base, (void **)&s->sections, s->n_sections, sizeof *s->sections);
    for (size_t i = 0; i < s->n_sections && !rc; i++) {
        if (i < s->n_stages) of_stage(s, i, &s->sections[i]);
        else of_step(s, i - s->n_stages, &s->sections[i]);
        n += asks(&s->sections[i]);
    }
    if (!rc) rc = analysis_zeroed(&s->base, (void **)&s->asked, n, sizeof *s->asked);
    for (size_t i = 0, at = 0; i < s->n_sections && !rc; i++) {
        struct sipoc_section *x = &s->sections[i];
        const struct { enum sipoc_kind kind; size_t n; } has[] = {{SIPOC_INPUT, x->has.n_inputs}, {SIPOC_REQUIREMENT, x->has.n_requirements}, {SIPOC_OUTPUT, x->has.n_outputs}, {SIPOC_LEAVE, x->has.n_leaves}};
        for (size_t k = 0; k < sizeof has / sizeof *has; k++)
            if (has[k].n > most[has[k].kind]) most[has[k].kind] = has[k].n;
        const size_t took = asks(x);
        rc = ask_one(s, x, s->asked + at);
        at += took;
    }
    return rc;
}

void sipoc_sections_free(struct sipoc *s)
{
    s->base.host->free(s->base.cx, s->asked);
    s->base.host->free(s->base.cx, s->sections);
}
