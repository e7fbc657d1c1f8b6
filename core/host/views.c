// SPDX-License-Identifier: MIT
// event, journey and unit as tables of SQL. Rows lie unit by unit, in order of the units' names, and are numbered so. A reading of a
// table is a scan over a set of rows (views_set.c) that has just the fields which the query names; a unit that is given is read
// alone. The last column, hidden, says by which definition; where a query gives it, that one is used instead of the active one.
// Column names are a contract (DESIGN section 4): only added to. One thread, but for the reading.
#include "host/host.h"
#include "host/views_int.h"

#include "base/str.h"

static const char *const event_columns[] = {"id", "unit", "individual", "account", "case", "episode", "time", "time_us", "resolution", "actor", "action", "class",
                                            "touchpoint", "channel", "campaign", "object", "role", "segment", "stage", "step", "owner", "minutes", "cost", "value",
                                            "ref", "thread", "text", "attributes", "source", "line", "definition", NULL};
static const char *const journey_columns[] = {"unit", "episode", "stage", "entered_us", "left_us", "end", "entered_time", "left_time", "exit", "segment", "beginning", "definition", NULL};
static const char *const unit_columns[] = {"unit", "kind", "account", "segment", "episodes", "first_us", "last_us", "stage", "outcome", "events", "definition", NULL};
static const unsigned definition_of[VIEWS_TABLES] = {E_DEFINITION, J_DEFINITION, U_DEFINITION};
static const unsigned unit_of[VIEWS_TABLES] = {E_UNIT, J_UNIT, U_UNIT};

const char *const views_actors[VIEWS_ACTORS] = {"", "customer", "company", "other"};
static const char *const class_names[] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};
static const char *const resolution_names[] = {"us", "ms", "second", "minute", "hour", "day"};
static const char *const end_names[] = {"", "forward", "backward", "exit", "lapsed", "censored"};
static const char *const beginning_names[] = {"seen", "before the data", "seen", "known from before the data"}; // by VOC_STAY_*

#define WINDOW_BYTES (UINT64_C(256) << 20) // of rows that a scan holds at once
#define WINDOW_FIRST 16384u               // rows

struct scan { // owns
    struct views *v;         // borrows
    struct shown *of;
    struct set *set;         // a reference
    struct plan plan;
    unsigned table;
    char *definition;        // as the query gave it; NULL: the active one
    bool tests;              // rows of the set are tested by the plan
    bool planned;            // ... or were, before they came into the set
    bool by_place;           // it goes by place, not by segment
    bool counted;            // it gives all rows as they lie, so that they are numbered as they come
    uint32_t *order;         // rows by place; NULL: as they lie
    struct run *runs;        // instead of an order: rows that nothing tells apart; NULL: none
    size_t run, n_runs;
    uint64_t given;          // rows so far, this one among them
    uint64_t left;           // rows that it may give yet
    bool unsorted;           // units come as they were read: nothing that is read of rows shows it
    size_t segment, segment_end; // in set.by_name
    uint64_t within;         // of the segment
    uint64_t at, end;        // places in the order, or rows that are only counted
    size_t window, n_units;  // windows: of places, the first unit that was not read yet, and all
    uint64_t window_rows, window_most; // of the next one; 0: there are no windows
    uint32_t stored;
    uint64_t row;            // of the set
    const struct slab *slab; // where it is, from which row
    size_t i;
    const struct segment *near; // of the row whose unit was asked for last
    unsigned ordered[4];     // columns of the order
    size_t n_order;
    struct buf text;         // what the last cell of a made-up text points to
};

// ---- a scan's rows -----------------------------------------------------------------------------------------------------------------------

static void stand_on(struct scan *s, uint64_t row)
{
    const struct slab *b = s->slab;
    if (!b || row < b->first || row - b->first >= b->n) b = s->slab = set_slab(s->set, row);
    s->row = row;
    s->i = (size_t)(row - b->first);
}

