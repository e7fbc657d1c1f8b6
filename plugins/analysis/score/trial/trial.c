// SPDX-License-Identifier: MIT
//
// Runs the trials of touch types: comparators are found for all of them together (trial_find.c); then each request's records are
// read in the fixed order of the sums and added (trial_add.c), levels being finished and folded as stages and segments end. As
// many requests as bounded memory for records allows are taken at once.
#include "plugins/analysis/score/trial/trial_find.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/score/trial/trial_local.h"
#include "plugins/analysis/score/trial/trial_record.h"

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
        set->follow[k].length = trial_get_time(at);
    set->before = set->lag_length > 0 ? (int64_t)trial_get(at) : 0;
    set->n_members = (size_t)trial_get(at);
    set->members = r->members;
}

static void read_members(struct trial_run_state *r, const struct trial_set *set, uint32_t position, struct trial_told *told, const uint8_t **at)
{
    if (told->flags & TRIAL_WORTH) {
        memcpy(&told->worth, *at, sizeof told->worth);
        *at += sizeof told->worth;
    }
    told->covered = trial_get_time(at);
    told->acted = (size_t)trial_get(at);
    *at = trial_get_positions(*at, r->position, (uint32_t)set->n_members, position, r->frame->near);
    if (set->lag_length > 0)
        *at = trial_see_small(*at, &r->before, set->n_members, !(told->flags & TRIAL_MANY));
    told->rest = *at;
}

// For the eyes of on_set: the stays by their index in the input, and in full what is asked for.
static int show(struct trial_run_state *r, struct trial_index index, struct trial_set *set)
{
    const struct trial_frame *f = r->frame;
    set->stay = f->origin[index.position];
    if (!r->request->brief) {
        const uint32_t unit = f->stays[index.position].unit;
        set->account = f->account[index.position];
        set->touch = (uint32_t)(f->in.touches.first[f->unit_of_local[unit]] + (index.touch - f->touches.first[unit]));
    }
    for (size_t i = 0; i < set->n_members && !(r->request->brief && i > 0); i++) {
        const uint32_t position = r->position[i];
        struct trial_member *m = &r->members[i];
        *m = (struct trial_member){.stay = f->origin[position], .index = f->entry[position] + set->in_stage};
        if (r->request->brief)
            break;
        m->account = f->account[position];
        trial_look_up(r, set, position, trial_unit(&f->touches, f->in.unit_of, index.touch), m);
    }
    return r->request->on_set(r->request->on_set_ctx, set);
}

// What the record of a fresh touch that is followed says.
static void read_set(struct trial_run_state *r, struct trial_index index, const uint8_t *record, struct trial_set *set, struct trial_told *told)
{
    const int64_t window = r->request->window[r->stage], early = index.since - r->frame->options.lag;
    *set = (struct trial_set){.stage = r->stage, .segment = r->segment, .time = index.time, .in_stage = index.since, .window = window,
                              .lag_length = early < 0 ? 0 : early < window ? early : window};
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        set->follow[k].event = (told->flags & (uint64_t)TRIAL_EVENT << k) != 0;
    read_exposed(r, set, &record);
    if (set->n_members > 0)
        read_members(r, set, index.position, told, &record);
}

static enum trial_rc show_touch(struct trial_run_state *r, struct trial_index index, const uint8_t *record)
{
    struct trial_told told = {0};
    struct trial_set set;
    if (!record || ((told.flags = trial_get(&record)) & (TRIAL_LEFT_OUT | TRIAL_NO_FOLLOW)))
        return TRIAL_OK;
    read_set(r, index, record, &set, &told);
    return show(r, index, &set) ? TRIAL_STOPPED : TRIAL_OK;
}

