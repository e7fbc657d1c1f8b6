// SPDX-License-Identifier: MIT
// What each event is by the definition: who acted, who it was and for which account, the class of its action, the role of
// the person and the segment of the unit at that time, and the touchpoint that claims it (DESIGN section 10, METHODS 1).
// Actor, people and touchpoints are settled once, in timeline_new; roles and segments by each thread as it reads.
#include <stdlib.h>
#include "base/cancel.h"
#include "base/hash.h"
#include "journey/timeline_int.h"

#define NAMES_MAX ((size_t)1 << 32)

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

static const struct action_rule *rule_for(const struct journey *j, voc_str name)
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
        t->rule[a] = a ? rule_for(t->j, action_name(t, a)) : NULL;
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
static voc_rc source_actors(const struct timeline *t, uint8_t **actors, uint8_t **assumed)
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

static voc_rc resolve_actors(struct timeline *t)
{
    uint8_t *by_source = NULL, *assumed = NULL;
    voc_rc rc = source_actors(t, &by_source, &assumed);
    for (size_t i = 0; !rc && i < t->s->n; i++) {
        const struct action_rule *r = t->rule[column_at(t->s->action, i)];
        uint32_t source = column_at(t->s->source, i);
        unsigned actor = r ? r->actor : VOC_ACTOR_UNSET;
        if (actor == VOC_ACTOR_UNSET) {
            actor = t->s->actor[i];
            if (actor == VOC_ACTOR_UNSET) actor = by_source[source];
            if (actor == VOC_ACTOR_UNSET || (assumed[source] && by_source[source] == VOC_ACTOR_UNSET)) t->info.actor_assumed = 1;
            if (actor == VOC_ACTOR_UNSET) actor = VOC_ACTOR_CUSTOMER;
        }
        t->actor[i] = (uint8_t)actor;
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

// ---- touchpoints ----------------------------------------------------------------------------------------------------------------

struct claiming { // owns its arrays
    struct timeline *t;
    struct programs *programs;
    struct program_run *run;
    struct resolver *resolver;
    uint32_t *claim_of;      // by program: index in the table of touchpoints
    struct dict *raw;        // names of unclaimed company events
    uint8_t *push;           // by raw name: occurs with a customer
    size_t push_cap;
    uint32_t *by_touchpoint, *by_action; // raw name + 1, by code
    struct keymap by_campaign;           // (channel, campaign) -> raw name + 1
    uint32_t *claimed_as;    // by raw touchpoint: lowest claim + 1
    struct buf name;
};

static voc_rc claims_add(struct claiming *c, const struct claim *claims, size_t n, size_t first)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < claims[i].n_events; k++) {
            uint32_t program;
            voc_rc rc = programs_add(c->programs, claims[i].event[k], &program);
            if (rc) return rc;
            c->claim_of[program] = (uint32_t)(first + i);
        }
    return VOC_OK;
}

static voc_rc claims_compile(struct claiming *c)
{
    const struct journey *j = c->t->j;
    size_t n = 1;
    for (size_t i = 0; i < j->n_claims; i++) n += j->claims[i].n_events;
    for (size_t i = 0; i < j->n_works; i++) n += j->works[i].n_events;
    c->claim_of = mem_zalloc(n, sizeof *c->claim_of);
    c->by_touchpoint = mem_zalloc((size_t)c->t->s->n_strings[SPACE_TOUCHPOINT] + 1, sizeof *c->by_touchpoint);
    c->claimed_as = mem_zalloc((size_t)c->t->s->n_strings[SPACE_TOUCHPOINT] + 1, sizeof *c->claimed_as);
    c->by_action = mem_zalloc((size_t)c->t->s->n_strings[SPACE_ACTION] + 1, sizeof *c->by_action);
    if (!c->claim_of || !c->by_touchpoint || !c->claimed_as || !c->by_action) return VOC_E_NOMEM;
    voc_rc rc = dict_new(&c->raw, NAMES_MAX);
    if (!rc) rc = programs_new(&c->programs, c->t->ev, PROGRAMS_PLAIN);
    if (!rc) rc = claims_add(c, j->works, j->n_works, j->n_claims); // `work` before touchpoints
    if (!rc) rc = claims_add(c, j->claims, j->n_claims, 0);
    if (!rc) rc = programs_seal(c->programs);
    if (!rc) rc = program_run_new(&c->run, c->programs);
    return rc ? rc : resolver_new(&c->resolver, c->t);
}

