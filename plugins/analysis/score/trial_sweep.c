// SPDX-License-Identifier: MIT
//
// Who is comparable, for all stays of a block and every time since entry (trial_block.h). The classes of METHODS 3.3 change for
// each stay at few times: when an action or touch begins to count, when it is too old, when the stay ends. All changes are found
// first, stay by stay; then they are put in the order of time by counting, and applied to one bit set for each class. Finding
// the nearest comparable stays is then a walk along the bits of two sets, outward from the touched.
#include "plugins/analysis/score/trial_block.h"

#include <string.h>

#define LOOKUP_BITS 14

enum { ROOM_FIRST_STATE, ROOM_STATE, ROOM_BITS, ROOM_LOOKUP, ROOM_CHANGES, ROOM_CHANGE_FIRST, ROOM_RAW, ROOM_RAW_MOMENT, ROOM_TIMES };

// When events of one stay begin to count (ascending), and when they stop (ascending).
struct timeline {
    const int64_t *enter, *leave, *last;  // last: stored times, in the order of enter
    int64_t enter_add, leave_add;
    uint32_t n;
};

struct classes {
    const int64_t *cuts;  // a class is the first cut that the count does not exceed
    uint32_t n_cuts;
    const int64_t *recency;  // likewise of the age of the last event
    uint32_t n_recency;
};

static const int64_t touch_cuts[] = {0, 1};

// The first moment that is not before `time`.
static uint32_t moment_of(const struct trial_sweep *s, int64_t time)
{
    if (time <= s->moments[0])
        return 0;
    if (time > s->moments[s->n_moments - 1])
        return s->n_moments;
    size_t slot = (size_t)((uint64_t)time >> s->shift);
    uint32_t lo = s->lookup[slot], hi = s->lookup[slot + 1];
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (s->moments[middle] < time)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static void make_lookup(struct trial_sweep *s)
{
    const uint64_t last = (uint64_t)s->moments[s->n_moments - 1];
    for (s->shift = 0; last >> s->shift >= (UINT64_C(1) << LOOKUP_BITS); s->shift++)
        continue;
    const size_t slots = (size_t)(last >> s->shift) + 2;
    uint32_t m = 0;
    for (size_t slot = 0; slot < slots; slot++) {
        while (m < s->n_moments && (uint64_t)s->moments[m] >> s->shift < slot)
            m++;
        s->lookup[slot] = m;
    }
}

static enum trial_rc note(struct trial_sweep *s, uint32_t place, uint32_t which, uint16_t state, int64_t time)
{
    uint32_t moment = moment_of(s, time);
    if (moment == s->n_moments)
        return TRIAL_OK;
    if (s->n_raw == s->raw_limit) {
        size_t limit = s->raw_limit + s->raw_limit / 2 + 4096;
        s->raw = trial_room(s->block->alloc, &s->rooms[ROOM_RAW], limit, sizeof *s->raw);
        s->raw_moment = trial_room(s->block->alloc, &s->rooms[ROOM_RAW_MOMENT], limit, sizeof *s->raw_moment);
        if (!s->raw || !s->raw_moment || limit >= UINT32_MAX)
            return TRIAL_NOMEM;
        s->raw_limit = limit;
    }
    s->raw_moment[s->n_raw] = moment;
    s->raw[s->n_raw++] = (struct trial_change){place, (uint16_t)which, state};
    s->change_first[moment + 1]++;
    return TRIAL_OK;
}

static void set_state(struct trial_sweep *s, uint32_t place, uint32_t which, uint16_t state)
{
    uint16_t *at = &s->state[(size_t)which * s->block->n + place];
    const uint64_t bit = UINT64_C(1) << (place & 63);
    if (*at != TRIAL_NO_STATE)
        s->bits[(size_t)(s->first_state[which] + *at) * s->n_words + place / 64] &= ~bit;
    if (state != TRIAL_NO_STATE)
        s->bits[(size_t)(s->first_state[which] + state) * s->n_words + place / 64] |= bit;
    *at = state;
}

// Follows one stay from its entry to its end, or to the last moment.
static enum trial_rc follow_stay(struct trial_sweep *s, uint32_t place, uint32_t which, const struct timeline *t, const struct classes *c)
{
    const int64_t length = s->block->length[place], latest = s->moments[s->n_moments - 1];
    const int64_t until = length - 1 < latest ? length - 1 : latest;
    uint32_t in = 0, out = 0, age = 0, count = 0;
    int64_t last = INT64_MIN;
    uint16_t state = TRIAL_NO_STATE;
    enum trial_rc rc = TRIAL_OK;
    for (int64_t now = 0; now <= until && rc == TRIAL_OK;) {
        for (; in < t->n && t->enter[in] + t->enter_add <= now; in++)
            if (t->last[in] > last) {
                last = t->last[in];
                age = 0;
            }
        while (out < in && t->leave[out] + t->leave_add <= now)
            out++;
        while (age < c->n_recency && (in == 0 || now - last > c->recency[age]))
            age++;
        for (count = 0; count < c->n_cuts && (int64_t)(in - out) > c->cuts[count];)
            count++;
        uint16_t next_state = (uint16_t)(age * (c->n_cuts + 1) + count);
        if (state == TRIAL_NO_STATE)
            set_state(s, place, which, next_state);
        else if (next_state != state)
            rc = note(s, place, which, next_state, now);
        state = next_state;
        int64_t next = INT64_MAX;
        if (in < t->n)
            next = t->enter[in] + t->enter_add;
        if (out < in && t->leave[out] + t->leave_add < next)
            next = t->leave[out] + t->leave_add;
        if (age < c->n_recency && c->recency[age] < INT64_MAX / 4 && last + c->recency[age] + 1 < next)
            next = last + c->recency[age] + 1;
        now = next;
    }
    if (rc == TRIAL_OK && which == 0 && state != TRIAL_NO_STATE && length <= latest)
        rc = note(s, place, which, TRIAL_NO_STATE, length);
    return rc;
}

static void sort_up(int64_t *at, int64_t *with, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        int64_t key = at[i], own = with ? with[i] : 0;
        uint32_t j = i;
        for (; j > 0 && at[j - 1] > key; j--) {
            at[j] = at[j - 1];
            if (with)
                with[j] = with[j - 1];
        }
        at[j] = key;
        if (with)
            with[j] = own;
    }
}