// The rows of the next units, in order of their names, where all do not fit into memory at once. Each window takes a reading of
// its own; they grow, for who stops after a few rows.
static voc_rc next_window(struct scan *s, bool *more)
{
    const struct place *p = s->of->places[s->table].at;
    const struct plan *plan = s->planned ? &s->plan : NULL;
    *more = s->window < s->n_units;
    if (!*more) return VOC_OK;
    size_t from = s->window, to = from + 1;
    uint64_t before = from ? p[from - 1].end : 0;
    while (to < s->n_units && p[to].end - before <= s->window_rows) to++;
    while (to < s->n_units && str_eq(p[to].unit, p[to - 1].unit)) to++;
    set_let_go(s->set);
    s->set = NULL;
    s->slab = NULL;
    s->near = NULL;
    voc_rc rc = set_get_range(s->v, &s->of, s->table, s->stored, plan, p[from].unit, to < s->n_units ? p[to].unit : (voc_str){NULL, 0}, &s->set);
    if (!rc) rc = set_sort(s->set);
    if (rc) return rc;
    s->window = to;
    s->window_rows = s->window_rows * 8 < s->window_most ? s->window_rows * 8 : s->window_most;
    s->segment = 0;
    s->within = 0;
    s->segment_end = s->set->segments.n;
    return VOC_OK;
}

static bool step_run(struct scan *s)
{
    if (s->within == s->runs[s->run].n) {
        s->run++;
        s->within = 0;
    }
    if (s->within++ == 0) stand_on(s, s->runs[s->run].row);
    s->at++;
    return true;
}

static bool step_place(struct scan *s)
{
    if (s->at >= s->end) return false;
    if (s->runs) return step_run(s);
    if (s->set->slabs.n) stand_on(s, s->order ? s->order[s->at] : s->at);
    s->at++;
    return true;
}

static bool step_segment(struct scan *s)
{
    for (; s->segment < s->segment_end; s->segment++, s->within = 0) {
        const struct segment *x = &s->set->segments.at[s->set->by_name[s->segment]];
        if (s->within == x->n) continue;
        stand_on(s, x->first + s->within++);
        return true;
    }
    return false;
}

// To the next row that may fit.
static voc_rc step_on(struct scan *s, bool *more)
{
    voc_rc rc = VOC_OK;
    *more = s->set || s->window_rows;
    while (*more && !rc) {
        *more = s->left && s->set && (s->by_place ? step_place(s) : step_segment(s));
        if (!*more && s->left && s->window_rows) {
            rc = next_window(s, more);
            continue;
        }
        if (!*more) break;
        if (s->tests) {
            const struct fields f = set_fields(s->set, s->slab);
            if (!plan_fits(&s->plan, &f, s->i)) continue;
        }
        s->left--;
        break;
    }
    return rc;
}

static voc_rc scan_next(void *user, void *scan, bool *more)
{
    struct scan *s = scan;
    (void)user;
    s->given++;
    return step_on(s, more);
}

// Does it show in which order units come? Not where all that is read is the same among rows that are equal in the order.
static bool units_show(const struct sql_ask *ask, unsigned table)
{
    uint64_t seen = ask->columns & ~(UINT64_C(1) << definition_of[table]);
    for (size_t i = 0; i < ask->n_order; i++) seen &= ~(UINT64_C(1) << (ask->order[i] & ~SQL_DOWN));
    for (size_t i = 0; i < ask->n_limits; i++)
        if (ask->limits[i].op == SQL_EQUALS) seen &= ~(UINT64_C(1) << ask->limits[i].column);
    return seen != 0;
}

static voc_rc scan_unit(struct scan *s, uint32_t stored)
{
    struct views *v = s->v;
    voc_rc rc = set_get_unit(v, &s->of, s->table, stored, str_of(s->plan.unit), &s->set);
    if (!rc) rc = set_sort(s->set);
    if (rc) return rc;
    s->segment = set_find(s->set, str_of(s->plan.unit));
    s->segment_end = s->segment < s->set->segments.n ? s->segment + 1 : s->segment;
    while (s->segment_end < s->set->segments.n && str_is(s->set->segments.at[s->set->by_name[s->segment_end]].unit, s->plan.unit)) s->segment_end++;
    return VOC_OK;
}

// What a scan may hold at once, in bytes.
static uint64_t share_of_memory(const struct views *v)
{
    const uint64_t held = mem_stats().live_bytes, all = v->memory_max ? v->memory_max - memory_program(v->memory_max) : UINT64_MAX;
    const uint64_t left = all > held ? all - held : 0;
    return left / 2 < WINDOW_BYTES ? left / 2 + 1 : WINDOW_BYTES;
}

