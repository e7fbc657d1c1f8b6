// SPDX-License-Identifier: MIT
// What each event is by the definition: who acted, who it was and for which account, the class of its action, the role of
// the person and the segment of the unit at that time, and the touchpoint that claims it (METHODS 1).
// Actor, people and touchpoints are settled once, in timeline_new; roles and segments by each thread as it reads.
#include <stdlib.h>
#include "journey/walk/timeline_int.h"

int name_order(const void *a, const void *b)
{
    const struct name_ref *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

uint32_t name_find(const struct name_ref *names, size_t n, voc_str name)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(names[mid].name, name) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo < n && str_eq(names[lo].name, name) ? names[lo].index : VOC_NONE;
}

// ---- actions ------------------------------------------------------------------------------------------------------------------

static voc_str action_name(const struct timeline *t, uint32_t code) { return t->s->strings[SPACE_ACTION][code]; }

const struct action_rule *resolve_rule(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_actions; i++) {
        const struct action_rule *r = &j->actions[i];
        if (r->like ? regex_match(r->like, name, NULL, NULL) == 1 : str_eq(r->name, name)) return r;
    }
    return NULL;
}

voc_rc resolve_actions(struct timeline *t)
{
    uint32_t n = t->s->n_strings[SPACE_ACTION];
    t->rule = mem_zalloc((size_t)n + t->j->n_actions + 1, sizeof *t->rule);
    t->class_of_action = mem_zalloc((size_t)n + t->j->n_actions + 1, 1);
    if (!t->rule || !t->class_of_action) return VOC_E_NOMEM;
    for (uint32_t a = 0; a < n; a++) {
        t->rule[a] = a ? resolve_rule(t->j, action_name(t, a)) : NULL;
        t->class_of_action[a] = (uint8_t)(t->rule[a] ? t->rule[a]->class_ : VOC_CLASS_NEUTRAL);
    }
    t->n_actions = n;
    for (size_t i = 0; i < t->j->n_actions; i++) { // declared, but never seen
        const struct action_rule *r = &t->j->actions[i];
        bool seen = r->like || r->name.len == 0;
        for (uint32_t a = 0; !seen && a < t->n_actions; a++) seen = a < n ? str_eq(action_name(t, a), r->name) : str_eq(t->rule[a]->name, r->name);
        if (seen) continue;
        t->rule[t->n_actions] = r;
        t->class_of_action[t->n_actions++] = (uint8_t)r->class_;
    }
    return VOC_OK;
}

// ---- people -------------------------------------------------------------------------------------------------------------------

// The actor of rows that do not say, by code of their source: from sources.xml, else UNSET.
voc_rc resolve_sources(const struct timeline *t, uint8_t **actors, uint8_t **assumed)
{
    uint32_t n = t->s->n_strings[SPACE_SOURCE];
    *actors = mem_zalloc((size_t)n + 1, 1);
    *assumed = mem_zalloc((size_t)n + 1, 1);
    if (!*actors || !*assumed) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++) {
        voc_str id = t->s->strings[SPACE_SOURCE][c];
        for (size_t i = 0; i < t->j->n_sources; i++)
            if (str_eq(t->j->sources[i].id, id)) (*actors)[c] = (uint8_t)t->j->sources[i].actor;
        for (size_t i = 0; i < t->s->n_sources; i++)
            if (str_eq(t->s->sources[i].id, id)) (*assumed)[c] = t->s->sources[i].actor_assumed ? 1 : 0;
    }
    return VOC_OK;
}

uint32_t resolve_actor(const struct action_rule *rule, uint32_t of_row, uint32_t of_source)
{
    uint32_t actor = rule ? rule->actor : VOC_ACTOR_UNSET;
    if (actor == VOC_ACTOR_UNSET) actor = of_row;
    if (actor == VOC_ACTOR_UNSET) actor = of_source;
    return actor == VOC_ACTOR_UNSET ? VOC_ACTOR_CUSTOMER : actor;
}

bool resolve_assumed(const struct action_rule *rule, uint32_t of_row, uint32_t of_source, bool assumed)
{
    if (rule && rule->actor != VOC_ACTOR_UNSET) return false;
    return of_source == VOC_ACTOR_UNSET && (of_row == VOC_ACTOR_UNSET || assumed);
}

