// SPDX-License-Identifier: MIT
//
// One trial (METHODS 3.3): the nearest comparable stays out of the block's bit sets, what they and the touched did before and
// after, and the record of it (trial_record.h). Everything is asked at one time since entry, to which the lists of the block have
// moved on. Who is a comparator does not depend on the outcome, so all outcomes share one search.
#include "plugins/analysis/score/trial_work.h"

#include <string.h>

#include "plugins/analysis/score/trial_record.h"

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

static struct trial_follow follow(struct trial_work *w, const struct trial_entry *e, uint32_t number, uint32_t place, int64_t end, size_t *position)
{
    const struct trial_frame *f = w->block.frame;
    const int64_t in = w->block.in[place];
    struct trial_follow out = {end - e->since, false};
    if (number == TRIAL_NONE)
        return out;
    struct trial_series *x = &w->series[number];
    if (!x->listed) {
        uint32_t unit = f->unit_of_local[f->stays[w->block.begin + place].unit];
        return trial_follow(x->events, f->in.unit_of, unit, (struct trial_at){in + e->since, e->unit, x->exact}, in + end, position);
    }
    const struct trial_list *list = &x->list;
    const uint32_t first = list->first[place], last = list->first[place + 1];
    if (first == last)
        return out;
    uint32_t i = move_on(&x->list, place, e->since, 1);
    // What is later by stored time can still be in the same day or second: not strictly after.
    while (!x->exact && i < last &&
           !trial_strictly_after(in + list->since[i], trial_unit(x->events, f->in.unit_of, list->origin[place] + (i - first)), in + e->since, e->unit))
        i++;
    if (i < last && list->since[i] <= end) {
        out = (struct trial_follow){list->since[i] - e->since, true};
        *position = list->origin[place] + (i - first);
    }
    return out;
}

