// SPDX-License-Identifier: MIT
// Units given out as columns: resolves the events of one unit, runs the tracker and the wanted predicates over them, and
// appends what was asked for. One thread owns a batch and all its scratch; a unit that fails leaves the batch as it was.
#include "journey/walk/batch_int.h"
#include <stdlib.h>
#include "journey/predicate/fact_index.h"

#define SESSION_GAP_US (INT64_C(1800) * US_PER_SECOND)

static const uint8_t width_of[VOC_N_COLUMNS] = {
    [VOC_COL_TIME] = 8, [VOC_COL_RESOLUTION] = 1, [VOC_COL_ACTOR] = 1, [VOC_COL_CLASS] = 1, [VOC_COL_ACTION] = 4,
    [VOC_COL_TOUCHPOINT] = 4, [VOC_COL_INDIVIDUAL] = 4, [VOC_COL_CHANNEL] = 4, [VOC_COL_CAMPAIGN] = 4, [VOC_COL_OBJECT] = 4,
    [VOC_COL_ROLE] = 4, [VOC_COL_OWNER] = 4, [VOC_COL_THREAD] = 4, [VOC_COL_STAGE] = 4, [VOC_COL_REF_EVENT] = 4,
    [VOC_COL_REF_TOUCHPOINT] = 4, [VOC_COL_COST] = 8, [VOC_COL_VALUE] = 8, [VOC_COL_MINUTES] = 8, [VOC_COL_DELIVERED] = 1,
    [VOC_COL_SEGMENT] = 4, [VOC_COL_ACCOUNT] = 4, [VOC_COL_CASE] = 4,
};

voc_rc batch_new(struct batch **out, const struct timeline *t, uint32_t columns)
{
    struct batch *b = mem_zalloc(1, sizeof *b);
    if (!b) return VOC_E_NOMEM;
    b->t = t;
    b->w = &t->all;
    b->columns = columns & ((1u << VOC_N_COLUMNS) - 1u);
    voc_rc rc = resolver_new(&b->resolver, t);
    if (!rc) rc = tracker_new(&b->tracker, t->rules);
    if (rc) {
        batch_free(b);
        return rc;
    }
    *out = b;
    return VOC_OK;
}

void batch_free(struct batch *b)
{
    if (!b) return;
    for (size_t c = 0; c < VOC_N_COLUMNS; c++) mem_free(b->column[c]);
    for (size_t i = 0; i < b->n_wanted; i++) mem_free(b->predicate[i]);
    mem_free(b->predicate);
    mem_free(b->source_event);
    vec_free(&b->units);
    vec_free(&b->stays);
    vec_free(&b->person_stays);
    vec_free(&b->moves);
    vec_free(&b->move_ends);
    vec_free(&b->attributes);
    resolver_free(b->resolver);
    tracker_free(b->tracker);
    program_run_free(b->wanted);
    lane_free(b->lane);
    vec_free(&b->events);
    mem_free(b->refs.ids);
    vec_free(&b->ref_event);
    vec_free(&b->ref_touchpoint);
    vec_free(&b->persons);
    vec_free(&b->own);
    vec_free(&b->person_of);
    keymap_done(&b->map);
    batch_words_done(b);
    batch_fields_done(b);
    mem_free(b);
}

void batch_clear(struct batch *b)
{
    b->n_events = b->units.n = b->stays.n = b->person_stays.n = b->moves.n = b->move_ends.n = b->attributes.n = 0;
    b->words.n = b->mentions.n = 0;
    batch_fields_clear(b);
    b->as_it_lies = false;
}

// ---- room ---------------------------------------------------------------------------------------------------------------------------

// The predicates that are wanted are known only now: an analysis asks for them after the timeline was made.
static voc_rc wanted_begin(struct batch *b)
{
    size_t n = programs_n(b->t->wanted);
    voc_rc begun = batch_fields_begin(b);
    if (begun) return begun;
    if (n == b->n_wanted && (b->wanted || !n)) return VOC_OK;
    if (b->wanted || b->n_events) return VOC_E_BUG; // asked after the first unit
    uint8_t **p = mem_zalloc(n, sizeof *p);
    if (!p) return VOC_E_NOMEM;
    voc_rc rc = program_run_new(&b->wanted, b->t->wanted);
    if (rc) {
        mem_free(p);
        return rc;
    }
    b->predicate = p;
    b->n_wanted = n;
    b->room = 0; // they need rooms of their own
    return VOC_OK;
}

