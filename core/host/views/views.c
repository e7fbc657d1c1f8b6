// SPDX-License-Identifier: MIT
// event, journey, unit, said and mention as tables of SQL. Rows lie unit by unit, in order of the units' names, and are numbered so. A reading of a
// table is a scan over a set of rows (views_set.c) that has just the fields which the query names; a unit that is given is read
// alone. The last column, hidden, says by which definition; where a query gives it, that one is used instead of the active one.
// Column names are a contract with everybody's queries (docs/sql.md): only added to. One thread, but for the reading.
#include "host/host.h"
#include "host/views/views_int.h"

#include "base/str.h"

static const char *const event_columns[] = {"id", "unit", "individual", "account", "case", "episode", "time", "time_us", "resolution", "actor", "action", "class",
                                            "touchpoint", "channel", "campaign", "object", "role", "segment", "stage", "step", "owner", "minutes", "cost", "value",
                                            "ref", "thread", "text", "attributes", "source", "line", "delivered", "person_role", "person_stage", "definition", NULL};
static const char *const journey_columns[] = {"unit", "episode", "stage", "entered_us", "left_us", "end", "entered_time", "left_time", "exit", "segment", "beginning",
                                              "last_act_us", "stalled", "definition", NULL};
static const char *const unit_columns[] = {"unit", "kind", "account", "segment", "episodes", "first_us", "last_us", "stage", "outcome", "events", "definition", NULL};
static const char *const said_columns[] = {SAID_COLUMNS(NAME) NULL};
static const char *const mention_columns[] = {MENTION_COLUMNS(NAME) NULL};
static const uint8_t event_types[] = {[E_EPISODE] = SQL_INTEGER, [E_TIME_US] = SQL_INTEGER, [E_MINUTES] = SQL_REAL, [E_COST] = SQL_REAL, [E_VALUE] = SQL_REAL,
                                      [E_LINE] = SQL_INTEGER, [E_DELIVERED] = SQL_INTEGER, [E_DEFINITION] = SQL_TEXT};
static const uint8_t journey_types[] = {[J_EPISODE] = SQL_INTEGER, [J_IN_US] = SQL_INTEGER, [J_OUT_US] = SQL_INTEGER, [J_LAST_ACT] = SQL_INTEGER,
                                        [J_STALLED] = SQL_INTEGER, [J_DEFINITION] = SQL_TEXT};
static const uint8_t unit_types[] = {[U_EPISODES] = SQL_INTEGER, [U_FIRST] = SQL_INTEGER, [U_LAST] = SQL_INTEGER, [U_EVENTS] = SQL_INTEGER, [U_DEFINITION] = SQL_TEXT};
static const uint8_t said_types[] = {[SAID_TIME_US] = SQL_INTEGER, [SAID_THEMES] = SQL_INTEGER, [SAID_UNDECIDED] = SQL_INTEGER,
                                     [SAID_LINE] = SQL_INTEGER, [SAID_DEFINITION] = SQL_TEXT};
static const uint8_t mention_types[] = {[MENTION_TIME_US] = SQL_INTEGER, [MENTION_AFFIRMED] = SQL_INTEGER, [MENTION_NEGATED] = SQL_INTEGER,
                                        [MENTION_DIRECT] = SQL_INTEGER, [MENTION_LINE] = SQL_INTEGER, [MENTION_DEFINITION] = SQL_TEXT};
const uint8_t said_is[] = {SAID_COLUMNS(IS)}, mention_is[] = {MENTION_COLUMNS(IS)};
const unsigned views_definition_of[VIEWS_TABLES] = {E_DEFINITION, J_DEFINITION, U_DEFINITION, SAID_DEFINITION, MENTION_DEFINITION};
const unsigned views_unit_of[VIEWS_TABLES] = {E_UNIT, J_UNIT, U_UNIT, SAID_UNIT, MENTION_UNIT};

#define WINDOW_BYTES (UINT64_C(256) << 20) // of rows that a scan holds at once
#define WINDOW_FIRST 16384u               // rows

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
    uint64_t seen = ask->columns & ~(UINT64_C(1) << views_definition_of[table]);
    for (size_t i = 0; i < ask->n_order; i++) seen &= ~(UINT64_C(1) << (ask->order[i] & ~SQL_DOWN));
    for (size_t i = 0; i < ask->n_limits; i++)
        if (ask->limits[i].op == SQL_EQUALS) seen &= ~(UINT64_C(1) << ask->limits[i].column);
    return seen != 0;
}

static voc_rc scan_unit(struct scan *s, uint64_t stored)
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

static voc_rc scan_windows(struct scan *s, uint64_t stored)
{
    uint64_t width = set_bytes(s->table, stored);
    s->planned = s->tests;
    voc_rc rc = order_places(s->v, &s->of, s->table);
    s->n_units = s->of->places[s->table].n;
    s->stored = stored;
    s->window_most = share_of_memory(s->v) / width + 1;
    s->window_rows = WINDOW_FIRST < s->window_most ? WINDOW_FIRST : s->window_most;
    s->tests = false; // what does not fit is not even kept
    sets_drop(s->v, NULL); // they are for other questions
    return rc;
}

// Of a set that has all rows, those with the text that is looked for.
static voc_rc scan_found(struct scan *s)
{
    size_t n = 0;
    voc_rc rc = index_find(s->set, s->plan.looked_in, str_of(s->plan.looked_for), &s->order, &n);
    s->end = n;
    s->by_place = true;
    s->counted = s->unsorted = false;
    return rc;
}

