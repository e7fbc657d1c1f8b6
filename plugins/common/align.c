// SPDX-License-Identifier: MIT
//
// Dynamic programming over (place in the journey, stages of the model passed), then the way back (align.h).
#include "plugins/common/align.h"

#include <string.h>

#define FAR UINT32_MAX

static size_t rows(size_t length) { return length + 1; }

size_t align_room(size_t length, size_t stages)
{
    size_t cells, bytes;
    if (__builtin_mul_overflow(rows(length), stages + 1, &cells) || __builtin_mul_overflow(cells, sizeof(uint32_t), &bytes) ||
        bytes > SIZE_MAX - stages - 8)
        return SIZE_MAX;
    return bytes + stages + 1;
}

static inline void least(uint32_t *to, uint32_t x)
{
    if (x < *to) *to = x;
}

static bool fits(const struct align_model *m, uint32_t stage, size_t k) { return k < m->n && stage == k; }
static bool repeats(const struct align_model *m, uint32_t stage, size_t k) { return k > 0 && m->stages[k - 1].repeatable && stage == k - 1; }

static void fill(uint32_t *cost, const struct align_model *m, const uint32_t *trace, size_t length)
{
    const size_t width = m->n + 1;
    for (size_t i = 0; i < rows(length) * width; i++) cost[i] = FAR;
    for (size_t k = 0; k < (m->free_start ? width : 1); k++) cost[k] = 0;
    for (size_t i = 0; i <= length; i++) {
        uint32_t *here = cost + i * width, *next = here + width;
        for (size_t k = 0; k < width; k++) {
            if (here[k] == FAR) continue;
            if (k < m->n) least(&here[k + 1], here[k] + m->stages[k].mandatory);
            if (i == length) continue;
            least(&next[k], here[k] + !repeats(m, trace[i], k));
            if (fits(m, trace[i], k)) least(&next[k + 1], here[k]);
        }
    }
}

struct back {
    struct alignment *out;
    const struct align_model *m;
    const uint32_t *cost, *trace;
    unsigned char *met;  // stages that the alignment passes as modelled
    void (*each)(void *user, enum align_move kind, uint32_t stage);
    void *user;
};

static void tell(const struct back *b, enum align_move kind, uint32_t stage)
{
    b->out->skipped += kind == ALIGN_SKIPPED;
    b->out->repeated += kind == ALIGN_REPEATED;
    b->out->out_of_order += kind == ALIGN_OUT_OF_ORDER;
    b->out->unknown += kind == ALIGN_UNKNOWN;
    if (b->each) b->each(b->user, kind, stage);
}

// From cell (i, k) to the beginning; the first time to see which stages are met, the second to tell.
static void walk_back(const struct back *b, size_t i, size_t k, bool telling)
{
    const size_t width = b->m->n + 1;
    while (i || k) {
        const uint32_t *here = b->cost + i * width + k;
        const uint32_t stage = i ? b->trace[i - 1] : 0;
        if (!i && b->m->free_start) return;
        if (i && k && fits(b->m, stage, k - 1) && *here == here[-(ptrdiff_t)width - 1]) {
            b->met[k - 1] = 1;
            i--, k--;
        } else if (i && repeats(b->m, stage, k) && *here == here[-(ptrdiff_t)width]) {
            i--;
        } else if (k && here[-1] != FAR && *here == here[-1] + b->m->stages[k - 1].mandatory) {
            if (telling && b->m->stages[k - 1].mandatory) tell(b, ALIGN_SKIPPED, (uint32_t)k - 1);
            k--;
        } else {
            if (telling) tell(b, stage >= b->m->n ? ALIGN_UNKNOWN : b->met[stage] ? ALIGN_REPEATED : ALIGN_OUT_OF_ORDER, stage);
            i--;
        }
    }
}

void align_trace(struct alignment *out, const struct align_model *m, const uint32_t *trace, size_t length, void *work,
                 void (*each)(void *user, enum align_move kind, uint32_t stage), void *user)
{
    uint32_t *cost = work;
    const uint32_t *last = cost + length * (m->n + 1);
    unsigned char *met = (unsigned char *)(cost + rows(length) * (m->n + 1));
    size_t end = m->n;
    fill(cost, m, trace, length);
    for (size_t k = 0; k <= m->n && !m->complete; k++)
        if (last[k] < last[end] || (last[k] == last[end] && k < end)) end = k;
    *out = (struct alignment){.cost = last[end], .worst = length};
    for (size_t k = 0; k < m->n && m->complete; k++) out->worst += m->stages[k].mandatory;
    memset(met, 0, m->n + 1);
    const struct back b = {out, m, cost, trace, met, each, user};
    walk_back(&b, length, end, false);
    walk_back(&b, length, end, true);
}

double align_fitness(const struct alignment *a) { return a->worst ? 1 - (double)a->cost / (double)a->worst : 1; }
