// SPDX-License-Identifier: MIT
// event, journey and unit as tables of SQL. Rows lie unit by unit, in order of the units' names. What is settled of an event
// before its unit is walked (who, when, what, which touchpoint) is read as it is; class, role, segment and stage need the
// unit's walk, and the last few units walked are kept, so that a query that joins units does not walk them again and again.
// Columns that no statement reads are not loaded. Column names are a contract (DESIGN section 4): only added to. One thread.
#include "cli/views.h"

#include "base/str.h"
#include "journey/predicate_eval.h"

#define KEPT 4u // units walked and kept: as many as one query is likely to hold side by side

struct views {
    struct project *project;
    const struct journey *journey;
    struct diag *diag;
    uint32_t want, have; // EV_*: asked for by a statement, loaded
    struct event_set *events;
    struct timeline *timeline;
    struct kept { struct batch *batch; size_t unit; uint64_t used; } kept[KEPT];
    uint64_t uses;           // counts, to find the batch that was not used for longest
    size_t unit;             // of the last event row
    VEC(uint64_t) event_end; // rows of event up to and including unit i
    VEC(uint64_t) stay_end;  // rows of journey likewise; filled on first use
    struct buf text;         // what the last cell of a made-up text points to
    struct sql_table tables[3]; // borrowed by the project until it closes
};

static const char *const event_columns[] = {"id", "unit", "individual", "account", "case", "episode", "time", "time_us", "resolution", "actor", "action", "class",
                                            "touchpoint", "channel", "campaign", "object", "role", "segment", "stage", "step", "owner", "minutes", "cost", "value",
                                            "ref", "thread", "text", "attributes", "source", "line", NULL};
enum { E_ID, E_UNIT, E_INDIVIDUAL, E_ACCOUNT, E_CASE, E_EPISODE, E_TIME, E_TIME_US, E_RESOLUTION, E_ACTOR, E_ACTION, E_CLASS, E_TOUCHPOINT, E_CHANNEL,
       E_CAMPAIGN, E_OBJECT, E_ROLE, E_SEGMENT, E_STAGE, E_STEP, E_OWNER, E_MINUTES, E_COST, E_VALUE, E_REF, E_THREAD, E_TEXT, E_ATTRIBUTES, E_SOURCE, E_LINE };
static const char *const journey_columns[] = {"unit", "episode", "stage", "entered_us", "left_us", "end", "entered_time", "left_time", "exit", "segment", NULL};
enum { J_UNIT, J_EPISODE, J_STAGE, J_IN_US, J_OUT_US, J_END, J_IN, J_OUT, J_EXIT, J_SEGMENT };
static const char *const unit_columns[] = {"unit", "kind", "account", "segment", "episodes", "first_us", "last_us", "stage", "outcome", "events", NULL};
enum { U_UNIT, U_KIND, U_ACCOUNT, U_SEGMENT, U_EPISODES, U_FIRST, U_LAST, U_STAGE, U_OUTCOME, U_EVENTS };

static const char *const actor_names[] = {"", "customer", "company", "other"};
static const char *const class_names[] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};
static const char *const resolution_names[] = {"us", "ms", "second", "minute", "hour", "day"};
static const char *const end_names[] = {"", "forward", "backward", "exit", "lapsed", "censored"};

// ---- loading --------------------------------------------------------------------------------------------------------------

// What a cell needs beyond what every timeline reads.
static uint32_t columns_of(uint64_t read)
{
    static const struct { unsigned column; uint32_t needs; } more[] = {
        {E_OBJECT, EV_OBJECT}, {E_OWNER, EV_OWNER}, {E_MINUTES, EV_MONEY}, {E_COST, EV_MONEY}, {E_VALUE, EV_MONEY}, {E_TEXT, EV_TEXT}, {E_ATTRIBUTES, EV_ATTRS},
    };
    uint32_t mask = 0;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (read >> more[i].column & 1u) mask |= more[i].needs;
    return mask;
}

static void event_reads(void *user, uint64_t columns) { ((struct views *)user)->want |= columns_of(columns); }

