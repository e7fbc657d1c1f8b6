// SPDX-License-Identifier: MIT
//
// Whether journeys keep to the stages (METHODS 4.4): each different way through them is aligned once. A journey that came to the last stage,
// or was won, is complete; any other may stop anywhere, for that is attrition and no deviation. Stages may be entered again.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/analysis/discover/discover.h"
#include "plugins/common/align.h"

enum { COMPLETE = 1, CUT = 2 };  // the letter that stands before a trace

struct told { uint64_t times[5], journeys[5]; uint64_t last[5]; };  // of a stage, by enum align_move
struct conform {
    const struct journeys *all;
    const struct discover *d;
    struct ways traces;
    struct alignment *of;  // by trace
    struct told *stages;
    uint64_t weight, number;  // of the trace at hand
    uint64_t journeys, kept, cost, worst;
    double fitness;
};

static void deviation(void *user, enum align_move kind, uint32_t stage)
{
    struct conform *c = user;
    struct told *t = &c->stages[stage < c->d->base.def->n_stages ? stage : 0];
    t->times[kind] += c->weight;
    if (t->last[kind] != c->number) t->journeys[kind] += c->weight;
    t->last[kind] = c->number;
}

static voc_rc gather(struct conform *c)
{
    const struct journeys *all = c->all;
    const struct analysis *a = &c->d->base;
    uint32_t *letters;
    size_t used = 0;
    voc_rc rc = analysis_zeroed(a, (void **)&letters, all->n_stays + all->n_episodes, sizeof *letters);
    if (!rc) rc = ways_new(&c->traces, a, all->n_episodes);
    for (size_t i = 0; i < all->n_episodes && !rc; i++) {
        const struct episode *e = &all->episodes[i];
        uint32_t *trace = letters + used;
        trace[0] = (e->complete ? COMPLETE : 0u) | (e->cut ? CUT : 0u);
        for (uint32_t k = 0; k < e->n; k++) trace[k + 1] = all->stays[e->first_stay + k].stage;
        if (ways_count(&c->traces, trace, e->n + 1)) used += e->n + 1;  // a trace that was there before needs no room
    }
    c->traces.letters = letters;
    return rc;
}

static voc_rc align_all(struct conform *c)
{
    const struct analysis *a = &c->d->base;
    const size_t n = a->def->n_stages;
    struct align_stage *stages = NULL;
    void *work = NULL;
    uint32_t longest = 1;
    for (size_t i = 0; i < c->traces.n; i++) longest = c->traces.at[i].n > longest ? c->traces.at[i].n : longest;
    voc_rc rc = analysis_zeroed(a, (void **)&stages, n, sizeof *stages);
    if (!rc) rc = analysis_zeroed(a, (void **)&c->of, c->traces.n, sizeof *c->of);
    if (!rc) rc = analysis_zeroed(a, &work, align_room(longest, n), 1);
    for (size_t i = 0; i < n && !rc; i++) stages[i] = (struct align_stage){!analysis_stage(a, i)->skippable, true};
    for (size_t i = 0; i < c->traces.n && !rc; i++) {
        const struct medoid_way *w = &c->traces.at[i];
        const struct align_model m = {stages, n, (w->node[0] & COMPLETE) != 0, (w->node[0] & CUT) != 0};
        struct alignment *to = &c->of[i];
        c->weight = w->count;
        c->number = i + 1;
        align_trace(to, &m, w->node + 1, w->n - 1, work, deviation, c);
        c->journeys += w->count;
        c->kept += to->cost ? 0 : w->count;
        c->cost += w->count * to->cost;
        c->worst += w->count * to->worst;
        c->fitness += (double)w->count * align_fitness(to);
    }
    a->host->free(a->cx, stages);
    a->host->free(a->cx, work);
    return rc;
}

// ---- tables -------------------------------------------------------------------------------------------------------------------------

static const char *const kinds[] = {"", "left out", "again", "out of order", "unknown"};

static voc_rc write_deviations(const struct conform *c)
{
    static const struct page_column columns[] = {
        {"deviation", "what", VOC_CELL_TEXT, "", 0, "left out: the stage must be passed and was not; again: it had been passed; out of order: it came where another belongs"},
        {"stage", "stage", VOC_CELL_TEXT, "", 0, "in the order of the definition"},
        {"times", "times", VOC_CELL_INT, "", 0, "how often"},
        {"journeys", "journeys", VOC_CELL_INT, "", 0, "journeys in which it happened"},
        {"share", "of all", VOC_CELL_SHARE, "", 0, "share of all journeys"},
    };
    struct page s = {.rc = VOC_OK};
    const double all = (double)c->journeys;
    page_open_in(&s, &c->d->base, "deviations", "Where journeys leave the stages", 0, columns, sizeof columns / sizeof *columns);
    for (size_t kind = ALIGN_SKIPPED; kind <= ALIGN_OUT_OF_ORDER; kind++)
        for (size_t i = 0; i < c->d->base.def->n_stages; i++) {
            if (!c->stages[i].times[kind]) continue;
            cell_text(&s, kinds[kind]);
            cell_str(&s, stage_name(c->d, i));
            cell_int(&s, c->stages[i].times[kind]);
            cell_int(&s, c->stages[i].journeys[kind]);
            cell_share(&s, (double)c->stages[i].journeys[kind] / all, 1);
        }
    page_say(&s,
             "%llu journeys; %llu (%.1f %%) keep to the stages; fitness %.6f (1 - deviations / the most there "
             "could be; by journey %.6f)",
             (unsigned long long)c->journeys, (unsigned long long)c->kept, c->journeys ? 100 * (double)c->kept / all : 0,
             c->worst ? 1 - (double)c->cost / (double)c->worst : 1, c->journeys ? c->fitness / all : 1);
    page_notef(&s, VOC_NOTE_AFTER, "%s", "To stop early is no deviation: where journeys stop is in the table breaks. A stage that may be skipped may be left out.");
    page_notef(&s, VOC_NOTE_NEXT, "%s", "voc discover PROJECT --table traces shows each way through the stages");
    return s.rc;
}

