// SPDX-License-Identifier: MIT
// A timeline: everything about a run's journeys that is settled before the first unit is read. Made by one thread, then
// read by all; batch.c gives the units out. Borrows the event set and the journey for as long as it lives.
#include "journey/predicate/event_text.h"
#include "journey/walk/stream.h"

#define WANTS_MAX 65536u

static voc_rc wants_begin(struct timeline *t)
{
    voc_rc rc = programs_new(&t->wanted, t->ev, PROGRAMS_EXPLICIT);
    for (size_t i = 0; !rc && i < t->o.n_predicates; i++) {
        uint32_t index;
        if ((rc = vec_reserve(&t->wanted_numbers, 1, WANTS_MAX))) return rc;
        rc = programs_add(t->wanted, t->o.predicates[i], &index);
        if (!rc) t->wanted_numbers.at[t->wanted_numbers.n++] = VOC_NONE;
    }
    return rc ? rc : programs_seal(t->wanted);
}

voc_rc timeline_voices(struct timeline *t)
{
    if (t->voices_known || !t->project) return VOC_OK;
    t->voices_known = true;
    return voices_new(&t->voices, t->project, t->s->identity, t->d);
}

static voc_rc build(struct timeline *t, struct diag *d)
{
    voc_rc rc;
    if (t->s->n >= UINT32_MAX) return VOC_E_LIMIT;
    if (predicates_name_theme(t->j) && (rc = timeline_voices(t))) return rc;
    if ((rc = resolve_actions(t)) || (rc = resolve_people(t))) return rc;
    if ((rc = evaluator_new(&t->ev, t->s))) return rc;
    evaluator_classes(t->ev, t->class_of_action);
    if ((rc = evaluator_themes(t->ev, t->j, t->voices))) return rc;
    if ((rc = resolve_groups(t)) || (rc = order_window(t, d)) || (rc = order_units(t, d))) return rc;
    if (t->n_bad_keys)
        diag_warn(d, "TIMELINE-002", NULL, 0,
                  t->unit_kind == VOC_UNIT_CASE ? "here each case is a journey, since some events name one; a journey (voc journey use) with "
                                                  "unit=\"individual\" or unit=\"account\" follows each customer through all of them"
                                                : NULL,
                  "%llu events name a customer, but not whose journey they belong to; they are kept apart, under no unit",
                  (unsigned long long)t->n_bad_keys);
    if ((rc = resolve_touchpoints(t))) return rc;
    if ((rc = track_rules_new(&t->rules, t->ev, t->j, t->unit_kind, t->window))) return rc;
    if ((rc = names_definition(t)) || (rc = refs_prepare(t))) return rc;
    return wants_begin(t);
}

static struct timeline *empty_timeline(const struct journey *j, const struct timeline_options *o)
{
    struct timeline *t = mem_zalloc(1, sizeof *t);
    if (!t) return NULL;
    t->j = j;
    t->o = *o;
    t->persons = o->person_stays != 0;
    t->info.struct_size = sizeof t->info;
    t->info.end_source = t->info.project = (voc_str){"", 0};
    arena_init(&t->arena, 0);
    return t;
}

// p: where the events are from; NULL: from no project.
static voc_rc new_of(struct timeline **out, struct project *p, const struct event_set *events, const struct journey *j,
                     const struct timeline_options *o, struct diag *d)
{
    struct timeline *t = empty_timeline(j, o);
    if (!t) return VOC_E_NOMEM;
    t->s = events;
    t->project = p;
    t->d = d;
    voc_rc rc = build(t, d);
    if (rc) {
        timeline_free(t);
        return rc;
    }
    *out = t;
    return VOC_OK;
}

voc_rc timeline_new(struct timeline **out, const struct event_set *events, const struct journey *j, const struct timeline_options *o, struct diag *d)
{
    return new_of(out, NULL, events, j, o, d);
}