static voc_rc grow(void **at, size_t rows, size_t width)
{
    size_t bytes;
    if (!mem_mul(rows, width, &bytes)) return VOC_E_LIMIT;
    void *p = mem_realloc(*at, bytes);
    if (!p) return VOC_E_NOMEM;
    *at = p;
    return VOC_OK;
}

static voc_rc make_room(struct batch *b, size_t extra)
{
    size_t need = b->n_events + extra;
    if (need <= b->room && b->room) return VOC_OK;
    size_t room = b->room ? b->room : 256;
    while (room < need) room *= 2;
    voc_rc rc = grow((void **)&b->source_event, room, sizeof *b->source_event);
    for (size_t c = 0; !rc && c < VOC_N_COLUMNS; c++)
        if (b->columns >> c & 1u) rc = grow(&b->column[c], room, width_of[c]);
    for (size_t i = 0; !rc && i < b->n_wanted; i++) rc = grow((void **)&b->predicate[i], room, 1);
    for (size_t i = 0; !rc && i < b->n_fields; i++) rc = grow((void **)&b->field[i], room, sizeof *b->field[i]);
    if (rc) return rc;
    b->room = room;
    b->constant = false;
    return VOC_OK;
}

// ---- one unit -----------------------------------------------------------------------------------------------------------------------

// Sessions: of each person, split at pauses of more than 30 minutes (METHODS 1.6).
static voc_rc number_sessions(struct batch *b)
{
    keymap_clear(&b->map);
    uint32_t sessions = 0;
    for (size_t i = 0; i < b->events.n; i++) {
        struct eval_event *e = &b->events.at[i];
        if (e->actor != VOC_ACTOR_CUSTOMER) continue;
        uint32_t *last = keymap_at(&b->map, e->individual);
        if (!last) return VOC_E_NOMEM;
        const struct eval_event *before = *last ? &b->events.at[*last - 1] : NULL;
        int64_t pause;
        bool same = before && !__builtin_sub_overflow(e->time_us, before->time_us, &pause) && pause <= SESSION_GAP_US;
        e->session = same ? before->session : ++sessions;
        *last = (uint32_t)i + 1;
    }
    return VOC_OK;
}

static voc_rc number_if_asked(struct batch *b)
{
    bool sessions = track_uses_sessions(b->t->rules) || (b->wanted && programs_use_sessions(b->t->wanted));
    return sessions ? number_sessions(b) : VOC_OK;
}

static voc_rc resolve_unit(struct batch *b, const struct unit_entry *u)
{
    b->events.n = 0;
    voc_rc rc = vec_reserve(&b->events, u->n, ROWS_MAX);
    resolver_unit(b->resolver, u);
    for (size_t i = 0; !rc && i < u->n; i++) {
        rc = resolver_event(b->resolver, span_row(b->w, u, i), &b->events.at[i]);
        if (!rc) b->events.n++;
    }
    return rc ? rc : number_if_asked(b);
}

static voc_rc find_predicates(struct batch *b, const struct unit_entry *u)
{
    if (!b->n_wanted) return VOC_OK;
    size_t words = programs_words(b->t->wanted);
    program_run_unit(b->wanted, unit_entity(u), u->code);
    for (size_t p = 0; p < b->n_wanted; p++)
        if (u->n) memset(b->predicate[p] + b->n_events, 0, u->n);
    for (size_t i = 0; i < b->events.n; i++) {
        const uint64_t *may = programs_may(b->t->wanted, b->events.at[i].action);
        for (size_t w = 0; w < words; w++)
            for (uint64_t left = may[w]; left; left &= left - 1) {
                uint32_t p = (uint32_t)(w * 64 + (size_t)__builtin_ctzll(left));
                bool fired;
                voc_rc rc = program_fire(b->wanted, p, &b->events.at[i], &fired);
                if (rc) return rc;
                b->predicate[p][b->n_events + i] = fired;
            }
    }
    return VOC_OK;
}

