// SPDX-License-Identifier: MIT
// Types of events: what follows from the columns that many events have in common is worked out once for each combination of
// them, with the same code that works it out event by event. What depends on more than that is marked, and asked later.
#include "journey/walk/stream.h"
#include "base/hash.h"

// ---- what a predicate tests ---------------------------------------------------------------------------------------------------

struct plain { const struct timeline *t; const struct stream *s; bool roles; /* roles are plain too */ };

static bool nothing_has(const struct plain *c, uint32_t columns) { return !(c->s->layout.has & columns); }

static bool plain_test(const struct plain *c, enum leaf_field field)
{
    switch (field) {
    case LEAF_ROLE: return c->roles;
    case LEAF_SEGMENT: return c->t->j->n_segments == 0;
    case LEAF_SOURCE: return c->s->types.rows.source != NULL;
    case LEAF_OBJECT: return nothing_has(c, EV_OBJECT);
    case LEAF_TEXT: return nothing_has(c, EV_TEXT);
    case LEAF_THEME: return nothing_has(c, EV_TEXT) && (!c->t->voices || nothing_has(c, EV_ID));
    case LEAF_QUESTION: return nothing_has(c, EV_ATTRS);
    default: return true; // of the tuple
    }
}

static bool plain_fact(const struct plain *c, const struct predicate *p)
{
    static const struct { const char *name; uint32_t column; } fields[] = {{"object", EV_OBJECT}, {"text", EV_TEXT}, {"cost", EV_MONEY}, {"value", EV_MONEY}, {"minutes", EV_MONEY}};
    if (p->of != FACT_EVENT) return c->t->s->n_attributes == 0;
    if (!nothing_has(c, EV_ATTRS)) return false; // an attribute goes before the field of that name
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_is(p->name, fields[i].name)) return nothing_has(c, fields[i].column);
    return !str_is(p->name, "source") || c->s->types.rows.source;
}

// Does it depend on nothing but the type of the event?
static bool plain(const struct plain *c, const struct predicate *p)
{
    if (p->kind == PRED_FACT) return plain_fact(c, p);
    for (size_t i = 0; p->kind == PRED_EVENT && i < p->n_tests; i++)
        if (!plain_test(c, p->tests[i].field)) return false;
    for (size_t i = 0; i < p->n_child; i++)
        if (!plain(c, p->child[i])) return false;
    return true;
}

static struct plain plain_of(const struct timeline *t, const struct stream *s)
{
    struct plain c = {t, s, true};
    bool roles = true;
    for (size_t i = 0; i < t->j->n_roles; i++) roles = roles && plain(&c, t->j->roles[i].when); // a rule tests the role as written
    c.roles = roles;
    return c;
}

// ---- making ---------------------------------------------------------------------------------------------------------------------

static voc_rc types_room(struct types *y)
{
    size_t n = (size_t)y->n + 1;
    struct event_set *r = &y->rows;
    r->n = y->n;
    bool ok = (r->time_us = mem_zalloc(n, sizeof *r->time_us)) && (r->resolution = mem_zalloc(n, 1)) && (r->actor = mem_zalloc(n, 1)) &&
              (r->ref_kind = mem_zalloc(n, 1)) && (r->action = mem_zalloc(n, sizeof *r->action)) &&
              (r->touchpoint = mem_zalloc(n, sizeof *r->touchpoint)) && (r->channel = mem_zalloc(n, sizeof *r->channel)) &&
              (r->campaign = mem_zalloc(n, sizeof *r->campaign)) && (r->role = mem_zalloc(n, sizeof *r->role)) &&
              (r->owner = mem_zalloc(n, sizeof *r->owner)) && (y->actor = mem_zalloc(n, 1)) && (y->class_ = mem_zalloc(n, 1)) &&
              (y->asks = mem_zalloc(n, 1)) && (y->seen = mem_zalloc(n, 1)) && (y->touchpoint = mem_alloc(n * sizeof *y->touchpoint)) &&
              (y->role = mem_zalloc(n, sizeof *y->role)) && (y->lowest = mem_alloc(n * sizeof *y->lowest));
    if (!ok) return VOC_E_NOMEM;
    memset(y->touchpoint, 0xFF, n * sizeof *y->touchpoint);
    memset(y->lowest, 0xFF, n * sizeof *y->lowest);
    return VOC_OK;
}

