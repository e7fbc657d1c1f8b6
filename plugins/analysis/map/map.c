// SPDX-License-Identifier: MIT
//
// Analysis plugin map: the journey map, drawn from evidence: for each stage what customers do, say and want, what meets them there, how
// long it takes, who leaves and what it costs. walk.c counts, verdicts.c knows what score found, write.c makes the one table and its figure.
// It reads words, which are no part of what can be divided: so it has no save.
#include "plugins/analysis/map/map.h"

enum { OPT_TOP, OPT_VERDICTS, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_TOP] = {"top", VOC_OPT_INT, 0, "3", "1", "8", NULL, "LINES", "how many actions, touchpoints, themes and needs of each stage are named"},
    [OPT_VERDICTS] = {"verdicts", VOC_OPT_BOOL, 0, "yes", NULL, NULL, NULL, "YES|NO", "say of each touchpoint what voc score finds: value, incidental, waste for this aim or unproven; costs what voc score costs"},
};

static void end(void *analysis)
{
    struct map *m = analysis;
    m->base.host->free(m->base.cx, m->sought);
    m->base.host->free(m->base.cx, m);
}

static bool knows_needs(const struct map *m) { return m->base.def->struct_size >= offsetof(voc_definition, n_needs) + sizeof m->base.def->n_needs; }

static voc_rc want(struct map *m)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_RESOLUTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_ACTION, VOC_COL_TOUCHPOINT, VOC_COL_STAGE, VOC_COL_INDIVIDUAL, VOC_COL_DELIVERED, VOC_COL_COST};
    const voc_definition *def = m->base.def;
    const size_t n[MAP_KINDS] = {def->n_actions, def->n_touchpoints, def->n_touchpoints, knows_needs(m) ? def->n_themes : 0, knows_needs(m) ? def->n_needs : 0, knows_needs(m) ? def->n_needs : 0};
    for (size_t k = 0; k < MAP_KINDS; k++) m->first[k + 1] = m->first[k] + n[k];
    voc_rc rc = analysis_want(&m->base, columns, sizeof columns / sizeof *columns);
    if (!rc) rc = analysis_zeroed(&m->base, (void **)&m->sought, n[MAP_SOUGHT], sizeof *m->sought);
    for (size_t i = 0; i < n[MAP_SOUGHT] && !rc; i++) {
        m->sought[i] = VOC_NONE;
        if (map_need(m, i)->sought != VOC_NONE) rc = m->base.host->want_predicate(m->base.run, map_need(m, i)->sought, &m->sought[i]);
    }
    m->words = n[MAP_THEME] > 0 && VOC_HOST_HAS(m->base.host, want_words);
    if (!rc && m->words) rc = m->base.host->want_words(m->base.run);
    return rc;
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct map *m = host->alloc(cx, sizeof *m);
    if (!m) return VOC_E_NOMEM;
    *m = (struct map){.base = analysis_of(host, cx, run), .top = (size_t)values[OPT_TOP].i, .verdicts = values[OPT_VERDICTS].i != 0};
    m->n_stages = m->base.def->n_stages;
    voc_rc rc =
        m->n_stages
            ? want(m)
            : analysis_refuse(&m->base, "MAP-001",
                              "voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder gives stages; voc "
                              "flow PROJECT draws what follows what without them",
                              "this project follows no journey: it has no stages to map");
    if (rc) end(m);
    else *analysis = m;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct map *m = analysis;
    struct map_state *s = state;
    for (size_t i = 0; s->stages && i < m->n_stages; i++) {
        gathered_done(m->base.host, m->base.cx, &s->stages[i].ended_us);
        gathered_done(m->base.host, m->base.cx, &s->stages[i].open_us);
    }
    m->base.host->free(m->base.cx, s->stages);
    m->base.host->free(m->base.cx, s->tallies);
    m->base.host->free(m->base.cx, s->met);
    m->base.host->free(m->base.cx, s);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct map *m = analysis;
    struct map_state *s = NULL;
    size_t n;
    voc_rc rc = analysis_zeroed(&m->base, (void **)&s, 1, sizeof *s);
    if (rc) return rc;
    rc = __builtin_mul_overflow(m->n_stages, map_things(m), &n)
             ? VOC_E_LIMIT
             : analysis_zeroed(&m->base, (void **)&s->stages, m->n_stages, sizeof *s->stages);
    if (!rc) rc = analysis_zeroed(&m->base, (void **)&s->tallies, n, sizeof *s->tallies);
    if (rc) state_free(analysis, s);
    else *state = s;
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct map *m = analysis;
    return m->base.host->cancelled(m->base.cx) ? VOC_CANCELLED : map_walk(m, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct map *m = analysis;
    struct map_state *a = into, *b = from;
    voc_rc rc = VOC_OK;
    a->units += b->units;
    for (size_t i = 0; i < m->n_stages * map_things(m); i++) {
        a->tallies[i].times += b->tallies[i].times;
        a->tallies[i].units += b->tallies[i].units;
        a->tallies[i].people += b->tallies[i].people;
        a->tallies[i].answered += b->tallies[i].answered;
    }
    for (size_t i = 0; i < m->n_stages && !rc; i++) {
        struct map_stage *x = &a->stages[i];
        const struct map_stage *y = &b->stages[i];
        x->stays += y->stays, x->units += y->units, x->forward += y->forward, x->back += y->back, x->exits += y->exits,
            x->won += y->won, x->lapsed += y->lapsed, x->open += y->open;
        x->costless += y->costless, x->touches += y->touches;
        x->cost[0] += y->cost[0];
        x->cost[1] += y->cost[1] + (x->cost[0] < y->cost[0]);
        rc = gathered_join(m->base.host, m->base.cx, &x->ended_us, &y->ended_us);
        if (!rc) rc = gathered_join(m->base.host, m->base.cx, &x->open_us, &y->open_us);
    }
    return rc;
}

static voc_rc finish(void *analysis, void *state) { return map_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch,
                                     .merge = merge, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "The journey map that otherwise hangs on a wall, from what was recorded. For each stage: how many came; what most of them did\n"
    "there (acts that the journey calls value); what they said (themes of the codebook) and wanted (needs of the journey), where it\n"
    "declares them; what the company sent and did to them, and after how many of these a customer acted; how long it takes until half\n"
    "have left; how many leave without going on or winning; what the touches cost. What customers help themselves to (touchpoints of kind pull:\n"
    "a calculator, a manual) has a lane of its own; what is on offer and nobody took is named.\n"
    "\n"
    "An act belongs to the stage that the customer is in after it, as in voc stages. That customers acted after a touch shows no effect\n"
    "of it: score compares with customers who did not get it. Evidence is by people: fewer than 5 an anecdote, fewer than 20 weak,\n"
    "fewer than 50 moderate, else strong.\n"
    "\n"
    "What each touchpoint is worth in the stage is what voc score finds there: value, incidental, waste for this aim, or unproven, with\n"
    "what follows from it; of one that has no verdict in the stage, that over all stages. It judges the touchpoint, not the people who do\n"
    "it. Where voc score has no answer, the map says why, and is drawn without. --verdicts=no leaves it out, which is\n"
    "quicker where there are millions of events: score compares each touch with many customers.\n"
    "\n"
    "  voc map sale.voc -o map.svg         one picture; -o map.html for the page";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "map",
                                  .version = "0.1.0",
                                  .summary = "the journey map: what customers do, say and want in each stage, what meets them, how long it takes",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about,
                                  .beside = "score",
                                  .beside_option = "verdicts"};

VOC_PLUGIN("analysis", "map", "0.1.0", "MIT", plugin)
