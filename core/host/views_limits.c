// SPDX-License-Identifier: MIT
// What a query asks of event, journey and unit, turned into rows that need not be walked. A plan may leave out only rows that
// cannot fit: SQLite tests every row that is given. Units are found by name, the rest is compared row by row, and the stage
// is asked for last, because it alone needs the walk of the unit.
#include "host/views_int.h"

#include "base/str.h"

struct plan { // owns itself
    size_t from_unit, to_unit;       // units that fit: from, and before
    int64_t from_us, to_us;          // both fit
    int64_t from_day_us, to_day_us;  // by the text of the time: from, and before
    uint32_t action, actor, channel, campaign; // VOC_NONE: any
    char *touchpoint;                // owns; NULL: any
    uint32_t stage;                  // VOC_NONE: any
    bool none;
};

// Times outside these years are not written with four digits, so their text is not in order.
static int64_t year_us(int64_t year) { return time_from_civil(year, 1, 1) * US_PER_DAY; }

// The first units not below, and above, a name.
static size_t unit_bound(const struct views *v, voc_str name, bool above)
{
    size_t lo = 0, hi = timeline_n_units(v->timeline);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(timeline_unit_name(v->timeline, mid), name);
        if (c < 0 || (above && c == 0))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool number_at(voc_str s, size_t at, size_t n, unsigned *out)
{
    *out = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.len || s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        *out = *out * 10 + (unsigned)(s.ptr[i] - '0');
    }
    return true;
}

// The text of a time begins with its day, so it lies on a side of any text that begins with a day or a year. Wider, never
// narrower: SQLite compares the texts.
static void limit_time_text(struct plan *p, const struct sql_limit *l)
{
    unsigned year, month = 0, day = 0;
    voc_str s = l->value.s;
    if (!number_at(s, 0, 4, &year) || year < 1000) return;
    bool dated = s.len >= 10 && s.ptr[4] == '-' && number_at(s, 5, 2, &month) && s.ptr[7] == '-' && number_at(s, 8, 2, &day) && month >= 1 && month <= 12 && day >= 1 && day <= 28;
    int64_t from = dated ? time_from_civil((int64_t)year, month, day) * US_PER_DAY : year_us((int64_t)year);
    int64_t to = dated ? from + US_PER_DAY : year_us((int64_t)year + 1);
    if (l->op != SQL_TO && from > p->from_day_us) p->from_day_us = from;
    if (l->op != SQL_FROM && to < p->to_day_us) p->to_day_us = to;
}

static void one_code(struct plan *p, uint32_t *has, uint32_t code)
{
    if (code == VOC_NONE || (*has != VOC_NONE && *has != code)) p->none = true;
    *has = code;
}

static uint32_t code_of(const voc_str *names, uint32_t n, voc_str name)
{
    uint32_t i = 0;
    while (i < n && !str_eq(names[i], name)) i++;
    return i < n && name.len ? i : VOC_NONE;
}

static uint32_t stage_of(const voc_definition *d, voc_str name)
{
    for (uint32_t i = 0; i < d->n_stages; i++)
        if (str_eq(d->stages[i].id, name)) return i;
    return VOC_NONE;
}

static void limit_unit(const struct views *v, struct plan *p, voc_str name)
{
    size_t from = unit_bound(v, name, false), to = unit_bound(v, name, true);
    if (from > p->from_unit) p->from_unit = from;
    if (to < p->to_unit) p->to_unit = to;
}

// The same touchpoint may have several numbers (declared, and raw of that name), so its name is compared.
static voc_rc limit_touchpoint(const struct views *v, struct plan *p, voc_str name)
{
    const voc_definition *d = timeline_definition(v->timeline);
    uint32_t i = 0;
    while (i < d->n_touchpoints && !str_eq(d->touchpoints[i].id, name)) i++;
    if (i == d->n_touchpoints || !name.len || (p->touchpoint && !str_is(name, p->touchpoint))) p->none = true;
    if (p->none || p->touchpoint) return VOC_OK;
    p->touchpoint = mem_strndup(name.ptr, name.len);
    return p->touchpoint ? VOC_OK : VOC_E_NOMEM;
}

static void limit_actor(struct plan *p, voc_str name)
{
    uint32_t code = VOC_NONE;
    for (uint32_t i = 1; i < VIEWS_ACTORS; i++)
        if (str_eq(str_of(views_actors[i]), name)) code = i;
    one_code(p, &p->actor, code);
}

