// SPDX-License-Identifier: MIT
// A lane reads parts, and cuts them into chunks of whole units: the rows of one after the other become a span, with the units in
// it and what is settled of each event. What follows from an event's type is looked up; arrays are used again from chunk to
// chunk. One thread owns a lane.
#include "journey/walk/stream.h"

#define ROWS_MAX ((size_t)UINT32_MAX - 1u)

// Columns of types, as a lane makes them for each event: EV_* and where they go.
struct made { uint32_t flag; size_t from, to; uint8_t width; };
static const struct made MADE[] = {
#define MAKE(ev, column, mine, bytes) {ev, offsetof(struct event_set, column), offsetof(struct lane, mine), bytes}
    MAKE(EV_ACTION, action, action, 4), MAKE(EV_TOUCHPOINT, touchpoint, touchpoint, 4), MAKE(EV_CHANNEL, channel, channel, 4),
    MAKE(EV_CAMPAIGN, campaign, campaign, 4), MAKE(EV_ROLE, role, role, 4), MAKE(EV_OWNER, owner, owner, 4),
    MAKE(EV_RESOLUTION, resolution, resolution, 1), MAKE(EV_REF, ref_kind, ref_kind, 1),
#undef MAKE
};
#define N_MADE (sizeof MADE / sizeof *MADE)

static void *pointer_at(const void *of, size_t offset)
{
    void *p;
    memcpy(&p, (const char *)of + offset, sizeof p);
    return p;
}

static void pointer_set(void *of, size_t offset, void *p) { memcpy((char *)of + offset, &p, sizeof p); }

static void *lent(const void *column) { return (void *)(uintptr_t)column; } // event_set owns its columns elsewhere, and borrows here

static bool settles(const struct lane *l, uint32_t column) { return l->settle >> column & 1u; }

static void plan_kinds(struct lane *l)
{
    const struct kinds *k = &l->s->kinds;
    l->same_actor = k->one_actor;
    l->same_class = k->one_class;
    l->same_resolution = k->one_resolution;
    l->by_kind = l->kinds && (kinds_help(k, l->make, l->settle) || (l->s->tracked_by_type && l->t->j->n_stages));
}

voc_rc lane_new(struct lane **out, const struct timeline *t, const struct stream *s, struct event_parts *parts, uint32_t make, uint32_t settle)
{
    struct lane *l = mem_zalloc(1, sizeof *l);
    if (!l) return VOC_E_NOMEM;
    *l = (struct lane){.t = t, .s = s, .parts = parts, .make = make, .settle = settle, .kinds = s->kinds.of_type ? &s->kinds : NULL};
    voc_rc rc = part_reader_new(&l->reader, parts);
    if (!rc && t->claims) rc = program_run_new(&l->claims, t->claims);
    if (!rc) rc = resolver_new(&l->resolver, t);
    for (size_t i = 0; i < SPACE_N; i++) {
        l->rows.strings[i] = t->s->strings[i];
        l->rows.n_strings[i] = t->s->n_strings[i];
    }
    l->span.s = &l->rows;
    plan_kinds(l);
    if (rc) lane_free(l);
    else *out = l;
    return rc;
}

void lane_free(struct lane *l)
{
    if (!l) return;
    void *arrays[] = {l->types, l->kind, l->action, l->touchpoint, l->channel, l->campaign, l->role, l->owner, l->resolution, l->ref_kind, l->actor,
                      l->class_, l->resolved, l->individual, l->account, l->case_id, l->order, l->nothing, l->units};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mem_free(arrays[i]);
    resolver_free(l->resolver);
    program_run_free(l->claims);
    part_reader_free(l->reader);
    mem_free(l);
}

// ---- room: for the largest chunk so far; only what is used ---------------------------------------------------------------------

static voc_rc renew(void *at, size_t rows, size_t width, bool zeroed)
{
    void *old, *p = zeroed ? mem_zalloc(rows, width) : mem_alloc(rows * width);
    if (!p) return VOC_E_NOMEM;
    memcpy(&old, at, sizeof old);
    mem_free(old);
    memcpy(at, &p, sizeof p);
    return VOC_OK;
}

