// SPDX-License-Identifier: MIT
//
// The record of one trial (trial_record.h), from what was found of the touched and of those it is compared with (trial_judge.c).
#include "plugins/analysis/score/trial_work.h"

#include <string.h>

#include "plugins/analysis/score/trial_record.h"

// How many of the members saw each of eight types: a table makes bytes of bits, which are then added up eight at a time.
static uint8_t *put_eight(const struct trial_work *w, uint32_t shift, bool bytes, uint8_t *at)
{
    const uint32_t n = w->members.n;
    if (bytes) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < n; i++)
            sum += w->spread[w->saw[i] >> shift & 255];
        memcpy(at, &sum, sizeof sum);
        return at + sizeof sum;
    }
    uint32_t counts[8] = {0};
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t bit = 0; bit < 8; bit++)
            counts[bit] += (uint32_t)(w->saw[i] >> (shift + bit) & 1);
    return trial_put_small(at, counts, 8, false);
}

// Who saw which types.
static uint8_t *put_bundle(struct trial_work *w, const struct trial_view *v, uint32_t view, uint8_t *at)
{
    const struct trial_members *m = &w->members;
    const uint32_t window = v->asked->which_window;
    const bool bytes = trial_bundle_is_bytes(w->block.frame->options.comparators);
    for (uint32_t k = 0; k < w->seen_words; k++) {
        const uint64_t exposed = w->touched[view].seen[k];
        uint64_t any = exposed;
        for (uint32_t i = 0; i < m->n; i++) {
            w->saw[i] = trial_seen(&w->now, trial_line_of(&w->now, m->place[i]), window)[k];
            any |= w->saw[i];
        }
        for (uint32_t shift = 0; shift < 64; shift += 8) {
            if ((any >> shift & 255) == 0)
                continue;
            at = trial_put(at, k * 8 + shift / 8 + 1);
            *at++ = (uint8_t)(exposed >> shift);
            at = put_eight(w, shift, bytes, at);
        }
    }
    *at++ = 0;
    return at;
}

// Distinct event times up to the exposed's follow-up at which somebody is still followed, ascending. At most one for each
// member and one for the exposed.
static uint32_t event_times(const struct trial_members *m, const struct trial_follow *exposed, uint32_t k, int64_t *times)
{
    uint32_t n = 0, kept = 0;
    int64_t longest = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        const int64_t length = m->length[k][i];
        longest = length > longest ? length : longest;
        times[n] = length;
        n += m->event[k][i] & (length <= exposed->length);
    }
    if (exposed->event && exposed->length <= longest)
        times[n++] = exposed->length;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t time = times[i];
        uint32_t at = kept, to = kept;
        while (at > 0 && times[at - 1] > time)
            at--;
        if (at > 0 && times[at - 1] == time)
            continue;
        for (kept++; to > at; to--)
            times[to] = times[to - 1];
        times[at] = time;
    }
    return kept;
}

// A member is at risk at the times within its follow-up: its rank is how many, and its own event, if it counts, is at the last. Most
// are followed beyond all of them; whether one is, is hard to foretell, so those who are not are listed before they are looked at.
static void rank_members(struct trial_work *w, uint32_t k, uint32_t n_times)
{
    const struct trial_members *m = &w->members;
    const int64_t last = w->times[n_times - 1];
    for (uint32_t t = 0; t <= n_times; t++)
        w->at_risk[t] = w->events[t] = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        w->ranks[i] = n_times * 2;
        w->early[n] = i;
        n += m->length[k][i] <= last;
    }
    w->at_risk[n_times] = m->n - n;
    for (uint32_t j = 0; j < n; j++) {
        const uint32_t i = w->early[j];
        const int64_t length = m->length[k][i];
        uint32_t rank = 0;
        while (rank < n_times && w->times[rank] <= length)
            rank++;
        const uint32_t own = m->event[k][i] && rank > 0 && w->times[rank - 1] == length;
        w->ranks[i] = rank * 2 + own;
        w->at_risk[rank]++;
        w->events[rank] += own;
    }
    for (uint32_t t = n_times; t > 0; t--)
        w->at_risk[t - 1] += w->at_risk[t];
}

