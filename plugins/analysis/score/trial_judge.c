// SPDX-License-Identifier: MIT
//
// One touch (METHODS 3.3): the nearest comparable stays out of the block's bit sets, and what they and the touched did before and
// after. Everything is asked at one time since entry, to which the lists of the block have moved on. Who is a comparator does not
// depend on the outcome, so all outcomes share one search; and most who are comparable with one window are so with its half and its
// double, so all windows share one walk. The records are written by trial_put.c.
#include "plugins/analysis/score/trial_work.h"

// What is asked at one touch for some requests, in times since entry.
struct question {
    const struct trial_entry *e;
    struct trial_view *views;
    uint32_t n, n_outcomes, type, account;
    uint32_t window[TRIAL_TOGETHER], widest;  // which
    int64_t until[TRIAL_TOGETHER], far_on;    // end of each window, and of the widest
};

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// ---- what a stay did --------------------------------------------------------------------------------------------------------

// The first event later than `since`; not before it for `at` = 0.
static inline uint32_t move_on(struct trial_list *list, uint32_t place, int64_t since, int at)
{
    const uint32_t end = list->first[place + 1];
    uint32_t i = list->now[place];
    while (i < end && list->since[i] < since + at)
        i++;
    list->now[place] = i;
    return i;
}

// The first outcome strictly after the touch, in time since entry, and its index in the series; INT64_MAX: none.
static int64_t next_outcome(struct trial_work *w, const struct trial_entry *e, uint32_t number, uint32_t place, size_t *index)
{
    const struct trial_frame *f = w->block.frame;
    const int64_t in = w->block.in[place];
    if (number == TRIAL_NONE)
        return INT64_MAX;
    struct trial_series *x = &w->series[number];
    if (!x->listed) {
        const uint32_t unit = f->stays[w->block.begin + place].unit;
        *index = trial_first_after(x->events, f->in.unit_of, unit, (struct trial_at){in + e->since, e->unit, x->exact});
        return *index < x->events->first[unit + 1] ? x->events->time[*index] - in : INT64_MAX;
    }
    const struct trial_list *list = &x->list;
    const uint32_t first = list->first[place], last = list->first[place + 1];
    uint32_t i = first == last ? last : move_on(&x->list, place, e->since, 1);
    // What is later by stored time can still be in the same day or second: not strictly after.
    while (!x->exact && i < last &&
           !trial_strictly_after(in + list->since[i], trial_unit(x->events, f->in.unit_of, list->origin[place] + (i - first)), in + e->since, e->unit))
        i++;
    *index = list->origin[place] + (i - first);
    return i < last ? list->since[i] : INT64_MAX;
}

// The touch of the same type that ends the follow-up of a comparator, if one comes within the widest window; INT64_MAX: none.
static int64_t next_same(struct trial_work *w, const struct question *q, uint32_t place)
{
    struct trial_list *list = &w->block.touches;
    const uint32_t last = list->first[place + 1];
    for (uint32_t i = move_on(list, place, q->e->since, 1); i < last && list->since[i] <= q->far_on; i++)
        if (w->block.touch_type[i] == q->type)
            return list->since[i];
    return INT64_MAX;
}

static bool acted_just_before(const struct trial_work *w, const struct question *q, uint32_t place)
{
    const struct trial_frame *f = w->block.frame;
    const int64_t hour = 3600 * f->options.second;
    if (f->actions.coarsest > hour || q->e->unit > hour)
        return trial_acted_just_before(f, f->stays[w->block.begin + place].unit, w->block.in[place] + q->e->since, q->e->unit);
    return trial_has(w->now.acted, place);
}

// The next outcome: of the usual series it is kept until it has passed.
static inline int64_t next_of(struct trial_work *w, const struct question *q, struct trial_line *line, uint32_t place, uint32_t k)
{
    const uint32_t series = q->views->asked->series[k];
    size_t index;
    if (series == TRIAL_NONE || series != w->common[k])
        return next_outcome(w, q->e, series, place, &index);
    if (line->next[k] <= q->e->since)
        line->next[k] = next_outcome(w, q->e, series, place, &index);
    return line->next[k];
}

// ---- comparators ---------------------------------------------------------------------------------------------------------------

// Adds a stay that some views are compared with.
static inline void keep(struct trial_work *w, const struct question *q, uint32_t place, uint32_t fit)
{
    struct trial_found *x = &w->found;
    struct trial_line *line = trial_line_of(&w->now, place);
    const uint32_t i = x->n++;
    int64_t until = line->length;
    x->place[i] = place;
    x->fit[i] = (uint8_t)fit;
    x->acted[i] = acted_just_before(w, q, place);
    for (uint32_t k = 0; k < q->n_outcomes; k++) {
        const int64_t next = next_of(w, q, line, place, k);
        x->next[k][i] = next;
        x->soonest[k] = lesser(x->soonest[k], next);
    }
    if (trial_seen(&w->now, line, q->widest)[q->type / 64] >> (q->type & 63) & 1)
        until = lesser(until, next_same(w, q, place));
    x->until[i] = until;
}

