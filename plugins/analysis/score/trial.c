// SPDX-License-Identifier: MIT
//
// Runs the trials of touch types: comparators are found for all of them together (trial_find.c); then each request's records are
// read in the fixed order of the sums and added (trial_add.c), levels being finished and folded as stages and segments end. As
// many requests as bounded memory for records allows are taken at once.
#include "plugins/analysis/score/trial_find.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/trial_record.h"

#define REQUESTS 4096  // at a time, at most

// ---- one touch ----------------------------------------------------------------------------------------------------

static void read_exposed(const struct trial_run_state *r, struct trial_set *set, const uint8_t **at)
{
    const struct trial_options *o = &r->frame->options;
    const uint32_t engagement = o->match_engagement ? o->n_engagement + 1 : 1;
    uint64_t combined = trial_get(at);
    set->recency = (uint8_t)(combined / engagement);
    set->engagement = (uint8_t)(combined % engagement);
    set->touches = (uint8_t)trial_get(at);
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        set->follow[k].length = (int64_t)trial_get(at);
    set->before = set->lag_length > 0 ? (int64_t)trial_get(at) : 0;
    set->n_members = (size_t)trial_get(at);
    set->members = r->members;
}

static void read_members(struct trial_run_state *r, const struct trial_set *set, uint32_t position, struct trial_told *told, const uint8_t **at)
{
    const struct trial_frame *f = r->frame;
    if (told->flags & TRIAL_WORTH) {
        memcpy(&told->worth, *at, sizeof told->worth);
        *at += sizeof told->worth;
    }
    told->covered = (int64_t)trial_get(at);
    told->acted = (size_t)trial_get(at);
    for (size_t i = 0; i < set->n_members; i++) {
        const uint32_t other = (uint32_t)((int64_t)position + trial_unzigzag(trial_get(at)));
        r->members[i] = (struct trial_member){.stay = other, .account = f->account[other]};
    }
    for (size_t i = 0; i < set->n_members && set->lag_length > 0; i++)
        r->members[i].before = (int64_t)trial_get(at);
    told->rest = *at;
}

// For the eyes of on_set: the stays by their index in the input, and in full what is asked for.
static int show(struct trial_run_state *r, struct trial_set *set, int64_t touch_unit)
{
    const struct trial_frame *f = r->frame;
    for (size_t i = 0; i < set->n_members; i++) {
        struct trial_member *m = &r->members[i];
        const uint32_t position = m->stay;
        if (r->request->brief && i > 0)
            break;
        m->stay = f->origin[position];
        m->index = f->stays[position].in + set->in_stage;
        if (!r->request->brief)
            trial_look_up(r, set, position, touch_unit, m);
    }
    return r->request->on_set(r->request->on_set_ctx, set);
}

static enum trial_rc add_touch(struct trial_run_state *r, struct trial_index index, const uint8_t *record)
{
    const struct trial_frame *f = r->frame;
    const struct trial_stay *s = &f->stays[index.position];
    struct trial_cell *counts = &r->level[SEGMENT].cell;
    const int64_t t = f->touches.time[index.touch], window = r->request->window[s->stage];