// Actions in [from, to), which ends at or before the present.
static int64_t count_actions(const struct trial_list *list, uint32_t first, uint32_t now, int64_t from, int64_t to)
{
    if (now - first > 32)
        return (int64_t)(trial_lower(list->since, first, now, to) - trial_lower(list->since, first, now, from));
    int64_t n = 0;
    for (; now > first && list->since[now - 1] >= from; now--)
        n += list->since[now - 1] < to;
    return n;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void look(struct trial_work *w, uint32_t place, int64_t since, struct trial_facts *x)
{
    struct trial_block *b = &w->block;
    const uint32_t action = move_on(&b->actions, place, since, 0), touch = move_on(&b->touches, place, since, 1);
    x->account = b->account[place];
    x->length = b->length[place];
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

struct before {
    int64_t count;
    bool acted;
};

// Actions in the window of the placebo, and whether there was one in the hour before.
static struct before look_back(struct trial_work *w, const struct trial_entry *e, const struct trial_facts *x, uint32_t place, int64_t lag_length)
{
    const struct trial_frame *f = w->block.frame;
    const int64_t hour = 3600 * f->options.second, lag = f->options.lag;
    const struct trial_list *list = &w->block.actions;
    struct before out = {0, x->last_action >= e->since - hour};
    if (f->actions.coarsest > hour || e->unit > hour)
        out.acted = trial_acted_just_before(f, f->stays[w->block.begin + place].unit, w->block.in[place] + e->since, e->unit);
    if (lag_length > 0 && x->last_action >= e->since - lag - lag_length)
        out.count = count_actions(list, list->first[place], list->now[place], e->since - lag - lag_length, e->since - lag);
    return out;
}

// ---- comparators ---------------------------------------------------------------------------------------------------------------

// Of the right classes; whether it can be compared with, and until when it is followed.
static bool is_comparator(const struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a, uint32_t account, uint32_t place,
                          const struct trial_facts *x, int64_t *end)
{
    const struct trial_block *b = &w->block;
    const uint32_t type = a->request->type;
    const int64_t *since = b->touches.since;
    if (x->account == account || x->account == a->request->without_account)
        return false;
    if (x->last_touch >= e->since - a->window)
        for (uint32_t i = x->touch; i > b->touches.first[place] && since[i - 1] >= e->since - a->window; i--)
            if (b->touch_type[i - 1] == type)
                return false;
    *end = lesser(e->since + a->window, x->length);
    if (x->next_touch < *end)
        for (uint32_t i = x->touch; i < b->touches.first[place + 1] && since[i] < *end; i++)
            if (b->touch_type[i] == type)
                *end = since[i];
    return *end > e->since;
}

static size_t find(struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a, uint16_t combined, uint16_t touches, int64_t lag_length)
{
    const struct trial_block *b = &w->block;
    const uint32_t place = e->position - b->begin, most = b->frame->options.comparators;
    struct trial_outward o;
    size_t n = 0, at = 0;
    int64_t end = 0;
    trial_outward_begin(&o, &w->sweep, place, e->lo - b->begin, e->hi - b->begin, combined, a->which_window, touches);
    for (uint32_t other; n < most && (other = trial_outward_next(&o)) != TRIAL_NONE;) {
        __builtin_prefetch(&w->facts[o.left == TRIAL_NONE ? other : o.left]);
        __builtin_prefetch(&w->facts[o.right == TRIAL_NONE ? other : o.right]);
        const struct trial_facts *x = facts(w, other, e->since);
        if (!is_comparator(w, e, a, b->account[place], other, x, &end))
            continue;
        struct trial_found *m = &w->found[n++];
        struct before before = look_back(w, e, x, other, lag_length);
        m->position = b->begin + other;
        m->place = other;
        m->before = before.count;
        m->acted = before.acted;
        for (uint32_t k = 0; k < a->request->n_outcomes; k++)
            if (a->series[k] != TRIAL_NONE && a->series[k] == w->common[k])
                m->follow[k] = (struct trial_follow){lesser(x->next[k], end) - e->since, x->next[k] <= end};
            else
                m->follow[k] = follow(w, e, a->series[k], other, end, &at);
    }
    return n;
}

// ---- the record -----------------------------------------------------------------------------------------------------------------

// Marks the types that touched this stay's owner in [since - 7 d, since + W].
static void look_around(struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a, uint32_t place, uint64_t *seen)
{
    const struct trial_facts *x = facts(w, place, e->since);
    const struct trial_list *list = &w->block.touches;
    const int64_t from = e->since - 7 * 86400 * w->block.frame->options.second, to = e->since + a->window;
    const uint32_t first = list->first[place], last = list->first[place + 1];
    for (uint32_t i = 0; i < w->seen_words; i++)
        seen[i] = 0;
    if (x->last_touch >= from)
        for (uint32_t i = x->touch; i > first && list->since[i - 1] >= from; i--)
            seen[w->block.touch_type[i - 1] / 64] |= UINT64_C(1) << (w->block.touch_type[i - 1] % 64);
    if (x->next_touch <= to)
        for (uint32_t i = x->touch; i < last && list->since[i] <= to; i++)
            seen[w->block.touch_type[i] / 64] |= UINT64_C(1) << (w->block.touch_type[i] % 64);
}

// Other types: who saw them.
static uint8_t *put_bundle(struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a, size_t n, uint8_t *at)
{
    uint64_t *exposed = w->seen, *any = w->seen + w->seen_words, *own = any + w->seen_words;
    size_t n_any = 0;
    look_around(w, e, a, e->position - w->block.begin, exposed);
    memcpy(any, exposed, w->seen_words * sizeof *any);
    for (size_t i = 0; i < n; i++) {
        look_around(w, e, a, w->found[i].place, own);
        for (uint32_t k = 0; k < w->seen_words; k++) {
            any[k] |= own[k];
            for (uint64_t left = own[k]; left; left &= left - 1)
                w->seen_count[k * 64 + (uint32_t)__builtin_ctzll(left)]++;
        }
    }
    any[a->request->type / 64] &= ~(UINT64_C(1) << (a->request->type % 64));
    w->seen_count[a->request->type] = 0;
    for (uint32_t k = 0; k < w->seen_words; k++)
        n_any += (size_t)__builtin_popcountll(any[k]);
    at = trial_put(at, n_any);
    for (uint32_t k = 0; k < w->seen_words; k++)
        for (uint64_t left = any[k]; left; left &= left - 1) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(left), type = k * 64 + bit;
            at = trial_put(at, type);
            at = trial_put(at, (uint64_t)w->seen_count[type] * 2 + (exposed[k] >> bit & 1));
            w->seen_count[type] = 0;
        }
    return at;
}

// Distinct event times up to the exposed's follow-up at which somebody is still followed, ascending. At most one for each
// member and one for the exposed.
static size_t event_times(const struct trial_found *found, size_t n_found, const struct trial_follow *exposed, uint32_t k, int64_t *times)
{
    size_t n = 0;
    int64_t longest = 0;
    for (size_t i = 0; i <= n_found; i++) {
        const struct trial_follow *f = i < n_found ? &found[i].follow[k] : exposed;
        if (i < n_found && f->length > longest)
            longest = f->length;
        if (!f->event || f->length > exposed->length || (i == n_found && f->length > longest))
            continue;
        size_t at = n;
        while (at > 0 && times[at - 1] > f->length)
            at--;
        if (at > 0 && times[at - 1] == f->length)
            continue;
        memmove(times + at + 1, times + at, (n - at) * sizeof *times);
        times[at] = f->length;
        n++;
    }
    return n;
}

// A member is at risk at the times within its follow-up: its rank is how many, and its own event, if it counts, is at the last.
static uint8_t *put_outcome(struct trial_work *w, size_t n_found, const struct trial_follow *exposed, uint32_t k, uint8_t *at)
{
    const size_t n = event_times(w->found, n_found, exposed, k, w->times);
    at = trial_put(at, n);
    if (n == 0)
        return at;
    memset(w->at_risk, 0, 2 * (n + 1) * sizeof *w->at_risk);
    uint32_t *last = w->at_risk, *events = w->at_risk + n + 1;  // by rank
    for (size_t i = 0; i < n_found; i++) {
        const struct trial_follow *f = &w->found[i].follow[k];
        size_t rank = n;
        while (rank > 0 && w->times[rank - 1] > f->length)
            rank--;
        const bool own = f->event && rank > 0 && w->times[rank - 1] == f->length;
        last[rank]++;
        events[rank] += own;
        w->ranks[i] = (uint32_t)(rank * 2 + own);
    }
    size_t m = n_found;
    for (size_t t = 0; t < n; t++) {
        m -= last[t];
        at = trial_put(at, m);
        at = trial_put(at, events[t + 1]);
        at = trial_put(at, exposed->event && exposed->length == w->times[t]);
    }
    for (size_t i = 0; i < n_found; i++)
        at = trial_put(at, w->ranks[i]);
    return at;
}

static uint8_t *put_members(struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a, size_t n, int64_t lag_length,
                            const struct trial_follow *exposed, uint8_t *at)
{
    int64_t longest = 0;
    size_t acted = 0;
    for (size_t i = 0; i < n; i++) {
        longest = w->found[i].follow[0].length > longest ? w->found[i].follow[0].length : longest;
        acted += w->found[i].acted;
    }
    at = trial_put(at, (uint64_t)(longest < exposed[0].length ? longest : exposed[0].length));
    at = trial_put(at, acted);
    for (size_t i = 0; i < n; i++)
        at = trial_put_position(at, w->found[i].position, e->position, w->block.frame->near);
    for (size_t i = 0; i < n && lag_length > 0; i++)
        at = trial_put(at, (uint64_t)w->found[i].before);
    at = put_bundle(w, e, a, n, at);
    for (uint32_t k = 0; k < a->request->n_outcomes; k++)
        at = put_outcome(w, n, &exposed[k], k, at);
    return at;
}

size_t trial_record_limit(const struct trial_frame *f)
{
    const size_t members = f->options.comparators, types = f->in.n_types;
    return TRIAL_NUMBER_MAX * (16 + TRIAL_OUTCOMES * 5 + (2 + TRIAL_OUTCOMES * 4) * members + 3 * types);
}

// What the aimed action was worth, if it is to be counted; NaN: it is not, or not known.
static double worth(const struct trial_work *w, const struct trial_asked *a, const struct trial_follow *exposed, size_t n, size_t position)
{
    const struct trial_events *aim = a->series[0] == TRIAL_NONE ? NULL : w->series[a->series[0]].events;
    if (!aim || !aim->value || !exposed->event)
        return NAN;
    for (size_t i = 0; i < n; i++)
        if (w->found[i].follow[0].length >= exposed->length)
            return aim->value[position];
    return NAN;
}

enum trial_rc trial_judge(const uint8_t **out, struct trial_work *w, const struct trial_entry *e, const struct trial_asked *a)
{
    const struct trial_block *b = &w->block;
    const uint32_t place = e->position - b->begin;
    const uint16_t combined = trial_state(&w->sweep, 0, place), touches = trial_state(&w->sweep, a->which_window + 1, place);
    const int64_t end = e->since + a->window < b->length[place] ? e->since + a->window : b->length[place];
    const int64_t early = e->since - b->frame->options.lag, lag_length = early < 0 ? 0 : early < a->window ? early : a->window;
    struct trial_follow exposed[TRIAL_OUTCOMES];
    struct trial_chunk *room = trial_record_room(w, a->number);
    size_t position[TRIAL_OUTCOMES] = {0}, n = 0;
    uint64_t flags = 0;

    if (!room)
        return TRIAL_NOMEM;
    uint8_t *at = room->at;
    *out = at;
    if (end <= e->since) {
        at = trial_put(at, TRIAL_NO_FOLLOW);
    } else {
        struct before before = look_back(w, e, facts(w, place, e->since), place, lag_length);
        n = find(w, e, a, combined, touches, lag_length);
        for (uint32_t k = 0; k < a->request->n_outcomes; k++) {
            exposed[k] = follow(w, e, a->series[k], place, end, &position[k]);
            flags |= exposed[k].event ? (uint64_t)TRIAL_EVENT << k : 0;
        }
        double value = worth(w, a, &exposed[0], n, position[0]);
        flags |= (isnan(value) ? 0 : TRIAL_WORTH) | (before.acted ? TRIAL_ACTED : 0);
        at = trial_put(at, flags);
        at = trial_put(at, combined);
        at = trial_put(at, touches);
        for (uint32_t k = 0; k < a->request->n_outcomes; k++)
            at = trial_put(at, (uint64_t)exposed[k].length);
        if (lag_length > 0)
            at = trial_put(at, (uint64_t)before.count);
        at = trial_put(at, n);
        if (n > 0 && !isnan(value)) {
            memcpy(at, &value, sizeof value);
            at += sizeof value;
        }
        if (n > 0)
            at = put_members(w, e, a, n, lag_length, exposed, at);
    }
    room->left -= (size_t)(at - room->at);
    room->at = at;
    return TRIAL_OK;
}
