// SPDX-License-Identifier: MIT
//
// One touch (METHODS 3.3): the nearest comparable stays out of the block's bit sets, and what they and the touched did before and
// after. Everything is asked at one time since entry, to which the lists of the block have moved on. Who is a comparator does not
// depend on the outcome, so all outcomes share one search; and most who are comparable with one window are so with its half and its
// double, so all windows share one walk. The records are written by trial_put.c.
#include "plugins/analysis/score/trial_work.h"

#include <string.h>

// What is asked at one touch for some requests, in times since entry.
struct question {
    const struct trial_entry *e;
    struct trial_view *views;
    uint32_t n, type, account, words;
    uint32_t count[TRIAL_TOGETHER];               // comparators so far
    const uint64_t *comparable[TRIAL_TOGETHER];  // those beyond the last view are as the first, and never wanted
    int64_t hour_ago, week_ago;
    int64_t far_back, far_on;               // touches before and after count no further away
    int64_t until[TRIAL_TOGETHER];          // end of the window
    int64_t lag_from[TRIAL_TOGETHER], lag_to, lag_earliest;  // window of the placebo; INT64_MAX, none
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

static void look(struct trial_work *w, uint32_t place, int64_t since, struct trial_facts *x)
{
    struct trial_block *b = &w->block;
    const uint32_t action = move_on(&b->actions, place, since, 0), touch = move_on(&b->touches, place, since, 1);
    x->length = b->length[place];
    x->action = action;
    x->touch = touch;
    x->last_action = action > b->actions.first[place] ? b->actions.since[action - 1] : INT64_MIN;
    x->last_touch = touch > b->touches.first[place] ? b->touches.since[touch - 1] : INT64_MIN;
    x->next_touch = touch < b->touches.first[place + 1] ? b->touches.since[touch] : INT64_MAX;
    x->until = action < b->actions.first[place + 1] ? b->actions.since[action] + 1 : INT64_MAX;
    x->until = lesser(x->until, x->next_touch);
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        if (w->common[k] == TRIAL_NONE)
            continue;
        struct trial_list *list = &w->series[w->common[k]].list;
        const uint32_t i = move_on(list, place, since, 1);
        x->next[k] = i < list->first[place + 1] ? list->since[i] : INT64_MAX;
        x->until = lesser(x->until, x->next[k]);
    }
}

