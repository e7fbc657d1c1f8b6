// SPDX-License-Identifier: MIT
//
// Reads a block of neighbours (trial_block.h): the stays one after the other, of the events only those that some question of
// the block can reach, all by time since entry. What is here fits the cache of a core.
#include "plugins/analysis/score/trial/trial_block.h"

void *trial_room(const struct trial_alloc *alloc, struct trial_room *room, size_t n, size_t size)
{
    if (n > SIZE_MAX / 2 / size)
        return NULL;
    size_t bytes = n * size;
    if (bytes > room->bytes || !room->at) {
        size_t more = bytes + bytes / 2 + 64;
        void *grown = alloc->resize(alloc->ctx, room->at, more);
        if (!grown)
            return NULL;
        *room = (struct trial_room){grown, more};
    }
    return room->at;
}

static void let_go(struct trial_room *room, const struct trial_alloc *alloc)
{
    alloc->free(alloc->ctx, room->at);
    *room = (struct trial_room){0};
}

void trial_list_done(struct trial_list *list, const struct trial_alloc *alloc)
{
    let_go(&list->first_room, alloc);
    let_go(&list->now_room, alloc);
    let_go(&list->origin_room, alloc);
    let_go(&list->since_room, alloc);
    *list = (struct trial_list){0};
}

void trial_block_done(struct trial_block *b)
{
    trial_list_done(&b->actions, b->alloc);
    trial_list_done(&b->touches, b->alloc);
    let_go(&b->in_room, b->alloc);
    let_go(&b->length_room, b->alloc);
    let_go(&b->account_room, b->alloc);
    let_go(&b->type_room, b->alloc);
}

// What a list is to hold of each unit's events: those in [in + lo, in + hi].
struct wanted {
    const struct trial_events *events;
    int64_t lo, hi;
};

static enum trial_rc read_list(const struct trial_block *b, struct trial_list *list, const struct wanted *w)
{
    const struct trial_stay *stays = b->frame->stays + b->begin;
    const int64_t *time = w->events->time;
    size_t n = 0;
    list->first = trial_room(b->alloc, &list->first_room, (size_t)b->n + 1, sizeof *list->first);
    list->now = trial_room(b->alloc, &list->now_room, (size_t)b->n + 1, sizeof *list->now);
    list->origin = trial_room(b->alloc, &list->origin_room, (size_t)b->n + 1, sizeof *list->origin);
    if (!list->first || !list->now || !list->origin)
        return TRIAL_NOMEM;
    for (uint32_t p = 0; p < b->n; p++) {
        if (p + 16 < b->n)
            __builtin_prefetch(&w->events->first[stays[p + 16].unit]);
        if (p + 8 < b->n)
            __builtin_prefetch(&time[w->events->first[stays[p + 8].unit]]);
        uint32_t unit = stays[p].unit;
        size_t end = w->events->first[unit + 1], i = w->events->first[unit];
        list->first[p] = list->now[p] = (uint32_t)n;
        if (end - i > 16)
            i = trial_lower(time, i, end, b->in[p] + w->lo);
        else
            while (i < end && time[i] < b->in[p] + w->lo)
                i++;
        list->origin[p] = i;
        list->since = trial_room(b->alloc, &list->since_room, n + (end - i), sizeof *list->since);
        if (!list->since || n + (end - i) >= UINT32_MAX)
            return TRIAL_NOMEM;
        for (; i < end && time[i] <= b->in[p] + w->hi; i++)
            list->since[n++] = time[i] - b->in[p];
    }
    list->first[b->n] = (uint32_t)n;
    return TRIAL_OK;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

enum trial_rc trial_block_read(struct trial_block *b, uint32_t begin, uint32_t n, int64_t latest, int64_t longest_window)
{
    const struct trial_frame *f = b->frame;
    const struct trial_options *o = &f->options;
    b->begin = begin;
    b->n = n;
    b->latest = latest;
    b->longest_window = longest_window;
    b->in = trial_room(b->alloc, &b->in_room, n, sizeof *b->in);
    b->length = trial_room(b->alloc, &b->length_room, n, sizeof *b->length);
    b->account = trial_room(b->alloc, &b->account_room, n, sizeof *b->account);
    if (!b->in || !b->length || !b->account)
        return TRIAL_NOMEM;
    for (uint32_t p = 0; p < n; p++) {
        const struct trial_stay *s = &f->stays[begin + p];
        // An open stay may end at the last time there is, and one out of all order far before its entry.
        int64_t out = s->out < f->in.data_end ? s->out : f->in.data_end;
        b->in[p] = s->in;
        b->length[p] = out > s->in ? (out > 2 * TRIAL_TIME_LIMIT ? 2 * TRIAL_TIME_LIMIT : out) - s->in : 0;
        b->account[p] = s->account;
    }
    int64_t back = greater(greater(o->engagement_span, o->lag + longest_window), 3600 * o->second);
    for (uint32_t i = 0; i < o->n_recency; i++)
        back = greater(back, o->recency[i]);
    if (back > 2 * TRIAL_TIME_LIMIT)
        back = 2 * TRIAL_TIME_LIMIT;
    enum trial_rc rc = read_list(b, &b->actions, &(struct wanted){&f->actions, -back, latest});
    if (rc == TRIAL_OK)
        rc = read_list(b, &b->touches, &(struct wanted){&f->touches, -greater(7 * 86400 * o->second, longest_window), latest + longest_window});
    if (rc != TRIAL_OK)
        return rc;
    b->touch_type = trial_room(b->alloc, &b->type_room, b->touches.first[n], sizeof *b->touch_type);
    if (!b->touch_type)
        return TRIAL_NOMEM;
    for (uint32_t p = 0; p < n; p++)
        for (uint32_t i = b->touches.first[p]; i < b->touches.first[p + 1]; i++)
            b->touch_type[i] = f->touch_type[b->touches.origin[p] + (i - b->touches.first[p])];
    return TRIAL_OK;
}

enum trial_rc trial_block_read_series(const struct trial_block *b, struct trial_series *series)
{
    series->listed = true;
    return read_list(b, &series->list, &(struct wanted){series->events, 0, b->latest + b->longest_window});
}
