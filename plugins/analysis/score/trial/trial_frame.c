// SPDX-License-Identifier: MIT
//
// The frame of the touch trials: eligible stays sorted into their groups (stage, segment), people and accounts renumbered in
// that order, and the touches that lie inside an eligible stay in the order in which their trials are summed. Built once, linear
// after one sort of the stays; read-only afterwards, so any number of trials may run on it in parallel.
#include "plugins/analysis/score/trial/trial_local.h"

#include <stdlib.h>
#include <string.h>

struct trial_options trial_defaults(int64_t second)
{
    const int64_t day = 86400 * second;
    return (struct trial_options){
        .second = second,
        .comparators = 20,
        .scan = 2000,
        .lag = 7 * day,
        .recency = {day, 7 * day, 30 * day},
        .n_recency = 3,
        .engagement_span = 90 * day,
        .engagement = {1, 4},
        .n_engagement = 2,
        .match_recency = true,
        .match_touches = true,
        .match_engagement = true,
        .block = 4096,
        .records = (size_t)1 << 30,
    };
}

enum trial_rc trial_events_prepare(struct trial_events *events, uint32_t n_units, const int64_t *unit_of,
                                   size_t n_resolutions)
{
    size_t n = events->first[n_units];
    int64_t grain = 1, coarsest = 1;
    for (size_t i = 0; i < n; i++) {
        int64_t time = events->time[i], unit = 1;
        if (time < -TRIAL_TIME_LIMIT || time > TRIAL_TIME_LIMIT)
            return TRIAL_INVALID;
        if (events->resolution) {
            if (!unit_of || events->resolution[i] >= n_resolutions || unit_of[events->resolution[i]] < 1)
                return TRIAL_INVALID;
            unit = unit_of[events->resolution[i]];
        }
        coarsest = unit > coarsest ? unit : coarsest;
        if (i == 0)
            grain = unit;
        if (unit != grain || (unit > 1 && time % unit != 0))
            grain = 0;
    }
    for (uint32_t u = 0; u < n_units; u++) {
        if (events->first[u] > events->first[u + 1])
            return TRIAL_INVALID;
        for (size_t i = events->first[u] + 1; i < events->first[u + 1]; i++)
            if (events->time[i - 1] > events->time[i])
                return TRIAL_INVALID;
    }
    events->grain = n ? grain : 1;
    events->coarsest = coarsest;
    return TRIAL_OK;
}

struct keyed {
    uint64_t group;  // stage, then segment
    int64_t in;
    uint32_t order, origin;
};

static int by_entry(const void *left, const void *right)
{
    const struct keyed *l = left, *r = right;
    if (l->group != r->group)
        return l->group < r->group ? -1 : 1;
    if (l->in != r->in)
        return l->in < r->in ? -1 : 1;
    return l->order < r->order ? -1 : l->order > r->order;
}

#define DIGIT 11

// By entry, then group, digit by digit; those alike stay as they are. `other` is as long; gives the one of both that is in order.
static struct keyed *sort_digits(struct keyed *work, struct keyed *other, uint32_t n)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    uint64_t groups = 0;
    for (uint32_t i = 0; i < n; i++) {
        least = work[i].in < least ? work[i].in : least;
        most = work[i].in > most ? work[i].in : most;
        groups |= work[i].group;
    }
    const uint64_t span = n ? (uint64_t)(most - least) : 0;
    for (unsigned pass = 0; pass < 12; pass++) {
        const bool by_group = pass >= 6;
        const unsigned shift = (by_group ? pass - 6 : pass) * DIGIT;
        if (by_group ? (groups >> shift & ((1 << DIGIT) - 1)) == 0 : span >> shift == 0)
            continue;
        uint32_t first[(1 << DIGIT) + 1] = {0};
        for (uint32_t i = 0; i < n; i++)
            first[((by_group ? work[i].group : (uint64_t)(work[i].in - least)) >> shift & ((1 << DIGIT) - 1)) + 1]++;
        for (uint32_t d = 0; d < 1 << DIGIT; d++)
            first[d + 1] += first[d];
        for (uint32_t i = 0; i < n; i++)
            other[first[(by_group ? work[i].group : (uint64_t)(work[i].in - least)) >> shift & ((1 << DIGIT) - 1)]++] = work[i];
        struct keyed *was = work;
        work = other;
        other = was;
    }
    return work;
}

static void *take(const struct trial_frame *f, size_t count, size_t size)
{
    if (count > SIZE_MAX / size)
        return NULL;
    return f->alloc.resize(f->alloc.ctx, NULL, count ? count * size : 1);
}