static inline const struct trial_facts *facts(struct trial_work *w, uint32_t place, int64_t since)
{
    struct trial_facts *x = &w->facts[place];
    if (since >= x->until)
        look(w, place, since, x);
    return x;
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
        const uint32_t unit = f->unit_of_local[f->stays[w->block.begin + place].unit];
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

// Types that touched in [since - 7 d, since + W] of each view, and the nearest touches of the same type.
static void look_around(const struct trial_work *w, const struct question *q, const struct trial_facts *x, uint32_t place, uint64_t *seen,
                        int64_t *last_same, int64_t *next_same)
{
    const struct trial_list *list = &w->block.touches;
    const uint32_t *type = w->block.touch_type, words = q->words;
    *last_same = INT64_MIN;
    *next_same = INT64_MAX;
    for (uint32_t i = 0; i < TRIAL_TOGETHER * words; i++)
        seen[i] = 0;
    if (x->last_touch >= q->far_back)
        for (uint32_t i = x->touch, first = list->first[place]; i > first && list->since[i - 1] >= q->far_back; i--) {
            if (type[i - 1] == q->type && *last_same == INT64_MIN)
                *last_same = list->since[i - 1];
            if (list->since[i - 1] >= q->week_ago)
                for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
                    seen[v * words + type[i - 1] / 64] |= UINT64_C(1) << (type[i - 1] % 64);
        }
    if (x->next_touch <= q->far_on)
        for (uint32_t i = x->touch, last = list->first[place + 1]; i < last && list->since[i] <= q->far_on; i++) {
            if (type[i] == q->type && *next_same == INT64_MAX)
                *next_same = list->since[i];
            for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
                seen[v * words + type[i] / 64] |= (uint64_t)(list->since[i] <= q->until[v]) << (type[i] % 64);
        }
}

// Actions in the window of each view's placebo, which ends at or before the present.
static void count_before(const struct trial_work *w, const struct question *q, const struct trial_facts *x, uint32_t place, uint32_t *count)
{
    const struct trial_list *list = &w->block.actions;
    const uint32_t first = list->first[place];
    uint32_t now = x->action;
    if (now - first > 32) {
        const size_t to = trial_lower(list->since, first, now, q->lag_to);
        for (uint32_t v = 0; v < q->n; v++)
            count[v] = (uint32_t)(to - trial_lower(list->since, first, to, q->lag_from[v]));
        return;
    }
    while (now > first && list->since[now - 1] >= q->lag_to)
        now--;
    for (; now > first && list->since[now - 1] >= q->lag_earliest; now--)
        for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
            count[v] += list->since[now - 1] >= q->lag_from[v];
}

static bool acted_just_before(const struct trial_work *w, const struct question *q, const struct trial_facts *x, uint32_t place)
{
    const struct trial_frame *f = w->block.frame;
    const int64_t hour = 3600 * f->options.second;
    if (f->actions.coarsest > hour || q->e->unit > hour)
        return trial_acted_just_before(f, f->stays[w->block.begin + place].unit, w->block.in[place] + q->e->since, q->e->unit);
    return x->last_action >= q->hour_ago;
}

// ---- comparators ---------------------------------------------------------------------------------------------------------------

// Adds what a stay did as the next of the found. `until`: it is followed no longer.
static void keep(struct trial_work *w, const struct question *q, const struct trial_facts *x, uint32_t place, int64_t until)
{
    struct trial_found *found = &w->found;
    const uint32_t i = w->n_found++;
    const struct trial_asked *a = q->views->asked;
    uint32_t *count = found->before + (size_t)i * TRIAL_TOGETHER;
    size_t index;
    found->place[i] = place;
    found->until[i] = until;
    found->acted[i] = acted_just_before(w, q, x, place);
    for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
        count[v] = 0;
    if (x->last_action >= q->lag_earliest)
        count_before(w, q, x, place, count);
    for (uint32_t k = 0; k < a->request->n_outcomes; k++)
        found->next[k][i] = a->series[k] != TRIAL_NONE && a->series[k] == w->common[k] ? x->next[k] : next_outcome(w, q->e, a->series[k], place, &index);
}

// Of the wanted views, those to which a stay is comparable by its classes.
static inline uint32_t classes_fit(const struct question *q, uint32_t wanted, uint32_t place)
{
    uint32_t fit = 0;
    for (uint32_t v = 0; v < TRIAL_TOGETHER; v++)
        fit |= (uint32_t)(q->comparable[v][place / 64] >> (place & 63) & 1) << v;
    return fit & wanted;
}

// A view has enough comparators: who is comparable with it alone needs no further look.
static void leave_off(struct trial_outward *o, const struct question *q, uint32_t v, uint32_t *wanted)
{
    bool shared = false;
    *wanted &= ~(UINT32_C(1) << v);
    for (uint32_t i = 0; i < q->n; i++)
        shared = shared || ((*wanted >> i & 1) && q->comparable[i] == q->comparable[v]);
    if (!shared)
        trial_outward_drop(o, q->comparable[v]);
}

// Looks at one stay whose classes are those of some views.
static void try_stay(struct trial_work *w, struct question *q, uint32_t place, uint32_t whose)
{
    const struct trial_facts *x = &w->facts[place];
    const int64_t since = q->e->since;
    const uint32_t account = w->block.account[place];
    int64_t last_same, next_same;
    if (!whose || account == q->account || account == q->views->asked->request->without_account)
        return;
    look_around(w, q, x, place, w->found.seen + (size_t)w->n_found * TRIAL_TOGETHER * q->words, &last_same, &next_same);
    for (uint32_t v = 0; v < q->n && last_same != INT64_MIN; v++)
        if (last_same >= since - q->views[v].asked->window)
            whose &= ~(UINT32_C(1) << v);
    const int64_t until = lesser(x->length, next_same);
    if (!whose || until <= since)
        return;
    for (uint32_t v = 0; v < TRIAL_TOGETHER; v++) {  // overwritten where it is not to count
        w->found.of[v][q->count[v]] = w->n_found;
        q->count[v] += whose >> v & 1;
    }
    keep(w, q, x, place, until);
}

// The next so many on the way outward, all that is to be known of them on its way to the cache.
static uint32_t fetch(struct trial_work *w, const struct question *q, struct trial_outward *o, uint32_t most, uint32_t *places)
{
    const struct trial_block *b = &w->block;
    uint32_t n = 0;
    for (; n < most && (places[n] = trial_outward_next(o)) != TRIAL_NONE; n++)
        __builtin_prefetch(&w->facts[places[n]]);
    for (uint32_t i = 0; i < n; i++) {
        const struct trial_facts *x = facts(w, places[i], q->e->since);
        __builtin_prefetch(&b->actions.since[x->action ? x->action - 1 : 0]);
        __builtin_prefetch(&b->touches.since[x->touch ? x->touch - 1 : 0]);
        __builtin_prefetch(&b->touch_type[x->touch ? x->touch - 1 : 0]);
    }
    return n;
}

static void find(struct trial_work *w, struct question *q, uint16_t combined)
{
    const struct trial_block *b = &w->block;
    const struct trial_entry *e = q->e;
    const uint32_t most = b->frame->options.comparators;
    uint32_t wanted = (UINT32_C(1) << q->n) - 1, places[TRIAL_BATCH], n = 1;
    struct trial_outward o = {.n_other = q->n};
    for (uint32_t v = 0; v < q->n; v++)
        o.other[v] = q->comparable[v];
    trial_outward_begin(&o, &w->sweep, e->position - b->begin, e->lo - b->begin, e->hi - b->begin, combined);
    while (wanted && n > 0) {
        uint32_t least = most;
        for (uint32_t v = 0; v < q->n; v++)
            least = q->count[v] < least ? q->count[v] : least;
        n = fetch(w, q, &o, most - least < TRIAL_BATCH ? most - least : TRIAL_BATCH, places);
        for (uint32_t i = 0; i < n && wanted; i++) {
            try_stay(w, q, places[i], classes_fit(q, wanted, places[i]));
            for (uint32_t v = 0; v < q->n; v++)
                if (q->count[v] == most && (wanted >> v & 1))
                    leave_off(&o, q, v, &wanted);
        }
    }
}

// ---- one touch -------------------------------------------------------------------------------------------------------------------

static void ask(const struct trial_work *w, struct question *q)
{
    const struct trial_options *o = &w->block.frame->options;
    const int64_t since = q->e->since, early = since - o->lag;
    q->hour_ago = since - 3600 * o->second;
    q->week_ago = q->far_back = since - 7 * 86400 * o->second;
    q->far_on = since;
    q->lag_to = early;
    q->lag_earliest = INT64_MAX;
    for (uint32_t v = 0; v < q->n; v++) {
        struct trial_view *view = &q->views[v];
        const int64_t window = view->asked->window;
        view->lag_length = early < 0 ? 0 : lesser(early, window);
        q->until[v] = since + window;
        q->lag_from[v] = early - view->lag_length;
        q->far_back = lesser(q->far_back, since - window);
        q->far_on = q->until[v] > q->far_on ? q->until[v] : q->far_on;
        if (view->lag_length > 0)
            q->lag_earliest = lesser(q->lag_earliest, q->lag_from[v]);
    }
}

// The comparators of one view, and how long they and the touched are followed.
static void set_members(struct trial_work *w, const struct question *q, uint32_t v)
{
    struct trial_members *m = &w->members;
    const struct trial_found *found = &w->found;
    const int64_t since = q->e->since, window_end = q->until[v];
    const uint32_t n = m->n = q->count[v];
    m->number = found->of[v];
    for (uint32_t k = 0; k < q->views->asked->request->n_outcomes; k++) {
        bool any = false;
        for (uint32_t i = 0; i < n; i++) {
            const int64_t next = found->next[k][m->number[i]], end = lesser(window_end, found->until[m->number[i]]);
            m->length[k][i] = lesser(next, end) - since;
            any |= m->event[k][i] = next <= end;
        }
        const int64_t end = lesser(window_end, found->until[0]);
        m->exposed[k] = (struct trial_follow){lesser(found->next[k][0], end) - since, found->next[k][0] <= end};
        m->any_event[k] = any || m->exposed[k].event;
    }
}

// What the aimed action was worth, if it is to be counted; NaN: it is not, or not known.
static double worth(struct trial_work *w, const struct question *q)
{
    const struct trial_members *m = &w->members;
    const uint32_t series = q->views->asked->series[0];
    const struct trial_events *aim = series == TRIAL_NONE ? NULL : w->series[series].events;
    if (!aim || !aim->value || !m->exposed[0].event)
        return NAN;
    size_t index = 0;
    for (uint32_t i = 0; i < m->n; i++)
        if (m->length[0][i] >= m->exposed[0].length) {
            next_outcome(w, q->e, series, q->e->position - w->block.begin, &index);
            return aim->value[index];
        }
    return NAN;
}

enum trial_rc trial_judge(struct trial_work *w, const struct trial_entry *e, struct trial_view *views, uint32_t n)
{
    const struct trial_block *b = &w->block;
    const uint32_t place = e->position - b->begin;
    const uint16_t combined = trial_state(&w->sweep, 0, place);
    const struct trial_facts *x = facts(w, place, e->since);
    struct question q = {.e = e, .views = views, .n = n, .type = views->asked->request->type, .account = b->account[place], .words = w->seen_words};
    int64_t last_same, next_same;
    enum trial_rc rc = TRIAL_OK;
    for (uint32_t v = 0; v < n; v++) {
        views[v].touches = trial_state(&w->sweep, views[v].asked->which_window + 1, place);
        q.comparable[v] = trial_bits(&w->sweep, views[v].asked->which_window + 1, views[v].touches);
    }
    for (uint32_t v = n; v < TRIAL_TOGETHER; v++) {
        q.comparable[v] = q.comparable[0];
        q.until[v] = INT64_MIN;
        q.lag_from[v] = INT64_MAX;
    }
    ask(w, &q);
    // The touched first: later touches do not censor it.
    w->n_found = 0;
    look_around(w, &q, x, place, w->found.seen, &last_same, &next_same);
    keep(w, &q, x, place, x->length);
    if (x->length > e->since)
        find(w, &q, combined);
    for (uint32_t v = 0; v < n && rc == TRIAL_OK; v++) {
        set_members(w, &q, v);
        rc = trial_put_record(w, e, &views[v], v, combined, worth(w, &q));
    }
    return rc;
}
