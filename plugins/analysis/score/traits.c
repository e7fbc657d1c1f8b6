// SPDX-License-Identifier: MIT
//
// See traits.h. Counts are kept as running totals over all events, so that a moment costs one search in the unit's events and a
// subtraction for each trait. Where an event and the moment cannot be told apart in time (METHODS 0.2: both truncated to the
// coarser unit), the few events near it are walked one by one instead.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/traits.h"
#include "plugins/common/show.h"

#define DAY_US (INT64_C(86400) * 1000000)
#define KEYS_MAX 40u
#define ROLES_MAX 20u
#define TOP_MAX 5u
#define NO_KEY UINT32_MAX
#define NO_CATEGORY 255u

enum {
    RECENCY, ACTED, ENGAGEMENT, TOUCHES, IN_STAGE, ENTRY, STAYS, EPISODE, VALUE, HARM, TROUBLE, AGE, PEOPLE, N_FIXED,
    SEGMENT, ROLE, ATTRIBUTE, CATEGORY, MISSING
};
enum { C_ACTION, C_PUSH, C_PULL, C_VALUE, C_HARM, C_TROUBLE, C_PEOPLE, N_COUNTS };
enum { KEY_NUMBER, KEY_DATE, KEY_CATEGORY };

static const struct { const char *name; bool matched_on, share; } fixed[N_FIXED] = {
    [RECENCY] = {"days since last action (log)", true, false},
    [ACTED] = {"has acted before", false, true},
    [ENGAGEMENT] = {"actions lately", true, false},
    [TOUCHES] = {"other touches lately", true, false},
    [IN_STAGE] = {"days in the stage", true, false},
    [ENTRY] = {"day of entry", true, false},
    [STAYS] = {"stays before", false, false},
    [EPISODE] = {"number of the journey", false, false},
    [VALUE] = {"value actions before", false, false},
    [HARM] = {"harm before", false, false},
    [TROUBLE] = {"trouble before", false, false},
    [AGE] = {"days since first seen", false, false},
    [PEOPLE] = {"people seen so far", false, false},
};