static voc_rc plan_new(struct views *v, struct plan **out)
{
    voc_rc rc = views_ready(v);
    struct plan *p = rc ? NULL : mem_zalloc(1, sizeof *p);
    if (!p) return rc ? rc : VOC_E_NOMEM;
    *p = (struct plan){.to_unit = timeline_n_units(v->timeline), .from_us = INT64_MIN, .to_us = INT64_MAX, .from_day_us = INT64_MIN, .to_day_us = INT64_MAX,
                       .action = VOC_NONE, .actor = VOC_NONE, .channel = VOC_NONE, .campaign = VOC_NONE, .stage = VOC_NONE};
    *out = p;
    return VOC_OK;
}

static void plan_free(void *plan)
{
    mem_free(((struct plan *)plan)->touchpoint);
    mem_free(plan);
}

static voc_rc event_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    struct views *v = user;
    struct plan *p = NULL;
    voc_rc rc = plan_new(v, &p);
    for (size_t i = 0; i < n && !rc; i++) {
        const struct sql_limit *l = &limits[i];
        switch (l->column) {
        case E_UNIT: limit_unit(v, p, l->value.s); break;
        case E_TIME: limit_time_text(p, l); break;
        case E_TIME_US:
            if (l->op != SQL_TO && l->value.i > p->from_us) p->from_us = l->value.i;
            if (l->op != SQL_FROM && l->value.i < p->to_us) p->to_us = l->value.i;
            break;
        case E_ACTION: one_code(p, &p->action, code_of(v->events->strings[SPACE_ACTION], v->events->n_strings[SPACE_ACTION], l->value.s)); break;
        case E_ACTOR: limit_actor(p, l->value.s); break;
        case E_CHANNEL: one_code(p, &p->channel, code_of(v->events->strings[SPACE_CHANNEL], v->events->n_strings[SPACE_CHANNEL], l->value.s)); break;
        case E_CAMPAIGN: one_code(p, &p->campaign, code_of(v->events->strings[SPACE_CAMPAIGN], v->events->n_strings[SPACE_CAMPAIGN], l->value.s)); break;
        case E_TOUCHPOINT: rc = limit_touchpoint(v, p, l->value.s); break;
        case E_STAGE: one_code(p, &p->stage, stage_of(timeline_definition(v->timeline), l->value.s)); break;
        default: break;
        }
    }
    if (!rc) *out = p;
    else if (p) plan_free(p);
    return rc;
}

// The stage is asked for last: it is the only one that needs the walk.
static voc_rc event_fits(struct views *v, const struct plan *p, size_t unit, size_t e, bool *fits)
{
    const struct timeline *t = v->timeline;
    const voc_definition *d = timeline_definition(t);
    const voc_journeys *b;
    size_t i = timeline_source_event(t, unit, e);
    int64_t us = v->events->time_us[i];
    *fits = false;
    if (us < p->from_us || us > p->to_us) return VOC_OK;
    if ((us < p->from_day_us || us >= p->to_day_us) && us >= year_us(1000) && us < year_us(10000)) return VOC_OK;
    if (p->action != VOC_NONE && timeline_event_code(t, VOC_COL_ACTION, i) != p->action) return VOC_OK;
    if (p->actor != VOC_NONE && timeline_event_code(t, VOC_COL_ACTOR, i) != p->actor) return VOC_OK;
    if (p->channel != VOC_NONE && v->events->channel[i] != p->channel) return VOC_OK;
    if (p->campaign != VOC_NONE && v->events->campaign[i] != p->campaign) return VOC_OK;
    if (p->touchpoint) {
        uint32_t touchpoint = timeline_event_code(t, VOC_COL_TOUCHPOINT, i);
        if (touchpoint == VOC_NONE || !str_is(d->touchpoints[touchpoint].id, p->touchpoint)) return VOC_OK;
    }
    *fits = true;
    if (p->stage == VOC_NONE) return VOC_OK;
    voc_rc rc = views_walk(v, unit, &b);
    if (!rc) *fits = ((const uint32_t *)b->columns[VOC_COL_STAGE])[e] == p->stage;
    return rc;
}

// Rows of the units that fit, by the ends of their rows; false: *row was moved behind the last one.
static bool within_units(const struct plan *p, const uint64_t *end, size_t n, uint64_t *row)
{
    uint64_t from = views_first_row(end, p->from_unit);
    if (*row < from) *row = from;
    if (!p->none && p->from_unit < p->to_unit && *row < end[p->to_unit - 1]) return true;
    *row = n ? end[n - 1] : 0;
    return false;
}

