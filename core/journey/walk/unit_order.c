// SPDX-License-Identifier: MIT
// Whose journey each event belongs to, and the total order within a unit (METHODS 0.2, 1.2, 1.5, 1.6, 2.3). Nothing here depends
// on dictionary codes: units are in order of name, events in order of time, actor and id.
#include <stdio.h>
#include <stdlib.h>
#include "base/cancel.h"
#include "journey/walk/timeline_int.h"

#define UNITS_MAX ((size_t)UINT32_MAX - 1u)

// ---- order ----------------------------------------------------------------------------------------------------------------------

int order_rank(uint8_t actor) { return actor == VOC_ACTOR_CUSTOMER ? 0 : actor == VOC_ACTOR_COMPANY ? 1 : 2; }

static int by_place(const struct event_set *s, uint32_t a, uint32_t b)
{
    if (s->record && s->record[a] != s->record[b]) return s->record[a] < s->record[b] ? -1 : 1;
    if (s->sub && s->sub[a] != s->sub[b]) return s->sub[a] < s->sub[b] ? -1 : 1;
    return (a > b) - (a < b);
}

static voc_str source_name(const struct event_set *s, uint32_t at)
{
    uint32_t n = s->n_strings[SPACE_SOURCE], c = column_at(s->source, at);
    return c < n ? s->strings[SPACE_SOURCE][c] : (voc_str){"", 0};
}

// The text that stands for the id: the source's own, else source name and record number with 20 digits, in two parts.
struct id_text { voc_str part[2]; char digits[24]; };

static void id_of(const struct event_set *s, uint32_t at, struct id_text *out)
{
    out->part[0] = s->id ? s->id[at] : (voc_str){"", 0};
    out->part[1] = (voc_str){"", 0};
    if (out->part[0].len) return;
    out->part[0] = source_name(s, at);
    int n = snprintf(out->digits, sizeof out->digits, "%020llu", (unsigned long long)(s->record ? s->record[at] : 0));
    out->part[1] = str_mk(out->digits, n > 0 ? (size_t)n : 0);
}

static int text_order(const struct id_text *a, const struct id_text *b)
{
    size_t na = a->part[0].len + a->part[1].len, nb = b->part[0].len + b->part[1].len;
    for (size_t i = 0; i < na && i < nb; i++) {
        unsigned char x = (unsigned char)(i < a->part[0].len ? a->part[0].ptr[i] : a->part[1].ptr[i - a->part[0].len]);
        unsigned char y = (unsigned char)(i < b->part[0].len ? b->part[0].ptr[i] : b->part[1].ptr[i - b->part[0].len]);
        if (x != y) return x < y ? -1 : 1;
    }
    return (na > nb) - (na < nb);
}

static int event_order(const struct span *w, uint32_t a, uint32_t b)
{
    const struct event_set *s = w->s;
    int64_t ta = s->time_us[a], tb = s->time_us[b];
    if (ta != tb) return ta < tb ? -1 : 1;
    int ra = order_rank(w->actor[a]), rb = order_rank(w->actor[b]);
    if (ra != rb) return ra - rb;
    bool has_a = s->id && s->id[a].len, has_b = s->id && s->id[b].len;
    if (has_a || has_b || column_at(s->source, a) != column_at(s->source, b)) {
        struct id_text ia, ib;
        id_of(s, a, &ia);
        id_of(s, b, &ib);
        int c = text_order(&ia, &ib);
        if (!c) c = str_cmp(source_name(s, a), source_name(s, b));
        if (c) return c;
    }
    return by_place(s, a, b);
}

static int sort_order(const void *x, const void *y, void *user)
{
    uint32_t a, b;
    memcpy(&a, x, sizeof a);
    memcpy(&b, y, sizeof b);
    return event_order(user, a, b);
}

bool order_is_kept(const struct span *w, uint32_t a, uint32_t b) { return event_order(w, a, b) <= 0; }

void order_events(const struct span *w, uint32_t *events, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (event_order(w, events[i - 1], events[i]) > 0) {
            qsort_r(events, n, sizeof *events, sort_order, (void *)(uintptr_t)w);
            return;
        }
}

// ---- units ------------------------------------------------------------------------------------------------------------------------