static bool same(voc_str a, voc_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

static int text_order(voc_str a, voc_str b)
{
    int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

// ---- running totals ------------------------------------------------------------------------------------------------------

// Any kind but C_PEOPLE.
static bool is_counted(const struct traits *t, size_t i, int kind)
{
    const struct event *e = &t->s->data.events[i];
    const bool acts = e->actor == VOC_ACTOR_CUSTOMER;
    switch (kind) {
    case C_ACTION: return acts && e->class_ != VOC_CLASS_MECHANICAL && e->class_ != VOC_CLASS_UNDELIVERED && e->class_ != VOC_CLASS_HARM;
    case C_PUSH: return study_is_touch(t->s, e, false);
    case C_PULL: return !study_is_touch(t->s, e, false) && study_is_touch(t->s, e, true);
    case C_VALUE: return acts && e->class_ == VOC_CLASS_VALUE;
    case C_HARM: return acts && e->class_ == VOC_CLASS_HARM;
    default: return acts && e->class_ == VOC_CLASS_TROUBLE;
    }
}

struct sight { size_t unit; uint32_t first; };  // of an individual: one behind the unit in which it was seen last, and where first

static void find_people(struct traits *t, struct sight *seen)
{
    const struct data *d = &t->s->data;
    uint32_t n = 0;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            const uint32_t individual = data_more(d, &d->events[i])->individual;
            struct sight *who = &seen[individual];
            t->first_of[i] = UINT32_MAX;
            t->count[C_PEOPLE][i + 1] = n;
            if (!individual) continue;
            if (who->unit != u + 1) {
                *who = (struct sight){u + 1, (uint32_t)(i - d->first_event[u])};
                t->count[C_PEOPLE][i + 1] = ++n;
            }
            t->first_of[i] = who->first;
        }
}

static uint32_t role_of(const struct data *d, size_t event) { return data_more(d, &d->events[event])->role; }

static voc_rc make_totals(struct traits *t)
{
    const struct score *s = t->s;
    const struct data *d = &s->data;
    struct sight *seen = score_alloc(s, s->host->n_codes(s->run, VOC_COL_INDIVIDUAL), sizeof *seen);
    t->first_of = score_alloc(s, d->n_events, sizeof *t->first_of);
    t->last_action = score_alloc(s, d->n_events + 1, sizeof *t->last_action);
    t->unit_of_stay = score_alloc(s, d->n_stays, sizeof *t->unit_of_stay);
    if (!seen || !t->first_of || !t->last_action || !t->unit_of_stay) return VOC_E_NOMEM;
    for (int k = 0; k < N_COUNTS; k++) {
        uint32_t *n = t->count[k] = score_alloc(s, d->n_events + 1, sizeof *n);
        if (!n) return VOC_E_NOMEM;
        for (size_t i = 0; i < d->n_events && k != C_PEOPLE; i++) n[i + 1] = n[i] + is_counted(t, i, k);
    }
    find_people(t, seen);
    t->coarsest = 1;
    for (size_t u = 0; u < d->n_units; u++) {
        uint32_t last = 0;
        for (size_t i = d->first_event[u]; i < d->first_event[u + 1]; i++) {
            t->last_action[i] = last;
            if (is_counted(t, i, C_ACTION)) last = (uint32_t)(i - d->first_event[u]) + 1;
            if (score_unit_of[d->events[i].resolution] > t->coarsest) t->coarsest = score_unit_of[d->events[i].resolution];
        }
        for (size_t i = d->first_stay[u]; i < d->first_stay[u + 1]; i++) t->unit_of_stay[i] = u;
    }
    s->host->free(s->cx, seen);
    return VOC_OK;
}

// ---- roles -----------------------------------------------------------------------------------------------------------------

struct ranked { uint32_t code; size_t n; };

static int most_first(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->n != b->n) return a->n > b->n ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

static int by_code(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

// The most frequent roles (at most ROLES_MAX), and where each unit first shows each of them.
static voc_rc make_roles(struct traits *t)
{
    const struct score *s = t->s;
    const struct data *d = &s->data;
    uint32_t n = s->host->n_codes(s->run, VOC_COL_ROLE);
    struct ranked *r = score_alloc(s, n, sizeof *r);
    t->roles = score_alloc(s, ROLES_MAX, sizeof *t->roles);
    if (!r || !t->roles) return VOC_E_NOMEM;
    for (uint32_t c = 0; c < n; c++) r[c].code = c;
    for (size_t i = 0; i < d->n_events; i++)
        if (role_of(d, i) && role_of(d, i) < n) r[role_of(d, i)].n++;
    if (n) qsort(r, n, sizeof *r, most_first);
    while (t->n_roles < n && t->n_roles < ROLES_MAX && r[t->n_roles].n) t->roles[t->n_roles] = r[t->n_roles].code, t->n_roles++;
    s->host->free(s->cx, r);
    if (!t->n_roles) return VOC_OK;
    qsort(t->roles, t->n_roles, sizeof *t->roles, by_code);
    t->role_from = score_alloc(s, d->n_units * t->n_roles, sizeof *t->role_from);
    if (!t->role_from) return VOC_E_NOMEM;
    for (size_t u = 0; u < d->n_units; u++)
        for (size_t k = 0; k < t->n_roles; k++) {
            uint32_t *from = &t->role_from[u * t->n_roles + k];
            *from = UINT32_MAX;
            for (size_t i = d->first_event[u]; i < d->first_event[u + 1] && *from == UINT32_MAX; i++)
                if (role_of(d, i) == t->roles[k]) *from = (uint32_t)(i - d->first_event[u]);
        }
    return VOC_OK;
}

// ---- attributes ------------------------------------------------------------------------------------------------------------

// A plain decimal number; not what else strtod reads (the program never leaves the C locale).
static bool number_of(voc_str v, double *out)
{
    char text[64], *end;
    while (v.len && v.ptr[0] == ' ') v.ptr++, v.len--;
    while (v.len && v.ptr[v.len - 1] == ' ') v.len--;
    if (v.len == 0 || v.len >= sizeof text) return false;
    memcpy(text, v.ptr, v.len);
    text[v.len] = 0;
    if (strspn(text, "0123456789+-.eE") != v.len) return false;
    *out = strtod(text, &end);
    return *end == 0 && isfinite(*out);
}

static bool date_of(const struct score *s, const voc_time_format *iso, voc_str v, double *days)
{
    int64_t us;
    uint32_t resolution;
    if (v.len < 10 || v.ptr[4] != '-' || s->host->time_parse(iso, v, &us, &resolution)) return false;
    *days = (double)us / (double)DAY_US;
    return true;
}

struct valued { voc_str text; size_t at; };

static int by_text(const void *x, const void *y)
{
    const struct valued *a = x, *b = y;
    int c = text_order(a->text, b->text);
    return c ? c : (a->at > b->at) - (a->at < b->at);
}

// Puts a value into the most frequent ones, if it is among them: those before it in the order of text win ties.
static void rank_value(struct trait_key *k, size_t counts[TOP_MAX], voc_str text, size_t n)
{
    size_t place = k->n_top;
    if (n < 2) return;  // a name, not a kind
    while (place > 0 && counts[place - 1] < n) place--;
    if (place >= TOP_MAX) return;
    if (k->n_top < TOP_MAX) k->n_top++;
    for (size_t i = k->n_top - 1; i > place; i--) {
        k->top[i] = k->top[i - 1];
        counts[i] = counts[i - 1];
    }
    k->top[place] = text;
    counts[place] = n;
}

static void rank_values(struct traits *t, uint32_t key, struct valued *v)
{
    const struct data *d = &t->s->data;
    struct trait_key *k = &t->keys[key];
    size_t n = 0, counts[TOP_MAX] = {0};
    for (size_t i = 0; i < d->n_attributes; i++)
        if (t->key_of[i] == key) v[n++] = (struct valued){d->attributes[i].text, i};
    if (n) qsort(v, n, sizeof *v, by_text);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i; next < n && same(v[next].text, v[i].text);) next++;
        rank_value(k, counts, v[i].text, next - i);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k->n_top; c++)
            if (same(v[i].text, k->top[c])) t->category[v[i].at] = (uint8_t)c;
}