static voc_rc make_room(struct lane *l, size_t n, size_t n_units)
{
    voc_rc rc = VOC_OK;
    if (n > ROWS_MAX) return VOC_E_LIMIT;
    if (n_units > l->unit_room && !(rc = renew(&l->units, n_units + n_units / 4, sizeof *l->units, false))) l->unit_room = n_units + n_units / 4;
    if (rc || (n <= l->room && l->room)) return rc;
    size_t room = n + n / 8 + 64;
    for (size_t i = 0; !rc && i < N_MADE; i++)
        if (l->make & MADE[i].flag) rc = renew((char *)l + MADE[i].to, room, MADE[i].width, false);
    struct { void *at; size_t width; bool wanted; } own[] = {
        {&l->types, 4, l->s->types.n_sources > 1}, {&l->kind, 2, l->kinds != NULL}, {&l->actor, 1, settles(l, VOC_COL_ACTOR)}, {&l->class_, 1, settles(l, VOC_COL_CLASS)},
        {&l->resolved, 4, settles(l, VOC_COL_TOUCHPOINT)}, {&l->individual, 4, settles(l, VOC_COL_INDIVIDUAL)},
        {&l->account, 4, settles(l, VOC_COL_ACCOUNT)}, {&l->case_id, 4, settles(l, VOC_COL_CASE)}, {&l->order, 4, l->order != NULL}};
    for (size_t i = 0; !rc && i < sizeof own / sizeof *own; i++)
        if (own[i].wanted) rc = renew(own[i].at, room, own[i].width, false);
    if (!rc) rc = renew(&l->nothing, room, sizeof *l->nothing, true);
    if (!rc && l->same_actor && l->actor) memset(l->actor, l->s->kinds.all_actor, room);
    if (!rc && l->same_class && l->class_) memset(l->class_, l->s->kinds.all_class, room);
    if (!rc && l->same_resolution && l->resolution) memset(l->resolution, l->s->kinds.all_resolution, room);
    if (!rc) l->room = room;
    return rc;
}

// ---- what follows from the type -----------------------------------------------------------------------------------------------

static void look_up4(uint32_t *to, const uint32_t *of_type, const uint32_t *type, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = of_type[type[i]];
}

static void look_up_narrow(uint32_t *to, const uint8_t *of_type, const uint32_t *type, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = of_type[type[i]];
}

static void look_up1(uint8_t *to, const uint8_t *of_type, const uint32_t *type, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = of_type[type[i]];
}

static void kind4(uint32_t *to, const uint32_t *of_kind, const uint16_t *kind, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = of_kind[kind[i]];
}

static void kind1(uint8_t *to, const uint8_t *of_kind, const uint16_t *kind, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = of_kind[kind[i]];
}

static void find_types(struct lane *l)
{
    const struct types *y = &l->s->types;
    l->type = l->part.tuple + l->row;
    if (y->n_sources <= 1) return;
    for (size_t i = 0; i < l->rows.n; i++) l->types[i] = l->type[i] * y->n_sources + l->rows.source[i];
    l->type = l->types;
}

static void find_kinds(struct lane *l)
{
    for (size_t i = 0; l->by_kind && i < l->rows.n; i++) l->kind[i] = l->kinds->of_type[l->type[i]];
}

static void make_columns(struct lane *l)
{
    const struct types *y = &l->s->types;
    for (size_t i = 0; i < N_MADE; i++) {
        if (!(l->make & MADE[i].flag)) continue;
        void *to = pointer_at(l, MADE[i].to);
        const void *from = pointer_at(&y->rows, MADE[i].from);
        const bool of_kind = MADE[i].flag == EV_ACTION || MADE[i].flag == EV_RESOLUTION;
        if (MADE[i].flag == EV_RESOLUTION && l->same_resolution) { // is laid out
        } else if (l->by_kind && of_kind && MADE[i].width == 4) kind4(to, l->kinds->action, l->kind, l->rows.n);
        else if (l->by_kind && of_kind) kind1(to, l->kinds->resolution, l->kind, l->rows.n);
        else if (MADE[i].flag == EV_ACTION && l->s->kinds.action1) look_up_narrow(to, l->s->kinds.action1, l->type, l->rows.n);
        else if (MADE[i].width == 4) look_up4(to, from, l->type, l->rows.n);
        else look_up1(to, from, l->type, l->rows.n);
        pointer_set(&l->rows, MADE[i].from, to);
    }
    if (settles(l, VOC_COL_ACTOR) && !l->same_actor) {
        if (l->by_kind) kind1(l->actor, l->kinds->actor, l->kind, l->rows.n);
        else look_up1(l->actor, y->actor, l->type, l->rows.n);
    }
    if (settles(l, VOC_COL_CLASS) && !l->same_class) {
        if (l->by_kind) kind1(l->class_, l->kinds->class_, l->kind, l->rows.n);
        else look_up1(l->class_, y->class_, l->type, l->rows.n);
    }
    l->span.actor = l->actor;
}