static bool input_is_valid(const struct trial_input *in, const struct trial_options *options)
{
    // 32-bit positions keep the frame small; a project beyond that is refused, not wrapped.
    if (in->n_stays >= UINT32_MAX || in->n_units >= UINT32_MAX || in->touches.first[in->n_units] >= UINT32_MAX)
        return false;
    if (options->second < 1 || options->comparators < 1 || options->block < 1 || options->n_recency > TRIAL_CUTS ||
        options->n_engagement > TRIAL_CUTS || options->lag < 0 || options->lag > TRIAL_TIME_LIMIT ||
        options->engagement_span < 0 || options->engagement_span > TRIAL_TIME_LIMIT)
        return false;
    for (size_t i = 0; i < in->n_stays; i++) {
        const struct trial_stay *s = &in->stays[i];
        if (s->stage >= in->n_stages || s->segment >= in->n_segments || s->account >= in->n_accounts ||
            s->unit >= in->n_units || s->in < -TRIAL_TIME_LIMIT || s->in > TRIAL_TIME_LIMIT)
            return false;
    }
    for (size_t i = 0; i < in->touches.first[in->n_units]; i++)
        if (in->touch_type[i] >= in->n_types)
            return false;
    return true;
}

#define PART ((uint32_t)1 << 20)  // stays

// Stay `own[position]` to its position, a part of the positions at a time, each part in the order of the input: neither has to be in
// memory as a whole. `rank` has room for a position of each stay of the input.
static void place_stays(struct trial_frame *f, const struct keyed *own, uint32_t *rank)
{
    for (size_t i = 0; i < f->in.n_stays; i++)
        rank[i] = TRIAL_NONE;
    for (uint32_t i = 0; i < f->n_stays; i++)
        rank[own[i].origin] = i;
    for (uint32_t begin = 0, end; begin < f->n_stays; begin = end) {
        end = f->n_stays - begin > PART ? begin + PART : f->n_stays;
        for (size_t i = 0; i < f->in.n_stays; i++) {
            const uint32_t to = rank[i];
            if (to < begin || to >= end)
                continue;
            const struct trial_stay *s = &f->in.stays[i];
            f->stays[to] = *s;
            f->origin[to] = (uint32_t)i;
            f->account[to] = s->account;
            f->entry[to] = s->in;
        }
    }
}

static void cut_groups(struct trial_frame *f)
{
    for (uint32_t i = 0; i < f->n_stays; i++) {
        const struct trial_stay *s = &f->stays[i];
        if (i == 0 || s->stage != f->stays[i - 1].stage || s->segment != f->stays[i - 1].segment)
            f->groups[f->n_groups++] = (struct trial_group){s->stage, s->segment, i, i};
        f->groups[f->n_groups - 1].end = i + 1;
    }
}

static enum trial_rc sort_stays(struct trial_frame *f)
{
    bool in_order = true;  // of `order`
    struct keyed *work = take(f, f->in.n_stays, sizeof *work);
    uint32_t *rank = take(f, f->in.n_stays, sizeof *rank);
    f->stays = take(f, f->in.n_stays, sizeof *f->stays);
    f->origin = take(f, f->in.n_stays, sizeof *f->origin);
    f->groups = take(f, f->in.n_stays, sizeof *f->groups);
    f->account = take(f, f->in.n_stays, sizeof *f->account);
    f->entry = take(f, f->in.n_stays, sizeof *f->entry);
    const bool made = work && rank && f->stays && f->origin && f->groups && f->account && f->entry;
    for (size_t i = 0; i < f->in.n_stays && made; i++) {
        const struct trial_stay *s = &f->in.stays[i];
        if (!s->eligible)
            continue;
        in_order = in_order && (f->n_stays == 0 || work[f->n_stays - 1].order < s->order);
        work[f->n_stays++] = (struct keyed){(uint64_t)s->stage << 32 | s->segment, s->in, s->order, (uint32_t)i};
    }
    struct keyed *other = made && in_order ? take(f, f->n_stays, sizeof *other) : NULL, *own = work;
    if (other)
        own = sort_digits(work, other, f->n_stays);
    else if (made)
        qsort(work, f->n_stays, sizeof *work, by_entry);
    if (made) {
        place_stays(f, own, rank);
        cut_groups(f);
    }
    f->alloc.free(f->alloc.ctx, work);
    f->alloc.free(f->alloc.ctx, other);
    f->alloc.free(f->alloc.ctx, rank);
    return made ? TRIAL_OK : TRIAL_NOMEM;
}

