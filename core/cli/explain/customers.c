// SPDX-License-Identifier: MIT
// Customers behind a figure, event by event around the moment that counts. Which ones is decided by a rule (the median time in
// the stage, ties by name), so that nobody picked them.
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "cli/explain/explain.h"
#include "host/parallel.h"
#include "host/fold/units.h"

#define BEFORE 4u
#define AFTER 9u

struct world {
    struct timeline *timeline;
    struct batch *batch; // of one customer; NULL: none was looked for yet
};

static voc_rc world_open(struct explainer *x, struct world *w)
{
    struct timeline_options to = {.end_us = VOC_NA, .threads = cli_threads(x->c), .parallel = parallel_for};
    *w = (struct world){0};
    voc_rc rc = timeline_open(&w->timeline, x->p, x->j, &to, false, x->c->diag);
    return rc ? rc : units_memory(cli_memory(x->c), "what is known of all events", x->c->diag);
}

static void world_close(struct world *w)
{
    batch_free(w->batch);
    timeline_free(w->timeline);
}

// ---- one customer's events ----------------------------------------------------------------------------------------------------

struct view { // what a line shows
    const struct world *w;
    const voc_journeys *b;
    const voc_definition *d;
    voc_str touchpoint; // whose touch is marked
    struct buf text;
};

static voc_str title_or_id(voc_str title, voc_str id) { return title.len ? title : id; }

static voc_str touch_name(const struct view *v, size_t e)
{
    uint32_t t = ((const uint32_t *)v->b->columns[VOC_COL_TOUCHPOINT])[e];
    return t == VOC_NONE ? STR("") : title_or_id(v->d->touchpoints[t].title, v->d->touchpoints[t].id);
}

static bool is_the_touch(const struct view *v, size_t e, int64_t at_us)
{
    uint32_t t = ((const uint32_t *)v->b->columns[VOC_COL_TOUCHPOINT])[e];
    return t != VOC_NONE && v->touchpoint.len && str_eq(v->d->touchpoints[t].id, v->touchpoint) &&
           ((const int64_t *)v->b->columns[VOC_COL_TIME])[e] == at_us;
}

// One after the other, alike in everything that a line shows: the same mail to four people of an account.
static bool alike(const struct view *v, size_t a, size_t b)
{
    static const unsigned shown[] = {VOC_COL_ACTION, VOC_COL_OBJECT, VOC_COL_TOUCHPOINT, VOC_COL_STAGE};
    if (((const int64_t *)v->b->columns[VOC_COL_TIME])[a] != ((const int64_t *)v->b->columns[VOC_COL_TIME])[b]) return false;
    if (((const uint8_t *)v->b->columns[VOC_COL_ACTOR])[a] != ((const uint8_t *)v->b->columns[VOC_COL_ACTOR])[b]) return false;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (((const uint32_t *)v->b->columns[shown[i]])[a] != ((const uint32_t *)v->b->columns[shown[i]])[b]) return false;
    return true;
}

static void put_what(struct view *v, struct table *t, size_t e, size_t times)
{
    voc_str action = timeline_name(v->w->timeline, VOC_COL_ACTION, ((const uint32_t *)v->b->columns[VOC_COL_ACTION])[e]);
    voc_str object = timeline_name(v->w->timeline, VOC_COL_OBJECT, ((const uint32_t *)v->b->columns[VOC_COL_OBJECT])[e]);
    voc_str touch = touch_name(v, e);
    buf_clear(&v->text);
    buf_str(&v->text, action);
    if (touch.len && !str_eq(touch, action)) buf_printf(&v->text, ": %.*s", STR_SHOWN(touch, 80));
    if (object.len && !str_eq(object, touch)) buf_printf(&v->text, " (%.*s)", STR_SHOWN(object, 60));
    if (times > 1) buf_printf(&v->text, ", %zu times", times);
    table_text(t, str_mk(v->text.ptr ? v->text.ptr : "", v->text.len));
}

// Answers to the touch itself cannot happen without it: they are engagement, never an outcome (METHODS 3.2).
static voc_str mark(const struct view *v, size_t e, int64_t at_us)
{
    static const char *const classes[] = {"", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};
    uint32_t ref = ((const uint32_t *)v->b->columns[VOC_COL_REF_TOUCHPOINT])[e];
    if (is_the_touch(v, e, at_us)) return STR("<- this touch");
    if (((const uint8_t *)v->b->columns[VOC_COL_ACTOR])[e] != VOC_ACTOR_CUSTOMER) return STR("");
    if (ref != VOC_NONE && v->touchpoint.len && str_eq(v->d->touchpoints[ref].id, v->touchpoint)) return STR("answers it: not counted");
    return str_of(classes[((const uint8_t *)v->b->columns[VOC_COL_CLASS])[e]]);
}

