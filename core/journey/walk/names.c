// SPDX-License-Identifier: MIT
// The definition as analyses see it (voc_definition): stages, exits, touchpoints with their unit cost, actions, segments,
// hold-outs, all in tables whose indices are the codes of the columns. Made once, in timeline_new.
#include "base/hash.h"
#include "journey/walk/timeline_int.h"

#define PREDICATES_MAX 65536u
#define MICRO 1000000

// The number by which an analysis asks for a predicate. Equal predicates have one number.
voc_rc names_number(struct timeline *t, const struct predicate *p, uint32_t *number)
{
    *number = VOC_NONE;
    if (!p) return VOC_OK;
    for (size_t i = 0; i < t->numbered.n; i++)
        if (t->numbered.at[i] == p) *number = (uint32_t)i;
    if (*number != VOC_NONE) return VOC_OK;
    voc_rc rc = vec_reserve(&t->numbered, 1, PREDICATES_MAX);
    if (rc) return rc;
    *number = (uint32_t)t->numbered.n;
    t->numbered.at[t->numbered.n++] = p;
    return VOC_OK;
}

// The window declared for exactly this stage and touchpoint (VOC_NONE: not named), or VOC_NA.
static int64_t window_for(const struct journey *j, uint32_t stage, uint32_t touchpoint)
{
    int64_t us = VOC_NA;
    for (size_t i = 0; i < j->response.n_windows; i++)
        if (j->response.windows[i].stage == stage && j->response.windows[i].touchpoint == touchpoint) us = j->response.windows[i].us;
    return us;
}

static voc_rc stages(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_stage *stage = arena_alloc(&t->arena, (j->n_stages + 1) * sizeof *stage);
    voc_def_exit *exits = arena_alloc(&t->arena, (j->n_exits + 1) * sizeof *exits);
    if (!stage || !exits) return VOC_E_NOMEM;
    for (size_t s = 0; s < j->n_stages; s++) {
        const struct stage *from = &j->stages[s];
        int64_t window = window_for(j, (uint32_t)s, VOC_NONE);
        stage[s] = (voc_def_stage){.id = from->id, .title = from->title.len ? from->title : from->id, .phase = from->phase,
                                   .skippable = from->skippable, .aim_value = from->aim ? from->aim_value : VOC_NA,
                                   .window_us = window == VOC_NA ? j->response.window_us : window, .owner = from->owner,
                                   .target_us = from->target_us, .target_working = from->target_working};
        voc_rc rc = names_number(t, from->aim, &stage[s].aim);
        if (!rc) rc = names_exchange_of_stage(t, &from->exchange, &stage[s]);
        if (rc) return rc;
    }
    for (size_t x = 0; x < j->n_exits; x++) {
        const struct stage_exit *from = &j->exits[x];
        exits[x] = (voc_def_exit){.id = from->id, .title = from->title.len ? from->title : from->id, .outcome = from->outcome};
    }
    t->def.stages = stage;
    t->def.n_stages = j->n_stages;
    t->def.exits = exits;
    t->def.n_exits = j->n_exits;
    return VOC_OK;
}

// The rate of an hour: that of the owner, else of the function, else the one for all; the first in the file.
static int64_t rate_for(const struct journey *j, const struct claim *c)
{
    int best = -1;
    int64_t rate = VOC_NA;
    for (size_t i = 0; i < j->n_rates; i++) {
        const struct rate *r = &j->rates[i];
        if ((r->owner.len && !str_eq(r->owner, c->owner)) || (r->function.len && !str_eq(r->function, c->function))) continue;
        int fit = (r->owner.len ? 2 : 0) + (r->function.len ? 1 : 0);
        if (fit <= best) continue;
        best = fit;
        rate = r->per_hour;
    }
    return rate;
}

// cost + minutes x rate, rounded half away from zero; VOC_NA where neither part is known.
static int64_t unit_cost(const struct journey *j, const struct claim *c)
{
    int64_t rate = c->minutes == VOC_NA ? VOC_NA : rate_for(j, c);
    if (rate == VOC_NA) return c->cost;
    __int128 per = (__int128)60 * MICRO, work = (__int128)c->minutes * rate;
    work = (work + (work < 0 ? -per / 2 : per / 2)) / per;
    work += c->cost == VOC_NA ? 0 : c->cost;
    return work > INT64_MAX || work <= INT64_MIN ? VOC_NA : (int64_t)work;
}

