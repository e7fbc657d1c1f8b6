// SPDX-License-Identifier: MIT
//
// One touch (METHODS 3.3): the nearest comparable stays out of the block's bit sets, and what they and the touched did before and
// after. Everything is asked at one time since entry, to which the lists of the block have moved on. Who is a comparator does not
// depend on the outcome, so all outcomes share one search; and most who are comparable with one window are so with its half and its
// double, so all windows share one walk. The records are written by trial_put.c.
#include "plugins/analysis/score/trial/trial_work.h"

#include <string.h>

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
           !trial_strictly_after(in + list->since[i], trial_unit(x->events, f->in.unit_of, list->origin[place] + (i - first)),
                                 in + e->since, e->unit))
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

// Whether some time is so coarse that "in the hour before" is "in the same day".
static bool is_coarse(const struct trial_frame *f, const struct question *q)
{
    const int64_t hour = 3600 * f->options.second;
    return f->actions.coarsest > hour || q->e->unit > hour;
}

static bool acted_just_before(struct trial_work *w, const struct question *q, uint32_t place)
{
    const struct trial_frame *f = w->block.frame;
    struct trial_list *list = &w->block.actions;
    const int64_t hour = 3600 * f->options.second, since = q->e->since;
    if (is_coarse(f, q))
        return trial_acted_just_before(f, f->stays[w->block.begin + place].unit, w->block.in[place] + since, q->e->unit);
    const uint32_t next = move_on(list, place, since, 0);
    return next > list->first[place] && list->since[next - 1] >= since - hour;
}

// False for a state of recency in which the last action is older than an hour.
static bool may_have_acted(const struct trial_frame *f, const struct question *q, uint16_t combined)
{
    const struct trial_options *o = &f->options;
    const uint32_t age = combined / ((o->match_engagement ? o->n_engagement : 0) + 1);
    return f->grain == 0 || is_coarse(f, q) || !o->match_recency || age == 0 || o->recency[age - 1] < 3600 * o->second;
}

// The next outcome of one series, `usual`: the one that the lines keep until it has passed.
static inline int64_t next_of(struct trial_work *w, const struct trial_entry *e, uint32_t series, bool usual, uint32_t place, uint32_t k)
{
    struct trial_line *line = trial_line_of(&w->now, place);
    size_t index;
    if (!usual)
        return next_outcome(w, e, series, place, &index);
    if (line->next[k] <= e->since)
        line->next[k] = next_outcome(w, e, series, place, &index);
    return line->next[k];
}

static inline bool is_usual(const struct trial_work *w, uint32_t series, uint32_t k)
{
    return series != TRIAL_NONE && series == w->common[k];
}

// ---- comparators ---------------------------------------------------------------------------------------------------------------

// Who of the found acted in the hour before.
static void list_acted(struct trial_work *w, const struct question *q, uint16_t combined)
{
    const struct trial_found *x = &w->found;
    if (!may_have_acted(w->block.frame, q, combined)) {
        memset(x->acted, 0, x->n);
        return;
    }
    for (uint32_t i = 0; i < x->n; i++)
        x->acted[i] = acted_just_before(w, q, x->place[i]);
}

// How long each of the found is followed, but for outcomes and the window.
static void list_until(struct trial_work *w, const struct question *q)
{
    const struct trial_found *x = &w->found;
    const uint32_t *place = x->place, n = x->n, word = q->type / 64, bit = q->type & 63;
    int64_t *until = x->until;
    for (uint32_t i = 0; i < n; i++) {
        const struct trial_line *line = trial_line_of(&w->now, place[i]);
        until[i] = line->length;
        if (trial_seen(&w->now, line, q->widest)[word] >> bit & 1)
            until[i] = lesser(until[i], next_same(w, q, place[i]));
    }
}

// Which of the found end their follow-up before the touched, or have the outcome as it ends.
static void list_ends(struct trial_work *w, const struct question *q, uint32_t k)
{
    struct trial_found *x = &w->found;
    const uint32_t *place = x->place, n = x->n;
    const int64_t *until = x->until, last = x->last[k] * 2;
    const uint32_t series = q->views->asked->series[k];
    const bool usual = is_usual(w, series, k);
    struct trial_end *ends = x->ends[k];
    uint32_t n_ends = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t next = next_of(w, q->e, series, usual, place[i], k), when = lesser(next, until[i]) * 2 + (next > until[i]);
        ends[n_ends] = (struct trial_end){when, i};
        n_ends += when <= last;
    }
    x->n_ends[k] = n_ends;
}