// Where times are known to differing units, an event counts from the first time that is strictly after it (METHODS 0.2).
static enum trial_rc mixed_timeline(struct trial_sweep *s, struct timeline *t, const struct trial_list *list, const struct trial_events *events,
                                    uint32_t place, int64_t span, int64_t unit)
{
    const struct trial_block *b = s->block;
    const uint32_t first = list->first[place], n = list->first[place + 1] - first;
    int64_t *times = trial_room(b->alloc, &s->rooms[ROOM_TIMES], 3 * (size_t)n + 1, sizeof *times);
    if (!times)
        return TRIAL_NOMEM;
    int64_t *enter = times, *leave = times + n, *last = times + 2 * (size_t)n;
    for (uint32_t i = 0; i < n; i++) {
        int64_t own = trial_unit(events, b->frame->in.unit_of, list->origin[place] + i), coarser = own > unit ? own : unit;
        last[i] = list->since[first + i];
        enter[i] = trial_floor(last[i] + b->in[place], coarser) + coarser - b->in[place];
        leave[i] = last[i] + span + 1 > enter[i] ? last[i] + span + 1 : enter[i];
    }
    sort_up(enter, last, n);
    sort_up(leave, NULL, n);
    *t = (struct timeline){enter, leave, last, 0, 0, n};
    return TRIAL_OK;
}

