// SPDX-License-Identifier: MIT
// A timeline that is read in parts (stream.h). It is taken where the file's events lie in the order of units, those units are the
// definition's, and nothing about one unit has to be looked up in others; else all events are read at once. What both ways
// give is the same to the byte.
#include "journey/walk/stream.h"

static bool has(const struct stream *s, uint32_t column) { return (s->layout.has & column) != 0; }

// ---- may it be read in parts? -----------------------------------------------------------------------------------------------------

// As unit_kind of unit_order.c, from what the layout knows. 0: the file's units are not those of this definition.
static uint32_t kind_of_units(const struct timeline *t, const struct stream *s)
{
    static const uint32_t next[4][3] = {
        {VOC_UNIT_CASE, VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL},
        [VOC_UNIT_ACCOUNT] = {VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL, VOC_UNIT_CASE},
        [VOC_UNIT_INDIVIDUAL] = {VOC_UNIT_INDIVIDUAL, VOC_UNIT_ACCOUNT, VOC_UNIT_CASE},
        [VOC_UNIT_CASE] = {VOC_UNIT_CASE, VOC_UNIT_ACCOUNT, VOC_UNIT_INDIVIDUAL},
    };
    static const uint32_t column[4] = {0, EV_ACCOUNT, EV_CUSTOMER, EV_CASE};
    uint32_t wanted = t->o.unit ? t->o.unit : t->j->unit, kind = 0;
    if (wanted > VOC_UNIT_CASE) wanted = 0;
    for (size_t i = 3; i-- > 0;)
        if (has(s, column[next[wanted][i]])) kind = next[wanted][i];
    if (!kind) kind = next[wanted][0];
    if (s->layout.unit_kinds & ~(1u | 1u << kind)) return 0;
    if (s->members && !has(s, EV_ACCOUNT) && kind != VOC_UNIT_INDIVIDUAL) return 0; // accounts that only memberships know
    if (s->members && !has(s, EV_ACCOUNT) && wanted != VOC_UNIT_INDIVIDUAL) return 0;
    return kind != VOC_UNIT_CASE && !s->layout.simple_identity ? 0 : kind;
}

static bool refs_stay_small(const struct stream *s)
{
    for (uint32_t i = 0; i < s->layout.n_tuples; i++)
        if (s->layout.tuples[i].ref_kind == VOC_REF_CASE || s->layout.tuples[i].ref_kind == VOC_REF_THREAD) return false;
    return true;
}

static bool undelivered(const struct timeline *t)
{
    for (uint32_t a = 0; a < t->s->n_strings[SPACE_ACTION]; a++)
        if (t->class_of_action[a] == VOC_CLASS_UNDELIVERED) return true;
    return false;
}

static bool known_from(const struct event_set *s)
{
    for (size_t i = 0; i < s->n_attributes; i++)
        if (str_is(s->attributes[i].key, "known_from")) return true;
    return false;
}

// What an import wrote into the list of tuples stays there when it is removed, or when its events are replaced by their ids.
// Imports are numbered from 1, and one is only removed after another has been added: a gap tells of it.
struct numbers { int64_t n, last; };

static voc_rc count_import(void *user, const struct store_import *i)
{
    struct numbers *c = user;
    c->n++;
    if (i->number > c->last) c->last = i->number;
    return VOC_OK;
}

static voc_rc find_leavings(struct stream *s)
{
    struct numbers c = {0};
    voc_rc rc = store_imports(s->p, count_import, &c);
    s->leavings = c.n != c.last || (c.n > 1 && has(s, EV_ID));
    return rc;
}

// ---- window -------------------------------------------------------------------------------------------------------------------------

// From the account of sources, where that fits the events that are there.
static bool ends_known(const struct timeline *t, const struct stream *s, struct source_end *ends)
{
    uint64_t n = 0;
    int64_t last = VOC_NA;
    bool known = true;
    for (size_t i = 0; i < t->s->n_sources; i++) {
        const struct event_source *e = &t->s->sources[i];
        for (uint32_t c = 0; e->events && c < t->s->n_strings[SPACE_SOURCE]; c++)
            if (str_eq(t->s->strings[SPACE_SOURCE][c], e->id)) ends[c] = (struct source_end){e->last_us, e->last_resolution, e->events};
        known = known && (!e->events || e->last_resolution != UINT32_MAX);
        n += e->events;
        if (e->events && (last == VOC_NA || e->last_us > last)) last = e->last_us;
    }
    return known && n == s->layout.n_events && last == s->layout.last_us;
}