static voc_rc scan_windows(struct scan *s, uint32_t stored)
{
    uint64_t width = set_bytes(s->table, stored);
    voc_rc rc = order_places(s->v, &s->of, s->table);
    s->n_units = s->of->places[s->table].n;
    s->stored = stored;
    s->window_most = share_of_memory(s->v) / width + 1;
    s->window_rows = WINDOW_FIRST < s->window_most ? WINDOW_FIRST : s->window_most;
    s->tests = false; // what does not fit is not even kept
    sets_drop(s->v, NULL); // they are for other questions
    return rc;
}

static voc_rc scan_rows(struct scan *s, const struct sql_ask *ask, uint32_t stored)
{
    const bool sorts = units_show(ask, s->table), may_cut = s->table == T_EVENT && !ask->n_order && sorts;
    const uint64_t share = share_of_memory(s->v);
    s->planned = s->tests;
    s->counted = !s->planned && !ask->n_order;
    if (may_cut && !s->planned && timeline_info(s->of->timeline)->n_events * set_bytes(s->table, stored) > share) return scan_windows(s, stored);
    voc_rc rc = set_get(s->v, &s->of, s->table, stored, s->planned ? &s->plan : NULL, may_cut ? share : 0, &s->set);
    if (!rc && !s->set) return scan_windows(s, stored);
    if (rc) return rc;
    for (; s->n_order < ask->n_order && s->n_order < 4; s->n_order++) s->ordered[s->n_order] = ask->order[s->n_order];
    s->tests = s->planned && s->set->all;
    for (size_t i = 0; i < ask->n_order; i++) rc = rc ? rc : (ask->order[i] & ~SQL_DOWN) == unit_of[s->table] ? set_sort(s->set) : VOC_OK;
    if (!rc && sorts) rc = set_sort(s->set);
    if (!rc && ask->n_order && !sorts) rc = order_runs(s->set, ask->order, ask->n_order, &s->runs, &s->n_runs);
    if (!rc && ask->n_order && !s->runs) rc = order_rows(s->set, ask->order, ask->n_order, sorts, &s->order);
    s->end = s->set->n;
    s->segment_end = s->set->segments.n;
    s->by_place = s->order || s->runs || !sorts;
    s->unsorted = !sorts;
    return rc ? rc : units_memory(s->v->memory_max, "what this statement reads", s->v->diag);
}

// The row of a number.
static voc_rc scan_one(struct scan *s, uint64_t row, uint32_t stored)
{
    uint64_t within = 0;
    voc_rc rc = order_places(s->v, &s->of, s->table);
    size_t u = rc ? 0 : places_find(s->of, s->table, row, &within);
    if (rc || u == s->of->places[s->table].n) return rc;
    voc_str unit = s->of->places[s->table].at[u].unit;
    if (!(s->plan.unit = mem_strndup(unit.ptr, unit.len))) return VOC_E_NOMEM;
    rc = scan_unit(s, stored);
    if (rc || s->segment == s->segment_end) return rc;
    s->within = within;
    s->left = 1;
    return VOC_OK;
}

static void scan_end(void *user, void *scan)
{
    struct scan *s = scan;
    struct views *v = ((struct views_table *)user)->views;
    if (s->of) s->of->refs--;
    set_let_go(s->set);
    plan_done(&s->plan);
    mem_free(s->definition);
    mem_free(s->order);
    mem_free(s->runs);
    buf_done(&s->text);
    mem_free(s);
    v->n_scans--;
}

// The definition that limits give, as it was written.
static voc_rc definition_given(struct scan *s, const struct sql_ask *ask, bool *none)
{
    for (size_t i = 0; i < ask->n_limits; i++) {
        const struct sql_limit *l = &ask->limits[i];
        if (l->column != definition_of[s->table]) continue;
        if (s->definition && !str_is(l->value.s, s->definition)) *none = true;
        else if (!s->definition && !(s->definition = mem_strndup(l->value.s.ptr, l->value.s.len))) return VOC_E_NOMEM;
    }
    return VOC_OK;
}

