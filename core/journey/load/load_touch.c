// SPDX-License-Identifier: MIT
// Touchpoints and internal work (which claim events), the response model, hold-outs and rates of cost.
#include "journey/load/load.h"

static void load_claim(struct loader *l, const struct xml_node *n, struct claim *c)
{
    static const char *const reasons[] = {"", "law", "safety", "billing", "contract"};
    const struct xml_node *incidental = load_child(n, "incidental");
    c->line = n->line;
    c->cost = c->minutes = c->aim_value = c->available_from_us = c->available_to_us = VOC_NA;
    c->minutes = load_money(n, "minutes");
    c->event = load_predicates_named(l, n, "event", &c->n_events);
    if (!incidental) return;
    c->incidental = (uint32_t)load_word(incidental, "reason", reasons, 5, VOC_REASON_NONE);
    c->incidental_source = load_text(incidental, "source");
}

// A touch that is pushed is an act of the company; an item that is pulled is obtained by the customer. Reading the other's
// events is nearly always a forgotten actor="company".
static void claim_actor(struct loader *l, const struct claim *c)
{
    for (size_t i = 0; i < c->n_events; i++) {
        bool customer = c->event[i]->actors == 1u << VOC_ACTOR_CUSTOMER;
        bool company = c->event[i]->actors == 1u << VOC_ACTOR_COMPANY;
        if (c->kind != VOC_TOUCH_PULL && customer)
            load_warn(l, "JOURNEY-023", c->event[i]->line, "write actor=\"company\"", "\"%.*s\" is done by us, but claims events of customers", LOAD_SHOW(c->id));
        if (c->kind == VOC_TOUCH_PULL && company)
            load_warn(l, "JOURNEY-023", c->event[i]->line, "leave actor out, or write kind=\"push\"", "\"%.*s\" is obtained by customers, but claims events of the company",
                      LOAD_SHOW(c->id));
    }
}

static void load_touchpoint(struct loader *l, const struct xml_node *n, struct claim *c)
{
    load_claim(l, n, c);
    c->id = load_text(n, "id");
    c->title = load_given(n, "title") ? load_text(n, "title") : c->id;
    c->group = load_text(n, "group");
    c->function = load_text(n, "function");
    c->owner = load_text(n, "owner");
    c->step = load_text(n, "step");
    c->kind = str_is(load_text(n, "kind"), "pull") ? VOC_TOUCH_PULL : VOC_TOUCH_PUSH;
    c->cost = load_money(n, "cost");
    c->available_from_us = load_time(l, n, "available-from", NULL);
    c->available_to_us = load_time(l, n, "available-to", NULL);
    c->stages = load_stage_list(l, n, "stages", &c->n_stages);
    load_aim(l, n, &c->aim, &c->aim_value);
    voc_str *serves = load_take(l, load_children(n, "serves"), sizeof *serves);
    for (const struct xml_node *k = load_child(n, "serves"); k && serves; k = load_next(k->next, "serves")) serves[c->n_serves++] = load_text(k, "need");
    c->serves = serves;
    claim_actor(l, c);
}

// METHODS 3.7, W4: does a stage, another step, an output, a requirement or a touchpoint refer to this step?
static bool step_referred(const struct loader *l, const struct xml_node *step)
{
    voc_str id = load_text(step, "id");
    if (load_given(step, "stage") || load_children(step, "output") || load_children(step, "requirement")) return true;
    for (const struct xml_node *s = load_child(step->parent, "step"); s; s = load_next(s->next, "step")) {
        for (const struct xml_node *k = load_child(s, "leave"); s != step && k; k = load_next(k->next, "leave"))
            if (str_eq(load_text(k, "to"), id)) return true;
        for (const struct xml_node *k = load_child(s, "output"); k; k = load_next(k->next, "output"))
            if (str_eq(load_text(k, "next"), id)) return true;
    }
    const struct xml_node *stages = load_child(l->j->root, "stages");
    for (const struct xml_node *s = load_child(stages, "stage"); s; s = load_next(s->next, "stage"))
        for (const struct xml_node *k = load_child(s, "output"); k; k = load_next(k->next, "output"))
            if (str_eq(load_text(k, "next"), id)) return true;
    for (size_t i = 0; i < l->j->n_claims; i++)
        if (str_eq(l->j->claims[i].step, id)) return true;
    return false;
}

static bool names_touchpoint(const struct predicate *p, voc_str id)
{
    for (size_t t = 0; p->kind == PRED_EVENT && t < p->n_tests; t++)
        if (p->tests[t].field == LEAF_TOUCHPOINT && !p->tests[t].re && str_eq(p->tests[t].whole, id)) return true;
    for (size_t i = 0; i < p->n_child; i++)
        if (names_touchpoint(p->child[i], id)) return true;
    return false;
}

static bool aim_refers(const struct loader *l, voc_str id)
{
    for (size_t i = 0; i < l->j->n_stages; i++)
        if (l->j->stages[i].aim && names_touchpoint(l->j->stages[i].aim, id)) return true;
    for (size_t i = 0; i < l->j->n_claims; i++)
        if (l->j->claims[i].aim && names_touchpoint(l->j->claims[i].aim, id)) return true;
    return false;
}