static int by_key(const void *x, const void *y)
{
    const struct trait_key *a = x, *b = y;
    int c = text_order(a->name, b->name);
    return c ? c : (a->entity > b->entity) - (a->entity < b->entity);
}

static bool is_key(const struct trait_key *k, const struct attribute *a) { return k->entity == a->entity && same(k->name, a->key); }

static void name_keys(struct traits *t)
{
    const struct data *d = &t->s->data;
    for (size_t i = 0; i < d->n_attributes; i++) {
        size_t k = 0;
        while (k < t->n_keys && !is_key(&t->keys[k], &d->attributes[i])) k++;
        if (k == t->n_keys && k < KEYS_MAX)
            t->keys[t->n_keys++] = (struct trait_key){.name = d->attributes[i].key, .entity = d->attributes[i].entity};
    }
    if (t->n_keys) qsort(t->keys, t->n_keys, sizeof *t->keys, by_key);
}

static voc_rc make_keys(struct traits *t)
{
    const struct score *s = t->s;
    const struct data *d = &s->data;
    voc_time_format *iso = NULL;
    size_t numbers[KEYS_MAX] = {0}, dates[KEYS_MAX] = {0}, all[KEYS_MAX] = {0};
    if (!d->n_attributes) return VOC_OK;
    struct valued *v = score_alloc(s, d->n_attributes, sizeof *v);
    t->keys = score_alloc(s, KEYS_MAX, sizeof *t->keys);
    t->key_of = score_alloc(s, d->n_attributes, sizeof *t->key_of);
    t->category = score_alloc(s, d->n_attributes, sizeof *t->category);
    t->number = score_alloc(s, d->n_attributes, sizeof *t->number);
    if (!v || !t->keys || !t->key_of || !t->category || !t->number) return VOC_E_NOMEM;
    voc_rc rc = s->host->time_format(s->cx, &iso, (voc_str){"", 0}, (voc_str){"", 0});
    if (rc) return rc;
    name_keys(t);
    for (size_t i = 0; i < d->n_attributes; i++) {
        uint32_t k = 0;
        double x = NAN;
        while (k < t->n_keys && !is_key(&t->keys[k], &d->attributes[i])) k++;
        t->key_of[i] = k < t->n_keys ? k : NO_KEY;
        t->category[i] = NO_CATEGORY;
        if (k == t->n_keys) continue;
        all[k]++;
        if (number_of(d->attributes[i].text, &x)) numbers[k]++;
        else if (date_of(s, iso, d->attributes[i].text, &x)) dates[k]++;
        t->number[i] = x;
    }
    for (uint32_t k = 0; k < t->n_keys; k++) {
        t->keys[k].type = numbers[k] == all[k] ? KEY_NUMBER : dates[k] == all[k] ? KEY_DATE : KEY_CATEGORY;
        if (t->keys[k].type == KEY_CATEGORY) rank_values(t, k, v);
    }
    s->host->free(s->cx, v);
    return VOC_OK;
}