static voc_rc scan_make(struct scan *s, const struct sql_ask *ask)
{
    struct views *v = s->v;
    bool none = false;
    voc_rc rc = definition_given(s, ask, &none);
    if (!rc && !none) rc = shown_find(v, s->definition ? str_of(s->definition) : (voc_str){"", 0}, &s->of);
    if (!rc && !none) rc = shown_open(v, s->of);
    if (!rc && !none) rc = plan_make(&s->plan, v, s->of, s->table, ask->limits, ask->n_limits);
    if (rc || none || s->plan.none) return rc;
    uint32_t stored = set_stored_for(s->table, ask->columns) | s->plan.stored;
    s->tests = plan_tests(&s->plan);
    if (ask->row >= 0) return scan_one(s, (uint64_t)ask->row, stored);
    return s->plan.unit_given ? scan_unit(s, stored) : scan_rows(s, ask, stored);
}

static voc_rc scan_begin(void *user, const struct sql_ask *ask, void **out)
{
    const struct views_table *t = user;
    if (!t->views->project) return VOC_E_BUG;
    struct scan *s = mem_zalloc(1, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    *s = (struct scan){.v = t->views, .table = t->table, .left = UINT64_MAX};
    buf_init(&s->text, 4096);
    t->views->n_scans++;
    voc_rc rc = scan_make(s, ask);
    if (s->of) s->of->refs++;
    if (rc) scan_end(user, s);
    else *out = s;
    return rc;
}

// ---- numbers -----------------------------------------------------------------------------------------------------------------------------

// Rows that differ in nothing that was read were given in any order; now that their numbers are asked for, this one becomes the
// one that comes at its place in order of the units' names.
static voc_rc sort_late(struct scan *s)
{
    voc_rc rc = set_sort(s->set);
    if (rc) return rc;
    s->unsorted = false;
    if (s->order || s->runs) {
        uint32_t *order = NULL;
        if ((rc = order_rows(s->set, s->ordered, s->n_order, true, &order))) return rc;
        mem_free(s->order);
        mem_free(s->runs);
        s->runs = NULL;
        s->order = order;
        stand_on(s, order[s->at - 1]);
        return VOC_OK;
    }
    s->by_place = false;
    s->segment = 0;
    s->within = 0;
    bool more = true;
    for (uint64_t i = 0; i < s->given && !rc && more; i++) rc = step_on(s, &more);
    return rc ? rc : more ? VOC_OK : VOC_E_BUG;
}

static voc_rc scan_number(void *user, void *scan, uint64_t *row)
{
    struct scan *s = scan;
    (void)user;
    if (s->counted) { // in whichever order they came: only their numbers tell them apart
        *row = s->given - 1;
        return VOC_OK;
    }
    voc_rc rc = s->unsorted ? sort_late(s) : VOC_OK;
    if (!rc && s->set->all) {
        rc = set_number(s->set);
        *row = rc ? 0 : s->set->numbers[s->row];
        return rc;
    }
    if (!rc) rc = order_places(s->v, &s->of, s->table);
    if (rc) return rc;
    const struct segment *x = set_segment(s->set, s->row);
    bool whole = !(s->set->stored & STORED(S_PLACE));
    *row = places_row(s->of, s->table, x->unit) + (whole ? s->row - x->first : ((const uint32_t *)slab_column(s->set, s->slab, S_PLACE))[s->i]);
    return VOC_OK;
}

// ---- cells -------------------------------------------------------------------------------------------------------------------------------

static voc_cell text_cell(voc_str s) { return s.len ? (voc_cell){.type = VOC_CELL_TEXT, .s = s} : (voc_cell){.type = VOC_CELL_NA}; }
static voc_cell int_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_INT, .i = i}; }
static voc_cell micro_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_REAL, .r = (double)i / 1e6}; }

static voc_cell time_cell(struct scan *s, int64_t us, uint32_t resolution)
{
    buf_clear(&s->text);
    time_print(&s->text, us, resolution);
    return text_cell(str_mk(s->text.ptr ? s->text.ptr : "", s->text.len));
}

static voc_cell code_cell(const struct scan *s, uint32_t column, uint32_t code) { return text_cell(timeline_name(s->of->timeline, column, code)); }

