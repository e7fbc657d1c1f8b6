// SPDX-License-Identifier: MIT
// Which touchpoint an event is: that of the first claim that holds of it, `work` before touchpoints; a company event that nothing
// claims goes by its raw name. Names are numbered once all of them are known: those declared, then raw ones bytewise.
#include "journey/walk/claims.h"
#include <stdlib.h>
#include "base/cancel.h"

#define NAMES_MAX ((size_t)1 << 32)

// ---- claims -----------------------------------------------------------------------------------------------------------------------

static voc_rc claims_add(struct timeline *t, const struct claim *claims, size_t n, size_t first)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < claims[i].n_events; k++) {
            uint32_t program;
            voc_rc rc = programs_add(t->claims, claims[i].event[k], &program);
            if (rc) return rc;
            t->claim_of[program] = (uint32_t)(first + i);
        }
    return VOC_OK;
}

voc_rc claims_compile(struct timeline *t)
{
    const struct journey *j = t->j;
    size_t n = 1;
    for (size_t i = 0; i < j->n_claims; i++) n += j->claims[i].n_events;
    for (size_t i = 0; i < j->n_works; i++) n += j->works[i].n_events;
    t->claim_of = mem_zalloc(n, sizeof *t->claim_of);
    voc_rc rc = t->claim_of ? programs_new(&t->claims, t->ev, PROGRAMS_PLAIN) : VOC_E_NOMEM;
    if (!rc) rc = claims_add(t, j->works, j->n_works, j->n_claims); // `work` before touchpoints
    if (!rc) rc = claims_add(t, j->claims, j->n_claims, 0);
    return rc ? rc : programs_seal(t->claims);
}

voc_rc claim_event(const struct timeline *t, struct program_run *run, const struct eval_event *e, uint32_t *claim)
{
    const uint64_t *may = programs_may(t->claims, e->action);
    size_t words = programs_words(t->claims);
    *claim = VOC_NONE;
    for (size_t w = 0; w < words; w++)
        for (uint64_t left = may[w]; left; left &= left - 1) {
            uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
            bool holds;
            voc_rc rc = program_holds(run, p, e, &holds);
            if (rc) return rc;
            if (!holds) continue;
            *claim = t->claim_of[p];
            return VOC_OK;
        }
    return VOC_OK;
}

const struct predicate *claim_predicate(const struct timeline *t, uint32_t program)
{
    const struct journey *j = t->j;
    for (size_t i = 0; i < j->n_works; program -= (uint32_t)j->works[i++].n_events)
        if (program < j->works[i].n_events) return j->works[i].event[program];
    for (size_t i = 0; i < j->n_claims; program -= (uint32_t)j->claims[i++].n_events)
        if (program < j->claims[i].n_events) return j->claims[i].event[program];
    return NULL;
}

// ---- raw names ----------------------------------------------------------------------------------------------------------------------

voc_rc raw_names_init(struct raw_names *c, const struct timeline *t)
{
    *c = (struct raw_names){.t = t};
    buf_init(&c->name, NAMES_MAX);
    c->by_touchpoint = mem_zalloc((size_t)t->s->n_strings[SPACE_TOUCHPOINT] + 1, sizeof *c->by_touchpoint);
    c->claimed_as = mem_zalloc((size_t)t->s->n_strings[SPACE_TOUCHPOINT] + 1, sizeof *c->claimed_as);
    c->by_action = mem_zalloc((size_t)t->s->n_strings[SPACE_ACTION] + 1, sizeof *c->by_action);
    return c->by_touchpoint && c->claimed_as && c->by_action ? dict_new(&c->raw, NAMES_MAX) : VOC_E_NOMEM;
}

void raw_names_done(struct raw_names *c)
{
    dict_free(c->raw);
    keymap_done(&c->by_campaign);
    buf_done(&c->name);
    mem_free(c->by_touchpoint);
    mem_free(c->by_action);
    mem_free(c->claimed_as);
    mem_free(c->push);
}

