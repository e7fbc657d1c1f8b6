// SPDX-License-Identifier: MIT
//
// Runs the trials of one touch type: every fresh touch inside an eligible stay, in fixed order, through matching
// (trial_match.c) and adding (trial_add.c); levels are finished and folded as stages and segments end. No set is kept.
// Cost: touches x (M + rejected candidates), each with a few binary searches.
#include "plugins/analysis/score/trial_internal.h"

#include <string.h>

// ---- one touch ----------------------------------------------------------------------------------------------------

static bool is_fresh(const struct trial_run_state *r, uint32_t unit, uint32_t touch, int64_t window)
{
    const uint32_t *own = r->frame->by_type + r->frame->type_first[r->request->type];
    uint32_t lo = r->first[unit], hi = r->first[unit + 1];
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (own[middle] < touch)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo == r->first[unit] || r->time[lo - 1] < r->frame->touches.time[touch] - window;
}

static enum trial_rc try_touch(struct trial_run_state *r, struct trial_index index, const struct trial_group *group)
{
    const struct trial_frame *f = r->frame;
    const struct trial_stay *s = &f->stays[index.position];
    struct trial_cell *counts = &r->level[SEGMENT].cell;
    const int64_t t = f->touches.time[index.touch], window = r->request->window[s->stage];
    const uint32_t who = f->unit_of_local[s->unit];
    const int64_t unit = trial_unit(&f->touches, f->in.unit_of, index.touch);

    counts->touches++;
    if (!is_fresh(r, s->unit, index.touch, window))
        return TRIAL_OK;
    counts->fresh++;

    struct trial_view exposed = {s->unit, {t, unit, r->exact}};
    struct trial_set set = {
        .stay = f->origin[index.position],
        .touch = (uint32_t)(f->in.touches.first[who] + (index.touch - f->touches.first[s->unit])),
        .account = s->account,
        .stage = s->stage,
        .segment = s->segment,
        .time = t,
        .in_stage = t - s->in,
        .window = window,
    };
    set.recency = f->options.match_recency ? trial_recency(r, exposed) : 0;
    set.touches = f->options.match_touches ? trial_touches(r, exposed, window) : 0;
    set.engagement = f->options.match_engagement ? trial_engagement(r, exposed) : 0;
    int64_t end = t + window;
    end = s->out < end ? s->out : end;
    end = f->in.data_end < end ? f->in.data_end : end;
    if (end <= t) {
        counts->nofollow++;
        return TRIAL_OK;
    }
    for (uint32_t k = 0; k < r->request->n_outcomes; k++) {
        set.follow[k] = trial_follow(trial_outcome(r, k, s->stage), f->in.unit_of, who, exposed.at, end, &r->event_at[k]);
        counts->responded[k] += set.follow[k].event;
    }
    int64_t before = set.in_stage - f->options.lag;
    set.lag_length = before < 0 ? 0 : before < window ? before : window;
    if (set.lag_length > 0)
        set.before = trial_count_between(&f->actions, s->unit, t - f->options.lag - set.lag_length, t - f->options.lag);

    trial_find_members(r, &set, index.position, unit, group);
    if (r->request->on_set && r->request->on_set(r->request->on_set_ctx, &set))
        return TRIAL_STOPPED;
    if (set.n_members == 0) {
        counts->unmatched++;
        return TRIAL_OK;
    }
    counts->matched++;
    return trial_add_set(r, &set, exposed);
}

// ---- the run ------------------------------------------------------------------------------------------------------

static struct trial_cell *push_cell(struct trial_run_state *r, uint32_t stage, uint32_t segment)
{
    if (r->result.n_cells == r->room) {
        size_t room = r->room ? r->room * 2 : 16;
        void *grown = room > SIZE_MAX / sizeof *r->result.cells
                          ? NULL
                          : r->alloc.resize(r->alloc.ctx, r->result.cells, room * sizeof *r->result.cells);
        if (!grown)
            return NULL;
        r->result.cells = grown;
        r->room = room;
    }
    struct trial_cell *cell = &r->result.cells[r->result.n_cells++];
    *cell = (struct trial_cell){.stage = stage, .segment = segment};
    return cell;
}