// ---- the list --------------------------------------------------------------------------------------------------------------

// Named "<what> <name><rest><value>".
static voc_rc add(struct traits *t, struct trait trait, const char *what, voc_str name, const char *rest, voc_str value)
{
    char text[200];
    int n = snprintf(text, sizeof text, "%s %.*s%s%.*s", what, SHOW_AT_MOST(name, 60), rest, SHOW_AT_MOST(value, 60));
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    char *copy = score_alloc(t->s, len + 1, 1);
    if (!copy) return VOC_E_NOMEM;
    memcpy(copy, text, len);
    trait.name = (voc_str){copy, len};
    t->at[t->n++] = trait;
    return VOC_OK;
}

static const char *whose_attribute(const struct score *s, uint32_t entity)
{
    static const uint32_t of_unit[] = {[VOC_UNIT_ACCOUNT] = VOC_ENTITY_ACCOUNT, [VOC_UNIT_INDIVIDUAL] = VOC_ENTITY_INDIVIDUAL, [VOC_UNIT_CASE] = VOC_ENTITY_CASE};
    if (s->def->unit < sizeof of_unit / sizeof *of_unit && of_unit[s->def->unit] == entity) return "attribute";
    return entity == VOC_ENTITY_ACCOUNT ? "attribute of the account:" : "attribute of the person:";
}

static voc_rc list_traits(struct traits *t)
{
    const struct score *s = t->s;
    const voc_str none = {"", 0};
    const size_t segments = s->def->n_segments > 1 ? s->def->n_segments : 0;
    voc_rc rc = VOC_OK;
    t->at = score_alloc(s, N_FIXED + segments + t->n_roles + t->n_keys * (TOP_MAX + 2), sizeof *t->at);
    if (!t->at) return VOC_E_NOMEM;
    for (uint32_t k = 0; k < N_FIXED; k++)
        t->at[t->n++] = (struct trait){.name = {fixed[k].name, strlen(fixed[k].name)}, .matched_on = fixed[k].matched_on,
                                       .share = fixed[k].share, .kind = k};
    for (uint32_t g = 0; g < segments && !rc; g++)
        rc = add(t, (struct trait){.kind = SEGMENT, .of = g, .share = true}, "segment by now:", s->def->segments[g], "", none);
    for (uint32_t r = 0; r < t->n_roles && !rc; r++)
        rc = add(t, (struct trait){.kind = ROLE, .of = r, .share = true}, "role seen so far:", s->host->name(s->run, VOC_COL_ROLE, t->roles[r]), "", none);
    for (uint32_t k = 0; k < t->n_keys && !rc; k++) {
        const struct trait_key *key = &t->keys[k];
        const char *whose = whose_attribute(s, key->entity);
        if (key->type != KEY_CATEGORY)
            rc = add(t, (struct trait){.kind = ATTRIBUTE, .of = k}, whose, key->name, key->type == KEY_DATE ? " (day)" : "", none);
        for (size_t c = 0; c < key->n_top && !rc; c++)
            rc = add(t, (struct trait){.kind = CATEGORY, .of = k, .value = (uint8_t)c, .share = true}, whose, key->name, " = ", key->top[c]);
        if (!rc) rc = add(t, (struct trait){.kind = MISSING, .of = k, .share = true}, whose, key->name, " is missing", none);
    }
    return rc;
}