void types_done(struct types *y)
{
    void *arrays[] = {y->rows.time_us, y->rows.resolution, y->rows.actor, y->rows.ref_kind, y->rows.action, y->rows.touchpoint, y->rows.channel,
                      y->rows.campaign, y->rows.role, y->rows.owner, y->rows.source, y->actor, y->class_, y->asks, y->seen, y->touchpoint,
                      y->role, y->lowest};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mem_free(arrays[i]);
    *y = (struct types){0};
}

// Do all sources agree on who acts where neither row nor action says? *any: one of them; *n: how many have events.
static bool sources_agree(const struct timeline *t, const uint8_t *by_source, const uint8_t *assumed, uint32_t *any, uint32_t *n)
{
    uint32_t first = VOC_NONE;
    *any = *n = 0;
    for (uint32_t c = 0; c < t->s->n_strings[SPACE_SOURCE]; c++)
        for (size_t i = 0; i < t->s->n_sources; i++) {
            if (!t->s->sources[i].events || !str_eq(t->s->sources[i].id, t->s->strings[SPACE_SOURCE][c])) continue;
            if (first != VOC_NONE && (by_source[c] != by_source[first] || assumed[c] != assumed[first])) return false;
            *any = first = c;
            ++*n;
        }
    return true;
}

static void fill_type(struct types *y, uint32_t type, const struct event_tuple *from)
{
    struct event_set *r = &y->rows;
    r->resolution[type] = from->resolution;
    r->actor[type] = from->actor;
    r->ref_kind[type] = from->ref_kind;
    r->action[type] = from->action;
    r->touchpoint[type] = from->touchpoint;
    r->channel[type] = from->channel;
    r->campaign[type] = from->campaign;
    r->role[type] = from->role;
    r->owner[type] = from->owner;
    y->role[type] = from->role;
}

static voc_rc types_roles(struct timeline *t, struct stream *s)
{
    struct types *y = &s->types;
    struct plain c = plain_of(t, s);
    struct program_run *run = NULL;
    voc_rc rc = t->j->n_roles ? program_run_new(&run, t->role_programs) : VOC_OK;
    if (run) program_run_rows(run, &y->rows);
    c.roles = true;
    for (uint32_t i = 0; run && !rc && i < y->n; i++)
        for (uint32_t k = 0; !rc && k < t->j->n_roles; k++) {
            struct eval_event e = {.at = i, .action = y->rows.action[i], .role = y->rows.role[i], .segment = (uint32_t)t->j->n_segments,
                                   .touchpoint = VOC_NONE, .actor = y->actor[i], .class_ = y->class_[i]};
            bool holds = false;
            if (!plain(&c, t->j->roles[k].when)) {
                y->asks[i] |= TYPE_ASKS_ROLE;
                break;
            }
            rc = program_holds(run, k, &e, &holds);
            if (holds) y->role[i] = t->role_of_rule[k];
            if (holds) break;
        }
    program_run_free(run);
    return rc;
}