static voc_rc event_seek(void *user, void *plan, uint64_t *row)
{
    struct views *v = user;
    bool fits = false;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    for (;; ++*row) {
        uint64_t e;
        if (!within_units(plan, v->event_end.at, v->event_end.n, row)) return VOC_OK;
        size_t unit = views_unit_of_event(v, *row, &e);
        rc = event_fits(v, plan, unit, e, &fits);
        if (rc || fits) return rc;
    }
}

static voc_rc journey_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    struct views *v = user;
    struct plan *p = NULL;
    voc_rc rc = plan_new(v, &p);
    for (size_t i = 0; i < n && !rc; i++) {
        if (limits[i].column == J_UNIT) limit_unit(v, p, limits[i].value.s);
        if (limits[i].column == J_STAGE) one_code(p, &p->stage, stage_of(timeline_definition(v->timeline), limits[i].value.s));
    }
    if (!rc) *out = p;
    return rc;
}

static voc_rc journey_seek(void *user, void *plan, uint64_t *row)
{
    struct views *v = user;
    const struct plan *p = plan;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    for (;; ++*row) {
        uint64_t k;
        const voc_journeys *b;
        if (!within_units(p, v->stay_end.at, v->stay_end.n, row) || p->stage == VOC_NONE) return VOC_OK;
        rc = views_walk(v, views_find(v->stay_end.at, v->stay_end.n, *row, &k), &b);
        if (rc || b->stays[k].stage == p->stage) return rc;
    }
}

static voc_rc unit_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    struct views *v = user;
    struct plan *p = NULL;
    voc_rc rc = plan_new(v, &p);
    for (size_t i = 0; i < n && !rc; i++) limit_unit(v, p, limits[i].value.s);
    if (!rc) *out = p;
    return rc;
}

static voc_rc unit_seek(void *user, void *plan, uint64_t *row)
{
    struct views *v = user;
    const struct plan *p = plan;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    if (*row < p->from_unit) *row = p->from_unit;
    if (*row >= p->to_unit) *row = timeline_n_units(v->timeline);
    return VOC_OK;
}

// One row of event by itself, where rows come in another order than they lie in.
static voc_rc event_row_fits(void *user, void *plan, uint64_t row, bool *fits)
{
    struct views *v = user;
    const struct plan *p = plan;
    uint64_t e;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    size_t unit = views_unit_of_event(v, row, &e);
    *fits = false;
    return p->none || unit < p->from_unit || unit >= p->to_unit ? VOC_OK : event_fits(v, p, unit, e, fits);
}

// The first key is the one that rows lie in the order of.
#define UNIT_KEY(column) {column, true, false, true, 1e-5, SQL_NATURAL}
#define PLAIN_KEY(column, share, order) {column, true, false, false, share, order}
static const struct sql_key event_keys[] = {
    UNIT_KEY(E_UNIT), {E_TIME_US, false, true, false, 1e-5, SQL_UNORDERED}, {E_TIME, true, true, false, 1e-5, SQL_UNORDERED},
    PLAIN_KEY(E_ACTION, 0.03, SQL_SORTS), PLAIN_KEY(E_TOUCHPOINT, 0.03, SQL_SORTS), PLAIN_KEY(E_STAGE, 0.2, SQL_UNORDERED),
    PLAIN_KEY(E_ACTOR, 0.5, SQL_SORTS), PLAIN_KEY(E_CHANNEL, 0.2, SQL_SORTS), PLAIN_KEY(E_CAMPAIGN, 0.03, SQL_SORTS),
};
static const struct sql_key journey_keys[] = {UNIT_KEY(J_UNIT), PLAIN_KEY(J_STAGE, 0.2, SQL_UNORDERED)};
static const struct sql_key unit_keys[] = {UNIT_KEY(U_UNIT)};
#define COUNT(keys) keys, sizeof(keys) / sizeof *(keys)
const struct sql_walk views_walks[VIEWS_TABLES] = {
    {COUNT(event_keys), views_reads, event_plan, event_seek, plan_free, views_order, event_row_fits},
    {COUNT(journey_keys), NULL, journey_plan, journey_seek, plan_free, NULL, NULL},
    {COUNT(unit_keys), NULL, unit_plan, unit_seek, plan_free, NULL, NULL},
};