static voc_rc resolve_actors(struct timeline *t)
{
    uint8_t *by_source = NULL, *assumed = NULL;
    voc_rc rc = resolve_sources(t, &by_source, &assumed);
    for (size_t i = 0; !rc && i < t->s->n; i++) {
        const struct action_rule *r = t->rule[column_at(t->s->action, i)];
        uint32_t source = column_at(t->s->source, i);
        t->actor[i] = (uint8_t)resolve_actor(r, t->s->actor[i], by_source[source]);
        if (resolve_assumed(r, t->s->actor[i], by_source[source], assumed[source])) t->info.actor_assumed = 1;
    }
    mem_free(by_source);
    mem_free(assumed);
    return rc;
}

static voc_rc sorted_space(const struct timeline *t, enum store_space space, struct name_ref **out)
{
    uint32_t n = t->s->n_strings[space];
    struct name_ref *names = mem_zalloc((size_t)n + 1, sizeof *names);
    if (!names) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++) names[c] = (struct name_ref){t->s->strings[space][c], c};
    if (n) qsort(names, n, sizeof *names, name_order);
    *out = names;
    return VOC_OK;
}

static uint32_t code_of_ref(const struct timeline *t, const struct name_ref *names, enum store_space space, size_t i)
{
    uint32_t c = t->s->ref ? name_find(names, t->s->n_strings[space], t->s->ref[i]) : VOC_NONE;
    return c == VOC_NONE ? 0 : c;
}

voc_rc resolve_people(struct timeline *t)
{
    const struct event_set *s = t->s;
    size_t n = s->n ? s->n : 1;
    t->actor = mem_zalloc(n, sizeof *t->actor);
    t->individual = mem_zalloc(n, sizeof *t->individual);
    t->account = mem_zalloc(n, sizeof *t->account);
    t->case_id = mem_zalloc(n, sizeof *t->case_id);
    t->thread = mem_zalloc(n, sizeof *t->thread);
    if (!t->actor || !t->individual || !t->account || !t->case_id || !t->thread) return VOC_E_NOMEM;
    t->all = (struct span){.s = s, .actor = t->actor, .individual = t->individual, .account = t->account, .case_id = t->case_id, .thread = t->thread};
    voc_rc rc = resolve_actors(t);
    for (size_t i = 0; !rc && i < s->n; i++) {
        t->individual[i] = identity_individual(s->identity, column_at(s->customer, i));
        t->account[i] = identity_account(s->identity, column_at(s->account, i));
        if (!t->account[i] && t->individual[i]) t->account[i] = identity_account_at(s->identity, t->individual[i], s->time_us[i]);
        t->case_id[i] = column_at(s->case_id, i);
        t->thread[i] = column_at(s->thread, i);
        unsigned kind = s->ref_kind ? s->ref_kind[i] : VOC_REF_NONE;
        if (kind == VOC_REF_CASE && !t->case_id[i]) { // a ref to a case says which case it is
            if (!t->case_names) rc = sorted_space(t, SPACE_CASE, &t->case_names);
            if (!rc) t->case_id[i] = code_of_ref(t, t->case_names, SPACE_CASE, i);
        } else if (kind == VOC_REF_THREAD && !t->thread[i]) {
            if (!t->thread_names) rc = sorted_space(t, SPACE_THREAD, &t->thread_names);
            if (!rc) t->thread[i] = code_of_ref(t, t->thread_names, SPACE_THREAD, i);
        }
    }
    return rc;
}

// ---- roles and segments ---------------------------------------------------------------------------------------------------------

static voc_rc group_programs(struct timeline *t, const struct group_rule *rules, size_t n, struct programs **out)
{
    voc_rc rc = programs_new(out, t->ev, PROGRAMS_PLAIN);
    uint32_t index;
    for (size_t i = 0; !rc && i < n; i++) rc = programs_add(*out, rules[i].when, &index);
    return rc ? rc : programs_seal(*out);
}