// *out stays NULL where the events must be held.
static voc_rc open_parts(struct timeline **out, struct project *p, const struct journey *j, const struct timeline_options *o, struct diag *d)
{
    struct timeline *t = NULL;
    struct event_parts *plan = NULL;
    bool possible = false;
    voc_rc rc = event_parts_plan(&plan, p, EV_TIME | EV_TUPLE, PART_ROWS, d);
    if (rc || !event_parts_layout(plan)->in_parts || !event_parts_layout(plan)->n_events) goto out;
    rc = VOC_E_NOMEM;
    if (!(t = empty_timeline(j, o)) || !(t->stream = mem_zalloc(1, sizeof *t->stream))) goto out;
    *t->stream = (struct stream){.p = p, .d = d, .plan = plan, .layout = *event_parts_layout(plan)};
    plan = NULL;
    const enum event_people people = !t->stream->layout.simple_identity ? PEOPLE_LINKED : o->nameless ? PEOPLE_UNNAMED : PEOPLE_SIMPLE;
    rc = event_set_open(&t->own_set, p, people, d);
    if (rc || !t->own_set) goto out;
    t->s = t->own_set;
    t->project = p;
    t->d = d;
    if (predicates_name_theme(j) && (rc = timeline_voices(t))) goto out;
    rc = stream_settle(t, d, &possible);
    if (!rc && possible) rc = wants_begin(t);
out:
    event_parts_free(plan);
    if (!rc && possible) *out = t;
    else timeline_free(t);
    return rc;
}

voc_rc timeline_open(struct timeline **out, struct project *p, const struct journey *j, const struct timeline_options *o, bool whole, struct diag *d)
{
    struct timeline *t = NULL;
    struct event_set *events = NULL;
    voc_rc rc = whole ? VOC_OK : open_parts(&t, p, j, o, d);
    if (!rc && !t) {
        rc = event_set_load(&events, p, o->columns ? o->columns | predicate_columns(j) : EV_ALL, d);
        if (!rc) rc = new_of(&t, p, events, j, o, d);
        if (!rc) t->own_set = events;
        else event_set_free(events);
    }
    if (!rc) *out = t;
    return rc;
}

void timeline_free(struct timeline *t)
{
    if (!t) return;
    programs_free(t->wanted);
    programs_free(t->role_programs);
    programs_free(t->segment_programs);
    programs_free(t->claims);
    track_rules_free(t->rules);
    evaluator_free(t->ev);
    voices_free(t->voices);
    vec_free(&t->numbered);
    vec_free(&t->wanted_numbers);
    vec_free(&t->wanted_fields);
    void *arrays[] = {t->rule, t->class_of_action, t->actor, t->touchpoint, t->individual, t->account, t->case_id, t->thread, t->order,
                      t->units, t->own_account, t->touch_names, t->thread_names, t->case_names, t->known_individual, t->claim_of};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) mem_free(arrays[i]);
    arena_done(&t->arena);
    stream_free(t->stream);
    event_set_free(t->own_set);
    mem_free(t);
}

const struct event_set *timeline_held(const struct timeline *t) { return t->stream ? NULL : t->s; }
const voc_definition *timeline_definition(const struct timeline *t) { return &t->def; }
const voc_run_info *timeline_info(const struct timeline *t) { return &t->info; }
size_t timeline_n_units(const struct timeline *t) { return t->n_units; }
size_t timeline_unit_events(const struct timeline *t, size_t unit) { return unit < t->n_units ? t->units[unit].n : 0; }
voc_str timeline_unit_name(const struct timeline *t, size_t unit) { return unit < t->n_units ? t->units[unit].name : (voc_str){"", 0}; }
size_t timeline_source_event(const struct timeline *t, size_t unit, size_t k) { return t->order[t->units[unit].first + k]; }