// Numbers the people in the order in which groups are walked.
static enum trial_rc number_people(struct trial_frame *f)
{
    f->local_of = take(f, f->in.n_units, sizeof *f->local_of);
    f->unit_of_local = take(f, f->in.n_units, sizeof *f->unit_of_local);
    if (!f->local_of || !f->unit_of_local)
        return TRIAL_NOMEM;
    for (uint32_t u = 0; u < f->in.n_units; u++)
        f->local_of[u] = TRIAL_NONE;
    for (uint32_t i = 0; i < f->n_stays; i++) {
        uint32_t unit = f->stays[i].unit;
        if (f->local_of[unit] == TRIAL_NONE) {
            f->local_of[unit] = f->n_local;
            f->unit_of_local[f->n_local++] = unit;
        }
        f->stays[i].unit = f->local_of[unit];
    }
    return TRIAL_OK;
}

// Accounts likewise: those of neighbours are neighbours in the sums.
static enum trial_rc number_owners(struct trial_frame *f)
{
    uint32_t *owner_of = take(f, f->in.n_accounts, sizeof *owner_of);
    f->owner = take(f, f->n_stays, sizeof *f->owner);
    f->account_of_owner = take(f, f->n_stays, sizeof *f->account_of_owner);
    f->first_of_account = take(f, f->n_stays, sizeof *f->first_of_account);
    uint32_t *last = take(f, f->n_stays, sizeof *last);  // by owner: the first position in the last of its groups
    const bool made = owner_of && f->owner && f->account_of_owner && f->first_of_account && last;
    const struct trial_group *group = f->groups;
    for (uint32_t a = 0; a < f->in.n_accounts && made; a++)
        owner_of[a] = TRIAL_NONE;
    for (uint32_t i = 0; i < f->n_stays && made; i++) {
        uint32_t *owner = &owner_of[f->stays[i].account];
        if (*owner == TRIAL_NONE) {
            f->account_of_owner[f->n_owners] = f->stays[i].account;
            last[f->n_owners] = TRIAL_NONE;
            *owner = f->n_owners++;
        }
        while (i >= group->end)
            group++;
        if (last[*owner] == TRIAL_NONE || last[*owner] < group->begin)
            last[*owner] = i;
        f->owner[i] = *owner;
        f->first_of_account[i] = last[*owner];
    }
    f->accounts_alone = true;
    if (made)
        memset(last, 0, f->n_stays * sizeof *last);
    for (uint32_t i = 0; i < f->n_stays && made; i++)
        if (f->first_of_account[i] != i)
            last[f->first_of_account[i]] = 1;  // from now on: whether others follow it
    for (uint32_t i = 0; i < f->n_stays && made; i++)
        if (f->first_of_account[i] == i && !last[i])
            f->first_of_account[i] = TRIAL_NONE;
        else
            f->accounts_alone = false;
    if (made)
        memset(last, 0, f->n_stays * sizeof *last);
    for (uint32_t i = 0; i < f->n_stays && made; i++)
        last[f->owner[i]]++;  // from now on: its stays
    for (uint32_t i = 0; i < f->n_stays && made; i++)
        if (last[f->owner[i]] == 1)
            f->first_of_account[i] = TRIAL_ALONE;
    f->alloc.free(f->alloc.ctx, owner_of);
    f->alloc.free(f->alloc.ctx, last);
    return made ? TRIAL_OK : TRIAL_NOMEM;
}

// Turns counts at [type + 1] into offsets at [type].
static void accumulate(uint32_t *first, uint32_t n_types)
{
    for (uint32_t t = 0; t < n_types; t++)
        first[t + 1] += first[t];
}

// Calls for every touch inside an eligible stay, by position and touch: counts (`next` NULL) or places it.
static void each_trial(struct trial_frame *f, uint32_t *next)
{
    const struct trial_events *touches = &f->touches;
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->n_stays; i++) {
        const struct trial_stay *s = &f->stays[i];
        size_t end = touches->first[s->unit + 1];
        int64_t from = s->in > f->in.data_start ? s->in : f->in.data_start;
        for (size_t t = trial_lower(touches->time, touches->first[s->unit], end, from); t < end; t++) {
            if (touches->time[t] >= s->out || touches->time[t] >= f->in.data_end)
                break;
            uint32_t type = f->touch_type[t];
            if (!next) {
                f->trial_first[type + 1]++;
                continue;
            }
            f->by_position[n++] = next[type];
            f->trials[next[type]++] = (struct trial_index){touches->time[t], touches->time[t] - s->in, (uint32_t)t, i};
        }
    }
}