static void find(struct trial_work *w, struct question *q, uint16_t combined)
{
    const struct trial_block *b = &w->block;
    const struct trial_entry *e = q->e;
    const uint32_t most = b->frame->options.comparators, without = q->views->asked->request->without_account;
    struct trial_outward *o = &w->outward;
    uint32_t place, fit, left[TRIAL_TOGETHER];
    o->now = &w->now;
    o->one = trial_bits(&w->sweep, 0, combined);
    o->n_views = q->n;
    o->wanted = (UINT32_C(1) << q->n) - 1;
    o->lo = e->lo - b->begin;
    o->hi = e->hi - b->begin;
    for (uint32_t v = 0; v < q->n; v++) {
        o->other[v] = trial_bits(&w->sweep, q->views[v].asked->which_window + 1, q->views[v].touches);
        o->recent[v] = w->now.recent + (size_t)q->views[v].asked->number * w->now.n_words;
        left[v] = most;
    }
    trial_outward_begin(o, e->position - b->begin);
    while (o->wanted && trial_outward_next(o, &place, &fit)) {
        const uint32_t account = b->account[place];
        fit &= o->wanted;
        if (!fit || account == q->account || account == without)
            continue;
        keep(w, q, place, fit);
        for (uint32_t v = 0; v < q->n; v++) {
            left[v] -= fit >> v & 1;
            if (left[v] == 0)
                o->wanted &= ~(UINT32_C(1) << v);
        }
    }
}

// ---- one touch -------------------------------------------------------------------------------------------------------------------

static void ask(const struct trial_work *w, struct question *q)
{
    const int64_t since = q->e->since, early = since - w->block.frame->options.lag;
    q->far_on = since;
    for (uint32_t v = 0; v < q->n; v++) {
        struct trial_view *view = &q->views[v];
        const int64_t window = view->asked->window;
        view->lag_length = early < 0 ? 0 : lesser(early, window);
        q->window[v] = view->asked->which_window;
        q->until[v] = since + window;
        if (q->until[v] > q->far_on) {
            q->far_on = q->until[v];
            q->widest = q->window[v];
        }
    }
}

// Later touches do not censor the touched.
static void see_touched(struct trial_work *w, const struct question *q, uint32_t place)
{
    struct trial_line *line = trial_line_of(&w->now, place);
    const int64_t since = q->e->since;
    const bool acted = acted_just_before(w, q, place);
    int64_t next[TRIAL_OUTCOMES] = {0};
    for (uint32_t k = 0; k < q->n_outcomes; k++)
        next[k] = next_of(w, q, line, place, k);
    for (uint32_t v = 0; v < q->n; v++) {
        struct trial_touched *t = &w->touched[v];
        const int64_t end = lesser(q->until[v], line->length);
        *t = (struct trial_touched){.followed = line->length > since, .acted = acted, .before = trial_before(&w->now, line)[q->window[v]],
                                    .seen = trial_seen(&w->now, line, q->window[v])};
        for (uint32_t k = 0; k < q->n_outcomes; k++)
            t->follow[k] = (struct trial_follow){lesser(next[k], end) - since, next[k] <= end};
    }
}

// Those of the found that one view is compared with, and how each is followed within its window.
static void take(struct trial_work *w, const struct question *q, uint32_t v)
{
    const struct trial_found *x = &w->found;
    struct trial_members *m = &w->members;
    const int64_t since = q->e->since, until = q->until[v];
    uint32_t n = 0, acted = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        const uint32_t one = x->fit[i] >> v & 1;
        m->which[n] = i;
        m->place[n] = x->place[i];
        acted += x->acted[i] & one;
        n += one;
    }
    m->n = n;
    m->acted = acted;
    m->longest = 0;
    for (uint32_t k = 0; k < q->n_outcomes; k++) {
        bool any = w->touched[v].follow[k].event;
        m->any_event[k] = any || x->soonest[k] <= until;
        for (uint32_t i = 0; i < n && (k == 0 || m->any_event[k]); i++) {
            const uint32_t which = m->which[i];
            const int64_t next = x->next[k][which], end = lesser(until, x->until[which]), length = lesser(next, end) - since;
            m->length[k][i] = length;
            m->event[k][i] = next <= end;
            any |= next <= end;
            m->longest = k == 0 && length > m->longest ? length : m->longest;
        }
        m->any_event[k] = any;
    }
    for (uint32_t i = 0; i < n; i++)
        m->before[i] = trial_before(&w->now, trial_line_of(&w->now, m->place[i]))[q->window[v]];
}

// What the aimed action was worth, if it is to be counted; NaN: it is not, or not known.
static double worth(struct trial_work *w, const struct question *q, uint32_t v)
{
    const struct trial_follow *own = &w->touched[v].follow[0];
    const uint32_t series = q->views->asked->series[0];
    const struct trial_events *aim = series == TRIAL_NONE ? NULL : w->series[series].events;
    if (!aim || !aim->value || !own->event || w->members.n == 0 || w->members.longest < own->length)
        return NAN;
    size_t index = 0;
    next_outcome(w, q->e, series, q->e->position - w->block.begin, &index);
    return aim->value[index];
}

enum trial_rc trial_judge(struct trial_work *w, const struct trial_entry *e, struct trial_view *views, uint32_t n)
{
    const struct trial_block *b = &w->block;
    const uint32_t place = e->position - b->begin;
    const uint16_t combined = trial_state(&w->sweep, 0, place);
    const struct trial_request *r = views->asked->request;
    struct question q = {.e = e, .views = views, .n = n, .n_outcomes = r->n_outcomes, .type = r->type, .account = b->account[place]};
    enum trial_rc rc = TRIAL_OK;
    for (uint32_t v = 0; v < n; v++)
        views[v].touches = trial_state(&w->sweep, views[v].asked->which_window + 1, place);
    ask(w, &q);
    see_touched(w, &q, place);
    w->found.n = 0;
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++)
        w->found.soonest[k] = INT64_MAX;
    if (w->touched[0].followed)
        find(w, &q, combined);
    for (uint32_t v = 0; v < n && rc == TRIAL_OK; v++) {
        take(w, &q, v);
        rc = trial_put_record(w, e, &views[v], v, combined, worth(w, &q, v));
    }
    return rc;
}