static void put_event(struct view *v, struct table *t, size_t e, size_t times, int64_t at_us)
{
    static const char *const actors[] = {"", "customer", "company", "other"};
    uint8_t actor = ((const uint8_t *)v->b->columns[VOC_COL_ACTOR])[e];
    uint32_t stage = ((const uint32_t *)v->b->columns[VOC_COL_STAGE])[e];
    buf_clear(&v->text);
    time_print(&v->text, ((const int64_t *)v->b->columns[VOC_COL_TIME])[e], ((const uint8_t *)v->b->columns[VOC_COL_RESOLUTION])[e]);
    table_text(t, str_mk(v->text.ptr ? v->text.ptr : "", v->text.len));
    table_text(t, str_of(actors[actor]));
    put_what(v, t, e, times);
    table_text(t, stage < v->d->n_stages ? v->d->stages[stage].id : STR(""));
    table_text(t, mark(v, e, at_us));
}

// Lines before `here` and from it on: where a run of alike events begins.
static size_t step_back(const struct view *v, size_t e)
{
    while (e > 0 && alike(v, e - 1, e)) e--;
    return e;
}

static size_t step_on(const struct view *v, size_t e)
{
    size_t n = v->b->n_events, to = e + 1;
    while (to < n && alike(v, e, to)) to++;
    return to;
}

static voc_rc customer(struct view *v, struct table *t, const struct example_customer *who, int64_t window_us)
{
    const int64_t *time = v->b->columns[VOC_COL_TIME];
    size_t n = v->b->n_events, here = 0, from, to, rest;
    char title[400], subtitle[200];
    while (here < n && time[here] < who->at_us) here++;
    from = to = here;
    for (unsigned i = 0; i < BEFORE && from > 0; i++) from = step_back(v, from - 1);
    for (unsigned i = 0; i < AFTER && to < n && time[to] <= who->at_us + window_us; i++) to = step_on(v, to);
    for (rest = to; rest < n && time[rest] <= who->at_us + window_us; rest++) continue;
    snprintf(title, sizeof title, "%s: %.*s", who->what, STR_SHOWN(who->unit, 120));
    snprintf(subtitle, sizeof subtitle, "%zu earlier events, %zu more within the time followed, %zu later", from, rest - to, n - rest);
    if (from == to) return VOC_OK;
    voc_rc rc = table_group(t, title, subtitle);
    for (size_t e = from, next; e < to && !rc; e = next) {
        next = step_on(v, e);
        put_event(v, t, e, next - e, who->at_us);
    }
    return rc;
}

static bool is_named(void *user, voc_str name) { return str_eq(name, *(const voc_str *)user); }

// The customer of a name, alone in the batch; *found false: there is none.
static voc_rc unit_named(struct world *w, voc_str name, bool *found)
{
    const uint32_t all = (1u << VOC_N_COLUMNS) - 1u;
    size_t part = SIZE_MAX;
    bool more = true;
    voc_rc rc = w->batch ? VOC_OK : timeline_columns(w->timeline, all);
    if (!rc && !w->batch) rc = batch_new(&w->batch, w->timeline, all);
    *found = false;
    if (rc) return rc;
    if (!timeline_in_parts(w->timeline)) {
        batch_clear(w->batch);
        for (size_t u = 0; u < timeline_n_units(w->timeline) && !rc && !*found; u++) {
            *found = str_eq(timeline_unit_name(w->timeline, u), name);
            if (*found) rc = batch_add(w->batch, u);
        }
        return rc;
    }
    rc = timeline_part_of(w->timeline, name, &part);
    if (!rc && part != SIZE_MAX) rc = batch_part(w->batch, part);
    while (!rc && part != SIZE_MAX && more && !*found) {
        rc = batch_more(w->batch, is_named, &name, &more);
        *found = !rc && more && batch_view(w->batch)->n_units == 1;
    }
    return rc;
}