static voc_rc find_window(struct timeline *t, struct stream *s)
{
    size_t n = (size_t)t->s->n_strings[SPACE_SOURCE] + 1;
    struct source_end *ends = mem_zalloc(n, sizeof *ends);
    if (!ends) return VOC_E_NOMEM;
    voc_rc rc = VOC_OK;
    if (!ends_known(t, s, ends)) {
        memset(ends, 0, n * sizeof *ends);
        rc = census_ends(t, s, ends);
    }
    if (!rc) window_choose(t, ends, s->layout.first_us);
    mem_free(ends);
    s->cut = s->layout.last_us >= t->window.end_us;
    return rc;
}

// ---- order --------------------------------------------------------------------------------------------------------------------------

// Events of one time lie in the order of their rows' actors. Is that the order of those who are held to have acted?
static bool order_holds(const struct stream *s)
{
    const struct types *y = &s->types;
    int low[3] = {3, 3, 3}, high[3] = {-1, -1, -1}, before = -1;
    for (uint32_t i = 0; i < y->n; i++) {
        int as_written = y->rows.actor[i] == VOC_ACTOR_COMPANY ? 1 : y->rows.actor[i] == VOC_ACTOR_OTHER ? 2 : 0, rank = order_rank(y->actor[i]);
        if (rank < low[as_written]) low[as_written] = rank;
        if (rank > high[as_written]) high[as_written] = rank;
    }
    for (int r = 0; r < 3; r++) {
        if (high[r] < 0) continue;
        if (low[r] != high[r] || low[r] <= before) return false;
        before = low[r];
    }
    return s->source_known && !has(s, EV_ID) && s->layout.n_runs <= 1;
}

// ---- columns --------------------------------------------------------------------------------------------------------------------------

#define COLUMN(c) (1u << (c))

static uint32_t store_column(uint32_t column) // read from the file as it is
{
    switch (column) {
    case VOC_COL_OBJECT: return EV_OBJECT;
    case VOC_COL_THREAD: return EV_THREAD;
    case VOC_COL_COST:
    case VOC_COL_VALUE:
    case VOC_COL_MINUTES: return EV_MONEY;
    case VOC_COL_REF_EVENT:
    case VOC_COL_REF_TOUCHPOINT: return EV_REF | EV_ID;
    default: return 0;
    }
}

static uint32_t type_column(uint32_t column)
{
    switch (column) {
    case VOC_COL_RESOLUTION: return EV_RESOLUTION;
    case VOC_COL_ACTION: return EV_ACTION;
    case VOC_COL_CHANNEL: return EV_CHANNEL;
    case VOC_COL_CAMPAIGN: return EV_CAMPAIGN;
    case VOC_COL_OWNER: return EV_OWNER;
    case VOC_COL_REF_EVENT:
    case VOC_COL_REF_TOUCHPOINT: return EV_REF;
    default: return 0;
    }
}

void stream_needs(const struct timeline *t, const struct stream *s, uint32_t columns, bool evaluate, uint32_t *read, uint32_t *make, uint32_t *settle)
{
    const uint32_t settled = COLUMN(VOC_COL_ACTOR) | COLUMN(VOC_COL_CLASS) | COLUMN(VOC_COL_TOUCHPOINT) | COLUMN(VOC_COL_INDIVIDUAL) |
                             COLUMN(VOC_COL_ACCOUNT) | COLUMN(VOC_COL_CASE);
    const uint32_t of_tuple = EV_ACTION | EV_TOUCHPOINT | EV_CHANNEL | EV_CAMPAIGN | EV_ROLE | EV_OWNER;
    const uint32_t refs = COLUMN(VOC_COL_REF_EVENT) | COLUMN(VOC_COL_REF_TOUCHPOINT);
    uint32_t wide = 0;
    *settle |= columns & settled;
    for (uint32_t c = 0; c < VOC_N_COLUMNS; c++) {
        if (!(columns >> c & 1u)) continue;
        wide |= store_column(c);
        *make |= type_column(c);
    }
    if ((columns & refs) && has(s, EV_REF)) {
        *settle |= COLUMN(VOC_COL_TOUCHPOINT);
        wide |= EV_SOURCE;
    }
    if (evaluate) {
        uint32_t tested = predicate_columns(t->j) | t->wanted_columns;
        *settle |= COLUMN(VOC_COL_ACTOR) | COLUMN(VOC_COL_TOUCHPOINT) | COLUMN(VOC_COL_INDIVIDUAL) | COLUMN(VOC_COL_ACCOUNT);
        *make |= EV_ACTION | EV_ROLE | (tested & of_tuple);
        wide |= tested & (EV_OBJECT | EV_SOURCE | EV_MONEY | EV_TEXT | EV_ATTRS | EV_ID);
    }
    if (t->words) {
        *settle |= COLUMN(VOC_COL_ACTOR) | COLUMN(VOC_COL_INDIVIDUAL) | COLUMN(VOC_COL_ACCOUNT);
        *make |= EV_RESOLUTION;
        wide |= EV_TEXT | EV_ID | EV_SOURCE | EV_PLACE;
    }
    if (s->types.n_sources > 1) wide |= EV_SOURCE;
    if (s->verify) {
        *settle |= COLUMN(VOC_COL_ACTOR);
        wide |= EV_ID | EV_SOURCE | EV_PLACE;
    }
    if (s->members || t->unit_kind == VOC_UNIT_CASE) *settle |= COLUMN(VOC_COL_INDIVIDUAL) | COLUMN(VOC_COL_ACCOUNT);
    if (t->unit_kind != VOC_UNIT_INDIVIDUAL && (*settle & COLUMN(VOC_COL_INDIVIDUAL))) wide |= EV_CUSTOMER;
    if (t->unit_kind == VOC_UNIT_CASE) wide |= EV_ACCOUNT;
    *read |= wide & (s->layout.has | EV_SOURCE | EV_PLACE);
}

