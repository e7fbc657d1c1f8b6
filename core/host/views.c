// SPDX-License-Identifier: MIT
// event, journey and unit as tables of SQL. Rows lie unit by unit, in order of the units' names. What is settled of an event
// before its unit is walked (who, when, what, which touchpoint) is read as it is; class, role, segment and stage need the
// unit's walk, and the last few units walked are kept, so that a query that joins units does not walk them again and again.
// Columns that no statement reads are not loaded. Column names are a contract (DESIGN section 4): only added to. One thread.
#include "host/views_int.h"

#include "base/str.h"
#include "journey/predicate_eval.h"

static const char *const event_columns[] = {"id", "unit", "individual", "account", "case", "episode", "time", "time_us", "resolution", "actor", "action", "class",
                                            "touchpoint", "channel", "campaign", "object", "role", "segment", "stage", "step", "owner", "minutes", "cost", "value",
                                            "ref", "thread", "text", "attributes", "source", "line", NULL};
static const char *const journey_columns[] = {"unit", "episode", "stage", "entered_us", "left_us", "end", "entered_time", "left_time", "exit", "segment", NULL};
static const char *const unit_columns[] = {"unit", "kind", "account", "segment", "episodes", "first_us", "last_us", "stage", "outcome", "events", NULL};

const char *const views_actors[VIEWS_ACTORS] = {"", "customer", "company", "other"};
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

void views_reads(void *user, uint64_t columns) { ((struct views *)user)->want |= columns_of(columns); }

static void unload(struct views *v)
{
    for (size_t i = 0; i < VIEWS_KEPT; i++) {
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

voc_rc views_walk(struct views *v, size_t unit, const voc_journeys **out)
{
    struct kept *oldest = &v->kept[0];
    v->uses++;
    for (size_t i = 0; i < VIEWS_KEPT; i++) {
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

static voc_rc load_stays(struct views *v)
{
    size_t units = timeline_n_units(v->timeline);
    uint64_t at = 0;
    voc_rc rc = vec_reserve(&v->stay_end, units + 1, SIZE_MAX);
    for (size_t u = 0; u < units && !rc; u++) {
        const voc_journeys *b;
        rc = views_walk(v, u, &b);
        if (!rc) v->stay_end.at[v->stay_end.n++] = at += b->n_stays;
    }
    return rc;
}

static voc_rc load(struct views *v)
{
    const uint32_t columns = 1u << VOC_COL_CLASS | 1u << VOC_COL_ROLE | 1u << VOC_COL_SEGMENT | 1u << VOC_COL_STAGE;
    struct timeline_options to = {.end_us = VOC_NA};
    v->have = v->want | predicate_columns(v->journey);
    voc_rc rc = event_set_load(&v->events, v->project, v->have, v->diag);
    if (!rc) rc = timeline_new(&v->timeline, v->events, v->journey, &to, v->diag);
    for (size_t i = 0; i < VIEWS_KEPT && !rc; i++) rc = batch_new(&v->kept[i].batch, v->timeline, columns);
    size_t n = rc ? 0 : timeline_n_units(v->timeline);
    if (!rc) rc = vec_reserve(&v->event_end, n, SIZE_MAX);
    uint64_t at = 0;
    for (size_t u = 0; u < n && !rc; u++) v->event_end.at[v->event_end.n++] = at += timeline_unit_events(v->timeline, u);
    if (!rc && v->stays) rc = load_stays(v);
    return rc;
}

voc_rc views_ready(struct views *v)
{
    if (!v->project) return VOC_E_BUG;
    if (v->kept[VIEWS_KEPT - 1].batch && !(v->want & ~v->have)) return VOC_OK;
    unload(v);
    voc_rc rc = load(v);
    if (rc) unload(v);
    return rc;
}

// The unit that holds a row, and the row within it.
size_t views_find(const uint64_t *end, size_t n, uint64_t row, uint64_t *within)
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

uint64_t views_first_row(const uint64_t *end, size_t unit) { return unit ? end[unit - 1] : 0; }

// Rows are mostly read one after the other, so the unit of the last one is tried first.
size_t views_unit_of_event(struct views *v, uint64_t row, uint64_t *within)
{
    size_t u = v->unit;
    if (u < v->event_end.n && row >= views_first_row(v->event_end.at, u) && row < v->event_end.at[u])
        *within = row - views_first_row(v->event_end.at, u);
    else
        v->unit = views_find(v->event_end.at, v->event_end.n, row, within);
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
    voc_rc rc = views_walk(v, unit, &b);
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
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    size_t unit = views_unit_of_event(v, row, &e);
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
    case E_ACTOR: *out = text_cell(str_of(views_actors[actor])); break;
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
    voc_rc rc = views_ready(v);
    *n = rc || v->event_end.n == 0 ? 0 : v->event_end.at[v->event_end.n - 1];
    return rc;
}

static voc_rc journey_open(void *user, uint64_t *n)
{
    struct views *v = user;
    voc_rc rc = views_ready(v);
    if (!rc && !v->stays) rc = load_stays(v);
    v->stays = v->stays || !rc;
    if (rc) v->stay_end.n = 0;
    *n = rc || v->stay_end.n == 0 ? 0 : v->stay_end.at[v->stay_end.n - 1];
    return rc;
}

static voc_rc journey_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    uint64_t k;
    const voc_journeys *b;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    size_t unit = views_find(v->stay_end.at, v->stay_end.n, row, &k);
    rc = views_walk(v, unit, &b);
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
    voc_rc rc = views_ready(v);
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
    const voc_journeys *b;
    voc_rc rc = views_ready(v);
    if (rc) return rc;
    const voc_definition *d = timeline_definition(v->timeline);
    size_t n = timeline_unit_events(v->timeline, (size_t)row);
    static const char *const kinds[] = {"", "account", "individual", "case"};
    switch (column) { // without a walk
    case U_UNIT: *out = (voc_cell){.type = VOC_CELL_TEXT, .s = timeline_unit_name(v->timeline, (size_t)row)}; return VOC_OK;
    case U_FIRST: *out = int_cell(n ? v->events->time_us[timeline_source_event(v->timeline, (size_t)row, 0)] : VOC_NA); return VOC_OK;
    case U_LAST: *out = int_cell(n ? v->events->time_us[timeline_source_event(v->timeline, (size_t)row, n - 1)] : VOC_NA); return VOC_OK;
    case U_EVENTS: *out = int_cell((int64_t)n); return VOC_OK;
    default: break;
    }
    rc = views_walk(v, (size_t)row, &b);
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

voc_rc views_new(struct views **out)
{
    struct views *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    unload(v); // marks every batch as holding no unit
    buf_init(&v->text, 4096);
    v->tables[0] = (struct sql_table){"event", event_columns, v, event_open, event_cell};
    v->tables[1] = (struct sql_table){"journey", journey_columns, v, journey_open, journey_cell};
    v->tables[2] = (struct sql_table){"unit", unit_columns, v, unit_open, unit_cell};
    *out = v;
    return VOC_OK;
}

void views_show(struct views *v, struct project *p, const struct journey *j, struct diag *d)
{
    unload(v);
    v->project = p;
    v->journey = j;
    v->diag = d;
    v->stays = false;
}

const struct sql_table *views_table(const struct views *v, size_t i, const struct sql_walk **walk)
{
    *walk = &views_walks[i];
    return &v->tables[i];
}

voc_rc views_register(const struct views *v, struct project *p)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < VIEWS_TABLES && !rc; i++) rc = store_sql_table_walk(p, &v->tables[i], &views_walks[i]);
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