static voc_rc scan_rows(struct scan *s, const struct sql_ask *ask, uint64_t stored)
{
    const bool sorts = units_show(ask, s->table), may_cut = s->table != T_JOURNEY && s->table != T_UNIT && !ask->n_order && sorts;
    const uint64_t share = share_of_memory(s->v);
    s->planned = s->tests && !s->plan.looked_for; // all rows are read once, rather than some for each text
    s->counted = !s->planned && !ask->n_order;
    if (may_cut && s->table == T_EVENT && !s->planned &&
        timeline_info(s->of->timeline)->n_events * set_bytes(s->table, stored) > share)
        return scan_windows(s, stored);
    voc_rc rc = set_get(s->v, &s->of, s->table, stored, s->planned ? &s->plan : NULL, may_cut ? share : 0, &s->set);
    if (!rc && !s->set) return scan_windows(s, stored);
    if (rc) return rc;
    if (s->plan.looked_for) rc = scan_found(s);
    if (s->plan.looked_for) return rc ? rc : units_memory(s->v->memory_max, "what this statement reads", s->v->diag);
    for (; s->n_order < ask->n_order && s->n_order < 4; s->n_order++) s->ordered[s->n_order] = ask->order[s->n_order];
    s->tests = s->planned && s->set->all;
    for (size_t i = 0; i < ask->n_order; i++) rc = rc ? rc : (ask->order[i] & ~SQL_DOWN) == views_unit_of[s->table] ? set_sort(s->set) : VOC_OK;
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
static voc_rc scan_one(struct scan *s, uint64_t row, uint64_t stored)
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
    coding_done(&s->coding);
    mem_free(s);
    v->n_scans--;
}

// The definition that limits give, as it was written.
static voc_rc definition_given(struct scan *s, const struct sql_ask *ask, bool *none)
{
    for (size_t i = 0; i < ask->n_limits; i++) {
        const struct sql_limit *l = &ask->limits[i];
        if (l->column != views_definition_of[s->table]) continue;
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
    uint64_t stored = set_stored_for(s->table, ask->columns) | s->plan.stored | (s->plan.looked_for ? STORED(s->plan.looked_in) : 0);
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
    *n = t->table == T_EVENT ? info->n_events : t->table == T_UNIT ? info->n_units : info->n_units * 2;
    return VOC_OK;
}

// The first key is the one that rows lie in the order of.
#define UNIT_KEY(column) {column, true, false, true, 1e-5, SQL_NATURAL, false}
#define TEXT_KEY(column) {column, true, false, true, 1e-5, SQL_UNORDERED, false}
#define PLAIN_KEY(column, share, order) {column, true, false, false, share, order, false}
#define DEFINITION_KEY(column) {column, true, false, false, 1, SQL_UNORDERED, true}
static const struct sql_key event_keys[] = {
    UNIT_KEY(E_UNIT), {E_TIME_US, false, true, false, 1e-5, SQL_UNORDERED, false}, {E_TIME, true, true, false, 1e-5, SQL_UNORDERED, false},
    PLAIN_KEY(E_ACTION, 0.03, SQL_SORTS), PLAIN_KEY(E_TOUCHPOINT, 0.03, SQL_SORTS), PLAIN_KEY(E_STAGE, 0.2, SQL_UNORDERED),
    PLAIN_KEY(E_ACTOR, 0.5, SQL_SORTS), PLAIN_KEY(E_CHANNEL, 0.2, SQL_SORTS), PLAIN_KEY(E_CAMPAIGN, 0.03, SQL_SORTS), DEFINITION_KEY(E_DEFINITION),
    TEXT_KEY(E_ID), TEXT_KEY(E_REF),
};
static const struct sql_key journey_keys[] = {UNIT_KEY(J_UNIT), PLAIN_KEY(J_STAGE, 0.2, SQL_UNORDERED), DEFINITION_KEY(J_DEFINITION)};
static const struct sql_key unit_keys[] = {UNIT_KEY(U_UNIT), DEFINITION_KEY(U_DEFINITION)};
static const struct sql_key said_keys[] = {UNIT_KEY(SAID_UNIT), DEFINITION_KEY(SAID_DEFINITION)};
static const struct sql_key mention_keys[] = {UNIT_KEY(MENTION_UNIT), DEFINITION_KEY(MENTION_DEFINITION)};
#define COUNT(keys) keys, sizeof(keys) / sizeof *(keys)
static const struct sql_walk walks[VIEWS_TABLES] = {
    {COUNT(event_keys), E_DEFINITION, scan_begin, scan_next, event_cell, scan_number, scan_end},
    {COUNT(journey_keys), J_DEFINITION, scan_begin, scan_next, journey_cell, scan_number, scan_end},
    {COUNT(unit_keys), U_DEFINITION, scan_begin, scan_next, unit_cell, scan_number, scan_end},
    {COUNT(said_keys), SAID_DEFINITION, scan_begin, scan_next, said_cell, scan_number, scan_end},
    {COUNT(mention_keys), MENTION_DEFINITION, scan_begin, scan_next, mention_cell, scan_number, scan_end},
};

voc_rc views_new(struct views **out)
{
    static const char *const names[VIEWS_TABLES] = {"event", "journey", "unit", "said", "mention"};
    static const char *const *const columns[VIEWS_TABLES] = {event_columns, journey_columns, unit_columns, said_columns, mention_columns};
    static const uint8_t *const types[VIEWS_TABLES] = {event_types, journey_types, unit_types, said_types, mention_types};
    struct views *v = mem_zalloc(1, sizeof *v);
    if (!v) return VOC_E_NOMEM;
    v->threads = 1;
    for (unsigned i = 0; i < VIEWS_TABLES; i++) {
        v->users[i] = (struct views_table){v, i};
        v->tables[i] = (struct sql_table){names[i], columns[i], types[i], &v->users[i], table_open, NULL};
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