static voc_rc claim_event(struct claiming *c, const struct eval_event *e, uint32_t *claim)
{
    const uint64_t *may = programs_may(c->programs, e->action);
    size_t words = programs_words(c->programs);
    *claim = VOC_NONE;
    for (size_t w = 0; w < words; w++)
        for (uint64_t left = may[w]; left; left &= left - 1) {
            uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
            bool holds;
            voc_rc rc = program_holds(c->run, p, e, &holds);
            if (rc) return rc;
            if (!holds) continue;
            *claim = c->claim_of[p];
            return VOC_OK;
        }
    return VOC_OK;
}

static voc_rc raw_new(struct claiming *c, voc_str name, uint32_t *kept)
{
    uint32_t code;
    voc_rc rc = dict_code(c->raw, name, &code);
    if (rc) return rc;
    if (code >= c->push_cap) {
        size_t n = dict_n(c->raw), cap = c->push_cap;
        if ((rc = vec_reserve_((void **)&c->push, &c->push_cap, n - 1, 1, 1, UINT32_MAX))) return rc;
        memset(c->push + cap, 0, c->push_cap - cap);
    }
    *kept = code + 1;
    return VOC_OK;
}

// The name that an unclaimed company event goes by: its raw touchpoint, else channel:campaign, else its action.
static voc_rc raw_name(struct claiming *c, uint32_t at, uint32_t *raw)
{
    const struct event_set *s = c->t->s;
    uint32_t touchpoint = column_at(s->touchpoint, at), campaign = column_at(s->campaign, at), channel = column_at(s->channel, at);
    voc_rc rc = VOC_OK;
    uint32_t *kept;
    voc_str name;
    if (touchpoint) {
        kept = &c->by_touchpoint[touchpoint];
        name = s->strings[SPACE_TOUCHPOINT][touchpoint];
    } else if (campaign) {
        if (!(kept = keymap_at(&c->by_campaign, (uint64_t)channel << 32 | campaign))) return VOC_E_NOMEM;
        name = s->strings[SPACE_CAMPAIGN][campaign];
        if (!*kept && channel) {
            buf_clear(&c->name);
            buf_str(&c->name, s->strings[SPACE_CHANNEL][channel]);
            buf_byte(&c->name, ':');
            if ((rc = buf_str(&c->name, name))) return rc;
            name = str_mk(c->name.ptr, c->name.len);
        }
    } else {
        uint32_t action = column_at(s->action, at);
        kept = &c->by_action[action];
        name = s->strings[SPACE_ACTION][action];
    }
    if (!*kept && (rc = raw_new(c, name, kept))) return rc;
    *raw = *kept - 1;
    if (c->t->individual[at] || c->t->account[at] || c->t->case_id[at]) c->push[*raw] = 1; // it names a customer
    return VOC_OK;
}

// All events: claims are final; raw names get provisional numbers behind them.
static voc_rc claim_all(struct claiming *c)
{
    struct timeline *t = c->t;
    uint32_t declared = (uint32_t)(t->j->n_claims + t->j->n_works);
    for (size_t u = 0; u < t->n_units; u++) {
        if (cancel_requested()) return VOC_CANCELLED;
        resolver_unit(c->resolver, &t->units[u]);
        program_run_unit(c->run, unit_entity(&t->units[u]), t->units[u].code);
        for (size_t k = 0; k < t->units[u].n; k++) {
            uint32_t at = t->order[t->units[u].first + k], claim;
            struct eval_event e;
            voc_rc rc = resolver_event(c->resolver, at, &e);
            if (!rc) rc = claim_event(c, &e, &claim);
            if (rc) return rc;
            uint32_t named = column_at(t->s->touchpoint, at);
            if (claim != VOC_NONE && (!c->claimed_as[named] || claim < c->claimed_as[named] - 1)) c->claimed_as[named] = claim + 1;
            if (claim == VOC_NONE && t->actor[at] == VOC_ACTOR_COMPANY) {
                if ((rc = raw_name(c, at, &claim))) return rc;
                claim += declared;
            }
            t->touchpoint[at] = claim;
        }
    }
    return VOC_OK;
}

static uint32_t declared_name(const struct journey *j, voc_str name)
{
    for (size_t i = 0; i < j->n_claims; i++)
        if (str_eq(j->claims[i].id, name)) return (uint32_t)i;
    for (size_t i = 0; i < j->n_works; i++)
        if (str_eq(j->works[i].id, name)) return (uint32_t)(j->n_claims + i);
    return VOC_NONE;
}