voc_rc traits_new(struct traits *out, const struct score *s)
{
    *out = (struct traits){.s = s};
    voc_rc rc = make_totals(out);
    if (!rc) rc = make_roles(out);
    if (!rc) rc = make_keys(out);
    return rc ? rc : list_traits(out);
}

// ---- a moment --------------------------------------------------------------------------------------------------------------

static size_t lower(const struct event *e, size_t lo, size_t hi, int64_t time)
{
    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;
        if (e[middle].time < time) lo = middle + 1;
        else hi = middle;
    }
    return lo;
}

static int64_t floor_to(int64_t t, int64_t unit)
{
    int64_t rest = t % unit;
    return t - (rest < 0 ? rest + unit : rest);
}

static bool strictly_before(const struct event *e, int64_t time, int64_t unit)
{
    int64_t own = score_unit_of[e->resolution], coarser = own > unit ? own : unit;
    return floor_to(e->time, coarser) < floor_to(time, coarser);
}

struct past {
    size_t n[N_COUNTS];             // in all
    size_t lately, window_touches;  // actions within the engagement's span; touches within the window
    int64_t last;                   // action, or VOC_NA
    size_t first, end;              // the unit's events before the moment by stored time
};

struct spans { int64_t lately, window; };  // from when on

// All events of [first, end).
static void sum_up(const struct traits *t, const struct trait_moment *m, struct spans from, size_t end, struct past *p)
{
    const struct event *e = t->s->data.events;
    const size_t lately = lower(e, p->first, end, from.lately), window = lower(e, p->first, end, from.window);
    for (int k = 0; k < N_COUNTS; k++) p->n[k] = t->count[k][end] - t->count[k][p->first];
    p->lately = t->count[C_ACTION][end] - t->count[C_ACTION][lately];
    p->window_touches = t->count[C_PUSH][end] - t->count[C_PUSH][window];
    if (m->pull) p->window_touches += t->count[C_PULL][end] - t->count[C_PULL][window];
    if (end == p->first) return;
    uint32_t last = is_counted(t, end - 1, C_ACTION) ? (uint32_t)(end - p->first) : t->last_action[end - 1];
    if (last) p->last = e[p->first + last - 1].time;
}

// Whether one of [from, i) that is strictly before, or any event before `from`, is of the same person as event i.
static bool was_seen(const struct traits *t, const struct trait_moment *m, int64_t unit, const struct past *p, size_t from, size_t i)
{
    if (t->first_of[i] == UINT32_MAX || p->first + t->first_of[i] < from) return true;
    for (size_t k = from; k < i; k++)
        if (t->first_of[k] == t->first_of[i] && strictly_before(&t->s->data.events[k], m->time, unit)) return true;
    return false;
}

// And those of [begin, end) one by one: some of them cannot be told apart in time from the moment.
static void walk(const struct traits *t, const struct trait_moment *m, struct spans from, size_t begin, struct past *p)
{
    const struct event *e = t->s->data.events;
    const int64_t unit = score_unit_of[m->resolution];
    for (size_t i = begin; i < p->end; i++) {
        if (!strictly_before(&e[i], m->time, unit)) continue;
        for (int k = 0; k < C_PEOPLE; k++) p->n[k] += is_counted(t, i, k);
        p->n[C_PEOPLE] += !was_seen(t, m, unit, p, begin, i);
        if (is_counted(t, i, C_ACTION)) {
            p->last = e[i].time;
            p->lately += e[i].time >= from.lately;
        }
        if (e[i].time >= from.window) p->window_touches += is_counted(t, i, C_PUSH) || (m->pull && is_counted(t, i, C_PULL));
    }
}