uint32_t timeline_event_code(const struct timeline *t, uint32_t column, size_t event)
{
    switch (column) {
    case VOC_COL_ACTOR: return t->actor[event];
    case VOC_COL_ACTION: return column_at(t->s->action, event);
    case VOC_COL_TOUCHPOINT: return t->touchpoint ? t->touchpoint[event] : VOC_NONE;
    case VOC_COL_INDIVIDUAL: return t->individual[event];
    case VOC_COL_ACCOUNT: return t->account[event];
    case VOC_COL_CASE: return t->case_id[event];
    case VOC_COL_THREAD: return t->thread[event];
    default: return VOC_NONE;
    }
}

const struct predicate *timeline_predicate(const struct timeline *t, uint32_t number)
{
    return number < t->numbered.n ? t->numbered.at[number] : NULL;
}

voc_rc timeline_want(struct timeline *t, uint32_t predicate, uint32_t *index)
{
    if (predicate >= t->numbered.n) return VOC_E_OPTION;
    for (size_t i = 0; i < t->wanted_numbers.n; i++)
        if (t->wanted_numbers.at[i] == predicate) {
            *index = (uint32_t)i;
            return VOC_OK;
        }
    voc_rc rc = vec_reserve(&t->wanted_numbers, 1, WANTS_MAX);
    uint32_t added;
    t->wanted_columns |= predicate_columns_of(t->numbered.at[predicate]);
    if (rc || (rc = programs_add(t->wanted, t->numbered.at[predicate], &added))) return rc;
    t->wanted_numbers.at[t->wanted_numbers.n++] = predicate;
    if ((rc = programs_seal(t->wanted))) return rc;
    *index = added;
    return VOC_OK;
}

uint32_t timeline_wanted_columns(const struct timeline *t) { return t->wanted_columns; }

voc_rc timeline_want_persons(struct timeline *t)
{
    t->persons = true;
    return VOC_OK;
}

voc_rc timeline_want_attributes(struct timeline *t)
{
    t->attributes = true;
    return VOC_OK;
}

voc_rc timeline_want_field(struct timeline *t, voc_str field, uint32_t *index)
{
    bool ok = true;
    size_t i = 0;
    while (i < t->wanted_fields.n && !str_eq(t->wanted_fields.at[i], field)) i++;
    if (i == t->wanted_fields.n) {
        voc_rc rc = vec_reserve(&t->wanted_fields, 1, WANTS_MAX);
        const voc_str own = arena_str(&t->arena, field.ptr, field.len, &ok);
        if (rc || !ok) return rc ? rc : VOC_E_NOMEM;
        t->wanted_fields.at[t->wanted_fields.n++] = own;
    }
    t->wanted_columns |= event_text_columns(field);
    *index = (uint32_t)i;
    return VOC_OK;
}

struct files { struct timeline *t; uint32_t *n; };

static voc_rc take_file(void *user, const struct store_import *i)
{
    const struct files *f = user;
    const voc_str *names = f->t->s->strings[SPACE_SOURCE];
    bool ok = true;
    for (uint32_t c = 0; c < f->t->s->n_strings[SPACE_SOURCE]; c++) {
        if (!str_eq(names[c], i->source)) continue;
        f->t->source_file[c] = f->n[c]++ ? (voc_str){"", 0} : arena_str(&f->t->arena, i->file_name.ptr, i->file_name.len, &ok);
    }
    return ok ? VOC_OK : VOC_E_NOMEM;
}

// Texts of events have a line; the file that it is of is known where their source is one file.
static voc_rc find_files(struct timeline *t)
{
    const size_t n = (size_t)t->s->n_strings[SPACE_SOURCE] + 1;
    struct files f = {t, mem_zalloc(n, sizeof *f.n)};
    t->source_file = arena_alloc(&t->arena, n * sizeof *t->source_file);
    voc_rc rc = f.n && t->source_file ? VOC_OK : VOC_E_NOMEM;
    for (size_t c = 0; c < n && !rc; c++) t->source_file[c] = (voc_str){"", 0};
    if (!rc && t->project) rc = store_imports(t->project, take_file, &f);
    mem_free(f.n);
    return rc;
}