struct grouping { // owns its arrays
    struct timeline *t;
    VEC(struct unit_entry) units;
    uint32_t *of_kind[4];  // by VOC_UNIT_* and code: unit + 1
    uint32_t n_kind[4];
    uint32_t *unit_of;     // by event: unit, or VOC_NONE: set aside
    uint32_t *own_account; // by individual: own account + 1
    uint32_t empty;        // the empty unit + 1
};

uint32_t unit_entity(const struct unit_entry *u)
{
    switch (u->kind) {
    case VOC_UNIT_ACCOUNT: return VOC_ENTITY_ACCOUNT;
    case VOC_UNIT_INDIVIDUAL: return VOC_ENTITY_INDIVIDUAL;
    case VOC_UNIT_CASE: return VOC_ENTITY_CASE;
    default: return VOC_ENTITY_EVENT; // the empty unit has no facts
    }
}

static voc_str entity_name(const struct timeline *t, uint32_t kind, uint32_t code)
{
    switch (kind) {
    case VOC_UNIT_ACCOUNT: return identity_account_name(t->s->identity, code);
    case VOC_UNIT_INDIVIDUAL: return identity_individual_name(t->s->identity, code);
    case VOC_UNIT_CASE: return t->s->strings[SPACE_CASE][code];
    default: return (voc_str){"", 0};
    }
}

static voc_rc unit_get(struct grouping *g, uint32_t kind, uint32_t code, uint32_t *unit)
{
    uint32_t *known = kind == UNIT_EMPTY ? &g->empty : &g->of_kind[kind][code];
    if (!*known) {
        voc_rc rc = vec_reserve(&g->units, 1, UNITS_MAX);
        if (rc) return rc;
        g->units.at[g->units.n++] = (struct unit_entry){.name = entity_name(g->t, kind, code), .kind = kind, .code = code, .known_from_us = VOC_NA};
        *known = (uint32_t)g->units.n;
    }
    *unit = *known - 1;
    return VOC_OK;
}

// Whose journeys: as asked, unless no event names such a thing; then the next best that exists.
static uint32_t unit_kind(const struct timeline *t)
{
    bool have[4] = {0};
    for (size_t i = 0; i < t->s->n; i++) {
        have[VOC_UNIT_ACCOUNT] = have[VOC_UNIT_ACCOUNT] || t->account[i];
        have[VOC_UNIT_INDIVIDUAL] = have[VOC_UNIT_INDIVIDUAL] || t->individual[i];
        have[VOC_UNIT_CASE] = have[VOC_UNIT_CASE] || t->case_id[i];
    }
    static const uint32_t next[4][3] = {
        {VOC_UNIT_CASE, VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL},
        [VOC_UNIT_ACCOUNT] = {VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL, VOC_UNIT_CASE},
        [VOC_UNIT_INDIVIDUAL] = {VOC_UNIT_INDIVIDUAL, VOC_UNIT_ACCOUNT, VOC_UNIT_CASE},
        [VOC_UNIT_CASE] = {VOC_UNIT_CASE, VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL},
    };
    uint32_t wanted = t->o.unit ? t->o.unit : t->j->unit;
    if (wanted > VOC_UNIT_CASE) wanted = 0;
    for (size_t i = 0; i < 3; i++)
        if (have[next[wanted][i]]) return next[wanted][i];
    return next[wanted][0];
}

// Events of each unit as slices of `order`, each in the total order. Events without a unit are left out.
static void group(struct grouping *g)
{
    struct timeline *t = g->t;
    size_t n = 0;
    for (size_t u = 0; u < g->units.n; u++) g->units.at[u].n = 0;
    for (size_t i = 0; i < t->s->n; i++)
        if (g->unit_of[i] != VOC_NONE) g->units.at[g->unit_of[i]].n++;
    for (size_t u = 0; u < g->units.n; u++) {
        g->units.at[u].first = n;
        n += g->units.at[u].n;
        g->units.at[u].n = 0;
    }
    for (size_t i = 0; i < t->s->n; i++) {
        if (g->unit_of[i] == VOC_NONE) continue;
        struct unit_entry *u = &g->units.at[g->unit_of[i]];
        t->order[u->first + u->n++] = (uint32_t)i;
    }
    for (size_t u = 0; u < g->units.n && !cancel_requested(); u++) order_events(&t->all, t->order + g->units.at[u].first, g->units.at[u].n);
    t->n_order = n;
}

// ---- cases: an event without a key joins its account's only open case -----------------------------------------------------------

struct open_case { uint64_t whose; int64_t from_us, to_us; uint32_t unit; };

