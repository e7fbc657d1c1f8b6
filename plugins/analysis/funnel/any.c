// SPDX-License-Identifier: MIT
//
// Steps in whatever order: the first k of them are done as soon as the time holds an event for each, and no event serves two. Which
// event serves which step is a matching; events are tried from the latest back, so that the one found begins as late as it can (sets
// of events that can be matched are a matroid). Of events that are the same steps no more than there are steps need be kept.
#include "plugins/analysis/funnel/funnel.h"

struct done { size_t event; uint32_t steps; };  // latest last

struct matching {
    const struct done *done;
    size_t of[FUNNEL_STEPS_MAX];  // by step: the event that serves it
    uint32_t served, tried;
};

// An event finds its step, if need be by sending another event to another step (Kuhn).
static bool serve(struct matching *m, size_t i, uint32_t steps)
{
    for (uint32_t left = m->done[i].steps & steps & ~m->tried; left; left = m->done[i].steps & steps & ~m->tried) {
        const uint32_t k = (uint32_t)__builtin_ctz(left), bit = UINT32_C(1) << k;
        m->tried |= bit;
        if (m->served & bit && !serve(m, m->of[k], steps)) continue;
        m->of[k] = i;
        m->served |= bit;
        return true;
    }
    return false;
}

// The latest first event of a set of the last n events that makes the steps, within the time; or NO_EVENT.
static size_t first_of(const struct walk *w, const struct done *done, size_t n, uint32_t steps)
{
    struct matching m = {.done = done};
    for (size_t i = n; i-- > 0 && walk_since(w, done[i].event, done[n - 1].event) <= w->f->within_us;) {
        m.tried = 0;
        if (serve(&m, i, steps) && m.served == steps) return done[i].event;
    }
    return NO_EVENT;
}

// Behind the others; the oldest of the same steps goes where there are more of them than they are steps.
static size_t put(struct done *done, size_t n, struct done one)
{
    size_t same = 0, oldest = n;
    for (size_t i = n; i-- > 0;)
        if (done[i].steps == one.steps) same++, oldest = i;
    if (same >= (size_t)__builtin_popcount(one.steps)) {
        n--;
        memmove(done + oldest, done + oldest + 1, (n - oldest) * sizeof *done);
    }
    done[n++] = one;
    return n;
}

voc_rc walk_any(struct walk *w, size_t from, size_t end)
{
    const struct funnel *f = w->f;
    uint32_t seen = 0;
    size_t n = 0;
    voc_rc rc = VOC_OK;
    for (; from < end && w->reached < f->n_links && !rc; from++) {
        const uint32_t mask = walk_mask(w, from), steps = mask & f->links;
        if (mask & FUNNEL_NOT) n = seen = 0;
        if (!steps || mask & FUNNEL_NOT) continue;
        rc = walk_room(w, (n + 1) * sizeof(struct done));
        if (rc) break;
        struct done *const done = w->s->room;
        n = put(done, n, (struct done){from, steps});
        seen |= steps;
        for (size_t first; w->reached < f->n_links && seen >> w->reached & 1u; w->reached++) {
            first = first_of(w, done, n, f->links >> (f->n_links - w->reached - 1));
            if (first == NO_EVENT) break;
            w->took_us[w->reached] = walk_since(w, first, from);
            w->first = first;
            w->last = from;
        }
    }
    return rc;
}