voc_rc timeline_want_words(struct timeline *t)
{
    t->words = true;
    voc_rc rc = t->source_file ? VOC_OK : find_files(t);
    if (!rc) rc = timeline_voices(t);
    t->info.n_words = voices_n(t->voices);
    return rc;
}

voc_rc timeline_with(struct timeline *t, bool persons, bool words)
{
    voc_rc rc = words ? timeline_want_words(t) : VOC_OK;
    t->words = words;
    t->persons = persons;
    return rc;
}

// ---- names of codes ---------------------------------------------------------------------------------------------------------------

static const enum store_space space_of[VOC_N_COLUMNS] = {
    [VOC_COL_CHANNEL] = SPACE_CHANNEL, [VOC_COL_CAMPAIGN] = SPACE_CAMPAIGN, [VOC_COL_OBJECT] = SPACE_OBJECT,
    [VOC_COL_OWNER] = SPACE_OWNER, [VOC_COL_THREAD] = SPACE_THREAD, [VOC_COL_CASE] = SPACE_CASE,
};

// Accounts of those who have none: read in parts, each person's own, then each case's.
static uint32_t own_accounts(const struct timeline *t)
{
    if (!t->stream) return t->n_own_accounts;
    return identity_n_individuals(t->s->identity) + (t->unit_kind == VOC_UNIT_CASE ? t->s->n_strings[SPACE_CASE] : 0);
}

static voc_str own_account(const struct timeline *t, uint32_t i)
{
    uint32_t people = identity_n_individuals(t->s->identity);
    if (!t->stream) return t->own_account[i];
    return i < people ? identity_individual_name(t->s->identity, i) : t->s->strings[SPACE_CASE][i - people];
}

voc_str timeline_source_name(const struct timeline *t, uint32_t code)
{
    return code < t->s->n_strings[SPACE_SOURCE] ? t->s->strings[SPACE_SOURCE][code] : (voc_str){"", 0};
}

uint32_t timeline_n_codes(const struct timeline *t, uint32_t column)
{
    switch (column) {
    case VOC_COL_ACTION: return t->n_actions;
    case VOC_COL_TOUCHPOINT:
    case VOC_COL_REF_TOUCHPOINT: return t->touchpoints.n;
    case VOC_COL_INDIVIDUAL: return identity_n_individuals(t->s->identity);
    case VOC_COL_ACCOUNT: return identity_n_accounts(t->s->identity) + own_accounts(t);
    case VOC_COL_ROLE: return t->roles.n;
    case VOC_COL_SEGMENT: return t->segments.n;
    case VOC_COL_STAGE: return (uint32_t)t->j->n_stages;
    case VOC_COL_CHANNEL:
    case VOC_COL_CAMPAIGN:
    case VOC_COL_OBJECT:
    case VOC_COL_OWNER:
    case VOC_COL_THREAD:
    case VOC_COL_CASE: return t->s->n_strings[space_of[column]];
    default: return 0;
    }
}

voc_str timeline_name(const struct timeline *t, uint32_t column, uint32_t code)
{
    if (code >= timeline_n_codes(t, column)) return (voc_str){"", 0};
    uint32_t n_accounts = identity_n_accounts(t->s->identity);
    switch (column) {
    case VOC_COL_ACTION: return t->def.actions[code].name;
    case VOC_COL_TOUCHPOINT:
    case VOC_COL_REF_TOUCHPOINT: return t->touchpoints.at[code];
    case VOC_COL_INDIVIDUAL: return identity_individual_name(t->s->identity, code);
    case VOC_COL_ACCOUNT: return code < n_accounts ? identity_account_name(t->s->identity, code) : own_account(t, code - n_accounts);
    case VOC_COL_ROLE: return t->roles.at[code];
    case VOC_COL_SEGMENT: return t->segments.at[code];
    case VOC_COL_STAGE: return t->j->stages[code].id;
    default: return t->s->strings[space_of[column]][code];
    }
}