// ---- units ----------------------------------------------------------------------------------------------------------------------

static voc_str unit_name(const struct timeline *t, uint32_t kind, uint32_t code)
{
    switch (kind) {
    case VOC_UNIT_ACCOUNT: return identity_account_name(t->s->identity, code);
    case VOC_UNIT_INDIVIDUAL: return identity_individual_name(t->s->identity, code);
    case VOC_UNIT_CASE: return t->s->strings[SPACE_CASE][code];
    default: return (voc_str){"", 0};
    }
}

#define AHEAD 12u // units: their names are far apart

static uint32_t code_of_unit(const struct timeline *t, uint32_t kind, uint32_t code)
{
    if (kind == VOC_UNIT_ACCOUNT) return identity_account(t->s->identity, code);
    return kind == VOC_UNIT_INDIVIDUAL ? identity_individual(t->s->identity, code) : code;
}

// Units of the chunk that have an event before data_end, each cut there.
static void find_named_units(struct lane *l)
{
    const struct event_part *p = &l->part;
    const int64_t end = l->t->window.end_us;
    size_t n = 0;
    for (size_t u = l->unit; u < l->unit_end; u++) {
        size_t first = p->unit_first[u] - l->row, behind = p->unit_first[u + 1] - l->row, last = behind;
        if (l->s->cut)
            while (last > first && l->rows.time_us[last - 1] >= end) last--;
        if (last != behind) l->as_they_lie = false;
        if (last == first) continue;
        if (u + AHEAD < p->n_units && p->unit_kind[u + AHEAD] != VOC_UNIT_CASE) identity_soon(l->t->s->identity, p->unit_code[u + AHEAD]);
        uint32_t kind = p->unit_kind[u], code = code_of_unit(l->t, kind, p->unit_code[u]);
        l->units[n++] = (struct unit_entry){.name = unit_name(l->t, kind, code), .kind = kind, .code = code,
                                            .known_from_us = VOC_NA, .first = first, .n = last - first};
    }
    l->span.n_units = n;
}

// The same where all events count and nobody has a name: codes are then what rows say.
static void find_unnamed_units(struct lane *l, uint32_t n_people)
{
    const struct event_part *p = &l->part;
    struct unit_entry *to = l->units;
    for (size_t u = l->unit; u < l->unit_end; u++) {
        const uint32_t kind = p->unit_kind[u], code = p->unit_code[u];
        const size_t first = p->unit_first[u] - l->row, n = p->unit_first[u + 1] - p->unit_first[u];
        if (!n) continue;
        *to++ = (struct unit_entry){.name = {"", 0}, .kind = kind, .code = code < n_people ? code : 0, .known_from_us = VOC_NA, .first = first, .n = n};
    }
    l->span.n_units = (size_t)(to - l->units);
}

static void find_units(struct lane *l)
{
    uint32_t n;
    l->span.units = l->units;
    if (!l->s->cut && l->t->unit_kind != VOC_UNIT_CASE && identity_unnamed(l->t->s->identity, &n)) find_unnamed_units(l, n);
    else find_named_units(l);
}

// ---- people -----------------------------------------------------------------------------------------------------------------------

static const uint32_t *or_nothing(const struct lane *l, const uint32_t *column) { return column ? column : l->nothing; }

// Whose event each is: said by the unit where units are of that kind, else by the row.
static const uint32_t *settle_who(struct lane *l, uint32_t kind, uint32_t *own, const uint32_t *of_rows,
                                  uint32_t (*who)(const struct identity *id, uint32_t aliases))
{
    if (l->t->unit_kind != kind) {
        if (!of_rows || !who) return or_nothing(l, of_rows);
        for (size_t i = 0; i < l->rows.n; i++) own[i] = who(l->t->s->identity, of_rows[i]);
        return own;
    }
    for (size_t u = 0; u < l->span.n_units; u++) {
        const struct unit_entry *e = &l->units[u];
        uint32_t code = e->kind == kind ? e->code : 0;
        for (size_t i = e->first; i < e->first + e->n; i++) own[i] = code;
    }
    return own;
}