// Declared roles join the names that the sources use; segments are those declared, then "other".
voc_rc resolve_groups(struct timeline *t)
{
    const struct journey *j = t->j;
    uint32_t n = t->s->n_strings[SPACE_ROLE];
    voc_str *roles = arena_alloc(&t->arena, ((size_t)n + j->n_roles + 1) * sizeof *roles);
    voc_str *segments = arena_alloc(&t->arena, (j->n_segments + 1) * sizeof *segments);
    t->role_of_rule = arena_alloc(&t->arena, (j->n_roles + 1) * sizeof *t->role_of_rule);
    if (!roles || !segments || !t->role_of_rule) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++) roles[c] = t->s->strings[SPACE_ROLE][c];
    if (!n) roles[n++] = (voc_str){"", 0};
    for (size_t i = 0; i < j->n_roles; i++) {
        uint32_t c = 0;
        while (c < n && !str_eq(roles[c], j->roles[i].id)) c++;
        if (c == n) roles[n++] = j->roles[i].id;
        t->role_of_rule[i] = c;
    }
    for (size_t i = 0; i < j->n_segments; i++) segments[i] = j->segments[i].id;
    segments[j->n_segments] = STR("other");
    t->roles = (struct eval_names){roles, n};
    t->segments = (struct eval_names){segments, (uint32_t)j->n_segments + 1};
    evaluator_roles(t->ev, t->roles);
    evaluator_segments(t->ev, t->segments);
    voc_rc rc = group_programs(t, j->roles, j->n_roles, &t->role_programs);
    return rc ? rc : group_programs(t, j->segments, j->n_segments, &t->segment_programs);
}

struct resolver { // owns its runs
    const struct timeline *t;
    const struct span *w;
    struct program_run *roles, *segments;
    const struct unit_entry *unit;
};

voc_rc resolver_new(struct resolver **out, const struct timeline *t)
{
    struct resolver *r = mem_zalloc(1, sizeof *r);
    if (!r) return VOC_E_NOMEM;
    r->t = t;
    r->w = &t->all;
    voc_rc rc = program_run_new(&r->roles, t->role_programs);
    if (!rc) rc = program_run_new(&r->segments, t->segment_programs);
    if (rc) {
        resolver_free(r);
        return rc;
    }
    *out = r;
    return VOC_OK;
}

void resolver_free(struct resolver *r)
{
    if (!r) return;
    program_run_free(r->roles);
    program_run_free(r->segments);
    mem_free(r);
}

void resolver_span(struct resolver *r, const struct span *w)
{
    r->w = w;
    program_run_rows(r->roles, w->s);
    program_run_rows(r->segments, w->s);
}

void resolver_unit(struct resolver *r, const struct unit_entry *u)
{
    r->unit = u;
    program_run_unit(r->roles, unit_entity(u), u->code);
    program_run_unit(r->segments, unit_entity(u), u->code);
}

// The first rule that holds, or n.
static voc_rc first_rule(struct program_run *run, size_t n, const struct eval_event *e, uint32_t *rule)
{
    for (uint32_t i = 0; i < n; i++) {
        bool holds;
        voc_rc rc = program_holds(run, i, e, &holds);
        if (rc) return rc;
        if (!holds) continue;
        *rule = i;
        return VOC_OK;
    }
    *rule = (uint32_t)n;
    return VOC_OK;
}

voc_rc resolver_event(struct resolver *r, uint32_t at, struct eval_event *out)
{
    const struct timeline *t = r->t;
    const struct span *w = r->w;
    uint32_t action = column_at(w->s->action, at), rule;
    *out = (struct eval_event){
        .time_us = w->s->time_us[at], .at = at, .action = action, .individual = w->individual[at], .account = w->account[at],
        .role = column_at(w->s->role, at), .segment = (uint32_t)t->j->n_segments, .touchpoint = w->touchpoint ? w->touchpoint[at] : VOC_NONE,
        .actor = w->actor[at], .class_ = w->actor[at] == VOC_ACTOR_CUSTOMER ? t->class_of_action[action] : (uint8_t)VOC_CLASS_NEUTRAL,
    };
    voc_rc rc = VOC_OK;
    if (t->j->n_roles) {
        if ((rc = first_rule(r->roles, t->j->n_roles, out, &rule))) return rc;
        if (rule < t->j->n_roles) out->role = t->role_of_rule[rule];
    }
    if (t->j->n_segments) rc = first_rule(r->segments, t->j->n_segments, out, &out->segment);
    return rc;
}

voc_rc resolver_segment_at(struct resolver *r, int64_t t_us, uint32_t *segment)
{
    const struct unit_entry *u = r->unit;
    struct eval_event e = {.time_us = t_us, .at = 0, .account = u->account, .touchpoint = VOC_NONE, .actor = VOC_ACTOR_OTHER,
                           .individual = u->kind == VOC_UNIT_INDIVIDUAL ? u->code : 0};
    if (!r->w->s->n) { // no event that a fact of the event could be read from
        *segment = (uint32_t)r->t->j->n_segments;
        return VOC_OK;
    }
    return first_rule(r->segments, r->t->j->n_segments, &e, segment);
}