    counts->touches++;
    if (!record)
        return TRIAL_OK;
    struct trial_told told = {.flags = trial_get(&record)};
    if (told.flags & TRIAL_LEFT_OUT) {
        counts->left_out++;
        return TRIAL_OK;
    }
    counts->fresh++;
    struct trial_set set = {.account = s->account, .stage = s->stage, .segment = s->segment, .time = t, .in_stage = t - s->in, .window = window};
    if (told.flags & TRIAL_NO_FOLLOW) {
        counts->nofollow++;
        return TRIAL_OK;
    }
    int64_t early = set.in_stage - f->options.lag;
    set.lag_length = early < 0 ? 0 : early < window ? early : window;
    for (uint32_t k = 0; k < r->request->n_outcomes; k++) {
        set.follow[k].event = (told.flags & (TRIAL_EVENT << k)) != 0;
        counts->responded[k] += set.follow[k].event;
    }
    read_exposed(r, &set, &record);
    if (set.n_members > 0)
        read_members(r, &set, index.position, &told, &record);
    if (r->request->on_set) {
        set.stay = f->origin[index.position];
        set.touch = (uint32_t)(f->in.touches.first[f->unit_of_local[s->unit]] + (index.touch - f->touches.first[s->unit]));
        if (show(r, &set, trial_unit(&f->touches, f->in.unit_of, index.touch)))
            return TRIAL_STOPPED;
    }
    if (set.n_members == 0) {
        counts->unmatched++;
        return TRIAL_OK;
    }
    counts->matched++;
    return trial_add_set(r, &set, &told);
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

static bool request_is_valid(const struct trial_frame *f, const struct trial_request *q)
{
    if (q->type >= f->in.n_types || q->n_outcomes < 1 || q->n_outcomes > TRIAL_OUTCOMES)
        return false;
    for (uint32_t s = 0; s < f->in.n_stages; s++)
        if (q->window[s] < 1 || q->window[s] > TRIAL_TIME_LIMIT)
            return false;
    return true;
}

// Records were made in another order, so each lies somewhere else: they are asked for some touches early.
static void fetch_ahead(const struct trial_frame *f, const uint8_t *const *records, uint32_t i, uint32_t begin, uint32_t end)
{
    if (end - i > 32)
        __builtin_prefetch(&f->stays[f->trials[i + 32].position]);
    if (end - i <= 12)
        return;
    const uint8_t *record = records[i - begin + 12];
    if (record) {
        __builtin_prefetch(record);
        __builtin_prefetch(record + 64);
        __builtin_prefetch(record + 128);
    }
}

static enum trial_rc add_touches(struct trial_run_state *r, const struct trial_crew *crew, const uint8_t *const *records)
{
    const struct trial_frame *f = r->frame;
    const struct trial_request *q = r->request;
    const uint32_t begin = f->trial_first[q->type], end = f->trial_first[q->type + 1];
    for (uint32_t i = begin; i < end; i++) {
        const struct trial_stay *s = &f->stays[f->trials[i].position];
        fetch_ahead(f, records, i, begin, end);
        if (s->account == q->without_account || (q->only_stage != TRIAL_ALL && s->stage != q->only_stage) ||
            (q->only_segment != TRIAL_ALL && s->segment != q->only_segment))
            continue;
        enum trial_rc rc = (i & 4095) == 4095 && trial_stopped(crew) ? TRIAL_STOPPED : TRIAL_OK;
        if (rc == TRIAL_OK && (s->stage != r->stage || s->segment != r->segment))
            rc = close_segment(r);
        if (rc == TRIAL_OK && s->stage != r->stage)
            rc = close_stage(r);
        r->stage = s->stage;
        r->segment = s->segment;
        if (rc == TRIAL_OK)
            rc = add_touch(r, f->trials[i], records[i - begin]);
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

// ---- all requests -------------------------------------------------------------------------------------------------

static enum trial_rc state_init(struct trial_run_state *r, const struct trial_frame *f)
{
    const size_t comparators = f->options.comparators;
    *r = (struct trial_run_state){.frame = f, .alloc = f->alloc};
    if (comparators > SIZE_MAX / 2 / sizeof *r->members)
        return TRIAL_NOMEM;
    r->members = r->alloc.resize(r->alloc.ctx, NULL, comparators * sizeof *r->members);
    r->slots = r->alloc.resize(r->alloc.ctx, NULL, comparators * sizeof(struct trial_slot *));
    r->ranks = r->alloc.resize(r->alloc.ctx, NULL, comparators * sizeof *r->ranks);
    if (!r->members || !r->slots || !r->ranks)
        return TRIAL_NOMEM;
    for (int l = 0; l < N_LEVELS; l++)
        if (trial_level_init(&r->level[l], &r->alloc, f->in.n_accounts, f->in.n_types) != TRIAL_OK)
            return TRIAL_NOMEM;
    return TRIAL_OK;
}

static void state_done(struct trial_run_state *r)
{
    r->alloc.free(r->alloc.ctx, r->members);
    r->alloc.free(r->alloc.ctx, r->slots);
    r->alloc.free(r->alloc.ctx, r->ranks);
    for (int l = 0; l < N_LEVELS; l++)
        trial_level_done(&r->level[l], &r->alloc);
}

// The levels' memory serves one request after the other.
static enum trial_rc add_request(struct trial_run_state *r, const struct trial_pass *pass, uint32_t number, struct trial_result *out)
{
    r->request = &pass->requests[number];
    r->result = (struct trial_result){.alloc = r->alloc};
    r->room = 0;
    r->stage_open = false;
    r->stage = r->segment = TRIAL_NONE;
    enum trial_rc rc = push_cell(r, TRIAL_ALL, TRIAL_ALL) ? add_touches(r, pass->crew, pass->records[number]) : TRIAL_NOMEM;
    for (int l = 0; l < N_LEVELS; l++)
        trial_level_empty(&r->level[l], r->frame->in.n_types);
    if (rc == TRIAL_OK)
        *out = r->result;
    else
        r->alloc.free(r->alloc.ctx, r->result.cells);
    return rc;
}

struct adding {
    struct trial_pass *pass;
    struct trial_result *out;
    atomic_size_t next;
};

static enum trial_rc add_some(void *ctx, size_t piece)
{
    struct adding *a = ctx;
    struct trial_run_state r = {0};
    bool ready = false;
    enum trial_rc rc = TRIAL_OK;
    (void)piece;
    while (rc == TRIAL_OK && !atomic_load(&a->pass->failed)) {
        const size_t i = atomic_fetch_add(&a->next, 1);
        if (i >= a->pass->n)
            break;
        if (!ready)
            rc = state_init(&r, a->pass->frame);
        ready = true;
        if (rc == TRIAL_OK)
            rc = add_request(&r, a->pass, (uint32_t)i, &a->out[i]);
    }
    if (rc != TRIAL_OK)
        atomic_store(&a->pass->failed, true);
    if (ready)
        state_done(&r);
    return rc;
}

// As many requests as one pass takes.
static size_t batch(const struct trial_frame *f, const struct trial_request *requests, size_t n)
{
    size_t taken = 0, bytes = 0;
    for (; taken < n && taken < REQUESTS; taken++) {
        bytes += (size_t)(f->trial_first[requests[taken].type + 1] - f->trial_first[requests[taken].type]) * (40 + 6 * (size_t)f->options.comparators);
        if (taken > 0 && bytes > f->options.records)
            break;
    }
    return taken;
}

static enum trial_rc run_batch(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *requests, size_t n,
                               const struct trial_crew *crew)
{
    struct trial_pass pass = {0};
    enum trial_rc rc = trial_pass_find(&pass, frame, requests, (uint32_t)n, crew);
    struct adding a = {.pass = &pass, .out = out};
    if (rc == TRIAL_OK)
        rc = trial_each(crew, n, add_some, &a);
    trial_pass_done(&pass);
    return rc;
}

enum trial_rc trial_run_all(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *requests, size_t n,
                            const struct trial_crew *crew)
{
    enum trial_rc rc = TRIAL_OK;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct trial_result){.alloc = frame->alloc};
    for (size_t i = 0; i < n; i++)
        if (!request_is_valid(frame, &requests[i]))
            return TRIAL_INVALID;
    for (size_t i = 0, taken; i < n && rc == TRIAL_OK; i += taken) {
        taken = batch(frame, requests + i, n - i);
        rc = run_batch(out + i, frame, requests + i, taken, crew);
    }
    for (size_t i = 0; i < n && rc != TRIAL_OK; i++)
        trial_result_done(&out[i]);
    return rc;
}

enum trial_rc trial_run(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *request)
{
    return trial_run_all(out, frame, request, 1, NULL);
}

void trial_result_done(struct trial_result *result)
{
    if (result->alloc.free)
        result->alloc.free(result->alloc.ctx, result->cells);
    *result = (struct trial_result){0};
}