// Of few, and mostly there are few.
static void sort_ends(struct trial_end *ends, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        const struct trial_end end = ends[i];
        uint32_t to = i;
        for (; to > 0 && ends[to - 1].when > end.when; to--)
            ends[to] = ends[to - 1];
        ends[to] = end;
    }
}

// Ends of an outcome that nobody had tell nothing; of the first they tell how long anybody comparable is followed.
static void order_ends(struct trial_work *w, const struct question *q)
{
    struct trial_found *x = &w->found;
    for (uint32_t k = 0; k < q->n_outcomes; k++) {
        bool any = k == 0;
        for (uint32_t v = 0; v < q->n; v++)
            any |= w->touched[v].follow[k].event;
        for (uint32_t i = 0; i < x->n_ends[k]; i++)
            any |= (x->ends[k][i].when & 1) == 0;
        if (any)
            sort_ends(x->ends[k], x->n_ends[k]);
        else
            x->n_ends[k] = 0;
    }
}

static void find(struct trial_work *w, struct question *q, uint16_t combined)
{
    const struct trial_block *b = &w->block;
    const struct trial_entry *e = q->e;
    const uint32_t most = b->frame->options.comparators, without = q->views->asked->request->without_account;
    struct trial_outward *o = &w->outward;
    uint32_t place, fit, left[TRIAL_TOGETHER], n = 0;
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
        w->found.place[n] = place;
        w->found.fit[n++] = (uint8_t)fit;
        for (uint32_t v = 0; v < q->n; v++) {
            left[v] -= fit >> v & 1;
            if (left[v] == 0)
                o->wanted &= ~(UINT32_C(1) << v);
        }
    }
    w->found.n = n;
    list_acted(w, q, combined);
    list_until(w, q);
    for (uint32_t k = 0; k < q->n_outcomes; k++)
        list_ends(w, q, k);
    order_ends(w, q);
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
        next[k] = next_of(w, q->e, q->views->asked->series[k], is_usual(w, q->views->asked->series[k], k), place, k);
    for (uint32_t v = 0; v < q->n; v++) {
        struct trial_touched *t = &w->touched[v];
        const int64_t end = lesser(q->until[v], line->length);
        *t = (struct trial_touched){.followed = line->length > since, .acted = acted, .before = trial_before(&w->now, line)[q->window[v]],
                                    .seen = trial_seen(&w->now, line, q->window[v])};
        for (uint32_t k = 0; k < q->n_outcomes; k++)
            t->follow[k] = (struct trial_follow){lesser(next[k], end) - since, next[k] <= end};
    }
    for (uint32_t k = 0; k < q->n_outcomes; k++) {
        w->found.last[k] = lesser(next[k], lesser(q->far_on, line->length));
        w->found.n_ends[k] = 0;
    }
}

// Those of the found that one view is compared with.
static void take(struct trial_work *w, const struct question *q, uint32_t v)
{
    const struct trial_found *x = &w->found;
    const struct trial_now *now = &w->now;
    const uint32_t *found = x->place, n_found = x->n, window = q->window[v];
    const uint8_t *fit = x->fit;
    uint32_t *restrict place = w->members.place, *restrict before = w->members.before, *restrict member = x->member;
    uint32_t n = 0, acted = 0;
    for (uint32_t i = 0; i < n_found; i++) {
        const uint32_t fits = fit[i] >> v & 1;
        member[i] = n;
        place[n] = found[i];
        before[n] = trial_before(now, trial_line_of(now, found[i]))[window];
        acted += x->acted[i] & fits;
        n += fits;
    }
    w->members.n = n;
    w->members.acted = acted;
    for (uint32_t k = 0; k < q->n_outcomes; k++)
        trial_rank_members(w, q->e, v, k);
}

// What the aimed action was worth, or TRIAL_UNPRICED; NaN: it is not to be counted.
static double worth(struct trial_work *w, const struct question *q, uint32_t v)
{
    const struct trial_follow *own = &w->touched[v].follow[0];
    const uint32_t series = q->views->asked->series[0];
    const struct trial_events *aim = series == TRIAL_NONE ? NULL : w->series[series].events;
    if (!aim || !aim->value || !own->event || w->members.n == 0 || w->members.ranked[0].covered < own->length)
        return NAN;
    size_t index = 0;
    next_outcome(w, q->e, series, q->e->position - w->block.begin, &index);
    return isnan(aim->value[index]) ? TRIAL_UNPRICED : aim->value[index];
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
    if (w->touched[0].followed)
        find(w, &q, combined);
    for (uint32_t v = 0; v < n && rc == TRIAL_OK; v++) {
        take(w, &q, v);
        rc = trial_put_record(w, e, &views[v], v, combined, worth(w, &q, v));
    }
    return rc;
}