// ---- making ---------------------------------------------------------------------------------------------------------------------------

// Everything but the events: false in *possible as soon as they have to be read at once after all.
static voc_rc settle(struct timeline *t, struct stream *s, struct diag *d, bool *possible)
{
    uint64_t set_aside = 0;
    voc_rc rc = resolve_actions(t);
    if (rc) return rc;
    t->unit_kind = kind_of_units(t, s);
    *possible = t->unit_kind && !undelivered(t) && refs_stay_small(s) && !known_from(t->s);
    if (!*possible) return VOC_OK;
    if ((rc = find_leavings(s))) return rc;
    t->all = (struct span){.s = t->s};
    if ((rc = evaluator_new(&t->ev, t->s))) return rc;
    evaluator_classes(t->ev, t->class_of_action);
    if ((rc = evaluator_themes(t->ev, t->j, t->voices))) return rc;
    if ((rc = resolve_groups(t)) || (rc = types_new(t, s, possible)) || !*possible) return rc;
    s->verify = !order_holds(s);
    if ((rc = find_window(t, s)) || (rc = claims_compile(t)) || (rc = types_claim(t, s))) return rc;
    for (uint32_t i = 0; i < s->types.n; i++) s->asks_claims = s->asks_claims || (s->types.asks[i] & TYPE_ASKS_CLAIM);
    t->info.n_units = s->layout.n_units;
    if (s->leavings || s->cut || s->asks_claims || s->types.n_sources > 1) rc = census_events(t, s, &set_aside);
    else if (s->layout.n_events && !s->layout.n_units) rc = census_units(t, s);
    if (rc) return rc;
    window_counted(t, s->layout.n_events, set_aside, d);
    if ((rc = types_number(t, s))) return rc;
    if ((rc = track_rules_new(&t->rules, t->ev, t->j, t->unit_kind, t->window)) || (rc = names_definition(t))) return rc;
    for (size_t p = 0; p < t->def.n_touchpoints && has(s, EV_REF); p++)
        if (t->def.touchpoints[p].kind == VOC_TOUCH_WORK) *possible = false; // customers' refs to it are looked up over all units
    return rc;
}

void stream_free(struct stream *s)
{
    if (!s) return;
    types_done(&s->types);
    kinds_done(&s->kinds);
    event_parts_free(s->parts);
    event_parts_free(s->plan);
    mem_free(s->finder.slots);
    mem_free(s);
}

voc_rc stream_settle(struct timeline *t, struct diag *d, bool *possible)
{
    t->stream->members = identity_has_members(t->s->identity);
    return settle(t, t->stream, d, possible);
}