static enum trial_rc find_changes(struct trial_sweep *s, uint32_t which, const struct trial_list *list, const struct trial_events *events,
                                  int64_t span, int64_t unit, const struct classes *c)
{
    const bool exact = s->block->frame->grain > 0;
    enum trial_rc rc = TRIAL_OK;
    for (uint32_t place = 0; place < s->block->n && rc == TRIAL_OK; place++) {
        const int64_t *since = list->since + list->first[place];
        struct timeline t = {since, since, since, 1, span + 1, list->first[place + 1] - list->first[place]};
        if (!exact)
            rc = mixed_timeline(s, &t, list, events, place, span, unit);
        if (rc == TRIAL_OK)
            rc = follow_stay(s, place, which, &t, c);
    }
    return rc;
}

static enum trial_rc make_room(struct trial_sweep *s, uint32_t n_combined, uint32_t n_touches)
{
    const struct trial_alloc *a = s->block->alloc;
    const size_t n = s->block->n, states = n_combined + (size_t)n_touches * (s->n_which - 1);
    s->n_words = (uint32_t)(n / 64 + 1);
    s->first_state = trial_room(a, &s->rooms[ROOM_FIRST_STATE], s->n_which, sizeof *s->first_state);
    s->state = trial_room(a, &s->rooms[ROOM_STATE], n * s->n_which, sizeof *s->state);
    s->bits = trial_room(a, &s->rooms[ROOM_BITS], states * s->n_words, sizeof *s->bits);
    s->lookup = trial_room(a, &s->rooms[ROOM_LOOKUP], ((size_t)1 << LOOKUP_BITS) + 2, sizeof *s->lookup);
    s->change_first = trial_room(a, &s->rooms[ROOM_CHANGE_FIRST], (size_t)s->n_moments + 2, sizeof *s->change_first);
    if (!s->first_state || !s->state || !s->bits || !s->lookup || !s->change_first)
        return TRIAL_NOMEM;
    for (uint32_t w = 0; w < s->n_which; w++)
        s->first_state[w] = w == 0 ? 0 : n_combined + n_touches * (w - 1);
    memset(s->bits, 0, states * s->n_words * sizeof *s->bits);
    memset(s->change_first, 0, ((size_t)s->n_moments + 2) * sizeof *s->change_first);
    for (size_t i = 0; i < n * s->n_which; i++)
        s->state[i] = TRIAL_NO_STATE;
    s->n_raw = 0;
    return TRIAL_OK;
}

// In the order of moments; changes of one stay keep their order.
static enum trial_rc order_changes(struct trial_sweep *s)
{
    s->changes = trial_room(s->block->alloc, &s->rooms[ROOM_CHANGES], s->n_raw + 1, sizeof *s->changes);
    if (!s->changes)
        return TRIAL_NOMEM;
    for (uint32_t m = 0; m < s->n_moments; m++)
        s->change_first[m + 1] += s->change_first[m];
    for (size_t i = 0; i < s->n_raw; i++)
        s->changes[s->change_first[s->raw_moment[i]]++] = s->raw[i];
    // Each offset has become that of the next moment.
    memmove(s->change_first + 1, s->change_first, s->n_moments * sizeof *s->change_first);
    s->change_first[0] = 0;
    return TRIAL_OK;
}

enum trial_rc trial_sweep_prepare(struct trial_sweep *s, const struct trial_block *block, const int64_t *windows, uint32_t n_windows,
                                  const int64_t *moments, uint32_t n_moments, int64_t unit)
{
    const struct trial_frame *f = block->frame;
    const struct trial_options *o = &f->options;
    struct classes combined = {o->engagement, o->match_engagement ? o->n_engagement : 0, o->recency, o->match_recency ? o->n_recency : 0};
    struct classes touches = {touch_cuts, o->match_touches ? 2 : 0, NULL, 0};
    s->block = block;
    s->n_which = n_windows + 1;
    s->moments = moments;
    s->n_moments = n_moments;
    enum trial_rc rc = make_room(s, (combined.n_cuts + 1) * (combined.n_recency + 1), touches.n_cuts + 1);
    if (rc != TRIAL_OK)
        return rc;
    make_lookup(s);
    rc = find_changes(s, 0, &block->actions, &f->actions, o->engagement_span, unit, &combined);
    for (uint32_t w = 0; w < n_windows && rc == TRIAL_OK; w++)
        rc = find_changes(s, w + 1, &block->touches, &f->touches, windows[w], unit, &touches);
    return rc == TRIAL_OK ? order_changes(s) : rc;
}

