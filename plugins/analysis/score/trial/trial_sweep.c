// SPDX-License-Identifier: MIT
//
// Who is comparable, for all stays of a block and every time since entry (trial_block.h). The classes of METHODS 3.3 change for
// each stay at few times: when an action or touch begins to count, when it is too old, when the stay ends. All changes are found
// first, stay by stay; then they are put in the order of time by counting, and applied to one bit set for each class. Finding
// the nearest comparable stays is then a walk along the bits of few sets, outward from the touched (trial_outward.c).
#include "plugins/analysis/score/trial/trial_block.h"

#include <string.h>

#define LOOKUP_BITS 16

enum { ROOM_FIRST_STATE, ROOM_STATE, ROOM_BITS, ROOM_LOOKUP, ROOM_TIMES };
enum { ROOM_SORTED, ROOM_FIRST, ROOM_RAW, ROOM_RAW_MOMENT };

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

static void make_lookup(struct trial_moments *m)
{
    const uint64_t last = (uint64_t)m->at[m->n - 1];
    for (m->shift = 0; last >> m->shift >= (UINT64_C(1) << LOOKUP_BITS); m->shift++)
        continue;
    const size_t slots = (size_t)(last >> m->shift) + 2;
    uint32_t next = 0;
    for (size_t slot = 0; slot < slots; slot++) {
        while (next < m->n && (uint64_t)m->at[next] >> m->shift < slot)
            next++;
        m->lookup[slot] = next;
    }
}

// ---- changes in the order of moments ---------------------------------------------------------------------------------------

enum trial_rc trial_changes_begin(struct trial_changes *c, const struct trial_alloc *alloc, uint32_t n_moments)
{
    c->first = trial_room(alloc, &c->rooms[ROOM_FIRST], (size_t)n_moments + 2, sizeof *c->first);
    if (!c->first)
        return TRIAL_NOMEM;
    memset(c->first, 0, ((size_t)n_moments + 2) * sizeof *c->first);
    c->n_raw = 0;
    c->failed = false;
    return TRIAL_OK;
}

bool trial_changes_grow(struct trial_changes *c, const struct trial_alloc *alloc)
{
    const size_t limit = c->raw_limit + c->raw_limit / 2 + 4096;
    void *raw = limit < UINT32_MAX ? trial_room(alloc, &c->rooms[ROOM_RAW], limit, sizeof *c->raw) : NULL;
    c->raw = raw ? raw : c->raw;
    void *moment = raw ? trial_room(alloc, &c->rooms[ROOM_RAW_MOMENT], limit, sizeof *c->raw_moment) : NULL;
    c->raw_moment = moment ? moment : c->raw_moment;
    c->failed = c->failed || !moment;
    if (moment)
        c->raw_limit = limit;
    return moment != NULL;
}

// Those of one stay keep their order.
enum trial_rc trial_changes_sort(struct trial_changes *c, const struct trial_alloc *alloc, uint32_t n_moments)
{
    c->sorted = c->failed ? NULL : trial_room(alloc, &c->rooms[ROOM_SORTED], c->n_raw + 1, sizeof *c->sorted);
    if (!c->sorted)
        return TRIAL_NOMEM;
    for (uint32_t m = 0; m < n_moments; m++)
        c->first[m + 1] += c->first[m];
    for (size_t i = 0; i < c->n_raw; i++)
        c->sorted[c->first[c->raw_moment[i]]++] = c->raw[i];
    // Each offset has become that of the next moment.
    memmove(c->first + 1, c->first, n_moments * sizeof *c->first);
    c->first[0] = 0;
    return TRIAL_OK;
}

void trial_changes_done(struct trial_changes *c, const struct trial_alloc *alloc)
{
    for (size_t i = 0; i < sizeof c->rooms / sizeof *c->rooms; i++)
        alloc->free(alloc->ctx, c->rooms[i].at);
    *c = (struct trial_changes){0};
}

// ---- classes -----------------------------------------------------------------------------------------------------------------

static void note(struct trial_sweep *s, uint32_t place, uint32_t which, uint16_t state, int64_t time)
{
    const uint32_t moment = trial_moment_of(&s->moments, time);
    if (moment < s->moments.n)
        trial_note(&s->changes, s->block->alloc, moment, place, which << 16 | state);
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
static void follow_stay(struct trial_sweep *s, uint32_t place, uint32_t which, const struct timeline *t, const struct classes *c)
{
    const int64_t length = s->block->length[place], latest = s->moments.at[s->moments.n - 1];
    const int64_t until = length - 1 < latest ? length - 1 : latest;
    uint32_t in = 0, out = 0, age = 0, count = 0;
    int64_t last = INT64_MIN;
    uint16_t state = TRIAL_NO_STATE;
    for (int64_t now = 0; now <= until;) {
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
            note(s, place, which, next_state, now);
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
    if (which == 0 && state != TRIAL_NO_STATE && length <= latest)
        note(s, place, which, TRIAL_NO_STATE, length);
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
            follow_stay(s, place, which, &t, c);
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
    s->moments.lookup = trial_room(a, &s->rooms[ROOM_LOOKUP], ((size_t)1 << LOOKUP_BITS) + 2, sizeof *s->moments.lookup);
    if (!s->first_state || !s->state || !s->bits || !s->moments.lookup || trial_changes_begin(&s->changes, a, s->moments.n) != TRIAL_OK)
        return TRIAL_NOMEM;
    for (uint32_t w = 0; w < s->n_which; w++)
        s->first_state[w] = w == 0 ? 0 : n_combined + n_touches * (w - 1);
    memset(s->bits, 0, states * s->n_words * sizeof *s->bits);
    for (size_t i = 0; i < n * s->n_which; i++)
        s->state[i] = TRIAL_NO_STATE;
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
    s->moments.at = moments;
    s->moments.n = n_moments;
    enum trial_rc rc = make_room(s, (combined.n_cuts + 1) * (combined.n_recency + 1), touches.n_cuts + 1);
    if (rc != TRIAL_OK)
        return rc;
    make_lookup(&s->moments);
    rc = find_changes(s, 0, &block->actions, &f->actions, o->engagement_span, unit, &combined);
    for (uint32_t w = 0; w < n_windows && rc == TRIAL_OK; w++)
        rc = find_changes(s, w + 1, &block->touches, &f->touches, windows[w], unit, &touches);
    return rc == TRIAL_OK ? trial_changes_sort(&s->changes, block->alloc, n_moments) : rc;
}

void trial_sweep_to(struct trial_sweep *s, uint32_t moment)
{
    for (uint32_t i = s->changes.first[moment]; i < s->changes.first[moment + 1]; i++) {
        const struct trial_change c = s->changes.sorted[i];
        set_state(s, c.place, c.code >> 16, (uint16_t)c.code);
    }
}

void trial_sweep_done(struct trial_sweep *s, const struct trial_alloc *alloc)
{
    trial_changes_done(&s->changes, alloc);
    for (size_t i = 0; i < sizeof s->rooms / sizeof *s->rooms; i++)
        alloc->free(alloc->ctx, s->rooms[i].at);
    *s = (struct trial_sweep){0};
}
