// SPDX-License-Identifier: MIT
//
// The record of one trial (trial_record.h), from what was found of the touched and of those it is compared with (trial_judge.c).
#include "plugins/analysis/score/trial_work.h"

#include <string.h>

#include "plugins/analysis/score/trial_record.h"

#define DIGITS 5  // of a count without carrying on

// How many of the members saw each type, in binary: digit by digit, one bit of each word for each type.
static void count_seen(struct trial_work *w, uint32_t window)
{
    const struct trial_members *m = &w->members;
    const uint32_t words = w->seen_words;
    uint32_t digits = DIGITS;
    while (m->n >> digits)
        digits++;
    w->digits = digits;
    for (uint32_t k = DIGITS * words; k < digits * words; k++)
        w->counted[k] = 0;
    for (uint32_t k = 0; k < words; k++) {
        uint64_t digit[DIGITS] = {0};
        for (uint32_t i = 0; i < m->n; i++) {
            uint64_t carry = trial_seen(&w->now, trial_line_of(&w->now, m->place[i]), window)[k];
            for (uint32_t d = 0; d < DIGITS; d++) {
                const uint64_t both = digit[d] & carry;
                digit[d] ^= carry;
                carry = both;
            }
            for (uint32_t d = DIGITS; carry; d++) {
                uint64_t *at = &w->counted[d * words + k], both = *at & carry;
                *at ^= carry;
                carry = both;
            }
        }
        for (uint32_t d = 0; d < DIGITS; d++)
            w->counted[d * words + k] = digit[d];
    }
}

// Other types: who saw them.
static uint8_t *put_bundle(struct trial_work *w, const struct trial_view *v, uint32_t view, uint8_t *at)
{
    const uint64_t *exposed = w->touched[view].seen;
    const uint32_t words = w->seen_words, own = v->asked->request->type, digits = w->digits;
    const struct trial_frame *f = w->block.frame;
    const bool bytes = trial_bundle_is_bytes(f->options.comparators, f->in.n_types);
    uint8_t *const number = at;
    uint32_t n = 0;
    at += sizeof n;
    for (uint32_t k = 0; k < words; k++) {
        uint64_t any = exposed[k];
        for (uint32_t digit = 0; digit < digits; digit++)
            any |= w->counted[digit * words + k];
        if (k == own / 64)
            any &= ~(UINT64_C(1) << (own % 64));
        for (; any; any &= any - 1, n++) {
            const uint32_t bit = (uint32_t)__builtin_ctzll(any);
            uint64_t count = 0;
            for (uint32_t digit = 0; digit < digits; digit++)
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
    }
    memcpy(number, &n, sizeof n);
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

// A member is at risk at the times within its follow-up: its rank is how many, and its own event, if it counts, is at the last.
static void rank_members(struct trial_work *w, uint32_t k, uint32_t n_times)
{
    const struct trial_members *m = &w->members;
    const int64_t last = w->times[n_times - 1];
    for (uint32_t t = 0; t <= n_times; t++)
        w->at_risk[t] = w->events[t] = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        const int64_t length = m->length[k][i];
        uint32_t rank = n_times;
        if (length < last)
            for (rank = 0; w->times[rank] <= length;)
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
    for (uint32_t i = 0; i < m->n; i++)
        at = trial_put_position(at, w->block.begin + m->place[i], e->position, w->block.frame->near);
    if (v->lag_length > 0)
        at = trial_put_small(at, m->before, m->n, !many);
    count_seen(w, v->asked->which_window);
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