void raw_names_claimed(struct raw_names *c, uint32_t touchpoint, uint32_t claim)
{
    if (!c->claimed_as[touchpoint] || claim < c->claimed_as[touchpoint] - 1) c->claimed_as[touchpoint] = claim + 1;
}

static voc_rc raw_new(struct raw_names *c, voc_str name, uint32_t *kept)
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
voc_rc raw_names_add(struct raw_names *c, const struct event_set *s, uint32_t at, bool named, uint32_t *raw)
{
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
    if (named) c->push[*raw] = 1;
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
static voc_rc name_touchpoints(struct raw_names *c, struct timeline *t)
{
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

voc_rc raw_names_number(struct raw_names *c, struct timeline *t, uint32_t **ranks)
{
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
    mem_free(sorted);
    voc_rc rc = ok ? VOC_OK : VOC_E_NOMEM;
    if (ok) {
        t->touchpoints = (struct eval_names){ids, declared + n};
        evaluator_touchpoints(t->ev, t->touchpoints);
        rc = name_touchpoints(c, t);
    }
    if (rc) mem_free(rank);
    else *ranks = rank;
    return rc;
}

// ---- all events of a set ------------------------------------------------------------------------------------------------------------

// Claims are final; raw names get provisional numbers behind them.
static voc_rc claim_all(struct timeline *t, struct raw_names *c, struct program_run *run, struct resolver *resolver)
{
    uint32_t declared = (uint32_t)(t->j->n_claims + t->j->n_works);
    for (size_t u = 0; u < t->n_units; u++) {
        if (cancel_requested()) return VOC_CANCELLED;
        resolver_unit(resolver, &t->units[u]);
        program_run_unit(run, unit_entity(&t->units[u]), t->units[u].code);
        for (size_t k = 0; k < t->units[u].n; k++) {
            uint32_t at = t->order[t->units[u].first + k], claim;
            struct eval_event e;
            voc_rc rc = resolver_event(resolver, at, &e);
            if (!rc) rc = claim_event(t, run, &e, &claim);
            if (rc) return rc;
            bool named = t->individual[at] || t->account[at] || t->case_id[at];
            if (claim != VOC_NONE) raw_names_claimed(c, column_at(t->s->touchpoint, at), claim);
            if (claim == VOC_NONE && t->actor[at] == VOC_ACTOR_COMPANY) {
                if ((rc = raw_names_add(c, t->s, at, named, &claim))) return rc;
                claim += declared;
            }
            t->touchpoint[at] = claim;
        }
    }
    return VOC_OK;
}

static void number_events(struct timeline *t, const uint32_t *rank)
{
    uint32_t declared = (uint32_t)(t->j->n_claims + t->j->n_works);
    for (size_t i = 0; i < t->n_order; i++) {
        uint32_t *p = &t->touchpoint[t->order[i]];
        if (*p != VOC_NONE && *p >= declared) *p = declared + rank[*p - declared];
    }
}

voc_rc resolve_touchpoints(struct timeline *t)
{
    struct raw_names c = {0};
    struct program_run *run = NULL;
    struct resolver *resolver = NULL;
    uint32_t *rank = NULL;
    voc_rc rc = claims_compile(t);
    if (!rc) rc = raw_names_init(&c, t);
    if (!rc) rc = program_run_new(&run, t->claims);
    if (!rc) rc = resolver_new(&resolver, t);
    if (!rc && !(t->touchpoint = mem_alloc((t->s->n ? t->s->n : 1) * sizeof *t->touchpoint))) rc = VOC_E_NOMEM;
    if (rc) goto out;
    memset(t->touchpoint, 0xFF, (t->s->n ? t->s->n : 1) * sizeof *t->touchpoint);
    t->all.touchpoint = t->touchpoint;
    rc = claim_all(t, &c, run, resolver);
    if (!rc) rc = raw_names_number(&c, t, &rank);
    if (!rc) number_events(t, rank);
out:
    resolver_free(resolver);
    program_run_free(run);
    raw_names_done(&c);
    mem_free(rank);
    return rc;
}
