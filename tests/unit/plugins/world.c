// SPDX-License-Identifier: MIT
//
// Builds the engine's arrays from loose events; see world.h.
#include "tests/unit/plugins/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const int64_t world_units[4] = {1, 60, 3600, 86400};

static void *grow(void *old, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return old;
    *room = *room ? *room * 2 : 64;
    void *grown = realloc(old, *room * size);
    assert_non_null(grown);
    return grown;
}

void world_event_at(struct world *w, int64_t time, uint8_t resolution, uint32_t unit, enum world_kind kind, uint32_t type,
                    double value)
{
    w->events = grow(w->events, w->n_events, &w->room_events, sizeof *w->events);
    w->events[w->n_events] =
        (struct world_event){time, unit, (uint32_t)kind, type, (uint32_t)w->n_events, resolution, value};
    w->n_events++;
    w->n_units = unit >= w->n_units ? unit + 1 : w->n_units;
    if (kind == WORLD_TOUCH)
        w->n_types = type >= w->n_types ? type + 1 : w->n_types;
}

void world_event(struct world *w, int64_t time, uint32_t unit, enum world_kind kind, uint32_t type)
{
    world_event_at(w, time, WORLD_EXACT, unit, kind, type, NAN);
}

void world_stay(struct world *w, uint32_t unit, uint32_t account, uint32_t stage, uint32_t segment, int64_t in, int64_t out)
{
    w->stays = grow(w->stays, w->n_stays, &w->room_stays, sizeof *w->stays);
    w->stays[w->n_stays] = (struct trial_stay){in, out, stage, segment, account, unit, (uint32_t)w->n_stays, true};
    w->n_stays++;
    w->n_units = unit >= w->n_units ? unit + 1 : w->n_units;
    w->n_accounts = account >= w->n_accounts ? account + 1 : w->n_accounts;
    w->n_stages = stage >= w->n_stages ? stage + 1 : w->n_stages;
    w->n_segments = segment >= w->n_segments ? segment + 1 : w->n_segments;
}

static int by_unit_and_order(const void *left, const void *right)
{
    const struct world_event *l = left, *r = right;
    if (l->unit != r->unit)
        return l->unit < r->unit ? -1 : 1;
    if (l->time != r->time)
        return l->time < r->time ? -1 : 1;
    if ((l->kind == WORLD_TOUCH) != (r->kind == WORLD_TOUCH))
        return l->kind == WORLD_TOUCH ? 1 : -1;
    return l->sequence < r->sequence ? -1 : l->sequence > r->sequence;
}

static void series_done(struct trial_events *s)
{
    free((void *)(uintptr_t)s->first);
    free((void *)(uintptr_t)s->time);
    free((void *)(uintptr_t)s->resolution);
    free((void *)(uintptr_t)s->value);
    *s = (struct trial_events){0};
}

static void series(struct trial_events *out, const struct world *w, unsigned kinds, uint32_t **types)
{
    size_t *first = calloc((size_t)w->n_units + 1, sizeof *first);
    int64_t *time = malloc((w->n_events + 1) * sizeof *time);
    uint8_t *resolution = malloc(w->n_events + 1);
    double *value = malloc((w->n_events + 1) * sizeof *value);
    uint32_t *type = malloc((w->n_events + 1) * sizeof *type);
    size_t n = 0;
    assert_true(first && time && resolution && value && type);
    for (size_t i = 0; i < w->n_events; i++) {
        const struct world_event *e = &w->events[i];
        if (!(kinds >> e->kind & 1u))
            continue;
        time[n] = e->time;
        resolution[n] = e->resolution;
        value[n] = e->value;
        type[n++] = e->type;
        first[e->unit + 1]++;
    }
    for (uint32_t u = 0; u < w->n_units; u++)
        first[u + 1] += first[u];
    *out = (struct trial_events){.first = first, .time = time, .resolution = resolution, .value = value};
    assert_int_equal(trial_events_prepare(out, w->n_units, world_units, 4), TRIAL_OK);
    if (types)
        *types = type;
    else
        free(type);
}

static void arrays_done(struct world *w)
{
    series_done(&w->touches);
    series_done(&w->actions);
    series_done(&w->aims);
    series_done(&w->harms);
    free(w->touch_type);
    w->touch_type = NULL;
}

void world_build(struct world *w)
{
    arrays_done(w);
    if (w->n_events)
        qsort(w->events, w->n_events, sizeof *w->events, by_unit_and_order);
    series(&w->touches, w, 1u << WORLD_TOUCH, &w->touch_type);
    series(&w->actions, w, 1u << WORLD_ACTION | 1u << WORLD_AIM, NULL);
    series(&w->aims, w, 1u << WORLD_AIM, NULL);
    series(&w->harms, w, 1u << WORLD_HARM, NULL);
    w->input = (struct trial_input){
        .stays = w->stays,
        .n_stays = w->n_stays,
        .n_units = w->n_units,
        .n_accounts = w->n_accounts,
        .n_stages = w->n_stages,
        .n_segments = w->n_segments,
        .n_types = w->n_types,
        .touches = w->touches,
        .touch_type = w->touch_type,
        .actions = w->actions,
        .data_start = w->data_start,
        .data_end = w->data_end,
        .unit_of = world_units,
        .n_resolutions = 4,
    };
}

void world_done(struct world *w)
{
    arrays_done(w);
    free(w->events);
    free(w->stays);
    *w = (struct world){0};
}

static void *plain_resize(void *ctx, void *old, size_t size)
{
    (void)ctx;
    return realloc(old, size);
}

static void plain_free(void *ctx, void *ptr)
{
    (void)ctx;
    free(ptr);
}

const struct trial_alloc world_alloc = {NULL, plain_resize, plain_free};

static void *faulty_resize(void *ctx, void *old, size_t size)
{
    struct world_fault *f = ctx;
    if (++f->calls == f->fail_at)
        return NULL;
    void *grown = realloc(old, size);
    f->live += grown && !old;
    return grown;
}

static void faulty_free(void *ctx, void *ptr)
{
    struct world_fault *f = ctx;
    f->live -= ptr != NULL;
    free(ptr);
}

struct trial_alloc world_faulty(struct world_fault *fault)
{
    return (struct trial_alloc){fault, faulty_resize, faulty_free};
}

void world_trial(struct trial_result *out, struct world *w, uint32_t type, int64_t window, const struct trial_options *options,
                 enum trial_weights weights, int (*on_set)(void *, const struct trial_set *), void *ctx)
{
    struct trial_frame *frame = NULL;
    const struct trial_events *aims[8], *harms[8];
    int64_t windows[8];
    assert_true(w->n_stages <= 8);
    for (int s = 0; s < 8; s++) {
        aims[s] = &w->aims;
        harms[s] = &w->harms;
        windows[s] = window;
    }
    struct trial_request request = {
        .type = type,
        .window = windows,
        .outcome = {aims, harms},
        .n_outcomes = 2,
        .weights = weights,
        .without_account = TRIAL_NONE,
        .only_stage = TRIAL_ALL,
        .only_segment = TRIAL_ALL,
        .on_set = on_set,
        .on_set_ctx = ctx,
    };
    assert_int_equal(trial_frame_new(&frame, &world_alloc, &w->input, options), TRIAL_OK);
    assert_int_equal(trial_run(out, frame, &request), TRIAL_OK);
    trial_frame_free(frame);
}