// The cluster of a unit: its account, else that of the first event that has one, else one of its person's own, else of its own.
static void cluster(struct lane *l, struct unit_entry *u, uint32_t n_accounts)
{
    const uint32_t *accounts = l->span.account, *people = l->span.individual;
    uint32_t account = u->kind == VOC_UNIT_ACCOUNT ? u->code : 0, person = u->kind == VOC_UNIT_INDIVIDUAL ? u->code : 0;
    for (size_t k = 0; accounts && k < u->n && !account; k++) account = accounts[span_row(&l->span, u, k)];
    for (size_t k = 0; people && k < u->n && !account && !person; k++) person = people[span_row(&l->span, u, k)];
    if (!account) account = n_accounts + (person ? person : identity_n_individuals(l->t->s->identity) + u->code);
    u->account = account;
}

static void settle_accounts(struct lane *l)
{
    const struct timeline *t = l->t;
    const bool by_row = settles(l, VOC_COL_ACCOUNT) && t->unit_kind != VOC_UNIT_ACCOUNT && (l->rows.account || l->s->members);
    if (by_row)
        for (size_t i = 0; i < l->rows.n; i++) {
            l->account[i] = l->rows.account ? identity_account(t->s->identity, l->rows.account[i]) : 0;
            if (!l->account[i] && l->s->members && l->span.individual[i])
                l->account[i] = identity_account_at(t->s->identity, l->span.individual[i], l->rows.time_us[i]);
        }
    l->span.account = by_row ? l->account : NULL;
    const uint32_t n_accounts = identity_n_accounts(t->s->identity);
    for (size_t u = 0; u < l->span.n_units; u++)
        if (l->units[u].kind != UNIT_EMPTY) cluster(l, &l->units[u], n_accounts);
    if (!settles(l, VOC_COL_ACCOUNT)) return;
    for (size_t u = 0; u < l->span.n_units; u++) {
        const struct unit_entry *e = &l->units[u];
        for (size_t i = e->first; i < e->first + e->n; i++)
            if (!by_row || !l->account[i]) l->account[i] = e->account;
    }
    l->span.account = l->account;
}

static void settle_people(struct lane *l)
{
    l->span.individual = settles(l, VOC_COL_INDIVIDUAL)
                             ? settle_who(l, VOC_UNIT_INDIVIDUAL, l->individual, l->rows.customer, identity_individual)
                             : NULL;
    l->span.case_id = settles(l, VOC_COL_CASE) ? settle_who(l, VOC_UNIT_CASE, l->case_id, NULL, NULL) : NULL;
    l->span.thread = or_nothing(l, l->rows.thread);
    settle_accounts(l);
}

// ---- touchpoints ------------------------------------------------------------------------------------------------------------------

static voc_rc ask_claims(struct lane *l)
{
    const struct types *y = &l->s->types;
    voc_rc rc = VOC_OK;
    program_run_rows(l->claims, &l->rows);
    l->span.touchpoint = NULL; // claims are asked before touchpoints are known
    for (size_t u = 0; u < l->span.n_units && !rc; u++) {
        const struct unit_entry *e = &l->units[u];
        resolver_unit(l->resolver, e);
        program_run_unit(l->claims, unit_entity(e), e->code);
        for (size_t i = e->first; i < e->first + e->n && !rc; i++) {
            struct eval_event event;
            uint32_t claim;
            if (!(y->asks[l->type[i]] & TYPE_ASKS_CLAIM)) continue;
            rc = resolver_event(l->resolver, (uint32_t)i, &event);
            if (!rc) rc = claim_event(l->t, l->claims, &event, &claim);
            if (!rc && claim != VOC_NONE) l->resolved[i] = claim;
        }
    }
    return rc;
}

static voc_rc settle_touchpoints(struct lane *l)
{
    const struct types *y = &l->s->types;
    if (l->by_kind) kind4(l->resolved, l->kinds->touchpoint, l->kind, l->rows.n);
    else look_up4(l->resolved, y->touchpoint, l->type, l->rows.n);
    voc_rc rc = l->s->asks_claims ? ask_claims(l) : VOC_OK;
    l->span.touchpoint = l->resolved;
    return rc;
}