voc_rc types_new(struct timeline *t, struct stream *s, bool *possible)
{
    struct types *y = &s->types;
    uint8_t *by_source = NULL, *assumed = NULL;
    uint32_t one, n_feeding;
    voc_rc rc = resolve_sources(t, &by_source, &assumed);
    if (rc) goto out;
    y->n_sources = sources_agree(t, by_source, assumed, &one, &n_feeding) ? 1 : t->s->n_strings[SPACE_SOURCE];
    uint64_t n = (uint64_t)s->layout.n_tuples * y->n_sources;
    if (n > 1u << 22) {
        *possible = false;
        goto out;
    }
    s->source_known = y->n_sources == 1 && n_feeding <= 1;
    y->n = (uint32_t)n;
    if ((rc = types_room(y))) goto out;
    for (size_t i = 0; i < SPACE_N; i++) {
        y->rows.strings[i] = t->s->strings[i];
        y->rows.n_strings[i] = t->s->n_strings[i];
    }
    if (y->n_sources > 1 || s->source_known) {
        if (!(y->rows.source = mem_zalloc((size_t)n + 1, sizeof *y->rows.source))) { rc = VOC_E_NOMEM; goto out; }
        for (uint32_t i = 0; i < n; i++) y->rows.source[i] = y->n_sources > 1 ? i % y->n_sources : one;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct event_tuple *tuple = &s->layout.tuples[i / y->n_sources];
        uint32_t source = y->rows.source ? y->rows.source[i] : one;
        fill_type(y, i, tuple);
        y->actor[i] = (uint8_t)resolve_actor(t->rule[tuple->action], tuple->actor, by_source[source]);
        y->asks[i] = resolve_assumed(t->rule[tuple->action], tuple->actor, by_source[source], assumed[source]) ? TYPE_ASSUMED : 0;
        y->class_[i] = y->actor[i] == VOC_ACTOR_CUSTOMER ? t->class_of_action[tuple->action] : (uint8_t)VOC_CLASS_NEUTRAL;
        y->seen[i] = (uint8_t)(TYPE_THERE | TYPE_SEEN | (tuple->named ? TYPE_NAMED : 0)); // until a census says otherwise
    }
    rc = types_roles(t, s);
out:
    mem_free(by_source);
    mem_free(assumed);
    return rc;
}

// ---- touchpoints ------------------------------------------------------------------------------------------------------------------

voc_rc types_claim(struct timeline *t, struct stream *s)
{
    struct types *y = &s->types;
    struct plain c = plain_of(t, s);
    size_t words, n_programs = programs_n(t->claims);
    uint8_t *is_plain = mem_zalloc(n_programs + 1, 1);
    struct program_run *run = NULL;
    voc_rc rc = is_plain ? program_run_new(&run, t->claims) : VOC_E_NOMEM;
    if (rc) goto out;
    program_run_rows(run, &y->rows);
    words = programs_words(t->claims);
    for (size_t p = 0; p < n_programs; p++) is_plain[p] = plain(&c, claim_predicate(t, (uint32_t)p));
    for (uint32_t i = 0; !rc && i < y->n; i++) {
        const uint64_t *may = programs_may(t->claims, y->rows.action[i]);
        struct eval_event e = {.at = i, .action = y->rows.action[i], .role = y->role[i], .segment = (uint32_t)t->j->n_segments,
                               .touchpoint = VOC_NONE, .actor = y->actor[i], .class_ = y->class_[i]};
        bool decided = false;
        for (size_t w = 0; !decided && !rc && w < words; w++)
            for (uint64_t left = may[w]; left && !decided && !rc; left &= left - 1) {
                uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
                bool holds = false;
                if (!is_plain[p]) y->asks[i] |= TYPE_ASKS_CLAIM;
                else rc = program_holds(run, p, &e, &holds);
                if (holds) y->touchpoint[i] = t->claim_of[p];
                decided = holds || !is_plain[p];
            }
    }
out:
    program_run_free(run);
    mem_free(is_plain);
    return rc;
}

