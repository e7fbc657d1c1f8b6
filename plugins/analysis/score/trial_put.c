// SPDX-License-Identifier: MIT
//
// The record of one trial (trial_record.h), from what was found of the touched and of those it is compared with (trial_judge.c).
#include "plugins/analysis/score/trial_work.h"

#include <string.h>

#include "plugins/analysis/score/trial_record.h"

// How many of the members saw each type, in binary: digit by digit, one bit of each word for each type.
static void count_seen(struct trial_work *w, uint32_t view)
{
    const struct trial_members *m = &w->members[view];
    const uint32_t words = w->seen_words;
    uint32_t digits = 2;
    while (m->n >> digits)
        digits++;
    w->digits = digits;
    for (uint32_t k = 0; k < digits * words; k++)
        w->counted[k] = 0;
    for (uint32_t k = 0; k < words; k++) {
        uint64_t ones = 0, twos = 0;
        for (uint32_t i = 0; i < m->n; i++) {
            uint64_t carry = m->seen[(size_t)i * words + k];
            const uint64_t two = ones & carry, four = twos & two;
            ones ^= carry;
            twos ^= two;
            carry = four;
            for (uint32_t digit = 2; carry; digit++) {
                uint64_t *at = &w->counted[digit * words + k], both = *at & carry;
                *at ^= carry;
                carry = both;
            }
        }
        w->counted[k] = ones;
        w->counted[words + k] = twos;
    }
}

// Other types: who saw them.
static uint8_t *put_bundle(struct trial_work *w, const struct trial_view *v, uint32_t view, uint8_t *at)
{
    const uint64_t *exposed = w->touched[view].seen;
    const uint32_t words = w->seen_words, own = v->asked->request->type;
    const struct trial_frame *f = w->block.frame;
    const bool bytes = trial_bundle_is_bytes(f->options.comparators, f->in.n_types);
    size_t n_any = 0;
    count_seen(w, view);
    for (uint32_t k = 0; k < words; k++) {
        uint64_t any = exposed[k];
        for (uint32_t digit = 0; digit < w->digits; digit++)
            any |= w->counted[digit * words + k];
        if (k == own / 64)
            any &= ~(UINT64_C(1) << (own % 64));
        w->any[k] = any;
        n_any += (size_t)__builtin_popcountll(any);
    }
    at = trial_put(at, n_any);
    for (uint32_t k = 0; k < words; k++)
        for (uint64_t left = w->any[k]; left; left &= left - 1) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(left);
            uint64_t count = 0;
            for (uint32_t digit = 0; digit < w->digits; digit++)
                count |= (w->counted[digit * words + k] >> bit & 1) << digit;
            const uint64_t seen = count * 2 + (exposed[k] >> bit & 1);
            if (bytes) {
                at[0] = (uint8_t)(k * 64 + bit);
                at[1] = (uint8_t)seen;
                at += 2;
                continue;
            }
            at = trial_put(at, k * 64 + bit);
            at = trial_put(at, seen);
        }
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
        uint32_t at = kept;
        while (at > 0 && times[at - 1] > time)
            at--;
        if (at > 0 && times[at - 1] == time)
            continue;
        memmove(times + at + 1, times + at, (kept - at) * sizeof *times);
        times[at] = time;
        kept++;
    }
    return kept;
}

// A member is at risk at the times within its follow-up: its rank is how many, and its own event, if it counts, is at the last.
static uint8_t *put_outcome(struct trial_work *w, uint32_t view, uint32_t k, uint8_t *at)
{
    const struct trial_members *m = &w->members[view];
    const struct trial_follow *exposed = &w->touched[view].follow[k];
    const uint32_t n_times = m->any_event[k] ? event_times(m, exposed, k, w->times) : 0;
    at = trial_put(at, n_times);
    if (n_times == 0)
        return at;
    memset(w->ranks, 0, m->n * sizeof *w->ranks);
    for (uint32_t t = 0; t < n_times; t++) {
        const int64_t time = w->times[t];
        uint32_t at_risk = 0, events = 0;
        for (uint32_t i = 0; i < m->n; i++) {
            const uint32_t followed = m->length[k][i] >= time, own = m->event[k][i] & (m->length[k][i] == time);
            w->ranks[i] += followed * 2 + own;
            at_risk += followed;
            events += own;
        }
        at = trial_put(at, at_risk);
        at = trial_put(at, events);
        at = trial_put(at, exposed->event && exposed->length == time);
    }
    return trial_put_small(at, w->ranks, m->n, trial_ranks_are_bytes(w->block.frame->options.comparators));
}

static uint8_t *put_members(struct trial_work *w, const struct trial_entry *e, const struct trial_view *v, uint32_t view, bool many, uint8_t *at)
{
    const struct trial_members *m = &w->members[view];
    const int64_t followed = w->touched[view].follow[0].length;
    int64_t longest = 0;
    for (uint32_t i = 0; i < m->n; i++)
        longest = m->length[0][i] > longest ? m->length[0][i] : longest;
    at = trial_put_time(at, longest < followed ? longest : followed);
    at = trial_put(at, m->acted);
    for (uint32_t i = 0; i < m->n; i++)
        at = trial_put_position(at, w->block.begin + m->place[i], e->position, w->block.frame->near);
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
    return TRIAL_NUMBER_MAX * (16 + TRIAL_OUTCOMES * 5 + (2 + TRIAL_OUTCOMES * 4) * members + 3 * types);
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
    const struct trial_members *m = &w->members[view];
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
