// SPDX-License-Identifier: MIT
// The definition as analyses see it (voc_definition), second part: what stages and steps take and give, the steps, and what people typed.
#include "journey/walk/timeline_int.h"

struct exchanged { // as plugin.h has it, of a stage or of a step
    voc_def_input *inputs;
    voc_def_requirement *requirements;
    voc_def_output *outputs;
};

static voc_rc exchanged_of(struct timeline *t, const struct exchange *from, struct exchanged *to)
{
    to->inputs = arena_alloc(&t->arena, (from->n_inputs + 1) * sizeof *to->inputs);
    to->requirements = arena_alloc(&t->arena, (from->n_requirements + 1) * sizeof *to->requirements);
    to->outputs = arena_alloc(&t->arena, (from->n_outputs + 1) * sizeof *to->outputs);
    if (!to->inputs || !to->requirements || !to->outputs) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < from->n_inputs && !rc; i++) {
        to->inputs[i] = (voc_def_input){.name = from->inputs[i].name, .required = from->inputs[i].required};
        rc = names_number(t, from->inputs[i].present, &to->inputs[i].present);
    }
    for (size_t i = 0; i < from->n_requirements && !rc; i++) {
        to->requirements[i] = (voc_def_requirement){.id = from->requirements[i].id, .title = from->requirements[i].title,
                                                    .of_next = from->requirements[i].of_next};
        rc = names_number(t, from->requirements[i].met, &to->requirements[i].met);
    }
    for (size_t i = 0; i < from->n_outputs && !rc; i++) {
        const struct output *o = &from->outputs[i];
        to->outputs[i] = (voc_def_output){.title = o->title, .owner = o->owner, .next_stage = o->next_stage, .next_step = o->next_step};
        rc = names_number(t, o->shown, &to->outputs[i].shown);
    }
    return rc;
}

// Stages and steps have these fields by the same names.
#define EXCHANGE(to, from, x)                                                                                                                  \
    ((to)->suppliers = (from)->suppliers, (to)->n_suppliers = (from)->n_suppliers, (to)->inputs = (x).inputs, (to)->n_inputs = (from)->n_inputs, \
     (to)->requirements = (x).requirements, (to)->n_requirements = (from)->n_requirements, (to)->outputs = (x).outputs,                          \
     (to)->n_outputs = (from)->n_outputs, (to)->input_size = sizeof *(x).inputs, (to)->requirement_size = sizeof *(x).requirements,              \
     (to)->output_size = sizeof *(x).outputs)

voc_rc names_exchange_of_stage(struct timeline *t, const struct exchange *from, voc_def_stage *to)
{
    struct exchanged x;
    voc_rc rc = exchanged_of(t, from, &x);
    if (!rc) EXCHANGE(to, from, x);
    return rc;
}

static voc_rc step(struct timeline *t, const struct step *from, voc_def_step *to)
{
    struct exchanged x;
    voc_def_leave *leaves = arena_alloc(&t->arena, (from->n_leaves + 1) * sizeof *leaves);
    *to = (voc_def_step){.id = from->id, .title = from->title, .function = from->function, .owner = from->owner,
                         .stage = from->stage, .leave_size = sizeof *leaves, .leaves = leaves, .n_leaves = from->n_leaves};
    voc_rc rc = leaves ? names_number(t, from->enter, &to->enter) : VOC_E_NOMEM;
    for (size_t i = 0; i < from->n_leaves && !rc; i++) {
        leaves[i] = (voc_def_leave){.outcome = from->leaves[i].outcome, .to = from->leaves[i].to};
        rc = names_number(t, from->leaves[i].when, &leaves[i].when);
    }
    if (!rc) rc = exchanged_of(t, &from->exchange, &x);
    if (!rc) EXCHANGE(to, &from->exchange, x);
    return rc;
}

voc_rc names_steps(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_step *steps = arena_alloc(&t->arena, (j->n_steps + 1) * sizeof *steps);
    voc_def_typed *typed = arena_alloc(&t->arena, (j->n_typed + 1) * sizeof *typed);
    voc_rc rc = steps && typed ? VOC_OK : VOC_E_NOMEM;
    for (size_t i = 0; i < j->n_steps && !rc; i++) rc = step(t, &j->steps[i], &steps[i]);
    for (size_t i = 0; i < j->n_typed && !rc; i++) {
        const struct typed *from = &j->typed[i];
        typed[i] = (voc_def_typed){.stage = from->stage, .step = from->step, .field = from->field, .value = from->value,
                                   .author = from->author, .date = from->date};
    }
    t->def.steps = steps;
    t->def.n_steps = j->n_steps;
    t->def.typed = typed;
    t->def.n_typed = j->n_typed;
    t->def.step_size = sizeof *steps;
    t->def.typed_size = sizeof *typed;
    return rc;
}