voc_rc types_number(struct timeline *t, struct stream *s)
{
    struct types *y = &s->types;
    uint32_t declared = (uint32_t)(t->j->n_claims + t->j->n_works), *rank = NULL, *raw = mem_alloc(((size_t)y->n + 1) * sizeof *raw);
    struct raw_names names = {0};
    voc_rc rc = raw ? raw_names_init(&names, t) : VOC_E_NOMEM;
    for (uint32_t i = 0; !rc && i < y->n; i++) {
        bool asks = y->asks[i] & TYPE_ASKS_CLAIM;
        uint32_t claim = asks ? y->lowest[i] : y->touchpoint[i];
        raw[i] = VOC_NONE;
        if ((y->asks[i] & TYPE_ASSUMED) && (y->seen[i] & TYPE_THERE)) t->info.actor_assumed = 1;
        if (!(y->seen[i] & TYPE_SEEN)) continue;
        if (claim != VOC_NONE) raw_names_claimed(&names, y->rows.touchpoint[i], claim);
        if (y->actor[i] == VOC_ACTOR_COMPANY && (asks ? (y->seen[i] & TYPE_UNCLAIMED) != 0 : claim == VOC_NONE))
            rc = raw_names_add(&names, &y->rows, i, (y->seen[i] & TYPE_NAMED) != 0, &raw[i]);
    }
    if (!rc) rc = raw_names_number(&names, t, &rank);
    for (uint32_t i = 0; !rc && i < y->n; i++)
        if (raw[i] != VOC_NONE) y->touchpoint[i] = declared + rank[raw[i]];
    raw_names_done(&names);
    mem_free(rank);
    mem_free(raw);
    return rc;
}

// ---- stages -----------------------------------------------------------------------------------------------------------------------

static bool names_touchpoint(const struct predicate *p)
{
    for (size_t i = 0; p->kind == PRED_EVENT && i < p->n_tests; i++)
        if (p->tests[i].field == LEAF_TOUCHPOINT) return true;
    for (size_t i = 0; i < p->n_child; i++)
        if (names_touchpoint(p->child[i])) return true;
    return false;
}

static bool plain_given_touchpoint(const void *user, const struct predicate *p) { return plain(user, p); }
static bool plain_without_touchpoint(const void *user, const struct predicate *p) { return plain(user, p) && !names_touchpoint(p); }

static voc_rc answer_type(const struct timeline *t, const struct stream *s, const struct plain *c, struct program_run *run,
                          uint32_t i, struct track_answer *out)
{
    const struct types *y = &s->types;
    struct eval_event e = {.at = i, .action = y->rows.action[i], .role = y->role[i], .segment = (uint32_t)t->j->n_segments,
                           .touchpoint = y->touchpoint[i], .actor = y->actor[i], .class_ = y->class_[i]};
    return track_answer_of(out, t->rules, run, &e, y->asks[i] & TYPE_ASKS_CLAIM ? plain_without_touchpoint : plain_given_touchpoint, c);
}

// ---- kinds ------------------------------------------------------------------------------------------------------------------------

void kinds_done(struct kinds *k)
{
    void *arrays[] = {k->of_type, k->action1, k->actor, k->class_, k->resolution, k->action, k->touchpoint, k->role, k->answers};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mem_free(arrays[i]);
    *k = (struct kinds){0};
}