static voc_rc find_refs(struct batch *b, const struct unit_entry *u)
{
    const uint32_t need = 1u << VOC_COL_REF_EVENT | 1u << VOC_COL_REF_TOUCHPOINT;
    bool delivered = b->columns >> VOC_COL_DELIVERED & 1u;
    uint8_t *column = delivered ? (uint8_t *)b->column[VOC_COL_DELIVERED] + b->n_events : NULL;
    if (delivered && u->n) memset(column, 1, u->n);
    bool cancel = delivered && b->t->cancels;
    if (!(b->columns & need) && !cancel) return VOC_OK;
    voc_rc rc = vec_reserve(&b->ref_event, u->n, ROWS_MAX);
    if (!rc) rc = vec_reserve(&b->ref_touchpoint, u->n, ROWS_MAX);
    if (!rc) rc = refs_unit(b->t, b->w, u, &b->refs, b->ref_event.at, b->ref_touchpoint.at);
    uint64_t n = 0;
    if (!rc && cancel) refs_cancel(b->t, b->w, u, b->ref_event.at, b->ref_touchpoint.at, column, &n);
    return rc;
}

#define FILL(type, col, value)                                                      \
    if (b->columns >> (col) & 1u) {                                                 \
        type *to = (type *)b->column[col] + b->n_events;                            \
        for (size_t i = 0; i < u->n; i++) to[i] = (type)(value);                    \
    }
#define EVENT (&b->events.at[i])
#define AT (b->events.at[i].at)

static void fill_columns(struct batch *b, const struct unit_entry *u)
{
    const struct span *w = b->w;
    const struct event_set *s = w->s;
    for (size_t i = 0; i < u->n; i++) b->source_event[b->n_events + i] = AT;
    FILL(int64_t, VOC_COL_TIME, EVENT->time_us)
    FILL(uint8_t, VOC_COL_RESOLUTION, s->resolution ? s->resolution[AT] : VOC_RES_US)
    FILL(uint8_t, VOC_COL_ACTOR, EVENT->actor)
    FILL(uint8_t, VOC_COL_CLASS, EVENT->class_)
    FILL(uint32_t, VOC_COL_ACTION, EVENT->action)
    FILL(uint32_t, VOC_COL_TOUCHPOINT, EVENT->touchpoint)
    FILL(uint32_t, VOC_COL_INDIVIDUAL, EVENT->individual)
    FILL(uint32_t, VOC_COL_CHANNEL, column_at(s->channel, AT))
    FILL(uint32_t, VOC_COL_CAMPAIGN, column_at(s->campaign, AT))
    FILL(uint32_t, VOC_COL_OBJECT, column_at(s->object, AT))
    FILL(uint32_t, VOC_COL_ROLE, EVENT->role)
    FILL(uint32_t, VOC_COL_OWNER, column_at(s->owner, AT))
    FILL(uint32_t, VOC_COL_THREAD, w->thread[AT])
    FILL(int32_t, VOC_COL_REF_EVENT, b->ref_event.at[i])
    FILL(uint32_t, VOC_COL_REF_TOUCHPOINT, b->ref_touchpoint.at[i])
    FILL(int64_t, VOC_COL_COST, s->cost ? s->cost[AT] : VOC_NA)
    FILL(int64_t, VOC_COL_VALUE, s->value ? s->value[AT] : VOC_NA)
    FILL(int64_t, VOC_COL_MINUTES, s->minutes ? s->minutes[AT] : VOC_NA)
    FILL(uint32_t, VOC_COL_SEGMENT, EVENT->segment)
    FILL(uint32_t, VOC_COL_ACCOUNT, EVENT->account)
    FILL(uint32_t, VOC_COL_CASE, w->case_id[AT])
}

// ---- people of a unit ------------------------------------------------------------------------------------------------------------------

static int person_order(const void *x, const void *y, void *user)
{
    const struct timeline *t = user;
    const struct person *a = x, *b = y;
    int c = str_cmp(identity_individual_name(t->s->identity, a->individual), identity_individual_name(t->s->identity, b->individual));
    return c ? c : (a->individual > b->individual) - (a->individual < b->individual);
}