voc_rc timeline_columns(struct timeline *t, uint32_t columns)
{
    struct stream *s = t->stream;
    uint32_t read = EV_TIME | EV_TUPLE;
    if (!s) return VOC_OK;
    bool roles = false;
    for (uint32_t i = 0; i < s->types.n; i++) roles = roles || (s->types.asks[i] & TYPE_ASKS_ROLE);
    if (t->persons) columns |= COLUMN(VOC_COL_INDIVIDUAL);
    s->columns = columns;
    const bool tracks = t->j->n_stages && !s->rows_only, segments = t->j->n_segments && !s->rows_only;
    s->evaluate = tracks || programs_n(t->wanted) || segments || roles;
    s->by_type = !segments && !roles;
    s->tracked_by_type = s->by_type && !s->rows_only && !programs_n(t->wanted) && !t->persons && !t->o.moves && !track_uses_sessions(t->rules);
    s->make = s->settle = 0;
    stream_needs(t, s, columns, s->evaluate || s->asks_claims || t->wanted_fields.n, &read, &s->make, &s->settle);
    voc_rc rc = types_kinds(t, s, s->tracked_by_type && t->j->n_stages, s->make, s->settle);
    if (rc) return rc;
    s->tracked_by_type = s->tracked_by_type && (s->kinds.of_type || !t->j->n_stages);
    read |= s->also & (s->layout.has | EV_SOURCE | EV_PLACE);
    event_parts_free(s->parts);
    s->parts = NULL;
    return event_parts_plan(&s->parts, s->p, read, PART_ROWS, s->d);
}

size_t timeline_n_parts(const struct timeline *t) { return t->stream && t->stream->parts ? event_parts_n(t->stream->parts) : 0; }
bool timeline_in_parts(const struct timeline *t) { return t->stream != NULL; }

void timeline_rows_only(struct timeline *t, bool only)
{
    if (t->stream) t->stream->rows_only = only;
}

void timeline_read_also(struct timeline *t, uint32_t columns)
{
    if (t->stream) t->stream->also = columns;
}

// ---- one unit -------------------------------------------------------------------------------------------------------------------------

static uint32_t n_of_kind(const struct timeline *t)
{
    switch (t->unit_kind) {
    case VOC_UNIT_ACCOUNT: return identity_n_accounts(t->s->identity);
    case VOC_UNIT_INDIVIDUAL: return identity_n_individuals(t->s->identity);
    default: return t->s->n_strings[SPACE_CASE];
    }
}

static voc_str name_of_kind(const struct timeline *t, uint32_t code)
{
    switch (t->unit_kind) {
    case VOC_UNIT_ACCOUNT: return identity_account_name(t->s->identity, code);
    case VOC_UNIT_INDIVIDUAL: return identity_individual_name(t->s->identity, code);
    default: return t->s->strings[SPACE_CASE][code];
    }
}

static voc_rc finder_make(const struct timeline *t, struct unit_finder *f)
{
    uint32_t codes = n_of_kind(t);
    f->n = 1024;
    while (f->n < (size_t)codes * 2) f->n *= 2;
    f->slots = mem_zalloc(f->n, sizeof *f->slots);
    for (uint32_t c = 1; f->slots && c < codes; c++) {
        voc_str name = name_of_kind(t, c);
        size_t at = (size_t)hash64(name.ptr, name.len, 0) & (f->n - 1);
        while (f->slots[at]) at = (at + 1) & (f->n - 1);
        f->slots[at] = c;
    }
    return f->slots ? VOC_OK : VOC_E_NOMEM;
}

// The unit's code, or 0. Names of individuals, accounts and cases are unique where a project is read in parts.
static voc_rc find_code(const struct timeline *t, struct unit_finder *f, voc_str name, uint32_t *code)
{
    *code = 0;
    if (f->asked++ == 0) { // for a single one a look at all names costs less
        for (uint32_t c = 1, n = n_of_kind(t); c < n && !*code; c++)
            if (str_eq(name_of_kind(t, c), name)) *code = c;
        return VOC_OK;
    }
    voc_rc rc = f->slots ? VOC_OK : finder_make(t, f);
    for (size_t at = (size_t)hash64(name.ptr, name.len, 0) & (f->n - 1); !rc && f->slots[at] && !*code; at = (at + 1) & (f->n - 1))
        if (str_eq(name_of_kind(t, f->slots[at]), name)) *code = f->slots[at];
    return rc;
}

voc_rc timeline_part_of(struct timeline *t, voc_str unit, size_t *part)
{
    struct stream *s = t->stream;
    uint32_t code = 0;
    if (!s || !s->parts) return VOC_E_BUG;
    voc_rc rc = unit.len ? find_code(t, &s->finder, unit, &code) : VOC_OK;
    *part = SIZE_MAX;
    if (rc || (unit.len && !code)) return rc;
    voc_str text = t->unit_kind == VOC_UNIT_CASE ? t->s->strings[SPACE_CASE][code] : t->s->strings[SPACE_ALIASES][code];
    if (event_parts_n(s->parts)) *part = event_parts_find(s->parts, hash64(text.ptr, text.len, 0));
    return VOC_OK;
}