static voc_rc declared(struct timeline *t, const struct claim *c, uint32_t index, bool is_work, voc_def_touchpoint *out)
{
    *out = (voc_def_touchpoint){
        .id = c->id, .title = c->title.len ? c->title : c->id, .group = c->group, .function = c->function, .owner = c->owner,
        .step = c->step, .kind = is_work ? VOC_TOUCH_WORK : c->kind, .declared = 1, .incidental = c->incidental,
        .incidental_source = c->incidental_source, .unit_cost = unit_cost(t->j, c), .minutes = c->minutes,
        .aim_value = c->aim ? c->aim_value : VOC_NA, .available_from_us = c->available_from_us, .available_to_us = c->available_to_us,
        .window_us = is_work ? VOC_NA : window_for(t->j, VOC_NONE, index), .stages = c->stages, .n_stages = c->n_stages,
        .referred = is_work && c->referred};
    return names_number(t, c->aim, &out->aim);
}

static voc_rc touchpoints(struct timeline *t)
{
    const struct journey *j = t->j;
    size_t n_declared = j->n_claims + j->n_works;
    voc_def_touchpoint *table = arena_alloc(&t->arena, ((size_t)t->touchpoints.n + 1) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    for (uint32_t i = 0; i < t->touchpoints.n; i++) {
        voc_rc rc = VOC_OK;
        if (i < j->n_claims) rc = declared(t, &j->claims[i], i, false, &table[i]);
        else if (i < n_declared) rc = declared(t, &j->works[i - j->n_claims], i, true, &table[i]);
        if (rc) return rc;
        if (i < n_declared) continue;
        table[i] = (voc_def_touchpoint){.id = t->touchpoints.at[i], .title = t->touchpoints.at[i], .aim = VOC_NONE,
            .kind = t->raw_push[i - n_declared] ? VOC_TOUCH_PUSH : VOC_TOUCH_WORK, .unit_cost = VOC_NA, .minutes = VOC_NA,
            .aim_value = VOC_NA, .available_from_us = VOC_NA, .available_to_us = VOC_NA, .window_us = VOC_NA};
    }
    t->def.touchpoints = table;
    t->def.n_touchpoints = t->touchpoints.n;
    return VOC_OK;
}

static voc_rc actions(struct timeline *t)
{
    voc_def_action *table = arena_alloc(&t->arena, ((size_t)t->n_actions + 1) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    for (uint32_t a = 0; a < t->n_actions; a++) {
        const struct action_rule *r = t->rule[a];
        voc_str name = a < t->s->n_strings[SPACE_ACTION] ? t->s->strings[SPACE_ACTION][a] : r->name;
        table[a] = (voc_def_action){.name = name, .class_ = t->class_of_action[a], .declared = r != NULL, .value = r ? r->value : VOC_NA,
                                    .stages = r ? r->stages : NULL, .n_stages = r ? r->n_stages : 0};
    }
    t->def.actions = table;
    t->def.n_actions = t->n_actions;
    return VOC_OK;
}

static voc_rc holdouts(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_holdout *table = arena_alloc(&t->arena, (j->n_holdouts + 1) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && i < j->n_holdouts; i++) {
        const struct holdout *h = &j->holdouts[i];
        table[i] = (voc_def_holdout){.id = h->id, .campaign = h->campaign, .touchpoint = h->touchpoint, .from_us = h->from_us, .to_us = h->to_us};
        rc = names_number(t, h->treated, &table[i].treated);
        if (!rc) rc = names_number(t, h->control, &table[i].control);
    }
    t->def.holdouts = table;
    t->def.n_holdouts = j->n_holdouts;
    return rc;
}

static voc_rc themes_and_roles(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_theme *themes = arena_alloc(&t->arena, (j->n_themes + 1) * sizeof *themes);
    voc_def_role *roles = arena_alloc(&t->arena, (j->n_roles + 1) * sizeof *roles);
    if (!themes || !roles) return VOC_E_NOMEM;
    for (size_t i = 0; i < j->n_themes; i++)
        themes[i] = (voc_def_theme){.id = j->themes[i].id, .title = j->themes[i].title, .parent = j->themes[i].parent};
    for (size_t i = 0; i < j->n_roles; i++) roles[i] = (voc_def_role){j->roles[i].id, j->roles[i].title};
    t->def.themes = themes;
    t->def.n_themes = j->n_themes;
    t->def.roles = roles;
    t->def.n_roles = j->n_roles;
    return VOC_OK;
}

static voc_rc needs(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_need *table = arena_alloc(&t->arena, (j->n_needs + 1) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && i < j->n_needs; i++) {
        const struct need *n = &j->needs[i];
        uint32_t *served = arena_alloc(&t->arena, (j->n_claims + 1) * sizeof *served);
        voc_def_asked *asked = arena_alloc(&t->arena, (n->n_asked + 1) * sizeof *asked);
        if (!served || !asked) return VOC_E_NOMEM;
        table[i] = (voc_def_need){.id = n->id, .title = n->title, .said = n->said.at, .n_said = n->said.n, .served = served,
                                  .asked = asked, .n_asked = n->n_asked};
        for (uint32_t c = 0; c < j->n_claims; c++) {
            bool serves = false;
            for (size_t k = 0; k < j->claims[c].n_serves; k++) serves = serves || str_eq(j->claims[c].serves[k], n->id);
            if (serves) served[table[i].n_served++] = c;
        }
        for (size_t k = 0; k < n->n_asked; k++) asked[k] = (voc_def_asked){n->asked[k].importance, n->asked[k].satisfaction};
        rc = names_number(t, n->sought, &table[i].sought);
    }
    t->def.needs = table;
    t->def.n_needs = j->n_needs;
    return rc;
}

// Last, so that the numbers of the others stay as they are.
static voc_rc named_predicates(struct timeline *t)
{
    const struct journey *j = t->j;
    voc_def_predicate *table = arena_alloc(&t->arena, (j->n_named + 1) * sizeof *table);
    if (!table) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && i < j->n_named; i++) {
        table[i] = (voc_def_predicate){.id = j->named[i].id, .title = j->named[i].title};
        rc = names_number(t, j->named[i].when, &table[i].predicate);
    }
    t->def.predicates = table;
    t->def.n_predicates = j->n_named;
    return rc;
}

voc_rc names_definition(struct timeline *t)
{
    const struct journey *j = t->j;
    char hex[2 * HASH_BYTES + 1];
    hash_hex(j->hash, hex);
    bool ok = true;
    voc_str hash = arena_str(&t->arena, hex, 2 * HASH_BYTES, &ok);
    if (!ok) return VOC_E_NOMEM;
    t->def = (voc_definition){.struct_size = sizeof t->def, .stage_size = sizeof(voc_def_stage), .exit_size = sizeof(voc_def_exit),
                              .touchpoint_size = sizeof(voc_def_touchpoint), .action_size = sizeof(voc_def_action),
                              .holdout_size = sizeof(voc_def_holdout), .window_size = sizeof(voc_def_window), .unit = t->unit_kind,
                              .evidence_declared = j->evidence_declared, .id = j->id, .version = j->version, .hash = hash,
                              .title = j->title, .currency = j->currency, .windows = j->response.windows,
                              .n_windows = j->response.n_windows, .segments = t->segments.at, .n_segments = t->segments.n,
                              .win_stage = j->win_stage, .win_exit = j->win_exit, .margin = j->margin,
                              .lapse_us = track_lapse_us(t->rules), .window_us = j->response.window_us,
                              .engagement_us = j->response.engagement_us, .placebo_lag_us = j->response.placebo_lag_us,
                              .recency_us = j->response.recency_us, .n_recency = j->response.n_recency,
                              .engagement_cuts = j->response.cuts, .n_engagement_cuts = j->response.n_cuts,
                              .comparators = j->response.comparators, .scan = j->response.scan, .weights = j->response.weights,
                              .theme_size = sizeof(voc_def_theme), .need_size = sizeof(voc_def_need),
                              .role_size = sizeof(voc_def_role), .predicate_size = sizeof(voc_def_predicate)};
    voc_rc rc = stages(t);
    if (!rc) rc = touchpoints(t);
    if (!rc) rc = actions(t);
    if (!rc) rc = holdouts(t);
    if (!rc) rc = themes_and_roles(t);
    if (!rc) rc = needs(t);
    if (!rc) rc = names_steps(t);
    return rc ? rc : named_predicates(t);
}