// Known people of the unit in order of name, each with the events of its own, in order (own[first .. first + n)).
static voc_rc list_persons(struct batch *b)
{
    keymap_clear(&b->map);
    b->persons.n = 0;
    voc_rc rc = vec_reserve(&b->own, b->events.n, ROWS_MAX);
    if (!rc) rc = vec_reserve(&b->person_of, b->events.n, ROWS_MAX);
    for (size_t i = 0; !rc && i < b->events.n; i++) {
        uint32_t who = b->events.at[i].individual;
        if (!who) continue;
        uint32_t *known = keymap_at(&b->map, who);
        if (!known) return VOC_E_NOMEM;
        if (!*known) {
            if ((rc = vec_reserve(&b->persons, 1, ROWS_MAX))) return rc;
            b->persons.at[b->persons.n++] = (struct person){.individual = who};
            *known = (uint32_t)b->persons.n;
        }
    }
    if (rc) return rc;
    if (b->persons.n > 1) qsort_r(b->persons.at, b->persons.n, sizeof *b->persons.at, person_order, (void *)b->t);
    for (size_t p = 0; p < b->persons.n; p++) *keymap_at(&b->map, b->persons.at[p].individual) = (uint32_t)p; // all are in it: cannot fail
    for (size_t i = 0; i < b->events.n; i++) {
        if (!b->events.at[i].individual) continue;
        b->person_of.at[i] = *keymap_at(&b->map, b->events.at[i].individual);
        b->persons.at[b->person_of.at[i]].n++;
    }
    uint32_t first = 0;
    for (size_t p = 0; p < b->persons.n; p++) {
        b->persons.at[p].first = first;
        first += b->persons.at[p].n;
        b->persons.at[p].n = 0;
    }
    for (size_t i = 0; i < b->events.n; i++) {
        if (!b->events.at[i].individual) continue;
        struct person *p = &b->persons.at[b->person_of.at[i]];
        b->own.at[p->first + p->n++] = (uint32_t)i;
    }
    return VOC_OK;
}

static voc_rc track_persons(struct batch *b, const struct track_job *unit_job)
{
    size_t first = b->person_stays.n;
    voc_rc rc = list_persons(b);
    for (size_t p = 0; !rc && p < b->persons.n; p++) {
        const struct person *who = &b->persons.at[p];
        struct track_job job = *unit_job;
        job.own = b->own.at + who->first;
        job.n_own = who->n;
        job.individual = who->individual;
        job.first_number = (uint32_t)(b->person_stays.n - first);
        job.stage_after = NULL;
        job.known_from_us = b->t->known_individual ? b->t->known_individual[who->individual] : VOC_NA;
        if (job.known_from_us != VOC_NA) rc = resolver_segment_at(b->resolver, job.known_from_us, &job.known_segment);
        if (!rc) rc = track_run(b->tracker, &job, &b->person_stays, b->t->o.moves ? &b->moves : NULL);
    }
    return rc;
}

static voc_rc track_unit(struct batch *b, const struct unit_entry *u)
{
    uint32_t *stage = b->columns >> VOC_COL_STAGE & 1u ? (uint32_t *)b->column[VOC_COL_STAGE] + b->n_events : NULL;
    if (stage && u->n) memset(stage, 0xFF, u->n * sizeof *stage);
    if (u->kind == UNIT_EMPTY) return VOC_OK; // nobody's journey
    struct track_job job = {.events = b->events.at, .n_events = b->events.n, .entity = unit_entity(u), .who = u->code,
                            .known_from_us = u->known_from_us, .stage_after = stage};
    voc_rc rc = VOC_OK;
    if (job.known_from_us != VOC_NA) rc = resolver_segment_at(b->resolver, job.known_from_us, &job.known_segment);
    if (!rc) rc = track_run(b->tracker, &job, &b->stays, b->t->o.moves ? &b->moves : NULL);
    return !rc && b->t->persons ? track_persons(b, &job) : rc;
}

// What the event set says of one account, individual or case.
static voc_rc add_attributes(struct batch *b, uint32_t entity, uint32_t who)
{
    const struct fact_index *f = evaluator_facts(b->t->ev);
    if (entity == VOC_ENTITY_EVENT || !who || who >= f->n[entity]) return VOC_OK;
    const uint32_t first = f->first[entity][who], end = f->first[entity][who + 1];
    voc_rc rc = vec_reserve(&b->attributes, end - first, ROWS_MAX);
    for (uint32_t i = first; !rc && i < end; i++) {
        const struct event_attribute *a = &f->s->attributes[i];
        b->attributes.at[b->attributes.n++] = (voc_attribute){.key = a->key, .text = a->text, .from_us = a->valid_from_us, .entity = entity};
    }
    return rc;
}