static void unload(struct views *v)
{
    for (size_t i = 0; i < KEPT; i++) {
        batch_free(v->kept[i].batch);
        v->kept[i] = (struct kept){.unit = SIZE_MAX};
    }
    timeline_free(v->timeline);
    event_set_free(v->events);
    v->timeline = NULL;
    v->events = NULL;
    v->event_end.n = v->stay_end.n = 0;
    v->unit = 0;
}

static voc_rc load(struct views *v)
{
    const uint32_t columns = 1u << VOC_COL_CLASS | 1u << VOC_COL_ROLE | 1u << VOC_COL_SEGMENT | 1u << VOC_COL_STAGE;
    struct timeline_options to = {.end_us = VOC_NA};
    v->have = v->want | predicate_columns(v->journey);
    voc_rc rc = event_set_load(&v->events, v->project, v->have, v->diag);
    if (!rc) rc = timeline_new(&v->timeline, v->events, v->journey, &to, v->diag);
    for (size_t i = 0; i < KEPT && !rc; i++) rc = batch_new(&v->kept[i].batch, v->timeline, columns);
    size_t n = rc ? 0 : timeline_n_units(v->timeline);
    if (!rc) rc = vec_reserve(&v->event_end, n, SIZE_MAX);
    uint64_t at = 0;
    for (size_t u = 0; u < n && !rc; u++) v->event_end.at[v->event_end.n++] = at += timeline_unit_events(v->timeline, u);
    return rc;
}

static voc_rc ready(struct views *v)
{
    if (v->kept[KEPT - 1].batch && !(v->want & ~v->have)) return VOC_OK;
    unload(v);
    voc_rc rc = load(v);
    if (rc) unload(v);
    return rc;
}

static voc_rc walk_unit(struct views *v, size_t unit, const voc_journeys **out)
{
    struct kept *oldest = &v->kept[0];
    v->uses++;
    for (size_t i = 0; i < KEPT; i++) {
        struct kept *k = &v->kept[i];
        if (k->unit == unit) {
            k->used = v->uses;
            *out = batch_view(k->batch);
            return VOC_OK;
        }
        if (k->used < oldest->used) oldest = k;
    }
    batch_clear(oldest->batch);
    oldest->unit = SIZE_MAX;
    voc_rc rc = batch_add(oldest->batch, unit);
    if (rc) return rc;
    oldest->unit = unit;
    oldest->used = v->uses;
    *out = batch_view(oldest->batch);
    return VOC_OK;
}

// The unit that holds a row, and the row within it.
static size_t find(const uint64_t *end, size_t n, uint64_t row, uint64_t *within)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (end[mid] > row)
            hi = mid;
        else
            lo = mid + 1;
    }
    *within = row - (lo ? end[lo - 1] : 0);
    return lo;
}

static uint64_t first_row(const uint64_t *end, size_t unit) { return unit ? end[unit - 1] : 0; }

// Rows are mostly read one after the other, so the unit of the last one is tried first.
static size_t unit_of_event(struct views *v, uint64_t row, uint64_t *within)
{
    size_t u = v->unit;
    if (u < v->event_end.n && row >= first_row(v->event_end.at, u) && row < v->event_end.at[u])
        *within = row - first_row(v->event_end.at, u);
    else
        v->unit = find(v->event_end.at, v->event_end.n, row, within);
    return v->unit;
}

static voc_cell text_cell(voc_str s) { return s.len ? (voc_cell){.type = VOC_CELL_TEXT, .s = s} : (voc_cell){.type = VOC_CELL_NA}; }
static voc_cell int_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_INT, .i = i}; }
static voc_cell micro_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_REAL, .r = (double)i / 1e6}; }

static voc_cell time_cell(struct views *v, int64_t us, uint32_t resolution)
{
    buf_clear(&v->text);
    time_print(&v->text, us, resolution);
    return text_cell(str_mk(v->text.ptr ? v->text.ptr : "", v->text.len));
}

static voc_cell code_cell(const struct views *v, uint32_t column, uint32_t code) { return text_cell(timeline_name(v->timeline, column, code)); }
static voc_cell settled_cell(const struct views *v, uint32_t column, size_t i) { return code_cell(v, column, timeline_event_code(v->timeline, column, i)); }

