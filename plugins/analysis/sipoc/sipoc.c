// SPDX-License-Identifier: MIT
//
// Analysis plugin sipoc: one table of suppliers, inputs, process, outputs and customers for the stages of a journey, drafted from
// events (METHODS 7). walk.c counts, write.c makes the table.
#include "plugins/analysis/sipoc/sipoc.h"

enum { OPT_STAGE, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    [OPT_STAGE] = {"stage", VOC_OPT_STRING, 0, NULL, NULL, NULL, NULL, "STAGE", "of this stage only"},
};

static void end(void *analysis)
{
    struct sipoc *s = analysis;
    s->base.host->free(s->base.cx, s->asked);
    s->base.host->free(s->base.cx, s);
}

static voc_rc ask_definition(struct sipoc *s, size_t *inputs, size_t *requirements)
{
    *inputs = *requirements = 0;
    for (size_t i = 0; i < s->n_stages; i++) {
        s->first_of[i] = s->n_asked;
        s->n_asked += sipoc_n_inputs(s, i) + sipoc_n_requirements(s, i);
        if (sipoc_n_inputs(s, i) > *inputs) *inputs = sipoc_n_inputs(s, i);
        if (sipoc_n_requirements(s, i) > *requirements) *requirements = sipoc_n_requirements(s, i);
    }
    voc_rc rc = analysis_zeroed(&s->base, (void **)&s->asked, s->n_asked, sizeof *s->asked);
    for (size_t i = 0; i < s->n_stages && !rc; i++) {
        uint32_t *to = s->asked + s->first_of[i];
        for (size_t k = 0; k < sipoc_n_inputs(s, i) && !rc; k++) rc = s->base.host->want_predicate(s->base.run, sipoc_input(s, i, k)->present, to++);
        for (size_t k = 0; k < sipoc_n_requirements(s, i) && !rc; k++) rc = s->base.host->want_predicate(s->base.run, sipoc_requirement(s, i, k)->met, to++);
    }
    return rc;
}

static voc_rc ask(struct sipoc *s, const voc_value *v)
{
    static const uint32_t columns[] = {VOC_COL_TIME, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_TOUCHPOINT, VOC_COL_DELIVERED, VOC_COL_MINUTES, VOC_COL_CAMPAIGN, VOC_COL_CHANNEL, VOC_COL_ROLE};
    const voc_definition *def = s->base.def;
    size_t inputs, requirements;
    if (!s->n_stages || s->n_stages > 64) return analysis_refuse(&s->base, "SIPOC-001", "voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder gives stages", "this project follows no journey: it has no stages");
    for (size_t i = 0; i < s->n_stages && v[OPT_STAGE].set; i++) {
        const voc_str id = analysis_stage(&s->base, i)->id;
        if (id.len == v[OPT_STAGE].s.len && memcmp(id.ptr, v[OPT_STAGE].s.ptr, id.len) == 0) s->only = i;
    }
    if (v[OPT_STAGE].set && s->only == SIZE_MAX) return analysis_refuse(&s->base, "SIPOC-002", "voc stages PROJECT shows the stages by their names", "the journey has no stage of this name");
    voc_rc rc = ask_definition(s, &inputs, &requirements);
    if (rc) return rc;
    const size_t n[SIPOC_KINDS] = {s->base.host->n_codes(s->base.run, VOC_COL_CAMPAIGN), s->base.host->n_codes(s->base.run, VOC_COL_CHANNEL), 1, def->n_touchpoints, def->n_exits,
                                   s->base.host->n_codes(s->base.run, VOC_COL_ROLE), inputs, requirements};
    for (size_t k = 0; k < SIPOC_KINDS; k++) s->first[k + 1] = s->first[k] + n[k];
    return analysis_want(&s->base, columns, sizeof columns / sizeof *columns);
}

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    struct sipoc *s = host->alloc(cx, sizeof *s);
    if (!s) return VOC_E_NOMEM;
    *s = (struct sipoc){.base = analysis_of(host, cx, run), .only = SIZE_MAX};
    s->n_stages = s->base.def->n_stages;
    voc_rc rc = ask(s, values);
    if (rc) end(s);
    else *analysis = s;
    return rc;
}