static uint8_t *put_outcome(struct trial_work *w, uint32_t view, uint32_t k, uint8_t *at)
{
    const struct trial_members *m = &w->members;
    const struct trial_follow *exposed = &w->touched[view].follow[k];
    const uint32_t n_times = m->any_event[k] ? event_times(m, exposed, k, w->times) : 0;
    at = trial_put(at, n_times);
    if (n_times == 0)
        return at;
    rank_members(w, k, n_times);
    for (uint32_t t = 0; t < n_times; t++) {
        at = trial_put(at, w->at_risk[t + 1]);
        at = trial_put(at, w->events[t + 1]);
        at = trial_put(at, exposed->event && exposed->length == w->times[t]);
    }
    return trial_put_small(at, w->ranks, m->n, trial_ranks_are_bytes(w->block.frame->options.comparators));
}

static uint8_t *put_members(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, bool many, uint8_t *at)
{
    const struct trial_members *m = &w->members;
    const int64_t followed = w->touched[view].follow[0].length;
    at = trial_put_time(at, m->longest < followed ? m->longest : followed);
    at = trial_put(at, m->acted);
    at = trial_put_positions(at, m->place, m->n, e->position - w->block.begin, w->block.frame->near);
    if (v->lag_length > 0)
        at = trial_put_small(at, m->before, m->n, !many);
    at = put_bundle(w, v, view, at);
    for (uint32_t k = 0; k < v->asked->request->n_outcomes; k++)
        at = put_outcome(w, view, k, at);
    return at;
}

size_t trial_record_limit(const struct trial_frame *f)
{
    const size_t members = f->options.comparators, types = f->in.n_types;
    return TRIAL_NUMBER_MAX * (16 + TRIAL_OUTCOMES * 5 + (2 + TRIAL_OUTCOMES * 4) * members + types + 8);
}

// Whether somebody did more before than a byte tells.
static bool is_many(const struct trial_members *m)
{
    uint32_t any = 0;
    for (uint32_t i = 0; i < m->n; i++)
        any |= m->before[i];
    return any > UINT8_MAX;
}

enum trial_rc trial_put_record(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, uint16_t combined, double worth)
{
    const struct trial_members *m = &w->members;
    const struct trial_touched *touched = &w->touched[view];
    const uint32_t n_outcomes = v->asked->request->n_outcomes;
    struct trial_chunk *room = trial_record_room(w, v->asked->number);
    if (!room)
        return TRIAL_NOMEM;
    uint8_t *at = room->at;
    *v->out = at;
    if (!touched->followed) {
        at = trial_put(at, TRIAL_NO_FOLLOW);
    } else {
        const bool many = v->lag_length > 0 && is_many(m);
        uint64_t flags = (isnan(worth) ? 0 : TRIAL_WORTH) | (touched->acted ? TRIAL_ACTED : 0) | (many ? TRIAL_MANY : 0);
        for (uint32_t k = 0; k < n_outcomes; k++)
            flags |= touched->follow[k].event ? (uint64_t)TRIAL_EVENT << k : 0;
        at = trial_put(at, flags);
        at = trial_put(at, combined);
        at = trial_put(at, v->touches);
        for (uint32_t k = 0; k < n_outcomes; k++)
            at = trial_put_time(at, touched->follow[k].length);
        if (v->lag_length > 0)
            at = trial_put(at, touched->before);
        at = trial_put(at, m->n);
        if (m->n > 0 && !isnan(worth)) {
            memcpy(at, &worth, sizeof worth);
            at += sizeof worth;
        }
        if (m->n > 0)
            at = put_members(w, e, v, view, many, at);
    }
    room->left -= (size_t)(at - room->at);
    room->at = at;
    return TRIAL_OK;
}