static voc_rc list_attributes(struct batch *b, const struct unit_entry *u)
{
    if (!b->t->attributes || u->kind == UNIT_EMPTY) return VOC_OK;
    voc_rc rc = add_attributes(b, unit_entity(u), u->code);
    return rc || u->kind == VOC_UNIT_ACCOUNT ? rc : add_attributes(b, VOC_ENTITY_ACCOUNT, u->account); // one behind identity's has none
}

// Where the batch was before a unit.
struct mark { size_t stays, person_stays, moves, attributes, words, mentions; };

static struct mark mark_of(const struct batch *b)
{
    return (struct mark){b->stays.n, b->person_stays.n, b->moves.n, b->attributes.n, b->words.n, b->mentions.n};
}

static void back_to(struct batch *b, struct mark m)
{
    b->stays.n = m.stays;
    b->person_stays.n = m.person_stays;
    b->moves.n = m.moves;
    b->attributes.n = m.attributes;
    b->words.n = m.words;
    b->mentions.n = m.mentions;
}

// Room for it has been made.
static inline void close_unit(struct batch *b, const struct unit_entry *u, struct mark m)
{
    b->units.at[b->units.n++] = (voc_unit){
        .name = u->name, .account = u->account, .flags = u->kind == UNIT_EMPTY ? VOC_JOURNEY_INTERNAL : 0, .known_from_us = u->known_from_us,
        .first_event = b->n_events, .n_events = u->n, .first_stay = m.stays, .n_stays = b->stays.n - m.stays,
        .first_person_stay = m.person_stays, .n_person_stays = b->person_stays.n - m.person_stays,
        .first_attribute = m.attributes, .n_attributes = b->attributes.n - m.attributes,
        .first_word = m.words, .n_words = b->words.n - m.words};
    b->n_events += u->n;
}

voc_rc batch_add(struct batch *b, size_t unit)
{
    if (unit >= b->w->n_units || b->as_it_lies) return VOC_E_BUG;
    const struct unit_entry *u = &b->w->units[unit];
    struct mark before = mark_of(b);
    voc_rc rc = wanted_begin(b);
    if (!rc) rc = make_room(b, u->n);
    if (!rc) rc = vec_reserve(&b->units, 1, ROWS_MAX);
    if (!rc) rc = vec_reserve(&b->move_ends, 1, ROWS_MAX);
    if (!rc) rc = resolve_unit(b, u);
    if (!rc) rc = find_predicates(b, u);
    if (!rc) rc = find_refs(b, u);
    if (!rc) rc = track_unit(b, u);
    if (!rc) rc = list_attributes(b, u);
    if (!rc) rc = batch_words_list(b, u);
    if (!rc) rc = batch_fields_fill(b, u, false);
    if (rc) {
        back_to(b, before);
        return rc;
    }
    fill_columns(b, u);
    close_unit(b, u, before);
    b->move_ends.at[b->move_ends.n++] = b->moves.n;
    return VOC_OK;
}

// ---- chunks ---------------------------------------------------------------------------------------------------------------------------

static void fill_constant(struct batch *b)
{
    static const struct { uint32_t column; int with; } same[] = {{VOC_COL_REF_EVENT, 0xFF}, {VOC_COL_REF_TOUCHPOINT, 0xFF}, {VOC_COL_DELIVERED, 1},
                                                                  {VOC_COL_STAGE, 0xFF}, {VOC_COL_SEGMENT, 0}};
    static const uint32_t micro[] = {VOC_COL_COST, VOC_COL_VALUE, VOC_COL_MINUTES};
    if (b->constant) return;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (b->columns >> same[i].column & 1u) memset(b->column[same[i].column], same[i].with, b->room * width_of[same[i].column]);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; (b->columns >> micro[c] & 1u) && i < b->room; i++) ((int64_t *)b->column[micro[c]])[i] = VOC_NA;
    b->constant = true;
}