static uint32_t episode_at(const voc_journeys *b, size_t e)
{
    for (size_t s = 0; s < b->n_stays; s++)
        if (e >= b->stays[s].first_event && e - b->stays[s].first_event < b->stays[s].n_events) return b->stays[s].episode;
    return 0;
}

static voc_cell touchpoint_cell(const struct views *v, uint32_t t, bool step)
{
    const voc_definition *d = timeline_definition(v->timeline);
    return t == VOC_NONE ? text_cell((voc_str){"", 0}) : text_cell(step ? d->touchpoints[t].step : d->touchpoints[t].id);
}

// Columns that only the walk of the unit settles.
static voc_rc walked_cell(struct views *v, size_t unit, size_t e, unsigned column, voc_cell *out)
{
    const voc_journeys *b;
    const voc_definition *d = timeline_definition(v->timeline);
    voc_rc rc = walk_unit(v, unit, &b);
    if (rc) return rc;
    const uint32_t *role = b->columns[VOC_COL_ROLE], *stage = b->columns[VOC_COL_STAGE], *segment = b->columns[VOC_COL_SEGMENT];
    const uint8_t *cls = b->columns[VOC_COL_CLASS];
    *out = (voc_cell){.type = VOC_CELL_NA};
    switch (column) {
    case E_EPISODE: {
        uint32_t episode = episode_at(b, e);
        if (episode) *out = int_cell(episode);
        break;
    }
    case E_CLASS: *out = text_cell(str_of(class_names[cls[e]])); break;
    case E_ROLE: *out = code_cell(v, VOC_COL_ROLE, role[e]); break;
    case E_SEGMENT:
        if (segment[e] < d->n_segments) *out = text_cell(d->segments[segment[e]]);
        break;
    default:
        if (stage[e] < d->n_stages) *out = text_cell(d->stages[stage[e]].id);
        break;
    }
    return VOC_OK;
}

static voc_rc event_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    uint64_t e;
    size_t unit = unit_of_event(v, row, &e);
    const struct event_set *s = v->events;
    size_t i = timeline_source_event(v->timeline, unit, e);
    uint32_t resolution = s->resolution[i], actor = timeline_event_code(v->timeline, VOC_COL_ACTOR, i);
    uint32_t touchpoint = timeline_event_code(v->timeline, VOC_COL_TOUCHPOINT, i);
    switch (column) {
    case E_ID: *out = text_cell(s->id[i]); break;
    case E_UNIT: *out = text_cell(timeline_unit_name(v->timeline, unit)); break;
    case E_INDIVIDUAL: *out = settled_cell(v, VOC_COL_INDIVIDUAL, i); break;
    case E_ACCOUNT: *out = settled_cell(v, VOC_COL_ACCOUNT, i); break;
    case E_CASE: *out = settled_cell(v, VOC_COL_CASE, i); break;
    case E_TIME: *out = time_cell(v, s->time_us[i], resolution); break;
    case E_TIME_US: *out = int_cell(s->time_us[i]); break;
    case E_RESOLUTION: *out = text_cell(str_of(resolution_names[resolution])); break;
    case E_ACTOR: *out = text_cell(str_of(actor_names[actor])); break;
    case E_ACTION: *out = settled_cell(v, VOC_COL_ACTION, i); break;
    case E_TOUCHPOINT: *out = touchpoint_cell(v, touchpoint, false); break;
    case E_CHANNEL: *out = code_cell(v, VOC_COL_CHANNEL, s->channel[i]); break;
    case E_CAMPAIGN: *out = code_cell(v, VOC_COL_CAMPAIGN, s->campaign[i]); break;
    case E_OBJECT: *out = code_cell(v, VOC_COL_OBJECT, s->object[i]); break;
    case E_STEP: *out = touchpoint_cell(v, touchpoint, true); break;
    case E_OWNER: *out = code_cell(v, VOC_COL_OWNER, s->owner[i]); break;
    case E_MINUTES: *out = micro_cell(s->minutes[i]); break;
    case E_COST: *out = micro_cell(s->cost[i]); break;
    case E_VALUE: *out = micro_cell(s->value[i]); break;
    case E_REF: *out = text_cell(s->ref[i]); break;
    case E_THREAD: *out = settled_cell(v, VOC_COL_THREAD, i); break;
    case E_TEXT: *out = text_cell(s->text[i]); break;
    case E_ATTRIBUTES: *out = text_cell(s->attrs[i]); break;
    case E_SOURCE: *out = text_cell(s->strings[SPACE_SOURCE][s->source[i]]); break;
    case E_LINE: *out = int_cell((int64_t)s->line[i]); break;
    case E_CLASS:
        *out = (voc_cell){.type = VOC_CELL_NA};
        return actor == VOC_ACTOR_CUSTOMER ? walked_cell(v, unit, e, column, out) : VOC_OK;
    default: return walked_cell(v, unit, e, column, out);
    }
    return VOC_OK;
}