static enum trial_rc sort_trials(struct trial_frame *f)
{
    const uint32_t n_types = f->in.n_types;
    uint32_t *next = take(f, (size_t)n_types + 1, sizeof *next);
    enum trial_rc rc = TRIAL_NOMEM;

    f->trial_first = take(f, (size_t)n_types + 1, sizeof *f->trial_first);
    if (!next || !f->trial_first)
        goto out;
    memset(f->trial_first, 0, ((size_t)n_types + 1) * sizeof *f->trial_first);
    each_trial(f, NULL);
    accumulate(f->trial_first, n_types);
    f->trials = take(f, f->trial_first[n_types], sizeof *f->trials);
    f->by_position = take(f, f->trial_first[n_types], sizeof *f->by_position);
    if (!f->trials || !f->by_position)
        goto out;
    memcpy(next, f->trial_first, ((size_t)n_types + 1) * sizeof *next);
    each_trial(f, next);
    rc = TRIAL_OK;
out:
    f->alloc.free(f->alloc.ctx, next);
    return rc;
}

// A comparator's index is its entry plus the touch's time in stage, so entries must lie on the common grid as well.
static void find_grain(struct trial_frame *f)
{
    f->grain = f->in.touches.grain == f->in.actions.grain ? f->in.touches.grain : 0;
    for (uint32_t i = 0; f->grain > 1 && i < f->n_stays; i++)
        if (f->stays[i].in % f->grain != 0)
            f->grain = 0;
}

enum trial_rc trial_frame_new(struct trial_frame **out, const struct trial_alloc *alloc, const struct trial_input *input,
                              const struct trial_options *options)
{
    if (!input_is_valid(input, options))
        return TRIAL_INVALID;
    struct trial_frame *f = alloc->resize(alloc->ctx, NULL, sizeof *f);
    if (!f)
        return TRIAL_NOMEM;
    *f = (struct trial_frame){.alloc = *alloc, .in = *input, .options = *options};

    enum trial_rc rc = trial_events_prepare(&f->in.touches, input->n_units, input->unit_of, input->n_resolutions);
    if (rc == TRIAL_OK)
        rc = trial_events_prepare(&f->in.actions, input->n_units, input->unit_of, input->n_resolutions);
    if (rc == TRIAL_OK)
        rc = sort_stays(f);
    if (rc == TRIAL_OK)
        rc = number_people(f);
    if (rc == TRIAL_OK)
        rc = trial_local_events(f, &f->touches, &f->in.touches, &f->touch_type, input->touch_type);
    if (rc == TRIAL_OK)
        rc = trial_local_events(f, &f->actions, &f->in.actions, NULL, NULL);
    if (rc == TRIAL_OK)
        rc = number_owners(f);
    if (rc == TRIAL_OK)
        rc = sort_trials(f);
    if (rc != TRIAL_OK) {
        trial_frame_free(f);
        return rc;
    }
    find_grain(f);
    f->near = options->scan <= INT16_MAX || f->n_stays <= INT16_MAX;
    *out = f;
    return TRIAL_OK;
}

size_t trial_frame_touches(const struct trial_frame *frame, uint32_t type)
{
    return type < frame->in.n_types ? frame->trial_first[type + 1] - frame->trial_first[type] : 0;
}

void trial_frame_free(struct trial_frame *frame)
{
    if (!frame)
        return;
    struct trial_alloc alloc = frame->alloc;
    trial_local_events_free(frame, &frame->touches);
    trial_local_events_free(frame, &frame->actions);
    alloc.free(alloc.ctx, frame->touch_type);
    alloc.free(alloc.ctx, frame->local_of);
    alloc.free(alloc.ctx, frame->unit_of_local);
    alloc.free(alloc.ctx, frame->stays);
    alloc.free(alloc.ctx, frame->origin);
    alloc.free(alloc.ctx, frame->account);
    alloc.free(alloc.ctx, frame->entry);
    alloc.free(alloc.ctx, frame->groups);
    alloc.free(alloc.ctx, frame->owner);
    alloc.free(alloc.ctx, frame->account_of_owner);
    alloc.free(alloc.ctx, frame->first_of_account);
    alloc.free(alloc.ctx, frame->trials);
    alloc.free(alloc.ctx, frame->trial_first);
    alloc.free(alloc.ctx, frame->by_position);
    alloc.free(alloc.ctx, frame);
}