static void finish(struct trial_run_state *r, struct trial_cell *cell, int level, double value)
{
    uint32_t stage = cell->stage, segment = cell->segment;
    trial_level_finish(cell, &r->level[level], &r->frame->options, r->frame->in.n_types, r->request->n_outcomes, value,
                       level == POOLED);
    cell->stage = stage;
    cell->segment = segment;
}

static enum trial_rc close_segment(struct trial_run_state *r)
{
    if (r->level[SEGMENT].cell.touches == 0)
        return TRIAL_OK;
    if (!r->stage_open) {
        r->stage_cell = r->result.n_cells;
        if (!push_cell(r, r->stage, TRIAL_ALL))
            return TRIAL_NOMEM;
        r->stage_open = true;
    }
    struct trial_cell *cell = push_cell(r, r->stage, r->segment);
    if (!cell)
        return TRIAL_NOMEM;
    finish(r, cell, SEGMENT, r->request->value ? r->request->value[r->stage] : NAN);
    return trial_level_fold(&r->level[STAGE], &r->level[SEGMENT], &r->alloc, r->frame->in.n_types);
}

static enum trial_rc close_stage(struct trial_run_state *r)
{
    if (!r->stage_open)
        return TRIAL_OK;
    r->stage_open = false;
    struct trial_cell *cell = &r->result.cells[r->stage_cell];
    finish(r, cell, STAGE, r->request->value ? r->request->value[r->stage] : NAN);
    enum trial_rc rc = trial_level_money(&r->level[POOLED], &r->level[STAGE], cell, &r->alloc);
    if (rc == TRIAL_OK)
        rc = trial_level_fold(&r->level[POOLED], &r->level[STAGE], &r->alloc, r->frame->in.n_types);
    return rc;
}

static enum trial_rc prepare(struct trial_run_state *r)
{
    const struct trial_frame *f = r->frame;
    const uint32_t begin = f->type_first[r->request->type], n = f->type_first[r->request->type + 1] - begin;
    void *(*resize)(void *, void *, size_t) = r->alloc.resize;
    size_t comparators = f->options.comparators, types = (size_t)f->in.n_types + 1;

    r->time = resize(r->alloc.ctx, NULL, ((size_t)n + 1) * sizeof *r->time);
    r->first = resize(r->alloc.ctx, NULL, ((size_t)f->n_local + 1) * sizeof *r->first);
    r->members = comparators > SIZE_MAX / sizeof *r->members ? NULL
                                                             : resize(r->alloc.ctx, NULL, comparators * sizeof *r->members);
    r->seen_by = resize(r->alloc.ctx, NULL, types * sizeof *r->seen_by);
    r->seen_count = resize(r->alloc.ctx, NULL, types * sizeof *r->seen_count);
    r->seen_types = resize(r->alloc.ctx, NULL, types * sizeof *r->seen_types);
    r->times = comparators > SIZE_MAX / sizeof *r->members
                   ? NULL
                   : resize(r->alloc.ctx, NULL, (comparators + 1) * sizeof *r->times);
    if (!r->time || !r->first || !r->members || !r->seen_by || !r->seen_count || !r->seen_types || !r->times)
        return TRIAL_NOMEM;
    memset(r->seen_by, 0, types * sizeof *r->seen_by);