static voc_cell touchpoint_cell(const struct scan *s, uint32_t t, bool step)
{
    const voc_definition *d = timeline_definition(s->of->timeline);
    return t == VOC_NONE ? text_cell((voc_str){"", 0}) : text_cell(step ? d->touchpoints[t].step : d->touchpoints[t].id);
}

static voc_cell definition_cell(const struct scan *s)
{
    if (s->definition) return (voc_cell){.type = VOC_CELL_TEXT, .s = str_of(s->definition)};
    return text_cell(timeline_definition(s->of->timeline)->id);
}

static const void *cell_of(const struct scan *s, enum stored c, size_t width) { return (const char *)slab_column(s->set, s->slab, c) + s->i * width; }
static uint32_t code_at(const struct scan *s, enum stored c) { return *(const uint32_t *)cell_of(s, c, 4); }
static int64_t wide_at(const struct scan *s, enum stored c) { return *(const int64_t *)cell_of(s, c, 8); }
static uint8_t byte_at(const struct scan *s, enum stored c) { return *(const uint8_t *)cell_of(s, c, 1); }
static voc_str text_at(const struct scan *s, enum stored c) { return *(const voc_str *)cell_of(s, c, sizeof(voc_str)); }

// Rows of a unit mostly come one after the other.
static voc_str unit_at(struct scan *s)
{
    const struct segment *x = s->near;
    if (!x || s->row < x->first || s->row - x->first >= x->n) x = s->near = set_segment(s->set, s->row);
    return x->unit;
}


