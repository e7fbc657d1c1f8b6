// SPDX-License-Identifier: MIT
// event, journey and unit as tables of SQL: rows are found by unit, one unit is resolved at a time and kept while rows of
// it are read. Column names are a contract (DESIGN section 4): they are only added to. One thread.
#include "cli/views.h"

#include "base/str.h"

struct views {
    struct project *project;
    const struct journey *journey;
    struct diag *diag;
    struct event_set *events;
    struct timeline *timeline;
    struct batch *batch;
    size_t loaded;           // unit in the batch, or SIZE_MAX
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

static voc_rc ready(struct views *v)
{
    struct timeline_options to = {.end_us = VOC_NA};
    if (v->batch) return VOC_OK;
    voc_rc rc = event_set_load(&v->events, v->project, EV_ALL, v->diag);
    if (!rc) rc = timeline_new(&v->timeline, v->events, v->journey, &to, v->diag);
    if (!rc) rc = batch_new(&v->batch, v->timeline, (1u << VOC_N_COLUMNS) - 1u);
    size_t n = rc ? 0 : timeline_n_units(v->timeline);
    if (!rc) rc = vec_reserve(&v->event_end, n, SIZE_MAX);
    uint64_t at = 0;
    for (size_t u = 0; u < n && !rc; u++) v->event_end.at[v->event_end.n++] = at += timeline_unit_events(v->timeline, u);
    return rc;
}

static voc_rc load_unit(struct views *v, size_t unit)
{
    if (v->loaded == unit) return VOC_OK;
    batch_clear(v->batch);
    v->loaded = SIZE_MAX;
    voc_rc rc = batch_add(v->batch, unit);
    if (!rc) v->loaded = unit;
    return rc;
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

static voc_cell text_cell(voc_str s) { return s.len ? (voc_cell){.type = VOC_CELL_TEXT, .s = s} : (voc_cell){.type = VOC_CELL_NA}; }
static voc_cell int_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_INT, .i = i}; }
static voc_cell micro_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_REAL, .r = (double)i / 1e6}; }

static voc_cell time_cell(struct views *v, int64_t us, uint32_t resolution)
{
    buf_clear(&v->text);
    time_print(&v->text, us, resolution);
    return text_cell(str_mk(v->text.ptr ? v->text.ptr : "", v->text.len));
}

static voc_cell code_cell(const struct views *v, const voc_journeys *b, uint32_t column, size_t e)
{
    const uint32_t *codes = b->columns[column];
    return text_cell(timeline_name(v->timeline, column, codes[e]));
}

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

