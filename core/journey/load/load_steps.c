// SPDX-License-Identifier: MIT
// What METHODS 7 asks of stages and steps: who supplies them, what must be there, what they give and what it must meet; the steps of
// the company's own work; and what people typed about either. Outputs may name stages and steps that stand further down, so all this
// is read when both are known.
#include "journey/load/load.h"

static uint32_t step_index(const struct loader *l, voc_str id)
{
    uint32_t i = 0;
    for (const struct xml_node *k = load_child(load_child(l->j->root, "steps"), "step"); k; k = load_next(k->next, "step"), i++)
        if (str_eq(load_text(k, "id"), id)) return i;
    return VOC_NONE;
}

// Of a name that is both, the step.
static void stage_or_step(const struct loader *l, voc_str id, uint32_t *stage, uint32_t *step)
{
    *step = id.len ? step_index(l, id) : VOC_NONE;
    *stage = id.len && *step == VOC_NONE ? load_stage_index(l, id) : VOC_NONE;
}

static void load_outputs(struct loader *l, const struct xml_node *n, struct exchange *x)
{
    struct output *outputs = load_take(l, load_children(n, "output"), sizeof *outputs);
    for (const struct xml_node *k = load_child(n, "output"); k && outputs; k = load_next(k->next, "output")) {
        struct output *o = &outputs[x->n_outputs];
        *o = (struct output){.title = load_text(k, "title"), .owner = load_text(k, "owner"), .shown = load_predicate_in(l, k)};
        stage_or_step(l, load_text(k, "next"), &o->next_stage, &o->next_step);
        if (o->shown) x->n_outputs++;
    }
    x->outputs = outputs;
}

static void load_exchange(struct loader *l, const struct xml_node *n, struct exchange *x)
{
    voc_str *suppliers = load_take(l, load_children(n, "supplier"), sizeof *suppliers);
    struct stage_input *inputs = load_take(l, load_children(n, "input"), sizeof *inputs);
    struct requirement *requirements = load_take(l, load_children(n, "requirement"), sizeof *requirements);
    for (const struct xml_node *k = load_child(n, "supplier"); k && suppliers; k = load_next(k->next, "supplier")) suppliers[x->n_suppliers++] = load_text(k, "field");
    for (const struct xml_node *k = load_child(n, "input"); k && inputs; k = load_next(k->next, "input")) {
        const voc_str name = load_text(k, "name");
        inputs[x->n_inputs++] = (struct stage_input){name, load_yes(k, "required"), load_present(l, k, load_given(k, "field") ? load_text(k, "field") : name)};
    }
    for (const struct xml_node *k = load_child(n, "requirement"); k && requirements; k = load_next(k->next, "requirement")) {
        const struct predicate *met = load_predicate_in(l, k);
        if (met)
            requirements[x->n_requirements++] = (struct requirement){load_text(k, "id"),
                                                                     load_given(k, "title") ? load_text(k, "title")
                                                                                            : load_text(k, "id"),
                                                                     str_is(load_text(k, "of"), "next-step"), met};
    }
    x->suppliers = suppliers;
    x->inputs = inputs;
    x->requirements = requirements;
    load_outputs(l, n, x);
}

static void load_step(struct loader *l, const struct xml_node *n, struct step *s)
{
    static const char *const outcomes[] = {"", "next", "won", "lost", "returned", "rejected"}; // VOC_LEAVE_*
    struct leave *leaves = load_take(l, load_children(n, "leave"), sizeof *leaves);
    s->id = load_text(n, "id");
    s->title = load_given(n, "title") ? load_text(n, "title") : s->id;
    s->function = load_text(n, "function");
    s->owner = load_text(n, "owner");
    s->stage = load_given(n, "stage") ? load_stage_index(l, load_text(n, "stage")) : VOC_NONE;
    s->line = n->line;
    s->enter = load_any(l, n, "enter");
    for (const struct xml_node *k = load_child(n, "leave"); k && leaves; k = load_next(k->next, "leave")) {
        struct leave *at = &leaves[s->n_leaves];
        *at = (struct leave){load_predicate_in(l, k), (uint32_t)load_word(k, "outcome", outcomes, 6, VOC_LEAVE_NEXT),
                             load_given(k, "to") ? step_index(l, load_text(k, "to")) : VOC_NONE};
        if (at->when) s->n_leaves++;
    }
    s->leaves = leaves;
    load_exchange(l, n, &s->exchange);
}

void load_steps(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "steps"), *stream = load_child(in, "stream"), *k = load_child(load_child(l->j->root, "stages"), "stage");
    for (size_t i = 0; i < l->j->n_stages && k; i++, k = load_next(k->next, "stage"))
        load_exchange(l, k, &((struct stage *)(uintptr_t)&l->j->stages[i])->exchange); // ours until the journey is given away
    struct step *steps = load_take(l, load_children(in, "step"), sizeof *steps);
    for (k = load_child(in, "step"); k && steps; k = load_next(k->next, "step")) load_step(l, k, &steps[l->j->n_steps++]);
    l->j->steps = steps;
    struct typed *typed = load_take(l, load_children(stream, "typed"), sizeof *typed);
    for (k = load_child(stream, "typed"); k && typed; k = load_next(k->next, "typed")) {
        struct typed *t = &typed[l->j->n_typed++];
        *t = (struct typed){.field = load_text(k, "field"), .value = load_text(k, "value"), .author = load_text(k, "author"), .date = load_text(k, "date")};
        stage_or_step(l, load_text(k, "step"), &t->stage, &t->step);
    }
    l->j->typed = typed;
}