struct ranked { const struct medoid_way *w; const struct alignment *a; };
static int most_first(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->w->count != b->w->count) return a->w->count > b->w->count ? -1 : 1;
    return medoid_compare(a->w, b->w);
}

static void trace_text(struct page *s, const struct conform *c, const struct medoid_way *w)
{
    size_t room = 8, n = 0;
    for (uint32_t i = 1; i < w->n; i++) room += stage_name(c->d, w->node[i]).len + 3;
    char *text = s->rc ? NULL : c->d->base.host->alloc(c->d->base.cx, room);
    if (!text) {
        s->rc = s->rc ? s->rc : VOC_E_NOMEM;
        return;
    }
    for (uint32_t i = 1; i < w->n; i++) {
        const voc_str name = stage_name(c->d, w->node[i]);
        if (i > 1) n += (size_t)snprintf(text + n, room - n, " > ");
        n += (size_t)snprintf(text + n, room - n, "%.*s", (int)name.len, name.ptr);
    }
    cell_str(s, (voc_str){text, n});
    c->d->base.host->free(c->d->base.cx, text);
}

static voc_rc write_traces(const struct conform *c)
{
    static const struct page_column columns[] = {
        {"journeys", "journeys", VOC_CELL_INT, "", 0, "journeys that went so through the stages"},
        {"complete", "complete", VOC_CELL_BOOL, "", 0, "they came to the last stage, or were won"},
        {"began_before", "began before", VOC_CELL_BOOL, "", VOC_COLUMN_DETAIL, "their beginning is not in the data"},
        {"cost", "deviations", VOC_CELL_INT, "", 0, "of each of them from the stages"},
        {"worst", "at most", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "so many there could be"},
        {"fitness", "fitness", VOC_CELL_REAL, "", 0, "1 - deviations / the most there could be"},
        {"skipped", "left out", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stages that must be passed and were not"},
        {"repeated", "again", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stages that had been passed"},
        {"out_of_order", "out of order", VOC_CELL_INT, "", VOC_COLUMN_DETAIL, "stages that came where others belong"},
        {"trace", "way through the stages", VOC_CELL_TEXT, "", VOC_COLUMN_LEFT, "stages in the order in which they were entered"},
    };
    struct page s = {.rc = VOC_OK};
    struct ranked *order = NULL;
    page_open_in(&s, &c->d->base, "traces", "Ways through the stages", VOC_TABLE_HIDDEN, columns, sizeof columns / sizeof *columns);
    if (!s.rc) s.rc = analysis_zeroed(&c->d->base, (void **)&order, c->traces.n, sizeof *order);
    for (size_t i = 0; i < c->traces.n && !s.rc; i++) order[i] = (struct ranked){&c->traces.at[i], &c->of[i]};
    if (!s.rc && c->traces.n) qsort(order, c->traces.n, sizeof *order, most_first);
    for (size_t i = 0; i < c->traces.n && !s.rc; i++) {
        const struct alignment *a = order[i].a;
        cell_int(&s, order[i].w->count);
        cell_yes(&s, (order[i].w->node[0] & COMPLETE) != 0);
        cell_yes(&s, (order[i].w->node[0] & CUT) != 0);
        cell_int(&s, a->cost);
        cell_int(&s, a->worst);
        cell_real(&s, align_fitness(a), 4);
        cell_int(&s, a->skipped);
        cell_int(&s, a->repeated);
        cell_int(&s, a->out_of_order);
        trace_text(&s, c, order[i].w);
    }
    page_say(&s, "%s", "Journeys by the stages that they entered; most frequent first, then the shorter.");
    c->d->base.host->free(c->d->base.cx, order);
    return s.rc;
}

voc_rc conform_tables(const struct journeys *all)
{
    const struct analysis *a = &all->d->base;
    struct conform c = {.all = all, .d = all->d};
    voc_rc rc = analysis_zeroed(a, (void **)&c.stages, a->def->n_stages, sizeof *c.stages);
    if (!rc) rc = gather(&c);
    if (!rc) rc = align_all(&c);
    if (!rc) rc = write_deviations(&c);
    if (!rc) rc = write_traces(&c);
    ways_done(&c.traces, a);
    a->host->free(a->cx, c.of);
    a->host->free(a->cx, c.stages);
    return rc;
}