static struct past past_of(const struct traits *t, const struct trait_moment *m, size_t unit)
{
    const struct score *s = t->s;
    const struct event *e = s->data.events;
    const int64_t own = score_unit_of[m->resolution], coarsest = own > t->coarsest ? own : t->coarsest;
    const struct spans from = {m->time - s->def->engagement_us, m->time - m->window};
    struct past p = {.last = VOC_NA, .first = s->data.first_event[unit]};
    p.end = lower(e, p.first, s->data.first_event[unit + 1], m->time);
    const size_t near = lower(e, p.first, p.end, floor_to(m->time, coarsest));  // what is earlier is strictly before
    size_t i = near;
    while (i < p.end && strictly_before(&e[i], m->time, own)) i++;
    sum_up(t, m, from, i < p.end ? near : p.end, &p);
    if (i < p.end) walk(t, m, from, near, &p);
    return p;
}

static double days(int64_t us) { return (double)us / (double)DAY_US; }

static void attributes_at(const struct traits *t, size_t unit, int64_t time, size_t current[KEYS_MAX])
{
    const struct data *d = &t->s->data;
    for (size_t k = 0; k < t->n_keys; k++) current[k] = SIZE_MAX;
    for (size_t i = d->first_attribute[unit]; i < d->first_attribute[unit + 1]; i++)
        if (t->key_of[i] != NO_KEY && d->attributes[i].from <= time) current[t->key_of[i]] = i;  // in order of time within a key
}

static bool had_role(const struct traits *t, const struct trait_moment *m, size_t unit, const struct past *p, uint32_t role)
{
    uint32_t from = t->role_from[unit * t->n_roles + role];
    if (from == UINT32_MAX) return false;
    for (size_t i = p->first + from; i < p->end; i++)
        if (role_of(&t->s->data, i) == t->roles[role] && strictly_before(&t->s->data.events[i], m->time, score_unit_of[m->resolution])) return true;
    return false;
}

void traits_at(const struct traits *t, const struct trait_moment *m, double *out)
{
    const struct data *d = &t->s->data;
    const voc_stay *stay = &d->stays[m->stay];
    const size_t unit = t->unit_of_stay[m->stay];
    const struct past p = past_of(t, m, unit);
    size_t current[KEYS_MAX];
    int64_t seen = d->stays[d->first_stay[unit]].in_us;
    if (p.end > p.first && d->events[p.first].time < seen) seen = d->events[p.first].time;
    if (seen > m->time) seen = m->time;
    const uint32_t segment = p.end > p.first ? d->events[p.end - 1].segment : stay->segment;
    if (t->n_keys) attributes_at(t, unit, m->time, current);
    for (size_t k = 0; k < t->n; k++) {
        const struct trait *x = &t->at[k];
        const size_t a = x->kind >= ATTRIBUTE ? current[x->of] : SIZE_MAX;
        switch (x->kind) {
        case RECENCY: out[k] = log1p(days(m->time - (p.last != VOC_NA ? p.last : seen))); break;
        case ACTED: out[k] = p.n[C_ACTION] > 0; break;
        case ENGAGEMENT: out[k] = (double)p.lately; break;
        case TOUCHES: out[k] = (double)p.window_touches; break;
        case IN_STAGE: out[k] = days(m->time - stay->in_us); break;
        case ENTRY: out[k] = days(stay->in_us - t->s->info->start_us); break;
        case STAYS: out[k] = stay->number; break;
        case EPISODE: out[k] = stay->episode; break;
        case VALUE: out[k] = (double)p.n[C_VALUE]; break;
        case HARM: out[k] = (double)p.n[C_HARM]; break;
        case TROUBLE: out[k] = (double)p.n[C_TROUBLE]; break;
        case AGE: out[k] = days(m->time - seen); break;
        case PEOPLE: out[k] = (double)p.n[C_PEOPLE]; break;
        case SEGMENT: out[k] = segment == x->of; break;
        case ROLE: out[k] = had_role(t, m, unit, &p, x->of); break;
        case ATTRIBUTE: out[k] = a == SIZE_MAX ? NAN : t->number[a] - (t->keys[x->of].type == KEY_DATE ? days(t->s->info->start_us) : 0); break;
        case CATEGORY: out[k] = a == SIZE_MAX ? NAN : t->category[a] == x->value; break;
        default: out[k] = a == SIZE_MAX; break;
        }
    }
}