static void load_works(struct loader *l)
{
    const struct xml_node *steps = load_child(l->j->root, "steps");
    size_t count = 0;
    for (const struct xml_node *s = load_child(steps, "step"); s; s = load_next(s->next, "step")) count += load_children(s, "work");
    struct claim *works = load_take(l, count, sizeof *works);
    for (const struct xml_node *s = load_child(steps, "step"); s && works; s = load_next(s->next, "step")) {
        bool referred = step_referred(l, s);
        for (const struct xml_node *k = load_child(s, "work"); k; k = load_next(k->next, "work")) {
            struct claim *c = &works[l->j->n_works++];
            load_claim(l, k, c);
            c->id = c->title = load_text(k, "title");
            c->function = load_text(s, "function");
            c->owner = load_text(s, "owner");
            c->step = load_text(s, "id");
            c->kind = VOC_TOUCH_WORK;
            c->referred = referred || aim_refers(l, c->id);
            claim_actor(l, c);
        }
    }
    l->j->works = works;
}

void load_touchpoints(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "touchpoints");
    struct claim *claims = load_take(l, load_children(in, "touchpoint"), sizeof *claims);
    for (const struct xml_node *k = load_child(in, "touchpoint"); k && claims; k = load_next(k->next, "touchpoint"))
        load_touchpoint(l, k, &claims[l->j->n_claims++]);
    l->j->claims = claims;
    load_works(l);
}

static uint32_t touchpoint_index(const struct loader *l, voc_str id)
{
    for (size_t i = 0; i < l->j->n_claims && id.len; i++)
        if (str_eq(l->j->claims[i].id, id)) return (uint32_t)i;
    return VOC_NONE;
}

void load_response(struct loader *l)
{
    // Without the element its defaults hold: they are read from an empty one.
    struct xml_node *root = (struct xml_node *)(uintptr_t)l->j->root;
    const struct xml_node none = {.name = STR("response"), .ns = STR(GRAMMAR_NAMESPACE), .text = STR(""), .line = root->line, .parent = root};
    const struct xml_node *n = load_child(root, "response");
    if (!n) n = &none;
    struct response *r = &l->j->response;
    r->window_us = load_duration(l, n, "window");
    r->engagement_us = load_duration(l, n, "engagement");
    r->placebo_lag_us = load_duration(l, n, "placebo-lag");
    r->comparators = load_integer(n, "comparators", 20);
    r->scan = load_integer(n, "scan", 2000);
    r->weights = str_is(load_text(n, "weights"), "mh") ? VOC_WEIGHTS_MH : VOC_WEIGHTS_SMR;
    r->recency_us = load_durations(l, n, "recency", &r->n_recency);
    r->cuts = load_integers(l, n, "cuts", &r->n_cuts);
    voc_def_window *windows = load_take(l, load_children(n, "window"), sizeof *windows);
    for (const struct xml_node *k = load_child(n, "window"); k && windows; k = load_next(k->next, "window")) {
        voc_def_window *w = &windows[r->n_windows];
        w->stage = load_stage_index(l, load_text(k, "stage"));
        w->touchpoint = touchpoint_index(l, load_text(k, "touchpoint"));
        w->us = load_duration(l, k, "is");
        if (w->us != VOC_NA && (w->stage != VOC_NONE || w->touchpoint != VOC_NONE)) r->n_windows++;
    }
    r->windows = windows;
}

void load_holdouts(struct loader *l)
{
    struct holdout *holdouts = load_take(l, load_children(l->j->root, "holdout"), sizeof *holdouts);
    for (const struct xml_node *k = load_child(l->j->root, "holdout"); k && holdouts; k = load_next(k->next, "holdout")) {
        struct holdout *h = &holdouts[l->j->n_holdouts];
        const struct xml_node *treated = load_child(k, "treated"), *control = load_child(k, "control");
        h->id = load_text(k, "id");
        h->campaign = load_text(k, "campaign");
        h->touchpoint = touchpoint_index(l, load_text(k, "touchpoint"));
        h->from_us = load_time(l, k, "from", NULL);
        h->to_us = load_time(l, k, "to", NULL);
        h->line = k->line;
        h->treated = treated ? load_predicate_in(l, treated) : NULL;
        h->control = control ? load_predicate_in(l, control) : NULL;
        if (h->treated && h->control) l->j->n_holdouts++;
    }
    l->j->holdouts = holdouts;
}

void load_costs(struct loader *l)
{
    const struct xml_node *in = load_child(l->j->root, "costs");
    struct rate *rates = load_take(l, load_children(in, "rate"), sizeof *rates);
    for (const struct xml_node *k = load_child(in, "rate"); k && rates; k = load_next(k->next, "rate"))
        rates[l->j->n_rates++] = (struct rate){load_text(k, "function"), load_text(k, "owner"), load_money(k, "per-hour")};
    l->j->rates = rates;
}
