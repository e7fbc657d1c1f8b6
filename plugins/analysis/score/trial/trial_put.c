// SPDX-License-Identifier: MIT
//
// The record of one trial (trial_record.h), from what was found of the touched and of those it is compared with (trial_judge.c).
#include "plugins/analysis/score/trial/trial_work.h"

#include <string.h>

#include "plugins/analysis/score/trial/trial_record.h"

// Adds up how many of the members saw each of sixteen types: a table makes bytes of bits, which are then added up eight at a time.
static void count_bytes(const struct trial_work *w, uint32_t shift, uint64_t sums[2])
{
    const uint64_t *saw = w->saw, *spread = w->spread;
    uint64_t low = 0, high = 0;
    for (uint32_t i = 0, n = w->members.n; i < n; i++) {
        const uint64_t types = saw[i] >> shift;
        low += spread[types & 255];
        high += spread[types >> 8 & 255];
    }
    sums[0] = low;
    sums[1] = high;
}

// The same of eight, where a byte does not hold so many.
static void count_wide(const struct trial_work *w, uint32_t shift, uint32_t counts[8])
{
    for (uint32_t bit = 0; bit < 8; bit++)
        counts[bit] = 0;
    for (uint32_t i = 0; i < w->members.n; i++)
        for (uint32_t bit = 0; bit < 8; bit++)
            counts[bit] += (uint32_t)(w->saw[i] >> (shift + bit) & 1);
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
        uint64_t sums[2] = {0};
        uint32_t counts[8];
        for (uint32_t shift = 0; shift < 64 && any >> shift; shift += 8) {
            if (bytes && shift % 16 == 0)
                count_bytes(w, shift, sums);
            if ((any >> shift & 255) == 0)
                continue;
            at = trial_put(at, k * 8 + shift / 8 + 1);
            *at++ = (uint8_t)(exposed >> shift);
            if (bytes) {
                memcpy(at, &sums[shift / 8 % 2], sizeof *sums);
                at += sizeof *sums;
            } else {
                count_wide(w, shift, counts);
                at = trial_put_small(at, counts, 8, false);
            }
        }
    }
    *at++ = 0;
    return at;
}

// A member is at risk at the times within its follow-up: its rank is how many, and its own event, if it counts, is at the last. Most
// are followed beyond all of them. Those who are not come by the end of their follow-up, and an event before other ends at its time:
// so at the first event of a time all who were met before are gone. Whose an end is, and whether it is an event, is a matter of
// chance: it is added, not asked.
void trial_rank_members(struct trial_work *w, const struct trial_entry *e, uint32_t view, uint32_t outcome)
{
    const struct trial_found *x = &w->found;
    const struct trial_follow *touched = &w->touched[view].follow[outcome];
    const struct trial_end *ends = x->ends[outcome];
    struct trial_ranked *r = &w->members.ranked[outcome];
    const uint8_t *fit = x->fit;
    const uint32_t n = w->members.n, n_ends = x->n_ends[outcome], *member = x->member;
    uint32_t *restrict at_risk = r->at_risk, *restrict events = r->events, *restrict early = r->early, *restrict rank = r->rank;
    const int64_t last = (e->since + touched->length) * 2;
    int64_t time = -1, end = -1;  // x 2, of the last event and of the last who is gone
    uint32_t n_times = 0, gone = 0, n_early = 0;
    events[0] = 0;
    for (uint32_t i = 0; i < n_ends && ends[i].when <= last; i++) {
        const int64_t when = ends[i].when;
        const uint32_t which = ends[i].which, one = fit[which] >> view & 1, event = one & ((when & 1) == 0), another = event & (when != time);
        at_risk[n_times + 1] = n - gone;
        events[n_times + 1] = 0;
        n_times += another;
        events[n_times] += event;
        time = event ? when : time;
        end = one ? when : end;
        early[gone] = member[which];
        rank[gone] = n_times * 2 + event;
        gone += one;
        n_early = event ? gone : n_early;
    }
    r->own = touched->event && (time == last || gone < n);
    if (r->own && time != last) {
        at_risk[++n_times] = n - gone;
        events[n_times] = 0;
        n_early = gone;
    }
    r->n_times = n_times;
    r->n_early = n_early;
    r->covered = gone < n ? touched->length : end / 2 - e->since;
}

static uint8_t *put_outcome(const struct trial_ranked *r, uint8_t *at)
{
    at = trial_put(at, r->n_times);
    if (r->n_times == 0)
        return at;
    for (uint32_t t = 1; t <= r->n_times; t++) {
        at = trial_put(at, r->at_risk[t]);
        at = trial_put(at, r->events[t] * 2 + (r->own && t == r->n_times));
    }
    at = trial_put(at, r->n_early);
    for (uint32_t i = 0; i < r->n_early; i++) {
        at = trial_put(at, r->early[i]);
        at = trial_put(at, r->rank[i]);
    }
    return at;
}

static uint8_t *put_members(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, bool many, uint8_t *at)
{
    const struct trial_members *m = &w->members;
    at = trial_put_time(at, m->ranked[0].covered);
    at = trial_put(at, m->acted);
    at = trial_put_positions(at, m->place, m->n, e->position - w->block.begin, w->block.frame->near);
    if (v->lag_length > 0)
        at = trial_put_small(at, m->before, m->n, !many);
    at = put_bundle(w, v, view, at);
    for (uint32_t k = 0; k < v->asked->request->n_outcomes; k++)
        at = put_outcome(&m->ranked[k], at);
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