static void state_free(void *analysis, void *state)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *st = state;
    void *const own[] = {st->stages, st->tallies, st->seen, st};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) s->base.host->free(s->base.cx, own[i]);
}

static voc_rc state_new(void *analysis, void **state)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *st = NULL;
    size_t all;
    voc_rc rc = analysis_zeroed(&s->base, (void **)&st, 1, sizeof *st);
    if (rc) return rc;
    rc = __builtin_mul_overflow(s->n_stages, s->first[SIPOC_KINDS], &all) ? VOC_E_LIMIT : analysis_zeroed(&s->base, (void **)&st->stages, s->n_stages, sizeof *st->stages);
    if (!rc) rc = analysis_zeroed(&s->base, (void **)&st->tallies, all, sizeof *st->tallies);
    if (!rc) rc = analysis_zeroed(&s->base, (void **)&st->seen, all, sizeof *st->seen);
    if (rc) state_free(analysis, st);
    else *state = st;
    return rc;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    const struct sipoc *s = analysis;
    return s->base.host->cancelled(s->base.cx) ? VOC_CANCELLED : sipoc_walk(s, state, j);
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    const struct sipoc *s = analysis;
    struct sipoc_state *a = into, *b = from;
    for (size_t i = 0; i < s->n_stages * s->first[SIPOC_KINDS]; i++) {
        a->tallies[i].visits += b->tallies[i].visits;
        a->tallies[i].finished += b->tallies[i].finished;
        a->tallies[i].forward += b->tallies[i].forward;
        a->tallies[i].times += b->tallies[i].times;
        a->tallies[i].minutes += b->tallies[i].minutes;
    }
    for (size_t i = 0; i < s->n_stages; i++) {
        a->stages[i].visits += b->stages[i].visits;
        a->stages[i].forward += b->stages[i].forward;
        a->stages[i].back += b->stages[i].back;
        a->stages[i].exits += b->stages[i].exits;
        a->stages[i].lapsed += b->stages[i].lapsed;
        a->stages[i].open += b->stages[i].open;
        a->stages[i].complete += b->stages[i].complete;
        a->stages[i].checked += b->stages[i].checked;
        a->stages[i].defects += b->stages[i].defects;
        a->stages[i].whole += b->stages[i].whole;
    }
    return VOC_OK;
}

static voc_rc finish(void *analysis, void *state) { return sipoc_write(analysis, state); }

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .finish = finish, .state_free = state_free, .end = end};

static const char about[] =
    "One table of suppliers, inputs, process, outputs, customers and requirements (SIPOC) for each stage of the journey, drafted from\n"
    "what was recorded. A visit is a stay of a customer in the stage. Suppliers: the campaign of the event that opened the visit, else its\n"
    "channel; how many visits, and of those that are over how many went on. Process: what the company did in the visits, and the\n"
    "minutes for each. Outputs: how visits ended; went on at once is the share of the visits that are over. Customers: who acted\n"
    "within the response window of the stage after a visit went on.\n"
    "\n"
    "Inputs and requirements are those that the journey declares for the stage (<input>, <requirement>): how often an input was there\n"
    "when the stage was entered, and how often a visit that went on met a requirement. Where none is declared there is no data.\n"
    "\n"
    "  voc sipoc sale.voc --stage considering";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_ANALYSIS,
                                  .flags = VOC_NAMELESS,
                                  .option_size = sizeof(voc_option),
                                  .name = "sipoc",
                                  .version = "0.1.0",
                                  .summary = "who delivers to each stage, what is done there, what comes out of it and for whom",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("analysis", "sipoc", "0.1.0", "MIT", plugin)
