// SPDX-License-Identifier: MIT
//
// Events by local unit: in the order in which groups are walked, so that blocks of neighbours read what lies together. Copied a part of
// that order at a time, each part in the order of the source, so that neither the source nor the copy has to be in memory as a whole.
#include "plugins/analysis/score/trial/trial_local.h"

#define PART ((size_t)1 << 22)  // events

static void *take(const struct trial_frame *f, size_t count, size_t size)
{
    if (count > SIZE_MAX / size)
        return NULL;
    return f->alloc.resize(f->alloc.ctx, NULL, count ? count * size : 1);
}

struct copy {
    const struct trial_events *from;
    const uint32_t *from_types;
    size_t *first;
    int64_t *time;
    uint8_t *resolution;  // this and what follows: NULL if there are none
    double *value;
    uint32_t *types;
};

static void copy_unit(const struct copy *c, uint32_t local, uint32_t unit)
{
    const size_t begin = c->from->first[unit], count = c->from->first[unit + 1] - begin, to = c->first[local];
    for (size_t i = 0; i < count; i++) {
        c->time[to + i] = c->from->time[begin + i];
        if (c->resolution)
            c->resolution[to + i] = c->from->resolution[begin + i];
        if (c->value)
            c->value[to + i] = c->from->value[begin + i];
        if (c->types)
            c->types[to + i] = c->from_types[begin + i];
    }
}

// Local units [begin, end).
static void copy_part(const struct trial_frame *f, const struct copy *c, uint32_t begin, uint32_t end)
{
    for (uint32_t u = 0; u < f->in.n_units; u++)
        if (f->local_of[u] >= begin && f->local_of[u] < end)
            copy_unit(c, f->local_of[u], u);
}

static size_t count_events(const struct trial_frame *f, const struct trial_events *from, size_t *first)
{
    size_t n = 0;
    for (uint32_t l = 0; l < f->n_local; l++) {
        if (f->n_local - l > 16)
            __builtin_prefetch(&from->first[f->unit_of_local[l + 16]]);
        first[l] = n;
        n += from->first[f->unit_of_local[l] + 1] - from->first[f->unit_of_local[l]];
    }
    first[f->n_local] = n;
    return n;
}

enum trial_rc trial_local_events(const struct trial_frame *f, struct trial_events *out, const struct trial_events *from, uint32_t **types_out, const uint32_t *types)
{
    struct copy c = {.from = from, .from_types = types, .first = take(f, (size_t)f->n_local + 1, sizeof *c.first)};
    const size_t n = c.first ? count_events(f, from, c.first) : 0;
    c.time = take(f, n, sizeof *c.time);
    c.resolution = from->resolution ? take(f, n, 1) : NULL;
    c.value = from->value ? take(f, n, sizeof *c.value) : NULL;
    c.types = types ? take(f, n, sizeof *c.types) : NULL;
    *out = (struct trial_events){c.first, c.time, c.resolution, c.value, from->grain, from->coarsest};
    if (types)
        *types_out = c.types;
    if (!c.first || !c.time || (from->resolution && !c.resolution) || (from->value && !c.value) || (types && !c.types))
        return TRIAL_NOMEM;
    for (uint32_t begin = 0, end; begin < f->n_local; begin = end) {
        for (end = begin + 1; end < f->n_local && c.first[end + 1] - c.first[begin] <= PART;)
            end++;
        copy_part(f, &c, begin, end);
    }
    return TRIAL_OK;
}

void trial_local_events_free(const struct trial_frame *f, struct trial_events *events)
{
    f->alloc.free(f->alloc.ctx, (void *)(uintptr_t)events->first);
    f->alloc.free(f->alloc.ctx, (void *)(uintptr_t)events->time);
    f->alloc.free(f->alloc.ctx, (void *)(uintptr_t)events->resolution);
    f->alloc.free(f->alloc.ctx, (void *)(uintptr_t)events->value);
    *events = (struct trial_events){0};
}

// ---- what requests ask about ------------------------------------------------------------------------------------------------------

struct trial_local_series {
    const struct trial_events *of;
    struct trial_events own;
};

// The copy of a series, which requests share; NULL: out of memory.
static const struct trial_events *own_series(struct trial_local *l, const struct trial_events *of)
{
    for (size_t i = 0; i < l->n_series; i++)
        if (l->series[i]->of == of)
            return &l->series[i]->own;
    const struct trial_frame *f = l->frame;
    struct trial_local_series **grown = f->alloc.resize(f->alloc.ctx, l->series, (l->n_series + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    l->series = grown;
    struct trial_local_series *x = l->series[l->n_series] = take(f, 1, sizeof *x);
    if (!x)
        return NULL;
    *x = (struct trial_local_series){.of = of};
    l->n_series++;
    return trial_local_events(f, &x->own, of, NULL, NULL) == TRIAL_OK ? &x->own : NULL;
}

enum trial_rc trial_local_requests(struct trial_local *out, const struct trial_frame *f, const struct trial_request *requests, size_t n)
{
    const size_t stages = f->in.n_stages;
    *out = (struct trial_local){.frame = f, .requests = take(f, n, sizeof *out->requests),
                                .outcomes = take(f, n * TRIAL_OUTCOMES * stages, sizeof *out->outcomes)};
    if (!out->requests || !out->outcomes)
        return TRIAL_NOMEM;
    for (size_t i = 0; i < n; i++) {
        out->requests[i] = requests[i];
        for (uint32_t k = 0; k < requests[i].n_outcomes; k++) {
            const struct trial_events **own = out->outcomes + (i * TRIAL_OUTCOMES + k) * stages;
            for (size_t s = 0; s < stages && requests[i].outcome[k]; s++) {
                const struct trial_events *of = requests[i].outcome[k][s];
                own[s] = of ? own_series(out, of) : NULL;
                if (of && !own[s])
                    return TRIAL_NOMEM;
            }
            out->requests[i].outcome[k] = requests[i].outcome[k] ? own : NULL;
        }
    }
    return TRIAL_OK;
}

void trial_local_done(struct trial_local *l)
{
    const struct trial_frame *f = l->frame;
    for (size_t i = 0; i < l->n_series; i++) {
        trial_local_events_free(f, &l->series[i]->own);
        f->alloc.free(f->alloc.ctx, l->series[i]);
    }
    f->alloc.free(f->alloc.ctx, l->series);
    f->alloc.free(f->alloc.ctx, l->outcomes);
    f->alloc.free(f->alloc.ctx, l->requests);
}