// ---- order --------------------------------------------------------------------------------------------------------------------------

// The store orders by what rows say; who acted may be said by the definition, and ids and sources may compare otherwise.
static voc_rc settle_order(struct lane *l)
{
    bool kept = true;
    bool verify = l->s->verify && l->span.actor; // who only counts the rows has no actors, and asks for no order
    l->span.order = NULL;
    for (size_t u = 0; verify && kept && u < l->span.n_units; u++) {
        const struct unit_entry *e = &l->units[u];
        for (size_t i = e->first + 1; i < e->first + e->n && kept; i++)
            kept = l->rows.time_us[i] != l->rows.time_us[i - 1] || order_is_kept(&l->span, (uint32_t)(i - 1), (uint32_t)i);
    }
    if (kept) return VOC_OK;
    if (!l->order && !(l->order = mem_alloc(l->room * sizeof *l->order))) return VOC_E_NOMEM;
    for (size_t i = 0; i < l->rows.n; i++) l->order[i] = (uint32_t)i;
    for (size_t u = 0; u < l->span.n_units; u++) order_events(&l->span, l->order + l->units[u].first, l->units[u].n);
    l->span.order = l->order;
    l->as_they_lie = false;
    return VOC_OK;
}

// ---- chunks ---------------------------------------------------------------------------------------------------------------------------

static void borrow_rows(struct lane *l, size_t n)
{
    const struct event_block *b = &l->part.b;
    struct event_set *r = &l->rows;
    r->n = n;
#define BORROW(to, column) r->to = b->column ? lent(b->column + l->row) : NULL
    BORROW(time_us, time_us);
    BORROW(object, object);
    BORROW(thread, thread);
    BORROW(source, source);
    BORROW(customer, customer);
    BORROW(account, account);
    BORROW(case_id, case_id);
    BORROW(minutes, minutes);
    BORROW(cost, cost);
    BORROW(value, value);
    BORROW(id, id);
    BORROW(ref, ref);
    BORROW(text, text);
    BORROW(attrs, attrs);
    BORROW(record, record);
    BORROW(line, line);
    BORROW(sub, sub);
#undef BORROW
}

static voc_rc settle(struct lane *l)
{
    l->as_they_lie = true;
    find_types(l);
    find_kinds(l);
    make_columns(l);
    find_units(l);
    voc_rc rc = settle_order(l);
    if (rc) return rc;
    settle_people(l);
    resolver_span(l->resolver, &l->span);
    if (settles(l, VOC_COL_TOUCHPOINT)) rc = settle_touchpoints(l);
    return rc;
}

voc_rc lane_read(struct lane *l, size_t part)
{
    l->unit = l->unit_end = 0;
    return part_read(l->reader, part, &l->part);
}

voc_rc lane_next(struct lane *l, bool *more)
{
    const struct event_part *p = &l->part;
    *more = l->unit_end < p->n_units;
    if (!*more) return VOC_OK;
    l->unit = l->unit_end;
    l->row = p->unit_first[l->unit];
    while (l->unit_end < p->n_units && p->unit_first[l->unit_end] - l->row < CHUNK_ROWS) l->unit_end++;
    size_t n = p->unit_first[l->unit_end] - l->row;
    voc_rc rc = make_room(l, n, l->unit_end - l->unit);
    if (rc) return rc;
    borrow_rows(l, n);
    return settle(l);
}

voc_rc lane_complete(struct lane *l)
{
    const uint32_t all_settled = 1u << VOC_COL_ACTOR | 1u << VOC_COL_CLASS | 1u << VOC_COL_TOUCHPOINT | 1u << VOC_COL_INDIVIDUAL |
                                 1u << VOC_COL_ACCOUNT | 1u << VOC_COL_CASE;
    const uint32_t all_made = EV_ACTION | EV_TOUCHPOINT | EV_CHANNEL | EV_CAMPAIGN | EV_ROLE | EV_OWNER | EV_RESOLUTION | EV_REF;
    if ((l->settle & all_settled) == all_settled && (l->make & all_made) == all_made) return VOC_OK;
    l->settle |= all_settled;
    l->make |= all_made;
    l->room = 0; // they need rooms of their own
    voc_rc rc = make_room(l, l->rows.n, l->unit_end - l->unit);
    return rc ? rc : settle(l);
}