static uint64_t whose(const struct timeline *t, uint32_t at)
{
    if (t->account[at]) return t->account[at];
    return t->individual[at] ? (UINT64_C(1) << 32 | t->individual[at]) : 0;
}

static int case_order(const void *a, const void *b)
{
    const struct open_case *x = a, *y = b;
    if (x->whose != y->whose) return x->whose < y->whose ? -1 : 1;
    if (x->from_us != y->from_us) return x->from_us < y->from_us ? -1 : 1;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

// A case is open from its first event to the first event that an exit matches.
static voc_rc case_end(struct grouping *g, struct program_run *run, struct resolver *resolver, size_t n_exits,
                       const struct unit_entry *u, int64_t *end_us)
{
    *end_us = INT64_MAX;
    program_run_unit(run, VOC_ENTITY_CASE, u->code);
    resolver_unit(resolver, u);
    for (size_t k = 0; k < u->n && *end_us == INT64_MAX; k++) {
        struct eval_event e;
        voc_rc rc = resolver_event(resolver, g->t->order[u->first + k], &e);
        for (uint32_t x = 0; !rc && x < n_exits; x++) {
            bool fired = false;
            rc = program_fire(run, x, &e, &fired);
            if (fired) *end_us = e.time_us;
        }
        if (rc) return rc;
    }
    return VOC_OK;
}

static voc_rc open_cases(struct grouping *g, struct open_case **out)
{
    struct timeline *t = g->t;
    struct programs *exits = NULL;
    struct program_run *run = NULL;
    struct resolver *resolver = NULL;
    struct open_case *cases = mem_zalloc(g->units.n + 1, sizeof *cases);
    voc_rc rc = cases ? programs_new(&exits, t->ev, PROGRAMS_EXPLICIT) : VOC_E_NOMEM;
    uint32_t n_exits = 0;
    for (size_t x = 0; !rc && x < t->j->n_exits; x++)
        if (t->j->exits[x].when) {
            rc = programs_add(exits, t->j->exits[x].when, &n_exits);
            n_exits++;
        }
    if (!rc) rc = programs_seal(exits);
    if (!rc) rc = program_run_new(&run, exits);
    if (!rc) rc = resolver_new(&resolver, t);
    if (!rc) group(g);
    for (size_t u = 0; !rc && u < g->units.n; u++) {
        const struct unit_entry *c = &g->units.at[u];
        cases[u] = (struct open_case){.unit = (uint32_t)u};
        if (c->kind != VOC_UNIT_CASE || !c->n) continue;
        cases[u].from_us = t->s->time_us[t->order[c->first]];
        for (size_t k = 0; k < c->n && !cases[u].whose; k++) cases[u].whose = whose(t, t->order[c->first + k]);
        rc = case_end(g, run, resolver, n_exits, c, &cases[u].to_us);
    }
    resolver_free(resolver);
    program_run_free(run);
    programs_free(exits);
    if (rc) {
        mem_free(cases);
        return rc;
    }
    if (g->units.n) qsort(cases, g->units.n, sizeof *cases, case_order);
    *out = cases;
    return VOC_OK;
}

// Events that name a customer and no case. n: cases, in order of (whose, from).
static voc_rc join_cases(struct grouping *g)
{
    struct timeline *t = g->t;
    struct open_case *cases = NULL;
    size_t n = g->units.n;
    voc_rc rc = open_cases(g, &cases);
    for (size_t i = 0; !rc && i < t->s->n; i++) {
        if (t->case_id[i] || t->s->time_us[i] >= t->window.end_us) continue;
        uint64_t who = whose(t, (uint32_t)i);
        size_t lo = 0, hi = n, open = 0;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (cases[mid].whose < who) lo = mid + 1;
            else hi = mid;
        }
        uint32_t unit = VOC_NONE;
        int64_t us = t->s->time_us[i];
        for (; who && lo < n && cases[lo].whose == who && cases[lo].from_us <= us; lo++)
            if (us < cases[lo].to_us) {
                open++;
                unit = cases[lo].unit;
            }
        if (open != 1) {
            if (who) t->n_bad_keys++;
            rc = unit_get(g, UNIT_EMPTY, 0, &unit);
        }
        g->unit_of[i] = unit;
    }
    mem_free(cases);
    return rc;
}

// ---- assignment -------------------------------------------------------------------------------------------------------------------