static voc_rc kinds_room(struct kinds *k, uint32_t n_types)
{
    size_t n = n_types < KINDS_MAX ? (size_t)n_types + 1 : KINDS_MAX;
    bool ok = (k->of_type = mem_zalloc((size_t)n_types + 1, sizeof *k->of_type)) && (k->actor = mem_zalloc(n, 1)) && (k->class_ = mem_zalloc(n, 1)) &&
              (k->resolution = mem_zalloc(n, 1)) && (k->action = mem_zalloc(n, sizeof *k->action)) &&
              (k->touchpoint = mem_zalloc(n, sizeof *k->touchpoint)) && (k->role = mem_zalloc(n, sizeof *k->role)) &&
              (k->answers = mem_zalloc(n, sizeof *k->answers));
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static bool kind_is(const struct kinds *k, uint32_t kind, const struct types *y, uint32_t type, const struct track_answer *a)
{
    const struct track_answer *b = &k->answers[kind];
    return k->action[kind] == y->rows.action[type] && k->touchpoint[kind] == y->touchpoint[type] && k->role[kind] == y->role[type] &&
           k->actor[kind] == y->actor[type] && k->class_[kind] == y->class_[type] && k->resolution[kind] == y->rows.resolution[type] &&
           a->stages == b->stages && a->exit == b->exit && a->asks == b->asks && a->heard == b->heard && a->ends_silence == b->ends_silence &&
           a->customer == b->customer;
}

static void kind_make(struct kinds *k, const struct types *y, uint32_t type, const struct track_answer *a)
{
    k->action[k->n] = y->rows.action[type];
    k->touchpoint[k->n] = y->touchpoint[type];
    k->role[k->n] = y->role[type];
    k->actor[k->n] = y->actor[type];
    k->class_[k->n] = y->class_[type];
    k->resolution[k->n] = y->rows.resolution[type];
    k->answers[k->n++] = *a;
}

// What does not stand in the key is left to kind_is; slots hold kind + 1.
static size_t kind_slot(const struct types *y, uint32_t type)
{
    const uint32_t key[] = {y->rows.action[type], y->touchpoint[type], y->role[type], (uint32_t)y->actor[type] << 8 | y->class_[type]};
    return (size_t)hash64(key, sizeof key, 0);
}

static bool all_alike(const uint8_t *v, uint32_t n, uint8_t *all)
{
    uint8_t other = 0;
    for (uint32_t i = 1; i < n; i++) other |= (uint8_t)(v[i] ^ v[0]);
    if (n && !other) *all = v[0];
    return n && !other;
}

bool kinds_help(const struct kinds *k, uint32_t make, uint32_t settle)
{
    const unsigned n = (unsigned)((make & EV_ACTION) != 0) + ((make & EV_RESOLUTION) && !k->one_resolution) +
                       ((settle >> VOC_COL_ACTOR & 1u) && !k->one_actor) + ((settle >> VOC_COL_CLASS & 1u) && !k->one_class) +
                       (settle >> VOC_COL_TOUCHPOINT & 1u);
    return n > 1;
}

static voc_rc narrow_actions(struct kinds *k, const struct types *y)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < y->n; i++) all |= y->rows.action[i];
    if (all > UINT8_MAX) return VOC_OK;
    k->action1 = mem_alloc((size_t)y->n + 1);
    for (uint32_t i = 0; k->action1 && i < y->n; i++) k->action1[i] = (uint8_t)y->rows.action[i];
    return k->action1 ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc make_kinds(struct timeline *t, struct stream *s, bool answers)
{
    struct types *y = &s->types;
    struct kinds *k = &s->kinds;
    struct plain c = plain_of(t, s);
    struct program_run *run = NULL;
    const size_t n_slots = (size_t)KINDS_MAX * 2;
    uint32_t *slots = mem_zalloc(n_slots, sizeof *slots);
    voc_rc rc = slots ? kinds_room(k, y->n) : VOC_E_NOMEM;
    if (!rc && answers) rc = program_run_new(&run, track_programs(t->rules));
    if (run) program_run_rows(run, &y->rows);
    for (uint32_t i = 0; !rc && i < y->n; i++) {
        struct track_answer a = {0};
        if (answers) rc = answer_type(t, s, &c, run, i, &a);
        size_t at = kind_slot(y, i) % n_slots;
        while (slots[at] && !kind_is(k, slots[at] - 1, y, i, &a)) at = (at + 1) % n_slots;
        if (!slots[at] && k->n == KINDS_MAX) { // so many that looking at the type itself costs no more
            kinds_done(k);
            break;
        }
        if (!slots[at]) {
            kind_make(k, y, i, &a);
            slots[at] = k->n;
        }
        k->of_type[i] = (uint16_t)(slots[at] - 1);
    }
    program_run_free(run);
    mem_free(slots);
    return rc;
}

voc_rc types_kinds(struct timeline *t, struct stream *s, bool answers, uint32_t make, uint32_t settle)
{
    const struct types *y = &s->types;
    struct kinds *k = &s->kinds;
    kinds_done(k);
    k->one_actor = all_alike(y->actor, y->n, &k->all_actor);
    k->one_class = all_alike(y->class_, y->n, &k->all_class);
    k->one_resolution = all_alike(y->rows.resolution, y->n, &k->all_resolution);
    voc_rc rc = answers || kinds_help(k, make, settle) ? make_kinds(t, s, answers) : VOC_OK;
    return rc ? rc : narrow_actions(k, y);
}