// What a ref may call a touchpoint: its id, or the raw name that its events carry.
static voc_rc name_touchpoints(struct claiming *c)
{
    struct timeline *t = c->t;
    const struct journey *j = t->j;
    uint32_t n_raw = t->s->n_strings[SPACE_TOUCHPOINT], declared = (uint32_t)(j->n_claims + j->n_works);
    t->touch_names = mem_zalloc((size_t)t->touchpoints.n + n_raw + 1, sizeof *t->touch_names);
    if (!t->touch_names) return VOC_E_NOMEM;
    size_t n = 0;
    for (uint32_t i = 0; i < declared; i++)
        if (declared_name(j, t->touchpoints.at[i]) == i) t->touch_names[n++] = (struct name_ref){t->touchpoints.at[i], i};
    for (uint32_t r = 1; r < n_raw; r++) {
        voc_str name = t->s->strings[SPACE_TOUCHPOINT][r];
        if (c->claimed_as[r] && declared_name(j, name) == VOC_NONE) t->touch_names[n++] = (struct name_ref){name, c->claimed_as[r] - 1};
    }
    for (uint32_t i = declared; i < t->touchpoints.n; i++) {
        voc_str name = t->touchpoints.at[i];
        if (declared_name(j, name) == VOC_NONE) t->touch_names[n++] = (struct name_ref){name, i}; // a claimed one of that name sorts first
    }
    if (n) qsort(t->touch_names, n, sizeof *t->touch_names, name_order);
    t->n_touch_names = n;
    return VOC_OK;
}

// Raw names in bytewise order behind the declared ones; events get their final numbers.
static voc_rc name_raw(struct claiming *c)
{
    struct timeline *t = c->t;
    const struct journey *j = t->j;
    uint32_t declared = (uint32_t)(j->n_claims + j->n_works), n = dict_n(c->raw);
    struct name_ref *sorted = mem_zalloc((size_t)n + 1, sizeof *sorted);
    uint32_t *rank = mem_zalloc((size_t)n + 1, sizeof *rank);
    voc_str *ids = arena_alloc(&t->arena, ((size_t)declared + n + 1) * sizeof *ids);
    t->raw_push = arena_alloc(&t->arena, (size_t)n + 1);
    bool ok = sorted && rank && ids && t->raw_push;
    for (uint32_t i = 0; ok && i < n; i++) sorted[i] = (struct name_ref){dict_at(c->raw, i), i};
    if (ok && n) qsort(sorted, n, sizeof *sorted, name_order);
    for (uint32_t i = 0; ok && i < n; i++) {
        rank[sorted[i].index] = i;
        t->raw_push[i] = c->push[sorted[i].index];
        ids[declared + i] = arena_str(&t->arena, sorted[i].name.ptr, sorted[i].name.len, &ok);
    }
    for (size_t i = 0; ok && i < j->n_claims; i++) ids[i] = j->claims[i].id;
    for (size_t i = 0; ok && i < j->n_works; i++) ids[j->n_claims + i] = j->works[i].id;
    for (size_t i = 0; ok && i < t->n_order; i++) {
        uint32_t *p = &t->touchpoint[t->order[i]];
        if (*p != VOC_NONE && *p >= declared) *p = declared + rank[*p - declared];
    }
    mem_free(sorted);
    mem_free(rank);
    if (!ok) return VOC_E_NOMEM;
    t->touchpoints = (struct eval_names){ids, declared + n};
    evaluator_touchpoints(t->ev, t->touchpoints);
    return VOC_OK;
}

voc_rc resolve_touchpoints(struct timeline *t)
{
    struct claiming c = {.t = t};
    buf_init(&c.name, NAMES_MAX);
    voc_rc rc = claims_compile(&c);
    if (rc) goto out;
    t->touchpoint = mem_alloc((t->s->n ? t->s->n : 1) * sizeof *t->touchpoint);
    if (!t->touchpoint) { rc = VOC_E_NOMEM; goto out; }
    memset(t->touchpoint, 0xFF, (t->s->n ? t->s->n : 1) * sizeof *t->touchpoint);
    t->all.touchpoint = t->touchpoint;
    rc = claim_all(&c);
    if (!rc) rc = name_raw(&c);
    if (!rc) rc = name_touchpoints(&c);
out:
    resolver_free(c.resolver);
    program_run_free(c.run);
    programs_free(c.programs);
    dict_free(c.raw);
    keymap_done(&c.by_campaign);
    buf_done(&c.name);
    mem_free(c.claim_of);
    mem_free(c.by_touchpoint);
    mem_free(c.by_action);
    mem_free(c.claimed_as);
    mem_free(c.push);
    return rc;
}