static voc_rc write_customers(struct explainer *x, struct world *w, const struct example_customer *who, size_t n,
                              voc_str touchpoint, int64_t window_us)
{
    struct view v = {.w = w, .d = timeline_definition(w->timeline), .touchpoint = touchpoint};
    struct table *t = NULL;
    buf_init(&v.text, 1 << 16);
    voc_rc rc = explain_table(x, &t, "customers", "Customers behind it, chosen by their median time in the stage");
    if (!rc) rc = table_column(t, "time", "when (UTC)", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = table_column(t, "actor", "who", VOC_CELL_TEXT, "", 0, "customer or company");
    if (!rc) rc = table_column(t, "what", "what", VOC_CELL_TEXT, "", 0, "action: touchpoint (object)");
    if (!rc) rc = table_column(t, "stage", "stage", VOC_CELL_TEXT, "", 0, "after the event");
    if (!rc) rc = table_column(t, "mark", "", VOC_CELL_TEXT, "", 0, "class of a customer's action; value is what counts as acting");
    for (size_t i = 0; i < n && !rc; i++) {
        bool found = false;
        if (who[i].unit.len) rc = unit_named(w, who[i].unit, &found);
        if (!found) continue;
        v.b = batch_view(w->batch);
        rc = customer(&v, t, &who[i], window_us);
    }
    buf_done(&v.text);
    return rc;
}

voc_rc customers_table(struct explainer *x, const struct example_customer *who, size_t n, voc_str touchpoint, int64_t window_us)
{
    struct world w;
    voc_rc rc = world_open(x, &w);
    if (!rc) rc = write_customers(x, &w, who, n, touchpoint, window_us);
    world_close(&w);
    return rc;
}

// ---- customers of a stage --------------------------------------------------------------------------------------------------------

struct visit { int64_t in_us, out_us; uint32_t group; voc_str unit; };
enum { WENT_ON, LEFT, STILL_THERE, N_WAYS };

static int visit_order(const void *a, const void *b)
{
    const struct visit *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    int64_t lx = x->out_us - x->in_us, ly = y->out_us - y->in_us;
    if (lx != ly) return lx < ly ? -1 : 1;
    int by_name = str_cmp(x->unit, y->unit);
    return by_name ? by_name : (x->in_us > y->in_us) - (x->in_us < y->in_us);
}

struct visits {
    struct explainer *x;
    uint32_t stage;
    VEC(struct visit) v;
};

static voc_rc find_visits(void *user, uint32_t slot, const struct batch *batch, const voc_journeys *b)
{
    struct visits *f = user;
    voc_rc rc = VOC_OK;
    (void)slot, (void)batch; // one thread
    for (size_t u = 0; u < b->n_units && !rc; u++)
        for (size_t k = b->units[u].first_stay; k < b->units[u].first_stay + b->units[u].n_stays && !rc; k++) {
            const voc_stay *s = &b->stays[k];
            if (s->stage != f->stage) continue;
            uint32_t way = s->end == VOC_END_FORWARD ? WENT_ON : s->end == VOC_END_CENSORED ? STILL_THERE : LEFT;
            rc = vec_reserve(&f->v, 1, SIZE_MAX);
            if (!rc) f->v.at[f->v.n++] = (struct visit){s->in_us, s->out_us, way, b->units[u].name};
        }
    return rc ? rc : units_memory(cli_memory(f->x->c), "what is known of the stage", f->x->c->diag);
}

voc_rc customers_of_stage(struct explainer *x, uint32_t stage)
{
    static const char *const ways[N_WAYS] = {"went on", "left", "still there"};
    struct visits visits = {.x = x, .stage = stage};
    struct example_customer who[N_WAYS];
    struct world w;
    size_t n = 0;
    int64_t longest = 0;
    voc_rc rc = world_open(x, &w);
    const struct units_walk walk = {.timeline = w.timeline, .threads = 1, .batch = find_visits, .user = &visits};
    if (!rc) rc = units_walk(&walk);
    if (!rc && visits.v.n) qsort(visits.v.at, visits.v.n, sizeof *visits.v.at, visit_order);
    for (size_t from = 0, to; !rc && from < visits.v.n; from = to) {
        for (to = from; to < visits.v.n && visits.v.at[to].group == visits.v.at[from].group; to++) continue;
        const struct visit *v = &visits.v.at[from + (to - from - 1) / 2];
        who[n++] = (struct example_customer){v->unit, v->in_us, ways[v->group]};
        if (v->out_us - v->in_us > longest) longest = v->out_us - v->in_us;
    }
    if (!rc && n) rc = write_customers(x, &w, who, n, STR(""), longest);
    vec_free(&visits.v);
    world_close(&w);
    return rc;
}