static voc_rc event_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    uint64_t e;
    size_t unit = find(v->event_end.at, v->event_end.n, row, &e);
    voc_rc rc = load_unit(v, unit);
    if (rc) return rc;
    const voc_journeys *b = batch_view(v->batch);
    const struct event_set *s = v->events;
    size_t i = batch_source_event(v->batch, e);
    const uint8_t *res = b->columns[VOC_COL_RESOLUTION], *actor = b->columns[VOC_COL_ACTOR], *cls = b->columns[VOC_COL_CLASS];
    const uint32_t *touch = b->columns[VOC_COL_TOUCHPOINT], *stage = b->columns[VOC_COL_STAGE], *segment = b->columns[VOC_COL_SEGMENT];
    const voc_definition *d = timeline_definition(v->timeline);
    switch (column) {
    case E_ID: *out = text_cell(s->id[i]); break;
    case E_UNIT: *out = text_cell(b->units[0].name); break;
    case E_INDIVIDUAL: *out = code_cell(v, b, VOC_COL_INDIVIDUAL, e); break;
    case E_ACCOUNT: *out = code_cell(v, b, VOC_COL_ACCOUNT, e); break;
    case E_CASE: *out = code_cell(v, b, VOC_COL_CASE, e); break;
    case E_EPISODE: {
        uint32_t episode = episode_at(b, e);
        *out = episode ? int_cell(episode) : (voc_cell){.type = VOC_CELL_NA};
        break;
    }
    case E_TIME: *out = time_cell(v, s->time_us[i], res[e]); break;
    case E_TIME_US: *out = int_cell(s->time_us[i]); break;
    case E_RESOLUTION: *out = text_cell(str_of(resolution_names[res[e]])); break;
    case E_ACTOR: *out = text_cell(str_of(actor_names[actor[e]])); break;
    case E_ACTION: *out = code_cell(v, b, VOC_COL_ACTION, e); break;
    case E_CLASS: *out = actor[e] == VOC_ACTOR_CUSTOMER ? text_cell(str_of(class_names[cls[e]])) : (voc_cell){.type = VOC_CELL_NA}; break;
    case E_TOUCHPOINT: *out = touchpoint_cell(v, touch[e], false); break;
    case E_CHANNEL: *out = code_cell(v, b, VOC_COL_CHANNEL, e); break;
    case E_CAMPAIGN: *out = code_cell(v, b, VOC_COL_CAMPAIGN, e); break;
    case E_OBJECT: *out = code_cell(v, b, VOC_COL_OBJECT, e); break;
    case E_ROLE: *out = code_cell(v, b, VOC_COL_ROLE, e); break;
    case E_SEGMENT: *out = segment[e] < d->n_segments ? text_cell(d->segments[segment[e]]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case E_STAGE: *out = stage[e] < d->n_stages ? text_cell(d->stages[stage[e]].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case E_STEP: *out = touchpoint_cell(v, touch[e], true); break;
    case E_OWNER: *out = code_cell(v, b, VOC_COL_OWNER, e); break;
    case E_MINUTES: *out = micro_cell(s->minutes[i]); break;
    case E_COST: *out = micro_cell(s->cost[i]); break;
    case E_VALUE: *out = micro_cell(s->value[i]); break;
    case E_REF: *out = text_cell(s->ref[i]); break;
    case E_THREAD: *out = code_cell(v, b, VOC_COL_THREAD, e); break;
    case E_TEXT: *out = text_cell(s->text[i]); break;
    case E_ATTRIBUTES: *out = text_cell(s->attrs[i]); break;
    case E_SOURCE: *out = text_cell(s->strings[SPACE_SOURCE][s->source[i]]); break;
    case E_LINE: *out = int_cell((int64_t)s->line[i]); break;
    default: return VOC_E_BUG;
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
        rc = load_unit(v, u);
        if (!rc) v->stay_end.at[v->stay_end.n++] = at += batch_view(v->batch)->n_stays;
    }
    *n = rc || v->stay_end.n == 0 ? 0 : v->stay_end.at[v->stay_end.n - 1];
    return rc;
}

static voc_rc journey_cell(void *user, uint64_t row, unsigned column, voc_cell *out)
{
    struct views *v = user;
    uint64_t k;
    size_t unit = find(v->stay_end.at, v->stay_end.n, row, &k);
    voc_rc rc = load_unit(v, unit);
    if (rc) return rc;
    const voc_journeys *b = batch_view(v->batch);
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
    voc_rc rc = load_unit(v, (size_t)row);
    if (rc) return rc;
    const voc_journeys *b = batch_view(v->batch);
    const voc_definition *d = timeline_definition(v->timeline);
    const voc_unit *u = &b->units[0];
    const voc_stay *last = b->n_stays ? &b->stays[b->n_stays - 1] : NULL;
    const int64_t *time = b->columns[VOC_COL_TIME];
    const uint32_t *segment = b->columns[VOC_COL_SEGMENT];
    static const char *const kinds[] = {"", "account", "individual", "case"};
    size_t n = b->n_events;
    switch (column) {
    case U_UNIT: *out = (voc_cell){.type = VOC_CELL_TEXT, .s = u->name}; break;
    case U_KIND: *out = text_cell(u->flags & VOC_JOURNEY_INTERNAL ? STR("internal") : str_of(kinds[d->unit])); break;
    case U_ACCOUNT: *out = text_cell(timeline_name(v->timeline, VOC_COL_ACCOUNT, u->account)); break;
    case U_SEGMENT: *out = n && segment[n - 1] < d->n_segments ? text_cell(d->segments[segment[n - 1]]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_EPISODES: *out = int_cell(last ? (int64_t)last->episode : 0); break;
    case U_FIRST: *out = int_cell(n ? time[0] : VOC_NA); break;
    case U_LAST: *out = int_cell(n ? time[n - 1] : VOC_NA); break;
    case U_STAGE: *out = last && last->end == VOC_END_CENSORED ? text_cell(d->stages[last->stage].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_OUTCOME: *out = text_cell(outcome(d, last)); break;
    case U_EVENTS: *out = int_cell((int64_t)n); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

voc_rc views_new(struct views **out, struct project *p, const struct journey *j, struct diag *d)
{
    struct views *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    *v = (struct views){.project = p, .journey = j, .diag = d, .loaded = SIZE_MAX};
    buf_init(&v->text, 4096);
    v->tables[0] = (struct sql_table){"event", event_columns, v, event_open, event_cell};
    v->tables[1] = (struct sql_table){"journey", journey_columns, v, journey_open, journey_cell};
    v->tables[2] = (struct sql_table){"unit", unit_columns, v, unit_open, unit_cell};
    voc_rc rc = VOC_OK;
    *out = v; // the tables point to it from now on
    for (size_t i = 0; i < 3 && !rc; i++) rc = store_sql_table(p, &v->tables[i]);
    return rc;
}

void views_free(struct views *v)
{
    if (!v) return;
    batch_free(v->batch);
    timeline_free(v->timeline);
    event_set_free(v->events);
    vec_free(&v->event_end);
    vec_free(&v->stay_end);
    buf_done(&v->text);
    mem_free(v);
}