static void unit_of_event(const struct timeline *t, size_t i, uint32_t *kind, uint32_t *code)
{
    *kind = t->unit_kind;
    *code = *kind == VOC_UNIT_ACCOUNT ? t->account[i] : *kind == VOC_UNIT_INDIVIDUAL ? t->individual[i] : t->case_id[i];
    if (!*code && *kind == VOC_UNIT_ACCOUNT && t->individual[i]) {
        *kind = VOC_UNIT_INDIVIDUAL;
        *code = t->individual[i];
    }
    if (!*code) *kind = UNIT_EMPTY;
}

static voc_rc assign(struct grouping *g)
{
    struct timeline *t = g->t;
    bool unkeyed = false;
    for (size_t i = 0; i < t->s->n; i++) {
        g->unit_of[i] = VOC_NONE;
        if (t->s->time_us[i] >= t->window.end_us) continue;
        uint32_t kind, code;
        unit_of_event(t, i, &kind, &code);
        if (kind == UNIT_EMPTY && t->unit_kind == VOC_UNIT_CASE) {
            unkeyed = true;
            continue;
        }
        if (kind == UNIT_EMPTY && (t->individual[i] || t->account[i])) t->n_bad_keys++;
        voc_rc rc = unit_get(g, kind, code, &g->unit_of[i]);
        if (rc) return rc;
    }
    return unkeyed ? join_cases(g) : VOC_OK;
}

// ---- known_from -------------------------------------------------------------------------------------------------------------------

// People and accounts of an imported list are known from a day on, and may have a journey before they ever do anything.
static voc_rc known_from(struct grouping *g, struct diag *d)
{
    static const uint32_t kind_of[4] = {0, VOC_UNIT_INDIVIDUAL, VOC_UNIT_ACCOUNT, VOC_UNIT_CASE};
    struct timeline *t = g->t;
    struct time_format *format = NULL;
    bool opens = false;
    for (size_t s = 0; s < t->j->n_stages; s++) opens = opens || t->j->stages[s].opens_known_from;
    voc_rc rc = VOC_OK;
    for (size_t i = 0; !rc && i < t->s->n_attributes; i++) {
        const struct event_attribute *a = &t->s->attributes[i];
        if (a->entity == 0 || a->entity > 3 || !a->who || !str_is(a->key, "known_from")) continue;
        int64_t us;
        uint32_t res, unit, kind = kind_of[a->entity];
        if (!format && (rc = time_format_new(&format, (voc_str){"", 0}, t->j->zone, d))) break;
        if (time_format_parse(format, str_trim(a->text), &us, &res)) continue;
        if (a->entity == VOC_ENTITY_INDIVIDUAL) {
            uint32_t n = g->n_kind[VOC_UNIT_INDIVIDUAL];
            if (!t->known_individual) {
                if (!(t->known_individual = mem_alloc(((size_t)n + 1) * sizeof *t->known_individual))) { rc = VOC_E_NOMEM; break; }
                for (uint32_t k = 0; k <= n; k++) t->known_individual[k] = VOC_NA;
            }
            if (a->who < n && (t->known_individual[a->who] == VOC_NA || us < t->known_individual[a->who])) t->known_individual[a->who] = us;
        }
        if (a->who >= g->n_kind[kind]) continue;
        bool own = kind == t->unit_kind || (kind == VOC_UNIT_INDIVIDUAL && t->unit_kind == VOC_UNIT_ACCOUNT &&
                                            !identity_account_at(t->s->identity, a->who, us));
        if (!g->of_kind[kind][a->who] && (!own || !opens || us >= t->window.end_us)) continue;
        if ((rc = unit_get(g, kind, a->who, &unit))) break;
        struct unit_entry *u = &g->units.at[unit];
        if (u->known_from_us == VOC_NA || us < u->known_from_us) u->known_from_us = us;
    }
    time_format_free(format);
    return rc;
}

// ---- names and accounts -------------------------------------------------------------------------------------------------------------

static int unit_order(const void *a, const void *b)
{
    const struct unit_entry *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    return c ? c : (x->kind > y->kind) - (x->kind < y->kind);
}