// Columns that are the lane's own; the others are the batch's.
static void lend_columns(struct batch *b)
{
    const struct lane *l = b->lane;
    const struct event_set *r = &l->rows;
    const void *lent[VOC_N_COLUMNS] = {
        [VOC_COL_TIME] = r->time_us, [VOC_COL_RESOLUTION] = l->resolution, [VOC_COL_ACTOR] = l->span.actor, [VOC_COL_CLASS] = l->class_,
        [VOC_COL_ACTION] = r->action, [VOC_COL_TOUCHPOINT] = l->span.touchpoint, [VOC_COL_INDIVIDUAL] = l->span.individual,
        [VOC_COL_CHANNEL] = r->channel, [VOC_COL_CAMPAIGN] = r->campaign, [VOC_COL_OBJECT] = r->object ? r->object : l->nothing,
        [VOC_COL_OWNER] = r->owner, [VOC_COL_THREAD] = l->span.thread, [VOC_COL_COST] = r->cost, [VOC_COL_VALUE] = r->value,
        [VOC_COL_MINUTES] = r->minutes, [VOC_COL_ACCOUNT] = l->span.account, [VOC_COL_CASE] = l->span.case_id};
    memcpy(b->lent, lent, sizeof lent);
    uint32_t *role = b->columns >> VOC_COL_ROLE & 1u ? b->column[VOC_COL_ROLE] : NULL;
    for (size_t i = 0; role && i < r->n; i++) role[i] = b->t->stream->types.role[l->type[i]];
}

// An event of a chunk as it lies, where everything follows from its type. i: from the unit that is read.
static void typed_event(const void *user, size_t i, struct eval_event *out)
{
    const struct batch *b = user;
    const struct lane *l = b->lane;
    const struct types *y = &b->t->stream->types;
    size_t at = b->n_events + i;
    uint32_t type = l->type[at];
    *out = (struct eval_event){.time_us = l->rows.time_us[at], .at = (uint32_t)at, .action = y->rows.action[type],
        .individual = l->span.individual[at], .account = l->span.account[at], .role = y->role[type], .touchpoint = l->span.touchpoint[at],
        .actor = y->actor[type], .class_ = y->class_[type]};
}

static voc_rc resolve_by_type(struct batch *b, const struct unit_entry *u)
{
    voc_rc rc = vec_reserve(&b->events, u->n, ROWS_MAX);
    if (rc) return rc;
    for (size_t i = 0; i < u->n; i++) typed_event(b, i, &b->events.at[i]);
    b->events.n = u->n;
    return number_if_asked(b);
}

static voc_rc track_by_type(struct batch *b, const struct unit_entry *u)
{
    const struct lane *l = b->lane;
    const struct track_typed typed = {.answers = l->kinds->answers, .kind = l->kind + u->first, .time_us = l->rows.time_us + u->first,
                                      .event = typed_event, .user = b};
    uint32_t *stage = b->columns >> VOC_COL_STAGE & 1u ? (uint32_t *)b->column[VOC_COL_STAGE] + b->n_events : NULL;
    if (u->kind == UNIT_EMPTY) {
        if (stage) memset(stage, 0xFF, u->n * sizeof *stage);
        return VOC_OK; // nobody's journey
    }
    const struct track_job job = {.typed = &typed, .n_events = u->n, .entity = unit_entity(u), .who = u->code,
                                  .known_from_us = VOC_NA, .stage_after = stage};
    return track_run(b->tracker, &job, &b->stays, NULL);
}

// Of each event: who played which role, in which segment.
static void fill_resolved(struct batch *b, const struct unit_entry *u)
{
    FILL(uint32_t, VOC_COL_ROLE, EVENT->role)
    FILL(uint32_t, VOC_COL_SEGMENT, EVENT->segment)
}

static voc_rc add_as_it_lies(struct batch *b, const struct unit_entry *u)
{
    const struct stream *s = b->t->stream;
    struct mark before = mark_of(b);
    voc_rc rc = VOC_OK;
    if (s->tracked_by_type) {
        if (b->t->j->n_stages) rc = track_by_type(b, u);
    } else if (s->evaluate) {
        rc = s->by_type ? resolve_by_type(b, u) : resolve_unit(b, u);
        if (!rc && !s->by_type) fill_resolved(b, u);
        if (!rc) rc = find_predicates(b, u);
        if (!rc && b->t->j->n_stages && !s->rows_only) rc = track_unit(b, u);
    }
    if (!rc) rc = list_attributes(b, u);
    if (!rc) rc = batch_words_list(b, u);
    if (!rc) rc = batch_fields_fill(b, u, true);
    if (!rc) close_unit(b, u, before);
    return rc;
}