// What is named is there as long as the timeline; texts of rows, and those that are made up, are not.
static voc_rc event_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    uint32_t code;
    (void)user;
    *lasts = true;
    *out = (voc_cell){.type = VOC_CELL_NA};
    switch (column) {
    case E_UNIT: *out = text_cell(unit_at(s)); break;
    case E_INDIVIDUAL: *out = code_cell(s, VOC_COL_INDIVIDUAL, code_at(s, S_INDIVIDUAL)); break;
    case E_ACCOUNT: *out = code_cell(s, VOC_COL_ACCOUNT, code_at(s, S_ACCOUNT)); break;
    case E_CASE: *out = code_cell(s, VOC_COL_CASE, code_at(s, S_CASE)); break;
    case E_EPISODE:
        if ((code = code_at(s, S_EPISODE)) != 0) *out = int_cell(code);
        break;
    case E_TIME_US: *out = int_cell(wide_at(s, S_TIME)); break;
    case E_RESOLUTION: *out = text_cell(str_of(resolution_names[byte_at(s, S_RESOLUTION)])); break;
    case E_ACTOR: *out = text_cell(str_of(views_actors[byte_at(s, S_ACTOR)])); break;
    case E_ACTION: *out = code_cell(s, VOC_COL_ACTION, code_at(s, S_ACTION)); break;
    case E_CLASS:
        if (byte_at(s, S_CLASS) != UINT8_MAX) *out = text_cell(str_of(class_names[byte_at(s, S_CLASS)]));
        break;
    case E_TOUCHPOINT: *out = touchpoint_cell(s, code_at(s, S_TOUCHPOINT), false); break;
    case E_STEP: *out = touchpoint_cell(s, code_at(s, S_TOUCHPOINT), true); break;
    case E_CHANNEL: *out = code_cell(s, VOC_COL_CHANNEL, code_at(s, S_CHANNEL)); break;
    case E_CAMPAIGN: *out = code_cell(s, VOC_COL_CAMPAIGN, code_at(s, S_CAMPAIGN)); break;
    case E_OBJECT: *out = code_cell(s, VOC_COL_OBJECT, code_at(s, S_OBJECT)); break;
    case E_ROLE: *out = code_cell(s, VOC_COL_ROLE, code_at(s, S_ROLE)); break;
    case E_OWNER: *out = code_cell(s, VOC_COL_OWNER, code_at(s, S_OWNER)); break;
    case E_THREAD: *out = code_cell(s, VOC_COL_THREAD, code_at(s, S_THREAD)); break;
    case E_SEGMENT:
        if ((code = code_at(s, S_SEGMENT)) < d->n_segments) *out = text_cell(d->segments[code]);
        break;
    case E_STAGE:
        if ((code = code_at(s, S_STAGE)) < d->n_stages) *out = text_cell(d->stages[code].id);
        break;
    case E_MINUTES: *out = micro_cell(wide_at(s, S_MINUTES)); break;
    case E_COST: *out = micro_cell(wide_at(s, S_COST)); break;
    case E_VALUE: *out = micro_cell(wide_at(s, S_VALUE)); break;
    case E_SOURCE: *out = text_cell(timeline_source_name(s->of->timeline, code_at(s, S_SOURCE))); break;
    case E_LINE: *out = int_cell(wide_at(s, S_LINE)); break;
    default: *lasts = false; break;
    }
    if (*lasts) return VOC_OK;
    switch (column) {
    case E_ID: *out = text_cell(text_at(s, S_ID)); break;
    case E_TIME: *out = time_cell(s, wide_at(s, S_TIME), byte_at(s, S_RESOLUTION)); break;
    case E_REF: *out = text_cell(text_at(s, S_REF)); break;
    case E_TEXT: *out = text_cell(text_at(s, S_TEXT)); break;
    case E_ATTRIBUTES: *out = text_cell(text_at(s, S_ATTRS)); break;
    case E_DEFINITION: *out = definition_cell(s); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

static voc_rc journey_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    (void)user;
    *lasts = column != J_IN && column != J_OUT && column != J_DEFINITION;
    if (column == J_UNIT) *out = text_cell(unit_at(s));
    if (column == J_DEFINITION) *out = definition_cell(s);
    if (column == J_UNIT || column == J_DEFINITION) return VOC_OK;
    const voc_stay *y = cell_of(s, S_STAY, sizeof *y);
    switch (column) {
    case J_EPISODE: *out = int_cell(y->episode); break;
    case J_STAGE: *out = text_cell(d->stages[y->stage].id); break;
    case J_IN_US: *out = int_cell(y->in_us); break;
    case J_OUT_US: *out = int_cell(y->out_us); break;
    case J_END: *out = text_cell(str_of(end_names[y->end])); break;
    case J_IN: *out = time_cell(s, y->in_us, VOC_RES_SECOND); break;
    case J_OUT: *out = time_cell(s, y->out_us, VOC_RES_SECOND); break;
    case J_EXIT: *out = y->exit < d->n_exits ? text_cell(d->exits[y->exit].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case J_SEGMENT: *out = y->segment < d->n_segments ? text_cell(d->segments[y->segment]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case J_BEGINNING: *out = text_cell(str_of(beginning_names[y->flags & (VOC_STAY_TRUNCATED | VOC_STAY_KNOWN_FROM)])); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// won, lost ... of the last stay that ended in an exit; open while a stay goes on; lapsed; none without a stay.
static voc_str outcome(const voc_definition *d, const struct summary *u)
{
    if (!u->episodes) return STR("none");
    if (u->end == VOC_END_EXIT && u->exit < d->n_exits) return d->exits[u->exit].outcome;
    if (d->win_stage != VOC_NONE && u->stage == d->win_stage) return STR("won");
    return u->end == VOC_END_LAPSED ? STR("lapsed") : STR("open");
}

static voc_rc unit_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    static const char *const kinds[] = {"", "account", "individual", "case"};
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    (void)user;
    *lasts = column != U_DEFINITION;
    if (column == U_UNIT) *out = (voc_cell){.type = VOC_CELL_TEXT, .s = unit_at(s)};
    if (column == U_DEFINITION) *out = definition_cell(s);
    if (column == U_UNIT || column == U_DEFINITION) return VOC_OK;
    const struct summary *u = cell_of(s, S_SUMMARY, sizeof *u);
    switch (column) {
    case U_FIRST: *out = int_cell(u->first_us); break;
    case U_LAST: *out = int_cell(u->last_us); break;
    case U_EVENTS: *out = int_cell((int64_t)u->events); break;
    case U_KIND: *out = text_cell(u->internal ? STR("internal") : str_of(kinds[d->unit])); break;
    case U_ACCOUNT: *out = code_cell(s, VOC_COL_ACCOUNT, u->account); break;
    case U_SEGMENT: *out = u->segment < d->n_segments ? text_cell(d->segments[u->segment]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_EPISODES: *out = int_cell(u->episodes); break;
    case U_STAGE: *out = u->episodes && u->end == VOC_END_CENSORED ? text_cell(d->stages[u->stage].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_OUTCOME: *out = text_cell(outcome(d, u)); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// ---- tables --------------------------------------------------------------------------------------------------------------------------------

static voc_rc table_open(void *user, uint64_t *n)
{
    const struct views_table *t = user;
    struct views *v = t->views;
    struct shown *s = NULL;
    if (!v->project) return VOC_E_BUG;
    v->asked_units[t->table] = v->asked_rows[t->table] = 0;
    voc_rc rc = shown_find(v, (voc_str){"", 0}, &s);
    if (!rc) rc = shown_open(v, s);
    if (rc) return rc;
    const voc_run_info *info = timeline_info(s->timeline);
    *n = t->table == T_EVENT ? info->n_events : t->table == T_JOURNEY ? info->n_units * 2 : info->n_units;
    return VOC_OK;
}

// The first key is the one that rows lie in the order of.
#define UNIT_KEY(column) {column, true, false, true, 1e-5, SQL_NATURAL, false}
#define PLAIN_KEY(column, share, order) {column, true, false, false, share, order, false}
#define DEFINITION_KEY(column) {column, true, false, false, 1, SQL_UNORDERED, true}
static const struct sql_key event_keys[] = {
    UNIT_KEY(E_UNIT), {E_TIME_US, false, true, false, 1e-5, SQL_UNORDERED, false}, {E_TIME, true, true, false, 1e-5, SQL_UNORDERED, false},
    PLAIN_KEY(E_ACTION, 0.03, SQL_SORTS), PLAIN_KEY(E_TOUCHPOINT, 0.03, SQL_SORTS), PLAIN_KEY(E_STAGE, 0.2, SQL_UNORDERED),
    PLAIN_KEY(E_ACTOR, 0.5, SQL_SORTS), PLAIN_KEY(E_CHANNEL, 0.2, SQL_SORTS), PLAIN_KEY(E_CAMPAIGN, 0.03, SQL_SORTS), DEFINITION_KEY(E_DEFINITION),
};
static const struct sql_key journey_keys[] = {UNIT_KEY(J_UNIT), PLAIN_KEY(J_STAGE, 0.2, SQL_UNORDERED), DEFINITION_KEY(J_DEFINITION)};
static const struct sql_key unit_keys[] = {UNIT_KEY(U_UNIT), DEFINITION_KEY(U_DEFINITION)};
#define COUNT(keys) keys, sizeof(keys) / sizeof *(keys)
static const struct sql_walk walks[VIEWS_TABLES] = {
    {COUNT(event_keys), E_DEFINITION, scan_begin, scan_next, event_cell, scan_number, scan_end},
    {COUNT(journey_keys), J_DEFINITION, scan_begin, scan_next, journey_cell, scan_number, scan_end},
    {COUNT(unit_keys), U_DEFINITION, scan_begin, scan_next, unit_cell, scan_number, scan_end},
};

voc_rc views_new(struct views **out)
{
    static const char *const names[VIEWS_TABLES] = {"event", "journey", "unit"};
    static const char *const *const columns[VIEWS_TABLES] = {event_columns, journey_columns, unit_columns};
    struct views *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    v->threads = 1;
    for (unsigned i = 0; i < VIEWS_TABLES; i++) {
        v->users[i] = (struct views_table){v, i};
        v->tables[i] = (struct sql_table){names[i], columns[i], &v->users[i], table_open, NULL};
    }
    *out = v;
    return VOC_OK;
}

void views_bound(struct views *v, uint32_t threads, uint64_t memory_max)
{
    v->threads = threads;
    v->memory_max = memory_max;
}

void views_show(struct views *v, struct project *p, const struct journey *j, struct diag *d)
{
    shown_all_done(v);
    v->project = p;
    v->journey = j;
    v->diag = d;
}

const struct sql_table *views_table(const struct views *v, size_t i, const struct sql_walk **walk)
{
    *walk = &walks[i];
    return &v->tables[i];
}

voc_rc views_register(const struct views *v, struct project *p)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < VIEWS_TABLES && !rc; i++) rc = store_sql_table_walk(p, &v->tables[i], &walks[i]);
    return rc;
}

void views_free(struct views *v)
{
    if (!v) return;
    shown_all_done(v);
    mem_free(v);
}