    uint32_t i = 0;
    for (uint32_t unit = 0; unit < f->n_local; unit++) {
        r->first[unit] = i;
        for (; i < n && f->by_type[begin + i] < f->touches.first[unit + 1]; i++)
            r->time[i] = f->touches.time[f->by_type[begin + i]];
    }
    r->first[f->n_local] = i;
    for (int l = 0; l < N_LEVELS; l++)
        if (trial_level_init(&r->level[l], &r->alloc, f->in.n_accounts, f->in.n_types) != TRIAL_OK)
            return TRIAL_NOMEM;
    return push_cell(r, TRIAL_ALL, TRIAL_ALL) ? TRIAL_OK : TRIAL_NOMEM;
}

static void release(struct trial_run_state *r)
{
    void *owned[] = {r->time, r->first, r->members, r->seen_by, r->seen_count, r->seen_types, r->times};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        r->alloc.free(r->alloc.ctx, owned[i]);
    for (int l = 0; l < N_LEVELS; l++)
        trial_level_done(&r->level[l], &r->alloc);
}

static bool request_is_valid(const struct trial_frame *f, const struct trial_request *q)
{
    if (q->type >= f->in.n_types || q->n_outcomes < 1 || q->n_outcomes > TRIAL_OUTCOMES)
        return false;
    for (uint32_t s = 0; s < f->in.n_stages; s++)
        if (q->window[s] < 1 || q->window[s] > TRIAL_TIME_LIMIT)
            return false;
    return true;
}

// Plain comparison decides everywhere only if the outcomes lie on the grid of touches and actions.
static bool all_on_grid(const struct trial_run_state *r)
{
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        for (uint32_t s = 0; s < r->frame->in.n_stages; s++) {
            const struct trial_events *o = trial_outcome(r, k, s);
            if (o && o->first[r->frame->in.n_units] > 0 && o->grain != r->frame->grain)
                return false;
        }
    return r->frame->grain > 0;
}

static enum trial_rc run_touches(struct trial_run_state *r)
{
    const struct trial_frame *f = r->frame;
    const struct trial_request *q = r->request;
    uint32_t group = 0;
    for (uint32_t i = f->trial_first[q->type]; i < f->trial_first[q->type + 1]; i++) {
        const struct trial_stay *s = &f->stays[f->trials[i].position];
        if (s->account == q->without_account || (q->only_stage != TRIAL_ALL && s->stage != q->only_stage) ||
            (q->only_segment != TRIAL_ALL && s->segment != q->only_segment))
            continue;
        while (f->trials[i].position >= f->groups[group].end)
            group++;
        enum trial_rc rc = TRIAL_OK;
        if (s->stage != r->stage || s->segment != r->segment)
            rc = close_segment(r);
        if (rc == TRIAL_OK && s->stage != r->stage)
            rc = close_stage(r);
        r->stage = s->stage;
        r->segment = s->segment;
        if (rc == TRIAL_OK)
            rc = try_touch(r, f->trials[i], &f->groups[group]);
        if (rc != TRIAL_OK)
            return rc;
    }
    enum trial_rc rc = close_segment(r);
    if (rc == TRIAL_OK)
        rc = close_stage(r);
    if (rc == TRIAL_OK)
        finish(r, &r->result.cells[0], POOLED, NAN);
    return rc;
}

enum trial_rc trial_run(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *request)
{
    *out = (struct trial_result){.alloc = frame->alloc};
    if (!request_is_valid(frame, request))
        return TRIAL_INVALID;
    struct trial_run_state r = {.frame = frame, .request = request, .alloc = frame->alloc, .stage = TRIAL_NONE, .segment = TRIAL_NONE};
    r.result.alloc = frame->alloc;
    r.exact = all_on_grid(&r);

    enum trial_rc rc = prepare(&r);
    if (rc == TRIAL_OK)
        rc = run_touches(&r);
    release(&r);
    if (rc == TRIAL_OK)
        *out = r.result;
    else
        r.alloc.free(r.alloc.ctx, r.result.cells);
    return rc;
}

void trial_result_done(struct trial_result *result)
{
    if (result->alloc.free)
        result->alloc.free(result->alloc.ctx, result->cells);
    *result = (struct trial_result){0};
}
