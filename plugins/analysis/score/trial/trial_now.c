// SPDX-License-Identifier: MIT
//
// What the stays of a block saw and did around one time since entry (trial_block.h). Much that a comparator is asked for changes
// at few times that are known beforehand: types that touched lately or will, actions in the window of the placebo. These changes
// are noted stay by stay, put in the order of the moments that are asked about, and made as time goes on; the question itself then
// reads one line of the cache. Times are compared as they are stored.
#include "plugins/analysis/score/trial/trial_work.h"

#include <string.h>

enum { ROOM_LINES, ROOM_RECENT, ROOM_LAST };

#define ALL_WINDOWS UINT32_MAX  // code of a change of `before`: one more for all windows; else one less for the window

// Codes of `seen` and `recents`: a type x 2 + 1 changes for all windows, or for all requests that ask about it; an even one changes one only.

// The stay that is read: changes from `end` on, when it is over, are of no use.
struct reading {
    struct trial_now *now;
    uint32_t place, end;
    int64_t over;  // no later time matters
};

static inline uint32_t moment_of(const struct reading *r, int64_t time)
{
    return time <= 0 ? 0 : time >= r->over ? r->end : trial_moment_of(r->now->moments, time);
}

static void flip_seen(struct trial_now *x, uint32_t place, uint32_t code)
{
    uint64_t *seen = trial_line_of(x, place)->more;
    const uint32_t bit = code >> 1;
    if (code & 1)
        for (uint32_t w = 0; w < x->n_windows; w++)
            seen[w * x->words + bit / 64] ^= UINT64_C(1) << (bit & 63);
    else
        seen[bit / 64] ^= UINT64_C(1) << (bit & 63);
}

static void flip_one(struct trial_now *x, uint32_t place, uint32_t request)
{
    x->recent[(size_t)request * x->n_words + place / 64] ^= UINT64_C(1) << (place & 63);
}

static void flip_recent(struct trial_now *x, uint32_t place, uint32_t code)
{
    if (code & 1)
        for (uint32_t q = x->first_of_type[code >> 1]; q != TRIAL_NONE; q = x->asked[q].next)
            flip_one(x, place, q);
    else
        flip_one(x, place, code >> 1);
}

static void note_seen(const struct reading *r, uint32_t moment, uint32_t code)
{
    if (moment == 0)
        flip_seen(r->now, r->place, code);
    else if (moment < r->end)
        trial_note(&r->now->seen, r->now->block->alloc, moment, r->place, code);
}

static void note_recent(const struct reading *r, uint32_t moment, uint32_t code)
{
    if (moment == 0)
        flip_recent(r->now, r->place, code);
    else if (moment < r->end)
        trial_note(&r->now->recents, r->now->block->alloc, moment, r->place, code);
}

static inline uint32_t seen_in(const struct reading *r, uint32_t window, uint32_t type)
{
    return ((window * r->now->words + type / 64) << 6 | (type & 63)) * 2;
}

static int64_t week_of(const struct trial_now *x)
{
    return 7 * 86400 * x->block->frame->options.second;
}

// A touch is seen from W before it until 7 days after it, and recent for W. Where the one before of its type still is, that
// goes on; else that is ended first. `since`, `before`: of both; INT64_MIN: there is none before.
static void read_touch(const struct reading *r, uint32_t type, int64_t since, int64_t before)
{
    const struct trial_now *x = r->now;
    const uint32_t own = moment_of(r, since), ended = before == INT64_MIN ? 0 : moment_of(r, before + week_of(x) + 1);
    for (uint32_t w = 0; w < x->n_windows; w++) {
        const uint32_t enter = moment_of(r, since - x->windows[w]);
        if (before != INT64_MIN && ended >= enter)
            continue;
        if (before != INT64_MIN)
            note_seen(r, ended, seen_in(r, w, type));
        note_seen(r, enter, seen_in(r, w, type));
    }
    if (before == INT64_MIN) {
        if (r->now->first_of_type[type] != TRIAL_NONE)
            note_recent(r, own, type * 2 + 1);
        return;
    }
    for (uint32_t q = r->now->first_of_type[type]; q != TRIAL_NONE; q = r->now->asked[q].next) {
        const uint32_t over = moment_of(r, before + r->now->asked[q].window + 1);
        if (over >= own)
            continue;
        note_recent(r, over, q * 2);
        note_recent(r, own, q * 2);
    }
}

static void end_touch(const struct reading *r, uint32_t type, int64_t since)
{
    note_seen(r, moment_of(r, since + week_of(r->now) + 1), type * 2 + 1);
    for (uint32_t q = r->now->first_of_type[type]; q != TRIAL_NONE; q = r->now->asked[q].next)
        note_recent(r, moment_of(r, since + r->now->asked[q].window + 1), q * 2);
}

static void read_touches(const struct reading *r)
{
    const struct trial_block *b = r->now->block;
    const uint32_t first = b->touches.first[r->place], last = b->touches.first[r->place + 1];
    uint32_t *last_of_type = r->now->last_of_type;
    for (uint32_t i = first; i < last; i++) {
        const uint32_t type = b->touch_type[i], before = last_of_type[type];
        read_touch(r, type, b->touches.since[i], before ? b->touches.since[before - 1] : INT64_MIN);
        last_of_type[type] = i + 1;
    }
    for (uint32_t i = first; i < last; i++)
        if (last_of_type[b->touch_type[i]] == i + 1) {
            end_touch(r, b->touch_type[i], b->touches.since[i]);
            last_of_type[b->touch_type[i]] = 0;
        }
}