static enum trial_rc add_touch(struct trial_run_state *r, struct trial_index index, const uint8_t *record)
{
    struct trial_cell *counts = &r->level[SEGMENT].cell;
    counts->touches++;
    if (!record)
        return TRIAL_OK;
    struct trial_told told = {.flags = trial_get(&record)};
    struct trial_set set;
    if (told.flags & TRIAL_LEFT_OUT) {
        counts->left_out++;
        return TRIAL_OK;
    }
    counts->fresh++;
    if (told.flags & TRIAL_NO_FOLLOW) {
        counts->nofollow++;
        return TRIAL_OK;
    }
    read_set(r, index, record, &set, &told);
    for (uint32_t k = 0; k < r->request->n_outcomes; k++)
        counts->responded[k] += set.follow[k].event;
    if (r->request->on_set && r->request->brief && show(r, index, &set))
        return TRIAL_STOPPED;
    if (set.n_members == 0) {
        counts->unmatched++;
        return TRIAL_OK;
    }
    counts->matched++;
    return trial_add_set(r, &set, index.position, &told);
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
    trial_level_finish(cell, &r->level[level], r->frame, r->request->n_outcomes, value, level == POOLED);
    cell->stage = stage;
    cell->segment = segment;
}

static enum trial_rc close_segment(struct trial_run_state *r)
{
    if (r->level[SEGMENT].cell.touches == 0)
        return TRIAL_OK;
    if (trial_add_settle(r) != TRIAL_OK)
        return TRIAL_NOMEM;
    if (!r->stage_open) {
        r->stage_cell = r->result.n_cells;
        if (!push_cell(r, r->stage, TRIAL_ALL))
            return TRIAL_NOMEM;
        r->stage_open = true;
        r->stage_segments = 0;
    }
    struct trial_cell *cell = push_cell(r, r->stage, r->segment);
    if (!cell)
        return TRIAL_NOMEM;
    r->stage_segments++;
    trial_level_sort_times(&r->level[SEGMENT], &r->alloc);
    finish(r, cell, SEGMENT, r->request->value ? r->request->value[r->stage] : NAN);
    return trial_level_fold(&r->level[STAGE], &r->level[SEGMENT], &r->alloc, r->frame->in.n_types, NAN);
}