// Units by name. Where an account and a person without one share a name, the person's unit says so.
static voc_rc name_units(struct grouping *g)
{
    struct timeline *t = g->t;
    bool again = false;
    if (g->units.n) qsort(g->units.at, g->units.n, sizeof *g->units.at, unit_order);
    for (size_t u = 1; u < g->units.n; u++) {
        struct unit_entry *e = &g->units.at[u];
        if (!str_eq(e->name, e[-1].name) || e->kind != VOC_UNIT_INDIVIDUAL) continue;
        char *name = arena_printf(&t->arena, "individual:%.*s", STR_ARG(e->name));
        if (!name) return VOC_E_NOMEM;
        e->name = str_of(name);
        again = true;
    }
    if (again) qsort(g->units.at, g->units.n, sizeof *g->units.at, unit_order);
    return VOC_OK;
}

// The cluster of a unit: its account, else that of the first event that has one, else one of its person's own.
static void cluster(struct grouping *g, struct unit_entry *u)
{
    struct timeline *t = g->t;
    uint32_t account = u->kind == VOC_UNIT_ACCOUNT ? u->code : 0, person = u->kind == VOC_UNIT_INDIVIDUAL ? u->code : 0;
    for (size_t k = 0; k < u->n && !account; k++) account = t->account[t->order[u->first + k]];
    for (size_t k = 0; k < u->n && !account && !person; k++) person = t->individual[t->order[u->first + k]];
    if (!account && person && u->known_from_us != VOC_NA && !u->n) account = identity_account_at(t->s->identity, person, u->known_from_us);
    if (!account) {
        uint32_t *own = person ? &g->own_account[person] : NULL;
        if (!own || !*own) {
            t->own_account[t->n_own_accounts++] = person ? identity_individual_name(t->s->identity, person) : u->name;
            if (own) *own = t->n_own_accounts;
        }
        account = g->n_kind[VOC_UNIT_ACCOUNT] + (own ? *own : t->n_own_accounts) - 1;
    }
    u->account = account;
}

static voc_rc cluster_all(struct grouping *g)
{
    struct timeline *t = g->t;
    t->own_account = mem_zalloc(g->units.n + 1, sizeof *t->own_account);
    g->own_account = mem_zalloc((size_t)g->n_kind[VOC_UNIT_INDIVIDUAL] + 1, sizeof *g->own_account);
    if (!t->own_account || !g->own_account) return VOC_E_NOMEM;
    for (size_t u = 0; u < g->units.n; u++) {
        struct unit_entry *e = &g->units.at[u];
        if (e->kind != UNIT_EMPTY) cluster(g, e);
    }
    for (size_t u = 0; u < g->units.n; u++) {
        const struct unit_entry *e = &g->units.at[u];
        for (size_t k = 0; e->kind != UNIT_EMPTY && k < e->n; k++) {
            uint32_t *account = &t->account[t->order[e->first + k]];
            if (!*account) *account = e->account;
        }
    }
    return VOC_OK;
}

voc_rc order_units(struct timeline *t, struct diag *d)
{
    struct grouping g = {.t = t};
    t->unit_kind = unit_kind(t);
    g.n_kind[VOC_UNIT_ACCOUNT] = identity_n_accounts(t->s->identity);
    g.n_kind[VOC_UNIT_INDIVIDUAL] = identity_n_individuals(t->s->identity);
    g.n_kind[VOC_UNIT_CASE] = t->s->n_strings[SPACE_CASE];
    voc_rc rc = VOC_E_NOMEM;
    for (size_t k = 1; k < 4; k++)
        if (!(g.of_kind[k] = mem_zalloc((size_t)g.n_kind[k] + 1, sizeof *g.of_kind[k]))) goto out;
    g.unit_of = mem_alloc((t->s->n + 1) * sizeof *g.unit_of);
    t->order = mem_alloc((t->s->n + 1) * sizeof *t->order);
    if (!g.unit_of || !t->order) goto out;
    if ((rc = assign(&g)) || (rc = known_from(&g, d))) goto out;
    group(&g);
    if (cancel_requested()) {
        rc = VOC_CANCELLED;
        goto out;
    }
    if ((rc = name_units(&g)) || (rc = cluster_all(&g))) goto out;
    t->units = g.units.at;
    t->n_units = g.units.n;
    t->all.order = t->order;
    t->all.units = t->units;
    t->all.n_units = t->n_units;
    t->info.n_units = g.units.n;
    g.units.at = NULL;
out:
    for (size_t k = 1; k < 4; k++) mem_free(g.of_kind[k]);
    mem_free(g.unit_of);
    mem_free(g.own_account);
    mem_free(g.units.at);
    return rc;
}