// In the placebo's window counts what happened in the stay: its length is at most the time since entry, less the lag.
static void read_before(const struct reading *r)
{
    struct trial_now *x = r->now;
    const struct trial_list *list = &x->block->actions;
    const int64_t lag = x->block->frame->options.lag;
    const uint32_t last = list->first[r->place + 1];
    for (uint32_t i = list->first[r->place]; i < last; i++) {
        if (list->since[i] < 0)
            continue;
        const uint32_t enter = moment_of(r, list->since[i] + lag + 1);
        if (enter >= r->end)
            break;
        trial_note(&x->before, x->block->alloc, enter, r->place, ALL_WINDOWS);
        for (uint32_t w = 0; w < x->n_windows; w++) {
            const uint32_t leave = moment_of(r, list->since[i] + lag + x->windows[w] + 1);
            if (leave < r->end)
                trial_note(&x->before, x->block->alloc, leave, r->place, w);
        }
    }
}

static enum trial_rc make_lines(struct trial_now *x, uint32_t n_asked, uint32_t n_types)
{
    const struct trial_block *b = x->block;
    const size_t line = sizeof(struct trial_line) + (size_t)x->n_windows * (x->words * sizeof(uint64_t) + sizeof(uint32_t)), whole = 64;
    x->stride = (line + whole - 1) / whole * whole;
    x->n_words = b->n / 64 + 1;
    char *at = trial_room(b->alloc, &x->rooms[ROOM_LINES], (size_t)b->n + 1, x->stride);
    x->recent = trial_room(b->alloc, &x->rooms[ROOM_RECENT], (size_t)n_asked * x->n_words, sizeof *x->recent);
    x->last_of_type = trial_room(b->alloc, &x->rooms[ROOM_LAST], (size_t)n_types + 1, sizeof *x->last_of_type);
    if (!at || !x->recent || !x->last_of_type)
        return TRIAL_NOMEM;
    x->lines = at + (whole - (uintptr_t)at % whole) % whole;
    memset(x->lines, 0, b->n * x->stride);
    memset(x->recent, 0, (size_t)n_asked * x->n_words * sizeof *x->recent);
    memset(x->last_of_type, 0, ((size_t)n_types + 1) * sizeof *x->last_of_type);
    for (uint32_t p = 0; p < b->n; p++) {
        struct trial_line *l = trial_line_of(x, p);
        l->length = b->length[p];
        for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++)
            l->next[k] = INT64_MIN;
    }
    return TRIAL_OK;
}

enum trial_rc trial_now_prepare(struct trial_now *x, const struct trial_block *block, const struct trial_moments *moments, const int64_t *windows,
                                uint32_t n_windows, const struct trial_asked *asked, const uint32_t *first_of_type, uint32_t n_asked)
{
    const struct trial_frame *f = block->frame;
    const struct trial_alloc *a = block->alloc;
    x->block = block;
    x->moments = moments;
    x->asked = asked;
    x->first_of_type = first_of_type;
    x->windows = windows;
    x->n_windows = n_windows;
    x->words = f->in.n_types / 64 + 1;
    enum trial_rc rc = make_lines(x, n_asked, f->in.n_types);
    if (rc != TRIAL_OK || trial_changes_begin(&x->seen, a, moments->n) != TRIAL_OK || trial_changes_begin(&x->before, a, moments->n) != TRIAL_OK ||
        trial_changes_begin(&x->recents, a, moments->n) != TRIAL_OK)
        return TRIAL_NOMEM;
    for (uint32_t p = 0; p < block->n; p++) {
        struct reading r = {x, p, trial_moment_of(moments, block->length[p]), block->length[p]};
        if (r.end == moments->n && r.over > moments->at[moments->n - 1])
            r.over = moments->at[moments->n - 1] + 1;
        if (r.end == 0)
            continue;
        read_touches(&r);
        read_before(&r);
    }
    rc = trial_changes_sort(&x->seen, a, moments->n);
    if (rc == TRIAL_OK)
        rc = trial_changes_sort(&x->before, a, moments->n);
    return rc == TRIAL_OK ? trial_changes_sort(&x->recents, a, moments->n) : rc;
}

void trial_now_to(struct trial_now *x, uint32_t moment)
{
    for (uint32_t i = x->seen.first[moment]; i < x->seen.first[moment + 1]; i++)
        flip_seen(x, x->seen.sorted[i].place, x->seen.sorted[i].code);
    for (uint32_t i = x->recents.first[moment]; i < x->recents.first[moment + 1]; i++)
        flip_recent(x, x->recents.sorted[i].place, x->recents.sorted[i].code);
    for (uint32_t i = x->before.first[moment]; i < x->before.first[moment + 1]; i++) {
        uint32_t *before = trial_before(x, trial_line_of(x, x->before.sorted[i].place));
        const uint32_t code = x->before.sorted[i].code;
        if (code != ALL_WINDOWS)
            before[code]--;
        else
            for (uint32_t w = 0; w < x->n_windows; w++)
                before[w]++;
    }
}

void trial_now_done(struct trial_now *x, const struct trial_alloc *alloc)
{
    trial_changes_done(&x->seen, alloc);
    trial_changes_done(&x->before, alloc);
    trial_changes_done(&x->recents, alloc);
    for (size_t i = 0; i < sizeof x->rooms / sizeof *x->rooms; i++)
        alloc->free(alloc->ctx, x->rooms[i].at);
    *x = (struct trial_now){0};
}