// Whether a batch holds more of a unit than where its events are: stays, predicates, attributes, words or fields.
static bool asks_units(const struct batch *b)
{
    const struct stream *s = b->t->stream;
    return s->evaluate || (s->tracked_by_type && b->t->j->n_stages) || b->t->attributes || b->t->words || b->n_fields;
}

static voc_rc add_chunk_as_it_lies(struct batch *b)
{
    const struct span *w = b->w;
    voc_rc rc = make_room(b, w->s->n);
    if (!rc) rc = vec_reserve(&b->units, w->n_units, ROWS_MAX);
    if (rc) return rc;
    fill_constant(b);
    lend_columns(b);
    if (asks_units(b))
        for (size_t u = 0; u < w->n_units && !rc; u++) rc = add_as_it_lies(b, &w->units[u]);
    else
        for (size_t u = 0; u < w->n_units; u++) close_unit(b, &w->units[u], (struct mark){0});
    b->as_it_lies = true;
    return rc;
}

voc_rc batch_part(struct batch *b, size_t part)
{
    const struct stream *s = b->t->stream;
    if (!s || !s->parts) return VOC_E_BUG;
    batch_clear(b);
    voc_rc rc = b->lane ? VOC_OK : lane_new(&b->lane, b->t, s, s->parts, s->make, s->settle);
    if (!rc) rc = wanted_begin(b);
    return rc ? rc : lane_read(b->lane, part);
}

voc_rc batch_more(struct batch *b, bool (*takes)(void *user, voc_str unit), void *user, bool *more)
{
    const uint32_t refs = 1u << VOC_COL_REF_EVENT | 1u << VOC_COL_REF_TOUCHPOINT;
    if (!b->lane) return VOC_E_BUG;
    batch_clear(b);
    voc_rc rc = lane_next(b->lane, more);
    if (rc || !*more) return rc;
    b->w = &b->lane->span;
    resolver_span(b->resolver, b->w);
    tracker_rows(b->tracker, b->w->s);
    if (b->wanted) program_run_rows(b->wanted, b->w->s);
    bool asked_of_units = (b->columns & refs) && (b->t->stream->layout.has & EV_REF);
    if (!takes && b->lane->as_they_lie && !asked_of_units && !b->t->o.moves) return add_chunk_as_it_lies(b);
    rc = lane_complete(b->lane);
    b->constant = false; // units are put together in the batch's own columns
    for (size_t u = 0; u < b->w->n_units && !rc; u++)
        if (!takes || takes(user, b->w->units[u].name)) rc = batch_add(b, u);
    return rc;
}

const voc_journeys *batch_view(struct batch *b)
{
    b->view = (voc_journeys){.struct_size = sizeof b->view, .unit_size = sizeof(voc_unit), .stay_size = sizeof(voc_stay),
                             .units = b->units.at, .n_units = b->units.n, .n_events = b->n_events,
                             .predicates = (const uint8_t *const *)b->predicate, .n_predicates = b->n_wanted, .stays = b->stays.at,
                             .n_stays = b->stays.n, .person_stays = b->person_stays.at, .n_person_stays = b->person_stays.n,
                             .attribute_size = sizeof(voc_attribute), .attributes = b->attributes.at, .n_attributes = b->attributes.n,
                             .word_size = sizeof(voc_word), .words = batch_words_view(b), .n_words = b->words.n,
                             .fields = (const voc_str *const *)b->field, .n_fields = b->n_fields};
    for (size_t c = 0; c < VOC_N_COLUMNS; c++) {
        const void *lent = b->as_it_lies && (b->columns >> c & 1u) ? b->lent[c] : NULL;
        b->view.columns[c] = lent ? lent : b->column[c];
    }
    return &b->view;
}

const struct move *batch_moves(const struct batch *b, size_t unit_in_batch, size_t *n)
{
    if (unit_in_batch >= b->move_ends.n) {
        *n = 0;
        return NULL;
    }
    size_t first = unit_in_batch ? b->move_ends.at[unit_in_batch - 1] : 0;
    *n = b->move_ends.at[unit_in_batch] - first;
    return b->moves.at + first;
}

size_t batch_source_event(const struct batch *b, size_t event)
{
    if (event >= b->n_events) return SIZE_MAX;
    return b->as_it_lies ? event : b->source_event[event];
}

const struct event_set *batch_rows(const struct batch *b) { return b->w->s; }