void trial_sweep_to(struct trial_sweep *s, uint32_t moment)
{
    for (uint32_t i = s->change_first[moment]; i < s->change_first[moment + 1]; i++)
        set_state(s, s->changes[i].place, s->changes[i].which, s->changes[i].state);
}

void trial_sweep_done(struct trial_sweep *s, const struct trial_alloc *alloc)
{
    for (size_t i = 0; i < sizeof s->rooms / sizeof *s->rooms; i++)
        alloc->free(alloc->ctx, s->rooms[i].at);
    *s = (struct trial_sweep){0};
}

// ---- outward ---------------------------------------------------------------------------------------------------------------

static inline uint64_t word_of(const struct trial_outward *o, uint32_t word)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < o->n_other; i++)
        any |= o->other[i][word];
    return o->one[word] & any;
}

static void go_left(struct trial_outward *o)
{
    while (o->left_bits == 0) {
        if (o->left_word == o->lo / 64) {
            o->left = TRIAL_NONE;
            return;
        }
        o->left_bits = word_of(o, --o->left_word);
    }
    uint32_t bit = 63 - (uint32_t)__builtin_clzll(o->left_bits), place = o->left_word * 64 + bit;
    o->left_bits &= ~(UINT64_C(1) << bit);
    o->left = place >= o->lo ? place : TRIAL_NONE;
}

static void go_right(struct trial_outward *o)
{
    while (o->right_bits == 0) {
        if (o->right_word == o->hi / 64) {
            o->right = TRIAL_NONE;
            return;
        }
        o->right_bits = word_of(o, ++o->right_word);
    }
    uint32_t bit = (uint32_t)__builtin_ctzll(o->right_bits), place = o->right_word * 64 + bit;
    o->right_bits &= o->right_bits - 1;
    o->right = place < o->hi ? place : TRIAL_NONE;
}

void trial_outward_begin(struct trial_outward *o, const struct trial_sweep *s, uint32_t place, uint32_t lo, uint32_t hi, uint16_t combined)
{
    const uint32_t word = place / 64, bit = place & 63;
    o->sweep = s;
    o->one = s->bits + (size_t)(s->first_state[0] + combined) * s->n_words;
    o->lo = lo;
    o->hi = hi;
    o->entry = s->block->in[place];
    o->left_word = o->right_word = word;
    const uint64_t both = word_of(o, word);
    o->left_bits = both & ((UINT64_C(1) << bit) - 1);
    o->right_bits = both & ~((UINT64_C(2) << bit) - 1);
    go_left(o);
    go_right(o);
}

uint32_t trial_outward_next(struct trial_outward *o)
{
    const int64_t *in = o->sweep->block->in;
    bool left = o->left != TRIAL_NONE && (o->right == TRIAL_NONE || o->entry - in[o->left] <= in[o->right] - o->entry);
    uint32_t place = left ? o->left : o->right;
    if (place == TRIAL_NONE)
        return place;
    if (left)
        go_left(o);
    else
        go_right(o);
    return place;
}

void trial_outward_drop(struct trial_outward *o, const uint64_t *other)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < o->n_other; i++)
        if (o->other[i] != other)
            o->other[kept++] = o->other[i];
    o->n_other = kept;
    o->left_bits &= word_of(o, o->left_word);
    o->right_bits &= word_of(o, o->right_word);
}