static voc_rc event_open(void *user, uint64_t *n)
{
    struct views *v = user;
    voc_rc rc = ready(v);
    *n = rc || v->event_end.n == 0 ? 0 : v->event_end.at[v->event_end.n - 1];
    return rc;
}

static voc_rc journey_open(void *user, uint64_t *n)
{
    struct views *v = user;
    voc_rc rc = ready(v);
    size_t units = rc ? 0 : timeline_n_units(v->timeline);
    if (!rc && v->stay_end.n == 0) rc = vec_reserve(&v->stay_end, units + 1, SIZE_MAX);
    uint64_t at = 0;
    for (size_t u = v->stay_end.n ? units : 0; u < units && !rc; u++) {
        const voc_journeys *b;
        rc = walk_unit(v, u, &b);
        if (!rc) v->stay_end.at[v->stay_end.n++] = at += b->n_stays;
    }
    *n = rc || v->stay_end.n == 0 ? 0 : v->stay_end.at[v->stay_end.n - 1];
    return rc;
}

static voc_rc journey_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    uint64_t k;
    size_t unit = find(v->stay_end.at, v->stay_end.n, row, &k);
    const voc_journeys *b;
    voc_rc rc = walk_unit(v, unit, &b);
    if (rc) return rc;
    const voc_definition *d = timeline_definition(v->timeline);
    const voc_stay *s = &b->stays[k];
    switch (column) {
    case J_UNIT: *out = text_cell(b->units[0].name); break;
    case J_EPISODE: *out = int_cell(s->episode); break;
    case J_STAGE: *out = text_cell(d->stages[s->stage].id); break;
    case J_IN_US: *out = int_cell(s->in_us); break;
    case J_OUT_US: *out = int_cell(s->out_us); break;
    case J_END: *out = text_cell(str_of(end_names[s->end])); break;
    case J_IN: *out = time_cell(v, s->in_us, VOC_RES_SECOND); break;
    case J_OUT: *out = time_cell(v, s->out_us, VOC_RES_SECOND); break;
    case J_EXIT: *out = s->exit < d->n_exits ? text_cell(d->exits[s->exit].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case J_SEGMENT: *out = s->segment < d->n_segments ? text_cell(d->segments[s->segment]) : (voc_cell){.type = VOC_CELL_NA}; break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

static voc_rc unit_open(void *user, uint64_t *n)
{
    struct views *v = user;
    voc_rc rc = ready(v);
    *n = rc ? 0 : timeline_n_units(v->timeline);
    return rc;
}

// won, lost ... of the last stay that ended in an exit; open while a stay goes on; lapsed; none without a stay.
static voc_str outcome(const voc_definition *d, const voc_stay *last)
{
    if (!last) return STR("none");
    if (last->end == VOC_END_EXIT && last->exit < d->n_exits) return d->exits[last->exit].outcome;
    if (d->win_stage != VOC_NONE && last->stage == d->win_stage) return STR("won");
    return last->end == VOC_END_LAPSED ? STR("lapsed") : STR("open");
}

static voc_rc unit_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    const voc_definition *d = timeline_definition(v->timeline);
    const voc_journeys *b;
    size_t n = timeline_unit_events(v->timeline, (size_t)row);
    static const char *const kinds[] = {"", "account", "individual", "case"};
    switch (column) { // without a walk
    case U_UNIT: *out = (voc_cell){.type = VOC_CELL_TEXT, .s = timeline_unit_name(v->timeline, (size_t)row)}; return VOC_OK;
    case U_FIRST: *out = int_cell(n ? v->events->time_us[timeline_source_event(v->timeline, (size_t)row, 0)] : VOC_NA); return VOC_OK;
    case U_LAST: *out = int_cell(n ? v->events->time_us[timeline_source_event(v->timeline, (size_t)row, n - 1)] : VOC_NA); return VOC_OK;
    case U_EVENTS: *out = int_cell((int64_t)n); return VOC_OK;
    default: break;
    }
    voc_rc rc = walk_unit(v, (size_t)row, &b);
    if (rc) return rc;
    const voc_unit *u = &b->units[0];
    const voc_stay *last = b->n_stays ? &b->stays[b->n_stays - 1] : NULL;
    const uint32_t *segment = b->columns[VOC_COL_SEGMENT];
    switch (column) {
    case U_KIND: *out = text_cell(u->flags & VOC_JOURNEY_INTERNAL ? STR("internal") : str_of(kinds[d->unit])); break;
    case U_ACCOUNT: *out = text_cell(timeline_name(v->timeline, VOC_COL_ACCOUNT, u->account)); break;
    case U_SEGMENT: *out = n && segment[n - 1] < d->n_segments ? text_cell(d->segments[segment[n - 1]]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_EPISODES: *out = int_cell(last ? (int64_t)last->episode : 0); break;
    case U_STAGE: *out = last && last->end == VOC_END_CENSORED ? text_cell(d->stages[last->stage].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_OUTCOME: *out = text_cell(outcome(d, last)); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// ---- limits of a query ------------------------------------------------------------------------------------------------------

struct plan { // owns itself; texts borrow from the timeline
    size_t from_unit, to_unit;       // units that fit: from, and before
    int64_t from_us, to_us;          // both fit
    int64_t from_day_us, to_day_us;  // by the text of the time: from, and before
    uint32_t action, actor;          // VOC_NONE: any
    voc_str touchpoint;              // empty: any
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
static void limit_touchpoint(const struct views *v, struct plan *p, voc_str name)
{
    const voc_definition *d = timeline_definition(v->timeline);
    uint32_t i = 0;
    while (i < d->n_touchpoints && !str_eq(d->touchpoints[i].id, name)) i++;
    if (i == d->n_touchpoints || !name.len || (p->touchpoint.len && !str_eq(p->touchpoint, name)))
        p->none = true;
    else
        p->touchpoint = d->touchpoints[i].id;
}

static void limit_actor(struct plan *p, voc_str name)
{
    uint32_t code = VOC_NONE;
    for (uint32_t i = 1; i < sizeof actor_names / sizeof *actor_names; i++)
        if (str_eq(str_of(actor_names[i]), name)) code = i;
    one_code(p, &p->actor, code);
}

static voc_rc plan_new(const struct views *v, struct plan **out)
{
    struct plan *p = mem_zalloc(1, sizeof *p);
    if (!p) return VOC_E_NOMEM;
    *p = (struct plan){.to_unit = timeline_n_units(v->timeline), .from_us = INT64_MIN, .to_us = INT64_MAX, .from_day_us = INT64_MIN, .to_day_us = INT64_MAX,
                       .action = VOC_NONE, .actor = VOC_NONE, .stage = VOC_NONE};
    *out = p;
    return VOC_OK;
}

static void plan_free(void *plan) { mem_free(plan); }

static voc_rc event_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    const struct views *v = user;
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
        case E_TOUCHPOINT: limit_touchpoint(v, p, l->value.s); break;
        case E_STAGE: one_code(p, &p->stage, stage_of(timeline_definition(v->timeline), l->value.s)); break;
        default: break;
        }
    }
    if (!rc) *out = p;
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
    if (p->touchpoint.len) {
        uint32_t touchpoint = timeline_event_code(t, VOC_COL_TOUCHPOINT, i);
        if (touchpoint == VOC_NONE || !str_eq(d->touchpoints[touchpoint].id, p->touchpoint)) return VOC_OK;
    }
    *fits = true;
    if (p->stage == VOC_NONE) return VOC_OK;
    voc_rc rc = walk_unit(v, unit, &b);
    if (!rc) *fits = ((const uint32_t *)b->columns[VOC_COL_STAGE])[e] == p->stage;
    return rc;
}

// Rows of the units that fit, by the ends of their rows; false: *row was moved behind the last one.
static bool within_units(const struct plan *p, const uint64_t *end, size_t n, uint64_t *row)
{
    uint64_t from = first_row(end, p->from_unit);
    if (*row < from) *row = from;
    if (!p->none && p->from_unit < p->to_unit && *row < end[p->to_unit - 1]) return true;
    *row = n ? end[n - 1] : 0;
    return false;
}

static voc_rc event_seek(void *user, void *plan, uint64_t *row)
{
    struct views *v = user;
    bool fits = false;
    for (;; ++*row) {
        uint64_t e;
        if (!within_units(plan, v->event_end.at, v->event_end.n, row)) return VOC_OK;
        size_t unit = unit_of_event(v, *row, &e);
        voc_rc rc = event_fits(v, plan, unit, e, &fits);
        if (rc || fits) return rc;
    }
}

static voc_rc journey_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    const struct views *v = user;
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
    for (;; ++*row) {
        uint64_t k;
        const voc_journeys *b;
        if (!within_units(p, v->stay_end.at, v->stay_end.n, row) || p->stage == VOC_NONE) return VOC_OK;
        voc_rc rc = walk_unit(v, find(v->stay_end.at, v->stay_end.n, *row, &k), &b);
        if (rc || b->stays[k].stage == p->stage) return rc;
    }
}

static voc_rc unit_plan(void *user, const struct sql_limit *limits, size_t n, void **out)
{
    const struct views *v = user;
    struct plan *p = NULL;
    voc_rc rc = plan_new(v, &p);
    for (size_t i = 0; i < n && !rc; i++) limit_unit(v, p, limits[i].value.s);
    if (!rc) *out = p;
    return rc;
}

static voc_rc unit_seek(void *user, void *plan, uint64_t *row)
{
    const struct views *v = user;
    const struct plan *p = plan;
    if (*row < p->from_unit) *row = p->from_unit;
    if (*row >= p->to_unit) *row = timeline_n_units(v->timeline);
    return VOC_OK;
}

#define UNIT_KEY(column) {column, true, false, true, 1e-5}
static const struct sql_key event_keys[] = {
    UNIT_KEY(E_UNIT), {E_TIME_US, false, true, false, 1e-5}, {E_TIME, true, true, false, 1e-5}, {E_ACTION, true, false, false, 0.03},
    {E_TOUCHPOINT, true, false, false, 0.03}, {E_STAGE, true, false, false, 0.2}, {E_ACTOR, true, false, false, 0.5},
};
static const struct sql_key journey_keys[] = {UNIT_KEY(J_UNIT), {J_STAGE, true, false, false, 0.2}};
static const struct sql_key unit_keys[] = {UNIT_KEY(U_UNIT)};
#define COUNT(keys) keys, sizeof(keys) / sizeof *(keys)
static const struct sql_walk walks[] = {
    {COUNT(event_keys), event_reads, event_plan, event_seek, plan_free},
    {COUNT(journey_keys), NULL, journey_plan, journey_seek, plan_free},
    {COUNT(unit_keys), NULL, unit_plan, unit_seek, plan_free},
};

voc_rc views_new(struct views **out, struct project *p, const struct journey *j, struct diag *d)
{
    struct views *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    *v = (struct views){.project = p, .journey = j, .diag = d};
    unload(v); // marks every batch as holding no unit
    buf_init(&v->text, 4096);
    v->tables[0] = (struct sql_table){"event", event_columns, v, event_open, event_cell};
    v->tables[1] = (struct sql_table){"journey", journey_columns, v, journey_open, journey_cell};
    v->tables[2] = (struct sql_table){"unit", unit_columns, v, unit_open, unit_cell};
    voc_rc rc = VOC_OK;
    *out = v; // the tables point to it from now on
    for (size_t i = 0; i < 3 && !rc; i++) rc = store_sql_table_walk(p, &v->tables[i], &walks[i]);
    return rc;
}

void views_free(struct views *v)
{
    if (!v) return;
    unload(v);
    vec_free(&v->event_end);
    vec_free(&v->stay_end);
    buf_done(&v->text);
    mem_free(v);
}