static enum trial_rc close_stage(struct trial_run_state *r)
{
    if (!r->stage_open)
        return TRIAL_OK;
    r->stage_open = false;
    struct trial_cell *cell = &r->result.cells[r->stage_cell];
    if (r->stage_segments == 1) {  // it is the stage
        *cell = r->result.cells[r->result.n_cells - 1];
        cell->segment = TRIAL_ALL;
    } else
        finish(r, cell, STAGE, r->request->value ? r->request->value[r->stage] : NAN);
    const double value = trial_level_money(&r->level[POOLED], cell);
    return trial_level_fold(&r->level[POOLED], &r->level[STAGE], &r->alloc, r->frame->in.n_types, value);
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

// Records were made in another order, so each lies somewhere else, if near: they are asked for some touches early.
TRIAL_FETCHES void fetch_ahead(const struct trial_frame *f, const uint8_t *const *records, uint32_t i, uint32_t begin, uint32_t end)
{
    if (end - i > 24)
        __builtin_prefetch(&f->owner[f->trials[i + 24].position]);
    if (end - i <= 12)
        return;
    const uint8_t *record = records[i - begin + 12];
    if (record) {
        __builtin_prefetch(record);
        __builtin_prefetch(record + 64);
        __builtin_prefetch(record + 128);
    }
}

static bool is_asked(const struct trial_request *q, const struct trial_frame *f, const struct trial_group *group, uint32_t position)
{
    return (q->without_account == TRIAL_NONE || f->account[position] != q->without_account) &&
           (q->only_stage == TRIAL_ALL || group->stage == q->only_stage) &&
           (q->only_segment == TRIAL_ALL || group->segment == q->only_segment);
}

static enum trial_rc add_touches(struct trial_run_state *r, const struct trial_crew *crew, const uint8_t *const *records)
{
    const struct trial_frame *f = r->frame;
    const struct trial_request *q = r->request;
    const uint32_t begin = f->trial_first[q->type], end = f->trial_first[q->type + 1];
    const struct trial_group *group = f->groups;
    for (uint32_t i = begin; i < end; i++) {
        while (f->trials[i].position >= group->end)
            group++;
        fetch_ahead(f, records, i, begin, end);
        if (!is_asked(q, f, group, f->trials[i].position))
            continue;
        enum trial_rc rc = (i & 4095) == 4095 && trial_stopped(crew) ? TRIAL_STOPPED : TRIAL_OK;
        if (rc == TRIAL_OK && (group->stage != r->stage || group->segment != r->segment))
            rc = close_segment(r);
        if (rc == TRIAL_OK && group->stage != r->stage)
            rc = close_stage(r);
        r->stage = group->stage;
        r->segment = group->segment;
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

struct named {
    uint32_t stage, segment, order, trial;
};

static int by_name(const void *left, const void *right)
{
    const struct named *l = left, *r = right;
    if (l->stage != r->stage)
        return l->stage < r->stage ? -1 : 1;
    if (l->segment != r->segment)
        return l->segment < r->segment ? -1 : 1;
    if (l->order != r->order)
        return l->order < r->order ? -1 : 1;
    return l->trial < r->trial ? -1 : l->trial > r->trial;
}

// In the order of names, that a reader knows.
static enum trial_rc show_touches(struct trial_run_state *r, const struct trial_crew *crew, const uint8_t *const *records)
{
    const struct trial_frame *f = r->frame;
    const uint32_t begin = f->trial_first[r->request->type], n = f->trial_first[r->request->type + 1] - begin;
    struct named *names = r->alloc.resize(r->alloc.ctx, NULL, ((size_t)n + 1) * sizeof *names);
    enum trial_rc rc = names ? TRIAL_OK : TRIAL_NOMEM;
    for (uint32_t i = 0; i < n && names; i++) {
        const struct trial_stay *s = &f->stays[f->trials[begin + i].position];
        names[i] = (struct named){s->stage, s->segment, s->order, i};
    }
    if (names)
        qsort(names, n, sizeof *names, by_name);
    for (uint32_t i = 0; i < n && rc == TRIAL_OK; i++) {
        const struct trial_index index = f->trials[begin + names[i].trial];
        r->stage = names[i].stage;
        r->segment = names[i].segment;
        if (is_asked(r->request, f, &(struct trial_group){.stage = r->stage, .segment = r->segment}, index.position))
            rc = show_touch(r, index, records[names[i].trial]);
        if (rc == TRIAL_OK && (i & 4095) == 4095 && trial_stopped(crew))
            rc = TRIAL_STOPPED;
    }
    r->alloc.free(r->alloc.ctx, names);
    r->stage = r->segment = TRIAL_NONE;
    return rc;
}

// ---- all requests -------------------------------------------------------------------------------------------------

static void *take(const struct trial_run_state *r, size_t n, size_t size)
{
    return n > SIZE_MAX / 2 / size ? NULL : r->alloc.resize(r->alloc.ctx, NULL, n * size);
}

// Each slot in one line of the cache, twice as many as one set can reach so that they are seldom settled, or one for each position.
static bool make_ring(struct trial_run_state *r)
{
    const size_t line = 64, reach = 2 * (size_t)r->frame->options.scan + 1, all = (size_t)r->frame->n_stays + 1;
    size_t n = 1;
    while (n < all && n < 2 * reach)
        n *= 2;
    r->ring_room = take(r, n + 1, sizeof *r->ring);
    if (!r->ring_room)
        return false;
    r->ring = (struct trial_slot *)(void *)((char *)r->ring_room + (line - (uintptr_t)r->ring_room % line) % line);
    r->ring_mask = (uint32_t)(n - 1);
    memset(r->ring, 0, n * sizeof *r->ring);
    return true;
}

static enum trial_rc state_init(struct trial_run_state *r, const struct trial_frame *f)
{
    const size_t comparators = f->options.comparators;
    *r = (struct trial_run_state){.frame = f, .alloc = f->alloc};
    r->members = take(r, comparators, sizeof *r->members);
    r->position = take(r, comparators, sizeof *r->position);
    if (!f->accounts_alone)
        r->slot_at = take(r, (size_t)f->n_stays + 1, sizeof *r->slot_at);
    r->saw_types = (f->in.n_types / 8 + 1) * 8;
    r->bundles = take(r, comparators + 1, sizeof *r->bundles);
    r->saw = take(r, (comparators + 1) * r->saw_types, sizeof *r->saw);
    if (!r->members || !r->position || !r->bundles || !r->saw || (!f->accounts_alone && !r->slot_at) || !make_ring(r))
        return TRIAL_NOMEM;
    memset(r->bundles, 0, (comparators + 1) * sizeof *r->bundles);
    memset(r->saw, 0, (comparators + 1) * r->saw_types * sizeof *r->saw);
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        r->shares[k] = take(r, 2 * (comparators + 2), sizeof *r->shares[k]);
        r->ranks[k] = take(r, comparators, sizeof *r->ranks[k]);
        if (!r->shares[k] || !r->ranks[k])
            return TRIAL_NOMEM;
    }
    for (int l = 0; l < N_LEVELS; l++)
        if (trial_level_init(&r->level[l], &r->alloc, f->n_owners, f->in.n_types) != TRIAL_OK)
            return TRIAL_NOMEM;
    return TRIAL_OK;
}

static void state_done(struct trial_run_state *r)
{
    r->alloc.free(r->alloc.ctx, r->members);
    r->alloc.free(r->alloc.ctx, r->position);
    r->alloc.free(r->alloc.ctx, r->bundles);
    r->alloc.free(r->alloc.ctx, r->saw);
    r->alloc.free(r->alloc.ctx, r->ring_room);
    r->alloc.free(r->alloc.ctx, r->slot_at);
    for (uint32_t k = 0; k < TRIAL_OUTCOMES; k++) {
        r->alloc.free(r->alloc.ctx, r->shares[k]);
        r->alloc.free(r->alloc.ctx, r->ranks[k]);
    }
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
    if (r->slot_at)
        memset(r->slot_at, 0, ((size_t)r->frame->n_stays + 1) * sizeof *r->slot_at);
    enum trial_rc rc = push_cell(r, TRIAL_ALL, TRIAL_ALL) ? TRIAL_OK : TRIAL_NOMEM;
    if (rc == TRIAL_OK && r->request->on_set && !r->request->brief)
        rc = show_touches(r, pass->crew, pass->records[number]);
    if (rc == TRIAL_OK)
        rc = add_touches(r, pass->crew, pass->records[number]);
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
        trial_pass_let_go(a->pass, (uint32_t)i);  // its memory serves the sums of the next
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
        bytes += (size_t)(f->trial_first[requests[taken].type + 1] - f->trial_first[requests[taken].type]) *
                 (40 + 6 * (size_t)f->options.comparators);
        if (taken > 0 && bytes > f->options.records)
            break;
    }
    return taken;
}

// Finds for as many of them as memory allows, less what adding them up will take for two threads.
static enum trial_rc find_batch(struct trial_pass *pass, const struct trial_frame *f, const struct trial_request *requests, size_t *n,
                                const struct trial_crew *crew)
{
    const struct trial_alloc *a = &f->alloc;
    size_t levels = 2 * ((size_t)f->n_stays + 1) * sizeof(uint32_t) +
                    2 * N_LEVELS * ((size_t)f->n_owners + 1) * (sizeof(struct trial_slot) + sizeof(uint32_t)),
           seen = 0;
    for (size_t i = 0; i < *n; i++)
        seen += trial_frame_touches(f, requests[i].type) * (requests[i].on_set_room + sizeof(int64_t));
    void *later = *n > 1 ? a->resize(a->ctx, NULL, levels + seen) : NULL;
    enum trial_rc rc = TRIAL_NOMEM;
    for (*n = later ? *n : 1; rc == TRIAL_NOMEM; *n = (*n + 1) / 2) {
        rc = trial_pass_find(pass, f, requests, (uint32_t)*n, crew);
        if (rc != TRIAL_NOMEM || *n == 1)
            break;
        trial_pass_done(pass);
    }
    a->free(a->ctx, later);
    return rc;
}

static enum trial_rc run_batch(struct trial_result *out, const struct trial_frame *frame, const struct trial_request *requests, size_t *n,
                               const struct trial_crew *crew)
{
    struct trial_pass pass = {0};
    enum trial_rc rc = find_batch(&pass, frame, requests, n, crew);
    struct adding a = {.pass = &pass, .out = out};
    if (rc == TRIAL_OK)
        rc = trial_each(crew, *n, add_some, &a);
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
    struct trial_local local;
    rc = trial_local_requests(&local, frame, requests, n);
    for (size_t i = 0, taken; i < n && rc == TRIAL_OK; i += taken) {
        taken = batch(frame, local.requests + i, n - i);
        rc = run_batch(out + i, frame, local.requests + i, &taken, crew);
    }
    trial_local_done(&local);
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
